/* Jobs go to rest and come back. A job that waits for nothing but a time or a person, whose journal is
 * durable and whom nobody listens to leaves memory; when its time comes, or somebody comes to it, it is
 * read from the store and goes on as after a restart. Knows the doors clock and store. */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READS_MAX 16     /* jobs being read as their time has come: others are read beside them */
#define LEAD_US 10000    /* they are read so long before */
#define CROWDED_US 20000 /* until it is looked again whether there is room for another job */
#define CROWDED_TIMES 2  /* as many may be under way as are admitted, so many times */
#define READ_WAIT_MIN_US 50000   /* before a read that failed is tried again … */
#define READ_WAIT_MAX_US 2000000 /* … doubling up to this */

static void wake_due(void *arg);

static void *grown(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    return memory;
}

/* ---- coming back -------------------------------------------------------------------------------- */

static bool is_crowded(const struct wr_engine *engine)
{
    return atomic_load(&engine->shared->jobs) >= CROWDED_TIMES * engine->shared->jobs_max;
}

/* When the first one is due. Nobody is woken by a process that is about to end, or that has not yet
 * heard of all its jobs: it would be told of one that has ended meanwhile. */
void wr_lot_schedule(struct wr_engine *engine)
{
    struct wr_lot *lot = &engine->lot;
    const struct wr_resting *first = wr_lot_first(lot);
    const struct wr_clock *clock = engine->clock;
    if (lot->timer)
        clock->cancel(clock->self, lot->timer);
    lot->timer = NULL;
    if (!first || engine->draining || engine->recovery || lot->reading >= READS_MAX)
        return;
    int64_t left_us = first->wake_us - LEAD_US - wr_engine_us(engine);
    if (left_us <= 0)
        left_us = is_crowded(engine) ? CROWDED_US : 0;
    lot->timer = clock->after(clock->self, left_us, wake_due, engine);
}

/* Out of the lot for good: its places are a job's again. */
static void take_out(struct wr_engine *engine, struct wr_resting *resting)
{
    wr_lot_remove(&engine->lot, resting);
    atomic_fetch_sub(&engine->shared->parked, 1);
    wr_quota_return(engine->shared->quotas, &resting->seats);
}

static void refuse_all(struct wr_resting *resting, enum wr_answer_kind why)
{
    while (resting->waiters)
        wr_waiter_answer_refusal(resting->waiters, why);
}

/* Who waited for it goes on at the job, as if it had been there. */
static void seat_waiters(struct wr_resting *resting)
{
    while (resting->waiters) {
        struct wr_waiter *waiter = resting->waiters;
        wr_waiter_look(waiter); /* out of this list, whatever comes of it */
        if (waiter->job && waiter->cancels)
            wr_job_cancel(waiter->job);
        else if (waiter->job && waiter->telling)
            wr_waiter_tell_job(waiter);
    }
}

/* It is gone, or its journal is damaged: a restart would not take it up, either. */
static void drop(struct wr_engine *engine, struct wr_resting *resting, enum wr_answer_kind why)
{
    wr_quota_leave(engine->shared->quotas, &resting->seats);
    refuse_all(resting, why);
    wr_watches_end(&resting->watches);
}

static void take_up(struct wr_engine *engine, struct wr_resting *resting,
                    const struct wr_job_row *row, const struct wr_entry *entries,
                    size_t entry_count)
{
    struct wr_job *job = wr_job_take_up(engine, row, entries, entry_count, resting);
    if (!job) {
        drop(engine, resting, WR_ANSWER_STORE_DOWN);
        return;
    }
    wr_watches_move(&resting->watches, &job->watches, job, NULL);
    seat_waiters(resting);
}

/* The store is in trouble: later, and nobody waits for that. */
static void try_later(struct wr_engine *engine, struct wr_resting *resting)
{
    int64_t wait_us = resting->wait_us ? 2 * resting->wait_us : READ_WAIT_MIN_US;
    resting->wait_us = wait_us > READ_WAIT_MAX_US ? READ_WAIT_MAX_US : wait_us;
    int64_t then_us = wr_engine_us(engine) + resting->wait_us + LEAD_US;
    if (resting->wake_us < then_us)
        resting->wake_us = then_us;
    refuse_all(resting, WR_ANSWER_STORE_DOWN);
    if (!wr_broken("lot"))
        wr_lot_push(&engine->lot, resting);
}

