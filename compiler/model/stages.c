/* Stages: action and policies, all but their expressions. What does not apply to the action, and
 * what is not built, is refused here. */
#include "compiler/model/classes.h"
#include "compiler/model/scope.h"

#include <string.h>

enum { RETRY_MAX = 100, REPAIR_MAX = 10, HOUR_MS = 3600000 };

/* ---- actions ------------------------------------------------------------------------------ */

static const struct wc_type *named_schema(struct wc_resolver *r, const struct wc_ast_type *ast,
                                          const char *what)
{
    struct wc_type *type = wc_resolve_value_type(r, ast, "the value of a stage");
    if (type->kind == WC_TYPE_SCHEMA || type->kind == WC_TYPE_UNKNOWN)
        return type;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0514, ast->span, "%s gives a value of a named schema", what);
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, type));
    wc_diag_help(r->diags, diag, "declare `schema Name { … }` with this as a field");
    type->kind = WC_TYPE_UNKNOWN;
    return type;
}

static void refuse_value(struct wc_resolver *r, struct wc_span span)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0710, span, "the answer of a `head` has no value");
    wc_diag_label(r->diags, diag, "nothing comes that could be read");
    wc_diag_note(r->diags, diag, "it says whether something is there, and sends none of it");
    wc_diag_help(r->diags, diag, "write `get` to read it, or delete the `as`");
}

static void refuse_body(struct wc_resolver *r, const struct wc_ast_action *ast)
{
    const char *word = ast->kind == WC_AST_GET ? "get" : "head";
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0711, ast->value->span, "a `%s` carries no body", word);
    wc_diag_label(r->diags, diag, "would be dropped, or refused, on its way");
    wc_diag_also(r->diags, diag, ast->keyword, "only reads");
    wc_diag_help(r->diags, diag,
                 "put what it needs into the path, `?name=${…}`, or write `post` if it changes "
                 "something");
}

static void resolve_http(struct wc_resolver *r, const struct wc_ast_action *ast,
                         struct wc_action *action)
{
    static const enum wr_method methods[] = {
        [WC_AST_GET] = WR_GET, [WC_AST_HEAD] = WR_HEAD,   [WC_AST_POST] = WR_POST,
        [WC_AST_PUT] = WR_PUT, [WC_AST_PATCH] = WR_PATCH, [WC_AST_DELETE] = WR_DELETE};
    action->kind = WR_ACT_HTTP;
    action->method = methods[ast->kind];
    action->service = wc_need(r, &r->services, ast->service);
    if (action->service)
        action->service->used = true;
    if (ast->as)
        action->as = named_schema(r, ast->as, "a call of a service");
    if (ast->as && ast->kind == WC_AST_HEAD)
        refuse_value(r, ast->as->span);
    if (ast->value && (ast->kind == WC_AST_GET || ast->kind == WC_AST_HEAD))
        refuse_body(r, ast);
}

static void resolve_ask(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_action *action = &one->stage->action;
    action->kind = WR_ACT_ASK;
    action->model = wc_need(r, &r->models, ast->model);
    if (action->model)
        action->model->used = true;
    if (ast->as)
        action->as = named_schema(r, ast->as, "a model");
    wc_resolve_tools(work, one);
}

static void resolve_recall(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                           struct wc_action *action)
{
    struct wc_type *type = wc_type_new(work->r->arena, WC_TYPE_UNKNOWN, ast->span);
    action->kind = WR_ACT_RECALL;
    action->shared = ast->shared;
    action->within_ms = ast->within.integer;
    if (work->workflow->output) {
        type->kind = WC_TYPE_SCHEMA;
        type->schema = work->workflow->output;
    }
    action->as = type;
    if (ast->within.kind != WC_NO_NUMBER && ast->within.integer <= 0) {
        struct wc_diag *diag = wc_report(work->r->diags, WC_E0506, ast->within.span,
                                         "nothing is so young: `within` is more than nothing");
        wc_diag_label(work->r->diags, diag, "no time at all");
    }
}

/* It was refused where it stands, or a syntax error has hidden it. */
static void leave_out(struct wc_workflow_work *work, struct wc_stage *stage)
{
    stage->unbuilt = true;
    work->workflow->partial = true;
    stage->action.kind = WR_ACT_VALUE;
    stage->action.as = wc_type_new(work->r->arena, WC_TYPE_UNKNOWN, stage->span);
}

