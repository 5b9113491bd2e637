/* A connection's life: reading requests, handing them out one at a time, and its end. */
#include "runtime/http/conn.h"
#include "runtime/http/problem.h"

#include "runtime/base/clock.h"

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

void wr_conn_refuse(struct wr_conn *conn, enum wr_refusal refusal)
{
    struct wr_refusal_text text = wr_refusal_text(refusal);
    struct wr_problem problem = {
        .status = text.status, .code = text.code, .detail = {text.detail, strlen(text.detail)}};
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
        wr_conn_lost(conn);
    wr_conn_leave(conn);
}

/* ---- requests ------------------------------------------------------------------------------- */

static struct wr_str text_of(const char *base, struct wr_span span)
{
    return (struct wr_str){base + span.at, span.len};
}

/* Where the body will be: behind the head if it fits there. Nothing moves after this. */
static bool place_body(struct wr_input *in)
{
    const struct wr_head *head = &in->head;
    uint64_t length = head->content_length > 0 ? (uint64_t)head->content_length : 0;
    size_t have = in->len - in->start;
    bool placed = true;
    if (head->chunked)
        placed = wr_input_room(in, WR_CHUNK_ROOM);
    else if (length > 0 && head->size + length <= in->room && head->size + length > have)
        placed = wr_input_room(in, head->size + (size_t)length - have);
    in->body_at = in->start + head->size;
    return placed;
}

static void fill_request(struct wr_conn *conn)
{
    const struct wr_server *server = conn->exchange.server;
    const struct wr_head *head = &conn->in->head;
    const char *base = conn->in->data + conn->in->start;
    struct wr_request *request = &conn->exchange.request;
    const char *peer = request->peer;
    uint16_t port = request->peer_port;
    *request = (struct wr_request){.method = text_of(base, head->method),
                                   .target = text_of(base, head->target),
                                   .path = text_of(base, head->path),
                                   .host = text_of(base, head->host),
                                   .has_body = head->chunked || head->content_length >= 0,
                                   .http10 = head->http10,
                                   .tls = conn->io.ssl != NULL,
                                   .max_body = server->options.limits.body_bytes,
                                   .received_us = wr_mono_us(),
                                   .peer = peer,
                                   .peer_port = port,
                                   .arena = &conn->arena,
                                   .head = head,
                                   .base = base};
    if (head->has_query)
        request->query = text_of(base, head->query);
    conn->exchange.user = NULL;
    conn->no_body = request->method.len == 4 && memcmp(request->method.ptr, "HEAD", 4) == 0;
    conn->whole = !head->chunked && head->content_length <= 0;
}

/* Gives the exchange to the handler. */
static void hand(struct wr_conn *conn)
{
    conn->state = WR_CONN_BUSY;
    conn->handed = true;
    conn->gone_told = false;
    conn->exchange.server->exchange_count++;
}

static void send_continue(struct wr_conn *conn)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct iovec part = {(void *)(size_t)line, sizeof line - 1};
    wr_conn_send(conn, &part, 1);
}

/* The head is there: shows it, and decides how the body is read. */
static void begin_request(struct wr_conn *conn)
{
    struct wr_server *server = conn->exchange.server;
    const struct wr_handler *handler = &server->options.handler;
    const struct wr_head *head = &conn->in->head;
    uint32_t most = server->options.limits.requests_per_connection;
    wr_conn_wait(conn, WR_WAIT_NONE, 0);
    if (!place_body(conn->in)) {
        wr_conn_cut(conn, "out_of_memory");
        return;
    }
    fill_request(conn);
    conn->requests++;
    conn->keep = head->keep_alive && (most == 0 || conn->requests < most);
    if (handler->on_head) {
        hand(conn);
        if (!handler->on_head(handler->self, &conn->exchange))
            return; /* ended, or to be ended later without its body */
        conn->handed = false;
        server->exchange_count--;
    }
    conn->state = WR_CONN_BODY;
    if (head->content_length > 0 &&
        (uint64_t)head->content_length > conn->exchange.request.max_body) {
        wr_conn_refuse(conn, WR_REFUSAL_body_too_large);
        return;
    }
    if (head->chunked)
        wr_chunked_start(&conn->chunked, WR_CHUNK_OVERHEAD);
    if (head->expect_continue && !conn->whole && conn->in->len == conn->in->body_at)
        send_continue(conn);
}

static void begin_handling(struct wr_conn *conn, struct wr_str body)
{
    const struct wr_handler *handler = &conn->exchange.server->options.handler;
    conn->exchange.request.body = body;
    conn->exchange.request.received_us = wr_mono_us();
    conn->whole = true;
    wr_conn_wait(conn, WR_WAIT_NONE, 0);
    hand(conn);
    handler->on_request(handler->self, &conn->exchange);
}

