/* Schemas: fields with their types, defaults and labels; what contains itself. */
#include "compiler/model/resolver.h"

#include <string.h>

static unsigned labels_of(struct wc_resolver *r, const struct wc_ast_field *ast)
{
    static const char *const names[] = {"pii", "secret"};
    unsigned labels = 0;
    WC_EACH(i, &ast->labels)
    {
        struct wc_name name = ast->labels.items[i];
        if (strcmp(name.text, "pii") == 0)
            labels |= WC_LABEL_PII;
        else if (strcmp(name.text, "secret") == 0)
            labels |= WC_LABEL_SECRET;
        else {
            struct wc_diag *diag =
                wc_report(r->diags, WC_E0401, name.span, "there is no label `@%s`", name.text);
            wc_diag_label(r->diags, diag, "not a label");
            wc_suggest_near(r, diag, name, names, 2);
        }
    }
    return labels;
}

static void default_of(struct wc_resolver *r, struct wc_field *field,
                       const struct wc_ast_field *ast)
{
    struct wc_literal *literal = WC_NEW(r->arena, struct wc_literal);
    struct wc_misfit why;
    struct wc_diag *diag;
    if (!wc_literal_of(ast->fallback, literal)) {
        if (ast->fallback->kind == WC_AST_ERROR)
            return;
        diag = wc_report(r->diags, WC_E0508, ast->fallback->span, "a default is a literal");
        wc_diag_label(r->diags, diag, "not a string, number or truth value");
        wc_diag_help(r->diags, diag,
                     "make the field optional with `?` and give the value where it is read: "
                     "`%s ?? …`",
                     field->name);
        return;
    }
    if (!wc_literal_fits(r->arena, literal, field->type, &why)) {
        diag = wc_report(r->diags, WC_E0508, ast->fallback->span,
                         "the default of `%s` does not belong to its type", field->name);
        wc_diag_label(r->diags, diag, "%s", why.reason);
        wc_diag_also(r->diags, diag, field->type->span, "the type");
        wc_diag_help(r->diags, diag, "change the default, or widen the type");
        return;
    }
    if (field->type->kind == WC_TYPE_NUMBER)
        literal->kind = WC_LIT_NUMBER;
    if (field->optional) {
        diag = wc_report(r->diags, WC_E0508, ast->fallback->span,
                         "`%s` is optional and has a default", field->name);
        wc_diag_label(r->diags, diag, "with a default it is never unset");
        wc_diag_help(r->diags, diag, "delete the `?`, or delete the default");
    }
    field->fallback = literal;
}

static void duplicate_field(struct wc_resolver *r, const struct wc_schema *schema,
                            const struct wc_field *first, struct wc_name name)
{
    struct wc_diag *diag = wc_report(r->diags, WC_E0402, name.span,
                                     "`%s` has two fields called `%s`", schema->name, name.text);
    wc_diag_label(r->diags, diag, "the second");
    wc_diag_also(r->diags, diag, first->span, "the first");
    wc_diag_help(r->diags, diag, "rename one of them, or delete it");
}

static void resolve_field(struct wc_resolver *r, struct wc_schema *schema,
                          const struct wc_ast_field *ast)
{
    if (!ast->name.text) {
        wc_not_built(r, ast->span, "a spread in a schema");
        return;
    }
    struct wc_field field = {.name = ast->name.text,
                             .doc = ast->doc,
                             .span = ast->name.span,
                             .optional = ast->optional,
                             .labels = labels_of(r, ast)};
    WC_EACH(i, &schema->fields)
    {
        if (schema->fields.items[i].name == field.name) {
            duplicate_field(r, schema, &schema->fields.items[i], ast->name);
            return;
        }
    }
    field.type = wc_resolve_type(r, ast->type);
    if (ast->fallback)
        default_of(r, &field, ast);
    wc_push(r->arena, &schema->fields, field);
}

/* ---- what contains itself, and which labels it holds --------------------------------------- */

enum mark { FRESH, OPEN, DONE };

struct walk {
    struct wc_resolver *r;
    enum mark *marks; /* by schema */
};

static void visit(struct walk *walk, struct wc_schema *schema);

static struct wc_schema *schema_in(const struct wc_type *type)
{
    while (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        type = type->element;
    return type->kind == WC_TYPE_SCHEMA ? type->schema : NULL;
}

static void refuse_recursion(struct walk *walk, struct wc_schema *schema, struct wc_field *field)
{
    struct wc_schema *inner = schema_in(field->type);
    struct wc_diag *diag;
    if (inner == schema)
        diag = wc_report(walk->r->diags, WC_E0509, field->type->span, "`%s` contains itself",
                         schema->name);
    else
        diag = wc_report(walk->r->diags, WC_E0509, field->type->span,
                         "`%s` contains itself through `%s`", inner->name, schema->name);
    wc_diag_label(walk->r->diags, diag, "closes the circle");
    wc_diag_also(walk->r->diags, diag, inner->span, "the schema");
    wc_diag_note(walk->r->diags, diag, "a value of it could be nested without end");
    wc_diag_help(walk->r->diags, diag,
                 "write the levels out as schemas of their own; recursion with a depth is part of "
                 "the language and not built yet");
    field->type = wc_type_new(walk->r->arena, WC_TYPE_UNKNOWN, field->type->span);
}

static void visit(struct walk *walk, struct wc_schema *schema)
{
    walk->marks[schema->id] = OPEN;
    WC_EACH(i, &schema->fields)
    {
        struct wc_field *field = &schema->fields.items[i];
        struct wc_schema *inner = schema_in(field->type);
        schema->all_labels |= field->labels;
        if (!inner)
            continue;
        if (walk->marks[inner->id] == OPEN) {
            refuse_recursion(walk, schema, field);
            continue;
        }
        if (walk->marks[inner->id] == FRESH)
            visit(walk, inner);
        schema->all_labels |= inner->all_labels;
    }
    walk->marks[schema->id] = DONE;
}

void wc_resolve_schemas(struct wc_resolver *r)
{
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_SCHEMA)
            continue;
        struct wc_schema *schema = wc_lookup(&r->schemas, decl->name.text);
        if (!schema || schema->span.start != decl->name.span.start)
            continue; /* the second of its name, reported */
        if (decl->schema->alias)
            wc_not_built(r, decl->schema->alias->span, "a schema that is another name of a type");
        if (decl->schema->depth.kind != WC_NO_NUMBER)
            wc_not_built(r, decl->schema->depth.span, "recursion with a depth");
        WC_EACH(k, &decl->schema->fields)
        {
            resolve_field(r, schema, &decl->schema->fields.items[k]);
        }
    }
    struct walk walk = {r, WC_NEW_ARRAY(r->arena, enum mark, r->model->schemas.count + 1)};
    WC_EACH(i, &r->model->schemas)
    {
        if (walk.marks[i] == FRESH)
            visit(&walk, r->model->schemas.items[i]);
    }
}
