/* Labels: what is @pii or @secret leaves by no prompt, request, key or unlabelled field, unless
 * `reveal` says that it may. */
#include "compiler/check/check.h"
#include "compiler/model/type.h"

static const char *label_text(unsigned labels)
{
    if (labels == (WC_LABEL_PII | WC_LABEL_SECRET))
        return "@pii and @secret";
    return labels & WC_LABEL_SECRET ? "@secret" : "@pii";
}

/* Where the value of `expr` got its label, or NULL. */
static const struct wc_field *labelled_field(const struct wc_expr *expr, unsigned labels)
{
    if (expr->kind == WC_EXPR_FIELD && expr->kids[0]->type->schema) {
        const struct wc_field *field = &expr->kids[0]->type->schema->fields.items[expr->field];
        if (field->labels & labels)
            return field;
    }
    const struct wc_schema *schema = expr->type->kind == WC_TYPE_SCHEMA ? expr->type->schema : NULL;
    for (size_t i = 0; schema && i < schema->fields.count; i++)
        if (schema->fields.items[i].labels & labels)
            return &schema->fields.items[i];
    return NULL;
}

static void report(struct wc_diags *diags, const struct wc_expr *expr, unsigned labels,
                   const struct wc_stage *stage, const char *place)
{
    const struct wc_field *field = labelled_field(expr, labels);
    struct wc_diag *diag = wc_report(diags, WC_E0703, expr->span, "a value that is %s reaches %s",
                                     label_text(labels), place);
    wc_diag_label(diags, diag, "%s", label_text(labels));
    if (field)
        wc_diag_also(diags, diag, field->span, "labelled here");
    if (stage && stage->span.source != expr->span.source)
        wc_diag_also(diags, diag, stage->span, "asked by this stage");
    wc_diag_note(diags, diag, "a label says that a value must not leave unless someone decided so");
    size_t len = expr->span.end - expr->span.start;
    wc_diag_help(diags, diag, "leave it out, or decide it: `reveal(%.*s)`", len > 60 ? 1 : (int)len,
                 expr->span.source->text + expr->span.start);
}

/* The parts of a value that carry one of `labels`, each reported where it stands. */
static void refuse(struct wc_diags *diags, const struct wc_expr *expr, unsigned labels,
                   const struct wc_stage *stage, const char *place)
{
    bool deeper = false;
    if (!expr || !(expr->labels & labels))
        return;
    if (expr->kind != WC_EXPR_FIELD) {
        for (size_t i = 0; i < expr->kid_count; i++) {
            if (!expr->kids[i] || !(expr->kids[i]->labels & labels))
                continue;
            refuse(diags, expr->kids[i], labels, stage, place);
            deeper = true;
        }
    }
    if (!deeper)
        report(diags, expr, expr->labels & labels, stage, place);
}

/* A field that is not labelled would forget the label of what is put into it. */
static void check_object(struct wc_diags *diags, const struct wc_expr *expr,
                         const struct wc_stage *stage)
{
    if (!expr)
        return;
    const struct wc_schema *schema =
        expr->kind == WC_EXPR_OBJECT && expr->type->kind == WC_TYPE_SCHEMA ? expr->type->schema
                                                                           : NULL;
    for (size_t i = 0; i < expr->kid_count; i++) {
        const struct wc_expr *kid = expr->kids[i];
        if (!kid)
            continue;
        if (kid->kind == WC_EXPR_OBJECT || !schema) {
            check_object(diags, kid, stage);
            continue;
        }
        const struct wc_field *field = &schema->fields.items[i];
        unsigned inner = wc_labels_in(kid->type);
        refuse(diags, kid, ~(field->labels | inner), stage,
               wc_arena_printf(diags->arena, "`%s`, which is not labelled so", field->name));
    }
}

/* What a tool gives goes into the conversation as it is. */
static void check_tool(struct wc_diags *diags, const struct wc_stage *stage)
{
    const struct wc_type *as = stage->action.as;
    const struct wc_schema *schema = as && as->kind == WC_TYPE_SCHEMA ? as->schema : NULL;
    if (!stage->operation || !schema || !schema->all_labels)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0703, stage->action.span,
                                     "a value that is %s reaches a model as what "
                                     "the tool `%s` gives",
                                     label_text(schema->all_labels), stage->name);
    wc_diag_label(diags, diag, "%s", label_text(schema->all_labels));
    WC_EACH(i, &schema->fields)
    {
        if (schema->fields.items[i].labels) {
            wc_diag_also(diags, diag, schema->fields.items[i].span, "labelled here");
            break;
        }
    }
    wc_diag_also(diags, diag, stage->above->span, "asked by this stage");
    wc_diag_note(diags, diag, "a label says that a value must not leave unless someone decided so");
    wc_diag_help(
        diags, diag,
        "read it as an `open schema` without that field: what it does not name is left out");
}

static void check_stage(struct wc_diags *diags, const struct wc_stage *stage)
{
    const unsigned any = WC_LABEL_PII | WC_LABEL_SECRET;
    const struct wc_action *action = &stage->action;
    WC_EACH(i, &action->prompts)
    {
        refuse(diags, action->prompts.items[i].text, any, stage, "a prompt");
    }
    check_tool(diags, stage);
    refuse(diags, action->path, any, stage, "the path of a request");
    refuse(diags, action->body, any, stage, "the body of a request");
    refuse(diags, action->key, WC_LABEL_SECRET, stage, "the key of `recall`");
    check_object(diags, action->value, stage);
    WC_EACH(i, &stage->ons)
    {
        const struct wc_target *target = &stage->ons.items[i].target;
        refuse(diags, target->remember, WC_LABEL_SECRET, stage, "the key of `remember`");
        check_object(diags, target->with, stage);
    }
}

/* The same prompt asked by two stages leaks once. */
static bool is_repeated(const struct wc_diags *diags, const struct wc_diag *diag, size_t before)
{
    for (size_t i = before; i < diags->list.count; i++) {
        const struct wc_diag *old = diags->list.items[i];
        if (old != diag && old->primary.span.source == diag->primary.span.source &&
            old->primary.span.start == diag->primary.span.start)
            return true;
        if (old == diag)
            break;
    }
    return false;
}

void wc_check_labels(struct wc_model *model, struct wc_diags *diags)
{
    size_t before = diags->list.count;
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        refuse(diags, workflow->dedupe, WC_LABEL_SECRET, NULL, "the key of `dedupe`");
        WC_EACH(k, &workflow->activities)
        {
            check_stage(diags, workflow->activities.items[k]);
        }
    }
    size_t kept = before;
    for (size_t i = before; i < diags->list.count; i++) {
        struct wc_diag *diag = diags->list.items[i];
        if (is_repeated(diags, diag, before))
            diags->errors--;
        else
            diags->list.items[kept++] = diag;
    }
    diags->list.count = kept;
}
