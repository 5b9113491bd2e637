/* Objects as JSON Schema, whole documents of one schema, and the hash of a schema. */
#include "compiler/emit/document.h"
#include "compiler/model/type.h"

#include <string.h>

/* Is there something that the wire's schema does not say of the type? */
static bool is_left(const struct wc_type *type, const struct wc_schema_style *style)
{
    unsigned rules = wc_rules_of(type);
    for (unsigned rule = 1; rule <= rules; rule *= 2)
        if ((rules & rule) && !wc_says(style, type, (enum wr_rule)rule))
            return true;
    return (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP) &&
           is_left(type->element, style);
}

/* What the name of a type does not say: which unit an amount counts, how a format is written. NULL: nothing. */
static const char *form_of(const struct wc_type *type, struct wc_buf *text)
{
    switch (type->kind) {
    case WC_TYPE_LIST:
    case WC_TYPE_MAP:
        return form_of(type->element, text);
    case WC_TYPE_UUID:
        return "Written as 0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10.";
    case WC_TYPE_DATE:
        return "Written YYYY-MM-DD.";
    case WC_TYPE_DATETIME:
        return "A date and time with its zone, as RFC 3339 has it: 2026-08-07T12:00:00Z.";
    case WC_TYPE_URI:
        return "With its scheme, as https://example.org/.";
    case WC_TYPE_EMAIL:
        return "An address alone, as someone@example.org.";
    case WC_TYPE_MONEY:
        break;
    default:
        return NULL;
    }
    struct wc_arena arena = {0};
    int digits = wc_currency_digits(type->currency);
    wc_buf_printf(text, "An integer in the smallest unit of %s%s, never a fraction: 1250 is %s.",
                  type->currency, digits == 2 ? " (cents)" : "",
                  wc_amount_text(&arena, 1250, type->currency));
    wc_arena_free(&arena);
    return text->data;
}

static void add_sentence(struct wc_buf *text, const char *sentence)
{
    if (sentence)
        wc_buf_printf(text, "%s%s", text->len ? " " : "", sentence);
}

/* What a model should know of a field: its doc, the bounds that its profile does not take, how it is written. */
static const char *field_hint(const struct wc_field *field, const struct wc_schema_style *style,
                              struct wc_buf *text)
{
    const struct wc_type *type = field->type;
    struct wc_buf form = {0};
    add_sentence(text, field->doc);
    if (is_left(type, style)) {
        add_sentence(text, "Must fit ");
        wc_type_write(text, type);
        wc_buf_char(text, '.');
    }
    add_sentence(text, form_of(type, &form));
    wc_buf_free(&form);
    return text->data;
}

static json_t *described(json_t *json_take, const char *text)
{
    if (!text)
        return json_take;
    wc_set_text(json_take, "description", text);
    return json_take;
}

static json_t *labels_json(unsigned labels)
{
    json_t *json = json_array();
    if (labels & WC_LABEL_PII)
        wc_append(json, json_string("pii"));
    if (labels & WC_LABEL_SECRET)
        wc_append(json, json_string("secret"));
    return json;
}

static json_t *or_unset(json_t *json_take)
{
    json_t *unset = json_object(), *choices = json_array(), *json = json_object();
    wc_set_text(unset, "type", "null");
    wc_append(choices, json_take);
    wc_append(choices, unset);
    wc_set(json, "anyOf", choices);
    return json;
}

static json_t *wire_field(const struct wc_field *field, const struct wc_schema_style *style)
{
    json_t *json = wc_type_json(field->type, style);
    if (field->optional && !field->type->nullable && wc_profiles[style->profile].nulls)
        json = or_unset(json);
    struct wc_buf hint = {0};
    json = described(json, field_hint(field, style, &hint));
    wc_buf_free(&hint);
    return json;
}

static json_t *field_json(const struct wc_field *field, const struct wc_schema_style *style)
{
    if (style->wire)
        return wire_field(field, style);
    json_t *json = wc_type_json(field->type, style);
    if (style->docs)
        wc_set_text(json, "description", field->doc);
    if (field->fallback)
        wc_set(json, "default", wc_literal_json(field->fallback));
    if (field->labels)
        wc_set(json, "x-labels", labels_json(field->labels));
    return json;
}

