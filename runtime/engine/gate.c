/* Limits and breaker of one service or model, and the one line before it. First come, first served,
 * whichever loop it comes from: who comes while others wait stands behind them. A place that comes
 * free is given to the first in line at once, and its loop is told. It knows passes, clocks and the
 * way to other loops. */
#include "runtime/engine/gate.h"

#include "runtime/base/failpoint.h"

#include <string.h>

static void lock(const struct wr_upstream *upstream)
{
    if (upstream->peers)
        upstream->peers->lock(upstream->peers->self);
}

static void unlock(const struct wr_upstream *upstream)
{
    if (upstream->peers)
        upstream->peers->unlock(upstream->peers->self);
}

static int64_t now_of(const struct wr_gate *gate)
{
    return gate->clock->mono_us(gate->clock->self);
}

static void stop(const struct wr_gate *gate, struct wr_timer **timer)
{
    if (*timer)
        gate->clock->cancel(gate->clock->self, *timer);
    *timer = NULL;
}

void wr_upstream_init(struct wr_upstream *upstream, const char *name, bool is_model,
                      const struct wr_limits *limits, const struct wr_breaker *breaker,
                      const struct wr_peers *peers)
{
    memset(upstream, 0, sizeof *upstream);
    upstream->name = name;
    upstream->is_model = is_model;
    upstream->peers = peers;
    upstream->concurrent = limits->concurrent;
    upstream->line.end = &upstream->line.first;
    wr_window_init(&upstream->calls, limits->calls, limits->calls_per_ms);
    wr_window_init(&upstream->tokens, limits->tokens, limits->tokens_per_ms);
    upstream->failures = breaker->failures;
    upstream->open_us = (int64_t)breaker->open_ms * 1000;
    wr_window_init(&upstream->failed, breaker->failures, breaker->in_ms);
}

void wr_gate_open(struct wr_gate *gate, struct wr_upstream *upstream, const struct wr_clock *clock,
                  uint32_t loop)
{
    memset(gate, 0, sizeof *gate);
    gate->upstream = upstream;
    gate->clock = clock;
    gate->loop = loop;
    gate->called.end = &gate->called.first;
}

/* ---- the breaker ------------------------------------------------------------------------------ */

static bool breaker_lets(struct wr_upstream *upstream, int64_t now_us)
{
    if (upstream->breaker == WR_BREAKER_OPEN && now_us >= upstream->opens_again_us)
        upstream->breaker = WR_BREAKER_HALF_OPEN;
    return upstream->breaker == WR_BREAKER_CLOSED || wr_broken("open") ||
           (upstream->breaker == WR_BREAKER_HALF_OPEN &&
            (!upstream->probing || wr_broken("probe")));
}

static void breaker_open(struct wr_upstream *upstream, int64_t now_us)
{
    upstream->breaker = WR_BREAKER_OPEN;
    upstream->opens_again_us = now_us + upstream->open_us;
    wr_window_clear(&upstream->failed);
}

static void breaker_hears(struct wr_upstream *upstream, const struct wr_pass *pass,
                          enum wr_verdict verdict, int64_t now_us)
{
    if (upstream->failures == 0)
        return;
    if (pass->probe) {
        upstream->probing = false;
        if (verdict == WR_VERDICT_BAD)
            breaker_open(upstream, now_us);
        else if (verdict == WR_VERDICT_GOOD)
            upstream->breaker = WR_BREAKER_CLOSED;
    } else if (verdict == WR_VERDICT_BAD && upstream->breaker == WR_BREAKER_CLOSED) {
        wr_window_add(&upstream->failed, now_us, 1);
        if (upstream->failed.total >= upstream->failures)
            breaker_open(upstream, now_us);
    }
}

/* ---- limits ----------------------------------------------------------------------------------- */

/* When this pass could go in, were it first in line: now, a known time, or INT64_MAX: when
 * somebody leaves, or never. */
static int64_t opens(struct wr_upstream *upstream, const struct wr_pass *pass, int64_t now_us)
{
    int64_t calls = wr_window_opens(&upstream->calls, now_us, 1);
    int64_t tokens = wr_window_opens(&upstream->tokens, now_us, pass->tokens);
    return calls > tokens ? calls : tokens;
}

static bool has_place(const struct wr_upstream *upstream)
{
    return upstream->concurrent == 0 || wr_broken("limit") ||
           upstream->in_use < upstream->concurrent;
}

