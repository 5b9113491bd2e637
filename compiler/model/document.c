/* Is a JSON document a value of a schema? What a generated decoder would say of it, known before there is
 * one: of the fixtures of tests. Says the first thing that is wrong, and where. */
#include "compiler/model/document.h"
#include "compiler/base/automata.h"
#include "compiler/model/type.h"

#include <math.h>
#include <string.h>

/* The schemas that are open around a value. */
struct level {
    const struct wc_schema *schema;
    const struct level *outer;
};

struct looking {
    struct wc_arena *arena;
    struct wc_document_fault *fault;
    bool null_is_absent;
};

static bool wrong(struct looking *it, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool wrong(struct looking *it, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    it->fault->pointer = "";
    it->fault->why = wc_arena_vprintf(it->arena, format, args);
    va_end(args);
    return false;
}

static bool inside(struct looking *it, const char *part)
{
    it->fault->pointer = wc_arena_printf(it->arena, "/%s%s", part, it->fault->pointer);
    return false;
}

static bool look(struct looking *it, const json_t *json, const struct wc_type *type,
                 const struct level *outer);

/* ---- scalars ------------------------------------------------------------------------------ */

/* `what`: the value is a number of these ("items"); NULL: the value itself. */
static bool in_range(struct looking *it, const struct wc_type *type, int64_t value,
                     const char *what)
{
    const char *number = wc_int_text(it->arena, value), *needed = wc_type_text(it->arena, type);
    if ((!type->has_min || value >= type->min) && (!type->has_max || value <= type->max))
        return true;
    return what ? wrong(it, "it has %s %s, and %s is needed", number, what, needed)
                : wrong(it, "%s is outside of %s", number, needed);
}

static bool look_at_text(struct looking *it, const json_t *json, const struct wc_type *type)
{
    const char *text = json_string_value(json);
    size_t len = json_string_length(json);
    if (!text)
        return wrong(it, "it is no text");
    if (wc_is_format(type->kind))
        return wc_has_format(type, text, len) ||
               wrong(it, "it is no %s", wc_type_text(it->arena, type));
    if (type->kind == WC_TYPE_ENUM) {
        for (size_t i = 0; i < type->value_count; i++)
            if (strcmp(type->values[i], text) == 0)
                return true;
        return wrong(it, "\"%s\" is not one of its values", text);
    }
    if (type->dfa && !wc_dfa_matches(type->dfa, text, len))
        return wrong(it, "it does not match r\"%s\"", type->pattern);
    return in_range(it, type, type->in_bytes ? (int64_t)len : wc_code_points(text, len),
                    type->in_bytes ? "bytes" : "code points");
}

static bool look_at_number(struct looking *it, const json_t *json, const struct wc_type *type)
{
    double number = json_number_value(json);
    if (!json_is_number(json))
        return wrong(it, "it is no number");
    if (type->kind != WC_TYPE_NUMBER) {
        if (json_is_integer(json))
            return in_range(it, type, json_integer_value(json), NULL);
        if (floor(number) < number || number < -9e18 || number > 9e18)
            return wrong(it, "it is no integer");
        return in_range(it, type, (int64_t)number, NULL);
    }
    if ((type->has_min && number < type->number_min) ||
        (type->has_max && number > type->number_max))
        return wrong(it, "it does not fit %s", wc_type_text(it->arena, type));
    return true;
}

/* ---- what holds others -------------------------------------------------------------------- */

static bool look_at_list(struct looking *it, const json_t *json, const struct wc_type *type,
                         const struct level *outer)
{
    if (!json_is_array(json))
        return wrong(it, "it is no list");
    for (size_t i = 0; i < json_array_size(json); i++)
        if (!look(it, json_array_get(json, i), type->element, outer))
            return inside(it, wc_arena_printf(it->arena, "%zu", i));
    return in_range(it, type, (int64_t)json_array_size(json), "items");
}

static bool look_at_map(struct looking *it, json_t *json, const struct wc_type *type,
                        const struct level *outer)
{
    const char *key;
    json_t *value;
    if (!json_is_object(json))
        return wrong(it, "it is no object");
    json_object_foreach(json, key, value)
    {
        json_t *name = json_string(key);
        bool good = look_at_text(it, name, type->key);
        json_decref(name);
        if (!good || !look(it, value, type->element, outer))
            return inside(it, wc_arena_copy(it->arena, key, strlen(key)));
    }
    return in_range(it, type, (int64_t)json_object_size(json), "entries");
}

static bool is_field(const struct wc_schema *schema, const char *name)
{
    WC_EACH(i, &schema->fields)
    {
        if (strcmp(schema->fields.items[i].name, name) == 0)
            return true;
    }
    return false;
}

/* `tag`: of the union it is of, or NULL. */
static bool look_at_object(struct looking *it, json_t *json, const struct wc_schema *schema,
                           const char *tag, const struct level *outer)
{
    const struct level level = {schema, outer};
    const char *key;
    json_t *value;
    size_t levels = 0;
    for (const struct level *open = outer; open; open = open->outer)
        levels += open->schema == schema;
    if (!json_is_object(json))
        return wrong(it, "it is no object");
    if (schema->depth && levels >= schema->depth)
        return wrong(it, "at most %u of %s may be in one another", schema->depth, schema->name);
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        const json_t *part = json_object_get(json, field->name);
        bool may_lack = field->optional || field->fallback;
        if (it->null_is_absent && may_lack && json_is_null(part))
            continue;
        if (!part && !may_lack)
            return wrong(it, "`%s` is missing", field->name);
        if (part && !look(it, part, field->type, &level))
            return inside(it, field->name);
    }
    json_object_foreach(json, key, value)
    {
        if (!schema->open && !is_field(schema, key) && (!tag || strcmp(tag, key) != 0))
            return wrong(it, "%s has no field `%s`", schema->name, key);
    }
    return true;
}

