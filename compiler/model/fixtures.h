/* The fixtures of tests against the schemas of their places. Only this folder includes it. */
#ifndef WC_MODEL_FIXTURES_H
#define WC_MODEL_FIXTURES_H

#include "compiler/model/resolver.h"

/* `json`: what is sent, or NULL. Reports E0326 where it is no `schema`. */
void wc_check_sent(struct wc_resolver *r, const char *json, struct wc_span span,
                   const struct wc_schema *schema);
/* What `stage` is given in a test that does not say that it fails. Warns (E0327). */
void wc_check_given(struct wc_resolver *r, const char *json, struct wc_span span,
                    const struct wc_stage *stage, const struct wc_ast_test *test);

/* The first request of tests that fits, and the first value of a stage that is of the output's schema, are
 * the examples of the contract. */
void wc_show_sent(struct wc_resolver *r, const char *json, struct wc_workflow *workflow);
void wc_show_given(struct wc_resolver *r, const char *json, const struct wc_stage *stage);

#endif
