/* libcurl's multi interface on libevent: sockets, timers, and the life of attempts. What is sent and
 * what an answer means is attempt.c's. */
#include "runtime/model/client.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/loop.h"
#include "runtime/model/attempt.h"
#include "runtime/model/trust.h"

#include <event2/event.h>
#include <nss.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* ---- attempts ------------------------------------------------------------------------------- */

static void detach(struct wr_effect *effect)
{
    *effect->link = effect->next;
    if (effect->next)
        effect->next->link = effect->link;
    if (effect->easy) {
        curl_multi_remove_handle(effect->client->multi, effect->easy);
        curl_easy_cleanup(effect->easy);
    }
    wr_work_drop(effect);
    curl_slist_free_all(effect->headers);
    if (effect->timer)
        event_free(effect->timer);
    wr_sse_free(&effect->sse);
    wr_answer_free(&effect->answer);
    wr_bytes_free(&effect->body);
    wr_bytes_free(&effect->came);
    free(effect);
}

static bool is_call(const struct wr_effect *effect)
{
    return effect->call.action->kind == WR_ACT_CALL;
}

static void finish(struct wr_effect *effect, CURLcode result)
{
    struct wr_outcome outcome;
    struct wr_effect_call call = effect->call;
    if (is_call(effect))
        wr_work_outcome(effect, &outcome);
    else
        wr_attempt_outcome(effect, result, &outcome);
    detach(effect);
    call.ended(call.arg, &outcome);
}

void wr_client_finish(struct wr_effect *effect)
{
    finish(effect, CURLE_OK);
}

static void arm(struct wr_effect *effect, int64_t now_us)
{
    int64_t left = effect->easy || effect->work ? wr_attempt_deadline(effect) - now_us : 0;
    left = left > 0 ? left : 0;
    struct timeval in = {left / 1000000, left % 1000000};
    evtimer_add(effect->timer, &in);
}

void wr_client_rearm(struct wr_effect *effect)
{
    arm(effect, wr_mono_us());
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    struct wr_effect *effect = arg;
    int64_t now = wr_mono_us();
    (void)fd, (void)what;
    /* Bytes that arrive put a deadline off without touching the timer. */
    if ((effect->easy || effect->work) && wr_attempt_deadline(effect) > now) {
        arm(effect, now);
        return;
    }
    if (is_call(effect))
        wr_work_expire(effect);
    else if (effect->easy)
        wr_attempt_expire(effect, now);
    finish(effect, CURLE_OK);
}

static struct wr_effect *start(void *self, const struct wr_effect_call *call)
{
    struct wr_client *client = self;
    struct wr_effect *effect = calloc(1, sizeof *effect);
    struct event *timer = effect ? evtimer_new(client->loop, on_deadline, effect) : NULL;
    if (!timer) {
        wr_log_write(WR_LOG_ERROR, "out_of_memory", NULL, 0);
        abort(); /* there is no way to say it later, and no way to go on */
    }
    effect->client = client;
    effect->call = *call;
    effect->timer = timer;
    effect->started_us = effect->last_us = wr_mono_us();
    effect->first_us = effect->done_us = -1;
    effect->link = &client->under_way;
    effect->next = client->under_way;
    if (effect->next)
        effect->next->link = &effect->next;
    client->under_way = effect;
    if (is_call(effect)) {
        wr_work_start(effect);
    } else if (wr_attempt_prepare(effect) &&
               curl_multi_add_handle(client->multi, effect->easy) != CURLM_OK) {
        wr_attempt_decide(effect, WR_CLASS_connect_failed, "could not be called: memory is out");
        curl_easy_cleanup(effect->easy);
        effect->easy = NULL;
    }
    arm(effect, effect->started_us);
    return effect;
}

static void cancel(void *self, struct wr_effect *effect)
{
    (void)self;
    detach(effect);
}

/* ---- libcurl on libevent -------------------------------------------------------------------- */

static void collect(struct wr_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        char *effect = NULL;
        CURLcode result = message->data.result; /* the message dies with its handle */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &effect);
        finish((struct wr_effect *)(void *)effect, result);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct wr_client *client = arg;
    int running;
    int action =
        ((what & EV_READ) ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(client->multi, fd, action, &running);
    collect(client);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct wr_client *client = arg;
    int running;
    (void)fd, (void)what;
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(client);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct wr_client *client = arg;
    struct event *watch = known;
    (void)easy;
    if (watch)
        event_free(watch);
    watch = NULL;
    if (what != CURL_POLL_REMOVE) {
        short events = (short)(((what & CURL_POLL_IN) ? EV_READ : 0) |
                               ((what & CURL_POLL_OUT) ? EV_WRITE : 0) | EV_PERSIST);
        watch = event_new(client->loop, fd, events, on_socket, client);
        if (!watch)
            return -1;
        event_add(watch, NULL);
    }
    curl_multi_assign(client->multi, fd, watch);
    return 0;
}

