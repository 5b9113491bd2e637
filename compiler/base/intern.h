/* Interned names: one pointer a distinct text, so that names compare with `==`. Iteration and
 * numbering follow insertion, never a hash. */
#ifndef WC_BASE_INTERN_H
#define WC_BASE_INTERN_H

#include "compiler/base/arena.h"

struct wc_interner {
    struct wc_arena *arena; /* borrowed; owns the names */
    const char **slots;
    size_t room; /* slots, a power of two */
    size_t count;
};

/* The one NUL-terminated copy of `text`, alive as long as the interner's arena. */
const char *wc_intern(struct wc_interner *names, const char *text, size_t len);
/* The nearest of `count` names to `text` (edit distance at most a third of its length, at least
 * one), or NULL: for "did you mean". The first wins a tie. */
const char *wc_nearest(const char *text, const char *const *names, size_t count);

#endif
