/* Operations of services, and `tools [service.operation, …] at most N turns`: which calls a model may make
 * before it answers. A tool is a member of its stage: the operation's request, resolved where it is used. */
#include "compiler/model/scope.h"

#include <string.h>
#include <wright/limits.h>

enum { TOOL_MAX = 16, TURN_MAX = 20, NAME_MAX_LEN = 64 };

/* ---- operations ------------------------------------------------------------------------------- */

static struct wc_schema *taken(struct wc_resolver *r, const struct wc_ast_type *ast)
{
    struct wc_type *type = wc_resolve_value_type(r, ast, "what an operation takes");
    if (type->kind == WC_TYPE_SCHEMA)
        return type->schema;
    if (type->kind == WC_TYPE_UNKNOWN)
        return NULL;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0514, ast->span, "what an operation takes is of a named schema");
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, type));
    wc_diag_note(r->diags, diag, "a model is told what to fill in: an object with named fields");
    wc_diag_help(r->diags, diag, "declare `schema Name { … }` with this as a field");
    return NULL;
}

static void resolve_operation(struct wc_resolver *r, struct wc_clause *clause,
                              struct wc_service *service, struct wc_table *names)
{
    struct wc_operation *operation = WC_NEW(r->arena, struct wc_operation);
    operation->name = clause->name.text;
    operation->doc = clause->doc;
    operation->span = clause->name.span;
    operation->service = service;
    operation->clause = clause;
    operation->takes_nothing = !clause->type;
    if (clause->type)
        operation->takes = taken(r, clause->type);
    if (!clause->action && r->parsed) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0406, clause->name.span,
                                         "operation %s does nothing", clause->name.text);
        wc_diag_label(r->diags, diag, "its request is missing");
        wc_diag_help(r->diags, diag, "add `get \"/a/path\" as SomeSchema`");
    }
    if (clause->name.text && strlen(clause->name.text) > NAME_MAX_LEN) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0414, clause->name.span,
                      "the name of an operation has at most %d characters", NAME_MAX_LEN);
        wc_diag_label(r->diags, diag, "no provider takes a tool of this name");
        wc_diag_help(r->diags, diag, "shorten it");
    }
    if (wc_declare(r, names, clause->name, operation))
        wc_push(r->arena, &service->operations, operation);
}

void wc_resolve_operations(struct wc_resolver *r, struct wc_clauses clauses,
                           struct wc_service *service)
{
    struct wc_table names = {.what = "operation"};
    for (size_t i = 0; i < clauses.count; i++)
        if (clauses.items[i]->kind == WC_CLAUSE_OPERATION)
            resolve_operation(r, clauses.items[i], service, &names);
}

/* ---- tools ------------------------------------------------------------------------------------ */

static struct wc_operation *find(struct wc_resolver *r, const struct wc_ast_tool *ast)
{
    struct wc_service *service = wc_need(r, &r->services, ast->service);
    if (!service)
        return NULL;
    service->used = true;
    const char **names = WC_NEW_ARRAY(r->arena, const char *, service->operations.count + 1);
    WC_EACH(i, &service->operations)
    {
        struct wc_operation *operation = service->operations.items[i];
        names[i] = operation->name;
        if (operation->name == ast->operation.text)
            return operation;
    }
    if (!r->parsed || !ast->operation.text)
        return NULL;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0401, ast->operation.span,
                  "service %s has no operation called `%s`", service->name, ast->operation.text);
    wc_diag_label(r->diags, diag, "not declared");
    wc_diag_also(r->diags, diag, service->span, "the service");
    if (service->operations.count == 0)
        wc_diag_help(r->diags, diag, "add `operation %s takes SomeSchema { get \"/a/path\" }`",
                     ast->operation.text);
    else
        wc_suggest_near(r, diag, ast->operation, names, service->operations.count);
    return NULL;
}

