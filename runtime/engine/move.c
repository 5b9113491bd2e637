/* A stage has come to its end: the transition that its outcome takes, and the end of the job. */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"
#include "runtime/base/str.h"
#include "runtime/json/writer.h"

#include <string.h>

static bool is_optional(const struct wr_stage *stage)
{
    uint64_t on = 0;
    for (size_t i = 0; i < stage->transition_count; i++) {
        const struct wr_transition *way = &stage->transitions[i];
        on |= way->on;
        if (way->to != WR_TO_STAGE || way->target != stage->transitions[0].target)
            return false;
    }
    return (on & WR_ON_OK) && (on & ~WR_ON_OK);
}

const struct wr_transition *wr_way_of(const struct wr_stage *stage, uint16_t whose,
                                      enum wr_class class, int error)
{
    for (size_t i = 0; i < stage->transition_count; i++) {
        const struct wr_transition *way = &stage->transitions[i];
        if ((way->on & WR_BIT(class)) && (way->only == 0 || way->only == 1 + error) &&
            (way->member == 0 || way->member == whose))
            return way;
    }
    return NULL;
}

/* "ok", a class, a user's error; with its member before it where it is that one's. */
static struct wr_str label_of(const struct wr_activity *activity)
{
    struct wr_job *job = activity->job;
    const char *label = activity->error == WR_NO_ERROR
                            ? wr_class_name(activity->class)
                            : job->engine->program->errors[activity->error].name;
    if (activity->whose == 0)
        return wr_str_of(label);
    const char *member = activity->stage->members[activity->whose - 1].name;
    return wr_str_of(wr_arena_printf(&job->arena, "%s.%s", member, label));
}

/* Its members or items say for themselves what failed. */
static bool has_parts(const struct wr_activity *activity)
{
    enum wr_action_kind kind = activity->turn.action.kind;
    return kind == WR_ACT_ALL || kind == WR_ACT_EACH;
}

static void record_move(struct wr_activity *activity, const struct wr_transition *way)
{
    struct wr_job *job = activity->job;
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_TRANSITION);
    event.class = activity->class;
    event.label = label_of(activity);
    if (way && way->to == WR_TO_STAGE)
        event.target = wr_str_of(activity->workflow->stages[way->target].name);
    event.optional = is_optional(activity->stage);
    event.without = way && way->without && activity->class != WR_OK && !has_parts(activity);
    if (activity->turn.action.kind == WR_ACT_MATCH)
        event.arm = activity->turn.action.arm + 1;
    wr_job_record(job, &event);
    wr_job_saw(job, &(struct wr_observation){
                        .what = WR_SAW_STAGE,
                        .stage = activity->stage,
                        .outcome = &activity->outcome,
                        .path = activity->path,
                        .label = event.label,
                        .target = event.target,
                        .attempt = activity->attempts,
                        .span = activity->span,
                        .above = wr_span_above(activity),
                        .elapsed_us = wr_engine_us(job->engine) - activity->entered_us,
                    });
}

/* ---- the end of a job -------------------------------------------------------------------------- */

static void end_with_result(struct wr_activity *activity, const struct wr_transition *way,
                            struct wr_event *event)
{
    struct wr_job *job = activity->job;
    const struct wr_schema *output = job->workflow->output;
    event->result = way->result;
    event->status = way->result == WR_RESULT_FULL ? WR_STATUS_COMPLETED : WR_STATUS_DEGRADED;
    event->http = 200;
    struct wr_str json;
    if (way->with) {
        json = wr_encode(&job->arena, output, way->with(&job->arena, job->frame));
        event->value = json;
    } else {
        json = wr_state_value(&job->state, activity->path, event->stage)->json; /* just recorded */
        event->served = event->stage;
    }
    if (way->remember) {
        struct wr_str key = wr_key_text(&job->arena, way->remember, job->frame);
        job->finish.remember =
            wr_key_remember(job->workflow, job->state.caller, way->remember_shared, key);
        job->finish.remember_value = json;
        job->finish.remember_schema = wr_str_of(output->hash);
    }
}

static void end_with_error(const struct wr_activity *activity, const struct wr_transition *way,
                           struct wr_event *event)
{
    event->status = WR_STATUS_FAILED;
    if (!way) { /* the compiler refuses such a program */
        event->class = activity->class == WR_OK ? WR_CLASS_uncertain : activity->class;
        event->message = WR_STR("The specification names no way out of this.");
        event->http = 500;
        return;
    }
    const struct wr_error *error = &activity->job->engine->program->errors[way->target];
    event->class = error->class;
    event->error = wr_str_of(error->name);
    event->message = wr_str_of(error->message);
    event->http = error->status;
    if (activity->class == WR_CLASS_uncertain ||
        (activity->job->state.acted && !wr_broken("acted")))
        return; /* whatever the error says: a client that sends it again could repeat the effect */
    event->harmless = true;
    event->retryable = error->retryable;
    event->retry_after_ms = error->retry_after_ms;
}

static enum wr_phase end_job(struct wr_activity *activity, const struct wr_transition *way)
{
    struct wr_job *job = activity->job;
    struct wr_finish *finish = &job->finish;
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_FINISHED);
    if (way && way->to == WR_TO_DONE)
        end_with_result(activity, way, &event);
    else
        end_with_error(activity, way, &event);
    finish->status = wr_str_of(wr_status_name(event.status));
    finish->result_type = wr_str_of(wr_result_name(event.result));
    finish->error_code = event.error;
    finish->finished_ms = event.at_ms;
    finish->keep_until_ms = event.at_ms + wr_workflow_keep_ms(job->workflow);
    finish->release_keys = event.status == WR_STATUS_FAILED && event.retryable;
    wr_job_record(job, &event);
    wr_job_commit_end(job);
    return WR_PHASE_OVER;
}

enum wr_phase wr_activity_move(struct wr_activity *activity)
{
    if (activity->member)
        return wr_member_end(activity);
    /* A `match` has looked for itself. */
    bool is_match = activity->turn.action.kind == WR_ACT_MATCH && activity->class == WR_OK;
    const struct wr_transition *way =
        is_match ? &activity->stage->transitions[activity->turn.action.arm]
                 : wr_way_of(activity->stage, activity->whose, activity->class, activity->error);
    record_move(activity, way);
    if (!way || way->to != WR_TO_STAGE)
        return activity->parent ? wr_child_end(activity, way) : end_job(activity, way);
    activity->stage = &activity->workflow->stages[way->target];
    return WR_PHASE_ENTER;
}
