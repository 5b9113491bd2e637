/* Workflows: their clauses; then their stages, in four passes: what each is, where its outcomes go,
 * what is set where, and last the expressions, which need all of these. */
#include "compiler/model/outcomes.h"
#include "compiler/model/scope.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

enum { STAGE_MAX = 1000, KEEP_DAYS = 30 };

static void need_clause(struct wc_resolver *r, const struct wc_ast_decl *decl,
                        const struct wc_clause *clause, const char *name, const char *example)
{
    if (clause || !r->parsed) /* it may be what a syntax error has hidden */
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0406, decl->name.span, "workflow %s has no `%s`",
                                     decl->name.text, name);
    wc_diag_label(r->diags, diag, "`%s` is missing", name);
    wc_diag_help(r->diags, diag, "add `%s`", example);
}

static struct wc_schema *boundary(struct wc_resolver *r, const struct wc_clause *clause,
                                  const char *what)
{
    if (!clause || !clause->type)
        return NULL;
    struct wc_type *type = wc_resolve_value_type(
        r, clause->type, wc_arena_printf(r->arena, "the %s of a workflow", what));
    if (type->kind == WC_TYPE_SCHEMA)
        return type->schema;
    if (type->kind == WC_TYPE_UNKNOWN)
        return NULL;
    struct wc_diag *diag = wc_report(r->diags, WC_E0514, clause->type->span,
                                     "the %s of a workflow is a named schema", what);
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, type));
    wc_diag_note(r->diags, diag, "an object can gain fields later without breaking its clients");
    wc_diag_help(r->diags, diag, "declare `schema Name { … }` with this as a field");
    return NULL;
}

static void refuse_route(struct wc_resolver *r, struct wc_span span, const char *why)
{
    struct wc_diag *diag = wc_report(r->diags, WC_E0412, span, "this is not a route: %s", why);
    wc_diag_label(r->diags, diag, "refused");
    wc_diag_help(r->diags, diag,
                 "write a plain path such as \"/briefs/extract-key-points\": segments of letters, "
                 "digits, `-`, `_`, `.` and `~`");
}

static void check_path(struct wc_resolver *r, const struct wc_text *text)
{
    const char *path = text->bytes;
    size_t len =
        strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/");
    if (path[0] != '/' || path[1] == '\0')
        refuse_route(r, text->span, "it begins with `/` and names something");
    else if (len != text->len)
        refuse_route(r, text->span, "it has a character that is not plain in a path");
    else if (strstr(path, "//") || path[text->len - 1] == '/')
        refuse_route(r, text->span, "it has an empty segment");
    else if (strstr(path, "/./") || strstr(path, "/..") || strcmp(path + text->len - 2, "/.") == 0)
        refuse_route(r, text->span, "`.` and `..` are not names");
}

static void resolve_route(struct wc_resolver *r, const struct wc_clause *clause,
                          struct wc_workflow *workflow)
{
    static const char *const methods[] = {"POST"};
    workflow->method = "POST";
    workflow->path = "";
    if (!clause)
        return;
    workflow->route_span = clause->span;
    if (clause->text.bytes) {
        workflow->path = clause->text.bytes;
        check_path(r, &clause->text);
    }
    if (!clause->name.text || strcmp(clause->name.text, "POST") == 0)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, clause->name.span,
                  "the method of a route is `POST`, not `%s`", clause->name.text);
    wc_diag_label(r->diags, diag, "not a method that starts a job");
    wc_diag_note(r->diags, diag,
                 "a job has effects and a body, which the other methods promise not "
                 "to have");
    wc_suggest_near(r, diag, clause->name, methods, 1);
}

static uint64_t duration(struct wc_resolver *r, const struct wc_number *number, const char *what)
{
    if (number->kind == WC_NO_NUMBER)
        return 0;
    if (number->integer > 0)
        return (uint64_t)number->integer;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0506, number->span, "%s is longer than nothing", what);
    wc_diag_label(r->diags, diag, "no time at all");
    return 1;
}

static void resolve_latency(struct wc_resolver *r, const struct wc_clause *clause,
                            struct wc_workflow *workflow)
{
    if (!clause)
        return;
    workflow->latency_span = clause->span;
    workflow->budget_ms = duration(r, &clause->numbers[0], "a budget");
    workflow->background_ms = duration(r, &clause->numbers[1], "the time in the background");
    workflow->latency = clause->word == WC_WORD_INSTANT   ? WR_INSTANT
                        : clause->word == WC_WORD_WAITING ? WR_WAITING
                                                          : WR_BACKGROUND;
}

static void resolve_cost(struct wc_resolver *r, const struct wc_clause *clause,
                         struct wc_workflow *workflow)
{
    if (!clause)
        return;
    workflow->cost_span = clause->span;
    workflow->cost_enforced = clause->flag;
    if (clause->numbers[0].kind == WC_MONEY && clause->numbers[0].integer > 0) {
        workflow->cost_ceiling = clause->numbers[0].integer;
        return;
    }
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, clause->numbers[0].span,
                                     "a ceiling is an amount of money above nothing");
    wc_diag_label(r->diags, diag, "not an amount");
    wc_diag_help(r->diags, diag, "write `cost at most $0.10`");
}

