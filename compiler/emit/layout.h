/* The shapes of generated C, laid out as clang-format would: tables, literals, banners. Knows C and
 * the line's width, nothing of a specification. */
#ifndef WC_EMIT_LAYOUT_H
#define WC_EMIT_LAYOUT_H

#include "compiler/base/buf.h"
#include "compiler/base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define WC_WIDTH 100 /* columns of generated C */

/* A banner over the whole width, between empty lines. */
void wc_c_banner(struct wc_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `LEFT = "text"END` at `indent` columns, in pieces on lines of their own where it is too long. */
void wc_c_assign_text(struct wc_buf *out, size_t indent, const char *left, const char *text,
                      size_t len, const char *end);

/* `WR_ADD(&VAR, "text");`, as many as it takes; a line of the text ends a call. */
void wc_c_add_text(struct wc_buf *out, size_t indent, const char *var, const char *text,
                   size_t len);

/* The fields of one initialiser. */
struct wc_init {
    struct wc_arena *arena;
    size_t indent;               /* of a field that stands on its own line */
    WC_VEC(const char *) fields; /* ".name = value" */
};

void wc_init_field(struct wc_init *init, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A string, or nothing where `text` is NULL. */
void wc_init_text(struct wc_init *init, const char *name, const char *text);
/* A number, or nothing where it is 0. */
void wc_init_number(struct wc_init *init, const char *name, int64_t number);
/* A flag, or nothing where it is not set. */
void wc_init_flag(struct wc_init *init, const char *name, bool set);
/* A struct within: on one line if it fits; its own fields are eight columns further in. */
void wc_init_nested(struct wc_init *init, const char *name, struct wc_init *inner);
/* `BEFORE{…}END`, four columns left of the fields: on one line if it fits and `wide` is not set,
 * else a field a line. */
void wc_init_write(struct wc_buf *out, const char *before, struct wc_init *init, bool wide,
                   const char *end);

#endif
