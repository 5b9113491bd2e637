/* Lists and objects as they are written in an expression, each part held against its place. */
#include "compiler/model/scope.h"

#include <string.h>

/* The type that holds the items before `at`, widened for that one: the first does not say how long or
 * how large the others are. */
static const struct wc_type *element_with(struct wc_scope *scope, struct wc_expr *list, size_t at,
                                          const struct wc_type *before)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_expr *item = list->kids[at];
    if (item->type->kind != WC_TYPE_UNKNOWN)
        wc_need_set(scope, item, "the item");
    if (!before)
        return item->type;
    struct wc_expr others = *list->kids[0];
    others.type = before;
    const struct wc_type *both = wc_join_types(scope, &others, item);
    if (both)
        return both;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, item->span, "the items of a list are of one type");
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, item->type));
    wc_diag_also(r->diags, diag, list->kids[0]->span, "%s", wc_type_text(r->arena, before));
    wc_diag_help(r->diags, diag, "make one like the other");
    return wc_unknown_type(scope, item->span);
}

/* `...list` among the items: as many as it has. */
static bool spread_items(struct wc_scope *scope, struct wc_expr *expr, size_t at,
                         const struct wc_ast_entry *entry, const struct wc_type *needed,
                         struct wc_type *type)
{
    struct wc_resolver *r = scope->work->r;
    bool bare = scope->bare;
    scope->bare = false;
    struct wc_expr *list = wc_resolve_expr(scope, entry->value, NULL);
    scope->bare = bare;
    if (list->type->kind == WC_TYPE_UNKNOWN)
        return false;
    wc_need_set(scope, list, "what is spread");
    if (list->type->kind != WC_TYPE_LIST || list->type->element->kind == WC_TYPE_UNKNOWN) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, list->span, "only a list is spread in a list");
        wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, list->type));
        return false;
    }
    struct wc_misfit why;
    if (needed && !wc_fits(r->arena, list->type->element, needed, &why)) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0504, list->span, "these items may not fit the list");
        wc_diag_label(r->diags, diag, "%s", why.reason);
        return false;
    }
    struct wc_expr *spread = wc_make_expr(scope, WC_EXPR_SPREAD, entry->span, 1);
    spread->kids[0] = list;
    spread->type = list->type->element;
    spread->labels = list->labels;
    expr->kids[at] = spread;
    expr->labels |= list->labels;
    type->min = wc_add_sat(type->min, list->type->has_min ? list->type->min : 0);
    type->max = wc_add_sat(type->max, list->type->has_max ? list->type->max : WC_SIZE_MAX);
    return true;
}

struct wc_expr *wc_resolve_list(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *needed = into && into->kind == WC_TYPE_LIST ? into->element : NULL;
    const struct wc_type *element = needed;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LIST, ast->span, ast->entries.count);
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_LIST, ast->span);
    type->has_min = type->has_max = true;
    WC_EACH(i, &ast->entries)
    {
        const struct wc_ast_entry *entry = &ast->entries.items[i];
        if (entry->spread) {
            if (!spread_items(scope, expr, i, entry, needed, type))
                return wc_expr_error(scope, ast->span);
            if (!needed)
                element = element_with(scope, expr, i, element);
            continue;
        }
        type->min = wc_add_sat(type->min, 1);
        type->max = wc_add_sat(type->max, 1);
        struct wc_expr *kid = needed ? wc_resolve_into(scope, entry->value, needed, "the item")
                                     : wc_resolve_expr(scope, entry->value, NULL);
        expr->kids[i] = kid;
        expr->labels |= kid->labels;
        element = needed ? needed : element_with(scope, expr, i, element);
    }
    for (size_t i = 0; !needed && element && i < expr->kid_count; i++)
        if (element->kind == WC_TYPE_NUMBER && expr->kids[i]->kind == WC_EXPR_LITERAL &&
            expr->kids[i]->literal.kind == WC_LIT_INT)
            expr->kids[i]->literal.kind = WC_LIT_NUMBER;
    type->element = element ? element : wc_unknown_type(scope, ast->span);
    expr->type = element && element->kind != WC_TYPE_OBJECT ? wc_use_list(scope, type) : type;
    return expr;
}

/* ---- objects ------------------------------------------------------------------------------ */

/* The schema of an object: named, or what its place needs; NULL where an error was reported. */
static struct wc_schema *schema_for(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                    const struct wc_type *into)
{
    struct wc_resolver *r = scope->work->r;
    if (ast->name.text)
        return wc_need_object(r, ast->name);
    if (into && into->kind == WC_TYPE_SCHEMA)
        return into->schema;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0514, ast->span, "this object needs the name of its schema");
    wc_diag_label(r->diags, diag, "an object of no schema");
    wc_diag_help(r->diags, diag, "write `SomeSchema { … }`");
    return NULL;
}

size_t wc_field_index(const struct wc_schema *schema, const char *name)
{
    size_t i = 0;
    while (i < schema->fields.count && schema->fields.items[i].name != name)
        i++;
    return i;
}

