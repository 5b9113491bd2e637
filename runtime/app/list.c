/* GET /jobs: a caller's jobs, newest first, in pages by key: `before` is the last job of the page
 * before, so that jobs that come meanwhile move nothing. */
#include "runtime/app/app.h"
#include "runtime/base/member.h"
#include "runtime/base/str.h"
#include "runtime/engine/event.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 20
#define PAGE_MAX 100

/* In the request's arena, which lives until the answer of the store has ended the exchange. */
struct page {
    struct wr_call *call;
    uint32_t limit;
    bool every_caller; /* its rows say whose they are */
};

static void put_row(struct wr_text *out, const struct wr_job_row *row, bool held, bool with_caller)
{
    char id[WR_ID_TEXT];
    wr_id_text(&row->job, id);
    wr_text_member(out, "{\"job_id\":", wr_str_of(id));
    wr_text_member(out, ",\"status\":", row->status);
    wr_text_member(out, ",\"workflow\":", row->workflow);
    wr_text_member(out, ",\"result_type\":", row->result_type);
    wr_text_member(out, ",\"error_code\":", row->error_code);
    wr_text_time(out, ",\"created_at\":", row->created_ms);
    wr_text_time(out, ",\"finished_at\":", row->finished_ms);
    if (held)
        wr_text_plain(out, ",\"held\":true");
    if (with_caller)
        wr_text_member(out, ",\"caller\":", row->caller);
    wr_text_plain(out, "}");
}

static void listed(void *arg, enum wr_store_status status, const struct wr_job_row *rows,
                   size_t count)
{
    struct page *page = arg;
    struct wr_call *call = page->call;
    if (status != WR_STORE_OK) {
        const struct wr_answer answer = {.kind = WR_ANSWER_STORE_DOWN, .retry_after_s = 5};
        wr_call_refusal(call, &answer);
        return;
    }
    struct wr_text out = {.arena = call->exchange->request.arena};
    bool more = count > page->limit;
    if (more)
        count = page->limit;
    wr_text_plain(&out, "{\"jobs\":[");
    for (size_t i = 0; i < count; i++) {
        wr_text_plain(&out, i ? "," : "");
        put_row(&out, &rows[i], wr_shared_holds(call->app->shared, &rows[i].job),
                page->every_caller);
    }
    char id[WR_ID_TEXT] = "";
    if (more)
        wr_id_text(&rows[count - 1].job, id);
    wr_text_member(&out, "],\"next\":", wr_str_of(id));
    wr_text_plain(&out, "}");
    const struct wr_header header = {WR_STR("Cache-Control"), WR_STR("private, no-cache")};
    const struct wr_reply reply = {.status = 200,
                                   .content_type = WR_STR("application/json"),
                                   .headers = &header,
                                   .header_count = 1,
                                   .body = wr_text_done(&out)};
    wr_call_reply(call, &reply);
}

/* "review", "retry", "signal NAME": as the envelope has it. */
static bool is_waited_for(struct wr_str text)
{
    return wr_str_equal(text, WR_STR("review")) || wr_str_equal(text, WR_STR("retry")) ||
           (wr_str_starts_with(text, WR_STR("signal ")) && text.len > sizeof "signal " - 1);
}

static bool is_status(struct wr_str text)
{
    for (int i = 0; i < WR_STATUS_COUNT; i++) {
        const char *name = wr_status_name((enum wr_status)i);
        if (wr_str_is(text, name))
            return true;
    }
    return false;
}

/* One parameter: absent, or once and not empty. */
static bool take(const struct wr_request *request, const char *name, struct wr_str *value)
{
    size_t count = wr_query(request, name, value);
    return count == 0 || (count == 1 && value->len > 0);
}

static bool take_limit(const struct wr_request *request, uint32_t *limit)
{
    struct wr_str text;
    *limit = PAGE;
    if (!take(request, "limit", &text))
        return false;
    if (!text.ptr)
        return true;
    *limit = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || *limit > PAGE_MAX)
            return false;
        *limit = *limit * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    return *limit >= 1 && *limit <= PAGE_MAX;
}

/* What is wrong with the query, or NULL. */
static const char *read_query(const struct wr_request *request, struct wr_list_query *query)
{
    struct wr_str before;
    if (!take(request, "status", &query->status) ||
        (query->status.ptr && !is_status(query->status)))
        return "`status` is one of queued, processing, completed, degraded, failed, cancelled.";
    if (!take(request, "workflow", &query->workflow))
        return "`workflow` is the name of a workflow.";
    if (!take(request, "waiting_for", &query->waiting_for) ||
        (query->waiting_for.ptr && !is_waited_for(query->waiting_for)))
        return "`waiting_for` is review, retry, or signal and a name.";
    if (!take(request, "before", &before) ||
        (before.ptr && !wr_id_parse(before.ptr, before.len, &query->before)))
        return "`before` is the id of a job: `next` of the page before.";
    if (!take_limit(request, &query->limit))
        return "`limit` is a number from 1 to 100.";
    return NULL;
}

void wr_jobs_handle(struct wr_call *call)
{
    const struct wr_store *store = call->loop->store;
    struct wr_list_query query = {.caller = call->caller.name};
    const char *wrong = read_query(&call->exchange->request, &query);
    if (wrong) {
        wr_call_refuse(call, 400, "bad_query", wrong);
        return;
    }
    if (wr_str_equal(query.waiting_for, WR_STR("review")) &&
        !wr_call_may_review(call, &query.caller))
        return;
    bool every = wr_str_equal(query.caller, WR_EVERY_CALLER);
    if (every)
        query.caller = (struct wr_str){NULL, 0};
    struct page *page = WR_NEW(call->exchange->request.arena, struct page);
    *page = (struct page){call, query.limit++, every};
    store->list(store->self, &query, listed, page);
}
