/* POST of a workflow: from bytes to a typed input, to the engine, to the reply. */
#include "runtime/app/app.h"
#include "runtime/base/str.h"
#include "runtime/json/reader.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEY_MAX 255
#define WAIT_MAX_S 3600

static bool is_json(struct wr_str type)
{
    static const char json[] = "application/json";
    size_t len = 0;
    while (len < type.len && type.ptr[len] != ';' && type.ptr[len] != ' ' && type.ptr[len] != '\t')
        len++;
    return len == sizeof json - 1 && strncasecmp(type.ptr, json, len) == 0;
}

bool wr_call_json(struct wr_call *call)
{
    struct wr_request *request = &call->exchange->request;
    struct wr_str type, encoding;
    if (wr_field(request, "Content-Type", &type) != 1 || !is_json(type)) {
        wr_call_refuse(call, 415, "unsupported_media_type",
                       "The body must be sent as Content-Type: application/json.");
        return false;
    }
    if (wr_field(request, "Content-Encoding", &encoding) > 0 &&
        !(encoding.len == 8 && strncasecmp(encoding.ptr, "identity", 8) == 0)) {
        wr_call_refuse(call, 415, "unsupported_content_encoding",
                       "The body must be sent without a Content-Encoding.");
        return false;
    }
    return true;
}

/* Before the body is read: what can be refused by the head alone. */
bool wr_submit_head(struct wr_call *call)
{
    if (call->app->draining) {
        const struct wr_answer answer = {.kind = WR_ANSWER_DRAINING, .retry_after_s = 5};
        wr_call_refusal(call, &answer);
        return false;
    }
    if (!wr_caller_may(&call->caller, call->route->workflow->name) && call->app->keys) {
        wr_call_refuse(call, 403, "scope_missing", "This key has no scope for this workflow.");
        return false;
    }
    return wr_call_admit(call) && wr_call_json(call);
}

/* ---- fields --------------------------------------------------------------------------------- */

/* Idempotency-Key: an RFC 8941 string as the draft has it, or bare, as most clients send it. Copied
 * without quotes and escapes. False: refused, and the call has ended. */
static bool take_key(struct wr_call *call, struct wr_str *key)
{
    const struct wr_request *request = &call->exchange->request;
    struct wr_str text;
    size_t count = wr_field(request, "Idempotency-Key", &text), len = 0;
    *key = (struct wr_str){NULL, 0};
    if (count == 0 && !call->route->workflow->key_required)
        return true;
    if (count != 1) {
        wr_call_refuse(call, 400, count ? "idempotency_key_repeated" : "idempotency_key_required",
                       count ? "There is more than one Idempotency-Key."
                             : "This route needs an Idempotency-Key.");
        return false;
    }
    char *plain = wr_arena_alloc(request->arena, text.len + 1);
    bool quoted = text.len > 0 && text.ptr[0] == '"', closed = !quoted, good = true;
    for (size_t i = quoted; i < text.len && good; i++) {
        char c = text.ptr[i];
        if (quoted && c == '"') {
            closed = i + 1 == text.len;
            good = closed;
            break;
        }
        if (quoted && c == '\\') {
            c = i + 1 < text.len ? text.ptr[++i] : '\0';
            good = c == '"' || c == '\\';
        }
        good = good && c >= (quoted ? ' ' : '!') && c < 0x7f && (quoted || c != '"');
        plain[len++] = c;
    }
    *key = (struct wr_str){plain, len};
    if (good && closed && len >= 1 && len <= KEY_MAX)
        return true;
    wr_call_refuse(call, 400, "idempotency_key_malformed",
                   "Idempotency-Key must be 1 to 255 visible ASCII characters, or a quoted "
                   "string of such.");
    return false;
}

