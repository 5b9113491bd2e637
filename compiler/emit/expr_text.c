/* Expressions as text under construction: prompts, paths, bodies; and as the canonical JSON of a
 * key. A hole whose value may be unset becomes an `if`. */
#include "compiler/emit/expr.h"
#include "compiler/model/type.h"

#include <string.h>

/* Text known at compile time. */
static void add_known(struct wc_function *fn, const char *var, const char *text, size_t len,
                      enum wc_text_as as)
{
    struct wc_buf quoted = {0};
    switch (as) {
    case WC_AS_PLAIN:
        wc_c_add_text(fn->out, fn->indent, var, text, len);
        break;
    case WC_AS_URL:
        wc_buf_c_string(&quoted, text, len);
        wc_line(fn, "wr_text_url(&%s, WR_STR(%s));", var, quoted.data);
        break;
    case WC_AS_JSON:
        wc_buf_json(&quoted, text, len);
        wc_c_add_text(fn->out, fn->indent, var, quoted.data, quoted.len);
        break;
    }
    wc_buf_free(&quoted);
}

static void add_word(struct wc_function *fn, const char *var, const char *word)
{
    wc_c_add_text(fn->out, fn->indent, var, word, strlen(word));
}

/* ---- choices ------------------------------------------------------------------------------ */

/* Writes the branch to `body`; true if it is one statement on one line. */
static bool branch(struct wc_function *fn, struct wc_buf *body, const char *var,
                   const struct wc_expr *expr, enum wc_text_as as)
{
    struct wc_buf *out = fn->out;
    fn->out = body;
    size_t mark = wc_begin_block(fn);
    wc_add_text(fn, var, expr, as);
    wc_end_block(fn, mark);
    fn->out = out;
    const char *end = body->len ? strchr(body->data, '\n') : NULL;
    return end && end[1] == '\0';
}

/* Braces stand where either branch needs them. */
static void add_choice(struct wc_function *fn, const char *var, const char *condition,
                       const struct wc_expr *then, const struct wc_expr *other, enum wc_text_as as)
{
    struct wc_buf first = {0}, second = {0};
    bool short_first = branch(fn, &first, var, then, as);
    bool short_second = branch(fn, &second, var, other, as);
    bool bare = short_first && short_second;
    wc_line(fn, "if (%s)%s", condition, bare ? "" : " {");
    wc_buf_add(fn->out, first.data, first.len);
    wc_line(fn, bare ? "else" : "} else {");
    wc_buf_add(fn->out, second.data, second.len);
    if (!bare)
        wc_line(fn, "}");
    wc_buf_free(&first);
    wc_buf_free(&second);
}

/* ---- scalars ------------------------------------------------------------------------------ */

static const char *scalar_adder(const struct wc_type *type, enum wc_text_as as)
{
    switch (type->kind) {
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
    case WC_TYPE_DURATION:
        return "wr_text_int";
    case WC_TYPE_NUMBER:
        return "wr_text_number";
    case WC_TYPE_BOOL:
        return "wr_text_bool";
    case WC_TYPE_ANY: /* JSON already */
        return as == WC_AS_URL ? "wr_text_url" : "wr_text_add";
    default:
        break;
    }
    if (as == WC_AS_URL)
        return "wr_text_url";
    return as == WC_AS_JSON ? "wr_text_quote" : "wr_text_add";
}

/* ---- objects, lists and maps, as JSON ----------------------------------------------------- */

static void add_items_of(struct wc_function *fn, const char *var, const struct wc_type *type,
                         const char *items);

static void add_element(struct wc_function *fn, const char *var, const struct wc_type *type,
                        const char *text);

