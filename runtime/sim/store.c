/* The store, simulated: one writer that commits whatever is queued, in order, and readers beside it.
 * A commit can fail, can fail and be there all the same, or take long; reads are overtaken. */
#include "runtime/base/str.h"
#include "runtime/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT_US 800 /* mean */
#define COMMIT_SLOW_US 400000
#define READ_US 300
#define READ_STUCK_US 30000000

enum op_kind { OP_ACCEPT, OP_APPEND, OP_READ, OP_RECALL, OP_UNFINISHED };

struct wr_sim_op {
    struct wr_sim_op *next, **at; /* `at`: reads only */
    struct wr_world *world;
    enum op_kind kind;
    struct wr_accept accept;
    struct wr_append append;
    struct wr_finish finish;
    struct wr_id job;
    uint32_t after;
    bool pages; /* all entries after `after`; else from the newest checkpoint on */
    struct wr_key key;
    int64_t not_before_ms;
    struct wr_str schema; /* recall; unfinished: the contract */
    void (*accepted)(void *, enum wr_store_status, enum wr_accepted, struct wr_id);
    void (*appended)(void *, enum wr_store_status);
    void (*was_read)(void *, enum wr_store_status, const struct wr_job_row *,
                     const struct wr_entry *, size_t);
    void (*recalled)(void *, enum wr_store_status, struct wr_str, int64_t);
    void (*each)(void *, const struct wr_job_row *, const struct wr_entry *, size_t);
    void (*done)(void *, enum wr_store_status);
    void *arg;
    enum { OPEN, APPLIED, LOST } fate; /* when the process dies */
    struct wr_timer *timer;            /* reads */
    enum wr_store_status status;
    enum wr_accepted how;
    bool decided; /* the engine was told that it is new */
    struct wr_arena arena;
};

struct wr_sim_job *wr_sim_find(const struct wr_world *world, const struct wr_id *id)
{
    for (size_t i = world->job_count; i-- > 0;)
        if (wr_id_compare(&world->jobs[i]->id, id) == 0)
            return world->jobs[i];
    return NULL;
}

static bool is_set(const struct wr_key *key)
{
    static const struct wr_key none;
    return memcmp(key, &none, sizeof none) != 0;
}

static bool same_key(const struct wr_key *a, const struct wr_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* ---- what a commit does ------------------------------------------------------------------------ */

/* As the port says: what is there stays, gaps are refused. */
static bool add_entries(struct wr_world *world, struct wr_sim_job *job,
                        const struct wr_entry *entries, size_t count)
{
    if (count > 0 && entries[0].seq > job->entry_count + 1)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].seq <= job->entry_count)
            continue;
        if (job->entry_count == job->entry_room) {
            size_t room = job->entry_room ? 2 * job->entry_room : 16;
            job->entries =
                wr_arena_grow(&job->arena, job->entries, job->entry_room * sizeof *job->entries,
                              room * sizeof *job->entries);
            job->entry_room = room;
        }
        struct wr_entry entry = entries[i];
        entry.path = wr_arena_str(&job->arena, entry.path);
        entry.body = wr_arena_str(&job->arena, entry.body);
        if (entry.kind == WR_ENTRY_CHECKPOINT)
            job->checkpoint = job->entry_count;
        job->entries[job->entry_count++] = entry;
        if (entry.standing) {
            job->status = wr_str_of(entry.standing);
            job->parked_ms = entry.parked_ms;
            job->wake_ms = entry.wake_ms;
        }
        if (!job->touched)
            world->touched[world->touched_count++] = job;
        job->touched = true;
        wr_sim_check_entry(world, job, &entry);
    }
    return true;
}

