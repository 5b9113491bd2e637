/* Arithmetic: what it takes, and the range of what it gives. No result leaves 64 bits or the finite
 * numbers and nothing is divided by zero: what might is refused, or unset on the left of `??`. */
#include "compiler/model/scope.h"

#include <float.h>

bool wc_is_amount(const struct wc_type *type)
{
    return wc_is_number(type) || type->kind == WC_TYPE_DURATION || type->kind == WC_TYPE_MONEY;
}

int64_t wc_int_low(const struct wc_type *type)
{
    return type->has_min ? type->min : INT64_MIN;
}

int64_t wc_int_high(const struct wc_type *type)
{
    return type->has_max ? type->max : INT64_MAX;
}

double wc_number_low(const struct wc_type *type)
{
    if (type->kind != WC_TYPE_NUMBER)
        return (double)wc_int_low(type);
    return type->has_min ? type->number_min : -DBL_MAX;
}

double wc_number_high(const struct wc_type *type)
{
    if (type->kind != WC_TYPE_NUMBER)
        return (double)wc_int_high(type);
    return type->has_max ? type->number_max : DBL_MAX;
}

static bool divides(enum wc_op op)
{
    return op == WC_OP_DIV || op == WC_OP_MOD;
}

/* ---- whole numbers ------------------------------------------------------------------------ */

struct range {
    __int128 min, max;
};

static void widen(struct range *range, __int128 value)
{
    range->min = value < range->min ? value : range->min;
    range->max = value > range->max ? value : range->max;
}

static __int128 larger_size(struct range range)
{
    __int128 low = range.min < 0 ? -range.min : range.min;
    __int128 high = range.max < 0 ? -range.max : range.max;
    return low > high ? low : high;
}

/* Of a quotient: the corners, with the divisors nearest to zero on either side for the ends. */
static struct range quotients(struct range a, struct range b)
{
    struct range range = {a.max < 0 ? a.max : 0, a.min > 0 ? a.min : 0};
    const __int128 ends[] = {b.min, b.max, -1, 1};
    bool first = true;
    for (size_t i = 0; i < 4; i++) {
        if (ends[i] == 0 || ends[i] < b.min || ends[i] > b.max)
            continue;
        if (first)
            range = (struct range){a.min / ends[i], a.min / ends[i]};
        first = false;
        widen(&range, a.min / ends[i]);
        widen(&range, a.max / ends[i]);
    }
    return range;
}

/* The sign is that of the dividend; the size is less than the divisor's. */
static struct range remainders(struct range a, struct range b)
{
    __int128 size = larger_size(b) - 1, own = larger_size(a);
    if (size < 0)
        size = 0;
    if (own < size)
        size = own;
    return (struct range){a.min >= 0 ? 0 : -size, a.max <= 0 ? 0 : size};
}

/* In 128 bits, where no corner of two 64-bit ranges overflows. */
static struct range range_of(enum wc_op op, struct range a, struct range b)
{
    struct range range;
    switch (op) {
    case WC_OP_ADD:
        return (struct range){a.min + b.min, a.max + b.max};
    case WC_OP_SUB:
        return (struct range){a.min - b.max, a.max - b.min};
    case WC_OP_MUL:
        range = (struct range){a.min * b.min, a.min * b.min};
        widen(&range, a.min * b.max);
        widen(&range, a.max * b.min);
        widen(&range, a.max * b.max);
        return range;
    case WC_OP_DIV:
        return quotients(a, b);
    default:
        return remainders(a, b);
    }
}

static struct range whole(const struct wc_type *type)
{
    return (struct range){wc_int_low(type), wc_int_high(type)};
}

/* False where a result may lie outside of 64 bits, which is then cut off. */
static bool set_whole(struct wc_type *type, struct range range)
{
    bool fits = range.min >= INT64_MIN && range.max <= INT64_MAX;
    type->has_min = type->has_max = true;
    type->min = range.min < INT64_MIN ? INT64_MIN : (int64_t)range.min;
    type->max = range.max > INT64_MAX ? INT64_MAX : (int64_t)range.max;
    return fits;
}

static bool whole_result(const struct wc_expr *expr, const struct wc_fact *facts,
                         struct wc_type *type)
{
    struct range a = whole(expr->kids[0]->type), b = whole(expr->kids[1]->type);
    bool zero =
        divides(expr->op) && b.min <= 0 && b.max >= 0 && !wc_is_nonzero(facts, expr->kids[1]);
    return set_whole(type, range_of(expr->op, a, b)) && !zero;
}

/* ---- numbers with a fraction -------------------------------------------------------------- */

static double fraction(enum wc_op op, double a, double b)
{
    return op == WC_OP_ADD ? a + b : op == WC_OP_SUB ? a - b : op == WC_OP_MUL ? a * b : a / b;
}

