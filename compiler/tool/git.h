/* Files of other revisions, by running git; no shell is in between, and the repository is not changed. */
#ifndef WC_TOOL_GIT_H
#define WC_TOOL_GIT_H

#include "compiler/base/arena.h"
#include "compiler/tool/tool.h"

/* Runs `git WORDS`, NULL-terminated, and gives the first line of what it prints. */
enum wc_exit wc_git_line(const char *command, struct wc_arena *arena, const char *const *words,
                         const char **line);
/* Writes the tree of `ref` into a new folder; `path` (from the top of the repository, or with `./` from
 * this folder) as a path there; the folder ends with wc_scratch_remove(). */
enum wc_exit wc_git_unpack(const char *command, struct wc_arena *arena, const char *ref,
                           const char *path, const char **folder, const char **there);
/* A blob that git gave a driver as a file of its own: the tree of the commit that brought it, and where it is in
 * there. */
enum wc_exit wc_git_blob(const char *command, struct wc_arena *arena, const char *file,
                         const char **folder, const char **there);

#endif
