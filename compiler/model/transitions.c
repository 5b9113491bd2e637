/* Transitions: labels of the closed tree, and targets among the stages, results and errors. The
 * expressions of a target are resolved later. */
#include "compiler/model/classes.h"
#include "compiler/model/scope.h"

#include <string.h>

static void unknown_label(struct wc_resolver *r, struct wc_name name)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0304, name.span, "there is no outcome called `%s`", name.text);
    wc_diag_label(r->diags, diag, "neither a class, a group nor a declared error");
    size_t groups;
    const struct wc_group *group = wc_groups(&groups);
    const char **names =
        WC_NEW_ARRAY(r->arena, const char *, WR_CLASS_COUNT + groups + r->errors.entries.count + 2);
    size_t count = 0;
    names[count++] = "ok";
    names[count++] = "error";
    for (size_t i = 0; i < groups; i++)
        names[count++] = group[i].name;
    for (enum wr_class i = WR_OK + 1; i < WR_CLASS_COUNT; i++)
        names[count++] = wc_class_name(i);
    WC_EACH(i, &r->errors.entries)
    {
        names[count++] = r->errors.entries.items[i].name;
    }
    const char *near = wc_nearest(name.text, names, count);
    if (near) {
        wc_diag_help(r->diags, diag, "did you mean `%s`?", near);
        wc_diag_suggest(r->diags, diag, name.span, WC_MAYBE_APPLIES, "%s", near);
        return;
    }
    wc_diag_help(r->diags, diag, "`wright explain E0304` lists the classes and their groups");
}

static bool resolve_label(struct wc_resolver *r, const struct wc_ast_label *ast,
                          struct wc_on_label *label)
{
    const char *name = ast->name.text;
    label->span = ast->span;
    label->name = name;
    if (!name)
        return false;
    if (strcmp(name, "ok") == 0) {
        label->kind = WC_ON_OK;
        label->classes = WR_BIT(WR_OK);
        return true;
    }
    if (strcmp(name, "error") == 0) {
        label->kind = WC_ON_ALL;
        label->classes = wc_error_classes();
        return true;
    }
    const struct wc_group *group = wc_group_find(name);
    enum wr_class class = wc_class_find(name);
    label->error = wc_lookup(&r->errors, name);
    if (class != WR_CLASS_COUNT) {
        label->kind = WC_ON_CLASS;
        label->classes = WR_BIT(class);
    } else if (group) {
        label->kind = WC_ON_GROUP;
        label->classes = group->classes;
    } else if (label->error) {
        label->kind = WC_ON_USER_ERROR;
    } else {
        unknown_label(r, ast->name);
        return false;
    }
    return true;
}

/* The labels that a stage has so far, one slot a meaning. */
struct seen {
    const struct wc_on_label *all, *classes[WR_CLASS_COUNT], *groups[8];
    const struct wc_on_label *errors[WC_USER_ERROR_MAX];
};

/* `seen` has one for the stage and one for each member. */
static const struct wc_on_label **slot_of(struct seen *seen, const struct wc_stage *stage,
                                          const struct wc_on_label *label)
{
    for (size_t i = 0; label->member && i < stage->members.count; i++)
        if (stage->members.items[i] == label->member)
            seen += i + 1;
    size_t count;
    const struct wc_group *groups = wc_groups(&count);
    switch (label->kind) {
    case WC_ON_ALL:
        return &seen->all;
    case WC_ON_USER_ERROR:
        return &seen->errors[label->error->id];
    case WC_ON_GROUP:
        for (size_t i = 0; i + 1 < count; i++)
            if (groups[i].classes == label->classes)
                return &seen->groups[i];
        return &seen->groups[count - 1];
    default:
        return &seen->classes[__builtin_ctzll(label->classes)];
    }
}

static bool is_repeated(struct wc_resolver *r, struct seen *seen, const struct wc_stage *stage,
                        const struct wc_on_label *label)
{
    const struct wc_on_label **slot = slot_of(seen, stage, label);
    if (!*slot) {
        struct wc_on_label *first = WC_NEW(r->arena, struct wc_on_label);
        *first = *label;
        *slot = first;
        return false;
    }
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0303, label->span, "`%s` leads to two places", label->name);
    wc_diag_label(r->diags, diag, "the second");
    wc_diag_also(r->diags, diag, (*slot)->span, "the first");
    wc_diag_note(r->diags, diag, "order means nothing among transitions, so neither would win");
    wc_diag_help(r->diags, diag, "keep one of them");
    return true;
}

