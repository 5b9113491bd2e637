/* One world: clients, their requests, the weather, and the process that dies and is started anew. */
#include "runtime/sim/run.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS 6
#define LIVES_MAX 9
#define STEPS_MAX 400000
#define UTC_START_US INT64_C(1786106096000000)

/* ---- chance ------------------------------------------------------------------------------------ */

uint64_t wr_chance(struct wr_world *world, uint64_t below)
{
    return below ? wr_random_next(&world->chance) % below : 0;
}

bool wr_happens(struct wr_world *world, uint32_t per_mille)
{
    return per_mille && wr_chance(world, 1000) < per_mille;
}

int64_t wr_chance_us(struct wr_world *world, int64_t mean_us)
{
    uint64_t doubled = (uint64_t)mean_us + 1;
    for (int i = 0; i < 6 && wr_chance(world, 3) == 0; i++)
        doubled *= 2;
    return (int64_t)(wr_chance(world, doubled) + 1);
}

static uint32_t pick(struct wr_world *world, uint32_t a, uint32_t b, uint32_t c)
{
    uint64_t which = wr_chance(world, 3);
    return which == 0 ? a : which == 1 ? b : c;
}

static void choose_weather(struct wr_world *world)
{
    struct wr_weather *weather = &world->weather;
    world->calm = wr_chance(world, 5) < 2;
    weather->upstream_fails = pick(world, 30, 200, 500);
    weather->upstream_slow = pick(world, 10, 100, 300);
    weather->clients_leave = 60;
    weather->clock_jumps = pick(world, 0, 20, 100);
    weather->dies = pick(world, 0, 4, 12);
    if (world->calm)
        return;
    weather->commit_fails = pick(world, 10, 60, 300);
    weather->commit_torn = 400;
    weather->commit_slow = pick(world, 0, 20, 100);
    weather->read_fails = pick(world, 0, 50, 200);
    weather->read_slow = pick(world, 0, 50, 200);
}

/* ---- requests ---------------------------------------------------------------------------------- */

static void end_request(struct wr_sim_request *request)
{
    if (request->leaves)
        wr_sim_cancel(request->world, request->leaves);
    *request->at = request->next;
    if (request->next)
        request->next->at = request->at;
    free(request);
}

static void answered(void *arg, const struct wr_answer *answer)
{
    struct wr_sim_request *request = arg;
    struct wr_world *world = request->world;
    if (!world->dead)
        wr_sim_check_answer(world, request, answer);
    end_request(request);
}

static void leave(void *arg)
{
    struct wr_sim_request *request = arg;
    request->leaves = NULL;
    wr_engine_forget(request->world->engine, request->waiter);
    end_request(request);
}

static struct wr_sim_request *new_request(struct wr_world *world)
{
    struct wr_sim_request *request = calloc(1, sizeof *request);
    if (!request) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    request->world = world;
    request->next = world->requests;
    request->at = &world->requests;
    if (request->next)
        request->next->at = &request->next;
    world->requests = request;
    request->received_us = world->now_us;
    if (wr_happens(world, world->weather.clients_leave))
        request->leaves = wr_sim_after(world, wr_chance_us(world, 800000), leave, request);
    return request;
}

static struct wr_str some_caller(struct wr_world *world)
{
    static const char *const callers[] = {"ann", "bob", "cleo"};
    return wr_str_of(callers[wr_chance(world, 3)]);
}

