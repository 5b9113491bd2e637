/* A connection, inside the server: what the files of this folder share. */
#ifndef WR_HTTP_CONN_H
#define WR_HTTP_CONN_H

#include "runtime/base/arena.h"
#include "runtime/http/io.h"
#include "runtime/http/parser.h"
#include "runtime/http/server.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdatomic.h>

#define WR_INPUT_BYTES 16384       /* an input buffer's first size; it grows to a large head */
#define WR_CHUNK_ROOM 8192         /* what a chunked body's framing may need beyond its head */
#define WR_CHUNK_OVERHEAD 4096     /* chunk extensions and trailers of one body */
#define WR_OUT_MARK 65536          /* pending output past which pipelined requests wait */
#define WR_LINGER_MS 2000          /* for a refused client to read why (RFC 9112, 9.6) */
#define WR_LINGER_BYTES (8u << 20) /* of its body that are dropped meanwhile */

/* What comes in: borrowed from the server while there is something. The head's spans are offsets
 * from `start`. Nothing moves while an exchange may point into it. */
struct wr_input {
    struct wr_input *next; /* in the server's pool */
    size_t start;          /* where the message under way begins */
    size_t body_at;        /* the first byte of its body that was not taken yet */
    size_t len, room;
    struct wr_head head;
    char *data;
};

enum wr_conn_state {
    WR_CONN_HEAD,   /* between requests, or reading a head */
    WR_CONN_BODY,   /* the head was shown; reading the body */
    WR_CONN_BUSY,   /* the exchange is the handler's */
    WR_CONN_STREAM, /* the same, and its reply has begun */
    WR_CONN_CLOSING /* sending what is left, then closing */
};

/* One list a kind of time limit; a list's limits are equal, so that it is in order of time. */
enum wr_wait {
    WR_WAIT_NONE,
    WR_WAIT_IDLE,
    WR_WAIT_HEAD,
    WR_WAIT_BODY,
    WR_WAIT_WRITE,
    WR_WAIT_LINGER,
    WR_WAIT_COUNT
};

struct wr_conn {
    struct wr_exchange exchange; /* first: an exchange is its connection */
    struct wr_io io;
    struct event read_event, write_event, gone_event;
    enum wr_conn_state state;
    struct wr_input *in; /* NULL: nothing has come */
    struct wr_chunked chunked;
    char *body; /* a body that does not fit into `in`, or is chunked */
    size_t body_len, body_room;
    char *out; /* what could not be sent yet */
    size_t out_at, out_len, out_room;
    size_t lingered;
    uint32_t requests;
    uint32_t depth;   /* of calls into the connection: settled when it is 0 again */
    bool handed;      /* on_request was called, and the exchange has not ended */
    bool whole;       /* the request was read to its end */
    bool keep;        /* the connection outlives the exchange */
    bool must_linger; /* the peer may still be sending when the connection is closed */
    bool lost;        /* the socket is closed */
    bool eof;         /* the peer sends no more */
    bool gone_told;   /* on_gone was called, or need not be */
    bool reading, writing, lingering;
    bool plain_stream; /* a stream without chunks, to HTTP/1.0 */
    bool no_body;      /* HEAD: the reply has none */
    enum wr_wait wait;
    int64_t deadline_us;
    struct wr_conn *wait_next, *wait_last; /* its list */
    struct wr_conn *next, *last;           /* all of the server's */
    struct wr_arena arena;
    char peer[48];
};

struct wr_wait_list {
    struct wr_conn *first, *end;
    int64_t limit_us;
};

struct wr_listener {
    struct wr_listener *next;
    struct wr_server *server;
    struct event event;
    int fd;
};

struct wr_server {
    struct event_base *loop;
    struct wr_server_options options; /* limits without zeros */
    struct ssl_ctx_st *tls;
    struct wr_listener *listeners;
    struct wr_conn *conns;
    atomic_uint conn_count; /* changed on the loop, read from any */
    uint32_t exchange_count;
    size_t body_bytes; /* of all bodies that are apart */
    struct wr_wait_list waits[WR_WAIT_COUNT];
    struct event timer, accept_again;
    int64_t timer_us; /* when it goes off; 0: not set */
    struct wr_input *inputs;
    uint32_t input_count;
    char *scratch; /* for a reply's head */
    size_t scratch_room;
    int64_t date_s; /* that `date` is of */
    char date[64];  /* the whole field line */
    uint32_t date_len, server_len;
    char server_line[128];
    void (*drained)(void *arg);
    void *drained_arg;
    bool draining;
};

/* conn.c */
void wr_conn_open(struct wr_server *server, int fd);
void wr_conn_enter(struct wr_conn *conn);
/* The outermost leave goes on with what has come, sends what is pending, and may free `conn`. */
void wr_conn_leave(struct wr_conn *conn);
void wr_conn_lost(struct wr_conn *conn); /* closes the socket; the exchange is told later */
void wr_conn_timed_out(struct wr_conn *conn);
void wr_conn_refuse(struct wr_conn *conn, enum wr_refusal refusal);
void wr_conn_cut(struct wr_conn *conn, const char *code); /* reports, and loses it */
void wr_conn_free(struct wr_conn *conn);
/* message.c */
bool wr_conn_step(struct wr_conn *conn); /* one step with what has come; false: no more now */
bool wr_body_is_apart(const struct wr_input *in); /* it does not fit behind its head */
/* Room for `more` in a body of its own; false: refused, or the connection is cut. */
bool wr_body_room(struct wr_conn *conn, size_t more);
/* input.c */
bool wr_input_take(struct wr_conn *conn); /* false: no memory */
void wr_input_drop(struct wr_conn *conn);
bool wr_input_room(struct wr_input *in, size_t room); /* beyond what is used; may move bytes */
/* reply.c */
void wr_conn_send_reply(struct wr_conn *conn, const struct wr_reply *reply, bool stream);
void wr_conn_send(struct wr_conn *conn, const struct iovec *parts, int count);
void wr_conn_flush(struct wr_conn *conn);
/* exchange.c */
void wr_conn_drop_request(struct wr_conn *conn); /* its memory */
/* server.c */
void wr_conn_wait(struct wr_conn *conn, enum wr_wait wait, int64_t now_us);
void wr_server_forget(struct wr_conn *conn); /* a connection has ended */

#endif
