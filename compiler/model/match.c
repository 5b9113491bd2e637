/* `match`: arms that lead on are a stage's transitions, arms that give values are a chain of `if`.
 * There is an `else`, or the conditions leave nothing out: each value of an enum or a bool is asked
 * for, or a value is present and absent. */
#include "compiler/model/scope.h"

#include <string.h>

bool wc_match_leads(const struct wc_ast_action *ast)
{
    return ast->arms.count == 0 || !ast->arms.items[0].value;
}

/* ---- arms that do not go together --------------------------------------------------------- */

static void refuse_arm(struct wc_resolver *r, const struct wc_ast_arm *arm, const char *why,
                       const struct wc_ast_arm *other, const char *there, const char *help)
{
    struct wc_diag *diag = wc_report(r->diags, WC_E0351, arm->span, "%s", why);
    wc_diag_label(r->diags, diag, "this arm");
    if (other)
        wc_diag_also(r->diags, diag, other->span, "%s", there);
    wc_diag_help(r->diags, diag, "%s", help);
}

static bool check_order(struct wc_resolver *r, const struct wc_ast_action *ast)
{
    const struct wc_ast_arm *arms = ast->arms.items;
    bool good = true;
    if (ast->arms.count > WC_ARMS_MAX)
        refuse_arm(r, &arms[WC_ARMS_MAX], "a `match` has at most 200 arms", NULL, NULL, "split it");
    for (size_t i = 0; i < ast->arms.count; i++) {
        if (i > 0 && !arms[i].value != !arms[0].value) {
            refuse_arm(r, &arms[i], "the arms of a `match` all lead on or all give a value",
                       &arms[0], "the first",
                       "write `->` and a target in each, or `=>` and a value");
            good = false;
        }
        if (!arms[i].condition && i + 1 < ast->arms.count) {
            refuse_arm(r, &arms[i + 1], "this arm is never taken", &arms[i],
                       "`else` takes all that is left", "write `else` last");
            return false;
        }
    }
    return good;
}

/* ---- what the conditions leave out -------------------------------------------------------- */

/* What is asked for so far, of one place. */
struct asked {
    const struct wc_expr *of; /* NULL: nothing yet */
    bool absent, present;
    bool *values; /* of an enum; of a bool: false, true */
    size_t count; /* of values */
    bool other;   /* a condition asks for something else: the arms are not a table of values */
};

static bool is_plain(const struct wc_expr *expr)
{
    return expr->kind == WC_EXPR_FIELD || expr->kind == WC_EXPR_STAGE ||
           expr->kind == WC_EXPR_LOCAL || expr->kind == WC_EXPR_INPUT;
}

static bool of_same(struct asked *asked, const struct wc_expr *of)
{
    if (!asked->of && is_plain(of))
        asked->of = of;
    return asked->of && is_plain(of) && wc_is_same(asked->of, of);
}

/* Marks one of `count` values. */
static bool ask_for(struct wc_scope *scope, struct asked *asked, const struct wc_expr *of,
                    size_t value, size_t count)
{
    if (!of_same(asked, of))
        return false;
    if (!asked->values)
        asked->values = WC_NEW_ARRAY(scope->work->r->arena, bool, count + 1);
    asked->count = count;
    asked->values[value] = true;
    return true;
}

static bool ask_value(struct wc_scope *scope, struct asked *asked, const struct wc_expr *of,
                      const struct wc_expr *literal)
{
    const struct wc_type *type = of->type;
    if (literal->kind != WC_EXPR_LITERAL)
        return false;
    if (type->kind == WC_TYPE_BOOL && literal->literal.kind == WC_LIT_BOOL)
        return ask_for(scope, asked, of, literal->literal.integer != 0, 2);
    if (type->kind != WC_TYPE_ENUM || literal->literal.kind != WC_LIT_STRING)
        return false;
    size_t i = 0;
    while (i < type->value_count && strcmp(type->values[i], literal->literal.text) != 0)
        i++;
    return i < type->value_count && ask_for(scope, asked, of, i, type->value_count);
}

