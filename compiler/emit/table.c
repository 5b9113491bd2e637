/* A workflow's tables in C: what follows each stage, the stages, and the workflow's row. */
#include "compiler/check/proof.h"
#include "compiler/emit/life.h"
#include "compiler/emit/machine.h"

/* ---- transitions -------------------------------------------------------------------------- */

/* A row under construction: labels of one `on` line that may stand together. */
struct row {
    uint64_t classes;
    const struct wc_user_error *error;
    const struct wc_stage *member;
    const struct wc_on *on;
};

struct rows {
    WC_VEC(struct row) list;
};

int wc_label_rank(const struct wc_on_label *label)
{
    int bare = label->member ? 0 : WC_RANK_MAX / 2 + 1; /* a member's own labels come first */
    switch (label->kind) {
    case WC_ON_USER_ERROR:
        return bare;
    case WC_ON_OK:
    case WC_ON_CLASS:
        return bare + 1;
    case WC_ON_GROUP:
        return bare + 2;
    case WC_ON_ALL:
        break;
    }
    return bare + 3;
}

/* Joins the row before it where that is of the same line and of no user error. */
static void add_row(struct wc_arena *arena, struct rows *rows, const struct wc_on *on,
                    const struct wc_on_label *label)
{
    size_t count = rows->list.count;
    struct row *last = count ? &rows->list.items[count - 1] : NULL;
    if (last && last->on == on && !last->error && !label->error && last->member == label->member) {
        last->classes |= label->classes;
        return;
    }
    struct row row = {label->classes, label->error, label->member, on};
    if (label->error)
        row.classes = WR_BIT(label->error->class);
    wc_push(arena, &rows->list, row);
}

static struct rows rows_of(struct wc_arena *arena, const struct wc_stage *stage)
{
    struct rows rows = {0};
    for (int at = 0; at <= WC_RANK_MAX; at++) {
        WC_EACH(i, &stage->ons)
        {
            const struct wc_on *on = &stage->ons.items[i];
            WC_EACH(j, &on->labels)
            {
                if (wc_label_rank(&on->labels.items[j]) == at)
                    add_row(arena, &rows, on, &on->labels.items[j]);
            }
        }
    }
    return rows;
}

static void init_target(struct wc_init *init, struct wc_machine *machine,
                        const struct wc_stage *stage, const struct wc_target *target)
{
    static const char *const results[] = {"WR_RESULT_NONE", "WR_RESULT_FULL", "WR_RESULT_DRAFT",
                                          "WR_RESULT_FALLBACK"};
    switch (target->kind) {
    case WR_TO_STAGE:
        wc_init_field(init, "to", "WR_TO_STAGE");
        wc_init_field(init, "target", "STAGE_%s", target->stage->name);
        return;
    case WR_TO_FAIL:
        wc_init_field(init, "to", "WR_TO_FAIL");
        wc_init_field(init, "target", "ERROR_%s", target->error->name);
        return;
    case WR_TO_DONE:
        break;
    }
    wc_init_field(init, "to", "WR_TO_DONE");
    wc_init_field(init, "result", "%s", results[target->result]);
    if (target->with)
        wc_init_field(init, "with", "%s", wc_served_function(machine, stage, target->with));
    if (target->remember)
        wc_init_field(init, "remember", "%s", wc_key_function(machine, target->remember));
    wc_init_flag(init, "remember_shared", target->remember_shared);
}

