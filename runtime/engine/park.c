/* What a stage does without leaving the process: a draft is published, a job is parked until a time, a
 * signal or a person. All of it is durable before anybody is told, and before the job waits. */
#include "runtime/engine/job.h"

#include "runtime/base/str.h"
#include "runtime/json/writer.h"

#include <string.h>

static enum wr_phase end_with(struct wr_attempt *attempt, enum wr_class class)
{
    attempt->outcome =
        (struct wr_outcome){.class = class, .retry_after_ms = -1, .first_token_us = -1};
    return WR_PHASE_SETTLE;
}

/* ---- drafts ------------------------------------------------------------------------------------ */

/* A child's draft is its own: the job has one output, and only its own workflow publishes it. */
enum wr_phase wr_draft_start(struct wr_attempt *attempt)
{
    struct wr_activity *activity = attempt->activity;
    struct wr_job *job = activity->job;
    const struct wr_action *action = &activity->turn.action;
    struct wr_event event;
    attempt->value = action->value;
    end_with(attempt, WR_OK);
    if (activity->path.len || wr_state_place(&job->state, activity->path)->published)
        return WR_PHASE_SETTLE;
    wr_event_init(&event, activity, WR_ENTRY_PUBLISHED);
    event.result = WR_RESULT_DRAFT;
    event.value = wr_encode(&job->arena, action->as, action->value);
    event.schema = wr_str_of(action->as->hash);
    if (job->draft_seq <= job->durable) { /* else the older one is not durable, either */
        job->told_result = job->state.result;
        job->told_output = job->state.output;
    }
    wr_job_record(job, &event);
    job->draft_seq = event.seq;
    return wr_activity_commit(activity, WR_PHASE_SETTLE);
}

void wr_job_told(const struct wr_job *job, struct wr_state *told)
{
    *told = job->state;
    if (job->park_seq > job->durable && told->status == WR_STATUS_QUEUED)
        told->status = WR_STATUS_PROCESSING;
    told->parking = job->park_seq > job->durable;
    if (job->draft_seq <= job->durable)
        return;
    told->result = job->told_result;
    told->output = job->told_output;
}

/* ---- parks ------------------------------------------------------------------------------------- */

/* From here on nobody can hasten the job before the reply is due: it is given now. */
static void answer_early(struct wr_job *job, int64_t wake_us)
{
    struct wr_state told;
    if (job->workflow->background_ms == 0)
        return;
    wr_job_told(job, &told);
    for (struct wr_waiter *waiter = job->waiters; waiter;) {
        bool due = !waiter->view && waiter->until_us < wake_us;
        if (due)
            wr_waiter_answer_state(waiter, &told);
        waiter = due ? job->waiters : waiter->next; /* who hears may have asked for anything */
    }
}

/* A job that is parked takes part in no bound but its own, and nobody who drains waits for it. */
static void count_parked(struct wr_attempt *attempt)
{
    struct wr_engine *engine = attempt->activity->job->engine;
    if (attempt->activity->path.len)
        return; /* the job's own machine counts */
    attempt->parked = true;
    engine->parked++;
    atomic_fetch_add(&engine->shared->parked, 1);
    atomic_fetch_sub(&engine->shared->jobs, 1);
    wr_quota_lend(engine->shared->quotas, &attempt->activity->job->seats);
    wr_engine_drain_check(engine);
}

void wr_attempt_unpark(struct wr_attempt *attempt)
{
    struct wr_engine *engine = attempt->activity->job->engine;
    attempt->activity->job->resting -= attempt->resting;
    attempt->resting = false;
    if (!attempt->parked)
        return;
    attempt->parked = false;
    engine->parked--;
    atomic_fetch_sub(&engine->shared->parked, 1);
    atomic_fetch_add(&engine->shared->jobs, 1);
    wr_quota_return(engine->shared->quotas, &attempt->activity->job->seats);
}

const struct wr_signal *wr_activity_came(const struct wr_activity *activity)
{
    const struct wr_state *state = &activity->job->state;
    const struct wr_place *place = wr_state_place_find(state, activity->path);
    struct wr_str name = wr_signal_waited(place->waiting_for);
    bool waits = name.len || wr_str_equal(place->waiting_for, WR_STR("review"));
    if (activity->path.len || !waits)
        return NULL;
    const struct wr_signal *came = wr_state_signal(state, name);
    return came && !came->taken ? came : NULL;
}

static enum wr_phase take(struct wr_attempt *attempt, const struct wr_signal *came)
{
    if (wr_str_equal(came->decision, WR_STR("reject"))) {
        end_with(attempt, WR_CLASS_declined);
        attempt->outcome.detail = came->reason;
        return WR_PHASE_SETTLE;
    }
    if (wr_str_equal(came->decision, WR_STR("approve")))
        attempt->value = attempt->activity->turn.action.value;
    end_with(attempt, WR_OK);
    attempt->outcome.value = came->json;
    return WR_PHASE_SETTLE;
}

