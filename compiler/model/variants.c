/* Unions in expressions: `shape.kind` is the tag, `shape.circle` the variant's value, which is there
 * where the tag says so; an object that names its tag makes one. */
#include "compiler/model/scope.h"

#include <string.h>

static void unknown_variant(struct wc_scope *scope, const struct wc_union *choice,
                            struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0404, name.span,
                                     "the union has neither a tag nor a variant `%s`", name.text);
    wc_diag_label(r->diags, diag, "unknown variant");
    const char **names = WC_NEW_ARRAY(r->arena, const char *, choice->variants.count + 1);
    WC_EACH(i, &choice->variants)
    {
        names[i] = choice->variants.items[i].name;
    }
    names[choice->variants.count] = choice->tag;
    wc_suggest_near(r, diag, name, names, choice->variants.count + 1);
}

static size_t variant_at(const struct wc_union *choice, const char *name, size_t len)
{
    size_t i = 0;
    while (i < choice->variants.count && (strlen(choice->variants.items[i].name) != len ||
                                          memcmp(choice->variants.items[i].name, name, len) != 0))
        i++;
    return i;
}

/* The tag as a type: one of the variants' names. */
static const struct wc_type *tag_type(struct wc_scope *scope, const struct wc_union *choice,
                                      struct wc_span span)
{
    struct wc_arena *arena = scope->work->r->arena;
    struct wc_type *type = wc_type_new(arena, WC_TYPE_ENUM, span);
    type->values = WC_NEW_ARRAY(arena, const char *, choice->variants.count);
    WC_EACH(i, &choice->variants)
    {
        type->values[type->value_count++] = choice->variants.items[i].name;
    }
    return type;
}

struct wc_expr *wc_variant_of(struct wc_scope *scope, const struct wc_ast_expr *ast,
                              struct wc_expr *base)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_union *choice = base->type->choice;
    bool is_tag = strcmp(choice->tag, ast->name.text) == 0;
    size_t at = variant_at(choice, ast->name.text, strlen(ast->name.text));
    if (!is_tag && at == choice->variants.count) {
        unknown_variant(scope, choice, ast->name);
        return wc_expr_error(scope, ast->span);
    }
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_FIELD, ast->span, 1);
    expr->kids[0] = base;
    expr->name = ast->name.text;
    expr->field = is_tag ? choice->variants.count : at;
    if (is_tag) {
        expr->type = tag_type(scope, choice, ast->span);
        expr->labels = base->labels & ~wc_labels_in(base->type);
    } else {
        struct wc_type *type = wc_type_new(r->arena, WC_TYPE_SCHEMA, ast->span);
        type->schema = choice->variants.items[at].schema;
        expr->type = type;
        expr->labels = base->labels;
    }
    expr->maybe = (base->maybe || !is_tag) && !wc_is_known(scope->facts, expr);
    return expr;
}

/* ---- making one ---------------------------------------------------------------------------- */

static struct wc_expr *refuse_tag(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                  const struct wc_union *choice, struct wc_span span,
                                  const char *label)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, span,
                                     "an object of this union says which by `%s`", choice->tag);
    wc_diag_label(r->diags, diag, "%s", label);
    wc_diag_help(r->diags, diag, "write `{ %s: \"%s\", … }`", choice->tag,
                 choice->variants.items[0].name);
    (void)ast;
    return wc_expr_error(scope, span);
}

struct wc_expr *wc_resolve_variant(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                   const struct wc_type *into)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_union *choice = into->choice;
    const struct wc_ast_expr *tag = NULL;
    struct wc_ast_expr *rest = WC_NEW(r->arena, struct wc_ast_expr);
    *rest = *ast;
    memset(&rest->entries, 0, sizeof rest->entries);
    WC_EACH(i, &ast->entries)
    {
        const struct wc_ast_entry *entry = &ast->entries.items[i];
        if (entry->key.text && strcmp(entry->key.text, choice->tag) == 0 && !tag)
            tag = entry->value;
        else
            wc_push(r->arena, &rest->entries, *entry);
    }
    if (!tag)
        return refuse_tag(scope, ast, choice, ast->span, "without its tag");
    if (tag->kind != WC_AST_STRING)
        return refuse_tag(scope, ast, choice, tag->span, "the tag is written out");
    size_t at = variant_at(choice, tag->text.bytes, tag->text.len);
    if (at == choice->variants.count)
        return refuse_tag(scope, ast, choice, tag->span, "none of its variants is called so");
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_SCHEMA, ast->span);
    type->schema = choice->variants.items[at].schema;
    struct wc_expr *object = wc_resolve_object(scope, rest, type);
    if (object->type->kind == WC_TYPE_UNKNOWN)
        return object;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_VARIANT, ast->span, 1);
    expr->kids[0] = object;
    expr->field = at;
    expr->labels = object->labels;
    expr->type = wc_type_set(r->arena, into);
    return expr;
}
