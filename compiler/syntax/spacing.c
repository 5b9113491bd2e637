/* The space between two tokens, by their kinds alone. */
#include "compiler/syntax/spacing.h"

#include "compiler/syntax/tokens.h"

#define T(name) WC_TOK_##name

static bool is_number(int kind)
{
    return kind == T(INTEGER) || kind == T(DECIMAL) || kind == T(DURATION) || kind == T(MONEY) ||
           kind == T(PERCENTAGE);
}

/* Can `kind` end an operand, so that a `-` behind it subtracts? */
static bool ends_operand(int kind)
{
    return is_number(kind) || kind == T(IDENT) || kind == T(UPPER) || kind == T(STRING) ||
           kind == T(RAW) || kind == T(RPAREN) || kind == T(RBRACKET) || kind == T(RBRACE) ||
           kind == T(TRUE) || kind == T(FALSE) || kind == T(NULL) || wc_token_is_keyword(kind);
}

/* Between a word and the bracket behind it: none of a call, a type's length or an index. */
static size_t before_bracket(const struct wc_piece *piece)
{
    int left = piece[-1].kind;
    if (left == T(IDENT) || left == T(UPPER) || left == T(RPAREN) || left == T(RBRACKET))
        return 0;
    if (wc_token_is_keyword(left))
        return piece->gap > 0;
    return 1;
}

size_t wc_spacing(const struct wc_piece *before, const struct wc_piece *piece)
{
    int left = piece[-1].kind, right = piece->kind;
    switch (left) {
    case T(LPAREN):
    case T(LBRACKET):
    case T(DOT):
    case T(SAFE):
    case T(SPREAD):
        return 0;
    case T(MINUS):
        if (!before || !ends_operand(before->kind))
            return 0;
        break;
    case T(DOTDOT):
        if (is_number(right) || right == T(MINUS))
            return 0;
        break;
    case T(LBRACE):
        return right != T(RBRACE);
    default:
        break;
    }
    switch (right) {
    case T(COMMA):
    case T(COLON):
    case T(RPAREN):
    case T(RBRACKET):
    case T(DOT):
    case T(SAFE):
    case T(QUESTION):
        return 0;
    case T(LPAREN):
    case T(LBRACKET):
        return before_bracket(piece);
    case T(DOTDOT):
        return !is_number(left);
    default:
        return 1;
    }
}
