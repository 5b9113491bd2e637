/* The parts of contract.json. */
#ifndef WC_EMIT_CONTRACT_H
#define WC_EMIT_CONTRACT_H

#include "compiler/emit/document.h"

/* An expression in the language's one style, as a string. */
json_t *wc_expr_json(const struct wc_expr *expr);
/* The same as text. */
void wc_expr_print(struct wc_buf *out, const struct wc_expr *expr);
/* An operation as the version of its service has it, of a stage that uses it. */
json_t *wc_operation_json(const struct wc_stage *tool);
json_t *wc_stages_json(const struct wc_model *model, const struct wc_workflow *flow);
/* Every sequence of stages that failures can lead through, with the time it may take at worst. */
json_t *wc_paths_json(const struct wc_workflow *flow);
/* "done fallback", "fail refused", "brief" */
json_t *wc_target_json(const struct wc_target *target);
/* Picodollars as dollars, exact and without needless zeros. */
json_t *wc_dollars_json(int64_t picodollars);

#endif
