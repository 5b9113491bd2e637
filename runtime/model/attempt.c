/* One attempt: the request it sends, how long it may take, and what its end means as a class. */
#include "runtime/model/attempt.h"
#include "runtime/base/arena.h"
#include "runtime/base/clock.h"
#include "runtime/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

enum {
    MAX_BYTES = 1 << 20,    /* of an answer, where the call does not say */
    MAX_EVENT = 1 << 20,    /* of one event of a stream, above the answer's own limit */
    MAX_STREAM = 16 << 20,  /* of a whole stream, above … */
    MAX_OVERHEAD = 64,      /* … so many bytes of events a byte of the answer */
    MAX_REFUSAL = 64 << 10, /* of an answer that is not 2xx: more is not read */
    MAX_UNREAD = 64 << 10,  /* of an answer that nobody reads, to keep its connection */
    MAX_HEADERS = 64 << 10,
    DONE_GRACE_US = 50000 /* for the connection to end in order, so that it can be used again */
};

void wr_attempt_decide(struct wr_effect *effect, enum wr_class class, const char *format, ...)
{
    va_list args;
    if (effect->class != WR_OK)
        return;
    effect->class = class;
    va_start(args, format);
    vsnprintf(effect->why, sizeof effect->why, format, args);
    va_end(args);
}

/* ---- time ----------------------------------------------------------------------------------- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t wr_attempt_deadline(const struct wr_effect *effect)
{
    const struct wr_effect_call *call = &effect->call;
    int64_t at = effect->started_us + call->timeout_us;
    if (call->first_token_us > 0 && effect->first_us < 0)
        at = sooner(at, effect->started_us + call->first_token_us);
    if (call->idle_us > 0 && effect->first_us >= 0)
        at = sooner(at, effect->last_us + call->idle_us);
    if (effect->done_us >= 0)
        at = sooner(at, effect->done_us + DONE_GRACE_US);
    return at;
}

static bool connected(const struct wr_effect *effect)
{
    curl_off_t us = 0;
    return curl_easy_getinfo(effect->easy, CURLINFO_PRETRANSFER_TIME_T, &us) == CURLE_OK && us > 0;
}

void wr_attempt_expire(struct wr_effect *effect, int64_t now_us)
{
    const struct wr_effect_call *call = &effect->call;
    if (effect->model && (effect->answer.done || effect->answer.finished))
        return; /* whole; only the connection's end is missing */
    if (wr_attempt_unread(effect))
        return;
    if (!connected(effect))
        wr_attempt_decide(effect, WR_CLASS_timeout_connect, "did not accept a connection in %d ms",
                          (int)((now_us - effect->started_us) / 1000));
    else if (now_us >= effect->started_us + call->timeout_us)
        wr_attempt_decide(effect, WR_CLASS_timeout_total, "did not answer in %d ms",
                          (int)(call->timeout_us / 1000));
    else if (effect->first_us < 0)
        wr_attempt_decide(effect, WR_CLASS_timeout_ttft, "gave no first token in %d ms",
                          (int)(call->first_token_us / 1000));
    else
        wr_attempt_decide(effect, WR_CLASS_timeout_idle, "fell silent for %d ms",
                          (int)(call->idle_us / 1000));
}

static void saw_life(struct wr_effect *effect)
{
    effect->last_us = wr_mono_us();
    if (effect->first_us < 0) {
        effect->first_us = effect->last_us;
        wr_client_rearm(effect);
    }
}

/* ---- what comes back ------------------------------------------------------------------------ */

