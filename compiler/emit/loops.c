/* Loops over lists: `for` with a variable of the item's type. What a loop gives has a variable of its
 * own, so that it can be asked for twice: is it there, and what is it? */
#include "compiler/emit/expr.h"

#include <string.h>

/* ---- going through a list ----------------------------------------------------------------- */

/* `const TYPE name = items[i];`, or its address where it is a schema's value. */
static void declare_item(struct wc_function *fn, const struct wc_type *type, const char *name,
                         const char *items, size_t id)
{
    bool pointer = type->kind == WC_TYPE_SCHEMA || type->nullable;
    wc_line(fn, "const %s %s%s = %s%s.items[i_%zu];", wc_c_element(fn->arena, type),
            pointer ? "*" : "", name, pointer ? "&" : "", items, id);
}

/* Is the loop's variable read in it? */
static bool reads_local(const struct wc_expr *expr, size_t depth, const char *field)
{
    if (!expr)
        return false;
    if (field && expr->kind == WC_EXPR_FIELD && expr->kids[0]->kind == WC_EXPR_LOCAL &&
        expr->kids[0]->local == depth)
        return strcmp(expr->name, field) == 0;
    if (!field && expr->kind == WC_EXPR_LOCAL && expr->local == depth)
        return true;
    if (expr->kind == WC_EXPR_OR_ELSE && !expr->kids[0]->maybe) /* what stands behind is left out */
        return reads_local(expr->kids[0], depth, field);
    if (expr->kind == WC_EXPR_PRESENT && !expr->kids[0]->maybe)
        return false;
    for (size_t i = 0; i < expr->kid_count; i++)
        if (reads_local(expr->kids[i], depth, field))
            return true;
    return false;
}

static struct wc_expr local_of(const struct wc_expr *loop)
{
    return (struct wc_expr){.kind = WC_EXPR_LOCAL,
                            .name = loop->name,
                            .local = loop->local,
                            .type = loop->kids[0]->type->element,
                            .maybe = loop->kids[0]->type->element->nullable,
                            .nullable = loop->kids[0]->type->element->nullable};
}

/* Both lists at once, as long as both have items; the pair is two variables. */
static size_t begin_pairs(struct wc_function *fn, const struct wc_expr *loop,
                          const char *while_text)
{
    const struct wc_expr *zip = loop->kids[0];
    static const char *const names[] = {"first", "second"};
    const char *a = wc_named(fn, zip->kids[0], "list"), *b = wc_named(fn, zip->kids[1], "list");
    struct wc_expr local = local_of(loop);
    size_t id = ++fn->temps;
    wc_line(fn, "for (size_t i_%zu = 0; %s%si_%zu < %s.count && i_%zu < %s.count; i_%zu++) {", id,
            while_text ? while_text : "", while_text ? " && " : "", id, a, id, b, id);
    size_t mark = wc_begin_block(fn);
    for (size_t i = 0; i < 2; i++)
        if (reads_local(loop->kids[1], loop->local, names[i]))
            declare_item(fn, zip->kids[i]->type->element,
                         wc_arena_printf(fn->arena, "%s_%s", wc_local_name(fn, &local), names[i]),
                         i ? b : a, id);
    return mark;
}

size_t wc_begin_items(struct wc_function *fn, const struct wc_expr *loop, const char *while_text)
{
    const struct wc_expr *list = loop->kids[0];
    if (list->kind == WC_EXPR_CALL && list->fn == WC_FN_zip)
        return begin_pairs(fn, loop, while_text);
    const char *items = wc_named(fn, list, "list");
    struct wc_expr local = local_of(loop);
    size_t id = ++fn->temps;
    wc_line(fn, "for (size_t i_%zu = 0; %s%si_%zu < %s.count; i_%zu++) {", id,
            while_text ? while_text : "", while_text ? " && " : "", id, items, id);
    size_t mark = wc_begin_block(fn);
    bool keeps = loop->loop == WC_LOOP_filter || loop->loop == WC_LOOP_first;
    if (keeps || reads_local(loop->kids[1], loop->local, NULL))
        declare_item(fn, list->type->element, wc_local_name(fn, &local), items, id);
    return mark;
}

void wc_end_items(struct wc_function *fn, size_t mark)
{
    wc_end_block(fn, mark);
    wc_line(fn, "}");
}

