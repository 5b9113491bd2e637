/* What tokens are called: the table of tokens.def. */
#include "compiler/syntax/tokens.h"

#include <string.h>

enum row_kind { IS_KEYWORD, IS_RESERVED, IS_PUNCT, IS_KIND };

struct row {
    enum row_kind kind;
    int token;
    const char *text;
};

static const struct row rows[] = {
#define KEYWORD(token, text) {IS_KEYWORD, WC_TOK_##token, text},
#define RESERVED(token, text) {IS_RESERVED, WC_TOK_##token, text},
#define PUNCT(token, text) {IS_PUNCT, WC_TOK_##token, text},
#define KIND(token, text) {IS_KIND, WC_TOK_##token, text},
#include "compiler/syntax/tokens.def"
};

enum {
    WORD_COUNT = 0
#define KEYWORD(token, text) +1
#define RESERVED(token, text) +1
#define PUNCT(token, text)
#define KIND(token, text)
#include "compiler/syntax/tokens.def"
};

static const struct row *row_of(int token)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].token == token)
            return &rows[i];
    return NULL;
}

int wc_token_find(const char *text)
{
    size_t low = 0, high = WORD_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(text, rows[middle].text);
        if (order == 0)
            return rows[middle].token;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return WC_TOK_IDENT;
}

const char *wc_token_name(struct wc_arena *arena, int kind)
{
    const struct row *row = row_of(kind);
    if (!row)
        return kind == 0 ? "the end of the file" : "nothing";
    return row->kind == IS_KIND ? row->text : wc_arena_printf(arena, "`%s`", row->text);
}

const char *wc_token_text(int kind)
{
    const struct row *row = row_of(kind);
    return row && row->kind != IS_KIND ? row->text : NULL;
}

bool wc_token_is_keyword(int kind)
{
    const struct row *row = row_of(kind);
    return row && row->kind == IS_KEYWORD;
}

bool wc_token_is_reserved(int kind)
{
    const struct row *row = row_of(kind);
    return row && row->kind == IS_RESERVED;
}
