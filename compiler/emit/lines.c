/* A function being written: its lines, its blocks, and what has a variable in them. */
#include "compiler/emit/expr.h"
#include "compiler/emit/schemas.h"

#include <string.h>

/* ---- lines -------------------------------------------------------------------------------- */

/* Where the expression of a statement begins: after `= ` or after `if (`. */
static size_t expression_start(const char *line)
{
    const char *at = strstr(line, "for (");
    if (at)
        return (size_t)(at - line) + 5;
    at = strstr(line, " = ");
    if (at)
        return (size_t)(at - line) + 3;
    at = strstr(line, "if (");
    return at ? (size_t)(at - line) + 4 : 0;
}

/* The last place within `room` columns where the line may be broken after an operator (`&&`, `||`)
 * or, failing that, a comma, in no text and no deeper parentheses than the expression's; 0: none. */
static size_t break_at(const char *line, size_t start, size_t room)
{
    size_t joint = 0, comma = 0;
    int depth = 0;
    bool quoted = false;
    for (size_t i = start; line[i] && i < room; i++) {
        char c = line[i];
        if (c == '"' && line[i - 1] != '\\')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += (c == '(') - (c == ')');
        bool pair = (c == '&' && line[i - 1] == '&') || (c == '|' && line[i - 1] == '|');
        if (pair && depth == 0 && line[i + 1] == ' ')
            joint = i + 1;
        if ((c == ',' || c == ';') && depth == 0)
            comma = i + 1;
    }
    return comma > joint && line[comma - 1] == ';' ? comma : joint ? joint : comma;
}

/* `f(…);` and `x = f(…);` that are too long for a line are broken at their arguments. Frees the line
 * where it was one. */
static bool emit_long_call(struct wc_function *fn, struct wc_buf *line)
{
    const char *text = line->data + fn->indent, *call = text, *equals = strstr(text, " = ");
    if (line->len <= WC_WIDTH || line->len < 3 || strcmp(line->data + line->len - 2, ");") != 0)
        return false;
    if (equals)
        call = equals + 3;
    size_t name = strspn(call, "abcdefghijklmnopqrstuvwxyz_0123456789");
    int depth = 0;
    for (const char *c = call; c < line->data + line->len - 2; c++) {
        depth += (*c == '(') - (*c == ')');
        if (*c == '"' || (c > call + name && depth == 0))
            return false; /* a text may hold what looks like an argument's end */
    }
    if (name == 0 || call[name] != '(')
        return false;
    const char *left = equals ? wc_arena_copy(fn->arena, text, (size_t)(equals - text) + 2) : NULL;
    wc_emit_call(fn->out, fn->indent, left, wc_arena_copy(fn->arena, call, strlen(call) - 1));
    wc_buf_free(line);
    return true;
}

/* The place of `c` in an expression, in no text and no parentheses; NULL: none. */
static const char *find_bare(const char *text, char c)
{
    int depth = 0;
    bool quoted = false;
    for (const char *at = text; *at; at++) {
        if (*at == '"' && (at == text || at[-1] != '\\'))
            quoted = !quoted;
        if (quoted)
            continue;
        depth += (*at == '(') - (*at == ')');
        if (*at == c && depth == 0 && at > text && at[-1] == ' ' && at[1] == ' ')
            return at;
    }
    return NULL;
}

/* `x = E;`: E on a line of its own; or, where it has no joint to break it at, `c ? a` over `: b`. */
static bool emit_long_value(struct wc_function *fn, const struct wc_buf *line, bool joint)
{
    const char *equals = strstr(line->data, " = ");
    if (line->len <= WC_WIDTH || !equals || strncmp(line->data + fn->indent, "for (", 5) == 0)
        return false;
    const char *value = equals + 3;
    const char *question = find_bare(value, '?'), *colon = find_bare(value, ':');
    size_t head = (size_t)(equals - line->data) + 2;
    if (fn->indent + 4 + strlen(value) <= WC_WIDTH) {
        wc_buf_add(fn->out, line->data, head);
        wc_buf_char(fn->out, '\n');
        wc_buf_repeat(fn->out, ' ', fn->indent + 4);
        wc_buf_printf(fn->out, "%s\n", value);
        return true;
    }
    if (joint || !question || !colon)
        return false;
    wc_buf_add(fn->out, line->data, (size_t)(colon - line->data) - 1);
    wc_buf_char(fn->out, '\n');
    wc_buf_repeat(fn->out, ' ', (size_t)(question - line->data));
    wc_buf_printf(fn->out, "%s\n", colon);
    return true;
}

