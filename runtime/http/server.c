/* The server as a whole: listening, accepting within limits, draining. */
#include "runtime/http/conn.h"

#include "runtime/base/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64
#define REFUSING_CONNECTIONS 64 /* beyond the limit: open only to be told 503 */

static void fill_limits(struct wr_http_limits *limits)
{
#define DEFAULT(field, value)                                                                      \
    if (limits->field == 0)                                                                        \
    limits->field = (value)
    DEFAULT(body_bytes, 1u << 20);
    DEFAULT(all_bodies_bytes, (size_t)256 << 20);
    DEFAULT(header_bytes, 16384);
    DEFAULT(header_count, 64);
    DEFAULT(connections, 4096);
    DEFAULT(header_ms, 10000);
    DEFAULT(body_ms, 30000);
    DEFAULT(idle_ms, 75000);
    DEFAULT(write_ms, 30000);
    DEFAULT(stream_bytes, 256u << 10);
#undef DEFAULT
    if (limits->header_count > WR_HEAD_FIELDS)
        limits->header_count = WR_HEAD_FIELDS;
    if (limits->header_bytes > 1u << 20)
        limits->header_bytes = 1u << 20;
}

static void on_timer(evutil_socket_t fd, short what, void *arg);
static void on_accept(evutil_socket_t fd, short what, void *arg);

static void on_accept_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_server *server = arg;
    for (struct wr_listener *listener = server->listeners; listener; listener = listener->next)
        event_add(&listener->event, NULL);
}

struct wr_server *wr_server_new(struct event_base *loop, const struct wr_server_options *options,
                                char *error, size_t error_size)
{
    struct wr_server *server = calloc(1, sizeof *server);
    if (!server) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    server->loop = loop;
    server->options = *options;
    fill_limits(&server->options.limits);
    const struct wr_http_limits *limits = &server->options.limits;
    server->waits[WR_WAIT_IDLE].limit_us = limits->idle_ms * INT64_C(1000);
    server->waits[WR_WAIT_HEAD].limit_us = limits->header_ms * INT64_C(1000);
    server->waits[WR_WAIT_BODY].limit_us = limits->body_ms * INT64_C(1000);
    server->waits[WR_WAIT_WRITE].limit_us = limits->write_ms * INT64_C(1000);
    server->waits[WR_WAIT_LINGER].limit_us = WR_LINGER_MS * INT64_C(1000);
    if (options->tls_cert_file) {
        const char *key = options->tls_key_file ? options->tls_key_file : options->tls_cert_file;
        server->tls = wr_tls_server(options->tls_cert_file, key, error, error_size);
        if (!server->tls) {
            free(server);
            return NULL;
        }
    }
    if (options->server_name) {
        int len = snprintf(server->server_line, sizeof server->server_line, "Server: %.100s\r\n",
                           options->server_name);
        server->server_len = (uint32_t)len;
    }
    event_assign(&server->timer, loop, -1, 0, on_timer, server);
    event_assign(&server->accept_again, loop, -1, 0, on_accept_again, server);
    signal(SIGPIPE, SIG_IGN);
    return server;
}

/* ---- listening ------------------------------------------------------------------------------ */

/* "host:port", "[v6]:port" or ":port" into its halves. */
static bool split_address(const char *address, char host[256], char port[8])
{
    const char *colon = strrchr(address, ':');
    if (!colon || strlen(colon + 1) == 0 || strlen(colon + 1) > 5 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || atoi(colon + 1) > 65535)
        return false;
    const char *from = address, *to = colon;
    if (*from == '[') {
        if (to == from || to[-1] != ']')
            return false;
        from++;
        to--;
    } else if (memchr(from, ':', (size_t)(to - from))) {
        return false;
    }
    if (to - from >= 256)
        return false;
    memcpy(host, from, (size_t)(to - from));
    host[to - from] = '\0';
    strcpy(port, colon + 1);
    return true;
}

static int open_socket(const struct addrinfo *found, int *port)
{
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int one = 1, zero = 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (found->ai_family == AF_INET6) /* "[::]" and ":port" take IPv4 too */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &size) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    *port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                              : ((struct sockaddr_in *)&bound)->sin_port);
    return fd;
}