/* False where the condition asks for more than values of one place. */
static bool ask(struct wc_scope *scope, struct asked *asked, const struct wc_expr *condition)
{
    bool negated = condition->kind == WC_EXPR_UNARY && condition->op == WC_OP_NOT;
    const struct wc_expr *inner = negated ? condition->kids[0] : condition;
    if (condition->kind == WC_EXPR_BINARY && condition->op == WC_OP_OR)
        return ask(scope, asked, condition->kids[0]) && ask(scope, asked, condition->kids[1]);
    if (condition->kind == WC_EXPR_BINARY && condition->op == WC_OP_EQ)
        return ask_value(scope, asked, condition->kids[0], condition->kids[1]);
    if (inner->kind == WC_EXPR_PRESENT && of_same(asked, inner->kids[0])) {
        if ((inner->op == WC_OP_NOT) == negated)
            asked->present = true;
        else
            asked->absent = true;
        return true;
    }
    return inner->type->kind == WC_TYPE_BOOL && is_plain(inner) &&
           ask_for(scope, asked, inner, !negated, 2);
}

/* Who asks for a value of what may be absent has asked for that before. */
static bool is_all(const struct asked *asked)
{
    size_t count = 0;
    for (size_t i = 0; i < asked->count; i++)
        count += asked->values[i];
    bool values = asked->count > 0 && count == asked->count;
    return asked->of && !asked->other && (values || (asked->absent && asked->present));
}

/* The arms' conditions one after the other: each knows that those before it did not hold. */
struct arms {
    struct wc_scope *scope;
    struct asked asked;
    const struct wc_fact *facts;   /* of what is left */
    const struct wc_ast_arm *done; /* with this one all was asked for */
};

static struct wc_expr *resolve_condition(struct arms *arms, const struct wc_ast_arm *arm,
                                         const struct wc_fact **facts)
{
    struct wc_scope *scope = arms->scope;
    struct wc_arena *arena = scope->work->r->arena;
    scope->facts = arms->facts;
    if (arms->done)
        refuse_arm(scope->work->r, arm, "this arm is never taken", arms->done,
                   "with this one every value is asked for", "delete it");
    if (!arm->condition) {
        *facts = arms->facts;
        return NULL;
    }
    struct wc_expr *condition =
        wc_resolve_condition(scope, arm->condition, "the condition of an arm");
    *facts = wc_facts(arena, condition, true, arms->facts);
    arms->facts = wc_facts(arena, condition, false, arms->facts);
    arms->asked.other = arms->asked.other || !ask(scope, &arms->asked, condition);
    if (!arms->done && is_all(&arms->asked))
        arms->done = arm;
    return condition;
}

static const char *left_out(struct wc_arena *arena, const struct asked *asked)
{
    const struct wc_type *type = asked->of->type;
    struct wc_buf text = {0};
    for (size_t i = 0; i < asked->count; i++)
        if (!asked->values[i] && type->kind == WC_TYPE_ENUM)
            wc_buf_printf(&text, "%s\"%s\"", text.len ? ", " : "", type->values[i]);
    const char *copy = wc_arena_copy(arena, text.len ? text.data : "", text.len);
    wc_buf_free(&text);
    return copy;
}

static void check_all(struct arms *arms, const struct wc_ast_action *ast)
{
    struct wc_resolver *r = arms->scope->work->r;
    const struct wc_ast_arm *last = ast->arms.count ? &ast->arms.items[ast->arms.count - 1] : NULL;
    if ((last && !last->condition) || is_all(&arms->asked) || !r->parsed)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0350, ast->keyword, "this `match` does not say what else");
    wc_diag_label(r->diags, diag, "not every case has an arm");
    if (arms->asked.of && !arms->asked.other) {
        const char *rest = left_out(r->arena, &arms->asked);
        if (rest[0])
            wc_diag_note(r->diags, diag, "nothing is said of %s", rest);
    } else {
        wc_diag_note(r->diags, diag,
                     "without `else` the arms ask, with `==`, for every value of one enum or bool, "
                     "or whether one value is present and absent");
    }
    wc_diag_help(r->diags, diag, "add `else` as the last arm");
}