static void was_read(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                     const struct wr_entry *entries, size_t entry_count)
{
    struct wr_resting *resting = arg;
    struct wr_engine *engine = resting->engine;
    if (!engine) {
        free(resting);
        return;
    }
    engine->lot.reading--;
    resting->owed = false;
    wr_engine_heard(engine, status);
    if (status == WR_STORE_OK || status == WR_STORE_NOT_FOUND) {
        take_out(engine, resting);
        if (status == WR_STORE_OK)
            take_up(engine, resting, row, entries, entry_count);
        else
            drop(engine, resting, WR_ANSWER_NOT_FOUND);
        free(resting);
    } else {
        try_later(engine, resting);
    }
    wr_lot_schedule(engine);
}

static void read_it(struct wr_engine *engine, struct wr_resting *resting)
{
    const struct wr_store *store = engine->store;
    wr_lot_pull(&engine->lot, resting);
    engine->lot.reading++;
    resting->owed = true;
    store->read(store->self, resting->job, was_read, resting);
}

/* In order, a few at a time, and never more than there is room for. */
static void wake_due(void *arg)
{
    struct wr_engine *engine = arg;
    struct wr_lot *lot = &engine->lot;
    struct wr_resting *first;
    int64_t due_us = wr_engine_us(engine) + LEAD_US;
    lot->timer = NULL;
    while ((first = wr_lot_first(lot)) && first->wake_us <= due_us && lot->reading < READS_MAX &&
           !is_crowded(engine))
        read_it(engine, first);
    wr_lot_schedule(engine);
}

void wr_lot_wait(struct wr_resting *resting, struct wr_waiter *waiter)
{
    struct wr_engine *engine = resting->engine;
    wr_waiter_await_store(waiter, &resting->waiters, false);
    if (!resting->owed)
        read_it(engine, resting);
}

/* ---- going in ----------------------------------------------------------------------------------- */

static void insert(struct wr_engine *engine, struct wr_resting *resting)
{
    resting->engine = engine;
    wr_lot_insert(&engine->lot, resting);
    atomic_fetch_add(&engine->shared->parked, 1);
    if (wr_lot_first(&engine->lot) == resting)
        wr_lot_schedule(engine);
}

/* Its machine, or the child that it waits for, and so on, waits for nothing but its time or a person. Who
 * that is; NULL: something else is under way. */
static const struct wr_activity *who_rests(const struct wr_activity *activity)
{
    for (size_t depth = 0; depth < WR_REST_DEPTH; depth++) {
        const struct wr_attempt *attempt = activity->attempt;
        if (activity->phase != WR_PHASE_WAIT || !attempt || !attempt->timer || attempt->owed)
            return NULL;
        if (WR_PARKS(activity->turn.action.kind))
            return activity;
        if (activity->turn.action.kind != WR_ACT_RUN || !activity->children)
            return NULL;
        activity = activity->children;
    }
    return NULL;
}

/* Until something happens by itself: its park ends, or the time of a stage that waits for it. */
static int64_t wakes_us(const struct wr_activity *parked)
{
    int64_t wake_us = parked->attempt->wake_us;
    for (const struct wr_activity *above = parked->parent; above; above = above->parent)
        if (wr_stage_line_us(above) < wake_us)
            wake_us = wr_stage_line_us(above);
    return wake_us;
}

/* Who is parked, where the whole job rests for long enough. */
static const struct wr_activity *may_rest(const struct wr_job *job)
{
    int64_t least_us = wr_engine_us(job->engine) + LEAD_US + (int64_t)job->engine->rest_ms * 1000;
    bool quiet = job->phase == WR_JOB_RUNNING && job->accepted && !job->waiters && !job->noticing &&
                 job->owed == 0;
    const struct wr_activity *parked = quiet ? who_rests(&job->root) : NULL;
    return parked && wakes_us(parked) >= least_us ? parked : NULL;
}

