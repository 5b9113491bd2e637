/* How a value of each type is read: the calls that stand in a schema's decoder, and the small
 * functions and tables that enums, lists and maps need besides. */
#include "compiler/emit/layout.h"
#include "compiler/emit/schemas.h"
#include "compiler/model/type.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of the helper with this text, which is made if there is none. */
static const char *helper(struct wc_validators *v, const char *stem, const char *head,
                          const char *tail)
{
    size_t number = 1;
    WC_EACH(i, &v->helpers)
    {
        const struct wc_helper *one = &v->helpers.items[i];
        if (strcmp(one->stem, stem) != 0)
            continue;
        if (strcmp(one->tail, tail) == 0 && strcmp(one->head, head) == 0)
            return one->name;
        number++;
    }
    const char *name = wc_arena_printf(v->arena, "%s_%zu", stem, number);
    wc_push(v->arena, &v->helpers, ((struct wc_helper){stem, name, head, tail}));
    return name;
}

static const char *take(struct wc_validators *v, struct wc_buf *text)
{
    const char *copy = wc_arena_copy(v->arena, text->len ? text->data : "", text->len);
    wc_buf_free(text);
    return copy;
}

/* ---- parts of calls ------------------------------------------------------------------------ */

static const char *integer(struct wc_arena *arena, bool has, int64_t value, const char *none)
{
    if (!has || value == INT64_MIN)
        return none;
    return wc_arena_printf(arena, "%" PRId64, value);
}

/* The shortest that reads back the same. The compiler never leaves the C locale. */
static const char *number(struct wc_arena *arena, bool has, double value, const char *none)
{
    char text[40] = "";
    if (!has)
        return none;
    if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
        return wc_arena_printf(arena, "%.0f", value);
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return wc_arena_copy(arena, text, strlen(text));
}

static const char *min_len(struct wc_arena *arena, const struct wc_type *type)
{
    return integer(arena, type->has_min, type->min, "0");
}

static const char *max_len(struct wc_arena *arena, const struct wc_type *type)
{
    return integer(arena, type->has_max, type->max, "SIZE_MAX");
}

/* What wr_read_string() and wr_check_string() take after the string. */
static const char *string_bounds(struct wc_arena *arena, const struct wc_type *type)
{
    return wc_arena_printf(arena, "%s, %s, %s", min_len(arena, type), max_len(arena, type),
                           type->in_bytes ? "WR_BYTES" : "WR_CODE_POINTS");
}

static const char *pattern_of(struct wc_validators *v, const struct wc_type *type)
{
    v->patterns[type->pattern_id] = true;
    return wc_arena_printf(v->arena, "&pattern_%zu", type->pattern_id + 1);
}

/* ---- tables -------------------------------------------------------------------------------- */

static const char *enum_table(struct wc_validators *v, const struct wc_type *type)
{
    struct wc_buf text = {0};
    wc_buf_text(&text, "[] = {\n");
    for (size_t i = 0; i < type->value_count; i++) {
        wc_buf_text(&text, "    {WR_TEXT(");
        wc_buf_c_string(&text, type->values[i], strlen(type->values[i]));
        wc_buf_text(&text, ")},\n");
    }
    wc_buf_text(&text, "};\n\n");
    return helper(v, "enum", "static const struct wr_str ", take(v, &text));
}

/* A function that checks a map's keys. */
static const char *key_check(struct wc_validators *v, const struct wc_type *type)
{
    struct wc_buf text = {0};
    const char *head =
        wc_arena_printf(v->arena, "/* %s */\nstatic bool ", wc_type_text(v->arena, type));
    wc_buf_text(&text, "(struct wr_reader *in, struct wr_str text)\n{\n");
    if (type->pattern)
        wc_buf_printf(&text, "    return wr_check_matching(in, text, %s);\n", pattern_of(v, type));
    else
        wc_buf_printf(&text, "    return wr_check_string(in, text, %s);\n",
                      string_bounds(v->arena, type));
    wc_buf_text(&text, "}\n\n");
    return helper(v, "key", head, take(v, &text));
}

static const char *entries_table(struct wc_validators *v, const struct wc_type *type)
{
    const char *entry = wc_arena_printf(v->arena, "%s_entry", wc_c_type(v->arena, type));
    const char *key = key_check(v, type->key), *value = wc_reader_of(v, type->element);
    const char *tail = wc_arena_printf(v->arena,
                                       " = {\n"
                                       "    .size = sizeof(%s),\n"
                                       "    .value_at = offsetof(%s, value),\n"
                                       "    .key = %s,\n"
                                       "    .value = %s,\n"
                                       "};\n\n",
                                       entry, entry, key, value);
    return helper(v, "entries", "static const struct wr_entries ", tail);
}

/* ---- calls --------------------------------------------------------------------------------- */

/* `&to->points` and "count" give `to->points.count`; `to` gives `to->count`. */
const char *wc_member_of(struct wc_arena *arena, const char *at, const char *member)
{
    if (at[0] == '&')
        return wc_arena_printf(arena, "%s.%s", at + 1, member);
    return wc_arena_printf(arena, "%s->%s", at, member);
}

static const char *read_items(struct wc_validators *v, const struct wc_type *type, const char *at)
{
    const char *min = min_len(v->arena, type), *max = max_len(v->arena, type);
    const char *count = wc_member_of(v->arena, at, "count");
    if (type->kind == WC_TYPE_MAP)
        return wc_arena_printf(v->arena, "wr_read_map(in, &%s, &%s, %s, %s)", count,
                               entries_table(v, type), min, max);
    return wc_arena_printf(v->arena, "wr_read_list(in, &%s, sizeof(%s), %s, %s, %s)", count,
                           wc_c_element(v->arena, type->element), wc_reader_of(v, type->element),
                           min, max);
}

