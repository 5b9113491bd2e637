/* POST /jobs/{id}/signals/{name}, and what is under review: GET and POST /jobs/{id}/review. */
#include "runtime/app/app.h"
#include "runtime/base/str.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

/* A refused body: the engine's list of faults as a problem. */
static void refuse_invalid(struct wr_call *call, const struct wr_answer *answer)
{
    struct wr_arena *arena = call->exchange->request.arena;
    json_t *list = json_loadb(answer->body.ptr, answer->body.len, 0, NULL);
    size_t count = json_array_size(list);
    struct wr_problem_error *errors = wr_arena_alloc(arena, (count + 1) * sizeof *errors);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(list, i);
        const char *pointer = json_string_value(json_object_get(row, "pointer"));
        const char *rule = json_string_value(json_object_get(row, "rule"));
        const char *message = json_string_value(json_object_get(row, "message"));
        char *text = wr_arena_printf(arena, "%s %s.", *pointer ? pointer : "The body", message);
        errors[i].pointer = wr_arena_str(arena, wr_str_of(pointer));
        errors[i].rule = wr_arena_str(arena, wr_str_of(rule));
        errors[i].message = wr_str_of(text);
    }
    json_decref(list);
    bool syntax = answer->status == 400;
    const struct wr_problem problem = {
        .status = answer->status,
        .code = syntax ? "malformed_json" : "invalid_body",
        .detail = syntax ? WR_STR("The body is not JSON.")
                         : WR_STR("The body is not what is waited for; `errors` lists every "
                                  "mistake."),
        .errors = errors,
        .error_count = count};
    wr_call_problem(call, &problem, NULL, 0);
}

static void answered(void *arg, const struct wr_answer *answer)
{
    struct wr_call *call = arg;
    call->waiter = NULL;
    if (answer->kind == WR_ANSWER_INVALID) {
        refuse_invalid(call, answer);
        return;
    }
    if (answer->kind != WR_ANSWER_JOB) {
        wr_call_refusal(call, answer);
        return;
    }
    const struct wr_header header = {WR_STR("Cache-Control"), WR_STR("no-store")};
    const struct wr_reply reply = {.status = answer->status,
                                   .content_type = WR_STR("application/json"),
                                   .headers = &header,
                                   .header_count = 1,
                                   .body = answer->body};
    wr_call_reply(call, &reply);
}

static bool is_operator(const struct wr_call *call)
{
    return wr_str_equal(call->caller.name, WR_EVERY_CALLER);
}

/* A key that names the scope reviews every caller's jobs, one that names no scopes its own. */
bool wr_call_may_review(struct wr_call *call, struct wr_str *whose)
{
    *whose = call->caller.name;
    if (!call->app->keys || is_operator(call))
        return true;
    if (!wr_caller_may(&call->caller, "review")) {
        wr_call_refuse(call, 403, "scope_missing", "This key has no scope for reviews.");
        return false;
    }
    if (call->caller.scopes.len)
        *whose = WR_EVERY_CALLER;
    return true;
}

static void tell(struct wr_call *call, struct wr_str signal, struct wr_str whose)
{
    struct wr_id id;
    if (!wr_call_json(call) || !wr_call_job(call, &id))
        return;
    const struct wr_question question = {
        .what = WR_QUESTION_TELL,
        .look.job = id,
        .telling = {.job = id, .signal = signal, .body = call->exchange->request.body},
        .caller = whose,
        .by = is_operator(call) ? WR_STR("operator") : call->caller.name};
    wr_call_ask(call, &question, answered);
}

void wr_signal_handle(struct wr_call *call)
{
    tell(call, call->name, call->caller.name);
}

void wr_review_handle(struct wr_call *call)
{
    struct wr_str whose;
    if (wr_call_may_review(call, &whose))
        tell(call, (struct wr_str){NULL, 0}, whose);
}

void wr_review_view_handle(struct wr_call *call)
{
    struct wr_str whose;
    struct wr_id id;
    if (!wr_call_may_review(call, &whose) || !wr_call_job(call, &id))
        return;
    const struct wr_question question = {
        .what = WR_QUESTION_REVIEW, .look.job = id, .caller = whose};
    wr_call_ask(call, &question, answered);
}
