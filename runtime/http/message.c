/* One request after the other out of what has come: showing the head, reading the body, handing the
 * exchange to the handler. */
#include "runtime/http/conn.h"

#include "runtime/base/clock.h"

#include <stdlib.h>
#include <string.h>

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
bool wr_body_room(struct wr_conn *conn, size_t more)
{
    size_t need = conn->body_len + more;
    if (need <= conn->body_room)
        return true;
    size_t room = conn->body_room ? conn->body_room * 2 : 32768;
    while (room < need)
        room *= 2;
    struct wr_server *server = conn->exchange.server;
    if (room - conn->body_room > server->options.limits.all_bodies_bytes - server->body_bytes) {
        wr_conn_refuse(conn, WR_REFUSAL_too_many_bodies);
        return false;
    }
    char *body = realloc(conn->body, room);
    if (!body) {
        wr_conn_cut(conn, "out_of_memory");
        return false;
    }
    server->body_bytes += room - conn->body_room;
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
    if (!wr_body_room(conn, piece.len))
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

bool wr_body_is_apart(const struct wr_input *in)
{
    return !in->head.chunked && in->head.content_length > 0 &&
           in->start + in->head.size + (uint64_t)in->head.content_length > in->room;
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
    if (wr_body_is_apart(in)) {
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
bool wr_conn_step(struct wr_conn *conn)
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
