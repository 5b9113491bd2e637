/* The stages of a workflow in contract.json: what each does, can raise and leads to; and the paths
 * that failures can take, with their worst case in time. */
#include "compiler/emit/contract.h"
#include "compiler/emit/machine.h"
#include "compiler/model/classes.h"

#include <string.h>

#define PATHS_MAX 200   /* listed; where there are more, the last entry says so */
#define STEPS_MAX 20000 /* of the search for them */

/* `["transient", "timeout_ttft"]`: a group where all of it is in the set, else classes. */
static json_t *classes_json(uint64_t classes)
{
    size_t count = 0;
    const struct wc_group *groups = wc_groups(&count);
    json_t *json = json_array();
    if (classes & WR_ON_OK)
        wc_append(json, json_string("ok"));
    classes &= ~WR_ON_OK;
    for (size_t i = 0; i < count; i++) {
        if (groups[i].classes & ~classes)
            continue;
        wc_append(json, json_string(groups[i].name));
        classes &= ~groups[i].classes;
    }
    for (int class = WR_OK + 1; class < WR_CLASS_COUNT; class ++)
        if (classes & WR_BIT(class))
            wc_append(json, json_string(wc_class_name((enum wr_class) class)));
    return json;
}

/* ---- what a stage does -------------------------------------------------------------------- */

static json_t *prompts_json(const struct wc_action *action)
{
    json_t *json = json_array();
    WC_EACH(i, &action->prompts)
    {
        const struct wc_prompt *prompt = &action->prompts.items[i];
        json_t *row = json_object();
        wc_set_text(row, "role", prompt->role);
        wc_set_text(row, "label", prompt->label);
        wc_set_text(row, "hash", prompt->hash);
        wc_append(json, row);
    }
    return json;
}

/* What is begun below the stage; members and items stand beside the action. */
static void set_below(json_t *json, const struct wc_action *action)
{
    if (action->kind == WR_ACT_EACH) {
        wc_set(json, "each", wc_expr_json(action->value));
        wc_set_text(json, "item", action->item);
        wc_set_number(json, "at_a_time", action->at_a_time);
        wc_set_number(json, "may_fail", action->may_fail);
    } else if (action->kind == WR_ACT_RUN) {
        wc_set(json, "run",
               json_sprintf("%s@%d", action->child->name, (int)action->child->version));
        wc_set(json, "with", wc_expr_json(action->value));
    } else {
        wc_set_flag(json, "all", true);
    }
}

static json_t *examples_json(const struct wc_action *action)
{
    json_t *json = json_object();
    wc_set_text(json, "label", action->examples_label);
    wc_set_text(json, "hash", action->examples_hash);
    wc_set_number(json, "pairs", (int64_t)action->examples.count);
    return json;
}

static json_t *action_json(const struct wc_action *action)
{
    static const char *const methods[] = {"get", "head", "post", "put", "patch", "delete"};
    json_t *json = json_object();
    if (action->as && action->as->kind == WC_TYPE_SCHEMA && !action->as->schema->made_by)
        wc_set_text(json, "as", action->as->schema->name);
    switch (action->kind) {
    case WR_ACT_VALUE:
        wc_set(json, "make", wc_expr_json(action->value));
        break;
    case WR_ACT_MATCH:
        wc_set(json, "match", json_true());
        break;
    case WR_ACT_HTTP:
        wc_set_text(json, methods[action->method], action->service->name);
        wc_set(json, "path", wc_expr_json(action->path));
        if (action->body)
            wc_set(json, "body", wc_expr_json(action->body));
        break;
    case WR_ACT_CALL:
        wc_set_text(json, "call", action->function->name);
        if (action->value)
            wc_set(json, "with", wc_expr_json(action->value));
        break;
    case WR_ACT_ASK:
        wc_set_text(json, "ask", action->model->name);
        wc_set(json, "prompts", prompts_json(action));
        if (action->examples_hash)
            wc_set(json, "examples", examples_json(action));
        break;
    case WR_ACT_RECALL:
        wc_set(json, "recall", wc_expr_json(action->key));
        wc_set_number(json, "within_ms", action->within_ms);
        wc_set(json, "shared", json_boolean(action->shared));
        break;
    case WR_ACT_DRAFT:
        wc_set(json, "reply_draft", wc_expr_json(action->value));
        break;
    case WR_ACT_SLEEP:
        wc_set(json, "sleep_ms", json_integer(action->within_ms));
        wc_set_number(json, "at_most", action->at_most);
        break;
    case WR_ACT_SIGNAL:
        wc_set_text(json, "wait_for_signal", action->signal);
        wc_set_number(json, "within_ms", action->within_ms);
        break;
    case WR_ACT_REVIEW:
        wc_set(json, "wait_for_review", wc_expr_json(action->value));
        wc_set_number(json, "within_ms", action->within_ms);
        break;
    case WR_ACT_ALL:
    case WR_ACT_EACH:
    case WR_ACT_RUN:
        set_below(json, action);
        break;
    }
    return json;
}