static int watch_timer(CURLM *multi, long ms, void *arg)
{
    struct wr_client *client = arg;
    struct timeval in = {ms / 1000, ms % 1000 * 1000};
    (void)multi;
    if (ms < 0)
        evtimer_del(client->timer);
    else
        evtimer_add(client->timer, &in);
    return 0;
}

/* ---- certificates --------------------------------------------------------------------------- */

CURLcode wr_client_trust(CURL *easy, void *ssl_ctx, void *arg)
{
    struct wr_client *client = arg;
    (void)easy;
    if (!client->trust)
        client->trust = wr_trust_take(client->certificates);
    if (!client->trust)
        wr_log_write(WR_LOG_WARN, "no_certificates", NULL, 0);
    return wr_trust_use(client->trust, ssl_ctx);
}

/* ---- opening and closing -------------------------------------------------------------------- */

/* "wright 0.1.0 (gcc …)" gives "wright/0.1.0". */
static void name_agent(struct wr_client *client)
{
    const char *toolchain = client->program->toolchain;
    char name[32] = "wright", version[24] = "0";
    sscanf(toolchain ? toolchain : "", "%31[^ /] %23[^ ]", name, version);
    snprintf(client->agent, sizeof client->agent, "%s/%s", name, version);
}

static bool read_places(struct wr_client *client, const struct wr_lookup *lookup, char *error,
                        size_t size)
{
    const struct wr_program *program = client->program;
    client->services = calloc(program->service_count + 1, sizeof *client->services);
    client->models = calloc(program->model_count + 1, sizeof *client->models);
    if (!client->services || !client->models) {
        snprintf(error, size, "memory is out");
        return false;
    }
    for (size_t i = 0; i < program->service_count; i++)
        if (!wr_place_read(&client->services[i], program->services[i].name,
                           &program->services[i].endpoint, "", lookup, error, size))
            return false;
    for (size_t i = 0; i < program->model_count; i++) {
        const struct wr_model *model = &program->models[i];
        const struct wr_provider *provider = wr_provider_find(model->provider);
        if (!wr_place_read(&client->models[i], model->name, &model->endpoint,
                           provider ? provider->key_header : "", lookup, error, size))
            return false;
    }
    const char *file = wr_lookup_get(lookup, "SSL_CERT_FILE");
    if (file && *file && !(client->certificates = strdup(file))) {
        snprintf(error, size, "memory is out");
        return false;
    }
    return true;
}

static bool set_up_curl(struct wr_client *client, char *error, size_t size)
{
    client->multi = curl_multi_init();
    client->timer = evtimer_new(client->loop, on_timer, client);
    if (!client->multi || !client->timer) {
        snprintf(error, size, "memory is out");
        return false;
    }
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 256L); /* idle ones that are kept */
    return true;
}

bool wr_client_open(struct wr_effects *effects, const struct wr_program *program,
                    struct event_base *loop, const struct wr_lookup *lookup, char *error,
                    size_t error_size)
{
    signal(SIGPIPE, SIG_IGN);
    /* A static binary must not load the host's name service modules: they belong to another glibc. */
    __nss_configure_lookup("hosts", "files dns");
    CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    struct wr_client *client = ready == CURLE_OK ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        snprintf(error, error_size, "the HTTP client cannot start: %s",
                 ready == CURLE_OK ? "memory is out" : curl_easy_strerror(ready));
        return false;
    }
    client->program = program;
    client->loop = loop;
    name_agent(client);
    *effects = (struct wr_effects){client, start, cancel};
    if (read_places(client, lookup, error, error_size) && set_up_curl(client, error, error_size))
        return true;
    wr_client_close(effects);
    return false;
}

bool wr_client_functions(struct wr_effects *effects, struct wr_pool *pool)
{
    struct wr_client *client = effects->self;
    client->inbox = wr_inbox_new(client->loop);
    client->pool = client->inbox ? pool : NULL;
    return client->inbox != NULL;
}

void wr_client_close(struct wr_effects *effects)
{
    struct wr_client *client = effects->self;
    if (!client)
        return;
    while (client->under_way)
        detach(client->under_way);
    if (client->inbox)
        wr_inbox_free(client->inbox);
    if (client->multi)
        curl_multi_cleanup(client->multi);
    if (client->timer)
        event_free(client->timer);
    for (size_t i = 0; client->services && i < client->program->service_count; i++)
        wr_place_free(&client->services[i]);
    for (size_t i = 0; client->models && i < client->program->model_count; i++)
        wr_place_free(&client->models[i]);
    free(client->services);
    free(client->models);
    free(client->certificates);
    wr_trust_release(client->trust);
    wr_arena_free(&client->scratch);
    free(client);
    effects->self = NULL;
    curl_global_cleanup();
}
