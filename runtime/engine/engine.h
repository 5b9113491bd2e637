/* The engine: takes submissions, runs jobs as the program's tables say, answers when the answer is
 * due. It knows no workflow, no socket and no file: it is handed its doors (ports.h). Everything
 * runs on one loop; nothing here blocks; callbacks come later, never from inside a call. */
#ifndef WR_ENGINE_ENGINE_H
#define WR_ENGINE_ENGINE_H

#include "runtime/engine/ports.h"

struct wr_engine;
struct wr_state;
struct wr_waiter; /* somebody who is owed an answer; gone once answered or forgotten */

/* What the engines of one process share: the gates before services and models, and the bound of jobs
 * under way. `jobs_max`: past it a submission is refused; 0: 10000. `peers` outlives it; NULL: there
 * is one engine only. Freed after the engines. Never NULL. */
struct wr_shared;
struct wr_shared *wr_shared_new(const struct wr_program *program, uint32_t jobs_max,
                                const struct wr_peers *peers);
void wr_shared_free(struct wr_shared *shared);
/* Jobs that are held, as this program cannot go on with them: is this one, and how many are. */
bool wr_shared_holds(struct wr_shared *shared, const struct wr_id *job);
size_t wr_shared_held(struct wr_shared *shared);
/* The limits of callers (quota.h); NULL where none are declared. */
struct wr_quotas *wr_shared_quotas(const struct wr_shared *shared);

struct wr_engine_options {
    uint32_t jobs_max; /* where `shared` is NULL */
    struct wr_shared *shared;
    /* A job belongs to the loop that its id names (wr_id_share). This engine's, of how many: the jobs
     * that it begins are its own, and its store gives it no other unfinished ones. 0: it is alone. */
    uint32_t loop, loops;
    bool traces; /* the observer tells somebody of spans: a trace that begins here is sampled */
    uint32_t checkpoint_entries; /* a journal's, between two checkpoints at least; 0: 512 */
    uint32_t rest_ms; /* a job that is parked for so long or longer leaves memory; 0: 1000 */
};

/* All tables outlive the engine. `observer` may be NULL. Never NULL. */
struct wr_engine *wr_engine_new(const struct wr_program *program, const struct wr_clock *clock,
                                const struct wr_effects *effects, const struct wr_store *store,
                                const struct wr_observer *observer,
                                const struct wr_engine_options *options);
/* Stops everything at once; no callback is called any more. Jobs stay in the journal as they are.
 * Before the doors are closed: effects and timers are cancelled here, and what the store still
 * answers later finds nobody and does no harm. NULL is nothing. */
void wr_engine_free(struct wr_engine *engine);

/* ---- answers -------------------------------------------------------------------------------- */

enum wr_answer_kind {
    WR_ANSWER_JOB,         /* `body` is the envelope, `status` what HTTP says with it */
    WR_ANSWER_MISUSE,      /* 422: this Idempotency-Key came with another body */
    WR_ANSWER_REFUSED,     /* 503: too many jobs are live; `retry_after_s` */
    WR_ANSWER_LIMITED,     /* 429: this caller has as many under way as it may; `retry_after_s` */
    WR_ANSWER_DRAINING,    /* 503: shutting down; `retry_after_s` */
    WR_ANSWER_STORE_DOWN,  /* 503: the store did not take or give it; `retry_after_s` */
    WR_ANSWER_NOT_FOUND,   /* 404: no such job, or another caller's */
    WR_ANSWER_NO_SIGNAL,   /* 404: no stage of the job waits for a signal of this name */
    WR_ANSWER_NOT_WAITING, /* 409: the job does not wait for this, and will not, or not yet */
    WR_ANSWER_PENDING,     /* 409: another one was sent, and is not yet taken */
    WR_ANSWER_NOT_RETRIED, /* 409: it has not failed and was not cancelled, or is of another program */
    WR_ANSWER_HAD_EFFECT, /* 409: an effect that may happen once did, or may have */
    WR_ANSWER_INVALID,    /* 400, 422: `body` is a JSON array of {pointer, rule, message} */
    WR_ANSWER_ELSEWHERE   /* it is a job of another loop: `look` is for wr_engine_look() there */
};

/* How a client waits for a job that an earlier request began. */
struct wr_look {
    struct wr_id job;
    bool replayed, joined;
    int64_t until_us;  /* monotonic: its patience */
    int64_t budget_us; /* monotonic: the end of its own request's budget */
};

/* Texts are borrowed for the call. */
struct wr_answer {
    enum wr_answer_kind kind;
    int status;             /* HTTP */
    uint32_t retry_after_s; /* 0: no Retry-After */
    struct wr_id job;       /* WR_ANSWER_JOB */
    struct wr_str body;     /* WR_ANSWER_JOB: the envelope, JSON */
    bool ended;             /* the job has ended: this reply will not change */
    bool replayed;          /* of a job that an earlier request began (Idempotency-Key) */
    bool joined;            /* the same, by `dedupe` */
    struct wr_look look;    /* WR_ANSWER_ELSEWHERE */
};

typedef void wr_answer_fn(void *arg, const struct wr_answer *answer);

/* ---- submitting ------------------------------------------------------------------------------ */

#define WR_WAIT_DEFAULT (-1) /* as the workflow's latency model says */

struct wr_submission {
    const struct wr_workflow *workflow;
    struct wr_str caller;     /* empty where the api has no auth; copied */
    struct wr_str counted_as; /* whose job it is in limits of callers; ptr NULL: nobody's */
    /* Taken, whatever happens: it is left empty, its blocks become the job's. `input` and every
     * text that it borrows (so the request's body, too) must be in it. */
    struct wr_arena *arena;
    const void *input;             /* decoded by workflow->input */
    struct wr_str idempotency_key; /* as the client sent it; empty: none; copied */
    struct wr_str traceparent;     /* valid, or empty; copied */
    struct wr_str tracestate;      /* the same; empty without the other */
    struct wr_str retried_of;      /* the job that it runs again; empty: none; copied */
    int64_t received_us;           /* monotonic: the last byte of the request */
    int64_t wait_ms; /* WR_WAIT_DEFAULT; 0: respond-async; else at most this (Prefer: wait=N) */
};

