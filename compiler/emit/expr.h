/* Expressions as plain C on typed structs: what an expression needs before it is written as
 * statements, and the value itself comes back as text. Knows the model and the layout. */
#ifndef WC_EMIT_EXPR_H
#define WC_EMIT_EXPR_H

#include "compiler/emit/emit.h"
#include "compiler/emit/layout.h"

/* A function being written. */
struct wc_function {
    struct wc_arena *arena;
    struct wc_buf *out;
    size_t indent;      /* columns */
    const char *memory; /* the arena in the generated code: "turn->arena" */
    size_t temps;       /* numbers the temporaries */
};

/* C text for a value. A schema's value is an lvalue, or with `pointer` a pointer to one. */
struct wc_value {
    const char *text;
    bool pointer;
    enum wc_op joint; /* what joins its parts; decides where parentheses are needed */
};

struct wc_value wc_value_of(struct wc_function *fn, const struct wc_expr *expr);
/* A C condition: is it set? NULL: always. */
const char *wc_present(struct wc_function *fn, const struct wc_expr *expr);
/* The address of a schema's value. */
const char *wc_address(struct wc_function *fn, struct wc_value value);

/* A literal in C: `WR_STR("en")`, `5`. */
const char *wc_c_literal(struct wc_arena *arena, const struct wc_literal *literal);
/* An object or a list, built in the function's memory (build.c); for wc_value_of() alone. */
struct wc_value wc_build(struct wc_function *fn, const struct wc_expr *expr);
/* Statements that copy a value of one schema, at the address `from`, to a new one of another that it
 * fits; gives the new one's address. */
const char *wc_copy_as(struct wc_function *fn, const char *from, const struct wc_schema *source,
                       const struct wc_schema *target);

/* One line at the function's indent. */
void wc_line(struct wc_function *fn, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How text is added to a `struct wr_text`. */
enum wc_text_as {
    WC_AS_PLAIN, /* a prompt */
    WC_AS_URL,   /* holes percent-encoded */
    WC_AS_JSON   /* a JSON value */
};

/* Statements that add the expression to the wr_text `var`. */
void wc_add_text(struct wc_function *fn, const char *var, const struct wc_expr *expr,
                 enum wc_text_as as);
/* Statements that write the value as canonical JSON to the wr_writer `out` of a key's function. */
void wc_write_key(struct wc_function *fn, const struct wc_expr *expr);

#endif