/* Prefer, RFC 7240: respond-async, or wait=N in seconds. Others are ignored, as it asks. */
static bool next_preference(void *arg, struct wr_str name, struct wr_str value)
{
    int64_t *wait_ms = arg;
    if (name.len != 6 || strncasecmp(name.ptr, "prefer", 6) != 0)
        return true;
    for (size_t at = 0; at < value.len;) {
        while (at < value.len && (value.ptr[at] == ' ' || value.ptr[at] == ','))
            at++;
        size_t start = at;
        while (at < value.len && value.ptr[at] != ',')
            at++;
        size_t len = at - start;
        const char *word = value.ptr + start;
        if (len == 13 && strncasecmp(word, "respond-async", 13) == 0)
            *wait_ms = 0;
        if (len > 5 && len <= 9 && strncasecmp(word, "wait=", 5) == 0) {
            int64_t seconds = 0;
            size_t i = 5;
            for (; i < len && word[i] >= '0' && word[i] <= '9'; i++)
                seconds = seconds * 10 + (word[i] - '0');
            if (i == len)
                *wait_ms = (seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * 1000;
        }
    }
    return true;
}

/* ---- a body that is refused ----------------------------------------------------------------- */

/* "goes on from the pointer": made into a sentence of its own. */
static struct wr_str sentence(struct wr_arena *arena, const struct wr_fault *fault)
{
    struct wr_str what = fault->pointer.len ? fault->pointer : WR_STR("The body");
    size_t len = fault->message.len;
    const char *stop = len && fault->message.ptr[len - 1] == '?' ? "" : ".";
    char *text = wr_arena_printf(arena, "%.*s %.*s%s", (int)what.len, what.ptr, (int)len,
                                 fault->message.ptr, stop);
    return wr_str_of(text);
}

static void refuse_body(struct wr_call *call, const struct wr_reader *in)
{
    static const struct {
        int status;
        const char *code, *detail;
    } ends[] = {
        [WR_READ_OK] = {500, "internal", "The body was refused without a reason."},
        [WR_READ_INVALID] = {422, "invalid_body",
                             "The body is not what this route takes; "
                             "`errors` lists every mistake."},
        [WR_READ_SYNTAX] = {400, "malformed_json", "The body is not JSON."},
        [WR_READ_MEMORY] = {413, "body_too_large", "The body would take too much memory."},
    };
    struct wr_arena *arena = call->exchange->request.arena;
    struct wr_problem_error *errors = wr_arena_alloc(arena, (in->fault_count + 1) * sizeof *errors);
    for (size_t i = 0; i < in->fault_count; i++) {
        const struct wr_fault *fault = &in->faults[i];
        errors[i].pointer = fault->pointer;
        errors[i].rule = wr_str_of(fault->rule);
        errors[i].message = sentence(arena, fault);
    }
    const char *detail = ends[in->state].detail;
    const struct wr_problem problem = {.status = ends[in->state].status,
                                       .code = ends[in->state].code,
                                       .detail = {detail, strlen(detail)},
                                       .errors = errors,
                                       .error_count = in->fault_count,
                                       .more_errors =
                                           (uint32_t)(in->fault_total - in->fault_count)};
    wr_call_problem(call, &problem, NULL, 0);
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void answered(void *arg, const struct wr_answer *answer)
{
    struct wr_call *call = arg;
    struct wr_header headers[5];
    char location[48], seconds[16];
    size_t count = 0;
    call->waiter = NULL;
    if (answer->kind == WR_ANSWER_ELSEWHERE) {
        const struct wr_question look = {.what = WR_QUESTION_LOOK, .look = answer->look};
        wr_call_ask(call, &look, answered);
        return;
    }
    if (answer->kind != WR_ANSWER_JOB) {
        wr_call_refusal(call, answer);
        return;
    }
    wr_id_text(&answer->job, call->job);
    snprintf(location, sizeof location, "/jobs/%s", call->job);
    headers[count++] = (struct wr_header){WR_STR("Location"), {location, strlen(location)}};
    if (answer->retry_after_s) {
        snprintf(seconds, sizeof seconds, "%u", answer->retry_after_s);
        headers[count++] = (struct wr_header){WR_STR("Retry-After"), {seconds, strlen(seconds)}};
    }
    if (answer->status == 202 && call->async) /* RFC 7240, 3 */
        headers[count++] =
            (struct wr_header){WR_STR("Preference-Applied"), WR_STR("respond-async")};
    if (answer->replayed)
        headers[count++] = (struct wr_header){WR_STR("Idempotency-Replayed"), WR_STR("true")};
    headers[count++] = (struct wr_header){WR_STR("Cache-Control"), WR_STR("no-store")};
    const struct wr_reply reply = {.status = answer->status,
                                   .content_type = WR_STR("application/json"),
                                   .headers = headers,
                                   .header_count = count,
                                   .body = answer->body};
    wr_call_reply(call, &reply);
}

/* The body is copied: the engine takes the arena that the input is in, and keeps it as long as the
 * job lives; the request's own ends with the exchange. */
void wr_submit_handle(struct wr_call *call)
{
    const struct wr_request *request = &call->exchange->request;
    const struct wr_workflow *workflow = call->route->workflow;
    struct wr_arena arena = {0};
    struct wr_reader in;
    struct wr_submission submission = {.workflow = workflow,
                                       .caller = call->caller.name,
                                       .counted_as = wr_call_counted_as(call),
                                       .arena = &arena,
                                       .traceparent = call->traceparent,
                                       .tracestate = call->tracestate,
                                       .received_us = request->received_us,
                                       .wait_ms = WR_WAIT_DEFAULT};
    if (!take_key(call, &submission.idempotency_key))
        return;
    wr_fields_each(request, next_preference, &submission.wait_ms);
    call->async = submission.wait_ms == 0;
    wr_reader_init(&in, &arena, wr_arena_str(&arena, request->body));
    submission.input = wr_decode(&in, workflow->input);
    if (submission.input)
        call->waiter = wr_engine_submit(call->loop->engine, &submission, answered, call);
    else
        refuse_body(call, &in);
    wr_arena_free(&arena);
}
