/* Replies as bytes: their heads, and sending what the socket takes now and the rest later. */
#include "runtime/http/conn.h"
#include "runtime/http/problem.h"

#include "runtime/base/clock.h"
#include "runtime/base/failpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- bytes ---------------------------------------------------------------------------------- */

static size_t pending(const struct wr_conn *conn)
{
    return conn->out_len - conn->out_at;
}

/* Keeps the bytes beyond the first `skip` for later. */
static bool keep_rest(struct wr_conn *conn, const struct iovec *parts, int count, size_t skip)
{
    size_t total = 0;
    for (int i = 0; i < count; i++)
        total += parts[i].iov_len;
    total -= skip;
    if (conn->out_room - conn->out_len < total) {
        size_t room = pending(conn) + total;
        room += room / 2 + 1024;
        char *out = malloc(room);
        if (!out)
            return false;
        if (conn->out)
            memcpy(out, conn->out + conn->out_at, pending(conn));
        free(conn->out);
        conn->out_len = pending(conn);
        conn->out_at = 0;
        conn->out = out;
        conn->out_room = room;
    }
    for (int i = 0; i < count; i++) {
        size_t cut = skip < parts[i].iov_len ? skip : parts[i].iov_len;
        skip -= cut;
        if (parts[i].iov_len > cut)
            memcpy(conn->out + conn->out_len, (const char *)parts[i].iov_base + cut,
                   parts[i].iov_len - cut);
        conn->out_len += parts[i].iov_len - cut;
    }
    return true;
}

/* More of the input waits to be answered: one write will do for several replies. */
static bool may_gather(const struct wr_conn *conn)
{
    return conn->depth > 1 && conn->in && conn->in->len > conn->in->body_at;
}

void wr_conn_send(struct wr_conn *conn, const struct iovec *parts, int count)
{
    size_t total = 0, sent = 0;
    if (conn->lost)
        return;
    for (int i = 0; i < count; i++)
        total += parts[i].iov_len;
    if (pending(conn) == 0 && !conn->io.ssl && !may_gather(conn)) {
        ssize_t put = wr_io_write(&conn->io, parts, count);
        if (put == WR_IO_FAILED) {
            wr_conn_lost(conn);
            return;
        }
        sent = put > 0 ? (size_t)put : 0;
    }
    if (sent < total && !keep_rest(conn, parts, count, sent))
        wr_conn_cut(conn, "out_of_memory");
}

void wr_conn_flush(struct wr_conn *conn)
{
    while (!conn->lost && pending(conn) > 0) {
        struct iovec part = {conn->out + conn->out_at, pending(conn)};
        ssize_t put = wr_io_write(&conn->io, &part, 1);
        if (put == WR_IO_FAILED)
            wr_conn_lost(conn);
        if (put <= 0)
            return;
        conn->out_at += (size_t)put;
        if (conn->wait == WR_WAIT_WRITE) /* progress: the time limit begins anew */
            wr_conn_wait(conn, WR_WAIT_WRITE, wr_mono_us());
    }
    if (conn->out && pending(conn) == 0) {
        free(conn->out);
        conn->out = NULL;
        conn->out_at = conn->out_len = conn->out_room = 0;
    }
}

/* ---- heads ---------------------------------------------------------------------------------- */

static void renew_date(struct wr_server *server)
{
    time_t now = time(NULL);
    if (now == server->date_s)
        return;
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm;
    gmtime_r(&now, &tm);
    int len = snprintf(server->date, sizeof server->date,
                       "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n", days + 3 * tm.tm_wday,
                       tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                       tm.tm_sec);
    server->date_len = (uint32_t)len;
    server->date_s = now;
}

static char *put(char *out, const char *text, size_t len)
{
    if (len > 0)
        memcpy(out, text, len);
    return out + len;
}

#define PUT(out, literal) put((out), (literal), sizeof(literal) - 1)

static char *put_number(char *out, uint64_t number)
{
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put(out, digits + n, sizeof digits - n);
}

static char *put_field(char *out, struct wr_str name, struct wr_str value)
{
    out = put(out, name.ptr, name.len);
    out = PUT(out, ": ");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        *out++ = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    return PUT(out, "\r\n");
}

static char *scratch(struct wr_server *server, const struct wr_reply *reply)
{
    size_t need = 512 + reply->content_type.len;
    for (size_t i = 0; i < reply->header_count; i++)
        need += reply->headers[i].name.len + reply->headers[i].value.len + 4;
    if (server->scratch_room < need) {
        char *room = realloc(server->scratch, need * 2);
        if (!room)
            return NULL;
        server->scratch = room;
        server->scratch_room = need * 2;
    }
    return server->scratch;
}

static char *put_head(const struct wr_conn *conn, const struct wr_reply *reply, bool stream,
                      char *out)
{
    const struct wr_server *server = conn->exchange.server;
    const char *phrase = wr_status_phrase(reply->status);
    out = PUT(out, "HTTP/1.1 ");
    out = put_number(out, (uint64_t)reply->status);
    *out++ = ' ';
    out = put(out, phrase, strlen(phrase));
    out = PUT(out, "\r\n");
    out = put(out, server->date, server->date_len);
    out = put(out, server->server_line, server->server_len);
    if (reply->content_type.len > 0)
        out = put_field(out, WR_STR("Content-Type"), reply->content_type);
    if (stream && !conn->plain_stream) {
        out = PUT(out, "Transfer-Encoding: chunked\r\n");
    } else if (!stream && reply->status != 204 && reply->status != 304) {
        out = PUT(out, "Content-Length: ");
        out = put_number(out, reply->body.len);
        out = PUT(out, "\r\n");
    }
    if (!conn->keep)
        out = PUT(out, "Connection: close\r\n");
    else if (conn->exchange.request.http10)
        out = PUT(out, "Connection: keep-alive\r\n");
    for (size_t i = 0; i < reply->header_count; i++)
        out = put_field(out, reply->headers[i].name, reply->headers[i].value);
    return PUT(out, "\r\n");
}

void wr_conn_send_reply(struct wr_conn *conn, const struct wr_reply *reply, bool stream)
{
    struct wr_server *server = conn->exchange.server;
    if (conn->lost)
        return;
    conn->plain_stream = stream && conn->exchange.request.http10;
    if (reply->close || server->draining || conn->plain_stream)
        conn->keep = false;
    char *head = scratch(server, reply);
    if (!head) {
        wr_conn_cut(conn, "out_of_memory");
        return;
    }
    wr_failpoint("http.reply.before");
    renew_date(server);
    char *end = put_head(conn, reply, stream, head);
    struct iovec parts[2] = {{head, (size_t)(end - head)},
                             {(void *)(size_t)reply->body.ptr, reply->body.len}};
    bool body = !stream && !conn->no_body && reply->status != 204 && reply->status != 304;
    wr_conn_send(conn, parts, body && reply->body.len > 0 ? 2 : 1);
    wr_failpoint("http.reply.after");
}