static json_t *checks_json(const struct wc_stage *stage)
{
    json_t *json = json_array();
    WC_EACH(i, &stage->checks)
    {
        const struct wc_check *check = &stage->checks.items[i];
        json_t *row = json_object();
        wc_set(row, "check", wc_expr_json(check->condition));
        wc_set_text(row, "else", check->otherwise ? check->otherwise->name : "check_failed");
        wc_append(json, row);
    }
    return json;
}

static json_t *retry_json(const struct wr_retry *retry)
{
    json_t *json = json_object();
    wc_set(json, "times", json_integer(retry->times));
    wc_set(json, "on", classes_json(retry->on));
    wc_set_number(json, "backoff_min_ms", retry->backoff_min_ms);
    wc_set_number(json, "backoff_max_ms", retry->backoff_max_ms);
    return json;
}

/* ---- what it raises and leads to ---------------------------------------------------------- */

static json_t *raises_json(const struct wc_model *model, const struct wc_stage *stage)
{
    json_t *json = classes_json(stage->raises.classes & ~WR_ON_OK);
    WC_EACH(i, &model->errors)
    {
        const struct wc_user_error *error = model->errors.items[i];
        if (stage->raises.errors[error->id / 64] >> (error->id % 64) & 1)
            wc_append(json, json_string(error->name));
    }
    return json;
}

json_t *wc_target_json(const struct wc_target *target)
{
    static const char *const results[] = {"none", "full", "draft", "fallback"};
    struct wc_buf text = {0};
    if (target->kind == WR_TO_STAGE)
        wc_buf_text(&text, target->stage->name);
    else if (target->kind == WR_TO_FAIL)
        wc_buf_printf(&text, "fail %s", target->error->name);
    else
        wc_buf_printf(&text, "done %s", results[target->result]);
    json_t *json = json_string(text.data);
    wc_buf_free(&text);
    return json;
}

/* "company.transient": of a member's outcomes. */
static void add_member_row(json_t *labels, const struct wc_row *row)
{
    size_t i;
    json_t *name, *names = row->error ? json_array() : classes_json(row->classes);
    if (row->error)
        wc_append(names, json_string(row->error->name));
    json_array_foreach(names, i, name)
        wc_append(labels, json_sprintf("%s.%s", row->member->name, json_string_value(name)));
    json_decref(names);
}

/* The rows of one `on` line make one entry: how they were grouped does not count. */
static json_t *transition_json(const struct wc_stage *stage, const struct wc_on *on)
{
    uint64_t classes = 0;
    json_t *errors = json_array();
    WC_EACH(i, &stage->rows)
    {
        const struct wc_row *row = &stage->rows.items[i];
        if (row->on != on)
            continue;
        if (row->member) {
            add_member_row(errors, row);
            continue;
        }
        classes |= row->error ? 0 : row->classes;
        if (row->error)
            wc_append(errors, json_string(row->error->name));
    }
    json_t *json = json_object(), *labels = classes_json(classes);
    json_array_extend(labels, errors);
    json_decref(errors);
    wc_set(json, "on", labels);
    wc_set(json, "to", wc_target_json(&on->target));
    if (stage->action.kind == WR_ACT_MATCH) {
        const struct wc_expr *when = stage->action.arms.items[on - stage->ons.items].condition;
        wc_set(json, "when", when ? wc_expr_json(when) : json_string("else"));
        wc_set(json, "nth", json_integer(on - stage->ons.items + 1)); /* the first that holds */
    }
    if (on->target.with)
        wc_set(json, "with", wc_expr_json(on->target.with));
    if (on->target.remember) {
        wc_set(json, "remember_by", wc_expr_json(on->target.remember));
        wc_set(json, "remember_shared", json_boolean(on->target.remember_shared));
    }
    return json;
}

static json_t *members_json(const struct wc_model *model, const struct wc_stage *stage);

/* What a model is told of a tool. */
static void set_operation(json_t *json, const struct wc_operation *operation)
{
    wc_set_text(json, "about", operation->doc);
    wc_set_text(json, "takes", operation->takes ? operation->takes->name : NULL);
}

json_t *wc_operation_json(const struct wc_stage *tool)
{
    const struct wc_schema *takes = tool->operation->takes;
    json_t *json = json_object();
    wc_set(json, "action", action_json(&tool->action));
    wc_set_text(json, "about", tool->operation->doc);
    wc_set_text(json, "takes", takes ? takes->hash : NULL);
    return json;
}

