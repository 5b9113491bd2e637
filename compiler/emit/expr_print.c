/* Expressions as the specification would write them in its one style: for the contract, where
 * neither spaces nor comments nor needless parentheses may count. */
#include "compiler/emit/contract.h"
#include "compiler/emit/expr.h"

#include <inttypes.h>
#include <string.h>

static void print(struct wc_buf *out, const struct wc_expr *expr);

static void print_list(struct wc_buf *out, const struct wc_expr *expr)
{
    for (size_t i = 0; i < expr->kid_count; i++) {
        wc_buf_text(out, i ? ", " : "");
        print(out, expr->kids[i]);
    }
}

static void print_literal(struct wc_buf *out, const struct wc_literal *literal)
{
    struct wc_arena scratch = {0};
    switch (literal->kind) {
    case WC_LIT_STRING:
        wc_buf_json(out, literal->text, literal->len);
        break;
    case WC_LIT_EMPTY:
    case WC_LIT_NULL:
        wc_buf_text(out, "null");
        break;
    case WC_LIT_INT:
        wc_buf_printf(out, "%" PRId64, literal->integer);
        break;
    case WC_LIT_BOOL:
    case WC_LIT_NUMBER:
        wc_buf_text(out, wc_c_literal(&scratch, literal));
        break;
    }
    wc_arena_free(&scratch);
}

static void print_template(struct wc_buf *out, const struct wc_expr *expr)
{
    struct wc_buf inner = {0};
    for (size_t i = 0; i < expr->kid_count; i++) {
        const struct wc_expr *kid = expr->kids[i];
        if (kid->kind == WC_EXPR_LITERAL && kid->literal.kind == WC_LIT_STRING) {
            wc_buf_add(&inner, kid->literal.text, kid->literal.len);
            continue;
        }
        wc_buf_text(&inner, "${");
        print(&inner, kid);
        wc_buf_char(&inner, '}');
    }
    wc_buf_json(out, inner.len ? inner.data : "", inner.len);
    wc_buf_free(&inner);
}

static const char *op_text(enum wc_op op)
{
    static const char *const texts[] = {
        [WC_OP_ADD] = "+",
        [WC_OP_SUB] = "-",
        [WC_OP_MUL] = "*",
        [WC_OP_DIV] = "/",
        [WC_OP_MOD] = "%",
        [WC_OP_NEG] = "-",
        [WC_OP_EQ] = "==",
        [WC_OP_NE] = "!=",
        [WC_OP_LT] = "<",
        [WC_OP_LE] = "<=",
        [WC_OP_GT] = ">",
        [WC_OP_GE] = ">=",
        [WC_OP_AND] = "and",
        [WC_OP_OR] = "or",
        [WC_OP_NOT] = "not ",
        [WC_OP_CONTAINS] = "contains",
        [WC_OP_STARTS_WITH] = "starts_with",
        [WC_OP_MATCHES] = "matches",
    };
    return texts[op] ? texts[op] : "";
}

static const char *loop_text(enum wc_loop loop)
{
    static const char *const texts[] = {
#define FUNCTION(name, fewest, most)
#define LOOP(name) #name,
#include "compiler/model/functions.def"
    };
    return texts[loop];
}

static void print_operand(struct wc_buf *out, const struct wc_expr *expr)
{
    bool joined = expr->kind == WC_EXPR_BINARY || expr->kind == WC_EXPR_IF ||
                  expr->kind == WC_EXPR_OR_ELSE || expr->kind == WC_EXPR_PRESENT;
    wc_buf_text(out, joined ? "(" : "");
    print(out, expr);
    wc_buf_text(out, joined ? ")" : "");
}

static void print_object(struct wc_buf *out, const struct wc_expr *expr)
{
    const struct wc_schema *schema = expr->type->schema;
    wc_buf_printf(out, "%s {", schema && schema->name ? schema->name : "");
    const char *comma = " ";
    for (size_t i = 0; i < expr->kid_count; i++) {
        if (!expr->kids[i])
            continue;
        bool named = schema && i < schema->fields.count;
        wc_buf_printf(out, "%s%s: ", comma, named ? schema->fields.items[i].name : "");
        print(out, expr->kids[i]);
        comma = ", ";
    }
    wc_buf_text(out, " }");
}

