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

/* `= []`: of a list that may be empty. False, and reported: it is none. */
static bool default_list(struct wc_resolver *r, struct wc_field *field,
                         const struct wc_ast_field *ast, struct wc_literal *literal)
{
    const struct wc_type *type = field->type;
    const char *why = ast->fallback->entries.count > 0 ? "a list with items"
                      : type->kind != WC_TYPE_LIST     ? "not a list"
                      : type->has_min && type->min > 0 ? "too few items"
                                                       : NULL;
    literal->kind = WC_LIT_EMPTY;
    if (!why || type->kind == WC_TYPE_UNKNOWN)
        return true;
    struct wc_diag *diag =
        ast->fallback->entries.count > 0
            ? wc_report(r->diags, WC_E0508, ast->fallback->span,
                        "a list that is a default is empty")
            : wc_report(r->diags, WC_E0508, ast->fallback->span,
                        "the default of `%s` does not belong to its type", field->name);
    wc_diag_label(r->diags, diag, "%s", why);
    wc_diag_also(r->diags, diag, type->span, "the type");
    wc_diag_help(r->diags, diag,
                 "make the field optional with `?` and give the value where it is read: "
                 "`%s ?? …`",
                 field->name);
    return false;
}

static void default_of(struct wc_resolver *r, struct wc_field *field,
                       const struct wc_ast_field *ast)
{
    struct wc_literal *literal = WC_NEW(r->arena, struct wc_literal);
    struct wc_misfit why;
    struct wc_diag *diag;
    bool is_list = ast->fallback->kind == WC_AST_LIST;
    if (is_list && !default_list(r, field, ast, literal))
        return;
    if (!is_list && !wc_literal_of(ast->fallback, literal)) {
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
    if (!is_list && !wc_literal_fits(r->arena, literal, field->type, &why)) {
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

/* ---- fields ------------------------------------------------------------------------------- */

enum progress { TO_DO, UNDER_WAY, RESOLVED };

/* What the resolver knows of a schema until it is resolved. */
struct wc_schema_work {
    const struct wc_ast_decl *decl;
    enum progress progress;
    struct wc_name *slots; /* the fields' names, hashed; `room` is a power of two */
    size_t room;
    bool full; /* one more was refused, and it was said */
};

void wc_begin_schema(struct wc_resolver *r, struct wc_schema *schema,
                     const struct wc_ast_decl *decl)
{
    schema->work = WC_NEW(r->arena, struct wc_schema_work);
    schema->work->decl = decl;
    schema->open = decl->schema->open;
}

/* The place of a name, or the free one where it would stand. Names are interned. */
static struct wc_name *slot_of(struct wc_schema_work *work, const char *name)
{
    uint64_t at = (uint64_t)(uintptr_t)name * UINT64_C(0x9e3779b97f4a7c15) >> 20;
    while (work->slots[at & (work->room - 1)].text &&
           work->slots[at & (work->room - 1)].text != name)
        at++;
    return &work->slots[at & (work->room - 1)];
}

static void make_room(struct wc_resolver *r, const struct wc_schema *schema)
{
    struct wc_schema_work *work = schema->work;
    if (2 * (schema->fields.count + 1) <= work->room)
        return;
    work->room = work->room ? 2 * work->room : 32;
    work->slots = WC_NEW_ARRAY(r->arena, struct wc_name, work->room);
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        *slot_of(work, field->name) = (struct wc_name){field->name, field->span};
    }
}

/* As many as a name of a document is looked for among, one after the other. */
enum { FIELDS_MAX = 1000 };

static void refuse_more(struct wc_resolver *r, const struct wc_schema *schema,
                        const struct wc_field *field)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0414, field->span, "a schema has at most %d fields", FIELDS_MAX);
    wc_diag_label(r->diags, diag, "one too many");
    wc_diag_also(r->diags, diag, schema->span, "the schema");
    wc_diag_help(r->diags, diag, "put some of them into a schema of their own");
}

/* Adds a field, unless there is one of its name; then `slot` says where. */
static bool add_field(struct wc_resolver *r, struct wc_schema *schema, const struct wc_field *field,
                      struct wc_name **slot)
{
    if (schema->work->full)
        return true; /* and no longer looked at */
    make_room(r, schema);
    *slot = slot_of(schema->work, field->name);
    if ((*slot)->text)
        return false;
    if (schema->fields.count == FIELDS_MAX) {
        schema->work->full = true;
        refuse_more(r, schema, field);
        return true;
    }
    **slot = (struct wc_name){field->name, field->span};
    wc_push(r->arena, &schema->fields, *field);
    return true;
}

static void duplicate_field(struct wc_resolver *r, const struct wc_schema *schema,
                            const struct wc_name *first, struct wc_name name)
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
    struct wc_field field = {.name = ast->name.text,
                             .doc = ast->doc,
                             .span = ast->name.span,
                             .optional = ast->optional,
                             .labels = labels_of(r, ast)};
    struct wc_name *slot;
    field.type = wc_resolve_type(r, ast->type);
    if (ast->fallback)
        default_of(r, &field, ast);
    if (!add_field(r, schema, &field, &slot))
        duplicate_field(r, schema, slot, ast->name);
}

