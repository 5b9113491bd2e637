/* A value and the place it is put: is it set there, and does it fit? */
#include "compiler/model/scope.h"

#include <string.h>

static const char *source_text(struct wc_arena *arena, struct wc_span span)
{
    if (!span.source)
        return "it";
    size_t len = span.end - span.start;
    return wc_arena_copy(arena, span.source->text + span.start, len > 80 ? 80 : len);
}

/* The innermost part that may be unset: of `a.b.c` the stage `a`, or the field. */
static const struct wc_expr *culprit(const struct wc_expr *expr)
{
    while (expr->kid_count > 0) {
        const struct wc_expr *next = NULL;
        size_t last = expr->kid_count - 1;
        if (expr->kind == WC_EXPR_OR_ELSE)
            next = expr->kids[last];
        for (size_t i = 0; !next && i < expr->kid_count; i++)
            if (expr->kids[i] && expr->kids[i]->maybe)
                next = expr->kids[i];
        if (!next || !next->maybe)
            break;
        expr = next;
    }
    return expr;
}

bool wc_need_set(struct wc_scope *scope, const struct wc_expr *expr, const char *place)
{
    struct wc_resolver *r = scope->work->r;
    if (!expr->maybe)
        return true;
    const struct wc_expr *part = culprit(expr);
    const char *text = source_text(r->arena, part->span);
    struct wc_diag *diag = wc_report(r->diags, WC_E0502, expr->span,
                                     "`%s` may be unset, and %s needs a value", text, place);
    if (part->kind == WC_EXPR_STAGE) {
        wc_diag_label(r->diags, diag, "not every path here goes through `%s`", part->name);
        wc_diag_also(r->diags, diag, part->stage->span,
                     "its value is set where this stage ends with `ok`");
    } else if (part->kind == WC_EXPR_FIELD && part->kids[0]->type->schema) {
        const struct wc_schema *schema = part->kids[0]->type->schema;
        wc_diag_label(r->diags, diag, "may be unset");
        wc_diag_also(r->diags, diag, schema->fields.items[part->field].span, "%s",
                     schema->made_by ? "this member may have failed here"
                                     : "this field is optional");
    } else {
        wc_diag_label(r->diags, diag, "may be unset");
    }
    wc_diag_help(r->diags, diag,
                 "say what stands in for it: `%s ?? …`, or ask first: `%s is present`", text, text);
    return false;
}

static enum wc_code code_of(const struct wc_misfit *why)
{
    switch (why->kind) {
    case WC_MISFIT_LENGTH:
    case WC_MISFIT_PATTERN:
        return WC_E0504;
    case WC_MISFIT_UNSET:
        return WC_E0502;
    case WC_MISFIT_FIELD:
        return why->from ? WC_E0404 : WC_E0511;
    default:
        return WC_E0501;
    }
}

static void report_misfit(struct wc_scope *scope, const struct wc_expr *expr,
                          const struct wc_type *into, const char *place,
                          const struct wc_misfit *why)
{
    struct wc_resolver *r = scope->work->r;
    enum wc_code code = code_of(why);
    struct wc_diag *diag = code == WC_E0504
                               ? wc_report(r->diags, code, expr->span, "this may not fit %s", place)
                               : wc_report(r->diags, code, expr->span, "%s takes %s", place,
                                           wc_type_text(r->arena, into));
    if (why->path[0])
        wc_diag_label(r->diags, diag, "`%s`: %s", why->path + (why->path[0] == '.'), why->reason);
    else
        wc_diag_label(r->diags, diag, "%s", why->reason);
    if (into->span.source && into->span.end > into->span.start)
        wc_diag_also(r->diags, diag, into->span, "the type it must fit");
    if (code != WC_E0504)
        return;
    const struct wc_type *from = why->from ? why->from : expr->type, *to = why->into;
    if (why->kind == WC_MISFIT_LENGTH && !why->path[0] && to && to->kind == WC_TYPE_STRING &&
        wc_is_text(from) && to->has_max &&
        (to->in_bytes ? wc_text_bytes(from) : wc_text_points(from)) > to->max &&
        expr->span.source && expr->span.end - expr->span.start <= 80) {
        const char *text = source_text(r->arena, expr->span);
        int64_t keep = to->in_bytes ? to->max / 4 : to->max;
        wc_diag_help(r->diags, diag, "cut it: `truncate(%s, %s)`", text,
                     wc_int_text(r->arena, keep));
        wc_diag_suggest(r->diags, diag, expr->span, WC_MAYBE_APPLIES, "truncate(%s, %s)", text,
                        wc_int_text(r->arena, keep));
    } else
        wc_diag_help(r->diags, diag, "narrow what is put in, or widen the type it must fit");
}

/* A literal takes the type of its place, so that `1` is a number and "en" an enum's value there. */
static bool literal_into(struct wc_scope *scope, struct wc_expr *expr, const struct wc_type *into,
                         struct wc_misfit *why)
{
    if (!wc_literal_fits(scope->work->r->arena, &expr->literal, into, why))
        return false;
    if (into->kind == WC_TYPE_NUMBER && expr->literal.kind == WC_LIT_INT)
        expr->literal.kind = WC_LIT_NUMBER;
    if (into->kind == WC_TYPE_ENUM || into->kind == WC_TYPE_NUMBER)
        expr->type = into;
    return true;
}

static bool put(struct wc_scope *scope, struct wc_expr *expr, const struct wc_type *into,
                struct wc_misfit *why)
{
    if (expr->kind == WC_EXPR_LITERAL && into->kind != WC_TYPE_UNKNOWN)
        return literal_into(scope, expr, into, why);
    if (expr->kind != WC_EXPR_IF && expr->kind != WC_EXPR_OR_ELSE)
        return wc_fits(scope->work->r->arena, expr->type, into, why);
    size_t first = expr->kind == WC_EXPR_IF ? 1 : 0;
    for (size_t i = first; i < expr->kid_count; i++)
        if (!put(scope, expr->kids[i], into, why))
            return false;
    expr->type = into;
    return true;
}

void wc_put(struct wc_scope *scope, struct wc_expr *expr, const struct wc_type *into,
            const char *place)
{
    struct wc_misfit why;
    if (expr->type->kind != WC_TYPE_UNKNOWN && !put(scope, expr, into, &why))
        report_misfit(scope, expr, into, place, &why);
}

struct wc_expr *wc_resolve_into(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into, const char *place)
{
    struct wc_expr *expr = wc_resolve_expr(scope, ast, into);
    if (expr->type->kind == WC_TYPE_UNKNOWN)
        return expr;
    wc_need_set(scope, expr, place);
    wc_put(scope, expr, into, place);
    return expr;
}

struct wc_expr *wc_resolve_condition(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                     const char *place)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_expr *expr = wc_resolve_expr(scope, ast, NULL);
    if (expr->type->kind == WC_TYPE_UNKNOWN)
        return expr;
    wc_need_set(scope, expr, place);
    if (expr->type->kind == WC_TYPE_BOOL)
        return expr;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, expr->span, "%s is true or false", place);
    wc_diag_label(r->diags, diag, "%s where a bool is needed", wc_type_text(r->arena, expr->type));
    wc_diag_help(r->diags, diag, "compare it: `… == …`, or ask whether it `is present`");
    return expr;
}
