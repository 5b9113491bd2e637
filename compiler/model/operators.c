/* Operators: what they take and what they give; integer ranges are followed, so that no result can
 * leave 64 bits. */
#include "compiler/model/scope.h"

static enum wc_op op_of(enum wc_ast_op op)
{
    static const enum wc_op ops[] = {
        [WC_AST_OP_OR] = WC_OP_OR,
        [WC_AST_OP_AND] = WC_OP_AND,
        [WC_AST_OP_NOT] = WC_OP_NOT,
        [WC_AST_OP_EQ] = WC_OP_EQ,
        [WC_AST_OP_NE] = WC_OP_NE,
        [WC_AST_OP_LT] = WC_OP_LT,
        [WC_AST_OP_LE] = WC_OP_LE,
        [WC_AST_OP_GT] = WC_OP_GT,
        [WC_AST_OP_GE] = WC_OP_GE,
        [WC_AST_OP_CONTAINS] = WC_OP_CONTAINS,
        [WC_AST_OP_STARTS_WITH] = WC_OP_STARTS_WITH,
        [WC_AST_OP_MATCHES] = WC_OP_MATCHES,
        [WC_AST_OP_ADD] = WC_OP_ADD,
        [WC_AST_OP_SUB] = WC_OP_SUB,
        [WC_AST_OP_MUL] = WC_OP_MUL,
        [WC_AST_OP_DIV] = WC_OP_DIV,
        [WC_AST_OP_MOD] = WC_OP_MOD,
        [WC_AST_OP_NEG] = WC_OP_NEG,
    };
    return ops[op];
}

static const struct wc_type *bool_type(struct wc_scope *scope, struct wc_span span)
{
    return wc_type_new(scope->work->r->arena, WC_TYPE_BOOL, span);
}

static bool unknown(const struct wc_expr *expr)
{
    return expr->type->kind == WC_TYPE_UNKNOWN;
}

/* ---- conditions --------------------------------------------------------------------------- */

/* The right operand may rely on what the left one shows. */
static struct wc_expr *resolve_logic(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_BINARY, ast->span, 2);
    const struct wc_fact *facts = scope->facts;
    const char *place = ast->op == WC_AST_OP_AND ? "an operand of `and`" : "an operand of `or`";
    expr->op = op_of(ast->op);
    expr->kids[0] = wc_resolve_condition(scope, ast->kids.items[0], place);
    scope->facts =
        wc_facts(scope->work->r->arena, expr->kids[0], ast->op == WC_AST_OP_AND, scope->facts);
    expr->kids[1] = wc_resolve_condition(scope, ast->kids.items[1], place);
    scope->facts = facts;
    expr->type = bool_type(scope, ast->span);
    return expr;
}

static void refuse_operands(struct wc_scope *scope, const struct wc_expr *expr, const char *needs)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_expr *left = expr->kids[0], *right = expr->kids[1];
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, expr->span, "%s", needs);
    wc_diag_label(r->diags, diag, "not of these two");
    wc_diag_also(r->diags, diag, left->span, "%s", wc_type_text(r->arena, left->type));
    wc_diag_also(r->diags, diag, right->span, "%s", wc_type_text(r->arena, right->type));
}

/* A literal compared with an enum must be one of its values, else the answer is known. */
static void check_enum_literal(struct wc_scope *scope, const struct wc_expr *value,
                               const struct wc_expr *literal)
{
    struct wc_misfit why;
    struct wc_resolver *r = scope->work->r;
    if (value->type->kind != WC_TYPE_ENUM || literal->kind != WC_EXPR_LITERAL ||
        wc_literal_fits(r->arena, &literal->literal, value->type, &why))
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, literal->span, "this comparison is always the same");
    wc_diag_label(r->diags, diag, "%s", why.reason);
    wc_diag_also(r->diags, diag, value->span, "%s", wc_type_text(r->arena, value->type));
}

/* Two scalars that can be equal. */
static bool are_alike(const struct wc_type *a, const struct wc_type *b)
{
    return (wc_is_text(a) && wc_is_text(b)) || (wc_is_number(a) && wc_is_number(b)) ||
           (a->kind == b->kind && wc_is_scalar(a));
}

static struct wc_expr *resolve_comparison(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                          struct wc_expr *expr)
{
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    bool equality = ast->op == WC_AST_OP_EQ || ast->op == WC_AST_OP_NE;
    bool good = (wc_is_text(left) && wc_is_text(right)) ||
                (wc_is_number(left) && wc_is_number(right)) || (equality && are_alike(left, right));
    expr->type = bool_type(scope, ast->span);
    if (!good)
        refuse_operands(scope, expr,
                        equality ? "`==` and `!=` compare two texts, two numbers or two bools"
                                 : "`<` and its like compare two numbers or two texts");
    if (good && equality) {
        check_enum_literal(scope, expr->kids[0], expr->kids[1]);
        check_enum_literal(scope, expr->kids[1], expr->kids[0]);
    }
    return expr;
}

static struct wc_expr *resolve_containment(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                           struct wc_expr *expr)
{
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    expr->type = bool_type(scope, ast->span);
    if (wc_is_text(left) && wc_is_text(right))
        return expr;
    if (ast->op == WC_AST_OP_CONTAINS && left->kind == WC_TYPE_LIST &&
        are_alike(left->element, right))
        return expr;
    refuse_operands(scope, expr,
                    ast->op == WC_AST_OP_CONTAINS
                        ? "`contains` asks whether a text contains another, or a list an item"
                        : "`starts_with` asks whether a text begins with another");
    return expr;
}

/* ---- arithmetic --------------------------------------------------------------------------- */

static int64_t low(const struct wc_type *type)
{
    return type->has_min ? type->min : INT64_MIN;
}

