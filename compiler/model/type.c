/* Types: making them, saying them, and how large a value of one can be. */
#include "compiler/model/type.h"

#include <stdio.h>
#include <string.h>

int64_t wc_add_sat(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) || sum > WC_SIZE_MAX ? WC_SIZE_MAX : sum;
}

int64_t wc_mul_sat(int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) || product > WC_SIZE_MAX ? WC_SIZE_MAX : product;
}

struct wc_type *wc_type_new(struct wc_arena *arena, enum wc_type_kind kind, struct wc_span span)
{
    struct wc_type *type = WC_NEW(arena, struct wc_type);
    type->kind = kind;
    type->span = span;
    return type;
}

struct wc_type *wc_type_string(struct wc_arena *arena, struct wc_span span, int64_t min,
                               int64_t max, bool in_bytes)
{
    struct wc_type *type = wc_type_new(arena, WC_TYPE_STRING, span);
    type->has_min = min > 0;
    type->min = min;
    type->has_max = max < WC_SIZE_MAX;
    type->max = max;
    type->in_bytes = in_bytes;
    return type;
}

struct wc_type *wc_type_text_of(struct wc_arena *arena, struct wc_span span, int64_t min_points,
                                int64_t max_points, int64_t max_bytes)
{
    struct wc_type *type = wc_type_string(arena, span, min_points, max_points, false);
    type->max_bytes = max_bytes;
    return type;
}

const struct wc_type *wc_type_set(struct wc_arena *arena, const struct wc_type *type)
{
    if (!type->nullable)
        return type;
    struct wc_type *set = WC_NEW(arena, struct wc_type);
    *set = *type;
    set->nullable = false;
    return set;
}

struct wc_type *wc_type_int(struct wc_arena *arena, struct wc_span span, int64_t min, int64_t max)
{
    struct wc_type *type = wc_type_new(arena, WC_TYPE_INT, span);
    type->has_min = type->has_max = true;
    type->min = min;
    type->max = max;
    return type;
}

/* ---- saying them -------------------------------------------------------------------------- */

/* 60_000 for 60000, as the language writes it. */
static void write_int(struct wc_buf *out, int64_t number)
{
    char digits[24];
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);
    if (number < 0)
        wc_buf_char(out, '-');
    for (int i = 0; i < len; i++) {
        if (i > 0 && len > 4 && (len - i) % 3 == 0)
            wc_buf_char(out, '_');
        wc_buf_char(out, digits[i]);
    }
}

const char *wc_int_text(struct wc_arena *arena, int64_t number)
{
    struct wc_buf buf = {0};
    write_int(&buf, number);
    const char *text = wc_arena_copy(arena, buf.data, buf.len);
    wc_buf_free(&buf);
    return text;
}

static void write_range(struct wc_buf *out, const struct wc_type *type)
{
    if (type->has_min && type->has_max && type->min == type->max) {
        write_int(out, type->min);
        return;
    }
    if (type->has_min)
        write_int(out, type->min);
    wc_buf_text(out, "..");
    if (type->has_max)
        write_int(out, type->max);
}

static void write_string(struct wc_buf *out, const struct wc_type *type)
{
    wc_buf_text(out, "string");
    if (!type->has_min && !type->has_max && !type->pattern)
        return;
    wc_buf_char(out, '(');
    if (type->pattern) {
        wc_buf_printf(out, "r\"%s\"", type->pattern);
    } else {
        write_range(out, type);
        if (type->in_bytes)
            wc_buf_text(out, " bytes");
    }
    wc_buf_char(out, ')');
}

static void write_enum(struct wc_buf *out, const struct wc_type *type)
{
    wc_buf_text(out, "enum(");
    for (size_t i = 0; i < type->value_count; i++)
        wc_buf_printf(out, "%s\"%s\"", i ? ", " : "", type->values[i]);
    wc_buf_char(out, ')');
}

static void write_bracket(struct wc_buf *out, const struct wc_type *type)
{
    wc_buf_char(out, '[');
    write_range(out, type);
    wc_buf_char(out, ']');
}

static void write_numeric(struct wc_buf *out, const struct wc_type *type)
{
    wc_buf_text(out, type->kind == WC_TYPE_INT ? "int" : "number");
    if (!type->has_min && !type->has_max)
        return;
    if (type->kind == WC_TYPE_INT) {
        wc_buf_char(out, '(');
        write_range(out, type);
        wc_buf_char(out, ')');
        return;
    }
    wc_buf_char(out, '(');
    if (type->has_min)
        wc_buf_printf(out, "%g", type->number_min);
    wc_buf_text(out, "..");
    if (type->has_max)
        wc_buf_printf(out, "%g", type->number_max);
    wc_buf_char(out, ')');
}

