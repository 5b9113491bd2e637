/* The tests that a specification has of itself, resolved. A part of the model: model.h includes it, and nothing
 * else does. include/wright/testing.h says what the fields mean. */
#ifndef WC_MODEL_TRIED_H
#define WC_MODEL_TRIED_H

#include "compiler/base/source.h"
#include "compiler/base/vec.h"

#include <wright/testing.h>

struct wc_expr;
struct wc_workflow;

struct wc_given {
    enum wr_given_kind kind;
    enum wr_class class;
    const char *json; /* NULL: none */
    int64_t ms, bytes;
};

/* How often a place's call was sent, or under how many keys: a variable of a condition. */
struct wc_counter {
    const char *name, *place;
    bool keys;
    bool notices; /* `place` is a service: how often somebody was to be notified through it */
};

struct wc_expected {
    enum wr_expect_kind kind;
    struct wc_span span;
    const char *text;
    int64_t ms;
    struct wc_expr *that; /* THAT: a bool; reads the locals `output`, `cost` and the counters' */
    const struct wc_workflow *workflow;
    WC_VEC(struct wc_counter) counters;
    bool of_output;
};

struct wc_test_step {
    enum wr_test_step_kind kind;
    struct wc_span span;
    int64_t at_ms;       /* -1: when it is its turn */
    const char *subject; /* "gather/news" */
    bool is_upstream;
    WC_VEC(struct wc_given) givens;
    const struct wc_workflow *workflow; /* SEND */
    const char *name, *json, *key, *caller;
    WC_VEC(struct wc_expected) expects;
};

struct wc_test {
    const char *title;
    struct wc_span span;
    WC_VEC(struct wc_test_step) steps;
};

#endif
