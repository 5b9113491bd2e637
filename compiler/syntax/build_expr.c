/* Nodes for the grammar: types and expressions, each with the depth of what is in it bounded, so that
 * whoever walks a tree may do it by recursion. */
#include "compiler/syntax/build.h"

#include <string.h>

static bool is_too_deep(struct wc_parser *p, unsigned depth, struct wc_span span)
{
    if (depth <= WC_DEPTH_MAX)
        return false;
    if (!p->too_deep) {
        struct wc_diag *diag =
            wc_report(p->diags, WC_E0204, (struct wc_span){span.source, span.start, span.start + 1},
                      "what begins here is nested more than %d deep", WC_DEPTH_MAX);
        wc_diag_help(p->diags, diag, "give its parts names of their own");
    }
    p->too_deep = true;
    return true;
}

/* ---- types ---------------------------------------------------------------------------------- */

struct wc_range wc_range_of(struct wc_number min, struct wc_number max, struct wc_span span)
{
    return (struct wc_range){.span = span, .min = min, .max = max, .is_given = true};
}

static struct wc_ast_type *type_new(struct wc_parser *p, enum wc_ast_type_kind kind, uint32_t start)
{
    struct wc_ast_type *type = WC_NEW(p->arena, struct wc_ast_type);
    type->kind = kind;
    type->span = wc_from(p, start);
    type->depth = 1;
    return type;
}

/* What the arguments of each type may be, told in `form`. */
static const struct builtin {
    const char *name;
    enum wc_ast_type_kind kind;
    size_t max_ranges, max_texts, max_types;
    const char *form;
} builtins[] = {
    {"string", WC_AST_TYPE_STRING, 1, 1, 0,
     "string(1..200), string(..60_000 bytes), string(r\"[a-z]+\")"},
    {"int", WC_AST_TYPE_INT, 1, 0, 0, "int(1..20)"},
    {"number", WC_AST_TYPE_NUMBER, 1, 0, 0, "number(0..1)"},
    {"bool", WC_AST_TYPE_BOOL, 0, 0, 0, "bool"},
    {"enum", WC_AST_TYPE_ENUM, 0, SIZE_MAX, 0, "enum(\"first\", \"second\")"},
    {"map", WC_AST_TYPE_MAP, 0, 0, 2, "map(string(1..60), int(0..9))[..200]"},
    {"uuid", WC_AST_TYPE_UUID, 0, 0, 0, "uuid"},
    {"date", WC_AST_TYPE_DATE, 0, 0, 0, "date"},
    {"datetime", WC_AST_TYPE_DATETIME, 0, 0, 0, "datetime"},
    {"uri", WC_AST_TYPE_URI, 1, 0, 0, "uri"},
    {"email", WC_AST_TYPE_EMAIL, 1, 0, 0, "email"},
    {"money", WC_AST_TYPE_MONEY, 1, 0, 1, "money(USD)"},
    {"any", WC_AST_TYPE_ANY, 1, 0, 0, "any(..4096 bytes)"},
};

enum { BUILTIN_COUNT = sizeof builtins / sizeof builtins[0] };

static struct wc_ast_type *unknown_type(struct wc_parser *p, struct wc_name name)
{
    const char *names[BUILTIN_COUNT];
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        names[i] = builtins[i].name;
    const char *near = wc_nearest(name.text, names, BUILTIN_COUNT);
    struct wc_diag *diag =
        wc_report(p->diags, WC_E0205, name.span, "there is no type %s", name.text);
    if (near) {
        wc_diag_help(p->diags, diag, "did you mean `%s`?", near);
        wc_diag_suggest(p->diags, diag, name.span, WC_APPLIES, "%s", near);
    } else {
        wc_diag_help(p->diags, diag,
                     "the types are string, int, number, bool, enum, map, uuid, date, datetime, "
                     "uri, email, money, any, and schemas, whose names begin with a capital");
    }
    return type_new(p, WC_AST_TYPE_ERROR, name.span.start);
}

/* Puts the arguments into the type; false where they are not what the type takes. */
static bool take_args(struct wc_ast_type *type, const struct builtin *builtin,
                      struct wc_type_args *args)
{
    size_t types = args ? args->types.count : 0, texts = args ? args->texts.count : 0;
    size_t ranges = args ? args->ranges.count : 0;
    if (types > builtin->max_types || texts > builtin->max_texts || ranges > builtin->max_ranges)
        return false;
    if (ranges)
        type->range = args->ranges.items[0];
    if (ranges && type->range.bytes && type->kind != WC_AST_TYPE_STRING &&
        type->kind != WC_AST_TYPE_ANY)
        return false;
    switch (type->kind) {
    case WC_AST_TYPE_STRING:
        if (texts)
            type->pattern = args->texts.items[0];
        return true;
    case WC_AST_TYPE_ENUM:
        if (texts)
            WC_MOVE(type->values, args->texts);
        return texts > 0;
    case WC_AST_TYPE_MAP:
        if (types != 2)
            return false;
        type->key = args->types.items[0];
        type->element = args->types.items[1];
        return true;
    case WC_AST_TYPE_MONEY:
        if (types != 1 || args->types.items[0]->kind != WC_AST_TYPE_SCHEMA)
            return false;
        type->name = args->types.items[0]->name;
        return true;
    default:
        return true;
    }
}

