/* What a test says in vain, and is refused: a member that is not there, what is given twice, an end that no call comes to, no
 * expectation at all. Knows the resolved workflows. */
#include "compiler/model/vain.h"

#include "compiler/model/classes.h"
#include "compiler/model/outcomes.h"

#include <string.h>

/* The members of `all`, and the tools of a model. */
bool wc_has_names(const struct wc_stage *stage)
{
    return stage->action.kind == WR_ACT_ALL || stage->turns > 0;
}

/* Does some workflow have a stage of that name with such a member? */
bool wc_has_member(const struct wc_resolver *r, const char *stage, const char *member)
{
    WC_EACH(i, &r->model->workflows)
    {
        const struct wc_workflow *workflow = r->model->workflows.items[i];
        WC_EACH(k, &workflow->activities)
        {
            const struct wc_stage *at = workflow->activities.items[k];
            if (at->above && wc_has_names(at->above) && strcmp(at->above->name, stage) == 0 &&
                strcmp(at->name, member) == 0)
                return true;
        }
    }
    return false;
}

void wc_need_member(struct wc_resolver *r, const struct wc_stage *stage, struct wc_name member)
{
    const char **names = WC_NEW_ARRAY(r->arena, const char *, stage->members.count + 1);
    bool all = wc_has_names(stage);
    WC_EACH(i, &stage->members)
    {
        names[i] = stage->members.items[i]->name;
    }
    struct wc_diag *diag = wc_report(r->diags, WC_E0401, member.span, "`%s` has no member `%s`",
                                     stage->name, member.text);
    wc_diag_label(r->diags, diag, all ? "not one of its members" : "it has no members with names");
    if (all)
        wc_suggest_near(r, diag, member, names, stage->members.count);
    else
        wc_diag_help(r->diags, diag, "name the stage alone: `%s`", stage->name);
}

/* The later of two would win in silence; where something is said to happen between them, it is a change. */
void wc_refuse_twice(struct wc_resolver *r, const struct wc_test *test,
                     const struct wc_test_step *step)
{
    for (size_t i = test->steps.count; step->subject && i > 0; i--) {
        const struct wc_test_step *before = &test->steps.items[i - 1];
        if (before->kind != WR_STEP_GIVEN && before->kind != WR_STEP_CRASH)
            return;
        if (before->kind != WR_STEP_GIVEN || strcmp(before->subject, step->subject) != 0)
            continue;
        struct wc_diag *diag = wc_report(r->diags, WC_E0402, step->span,
                                         "`%s` is given twice in this test", step->subject);
        wc_diag_label(r->diags, diag, "the one before would say nothing");
        wc_diag_also(r->diags, diag, before->span, "given here");
        wc_diag_help(r->diags, diag,
                     "what comes one after the other is one line: `given %s …, then …`",
                     step->subject);
        return;
    }
}

/* What the calls of a `given` can fail with: of its stage, or of all that reach the service or model. */
static bool can_raise(const struct wc_resolver *r, const struct wc_test_step *step,
                      enum wr_class class)
{
    bool any = false;
    WC_EACH(i, &r->model->workflows)
    {
        const struct wc_workflow *workflow = r->model->workflows.items[i];
        WC_EACH(k, &workflow->activities)
        {
            const struct wc_stage *at = workflow->activities.items[k];
            const char *upstream = at->action.service    ? at->action.service->name
                                   : at->action.model    ? at->action.model->name
                                   : at->action.function ? at->action.function->name
                                                         : NULL;
            const char *place = at->above ? at->above->name : at->name;
            bool meant = step->is_upstream
                             ? upstream && strcmp(upstream, step->subject) == 0
                             : strncmp(step->subject, place, strcspn(step->subject, "/")) == 0;
            if (!meant)
                continue;
            if (at->unbuilt || at->action.kind == WR_ACT_RUN ||
                (wc_call_classes(workflow, at) & WR_BIT(class)))
                return true;
            any |= upstream != NULL;
        }
    }
    return !any;
}

void wc_refuse_class(struct wc_resolver *r, const struct wc_test_step *step,
                     const struct wc_ast_outcome *outcome, enum wr_class class)
{
    if (!r->parsed || !step->subject || !outcome->class.text ||
        wc_class_find(outcome->class.text) != class || can_raise(r, step, class))
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, outcome->class.span, "`%s` never fails with `%s`",
                  step->subject, outcome->class.text);
    wc_diag_label(r->diags, diag, "no call of it ends so");
    wc_diag_help(
        r->diags, diag,
        "a service never refuses to answer as a model does; `wright explain E0302` says what "
        "each action can end in");
}

void wc_need_expect(struct wc_resolver *r, const struct wc_test *test)
{
    WC_EACH(i, &test->steps)
    {
        if (test->steps.items[i].kind == WR_STEP_EXPECT)
            return;
    }
    if (!r->parsed)
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0518, test->span, "this test expects nothing");
    wc_diag_label(r->diags, diag, "it cannot fail");
    wc_diag_help(r->diags, diag, "say how it ends: `expect status completed`");
}
