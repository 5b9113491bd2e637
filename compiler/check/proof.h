/* What the certificate says and no check refuses: the times and costs of each stage and path at their
 * worst, and what a job ends in while some of its dependencies are down. Nothing here reports. */
#ifndef WC_CHECK_PROOF_H
#define WC_CHECK_PROOF_H

#include "compiler/model/model.h"

/* ---- time (worst.c) ------------------------------------------------------------------------ */

/* One stage at its worst. What it waits for besides its attempts has no length of its own: the runtime
 * lets it take slack and nothing else. */
struct wc_pace {
    uint64_t attempt_ms, attempts; /* the longest one, and how many */
    uint64_t backoff_ms;           /* the most between them, all added up */
    uint64_t commits;              /* awaited */
    bool waits_limit;              /* in line, before a service's or a model's limit */
    bool waits_server;             /* for as long as a Retry-After asks */
    bool waits_store;              /* for a read */
    uint64_t natural_ms;           /* all of it, unless it waits; at most `within` */
};

struct wc_pace wc_pace_of(const struct wc_stage *stage);
/* The latest that this stage can end: when it began at `from_ms`, of a job that has `whole_ms`. */
uint64_t wc_ends_by(const struct wc_stage *stage, uint64_t from_ms, uint64_t whole_ms);
/* How long the job has, and the latest that it ends. */
uint64_t wc_whole_ms(const struct wc_workflow *workflow);
uint64_t wc_worst_ms(struct wc_arena *arena, const struct wc_workflow *workflow);
/* The latest that a client that waits has its reply. */
uint64_t wc_worst_reply_ms(struct wc_arena *arena, const struct wc_workflow *workflow);

/* ---- cost (cost.c) ------------------------------------------------------------------------- */

/* The dearest that a token of a prompt can be: plain, from a cache, or written to one. */
int64_t wc_input_price(const struct wc_ai_model *model);
int64_t wc_input_tokens(const struct wc_stage *stage, int64_t *prompt_bytes);
int64_t wc_argument_bytes(const struct wc_stage *tool); /* that a model fills in to call it */
int64_t wc_turn_bytes(const struct wc_stage *stage);    /* of an `ask … tools` */
int64_t wc_attempt_cost(const struct wc_stage *stage);
int64_t wc_stage_cost(const struct wc_stage *stage);

/* ---- outages (outage.c) -------------------------------------------------------------------- */

#define WC_OUTAGE_ALL 8  /* dependencies of a workflow of which every subset is walked */
#define WC_OUTAGE_SOME 2 /* of more than that: so many down at a time */

struct wc_dependency {
    const char *name;
    const struct wc_service *service;
    const struct wc_ai_model *model;
};

/* An end that is possible, and what it depends on besides: "last_good: missing". */
struct wc_ending {
    const struct wc_target *target;
    WC_VEC(const char *) when;
};

struct wc_outage {
    uint64_t down; /* a bit a dependency */
    bool more;     /* too many paths: not all ends are here */
    size_t steps;  /* of the walk */
    WC_VEC(struct wc_ending) ends;
};

struct wc_outages {
    bool all; /* every subset is here */
    WC_VEC(struct wc_dependency) names;
    WC_VEC(struct wc_outage) list;
};

/* A call of what is down cannot connect, or finds a breaker open; every other call is answered well.
 * What no outage decides (an earlier result, a person, a value) is gone through both ways. */
void wc_find_outages(struct wc_arena *arena, const struct wc_workflow *workflow,
                     struct wc_outages *out);

#endif
