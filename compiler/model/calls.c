/* What is called: functions, and the loops that go through a list, `f(x in list: E)`. A loop is
 * bounded by its list; its variable is a value like any other. */
#include "compiler/model/scope.h"

#include <string.h>

static const char *const loop_names[] = {
#define FUNCTION(name, fewest, most)
#define LOOP(name) #name,
#include "compiler/model/functions.def"
};

static enum wc_loop loop_find(const char *name)
{
    size_t i = 0;
    while (i < WC_LOOP_COUNT && strcmp(loop_names[i], name) != 0)
        i++;
    return (enum wc_loop)i;
}

static const char *loop_name(enum wc_loop loop)
{
    return loop_names[loop];
}

struct wc_expr *wc_resolve_call(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_resolver *r = scope->work->r;
    if (!ast->name.text)
        return wc_expr_error(scope, ast->span);
    enum wc_fn fn = wc_fn_find(ast->name.text);
    if (fn != WC_FN_COUNT)
        return wc_resolve_function(scope, ast, fn);
    if (loop_find(ast->name.text) != WC_LOOP_COUNT) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0512, ast->span, "`%s` goes through a list", ast->name.text);
        wc_diag_label(r->diags, diag, "no variable and no list");
        wc_diag_help(r->diags, diag, "write `%s(x in list: …)`", ast->name.text);
    } else {
        struct wc_diag *diag = wc_report(r->diags, WC_E0401, ast->name.span,
                                         "there is no function called `%s`", ast->name.text);
        wc_diag_label(r->diags, diag, "not a function");
        wc_suggest_near(r, diag, ast->name, wc_fn_names(), WC_FN_COUNT);
    }
    WC_EACH(i, &ast->kids)
    {
        wc_resolve_expr(scope, ast->kids.items[i], NULL);
    }
    return wc_expr_error(scope, ast->span);
}

/* ---- what a loop gives -------------------------------------------------------------------- */

static const struct wc_type *of_kind(struct wc_scope *scope, const struct wc_expr *loop,
                                     enum wc_type_kind kind)
{
    return wc_type_new(scope->work->r->arena, kind, loop->span);
}

/* A list of `element`, of as many items as the loop's list, or fewer where some are left out. */
static const struct wc_type *list_of(struct wc_scope *scope, const struct wc_expr *loop,
                                     const struct wc_type *element, bool all)
{
    const struct wc_type *from = loop->kids[0]->type;
    struct wc_type *type = wc_type_new(scope->work->r->arena, WC_TYPE_LIST, loop->span);
    type->element = element;
    type->has_min = true;
    type->min = all && from->has_min ? from->min : 0;
    type->has_max = from->has_max;
    type->max = from->max;
    return element->kind == WC_TYPE_OBJECT ? type : wc_use_list(scope, type);
}

static const struct wc_type *type_all(struct wc_scope *scope, struct wc_expr *loop)
{
    return of_kind(scope, loop, WC_TYPE_BOOL);
}

static const struct wc_type *type_map(struct wc_scope *scope, struct wc_expr *loop)
{
    loop->labels = loop->kids[1]->labels;
    return list_of(scope, loop, loop->kids[1]->type, true);
}

/* Items as they are: they must be of a type that has a name in the program. */
static const struct wc_type *items_of(struct wc_scope *scope, struct wc_expr *loop, bool all)
{
    struct wc_resolver *r = scope->work->r;
    loop->labels = loop->kids[0]->labels;
    if (loop->kids[0]->type->element->kind != WC_TYPE_OBJECT)
        return list_of(scope, loop, loop->kids[0]->type->element, all);
    struct wc_diag *diag = wc_report(r->diags, WC_E0514, loop->kids[0]->span,
                                     "the pairs of `zip` are of no schema, and cannot be kept");
    wc_diag_label(r->diags, diag, "they can only be gone through");
    wc_diag_help(r->diags, diag,
                 "make values of a schema of them first: "
                 "`map(p in zip(a, b): SomeSchema { … })`");
    return wc_unknown_type(scope, loop->span);
}

static const struct wc_type *type_filter(struct wc_scope *scope, struct wc_expr *loop)
{
    return items_of(scope, loop, false);
}

