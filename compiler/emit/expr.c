/* Values: an expression as C text, with the statements it needs written before it. Loops become
 * `for`, so a value that only some paths reach is written inside an `if`. */
#include "compiler/emit/expr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LONG_TEXT 48 /* bytes */

/* Names of locals and parameters in generated functions. */
static const char *const own_names[] = {"all",   "any",    "arena", "arm",  "chosen", "found",
                                        "frame", "stages", "holds", "i",    "it",     "messages",
                                        "of",    "out",    "path",  "text", "turn",   "value"};

struct wc_value wc_plain(const char *text)
{
    return (struct wc_value){.text = text, .joint = WC_OP_NONE};
}

/* The variable of a comprehension: its own name where that is free. */
const char *wc_local_name(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *name = wc_c_name(fn->arena, expr->name);
    for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++)
        if (strcmp(name, own_names[i]) == 0)
            name = wc_arena_printf(fn->arena, "%s_", name);
    size_t len = strlen(name), digits = len;
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
        digits--;
    if (digits > 0 && digits < len && name[digits - 1] == '_') /* as temporaries are called */
        name = wc_arena_printf(fn->arena, "%s_", name);
    return expr->local == 0 ? name : wc_arena_printf(fn->arena, "%s_%zu", name, expr->local + 1);
}

const char *wc_address(struct wc_function *fn, struct wc_value value)
{
    return value.pointer ? value.text : wc_arena_printf(fn->arena, "&%s", value.text);
}

/* In parentheses where what it is put into binds as tightly. */
const char *wc_operand(struct wc_function *fn, struct wc_value value, enum wc_op into)
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
    case WC_LIT_EMPTY: /* whoever sets a list leaves it as the memory is */
        break;
    }
    return "NULL";
}

/* ---- presence ----------------------------------------------------------------------------- */

/* Is it the variant that is asked for? The tag is always there. */
static const char *variant_present(struct wc_function *fn, const struct wc_expr *expr,
                                   const char *before)
{
    const struct wc_expr *whole = expr->kids[0];
    if (expr->field == whole->type->choice->variants.count)
        return before;
    struct wc_value value = wc_value_of(fn, whole);
    const char *is = wc_arena_printf(fn->arena, "%s%swhich == %zu", value.text,
                                     value.pointer ? "->" : ".", expr->field + 1);
    return before ? wc_arena_printf(fn->arena, "%s && %s", before, is) : is;
}

static const char *field_present(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *whole = expr->kids[0];
    const char *before = wc_present(fn, whole);
    if (whole->type->kind == WC_TYPE_UNION)
        return variant_present(fn, expr, before);
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
    const struct wc_made *made = wc_find_made(fn, expr);
    if (made)
        return made->present;
    if (!expr->maybe)
        return NULL;
    switch (expr->kind) {
    case WC_EXPR_LOCAL:
        return wc_arena_printf(fn->arena, "%s->%s", wc_local_name(fn, expr),
                               expr->type->kind == WC_TYPE_SCHEMA ? "value" : "has");
    case WC_EXPR_INDEX:
    case WC_EXPR_LOOP:
    case WC_EXPR_BINARY:
    case WC_EXPR_UNARY:
        wc_value_of(fn, expr);
        made = wc_find_made(fn, expr);
        return made ? made->present : NULL;
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

const char *wc_sign_of(enum wc_op op)
{
    static const char *const signs[] = {
        [WC_OP_ADD] = "+", [WC_OP_SUB] = "-", [WC_OP_MUL] = "*", [WC_OP_DIV] = "/",
        [WC_OP_MOD] = "%", [WC_OP_EQ] = "==", [WC_OP_NE] = "!=", [WC_OP_LT] = "<",
        [WC_OP_LE] = "<=", [WC_OP_GT] = ">",  [WC_OP_GE] = ">=", [WC_OP_AND] = "&&",
        [WC_OP_OR] = "||",
    };
    return signs[op];
}

bool wc_is_c_text(const struct wc_type *type)
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
    case WC_TYPE_UNION:
        return false;
    default:
        return true;
    }
}

