/* JSON documents under construction: JSON Schema, contract.json, openapi.json. References to json_t
 * are owned by whoever a function returns them to. */
#ifndef WC_EMIT_DOCUMENT_H
#define WC_EMIT_DOCUMENT_H

#include "compiler/emit/emit.h"
#include "compiler/model/profiles.h"

#include <jansson.h>

/* How schemas are written. */
struct wc_schema_style {
    const char *ref; /* what stands before a schema's name in "$ref": "#/$defs/" */
    bool docs;       /* descriptions; they are no part of an identity */
    bool sorted;     /* the order of fields does not count */
    bool anonymous;  /* schemas are called by their number in `named`, so that names do not count */
    bool wire;       /* as a model is asked, … */
    enum wr_profile profile; /* … by this profile */
    bool plain;              /* without what only OpenAPI knows */
    bool reply;              /* written by the binary: a field with a default is always there */
    const struct wc_schemas *named;
    const struct wc_schema *root; /* called "#"; NULL: none is */
};

/* Schemas in the order in which they are first referred to. */
struct wc_schemas {
    WC_VEC(const struct wc_schema *) list;
};

/* Adds the schema and those it refers to, each once, by the fields' names in order: the order in
 * which they stand in the specification does not count. */
void wc_schemas_reach(struct wc_arena *arena, struct wc_schemas *schemas,
                      const struct wc_schema *from);

static inline bool wc_says(const struct wc_schema_style *style, const struct wc_type *type,
                           enum wr_rule rule)
{
    return !style->wire || wc_writes_rule(style->profile, type, rule);
}

json_t *wc_type_json(const struct wc_type *type, const struct wc_schema_style *style);
json_t *wc_object_json(const struct wc_schema *schema, const struct wc_schema_style *style);
json_t *wc_literal_json(const struct wc_literal *literal);

/* json_object_set_new() and json_array_append_new() that end the program out of memory. */
void wc_set(json_t *object, const char *name, json_t *value_take);
void wc_append(json_t *array, json_t *value_take);
/* Sets a string, unless `text` is NULL; a number, unless it is 0; true, unless it is false. */
void wc_set_text(json_t *object, const char *name, const char *text);
void wc_set_number(json_t *object, const char *name, int64_t number);
void wc_set_flag(json_t *object, const char *name, bool set);

/* The same items in the order of their texts, where the order in the specification means nothing. */
json_t *wc_sorted_take(json_t *array_take);

/* Writes and releases `json`: on one line, or indented with a line break at its end; keys sorted, or
 * as they were set. */
enum wc_layout { WC_COMPACT_SORTED, WC_COMPACT, WC_INDENTED_SORTED, WC_INDENTED };
void wc_json_take(struct wc_buf *out, json_t *json_take, enum wc_layout layout);

#endif
