/* The lexer. Strings with `${` come out as a head, middles and a tail around the tokens of their
 * holes; a prompt file is one such string without quotes. Layout means nothing but `first`. */
#include "compiler/syntax/tokens.h"

#include <stdio.h>
#include <string.h>

/*!re2c
    re2c:flags:input = custom;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:yyfill:enable = 0;
    digit   = [0-9];
    hex     = [0-9a-fA-F];
    letter  = [A-Za-z_];
    word    = letter | digit;
    utf8    = [\x80-\xff];
    blank   = [ \t\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f];
*/

#define YYPEEK() ((unsigned char)*lexer->cursor)
#define YYSKIP() (++lexer->cursor)
#define YYBACKUP() (marker = lexer->cursor)
#define YYRESTORE() (lexer->cursor = marker)

static uint32_t offset(const struct wc_lexer *lexer, const char *at)
{
    return (uint32_t)(at - lexer->source->text);
}

static struct wc_span span(const struct wc_lexer *lexer, const char *from, const char *to)
{
    return (struct wc_span){lexer->source, offset(lexer, from), offset(lexer, to)};
}

static struct wc_diag *report(struct wc_lexer *lexer, enum wc_code code, struct wc_span where,
                              const char *message)
{
    static struct wc_diag unseen;
    if (lexer->quiet)
        return &unseen;
    lexer->errors++;
    return wc_report(lexer->diags, code, where, "%s", message);
}

