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

/* One name is one type in all of the specification: it is one path of the API. */
static void check_signal(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                         const struct wc_action *action)
{
    struct wc_resolver *r = work->r;
    WC_EACH(i, &r->model->workflows)
    {
        const struct wc_workflow *workflow = r->model->workflows.items[i];
        WC_EACH(k, &workflow->stages)
        {
            const struct wc_stage *other = workflow->stages.items[k];
            if (!other->action.signal || &other->action == action ||
                strcmp(other->action.signal, action->signal) != 0 || !other->action.as ||
                other->action.as->schema == action->as->schema)
                continue;
            struct wc_diag *diag = wc_report(r->diags, WC_E0431, ast->as->span,
                                             "signal `%s` is of two types", action->signal);
            wc_diag_label(r->diags, diag, "%s here", wc_type_text(r->arena, action->as));
            wc_diag_also(r->diags, diag, other->action.span, "%s here",
                         wc_type_text(r->arena, other->action.as));
            wc_diag_note(r->diags, diag, "a signal's name is a path of the API: it takes one type");
            wc_diag_help(r->diags, diag, "give one of them another name");
            return;
        }
    }
}

static void resolve_signal(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                           struct wc_action *action)
{
    struct wc_resolver *r = work->r;
    action->kind = WR_ACT_SIGNAL;
    resolve_within(r, ast, action, "`wait for signal`");
    struct wc_type *type = wc_resolve_type(r, ast->as);
    action->as = type;
    if (type->kind == WC_TYPE_SCHEMA && ast->name.text) {
        action->signal = ast->name.text;
        type->schema->is_input = true;
        check_signal(work, ast, action);
    } else if (type->kind != WC_TYPE_UNKNOWN && type->kind != WC_TYPE_SCHEMA) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0514, ast->as->span,
                                         "a signal brings a value of a named schema");
        wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, type));
        wc_diag_help(r->diags, diag, "declare `schema Name { … }` with this as a field");
        type->kind = WC_TYPE_UNKNOWN;
    }
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
    case WC_AST_WAIT_SIGNAL:
        resolve_signal(work, ast, action);
        return true;
    case WC_AST_WAIT_REVIEW:
        action->kind = WR_ACT_REVIEW;
        resolve_within(work->r, ast, action, "`wait for review`");
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
