/* How large a value of a type can be: for the lengths of texts and the cost of prompts. */
#include "compiler/model/fits.h"
#include "compiler/model/type.h"

#include <string.h>

enum {
    INT_BYTES = 20,    /* -9223372036854775808 */
    NUMBER_BYTES = 24, /* the shortest text that reads back the same */
    BOOL_BYTES = 5,
    NULL_BYTES = 4,
    QUOTES = 2,
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

static int64_t digits_of(int64_t number)
{
    int64_t digits = number < 0 ? 2 : 1; /* the sign is one more */
    for (; number > 9 || number < -9; number /= 10)
        digits++;
    return digits;
}

/* The longer of its ends as text. */
static int64_t int_bytes(const struct wc_type *type)
{
    if (!type->has_min || !type->has_max)
        return INT_BYTES;
    int64_t low = digits_of(type->min), high = digits_of(type->max);
    return low > high ? low : high;
}

static int64_t enum_bytes(const struct wc_type *type)
{
    size_t longest = 0;
    for (size_t i = 0; i < type->value_count; i++)
        if (strlen(type->values[i]) > longest)
            longest = strlen(type->values[i]);
    return (int64_t)longest;
}

/* ---- what holds others --------------------------------------------------------------------- */

/* Where a value is: in which circle of schemas, and how many more of its levels it may have in it.
 * A circle's schemas with a depth may be nested so often in all that the depths say together, which
 * is never less than what each of them says. */
struct level {
    size_t circle;
    uint32_t left;
};

static struct wc_extent extent_of(const struct wc_type *type, struct level level);

static struct wc_extent add(struct wc_extent sum, struct wc_extent part)
{
    sum.bytes = wc_add_sat(sum.bytes, part.bytes);
    sum.nest = part.nest > sum.nest ? part.nest : sum.nest;
    return sum;
}

static struct wc_extent fields_extent(const struct wc_schema *schema, struct level level)
{
    struct wc_extent sum = {.counted = true, .bytes = 2};
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        sum.bytes = wc_add_sat(sum.bytes, (int64_t)strlen(field->name) + 4);
        sum = add(sum, extent_of(field->type, level));
    }
    sum.nest = wc_add_sat(sum.nest, 1);
    return sum;
}

/* Counted once for each number of levels that may be left. */
static struct wc_extent schema_extent(struct wc_schema *schema, struct level level)
{
    static const struct wc_extent none = {.counted = true};
    if (schema->circle == 0 || schema->circle != level.circle)
        level = (struct level){schema->circle, schema->levels};
    if (schema->depth && level.left == 0)
        return none; /* no value of it can be here */
    if (!schema->extents)
        return fields_extent(schema, level); /* of no name: an object of an expression */
    struct wc_extent *extent = &schema->extents[level.left];
    if (extent->counted)
        return *extent;
    *extent = (struct wc_extent){.counted = true, .bytes = WC_SIZE_MAX, .nest = WC_SIZE_MAX};
    level.left -= schema->depth > 0;
    *extent = fields_extent(schema, level);
    return *extent;
}

static struct wc_extent items_extent(const struct wc_type *type, struct level level)
{
    struct wc_extent item = extent_of(type->element, level);
    if (type->kind == WC_TYPE_MAP)
        item.bytes = wc_add_sat(wc_add_sat(item.bytes, wc_json_bytes(type->key)), 1);
    item.bytes = wc_mul_sat(wc_add_sat(item.bytes, 1), type->has_max ? type->max : WC_SIZE_MAX);
    return (struct wc_extent){true, wc_add_sat(item.bytes, 2), wc_add_sat(item.nest, 1)};
}

/* The larger of the variants, and the tag. */
static struct wc_extent union_extent(const struct wc_union *choice, struct level level)
{
    struct wc_extent most = {.counted = true};
    WC_EACH(i, &choice->variants)
    {
        const struct wc_variant *variant = &choice->variants.items[i];
        struct wc_extent one = schema_extent(variant->schema, level);
        int64_t tag = (int64_t)(strlen(choice->tag) + strlen(variant->name)) + 6;
        one.bytes = wc_add_sat(one.bytes, tag);
        most.bytes = one.bytes > most.bytes ? one.bytes : most.bytes;
        most.nest = one.nest > most.nest ? one.nest : most.nest;
    }
    return most;
}

static int64_t scalar_bytes(const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_STRING:
        /* What is escaped is one byte; a code point of four is not. */
        return wc_add_sat(wc_mul_sat(string_points(type), ESCAPE_BYTES), QUOTES);
    case WC_TYPE_ENUM:
        return wc_add_sat(wc_mul_sat(enum_bytes(type), ESCAPE_BYTES), QUOTES);
    case WC_TYPE_INT:
    case WC_TYPE_DURATION:
    case WC_TYPE_MONEY:
        return int_bytes(type);
    case WC_TYPE_NUMBER:
        return NUMBER_BYTES;
    case WC_TYPE_BOOL:
    case WC_TYPE_NULL:
        return BOOL_BYTES;
    case WC_TYPE_UUID:
    case WC_TYPE_DATE:
    case WC_TYPE_DATETIME:
    case WC_TYPE_URI:
    case WC_TYPE_EMAIL:
        return wc_format_most(type) + QUOTES; /* none of their characters is escaped */
    default:
        return type->has_max ? type->max : WC_SIZE_MAX;
    }
}

static struct wc_extent extent_of(const struct wc_type *type, struct level level)
{
    struct wc_extent extent = {.counted = true};
    switch (type->kind) {
    case WC_TYPE_LIST:
    case WC_TYPE_MAP:
        return items_extent(type, level);
    case WC_TYPE_SCHEMA:
    case WC_TYPE_OBJECT:
        return schema_extent(type->schema, level);
    case WC_TYPE_UNION:
        return union_extent(type->choice, level);
    case WC_TYPE_ANY:
        extent.nest = WR_ANY_DEPTH;
        break;
    case WC_TYPE_UNKNOWN:
        return extent; /* what is wrong with it was said */
    default:
        break;
    }
    extent.bytes = scalar_bytes(type);
    if (type->nullable && extent.bytes < NULL_BYTES)
        extent.bytes = NULL_BYTES;
    return extent;
}

int64_t wc_json_bytes(const struct wc_type *type)
{
    return extent_of(type, (struct level){0}).bytes;
}

int64_t wc_json_nest(const struct wc_type *type)
{
    return extent_of(type, (struct level){0}).nest;
}

int64_t wc_text_bytes(const struct wc_type *type)
{
    if (type->kind == WC_TYPE_STRING)
        return wc_string_bytes(type);
    if (type->kind == WC_TYPE_ENUM)
        return enum_bytes(type);
    if (wc_is_format(type->kind))
        return wc_format_most(type);
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
        return wc_is_format(type->kind) ? wc_format_least(type) : 0;
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

bool wc_is_text(const struct wc_type *type)
{
    return type->kind == WC_TYPE_STRING || type->kind == WC_TYPE_ENUM || wc_is_format(type->kind);
}

bool wc_is_number(const struct wc_type *type)
{
    return type->kind == WC_TYPE_INT || type->kind == WC_TYPE_NUMBER;
}
