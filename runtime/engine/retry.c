/* Time: how long a stage may take, and whether another attempt fits. Every stage after this one has
 * its floor set aside; retries live in what is left (docs/language.md, "Floors and slack"). */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"

#include <string.h>

/* Items that have not begun need their rounds: each is promised one whole attempt. */
static int64_t rounds_after_us(const struct wr_activity *item)
{
    const struct wr_activity *parent = item->parent;
    const struct wr_stage *stage = parent->stage;
    if (!stage->each || !parent->attempt || stage->at_a_time == 0)
        return 0;
    const struct wr_below *below = &parent->attempt->below;
    size_t rounds = (below->count - below->begun + stage->at_a_time - 1) / stage->at_a_time;
    return (int64_t)rounds * (int64_t)stage->members[0].floor_ms * 1000;
}

/* By when the activity must be over: what is below a stage has that stage's line. */
static int64_t activity_line_us(const struct wr_activity *activity)
{
    if (!activity->parent)
        return activity->job->line_us - (wr_broken("floor") ? 0 : WR_COMMIT_MS * 1000);
    int64_t line_us = wr_stage_line_us(activity->parent);
    if (!activity->member)
        return line_us;

    /* Slots are out of step: an item that began late in its round ends late in it, and no later item has
     * less for that. */
    int64_t rounds_us = line_us - rounds_after_us(activity);
    int64_t promised_us = activity->entered_us + (int64_t)activity->stage->floor_ms * 1000;
    if (promised_us > rounds_us && !wr_broken("rounds"))
        rounds_us = promised_us;
    return rounds_us < line_us ? rounds_us : line_us;
}

/* The floors hold all rounds of a circle; those that were gone need no more time. */
static int64_t rounds_gone_ms(const struct wr_activity *activity)
{
    const struct wr_workflow *workflow = activity->workflow;
    int64_t gone_ms = 0;
    for (size_t i = 0; activity->stage->loop && i < workflow->stage_count; i++) {
        const struct wr_stage *sleep = &workflow->stages[i];
        if (sleep->loop != activity->stage->loop || sleep->at_most == 0)
            continue;
        struct wr_str name = {sleep->name, strlen(sleep->name)};
        uint32_t rounds = wr_state_rounds(&activity->job->state, activity->path, name);
        gone_ms += (int64_t)rounds * (int64_t)sleep->round_ms;
    }
    return gone_ms;
}

int64_t wr_stage_line_us(const struct wr_activity *activity)
{
    const struct wr_stage *stage = activity->stage;
    int64_t after_ms =
        wr_broken("floor") ? 0 : (int64_t)stage->floor_after_ms - rounds_gone_ms(activity);
    after_ms = (after_ms > 0 ? after_ms : 0) + wr_tools_rest_ms(activity);
    int64_t line_us = activity_line_us(activity) - after_ms * 1000;
    int64_t own_us = activity->entered_us + (int64_t)stage->within_ms * 1000;
    return stage->within_ms && own_us < line_us ? own_us : line_us;
}

/* When the stage must be left for its failure to be answered by the reply's line: what is below a stage
 * has that stage's. */
static int64_t reply_line_us(const struct wr_activity *activity)
{
    const struct wr_stage *stage = activity->stage;
    int64_t rest_ms = wr_tools_rest_ms(activity);
    if (activity->parent)
        return wr_slack_line_us(activity->parent) -
               ((int64_t)stage->floor_after_ms + rest_ms) * 1000;
    return activity->job->reply_us -
           ((int64_t)stage->reply_floor_after_ms + WR_COMMIT_MS + rest_ms) * 1000;
}

int64_t wr_slack_line_us(const struct wr_activity *activity)
{
    const struct wr_job *job = activity->job;
    const struct wr_stage *stage = activity->stage;
    int64_t line_us = wr_stage_line_us(activity);
    if (job->reply_us == 0 || job->state.result != WR_RESULT_NONE)
        return line_us;
    int64_t reply_us = reply_line_us(activity);
    int64_t attempt_ms = stage->timeout_ms;
    if (stage->member_count)
        attempt_ms = (int64_t)(stage->floor_ms - stage->floor_after_ms);
    bool fits = activity->entered_us + attempt_ms * 1000 <= reply_us;
    return fits && reply_us < line_us ? reply_us : line_us;
}

