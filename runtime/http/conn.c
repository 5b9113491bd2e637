/* A connection's life: reading, time limits, the peer's leaving, and its end. */
#include "runtime/http/conn.h"
#include "runtime/http/problem.h"

#include "runtime/base/clock.h"
#include "runtime/base/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_A_TURN 8

static void report(struct wr_conn *conn, int status, const char *code)
{
    const struct wr_handler *handler = &conn->exchange.server->options.handler;
    if (handler->on_refused)
        handler->on_refused(handler->self, status, code, conn->peer);
}

void wr_conn_lost(struct wr_conn *conn)
{
    if (conn->lost)
        return;
    conn->lost = true;
    conn->keep = false;
    event_del(&conn->read_event);
    event_del(&conn->write_event);
    wr_io_close(&conn->io);
    wr_conn_wait(conn, WR_WAIT_NONE, 0);
    free(conn->out);
    conn->out = NULL;
    conn->out_at = conn->out_len = conn->out_room = 0;
    if (conn->handed && !conn->gone_told) /* told from the loop, never within the handler's call */
        event_active(&conn->gone_event, EV_TIMEOUT, 0);
}

void wr_conn_cut(struct wr_conn *conn, const char *code)
{
    wr_conn_lost(conn);
    report(conn, 0, code);
}

static struct wr_str detail_of(struct wr_conn *conn, enum wr_refusal refusal, const char *detail)
{
    if (refusal != WR_REFUSAL_body_too_large)
        return wr_str_of(detail);
    return wr_str_of(wr_arena_printf(&conn->arena, "%s It takes at most %llu bytes.", detail,
                                     (unsigned long long)conn->exchange.request.max_body));
}

void wr_conn_refuse(struct wr_conn *conn, enum wr_refusal refusal)
{
    struct wr_refusal_text text = wr_refusal_text(refusal);
    struct wr_problem problem = {
        .status = text.status, .code = text.code, .detail = detail_of(conn, refusal, text.detail)};
    struct wr_header retry = {WR_STR("Retry-After"), WR_STR("1")};
    struct wr_reply reply = {.status = text.status,
                             .content_type = WR_PROBLEM_TYPE,
                             .headers = &retry,
                             .header_count = text.status == 503,
                             .body = wr_problem_body(&conn->arena, &problem),
                             .close = true};
    wr_conn_send_reply(conn, &reply, false);
    wr_conn_drop_request(conn);
    conn->must_linger = true;
    conn->state = WR_CONN_CLOSING;
    report(conn, text.status, text.code);
}

static void close_politely(struct wr_conn *conn)
{
    wr_io_finish(&conn->io); /* TLS peers tell an end from a cut */
    wr_conn_lost(conn);
}

void wr_conn_timed_out(struct wr_conn *conn)
{
    wr_conn_enter(conn);
    enum wr_wait wait = conn->wait;
    wr_conn_wait(conn, WR_WAIT_NONE, 0);
    if (wait == WR_WAIT_HEAD && conn->in)
        wr_conn_refuse(conn, WR_REFUSAL_header_timeout);
    else if (wait == WR_WAIT_BODY)
        wr_conn_refuse(conn, WR_REFUSAL_body_timeout);
    else if (wait == WR_WAIT_WRITE)
        wr_conn_cut(conn, "write_timeout");
    else
        close_politely(conn);
    wr_conn_leave(conn);
}

/* ---- reading -------------------------------------------------------------------------------- */

static size_t free_room(const struct wr_conn *conn)
{
    return conn->in ? conn->in->room - conn->in->len : 1;
}

/* A refused client may still be sending: what comes is dropped, within bounds. */
static ssize_t read_lingering(struct wr_conn *conn)
{
    char dropped[16384];
    ssize_t got = recv(conn->io.fd, dropped, sizeof dropped, MSG_DONTWAIT);
    if (got > 0)
        conn->lingered += (size_t)got;
    if (got == 0 || conn->lingered > WR_LINGER_BYTES)
        return WR_IO_FAILED;
    return got > 0 ? got : WR_IO_AGAIN;
}

