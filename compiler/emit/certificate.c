/* certificate.json: what the compiler proved, path by path, with what each number rests on. It decides
 * nothing: the checks have, and a specification that fails one has no certificate. */
#include "compiler/emit/certificate.h"
#include "compiler/check/check.h"
#include "compiler/check/proof.h"
#include "compiler/emit/contract.h"

#include <wright/limits.h>

#include <string.h>

#define CERTIFICATE_FORMAT 1 /* a change of meaning of a key raises it */
#define PATHS_MAX 200        /* listed; where there are more, the last entry says so */
#define STEPS_MAX 20000

/* ---- time: path by path --------------------------------------------------------------------- */

static json_t *pace_json(const struct wc_stage *stage)
{
    struct wc_pace pace = wc_pace_of(stage);
    json_t *json = json_object(), *waits = json_array();
    wc_set(json, "attempt_ms", json_integer((json_int_t)pace.attempt_ms));
    wc_set(json, "attempts", json_integer((json_int_t)pace.attempts));
    wc_set_number(json, "backoff_ms", (int64_t)pace.backoff_ms);
    wc_set_number(json, "within_ms", stage->within_ms);
    wc_set_number(json, "commits", (int64_t)pace.commits);
    wc_set_number(json, "rounds", stage->round_ms ? stage->action.at_most : 0);
    wc_set_number(json, "round_ms", (int64_t)stage->round_ms);
    wc_set(json, "floor_ms", json_integer((json_int_t)stage->floor_ms));
    wc_set(json, "floor_after_ms", json_integer((json_int_t)stage->floor_after_ms));
    wc_set_number(json, "reply_floor_ms", (int64_t)stage->reply_floor_ms);
    if (pace.waits_limit && stage->action.kind == WR_ACT_CALL)
        wc_append(waits, json_string("a thread for functions"));
    else if (pace.waits_limit)
        wc_append(waits,
                  json_sprintf("limits of %s", stage->action.service ? stage->action.service->name
                                                                     : stage->action.model->name));
    if (pace.waits_server)
        wc_append(waits, json_string("Retry-After, before a retry"));
    if (pace.waits_store)
        wc_append(waits, json_string("a read of the store"));
    if (stage->action.child)
        wc_append(waits, json_sprintf("%s, retries of its own", stage->action.child->name));
    wc_set(json, "waits_in_slack", waits);
    return json;
}

struct walk {
    json_t *paths;
    const struct wc_stage **way;
    const struct wc_on **ons;
    size_t depth, steps;
    uint64_t whole_ms;
};

static bool is_over(const struct walk *walk)
{
    return json_array_size(walk->paths) >= PATHS_MAX || walk->steps >= STEPS_MAX;
}

/* "limits of primary" and "Retry-After" make an end at the line, and only the line bounds it. */
static void add_path(struct walk *walk, const struct wc_target *end)
{
    json_t *path = json_object(), *stages = json_array();
    uint64_t at = WR_COMMIT_MS, once = (uint64_t)2 * WR_COMMIT_MS;
    for (size_t i = 0; i < walk->depth; i++) {
        const struct wc_stage *stage = walk->way[i];
        struct wc_pace pace = wc_pace_of(stage);
        json_t *row = json_object();
        wc_set_text(row, "stage", stage->name);
        wc_set(row, "from_ms", json_integer((json_int_t)at));
        bool cut = wc_ends_by(stage, at, walk->whole_ms) != at + pace.natural_ms;
        at = wc_ends_by(stage, at, walk->whole_ms);
        once += pace.attempt_ms + pace.commits * WR_COMMIT_MS;
        wc_set(row, "ends_by_ms", json_integer((json_int_t)at));
        wc_set(row, "ended_by", json_string(cut ? "its line" : "its own times"));
        wc_append(stages, row);
    }
    uint64_t worst = at + WR_COMMIT_MS < walk->whole_ms ? at + WR_COMMIT_MS : walk->whole_ms;
    wc_set(path, "stages", stages);
    wc_set(path, "ends", wc_target_json(end));
    wc_set(path, "one_attempt_each_ms", json_integer((json_int_t)once));
    wc_set(path, "worst_ms", json_integer((json_int_t)worst));
    wc_append(walk->paths, path);
}

static void step(struct walk *walk, const struct wc_stage *stage)
{
    for (size_t i = 0; i < walk->depth; i++)
        if (walk->way[i] == stage)
            return;
    walk->way[walk->depth++] = stage;
    walk->steps++;
    WC_EACH(i, &stage->ons)
    {
        const struct wc_target *target = &stage->ons.items[i].target;
        bool told = false; /* two lines to one place are one path */
        for (size_t k = 0; k < i; k++) {
            const struct wc_target *other = &stage->ons.items[k].target;
            told = told || (other->kind == target->kind && other->stage == target->stage &&
                            other->error == target->error && other->result == target->result);
        }
        if (told || is_over(walk))
            continue;
        if (target->kind == WR_TO_STAGE)
            step(walk, target->stage);
        else
            add_path(walk, target);
    }
    walk->depth--;
}

