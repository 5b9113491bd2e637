/* How fast one core echoes a 1 KB POST: our server and libevent's evhttp, each in its own process,
 * asked by wrk in turn in the same run. `bench_http [seconds [connections]]`; `bench_http serve
 * ours|evhttp` only serves. */
#include "runtime/http/server.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the two servers ------------------------------------------------------------------------ */

static void echo(void *self, struct wr_exchange *exchange)
{
    (void)self;
    struct wr_reply reply = {
        .status = 200, .content_type = WR_STR("application/json"), .body = exchange->request.body};
    wr_reply(exchange, &reply);
}

static int serve_ours(struct event_base *loop)
{
    char error[256];
    struct wr_server_options options = {.handler = {.on_request = echo}};
    struct wr_server *server = wr_server_new(loop, &options, error, sizeof error);
    int port = server ? wr_server_listen(server, "127.0.0.1:0", error, sizeof error) : -1;
    if (port < 0)
        fprintf(stderr, "%s\n", error);
    return port;
}

static void echo_evhttp(struct evhttp_request *request, void *arg)
{
    (void)arg;
    struct evbuffer *body = evbuffer_new();
    evbuffer_add_buffer(body, evhttp_request_get_input_buffer(request));
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                      "application/json");
    evhttp_send_reply(request, 200, "OK", body);
    evbuffer_free(body);
}

static int serve_evhttp(struct event_base *loop)
{
    struct evhttp *http = evhttp_new(loop);
    evhttp_set_gencb(http, echo_evhttp, NULL);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    if (!bound)
        return -1;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static int serve(const char *which, int say_port)
{
    struct event_base *loop = event_base_new();
    int port = strcmp(which, "ours") == 0 ? serve_ours(loop) : serve_evhttp(loop);
    if (port < 0)
        return 1;
    char line[16];
    int len = snprintf(line, sizeof line, "%d\n", port);
    if (write(say_port, line, (size_t)len) != len)
        return 1;
    event_base_dispatch(loop);
    return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

static pid_t start(const char *which, int *port)
{
    int ends[2];
    if (pipe(ends) != 0)
        exit(2);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* whoever interrupts the measure stops the server, too */
        _exit(serve(which, ends[1]));
    }
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    if (!from || fscanf(from, "%d", port) != 1) {
        fprintf(stderr, "%s does not listen\n", which);
        exit(2);
    }
    fclose(from);
    return child;
}

/* Requests a second, and the line with what went wrong, if any. */
static double ask(int port, const char *script, const char *seconds, const char *connections)
{
    char command[512], line[512];
    double rate = 0;
    snprintf(command, sizeof command, "wrk -t1 -c%s -d%ss -s %s http://127.0.0.1:%d/echo 2>&1",
             connections, seconds, script, port);
    FILE *wrk = popen(command, "r");
    if (!wrk)
        return 0;
    while (fgets(line, sizeof line, wrk)) {
        sscanf(line, "Requests/sec: %lf", &rate);
        if (strstr(line, "Socket errors") || strstr(line, "Non-2xx"))
            fprintf(stderr, "%s", line);
    }
    pclose(wrk);
    return rate;
}

struct result {
    double rate;     /* requests a second */
    double per_core; /* requests a second of the server's processor time */
};

static struct result measure(const char *which, const char *script, const char *seconds,
                             const char *connections)
{
    int port = 0;
    struct rusage used;
    pid_t child = start(which, &port);
    struct result result = {.rate = ask(port, script, seconds, connections)};
    kill(child, SIGTERM);
    wait4(child, NULL, 0, &used);
    double busy = (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 +
                  (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6;
    result.per_core = busy > 0 ? result.rate * atoi(seconds) / busy : 0;
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], STDOUT_FILENO);
    const char *seconds = argc > 1 ? argv[1] : "3", *connections = argc > 2 ? argv[2] : "64";
    if (atoi(seconds) < 1 || atoi(connections) < 1) {
        fprintf(stderr, "usage: bench_http [seconds [connections]] | serve ours|evhttp\n");
        return 2;
    }
    if (system("command -v wrk >/dev/null") != 0) {
        printf("http echo: wrk is not installed; not measured\n");
        return 0;
    }
    char script[] = "/tmp/bench_http_XXXXXX";
    int fd = mkstemp(script);
    FILE *lua = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!lua)
        return 2;
    fputs(
        "wrk.method = 'POST'\nwrk.body = string.rep('x', 1024)\n"
        "wrk.headers['Content-Type'] = 'application/json'\n",
        lua);
    fclose(lua);
    struct result evhttp = measure("evhttp", script, seconds, connections);
    struct result ours = measure("ours", script, seconds, connections);
    unlink(script);
    printf(
        "http echo, 1 KB POST, %s connections: ours %.0f/s, evhttp %.0f/s, ratio %.2f; "
        "by the server's processor time %.0f/s a core, evhttp %.0f/s, ratio %.2f\n",
        connections, ours.rate, evhttp.rate, evhttp.rate > 0 ? ours.rate / evhttp.rate : 0,
        ours.per_core, evhttp.per_core, evhttp.per_core > 0 ? ours.per_core / evhttp.per_core : 0);
    return ours.rate > 0 && evhttp.rate > 0 ? 0 : 1;
}
