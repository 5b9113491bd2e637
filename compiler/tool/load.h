/* The front half of every command that takes a specification: read, parse, resolve, check. */
#ifndef WC_TOOL_LOAD_H
#define WC_TOOL_LOAD_H

#include "compiler/diag/diag.h"
#include "compiler/model/model.h"
#include "compiler/tool/tool.h"

/* NULL, with errno set and nothing reported, where `path` cannot be read. Else a model, and what was
 * found is in `diags`, sorted: with errors among it the model must not be emitted. */
struct wc_model *wc_load(const char *path, struct wc_arena *arena, struct wc_diags *diags);

/* The same, without its tests: they are no part of what it promises. */
struct wc_model *wc_load_untested(const char *path, struct wc_arena *arena, struct wc_diags *diags);

/* The same for a command that goes on only without errors: prints what was found on standard error
 * and gives WC_EXIT_OK with `*model` set, WC_EXIT_FINDINGS or WC_EXIT_TROUBLE. */
enum wc_exit wc_load_or_say(const char *command, const char *path, struct wc_arena *arena,
                            struct wc_model **model);

#endif