static int64_t high(const struct wc_type *type)
{
    return type->has_max ? type->max : INT64_MAX;
}

static bool apply(enum wc_op op, int64_t a, int64_t b, int64_t *result)
{
    switch (op) {
    case WC_OP_ADD:
        return !__builtin_add_overflow(a, b, result);
    case WC_OP_SUB:
        return !__builtin_sub_overflow(a, b, result);
    case WC_OP_MUL:
        return !__builtin_mul_overflow(a, b, result);
    default:
        if (b == 0 || (a == INT64_MIN && b == -1))
            return false;
        *result = op == WC_OP_DIV ? a / b : a % b;
        return true;
    }
}

/* The range of a result from the corners of its operands' ranges; false: it may overflow. */
static bool range_of(const struct wc_expr *expr, int64_t *min, int64_t *max)
{
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    const int64_t as[] = {low(left), high(left)}, bs[] = {low(right), high(right)};
    if ((expr->op == WC_OP_DIV || expr->op == WC_OP_MOD) && bs[0] <= 0 && bs[1] >= 0)
        return false;
    *min = INT64_MAX;
    *max = INT64_MIN;
    for (size_t i = 0; i < 4; i++) {
        int64_t result;
        if (!apply(expr->op, as[i / 2], bs[i % 2], &result))
            return false;
        *min = result < *min ? result : *min;
        *max = result > *max ? result : *max;
    }
    if (expr->op == WC_OP_MOD) { /* the corners are not its extremes */
        uint64_t magnitude = bs[1] > 0 ? (uint64_t)bs[1] : -(uint64_t)bs[0];
        *max = as[1] <= 0 ? 0 : (int64_t)(magnitude - 1);
        *min = as[0] >= 0 ? 0 : -(int64_t)(magnitude - 1);
    }
    return true;
}

static const struct wc_type *arithmetic_type(struct wc_scope *scope, const struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    int64_t min, max;
    if (left->kind == WC_TYPE_NUMBER || right->kind == WC_TYPE_NUMBER) {
        wc_not_built(r, expr->span, "arithmetic with fractions");
        return wc_unknown_type(scope, expr->span);
    }
    if (range_of(expr, &min, &max))
        return wc_type_int(r->arena, expr->span, min, max);
    bool divides = expr->op == WC_OP_DIV || expr->op == WC_OP_MOD;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0510, expr->span, "%s",
                  divides ? "this may divide by zero" : "this may leave the range of 64 bits");
    wc_diag_label(r->diags, diag, "of %s and %s", wc_type_text(r->arena, left),
                  wc_type_text(r->arena, right));
    wc_diag_help(r->diags, diag, "%s",
                 divides ? "give the divisor a type that leaves zero out: `int(1..…)`"
                         : "give its operands narrower types");
    return wc_unknown_type(scope, expr->span);
}

static struct wc_expr *resolve_arithmetic(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                          struct wc_expr *expr)
{
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    if (wc_is_number(left) && wc_is_number(right)) {
        expr->type = arithmetic_type(scope, expr);
        return expr;
    }
    refuse_operands(scope, expr, "arithmetic takes numbers");
    if (ast->op == WC_AST_OP_ADD && wc_is_text(left) && wc_is_text(right)) {
        struct wc_resolver *r = scope->work->r;
        wc_diag_help(r->diags, r->diags->list.items[r->diags->list.count - 1],
                     "texts are put together with holes: \"${…}${…}\"");
    }
    expr->type = wc_unknown_type(scope, ast->span);
    return expr;
}

struct wc_expr *wc_resolve_binary(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    if (ast->op == WC_AST_OP_AND || ast->op == WC_AST_OP_OR)
        return resolve_logic(scope, ast);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_BINARY, ast->span, 2);
    expr->op = op_of(ast->op);
    for (size_t i = 0; i < 2; i++) {
        expr->kids[i] = wc_resolve_expr(scope, ast->kids.items[i], NULL);
        if (!unknown(expr->kids[i]))
            wc_need_set(scope, expr->kids[i], "an operand");
        expr->labels |= expr->kids[i]->labels;
    }
    expr->type = wc_unknown_type(scope, ast->span);
    if (unknown(expr->kids[0]) || unknown(expr->kids[1]))
        return expr;
    switch (ast->op) {
    case WC_AST_OP_CONTAINS:
    case WC_AST_OP_STARTS_WITH:
        return resolve_containment(scope, ast, expr);
    case WC_AST_OP_MATCHES:
        wc_not_built(scope->work->r, ast->span, "`matches`");
        return expr;
    case WC_AST_OP_ADD:
    case WC_AST_OP_SUB:
    case WC_AST_OP_MUL:
    case WC_AST_OP_DIV:
    case WC_AST_OP_MOD:
        return resolve_arithmetic(scope, ast, expr);
    default:
        return resolve_comparison(scope, ast, expr);
    }
}

struct wc_expr *wc_resolve_unary(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_UNARY, ast->span, 1);
    expr->op = op_of(ast->op);
    if (ast->op == WC_AST_OP_NOT) {
        expr->kids[0] = wc_resolve_condition(scope, ast->kids.items[0], "the operand of `not`");
        expr->type = bool_type(scope, ast->span);
        return expr;
    }
    struct wc_literal literal;
    if (wc_literal_of(ast, &literal)) {
        struct wc_expr *constant = wc_make_expr(scope, WC_EXPR_LITERAL, ast->span, 0);
        constant->literal = literal;
        constant->type = wc_literal_type(scope->work->r->arena, &literal, ast->span);
        return constant;
    }
    wc_not_built(scope->work->r, ast->span, "a minus sign before an expression");
    return wc_expr_error(scope, ast->span);
}
