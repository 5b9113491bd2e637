/* What stands below a stage: the members of `all`, the items of `each`, the child of `run`. Each is
 * an activity of its own; their stage takes one transition from how they ended. Knows activities and
 * the fold, no effect. */
#include "runtime/base/str.h"
#include "runtime/engine/job.h"

#include <stdio.h>
#include <string.h>

/* ---- activities, made and let go --------------------------------------------------------------- */

/* Memory of one that is over serves again; its epoch goes on, so that what is late stays late. */
static struct wr_activity *new_below(struct wr_activity *parent)
{
    struct wr_job *job = parent->job;
    struct wr_activity *activity = job->idle;
    uint32_t epoch = activity ? activity->epoch + 1 : 1;
    if (activity)
        job->idle = activity->next;
    else
        activity = WR_NEW(&job->arena, struct wr_activity);
    *activity = (struct wr_activity){
        .job = job,
        .parent = parent,
        .next = parent->children,
        .workflow = parent->workflow,
        .frame = parent->frame,
        .epoch = epoch,
        .error = WR_NO_ERROR,
        .retry_after_ms = -1,
    };
    parent->children = activity;
    return activity;
}

static void let_go(struct wr_activity *activity)
{
    struct wr_activity **at = &activity->parent->children;
    while (*at != activity)
        at = &(*at)->next;
    *at = activity->next;
    activity->epoch++;
    activity->next = activity->job->idle;
    activity->job->idle = activity;
}

/* "gather", or "gather/news" of a member, or "scenes/3" of an item. */
static struct wr_str path_below(const struct wr_activity *parent, const char *name)
{
    struct wr_arena *arena = &parent->job->arena;
    char *path = wr_arena_printf(arena, "%.*s%s%s%s%s", (int)parent->path.len, parent->path.ptr,
                                 parent->path.len ? "/" : "", parent->stage->name, name ? "/" : "",
                                 name ? name : "");
    return wr_str_of(path);
}

static struct wr_str member_path(const struct wr_activity *parent, size_t index)
{
    char number[24];
    if (!parent->stage->each && !parent->stage->turns)
        return path_below(parent, parent->stage->members[index].name);
    snprintf(number, sizeof number, "%zu", index);
    return path_below(parent, number);
}

/* ---- a member's end ---------------------------------------------------------------------------- */

static void count_end(struct wr_below *below, size_t index, enum wr_class class, int error)
{
    below->ends[index] = (struct wr_member_end){true, class, error};
    below->over++;
    below->failed += class != WR_OK;
    below->uncertain |= class == WR_CLASS_uncertain;
}

static void record_over(const struct wr_activity *member, const struct wr_below *below)
{
    struct wr_job *job = member->job;
    struct wr_event event;
    wr_event_init(&event, member, WR_ENTRY_TRANSITION);
    event.class = member->class;
    event.label = wr_str_of(wr_class_name(member->class));
    if (member->error != WR_NO_ERROR)
        event.error = event.label = wr_str_of(job->engine->program->errors[member->error].name);
    event.member = true;
    event.done = (int64_t)below->over;
    event.total = (int64_t)below->count;
    wr_job_record(job, &event);
    wr_job_saw(job, &(struct wr_observation){
                        .what = WR_SAW_STAGE,
                        .stage = member->stage,
                        .outcome = &member->outcome,
                        .path = member->path,
                        .label = event.label,
                        .attempt = member->attempts,
                        .elapsed_us = wr_engine_us(job->engine) - member->entered_us,
                    });
}

enum wr_phase wr_member_end(struct wr_activity *member)
{
    struct wr_below *below = &member->parent->attempt->below;
    count_end(below, member->index, member->class, member->error);
    below->running--;
    record_over(member, below);
    return WR_PHASE_OVER;
}

/* Ends one that is under way. A once effect may still have happened. */
static void cut(struct wr_activity *activity, enum wr_class class, struct wr_str detail)
{
    struct wr_below *below = &activity->parent->attempt->below;
    bool once =
        activity->attempt && activity->attempt->effect && activity->stage->effect == WR_ONCE;
    wr_activity_record_cuts(activity, class, detail);
    wr_activity_cancel(activity);
    below->running--;
    if (!activity->member)
        return;
    activity->class = once ? WR_CLASS_uncertain : class;
    activity->error = WR_NO_ERROR;
    activity->outcome = (struct wr_outcome){.class = activity->class, .detail = detail};
    count_end(below, activity->index, activity->class, WR_NO_ERROR);
    record_over(activity, below);
}