/* ---- arms that lead on -------------------------------------------------------------------- */

void wc_resolve_arms(struct wc_workflow_work *work, struct wc_stage_work *one,
                     struct wc_target (*target)(struct wc_workflow_work *work,
                                                const struct wc_ast_target *ast))
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    bool good = check_order(r, ast);
    WC_EACH(i, &one->ast->ons)
    {
        struct wc_diag *diag = wc_report(r->diags, WC_E0351, one->ast->ons.items[i].span,
                                         "a `match` whose arms lead on has no `on`");
        wc_diag_label(r->diags, diag, "never taken");
        wc_diag_also(r->diags, diag, ast->keyword, "its arms say where the job goes");
        wc_diag_help(r->diags, diag, "delete it");
    }
    WC_EACH(i, &ast->arms)
    {
        const struct wc_ast_arm *arm = &ast->arms.items[i];
        if (!good && (arm->value || (i > 0 && !ast->arms.items[i - 1].condition)))
            break;
        struct wc_on_label label = {.kind = WC_ON_OK,
                                    .span = arm->span,
                                    .name = wc_intern(r->names, "ok", 2),
                                    .classes = WR_BIT(WR_OK)};
        struct wc_on on = {.span = arm->span};
        wc_push(r->arena, &on.labels, label);
        on.target = target(work, &arm->target);
        wc_push(r->arena, &one->stage->ons, on);
    }
}

void wc_resolve_arm_conditions(struct wc_scope *scope, struct wc_stage_work *one,
                               const struct wc_fact **facts)
{
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_resolver *r = scope->work->r;
    struct arms arms = {.scope = scope};
    for (size_t i = 0; i < one->stage->ons.count; i++) {
        struct wc_arm arm = {resolve_condition(&arms, &ast->arms.items[i], &facts[i])};
        if (i + 1 == one->stage->ons.count && is_all(&arms.asked))
            arm.condition = NULL; /* nothing else is left */
        wc_push(r->arena, &one->stage->action.arms, arm);
    }
    scope->facts = NULL;
    if (one->stage->ons.count == ast->arms.count)
        check_all(&arms, ast);
}

/* ---- arms that give values ---------------------------------------------------------------- */

struct wc_expr *wc_resolve_match_value(struct wc_scope *scope, const struct wc_ast_action *ast)
{
    struct wc_arena *arena = scope->work->r->arena;
    const struct wc_fact *outer = scope->facts, *facts;
    struct arms arms = {.scope = scope, .facts = outer};
    size_t count = ast->arms.count;
    if (!check_order(scope->work->r, ast))
        return wc_expr_error(scope, ast->span);
    struct wc_expr **conditions = WC_NEW_ARRAY(arena, struct wc_expr *, count + 1);
    struct wc_expr **values = WC_NEW_ARRAY(arena, struct wc_expr *, count + 1);
    for (size_t i = 0; i < count; i++) {
        conditions[i] = resolve_condition(&arms, &ast->arms.items[i], &facts);
        scope->facts = facts;
        values[i] = wc_resolve_expr(scope, ast->arms.items[i].value, NULL);
        wc_need_set(scope, values[i], "the value of an arm");
    }
    scope->facts = outer;
    check_all(&arms, ast);
    struct wc_expr *rest = values[count - 1];
    for (size_t i = count - 1; i-- > 0;) {
        struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_IF, ast->arms.items[i].span, 3);
        expr->kids[0] = conditions[i] ? conditions[i] : wc_expr_error(scope, ast->span);
        expr->kids[1] = values[i];
        expr->kids[2] = rest;
        wc_join(scope, expr, values[i], rest);
        expr->labels |= expr->kids[0]->labels;
        rest = expr;
    }
    return rest;
}
