/* Operators: what they take and what they give. Arithmetic is in arithmetic.c. */
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
    expr->labels = expr->kids[0]->labels | expr->kids[1]->labels;
    expr->type = bool_type(scope, ast->span);
    return expr;
}

static struct wc_diag *refuse_operands(struct wc_scope *scope, const struct wc_expr *expr,
                                       const char *needs)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_expr *left = expr->kids[0], *right = expr->kids[1];
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, expr->span, "%s", needs);
    wc_diag_label(r->diags, diag, "not of these two");
    wc_diag_also(r->diags, diag, left->span, "%s", wc_type_text(r->arena, left->type));
    wc_diag_also(r->diags, diag, right->span, "%s", wc_type_text(r->arena, right->type));
    return diag;
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

/* The ends of a number's range; false where it has none. */
static bool ends_of(const struct wc_type *type, double *low, double *high)
{
    bool fraction = type->kind == WC_TYPE_NUMBER;
    *low = fraction ? type->number_min : (double)type->min;
    *high = fraction ? type->number_max : (double)type->max;
    return type->has_min && type->has_max && wc_is_amount(type);
}

/* Whether `a OP b` holds for all values of their ranges, or for none. */
static bool is_decided(enum wc_op op, const struct wc_type *a, const struct wc_type *b)
{
    double low, high, least, most;
    if (!ends_of(a, &low, &high) || !ends_of(b, &least, &most))
        return false;
    switch (op) {
    case WC_OP_LT:
    case WC_OP_GE:
        return high < least || low >= most;
    case WC_OP_GT:
    case WC_OP_LE:
        return low > most || high <= least;
    default:
        return high < least || low > most;
    }
}

/* A field that a schema of the specification says the range of. */
static bool is_declared(const struct wc_expr *expr)
{
    const struct wc_type *of = expr->kind == WC_EXPR_FIELD ? expr->kids[0]->type : NULL;
    return of && of->kind == WC_TYPE_SCHEMA && of->schema->span.source && !of->schema->made_by;
}

/* It is compared with what its range decides: `80` where 80% is meant. */
static void check_number_literal(struct wc_scope *scope, const struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    for (size_t i = 0; i < 2; i++) {
        const struct wc_expr *value = expr->kids[i], *literal = expr->kids[1 - i];
        if (!is_declared(value) || literal->kind != WC_EXPR_LITERAL ||
            !is_decided(expr->op, expr->kids[0]->type, expr->kids[1]->type))
            continue;
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, expr->span, "this comparison is always the same");
        wc_diag_label(r->diags, diag, "its range decides it");
        wc_diag_also(r->diags, diag, value->span, "%s", wc_type_text(r->arena, value->type));
        double low, high;
        if (value->type->kind == WC_TYPE_NUMBER && literal->type->kind == WC_TYPE_INT &&
            ends_of(value->type, &low, &high) && high <= 1 && literal->literal.integer > 1 &&
            literal->literal.integer <= 100)
            wc_diag_help(r->diags, diag, "a share of it is written `%lld%%`",
                         (long long)literal->literal.integer);
    }
}

/* An amount beside a fraction: what its smallest unit makes of it. */
static void help_amount(struct wc_scope *scope, const struct wc_expr *expr, struct wc_diag *diag)
{
    struct wc_resolver *r = scope->work->r;
    for (size_t i = 0; i < 2; i++) {
        const struct wc_type *type = expr->kids[i]->type;
        const struct wc_expr *literal = expr->kids[1 - i];
        if (type->kind != WC_TYPE_MONEY || !type->currency || literal->kind != WC_EXPR_LITERAL ||
            literal->literal.kind != WC_LIT_NUMBER)
            continue;
        double amount = literal->literal.number;
        for (int digits = wc_currency_digits(type->currency); digits > 0; digits--)
            amount *= 10;
        if (amount > -9e15 && amount < 9e15)
            wc_diag_help(
                r->diags, diag, "amounts count the smallest unit of %s: write `%.0f` for %s",
                type->currency, amount, wc_amount_text(r->arena, (int64_t)amount, type->currency));
    }
}

