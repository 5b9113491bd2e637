/* The table of routes, and a request's way to one of them: path, method, key, and at its end the
 * log line and the counts. */
#include "runtime/app/app.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wright/limits.h>

#define ROW(method, path, key, quiet, handle)                                                      \
    {                                                                                              \
        method, path, path, key, quiet, handle, NULL, false                                        \
    }
#define OPERATORS(method, path, handle)                                                            \
    {                                                                                              \
        method, path, path, true, false, handle, NULL, true                                        \
    }

static const struct wr_route fixed[] = {
    ROW("GET", "/jobs", true, false, wr_jobs_handle),
    ROW("GET", "/jobs/{id}", true, false, wr_job_handle),
    ROW("GET", "/jobs/{id}/events", true, false, wr_events_handle),
    ROW("POST", "/jobs/{id}/retry", true, false, wr_retry_handle),
    ROW("POST", "/jobs/{id}/cancel", true, false, wr_cancel_handle),
    ROW("POST", "/jobs/{id}/signals/{name}", true, false, wr_signal_handle),
    ROW("GET", "/jobs/{id}/review", true, false, wr_review_view_handle),
    ROW("POST", "/jobs/{id}/review", true, false, wr_review_handle),
    ROW("GET", "/openapi.json", false, false, wr_page_openapi),
    ROW("GET", "/contract.json", false, false, wr_page_contract),
    ROW("GET", "/livez", false, true, wr_page_livez),
    ROW("GET", "/readyz", false, true, wr_page_readyz),
    ROW("GET", "/metrics", false, true, wr_page_metrics),
    OPERATORS("GET", "/drift", wr_page_drift),
    OPERATORS("GET", "/webhooks", wr_webhooks_handle),
    OPERATORS("POST", "/webhooks/{id}/resend", wr_webhook_resend_handle),
};
#define FIXED_COUNT (sizeof fixed / sizeof *fixed)

bool wr_routes_init(struct wr_app *app)
{
    size_t count = app->program->workflow_count, at = 0;
    app->routes = calloc(count + FIXED_COUNT + 1, sizeof *app->routes);
    if (!app->routes)
        return false;
    for (; at < count; at++) {
        const struct wr_workflow *workflow = app->program->workflows[at];
        app->routes[at] =
            (struct wr_route){workflow->method, workflow->path, workflow->path, true, false,
                              wr_submit_handle, workflow,       false};
    }
    memcpy(&app->routes[at], fixed, sizeof fixed);
    return true;
}

/* ---- the end of a call ---------------------------------------------------------------------- */

static void log_call(struct wr_call *call, int status)
{
    const struct wr_request *request = &call->exchange->request;
    bool failed = status >= 500, quiet = call->route && call->route->quiet && !failed;
    const char *pattern = call->route ? call->route->pattern : "unknown";
    int64_t elapsed_us = wr_mono_us() - request->received_us;
    char code[16];
    snprintf(code, sizeof code, "%d", status);
    const struct wr_str labels[] = {{pattern, strlen(pattern)},
                                    call->route ? request->method : WR_STR("any"),
                                    {code, strlen(code)}};
    wr_metrics_add(call->loop->metrics, WR_METRIC_requests, labels, 1);
    wr_metrics_seconds(call->loop->metrics, WR_METRIC_request_seconds, labels,
                       (double)elapsed_us / 1e6);
    enum wr_log_level level = failed ? WR_LOG_WARN : quiet ? WR_LOG_DEBUG : WR_LOG_INFO;
    wr_log(level, "request", WR_F_STR("request_id", call->request_id),
           WR_F_STR("method", request->method), WR_F_STR("path", request->path),
           WR_F_INT("status", status), wr_f_text("job_id", *call->job ? call->job : NULL),
           WR_F_STR("caller", call->caller.name), wr_f_text("peer", request->peer),
           WR_F_STR("traceparent", call->traceparent),
           WR_F_INT("request_bytes", (int64_t)request->body.len),
           WR_F_INT("elapsed_us", elapsed_us));
}