static bool look_at_union(struct looking *it, json_t *json, const struct wc_union *choice,
                          const struct level *outer)
{
    const char *tag = json_string_value(json_object_get(json, choice->tag));
    WC_EACH(i, &choice->variants)
    {
        const struct wc_variant *variant = &choice->variants.items[i];
        if (tag && strcmp(variant->name, tag) == 0)
            return look_at_object(it, json, variant->schema, choice->tag, outer);
    }
    return wrong(it, "`%s` names none of the variants", choice->tag);
}

static bool look(struct looking *it, const json_t *json, const struct wc_type *type,
                 const struct level *outer)
{
    json_t *object = (json_t *)(uintptr_t)json; /* jansson's iterators take no const */
    if (json_is_null(json) && type->nullable)
        return true;
    switch (type->kind) {
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
    case WC_TYPE_NUMBER:
        return look_at_number(it, json, type);
    case WC_TYPE_BOOL:
        return json_is_boolean(json) || wrong(it, "it is neither true nor false");
    case WC_TYPE_LIST:
        return look_at_list(it, json, type, outer);
    case WC_TYPE_MAP:
        return look_at_map(it, object, type, outer);
    case WC_TYPE_SCHEMA:
        return look_at_object(it, object, type->schema, NULL, outer);
    case WC_TYPE_UNION:
        return look_at_union(it, object, type->choice, outer);
    case WC_TYPE_ANY:
    case WC_TYPE_UNKNOWN:
        return true;
    default:
        return look_at_text(it, json, type);
    }
}

bool wc_document_fits(struct wc_arena *arena, const char *text, const struct wc_schema *schema,
                      bool null_is_absent, struct wc_document_fault *fault)
{
    json_error_t error;
    struct looking it = {arena, fault, null_is_absent};
    *fault = (struct wc_document_fault){.pointer = ""};
    json_t *json =
        json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!json) {
        fault->why = wc_arena_printf(arena, "line %d is no JSON: %s", error.line, error.text);
        return false;
    }
    bool good = look_at_object(&it, json, schema, NULL, NULL);
    json_decref(json);
    return good;
}
