/* Degradation: what a job ends in, for every set of its dependencies that is down. The machine is
 * walked as the runtime would, with outcomes in place of answers. */
#include "compiler/check/proof.h"
#include "compiler/model/outcomes.h"

#include "compiler/model/classes.h"

#include <string.h>

#define STEPS_MAX 20000 /* stages, of one subset */
#define ENDS_MAX 64

enum truth { NO, YES, EITHER };

struct walk {
    struct wc_arena *arena;
    const struct wc_outages *of;
    struct wc_outage *into;
    const struct wc_workflow *workflow;
    bool *on, *set;    /* by stage: it is on the way; by activity: it has a value */
    const char **when; /* what was decided on the way */
    size_t when_count;
};

/* One way that a stage may end. */
struct branch {
    const char *label;
    const struct wc_on *on;
    bool good;
};

/* ---- dependencies -------------------------------------------------------------------------- */

static void add_dependency(struct wc_arena *arena, struct wc_outages *out,
                           const struct wc_service *service, const struct wc_ai_model *model)
{
    struct wc_dependency new = {NULL, service, model};
    if (!service && !model)
        return;
    new.name = service ? service->name : model->name;
    WC_EACH(i, &out->names)
    {
        if (out->names.items[i].service == new.service && out->names.items[i].model == new.model)
            return;
    }
    wc_push(arena, &out->names, new);
}

static void find_dependencies(struct wc_arena *arena, struct wc_outages *out,
                              const struct wc_workflow *workflow)
{
    WC_EACH(i, &workflow->activities)
    {
        const struct wc_action *action = &workflow->activities.items[i]->action;
        add_dependency(arena, out, action->service, action->model);
        add_dependency(arena, out, NULL, action->candidate);
        if (action->child)
            find_dependencies(arena, out, action->child);
    }
}

static bool is_down(const struct walk *walk, const struct wc_service *service,
                    const struct wc_ai_model *model)
{
    WC_EACH(i, &walk->of->names)
    {
        const struct wc_dependency *name = &walk->of->names.items[i];
        if (name->service == service && name->model == model)
            return walk->into->down >> i & 1;
    }
    return false;
}

/* ---- conditions ---------------------------------------------------------------------------- */

static enum truth is_set(const struct walk *walk, const struct wc_expr *expr)
{
    if (expr->kind == WC_EXPR_STAGE)
        return walk->set[expr->stage->id] ? YES : NO;
    if (expr->kind == WC_EXPR_OR_ELSE) {
        enum truth a = is_set(walk, expr->kids[0]), b = is_set(walk, expr->kids[1]);
        return a == YES || b == YES ? YES : a == NO && b == NO ? NO : EITHER;
    }
    if (expr->kind != WC_EXPR_FIELD || expr->kid_count == 0)
        return expr->maybe ? EITHER : YES;
    const struct wc_expr *of = expr->kids[0];
    if (of->kind == WC_EXPR_STAGE && of->stage->action.kind == WR_ACT_ALL) {
        WC_EACH(i, &of->stage->members)
        {
            const struct wc_stage *member = of->stage->members.items[i];
            if (strcmp(member->name, expr->name) == 0)
                return walk->set[member->id] ? YES : NO;
        }
    }
    return is_set(walk, of) == NO ? NO : expr->maybe ? EITHER : is_set(walk, of);
}

static enum truth not(enum truth a) { return a == EITHER ? EITHER : a == YES ? NO : YES; }

static enum truth holds(const struct walk *walk, const struct wc_expr *expr)
{
    if (expr->kind == WC_EXPR_LITERAL && expr->literal.kind == WC_LIT_BOOL)
        return expr->literal.integer ? YES : NO;
    if (expr->kind == WC_EXPR_PRESENT) {
        enum truth set = is_set(walk, expr->kids[0]);
        return expr->op == WC_OP_NOT ? not(set) : set;
    }
    if (expr->kind == WC_EXPR_UNARY && expr->op == WC_OP_NOT)
        return not(holds(walk, expr->kids[0]));
    if (expr->kind != WC_EXPR_BINARY || (expr->op != WC_OP_AND && expr->op != WC_OP_OR))
        return EITHER;
    enum truth a = holds(walk, expr->kids[0]), b = holds(walk, expr->kids[1]);
    enum truth decides = expr->op == WC_OP_AND ? NO : YES;
    if (a == decides || b == decides)
        return decides;
    return a == EITHER || b == EITHER ? EITHER : not(decides);
}

