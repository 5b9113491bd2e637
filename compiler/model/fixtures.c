/* The fixtures of tests against the schemas of their places: what is sent must be a request, and what a
 * stage is given is usually meant to be its value. */
#include "compiler/model/fixtures.h"
#include "compiler/model/document.h"

#include <string.h>

static const char *place_of(struct wc_arena *arena, const struct wc_document_fault *fault)
{
    return fault->pointer[0] ? wc_arena_printf(arena, "at %s: %s", fault->pointer, fault->why)
                             : fault->why;
}

void wc_check_sent(struct wc_resolver *r, const char *json, struct wc_span span,
                   const struct wc_schema *schema)
{
    struct wc_document_fault fault;
    if (!json || !schema || !r->parsed || wc_document_fits(r->arena, json, schema, false, &fault))
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0326, span, "what is sent is no %s", schema->name);
    wc_diag_label(r->diags, diag, "%s", place_of(r->arena, &fault));
    wc_diag_also(r->diags, diag, schema->span, "the schema");
    wc_diag_note(r->diags, diag, "the request would be refused before there is a job");
}

/* Does the test say that the stage ends in something else than ok? */
static bool is_meant(const struct wc_ast_test *test, const char *stage)
{
    WC_EACH(i, &test->steps)
    {
        const struct wc_ast_step *step = &test->steps.items[i];
        WC_EACH(k, &step->expects)
        {
            const struct wc_ast_expect *expect = &step->expects.items[k];
            WC_EACH(h, &expect->hops)
            {
                const struct wc_ast_hop *hop = &expect->hops.items[h];
                if (hop->stage.text && strcmp(hop->stage.text, stage) == 0 &&
                    hop->label.name.text && strcmp(hop->label.name.text, "ok") != 0)
                    return true;
            }
        }
    }
    return false;
}

void wc_check_given(struct wc_resolver *r, const char *json, struct wc_span span,
                    const struct wc_stage *stage, const struct wc_ast_test *test)
{
    struct wc_document_fault fault;
    const struct wc_action *action = &stage->action;
    bool answers =
        action->kind == WR_ACT_HTTP || action->kind == WR_ACT_ASK || action->kind == WR_ACT_CALL;
    if (!json || !r->parsed || !answers || !action->as || action->as->kind != WC_TYPE_SCHEMA ||
        wc_document_fits(r->arena, json, action->as->schema, action->kind == WR_ACT_ASK, &fault) ||
        is_meant(test, stage->name))
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0327, span, "what `%s` is given is no %s",
                                     stage->name, action->as->schema->name);
    wc_diag_label(r->diags, diag, "%s", place_of(r->arena, &fault));
    wc_diag_also(r->diags, diag, action->as->schema->span, "the schema");
    wc_diag_note(r->diags, diag, "the stage will end as schema_invalid");
    wc_diag_help(r->diags, diag,
                 "mend it, or say that it is meant: `expect path %s: schema_invalid`", stage->name);
}

void wc_show_sent(struct wc_resolver *r, const char *json, struct wc_workflow *workflow)
{
    struct wc_document_fault fault;
    if (json && r->parsed && workflow->input && !workflow->example &&
        wc_document_fits(r->arena, json, workflow->input, false, &fault))
        workflow->example = json;
}

void wc_show_given(struct wc_resolver *r, const char *json, const struct wc_stage *stage)
{
    struct wc_document_fault fault;
    const struct wc_type *as = stage->action.as;
    if (!json || !r->parsed || !as || as->kind != WC_TYPE_SCHEMA)
        return;
    WC_EACH(i, &r->model->workflows)
    {
        struct wc_workflow *workflow = r->model->workflows.items[i];
        if (workflow->answered || as->schema != workflow->output ||
            !wc_document_fits(r->arena, json, workflow->output, false, &fault))
            continue;
        WC_EACH(k, &workflow->stages)
        {
            if (workflow->stages.items[k] == stage)
                workflow->answered = json;
        }
    }
}