static void resolve_action(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                           struct wc_stage_work *one)
{
    struct wc_stage *stage = one->stage;
    struct wc_action *action = &stage->action;
    if (ast)
        action->span = ast->span;
    if (!ast)
        leave_out(work, stage);
    else if (ast->kind <= WC_AST_DELETE)
        resolve_http(work->r, ast, action);
    else if (ast->kind == WC_AST_ASK)
        resolve_ask(work, one);
    else if (ast->kind == WC_AST_MAKE)
        action->kind = WR_ACT_VALUE;
    else if (ast->kind == WC_AST_MATCH)
        action->kind = wc_match_leads(ast) ? WR_ACT_MATCH : WR_ACT_VALUE;
    else if (ast->kind == WC_AST_RECALL)
        resolve_recall(work, ast, action);
    else if (ast->kind == WC_AST_ALL)
        wc_resolve_all(work, one);
    else if (ast->kind == WC_AST_EACH)
        wc_resolve_each(work, one);
    else if (ast->kind == WC_AST_RUN)
        wc_resolve_run(work, one);
    else if (!wc_resolve_hook(work, ast, stage) && !wc_resolve_park(work, ast, stage))
        leave_out(work, stage);
}

/* ---- policies ----------------------------------------------------------------------------- */

static uint32_t time_of(struct wc_resolver *r, const struct wc_clause *clause)
{
    return clause ? wc_uint(r, &clause->numbers[0], 1, HOUR_MS,
                            wc_arena_printf(r->arena, "`%s`, in milliseconds,",
                                            wc_clause_name(clause->kind)))
                  : 0;
}

static uint64_t retried_classes(struct wc_resolver *r, const struct wc_clause *clause)
{
    uint64_t classes = 0;
    WC_EACH(i, &clause->names)
    {
        struct wc_name name = clause->names.items[i];
        if (!name.text)
            continue;
        const struct wc_group *group = wc_group_find(name.text);
        enum wr_class class = wc_class_find(name.text);
        if (group) {
            classes |= group->classes;
        } else if (class != WR_CLASS_COUNT) {
            classes |= WR_BIT(class);
        } else {
            struct wc_diag *diag = wc_report(r->diags, WC_E0304, name.span,
                                             "`%s` is not an error class or group", name.text);
            wc_diag_label(r->diags, diag, "cannot be retried");
            wc_diag_help(r->diags, diag,
                         "`retry` takes classes and groups: "
                         "`retry 1 on transient, invalid_output`");
        }
    }
    return classes;
}

static void resolve_retry(struct wc_resolver *r, const struct wc_clause *clause,
                          struct wc_stage *stage)
{
    if (!clause)
        return;
    struct wr_retry *retry = &stage->retry;
    stage->retry_span = clause->span;
    retry->times = (uint16_t)wc_uint(r, &clause->numbers[0], 1, RETRY_MAX, "the count of `retry`");
    retry->on = retried_classes(r, clause);
    if (clause->numbers[1].kind == WC_NO_NUMBER)
        return;
    retry->backoff_min_ms = wc_uint(r, &clause->numbers[1], 0, HOUR_MS, "`backoff`");
    retry->backoff_max_ms = clause->numbers[2].kind == WC_NO_NUMBER
                                ? retry->backoff_min_ms
                                : wc_uint(r, &clause->numbers[2], 0, HOUR_MS, "`backoff`");
    if (retry->backoff_max_ms >= retry->backoff_min_ms)
        return;
    struct wc_span span = wc_span_join(clause->numbers[1].span, clause->numbers[2].span);
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0506, span, "a backoff grows: its first end is the smaller");
    wc_diag_label(r->diags, diag, "an empty range");
    wc_diag_help(r->diags, diag, "write the shorter wait first");
}

static const char *action_name(const struct wc_action *action)
{
    static const char *const names[] = {
        [WR_ACT_VALUE] = "`make`",
        [WR_ACT_HTTP] = "a call of a service",
        [WR_ACT_ASK] = "`ask`",
        [WR_ACT_RECALL] = "`recall`",
        [WR_ACT_ALL] = "`all`",
        [WR_ACT_EACH] = "`each`",
        [WR_ACT_RUN] = "`run`",
        [WR_ACT_DRAFT] = "`reply draft`",
        [WR_ACT_SIGNAL] = "`wait for signal`",
        [WR_ACT_REVIEW] = "`wait for review`",
        [WR_ACT_SLEEP] = "`sleep`",
        [WR_ACT_MATCH] = "`match`",
        [WR_ACT_CALL] = "`call`",
    };
    return names[action->kind];
}

