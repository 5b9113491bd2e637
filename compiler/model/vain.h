/* What a test says in vain. Only this folder includes it. */
#ifndef WC_MODEL_VAIN_H
#define WC_MODEL_VAIN_H

#include "compiler/model/resolver.h"

/* Does some workflow have a stage of that name with such a member? */
bool wc_has_names(const struct wc_stage *stage); /* do its members have names? */
bool wc_has_member(const struct wc_resolver *r, const char *stage, const char *member);
/* Reports that the stage has no such member. */
void wc_need_member(struct wc_resolver *r, const struct wc_stage *stage, struct wc_name member);
/* `step`, of a `given`, before it is added to the test. */
void wc_refuse_twice(struct wc_resolver *r, const struct wc_test *test,
                     const struct wc_test_step *step);
/* A class that no call of the subject ends with. */
void wc_refuse_class(struct wc_resolver *r, const struct wc_test_step *step,
                     const struct wc_ast_outcome *outcome, enum wr_class class);
void wc_need_expect(struct wc_resolver *r, const struct wc_test *test);

#endif
