/* Jobs in memory: made, found, freed. */
#include "runtime/engine/job.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_DEFAULT_MS (INT64_C(30) * 24 * 3600 * 1000)

static struct wr_job **bucket_of(const struct wr_engine *engine, const struct wr_id *id)
{
    uint64_t random; /* the second half of a UUIDv7 */
    memcpy(&random, id->bytes + 8, sizeof random);
    random ^= random >> 32;
    return (struct wr_job **)&engine->buckets[random % WR_JOB_BUCKETS];
}

struct wr_job *wr_job_find(const struct wr_engine *engine, const struct wr_id *id)
{
    struct wr_job *job = *bucket_of(engine, id);
    while (job && wr_id_compare(&job->state.job, id) != 0)
        job = job->next;
    return job;
}

int64_t wr_workflow_job_ms(const struct wr_workflow *workflow)
{
    return (int64_t)(workflow->background_ms ? workflow->background_ms : workflow->budget_ms);
}

int64_t wr_workflow_keep_ms(const struct wr_workflow *workflow)
{
    return workflow->keep_ms ? (int64_t)workflow->keep_ms : KEEP_DEFAULT_MS;
}

const struct wr_stage *wr_workflow_stage(const struct wr_workflow *workflow, struct wr_str name)
{
    for (size_t i = 0; i < workflow->stage_count; i++) {
        const char *stage = workflow->stages[i].name;
        if (wr_str_is(name, stage))
            return &workflow->stages[i];
    }
    return NULL;
}

struct wr_job *wr_job_new(struct wr_engine *engine, const struct wr_workflow *workflow,
                          struct wr_id id, struct wr_arena *arena)
{
    struct wr_job *job = calloc(1, sizeof *job);
    if (!job) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    job->engine = engine;
    job->workflow = workflow;
    job->arena = *arena;
    *arena = (struct wr_arena){0};
    job->arena.limit = 0; /* what a request may take does not bind the job */
    wr_state_init(&job->state, &job->arena, id);
    job->frame = wr_arena_alloc(&job->arena, workflow->frame_size);
    job->root.job = job;
    job->root.workflow = workflow;
    job->root.frame = job->frame;
    job->root.path = WR_STR("");
    job->root.error = WR_NO_ERROR;
    struct wr_job **bucket = bucket_of(engine, &id);
    job->next = *bucket;
    *bucket = job;
    engine->job_count++;
    return job;
}

/* The frame holds the input's struct itself; texts in it stay where they are. */
void wr_job_set_input(struct wr_job *job, const void *input)
{
    memcpy((char *)job->frame + job->workflow->input_at, input, job->workflow->input->size);
}

void wr_job_retire(struct wr_job *job)
{
    struct wr_engine *engine = job->engine;
    wr_job_unhold(job);
    struct wr_job **at = bucket_of(engine, &job->state.job);
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    engine->job_count--;
    atomic_fetch_sub(&engine->shared->jobs, 1);
    wr_quota_leave(engine->shared->quotas, &job->seats);
    if (job->unsaved)
        engine->unsaved--;
    job->unsaved = false;
    job->phase = WR_JOB_RETIRED;
    wr_watches_end(&job->watches);
    if (job->notice.timer)
        engine->clock->cancel(engine->clock->self, job->notice.timer);
    job->notice.timer = NULL;
    if (job->end_commit.timer)
        engine->clock->cancel(engine->clock->self, job->end_commit.timer);
    job->end_commit.timer = NULL;
    wr_engine_drain_check(engine);
    if (job->owed == 0)
        wr_job_free(job);
}

void wr_job_free(struct wr_job *job)
{
    while (job->kept) {
        struct wr_kept_arena *kept = job->kept;
        job->kept = kept->next;
        wr_arena_free(&kept->arena); /* the node itself is in the job's arena */
    }
    wr_arena_free(&job->arena);
    free(job);
}