void wc_line(struct wc_function *fn, const char *format, ...)
{
    struct wc_buf line = {0};
    va_list args;
    wc_buf_repeat(&line, ' ', fn->indent);
    va_start(args, format);
    wc_buf_vprintf(&line, format, args);
    va_end(args);
    if (emit_long_call(fn, &line))
        return;
    size_t first = expression_start(line.data);
    bool joint = first && break_at(line.data, first, WC_WIDTH) > 0;
    if (emit_long_value(fn, &line, joint)) {
        wc_buf_free(&line);
        return;
    }
    const char *rest = line.data;
    size_t start = expression_start(line.data), column = 0;
    while (column + strlen(rest) > WC_WIDTH) {
        size_t at = break_at(rest, column ? 1 : start, WC_WIDTH - column);
        if (start == 0 || at == 0)
            break;
        wc_buf_add(fn->out, rest, at);
        wc_buf_char(fn->out, '\n');
        wc_buf_repeat(fn->out, ' ', start);
        rest += at + 1;
        column = start;
    }
    wc_buf_printf(fn->out, "%s\n", rest);
    wc_buf_free(&line);
}

/* ---- what has a name ---------------------------------------------------------------------- */

const struct wc_made *wc_find_made(const struct wc_function *fn, const struct wc_expr *expr)
{
    for (size_t i = fn->made.count; i-- > 0;)
        if (fn->made.items[i].expr == expr)
            return &fn->made.items[i];
    return NULL;
}

void wc_add_made(struct wc_function *fn, struct wc_made made)
{
    wc_push(fn->arena, &fn->made, made);
}

size_t wc_begin_block(struct wc_function *fn)
{
    fn->indent += 4;
    return fn->made.count;
}

void wc_end_block(struct wc_function *fn, size_t mark)
{
    fn->indent -= 4;
    fn->made.count = mark;
}

bool wc_is_named(const struct wc_expr *expr)
{
    while (expr->kind == WC_EXPR_FIELD)
        expr = expr->kids[0];
    return expr->kind == WC_EXPR_INPUT || expr->kind == WC_EXPR_STAGE || expr->kind == WC_EXPR_IT ||
           expr->kind == WC_EXPR_LOCAL;
}

const char *wc_bare(struct wc_function *fn, const char *text)
{
    size_t len = strlen(text);
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
            quoted = !quoted;
        if (quoted)
            continue;
        depth += (text[i] == '(') - (text[i] == ')');
        if (depth == 0 && i + 1 < len)
            return text;
    }
    return len > 1 && text[0] == '(' ? wc_arena_copy(fn->arena, text + 1, len - 2) : text;
}

bool wc_is_word(const char *text)
{
    for (; *text; text++)
        if (!(*text >= 'a' && *text <= 'z') && !(*text >= '0' && *text <= '9') && *text != '_')
            return false;
    return true;
}

const char *wc_named(struct wc_function *fn, const struct wc_expr *expr, const char *stem)
{
    struct wc_value value = wc_value_of(fn, expr);
    if (wc_is_named(expr) || expr->kind == WC_EXPR_LITERAL || wc_is_word(value.text))
        return value.text;
    const char *name = wc_arena_printf(fn->arena, "%s_%zu", stem, ++fn->temps);
    wc_line(fn, "const %s %s%s = %s;", wc_c_type(fn->arena, expr->type), value.pointer ? "*" : "",
            name, wc_bare(fn, value.text));
    const char *present = expr->maybe ? wc_present(fn, expr) : NULL;
    wc_add_made(fn, (struct wc_made){expr, name, value.pointer, present});
    return name;
}
