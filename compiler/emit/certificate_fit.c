/* The certificate's part on what models are asked: for each schema and profile, what goes on the wire otherwise than
 * it was written, and the residue that only the generated validator checks. */
#include "compiler/emit/certificate.h"
#include "compiler/model/profiles.h"
#include "compiler/model/type.h"

struct fit {
    enum wr_profile profile;
    json_t *rewritten, *residue;
};

static void add_residue(const struct fit *fit, const char *place, unsigned rules)
{
    json_t *list = json_array();
    for (unsigned rule = 1; rule <= rules; rule *= 2)
        if (rules & rule)
            wc_append(list, json_string(wc_rule_name((enum wr_rule)rule)));
    if (rules)
        wc_set(fit->residue, place, list);
    else
        json_decref(list);
}

static void add_type(const struct fit *fit, struct wc_arena *arena, const char *place,
                     const struct wc_type *type)
{
    const struct wc_profile *profile = &wc_profiles[fit->profile];
    add_residue(fit, place, wc_residue_of(fit->profile, type));
    if (type->kind == WC_TYPE_MAP && !profile->maps)
        wc_set_text(fit->rewritten, place, "a list of {key, value}");
    if (type->kind == WC_TYPE_ANY && !profile->any)
        wc_set_text(fit->rewritten, place, "JSON within a string");
    if (type->kind == WC_TYPE_MAP && type->key)
        add_type(fit, arena, wc_arena_printf(arena, "%s{key}", place), type->key);
    if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        add_type(fit, arena,
                 wc_arena_printf(arena, type->kind == WC_TYPE_LIST ? "%s[]" : "%s{}", place),
                 type->element);
}

static void add_schema(const struct fit *fit, struct wc_arena *arena,
                       const struct wc_schema *schema)
{
    const struct wc_profile *profile = &wc_profiles[fit->profile];
    if (schema->open && profile->closes)
        wc_set_text(fit->rewritten, schema->name, "closed");
    add_residue(fit, schema->name, schema->depth ? WR_RULE_DEPTH : 0);
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        const char *place = wc_arena_printf(arena, "%s.%s", schema->name, field->name);
        if (field->optional && profile->nulls)
            wc_set_text(fit->rewritten, place, "null where it is left out");
        else if (field->fallback && profile->nulls)
            wc_set_text(fit->rewritten, place, "required, though it has a default");
        add_type(fit, arena, place, field->type);
    }
}

/* Of a model that fills it in to call tools of the stage. */
static void add_tools(json_t *list, const struct wc_stage *stage, const struct wc_ai_model *model,
                      const struct wc_schema *schema, enum wr_profile profile)
{
    for (size_t i = 0; stage->turns && i < stage->members.count; i++) {
        const struct wc_stage *tool = stage->members.items[i];
        if (tool->operation->takes == schema && wc_tool_profile_for(model, schema) == profile)
            wc_append(list,
                      json_sprintf("%s in %s, to call %s", model->name, stage->name, tool->name));
    }
}

static json_t *asked_of(const struct wc_model *model, const struct wc_schema *schema,
                        enum wr_profile profile)
{
    json_t *list = json_array();
    WC_EACH(i, &model->workflows)
    {
        WC_EACH(k, &model->workflows.items[i]->activities)
        {
            const struct wc_stage *stage = model->workflows.items[i]->activities.items[k];
            const struct wc_ai_model *models[] = {stage->action.model, stage->action.candidate,
                                                  stage->hedge};
            for (size_t m = 0; m < 3; m++)
                if (models[m])
                    add_tools(list, stage, models[m], schema, profile);
            for (size_t m = 0; m < 3 && stage->action.kind == WR_ACT_ASK; m++)
                if (models[m] && stage->action.as && stage->action.as->schema == schema &&
                    wc_profile_for(models[m], schema) == profile)
                    wc_append(list, json_sprintf("%s in %s", models[m]->name, stage->name));
        }
    }
    return list;
}

static json_t *fit_json(const struct wc_model *model, const struct wc_schema *schema,
                        enum wr_profile profile)
{
    struct wc_arena scratch = {0};
    struct wc_schemas reached = {0};
    struct fit fit = {profile, json_object(), json_object()};
    json_t *json = json_object();
    wc_set_text(json, "schema", schema->name);
    wc_set(json, "profile",
           json_sprintf("%s %s", wc_profiles[profile].name, wc_profiles[profile].version));
    wc_set(json, "asked_of", asked_of(model, schema, profile));
    if (profile == WR_PROFILE_told) {
        wc_set(fit.residue, "everything", json_pack("[s]", "told in words, enforced by nobody"));
    } else {
        wc_schemas_reach(&scratch, &reached, schema);
        WC_EACH(i, &reached.list)
        {
            add_schema(&fit, &scratch, reached.list.items[i]);
        }
    }
    wc_set(json, "rewritten", fit.rewritten);
    wc_set(json, "residue", fit.residue);
    wc_arena_free(&scratch);
    return json;
}

json_t *wc_proof_fit_json(const struct wc_model *model)
{
    json_t *list = json_array();
    WC_EACH(i, &model->schemas)
    {
        for (unsigned profile = 0; profile < WR_PROFILE_COUNT; profile++)
            if (model->schemas.items[i]->asked >> profile & 1)
                wc_append(list, fit_json(model, model->schemas.items[i], (enum wr_profile)profile));
    }
    return list;
}