static void write_object(struct wc_buf *out, const struct wc_type *type)
{
    wc_buf_char(out, '{');
    WC_EACH(i, &type->schema->fields)
    {
        const struct wc_field *field = &type->schema->fields.items[i];
        wc_buf_printf(out, "%s%s%s: ", i ? ", " : " ", field->name, field->optional ? "?" : "");
        wc_type_write(out, field->type);
    }
    wc_buf_text(out, " }");
}

static void write_union(struct wc_buf *out, const struct wc_type *type)
{
    wc_buf_printf(out, "union on %s {", type->choice->tag);
    WC_EACH(i, &type->choice->variants)
    {
        const struct wc_variant *variant = &type->choice->variants.items[i];
        wc_buf_printf(out, " %s: %s", variant->name, variant->schema->name);
    }
    wc_buf_text(out, " }");
}

/* A word, with its currency and its bounds where those are not the usual ones. */
static void write_plain(struct wc_buf *out, const struct wc_type *type)
{
    static const char *const plain[] = {
        [WC_TYPE_BOOL] = "bool",   [WC_TYPE_NULL] = "null",   [WC_TYPE_DURATION] = "duration",
        [WC_TYPE_MONEY] = "money", [WC_TYPE_UUID] = "uuid",   [WC_TYPE_DATE] = "date",
        [WC_TYPE_URI] = "uri",     [WC_TYPE_EMAIL] = "email", [WC_TYPE_DATETIME] = "datetime",
        [WC_TYPE_ANY] = "any",     [WC_TYPE_UNION] = "union", [WC_TYPE_UNKNOWN] = "unknown",
    };
    struct wc_type usual = {.kind = type->kind};
    bool bounded = type->kind == WC_TYPE_MONEY || type->kind == WC_TYPE_URI ||
                   type->kind == WC_TYPE_EMAIL || type->kind == WC_TYPE_ANY;
    wc_buf_text(out, plain[type->kind]);
    wc_usual_bounds(&usual);
    bool same = type->has_min == usual.has_min && type->has_max == usual.has_max &&
                type->min == usual.min && type->max == usual.max;
    if (!bounded || (same && !type->currency))
        return;
    wc_buf_printf(out, "(%s%s", type->currency ? type->currency : "",
                  type->currency && !same ? ", " : "");
    if (!same)
        write_range(out, type);
    wc_buf_text(out, type->kind == WC_TYPE_ANY ? " bytes)" : ")");
}

void wc_type_write(struct wc_buf *out, const struct wc_type *type)
{
    if (type->kind == WC_TYPE_STRING)
        write_string(out, type);
    else if (type->kind == WC_TYPE_ENUM)
        write_enum(out, type);
    else if (type->kind == WC_TYPE_INT || type->kind == WC_TYPE_NUMBER)
        write_numeric(out, type);
    else if (type->kind == WC_TYPE_SCHEMA)
        wc_buf_text(out, type->schema->name);
    else if (type->kind == WC_TYPE_OBJECT)
        write_object(out, type);
    else if (type->kind == WC_TYPE_LIST) {
        wc_type_write(out, type->element);
        write_bracket(out, type);
    } else if (type->kind == WC_TYPE_MAP) {
        wc_buf_text(out, "map(");
        wc_type_write(out, type->key);
        wc_buf_text(out, ", ");
        wc_type_write(out, type->element);
        wc_buf_char(out, ')');
        write_bracket(out, type);
    } else if (type->kind == WC_TYPE_UNION)
        write_union(out, type);
    else
        write_plain(out, type);
    if (type->nullable)
        wc_buf_text(out, " | null");
}

const char *wc_type_text(struct wc_arena *arena, const struct wc_type *type)
{
    struct wc_buf buf = {0};
    wc_type_write(&buf, type);
    const char *text = wc_arena_copy(arena, buf.data ? buf.data : "", buf.len);
    wc_buf_free(&buf);
    return text;
}

void wc_each_schema(const struct wc_type *type, void (*visit)(void *user, struct wc_schema *schema),
                    void *user)
{
    while (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        type = type->element;
    if (type->kind == WC_TYPE_SCHEMA)
        visit(user, type->schema);
    for (size_t i = 0; type->kind == WC_TYPE_UNION && i < type->choice->variants.count; i++)
        visit(user, type->choice->variants.items[i].schema);
}
