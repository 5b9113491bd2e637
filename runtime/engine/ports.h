/* The engine's doors: clock, effects, store and observer, each a table of functions, so that the
 * same engine runs on the real ones and on simulated ones. Every call returns at once; what takes
 * time answers later, on the engine's loop, through the callback it was given, exactly once and
 * never before the call has returned. */
#ifndef WR_ENGINE_PORTS_H
#define WR_ENGINE_PORTS_H

#include "runtime/engine/journal.h"

/* ---- time: durable times are UTC, running timers monotonic --------------------------------- */

struct wr_timer; /* owned by the clock; a fired or cancelled timer is gone */

struct wr_clock {
    void *self;
    int64_t (*utc_ms)(void *self);
    int64_t (*mono_us)(void *self);
    struct wr_timer *(*after)(void *self, int64_t us, void (*fire)(void *arg), void *arg);
    void (*cancel)(void *self, struct wr_timer *timer);
    uint64_t (*random)(void *self); /* for jitter and ids */
};

/* ---- effects: calls to services and models ------------------------------------------------- */

/* What a model read and wrote, however its provider counts: `input_tokens` is all that it read. OpenAI
 * counts so; Anthropic counts what a cache gave and what was written to one beside its input, so they are
 * added here. */
struct wr_usage {
    int64_t input_tokens;
    int64_t cached_tokens;  /* of the input: from a cache */
    int64_t written_tokens; /* of the input: written to a cache */
    int64_t output_tokens;
    int64_t reasoning_tokens; /* of the output: not part of the answer */
    bool known;               /* false: the provider did not say */
};

/* Forms of a value that a model's provider cannot carry as it is: its maps are lists of pairs, what has no type is JSON
 * within a string. */
enum wr_rewrite { WR_REWRITE_PAIRS = 1, WR_REWRITE_TEXTS = 2 };

/* How an attempt ended. Texts live in the effect's arena. */
struct wr_outcome {
    enum wr_class class;
    struct wr_str value;              /* WR_OK: the JSON text that came, not yet validated */
    const struct wr_tool_call *calls; /* WR_OK: or what the model calls before it answers: … */
    size_t call_count;                /* … at most WR_TOOL_CALLS; 0: it has answered */
    struct wr_str detail;        /* else: one sentence for the journal and the log, no secrets */
    struct wr_usage usage;       /* models */
    struct wr_str model_version; /* as the provider reported it */
    struct wr_str request_id;    /* the provider's, for support */
    int http_status;             /* 0 where none came */
    int64_t retry_after_ms;      /* the peer's wish; -1: none */
    int64_t first_token_us;      /* from start; -1: none */
    bool final;                  /* the peer asks that it is not sent again */
    const char *rule;            /* schema_invalid: the first rule that it broke; else NULL */
    struct wr_str unknown;  /* fields that the schema does not know: their pointers, a line each */
    unsigned forms;         /* what of it was rewritten on the wire: enum wr_rewrite */
    struct wr_str repaired; /* what was done to the text that came, to read it; empty: nothing */
};

/* A notification: what is sent to a service's own url, in place of an action. */
struct wr_hook {
    struct wr_str id, timestamp, signature; /* header fields, Standard Webhooks */
    struct wr_str body;
    const char *type;   /* Content-Type */
    bool allow_private; /* else no connection is made to an address that is not public */
};

/* One attempt. Everything it points to outlives it. */
struct wr_effect_call {
    const struct wr_action *action;              /* WR_ACT_HTTP, WR_ACT_ASK or WR_ACT_CALL */
    const struct wr_stage *stage;                /* whose attempt it is … */
    struct wr_str path;                          /* … and which activity's: for logs and checks */
    struct wr_arena *arena;                      /* for the outcome */
    int64_t timeout_us, first_token_us, idle_us; /* 0: none; timeout is always set */
    bool second;                                 /* of a hedge: it has what is left of the first */
    uint64_t max_bytes;                          /* of the answer */
    struct wr_str idempotency_key;               /* empty: none */
    struct wr_str traceparent, tracestate;       /* W3C; passed on */
    struct wr_str job;                           /* for logs */
    const struct wr_hook *hook; /* WR_ACT_HTTP: NULL, or of this the action is the target */
    void (*ended)(void *arg, const struct wr_outcome *outcome);
    void *arg;
};

