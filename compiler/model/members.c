/* What stands below a stage: the members of `all`, the body of `each`, the child of `run`; and the
 * types of what they give together. A member is a stage without transitions. */
#include "compiler/model/scope.h"

#include <string.h>

enum { MEMBER_MAX = 64, AT_A_TIME_MAX = 1000, DEPTH_MAX = 4 };

/* ---- members and bodies ------------------------------------------------------------------- */

size_t wc_count_members(const struct wc_ast_workflow *ast)
{
    size_t count = 0;
    WC_EACH(i, &ast->stages)
    {
        const struct wc_ast_action *action = ast->stages.items[i]->action;
        if (action)
            count += action->members.count + action->tools.count;
    }
    return count;
}

/* What a member can do: one thing, which is no tree of its own. */
static bool can_stand_inside(enum wc_ast_action_kind kind)
{
    return kind <= WC_AST_MAKE || kind == WC_AST_RUN || kind == WC_AST_RECALL ||
           kind == WC_AST_CALL_FUNCTION;
}

static void refuse_inside(struct wc_resolver *r, const struct wc_ast_action *action,
                          const char *where)
{
    struct wc_span span = action->keyword;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0450, span, "`%.*s` cannot stand inside `%s`",
                  (int)(span.end - span.start), span.source->text + span.start, where);
    wc_diag_label(r->diags, diag, "not here");
    wc_diag_note(r->diags, diag, "what stands there is one call, `ask`, `make`, `recall` or `run`");
    wc_diag_help(r->diags, diag, "put it into a workflow of its own, and `run` that here");
}

/* A stage of its own for what stands inside `above`. */
static void add_member(struct wc_workflow_work *work, struct wc_stage_work *above,
                       const struct wc_ast_member *ast, struct wc_name name, const char *where)
{
    struct wc_resolver *r = work->r;
    struct wc_stage *stage = WC_NEW(r->arena, struct wc_stage);
    struct wc_ast_stage *made = WC_NEW(r->arena, struct wc_ast_stage);
    made->span = ast->span;
    made->name = name;
    made->action = ast->action;
    made->policies.items = ast->policies.items;
    made->policies.count = ast->policies.count;
    if (ast->action && !can_stand_inside(ast->action->kind)) {
        refuse_inside(r, ast->action, where);
        made->action = NULL;
        above->stage->unbuilt = true;
    }
    stage->id = work->count++;
    stage->name = name.text;
    stage->doc = ast->doc;
    stage->span = name.span;
    stage->above = above->stage;
    stage->optional = ast->optional;
    work->stages[stage->id] = (struct wc_stage_work){.ast = made, .stage = stage};
    wc_push(r->arena, &above->stage->members, stage);
}

void wc_resolve_all(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_table names = {.what = "member"};
    one->stage->action.kind = WR_ACT_ALL;
    WC_EACH(i, &ast->members)
    {
        const struct wc_ast_member *member = &ast->members.items[i];
        if (i == MEMBER_MAX) {
            struct wc_diag *diag = wc_report(r->diags, WC_E0414, member->span,
                                             "an `all` has at most %d members", MEMBER_MAX);
            wc_diag_label(r->diags, diag, "one too many");
            wc_diag_help(r->diags, diag, "go through a list of them with `each`");
            work->workflow->partial = true;
            return;
        }
        if (member->name.text && wc_declare(r, &names, member->name, one->stage))
            add_member(work, one, member, member->name, "all");
    }
}

void wc_resolve_each(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_action *action = &one->stage->action;
    action->kind = WR_ACT_EACH;
    action->item = ast->name.text;
    if (ast->count.kind != WC_NO_NUMBER)
        action->at_a_time = wc_uint(r, &ast->count, 1, AT_A_TIME_MAX, "the count of `at a time`");
    if (ast->may_fail.kind != WC_NO_NUMBER)
        action->may_fail = wc_uint(r, &ast->may_fail, 0, UINT32_MAX, "the count of `may fail`");
    if (ast->members.count == 0)
        return;
    struct wc_name name = {one->stage->name, one->stage->span};
    add_member(work, one, &ast->members.items[0], name, "each");
    struct wc_local *item = WC_NEW(r->arena, struct wc_local);
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_UNKNOWN, ast->name.span);
    *item = (struct wc_local){.name = ast->name.text, .span = ast->name.span, .type = type};
    work->stages[one->stage->members.items[0]->id].item = item;
}

/* ---- children ----------------------------------------------------------------------------- */

static void refuse_child(struct wc_workflow_work *work, struct wc_stage_work *one, const char *why)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0451, ast->name.span, "%s cannot run %s as its child",
                  work->workflow->name, ast->name.text);
    wc_diag_label(r->diags, diag, "%s", why);
    wc_diag_note(r->diags, diag,
                 "children have a bounded depth, so that their time and cost can be proved");
    wc_diag_help(r->diags, diag, "go on in a stage of this workflow");
    one->stage->unbuilt = work->workflow->partial = true;
}