static struct wr_sim_job *add_job(struct wr_world *world, const struct wr_accept *accept)
{
    struct wr_sim_job *job = calloc(1, sizeof *job);
    if (!job || world->job_count == WR_COUNT(world->jobs)) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    for (size_t i = 0; i < world->program->workflow_count; i++)
        if (wr_str_is(accept->workflow, world->program->workflows[i]->name))
            job->workflow = world->program->workflows[i];
    job->id = accept->job;
    job->caller = wr_arena_str(&job->arena, accept->caller);
    job->contract = wr_arena_str(&job->arena, accept->contract_hash);
    job->created_ms = accept->created_ms;
    job->deadline_ms = accept->deadline_ms;
    job->idempotency = accept->idempotency;
    job->body = accept->body;
    job->dedupe = accept->dedupe;
    job->idempotency_until_ms = accept->idempotency_until_ms;
    job->dedupe_until_ms = accept->dedupe_until_ms;
    job->status = WR_STR("processing");
    job->life = world->life;
    job->accepted_us = world->now_us;
    wr_state_init(&job->state, &job->arena, job->id);
    world->jobs[world->job_count++] = job;
    world->report->jobs++;
    add_entries(world, job, accept->entries, accept->entry_count);
    return job;
}

static void find_twin(struct wr_sim_op *op)
{
    struct wr_world *world = op->world;
    const struct wr_accept *accept = &op->accept;
    op->how = WR_ACCEPTED_NEW;
    op->job = accept->job;
    for (size_t i = 0; i < world->job_count; i++) {
        const struct wr_sim_job *job = world->jobs[i];
        if (is_set(&accept->idempotency) && same_key(&job->idempotency, &accept->idempotency) &&
            job->idempotency_until_ms > accept->created_ms) {
            op->how = same_key(&job->body, &accept->body) ? WR_ACCEPTED_REPLAY : WR_ACCEPTED_MISUSE;
            op->job = job->id;
            return;
        }
        if (is_set(&accept->dedupe) && same_key(&job->dedupe, &accept->dedupe) &&
            job->dedupe_until_ms > accept->created_ms) {
            op->how = WR_ACCEPTED_JOINED;
            op->job = job->id;
        }
    }
}

static void apply_accept(struct wr_sim_op *op)
{
    find_twin(op);
    if (op->how == WR_ACCEPTED_NEW)
        add_job(op->world, &op->accept);
    else if (op->decided)
        wr_sim_broken(op->world, &op->job, "commit: the store has changed its mind");
}

static void apply_finish(struct wr_world *world, struct wr_sim_job *job,
                         const struct wr_finish *finish)
{
    job->finished_ms = finish->finished_ms;
    job->status = wr_arena_str(&job->arena, finish->status);
    if (world->goal != WR_SIM_ANYTHING)
        wr_sim_adversary_ended(world, job);
    if (finish->release_keys) {
        memset(&job->idempotency, 0, sizeof job->idempotency);
        memset(&job->dedupe, 0, sizeof job->dedupe);
    }
    if (!is_set(&finish->remember))
        return;
    struct wr_sim_remembered *kept = WR_NEW(&world->arena, struct wr_sim_remembered);
    kept->key = finish->remember;
    kept->at_ms = finish->finished_ms;
    kept->schema = wr_arena_str(&world->arena, finish->remember_schema);
    kept->value = wr_arena_str(&world->arena, finish->remember_value);
    kept->next = world->remembered;
    world->remembered = kept;
}

static void apply(struct wr_sim_op *op)
{
    struct wr_world *world = op->world;
    op->status = WR_STORE_OK;
    if (op->kind == OP_ACCEPT) {
        apply_accept(op);
        return;
    }
    struct wr_sim_job *job = wr_sim_find(world, &op->append.job);
    if (!job)
        op->status = WR_STORE_NOT_FOUND;
    else if (!add_entries(world, job, op->append.entries, op->append.entry_count))
        op->status = WR_STORE_FAILED;
    else if (op->append.finish)
        apply_finish(world, job, op->append.finish);
}

/* ---- the writer -------------------------------------------------------------------------------- */

static void answer(struct wr_sim_op *op)
{
    if (op->kind == OP_ACCEPT)
        op->accepted(op->arg, op->status, op->how, op->job);
    else if (op->appended)
        op->appended(op->arg, op->status);
    wr_arena_free(&op->arena);
    free(op);
}

/* The whole batch fails. What was told so may be there nonetheless: a first part of the appends. An
 * acceptance is not, unless the process dies before the next commit. */