struct wr_effect; /* one attempt under way */

struct wr_effects {
    void *self;
    /* `call` is copied. Never NULL: what cannot start ends with a class. */
    struct wr_effect *(*start)(void *self, const struct wr_effect_call *call);
    /* Stops at once; `ended` is not called any more. */
    void (*cancel)(void *self, struct wr_effect *effect);
};

/* ---- the store ----------------------------------------------------------------------------- */

enum wr_store_status {
    WR_STORE_OK,
    WR_STORE_NOT_FOUND,
    WR_STORE_FULL,   /* no space: nothing was written; try later */
    WR_STORE_FAILED, /* I/O error or damage: nothing of this call may be relied on */
    WR_STORE_BUSY    /* its queue is full; nothing was written */
};

/* Uniqueness is decided by the writer, in the order it commits. */
enum wr_accepted {
    WR_ACCEPTED_NEW,
    WR_ACCEPTED_REPLAY, /* same idempotency key, same body: `job` is the earlier one */
    WR_ACCEPTED_MISUSE, /* same key, other body */
    WR_ACCEPTED_JOINED  /* dedupe: `job` is running or has completed */
};

/* SHA-256 values; all zero: none. */
struct wr_key {
    uint8_t bytes[32];
};

struct wr_accept {
    struct wr_id job;
    struct wr_str workflow, contract_hash, caller;
    struct wr_key idempotency;    /* of scope and Idempotency-Key */
    struct wr_key body;           /* of the request body: tells misuse from replay */
    int64_t idempotency_until_ms; /* UTC */
    struct wr_key dedupe;
    int64_t dedupe_until_ms;         /* UTC */
    int64_t created_ms, deadline_ms; /* UTC */
    const struct wr_entry *entries;  /* WR_ENTRY_ACCEPTED and what rides along */
    size_t entry_count;
    /* Where it is found to be new, with the `arg` of accept(): it is about to be durable. Called before
     * `done`, or never; its commit may still fail. NULL: nobody wants to know. */
    void (*decided)(void *arg);
};

/* What changes beside the journal, in the same transaction. */
struct wr_finish {
    struct wr_str status, result_type, error_code; /* for lists; empty: none */
    int64_t finished_ms;
    int64_t keep_until_ms;  /* UTC: retention may delete it after */
    bool release_keys;      /* a retryable failure frees idempotency and dedupe */
    bool release_dedupe;    /* a cancelled job: there is nothing to join */
    struct wr_key remember; /* all zero: nothing to remember */
    struct wr_str remember_value, remember_schema; /* JSON, and its schema's hash */
};

struct wr_append {
    struct wr_id job;
    const struct wr_entry *entries;
    size_t entry_count;
    const struct wr_finish *finish; /* NULL: the job goes on */
};

struct wr_job_row {
    struct wr_id job;
    struct wr_str workflow, contract_hash, caller, status, result_type, error_code;
    int64_t created_ms, deadline_ms, finished_ms; /* UTC; finished 0: not yet */
    int64_t parked_ms, wake_ms;                   /* UTC: as its newest entry left it; else 0 */
};

struct wr_list_query {
    struct wr_str caller, status, workflow; /* empty: any */
    struct wr_str
        waiting_for;     /* "review", "signal NAME", "retry"; empty: also what waits for nothing */
    struct wr_id before; /* zero: from the newest */
    uint32_t limit;      /* 1 to 200 */
};

