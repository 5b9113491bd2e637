/* Asks a server as fast as it answers: N connections, each with one request under way, every body its
 * own. `bench_load PORT PATH KEY BODY_FILE CONNECTIONS SECONDS WORD [SEED [RATE]]`. In the body a run of
 * sixteen '#' is replaced by a number (an empty body: a GET, and the run is in the path); a reply counts if
 * it is a 200 and holds WORD. One line of JSON.
 * With RATE, so many requests a second are due whether or not those before were answered (an open loop),
 * and a time is counted from when its request was due, not from when a connection was free for it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MARK "################"
enum { MARK_LEN = 16, REPLY_MAX = 1 << 17, TIMES_MAX = 4000000 };

struct conn {
    int fd;
    size_t sent, got;
    int64_t started_us;
    bool busy;
    char *request, *reply;
    struct conn *next; /* of those that are free */
};

struct load {
    struct sockaddr_in address;
    const char *word;
    char *request; /* as sent, with the mark still in it */
    size_t request_len, mark_at;
    uint64_t serial;
    int poll;
    size_t open, count, good, other, broken;
    uint32_t *times_us;
    int64_t end_us;
    double rate; /* 0: a closed loop */
    uint64_t due;
    int64_t start_us;
    size_t late; /* requests that found no connection free */
    struct conn *free;
    char first_other[1500]; /* what the first reply that does not count began with */
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_load: %s\n", what);
    exit(2);
}

static void *get(size_t size)
{
    void *memory = calloc(1, size);
    if (!memory)
        fail("out of memory");
    return memory;
}

/* ---- one connection ------------------------------------------------------------------------- */

static void watch(struct load *load, struct conn *conn, uint32_t events, int how)
{
    struct epoll_event event = {.events = events, .data.ptr = conn};
    if (epoll_ctl(load->poll, how, conn->fd, &event) != 0)
        fail("epoll_ctl");
}

static void dial(struct load *load, struct conn *conn)
{
    int one = 1;
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (conn->fd < 0 ||
        connect(conn->fd, (struct sockaddr *)&load->address, sizeof load->address) != 0)
        fail("cannot connect");
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(load, conn, EPOLLIN, EPOLL_CTL_ADD);
}

/* On loopback a request of a few KB fits the socket's buffer: a write that is cut is an error here. */
static void ask(struct load *load, struct conn *conn, int64_t due_us)
{
    char number[MARK_LEN + 1];
    snprintf(number, sizeof number, "%016llx", (unsigned long long)load->serial++);
    memcpy(conn->request, load->request, load->request_len);
    memcpy(conn->request + load->mark_at, number, MARK_LEN);
    conn->got = 0;
    conn->busy = true;
    conn->started_us = due_us;
    ssize_t n = send(conn->fd, conn->request, load->request_len, MSG_NOSIGNAL);
    if (n != (ssize_t)load->request_len)
        fail("a request could not be sent whole");
    load->open++;
}

static int64_t due_us(const struct load *load)
{
    return load->start_us + (int64_t)((double)load->due * 1e6 / load->rate);
}

/* All that is due goes out, as far as there are connections for it. */
static void ask_due(struct load *load)
{
    while (load->free && due_us(load) <= now_us() && due_us(load) < load->end_us) {
        struct conn *conn = load->free;
        load->free = conn->next;
        int64_t at_us = due_us(load);
        load->late += (double)(now_us() - at_us) > 1e6 / load->rate;
        load->due++;
        ask(load, conn, at_us);
    }
}

/* Its reply has come: on to the next request, now or when one is due. */
static void go_on(struct load *load, struct conn *conn)
{
    if (load->rate > 0) {
        conn->next = load->free;
        load->free = conn;
        ask_due(load);
    } else if (now_us() < load->end_us) {
        ask(load, conn, now_us());
    }
}

/* The reply's end: by its Content-Length, or the last chunk. */
static bool complete(const struct conn *conn)
{
    const char *end = memmem(conn->reply, conn->got, "\r\n\r\n", 4);
    if (!end)
        return false;
    size_t head = (size_t)(end - conn->reply) + 4;
    const char *field = memmem(conn->reply, head, "\r\nContent-Length:", 17);
    if (field)
        return conn->got >= head + strtoull(field + 17, NULL, 10);
    return conn->got >= head + 5 && memcmp(conn->reply + conn->got - 5, "0\r\n\r\n", 5) == 0;
}

static void count_reply(struct load *load, struct conn *conn)
{
    bool good = conn->got > 12 && memcmp(conn->reply + 9, "200", 3) == 0 &&
                memmem(conn->reply, conn->got, load->word, strlen(load->word));
    load->open--;
    conn->busy = false;
    if (good && load->count < TIMES_MAX)
        load->times_us[load->count++] = (uint32_t)(now_us() - conn->started_us);
    load->good += good;
    load->other += !good;
    if (!good && !*load->first_other)
        snprintf(load->first_other, sizeof load->first_other, "%.*s", (int)conn->got, conn->reply);
    go_on(load, conn);
}