/* In a list or a map: the value in its struct, or null. */
static void add_maybe(struct wc_function *fn, const char *var, const struct wc_type *type,
                      const char *text)
{
    bool pointer = type->kind == WC_TYPE_SCHEMA;
    const char *value = wc_arena_printf(fn->arena, "%s%s.value", pointer ? "*" : "", text);
    wc_line(fn, "if (%s.%s) {", text, pointer ? "value" : "has");
    size_t mark = wc_begin_block(fn);
    add_element(fn, var, wc_type_set(fn->arena, type), value);
    wc_end_block(fn, mark);
    wc_line(fn, "} else {");
    wc_line(fn, "    WR_ADD(&%s, \"null\");", var);
    wc_line(fn, "}");
}

static void add_element(struct wc_function *fn, const char *var, const struct wc_type *type,
                        const char *text)
{
    if (type->nullable)
        add_maybe(fn, var, type, text);
    else if (type->kind == WC_TYPE_UNION)
        wc_line(fn, "wr_text_choice(&%s, &%s, %s);", var, wc_c_union(fn->arena, type->choice),
                text);
    else if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        add_items_of(fn, var, type, text);
    else if (type->kind == WC_TYPE_SCHEMA)
        wc_line(fn, "wr_text_json(&%s, &schema_%s, %s%s);", var,
                wc_c_schema(fn->arena, type->schema), text[0] == '*' ? "" : "&",
                text[0] == '*' ? text + 1 : text);
    else
        wc_line(fn, "%s(&%s, %s);", scalar_adder(type, WC_AS_JSON), var, text);
}

/* `map(x in list: E)`, each E as it comes. */
static void add_mapped(struct wc_function *fn, const char *var, const struct wc_expr *expr)
{
    const char *first = wc_arena_printf(fn->arena, "first_%zu", ++fn->temps);
    wc_line(fn, "bool %s = true;", first);
    add_word(fn, var, "[");
    size_t mark = wc_begin_items(fn, expr, NULL);
    wc_line(fn, "if (!%s)", first);
    wc_line(fn, "    WR_ADD(&%s, \",\");", var);
    wc_line(fn, "%s = false;", first);
    wc_add_text(fn, var, expr->kids[1], WC_AS_JSON);
    wc_end_items(fn, mark);
    add_word(fn, var, "]");
}

/* `[a, b]` of objects that have no schema. */
static void add_written(struct wc_function *fn, const char *var, const struct wc_expr *expr)
{
    add_word(fn, var, "[");
    for (size_t i = 0; i < expr->kid_count; i++) {
        if (i > 0)
            add_word(fn, var, ",");
        wc_add_text(fn, var, expr->kids[i], WC_AS_JSON);
    }
    add_word(fn, var, "]");
}

static bool has_spread(const struct wc_expr *list)
{
    for (size_t i = 0; i < list->kid_count; i++)
        if (list->kids[i]->kind == WC_EXPR_SPREAD)
            return true;
    return false;
}

/* A list's or map's items between brackets, with a comma before all but the first. */
static void add_items_of(struct wc_function *fn, const char *var, const struct wc_type *type,
                         const char *items)
{
    bool map = type->kind == WC_TYPE_MAP;
    size_t id = ++fn->temps;
    add_word(fn, var, map ? "{" : "[");
    wc_line(fn, "for (size_t i_%zu = 0; i_%zu < %s.count; i_%zu++) {", id, id, items, id);
    fn->indent += 4;
    wc_line(fn, "if (i_%zu > 0)", id);
    wc_line(fn, "    WR_ADD(&%s, \",\");", var);
    const char *item = wc_arena_printf(fn->arena, "%s.items[i_%zu]", items, id);
    if (map) {
        wc_line(fn, "wr_text_quote(&%s, %s.key);", var, item);
        add_word(fn, var, ":");
        item = wc_arena_printf(fn->arena, "%s.value", item);
    }
    add_element(fn, var, type->element, item);
    fn->indent -= 4;
    wc_line(fn, "}");
    add_word(fn, var, map ? "}" : "]");
}

static void add_items(struct wc_function *fn, const char *var, const struct wc_expr *expr)
{
    add_items_of(fn, var, expr->type, wc_named(fn, expr, "list"));
}

static const char *field_name(const struct wc_expr *object, size_t at)
{
    if (object->type->schema && at < object->type->schema->fields.count)
        return object->type->schema->fields.items[at].name;
    return object->kids[at]->name;
}

