/* What a condition shows: in the branch that it guards, `x is present` makes x readable, and `n != 0` lets n divide. */
#include "compiler/model/scope.h"

#include <string.h>

static bool same_constant(const struct wc_literal *a, const struct wc_literal *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == WC_LIT_STRING)
        return a->len == b->len && (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
    return a->kind != WC_LIT_NUMBER && a->integer == b->integer;
}

bool wc_is_same(const struct wc_expr *a, const struct wc_expr *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case WC_EXPR_INPUT:
    case WC_EXPR_IT:
    case WC_EXPR_CALLER:
    case WC_EXPR_NOW:
    case WC_EXPR_JOB_ID:
        return true;
    case WC_EXPR_STAGE:
        return a->stage == b->stage;
    case WC_EXPR_LOCAL:
        return a->local == b->local;
    case WC_EXPR_FIELD:
        return a->field == b->field && wc_is_same(a->kids[0], b->kids[0]);
    case WC_EXPR_LITERAL:
        return same_constant(&a->literal, &b->literal);
    case WC_EXPR_INDEX:
        return wc_is_same(a->kids[0], b->kids[0]) && wc_is_same(a->kids[1], b->kids[1]);
    default:
        return false;
    }
}

bool wc_is_known(const struct wc_fact *facts, const struct wc_expr *expr)
{
    for (; facts; facts = facts->older)
        if (facts->present && wc_is_same(facts->present, expr))
            return true;
    return false;
}

bool wc_is_nonzero(const struct wc_fact *facts, const struct wc_expr *expr)
{
    for (; facts; facts = facts->older)
        if (facts->nonzero && wc_is_same(facts->nonzero, expr))
            return true;
    return false;
}

/* `a.b is present` shows `a` as well. */
static const struct wc_fact *add(struct wc_arena *arena, const struct wc_expr *expr,
                                 const struct wc_fact *facts)
{
    while (expr->kind == WC_EXPR_FIELD || expr->kind == WC_EXPR_STAGE ||
           expr->kind == WC_EXPR_INDEX || expr->kind == WC_EXPR_LOCAL) {
        struct wc_fact *fact = WC_NEW(arena, struct wc_fact);
        fact->present = expr;
        fact->older = facts;
        facts = fact;
        if (expr->kid_count == 0)
            break;
        expr = expr->kids[0];
    }
    return facts;
}

static bool holds(enum wc_op op, int64_t a, int64_t b)
{
    switch (op) {
    case WC_OP_EQ:
        return a == b;
    case WC_OP_NE:
        return a != b;
    case WC_OP_LT:
        return a < b;
    case WC_OP_LE:
        return a <= b;
    case WC_OP_GT:
        return a > b;
    default:
        return a >= b;
    }
}

/* `n != 0`, `n > 2`, `3 <= n`: where zero would not give this truth, `n` is another number. */
static const struct wc_fact *add_nonzero(struct wc_arena *arena, const struct wc_expr *condition,
                                         bool truth, const struct wc_fact *facts)
{
    for (size_t i = 0; i < 2; i++) {
        const struct wc_expr *one = condition->kids[i], *number = condition->kids[1 - i];
        if (number->kind != WC_EXPR_LITERAL || number->literal.kind != WC_LIT_INT)
            continue;
        int64_t value = number->literal.integer;
        if (holds(condition->op, i == 0 ? 0 : value, i == 0 ? value : 0) == truth)
            continue;
        struct wc_fact *fact = WC_NEW(arena, struct wc_fact);
        fact->nonzero = one;
        fact->older = facts;
        facts = fact;
    }
    return facts;
}

/* `shape.kind == "circle"` shows `shape.circle`; of two variants, `!=` shows the other. */
static const struct wc_fact *add_variant(struct wc_arena *arena, const struct wc_expr *tag,
                                         const struct wc_expr *name, bool equal,
                                         const struct wc_fact *facts)
{
    const struct wc_type *type = tag->kind == WC_EXPR_FIELD ? tag->kids[0]->type : NULL;
    if (!type || type->kind != WC_TYPE_UNION || name->kind != WC_EXPR_LITERAL ||
        name->literal.kind != WC_LIT_STRING || tag->field != type->choice->variants.count)
        return facts;
    size_t count = type->choice->variants.count;
    for (size_t i = 0; i < count; i++) {
        const char *variant = type->choice->variants.items[i].name;
        bool named = strlen(variant) == name->literal.len &&
                     memcmp(variant, name->literal.text, name->literal.len) == 0;
        if (named != equal || (!equal && count != 2))
            continue;
        struct wc_expr *shown = WC_NEW(arena, struct wc_expr);
        *shown = *tag;
        shown->field = i;
        facts = add(arena, shown, facts);
    }
    return facts;
}

const struct wc_fact *wc_facts(struct wc_arena *arena, const struct wc_expr *condition, bool truth,
                               const struct wc_fact *facts)
{
    if (condition->kind == WC_EXPR_PRESENT) {
        bool shown = condition->op == WC_OP_NOT ? !truth : truth;
        return shown ? add(arena, condition->kids[0], facts) : facts;
    }
    if (condition->kind == WC_EXPR_UNARY && condition->op == WC_OP_NOT)
        return wc_facts(arena, condition->kids[0], !truth, facts);
    if (condition->kind == WC_EXPR_BINARY && condition->op >= WC_OP_EQ && condition->op <= WC_OP_GE)
        facts = add_nonzero(arena, condition, truth, facts);
    bool equals = condition->kind == WC_EXPR_BINARY &&
                  (condition->op == WC_OP_EQ || condition->op == WC_OP_NE);
    if (equals) {
        bool equal = truth == (condition->op == WC_OP_EQ);
        facts = add_variant(arena, condition->kids[0], condition->kids[1], equal, facts);
        return add_variant(arena, condition->kids[1], condition->kids[0], equal, facts);
    }
    bool both = condition->kind == WC_EXPR_BINARY &&
                ((condition->op == WC_OP_AND && truth) || (condition->op == WC_OP_OR && !truth));
    if (!both)
        return facts;
    facts = wc_facts(arena, condition->kids[0], truth, facts);
    return wc_facts(arena, condition->kids[1], truth, facts);
}
