/* What the tests of a specification answer its calls with: see answers.h. */
#include "compiler/model/answers.h"

#include "compiler/model/document.h"

#include <string.h>

/* Does it get its value from outside? */
static bool is_answered(const struct wc_stage *stage)
{
    enum wr_action_kind kind = stage->action.kind;
    return kind == WR_ACT_HTTP || kind == WR_ACT_ASK || kind == WR_ACT_CALL ||
           kind == WR_ACT_REVIEW || kind == WR_ACT_SIGNAL;
}

/* The body of `each` has no name that a test could say: it goes by its stage's. */
static const struct wc_stage *caller_of(const struct wc_stage *stage)
{
    return stage->action.kind == WR_ACT_EACH && stage->members.count ? stage->members.items[0]
                                                                     : stage;
}

const struct wc_stage *wc_stage_called(const struct wc_workflow *workflow, const char *name,
                                       char between)
{
    const char *dot = strchr(name, between);
    size_t len = dot ? (size_t)(dot - name) : strlen(name);
    WC_EACH(i, &workflow->stages)
    {
        const struct wc_stage *stage = workflow->stages.items[i];
        if (strlen(stage->name) != len || memcmp(stage->name, name, len) != 0)
            continue;
        if (!dot)
            return caller_of(stage);
        WC_EACH(k, &stage->members)
        {
            if (strcmp(stage->members.items[k]->name, dot + 1) == 0)
                return stage->members.items[k];
        }
    }
    return NULL;
}

static bool is_reached(const struct wc_stage *stage, const struct wc_test_step *step)
{
    const char *name = stage->action.service ? stage->action.service->name
                       : stage->action.model ? stage->action.model->name
                                             : NULL;
    return name && strcmp(name, step->subject) == 0;
}

struct finding {
    struct wc_arena *arena;
    struct wc_known_answers *found;
    const struct wc_test_step *given, *sent;
    size_t request;
    int good;
};

static void add(struct finding *it, const struct wc_stage *stage, const char *json)
{
    struct wc_document_fault fault;
    const struct wc_type *as = stage->action.as;
    struct wc_known_answer answer = {stage, json, it->request, it->good};
    if (json && is_answered(stage) && as && as->kind == WC_TYPE_SCHEMA &&
        wc_document_fits(it->arena, json, as->schema, stage->action.kind == WR_ACT_ASK, &fault))
        wc_push(it->arena, &it->found->all, answer);
}

static void take(struct finding *it, const struct wc_stage *stage)
{
    WC_EACH(i, &it->given->givens)
    {
        add(it, stage, it->given->givens.items[i].json);
    }
}

/* A signal, or what a person edits. */
static void take_told(struct finding *it)
{
    const struct wc_workflow *workflow = it->sent->workflow;
    WC_EACH(i, &workflow->stages)
    {
        const struct wc_stage *stage = workflow->stages.items[i];
        bool signal = it->given->kind == WR_STEP_SIGNAL && stage->action.signal &&
                      strcmp(stage->action.signal, it->given->name) == 0;
        bool review = it->given->kind == WR_STEP_REVIEW && stage->action.kind == WR_ACT_REVIEW;
        if (signal || review)
            add(it, stage, it->given->json);
    }
}

/* The stages that a `given` speaks of: of what is sent, and of the workflows that run as children. */
static void find(struct finding *it, const struct wc_model *model)
{
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        if (workflow != it->sent->workflow && !workflow->is_run)
            continue;
        const struct wc_stage *stage =
            it->given->is_upstream ? NULL : wc_stage_called(workflow, it->given->subject, '/');
        if (stage)
            take(it, stage);
        for (size_t k = 0; it->given->is_upstream && k < workflow->activities.count; k++)
            if (is_reached(workflow->activities.items[k], it->given))
                take(it, workflow->activities.items[k]);
    }
}

/* By the last status that the test expects. */
static int goodness(const struct wc_test *test)
{
    int good = 1;
    WC_EACH(i, &test->steps)
    {
        WC_EACH(k, &test->steps.items[i].expects)
        {
            const struct wc_expected *expected = &test->steps.items[i].expects.items[k];
            if (expected->kind != WR_EXPECT_STATUS || !expected->text)
                continue;
            good = strcmp(expected->text, "completed") == 0  ? 3
                   : strcmp(expected->text, "degraded") == 0 ? 2
                   : strcmp(expected->text, "failed") == 0   ? 0
                                                             : 1;
        }
    }
    return good;
}

static size_t add_request(struct wc_arena *arena, struct wc_known_answers *found,
                          const struct wc_test_step *sent)
{
    struct wc_known_request request = {sent->workflow, sent->json};
    WC_EACH(i, &found->requests)
    {
        if (found->requests.items[i].workflow == request.workflow &&
            strcmp(found->requests.items[i].json, request.json) == 0)
            return i;
    }
    wc_push(arena, &found->requests, request);
    return found->requests.count - 1;
}

void wc_known_answers(struct wc_arena *arena, const struct wc_model *model,
                      struct wc_known_answers *found)
{
    WC_EACH(t, &model->tests)
    {
        const struct wc_test *test = &model->tests.items[t];
        struct finding it = {.arena = arena, .found = found, .good = goodness(test)};
        for (size_t i = 0; i < test->steps.count && !it.sent; i++)
            if (test->steps.items[i].kind == WR_STEP_SEND && test->steps.items[i].json)
                it.sent = &test->steps.items[i];
        if (!it.sent || !it.sent->workflow)
            continue;
        it.request = add_request(arena, found, it.sent);
        for (size_t i = 0; i < test->steps.count; i++) {
            it.given = &test->steps.items[i];
            if (it.given->kind == WR_STEP_GIVEN && it.given->subject)
                find(&it, model);
            else if (it.given->name && it.given->json)
                take_told(&it);
        }
    }
}

/* `input.text contains …` of all of them, and nothing else. */
static bool is_quote(const struct wc_expr *condition)
{
    if (condition->kind == WC_EXPR_LOOP)
        return condition->kid_count > 1 && is_quote(condition->kids[1]);
    if (condition->kind != WC_EXPR_BINARY)
        return false;
    if (condition->op == WC_OP_AND)
        return is_quote(condition->kids[0]) && is_quote(condition->kids[1]);
    return condition->op == WC_OP_CONTAINS && condition->kids[0]->kind == WC_EXPR_FIELD &&
           condition->kids[0]->kids[0]->kind != WC_EXPR_IT;
}

bool wc_checks_more_than_quotes(const struct wc_stage *stage)
{
    WC_EACH(i, &stage->checks)
    {
        if (!is_quote(stage->checks.items[i].condition))
            return true;
    }
    return false;
}
