/* The analyses: each walks the resolved model, decides what it is about and reports what is wrong.
 * None prints. An analysis is linear, or nearly, in the size of the model. */
#ifndef WC_CHECK_CHECK_H
#define WC_CHECK_CHECK_H

#include "compiler/diag/diag.h"
#include "compiler/model/model.h"

/* Every analysis in its order. `parsed`: the text had no syntax errors; else what follows from
 * something that is missing is not reported, since it may only not have been read. */
void wc_check(struct wc_model *model, struct wc_diags *diags, bool parsed);

/* ---- one file each ------------------------------------------------------------------------ */

void wc_check_names(struct wc_model *model, struct wc_diags *diags);   /* variables, unused */
void wc_check_bounds(struct wc_model *model, struct wc_diags *diags);  /* what has no upper bound */
void wc_check_sizes(struct wc_model *model, struct wc_diags *diags);   /* what is too large */
void wc_check_routes(struct wc_model *model, struct wc_diags *diags);  /* routes that clash */
void wc_check_errors(struct wc_model *model, struct wc_diags *diags);  /* coverage of classes */
void wc_check_flow(struct wc_model *model, struct wc_diags *diags);    /* reachability, endings */
void wc_check_effects(struct wc_model *model, struct wc_diags *diags); /* retries, commits */
void wc_check_latency(struct wc_model *model, struct wc_diags *diags); /* timeouts, floors */
void wc_check_cost(struct wc_model *model, struct wc_diags *diags);    /* the ceiling */
void wc_check_notices(struct wc_model *model, struct wc_diags *diags); /* notifications */
void wc_check_fit(struct wc_model *model, struct wc_diags *diags);     /* what models are asked */
void wc_check_labels(struct wc_model *model, struct wc_diags *diags);  /* @pii and @secret */

/* ---- circles and the longest way (loops.c) ------------------------------------------------- */

/* Sets `loop` of every stage. */
void wc_find_loops(struct wc_arena *arena, struct wc_workflow *workflow);

/* The longest way from a stage to an end, in milliseconds or money: a sum of what each stage takes. */
struct wc_longest {
    const struct wc_workflow *workflow;
    bool failures;   /* only ways that a failure may take, until something is published
                                      or the job is parked */
    uint64_t *takes; /* by stage, as all below; filled by the caller */
    const struct wc_stage **after; /* where the longest way goes on, rounds apart */
    uint64_t *base, *inner;
    unsigned char *base_done, *inner_done;
};

void wc_longest_init(struct wc_longest *of, struct wc_arena *arena,
                     const struct wc_workflow *workflow, bool failures);
/* With all rounds of all circles. Saturates at INT64_MAX. */
uint64_t wc_length_from(struct wc_longest *of, const struct wc_stage *stage);
/* Of a `sleep` that counts: its circle once; else 0. */
uint64_t wc_round_of(struct wc_longest *of, const struct wc_stage *stage);

/* How many items an `each` can have. */
int64_t wc_items_max(const struct wc_stage *stage);
/* The workflows, children before those that run them. */
struct wc_workflow **wc_children_first(struct wc_model *model);
/* "7.4s", "400ms": as a message shows a duration. */
const char *wc_ms_text(struct wc_arena *arena, uint64_t ms);
/* "$0.0529": picodollars, rounded up to what four significant digits show. */
const char *wc_dollars_text(struct wc_arena *arena, int64_t picodollars);

#endif
