/* Inside diff only: what the groups of rules share. Each group is one file with one function of the table in
 * diff.c. */
#ifndef WC_DIFF_RULES_H
#define WC_DIFF_RULES_H

#include "compiler/diff/diff.h"

/* Marks the rules of a group as run: something was there that they are about. */
void wc_ran(struct wc_diff *diff, const char *group);
/* A finding without a witness; the strings are copied. `old`, `new` are what its fingerprint is of. */
struct wc_finding *wc_find(struct wc_diff *diff, enum wc_rule rule, const char *path,
                           const char *old_at, const char *new_at);
void wc_find_says(struct wc_diff *diff, struct wc_finding *finding, const char *help,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One workflow on both sides. */
struct wc_flow_pair {
    const char *name, *new_name; /* they differ where it was renamed */
    json_t *old, *new;
    const char *old_at, *new_at; /* "/workflows/NAME" */
    const char *route;           /* "POST /briefs/extract-key-points", as it was */
};

void wc_rules_api(struct wc_diff *diff);
void wc_rules_dependencies(struct wc_diff *diff);
void wc_rules_schemas(struct wc_diff *diff, const struct wc_flow_pair *flow);
void wc_rules_errors(struct wc_diff *diff, const struct wc_flow_pair *flow);
void wc_rules_error_rows(struct wc_diff *diff);
void wc_rules_latency(struct wc_diff *diff, const struct wc_flow_pair *flow);
void wc_rules_promises(struct wc_diff *diff, const struct wc_flow_pair *flow);
/* How much one caller may ask of a route, or of the API. */
void wc_rules_quota(struct wc_diff *diff, const struct wc_flow_pair *flow);
void wc_rules_lifecycle(struct wc_diff *diff, const struct wc_flow_pair *flow);
void wc_rules_stages(struct wc_diff *diff, const struct wc_flow_pair *flow);
void wc_rules_flight(struct wc_diff *diff, const struct wc_flow_pair *flow);
/* Last: the version that all of this requires. */
void wc_rules_version(struct wc_diff *diff);
void wc_accept_all(struct wc_diff *diff, const char *today);

/* Members that no rule knows and that differ; `known` is " key key ". */
void wc_rest(struct wc_diff *diff, json_t *old, json_t *new, const char *known, const char *path,
             const char *old_at, const char *new_at);
/* Both absent, or equal. */
bool wc_same(const json_t *old, const json_t *new);
bool wc_same_at(const json_t *old, const json_t *new, const char *key);
const char *wc_text_at(const json_t *json, const char *key);
int64_t wc_number_at(const json_t *json, const char *key);
/* Where an expression stands: on which side, and in the body of `each` the item's variable. */
struct wc_meaning {
    bool old;
    const char *item; /* NULL: none */
};
/* The expression, with schemas and variables by what they are. */
const char *wc_meaning_of(struct wc_diff *diff, const struct wc_meaning *side, const char *text);
/* Expressions, or documents of them. */
bool wc_means_the_same(struct wc_diff *diff, const struct wc_meaning *old_side, const json_t *old,
                       const struct wc_meaning *new_side, const json_t *new);
/* As compact JSON; "nothing" where there is none. */
const char *wc_diff_text_of(struct wc_diff *diff, const json_t *json);
/* "8 s", "1.5 s", "400 ms", "7 d", "1 h 30 m" */
const char *wc_diff_ms(struct wc_arena *arena, int64_t ms);
#define wc_print(diff, ...) wc_arena_printf((diff)->arena, __VA_ARGS__)

#endif
