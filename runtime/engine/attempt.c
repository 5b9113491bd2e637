/* One attempt of a stage's action. Actions are functions behind a table; each ends in an outcome,
 * at once or later. Knows the doors: effects, store, gates. */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES (4u << 20) /* the most that is taken from a service or model */

static enum wr_phase end_with(struct wr_attempt *attempt, enum wr_class class, struct wr_str detail)
{
    attempt->outcome = (struct wr_outcome){
        .class = class, .detail = detail, .retry_after_ms = -1, .first_token_us = -1};
    return WR_PHASE_SETTLE;
}

/* ---- value ------------------------------------------------------------------------------------- */

static enum wr_phase start_value(struct wr_attempt *attempt)
{
    attempt->value = attempt->activity->turn.action.value;
    return end_with(attempt, WR_OK, (struct wr_str){0});
}

/* ---- http, ask: through the gate, then out ----------------------------------------------------- */

static void effect_ended(void *arg, const struct wr_outcome *outcome)
{
    struct wr_attempt *attempt = arg;
    struct wr_activity *activity = attempt->activity;
    wr_failpoint_number("engine.effect.after", (int)activity->stage->effect);
    attempt->effect = NULL;
    if (attempt->epoch != activity->epoch)
        return; /* late */
    attempt->outcome = *outcome;
    if (!wr_hedge_holds(attempt))
        wr_activity_advance(activity, WR_PHASE_SETTLE);
}

/* Of one effect of one job: the same for every attempt, whatever happens to the process. */
static struct wr_str effect_key(struct wr_attempt *attempt)
{
    const struct wr_activity *activity = attempt->activity;
    char text[WR_ID_TEXT];
    if (activity->stage->effect != WR_KEYED)
        return (struct wr_str){0};
    wr_key_effect(activity, text);
    if (wr_broken("key"))
        text[0] = (char)('a' + activity->attempts);
    return wr_arena_str(&attempt->arena, (struct wr_str){text, sizeof text - 1});
}

static enum wr_phase go_out(struct wr_attempt *attempt)
{
    struct wr_activity *activity = attempt->activity;
    struct wr_engine *engine = activity->job->engine;
    const struct wr_stage *stage = activity->stage;
    int64_t left_us = wr_stage_line_us(activity) - wr_engine_us(engine);
    int64_t own_us = (int64_t)stage->timeout_ms * 1000;
    attempt->shortened = own_us == 0 || left_us < own_us;
    if (left_us <= 0)
        return end_with(attempt,
                        activity->turn.action.kind == WR_ACT_CALL ? WR_CLASS_limit_reached
                        : stage->effect == WR_ONCE ? WR_CLASS_timeout_connect /* nothing was sent */
                                                   : WR_CLASS_timeout_total,
                        WR_STR("no time was left to begin"));
    char id[WR_ID_TEXT];
    wr_id_text(&activity->job->state.job, id);
    attempt->call = (struct wr_effect_call){
        .action = &activity->turn.action,
        .stage = stage,
        .path = activity->path,
        .arena = &attempt->arena,
        .timeout_us = attempt->shortened ? left_us : own_us,
        .first_token_us = (int64_t)stage->first_token_ms * 1000,
        .idle_us = (int64_t)stage->idle_ms * 1000,
        .max_bytes = ANSWER_BYTES,
        .idempotency_key = effect_key(attempt),
        .traceparent = wr_trace_parent(activity, &attempt->arena),
        .tracestate = activity->job->state.tracestate,
        .job = wr_arena_str(&attempt->arena, (struct wr_str){id, sizeof id - 1}),
        .ended = effect_ended,
        .arg = attempt,
    };
    bool goes_on = activity->repairing || (activity->stage->turns && activity->class == WR_OK);
    if (!goes_on || activity->attempts == 1) { /* no further turn with one who answered */
        activity->sent_us[0] = activity->sent_us[1];
        activity->sent_us[1] = wr_engine_us(engine);
    }
    wr_failpoint_number("engine.effect.before", (int)stage->effect);
    attempt->sent = true;
    attempt->until_us = wr_engine_us(engine) + attempt->call.timeout_us;
    attempt->effect = engine->effects->start(engine->effects->self, &attempt->call);
    wr_hedge_arm(attempt);
    return WR_PHASE_WAIT;
}

static void gate_called(void *arg, enum wr_class class)
{
    struct wr_attempt *attempt = arg;
    struct wr_activity *activity = attempt->activity;
    if (attempt->epoch != activity->epoch)
        return; /* late */
    enum wr_phase phase = class == WR_OK
                              ? go_out(attempt)
                              : end_with(attempt, class, WR_STR("after waiting in line"));
    wr_activity_advance(activity, phase);
}

static enum wr_phase start_effect(struct wr_attempt *attempt)
{
    struct wr_activity *activity = attempt->activity;
    struct wr_engine *engine = activity->job->engine;
    const struct wr_action *action = &activity->turn.action;
    const struct wr_program *program = engine->program;
    bool asks = action->kind == WR_ACT_ASK;
    struct wr_gate *gate = &engine->gates[action->target + (asks ? program->service_count : 0)];
    struct wr_pass *pass = &attempt->pass;
    if (wr_cost_enforced(activity) && !attempt->reserved)
        return end_with(attempt, WR_CLASS_over_cost,
                        WR_STR("what is left of the ceiling does not hold it"));
    if (asks)
        pass->tokens = (uint64_t)wr_token_bound(program, action);
    pass->until_us = wr_slack_line_us(activity) - (int64_t)activity->stage->timeout_ms * 1000;
    pass->called = gate_called;
    pass->arg = attempt;
    enum wr_class class;
    switch (wr_gate_enter(gate, pass, &class)) {
    case WR_GATE_PASS:
        return go_out(attempt);
    case WR_GATE_WAIT:
        return WR_PHASE_WAIT;
    case WR_GATE_REFUSED:
        break;
    }
    return end_with(attempt, class, WR_STR("not sent"));
}