/* ---- bodies --------------------------------------------------------------------------------- */

/* Room in the body's own buffer, grown by doubling, so that a length alone costs nothing. */
static bool body_room(struct wr_conn *conn, size_t more)
{
    size_t need = conn->body_len + more;
    if (need <= conn->body_room)
        return true;
    size_t room = conn->body_room ? conn->body_room * 2 : 32768;
    while (room < need)
        room *= 2;
    char *body = realloc(conn->body, room);
    if (!body) {
        wr_conn_cut(conn, "out_of_memory");
        return false;
    }
    conn->body = body;
    conn->body_room = room;
    return true;
}

static bool add_body(struct wr_conn *conn, struct wr_str piece)
{
    if (conn->body_len + piece.len > conn->exchange.request.max_body) {
        wr_conn_refuse(conn, WR_REFUSAL_body_too_large);
        return false;
    }
    if (!body_room(conn, piece.len))
        return false;
    memcpy(conn->body + conn->body_len, piece.ptr, piece.len);
    conn->body_len += piece.len;
    return true;
}

/* What was decoded makes room behind the head. */
static void compact(struct wr_input *in)
{
    size_t from = in->start + in->head.size;
    memmove(in->data + from, in->data + in->body_at, in->len - in->body_at);
    in->len -= in->body_at - from;
    in->body_at = from;
}

static bool take_chunked(struct wr_conn *conn)
{
    struct wr_input *in = conn->in;
    for (;;) {
        size_t used;
        struct wr_str piece;
        enum wr_parsed parsed = wr_chunked_parse(&conn->chunked, in->data + in->body_at,
                                                 in->len - in->body_at, &used, &piece);
        if (piece.len > 0 && !add_body(conn, piece))
            return false;
        in->body_at += used;
        if (parsed == WR_PARSE_REFUSED) {
            wr_conn_refuse(conn, conn->chunked.refusal);
            return false;
        }
        if (parsed == WR_PARSE_DONE) {
            begin_handling(conn, (struct wr_str){conn->body, conn->body_len});
            return true;
        }
        if (piece.len == 0) {
            compact(in);
            return false;
        }
    }
}

static bool body_is_apart(const struct wr_input *in)
{
    return in->start + in->head.size + (uint64_t)in->head.content_length > in->room;
}

/* A body of known length. True: it was there, and something was done. */
static bool take_body(struct wr_conn *conn)
{
    struct wr_input *in = conn->in;
    if (in->head.chunked)
        return take_chunked(conn);
    size_t length = in->head.content_length > 0 ? (size_t)in->head.content_length : 0;
    if (length == 0) {
        begin_handling(conn, (struct wr_str){"", 0});
        return true;
    }
    size_t have = in->len - in->body_at;
    if (body_is_apart(in)) {
        struct wr_str piece = {in->data + in->body_at, have};
        if (have > 0 && !add_body(conn, piece))
            return false;
        in->len = in->body_at;
        if (conn->body_len < length)
            return false;
        begin_handling(conn, (struct wr_str){conn->body, length});
        return true;
    }
    if (have < length)
        return false;
    struct wr_str body = {in->data + in->body_at, length};
    in->body_at += length;
    begin_handling(conn, body);
    return true;
}

/* One step with what has come. False: no more can be done now. */
static bool step(struct wr_conn *conn)
{
    struct wr_input *in = conn->in;
    if (conn->lost || !in)
        return false;
    if (conn->state == WR_CONN_BODY)
        return take_body(conn);
    if (conn->state != WR_CONN_HEAD || in->len == in->start ||
        conn->out_len - conn->out_at > WR_OUT_MARK)
        return false;
    switch (wr_head_parse(&in->head, in->data + in->start, in->len - in->start)) {
    case WR_PARSE_MORE:
        return false;
    case WR_PARSE_REFUSED:
        conn->exchange.request.http10 = in->head.http10;
        conn->no_body = false;
        wr_conn_refuse(conn, in->head.refusal);
        return false;
    case WR_PARSE_DONE:
        break;
    }
    begin_request(conn);
    return true;
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
    if (room == 0) {
        if (!body_room(conn, 1))
            return WR_IO_FAILED;
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
    if (conn->state == WR_CONN_BODY && !in->head.chunked && body_is_apart(in))
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
    else if (conn->state == WR_CONN_BODY)
        wr_conn_lost(conn);
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
        wr_io_finish(&conn->io);
        wr_conn_lost(conn);
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
        while (step(conn))
            ;
        wr_conn_flush(conn);
    } while (!has_output(conn) && conn->state == WR_CONN_HEAD && step(conn));
    if (!conn->lost && conn->state == WR_CONN_HEAD && !has_output(conn) &&
        (conn->eof || (conn->exchange.server->draining && is_between(conn))))
        wr_conn_lost(conn);
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
