/* The exporter: a queue with a bound, and a thread that empties it in batches (OTLP 1.x over HTTP, JSON).
 * What is refused for good is dropped; what a collector cannot take now is tried again for a while. */
#include "runtime/observe/otlp.h"

#include "runtime/base/arena.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/model/trust.h"
#include "runtime/observe/spans.h"

#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUEUE_SPANS 8192
#define QUEUE_BYTES (16u << 20)
#define BATCH_SPANS 512
#define LINGER_US 500000      /* a batch that is not full waits so long for more */
#define RETRY_FIRST_US 500000 /* doubling … */
#define RETRY_MOST_US 15000000
#define GIVE_UP_US 120000000 /* after which a batch is dropped */
#define CLOSE_US 2000000     /* what a stop waits for */
#define ANSWER_BYTES 65536

struct span {
    struct span *next;
    size_t len;
    char text[];
};

struct wr_otlp {
    const struct wr_program *program;
    struct wr_otlp_settings settings;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct span *first, **end;
    size_t count, bytes;
    bool closing;
    int64_t close_us;
    struct wr_otlp_counts counts;
    /* The thread's own. */
    CURL *easy;
    struct curl_slist *headers;
    char *head; /* what stands before a batch's spans */
    char answer[ANSWER_BYTES];
    size_t answer_len;
    bool down; /* the newest request failed, and the log says so */
};

/* ---- the queue --------------------------------------------------------------------------------- */

void wr_otlp_saw(struct wr_otlp *otlp, const struct wr_observation *seen)
{
    struct wr_arena arena = {0};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct wr_str text =
        wr_span_json(&arena, otlp->program, seen, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    struct span *span = text.len ? malloc(sizeof *span + text.len) : NULL;
    if (span) {
        span->next = NULL;
        span->len = text.len;
        memcpy(span->text, text.ptr, text.len);
        pthread_mutex_lock(&otlp->lock);
        bool room = otlp->count < QUEUE_SPANS && otlp->bytes + text.len <= QUEUE_BYTES;
        if (room) {
            *otlp->end = span;
            otlp->end = &span->next;
            otlp->bytes += text.len;
            if (++otlp->count == 1 || otlp->count == BATCH_SPANS)
                pthread_cond_signal(&otlp->changed);
        } else {
            otlp->counts.full++;
        }
        pthread_mutex_unlock(&otlp->lock);
        if (!room)
            free(span);
    }
    wr_arena_free(&arena);
}

void wr_otlp_count(struct wr_otlp *otlp, struct wr_otlp_counts *counts)
{
    pthread_mutex_lock(&otlp->lock);
    *counts = otlp->counts;
    counts->queued = otlp->count;
    pthread_mutex_unlock(&otlp->lock);
}

/* Under the lock: until something changes, `us` have gone, or the end has come. */
static void wait_for(struct wr_otlp *otlp, int64_t us)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + us % 1000000 * 1000;
    until.tv_sec += us / 1000000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(&otlp->changed, &otlp->lock, &until);
}

/* The oldest spans, once there is a batch of them or they have waited enough. NULL: it is over. */
static struct span *take_batch(struct wr_otlp *otlp, size_t *taken)
{
    pthread_mutex_lock(&otlp->lock);
    while (otlp->count == 0 && !otlp->closing)
        pthread_cond_wait(&otlp->changed, &otlp->lock);
    int64_t until_us = wr_mono_us() + LINGER_US;
    while (otlp->count < BATCH_SPANS && !otlp->closing && wr_mono_us() < until_us)
        wait_for(otlp, until_us - wr_mono_us());
    struct span *batch = otlp->first, **last = &otlp->first;
    for (*taken = 0; *last && *taken < BATCH_SPANS; ++*taken) {
        otlp->bytes -= (*last)->len;
        last = &(*last)->next;
    }
    otlp->first = *last;
    *last = NULL;
    otlp->count -= *taken;
    if (!otlp->first)
        otlp->end = &otlp->first;
    pthread_mutex_unlock(&otlp->lock);
    return *taken ? batch : NULL;
}

/* ---- one request ------------------------------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct wr_otlp *otlp = arg;
    size_t room = sizeof otlp->answer - otlp->answer_len;
    size_t len = size * count < room ? size * count : room;
    memcpy(otlp->answer + otlp->answer_len, data, len);
    otlp->answer_len += len;
    return size * count; /* the rest is of no use, and let by */
}

/* A collector that hangs must not hold up a stop. */
static bool is_over(struct wr_otlp *otlp)
{
    pthread_mutex_lock(&otlp->lock);
    bool over = otlp->closing && wr_mono_us() > otlp->close_us;
    pthread_mutex_unlock(&otlp->lock);
    return over;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return is_over(arg);
}

