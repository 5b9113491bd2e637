/* Expressions: what each node means, its type, whether it may be unset, and which labels flow in. */
#include "compiler/model/scope.h"

#include <string.h>

enum { CALLER_MAX = 64 }; /* characters of a key's name (runtime/http/auth.c), all of them ASCII */

struct wc_expr *wc_make_expr(struct wc_scope *scope, enum wc_expr_kind kind, struct wc_span span,
                             size_t kids)
{
    struct wc_arena *arena = scope->work->r->arena;
    struct wc_expr *expr = WC_NEW(arena, struct wc_expr);
    expr->kind = kind;
    expr->span = span;
    expr->kids = WC_NEW_ARRAY(arena, struct wc_expr *, kids + 1);
    expr->kid_count = kids;
    scope->work->let_nodes += scope->in_let;
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

const struct wc_type *wc_use_list(struct wc_scope *scope, const struct wc_type *list)
{
    struct wc_resolver *r = scope->work->r;
    wc_push(r->arena, &r->model->lists, list);
    return list;
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
    if (scope->anywhere)
        return false;
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
    if (scope->stage)
        wc_push(work->r->arena, &stage->readers, scope->stage->stage);
    if (!own && !work->workflow->partial && is_never_set(scope, stage)) {
        report_never_set(scope, span, stage);
        return wc_expr_error(scope, span);
    }
    expr->type = wc_stage_type(work, wc_stage_work(work, stage));
    if (!expr->type)
        return no_value(scope, span, stage);
    expr->labels = wc_labels_in(expr->type);
    if (own || work->workflow->partial || scope->anywhere)
        return expr;
    expr->maybe = !wc_has_bit(scope->stage->set, stage->id) && !wc_is_known(scope->facts, expr);
    return expr;
}

static struct wc_expr *own_value(struct wc_scope *scope, struct wc_span span)
{
    if (scope->own == WC_OWN_STAGE && !scope->in_let)
        return stage_value(scope, span, scope->stage->stage);
    if (scope->own == WC_OWN_NONE || scope->in_let) {
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
    expr->labels = wc_labels_in(expr->type);
    return expr;
}

static struct wc_expr *unknown_name(struct wc_scope *scope, struct wc_name name)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_table *stages = &scope->work->names;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0401, name.span, "there is nothing called `%s` here", name.text);
    wc_diag_label(r->diags, diag, "not a stage, a variable or an input");
    const struct wc_table *lets = &scope->work->lets;
    const char **names =
        WC_NEW_ARRAY(r->arena, const char *, stages->entries.count + lets->entries.count + 64);
    size_t count = 0;
    for (const struct wc_local *local = scope->locals; local && count < 60; local = local->outer)
        names[count++] = local->name;
    names[count++] = "input";
    WC_EACH(i, &stages->entries)
    {
        names[count++] = stages->entries.items[i].name;
    }
    WC_EACH(i, &lets->entries)
    {
        names[count++] = lets->entries.items[i].name;
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
    expr->nullable = local->maybe;
    expr->maybe = local->maybe && !wc_is_known(scope->facts, expr);
    expr->labels = local->labels;
    return expr;
}

/* Of the job itself; before there is one, only who asks for it is known. */
static struct wc_expr *about_job(struct wc_scope *scope, struct wc_span span,
                                 enum wc_expr_kind kind)
{
    struct wc_resolver *r = scope->work->r;
    if (kind != WC_EXPR_CALLER && !scope->stage && !scope->anywhere) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0503, span, "there is no job yet");
        wc_diag_label(r->diags, diag, "not known here");
        wc_diag_help(r->diags, diag, "a clause of the workflow reads `input` and `caller`");
        return wc_expr_error(scope, span);
    }
    struct wc_expr *expr = wc_make_expr(scope, kind, span, 0);
    scope->work->workflow->reads_about = true;
    if (kind == WC_EXPR_CALLER)
        expr->type = wc_type_text_of(r->arena, span, 0, CALLER_MAX, CALLER_MAX);
    else
        expr->type =
            wc_type_new(r->arena, kind == WC_EXPR_NOW ? WC_TYPE_DATETIME : WC_TYPE_UUID, span);
    return expr;
}

