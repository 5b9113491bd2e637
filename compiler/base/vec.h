/* Growing arrays in an arena: `WC_VEC(struct wc_field) fields;` then wc_push(). The items of a
 * finished vector are a plain array, `items[0 .. count)`. */
#ifndef WC_BASE_VEC_H
#define WC_BASE_VEC_H

#include "compiler/base/arena.h"

#define WC_VEC(type)                                                                               \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t room;                                                                               \
    }

/* Makes room for one more item and returns the new count's index; for wc_push() alone. */
size_t wc_vec_grow(struct wc_arena *arena, void *items, size_t count, size_t *room, size_t size);

/* Appends `value`. Evaluates `vec` more than once. */
#define wc_push(arena, vec, value)                                                                 \
    ((vec)->count +=                                                                               \
     (wc_vec_grow((arena), &(vec)->items, (vec)->count, &(vec)->room, sizeof *(vec)->items),       \
      (vec)->items[(vec)->count] = (value), 1u))

/* `for (size_t i …)` over a vector. */
#define WC_EACH(i, vec) for (size_t i = 0; i < (vec)->count; i++)

#endif