static bool is_required(const struct wc_field *field, const struct wc_schema_style *style)
{
    if (style->wire && wc_profiles[style->profile].nulls)
        return true;
    return !field->optional && (style->reply || !field->fallback);
}

static json_t *required_json(const struct wc_schema *schema, const struct wc_schema_style *style)
{
    json_t *json = json_array();
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        if (is_required(field, style))
            wc_append(json, json_string(field->name));
    }
    return style->sorted ? wc_sorted_take(json) : json;
}

json_t *wc_object_json(const struct wc_schema *schema, const struct wc_schema_style *style)
{
    json_t *json = json_object(), *properties = json_object();
    if (style->docs)
        wc_set_text(json, "description", schema->doc);
    wc_set_text(json, "type", "object");
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        wc_set(properties, field->name, field_json(field, style));
    }
    wc_set(json, "properties", properties);
    json_t *required = required_json(schema, style);
    if (json_array_size(required))
        wc_set(json, "required", required);
    else
        json_decref(required);
    if (!schema->open || (style->wire && wc_profiles[style->profile].closes))
        wc_set(json, "additionalProperties", json_false());
    if (!style->wire)
        wc_set_number(json, "x-depth", schema->depth);
    return json;
}

/* ---- whole documents ---------------------------------------------------------------------- */

/* The schema, and those it refers to as "$defs"; itself is "#" (see wc_type_json). */
static json_t *document(const struct wc_schema *schema, struct wc_schema_style *style)
{
    struct wc_arena scratch = {0};
    struct wc_schemas named = {0};
    wc_schemas_reach(&scratch, &named, schema);
    style->named = &named;
    style->root = schema;
    json_t *json = wc_object_json(schema, style), *defs = json_object();
    WC_EACH(i, &named.list)
    {
        const struct wc_schema *other = named.list.items[i];
        if (other == schema)
            continue;
        const char *name = style->anonymous ? wc_arena_printf(&scratch, "%zu", i) : other->name;
        wc_set(defs, name, wc_object_json(other, style));
    }
    if (json_object_size(defs))
        wc_set(json, "$defs", defs);
    else
        json_decref(defs);
    wc_arena_free(&scratch);
    style->named = NULL;
    return json;
}

/* One line of canonical JSON, what the schema's hash is taken of: neither the names of schemas nor
 * the order of fields nor descriptions count. */
static void json_schema(struct wc_buf *out, const struct wc_schema *schema)
{
    struct wc_schema_style style = {.ref = "#/$defs/", .anonymous = true, .sorted = true};
    wc_json_take(out, document(schema, &style), WC_COMPACT_SORTED);
}

void wc_json_schema_wire(struct wc_buf *out, const struct wc_schema *schema,
                         enum wr_profile profile)
{
    struct wc_schema_style style = {.ref = "#/$defs/", .wire = true, .profile = profile};
    wc_json_take(out, document(schema, &style), WC_COMPACT);
}

void wc_emit_json_schema(struct wc_buf *out, const struct wc_model *model,
                         const struct wc_schema *schema)
{
    struct wc_schema_style style = {.ref = "#/$defs/", .docs = true, .plain = true};
    json_t *json = json_object(), *rest = document(schema, &style);
    wc_set_text(json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    wc_set_text(json, "$id",
                wc_arena_printf(model->arena, "urn:wright:%s:%s", model->name, schema->name));
    wc_set_text(json, "title", schema->name);
    wc_set_text(json, "x-hash", schema->hash);
    json_object_update(json, rest);
    json_decref(rest);
    wc_json_take(out, json, WC_INDENTED);
}

void wc_model_hash(struct wc_model *model)
{
    WC_EACH(i, &model->schemas)
    {
        struct wc_buf text = {0};
        json_schema(&text, model->schemas.items[i]);
        model->schemas.items[i]->hash = wc_hash(model->arena, text.data, text.len);
        wc_buf_free(&text);
    }
}
