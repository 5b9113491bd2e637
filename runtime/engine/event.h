/* What a journal entry says, typed: the same struct is encoded into an entry's body, decoded from
 * it, and folded into a job's state. One struct for all kinds; what a kind does not say is empty. */
#ifndef WR_ENGINE_EVENT_H
#define WR_ENGINE_EVENT_H

#include "runtime/engine/journal.h"

/* How a client sees a job. The names are those of the envelope. */
enum wr_status {
    WR_STATUS_QUEUED,
    WR_STATUS_PROCESSING,
    WR_STATUS_COMPLETED,
    WR_STATUS_DEGRADED,
    WR_STATUS_FAILED,
    WR_STATUS_CANCELLED,
    WR_STATUS_COUNT
};

const char *wr_status_name(enum wr_status status);
const char *wr_result_name(enum wr_result result); /* "full"; NULL for WR_RESULT_NONE */
const char *wr_class_name(enum wr_class class);    /* "ok", "timeout_ttft" */

struct wr_event {
    enum wr_entry_kind kind;
    uint32_t seq;
    int64_t at_ms;
    struct wr_str path;

    struct wr_str stage; /* all but ACCEPTED; FINISHED: whose transition ended the job */

    /* ACCEPTED */
    struct wr_str workflow;      /* "extract_key_points@1" */
    struct wr_str api;           /* "1.0.0" */
    struct wr_str contract;      /* "sha256:…" */
    struct wr_str toolchain;     /* "wright 0.1.0" */
    struct wr_str output_schema; /* "KeyPoints@sha256:…" */
    struct wr_str caller, trace, tracestate;
    int64_t created_ms, deadline_ms, budget_ms;
    struct wr_str split; /* of a split workflow: the model that the job asks */
    bool keyed;          /* an Idempotency-Key or dedupe guards it */
    bool side_effect;    /* some stage is keyed or once */

    struct wr_str retried_of; /* the job that this one runs again */

    /* ENTERED */
    int64_t now_ms; /* the `now` that the stage sees */

    /* STARTED of a stage with members or items, and TRANSITION of one of them */
    int64_t total;

    /* STARTED, ENDED */
    int64_t attempt; /* from 1 */
    enum wr_class class;
    struct wr_str error;  /* the user's error that a check raised, or that ended the job */
    struct wr_str detail; /* a sentence */
    bool cut;             /* it reached the line of the slack */
    struct wr_str model, model_version, prompt; /* asked */
    struct wr_str tool, tool_version;           /* the service called */
    struct wr_str request_id;
    int64_t input_tokens, cached_tokens, written_tokens, output_tokens, reasoning_tokens;
    int64_t
        turn; /* which turn of tools the model has asked for with it, from 1; its calls are `value` */
    int64_t repair;            /* which repair of the stage the attempt was, from 1; 0: none */
    struct wr_str hedge;       /* the other model of a hedged attempt, as its provider calls it */
    enum wr_class hedge_class; /* how its call ended; cancelled: the other answered first */
    int64_t hedge_cost, hedge_input_tokens, hedge_output_tokens; /* the cost is in `cost` */
    struct wr_str repaired; /* what was done to the model's text, to read it */
    int64_t cost;           /* picodollars */
    bool cost_bound;        /* the cost is what it may have been: the usage is not known */
    int64_t reserved;       /* of the ceiling: STARTED takes it, ENDED gives it back */
    bool acted;             /* done again under another key it would be done twice, or might be */
    int64_t elapsed_us, first_token_us;
    int64_t http;          /* ENDED: the upstream's status; FINISHED: ours */
    int64_t remembered_ms; /* a recalled value: when it was remembered */

    /* ACCEPTED: input, VALUE: value, FINISHED: output where it is not a stage's value, CHECKPOINT: the
     * state (checkpoint.h) */
    struct wr_str value;  /* JSON */
    struct wr_str schema; /* the hash of its schema */

    /* TRANSITION */
    struct wr_str label;  /* "ok", a class, or a user's error */
    struct wr_str target; /* the next stage; empty: the job ends */
    bool optional;        /* the stage is optional context: all its ways lead to one stage */
    bool without;         /* TRANSITION: of a failure, to where success would have come, too */
    int64_t arm;          /* TRANSITION: of a `match`, which one, from 1 */
    bool member;          /* a member or an item has come to its end */
    int64_t done;         /* with it: how many of them, of `total` */

    /* PARKED */
    struct wr_str waiting_for;
    int64_t until_ms; /* UTC */

    /* SIGNALLED, REVIEWED: `caller` sent it; `label`: the signal, or the decision */
    struct wr_str reason; /* REVIEWED: as the person gave it */

    /* FINISHED */
    enum wr_status status;
    enum wr_result result;
    struct wr_str served;  /* the stage whose value is the output */
    struct wr_str message; /* of the error */
    bool retryable;
    bool harmless; /* no effect has happened that the same request would repeat */
    int64_t retry_after_ms;
};

struct wr_arena;

/* The entry of an event: its body is made in `arena`. */
struct wr_entry wr_event_encode(struct wr_arena *arena, const struct wr_event *event);
/* False where the body is not what wr_event_encode() makes: the journal is damaged. Texts are in
 * `arena` or borrowed from the entry, so the entry's bytes must live as long. */
bool wr_event_decode(struct wr_arena *arena, const struct wr_entry *entry, struct wr_event *event);

#endif
