/* Values: an expression as C text, with the statements it needs written before it. Loops become
 * `for`, so a value that only some paths reach is written inside an `if`. */
#include "compiler/emit/expr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Names of locals and parameters in generated functions. */
static const char *const own_names[] = {"all",   "any",  "arena", "chosen",   "found", "frame",
                                        "holds", "i",    "it",    "messages", "of",    "out",
                                        "path",  "text", "turn",  "value"};

/* ---- lines -------------------------------------------------------------------------------- */

/* Where the expression of a statement begins: after `= ` or after `if (`. */
static size_t expression_start(const char *line)
{
    const char *at = strstr(line, " = ");
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
        if (c == ',' && depth == 0)
            comma = i + 1;
    }
    return joint ? joint : comma;
}

void wc_line(struct wc_function *fn, const char *format, ...)
{
    struct wc_buf line = {0};
    va_list args;
    wc_buf_repeat(&line, ' ', fn->indent);
    va_start(args, format);
    wc_buf_vprintf(&line, format, args);
    va_end(args);
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

static struct wc_value plain(const char *text)
{
    return (struct wc_value){.text = text, .joint = WC_OP_NONE};
}

/* The variable of a comprehension: its own name where that is free. */
static const char *local_name(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *name = wc_c_name(fn->arena, expr->name);
    for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++)
        if (strcmp(name, own_names[i]) == 0)
            name = wc_arena_printf(fn->arena, "%s_", name);
    return expr->local == 0 ? name : wc_arena_printf(fn->arena, "%s_%zu", name, expr->local + 1);
}

const char *wc_address(struct wc_function *fn, struct wc_value value)
{
    return value.pointer ? value.text : wc_arena_printf(fn->arena, "&%s", value.text);
}

/* In parentheses where what it is put into binds as tightly. */
static const char *operand(struct wc_function *fn, struct wc_value value, enum wc_op into)
{
    bool compares = value.joint >= WC_OP_EQ && value.joint <= WC_OP_GE;
    bool bare = value.joint == WC_OP_NONE ||
                (compares && (into == WC_OP_AND || into == WC_OP_OR)) ||
                (value.joint == into && (into == WC_OP_AND || into == WC_OP_OR));
    return bare ? value.text : wc_arena_printf(fn->arena, "(%s)", value.text);
}

/* ---- literals ----------------------------------------------------------------------------- */

static const char *number_text(struct wc_arena *arena, double number)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        double back = 0;
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (sscanf(text, "%lf", &back) == 1 && back >= number && back <= number)
            break;
    }
    bool whole = strspn(text, "-0123456789") == strlen(text);
    return wc_arena_printf(arena, "%s%s", text, whole ? ".0" : "");
}

static const char *int_text(struct wc_arena *arena, int64_t number)
{
    if (number == INT64_MIN)
        return "INT64_MIN";
    if (number >= INT32_MIN && number <= INT32_MAX)
        return wc_arena_printf(arena, "%" PRId64, number);
    return wc_arena_printf(arena, "INT64_C(%" PRId64 ")", number);
}

const char *wc_c_literal(struct wc_arena *arena, const struct wc_literal *literal)
{
    struct wc_buf quoted = {0};
    const char *text;
    switch (literal->kind) {
    case WC_LIT_STRING:
        wc_buf_c_string(&quoted, literal->text, literal->len);
        text = wc_arena_printf(arena, "WR_STR(%s)", quoted.data);
        wc_buf_free(&quoted);
        return text;
    case WC_LIT_INT:
        return int_text(arena, literal->integer);
    case WC_LIT_NUMBER:
        return number_text(arena, literal->number);
    case WC_LIT_BOOL:
        return literal->integer ? "true" : "false";
    case WC_LIT_NULL:
        break;
    }
    return "NULL";
}

/* ---- presence ----------------------------------------------------------------------------- */

