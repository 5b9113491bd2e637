/* Types of the tree as types of the model. Whether they are bounded is a check's business. */
#include "compiler/model/resolver.h"

static void length(struct wc_resolver *r, struct wc_type *type, const struct wc_range *range)
{
    type->has_min = range->min.kind != WC_NO_NUMBER;
    type->has_max = range->max.kind != WC_NO_NUMBER;
    type->min = range->min.integer;
    type->max = range->max.integer;
    type->in_bytes = range->bytes;
    const struct wc_number *ends[] = {&range->min, &range->max};
    for (size_t i = 0; i < 2; i++) {
        if (ends[i]->kind == WC_NO_NUMBER || (ends[i]->kind == WC_INTEGER && ends[i]->integer >= 0))
            continue;
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0506, ends[i]->span, "a length is a whole number from 0");
        wc_diag_label(r->diags, diag, "not a length");
        type->has_min = false;
        type->min = 0;
        return;
    }
    if (type->has_max && type->max >= WC_SIZE_MAX) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0506, range->max.span, "a length of %s is no bound",
                      wc_int_text(r->arena, type->max));
        wc_diag_label(r->diags, diag, "more than any machine holds");
    }
}

static void refuse_empty_range(struct wc_resolver *r, const struct wc_range *range)
{
    bool malformed = range->min.integer == 0 || range->max.integer == 0;
    if (malformed && !r->parsed)
        return; /* 0 may stand for a number that is none, which is reported */
    struct wc_diag *diag = wc_report(r->diags, WC_E0506, range->span,
                                     "nothing lies in this range: its first end is the larger");
    wc_diag_label(r->diags, diag, "an empty range");
    wc_diag_help(r->diags, diag, "write the smaller end first");
}

static void values_of_int(struct wc_resolver *r, struct wc_type *type, const struct wc_range *range,
                          const char *currency)
{
    const struct wc_number *ends[] = {&range->min, &range->max};
    bool is_money = type->kind == WC_TYPE_MONEY;
    type->has_min = range->min.kind != WC_NO_NUMBER;
    type->has_max = range->max.kind != WC_NO_NUMBER;
    type->min = range->min.integer;
    type->max = range->max.integer;
    for (size_t i = 0; i < 2; i++) {
        if (ends[i]->kind == WC_NO_NUMBER || ends[i]->kind == WC_INTEGER)
            continue;
        struct wc_diag *diag = wc_report(r->diags, WC_E0506, ends[i]->span,
                                         is_money ? "the ends of an amount are whole minor units"
                                                  : "the ends of an int are whole numbers");
        wc_diag_label(r->diags, diag, "not a whole number");
        if (is_money)
            wc_diag_help(r->diags, diag, "as in JSON: of money(%s), 5000 is %s", currency,
                         wc_amount_text(r->arena, 5000, currency));
        else
            wc_diag_help(r->diags, diag, "or write `number(…)` for values with a fraction");
    }
}

static void values_of_number(struct wc_type *type, const struct wc_range *range)
{
    type->has_min = range->min.kind != WC_NO_NUMBER;
    type->has_max = range->max.kind != WC_NO_NUMBER;
    type->number_min = range->min.decimal;
    type->number_max = range->max.decimal;
}

static void ranged(struct wc_resolver *r, struct wc_type *type, const struct wc_ast_type *ast)
{
    if (!ast->range.is_given)
        return;
    bool known = ast->name.text && wc_currency_digits(ast->name.text) >= 0;
    if (type->kind == WC_TYPE_INT || type->kind == WC_TYPE_MONEY)
        values_of_int(r, type, &ast->range, known ? ast->name.text : "USD");
    else if (type->kind == WC_TYPE_NUMBER)
        values_of_number(type, &ast->range);
    else
        length(r, type, &ast->range);
    if (!type->has_min || !type->has_max)
        return;
    if (type->kind == WC_TYPE_NUMBER ? type->number_min > type->number_max : type->min > type->max)
        refuse_empty_range(r, &ast->range);
}

static void enum_values(struct wc_resolver *r, struct wc_type *type, const struct wc_ast_type *ast)
{
    type->values = WC_NEW_ARRAY(r->arena, const char *, ast->values.count + 1);
    WC_EACH(i, &ast->values)
    {
        const struct wc_text *text = &ast->values.items[i];
        const char *value = wc_intern(r->names, text->bytes, text->len);
        size_t k = 0;
        while (k < type->value_count && type->values[k] != value)
            k++;
        if (k == type->value_count) {
            type->values[type->value_count++] = value;
            continue;
        }
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0402, text->span, "the value \"%s\" is listed twice", value);
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, ast->values.items[k].span, "the first");
        wc_diag_help(r->diags, diag, "keep one of them");
    }
}

