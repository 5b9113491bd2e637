/* Outcomes of a stage: its action, schema, limits, policies and checks say which there are; its
 * labels say where each goes, the most specific first: user error, class, group, `error`. */
#include "compiler/model/outcomes.h"

#include "compiler/model/classes.h"

#define BIT(name) WR_BIT(WR_CLASS_##name)

/* Every attempt over a network. */
static const uint64_t network = BIT(connect_failed) | BIT(overloaded) | BIT(rate_limited) |
                                BIT(server_error) | BIT(stream_truncated) | BIT(timeout_connect) |
                                BIT(timeout_total) | BIT(bad_request) | BIT(auth) | BIT(not_found) |
                                BIT(conflict) | BIT(billing);
/* Ways to end after a request may have left, and without an answer that says what became of it. Of a
 * once effect each of them is `uncertain` (runtime/engine/settle.c). */
static const uint64_t unknown_end = BIT(stream_truncated) | BIT(timeout_total);
/* A model's answer comes in pieces, may be none, and is paid for. */
static const uint64_t asked = BIT(output_truncated) | BIT(stream_malformed) | BIT(context_length) |
                              BIT(quota_exhausted) | BIT(refusal) | BIT(content_filter);

static uint64_t tripped(const struct wr_limits *limits, const struct wr_breaker *breaker)
{
    uint64_t classes = 0;
    if (limits->concurrent || limits->calls || limits->tokens)
        classes |= BIT(limit_reached);
    if (breaker->failures)
        classes |= BIT(breaker_open);
    return classes;
}

/* As the most that stands below it. */
static enum wr_effect_kind effect_below(const struct wc_stage *stage)
{
    enum wr_effect_kind effect = WR_PURE;
    const struct wc_workflow *child = stage->action.child;
    WC_EACH(i, &stage->members)
    {
        if (stage->members.items[i]->effect > effect)
            effect = stage->members.items[i]->effect;
    }
    for (size_t i = 0; child && i < child->activities.count; i++)
        if (child->activities.items[i]->effect > effect)
            effect = child->activities.items[i]->effect;
    return effect;
}

static enum wr_effect_kind effect_of(const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    switch (action->kind) {
    case WR_ACT_ALL:
    case WR_ACT_EACH:
    case WR_ACT_RUN:
        return effect_below(stage);
    case WR_ACT_VALUE:
    case WR_ACT_SLEEP:
    case WR_ACT_MATCH:
    case WR_ACT_SIGNAL:
    case WR_ACT_REVIEW:
        return WR_PURE;
    case WR_ACT_DRAFT:
        return WR_REPEATABLE;
    case WR_ACT_RECALL:
        return WR_READ;
    case WR_ACT_ASK:
        return WR_REPEATABLE;
    case WR_ACT_CALL:
        return action->function ? action->function->effect : WR_ONCE;
    default:
        break;
    }
    if (action->method == WR_GET || action->method == WR_HEAD)
        return WR_READ;
    if (action->method == WR_PUT || action->method == WR_DELETE)
        return WR_REPEATABLE;
    return action->service && action->service->idempotency_header ? WR_KEYED : WR_ONCE;
}

/* What the tools of an `ask` bring: a service that says no to a call is heard by the model, which goes on;
 * and a model that has used up its turns has not answered. */
static uint64_t tool_classes(const struct wc_stage *stage)
{
    uint64_t classes = BIT(limit_reached);
    WC_EACH(i, &stage->members)
    {
        classes |= stage->members.items[i]->raises.classes;
    }
    return classes & ~(WR_BIT(WR_OK) | WR_ON_TOLD);
}

/* What it declares; that it gives what does not fit, takes too long, or finds no thread to run on. */
static uint64_t call_classes(const struct wc_stage *stage)
{
    const struct wc_hook *function = stage->action.function;
    uint64_t classes = (function ? function->raises : 0) | BIT(schema_invalid) |
                       BIT(timeout_total) | BIT(limit_reached);
    const uint64_t silent = WR_ON_TIMEOUT & ~BIT(timeout_connect);
    if (stage->effect == WR_ONCE)
        classes = (classes & ~(silent | BIT(stream_truncated))) | BIT(uncertain);
    return classes;
}