static struct wc_expr *resolve_name(struct wc_scope *scope, struct wc_name name,
                                    const struct wc_type *into)
{
    if (!name.text)
        return wc_expr_error(scope, name.span);
    for (const struct wc_local *local = scope->locals; local; local = local->outer)
        if (local->name == name.text)
            return local_value(scope, name.span, local);
    if (scope->of_test)
        return unknown_name(scope, name);
    bool in_operation = scope->stage && scope->stage->stage->operation;
    if (strcmp(name.text, "input") == 0 && !in_operation)
        return whole_input(scope, name.span);
    if (strcmp(name.text, "it") == 0)
        return own_value(scope, name.span);
    if (strcmp(name.text, "caller") == 0)
        return about_job(scope, name.span, WC_EXPR_CALLER);
    if (strcmp(name.text, "now") == 0)
        return about_job(scope, name.span, WC_EXPR_NOW);
    if (in_operation)
        return wc_refuse_outside(scope, name);
    struct wc_let *let = wc_lookup(&scope->work->lets, name.text);
    if (let)
        return wc_resolve_let(scope, name, let, into);
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

/* What a member of `all` gave: in the stage's own checks all but the optional ones are set, elsewhere
 * the paths say. */
static bool is_member_set(const struct wc_scope *scope, const struct wc_expr *base,
                          const struct wc_field *field)
{
    const struct wc_stage *stage = base->stage;
    if ((base->kind != WC_EXPR_STAGE && base->kind != WC_EXPR_IT) || !stage ||
        stage->action.kind != WR_ACT_ALL)
        return false;
    if (scope->anywhere)
        return true; /* whoever reads it says */
    WC_EACH(i, &stage->members)
    {
        const struct wc_stage *member = stage->members.items[i];
        if (strcmp(member->name, field->name) != 0)
            continue;
        bool own = scope->stage && scope->stage->stage == stage;
        if (own && scope->own != WC_OWN_NONE)
            return !member->optional;
        return scope->stage && !own && wc_has_bit(scope->stage->set, member->id);
    }
    return false;
}

struct wc_expr *wc_field_of(struct wc_scope *scope, struct wc_span span, struct wc_expr *base,
                            size_t index)
{
    const struct wc_field *field = &base->type->schema->fields.items[index];
    const struct wc_expr *kid = base->kind == WC_EXPR_OBJECT ? base->kids[index] : NULL;
    if (kid && !kid->maybe && kid->type->kind == field->type->kind) {
        struct wc_expr *part = WC_NEW(scope->work->r->arena, struct wc_expr);
        *part = *kid; /* what is taken from an object at hand need not be made */
        part->span = span;
        part->spread = false;
        part->labels |= field->labels;
        return part;
    }
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_FIELD, span, 1);
    expr->kids[0] = base;
    expr->name = field->name;
    expr->field = index;
    expr->type = wc_type_set(scope->work->r->arena, field->type);
    /* What `reveal` has cleared stays clear. */
    if (base->labels || !wc_labels_in(base->type))
        expr->labels = field->labels | wc_labels_in(field->type);
    expr->labels |= base->labels & ~wc_labels_in(base->type);
    bool optional = field->type->nullable ||
                    (field->optional && !field->fallback && !is_member_set(scope, base, field));
    expr->maybe = (base->maybe || optional) && !wc_is_known(scope->facts, expr);
    return expr;
}