static json_t *paths_json(const struct wc_workflow *flow)
{
    struct wc_arena scratch = {0};
    struct walk walk = {
        .paths = json_array(),
        .way = WC_NEW_ARRAY(&scratch, const struct wc_stage *, flow->stages.count + 1),
        .whole_ms = wc_whole_ms(flow),
    };
    if (flow->stages.count)
        step(&walk, flow->stages.items[0]);
    if (is_over(&walk)) {
        json_t *more = json_object();
        wc_set_flag(more, "more", true);
        wc_append(walk.paths, more);
    }
    wc_arena_free(&scratch);
    return walk.paths;
}

static json_t *latency_json(const struct wc_workflow *flow)
{
    static const char *const names[] = {"instant", "waiting", "background"};
    struct wc_arena scratch = {0};
    json_t *json = json_object(), *stages = json_object();
    const struct wc_stage *first = flow->stages.count ? flow->stages.items[0] : NULL;
    int64_t floor = (first ? (int64_t)first->floor_ms : 0) + 2 * WR_COMMIT_MS;
    wc_set_text(json, "model", names[flow->latency]);
    wc_set(json, "budget_ms", json_integer((json_int_t)flow->budget_ms));
    wc_set_number(json, "background_ms", (int64_t)flow->background_ms);
    wc_set(json, "floor_with_commits_ms", json_integer(floor));
    wc_set(json, "slack_ms", json_integer((json_int_t)wc_whole_ms(flow) - floor));
    wc_set(json, "worst_ms", json_integer((json_int_t)wc_worst_ms(&scratch, flow)));
    wc_set(json, "worst_reply_ms", json_integer((json_int_t)wc_worst_reply_ms(&scratch, flow)));
    if (first && flow->background_ms)
        wc_set(json, "reply_floor_with_commits_ms",
               json_integer((json_int_t)first->reply_floor_ms + 2 * WR_COMMIT_MS));
    WC_EACH(i, &flow->activities)
    {
        const struct wc_stage *stage = flow->activities.items[i];
        if (stage->above)
            continue;
        json_t *row = pace_json(stage), *members = json_object();
        WC_EACH(k, &stage->members)
        {
            const struct wc_stage *member = stage->members.items[k];
            wc_set(members, member->name, pace_json(member));
        }
        if (json_object_size(members))
            wc_set(row, "members", members);
        else
            json_decref(members);
        if (stage->action.kind == WR_ACT_EACH) {
            wc_set(row, "items_max", json_integer(wc_items_max(stage)));
            wc_set_number(row, "at_a_time", stage->action.at_a_time);
        }
        wc_set(stages, stage->name, row);
    }
    wc_set(json, "stages", stages);
    wc_set(json, "paths", paths_json(flow));
    wc_arena_free(&scratch);
    return json;
}

/* ---- cost ----------------------------------------------------------------------------------- */

static json_t *call_cost_json(const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    json_t *json = json_object();
    int64_t bytes = 0;
    wc_set(json, "attempts", json_integer(1 + (json_int_t)stage->retry.times));
    wc_set_number(json, "turns", stage->turns);
    if (stage->turns) {
        wc_set(json, "turn_bytes", json_integer(wc_turn_bytes(stage)));
        wc_set(json, "tool_calls", json_integer((json_int_t)stage->turns * WR_TOOL_CALLS));
    }
    wc_set_number(json, "repairs", stage->repairs);
    wc_set(json, "attempt_usd", wc_dollars_json(wc_attempt_cost(stage)));
    if (action->service)
        wc_set_text(json, "service", action->service->name);
    if (action->model) {
        int64_t tokens = wc_input_tokens(stage, &bytes);
        wc_set_text(json, "model", action->model->name);
        wc_set(json, "input_tokens", json_integer(tokens));
        wc_set(json, "output_tokens", json_integer(action->model->max_output_tokens));
        wc_set(json, "prompt_bytes", json_integer(bytes));
        wc_set_text(json, "input_rests_on",
                    tokens == action->model->max_input_tokens ? "the model's max input"
                                                              : "the prompt's bytes");
    }
    return json;
}

static json_t *stage_cost_json(const struct wc_stage *stage)
{
    json_t *json = json_object();
    const struct wc_action *action = &stage->action;
    if (stage->turns) {
        json_decref(json);
        json = call_cost_json(stage);
    }
    if (stage->members.count > 0) {
        json_t *members = json_object();
        WC_EACH(i, &stage->members)
        {
            const struct wc_stage *member = stage->members.items[i];
            if (wc_stage_cost(member))
                wc_set(members, member->name, stage_cost_json(member));
        }
        wc_set(json, "members", members);
        if (action->kind == WR_ACT_EACH)
            wc_set(json, "items_max", json_integer(wc_items_max(stage)));
    } else if (action->child) {
        wc_set_text(json, "run", action->child->name);
    } else {
        json_decref(json);
        json = call_cost_json(stage);
    }
    wc_set(json, "most_usd", wc_dollars_json(wc_stage_cost(stage)));
    return json;
}

