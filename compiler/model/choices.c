/* `??`, `if then else`, and the type that holds what either side gives. */
#include "compiler/model/scope.h"

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Enough for either operand as text. */
static struct wc_type *text_of_both(struct wc_scope *scope, const struct wc_expr *a,
                                    const struct wc_expr *b)
{
    int64_t bytes = larger(wc_text_bytes(a->type), wc_text_bytes(b->type));
    int64_t points = larger(wc_text_points(a->type), wc_text_points(b->type));
    int64_t least = smaller(wc_text_least(a->type), wc_text_least(b->type));
    return wc_type_text_of(scope->work->r->arena, a->span, least, points, bytes);
}

static const struct wc_type *join_texts(struct wc_scope *scope, const struct wc_expr *a,
                                        const struct wc_expr *b)
{
    struct wc_misfit why;
    struct wc_arena *arena = scope->work->r->arena;
    enum wc_type_kind kind = a->type->kind;
    if (kind == b->type->kind &&
        (kind == WC_TYPE_UUID || kind == WC_TYPE_DATE || kind == WC_TYPE_DATETIME))
        return wc_type_new(arena, kind, a->span);
    if (a->type->kind == WC_TYPE_ENUM && b->kind == WC_EXPR_LITERAL &&
        wc_literal_fits(arena, &b->literal, a->type, &why))
        return a->type;
    if (a->type->kind == WC_TYPE_STRING && b->type->kind == WC_TYPE_STRING && !a->type->in_bytes &&
        !b->type->in_bytes && a->type->has_max && b->type->has_max) {
        int64_t min = a->type->min < b->type->min ? a->type->min : b->type->min;
        return wc_type_string(arena, a->span, min, larger(a->type->max, b->type->max), false);
    }
    return text_of_both(scope, a, b);
}

static const struct wc_type *join_ints(struct wc_scope *scope, const struct wc_type *a,
                                       const struct wc_type *b, struct wc_span span)
{
    struct wc_type *type = wc_type_new(scope->work->r->arena, a->kind, span);
    type->currency = a->currency;
    type->has_min = a->has_min && b->has_min;
    type->has_max = a->has_max && b->has_max;
    type->min = a->min < b->min ? a->min : b->min;
    type->max = larger(a->max, b->max);
    return type;
}

static double low_of(const struct wc_type *type)
{
    return type->kind == WC_TYPE_INT ? (double)type->min : type->number_min;
}

static double high_of(const struct wc_type *type)
{
    return type->kind == WC_TYPE_INT ? (double)type->max : type->number_max;
}

static const struct wc_type *join_numbers(struct wc_scope *scope, const struct wc_type *a,
                                          const struct wc_type *b, struct wc_span span)
{
    struct wc_type *type = wc_type_new(scope->work->r->arena, WC_TYPE_NUMBER, span);
    type->has_min = a->has_min && b->has_min;
    type->has_max = a->has_max && b->has_max;
    type->number_min = low_of(a) < low_of(b) ? low_of(a) : low_of(b);
    type->number_max = high_of(a) > high_of(b) ? high_of(a) : high_of(b);
    return type;
}

/* Items of one type in C, and as many as either has. */
static const struct wc_type *join_lists(struct wc_scope *scope, const struct wc_expr *a,
                                        const struct wc_expr *b)
{
    struct wc_expr one = *a, other = *b;
    bool in_text = scope->in_text;
    one.type = a->type->element;
    other.type = b->type->element;
    one.kind = other.kind = WC_EXPR_LOCAL;
    scope->in_text = false;
    const struct wc_type *element = wc_join_types(scope, &one, &other);
    scope->in_text = in_text;
    bool alike = (wc_is_text(one.type) && wc_is_text(other.type)) ||
                 (wc_is_number(one.type) && wc_is_number(other.type)) ||
                 (one.type->kind == other.type->kind && one.type->schema == other.type->schema);
    if (!element || !alike || one.type->nullable != other.type->nullable)
        return NULL;
    struct wc_type *type = wc_type_new(scope->work->r->arena, WC_TYPE_LIST, a->span);
    type->element = element;
    type->has_min = a->type->has_min && b->type->has_min;
    type->has_max = a->type->has_max && b->type->has_max;
    type->min = smaller(a->type->min, b->type->min);
    type->max = larger(a->type->max, b->type->max);
    return type;
}

const struct wc_type *wc_join_types(struct wc_scope *scope, const struct wc_expr *a,
                                    const struct wc_expr *b)
{
    struct wc_misfit why;
    struct wc_arena *arena = scope->work->r->arena;
    if (a->type->kind == WC_TYPE_UNKNOWN)
        return a->type;
    if (b->type->kind == WC_TYPE_UNKNOWN || a->type == b->type)
        return b->type;
    if (wc_is_text(a->type) && wc_is_text(b->type))
        return join_texts(scope, a, b);
    if (a->type->kind == WC_TYPE_INT && b->type->kind == WC_TYPE_INT)
        return join_ints(scope, a->type, b->type, a->span);
    if (wc_is_number(a->type) && wc_is_number(b->type))
        return join_numbers(scope, a->type, b->type, a->span);
    if (wc_is_amount(a->type) && a->type->kind == b->type->kind &&
        a->type->currency == b->type->currency)
        return join_ints(scope, a->type, b->type, a->span);
    if (a->type->kind == WC_TYPE_LIST && b->type->kind == WC_TYPE_LIST)
        return join_lists(scope, a, b);
    if (a->type->kind == b->type->kind && wc_fits(arena, b->type, a->type, &why))
        return a->type;
    if (a->type->kind == b->type->kind && wc_fits(arena, a->type, b->type, &why))
        return b->type;
    return scope->in_text ? text_of_both(scope, a, b) : NULL;
}