/* The caller's fields, the route's promises and the request id. */
static void add_fields(struct wr_call *call, struct wr_reply *reply)
{
    size_t count = reply->header_count;
    struct wr_header *all =
        wr_arena_alloc(call->exchange->request.arena, (count + WR_PROMISES + 1) * sizeof *all);
    if (count)
        memcpy(all, reply->headers, count * sizeof *all);
    count += wr_call_promises(call, all + count);
    all[count++] = (struct wr_header){WR_STR("X-Request-Id"), call->request_id};
    reply->headers = all;
    reply->header_count = count;
}

void wr_call_reply(struct wr_call *call, const struct wr_reply *reply)
{
    struct wr_reply whole = *reply;
    log_call(call, reply->status);
    add_fields(call, &whole);
    whole.close = reply->close || call->app->draining;
    wr_reply(call->exchange, &whole);
}

void wr_call_stream(struct wr_call *call, const struct wr_reply *head)
{
    struct wr_reply whole = *head;
    log_call(call, head->status);
    add_fields(call, &whole);
    wr_stream_start(call->exchange, &whole);
}

void wr_call_problem(struct wr_call *call, const struct wr_problem *problem,
                     const struct wr_header *headers, size_t header_count)
{
    struct wr_arena *arena = call->exchange->request.arena;
    struct wr_header *all = wr_arena_alloc(arena, (header_count + 1) * sizeof *all);
    if (header_count)
        memcpy(all, headers, header_count * sizeof *all);
    if (problem->retry_after_s) {
        char *seconds = wr_arena_printf(arena, "%u", problem->retry_after_s);
        all[header_count++] = (struct wr_header){WR_STR("Retry-After"), {seconds, strlen(seconds)}};
    }
    const struct wr_reply reply = {.status = problem->status,
                                   .content_type = WR_PROBLEM_TYPE,
                                   .headers = all,
                                   .header_count = header_count,
                                   .body = wr_problem_body(arena, problem)};
    wr_call_reply(call, &reply);
}

void wr_call_refuse(struct wr_call *call, int status, const char *code, const char *detail)
{
    const struct wr_problem problem = {
        .status = status, .code = code, .detail = {detail, strlen(detail)}};
    wr_call_problem(call, &problem, NULL, 0);
}

static const struct {
    int status;
    const char *code, *detail;
} refusals[] = {
    [WR_ANSWER_JOB] = {500, "internal", "This answer is no refusal."},
    [WR_ANSWER_MISUSE] = {422, "idempotency_key_reused",
                          "This Idempotency-Key was used with another request body."},
    [WR_ANSWER_REFUSED] = {503, "overloaded",
                           "There are more jobs under way than this server "
                           "takes."},
    [WR_ANSWER_LIMITED] = {429, "limit_reached", "This caller has as many jobs as it may."},
    [WR_ANSWER_DRAINING] = {503, "shutting_down", "This server is shutting down."},
    [WR_ANSWER_STORE_DOWN] = {503, "store_unavailable",
                              "The store cannot be used now; nothing was accepted."},
    [WR_ANSWER_NOT_FOUND] = {404, "job_not_found", "There is no such job."},
    [WR_ANSWER_NO_SIGNAL] = {404, "unknown_signal", "This job has no signal of this name."},
    [WR_ANSWER_NOT_WAITING] = {409, "not_waiting",
                               "The job does not wait for this: it has ended, or is elsewhere."},
    [WR_ANSWER_NOT_RETRIED] = {409, "not_retriable",
                               "Only a job that has failed or was cancelled, of a workflow that "
                               "is still here, can be run again."},
    [WR_ANSWER_HAD_EFFECT] = {409, "effect_happened",
                              "An effect of this job that may happen once did happen, or may "
                              "have; only --force runs it again."},
    [WR_ANSWER_PENDING] = {409, "already_sent",
                           "Another one was sent and is not yet taken by the job."},
    [WR_ANSWER_ELSEWHERE] = {500, "internal", "This answer is another loop's to give."},
};