struct wc_ast_type *wc_type_named(struct wc_parser *p, struct wc_name name,
                                  struct wc_type_args *args)
{
    const struct builtin *builtin = NULL;
    for (size_t i = 0; i < BUILTIN_COUNT && !builtin; i++)
        if (strcmp(builtins[i].name, name.text) == 0)
            builtin = &builtins[i];
    if (!builtin)
        return unknown_type(p, name);
    struct wc_ast_type *type = type_new(p, builtin->kind, name.span.start);
    type->name = name;
    bool is_told = args && args->types.count && args->types.items[0]->kind == WC_AST_TYPE_ERROR;
    if (!take_args(type, builtin, args))
        type->kind = WC_AST_TYPE_ERROR;
    if (type->kind == WC_AST_TYPE_ERROR && !is_told) {
        struct wc_diag *diag =
            wc_report(p->diags, WC_E0206, type->span, "%s is not given what it takes", name.text);
        wc_diag_help(p->diags, diag, "write it so: %s", builtin->form);
    }
    if (type->element && type->key)
        type->depth =
            1 + (type->element->depth > type->key->depth ? type->element->depth : type->key->depth);
    if (is_too_deep(p, type->depth, type->span))
        *type = (struct wc_ast_type){.kind = WC_AST_TYPE_ERROR, .span = type->span, .depth = 1};
    return type;
}

struct wc_ast_type *wc_type_schema(struct wc_parser *p, struct wc_name name)
{
    struct wc_ast_type *type = type_new(p, WC_AST_TYPE_SCHEMA, name.span.start);
    type->name = name;
    return type;
}

struct wc_ast_type *wc_type_list(struct wc_parser *p, struct wc_ast_type *element,
                                 struct wc_range range)
{
    if (element->kind == WC_AST_TYPE_MAP && !element->range.is_given) {
        element->range = range;
        element->span.end = p->end;
        return element;
    }
    struct wc_ast_type *type = type_new(p, WC_AST_TYPE_LIST, element->span.start);
    type->element = element;
    type->range = range;
    type->depth = element->depth + 1;
    if (is_too_deep(p, type->depth, type->span))
        *type = (struct wc_ast_type){.kind = WC_AST_TYPE_ERROR, .span = type->span, .depth = 1};
    return type;
}

struct wc_ast_type *wc_type_nullable(struct wc_parser *p, struct wc_ast_type *type)
{
    type->nullable = true;
    type->span.end = p->end;
    return type;
}

struct wc_ast_type *wc_type_union(struct wc_parser *p, struct wc_token *keyword, struct wc_name tag,
                                  struct wc_block *members)
{
    struct wc_ast_type *type = type_new(p, WC_AST_TYPE_UNION, keyword->span.start);
    type->tag = tag;
    WC_MOVE(type->members, members->union_members);
    return type;
}

/* ---- expressions ---------------------------------------------------------------------------- */

struct wc_ast_expr *wc_expr_new(struct wc_parser *p, enum wc_ast_expr_kind kind, uint32_t start)
{
    struct wc_ast_expr *expr = WC_NEW(p->arena, struct wc_ast_expr);
    expr->kind = kind;
    expr->span = wc_from(p, start);
    expr->depth = 1;
    return expr;
}

struct wc_ast_expr *wc_expr_token(struct wc_parser *p, const struct wc_token *token)
{
    struct wc_ast_expr *expr = wc_expr_new(p, WC_AST_NUMBER, token->span.start);
    expr->span = token->span;
    switch (token->kind) {
    case WC_TOK_STRING:
    case WC_TOK_RAW:
        expr->kind = WC_AST_STRING;
        expr->text = wc_text_of(token);
        break;
    case WC_TOK_TRUE:
    case WC_TOK_FALSE:
        expr->kind = WC_AST_BOOL;
        expr->truth = token->kind == WC_TOK_TRUE;
        break;
    case WC_TOK_NULL:
        expr->kind = WC_AST_NULL;
        break;
    case WC_TOK_IDENT:
        expr->kind = WC_AST_NAME;
        expr->name = wc_name_of(token);
        break;
    default:
        if (!wc_token_is_keyword(token->kind)) {
            expr->number = wc_number_of(token);
            break;
        }
        expr->kind = WC_AST_NAME; /* a keyword where a name stands */
        expr->name = wc_name_of(token);
    }
    return expr;
}

