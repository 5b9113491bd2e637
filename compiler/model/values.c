/* The values of stages: their types, and the expressions of actions, checks and ends. */
#include "compiler/model/scope.h"

#include <string.h>

struct wc_stage_work *wc_stage_work(struct wc_workflow_work *work, const struct wc_stage *stage)
{
    return &work->stages[stage->id];
}

static const struct wc_type *refuse_circle(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0515, one->stage->span,
                                     "the type of `%s` depends on itself", one->stage->name);
    wc_diag_label(r->diags, diag, "its value is made from values that are made from it");
    wc_diag_help(r->diags, diag, "name the schema: `make SomeSchema { … }`");
    one->stage->action.as = wc_type_new(r->arena, WC_TYPE_UNKNOWN, one->stage->span);
    one->typed = WC_RESOLVED;
    return one->stage->action.as;
}

static void need_schema(struct wc_workflow_work *work, struct wc_action *action)
{
    struct wc_resolver *r = work->r;
    const struct wc_type *type = action->value->type;
    action->as = type;
    if (action->value->kind == WC_EXPR_ERROR || type->kind == WC_TYPE_SCHEMA ||
        type->kind == WC_TYPE_UNKNOWN)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0514, action->value->span, "%s gives a value of a named schema",
                  action->kind == WR_ACT_REVIEW ? "a review" : "`make`");
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, type));
    wc_diag_help(r->diags, diag, "write `%s SomeSchema { … }`",
                 action->kind == WR_ACT_REVIEW ? "wait for review of" : "make");
    action->as = wc_type_new(r->arena, WC_TYPE_UNKNOWN, action->value->span);
}

/* Is its value that of an expression? */
static bool gives_expression(const struct wc_ast_action *ast)
{
    return ast && (ast->kind == WC_AST_MAKE || ast->kind == WC_AST_WAIT_REVIEW ||
                   (ast->kind == WC_AST_MATCH && !wc_match_leads(ast)));
}

static void resolve_value(struct wc_scope *scope, const struct wc_ast_action *ast,
                          struct wc_action *action)
{
    if (ast->kind == WC_AST_MATCH) {
        action->value = wc_resolve_match_value(scope, ast);
        wc_need_set(scope, action->value, "`match`");
    } else {
        action->value = wc_resolve_expr(scope, ast->value, NULL);
        wc_need_set(scope, action->value,
                    action->kind == WR_ACT_REVIEW ? "what is under review" : "`make`");
    }
    need_schema(scope->work, action);
}

const struct wc_type *wc_stage_type(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_action *action = &one->stage->action;
    const struct wc_ast_action *ast = one->ast->action;
    if (action->kind == WR_ACT_ALL || action->kind == WR_ACT_EACH)
        return wc_members_type(work, one);
    if (!gives_expression(ast) || one->typed == WC_RESOLVED)
        return action->as;
    if (one->typed == WC_IN_PROGRESS)
        return refuse_circle(work, one);
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
    /* An object that is named says its type before its parts are looked at. */
    const struct wc_ast_expr *first = ast->kind == WC_AST_MAKE ? ast->value : NULL;
    if (first && first->kind == WC_AST_OBJECT && first->name.text && !action->as) {
        struct wc_schema *schema = wc_lookup(&work->r->schemas, first->name.text);
        struct wc_type *type = wc_type_new(work->r->arena, WC_TYPE_SCHEMA, first->span);
        if (schema && schema->alias)
            schema = schema->alias->kind == WC_TYPE_SCHEMA ? schema->alias->schema : NULL;
        type->schema = schema;
        if (schema) {
            action->as = type;
            return type;
        }
    }
    one->typed = WC_IN_PROGRESS;
    resolve_value(&scope, ast, action);
    one->typed = WC_RESOLVED;
    return action->as;
}

/* ---- ends --------------------------------------------------------------------------------- */

static void refuse_result(struct wc_workflow_work *work, const struct wc_stage *stage,
                          struct wc_span span, const struct wc_type *type,
                          const struct wc_misfit *why)
{
    struct wc_resolver *r = work->r;
    const struct wc_schema *output = work->workflow->output;
    bool draft = stage->action.kind == WR_ACT_DRAFT;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0513, span, "what `%s` serves does not fit the output %s",
                  stage->name, output->name);
    const char *path = why->path + (why->path[0] == '.');
    if (path[0])
        wc_diag_label(r->diags, diag, "`%s`: %s", path, why->reason);
    else
        wc_diag_label(r->diags, diag, "%s", why->reason);
    wc_diag_also(r->diags, diag, output->span, "the output of %s", work->workflow->name);
    if (why->from && why->from != type && why->from->span.source)
        wc_diag_also(r->diags, diag, why->from->span, "what is served");
    if (why->into && why->into->span.source)
        wc_diag_also(r->diags, diag, why->into->span, "what a client is promised");
    wc_diag_help(r->diags, diag, "serve a value of %s: `%s with %s { … }`", output->name,
                 draft ? "reply draft" : "done …", output->name);
}