static void fail_batch(struct wr_world *world, struct wr_sim_op *batch)
{
    bool torn = wr_happens(world, world->weather.commit_torn);
    bool full = wr_chance(world, 3) == 0;
    world->report->failed_commits++;
    for (struct wr_sim_op *op = batch; op; op = op->next) {
        torn = torn && wr_chance(world, 4);
        if (torn && op->kind == OP_APPEND)
            apply(op);
        op->status = full && !torn ? WR_STORE_FULL : WR_STORE_FAILED;
        op->job = op->kind == OP_ACCEPT ? op->accept.job : op->append.job;
    }
}

static void write_next(struct wr_world *world);

static void commit(void *arg)
{
    struct wr_world *world = arg;
    struct wr_sim_op *batch = world->batch;
    world->writing = NULL;
    bool dies = world->crash && wr_happens(world, world->weather.dies);
    if (dies && wr_chance(world, 2)) { /* before the commit */
        world->dead = true;
        return;
    }
    world->report->commits++;
    if (wr_happens(world, world->weather.commit_fails))
        fail_batch(world, batch);
    else
        for (struct wr_sim_op *op = batch; op; op = op->next)
            apply(op);
    for (struct wr_sim_op *op = batch; op && dies; op = op->next)
        op->fate = APPLIED;
    if (dies) { /* after it, before anybody was told */
        world->dead = true;
        return;
    }
    world->batch = NULL;
    for (struct wr_sim_op *op = batch, *next; op; op = next) {
        next = op->next;
        if (world->dead) /* by what an answer led to: the others are not told */
            op->status = WR_STORE_FAILED;
        answer(op);
    }
    write_next(world);
}

static bool same_keys(const struct wr_accept *a, const struct wr_accept *b)
{
    return (is_set(&a->idempotency) && same_key(&a->idempotency, &b->idempotency)) ||
           (is_set(&a->dedupe) && same_key(&a->dedupe, &b->dedupe));
}

/* Is it new, whatever comes of this batch? */
static bool is_new(struct wr_sim_op *op)
{
    find_twin(op);
    for (const struct wr_sim_op *other = op->world->batch; other != op; other = other->next)
        if (other->kind == OP_ACCEPT && same_keys(&other->accept, &op->accept))
            return false;
    return op->how == WR_ACCEPTED_NEW;
}

/* What is queued goes to the disk; who is new hears of it, in some worlds before that is done. */
static void take_batch(void *arg)
{
    struct wr_world *world = arg;
    world->batch = world->first;
    world->first = NULL;
    world->end = &world->first;
    world->writing = wr_sim_after(world, world->commit_us, commit, world);
    for (struct wr_sim_op *op = world->batch; op && !world->dead; op = op->next)
        if (op->kind == OP_ACCEPT && op->accept.decided && wr_chance(world, 4) && is_new(op)) {
            op->decided = true;
            op->accept.decided(op->arg);
        }
}

bool wr_sim_decided(const struct wr_world *world, const struct wr_id *job)
{
    for (const struct wr_sim_op *op = world->batch; op; op = op->next)
        if (op->decided && wr_id_compare(&op->accept.job, job) == 0)
            return true;
    return false;
}

static void write_next(struct wr_world *world)
{
    if (world->writing || !world->first)
        return;
    bool slow = wr_happens(world, world->weather.commit_slow);
    int64_t us = wr_chance_us(world, slow ? COMMIT_SLOW_US : COMMIT_US);
    if (world->goal != WR_SIM_ANYTHING)
        us = wr_sim_adversary_commit_us(world);
    else if (!slow && us > 10000)
        us = 10000; /* a batch waits for the one before it, too */
    world->commit_us = us - us / 4;
    world->writing = wr_sim_after(world, us / 4, take_batch, world);
}

static struct wr_sim_op *new_op(struct wr_world *world, enum op_kind kind, void *arg)
{
    struct wr_sim_op *op = calloc(1, sizeof *op);
    if (!op) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    op->world = world;
    op->kind = kind;
    op->arg = arg;
    return op;
}

static void queue(struct wr_sim_op *op)
{
    struct wr_world *world = op->world;
    op->fate = world->dead ? LOST : OPEN;
    *world->end = op;
    world->end = &op->next;
    if (!world->dead)
        write_next(world);
}

