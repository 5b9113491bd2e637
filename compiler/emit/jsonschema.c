/* Schemas as JSON Schema 2020-12: in full, as profiles of providers take them, and in
 * the canonical form that a schema's hash is taken of. */
#include "compiler/emit/document.h"
#include "compiler/model/type.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- which schemas ------------------------------------------------------------------------ */

static void reach_type(struct wc_arena *arena, struct wc_schemas *schemas,
                       const struct wc_type *type)
{
    if (type->kind == WC_TYPE_SCHEMA)
        wc_schemas_reach(arena, schemas, type->schema);
    else if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        reach_type(arena, schemas, type->element);
    for (size_t i = 0; type->kind == WC_TYPE_UNION && i < type->choice->variants.count; i++)
        wc_schemas_reach(arena, schemas, type->choice->variants.items[i].shown);
}

void wc_schemas_reach(struct wc_arena *arena, struct wc_schemas *schemas,
                      const struct wc_schema *from)
{
    WC_EACH(i, &schemas->list)
    {
        if (schemas->list.items[i] == from)
            return;
    }
    wc_push(arena, &schemas->list, from);
    const char *last = "";
    for (size_t round = 0; round < from->fields.count; round++) {
        const struct wc_field *next = NULL;
        WC_EACH(i, &from->fields)
        {
            const struct wc_field *field = &from->fields.items[i];
            if (strcmp(field->name, last) > 0 && (!next || strcmp(field->name, next->name) < 0))
                next = field;
        }
        if (!next)
            return;
        reach_type(arena, schemas, next->type);
        last = next->name;
    }
}

/* ---- values and types --------------------------------------------------------------------- */

json_t *wc_literal_json(const struct wc_literal *literal)
{
    switch (literal->kind) {
    case WC_LIT_STRING:
        return json_stringn(literal->text, literal->len);
    case WC_LIT_INT:
        return json_integer(literal->integer);
    case WC_LIT_NUMBER:
        return json_real(literal->number);
    case WC_LIT_BOOL:
        return json_boolean(literal->integer != 0);
    case WC_LIT_EMPTY:
        return json_array();
    case WC_LIT_NULL:
        break;
    }
    return json_null();
}

/* 1 and not 1.0 where a bound is whole: the same number either way, and easier to read. */
static json_t *bound(double number)
{
    if (number >= -9e15 && number <= 9e15 && floor(number) >= number)
        return json_integer((json_int_t)number);
    return json_real(number);
}

static json_t *named_type(const char *name)
{
    json_t *json = json_object();
    wc_set_text(json, "type", name);
    return json;
}

static void set_range(json_t *json, const char *min, const char *max, const struct wc_type *type)
{
    bool counted = type->kind != WC_TYPE_INT && type->kind != WC_TYPE_MONEY;
    if (type->has_min && (!counted || type->min > 0))
        wc_set(json, min, json_integer(type->min));
    if (type->has_max)
        wc_set(json, max, json_integer(type->max));
}

/* The whole string matches in this language; in JSON Schema a part would do. */
static void set_pattern(json_t *json, const char *pattern)
{
    struct wc_buf text = {0};
    bool grouped = strchr(pattern, '|') != NULL;
    wc_buf_printf(&text, grouped ? "^(?:%s)$" : "^%s$", pattern);
    wc_set_text(json, "pattern", text.data);
    wc_buf_free(&text);
}

static json_t *string_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = named_type("string");
    if (type->pattern && wc_says(style, type, WR_RULE_PATTERN))
        set_pattern(json, type->pattern);
    if (!type->in_bytes && wc_says(style, type, WR_RULE_LENGTH))
        set_range(json, "minLength", "maxLength", type);
    if (!type->in_bytes || !wc_says(style, type, WR_RULE_BYTES))
        return json;
    /* A code point takes one to four bytes, so these are implied; the exact bound stands beside. */
    if (type->has_min && type->min > 0)
        wc_set(json, "minLength", json_integer((type->min + 3) / 4));
    if (type->has_max)
        wc_set(json, "maxLength", json_integer(type->max));
    if (!style->wire)
        set_range(json, "x-minBytes", "x-maxBytes", type);
    return json;
}

static json_t *format_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    static const char *const names[] = {[WR_UUID] = "uuid",
                                        [WR_DATE] = "date",
                                        [WR_DATETIME] = "date-time",
                                        [WR_URI] = "uri",
                                        [WR_EMAIL] = "email"};
    json_t *json = named_type("string");
    if (wc_says(style, type, WR_RULE_FORMAT))
        wc_set_text(json, "format", names[wc_format_of(type->kind)]);
    if (!wc_says(style, type, WR_RULE_LENGTH))
        return json;
    set_range(json, "minLength", "maxLength", type);
    if (type->kind == WC_TYPE_DATETIME)
        wc_set(json, "maxLength", json_integer(WR_DATETIME_MOST));
    return json;
}

/* Any JSON; its bytes are those without white space. */
static json_t *any_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = json_object();
    if (style->wire && !wc_profiles[style->profile].any) {
        wc_set_text(json, "type", "string");
        wc_set_text(json, "description", "Any JSON value, as text.");
    }
    if (style->wire)
        return json;
    set_range(json, "x-minBytes", "x-maxBytes", type);
    wc_set(json, "x-maxDepth", json_integer(WR_ANY_DEPTH));
    return json;
}

