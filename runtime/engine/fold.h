/* A job's state: what its journal's entries come to, one after the other. A running job keeps the
 * same state by folding each event as it happens, so what a client sees live, after the end and
 * after a restart cannot differ. Knows the journal; not the program, not time. */
#ifndef WR_ENGINE_FOLD_H
#define WR_ENGINE_FOLD_H

#include "runtime/base/arena.h"
#include "runtime/engine/event.h"

/* Where one activity is. */
struct wr_place {
    struct wr_place *next;
    struct wr_str path, stage; /* stage empty: between stages, see `target` */
    struct wr_str target;
    int64_t now_ms;
    int64_t attempts;  /* ended, in this stage */
    int64_t repairs;   /* of them: those that were told what was wrong with the one before */
    int64_t repairing; /* of the attempt that `started` tells of */
    int64_t reserved;  /* for it */
    bool started;      /* an attempt was told of beforehand and has not ended */
    bool ended;        /* the stage's last attempt: class and error say how */
    enum wr_class class;
    struct wr_str error;
    int64_t done,
        total;      /* members or items below this stage; total 0: it has none, or is at none */
    bool over;      /* a member or an item that has come to its end */
    bool published; /* its draft: a restart does not do it again */
    struct wr_str waiting_for; /* "retry", "signal NAME", "review"; empty: it is not parked */
    struct wr_str reviewed;    /* JSON: what is under review */
    int64_t until_ms;          /* UTC: the park ends then */
};

struct wr_kept_value {
    struct wr_kept_value *next;
    struct wr_str path, stage, json, schema;
};

/* A stage, a member or an item that came to its end, in order. */
struct wr_passed {
    struct wr_passed *next;
    struct wr_str path, stage, label;
    enum wr_class class;
    bool optional, without, member;
};

/* How often a `sleep` was slept to its end. */
struct wr_round {
    struct wr_round *next;
    struct wr_str path, stage;
    uint32_t count;
};

/* A signal or a review that came. */
struct wr_signal {
    struct wr_signal *next; /* the one before */
    struct wr_str name;     /* of the signal; empty: a review */
    struct wr_str decision; /* "approve", "edit", "reject" */
    struct wr_str stage;    /* a review's */
    struct wr_str json, reason;
    uint32_t seq;
    bool taken; /* a stage has ended with it */
};

/* A turn in which a model called tools, in order. */
struct wr_asked_for {
    struct wr_asked_for *next;
    struct wr_str path, stage, calls; /* calls: JSON */
};

struct wr_tool {
    struct wr_tool *next;
    struct wr_str name, version;
};

struct wr_state {
    struct wr_arena *arena; /* of the lists; borrowed */
    struct wr_id job;
    uint32_t seq; /* of the newest event folded */

    struct wr_str workflow, api, contract, toolchain, output_schema, caller;
    struct wr_str trace, tracestate;   /* as the client sent them: W3C Trace Context */
    struct wr_str input, input_schema; /* JSON, hash */
    int64_t created_ms, deadline_ms, budget_ms, finished_ms;
    bool keyed, side_effect;
    bool acted;    /* an effect has happened, or may have, that a new job would repeat */
    bool harmless; /* it has ended without one */

    enum wr_status status;
    enum wr_result result;
    struct wr_str output; /* JSON */
    int64_t age_ms;       /* of a remembered output; -1: it is not one */

    struct wr_str error, message, error_stage; /* when failed */
    enum wr_class class;
    bool retryable;
    int64_t retry_after_ms;
    int http;

    struct wr_place *places;
    size_t depth; /* the most segments that a path has had so far */
    struct wr_kept_value *values;
    struct wr_passed *steps;
    struct wr_round *rounds;
    struct wr_signal *signals; /* the newest first */
    struct wr_tool *tools;
    struct wr_asked_for *turns;

    struct wr_str model, model_version, prompt; /* of the newest ask that was good */
    int64_t remembered_ms;                      /* of the newest good recall */
    struct wr_str remembered_stage;
    int64_t input_tokens, output_tokens, cost, attempts; /* of models */
    struct wr_str arm;                                   /* of a split workflow */
    int64_t reserved;                                    /* for attempts under way */
    bool parking; /* as told: its own machine's park is not durable, so nobody hears of it */
};

void wr_state_init(struct wr_state *state, struct wr_arena *arena, struct wr_id job);
/* Texts of the event are borrowed. False where it cannot follow what was folded: damage. */
bool wr_state_fold(struct wr_state *state, const struct wr_event *event);
/* A whole journal, or its end from a checkpoint on; the entries' bytes are copied. */
bool wr_state_fold_all(struct wr_state *state, const struct wr_entry *entries, size_t count);

bool wr_state_ended(const struct wr_state *state);
/* The newest value of a stage, or NULL. */
const struct wr_kept_value *wr_state_value(const struct wr_state *state, struct wr_str path,
                                           struct wr_str stage);
/* The newest signal of a name, or review (""); NULL: there is none. */
struct wr_signal *wr_state_signal(const struct wr_state *state, struct wr_str name);
/* "signal NAME": the name; else empty. */
struct wr_str wr_signal_waited(struct wr_str waiting_for);
uint32_t wr_state_rounds(const struct wr_state *state, struct wr_str path, struct wr_str stage);
struct wr_place *wr_state_place(struct wr_state *state, struct wr_str path); /* made if new */
const struct wr_place *wr_state_place_find(const struct wr_state *state, struct wr_str path);
/* Of a path below `above` ("" has everything below): what follows it. False where it is not below. */
bool wr_path_below(struct wr_str path, struct wr_str above, struct wr_str *rest);

#endif
