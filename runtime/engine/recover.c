/* After a start: jobs that had not ended are folded from their journals and go on. Values are
 * replayed, effects whose end is known are not sent again, the stage under way is entered anew. */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"
#include "runtime/base/str.h"
#include "runtime/json/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wr_recovery {
    struct wr_engine *engine; /* NULL: it has ended */
    size_t resumed, held;
    void (*done)(void *arg, enum wr_store_status status, size_t resumed, size_t held);
    void *arg;
};

/* "name@version" */
const struct wr_workflow *wr_program_workflow(const struct wr_program *program, struct wr_str name)
{
    for (size_t i = 0; i < program->workflow_count; i++) {
        const struct wr_workflow *workflow = program->workflows[i];
        char text[256];
        snprintf(text, sizeof text, "%s@%u", workflow->name, (unsigned)workflow->version);
        if (wr_str_is(name, text))
            return workflow;
    }
    return NULL;
}

const struct wr_workflow *wr_program_named(const struct wr_program *program, struct wr_str name)
{
    for (size_t i = 0; i < program->workflow_count; i++)
        if (wr_str_is(name, program->workflows[i]->name))
            return program->workflows[i];
    return NULL;
}

/* Another version of it: "name@". */
static const struct wr_workflow *other_version(const struct wr_program *program, struct wr_str name)
{
    const char *end = name.len ? memchr(name.ptr, '@', name.len) : NULL;
    return end ? wr_program_named(program, (struct wr_str){name.ptr, (size_t)(end - name.ptr)})
               : NULL;
}

static const void *decode(struct wr_job *job, const struct wr_schema *schema, struct wr_str json)
{
    struct wr_reader in;
    wr_reader_init(&in, &job->arena, json);
    return wr_decode(&in, schema);
}

static int error_index(const struct wr_program *program, struct wr_str name)
{
    for (size_t i = 0; i < program->error_count; i++)
        if (wr_str_is(name, program->errors[i].name))
            return (int)i;
    return WR_NO_ERROR;
}

/* A once effect was announced and nobody knows whether it happened. */
static enum wr_phase end_uncertain(struct wr_activity *activity)
{
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_ENDED);
    event.attempt = activity->attempts + 1;
    event.class = WR_CLASS_uncertain;
    event.detail = WR_STR("the process ended while this was under way");
    wr_job_record(activity->job, &event);
    activity->class = WR_CLASS_uncertain;
    activity->outcome = (struct wr_outcome){.class = WR_CLASS_uncertain, .detail = event.detail};
    return WR_PHASE_MOVE;
}

/* After a restart a stage has its time again; a job that has only rested knows when it entered. */
static int64_t entered_us(const struct wr_activity *activity)
{
    size_t depth = 0;
    for (const struct wr_activity *above = activity->parent; above; above = above->parent)
        depth++;
    int64_t known_us = depth < WR_REST_DEPTH ? activity->job->entered_us[depth] : 0;
    return known_us ? known_us : wr_engine_us(activity->job->engine);
}

enum wr_phase wr_activity_resume(struct wr_activity *activity, const struct wr_place *place)
{
    bool above = activity->stage->member_count > 0 &&
                 !activity->stage->turns; /* what is below it says how it goes on */
    activity->attempts = (uint32_t)place->attempts;
    activity->repairs = (uint32_t)place->repairs;
    if (place->started && place->repairing) /* its repair was under way: it is made again */
        activity->repairs = activity->repairing = (uint32_t)place->repairing;
    activity->faulty = activity->stage->repairs > 0 && (place->class == WR_CLASS_schema_invalid ||
                                                        place->class == WR_CLASS_check_failed);
    activity->entered_us = entered_us(activity);
    activity->retry_after_ms = -1;
    activity->span = wr_span_stage(activity, place->now_ms);
    if (place->target.len)
        return WR_PHASE_ENTER;
    if (place->ended && !above) {
        activity->class = place->class;
        activity->error = error_index(activity->job->engine->program, place->error);
        activity->outcome = (struct wr_outcome){.class = place->class};
        wr_activity_run_stage(activity);
        return place->class == WR_OK ? WR_PHASE_MOVE : WR_PHASE_DECIDE;
    }
    if (place->started && !above && activity->stage->effect == WR_ONCE && !wr_broken("once"))
        return end_uncertain(activity);
    return WR_PHASE_RUN;
}

/* Takes up what the fold found. Where its stage or a value's schema is no more what it was, what
 * becomes of it is the workflow's to say. */
static void go_on(struct wr_job *job)
{
    const struct wr_workflow *workflow = job->workflow;
    const struct wr_place *place = wr_state_place(&job->state, job->root.path);
    struct wr_str name = place->target.len ? place->target : place->stage;
    struct wr_activity *root = &job->root;
    const void *input = decode(job, workflow->input, job->state.input);
    if (!input || job->other_version) {
        wr_job_upgrade(job, input);
        return;
    }
    wr_job_set_input(job, input);
    enum wr_phase phase = WR_PHASE_ENTER;
    root->stage = name.len ? wr_workflow_stage(workflow, name) : &workflow->stages[0];
    if (!root->stage || !wr_restore_machine(root)) {
        wr_job_upgrade(job, input);
        return;
    }
    if (name.len)
        phase = wr_activity_resume(root, place);
    wr_activity_advance(root, phase);
}