static void submit(struct wr_world *world)
{
    const struct wr_program *program = world->program;
    size_t at = (size_t)wr_chance(world, program->workflow_count);
    const struct wr_workflow *workflow = program->workflows[at];
    struct wr_arena arena = {0};
    struct wr_reader in;
    size_t which = (size_t)wr_chance(world, INPUTS);
    struct wr_str *made = &world->inputs[at * INPUTS + which];
    if (made->len == 0 || world->goal != WR_SIM_ANYTHING || wr_chance(world, 3) == 0)
        *made = wr_sim_known_request(world, at);
    if (made->len && world->goal != WR_SIM_ANYTHING && wr_chance(world, 2))
        *made =
            wr_sample_beside(world->samples, workflow->input, &world->arena, &world->chance, *made);
    if (made->len == 0)
        *made = wr_sample(world->samples, workflow->input, &world->arena, &world->chance,
                          (struct wr_str){0});
    wr_reader_init(&in, &arena, wr_arena_str(&arena, *made));
    const void *input = wr_decode(&in, workflow->input);
    world->asked++;
    if (!input) {
        wr_arena_free(&arena);
        return;
    }
    struct wr_sim_request *request = new_request(world);
    struct wr_submission submission = {
        .workflow = workflow,
        .caller = some_caller(world),
        .arena = &arena,
        .input = input,
        .received_us = world->clock.mono_us(world),
        .wait_ms = WR_WAIT_DEFAULT,
    };
    if (world->goal == WR_SIM_ANYTHING && wr_chance(world, 3) == 0)
        submission.idempotency_key =
            wr_str_of(wr_arena_printf(&world->arena, "key-%d", (int)wr_chance(world, INPUTS)));
    if (world->goal == WR_SIM_ANYTHING && wr_chance(world, 5) == 0)
        submission.wait_ms = (int64_t)wr_chance(world, 2) * (int64_t)wr_chance(world, 3000);
    bool waits = workflow->latency != WR_BACKGROUND && submission.wait_ms == WR_WAIT_DEFAULT;
    request->workflow = workflow;
    request->whole = waits && !workflow->background_ms;
    request->due_us = waits ? world->now_us + (int64_t)workflow->budget_ms * 1000 : 0;
    request->waiter = wr_engine_submit(world->engine, &submission, answered, request);
}

static void view(struct wr_world *world)
{
    const struct wr_sim_job *job = world->jobs[wr_chance(world, world->job_count)];
    struct wr_sim_request *request = new_request(world);
    request->waiter = wr_engine_view(world->engine, job->id, job->caller,
                                     wr_chance(world, 2) ? 0 : (int64_t)wr_chance(world, 5000),
                                     answered, request);
}

/* Of the jobs that wait for somebody one, mostly; else any. */
static const struct wr_sim_job *whom_to_tell(struct wr_world *world)
{
    const struct wr_sim_job *found = world->jobs[wr_chance(world, world->job_count)];
    uint64_t count = 0;
    if (wr_chance(world, 4) == 0)
        return found;
    for (size_t i = 0; i < world->job_count; i++) {
        const struct wr_sim_job *job = world->jobs[i];
        const struct wr_place *root = wr_state_place_find(&job->state, WR_STR(""));
        if (job->state.status < WR_STATUS_COMPLETED && root && root->waiting_for.len &&
            wr_chance(world, ++count) == 0)
            found = job;
    }
    return found;
}

/* A signal or a decision, whether the job waits for one or not. */
static void tell(struct wr_world *world)
{
    const struct wr_sim_job *job = whom_to_tell(world);
    struct wr_arena arena = {0};
    struct wr_telling telling;
    if (wr_sim_telling(world, job, &arena, &telling)) {
        struct wr_sim_request *request = new_request(world);
        request->told = true;
        request->signal = wr_arena_str(&world->arena, telling.signal);
        request->waiter = wr_engine_tell(world->engine, &telling, job->caller, WR_STR("somebody"),
                                         answered, request);
    }
    wr_arena_free(&arena);
}

/* One of the newest: it may still be under way. */
static void cancel(struct wr_world *world)
{
    size_t newest = world->job_count < 8 ? world->job_count : 8;
    const struct wr_sim_job *job = world->jobs[world->job_count - 1 - wr_chance(world, newest)];
    struct wr_sim_request *request = new_request(world);
    request->waiter = wr_engine_cancel(world->engine, job->id, job->caller, answered, request);
}

