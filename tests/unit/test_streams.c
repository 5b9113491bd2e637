/* Many streams at once, each slow: none ends by a timeout that is not its own, and what one takes of memory
 * is printed. WRIGHT_STREAMS says how many (10000 need `ulimit -n` of as many, here and in the server,
 * which is a process of its own). */
#include "runtime/base/arena.h"
#include "runtime/model/client.h"

#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TOKENS = 5,
    EVERY_MS = 400,
    STALLS = 10
}; /* each tenth stream falls silent after its first token */

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define TOKEN                                                                                      \
    "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"
#define LAST                                                                                       \
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: "        \
    "[DONE]\n\n"

/* ---- the server ----------------------------------------------------------------------------- */

struct served {
    int fd, said;
    bool stalls;
    struct event *readable, *timer;
};

static struct event_base *base;

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void drop(struct served *it)
{
    event_free(it->readable);
    event_free(it->timer);
    close(it->fd);
    free(it);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct served *it = arg;
    struct timeval in = {EVERY_MS / 1000, EVERY_MS % 1000 * 1000};
    (void)fd, (void)what;
    if (it->said == 0)
        say(it->fd, HEAD);
    if (it->stalls && it->said == 1)
        return; /* until the client leaves */
    if (it->said++ == TOKENS) {
        say(it->fd, LAST);
        drop(it);
        return;
    }
    say(it->fd, TOKEN);
    evtimer_add(it->timer, &in);
}

static void on_request(evutil_socket_t fd, short what, void *arg)
{
    struct served *it = arg;
    char request[8192];
    ssize_t got = recv(fd, request, sizeof request - 1, 0);
    (void)what;
    if (got <= 0) {
        drop(it);
        return;
    }
    request[got] = '\0';
    it->stalls = it->stalls || strstr(request, "then nothing");
    if (it->said == 0 && !evtimer_pending(it->timer, NULL)) {
        struct timeval in = {0, 1000};
        evtimer_add(it->timer, &in);
    }
}

static void on_connection(evutil_socket_t listener, short what, void *arg)
{
    int fd;
    (void)what, (void)arg;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct served *it = calloc(1, sizeof *it);
        it->fd = fd;
        it->timer = evtimer_new(base, on_tick, it);
        it->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_request, it);
        event_add(it->readable, NULL);
    }
}

static void serve(int listener)
{
    base = event_base_new();
    struct event *more = event_new(base, listener, EV_READ | EV_PERSIST, on_connection, NULL);
    event_add(more, NULL);
    event_base_dispatch(base);
    _exit(0);
}

/* ---- the client ----------------------------------------------------------------------------- */

static struct wr_model model = {.name = "primary",
                                .provider = "openai.chat",
                                .model = "m",
                                .endpoint = {.url_env = "MODEL_URL"},
                                .max_output_tokens = 9};
static const struct wr_program program = {
    .name = "streams", .toolchain = "wright 0", .models = &model, .model_count = 1};
static char url[64];

static const char *variable(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "MODEL_URL") == 0 ? url : NULL;
}

static const struct wr_lookup lookup = {variable, NULL};

struct stream {
    struct wr_arena arena;
    struct wr_action action;
    struct wr_message message;
    bool stalls;
};

static size_t left, whole, idle, other;
static long peak_kb;

/* Resident memory, in KB. */
static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void ended(void *arg, const struct wr_outcome *outcome)
{
    struct stream *stream = arg;
    bool text = outcome->value.len == TOKENS && memcmp(outcome->value.ptr, "xxxxx", TOKENS) == 0;
    if (left % 256 == 0 && resident() > peak_kb)
        peak_kb = resident();
    if (!stream->stalls && outcome->class == WR_OK && text)
        whole++;
    else if (stream->stalls && outcome->class == WR_CLASS_timeout_idle)
        idle++;
    else if (other++ < 5)
        printf("#   class %d: %.*s\n", (int)outcome->class, (int)outcome->detail.len,
               outcome->detail.ptr ? outcome->detail.ptr : "");
    if (--left == 0)
        event_base_loopbreak(base);
}

static void start(struct wr_effects *effects, struct stream *stream, size_t number, int64_t slow)
{
    stream->stalls = number % STALLS == 0;
    stream->message = (struct wr_message){.role = "user",
                                          .text = stream->stalls ? WR_STR("One word, then nothing.")
                                                                 : WR_STR("Five words.")};
    stream->action =
        (struct wr_action){.kind = WR_ACT_ASK, .messages = &stream->message, .message_count = 1};
    struct wr_effect_call call = {.action = &stream->action,
                                  .arena = &stream->arena,
                                  .timeout_us = 120000000 * slow,
                                  .first_token_us = 60000000 * slow,
                                  .idle_us = 6000000 * slow,
                                  .max_bytes = 1000,
                                  .ended = ended,
                                  .arg = stream};
    effects->start(effects->self, &call);
}

static void run(size_t count)
{
    struct wr_effects effects;
    char error[256];
    const char *slow = getenv("WRIGHT_SLOW");
    struct stream *streams = calloc(count, sizeof *streams);
    base = event_base_new();
    if (!tap_ok(wr_client_open(&effects, &program, base, &lookup, error, sizeof error), "opens"))
        return;
    long before = peak_kb = resident();
    left = count;
    for (size_t i = 0; i < count; i++)
        start(&effects, &streams[i], i, slow && atoi(slow) > 1 ? atoi(slow) : 1);
    event_base_dispatch(base);
    tap_number((long long)whole, (long long)(count - (count + STALLS - 1) / STALLS),
               "all that go on are whole");
    tap_number((long long)idle, (long long)((count + STALLS - 1) / STALLS),
               "all that fall silent end so, and no other");
    printf("# %zu streams at once, %ld KB each\n", count, (peak_kb - before) / (long)count);
    wr_client_close(&effects);
    event_base_free(base);
    for (size_t i = 0; i < count; i++)
        wr_arena_free(&streams[i].arena);
    free(streams);
}

int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const char *asked = getenv("WRIGHT_STREAMS");
    size_t count = asked ? strtoul(asked, NULL, 10) : 500;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < count + 64) {
        printf("ok 1 - many streams # SKIP only %ld files may be open\n1..1\n",
               (long)files.rlim_cur);
        return 0;
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bind(listener, (struct sockaddr *)&at, len);
    listen(listener, 4096);
    getsockname(listener, (struct sockaddr *)&at, &len);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", ntohs(at.sin_port));
    pid_t server = fork();
    if (server == 0)
        serve(listener);
    close(listener);
    run(count);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return tap_done();
}
