/* Arithmetic that may have no result: a variable for the result, and one that says whether it is. */
#include "compiler/emit/expr.h"

static const char *checker_of(const struct wc_expr *expr)
{
    bool number = expr->type->kind == WC_TYPE_NUMBER;
    switch (expr->op) {
    case WC_OP_ADD:
        return number ? "wr_number_add" : "wr_int_add";
    case WC_OP_SUB:
        return number ? "wr_number_sub" : "wr_int_sub";
    case WC_OP_MUL:
        return number ? "wr_number_mul" : "wr_int_mul";
    case WC_OP_DIV:
        return number ? "wr_number_div" : "wr_int_div";
    case WC_OP_MOD:
        return "wr_int_mod";
    default:
        return "wr_int_sub";
    }
}

/* All that must be set for it to have a result. */
static const char *condition(struct wc_function *fn, const struct wc_expr *expr, const char *result,
                             const char *const *texts)
{
    const char *all = NULL;
    for (size_t i = 0; i < expr->kid_count; i++) {
        const char *set = wc_present(fn, expr->kids[i]);
        if (set)
            all = all ? wc_arena_printf(fn->arena, "%s && %s", all, set) : set;
    }
    if (!expr->checked)
        return all;
    const char *call =
        wc_arena_printf(fn->arena, "%s(%s, %s, &%s)", checker_of(expr), texts[0], texts[1], result);
    return all ? wc_arena_printf(fn->arena, "%s && %s", all, call) : call;
}

struct wc_value wc_checked_value(struct wc_function *fn, const struct wc_expr *expr)
{
    size_t id = ++fn->temps;
    bool number = expr->type->kind == WC_TYPE_NUMBER, negates = expr->kid_count == 1;
    const char *result = wc_arena_printf(fn->arena, "result_%zu", id);
    const char *has = wc_arena_printf(fn->arena, "has_result_%zu", id);
    const char *texts[2] = {"0", "0"};
    for (size_t i = 0; i < expr->kid_count; i++) {
        const struct wc_expr *kid = expr->kids[i];
        struct wc_value value = wc_value_of(fn, kid);
        bool plain = !number || kid->type->kind == WC_TYPE_NUMBER;
        texts[negates ? 1 : i] =
            plain ? value.text
                  : wc_arena_printf(fn->arena, "(double)%s", wc_operand(fn, value, expr->op));
    }
    wc_line(fn, "%s %s = 0;", wc_c_type(fn->arena, expr->type), result);
    wc_line(fn, "bool %s = %s;", has, condition(fn, expr, result, texts));
    if (!expr->checked) {
        const char *sum = negates ? wc_arena_printf(fn->arena, "-(%s)", texts[1])
                                  : wc_arena_printf(fn->arena, "(%s) %s (%s)", texts[0],
                                                    wc_sign_of(expr->op), texts[1]);
        wc_line(fn, "if (%s)", has);
        wc_line(fn, "    %s = %s;", result, sum);
    }
    wc_add_made(fn, (struct wc_made){expr, result, false, has});
    return wc_plain(result);
}