/* ---- how a stage may end --------------------------------------------------------------------- */

struct branches {
    WC_VEC(struct branch) list;
};

/* Two outcomes that lead the same way are one. */
static void add(const struct walk *walk, struct branches *out, const char *label,
                const struct wc_on *on, bool good)
{
    WC_EACH(i, &out->list)
    {
        if (out->list.items[i].on == on && out->list.items[i].good == good)
            return;
    }
    struct branch new = {label, on, good};
    if (on)
        wc_push(walk->arena, &out->list, new);
}

static void add_class(const struct walk *walk, struct branches *out, const struct wc_stage *stage,
                      const struct wc_stage *member, enum wr_class class)
{
    const struct wc_on *on = NULL;
    wc_label_of(stage, member, class, NULL, &on);
    add(walk, out, wc_class_name(class), on, class == WR_OK);
}

static void add_error(const struct walk *walk, struct branches *out, const struct wc_stage *stage,
                      const struct wc_stage *member, const struct wc_user_error *error)
{
    const struct wc_on *on = NULL;
    wc_label_of(stage, member, error->class, error, &on);
    add(walk, out, error->name, on, false);
}

/* What one activity may end in by itself, whoever takes it: classes, and a child's errors. */
struct ends {
    uint64_t classes;
    WC_VEC(const struct wc_user_error *) errors;
};

static void walk_workflow(struct wc_arena *arena, const struct wc_outages *of,
                          const struct wc_workflow *workflow, struct wc_outage *into);

static void ends_of_child(const struct walk *walk, const struct wc_workflow *child,
                          struct ends *out)
{
    struct wc_outage below = {.down = walk->into->down, .steps = walk->into->steps};
    walk_workflow(walk->arena, walk->of, child, &below);
    walk->into->more = walk->into->more || below.more;
    walk->into->steps = below.steps;
    WC_EACH(i, &below.ends)
    {
        const struct wc_target *target = below.ends.items[i].target;
        bool known = target->kind == WR_TO_DONE;
        if (known)
            out->classes |= WR_BIT(WR_OK);
        WC_EACH(k, &out->errors)
        {
            known = known || out->errors.items[k] == target->error;
        }
        if (!known)
            wc_push(walk->arena, &out->errors, target->error);
    }
}

static void ends_of_call(const struct walk *walk, const struct wc_service *service,
                         const struct wc_ai_model *model, struct ends *out)
{
    const struct wr_breaker *breaker = service ? &service->breaker : model ? &model->breaker : NULL;
    if (!breaker || !is_down(walk, service, model)) {
        out->classes |= WR_BIT(WR_OK);
        return;
    }
    out->classes |= WR_BIT(WR_CLASS_connect_failed);
    out->classes |= breaker->failures ? WR_BIT(WR_CLASS_breaker_open) : 0;
}

static void ends_of(const struct walk *walk, const struct wc_stage *stage, struct ends *out)
{
    const struct wc_action *action = &stage->action;
    if (action->kind == WR_ACT_RUN && action->child) {
        ends_of_child(walk, action->child, out);
        return;
    }
    ends_of_call(walk, action->service, action->model, out);
    for (size_t i = 0; stage->turns && (out->classes & WR_BIT(WR_OK)) && i < stage->members.count;
         i++) {
        struct ends tool = {0}; /* a model may do without it */
        ends_of_call(walk, stage->members.items[i]->action.service, NULL, &tool);
        out->classes |= tool.classes & ~WR_BIT(WR_OK);
    }
    if (action->candidate) /* some jobs ask one, some the other */
        ends_of_call(walk, NULL, action->candidate, out);
}

