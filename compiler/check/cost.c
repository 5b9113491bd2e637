/* The cost ceiling, proved over every path: attempts times their bound, and the dearest way on. */
#include "compiler/check/check.h"
#include "compiler/check/proof.h"
#include "compiler/model/type.h"

#include <string.h>
#include <wright/limits.h>

struct costs {
    struct wc_diags *diags;
    struct wc_workflow *workflow;
    struct wc_longest ways; /* picodollars */
    bool unknown;           /* something has no price; said */
};

/* ---- one stage ---------------------------------------------------------------------------- */

/* A token is at least one byte, so a prompt has at most as many tokens as bytes. */
int64_t wc_input_tokens(const struct wc_stage *stage, int64_t *prompt_bytes)
{
    int64_t bytes = 0;
    WC_EACH(i, &stage->action.prompts)
    {
        bytes = wc_add_sat(bytes, wc_text_bytes(stage->action.prompts.items[i].text->type));
    }
    WC_EACH(i, &stage->action.examples)
    {
        const struct wc_example *example = &stage->action.examples.items[i];
        bytes = wc_add_sat(bytes, (int64_t)(strlen(example->input) + strlen(example->output)));
    }
    int64_t most = stage->action.model->max_input_tokens;
    if (prompt_bytes)
        *prompt_bytes = bytes;
    return stage->action.prompts.count > 0 && bytes < most ? bytes : most;
}

int64_t wc_input_price(const struct wc_ai_model *model)
{
    int64_t most = model->input_price;
    most = model->cached_price > most ? model->cached_price : most;
    return model->written_price > most ? model->written_price : most;
}

int64_t wc_argument_bytes(const struct wc_stage *tool)
{
    struct wc_schema *takes = tool->operation ? tool->operation->takes : NULL;
    struct wc_type type = {.kind = WC_TYPE_SCHEMA, .schema = takes};
    return takes ? wc_json_bytes(&type) : 2;
}

/* What a turn of tools adds to what is read from then on: each call, and what it gave. */
int64_t wc_turn_bytes(const struct wc_stage *stage)
{
    int64_t most = 0;
    WC_EACH(i, &stage->members)
    {
        const struct wc_stage *tool = stage->members.items[i];
        int64_t bytes = wc_argument_bytes(tool);
        if (tool->action.as)
            bytes = wc_add_sat(bytes, wc_json_bytes(tool->action.as));
        most = bytes > most ? bytes : most;
    }
    return wc_mul_sat(wc_add_sat(most, WR_TOOL_BYTES), WR_TOOL_CALLS);
}

/* A call in a conversation of so many refused answers: each is read again, with what was wrong. That an
 * answer has no more tokens when it is read than when it was written is one of the assumptions. */
static int64_t call_cost(const struct wc_stage *stage, const struct wc_ai_model *model,
                         int64_t refused, int64_t turns)
{
    int64_t longest = stage->action.model->max_output_tokens, bytes = 0;
    const struct wc_ai_model *others[] = {stage->action.candidate, stage->hedge};
    for (size_t i = 0; i < 2; i++)
        if (others[i] && others[i]->max_output_tokens > longest)
            longest = others[i]->max_output_tokens;
    wc_input_tokens(stage, &bytes);
    int64_t input = wc_add_sat(bytes, wc_mul_sat(refused, longest + WR_REPAIR_BYTES));
    if (turns)
        input = wc_add_sat(input, wc_mul_sat(turns, wc_turn_bytes(stage)));
    if (stage->action.prompts.count == 0 || input > model->max_input_tokens)
        input = model->max_input_tokens;
    return wc_add_sat(wc_mul_sat(input, wc_input_price(model)),
                      wc_mul_sat(model->max_output_tokens, model->output_price));
}

/* Where the workflow is split, the dearer model; where the stage is hedged, both calls. */
static int64_t turn_cost(const struct wc_stage *stage, int64_t refused, int64_t turns)
{
    const struct wc_action *action = &stage->action;
    int64_t cost = call_cost(stage, action->model, refused, turns), other = 0;
    if (action->candidate)
        other = call_cost(stage, action->candidate, refused, turns);
    cost = other > cost ? other : cost;
    return stage->hedge ? wc_add_sat(cost, call_cost(stage, stage->hedge, refused, turns)) : cost;
}

int64_t wc_attempt_cost(const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    if (action->kind == WR_ACT_HTTP)
        return action->service ? action->service->price_per_call : 0;
    return action->kind == WR_ACT_ASK && action->model ? turn_cost(stage, 0, stage->turns) : 0;
}

