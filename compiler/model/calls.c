/* Functions of the language and comprehensions. */
#include "compiler/model/scope.h"

#include <string.h>

static const char *const functions[] = {"len",  "lower",   "upper", "trim", "truncate",
                                        "join", "split",   "count", "sum",  "min",
                                        "max",  "sort_by", "first", "zip",  "reveal"};
static const char *const comprehensions[] = {"all", "any", "map", "filter"};

enum {
    FUNCTIONS = sizeof functions / sizeof functions[0],
    COMPREHENSIONS = sizeof comprehensions / sizeof comprehensions[0]
};

static bool is_one_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void unknown_function(struct wc_scope *scope, struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0401, name.span, "there is no function called `%s`", name.text);
    wc_diag_label(r->diags, diag, "not a function");
    wc_suggest_near(r, diag, name, functions, FUNCTIONS);
}

static bool takes(struct wc_scope *scope, const struct wc_ast_expr *ast, size_t count)
{
    struct wc_resolver *r = scope->work->r;
    if (ast->kids.count == count)
        return true;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0512, ast->span, "`%s` takes %zu argument%s, not %zu",
                  ast->name.text, count, count == 1 ? "" : "s", ast->kids.count);
    wc_diag_label(r->diags, diag, "%s", ast->kids.count < count ? "too few" : "too many");
    return false;
}

/* The value itself, said to be shown on purpose. */
static struct wc_expr *reveal(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    if (!takes(scope, ast, 1))
        return wc_expr_error(scope, ast->span);
    struct wc_expr *expr = wc_resolve_expr(scope, ast->kids.items[0], NULL);
    expr->labels = 0;
    return expr;
}

static struct wc_expr *length_of(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_resolver *r = scope->work->r;
    if (!takes(scope, ast, 1))
        return wc_expr_error(scope, ast->span);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_CALL, ast->span, 1);
    struct wc_expr *of = wc_resolve_expr(scope, ast->kids.items[0], NULL);
    enum wc_type_kind kind = of->type->kind;
    if (kind == WC_TYPE_UNKNOWN)
        return of;
    wc_need_set(scope, of, "`len`");
    expr->kids[0] = of;
    expr->name = ast->name.text;
    if (kind == WC_TYPE_STRING) {
        wc_not_built(r, ast->span, "`len` of a text");
    } else if (kind != WC_TYPE_LIST && kind != WC_TYPE_MAP) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, of->span, "`len` takes a text, a list or a map");
        wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, of->type));
    }
    expr->type = wc_type_int(r->arena, ast->span, of->type->has_min ? of->type->min : 0,
                             of->type->has_max ? of->type->max : WC_SIZE_MAX);
    return expr;
}

struct wc_expr *wc_resolve_call(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_resolver *r = scope->work->r;
    if (!ast->name.text)
        return wc_expr_error(scope, ast->span);
    if (strcmp(ast->name.text, "reveal") == 0)
        return reveal(scope, ast);
    if (strcmp(ast->name.text, "len") == 0)
        return length_of(scope, ast);
    if (is_one_of(comprehensions, COMPREHENSIONS, ast->name.text)) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0512, ast->span, "`%s` goes through a list", ast->name.text);
        wc_diag_label(r->diags, diag, "no variable and no list");
        wc_diag_help(r->diags, diag, "write `%s(x in list: …)`", ast->name.text);
    } else if (is_one_of(functions, FUNCTIONS, ast->name.text)) {
        wc_not_built(r, ast->span, wc_arena_printf(r->arena, "the function `%s`", ast->name.text));
    } else {
        unknown_function(scope, ast->name);
    }
    WC_EACH(i, &ast->kids)
    {
        wc_resolve_expr(scope, ast->kids.items[i], NULL);
    }
    return wc_expr_error(scope, ast->span);
}

/* ---- comprehensions ----------------------------------------------------------------------- */

static const struct wc_type *element_of(struct wc_scope *scope, const struct wc_expr *list)
{
    struct wc_resolver *r = scope->work->r;
    if (list->type->kind == WC_TYPE_LIST)
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

static struct wc_expr *quantify(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_QUANTIFY, ast->span, 2);
    struct wc_expr *list = wc_resolve_expr(scope, ast->kids.items[0], NULL);
    wc_need_set(scope, list, "a list to go through");
    struct wc_local local = {.name = ast->local.text,
                             .span = ast->local.span,
                             .type = element_of(scope, list),
                             .labels = list->labels,
                             .depth = scope->locals ? scope->locals->depth + 1 : 0,
                             .outer = scope->locals};
    if (local.name)
        refuse_shadowing(scope, ast->local);
    expr->op = strcmp(ast->name.text, "all") == 0 ? WC_OP_ALL : WC_OP_ANY;
    expr->name = local.name;
    expr->local = local.depth;
    expr->kids[0] = list;
    scope->locals = &local;
    expr->kids[1] = wc_resolve_condition(scope, ast->kids.items[1],
                                         expr->op == WC_OP_ALL ? "what `all` asks of each item"
                                                               : "what `any` asks of each item");
    scope->locals = local.outer;
    expr->type = wc_type_new(scope->work->r->arena, WC_TYPE_BOOL, ast->span);
    return expr;
}

struct wc_expr *wc_resolve_comprehension(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_resolver *r = scope->work->r;
    const char *name = ast->name.text;
    if (!name || ast->kids.count < 2)
        return wc_expr_error(scope, ast->span);
    if (strcmp(name, "all") == 0 || strcmp(name, "any") == 0)
        return quantify(scope, ast);
    if (is_one_of(comprehensions, COMPREHENSIONS, name) || is_one_of(functions, FUNCTIONS, name)) {
        wc_not_built(r, ast->span, wc_arena_printf(r->arena, "`%s(… in …: …)`", name));
    } else {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0401, ast->name.span, "there is no comprehension `%s`", name);
        wc_diag_label(r->diags, diag, "does not go through a list");
        wc_suggest_near(r, diag, ast->name, comprehensions, COMPREHENSIONS);
    }
    return wc_expr_error(scope, ast->span);
}
