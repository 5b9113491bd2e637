/* Expressions as plain C on typed structs: what an expression needs before it is written as
 * statements, and the value itself comes back as text. Knows the model and the layout. */
#ifndef WC_EMIT_EXPR_H
#define WC_EMIT_EXPR_H

#include "compiler/emit/emit.h"
#include "compiler/emit/layout.h"

/* An expression whose value has a variable of its own in the block at hand. */
struct wc_made {
    const struct wc_expr *expr;
    const char *text;
    bool pointer;
    const char *present; /* a condition; NULL: always */
};

/* A function being written. */
struct wc_function {
    struct wc_arena *arena;
    struct wc_buf *out;
    size_t indent;      /* columns */
    const char *memory; /* the arena in the generated code: "turn->arena" */
    size_t temps;       /* numbers the temporaries */
    WC_VEC(struct wc_made) made;
    bool *patterns; /* by id: is it matched in this file? */
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

/* ---- parts of the above (loops.c, calls.c, arithmetic.c) ---------------------------------- */

/* A loop, an item, a comparison of lists, arithmetic that may have no result, a function's call. */
struct wc_value wc_loop_value(struct wc_function *fn, const struct wc_expr *expr);
struct wc_value wc_index_value(struct wc_function *fn, const struct wc_expr *expr);
struct wc_value wc_same_lists(struct wc_function *fn, const struct wc_expr *expr);
struct wc_value wc_list_contains(struct wc_function *fn, const struct wc_expr *expr);
struct wc_value wc_checked_value(struct wc_function *fn, const struct wc_expr *expr);
struct wc_value wc_call_value(struct wc_function *fn, const struct wc_expr *expr);
/* Writes what goes through the items of `loop` up to the open brace, declares its variable, and
 * indents; wc_end_items() closes it. `while_text`: a condition to go on, or NULL. */
size_t wc_begin_items(struct wc_function *fn, const struct wc_expr *loop, const char *while_text);
void wc_end_items(struct wc_function *fn, size_t mark);

/* The one that was made of `expr` in this block, or NULL; and one more. */
const struct wc_made *wc_find_made(const struct wc_function *fn, const struct wc_expr *expr);
void wc_add_made(struct wc_function *fn, struct wc_made made);
/* Statements that follow stand four columns further in; what is made in them is gone after. */
size_t wc_begin_block(struct wc_function *fn);
void wc_end_block(struct wc_function *fn, size_t mark);

/* Is it read by its name, so that it may be written twice? */
bool wc_is_named(const struct wc_expr *expr);
/* Without the parentheses around all of it. */
const char *wc_bare(struct wc_function *fn, const char *text);
/* Is it a name and nothing else? */
bool wc_is_word(const char *text);
bool wc_needs_statements(const struct wc_expr *expr);
/* The value by a name that may be written twice: a variable is made for what has none. */
const char *wc_named(struct wc_function *fn, const struct wc_expr *expr, const char *stem);
/* In parentheses where what it is put into binds as tightly. */
const char *wc_operand(struct wc_function *fn, struct wc_value value, enum wc_op into);
/* A number or a value of another schema, or a list of them, as the type that its place has. */
const char *wc_convert(struct wc_function *fn, struct wc_value value, const struct wc_type *from,
                       const struct wc_type *into);
/* The variable of a loop in C. */
const char *wc_local_name(struct wc_function *fn, const struct wc_expr *expr);
struct wc_value wc_plain(const char *text);
const char *wc_sign_of(enum wc_op op);
bool wc_is_c_text(const struct wc_type *type);
/* The address of an object's value as one of `schema`, made anew where it is of another. */
const char *wc_address_as(struct wc_function *fn, const struct wc_expr *expr,
                          const struct wc_schema *schema);

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
