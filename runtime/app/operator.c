/* The commands `jobs …` and `backup`: asking the binary that serves, and what to say where none
 * does. */
#include "runtime/app/operator.h"
#include "runtime/app/app.h"
#include "runtime/base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX (64u << 20)

struct asked {
    const struct wr_operator_options *options;
    const char *store; /* its path */
    const char *body;  /* of the next POST: JSON; NULL: none */
    bool quiet;        /* a refusal is no failure of the command */
    enum wr_exit exit; /* where an answer is NULL */
};

static enum wr_exit complain(enum wr_exit exit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum wr_exit complain(enum wr_exit exit, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", wright_program.name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return exit;
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Connected, or -1 and said why. */
static int connect_to(struct asked *asked)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int len = snprintf(to.sun_path, sizeof to.sun_path, "%s.sock", asked->store);
    asked->exit = WR_EXIT_UNAVAILABLE;
    if (len < 0 || (size_t)len >= sizeof to.sun_path) {
        complain(0, "%s.sock is too long a path for a socket", asked->store);
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval limit = {60, 0};
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return fd;
    }
    if (errno == ENOENT || errno == ECONNREFUSED)
        complain(0,
                 "no binary serves the store %s; start `%s serve`, or name its store with --store",
                 asked->store, wright_program.name);
    else
        complain(0, "cannot connect to %s: %s", to.sun_path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t put = send(fd, text, len, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        text += put;
        len -= (size_t)put;
    }
    return true;
}

/* Until the peer closes; NUL-terminated, malloc'd; NULL where it broke off or is too long. */
static char *receive_all(int fd)
{
    size_t len = 0, room = 65536;
    char *text = malloc(room + 1);
    while (text) {
        ssize_t got = recv(fd, text + len, room - len, 0);
        if (got == 0)
            break;
        len += got > 0 ? (size_t)got : 0;
        char *grown = text;
        if (got < 0 || room > ANSWER_MAX)
            grown = NULL;
        else if (len == room)
            grown = realloc(text, (room *= 2) + 1);
        if (!grown)
            free(text);
        text = grown;
    }
    if (text)
        text[len] = '\0';
    return text;
}

/* What was wrong with a body, a line each. */
static void print_errors(const json_t *problem)
{
    size_t at;
    json_t *error;
    json_array_foreach(json_object_get(problem, "errors"), at, error)
    {
        const char *message = json_string_value(json_object_get(error, "message"));
        complain(0, "%s", message ? message : "a fault");
    }
}

/* The body of a 200; else NULL, `exit` set and said why. HTTP/1.0, so that its end is the end. */
static json_t *ask(struct asked *asked, const char *method, const char *path)
{
    char *head = NULL, *answer = NULL;
    int fd = connect_to(asked);
    if (fd < 0)
        return NULL;
    const char *sent = asked->body ? asked->body : "";
    int len = asprintf(&head, "%s %s HTTP/1.0\r\nHost: operator\r\n%sContent-Length: %zu\r\n\r\n%s",
                       method, path, *sent ? "Content-Type: application/json\r\n" : "",
                       strlen(sent), sent);
    if (len > 0 && send_all(fd, head, (size_t)len))
        answer = receive_all(fd);
    if (len > 0)
        free(head);
    close(fd);
    int status = 0;
    char *body = answer ? strstr(answer, "\r\n\r\n") : NULL;
    json_t *json = NULL;
    if (body && sscanf(answer, "HTTP/1.%*c %d", &status) == 1)
        json = json_loads(body + 4, 0, NULL);
    free(answer);
    if (json && (status == 200 || status == 202))
        return json;
    const char *detail = json_string_value(json_object_get(json, "detail"));
    if (!asked->quiet)
        print_errors(json);
    if (!asked->quiet)
        asked->exit = complain(status == 400 ? WR_EXIT_USAGE : WR_EXIT_UNAVAILABLE, "%s",
                               detail ? detail : "the binary that serves gave no answer");
    json_decref(json);
    return NULL;
}

static json_t *ask_job(struct asked *asked, const char *method, const char *id, const char *what)
{
    struct wr_arena arena = {0};
    struct wr_text path = {.arena = &arena};
    WR_ADD(&path, "/jobs/");
    wr_text_url(&path, wr_str_of(id));
    wr_text_add(&path, wr_str_of(what));
    wr_text_add(&path, (struct wr_str){"", 1});
    json_t *json = ask(asked, method, wr_text_done(&path).ptr);
    wr_arena_free(&arena);
    if (json && !*what)
        wr_mask_output(&wright_program, json);
    return json;
}

/* ---- answering ------------------------------------------------------------------------------ */

static enum wr_exit flush(void)
{
    if (fflush(stdout) == 0)
        return WR_EXIT_OK;
    return complain(WR_EXIT_IO, "cannot write: %s", strerror(errno));
}

static void print_json(const json_t *json)
{
    struct wr_arena arena = {0};
    struct wr_str text = wr_json_text(&arena, json, true);
    printf("%.*s\n", (int)text.len, text.ptr);
    wr_arena_free(&arena);
}

/* Prints one answer, of which it takes the reference. */
static enum wr_exit tell(struct asked *asked, json_t *json_take, void (*print)(const json_t *json))
{
    if (!json_take)
        return asked->exit;
    (asked->options->json ? print_json : print)(json_take);
    json_decref(json_take);
    return flush();
}

struct part {
    const char *name, *value; /* NULL: not asked for */
};

static json_t *ask_list(struct asked *asked, const char *where, const struct part *parts,
                        size_t count)
{
    struct wr_arena arena = {0};
    struct wr_text path = {.arena = &arena};
    wr_text_add(&path, wr_str_of(where));
    for (size_t i = 0; i < count; i++)
        if (parts[i].value) {
            wr_text_add(&path, wr_str_of(parts[i].name));
            WR_ADD(&path, "=");
            wr_text_url(&path, wr_str_of(parts[i].value));
            WR_ADD(&path, "&");
        }
    wr_text_add(&path, (struct wr_str){"", 1});
    json_t *json = ask(asked, "GET", wr_text_done(&path).ptr);
    wr_arena_free(&arena);
    return json;
}

static enum wr_exit list(struct asked *asked, const char *const *ids)
{
    (void)ids;
    const struct wr_operator_options *options = asked->options;
    const struct part parts[] = {{"status", options->status},
                                 {"workflow", options->workflow},
                                 {"before", options->before},
                                 {"limit", options->limit}};
    return tell(asked, ask_list(asked, "/jobs?", parts, sizeof parts / sizeof *parts),
                wr_print_list);
}

static enum wr_exit webhooks_list(struct asked *asked, const char *const *ids)
{
    (void)ids;
    const struct wr_operator_options *options = asked->options;
    const struct part parts[] = {
        {"state", options->state}, {"before", options->before}, {"limit", options->limit}};
    return tell(asked, ask_list(asked, "/webhooks?", parts, sizeof parts / sizeof *parts),
                wr_print_webhooks);
}

static void print_resent(const json_t *webhook)
{
    printf("%s %s\n", json_string_value(json_object_get(webhook, "id")),
           json_string_value(json_object_get(webhook, "state")));
}

static enum wr_exit webhooks_resend(struct asked *asked, const char *const *ids)
{
    struct wr_arena arena = {0};
    struct wr_text path = {.arena = &arena};
    WR_ADD(&path, "/webhooks/");
    wr_text_url(&path, wr_str_of(ids[0]));
    WR_ADD(&path, "/resend\0");
    json_t *json = ask(asked, "POST", wr_text_done(&path).ptr);
    wr_arena_free(&arena);
    return tell(asked, json, print_resent);
}

/* With what nobody could be told of it. */
static enum wr_exit show(struct asked *asked, const char *const *ids)
{
    const struct part parts[] = {{"job", ids[0]}, {"state", "dead"}, {"limit", "1000"}};
    json_t *job = ask_job(asked, "GET", ids[0], "");
    json_t *dead = job ? ask_list(asked, "/webhooks?", parts, sizeof parts / sizeof *parts) : NULL;
    if (json_array_size(json_object_get(dead, "webhooks")))
        json_object_set(job, "dead_notifications", json_object_get(dead, "webhooks"));
    json_decref(dead);
    return tell(asked, job, wr_print_job);
}

/* All pages of a job's events as one. */
static json_t *ask_events(struct asked *asked, const char *id)
{
    json_t *all = ask_job(asked, "GET", id, "/events");
    while (all && json_is_integer(json_object_get(all, "next"))) {
        char what[64];
        snprintf(what, sizeof what, "/events?after=%lld",
                 (long long)json_integer_value(json_object_get(all, "next")));
        json_t *page = ask_job(asked, "GET", id, what);
        if (!page) {
            json_decref(all);
            return NULL;
        }
        json_array_extend(json_object_get(all, "events"), json_object_get(page, "events"));
        json_object_set(all, "final", json_object_get(page, "final"));
        json_object_set(all, "next", json_object_get(page, "next"));
        json_decref(page);
    }
    return all;
}

static enum wr_exit events(struct asked *asked, const char *const *ids)
{
    return tell(asked, ask_events(asked, ids[0]), wr_print_events);
}

static void print_cancelled(const json_t *job)
{
    const char *status = json_string_value(json_object_get(job, "status"));
    bool cancelled = status && strcmp(status, "cancelled") == 0;
    printf("%s %s%s\n", json_string_value(json_object_get(job, "job_id")), status,
           cancelled ? "" : ": it had ended");
}

static enum wr_exit cancel(struct asked *asked, const char *const *ids)
{
    return tell(asked, ask_job(asked, "POST", ids[0], "/cancel"), print_cancelled);
}

static void print_retried(const json_t *job)
{
    printf("%s %s\n", json_string_value(json_object_get(job, "job_id")),
           json_string_value(json_object_get(job, "status")));
}

static enum wr_exit retry(struct asked *asked, const char *const *ids)
{
    const char *what = asked->options->force ? "/retry?force=1" : "/retry";
    return tell(asked, ask_job(asked, "POST", ids[0], what), print_retried);
}

static enum wr_exit why_two(struct asked *asked, const char *const *ids)
{
    json_t *jobs[2] = {NULL, NULL}, *events[2] = {NULL, NULL};
    bool good = true;
    for (size_t i = 0; i < 2 && good; i++) {
        jobs[i] = ask_job(asked, "GET", ids[i], "");
        events[i] = jobs[i] ? ask_events(asked, ids[i]) : NULL;
        good = events[i] != NULL;
    }
    enum wr_exit exit = asked->exit;
    if (good)
        exit = tell(asked, wr_job_differences(jobs[0], jobs[1], events[0], events[1]),
                    wr_print_differences);
    for (size_t i = 0; i < 2; i++) {
        json_decref(jobs[i]);
        json_decref(events[i]);
    }
    return exit;
}

static enum wr_exit why(struct asked *asked, const char *const *ids)
{
    if (ids[1])
        return why_two(asked, ids);
    json_t *first = ask_job(asked, "GET", ids[0], ""), *second = NULL;
    if (first)
        second = ask_events(asked, ids[0]);
    enum wr_exit exit = asked->exit;
    if (first && second && asked->options->json) {
        json_t *both =
            json_pack("{s:O,s:O}", "job", first, "events", json_object_get(second, "events"));
        exit = tell(asked, both, print_json);
    } else if (first && second) {
        wr_print_course(first, second);
        exit = flush();
    }
    json_decref(first);
    json_decref(second);
    return exit;
}

/* ---- reviews -------------------------------------------------------------------------------- */

/* Those of one page that wait for a person; the next page's path, or NULL. */
static bool collect(struct asked *asked, json_t *found, char next[64], bool first)
{
    char path[128];
    size_t at;
    json_t *job;
    snprintf(path, sizeof path, "/jobs?limit=100%s%s", first ? "" : "&before=", first ? "" : next);
    json_t *page = ask(asked, "GET", path);
    if (!page)
        return false;
    json_array_foreach(json_object_get(page, "jobs"), at, job)
    {
        const char *id = json_string_value(json_object_get(job, "job_id"));
        if (!id || json_is_string(json_object_get(job, "finished_at")))
            continue;
        asked->quiet = true;
        json_t *review = ask_job(asked, "GET", id, "/review");
        asked->quiet = false;
        if (review)
            json_array_append_new(found, review);
    }
    const char *more = json_string_value(json_object_get(page, "next"));
    snprintf(next, 64, "%s", more ? more : "");
    json_decref(page);
    return true;
}

static enum wr_exit review_list(struct asked *asked, const char *const *ids)
{
    (void)ids;
    char next[64] = "";
    json_t *found = json_array();
    bool good = collect(asked, found, next, true);
    while (good && *next)
        good = collect(asked, found, next, false);
    if (good)
        return tell(asked, json_pack("{s:o}", "reviews", found), wr_print_reviews);
    json_decref(found);
    return asked->exit;
}

static enum wr_exit review_show(struct asked *asked, const char *const *ids)
{
    return tell(asked, ask_job(asked, "GET", ids[0], "/review"), print_json);
}

static void print_decided(const json_t *job)
{
    printf("%s %s\n", json_string_value(json_object_get(job, "job_id")),
           json_string_value(json_object_get(job, "status")));
}

static enum wr_exit decide(struct asked *asked, const char *id, const char *decision,
                           json_t *output_take)
{
    json_t *body = json_pack("{s:s}", "decision", decision);
    if (output_take)
        json_object_set_new(body, "output", output_take);
    if (asked->options->reason)
        json_object_set_new(body, "reason", json_string(asked->options->reason));
    char *text = json_dumps(body, JSON_COMPACT);
    asked->body = text;
    enum wr_exit exit = tell(asked, ask_job(asked, "POST", id, "/review"), print_decided);
    json_decref(body);
    free(text);
    return exit;
}

static enum wr_exit review_approve(struct asked *asked, const char *const *ids)
{
    return decide(asked, ids[0], "approve", NULL);
}

static enum wr_exit review_reject(struct asked *asked, const char *const *ids)
{
    return decide(asked, ids[0], "reject", NULL);
}

static enum wr_exit review_edit(struct asked *asked, const char *const *ids)
{
    json_error_t error;
    json_t *output = json_load_file(ids[1], JSON_DECODE_ANY, &error);
    if (output)
        return decide(asked, ids[0], "edit", output);
    return complain(WR_EXIT_USAGE, "%s: %s", ids[1], error.text);
}

static enum wr_exit drift(struct asked *asked, const char *const *ids)
{
    (void)ids;
    return tell(asked, ask(asked, "GET", "/drift"), wr_print_drift);
}

/* ---- the commands --------------------------------------------------------------------------- */

static const struct {
    const char *command, *name, *usage;
    int least, most; /* ids */
    enum wr_exit (*run)(struct asked *asked, const char *const *ids);
} verbs[] = {
    {"jobs", "list", "list [--status S] [--workflow W] [--before ID] [--limit N]", 0, 0, list},
    {"jobs", "show", "show ID", 1, 1, show},
    {"jobs", "events", "events ID", 1, 1, events},
    {"jobs", "cancel", "cancel ID", 1, 1, cancel},
    {"jobs", "retry", "retry ID [--force]", 1, 1, retry},
    {"jobs", "why", "why ID [ID]", 1, 2, why},
    {"drift", NULL, "", 0, 0, drift},
    {"review", "list", "list", 0, 0, review_list},
    {"review", "show", "show ID", 1, 1, review_show},
    {"review", "approve", "approve ID [--reason TEXT]", 1, 1, review_approve},
    {"review", "edit", "edit ID FILE [--reason TEXT]", 2, 2, review_edit},
    {"review", "reject", "reject ID [--reason TEXT]", 1, 1, review_reject},
    {"webhooks", "list", "list [--state S] [--limit N]", 0, 0, webhooks_list},
    {"webhooks", "resend", "resend ID", 1, 1, webhooks_resend},
};
#define VERBS (sizeof verbs / sizeof *verbs)

static enum wr_exit usage(const char *command)
{
    fprintf(stderr, "%s: usage:\n", wright_program.name);
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].command, command) == 0)
            fprintf(stderr, "  %s %s %s\n", wright_program.name, command, verbs[i].usage);
    return WR_EXIT_USAGE;
}

