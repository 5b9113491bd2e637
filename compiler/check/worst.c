/* The worst case in time, with what floors leave out: retries and backoff, waits in line and for a
 * Retry-After. Those live in slack, so that whatever has no length of its own ends at the stage's line:
 * the budget without what is promised to the stages after it. */
#include "compiler/check/check.h"
#include "compiler/check/proof.h"

#include <wright/limits.h>

#define ENDLESS ((uint64_t)INT64_MAX)

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > ENDLESS - b ? ENDLESS : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return b && a > ENDLESS / b ? ENDLESS : a * b;
}

static bool is_limited(const struct wc_action *action)
{
    const struct wr_limits *limits = action->service ? &action->service->limits
                                     : action->model ? &action->model->limits
                                                     : NULL;
    return limits && (limits->concurrent || limits->calls || limits->tokens);
}

/* What the runtime may wait before each retry: it doubles from the least up to the most. */
static uint64_t backoff_ms(const struct wr_retry *retry)
{
    uint64_t sum = 0, most = retry->backoff_max_ms, top = retry->backoff_min_ms;
    for (unsigned i = 0; i < retry->times; i++) {
        top = top ? times(top, 2) : 2;
        if (most <= retry->backoff_min_ms)
            top = retry->backoff_min_ms;
        else if (top > most)
            top = most;
        sum = add(sum, top);
    }
    return sum;
}

static uint64_t natural_below_ms(const struct wc_stage *stage)
{
    uint64_t most = 0;
    const struct wc_action *action = &stage->action;
    WC_EACH(i, &stage->members)
    {
        uint64_t takes = wc_pace_of(stage->members.items[i]).natural_ms;
        most = takes > most ? takes : most;
    }
    if (action->kind == WR_ACT_EACH && action->at_a_time) {
        uint64_t items = (uint64_t)wc_items_max(stage), rounds = action->at_a_time;
        most = times(most, (items + rounds - 1) / rounds);
    }
    if (action->child)
        most = ENDLESS; /* a child has its stage's line, and retries of its own until then */
    return most;
}

struct wc_pace wc_pace_of(const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    bool calls =
        action->kind == WR_ACT_HTTP || action->kind == WR_ACT_ASK || action->kind == WR_ACT_CALL;
    bool acts = false;
    for (size_t i = 0; stage->turns && i < stage->members.count; i++)
        acts = acts || stage->members.items[i]->effect >= WR_KEYED;
    bool again = calls && stage->retry.times && stage->retry.on;
    struct wc_pace pace = {.attempts = 1 + (again ? stage->retry.times : 0u) + stage->repairs +
                                       stage->turns};
    pace.commits = (uint64_t)stage->commit_before * (stage->turns + 1u) + stage->commit_after +
                   (acts ? stage->turns : 0u) +
                   (WR_PARKS(action->kind) || action->kind == WR_ACT_DRAFT);
    if (calls)
        pace.attempt_ms = stage->timeout_ms  ? stage->timeout_ms
                          : stage->within_ms ? stage->within_ms
                          : stage->above     ? stage->above->within_ms
                                             : 0;
    else if (WR_PARKS(action->kind))
        pace.attempt_ms = (uint64_t)action->within_ms;
    else
        pace.attempt_ms =
            stage->floor_ms -
            (stage->floor_ms > stage->floor_after_ms ? stage->floor_after_ms : stage->floor_ms);
    pace.backoff_ms = again ? backoff_ms(&stage->retry) : 0;
    pace.waits_limit = calls && (is_limited(action) || action->kind == WR_ACT_CALL);
    pace.waits_server = again;
    pace.waits_store = action->kind == WR_ACT_RECALL;
    pace.natural_ms = add(times(pace.attempts, pace.attempt_ms), pace.backoff_ms);
    if (stage->turns)
        pace.natural_ms = add(pace.natural_ms, times(stage->turns, natural_below_ms(stage)));
    else if (stage->members.count > 0 || action->child)
        pace.natural_ms = natural_below_ms(stage);
    if (pace.waits_limit || pace.waits_server || pace.waits_store)
        pace.natural_ms = ENDLESS;
    if (stage->within_ms && pace.natural_ms > stage->within_ms)
        pace.natural_ms = stage->within_ms;
    pace.natural_ms = add(pace.natural_ms, pace.commits * WR_COMMIT_MS);
    return pace;
}

uint64_t wc_whole_ms(const struct wc_workflow *workflow)
{
    return workflow->background_ms ? workflow->background_ms : workflow->budget_ms;
}

uint64_t wc_ends_by(const struct wc_stage *stage, uint64_t from_ms, uint64_t whole_ms)
{
    uint64_t line = WR_COMMIT_MS + stage->floor_after_ms;
    uint64_t natural = add(from_ms, wc_pace_of(stage).natural_ms);
    line = whole_ms > line ? whole_ms - line : 0;
    return natural < line ? natural : line;
}

uint64_t wc_worst_ms(struct wc_arena *arena, const struct wc_workflow *workflow)
{
    struct wc_longest ways;
    uint64_t whole = wc_whole_ms(workflow);
    wc_longest_init(&ways, arena, workflow, false);
    WC_EACH(k, &workflow->stages)
    {
        ways.takes[k] = wc_pace_of(workflow->stages.items[k]).natural_ms;
    }
    uint64_t longest = 2 * WR_COMMIT_MS;
    if (workflow->stages.count > 0)
        longest = add(longest, wc_length_from(&ways, workflow->stages.items[0]));
    return longest < whole ? longest : whole;
}

uint64_t wc_worst_reply_ms(struct wc_arena *arena, const struct wc_workflow *workflow)
{
    uint64_t worst = wc_worst_ms(arena, workflow);
    if (workflow->latency == WR_BACKGROUND)
        return WR_COMMIT_MS < worst ? WR_COMMIT_MS : worst;
    return worst < workflow->budget_ms ? worst : workflow->budget_ms;
}
