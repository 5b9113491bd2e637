/* What a test expects of a job's end, as an expression: `output`, `cost`, and how often a stage's call was
 * sent are variables of it. An optional field that is compared is asked for first: unset, it is unequal. */
#include "compiler/model/scope.h"
#include "compiler/model/vain.h"

#include <string.h>

struct expectation {
    struct wc_resolver *r;
    const struct wc_table *stages;
    struct wc_expected *expected;
};

static struct wc_ast_expr *copy_of(struct expectation *e, const struct wc_ast_expr *ast)
{
    struct wc_ast_expr *copy = WC_NEW(e->r->arena, struct wc_ast_expr);
    *copy = *ast;
    return copy;
}

static struct wc_ast_expr *new_node(struct expectation *e, enum wc_ast_expr_kind kind,
                                    struct wc_span span)
{
    struct wc_ast_expr *node = WC_NEW(e->r->arena, struct wc_ast_expr);
    node->kind = kind;
    node->span = span;
    return node;
}

/* ---- how often something was sent ------------------------------------------------------------- */

/* `save` or `gather.news` of `save.sends`; NULL where it is no stage. */
static const char *place_of(struct expectation *e, const struct wc_ast_expr *ast)
{
    if (ast->kind == WC_AST_NAME)
        return wc_lookup(e->stages, ast->name.text) ? ast->name.text : NULL;
    if (ast->kind != WC_AST_FIELD)
        return NULL;
    const char *outer = place_of(e, ast->kids.items[0]);
    const struct wc_stage *stage = outer ? wc_lookup(e->stages, outer) : NULL;
    bool known = !stage;
    for (size_t i = 0; stage && i < stage->members.count; i++)
        known |= wc_has_names(stage) && strcmp(stage->members.items[i]->name, ast->name.text) == 0;
    if (!known && e->r->parsed)
        wc_need_member(e->r, stage, ast->name);
    return outer ? wc_arena_printf(e->r->arena, "%s/%s", outer, ast->name.text) : NULL;
}

/* "sends_of_gather_news" */
static const char *name_of(struct expectation *e, const char *place, bool keys)
{
    char *text = wc_arena_printf(e->r->arena, "%s_of_%s", keys ? "keys" : "sends", place);
    for (char *c = text; *c; c++)
        if (*c == '/')
            *c = '_';
    return wc_intern(e->r->names, text, strlen(text));
}

/* `hook` of `hook.sends`, where it is a service that somebody is notified through. */
static const char *notified(struct expectation *e, const struct wc_ast_expr *ast)
{
    const struct wc_ast_expr *of = ast->kids.items[0];
    if (strcmp(ast->name.text, "sends") != 0 || of->kind != WC_AST_NAME)
        return NULL;
    WC_EACH(i, &e->r->model->services)
    {
        const struct wc_service *service = e->r->model->services.items[i];
        if (service->sign_env && strcmp(service->name, of->name.text) == 0)
            return service->name;
    }
    return NULL;
}

/* `save.sends` and `save.keys` become variables; NULL where it is something else. */
static struct wc_ast_expr *counter(struct expectation *e, const struct wc_ast_expr *ast)
{
    bool keys = strcmp(ast->name.text, "keys") == 0;
    const char *place =
        keys || strcmp(ast->name.text, "sends") == 0 ? place_of(e, ast->kids.items[0]) : NULL;
    bool notices = !place && !keys && (place = notified(e, ast)) != NULL;
    if (!place)
        return NULL;
    const char *name = name_of(e, place, keys);
    bool known = false;
    WC_EACH(i, &e->expected->counters)
    {
        known |= e->expected->counters.items[i].name == name;
    }
    struct wc_counter counter = {name, place, keys, notices};
    if (!known)
        wc_push(e->r->arena, &e->expected->counters, counter);
    struct wc_ast_expr *node = new_node(e, WC_AST_NAME, ast->span);
    node->name = (struct wc_name){.text = name, .span = ast->span};
    return node;
}

/* ---- the expression, made ready --------------------------------------------------------------- */

