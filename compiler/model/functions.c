/* The functions of the language, f(a, b): a row each in functions.def, and here what each takes and
 * what is known of what it gives. Bounds follow values through every one. */
#include "compiler/model/scope.h"

#include <string.h>

static struct wc_arena *arena_of(const struct wc_scope *scope)
{
    return scope->work->r->arena;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Reports that `expr` is not what `needs` says. */
static struct wc_expr *refuse(struct wc_scope *scope, const struct wc_expr *expr, const char *needs)
{
    struct wc_resolver *r = scope->work->r;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, expr->span, "%s", needs);
    wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, expr->type));
    return wc_expr_error(scope, expr->span);
}

/* A list whose items are there: nothing looks into those that may be null yet. */
static bool is_list(const struct wc_type *type)
{
    return type->kind == WC_TYPE_LIST && !type->element->nullable;
}

static int64_t most_items(const struct wc_type *list)
{
    return list->has_max ? list->max : WC_SIZE_MAX;
}

static int64_t least_items(const struct wc_type *list)
{
    return list->has_min ? list->min : 0;
}

/* ---- texts -------------------------------------------------------------------------------- */

static struct wc_expr *type_len(struct wc_scope *scope, struct wc_expr *expr)
{
    const struct wc_expr *of = expr->kids[0];
    const struct wc_type *type = of->type;
    int64_t least = least_items(type), most = most_items(type);
    if (wc_is_text(type)) {
        least = wc_text_least(type);
        most = wc_text_points(type);
    } else if (type->kind != WC_TYPE_LIST && type->kind != WC_TYPE_MAP) {
        return refuse(scope, of, "`len` takes a text, a list or a map");
    } else {
        expr->labels &= ~wc_labels_in(type); /* how many says nothing of what is in them */
    }
    expr->type = wc_type_int(arena_of(scope), expr->span, least, most);
    return expr;
}

/* A simple case mapping takes a code point to one of at most one and a half times its bytes. */
static struct wc_expr *type_case(struct wc_scope *scope, struct wc_expr *expr)
{
    const struct wc_type *type = expr->kids[0]->type;
    if (!wc_is_text(type))
        return refuse(scope, expr->kids[0], "upper and lower case are of texts");
    int64_t points = wc_text_points(type), bytes = wc_text_bytes(type);
    bytes = smaller(wc_add_sat(bytes, bytes / 2), wc_mul_sat(points, 4));
    expr->type = wc_type_text_of(arena_of(scope), expr->span, wc_text_least(type), points, bytes);
    return expr;
}

static struct wc_expr *type_trim(struct wc_scope *scope, struct wc_expr *expr)
{
    const struct wc_type *type = expr->kids[0]->type;
    if (!wc_is_text(type))
        return refuse(scope, expr->kids[0], "`trim` takes a text");
    expr->type =
        wc_type_text_of(arena_of(scope), expr->span, 0, wc_text_points(type), wc_text_bytes(type));
    return expr;
}

static struct wc_expr *type_truncate(struct wc_scope *scope, struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *type = expr->kids[0]->type, *most = expr->kids[1]->type;
    if (!wc_is_text(type))
        return refuse(scope, expr->kids[0], "`truncate` takes a text");
    if (most->kind != WC_TYPE_INT)
        return refuse(scope, expr->kids[1], "`truncate` takes the number of code points to keep");
    if (!most->has_min || most->min < 0) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0506, expr->kids[1]->span,
                                         "a text has no negative length to be cut to");
        wc_diag_label(r->diags, diag, "%s may be less than 0", wc_type_text(r->arena, most));
        wc_diag_help(r->diags, diag, "keep it from 0 up: `max(0, …)`");
    }
    int64_t keep = most->has_max ? most->max : WC_SIZE_MAX;
    int64_t points = smaller(wc_text_points(type), keep);
    int64_t bytes = smaller(wc_text_bytes(type), wc_mul_sat(points < 0 ? 0 : points, 4));
    int64_t least = smaller(wc_text_least(type), most->has_min ? most->min : 0);
    expr->type = wc_type_text_of(arena_of(scope), expr->span, least < 0 ? 0 : least, points, bytes);
    return expr;
}

