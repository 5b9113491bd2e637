/* What the tests of a specification answer its calls with, told apart by stage: `wright mock` and the simulator
 * answer so where an invented answer would lead nowhere. Knows the model. */
#ifndef WC_MODEL_ANSWERS_H
#define WC_MODEL_ANSWERS_H

#include "compiler/model/model.h"

/* One answer that a test gives, of the schema that its stage asks for. */
struct wc_known_answer {
    const struct wc_stage *stage; /* a member's own, where it is one's */
    const char *json;
    size_t request; /* what the test sends: an index of `requests` */
    int good;       /* how well its job ends: 3 completed, 2 degraded, 1 not said, 0 failed */
};

struct wc_known_request {
    const struct wc_workflow *workflow;
    const char *json;
};

struct wc_known_answers {
    WC_VEC(struct wc_known_request) requests; /* each once, in the order of the tests */
    WC_VEC(struct wc_known_answer) all;       /* in the order of the tests */
};

/* `found` is empty before; its memory is `arena`'s. */
void wc_known_answers(struct wc_arena *arena, const struct wc_model *model,
                      struct wc_known_answers *found);
/* Does the stage check its answers for more than that they quote the input? */
bool wc_checks_more_than_quotes(const struct wc_stage *stage);
/* The stage, or member, that is called so: "read", "gather.news"; NULL: none. The body of `each` goes by its
 * stage's name. */
const struct wc_stage *wc_stage_called(const struct wc_workflow *workflow, const char *name,
                                       char between);

#endif