static void unknown_field(struct wc_scope *scope, const struct wc_schema *schema,
                          struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    if (!r->parsed) /* it may be what a syntax error has hidden */
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0404, name.span, "%s has no field `%s`", schema->name, name.text);
    wc_diag_label(r->diags, diag, "unknown field");
    wc_diag_also(r->diags, diag, schema->span, "%s is declared here", schema->name);
    const char **names = WC_NEW_ARRAY(r->arena, const char *, schema->fields.count + 1);
    WC_EACH(i, &schema->fields)
    {
        names[i] = schema->fields.items[i].name;
    }
    wc_suggest_near(r, diag, name, names, schema->fields.count);
}

static struct wc_expr *default_of(struct wc_scope *scope, const struct wc_field *field,
                                  struct wc_span span)
{
    bool empty = field->fallback->kind == WC_LIT_EMPTY;
    struct wc_expr *expr = wc_make_expr(scope, empty ? WC_EXPR_LIST : WC_EXPR_LITERAL, span, 0);
    expr->literal = *field->fallback;
    expr->type = field->type;
    return expr;
}

/* An optional field may stay unset; one with a default gets it. */
static struct wc_expr *put_field(struct wc_scope *scope, const struct wc_field *field,
                                 struct wc_expr *kid)
{
    const char *place = wc_arena_printf(scope->work->r->arena, "`%s`", field->name);
    if (kid->type->kind == WC_TYPE_UNKNOWN)
        return kid;
    if (kid->maybe && field->fallback) {
        struct wc_expr *either = wc_make_expr(scope, WC_EXPR_OR_ELSE, kid->span, 2);
        either->kids[0] = kid;
        either->kids[1] = default_of(scope, field, kid->span);
        either->type = field->type;
        either->labels = kid->labels;
        wc_put(scope, kid, field->type, place);
        return either;
    }
    if (!wc_is_maybe(field))
        wc_need_set(scope, kid, place);
    wc_put(scope, kid, field->type, place);
    return kid;
}

static void resolve_entry(struct wc_scope *scope, struct wc_expr *expr,
                          const struct wc_schema *schema, const struct wc_ast_entry *entry)
{
    struct wc_resolver *r = scope->work->r;
    if (entry->spread || !entry->key.text)
        return;
    size_t index = wc_field_index(schema, entry->key.text);
    if (index == schema->fields.count) {
        unknown_field(scope, schema, entry->key);
        wc_resolve_expr(scope, entry->value, NULL);
        return;
    }
    const struct wc_field *field = &schema->fields.items[index];
    if (expr->kids[index]) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0402, entry->key.span, "`%s` is given twice", field->name);
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, expr->kids[index]->span, "the first");
        wc_diag_help(r->diags, diag, "keep one of them");
        return;
    }
    struct wc_expr *kid = wc_resolve_expr(scope, entry->value, field->type);
    kid = put_field(scope, field, kid);
    expr->kids[index] = kid;
    expr->labels |= kid->labels;
}

/* What was not given: its default, nothing where it is optional, else a report. */
static void fill(struct wc_scope *scope, struct wc_expr *expr, const struct wc_schema *schema,
                 bool complete)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_buf missing = {0};
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        if (expr->kids[i])
            continue;
        if (field->fallback) {
            expr->kids[i] = default_of(scope, field, expr->span);
        } else if (!field->optional) { /* null must be said */
            wc_buf_printf(&missing, "%s`%s`", missing.len ? ", " : "", field->name);
        }
    }
    if (missing.len && complete && r->parsed) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0511, expr->span, "an object of %s lacks %s",
                                         schema->name, missing.data);
        wc_diag_label(r->diags, diag, "without %s", missing.data);
        wc_diag_also(r->diags, diag, schema->span, "%s is declared here", schema->name);
        wc_diag_help(r->diags, diag, "give it a value, or make it optional in the schema with `?`");
    }
    wc_buf_free(&missing);
}

struct wc_expr *wc_resolve_object(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                  const struct wc_type *into)
{
    if (scope->bare && !ast->name.text && !into)
        return wc_bare_object(scope, ast);
    if (into && into->kind == WC_TYPE_UNION && !ast->name.text)
        return wc_resolve_variant(scope, ast, into);
    struct wc_schema *schema = schema_for(scope, ast, into);
    if (!schema)
        return wc_expr_error(scope, ast->span);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_OBJECT, ast->span, schema->fields.count);
    struct wc_type *type = wc_type_new(scope->work->r->arena, WC_TYPE_SCHEMA, ast->span);
    type->schema = schema;
    expr->type = type;
    schema->used = true;
    WC_EACH(i, &ast->entries)
    {
        resolve_entry(scope, expr, schema, &ast->entries.items[i]);
    }
    bool known = wc_resolve_spreads(scope, expr, ast);
    WC_EACH(i, &schema->fields)
    {
        struct wc_expr *kid = expr->kids[i];
        if (kid && kid->spread)
            expr->kids[i] = put_field(scope, &schema->fields.items[i], kid);
    }
    fill(scope, expr, schema, known);
    return expr;
}
