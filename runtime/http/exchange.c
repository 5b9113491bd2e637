/* What a handler may do with an exchange: reply, stream, abandon. */
#include "runtime/http/conn.h"

#include <stdio.h>
#include <stdlib.h>

/* A reply may come before its request's body was read. A body that is here already is skipped;
 * else the connection cannot go on, and the reply's head says so. */
static void skip_body(struct wr_conn *conn)
{
    struct wr_input *in = conn->in;
    if (conn->whole)
        return;
    size_t left = in->head.content_length > 0 ? (size_t)in->head.content_length : 0;
    if (!in->head.chunked && in->len - in->body_at >= left) {
        in->body_at += left;
        conn->whole = true;
    } else {
        conn->keep = false;
        conn->must_linger = true;
    }
}

void wr_conn_drop_request(struct wr_conn *conn)
{
    event_del(&conn->gone_event);
    wr_arena_free(&conn->arena);
    free(conn->body);
    conn->exchange.server->body_bytes -= conn->body_room;
    conn->body = NULL;
    conn->body_len = conn->body_room = 0;
    conn->no_body = false;
}

static void end_exchange(struct wr_conn *conn)
{
    conn->handed = false;
    conn->exchange.server->exchange_count--;
    wr_conn_drop_request(conn);
    if (!conn->keep || conn->lost) {
        conn->state = WR_CONN_CLOSING;
        return;
    }
    conn->state = WR_CONN_HEAD;
    struct wr_input *in = conn->in;
    in->start = in->body_at;
    const struct wr_http_limits *limits = &conn->exchange.server->options.limits;
    if (in->start == in->len)
        wr_input_drop(conn);
    else
        wr_head_start(&in->head, (uint32_t)limits->header_bytes, limits->header_count);
}

void wr_reply(struct wr_exchange *exchange, const struct wr_reply *reply)
{
    struct wr_conn *conn = (struct wr_conn *)exchange;
    wr_conn_enter(conn);
    skip_body(conn);
    wr_conn_send_reply(conn, reply, false);
    end_exchange(conn);
    wr_conn_leave(conn);
}

void wr_abandon(struct wr_exchange *exchange)
{
    struct wr_conn *conn = (struct wr_conn *)exchange;
    wr_conn_enter(conn);
    conn->keep = false; /* closed when the replies before this one are sent */
    end_exchange(conn);
    wr_conn_leave(conn);
}

/* ---- streams -------------------------------------------------------------------------------- */

void wr_stream_start(struct wr_exchange *exchange, const struct wr_reply *head)
{
    struct wr_conn *conn = (struct wr_conn *)exchange;
    wr_conn_enter(conn);
    skip_body(conn);
    conn->state = WR_CONN_STREAM;
    wr_conn_send_reply(conn, head, true);
    wr_conn_leave(conn);
}

static void send_piece(struct wr_conn *conn, struct wr_str piece)
{
    char size[24];
    int len = snprintf(size, sizeof size, "%zx\r\n", piece.len);
    struct iovec whole[3] = {
        {size, (size_t)len}, {(void *)(size_t)piece.ptr, piece.len}, {(void *)(size_t) "\r\n", 2}};
    if (conn->plain_stream)
        wr_conn_send(conn, whole + 1, 1);
    else
        wr_conn_send(conn, whole, 3);
}

bool wr_stream_send(struct wr_exchange *exchange, struct wr_str piece)
{
    struct wr_conn *conn = (struct wr_conn *)exchange;
    wr_conn_enter(conn);
    if (piece.len > 0 && !conn->no_body)
        send_piece(conn, piece);
    wr_conn_flush(conn);
    if (!conn->lost &&
        conn->out_len - conn->out_at > conn->exchange.server->options.limits.stream_bytes)
        wr_conn_cut(conn, "stream_too_slow");
    bool there = !conn->lost;
    if (!there)
        conn->gone_told = true; /* this answer says it */
    wr_conn_leave(conn);
    return there;
}

size_t wr_stream_unsent(const struct wr_exchange *exchange)
{
    const struct wr_conn *conn = (const struct wr_conn *)exchange;
    return conn->out_len - conn->out_at;
}

void wr_stream_cut(struct wr_exchange *exchange)
{
    struct wr_conn *conn = (struct wr_conn *)exchange;
    wr_conn_enter(conn);
    conn->gone_told = true;
    wr_conn_cut(conn, "stream_too_slow");
    wr_conn_leave(conn);
}

void wr_stream_end(struct wr_exchange *exchange)
{
    struct wr_conn *conn = (struct wr_conn *)exchange;
    wr_conn_enter(conn);
    struct iovec last = {(void *)(size_t) "0\r\n\r\n", 5};
    if (!conn->plain_stream && !conn->no_body)
        wr_conn_send(conn, &last, 1);
    end_exchange(conn);
    wr_conn_leave(conn);
}