static void declare_lets(struct wc_workflow_work *work, struct wc_clauses clauses)
{
    struct wc_resolver *r = work->r;
    work->lets.what = "let";
    for (size_t i = 0; i < clauses.count; i++) {
        if (clauses.items[i]->kind != WC_CLAUSE_LET)
            continue;
        struct wc_let *let = WC_NEW(r->arena, struct wc_let);
        let->clause = clauses.items[i];
        wc_refuse_reserved(r, let->clause->name, "let");
        wc_declare(r, &work->lets, let->clause->name, let);
    }
}

static void resolve_clauses(struct wc_workflow_work *work, const struct wc_ast_decl *decl,
                            struct wc_clauses all)
{
    struct wc_resolver *r = work->r;
    struct wc_workflow *workflow = work->workflow;
    struct wc_clause *route = wc_clause_one(r, all, WC_CLAUSE_ROUTE);
    struct wc_clause *input = wc_clause_one(r, all, WC_CLAUSE_INPUT);
    struct wc_clause *output = wc_clause_one(r, all, WC_CLAUSE_OUTPUT);
    struct wc_clause *latency = wc_clause_one(r, all, WC_CLAUSE_LATENCY);
    struct wc_clause *keep = wc_clause_one(r, all, WC_CLAUSE_KEEP);
    need_clause(r, decl, route, "route", "route POST \"/a/path\"");
    need_clause(r, decl, input, "input", "input SomeSchema");
    need_clause(r, decl, output, "output", "output SomeSchema");
    need_clause(r, decl, latency, "latency", "latency waiting 8s");
    workflow->version =
        (uint16_t)wc_uint(r, &decl->workflow->version, 1, UINT16_MAX, "the version of a workflow");
    resolve_route(r, route, workflow);
    workflow->input = boundary(r, input, "input");
    workflow->output = boundary(r, output, "output");
    if (workflow->input)
        workflow->input->is_input = true;
    if (workflow->output)
        workflow->output->is_output = true;
    resolve_latency(r, latency, workflow);
    resolve_cost(r, wc_clause_one(r, all, WC_CLAUSE_COST), workflow);
    workflow->key_required = wc_clause_one(r, all, WC_CLAUSE_KEY_REQUIRED) != NULL;
    const struct wc_clause *leaves = wc_clause_one(r, all, WC_CLAUSE_DISCONNECT);
    workflow->cancel_on_leave = leaves && leaves->word == WC_WORD_CANCEL;
    workflow->keep_ms =
        keep ? duration(r, &keep->numbers[0], "`keep jobs`") : (uint64_t)(KEEP_DAYS * DAY_MS);
    const struct wc_clause *upgrade = wc_clause_one(r, all, WC_CLAUSE_UPGRADE);
    if (upgrade) {
        workflow->upgrade_span = upgrade->span;
        workflow->on_upgrade = upgrade->word == WC_WORD_HOLD      ? WR_UPGRADE_HOLD
                               : upgrade->word == WC_WORD_RESTART ? WR_UPGRADE_RESTART
                                                                  : WR_UPGRADE_FAIL;
    }
    workflow->life = r->model->life;
    wc_resolve_life(r, all, &workflow->life);
    wc_resolve_quota(r, all, &workflow->limits);
    wc_resolve_notices(work, all);
    declare_lets(work, all);
}

/* After the stages, whose values it cannot read: a job does not exist yet. */
static void resolve_dedupe(struct wc_workflow_work *work, const struct wc_clause *clause)
{
    struct wc_scope scope = {.work = work};
    if (!clause)
        return;
    struct wc_workflow *workflow = work->workflow;
    workflow->dedupe = wc_resolve_expr(&scope, clause->expr, NULL);
    wc_need_set(&scope, workflow->dedupe, "the key of `dedupe`");
    workflow->dedupe_ms = duration(work->r, &clause->numbers[0], "the window of `dedupe`");
    workflow->dedupe_shared = clause->flag;
}

/* The jobs that are not split off ask the first model that the workflow asks. */
static void resolve_split(struct wc_workflow_work *work, const struct wc_clause *clause)
{
    struct wc_resolver *r = work->r;
    struct wc_workflow *workflow = work->workflow;
    struct wc_ai_model *to = clause ? wc_need(r, &r->models, clause->name) : NULL;
    if (!to)
        return;
    to->used = true;
    double share = clause->numbers[0].decimal * 100 + 0.5;
    workflow->split_share = share < 10000 ? (uint16_t)share : 10000;
    for (size_t i = 0; i < workflow->activities.count && !workflow->split_from; i++)
        workflow->split_from = workflow->activities.items[i]->action.model;
    struct wc_ai_model *from = workflow->split_from;
    if (from && from != to && workflow->split_share > 0 && workflow->split_share < 10000) {
        workflow->split_to = to;
        for (size_t i = 0; i < workflow->activities.count; i++)
            if (workflow->activities.items[i]->action.model == from)
                workflow->activities.items[i]->action.candidate = to;
        return;
    }
    workflow->split_from = NULL;
    if (!from && workflow->partial)
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0753, clause->span, "this splits nothing");
    wc_diag_label(r->diags, diag, "%s",
                  !from        ? "no stage of the workflow asks a model"
                  : from == to ? "all jobs ask this model"
                               : "a share is above 0% and below 100%");
    wc_diag_note(
        r->diags, diag,
        "some jobs ask another model where the others ask the first that the workflow asks");
    wc_diag_help(r->diags, diag, "write `split 10%% to candidate by caller`");
}