static struct wc_expr *type_join(struct wc_scope *scope, struct wc_expr *expr)
{
    const struct wc_type *list = expr->kids[0]->type, *between = expr->kids[1]->type;
    if (!is_list(list) || !wc_is_text(list->element))
        return refuse(scope, expr->kids[0], "`join` takes a list of texts");
    if (!wc_is_text(between))
        return refuse(scope, expr->kids[1], "what `join` puts between the texts is a text");
    const struct wc_type *item = list->element;
    int64_t most = most_items(list), gaps = most > 0 ? most - 1 : 0;
    int64_t least = least_items(list), least_gaps = least > 0 ? least - 1 : 0;
    int64_t points = wc_add_sat(wc_mul_sat(most, wc_text_points(item)),
                                wc_mul_sat(gaps, wc_text_points(between)));
    int64_t bytes =
        wc_add_sat(wc_mul_sat(most, wc_text_bytes(item)), wc_mul_sat(gaps, wc_text_bytes(between)));
    int64_t fewest = wc_add_sat(wc_mul_sat(least, wc_text_least(item)),
                                wc_mul_sat(least_gaps, wc_text_least(between)));
    expr->type = wc_type_text_of(arena_of(scope), expr->span, fewest, points, bytes);
    return expr;
}

static struct wc_expr *type_split(struct wc_scope *scope, struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *type = expr->kids[0]->type, *at = expr->kids[1]->type;
    if (!wc_is_text(type))
        return refuse(scope, expr->kids[0], "`split` takes a text");
    if (!wc_is_text(at))
        return refuse(scope, expr->kids[1], "a text is split at a text");
    int64_t apart = wc_text_least(at);
    if (apart < 1) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0506, expr->kids[1]->span, "a text is not split at nothing");
        wc_diag_label(r->diags, diag, "%s may be empty", wc_type_text(r->arena, at));
        wc_diag_help(r->diags, diag, "split at a text of at least one character, such as \",\"");
        apart = 1;
    }
    int64_t points = wc_text_points(type);
    struct wc_type *list = wc_type_new(r->arena, WC_TYPE_LIST, expr->span);
    list->has_min = list->has_max = true;
    list->min = 1;
    list->max = wc_add_sat(points / apart, 1);
    list->element = wc_type_text_of(r->arena, expr->span, 0, points, wc_text_bytes(type));
    expr->type = wc_use_list(scope, list);
    return expr;
}

/* ---- lists -------------------------------------------------------------------------------- */

/* `first(list)` is `list[0]`. */
static struct wc_expr *type_first(struct wc_scope *scope, struct wc_expr *expr)
{
    if (!is_list(expr->kids[0]->type))
        return refuse(scope, expr->kids[0], "`first` takes a list");
    struct wc_expr *zero = wc_make_expr(scope, WC_EXPR_LITERAL, expr->span, 0);
    zero->literal.kind = WC_LIT_INT;
    zero->type = wc_type_int(arena_of(scope), expr->span, 0, 0);
    return wc_index(scope, expr->span, expr->kids[0], zero);
}

static struct wc_expr *type_sum(struct wc_scope *scope, struct wc_expr *expr)
{
    if (!is_list(expr->kids[0]->type))
        return refuse(scope, expr->kids[0], "`sum` takes a list of numbers");
    return wc_loop_over_itself(scope, WC_LOOP_sum, expr);
}

static double low_of(const struct wc_type *type)
{
    return type->kind == WC_TYPE_NUMBER ? wc_number_low(type) : (double)wc_int_low(type);
}

static double high_of(const struct wc_type *type)
{
    return type->kind == WC_TYPE_NUMBER ? wc_number_high(type) : (double)wc_int_high(type);
}

