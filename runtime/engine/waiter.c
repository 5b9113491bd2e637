/* Who is owed an answer: at a job until it ends or patience does, or at none, for a refusal or a
 * read of the store. Answers come later, never from inside the call that asked. */
#include "runtime/engine/job.h"

#include "runtime/engine/envelope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MAX_US 5000000 /* how long the store may take for a read */
#define REFUSED_RETRY_S 1   /* too many jobs: they end soon */
#define STORE_RETRY_S 5     /* the store recovers, or somebody must see to it */
#define DRAINING_RETRY_S 2  /* another process takes over */

/* ---- lists ------------------------------------------------------------------------------------- */

static void link_to(struct wr_waiter *waiter, struct wr_waiter **list)
{
    waiter->next = *list;
    waiter->at = list;
    if (*list)
        (*list)->at = &waiter->next;
    *list = waiter;
}

static void unlink_from(struct wr_waiter *waiter)
{
    *waiter->at = waiter->next;
    if (waiter->next)
        waiter->next->at = waiter->at;
}

/* The job that it was at may have nobody else. */
static void leave(struct wr_waiter *waiter)
{
    struct wr_job *job = waiter->job;
    unlink_from(waiter);
    waiter->job = NULL;
    if (job)
        wr_lot_offer(job);
}

static void stop_timer(struct wr_waiter *waiter)
{
    const struct wr_clock *clock = waiter->engine->clock;
    if (waiter->timer)
        clock->cancel(clock->self, waiter->timer);
    waiter->timer = NULL;
}

struct wr_waiter *wr_waiter_new(struct wr_engine *engine, struct wr_str caller,
                                wr_answer_fn *answered, void *arg)
{
    struct wr_waiter *waiter = calloc(1, sizeof *waiter + caller.len);
    if (!waiter) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    waiter->engine = engine;
    waiter->answered = answered;
    waiter->arg = arg;
    waiter->caller = (char *)(waiter + 1);
    waiter->caller_len = caller.len;
    if (caller.len)
        memcpy(waiter->caller, caller.ptr, caller.len);
    link_to(waiter, &engine->waiters);
    engine->waiter_count++;
    return waiter;
}

void wr_waiter_free(struct wr_waiter *waiter)
{
    struct wr_engine *engine = waiter->engine;
    stop_timer(waiter);
    leave(waiter);
    engine->waiter_count--;
    free(waiter->telling);
    free(waiter->errors);
    free(waiter);
    wr_engine_drain_check(engine);
}

void wr_waiter_orphan(struct wr_waiter *waiter)
{
    if (!waiter->owed) {
        wr_waiter_free(waiter);
        return;
    }
    stop_timer(waiter);
    unlink_from(waiter);
    waiter->engine = NULL;
}

void wr_engine_forget(struct wr_engine *engine, struct wr_waiter *waiter)
{
    (void)engine;
    waiter->answered = NULL;
    if (!waiter->owed)
        wr_waiter_free(waiter);
}

/* ---- answers ----------------------------------------------------------------------------------- */

/* The waiter is gone before its owner hears: the owner may ask the engine for anything then. */
static void answer(struct wr_waiter *waiter, const struct wr_answer *answer)
{
    wr_answer_fn *answered = waiter->answered;
    void *arg = waiter->arg;
    wr_waiter_free(waiter);
    if (answered)
        answered(arg, answer);
}

static struct wr_answer refusal_of(enum wr_answer_kind why)
{
    static const struct wr_answer answers[] = {
        [WR_ANSWER_MISUSE] = {.status = 422},
        [WR_ANSWER_REFUSED] = {.status = 503, .retry_after_s = REFUSED_RETRY_S},
        [WR_ANSWER_LIMITED] = {.status = 429, .retry_after_s = REFUSED_RETRY_S},
        [WR_ANSWER_DRAINING] = {.status = 503, .retry_after_s = DRAINING_RETRY_S},
        [WR_ANSWER_STORE_DOWN] = {.status = 503, .retry_after_s = STORE_RETRY_S},
        [WR_ANSWER_NOT_FOUND] = {.status = 404},
        [WR_ANSWER_NO_SIGNAL] = {.status = 404},
        [WR_ANSWER_NOT_WAITING] = {.status = 409},
        [WR_ANSWER_PENDING] = {.status = 409},
        [WR_ANSWER_NOT_RETRIED] = {.status = 409},
        [WR_ANSWER_HAD_EFFECT] = {.status = 409},
    };
    struct wr_answer refusal = answers[why];
    refusal.kind = why;
    return refusal;
}

void wr_waiter_answer_refusal(struct wr_waiter *waiter, enum wr_answer_kind why)
{
    struct wr_answer refusal = refusal_of(why);
    answer(waiter, &refusal);
}