/* `,"name":` with its comma where a field surely stands before, or none where none does. Where only
 * fields that may be unset stand before, the text so far tells. */
static void add_field_name(struct wc_function *fn, const char *var, const char *name, bool first,
                           bool sure)
{
    if (!first && !sure) {
        wc_line(fn, "if (%s.data[%s.len - 1] != '{')", var, var);
        wc_line(fn, "    WR_ADD(&%s, \",\");", var);
    }
    struct wc_buf key = {0};
    wc_buf_text(&key, sure ? "," : "");
    wc_buf_json(&key, name, strlen(name));
    wc_buf_char(&key, ':');
    wc_c_add_text(fn->out, fn->indent, var, key.data, key.len);
    wc_buf_free(&key);
}

static void add_object(struct wc_function *fn, const char *var, const struct wc_expr *expr)
{
    bool first = true, sure = false;
    add_word(fn, var, "{");
    for (size_t i = 0; i < expr->kid_count; i++) {
        const struct wc_expr *kid = expr->kids[i];
        if (!kid)
            continue;
        const char *set = wc_present(fn, kid);
        size_t mark = 0;
        if (set) {
            wc_line(fn, "if (%s) {", set);
            mark = wc_begin_block(fn);
        }
        add_field_name(fn, var, field_name(expr, i), first, sure);
        wc_add_text(fn, var, kid, WC_AS_JSON);
        if (set) {
            wc_end_block(fn, mark);
            wc_line(fn, "}");
        }
        first = false;
        sure = sure || !set;
    }
    add_word(fn, var, "}");
}

/* ---- all of it ---------------------------------------------------------------------------- */

static void add_value(struct wc_function *fn, const char *var, const struct wc_expr *expr,
                      enum wc_text_as as)
{
    switch (expr->type->kind) {
    case WC_TYPE_SCHEMA:
        wc_line(fn, "wr_text_json(&%s, &schema_%s, %s);", var,
                wc_c_schema(fn->arena, expr->type->schema), wc_address(fn, wc_value_of(fn, expr)));
        return;
    case WC_TYPE_LIST:
        if (expr->kind == WC_EXPR_LOOP && expr->loop == WC_LOOP_map)
            add_mapped(fn, var, expr);
        else if (expr->kind == WC_EXPR_LIST && !has_spread(expr))
            add_written(fn, var, expr);
        else
            add_items(fn, var, expr);
        return;
    case WC_TYPE_MAP:
        add_items(fn, var, expr);
        return;
    case WC_TYPE_UNION:
        add_element(fn, var, expr->type, wc_value_of(fn, expr).text);
        return;
    default:
        wc_line(fn, "%s(&%s, %s);", scalar_adder(expr->type, as), var, wc_value_of(fn, expr).text);
    }
}

void wc_add_text(struct wc_function *fn, const char *var, const struct wc_expr *expr,
                 enum wc_text_as as)
{
    switch (expr->kind) {
    case WC_EXPR_LITERAL:
        if (expr->literal.kind == WC_LIT_STRING)
            add_known(fn, var, expr->literal.text, expr->literal.len, as);
        else if (expr->literal.kind == WC_LIT_NULL)
            add_known(fn, var, "null", 4, WC_AS_PLAIN);
        else
            add_value(fn, var, expr, as);
        return;
    case WC_EXPR_TEMPLATE:
        if (as == WC_AS_JSON) {
            add_value(fn, var, expr, as);
            return;
        }
        for (size_t i = 0; i < expr->kid_count; i++) {
            bool literal = expr->kids[i]->kind == WC_EXPR_LITERAL;
            wc_add_text(fn, var, expr->kids[i], literal ? WC_AS_PLAIN : as);
        }
        return;
    case WC_EXPR_IF:
        add_choice(fn, var, wc_value_of(fn, expr->kids[0]).text, expr->kids[1], expr->kids[2], as);
        return;
    case WC_EXPR_OR_ELSE: {
        const char *set = wc_present(fn, expr->kids[0]);
        if (set)
            add_choice(fn, var, set, expr->kids[0], expr->kids[1], as);
        else
            wc_add_text(fn, var, expr->kids[0], as);
        return;
    }
    case WC_EXPR_OBJECT:
        add_object(fn, var, expr);
        return;
    default:
        add_value(fn, var, expr, as);
    }
}

