/* Boundedness: an API without limits is a bug, so every type has an upper bound. */
#include "compiler/check/check.h"
#include "compiler/model/type.h"

static const char *with_bound(struct wc_arena *arena, const struct wc_type *type, int64_t max)
{
    struct wc_type bounded = *type;
    bounded.has_max = true;
    bounded.max = type->has_min && type->min > max ? type->min : max;
    return wc_type_text(arena, &bounded);
}

static void report(struct wc_diags *diags, const struct wc_field *field, const struct wc_type *type,
                   const char *label, const char *fix)
{
    bool part = field->type != type;
    struct wc_diag *diag = wc_report(diags, WC_E0505, type->span, "%s`%s` has no upper bound",
                                     part ? "what is in " : "", field->name);
    wc_diag_label(diags, diag, "%s", label);
    if (part)
        wc_diag_also(diags, diag, field->span, "in this field");
    wc_diag_note(diags, diag,
                 "an API without limits can be made to run out of memory, time or "
                 "money");
    wc_diag_help(diags, diag, "say the most that makes sense, for example `%s`", fix);
    if (!type->pattern)
        wc_diag_suggest(diags, diag, type->span, WC_MAYBE_APPLIES, "%s", fix);
}

static void check_number(struct wc_diags *diags, const struct wc_field *field,
                         const struct wc_type *type)
{
    const char *label = type->has_min   ? "up to any number"
                        : type->has_max ? "down to any number"
                                        : "any number";
    if (type->has_min && type->has_max)
        return;
    struct wc_type bounded = *type;
    bounded.has_min = bounded.has_max = true;
    if (type->kind == WC_TYPE_NUMBER) {
        bounded.number_min = type->has_min ? type->number_min : type->has_max ? -1000 : 0;
        bounded.number_max = type->has_max ? type->number_max : bounded.number_min + 1;
    } else {
        bounded.min = type->has_min ? type->min : 0;
        bounded.max = type->has_max ? type->max : bounded.min + 1000;
        if (bounded.min > bounded.max)
            bounded.min = bounded.max - 1000;
    }
    report(diags, field, type, label, wc_type_text(diags->arena, &bounded));
}

static void check_type(struct wc_diags *diags, const struct wc_field *field,
                       const struct wc_type *type)
{
    if (type->named)
        return;
    switch (type->kind) {
    case WC_TYPE_STRING:
        if (!type->has_max && type->pattern)
            report(diags, field, type, "this pattern matches texts of any length",
                   "{1,60} in place of + or *");
        else if (!type->has_max)
            report(diags, field, type, "a text of any length",
                   with_bound(diags->arena, type, 1000));
        break;
    case WC_TYPE_INT:
    case WC_TYPE_NUMBER:
        check_number(diags, field, type);
        break;
    case WC_TYPE_ANY:
        if (!type->has_max)
            report(diags, field, type, "JSON of any size", with_bound(diags->arena, type, 4096));
        break;
    case WC_TYPE_LIST:
        if (!type->has_max)
            report(diags, field, type, "any number of items", with_bound(diags->arena, type, 100));
        check_type(diags, field, type->element);
        break;
    case WC_TYPE_MAP:
        if (!type->has_max)
            report(diags, field, type, "any number of entries",
                   with_bound(diags->arena, type, 100));
        check_type(diags, field, type->key);
        check_type(diags, field, type->element);
        break;
    default:
        break;
    }
}

void wc_check_bounds(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->aliases)
    {
        const struct wc_schema *alias = model->aliases.items[i];
        struct wc_field field = {.name = alias->name, .span = alias->span};
        check_type(diags, &field, alias->alias);
    }
    WC_EACH(i, &model->schemas)
    {
        const struct wc_schema *schema = model->schemas.items[i];
        WC_EACH(k, &schema->fields)
        {
            if (!schema->fields.items[k].taken_over)
                check_type(diags, &schema->fields.items[k], schema->fields.items[k].type);
        }
    }
}