/* The reply's budget is void, its client is gone. A job that ends in the background has a deadline
 * that stands, in UTC; any other gets its whole time again, from now. */
int64_t wr_recovered_line_us(const struct wr_engine *engine, const struct wr_workflow *workflow,
                             int64_t deadline_ms)
{
    int64_t left_ms = wr_workflow_job_ms(workflow);
    if (workflow->background_ms || workflow->latency == WR_BACKGROUND)
        left_ms = deadline_ms - wr_engine_utc_ms(engine);
    return wr_engine_us(engine) + (left_ms > 0 ? left_ms : 0) * 1000;
}

/* What it has of its life in memory. */
static void restore_times(struct wr_job *job, const struct wr_resting *rested)
{
    struct wr_engine *engine = job->engine;
    if (!rested) {
        job->line_us = wr_recovered_line_us(engine, job->workflow, job->state.deadline_ms);
        wr_quota_sit(engine->shared->quotas, job->workflow, job->state.caller, true, &job->seats);
        return;
    }
    job->seats = rested->seats;
    job->line_us = rested->line_us;
    job->reply_us = rested->reply_us;
    job->began_us = rested->began_us;
    job->waited_us = rested->waited_us + wr_engine_us(engine) - rested->rested_us;
    memcpy(job->entered_us, rested->entered_us, sizeof job->entered_us);
    job->park_ms = rested->park_ms;
    job->park_us = rested->park_us;
}

struct wr_job *wr_job_take_up(struct wr_engine *engine, const struct wr_job_row *row,
                              const struct wr_entry *entries, size_t entry_count,
                              const struct wr_resting *rested)
{
    struct wr_arena arena = {0};
    struct wr_state state;
    wr_state_init(&state, &arena, row->job);
    bool sound = wr_state_fold_all(&state, entries, entry_count) && !wr_state_ended(&state);
    const struct wr_workflow *workflow =
        sound ? wr_program_workflow(engine->program, state.workflow) : NULL;
    bool is_other = sound && !workflow;
    if (is_other)
        workflow = other_version(engine->program, state.workflow);
    if (!workflow) {
        wr_shared_hold(engine->shared, row->job);
        wr_arena_free(&arena);
        return NULL;
    }
    atomic_fetch_add(&engine->shared->jobs, 1); /* whatever the bound: it was admitted before */
    struct wr_job *job = wr_job_new(engine, workflow, row->job, &arena);
    state.arena = &job->arena;
    job->state = state;
    job->seq = job->durable = state.seq;
    wr_job_count(job, entries, entry_count);
    job->phase = WR_JOB_RUNNING;
    job->other_version = is_other;
    job->accepted = true;
    job->stands_parked = wr_state_place(&job->state, job->root.path)->waiting_for.len > 0;
    job->doubtful = state.side_effect && (!rested || rested->doubtful);
    restore_times(job, rested);
    go_on(job);
    return job;
}

/* One that rests stays where it is: read, it would be put back. */
static void resume(void *arg, const struct wr_job_row *row, const struct wr_entry *entries,
                   size_t entry_count)
{
    struct wr_recovery *recovery = arg;
    struct wr_engine *engine = recovery->engine;
    if (!engine || !wr_engine_owns(engine, &row->job) || wr_job_find(engine, &row->job) ||
        wr_lot_find(&engine->lot, &row->job))
        return;
    if (entry_count == 0 && row->wake_ms && wr_lot_add(engine, row)) {
        recovery->resumed++;
        return;
    }
    const struct wr_job *job = wr_job_take_up(engine, row, entries, entry_count, NULL);
    if (job && job->phase != WR_JOB_HELD)
        recovery->resumed++;
    else
        recovery->held++;
}

static void recovered(void *arg, enum wr_store_status status)
{
    struct wr_recovery recovery = *(struct wr_recovery *)arg;
    free(arg);
    if (!recovery.engine)
        return;
    recovery.engine->recovery = NULL;
    wr_lot_schedule(recovery.engine);
    wr_engine_heard(recovery.engine, status);
    recovery.done(recovery.arg, status, recovery.resumed, recovery.held);
}

void wr_recovery_orphan(struct wr_recovery *recovery)
{
    if (recovery)
        recovery->engine = NULL;
}

void wr_engine_recover(struct wr_engine *engine,
                       void (*done)(void *arg, enum wr_store_status status, size_t resumed,
                                    size_t held),
                       void *arg)
{
    struct wr_recovery *recovery = calloc(1, sizeof *recovery);
    if (!recovery) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    recovery->engine = engine;
    recovery->done = done;
    recovery->arg = arg;
    engine->recovery = recovery;
    const struct wr_str contract = wr_str_of(engine->program->contract_hash);
    engine->store->unfinished(engine->store->self, contract, resume, recovered, recovery);
}
