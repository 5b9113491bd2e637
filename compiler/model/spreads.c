/* Objects that others are spread in, and objects of no schema: bodies of requests. What is written out
 * wins over what is spread; of two that are spread, the later one. */
#include "compiler/model/scope.h"

static bool has_fields(const struct wc_type *type)
{
    return type->kind == WC_TYPE_SCHEMA || type->kind == WC_TYPE_OBJECT;
}

/* What is spread, or NULL where it cannot be, which was reported. */
static struct wc_expr *spread_value(struct wc_scope *scope, const struct wc_ast_entry *entry)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_expr *base = wc_resolve_expr(scope, entry->value, NULL);
    if (base->type->kind == WC_TYPE_UNKNOWN)
        return NULL;
    wc_need_set(scope, base, "what is spread");
    base->shared = true;
    if (has_fields(base->type))
        return base;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, base->span, "only an object is spread in an object");
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, base->type));
    return NULL;
}

/* One that is there already, from a later spread, wins where it is set. */
static struct wc_expr *either(struct wc_scope *scope, struct wc_expr *later,
                              struct wc_expr *earlier)
{
    if (!later->maybe)
        return later;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_OR_ELSE, later->span, 2);
    expr->kids[0] = later;
    expr->kids[1] = earlier;
    expr->maybe = earlier->maybe;
    expr->labels = later->labels | earlier->labels;
    expr->type = wc_join_types(scope, later, earlier);
    if (!expr->type)
        expr->type = later->type; /* said where it is held against its place */
    return expr;
}

/* All that is brought and has no place, said at once. */
static void check_parts(struct wc_scope *scope, const struct wc_expr *base,
                        const struct wc_schema *schema)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_buf names = {0};
    const struct wc_field *first = NULL;
    WC_EACH(i, &base->type->schema->fields)
    {
        const struct wc_field *field = &base->type->schema->fields.items[i];
        if (wc_field_index(schema, field->name) < schema->fields.count)
            continue;
        first = first ? first : field;
        wc_buf_printf(&names, "%s`%s`", names.len ? ", " : "", field->name);
    }
    if (first && r->parsed) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0404, base->span, "this brings %s, and %s has no such field",
                      names.data, schema->name);
        wc_diag_label(r->diags, diag, "more than the object takes");
        wc_diag_also(r->diags, diag, first->span, "what is brought");
        wc_diag_also(r->diags, diag, schema->span, "%s is declared here", schema->name);
        wc_diag_help(r->diags, diag, "take what is needed by name: `%s: ….%s`",
                     schema->fields.count ? schema->fields.items[0].name : "a",
                     schema->fields.count ? schema->fields.items[0].name : "a");
    }
    wc_buf_free(&names);
}

/* Each field of `base` that is wanted and not written out. */
static void spread(struct wc_scope *scope, struct wc_expr *expr, struct wc_expr *base)
{
    const struct wc_schema *schema = expr->type->schema;
    WC_EACH(i, &base->type->schema->fields)
    {
        const struct wc_field *field = &base->type->schema->fields.items[i];
        size_t at = wc_field_index(schema, field->name);
        if (at == schema->fields.count)
            continue;
        struct wc_expr *there = expr->kids[at];
        if (there && !there->spread)
            continue;
        struct wc_expr *part = wc_field_of(scope, base->span, base, i);
        expr->kids[at] = there ? either(scope, there, part) : part;
        expr->kids[at]->spread = true;
        expr->labels |= part->labels;
    }
}

bool wc_resolve_spreads(struct wc_scope *scope, struct wc_expr *expr, const struct wc_ast_expr *ast)
{
    bool known = true;
    for (size_t i = ast->entries.count; i-- > 0;) {
        if (!ast->entries.items[i].spread)
            continue;
        struct wc_expr *base = spread_value(scope, &ast->entries.items[i]);
        known = known && base;
        if (!base)
            continue;
        check_parts(scope, base, expr->type->schema);
        spread(scope, expr, base);
    }
    return known;
}

/* ---- objects of no schema ----------------------------------------------------------------- */

struct parts {
    struct wc_schema *schema;
    WC_VEC(struct wc_expr *) kids;
};

/* Adds a part, or puts it in the place of an earlier one of the same name. */
static void add_part(struct wc_scope *scope, struct parts *parts, const char *name,
                     struct wc_span span, struct wc_expr *kid)
{
    struct wc_arena *arena = scope->work->r->arena;
    struct wc_type *copy = WC_NEW(arena, struct wc_type);
    *copy = *kid->type;
    struct wc_field field = {
        .name = name, .span = span, .type = copy, .optional = kid->maybe, .labels = kid->labels};
    size_t at = wc_field_index(parts->schema, name);
    if (at < parts->schema->fields.count) {
        parts->schema->fields.items[at] = field;
        parts->kids.items[at] = kid;
        return;
    }
    wc_push(arena, &parts->schema->fields, field);
    wc_push(arena, &parts->kids, kid);
}

static void add_spread(struct wc_scope *scope, struct parts *parts,
                       const struct wc_ast_entry *entry)
{
    struct wc_expr *base = spread_value(scope, entry);
    for (size_t i = 0; base && i < base->type->schema->fields.count; i++) {
        const struct wc_field *field = &base->type->schema->fields.items[i];
        size_t at = wc_field_index(parts->schema, field->name);
        if (at < parts->schema->fields.count && !parts->kids.items[at]->spread)
            continue; /* it is written out */
        struct wc_expr *part = wc_field_of(scope, base->span, base, i);
        if (at < parts->schema->fields.count)
            part = either(scope, part, parts->kids.items[at]);
        part->spread = true;
        add_part(scope, parts, field->name, field->span, part);
    }
}

static void add_entry(struct wc_scope *scope, struct parts *parts, const struct wc_ast_entry *entry)
{
    struct wc_resolver *r = scope->work->r;
    size_t at = wc_field_index(parts->schema, entry->key.text);
    if (at < parts->schema->fields.count && !parts->kids.items[at]->spread) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0402, entry->key.span, "`%s` is given twice", entry->key.text);
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, parts->schema->fields.items[at].span, "the first");
        wc_diag_help(r->diags, diag, "keep one of them");
        return;
    }
    add_part(scope, parts, entry->key.text, entry->key.span,
             wc_resolve_expr(scope, entry->value, NULL));
}

/* Its fields are what is given, in the order in which it is given. */
struct wc_expr *wc_bare_object(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_resolver *r = scope->work->r;
    struct parts parts = {.schema = WC_NEW(r->arena, struct wc_schema)};
    WC_EACH(i, &ast->entries)
    {
        const struct wc_ast_entry *entry = &ast->entries.items[i];
        if (entry->spread)
            add_spread(scope, &parts, entry);
        else if (entry->key.text)
            add_entry(scope, &parts, entry);
    }
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_OBJECT, ast->span, parts.kids.count);
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_OBJECT, ast->span);
    type->schema = parts.schema;
    expr->type = type;
    for (size_t i = 0; i < parts.kids.count; i++) {
        expr->kids[i] = parts.kids.items[i];
        expr->labels |= parts.kids.items[i]->labels;
    }
    return expr;
}
