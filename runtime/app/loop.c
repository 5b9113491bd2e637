/* An event loop: what it is made of, its thread, and the letters to it. */
#include "runtime/app/app.h"
#include "runtime/model/client.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ALL_BODIES (UINT64_C(256) << 20) /* of the process, at once */

/* ---- letters ----------------------------------------------------------------------------------- */

void wr_loop_post(struct wr_loop *loop, void (*fn)(void *arg), void *arg)
{
    if (!wr_inbox_post(loop->inbox, fn, arg))
        abort(); /* as without a timer: somebody would wait for ever; the journal is what survives */
}

struct wr_loop *wr_loop_of(struct wr_app *app, const struct wr_id *job)
{
    return &app->loops[wr_id_share(job, app->loop_count)];
}

/* ---- connections ------------------------------------------------------------------------------- */

/* One that was accepted, on its way to its loop. */
struct coming {
    struct wr_loop *loop;
    int fd;
};

static void arrive(void *arg)
{
    struct coming *coming = arg;
    wr_server_adopt(coming->loop->server, coming->fd);
    atomic_fetch_sub(&coming->loop->coming, 1);
    free(coming);
}

static uint32_t load_of(struct wr_loop *loop)
{
    return atomic_load(&loop->coming) + wr_server_connections(loop->server);
}

/* To the loop that has the fewest. */
static void on_accept(void *self, int fd)
{
    struct wr_loop *first = self, *least = first;
    for (uint32_t i = 1; i < first->app->loop_count; i++)
        if (load_of(&first->app->loops[i]) < load_of(least))
            least = &first->app->loops[i];
    struct coming *coming = least == first ? NULL : malloc(sizeof *coming);
    if (!coming) {
        wr_server_adopt(first->server, fd);
        return;
    }
    *coming = (struct coming){least, fd};
    atomic_fetch_add(&least->coming, 1);
    wr_loop_post(least, arrive, coming);
}

/* ---- opening ----------------------------------------------------------------------------------- */

bool wr_loop_open(struct wr_loop *loop, struct wr_app *app, uint32_t index)
{
    struct event_config *config = event_config_new();
    loop->app = app;
    loop->index = index;
    if (config) {
        /* Deadlines are kept to the millisecond: the coarse clock and cached time are too old. */
        event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
        event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
        loop->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    loop->inbox = loop->base ? wr_inbox_new(loop->base) : NULL;
    loop->metrics = wr_metrics_new();
    return loop->inbox && loop->metrics;
}

/* What the process may hold is divided among the loops. */
static bool open_server(struct wr_loop *loop, char *error, size_t error_size)
{
    const struct wr_serve_options *given = &loop->app->options;
    uint32_t loops = loop->app->loop_count;
    struct wr_server_options options = {
        .limits = {.body_bytes = (size_t)given->max_body,
                   .connections = ((uint32_t)given->max_connections + loops - 1) / loops},
        .handler = wr_routes_handler(loop),
        .tls_cert_file = given->tls_cert,
        .tls_key_file = given->tls_key};
    uint64_t bodies = ALL_BODIES / loops;
    if (loops > 1) /* each takes one of the largest, at least */
        options.limits.all_bodies_bytes =
            bodies > (uint64_t)given->max_body ? bodies : (uint64_t)given->max_body;
    if (loop->index == 0 && loops > 1)
        options.handler.on_accept = on_accept;
    loop->server = wr_server_new(loop->base, &options, error, error_size);
    return loop->server != NULL;
}

bool wr_loop_equip(struct wr_loop *loop, enum wr_exit *exit, char *error, size_t error_size)
{
    struct wr_app *app = loop->app;
    *exit = WR_EXIT_CONFIG;
    wr_loop_clock_init(&loop->clock, loop->base);
    loop->client_open =
        wr_client_open(&loop->effects, app->program, loop->base, NULL, error, error_size);
    if (!loop->client_open)
        return false;
    wr_client_use(&loop->effects, app->client_share);
    if (app->pool && !wr_client_functions(&loop->effects, app->pool)) {
        snprintf(error, error_size, "cannot set up the calls of functions: out of descriptors");
        return false;
    }
    loop->stages = (struct wr_stages){app->program, loop->metrics, app->otlp, app->drift};
    loop->observer = wr_stages_observer(&loop->stages);
    const struct wr_engine_options options = {
        .shared = app->shared, .loop = loop->index, .loops = app->loop_count, .traces = app->otlp};
    loop->engine = wr_engine_new(app->program, &loop->clock.port, &loop->effects, loop->store,
                                 &loop->observer, &options);
    return open_server(loop, error, error_size);
}

/* ---- its thread -------------------------------------------------------------------------------- */

static void *run(void *arg)
{
    struct wr_loop *loop = arg;
    wr_loop_turns(loop->base);
    return NULL;
}

static void end(void *arg)
{
    struct wr_loop *loop = arg;
    event_base_loopbreak(loop->base);
}

/* Signals are for the first loop's thread. */
bool wr_loop_start(struct wr_loop *loop)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    loop->runs = pthread_create(&loop->thread, NULL, run, loop) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    char name[16]; /* as top shows it, and the benchmark */
    snprintf(name, sizeof name, "loop-%u", (unsigned)loop->index % 1000);
    if (loop->runs)
        pthread_setname_np(loop->thread, name);
    return loop->runs;
}

void wr_loop_stop(struct wr_loop *loop)
{
    if (!loop->runs)
        return;
    wr_loop_post(loop, end, loop);
    pthread_join(loop->thread, NULL);
    loop->runs = false;
}

/* ---- closing ----------------------------------------------------------------------------------- */

void wr_loop_free_engine(struct wr_loop *loop)
{
    wr_engine_free(loop->engine);
    loop->engine = NULL;
}

void wr_loop_close(struct wr_loop *loop)
{
    wr_streams_free(loop);
    wr_asks_free(loop);
    if (loop->client_open)
        wr_client_close(&loop->effects);
    wr_server_free(loop->server);
    wr_inbox_free(loop->inbox);
    if (loop->base)
        event_base_free(loop->base);
    wr_metrics_free(loop->metrics);
}
