/* The engine's doors, simulated. Included by the tests that use them. */
#include "tests/unit/sim.h"

#include "runtime/base/arena.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- time -------------------------------------------------------------------------------------- */

struct wr_timer {
    struct wr_timer *next;
    int64_t at_us;
    void (*fire)(void *arg);
    void *arg;
};

static int64_t sim_utc_ms(void *self)
{
    const struct sim *sim = self;
    return (sim->utc_us + sim->now_us) / 1000;
}

static int64_t sim_mono_us(void *self)
{
    return ((struct sim *)self)->now_us;
}

static struct wr_timer *sim_after(void *self, int64_t us, void (*fire)(void *arg), void *arg)
{
    struct sim *sim = self;
    struct wr_timer *timer = calloc(1, sizeof *timer);
    timer->at_us = sim->now_us + (us > 0 ? us : 0);
    timer->fire = fire;
    timer->arg = arg;
    struct wr_timer **at = &sim->timers;
    while (*at && (*at)->at_us <= timer->at_us)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
    return timer;
}

static void sim_cancel_timer(void *self, struct wr_timer *timer)
{
    struct sim *sim = self;
    struct wr_timer **at = &sim->timers;
    while (*at && *at != timer)
        at = &(*at)->next;
    if (!*at)
        abort(); /* a timer that is gone was cancelled */
    *at = timer->next;
    free(timer);
}

