/* Jobs of an earlier program that this one cannot go on with as they are: held, restarted or failed,
 * as the workflow declares (`on upgrade`). */
#include "runtime/engine/job.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE "upgraded" /* the error of a job that `on upgrade fail` ends */

/* ---- which jobs are held: one list for all loops ------------------------------------------------ */

static void lock(const struct wr_shared *shared)
{
    if (shared->peers)
        shared->peers->lock(shared->peers->self);
}

static void unlock(const struct wr_shared *shared)
{
    if (shared->peers)
        shared->peers->unlock(shared->peers->self);
}

static int by_id(const void *a, const void *b)
{
    return wr_id_compare(a, b);
}

void wr_shared_hold(struct wr_shared *shared, struct wr_id job)
{
    lock(shared);
    if (shared->held_count == shared->held_room) {
        shared->held_room = shared->held_room ? 2 * shared->held_room : 64;
        shared->held = realloc(shared->held, shared->held_room * sizeof *shared->held);
        if (!shared->held) {
            fputs("out of memory\n", stderr);
            exit(70);
        }
    }
    shared->held[shared->held_count++] = job;
    shared->held_sorted = false;
    unlock(shared);
}

/* Under the lock. */
static struct wr_id *find(struct wr_shared *shared, const struct wr_id *job)
{
    if (shared->held_count == 0)
        return NULL;
    if (!shared->held_sorted)
        qsort(shared->held, shared->held_count, sizeof *shared->held, by_id);
    shared->held_sorted = true;
    return bsearch(job, shared->held, shared->held_count, sizeof *shared->held, by_id);
}

static void let_go(struct wr_shared *shared, const struct wr_id *job)
{
    lock(shared);
    struct wr_id *at = find(shared, job);
    if (at) {
        size_t after = (size_t)(shared->held + shared->held_count - (at + 1));
        memmove(at, at + 1, after * sizeof *at);
        shared->held_count--;
    }
    unlock(shared);
}

bool wr_shared_holds(struct wr_shared *shared, const struct wr_id *job)
{
    lock(shared);
    bool held = find(shared, job) != NULL;
    unlock(shared);
    return held;
}

size_t wr_shared_held(struct wr_shared *shared)
{
    lock(shared);
    size_t count = shared->held_count;
    unlock(shared);
    return count;
}

/* As a client sees it: queued, and waiting for a program that can go on with it. */
void wr_state_show_held(struct wr_state *state)
{
    state->status = WR_STATUS_QUEUED;
    wr_state_place(state, WR_STR(""))->waiting_for = WR_STR("upgrade");
}

/* ---- hold --------------------------------------------------------------------------------------- */

/* It stays in memory, so that it can be seen and cancelled; it is counted as one that is parked. */
static void hold(struct wr_job *job)
{
    struct wr_engine *engine = job->engine;
    wr_shared_hold(engine->shared, job->state.job);
    job->phase = WR_JOB_HELD;
    job->held_started = false;
    for (const struct wr_place *place = job->state.places; place; place = place->next)
        if (place->started && place->path.len == 0) {
            job->held_started = true;
            job->held_stage = place->stage;
        }
    wr_state_show_held(&job->state);
    engine->parked++;
    atomic_fetch_add(&engine->shared->parked, 1);
    atomic_fetch_sub(&engine->shared->jobs, 1);
    wr_quota_lend(engine->shared->quotas, &job->seats);
}

void wr_job_unhold(struct wr_job *job)
{
    struct wr_engine *engine = job->engine;
    if (job->phase != WR_JOB_HELD)
        return;
    let_go(engine->shared, &job->state.job);
    job->phase = WR_JOB_RUNNING;
    engine->parked--;
    atomic_fetch_sub(&engine->shared->parked, 1);
    atomic_fetch_add(&engine->shared->jobs, 1);
    wr_quota_return(engine->shared->quotas, &job->seats);
}

/* Nobody will know whether what was under way happened. */
void wr_job_record_held(struct wr_job *job)
{
    struct wr_event event;
    if (job->phase != WR_JOB_HELD || !job->held_started)
        return;
    wr_event_init(&event, &job->root, WR_ENTRY_ENDED);
    event.stage = job->held_stage;
    event.attempt = 1;
    event.class = WR_CLASS_uncertain;
    event.detail = WR_STR("the process ended while this was under way");
    wr_job_record(job, &event);
}

/* ---- restart ------------------------------------------------------------------------------------ */

/* From the first stage, as if it had just been accepted: keyed effects have the keys they had then. */
static void restart(struct wr_job *job, const void *input)
{
    const struct wr_workflow *workflow = job->workflow;
    struct wr_event event;
    job->root.stage = NULL;
    wr_event_init(&event, &job->root, WR_ENTRY_RESTARTED);
    wr_event_versions(&event, job);
    wr_job_record(job, &event);
    memset(job->frame, 0, workflow->frame_size);
    wr_job_set_input(job, input);
    job->root.stage = &workflow->stages[0];
    wr_activity_advance(&job->root, WR_PHASE_ENTER);
}

static bool only_repeatable(const struct wr_workflow *workflow)
{
    for (size_t i = 0; i < workflow->stage_count; i++)
        if (wr_stage_effect(&workflow->stages[i]) >= WR_KEYED)
            return false;
    return true;
}

/* ---- fail --------------------------------------------------------------------------------------- */

static void fail(struct wr_job *job)
{
    struct wr_finish *finish = &job->finish;
    struct wr_event event;
    job->root.stage = NULL;
    wr_event_init(&event, &job->root, WR_ENTRY_FINISHED);
    event.status = WR_STATUS_FAILED;
    event.class = WR_CLASS_cancelled;
    event.error = WR_STR(CODE);
    event.message = WR_STR("The program was upgraded, and the new one cannot go on with this job.");
    event.http = 503;
    event.retryable = !job->state.side_effect; /* sent again it might do something twice */
    finish->status = wr_str_of(wr_status_name(event.status));
    finish->error_code = event.error;
    finish->finished_ms = event.at_ms;
    finish->keep_until_ms = event.at_ms + wr_workflow_keep_ms(job->workflow);
    finish->release_keys = event.retryable;
    finish->release_dedupe = true;
    wr_job_record(job, &event);
    wr_job_commit_end(job);
}

/* ---- which ------------------------------------------------------------------------------------- */

void wr_job_upgrade(struct wr_job *job, const void *input)
{
    enum wr_upgrade how = job->workflow->on_upgrade;
    bool restarts =
        how == WR_UPGRADE_RESTART || (how == WR_UPGRADE_DEFAULT && !job->other_version &&
                                      only_repeatable(job->workflow) && !job->state.side_effect);
    if (how == WR_UPGRADE_FAIL)
        fail(job);
    else if (restarts && input)
        restart(job, input);
    else
        hold(job);
}
