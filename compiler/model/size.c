/* How large a value of a type can be: for the lengths of texts and the cost of prompts. */
#include "compiler/model/fits.h"
#include "compiler/model/type.h"

#include <string.h>

enum {
    INT_BYTES = 20,    /* -9223372036854775808 */
    NUMBER_BYTES = 24, /* the shortest text that reads back the same */
    BOOL_BYTES = 5,
    DATETIME_BYTES = 35,
    ESCAPE_BYTES = 6 /* one byte as \u001f */
};

int64_t wc_string_bytes(const struct wc_type *type)
{
    int64_t bytes = type->in_bytes ? type->max : wc_mul_sat(type->max, 4);
    if (type->max_bytes > 0 && (!type->has_max || type->max_bytes < bytes))
        return type->max_bytes;
    return type->has_max ? bytes : WC_SIZE_MAX;
}

/* A code point is at least one byte. */
static int64_t string_points(const struct wc_type *type)
{
    int64_t bytes = wc_string_bytes(type);
    return type->has_max && type->max < bytes ? type->max : bytes;
}

static int64_t enum_bytes(const struct wc_type *type)
{
    size_t longest = 0;
    for (size_t i = 0; i < type->value_count; i++)
        if (strlen(type->values[i]) > longest)
            longest = strlen(type->values[i]);
    return (int64_t)longest;
}

/* Counted once a schema; while it is counted it has no bound, so that a recursive one ends. */
static int64_t object_bytes(struct wc_schema *schema)
{
    int64_t sum = 2;
    if (schema->json_size > 0)
        return schema->json_size;
    schema->json_size = WC_SIZE_MAX;
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        sum = wc_add_sat(sum, (int64_t)strlen(field->name) + 4);
        sum = wc_add_sat(sum, wc_json_bytes(field->type));
    }
    schema->json_size = sum;
    return sum;
}

int64_t wc_json_bytes(const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_STRING:
        return wc_add_sat(wc_mul_sat(wc_string_bytes(type), ESCAPE_BYTES), 2);
    case WC_TYPE_ENUM:
        return wc_add_sat(wc_mul_sat(enum_bytes(type), ESCAPE_BYTES), 2);
    case WC_TYPE_INT:
    case WC_TYPE_DURATION:
    case WC_TYPE_MONEY:
        return INT_BYTES;
    case WC_TYPE_NUMBER:
        return NUMBER_BYTES;
    case WC_TYPE_BOOL:
    case WC_TYPE_NULL:
        return BOOL_BYTES;
    case WC_TYPE_LIST:
        return wc_add_sat(wc_mul_sat(wc_add_sat(wc_json_bytes(type->element), 1),
                                     type->has_max ? type->max : WC_SIZE_MAX),
                          2);
    case WC_TYPE_MAP: {
        int64_t key = wc_json_bytes(type->key);
        int64_t pair = wc_add_sat(wc_add_sat(key, wc_json_bytes(type->element)), 2);
        return wc_add_sat(wc_mul_sat(pair, type->has_max ? type->max : WC_SIZE_MAX), 2);
    }
    case WC_TYPE_SCHEMA:
    case WC_TYPE_OBJECT:
        return object_bytes(type->schema);
    case WC_TYPE_UUID:
    case WC_TYPE_DATE:
    case WC_TYPE_DATETIME:
        return DATETIME_BYTES + 2;
    default:
        return type->has_max ? type->max : WC_SIZE_MAX;
    }
}

int64_t wc_text_bytes(const struct wc_type *type)
{
    if (type->kind == WC_TYPE_STRING)
        return wc_string_bytes(type);
    if (type->kind == WC_TYPE_ENUM)
        return enum_bytes(type);
    if (type->kind == WC_TYPE_UNKNOWN)
        return 0; /* what is wrong with it was said */
    return wc_json_bytes(type);
}

int64_t wc_text_points(const struct wc_type *type)
{
    return type->kind == WC_TYPE_STRING ? string_points(type) : wc_text_bytes(type);
}

static int64_t enum_least(const struct wc_type *type)
{
    int64_t least = WC_SIZE_MAX;
    for (size_t i = 0; i < type->value_count; i++) {
        int64_t points = wc_code_points(type->values[i], strlen(type->values[i]));
        least = points < least ? points : least;
    }
    return least < WC_SIZE_MAX ? least : 0;
}

int64_t wc_text_least(const struct wc_type *type)
{
    if (type->nullable)
        return 0;
    switch (type->kind) {
    case WC_TYPE_STRING:
        if (!type->has_min)
            return 0;
        return type->in_bytes ? (type->min + 3) / 4 : type->min;
    case WC_TYPE_ENUM:
        return enum_least(type);
    case WC_TYPE_INT:
    case WC_TYPE_NUMBER:
        return 1;
    case WC_TYPE_BOOL:
        return 4;
    default:
        return 0;
    }
}

bool wc_is_scalar(const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_LIST:
    case WC_TYPE_MAP:
    case WC_TYPE_SCHEMA:
    case WC_TYPE_OBJECT:
    case WC_TYPE_ANY:
    case WC_TYPE_UNION:
        return false;
    default:
        return true;
    }
}

bool wc_is_number(const struct wc_type *type)
{
    return type->kind == WC_TYPE_INT || type->kind == WC_TYPE_NUMBER;
}