/* The range of the least (or the most) of several numbers. */
static const struct wc_type *extreme(struct wc_scope *scope, const struct wc_expr *expr,
                                     enum wc_type_kind kind)
{
    bool least = expr->fn == WC_FN_min;
    struct wc_type *type = wc_type_new(arena_of(scope), kind, expr->span);
    *type = *expr->kids[0]->type;
    type->kind = kind;
    type->span = expr->span;
    type->has_min = type->has_max = true;
    type->min = wc_int_low(expr->kids[0]->type);
    type->max = wc_int_high(expr->kids[0]->type);
    type->number_min = low_of(expr->kids[0]->type);
    type->number_max = high_of(expr->kids[0]->type);
    for (size_t i = 1; i < expr->kid_count; i++) {
        const struct wc_type *other = expr->kids[i]->type;
        int64_t low = wc_int_low(other), high = wc_int_high(other);
        if (least ? low < type->min : low > type->min)
            type->min = low;
        if (least ? high < type->max : high > type->max)
            type->max = high;
        if (least ? low_of(other) < type->number_min : low_of(other) > type->number_min)
            type->number_min = low_of(other);
        if (least ? high_of(other) < type->number_max : high_of(other) > type->number_max)
            type->number_max = high_of(other);
    }
    return type;
}

static struct wc_expr *type_extreme(struct wc_scope *scope, struct wc_expr *expr)
{
    enum wc_type_kind kind = expr->kids[0]->type->kind;
    if (expr->kid_count == 1 && is_list(expr->kids[0]->type))
        return wc_loop_over_itself(scope, expr->fn == WC_FN_min ? WC_LOOP_min : WC_LOOP_max, expr);
    if (expr->kid_count == 1)
        return refuse(scope, expr->kids[0], "of one value there is no least and no most");
    for (size_t i = 0; i < expr->kid_count; i++) {
        enum wc_type_kind other = expr->kids[i]->type->kind;
        bool numbers = wc_is_number(expr->kids[i]->type) && wc_is_number(expr->kids[0]->type);
        if (numbers && other == WC_TYPE_NUMBER)
            kind = WC_TYPE_NUMBER;
        bool alike =
            other == kind && expr->kids[i]->type->currency == expr->kids[0]->type->currency;
        if (!numbers && (!alike || !wc_is_amount(expr->kids[i]->type)))
            return refuse(scope, expr->kids[i], "`min` and `max` compare numbers of one kind");
    }
    expr->type = extreme(scope, expr, kind);
    return expr;
}

static struct wc_expr *type_abs(struct wc_scope *scope, struct wc_expr *expr)
{
    const struct wc_type *of = expr->kids[0]->type;
    if (!wc_is_amount(of))
        return refuse(scope, expr->kids[0], "`abs` takes a number, an amount or a duration");
    int64_t low = wc_int_low(of), high = wc_int_high(of);
    if (of->kind != WC_TYPE_NUMBER && low == INT64_MIN)
        return refuse(scope, expr->kids[0], "`abs` of the least integer has no result");
    struct wc_type *type = wc_type_new(arena_of(scope), of->kind, expr->span);
    type->currency = of->currency;
    type->has_min = true;
    type->has_max = of->kind == WC_TYPE_NUMBER ? of->has_max && of->has_min : true;
    if (of->kind == WC_TYPE_NUMBER) {
        double least = low_of(of), most = high_of(of);
        type->number_min = least > 0 ? least : most < 0 ? -most : 0;
        type->number_max = -least > most ? -least : most;
    } else {
        type->min = low > 0 ? low : high < 0 ? -high : 0;
        type->max = -low > high ? -low : high;
    }
    expr->type = type;
    return expr;
}