static void emit_transitions(struct wc_buf *out, struct wc_machine *machine,
                             const struct wc_stage *stage)
{
    struct rows rows = rows_of(machine->arena, stage);
    wc_buf_printf(out, "static const struct wr_transition after_%s[] = {\n", stage->name);
    WC_EACH(i, &rows.list)
    {
        const struct row *row = &rows.list.items[i];
        struct wc_init init = {.arena = machine->arena, .indent = 8};
        wc_init_mask(&init, "on", row->classes);
        if (row->error)
            wc_init_field(&init, "only", "1 + ERROR_%s", row->error->name);
        WC_EACH(k, &stage->members)
        {
            if (row->member == stage->members.items[k])
                wc_init_field(&init, "member", "%zu", k + 1);
        }
        if (stage->action.kind == WR_ACT_ALL) {
            wc_init_number(&init, "order", row->on - stage->ons.items);
            wc_init_flag(&init, "waits", row->on->waits);
        }
        init_target(&init, machine, stage, &row->on->target);
        wc_init_flag(&init, "without", row->on->without);
        wc_init_write(out, "", &init, false, ",");
    }
    wc_buf_text(out, "};\n\n");
}

/* ---- stages ------------------------------------------------------------------------------- */

static void init_retry(struct wc_init *init, const struct wr_retry *retry)
{
    if (retry->times == 0)
        return;
    struct wc_init inner = {.arena = init->arena, .indent = init->indent + 8};
    wc_init_number(&inner, "times", retry->times);
    wc_init_mask(&inner, "on", retry->on);
    wc_init_number(&inner, "backoff_min_ms", retry->backoff_min_ms);
    wc_init_number(&inner, "backoff_max_ms", retry->backoff_max_ms);
    wc_init_nested(init, "retry", &inner);
}

/* Where the engine finds the value's slot. */
static void init_value(struct wc_init *init, struct wc_machine *machine,
                       const struct wc_stage *stage)
{
    struct wc_arena *arena = machine->arena;
    const struct wc_stage *above = stage->above;
    bool item = above && above->action.kind == WR_ACT_EACH;
    bool gives = stage->action.as && stage->action.as->kind == WC_TYPE_SCHEMA;
    if (wc_is_gathering(stage) || (!gives && !item))
        return;
    if (gives)
        wc_init_field(init, "value", "&schema_%s", wc_c_schema(arena, stage->action.as->schema));
    if (stage->operation)
        return; /* it is the model's */
    if (item)
        wc_init_field(init, "value_at", "offsetof(struct frame, values_of_%s)", above->name);
    else if (above)
        wc_init_field(init, "value_at", "offsetof(struct frame, members_of_%s.%s)", above->name,
                      wc_c_name(arena, stage->name));
    else
        wc_init_field(init, "value_at", "offsetof(struct frame, %s)", wc_c_stage(arena, stage));
}

static void init_members(struct wc_init *init, const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    if (wc_has_rows(stage)) {
        wc_init_field(init, "members", "members_of_%s", stage->name);
        wc_init_field(init, "member_count", "WR_COUNT(members_of_%s)", stage->name);
        wc_init_flag(init, "each", action->kind == WR_ACT_EACH);
        wc_init_number(init, "at_a_time", action->at_a_time);
        wc_init_number(init, "may_fail", action->may_fail);
        wc_init_number(init, "turns", stage->turns);
    }
    if (stage->operation) {
        wc_init_flag(init, "tool", true);
        wc_init_text(init, "about", stage->doc);
        if (stage->operation->takes) {
            wc_init_field(init, "takes", "&schema_%s",
                          wc_c_schema(init->arena, stage->operation->takes));
            wc_init_number(init, "takes_bytes", wc_argument_bytes(stage));
        }
    }
    if (action->child)
        wc_init_field(init, "child", "&workflow_%s", action->child->name);
    wc_init_flag(init, "optional", stage->optional);
    if (stage->above && stage->above->action.kind == WR_ACT_ALL && !stage->optional)
        wc_init_number(init, "least_order", (int64_t)stage->least_order);
}

