/* The HTTP/1.1 server (RFC 9110, RFC 9112): connections, limits, time and replies on one libevent
 * loop. It knows requests and replies, and nothing of jobs, routes or keys.
 *
 * Everything here runs on the loop's thread. A request becomes an exchange; whoever is handed an
 * exchange ends it exactly once: with wr_reply(), with wr_stream_end(), or with wr_abandon(). */
#ifndef WR_HTTP_SERVER_H
#define WR_HTTP_SERVER_H

#include <wright/generated.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct wr_arena;
struct wr_head;
struct wr_server;

/* 0 takes the default. Whatever passes a limit is answered and its connection closed. */
struct wr_http_limits {
    size_t body_bytes;       /* 1 MiB; decoded; 413. on_head may set another for its request */
    size_t all_bodies_bytes; /* 256 MiB of larger bodies being held at once; 503 */
    size_t header_bytes;     /* 16 KiB: request line, fields and trailers; 431, or 414 */
    uint32_t header_count;   /* 64, at most 128; 431 */
    uint32_t connections;    /* 4096; past it the longest idle one is closed, else 503 */
    uint32_t header_ms;      /* 10 s from the first byte (or the accept) to the head's end; 408 */
    uint32_t body_ms;        /* 30 s for the whole body; 408 */
    uint32_t idle_ms;        /* 75 s between requests; closed without a word */
    uint32_t write_ms;       /* 30 s without progress of a pending reply; cut */
    size_t stream_bytes;     /* 256 KiB unsent of a streamed reply; past it the client is cut */
    uint32_t requests_per_connection; /* 0: no limit; the last is answered Connection: close */
};

/* One request. All texts are valid until the exchange ends, are not NUL-terminated, and keep
 * the client's bytes: nothing is percent-decoded. */
struct wr_request {
    struct wr_str method; /* a token, case-sensitive; never empty */
    struct wr_str target; /* as sent; valid characters and percent-encodings only */
    struct wr_str path;   /* of the target, begins with '/' ("*" for OPTIONS *) */
    struct wr_str query;  /* without '?'; ptr NULL: none */
    struct wr_str host;   /* authority of the target or the Host field */
    struct wr_str body;   /* complete in on_request; empty in on_head */
    bool has_body;        /* a body is to come or has come (it may have length 0) */
    bool http10;          /* HTTP/1.0 */
    bool tls;
    uint64_t max_body;   /* bytes; starts as the limit; on_head may change it */
    int64_t received_us; /* monotonic: the last byte of the request; in on_head, of its head */
    const char *peer;    /* "127.0.0.1" or "::1"; NUL-terminated */
    uint16_t peer_port;
    struct wr_arena *arena;     /* empty at on_head; emptied when the exchange ends */
    const struct wr_head *head; /* these two are for wr_field() */
    const char *base;
};

struct wr_exchange {
    struct wr_request request;
    struct wr_server *server;
    void *user; /* yours; NULL at on_head */
};

struct wr_handler {
    void *self;
    /* The head is read and well formed; the body is not read yet. True: go on. False: the exchange
     * has been ended (401, 404, 405, 413 …) or will be, without its body. After true the body may
     * never come, and then nobody is told: keep what needs no freeing, in the request's arena. */
    bool (*on_head)(void *self, struct wr_exchange *exchange);
    /* The request is complete. End the exchange now or any time later. */
    void (*on_request)(void *self, struct wr_exchange *exchange);
    /* Optional. The client closed its side before the exchange ended. At most once, after
     * on_request. The exchange still must be ended: wr_abandon() if nobody needs the answer, or
     * as usual (a client that closed only its sending side gets the reply, else it is dropped). */
    void (*on_gone)(void *self, struct wr_exchange *exchange);
    /* Optional. The server itself refused a request or cut a client: `status` as sent, or 0
     * where nothing was; `code` is a stable word, `peer` an address. For logs and metrics. */
    void (*on_refused)(void *self, int status, const char *code, const char *peer);
    /* Optional. Takes every accepted, non-blocking socket, and hands it to a server of its choice, on
     * that one's loop, with wr_server_adopt(). Else this server keeps it. */
    void (*on_accept)(void *self, int fd);
};

