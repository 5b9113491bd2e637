/* From tree to model. */
#ifndef WC_MODEL_RESOLVE_H
#define WC_MODEL_RESOLVE_H

#include "compiler/base/intern.h"
#include "compiler/diag/diag.h"
#include "compiler/model/model.h"
#include "compiler/syntax/ast.h"

/* Never NULL. Where errors were reported the model is as whole as it could be made: checks may walk
 * it, emitters must not. Reads the prompt files, beside the specification. */
struct wc_model *wc_resolve(struct wc_arena *arena, struct wc_interner *names,
                            const struct wc_file *file, struct wc_diags *diags);

#endif
