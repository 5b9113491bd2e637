/* Depfiles, as `-MD` of a C compiler writes them. */
#ifndef WC_TOOL_DEPS_H
#define WC_TOOL_DEPS_H

#include "compiler/base/arena.h"
#include "compiler/base/vec.h"
#include "compiler/model/model.h"
#include "compiler/tool/tool.h"

struct wc_deps {
    WC_VEC(const char *) files; /* each once, in the order in which they were read */
};

void wc_deps_add(struct wc_arena *arena, struct wc_deps *deps, const char *file);
/* `file` and all that it names: imports, prompts, fixtures, examples, the C of its functions. */
void wc_deps_model(struct wc_arena *arena, struct wc_deps *deps, const char *file,
                   const struct wc_model *model);
/* Writes `path`: "target: files", and a rule without a recipe for each. */
enum wc_exit wc_deps_write(const char *command, const struct wc_deps *deps, const char *path,
                           const char *target);

#endif
