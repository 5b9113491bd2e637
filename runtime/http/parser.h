/* HTTP/1.1 messages from bytes: request heads and chunked bodies, RFC 9112, strictly. Knows no
 * sockets and allocates nothing. However the bytes are cut, the result is the same. */
#ifndef WR_HTTP_PARSER_H
#define WR_HTTP_PARSER_H

#include <wright/generated.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WR_HEAD_FIELDS 128

/* Why a message is refused: a status and a stable word. Rows: name, status, detail. */
#define WR_REFUSALS(ROW)                                                                           \
    ROW(bad_request_line, 400, "The request line is not `METHOD target HTTP/1.1`.")                \
    ROW(bad_method, 400, "The method is not a token.")                                             \
    ROW(bad_target, 400, "The request target has a character or an encoding that no URI has.")     \
    ROW(bad_version, 505, "The version is not HTTP/1.0 or HTTP/1.1.")                              \
    ROW(connect_refused, 501, "CONNECT is for proxies.")                                           \
    ROW(bare_line_feed, 400, "A line ends in LF without CR.")                                      \
    ROW(bad_field, 400, "A field line is not `Name: value`.")                                      \
    ROW(space_before_colon, 400, "White space stands before the colon of a field line.")           \
    ROW(folded_line, 400, "A field line is folded, which is obsolete.")                            \
    ROW(missing_host, 400, "HTTP/1.1 requires a Host field.")                                      \
    ROW(duplicate_host, 400, "There is more than one Host field.")                                 \
    ROW(bad_host, 400, "The Host field is not `host` or `host:port`.")                             \
    ROW(duplicate_content_length, 400, "There is more than one Content-Length.")                   \
    ROW(bad_content_length, 400, "Content-Length is not a number.")                                \
    ROW(length_and_encoding, 400, "Content-Length and Transfer-Encoding exclude each other.")      \
    ROW(duplicate_transfer_encoding, 400, "There is more than one Transfer-Encoding.")             \
    ROW(unknown_transfer_encoding, 400, "The only Transfer-Encoding taken is `chunked`.")          \
    ROW(encoding_in_http10, 400, "HTTP/1.0 has no Transfer-Encoding.")                             \
    ROW(unknown_expectation, 417, "The only expectation met is `100-continue`.")                   \
    ROW(target_too_long, 414, "The request target is too long.")                                   \
    ROW(header_too_large, 431, "The header section is too large.")                                 \
    ROW(too_many_fields, 431, "There are too many fields.")                                        \
    ROW(bad_chunk, 400, "A chunk's size line or end is malformed.")                                \
    ROW(bad_trailer, 400, "A trailer field is malformed.")                                         \
    ROW(trailer_too_large, 431, "Chunk extensions and trailers are too large.")                    \
    ROW(body_too_large, 413, "The body is larger than this server takes.")                         \
    ROW(header_timeout, 408, "The header section did not arrive in time.")                         \
    ROW(body_timeout, 408, "The body did not arrive in time.")                                     \
    ROW(too_many_bodies, 503, "The server holds all the request bodies it takes at once.")         \
    ROW(too_many_connections, 503, "The server has all the connections it takes.")

enum wr_refusal {
    WR_REFUSAL_NONE,
#define WR_REFUSAL_ROW(name, status, detail) WR_REFUSAL_##name,
    WR_REFUSALS(WR_REFUSAL_ROW)
#undef WR_REFUSAL_ROW
};

struct wr_refusal_text {
    int status;
    const char *code, *detail;
};
struct wr_refusal_text wr_refusal_text(enum wr_refusal refusal);

enum wr_parsed { WR_PARSE_MORE, WR_PARSE_DONE, WR_PARSE_REFUSED };

/* A part of the head, as an offset, as the buffer may move while it fills. */
struct wr_span {
    uint32_t at, len;
};

struct wr_field_span {
    struct wr_span name, value;
};

struct wr_head {
    /* results */
    struct wr_span method, target, path, query, host;
    bool has_query, http10, chunked, expect_continue;
    bool keep_alive;        /* what version and Connection say */
    int64_t content_length; /* -1: none given */
    uint32_t size;          /* of the head, its empty line included */
    enum wr_refusal refusal;
    uint32_t field_count;
    /* limits and state */
    uint32_t max_bytes, max_fields;
    uint32_t line, scanned; /* start of the line under way; no LF before `scanned` */
    bool has_line, has_host, connection_close, connection_keep_alive, has_encoding;
    bool absolute; /* the host is the target's, and the Host field is only checked */
    struct wr_field_span fields[WR_HEAD_FIELDS];
};

/* `max_bytes` is of the whole head; `max_fields` is at most WR_HEAD_FIELDS. */
void wr_head_start(struct wr_head *head, uint32_t max_bytes, uint32_t max_fields);
/* `base` is the message from its first byte, `len` what has come of it so far: call again with more
 * of the same until it is not MORE. Empty lines before the request line are skipped (RFC 9112,
 * 2.2). Bytes beyond the head are not looked at. */
enum wr_parsed wr_head_parse(struct wr_head *head, const char *base, size_t len);

struct wr_chunked {
    enum { WR_CHUNK_SIZE, WR_CHUNK_DATA, WR_CHUNK_END, WR_CHUNK_TRAILER, WR_CHUNK_DONE } state;
    uint64_t left;     /* of the chunk's data */
    uint32_t overhead; /* bytes of size lines beyond the digits, and of trailers, so far */
    uint32_t max_overhead;
    uint32_t scanned; /* of the line under way */
    enum wr_refusal refusal;
};

void wr_chunked_start(struct wr_chunked *chunked, uint32_t max_overhead);
/* Takes from `data` and says how much in `used`. DONE: the body's end was taken. MORE with a
 * `piece` (not empty): some of the body, within `data`; call again with the rest. MORE without a
 * piece: more is needed beyond what was not used. A trailer's fields are checked and dropped. */
enum wr_parsed wr_chunked_parse(struct wr_chunked *chunked, const char *data, size_t len,
                                size_t *used, struct wr_str *piece);

#endif
