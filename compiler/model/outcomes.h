/* What a stage can end in, and where each outcome goes. */
#ifndef WC_MODEL_OUTCOMES_H
#define WC_MODEL_OUTCOMES_H

#include "compiler/model/model.h"

/* Sets `raises`, `effect` and `rows` of a stage from its action, policies, checks and labels. An
 * outcome without a label has no row; of labels given twice the first counts. */
void wc_decide_outcomes(struct wc_arena *arena, const struct wc_model *model,
                        const struct wc_workflow *workflow, struct wc_stage *stage);
/* The label that takes a class, of a member's outcome or (NULL) the stage's own; or NULL. `error`: the
 * class as a user error carries it. */
const struct wc_on_label *wc_label_of(const struct wc_stage *stage, const struct wc_stage *member,
                                      enum wr_class class, const struct wc_user_error *error,
                                      const struct wc_on **on);
/* What a call of the stage, or the stage itself, can end in before its policies: a once effect that nobody knows
 * the end of is still told by its cause. */
uint64_t wc_call_classes(const struct wc_workflow *workflow, const struct wc_stage *stage);
bool wc_raises_error(const struct wc_stage *stage, const struct wc_user_error *error);
/* The classes that need a row: those raised, and those of user errors without their own label. */
uint64_t wc_needed_classes(const struct wc_model *model, const struct wc_stage *stage);
/* The same of the failures of a member. */
uint64_t wc_needed_of(const struct wc_model *model, const struct wc_stage *stage,
                      const struct wc_stage *member);

#endif
