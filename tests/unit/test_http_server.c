/* The HTTP server over real sockets: it runs on a thread of its own, and the checks talk to it as a
 * client would, also a slow, rude or absent one. */
#include "tests/unit/http_fixture.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

/* ---- checks --------------------------------------------------------------------------------- */

#define H "Host: h\r\n"

static void test_replies(void)
{
    tap_ok(!ask("POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello") &&
               starts("HTTP/1.1 200 OK\r\nDate: ") && strstr(heard, "\r\nServer: test\r\n") &&
               strstr(heard, "\r\nContent-Length: 5\r\n\r\nhello"),
           "a body, and the connection stays");
    tap_ok(ask("GET /info?a=1&name=x%20y+z HTTP/1.1\r\n" H
               "X-Thing:  t \r\nConnection: close\r\n\r\n") &&
               strstr(heard, "\r\nContent-Type: text/plain\r\n") &&
               strstr(heard, "\r\nConnection: close\r\n") &&
               strstr(heard,
                      "GET /info ?a=1&name=x%20y+z host=h body=0/0 name=1:x y z thing=1:t "
                      "peer=127.0.0.1"),
           "what a handler is told, and Connection: close");
    tap_ok(strstr(heard, "\r\nX-Evil: a  Set-Cookie: b\r\n") != NULL,
           "a value cannot make a field of its own");
    tap_ok(ask("GET /echo HTTP/1.0\r\n\r\n") && strstr(heard, "\r\nConnection: close\r\n"),
           "HTTP/1.0 closes");
    tap_ok(!ask("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") &&
               strstr(heard, "\r\nConnection: keep-alive\r\n"),
           "unless it asks not to");
    tap_ok(!ask("HEAD /info HTTP/1.1\r\n" H "\r\nGET /echo HTTP/1.1\r\n" H "\r\n") &&
               count_of("HTTP/1.1 200 OK") == 2 && !strstr(heard, "peer=") &&
               !strstr(heard, "Content-Length: 0\r\n\r\nHEAD"),
           "HEAD has a length and no body");
    tap_ok(!ask("GET /empty HTTP/1.1\r\n" H "\r\n") && starts("HTTP/1.1 204 ") &&
               !strstr(heard, "Content-Length"),
           "204 has neither");
    tap_ok(!ask("POST /later HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi") &&
               strstr(heard, "\r\n\r\nhi"),
           "a reply that comes later");
    tap_ok(!ask("GET /big HTTP/1.1\r\n" H "\r\n") && heard_len > 4u << 20 &&
               heard_len < (4u << 20) + 300,
           "a reply larger than the socket takes at once");
}

