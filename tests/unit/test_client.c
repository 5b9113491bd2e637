/* The client against a server that says, cuts and delays exactly what it is told to. */
#include "runtime/base/arena.h"
#include "runtime/base/clock.h"
#include "runtime/base/str.h"
#include "runtime/model/client.h"

#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define OBJECT "{\"type\":\"object\"}"

/* ---- a server that follows a script: '@N' waits N ms; at its end it closes --------------------- */

struct script {
    int listener, port;
    const char *_Atomic text; /* NULL: stop */
    pthread_mutex_t lock;     /* of `request` */
    char request[1 << 16];    /* the newest that is whole */
    atomic_int requests;
};

/* A connection: read and answered on a thread of its own. */
struct playing {
    struct script *script;
    int fd;
    size_t len;
    char request[1 << 16];
};

static void *serve(void *arg);

static void script_open(struct script *script, pthread_t *thread)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    memset(script, 0, sizeof *script);
    pthread_mutex_init(&script->lock, NULL);
    script->listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(script->listener, (struct sockaddr *)&at, len);
    listen(script->listener, 16);
    getsockname(script->listener, (struct sockaddr *)&at, &len);
    script->port = ntohs(at.sin_port);
    pthread_create(thread, NULL, serve, script);
}

static bool read_request(struct playing *it)
{
    size_t need = 0;
    for (;;) {
        ssize_t got = recv(it->fd, it->request + it->len, sizeof it->request - 1 - it->len, 0);
        if (got <= 0)
            return false;
        it->len += (size_t)got;
        it->request[it->len] = '\0';
        const char *end = strstr(it->request, "\r\n\r\n");
        const char *length = strcasestr(it->request, "content-length: ");
        if (end)
            need = (size_t)(end + 4 - it->request) + (length ? (size_t)atoi(length + 16) : 0);
        if (end && it->len >= need)
            return true;
    }
}

static void play(int fd, const char *text)
{
    while (*text) {
        const char *stop = strchr(text, '@');
        size_t len = stop ? (size_t)(stop - text) : strlen(text);
        if (send(fd, text, len, MSG_NOSIGNAL) < 0)
            return;
        text += len;
        if (*text == '@') {
            char *end;
            long ms = strtol(text + 1, &end, 10);
            usleep((useconds_t)ms * 1000);
            text = end;
        }
    }
}

static void *answer(void *arg)
{
    struct playing *playing = arg;
    const char *text = playing->script->text;
    if (read_request(playing)) {
        struct script *script = playing->script;
        pthread_mutex_lock(&script->lock);
        memcpy(script->request, playing->request, playing->len + 1);
        pthread_mutex_unlock(&script->lock);
        script->requests++;
        play(playing->fd, text);
    }
    close(playing->fd);
    free(playing);
    return NULL;
}

/* A thread a connection: one that is asleep keeps no other waiting. */
static void *serve(void *arg)
{
    struct script *script = arg;
    for (;;) {
        pthread_t thread;
        struct playing *playing = calloc(1, sizeof *playing);
        playing->script = script;
        playing->fd = accept(script->listener, NULL, NULL);
        if (playing->fd < 0 || pthread_create(&thread, NULL, answer, playing) != 0) {
            free(playing);
            return NULL;
        }
        pthread_detach(thread);
    }
}

/* ---- one program: a service, a model ---------------------------------------------------------- */

static struct wr_service service = {.name = "glossary",
                                    .endpoint = {.url_env = "GLOSSARY_URL"},
                                    .idempotency_header = "Idempotency-Key"};
static struct wr_model model = {
    .name = "primary",
    .provider = "openai.chat",
    .model = "large-1",
    .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
    .max_output_tokens = 1200};
static const struct wr_program program = {.name = "briefs",
                                          .toolchain = "wright 0.1.0",
                                          .services = &service,
                                          .service_count = 1,
                                          .models = &model,
                                          .model_count = 1};
static const struct wr_schema points = {
    .name = "KeyPoints", .wires = {[WR_PROFILE_told] = OBJECT, [WR_PROFILE_openai] = OBJECT}};

static char url[64] = "http://127.0.0.1:1";
static const char *key = "sk-test-1", *certificates;