/* The first address of the name that can be bound. */
static int open_address(const char *address, int *port, char *error, size_t error_size)
{
    char host[256], service[8];
    if (!split_address(address, host, service)) {
        snprintf(error, error_size,
                 "cannot listen on '%s': write host:port, [v6 address]:port or :port", address);
        return -1;
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int bad = getaddrinfo(*host ? host : NULL, service, &hints, &found);
    if (bad && strcmp(host, "localhost") == 0) /* no /etc/hosts, as in an empty chroot */
        bad = getaddrinfo("127.0.0.1", service, &hints, &found);
    if (bad) {
        snprintf(error, error_size, "cannot listen on '%s': %s", address, gai_strerror(bad));
        return -1;
    }
    int fd = -1;
    for (int pass = 0; pass < 2 && fd < 0; pass++) { /* ":port": IPv6 first, as it takes both */
        for (struct addrinfo *each = found; each && fd < 0; each = each->ai_next) {
            if (*host || (each->ai_family == AF_INET6) == (pass == 0))
                fd = open_socket(each, port);
        }
    }
    if (fd < 0)
        snprintf(error, error_size, "cannot listen on '%s': %s", address, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

/* Takes `fd`, also where it fails. */
static bool add_listener(struct wr_server *server, int fd, char *error, size_t error_size)
{
    struct wr_listener *listener = calloc(1, sizeof *listener);
    if (!listener) {
        close(fd);
        snprintf(error, error_size, "out of memory");
        return false;
    }
    listener->server = server;
    listener->fd = fd;
    event_assign(&listener->event, server->loop, fd, EV_READ | EV_PERSIST, on_accept, listener);
    event_add(&listener->event, NULL);
    listener->next = server->listeners;
    server->listeners = listener;
    return true;
}

int wr_server_listen(struct wr_server *server, const char *address, char *error, size_t error_size)
{
    int port = 0;
    int fd = open_address(address, &port, error, error_size);
    return fd >= 0 && add_listener(server, fd, error, error_size) ? port : -1;
}

bool wr_server_listen_unix(struct wr_server *server, const char *path, char *error,
                           size_t error_size)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof to.sun_path) {
        snprintf(error, error_size, "cannot listen on %s: the path is longer than %zu bytes", path,
                 sizeof to.sun_path - 1);
        return false;
    }
    strcpy(to.sun_path, path);
    struct stat old;
    if (lstat(path, &old) == 0 && S_ISSOCK(old.st_mode))
        unlink(path); /* of a process that was killed */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Nobody can connect before listen(). */
    if (fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof to) == 0 && chmod(path, 0600) == 0 &&
        listen(fd, SOMAXCONN) == 0)
        return add_listener(server, fd, error, error_size);
    snprintf(error, error_size, "cannot listen on %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return false;
}

/* ---- accepting ------------------------------------------------------------------------------ */

void wr_server_adopt(struct wr_server *server, int fd)
{
    uint32_t limit = server->options.limits.connections;
    if (server->draining || server->conn_count >= limit + REFUSING_CONNECTIONS) {
        close(fd);
        return;
    }
    struct wr_conn *idle = server->waits[WR_WAIT_IDLE].first;
    if (server->conn_count >= limit && idle)
        wr_conn_timed_out(idle);
    wr_conn_open(server, fd);
}

/* Out of descriptors or memory: accepting again at once would spin. */
static void pause_accepting(struct wr_server *server)
{
    for (struct wr_listener *listener = server->listeners; listener; listener = listener->next)
        event_del(&listener->event);
    struct timeval soon = {0, 100000};
    event_add(&server->accept_again, &soon);
    if (server->options.handler.on_refused)
        server->options.handler.on_refused(server->options.handler.self, 0, "accept_failed", "");
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct wr_listener *listener = arg;
    const struct wr_handler *handler = &listener->server->options.handler;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int taken = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (taken >= 0 && handler->on_accept) {
            handler->on_accept(handler->self, taken);
        } else if (taken >= 0) {
            wr_server_adopt(listener->server, taken);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(listener->server);
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } /* else this one connection failed before it was taken */
    }
}

/* ---- time ----------------------------------------------------------------------------------- */