/* ---- recall: whatever goes wrong, it is missing ------------------------------------------------ */

static void stop_timer(struct wr_attempt *attempt)
{
    const struct wr_clock *clock = attempt->activity->job->engine->clock;
    if (attempt->timer)
        clock->cancel(clock->self, attempt->timer);
    attempt->timer = NULL;
}

static void recalled(void *arg, enum wr_store_status status, struct wr_str value,
                     int64_t remembered_ms)
{
    struct wr_attempt *attempt = arg;
    struct wr_activity *activity = attempt->activity;
    attempt->owed = false;
    if (!activity) { /* late */
        wr_attempt_free(attempt);
        return;
    }
    stop_timer(attempt);
    if (status == WR_STORE_OK) {
        end_with(attempt, WR_OK, (struct wr_str){0});
        attempt->outcome.value = wr_arena_str(&attempt->arena, value);
        attempt->remembered_ms = remembered_ms;
    } else {
        end_with(attempt, WR_CLASS_missing,
                 status == WR_STORE_NOT_FOUND ? WR_STR("nothing is remembered")
                                              : WR_STR("the store did not answer"));
    }
    wr_activity_advance(activity, WR_PHASE_SETTLE);
}

static void recall_over(void *arg)
{
    struct wr_attempt *attempt = arg;
    attempt->timer = NULL;
    wr_activity_advance(attempt->activity, end_with(attempt, WR_CLASS_missing,
                                                    WR_STR("the store did not answer in time")));
}

/* A local read: what the floors give it, but never less than a commit's time. */
static enum wr_phase start_recall(struct wr_attempt *attempt)
{
    struct wr_activity *activity = attempt->activity;
    struct wr_job *job = activity->job;
    struct wr_engine *engine = job->engine;
    const struct wr_action *action = &activity->turn.action;
    int64_t left_us = wr_stage_line_us(activity) - wr_engine_us(engine);
    if (left_us < WR_COMMIT_MS * 1000)
        left_us = WR_COMMIT_MS * 1000;
    attempt->timer = engine->clock->after(engine->clock->self, left_us, recall_over, attempt);
    attempt->owed = true;
    struct wr_key key =
        wr_key_remember(activity->workflow, job->state.caller, action->shared, action->key);
    const char *hash = action->as->hash;
    engine->store->recall(engine->store->self, &key, wr_engine_utc_ms(engine) - action->within_ms,
                          wr_str_of(hash), recalled, attempt);
    return WR_PHASE_WAIT;
}

/* ---- the table --------------------------------------------------------------------------------- */

struct wr_attempt *wr_attempt_new(struct wr_activity *activity)
{
    struct wr_attempt *attempt = calloc(1, sizeof *attempt);
    if (!attempt) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    attempt->activity = activity;
    attempt->error = WR_NO_ERROR;
    attempt->epoch = ++activity->epoch;
    attempt->began_us = wr_engine_us(activity->job->engine);
    activity->attempt = attempt;
    return attempt;
}

enum wr_phase wr_attempt_begin(struct wr_activity *activity)
{
    static enum wr_phase (*const starts[])(struct wr_attempt *) = {
        [WR_ACT_VALUE] = start_value,
        [WR_ACT_HTTP] = start_effect,
        [WR_ACT_ASK] = start_effect,
        [WR_ACT_RECALL] = start_recall,
        [WR_ACT_ALL] = wr_members_start_all,
        [WR_ACT_EACH] = wr_members_start_each,
        [WR_ACT_RUN] = wr_members_start_run,
        [WR_ACT_DRAFT] = wr_draft_start,
        [WR_ACT_SLEEP] = wr_sleep_start,
        [WR_ACT_SIGNAL] = wr_signal_start,
        [WR_ACT_REVIEW] = wr_review_start,
        [WR_ACT_MATCH] = start_value,
        [WR_ACT_CALL] = go_out,
    };
    struct wr_attempt *attempt = wr_attempt_new(activity);
    attempt->reserved = activity->reserved;
    activity->reserved = 0;
    activity->attempts++;
    enum wr_action_kind kind = activity->turn.action.kind;
    attempt->waits =
        kind == WR_ACT_HTTP || kind == WR_ACT_ASK || kind == WR_ACT_CALL || WR_PARKS(kind);
    if (attempt->waits)
        wr_job_waits(activity->job);
    return starts[kind](attempt);
}

void wr_attempt_release(struct wr_attempt *attempt, enum wr_verdict verdict)
{
    struct wr_engine *engine = attempt->activity->job->engine;
    const struct wr_usage *usage = &attempt->outcome.usage;
    if (attempt->effect)
        engine->effects->cancel(engine->effects->self, attempt->effect);
    attempt->effect = NULL;
    if (attempt->waits)
        wr_job_waits_no_more(attempt->activity->job);
    attempt->waits = false;
    stop_timer(attempt);
    verdict = wr_hedge_release(attempt, verdict);
    wr_attempt_unpark(attempt);
    if (attempt->pass.gate)
        wr_gate_leave(&attempt->pass, verdict,
                      usage->known ? usage->input_tokens + usage->output_tokens : -1);
}

void wr_attempt_free(struct wr_attempt *attempt)
{
    attempt->activity = NULL;
    if (attempt->owed)
        return; /* freed when the store has answered */
    wr_arena_free(&attempt->arena);
    free(attempt);
}