static void receive(struct load *load, struct conn *conn)
{
    ssize_t n = recv(conn->fd, conn->reply + conn->got, REPLY_MAX - conn->got, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        load->broken += conn->busy;
        load->open -= conn->busy;
        conn->busy = false;
        close(conn->fd);
        if (load->broken > 1000)
            fail("the server cuts its connections");
        if (now_us() < load->end_us) {
            dial(load, conn);
            go_on(load, conn);
        }
        return;
    }
    conn->got += (size_t)n;
    if (conn->got == REPLY_MAX)
        fail("a reply is too large");
    if (complete(conn))
        count_reply(load, conn);
}

/* ---- the run -------------------------------------------------------------------------------- */

/* Rings at each moment at which a request is due. */
static int open_clock(struct load *load)
{
    int64_t each_ns = (int64_t)(1e9 / load->rate);
    struct timespec each = {each_ns / 1000000000, each_ns % 1000000000};
    struct itimerspec often = {each, each};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    int clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (clock < 0 || timerfd_settime(clock, 0, &often, NULL) != 0 ||
        epoll_ctl(load->poll, EPOLL_CTL_ADD, clock, &event) != 0)
        fail("no timer");
    prctl(PR_SET_TIMERSLACK, 1UL);
    return clock;
}

static void ring(struct load *load, int clock)
{
    uint64_t times;
    if (read(clock, &times, sizeof times) > 0)
        ask_due(load);
}

static bool under_way(const struct load *load)
{
    return load->open > 0 || (load->rate > 0 && due_us(load) < load->end_us);
}

static void run(struct load *load, size_t connections)
{
    struct conn *conns = get(connections * sizeof *conns);
    struct epoll_event events[256];
    int clock = load->rate > 0 ? open_clock(load) : -1;
    for (size_t i = 0; i < connections; i++) {
        conns[i].request = get(load->request_len);
        conns[i].reply = get(REPLY_MAX);
        dial(load, &conns[i]);
    }
    load->start_us = now_us();
    load->end_us += load->start_us;
    for (size_t i = 0; i < connections; i++)
        go_on(load, &conns[i]);
    while (under_way(load)) {
        int n = epoll_wait(load->poll, events, 256, 30000);
        if (n == 0)
            fail("no reply for 30 s");
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                receive(load, events[i].data.ptr);
            else
                ring(load, clock);
        }
    }
    if (clock >= 0)
        close(clock);
    for (size_t i = 0; i < connections; i++) {
        close(conns[i].fd);
        free(conns[i].request);
        free(conns[i].reply);
    }
    free(conns);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double part(const struct load *load, double share)
{
    if (load->count == 0)
        return 0;
    return load->times_us[(size_t)(share * (double)(load->count - 1))] / 1000.0;
}

/* As a JSON string, near enough for a person: control characters become spaces. */
static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar((unsigned char)*text < ' ' ? ' ' : *text);
    }
    putchar('"');
}

static void report(struct load *load, double seconds)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 +
                 (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6;
    qsort(load->times_us, load->count, sizeof *load->times_us, by_size);
    printf(
        "{\"good\": %zu, \"other\": %zu, \"broken\": %zu, \"seconds\": %.3f, \"rate\": %.1f, "
        "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"cpu_s\": %.3f, \"late\": %zu, "
        "\"first_other\": ",
        load->good, load->other, load->broken, seconds, (double)load->good / seconds,
        part(load, 0.5), part(load, 0.99), part(load, 1), cpu, load->late);
    print_text(load->first_other);
    printf("}\n");
}

static void read_body(struct load *load, const char *file, const char *path, const char *key)
{
    static char body[1 << 16];
    FILE *from = fopen(file, "rb");
    if (!from)
        fail("its body file cannot be read");
    size_t len = fread(body, 1, sizeof body, from);
    fclose(from);
    load->request = get(len + 1024);
    int head = snprintf(load->request, 1024,
                        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        len ? "POST" : "GET", path, key, len);
    if (head < 0 || head >= 1024)
        fail("the path or the key is too long");
    memcpy(load->request + head, body, len);
    load->request_len = (size_t)head + len;
    char *mark = memmem(load->request, load->request_len, MARK, MARK_LEN);
    if (!mark)
        fail("the body has no mark of sixteen #");
    load->mark_at = (size_t)(mark - load->request);
}

int main(int argc, char **argv)
{
    struct load load = {.address = {.sin_family = AF_INET}};
    if (argc < 8)
        fail("usage: bench_load PORT PATH KEY BODY_FILE CONNECTIONS SECONDS WORD [SEED [RATE]]");
    int port = atoi(argv[1]), connections = atoi(argv[5]);
    double seconds = atof(argv[6]);
    if (port < 1 || port > 65535 || connections < 1 || connections > 4096 || seconds <= 0)
        fail("a port, connections up to 4096 and a number of seconds");
    load.address.sin_port = htons((uint16_t)port);
    load.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    load.word = argv[7];
    load.serial = argc > 8 ? strtoull(argv[8], NULL, 10) << 32 : 0;
    load.rate = argc > 9 ? atof(argv[9]) : 0;
    load.times_us = get(TIMES_MAX * sizeof *load.times_us);
    load.poll = epoll_create1(EPOLL_CLOEXEC);
    read_body(&load, argv[4], argv[2], argv[3]);
    load.end_us = (int64_t)(seconds * 1e6); /* and from the start, once all are connected */
    run(&load, (size_t)connections);
    report(&load, (double)(now_us() - load.start_us) / 1e6);
    free(load.times_us);
    free(load.request);
    return 0;
}
