/* Provider fit: each asked schema against what the profile of its model can carry. What fits, rewritten where it has
 * to be, goes on the wire; what does not is told in words, and that is a warning. Sets `asked` of every schema. */
#include "compiler/check/check.h"
#include "compiler/model/profiles.h"

static void warn(struct wc_diags *diags, const struct wc_stage *stage,
                 const struct wc_ai_model *model, const struct wc_unfit *misfit)
{
    const struct wc_schema *schema = stage->action.as->schema;
    const struct wc_profile *profile = &wc_profiles[wc_profile_of(model)];
    struct wc_diag *diag =
        wc_report(diags, WC_E0800, stage->action.span, "the strict mode of `%s` cannot carry `%s`",
                  model->provider, schema->name);
    wc_diag_label(diags, diag, "asked for here");
    wc_diag_also(diags, diag, misfit->span, "%s", misfit->why);
    wc_diag_note(diags, diag,
                 "so `%s` is told the schema in words, and all of it is left to the validator "
                 "(profile %s, %s)",
                 model->name, profile->name, profile->version);
    wc_diag_help(diags, diag,
                 "ask for less, or write `structured json` in model `%s`, which says so",
                 model->name);
}

/* `warned`: by schema, a bit for each profile. */
static void ask(struct wc_model *model, struct wc_diags *diags, const struct wc_stage *stage,
                const struct wc_ai_model *asked, unsigned *warned)
{
    struct wc_schema *schema = stage->action.as->schema;
    enum wr_profile profile = wc_profile_of(asked);
    struct wc_unfit misfit;
    if (schema->asked >> profile & 1)
        return;
    if (wc_carries(model, profile, schema, &misfit)) {
        schema->asked |= 1u << profile;
    } else {
        schema->asked |= 1u << WR_PROFILE_told;
        if (warned[schema->id] >> profile & 1)
            return;
        warned[schema->id] |= 1u << profile;
        warn(diags, stage, asked, &misfit);
    }
}

/* What a model fills in to call a tool: as the same table has it, and told in words where that cannot carry it. */
static void ask_tools(struct wc_model *model, const struct wc_stage *stage,
                      const struct wc_ai_model *asked)
{
    enum wr_profile profile = wc_tool_profile_of(asked);
    struct wc_unfit misfit;
    for (size_t i = 0; stage->turns && i < stage->members.count; i++) {
        struct wc_schema *takes = stage->members.items[i]->operation->takes;
        if (takes)
            takes->asked |=
                1u << (wc_carries(model, profile, takes, &misfit) ? profile : WR_PROFILE_told);
    }
}

void wc_check_fit(struct wc_model *model, struct wc_diags *diags)
{
    unsigned *warned = WC_NEW_ARRAY(diags->arena, unsigned, model->schemas.count + 1);
    WC_EACH(i, &model->workflows)
    {
        WC_EACH(k, &model->workflows.items[i]->activities)
        {
            const struct wc_stage *stage = model->workflows.items[i]->activities.items[k];
            const struct wc_action *action = &stage->action;
            const struct wc_ai_model *models[] = {action->model, action->candidate, stage->hedge};
            if (action->kind != WR_ACT_ASK || !action->as || action->as->kind != WC_TYPE_SCHEMA)
                continue;
            for (size_t m = 0; m < 3; m++)
                if (models[m])
                    ask_tools(model, stage, models[m]);
            for (size_t m = 0; m < 3; m++)
                if (models[m])
                    ask(model, diags, stage, models[m], warned);
        }
    }
}
