/* Parts of the certificate: outcomes and where they lead, effects, bounds in bytes, what an outage
 * leads to, labels. */
#include "compiler/check/check.h"
#include "compiler/check/proof.h"
#include "compiler/emit/certificate.h"
#include "compiler/emit/contract.h"
#include "compiler/model/classes.h"
#include "compiler/model/outcomes.h"
#include "compiler/model/type.h"

#include <string.h>
#include <wright/limits.h>

#define ESCAPED 6 /* the most bytes of JSON that one byte, or one code point, becomes */

/* ---- outcomes ------------------------------------------------------------------------------- */

static void add_outcomes(json_t *to, const struct wc_model *model, const struct wc_stage *stage,
                         const struct wc_stage *member)
{
    const struct wc_stage *raiser = member ? member : stage;
    const char *before = member ? wc_arena_printf(model->arena, "%s.", member->name) : "";
    uint64_t needed = wc_needed_of(model, stage, member) & raiser->raises.classes;
    for (enum wr_class class = WR_OK; class < WR_CLASS_COUNT; class ++) {
        const struct wc_on *on = NULL;
        if (!(needed & WR_BIT(class)))
            continue;
        wc_label_of(stage, member, class, NULL, &on);
        if (on)
            wc_set(to, wc_arena_printf(model->arena, "%s%s", before, wc_class_name(class)),
                   wc_target_json(&on->target));
    }
    WC_EACH(i, &model->errors)
    {
        const struct wc_user_error *error = model->errors.items[i];
        const struct wc_on *on = NULL;
        if (!wc_raises_error(raiser, error))
            continue;
        wc_label_of(stage, member, error->class, error, &on);
        if (on)
            wc_set(to, wc_arena_printf(model->arena, "%s%s", before, error->name),
                   wc_target_json(&on->target));
    }
}

json_t *wc_proof_errors_json(const struct wc_model *model, const struct wc_workflow *flow)
{
    json_t *json = json_object();
    WC_EACH(i, &flow->stages)
    {
        const struct wc_stage *stage = flow->stages.items[i];
        json_t *to = json_object();
        if (stage->action.kind == WR_ACT_MATCH) {
            WC_EACH(k, &stage->ons)
            {
                wc_set(to, wc_arena_printf(model->arena, "arm %zu", k + 1),
                       wc_target_json(&stage->ons.items[k].target));
            }
        } else {
            add_outcomes(to, model, stage, NULL);
        }
        for (size_t k = 0; stage->action.kind == WR_ACT_ALL && k < stage->members.count; k++)
            if (!stage->members.items[k]->optional)
                add_outcomes(to, model, stage, stage->members.items[k]);
        wc_set(json, stage->name, to);
    }
    return json;
}

/* ---- effects -------------------------------------------------------------------------------- */

static json_t *effect_json(const struct wc_stage *stage, bool *acts)
{
    static const char *const effects[] = {"pure", "read", "repeatable", "keyed", "once"};
    static const char *const safe[] = {
        "there is nothing to repeat", "reads may be repeated", "sending it again changes nothing",
        "every send of a job carries its one key", "it is sent at most once"};
    bool tool = stage->operation != NULL;
    json_t *json = json_object();
    *acts = *acts || stage->effect >= WR_KEYED;
    wc_set_text(json, "effect", effects[stage->effect]);
    wc_set_text(json, "because",
                tool && stage->effect == WR_KEYED
                    ? "every send of a call carries the call's one key"
                : tool && stage->effect == WR_ONCE ? "each call is sent at most once"
                                                   : safe[stage->effect]);
    wc_set_flag(json, "each_call", tool);
    wc_set(json, "sends_at_most",
           json_integer(1 + (json_int_t)stage->retry.times + stage->repairs + stage->turns));
    wc_set_flag(json, "commit_awaited_before", stage->commit_before);
    wc_set_flag(json, "commit_awaited_after", stage->commit_after);
    wc_set_flag(json, "commit_awaited_to_park_or_publish",
                WR_PARKS(stage->action.kind) || stage->action.kind == WR_ACT_DRAFT);
    return json;
}