static const char *field_present(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *whole = expr->kids[0];
    const char *before = wc_present(fn, whole);
    if (whole->type->kind != WC_TYPE_SCHEMA)
        return before;
    const struct wc_schema *schema = whole->type->schema;
    const struct wc_field *field = &schema->fields.items[expr->field];
    if (!wc_is_maybe(field))
        return before;
    const char *has = wc_c_has(fn->arena, schema, field);
    struct wc_value value = wc_value_of(fn, whole);
    const char *flag = wc_arena_printf(fn->arena, "%s%s%s", value.text, value.pointer ? "->" : ".",
                                       has ? has : wc_c_name(fn->arena, field->name));
    return before ? wc_arena_printf(fn->arena, "%s && %s", before, flag) : flag;
}

const char *wc_present(struct wc_function *fn, const struct wc_expr *expr)
{
    if (!expr->maybe)
        return NULL;
    switch (expr->kind) {
    case WC_EXPR_STAGE:
        return wc_arena_printf(fn->arena, "frame->%s", wc_c_stage(fn->arena, expr->stage));
    case WC_EXPR_FIELD:
        return field_present(fn, expr);
    case WC_EXPR_OR_ELSE: {
        const char *first = wc_present(fn, expr->kids[0]);
        const char *second = wc_present(fn, expr->kids[1]);
        if (!first || !second)
            return NULL;
        return wc_arena_printf(fn->arena, "((%s) || (%s))", first, second);
    }
    default:
        return NULL;
    }
}

/* ---- operators ---------------------------------------------------------------------------- */

static const char *sign_of(enum wc_op op)
{
    static const char *const signs[] = {
        [WC_OP_ADD] = "+", [WC_OP_SUB] = "-", [WC_OP_MUL] = "*", [WC_OP_DIV] = "/",
        [WC_OP_MOD] = "%", [WC_OP_EQ] = "==", [WC_OP_NE] = "!=", [WC_OP_LT] = "<",
        [WC_OP_LE] = "<=", [WC_OP_GT] = ">",  [WC_OP_GE] = ">=", [WC_OP_AND] = "&&",
        [WC_OP_OR] = "||",
    };
    return signs[op];
}

static bool is_text(const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_INT:
    case WC_TYPE_NUMBER:
    case WC_TYPE_BOOL:
    case WC_TYPE_MONEY:
    case WC_TYPE_DURATION:
    case WC_TYPE_LIST:
    case WC_TYPE_MAP:
    case WC_TYPE_SCHEMA:
    case WC_TYPE_OBJECT:
        return false;
    default:
        return true;
    }
}

static struct wc_value compare_text(struct wc_function *fn, const struct wc_expr *expr,
                                    const char *a, const char *b)
{
    if (expr->op == WC_OP_EQ || expr->op == WC_OP_NE)
        return plain(wc_arena_printf(fn->arena, "%swr_str_equal(%s, %s)",
                                     expr->op == WC_OP_NE ? "!" : "", a, b));
    return (struct wc_value){
        wc_arena_printf(fn->arena, "wr_str_compare(%s, %s) %s 0", a, b, sign_of(expr->op)), false,
        expr->op};
}

/* A kid as a number of the kind the operation is done in. */
static const char *number_operand(struct wc_function *fn, const struct wc_expr *kid,
                                  bool fractional, enum wc_op op)
{
    struct wc_value value = wc_value_of(fn, kid);
    if (!fractional || kid->type->kind == WC_TYPE_NUMBER)
        return operand(fn, value, op);
    if (kid->kind == WC_EXPR_LITERAL)
        return wc_arena_printf(fn->arena, "%s.0", value.text);
    if (value.joint == WC_OP_NONE)
        return wc_arena_printf(fn->arena, "(double)%s", value.text);
    return wc_arena_printf(fn->arena, "(double)(%s)", value.text);
}

