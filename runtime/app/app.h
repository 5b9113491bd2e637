/* A running binary: one program, one store, and an event loop a core, each with an engine and a server.
 * No globals: a process could hold several. */
#ifndef WR_APP_APP_H
#define WR_APP_APP_H

#include "runtime/app/flags.h"
#include "runtime/app/loop.h"
#include "runtime/engine/quota.h"
#include "runtime/http/auth.h"
#include "runtime/http/problem.h"
#include "runtime/store/store.h"

struct event;
struct wr_call;

#define WR_LOOPS_MAX 64
#define WR_LOOPS_DEFAULT_MAX 8 /* where none are asked for: the one writer is busy with fewer */

struct wr_serve_options {
    const char *listen, *store, *tls_cert, *tls_key, *otlp;
    /* loops 0: one a core */
    int64_t drain_ms, heartbeat_ms, max_body, max_jobs, max_connections, loops, workers;
    int log_level;
    const char *webhook_schedule;
};

/* What answers a path. `method` NULL ends a table. */
struct wr_route {
    const char *method;  /* HEAD is taken where GET is */
    const char *path;    /* exact, or with one segment "{id}" */
    const char *pattern; /* as metrics and logs name it */
    bool needs_key;      /* where the program has auth */
    bool quiet;          /* asked for often by machines: logged at debug */
    void (*handle)(struct wr_call *call);
    const struct wr_workflow *workflow; /* of a workflow's route */
    bool operators;                     /* on the operator's socket only */
};

struct wr_app {
    const struct wr_program *program;
    struct wr_serve_options options;
    struct wr_loop *loops; /* the first one accepts connections and hears signals */
    uint32_t loop_count;
    pthread_mutex_t lock; /* of what engines share */
    struct wr_peers peers;
    struct wr_shared *shared;
    struct wr_client_share *client_share;
    struct wr_pool *pool; /* of C functions; NULL: the program has none */
    struct wr_otlp *otlp; /* NULL: nobody is told of spans */
    struct wr_drift *drift;
    struct wr_store *store;            /* the first loop's side */
    struct wr_webhooks *hooks;         /* NULL: the program notifies nobody */
    struct wr_server *operator_server; /* on a Unix socket beside the store; the first loop's */
    char *operator_path;               /* NULL: it is not there */
    struct wr_keys *keys;              /* NULL: the program has no auth */
    struct wr_route *routes;
    atomic_bool draining;
    /* The first loop's: how many loops have yet to take up their jobs, to end them, to end their
     * connections. */
    uint32_t recovering, working, serving;
    enum wr_store_status recovered;
    size_t resumed, held;
    struct event *signals[2], *drain_timer;
    enum wr_exit exit;
};

/* One request on its way through a route; lives in the exchange's arena. */
struct wr_call {
    struct wr_app *app;
    struct wr_loop *loop; /* that its connection is on */
    struct wr_exchange *exchange;
    const struct wr_route *route; /* NULL: none */
    struct wr_str id;             /* of a path with {id} … */
    struct wr_str name;           /* … and {name} */
    struct wr_caller caller;
    struct wr_str counted_as; /* in limits of callers; ptr NULL: not asked yet, or none declared */
    struct wr_str request_id, traceparent, tracestate;
    struct wr_waiter *waiter;
    struct wr_stream *stream;
    bool async; /* the client would rather not wait */
    char job[37];
};

/* routes.c */
bool wr_routes_init(struct wr_app *app);
struct wr_handler wr_routes_handler(struct wr_loop *loop);
/* For whoever owns the store: no keys, every caller's jobs, no workflows. */
struct wr_handler wr_routes_operator_handler(struct wr_loop *loop);
/* End the call: logged, counted, answered. */
void wr_call_reply(struct wr_call *call, const struct wr_reply *reply);
/* Begins a stream; whoever streams ends the exchange. */
void wr_call_stream(struct wr_call *call, const struct wr_reply *head);
void wr_call_problem(struct wr_call *call, const struct wr_problem *problem,
                     const struct wr_header *headers, size_t header_count);
void wr_call_refuse(struct wr_call *call, int status, const char *code, const char *detail);
/* Both of an engine's answer: what is no job becomes a problem. */
void wr_call_refusal(struct wr_call *call, const struct wr_answer *answer);

/* promise.c: what replies say of their routes. The fields of this one's, at most four. */
#define WR_PROMISES 4
size_t wr_call_promises(struct wr_call *call, struct wr_header *headers);
/* The key's name, or where there are no keys the address; ptr NULL where no limit is declared. */
struct wr_str wr_call_counted_as(struct wr_call *call);
/* Counts the request; false: past a limit, and the call has ended with 429. */
bool wr_call_admit(struct wr_call *call);
void wr_call_refuse_job(struct wr_call *call, uint32_t retry_after_s);