/* ---- keys --------------------------------------------------------------------------------- */

static void write_value(struct wc_function *fn, const struct wc_type *type, const char *text);

static void write_scalar(struct wc_function *fn, const struct wc_type *type, const char *text)
{
    const char *writer = "wr_write_string";
    if (type->kind == WC_TYPE_NUMBER)
        writer = "wr_write_number";
    else if (type->kind == WC_TYPE_BOOL)
        writer = "wr_write_bool";
    else if (type->kind == WC_TYPE_ANY)
        writer = "wr_write_json";
    else if (strcmp(wc_c_type(fn->arena, type), "int64_t") == 0)
        writer = "wr_write_int";
    wc_line(fn, "%s(out, %s);", writer, text);
}

static void write_items(struct wc_function *fn, const struct wc_type *type, const char *items)
{
    bool map = type->kind == WC_TYPE_MAP;
    size_t id = ++fn->temps;
    wc_line(fn, "wr_write_%s(out);", map ? "object" : "list");
    wc_line(fn, "for (size_t i_%zu = 0; i_%zu < %s.count; i_%zu++) {", id, id, items, id);
    const char *item = wc_arena_printf(fn->arena, "%s.items[i_%zu]", items, id);
    fn->indent += 4;
    if (map)
        wc_line(fn, "wr_write_name(out, %s.key);", item);
    write_value(fn, type->element, map ? wc_arena_printf(fn->arena, "%s.value", item) : item);
    fn->indent -= 4;
    wc_line(fn, "}");
    wc_line(fn, "wr_write_%s_end(out);", map ? "object" : "list");
}

/* `*text` is what a pointer points to. */
static void write_value(struct wc_function *fn, const struct wc_type *type, const char *text)
{
    bool pointer = type->kind == WC_TYPE_SCHEMA;
    if (type->nullable) {
        wc_line(fn, "if (%s.%s) {", text, pointer ? "value" : "has");
        fn->indent += 4;
        write_value(fn, wc_type_set(fn->arena, type),
                    wc_arena_printf(fn->arena, "%s%s.value", pointer ? "*" : "", text));
        fn->indent -= 4;
        wc_line(fn, "} else {");
        wc_line(fn, "    wr_write_null(out);");
        wc_line(fn, "}");
    } else if (pointer) {
        wc_line(fn, "schema_%s.encode(out, %s%s);", wc_c_schema(fn->arena, type->schema),
                text[0] == '*' ? "" : "&", text[0] == '*' ? text + 1 : text);
    } else if (type->kind == WC_TYPE_UNION) {
        wc_line(fn, "wr_write_choice(out, %s, &%s);", text, wc_c_union(fn->arena, type->choice));
    } else if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP) {
        write_items(fn, type, text);
    } else {
        write_scalar(fn, type, text);
    }
}

void wc_write_key(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *set = wc_present(fn, expr);
    if (set) {
        wc_line(fn, "if (!(%s)) {", set);
        wc_line(fn, "    wr_write_null(out);");
        wc_line(fn, "    return;");
        wc_line(fn, "}");
    }
    if (expr->type->kind == WC_TYPE_SCHEMA)
        wc_line(fn, "schema_%s.encode(out, %s);", wc_c_schema(fn->arena, expr->type->schema),
                wc_address(fn, wc_value_of(fn, expr)));
    else if (expr->type->kind == WC_TYPE_LIST || expr->type->kind == WC_TYPE_MAP)
        write_items(fn, expr->type, wc_named(fn, expr, "list"));
    else
        write_value(fn, expr->type, wc_value_of(fn, expr).text);
}
