/* `wright mock`: simulated services and models of a specification on one port, for development and
 * tests without keys and networks. docs/mock.md is its page. */
#include "compiler/tool/mock.h"

#include "compiler/base/buf.h"
#include "compiler/tool/load.h"
#include "compiler/tool/tool.h"
#include "runtime/http/auth.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *flag;
    enum wc_mock_kind kind;
} fault_flags[] = {
    {"--silent", WC_MOCK_SILENT}, {"--slow", WC_MOCK_SLOW},           {"--fail", WC_MOCK_FAIL},
    {"--cut", WC_MOCK_CUT},       {"--malformed", WC_MOCK_MALFORMED}, {"--refuse", WC_MOCK_REFUSE},
};

enum { FAULT_FLAGS = sizeof fault_flags / sizeof *fault_flags };

struct options {
    const char *listen, *seed, *way, *env_file, *returns;
    const char *faults[FAULT_FLAGS];
    int env_only, invent;
};

/* ---- setting up --------------------------------------------------------------------------- */

static void add_targets(struct wc_mock *mock)
{
    const struct wc_model *model = mock->model;
    WC_EACH(i, &model->services)
    {
        struct wc_mock_target target = {.name = model->services.items[i]->name,
                                        .service = model->services.items[i]};
        wc_push(mock->arena, &mock->targets, target);
    }
    WC_EACH(i, &model->models)
    {
        struct wc_mock_target target = {.name = model->models.items[i]->name,
                                        .model = model->models.items[i]};
        wc_push(mock->arena, &mock->targets, target);
    }
}

/* One of "primary", "primary=300", "primary=silent*2"; `kind` OK: the whole way stands after '='. */
static enum wc_exit set_way(struct wc_mock *mock, const char *text, size_t len,
                            enum wc_mock_kind kind, const char *flag)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals ? (size_t)(equals - text) : len;
    struct wc_mock_target *target = wc_mock_find(mock, text, name_len);
    struct wc_mock_way way = {kind, 0, 0};
    char spelled[64];
    if (!target)
        return wc_trouble("mock", "%s: the specification has no service or model \"%.*s\"", flag,
                          (int)name_len, text);
    const char *value = equals ? equals + 1 : "";
    size_t value_len = len - name_len - (equals ? 1 : 0);
    int spelled_len = (int)value_len;
    if (kind == WC_MOCK_OK)
        snprintf(spelled, sizeof spelled, "%.*s", spelled_len, value);
    else
        spelled_len = snprintf(spelled, sizeof spelled, "%s%s%.*s", flag + 2, equals ? "=" : "",
                               spelled_len, value);
    if (spelled_len >= (int)sizeof spelled ||
        !wc_mock_way_parse(spelled, (size_t)spelled_len, &way))
        return wc_trouble("mock", "%s %.*s: a way is one of: %s", flag, (int)len, text,
                          wc_mock_ways());
    target->way = way;
    return WC_EXIT_OK;
}

/* A list separated by commas. */
static enum wc_exit set_ways(struct wc_mock *mock, const char *list, enum wc_mock_kind kind,
                             const char *flag)
{
    enum wc_exit exit = WC_EXIT_OK;
    while (list && *list && exit == WC_EXIT_OK) {
        size_t len = strcspn(list, ",");
        exit = set_way(mock, list, len, kind, flag);
        list += len + (list[len] == ',');
    }
    return exit;
}

static enum wc_exit apply(struct wc_mock *mock, const struct options *options)
{
    enum wc_exit exit = set_ways(mock, options->way, WC_MOCK_OK, "--way");
    char *end = NULL;
    for (size_t i = 0; i < FAULT_FLAGS && exit == WC_EXIT_OK; i++)
        exit = set_ways(mock, options->faults[i], fault_flags[i].kind, fault_flags[i].flag);
    if (exit == WC_EXIT_OK && !wc_mock_returns(mock, options->returns))
        exit = WC_EXIT_TROUBLE;
    if (exit == WC_EXIT_OK && !options->invent)
        wc_known_answers(mock->arena, mock->model, &mock->known);
    if (exit != WC_EXIT_OK || !options->seed)
        return exit;
    mock->seed = strtoull(options->seed, &end, 10);
    if (*options->seed < '0' || *options->seed > '9' || *end)
        return wc_trouble("mock", "--seed takes a number, not \"%s\"", options->seed);
    return WC_EXIT_OK;
}