/* Somebody asks, and sets when the next one will. */
static void somebody(void *arg)
{
    struct wr_world *world = arg;
    if (wr_happens(world, world->weather.clock_jumps)) {
        world->utc_us += ((int64_t)wr_chance(world, 7200) - 3600) * 1000000;
        if (world->utc_us < UTC_START_US / 2)
            world->utc_us = UTC_START_US;
    }
    if (world->recovered && !world->dead) {
        if (world->job_count && wr_sim_parks(world) && wr_chance(world, 2) == 0)
            tell(world);
        else if (world->goal != WR_SIM_ANYTHING)
            submit(world);
        else if (world->job_count && wr_chance(world, 5) == 0)
            view(world);
        else if (world->job_count && wr_chance(world, 12) == 0)
            cancel(world);
        else
            submit(world);
    }
    if (world->job_count < world->wanted && world->asked < 4 * world->wanted)
        wr_sim_after(world, wr_chance_us(world, world->pause_us), somebody, world);
}

/* ---- lives ------------------------------------------------------------------------------------- */

static void begin_life(struct wr_world *world)
{
    wr_sim_begin_life(world);
    if (world->life >= LIVES_MAX)
        world->crash = false;
}

static void end_life(struct wr_world *world)
{
    wr_sim_end_life(world);
    while (world->requests)
        end_request(world->requests);
}

/* Virtual minutes pass before somebody starts it again. */
static void die(struct wr_world *world)
{
    end_life(world);
    world->report->crashes++;
    world->now_us += wr_chance_us(world, 2000000);
    begin_life(world);
}

/* ---- the world --------------------------------------------------------------------------------- */

static void open_world(struct wr_world *world)
{
    static const uint32_t rests_ms[] = {1, 200, 0};
    world->chance = world->seed;
    wr_random_next(&world->chance);
    world->engine_random = wr_random_next(&world->chance);
    world->utc_us = UTC_START_US + (int64_t)wr_chance(world, 86400) * 1000000;
    world->pause_us = (int64_t)pick(world, 20000, 200000, 1000000);
    world->jobs_max = wr_chance(world, 5) ? 0 : 1 + (uint32_t)wr_chance(world, 20);
    world->checkpoint_entries = pick(world, 1, 6, 40);
    world->rest_ms = rests_ms[world->engine_random % WR_COUNT(rests_ms)];
    world->inputs = wr_arena_alloc(&world->arena, (world->program->workflow_count * INPUTS + 1) *
                                                      sizeof *world->inputs);
    choose_weather(world);
    for (size_t i = 0; i < world->program->workflow_count; i++) {
        const struct wr_workflow *workflow = world->program->workflows[i];
        uint64_t whole = workflow->background_ms ? workflow->background_ms : workflow->budget_ms;
        world->longest_ms = whole > world->longest_ms ? whole : world->longest_ms;
    }
    if (world->goal != WR_SIM_ANYTHING)
        wr_sim_adversary_open(world);
    wr_sim_clock_open(world);
    wr_sim_effects_open(world);
    wr_sim_store_open(world);
    begin_life(world);
    wr_sim_after(world, 1, somebody, world);
}

void wr_world_run(struct wr_world *world)
{
    open_world(world);
    while (!world->report->broken && wr_sim_step(world)) {
        wr_sim_check_step(world);
        if (world->dead)
            die(world);
        if (world->steps > STEPS_MAX)
            wr_sim_broken(world, NULL, "end: it does not come to rest");
    }
    if (!world->report->broken)
        wr_sim_check_end(world);
    end_life(world);
    world->report->steps += world->steps;
}

void wr_world_free(struct wr_world *world)
{
    while (world->timer_count) /* the clients' */
        wr_sim_cancel(world, world->timers[0]);
    free(world->timers);
    for (size_t i = 0; i < world->job_count; i++) {
        wr_arena_free(&world->jobs[i]->arena);
        free(world->jobs[i]);
    }
    wr_arena_free(&world->arena);
    free(world);
}
