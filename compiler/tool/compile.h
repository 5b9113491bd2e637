/* From a specification to a folder of generated C and its contract. */
#ifndef WC_TOOL_COMPILE_H
#define WC_TOOL_COMPILE_H

#include "compiler/base/arena.h"
#include "compiler/tool/deps.h"
#include "compiler/tool/tool.h"

#include <stdbool.h>

struct wc_sources;

/* Compiles `file` into `folder`, which is made if it is not there. Each output is replaced as a
 * whole or, where it would not change, not touched. What is wrong is told on standard error in the
 * name of `command`. With `tests` also tests.c, which has a main() of its own. The C files of its functions are added
 * to `more`, the files that were read to `deps`, each once, in `arena`; either may be NULL. */
enum wc_exit wc_compile_with(struct wc_arena *arena, const char *command, const char *file,
                             const char *folder, bool tests, struct wc_sources *more,
                             struct wc_deps *deps);
#endif