static const struct wc_type *type_sort_by(struct wc_scope *scope, struct wc_expr *loop)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_expr *key = loop->kids[1];
    if (!wc_is_amount(key->type) && !wc_is_text(key->type) && key->type->kind != WC_TYPE_UNKNOWN) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, key->span, "a list is sorted by numbers or by texts");
        wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, key->type));
    }
    return items_of(scope, loop, true);
}

static const struct wc_type *type_first(struct wc_scope *scope, struct wc_expr *loop)
{
    const struct wc_type *type = items_of(scope, loop, false);
    loop->maybe = true;
    return type->kind == WC_TYPE_LIST ? wc_type_set(scope->work->r->arena, type->element) : type;
}

static const struct wc_type *type_count(struct wc_scope *scope, struct wc_expr *loop)
{
    const struct wc_type *list = loop->kids[0]->type;
    return wc_type_int(scope->work->r->arena, loop->span, 0,
                       list->has_max ? list->max : WC_SIZE_MAX);
}

static bool need_amount(struct wc_scope *scope, const struct wc_expr *loop)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_expr *body = loop->kids[1];
    if (wc_is_amount(body->type) || body->type->kind == WC_TYPE_UNKNOWN)
        return body->type->kind != WC_TYPE_UNKNOWN;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, body->span, "`%s` takes numbers", loop_name(loop->loop));
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, body->type));
    if (body->type->kind == WC_TYPE_SCHEMA)
        wc_diag_help(r->diags, diag, "name one of its fields: `%s(x in list: x.field)`",
                     loop_name(loop->loop));
    return false;
}

static const struct wc_type *type_sum(struct wc_scope *scope, struct wc_expr *loop)
{
    loop->labels = loop->kids[1]->labels;
    return need_amount(scope, loop) ? wc_sum_type(scope, loop) : wc_unknown_type(scope, loop->span);
}

static const struct wc_type *type_min(struct wc_scope *scope, struct wc_expr *loop)
{
    const struct wc_type *list = loop->kids[0]->type;
    loop->labels = loop->kids[1]->labels;
    loop->maybe = !list->has_min || list->min == 0;
    return need_amount(scope, loop) ? loop->kids[1]->type : wc_unknown_type(scope, loop->span);
}

/* ---- the table ---------------------------------------------------------------------------- */

struct loop {
    bool asks; /* a condition is said of each item, else a value */
    const struct wc_type *(*type)(struct wc_scope *scope, struct wc_expr *loop);
};

static const struct loop loops[WC_LOOP_COUNT] = {
    [WC_LOOP_all] = {true, type_all},     [WC_LOOP_any] = {true, type_all},
    [WC_LOOP_map] = {false, type_map},    [WC_LOOP_filter] = {true, type_filter},
    [WC_LOOP_count] = {true, type_count}, [WC_LOOP_sum] = {false, type_sum},
    [WC_LOOP_min] = {false, type_min},    [WC_LOOP_max] = {false, type_min},
    [WC_LOOP_first] = {true, type_first}, [WC_LOOP_sort_by] = {false, type_sort_by},
};

/* `sum(list)`: each item itself. */
struct wc_expr *wc_loop_over_itself(struct wc_scope *scope, enum wc_loop loop,
                                    const struct wc_expr *call)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LOOP, call->span, 2);
    struct wc_expr *item = wc_make_expr(scope, WC_EXPR_LOCAL, call->kids[0]->span, 0);
    expr->loop = loop;
    expr->name = item->name = wc_intern(r->names, "each", 4);
    expr->local = item->local = scope->locals ? scope->locals->depth + 1 : 0;
    item->type = wc_type_set(r->arena, call->kids[0]->type->element);
    item->nullable = item->maybe = call->kids[0]->type->element->nullable;
    wc_need_set(scope, item, "the item");
    item->labels = call->kids[0]->labels;
    expr->kids[0] = call->kids[0];
    expr->kids[1] = item;
    expr->type = loops[loop].type(scope, expr);
    return expr->type->kind == WC_TYPE_UNKNOWN ? wc_expr_error(scope, call->span) : expr;
}

/* ---- the variable ------------------------------------------------------------------------- */

static const struct wc_type *element_of(struct wc_scope *scope, const struct wc_expr *list)
{
    struct wc_resolver *r = scope->work->r;
    bool empty = list->kind == WC_EXPR_LIST && list->kid_count == 0;
    if (list->type->kind == WC_TYPE_LIST && !empty)
        return list->type->element;
    if (empty && list->type->element->kind != WC_TYPE_UNKNOWN)
        return list->type->element;
    if (list->type->kind != WC_TYPE_UNKNOWN) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, list->span, "only a list can be gone through");
        wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, list->type));
    }
    return wc_unknown_type(scope, list->span);
}

