/* A served program, from start to end: environment, store, unfinished jobs, listening, draining. */
#include "runtime/app/app.h"
#include "runtime/base/failpoint.h"
#include "runtime/base/log.h"
#include "runtime/base/pool.h"
#include "runtime/base/str.h"
#include "runtime/model/client.h"
#include "runtime/observe/webhooks.h"

#include <event2/event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BODY_LEAST (INT64_C(1) << 20) /* bytes of a request, where --max-body does not say */
#define BODY_MOST (INT64_C(64) << 20)
#define CALLS_LOST 4 /* so many times the workers there may be, some lost to calls that hang */
#define CALLS_IN_LINE 1024 /* for a thread of functions; past it they end as limit_reached */
#define CALLS_END_MS 1000  /* what still runs then is left alone */

/* ---- the environment ------------------------------------------------------------------------ */

static void report(void *arg, const char *sentence)
{
    fprintf(stderr, "%s: %s\n", (const char *)arg, sentence);
}

struct scopes {
    const struct wr_program *program;
    size_t unknown;
};

static void tell_unknown(void *arg, const char *key, struct wr_str scope)
{
    struct scopes *scopes = arg;
    for (size_t i = 0; i < scopes->program->workflow_count; i++)
        if (wr_str_is(scope, scopes->program->workflows[i]->name))
            return;
    if (wr_str_is(scope, "review"))
        return;
    scopes->unknown++;
    fprintf(stderr, "%s: the key of %s has the scope %.*s: no workflow is called so; scopes are",
            scopes->program->name, key, (int)scope.len, scope.ptr);
    for (size_t i = 0; i < scopes->program->workflow_count; i++)
        fprintf(stderr, " %s,", scopes->program->workflows[i]->name);
    fprintf(stderr, " review\n");
}

size_t wr_unknown_scopes(const struct wr_program *program, const struct wr_keys *keys)
{
    struct scopes scopes = {program, 0};
    wr_keys_scopes(keys, tell_unknown, &scopes);
    return scopes.unknown;
}

size_t wr_check_environment(const struct wr_program *program, struct wr_keys **keys)
{
    char error[512], name[128];
    snprintf(name, sizeof name, "%s", program->name);
    size_t wrong = wr_client_check(program, NULL, report, name);
    wrong += wr_webhooks_check(program, report, name);
    *keys = NULL;
    if (program->auth == WR_AUTH_NONE)
        return wrong;
    const char *text = getenv(program->keys_env);
    if (!text || !*text) {
        fprintf(stderr,
                "%s: %s is not set: the keys of callers, or the file they are in; `%s keys new "
                "NAME` makes one\n",
                name, program->keys_env, name);
        return wrong + 1;
    }
    *keys = wr_keys_read(text, error, sizeof error);
    if (*keys) {
        wr_unknown_scopes(program, *keys); /* told: another binary may share the list */
        return wrong;
    }
    fprintf(stderr, "%s: %s: %s\n", name, program->keys_env, error);
    return wrong + 1;
}

const char *wr_store_url(const char *given, char *text, size_t size)
{
    if (given)
        return given;
    snprintf(text, size, "sqlite:%s.db", wright_program.name);
    return text;
}

/* ---- what all loops must do ------------------------------------------------------------------ */

/* What loops share with each other, and with nobody else. */
static void lock(void *self)
{
    struct wr_app *app = self;
    pthread_mutex_lock(&app->lock);
}

static void unlock(void *self)
{
    struct wr_app *app = self;
    pthread_mutex_unlock(&app->lock);
}

static void post(void *self, uint32_t loop, void (*fn)(void *arg), void *arg)
{
    struct wr_app *app = self;
    wr_loop_post(&app->loops[loop], fn, arg);
}

/* `fn(loop)` on each; gives their number, as many as will report. */
static uint32_t each(struct wr_app *app, void (*fn)(void *loop))
{
    for (uint32_t i = 0; i < app->loop_count; i++)
        wr_loop_post(&app->loops[i], fn, &app->loops[i]);
    return app->loop_count;
}

/* ---- the end -------------------------------------------------------------------------------- */

static void stop(struct wr_app *app, enum wr_exit exit)
{
    app->exit = exit;
    event_base_loopbreak(app->loops->base);
}

static void one_served(void *arg)
{
    struct wr_app *app = arg;
    if (--app->serving == 0)
        stop(app, WR_EXIT_OK);
}