static struct wc_ast_expr *ready(struct expectation *e, const struct wc_ast_expr *ast);

static struct wc_ast_expr *both(struct expectation *e, struct wc_ast_expr *a, struct wc_ast_expr *b)
{
    struct wc_ast_expr *node = new_node(e, WC_AST_BINARY, b->span);
    node->op = WC_AST_OP_AND;
    wc_push(e->r->arena, &node->kids, a);
    wc_push(e->r->arena, &node->kids, b);
    return node;
}

/* Every part of `output.a.b` must be there before it is compared. */
static struct wc_ast_expr *with_presence(struct expectation *e, struct wc_ast_expr *path,
                                         struct wc_ast_expr *then)
{
    if (path->kind != WC_AST_FIELD && path->kind != WC_AST_INDEX)
        return then;
    struct wc_ast_expr *is = new_node(e, WC_AST_IS, path->span);
    is->truth = true;
    wc_push(e->r->arena, &is->kids, path);
    return with_presence(e, path->kids.items[0], both(e, is, then));
}

static bool compares(enum wc_ast_op op)
{
    return op >= WC_AST_OP_EQ && op <= WC_AST_OP_MATCHES;
}

static void ready_kids(struct expectation *e, struct wc_ast_expr *copy)
{
    struct wc_ast_expr **kids = copy->kids.items;
    size_t count = copy->kids.count;
    copy->kids.items = WC_NEW_ARRAY(e->r->arena, struct wc_ast_expr *, count + 1);
    for (size_t i = 0; i < count; i++)
        copy->kids.items[i] = ready(e, kids[i]);
}

static struct wc_ast_expr *ready(struct expectation *e, const struct wc_ast_expr *ast)
{
    struct wc_ast_expr *made = ast->kind == WC_AST_FIELD ? counter(e, ast) : NULL;
    if (made)
        return made;
    struct wc_ast_expr *copy = copy_of(e, ast);
    ready_kids(e, copy);
    if (copy->kind == WC_AST_NUMBER && copy->number.kind == WC_MONEY)
        copy->number.kind = WC_INTEGER; /* `cost` is counted in the same picodollars */
    if (copy->kind == WC_AST_NAME && strcmp(copy->name.text, "output") == 0)
        e->expected->of_output = true;
    if (copy->kind != WC_AST_BINARY || !compares(copy->op))
        return copy;
    return with_presence(e, copy->kids.items[0], with_presence(e, copy->kids.items[1], copy));
}

/* ---- resolving it ----------------------------------------------------------------------------- */

static const struct wc_type *count_type(struct wc_resolver *r, struct wc_span span)
{
    return wc_type_int(r->arena, span, 0, INT64_MAX);
}

void wc_resolve_expectation(struct wc_resolver *r, const struct wc_table *stages,
                            struct wc_workflow *sent, const struct wc_ast_expr *ast,
                            struct wc_expected *expected)
{
    struct expectation e = {r, stages, expected};
    struct wc_span span = ast->span;
    struct wc_ast_expr *condition = ready(&e, ast);
    size_t count = expected->counters.count + 2;
    struct wc_local *locals = WC_NEW_ARRAY(r->arena, struct wc_local, count);
    struct wc_type *output = wc_type_new(r->arena, WC_TYPE_SCHEMA, span);
    output->schema = sent->output;
    locals[0] = (struct wc_local){.name = wc_intern(r->names, "output", 6), .type = output};
    locals[1] = (struct wc_local){
        .name = wc_intern(r->names, "cost", 4), .type = count_type(r, span), .outer = &locals[0]};
    for (size_t i = 2; i < count; i++)
        locals[i] = (struct wc_local){.name = expected->counters.items[i - 2].name,
                                      .type = count_type(r, span),
                                      .outer = &locals[i - 1]};
    struct wc_workflow_work work = {.r = r, .workflow = sent};
    struct wc_scope scope = {.work = &work, .locals = &locals[count - 1], .of_test = true};
    expected->that = wc_resolve_condition(&scope, condition, "what a test expects");
}