static CURLcode on_tls(CURL *easy, void *ssl_ctx, void *arg)
{
    (void)easy;
    return wr_trust_use(arg, ssl_ctx);
}

static bool open_easy(struct wr_otlp *otlp, struct wr_trust *trust)
{
    CURL *easy = otlp->easy = curl_easy_init();
    if (!easy)
        return false;
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    for (size_t i = 0; i < otlp->settings.header_count; i++)
        headers = curl_slist_append(headers, otlp->settings.headers[i]);
    otlp->headers = headers;
    curl_easy_setopt(easy, CURLOPT_URL, otlp->settings.url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, otlp->settings.timeout_ms);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, otlp);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, otlp);
    if (otlp->settings.loopback)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (trust) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, trust);
    }
    return true;
}

/* How many of the batch a collector that took it says it did not keep. */
static uint64_t rejected(const struct wr_otlp *otlp)
{
    json_t *root = json_loadb(otlp->answer, otlp->answer_len, 0, NULL);
    json_t *count = json_object_get(json_object_get(root, "partialSuccess"), "rejectedSpans");
    long long many = json_is_string(count) ? atoll(json_string_value(count))
                                           : (long long)json_integer_value(count);
    json_decref(root);
    return many > 0 ? (uint64_t)many : 0;
}

enum sent { SENT, REFUSED, LATER };

