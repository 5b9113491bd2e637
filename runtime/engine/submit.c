/* A submission becomes a job: keys are made, the store accepts it and says whether it is new, and
 * only then it starts and its client is told anything. */
#include "runtime/engine/job.h"

#include "runtime/base/str.h"
#include "runtime/engine/envelope.h"
#include "runtime/json/writer.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define REPLY_MS 5 /* from the engine to the wire */

static bool has_side_effect(const struct wr_workflow *workflow)
{
    for (size_t i = 0; i < workflow->stage_count; i++)
        if (wr_stage_effect(&workflow->stages[i]) >= WR_KEYED)
            return true;
    return false;
}

/* Ids only grow, as lists are in their order: within a millisecond by counting on from a random
 * number (RFC 9562, section 6.2, method 1), and also where the clock was set back. */
static struct wr_id new_id(struct wr_engine *engine)
{
    const struct wr_clock *clock = engine->clock;
    uint64_t a = clock->random(clock->self), b = clock->random(clock->self);
    uint64_t stamp = (uint64_t)wr_engine_utc_ms(engine) << 12 | (a & 0x7ff);
    if (stamp <= engine->id_stamp)
        stamp = engine->id_stamp + 1;
    engine->id_stamp = stamp;
    struct wr_id id = wr_id_make((int64_t)(stamp >> 12), stamp & 0xfff, b);
    wr_id_place(&id, engine->loop, engine->loops); /* a job is its own loop's */
    return id;
}

/* ---- what the store says ----------------------------------------------------------------------- */

static void begin(struct wr_job *job)
{
    job->phase = WR_JOB_RUNNING;
    job->entry_count = job->sent = 0;
    wr_activity_advance(&job->root, WR_PHASE_ENTER);
}

/* It is new, and on its way to the disk. What may be done twice begins meanwhile: whatever is sent to the
 * store is behind the acceptance there, and what must not be done before that waits for it. */
static void decided(void *arg)
{
    struct wr_job *job = arg;
    if (job->phase == WR_JOB_ACCEPTING)
        begin(job);
}

/* 202 for those who do not wait; the others stay until the end or their patience's. */
static void start(struct wr_job *job)
{
    struct wr_waiter *next;
    int64_t now_us = wr_engine_us(job->engine);
    bool begun = job->phase != WR_JOB_ACCEPTING;
    job->accepted = true;
    job->phase = begun ? job->phase : WR_JOB_RUNNING;
    job->entry_count = begun ? job->entry_count : 0;
    if (wr_job_leave(job))
        return; /* its client left before it was */
    if (begun)
        wr_job_flush(job);
    else
        begin(job);
    for (struct wr_waiter *waiter = job->waiters; waiter; waiter = next) {
        next = waiter->next;
        if (waiter->until_us <= now_us)
            wr_waiter_attach(waiter, job);
    }
}

static void accepted(void *arg, enum wr_store_status status, enum wr_accepted how, struct wr_id id)
{
    struct wr_job *job = arg;
    struct wr_engine *engine = job->engine;
    job->owed--;
    if (job->phase == WR_JOB_RETIRED) { /* the engine has ended */
        if (job->owed == 0)
            wr_job_free(job);
        return;
    }
    wr_engine_heard(engine, status);
    if (status == WR_STORE_OK && how == WR_ACCEPTED_NEW) {
        start(job);
        return;
    }
    struct wr_waiter *waiter = job->waiters; /* at most one: nobody else knows of this job */
    if (waiter && status != WR_STORE_OK) {
        wr_waiter_answer_refusal(waiter, WR_ANSWER_STORE_DOWN);
    } else if (waiter && how == WR_ACCEPTED_MISUSE) {
        wr_waiter_answer_refusal(waiter, WR_ANSWER_MISUSE);
    } else if (waiter) {
        waiter->id = id;
        waiter->replayed = how == WR_ACCEPTED_REPLAY;
        waiter->joined = how == WR_ACCEPTED_JOINED;
        if (waiter->replayed) /* in flight: the job as it stands */
            waiter->until_us = wr_engine_us(engine);
        if (wr_engine_owns(engine, &id))
            wr_waiter_look(waiter);
        else
            wr_waiter_answer_elsewhere(waiter);
    }
    wr_activity_cancel(&job->root); /* where it has begun */
    wr_job_retire(job);
}

/* ---- going in ---------------------------------------------------------------------------------- */

