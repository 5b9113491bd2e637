/* Expressions: what each node means, its type, whether it may be unset, and which labels flow in. */
#include "compiler/model/scope.h"

#include <string.h>

struct wc_expr *wc_make_expr(struct wc_scope *scope, enum wc_expr_kind kind, struct wc_span span,
                             size_t kids)
{
    struct wc_arena *arena = scope->work->r->arena;
    struct wc_expr *expr = WC_NEW(arena, struct wc_expr);
    expr->kind = kind;
    expr->span = span;
    expr->kids = WC_NEW_ARRAY(arena, struct wc_expr *, kids + 1);
    expr->kid_count = kids;
    return expr;
}

const struct wc_type *wc_unknown_type(struct wc_scope *scope, struct wc_span span)
{
    return wc_type_new(scope->work->r->arena, WC_TYPE_UNKNOWN, span);
}

struct wc_expr *wc_expr_error(struct wc_scope *scope, struct wc_span span)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_ERROR, span, 0);
    expr->type = wc_unknown_type(scope, span);
    return expr;
}

void wc_expr_inherit(struct wc_expr *expr)
{
    for (size_t i = 0; i < expr->kid_count; i++) {
        if (!expr->kids[i])
            continue;
        expr->labels |= expr->kids[i]->labels;
        expr->maybe |= expr->kids[i]->maybe;
    }
}

static struct wc_expr *unbuilt(struct wc_scope *scope, struct wc_span span, const char *what)
{
    wc_not_built(scope->work->r, span, what);
    return wc_expr_error(scope, span);
}

/* The labels of a whole value: those of every field in it. */
static unsigned labels_in(const struct wc_type *type)
{
    return wc_labels_in(type);
}

/* ---- names -------------------------------------------------------------------------------- */

static struct wc_expr *whole_input(struct wc_scope *scope, struct wc_span span)
{
    struct wc_schema *schema = scope->work->workflow->input;
    if (!schema)
        return wc_expr_error(scope, span);
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_INPUT, span, 0);
    struct wc_type *type = wc_type_new(scope->work->r->arena, WC_TYPE_SCHEMA, span);
    type->schema = schema;
    expr->type = type;
    expr->labels = schema->all_labels;
    return expr;
}

static void report_never_set(struct wc_scope *scope, struct wc_span span,
                             const struct wc_stage *stage)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag;
    if (!scope->stage) {
        diag = wc_report(r->diags, WC_E0503, span, "`%s` is read before any stage has run",
                         stage->name);
        wc_diag_label(r->diags, diag, "not set here");
        wc_diag_help(r->diags, diag, "a clause of the workflow reads `input` and `caller`");
        return;
    }
    bool itself = scope->stage->stage == stage;
    diag = itself ? wc_report(r->diags, WC_E0503, span, "`%s` is read before it has a value",
                              stage->name)
                  : wc_report(r->diags, WC_E0503, span, "no path to `%s` sets the value of `%s`",
                              scope->stage->stage->name, stage->name);
    wc_diag_label(r->diags, diag, "never set here");
    wc_diag_also(r->diags, diag, stage->span, "set by leaving this stage with `ok`");
    if (itself && scope->own == WC_OWN_IT)
        wc_diag_help(r->diags, diag, "in a check the stage's own value is called `it`");
    else
        wc_diag_help(r->diags, diag, "read a stage that comes before, or delete this");
}

static bool is_never_set(const struct wc_scope *scope, const struct wc_stage *stage)
{
    return !scope->stage || (scope->stage->reached && !wc_has_bit(scope->stage->may, stage->id));
}

static struct wc_expr *no_value(struct wc_scope *scope, struct wc_span span,
                                const struct wc_stage *stage)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0503, span, "stage `%s` gives no value", stage->name);
    wc_diag_label(r->diags, diag, "nothing to read");
    wc_diag_also(r->diags, diag, stage->span, "its call has no `as`");
    wc_diag_help(r->diags, diag, "say what it gives: `as SomeSchema`");
    return wc_expr_error(scope, span);
}

static struct wc_expr *stage_value(struct wc_scope *scope, struct wc_span span,
                                   struct wc_stage *stage)
{
    struct wc_workflow_work *work = scope->work;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_STAGE, span, 0);
    bool own = scope->stage && scope->stage->stage == stage && scope->own == WC_OWN_STAGE;
    expr->stage = stage;
    expr->name = stage->name;
    stage->value_read = true;
    if (!own && !work->workflow->partial && is_never_set(scope, stage)) {
        report_never_set(scope, span, stage);
        return wc_expr_error(scope, span);
    }
    expr->type = wc_stage_type(work, wc_stage_work(work, stage));
    if (!expr->type)
        return no_value(scope, span, stage);
    expr->labels = labels_in(expr->type);
    if (own || work->workflow->partial)
        return expr;
    expr->maybe = !wc_has_bit(scope->stage->set, stage->id) && !wc_is_known(scope->facts, expr);
    return expr;
}