static const char *read_string(struct wc_validators *v, const struct wc_type *type, const char *at)
{
    if (type->pattern)
        return wc_arena_printf(v->arena, "wr_read_matching(in, %s, %s)", at, pattern_of(v, type));
    return wc_arena_printf(v->arena, "wr_read_string(in, %s, %s)", at,
                           string_bounds(v->arena, type));
}

static const char *format_name(enum wc_type_kind kind)
{
    static const char *const names[] = {[WR_UUID] = "WR_UUID",
                                        [WR_DATE] = "WR_DATE",
                                        [WR_DATETIME] = "WR_DATETIME",
                                        [WR_URI] = "WR_URI",
                                        [WR_EMAIL] = "WR_EMAIL"};
    return names[wc_format_of(kind)];
}

const char *wc_read_call(struct wc_validators *v, const struct wc_type *type, const char *at)
{
    struct wc_arena *arena = v->arena;
    switch (type->kind) {
    case WC_TYPE_STRING:
        return read_string(v, type, at);
    case WC_TYPE_ENUM:
        return wc_arena_printf(arena, "wr_read_enum(in, %s, %s, %zu)", at, enum_table(v, type),
                               type->value_count);
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
        return wc_arena_printf(arena, "wr_read_int(in, %s, %s, %s)", at,
                               integer(arena, type->has_min, type->min, "INT64_MIN"),
                               integer(arena, type->has_max, type->max, "INT64_MAX"));
    case WC_TYPE_NUMBER:
        return wc_arena_printf(arena, "wr_read_number(in, %s, %s, %s)", at,
                               number(arena, type->has_min, type->number_min, "WR_NUMBER_LEAST"),
                               number(arena, type->has_max, type->number_max, "WR_NUMBER_MOST"));
    case WC_TYPE_BOOL:
        return wc_arena_printf(arena, "wr_read_bool(in, %s)", at);
    case WC_TYPE_SCHEMA:
        return wc_arena_printf(arena, "decode_%s(in, %s)", wc_c_schema(arena, type->schema), at);
    case WC_TYPE_UUID:
    case WC_TYPE_DATE:
    case WC_TYPE_DATETIME:
    case WC_TYPE_URI:
    case WC_TYPE_EMAIL:
        return wc_arena_printf(arena, "wr_read_format(in, %s, %s, %s, %s)", at,
                               format_name(type->kind), min_len(arena, type), max_len(arena, type));
    case WC_TYPE_UNION:
        return wc_arena_printf(arena, "wr_read_choice(in, %s, &%s)", at,
                               wc_c_union(arena, type->choice));
    case WC_TYPE_ANY:
        return wc_arena_printf(arena, "wr_read_json(in, %s, %s, %s)", at, min_len(arena, type),
                               max_len(arena, type));
    default:
        return read_items(v, type, at);
    }
}

/* Of what may be null: a flag, or for a schema a pointer, says whether it is there. */
static const char *maybe_reader(struct wc_validators *v, const struct wc_type *type)
{
    struct wc_buf text = {0};
    const struct wc_type *set = wc_type_set(v->arena, type);
    const char *head =
        wc_arena_printf(v->arena, "/* %s */\nstatic bool ", wc_type_text(v->arena, type));
    wc_buf_printf(&text,
                  "(struct wr_reader *in, void *value)\n{\n    struct %s *to = value;\n"
                  "    if (wr_read_null(in))\n        return true;\n",
                  wc_c_element_word(v->arena, type));
    const char *call = wc_read_call(v, set, "&to->value");
    if (type->kind == WC_TYPE_SCHEMA) {
        call = wc_arena_printf(v->arena, "wr_read_new(in, sizeof(%s), %s)",
                               wc_c_type(v->arena, set), wc_reader_of(v, set));
        wc_emit_call(&text, 4, "to->value =", call);
        wc_buf_text(&text, "    return to->value != NULL;\n}\n\n");
    } else if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP) {
        wc_emit_call(&text, 4, "to->value.items =", call);
        wc_buf_text(&text, "    to->has = true;\n    return true;\n}\n\n");
    } else {
        wc_emit_call(&text, 4, "to->has =", call);
        wc_buf_text(&text, "    return to->has;\n}\n\n");
    }
    return helper(v, "read", head, take(v, &text));
}

const char *wc_reader_of(struct wc_validators *v, const struct wc_type *type)
{
    if (type->nullable)
        return maybe_reader(v, type);
    if (type->kind == WC_TYPE_SCHEMA)
        return wc_arena_printf(v->arena, "decode_%s", wc_c_schema(v->arena, type->schema));
    struct wc_buf text = {0};
    const char *call = wc_read_call(v, type, "to"), *c_type = wc_c_type(v->arena, type);
    const char *head =
        wc_arena_printf(v->arena, "/* %s */\nstatic bool ", wc_type_text(v->arena, type));
    wc_buf_printf(&text, "(struct wr_reader *in, void *value)\n{\n    %s *to = value;\n", c_type);
    if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP) {
        wc_emit_call(&text, 4, "to->items =", call);
        wc_buf_text(&text, "    return true;\n}\n\n");
    } else {
        wc_emit_call(&text, 4, "return", call);
        wc_buf_text(&text, "}\n\n");
    }
    return helper(v, "read", head, take(v, &text));
}