static void emit_stage_row(struct wc_buf *out, struct wc_machine *machine,
                           const struct wc_stage *stage)
{
    static const char *const effects[] = {"WR_PURE", "WR_READ", "WR_REPEATABLE", "WR_KEYED",
                                          "WR_ONCE"};
    struct wc_arena *arena = machine->arena;
    struct wc_init init = {.arena = arena, .indent = 8};
    wc_init_text(&init, "name", stage->name);
    wc_init_field(&init, "run", "%s", wc_c_run(arena, stage));
    init_value(&init, machine, stage);
    wc_init_field(&init, "effect", "%s", effects[stage->effect]);
    wc_init_number(&init, "timeout_ms", stage->timeout_ms);
    wc_init_number(&init, "first_token_ms", stage->first_token_ms);
    wc_init_number(&init, "idle_ms", stage->idle_ms);
    wc_init_number(&init, "within_ms", stage->within_ms);
    init_retry(&init, &stage->retry);
    wc_init_number(&init, "repairs", stage->repairs);
    if (stage->hedge) {
        wc_init_number(&init, "hedge_after_ms", stage->hedge_ms);
        wc_init_field(&init, "hedge_model", "MODEL_%s", stage->hedge->name);
    }
    wc_init_number(&init, "floor_ms", (int64_t)stage->floor_ms);
    wc_init_number(&init, "floor_after_ms", (int64_t)stage->floor_after_ms);
    wc_init_number(&init, "reply_floor_after_ms", (int64_t)stage->reply_floor_after_ms);
    wc_init_number(&init, "loop", (int64_t)stage->loop);
    wc_init_text(&init, "signal", stage->action.signal);
    wc_init_number(&init, "at_most", stage->action.at_most);
    wc_init_number(&init, "round_ms", (int64_t)stage->round_ms);
    wc_init_text(&init, "prompt", wc_prompt_version(arena, stage));
    if (!stage->above) {
        wc_init_field(&init, "transitions", "after_%s", stage->name);
        wc_init_field(&init, "transition_count", "WR_COUNT(after_%s)", stage->name);
    }
    wc_init_flag(&init, "commit_before", stage->commit_before);
    wc_init_flag(&init, "commit_after", stage->commit_after);
    init_members(&init, stage);
    wc_init_write(out, "", &init, true, ",");
}

/* ---- the workflow ------------------------------------------------------------------------- */

/* The services of each event, by name. */
static void init_notices(struct wc_init *init, const struct wc_workflow *flow)
{
    struct wc_init inner = {.arena = init->arena, .indent = init->indent + 8};
    for (enum wc_notice_event event = 0; event < WC_NOTICES; event++) {
        const char *names = NULL;
        WC_EACH(i, &flow->notices)
        {
            const struct wc_notice *notice = &flow->notices.items[i];
            if (notice->event == event)
                names = names ? wc_arena_printf(init->arena, "%s %s", names, notice->service->name)
                              : notice->service->name;
        }
        wc_init_text(&inner, wc_notice_name(event), names);
    }
    if (inner.fields.count)
        wc_init_nested(init, "notify", &inner);
}

/* How long what its jobs remember can still be asked for. */
static int64_t longest_recall(const struct wc_workflow *flow)
{
    int64_t longest = 0;
    WC_EACH(i, &flow->activities)
    {
        const struct wc_action *action = &flow->activities.items[i]->action;
        if (action->kind == WR_ACT_RECALL && action->within_ms > longest)
            longest = action->within_ms;
    }
    return longest;
}

