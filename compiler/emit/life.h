/* What clients are promised of a route, in each artefact: how long it will be there, and how much one
 * caller may ask of it. */
#ifndef WC_EMIT_LIFE_H
#define WC_EMIT_LIFE_H

#include "compiler/emit/document.h"
#include "compiler/emit/layout.h"

/* Rows of C. */
void wc_init_limits(struct wc_init *init, const struct wr_limits *limits);
void wc_init_life(struct wc_init *init, const struct wc_life *life);

/* contract.json: the days `deprecated` and `sunset`, and `limits_of_a_caller`, where something is
 * declared. */
void wc_set_life(json_t *json, const struct wc_life *life);
void wc_set_quota(json_t *json, const struct wr_limits *limits);

/* openapi.json: an operation's `deprecated`, the words about it, and the fields of its replies. */
void wc_openapi_life(json_t *operation, const struct wc_model *model,
                     const struct wc_workflow *flow);
/* The components that these name; only where some route does. */
void wc_openapi_life_parts(json_t *headers, json_t *schemas, const struct wc_model *model);

#endif