static void take_place(struct wr_upstream *upstream, struct wr_pass *pass, int64_t now_us)
{
    upstream->in_use++;
    wr_window_add(&upstream->calls, now_us, 1);
    pass->slot = wr_window_add(&upstream->tokens, now_us, pass->tokens);
    pass->probe = upstream->breaker == WR_BREAKER_HALF_OPEN;
    if (pass->probe)
        upstream->probing = true;
}

static void give_place_back(struct wr_upstream *upstream, struct wr_pass *pass,
                            enum wr_verdict verdict, int64_t tokens_used, int64_t now_us)
{
    upstream->in_use--;
    if (tokens_used >= 0)
        wr_window_correct(&upstream->tokens, pass->slot, pass->tokens, (uint64_t)tokens_used);
    breaker_hears(upstream, pass, verdict, now_us);
    pass->probe = false;
}

/* ---- lists ------------------------------------------------------------------------------------ */

static void put_last(struct wr_pass_list *list, struct wr_pass *pass)
{
    pass->next = NULL;
    pass->at = list->end;
    *list->end = pass;
    list->end = &pass->next;
}

static void take_out(struct wr_pass_list *list, struct wr_pass *pass)
{
    *pass->at = pass->next;
    if (pass->next)
        pass->next->at = pass->at;
    else
        list->end = pass->at;
}

static void leave_line(struct wr_upstream *upstream, struct wr_pass *pass)
{
    take_out(&upstream->line, pass);
    pass->state = WR_PASS_OUT;
    upstream->queued--;
}

/* ---- whose turn has come ---------------------------------------------------------------------- */

static void serve(struct wr_gate *mine, int64_t now_us);

/* What a pass hears that was let in. The breaker may have opened since: it gives its place back then. */
static enum wr_class let_in(struct wr_gate *gate, struct wr_pass *pass)
{
    struct wr_upstream *upstream = gate->upstream;
    if (pass->probe || upstream->breaker == WR_BREAKER_CLOSED || wr_broken("open"))
        return WR_OK;
    give_place_back(upstream, pass, WR_VERDICT_NONE, 0, now_of(gate));
    serve(gate, now_of(gate));
    return WR_CLASS_breaker_open;
}

/* One at a time, the lock not held: who hears may come back to this gate. */
static void tell_called(void *arg)
{
    struct wr_gate *gate = arg;
    for (;;) {
        lock(gate->upstream);
        struct wr_pass *pass = gate->called.first;
        gate->rung = pass != NULL;
        if (pass) {
            take_out(&gate->called, pass);
            if (pass->class == WR_OK)
                pass->class = let_in(gate, pass);
            pass->state = pass->class == WR_OK ? WR_PASS_IN : WR_PASS_OUT;
        }
        unlock(gate->upstream);
        if (!pass)
            return;
        stop(gate, &pass->timer);
        pass->called(pass->arg, pass->class);
    }
}

static void on_bell(void *arg)
{
    struct wr_gate *gate = arg;
    gate->bell = NULL;
    tell_called(gate);
}

/* `mine`: the side of the loop that this runs on. */
static void call(struct wr_gate *mine, struct wr_pass *pass, enum wr_class class)
{
    struct wr_gate *gate = pass->gate;
    struct wr_upstream *upstream = gate->upstream;
    leave_line(upstream, pass);
    pass->state = WR_PASS_CALLED;
    pass->class = class;
    put_last(&gate->called, pass);
    if (gate->rung)
        return;
    gate->rung = true;
    if (gate == mine)
        gate->bell = gate->clock->after(gate->clock->self, 0, on_bell, gate);
    else
        upstream->peers->post(upstream->peers->self, gate->loop, tell_called, gate);
}

static void on_look(void *arg);

static void look_again(struct wr_gate *mine, int64_t at_us, int64_t now_us)
{
    struct wr_upstream *upstream = mine->upstream;
    if (upstream->looker && upstream->look_us <= at_us)
        return;
    stop(mine, &mine->look);
    upstream->looker = mine;
    upstream->look_us = at_us;
    mine->look = mine->clock->after(mine->clock->self, at_us - now_us, on_look, mine);
}

/* Calls whoever's turn it is, and sees to it that somebody looks when the next one's may come. */
static void serve(struct wr_gate *mine, int64_t now_us)
{
    struct wr_upstream *upstream = mine->upstream;
    struct wr_pass *pass;
    while (!mine->closed && (pass = upstream->line.first)) {
        if (!breaker_lets(upstream, now_us)) {
            call(mine, pass, WR_CLASS_breaker_open);
            continue;
        }
        if (!has_place(upstream))
            return; /* whoever leaves looks again */
        int64_t at_us = opens(upstream, pass, now_us);
        if (at_us > now_us) {
            look_again(mine, at_us, now_us);
            return;
        }
        take_place(upstream, pass, now_us);
        call(mine, pass, WR_OK);
    }
}

