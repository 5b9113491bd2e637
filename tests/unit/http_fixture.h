/* For test_http_server.c: a server on a thread of its own with a handler of many routes, and a client
 * that says and hears bytes. */
#ifndef TESTS_UNIT_HTTP_FIXTURE_H
#define TESTS_UNIT_HTTP_FIXTURE_H

#include "runtime/http/problem.h"
#include "runtime/http/server.h"

#include "runtime/base/arena.h"
#include "runtime/base/loop.h"
#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct event_base *loop;
static struct wr_inbox *inbox;
static struct wr_server *server;
static int port;
static atomic_int gone, refused, drained, bodies_shown;
static atomic_int last_refused_status;
static char last_refused[64];

/* ---- the server's side ---------------------------------------------------------------------- */

static bool path_is(const struct wr_exchange *exchange, const char *path)
{
    struct wr_str got = exchange->request.path;
    return got.len == strlen(path) && memcmp(got.ptr, path, got.len) == 0;
}

static bool on_head(void *self, struct wr_exchange *exchange)
{
    (void)self;
    if (path_is(exchange, "/deny")) {
        struct wr_problem problem = {.status = 401, .code = "key_missing"};
        wr_reply_problem(exchange, &problem, NULL, 0);
        return false;
    }
    if (path_is(exchange, "/small"))
        exchange->request.max_body = 10;
    exchange->user = exchange->request.arena;
    return true;
}

static void reply_later(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_exchange *exchange = arg;
    wr_reply(exchange, &(struct wr_reply){.status = 200, .body = exchange->request.body});
}

static void flood(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct timeval soon = {0, 1000};
    static char piece[65536];
    struct wr_exchange *exchange = arg;
    if (wr_stream_send(exchange, (struct wr_str){piece, sizeof piece}))
        event_base_once(loop, -1, EV_TIMEOUT, flood, exchange, &soon);
    else
        wr_abandon(exchange);
}

static void reply_info(struct wr_exchange *exchange)
{
    const struct wr_request *r = &exchange->request;
    struct wr_str name, field;
    size_t names = wr_query(r, "name", &name), fields = wr_field(r, "x-thing", &field);
    char *text = wr_arena_printf(
        r->arena, "%.*s %.*s ?%.*s host=%.*s body=%zu/%d name=%zu:%.*s thing=%zu:%.*s peer=%s",
        (int)r->method.len, r->method.ptr, (int)r->path.len, r->path.ptr, (int)r->query.len,
        r->query.ptr ? r->query.ptr : "", (int)r->host.len, r->host.ptr, r->body.len, r->has_body,
        names, (int)name.len, name.ptr ? name.ptr : "", fields, (int)field.len,
        field.ptr ? field.ptr : "", r->peer);
    struct wr_header header = {WR_STR("X-Evil"), WR_STR("a\r\nSet-Cookie: b")};
    wr_reply(exchange, &(struct wr_reply){.status = 200,
                                          .content_type = WR_STR("text/plain"),
                                          .headers = &header,
                                          .header_count = 1,
                                          .body = {text, strlen(text)}});
}

static void on_request(void *self, struct wr_exchange *exchange)
{
    (void)self;
    static char big[4 << 20];
    struct timeval soon = {0, 50000};
    bodies_shown++;
    if (path_is(exchange, "/later")) {
        event_base_once(loop, -1, EV_TIMEOUT, reply_later, exchange, &soon);
    } else if (path_is(exchange, "/hold")) {
        /* until the client leaves */
    } else if (path_is(exchange, "/abandon")) {
        wr_abandon(exchange);
    } else if (path_is(exchange, "/info")) {
        reply_info(exchange);
    } else if (path_is(exchange, "/big")) {
        wr_reply(exchange, &(struct wr_reply){.status = 200, .body = {big, sizeof big}});
    } else if (path_is(exchange, "/empty")) {
        wr_reply(exchange, &(struct wr_reply){.status = 204});
    } else if (path_is(exchange, "/stream")) {
        wr_stream_start(exchange, &(struct wr_reply){.status = 200});
        wr_stream_send(exchange, WR_STR("data: 1\n\n"));
        wr_stream_send(exchange, WR_STR(""));
        wr_stream_send(exchange, WR_STR("data: 2\n\n"));
        wr_stream_end(exchange);
    } else if (path_is(exchange, "/flood")) {
        wr_stream_start(exchange, &(struct wr_reply){.status = 200});
        flood(-1, 0, exchange);
    } else {
        wr_reply(exchange, &(struct wr_reply){.status = 200, .body = exchange->request.body});
    }
}