void wr_job_deliver(struct wr_job *job)
{
    struct wr_activity *root = &job->root;
    struct wr_attempt *attempt = root->attempt;
    if (job->phase != WR_JOB_RUNNING || !attempt || !attempt->parked)
        return;
    const struct wr_signal *came = wr_activity_came(root);
    if (came && came->seq <= job->durable)
        wr_activity_advance(root, take(attempt, came));
}

/* What came in time counts, though it is not durable yet: then it is delivered. */
static void time_is_over(void *arg)
{
    struct wr_attempt *attempt = arg;
    enum wr_action_kind kind = attempt->activity->turn.action.kind;
    attempt->timer = NULL;
    if (!wr_activity_came(attempt->activity))
        wr_activity_advance(attempt->activity,
                            end_with(attempt, kind == WR_ACT_SLEEP ? WR_OK : WR_CLASS_expired));
}

/* How long it still lasts, by what is known of the two clocks. */
static int64_t left_of_park(const struct wr_attempt *attempt, const struct wr_place *place)
{
    const struct wr_activity *activity = attempt->activity;
    const struct wr_job *job = activity->job;
    int64_t most_us = activity->turn.action.within_ms * 1000;
    int64_t left_us = attempt->wake_us - wr_engine_us(job->engine);
    if (!attempt->wake_us && job->park_ms == place->until_ms) /* it has rested */
        left_us = job->park_us - wr_engine_us(job->engine);
    else if (!attempt->wake_us) /* parked by a process of before: its monotonic clock is gone */
        left_us = (place->until_ms - wr_engine_utc_ms(job->engine)) * 1000;
    return left_us < 0 ? 0 : left_us > most_us ? most_us : left_us; /* UTC was set back */
}

/* The park is durable. Its end stands in UTC; the timer that waits for it is monotonic. */
enum wr_phase wr_activity_park(struct wr_activity *activity)
{
    struct wr_job *job = activity->job;
    struct wr_attempt *attempt = activity->attempt;
    const struct wr_clock *clock = job->engine->clock;
    const struct wr_place *place = wr_state_place(&job->state, activity->path);
    const struct wr_signal *came = wr_activity_came(activity);
    if (came && came->seq <= job->durable)
        return take(attempt, came); /* it was early */
    int64_t left_us = left_of_park(attempt, place);
    attempt->wake_us = wr_engine_us(job->engine) + left_us;
    attempt->timer = clock->after(clock->self, left_us, time_is_over, attempt);
    count_parked(attempt);
    bool alone =
        activity->turn.action.kind == WR_ACT_SLEEP; /* nobody knows when a person answers */
    answer_early(job, alone ? attempt->wake_us : INT64_MAX);
    attempt->resting = true;
    job->resting++;
    wr_lot_offer(job);
    return WR_PHASE_WAIT;
}

/* After a restart the journal knows of it already. */
static enum wr_phase park(struct wr_attempt *attempt, struct wr_str waiting_for)
{
    struct wr_activity *activity = attempt->activity;
    struct wr_job *job = activity->job;
    struct wr_event event;
    if (wr_state_place(&job->state, activity->path)->waiting_for.len)
        return WR_PHASE_PARK;
    wr_event_init(&event, activity, WR_ENTRY_PARKED);
    event.waiting_for = waiting_for;
    event.until_ms = event.at_ms + activity->turn.action.within_ms;
    attempt->wake_us = wr_engine_us(job->engine) + activity->turn.action.within_ms * 1000;
    if (activity->turn.action.kind == WR_ACT_REVIEW) {
        event.value = wr_encode(&job->arena, activity->stage->value, activity->turn.action.value);
        event.schema = wr_str_of(activity->stage->value->hash);
    }
    wr_job_record(job, &event);
    if (activity->path.len == 0)
        job->park_seq = event.seq;
    return wr_activity_commit(activity, WR_PHASE_PARK);
}

enum wr_phase wr_sleep_start(struct wr_attempt *attempt)
{
    const struct wr_activity *activity = attempt->activity;
    const struct wr_stage *stage = activity->stage;
    uint32_t rounds =
        wr_state_rounds(&activity->job->state, activity->path, wr_str_of(stage->name));
    if (stage->at_most && rounds >= stage->at_most)
        return end_with(attempt, WR_CLASS_expired);
    return park(attempt, WR_STR("retry"));
}

enum wr_phase wr_signal_start(struct wr_attempt *attempt)
{
    const struct wr_activity *activity = attempt->activity;
    const char *waiting_for =
        wr_arena_printf(&activity->job->arena, "signal %s", activity->stage->signal);
    return park(attempt, wr_str_of(waiting_for));
}

enum wr_phase wr_review_start(struct wr_attempt *attempt)
{
    return park(attempt, WR_STR("review"));
}
