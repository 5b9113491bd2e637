/* What calls cost: by what they used, or by the bound of what they may have used where nobody said; and the
 * reservation before a call, where the workflow's ceiling is enforced. */
#include "runtime/engine/job.h"

#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A token is at least one byte. */
static int64_t input_bound(const struct wr_action *action, const struct wr_model *model)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < action->message_count; i++) {
        const struct wr_message *message = &action->messages[i];
        bytes += (int64_t)message->text.len;
        for (size_t k = 0; k < message->call_count; k++)
            bytes += (int64_t)(message->calls[k].name.len + message->calls[k].arguments.len);
    }
    return least(bytes, model->max_input_tokens);
}

/* Whichever way it is read: as the compiler's proof counts it. */
static int64_t input_price(const struct wr_model *model)
{
    int64_t most = model->input_price;
    most = model->cached_price > most ? model->cached_price : most;
    return model->written_price > most ? model->written_price : most;
}

int64_t wr_token_bound(const struct wr_program *program, const struct wr_action *action)
{
    const struct wr_model *model = &program->models[action->target];
    return input_bound(action, model) + model->max_output_tokens;
}

/* The most that the call can cost. */
static int64_t cost_bound(const struct wr_program *program, const struct wr_action *action)
{
    if (action->kind == WR_ACT_HTTP)
        return program->services[action->target].price_per_call;
    if (action->kind != WR_ACT_ASK)
        return 0;
    const struct wr_model *model = &program->models[action->target];
    return input_bound(action, model) * input_price(model) +
           model->max_output_tokens * model->output_price;
}

/* Tokens that a cache gave, and those written to one, are among the input's; without a price of their own
 * they cost the same. */
static int64_t cost_of(const struct wr_model *model, const struct wr_usage *usage)
{
    int64_t cached_price = model->cached_price ? model->cached_price : model->input_price;
    int64_t written_price = model->written_price ? model->written_price : model->input_price;
    int64_t cached = least(usage->cached_tokens, usage->input_tokens);
    int64_t written = least(usage->written_tokens, usage->input_tokens - cached);
    return (usage->input_tokens - cached - written) * model->input_price + cached * cached_price +
           written * written_price + usage->output_tokens * model->output_price;
}

/* It reached the peer, or may have, and was not turned away. */
static bool may_be_billed(const struct wr_outcome *outcome)
{
    const uint64_t never = WR_BIT(WR_CLASS_connect_failed) | WR_BIT(WR_CLASS_timeout_connect);
    if (outcome->http_status)
        return outcome->http_status >= 200 && outcome->http_status < 300;
    return !(WR_BIT(outcome->class) & never);
}

int64_t wr_cost_charged(const struct wr_program *program, const struct wr_action *action,
                        const struct wr_outcome *outcome, bool sent, bool *bound)
{
    *bound = false;
    if (action->kind == WR_ACT_ASK && outcome->usage.known)
        return cost_of(&program->models[action->target], &outcome->usage);
    if (!sent)
        return 0;
    if (action->kind == WR_ACT_HTTP && outcome->http_status)
        return cost_bound(program, action); /* each call has its price, whatever came */
    if (!may_be_billed(outcome))
        return 0;
    *bound = true;
    return cost_bound(program, action);
}

/* ---- reservation ------------------------------------------------------------------------------- */

/* Of an attempt: where it is hedged, of both its calls. */
static int64_t attempt_bound(const struct wr_activity *activity)
{
    const struct wr_program *program = activity->job->engine->program;
    struct wr_action action = activity->turn.action;
    int64_t bound = cost_bound(program, &action);
    if (activity->stage->hedge_after_ms == 0 || action.kind != WR_ACT_ASK)
        return bound;
    action.target = activity->stage->hedge_model;
    return bound + cost_bound(program, &action);
}

bool wr_cost_enforced(const struct wr_activity *activity)
{
    const struct wr_job *job = activity->job;
    return job->workflow->cost_enforced && attempt_bound(activity) > 0;
}

bool wr_cost_reserve(struct wr_activity *activity)
{
    const struct wr_job *job = activity->job;
    struct wr_event event;
    if (activity->reserved || !wr_cost_enforced(activity))
        return false;
    int64_t amount = attempt_bound(activity);
    if (job->state.cost + job->state.reserved + amount > job->workflow->cost_ceiling)
        return false;
    wr_event_init(&event, activity, WR_ENTRY_STARTED);
    event.attempt = activity->attempts + 1;
    event.repair = activity->repairing;
    event.reserved = activity->reserved = amount;
    wr_job_record(activity->job, &event);
    return true;
}