static enum sent send_once(struct wr_otlp *otlp, struct wr_str body)
{
    long status = 0;
    otlp->answer_len = 0;
    curl_easy_setopt(otlp->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(otlp->easy, CURLOPT_POSTFIELDS, body.ptr);
    CURLcode result = curl_easy_perform(otlp->easy);
    curl_easy_getinfo(otlp->easy, CURLINFO_RESPONSE_CODE, &status);
    bool good = result == CURLE_OK && status >= 200 && status < 300;
    if (!good && !otlp->down)
        wr_log(WR_LOG_WARN, "otlp_down", WR_F_INT("http_status", status),
               wr_f_text("reason", result == CURLE_OK ? NULL : curl_easy_strerror(result)));
    if (good && otlp->down)
        wr_log(WR_LOG_INFO, "otlp_up", WR_F_INT("http_status", status));
    otlp->down = !good;
    if (good)
        return SENT;
    bool later =
        result != CURLE_OK || status == 429 || status == 502 || status == 503 || status == 504;
    return later ? LATER : REFUSED;
}

/* ---- the thread -------------------------------------------------------------------------------- */

static struct wr_str compose(struct wr_arena *arena, const struct wr_otlp *otlp,
                             const struct span *batch)
{
    struct wr_text body = {.arena = arena};
    wr_text_add(&body, wr_str_of(otlp->head));
    for (const struct span *span = batch; span; span = span->next) {
        wr_text_add(&body, (struct wr_str){span->text, span->len});
        if (span->next)
            WR_ADD(&body, ",");
    }
    WR_ADD(&body, "]}]}]}");
    return wr_text_done(&body);
}

/* False: there is no time left to try again. */
static bool wait_to_retry(struct wr_otlp *otlp, int64_t *wait_us, int64_t until_us)
{
    uint64_t chance = (uint64_t)wr_mono_us() * UINT64_C(2654435761) >> 7;
    int64_t end_us = wr_mono_us() + *wait_us / 2 + (int64_t)(chance % (uint64_t)*wait_us) / 2;
    *wait_us = *wait_us * 2 > RETRY_MOST_US ? RETRY_MOST_US : *wait_us * 2;
    pthread_mutex_lock(&otlp->lock);
    while (!otlp->closing && wr_mono_us() < end_us)
        wait_for(otlp, end_us - wr_mono_us());
    bool over = otlp->closing;
    pthread_mutex_unlock(&otlp->lock);
    return !over && wr_mono_us() < until_us;
}

static void send_batch(struct wr_otlp *otlp, const struct span *batch, size_t count)
{
    struct wr_arena arena = {0};
    struct wr_str body = compose(&arena, otlp, batch);
    int64_t wait_us = RETRY_FIRST_US, until_us = wr_mono_us() + GIVE_UP_US;
    enum sent sent;
    while ((sent = send_once(otlp, body)) == LATER)
        if (!wait_to_retry(otlp, &wait_us, until_us))
            break;
    uint64_t lost = sent == SENT ? rejected(otlp) : 0;
    if (lost > count)
        lost = count;
    pthread_mutex_lock(&otlp->lock);
    otlp->counts.exported += sent == SENT ? count - lost : 0;
    otlp->counts.refused += sent == REFUSED ? count : lost;
    otlp->counts.unreachable += sent == LATER ? count : 0;
    pthread_mutex_unlock(&otlp->lock);
    wr_arena_free(&arena);
}

static void free_batch(struct span *batch)
{
    for (struct span *next; batch; batch = next) {
        next = batch->next;
        free(batch);
    }
}

static void *run(void *arg)
{
    struct wr_otlp *otlp = arg;
    bool tls = strncmp(otlp->settings.url, "https:", 6) == 0;
    struct wr_trust *trust = tls ? wr_trust_take(getenv("SSL_CERT_FILE")) : NULL;
    struct span *batch;
    size_t count;
    if (tls && !trust)
        wr_log_write(WR_LOG_WARN, "no_certificates", NULL, 0);
    bool good = (!tls || trust) && open_easy(otlp, trust);
    while ((batch = take_batch(otlp, &count))) {
        if (good && !is_over(otlp)) {
            send_batch(otlp, batch, count);
        } else {
            pthread_mutex_lock(&otlp->lock);
            otlp->counts.unreachable += count;
            pthread_mutex_unlock(&otlp->lock);
        }
        free_batch(batch);
    }
    curl_easy_cleanup(otlp->easy);
    curl_slist_free_all(otlp->headers);
    wr_trust_release(trust);
    return NULL;
}

/* ---- opening and closing ------------------------------------------------------------------------ */

static char *compose_head(const struct wr_otlp *otlp)
{
    struct wr_arena arena = {0};
    struct wr_text head = {.arena = &arena};
    const char *toolchain = otlp->program->toolchain;
    WR_ADD(&head, "{\"resourceSpans\":[{\"resource\":");
    wr_text_add(&head, wr_span_resource(&arena, otlp->program, otlp->settings.service));
    WR_ADD(&head, ",\"scopeSpans\":[{\"scope\":{\"name\":\"wright\",\"version\":");
    wr_text_quote(&head, wr_str_of(toolchain));
    WR_ADD(&head, "},\"spans\":[");
    wr_text_add(&head, (struct wr_str){"", 1});
    char *copy = strdup(wr_text_done(&head).ptr);
    wr_arena_free(&arena);
    return copy;
}

static bool start(struct wr_otlp *otlp)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&otlp->lock, NULL);
    pthread_cond_init(&otlp->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigset_t all, before; /* signals are for the first loop's thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&otlp->thread, NULL, run, otlp) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_setname_np(otlp->thread, "otlp");
    return started;
}

static void free_all(struct wr_otlp *otlp)
{
    wr_otlp_settings_free(&otlp->settings);
    free(otlp->head);
    free(otlp);
}

bool wr_otlp_open(struct wr_otlp **out, const struct wr_program *program, const char *given,
                  char *error, size_t error_size)
{
    struct wr_otlp_settings settings;
    *out = NULL;
    bool good = wr_otlp_settings_read(&settings, given, error, error_size);
    if (!good || !settings.url) {
        wr_otlp_settings_free(&settings);
        return good;
    }
    struct wr_otlp *otlp = calloc(1, sizeof *otlp);
    if (otlp) {
        otlp->program = program;
        otlp->settings = settings;
        otlp->end = &otlp->first;
        otlp->head = compose_head(otlp);
        if (otlp->head && start(otlp)) {
            *out = otlp;
            return true;
        }
        free_all(otlp);
    } else {
        wr_otlp_settings_free(&settings);
    }
    snprintf(error, error_size, "the exporter of traces cannot be set up");
    return false;
}

void wr_otlp_close(struct wr_otlp *otlp)
{
    if (!otlp)
        return;
    pthread_mutex_lock(&otlp->lock);
    otlp->closing = true;
    otlp->close_us = wr_mono_us() + CLOSE_US;
    pthread_cond_signal(&otlp->changed);
    pthread_mutex_unlock(&otlp->lock);
    pthread_join(otlp->thread, NULL);
    const struct wr_otlp_counts *counts = &otlp->counts;
    if (counts->full + counts->refused + counts->unreachable > 0)
        wr_log(WR_LOG_WARN, "otlp_dropped", WR_F_INT("full", (int64_t)counts->full),
               WR_F_INT("refused", (int64_t)counts->refused),
               WR_F_INT("unreachable", (int64_t)counts->unreachable));
    pthread_mutex_destroy(&otlp->lock);
    pthread_cond_destroy(&otlp->changed);
    free_all(otlp);
}