/* `list contains item`, as a loop. */
static struct wc_value list_contains(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *list = expr->kids[0];
    const char *items = wc_value_of(fn, list).text;
    const char *item = wc_value_of(fn, expr->kids[1]).text;
    size_t id = ++fn->temps;
    wc_line(fn, "bool found_%zu = false;", id);
    wc_line(fn, "for (size_t i_%zu = 0; !found_%zu && i_%zu < %s.count; i_%zu++)", id, id, id,
            items, id);
    const char *at = wc_arena_printf(fn->arena, "%s.items[i_%zu]", items, id);
    fn->indent += 4;
    if (is_text(list->type->element))
        wc_line(fn, "found_%zu = wr_str_equal(%s, %s);", id, at, item);
    else
        wc_line(fn, "found_%zu = %s == %s;", id, at, item);
    fn->indent -= 4;
    return plain(wc_arena_printf(fn->arena, "found_%zu", id));
}

static bool needs_statements(const struct wc_expr *expr)
{
    if (!expr)
        return false;
    if (expr->kind == WC_EXPR_QUANTIFY || expr->kind == WC_EXPR_TEMPLATE ||
        expr->kind == WC_EXPR_OBJECT || expr->kind == WC_EXPR_LIST)
        return true;
    if (expr->kind == WC_EXPR_BINARY && expr->op == WC_OP_CONTAINS && !is_text(expr->kids[0]->type))
        return true;
    for (size_t i = 0; i < expr->kid_count; i++)
        if (needs_statements(expr->kids[i]))
            return true;
    return false;
}

/* `a and b` where b has statements: they run only where a holds (or, for `or`, does not). */
static struct wc_value and_or(struct wc_function *fn, const struct wc_expr *expr)
{
    struct wc_value first = wc_value_of(fn, expr->kids[0]);
    if (!needs_statements(expr->kids[1])) {
        struct wc_value second = wc_value_of(fn, expr->kids[1]);
        const char *text = wc_arena_printf(fn->arena, "%s %s %s", operand(fn, first, expr->op),
                                           sign_of(expr->op), operand(fn, second, expr->op));
        return (struct wc_value){text, false, expr->op};
    }
    size_t id = ++fn->temps;
    wc_line(fn, "bool holds_%zu = %s;", id, first.text);
    wc_line(fn, "if (%sholds_%zu) {", expr->op == WC_OP_OR ? "!" : "", id);
    fn->indent += 4;
    wc_line(fn, "holds_%zu = %s;", id, wc_value_of(fn, expr->kids[1]).text);
    fn->indent -= 4;
    wc_line(fn, "}");
    return plain(wc_arena_printf(fn->arena, "holds_%zu", id));
}

static struct wc_value binary(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *left = expr->kids[0], *right = expr->kids[1];
    if (expr->op == WC_OP_AND || expr->op == WC_OP_OR)
        return and_or(fn, expr);
    if (expr->op == WC_OP_CONTAINS && !is_text(left->type))
        return list_contains(fn, expr);
    bool numbers = left->type->kind == WC_TYPE_NUMBER || right->type->kind == WC_TYPE_NUMBER;
    const char *a = number_operand(fn, left, numbers, expr->op);
    const char *b = number_operand(fn, right, numbers, expr->op);
    if (expr->op == WC_OP_CONTAINS)
        return plain(wc_arena_printf(fn->arena, "wr_str_contains(%s, %s)", a, b));
    if (expr->op == WC_OP_STARTS_WITH)
        return plain(wc_arena_printf(fn->arena, "wr_str_starts_with(%s, %s)", a, b));
    if (is_text(left->type))
        return compare_text(fn, expr, a, b);
    const char *text = wc_arena_printf(fn->arena, "%s %s %s", a, sign_of(expr->op), b);
    return (struct wc_value){text, false, expr->op};
}

