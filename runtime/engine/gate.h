/* The gate before a service or a model: its limits (calls at a time, calls and tokens in a span)
 * and its breaker. Whoever finds it full waits in line as long as it can afford to. What is counted
 * and the line are one for all loops (wr_upstream); each loop has its own side of it (wr_gate), on whose
 * clock its own passes wait. Knows passes, not jobs. */
#ifndef WR_ENGINE_GATE_H
#define WR_ENGINE_GATE_H

#include "runtime/engine/engine.h"
#include "runtime/engine/window.h"

struct wr_gate;

/* One attempt's way through. Zero it first; it must stay where it is until it has left. */
struct wr_pass {
    uint64_t tokens;  /* the most that the call can use; 0 for services */
    int64_t until_us; /* monotonic: how long it can wait in line */
    /* After WR_GATE_WAIT, once and later, on its own loop: WR_OK, or why not. Not after
     * wr_gate_leave(). */
    void (*called)(void *arg, enum wr_class class);
    void *arg;
    /* The gate's own. */
    struct wr_gate *gate;
    struct wr_pass *next, **at;
    struct wr_timer *timer;
    int64_t slot;
    enum { WR_PASS_OUT, WR_PASS_IN_LINE, WR_PASS_CALLED, WR_PASS_IN } state;
    enum wr_class class; /* as it was called */
    bool probe;
};

struct wr_pass_list {
    struct wr_pass *first, **end;
};

/* What the loops share. Only under the lock of `peers`. */
struct wr_upstream {
    const char *name;
    bool is_model;
    const struct wr_peers *peers; /* NULL: one loop has it for itself */
    uint32_t concurrent, in_use, queued;
    struct wr_window calls, tokens;
    struct wr_pass_list line;
    struct wr_gate *looker; /* whose timer looks at the line again … */
    int64_t look_us;        /* … and when */

    uint32_t failures; /* 0: no breaker */
    int64_t open_us, opens_again_us;
    struct wr_window failed;
    enum wr_breaker_state breaker;
    bool probing;
};

void wr_upstream_init(struct wr_upstream *upstream, const char *name, bool is_model,
                      const struct wr_limits *limits, const struct wr_breaker *breaker,
                      const struct wr_peers *peers);

/* A loop's side. */
struct wr_gate {
    struct wr_upstream *upstream;
    const struct wr_clock *clock;
    uint32_t loop;
    bool closed;
    /* Under the lock, too: this loop's passes whose turn has come and who have not heard of it. */
    struct wr_pass_list called;
    bool rung; /* it is on its way to tell them */
    struct wr_timer *bell, *look;
};

void wr_gate_open(struct wr_gate *gate, struct wr_upstream *upstream, const struct wr_clock *clock,
                  uint32_t loop);
/* Forgets whoever waits on this side, and wakes nobody any more. */
void wr_gate_close(struct wr_gate *gate);

enum wr_gate_answer { WR_GATE_PASS, WR_GATE_WAIT, WR_GATE_REFUSED };

/* WR_GATE_REFUSED: `*class` is breaker_open or limit_reached. */
enum wr_gate_answer wr_gate_enter(struct wr_gate *gate, struct wr_pass *pass, enum wr_class *class);

enum wr_verdict {
    WR_VERDICT_NONE, /* says nothing about the other side: cancelled, or cut by us */
    WR_VERDICT_GOOD, /* it answered */
    WR_VERDICT_BAD   /* it did not, or not in time */
};

/* Leaves the gate, or the line. `tokens_used` -1: not known. A pass that is out is let be. */
void wr_gate_leave(struct wr_pass *pass, enum wr_verdict verdict, int64_t tokens_used);

void wr_gate_count(const struct wr_gate *gate, struct wr_gate_counts *counts); /* any thread */

#endif
