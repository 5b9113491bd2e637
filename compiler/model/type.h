/* Types: making them, saying them, and how large a value of one can be. What contains what is
 * fits.h. Knows the model, not the syntax. */
#ifndef WC_MODEL_TYPE_H
#define WC_MODEL_TYPE_H

#include "compiler/base/arena.h"
#include "compiler/base/buf.h"
#include "compiler/model/model.h"

#include <wright/json.h>

/* Sizes and bounds are counted up to here; what is larger counts as this. */
#define WC_SIZE_MAX (INT64_C(1) << 50)

int64_t wc_add_sat(int64_t a, int64_t b);
int64_t wc_mul_sat(int64_t a, int64_t b); /* of numbers that are not negative */

struct wc_type *wc_type_new(struct wc_arena *arena, enum wc_type_kind kind, struct wc_span span);
/* A string of `min` to `max` code points or bytes. */
struct wc_type *wc_type_string(struct wc_arena *arena, struct wc_span span, int64_t min,
                               int64_t max, bool in_bytes);
/* A text of so many code points, and of at most so many bytes. */
struct wc_type *wc_type_text_of(struct wc_arena *arena, struct wc_span span, int64_t min_points,
                                int64_t max_points, int64_t max_bytes);
/* The same type without null: of a value that is there. */
const struct wc_type *wc_type_set(struct wc_arena *arena, const struct wc_type *type);
struct wc_type *wc_type_int(struct wc_arena *arena, struct wc_span span, int64_t min, int64_t max);

/* As the specification would write it: `string(1..60_000 bytes)`, `KeyPoint[..20]`. */
void wc_type_write(struct wc_buf *out, const struct wc_type *type);
const char *wc_type_text(struct wc_arena *arena, const struct wc_type *type);
/* 60_000 for 60000, as the language writes it. */
const char *wc_int_text(struct wc_arena *arena, int64_t number);

/* The most bytes a string of this type has in UTF-8; WC_SIZE_MAX where nothing bounds it. */
int64_t wc_string_bytes(const struct wc_type *type);
/* The most bytes a value of this type has as canonical JSON. */
int64_t wc_json_bytes(const struct wc_type *type);
/* The most objects and lists that are in one another in a value of this type. */
int64_t wc_json_nest(const struct wc_type *type);
/* Calls `visit` for each schema that a value of this type holds without another between. */
void wc_each_schema(const struct wc_type *type, void (*visit)(void *user, struct wc_schema *schema),
                    void *user);
/* The most bytes a value adds to a text it is interpolated in: strings and enums plain, other
 * scalars as JSON, the rest as JSON. */
int64_t wc_text_bytes(const struct wc_type *type);
int64_t wc_text_points(const struct wc_type *type); /* the same in code points */
/* The fewest code points that a value adds to a text: never more than it does. */
int64_t wc_text_least(const struct wc_type *type);

/* ---- forms and money (formats.c) ----------------------------------------------------------- */

/* The bounds of a URI, a mail address or an amount where none are given. */
void wc_usual_bounds(struct wc_type *type);
bool wc_is_format(enum wc_type_kind kind); /* UUID, DATE, DATETIME, URI, EMAIL */
enum wr_format wc_format_of(enum wc_type_kind kind);
/* The bytes of a text of such a form, which are also its code points. */
int64_t wc_format_least(const struct wc_type *type);
int64_t wc_format_most(const struct wc_type *type);
/* Is this text a value of `type`, which is a format? */
bool wc_has_format(const struct wc_type *type, const char *text, size_t len);
/* The digits of a currency's minor unit: 2 for EUR; -1: there is none of this code. */
int wc_currency_digits(const char *code);
/* "EUR 50.00": an amount of the smallest unit, as people write it. */
const char *wc_amount_text(struct wc_arena *arena, int64_t amount, const char *code);
const char *wc_nearest_currency(struct wc_arena *arena, const char *code); /* or NULL */

/* The labels of all that a value of this type holds; after the schemas are resolved. */
unsigned wc_labels_in(const struct wc_type *type);
bool wc_is_text(const struct wc_type *type);   /* a string, an enum, or a format */
bool wc_is_scalar(const struct wc_type *type); /* one value: no list, map or object */
bool wc_is_number(const struct wc_type *type); /* int or number */

#endif