void wr_call_refusal(struct wr_call *call, const struct wr_answer *answer)
{
    if (answer->kind == WR_ANSWER_LIMITED) {
        wr_call_refuse_job(call, answer->retry_after_s);
        return;
    }
    const struct wr_problem problem = {
        .status = refusals[answer->kind].status,
        .code = refusals[answer->kind].code,
        .detail = {refusals[answer->kind].detail, strlen(refusals[answer->kind].detail)},
        .retry_after_s = answer->retry_after_s};
    wr_call_problem(call, &problem, NULL, 0);
}

/* ---- its beginning -------------------------------------------------------------------------- */

/* Does the path fit; and what is in the places of {id} and {name}? */
static bool fits(const struct wr_route *route, struct wr_str path, struct wr_str *id,
                 struct wr_str *name)
{
    const char *pattern = route->path;
    size_t at = 0;
    *id = *name = (struct wr_str){NULL, 0};
    while (*pattern && at < path.len) {
        if (*pattern != '{') {
            if (*pattern++ != path.ptr[at++])
                return false;
            continue;
        }
        size_t start = at;
        while (at < path.len && path.ptr[at] != '/')
            at++;
        *(pattern[1] == 'i' ? id : name) = (struct wr_str){path.ptr + start, at - start};
        if (at == start)
            return false;
        pattern = strchr(pattern, '}') + 1;
    }
    return !*pattern && at == path.len;
}

static bool takes(const struct wr_route *route, struct wr_str method)
{
    return wr_str_is(method, route->method) ||
           (strcmp(route->method, "GET") == 0 && wr_str_equal(method, WR_STR("HEAD")));
}

static bool is_operator(const struct wr_call *call)
{
    return wr_str_equal(call->caller.name, WR_EVERY_CALLER);
}

/* 404, or 405 with the methods that the path has. */
static void refuse_route(struct wr_call *call)
{
    const struct wr_request *request = &call->exchange->request;
    char allow[64] = "";
    for (const struct wr_route *route = call->app->routes; route->method; route++) {
        struct wr_str id, name;
        if (!fits(route, request->path, &id, &name) || (route->workflow && is_operator(call)) ||
            (route->operators && !is_operator(call)))
            continue;
        size_t used = strlen(allow);
        snprintf(allow + used, sizeof allow - used, "%s%s%s", used ? ", " : "", route->method,
                 strcmp(route->method, "GET") == 0 ? ", HEAD" : "");
    }
    if (!*allow) {
        wr_call_refuse(call, 404, "not_found", "There is nothing at this path.");
        return;
    }
    const struct wr_problem problem = {.status = 405,
                                       .code = "method_not_allowed",
                                       .detail = WR_STR("This path does not take this method; "
                                                        "the Allow field lists those it takes.")};
    const struct wr_header header = {WR_STR("Allow"), {allow, strlen(allow)}};
    wr_call_problem(call, &problem, &header, 1);
}

/* The client's id where it is usable, else one of ours: it ties log lines to a client's report. */
static struct wr_str take_request_id(const struct wr_request *request)
{
    struct wr_str id;
    bool good = wr_field(request, "X-Request-Id", &id) == 1 && id.len >= 1 && id.len <= 128;
    for (size_t i = 0; good && i < id.len; i++)
        good = id.ptr[i] > ' ' && id.ptr[i] < 0x7f;
    if (good)
        return id;
    char text[WR_ID_TEXT];
    struct wr_id made = wr_id_new();
    wr_id_text(&made, text);
    return wr_arena_str(request->arena, (struct wr_str){text, WR_ID_TEXT - 1});
}

/* W3C Trace Context, 3.2: version-trace-parent-flags in lower-case hex; empty where it is not. */
static struct wr_str take_traceparent(const struct wr_request *request)
{
    static const char shape[] = "hh-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
    const struct wr_str none = {NULL, 0};
    struct wr_str text;
    if (wr_field(request, "traceparent", &text) != 1 || text.len != sizeof shape - 1)
        return none;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (shape[i] == '-' ? c != '-' : !hex)
            return none;
    }
    bool zero = memcmp(text.ptr + 3, "00000000000000000000000000000000", 32) == 0 ||
                memcmp(text.ptr + 36, "0000000000000000", 16) == 0;
    return zero || memcmp(text.ptr, "ff", 2) == 0 ? none : text;
}

