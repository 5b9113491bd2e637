/* Inside diff only: what the two halves of containment share. */
#ifndef WC_DIFF_CONTAIN_PARTS_H
#define WC_DIFF_CONTAIN_PARTS_H

#include "compiler/diff/contain.h"

struct wc_shape_pair {
    struct wc_shape *outer, *inner;
};

struct wc_proof {
    struct wc_pool *pool;
    struct wc_accepting how;              /* of the outer */
    bool full;                            /* the inner's documents have their defaults filled in */
    WC_VEC(struct wc_shape_pair) assumed; /* objects under way or done: by coinduction they hold */
    WC_VEC(struct wc_shape_pair)
    deep; /* outer objects with a depth, and what they are held against */
    int nest;
};

/* Refuted by this document, if it does what it should; else not known. */
struct wc_containment wc_refuted_by(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner, json_t *witness);
/* Refuted by one of the inner's documents at its ends; else not known. */
struct wc_containment wc_tried(struct wc_proof *proof, struct wc_shape *outer,
                               struct wc_shape *inner);

/* Both are STRING; INT or NUMBER; the outer an ENUM and the inner a STRING. */
struct wc_containment wc_strings_contain(struct wc_proof *proof, struct wc_shape *outer,
                                         struct wc_shape *inner);
struct wc_containment wc_numbers_contain(struct wc_proof *proof, struct wc_shape *outer,
                                         struct wc_shape *inner);
struct wc_containment wc_enum_contains(struct wc_proof *proof, struct wc_shape *outer,
                                       struct wc_shape *inner);

#endif
