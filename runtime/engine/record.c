/* A job's journal, going out: events become entries, entries ride along or are awaited. Until an
 * awaited commit has covered an entry it is kept, so that it can be sent again. */
#include "runtime/base/str.h"
#include "runtime/engine/checkpoint.h"
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"

#include <string.h>

#define SAVE_WAIT_MIN_US 50000   /* before an append that failed is tried again … */
#define SAVE_WAIT_MAX_US 2000000 /* … doubling up to this */
#define CHECKPOINT_BYTES 262144  /* or so many, however few entries they are */

struct wr_event *wr_event_init(struct wr_event *event, const struct wr_activity *activity,
                               enum wr_entry_kind kind)
{
    *event = (struct wr_event){.kind = kind, .path = activity->path};
    if (activity->stage)
        event->stage = wr_str_of(activity->stage->name);
    event->at_ms = wr_engine_utc_ms(activity->job->engine);
    event->acted = activity->job->doubtful && !activity->job->state.acted;
    return event;
}

void wr_event_versions(struct wr_event *event, struct wr_job *job)
{
    const struct wr_workflow *workflow = job->workflow;
    const struct wr_program *program = job->engine->program;
    event->workflow = wr_str_of(
        wr_arena_printf(&job->arena, "%s@%u", workflow->name, (unsigned)workflow->version));
    event->api = wr_str_of(program->version);
    event->contract = wr_str_of(program->contract_hash);
    event->toolchain = wr_str_of(program->toolchain);
    event->output_schema = wr_str_of(
        wr_arena_printf(&job->arena, "%s@%s", workflow->output->name, workflow->output->hash));
}

/* A job tells of its own drafts and its own end. */
static void address(const struct wr_job *job, const struct wr_event *event, struct wr_entry *entry)
{
    const struct wr_notify *to = &job->workflow->notify;
    if (event->path.len || (event->kind != WR_ENTRY_PUBLISHED && event->kind != WR_ENTRY_FINISHED))
        return;
    bool done = event->status == WR_STATUS_COMPLETED || event->status == WR_STATUS_DEGRADED;
    bool draft = event->kind == WR_ENTRY_PUBLISHED;
    entry->notify = draft ? to->draft : done ? to->done : to->fail;
    entry->event = draft ? "draft" : done ? "done" : "fail";
}

/* What the job's row says, where the event changes it: lists are made of rows, and a restart reads no
 * journal of a job that has nothing to do. What has come for it is something. */
static void stand(struct wr_job *job, const struct wr_event *event, struct wr_entry *entry)
{
    bool parks = event->kind == WR_ENTRY_PARKED,
         came = event->kind == WR_ENTRY_SIGNALLED || event->kind == WR_ENTRY_REVIEWED;
    bool ends = event->kind == WR_ENTRY_ENDED || event->kind == WR_ENTRY_RESTARTED;
    if (wr_broken("row") && came)
        return;
    if (event->path.len || (!parks && !(job->stands_parked && (came || ends))))
        return;
    entry->standing = wr_status_name(job->state.status);
    job->stands_parked = !ends;
    if (!parks || wr_activity_came(&job->root))
        return;
    entry->parked_ms = event->at_ms;
    entry->wake_ms = event->until_ms;
}

static struct wr_entry *add_entry(struct wr_job *job, const struct wr_event *event)
{
    if (job->entry_count == job->entry_room) {
        size_t room = job->entry_room ? 2 * job->entry_room : 8;
        job->entries =
            wr_arena_grow(&job->arena, job->entries, job->entry_room * sizeof *job->entries,
                          room * sizeof *job->entries);
        job->entry_room = room;
    }
    struct wr_entry *entry = &job->entries[job->entry_count++];
    *entry = wr_event_encode(&job->arena, event);
    address(job, event, entry);
    wr_job_count(job, entry, 1);
    return entry;
}

/* ---- checkpoints ------------------------------------------------------------------------------- */