static struct wc_expr *own_value(struct wc_scope *scope, struct wc_span span)
{
    if (scope->own == WC_OWN_STAGE)
        return stage_value(scope, span, scope->stage->stage);
    if (scope->own == WC_OWN_NONE) {
        struct wc_resolver *r = scope->work->r;
        struct wc_diag *diag = wc_report(r->diags, WC_E0503, span, "`it` has no value here");
        wc_diag_label(r->diags, diag, "never set here");
        wc_diag_note(r->diags, diag,
                     "`it` is the stage's own value: in its checks, and where `on ok` leads");
        wc_diag_help(r->diags, diag, "name the stage whose value is meant");
        return wc_expr_error(scope, span);
    }
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_IT, span, 0);
    expr->stage = scope->stage->stage;
    expr->type = wc_stage_type(scope->work, scope->stage);
    if (!expr->type)
        expr->type = wc_unknown_type(scope, span);
    expr->labels = labels_in(expr->type);
    return expr;
}

static struct wc_expr *unknown_name(struct wc_scope *scope, struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_table *stages = &scope->work->names;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0401, name.span, "there is nothing called `%s` here", name.text);
    wc_diag_label(r->diags, diag, "not a stage, a variable or an input");
    const char **names = WC_NEW_ARRAY(r->arena, const char *, stages->entries.count + 64);
    size_t count = 0;
    for (const struct wc_local *local = scope->locals; local && count < 60; local = local->outer)
        names[count++] = local->name;
    names[count++] = "input";
    WC_EACH(i, &stages->entries)
    {
        names[count++] = stages->entries.items[i].name;
    }
    const struct wc_schema *input = scope->work->workflow->input;
    for (size_t i = 0; input && i < input->fields.count; i++) {
        if (input->fields.items[i].name != name.text)
            continue;
        wc_diag_help(r->diags, diag, "did you mean `input.%s`?", name.text);
        wc_diag_suggest(r->diags, diag, name.span, WC_MAYBE_APPLIES, "input.%s", name.text);
        return wc_expr_error(scope, name.span);
    }
    wc_suggest_near(r, diag, name, names, count);
    return wc_expr_error(scope, name.span);
}

static struct wc_expr *local_value(struct wc_scope *scope, struct wc_span span,
                                   const struct wc_local *local)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LOCAL, span, 0);
    expr->name = local->name;
    expr->local = local->depth;
    expr->type = local->type;
    expr->labels = local->labels;
    return expr;
}

static struct wc_expr *resolve_name(struct wc_scope *scope, struct wc_name name)
{
    if (!name.text)
        return wc_expr_error(scope, name.span);
    for (const struct wc_local *local = scope->locals; local; local = local->outer)
        if (local->name == name.text)
            return local_value(scope, name.span, local);
    if (strcmp(name.text, "input") == 0)
        return whole_input(scope, name.span);
    if (strcmp(name.text, "it") == 0)
        return own_value(scope, name.span);
    if (strcmp(name.text, "caller") == 0)
        return unbuilt(scope, name.span, "`caller`");
    if (strcmp(name.text, "now") == 0)
        return unbuilt(scope, name.span, "`now`");
    if (wc_lookup(&scope->work->lets, name.text))
        return wc_expr_error(scope, name.span); /* refused where it stands */
    struct wc_stage *stage = wc_lookup(&scope->work->names, name.text);
    return stage ? stage_value(scope, name.span, stage) : unknown_name(scope, name);
}

/* ---- fields ------------------------------------------------------------------------------- */

static struct wc_expr *unknown_field(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                     const struct wc_type *type)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_schema *schema = type->schema;
    const char *owner = schema->name ? schema->name : "this object";
    if (!r->parsed) /* it may be what a syntax error has hidden */
        return wc_expr_error(scope, ast->span);
    struct wc_diag *diag = wc_report(r->diags, WC_E0404, ast->name.span, "%s has no field `%s`",
                                     owner, ast->name.text);
    wc_diag_label(r->diags, diag, "unknown field");
    if (schema->name)
        wc_diag_also(r->diags, diag, schema->span, "%s is declared here", schema->name);
    const char **names = WC_NEW_ARRAY(r->arena, const char *, schema->fields.count + 1);
    WC_EACH(i, &schema->fields)
    {
        names[i] = schema->fields.items[i].name;
    }
    wc_suggest_near(r, diag, ast->name, names, schema->fields.count);
    return wc_expr_error(scope, ast->span);
}

static struct wc_expr *no_fields(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                 const struct wc_type *type)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, ast->name.span, "a value of type %s has no field `%s`",
                  wc_type_text(r->arena, type), ast->name.text);
    wc_diag_label(r->diags, diag, "not an object");
    if (type->kind == WC_TYPE_LIST)
        wc_diag_help(r->diags, diag, "look at its items: `all(x in …: x.%s …)`", ast->name.text);
    return wc_expr_error(scope, ast->span);
}