static ssize_t read_body_apart(struct wr_conn *conn)
{
    size_t left = (size_t)conn->in->head.content_length - conn->body_len;
    size_t room = conn->body_room - conn->body_len;
    if (left == 0) /* it is whole: what comes now belongs behind the head */
        return WR_IO_AGAIN;
    if (room == 0) {
        if (!wr_body_room(conn, 1))
            return WR_IO_AGAIN; /* answered already */
        room = conn->body_room - conn->body_len;
    }
    ssize_t got = wr_io_read(&conn->io, conn->body + conn->body_len, left < room ? left : room);
    if (got > 0)
        conn->body_len += (size_t)got;
    return got;
}

static ssize_t read_some(struct wr_conn *conn)
{
    if (conn->lingering)
        return read_lingering(conn);
    int shaken = wr_io_shake(&conn->io); /* nothing is kept for a peer that has not done so */
    if (shaken != 1)
        return shaken;
    if (!conn->in && !wr_input_take(conn))
        return WR_IO_FAILED;
    struct wr_input *in = conn->in;
    if (conn->state == WR_CONN_BODY && wr_body_is_apart(in))
        return read_body_apart(conn);
    if (conn->state == WR_CONN_HEAD && !wr_input_room(in, 1024))
        return WR_IO_FAILED;
    if (in->len == in->room)
        return WR_IO_AGAIN;
    ssize_t got = wr_io_read(&conn->io, in->data + in->len, in->room - in->len);
    if (got > 0)
        in->len += (size_t)got;
    if (in->len == in->start && conn->state == WR_CONN_HEAD)
        wr_input_drop(conn); /* nothing came */
    return got;
}