static void on_gone(void *self, struct wr_exchange *exchange)
{
    (void)self;
    gone++;
    if (path_is(exchange, "/hold"))
        wr_abandon(exchange);
}

static void on_refused(void *self, int status, const char *code, const char *peer)
{
    (void)self, (void)peer;
    snprintf(last_refused, sizeof last_refused, "%s", code);
    last_refused_status = status;
    refused++;
}

static void *run_loop(void *arg)
{
    (void)arg;
    event_base_dispatch(loop);
    return NULL;
}

static pthread_t thread;

static void start_server(const struct wr_http_limits *limits, const char *cert, const char *key)
{
    char error[256] = "";
    struct wr_server_options options = {.limits = *limits,
                                        .handler = {.on_head = on_head,
                                                    .on_request = on_request,
                                                    .on_gone = on_gone,
                                                    .on_refused = on_refused},
                                        .server_name = "test",
                                        .tls_cert_file = cert,
                                        .tls_key_file = key};
    loop = event_base_new();
    inbox = wr_inbox_new(loop);
    server = wr_server_new(loop, &options, error, sizeof error);
    port = server ? wr_server_listen(server, "127.0.0.1:0", error, sizeof error) : -1;
    if (port <= 0) {
        printf("Bail out! %s\n", error);
        exit(1);
    }
    pthread_create(&thread, NULL, run_loop, NULL);
}

static void end_loop(void *arg)
{
    (void)arg;
    event_base_loopbreak(loop);
}

static void stop_server(void)
{
    wr_inbox_post(inbox, end_loop, NULL);
    pthread_join(thread, NULL);
    wr_server_free(server);
    wr_inbox_free(inbox);
    event_base_free(loop);
}

/* ---- the client's side ---------------------------------------------------------------------- */

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool say(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t put = send(fd, text, len, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        text += put;
        len -= (size_t)put;
    }
    return true;
}

static bool say_text(int fd, const char *text)
{
    return say(fd, text, strlen(text));
}

static char heard[8 << 20];
static size_t heard_len;

/* Reads until the peer closes (true) or nothing more has come for `ms` (false). The first byte may
 * take longer, as a busy machine needs it. */
static bool hear(int fd, int ms)
{
    heard_len = 0;
    heard[0] = '\0';
    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (poll(&poll_fd, 1, heard_len ? ms : ms * 5) <= 0)
            return false;
        ssize_t got = recv(fd, heard + heard_len, sizeof heard - 1 - heard_len, 0);
        if (got <= 0)
            return true;
        heard_len += (size_t)got;
        heard[heard_len] = '\0';
    }
}

/* One connection, one text; what comes back until it closes or is silent for `ms`. */
static bool ask_for(const char *text, size_t len, int ms)
{
    int fd = dial();
    say(fd, text, len);
    bool closed = hear(fd, ms);
    close(fd);
    return closed;
}

static bool ask(const char *text)
{
    return ask_for(text, strlen(text), 200);
}

static int count_of(const char *part)
{
    int count = 0;
    for (const char *at = heard; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static bool starts(const char *text)
{
    return strncmp(heard, text, strlen(text)) == 0;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* How many exchanges are open: asked on the loop's thread, where they live. -1: it does not answer. */
static _Atomic int open_exchanges;

static void count_open(void *arg)
{
    (void)arg;
    open_exchanges = (int)wr_server_exchanges(server);
}

static int exchanges(void)
{
    open_exchanges = -1;
    wr_inbox_post(inbox, count_open, NULL);
    for (int i = 0; i < 3000 && open_exchanges < 0; i++)
        pause_ms(1);
    return open_exchanges;
}

static void wait_until(const atomic_int *value, int want)
{
    for (int i = 0; i < 300 && *value < want; i++)
        pause_ms(10);
}

#endif