static struct wr_entry *copy_entries(struct wr_arena *arena, const struct wr_entry *from, size_t n)
{
    struct wr_entry *to = wr_arena_alloc(arena, (n + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
        to[i].path = wr_arena_str(arena, from[i].path);
        to[i].body = wr_arena_str(arena, from[i].body);
    }
    return to;
}

static void store_accept(void *self, const struct wr_accept *accept,
                         void (*done)(void *, enum wr_store_status, enum wr_accepted, struct wr_id),
                         void *arg)
{
    struct wr_sim_op *op = new_op(self, OP_ACCEPT, arg);
    op->accept = *accept;
    op->accept.workflow = wr_arena_str(&op->arena, accept->workflow);
    op->accept.contract_hash = wr_arena_str(&op->arena, accept->contract_hash);
    op->accept.caller = wr_arena_str(&op->arena, accept->caller);
    op->accept.entries = copy_entries(&op->arena, accept->entries, accept->entry_count);
    op->accepted = done;
    queue(op);
}

static void store_append(void *self, const struct wr_append *append,
                         void (*done)(void *, enum wr_store_status), void *arg)
{
    struct wr_sim_op *op = new_op(self, OP_APPEND, arg);
    op->append = *append;
    op->append.entries = copy_entries(&op->arena, append->entries, append->entry_count);
    op->appended = done;
    if (append->finish) {
        op->finish = *append->finish;
        op->finish.status = wr_arena_str(&op->arena, append->finish->status);
        op->finish.remember_value = wr_arena_str(&op->arena, append->finish->remember_value);
        op->finish.remember_schema = wr_arena_str(&op->arena, append->finish->remember_schema);
        op->append.finish = &op->finish;
    }
    queue(op);
}

/* ---- readers ----------------------------------------------------------------------------------- */

static void tell_job(const struct wr_sim_job *job, struct wr_sim_op *op)
{
    struct wr_job_row row = {
        .job = job->id,
        .workflow = wr_str_of(job->workflow->name),
        .contract_hash = job->contract,
        .caller = job->caller,
        .status = job->status,
        .created_ms = job->created_ms,
        .deadline_ms = job->deadline_ms,
        .finished_ms = job->finished_ms,
        .parked_ms = job->parked_ms,
        .wake_ms = job->wake_ms,
    };
    size_t skipped = op->pages ? op->after : job->checkpoint;
    if (skipped > job->entry_count)
        skipped = job->entry_count;
    if (op->kind == OP_UNFINISHED && job->wake_ms && wr_str_equal(job->contract, op->schema))
        skipped = job->entry_count; /* it rests */
    if (op->kind == OP_READ)
        op->was_read(op->arg, WR_STORE_OK, &row, job->entries + skipped,
                     job->entry_count - skipped);
    else
        op->each(op->arg, &row, job->entries + skipped, job->entry_count - skipped);
}

static void tell_recall(struct wr_sim_op *op)
{
    for (const struct wr_sim_remembered *kept = op->world->remembered; kept; kept = kept->next)
        if (same_key(&kept->key, &op->key) && wr_str_equal(kept->schema, op->schema) &&
            kept->at_ms >= op->not_before_ms) {
            op->recalled(op->arg, WR_STORE_OK, kept->value, kept->at_ms);
            return;
        }
    op->recalled(op->arg, WR_STORE_NOT_FOUND, (struct wr_str){0}, 0);
}

static void take_read(struct wr_sim_op *op, bool fails)
{
    struct wr_world *world = op->world;
    *op->at = op->next;
    if (op->next)
        op->next->at = op->at;
    if (op->kind == OP_READ && fails) {
        op->was_read(op->arg, WR_STORE_FAILED, NULL, NULL, 0);
    } else if (op->kind == OP_READ) {
        const struct wr_sim_job *job = wr_sim_find(world, &op->job);
        if (job)
            tell_job(job, op);
        else
            op->was_read(op->arg, WR_STORE_NOT_FOUND, NULL, NULL, 0);
    } else if (op->kind == OP_RECALL && fails) {
        op->recalled(op->arg, WR_STORE_FAILED, (struct wr_str){0}, 0);
    } else if (op->kind == OP_RECALL) {
        tell_recall(op);
    } else {
        for (size_t i = 0; i < world->job_count && !fails; i++)
            if (world->jobs[i]->finished_ms == 0)
                tell_job(world->jobs[i], op);
        op->done(op->arg, fails ? WR_STORE_FAILED : WR_STORE_OK);
    }
    wr_arena_free(&op->arena);
    free(op);
}

static void read_due(void *arg)
{
    struct wr_sim_op *op = arg;
    struct wr_world *world = op->world;
    bool fails = op->kind != OP_UNFINISHED && wr_happens(world, world->weather.read_fails);
    take_read(op, fails);
}

static void read_later(struct wr_sim_op *op)
{
    struct wr_world *world = op->world;
    bool slow = op->kind != OP_UNFINISHED && wr_happens(world, world->weather.read_slow);
    int64_t us = wr_chance_us(world, slow ? COMMIT_SLOW_US : READ_US);
    if (!slow && us > 10000)
        us = 10000;
    else if (slow && wr_chance(world, 4) == 0)
        us = READ_STUCK_US;
    op->next = world->reads;
    op->at = &world->reads;
    if (op->next)
        op->next->at = &op->next;
    world->reads = op;
    op->timer = wr_sim_after(world, us, read_due, op);
}

static void store_read(void *self, struct wr_id job,
                       void (*done)(void *, enum wr_store_status, const struct wr_job_row *,
                                    const struct wr_entry *, size_t),
                       void *arg)
{
    struct wr_sim_op *op = new_op(self, OP_READ, arg);
    op->job = job;
    op->was_read = done;
    read_later(op);
}

static void store_read_after(void *self, struct wr_id job, uint32_t after,
                             void (*done)(void *, enum wr_store_status, const struct wr_job_row *,
                                          const struct wr_entry *, size_t),
                             void *arg)
{
    struct wr_sim_op *op = new_op(self, OP_READ, arg);
    op->job = job;
    op->after = after;
    op->pages = true;
    op->was_read = done;
    read_later(op);
}

static void store_recall(void *self, const struct wr_key *key, int64_t not_before_ms,
                         struct wr_str schema_hash,
                         void (*done)(void *, enum wr_store_status, struct wr_str, int64_t),
                         void *arg)
{
    struct wr_sim_op *op = new_op(self, OP_RECALL, arg);
    op->key = *key;
    op->not_before_ms = not_before_ms;
    op->schema = wr_arena_str(&op->arena, schema_hash);
    op->recalled = done;
    read_later(op);
}

static void store_unfinished(void *self, struct wr_str contract_hash,
                             void (*each)(void *, const struct wr_job_row *,
                                          const struct wr_entry *, size_t),
                             void (*done)(void *, enum wr_store_status), void *arg)
{
    struct wr_sim_op *op = new_op(self, OP_UNFINISHED, arg);
    op->schema = wr_arena_str(&op->arena, contract_hash);
    op->each = each;
    op->done = done;
    read_later(op);
}

/* ---- the process dies -------------------------------------------------------------------------- */

/* What was queued may have become one last commit that nobody heard of. Then every call is answered,
 * for those who still hold memory for it. */
void wr_sim_store_crash(struct wr_world *world)
{
    struct wr_sim_op **end = &world->batch;
    while (*end)
        end = &(*end)->next;
    *end = world->first;
    struct wr_sim_op *batch = world->batch;
    world->batch = NULL;
    bool done = batch && wr_chance(world, 2);
    if (world->writing)
        wr_sim_cancel(world, world->writing);
    world->writing = NULL;
    world->first = NULL;
    world->end = &world->first;
    for (struct wr_sim_op *op = batch; op; op = op->next)
        if (done && op->fate == OPEN)
            apply(op);
    for (struct wr_sim_op *op = batch, *next; op; op = next) {
        next = op->next;
        op->status = WR_STORE_FAILED;
        answer(op);
    }
    while (world->reads) {
        wr_sim_cancel(world, world->reads->timer);
        take_read(world->reads, true);
    }
}

void wr_sim_store_open(struct wr_world *world)
{
    world->end = &world->first;
    world->store = (struct wr_store){
        .self = world,
        .accept = store_accept,
        .append = store_append,
        .read = store_read,
        .read_after = store_read_after,
        .recall = store_recall,
        .unfinished = store_unfinished,
    };
}
