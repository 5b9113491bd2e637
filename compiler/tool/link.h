/* From a folder of generated C to one executable: what `wright build` runs the C compiler for. */
#ifndef WC_TOOL_LINK_H
#define WC_TOOL_LINK_H

#include "compiler/base/arena.h"
#include "compiler/base/vec.h"
#include "compiler/tool/tool.h"

#include <stdbool.h>

struct wc_sources {
    WC_VEC(const char *) files;
};

struct wc_link {
    const char *folder;            /* of the generated C; every *.c in it is compiled */
    const struct wc_sources *more; /* the user's C; NULL: none */
    const char *output;            /* replaced in one step when all went well */
    bool dynamic; /* against the system's shared libraries, not stripped: for sanitizers */
    bool quick;   /* to be run once, here: not optimised, without certificates */
};

/* Compiles and links with $CC (else cc) and, where set, $CFLAGS. What is wrong is told on standard
 * error, with the package to install where an archive or the compiler is missing. */
enum wc_exit wc_link(struct wc_arena *arena, const struct wc_link *link);

/* A new folder under $TMPDIR (else /tmp), or NULL with errno set; and its end, contents and all. */
char *wc_scratch_make(struct wc_arena *arena);
void wc_scratch_remove(const char *folder);

#endif
