/* Notifications, for the operator: which there are, and one to be sent again. And their sender's place in a
 * running binary. */
#include "runtime/observe/webhooks.h"
#include "runtime/app/app.h"
#include "runtime/base/member.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <string.h>

#define PAGE 100

static const char *const states[] = {"waiting", "delivered", "dead"};
#define STATES (sizeof states / sizeof *states)

static void put_row(struct wr_text *out, const struct wr_delivery *row)
{
    char job[WR_ID_TEXT];
    wr_id_text(&row->job, job);
    wr_text_member(out, "{\"id\":", wr_delivery_id(out->arena, row));
    wr_text_member(out, ",\"job_id\":", wr_str_of(job));
    wr_text_member(out, ",\"service\":", row->service);
    wr_text_member(out, ",\"event\":", row->event);
    wr_text_member(out,
                   ",\"state\":", wr_str_of(row->state < STATES ? states[row->state] : "unknown"));
    WR_ADD(out, ",\"attempts\":");
    wr_text_int(out, row->attempts);
    wr_text_time(out, ",\"created_at\":", row->created_ms);
    wr_text_time(out, ",\"next_at\":", row->due_ms);
    WR_ADD(out, ",\"status\":");
    wr_text_int(out, row->http);
    wr_text_member(out, ",\"reason\":", row->detail);
    WR_ADD(out, "}");
}

static void reply(struct wr_call *call, struct wr_str body)
{
    const struct wr_reply all = {
        .status = 200, .content_type = WR_STR("application/json"), .body = body};
    wr_call_reply(call, &all);
}

static void refuse_store(struct wr_call *call)
{
    const struct wr_answer answer = {.kind = WR_ANSWER_STORE_DOWN, .retry_after_s = 5};
    wr_call_refusal(call, &answer);
}

/* NULL, or what is wrong. */
static const char *read_state(const struct wr_request *request, int *state)
{
    struct wr_str text;
    *state = -1;
    if (wr_query(request, "state", &text) <= 0)
        return NULL;
    for (*state = 0; *state < (int)STATES; ++*state)
        if (wr_str_is(text, states[*state]))
            return NULL;
    return "`state` is one of waiting, delivered and dead.";
}

static const char *read_limit(const struct wr_request *request, uint32_t *limit)
{
    struct wr_str text;
    *limit = PAGE;
    if (wr_query(request, "limit", &text) <= 0)
        return NULL;
    *limit = 0;
    for (size_t i = 0; i < text.len && *limit <= WR_DELIVERIES_MAX; i++)
        *limit = text.ptr[i] >= '0' && text.ptr[i] <= '9'
                     ? *limit * 10 + (uint32_t)(text.ptr[i] - '0')
                     : WR_DELIVERIES_MAX + 1;
    return *limit >= 1 && *limit <= WR_DELIVERIES_MAX ? NULL
                                                      : "`limit` is a number from 1 to 1000.";
}

static void listed(void *arg, enum wr_store_status status, const struct wr_delivery *rows,
                   size_t count)
{
    struct wr_call *call = arg;
    struct wr_text out = {.arena = call->exchange->request.arena};
    if (status != WR_STORE_OK) {
        refuse_store(call);
        return;
    }
    WR_ADD(&out, "{\"webhooks\":[");
    for (size_t i = 0; i < count; i++) {
        wr_text_add(&out, i ? WR_STR(",") : WR_STR(""));
        put_row(&out, &rows[i]);
    }
    uint32_t limit;
    bool full = !read_limit(&call->exchange->request, &limit) && count && count == limit;
    wr_text_member(&out,
                   "],\"next\":", full ? wr_delivery_id(out.arena, &rows[count - 1]) : WR_STR(""));
    WR_ADD(&out, "}");
    reply(call, wr_text_done(&out));
}

void wr_webhooks_handle(struct wr_call *call)
{
    const struct wr_request *request = &call->exchange->request;
    struct wr_deliveries_asked asked = {0};
    struct wr_delivery before;
    struct wr_id job;
    struct wr_str text;
    const char *wrong = read_state(request, &asked.state);
    if (!wrong)
        wrong = read_limit(request, &asked.limit);
    if (!wrong && wr_query(request, "before", &text) > 0) {
        asked.before = &before;
        if (!wr_delivery_parse(text, &before))
            wrong = "`before` is the id of a notification: `next` of the page before.";
    }
    if (!wrong && wr_query(request, "job", &text) > 0) {
        asked.job = &job;
        if (!wr_id_parse(text.ptr, text.len, &job))
            wrong = "`job` is the id of a job.";
    }
    if (wrong) {
        wr_call_refuse(call, 400, "bad_query", wrong);
        return;
    }
    wr_store_deliveries(call->loop->store, &asked, listed, call);
}

static void resent(void *arg, enum wr_store_status status)
{
    struct wr_call *call = arg;
    struct wr_text out = {.arena = call->exchange->request.arena};
    if (status == WR_STORE_NOT_FOUND) {
        wr_call_refuse(call, 404, "webhook_not_found", "There is no such notification.");
        return;
    }
    if (status != WR_STORE_OK) {
        refuse_store(call);
        return;
    }
    wr_text_member(&out, "{\"id\":", call->id);
    WR_ADD(&out, ",\"state\":\"waiting\"}");
    reply(call, wr_text_done(&out));
}

/* With all its attempts before it, whatever has become of it. */
void wr_webhook_resend_handle(struct wr_call *call)
{
    struct wr_delivery delivery;
    if (!wr_delivery_parse(call->id, &delivery)) {
        wr_call_refuse(call, 404, "webhook_not_found", "There is no such notification.");
        return;
    }
    delivery.due_ms = wr_utc_ms();
    wr_store_deliver(call->loop->store, &delivery, resent, call);
}

static bool notifies(const struct wr_program *program)
{
    for (size_t i = 0; i < program->service_count; i++)
        if (program->services[i].sign_env)
            return true;
    return false;
}

bool wr_app_open_hooks(struct wr_app *app, char *error, size_t error_size)
{
    struct wr_schedule schedule;
    if (!wr_schedule_read(&schedule, app->options.webhook_schedule)) {
        snprintf(error, error_size,
                 "--webhook-schedule is a list of times, such as 5s,5m,2h: at most %d, of at most "
                 "30 days",
                 WR_TRIES_MAX);
        return false;
    }
    if (!notifies(app->program))
        return true;
    app->hooks = wr_webhooks_new(app->program, app->loops->base, app->store, app->client_share,
                                 app->loops->metrics, &schedule, error, error_size);
    return app->hooks != NULL;
}