static const char *variable(void *arg, const char *name)
{
    (void)arg;
    if (strcmp(name, "MODEL_KEY") == 0)
        return key;
    if (strcmp(name, "SSL_CERT_FILE") == 0)
        return certificates;
    return strstr(name, "_URL") ? url : NULL;
}

static const struct wr_lookup lookup = {variable, NULL};

/* ---- one attempt ------------------------------------------------------------------------------ */

struct trial {
    struct event_base *loop;
    struct wr_effects effects;
    struct wr_arena arena;
    struct wr_outcome outcome;
    struct script script;
    int ends;
    bool started;
    int64_t took_ms;
};

static void ended(void *arg, const struct wr_outcome *outcome)
{
    struct trial *trial = arg;
    trial->outcome = *outcome;
    trial->ends++;
    if (!trial->started)
        printf("# ended before start returned\n");
    event_base_loopbreak(trial->loop);
}

static struct wr_effect_call call_for(struct trial *trial, const struct wr_action *action)
{
    return (struct wr_effect_call){.action = action,
                                   .arena = &trial->arena,
                                   .timeout_us = 600000,
                                   .first_token_us = action->kind == WR_ACT_ASK ? 300000 : 0,
                                   .idle_us = action->kind == WR_ACT_ASK ? 150000 : 0,
                                   .max_bytes = 2000,
                                   .idempotency_key = WR_STR("key-7"),
                                   .traceparent = WR_STR("00-11-22-01\r\nX-Sent: no"),
                                   .ended = ended,
                                   .arg = trial};
}

/* What is played, until the end: a slow connection may still be at it when its caller is gone. */
static struct wr_arena texts;

static void run(struct trial *trial, const struct wr_action *action, const char *text)
{
    struct wr_effect_call call = call_for(trial, action);
    int64_t from = wr_mono_us();
    trial->script.text = wr_arena_copy(&texts, text, strlen(text));
    trial->ends = 0;
    trial->started = false;
    trial->effects.start(trial->effects.self, &call);
    trial->started = true;
    event_base_dispatch(trial->loop);
    trial->took_ms = (wr_mono_us() - from) / 1000;
}

/* The newest request that the server has read whole. */
static const char *requested(struct trial *trial)
{
    pthread_mutex_lock(&trial->script.lock);
    char *copy = wr_arena_copy(&trial->arena, trial->script.request, strlen(trial->script.request));
    pthread_mutex_unlock(&trial->script.lock);
    return copy;
}

static const char *const class_names[] = {
    "ok",
#define CLASS(name, group, http, retryable) #name,
#include <wright/classes.def>
#undef CLASS
};

static void expect(struct trial *trial, const struct wr_action *action, const char *text,
                   enum wr_class class, const char *name)
{
    run(trial, action, text);
    tap_ok(trial->ends == 1 && trial->outcome.class == class, "%s: %s", name, class_names[class]);
    if (trial->ends != 1 || trial->outcome.class != class)
        printf("#   ends %d, class %s, detail %.*s\n", trial->ends,
               class_names[trial->outcome.class], (int)trial->outcome.detail.len,
               trial->outcome.detail.ptr);
    if (strstr(trial->outcome.detail.ptr ? trial->outcome.detail.ptr : "", "sk-test"))
        tap_ok(false, "%s: a secret in the detail", name);
}

#define JSON_200 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define SSE_200 "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define ROLE                                                                                       \
    "data: {\"model\":\"m-9\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"
#define SAY(text)                                                                                  \
    "data: {\"model\":\"m-9\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text            \
    "\"}}]}"                                                                                       \
    "\n\n"
#define END(why)                                                                                   \
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" why "\"}]}\n\n"
#define USAGE                                                                                      \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,"                \
    "\"prompt_tokens_details\":{\"cached_tokens\":2}}}\n\n"
#define DONE "data: [DONE]\n\n"
#define REFUSE(status, body)                                                                       \
    "HTTP/1.1 " status " No\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body

static struct wr_action get = {
    .kind = WR_ACT_HTTP, .as = &points, .method = WR_GET, .path = {"/terms?lang=en", 14}};
static const struct wr_message message = {.role = "user", .text = {"Say \"hi\"\n", 9}};
static const struct wr_action ask = {
    .kind = WR_ACT_ASK, .as = &points, .messages = &message, .message_count = 1};

