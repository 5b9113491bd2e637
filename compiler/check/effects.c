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
    wc_diag_help(diags, diag, "take it out of `retry`, and lead it somewhere: `on denied -> …`");
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
}

void wc_check_effects(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        WC_EACH(k, &workflow->stages)
        {
            struct wc_stage *stage = workflow->stages.items[k];
            stage->commit_before = stage->commit_after = stage->effect == WR_ONCE;
            if (!stage->retry.times || !stage->retry.on || stage->unbuilt)
                continue;
            check_denied(model, diags, stage);
            check_once(diags, stage);
            check_possible(model, diags, stage);
        }
    }
}