/* The operation's clause as a stage that stands inside the one that asks. */
static void add_tool(struct wc_workflow_work *work, struct wc_stage_work *one,
                     const struct wc_ast_tool *ast, struct wc_operation *operation)
{
    struct wc_arena *arena = work->r->arena;
    struct wc_stage *stage = WC_NEW(arena, struct wc_stage);
    struct wc_ast_stage *made = WC_NEW(arena, struct wc_ast_stage);
    const struct wc_clause *clause = operation->clause;
    made->span = clause->span;
    made->name = clause->name;
    if (clause->action) {
        made->action = WC_NEW(arena, struct wc_ast_action);
        *made->action = *clause->action;
        made->action->service = (struct wc_name){operation->service->name, ast->service.span};
    }
    made->policies.items = clause->policies.items;
    made->policies.count = clause->policies.count;
    stage->id = work->count++;
    stage->name = operation->name;
    stage->doc = operation->doc;
    stage->span = operation->span;
    stage->above = one->stage;
    stage->operation = operation;
    struct wc_local *input = NULL;
    if (operation->takes) {
        struct wc_type *type = wc_type_new(arena, WC_TYPE_SCHEMA, operation->span);
        type->schema = operation->takes;
        input = WC_NEW(arena, struct wc_local);
        *input = (struct wc_local){
            .name = wc_intern(work->r->names, "input", 5), .span = operation->span, .type = type};
    }
    work->stages[stage->id] = (struct wc_stage_work){.ast = made, .stage = stage, .item = input};
    wc_push(arena, &one->stage->members, stage);
}

static void refuse_hedge(struct wc_resolver *r, const struct wc_stage_work *one)
{
    WC_EACH(i, &one->ast->policies)
    {
        const struct wc_clause *clause = one->ast->policies.items[i];
        if (clause->kind != WC_CLAUSE_HEDGE)
            continue;
        struct wc_diag *diag = wc_report(r->diags, WC_E0407, clause->keyword,
                                         "`hedge` does not apply to an `ask` with tools");
        wc_diag_label(r->diags, diag, "two models would call the same tools");
        wc_diag_help(r->diags, diag, "delete it, or answer without tools");
    }
}

/* Where the stage stands inside another one, what it calls has no place of its own. */
static bool stands_inside(struct wc_resolver *r, const struct wc_stage_work *one)
{
    const struct wc_ast_action *ast = one->ast->action;
    if (!one->stage->above)
        return false;
    struct wc_diag *diag = wc_report(r->diags, WC_E0450, ast->tools.items[0].span,
                                     "an `ask` with tools cannot stand inside `%s`",
                                     one->stage->above->action.kind == WR_ACT_ALL ? "all" : "each");
    wc_diag_label(r->diags, diag, "not here");
    wc_diag_help(r->diags, diag, "put it into a workflow of its own, and `run` that here");
    return true;
}

void wc_resolve_tools(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_table names = {.what = "tool"};
    if (ast->tools.count == 0 || stands_inside(r, one))
        return;
    one->stage->turns = (uint16_t)wc_uint(r, &ast->count, 1, TURN_MAX, "the count of `turns`");
    refuse_hedge(r, one);
    WC_EACH(i, &ast->tools)
    {
        struct wc_operation *operation = find(r, &ast->tools.items[i]);
        if (i == TOOL_MAX) {
            struct wc_diag *diag = wc_report(r->diags, WC_E0414, ast->tools.items[i].span,
                                             "an `ask` has at most %d tools", TOOL_MAX);
            wc_diag_label(r->diags, diag, "one too many");
            wc_diag_help(r->diags, diag, "models choose badly among many: name those it needs");
        }
        if (i >= TOOL_MAX)
            return;
        if (!operation) {
            work->workflow->partial = true;
            continue;
        }
        operation->used = true;
        if (wc_declare(r, &names, ast->tools.items[i].operation, operation))
            add_tool(work, one, &ast->tools.items[i], operation);
    }
}

struct wc_expr *wc_refuse_outside(struct wc_scope *scope, struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_operation *operation = scope->stage->stage->operation;
    struct wc_diag *diag = wc_report(r->diags, WC_E0401, name.span,
                                     "there is nothing called `%s` in an operation", name.text);
    wc_diag_label(r->diags, diag, "not what it takes");
    wc_diag_note(r->diags, diag,
                 "an operation is the service's, whichever workflow uses it: it reads `input`, "
                 "which is what it takes, and in a check `it`");
    if (operation->takes_nothing && strcmp(name.text, "input") == 0)
        wc_diag_help(r->diags, diag, "say what it takes: `operation %s takes SomeSchema`",
                     operation->name);
    else
        wc_diag_help(r->diags, diag, "let it take what it needs: the model fills that in");
    return wc_expr_error(scope, name.span);
}
