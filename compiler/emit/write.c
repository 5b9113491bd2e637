/* How a value of each type is written: statements of a schema's encoder. */
#include "compiler/emit/schemas.h"
#include "compiler/model/type.h"

static void line(struct wc_buf *out, size_t indent, const char *text)
{
    wc_buf_repeat(out, ' ', indent);
    wc_buf_printf(out, "%s\n", text);
}

/* `i`, `j`, `k`, then `i3`: the counter of a loop that stands in `depth` others. */
static const char *counter(struct wc_arena *arena, size_t depth)
{
    static const char *const names[] = {"i", "j", "k"};
    return depth < 3 ? names[depth] : wc_arena_printf(arena, "i%zu", depth);
}

static void write_list(struct wc_buf *out, struct wc_arena *arena, const struct wc_type *type,
                       const char *from, size_t indent, size_t depth)
{
    const char *i = counter(arena, depth);
    const char *item = wc_arena_printf(arena, "%s.items[%s]", from, i);
    bool nested = type->element->kind == WC_TYPE_LIST || type->element->kind == WC_TYPE_MAP ||
                  type->element->nullable;
    line(out, indent, "wr_write_list(out);");
    wc_buf_repeat(out, ' ', indent);
    wc_buf_printf(out, "for (size_t %s = 0; %s < %s.count; %s++)%s\n", i, i, from, i,
                  nested ? " {" : "");
    wc_emit_write(out, arena, type->element, item, indent + 4, depth + 1);
    if (nested)
        line(out, indent, "}");
    line(out, indent, "wr_write_list_end(out);");
}

static void write_map(struct wc_buf *out, struct wc_arena *arena, const struct wc_type *type,
                      const char *from, size_t indent, size_t depth)
{
    const char *i = counter(arena, depth);
    const char *entry = wc_arena_printf(arena, "%s.items[%s]", from, i);
    line(out, indent, "wr_write_object(out);");
    wc_buf_repeat(out, ' ', indent);
    wc_buf_printf(out, "for (size_t %s = 0; %s < %s.count; %s++) {\n", i, i, from, i);
    wc_buf_repeat(out, ' ', indent + 4);
    wc_buf_printf(out, "wr_write_name(out, %s.key);\n", entry);
    wc_emit_write(out, arena, type->element, wc_arena_printf(arena, "%s.value", entry), indent + 4,
                  depth + 1);
    line(out, indent, "}");
    line(out, indent, "wr_write_object_end(out);");
}

/* In a list or a map: the value in its struct, or null. */
static void write_maybe(struct wc_buf *out, struct wc_arena *arena, const struct wc_type *type,
                        const char *from, size_t indent, size_t depth)
{
    bool pointer = type->kind == WC_TYPE_SCHEMA;
    const char *value = wc_arena_printf(arena, "%s%s.value", pointer ? "*" : "", from);
    wc_buf_repeat(out, ' ', indent);
    wc_buf_printf(out, "if (%s.%s) {\n", from, pointer ? "value" : "has");
    wc_emit_write(out, arena, wc_type_set(arena, type), value, indent + 4, depth);
    line(out, indent, "} else {");
    line(out, indent + 4, "wr_write_null(out);");
    line(out, indent, "}");
}

void wc_emit_write(struct wc_buf *out, struct wc_arena *arena, const struct wc_type *type,
                   const char *from, size_t indent, size_t depth)
{
    if (type->nullable) {
        write_maybe(out, arena, type, from, indent, depth);
        return;
    }
    const char *writer = "wr_write_string";
    switch (type->kind) {
    case WC_TYPE_LIST:
        write_list(out, arena, type, from, indent, depth);
        return;
    case WC_TYPE_MAP:
        write_map(out, arena, type, from, indent, depth);
        return;
    case WC_TYPE_SCHEMA:
        /* The address of what a pointer points to is the pointer. */
        writer = wc_arena_printf(arena, "encode_%s", wc_c_schema(arena, type->schema));
        from = from[0] == '*' ? from + 1 : wc_arena_printf(arena, "&%s", from);
        break;
    case WC_TYPE_UNION:
        writer = "wr_write_choice";
        from = wc_arena_printf(arena, "%s, &%s", from, wc_c_union(arena, type->choice));
        break;
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
        writer = "wr_write_int";
        break;
    case WC_TYPE_NUMBER:
        writer = "wr_write_number";
        break;
    case WC_TYPE_BOOL:
        writer = "wr_write_bool";
        break;
    case WC_TYPE_ANY:
        writer = "wr_write_json";
        break;
    default:
        break;
    }
    wc_emit_call(out, indent, NULL, wc_arena_printf(arena, "%s(out, %s)", writer, from));
}
