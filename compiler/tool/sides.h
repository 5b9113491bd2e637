/* What `wright diff` compares: a specification, a contract.json, a binary, or a file of a git revision. */
#ifndef WC_TOOL_SIDES_H
#define WC_TOOL_SIDES_H

#include "compiler/diff/diff.h"
#include "compiler/tool/tool.h"

/* Loads `name` into `side`; what is wrong is told in the name of `command`. The side's contract is released
 * with json_decref(). */
enum wc_exit wc_side_load(const char *command, struct wc_arena *arena, const char *name,
                          struct wc_side *side);
/* "git:REV:PATH" where REV is the merge base of `ref` and HEAD, PATH as `file` lies in its repository. */
enum wc_exit wc_side_against(const char *command, struct wc_arena *arena, const char *ref,
                             const char *file, const char **name);

#endif