/* ---- what it gives ------------------------------------------------------------------------ */

static struct wc_value quantify(struct wc_function *fn, const struct wc_expr *expr,
                                const char *name)
{
    bool all = expr->loop == WC_LOOP_all;
    wc_line(fn, "bool %s = %s;", name, all ? "true" : "false");
    const char *go_on = wc_arena_printf(fn->arena, "%s%s", all ? "" : "!", name);
    size_t mark = wc_begin_items(fn, expr, go_on);
    wc_line(fn, "%s = %s;", name, wc_value_of(fn, expr->kids[1]).text);
    wc_end_items(fn, mark);
    return wc_plain(name);
}

static void declare_list(struct wc_function *fn, const struct wc_expr *expr, const char *name,
                         const char *count)
{
    wc_line(fn, "%s %s = {0};", wc_c_type(fn->arena, expr->type), name);
    wc_line(fn, "%s.items = wr_arena_alloc(%s, %s * sizeof *%s.items);", name, fn->memory, count,
            name);
}

/* How many items there are to go through, in C. */
static const char *count_of(struct wc_function *fn, const struct wc_expr *list)
{
    if (list->kind != WC_EXPR_CALL || list->fn != WC_FN_zip)
        return wc_arena_printf(fn->arena, "%s.count", wc_named(fn, list, "list"));
    return wc_arena_printf(fn->arena, "%s.count", wc_named(fn, list->kids[0], "list"));
}

/* The item as it stands in the list. */
static const char *item_text(struct wc_function *fn, const struct wc_expr *item)
{
    bool pointer = item->type->kind == WC_TYPE_SCHEMA || item->nullable;
    return wc_arena_printf(fn->arena, "%s%s", pointer ? "*" : "", wc_local_name(fn, item));
}

static struct wc_value map(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    declare_list(fn, expr, name, count_of(fn, expr->kids[0]));
    size_t mark = wc_begin_items(fn, expr, NULL);
    struct wc_value value = wc_value_of(fn, expr->kids[1]);
    wc_line(fn, "%s.items[%s.count++] = %s;", name, name,
            wc_convert(fn, value, expr->kids[1]->type, expr->type->element));
    wc_end_items(fn, mark);
    return wc_plain(name);
}

static struct wc_value filter(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    struct wc_expr local = local_of(expr);
    declare_list(fn, expr, name, count_of(fn, expr->kids[0]));
    size_t mark = wc_begin_items(fn, expr, NULL);
    wc_line(fn, "if (%s)", wc_value_of(fn, expr->kids[1]).text);
    wc_line(fn, "    %s.items[%s.count++] = %s;", name, name, item_text(fn, &local));
    wc_end_items(fn, mark);
    return wc_plain(name);
}

static struct wc_value count(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    wc_line(fn, "int64_t %s = 0;", name);
    size_t mark = wc_begin_items(fn, expr, NULL);
    wc_line(fn, "if (%s)", wc_value_of(fn, expr->kids[1]).text);
    wc_line(fn, "    %s++;", name);
    wc_end_items(fn, mark);
    return wc_plain(name);
}

static struct wc_value sum(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    wc_line(fn, "%s %s = 0;", wc_c_type(fn->arena, expr->type), name);
    size_t mark = wc_begin_items(fn, expr, NULL);
    wc_line(fn, "%s += %s;", name, wc_value_of(fn, expr->kids[1]).text);
    wc_end_items(fn, mark);
    return wc_plain(name);
}

static struct wc_value extreme(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    const char *sign = expr->loop == WC_LOOP_min ? "<" : ">";
    const char *has = wc_arena_printf(fn->arena, "has_%s", name);
    wc_line(fn, "%s %s = 0;", wc_c_type(fn->arena, expr->type), name);
    wc_line(fn, "bool %s = false;", has);
    size_t mark = wc_begin_items(fn, expr, NULL);
    struct wc_value value = wc_value_of(fn, expr->kids[1]);
    const char *text = wc_operand(fn, value, WC_OP_LT);
    wc_line(fn, "if (!%s || %s %s %s)", has, text, sign, name);
    wc_line(fn, "    %s = %s;", name, value.text);
    wc_line(fn, "%s = true;", has);
    wc_end_items(fn, mark);
    wc_add_made(fn, (struct wc_made){expr, name, false, expr->maybe ? has : NULL});
    return wc_plain(name);
}