static void on_server_idle(void *arg)
{
    struct wr_loop *loop = arg;
    wr_loop_post(loop->app->loops, one_served, loop->app);
}

static void drain_server(void *arg)
{
    struct wr_loop *loop = arg;
    wr_streams_read(loop);
    wr_server_drain(loop->server, on_server_idle, loop);
}

/* Connections are taken until the last job has ended, on whatever loop: its client may still come and
 * ask. */
static void one_worked(void *arg)
{
    struct wr_app *app = arg;
    if (--app->working == 0)
        app->serving = each(app, drain_server);
}

static void on_engine_idle(void *arg)
{
    struct wr_loop *loop = arg;
    wr_loop_post(loop->app->loops, one_worked, loop->app);
}

static void drain_engine(void *arg)
{
    struct wr_loop *loop = arg;
    wr_engine_drain(loop->engine, on_engine_idle, loop);
}

static int64_t count_jobs(const struct wr_app *app)
{
    int64_t jobs = 0;
    for (uint32_t i = 0; i < app->loop_count; i++) {
        struct wr_engine_counts counts;
        wr_engine_counts(app->loops[i].engine, &counts);
        jobs += counts.jobs;
    }
    return jobs;
}

static void on_drain_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_app *app = arg;
    int64_t connections = 0;
    for (uint32_t i = 0; i < app->loop_count; i++)
        connections += wr_server_connections(app->loops[i].server);
    wr_log(WR_LOG_WARN, "drain_over", WR_F_INT("jobs_kept", count_jobs(app)),
           WR_F_INT("connections", connections));
    stop(app, WR_EXIT_OK);
}

/* The first signal drains; the second ends at once, as a crash would: the journal holds. */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)what;
    struct wr_app *app = arg;
    if (app->draining)
        _exit(128 + (int)number);
    app->draining = true;
    const struct timeval limit = {app->options.drain_ms / 1000,
                                  app->options.drain_ms % 1000 * 1000};
    wr_log(WR_LOG_INFO, "draining", WR_F_INT("signal", number), WR_F_INT("jobs", count_jobs(app)),
           WR_F_INT("limit_ms", app->options.drain_ms));
    event_add(app->drain_timer, &limit);
    app->working = each(app, drain_engine);
}

/* ---- the beginning -------------------------------------------------------------------------- */