static void refuse_pair(struct wc_scope *scope, const struct wc_expr *a, const struct wc_expr *b,
                        struct wc_span span)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, span, "both sides must be of one type, whichever is taken");
    wc_diag_label(r->diags, diag, "two types");
    wc_diag_also(r->diags, diag, a->span, "%s", wc_type_text(r->arena, a->type));
    wc_diag_also(r->diags, diag, b->span, "%s", wc_type_text(r->arena, b->type));
    wc_diag_help(r->diags, diag, "make one like the other");
}

/* An empty list has the items of the place where it stands. */
static void name_items(struct wc_scope *scope, struct wc_expr *expr, const struct wc_type *type)
{
    if (type->kind != WC_TYPE_LIST || expr->type->kind != WC_TYPE_LIST ||
        expr->type->element->kind != WC_TYPE_UNKNOWN)
        return;
    struct wc_type *named = WC_NEW(scope->work->r->arena, struct wc_type);
    *named = *expr->type;
    named->element = type->element;
    expr->type = named;
}

void wc_name_items(struct wc_scope *scope, struct wc_expr *a, struct wc_expr *b)
{
    name_items(scope, a, b->type);
    name_items(scope, b, a->type);
}

void wc_join(struct wc_scope *scope, struct wc_expr *expr, struct wc_expr *a, struct wc_expr *b)
{
    wc_name_items(scope, a, b);
    expr->type = wc_join_types(scope, a, b);
    if (!expr->type) {
        refuse_pair(scope, a, b, expr->span);
        expr->type = wc_unknown_type(scope, expr->span);
    }
    expr->labels |= a->labels | b->labels;
}

/* The stages of which each sets an operand. */
static void setters(const struct wc_expr *expr, uint64_t *stages)
{
    if (expr->kind == WC_EXPR_OR_ELSE) {
        setters(expr->kids[0], stages);
        setters(expr->kids[1], stages);
        return;
    }
    while (expr->kind == WC_EXPR_FIELD) {
        const struct wc_field *field = &expr->kids[0]->type->schema->fields.items[expr->field];
        if (field->optional && !field->fallback)
            return;
        expr = expr->kids[0];
    }
    if (expr->kind == WC_EXPR_STAGE)
        stages[expr->stage->id / 64] |= UINT64_C(1) << (expr->stage->id % 64);
}

/* Each may be unset by itself; but does every path to the reader set one of them? */
static bool one_is_set(struct wc_scope *scope, const struct wc_expr *expr)
{
    struct wc_workflow_work *work = scope->work;
    if (!scope->stage || !scope->stage->reached || !work->edges)
        return false;
    uint64_t *stages = WC_NEW_ARRAY(work->r->arena, uint64_t, work->words);
    setters(expr, stages);
    return wc_some_is_set(work, stages, scope->stage->stage);
}

struct wc_expr *wc_resolve_choice(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                  const struct wc_type *into)
{
    struct wc_arena *arena = scope->work->r->arena;
    const struct wc_fact *facts = scope->facts;
    struct wc_expr *expr;
    if (ast->kind == WC_AST_IF) {
        scope->checked = false;
        expr = wc_make_expr(scope, WC_EXPR_IF, ast->span, 3);
        expr->kids[0] = wc_resolve_condition(scope, ast->kids.items[0], "the condition of `if`");
        scope->facts = wc_facts(arena, expr->kids[0], true, facts);
        expr->kids[1] = wc_resolve_expr(scope, ast->kids.items[1], into);
        scope->facts = wc_facts(arena, expr->kids[0], false, facts);
        expr->kids[2] = wc_resolve_expr(scope, ast->kids.items[2], into);
        scope->facts = facts;
        wc_need_set(scope, expr->kids[1], "the value after `then`");
        wc_need_set(scope, expr->kids[2], "the value after `else`");
        wc_join(scope, expr, expr->kids[1], expr->kids[2]);
        expr->labels |= expr->kids[0]->labels; /* which of them it is tells of the condition */
        return expr;
    }
    expr = wc_make_expr(scope, WC_EXPR_OR_ELSE, ast->span, 2);
    bool checked = scope->checked;
    scope->checked = true;
    expr->kids[0] = wc_resolve_expr(scope, ast->kids.items[0], into);
    scope->checked = checked;
    expr->kids[1] = wc_resolve_expr(scope, ast->kids.items[1], into);
    expr->maybe = expr->kids[0]->maybe && expr->kids[1]->maybe && !one_is_set(scope, expr);
    wc_join(scope, expr, expr->kids[0], expr->kids[1]);
    return expr;
}
