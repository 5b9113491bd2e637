/* Retry safety: what may be sent again, and where a commit must be awaited because it may not. */
#include "compiler/check/check.h"
#include "compiler/model/classes.h"
#include "compiler/model/outcomes.h"

static void check_denied(struct wc_model *model, struct wc_diags *diags,
                         const struct wc_stage *stage)
{
    uint64_t denied = stage->retry.on & wc_group_find("denied")->classes;
    if (!denied)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0701, stage->retry_span, "%s is never retried",
                                     wc_classes_text(model->arena, denied));
    wc_diag_label(diags, diag, "the same request gets the same answer");
    wc_diag_also(diags, diag, stage->span, "of this stage");
    wc_diag_note(diags, diag,
                 "a denied request is wrong as it is; sending it again only spends "
                 "time and money");
    if (stage->above && stage->above->action.kind == WR_ACT_EACH)
        wc_diag_help(diags, diag,
                     "take it out of `retry`: an item that fails counts among those that `N may "
                     "fail` allows");
    else
        wc_diag_help(diags, diag, "take it out of `retry`, and lead it somewhere: `on %s -> …`",
                     stage->above ? wc_arena_printf(model->arena, "%s.denied", stage->name)
                                  : "denied");
}

static void check_once(struct wc_diags *diags, const struct wc_stage *stage)
{
    if (stage->effect != WR_ONCE)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0702, stage->retry_span,
                                     "a retry could repeat the effect of `%s`", stage->name);
    wc_diag_label(diags, diag, "would send it again");
    wc_diag_also(diags, diag, stage->action.span, "this effect may be sent once");
    if (stage->action.service) {
        wc_diag_also(diags, diag, stage->action.service->span, "has no `idempotency key`");
        wc_diag_help(diags, diag,
                     "if the service takes a key, say so: `idempotency key \"Idempotency-Key\"`; "
                     "else delete the retry");
    }
}

/* ---- circles ------------------------------------------------------------------------------ */

/* What may be sent once of a stage: its own effect, or a tool's that its model may call; NULL: nothing. */
static const struct wc_stage *once_of(const struct wc_stage *stage)
{
    for (size_t i = 0; stage->turns && i < stage->members.count; i++)
        if (stage->members.items[i]->effect == WR_ONCE)
            return stage->members.items[i];
    return stage->effect == WR_ONCE ? stage : NULL;
}

static struct wc_stage *next_of(const struct wc_on *on)
{
    return on->target.kind == WR_TO_STAGE ? on->target.stage : NULL;
}

/* Does any path lead from `from` to `to`? `marks` is by stage, `stack` has room for every stage. */
static bool leads_to(struct wc_stage *from, const struct wc_stage *to, bool *marks,
                     struct wc_stage **stack)
{
    size_t count = 0;
    marks[from->id] = true;
    stack[count++] = from;
    while (count > 0 && !marks[to->id]) {
        const struct wc_stage *stage = stack[--count];
        WC_EACH(i, &stage->ons)
        {
            struct wc_stage *next = next_of(&stage->ons.items[i]);
            if (!next || marks[next->id])
                continue;
            marks[next->id] = true;
            stack[count++] = next;
        }
    }
    return marks[to->id];
}

static void report_circle(struct wc_diags *diags, const struct wc_stage *stage,
                          const struct wc_on *on, const char *classes)
{
    const struct wc_stage *once = once_of(stage);
    struct wc_diag *diag =
        wc_report(diags, WC_E0712, on->span, "this leads back to `%s` and could repeat its effect",
                  stage->name);
    wc_diag_label(diags, diag, "on %s", classes);
    wc_diag_also(diags, diag, once->action.span, "this effect may be sent once");
    wc_diag_note(diags, diag,
                 "going back after it failed is a retry; only `on ok` may lead back, to another "
                 "effect");
    if (once->action.service)
        wc_diag_help(
            diags, diag,
            "if `%s` takes a key, say so: `idempotency key \"Idempotency-Key\"`; else lead "
            "it to `fail`, to `done`, or to a stage that looks whether it happened",
            once->action.service->name);
}