/* What the vendors of a trace tell each other; passed on as it is, or not at all. */
static struct wr_str take_tracestate(const struct wr_request *request)
{
    struct wr_str text;
    bool good = wr_field(request, "tracestate", &text) == 1 && text.len > 2 &&
                text.len <= WR_TRACESTATE_BYTES && memchr(text.ptr, '=', text.len);
    for (size_t i = 0; good && i < text.len; i++)
        good = text.ptr[i] >= ' ' && text.ptr[i] < 0x7f;
    return good ? text : (struct wr_str){NULL, 0};
}

static bool authorise(struct wr_call *call)
{
    if (!call->route->needs_key || !call->app->keys)
        return true;
    enum wr_auth_result result =
        wr_keys_check(call->app->keys, &call->exchange->request, &call->caller);
    if (result == WR_AUTH_GOOD)
        return true;
    log_call(call, result == WR_AUTH_MALFORMED ? 400 : 401);
    wr_reply_unauthorized(call->exchange, result, call->app->program->name);
    return false;
}

static struct wr_call *begin(struct wr_loop *loop, struct wr_exchange *exchange, bool operators)
{
    struct wr_call *call = WR_NEW(exchange->request.arena, struct wr_call);
    exchange->user = call;
    call->app = loop->app;
    call->loop = loop;
    call->exchange = exchange;
    call->request_id = take_request_id(&exchange->request);
    call->traceparent = take_traceparent(&exchange->request);
    if (call->traceparent.len)
        call->tracestate = take_tracestate(&exchange->request);
    for (const struct wr_route *route = loop->app->routes; route->method && !call->route; route++)
        if ((operators || !route->operators) &&
            fits(route, exchange->request.path, &call->id, &call->name) &&
            takes(route, exchange->request.method))
            call->route = route;
    return call;
}

static bool on_head(void *self, struct wr_exchange *exchange)
{
    struct wr_call *call = begin(self, exchange, false);
    if (!call->route) {
        refuse_route(call);
        return false;
    }
    if (!authorise(call))
        return false;
    return call->route->workflow ? wr_submit_head(call) : true;
}

/* A job belongs to the caller that began it: an operator begins none. */
static bool on_operator_head(void *self, struct wr_exchange *exchange)
{
    struct wr_call *call = begin(self, exchange, true);
    call->caller.name = WR_EVERY_CALLER;
    if (call->route && !call->route->workflow)
        return true;
    refuse_route(call);
    return false;
}

static void on_request(void *self, struct wr_exchange *exchange)
{
    (void)self;
    struct wr_call *call = exchange->user;
    call->route->handle(call);
}

static void on_refused(void *self, int status, const char *code, const char *peer)
{
    struct wr_loop *loop = self;
    const struct wr_str label = {code, strlen(code)};
    wr_metrics_add(loop->metrics, WR_METRIC_refused, &label, 1);
    wr_log(WR_LOG_INFO, "refused", WR_F_INT("status", status), wr_f_text("code", code),
           wr_f_text("peer", peer));
}

/* A client that leaves is not told apart from one that only closed its sending side: its job goes on
 * or, where the workflow says so, is cancelled either way, and the reply, where nobody reads it any
 * more, is dropped by the server. A stream has no other end than this. */
static void on_gone(void *self, struct wr_exchange *exchange)
{
    (void)self;
    struct wr_call *call = exchange->user;
    if (call->stream)
        wr_stream_gone(call);
    else if (call->waiter && call->route->workflow)
        wr_engine_leave(call->loop->engine, call->waiter);
}

struct wr_handler wr_routes_handler(struct wr_loop *loop)
{
    return (struct wr_handler){.self = loop,
                               .on_head = on_head,
                               .on_request = on_request,
                               .on_gone = on_gone,
                               .on_refused = on_refused};
}

struct wr_handler wr_routes_operator_handler(struct wr_loop *loop)
{
    struct wr_handler handler = wr_routes_handler(loop);
    handler.on_head = on_operator_head;
    return handler;
}
