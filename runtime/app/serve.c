/* A served program, from start to end: environment, store, unfinished jobs, listening, draining. */
#include "runtime/app/app.h"
#include "runtime/base/failpoint.h"
#include "runtime/base/log.h"
#include "runtime/model/client.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- the environment ------------------------------------------------------------------------ */

static void report(void *arg, const char *sentence)
{
    fprintf(stderr, "%s: %s\n", (const char *)arg, sentence);
}

size_t wr_check_environment(const struct wr_program *program, struct wr_keys **keys)
{
    char error[512], name[128];
    snprintf(name, sizeof name, "%s", program->name);
    size_t wrong = wr_client_check(program, NULL, report, name);
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
    if (*keys)
        return wrong;
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

/* ---- the end -------------------------------------------------------------------------------- */

static void stop(struct wr_app *app, enum wr_exit exit)
{
    app->exit = exit;
    event_base_loopbreak(app->loop);
}

static void on_server_idle(void *arg)
{
    stop(arg, WR_EXIT_OK);
}

/* Connections are taken until the last job has ended: its client may still come and ask. */
static void on_engine_idle(void *arg)
{
    struct wr_app *app = arg;
    wr_streams_read(app);
    wr_server_drain(app->server, on_server_idle, app);
}

static void on_drain_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_app *app = arg;
    struct wr_engine_counts counts;
    wr_engine_counts(app->engine, &counts);
    wr_log(WR_LOG_WARN, "drain_over", WR_F_INT("jobs_kept", counts.jobs),
           WR_F_INT("connections", wr_server_connections(app->server)));
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
    struct wr_engine_counts counts;
    wr_engine_counts(app->engine, &counts);
    wr_log(WR_LOG_INFO, "draining", WR_F_INT("signal", number), WR_F_INT("jobs", counts.jobs),
           WR_F_INT("limit_ms", app->options.drain_ms));
    event_add(app->drain_timer, &limit);
    wr_engine_drain(app->engine, on_engine_idle, app);
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

static enum wr_exit open_store(struct wr_app *app)
{
    char *error = NULL;
    app->store = wr_store_open(app->options.store, app->loop, NULL, &error);
    enum wr_exit exit = app->store ? WR_EXIT_OK : fail(app, WR_EXIT_IO, error);
    free(error);
    return exit;
}

static enum wr_exit open_server(struct wr_app *app)
{
    char error[512];
    const struct wr_server_options options = {
        .limits = {.body_bytes = (size_t)app->options.max_body,
                   .connections = (uint32_t)app->options.max_connections},
        .handler = wr_routes_handler(app),
        .tls_cert_file = app->options.tls_cert,
        .tls_key_file = app->options.tls_key};
    app->server = wr_server_new(app->loop, &options, error, sizeof error);
    return app->server ? WR_EXIT_OK : fail(app, WR_EXIT_CONFIG, error);
}

static bool open_loop(struct wr_app *app)
{
    struct event_config *config = event_config_new();
    if (config) {
        /* Deadlines are kept to the millisecond: the coarse clock and cached time are too old. */
        event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
        event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
        app->loop = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (!app->loop)
        return false;
    const int numbers[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 2; i++) {
        app->signals[i] = evsignal_new(app->loop, numbers[i], on_signal, app);
        if (!app->signals[i] || event_add(app->signals[i], NULL) != 0)
            return false;
    }
    app->drain_timer = evtimer_new(app->loop, on_drain_over, app);
    return app->drain_timer != NULL;
}

static enum wr_exit open_all(struct wr_app *app)
{
    char error[512];
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error to handle, as a full disk is */
    raise_descriptors();
    app->metrics = wr_metrics_new();
    if (!app->metrics || !wr_routes_init(app) || !open_loop(app))
        return fail(app, WR_EXIT_SOFTWARE, "cannot set up the event loop");
    enum wr_exit exit = open_store(app);
    if (exit != WR_EXIT_OK)
        return exit;
    wr_loop_clock_init(&app->clock, app->loop);
    app->client_open =
        wr_client_open(&app->effects, app->program, app->loop, NULL, error, sizeof error);
    if (!app->client_open)
        return fail(app, WR_EXIT_CONFIG, error);
    app->stages = (struct wr_stages){app->program, app->metrics};
    app->observer = wr_stages_observer(&app->stages);
    const struct wr_engine_options options = {.jobs_max = (uint32_t)app->options.max_jobs};
    app->engine = wr_engine_new(app->program, &app->clock.port, &app->effects, app->store,
                                &app->observer, &options);
    return open_server(app);
}

/* The engine before its doors, as its header says; at last the server. */
static void close_all(struct wr_app *app)
{
    wr_streams_leave(app);
    wr_engine_free(app->engine);
    wr_store_close(app->store);
    wr_streams_free(app);
    if (app->client_open)
        wr_client_close(&app->effects);
    if (app->operator_path)
        unlink(app->operator_path);
    free(app->operator_path);
    wr_server_free(app->operator_server);
    wr_server_free(app->server);
    for (size_t i = 0; i < 2; i++)
        if (app->signals[i])
            event_free(app->signals[i]);
    if (app->drain_timer)
        event_free(app->drain_timer);
    if (app->loop)
        event_base_free(app->loop);
    wr_metrics_free(app->metrics);
    wr_keys_free(app->keys);
    free(app->routes);
}

/* Beside the store, so that whoever may use the one may use the other; the store's lock says that
 * nobody else listens there. Without it the API is served all the same. */
static void listen_to_operator(struct wr_app *app)
{
    char error[512] = "out of memory";
    const struct wr_server_options options = {.limits = {.connections = 64},
                                              .handler = wr_routes_operator_handler(app)};
    if (asprintf(&app->operator_path, "%s.sock", strchr(app->options.store, ':') + 1) < 0)
        app->operator_path = NULL;
    if (app->operator_path)
        app->operator_server = wr_server_new(app->loop, &options, error, sizeof error);
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
    int port = wr_server_listen(app->server, app->options.listen, error, sizeof error);
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

static void recovered(void *arg, enum wr_store_status status, size_t resumed, size_t held)
{
    struct wr_app *app = arg;
    if (status != WR_STORE_OK) {
        stop(app, fail(app, WR_EXIT_IO, "the store's unfinished jobs cannot be read"));
        return;
    }
    if (resumed || held)
        wr_log(WR_LOG_INFO, "recovered", WR_F_INT("resumed", (int64_t)resumed),
               WR_F_INT("held", (int64_t)held));
    if (!app->draining)
        listen_now(app);
}

enum wr_exit wr_serve(const struct wr_program *program, const struct wr_serve_options *options)
{
    struct wr_app app = {.program = program, .options = *options};
    wr_failpoint("app.start");
    wr_log_set_level((enum wr_log_level)options->log_level);
    if (wr_check_environment(program, &app.keys) > 0) {
        wr_keys_free(app.keys);
        return WR_EXIT_CONFIG;
    }
    enum wr_exit exit = open_all(&app);
    if (exit == WR_EXIT_OK) {
        wr_engine_recover(app.engine, recovered, &app);
        event_base_dispatch(app.loop);
        exit = app.exit;
    }
    close_all(&app);
    if (exit == WR_EXIT_OK)
        wr_log(WR_LOG_INFO, "stopped", wr_f_text("api", program->name));
    return exit;
}