static void on_look(void *arg)
{
    struct wr_gate *gate = arg;
    lock(gate->upstream);
    gate->look = NULL;
    if (gate->upstream->looker == gate)
        gate->upstream->looker = NULL;
    serve(gate, now_of(gate));
    unlock(gate->upstream);
}

static void waited_enough(void *arg)
{
    struct wr_pass *pass = arg;
    struct wr_gate *gate = pass->gate;
    pass->timer = NULL;
    lock(gate->upstream);
    bool late = pass->state != WR_PASS_IN_LINE; /* its turn has come, and it will hear so */
    if (!late) {
        leave_line(gate->upstream, pass);
        serve(gate, now_of(gate));
    }
    unlock(gate->upstream);
    if (!late)
        pass->called(pass->arg, WR_CLASS_limit_reached);
}

/* ---- in and out ------------------------------------------------------------------------------- */

static enum wr_gate_answer enter(struct wr_gate *gate, struct wr_pass *pass, enum wr_class *class)
{
    struct wr_upstream *upstream = gate->upstream;
    int64_t now_us = now_of(gate);
    if (!breaker_lets(upstream, now_us)) {
        *class = WR_CLASS_breaker_open;
        return WR_GATE_REFUSED;
    }
    int64_t opens_us = opens(upstream, pass, now_us);
    if (!upstream->line.first && has_place(upstream) && opens_us <= now_us) {
        take_place(upstream, pass, now_us);
        pass->state = WR_PASS_IN;
        return WR_GATE_PASS;
    }
    if (opens_us > pass->until_us || pass->until_us <= now_us) {
        *class = WR_CLASS_limit_reached;
        return WR_GATE_REFUSED;
    }
    pass->state = WR_PASS_IN_LINE;
    put_last(&upstream->line, pass);
    upstream->queued++;
    pass->timer =
        gate->clock->after(gate->clock->self, pass->until_us - now_us, waited_enough, pass);
    serve(gate, now_us);
    return WR_GATE_WAIT;
}

enum wr_gate_answer wr_gate_enter(struct wr_gate *gate, struct wr_pass *pass, enum wr_class *class)
{
    pass->gate = gate;
    lock(gate->upstream);
    enum wr_gate_answer answer = enter(gate, pass, class);
    unlock(gate->upstream);
    return answer;
}

static void leave(struct wr_pass *pass, enum wr_verdict verdict, int64_t tokens_used)
{
    struct wr_gate *gate = pass->gate;
    struct wr_upstream *upstream = gate->upstream;
    int64_t now_us = now_of(gate);
    switch (pass->state) {
    case WR_PASS_OUT:
        return;
    case WR_PASS_IN_LINE:
        leave_line(upstream, pass);
        break;
    case WR_PASS_CALLED: /* it will not hear of it: nothing was sent */
        take_out(&gate->called, pass);
        if (pass->class == WR_OK)
            give_place_back(upstream, pass, WR_VERDICT_NONE, 0, now_us);
        break;
    case WR_PASS_IN:
        give_place_back(upstream, pass, verdict, tokens_used, now_us);
        break;
    }
    pass->state = WR_PASS_OUT;
    serve(gate, now_us);
}

void wr_gate_leave(struct wr_pass *pass, enum wr_verdict verdict, int64_t tokens_used)
{
    const struct wr_upstream *upstream = pass->gate->upstream;
    lock(upstream);
    leave(pass, verdict, tokens_used);
    unlock(upstream);
    stop(pass->gate, &pass->timer);
}

void wr_gate_close(struct wr_gate *gate)
{
    struct wr_upstream *upstream = gate->upstream;
    lock(upstream);
    gate->closed = true;
    for (struct wr_pass *pass = upstream->line.first, *next; pass; pass = next) {
        next = pass->next;
        if (pass->gate == gate) {
            leave_line(upstream, pass);
            stop(gate, &pass->timer);
        }
    }
    if (upstream->looker == gate)
        upstream->looker = NULL;
    unlock(upstream);
    stop(gate, &gate->bell);
    stop(gate, &gate->look);
}

void wr_gate_count(const struct wr_gate *gate, struct wr_gate_counts *counts)
{
    const struct wr_upstream *upstream = gate->upstream;
    lock(upstream);
    *counts = (struct wr_gate_counts){
        .name = upstream->name,
        .is_model = upstream->is_model,
        .in_use = upstream->in_use,
        .queued = upstream->queued,
        .breaker = upstream->breaker,
    };
    unlock(upstream);
}