static bool are_alike(const struct wc_type *a, const struct wc_type *b);

/* Lists of scalars, item by item; an empty list has items of no type. */
static bool are_alike_lists(const struct wc_type *a, const struct wc_type *b)
{
    if (a->kind != WC_TYPE_LIST || b->kind != WC_TYPE_LIST)
        return false;
    if (a->element->kind == WC_TYPE_UNKNOWN || b->element->kind == WC_TYPE_UNKNOWN)
        return true;
    return wc_is_scalar(a->element) && !a->element->nullable && !b->element->nullable &&
           are_alike(a->element, b->element);
}

/* Two texts that one order holds for: instants go by time, all others by code points. A date is no instant. */
static bool are_texts(const struct wc_type *a, const struct wc_type *b)
{
    bool first = a->kind == WC_TYPE_DATETIME, second = b->kind == WC_TYPE_DATETIME;
    return wc_is_text(a) && wc_is_text(b) && first == second;
}

/* Two values that can be equal. */
static bool are_alike(const struct wc_type *a, const struct wc_type *b)
{
    return are_texts(a, b) || (wc_is_number(a) && wc_is_number(b)) ||
           (a->kind == b->kind && wc_is_scalar(a) && a->currency == b->currency) ||
           are_alike_lists(a, b);
}

/* A literal beside a date or a datetime is one, or the comparison means nothing. */
static void name_moment(struct wc_scope *scope, const struct wc_expr *value,
                        struct wc_expr *literal)
{
    enum wc_type_kind kind = value->type->kind;
    struct wc_resolver *r = scope->work->r;
    if ((kind != WC_TYPE_DATE && kind != WC_TYPE_DATETIME) || literal->kind != WC_EXPR_LITERAL ||
        literal->literal.kind != WC_LIT_STRING)
        return;
    struct wr_str text = {literal->literal.text, literal->literal.len};
    bool instant = kind == WC_TYPE_DATETIME;
    if (!wr_is_format(text, instant ? WR_DATETIME : WR_DATE)) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, literal->span, "this comparison is always the same");
        wc_diag_label(r->diags, diag, "no %s", instant ? "datetime" : "date");
        wc_diag_help(r->diags, diag, "write it as %s",
                     instant ? "`2026-08-07T12:00:00Z`" : "`2026-08-07`");
    }
    literal->type = wc_type_new(r->arena, kind, literal->span);
}

/* The way out where an instant is compared with something else. */
static void help_moment(struct wc_scope *scope, const struct wc_expr *expr, struct wc_diag *diag)
{
    struct wc_resolver *r = scope->work->r;
    for (size_t i = 0; i < 2; i++) {
        if (expr->kids[i]->type->kind != WC_TYPE_DATETIME)
            continue;
        if (expr->kids[1 - i]->type->kind == WC_TYPE_DATE)
            wc_diag_help(r->diags, diag,
                         "a datetime's day, in its own zone (`now` is in UTC), is its first ten "
                         "letters: `truncate(now, 10)`");
        else if (wc_is_text(expr->kids[1 - i]->type))
            wc_diag_help(r->diags, diag,
                         "to compare letter by letter, make it a text: `\"${now}\"`");
        return;
    }
}