static struct wc_value compare_text(struct wc_function *fn, const struct wc_expr *expr,
                                    const char *a, const char *b)
{
    bool instants = expr->kids[0]->type->kind == WC_TYPE_DATETIME;
    if (!instants && (expr->op == WC_OP_EQ || expr->op == WC_OP_NE))
        return wc_plain(wc_arena_printf(fn->arena, "%swr_str_equal(%s, %s)",
                                        expr->op == WC_OP_NE ? "!" : "", a, b));
    return (struct wc_value){wc_arena_printf(fn->arena, "%s(%s, %s) %s 0",
                                             instants ? "wr_datetime_compare" : "wr_str_compare", a,
                                             b, wc_sign_of(expr->op)),
                             false, expr->op};
}

/* A kid as a number of the kind the operation is done in. */
static const char *number_operand(struct wc_function *fn, const struct wc_expr *kid,
                                  bool fractional, enum wc_op op)
{
    struct wc_value value = wc_value_of(fn, kid);
    if (!fractional || kid->type->kind == WC_TYPE_NUMBER)
        return wc_operand(fn, value, op);
    if (kid->kind == WC_EXPR_LITERAL)
        return wc_arena_printf(fn->arena, "%s.0", value.text);
    if (value.joint == WC_OP_NONE)
        return wc_arena_printf(fn->arena, "(double)%s", value.text);
    return wc_arena_printf(fn->arena, "(double)(%s)", value.text);
}

/* ---- what takes statements --------------------------------------------------------------- */

/* Do both sides of a choice have the choice's own type in C? */
static bool is_converted(const struct wc_expr *expr)
{
    size_t first = expr->kind == WC_EXPR_IF ? 1 : 0;
    for (size_t i = first; i < expr->kid_count; i++) {
        const struct wc_type *kid = expr->kids[i]->type;
        if (kid->schema != expr->type->schema)
            return true;
        if (kid->kind == WC_TYPE_LIST && expr->type->kind == WC_TYPE_LIST &&
            (kid->element->kind != expr->type->element->kind ||
             kid->element->schema != expr->type->element->schema))
            return true;
    }
    return false;
}

static bool is_list_operator(const struct wc_expr *expr)
{
    const struct wc_type *left = expr->kids[0]->type;
    return left->kind == WC_TYPE_LIST &&
           (expr->op == WC_OP_CONTAINS || expr->op == WC_OP_EQ || expr->op == WC_OP_NE);
}

static bool is_stepwise(const struct wc_expr *expr)
{
    switch (expr->kind) {
    case WC_EXPR_LOOP:
    case WC_EXPR_TEMPLATE:
    case WC_EXPR_OBJECT:
    case WC_EXPR_LIST:
        return true;
    case WC_EXPR_INDEX:
        return !wc_is_named(expr->kids[0]) || expr->kids[1]->kind != WC_EXPR_LITERAL ||
               expr->kids[0]->type->kind == WC_TYPE_MAP;
    case WC_EXPR_BINARY:
        return expr->maybe || expr->checked || is_list_operator(expr);
    case WC_EXPR_UNARY:
        return expr->maybe || expr->checked;
    case WC_EXPR_IF:
    case WC_EXPR_OR_ELSE:
        return is_converted(expr);
    case WC_EXPR_CALL:
        return expr->fn == WC_FN_split || expr->fn == WC_FN_min || expr->fn == WC_FN_max ||
               ((expr->fn == WC_FN_join || expr->fn == WC_FN_len || expr->fn == WC_FN_count) &&
                !wc_is_named(expr->kids[0]) && !wc_is_c_text(expr->kids[0]->type));
    default:
        return false;
    }
}

bool wc_needs_statements(const struct wc_expr *expr)
{
    if (!expr)
        return false;
    if (is_stepwise(expr) || (expr->shared && !wc_is_named(expr)))
        return true;
    for (size_t i = 0; i < expr->kid_count; i++)
        if (wc_needs_statements(expr->kids[i]))
            return true;
    return false;
}