/* An activity for a member; the journal knows of `place`, where that is not NULL. */
static struct wr_activity *make_member(struct wr_activity *parent, size_t index,
                                       const struct wr_place *place)
{
    const struct wr_stage *stage = parent->stage;
    struct wr_activity *member = new_below(parent);
    member->member = true;
    member->index = index;
    member->path = member_path(parent, index);
    member->call = stage->turns ? &parent->calls[index] : NULL;
    member->stage = member->call ? member->call->row : &stage->members[stage->each ? 0 : index];
    member->entered_us = wr_engine_us(parent->job->engine);
    if (place)
        member->attempts = (uint32_t)place->attempts;
    parent->attempt->below.running++;
    return member;
}

/* One that was under way when the process ended, and is of no use any more. */
static void cut_known(struct wr_activity *parent, size_t index, const struct wr_place *place,
                      enum wr_class class, struct wr_str detail)
{
    struct wr_activity *member = make_member(parent, index, place);
    struct wr_event event;
    bool once = place->started && member->stage->effect == WR_ONCE;
    if (once) {
        wr_event_init(&event, member, WR_ENTRY_ENDED);
        event.attempt = member->attempts + 1;
        event.class = class = WR_CLASS_uncertain;
        event.detail = WR_STR("the process ended while this was under way");
        wr_job_record(parent->job, &event);
    }
    cut(member, class, detail);
    let_go(member);
}

static void cut_all(struct wr_activity *parent, enum wr_class class, struct wr_str detail)
{
    struct wr_below *below = &parent->attempt->below;
    while (parent->children) {
        struct wr_activity *child = parent->children;
        cut(child, class, detail);
        let_go(child);
    }
    for (size_t i = below->begun; below->ends && i < below->count; i++) {
        const struct wr_place *place =
            wr_state_place_find(&parent->job->state, member_path(parent, i));
        if (place && !place->over && place->stage.len)
            cut_known(parent, i, place, class, detail);
    }
}

/* ---- what the stage makes of it ---------------------------------------------------------------- */

/* Of those that failed: whose transition is written first. 0: none failed. */
static uint16_t first_failed(const struct wr_activity *parent, const struct wr_transition **way)
{
    const struct wr_below *below = &parent->attempt->below;
    const struct wr_stage *stage = parent->stage;
    uint16_t first = 0;
    for (size_t i = 0; i < below->count; i++) {
        const struct wr_member_end *end = &below->ends[i];
        if (!end->over || end->class == WR_OK || stage->members[i].optional)
            continue;
        const struct wr_transition *other =
            wr_way_of(stage, (uint16_t)(i + 1), end->class, end->error);
        if (first && (!other || (*way && (*way)->order <= other->order)))
            continue;
        first = (uint16_t)(i + 1);
        *way = other;
    }
    return first;
}

/* Can what is still under way change which transition is taken, or is it read there? */
static bool is_open(const struct wr_activity *parent, const struct wr_transition *way)
{
    const struct wr_below *below = &parent->attempt->below;
    const struct wr_stage *stage = parent->stage;
    if (below->over == below->count)
        return false;
    if (!way || way->waits)
        return true;
    for (size_t i = 0; i < below->count; i++)
        if (!below->ends[i].over && !stage->members[i].optional &&
            stage->members[i].least_order < way->order)
            return true;
    return false;
}

static bool all_decided(struct wr_activity *parent)
{
    const struct wr_transition *way = NULL;
    const struct wr_below *below = &parent->attempt->below;
    uint16_t first = first_failed(parent, &way);
    if (is_open(parent, way))
        return false;
    parent->whose = first;
    parent->class = first ? below->ends[first - 1].class : WR_OK;
    parent->error = first ? below->ends[first - 1].error : WR_NO_ERROR;
    return true;
}

/* An effect that is uncertain is never one of those that may fail. */
static bool each_decided(struct wr_activity *parent)
{
    const struct wr_below *below = &parent->attempt->below;
    bool too_many = below->failed > parent->stage->may_fail;
    parent->error = WR_NO_ERROR;
    parent->class = below->uncertain ? WR_CLASS_uncertain
                    : too_many       ? WR_CLASS_items_failed
                                     : WR_OK;
    return below->uncertain || too_many || below->over == below->count;
}

static bool is_decided(struct wr_activity *parent)
{
    if (parent->stage->turns)
        return wr_tools_decided(parent);
    return parent->stage->each ? each_decided(parent) : all_decided(parent);
}

