/* The HTTP parser: what is taken, what is refused and why, and that it is the same however the
 * bytes are cut. */
#include "runtime/http/parser.h"
#include "tests/unit/tap.h"

#include <stdlib.h>

#define MAX_BYTES 512
#define MAX_FIELDS 8

static struct wr_head head;

/* Parses `text` in pieces of `cut` bytes, moving it each time as a growing buffer would. */
static enum wr_parsed parse(const char *text, size_t len, size_t cut)
{
    wr_head_start(&head, MAX_BYTES, MAX_FIELDS);
    enum wr_parsed parsed = WR_PARSE_MORE;
    for (size_t have = 0; parsed == WR_PARSE_MORE && have < len;) {
        have = have + cut < len ? have + cut : len;
        char *copy = malloc(have);
        memcpy(copy, text, have);
        parsed = wr_head_parse(&head, copy, have);
        free(copy);
    }
    return parsed;
}

static const char *result_name(enum wr_parsed parsed)
{
    return parsed == WR_PARSE_MORE   ? "more"
           : parsed == WR_PARSE_DONE ? "done"
                                     : wr_refusal_text(head.refusal).code;
}

struct head_case {
    const char *name, *text;
    size_t len;       /* the texts hold NULs */
    const char *want; /* "done", "more" or a refusal's code */
};

#define ROW(name, text, want)                                                                      \
    {                                                                                              \
        name, text, sizeof(text) - 1, want                                                         \
    }

