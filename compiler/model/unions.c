/* Unions: several schemas told apart by a tag, a field that is the union's own and not the schemas'. */
#include "compiler/model/resolver.h"

#include <stdlib.h>
#include <string.h>

static void refuse_twice(struct wc_resolver *r, const struct wc_variant *first, struct wc_name name)
{
    struct wc_diag *diag = wc_report(r->diags, WC_E0402, name.span,
                                     "the union has two variants called `%s`", name.text);
    wc_diag_label(r->diags, diag, "the second");
    wc_diag_also(r->diags, diag, first->span, "the first");
    wc_diag_help(r->diags, diag, "rename one of them, or delete it");
}

static const struct wc_variant *variant_of(const struct wc_union *choice, const char *name)
{
    WC_EACH(i, &choice->variants)
    {
        if (choice->variants.items[i].name == name)
            return &choice->variants.items[i];
    }
    return NULL;
}

/* The order in which variants are written means nothing: they stand by their names everywhere. */
static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct wc_variant *)a)->name, ((const struct wc_variant *)b)->name);
}

bool wc_resolve_union(struct wc_resolver *r, struct wc_type *type, const struct wc_ast_type *ast)
{
    struct wc_union *choice = WC_NEW(r->arena, struct wc_union);
    choice->tag = ast->tag.text;
    WC_EACH(i, &ast->members)
    {
        const struct wc_ast_union_member *member = &ast->members.items[i];
        struct wc_variant variant = {
            .name = member->name.text, .doc = member->doc, .span = member->name.span};
        const struct wc_variant *first = variant_of(choice, variant.name);
        if (first)
            refuse_twice(r, first, member->name);
        variant.schema = wc_need_object(r, member->schema);
        if (!variant.schema || first)
            continue;
        variant.schema->used = true;
        wc_push(r->arena, &choice->variants, variant);
    }
    if (ast->members.count == 0) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0325, ast->span, "a union of nothing has no values");
        wc_diag_label(r->diags, diag, "no variants");
        wc_diag_help(r->diags, diag, "write `union on %s { name: Schema }`", choice->tag);
    }
    if (choice->variants.count == 0)
        return false;
    qsort(choice->variants.items, choice->variants.count, sizeof choice->variants.items[0],
          by_name);
    choice->id = r->model->unions.count;
    wc_push(r->arena, &r->model->unions, choice);
    type->choice = choice;
    return true;
}

/* ---- after the fields of all schemas are known ----------------------------------------------- */

static void refuse_tag(struct wc_resolver *r, const struct wc_union *choice,
                       const struct wc_variant *variant, const struct wc_field *field)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0325, variant->span, "`%s` has a field `%s` of its own",
                  variant->schema->name, choice->tag);
    wc_diag_label(r->diags, diag, "told apart by `%s`", choice->tag);
    wc_diag_also(r->diags, diag, field->span, "its field");
    wc_diag_note(r->diags, diag,
                 "the tag belongs to the union, which adds it to each of its schemas");
    wc_diag_help(r->diags, diag, "delete the field, or name the tag otherwise");
}

/* The variant as a document shows it: the schema with the tag before its fields. */
static struct wc_schema *shown(struct wc_resolver *r, const struct wc_union *choice,
                               const struct wc_variant *variant)
{
    struct wc_schema *schema = WC_NEW(r->arena, struct wc_schema);
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_ENUM, variant->span);
    struct wc_field tag = {.name = choice->tag, .span = variant->span, .type = type};
    *schema = *variant->schema;
    memset(&schema->fields, 0, sizeof schema->fields);
    schema->name =
        wc_arena_printf(r->arena, "%s.%s.%s", variant->schema->name, choice->tag, variant->name);
    schema->doc = variant->doc ? variant->doc : variant->schema->doc;
    type->values = WC_NEW_ARRAY(r->arena, const char *, 1);
    type->values[0] = variant->name;
    type->value_count = 1;
    wc_push(r->arena, &schema->fields, tag);
    WC_EACH(i, &variant->schema->fields)
    {
        wc_push(r->arena, &schema->fields, variant->schema->fields.items[i]);
    }
    return schema;
}

void wc_finish_unions(struct wc_resolver *r)
{
    WC_EACH(i, &r->model->unions)
    {
        struct wc_union *choice = r->model->unions.items[i];
        WC_EACH(k, &choice->variants)
        {
            struct wc_variant *variant = &choice->variants.items[k];
            WC_EACH(f, &variant->schema->fields)
            {
                const struct wc_field *field = &variant->schema->fields.items[f];
                if (field->name == choice->tag)
                    refuse_tag(r, choice, variant, field);
            }
            variant->shown = shown(r, choice, variant);
        }
    }
}