void wr_waiter_answer_elsewhere(struct wr_waiter *waiter)
{
    const struct wr_answer elsewhere = {.kind = WR_ANSWER_ELSEWHERE,
                                        .job = waiter->id,
                                        .look = {.job = waiter->id,
                                                 .replayed = waiter->replayed,
                                                 .joined = waiter->joined,
                                                 .until_us = waiter->until_us,
                                                 .budget_us = waiter->budget_us}};
    answer(waiter, &elsewhere);
}

/* What is under review, for whoever decides. */
static void answer_review(struct wr_waiter *waiter, const struct wr_state *state)
{
    struct wr_arena arena = {0};
    struct wr_answer reply = {.kind = WR_ANSWER_JOB, .status = 200, .job = state->job};
    reply.body = wr_envelope_review(&arena, state);
    if (reply.body.len)
        answer(waiter, &reply);
    else
        wr_waiter_answer_refusal(waiter, WR_ANSWER_NOT_WAITING);
    wr_arena_free(&arena);
}

void wr_waiter_answer_state(struct wr_waiter *waiter, const struct wr_state *state)
{
    struct wr_arena arena = {0};
    if (waiter->reviews) {
        answer_review(waiter, state);
        return;
    }
    int64_t now_ms = wr_engine_utc_ms(waiter->engine);
    struct wr_answer reply = {
        .kind = WR_ANSWER_JOB,
        .status = waiter->view ? 200 : wr_envelope_post_status(state),
        .retry_after_s = wr_envelope_retry_after_s(state, now_ms),
        .job = state->job,
        .body = wr_envelope(&arena, state, now_ms),
        .ended = wr_state_ended(state),
        .replayed = waiter->replayed,
        .joined = waiter->joined,
    };
    answer(waiter, &reply);
    wr_arena_free(&arena);
}

static void refuse_now(void *arg)
{
    struct wr_waiter *waiter = arg;
    waiter->timer = NULL;
    if (waiter->refusal != WR_ANSWER_INVALID) {
        wr_waiter_answer_refusal(waiter, waiter->refusal);
        return;
    }
    char *errors = waiter->errors;
    waiter->errors = NULL;
    const struct wr_answer invalid = {.kind = WR_ANSWER_INVALID,
                                      .status = waiter->invalid_status,
                                      .job = waiter->id,
                                      .body = {errors, strlen(errors)}};
    answer(waiter, &invalid);
    free(errors);
}

void wr_waiter_refuse(struct wr_waiter *waiter, enum wr_answer_kind why)
{
    const struct wr_clock *clock = waiter->engine->clock;
    stop_timer(waiter);
    leave(waiter); /* the job's end is not its answer */
    link_to(waiter, &waiter->engine->waiters);
    waiter->refusal = why;
    waiter->timer = clock->after(clock->self, 0, refuse_now, waiter);
}

void wr_waiter_refuse_invalid(struct wr_waiter *waiter, int status, struct wr_str errors)
{
    waiter->errors = strndup(errors.ptr, errors.len);
    if (!waiter->errors) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    waiter->invalid_status = status;
    wr_waiter_refuse(waiter, WR_ANSWER_INVALID);
}

/* ---- at a job ---------------------------------------------------------------------------------- */

/* Patience is over. What is not yet durable cannot be promised. */
static void patience_over(void *arg)
{
    struct wr_waiter *waiter = arg;
    waiter->timer = NULL;
    if (!waiter->job->accepted || waiter->cancels || waiter->telling)
        wr_waiter_answer_refusal(waiter, WR_ANSWER_STORE_DOWN);
    else {
        struct wr_state told;
        wr_job_told(waiter->job, &told);
        wr_waiter_answer_state(waiter, &told);
    }
}

void wr_waiter_attach(struct wr_waiter *waiter, struct wr_job *job)
{
    const struct wr_clock *clock = waiter->engine->clock;
    int64_t left_us = waiter->until_us - wr_engine_us(waiter->engine);
    stop_timer(waiter);
    unlink_from(waiter);
    link_to(waiter, &job->waiters);
    waiter->job = job;
    if (!job->accepted && left_us <= 0)
        return; /* 202 as soon as it is accepted */
    waiter->timer = clock->after(clock->self, left_us > 0 ? left_us : 0, patience_over, waiter);
}

/* ---- in the store ------------------------------------------------------------------------------ */

static bool may_see(const struct wr_waiter *waiter, struct wr_str caller)
{
    const struct wr_str own = {waiter->caller, waiter->caller_len};
    return waiter->joined || wr_str_equal(own, WR_EVERY_CALLER) || wr_str_equal(caller, own);
}