static void refuse_remember(struct wc_workflow_work *work, const struct wc_stage_work *one,
                            const struct wc_workflow *child)
{
    struct wc_resolver *r = work->r;
    WC_EACH(i, &child->stages)
    {
        const struct wc_stage *stage = child->stages.items[i];
        WC_EACH(k, &stage->ons)
        {
            const struct wc_target *target = &stage->ons.items[k].target;
            if (!target->remember)
                continue;
            struct wc_diag *diag =
                wc_report(r->diags, WC_E0452, one->ast->action->name.span,
                          "%s remembers its result, so it cannot be run as a child", child->name);
            wc_diag_label(r->diags, diag, "run here");
            wc_diag_also(r->diags, diag, target->span, "remembers");
            wc_diag_note(r->diags, diag,
                         "`remember` is part of the commit that ends a job, and a child ends none");
            wc_diag_help(r->diags, diag, "remember the result where the parent ends");
            return;
        }
    }
}

/* Signals, reviews and clients are the job's own: a child neither hears nor is heard. */
static void refuse_talk(struct wc_workflow_work *work, const struct wc_stage_work *one,
                        const struct wc_workflow *child)
{
    struct wc_resolver *r = work->r;
    WC_EACH(i, &child->stages)
    {
        const struct wc_stage *stage = child->stages.items[i];
        enum wr_action_kind kind = stage->action.kind;
        bool waits = kind == WR_ACT_SIGNAL || kind == WR_ACT_REVIEW;
        if (!waits && kind != WR_ACT_DRAFT)
            continue;
        struct wc_diag *diag =
            waits
                ? wc_report(r->diags, WC_E0833, one->ast->action->name.span,
                            "%s waits for a %s, so it cannot be run as a child", child->name,
                            kind == WR_ACT_SIGNAL ? "signal" : "review")
                : wc_report(r->diags, WC_E0834, one->ast->action->name.span,
                            "nobody sees the draft of %s where it is run as a child", child->name);
        wc_diag_label(r->diags, diag, "run here");
        wc_diag_also(r->diags, diag, stage->action.span, waits ? "waits" : "publishes");
        wc_diag_note(r->diags, diag,
                     waits ? "signals and reviews are sent to a job, and reach the stages of its "
                             "own workflow: this could only expire"
                           : "a job has one output, of its own workflow's type, and only that one "
                             "publishes it");
        wc_diag_help(r->diags, diag,
                     waits
                         ? "let %s end before it waits, and wait in a stage of %s"
                         : "let %s end with what it has, and write `reply draft` in a stage of %s",
                     child->name, work->workflow->name);
        if (waits)
            return;
    }
}

void wc_resolve_run(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_action *action = &one->stage->action;
    struct wc_workflow *child = wc_need(r, &r->workflows, ast->name);
    action->kind = WR_ACT_RUN;
    action->child = child;
    action->as = wc_type_new(r->arena, WC_TYPE_UNKNOWN, ast->span);
    if (!child) {
        one->stage->unbuilt = work->workflow->partial = true;
        return;
    }
    if (!wc_resolve_workflow_now(r, child)) {
        refuse_child(work, one, "it would run itself");
        return;
    }
    if (child->depth + 1 > DEPTH_MAX) {
        refuse_child(work, one, wc_arena_printf(r->arena, "more than %d deep", DEPTH_MAX));
        return;
    }
    if (child->depth + 1 > work->workflow->depth)
        work->workflow->depth = child->depth + 1;
    child->is_run = true;
    refuse_remember(work, one, child);
    refuse_talk(work, one, child);
    if (child->partial)
        one->stage->unbuilt = work->workflow->partial = true;
    if (!child->output)
        return;
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_SCHEMA, ast->span);
    type->schema = child->output;
    action->as = type;
}

void wc_resolve_run_input(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_action *action = &one->stage->action;
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
    struct wc_schema *input = action->child ? action->child->input : NULL;
    struct wc_type *type = wc_type_new(r->arena, input ? WC_TYPE_SCHEMA : WC_TYPE_UNKNOWN,
                                       input ? input->span : ast->span);
    type->schema = input;
    if (ast->value) {
        action->value = wc_resolve_into(&scope, ast->value, type, "the input of the child");
        return;
    }
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0406, ast->span, "`run` does not say what the child is given");
    wc_diag_label(r->diags, diag, "`with` is missing");
    if (input)
        wc_diag_help(r->diags, diag, "add `with %s { … }`", input->name);
    action->value = wc_expr_error(&scope, ast->span);
}

/* ---- what they give ----------------------------------------------------------------------- */

