/* A job that is cancelled: what is under way is stopped at once, then the journal says so, then the
 * caller hears. An ended job is answered as it stands. */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"
#include "runtime/base/str.h"

#include <string.h>

#define PATIENCE_US 10000000 /* for the end to become durable; then it is the store's failure */

/* The attempt under way. Nobody knows whether a once effect still happened. */
static void record_cut(struct wr_activity *activity, enum wr_class class, struct wr_str detail)
{
    struct wr_job *job = activity->job;
    struct wr_attempt *attempt = activity->attempt;
    wr_hedge_settle(attempt);
    struct wr_outcome outcome = {
        .class = class, .detail = detail, .retry_after_ms = -1, .first_token_us = -1};
    if (attempt->effect && activity->stage->effect == WR_ONCE && !wr_broken("doubt"))
        outcome.class = WR_CLASS_uncertain;
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_ENDED);
    event.attempt = activity->attempts;
    event.repair = activity->repairing;
    event.reserved = attempt->reserved;
    event.class = outcome.class;
    event.detail = outcome.detail;
    event.cut = outcome.class == WR_CLASS_timeout_total;
    event.cost = wr_cost_charged(job->engine->program, &activity->turn.action, &outcome,
                                 attempt->sent, &event.cost_bound);
    wr_hedge_tell(attempt, &event);
    event.elapsed_us = wr_engine_us(job->engine) - attempt->began_us;
    event.acted |= wr_attempt_acted(attempt, activity, outcome.class);
    wr_job_record(job, &event);
    wr_job_saw(job, &(struct wr_observation){
                        .what = WR_SAW_ATTEMPT,
                        .stage = activity->stage,
                        .action = &activity->turn.action,
                        .outcome = &outcome,
                        .path = activity->path,
                        .label = wr_str_of(wr_class_name(outcome.class)),
                        .attempt = activity->attempts,
                        .span = wr_span_attempt(activity, activity->attempts),
                        .above = activity->span,
                        .elapsed_us = event.elapsed_us,
                        .cost = event.cost,
                    });
}

void wr_activity_record_cuts(struct wr_activity *activity, enum wr_class class,
                             struct wr_str detail)
{
    for (struct wr_activity *child = activity->children; child; child = child->next)
        wr_activity_record_cuts(child, class, detail);
    bool tools = activity->stage->turns && activity->attempt && activity->attempt->below.ends;
    if (activity->attempt &&
        !tools) /* a model's own call has ended, those of its tools were told */
        record_cut(activity, class, detail);
}

/* The Idempotency-Key stays: a repeated request must not begin what its client has cancelled. What
 * was deduplicated is free again, as there is nothing to join. */
static void end_cancelled(struct wr_job *job)
{
    struct wr_finish *finish = &job->finish;
    struct wr_event event;
    wr_event_init(&event, &job->root, WR_ENTRY_FINISHED);
    event.status = WR_STATUS_CANCELLED;
    event.class = WR_CLASS_cancelled;
    event.message = WR_STR("The job was cancelled.");
    event.http = 409;
    finish->status = wr_str_of(wr_status_name(event.status));
    finish->finished_ms = event.at_ms;
    finish->keep_until_ms = event.at_ms + wr_workflow_keep_ms(job->workflow);
    finish->release_dedupe = true;
    wr_job_record(job, &event);
    wr_job_commit_end(job);
}

void wr_job_cancel(struct wr_job *job)
{
    wr_job_record_held(job);
    wr_job_unhold(job);
    if (job->phase != WR_JOB_RUNNING)
        return;
    wr_activity_record_cuts(&job->root, WR_CLASS_cancelled, WR_STR("the job was cancelled"));
    wr_activity_cancel(&job->root);
    end_cancelled(job);
}

struct wr_waiter *wr_engine_cancel(struct wr_engine *engine, struct wr_id id, struct wr_str caller,
                                   wr_answer_fn *answered, void *arg)
{
    struct wr_waiter *waiter = wr_waiter_new(engine, caller, answered, arg);
    waiter->view = waiter->cancels = true;
    waiter->id = id;
    waiter->until_us = wr_engine_us(engine) + PATIENCE_US;
    wr_waiter_look(waiter);
    if (waiter->job)
        wr_job_cancel(waiter->job);
    return waiter;
}

bool wr_job_leave(struct wr_job *job)
{
    bool left = false;
    for (const struct wr_waiter *waiter = job->waiters; waiter; waiter = waiter->next) {
        if (!waiter->left)
            return false; /* somebody else wants it */
        left = true;
    }
    if (!left || !job->workflow->cancel_on_leave || job->phase != WR_JOB_RUNNING || !job->accepted)
        return false;
    wr_job_cancel(job);
    return true;
}

/* Who joined an earlier request's job, or asks for it again, does not cancel it by leaving. */
void wr_engine_leave(struct wr_engine *engine, struct wr_waiter *waiter)
{
    (void)engine;
    if (!waiter->job || waiter->view || waiter->joined || waiter->replayed)
        return;
    waiter->left = true;
    wr_job_leave(waiter->job);
}