/* The member that `company.error` names; NULL where there is none, and that is said. */
static struct wc_stage *find_member(struct wc_resolver *r, const struct wc_stage *stage,
                                    const struct wc_ast_label *ast)
{
    const char **names = WC_NEW_ARRAY(r->arena, const char *, stage->members.count + 1);
    for (size_t i = 0; i < stage->members.count; i++) {
        struct wc_stage *member = stage->members.items[i];
        if (member->name == ast->member.text && stage->action.kind == WR_ACT_ALL)
            return member;
        names[i] = member->name;
    }
    struct wc_diag *diag = wc_report(r->diags, WC_E0304, ast->member.span,
                                     "`%s` is not a member of this stage", ast->member.text);
    if (stage->action.kind == WR_ACT_ALL) {
        wc_diag_label(r->diags, diag, "no member of this name");
        wc_suggest_near(r, diag, ast->member, names, stage->members.count);
        return NULL;
    }
    wc_diag_label(r->diags, diag, "only an `all` stage has members");
    wc_diag_help(r->diags, diag, "write `%s` alone", ast->name.text ? ast->name.text : "error");
    return NULL;
}

static void resolve_target(struct wc_workflow_work *work, const struct wc_ast_target *ast,
                           struct wc_target *target)
{
    target->span = ast->span;
    switch (ast->kind) {
    case WC_AST_TO_STAGE:
        target->kind = WR_TO_STAGE;
        target->stage = wc_need(work->r, &work->names, ast->name);
        if (!target->stage)
            work->workflow->partial = true;
        break;
    case WC_AST_TO_FAIL:
        target->kind = WR_TO_FAIL;
        target->error = wc_need(work->r, &work->r->errors, ast->name);
        if (target->error)
            target->error->used = true;
        break;
    default:
        target->kind = WR_TO_DONE;
        target->result = ast->result == WC_AST_FULL    ? WR_RESULT_FULL
                         : ast->result == WC_AST_DRAFT ? WR_RESULT_DRAFT
                                                       : WR_RESULT_FALLBACK;
        target->remember_shared = ast->remember_shared;
        break;
    }
}

static struct wc_target arm_target(struct wc_workflow_work *work, const struct wc_ast_target *ast)
{
    struct wc_target target = {0};
    resolve_target(work, ast, &target);
    return target;
}

/* A line whose labels are all wrong keeps its place, so that lines match those of the tree. */
void wc_resolve_transitions(struct wc_workflow_work *work, struct wc_stage_work *stage)
{
    struct wc_resolver *r = work->r;
    struct seen *seen = WC_NEW_ARRAY(r->arena, struct seen, stage->stage->members.count + 1);
    if (stage->stage->action.kind == WR_ACT_MATCH) {
        wc_resolve_arms(work, stage, arm_target);
        return;
    }
    WC_EACH(i, &stage->ast->ons)
    {
        const struct wc_ast_on *ast = &stage->ast->ons.items[i];
        struct wc_on on = {.span = ast->span};
        WC_EACH(k, &ast->labels)
        {
            const struct wc_ast_label *written = &ast->labels.items[k];
            struct wc_on_label label = {0};
            if (written->member.text && stage->stage->unbuilt)
                continue;
            if (written->member.text)
                label.member = find_member(r, stage->stage, written);
            if (!resolve_label(r, written, &label) || (written->member.text && !label.member)) {
                stage->stage->mislabelled = true;
                continue;
            }
            if (label.member)
                label.name = wc_arena_printf(r->arena, "%s.%s", label.member->name, label.name);
            if (label.error)
                label.error->used = true;
            if (!is_repeated(r, seen, stage->stage, &label))
                wc_push(r->arena, &on.labels, label);
        }
        resolve_target(work, &ast->target, &on.target);
        wc_push(r->arena, &stage->stage->ons, on);
    }
}
