/* Is every document of one shape one of another? Proved, refuted with a document, or not known. And the
 * smallest documents of a shape. Documents belong to the pool they are made in. */
#ifndef WC_DIFF_CONTAIN_H
#define WC_DIFF_CONTAIN_H

#include "compiler/diff/shape.h"

struct wc_pool {
    struct wc_arena *arena;
    struct wc_languages *languages; /* borrowed */
    json_t *documents;              /* an array that owns them */
};

/* Takes a document over and gives it back, borrowed. */
json_t *wc_pool_take(struct wc_pool *pool, json_t *document_take);

/* The smallest document of the shape, or NULL where none is found. */
json_t *wc_example(struct wc_pool *pool, struct wc_shape *shape, bool reply);
/* Other documents of the shape: at its ends, and with all that may be left out. `index` from 0; NULL: no
 * more. */
json_t *wc_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index, bool reply);
/* A text of `points` code points, each of `bytes` bytes (1 or 4). */
json_t *wc_made_text(struct wc_pool *pool, int64_t points, int bytes);
/* A document that holds itself `times` times, by any way back to the shape; NULL: there is none. */
json_t *wc_deepened(struct wc_pool *pool, struct wc_shape *shape, int64_t times, bool reply);

enum wc_verdict { WC_PROVED, WC_REFUTED, WC_UNKNOWN };

struct wc_containment {
    enum wc_verdict verdict;
    json_t *witness; /* REFUTED: of `inner` and not of `outer`; borrowed from the pool */
};

struct wc_containment wc_contains(struct wc_pool *pool, struct wc_shape *outer,
                                  struct wc_shape *inner, struct wc_accepting how);

#endif