void wr_job_count(struct wr_job *job, const struct wr_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t bytes = entries[i].path.len + entries[i].body.len;
        if (entries[i].kind == WR_ENTRY_CHECKPOINT) {
            job->since = (struct wr_since){.checkpoint_bytes = bytes};
        } else {
            job->since.entries++;
            job->since.bytes += bytes;
        }
    }
}

/* Not before the journal has grown by as much as the newest one is long: so all of them together are no
 * longer than the rest of it, and what is read at a restart is at most twice the state. */
static bool is_checkpoint_due(const struct wr_job *job)
{
    const struct wr_since *since = &job->since;
    return since->bytes >= since->checkpoint_bytes &&
           (since->entries >= job->engine->checkpoint_entries || since->bytes >= CHECKPOINT_BYTES);
}

static void record_checkpoint(struct wr_job *job)
{
    struct wr_arena scratch = {0};
    struct wr_event event;
    wr_event_init(&event, &job->root, WR_ENTRY_CHECKPOINT);
    event.stage = (struct wr_str){0};
    event.seq = ++job->seq;
    wr_state_fold(&job->state, &event);
    event.value = wr_state_save(&scratch, &job->state);
    add_entry(job, &event);
    wr_arena_free(&scratch);
}

void wr_job_record(struct wr_job *job, struct wr_event *event)
{
    event->seq = ++job->seq;
    struct wr_entry *entry = add_entry(job, event);
    if (event->kind == WR_ENTRY_FINISHED)
        job->end = *event; /* folded once it is durable: nobody is told before */
    else if (wr_broken("fold") && event->kind == WR_ENTRY_ENDED)
        job->state.seq++; /* skipped */
    else
        wr_state_fold(&job->state, event);
    stand(job, event, entry);
    if (event->kind != WR_ENTRY_FINISHED && is_checkpoint_due(job))
        record_checkpoint(job);
    wr_job_tell_watches(job);
}

static void send(struct wr_job *job, const struct wr_finish *finish,
                 void (*done)(void *arg, enum wr_store_status status), void *arg)
{
    const struct wr_store *store = job->engine->store;
    struct wr_append append = {
        .job = job->state.job,
        .entries = job->entries + job->sent,
        .entry_count = job->entry_count - job->sent,
        .finish = finish,
    };
    job->sent = job->entry_count;
    store->append(store->self, &append, done, arg);
}

void wr_job_flush(struct wr_job *job)
{
    if (job->sent < job->entry_count && job->phase == WR_JOB_RUNNING && job->accepted)
        send(job, NULL, NULL, NULL);
}

/* ---- awaited commits --------------------------------------------------------------------------- */

static void try_commit(struct wr_commit *commit);

static void try_again(void *arg)
{
    struct wr_commit *commit = arg;
    commit->timer = NULL;
    if (!wr_broken("resend"))
        commit->job->sent = 0; /* what another activity sent meanwhile may have been lost, too */
    try_commit(commit);
}

static void forget_entries(struct wr_job *job, uint32_t upto)
{
    size_t gone = 0;
    while (gone < job->entry_count && job->entries[gone].seq <= upto)
        gone++;
    job->entry_count -= gone;
    job->sent = job->sent > gone ? job->sent - gone : 0;
    memmove(job->entries, job->entries + gone, job->entry_count * sizeof *job->entries);
}

static void end_is_durable(struct wr_job *job)
{
    wr_state_fold(&job->state, &job->end);
    wr_job_saw(job, &(struct wr_observation){.what = WR_SAW_JOB});
    while (job->waiters)
        wr_waiter_answer_state(job->waiters, &job->state);
    wr_job_retire(job);
}

static void notice_is_durable(struct wr_job *job)
{
    struct wr_state told;
    job->noticing = false;
    wr_job_told(job, &told);
    for (struct wr_waiter *waiter = job->waiters; waiter;) {
        bool due = waiter->durable_seq && waiter->durable_seq <= job->durable;
        if (due)
            wr_waiter_answer_state(waiter, &told);
        waiter = due ? job->waiters : waiter->next; /* who hears may have asked for anything */
    }
    if (job->notice_again)
        wr_job_commit_notice(job);
    wr_job_deliver(job);
    wr_lot_offer(job);
}