static struct wc_expr *resolve_field(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    const struct wc_ast_expr *base_ast = ast->kids.items[0];
    if (base_ast->kind == WC_AST_NAME && base_ast->name.text && ast->name.text &&
        strcmp(base_ast->name.text, "job") == 0 && strcmp(ast->name.text, "id") == 0)
        return about_job(scope, ast->span, WC_EXPR_JOB_ID);
    struct wc_expr *base = wc_resolve_expr(scope, base_ast, NULL);
    const struct wc_type *type = base->type;
    if (type->kind == WC_TYPE_UNKNOWN || !ast->name.text)
        return wc_expr_error(scope, ast->span);
    if (type->kind != WC_TYPE_SCHEMA && type->kind != WC_TYPE_OBJECT && type->kind != WC_TYPE_UNION)
        return no_fields(scope, ast, type);
    if (base->maybe && !ast->safe)
        wc_need_set(scope, base, "a value whose field is read with `.`");
    if (type->kind == WC_TYPE_UNION)
        return wc_variant_of(scope, ast, base);
    WC_EACH(i, &type->schema->fields)
    {
        if (type->schema->fields.items[i].name == ast->name.text)
            return wc_field_of(scope, ast->span, base, i);
    }
    return unknown_field(scope, ast, type);
}

/* ---- items -------------------------------------------------------------------------------- */

static struct wc_expr *refuse_index(struct wc_scope *scope, const struct wc_expr *part,
                                    const char *needs)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, part->span, "%s", needs);
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, part->type));
    return wc_expr_error(scope, part->span);
}

struct wc_expr *wc_index(struct wc_scope *scope, struct wc_span span, struct wc_expr *of,
                         struct wc_expr *at)
{
    const struct wc_type *type = of->type;
    if (type->kind == WC_TYPE_LIST && type->element->kind == WC_TYPE_UNKNOWN)
        return of->kind == WC_EXPR_LIST && of->kid_count == 0
                   ? refuse_index(scope, of, "an empty list has no items")
                   : wc_expr_error(scope, span);
    if (type->kind != WC_TYPE_LIST && type->kind != WC_TYPE_MAP)
        return refuse_index(scope, of, "only a list or a map has items");
    if (type->kind == WC_TYPE_LIST && at->type->kind != WC_TYPE_INT)
        return refuse_index(scope, at, "the items of a list are counted, from 0");
    if (type->kind == WC_TYPE_MAP && !wc_is_text(at->type))
        return refuse_index(scope, at, "the keys of a map are texts");
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_INDEX, span, 2);
    bool there = type->kind == WC_TYPE_LIST && type->has_min && wc_int_low(at->type) >= 0 &&
                 wc_int_high(at->type) < type->min;
    expr->kids[0] = of;
    expr->kids[1] = at;
    expr->type = wc_type_set(scope->work->r->arena, type->element);
    expr->labels = of->labels | at->labels;
    expr->maybe = (!there || type->element->nullable) && !wc_is_known(scope->facts, expr);
    return expr;
}

static struct wc_expr *resolve_index(struct wc_scope *scope, const struct wc_ast_expr *ast)
{
    struct wc_expr *of = wc_resolve_expr(scope, ast->kids.items[0], NULL);
    struct wc_expr *at = wc_resolve_expr(scope, ast->kids.items[1], NULL);
    if (of->type->kind == WC_TYPE_UNKNOWN || at->type->kind == WC_TYPE_UNKNOWN)
        return wc_expr_error(scope, ast->span);
    wc_need_set(scope, of, "a list whose item is read");
    wc_need_set(scope, at, "the place in a list");
    return wc_index(scope, ast->span, of, at);
}

/* ---- literals and the rest ---------------------------------------------------------------- */