static void refuse_shadowing(struct wc_scope *scope, struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_span first = {0};
    for (const struct wc_local *local = scope->locals; local; local = local->outer)
        if (local->name == name.text)
            first = local->span;
    struct wc_stage *stage = wc_lookup(&scope->work->names, name.text);
    if (stage)
        first = stage->span;
    const struct wc_let *let = wc_lookup(&scope->work->lets, name.text);
    if (let)
        first = let->clause->name.span;
    if (!first.source) {
        wc_refuse_reserved(r, name, "variable");
        return;
    }
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0403, name.span, "`%s` is the name of something else", name.text);
    wc_diag_label(r->diags, diag, "hides the other");
    wc_diag_also(r->diags, diag, first, "the other");
    wc_diag_help(r->diags, diag, "choose another name for the variable");
}

static struct wc_expr *loop_body(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                 enum wc_loop loop, const struct wc_type *into)
{
    const char *place =
        wc_arena_printf(scope->work->r->arena, "what `%s` asks of each item", loop_name(loop));
    if (loops[loop].asks)
        return wc_resolve_condition(scope, ast, place);
    if (loop == WC_LOOP_map && into && into->kind == WC_TYPE_LIST)
        return wc_resolve_into(scope, ast, into->element, "the item");
    struct wc_expr *body = wc_resolve_expr(scope, ast, NULL);
    if (body->type->kind != WC_TYPE_UNKNOWN)
        wc_need_set(scope, body, "the item");
    return body;
}

static struct wc_expr *resolve_loop(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                    enum wc_loop loop, const struct wc_type *into)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LOOP, ast->span, 2);
    bool bare = scope->bare;
    scope->bare = false;
    scope->pairs = true;
    struct wc_expr *list = wc_resolve_expr(scope, ast->kids.items[0], NULL);
    scope->pairs = false;
    scope->bare = bare && loop == WC_LOOP_map;
    wc_need_set(scope, list, "a list to go through");
    struct wc_local local = {.name = ast->local.text,
                             .span = ast->local.span,
                             .type = element_of(scope, list),
                             .labels = list->labels,
                             .depth = scope->locals ? scope->locals->depth + 1 : 0,
                             .outer = scope->locals};
    local.maybe = local.type->nullable;
    local.type = wc_type_set(scope->work->r->arena, local.type);
    if (local.name)
        refuse_shadowing(scope, ast->local);
    expr->loop = loop;
    expr->name = local.name;
    expr->local = local.depth;
    expr->kids[0] = list;
    scope->locals = &local;
    expr->kids[1] = loop_body(scope, ast->kids.items[1], loop, into);
    scope->locals = local.outer;
    scope->bare = bare;
    bool known = local.type->kind != WC_TYPE_UNKNOWN &&
                 (expr->kids[1]->type->kind != WC_TYPE_UNKNOWN || loops[loop].asks);
    expr->type = known ? loops[loop].type(scope, expr) : wc_unknown_type(scope, ast->span);
    expr->labels |=
        expr->kids[1]->labels; /* which items, and in what order, tells of what was asked */
    if (known && loop == WC_LOOP_map && into && into->kind == WC_TYPE_LIST)
        expr->type =
            list_of(scope, expr, into->element, true); /* each was held against its place */
    return expr->type->kind == WC_TYPE_UNKNOWN ? wc_expr_error(scope, ast->span) : expr;
}

struct wc_expr *wc_resolve_comprehension(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                         const struct wc_type *into)
{
    struct wc_resolver *r = scope->work->r;
    const char *name = ast->name.text;
    if (!name || ast->kids.count < 2)
        return wc_expr_error(scope, ast->span);
    enum wc_loop loop = loop_find(name);
    if (loop != WC_LOOP_COUNT)
        return resolve_loop(scope, ast, loop, into);
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0401, ast->name.span, "there is no comprehension `%s`", name);
    wc_diag_label(r->diags, diag, "does not go through a list");
    wc_suggest_near(r, diag, ast->name, loop_names, WC_LOOP_COUNT);
    return wc_expr_error(scope, ast->span);
}
