/* One activity's machine: the loop that takes it from stage to stage. What waits ends the loop;
 * whoever is waited for calls wr_activity_advance() again. */
#include "runtime/engine/job.h"

#include "runtime/base/clock.h"
#include "runtime/base/failpoint.h"

#include <string.h>

static enum wr_phase enter(struct wr_activity *activity)
{
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_ENTERED);
    event.now_ms = event.at_ms;
    activity->epoch++;
    activity->attempts = activity->repairs = activity->repairing = 0;
    activity->faulty = false;
    activity->turns = 0;
    activity->own_messages = NULL;
    activity->sent_us[0] = activity->sent_us[1] = 0;
    activity->reserved = 0;
    activity->whose = 0;
    activity->entered_us = wr_engine_us(activity->job->engine);
    activity->span = wr_span_stage(activity, event.now_ms);
    wr_job_record(activity->job, &event);
    return WR_PHASE_RUN;
}

/* Members share the frame of their stage, and with it the time at which that was entered. */
void wr_activity_tell_about(struct wr_activity *activity)
{
    struct wr_job *job = activity->job;
    size_t at = activity->workflow->about_at;
    if (at == 0 || activity->member)
        return;
    struct wr_about *about = (struct wr_about *)((char *)activity->frame + at);
    const struct wr_place *place = wr_state_place_find(&job->state, activity->path);
    if (!about->job.len) {
        char *id = wr_arena_alloc(&job->arena, WR_ID_TEXT);
        wr_id_text(&job->state.job, id);
        about->job = (struct wr_str){id, WR_ID_TEXT - 1};
    }
    about->caller = job->state.caller;
    if (place && place->stage.len) {
        char *now = wr_arena_alloc(&job->arena, WR_TIME_TEXT);
        wr_time_text(place->now_ms, now);
        about->now = (struct wr_str){now, WR_TIME_TEXT - 1};
    }
}

void wr_activity_run_stage(struct wr_activity *activity)
{
    struct wr_job *job = activity->job;
    wr_activity_tell_about(activity);
    activity->turn = (struct wr_turn){
        .point = WR_ENTER,
        .arena = &job->arena,
        .frame = activity->frame,
        .index = activity->index,
        .taken = activity->call ? activity->call->taken : NULL,
        .raised_error = WR_NO_ERROR,
    };
    activity->stage->run(&activity->turn);
    wr_split_apply(activity);
    activity->asked = activity->turn.action.message_count;
    activity->own_messages = NULL;
}

/* Where the specification's effects ask for it, the journal knows of the attempt before the world
 * does; and of the job before any effect that counts. */
static enum wr_phase run(struct wr_activity *activity)
{
    wr_activity_run_stage(activity);
    enum wr_phase next = activity->stage->turns ? WR_PHASE_TOOLS : WR_PHASE_ATTEMPT;
    bool early = !activity->job->accepted && activity->stage->effect >= WR_KEYED;
    if (!activity->stage->commit_before ||
        wr_cost_enforced(activity)) /* a reservation tells of it */
        return early && !wr_broken("early") ? wr_activity_commit(activity, next) : next;
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_STARTED);
    event.attempt = activity->attempts + 1;
    wr_job_record(activity->job, &event);
    if (wr_broken("before"))
        return next;
    return wr_activity_commit(activity, next);
}

static enum wr_phase attempt(struct wr_activity *activity)
{
    if (wr_cost_reserve(activity))
        return wr_activity_commit(activity, WR_PHASE_ATTEMPT);
    return wr_attempt_begin(activity);
}

static void backoff_over(void *arg)
{
    struct wr_activity *activity = arg;
    activity->timer = NULL;
    wr_job_waits_no_more(activity->job);
    wr_activity_advance(activity, WR_PHASE_ATTEMPT);
}

static enum wr_phase decide(struct wr_activity *activity)
{
    const struct wr_clock *clock = activity->job->engine->clock;
    int64_t wait_us = 0;
    if (!wr_repair_begin(activity, &wait_us))
        wait_us = wr_retry_wait_us(activity);
    else if (wait_us == 0)
        return WR_PHASE_ATTEMPT;
    if (wait_us < 0)
        return WR_PHASE_MOVE;
    activity->timer = clock->after(clock->self, wait_us, backoff_over, activity);
    wr_job_waits(activity->job);
    return WR_PHASE_WAIT;
}

void wr_activity_advance(struct wr_activity *activity, enum wr_phase phase)
{
    static enum wr_phase (*const steps[])(struct wr_activity *) = {
        [WR_PHASE_ENTER] = enter,           [WR_PHASE_RUN] = run,
        [WR_PHASE_ATTEMPT] = attempt,       [WR_PHASE_SETTLE] = wr_attempt_settle,
        [WR_PHASE_DECIDE] = decide,         [WR_PHASE_MOVE] = wr_activity_move,
        [WR_PHASE_PARK] = wr_activity_park, [WR_PHASE_TOOLS] = wr_tools_begin,
    };
    struct wr_job *job = activity->job;
    while (phase < WR_PHASE_WAIT) {
        activity->phase = phase;
        phase = steps[phase](activity);
    }
    activity->phase = phase;
    if (phase == WR_PHASE_OVER && activity->parent)
        wr_member_over(activity);
    wr_job_flush(job);
}

void wr_activity_cancel(struct wr_activity *activity)
{
    const struct wr_clock *clock = activity->job->engine->clock;
    while (activity->children) {
        struct wr_activity *child = activity->children;
        activity->children = child->next;
        wr_activity_cancel(child);
        child->next = activity->job->idle;
        activity->job->idle = child;
    }
    activity->epoch++;
    activity->phase = WR_PHASE_OVER;
    if (activity->timer) {
        clock->cancel(clock->self, activity->timer);
        wr_job_waits_no_more(activity->job);
    }
    activity->timer = NULL;
    if (activity->commit && activity->commit->timer)
        clock->cancel(clock->self, activity->commit->timer);
    activity->commit = NULL;
    if (activity->attempt) {
        wr_attempt_release(activity->attempt, WR_VERDICT_NONE);
        wr_attempt_free(activity->attempt);
    }
    activity->attempt = NULL;
}