struct wr_server_options {
    struct wr_http_limits limits;
    struct wr_handler handler;
    const char *server_name;   /* value of the Server field; NULL: none is sent */
    const char *tls_cert_file; /* PEM, with its chain; NULL: plain HTTP */
    const char *tls_key_file;  /* PEM */
};

/* NULL and a sentence in `error` when it cannot: only TLS files can fail. `options` is copied, its
 * texts are not. Ignores SIGPIPE for the process. */
struct wr_server *wr_server_new(struct event_base *loop, const struct wr_server_options *options,
                                char *error, size_t error_size);
/* `address`: "127.0.0.1:8080", "[::1]:0", "localhost:80", ":8080" (all addresses). May be called
 * more than once. Gives the port (as found, where 0 was asked), or -1 and a sentence. */
int wr_server_listen(struct wr_server *server, const char *address, char *error, size_t error_size);
/* The same on a Unix socket, which only its owner may use. A socket that is at `path` is removed, so
 * the caller must know that it is nobody's. The socket stays there after the end. False and a sentence. */
bool wr_server_listen_unix(struct wr_server *server, const char *path, char *error,
                           size_t error_size);
/* Takes an accepted, non-blocking socket, as an acceptor on another loop hands it out. On this loop only. */
void wr_server_adopt(struct wr_server *server, int fd);
/* No new connections; idle ones close; what is under way ends, with Connection: close. `done` is
 * called once, later, on the loop, when no connection is left. The caller sets the time limit. */
void wr_server_drain(struct wr_server *server, void (*done)(void *arg), void *arg);
/* Any thread. */
uint32_t wr_server_connections(const struct wr_server *server);
uint32_t wr_server_exchanges(const struct wr_server *server); /* handed out and not ended */
/* Closes everything at once; not from within a handler. Exchanges not ended are dead: nobody is
 * told. */
void wr_server_free(struct wr_server *server);

/* ---- reading a request ---------------------------------------------------------------------- */

/* How many fields have this name (any case), and the first one's value, without white space at its
 * ends. More than one where the field is a single value: refuse the request (400). */
size_t wr_field(const struct wr_request *request, const char *name, struct wr_str *value);
/* Calls `each` for every field in order until it returns false. */
void wr_fields_each(const struct wr_request *request,
                    bool (*each)(void *arg, struct wr_str name, struct wr_str value), void *arg);
/* The parameter `name` of the query, percent-decoded ('+' is a space) into the request's arena.
 * The number of times it occurs; 0 also leaves `value` empty with ptr NULL. */
size_t wr_query(const struct wr_request *request, const char *name, struct wr_str *value);

/* ---- answering ------------------------------------------------------------------------------ */

struct wr_header {
    struct wr_str name, value; /* control characters in a value are sent as spaces */
};

/* Date, Content-Length, Connection and Server are the server's; do not give them. */
struct wr_reply {
    int status;                 /* 200 to 599 */
    struct wr_str content_type; /* empty: none is sent */
    const struct wr_header *headers;
    size_t header_count;
    struct wr_str body; /* not sent on HEAD, 204 and 304 */
    bool close;         /* and close the connection */
};

/* Ends the exchange. Everything given is copied or sent before it returns. */
void wr_reply(struct wr_exchange *exchange, const struct wr_reply *reply);
/* Ends the exchange without an answer: the connection is closed. */
void wr_abandon(struct wr_exchange *exchange);

/* A reply in pieces (server-sent events): the body of `head` is ignored; there is no
 * Content-Length. Ends with wr_stream_end() (or wr_abandon()). on_gone also tells of a client that
 * was cut between two pieces. */
void wr_stream_start(struct wr_exchange *exchange, const struct wr_reply *head);
/* False: the client is gone, or was cut as it fell `stream_bytes` behind. Then on_gone is not called
 * for it any more: end the exchange. */
bool wr_stream_send(struct wr_exchange *exchange, struct wr_str piece);
void wr_stream_end(struct wr_exchange *exchange);
/* Bytes that the client has not taken yet, beyond what the kernel holds. */
size_t wr_stream_unsent(const struct wr_exchange *exchange);
/* Cuts a client that takes nothing, as wr_stream_send() does; on_gone is not called any more. */
void wr_stream_cut(struct wr_exchange *exchange);

#endif
