/* What the end of an attempt means: one class, one sentence without secrets, and what the peer
 * reported. */
#include "runtime/base/arena.h"
#include "runtime/base/clock.h"
#include "runtime/model/attempt.h"

#include <stdio.h>

enum { RETRY_AFTER_MAX_S = 86400 };

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
    enum wr_class class = effect->provider->refusal(status, body, code, sizeof effect->answer.code);
    wr_attempt_decide(effect, class, "answered %d%s%s%s%s", status, *code ? " (" : "", code,
                      *code ? ")" : "",
                      class == WR_CLASS_not_found && !*code
                          ? "; does its URL end as the provider says, often in /v1?"
                          : "");
}

static void decide_model(struct wr_effect *effect)
{
    struct wr_answer *answer = &effect->answer;
    const char *why = "";
    if (effect->reading == WR_READING_STREAM)
        wr_sse_end(&effect->sse);
    else if (effect->reading == WR_READING_WHOLE &&
             !effect->provider->event(&effect->client->scratch, answer,
                                      (struct wr_str){effect->came.data, effect->came.len}))
        wr_attempt_decide(effect, WR_CLASS_stream_malformed, "answered with what is not JSON");
    if (answer->overflow)
        wr_attempt_decide(effect, WR_CLASS_schema_invalid, "answered with more than %zu bytes",
                          answer->max);
    enum wr_class class = effect->provider->end(answer, &why);
    if (class != WR_OK)
        wr_attempt_decide(effect, class, "%s%s%s%s", why, *answer->code ? " (" : "", answer->code,
                          *answer->code ? ")" : "");
}

static void decide(struct wr_effect *effect, CURLcode result)
{
    struct wr_answer *answer = &effect->answer;
    if (effect->class != WR_OK || !effect->easy)
        return;
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

static const char *header(struct wr_effect *effect, const char *name)
{
    struct curl_header *found;
    if (curl_easy_header(effect->easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return NULL;
    return found->value;
}

/* RFC 9110, 10.2.3: seconds, or a date. Model providers also send `retry-after-ms`. */
static int64_t retry_after(struct wr_effect *effect)
{
    const char *ms = header(effect, "retry-after-ms");
    const char *text = ms ? ms : header(effect, "retry-after");
    const int64_t most = INT64_C(1000) * RETRY_AFTER_MAX_S;
    int64_t value;
    char *end;
    if (!text)
        return -1;
    if (*text >= '0' && *text <= '9') {
        value = strtoll(text, &end, 10);
        if (*end == '.')
            value += 1; /* rounded up */
        value = value > most ? most : value * (ms ? 1 : 1000);
    } else {
        time_t at = curl_getdate(text, NULL);
        if (at == (time_t)-1)
            return -1;
        value = (int64_t)at * 1000 - wr_utc_ms();
    }
    return value < 0 ? 0 : value > most ? most : value;
}

static struct wr_str text_of(struct wr_arena *arena, const char *text)
{
    return text && *text ? wr_arena_str(arena, (struct wr_str){text, strlen(text)})
                         : (struct wr_str){NULL, 0};
}

static void fill_value(struct wr_effect *effect, struct wr_outcome *outcome)
{
    const struct wr_bytes *from = effect->model ? &effect->answer.content : &effect->came;
    outcome->value =
        wr_arena_str(effect->call.arena, (struct wr_str){from->len ? from->data : "", from->len});
    if (outcome->value.len == from->len)
        return;
    wr_attempt_decide(effect, WR_CLASS_schema_invalid, "answered with more than the job may hold");
    outcome->class = effect->class;
}

static void fill_detail(struct wr_effect *effect, struct wr_outcome *outcome)
{
    const char *text =
        wr_arena_printf(effect->call.arena, "%s %s %s", effect->model ? "model" : "service",
                        effect->place->name, effect->why);
    if (text)
        outcome->detail = (struct wr_str){text, strlen(text)};
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
    outcome->model_version = text_of(arena, effect->answer.version);
    if (effect->first_us >= 0)
        outcome->first_token_us = effect->first_us - effect->started_us;
    if (effect->easy && effect->status > 0) {
        const char *id = header(effect, "x-request-id");
        outcome->request_id = text_of(arena, id ? id : effect->answer.id);
        outcome->retry_after_ms = retry_after(effect);
    }
    if (outcome->class == WR_OK)
        fill_value(effect, outcome);
    if (outcome->class != WR_OK)
        fill_detail(effect, outcome);
}
