/* Limits and breaker of one service or model, and the line before it. First come, first served:
 * who comes while others wait stands behind them. It knows passes and the clock. */
#include "runtime/engine/gate.h"

#include "runtime/base/failpoint.h"

#include <string.h>

static int64_t now_of(const struct wr_gate *gate)
{
    return gate->clock->mono_us(gate->clock->self);
}

void wr_gate_init(struct wr_gate *gate, const char *name, bool is_model,
                  const struct wr_limits *limits, const struct wr_breaker *breaker,
                  const struct wr_clock *clock)
{
    memset(gate, 0, sizeof *gate);
    gate->name = name;
    gate->is_model = is_model;
    gate->clock = clock;
    gate->concurrent = limits->concurrent;
    gate->end = &gate->first;
    wr_window_init(&gate->calls, limits->calls, limits->calls_per_ms);
    wr_window_init(&gate->tokens, limits->tokens, limits->tokens_per_ms);
    gate->failures = breaker->failures;
    gate->open_us = (int64_t)breaker->open_ms * 1000;
    wr_window_init(&gate->failed, breaker->failures, breaker->in_ms);
}

/* ---- the breaker ------------------------------------------------------------------------------ */

static bool breaker_lets(struct wr_gate *gate, int64_t now_us)
{
    if (gate->breaker == WR_BREAKER_OPEN && now_us >= gate->opens_again_us)
        gate->breaker = WR_BREAKER_HALF_OPEN;
    return gate->breaker == WR_BREAKER_CLOSED ||
           (gate->breaker == WR_BREAKER_HALF_OPEN && !gate->probing);
}

static void breaker_open(struct wr_gate *gate, int64_t now_us)
{
    gate->breaker = WR_BREAKER_OPEN;
    gate->opens_again_us = now_us + gate->open_us;
    wr_window_clear(&gate->failed);
}

static void breaker_hears(struct wr_gate *gate, const struct wr_pass *pass, enum wr_verdict verdict)
{
    if (gate->failures == 0)
        return;
    int64_t now_us = now_of(gate);
    if (pass->probe) {
        gate->probing = false;
        if (verdict == WR_VERDICT_BAD)
            breaker_open(gate, now_us);
        else if (verdict == WR_VERDICT_GOOD)
            gate->breaker = WR_BREAKER_CLOSED;
    } else if (verdict == WR_VERDICT_BAD && gate->breaker == WR_BREAKER_CLOSED) {
        wr_window_add(&gate->failed, now_us, 1);
        if (gate->failed.total >= gate->failures)
            breaker_open(gate, now_us);
    }
}

/* ---- limits ----------------------------------------------------------------------------------- */

/* When this pass could go in, were it first in line: now, a known time, or INT64_MAX: when
 * somebody leaves, or never. */
static int64_t opens(struct wr_gate *gate, const struct wr_pass *pass, int64_t now_us)
{
    int64_t calls = wr_window_opens(&gate->calls, now_us, 1);
    int64_t tokens = wr_window_opens(&gate->tokens, now_us, pass->tokens);
    return calls > tokens ? calls : tokens;
}

static bool has_place(const struct wr_gate *gate)
{
    return gate->concurrent == 0 || wr_broken("limit") || gate->in_use < gate->concurrent;
}

static void let_in(struct wr_gate *gate, struct wr_pass *pass, int64_t now_us)
{
    gate->in_use++;
    wr_window_add(&gate->calls, now_us, 1);
    pass->slot = wr_window_add(&gate->tokens, now_us, pass->tokens);
    pass->state = WR_PASS_IN;
    pass->probe = gate->breaker == WR_BREAKER_HALF_OPEN;
    if (pass->probe)
        gate->probing = true;
}

/* ---- the line --------------------------------------------------------------------------------- */

static void look_again(struct wr_gate *gate, int64_t at_us);

static void leave_line(struct wr_gate *gate, struct wr_pass *pass)
{
    *pass->at = pass->next;
    if (pass->next)
        pass->next->at = pass->at;
    else
        gate->end = pass->at;
    if (pass->timer)
        gate->clock->cancel(gate->clock->self, pass->timer);
    pass->timer = NULL;
    pass->state = WR_PASS_OUT;
    gate->queued--;
}

