/* From a specification to a folder of generated C and its contract. */
#ifndef WC_TOOL_COMPILE_H
#define WC_TOOL_COMPILE_H

#include "compiler/tool/tool.h"

/* Compiles `file` into `folder`, which is made if it is not there. Each output is replaced as a
 * whole or, where it would not change, not touched. What is wrong is told on standard error in the
 * name of `command`. */
enum wc_exit wc_compile_to_dir(const char *command, const char *file, const char *folder);
/* The same, and beside it tests.c, which has a main() of its own. */
enum wc_exit wc_compile_tests_to_dir(const char *command, const char *file, const char *folder);

#endif