static void put_in(struct wr_job *job, const struct wr_activity *parked)
{
    struct wr_engine *engine = job->engine;
    struct wr_resting *resting = grown(NULL, sizeof *resting);
    *resting = (struct wr_resting){
        .job = job->state.job,
        .wake_us = wakes_us(parked),
        .park_us = parked->attempt->wake_us,
        .park_ms = wr_state_place(&job->state, parked->path)->until_ms,
        .line_us = job->line_us,
        .reply_us = job->reply_us,
        .began_us = job->began_us,
        .rested_us = wr_engine_us(engine),
        .seats = job->seats,
        .seq = job->seq,
        .doubtful = job->doubtful,
    };
    const struct wr_activity *activity = &job->root;
    for (size_t depth = 0; activity && depth < WR_REST_DEPTH; depth++) {
        resting->entered_us[depth] = activity->entered_us;
        activity = activity->children;
    }
    wr_activity_cancel(&job->root); /* its timers, nothing else is under way */
    resting->waited_us = job->waited_us;
    wr_quota_lend(engine->shared->quotas, &resting->seats);
    job->seats = (struct wr_quota_seats){{NULL, NULL}};
    wr_watches_move(&job->watches, &resting->watches, NULL, resting);
    insert(engine, resting); /* before it is retired: it is never nowhere */
    wr_job_retire(job);
}

/* Whoever offered it had more to do with it then. */
static void take_offers(void *arg)
{
    struct wr_engine *engine = arg;
    struct wr_lot *lot = &engine->lot;
    lot->offer_timer = NULL;
    for (size_t i = 0; i < lot->offer_count; i++) {
        struct wr_job *job = wr_job_find(engine, &lot->offers[i]);
        if (!job)
            continue;
        job->offered = false;
        const struct wr_activity *parked = may_rest(job);
        if (!parked)
            continue;
        if (job->entry_count > 0)
            wr_job_commit_notice(job); /* what rode along may not have arrived */
        else
            put_in(job, parked);
    }
    lot->offer_count = 0;
}

void wr_lot_offer(struct wr_job *job)
{
    struct wr_engine *engine = job->engine;
    struct wr_lot *lot = &engine->lot;
    if (job->offered || job->resting == 0 || job->waiters)
        return;
    if (lot->offer_count == lot->offer_room) {
        lot->offer_room = lot->offer_room ? 2 * lot->offer_room : 64;
        lot->offers = grown(lot->offers, lot->offer_room * sizeof *lot->offers);
    }
    lot->offers[lot->offer_count++] = job->state.job;
    job->offered = true;
    if (!lot->offer_timer)
        lot->offer_timer = engine->clock->after(engine->clock->self, 0, take_offers, engine);
}

/* ---- start and end ------------------------------------------------------------------------------ */

/* What is left of a park is what its end in UTC says, and no more than it was. */
bool wr_lot_add(struct wr_engine *engine, const struct wr_job_row *row)
{
    const struct wr_workflow *workflow = wr_program_named(engine->program, row->workflow);
    if (!workflow)
        return false;
    struct wr_resting *resting = grown(NULL, sizeof *resting);
    int64_t now_us = wr_engine_us(engine), now_ms = wr_engine_utc_ms(engine);
    int64_t left_ms = row->wake_ms - now_ms, whole_ms = row->wake_ms - row->parked_ms;
    if (left_ms > whole_ms) /* UTC was set back */
        left_ms = whole_ms;
    *resting = (struct wr_resting){
        .job = row->job,
        .wake_us = now_us + left_ms * 1000,
        .park_us = now_us + left_ms * 1000,
        .park_ms = row->wake_ms,
        .doubtful = true,
        .line_us = wr_recovered_line_us(engine, workflow, row->deadline_ms),
        .rested_us = now_us,
    };
    wr_quota_sit(engine->shared->quotas, workflow, row->caller, true, &resting->seats);
    wr_quota_lend(engine->shared->quotas, &resting->seats);
    insert(engine, resting);
    return true;
}

static void close_one(struct wr_engine *engine, struct wr_resting *resting)
{
    take_out(engine, resting);
    wr_quota_leave(engine->shared->quotas, &resting->seats);
    while (resting->waiters)
        wr_waiter_free(resting->waiters);
    wr_watches_end(&resting->watches);
    resting->engine = NULL;
    if (!resting->owed)
        free(resting); /* else when the store has answered */
}

void wr_lot_close(struct wr_engine *engine)
{
    struct wr_lot *lot = &engine->lot;
    const struct wr_clock *clock = engine->clock;
    for (size_t i = 0; i < lot->bucket_count; i++)
        while (lot->buckets[i])
            close_one(engine, lot->buckets[i]);
    if (lot->timer)
        clock->cancel(clock->self, lot->timer);
    if (lot->offer_timer)
        clock->cancel(clock->self, lot->offer_timer);
    wr_lot_free(lot);
}
