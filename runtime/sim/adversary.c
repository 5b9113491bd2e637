/* The adversary of the proofs: it keeps to what they assume, and within that chooses each delay and each
 * outcome so that a job is as late, or as dear, as can be. In each world it has another plan. */
#include "runtime/sim/world.h"

#include <stdio.h>
#include <string.h>

#define COMMIT_US                                                                                  \
    12000 /* one waits for the one before it, too: both are done within WR_COMMIT_MS */
#define QUICK_US 1000

static uint64_t mix(uint64_t seed, const char *text)
{
    for (; *text; text++)
        seed = (seed ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return wr_random_next(&seed);
}

/* ---- the weather: what the proofs assume ------------------------------------------------------- */

void wr_sim_adversary_open(struct wr_world *world)
{
    world->weather = (struct wr_weather){0};
    world->calm = true;
    world->jobs_max = 0;
    /* Alone, a job meets no breaker; beside others, it waits in line. */
    uint64_t how = wr_chance(world, 200);
    size_t most = how < 198 ? 1 : 60;
    world->wanted = world->wanted < most ? world->wanted : most;
    world->pause_us = most == 1 ? INT64_C(3600000000) : 5000;
}

int64_t wr_sim_adversary_commit_us(struct wr_world *world)
{
    return wr_chance(world, 3) ? COMMIT_US : 1;
}

/* ---- what an attempt comes to ------------------------------------------------------------------ */

static uint32_t sent_before(const struct wr_world *world, const struct wr_effect_call *call)
{
    struct wr_id id;
    const struct wr_sim_job *job =
        wr_id_parse(call->job.ptr, call->job.len, &id) ? wr_sim_find(world, &id) : NULL;
    struct wr_str stage = {call->stage->name, strlen(call->stage->name)};
    struct wr_arena arena = {0};
    struct wr_str path = wr_sim_sender(&arena, call);
    uint32_t sent = 0;
    for (const struct wr_sim_sends *seen = job ? job->sends : NULL; seen; seen = seen->next)
        if (wr_str_equal(seen->path, path) && wr_str_equal(seen->stage, stage))
            sent = seen->sent;
    wr_arena_free(&arena);
    return sent;
}

/* All that a provider may bill: the whole prompt, by the byte, and all that it may answer. */
static struct wr_usage most_usage(const struct wr_world *world, const struct wr_effect_call *call)
{
    const struct wr_model *model = &world->program->models[call->action->target];
    int64_t bytes = 0;
    for (size_t i = 0; i < call->action->message_count; i++) {
        const struct wr_message *message = &call->action->messages[i];
        bytes += (int64_t)message->text.len;
        for (size_t k = 0; k < message->call_count; k++)
            bytes += (int64_t)(message->calls[k].name.len + message->calls[k].arguments.len);
    }
    if (bytes > model->max_input_tokens)
        bytes = model->max_input_tokens;
    return (struct wr_usage){
        .input_tokens = bytes,
        .written_tokens = model->written_price > model->input_price ? bytes : 0,
        .output_tokens = model->max_output_tokens,
        .known = true,
    };
}

static bool is_crowd(const struct wr_world *world)
{
    return world->wanted > 1;
}

/* In some worlds the plan is not kept to the letter. */
static bool strays(const struct wr_world *world)
{
    return mix(world->seed, "strays") % 4 == 0;
}

/* The plan for a stage, the same for all its attempts in one world: whether they fail, and which. */
static bool fails(struct wr_world *world, const struct wr_effect_call *call)
{
    uint64_t plan = mix(world->seed, call->stage->name) % 4;
    if (call->action->kind == WR_ACT_CALL)
        return false;
    if (world->seed % 2) /* each stage goes well at last, so that the way is long */
        plan = plan == 3 ? 3 : 2;
    if (is_crowd(world))
        plan = wr_chance(world, 4);
    if (world->goal == WR_SIM_DEAREST && call->action->kind == WR_ACT_HTTP)
        plan = plan == 0 ? 0 : 3; /* what is cheap leads on, most of the time */
    if (strays(world) && wr_chance(world, 20) == 0)
        return wr_chance(world, 2);
    if (plan < 2)
        return true;
    return plan == 2 && sent_before(world, call) < call->stage->retry.times + call->stage->repairs;
}

static enum wr_class some_failure(struct wr_world *world, const struct wr_effect_call *call)
{
    static const enum wr_class classes[] = {WR_CLASS_overloaded, WR_CLASS_server_error,
                                            WR_CLASS_stream_truncated, WR_CLASS_schema_invalid};
    bool can_be_wrong = call->action->as != NULL;
    if (call->stage->repairs && can_be_wrong && wr_chance(world, 8))
        return WR_CLASS_schema_invalid;
    enum wr_class class = classes[wr_chance(world, can_be_wrong ? 4 : 3)];
    for (int i = 0; i < 4 && !(call->stage->retry.on & WR_BIT(class)); i++)
        class = classes[wr_chance(world, can_be_wrong ? 4 : 3)];
    return class;
}

/* For as long as it may, most of the time; or so long that a retry still fits. */
static int64_t drag(struct wr_world *world, const struct wr_effect_call *call,
                    struct wr_sim_choice *choice)
{
    uint64_t how = mix(world->seed ^ 0x5eed, call->stage->name) % 4;
    if (is_crowd(world) ? wr_chance(world, 2) : strays(world) && wr_chance(world, 10) == 0)
        how = wr_chance(world, 6);
    if (how == 5)
        return (int64_t)wr_chance(world, QUICK_US);
    if (how == 4)
        return (int64_t)wr_chance(world, (uint64_t)call->timeout_us);
    if (how == 3 && choice->class != WR_OK) {
        choice->class = WR_CLASS_timeout_total;
        return call->timeout_us;
    }
    return call->timeout_us > 1 ? call->timeout_us - 1 : 0;
}

struct wr_sim_choice wr_sim_choose(struct wr_world *world, const struct wr_effect_call *call)
{
    struct wr_sim_choice choice = {.class = WR_OK, .retry_after_ms = -1};
    if (fails(world, call))
        choice.class = some_failure(world, call);
    choice.takes_us = (int64_t)wr_chance(world, QUICK_US);
    if (world->goal == WR_SIM_LATEST) {
        choice.takes_us = drag(world, call, &choice);
        const uint64_t asks_to_wait = WR_BIT(WR_CLASS_server_error) | WR_BIT(WR_CLASS_overloaded);
        if ((asks_to_wait & WR_BIT(choice.class)) && mix(world->seed, "asks") % 4) {
            uint64_t most = world->longest_ms >> (mix(world->seed, "Retry-After") % 10);
            choice.retry_after_ms = (int64_t)(most / 2 + wr_chance(world, most / 2 + 1));
        }
    }
    if (call->action->kind == WR_ACT_ASK)
        choice.usage = most_usage(world, call);
    return choice;
}

/* ---- the worst that was seen ------------------------------------------------------------------- */

static struct wr_sim_worst *worst_of(struct wr_world *world, const struct wr_workflow *workflow)
{
    for (size_t i = 0; i < world->program->workflow_count && i < WR_SIM_WORST_MAX; i++)
        if (world->program->workflows[i] == workflow)
            return &world->report->worst[i];
    return NULL;
}

void wr_sim_adversary_replied(struct wr_world *world, const struct wr_sim_request *request)
{
    struct wr_sim_worst *worst = request->workflow ? worst_of(world, request->workflow) : NULL;
    int64_t took_us = world->now_us - request->received_us;
    if (!worst || took_us <= worst->reply_us)
        return;
    worst->reply_us = took_us;
    worst->reply_seed = world->seed;
}

void wr_sim_adversary_ended(struct wr_world *world, const struct wr_sim_job *job)
{
    struct wr_sim_worst *worst = worst_of(world, job->workflow);
    int64_t took_us = world->now_us - job->accepted_us;
    if (worst && took_us > worst->end_us) {
        worst->end_us = took_us;
        worst->end_seed = world->seed;
    }
    if (worst && job->state.cost > worst->cost) {
        worst->cost = job->state.cost;
        worst->cost_seed = world->seed;
    }
}