/* `a and b` where b has statements: they run only where a holds (or, for `or`, does not). */
static struct wc_value and_or(struct wc_function *fn, const struct wc_expr *expr)
{
    struct wc_value first = wc_value_of(fn, expr->kids[0]);
    if (!wc_needs_statements(expr->kids[1])) {
        struct wc_value second = wc_value_of(fn, expr->kids[1]);
        const char *text = wc_arena_printf(fn->arena, "%s %s %s", wc_operand(fn, first, expr->op),
                                           wc_sign_of(expr->op), wc_operand(fn, second, expr->op));
        return (struct wc_value){text, false, expr->op};
    }
    size_t id = ++fn->temps;
    wc_line(fn, "bool holds_%zu = %s;", id, first.text);
    wc_line(fn, "if (%sholds_%zu) {", expr->op == WC_OP_OR ? "!" : "", id);
    size_t mark = wc_begin_block(fn);
    wc_line(fn, "holds_%zu = %s;", id, wc_value_of(fn, expr->kids[1]).text);
    wc_end_block(fn, mark);
    wc_line(fn, "}");
    return wc_plain(wc_arena_printf(fn->arena, "holds_%zu", id));
}

/* A call of the pattern's automaton, which this file then has. */
static struct wc_value matches(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *text = wc_named(fn, expr->kids[0], "text");
    size_t id = expr->kids[1]->type->pattern_id;
    fn->patterns[id] = true;
    return wc_plain(wc_arena_printf(fn->arena, "match_%zu(%s.ptr, %s.len)", id + 1, text, text));
}

static struct wc_value binary(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *left = expr->kids[0], *right = expr->kids[1];
    if (expr->op == WC_OP_AND || expr->op == WC_OP_OR)
        return and_or(fn, expr);
    if (expr->op == WC_OP_CONTAINS && !wc_is_c_text(left->type))
        return wc_list_contains(fn, expr);
    if (left->type->kind == WC_TYPE_LIST)
        return wc_same_lists(fn, expr);
    if (expr->op == WC_OP_MATCHES)
        return matches(fn, expr);
    if (expr->maybe || expr->checked)
        return wc_checked_value(fn, expr);
    bool numbers = left->type->kind == WC_TYPE_NUMBER || right->type->kind == WC_TYPE_NUMBER;
    const char *a = number_operand(fn, left, numbers, expr->op);
    const char *b = number_operand(fn, right, numbers, expr->op);
    if (expr->op == WC_OP_CONTAINS)
        return wc_plain(wc_arena_printf(fn->arena, "wr_str_contains(%s, %s)", a, b));
    if (expr->op == WC_OP_STARTS_WITH)
        return wc_plain(wc_arena_printf(fn->arena, "wr_str_starts_with(%s, %s)", a, b));
    if (wc_is_c_text(left->type))
        return compare_text(fn, expr, a, b);
    const char *text = wc_arena_printf(fn->arena, "%s %s %s", a, wc_sign_of(expr->op), b);
    return (struct wc_value){text, false, expr->op};
}

static struct wc_value unary(struct wc_function *fn, const struct wc_expr *expr)
{
    if (expr->maybe || expr->checked)
        return wc_checked_value(fn, expr);
    struct wc_value value = wc_value_of(fn, expr->kids[0]);
    const char *text = wc_operand(fn, value, expr->op);
    if (expr->op == WC_OP_NOT)
        return wc_plain(wc_arena_printf(fn->arena, "!%s", text));
    return wc_plain(wc_arena_printf(fn->arena, text[0] == '-' ? "-(%s)" : "-%s", text));
}

/* ---- choices ------------------------------------------------------------------------------ */