static enum wr_phase conclude(struct wr_activity *parent)
{
    struct wr_attempt *attempt = parent->attempt;
    enum wr_class class = parent->class;
    cut_all(parent, WR_CLASS_cancelled, WR_STR("what it could give is not needed any more"));
    wr_attempt_release(attempt, WR_VERDICT_NONE);
    wr_attempt_free(attempt);
    parent->attempt = NULL;
    if (parent->stage->turns)
        return wr_tools_concluded(parent);
    parent->outcome = (struct wr_outcome){.class = class, .retry_after_ms = -1};
    if (class == WR_OK) {
        wr_activity_check(parent, &parent->outcome, "");
        parent->class = parent->outcome.class;
    }
    return WR_PHASE_MOVE;
}

/* ---- members and items, begun ------------------------------------------------------------------ */

static int error_index(const struct wr_program *program, struct wr_str name)
{
    for (size_t i = 0; i < program->error_count; i++)
        if (wr_str_is(name, program->errors[i].name))
            return (int)i;
    return WR_NO_ERROR;
}

/* One that the journal knows goes on, or is over; else it begins. */
static void begin(struct wr_activity *parent, size_t index)
{
    struct wr_below *below = &parent->attempt->below;
    const struct wr_stage *stage = parent->stage;
    struct wr_job *job = parent->job;
    struct wr_str path = member_path(parent, index);
    const struct wr_place *place = wr_state_place_find(&job->state, path);
    if (place && place->over) {
        count_end(below, index, place->class, error_index(job->engine->program, place->error));
        return;
    }
    if (stage->turns && parent->calls[index].fault.len) { /* it is not made: the model is told */
        count_end(below, index, place && place->started ? WR_CLASS_uncertain : WR_CLASS_bad_request,
                  WR_NO_ERROR);
        return;
    }
    struct wr_activity *member = make_member(parent, index, place);
    if (!place && !stage->each && !stage->turns && member->stage->value)
        *(const void **)((char *)member->frame + member->stage->value_at) = NULL;
    wr_activity_advance(member, place && place->stage.len ? wr_activity_resume(member, place)
                                                          : WR_PHASE_ENTER);
}

/* As many as may run; then: is it decided? */
static enum wr_phase look(struct wr_activity *parent)
{
    struct wr_below *below = &parent->attempt->below;
    uint32_t most = parent->stage->each ? parent->stage->at_a_time : 0;
    below->busy = true;
    while (below->begun < below->count && (most == 0 || below->running < most) &&
           !is_decided(parent))
        begin(parent, below->begun++);
    below->busy = false;
    return is_decided(parent) ? conclude(parent) : WR_PHASE_WAIT;
}

/* ---- time -------------------------------------------------------------------------------------- */

/* What is not over when the stage must be left has had its time. */
static void line_reached(void *arg)
{
    struct wr_attempt *attempt = arg;
    struct wr_activity *parent = attempt->activity;
    struct wr_below *below = &attempt->below;
    attempt->timer = NULL;
    if (parent->turn.action.kind == WR_ACT_RUN) {
        cut_all(parent, WR_CLASS_cancelled, WR_STR("the stage's time was over"));
        attempt->outcome = (struct wr_outcome){.class = WR_CLASS_cancelled,
                                               .detail = WR_STR("the stage's time was over"),
                                               .retry_after_ms = -1,
                                               .first_token_us = -1};
        wr_activity_advance(parent, WR_PHASE_SETTLE);
        return;
    }
    cut_all(parent, WR_CLASS_timeout_total, WR_STR("the stage's time was over"));
    for (; below->begun < below->count; below->begun++)
        if (!below->ends[below->begun].over)
            count_end(below, below->begun, WR_CLASS_timeout_total, WR_NO_ERROR);
    wr_activity_advance(parent, look(parent));
}

static void set_line(struct wr_attempt *attempt)
{
    struct wr_activity *parent = attempt->activity;
    struct wr_engine *engine = parent->job->engine;
    int64_t left_us = wr_stage_line_us(parent) - wr_engine_us(engine);
    attempt->timer =
        engine->clock->after(engine->clock->self, left_us > 0 ? left_us : 0, line_reached, attempt);
}

/* ---- actions ----------------------------------------------------------------------------------- */

