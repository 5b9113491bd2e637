/* An attempt that is a call of a C function: run by the pool with a copy of its input, heard of on the loop.
 * What nobody waits for any more goes on to its end, and is dropped there. */
#include "runtime/base/arena.h"
#include "runtime/base/loop.h"
#include "runtime/base/pool.h"
#include "runtime/base/str.h"
#include "runtime/json/function.h"
#include "runtime/json/writer.h"
#include "runtime/model/attempt.h"

#include <string.h>

struct wr_work {
    struct wr_task task; /* first, as one is the other */
    const struct wr_function *function;
    struct wr_inbox *home;
    struct wr_effect *effect; /* the loop's; NULL: nobody waits */
    struct wr_arena arena;
    struct wr_str input, key;
    struct wr_function_end end;
    bool over;
};

static struct wr_work *work_of(struct wr_task *task)
{
    return (struct wr_work *)(void *)task;
}

static void work_free(struct wr_work *work)
{
    wr_arena_free(&work->arena);
    free(work);
}

/* ---- on the pool's thread ---------------------------------------------------------------------- */

static void run(struct wr_task *task)
{
    struct wr_work *work = work_of(task);
    wr_function_run(work->function, &work->arena, work->input, work->key, &work->end);
}

static void heard(void *arg);

static void ended(struct wr_task *task)
{
    struct wr_work *work = work_of(task);
    if (!wr_inbox_post(work->home, heard, work))
        abort(); /* somebody would wait for ever; the journal is what survives */
}

/* ---- on the loop ------------------------------------------------------------------------------- */

static void heard(void *arg)
{
    struct wr_work *work = arg;
    if (!work->effect) {
        work_free(work);
        return;
    }
    work->over = true;
    wr_client_finish(work->effect);
}

void wr_work_start(struct wr_effect *effect)
{
    struct wr_client *client = effect->client;
    const struct wr_action *action = effect->call.action;
    struct wr_work *work = client->pool ? calloc(1, sizeof *work) : NULL;
    if (!work) {
        wr_attempt_decide(effect, WR_CLASS_limit_reached, "cannot be called here");
        return;
    }
    work->task.run = run;
    work->task.ended = ended;
    work->function = &client->program->functions[action->target];
    work->home = client->inbox;
    work->effect = effect;
    if (work->function->takes)
        work->input = wr_encode(&work->arena, work->function->takes, action->value);
    work->key = wr_arena_str(&work->arena, effect->call.idempotency_key);
    if (wr_pool_put(client->pool, &work->task)) {
        effect->work = work;
        return;
    }
    work_free(work);
    wr_attempt_decide(effect, WR_CLASS_limit_reached,
                      "was not called: too many calls wait already, or all workers hang");
}

/* In line until now: it was never begun. */
void wr_work_expire(struct wr_effect *effect)
{
    struct wr_work *work = effect->work;
    if (!work)
        return; /* decided at once */
    if (wr_pool_take_back(effect->client->pool, &work->task)) {
        work_free(work);
        effect->work = NULL;
        wr_attempt_decide(effect, WR_CLASS_limit_reached,
                          "was not called: no worker came free in %d ms",
                          (int)(effect->call.timeout_us / 1000));
        return;
    }
    wr_attempt_decide(effect, WR_CLASS_timeout_total, "did not return in %d ms",
                      (int)(effect->call.timeout_us / 1000));
}

void wr_work_outcome(struct wr_effect *effect, struct wr_outcome *outcome)
{
    const struct wr_function *function =
        &effect->client->program->functions[effect->call.action->target];
    const struct wr_work *work = effect->work;
    struct wr_arena *arena = effect->call.arena;
    *outcome = (struct wr_outcome){.retry_after_ms = -1, .first_token_us = -1};
    if (effect->class == WR_OK && work && work->over) {
        const struct wr_function_end *end = &work->end;
        bool fits = !effect->call.max_bytes || end->value.len <= effect->call.max_bytes;
        outcome->class = fits ? end->class : WR_CLASS_schema_invalid;
        outcome->value = fits ? wr_arena_str(arena, end->value) : (struct wr_str){0};
        outcome->detail =
            fits ? wr_arena_str(arena, end->detail) : WR_STR("the function gave too much");
        return;
    }
    const char *text = wr_arena_printf(arena, "function %s %s", function->name, effect->why);
    outcome->class = effect->class;
    outcome->detail = wr_str_of(text);
}

void wr_work_drop(struct wr_effect *effect)
{
    struct wr_work *work = effect->work;
    effect->work = NULL;
    if (!work)
        return;
    if (work->over || wr_pool_take_back(effect->client->pool, &work->task))
        work_free(work);
    else {
        wr_pool_leave(effect->client->pool, &work->task);
        work->effect = NULL;
    }
}
