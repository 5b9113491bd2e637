/* Upstreams, simulated: each attempt is answered well, badly, late, in pieces or never, by chance.
 * What the upstream did is known here, whatever the engine hears of it. */
#include "runtime/base/str.h"
#include "runtime/sim/world.h"

#include <wright/limits.h>

#include <stdio.h>
#include <stdlib.h>

struct wr_effect {
    struct wr_world *world;
    struct wr_effect_call call;
    struct wr_outcome outcome;
    struct wr_timer *timer;
    size_t target;
    bool acts;  /* the upstream does what it is asked, halfway through */
    bool probe; /* the breaker was half open when it was sent */
};

struct failure {
    enum wr_class class;
    int http;
    bool acts; /* it may have done what was asked */
};

static const struct failure failures[] = {
    {WR_CLASS_connect_failed, 0, false},    {WR_CLASS_overloaded, 503, false},
    {WR_CLASS_rate_limited, 429, false},    {WR_CLASS_server_error, 500, true},
    {WR_CLASS_stream_truncated, 200, true}, {WR_CLASS_timeout_connect, 0, false},
    {WR_CLASS_stream_malformed, 200, true}, {WR_CLASS_output_truncated, 200, true},
    {WR_CLASS_bad_request, 400, false},     {WR_CLASS_auth, 401, false},
    {WR_CLASS_not_found, 404, false},       {WR_CLASS_conflict, 409, false},
    {WR_CLASS_quota_exhausted, 429, false}, {WR_CLASS_server_error, 502, true},
    {WR_CLASS_overloaded, 503, false},      {WR_CLASS_connect_failed, 0, false},
};

static const struct failure of_models[] = {
    {WR_CLASS_refusal, 200, true},
    {WR_CLASS_content_filter, 200, true},
    {WR_CLASS_context_length, 400, false},
};

/* ---- how it goes ------------------------------------------------------------------------------- */

static void fail_with(struct wr_effect *effect, const struct failure *failure)
{
    struct wr_world *world = effect->world;
    struct wr_outcome *outcome = &effect->outcome;
    outcome->class = failure->class;
    outcome->http_status = failure->http;
    outcome->detail = WR_STR("simulated");
    effect->acts = failure->acts && wr_chance(world, 2);
    if (failure->http == 429 || failure->http == 503)
        if (wr_chance(world, 3) == 0)
            outcome->retry_after_ms = (int64_t)wr_chance(world, 3000);
}

/* What a model fills in: mostly what the schema asks for. */
static struct wr_tool_call some_call(struct wr_effect *effect, struct wr_str near)
{
    struct wr_world *world = effect->world;
    const struct wr_action *action = effect->call.action;
    const struct wr_stage *tool = &action->tools[wr_chance(world, action->tool_count)];
    struct wr_tool_call call = {.name = wr_str_of(tool->name), .arguments = WR_STR("{}")};
    if (tool->takes)
        call.arguments =
            wr_sample(world->samples, tool->takes, effect->call.arena, &world->chance, near);
    if (wr_happens(world, world->weather.upstream_fails / 4))
        call.name = WR_STR("no_such_tool");
    if (call.arguments.len && wr_happens(world, world->weather.upstream_fails / 4))
        call.arguments.len = wr_chance(world, call.arguments.len);
    return call;
}

/* A model with tools calls some; the adversary's as often as it may, and now and then one that must answer. */
static bool call_tools(struct wr_effect *effect, struct wr_str near)
{
    struct wr_world *world = effect->world;
    const struct wr_action *action = effect->call.action;
    if (action->tool_count == 0 || (action->tools_over && (world->goal || wr_chance(world, 20))) ||
        (!world->goal && wr_chance(world, 3) == 0))
        return false;
    size_t count = world->goal == WR_SIM_DEAREST ? WR_TOOL_CALLS : 1 + wr_chance(world, 3);
    struct wr_tool_call *calls = wr_arena_alloc(effect->call.arena, count * sizeof *calls);
    for (size_t i = 0; i < count; i++)
        calls[i] = some_call(effect, near);
    effect->outcome.calls = calls;
    effect->outcome.call_count = count;
    return true;
}