static void test_service(struct trial *trial)
{
    expect(trial, &get, JSON_200 "Content-Length: 12\r\n\r\n{\"terms\":{}}", WR_OK, "a document");
    tap_ok(wr_str_is(trial->outcome.value, "{\"terms\":{}}") && trial->outcome.http_status == 200,
           "its value and status");
    tap_ok(strncmp(requested(trial), "GET /base/terms?lang=en HTTP/1.1\r\n", 34) == 0,
           "the path is appended to the base");
    tap_ok(strstr(requested(trial), "\r\nUser-Agent: wright/0.1.0\r\n") &&
               strstr(requested(trial), "\r\ntraceparent: 00-11-22-01  X-Sent: no\r\n") &&
               strstr(requested(trial), "\r\nIdempotency-Key: key-7\r\n") &&
               !strstr(requested(trial), "Authorization"),
           "its headers");
    expect(trial, &get, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>",
           WR_CLASS_schema_invalid, "a page");
    char moved[160];
    snprintf(moved, sizeof moved,
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n",
             trial->script.port);
    trial->script.requests = 0;
    expect(trial, &get, moved, WR_CLASS_bad_request, "a redirect");
    tap_number(trial->script.requests, 1, "is not followed");
    expect(trial, &get, REFUSE("404", "{}"), WR_CLASS_not_found, "404");
    expect(trial, &get, REFUSE("409", "{}"), WR_CLASS_conflict, "409");
    expect(trial, &get, REFUSE("418", "{}"), WR_CLASS_bad_request, "418");
    expect(trial, &get, REFUSE("500", "{}"), WR_CLASS_server_error, "500");
    expect(trial, &get, REFUSE("504", "{}"), WR_CLASS_server_error, "504");
    expect(trial, &get, REFUSE("529", "{}"), WR_CLASS_overloaded, "529");
    expect(trial, &get, "HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
           WR_CLASS_overloaded, "503");
    tap_number(trial->outcome.retry_after_ms, 7000, "Retry-After in seconds");
    expect(trial, &get, "HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n\r\n",
           WR_CLASS_overloaded, "503 until a date");
    tap_number(trial->outcome.retry_after_ms, 86400000, "Retry-After as a date, a day at most");
    expect(trial, &get,
           JSON_200 "Content-Length: 100\r\n\r\n{\"terms\":", WR_CLASS_stream_truncated,
           "a body cut short");
    expect(trial, &get, "", WR_CLASS_stream_truncated, "closed without an answer");
    expect(trial, &get, "@900", WR_CLASS_timeout_total, "silence");
    tap_ok(trial->took_ms < 750, "in time");
    static char big[4000]; /* read by the server after the attempt has ended */
    memset(big, 'x', sizeof big - 1);
    memcpy(big, JSON_200 "\r\n", sizeof JSON_200 "\r\n" - 1);
    expect(trial, &get, big, WR_CLASS_schema_invalid, "more than may be read");
    get.path = WR_STR("/a/../b");
    expect(trial, &get, "", WR_CLASS_bad_request, "a path that climbs");
    get.path = WR_STR("//host/a b");
    expect(trial, &get, "", WR_CLASS_bad_request, "a path with a space");
    get.path = WR_STR("/terms?lang=..");
    expect(trial, &get, JSON_200 "Content-Length: 2\r\n\r\n{}", WR_OK, "dots in a query");
    get.method = WR_POST;
    get.body = WR_STR("{\"a\":1}");
    expect(trial, &get, JSON_200 "Content-Length: 2\r\n\r\n{}", WR_OK, "a write");
    tap_ok(strncmp(requested(trial), "POST /base/terms", 16) == 0 &&
               strstr(requested(trial), "\r\n\r\n{\"a\":1}"),
           "its method and body");
    get.method = WR_DELETE;
    get.body = (struct wr_str){NULL, 0};
    expect(trial, &get, "HTTP/1.1 204 Gone\r\n\r\n", WR_OK, "a delete");
    tap_ok(strncmp(requested(trial), "DELETE /base", 12) == 0, "its method");
    get.method = WR_GET;
}