static void add_field(struct wc_arena *arena, struct wc_schema *schema, const char *name,
                      const struct wc_type *type, bool optional, struct wc_span span)
{
    struct wc_type *copy = WC_NEW(arena, struct wc_type);
    *copy = *type;
    struct wc_field field = {.name = name, .span = span, .type = copy, .optional = optional};
    const struct wc_type *inner = type;
    while (inner->kind == WC_TYPE_LIST || inner->kind == WC_TYPE_MAP)
        inner = inner->element;
    if (inner->kind == WC_TYPE_SCHEMA)
        schema->all_labels |= inner->schema->all_labels;
    wc_push(arena, &schema->fields, field);
}

static struct wc_schema *made_schema(struct wc_arena *arena, const struct wc_stage *stage,
                                     const char *what)
{
    struct wc_schema *schema = WC_NEW(arena, struct wc_schema);
    schema->name = wc_arena_printf(arena, "%s_%s", stage->name, what);
    schema->span = stage->span;
    schema->made_by = stage;
    schema->used = true;
    return schema;
}

static struct wc_type *schema_type(struct wc_arena *arena, struct wc_schema *schema)
{
    struct wc_type *type = wc_type_new(arena, WC_TYPE_SCHEMA, schema->span);
    type->schema = schema;
    return type;
}

/* One field a member; every one may be unset, flow says where it is not. */
static const struct wc_type *type_of_all(struct wc_workflow_work *work, struct wc_stage *stage)
{
    struct wc_arena *arena = work->r->arena;
    struct wc_schema *schema = made_schema(arena, stage, "value");
    WC_EACH(i, &stage->members)
    {
        const struct wc_stage *member = stage->members.items[i];
        const struct wc_type *type = wc_stage_type(work, wc_stage_work(work, member));
        if (type)
            add_field(arena, schema, wc_intern(work->r->names, member->name, strlen(member->name)),
                      type, true, member->span);
    }
    return schema_type(arena, schema);
}

static const struct wc_type *list_of(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    const struct wc_ast_action *ast = one->ast->action;
    struct wc_action *action = &one->stage->action;
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
    action->value = wc_resolve_expr(&scope, ast->value, NULL);
    const struct wc_type *list = action->value->type;
    if (list->kind == WC_TYPE_UNKNOWN)
        return NULL;
    wc_need_set(&scope, action->value, "the list of `each`");
    if (list->kind == WC_TYPE_LIST)
        return list;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, action->value->span, "`each` goes through a list");
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, list));
    return NULL;
}

static const struct wc_type *type_of_each(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    struct wc_arena *arena = r->arena;
    struct wc_action *action = &one->stage->action;
    const struct wc_type *list = list_of(work, one);
    if (!list || one->stage->members.count == 0)
        return wc_type_new(arena, WC_TYPE_UNKNOWN, one->stage->span);
    struct wc_stage_work *body = wc_stage_work(work, one->stage->members.items[0]);
    struct wc_local *item = WC_NEW(arena, struct wc_local);
    *item = *body->item;
    item->type = list->element;
    item->labels = action->value->labels;
    body->item = item;
    action->item_type = list->element;
    int64_t most = list->has_max ? list->max : WC_SIZE_MAX;
    struct wc_schema *row = made_schema(arena, one->stage, "item");
    struct wc_schema *schema = made_schema(arena, one->stage, "value");
    add_field(arena, row, wc_intern(r->names, "index", 5),
              wc_type_int(arena, one->stage->span, 0, most > 0 ? most - 1 : 0), false,
              one->stage->span);
    add_field(arena, row, wc_intern(r->names, "item", 4), list->element, false, one->stage->span);
    const struct wc_type *value = wc_stage_type(work, body);
    if (value)
        add_field(arena, row, wc_intern(r->names, "value", 5), value, false, one->stage->span);
    struct wc_type *items = wc_type_new(arena, WC_TYPE_LIST, one->stage->span);
    items->has_max = true;
    items->max = most;
    items->element = schema_type(arena, row);
    add_field(arena, schema, wc_intern(r->names, "items", 5), items, false, one->stage->span);
    add_field(arena, schema, wc_intern(r->names, "failed", 6),
              wc_type_int(arena, one->stage->span, 0, action->may_fail), false, one->stage->span);
    action->item_schema = row;
    return schema_type(arena, schema);
}

const struct wc_type *wc_members_type(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_action *action = &one->stage->action;
    if (one->typed == WC_RESOLVED)
        return action->as;
    if (one->typed == WC_IN_PROGRESS)
        return wc_type_new(work->r->arena, WC_TYPE_UNKNOWN, one->stage->span);
    one->typed = WC_IN_PROGRESS;
    action->as =
        action->kind == WR_ACT_ALL ? type_of_all(work, one->stage) : type_of_each(work, one);
    one->typed = WC_RESOLVED;
    return action->as;
}