/* ---- the environment that points a binary here -------------------------------------------- */

static void export_once(struct wc_buf *out, const char *name, const char *value)
{
    char line[160];
    snprintf(line, sizeof line, "export %s='", name);
    if (!out->data || !strstr(out->data, line))
        wc_buf_printf(out, "%s%s'\n", line, value);
}

/* What signs a simulated notification: 24 bytes and more, as Standard Webhooks wants them. */
#define SIMULATED_SECRET "whsec_c2ltdWxhdGVkLCBhbmQgdGhlcmVmb3JlIG5vIHNlY3JldA=="

static void add_endpoint(struct wc_buf *out, const struct wc_endpoint *endpoint, const char *name,
                         const char *url)
{
    if (endpoint->url_env)
        export_once(out, endpoint->url_env, url);
    else
        wc_buf_printf(out, "# %s has a URL in the specification: it is not simulated.\n", name);
    if (endpoint->auth != WR_AUTH_NONE && endpoint->auth_env)
        export_once(out, endpoint->auth_env, "simulated-key");
}

/* Lines for a shell. The key that lets a caller in is new each time. */
static enum wc_exit write_env(const struct wc_mock *mock, int port, struct wc_buf *out)
{
    char url[320], error[256];
    struct wr_new_key key;
    WC_EACH(i, &mock->targets)
    {
        const struct wc_mock_target *target = &mock->targets.items[i];
        if (target->service)
            snprintf(url, sizeof url, "http://127.0.0.1:%d/services/%.200s", port, target->name);
        else
            snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", port);
        add_endpoint(out, target->service ? &target->service->endpoint : &target->model->endpoint,
                     target->name, url);
        if (!target->service || !target->service->sign_env)
            continue;
        export_once(out, target->service->sign_env, SIMULATED_SECRET);
        if (!target->service->allow_private)
            wc_buf_printf(out,
                          "# %s is not notified here: this machine's address is not public. `allow "
                          "private` in service %s lets it.\n",
                          target->name, target->name);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d/_mock", port);
    export_once(out, "WRIGHT_MOCK_CONTROL", url);
    if (mock->model->auth == WR_AUTH_NONE || !mock->model->keys_env)
        return WC_EXIT_OK;
    if (!wr_keys_new(&key, "mock", "", error, sizeof error))
        return wc_trouble("mock", "%s", error);
    export_once(out, mock->model->keys_env, key.line);
    export_once(out, "WRIGHT_MOCK_KEY", key.key);
    return WC_EXIT_OK;
}

/* Whole or not at all: whoever waits for the file may read it once it is there. */
static enum wc_exit write_file(struct wc_arena *arena, const char *path, const struct wc_buf *text)
{
    const char *made = wc_arena_printf(arena, "%s.%ld.tmp", path, (long)getpid());
    FILE *out = fopen(made, "w");
    bool good = out && fwrite(text->data, 1, text->len, out) == text->len;
    if (out)
        good = fclose(out) == 0 && good;
    if (good && rename(made, path) == 0)
        return WC_EXIT_OK;
    int why = errno;
    unlink(made);
    return wc_trouble("mock", "%s: %s", path, strerror(why));
}

static enum wc_exit tell(const struct wc_mock *mock, const struct options *options, int port)
{
    struct wc_buf env = {0};
    enum wc_exit exit = write_env(mock, port, &env);
    if (exit == WC_EXIT_OK && options->env_file)
        exit = write_file(mock->arena, options->env_file, &env);
    if (exit == WC_EXIT_OK && !options->env_only)
        printf(
            "# Simulated services and models of %s on port %d: what they answer means nothing.\n"
            "# Point a binary here with these lines; WRIGHT_MOCK_KEY is the key to call it with.\n",
            mock->model->name, port);
    if (exit == WC_EXIT_OK)
        fwrite(env.data, 1, env.len, stdout);
    fflush(stdout);
    wc_buf_free(&env);
    return exit;
}

/* ---- requests ----------------------------------------------------------------------------- */

static bool begins(struct wr_str text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static void serve_service(struct wc_mock *mock, struct wr_exchange *exchange)
{
    struct wr_str target = exchange->request.target;
    const char *name = target.ptr + strlen("/services/");
    size_t left = target.len - strlen("/services/"), len = 0;
    while (len < left && name[len] != '/' && name[len] != '?')
        len++;
    struct wc_mock_target *it = wc_mock_find(mock, name, len);
    if (it && it->service)
        wc_mock_serve_service(mock, exchange, it, (struct wr_str){name + len, left - len});
    else
        wc_mock_refuse(exchange, 404, "not_found",
                       "The specification has no service of that name.");
}

static void on_request(void *self, struct wr_exchange *exchange)
{
    struct wr_str target = exchange->request.target;
    struct wr_str path = exchange->request.path;
    if (begins(target, "/services/"))
        serve_service(self, exchange);
    else if (begins(path, "/_mock") && path.len == strlen("/_mock"))
        wc_mock_serve_control(self, exchange);
    else if (!wc_mock_serve_model(self, exchange))
        wc_mock_refuse(exchange, 404, "not_found",
                       "Served here: /v1/chat/completions, /v1/responses, /v1/messages, "
                       "/services/NAME/…, /_mock.");
}

static bool on_head(void *self, struct wr_exchange *exchange)
{
    (void)self, (void)exchange;
    return true;
}

static void on_gone(void *self, struct wr_exchange *exchange)
{
    (void)self;
    wc_mock_gone(exchange);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)number, (void)what;
    event_base_loopbreak(arg);
}

/* ---- the command -------------------------------------------------------------------------- */

static enum wc_exit listen_and_tell(struct wc_mock *mock, struct wr_server *server,
                                    const struct options *options)
{
    char error[256];
    const char *address = options->listen ? options->listen : "127.0.0.1:0";
    int port = wr_server_listen(server, address, error, sizeof error);
    if (port < 0)
        return wc_trouble("mock", "%s", error);
    return tell(mock, options, port);
}

static enum wc_exit serve(struct wc_mock *mock, const struct options *options)
{
    char error[256];
    const struct wr_server_options server_options = {
        .limits = {.body_bytes = 16 << 20},
        .handler = {.self = mock, .on_head = on_head, .on_request = on_request, .on_gone = on_gone},
        .server_name = "wright-mock"};
    mock->loop = event_base_new();
    if (!mock->loop)
        return wc_trouble("mock", "the event loop cannot start");
    struct wr_server *server = wr_server_new(mock->loop, &server_options, error, sizeof error);
    struct event *ends[] = {evsignal_new(mock->loop, SIGINT, on_signal, mock->loop),
                            evsignal_new(mock->loop, SIGTERM, on_signal, mock->loop)};
    enum wc_exit exit = WC_EXIT_TROUBLE;
    if (!server)
        wc_trouble("mock", "%s", error);
    else
        exit = listen_and_tell(mock, server, options);
    for (size_t i = 0; i < 2 && exit == WC_EXIT_OK; i++)
        event_add(ends[i], NULL);
    if (exit == WC_EXIT_OK)
        event_base_dispatch(mock->loop);
    if (server)
        wr_server_free(server);
    for (size_t i = 0; i < 2; i++)
        event_free(ends[i]);
    event_base_free(mock->loop);
    return exit;
}

int wc_cmd_mock(int argc, char **argv)
{
    struct options options = {0};
    int rest = 0;
    struct wc_flag flags[FAULT_FLAGS + 8] = {
        {"--listen", 0, &options.listen, NULL},   {"--seed", 0, &options.seed, NULL},
        {"--way", 0, &options.way, NULL},         {"--print-env-file", 0, &options.env_file, NULL},
        {"--returns", 0, &options.returns, NULL}, {"--invent", 0, NULL, &options.invent},
        {"--env", 0, NULL, &options.env_only}};
    for (size_t i = 0; i < FAULT_FLAGS; i++)
        flags[7 + i] = (struct wc_flag){fault_flags[i].flag, 0, &options.faults[i], NULL};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1)
        return (int)wc_trouble("mock", "give one specification");
    struct wc_arena arena = {0};
    struct wc_mock mock = {.arena = &arena};
    exit = wc_load_or_say("mock", argv[1], &arena, &mock.model);
    if (exit == WC_EXIT_OK) {
        add_targets(&mock);
        exit = apply(&mock, &options);
    }
    if (exit == WC_EXIT_OK)
        exit = serve(&mock, &options);
    WC_EACH(i, &mock.targets)
    {
        free(mock.targets.items[i].keys.slots);
    }
    wc_arena_free(&arena);
    return (int)exit;
}