bool wr_attempt_unread(const struct wr_effect *effect)
{
    long status = 0;
    if (!effect->service || effect->call.action->as || !effect->easy)
        return false;
    curl_easy_getinfo(effect->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status <= 299;
}

static size_t max_bytes(const struct wr_effect *effect)
{
    return effect->call.max_bytes ? (size_t)effect->call.max_bytes : MAX_BYTES;
}

static bool is_json(const char *type)
{
    size_t len = strcspn(type, "; ");
    return (len == 16 && strncasecmp(type, "application/json", 16) == 0) ||
           (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}

static void on_event(void *arg, struct wr_str type, struct wr_str data)
{
    struct wr_effect *effect = arg;
    struct wr_answer *answer = &effect->answer;
    (void)type;
    if (effect->class != WR_OK || answer->done)
        return;
    uint32_t signs = answer->signs;
    if (!effect->provider->format->event(&effect->client->scratch, answer, data))
        wr_attempt_decide(effect, WR_CLASS_stream_malformed,
                          "sent an event that is not its format");
    if (answer->overflow)
        wr_attempt_decide(effect, WR_CLASS_schema_invalid, "answered with more than %zu bytes",
                          max_bytes(effect));
    /* Comments, pings and empty events are no answer: a peer that only says that it lives is idle. */
    if (answer->signs != signs || answer->finished)
        saw_life(effect);
    if (answer->done) {
        effect->done_us = wr_mono_us();
        wr_client_rearm(effect);
    }
}

/* The first byte of a body: what kind of body is it? */
static void choose_reading(struct wr_effect *effect)
{
    char *type = NULL;
    long status = 0;
    curl_easy_getinfo(effect->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(effect->easy, CURLINFO_CONTENT_TYPE, &type);
    effect->reading = WR_READING_WHOLE;
    if (status < 200 || status > 299 || (type && is_json(type)))
        return;
    if (effect->model && (!type || strncasecmp(type, "text/event-stream", 17) == 0)) {
        effect->reading = WR_READING_STREAM;
        wr_sse_init(&effect->sse, MAX_EVENT + max_bytes(effect), on_event, effect);
        effect->answer.max = max_bytes(effect);
    } else if (type) {
        wr_attempt_decide(effect,
                          effect->model ? WR_CLASS_stream_malformed : WR_CLASS_schema_invalid,
                          "answered with %.60s, not JSON", type);
    }
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct wr_effect *effect = arg;
    size_t len = size * count;
    if (wr_attempt_unread(effect)) {
        effect->unread_bytes += len;
        return effect->unread_bytes <= MAX_UNREAD ? len : 0;
    }
    if (effect->reading == WR_READING_NOTHING)
        choose_reading(effect);
    if (effect->reading == WR_READING_STREAM) {
        effect->stream_bytes += len;
        if (effect->stream_bytes > MAX_STREAM + MAX_OVERHEAD * max_bytes(effect))
            wr_attempt_decide(effect, WR_CLASS_stream_malformed, "sent %zu bytes and no end",
                              effect->stream_bytes);
        if (!wr_sse_feed(&effect->sse, data, len))
            wr_attempt_decide(effect, WR_CLASS_stream_malformed, "sent an event without an end");
        return effect->class == WR_OK && effect->answer.error == WR_OK ? len : 0;
    }
    long status = 0;
    curl_easy_getinfo(effect->easy, CURLINFO_RESPONSE_CODE, &status);
    if (effect->service)
        saw_life(effect);
    if (status >= 300) {
        size_t room = MAX_REFUSAL - effect->came.len;
        return wr_bytes_add(&effect->came, data, len < room ? len : room) && len <= room ? len : 0;
    }
    size_t limit = max_bytes(effect) + (effect->model ? MAX_EVENT : 0);
    if (effect->class == WR_OK &&
        (len > limit - effect->came.len || !wr_bytes_add(&effect->came, data, len)))
        wr_attempt_decide(effect, WR_CLASS_schema_invalid, "answered with more than %zu bytes",
                          limit);
    return effect->class == WR_OK ? len : 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    struct wr_effect *effect = arg;
    (void)data;
    effect->header_bytes += size * count;
    if (effect->header_bytes <= MAX_HEADERS)
        return size * count;
    wr_attempt_decide(effect, WR_CLASS_server_error, "answered with too many headers");
    return 0;
}

/* ---- the request ---------------------------------------------------------------------------- */

static void add_header(struct wr_effect *effect, const char *name, struct wr_str value)
{
    char *line = NULL;
    if (asprintf(&line, "%s: %.*s", name, (int)value.len, value.ptr) < 0)
        return;
    for (char *c = line; *c; c++)
        if (*c == '\r' || *c == '\n')
            *c = ' ';
    struct curl_slist *longer = curl_slist_append(effect->headers, line);
    if (longer)
        effect->headers = longer;
    free(line);
}

static void add_headers(struct wr_effect *effect, const char *accept, const char *key_name)
{
    const struct wr_effect_call *call = &effect->call;
    const char *agent = effect->client->agent;
    add_header(effect, "Accept", wr_str_of(accept));
    add_header(effect, "User-Agent", wr_str_of(agent));
    effect->headers = curl_slist_append(effect->headers, "Expect:"); /* no waiting for a 100 */
    const struct wr_hook *hook = call->hook;
    const char *type = hook ? hook->type : "application/json";
    if (effect->body.len > 0)
        add_header(effect, "Content-Type", wr_str_of(type));
    if (hook) {
        add_header(effect, "webhook-id", hook->id);
        add_header(effect, "webhook-timestamp", hook->timestamp);
        add_header(effect, "webhook-signature", hook->signature);
    }
    if (effect->place->auth)
        effect->headers = curl_slist_append(effect->headers, effect->place->auth);
    if (call->traceparent.len > 0)
        add_header(effect, "traceparent", call->traceparent);
    if (call->traceparent.len > 0 && call->tracestate.len > 0)
        add_header(effect, "tracestate", call->tracestate);
    if (call->idempotency_key.len > 0 && key_name)
        add_header(effect, key_name, call->idempotency_key);
    curl_easy_setopt(effect->easy, CURLOPT_HTTPHEADER, effect->headers);
}

static void set_basics(struct wr_effect *effect)
{
    CURL *easy = effect->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, effect);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SHARE, effect->client->share);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                     1L); /* no waiting for a thread that resolves names */
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    /* The attempt's own timer ends it; libcurl's default of 300 s must not. */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(effect->call.timeout_us / 1000) + 1000);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, effect);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, effect);
    if (effect->place->loopback)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (!effect->place->tls)
        return;
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L); /* rather HTTP/2 streams than connections */
    /* What libcurl was built with means nothing here: the store is ours, and shared. */
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, wr_client_trust);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, effect->client);
}