/* A branch's value as the choice's type: of a schema's, its address. */
static const char *branch_text(struct wc_function *fn, const struct wc_expr *expr,
                               const struct wc_expr *branch)
{
    struct wc_value value = wc_value_of(fn, branch);
    if (expr->type->kind != WC_TYPE_SCHEMA)
        return wc_convert(fn, value, branch->type, expr->type);
    if (branch->type->schema == expr->type->schema)
        return wc_address(fn, value);
    return wc_copy_as(fn, wc_address(fn, value), branch->type->schema, expr->type->schema);
}

/* One of two values, as a conditional. */
static struct wc_value choose(struct wc_function *fn, const char *condition,
                              const struct wc_expr *expr, const struct wc_expr *then,
                              const struct wc_expr *other)
{
    const char *text = wc_arena_printf(fn->arena, "(%s ? %s : %s)", condition,
                                       branch_text(fn, expr, then), branch_text(fn, expr, other));
    return (struct wc_value){text, expr->type->kind == WC_TYPE_SCHEMA, WC_OP_NONE};
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
        size_t mark = wc_begin_block(fn);
        wc_line(fn, "chosen_%zu = %s;", id, branch_text(fn, expr, branches[i]));
        wc_end_block(fn, mark);
    }
    wc_line(fn, "}");
    return (struct wc_value){wc_arena_printf(fn->arena, "chosen_%zu", id), pointer, WC_OP_NONE};
}

static struct wc_value choice(struct wc_function *fn, const char *condition,
                              const struct wc_expr *expr, const struct wc_expr *then,
                              const struct wc_expr *other)
{
    if (wc_needs_statements(then) || wc_needs_statements(other) || is_converted(expr))
        return choose_in_steps(fn, condition, expr, then, other);
    return choose(fn, condition, expr, then, other);
}

/* `if C then A else B`; A alone where C is known to hold. */
/* What is not written reads no variable, and one that nobody reads is a warning. */
static bool reads_variable(const struct wc_expr *expr)
{
    if (!expr)
        return false;
    if (expr->kind == WC_EXPR_LOCAL)
        return true;
    for (size_t i = 0; i < expr->kid_count; i++)
        if (reads_variable(expr->kids[i]))
            return true;
    return false;
}

static struct wc_value conditional(struct wc_function *fn, const struct wc_expr *expr)
{
    const char *condition = wc_value_of(fn, expr->kids[0]).text;
    if (!strcmp(condition, "true") && expr->kids[1]->type->kind == expr->type->kind &&
        !is_converted(expr) && !reads_variable(expr->kids[2]))
        return wc_value_of(fn, expr->kids[1]);
    return choice(fn, condition, expr, expr->kids[1], expr->kids[2]);
}

/* ---- the table ---------------------------------------------------------------------------- */

/* The tag's text, or a pointer to the variant's struct. */
static struct wc_value variant(struct wc_function *fn, const struct wc_expr *expr,
                               struct wc_value value)
{
    const struct wc_union *choice = expr->kids[0]->type->choice;
    if (expr->field == choice->variants.count)
        return wc_plain(wc_arena_printf(fn->arena, "wr_choice_tag(%s%s, &%s)",
                                        value.pointer ? "*" : "", value.text,
                                        wc_c_union(fn->arena, choice)));
    const char *text =
        wc_arena_printf(fn->arena, "((const %s *)%s%svalue)", wc_c_type(fn->arena, expr->type),
                        value.text, value.pointer ? "->" : ".");
    return (struct wc_value){text, true, WC_OP_NONE};
}

/* A long text has a name, so that the lines it is used in stay readable. */
static struct wc_value literal(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_literal *it = &expr->literal;
    if (it->kind != WC_LIT_STRING || it->len <= LONG_TEXT)
        return wc_plain(wc_c_literal(fn->arena, it));
    const char *name = wc_arena_printf(fn->arena, "text_%zu", ++fn->temps);
    const char *left = wc_arena_printf(fn->arena, "static const char %s[]", name);
    wc_c_assign_text(fn->out, fn->indent, left, it->text, it->len, ";");
    return wc_plain(wc_arena_printf(fn->arena, "WR_STR(%s)", name));
}