/* Retries may follow the last repair, with its whole conversation. */
static int64_t attempts_cost(const struct wc_stage *stage)
{
    if ((stage->repairs == 0 && !stage->turns) || !stage->action.model)
        return wc_mul_sat(wc_attempt_cost(stage), 1 + (int64_t)stage->retry.times);
    int64_t sum = wc_attempt_cost(stage), turns = stage->turns;
    for (int64_t turn = 0; turn < turns; turn++)
        sum = wc_add_sat(sum, turn_cost(stage, 0, turn));
    for (int64_t turn = 1; turn <= stage->repairs; turn++)
        sum = wc_add_sat(sum, turn_cost(stage, turn, turns));
    return wc_add_sat(sum, wc_mul_sat(turn_cost(stage, stage->repairs, turns), stage->retry.times));
}

/* The calls of all turns, each as dear as the dearest tool. */
static int64_t tools_cost(const struct wc_stage *stage)
{
    int64_t most = 0;
    WC_EACH(i, &stage->members)
    {
        int64_t cost = wc_stage_cost(stage->members.items[i]);
        most = cost > most ? cost : most;
    }
    return wc_mul_sat(most, (int64_t)stage->turns * WR_TOOL_CALLS);
}

/* Of what is below: all members, an item as often as there can be items, a child's dearest path. */
static int64_t cost_below(const struct wc_stage *stage)
{
    int64_t sum = 0;
    WC_EACH(i, &stage->members)
    {
        sum = wc_add_sat(sum, wc_stage_cost(stage->members.items[i]));
    }
    if (stage->action.kind == WR_ACT_EACH)
        return wc_mul_sat(sum, wc_items_max(stage));
    return stage->action.child ? stage->action.child->cost_worst : sum;
}

int64_t wc_stage_cost(const struct wc_stage *stage)
{
    bool below = stage->members.count > 0 || stage->action.child;
    if (stage->turns)
        return wc_add_sat(attempts_cost(stage), tools_cost(stage));
    return below ? cost_below(stage) : attempts_cost(stage);
}

/* ---- the dearest path --------------------------------------------------------------------- */

static void show_stage(const struct costs *costs, struct wc_diag *diag,
                       const struct wc_stage *stage)
{
    struct wc_arena *arena = costs->diags->arena;
    int attempts = 1 + stage->retry.times;
    const char *times =
        attempts == 1 ? "1 attempt" : wc_arena_printf(arena, "%d attempts", attempts);
    if ((stage->members.count > 0 && !stage->turns) || stage->action.child) {
        wc_diag_note(costs->diags, diag, "%s: %s below it", stage->name,
                     wc_dollars_text(arena, wc_stage_cost(stage)));
        return;
    }
    if (stage->repairs)
        times = wc_arena_printf(arena, "%s and %u repairs, which read what was said before,", times,
                                stage->repairs);
    if (stage->turns) {
        wc_diag_note(
            costs->diags, diag,
            "%s: %u turns of tools, then %s, the dearest of %s, and %u calls of tools = %s",
            stage->name, stage->turns, times, wc_dollars_text(arena, wc_attempt_cost(stage)),
            (unsigned)stage->turns * WR_TOOL_CALLS, wc_dollars_text(arena, wc_stage_cost(stage)));
        return;
    }
    if (stage->action.kind != WR_ACT_ASK) {
        wc_diag_note(costs->diags, diag, "%s: %s of %s = %s", stage->name, times,
                     wc_dollars_text(arena, wc_attempt_cost(stage)),
                     wc_dollars_text(arena, wc_stage_cost(stage)));
        return;
    }
    const struct wc_ai_model *model = stage->action.model;
    wc_diag_note(costs->diags, diag, "%s: %s of %s (%s tokens in, %s out, of %s) = %s", stage->name,
                 times, wc_dollars_text(arena, wc_attempt_cost(stage)),
                 wc_int_text(arena, wc_input_tokens(stage, NULL)),
                 wc_int_text(arena, model->max_output_tokens), model->name,
                 wc_dollars_text(arena, wc_stage_cost(stage)));
}

static void report_over(struct costs *costs, int64_t worst)
{
    const struct wc_workflow *workflow = costs->workflow;
    struct wc_arena *arena = costs->diags->arena;
    const char *most = wc_dollars_text(arena, worst);
    const char *ceiling = wc_dollars_text(arena, workflow->cost_ceiling);
    struct wc_diag *diag =
        wc_report(costs->diags, WC_E0607, workflow->cost_span,
                  "a job of %s may cost %s, and its ceiling is %s", workflow->name, most, ceiling);
    wc_diag_label(costs->diags, diag, "%s too little",
                  wc_dollars_text(arena, worst - workflow->cost_ceiling));
    size_t steps = 0;
    for (const struct wc_stage *stage = workflow->stages.items[0]; stage;
         stage = costs->ways.after[stage->id]) {
        if (++steps > workflow->stages.count)
            break;
        if (wc_stage_cost(stage) > 0 && steps <= 12)
            show_stage(costs, diag, stage);
    }
    WC_EACH(i, &workflow->stages)
    {
        const struct wc_stage *stage = workflow->stages.items[i];
        uint64_t round = wc_round_of(&costs->ways, stage);
        if (round)
            wc_diag_note(costs->diags, diag, "and %u rounds through %s, of %s each",
                         stage->action.at_most, stage->name,
                         wc_dollars_text(arena, (int64_t)round));
    }
    wc_diag_note(costs->diags, diag,
                 "a token is at least one byte; the prompt's bound in bytes or "
                 "the model's `max input` counts, whichever is less");
    wc_diag_help(costs->diags, diag,
                 "raise the ceiling to %s, or lower `max`, the retries or the inputs' lengths",
                 most);
}

