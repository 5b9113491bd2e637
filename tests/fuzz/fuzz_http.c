/* Fuzzes the HTTP server: bytes go in through a socket pair, once whole and once cut, and the same
 * bytes must come out. Built with clang -fsanitize=fuzzer,address,undefined; without a fuzzer
 * (-DFUZZ_FILES) it runs the files it is given. */
#include "runtime/http/parser.h"
#include "runtime/http/problem.h"
#include "runtime/http/server.h"

#include "runtime/base/arena.h"
#include "tests/fuzz/files.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct event_base *loop;
static bool cutting_matters; /* an early reply keeps the connection only if the body was there */

struct heard {
    char *text;
    size_t len;
};

/* ---- the handler ---------------------------------------------------------------------------- */

static bool starts(struct wr_str text, const char *with)
{
    return text.len >= strlen(with) && memcmp(text.ptr, with, strlen(with)) == 0;
}

static bool on_head(void *self, struct wr_exchange *exchange)
{
    (void)self;
    struct wr_str value;
    if (exchange->request.path.len == 0 || wr_field(&exchange->request, "host", &value) > 1)
        abort();
    if (!starts(exchange->request.path, "/d"))
        return true;
    cutting_matters |= exchange->request.has_body;
    struct wr_problem problem = {.status = 401, .code = "denied"};
    wr_reply_problem(exchange, &problem, NULL, 0);
    return false;
}

static void reply_now(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_exchange *exchange = arg;
    struct wr_reply reply = {.status = 200, .body = exchange->request.body};
    wr_reply(exchange, &reply);
}

static void on_request(void *self, struct wr_exchange *exchange)
{
    (void)self;
    struct wr_str value;
    struct timeval none = {0, 0};
    wr_query(&exchange->request, "q", &value);
    if (starts(exchange->request.path, "/l")) {
        event_base_once(loop, -1, EV_TIMEOUT, reply_now, exchange, &none);
    } else if (starts(exchange->request.path, "/s")) {
        wr_stream_start(exchange, &(struct wr_reply){.status = 200});
        wr_stream_send(exchange, exchange->request.body);
        wr_stream_end(exchange);
    } else if (starts(exchange->request.path, "/a")) {
        wr_abandon(exchange);
    } else {
        reply_now(-1, 0, exchange);
    }
}

static void on_gone(void *self, struct wr_exchange *exchange)
{
    (void)self, (void)exchange; /* it is answered all the same */
}

/* ---- one conversation ----------------------------------------------------------------------- */

static void hear(int fd, struct heard *heard)
{
    char part[65536];
    for (ssize_t got; (got = recv(fd, part, sizeof part, MSG_DONTWAIT)) > 0;) {
        heard->text = realloc(heard->text, heard->len + (size_t)got);
        memcpy(heard->text + heard->len, part, (size_t)got);
        heard->len += (size_t)got;
    }
}

static struct heard talk(const uint8_t *data, size_t size, size_t cut)
{
    char error[128];
    int ends[2];
    struct heard heard = {0};
    struct wr_server_options options = {
        .limits = {.header_bytes = 256, .header_count = 6, .body_bytes = 300},
        .handler = {.on_head = on_head, .on_request = on_request, .on_gone = on_gone}};
    struct wr_server *server = wr_server_new(loop, &options, error, sizeof error);
    if (!server || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    wr_server_adopt(server, ends[0]);
    for (size_t at = 0; at < size;) {
        size_t part = size - at < cut ? size - at : cut;
        ssize_t put = send(ends[1], data + at, part, MSG_NOSIGNAL);
        if (put > 0)
            at += (size_t)put;
        event_base_loop(loop, EVLOOP_NONBLOCK);
        hear(ends[1], &heard);
        if (put < 0 && wr_server_connections(server) == 0)
            break;
    }
    shutdown(ends[1], SHUT_WR);
    for (int turn = 0; wr_server_connections(server) > 0; turn++) {
        if (turn > 1000) /* it does not end */
            abort();
        event_base_loop(loop, EVLOOP_NONBLOCK);
        hear(ends[1], &heard);
    }
    hear(ends[1], &heard);
    if (wr_server_exchanges(server) != 0)
        abort();
    wr_server_free(server);
    close(ends[1]);
    return heard;
}

/* What may differ: the time, and whether the client was asked to go on. */
static void normalise(struct heard *heard)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n", date[] = "\r\nDate: ";
    size_t out = 0;
    for (size_t i = 0; i < heard->len; i++) {
        size_t left = heard->len - i;
        if (left >= sizeof go_on - 1 && memcmp(heard->text + i, go_on, sizeof go_on - 1) == 0) {
            i += sizeof go_on - 2;
        } else if (left > 40 && memcmp(heard->text + i, date, sizeof date - 1) == 0) {
            i += sizeof date - 1 + 28;
        } else {
            heard->text[out++] = heard->text[i];
        }
    }
    heard->len = out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!loop)
        loop = event_base_new();
    if (size < 2 || size > 4096)
        return 0;
    size_t cut = (size_t)data[0] % 64 + 1;
    cutting_matters = false;
    struct heard whole = talk(data + 1, size - 1, size);
    struct heard cut_up = talk(data + 1, size - 1, cut);
    normalise(&whole);
    normalise(&cut_up);
    if (!cutting_matters && (whole.len != cut_up.len ||
                             (whole.len > 0 && memcmp(whole.text, cut_up.text, whole.len) != 0))) {
        fprintf(stderr, "whole:\n%.*s\ncut by %zu:\n%.*s\n", (int)whole.len, whole.text, cut,
                (int)cut_up.len, cut_up.text);
        abort();
    }
    free(whole.text);
    free(cut_up.text);
    return 0;
}