void wc_lexer_start(struct wc_lexer *lexer, struct wc_arena *arena, struct wc_interner *names,
                    const struct wc_source *source, struct wc_diags *diags)
{
    *lexer = (struct wc_lexer){.arena = arena, .names = names, .diags = diags, .source = source};
    lexer->cursor = source->text;
    lexer->end = source->text + source->len;
    lexer->first = true;
    lexer->quiet = !diags;
    size_t before = diags ? diags->errors : 0;
    if (diags)
        wc_check_text(source, diags);
    lexer->errors = diags ? diags->errors - before : 0;
    if (source->len >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
        lexer->cursor += 3;
}

/* ---- text: strings and prompts --------------------------------------------------------------- */

/* `\u{1F600}` from its first digit on; adds it to `text`. */
static bool unicode(const char *digits, struct wc_buf *text)
{
    uint32_t point = 0;
    for (; *digits != '}'; digits++) {
        unsigned char c = (unsigned char)*digits;
        point = point * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return false;
    if (point < 0x80)
        wc_buf_char(text, (char)point);
    else if (point < 0x800)
        wc_buf_printf(text, "%c%c", 0xc0 | point >> 6, 0x80 | (point & 0x3f));
    else if (point < 0x10000)
        wc_buf_printf(text, "%c%c%c", 0xe0 | point >> 12, 0x80 | (point >> 6 & 0x3f),
                      0x80 | (point & 0x3f));
    else
        wc_buf_printf(text, "%c%c%c%c", 0xf0 | point >> 18, 0x80 | (point >> 12 & 0x3f),
                      0x80 | (point >> 6 & 0x3f), 0x80 | (point & 0x3f));
    return true;
}

static void escape(struct wc_lexer *lexer, const char *at, struct wc_buf *text)
{
    static const char escapes[] = "n\nt\tr\r\"\"\\\\$$";
    for (const char *e = escapes; *e; e += 2)
        if (at[1] == e[0]) {
            wc_buf_char(text, e[1]);
            return;
        }
    if (at[1] == 'u' && lexer->cursor > at + 2 && unicode(at + 3, text))
        return;
    struct wc_diag *diag = report(lexer, WC_E0104, span(lexer, at, lexer->cursor),
                                  "this escape is not one of the language's");
    if (!lexer->quiet)
        wc_diag_help(lexer->diags, diag,
                     "the escapes are \\\" \\\\ \\$ \\n \\t \\r and \\u{HEX}; r\"…\" takes every "
                     "character as it is");
}

static void open_hole(struct wc_lexer *lexer)
{
    lexer->holes[lexer->hole_count++] = (struct wc_hole){offset(lexer, lexer->cursor) - 2, 0};
}

/* Is this inside a hole of a quoted string, which has to end on its line? */
static bool in_quoted_hole(const struct wc_lexer *lexer)
{
    return lexer->hole_count > (lexer->is_prompt ? 1u : 0u);
}

/* How a run of text ended. */
enum text_end { TEXT_END, TEXT_HOLE, TEXT_BROKEN };

/* Reads a quoted string's text into `text` until its quote or a hole. */
static enum text_end quoted(struct wc_lexer *lexer, struct wc_buf *text, const char *begin)
{
    const char *marker;
    for (;;) {
        const char *at = lexer->cursor;
        /*!re2c
            ["]             { return TEXT_END; }
            "${"            { if (lexer->hole_count < WC_DEPTH_MAX) {
                                  open_hole(lexer);
                                  return TEXT_HOLE;
                              }
                              report(lexer, WC_E0204, span(lexer, at, lexer->cursor),
                                     "strings in holes of strings nest too deep");
                              lexer->cursor = lexer->end;
                              return TEXT_END; }
            "\\u{" hex{1,6} "}" { escape(lexer, at, text); continue; }
            "\\" [^\n\x00]  { escape(lexer, at, text); continue; }
            [\n\x00]        { if (*at == '\0' && at < lexer->end)
                                  continue;
                              lexer->cursor = at;
                              if (!in_quoted_hole(lexer))
                                  report(lexer, WC_E0103, span(lexer, begin, at),
                                         "this string is not closed on its line");
                              return TEXT_BROKEN; }
            *               { wc_buf_char(text, *at); continue; }
        */
    }
}

/* Reads a prompt's text into `text` until its end or a hole. */
static enum text_end prompt(struct wc_lexer *lexer, struct wc_buf *text)
{
    const char *marker;
    for (;;) {
        const char *at = lexer->cursor;
        /*!re2c
            "$${"           { wc_buf_text(text, "${"); continue; }
            "${"            { open_hole(lexer); return TEXT_HOLE; }
            "\r\n"          { wc_buf_char(text, '\n'); continue; }
            "\x00"          { if (at < lexer->end)
                                  continue;
                              lexer->cursor = at;
                              return TEXT_END; }
            *               { wc_buf_char(text, *at); continue; }
        */
    }
}

/* The text from the cursor on, as a whole string or its head, middle or tail. */
static void text_token(struct wc_lexer *lexer, struct wc_token *token, const char *begin,
                       bool is_start)
{
    struct wc_buf text = {0};
    bool is_prompt = lexer->is_prompt && lexer->hole_count == 0;
    enum text_end end = is_prompt ? prompt(lexer, &text) : quoted(lexer, &text, begin);
    if (end == TEXT_HOLE)
        token->kind = is_start ? WC_TOK_TEXT_HEAD : WC_TOK_TEXT_MID;
    else
        token->kind = is_start ? WC_TOK_STRING : WC_TOK_TEXT_TAIL;
    token->text = wc_arena_copy(lexer->arena, text.data ? text.data : "", text.len);
    token->len = text.len;
    token->broken = end == TEXT_BROKEN;
    wc_buf_free(&text);
}

/* r"…" and r#"…"#: the cursor stands after the quote; `hashes` must follow the closing one. */
static void raw_token(struct wc_lexer *lexer, struct wc_token *token, const char *begin,
                      size_t hashes)
{
    const char *from = lexer->cursor;
    token->kind = WC_TOK_RAW;
    for (const char *at = from; *at != '\n' && at < lexer->end; at++) {
        if (*at != '"' || strspn(at + 1, "#") < hashes)
            continue;
        lexer->cursor = at + 1 + hashes;
        token->text = wc_arena_copy(lexer->arena, from, (size_t)(at - from));
        token->len = (size_t)(at - from);
        return;
    }
    while (lexer->cursor < lexer->end && *lexer->cursor != '\n')
        lexer->cursor++;
    token->text = "";
    token->len = 0;
    token->broken = true;
    report(lexer, WC_E0103, span(lexer, begin, lexer->cursor),
           "this raw string is not closed on its line");
}

/* ---- comments -------------------------------------------------------------------------------- */

static void add_line(struct wc_arena *arena, struct wc_doc *doc, const char *line, size_t len)
{
    if (doc->room < doc->len + len + 2) {
        char *text = WC_NEW_ARRAY(arena, char, doc->room = 2 * (doc->len + len) + 64);
        if (doc->len)
            memcpy(text, doc->text, doc->len);
        doc->text = text;
    }
    if (doc->lines++)
        doc->text[doc->len++] = '\n';
    memcpy(doc->text + doc->len, line, len);
    doc->len += len;
}

/* A doc comment's text ends where an ordinary comment begins behind it. */
static void doc_comment(struct wc_lexer *lexer, const char *begin)
{
    const char *from = begin + 3, *to = from;
    while (to < lexer->cursor &&
           !((*to == ' ' || *to == '\t') && to + 2 < lexer->cursor && to[1] == '/' && to[2] == '/'))
        to++;
    lexer->cursor = to;
    from += from < to && *from == ' ';
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r'))
        to--;
    if (!lexer->first) {
        if (!lexer->quiet) {
            struct wc_diag *diag = wc_report(lexer->diags, WC_E0109, span(lexer, begin, to),
                                             "this doc comment describes nothing");
            wc_diag_help(lexer->diags, diag,
                         "write `///` on the line before what it describes, or `//`");
        }
        return;
    }
    if (!lexer->doc) {
        lexer->doc = WC_NEW(lexer->arena, struct wc_doc);
        lexer->doc->span = span(lexer, begin, to);
        wc_push(lexer->arena, &lexer->docs, lexer->doc);
    }
    add_line(lexer->arena, lexer->doc, from, (size_t)(to - from));
}

static void comment(struct wc_lexer *lexer, const char *begin)
{
    if (begin[2] == '/' && begin[3] != '/' && !lexer->quiet)
        doc_comment(lexer, begin);
    const char *to = lexer->cursor;
    while (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r')
        to--;
    wc_push(lexer->arena, &lexer->comments, span(lexer, begin, to));
}

/* ---- tokens ---------------------------------------------------------------------------------- */

/* What another language writes so is refused, with a word on how it is written here. */
static void unknown(struct wc_lexer *lexer, const char *at)
{
    static const char *const hints[][2] = {
        {";", "clauses need no `;`: each begins with its own keyword"},
        {"&&", "write `and`"},
        {"||", "write `or`"},
        {"!", "write `not`"},
        {"'", "strings stand in double quotes"},
        {"#", "comments begin with `//`"},
        {"/*", "comments begin with `//` and end with their line"},
        {"`", "strings stand in double quotes"}};
    bool is_utf8 = (*at & 0x80) != 0;
    char c = (char)(*at & 0x7f);
    char message[64];
    while (is_utf8 && (*lexer->cursor & 0x80))
        lexer->cursor++;
    snprintf(message, sizeof message, c == '`' ? "a backtick (%c) begins no token" : "`%c` begins no token",
             c);
    struct wc_diag *diag = report(lexer, WC_E0101, span(lexer, at, lexer->cursor),
                                  is_utf8 ? "only strings and comments may hold characters that "
                                            "are not ASCII"
                                          : message);
    for (size_t i = 0; i < sizeof hints / sizeof hints[0] && !lexer->quiet; i++)
        if (strncmp(at, hints[i][0], strlen(hints[i][0])) == 0)
            wc_diag_help(lexer->diags, diag, "%s", hints[i][1]);
}

/* A line break inside a hole of a quoted string: the string cannot go on. */
static bool break_hole(struct wc_lexer *lexer, struct wc_token *token, const char *at)
{
    if (lexer->hole_count == 0 || (at < lexer->end && !in_quoted_hole(lexer)))
        return false;
    uint32_t start = lexer->holes[--lexer->hole_count].start;
    struct wc_diag *diag =
        report(lexer, WC_E0108, (struct wc_span){lexer->source, start, start + 2},
               "this `${` is not closed");
    if (!lexer->quiet) {
        wc_diag_label(lexer->diags, diag, "no `}` follows%s",
                      at < lexer->end ? " on its line" : "");
        wc_diag_help(lexer->diags, diag, "write `%s` for the two characters themselves",
                     lexer->is_prompt && lexer->hole_count == 0 ? "$${" : "\\${");
    }
    lexer->cursor = at;
    token->kind = WC_TOK_TEXT_TAIL;
    token->broken = true;
    token->text = "";
    token->len = 0;
    return true;
}

static void brace(struct wc_lexer *lexer, struct wc_token *token, const char *at)
{
    struct wc_hole *hole = lexer->hole_count ? &lexer->holes[lexer->hole_count - 1] : NULL;
    token->kind = *at == '{' ? WC_TOK_LBRACE : WC_TOK_RBRACE;
    if (hole && *at == '{') {
        hole->braces++;
    } else if (hole && hole->braces > 0) {
        hole->braces--;
    } else if (hole) {
        lexer->hole_count--;
        text_token(lexer, token, at, false);
    }
}

static void word_token(struct wc_lexer *lexer, struct wc_token *token, const char *at)
{
    token->text = wc_intern(lexer->names, at, (size_t)(lexer->cursor - at));
    token->kind = *at >= 'A' && *at <= 'Z' ? WC_TOK_UPPER : wc_token_find(token->text);
}

static void label_token(struct wc_lexer *lexer, struct wc_token *token, const char *at)
{
    token->kind = WC_TOK_LABEL;
    token->text = wc_intern(lexer->names, at + 1, (size_t)(lexer->cursor - at - 1));
}

static bool is(struct wc_token *token, int kind)
{
    token->kind = kind;
    return true;
}

/* One token into `token`, or false where something was skipped. */
static bool scan(struct wc_lexer *lexer, struct wc_token *token)
{
    const char *marker, *at = lexer->cursor;
    /*!re2c
        "\x00"          { if (at < lexer->end)
                              return false;
                          lexer->cursor = at;
                          return break_hole(lexer, token, at) || (token->kind = 0, true); }
        "\n"            { if (break_hole(lexer, token, at))
                              return true;
                          lexer->first = true;
                          return false; }
        blank           { return false; }
        "//" [^\n\x00]* { comment(lexer, at); return false; }
        letter word*    { word_token(lexer, token, at); return true; }
        "@" letter word* { label_token(lexer, token, at); return true; }
        "r" "#"* ["]    { raw_token(lexer, token, at, (size_t)(lexer->cursor - at - 2));
                          return true; }
        ["]             { text_token(lexer, token, at, true);
                          return !token->broken || !in_quoted_hole(lexer); }
        "$"? digit (word | "." digit)* "%"? { token->span = span(lexer, at, lexer->cursor);
                          wc_lex_number(lexer, token);
                          return true; }
        [{}]            { brace(lexer, token, at); return true; }
        "("   { return is(token, WC_TOK_LPAREN); }
        ")"   { return is(token, WC_TOK_RPAREN); }
        "["   { return is(token, WC_TOK_LBRACKET); }
        "]"   { return is(token, WC_TOK_RBRACKET); }
        ","   { return is(token, WC_TOK_COMMA); }
        ":"   { return is(token, WC_TOK_COLON); }
        "="   { return is(token, WC_TOK_EQUALS); }
        "->"  { return is(token, WC_TOK_ARROW); }
        "=>"  { return is(token, WC_TOK_GIVES); }
        "."   { return is(token, WC_TOK_DOT); }
        ".."  { return is(token, WC_TOK_DOTDOT); }
        "..." { return is(token, WC_TOK_SPREAD); }
        "?"   { return is(token, WC_TOK_QUESTION); }
        "?."  { return is(token, WC_TOK_SAFE); }
        "??"  { return is(token, WC_TOK_ORELSE); }
        "|"   { return is(token, WC_TOK_PIPE); }
        "+"   { return is(token, WC_TOK_PLUS); }
        "-"   { return is(token, WC_TOK_MINUS); }
        "*"   { return is(token, WC_TOK_STAR); }
        "/"   { return is(token, WC_TOK_SLASH); }
        "%"   { return is(token, WC_TOK_PERCENT); }
        "=="  { return is(token, WC_TOK_EQ); }
        "!="  { return is(token, WC_TOK_NE); }
        "<"   { return is(token, WC_TOK_LT); }
        "<="  { return is(token, WC_TOK_LE); }
        ">"   { return is(token, WC_TOK_GT); }
        ">="  { return is(token, WC_TOK_GE); }
        "&&"  { unknown(lexer, at); return is(token, WC_TOK_AND); }
        "||"  { unknown(lexer, at); return is(token, WC_TOK_OR); }
        "'" [ !#-&(-~]* "'" { unknown(lexer, at);
                          token->kind = WC_TOK_STRING;
                          token->len = (size_t)(lexer->cursor - at) - 2;
                          token->text = wc_arena_copy(lexer->arena, at + 1, token->len);
                          return true; }
        *               { unknown(lexer, at); return false; }
    */
}

/* Too much of anything ends the file here. */
static bool ends_early(struct wc_lexer *lexer)
{
    if (lexer->count < WC_TOKENS_MAX && lexer->errors < WC_ERRORS_MAX - 1) /* the last says so */
        return false;
    struct wc_span here = span(lexer, lexer->cursor, lexer->cursor);
    if (lexer->cursor < lexer->end && !lexer->quiet) {
        if (lexer->errors >= WC_ERRORS_MAX - 1)
            report(lexer, WC_E0208, here, "too many errors: the rest of the file was not read");
        else
            report(lexer, WC_E0107, here, "a specification has at most a million tokens");
    }
    lexer->is_over = true;
    lexer->cursor = lexer->end;
    lexer->hole_count = 0;
    return true;
}

struct wc_token wc_lex(struct wc_lexer *lexer)
{
    struct wc_token token = {0};
    const char *begin = lexer->cursor;
    if (lexer->in_text) {
        lexer->in_text = false;
        text_token(lexer, &token, begin, true);
    } else {
        do {
            if (ends_early(lexer)) {
                begin = lexer->cursor;
                token.kind = 0;
                break;
            }
            begin = lexer->cursor;
        } while (!scan(lexer, &token));
    }
    token.span = span(lexer, begin, lexer->cursor);
    token.first = lexer->first;
    token.doc = lexer->doc;
    lexer->doc = NULL;
    lexer->first = false;
    lexer->count++;
    return token;
}
