/* The engine as a whole: made, counted, drained, freed. */
#include "runtime/engine/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MAX 10000
/* Folding so many takes about a millisecond, and most jobs never have as many. */
#define CHECKPOINT_ENTRIES 512
#define REST_MS 1000    /* it is there again in some milliseconds */
#define PARKED_TIMES 16 /* as many jobs may be parked as may be under way, so many times */

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    return memory;
}

/* ---- what engines share ------------------------------------------------------------------------ */

struct wr_shared *wr_shared_new(const struct wr_program *program, uint32_t jobs_max,
                                const struct wr_peers *peers)
{
    struct wr_shared *shared = zeroed(1, sizeof *shared);
    shared->program = program;
    shared->jobs_max = jobs_max ? jobs_max : JOBS_MAX;
    shared->peers = peers;
    shared->quotas = wr_quotas_new(program, peers);
    shared->upstream_count = program->service_count + program->model_count;
    shared->upstreams = zeroed(shared->upstream_count, sizeof *shared->upstreams);
    struct wr_upstream *upstream = shared->upstreams;
    for (size_t i = 0; i < program->service_count; i++) {
        const struct wr_service *service = &program->services[i];
        wr_upstream_init(upstream++, service->name, false, &service->limits, &service->breaker,
                         peers);
    }
    for (size_t i = 0; i < program->model_count; i++) {
        const struct wr_model *model = &program->models[i];
        wr_upstream_init(upstream++, model->name, true, &model->limits, &model->breaker, peers);
    }
    return shared;
}

void wr_shared_free(struct wr_shared *shared)
{
    if (shared) {
        free(shared->upstreams);
        wr_quotas_free(shared->quotas);
        free(shared->held);
    }
    free(shared);
}

struct wr_quotas *wr_shared_quotas(const struct wr_shared *shared)
{
    return shared->quotas;
}

bool wr_engine_admit(struct wr_engine *engine)
{
    struct wr_shared *shared = engine->shared;
    bool room = atomic_load(&shared->parked) < (uint64_t)shared->jobs_max * PARKED_TIMES;
    if (atomic_fetch_add(&shared->jobs, 1) < shared->jobs_max && room)
        return true;
    atomic_fetch_sub(&shared->jobs, 1);
    return false;
}

bool wr_engine_owns(const struct wr_engine *engine, const struct wr_id *job)
{
    return wr_id_share(job, engine->loops) == engine->loop;
}

/* ---- the engine -------------------------------------------------------------------------------- */

struct wr_engine *wr_engine_new(const struct wr_program *program, const struct wr_clock *clock,
                                const struct wr_effects *effects, const struct wr_store *store,
                                const struct wr_observer *observer,
                                const struct wr_engine_options *options)
{
    struct wr_engine *engine = zeroed(1, sizeof *engine);
    engine->program = program;
    engine->clock = clock;
    engine->effects = effects;
    engine->store = store;
    engine->observer = observer;
    engine->traces = options && options->traces;
    engine->loop = options ? options->loop : 0;
    engine->loops = options && options->loops ? options->loops : 1;
    engine->rest_ms = options && options->rest_ms ? options->rest_ms : REST_MS;
    engine->checkpoint_entries =
        options && options->checkpoint_entries ? options->checkpoint_entries : CHECKPOINT_ENTRIES;
    engine->shared = options ? options->shared : NULL;
    engine->owns_shared = !engine->shared;
    if (!engine->shared)
        engine->shared = wr_shared_new(program, options ? options->jobs_max : 0, NULL);
    size_t count = engine->shared->upstream_count;
    engine->gates = zeroed(count, sizeof *engine->gates);
    for (size_t i = 0; i < count; i++)
        wr_gate_open(&engine->gates[i], &engine->shared->upstreams[i], clock, engine->loop);
    return engine;
}

void wr_engine_free(struct wr_engine *engine)
{
    if (!engine)
        return;
    for (size_t i = 0; i < engine->shared->upstream_count; i++)
        wr_gate_close(&engine->gates[i]);
    for (size_t i = 0; i < WR_JOB_BUCKETS; i++)
        while (engine->buckets[i]) {
            struct wr_job *job = engine->buckets[i];
            wr_activity_cancel(&job->root);
            while (job->waiters)
                wr_waiter_free(job->waiters);
            wr_job_retire(job);
        }
    wr_lot_close(engine);
    while (engine->waiters)
        wr_waiter_orphan(engine->waiters);
    wr_recovery_orphan(engine->recovery);
    if (engine->drain_timer)
        engine->clock->cancel(engine->clock->self, engine->drain_timer);
    free(engine->gates);
    if (engine->owns_shared)
        wr_shared_free(engine->shared);
    free(engine);
}

int64_t wr_engine_us(const struct wr_engine *engine)
{
    return engine->clock->mono_us(engine->clock->self);
}

int64_t wr_engine_utc_ms(const struct wr_engine *engine)
{
    return engine->clock->utc_ms(engine->clock->self);
}

void wr_engine_heard(struct wr_engine *engine, enum wr_store_status status)
{
    engine->store_down = status == WR_STORE_FAILED || status == WR_STORE_FULL;
}

/* ---- drain ------------------------------------------------------------------------------------- */

static void tell_drained(void *arg)
{
    struct wr_engine *engine = arg;
    void (*drained)(void *) = engine->drained;
    engine->drain_timer = NULL;
    engine->drained = NULL;
    if (drained)
        drained(engine->drained_arg);
}

void wr_engine_drain_check(struct wr_engine *engine)
{
    if (engine->drained && !engine->drain_timer && engine->job_count == engine->parked &&
        engine->waiter_count == 0)
        engine->drain_timer = engine->clock->after(engine->clock->self, 0, tell_drained, engine);
}

void wr_engine_drain(struct wr_engine *engine, void (*done)(void *arg), void *arg)
{
    engine->draining = true;
    engine->drained = done;
    engine->drained_arg = arg;
    wr_engine_drain_check(engine);
}

/* ---- counts ------------------------------------------------------------------------------------ */

void wr_engine_counts(const struct wr_engine *engine, struct wr_engine_counts *counts)
{
    *counts = (struct wr_engine_counts){
        .jobs = engine->job_count + engine->lot.count,
        .resting = engine->lot.count,
        .waiters = engine->waiter_count,
        .unsaved = engine->unsaved,
        .store_down = engine->store_down,
        .draining = engine->draining,
    };
}

const struct wr_state *wr_engine_state(const struct wr_engine *engine, struct wr_id id)
{
    const struct wr_job *job = wr_job_find(engine, &id);
    return job ? &job->state : NULL;
}

bool wr_engine_gate(const struct wr_engine *engine, size_t index, struct wr_gate_counts *counts)
{
    if (index >= engine->shared->upstream_count)
        return false;
    wr_gate_count(&engine->gates[index], counts);
    return true;
}