static struct wc_expr *field_value(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                   struct wc_expr *base, size_t index)
{
    const struct wc_field *field = &base->type->schema->fields.items[index];
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_FIELD, ast->span, 1);
    expr->kids[0] = base;
    expr->name = field->name;
    expr->field = index;
    expr->type = wc_type_set(scope->work->r->arena, field->type);
    /* What `reveal` has cleared stays clear. */
    if (base->labels || !labels_in(base->type))
        expr->labels = field->labels | labels_in(field->type);
    bool optional = field->type->nullable || (field->optional && !field->fallback);
    expr->maybe = (base->maybe || optional) && !wc_is_known(scope->facts, expr);
    return expr;
}

static struct wc_expr *resolve_field(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    const struct wc_ast_expr *base_ast = ast->kids.items[0];
    if (base_ast->kind == WC_AST_NAME && base_ast->name.text && ast->name.text &&
        strcmp(base_ast->name.text, "job") == 0 && strcmp(ast->name.text, "id") == 0)
        return unbuilt(scope, ast->span, "`job.id`");
    struct wc_expr *base = wc_resolve_expr(scope, base_ast, NULL);
    const struct wc_type *type = base->type;
    if (type->kind == WC_TYPE_UNKNOWN || !ast->name.text)
        return wc_expr_error(scope, ast->span);
    if (type->kind != WC_TYPE_SCHEMA && type->kind != WC_TYPE_OBJECT)
        return no_fields(scope, ast, type);
    if (base->maybe && !ast->safe)
        wc_need_set(scope, base, "a value whose field is read with `.`");
    WC_EACH(i, &type->schema->fields)
    {
        if (type->schema->fields.items[i].name == ast->name.text)
            return field_value(scope, ast, base, i);
    }
    return unknown_field(scope, ast, type);
}

/* ---- literals and the rest ---------------------------------------------------------------- */

static struct wc_expr *resolve_literal(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LITERAL, ast->span, 0);
    if (!wc_literal_of(ast, &expr->literal)) {
        const char *what = ast->number.kind == WC_DURATION  ? "a duration in an expression"
                           : ast->number.kind == WC_MONEY   ? "an amount of money in an expression"
                           : ast->number.kind == WC_PERCENT ? "a percentage in an expression"
                                                            : "this constant";
        return unbuilt(scope, ast->span, what);
    }
    if (expr->literal.kind == WC_LIT_NULL)
        return unbuilt(scope, ast->span, "`null`");
    expr->type = wc_literal_type(scope->work->r->arena, &expr->literal, ast->span);
    return expr;
}

static struct wc_expr *resolve_present(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_PRESENT, ast->span, 1);
    expr->op = ast->truth ? WC_OP_NONE : WC_OP_NOT;
    expr->kids[0] = wc_resolve_expr(scope, ast->kids.items[0], NULL);
    expr->type = wc_type_new(scope->work->r->arena, WC_TYPE_BOOL, ast->span);
    return expr;
}

static struct wc_expr *resolve_kind(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                    const struct wc_type *into)
{
    switch (ast->kind) {
    case WC_AST_STRING:
    case WC_AST_NUMBER:
    case WC_AST_BOOL:
    case WC_AST_NULL:
        return resolve_literal(scope, ast);
    case WC_AST_TEMPLATE:
        return wc_resolve_template(scope, ast->template, "a text");
    case WC_AST_NAME:
        return resolve_name(scope, ast->name);
    case WC_AST_FIELD:
        return resolve_field(scope, ast);
    case WC_AST_INDEX:
        return unbuilt(scope, ast->span, "an index");
    case WC_AST_CALL:
        return wc_resolve_call(scope, ast);
    case WC_AST_COMPREHENSION:
        return wc_resolve_comprehension(scope, ast);
    case WC_AST_UNARY:
        return wc_resolve_unary(scope, ast);
    case WC_AST_BINARY:
        return ast->op == WC_AST_OP_OR_ELSE ? wc_resolve_choice(scope, ast, into)
                                            : wc_resolve_binary(scope, ast);
    case WC_AST_IS:
        return resolve_present(scope, ast);
    case WC_AST_IF:
        return wc_resolve_choice(scope, ast, into);
    case WC_AST_LIST:
        return wc_resolve_list(scope, ast, into);
    case WC_AST_OBJECT:
        return wc_resolve_object(scope, ast, into);
    default:
        return wc_expr_error(scope, ast->span);
    }
}

struct wc_expr *wc_resolve_expr(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into)
{
    bool in_text = scope->in_text;
    bool chooses = ast->kind == WC_AST_IF || ast->op == WC_AST_OP_OR_ELSE;
    scope->in_text = in_text && chooses; /* what is not itself put into the text keeps its type */
    struct wc_expr *expr = resolve_kind(scope, ast, into);
    scope->in_text = in_text;
    return expr;
}