static struct wc_value field(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_expr *whole = expr->kids[0];
    if (whole->kind == WC_EXPR_LOCAL && whole->type->kind == WC_TYPE_OBJECT) /* of `zip` */
        return (struct wc_value){
            wc_arena_printf(fn->arena, "%s_%s", wc_local_name(fn, whole), expr->name),
            expr->type->kind == WC_TYPE_SCHEMA, WC_OP_NONE};
    struct wc_value value = wc_value_of(fn, whole);
    if (whole->type->kind == WC_TYPE_UNION)
        return variant(fn, expr, value);
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
    return wc_plain(wc_arena_printf(fn->arena, "wr_text_done(&%s)", name));
}

static struct wc_value value_by_kind(struct wc_function *fn, const struct wc_expr *expr)
{
    struct wc_value value = {.joint = WC_OP_NONE};
    switch (expr->kind) {
    case WC_EXPR_LITERAL:
        return literal(fn, expr);
    case WC_EXPR_INPUT:
        return wc_plain("frame->input");
    case WC_EXPR_STAGE:
        value.text = wc_arena_printf(fn->arena, "frame->%s", wc_c_stage(fn->arena, expr->stage));
        value.pointer = true;
        return value;
    case WC_EXPR_IT:
        return (struct wc_value){"it", true, WC_OP_NONE};
    case WC_EXPR_LOCAL:
        value.text = wc_local_name(fn, expr);
        if (expr->nullable)
            value.text = wc_arena_printf(fn->arena, "%s->value", value.text);
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
        return conditional(fn, expr);
    case WC_EXPR_LOOP:
        return wc_loop_value(fn, expr);
    case WC_EXPR_INDEX:
        return wc_index_value(fn, expr);
    case WC_EXPR_CALL:
        return wc_call_value(fn, expr);
    case WC_EXPR_JOB_ID:
        return wc_plain("frame->about.job");
    case WC_EXPR_NOW:
        return wc_plain("frame->about.now");
    case WC_EXPR_CALLER:
        return wc_plain("frame->about.caller");
    case WC_EXPR_OR_ELSE: {
        const char *set = wc_present(fn, expr->kids[0]);
        return set ? choice(fn, set, expr, expr->kids[0], expr->kids[1])
                   : wc_value_of(fn, expr->kids[0]);
    }
    case WC_EXPR_PRESENT: {
        const char *set = wc_present(fn, expr->kids[0]);
        if (!set)
            return wc_plain(expr->op == WC_OP_NOT ? "false" : "true");
        if (expr->op == WC_OP_NOT)
            return wc_plain(wc_arena_printf(fn->arena, "!(%s)", set));
        return (struct wc_value){set, false, strstr(set, " && ") ? WC_OP_AND : WC_OP_NONE};
    }
    default:
        return wc_build(fn, expr);
    }
}

/* What takes statements to make is made once in a block. */
struct wc_value wc_value_of(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_made *made = wc_find_made(fn, expr);
    if (made)
        return (struct wc_value){made->text, made->pointer, WC_OP_NONE};
    struct wc_value value = value_by_kind(fn, expr);
    bool kept = expr->kind == WC_EXPR_LOOP || expr->kind == WC_EXPR_OBJECT ||
                (expr->kind == WC_EXPR_LIST && expr->kid_count > 0);
    if (kept && !wc_find_made(fn, expr))
        wc_add_made(fn, (struct wc_made){expr, value.text, value.pointer, NULL});
    if (!expr->shared || wc_is_named(expr) || wc_is_word(value.text))
        return value;
    const char *name = wc_arena_printf(fn->arena, "from_%zu", ++fn->temps);
    wc_line(fn, "const %s *%s = %s;", wc_c_type(fn->arena, expr->type), name,
            wc_bare(fn, wc_address(fn, value)));
    wc_add_made(fn, (struct wc_made){expr, name, true, NULL});
    return (struct wc_value){name, true, WC_OP_NONE};
}