static struct wc_expr *resolve_comparison(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                          struct wc_expr *expr)
{
    wc_name_currency(scope, expr);
    name_moment(scope, expr->kids[0], expr->kids[1]);
    name_moment(scope, expr->kids[1], expr->kids[0]);
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    bool equality = ast->op == WC_AST_OP_EQ || ast->op == WC_AST_OP_NE;
    bool good =
        are_texts(left, right) || (wc_is_number(left) && wc_is_number(right)) ||
        (wc_is_amount(left) && left->kind == right->kind && left->currency == right->currency) ||
        (equality && are_alike(left, right));
    expr->type = bool_type(scope, ast->span);
    if (!good) {
        struct wc_diag *diag = refuse_operands(
            scope, expr,
            equality
                ? "`==` and `!=` compare two texts, two numbers, two bools or two lists of them"
                : "`<` and its like compare two numbers, two texts or two datetimes");
        help_moment(scope, expr, diag);
        help_amount(scope, expr, diag);
    } else {
        check_number_literal(scope, expr);
    }
    if (wc_is_same(expr->kids[0], expr->kids[1])) {
        struct wc_resolver *r = scope->work->r;
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, ast->span, "this comparison is always the same");
        wc_diag_label(r->diags, diag, "compared with itself");
    }
    if (good && equality) {
        wc_name_items(scope, expr->kids[0], expr->kids[1]);
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
    if (ast->op == WC_AST_OP_CONTAINS && left->kind == WC_TYPE_LIST && !left->element->nullable &&
        are_alike(left->element, right))
        return expr;
    refuse_operands(scope, expr,
                    ast->op == WC_AST_OP_CONTAINS
                        ? "`contains` asks whether a text contains another, or a list an item"
                        : "`starts_with` asks whether a text begins with another");
    return expr;
}

/* `matches` takes a pattern that is known now: it becomes an automaton. */
static struct wc_expr *resolve_matches(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                       struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_ast_expr *pattern = ast->kids.items[1];
    expr->type = bool_type(scope, ast->span);
    if (!wc_is_text(expr->kids[0]->type)) {
        refuse_operands(scope, expr, "`matches` asks whether a text is of a pattern");
        return expr;
    }
    if (pattern->kind != WC_AST_STRING || !pattern->text.bytes) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0501, expr->kids[1]->span,
                                         "the pattern of `matches` is a constant");
        wc_diag_label(r->diags, diag, "not known when this is compiled");
        wc_diag_help(r->diags, diag, "write it out: `… matches r\"[a-z]+\"`");
        return expr;
    }
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_STRING, pattern->span);
    wc_resolve_pattern(r, type, &pattern->text);
    expr->kids[1]->type = type;
    return expr;
}

/* May an operand of this be unset? Where `??` stands behind arithmetic, or may a result be. */
static struct wc_expr *resolve_operand(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                       bool checked)
{
    scope->checked = checked;
    struct wc_expr *kid = wc_resolve_expr(scope, ast, NULL);
    scope->checked = checked;
    if (kid->type->kind != WC_TYPE_UNKNOWN && !checked)
        wc_need_set(scope, kid, "an operand");
    return kid;
}

static bool is_arithmetic(enum wc_ast_op op)
{
    return op == WC_AST_OP_ADD || op == WC_AST_OP_SUB || op == WC_AST_OP_MUL ||
           op == WC_AST_OP_DIV || op == WC_AST_OP_MOD || op == WC_AST_OP_NEG;
}

struct wc_expr *wc_resolve_binary(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    if (ast->op == WC_AST_OP_AND || ast->op == WC_AST_OP_OR)
        return resolve_logic(scope, ast);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_BINARY, ast->span, 2);
    bool checked = scope->checked && is_arithmetic(ast->op);
    expr->op = op_of(ast->op);
    for (size_t i = 0; i < 2; i++) {
        expr->kids[i] = resolve_operand(scope, ast->kids.items[i], checked);
        expr->labels |= expr->kids[i]->labels;
    }
    expr->type = wc_unknown_type(scope, ast->span);
    if (unknown(expr->kids[0]) || unknown(expr->kids[1]))
        return is_arithmetic(ast->op) ? wc_expr_error(scope, ast->span) : expr;
    if (is_arithmetic(ast->op))
        return wc_type_arithmetic(scope, expr);
    switch (ast->op) {
    case WC_AST_OP_CONTAINS:
    case WC_AST_OP_STARTS_WITH:
        return resolve_containment(scope, ast, expr);
    case WC_AST_OP_MATCHES:
        return resolve_matches(scope, ast, expr);
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
        expr->labels = expr->kids[0]->labels;
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
    expr->kids[0] = resolve_operand(scope, ast->kids.items[0], scope->checked);
    expr->labels = expr->kids[0]->labels;
    return unknown(expr->kids[0]) ? expr->kids[0] : wc_type_negative(scope, expr);
}