static void record_accepted(struct wr_job *job, const struct wr_submission *submission,
                            struct wr_str input, int64_t created_ms)
{
    const struct wr_workflow *workflow = job->workflow;
    struct wr_event event;
    wr_event_init(&event, &job->root, WR_ENTRY_ACCEPTED);
    event.stage = (struct wr_str){0};
    wr_event_versions(&event, job);
    event.caller = wr_arena_str(&job->arena, submission->caller);
    event.trace = wr_arena_str(&job->arena, submission->traceparent);
    event.tracestate = wr_arena_str(&job->arena, submission->tracestate);
    event.created_ms = created_ms;
    event.budget_ms = (int64_t)workflow->budget_ms;
    event.deadline_ms = created_ms + wr_workflow_job_ms(workflow);
    event.retried_of = wr_arena_str(&job->arena, submission->retried_of);
    event.keyed = submission->idempotency_key.len ||
                  (workflow->dedupe.key && submission->retried_of.len == 0);
    event.side_effect = has_side_effect(workflow);
    job->state.caller = event.caller; /* `by caller` reads it */
    event.split = wr_split_choose(job);
    event.value = input;
    event.schema = wr_str_of(workflow->input->hash);
    wr_job_record(job, &event);
}

static void send_accept(struct wr_job *job, const struct wr_submission *submission,
                        struct wr_str input)
{
    const struct wr_workflow *workflow = job->workflow;
    const struct wr_store *store = job->engine->store;
    const struct wr_state *state = &job->state;
    struct wr_accept accept = {
        .job = state->job,
        .workflow = wr_str_of(workflow->name),
        .contract_hash = state->contract,
        .caller = state->caller,
        .created_ms = state->created_ms,
        .deadline_ms = state->deadline_ms,
        .entries = job->entries,
        .entry_count = job->entry_count,
        .decided = decided,
    };
    if (submission->idempotency_key.len) {
        accept.idempotency =
            wr_key_idempotency(workflow, state->caller, submission->idempotency_key);
        accept.body = wr_key_body(input);
        int64_t keep_ms = (int64_t)workflow->keep_ms;
        accept.idempotency_until_ms = state->created_ms + (keep_ms > DAY_MS ? keep_ms : DAY_MS);
    }
    if (workflow->dedupe.key && submission->retried_of.len == 0) {
        wr_activity_tell_about(&job->root);
        struct wr_str key = wr_key_text(&job->arena, workflow->dedupe.key, job->frame);
        accept.dedupe = wr_key_dedupe(workflow, state->caller, workflow->dedupe.shared, key);
        accept.dedupe_until_ms = state->created_ms + (int64_t)workflow->dedupe.window_ms;
    }
    job->owed++;
    store->accept(store->self, &accept, accepted, job);
}

/* When the client wants to hear: never after the budget, and where the job may outlive it, so early
 * that the 202 leaves within it. */
static int64_t until_us(const struct wr_submission *submission)
{
    const struct wr_workflow *workflow = submission->workflow;
    int64_t wait_ms = workflow->latency == WR_BACKGROUND ? 0 : (int64_t)workflow->budget_ms;
    if (workflow->background_ms)
        wait_ms -= wait_ms > 2 * REPLY_MS ? REPLY_MS : 0;
    if (submission->wait_ms >= 0 && submission->wait_ms < wait_ms)
        wait_ms = submission->wait_ms;
    return submission->received_us + wait_ms * 1000;
}

struct wr_waiter *wr_engine_submit(struct wr_engine *engine, const struct wr_submission *submission,
                                   wr_answer_fn *answered, void *arg)
{
    const struct wr_workflow *workflow = submission->workflow;
    struct wr_waiter *waiter = wr_waiter_new(engine, submission->caller, answered, arg);
    if (engine->draining || !wr_engine_admit(engine)) {
        wr_arena_free(submission->arena);
        wr_waiter_refuse(waiter, engine->draining ? WR_ANSWER_DRAINING : WR_ANSWER_REFUSED);
        return waiter;
    }
    struct wr_quota_seats seats = {{NULL, NULL}};
    if (submission->counted_as.ptr &&
        !wr_quota_sit(engine->shared->quotas, workflow, submission->counted_as, false, &seats)) {
        atomic_fetch_sub(&engine->shared->jobs, 1);
        wr_arena_free(submission->arena);
        wr_waiter_refuse(waiter, WR_ANSWER_LIMITED);
        return waiter;
    }
    int64_t passed_us = wr_engine_us(engine) - submission->received_us;
    int64_t created_ms = wr_engine_utc_ms(engine) - passed_us / 1000;
    struct wr_job *job = wr_job_new(engine, workflow, new_id(engine), submission->arena);
    job->seats = seats;
    job->began_us = submission->received_us;
    job->line_us = submission->received_us + wr_workflow_job_ms(workflow) * 1000;
    if (workflow->background_ms)
        job->reply_us = submission->received_us + (int64_t)workflow->budget_ms * 1000;
    wr_job_set_input(job, submission->input);
    job->root.stage = &workflow->stages[0];
    waiter->id = job->state.job;
    waiter->until_us = until_us(submission);
    waiter->budget_us = submission->received_us + (int64_t)workflow->budget_ms * 1000;
    wr_waiter_attach(waiter, job);
    struct wr_str input = wr_encode(&job->arena, workflow->input, submission->input);
    record_accepted(job, submission, input, created_ms);
    send_accept(job, submission, input);
    return waiter;
}