static void looked(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                   const struct wr_entry *entries, size_t entry_count)
{
    struct wr_waiter *waiter = arg;
    waiter->owed = false;
    if (!waiter->engine) {
        free(waiter->telling);
        free(waiter->errors);
        free(waiter);
        return;
    }
    wr_engine_heard(waiter->engine, status);
    if (!waiter->answered) {
        wr_waiter_free(waiter);
        return;
    }
    if (status != WR_STORE_OK) {
        wr_waiter_answer_refusal(waiter, status == WR_STORE_NOT_FOUND ? WR_ANSWER_NOT_FOUND
                                                                      : WR_ANSWER_STORE_DOWN);
        return;
    }
    if (!may_see(waiter, row->caller)) {
        wr_waiter_answer_refusal(waiter, WR_ANSWER_NOT_FOUND);
        return;
    }
    struct wr_arena arena = {0};
    struct wr_state state;
    wr_state_init(&state, &arena, row->job);
    if (!wr_state_fold_all(&state, entries, entry_count))
        wr_waiter_answer_refusal(waiter, WR_ANSWER_STORE_DOWN);
    else if (waiter->retries)
        wr_waiter_retry_state(waiter, &state);
    else if (waiter->telling)
        wr_waiter_tell_state(waiter, &state);
    else {
        if (!wr_state_ended(&state) && wr_shared_holds(waiter->engine->shared, &state.job))
            wr_state_show_held(&state);
        wr_waiter_answer_state(waiter, &state);
    }
    wr_arena_free(&arena);
}

/* The store is slow. Who waits hears so in time; the read, when it comes, finds nobody. */
static void read_too_long(void *arg)
{
    struct wr_waiter *waiter = arg;
    struct wr_answer refusal = refusal_of(WR_ANSWER_STORE_DOWN);
    wr_answer_fn *answered = waiter->answered;
    waiter->timer = NULL;
    waiter->answered = NULL;
    if (answered)
        answered(waiter->arg, &refusal);
}

static void job_too_long(void *arg)
{
    struct wr_waiter *waiter = arg;
    waiter->timer = NULL;
    wr_waiter_answer_refusal(waiter, WR_ANSWER_STORE_DOWN);
}

void wr_waiter_await_store(struct wr_waiter *waiter, struct wr_waiter **list, bool owed)
{
    const struct wr_clock *clock = waiter->engine->clock;
    stop_timer(waiter);
    unlink_from(waiter);
    link_to(waiter, list);
    waiter->job = NULL;
    waiter->owed = owed;
    int64_t left_us = waiter->budget_us - wr_engine_us(waiter->engine);
    if (left_us <= 0 || left_us > READ_MAX_US)
        left_us = READ_MAX_US;
    waiter->timer = clock->after(clock->self, left_us, owed ? read_too_long : job_too_long, waiter);
}

/* Who only looks at a job that rests has it from the store. */
static bool needs_live(const struct wr_waiter *waiter)
{
    bool waits = waiter->until_us > wr_engine_us(waiter->engine);
    return waiter->cancels || waiter->telling || (waits && !waiter->retries);
}

void wr_waiter_look(struct wr_waiter *waiter)
{
    struct wr_engine *engine = waiter->engine;
    const struct wr_store *store = engine->store;
    struct wr_job *job = wr_job_find(engine, &waiter->id);
    struct wr_resting *resting = job ? NULL : wr_lot_find(&engine->lot, &waiter->id);
    /* Whoever joins knows that it was accepted, sometimes before this loop does. */
    bool there = job && (job->accepted || waiter->joined || waiter->replayed);
    if (there && may_see(waiter, job->state.caller)) {
        wr_waiter_attach(waiter, job);
    } else if (there) {
        wr_waiter_refuse(waiter, WR_ANSWER_NOT_FOUND);
    } else if (resting && needs_live(waiter)) {
        wr_lot_wait(resting, waiter);
    } else {
        wr_waiter_await_store(waiter, &engine->waiters, true);
        store->read(store->self, waiter->id, looked, waiter);
    }
}

struct wr_waiter *wr_engine_look(struct wr_engine *engine, const struct wr_look *look,
                                 struct wr_str caller, wr_answer_fn *answered, void *arg)
{
    struct wr_waiter *waiter = wr_waiter_new(engine, caller, answered, arg);
    waiter->id = look->job;
    waiter->replayed = look->replayed;
    waiter->joined = look->joined;
    waiter->until_us = look->until_us;
    waiter->budget_us = look->budget_us;
    wr_waiter_look(waiter);
    return waiter;
}

struct wr_waiter *wr_engine_view(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                 int64_t wait_ms, wr_answer_fn *answered, void *arg)
{
    struct wr_waiter *waiter = wr_waiter_new(engine, caller, answered, arg);
    waiter->view = true;
    waiter->id = job;
    waiter->until_us = wr_engine_us(engine) + (wait_ms > 0 ? wait_ms * 1000 : 0);
    wr_waiter_look(waiter);
    return waiter;
}