static json_t *enum_json(const struct wc_type *type)
{
    json_t *json = named_type("string");
    json_t *values = json_array();
    for (size_t i = 0; i < type->value_count; i++)
        wc_append(values, json_string(type->values[i]));
    wc_set(json, "enum", values);
    return json;
}

static json_t *ref_json(const struct wc_schema *schema, const struct wc_schema_style *style)
{
    struct wc_buf text = {0};
    if (schema == style->root) {
        wc_buf_char(&text, '#');
    } else if (style->anonymous) {
        wc_buf_text(&text, style->ref);
        WC_EACH(i, &style->named->list)
        {
            if (style->named->list.items[i] == schema)
                wc_buf_printf(&text, "%zu", i);
        }
    } else {
        wc_buf_printf(&text, "%s%s", style->ref, schema->name);
    }
    json_t *json = json_object();
    wc_set_text(json, "$ref", text.data);
    wc_buf_free(&text);
    return json;
}

static json_t *list_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = named_type("array");
    wc_set(json, "items", wc_type_json(type->element, style));
    if (wc_says(style, type, WR_RULE_ITEMS))
        set_range(json, "minItems", "maxItems", type);
    return json;
}

/* A map where keys have to be known: a list of its entries. */
static json_t *pairs_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = named_type("array"), *pair = named_type("object"), *parts = json_object();
    wc_set_text(json, "description", "The entries of a map: each key once.");
    wc_set(parts, "key", type->key ? wc_type_json(type->key, style) : named_type("string"));
    wc_set(parts, "value", wc_type_json(type->element, style));
    wc_set(pair, "properties", parts);
    wc_set(pair, "required", json_pack("[ss]", "key", "value"));
    wc_set(pair, "additionalProperties", json_false());
    wc_set(json, "items", pair);
    if (wc_says(style, type, WR_RULE_ENTRIES))
        set_range(json, "minItems", "maxItems", type);
    return json;
}

static json_t *map_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    if (style->wire && !wc_profiles[style->profile].maps)
        return pairs_json(type, style);
    json_t *json = named_type("object");
    wc_set(json, "additionalProperties", wc_type_json(type->element, style));
    if (!wc_says(style, type, WR_RULE_ENTRIES))
        return json;
    if (type->key)
        wc_set(json, "propertyNames", wc_type_json(type->key, style));
    set_range(json, "minProperties", "maxProperties", type);
    return json;
}

static json_t *int_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = named_type("integer");
    if (wc_says(style, type, WR_RULE_RANGE))
        set_range(json, "minimum", "maximum", type);
    if (!style->wire)
        wc_set_text(json, "x-currency", type->currency);
    return json;
}

static json_t *number_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = named_type("number");
    if (wc_says(style, type, WR_RULE_RANGE) && type->has_min)
        wc_set(json, "minimum", bound(type->number_min));
    if (wc_says(style, type, WR_RULE_RANGE) && type->has_max)
        wc_set(json, "maximum", bound(type->number_max));
    return json;
}

/* Tags differ, so that no object is of two variants: one of them is any of them. */
static json_t *union_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = json_object(), *choices = json_array(), *mapping = json_object();
    WC_EACH(i, &type->choice->variants)
    {
        const struct wc_variant *variant = &type->choice->variants.items[i];
        json_t *ref = ref_json(variant->shown, style);
        wc_set(mapping, variant->name, json_incref(json_object_get(ref, "$ref")));
        wc_append(choices, ref);
    }
    bool named = !style->wire && !style->anonymous && !style->plain;
    wc_set(json, style->wire ? "anyOf" : "oneOf", choices);
    if (named) {
        json_t *discriminator = json_object();
        wc_set_text(discriminator, "propertyName", type->choice->tag);
        wc_set(discriminator, "mapping", mapping);
        wc_set(json, "discriminator", discriminator);
    } else {
        json_decref(mapping);
    }
    return json;
}

static json_t *bare_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    switch (type->kind) {
    case WC_TYPE_STRING:
        return string_json(type, style);
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
        return int_json(type, style);
    case WC_TYPE_NUMBER:
        return number_json(type, style);
    case WC_TYPE_BOOL:
        return named_type("boolean");
    case WC_TYPE_ENUM:
        return enum_json(type);
    case WC_TYPE_LIST:
        return list_json(type, style);
    case WC_TYPE_MAP:
        return map_json(type, style);
    case WC_TYPE_SCHEMA:
        return ref_json(type->schema, style);
    case WC_TYPE_UNION:
        return union_json(type, style);
    case WC_TYPE_UUID:
    case WC_TYPE_DATE:
    case WC_TYPE_DATETIME:
    case WC_TYPE_URI:
    case WC_TYPE_EMAIL:
        return format_json(type, style);
    case WC_TYPE_ANY:
        return any_json(type, style);
    default:
        return json_object();
    }
}

/* `{"anyOf": [T, {"type": "null"}]}` */
static json_t *or_null(json_t *json_take)
{
    json_t *choices = json_array();
    wc_append(choices, json_take);
    wc_append(choices, named_type("null"));
    json_t *json = json_object();
    wc_set(json, "anyOf", choices);
    return json;
}

json_t *wc_type_json(const struct wc_type *type, const struct wc_schema_style *style)
{
    json_t *json = bare_json(type, style);
    return type->nullable ? or_null(json) : json;
}
