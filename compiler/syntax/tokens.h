/* Tokens and the lexer that makes them. Knows characters, nothing of the grammar but its tokens'
 * numbers (0 is the end of the file). */
#ifndef WC_SYNTAX_TOKENS_H
#define WC_SYNTAX_TOKENS_H

#include "compiler/base/intern.h"
#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

#include "gen/compiler/syntax/grammar.h"

#define WC_TOKENS_MAX 1000000 /* tokens a file; more are refused */

#define WC_ERRORS_MAX 100 /* lexical and syntax errors told of one file */

/* Consecutive lines of `///`, joined by line breaks. */
struct wc_doc {
    char *text;
    size_t len, room, lines;
    struct wc_span span; /* of the first line */
    bool used;           /* something took it */
};

struct wc_token {
    int kind;    /* WC_TOK_… */
    bool first;  /* the first token of its line */
    bool broken; /* was reported: what follows on its line is lost */
    struct wc_span span;
    const char *text; /* names, keywords, labels (without `@`): interned; strings: decoded */
    size_t len;       /* of a string's text */
    int64_t integer;  /* INTEGER; DURATION in milliseconds; MONEY in picodollars */
    double decimal;   /* of every number */
    struct wc_doc *doc;
};

/* A `${` that is open: what closes it is the `}` that finds no brace of its own. */
struct wc_hole {
    uint32_t start; /* offset of its `${` */
    unsigned braces;
};

struct wc_lexer {
    struct wc_arena *arena;
    struct wc_interner *names;
    struct wc_diags *diags;
    const struct wc_source *source;
    const char *cursor;
    const char *end;
    bool is_prompt; /* the outermost text is a prompt file's, not a quoted string's */
    bool in_text;   /* the next token is text of that prompt */
    bool quiet;     /* reports nothing: for the formatter, which reads a parsed file again */
    bool first;
    bool is_over; /* the file ended before its end: there was too much of something */
    size_t count;
    size_t errors;      /* reported so far, the parser's too; past WC_ERRORS_MAX the file ends */
    struct wc_doc *doc; /* waits for the next token */
    WC_VEC(struct wc_doc *) docs;
    WC_VEC(struct wc_span) comments; /* every comment, doc comments too, in order */
    struct wc_hole holes[WC_DEPTH_MAX];
    unsigned hole_count;
};

/* Begins at the start of `source`; reports invalid UTF-8 and control characters at once. */
void wc_lexer_start(struct wc_lexer *lexer, struct wc_arena *arena, struct wc_interner *names,
                    const struct wc_source *source, struct wc_diags *diags);
/* The next token. What cannot be one is reported and skipped. */
struct wc_token wc_lex(struct wc_lexer *lexer);

/* How a message calls a token: "`timeout`", "`{`", "a name". */
const char *wc_token_name(struct wc_arena *arena, int kind);
/* The spelling of a keyword or punctuation, else NULL. */
const char *wc_token_text(int kind);
bool wc_token_is_keyword(int kind);  /* a word with a meaning, which may also be a name */
bool wc_token_is_reserved(int kind); /* a word that is never a name */
/* The keyword spelled `text`, or WC_TOK_IDENT. */
int wc_token_find(const char *text);

/* Bytes that are not UTF-8 or disturb a terminal or reader; in text.c. */
void wc_check_text(const struct wc_source *source, struct wc_diags *diags);
/* The number that `token`, of a kind with a number, was written as; reports a malformed one. */
void wc_lex_number(struct wc_lexer *lexer, struct wc_token *token);

#endif