/* Whose jobs a call may review (WR_EVERY_CALLER: all). False: none, and the call has ended. */
bool wr_call_may_review(struct wr_call *call, struct wr_str *whose);

/* Is its body sent as JSON? False: refused, and the call has ended. */
bool wr_call_json(struct wr_call *call);
/* The job that the path names; false: there can be none, and the call has ended. */
bool wr_call_job(struct wr_call *call, struct wr_id *id);

/* A question to the engine that the job lives in. `answered` is called on the call's loop, later, with
 * the call. */
struct wr_question {
    enum {
        WR_QUESTION_VIEW,
        WR_QUESTION_CANCEL,
        WR_QUESTION_LOOK,
        WR_QUESTION_TELL,
        WR_QUESTION_REVIEW,
        WR_QUESTION_RETRY
    } what;
    struct wr_look look;       /* all but LOOK: its job only */
    struct wr_telling telling; /* TELL; in the request's arena */
    struct wr_str caller, by;  /* TELL, REVIEW: whose jobs, and who says it; else the call's */
    bool force;                /* RETRY */
    int64_t wait_ms;           /* VIEW */
};
void wr_call_ask(struct wr_call *call, const struct wr_question *question, wr_answer_fn *answered);
void wr_asks_free(struct wr_loop *loop); /* at the end: those still under way */

/* A strong entity tag of a body, quotes included; and whether If-None-Match names it. */
#define WR_ENTITY_TAG 40
void wr_entity_tag(struct wr_str body, char tag[WR_ENTITY_TAG]);
bool wr_call_matches(struct wr_call *call, const char *tag);

/* submit.c, jobs.c, list.c, events.c, pages.c */
bool wr_submit_head(struct wr_call *call); /* false: ended */
void wr_submit_handle(struct wr_call *call);
void wr_job_handle(struct wr_call *call);
void wr_jobs_handle(struct wr_call *call);
void wr_cancel_handle(struct wr_call *call);
void wr_retry_handle(struct wr_call *call);
void wr_signal_handle(struct wr_call *call);
void wr_review_handle(struct wr_call *call);
void wr_review_view_handle(struct wr_call *call);
void wr_events_handle(struct wr_call *call);
void wr_stream_gone(struct wr_call *call); /* the client of `call->stream` has left */
/* In the order of an end: every stream looks at its journal once more; all leave; what is left, once
 * the store is closed, is freed. */
void wr_streams_read(struct wr_loop *loop);
void wr_streams_leave(struct wr_loop *loop);
void wr_streams_free(struct wr_loop *loop);
/* webhooks.c: on the operator's socket */
void wr_webhooks_handle(struct wr_call *call);
void wr_webhook_resend_handle(struct wr_call *call);
/* The sender of notifications, where the program has any; false and a sentence: it cannot. */
bool wr_app_open_hooks(struct wr_app *app, char *error, size_t error_size);
void wr_page_openapi(struct wr_call *call);
void wr_page_contract(struct wr_call *call);
void wr_page_livez(struct wr_call *call);
void wr_page_readyz(struct wr_call *call);
void wr_page_metrics(struct wr_call *call);
void wr_page_drift(struct wr_call *call); /* the operator's */

/* operator.c, operator_text.c: the commands that talk to a running binary */
struct wr_operator_options {
    const char *store;                              /* NULL: the default one */
    const char *status, *workflow, *before, *limit; /* list; NULL: any */
    const char *state;                              /* webhooks list; NULL: any */
    const char *reason;                             /* of a decision; NULL: none */
    bool json, force;
};
/* `command`: "jobs", "review", "webhooks" or "drift". */
enum wr_exit wr_operator_run(const char *command, int argc, char **argv,
                             const struct wr_operator_options *options);
enum wr_exit wr_operator_backup(const char *to, const struct wr_operator_options *options);

/* serve.c */
/* "sqlite:NAME.db" where none is given; kept in `text`. */
const char *wr_store_url(const char *given, char *text, size_t size);
enum wr_exit wr_serve(const struct wr_program *program, const struct wr_serve_options *options);
/* What is missing or wrong in the environment, a line each on stderr; their number. */
size_t wr_check_environment(const struct wr_program *program, struct wr_keys **keys);
/* How many scopes of these keys name nothing here; each is told on stderr. */
size_t wr_unknown_scopes(const struct wr_program *program, const struct wr_keys *keys);

/* ---- simulate ---------------------------------------------------------------------------------- */

struct wr_simulate_options {
    int64_t seed, jobs;
    bool crash;
    const char *journal;   /* NULL: nowhere */
    const char *adversary; /* "time" or "cost"; NULL: chance */
};

enum wr_exit wr_simulate_command(const struct wr_program *program,
                                 const struct wr_simulate_options *options);

#endif