/* A way that leads back from a failure is a retry by another name. */
static void check_circles(struct wc_model *model, struct wc_diags *diags,
                          const struct wc_workflow *workflow, struct wc_stage *stage)
{
    const struct wc_on *told = NULL;
    size_t count = workflow->stages.count;
    if (!once_of(stage) || workflow->partial)
        return;
    WC_EACH(i, &stage->rows)
    {
        const struct wc_row *row = &stage->rows.items[i];
        struct wc_stage *next = next_of(row->on);
        uint64_t failures = row->classes & ~WR_ON_OK;
        if (!next || !failures || row->on == told)
            continue;
        bool *marks = WC_NEW_ARRAY(diags->arena, bool, count);
        if (!leads_to(next, stage, marks, WC_NEW_ARRAY(diags->arena, struct wc_stage *, count)))
            continue;
        report_circle(diags, stage, row->on, wc_classes_text(model->arena, failures));
        told = row->on;
    }
}

/* A class that cannot arise is not retried by mistake for one that can. */
static void check_possible(struct wc_model *model, struct wc_diags *diags,
                           const struct wc_stage *stage)
{
    uint64_t possible = wc_needed_classes(model, stage) | stage->raises.classes;
    WC_EACH(i, &model->errors)
    {
        if (wc_raises_error(stage, model->errors.items[i]))
            possible |= WR_BIT(model->errors.items[i]->class);
    }
    if (stage->retry.on & possible)
        return;
    struct wc_diag *diag =
        wc_report(diags, WC_E0302, stage->retry_span, "stage `%s` can never end in %s", stage->name,
                  wc_classes_text(model->arena, stage->retry.on));
    wc_diag_label(diags, diag, "never retried");
    wc_diag_help(diags, diag, "delete the retry");
    wc_diag_delete(diags, diag, stage->retry_span);
}

/* A job that is restarted does everything again; what may happen once a job may have happened. */
static void check_restart(struct wc_diags *diags, const struct wc_workflow *workflow)
{
    const struct wc_stage *once = NULL;
    WC_EACH(i, &workflow->activities)
    {
        if (workflow->activities.items[i]->effect == WR_ONCE && !once)
            once = workflow->activities.items[i];
    }
    if (workflow->on_upgrade != WR_UPGRADE_RESTART || !once)
        return;
    struct wc_diag *diag =
        wc_report(diags, WC_E0832, workflow->upgrade_span,
                  "restarting a job could repeat the effect of `%s`", once->name);
    wc_diag_label(diags, diag, "begins again at the first stage");
    wc_diag_also(diags, diag, once->action.span, "this effect may be sent once");
    wc_diag_note(diags, diag, "keyed effects keep their keys when a job is restarted");
    wc_diag_help(diags, diag,
                 "write `on upgrade hold` or `on upgrade fail`, or give the service an "
                 "`idempotency key`");
}

void wc_check_effects(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        check_restart(diags, workflow);
        WC_EACH(k, &workflow->activities)
        {
            struct wc_stage *stage = workflow->activities.items[k];
            bool acts = stage->action.kind == WR_ACT_HTTP || /* others act through what is below */
                        stage->action.kind == WR_ACT_CALL;
            stage->commit_before = stage->commit_after = acts && stage->effect == WR_ONCE;
            if (stage->raises.classes & WR_BIT(WR_CLASS_over_cost))
                stage->commit_before = true; /* what it may cost is reserved */
            check_circles(model, diags, workflow, stage);
            if (!stage->retry.times || !stage->retry.on || stage->unbuilt)
                continue;
            check_denied(model, diags, stage);
            check_once(diags, stage);
            check_possible(model, diags, stage);
        }
    }
}