static bool set_number(struct wc_type *type, double min, double max)
{
    bool fits = min >= -DBL_MAX && max <= DBL_MAX;
    type->has_min = type->has_max = true;
    type->number_min = min >= -DBL_MAX ? min : -DBL_MAX;
    type->number_max = max <= DBL_MAX ? max : DBL_MAX;
    return fits;
}

/* Rounding is monotonic, so the corners are the extremes. */
static bool number_result(const struct wc_expr *expr, struct wc_type *type)
{
    const struct wc_type *left = expr->kids[0]->type, *right = expr->kids[1]->type;
    double as[] = {wc_number_low(left), wc_number_high(left)};
    double bs[] = {wc_number_low(right), wc_number_high(right)};
    if (expr->op == WC_OP_DIV && bs[0] <= 0 && bs[1] >= 0) {
        set_number(type, -DBL_MAX, DBL_MAX);
        return false;
    }
    double min = fraction(expr->op, as[0], bs[0]), max = min;
    for (size_t i = 1; i < 4; i++) {
        double corner = fraction(expr->op, as[i / 2], bs[i % 2]);
        min = corner < min ? corner : min;
        max = corner > max ? corner : max;
    }
    return set_number(type, min, max);
}

/* ---- what goes with what ------------------------------------------------------------------ */

/* The kind of the result; WC_TYPE_UNKNOWN where the two do not go together. */
static enum wc_type_kind kind_of(enum wc_op op, const struct wc_type *left,
                                 const struct wc_type *right)
{
    if (wc_is_number(left) && wc_is_number(right)) {
        bool whole_numbers = left->kind == WC_TYPE_INT && right->kind == WC_TYPE_INT;
        if (op == WC_OP_MOD && !whole_numbers)
            return WC_TYPE_UNKNOWN;
        return whole_numbers ? WC_TYPE_INT : WC_TYPE_NUMBER;
    }
    if (!wc_is_amount(left) || !wc_is_amount(right))
        return WC_TYPE_UNKNOWN;
    if (left->kind == WC_TYPE_MONEY && right->kind == WC_TYPE_MONEY &&
        left->currency != right->currency)
        return WC_TYPE_UNKNOWN;
    if (left->kind == right->kind)
        return op == WC_OP_MUL ? WC_TYPE_UNKNOWN : op == WC_OP_DIV ? WC_TYPE_INT : left->kind;
    if (op == WC_OP_MUL && left->kind == WC_TYPE_INT)
        return right->kind;
    bool scales = (op == WC_OP_MUL || op == WC_OP_DIV) && right->kind == WC_TYPE_INT;
    return scales ? left->kind : WC_TYPE_UNKNOWN;
}

static struct wc_expr *refuse_kinds(struct wc_scope *scope, const struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_expr *left = expr->kids[0], *right = expr->kids[1];
    bool texts = wc_is_text(left->type) && wc_is_text(right->type);
    bool fractions = expr->op == WC_OP_MOD && wc_is_number(left->type) && wc_is_number(right->type);
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0501, expr->span, "%s",
                  fractions ? "`%` takes whole numbers" : "arithmetic takes numbers");
    wc_diag_label(r->diags, diag, "not of these two");
    wc_diag_also(r->diags, diag, left->span, "%s", wc_type_text(r->arena, left->type));
    wc_diag_also(r->diags, diag, right->span, "%s", wc_type_text(r->arena, right->type));
    if (texts && expr->op == WC_OP_ADD)
        wc_diag_help(r->diags, diag, "texts are put together with holes: \"${…}${…}\"");
    return wc_expr_error(scope, expr->span);
}

static void refuse_range(struct wc_scope *scope, const struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *left = expr->kids[0]->type;
    const struct wc_type *right = expr->kid_count > 1 ? expr->kids[1]->type : left;
    bool fractions = left->kind == WC_TYPE_NUMBER || right->kind == WC_TYPE_NUMBER;
    bool zero =
        divides(expr->op) && (fractions ? wc_number_low(right) <= 0 && wc_number_high(right) >= 0
                                        : wc_int_low(right) <= 0 && wc_int_high(right) >= 0);
    const char *why = zero        ? "this may divide by zero"
                      : fractions ? "this may be larger than any number"
                                  : "this may leave the range of 64 bits";
    struct wc_diag *diag = wc_report(r->diags, WC_E0510, expr->span, "%s", why);
    if (expr->kid_count > 1)
        wc_diag_label(r->diags, diag, "of %s and %s", wc_type_text(r->arena, left),
                      wc_type_text(r->arena, right));
    else
        wc_diag_label(r->diags, diag, "of %s", wc_type_text(r->arena, left));
    const char *way = zero && fractions ? "give the divisor a type that leaves zero out"
                      : zero ? "look first: `if … != 0 then … else …`; give the divisor a type "
                               "that leaves zero out: `int(1..…)`"
                             : "give its operands narrower types";
    wc_diag_help(r->diags, diag, "%s; or say what stands in for it: `(…) ?? 0`", way);
}