json_t *wc_proof_effects_json(const struct wc_workflow *flow)
{
    json_t *json = json_object(), *stages = json_object();
    bool acts = false;
    WC_EACH(i, &flow->activities)
    {
        const struct wc_stage *stage = flow->activities.items[i];
        json_t *name = stage->above ? json_sprintf("%s/%s", stage->above->name, stage->name)
                                    : json_string(stage->name);
        wc_set(stages, json_string_value(name), effect_json(stage, &acts));
        json_decref(name);
    }
    wc_set(json, "same_request_again_is_safe_without_a_key", json_boolean(!acts));
    wc_set_number(json, "dedupe_joins_within_ms", flow->dedupe ? (int64_t)flow->dedupe_ms : 0);
    wc_set(json, "commits_always_awaited",
           json_pack("[ss]", "acceptance", "the end, before its reply"));
    wc_set(json, "stages", stages);
    return json;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static int64_t value_bytes(const struct wc_stage *stage)
{
    const struct wc_type *type = stage->action.as;
    if (!type && stage->action.value && stage->action.kind != WR_ACT_EACH)
        type = stage->action.value->type;
    return type ? wc_json_bytes(type) : 0;
}

/* The longest of the names that an entry may have in it. */
static int64_t longest_name(const struct wc_model *model)
{
    size_t most = strlen(model->name) + strlen(model->version) + 80; /* a version with its hash */
    WC_EACH(i, &model->schemas)
    {
        size_t len = strlen(model->schemas.items[i]->name) + 80;
        most = len > most ? len : most;
    }
    WC_EACH(i, &model->models)
    {
        size_t len = strlen(model->models.items[i]->model);
        most = len > most ? len : most;
    }
    WC_EACH(i, &model->workflows)
    {
        WC_EACH(k, &model->workflows.items[i]->activities)
        {
            const struct wc_stage *stage = model->workflows.items[i]->activities.items[k];
            size_t len = strlen(stage->name) + 12; /* in a path, beside an item's number */
            WC_EACH(p, &stage->action.prompts)
            {
                size_t label = strlen(stage->action.prompts.items[p].label) + 80;
                len = label > len ? label : len;
            }
            most = len > most ? len : most;
        }
    }
    return (int64_t)most;
}

static int64_t longest_message(const struct wc_model *model)
{
    size_t most = 80;
    WC_EACH(i, &model->errors)
    {
        size_t len = strlen(model->errors.items[i]->message) + strlen(model->errors.items[i]->name);
        most = len > most ? len : most;
    }
    return (int64_t)most;
}

struct journal {
    int64_t entry;  /* of any entry, without its value */
    int64_t person; /* more of one that somebody sent: who, and why */
    int64_t ends;   /* more of the first and the last of a job */
};

/* An attempt's end has most: the detail, the version, the request; a path has a name for each level. */
static struct journal journal_of(const struct wc_model *model)
{
    int64_t names = longest_name(model), depth = 0;
    WC_EACH(i, &model->workflows)
    {
        int64_t one = (int64_t)model->workflows.items[i]->depth;
        depth = one > depth ? one : depth;
    }
    return (struct journal){
        .entry = WR_ENTRY_BYTES + ESCAPED * (WR_DETAIL_BYTES + 2 * WR_ID_BYTES) +
                 (8 + 2 * (depth + 1)) * names,
        .person = ESCAPED * (WR_CALLER_BYTES + WR_REASON_POINTS),
        .ends = ESCAPED * (WR_CALLER_BYTES + WR_TRACESTATE_BYTES + longest_message(model)),
    };
}

static int64_t stage_journal(const struct journal *journal, const struct wc_workflow *flow,
                             const struct wc_stage *stage);

static int64_t child_journal(const struct journal *journal, const struct wc_workflow *flow)
{
    int64_t sum = wc_add_sat(wc_mul_sat(8, journal->entry), wc_mul_sat(2, journal->ends));
    WC_EACH(i, &flow->stages)
    {
        sum = wc_add_sat(sum, stage_journal(journal, flow, flow->stages.items[i]));
    }
    return sum;
}

/* A turn of tools: what the model has asked for, escaped, and the journals of as many calls. */
static int64_t turn_journal(const struct journal *journal, const struct wc_workflow *flow,
                            const struct wc_stage *stage)
{
    int64_t most = 0, asked = 0;
    WC_EACH(i, &stage->members)
    {
        const struct wc_stage *tool = stage->members.items[i];
        int64_t call = stage_journal(journal, flow, tool), bytes = wc_argument_bytes(tool);
        most = call > most ? call : most;
        asked = bytes > asked ? bytes : asked;
    }
    asked = wc_add_sat(wc_mul_sat(asked, WR_ARGUMENT_TIMES), WR_ARGUMENT_MORE);
    return wc_mul_sat(wc_add_sat(most, wc_mul_sat(asked, ESCAPED)), WR_TOOL_CALLS);
}

/* Entered, left, parked, told, published, its value; an attempt begun and ended. */
static int64_t stage_journal(const struct journal *journal, const struct wc_workflow *flow,
                             const struct wc_stage *stage)
{
    int64_t attempts = 1 + (int64_t)stage->retry.times + stage->repairs + stage->turns;
    int64_t below = 0, rounds = 1;
    int64_t sum = wc_mul_sat(journal->entry, 6 + 2 * attempts);
    sum = wc_add_sat(sum, wc_mul_sat(2, value_bytes(stage)));
    sum = wc_add_sat(sum, WR_PARKS(stage->action.kind) ? journal->person : 0);
    for (size_t i = 0; !stage->turns && i < stage->members.count; i++)
        below = wc_add_sat(below, stage_journal(journal, flow, stage->members.items[i]));
    if (stage->turns)
        below = wc_mul_sat(stage->turns, turn_journal(journal, flow, stage));
    if (stage->action.child)
        below = wc_add_sat(below, child_journal(journal, stage->action.child));
    sum = wc_add_sat(sum, stage->action.kind == WR_ACT_EACH ? wc_mul_sat(below, wc_items_max(stage))
                                                            : below);
    for (size_t i = 0; stage->loop && !stage->above && i < flow->stages.count; i++)
        if (flow->stages.items[i]->loop == stage->loop)
            rounds = wc_add_sat(rounds, flow->stages.items[i]->action.at_most);
    return wc_mul_sat(sum, rounds);
}

json_t *wc_proof_bounds_json(const struct wc_model *model, const struct wc_workflow *flow)
{
    struct wc_type input = {.kind = WC_TYPE_SCHEMA, .schema = flow->input};
    struct wc_type output = {.kind = WC_TYPE_SCHEMA, .schema = flow->output};
    json_t *json = json_object(), *stages = json_object();
    WC_EACH(i, &flow->activities)
    {
        const struct wc_stage *stage = flow->activities.items[i];
        json_t *name = stage->above ? json_sprintf("%s/%s", stage->above->name, stage->name)
                                    : json_string(stage->name);
        wc_set(stages, json_string_value(name), json_integer(value_bytes(stage)));
        json_decref(name);
    }
    struct journal parts = journal_of(model);
    int64_t journal = wc_add_sat(child_journal(&parts, flow), wc_json_bytes(&input));
    journal = wc_add_sat(journal, wc_mul_sat(2, wc_json_bytes(&output)));
    journal = wc_mul_sat(2, journal); /* checkpoints are no longer than the rest together */
    wc_set(json, "request_bytes", json_integer(wc_json_bytes(&input)));
    wc_set(json, "output_bytes", json_integer(wc_json_bytes(&output)));
    wc_set(json, "stage_value_bytes", stages);
    wc_set(json, "journal_bytes", json_integer(journal));
    wc_set(json, "journal_entry_bytes", json_integer(parts.entry));
    return json;
}

/* ---- outages -------------------------------------------------------------------------------- */

static json_t *ending_json(const struct wc_ending *ending)
{
    static const char *const results[] = {"none", "full", "draft", "fallback"};
    const struct wc_target *target = ending->target;
    json_t *json = json_object(), *when = json_array();
    bool done = target->kind == WR_TO_DONE;
    wc_set_text(json, "status",
                !done                              ? "failed"
                : target->result == WR_RESULT_FULL ? "completed"
                                                   : "degraded");
    wc_set_text(json, "result_type", done ? results[target->result] : NULL);
    wc_set_text(json, "error", done ? NULL : target->error->name);
    wc_set_number(json, "http", done ? 0 : target->error->status);
    WC_EACH(i, &ending->when)
    {
        wc_append(when, json_string(ending->when.items[i]));
    }
    if (json_array_size(when))
        wc_set(json, "when", when);
    else
        json_decref(when);
    return json;
}

json_t *wc_proof_outages_json(const struct wc_workflow *flow)
{
    struct wc_arena scratch = {0};
    struct wc_outages outages;
    json_t *json = json_object(), *list = json_array(), *names = json_array();
    wc_find_outages(&scratch, flow, &outages);
    WC_EACH(i, &outages.names)
    {
        wc_append(names, json_string(outages.names.items[i].name));
    }
    WC_EACH(i, &outages.list)
    {
        const struct wc_outage *outage = &outages.list.items[i];
        json_t *row = json_object(), *down = json_array(), *ends = json_array();
        WC_EACH(k, &outages.names)
        {
            if (k < 63 && outage->down >> k & 1)
                wc_append(down, json_string(outages.names.items[k].name));
        }
        WC_EACH(k, &outage->ends)
        {
            wc_append(ends, ending_json(&outage->ends.items[k]));
        }
        wc_set(row, "down", down);
        wc_set(row, "ends", ends);
        wc_set_flag(row, "more", outage->more);
        wc_append(list, row);
    }
    wc_set(json, "dependencies", names);
    wc_set_text(json, "subsets", outages.all ? "all" : "of up to two, for there are many");
    wc_set(json, "table", list);
    wc_arena_free(&scratch);
    return json;
}

/* ---- labels --------------------------------------------------------------------------------- */

static bool reveals(const struct wc_expr *expr)
{
    if (!expr)
        return false;
    if (expr->revealed)
        return true;
    for (size_t i = 0; i < expr->kid_count; i++)
        if (reveals(expr->kids[i]))
            return true;
    return false;
}

static void add_revealed(json_t *list, const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    WC_EACH(i, &action->prompts)
    {
        if (reveals(action->prompts.items[i].text))
            wc_append(list, json_sprintf("the prompt of %s", stage->name));
    }
    if (reveals(action->path))
        wc_append(list, json_sprintf("the path of %s", stage->name));
    if (reveals(action->body))
        wc_append(list, json_sprintf("the body of %s", stage->name));
    if (reveals(action->value))
        wc_append(list, json_sprintf("the value of %s", stage->name));
    WC_EACH(i, &stage->ons)
    {
        if (reveals(stage->ons.items[i].target.with))
            wc_append(list, json_sprintf("what %s serves", stage->name));
    }
}

json_t *wc_proof_labels_json(const struct wc_model *model)
{
    static const char *const texts[] = {"", "@pii", "@secret", "@pii and @secret"};
    json_t *json = json_object(), *fields = json_object(), *revealed = json_array();
    WC_EACH(i, &model->schemas)
    {
        const struct wc_schema *schema = model->schemas.items[i];
        WC_EACH(k, &schema->fields)
        {
            const struct wc_field *field = &schema->fields.items[k];
            if (field->labels)
                wc_set(fields, wc_arena_printf(model->arena, "%s.%s", schema->name, field->name),
                       json_string(texts[field->labels & 3]));
        }
    }
    WC_EACH(i, &model->workflows)
    {
        WC_EACH(k, &model->workflows.items[i]->activities)
        {
            add_revealed(revealed, model->workflows.items[i]->activities.items[k]);
        }
    }
    wc_set(json, "fields", fields);
    wc_set(json, "revealed_in", revealed);
    wc_set(json, "reach_nothing_else_of",
           json_pack("[ssss]", "prompts", "requests", "keys of remembered values",
                     "fields that are not labelled so"));
    return json;
}
