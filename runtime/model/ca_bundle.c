/* The certificates of a binary that has none built in. `wright build` links an object that defines
 * the same name with the build machine's bundle; a weak definition gives way to it. */
#include "runtime/model/client.h"

__attribute__((weak)) const char wr_ca_bundle[] = "";
