/* One attempt under way, as the files of this folder share it: client.c moves its bytes and events,
 * attempt.c prepares it and judges how it ended. Nobody outside includes this. */
#ifndef WR_MODEL_ATTEMPT_H
#define WR_MODEL_ATTEMPT_H

#include "runtime/model/endpoint.h"
#include "runtime/model/provider.h"
#include "runtime/model/sse.h"

#include <curl/curl.h>

struct event;

struct wr_client {
    const struct wr_program *program;
    struct event_base *loop;
    CURLM *multi;
    CURLSH *share;          /* with other loops; NULL: nothing */
    struct event *timer;    /* libcurl's */
    struct wr_pool *pool;   /* of functions; NULL: there are none */
    struct wr_inbox *inbox; /* where they are heard of */
    struct wr_place *services, *models;
    char agent[64];         /* User-Agent */
    char *certificates;     /* SSL_CERT_FILE; NULL: not set */
    struct wr_trust *trust; /* NULL: no call has needed it yet, or there is none */
    struct wr_effect *under_way;
    struct wr_arena scratch; /* of the event being read */
};

enum wr_reading {
    WR_READING_NOTHING, /* no body yet */
    WR_READING_STREAM,  /* server-sent events */
    WR_READING_WHOLE    /* kept until its end */
};

struct wr_effect {
    struct wr_client *client;
    struct wr_effect *next, **link;
    struct wr_effect_call call;
    const struct wr_place *place;
    const struct wr_service *service; /* one of service and model */
    const struct wr_model *model;
    const struct wr_provider *provider; /* of the model */
    CURL *easy;                         /* NULL: it cannot start */
    struct curl_slist *headers;
    struct event *timer; /* the nearest of its deadlines */
    struct wr_bytes body, came;
    size_t header_bytes, unread_bytes, stream_bytes;
    enum wr_reading reading;
    struct wr_sse sse;
    struct wr_answer answer;
    struct wr_work *work; /* of a function's call; NULL: it has not begun, or is none */
    unsigned forms;       /* of the answer: enum wr_rewrite */
    bool guarded;         /* a connection was refused, as its address is not public */
    int status;
    int64_t started_us, first_us, last_us, done_us; /* monotonic; first and done -1: not yet */
    enum wr_class class;                            /* decided before its end; WR_OK: not */
    char why[160];                                  /* the sentence for it */
};

/* Decides how the attempt ended, for good: what is decided first stays. */
void wr_attempt_decide(struct wr_effect *effect, enum wr_class class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Makes the easy handle. False: it cannot start, and is decided. */
bool wr_attempt_prepare(struct wr_effect *effect);
/* Its answer is good, and what is in it is nobody's concern: the status has said everything. */
bool wr_attempt_unread(const struct wr_effect *effect);
/* When its next deadline is (monotonic, microseconds). */
int64_t wr_attempt_deadline(const struct wr_effect *effect);
/* A deadline has come: it is decided, or whole. */
void wr_attempt_expire(struct wr_effect *effect, int64_t now_us);
/* libcurl is done with it, or it expired: fills the outcome, in the call's arena. */
void wr_attempt_outcome(struct wr_effect *effect, CURLcode result, struct wr_outcome *outcome);
/* It is over: its outcome is told, and it is gone. */
void wr_client_finish(struct wr_effect *effect);
/* work.c: calls of functions */
void wr_work_start(struct wr_effect *effect);
void wr_work_expire(struct wr_effect *effect);
void wr_work_outcome(struct wr_effect *effect, struct wr_outcome *outcome);
void wr_work_drop(struct wr_effect *effect); /* nobody waits for it any more */
/* Its deadlines have moved forward. */
void wr_client_rearm(struct wr_effect *effect);
/* CURLOPT_SSL_CTX_FUNCTION: gives a connection the certificates to trust. */
CURLcode wr_client_trust(CURL *easy, void *ssl_ctx, void *client);

/* guard.c: no connection of this attempt is made but to a public address, whatever its name resolves to. */
void wr_guard(struct wr_effect *effect);
bool wr_address_is_public(const struct sockaddr *address);

#endif