static uint64_t sim_random(void *self)
{
    struct sim *sim = self; /* splitmix64 */
    uint64_t z = (sim->random += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static void fire_next(struct sim *sim)
{
    struct wr_timer *timer = sim->timers;
    sim->timers = timer->next;
    if (timer->at_us > sim->now_us)
        sim->now_us = timer->at_us;
    void (*fire)(void *) = timer->fire;
    void *arg = timer->arg;
    free(timer);
    fire(arg);
}

void sim_run_for(struct sim *sim, int64_t us)
{
    int64_t until_us = sim->now_us + us;
    while (sim->timers && sim->timers->at_us <= until_us && !sim->crashed)
        fire_next(sim);
    sim->now_us = until_us;
}

void sim_run(struct sim *sim)
{
    while (sim->timers && !sim->crashed)
        fire_next(sim);
}

/* ---- effects ----------------------------------------------------------------------------------- */

struct wr_effect {
    struct sim *sim;
    struct wr_effect_call call;
    struct sim_step step;
    struct wr_timer *timer;
};

static void effect_ends(void *arg)
{
    struct wr_effect *effect = arg;
    struct sim_step *step = &effect->step;
    struct wr_outcome outcome = {
        .class = step->class,
        .usage = step->usage,
        .http_status = step->class == WR_OK ? 200 : 0,
        .retry_after_ms = step->retry_after_ms ? step->retry_after_ms : -1,
        .first_token_us = -1,
    };
    if (step->class == WR_OK)
        outcome.value = wr_arena_str(effect->call.arena, wr_str_of(step->value));
    outcome.model_version = wr_arena_str(effect->call.arena, WR_STR("as-reported-1"));
    effect->sim->in_flight--;
    struct wr_effect_call call = effect->call;
    free(effect);
    call.ended(call.arg, &outcome);
}

/* The timeouts are the effect's: whichever comes first. */
static void apply_timeouts(struct wr_effect *effect)
{
    struct sim_step *step = &effect->step;
    const struct wr_effect_call *call = &effect->call;
    int64_t first_us = call->first_token_us ? call->first_token_us : INT64_MAX;
    if (!step->silent && step->delay_us <= call->timeout_us)
        return;
    bool first = step->silent && first_us < call->timeout_us;
    step->class = first ? WR_CLASS_timeout_ttft : WR_CLASS_timeout_total;
    step->delay_us = first ? first_us : call->timeout_us;
}

static void note_messages(char *to, size_t size, const struct wr_action *action)
{
    size_t len = 0;
    *to = '\0';
    for (size_t i = 0; i < action->message_count && len < size; i++) {
        const struct wr_message *message = &action->messages[i];
        len += (size_t)snprintf(to + len, size - len, "%s: %.*s\n", message->role,
                                (int)message->text.len, message->text.ptr);
    }
}

static struct wr_effect *sim_start(void *self, const struct wr_effect_call *call)
{
    struct sim *sim = self;
    struct wr_effect *effect = calloc(1, sizeof *effect);
    size_t target = call->action->target + (call->action->kind == WR_ACT_ASK ? 2u : 0u);
    struct sim_script *script = &sim->scripts[target];
    if (script->count == 0)
        abort(); /* nobody said how this goes */
    effect->sim = sim;
    effect->call = *call;
    effect->step = script->steps[script->next];
    if (script->next + 1 < script->count)
        script->next++;
    if (script->sends < SIM_STEPS) {
        script->sent_us[script->sends] = sim->now_us;
        script->timeout_us[script->sends] = call->timeout_us;
        snprintf(script->key[script->sends], 80, "%.*s", (int)call->idempotency_key.len,
                 call->idempotency_key.ptr ? call->idempotency_key.ptr : "");
    }
    if (script->sends < SIM_STEPS)
        note_messages(script->said[script->sends], sizeof *script->said, call->action);
    script->sends += !sim->crashed;
    if (++sim->in_flight > sim->in_flight_most)
        sim->in_flight_most = sim->in_flight;
    apply_timeouts(effect);
    effect->timer = sim_after(sim, effect->step.delay_us, effect_ends, effect);
    return effect;
}

static void sim_cancel(void *self, struct wr_effect *effect)
{
    struct sim *sim = self;
    sim_cancel_timer(sim, effect->timer);
    sim->in_flight--;
    free(effect);
}

void sim_say(struct sim *sim, size_t target, struct sim_step step)
{
    struct sim_script *script = &sim->scripts[target];
    script->steps[script->count++] = step;
}

#include "tests/unit/sim_store.c"

/* ---- all of it --------------------------------------------------------------------------------- */

static void sim_saw(void *self, const struct wr_observation *seen)
{
    struct sim *sim = self;
    sim->seen_attempts += seen->what == WR_SAW_ATTEMPT;
    sim->seen_stages += seen->what == WR_SAW_STAGE;
    sim->seen_jobs += seen->what == WR_SAW_JOB;
    sim->seen_cut = sim->seen_cut || seen->cut;
}

struct sim *sim_new(uint64_t seed)
{
    struct sim *sim = calloc(1, sizeof *sim);
    sim->utc_us = INT64_C(1786106096000000);
    sim->now_us = 1000000;
    sim->random = sim->seed = seed;
    sim->commit_us = 2000;
    sim->ops_end = &sim->ops;
    sim->clock =
        (struct wr_clock){sim, sim_utc_ms, sim_mono_us, sim_after, sim_cancel_timer, sim_random};
    sim->effects = (struct wr_effects){sim, sim_start, sim_cancel};
    sim->store = (struct wr_store){.self = sim,
                                   .accept = sim_accept,
                                   .append = sim_append,
                                   .read = sim_read,
                                   .read_after = sim_read_after,
                                   .recall = sim_recall,
                                   .unfinished = sim_unfinished};
    sim->observer = (struct wr_observer){sim, sim_saw};
    return sim;
}

void sim_stop(struct sim *sim)
{
    sim->crashed = true;
    while (sim->ops)
        take_op(sim);
}

/* Timers of the process that is gone: what they hold is freed here, nothing is called. */
void sim_restart(struct sim *sim)
{
    while (sim->timers) {
        struct wr_timer *timer = sim->timers;
        sim->timers = timer->next;
        if (timer->fire == effect_ends)
            free(timer->arg);
        free(timer);
    }
    sim->crashed = false;
    sim->crash_at = 0;
    sim->in_flight = 0;
}

void sim_free(struct sim *sim)
{
    sim_stop(sim);
    sim_restart(sim);
    for (size_t i = 0; i < sim->job_count; i++)
        while (sim->jobs[i].entries) {
            struct sim_entry *node = sim->jobs[i].entries;
            sim->jobs[i].entries = node->next;
            free((char *)node->entry.body.ptr);
            free(node);
        }
    while (sim->remembered) {
        struct sim_remembered *kept = sim->remembered;
        sim->remembered = kept->next;
        free(kept->value);
        free(kept);
    }
    free(sim);
}

char *sim_journal(const struct sim *sim)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; i < sim->job_count; i++) {
        char id[WR_ID_TEXT];
        wr_id_text(&sim->jobs[i].id, id);
        fprintf(out, "job %s %s\n", id, sim->jobs[i].status);
        for (const struct sim_entry *node = sim->jobs[i].entries; node; node = node->next)
            fprintf(out, "%u %s %lld [%.*s] %.*s\n", node->entry.seq,
                    wr_entry_kind_name(node->entry.kind), (long long)node->entry.at_ms,
                    (int)node->entry.path.len, node->entry.path.ptr, (int)node->entry.body.len,
                    node->entry.body.ptr);
    }
    fclose(out);
    return text;
}