static json_t *cost_json(const struct wc_workflow *flow)
{
    struct wc_arena scratch = {0};
    struct wc_longest ways;
    json_t *json = json_object(), *stages = json_object(), *path = json_array();
    size_t steps = 0;
    wc_longest_init(&ways, &scratch, flow, false);
    WC_EACH(k, &flow->stages)
    {
        ways.takes[k] = (uint64_t)wc_stage_cost(flow->stages.items[k]);
        if (ways.takes[k])
            wc_set(stages, flow->stages.items[k]->name, stage_cost_json(flow->stages.items[k]));
    }
    if (flow->stages.count)
        wc_length_from(&ways, flow->stages.items[0]);
    for (const struct wc_stage *stage = flow->stages.count ? flow->stages.items[0] : NULL;
         stage && steps++ < flow->stages.count; stage = ways.after[stage->id])
        wc_append(path, json_string(stage->name));
    wc_set(json, "most_usd", wc_dollars_json(flow->cost_worst));
    if (flow->cost_ceiling)
        wc_set(json, "ceiling_usd", wc_dollars_json(flow->cost_ceiling));
    wc_set_text(json, "kept_by",
                flow->cost_enforced  ? "reservation before each call"
                : flow->cost_ceiling ? "proof: most_usd is not above the ceiling"
                                     : "nothing: no ceiling is promised");
    wc_set(json, "stages", stages);
    wc_set(json, "dearest_path", path);
    wc_arena_free(&scratch);
    return json;
}

/* ---- the document --------------------------------------------------------------------------- */

static json_t *prices_json(const struct wc_model *model)
{
    json_t *json = json_object();
    WC_EACH(i, &model->models)
    {
        const struct wc_ai_model *ai = model->models.items[i];
        if (!ai->priced)
            continue;
        json_t *row = json_object();
        wc_set(row, "input", wc_dollars_json(wc_input_price(ai)));
        wc_set(row, "output", wc_dollars_json(ai->output_price));
        wc_set(json, ai->name, row);
    }
    WC_EACH(i, &model->services)
    {
        const struct wc_service *service = model->services.items[i];
        if (service->price_per_call)
            wc_set(json, service->name, wc_dollars_json(service->price_per_call));
    }
    return json;
}

static json_t *assumptions_json(const struct wc_model *model)
{
    static const char *const texts[] = {
        "a token of a prompt is at least one byte of it",
        "an answer has no more tokens when a repair reads it than when it was written",
        ("a model keeps to the max output that it is asked for, and bills no more than its prices "
         "here"),
        "a model refuses a prompt above its max input",
        "what tells a model the schema of its answer and its tools is billed as no input",
        "a crash may repeat each attempt then in flight, with its time and its cost",
        "a commit, and a read of the store, is done within commit_ms",
        "the process is given the processor when a timer of its is due",
    };
    json_t *json = json_object(), *list = json_array();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        wc_append(list, json_string(texts[i]));
    wc_set(json, "commit_ms", json_integer(WR_COMMIT_MS));
    wc_set(json, "dearest_usd_per_token_or_call", prices_json(model));
    wc_set(json, "also", list);
    return json;
}

json_t *wc_certificate_json(const struct wc_model *model)
{
    json_t *json = json_object(), *workflows = json_object();
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        json_t *row = json_object();
        wc_set(row, "latency", latency_json(flow));
        wc_set(row, "cost", cost_json(flow));
        wc_set(row, "errors", wc_proof_errors_json(model, flow));
        wc_set(row, "effects", wc_proof_effects_json(flow));
        wc_set(row, "bounds", wc_proof_bounds_json(model, flow));
        wc_set(row, "degradation", wc_proof_outages_json(flow));
        wc_set(workflows, flow->name, row);
    }
    wc_set(json, "certificate", json_integer(CERTIFICATE_FORMAT));
    wc_set(json, "api", json_sprintf("%s %s", model->name, model->version));
    wc_set_text(json, "contract", model->contract_hash);
    wc_set(json, "assumptions", assumptions_json(model));
    wc_set(json, "asked", wc_proof_fit_json(model));
    wc_set(json, "labels", wc_proof_labels_json(model));
    wc_set(json, "workflows", workflows);
    return json;
}

void wc_emit_certificate(struct wc_buf *out, const struct wc_model *model)
{
    wc_json_take(out, wc_certificate_json(model), WC_INDENTED_SORTED);
}