static void nothing_to_serve(struct wc_workflow_work *work, const struct wc_stage *stage,
                             const struct wc_on *on, bool always_ok)
{
    struct wc_resolver *r = work->r;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0513, on->target.span, "there is no value to serve here");
    wc_diag_label(r->diags, diag, "`done` without `with` serves the value of `%s`", stage->name);
    wc_diag_note(r->diags, diag, "%s",
                 always_ok ? "the stage gives no value"
                           : "a stage that did not end with `ok` has no value");
    wc_diag_help(r->diags, diag,
                 "say what to serve: `done … with …`, or fail with a declared error");
}

void wc_check_served(struct wc_workflow_work *work, const struct wc_stage *stage,
                     struct wc_span span, const struct wc_type *type)
{
    struct wc_misfit why;
    struct wc_schema *output = work->workflow->output;
    if (!output || !type || type->kind == WC_TYPE_UNKNOWN)
        return;
    struct wc_type *into = wc_type_new(work->r->arena, WC_TYPE_SCHEMA, output->span);
    into->schema = output;
    if (!wc_fits(work->r->arena, type, into, &why))
        refuse_result(work, stage, span, type, &why);
}

/* A value of another schema is served as one of the output's: made like it first. NULL: as it is. */
static struct wc_expr *serve_own(struct wc_scope *scope, struct wc_span span,
                                 struct wc_stage *stage)
{
    const struct wc_type *type = stage->action.as;
    struct wc_schema *output = scope->work->workflow->output;
    if (type->kind != WC_TYPE_SCHEMA || !output || type->schema == output)
        return NULL;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_STAGE, span, 0);
    expr->stage = stage;
    expr->name = stage->name;
    expr->type = type;
    expr->labels = wc_labels_in(type);
    return expr;
}

static void resolve_end(struct wc_scope *scope, const struct wc_ast_target *ast, struct wc_on *on,
                        bool always_ok)
{
    struct wc_workflow_work *work = scope->work;
    struct wc_stage *stage = scope->stage->stage;
    struct wc_target *target = &on->target;
    struct wc_type *output = wc_type_new(work->r->arena, WC_TYPE_UNKNOWN, ast->span);
    if (work->workflow->output) {
        output->kind = WC_TYPE_SCHEMA;
        output->schema = work->workflow->output;
    }
    if (ast->with) {
        target->with = wc_resolve_expr(scope, ast->with, output);
        wc_need_set(scope, target->with, "a result");
        wc_check_served(work, stage, target->with->span, target->with->type);
    } else {
        stage->value_read = true;
        if (on->labels.count > 0 && (!always_ok || !stage->action.as))
            nothing_to_serve(work, stage, on, always_ok);
        else if (on->labels.count > 0) {
            wc_check_served(work, stage, on->target.span, stage->action.as);
            target->with = serve_own(scope, on->target.span, stage);
        }
    }
    if (ast->remember) {
        target->remember = wc_resolve_expr(scope, ast->remember, NULL);
        wc_need_set(scope, target->remember, "the key of `remember`");
    }
}

static bool only_ok(const struct wc_on *on)
{
    WC_EACH(i, &on->labels)
    {
        if (on->labels.items[i].kind != WC_ON_OK)
            return false;
    }
    return on->labels.count > 0;
}

/* ---- all of a stage ----------------------------------------------------------------------- */

static void resolve_checks(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item, .own = WC_OWN_IT};
    size_t next = 0;
    WC_EACH(i, &one->ast->policies)
    {
        const struct wc_clause *clause = one->ast->policies.items[i];
        if (clause->kind != WC_CLAUSE_CHECK)
            continue;
        one->stage->checks.items[next++].condition =
            clause->expr ? wc_resolve_condition(&scope, clause->expr, "a check")
                         : wc_expr_error(&scope, clause->span);
    }
}

static struct wc_expr *resolve_key(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                   const char *place)
{
    struct wc_expr *key = wc_resolve_expr(scope, ast, NULL);
    wc_need_set(scope, key, place);
    return key;
}

