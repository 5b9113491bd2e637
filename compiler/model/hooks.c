/* `function f(T) -> U …`: what a C function of the user's takes, gives and raises; and `call f with V`. */
#include "compiler/model/classes.h"
#include "compiler/model/scope.h"

#include <string.h>

static struct wc_schema *boundary(struct wc_resolver *r, const struct wc_ast_type *ast,
                                  const char *what)
{
    struct wc_type *type =
        wc_resolve_value_type(r, ast, wc_arena_printf(r->arena, "what a function %s", what));
    if (type->kind == WC_TYPE_SCHEMA)
        return type->schema;
    if (type->kind == WC_TYPE_UNKNOWN)
        return NULL;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0514, ast->span, "what a function %s is of a named schema", what);
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, type));
    wc_diag_note(r->diags, diag, "it is a struct in C, and structs have names");
    wc_diag_help(r->diags, diag, "declare `schema Name { … }` with this as a field");
    return NULL;
}

static enum wr_effect_kind effect_of(struct wc_resolver *r, struct wc_name name)
{
    static const char *const names[] = {"pure", "read", "repeatable", "keyed", "once"};
    for (enum wr_effect_kind i = WR_PURE; name.text && i <= WR_ONCE; i++)
        if (strcmp(names[i], name.text) == 0)
            return i;
    if (!name.text)
        return WR_ONCE; /* nobody has said that it may be done again */
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, name.span, "a function has no effect called `%s`", name.text);
    wc_diag_label(r->diags, diag, "not a kind of effect");
    wc_suggest_near(r, diag, name, names, 5);
    return WR_ONCE;
}

/* A class or a group. What becomes of a call is not the function's to say. */
static uint64_t raises_of(struct wc_resolver *r, struct wc_name name)
{
    enum wr_class class = name.text ? wc_class_find(name.text) : WR_CLASS_COUNT;
    const struct wc_group *group = name.text ? wc_group_find(name.text) : NULL;
    bool theirs = class == WR_OK || class == WR_CLASS_uncertain || class == WR_CLASS_cancelled ||
                  class == WR_CLASS_items_failed;
    if (group)
        return group->classes;
    if (!name.text || (class < WR_CLASS_COUNT && !theirs))
        return name.text ? WR_BIT(class) : 0;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, name.span, "a function cannot raise `%s`", name.text);
    wc_diag_label(r->diags, diag,
                  theirs ? "what becomes of a call is not the function's to say"
                         : "not a class of errors");
    wc_diag_help(r->diags, diag, "name classes or groups, such as `overloaded` or `denied`");
    return 0;
}

static void resolve_one(struct wc_resolver *r, const struct wc_ast_decl *decl,
                        struct wc_hook *function)
{
    const struct wc_ast_function *ast = decl->function;
    if (ast->takes)
        function->takes = boundary(r, ast->takes, "takes");
    if (ast->gives)
        function->gives = boundary(r, ast->gives, "gives");
    function->takes_nothing = !ast->takes;
    function->effect = effect_of(r, ast->effect);
    function->file = ast->file.bytes ? ast->file.bytes : "";
    function->path = function->file;
    if (ast->file.bytes) {
        const struct wc_source *source = wc_read_beside(r, &ast->file, "C file");
        function->path = source ? source->path : function->path;
    }
    WC_EACH(i, &ast->raises)
    {
        function->raises |= raises_of(r, ast->raises.items[i]);
    }
}

void wc_resolve_hooks(struct wc_resolver *r)
{
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_FUNCTION)
            continue;
        struct wc_hook *function = wc_lookup(&r->functions, decl->name.text);
        if (function && wc_is_at(function->span, decl->name.span))
            resolve_one(r, decl, function);
    }
}

/* ---- `call` ------------------------------------------------------------------------------------ */

bool wc_resolve_hook(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                     struct wc_stage *stage)
{
    struct wc_action *action = &stage->action;
    if (ast->kind != WC_AST_CALL_FUNCTION)
        return false;
    action->kind = WR_ACT_CALL;
    action->function = wc_need(work->r, &work->r->functions, ast->name);
    struct wc_type *type = wc_type_new(work->r->arena, WC_TYPE_UNKNOWN, ast->span);
    if (action->function && action->function->gives) {
        type->kind = WC_TYPE_SCHEMA;
        type->schema = action->function->gives;
    }
    if (action->function)
        action->function->used = true;
    else
        stage->unbuilt = work->workflow->partial = true;
    action->as = type;
    return true;
}

static void wrong_argument(struct wc_resolver *r, const struct wc_ast_action *ast,
                           const struct wc_hook *function)
{
    bool takes = !function->takes_nothing;
    struct wc_diag *diag = wc_report(
        r->diags, WC_E0784, ast->value ? ast->value->span : ast->span,
        takes ? "`%s` is called without what it takes" : "`%s` takes nothing", function->name);
    wc_diag_label(r->diags, diag, takes ? "no `with`" : "given for nothing");
    wc_diag_also(r->diags, diag, function->span, "declared here");
    wc_diag_help(r->diags, diag, takes ? "add `with` and a value" : "delete the `with`");
}

void wc_resolve_hook_value(struct wc_scope *scope, const struct wc_ast_action *ast)
{
    struct wc_action *action = &scope->stage->stage->action;
    struct wc_hook *function = action->function;
    if (action->kind != WR_ACT_CALL || !function)
        return;
    if (!ast->value == !function->takes_nothing) {
        wrong_argument(scope->work->r, ast, function);
        return;
    }
    if (!ast->value || !function->takes)
        return;
    struct wc_type *into = wc_type_new(scope->work->r->arena, WC_TYPE_SCHEMA, ast->span);
    into->schema = function->takes;
    action->value = wc_resolve_into(scope, ast->value, into, "what a function takes");
}