enum wr_exit wr_operator_run(const char *command, int argc, char **argv,
                             const struct wr_operator_options *options)
{
    char text[256];
    const char *url = wr_store_url(options->store, text, sizeof text);
    if (strncmp(url, "sqlite:", 7) != 0 || !url[7])
        return complain(WR_EXIT_USAGE, "the store '%s' is not of the form sqlite:PATH", url);
    struct asked asked = {.options = options, .store = url + 7};
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(command, verbs[i].command) != 0)
            continue;
        if (!verbs[i].name && argc == 0)
            return verbs[i].run(&asked, NULL);
        if (!verbs[i].name || argc == 0 || strcmp(argv[0], verbs[i].name) != 0)
            continue;
        if (argc - 1 < verbs[i].least || argc - 1 > verbs[i].most)
            break;
        const char *const ids[2] = {argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL};
        return verbs[i].run(&asked, ids);
    }
    return usage(command);
}

enum wr_exit wr_operator_backup(const char *to, const struct wr_operator_options *options)
{
    char text[256], *error = NULL;
    if (wr_store_backup(wr_store_url(options->store, text, sizeof text), to, &error)) {
        printf("%s\n", to);
        return flush();
    }
    complain(0, "%s", error ? error : "out of memory");
    free(error);
    return WR_EXIT_IO;
}