/* Items all fare alike: their dependency is down for all of them. A list may be empty, though. */
static uint64_t ends_of_each(const struct walk *walk, const struct wc_stage *stage)
{
    struct ends item = {0};
    const struct wc_type *list = stage->action.value->type;
    int64_t least = list->has_min ? list->min : 0, most = list->has_max ? list->max : INT64_MAX;
    ends_of(walk, stage->members.items[0], &item);
    bool fails = item.errors.count > 0 || (item.classes & ~WR_BIT(WR_OK));
    uint64_t classes = 0;
    if ((item.classes & WR_BIT(WR_OK)) || least <= stage->action.may_fail)
        classes |= WR_BIT(WR_OK);
    if (fails && most > stage->action.may_fail)
        classes |= WR_BIT(WR_CLASS_items_failed);
    return classes;
}

/* Of members that fail, the one whose line is written first decides. */
static void ways_of_all(struct walk *walk, struct branches *out, const struct wc_stage *stage)
{
    struct branches failed = {0};
    bool may_be_well = true;
    WC_EACH(i, &stage->members)
    {
        const struct wc_stage *member = stage->members.items[i];
        struct ends ends = {0};
        ends_of(walk, member, &ends);
        bool well = ends.classes & WR_BIT(WR_OK);
        walk->set[member->id] = well;
        if (member->optional)
            continue;
        may_be_well = may_be_well && well;
        for (enum wr_class class = WR_OK + 1; class < WR_CLASS_COUNT; class ++)
            if (ends.classes & WR_BIT(class))
                add_class(walk, &failed, stage, member, class);
        WC_EACH(k, &ends.errors)
        {
            add_error(walk, &failed, stage, member, ends.errors.items[k]);
        }
    }
    const struct branch *first = NULL; /* lines are in the order of the source */
    WC_EACH(i, &failed.list)
    {
        if (!first || failed.list.items[i].on < first->on)
            first = &failed.list.items[i];
    }
    if (may_be_well)
        add_class(walk, out, stage, NULL, WR_OK);
    WC_EACH(i, &failed.list)
    {
        if (may_be_well || &failed.list.items[i] == first)
            add(walk, out, failed.list.items[i].label, failed.list.items[i].on, false);
    }
}

static void ways_of_match(const struct walk *walk, struct branches *out,
                          const struct wc_stage *stage)
{
    WC_EACH(i, &stage->action.arms)
    {
        const struct wc_expr *condition = stage->action.arms.items[i].condition;
        enum truth truth = condition ? holds(walk, condition) : YES;
        if (truth != NO && i < stage->ons.count)
            add(walk, out, wc_arena_printf(walk->arena, "arm %zu", i + 1), &stage->ons.items[i],
                true);
        if (truth == YES)
            return;
    }
}

static void ways_of(struct walk *walk, struct branches *out, const struct wc_stage *stage)
{
    struct ends ends = {0};
    if (stage->action.kind == WR_ACT_MATCH) {
        ways_of_match(walk, out, stage);
        return;
    }
    if (stage->action.kind == WR_ACT_ALL) {
        ways_of_all(walk, out, stage);
        return;
    }
    if (stage->action.kind == WR_ACT_EACH)
        ends.classes = ends_of_each(walk, stage);
    else
        ends_of(walk, stage, &ends);
    if (stage->action.kind == WR_ACT_RECALL || WR_PARKS(stage->action.kind))
        ends.classes |= stage->raises.classes;
    for (enum wr_class class = WR_OK; class < WR_CLASS_COUNT; class ++)
        if (ends.classes & WR_BIT(class))
            add_class(walk, out, stage, NULL, class);
    WC_EACH(i, &ends.errors)
    {
        add_error(walk, out, stage, NULL, ends.errors.items[i]);
    }
}

/* ---- the walk -------------------------------------------------------------------------------- */

static bool same_end(const struct wc_target *a, const struct wc_target *b)
{
    return a->kind == b->kind && a->error == b->error && a->result == b->result;
}

static bool same_ending(const struct wc_ending *a, const struct wc_ending *b)
{
    if (!same_end(a->target, b->target) || a->when.count != b->when.count)
        return false;
    WC_EACH(i, &a->when)
    {
        if (strcmp(a->when.items[i], b->when.items[i]) != 0)
            return false;
    }
    return true;
}

