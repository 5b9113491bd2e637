/* The functions of the language as calls of the runtime, a row each. */
#include "compiler/emit/expr.h"

typedef struct wc_value write_fn(struct wc_function *fn, const struct wc_expr *expr);

static struct wc_value text_call(struct wc_function *fn, const struct wc_expr *expr,
                                 const char *name)
{
    return wc_plain(wc_arena_printf(fn->arena, "%s(%s, %s)", name, fn->memory,
                                    wc_value_of(fn, expr->kids[0]).text));
}

static struct wc_value call_len(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *of = expr->kids[0];
    if (wc_is_c_text(of->type))
        return wc_plain(wc_arena_printf(fn->arena, "wr_str_points(%s)", wc_value_of(fn, of).text));
    return wc_plain(wc_arena_printf(fn->arena, "(int64_t)%s.count", wc_named(fn, of, "list")));
}

static struct wc_value call_lower(struct wc_function *fn, const struct wc_expr *expr)
{
    return text_call(fn, expr, "wr_str_lower");
}

static struct wc_value call_upper(struct wc_function *fn, const struct wc_expr *expr)
{
    return text_call(fn, expr, "wr_str_upper");
}

static struct wc_value call_trim(struct wc_function *fn, const struct wc_expr *expr)
{
    return wc_plain(
        wc_arena_printf(fn->arena, "wr_str_trim(%s)", wc_value_of(fn, expr->kids[0]).text));
}

static struct wc_value call_truncate(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *text = wc_value_of(fn, expr->kids[0]).text;
    return wc_plain(wc_arena_printf(fn->arena, "wr_str_truncate(%s, %s)", text,
                                    wc_value_of(fn, expr->kids[1]).text));
}

static struct wc_value call_join(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *list = wc_named(fn, expr->kids[0], "list");
    return wc_plain(wc_arena_printf(fn->arena, "wr_str_join(%s, %s.items, %s.count, %s)",
                                    fn->memory, list, list, wc_value_of(fn, expr->kids[1]).text));
}

static struct wc_value call_split(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *text = wc_value_of(fn, expr->kids[0]).text;
    const char *at = wc_value_of(fn, expr->kids[1]).text;
    const char *name = wc_arena_printf(fn->arena, "parts_%zu", ++fn->temps);
    wc_line(fn, "%s %s = {0};", wc_c_type(fn->arena, expr->type), name);
    wc_line(fn, "%s.items = wr_str_split(%s, %s, %s, &%s.count);", name, fn->memory, text, at,
            name);
    return wc_plain(name);
}

/* The least or the most of several numbers. */
static struct wc_value call_extreme(struct wc_function *fn, const struct wc_expr *expr)
{
    bool least = expr->fn == WC_FN_min;
    const char *name = wc_arena_printf(fn->arena, "%s_%zu", least ? "least" : "most", ++fn->temps);
    for (size_t i = 0; i < expr->kid_count; i++) {
        const struct wc_expr *kid = expr->kids[i];
        const char *text = wc_convert(fn, wc_plain(wc_named(fn, kid, "of")), kid->type, expr->type);
        if (i == 0) {
            wc_line(fn, "%s %s = %s;", wc_c_type(fn->arena, expr->type), name, text);
            continue;
        }
        wc_line(fn, "if (%s %s %s)", text, least ? "<" : ">", name);
        wc_line(fn, "    %s = %s;", name, text);
    }
    return wc_plain(name);
}

static struct wc_value call_abs(struct wc_function *fn, const struct wc_expr *expr)
{
    bool number = expr->type->kind == WC_TYPE_NUMBER;
    return wc_plain(wc_arena_printf(fn->arena, "wr_%s_abs(%s)", number ? "number" : "int",
                                    wc_value_of(fn, expr->kids[0]).text));
}

/* Resolved to something else: `first(list)` is an item, `reveal(x)` is x. */
static struct wc_value call_nothing(struct wc_function *fn, const struct wc_expr *expr)
{
    return wc_value_of(fn, expr->kids[0]);
}

#define call_count call_len
#define call_min call_extreme
#define call_max call_extreme
#define call_sum call_nothing
#define call_first call_nothing
#define call_zip call_nothing
#define call_reveal call_nothing

struct wc_value wc_call_value(struct wc_function *fn, const struct wc_expr *expr)
{
    static write_fn *const calls[WC_FN_COUNT] = {
#define FUNCTION(name, fewest, most) call_##name,
#define LOOP(name)
#include "compiler/model/functions.def"
    };
    return calls[expr->fn](fn, expr);
}