static void resolve_fields(struct wc_resolver *r, struct wc_schema *schema);

static void refuse_circle(struct wc_resolver *r, struct wc_span span,
                          const struct wc_schema *schema, const char *how)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0320, span, "`%s` is made of itself", schema->name);
    wc_diag_label(r->diags, diag, "%s", how);
    wc_diag_also(r->diags, diag, schema->span, "the schema");
    wc_diag_note(r->diags, diag, "what a name stands for must be known before it is used so");
    wc_diag_help(r->diags, diag,
                 "a schema may hold itself in a field, with a depth: `schema Name depth 5 { … }`");
}

/* `...Other`: its fields stand here as if they were written here. */
static void spread(struct wc_resolver *r, struct wc_schema *schema, const struct wc_ast_field *ast)
{
    struct wc_schema *other = wc_need_object(r, ast->spread);
    if (!other)
        return;
    other->used = true;
    if (other->work->progress == UNDER_WAY) {
        refuse_circle(r, ast->span, other, "its fields would be its own");
        return;
    }
    resolve_fields(r, other);
    WC_EACH(i, &other->fields)
    {
        struct wc_field field = other->fields.items[i];
        struct wc_name *slot;
        field.taken_over = true;
        if (add_field(r, schema, &field, &slot))
            continue;
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0402, ast->span, "`%s` has two fields called `%s`",
                      schema->name, field.name);
        wc_diag_label(r->diags, diag, "brings the second");
        wc_diag_also(r->diags, diag, slot->span, "the first");
        wc_diag_also(r->diags, diag, field.span, "the second");
        wc_diag_help(r->diags, diag, "rename one of them, or delete it");
    }
}

static void resolve_fields(struct wc_resolver *r, struct wc_schema *schema)
{
    struct wc_schema_work *work = schema->work;
    if (work->progress != TO_DO)
        return;
    work->progress = UNDER_WAY;
    WC_EACH(i, &work->decl->schema->fields)
    {
        const struct wc_ast_field *ast = &work->decl->schema->fields.items[i];
        if (ast->spread.text)
            spread(r, schema, ast);
        else if (ast->name.text && ast->type)
            resolve_field(r, schema, ast);
    }
    work->progress = RESOLVED;
}

/* ---- other names of types ----------------------------------------------------------------- */

const struct wc_type *wc_alias_of(struct wc_resolver *r, struct wc_schema *schema,
                                  struct wc_span use)
{
    struct wc_schema_work *work = schema->work;
    if (!work->decl->schema->alias || schema->alias)
        return schema->alias;
    if (work->progress == UNDER_WAY) {
        refuse_circle(r, use, schema, "stands for what is being said");
        return schema->alias = wc_type_new(r->arena, WC_TYPE_UNKNOWN, use);
    }
    work->progress = UNDER_WAY;
    struct wc_type *type = wc_resolve_type(r, work->decl->schema->alias);
    work->progress = RESOLVED;
    if (!schema->alias)
        schema->alias = type;
    return schema->alias;
}

struct wc_schema *wc_need_object(struct wc_resolver *r, struct wc_name name)
{
    struct wc_schema *schema = wc_need(r, &r->schemas, name);
    const struct wc_type *alias = schema ? wc_alias_of(r, schema, name.span) : NULL;
    if (!alias || alias->kind == WC_TYPE_UNKNOWN)
        return alias ? NULL : schema;
    schema->used = true;
    if (alias->kind == WC_TYPE_SCHEMA)
        return alias->schema;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, name.span, "`%s` is no schema with fields", name.text);
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, alias));
    wc_diag_also(r->diags, diag, schema->span, "it is declared here");
    wc_diag_help(r->diags, diag, "name a schema that is declared with `{ … }`");
    return NULL;
}

static void resolve_alias(struct wc_resolver *r, struct wc_schema *schema)
{
    const struct wc_ast_schema *ast = schema->work->decl->schema;
    wc_alias_of(r, schema, schema->span);
    if (!ast->open && ast->depth.kind == WC_NO_NUMBER)
        return;
    struct wc_span span = ast->open ? schema->work->decl->keyword : ast->depth.span;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0321, span, "`%s` is another name of a type", schema->name);
    wc_diag_label(r->diags, diag, "of schemas with fields only");
    wc_diag_help(r->diags, diag, "say it where the schema with its fields is declared");
}

void wc_resolve_schemas(struct wc_resolver *r)
{
    WC_EACH(i, &r->schemas.entries)
    {
        struct wc_schema *schema = r->schemas.entries.items[i].item;
        const struct wc_ast_schema *ast = schema->work->decl->schema;
        if (ast->alias) {
            resolve_alias(r, schema);
            continue;
        }
        resolve_fields(r, schema);
        schema->depth = wc_uint(r, &ast->depth, 1, WC_LEVELS_MAX, "a depth");
        schema->depth_span = ast->depth.span;
    }
    wc_finish_unions(r);
    wc_resolve_circles(r);
}