/* Arguments are copied before a call returns; what a callback is given lives until it returns. */
struct wr_store {
    void *self;
    void (*accept)(void *self, const struct wr_accept *accept,
                   void (*done)(void *arg, enum wr_store_status status, enum wr_accepted how,
                                struct wr_id job),
                   void *arg);
    /* In order per job. `done` NULL: it rides along with the next commit (within a few ms), and if
     * that commit fails nobody is told. So: entries that are there already (same job, same seq) are
     * left as they are, and an append that would leave a gap in seq writes nothing and ends as
     * WR_STORE_FAILED; whoever is not sure of earlier appends sends their entries again. */
    void (*append)(void *self, const struct wr_append *append,
                   void (*done)(void *arg, enum wr_store_status status), void *arg);
    /* The journal from its newest checkpoint on, which is all that a fold needs. */
    void (*read)(void *self, struct wr_id job,
                 void (*done)(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                              const struct wr_entry *entries, size_t entry_count),
                 void *arg);
    /* As read(), of all the entries those after `after`, no more than fit well in memory: who wants
     * all asks again after the last of them, until there are none. */
    void (*read_after)(void *self, struct wr_id job, uint32_t after,
                       void (*done)(void *arg, enum wr_store_status status,
                                    const struct wr_job_row *row, const struct wr_entry *entries,
                                    size_t entry_count),
                       void *arg);
    void (*list)(void *self, const struct wr_list_query *query,
                 void (*done)(void *arg, enum wr_store_status status, const struct wr_job_row *rows,
                              size_t count),
                 void *arg);
    /* The newest value remembered under `key`, not older than `not_before_ms`, of this schema. */
    void (*recall)(void *self, const struct wr_key *key, int64_t not_before_ms,
                   struct wr_str schema_hash,
                   void (*done)(void *arg, enum wr_store_status status, struct wr_str value,
                                int64_t remembered_ms),
                   void *arg);
    /* Jobs that have not ended, one call of `each` a job; then `done`. First those that rest (`wake_ms`)
     * and began under this contract, without their journals; then all others, as read() gives them. Each
     * kind oldest first. */
    void (*unfinished)(void *self, struct wr_str contract_hash,
                       void (*each)(void *arg, const struct wr_job_row *row,
                                    const struct wr_entry *entries, size_t entry_count),
                       void (*done)(void *arg, enum wr_store_status status), void *arg);
};

/* ---- other loops ------------------------------------------------------------------------------- */

/* Where several engines serve one program, each on its own loop: how they guard what they share, and
 * how one reaches another. Any thread. */
struct wr_peers {
    void *self;
    void (*lock)(void *self); /* held for a few lines at a time, never while calling back */
    void (*unlock)(void *self);
    /* `fn(arg)` is called on that loop, later, in the order posted. */
    void (*post)(void *self, uint32_t loop, void (*fn)(void *arg), void *arg);
};

/* ---- what others want to know -------------------------------------------------------------- */

/* An attempt, a stage or a job that ended. Texts are borrowed for the call. */
struct wr_observation {
    enum { WR_SAW_ATTEMPT, WR_SAW_STAGE, WR_SAW_JOB } what;
    struct wr_id job;
    const struct wr_workflow *workflow;
    const struct wr_stage *stage;     /* not for a job */
    const struct wr_action *action;   /* attempts */
    const struct wr_outcome *outcome; /* attempts and stages */
    struct wr_str path, label, target, status, result_type, error_code, caller;
    uint32_t attempt; /* from 1 */
    int64_t elapsed_us;
    int64_t created_ms; /* jobs: UTC */
    int64_t cost;       /* picodollars */
    bool cut;           /* the attempt reached the line of the slack */
    uint32_t repair;    /* attempts: which repair it was, from 1; 0: none */
    int64_t own_us;     /* jobs: of it, what was spent on nothing but this program; -1: not known */
    enum { WR_HEDGE_NONE, WR_HEDGE_WON, WR_HEDGE_LOST } hedged; /* attempts: of two calls */
    struct wr_str arm;    /* of a workflow that is split; empty: it is not */
    enum wr_class again;  /* attempts: how the one before ended; WR_OK: this is the first */
    uint64_t span, above; /* ids of its span and of the one that it is part of; a job's: 0 */
    struct wr_str trace, tracestate; /* as the client sent them; empty: the job is its own trace */
};

/* The id of a trace that begins with a job: the job's own, in hex. */
void wr_trace_of_job(const struct wr_id *job, char text[33]);

struct wr_observer {
    void *self;
    void (*saw)(void *self, const struct wr_observation *seen);
};

#endif
