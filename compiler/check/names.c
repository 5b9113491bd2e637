/* Names: environment variables that are read as two kinds, and what is declared for nothing. */
#include "compiler/check/check.h"

#include <string.h>

/* ---- environment variables ---------------------------------------------------------------- */

struct variable {
    const char *name;
    const char *kind; /* "an address" */
    struct wc_span span;
};

struct variables {
    struct wc_diags *diags;
    WC_VEC(struct variable) list;
};

static void use(struct variables *vars, const char *name, const char *kind, struct wc_span span)
{
    if (!name)
        return;
    WC_EACH(i, &vars->list)
    {
        const struct variable *first = &vars->list.items[i];
        if (strcmp(first->name, name) != 0)
            continue;
        if (strcmp(first->kind, kind) == 0)
            return;
        struct wc_diag *diag =
            wc_report(vars->diags, WC_E0410, span, "the variable %s is %s here and %s elsewhere",
                      name, kind, first->kind);
        wc_diag_label(vars->diags, diag, "%s here", kind);
        wc_diag_also(vars->diags, diag, first->span, "%s here", first->kind);
        wc_diag_help(vars->diags, diag, "give each its own variable");
        return;
    }
    struct variable variable = {name, kind, span};
    wc_push(vars->diags->arena, &vars->list, variable);
}

static void use_endpoint(struct variables *vars, const struct wc_endpoint *endpoint)
{
    use(vars, endpoint->url_env, "an address", endpoint->url_span);
    use(vars, endpoint->auth_env, "a secret", endpoint->auth_span);
}

static void check_variables(struct wc_model *model, struct wc_diags *diags)
{
    struct variables vars = {.diags = diags};
    use(&vars, model->keys_env, "a list of keys", model->keys_span);
    WC_EACH(i, &model->services)
    {
        const struct wc_service *service = model->services.items[i];
        use_endpoint(&vars, &service->endpoint);
        use(&vars, service->sign_env, "the secrets of a signature", service->sign_span);
    }
    WC_EACH(i, &model->models)
    {
        use_endpoint(&vars, &model->models.items[i]->endpoint);
    }
}

/* ---- what nothing uses -------------------------------------------------------------------- */

/* What an imported file declares may be for others. */
static void unused(const struct wc_model *model, struct wc_diags *diags, struct wc_span span,
                   const char *what, const char *name)
{
    if (span.source != model->source)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0408, span, "nothing uses %s `%s`", what, name);
    wc_diag_label(diags, diag, "declared for nothing");
    wc_diag_help(diags, diag, "use it, or delete it");
}

static void check_operations(const struct wc_model *model, struct wc_diags *diags,
                             const struct wc_service *service)
{
    WC_EACH(i, &service->operations)
    {
        if (!service->operations.items[i]->used)
            unused(model, diags, service->operations.items[i]->span, "operation",
                   service->operations.items[i]->name);
    }
}

static void check_lets(const struct wc_model *model, struct wc_diags *diags,
                       const struct wc_workflow *workflow)
{
    WC_EACH(i, &workflow->unread_lets)
    {
        unused(model, diags, workflow->unread_lets.items[i].span, "`let`",
               workflow->unread_lets.items[i].name);
    }
}

static void check_values(struct wc_diags *diags, const struct wc_workflow *workflow)
{
    WC_EACH(i, &workflow->stages)
    {
        const struct wc_stage *stage = workflow->stages.items[i];
        if (stage->value_read || stage->unbuilt || stage->members.count > 0 || !stage->action.as ||
            WR_PARKS(stage->action.kind) || (stage->effect != WR_PURE && stage->effect != WR_READ))
            continue;
        struct wc_diag *diag =
            wc_report(diags, WC_E0408, stage->span, "nothing reads the value of `%s`", stage->name);
        wc_diag_label(diags, diag, "found for nothing");
        wc_diag_help(diags, diag, "read it in a later stage, or delete this one");
    }
}

void wc_check_names(struct wc_model *model, struct wc_diags *diags)
{
    check_variables(model, diags);
    if (diags->errors > 0)
        return; /* what is not used may be what was meant elsewhere */
    WC_EACH(i, &model->schemas)
    {
        if (!model->schemas.items[i]->used)
            unused(model, diags, model->schemas.items[i]->span, "schema",
                   model->schemas.items[i]->name);
    }
    WC_EACH(i, &model->errors)
    {
        if (!model->errors.items[i]->used)
            unused(model, diags, model->errors.items[i]->span, "error",
                   model->errors.items[i]->name);
    }
    WC_EACH(i, &model->services)
    {
        if (!model->services.items[i]->used)
            unused(model, diags, model->services.items[i]->span, "service",
                   model->services.items[i]->name);
    }
    WC_EACH(i, &model->services)
    {
        check_operations(model, diags, model->services.items[i]);
    }
    WC_EACH(i, &model->models)
    {
        if (!model->models.items[i]->used)
            unused(model, diags, model->models.items[i]->span, "model",
                   model->models.items[i]->name);
    }
    WC_EACH(i, &model->functions)
    {
        if (!model->functions.items[i]->used)
            unused(model, diags, model->functions.items[i]->span, "function",
                   model->functions.items[i]->name);
    }
    WC_EACH(i, &model->workflows)
    {
        check_lets(model, diags, model->workflows.items[i]);
        check_values(diags, model->workflows.items[i]);
    }
}
