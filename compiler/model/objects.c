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

/* Is there a list of such items in `type`? */
static bool holds_list(const struct wc_type *type, const struct wc_type *element)
{
    for (; type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP; type = type->element)
        if (type->kind == WC_TYPE_LIST && type->element->kind == element->kind &&
            type->element->schema == element->schema)
            return true;
    return false;
}

/* The program's types of lists are those of its schemas. */
static void need_list_type(struct wc_scope *scope, struct wc_span span,
                           const struct wc_type *element)
{
    struct wc_resolver *r = scope->work->r;
    if (!element || element->kind == WC_TYPE_UNKNOWN || !r->parsed)
        return;
    WC_EACH(i, &r->model->schemas)
    {
        const struct wc_schema *schema = r->model->schemas.items[i];
        WC_EACH(k, &schema->fields)
        {
            if (holds_list(schema->fields.items[k].type, element))
                return;
        }
    }
    wc_not_built(r, span, "a list of such items, which no field of a schema has,");
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
    type->min = type->max = (int64_t)ast->entries.count;
    WC_EACH(i, &ast->entries)
    {
        const struct wc_ast_entry *entry = &ast->entries.items[i];
        if (entry->spread) {
            wc_not_built(r, entry->span, "a spread in a list");
            return wc_expr_error(scope, ast->span);
        }
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
    if (!needed)
        need_list_type(scope, ast->span, element);
    type->element = element ? element : wc_unknown_type(scope, ast->span);
    expr->type = type;
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

static size_t field_index(const struct wc_schema *schema, const char *name)
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

static void resolve_entry(struct wc_scope *scope, struct wc_expr *expr,
                          const struct wc_schema *schema, const struct wc_ast_entry *entry)
{
    struct wc_resolver *r = scope->work->r;
    if (entry->spread || !entry->key.text) {
        if (entry->spread)
            wc_not_built(r, entry->span, "a spread in an object");
        return;
    }
    size_t index = field_index(schema, entry->key.text);
    if (index == schema->fields.count) {
        unknown_field(scope, schema, entry->key);
        wc_resolve_expr(scope, entry->value, NULL);
        return;
    }
    const struct wc_field *field = &schema->fields.items[index];
    const char *place = wc_arena_printf(r->arena, "`%s`", field->name);
    if (expr->kids[index]) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0402, entry->key.span, "`%s` is given twice", field->name);
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, expr->kids[index]->span, "the first");
        wc_diag_help(r->diags, diag, "keep one of them");
        return;
    }
    struct wc_expr *kid = wc_resolve_into(scope, entry->value, field->type, place);
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
            expr->kids[i] = wc_make_expr(scope, WC_EXPR_LITERAL, expr->span, 0);
            expr->kids[i]->literal = *field->fallback;
            expr->kids[i]->type = field->type;
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

/* An object of no schema: its fields are what is given, in the order that they are given. */
static struct wc_expr *bare_object(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_schema *schema = WC_NEW(r->arena, struct wc_schema);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_OBJECT, ast->span, ast->entries.count);
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_OBJECT, ast->span);
    type->schema = schema;
    expr->type = type;
    WC_EACH(i, &ast->entries)
    {
        const struct wc_ast_entry *entry = &ast->entries.items[i];
        if (entry->spread || !entry->key.text) {
            wc_not_built(r, entry->span, "a spread in an object");
            return wc_expr_error(scope, ast->span);
        }
        struct wc_expr *kid = wc_resolve_expr(scope, entry->value, NULL);
        struct wc_type *copy = WC_NEW(r->arena, struct wc_type);
        *copy = *kid->type;
        struct wc_field field = {.name = entry->key.text,
                                 .span = entry->key.span,
                                 .type = copy,
                                 .optional = kid->maybe,
                                 .labels = kid->labels};
        expr->kids[i] = kid;
        expr->labels |= kid->labels;
        wc_push(r->arena, &schema->fields, field);
    }
    return expr;
}

struct wc_expr *wc_resolve_object(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                  const struct wc_type *into)
{
    if (scope->bare && !ast->name.text && !into)
        return bare_object(scope, ast);
    struct wc_schema *schema = schema_for(scope, ast, into);
    bool complete = true;
    if (!schema)
        return wc_expr_error(scope, ast->span);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_OBJECT, ast->span, schema->fields.count);
    struct wc_type *type = wc_type_new(scope->work->r->arena, WC_TYPE_SCHEMA, ast->span);
    type->schema = schema;
    expr->type = type;
    schema->used = true;
    WC_EACH(i, &ast->entries)
    {
        complete &= !ast->entries.items[i].spread;
        resolve_entry(scope, expr, schema, &ast->entries.items[i]);
    }
    fill(scope, expr, schema, complete);
    return expr;
}