static void resolve_split_key(struct wc_workflow_work *work, const struct wc_clause *clause)
{
    struct wc_scope scope = {.work = work};
    if (!clause)
        return;
    struct wc_expr *key = wc_resolve_expr(&scope, clause->expr, NULL);
    wc_need_set(&scope, key, "what a split is drawn by");
    if (work->workflow->split_to)
        work->workflow->split = key;
}

/* A stage and a `let` are read alike. */
static void refuse_let_name(struct wc_workflow_work *work, struct wc_name name)
{
    struct wc_resolver *r = work->r;
    const struct wc_let *let = name.text ? wc_lookup(&work->lets, name.text) : NULL;
    if (!let)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0403, name.span, "`%s` is the name of a `let`", name.text);
    wc_diag_label(r->diags, diag, "hides the other");
    wc_diag_also(r->diags, diag, let->clause->name.span, "the other");
    wc_diag_help(r->diags, diag, "choose another name for one of them");
}

static void declare_stages(struct wc_workflow_work *work, const struct wc_ast_workflow *ast)
{
    struct wc_resolver *r = work->r;
    work->names.what = "stage";
    work->stages =
        WC_NEW_ARRAY(r->arena, struct wc_stage_work, ast->stages.count + wc_count_members(ast) + 1);
    WC_EACH(i, &ast->stages)
    {
        const struct wc_ast_stage *one = ast->stages.items[i];
        struct wc_stage *stage = WC_NEW(r->arena, struct wc_stage);
        if (work->workflow->stages.count == STAGE_MAX) {
            struct wc_diag *diag = wc_report(r->diags, WC_E0414, one->name.span,
                                             "a workflow has at most %d stages", STAGE_MAX);
            wc_diag_label(r->diags, diag, "one too many");
            wc_diag_help(r->diags, diag, "split the workflow");
            work->workflow->partial = true;
            break;
        }
        wc_refuse_reserved(r, one->name, "stage");
        refuse_let_name(work, one->name);
        if (!wc_declare(r, &work->names, one->name, stage))
            continue;
        stage->id = work->workflow->stages.count;
        stage->name = one->name.text;
        stage->doc = one->doc;
        stage->span = one->name.span;
        work->stages[stage->id] = (struct wc_stage_work){.ast = one, .stage = stage};
        wc_push(r->arena, &work->workflow->stages, stage);
    }
    work->count = work->workflow->stages.count;
}

void wc_resolve_workflow(struct wc_resolver *r, const struct wc_ast_decl *decl,
                         struct wc_workflow *workflow)
{
    struct wc_clauses all = {decl->workflow->clauses.items, decl->workflow->clauses.count,
                             wc_arena_printf(r->arena, "workflow %s", workflow->name)};
    struct wc_workflow_work work = {.r = r, .workflow = workflow};
    resolve_clauses(&work, decl, all);
    declare_stages(&work, decl->workflow);
    size_t count = workflow->stages.count;
    if (count == 0 && r->parsed) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0406, decl->name.span,
                                         "workflow %s has no stage", workflow->name);
        wc_diag_label(r->diags, diag, "a job would have nothing to do");
        wc_diag_help(r->diags, diag, "add `stage name { … }`");
    }
    for (size_t i = 0; i < work.count; i++) /* members come after the stages, as they are met */
        wc_resolve_stage(&work, &work.stages[i]);
    for (size_t i = 0; i < work.count; i++)
        wc_push(r->arena, &workflow->activities, work.stages[i].stage);
    resolve_split(&work, wc_clause_one(r, all, WC_CLAUSE_SPLIT));
    work.words = work.count / 64 + 1;
    for (size_t i = 0; i < count; i++)
        wc_resolve_transitions(&work, &work.stages[i]);
    for (size_t i = work.count; i-- > 0;) /* a stage's outcomes are those of its members */
        wc_decide_outcomes(r->arena, r->model, workflow, work.stages[i].stage);
    wc_resolve_sets(&work);
    for (size_t i = 0; i < work.count; i++)
        wc_stage_type(&work, &work.stages[i]);
    for (size_t i = 0; i < work.count; i++)
        wc_resolve_stage_expressions(&work, &work.stages[i]);
    resolve_dedupe(&work, wc_clause_one(r, all, WC_CLAUSE_DEDUPE));
    resolve_split_key(&work, wc_clause_one(r, all, WC_CLAUSE_SPLIT));
    wc_resolve_unread_lets(&work);
}
