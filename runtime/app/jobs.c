/* GET /jobs/{id}: the envelope as it stands, with an entity tag; ?wait=N waits for the end. POST
 * /jobs/{id}/cancel: the same envelope, once the job has ended. */
#include "runtime/app/app.h"
#include "runtime/base/hex.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MAX_S 60

/* Does If-None-Match (RFC 9110, 13.1.2: a list, weak comparison) name `tag`? */
static bool next_match(void *arg, struct wr_str name, struct wr_str value)
{
    const char **tag = arg;
    if (name.len != 13 || strncasecmp(name.ptr, "if-none-match", 13) != 0)
        return true;
    bool any = value.len == 1 && value.ptr[0] == '*';
    if (any || memmem(value.ptr, value.len, *tag, strlen(*tag)))
        *tag = NULL;
    return *tag != NULL;
}

bool wr_call_matches(struct wr_call *call, const char *tag)
{
    const char *wanted = tag;
    wr_fields_each(&call->exchange->request, next_match, &wanted);
    return !wanted;
}

void wr_entity_tag(struct wr_str body, char tag[WR_ENTITY_TAG])
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    char hex[33];
    if (!EVP_Digest(body.ptr, body.len, hash, &length, EVP_sha256(), NULL))
        memset(hash, 0, sizeof hash);
    wr_hex(hex, hash, 16);
    snprintf(tag, WR_ENTITY_TAG, "\"%s\"", hex);
}

static void answered(void *arg, const struct wr_answer *answer)
{
    struct wr_call *call = arg;
    struct wr_header headers[3];
    char tag[WR_ENTITY_TAG], seconds[16];
    size_t count = 0;
    call->waiter = NULL;
    if (answer->kind != WR_ANSWER_JOB) {
        wr_call_refusal(call, answer);
        return;
    }
    wr_id_text(&answer->job, call->job);
    wr_entity_tag(answer->body, tag);
    headers[count++] = (struct wr_header){WR_STR("ETag"), {tag, strlen(tag)}};
    headers[count++] = (struct wr_header){WR_STR("Cache-Control"), WR_STR("private, no-cache")};
    if (answer->retry_after_s) {
        snprintf(seconds, sizeof seconds, "%u", answer->retry_after_s);
        headers[count++] = (struct wr_header){WR_STR("Retry-After"), {seconds, strlen(seconds)}};
    }
    bool same = wr_call_matches(call, tag);
    const struct wr_reply reply = {.status = same ? 304 : answer->status,
                                   .content_type =
                                       same ? (struct wr_str){NULL, 0} : WR_STR("application/json"),
                                   .headers = headers,
                                   .header_count = count,
                                   .body = same ? (struct wr_str){NULL, 0} : answer->body};
    wr_call_reply(call, &reply);
}

/* ?wait=N in seconds; 0 where there is none. False: malformed. */
static bool take_wait(const struct wr_request *request, int64_t *wait_ms)
{
    struct wr_str text;
    *wait_ms = 0;
    if (wr_query(request, "wait", &text) == 0)
        return true;
    int64_t seconds = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 5)
            return false;
        seconds = seconds * 10 + (text.ptr[i] - '0');
    }
    *wait_ms = (seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * 1000;
    return text.len > 0;
}

bool wr_call_job(struct wr_call *call, struct wr_id *id)
{
    if (wr_id_parse(call->id.ptr, call->id.len, id)) {
        wr_id_text(id, call->job); /* for the log */
        return true;
    }
    wr_call_refuse(call, 404, "job_not_found", "There is no such job.");
    return false;
}

void wr_job_handle(struct wr_call *call)
{
    struct wr_id id;
    int64_t wait_ms;
    if (!wr_call_job(call, &id))
        return;
    if (!take_wait(&call->exchange->request, &wait_ms)) {
        wr_call_refuse(call, 400, "bad_query", "`wait` is a number of seconds.");
        return;
    }
    const struct wr_question view = {.what = WR_QUESTION_VIEW, .look.job = id, .wait_ms = wait_ms};
    wr_call_ask(call, &view, answered);
}

void wr_cancel_handle(struct wr_call *call)
{
    struct wr_id id;
    if (!wr_call_job(call, &id))
        return;
    const struct wr_question cancel = {.what = WR_QUESTION_CANCEL, .look.job = id};
    wr_call_ask(call, &cancel, answered);
}

/* For operators alone: a caller sends its request again. */
void wr_retry_handle(struct wr_call *call)
{
    struct wr_id id;
    struct wr_str force;
    if (!wr_str_equal(call->caller.name, WR_EVERY_CALLER)) {
        wr_call_refuse(call, 404, "not_found", "There is nothing at this path.");
        return;
    }
    if (!wr_call_job(call, &id))
        return;
    const struct wr_question retry = {.what = WR_QUESTION_RETRY,
                                      .look.job = id,
                                      .force =
                                          wr_query(&call->exchange->request, "force", &force) != 0};
    wr_call_ask(call, &retry, answered);
}
