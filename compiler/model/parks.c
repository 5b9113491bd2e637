/* Actions that are done without leaving the process: `reply draft`, and those that park a job until
 * a timer, a signal or a person. */
#include "compiler/model/scope.h"

#include <string.h>

enum { AT_MOST_MAX = 100000 };

static void resolve_within(struct wc_resolver *r, const struct wc_ast_action *ast,
                           struct wc_action *action, const char *what)
{
    action->within_ms = ast->within.integer;
    if (ast->within.kind == WC_NO_NUMBER || ast->within.integer > 0)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0506, ast->within.span, "%s takes more than no time", what);
    wc_diag_label(r->diags, diag, "no time at all");
}

static void resolve_sleep(struct wc_resolver *r, const struct wc_ast_action *ast,
                          struct wc_action *action)
{
    action->kind = WR_ACT_SLEEP;
    resolve_within(r, ast, action, "`sleep`");
    if (ast->count.kind != WC_NO_NUMBER)
        action->at_most = wc_uint(r, &ast->count, 1, AT_MOST_MAX, "the count of `at most`");
}

bool wc_resolve_park(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                     struct wc_stage *stage)
{
    struct wc_action *action = &stage->action;
    switch (ast->kind) {
    case WC_AST_REPLY_DRAFT:
        action->kind = WR_ACT_DRAFT;
        return true;
    case WC_AST_SLEEP:
        resolve_sleep(work->r, ast, action);
        return true;
    default:
        return false;
    }
}

void wc_resolve_park_value(struct wc_scope *scope, const struct wc_ast_action *ast)
{
    struct wc_action *action = &scope->stage->stage->action;
    struct wc_schema *output = scope->work->workflow->output;
    if (action->kind != WR_ACT_DRAFT || !ast->value)
        return;
    struct wc_type *into = wc_type_new(scope->work->r->arena, WC_TYPE_UNKNOWN, ast->span);
    if (output) {
        into->kind = WC_TYPE_SCHEMA;
        into->schema = output;
    }
    action->value = wc_resolve_expr(scope, ast->value, into);
    wc_need_set(scope, action->value, "a draft");
    wc_check_served(scope->work, scope->stage->stage, action->value->span, action->value->type);
}