static void end_here(struct walk *walk, const struct wc_target *target)
{
    struct wc_ending ending = {.target = target};
    for (size_t i = 0; i < walk->when_count; i++)
        wc_push(walk->arena, &ending.when, walk->when[i]);
    WC_EACH(i, &walk->into->ends)
    {
        if (same_ending(&walk->into->ends.items[i], &ending))
            return;
    }
    if (walk->into->ends.count < ENDS_MAX)
        wc_push(walk->arena, &walk->into->ends, ending);
    else
        walk->into->more = true;
}

static void step(struct walk *walk, const struct wc_stage *stage);

static void take(struct walk *walk, const struct wc_stage *stage, const struct branch *branch)
{
    walk->set[stage->id] = branch->good;
    if (branch->on->target.kind == WR_TO_STAGE && branch->on->target.stage)
        step(walk, branch->on->target.stage);
    else if (branch->on->target.kind != WR_TO_STAGE)
        end_here(walk, &branch->on->target);
}

/* A circle is walked once: what leads back to a stage that is on the way ends nowhere else. */
static void step(struct walk *walk, const struct wc_stage *stage)
{
    struct branches ways = {0};
    if (walk->on[stage->id])
        return;
    if (++walk->into->steps > STEPS_MAX) {
        walk->into->more = true;
        return;
    }
    bool was_set = walk->set[stage->id];
    walk->on[stage->id] = true;
    ways_of(walk, &ways, stage);
    WC_EACH(i, &ways.list)
    {
        const struct branch *branch = &ways.list.items[i];
        size_t before = walk->when_count;
        if (ways.list.count > 1)
            walk->when[walk->when_count++] =
                wc_arena_printf(walk->arena, "%s: %s", stage->name, branch->label);
        take(walk, stage, branch);
        walk->when_count = before;
    }
    walk->on[stage->id] = false;
    walk->set[stage->id] = was_set;
}

static void walk_workflow(struct wc_arena *arena, const struct wc_outages *of,
                          const struct wc_workflow *workflow, struct wc_outage *into)
{
    size_t count = workflow->activities.count + 1;
    struct walk walk = {
        .arena = arena,
        .of = of,
        .into = into,
        .workflow = workflow,
        .on = WC_NEW_ARRAY(arena, bool, count),
        .set = WC_NEW_ARRAY(arena, bool, count),
        .when = WC_NEW_ARRAY(arena, const char *, count),
    };
    if (workflow->stages.count > 0)
        step(&walk, workflow->stages.items[0]);
    bool alike = into->ends.count > 0;
    WC_EACH(i, &into->ends)
    {
        alike = alike && same_end(into->ends.items[i].target, into->ends.items[0].target);
    }
    if (alike) { /* whatever it depends on, the end is the same */
        into->ends.count = 1;
        into->ends.items[0].when.count = 0;
    }
}

void wc_find_outages(struct wc_arena *arena, const struct wc_workflow *workflow,
                     struct wc_outages *out)
{
    *out = (struct wc_outages){0};
    find_dependencies(arena, out, workflow);
    size_t count = out->names.count < 63 ? out->names.count : 63;
    out->all = count <= WC_OUTAGE_ALL;
    uint64_t most = UINT64_C(1) << count;
    if (out->all) {
        for (uint64_t down = 0; down < most; down++) {
            struct wc_outage outage = {.down = down};
            walk_workflow(arena, out, workflow, &outage);
            wc_push(arena, &out->list, outage);
        }
        return;
    }
    for (size_t a = 0; a <= count; a++) {
        for (size_t b = 0; b <= a; b++) { /* none, one, or two of them */
            struct wc_outage outage = {0};
            if (a == b && a > 0)
                continue;
            outage.down = (a ? UINT64_C(1) << (a - 1) : 0) | (b ? UINT64_C(1) << (b - 1) : 0);
            walk_workflow(arena, out, workflow, &outage);
            wc_push(arena, &out->list, outage);
        }
    }
}