static void test_bodies(void)
{
    tap_ok(!ask("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
                "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\nGET /info HTTP/1.1\r\n" H "\r\n") &&
               strstr(heard, "\r\n\r\nabcde") && strstr(heard, "GET /info ?"),
           "a chunked body, and the next request after it");
    static char text[200000];
    int head = sprintf(text, "POST /echo HTTP/1.1\r\n" H "Content-Length: 60000\r\n\r\n");
    memset(text + head, 'b', 60000);
    size_t len = (size_t)head + 60000;
    len += (size_t)sprintf(text + len, "GET /info HTTP/1.1\r\n" H "\r\n");
    tap_ok(!ask_for(text, len, 200) && strstr(heard, "bbb") && strstr(heard, "GET /info ?") &&
               heard_len > 60000,
           "a body larger than the input buffer, and the next request after it");
    head = sprintf(text, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
    len = (size_t)head;
    for (int i = 0; i < 6000; i++)
        len += (size_t)sprintf(text + len, "a\r\n0123456789\r\n");
    len += (size_t)sprintf(text + len, "0\r\n\r\nGET /info HTTP/1.1\r\n" H "\r\n");
    tap_ok(!ask_for(text, len, 200) && strstr(heard, "Content-Length: 60000\r\n") &&
               strstr(heard, "GET /info ?"),
           "six thousand chunks");
    int fd = dial();
    const char *slow = "POST /echo HTTP/1.1\r\n" H
                       "Content-Length: 4\r\n\r\nslow"
                       "POST /echo HTTP/1.1\r\n" H
                       "Transfer-Encoding: chunked\r\n\r\n"
                       "4\r\nslow\r\n0\r\n\r\n";
    for (const char *at = slow; *at; at++) {
        say(fd, at, 1);
        if ((at - slow) % 40 == 0)
            pause_ms(1);
    }
    hear(fd, 200);
    close(fd);
    tap_number(count_of("\r\n\r\nslow"), 2, "byte by byte");
    fd = dial();
    say_text(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    hear(fd, 100);
    tap_text(heard, "HTTP/1.1 100 Continue\r\n\r\n", "100-continue is answered");
    say_text(fd, "body");
    hear(fd, 100);
    tap_ok(starts("HTTP/1.1 200 ") && strstr(heard, "\r\n\r\nbody"), "and then the request");
    close(fd);
}

static void test_pipelining(void)
{
    static char text[100000];
    size_t len = 0;
    for (int i = 0; i < 1000; i++)
        len +=
            (size_t)sprintf(text + len, "POST /%s HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n%04d",
                            i % 100 == 7 ? "later" : "echo", i);
    ask_for(text, len, 300);
    bool in_order = true;
    const char *at = heard;
    for (int i = 0; i < 1000; i++) {
        char want[16];
        sprintf(want, "\r\n\r\n%04d", i);
        at = at ? strstr(at, "\r\n\r\n") : NULL;
        in_order = in_order && at && strncmp(at, want, 8) == 0;
        at = at ? at + 8 : NULL;
    }
    tap_ok(in_order && at && !*at, "a thousand pipelined requests are answered in order");
    int fd = dial();
    say_text(fd, "GET /later HTTP/1.1\r\n" H "\r\nGET /echo HTTP/1.1\r\n" H "\r\n");
    shutdown(fd, SHUT_WR);
    bool closed = hear(fd, 300);
    close(fd);
    tap_ok(closed && count_of("HTTP/1.1 200 OK") == 2,
           "a client that closes only its sending side gets its replies");
    tap_ok(ask("GET /echo HTTP/1.1\r\n" H "\r\nGET /abandon HTTP/1.1\r\n" H
               "\r\nGET /echo HTTP/1.1\r\n" H "\r\n") &&
               count_of("HTTP/1.1 200 OK") == 1,
           "an abandoned request closes, after the replies before it");
}

struct refusal_case {
    const char *name, *text;
    int status;
    const char *code;
};

static const struct refusal_case refusals[] = {
    {"garbage", "\x16\x03\x01", 400, "bad_request_line"},
    {"two lengths", "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400,
     "duplicate_content_length"},
    {"an unknown encoding", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\nx", 400,
     "unknown_transfer_encoding"},
    {"smuggling",
     "POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
     "GET /info HTTP/1.1\r\n" H "\r\n",
     400, "length_and_encoding"},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "bad_version"},
    {"CONNECT", "CONNECT h:1 HTTP/1.1\r\n" H "\r\n", 501, "connect_refused"},
    {"an expectation", "GET / HTTP/1.1\r\n" H "Expect: x\r\n\r\n", 417, "unknown_expectation"},
    {"a large body, at once", "POST / HTTP/1.1\r\n" H "Content-Length: 65537\r\n\r\n", 413,
     "body_too_large"},
    {"a huge length", "POST / HTTP/1.1\r\n" H "Content-Length: 999999999999999999\r\n\r\n", 413,
     "body_too_large"},
    {"the handler's own limit", "POST /small HTTP/1.1\r\n" H "Content-Length: 11\r\n\r\n", 413,
     "body_too_large"},
    {"the same, chunked",
     "POST /small HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n", 413,
     "body_too_large"},
    {"a bad chunk", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400,
     "bad_chunk"},
    {"denied before the body", "POST /deny HTTP/1.1\r\n" H "Content-Length: 60000\r\n\r\n", 401,
     "key_missing"},
    {"denied, chunked", "POST /deny HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 401,
     "key_missing"},
};

static void test_refusals(void)
{
    int before = bodies_shown;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        char start[64], code[64];
        int fd = dial();
        say_text(fd, refusals[i].text);
        hear(fd, 100); /* the reply is there while we have not closed, and its end is seen */
        sprintf(start, "HTTP/1.1 %d ", refusals[i].status);
        sprintf(code, "\"code\":\"%s\"", refusals[i].code);
        bool good = starts(start) && strstr(heard, code) && count_of("HTTP/1.1 ") == 1 &&
                    strstr(heard, "Content-Type: application/problem+json\r\n") &&
                    strstr(heard, "\r\nConnection: close\r\n");
        say_text(fd, "GET /info HTTP/1.1\r\n" H "\r\n");
        bool closed = hear(fd, 100);
        close(fd);
        tap_ok(good && closed && heard_len == 0, "refused, and closed: %s", refusals[i].name);
    }
    tap_number(bodies_shown, before, "none of them reached the handler");
    tap_ok(!ask("POST /deny HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nhereGET /echo HTTP/1.1\r\n" H
                "\r\n") &&
               starts("HTTP/1.1 401 ") && count_of("HTTP/1.1 200 OK") == 1,
           "an early reply keeps the connection if the body was there");
    static char large[20000];
    memset(large, 'a', sizeof large);
    memcpy(large, "GET /", 5);
    tap_ok(!ask_for(large, 3000, 50) && heard_len == 0, "a target within the limit is waited for");
    ask_for(large, sizeof large, 100);
    tap_ok(starts("HTTP/1.1 414 "), "a target past it is refused");
    memcpy(large, "GET / HTTP/1.1\r\nA: ", 19);
    ask_for(large, sizeof large, 100);
    tap_ok(starts("HTTP/1.1 431 "), "a field past it too");
}