static void set_body(struct wr_effect *effect, const char *method)
{
    CURL *easy = effect->easy;
    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    bool writes = strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0;
    if (effect->body.len > 0 || writes) { /* an empty body has a length, too: 0 */
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)effect->body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, effect->body.data ? effect->body.data : "");
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool set_url(struct wr_effect *effect, struct wr_str path)
{
    char *url = NULL;
    if (asprintf(&url, "%s%.*s", effect->place->base, (int)path.len, path.ptr) < 0)
        return false;
    bool good = curl_easy_setopt(effect->easy, CURLOPT_URL, url) == CURLE_OK;
    free(url);
    return good;
}

/* A path may not climb: no segment "." or "..", nothing that is not a URL's, and it begins at '/'. */
static bool path_is_plain(struct wr_str path)
{
    size_t start = 1;
    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] <= ' ' || (unsigned char)path.ptr[i] >= 0x7f ||
            path.ptr[i] == '#' || path.ptr[i] == '\\')
            return false;
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/' && path.ptr[i] != '?')
            continue;
        if ((i - start == 1 && path.ptr[start] == '.') ||
            (i - start == 2 && memcmp(path.ptr + start, "..", 2) == 0))
            return false;
        if (i < path.len && path.ptr[i] == '?')
            break;
        start = i + 1;
    }
    return true;
}