static void answer_with(struct wr_effect *effect)
{
    struct wr_world *world = effect->world;
    const struct wr_schema *as = effect->call.action->as;
    struct wr_id id;
    effect->acts = true;
    effect->outcome.http_status = 200;
    effect->outcome.value = WR_STR("{}");
    if (wr_id_parse(effect->call.job.ptr, effect->call.job.len, &id) && as) {
        const struct wr_sim_job *job = wr_sim_find(world, &id);
        struct wr_str near = job ? wr_sample_near(job->state.input) : (struct wr_str){0};
        if (call_tools(effect, near))
            return;
        effect->outcome.value = wr_sim_known_answer(world, effect->call.stage->name, as, job);
        if (effect->outcome.value.len == 0)
            effect->outcome.value =
                wr_sample(world->samples, as, effect->call.arena, &world->chance, near);
    }
    struct wr_str *value = &effect->outcome.value;
    if (value->len && wr_happens(world, world->weather.upstream_fails / 8))
        value->len = wr_chance(world, value->len); /* not what it should be, but well framed */
}

static bool may_act(enum wr_class class)
{
    for (size_t i = 0; i < WR_COUNT(failures); i++)
        if (failures[i].class == class)
            return failures[i].acts;
    return true;
}

/* As the adversary says; a failure that comes with a part of an answer is billed. */
static int64_t obey(struct wr_effect *effect)
{
    struct wr_sim_choice choice = wr_sim_choose(effect->world, &effect->call);
    struct wr_outcome *outcome = &effect->outcome;
    if (choice.class == WR_OK || choice.class == WR_CLASS_schema_invalid) {
        answer_with(effect);
        if (choice.class != WR_OK)
            outcome->value = WR_STR("{");
    } else {
        fail_with(effect, &(struct failure){choice.class, 500, may_act(choice.class)});
    }
    outcome->retry_after_ms = choice.retry_after_ms;
    outcome->usage = choice.usage;
    return choice.takes_us;
}

/* The timeouts are the effect's: whichever comes first. */
static int64_t take_time(struct wr_effect *effect)
{
    struct wr_world *world = effect->world;
    const struct wr_effect_call *call = &effect->call;
    bool slow = wr_happens(world, world->weather.upstream_slow);
    int64_t first_us = wr_chance_us(world, slow ? call->timeout_us / 2 : 40000);
    int64_t idle_us = wr_chance_us(world, slow ? call->timeout_us / 4 : 5000);
    int64_t whole_us =
        first_us + wr_chance_us(world, slow ? call->timeout_us / 2 : 60000) + idle_us;
    enum wr_class class = WR_OK;
    if (slow && wr_chance(world, 4) == 0)
        first_us = idle_us = whole_us = INT64_MAX / 4; /* silent */
    if (call->idle_us && idle_us > call->idle_us) {
        class = WR_CLASS_timeout_idle;
        whole_us = first_us + call->idle_us;
    }
    if (call->first_token_us && first_us > call->first_token_us) {
        class = WR_CLASS_timeout_ttft;
        whole_us = call->first_token_us;
    }
    if (whole_us > call->timeout_us) {
        class = WR_CLASS_timeout_total;
        whole_us = call->timeout_us;
    }
    if (class != WR_OK) {
        fail_with(effect, &(struct failure){class, 0, true});
        effect->outcome.retry_after_ms = -1;
    } else if (effect->outcome.class == WR_OK) {
        effect->outcome.first_token_us = call->action->kind == WR_ACT_ASK ? first_us : -1;
    }
    return whole_us;
}

static void ended(void *arg)
{
    struct wr_effect *effect = arg;
    struct wr_world *world = effect->world;
    effect->timer = NULL;
    if (world->crash && wr_happens(world, world->weather.dies)) {
        world->dead = true; /* it came, and nobody heard of it */
        return;
    }
    world->in_flight[effect->target]--;
    world->probes[effect->target] -= effect->probe;
    struct wr_effect_call call = effect->call;
    struct wr_outcome outcome = effect->outcome;
    wr_sim_check_sent(world, &call, outcome.class == WR_OK);
    free(effect);
    call.ended(call.arg, &outcome);
}

/* Among all that is called: services, models, functions. */
static size_t place_of(const struct wr_program *program, const struct wr_action *action)
{
    size_t before = action->kind == WR_ACT_CALL  ? program->service_count + program->model_count
                    : action->kind == WR_ACT_ASK ? program->service_count
                                                 : 0;
    return action->target + before;
}