/* Nobody reads what is in the answer: its status says all. */
static void test_unread(struct trial *trial)
{
    struct wr_action put = {.kind = WR_ACT_HTTP, .method = WR_PUT, .path = {"/mark", 5}};
    expect(trial, &put, "HTTP/1.1 204 No Content\r\n\r\n", WR_OK, "unread: no content");
    tap_ok(strncmp(requested(trial), "PUT /base/mark", 14) == 0 &&
               strstr(requested(trial), "\r\nContent-Length: 0\r\n"),
           "an empty body says so");
    expect(trial, &put,
           "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>", WR_OK,
           "unread: a page");
    expect(trial, &put, "HTTP/1.1 201 Made\r\nContent-Length: 100\r\n\r\n{\"i", WR_OK,
           "unread: cut short");
    expect(trial, &put, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{@900", WR_OK,
           "unread: without an end");
    static char big[100000];
    memset(big, 'x', sizeof big - 1);
    memcpy(big, JSON_200 "\r\n", sizeof JSON_200 "\r\n" - 1);
    expect(trial, &put, big, WR_OK, "unread: more than is read");
    expect(trial, &put, REFUSE("500", "{}"), WR_CLASS_server_error, "unread: 500");
    expect(trial, &put, "", WR_CLASS_stream_truncated, "unread: no answer");
    put.method = WR_HEAD;
    expect(trial, &put, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", WR_OK, "a head");
    tap_ok(strncmp(requested(trial), "HEAD /base/mark", 15) == 0, "its method");
    expect(trial, &put, "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n", WR_CLASS_not_found,
           "a head of nothing");
}

static void test_model(struct trial *trial)
{
    expect(trial, &ask, SSE_200 ROLE SAY("{\\\"a\\\":") SAY("1}") END("stop") USAGE DONE, WR_OK,
           "a stream");
    const struct wr_outcome *it = &trial->outcome;
    tap_ok(wr_str_is(it->value, "{\"a\":1}") && wr_str_is(it->model_version, "m-9") &&
               it->usage.known && it->usage.input_tokens == 7 && it->usage.cached_tokens == 2 &&
               it->usage.output_tokens == 3 && it->first_token_us > 0,
           "its value, version and usage");
    tap_ok(strstr(requested(trial), "\r\nAuthorization: Bearer sk-test-1\r\n") &&
               strstr(requested(trial),
                      "{\"model\":\"large-1\",\"messages\":[{\"role\":\"user\",\"content\":\"Say "
                      "\\\"hi\\\"\\n\"}],\"max_tokens\":1200,\"stream\":true,"
                      "\"stream_options\":{\"include_usage\":true},\"response_format\":{\"type\":"
                      "\"json_schema\",\"json_schema\":{\"name\":\"KeyPoints\",\"strict\":true,"
                      "\"schema\":{\"type\":\"object\"}}}}"),
           "the request");
    expect(trial, &ask, SSE_200 SAY("x") END("stop"), WR_OK, "no [DONE], but a finish");
    expect(trial, &ask,
           "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n" SAY(
               "x") END("stop"),
           WR_OK, "a finish, and the connection breaks");
    expect(trial, &ask, SSE_200 SAY("x") DONE "@400", WR_OK, "[DONE], and the connection stays");
    tap_ok(trial->took_ms < 140, "which is not waited for");
    expect(trial, &ask, SSE_200 SAY("x") END("stop") "@400", WR_OK, "a finish, then silence");
    expect(trial, &ask, SSE_200 SAY("x"), WR_CLASS_stream_truncated, "cut");
    expect(trial, &ask, SSE_200 "", WR_CLASS_stream_truncated, "nothing");
    expect(trial, &ask, SSE_200 "data: {oops\n\n", WR_CLASS_stream_malformed, "not JSON");
    expect(trial, &ask, SSE_200 "data: [1]\n\n", WR_CLASS_stream_malformed, "not an object");
    expect(trial, &ask, SSE_200 SAY("x") END("length") DONE, WR_CLASS_output_truncated, "too long");
    expect(trial, &ask, SSE_200 SAY("x") END("content_filter") DONE, WR_CLASS_content_filter,
           "filtered");
    expect(trial, &ask,
           SSE_200
           "data: {\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\"No.\"}}]}\n\n" END("stop")
               DONE,
           WR_CLASS_refusal, "refused");
    expect(
        trial, &ask,
        SSE_200 SAY(
            "x") "data: {\"error\":{\"message\":\"sk-test-1\",\"type\":\"overloaded_error\"}}\n\n",
        WR_CLASS_overloaded, "an error within the stream");
    expect(trial, &ask, "@450" SSE_200, WR_CLASS_timeout_ttft, "no byte");
    tap_ok(trial->took_ms >= 300 && trial->took_ms < 400, "at the first-token line");
    expect(trial, &ask, SSE_200 ROLE "@450", WR_CLASS_timeout_ttft, "a role is no token");
    expect(trial, &ask, SSE_200 SAY("x") "@300", WR_CLASS_timeout_idle, "idle");
    expect(trial, &ask, SSE_200 SAY("x") "@100: ping\n\n@100: ping\n\n@100", WR_CLASS_timeout_idle,
           "comments are no answer");
    expect(trial, &ask,
           SSE_200 SAY("x") "@100" SAY("x") "@100" SAY("x") "@100" SAY("x") "@100" SAY(
               "x") "@100" SAY("x") "@100" SAY("x") "@100",
           WR_CLASS_timeout_total, "slow to the end");
    expect(trial, &ask,
           JSON_200
           "\r\n{\"model\":\"m-9\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"{}\"},"
           "\"finish_reason\":\"stop\"}]}",
           WR_OK, "an answer that was not streamed");
    expect(trial, &ask, JSON_200 "\r\n{\"choices\":", WR_CLASS_stream_malformed, "half of one");
    expect(trial, &ask, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>",
           WR_CLASS_stream_malformed, "a page");
}

static void test_refusals(struct trial *trial)
{
#define CODE(word) "{\"error\":{\"message\":\"about sk-test-1\",\"code\":\"" word "\"}}"
    expect(trial, &ask, REFUSE("400", "{}"), WR_CLASS_bad_request, "400");
    expect(trial, &ask, REFUSE("400", CODE("context_length_exceeded")), WR_CLASS_context_length,
           "400, too long");
    expect(trial, &ask, REFUSE("400", CODE("content_filter")), WR_CLASS_content_filter,
           "400, filtered");
    expect(trial, &ask,
           REFUSE("400", "{\"message\":\"This model's maximum context length is 4096 tokens\"}"),
           WR_CLASS_context_length, "400, too long in words");
    expect(trial, &ask, REFUSE("401", CODE("invalid_api_key")), WR_CLASS_auth, "401");
    tap_ok(wr_str_is(trial->outcome.detail, "model primary answered 401 (invalid_api_key)"),
           "its detail");
    expect(trial, &ask, REFUSE("403", "no"), WR_CLASS_auth, "403");
    expect(trial, &ask, REFUSE("402", ""), WR_CLASS_billing, "402");
    expect(trial, &ask, REFUSE("404", CODE("model_not_found")), WR_CLASS_not_found, "404");
    expect(trial, &ask, REFUSE("429", CODE("rate_limit_exceeded")), WR_CLASS_rate_limited, "429");
    expect(trial, &ask, REFUSE("429", CODE("insufficient_quota")), WR_CLASS_quota_exhausted,
           "429, no quota");
    expect(trial, &ask, REFUSE("500", CODE("invalid_request_error")), WR_CLASS_server_error, "500");
    expect(trial, &ask, REFUSE("503", ""), WR_CLASS_overloaded, "503");
    expect(trial, &ask, REFUSE("408", ""), WR_CLASS_server_error, "408");
    expect(trial, &ask, REFUSE("409", ""), WR_CLASS_server_error,
           "409: a lock, not a conflict of ours");
}

static void never(void *arg, const struct wr_outcome *outcome)
{
    (void)outcome;
    ((struct trial *)arg)->ends++;
}

static void test_cancel(struct trial *trial)
{
    struct wr_effect_call call = call_for(trial, &ask);
    struct timeval soon = {0, 100000}, later = {0, 400000};
    trial->script.text = SSE_200 SAY("x") "@200" DONE;
    trial->ends = 0;
    call.ended = never;
    struct wr_effect *effect = trial->effects.start(trial->effects.self, &call);
    event_base_loopexit(trial->loop, &soon);
    event_base_dispatch(trial->loop);
    trial->effects.cancel(trial->effects.self, effect);
    event_base_loopexit(trial->loop, &later);
    event_base_dispatch(trial->loop);
    tap_number(trial->ends, 0, "a cancelled attempt does not end");
    trial->effects.start(trial->effects.self, &call); /* under way while the client closes */
}

static void test_connections(struct trial *trial)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    wr_client_close(&trial->effects);
    strcpy(url, "http://127.0.0.1:1");
    char error[256];
    wr_client_open(&trial->effects, &program, trial->loop, &lookup, error, sizeof error);
    expect(trial, &get, "", WR_CLASS_connect_failed, "nobody listens");
    wr_client_close(&trial->effects);
    strcpy(url, "http://no-such-host.invalid");
    wr_client_open(&trial->effects, &program, trial->loop, &lookup, error, sizeof error);
    run(trial, &get, "");
    tap_ok(trial->outcome.class == WR_CLASS_connect_failed ||
               trial->outcome.class == WR_CLASS_timeout_connect,
           "a name that is not there: connect_failed, or timeout_connect where no server answers");
    wr_client_close(&trial->effects);
    /* A full backlog: the kernel answers nothing to a further SYN. */
    int full = socket(AF_INET, SOCK_STREAM, 0), fill[8];
    bind(full, (struct sockaddr *)&at, len);
    listen(full, 0);
    getsockname(full, (struct sockaddr *)&at, &len);
    for (int i = 0; i < 8; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fill[i], (struct sockaddr *)&at, len);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    wr_client_open(&trial->effects, &program, trial->loop, &lookup, error, sizeof error);
    expect(trial, &get, "", WR_CLASS_timeout_connect, "a full backlog");
    for (int i = 0; i < 8; i++)
        close(fill[i]);
    close(full);
}

static char reported[1024];

static void report(void *arg, const char *sentence)
{
    (void)arg;
    size_t used = strlen(reported);
    snprintf(reported + used, sizeof reported - used, "%s\n", sentence);
}

static void test_check(void)
{
    static const struct {
        const char *url, *says;
    } rows[] = {
        {"",
         "GLOSSARY_URL is not set: it is the URL of glossary\n"
         "MODEL_URL is not set: it is the URL of primary\n"},
        {"ftp://h/", "must begin with http:// or https://"},
        {"http://", ""},
        {"http://u:sk-test@h/", "holds a user name or a password"},
        {"http://h/?a=1", "has a query or a fragment"},
        {"http://h/a b", "holds a space"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(url, sizeof url, "%s", rows[i].url);
        reported[0] = '\0';
        size_t found = wr_client_check(&program, &lookup, report, NULL);
        tap_ok(found == 2 && strstr(reported, rows[i].says) && !strstr(reported, "sk-test"),
               "check: \"%s\"", rows[i].url);
    }
    strcpy(url, "https://h.example/v1/");
    tap_number((long long)wr_client_check(&program, &lookup, report, NULL), 0,
               "check: all is well");
    certificates = "/no/such/file";
    tap_number((long long)wr_client_check(&program, &lookup, report, NULL), 1,
               "check: certificates that cannot be read");
    certificates = NULL;
    key = NULL;
    reported[0] = '\0';
    wr_client_check(&program, &lookup, report, NULL);
    tap_text(reported, "MODEL_KEY is not set: it holds the key of primary\n", "check: no key");
    key = "sk\r\nX: y";
    tap_number((long long)wr_client_check(&program, &lookup, report, NULL), 1,
               "check: a key with a line break");
    key = "sk-test-1";
}

int main(void)
{
    struct trial *trial = calloc(1, sizeof *trial);
    pthread_t thread;
    char error[256];
    test_check();
    script_open(&trial->script, &thread);
    trial->loop = event_base_new();
    snprintf(url, sizeof url, "http://127.0.0.1:%d/base/", trial->script.port);
    bool open =
        wr_client_open(&trial->effects, &program, trial->loop, &lookup, error, sizeof error);
    tap_ok(open, "the client opens");
    if (!open) {
        printf("# %s\n", error);
        return tap_done();
    }
    test_service(trial);
    test_unread(trial);
    test_model(trial);
    test_refusals(trial);
    test_cancel(trial);
    test_connections(trial);
    wr_client_close(&trial->effects);
    wr_arena_free(&trial->arena);
    event_base_free(trial->loop);
    shutdown(trial->script.listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(trial->script.listener);
    usleep(1000000); /* the last answers have been played to their end */
    wr_arena_free(&texts);
    free(trial);
    return tap_done();
}
