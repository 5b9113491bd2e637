/* The upstreams of the whole-request measure, as cheap as they can be: a GET gets a glossary, a POST the
 * same stream of a chat completion, made once. `bench_upstream POINTS_FILE BYTES_AN_EVENT [DELAY_MS]` prints
 * its port. 0 bytes: a request gets no answer; with a delay a POST gets it so much later. */
#include "runtime/http/server.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT                                                                                      \
    "data: {\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\","            \
    "\"created\":1785000000,\"model\":\"large-2026-08-07\",\"system_fingerprint\":\"fp_0\","       \
    "\"choices\":[{\"index\":0,\"delta\":{%s%s%s},\"logprobs\":null,\"finish_reason\":%s}]}\n"     \
    "\n"
#define USAGE                                                                                      \
    "data: {\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\","            \
    "\"created\":1785000000,\"model\":\"large-2026-08-07\",\"choices\":[],\"usage\":{"             \
    "\"prompt_tokens\":420,\"completion_tokens\":210,\"total_tokens\":630,"                        \
    "\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\ndata: [DONE]\n\n"
#define GLOSSARY "{\"terms\":{\"span\":\"the distance between two supports\"}}"

static char *stream;
static size_t stream_len;
static struct event_base *loop;
static struct timeval delay; /* under a second */

static void fail(const char *what)
{
    fprintf(stderr, "bench_upstream: %s\n", what);
    exit(2);
}

static void answer(struct wr_exchange *exchange, struct wr_str type, struct wr_str body)
{
    struct wr_reply reply = {.status = 200, .content_type = type, .body = body};
    wr_reply(exchange, &reply);
}

/* Nobody leaves before the answer: the load generator waits for all. */
static void late(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    answer(arg, WR_STR("text/event-stream"), (struct wr_str){stream, stream_len});
}

static void serve(void *self, struct wr_exchange *exchange)
{
    (void)self;
    if (!stream)
        return; /* a model that thinks for ever */
    if (exchange->request.method.len != 4)
        answer(exchange, WR_STR("application/json"), WR_STR(GLOSSARY));
    else if (delay.tv_usec == 0)
        late(-1, 0, exchange);
    else
        event_base_once(loop, -1, EV_TIMEOUT, late, exchange, &delay);
}

/* A piece of the answer, as it stands within a JSON string. */
static void escape(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            fputc('\\', out);
        fputc((unsigned char)text[i] < ' ' ? ' ' : text[i], out);
    }
}

static void make_stream(const char *points, size_t len, size_t piece)
{
    FILE *out = open_memstream(&stream, &stream_len);
    if (!out)
        fail("out of memory");
    fprintf(out, EVENT, "\"role\":\"assistant\",\"content\":\"", "", "\"", "null");
    for (size_t at = 0; at < len; at += piece) {
        char *text = NULL;
        size_t text_len = 0, part = len - at < piece ? len - at : piece;
        FILE *made = open_memstream(&text, &text_len);
        if (!made)
            fail("out of memory");
        escape(made, points + at, part);
        fclose(made);
        fprintf(out, EVENT, "\"content\":\"", text, "\"", "null");
        free(text);
    }
    fprintf(out, EVENT, "", "", "", "\"stop\"");
    fputs(USAGE, out);
    fclose(out);
}

int main(int argc, char **argv)
{
    static char points[1 << 16];
    char error[256];
    if (argc < 3 || argc > 4 || atoi(argv[2]) < 0)
        fail("usage: bench_upstream POINTS_FILE BYTES_AN_EVENT [DELAY_MS]");
    delay.tv_usec = argc > 3 ? atoi(argv[3]) % 1000 * 1000 : 0;
    FILE *file = fopen(argv[1], "rb");
    if (!file)
        fail("its file of points cannot be read");
    size_t len = fread(points, 1, sizeof points, file);
    fclose(file);
    if (atoi(argv[2]) > 0)
        make_stream(points, len, (size_t)atoi(argv[2]));
    loop = event_base_new();
    struct wr_server_options options = {.handler = {.on_request = serve},
                                        .limits = {.connections = 16000}};
    struct wr_server *server = wr_server_new(loop, &options, error, sizeof error);
    int port = server ? wr_server_listen(server, "127.0.0.1:0", error, sizeof error) : -1;
    if (port < 0)
        fail(error);
    printf("%d\n", port);
    fflush(stdout);
    event_base_dispatch(loop);
    return 0;
}
