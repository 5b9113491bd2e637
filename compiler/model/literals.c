/* Literals: constants of the tree as values, the type of one, and whether it belongs to a type. */
#include "compiler/base/automata.h"
#include "compiler/model/resolver.h"

#include <string.h>

int64_t wc_code_points(const char *text, size_t len)
{
    int64_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool number_literal(const struct wc_number *number, bool negative,
                           struct wc_literal *literal)
{
    if (number->kind == WC_INTEGER) {
        literal->kind = WC_LIT_INT;
        literal->integer = negative ? -number->integer : number->integer;
        literal->number = (double)literal->integer;
        return true;
    }
    if (number->kind == WC_DECIMAL) {
        literal->kind = WC_LIT_NUMBER;
        literal->number = negative ? -number->decimal : number->decimal;
        return true;
    }
    return false;
}

bool wc_literal_of(const struct wc_ast_expr *ast, struct wc_literal *literal)
{
    *literal = (struct wc_literal){0};
    switch (ast->kind) {
    case WC_AST_STRING:
        literal->kind = WC_LIT_STRING;
        literal->text = ast->text.bytes;
        literal->len = ast->text.len;
        return true;
    case WC_AST_NUMBER:
        return number_literal(&ast->number, false, literal);
    case WC_AST_UNARY:
        return ast->op == WC_AST_OP_NEG && ast->kids.items[0]->kind == WC_AST_NUMBER &&
               number_literal(&ast->kids.items[0]->number, true, literal);
    case WC_AST_BOOL:
        literal->kind = WC_LIT_BOOL;
        literal->integer = ast->truth;
        return true;
    case WC_AST_NULL:
        literal->kind = WC_LIT_NULL;
        return true;
    default:
        return false;
    }
}

struct wc_type *wc_literal_type(struct wc_arena *arena, const struct wc_literal *literal,
                                struct wc_span span)
{
    struct wc_type *type;
    switch (literal->kind) {
    case WC_LIT_STRING: {
        int64_t points = wc_code_points(literal->text, literal->len);
        type = wc_type_string(arena, span, points, points, false);
        type->max_bytes = (int64_t)literal->len;
        return type;
    }
    case WC_LIT_INT:
        return wc_type_int(arena, span, literal->integer, literal->integer);
    case WC_LIT_NUMBER:
        type = wc_type_new(arena, WC_TYPE_NUMBER, span);
        type->has_min = type->has_max = true;
        type->number_min = type->number_max = literal->number;
        return type;
    case WC_LIT_BOOL:
        return wc_type_new(arena, WC_TYPE_BOOL, span);
    default:
        return wc_type_new(arena, WC_TYPE_NULL, span);
    }
}

/* ---- does it belong to a type? ------------------------------------------------------------ */

static bool misfit(struct wc_misfit *why, enum wc_misfit_kind kind, const struct wc_type *from,
                   const struct wc_type *into, const char *reason)
{
    *why = (struct wc_misfit){kind, "", from, into, reason};
    return false;
}

static bool in_enum(struct wc_arena *arena, const struct wc_literal *literal,
                    const struct wc_type *from, const struct wc_type *into, struct wc_misfit *why)
{
    for (size_t i = 0; i < into->value_count; i++)
        if (strcmp(into->values[i], literal->text) == 0)
            return true;
    const char *near = wc_nearest(literal->text, into->values, into->value_count);
    return misfit(why, WC_MISFIT_VALUE, from, into,
                  near ? wc_arena_printf(arena, "\"%s\" is not one of its values; \"%s\" is",
                                         literal->text, near)
                       : wc_arena_printf(arena, "\"%s\" is not one of its values", literal->text));
}

static bool in_string(struct wc_arena *arena, const struct wc_literal *literal,
                      const struct wc_type *from, const struct wc_type *into,
                      const struct wc_dfa *dfa, struct wc_misfit *why)
{
    int64_t len = into->in_bytes ? (int64_t)literal->len : from->min;
    const char *unit = into->in_bytes ? "bytes" : "code points";
    if (into->pattern && dfa && !wc_dfa_matches(dfa, literal->text, literal->len))
        return misfit(
            why, WC_MISFIT_PATTERN, from, into,
            wc_arena_printf(arena, "\"%s\" does not match r\"%s\"", literal->text, into->pattern));
    if (into->pattern)
        return true;
    if (into->has_max && len > into->max)
        return misfit(why, WC_MISFIT_LENGTH, from, into,
                      wc_arena_printf(arena, "%s %s where at most %s fit", wc_int_text(arena, len),
                                      unit, wc_int_text(arena, into->max)));
    if (into->has_min && len < into->min)
        return misfit(why, WC_MISFIT_LENGTH, from, into,
                      wc_arena_printf(arena, "%s %s where at least %s are needed",
                                      wc_int_text(arena, len), unit,
                                      wc_int_text(arena, into->min)));
    return true;
}

static bool in_format(struct wc_arena *arena, const struct wc_literal *literal,
                      const struct wc_type *from, const struct wc_type *into, struct wc_misfit *why)
{
    static const char *const examples[] = {
        [WC_TYPE_UUID] = "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10",
        [WC_TYPE_DATE] = "2026-08-07",
        [WC_TYPE_DATETIME] = "2026-08-07T12:00:00Z",
        [WC_TYPE_URI] = "https://example.org/",
        [WC_TYPE_EMAIL] = "someone@example.org",
    };
    if (wc_has_format(into, literal->text, literal->len))
        return true;
    return misfit(why, WC_MISFIT_VALUE, from, into,
                  wc_arena_printf(arena, "\"%s\" is no %s, as %s is", literal->text,
                                  wc_type_text(arena, into), examples[into->kind]));
}

bool wc_literal_fits(struct wc_arena *arena, const struct wc_literal *literal,
                     const struct wc_type *into, struct wc_misfit *why)
{
    struct wc_type *from = wc_literal_type(arena, literal, into->span);
    if (literal->kind == WC_LIT_STRING && into->kind == WC_TYPE_ENUM)
        return in_enum(arena, literal, from, into, why);
    if (literal->kind == WC_LIT_STRING && into->kind == WC_TYPE_STRING)
        return in_string(arena, literal, from, into, into->dfa, why);
    if (literal->kind == WC_LIT_STRING && wc_is_format(into->kind))
        return in_format(arena, literal, from, into, why);
    if (literal->kind == WC_LIT_INT && into->kind == WC_TYPE_MONEY)
        from->kind = WC_TYPE_MONEY, from->currency = into->currency;
    return wc_fits(arena, from, into, why);
}