/* A function raises what it declares. */
static void raise_one(struct wr_effect *effect, const struct wr_function *function)
{
    uint64_t raises = function->raises | WR_BIT(WR_CLASS_limit_reached);
    enum wr_class class = WR_OK;
    do
        class = (enum wr_class)wr_chance(effect->world, WR_CLASS_COUNT);
    while (!(raises & WR_BIT(class)));
    fail_with(effect, &(struct failure){class, 0, class != WR_CLASS_limit_reached});
}

static void check_limit(struct wr_effect *effect)
{
    const struct wr_program *program = effect->world->program;
    if (effect->call.action->kind == WR_ACT_CALL)
        return;
    bool asks = effect->call.action->kind == WR_ACT_ASK;
    size_t target = effect->call.action->target;
    uint32_t most = asks ? program->models[target].limits.concurrent
                         : program->services[target].limits.concurrent;
    if (most && effect->world->in_flight[effect->target] > most)
        wr_sim_broken(effect->world, NULL, "limit: %u calls of %s at once, %u are allowed",
                      effect->world->in_flight[effect->target],
                      asks ? program->models[target].name : program->services[target].name, most);
}

/* Nothing goes to a peer whose breaker is open, and one probe at a time where it is half open. */
static void check_breaker(struct wr_effect *effect)
{
    struct wr_world *world = effect->world;
    struct wr_gate_counts gate;
    if (!wr_engine_gate(world->engine, effect->target, &gate))
        return;
    effect->probe = gate.breaker == WR_BREAKER_HALF_OPEN;
    if (gate.breaker == WR_BREAKER_OPEN)
        wr_sim_broken(world, NULL, "breaker: %s was called while it was open", gate.name);
    if (effect->probe && world->probes[effect->target]++ > 0)
        wr_sim_broken(world, NULL, "breaker: two probes of %s at once", gate.name);
}

static struct wr_effect *start(void *self, const struct wr_effect_call *call)
{
    struct wr_world *world = self;
    bool asks = call->action->kind == WR_ACT_ASK;
    struct wr_effect *effect = calloc(1, sizeof *effect);
    if (!effect) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    effect->world = world;
    effect->call = *call;
    effect->target = place_of(world->program, call->action);
    effect->outcome = (struct wr_outcome){
        .class = WR_OK,
        .retry_after_ms = -1,
        .first_token_us = -1,
        .request_id = WR_STR("simulated-1"),
    };
    if (asks) {
        effect->outcome.model_version = WR_STR("simulated-2026-08-07");
        effect->outcome.usage = (struct wr_usage){.input_tokens = (int64_t)wr_chance(world, 900),
                                                  .output_tokens = (int64_t)wr_chance(world, 200),
                                                  .known = wr_chance(world, 4)};
    }
    bool fails = wr_happens(world, world->weather.upstream_fails), chosen = world->goal != 0;
    int64_t takes_us = chosen ? obey(effect) : 0;
    if (chosen)
        ;
    else if (fails && call->action->kind == WR_ACT_CALL)
        raise_one(effect, &world->program->functions[call->action->target]);
    else if (fails && asks && wr_chance(world, 5) == 0)
        fail_with(effect, &of_models[wr_chance(world, WR_COUNT(of_models))]);
    else if (fails)
        fail_with(effect, &failures[wr_chance(world, WR_COUNT(failures))]);
    else
        answer_with(effect);
    if (!chosen)
        takes_us = take_time(effect);
    if (world->crash && wr_happens(world, world->weather.dies))
        world->dead = true; /* before it was sent */
    world->in_flight[effect->target]++;
    if (!world->dead) {
        world->report->effects++;
        check_limit(effect);
        check_breaker(effect);
        wr_sim_check_send(world, call, effect->acts);
    }
    effect->timer = wr_sim_after(world, takes_us, ended, effect);
    return effect;
}

static void cancel(void *self, struct wr_effect *effect)
{
    struct wr_world *world = self;
    if (effect->timer)
        wr_sim_cancel(world, effect->timer);
    world->in_flight[effect->target]--;
    world->probes[effect->target] -= effect->probe;
    wr_sim_check_cut(world, &effect->call);
    free(effect);
}

void wr_sim_effects_open(struct wr_world *world)
{
    size_t count = world->program->service_count + world->program->model_count +
                   world->program->function_count;
    world->in_flight = wr_arena_alloc(&world->arena, (count + 1) * sizeof *world->in_flight);
    world->probes = wr_arena_alloc(&world->arena, (count + 1) * sizeof *world->probes);
    world->effects = (struct wr_effects){world, start, cancel};
}