static struct wc_expr *resolve_body(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    scope->bare = true;
    struct wc_expr *body = resolve_key(scope, ast, "the body");
    scope->bare = false;
    return body;
}

static void refuse_path(struct wc_resolver *r, struct wc_span span, const char *why)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0412, span, "this is not the path of a request: %s", why);
    wc_diag_label(r->diags, diag, "refused");
    wc_diag_help(r->diags, diag,
                 "write a path such as \"/terms?lang=${input.language}\"; the host "
                 "stands in the service's `url`");
}

/* Each operand of `??` and `if` is put into the text as it is. */
static bool is_plain(const struct wc_expr *expr)
{
    size_t first = expr->kind == WC_EXPR_IF ? 1 : 0;
    if (expr->kind != WC_EXPR_IF && expr->kind != WC_EXPR_OR_ELSE)
        return expr->type->kind == WC_TYPE_UNKNOWN || wc_is_scalar(expr->type);
    for (size_t i = first; i < expr->kid_count; i++)
        if (!is_plain(expr->kids[i]))
            return false;
    return true;
}

/* A host never comes from an expression, and no hole leaves its segment. */
static void check_path(struct wc_resolver *r, const struct wc_expr *path)
{
    const struct wc_expr *first = path->kid_count > 0 ? path->kids[0] : NULL;
    if (!first || first->kind != WC_EXPR_LITERAL || first->literal.text[0] != '/' ||
        first->literal.text[1] == '/')
        refuse_path(r, path->span, "it begins with one `/`");
    for (size_t i = 0; i < path->kid_count; i++) {
        const struct wc_expr *part = path->kids[i];
        if (part->kind == WC_EXPR_LITERAL && strstr(part->literal.text, ".."))
            refuse_path(r, part->span, "`..` could leave the service's own paths");
        else if (part->kind == WC_EXPR_LITERAL &&
                 strcspn(part->literal.text, " #\"<>\\^`{|}\x7f\n\t\r") != part->literal.len)
            refuse_path(r, part->span, "it has a character that must be percent-encoded");
        else if (!is_plain(part)) {
            struct wc_diag *diag =
                wc_report(r->diags, WC_E0501, part->span, "a path takes texts, numbers and bools");
            wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, part->type));
            wc_diag_help(r->diags, diag, "name one of its fields");
        }
    }
}

static void resolve_action(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_action *action = &one->stage->action;
    if (!ast || one->stage->unbuilt)
        return;
    if (gives_expression(ast) && !action->value)
        resolve_value(&scope, ast, action);
    if (action->kind == WR_ACT_HTTP && ast->path) {
        action->path = wc_resolve_template(&scope, ast->path, "a path");
        check_path(work->r, action->path);
    }
    if (action->kind == WR_ACT_HTTP && ast->value)
        action->body = resolve_body(&scope, ast->value);
    if (action->kind == WR_ACT_RECALL && ast->value)
        action->key = resolve_key(&scope, ast->value, "the key of `recall`");
    if (action->kind == WR_ACT_ASK)
        wc_resolve_prompts(work, one);
    if (action->kind == WR_ACT_ASK)
        wc_resolve_examples(work, one);
    wc_resolve_park_value(&scope, ast);
    wc_resolve_hook_value(&scope, ast);
    if (action->kind == WR_ACT_RUN)
        wc_resolve_run_input(work, one);
}

/* What an arm serves knows what the arm has asked. */
static void resolve_arm_ends(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
    const struct wc_fact **facts =
        WC_NEW_ARRAY(work->r->arena, const struct wc_fact *, ast->arms.count + 1);
    wc_resolve_arm_conditions(&scope, one, facts);
    for (size_t i = 0; i < one->stage->ons.count && i < ast->arms.count; i++) {
        struct wc_on *on = &one->stage->ons.items[i];
        scope.facts = facts[i];
        if (on->target.kind == WR_TO_DONE)
            resolve_end(&scope, &ast->arms.items[i].target, on, true);
    }
}

void wc_resolve_stage_expressions(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    resolve_action(work, one);
    resolve_checks(work, one);
    if (one->stage->action.kind == WR_ACT_MATCH) {
        resolve_arm_ends(work, one);
        return;
    }
    WC_EACH(i, &one->ast->ons)
    {
        struct wc_on *on = &one->stage->ons.items[i];
        struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
        bool always_ok = only_ok(on);
        if (always_ok)
            scope.own = WC_OWN_STAGE;
        if (on->target.kind == WR_TO_DONE)
            resolve_end(&scope, &one->ast->ons.items[i].target, on, always_ok);
    }
}