static struct wc_value first(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    bool pointer = expr->type->kind == WC_TYPE_SCHEMA;
    const char *type = wc_c_type(fn->arena, expr->type);
    const char *has = wc_arena_printf(fn->arena, "has_%s", name);
    struct wc_expr local = local_of(expr);
    if (pointer)
        wc_line(fn, "const %s *%s = NULL;", type, name);
    else if (type[0] == 's')
        wc_line(fn, "%s %s = {0};", type, name);
    else
        wc_line(fn, "%s %s = 0;", type, name);
    wc_line(fn, "bool %s = false;", has);
    const char *found = local.maybe ? wc_arena_printf(fn->arena, "found_%s", name) : has;
    if (local.maybe) /* the first may be null: then there is none */
        wc_line(fn, "bool %s = false;", found);
    size_t mark = wc_begin_items(fn, expr, wc_arena_printf(fn->arena, "!%s", found));
    wc_line(fn, "%s = %s;", found, wc_value_of(fn, expr->kids[1]).text);
    wc_line(fn, "if (%s)", found);
    wc_line(fn, "    %s = %s;", name, wc_value_of(fn, &local).text);
    if (local.maybe)
        wc_line(fn, "%s = %s && %s;", has, found, wc_present(fn, &local));
    wc_end_items(fn, mark);
    wc_add_made(fn, (struct wc_made){expr, name, pointer, has});
    return (struct wc_value){name, pointer, WC_OP_NONE};
}

/* The keys are ranked and the items follow their ranks; of two equal keys the first stays first. */
static struct wc_value sort_by(struct wc_function *fn, const struct wc_expr *expr, const char *name)
{
    const struct wc_expr *list = expr->kids[0], *key = expr->kids[1];
    bool text = wc_is_c_text(key->type), number = key->type->kind == WC_TYPE_NUMBER;
    const char *kind = text ? "text" : number ? "number" : "integer";
    const char *items = wc_named(fn, list, "list");
    size_t id = ++fn->temps;
    const char *ranks = wc_arena_printf(fn->arena, "ranks_%zu", id);
    declare_list(fn, expr, name, wc_arena_printf(fn->arena, "%s.count", items));
    wc_line(fn, "struct wr_rank *%s = wr_arena_alloc(%s, %s.count * sizeof *%s);", ranks,
            fn->memory, items, ranks);
    wc_line(fn, "size_t at_%zu = 0;", id);
    size_t mark = wc_begin_items(fn, expr, NULL);
    const char *rank = wc_value_of(fn, key).text;
    if (key->type->kind == WC_TYPE_DATETIME)
        rank = wc_arena_printf(fn->arena, "wr_datetime_rank(%s, %s)", fn->memory, rank);
    wc_line(fn, "%s[at_%zu].%s = %s;", ranks, id, kind, rank);
    wc_line(fn, "%s[at_%zu].at = at_%zu;", ranks, id, id);
    wc_line(fn, "at_%zu++;", id);
    wc_end_items(fn, mark);
    wc_line(fn, "wr_rank_by_%s(%s, %s.count);", kind, ranks, items);
    wc_line(fn, "for (; %s.count < %s.count; %s.count++)", name, items, name);
    wc_line(fn, "    %s.items[%s.count] = %s.items[%s[%s.count].at];", name, name, items, ranks,
            name);
    return wc_plain(name);
}

struct wc_value wc_loop_value(struct wc_function *fn, const struct wc_expr *expr)
{
    static const struct {
        const char *stem;
        struct wc_value (*write)(struct wc_function *fn, const struct wc_expr *expr,
                                 const char *name);
    } loops[WC_LOOP_COUNT] = {
        [WC_LOOP_all] = {"all", quantify},  [WC_LOOP_any] = {"any", quantify},
        [WC_LOOP_map] = {"mapped", map},    [WC_LOOP_filter] = {"kept", filter},
        [WC_LOOP_count] = {"count", count}, [WC_LOOP_sum] = {"sum", sum},
        [WC_LOOP_min] = {"least", extreme}, [WC_LOOP_max] = {"most", extreme},
        [WC_LOOP_first] = {"first", first}, [WC_LOOP_sort_by] = {"sorted", sort_by},
    };
    const char *name = wc_arena_printf(fn->arena, "%s_%zu", loops[expr->loop].stem, ++fn->temps);
    return loops[expr->loop].write(fn, expr, name);
}