/* ---- prices ------------------------------------------------------------------------------- */

/* A model without a price that some stage asks, or a child's; NULL: every one has its price. */
static const struct wc_ai_model *unpriced(const struct wc_workflow *workflow)
{
    const struct wc_ai_model *found = NULL, *to = workflow->split_to;
    if (to && !to->priced)
        return to;
    for (size_t i = 0; !found && i < workflow->activities.count; i++) {
        const struct wc_action *action = &workflow->activities.items[i]->action;
        if (action->model && !action->model->priced)
            found = action->model;
        else if (action->child)
            found = unpriced(action->child);
        to = workflow->activities.items[i]->hedge;
        if (to && !to->priced)
            found = to;
    }
    return found;
}

static void check_prices(struct costs *costs)
{
    const struct wc_workflow *workflow = costs->workflow;
    const struct wc_ai_model *model = unpriced(workflow);
    if (model) {
        struct wc_diag *diag = wc_report(costs->diags, WC_E0608, workflow->cost_span,
                                         "this ceiling cannot be %s: model %s has no price",
                                         workflow->cost_enforced ? "kept" : "proved", model->name);
        wc_diag_label(costs->diags, diag, "promised here");
        wc_diag_also(costs->diags, diag, model->span, "no `price` here");
        wc_diag_help(costs->diags, diag,
                     "add `price input $0.25, output $2.00 per million tokens`");
        costs->unknown = true;
    }
}

/* Reserved before each call: a single one must fit, and what is below must reserve, too. */
static void check_enforced(const struct costs *costs)
{
    const struct wc_workflow *workflow = costs->workflow;
    struct wc_arena *arena = costs->diags->arena;
    WC_EACH(i, &workflow->activities)
    {
        const struct wc_stage *stage = workflow->activities.items[i];
        const struct wc_workflow *child = stage->action.child;
        if (child && !child->cost_enforced && child->cost_worst > 0) {
            struct wc_diag *diag = wc_report(costs->diags, WC_E0752, stage->action.span,
                                             "%s does not reserve what it spends", child->name);
            wc_diag_label(costs->diags, diag, "spends under the ceiling of %s", workflow->name);
            wc_diag_also(costs->diags, diag, workflow->cost_span, "which is enforced");
            wc_diag_also(costs->diags, diag, child->span, "handles no `over_cost`");
            wc_diag_help(costs->diags, diag,
                         "say `cost at most %s enforced` there, too: the ceiling that counts is "
                         "that of the job",
                         wc_dollars_text(arena, workflow->cost_ceiling));
        }
        int64_t most = wc_attempt_cost(stage);
        if (most <= workflow->cost_ceiling)
            continue;
        struct wc_diag *diag =
            wc_report(costs->diags, WC_E0751, stage->action.span,
                      "one call of `%s` may cost %s, and the ceiling is %s", stage->name,
                      wc_dollars_text(arena, most), wc_dollars_text(arena, workflow->cost_ceiling));
        wc_diag_label(costs->diags, diag, "may never be made");
        wc_diag_also(costs->diags, diag, workflow->cost_span, "enforced here");
        wc_diag_help(costs->diags, diag,
                     "raise the ceiling, or lower `max` or the inputs' lengths");
    }
}

void wc_check_cost(struct wc_model *model, struct wc_diags *diags)
{
    struct wc_workflow **order = wc_children_first(model);
    WC_EACH(i, &model->workflows)
    {
        struct wc_workflow *workflow = order[i];
        size_t count = workflow->stages.count;
        struct costs costs = {.diags = diags, .workflow = workflow};
        if (count == 0 || workflow->partial)
            continue;
        wc_longest_init(&costs.ways, diags->arena, workflow, false);
        for (size_t k = 0; k < count; k++)
            costs.ways.takes[k] = (uint64_t)wc_stage_cost(workflow->stages.items[k]);
        workflow->cost_worst = (int64_t)wc_length_from(&costs.ways, workflow->stages.items[0]);
        if (workflow->cost_ceiling == 0)
            continue;
        check_prices(&costs);
        if (workflow->cost_enforced) {
            check_enforced(&costs);
            continue;
        }
        if (!costs.unknown && workflow->cost_worst > workflow->cost_ceiling)
            report_over(&costs, workflow->cost_worst);
    }
}