static enum wr_exit fail(const struct wr_app *app, enum wr_exit exit, const char *error)
{
    fprintf(stderr, "%s: %s\n", app->program->name, error ? error : "out of memory");
    return exit;
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* As many as this process may use. */
static uint32_t count_cores(void)
{
    cpu_set_t cores;
    int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
    return count < 1 ? 1 : count > WR_LOOPS_DEFAULT_MAX ? WR_LOOPS_DEFAULT_MAX : (uint32_t)count;
}

/* What no recall can ask for any more may go; after a day at the soonest, for who goes back to the binary
 * before. */
#define REMEMBER_LEAST_MS (UINT64_C(24) * 3600 * 1000)

static uint64_t remember_ms(const struct wr_program *program)
{
    uint64_t longest = REMEMBER_LEAST_MS;
    for (size_t i = 0; i < program->workflow_count; i++)
        if (program->workflows[i]->recall_ms > longest)
            longest = program->workflows[i]->recall_ms;
    return longest;
}

static enum wr_exit open_store(struct wr_app *app)
{
    char *error = NULL;
    const struct wr_store_options options = {.loops = app->loop_count,
                                             .remember_ms = remember_ms(app->program)};
    app->store = wr_store_open(app->options.store, app->loops->base, &options, &error);
    app->loops->store = app->store;
    enum wr_exit exit = app->store ? WR_EXIT_OK : fail(app, WR_EXIT_IO, error);
    free(error);
    for (uint32_t i = 1; i < app->loop_count && exit == WR_EXIT_OK; i++) {
        app->loops[i].store = wr_store_join(app->store, app->loops[i].base);
        if (!app->loops[i].store)
            exit = fail(app, WR_EXIT_IO, "cannot set up the store: out of descriptors");
    }
    return exit;
}

static bool listen_to_signals(struct wr_app *app)
{
    const int numbers[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 2; i++) {
        app->signals[i] = evsignal_new(app->loops->base, numbers[i], on_signal, app);
        if (!app->signals[i] || event_add(app->signals[i], NULL) != 0)
            return false;
    }
    app->drain_timer = evtimer_new(app->loops->base, on_drain_over, app);
    return app->drain_timer != NULL;
}

static bool open_loops(struct wr_app *app)
{
    uint32_t count = app->options.loops ? (uint32_t)app->options.loops : count_cores();
    app->loops = calloc(count, sizeof *app->loops);
    if (!app->loops)
        return false;
    while (app->loop_count < count) {
        app->loop_count++;
        if (!wr_loop_open(&app->loops[app->loop_count - 1], app, app->loop_count - 1))
            return false;
    }
    return true;
}

static enum wr_exit open_all(struct wr_app *app)
{
    char error[512] = "out of memory";
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error to handle, as a full disk is */
    raise_descriptors();
    if (!wr_routes_init(app) || !open_loops(app) || !listen_to_signals(app))
        return fail(app, WR_EXIT_SOFTWARE, "cannot set up the event loops");
    enum wr_exit exit = open_store(app);
    if (exit != WR_EXIT_OK)
        return exit;
    app->peers = (struct wr_peers){app, lock, unlock, post};
    app->shared = wr_shared_new(app->program, (uint32_t)app->options.max_jobs, &app->peers);
    app->client_share = wr_client_share_new();
    if (app->program->function_count) {
        app->pool = wr_pool_new((uint32_t)app->options.workers,
                                (uint32_t)app->options.workers * CALLS_LOST, CALLS_IN_LINE);
        if (!app->pool)
            return fail(app, WR_EXIT_SOFTWARE, "cannot start the threads of functions");
    }
    app->drift = wr_drift_new();
    if (!app->drift || !wr_app_open_hooks(app, error, sizeof error) ||
        !wr_otlp_open(&app->otlp, app->program, app->options.otlp, error, sizeof error))
        return fail(app, WR_EXIT_CONFIG, error);
    for (uint32_t i = 0; i < app->loop_count; i++)
        if (!wr_loop_equip(&app->loops[i], &exit, error, sizeof error))
            return fail(app, exit, error);
    for (uint32_t i = 1; i < app->loop_count; i++)
        if (!wr_loop_start(&app->loops[i]))
            return fail(app, WR_EXIT_SOFTWARE, "cannot start a thread");
    return WR_EXIT_OK;
}

/* Letters that are under way arrive before anything is freed that they lead to. */
static void settle(struct wr_app *app)
{
    bool any = true;
    for (uint32_t i = 0; i < app->loop_count; i++)
        wr_loop_stop(&app->loops[i]);
    for (uint32_t i = 0; i < app->loop_count; i++)
        wr_streams_leave(&app->loops[i]);
    while (any) {
        any = false;
        for (uint32_t i = 0; i < app->loop_count; i++)
            if (app->loops[i].inbox && wr_inbox_run(app->loops[i].inbox))
                any = true;
    }
}

/* The engines before their doors, as their header says; at last the loops. */
static void close_all(struct wr_app *app)
{
    settle(app);
    wr_pool_stop(app->pool, CALLS_END_MS);
    for (uint32_t i = 0; i < app->loop_count; i++)
        wr_loop_free_engine(&app->loops[i]);
    wr_webhooks_stop(app->hooks);
    wr_store_close(app->store);
    wr_webhooks_free(app->hooks);
    wr_shared_free(app->shared);
    if (app->operator_path)
        unlink(app->operator_path);
    free(app->operator_path);
    wr_server_free(app->operator_server);
    for (size_t i = 0; i < 2; i++)
        if (app->signals[i])
            event_free(app->signals[i]);
    if (app->drain_timer)
        event_free(app->drain_timer);
    for (uint32_t i = 0; i < app->loop_count; i++)
        wr_loop_close(&app->loops[i]);
    wr_pool_free(app->pool);
    wr_otlp_close(app->otlp);
    wr_drift_free(app->drift);
    wr_client_share_free(app->client_share);
    free(app->loops);
    wr_keys_free(app->keys);
    free(app->routes);
}

/* Beside the store, so that whoever may use the one may use the other; the store's lock says that
 * nobody else listens there. Without it the API is served all the same. */
static void listen_to_operator(struct wr_app *app)
{
    char error[512] = "out of memory";
    const struct wr_server_options options = {.limits = {.connections = 64},
                                              .handler = wr_routes_operator_handler(app->loops)};
    if (asprintf(&app->operator_path, "%s.sock", strchr(app->options.store, ':') + 1) < 0)
        app->operator_path = NULL;
    if (app->operator_path)
        app->operator_server = wr_server_new(app->loops->base, &options, error, sizeof error);
    if (app->operator_server &&
        wr_server_listen_unix(app->operator_server, app->operator_path, error, sizeof error))
        return;
    wr_log(WR_LOG_WARN, "no_operator_socket", wr_f_text("reason", error));
    free(app->operator_path);
    app->operator_path = NULL;
}

static void listen_now(struct wr_app *app)
{
    char error[512];
    listen_to_operator(app);
    int port = wr_server_listen(app->loops->server, app->options.listen, error, sizeof error);
    if (port < 0) {
        stop(app, fail(app, WR_EXIT_UNAVAILABLE, error));
        return;
    }
    const char *colon = strrchr(app->options.listen, ':');
    int host = colon ? (int)(colon - app->options.listen) : 0;
    printf("%s %s listening on %s://%.*s:%d\n", app->program->name, app->program->version,
           app->options.tls_cert ? "https" : "http", host ? host : 7,
           host ? app->options.listen : "0.0.0.0", port);
    fflush(stdout);
}

/* ---- jobs of an earlier life ------------------------------------------------------------------ */

struct recovery {
    struct wr_app *app;
    enum wr_store_status status;
    size_t resumed, held;
};

static void one_recovered(void *arg)
{
    struct recovery one = *(struct recovery *)arg;
    struct wr_app *app = one.app;
    free(arg);
    app->resumed += one.resumed;
    app->held += one.held;
    if (one.status != WR_STORE_OK)
        app->recovered = one.status;
    if (--app->recovering > 0)
        return;
    if (app->recovered != WR_STORE_OK) {
        stop(app, fail(app, WR_EXIT_IO, "the store's unfinished jobs cannot be read"));
        return;
    }
    if (app->resumed || app->held)
        wr_log(WR_LOG_INFO, "recovered", WR_F_INT("resumed", (int64_t)app->resumed),
               WR_F_INT("held", (int64_t)app->held));
    if (app->hooks)
        wr_webhooks_start(app->hooks);
    if (!app->draining)
        listen_now(app);
}

static void recovered(void *arg, enum wr_store_status status, size_t resumed, size_t held)
{
    struct wr_loop *loop = arg;
    struct recovery *one = malloc(sizeof *one);
    if (!one)
        abort();
    *one = (struct recovery){loop->app, status, resumed, held};
    wr_loop_post(loop->app->loops, one_recovered, one);
}

static void recover(void *arg)
{
    struct wr_loop *loop = arg;
    wr_engine_recover(loop->engine, recovered, loop);
}

/* A caller may send what the contract says, and a reviewer may send back what is to be served; and any
 * character as an escape, or a pair of them: twice what our own form of it takes at most. */
static void settle_max_body(struct wr_app *app)
{
    uint64_t most = 0;
    for (size_t i = 0; i < app->program->workflow_count; i++) {
        const struct wr_workflow *flow = app->program->workflows[i];
        if (flow->input->json_bytes > most)
            most = flow->input->json_bytes;
        if (flow->output->json_bytes > most)
            most = flow->output->json_bytes;
    }
    most *= 2;
    int64_t *limit = &app->options.max_body;
    if (*limit == 0)
        *limit = most < BODY_LEAST ? BODY_LEAST : most < BODY_MOST ? (int64_t)most : BODY_MOST;
    if ((uint64_t)*limit < most)
        wr_log(WR_LOG_WARN, "max_body_below_contract", WR_F_INT("max_body", *limit),
               WR_F_INT("contract_bytes", (int64_t)most));
}

enum wr_exit wr_serve(const struct wr_program *program, const struct wr_serve_options *options)
{
    struct wr_app app = {.program = program, .options = *options};
    wr_failpoint("app.start");
    wr_log_set_level((enum wr_log_level)options->log_level);
    pthread_mutex_init(&app.lock, NULL);
    if (wr_check_environment(program, &app.keys) > 0) {
        wr_keys_free(app.keys);
        return WR_EXIT_CONFIG;
    }
    settle_max_body(&app);
    enum wr_exit exit = open_all(&app);
    if (exit == WR_EXIT_OK) {
        app.recovering = each(&app, recover);
        wr_loop_turns(app.loops->base);
        exit = app.exit;
    }
    close_all(&app);
    pthread_mutex_destroy(&app.lock);
    if (exit == WR_EXIT_OK)
        wr_log(WR_LOG_INFO, "stopped", wr_f_text("api", program->name));
    return exit;
}