/* Full jitter: anywhere between the least wait and one that doubles with each attempt. */
static int64_t backoff_us(const struct wr_activity *activity)
{
    const struct wr_retry *retry = &activity->stage->retry;
    const struct wr_clock *clock = activity->job->engine->clock;
    uint64_t least = (uint64_t)retry->backoff_min_ms * 1000;
    uint64_t most = (uint64_t)retry->backoff_max_ms * 1000;
    if (most <= least)
        return (int64_t)least;
    uint32_t doublings = activity->attempts < 32 ? activity->attempts : 32;
    uint64_t top = least ? least : 1000;
    while (doublings-- > 0 && top < most)
        top *= 2;
    if (top > most)
        top = most;
    return (int64_t)(least + clock->random(clock->self) % (top - least + 1));
}

/* Nobody is helped by knocking faster: no more than two attempts in any WR_ROUTE_MS on a job's way to
 * one service or model. So the third waits until the first is that long ago. */
int64_t wr_route_rest_us(const struct wr_activity *activity, int64_t now_us)
{
    int64_t free_us = activity->sent_us[0] + WR_ROUTE_MS * 1000;
    return activity->sent_us[0] && free_us > now_us && !wr_broken("route") ? free_us - now_us : 0;
}

/* Would another stage answer where this ends so? A member's end is its parent's, unless the parent goes on without
 * it; a failed child's is that of the stage that runs it. */
static bool has_fallback(const struct wr_activity *activity, uint16_t whose, enum wr_class class,
                         int error)
{
    const struct wr_program *program = activity->job->engine->program;
    const struct wr_stage *stage = activity->stage;
    if (activity->member) {
        const struct wr_stage *above = activity->parent->stage;
        if (stage->optional || (above->each && above->may_fail))
            return true;
        return above->each
                   ? has_fallback(activity->parent, 0, WR_CLASS_items_failed, WR_NO_ERROR)
                   : has_fallback(activity->parent, (uint16_t)(activity->index + 1), class, error);
    }
    const struct wr_transition *way = wr_way_of(stage, whose, class, error);
    if (!way || way->to == WR_TO_DONE)
        return false;
    if (way->to == WR_TO_STAGE)
        return true;
    return activity->parent &&
           has_fallback(activity->parent, 0, program->errors[way->target].class, way->target);
}

/* Whoever did not even begin to answer will most likely not answer the next time. Where another stage
 * would answer instead, it is asked again only if the slack holds that wait twice. */
static bool is_given_up(const struct wr_activity *activity, int64_t now_us, int64_t wait_us)
{
    const uint64_t silent = WR_BIT(WR_CLASS_timeout_connect) | WR_BIT(WR_CLASS_timeout_ttft);
    const struct wr_stage *stage = activity->stage;
    int64_t twice_us = now_us + wait_us + 2 * (int64_t)stage->timeout_ms * 1000;
    return (silent & WR_BIT(activity->class)) && twice_us > wr_slack_line_us(activity) &&
           has_fallback(activity, activity->whose, activity->class, activity->error);
}

int64_t wr_retry_wait_us(const struct wr_activity *activity)
{
    const struct wr_stage *stage = activity->stage;
    if (wr_broken("uncertain") && activity->class == WR_CLASS_uncertain)
        return activity->attempts < 2 ? 0 : -1;
    if (activity->class == WR_OK || !(stage->retry.on & WR_BIT(activity->class)) ||
        activity->outcome.final ||
        activity->attempts - activity->repairs - activity->turns >
            stage->retry.times + (wr_broken("retry") ? 1u : 0u))
        return -1;
    int64_t wait_us = backoff_us(activity);
    if (activity->retry_after_ms > 0 && activity->retry_after_ms * 1000 > wait_us)
        wait_us = activity->retry_after_ms * 1000;
    int64_t now_us = wr_engine_us(activity->job->engine);
    int64_t whole_us = (int64_t)stage->timeout_ms * 1000;
    if (wr_route_rest_us(activity, now_us) > wait_us)
        wait_us = wr_route_rest_us(activity, now_us);
    if (is_given_up(activity, now_us, wait_us))
        return -1;
    if (wr_cost_enforced(activity))
        whole_us += WR_COMMIT_MS * 1000;
    return now_us + wait_us + whole_us <= wr_slack_line_us(activity) ? wait_us : -1;
}