static void wait_to_try(struct wr_commit *commit)
{
    struct wr_engine *engine = commit->job->engine;
    if (commit == &commit->job->end_commit && !commit->job->unsaved) {
        commit->job->unsaved = true;
        engine->unsaved++;
    }
    commit->timer = engine->clock->after(engine->clock->self, commit->wait_us, try_again, commit);
    commit->wait_us *= 2;
    if (commit->wait_us > SAVE_WAIT_MAX_US)
        commit->wait_us = SAVE_WAIT_MAX_US;
}

static void committed(void *arg, enum wr_store_status status)
{
    struct wr_commit *commit = arg;
    struct wr_job *job = commit->job;
    struct wr_engine *engine = job->engine;
    job->owed--;
    if (job->phase == WR_JOB_RETIRED) {
        if (job->owed == 0)
            wr_job_free(job);
        return;
    }
    wr_engine_heard(engine, status);
    if (status == WR_STORE_OK && commit->upto > job->durable)
        job->durable = commit->upto;
    if (status == WR_STORE_OK)
        forget_entries(job, commit->upto);
    else if (!wr_broken("resend"))
        job->sent = 0;
    struct wr_activity *activity = commit->activity;
    if (activity && activity->epoch != commit->epoch &&
        !(wr_broken("late") && status == WR_STORE_OK && activity->phase == WR_PHASE_OVER &&
          commit->then == WR_PHASE_ATTEMPT)) { /* late */
        wr_lot_offer(job);
        return;
    }
    if (commit == &job->notice && job->phase == WR_JOB_ENDING)
        return; /* the end is sent with it */
    if (status != WR_STORE_OK)
        wait_to_try(commit);
    else if (commit == &job->notice)
        notice_is_durable(job);
    else if (activity)
        wr_activity_advance(activity, commit->then);
    else
        end_is_durable(job);
}

static void try_commit(struct wr_commit *commit)
{
    struct wr_job *job = commit->job;
    job->owed++;
    send(job, commit == &job->end_commit ? &job->finish : NULL, committed, commit);
}

enum wr_phase wr_activity_commit(struct wr_activity *activity, enum wr_phase then)
{
    struct wr_job *job = activity->job;
    struct wr_commit *commit = WR_NEW(&job->arena, struct wr_commit);
    commit->job = job;
    commit->activity = activity;
    commit->epoch = ++activity->epoch;
    commit->then = then;
    commit->upto = job->seq;
    commit->wait_us = SAVE_WAIT_MIN_US;
    activity->commit = commit;
    try_commit(commit);
    return WR_PHASE_WAIT;
}

void wr_job_commit_notice(struct wr_job *job)
{
    struct wr_commit *commit = &job->notice;
    job->notice_again = job->noticing;
    if (job->noticing)
        return;
    job->noticing = true;
    commit->job = job;
    commit->upto = job->seq;
    commit->wait_us = SAVE_WAIT_MIN_US;
    try_commit(commit);
}

/* Broken on purpose: the end is told before it is durable. */
static void tell_early(struct wr_job *job)
{
    struct wr_state told = job->state;
    wr_state_fold(&told, &job->end);
    while (job->waiters)
        wr_waiter_answer_state(job->waiters, &told);
}

void wr_job_commit_end(struct wr_job *job)
{
    struct wr_commit *commit = &job->end_commit;
    const struct wr_clock *clock = job->engine->clock;
    if (job->notice.timer)
        clock->cancel(clock->self, job->notice.timer);
    job->notice.timer = NULL;
    job->phase = WR_JOB_ENDING;
    commit->job = job;
    commit->upto = job->seq;
    commit->wait_us = SAVE_WAIT_MIN_US;
    try_commit(commit);
    if (wr_broken("commit"))
        tell_early(job);
}
