/* What the files that write schemas.c and the structs of the header share. */
#ifndef WC_EMIT_SCHEMAS_H
#define WC_EMIT_SCHEMAS_H

#include "compiler/emit/emit.h"

struct wc_schema_list {
    struct wc_schema **items;
    size_t count, room;
};

/* All of the model's schemas, each after those it holds; else in the order of the source. */
struct wc_schema_list wc_schemas_in_order(const struct wc_model *model);

/* A function of schemas.c that reads or checks a value of one type, or a table that it needs; made
 * once, and numbered by kind. */
struct wc_helper {
    const char *stem; /* "read", "key", "enum", "entries" */
    const char *name; /* "read_2" */
    const char *head; /* before the name */
    const char *tail; /* after it */
};

struct wc_validators {
    struct wc_arena *arena;
    const struct wc_model *model;
    WC_VEC(struct wc_helper) helpers; /* each after those it needs */
    bool *patterns;                   /* by id: is it used? */
};

/* A call that reads a value of this type to the address `at`: `wr_read_int(in, &to->age, 0, 150)`.
 * For a list or a map it gives the items. */
const char *wc_read_call(struct wc_validators *v, const struct wc_type *type, const char *at);
/* `&to->points` and "count" give `to->points.count`; `to` gives `to->count`. */
const char *wc_member_of(struct wc_arena *arena, const char *at, const char *member);
/* The name of a function that reads a value of this type. */
const char *wc_reader_of(struct wc_validators *v, const struct wc_type *type);
/* Statements that write the value `from` of this type. */
void wc_emit_write(struct wc_buf *out, struct wc_arena *arena, const struct wc_type *type,
                   const char *from, size_t indent, size_t depth);

/* The automaton of a pattern as a C function `match_N`. */
void wc_emit_automaton(struct wc_buf *out, size_t number, const struct wc_pattern *pattern);
/* The automaton of a pattern as a C function, and its `struct wr_pattern pattern_N`. */
void wc_emit_pattern(struct wc_buf *out, struct wc_arena *arena, size_t number,
                     const struct wc_pattern *pattern);

/* `LEFT CALL;` at `indent`, broken where clang-format would break it; `left` is "x =", "return", or
 * NULL. */
void wc_emit_call(struct wc_buf *out, size_t indent, const char *left, const char *call);

#endif
