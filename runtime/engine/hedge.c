/* `hedge after D with MODEL`: when the first model has not finished after D, the second is asked the same. The
 * first whole valid answer wins; the other call is cancelled at once, and accounted. Both are one attempt. */
#include "runtime/base/str.h"
#include "runtime/engine/job.h"

#include <string.h>

static struct wr_gate *gate_of(const struct wr_attempt *attempt)
{
    const struct wr_engine *engine = attempt->activity->job->engine;
    return &engine->gates[engine->program->service_count + attempt->activity->stage->hedge_model];
}

/* Neither has won: whichever is left may still. */
static void ended(void *arg, const struct wr_outcome *outcome)
{
    struct wr_attempt *attempt = arg;
    struct wr_hedge *hedge = &attempt->hedge;
    hedge->effect = NULL;
    if (attempt->epoch != attempt->activity->epoch)
        return; /* late */
    hedge->outcome = *outcome;
    hedge->ended = true;
    hedge->won = wr_attempt_would_do(attempt, &hedge->action, outcome);
    if (hedge->won || attempt->held)
        wr_activity_advance(attempt->activity, WR_PHASE_SETTLE);
}

/* It never waits in line, and never longer than the attempt that it is part of. */
static void begin(void *arg)
{
    struct wr_attempt *attempt = arg;
    struct wr_hedge *hedge = &attempt->hedge;
    struct wr_activity *activity = attempt->activity;
    struct wr_engine *engine = activity->job->engine;
    enum wr_class class;
    hedge->timer = NULL;
    hedge->began_us = wr_engine_us(engine);
    if (attempt->until_us <= hedge->began_us)
        return;
    hedge->action = activity->turn.action;
    hedge->action.target = activity->stage->hedge_model;
    hedge->pass.tokens = (uint64_t)wr_token_bound(engine->program, &hedge->action);
    hedge->pass.until_us = hedge->began_us;
    hedge->pass.called = NULL;
    enum wr_gate_answer answer = wr_gate_enter(gate_of(attempt), &hedge->pass, &class);
    if (answer != WR_GATE_PASS) {
        wr_gate_leave(&hedge->pass, WR_VERDICT_NONE, -1);
        hedge->pass.gate = NULL;
        return;
    }
    struct wr_effect_call call = attempt->call;
    call.action = &hedge->action;
    call.timeout_us = attempt->until_us - hedge->began_us;
    call.ended = ended;
    call.second = true;
    hedge->sent = true;
    hedge->effect = engine->effects->start(engine->effects->self, &call);
}

void wr_hedge_arm(struct wr_attempt *attempt)
{
    const struct wr_activity *activity = attempt->activity;
    const struct wr_clock *clock = activity->job->engine->clock;
    int64_t after_us = (int64_t)activity->stage->hedge_after_ms * 1000;
    if (after_us > 0)
        attempt->hedge.timer = clock->after(clock->self, after_us, begin, attempt);
}

/* The first call has ended. Is the second waited for? */
bool wr_hedge_holds(struct wr_attempt *attempt)
{
    const struct wr_hedge *hedge = &attempt->hedge;
    if (!hedge->effect ||
        wr_attempt_would_do(attempt, &attempt->activity->turn.action, &attempt->outcome))
        return false;
    attempt->held = true;
    return true;
}

/* Of whichever lost: cut by us, it says nothing. */
static enum wr_verdict lost_verdict(const struct wr_hedge *hedge)
{
    enum wr_class class = hedge->lost.class;
    if (!hedge->sent || class == WR_CLASS_cancelled)
        return WR_VERDICT_NONE;
    return WR_BIT(class) & (WR_ON_TRANSIENT | WR_ON_TIMEOUT) ? WR_VERDICT_BAD : WR_VERDICT_GOOD;
}

enum wr_verdict wr_hedge_release(struct wr_attempt *attempt, enum wr_verdict verdict)
{
    struct wr_hedge *hedge = &attempt->hedge;
    struct wr_engine *engine = attempt->activity->job->engine;
    if (hedge->timer)
        engine->clock->cancel(engine->clock->self, hedge->timer);
    hedge->timer = NULL;
    if (hedge->effect)
        engine->effects->cancel(engine->effects->self, hedge->effect);
    hedge->effect = NULL;
    const struct wr_usage *usage = &hedge->outcome.usage;
    if (hedge->pass.gate)
        wr_gate_leave(&hedge->pass, hedge->won ? verdict : lost_verdict(hedge),
                      usage->known ? usage->input_tokens + usage->output_tokens : -1);
    hedge->pass.gate = NULL;
    return hedge->won ? lost_verdict(hedge) : verdict;
}

/* What the one that lost ends as: its own end, or cancelled where it was under way. */
static struct wr_outcome lost_outcome(bool over, const struct wr_outcome *outcome)
{
    if (over)
        return *outcome;
    return (struct wr_outcome){.class = WR_CLASS_cancelled,
                               .detail = WR_STR("the other model answered first"),
                               .retry_after_ms = -1,
                               .first_token_us = -1};
}

/* Both, as they are to be told: `attempt->outcome` and `attempt->used` are those of the one that counts. */
void wr_hedge_settle(struct wr_attempt *attempt)
{
    struct wr_hedge *hedge = &attempt->hedge;
    attempt->used = &attempt->activity->turn.action;
    if (!hedge->sent)
        return;
    hedge->lost_action = &hedge->action;
    if (!hedge->won) {
        hedge->lost = lost_outcome(hedge->ended, &hedge->outcome);
        return;
    }
    struct wr_engine *engine = attempt->activity->job->engine;
    hedge->lost = lost_outcome(attempt->held, &attempt->outcome);
    hedge->lost_action = attempt->used;
    if (attempt->effect)
        engine->effects->cancel(engine->effects->self, attempt->effect);
    attempt->effect = NULL;
    attempt->outcome = hedge->outcome;
    attempt->used = &hedge->action;
}

void wr_hedge_tell(struct wr_attempt *attempt, struct wr_event *event)
{
    const struct wr_hedge *hedge = &attempt->hedge;
    const struct wr_program *program = attempt->activity->job->engine->program;
    const struct wr_outcome *lost = &hedge->lost;
    bool bound;
    if (!hedge->sent)
        return;
    const char *name = program->models[hedge->lost_action->target].model;
    event->hedge = wr_str_of(name);
    event->hedge_class = lost->class;
    event->hedge_cost = wr_cost_charged(program, hedge->lost_action, lost, true, &bound);
    event->hedge_input_tokens = lost->usage.input_tokens;
    event->hedge_output_tokens = lost->usage.output_tokens;
    event->cost += event->hedge_cost;
    event->cost_bound = event->cost_bound || bound;
}

void wr_hedge_saw(struct wr_attempt *attempt, const struct wr_observation *seen, int64_t cost)
{
    const struct wr_hedge *hedge = &attempt->hedge;
    struct wr_observation other = *seen;
    const char *label = wr_class_name(hedge->lost.class);
    if (!hedge->sent)
        return;
    other.action = hedge->lost_action;
    other.outcome = &hedge->lost;
    other.label = wr_str_of(label);
    other.cost = cost;
    other.cut = false;
    other.again = WR_OK;
    other.repair = 0;
    other.hedged = WR_HEDGE_LOST;
    other.span = wr_span_attempt(attempt->activity, UINT32_MAX - seen->attempt);
    wr_job_saw(attempt->activity->job, &other);
}