static void emit_workflow_row(struct wc_buf *out, struct wc_machine *machine)
{
    static const char *const upgrades[] = {NULL, "WR_UPGRADE_HOLD", "WR_UPGRADE_RESTART",
                                           "WR_UPGRADE_FAIL"};
    static const char *const latencies[] = {"WR_INSTANT", "WR_WAITING", "WR_BACKGROUND"};
    const struct wc_workflow *flow = machine->workflow;
    struct wc_arena *arena = machine->arena;
    struct wc_init init = {.arena = arena, .indent = 4};
    wc_init_text(&init, "name", flow->name);
    wc_init_number(&init, "version", flow->version);
    wc_init_text(&init, "method", flow->method);
    wc_init_text(&init, "path", flow->path);
    wc_init_field(&init, "input", "&schema_%s", wc_c_schema(arena, flow->input));
    wc_init_field(&init, "output", "&schema_%s", wc_c_schema(arena, flow->output));
    wc_init_field(&init, "latency", "%s", latencies[flow->latency]);
    wc_init_number(&init, "budget_ms", (int64_t)flow->budget_ms);
    wc_init_number(&init, "background_ms", (int64_t)flow->background_ms);
    wc_init_number(&init, "cost_ceiling", flow->cost_ceiling);
    wc_init_flag(&init, "cost_enforced", flow->cost_enforced);
    wc_init_flag(&init, "key_required", flow->key_required);
    wc_init_flag(&init, "cancel_on_leave", flow->cancel_on_leave);
    if (flow->dedupe) {
        struct wc_init dedupe = {.arena = arena, .indent = 12};
        wc_init_field(&dedupe, "key", "%s", wc_key_function(machine, flow->dedupe));
        wc_init_number(&dedupe, "window_ms", (int64_t)flow->dedupe_ms);
        wc_init_flag(&dedupe, "shared", flow->dedupe_shared);
        wc_init_nested(&init, "dedupe", &dedupe);
    }
    if (flow->split) {
        struct wc_init split = {.arena = arena, .indent = 12};
        wc_init_field(&split, "key", "%s", wc_key_function(machine, flow->split));
        wc_init_number(&split, "share", flow->split_share);
        wc_init_field(&split, "from", "MODEL_%s", flow->split_from->name);
        wc_init_field(&split, "to", "MODEL_%s", flow->split_to->name);
        wc_init_nested(&init, "split", &split);
    }
    wc_init_number(&init, "keep_ms", (int64_t)flow->keep_ms);
    if (flow->on_upgrade)
        wc_init_field(&init, "on_upgrade", "%s", upgrades[flow->on_upgrade]);
    wc_init_life(&init, &flow->life);
    wc_init_limits(&init, &flow->limits);
    wc_init_field(&init, "frame_size", "sizeof(struct frame)");
    wc_init_field(&init, "input_at", "offsetof(struct frame, input)");
    if (flow->reads_about)
        wc_init_field(&init, "about_at", "offsetof(struct frame, about)");
    init_notices(&init, flow);
    wc_init_field(&init, "stages", "stages");
    wc_init_field(&init, "stage_count", "STAGES");
    wc_init_number(&init, "recall_ms", longest_recall(flow));
    wc_buf_printf(out, "const struct wr_workflow workflow_%s = ", flow->name);
    wc_init_write(out, "", &init, true, ";");
}

void wc_emit_tables(struct wc_buf *out, struct wc_machine *machine)
{
    const struct wc_workflow *flow = machine->workflow;
    wc_c_banner(out, "what follows a stage: the first row that matches is taken");
    WC_EACH(i, &flow->stages)
    {
        emit_transitions(out, machine, flow->stages.items[i]);
    }
    out->len -= 1; /* the empty line: the banner brings its own */
    wc_c_banner(out, "stages and workflow");
    WC_EACH(i, &flow->stages)
    {
        const struct wc_stage *stage = flow->stages.items[i];
        if (!wc_has_rows(stage))
            continue;
        wc_buf_printf(out, "static const struct wr_stage members_of_%s[] = {\n", stage->name);
        WC_EACH(k, &stage->members)
        {
            emit_stage_row(out, machine, stage->members.items[k]);
        }
        wc_buf_text(out, "};\n\n");
    }
    wc_buf_text(out, "static const struct wr_stage stages[STAGES] = {\n");
    WC_EACH(i, &flow->stages)
    {
        emit_stage_row(out, machine, flow->stages.items[i]);
    }
    wc_buf_text(out, "};\n\n");
    emit_workflow_row(out, machine);
}
