/* What the end of an attempt means: one class, one sentence without secrets, and what the peer
 * reported. */
#include "runtime/base/arena.h"
#include "runtime/base/clock.h"
#include "runtime/base/str.h"
#include "runtime/model/attempt.h"
#include "runtime/model/compose.h"
#include "runtime/model/extract.h"
#include "runtime/model/hints.h"

#include <stdio.h>
#include <wright/limits.h>

/* libcurl's word for how the transfer failed. What was certainly not sent is connect_failed: a
 * write that may happen once only can be told from it. */
static void decide_failure(struct wr_effect *effect, CURLcode result)
{
    curl_off_t sent_us = 0;
    curl_easy_getinfo(effect->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    if (result == CURLE_OPERATION_TIMEDOUT)
        wr_attempt_decide(effect, sent_us > 0 ? WR_CLASS_timeout_total : WR_CLASS_timeout_connect,
                          "took too long: %s", curl_easy_strerror(result));
    else if (sent_us == 0)
        wr_attempt_decide(effect, WR_CLASS_connect_failed, "could not be reached: %s",
                          curl_easy_strerror(result));
    else if (effect->status == 0)
        wr_attempt_decide(effect, WR_CLASS_stream_truncated,
                          "closed the connection without an answer: %s",
                          curl_easy_strerror(result));
    else
        wr_attempt_decide(effect, WR_CLASS_stream_truncated,
                          "closed the connection within its answer: %s",
                          curl_easy_strerror(result));
}

static void decide_status(struct wr_effect *effect)
{
    int status = effect->status;
    char *code = effect->answer.code;
    if (!effect->model) {
        wr_attempt_decide(effect, wr_class_of_status(status), "answered %d", status);
        return;
    }
    struct wr_str body = {effect->came.data, effect->came.len};
    enum wr_class class = wr_fault_of_body(effect->provider->format->dialect, status, body, code,
                                           sizeof effect->answer.code);
    wr_attempt_decide(effect, class, "answered %d%s%s%s%s", status, *code ? " (" : "", code,
                      *code ? ")" : "",
                      class == WR_CLASS_not_found && !*code
                          ? "; does its URL end as the provider says, often in /v1?"
                          : "");
}

static void decide_model(struct wr_effect *effect)
{
    struct wr_answer *answer = &effect->answer;
    const struct wr_wire *format = effect->provider->format;
    char why[96];
    if (effect->reading == WR_READING_STREAM)
        wr_sse_end(&effect->sse);
    else if (effect->reading == WR_READING_WHOLE &&
             !format->event(&effect->client->scratch, answer,
                            (struct wr_str){effect->came.data, effect->came.len}))
        wr_attempt_decide(effect, WR_CLASS_stream_malformed, "answered with what is not JSON");
    if (answer->overflow)
        wr_attempt_decide(effect, WR_CLASS_schema_invalid, "answered with more than %zu bytes",
                          answer->max);
    enum wr_class class = wr_answer_end(answer, format, why, sizeof why);
    if (class != WR_OK)
        wr_attempt_decide(effect, class, "%s%s%s%s", why, *answer->code ? " (" : "", answer->code,
                          *answer->code ? ")" : "");
}

static void decide(struct wr_effect *effect, CURLcode result)
{
    struct wr_answer *answer = &effect->answer;
    if (effect->class != WR_OK || !effect->easy)
        return;
    if (effect->guarded && result != CURLE_OK) {
        wr_attempt_decide(
            effect, WR_CLASS_bad_request,
            "was not called: its address is not public, and it has no `allow private`");
        return;
    }
    if (effect->status >= 300) {
        decide_status(effect);
        return;
    }
    /* A stream that said how it ended is whole, whatever became of the connection. */
    bool whole = effect->model ? answer->finished || answer->done || answer->error != WR_OK
                               : wr_attempt_unread(effect);
    if (result != CURLE_OK && !whole)
        decide_failure(effect, result);
    else if (effect->model)
        decide_model(effect);
}

/* ---- the outcome ---------------------------------------------------------------------------- */

static const char *header(void *arg, const char *name)
{
    struct wr_effect *effect = arg;
    struct curl_header *found;
    if (curl_easy_header(effect->easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return NULL;
    return found->value;
}

static struct wr_str text_of(struct wr_arena *arena, const char *text)
{
    return text && *text ? wr_arena_str(arena, wr_str_of(text)) : (struct wr_str){NULL, 0};
}

/* The calls that it asks for; false where one of them is the answer itself, or there are none. */
static bool fill_calls(struct wr_effect *effect, struct wr_outcome *outcome)
{
    struct wr_answer *answer = &effect->answer;
    struct wr_arena *arena = effect->call.arena;
    const struct wr_schema *as = effect->call.action->as;
    struct wr_called *own = as ? wr_answer_by_name(answer, wr_schema_name(as)) : NULL;
    if (own || answer->called_count == 0) {
        if (own) {
            struct wr_bytes said = answer->content;
            answer->content = own->arguments;
            own->arguments = said;
        }
        return false;
    }
    size_t count = answer->called_count < WR_TOOL_CALLS ? answer->called_count : WR_TOOL_CALLS;
    struct wr_tool_call *calls = wr_arena_alloc(arena, count * sizeof *calls);
    for (size_t i = 0; i < count; i++) {
        const struct wr_called *called = &answer->called[i];
        struct wr_str arguments = {called->arguments.data, called->arguments.len};
        calls[i].name = text_of(arena, called->name);
        bool strict;
        for (size_t k = 0; k < effect->call.action->tool_count; k++)
            if (wr_str_is(calls[i].name, effect->call.action->tools[k].name))
                wr_fit_tool(effect->provider, &effect->call.action->tools[k], &strict,
                            &calls[i].forms);
        calls[i].arguments = arguments.len ? wr_arena_str(arena, arguments) : WR_STR("{}");
    }
    outcome->calls = calls;
    outcome->call_count = count;
    return true;
}

static void fill_value(struct wr_effect *effect, struct wr_outcome *outcome)
{
    const struct wr_bytes *from = effect->model ? &effect->answer.content : &effect->came;
    struct wr_str came = {from->len ? from->data : "", from->len}, value = came;
    struct wr_arena made = {0};
    const char *how = "";
    if (effect->model)
        wr_extract(&made, &effect->client->scratch, came, &value, &how);
    outcome->value = wr_arena_str(effect->call.arena, value);
    outcome->repaired = wr_str_of(how);
    bool fits = outcome->value.len == value.len;
    wr_arena_free(&made);
    if (fits)
        return;
    wr_attempt_decide(effect, WR_CLASS_schema_invalid, "answered with more than the job may hold");
    outcome->class = effect->class;
}

/* OpenAI and most others, Anthropic, Azure; else the answer's own. */
static const char *request_id(struct wr_effect *effect)
{
    static const char *const names[] = {"x-request-id", "request-id", "apim-request-id"};
    const char *id = NULL;
    for (size_t i = 0; !id && i < sizeof names / sizeof *names; i++)
        id = header(effect, names[i]);
    return id ? id : effect->answer.id;
}

static void fill_detail(struct wr_effect *effect, struct wr_outcome *outcome)
{
    const char *text =
        wr_arena_printf(effect->call.arena, "%s %s %s", effect->model ? "model" : "service",
                        effect->place->name, effect->why);
    if (text)
        outcome->detail = wr_str_of(text);
}

void wr_attempt_outcome(struct wr_effect *effect, CURLcode result, struct wr_outcome *outcome)
{
    struct wr_arena *arena = effect->call.arena;
    long status = 0;
    *outcome = (struct wr_outcome){.retry_after_ms = -1, .first_token_us = -1};
    if (effect->easy) {
        curl_easy_getinfo(effect->easy, CURLINFO_RESPONSE_CODE, &status);
        effect->status = (int)status;
    }
    decide(effect, result);
    outcome->class = effect->class;
    outcome->http_status = effect->status;
    outcome->usage = effect->answer.usage;
    outcome->forms = effect->forms;
    outcome->model_version = text_of(arena, effect->answer.version);
    if (effect->first_us >= 0)
        outcome->first_token_us = effect->first_us - effect->started_us;
    if (effect->easy && effect->status > 0) {
        struct wr_hints hints = wr_hints_read(header, effect, effect->status, wr_utc_ms());
        outcome->request_id = text_of(arena, request_id(effect));
        outcome->retry_after_ms = hints.retry_after_ms;
        outcome->final = hints.final;
    }
    if (outcome->class == WR_OK && !(effect->model && fill_calls(effect, outcome)))
        fill_value(effect, outcome);
    if (outcome->class != WR_OK)
        fill_detail(effect, outcome);
}