static void waited_enough(void *arg)
{
    struct wr_pass *pass = arg;
    struct wr_gate *gate = pass->gate;
    pass->timer = NULL;
    leave_line(gate, pass);
    if (gate->first)
        look_again(gate, now_of(gate));
    pass->called(pass->arg, WR_CLASS_limit_reached);
}

/* Serves the head of the line, one at a time: who is called may come back to this gate. */
static void serve(void *arg)
{
    struct wr_gate *gate = arg;
    struct wr_pass *pass = gate->first;
    int64_t now_us = now_of(gate);
    gate->timer = NULL;
    if (!pass)
        return;
    enum wr_class class = WR_OK;
    if (!breaker_lets(gate, now_us)) {
        class = WR_CLASS_breaker_open;
    } else if (!has_place(gate)) {
        return; /* whoever leaves looks again */
    } else {
        int64_t at_us = opens(gate, pass, now_us);
        if (at_us > now_us) {
            look_again(gate, at_us);
            return;
        }
    }
    leave_line(gate, pass);
    if (class == WR_OK)
        let_in(gate, pass, now_us);
    if (gate->first)
        look_again(gate, now_us);
    pass->called(pass->arg, class);
}

static void look_again(struct wr_gate *gate, int64_t at_us)
{
    if (gate->timer && gate->timer_us <= at_us)
        return;
    if (gate->timer)
        gate->clock->cancel(gate->clock->self, gate->timer);
    int64_t wait_us = at_us - now_of(gate);
    gate->timer_us = at_us;
    gate->timer = gate->clock->after(gate->clock->self, wait_us > 0 ? wait_us : 0, serve, gate);
}

static void stand_in_line(struct wr_gate *gate, struct wr_pass *pass, int64_t now_us,
                          int64_t opens_us)
{
    pass->state = WR_PASS_IN_LINE;
    pass->next = NULL;
    pass->at = gate->end;
    *gate->end = pass;
    gate->end = &pass->next;
    gate->queued++;
    pass->timer =
        gate->clock->after(gate->clock->self, pass->until_us - now_us, waited_enough, pass);
    if (gate->first == pass && has_place(gate))
        look_again(gate, opens_us);
}

enum wr_gate_answer wr_gate_enter(struct wr_gate *gate, struct wr_pass *pass, enum wr_class *class)
{
    int64_t now_us = now_of(gate);
    pass->gate = gate;
    if (!breaker_lets(gate, now_us)) {
        *class = WR_CLASS_breaker_open;
        return WR_GATE_REFUSED;
    }
    int64_t opens_us = opens(gate, pass, now_us);
    if (!gate->first && has_place(gate) && opens_us <= now_us) {
        let_in(gate, pass, now_us);
        return WR_GATE_PASS;
    }
    if (opens_us > pass->until_us || pass->until_us <= now_us) {
        *class = WR_CLASS_limit_reached;
        return WR_GATE_REFUSED;
    }
    stand_in_line(gate, pass, now_us, opens_us);
    return WR_GATE_WAIT;
}

void wr_gate_leave(struct wr_pass *pass, enum wr_verdict verdict, int64_t tokens_used)
{
    struct wr_gate *gate = pass->gate;
    if (pass->state == WR_PASS_OUT)
        return;
    if (pass->state == WR_PASS_IN_LINE) {
        leave_line(gate, pass);
    } else {
        pass->state = WR_PASS_OUT;
        gate->in_use--;
        if (tokens_used >= 0)
            wr_window_correct(&gate->tokens, pass->slot, pass->tokens, (uint64_t)tokens_used);
        breaker_hears(gate, pass, verdict);
        pass->probe = false;
    }
    if (gate->first)
        look_again(gate, now_of(gate));
}

void wr_gate_close(struct wr_gate *gate)
{
    while (gate->first)
        leave_line(gate, gate->first);
    if (gate->timer)
        gate->clock->cancel(gate->clock->self, gate->timer);
    gate->timer = NULL;
}