static enum wc_type_kind kind_of(enum wc_ast_type_kind kind)
{
    switch (kind) {
    case WC_AST_TYPE_STRING:
        return WC_TYPE_STRING;
    case WC_AST_TYPE_INT:
        return WC_TYPE_INT;
    case WC_AST_TYPE_NUMBER:
        return WC_TYPE_NUMBER;
    case WC_AST_TYPE_BOOL:
        return WC_TYPE_BOOL;
    case WC_AST_TYPE_ENUM:
        return WC_TYPE_ENUM;
    case WC_AST_TYPE_LIST:
        return WC_TYPE_LIST;
    case WC_AST_TYPE_MAP:
        return WC_TYPE_MAP;
    case WC_AST_TYPE_SCHEMA:
        return WC_TYPE_SCHEMA;
    case WC_AST_TYPE_UUID:
        return WC_TYPE_UUID;
    case WC_AST_TYPE_DATE:
        return WC_TYPE_DATE;
    case WC_AST_TYPE_DATETIME:
        return WC_TYPE_DATETIME;
    case WC_AST_TYPE_URI:
        return WC_TYPE_URI;
    case WC_AST_TYPE_EMAIL:
        return WC_TYPE_EMAIL;
    case WC_AST_TYPE_MONEY:
        return WC_TYPE_MONEY;
    case WC_AST_TYPE_ANY:
        return WC_TYPE_ANY;
    case WC_AST_TYPE_UNION:
        return WC_TYPE_UNION;
    default:
        return WC_TYPE_UNKNOWN;
    }
}

static void refuse_null(struct wc_resolver *r, struct wc_span span, const char *what)
{
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, span, "%s is never null", what);
    wc_diag_label(r->diags, diag, "may be null");
    wc_diag_help(r->diags, diag, "delete `| null`");
}

struct wc_type *wc_resolve_value_type(struct wc_resolver *r, const struct wc_ast_type *ast,
                                      const char *what)
{
    struct wc_type *type = wc_resolve_type(r, ast);
    if (type->nullable)
        refuse_null(r, ast->span, what);
    type->nullable = false;
    return type;
}

static const struct wc_type *map_key(struct wc_resolver *r, const struct wc_ast_type *ast)
{
    struct wc_type *key = wc_resolve_value_type(r, ast, "a key");
    if (key->kind == WC_TYPE_STRING || key->kind == WC_TYPE_UNKNOWN)
        return key;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, ast->span,
                                     "the keys of a map are strings, as they are in JSON");
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, key));
    wc_diag_help(r->diags, diag, "write `string(1..60)`, or a pattern");
    return wc_type_new(r->arena, WC_TYPE_UNKNOWN, ast->span);
}

/* Amounts are whole minor units (cents), as in JSON: a range is written so, too. */
static void resolve_money(struct wc_resolver *r, struct wc_type *type,
                          const struct wc_ast_type *ast)
{
    ranged(r, type, ast);
    wc_usual_bounds(type);
    type->currency = ast->name.text;
    if (wc_currency_digits(type->currency) >= 0)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0205, ast->name.span, "there is no currency `%s`", type->currency);
    const char *near = wc_nearest_currency(r->arena, type->currency);
    wc_diag_label(r->diags, diag, "not a code of ISO 4217");
    if (near)
        wc_diag_help(r->diags, diag, "did you mean `%s`?", near);
    else
        wc_diag_help(r->diags, diag, "write the code of a currency: `money(EUR)`");
    type->kind = WC_TYPE_UNKNOWN;
}

/* A schema, or the type that its name stands for. */
static struct wc_type *resolve_named(struct wc_resolver *r, struct wc_type *type,
                                     const struct wc_ast_type *ast)
{
    type->schema = wc_need(r, &r->schemas, ast->name);
    if (type->schema)
        type->schema->used = true;
    const struct wc_type *alias = type->schema ? wc_alias_of(r, type->schema, ast->span) : NULL;
    if (alias) {
        *type = *alias;
        type->span = ast->span;
        type->named = true;
        type->nullable = alias->nullable || ast->nullable;
    } else if (!type->schema) {
        type->kind = WC_TYPE_UNKNOWN;
    }
    return type;
}

struct wc_type *wc_resolve_type(struct wc_resolver *r, const struct wc_ast_type *ast)
{
    struct wc_type *type = wc_type_new(r->arena, kind_of(ast->kind), ast->span);
    type->nullable = ast->nullable;
    switch (type->kind) {
    case WC_TYPE_URI:
    case WC_TYPE_EMAIL:
    case WC_TYPE_ANY:
        ranged(r, type, ast);
        wc_usual_bounds(type);
        break;
    case WC_TYPE_MONEY:
        resolve_money(r, type, ast);
        break;
    case WC_TYPE_STRING:
        ranged(r, type, ast);
        if (ast->pattern.bytes)
            wc_resolve_pattern(r, type, &ast->pattern);
        break;
    case WC_TYPE_INT:
    case WC_TYPE_NUMBER:
        ranged(r, type, ast);
        break;
    case WC_TYPE_ENUM:
        enum_values(r, type, ast);
        break;
    case WC_TYPE_LIST:
        type->element = wc_resolve_type(r, ast->element);
        ranged(r, type, ast);
        break;
    case WC_TYPE_MAP:
        type->key = map_key(r, ast->key);
        type->element = wc_resolve_type(r, ast->element);
        ranged(r, type, ast);
        break;
    case WC_TYPE_UNION:
        if (!wc_resolve_union(r, type, ast))
            type->kind = WC_TYPE_UNKNOWN;
        break;
    case WC_TYPE_SCHEMA:
        return resolve_named(r, type, ast);
    default:
        break;
    }
    return type;
}