static json_t *stage_json(const struct wc_model *model, const struct wc_stage *stage)
{
    static const char *const effects[] = {"pure", "read", "repeatable", "keyed", "once"};
    json_t *json = json_object(), *transitions = json_array();
    wc_set(json, "action", action_json(&stage->action));
    wc_set_number(json, "turns", stage->turns);
    if (stage->operation)
        set_operation(json, stage->operation);
    if (stage->members.count)
        wc_set(json,
               stage->turns                        ? "tools"
               : stage->action.kind == WR_ACT_EACH ? "items"
                                                   : "members",
               members_json(model, stage));
    wc_set_flag(json, "optional", stage->optional);
    wc_set(json, "checks", checks_json(stage));
    wc_set_text(json, "effect", effects[stage->effect]);
    wc_set_number(json, "timeout_ms", stage->timeout_ms);
    wc_set_number(json, "first_token_ms", stage->first_token_ms);
    wc_set_number(json, "idle_ms", stage->idle_ms);
    wc_set_number(json, "within_ms", stage->within_ms);
    if (stage->retry.times)
        wc_set(json, "retry", retry_json(&stage->retry));
    wc_set_number(json, "repairs", stage->repairs);
    if (stage->hedge) {
        json_t *hedge = json_object();
        wc_set_number(hedge, "after_ms", stage->hedge_ms);
        wc_set_text(hedge, "model", stage->hedge->name);
        wc_set(json, "hedge", hedge);
    }
    wc_set(json, "floor_ms", json_integer((json_int_t)stage->floor_ms));
    wc_set(json, "floor_after_ms", json_integer((json_int_t)stage->floor_after_ms));
    wc_set_number(json, "reply_floor_ms", (int64_t)stage->reply_floor_ms);
    wc_set(json, "raises", raises_json(model, stage));
    WC_EACH(i, &stage->ons)
    {
        wc_append(transitions, transition_json(stage, &stage->ons.items[i]));
    }
    if (stage->above)
        json_decref(transitions);
    else
        wc_set(json, "transitions", wc_sorted_take(transitions));
    return json;
}

/* Members by name; of `each` what is done with every item. */
static json_t *members_json(const struct wc_model *model, const struct wc_stage *stage)
{
    if (stage->action.kind == WR_ACT_EACH)
        return stage_json(model, stage->members.items[0]);
    json_t *json = json_object();
    WC_EACH(i, &stage->members)
    {
        wc_set(json, stage->members.items[i]->name, stage_json(model, stage->members.items[i]));
    }
    return json;
}

json_t *wc_stages_json(const struct wc_model *model, const struct wc_workflow *flow)
{
    json_t *json = json_object();
    WC_EACH(i, &flow->stages)
    {
        const struct wc_stage *stage = flow->stages.items[i];
        wc_set(json, stage->name, stage_json(model, stage));
    }
    return json;
}

/* ---- paths -------------------------------------------------------------------------------- */

/* One walk through the stages; `on` holds the stages on the way, so that a loop is walked once. */
struct walk {
    const struct wc_workflow *flow;
    json_t *paths;
    const struct wc_stage **on;
    size_t depth, steps;
    int64_t worst_ms;
};

static bool is_over(const struct walk *walk)
{
    return json_array_size(walk->paths) >= PATHS_MAX || walk->steps >= STEPS_MAX;
}

static void add_path(struct walk *walk, const struct wc_target *end)
{
    struct wc_buf text = {0};
    for (size_t i = 0; i < walk->depth; i++)
        wc_buf_printf(&text, "%s%s", i ? ", " : "", walk->on[i]->name);
    json_t *path = json_object();
    wc_set_text(path, "stages", text.data);
    wc_set(path, "ends", wc_target_json(end));
    wc_set(path, "one_attempt_each_ms", json_integer(walk->worst_ms));
    wc_append(walk->paths, path);
    wc_buf_free(&text);
}

static bool walked(const struct walk *walk, const struct wc_stage *stage)
{
    for (size_t i = 0; i < walk->depth; i++)
        if (walk->on[i] == stage)
            return true;
    return false;
}

static void step(struct walk *walk, const struct wc_stage *stage)
{
    int64_t takes = stage->within_ms ? stage->within_ms : stage->timeout_ms;
    walk->on[walk->depth++] = stage;
    walk->steps++;
    walk->worst_ms += takes;
    WC_EACH(i, &stage->ons)
    {
        const struct wc_target *target = &stage->ons.items[i].target;
        if (is_over(walk))
            break;
        if (target->kind != WR_TO_STAGE)
            add_path(walk, target);
        else if (!walked(walk, target->stage))
            step(walk, target->stage);
    }
    walk->depth--;
    walk->worst_ms -= takes;
}

json_t *wc_paths_json(const struct wc_workflow *flow)
{
    struct wc_arena scratch = {0};
    struct walk walk = {
        .flow = flow,
        .paths = json_array(),
        .on = WC_NEW_ARRAY(&scratch, const struct wc_stage *, flow->stages.count + 1),
    };
    if (flow->stages.count)
        step(&walk, flow->stages.items[0]);
    if (is_over(&walk)) {
        json_t *more = json_object();
        wc_set_flag(more, "more", true);
        wc_append(walk.paths, more);
    }
    wc_arena_free(&scratch);
    return wc_sorted_take(walk.paths);
}
