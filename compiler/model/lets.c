/* `let name = expr`: a name for an expression. Each reader gets it resolved in its own scope, so what
 * is set there is known there; a bound on what this makes keeps names of names of names small. */
#include "compiler/model/scope.h"

#include <string.h>

#define LET_NODES_MAX 20000 /* expressions of all readers of one workflow's lets */

static struct wc_expr *refuse_circle(struct wc_scope *scope, struct wc_name name,
                                     const struct wc_let *let)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0515, name.span,
                                     "what `%s` stands for depends on itself", name.text);
    wc_diag_label(r->diags, diag, "read here");
    if (let->clause->name.span.start != name.span.start)
        wc_diag_also(r->diags, diag, let->clause->name.span, "named here");
    wc_diag_help(r->diags, diag, "write out what is meant");
    return wc_expr_error(scope, name.span);
}

static struct wc_expr *refuse_size(struct wc_scope *scope, struct wc_name name,
                                   const struct wc_let *let)
{
    struct wc_resolver *r = scope->work->r;
    bool first = !scope->work->too_large;
    scope->work->too_large = true;
    if (!first)
        return wc_expr_error(scope, name.span);
    struct wc_diag *diag = wc_report(r->diags, WC_E0352, name.span,
                                     "what `%s` stands for has grown too large", name.text);
    wc_diag_label(r->diags, diag, "more than %d parts for all who read the lets of this workflow",
                  LET_NODES_MAX);
    wc_diag_also(r->diags, diag, let->clause->name.span, "named here");
    wc_diag_note(r->diags, diag, "a reader of a `let` gets all that it stands for");
    wc_diag_help(r->diags, diag, "make the value once, in a stage: `make SomeSchema { … }`");
    return wc_expr_error(scope, name.span);
}

/* What is wrong in the text of the `let` is wrong for this reader. */
static void say_who_reads(struct wc_scope *scope, struct wc_name name, size_t before)
{
    struct wc_resolver *r = scope->work->r;
    for (size_t i = before; i < r->diags->list.count; i++)
        if (!scope->anywhere)
            wc_diag_also(r->diags, r->diags->list.items[i], name.span, "read here");
    wc_forget_repeated(r->diags, before);
}

struct wc_expr *wc_resolve_let(struct wc_scope *scope, struct wc_name name, struct wc_let *let,
                               const struct wc_type *into)
{
    struct wc_resolver *r = scope->work->r;
    let->used = true;
    if (!let->clause->expr)
        return wc_expr_error(scope, name.span);
    if (let->in_progress)
        return refuse_circle(scope, name, let);
    if (scope->work->let_nodes > LET_NODES_MAX)
        return refuse_size(scope, name, let);
    struct wc_scope inner = *scope;
    /* Its own variables only; their depth goes on, so that no two have one name in C. */
    struct wc_local wall = {.name = "", .depth = scope->locals ? scope->locals->depth : 0};
    inner.locals = scope->locals ? &wall : NULL;
    inner.in_let = true;
    size_t before = r->diags->list.count;
    let->in_progress = true;
    struct wc_expr *expr = wc_resolve_expr(&inner, let->clause->expr, into);
    let->in_progress = false;
    say_who_reads(scope, name, before);
    struct wc_expr *read = WC_NEW(r->arena, struct wc_expr);
    *read = *expr;
    read->span = name.span;
    return read;
}

void wc_resolve_unread_lets(struct wc_workflow_work *work)
{
    struct wc_resolver *r = work->r;
    WC_EACH(i, &work->lets.entries)
    {
        struct wc_let *let = work->lets.entries.items[i].item;
        struct wc_scope scope = {.work = work, .anywhere = true};
        if (let->used)
            continue;
        wc_resolve_let(&scope, let->clause->name, let, NULL);
        let->used = false;
        struct wc_unused unused = {let->clause->name.text, let->clause->name.span};
        wc_push(r->arena, &work->workflow->unread_lets, unused);
    }
}