static void print_name(struct wc_buf *out, const struct wc_expr *expr)
{
    switch (expr->kind) {
    case WC_EXPR_INPUT:
        wc_buf_text(out, "input");
        return;
    case WC_EXPR_STAGE:
        wc_buf_text(out, expr->stage->name);
        return;
    case WC_EXPR_IT:
        wc_buf_text(out, "it");
        return;
    case WC_EXPR_JOB_ID:
        wc_buf_text(out, "job.id");
        return;
    case WC_EXPR_NOW:
        wc_buf_text(out, "now");
        return;
    case WC_EXPR_CALLER:
        wc_buf_text(out, "caller");
        return;
    default:
        wc_buf_text(out, expr->name ? expr->name : "");
    }
}

static void print_choice(struct wc_buf *out, const struct wc_expr *expr)
{
    wc_buf_text(out, "if ");
    print(out, expr->kids[0]);
    wc_buf_text(out, " then ");
    print(out, expr->kids[1]);
    wc_buf_text(out, " else ");
    print(out, expr->kids[2]);
}

static void print(struct wc_buf *out, const struct wc_expr *expr)
{
    switch (expr->kind) {
    case WC_EXPR_LITERAL:
        print_literal(out, &expr->literal);
        return;
    case WC_EXPR_FIELD:
        print_operand(out, expr->kids[0]);
        wc_buf_printf(out, "%s.%s", expr->kids[0]->maybe ? "?" : "", expr->name);
        return;
    case WC_EXPR_TEMPLATE:
        print_template(out, expr);
        return;
    case WC_EXPR_BINARY:
    case WC_EXPR_OR_ELSE:
        print_operand(out, expr->kids[0]);
        wc_buf_printf(out, " %s ", expr->kind == WC_EXPR_OR_ELSE ? "??" : op_text(expr->op));
        print_operand(out, expr->kids[1]);
        return;
    case WC_EXPR_UNARY:
        wc_buf_text(out, op_text(expr->op));
        print_operand(out, expr->kids[0]);
        return;
    case WC_EXPR_IF:
        print_choice(out, expr);
        return;
    case WC_EXPR_PRESENT:
        print_operand(out, expr->kids[0]);
        wc_buf_text(out, expr->op == WC_OP_NOT ? " is absent" : " is present");
        return;
    case WC_EXPR_INDEX:
        print_operand(out, expr->kids[0]);
        wc_buf_char(out, '[');
        print(out, expr->kids[1]);
        wc_buf_char(out, ']');
        return;
    case WC_EXPR_SPREAD:
        wc_buf_text(out, "...");
        print_operand(out, expr->kids[0]);
        return;
    case WC_EXPR_LOOP:
        wc_buf_printf(out, "%s(%s in ", loop_text(expr->loop), expr->name ? expr->name : "x");
        print(out, expr->kids[0]);
        wc_buf_text(out, ": ");
        print(out, expr->kids[1]);
        wc_buf_char(out, ')');
        return;
    case WC_EXPR_CALL:
    case WC_EXPR_LIST:
        wc_buf_text(out, expr->kind == WC_EXPR_CALL ? expr->name : "");
        wc_buf_char(out, expr->kind == WC_EXPR_CALL ? '(' : '[');
        print_list(out, expr);
        wc_buf_char(out, expr->kind == WC_EXPR_CALL ? ')' : ']');
        return;
    case WC_EXPR_OBJECT:
        print_object(out, expr);
        return;
    default:
        print_name(out, expr);
    }
}

void wc_expr_print(struct wc_buf *out, const struct wc_expr *expr)
{
    print(out, expr);
}

json_t *wc_expr_json(const struct wc_expr *expr)
{
    struct wc_buf text = {0};
    print(&text, expr);
    json_t *json = json_stringn(text.data, text.len);
    wc_buf_free(&text);
    return json;
}