/* Pairs exist only while a list is gone through: they are of no schema. */
static struct wc_expr *type_zip(struct wc_scope *scope, struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    static const char *const names[] = {"first", "second"};
    for (size_t i = 0; i < 2; i++)
        if (!is_list(expr->kids[i]->type) || expr->kids[i]->type->element->nullable ||
            expr->kids[i]->type->element->kind == WC_TYPE_UNKNOWN)
            return refuse(scope, expr->kids[i], "`zip` takes two lists of items");
    if (!scope->pairs) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0514, expr->span, "the pairs of `zip` are of no schema");
        wc_diag_label(r->diags, diag, "they can only be gone through");
        wc_diag_help(r->diags, diag, "write `map(p in zip(a, b): …)` with p.first and p.second");
        return wc_expr_error(scope, expr->span);
    }
    const struct wc_type *a = expr->kids[0]->type, *b = expr->kids[1]->type;
    struct wc_schema *pair = WC_NEW(r->arena, struct wc_schema);
    for (size_t i = 0; i < 2; i++) {
        struct wc_type *copy = WC_NEW(r->arena, struct wc_type);
        *copy = *expr->kids[i]->type->element;
        struct wc_field field = {.name = wc_intern(r->names, names[i], strlen(names[i])),
                                 .span = expr->kids[i]->span,
                                 .type = copy,
                                 .labels = expr->kids[i]->labels & ~wc_labels_in(copy)};
        wc_push(r->arena, &pair->fields, field);
    }
    struct wc_type *element = wc_type_new(r->arena, WC_TYPE_OBJECT, expr->span);
    element->schema = pair;
    struct wc_type *list = wc_type_new(r->arena, WC_TYPE_LIST, expr->span);
    list->element = element;
    list->has_min = list->has_max = true;
    list->min = smaller(least_items(a), least_items(b));
    list->max = smaller(most_items(a), most_items(b));
    expr->type = list;
    return expr;
}

/* The value itself, said to be shown on purpose. */
static struct wc_expr *type_reveal(struct wc_scope *scope, struct wc_expr *expr)
{
    (void)scope;
    expr->kids[0]->revealed = expr->kids[0]->labels != 0;
    expr->kids[0]->labels = 0;
    return expr->kids[0];
}

/* ---- the table ---------------------------------------------------------------------------- */

struct function {
    const char *name;
    size_t fewest, most;
    struct wc_expr *(*type)(struct wc_scope *scope, struct wc_expr *expr);
};

#define type_lower type_case
#define type_upper type_case
#define type_count type_len
#define type_min type_extreme
#define type_max type_extreme
static const struct function functions[WC_FN_COUNT] = {
#define FUNCTION(name, fewest, most) {#name, fewest, most, type_##name},
#define LOOP(name)
#include "compiler/model/functions.def"
};

const char *const *wc_fn_names(void)
{
    static const char *const names[] = {
#define FUNCTION(name, fewest, most) #name,
#define LOOP(name)
#include "compiler/model/functions.def"
    };
    return names;
}

enum wc_fn wc_fn_find(const char *name)
{
    size_t i = 0;
    while (i < WC_FN_COUNT && strcmp(functions[i].name, name) != 0)
        i++;
    return (enum wc_fn)i;
}

static bool takes(struct wc_scope *scope, const struct wc_ast_expr *ast, const struct function *fn)
{
    struct wc_resolver *r = scope->work->r;
    size_t given = ast->kids.count;
    if (given >= fn->fewest && given <= fn->most)
        return true;
    const char *many =
        fn->fewest == fn->most
            ? wc_arena_printf(r->arena, "%zu argument%s", fn->most, fn->most == 1 ? "" : "s")
            : wc_arena_printf(r->arena, "%zu to %zu arguments", fn->fewest, fn->most);
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0512, ast->span, "`%s` takes %s, not %zu", fn->name, many, given);
    wc_diag_label(r->diags, diag, "%s", given < fn->fewest ? "too few" : "too many");
    return false;
}

struct wc_expr *wc_resolve_function(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                    enum wc_fn fn)
{
    const struct function *function = &functions[fn];
    bool known = takes(scope, ast, function), pairs = scope->pairs;
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_CALL, ast->span, ast->kids.count);
    const char *place = wc_arena_printf(arena_of(scope), "`%s`", function->name);
    expr->fn = fn;
    expr->name = function->name;
    WC_EACH(i, &ast->kids)
    {
        scope->pairs = false;
        struct wc_expr *kid = wc_resolve_expr(scope, ast->kids.items[i], NULL);
        expr->kids[i] = kid;
        expr->labels |= kid->labels;
        known = known && kid->type->kind != WC_TYPE_UNKNOWN;
        if (kid->type->kind != WC_TYPE_UNKNOWN && fn != WC_FN_reveal)
            known = wc_need_set(scope, kid, place) && known;
    }
    scope->pairs = pairs;
    return known ? function->type(scope, expr) : wc_expr_error(scope, ast->span);
}