static void set_timer(struct wr_server *server, int64_t deadline_us, int64_t now_us)
{
    if (server->timer_us != 0 && server->timer_us <= deadline_us)
        return;
    int64_t wait_us = deadline_us > now_us ? deadline_us - now_us : 0;
    struct timeval in = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
    if (event_add(&server->timer, &in) == 0)
        server->timer_us = deadline_us;
}

static void unlink_wait(struct wr_conn *conn)
{
    struct wr_wait_list *list = &conn->exchange.server->waits[conn->wait];
    *(conn->wait_last ? &conn->wait_last->wait_next : &list->first) = conn->wait_next;
    *(conn->wait_next ? &conn->wait_next->wait_last : &list->end) = conn->wait_last;
    conn->wait = WR_WAIT_NONE;
}

void wr_conn_wait(struct wr_conn *conn, enum wr_wait wait, int64_t now_us)
{
    if (conn->wait != WR_WAIT_NONE)
        unlink_wait(conn);
    if (wait == WR_WAIT_NONE)
        return;
    struct wr_server *server = conn->exchange.server;
    struct wr_wait_list *list = &server->waits[wait];
    conn->wait = wait;
    conn->deadline_us = now_us + list->limit_us;
    conn->wait_last = list->end;
    conn->wait_next = NULL;
    *(list->end ? &list->end->wait_next : &list->first) = conn;
    list->end = conn;
    set_timer(server, conn->deadline_us, now_us);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_server *server = arg;
    int64_t now = wr_mono_us();
    server->timer_us = 0;
    for (int i = WR_WAIT_NONE + 1; i < WR_WAIT_COUNT; i++) {
        struct wr_wait_list *list = &server->waits[i];
        while (list->first && list->first->deadline_us <= now)
            wr_conn_timed_out(list->first); /* takes it from the list */
        if (list->first)
            set_timer(server, list->first->deadline_us, now);
    }
}

/* ---- ending --------------------------------------------------------------------------------- */

static void close_listeners(struct wr_server *server)
{
    event_del(&server->accept_again);
    while (server->listeners) {
        struct wr_listener *listener = server->listeners;
        server->listeners = listener->next;
        event_del(&listener->event);
        close(listener->fd);
        free(listener);
    }
}

static void on_drained(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_server *server = arg;
    if (server->drained)
        server->drained(server->drained_arg);
}

static void tell_drained(struct wr_server *server)
{
    struct timeval now = {0, 0};
    event_del(&server->timer); /* nothing is left that it could be for */
    event_assign(&server->timer, server->loop, -1, 0, on_drained, server);
    event_add(&server->timer, &now);
}

void wr_server_forget(struct wr_conn *conn)
{
    struct wr_server *server = conn->exchange.server;
    wr_conn_wait(conn, WR_WAIT_NONE, 0);
    *(conn->last ? &conn->last->next : &server->conns) = conn->next;
    if (conn->next)
        conn->next->last = conn->last;
    server->conn_count--;
    if (server->draining && server->conn_count == 0)
        tell_drained(server);
}

void wr_server_drain(struct wr_server *server, void (*done)(void *arg), void *arg)
{
    if (server->draining)
        return;
    server->draining = true;
    server->drained = done;
    server->drained_arg = arg;
    close_listeners(server);
    if (server->conn_count == 0)
        tell_drained(server);
    for (struct wr_conn *conn = server->conns, *next; conn; conn = next) {
        next = conn->next;
        wr_conn_enter(conn); /* one that waits for a request closes as it is left */
        wr_conn_leave(conn);
    }
}

uint32_t wr_server_connections(const struct wr_server *server)
{
    return server->conn_count;
}

uint32_t wr_server_exchanges(const struct wr_server *server)
{
    return server->exchange_count;
}

void wr_server_free(struct wr_server *server)
{
    if (!server)
        return;
    close_listeners(server);
    server->draining = false; /* nobody is told any more */
    while (server->conns)
        wr_conn_free(server->conns);
    event_del(&server->timer);
    while (server->inputs) {
        struct wr_input *next = server->inputs->next;
        free(server->inputs->data);
        free(server->inputs);
        server->inputs = next;
    }
    wr_tls_free(server->tls);
    free(server->scratch);
    free(server);
}
