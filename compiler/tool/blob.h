/* A file of another revision, as git hands it to `wright textconv`: alone, in a folder for a while. */
#ifndef WC_TOOL_BLOB_H
#define WC_TOOL_BLOB_H

#include "compiler/base/arena.h"

/* Where `name` is such a file: a new folder in which the files beside its place in the repository stand beside it, and
 * its path there; the folder ends with wc_scratch_remove(). NULL: it is none, or its place is not certain. */
const char *wc_blob_place(struct wc_arena *arena, const char *name, const char **there);

#endif