/* Policies that need an attempt over a network make no sense elsewhere. */
static void refuse_out_of_place(struct wc_resolver *r, const struct wc_stage *stage,
                                const struct wc_clause *clause)
{
    bool network = stage->action.kind == WR_ACT_HTTP || stage->action.kind == WR_ACT_ASK ||
                   stage->action.kind == WR_ACT_CALL;
    bool repairs = clause->kind == WC_CLAUSE_REPAIR || clause->kind == WC_CLAUSE_HEDGE;
    bool streams = clause->kind == WC_CLAUSE_FIRST_TOKEN || clause->kind == WC_CLAUSE_IDLE;
    bool below = stage->action.kind >= WR_ACT_ALL && stage->action.kind <= WR_ACT_RUN;
    if (below && clause->kind == WC_CLAUSE_WITHIN)
        return;
    if (streams || repairs ? stage->action.kind == WR_ACT_ASK : network)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0407, clause->keyword, "`%s` does not apply to %s",
                  wc_clause_name(clause->kind), action_name(&stage->action));
    wc_diag_label(r->diags, diag, "%s",
                  streams   ? "only a model's answer comes in tokens"
                  : repairs ? "only a model can be asked so"
                  : below   ? "what it begins has policies of its own"
                            : "this action waits on nothing outside");
    wc_diag_help(r->diags, diag, "%s",
                 below && !streams ? "say it of what stands inside; `within` bounds the whole stage"
                                   : "delete it");
}

static void resolve_check(struct wc_resolver *r, const struct wc_clause *clause,
                          struct wc_stage *stage)
{
    struct wc_check check = {.span = clause->span, .text = ""};
    if (clause->expr && clause->expr->span.source)
        check.text =
            wc_arena_copy(r->arena, clause->expr->span.source->text + clause->expr->span.start,
                          clause->expr->span.end - clause->expr->span.start);
    if (clause->name.text) {
        check.otherwise = wc_need(r, &r->errors, clause->name);
        if (check.otherwise)
            check.otherwise->used = true;
    }
    wc_push(r->arena, &stage->checks, check);
}

static void refuse_policies(struct wc_resolver *r, const struct wc_clauses *all,
                            const struct wc_stage *stage)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct wc_clause *clause = all->items[i];
        if ((clause->kind != WC_CLAUSE_CHECK || stage->action.kind == WR_ACT_DRAFT ||
             stage->action.kind == WR_ACT_MATCH || WR_PARKS(stage->action.kind)) &&
            !stage->unbuilt)
            refuse_out_of_place(r, stage, clause);
    }
}

void wc_resolve_stage(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    struct wc_stage *stage = one->stage;
    struct wc_clauses all = {one->ast->policies.items, one->ast->policies.count,
                             wc_arena_printf(r->arena, "stage %s", stage->name)};
    resolve_action(work, one->ast->action, one);
    struct wc_clause *timeout = wc_clause_one(r, all, WC_CLAUSE_TIMEOUT);
    stage->timeout_ms = time_of(r, timeout);
    stage->timeout_span = timeout ? timeout->span : stage->span;
    stage->first_token_ms = time_of(r, wc_clause_one(r, all, WC_CLAUSE_FIRST_TOKEN));
    stage->idle_ms = time_of(r, wc_clause_one(r, all, WC_CLAUSE_IDLE));
    stage->within_ms = time_of(r, wc_clause_one(r, all, WC_CLAUSE_WITHIN));
    const struct wc_service *service = stage->action.service;
    if (!timeout && service && service->timeout_ms &&
        (!stage->within_ms || service->timeout_ms < stage->within_ms)) {
        stage->timeout_ms = service->timeout_ms;
        stage->timeout_span = service->timeout_span;
    }
    resolve_retry(r, wc_clause_one(r, all, WC_CLAUSE_RETRY), stage);
    struct wc_clause *hedge = wc_clause_one(r, all, WC_CLAUSE_HEDGE);
    if (hedge) {
        stage->hedge_ms = time_of(r, hedge);
        stage->hedge = wc_need(r, &r->models, hedge->name);
    }
    if (stage->hedge)
        stage->hedge->used = true;
    struct wc_clause *repair = wc_clause_one(r, all, WC_CLAUSE_REPAIR);
    if (repair)
        stage->repairs =
            (uint16_t)wc_uint(r, &repair->numbers[0], 1, REPAIR_MAX, "the count of `repair`");
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i]->kind == WC_CLAUSE_CHECK)
            resolve_check(r, all.items[i], stage);
    refuse_policies(r, &all, stage);
    if (stage->action.kind >= WR_ACT_ALL && stage->action.kind <= WR_ACT_RUN) {
        stage->retry = (struct wr_retry){0}; /* refused above */
        stage->timeout_ms = 0;
    }
}