static bool prepare_ask(struct wr_effect *effect)
{
    const struct wr_action *action = effect->call.action;
    effect->model = &effect->client->program->models[action->target];
    effect->place = &effect->client->models[action->target];
    effect->provider = wr_provider_find(effect->model->provider);
    effect->answer.max = max_bytes(effect);
    if (!effect->provider) {
        wr_attempt_decide(effect, WR_CLASS_bad_request, "has a provider unknown to this binary: %s",
                          effect->model->provider);
        return false;
    }
    const char *path = effect->provider->path;
    const struct wr_wire *format = effect->provider->format;
    struct wr_asked request = {
        .model = effect->model,
        .provider = effect->provider,
        .messages = action->messages,
        .message_count = action->message_count,
        .as = action->as,
        .host = effect->place->host,
        .tools = action->tools,
        .tool_count = action->tool_count,
        .tools_over = action->tools_over,
    };
    effect->forms = wr_fit(&request);
    effect->answer.may_call = action->tool_count > 0;
    if (!format->request(&effect->body, &request) || !set_url(effect, wr_str_of(path)))
        return false;
    set_basics(effect);
    set_body(effect, "POST");
    for (size_t i = 0; i < 2 && format->headers[i]; i++)
        effect->headers = curl_slist_append(effect->headers, format->headers[i]);
    add_headers(effect, "text/event-stream, application/json", "Idempotency-Key");
    return true;
}

static bool prepare_hook(struct wr_effect *effect)
{
    const struct wr_hook *hook = effect->call.hook;
    effect->service = &effect->client->program->services[effect->call.action->target];
    effect->place = &effect->client->services[effect->call.action->target];
    if (!wr_bytes_add(&effect->body, hook->body.ptr, hook->body.len) ||
        !set_url(effect, WR_STR("")))
        return false;
    set_basics(effect);
    set_body(effect, "POST");
    add_headers(effect, "*/*", NULL);
    curl_easy_setopt(effect->easy, CURLOPT_FRESH_CONNECT, 1L);
    if (!hook->allow_private)
        wr_guard(effect);
    return true;
}

static bool prepare_http(struct wr_effect *effect)
{
    static const char *const methods[] = {
        [WR_GET] = "GET", [WR_HEAD] = "HEAD",   [WR_POST] = "POST",
        [WR_PUT] = "PUT", [WR_PATCH] = "PATCH", [WR_DELETE] = "DELETE"};
    const struct wr_action *action = effect->call.action;
    effect->service = &effect->client->program->services[action->target];
    effect->place = &effect->client->services[action->target];
    if (!path_is_plain(action->path)) {
        wr_attempt_decide(effect, WR_CLASS_bad_request,
                          "was not called: the path leaves its place");
        return false;
    }
    if (!wr_bytes_add(&effect->body, action->body.ptr, action->body.len) ||
        !set_url(effect, action->path))
        return false;
    set_basics(effect);
    set_body(effect, methods[action->method]);
    add_headers(effect, "application/json", effect->service->idempotency_header);
    /* On a used connection that turns out dead libcurl sends again by itself: not a write that may
     * happen once only. */
    bool keyed = effect->service->idempotency_header && effect->call.idempotency_key.len > 0;
    if (!keyed && (action->method == WR_POST || action->method == WR_PATCH))
        curl_easy_setopt(effect->easy, CURLOPT_FRESH_CONNECT, 1L);
    return true;
}

bool wr_attempt_prepare(struct wr_effect *effect)
{
    effect->easy = curl_easy_init();
    bool good = effect->easy && (effect->call.hook                         ? prepare_hook(effect)
                                 : effect->call.action->kind == WR_ACT_ASK ? prepare_ask(effect)
                                                                           : prepare_http(effect));
    if (good)
        return true;
    wr_attempt_decide(effect, WR_CLASS_connect_failed, "could not be called: memory is out");
    curl_easy_cleanup(effect->easy);
    effect->easy = NULL;
    return false;
}