static void on_eof(struct wr_conn *conn)
{
    conn->eof = true;
    if (conn->handed && !conn->gone_told)
        event_active(&conn->gone_event, EV_TIMEOUT, 0);
    else if (conn->state == WR_CONN_BODY) {
        wr_conn_drop_request(conn); /* it will not be whole; replies before it are still sent */
        conn->state = WR_CONN_CLOSING;
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_conn *conn = arg;
    wr_conn_enter(conn);
    for (int i = 0; i < READS_A_TURN && !conn->lost && !conn->eof; i++) {
        ssize_t got = read_some(conn);
        if (got == WR_IO_FAILED)
            wr_conn_lost(conn);
        else if (got == 0)
            on_eof(conn);
        if (got <= 0 || !wr_io_pending(&conn->io) || free_room(conn) == 0)
            break;
    }
    wr_conn_leave(conn);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct wr_conn *conn = arg;
    if (!conn->io.shaken)
        on_readable(fd, what, arg);
    else {
        wr_conn_enter(conn);
        wr_conn_leave(conn); /* which sends */
    }
}

static void on_gone(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_conn *conn = arg;
    const struct wr_handler *handler = &conn->exchange.server->options.handler;
    wr_conn_enter(conn);
    if (conn->handed && !conn->gone_told) {
        conn->gone_told = true;
        if (handler->on_gone)
            handler->on_gone(handler->self, &conn->exchange);
    }
    wr_conn_leave(conn);
}

/* ---- settling ------------------------------------------------------------------------------- */

static bool has_output(const struct wr_conn *conn)
{
    return conn->out_len > conn->out_at;
}

static bool is_between(const struct wr_conn *conn)
{
    return conn->state == WR_CONN_HEAD && (!conn->in || conn->in->len == conn->in->start);
}

/* Everything was sent and the connection is not to go on. */
static void begin_closing(struct wr_conn *conn)
{
    if (!conn->must_linger || conn->eof) {
        close_politely(conn);
    } else if (!conn->lingering) {
        wr_io_finish(&conn->io);
        conn->lingering = true;
        wr_input_drop(conn);
    }
}

static void set_event(struct event *event, bool *is, bool want)
{
    if (*is == want)
        return;
    *is = want;
    if (want)
        event_add(event, NULL);
    else
        event_del(event);
}

/* Whoever does not take its replies is not read either. */
static bool wants_input(const struct wr_conn *conn)
{
    switch (conn->state) {
    case WR_CONN_HEAD:
        return conn->out_len - conn->out_at <= WR_OUT_MARK;
    case WR_CONN_BODY:
        return true;
    case WR_CONN_CLOSING:
        return conn->lingering;
    default: /* so that a client that leaves is seen */
        return free_room(conn) > 0;
    }
}

static void set_events(struct wr_conn *conn)
{
    bool read = !conn->eof && wants_input(conn);
    bool write = has_output(conn) || (!conn->io.shaken && conn->io.wants_write);
    set_event(&conn->read_event, &conn->reading, read);
    set_event(&conn->write_event, &conn->writing, write);
    if (read && wr_io_pending(&conn->io))
        event_active(&conn->read_event, EV_READ, 0);
}

static void set_wait(struct wr_conn *conn)
{
    enum wr_wait wait = WR_WAIT_NONE;
    if (conn->lingering)
        wait = WR_WAIT_LINGER;
    else if (has_output(conn))
        wait = WR_WAIT_WRITE;
    else if (is_between(conn) && conn->requests > 0)
        wait = WR_WAIT_IDLE;
    else if (conn->state == WR_CONN_HEAD)
        wait = WR_WAIT_HEAD;
    else if (conn->state == WR_CONN_BODY)
        wait = WR_WAIT_BODY;
    if (wait != conn->wait)
        wr_conn_wait(conn, wait, wait == WR_WAIT_NONE ? 0 : wr_mono_us());
}

void wr_conn_enter(struct wr_conn *conn)
{
    conn->depth++;
}

void wr_conn_leave(struct wr_conn *conn)
{
    if (conn->depth > 1) {
        conn->depth--;
        return;
    }
    conn->depth = 2; /* a handler's reply must not come back here */
    do {
        while (wr_conn_step(conn))
            ;
        wr_conn_flush(conn);
    } while (!has_output(conn) && conn->state == WR_CONN_HEAD && wr_conn_step(conn));
    if (!conn->lost && conn->state == WR_CONN_HEAD && !has_output(conn) &&
        (conn->eof || (conn->exchange.server->draining && is_between(conn))))
        close_politely(conn);
    if (!conn->lost && conn->state == WR_CONN_CLOSING && !has_output(conn))
        begin_closing(conn);
    conn->depth = 0;
    if (conn->lost && !conn->handed) {
        wr_conn_free(conn);
    } else if (!conn->lost) {
        set_events(conn);
        set_wait(conn);
    }
}

/* ---- opening and freeing -------------------------------------------------------------------- */

static void name_peer(struct wr_conn *conn, int fd)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    struct wr_request *request = &conn->exchange.request;
    request->peer = conn->peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0)
        return;
    if (peer.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&peer;
        inet_ntop(AF_INET, &in->sin_addr, conn->peer, sizeof conn->peer);
        request->peer_port = ntohs(in->sin_port);
    } else if (peer.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&peer;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
        inet_ntop(mapped ? AF_INET : AF_INET6, in6->sin6_addr.s6_addr + (mapped ? 12 : 0),
                  conn->peer, sizeof conn->peer);
        request->peer_port = ntohs(in6->sin6_port);
    }
}

void wr_conn_open(struct wr_server *server, int fd)
{
    struct wr_conn *conn = calloc(1, sizeof *conn);
    if (!conn || !wr_io_open(&conn->io, fd, server->tls)) {
        if (!conn)
            close(fd);
        free(conn);
        return;
    }
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    conn->exchange.server = server;
    name_peer(conn, fd);
    event_assign(&conn->read_event, server->loop, fd, EV_READ | EV_PERSIST, on_readable, conn);
    event_assign(&conn->write_event, server->loop, fd, EV_WRITE | EV_PERSIST, on_writable, conn);
    event_assign(&conn->gone_event, server->loop, -1, 0, on_gone, conn);
    conn->next = server->conns;
    if (conn->next)
        conn->next->last = conn;
    server->conns = conn;
    server->conn_count++;
    wr_conn_enter(conn);
    if (server->conn_count > server->options.limits.connections) {
        if (conn->io.shaken)
            wr_conn_refuse(conn, WR_REFUSAL_too_many_connections);
        else
            wr_conn_cut(conn, "too_many_connections");
    }
    wr_conn_leave(conn);
}

void wr_conn_free(struct wr_conn *conn)
{
    conn->gone_told = true;
    wr_conn_lost(conn);
    wr_conn_drop_request(conn);
    wr_input_drop(conn);
    wr_server_forget(conn);
    free(conn);
}