/* Calls `answered` exactly once: with the result, a declared error, 202 and the job as it stands,
 * or a refusal. */
struct wr_waiter *wr_engine_submit(struct wr_engine *engine, const struct wr_submission *submission,
                                   wr_answer_fn *answered, void *arg);
/* No caller's name can be this: who asks with it sees and cancels every job. */
#define WR_EVERY_CALLER WR_STR("*")

/* The job as it stands, live or folded from the journal; waits up to `wait_ms` for its end.
 * Other callers' jobs are not found. HTTP status is 200 for every job that is found. */
struct wr_waiter *wr_engine_view(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                 int64_t wait_ms, wr_answer_fn *answered, void *arg);
/* Stops what is under way at once; answers as wr_engine_view() does once the end is durable, or, for
 * a job that has ended, as it stands. */
struct wr_waiter *wr_engine_cancel(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                   wr_answer_fn *answered, void *arg);
/* A signal, or a person's decision: `body` is checked by its schema, all faults are told. Answers as
 * wr_engine_view() does once it is durable; the same again is answered alike and changes nothing. A
 * signal that comes before its stage is kept, one of each name. */
struct wr_telling {
    struct wr_id job;
    struct wr_str signal; /* empty: a review */
    struct wr_str body;   /* copied, as is `signal` */
};
struct wr_waiter *wr_engine_tell(struct wr_engine *engine, const struct wr_telling *telling,
                                 struct wr_str caller, struct wr_str by, wr_answer_fn *answered,
                                 void *arg);
/* Runs a job that has failed or was cancelled again: a new one of its input and its caller, that joins
 * none; answers as wr_engine_submit() does for who does not wait. `force`: also where an effect that
 * may happen once a job has happened, or may have. */
struct wr_waiter *wr_engine_retry(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                  bool force, wr_answer_fn *answered, void *arg);
/* What is under review: {job_id, workflow, stage, value, until}. */
struct wr_waiter *wr_engine_review(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                   wr_answer_fn *answered, void *arg);
/* Goes on with a submission whose job, begun by an earlier one, is one of this engine's. */
struct wr_waiter *wr_engine_look(struct wr_engine *engine, const struct wr_look *look,
                                 struct wr_str caller, wr_answer_fn *answered, void *arg);
/* The client of a submission has closed its side. Where the workflow says so, and nobody else has come
 * to the job, it is cancelled; `answered` is called all the same. */
void wr_engine_leave(struct wr_engine *engine, struct wr_waiter *waiter);
/* Nobody listens: `answered` is not called any more; the job goes on. */
void wr_engine_forget(struct wr_engine *engine, struct wr_waiter *waiter);

/* ---- watching -------------------------------------------------------------------------------- */

struct wr_watch;

/* `grown` is called, from within the engine, when the job's journal has a new entry (which becomes
 * durable soon: the store has it within milliseconds), and a last time, `over`, when the job leaves
 * memory: then the watch is gone, and all there is to know is in the store. It must not call the
 * engine. NULL: the job is not live. */
struct wr_watch *wr_engine_watch(struct wr_engine *engine, struct wr_id job,
                                 void (*grown)(void *arg, bool over), void *arg);
uint32_t wr_watch_seq(const struct wr_watch *watch); /* of the newest entry, durable or not */
void wr_engine_unwatch(struct wr_watch *watch);

/* ---- life ------------------------------------------------------------------------------------ */

/* At start, before the first submission: takes up every job that has not ended, or notes when one that
 * is parked will wake. `held`: jobs that
 * this program cannot go on with (their workflow is gone); they stay in the store as they are. */
void wr_engine_recover(struct wr_engine *engine,
                       void (*done)(void *arg, enum wr_store_status status, size_t resumed,
                                    size_t held),
                       void *arg);
/* No new jobs; `done` once none is live and nobody waits. The caller sets the time limit: what is
 * not finished by then is in the journal and is taken up at the next start. */
void wr_engine_drain(struct wr_engine *engine, void (*done)(void *arg), void *arg);

/* ---- what it is doing: readiness, metrics ----------------------------------------------------- */

struct wr_engine_counts {
    uint32_t jobs;    /* live, those that rest among them */
    uint32_t resting; /* parked, and not in memory */
    uint32_t waiters; /* owed an answer */
    uint32_t unsaved; /* ended, but the store has not yet taken the end */
    bool store_down;  /* the last answer of the store was a failure */
    bool draining;
};
/* Any thread. */
void wr_engine_counts(const struct wr_engine *engine, struct wr_engine_counts *counts);

enum wr_breaker_state { WR_BREAKER_CLOSED, WR_BREAKER_OPEN, WR_BREAKER_HALF_OPEN };

struct wr_gate_counts {
    const char *name; /* as the specification calls it */
    bool is_model;    /* else a service */
    uint32_t in_use, queued;
    enum wr_breaker_state breaker;
};
/* A live job's state, folded as far as things have happened; NULL: it is not live, or rests. For who checks the
 * engine; borrowed until it goes on. */
const struct wr_state *wr_engine_state(const struct wr_engine *engine, struct wr_id job);
/* Services first, then models, in the program's order; false past the last. Of all loops; any thread. */
bool wr_engine_gate(const struct wr_engine *engine, size_t index, struct wr_gate_counts *counts);

#endif