/* The journal knows how many there are, and that they have begun. */
static enum wr_phase start(struct wr_attempt *attempt, size_t count)
{
    struct wr_activity *parent = attempt->activity;
    struct wr_job *job = parent->job;
    const struct wr_place *place = wr_state_place_find(&job->state, parent->path);
    attempt->below.count = count;
    attempt->below.ends =
        wr_arena_alloc(&attempt->arena, (count + 1) * sizeof *attempt->below.ends);
    parent->attempt = attempt;
    if (place && place->started) {
        wr_restore_members(parent);
    } else {
        struct wr_event event;
        wr_event_init(&event, parent, WR_ENTRY_STARTED);
        event.attempt = parent->attempts;
        event.total = (int64_t)count;
        wr_job_record(job, &event);
    }
    set_line(attempt);
    return look(parent);
}

enum wr_phase wr_members_start_tools(struct wr_activity *parent, size_t count)
{
    struct wr_attempt *attempt = wr_attempt_new(parent);
    attempt->below.count = count;
    attempt->below.ends =
        wr_arena_alloc(&attempt->arena, (count + 1) * sizeof *attempt->below.ends);
    set_line(attempt);
    return look(parent);
}

enum wr_phase wr_members_start_all(struct wr_attempt *attempt)
{
    return start(attempt, attempt->activity->stage->member_count);
}

enum wr_phase wr_members_start_each(struct wr_attempt *attempt)
{
    return start(attempt, attempt->activity->turn.action.count);
}

/* Where a child goes on. False: what the journal holds does not fit it any more. */
static bool take_up(struct wr_activity *child, enum wr_phase *phase)
{
    const struct wr_place *place = wr_state_place_find(&child->job->state, child->path);
    struct wr_str name =
        place ? place->target.len ? place->target : place->stage : (struct wr_str){0};
    *phase = WR_PHASE_ENTER;
    child->stage = &child->workflow->stages[0];
    if (name.len == 0)
        return true;
    child->stage = wr_workflow_stage(child->workflow, name);
    if (!child->stage || !wr_restore_machine(child))
        return false;
    *phase = wr_activity_resume(child, place);
    return true;
}

enum wr_phase wr_members_start_run(struct wr_attempt *attempt)
{
    struct wr_activity *parent = attempt->activity;
    struct wr_below *below = &attempt->below;
    const struct wr_action *action = &parent->turn.action;
    const struct wr_workflow *workflow = parent->stage->child;
    struct wr_activity *child = new_below(parent);
    enum wr_phase phase;
    child->workflow = workflow;
    child->path = path_below(parent, NULL);
    child->frame = wr_arena_alloc(&parent->job->arena, workflow->frame_size);
    memcpy((char *)child->frame + workflow->input_at, action->value, workflow->input->size);
    below->count = below->begun = below->running = 1;
    set_line(attempt);
    if (!take_up(child, &phase)) {
        let_go(child);
        attempt->outcome = (struct wr_outcome){
            .class = WR_CLASS_cancelled,
            .detail = WR_STR("the journal of this child does not fit its workflow any more"),
            .retry_after_ms = -1,
            .first_token_us = -1};
        return WR_PHASE_SETTLE;
    }
    below->busy = true;
    wr_activity_advance(child, phase);
    below->busy = false;
    return below->over ? WR_PHASE_SETTLE : WR_PHASE_WAIT;
}

enum wr_phase wr_child_end(struct wr_activity *child, const struct wr_transition *way)
{
    struct wr_attempt *attempt = child->parent->attempt;
    struct wr_outcome *outcome = &attempt->outcome;
    *outcome = (struct wr_outcome){.class = WR_OK, .retry_after_ms = -1, .first_token_us = -1};
    if (!way) { /* the compiler refuses such a program */
        outcome->class = child->class == WR_OK ? WR_CLASS_uncertain : child->class;
    } else if (way->to == WR_TO_FAIL) {
        const struct wr_error *error = &child->job->engine->program->errors[way->target];
        outcome->class = error->class;
        outcome->detail = wr_str_of(error->message);
        attempt->error = way->target;
    } else if (way->with) {
        attempt->value = way->with(&child->job->arena, child->frame);
    } else {
        attempt->value = *(const void **)((char *)child->frame + child->stage->value_at);
    }
    attempt->below.over = 1;
    return WR_PHASE_OVER;
}

void wr_member_over(struct wr_activity *activity)
{
    struct wr_activity *parent = activity->parent;
    bool member = activity->member;
    let_go(activity);
    if (parent->attempt->below.busy)
        return; /* whoever began it looks */
    wr_activity_advance(parent, member ? look(parent) : WR_PHASE_SETTLE);
}