static struct wc_value unary(struct wc_function *fn, const struct wc_expr *expr)
{
    struct wc_value value = wc_value_of(fn, expr->kids[0]);
    const char *sign = expr->op == WC_OP_NOT ? "!" : "-";
    return plain(wc_arena_printf(fn->arena, "%s%s", sign, operand(fn, value, expr->op)));
}

/* ---- choices ------------------------------------------------------------------------------ */

/* One of two values, as a conditional; of two schemas' values, their addresses. */
static struct wc_value choose(struct wc_function *fn, const char *condition,
                              const struct wc_expr *then, const struct wc_expr *other)
{
    struct wc_value a = wc_value_of(fn, then), b = wc_value_of(fn, other);
    bool pointer = then->type->kind == WC_TYPE_SCHEMA;
    const char *first = pointer ? wc_address(fn, a) : a.text;
    const char *second = pointer ? wc_address(fn, b) : b.text;
    const char *text = wc_arena_printf(fn->arena, "(%s ? %s : %s)", condition, first, second);
    return (struct wc_value){text, pointer, WC_OP_NONE};
}

/* The same where a branch has statements: an if, and a temporary for the outcome. */
static struct wc_value choose_in_steps(struct wc_function *fn, const char *condition,
                                       const struct wc_expr *expr, const struct wc_expr *then,
                                       const struct wc_expr *other)
{
    size_t id = ++fn->temps;
    bool pointer = expr->type->kind == WC_TYPE_SCHEMA;
    const char *type = wc_c_type(fn->arena, expr->type);
    wc_line(fn, "%s%s%schosen_%zu;", pointer ? "const " : "", type, pointer ? " *" : " ", id);
    const struct wc_expr *branches[] = {then, other};
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            wc_line(fn, "if (%s) {", condition);
        else
            wc_line(fn, "} else {");
        fn->indent += 4;
        struct wc_value value = wc_value_of(fn, branches[i]);
        wc_line(fn, "chosen_%zu = %s;", id, pointer ? wc_address(fn, value) : value.text);
        fn->indent -= 4;
    }
    wc_line(fn, "}");
    return (struct wc_value){wc_arena_printf(fn->arena, "chosen_%zu", id), pointer, WC_OP_NONE};
}

static struct wc_value choice(struct wc_function *fn, const char *condition,
                              const struct wc_expr *expr, const struct wc_expr *then,
                              const struct wc_expr *other)
{
    if (needs_statements(then) || needs_statements(other))
        return choose_in_steps(fn, condition, expr, then, other);
    return choose(fn, condition, then, other);
}

/* ---- lists -------------------------------------------------------------------------------- */

/* `all` and `any`, as a loop that stops at the first item that decides. */
static struct wc_value quantify(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *list = expr->kids[0];
    bool all = expr->op == WC_OP_ALL;
    const char *items = wc_value_of(fn, list).text;
    size_t id = ++fn->temps;
    const char *flag = wc_arena_printf(fn->arena, "%s_%zu", all ? "all" : "any", id);
    const char *name = local_name(fn, expr);
    const char *type = wc_c_type(fn->arena, list->type->element);
    bool pointer = list->type->element->kind == WC_TYPE_SCHEMA;

    wc_line(fn, "bool %s = %s;", flag, all ? "true" : "false");
    wc_line(fn, "for (size_t i_%zu = 0; %s%s && i_%zu < %s.count; i_%zu++) {", id, all ? "" : "!",
            flag, id, items, id);
    fn->indent += 4;
    wc_line(fn, "const %s %s%s = %s%s.items[i_%zu];", type, pointer ? "*" : "", name,
            pointer ? "&" : "", items, id);
    wc_line(fn, "%s = %s;", flag, wc_value_of(fn, expr->kids[1]).text);
    fn->indent -= 4;
    wc_line(fn, "}");
    return plain(flag);
}