static uint64_t action_classes(const struct wc_workflow *workflow, const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    uint64_t classes = 0;
    int64_t price = 0;
    if (action->kind == WR_ACT_RECALL)
        return BIT(missing);
    if (action->kind == WR_ACT_SLEEP)
        return action->at_most ? BIT(expired) : 0;
    if (action->kind == WR_ACT_SIGNAL)
        return BIT(expired);
    if (action->kind == WR_ACT_REVIEW)
        return BIT(expired) | BIT(declined);
    if (action->kind == WR_ACT_VALUE || action->kind == WR_ACT_DRAFT ||
        action->kind == WR_ACT_MATCH || action->kind == WR_ACT_ALL)
        return 0; /* what members raise is theirs */
    if (action->kind == WR_ACT_EACH)
        return BIT(items_failed) | (stage->effect == WR_ONCE ? BIT(uncertain) : 0);
    if (action->kind == WR_ACT_RUN)
        return BIT(cancelled);
    if (action->kind == WR_ACT_CALL)
        return call_classes(stage);
    classes |= network;
    if (action->as)
        classes |= BIT(schema_invalid);
    if (action->kind == WR_ACT_ASK)
        classes |= asked | (stage->turns ? tool_classes(stage) : 0);
    if (action->model) {
        classes |= tripped(&action->model->limits, &action->model->breaker);
        price = action->model->input_price + action->model->output_price;
        if (stage->hedge)
            price += stage->hedge->input_price + stage->hedge->output_price;
        const struct wc_ai_model *other = action->candidate;
        if (other) {
            classes |= tripped(&other->limits, &other->breaker);
            price += other->input_price + other->output_price;
        }
    }
    if (action->service) {
        classes |= tripped(&action->service->limits, &action->service->breaker);
        price = action->service->price_per_call;
    }
    if (workflow->cost_enforced && price > 0)
        classes |= BIT(over_cost);
    if (stage->first_token_ms)
        classes |= BIT(timeout_ttft);
    if (stage->idle_ms)
        classes |= BIT(timeout_idle);
    if (stage->effect == WR_ONCE)
        classes = (classes & ~unknown_end) | BIT(uncertain);
    return classes;
}

uint64_t wc_call_classes(const struct wc_workflow *workflow, const struct wc_stage *stage)
{
    struct wc_stage read = *stage;
    read.effect = WR_READ;
    return action_classes(workflow, &read);
}

static void add_error(struct wc_outcomes *outcomes, const struct wc_user_error *error)
{
    outcomes->errors[error->id / 64] |= UINT64_C(1) << (error->id % 64);
}

/* What a child fails with is an outcome of the stage that runs it. */
static void add_child_errors(struct wc_stage *stage)
{
    const struct wc_workflow *child = stage->action.child;
    for (size_t i = 0; child && i < child->stages.count; i++) {
        const struct wc_stage *one = child->stages.items[i];
        WC_EACH(k, &one->ons)
        {
            const struct wc_target *target = &one->ons.items[k].target;
            if (target->kind == WR_TO_FAIL && target->error &&
                target->error->id < WC_USER_ERROR_MAX)
                add_error(&stage->raises, target->error);
        }
    }
}

bool wc_raises_error(const struct wc_stage *stage, const struct wc_user_error *error)
{
    return error->id < WC_USER_ERROR_MAX &&
           (stage->raises.errors[error->id / 64] >> (error->id % 64) & 1);
}

/* ---- which label takes it ----------------------------------------------------------------- */

/* How narrow a label is for this outcome; 0: it does not cover it. One that names the member is
 * narrower than one that does not. */
static int narrowness(const struct wc_on_label *label, const struct wc_stage *member,
                      enum wr_class class, const struct wc_user_error *error)
{
    int named = label->member ? 4 : 0;
    if (label->member && label->member != member)
        return 0;
    if (label->kind == WC_ON_USER_ERROR)
        return error && label->error == error ? named + 4 : 0;
    if (!(label->classes & WR_BIT(class)))
        return 0;
    switch (label->kind) {
    case WC_ON_OK:
    case WC_ON_CLASS:
        return named + 3;
    case WC_ON_GROUP:
        return named + 2;
    default:
        return named + 1;
    }
}

const struct wc_on_label *wc_label_of(const struct wc_stage *stage, const struct wc_stage *member,
                                      enum wr_class class, const struct wc_user_error *error,
                                      const struct wc_on **on)
{
    const struct wc_on_label *best = NULL;
    int best_narrowness = 0;
    WC_EACH(i, &stage->ons)
    {
        WC_EACH(k, &stage->ons.items[i].labels)
        {
            const struct wc_on_label *label = &stage->ons.items[i].labels.items[k];
            int narrow = narrowness(label, member, class, error);
            if (narrow > best_narrowness) {
                best = label;
                best_narrowness = narrow;
                if (on)
                    *on = &stage->ons.items[i];
            }
        }
    }
    return best;
}

uint64_t wc_needed_classes(const struct wc_model *model, const struct wc_stage *stage)
{
    return wc_needed_of(model, stage, NULL);
}