/* Takes `kid` into account; a tree that grows too deep is cut off and becomes an error. */
static void deepen(struct wc_parser *p, struct wc_ast_expr *expr, const struct wc_ast_expr *kid)
{
    if (kid && kid->depth >= expr->depth)
        expr->depth = kid->depth + 1;
    if (is_too_deep(p, expr->depth, expr->span))
        *expr = (struct wc_ast_expr){.kind = WC_AST_ERROR, .span = expr->span, .depth = 1};
}

struct wc_ast_expr *wc_expr_kids(struct wc_parser *p, enum wc_ast_expr_kind kind, uint32_t start,
                                 struct wc_ast_expr *a, struct wc_ast_expr *b,
                                 struct wc_ast_expr *c)
{
    struct wc_ast_expr *expr = wc_expr_new(p, kind, start);
    struct wc_ast_expr *kids[] = {a, b, c};
    for (size_t i = 0; i < 3 && kids[i]; i++)
        wc_push(p->arena, &expr->kids, kids[i]);
    for (size_t i = 0; i < 3 && kids[i] && expr->kind == kind; i++)
        deepen(p, expr, kids[i]);
    return expr;
}

struct wc_ast_expr *wc_expr_binary(struct wc_parser *p, enum wc_ast_op op, struct wc_ast_expr *a,
                                   struct wc_ast_expr *b)
{
    struct wc_ast_expr *expr = wc_expr_kids(p, WC_AST_BINARY, a->span.start, a, b, NULL);
    expr->op = op;
    return expr;
}

struct wc_ast_expr *wc_expr_unary(struct wc_parser *p, enum wc_ast_op op,
                                  const struct wc_token *token, struct wc_ast_expr *a)
{
    struct wc_ast_expr *expr = wc_expr_kids(p, WC_AST_UNARY, token->span.start, a, NULL, NULL);
    expr->op = op;
    return expr;
}

struct wc_exprs *wc_exprs_add(struct wc_parser *p, struct wc_exprs *list, struct wc_ast_expr *expr)
{
    if (!list)
        list = WC_NEW(p->arena, struct wc_exprs);
    wc_push(p->arena, &list->list, expr);
    return list;
}

struct wc_ast_expr *wc_expr_call(struct wc_parser *p, const struct wc_token *name,
                                 struct wc_exprs *args)
{
    struct wc_ast_expr *expr = wc_expr_new(p, WC_AST_CALL, name->span.start);
    expr->name = wc_name_of(name);
    if (!args)
        return expr;
    WC_MOVE(expr->kids, args->list);
    for (size_t i = 0; i < args->list.count && expr->kind == WC_AST_CALL; i++)
        deepen(p, expr, args->list.items[i]);
    return expr;
}

struct wc_entries *wc_entries_add(struct wc_parser *p, struct wc_entries *entries,
                                  struct wc_name key, struct wc_ast_expr *value, bool spread,
                                  uint32_t start)
{
    struct wc_ast_entry entry = {wc_from(p, start), key, value, spread};
    if (!entries)
        entries = WC_NEW(p->arena, struct wc_entries);
    wc_unit(p, start);
    wc_push(p->arena, &entries->list, entry);
    return entries;
}

struct wc_ast_expr *wc_expr_entries(struct wc_parser *p, enum wc_ast_expr_kind kind,
                                    const struct wc_token *open, struct wc_entries *entries)
{
    struct wc_ast_expr *expr = wc_expr_new(p, kind, open->span.start);
    if (!entries)
        return expr;
    WC_MOVE(expr->entries, entries->list);
    for (size_t i = 0; i < entries->list.count && expr->kind == kind; i++)
        deepen(p, expr, entries->list.items[i].value);
    return expr;
}

struct wc_ast_template *wc_template_add(struct wc_parser *p, struct wc_ast_template *template,
                                        const struct wc_token *text, struct wc_ast_expr *hole)
{
    if (!template) {
        template = WC_NEW(p->arena, struct wc_ast_template);
        template->span = text->span;
    }
    template->span.end = p->end;
    if (text->len > 0) {
        struct wc_ast_piece piece = {.span = text->span, .text = wc_text_of(text)};
        wc_push(p->arena, &template->pieces, piece);
    }
    if (hole) {
        struct wc_ast_piece piece = {.span = hole->span, .hole = hole};
        wc_push(p->arena, &template->pieces, piece);
    }
    return template;
}

struct wc_ast_expr *wc_expr_template(struct wc_parser *p, struct wc_ast_template *template)
{
    struct wc_ast_expr *expr = wc_expr_new(p, WC_AST_TEMPLATE, template->span.start);
    expr->span = template->span;
    expr->template = template;
    for (size_t i = 0; i < template->pieces.count && expr->kind == WC_AST_TEMPLATE; i++)
        deepen(p, expr, template->pieces.items[i].hole);
    return expr;
}