/* A duration is its milliseconds, 10% is 0.1. */
static struct wc_expr *unit_literal(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                    struct wc_expr *expr)
{
    struct wc_arena *arena = scope->work->r->arena;
    struct wc_type *type = wc_type_new(arena, WC_TYPE_DURATION, ast->span);
    type->has_min = type->has_max = true;
    if (ast->number.kind == WC_PERCENT) {
        type->kind = WC_TYPE_NUMBER;
        expr->literal.kind = WC_LIT_NUMBER;
        expr->literal.number = ast->number.decimal / 100;
        type->number_min = type->number_max = expr->literal.number;
    } else {
        expr->literal.kind = WC_LIT_INT;
        expr->literal.integer = ast->number.integer;
        type->min = type->max = ast->number.integer;
    }
    expr->type = type;
    return expr;
}

/* `$1.50` is 150 cents of money(USD); picodollars are for prices alone. */
static struct wc_expr *money_literal(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                     struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const int64_t cent = INT64_C(10000000000);
    struct wc_type *type = wc_type_new(r->arena, WC_TYPE_MONEY, ast->span);
    if (ast->number.integer % cent != 0) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0506, ast->span, "an amount of money(USD) is in whole cents");
        wc_diag_label(r->diags, diag, "finer than a cent");
        return wc_expr_error(scope, ast->span);
    }
    type->currency = wc_intern(r->names, "USD", 3);
    type->has_min = type->has_max = true;
    type->min = type->max = ast->number.integer / cent;
    expr->literal.kind = WC_LIT_INT;
    expr->literal.integer = type->min;
    expr->type = type;
    return expr;
}

/* null has a place only where a type says so, or in a body of no schema. */
static struct wc_expr *refuse_null(struct wc_scope *scope, struct wc_span span)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, span, "null has no place here");
    wc_diag_label(r->diags, diag, "no value of any type");
    wc_diag_help(r->diags, diag,
                 "write `| null` behind the type of its place; to ask whether a "
                 "value is null, write `… is absent`");
    return wc_expr_error(scope, span);
}

static struct wc_expr *resolve_literal(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                       const struct wc_type *into)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LITERAL, ast->span, 0);
    if (!wc_literal_of(ast, &expr->literal)) {
        return ast->number.kind == WC_MONEY ? money_literal(scope, ast, expr)
                                            : unit_literal(scope, ast, expr);
    }
    if (expr->literal.kind == WC_LIT_NULL && !scope->bare && !(into && into->nullable))
        return refuse_null(scope, ast->span);
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
        return resolve_literal(scope, ast, into);
    case WC_AST_TEMPLATE:
        return wc_resolve_template(scope, ast->template, "a text");
    case WC_AST_NAME:
        return resolve_name(scope, ast->name, into);
    case WC_AST_FIELD:
        return resolve_field(scope, ast);
    case WC_AST_INDEX:
        return resolve_index(scope, ast);
    case WC_AST_CALL:
        return wc_resolve_call(scope, ast);
    case WC_AST_COMPREHENSION:
        return wc_resolve_comprehension(scope, ast, into);
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

/* Do its parts stand where it stands? */
static bool holds_values(enum wc_ast_expr_kind kind)
{
    return kind == WC_AST_OBJECT || kind == WC_AST_LIST || kind == WC_AST_COMPREHENSION ||
           kind == WC_AST_NAME;
}

struct wc_expr *wc_resolve_expr(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into)
{
    struct wc_scope outer = *scope;
    bool chooses = ast->kind == WC_AST_IF || ast->op == WC_AST_OP_OR_ELSE;
    bool calculates = ast->kind == WC_AST_BINARY || ast->kind == WC_AST_UNARY;
    scope->in_text = outer.in_text && chooses; /* what is not itself put in keeps its type */
    scope->checked = outer.checked && calculates;
    scope->pairs = outer.pairs && ast->kind == WC_AST_CALL;
    scope->bare = outer.bare && (chooses || holds_values(ast->kind));
    struct wc_expr *expr = resolve_kind(scope, ast, into);
    scope->in_text = outer.in_text;
    scope->checked = outer.checked;
    scope->pairs = outer.pairs;
    scope->bare = outer.bare;
    return expr;
}