static void test_large_bodies(void)
{
    static char body[2 << 20];
    int fd = dial();
    say_text(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 2097152\r\n\r\n");
    pause_ms(20);
    bool said = say(fd, body, sizeof body);
    hear(fd, 200);
    close(fd);
    tap_ok(said && starts("HTTP/1.1 413 "), "a refused client that goes on sending reads why");
    int half = dial();
    const char *head = "POST / HTTP/1.1\r\n" H "Content-Length: 60000\r\n\r\n";
    say_text(half, head);
    say(half, body, 50000);
    pause_ms(50);
    fd = dial();
    say_text(fd, head);
    say(fd, body, 60000);
    hear(fd, 200);
    close(fd);
    tap_ok(starts("HTTP/1.1 503 ") && strstr(heard, "too_many_bodies"),
           "bodies past what all may take are refused");
    say(half, body, 10000);
    hear(half, 200);
    close(half);
    tap_ok(starts("HTTP/1.1 200 "), "who was first is served");
    ask("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    tap_ok(starts("HTTP/1.1 200 "), "and there is room again");
}

/* Asks on and on and reads nothing: at some point the server must stop reading, too. */
static void test_deaf_client(void)
{
    static char asks[1 << 16];
    size_t len = 0, sent = 0;
    while (len < sizeof asks - 64)
        len += (size_t)sprintf(asks + len, "GET /echo HTTP/1.1\r\n" H "\r\n");
    int fd = dial();
    say_text(fd, "GET /big HTTP/1.1\r\n" H "\r\nGET /big HTTP/1.1\r\n" H "\r\n");
    for (struct pollfd out = {.fd = fd, .events = POLLOUT}; poll(&out, 1, 200) > 0;) {
        ssize_t put = send(fd, asks + sent % len, len - sent % len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put <= 0 || sent > 64u << 20)
            break;
        sent += (size_t)put;
    }
    tap_ok(sent < 64u << 20, "a client that does not read its replies is not read either");
    close(fd);
}

static void test_time(void)
{
    tap_ok(ask_for("GET / HTTP/1.1\r\nHos", 19, 900) && starts("HTTP/1.1 408 ") &&
               strstr(heard, "header_timeout"),
           "a head that does not end in time");
    int fd = dial();
    bool open = true;
    for (int i = 0; i < 40 && open; i++) { /* slow loris: always one more byte, never the end */
        open = say_text(fd, i == 0 ? "GET / HTTP/1.1\r\nA: " : "a");
        pause_ms(20);
    }
    hear(fd, 100);
    close(fd);
    tap_ok(starts("HTTP/1.1 408 "), "a head that drips");
    const char *body = "POST / HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\nhalf";
    tap_ok(ask_for(body, strlen(body), 900) && starts("HTTP/1.1 408 ") &&
               strstr(heard, "body_timeout"),
           "a body that does not come in time");
    tap_ok(ask_for("", 0, 900) && heard_len == 0, "a connection without a request is closed");
    tap_ok(ask_for("GET / HTTP/1.1\r\n" H "\r\n", 27, 900) && count_of("HTTP/1.1") == 1 &&
               starts("HTTP/1.1 200 "),
           "an idle one too");
    int before = refused;
    fd = dial();
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say_text(fd, "GET /big HTTP/1.1\r\n" H "\r\n");
    wait_until(&refused, before + 1);
    tap_ok(refused == before + 1 && strcmp(last_refused, "write_timeout") == 0,
           "a client that does not take its reply is cut");
    close(fd);
}

static void test_leaving(void)
{
    int before = gone;
    int fd = dial();
    say_text(fd, "GET /hold HTTP/1.1\r\n" H "\r\n");
    pause_ms(30);
    tap_ok(gone == before, "a client that waits is not gone");
    close(fd);
    wait_until(&gone, before + 1);
    tap_number(gone, before + 1, "one that leaves is");
    fd = dial();
    say_text(fd, "GET /later HTTP/1.1\r\n" H "\r\n");
    pause_ms(10);
    struct linger reset = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    wait_until(&gone, before + 2);
    tap_number(gone, before + 2, "one that resets too, and its late reply does no harm");
    pause_ms(80);
    tap_number(exchanges(), 0, "nothing is left behind");
}

static void test_streams(void)
{
    tap_ok(!ask("GET /stream HTTP/1.1\r\n" H "\r\n") &&
               strstr(heard, "Transfer-Encoding: chunked\r\n") &&
               strstr(heard, "\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n"),
           "a stream is chunked");
    tap_ok(ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") &&
               !strstr(heard, "chunked") && strstr(heard, "\r\n\r\ndata: 1\n\ndata: 2\n\n"),
           "and ends with the connection in HTTP/1.0");
    tap_ok(!ask("HEAD /stream HTTP/1.1\r\n" H "\r\n") && !strstr(heard, "data"),
           "HEAD has no pieces");
    int before = refused;
    int fd = dial();
    say_text(fd, "GET /flood HTTP/1.1\r\n" H "\r\n");
    wait_until(&refused, before + 1);
    tap_ok(refused == before + 1 && strcmp(last_refused, "stream_too_slow") == 0,
           "a client that falls behind a stream is cut");
    close(fd);
    fd = dial();
    say_text(fd, "GET /flood HTTP/1.1\r\n" H "\r\n");
    char some[1000];
    ssize_t got = recv(fd, some, sizeof some, 0);
    close(fd);
    for (int i = 0; i < 100 && exchanges() > 0; i++)
        pause_ms(10);
    tap_ok(got > 0 && exchanges() == 0, "one that leaves a stream ends it");
}

static void test_connections(void)
{
    int held[8];
    for (int i = 0; i < 8; i++) {
        held[i] = dial();
        say_text(held[i],
                 i < 4 ? "GET /echo HTTP/1.1\r\n" H "\r\n" : "GET /hold HTTP/1.1\r\n" H "\r\n");
        pause_ms(5);
    }
    for (int i = 0; i < 4; i++) {
        int fd = dial();
        say_text(fd, "GET /hold HTTP/1.1\r\n" H "\r\n");
        tap_ok(hear(held[i], 100), "past the limit, the longest idle connection is closed: %d", i);
        close(held[i]);
        held[i] = fd;
    }
    tap_ok(ask("GET /echo HTTP/1.1\r\n" H "\r\n") && starts("HTTP/1.1 503 ") &&
               strstr(heard, "\r\nRetry-After: 1\r\n"),
           "with none idle, a new one is told 503");
    for (int i = 0; i < 8; i++)
        close(held[i]);
    for (int i = 0; i < 200 && wr_server_connections(server) > 0; i++)
        pause_ms(10);
    tap_number(wr_server_connections(server), 0, "all are gone in the end");
}

static void set_drained(void *arg)
{
    (void)arg;
    drained++;
}

static void begin_drain(void *arg)
{
    (void)arg;
    wr_server_drain(server, set_drained, NULL);
}

static void test_drain(void)
{
    int idle = dial(), fresh = dial(), busy = dial();
    say_text(idle, "GET /echo HTTP/1.1\r\n" H "\r\n");
    hear(idle, 50);
    say_text(busy, "GET /later HTTP/1.1\r\n" H "\r\n");
    pause_ms(20);
    wr_inbox_post(inbox, begin_drain, NULL);
    tap_ok(hear(idle, 100) && hear(fresh, 100), "draining closes who is idle");
    tap_ok(drained == 0 && dial() < 0, "and takes no one new");
    tap_ok(hear(busy, 300) && starts("HTTP/1.1 200 ") && strstr(heard, "\r\nConnection: close\r\n"),
           "who is under way gets a reply that closes");
    wait_until(&drained, 1);
    tap_number(drained, 1, "and then it is done");
    close(idle);
    close(fresh);
    close(busy);
}

static void test_addresses(void)
{
    static const char *const bad[] = {
        "",      "8080",       "::1:80", "h:99999", "h:x",
        "[::1]", "127.0.0.1:", ":",      "[::1:80", "no.such.host.invalid:1"};
    char error[256];
    struct event_base *own = event_base_new();
    struct wr_server_options options = {.handler = {.on_request = on_request}};
    struct wr_server *other = wr_server_new(own, &options, error, sizeof error);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        *error = '\0';
        tap_ok(wr_server_listen(other, bad[i], error, sizeof error) < 0 &&
                   strncmp(error, "cannot listen on '", 18) == 0,
               "no address: '%s'", bad[i]);
    }
    tap_ok(wr_server_listen(other, ":0", error, sizeof error) > 0, "all addresses");
    int taken = wr_server_listen(other, "localhost:0", error, sizeof error);
    char again[32];
    snprintf(again, sizeof again, "localhost:%d", taken);
    tap_ok(taken > 0 && wr_server_listen(other, again, error, sizeof error) < 0 &&
               strstr(error, "Address already in use"),
           "a port that is taken");
    wr_server_free(other);
    options.tls_cert_file = "/nowhere.pem";
    tap_ok(!wr_server_new(own, &options, error, sizeof error) && strstr(error, "/nowhere.pem"),
           "a certificate that is not there");
    event_base_free(own);
}

/* ---- TLS ------------------------------------------------------------------------------------ */

static void make_certificate(const char *cert_file, const char *key_file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_set_version(cert, 2);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_sign(cert, key, EVP_sha256());
    FILE *file = fopen(cert_file, "w");
    PEM_write_X509(file, cert);
    fclose(file);
    file = fopen(key_file, "w");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* Says `len` bytes over TLS and hears until the peer closes or sends `want` bytes. */
static bool ask_tls(SSL_CTX *tls, const char *text, size_t len, size_t want)
{
    SSL *ssl = SSL_new(tls);
    int fd = dial();
    SSL_set_fd(ssl, fd);
    bool good = SSL_connect(ssl) == 1;
    for (size_t at = 0; good && at < len;) {
        int put = SSL_write(ssl, text + at, (int)(len - at));
        good = put > 0;
        at += good ? (size_t)put : 0;
    }
    heard_len = 0;
    for (int got = 1; good && got > 0 && heard_len<want; heard_len += got> 0 ? (size_t)got : 0)
        got = SSL_read(ssl, heard + heard_len, (int)(sizeof heard - 1 - heard_len));
    heard[heard_len] = '\0';
    SSL_free(ssl);
    close(fd);
    return good;
}

static void test_tls(void)
{
    char cert[] = "/tmp/test_http_cert_XXXXXX", key[] = "/tmp/test_http_key_XXXXXX";
    close(mkstemp(cert));
    close(mkstemp(key));
    make_certificate(cert, key);
    struct wr_http_limits limits = {.body_bytes = 1 << 20, .header_ms = 300};
    start_server(&limits, cert, key);
    unlink(cert);
    unlink(key);
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    const char *close_after = "GET /info HTTP/1.1\r\n" H "Connection: close\r\n\r\n";
    tap_ok(ask_tls(tls, close_after, strlen(close_after), sizeof heard - 1) &&
               starts("HTTP/1.1 200 ") && strstr(heard, "peer=127.0.0.1"),
           "a request over TLS");
    static char text[600000];
    size_t len =
        (size_t)sprintf(text, "POST /echo HTTP/1.1\r\n" H "Content-Length: 500000\r\n\r\n");
    memset(text + len, 'x', 500000);
    len += 500000;
    len += (size_t)sprintf(text + len, "%s", close_after);
    tap_ok(ask_tls(tls, text, len, sizeof heard - 1) && heard_len > 500000 &&
               strstr(heard, "GET /info ?"),
           "a large body and a pipelined request over TLS");
    len = 0;
    for (int i = 0; i < 2000; i++)
        len +=
            (size_t)sprintf(text + len, "POST /echo HTTP/1.1\r\n" H
                                        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    len += (size_t)sprintf(text + len, "%s", close_after);
    tap_ok(ask_tls(tls, text, len, sizeof heard - 1) && count_of("\r\n\r\nabc") == 2000,
           "two thousand pipelined requests over TLS");
    const char *big = "GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n";
    tap_ok(ask_tls(tls, big, strlen(big), sizeof heard - 1) && heard_len > 4u << 20,
           "a large reply over TLS");
    const char *bad = "POST / HTTP/1.1\r\n" H "Content-Length: 9999999\r\n\r\n";
    tap_ok(ask_tls(tls, bad, strlen(bad), sizeof heard - 1) && starts("HTTP/1.1 413 "),
           "a refusal over TLS");
    tap_ok(ask_for("GET / HTTP/1.1\r\n" H "\r\n", 27, 200) && !strstr(heard, "HTTP"),
           "plain HTTP to a TLS port gets nowhere");
    tap_ok(ask_for("", 0, 900) && heard_len == 0, "nor does silence");
    SSL_CTX_free(tls);
    stop_server();
}

int main(void)
{
    struct wr_http_limits limits = {.body_bytes = 65536, .header_bytes = 4096};
    limits.header_ms = 10000;
    start_server(&limits, NULL, NULL);
    test_replies();
    test_bodies();
    test_pipelining();
    test_refusals();
    test_leaving();
    test_streams();
    test_deaf_client();
    stop_server();
    limits.header_ms = limits.body_ms = limits.idle_ms = limits.write_ms = 300;
    start_server(&limits, NULL, NULL);
    test_time();
    stop_server();
    limits = (struct wr_http_limits){.body_bytes = 1 << 20, .all_bodies_bytes = 96 << 10};
    start_server(&limits, NULL, NULL);
    test_large_bodies();
    stop_server();
    limits = (struct wr_http_limits){.connections = 8};
    start_server(&limits, NULL, NULL);
    test_connections();
    test_drain();
    stop_server();
    test_tls();
    test_addresses();
    return tap_done();
}