#define H "Host: h\r\n"
#define GET(fields) "GET / HTTP/1.1\r\n" fields "\r\n"
#define LONG64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct head_case heads[] = {
    ROW("the least", GET(H), "done"),
    ROW("empty lines first", "\r\n\r\n" GET(H), "done"),
    ROW("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "done"),
    ROW("HTTP/1.9 is taken as 1.1", "GET / HTTP/1.9\r\n" H "\r\n", "done"),
    ROW("a strange method", "X-!#$%&'*+.^_`|~9 / HTTP/1.1\r\n" H "\r\n", "done"),
    ROW("whole URI", "GET http://h:80/a?b HTTP/1.1\r\n" H "\r\n", "done"),
    ROW("whole URI without a path", "GET HTTPS://[::1]?b HTTP/1.1\r\n" H "\r\n", "done"),
    ROW("OPTIONS *", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "done"),
    ROW("percent-encoding", "GET /%2f%C3%A9?%20 HTTP/1.1\r\n" H "\r\n", "done"),
    ROW("an empty value", GET(H "A:\r\nB: \t \r\n"), "done"),
    ROW("bytes beyond ASCII in a value", GET(H "A: \xc3\xa9\xff\r\n"), "done"),
    ROW("Host with a port", GET("Host: a.b-c:8080\r\n"), "done"),
    ROW("Host as IPv6", GET("Host: [2001:db8::1]:8080\r\n"), "done"),
    ROW("chunked", GET(H "Transfer-Encoding: Chunked\r\n"), "done"),
    ROW("a length", GET(H "Content-Length: 007\r\n"), "done"),
    ROW("what comes after is left alone", GET(H) "\x00garbage\n", "done"),
    ROW("not ended", "GET / HTTP/1.1\r\n" H "\r", "more"),
    ROW("nothing of it", "\r\n", "more"),

    ROW("no version", "GET /\r\n" H "\r\n", "bad_request_line"),
    ROW("two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
    ROW("a tab", "GET\t/ HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
    ROW("a space at the end", "GET / HTTP/1.1 \r\n" H "\r\n", "bad_request_line"),
    ROW("a space first", " GET / HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
    ROW("a TLS hello", "\x16\x03\x01\x02", "bad_request_line"),
    ROW("NUL in the line", "GET /\0 HTTP/1.1\r\n", "bad_request_line"),
    ROW("CR in the line", "GET /\r HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
    ROW("a lower-case version", "GET / http/1.1\r\n" H "\r\n", "bad_request_line"),
    ROW("HTTP/1.10", "GET / HTTP/1.10\r\n" H "\r\n", "bad_request_line"),
    ROW("LF for CR LF", "GET / HTTP/1.1\n" H "\r\n", "bare_line_feed"),
    ROW("LF for CR LF in a field", "GET / HTTP/1.1\r\nHost: h\n\r\n", "bare_line_feed"),
    ROW("LF for the last CR LF", "GET / HTTP/1.1\r\n" H "\n", "bare_line_feed"),
    ROW("a bad method", "G(T / HTTP/1.1\r\n" H "\r\n", "bad_method"),
    ROW("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "bad_version"),
    ROW("HTTP/0.9 said", "GET / HTTP/0.9\r\n\r\n", "bad_version"),
    ROW("CONNECT", "CONNECT h:443 HTTP/1.1\r\n" H "\r\n", "connect_refused"),
    ROW("no slash", "GET a HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("* for GET", "GET * HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("a fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("bytes beyond ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("half an encoding", "GET /%2 HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("no hex", "GET /?%zz HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("a user in the URI", "GET http://u@h/ HTTP/1.1\r\n" H "\r\n", "bad_target"),
    ROW("another scheme", "GET ftp://h/ HTTP/1.1\r\n" H "\r\n", "bad_target"),

    ROW("no Host", GET("A: b\r\n"), "missing_host"),
    ROW("two Hosts", GET(H H), "duplicate_host"),
    ROW("an empty Host", GET("Host:\r\n"), "bad_host"),
    ROW("a Host with a path", GET("Host: h/a\r\n"), "bad_host"),
    ROW("a Host with a comma and space", GET("Host: h, h\r\n"), "bad_host"),
    ROW("a Host with a user", GET("Host: u@h\r\n"), "bad_host"),
    ROW("a bad Host beside a whole URI", "GET http://h/ HTTP/1.1\r\nHost: h h\r\n\r\n", "bad_host"),
    ROW("no colon", GET(H "Abc\r\n"), "bad_field"),
    ROW("no name", GET(H ": b\r\n"), "bad_field"),
    ROW("a bad name", GET(H "A(b: c\r\n"), "bad_field"),
    ROW("a space in a name", GET(H "A b: c\r\n"), "bad_field"),
    ROW("NUL in a value", "GET / HTTP/1.1\r\nHost: h\0\r\n\r\n", "bad_field"),
    ROW("CR in a value", GET(H "A: b\rC: d\r\n"), "bad_field"),
    ROW("DEL in a value", GET(H "A: b\x7f\r\n"), "bad_field"),
    ROW("a space before the colon", GET(H "Content-Length : 5\r\n"), "space_before_colon"),
    ROW("a tab before the colon", GET(H "A\t: b\r\n"), "space_before_colon"),
    ROW("a folded line", GET(H "A: b\r\n c\r\n"), "folded_line"),
    ROW("a folded first line", "GET / HTTP/1.1\r\n\tHost: h\r\n\r\n", "folded_line"),

    ROW("two lengths", GET(H "Content-Length: 5\r\nContent-Length: 6\r\n"),
        "duplicate_content_length"),
    ROW("two equal lengths", GET(H "Content-Length: 5\r\nContent-Length: 5\r\n"),
        "duplicate_content_length"),
    ROW("a list of lengths", GET(H "Content-Length: 5, 5\r\n"), "bad_content_length"),
    ROW("a signed length", GET(H "Content-Length: +5\r\n"), "bad_content_length"),
    ROW("a negative length", GET(H "Content-Length: -1\r\n"), "bad_content_length"),
    ROW("a hex length", GET(H "Content-Length: 0x5\r\n"), "bad_content_length"),
    ROW("no length", GET(H "Content-Length:\r\n"), "bad_content_length"),
    ROW("a huge length", GET(H "Content-Length: 18446744073709551617\r\n"), "bad_content_length"),
    ROW("length and encoding", GET(H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        "length_and_encoding"),
    ROW("encoding and length", GET(H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        "length_and_encoding"),
    ROW("an unknown encoding", GET(H "Transfer-Encoding: gzip\r\n"), "unknown_transfer_encoding"),
    ROW("two encodings", GET(H "Transfer-Encoding: gzip, chunked\r\n"),
        "unknown_transfer_encoding"),
    ROW("identity", GET(H "Transfer-Encoding: identity\r\n"), "unknown_transfer_encoding"),
    ROW("nearly chunked", GET(H "Transfer-Encoding: xchunked\r\n"), "unknown_transfer_encoding"),
    ROW("chunked with a tab inside", GET(H "Transfer-Encoding: chunk\ted\r\n"),
        "unknown_transfer_encoding"),
    ROW("no encoding", GET(H "Transfer-Encoding:\r\n"), "unknown_transfer_encoding"),
    ROW("chunked twice", GET(H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        "duplicate_transfer_encoding"),
    ROW("encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "encoding_in_http10"),
    ROW("an unknown expectation", GET(H "Expect: 200-ok\r\n"), "unknown_expectation"),

    ROW("nine fields", GET(H "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n"),
        "too_many_fields"),
    ROW("eight fields", GET(H "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n"), "done"),
    ROW("a long target",
        "GET /" LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 " HTTP/1.1\r\n",
        "target_too_long"),
    ROW("a long target without an end",
        "GET /" LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64, "target_too_long"),
    ROW("a long field",
        "GET / HTTP/1.1\r\n" H "A: " LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 "\r\n",
        "header_too_large"),
};

static void test_heads(void)
{
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        const struct head_case *c = &heads[i];
        size_t len = c->len;
        const char *whole = result_name(parse(c->text, len, len));
        tap_text(whole, c->want, c->name);
        for (size_t cut = 1; cut < len; cut = cut < 8 ? cut + 1 : cut * 3) {
            const char *cut_up = result_name(parse(c->text, len, cut));
            if (strcmp(cut_up, whole) != 0)
                tap_ok(false, "%s, cut by %zu: %s", c->name, cut, cut_up);
        }
    }
}

static bool is(const char *base, struct wr_span span, const char *want)
{
    return span.len == strlen(want) && memcmp(base + span.at, want, span.len) == 0;
}

static void test_parts(void)
{
    const char *text =
        "\r\nPOST /a/b?c=d&e HTTP/1.1\r\nhOST: h:1\r\nContent-length: 12\r\n"
        "expect: 100-Continue\r\nX:  a b \t\r\nConnection: x, CLOSE\r\n\r\nrest";
    tap_number(parse(text, strlen(text), 3), WR_PARSE_DONE, "a whole head");
    tap_ok(is(text, head.method, "POST") && is(text, head.target, "/a/b?c=d&e") &&
               is(text, head.path, "/a/b") && head.has_query && is(text, head.query, "c=d&e"),
           "method, target, path and query");
    tap_ok(is(text, head.host, "h:1") && head.content_length == 12 && head.expect_continue &&
               !head.keep_alive && !head.chunked && !head.http10,
           "what the fields say");
    tap_ok(head.field_count == 5 && is(text, head.fields[3].name, "X") &&
               is(text, head.fields[3].value, "a b"),
           "values are trimmed");
    tap_text(text + head.size, "rest", "its size");
    text = "GET http://up:81?q HTTP/1.1\r\nHost: other\r\n\r\n";
    parse(text, strlen(text), 1000);
    tap_ok(is(text, head.host, "up:81") && is(text, head.path, "/") && is(text, head.query, "q"),
           "a whole URI's host goes before the field's, and its path is /");
    text = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
    parse(text, strlen(text), 1000);
    tap_ok(head.http10 && head.keep_alive, "HTTP/1.0 that keeps alive");
    text = "GET /? HTTP/1.0\r\n\r\n";
    parse(text, strlen(text), 1000);
    tap_ok(!head.keep_alive && head.has_query && head.query.len == 0, "and not; an empty query");
}

/* ---- chunked bodies ------------------------------------------------------------------------- */

static char decoded[4096];
static size_t decoded_len, taken;

static const char *decode(const char *text, size_t len, size_t cut, uint32_t overhead)
{
    struct wr_chunked chunked;
    wr_chunked_start(&chunked, overhead);
    decoded_len = taken = 0;
    for (size_t have = 0; have < len;) {
        have = have + cut < len ? have + cut : len;
        for (;;) {
            size_t used;
            struct wr_str piece;
            char *copy = malloc(have - taken + 1);
            memcpy(copy, text + taken, have - taken);
            enum wr_parsed parsed = wr_chunked_parse(&chunked, copy, have - taken, &used, &piece);
            if (piece.len > 0)
                memcpy(decoded + decoded_len, piece.ptr, piece.len);
            decoded_len += piece.len;
            taken += used;
            free(copy);
            if (parsed == WR_PARSE_DONE)
                return "done";
            if (parsed == WR_PARSE_REFUSED)
                return wr_refusal_text(chunked.refusal).code;
            if (piece.len == 0)
                break;
        }
    }
    return "more";
}

static const struct {
    const char *name, *text, *want, *body;
} chunks[] = {
    {"nothing", "0\r\n\r\n", "done", ""},
    {"two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "done", "hello world"},
    {"hex in either case", "0A\r\n0123456789\r\na\r\n0123456789\r\n000\r\n\r\n", "done",
     "01234567890123456789"},
    {"extensions", "1;a\r\nx\r\n1;a=b;c=\"d\\\"; e\"\r\ny\r\n0;z\r\n\r\n", "done", "xy"},
    {"trailers are dropped", "1\r\nx\r\n0\r\nA: b\r\nHost: evil\r\n\r\n", "done", "x"},
    {"the rest is left", "1\r\nx\r\n0\r\n\r\nGET", "done", "x"},
    {"not ended", "5\r\nhel", "more", "hel"},
    {"no last line", "0\r\n", "more", ""},
    {"no size", "\r\n", "bad_chunk", ""},
    {"no hex", "g\r\n", "bad_chunk", ""},
    {"a sign", "+1\r\nx\r\n", "bad_chunk", ""},
    {"0x", "0x1\r\nx\r\n", "bad_chunk", ""},
    {"a space after", "1 \r\nx\r\n", "bad_chunk", ""},
    {"an underscore", "1_0\r\nx\r\n", "bad_chunk", ""},
    {"sixteen digits", "0000000000000001\r\nx\r\n", "bad_chunk", ""},
    {"overflow", "10000000000000000\r\nx\r\n", "bad_chunk", ""},
    {"LF after the size", "1\nx\r\n", "bare_line_feed", ""},
    {"CR in an extension", "1;a\rb\r\nx\r\n", "bad_chunk", ""},
    {"too much data", "1\r\nxy\r\n", "bad_chunk", "x"},
    {"LF after the data", "1\r\nx\n0\r\n\r\n", "bad_chunk", "x"},
    {"a bad trailer", "0\r\nA b\r\n\r\n", "bad_trailer", ""},
    {"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "bad_trailer", ""},
    {"a long extension", "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n",
     "trailer_too_large", ""},
    {"extensions of many chunks",
     "1;aaaaaaaaaaaaa\r\nx\r\n1;aaaaaaaaaaaaaa\r\ny\r\n1;a\r\nz\r\n"
     "1;aaa\r\n",
     "trailer_too_large", "xyz"},
    {"a long trailer", "0\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "trailer_too_large", ""},
};

static void test_chunks(void)
{
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        const char *text = chunks[i].text;
        size_t len = strlen(text);
        const char *whole = decode(text, len, len, 32);
        tap_ok(strcmp(whole, chunks[i].want) == 0 && decoded_len == strlen(chunks[i].body) &&
                   memcmp(decoded, chunks[i].body, decoded_len) == 0,
               "chunked: %s: %s", chunks[i].name, whole);
        size_t whole_taken = taken;
        for (size_t cut = 1; cut < len; cut++) {
            const char *cut_up = decode(text, len, cut, 32);
            if (strcmp(cut_up, whole) != 0 || decoded_len != strlen(chunks[i].body) ||
                (strcmp(whole, "done") == 0 && taken != whole_taken))
                tap_ok(false, "chunked: %s, cut by %zu: %s", chunks[i].name, cut, cut_up);
        }
    }
}

int main(void)
{
    test_heads();
    test_parts();
    test_chunks();
    return tap_done();
}