/* Beside an amount, an integer that is written out is an amount in its smallest unit, but for what it
 * is multiplied with or divided by. */
void wc_name_currency(struct wc_scope *scope, struct wc_expr *expr)
{
    if (expr->op == WC_OP_MUL || divides(expr->op))
        return;
    for (size_t i = 0; i < 2; i++) {
        struct wc_expr *kid = expr->kids[i];
        const struct wc_type *other = expr->kids[1 - i]->type;
        if (other->kind != WC_TYPE_MONEY || kid->kind != WC_EXPR_LITERAL ||
            kid->type->kind != WC_TYPE_INT)
            continue;
        struct wc_type *type = WC_NEW(scope->work->r->arena, struct wc_type);
        *type = *kid->type;
        type->kind = WC_TYPE_MONEY;
        type->currency = other->currency;
        kid->type = type;
    }
}

struct wc_expr *wc_type_arithmetic(struct wc_scope *scope, struct wc_expr *expr)
{
    wc_name_currency(scope, expr);
    const struct wc_type *left = expr->kids[0]->type;
    enum wc_type_kind kind = kind_of(expr->op, left, expr->kids[1]->type);
    if (kind == WC_TYPE_UNKNOWN)
        return refuse_kinds(scope, expr);
    struct wc_type *type = wc_type_new(scope->work->r->arena, kind, expr->span);
    bool sure =
        kind == WC_TYPE_NUMBER ? number_result(expr, type) : whole_result(expr, scope->facts, type);
    expr->type = type;
    if (kind == WC_TYPE_MONEY)
        type->currency = (left->currency ? left : expr->kids[1]->type)->currency;
    for (size_t i = 0; i < 2; i++)
        expr->maybe = expr->maybe || expr->kids[i]->maybe;
    if (sure)
        return expr;
    expr->checked = true;
    expr->maybe = true;
    if (scope->checked)
        return expr;
    refuse_range(scope, expr);
    return wc_expr_error(scope, expr->span);
}

struct wc_expr *wc_type_negative(struct wc_scope *scope, struct wc_expr *expr)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *of = expr->kids[0]->type;
    struct wc_type *type = wc_type_new(r->arena, of->kind, expr->span);
    expr->type = type;
    type->currency = of->currency;
    if (!wc_is_amount(of)) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0501, expr->kids[0]->span, "`-` stands before a number");
        wc_diag_label(r->diags, diag, "%s", wc_type_text(r->arena, of));
        return wc_expr_error(scope, expr->span);
    }
    expr->maybe = expr->kids[0]->maybe;
    if (of->kind == WC_TYPE_NUMBER) {
        set_number(type, -wc_number_high(of), -wc_number_low(of));
        return expr;
    }
    struct range range = whole(of);
    if (set_whole(type, (struct range){-range.max, -range.min}))
        return expr;
    expr->checked = true;
    expr->maybe = true;
    if (scope->checked)
        return expr;
    refuse_range(scope, expr);
    return wc_expr_error(scope, expr->span);
}

/* ---- sums --------------------------------------------------------------------------------- */

/* Also of the items so far: no sum on the way leaves the range. */
const struct wc_type *wc_sum_type(struct wc_scope *scope, const struct wc_expr *loop)
{
    struct wc_resolver *r = scope->work->r;
    const struct wc_type *list = loop->kids[0]->type, *item = loop->kids[1]->type;
    struct wc_type *type = wc_type_new(r->arena, item->kind, loop->span);
    type->currency = item->currency;
    int64_t most = list->has_max ? list->max : WC_SIZE_MAX, least = list->has_min ? list->min : 0;
    bool fits;
    if (item->kind == WC_TYPE_NUMBER) {
        double low = wc_number_low(item), high = wc_number_high(item);
        fits = set_number(type, low < 0 ? low * (double)most : low * (double)least,
                          high > 0 ? high * (double)most : high * (double)least);
    } else {
        struct range range = whole(item);
        fits = set_whole(type, (struct range){range.min * (range.min < 0 ? most : least),
                                              range.max * (range.max > 0 ? most : least)});
    }
    if (fits)
        return type;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0510, loop->span, "this sum may leave %s",
                  item->kind == WC_TYPE_NUMBER ? "the range of numbers" : "the range of 64 bits");
    wc_diag_label(r->diags, diag, "of up to %s times %s", wc_int_text(r->arena, most),
                  wc_type_text(r->arena, item));
    wc_diag_help(r->diags, diag, "give the items, or the list, narrower types");
    return wc_unknown_type(scope, loop->span);
}
