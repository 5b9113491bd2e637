/* The schemas of a contract as shapes: what containment, examples and the rules walk. A shape is made of
 * the JSON Schema that compiler/emit writes; what it does not know is a shape that nothing is proved of. */
#ifndef WC_DIFF_SHAPE_H
#define WC_DIFF_SHAPE_H

#include "compiler/base/automata.h"
#include "compiler/base/intern.h"
#include "compiler/base/vec.h"

#include <jansson.h>
#include <wright/json.h>

enum wc_shape_kind {
    WC_SHAPE_STRING,
    WC_SHAPE_INT,
    WC_SHAPE_NUMBER,
    WC_SHAPE_BOOL,
    WC_SHAPE_ENUM,
    WC_SHAPE_LIST,
    WC_SHAPE_MAP,
    WC_SHAPE_OBJECT,
    WC_SHAPE_REF, /* `target` is an OBJECT */
    WC_SHAPE_UNION,
    WC_SHAPE_ANY,
    WC_SHAPE_ODD /* not understood */
};

struct wc_shape_part {
    const char *name; /* of a field; of a variant: its tag's value */
    struct wc_shape *shape;
    bool required;          /* in a request */
    const json_t *fallback; /* NULL: none */
    const json_t *labels;   /* NULL: none */
};

struct wc_shape {
    enum wc_shape_kind kind;
    bool nullable;
    const json_t *json;  /* borrowed from the contract */
    const char *pointer; /* where it stands in the contract */
    const char *name;    /* OBJECT, REF: the schema's; variants are called as their schema */

    /* STRING, LIST, MAP: length; INT: value. Both ends in. */
    bool has_min, has_max;
    int64_t min, max;
    int64_t min_bytes, max_bytes; /* STRING, ANY; max -1: no bound */
    int64_t max_depth;            /* ANY */
    double number_min, number_max;

    const char *pattern; /* STRING: NULL: any text */
    const struct wc_dfa *dfa;
    int format; /* enum wr_format, or -1 */
    const char *currency;

    struct wc_shape *element, *key; /* LIST, MAP */
    struct wc_shape *target;        /* REF */
    const char *tag;                /* UNION */
    WC_VEC(struct wc_shape_part) parts;
    bool open;
    int64_t depth; /* OBJECT: how often it may hold itself; 0: not said */

    /* OBJECT, or with a pattern: its smallest document in a request and a reply, once made; borrowed from
     * the pool and never changed. */
    json_t *smallest[2];
};

/* Patterns as automata: each is compiled once, however often it is met. */
struct wc_language {
    const char *pattern;      /* interned */
    const struct wc_dfa *dfa; /* NULL: it is refused */
};
struct wc_languages {
    struct wc_interner patterns;
    WC_VEC(struct wc_language) rows;
};
const struct wc_dfa *wc_language(struct wc_languages *languages, const char *pattern);

struct wc_named_shape {
    const char *name; /* interned */
    struct wc_shape *shape;
};
struct wc_shapes {
    struct wc_arena *arena;
    const json_t *schemas;          /* of the contract; borrowed */
    struct wc_languages *languages; /* borrowed; both sides' */
    struct wc_interner names;
    WC_VEC(struct wc_named_shape) named;
};

/* The shape of a named schema; ODD where there is none of that name. */
struct wc_shape *wc_shape_named(struct wc_shapes *shapes, const char *name);
/* An OBJECT where it is a REF, else itself. */
struct wc_shape *wc_shape_bare(struct wc_shape *shape);
const struct wc_shape_part *wc_shape_part(const struct wc_shape *shape, const char *name);
/* A pattern that every text of the format has, or NULL. */
const char *wc_format_pattern(int format);

/* Is it a document of the shape? `reply`: written by a binary, where fields with defaults are there. */
struct wc_accepting {
    bool reply;
    bool tolerant; /* unknown fields are passed over, as clients do */
    bool kept; /* of containment: the inner one's defaults were filled in, as a journal has them */
};
bool wc_accepts(struct wc_shape *shape, const json_t *document, struct wc_accepting how);

#endif