uint64_t wc_needed_of(const struct wc_model *model, const struct wc_stage *stage,
                      const struct wc_stage *member)
{
    const struct wc_stage *raiser = member ? member : stage;
    uint64_t needed = raiser->raises.classes;
    if (member)
        needed &= ~WR_BIT(WR_OK);
    WC_EACH(i, &model->errors)
    {
        const struct wc_user_error *error = model->errors.items[i];
        if (!wc_raises_error(raiser, error))
            continue;
        const struct wc_on_label *label = wc_label_of(stage, member, error->class, error, NULL);
        if (!label || label->kind != WC_ON_USER_ERROR)
            needed |= WR_BIT(error->class);
    }
    return needed;
}

/* ---- rows --------------------------------------------------------------------------------- */

static void error_rows(struct wc_arena *arena, struct wc_stage *stage,
                       const struct wc_stage *member, const struct wc_on *on)
{
    const struct wc_stage *raiser = member ? member : stage;
    WC_EACH(k, &on->labels)
    {
        const struct wc_on_label *label = &on->labels.items[k];
        if (label->kind != WC_ON_USER_ERROR || !wc_raises_error(raiser, label->error))
            continue;
        if (wc_label_of(stage, member, label->error->class, label->error, NULL) != label)
            continue; /* said before */
        struct wc_row row = {WR_BIT(label->error->class), label->error, member, on};
        wc_push(arena, &stage->rows, row);
    }
}

/* Each line's classes, those that no other line takes. `taker` is the line of each class. */
static void class_rows(struct wc_arena *arena, struct wc_stage *stage,
                       const struct wc_stage *member, uint64_t needed)
{
    const struct wc_on *taker[WR_CLASS_COUNT] = {0};
    for (enum wr_class i = WR_OK; i < WR_CLASS_COUNT; i++)
        if (needed & WR_BIT(i))
            wc_label_of(stage, member, i, NULL, &taker[i]);
    WC_EACH(k, &stage->ons)
    {
        struct wc_row row = {0, NULL, member, &stage->ons.items[k]};
        for (enum wr_class i = WR_OK; i < WR_CLASS_COUNT; i++)
            if (taker[i] == row.on)
                row.classes |= WR_BIT(i);
        if (row.classes)
            wc_push(arena, &stage->rows, row);
    }
}

static void rows_of(struct wc_arena *arena, const struct wc_model *model, struct wc_stage *stage,
                    const struct wc_stage *member)
{
    WC_EACH(i, &stage->ons)
    {
        error_rows(arena, stage, member, &stage->ons.items[i]);
    }
    class_rows(arena, stage, member, wc_needed_of(model, stage, member));
}

/* The rows of a member, and between which lines they are. */
static void member_rows(struct wc_arena *arena, const struct wc_model *model,
                        struct wc_stage *stage, struct wc_stage *member)
{
    size_t first = stage->rows.count;
    rows_of(arena, model, stage, member);
    member->least_order = stage->ons.count;
    member->most_order = 0;
    for (size_t i = first; i < stage->rows.count; i++) {
        size_t order = (size_t)(stage->rows.items[i].on - stage->ons.items);
        if (order < member->least_order)
            member->least_order = order;
        if (order > member->most_order)
            member->most_order = order;
    }
}

void wc_decide_outcomes(struct wc_arena *arena, const struct wc_model *model,
                        const struct wc_workflow *workflow, struct wc_stage *stage)
{
    stage->effect = effect_of(stage);
    stage->raises = (struct wc_outcomes){0};
    stage->rows.count = 0;
    stage->raises.classes = WR_BIT(WR_OK) | action_classes(workflow, stage);
    WC_EACH(i, &stage->checks)
    {
        const struct wc_check *check = &stage->checks.items[i];
        if (!check->otherwise)
            stage->raises.classes |= BIT(check_failed);
        else if (check->otherwise->id < WC_USER_ERROR_MAX)
            add_error(&stage->raises, check->otherwise);
    }
    if (stage->action.kind == WR_ACT_MATCH) { /* a row an arm: the stage itself says which */
        WC_EACH(i, &stage->ons)
        {
            struct wc_row row = {WR_BIT(WR_OK), NULL, NULL, &stage->ons.items[i]};
            wc_push(arena, &stage->rows, row);
        }
        return;
    }
    for (size_t i = 0; stage->turns && i < stage->members.count; i++)
        for (size_t k = 0; k < sizeof stage->raises.errors / sizeof *stage->raises.errors; k++)
            stage->raises.errors[k] |= stage->members.items[i]->raises.errors[k];
    if (stage->action.kind == WR_ACT_RUN)
        add_child_errors(stage);
    rows_of(arena, model, stage, NULL);
    for (size_t i = 0; stage->action.kind == WR_ACT_ALL && i < stage->members.count; i++)
        if (!stage->members.items[i]->optional)
            member_rows(arena, model, stage, stage->members.items[i]);
}