static struct wc_value call(struct wc_function *fn, const struct wc_expr *expr)
{
    struct wc_value value = wc_value_of(fn, expr->kids[0]);
    bool counts = strcmp(expr->name, "len") == 0 || strcmp(expr->name, "count") == 0;
    enum wc_type_kind kind = expr->kids[0]->type->kind;
    if (counts && (kind == WC_TYPE_LIST || kind == WC_TYPE_MAP))
        return plain(wc_arena_printf(fn->arena, "(int64_t)%s.count", value.text));
    return plain(wc_arena_printf(fn->arena, "wr_call_%s(%s)", expr->name, value.text));
}

/* ---- the table ---------------------------------------------------------------------------- */

static struct wc_value field(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *whole = expr->kids[0];
    struct wc_value value = wc_value_of(fn, whole);
    const struct wc_field *part = &whole->type->schema->fields.items[expr->field];
    const char *text = wc_arena_printf(fn->arena, "%s%s%s", value.text, value.pointer ? "->" : ".",
                                       wc_c_name(fn->arena, part->name));
    bool pointer = wc_is_maybe(part) && part->type->kind == WC_TYPE_SCHEMA;
    return (struct wc_value){text, pointer, WC_OP_NONE};
}

static struct wc_value template(struct wc_function *fn, const struct wc_expr *expr)
{
    if (expr->kid_count == 1 && expr->kids[0]->kind == WC_EXPR_LITERAL)
        return wc_value_of(fn, expr->kids[0]);
    const char *name = wc_arena_printf(fn->arena, "text_%zu", ++fn->temps);
    wc_line(fn, "struct wr_text %s = {.arena = %s};", name, fn->memory);
    wc_add_text(fn, name, expr, WC_AS_PLAIN);
    return plain(wc_arena_printf(fn->arena, "wr_text_done(&%s)", name));
}

struct wc_value wc_value_of(struct wc_function *fn, const struct wc_expr *expr)
{
    struct wc_value value = {.joint = WC_OP_NONE};
    switch (expr->kind) {
    case WC_EXPR_LITERAL:
        return plain(wc_c_literal(fn->arena, &expr->literal));
    case WC_EXPR_INPUT:
        return plain("frame->input");
    case WC_EXPR_STAGE:
        value.text = wc_arena_printf(fn->arena, "frame->%s", wc_c_stage(fn->arena, expr->stage));
        value.pointer = true;
        return value;
    case WC_EXPR_IT:
        return (struct wc_value){"it", true, WC_OP_NONE};
    case WC_EXPR_LOCAL:
        value.text = local_name(fn, expr);
        value.pointer = expr->type->kind == WC_TYPE_SCHEMA;
        return value;
    case WC_EXPR_FIELD:
        return field(fn, expr);
    case WC_EXPR_TEMPLATE:
        return template(fn, expr);
    case WC_EXPR_BINARY:
        return binary(fn, expr);
    case WC_EXPR_UNARY:
        return unary(fn, expr);
    case WC_EXPR_IF:
        return choice(fn, wc_value_of(fn, expr->kids[0]).text, expr, expr->kids[1], expr->kids[2]);
    case WC_EXPR_QUANTIFY:
        return quantify(fn, expr);
    case WC_EXPR_CALL:
        return call(fn, expr);
    case WC_EXPR_OR_ELSE: {
        const char *set = wc_present(fn, expr->kids[0]);
        return set ? choice(fn, set, expr, expr->kids[0], expr->kids[1])
                   : wc_value_of(fn, expr->kids[0]);
    }
    case WC_EXPR_PRESENT: {
        const char *set = wc_present(fn, expr->kids[0]);
        if (!set)
            return plain(expr->op == WC_OP_NOT ? "false" : "true");
        if (expr->op == WC_OP_NOT)
            return plain(wc_arena_printf(fn->arena, "!(%s)", set));
        return (struct wc_value){set, false, strstr(set, " && ") ? WC_OP_AND : WC_OP_NONE};
    }
    default:
        return wc_build(fn, expr);
    }
}
