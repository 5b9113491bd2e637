/* Does every value of one type belong to another? Structural: the names of schemas do not matter. */
#ifndef WC_MODEL_FITS_H
#define WC_MODEL_FITS_H

#include "compiler/model/type.h"

enum wc_misfit_kind {
    WC_MISFIT_TYPE,    /* another type altogether */
    WC_MISFIT_LENGTH,  /* a length or a range that may not fit */
    WC_MISFIT_UNSET,   /* may be unset, or null, where a value is needed */
    WC_MISFIT_FIELD,   /* a field that is missing or not known */
    WC_MISFIT_PATTERN, /* text that may not match */
    WC_MISFIT_VALUE    /* an enum's value that the other has not */
};

/* The first thing that does not fit. */
struct wc_misfit {
    enum wc_misfit_kind kind;
    const char *path;           /* ".points[].text"; empty: the value itself */
    const struct wc_type *from; /* what is there, of the part at `path` */
    const struct wc_type *into; /* what is needed there */
    const char *reason;         /* a clause: "up to 400 code points where at most 200 fit" */
};

/* True where all of `from` is in `into`; else `why` says what is not. */
bool wc_fits(struct wc_arena *arena, const struct wc_type *from, const struct wc_type *into,
             struct wc_misfit *why);
/* The same for one literal, whose value is known. */
bool wc_literal_fits(struct wc_arena *arena, const struct wc_literal *literal,
                     const struct wc_type *into, struct wc_misfit *why);
/* The type of which a literal is the only value. */
struct wc_type *wc_literal_type(struct wc_arena *arena, const struct wc_literal *literal,
                                struct wc_span span);
int64_t wc_code_points(const char *text, size_t len);

#endif