/* ---- items -------------------------------------------------------------------------------- */

/* The place is looked up once; whether something is there is asked apart. */
struct wc_value wc_index_value(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *of = expr->kids[0], *at = expr->kids[1];
    const char *items = wc_named(fn, of, "list"), *text, *present = NULL;
    bool pointer = expr->type->kind == WC_TYPE_SCHEMA;
    if (of->type->kind == WC_TYPE_MAP) {
        size_t id = ++fn->temps;
        const char *key = wc_named(fn, at, "key");
        wc_line(fn, "size_t at_%zu = 0;", id);
        wc_line(fn, "while (at_%zu < %s.count && !wr_str_equal(%s.items[at_%zu].key, %s))", id,
                items, items, id, key);
        wc_line(fn, "    at_%zu++;", id);
        present = wc_arena_printf(fn->arena, "at_%zu < %s.count", id, items);
        text = wc_arena_printf(fn->arena, "%s.items[at_%zu].value", items, id);
    } else if (at->kind == WC_EXPR_LITERAL) {
        const char *place = wc_value_of(fn, at).text;
        present =
            place[0] == '-' ? "false" : wc_arena_printf(fn->arena, "%s.count > %s", items, place);
        text = wc_arena_printf(fn->arena, "%s.items[%s]", items, place);
    } else {
        const char *place = wc_named(fn, at, "place");
        present =
            wc_arena_printf(fn->arena, "%s >= 0 && (uint64_t)%s < %s.count", place, place, items);
        text = wc_arena_printf(fn->arena, "%s.items[%s]", items, place);
    }
    if (of->type->element->nullable) {
        present =
            wc_arena_printf(fn->arena, "%s && %s.%s", present, text, pointer ? "value" : "has");
        text = wc_arena_printf(fn->arena, "%s.value", text);
    } else if (pointer) {
        text = wc_arena_printf(fn->arena, "(&%s)", text);
    }
    wc_add_made(fn, (struct wc_made){expr, text, pointer, expr->maybe ? present : NULL});
    return (struct wc_value){text, pointer, WC_OP_NONE};
}

/* ---- lists as a whole --------------------------------------------------------------------- */

static const char *same_items(struct wc_function *fn, const struct wc_type *type, const char *a,
                              const char *b)
{
    if (type->kind == WC_TYPE_DATETIME)
        return wc_arena_printf(fn->arena, "wr_datetime_compare(%s, %s) == 0", a, b);
    if (wc_is_c_text(type))
        return wc_arena_printf(fn->arena, "wr_str_equal(%s, %s)", a, b);
    return wc_arena_printf(fn->arena, "%s == %s", a, b);
}

struct wc_value wc_list_contains(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *list = expr->kids[0];
    const char *items = wc_named(fn, list, "list");
    const char *item = wc_named(fn, expr->kids[1], "item");
    size_t id = ++fn->temps;
    wc_line(fn, "bool found_%zu = false;", id);
    wc_line(fn, "for (size_t i_%zu = 0; !found_%zu && i_%zu < %s.count; i_%zu++)", id, id, id,
            items, id);
    const char *at = wc_arena_printf(fn->arena, "%s.items[i_%zu]", items, id);
    wc_line(fn, "    found_%zu = %s;", id, same_items(fn, list->type->element, at, item));
    return wc_plain(wc_arena_printf(fn->arena, "found_%zu", id));
}

struct wc_value wc_same_lists(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *a = wc_named(fn, expr->kids[0], "list"), *b = wc_named(fn, expr->kids[1], "list");
    const struct wc_type *element = expr->kids[0]->type->element;
    size_t id = ++fn->temps;
    wc_line(fn, "bool same_%zu = %s.count == %s.count;", id, a, b);
    wc_line(fn, "for (size_t i_%zu = 0; same_%zu && i_%zu < %s.count; i_%zu++)", id, id, id, a, id);
    wc_line(fn, "    same_%zu = %s;", id,
            same_items(fn, element, wc_arena_printf(fn->arena, "%s.items[i_%zu]", a, id),
                       wc_arena_printf(fn->arena, "%s.items[i_%zu]", b, id)));
    return wc_plain(wc_arena_printf(fn->arena, "%ssame_%zu", expr->op == WC_OP_NE ? "!" : "", id));
}
