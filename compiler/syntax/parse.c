/* The driver between lexer and grammar: it knows which brackets are open and, after an error, where to
 * go on. Newlines mean nothing to the grammar, but after an error they are the best hint there is. */
#include "compiler/syntax/parse.h"

#include "compiler/syntax/recover.h"

#include <stdlib.h>
#include <string.h>

static int closer_of(int opener)
{
    return opener == WC_TOK_LBRACE   ? WC_TOK_RBRACE
           : opener == WC_TOK_LPAREN ? WC_TOK_RPAREN
                                     : WC_TOK_RBRACKET;
}

static bool is_opener(int kind)
{
    return kind == WC_TOK_LBRACE || kind == WC_TOK_LPAREN || kind == WC_TOK_LBRACKET;
}

static bool is_closer(int kind)
{
    return kind == WC_TOK_RBRACE || kind == WC_TOK_RPAREN || kind == WC_TOK_RBRACKET;
}

static uint32_t column_of(const struct wc_token *token)
{
    return wc_place_of(token->span.source, token->span.start).column;
}

static struct wc_bracket *innermost(struct wc_parser *p)
{
    return p->bracket_count ? &p->brackets[p->bracket_count - 1] : NULL;
}

/* Keeps the list of open brackets; false where they nest too deep. */
static bool track(struct wc_parser *p, const struct wc_token *token)
{
    if (is_opener(token->kind)) {
        if (p->bracket_count == WC_DEPTH_MAX) {
            struct wc_diag *diag = wc_report(p->diags, WC_E0204, token->span,
                                             "brackets are nested more than %d deep", WC_DEPTH_MAX);
            wc_diag_help(p->diags, diag, "give what is in them names of their own");
            return false;
        }
        p->brackets[p->bracket_count++] = (struct wc_bracket){*token, p->indent, 0};
    } else if (is_closer(token->kind) && p->bracket_count > 0) {
        struct wc_bracket *open = &p->brackets[--p->bracket_count];
        if (token->first && open->indent != p->indent && !p->mismatch.source)
            p->mismatch = open->open.span;
    }
    return true;
}

static struct wc_token next(struct wc_parser *p)
{
    struct wc_token token = wc_lex(&p->lexer);
    if (token.first)
        p->indent = column_of(&token);
    bool reads = p->previous.kind == WC_TOK_DOT || p->previous.kind == WC_TOK_SAFE;
    if (reads && wc_token_is_reserved(token.kind))
        token.kind = WC_TOK_IDENT; /* behind a dot every word is a field */
    return token;
}

static bool feed(struct wc_parser *p, const struct wc_token *token)
{
    p->failed = false;
    wc_find_near(p, token);
    wc_machine_feed(p->machine, token->kind, *token);
    if (p->failed)
        return false;
    p->end = token->span.end;
    p->previous = *token;
    return true;
}

/* How many of the innermost brackets must be closed for `token` to be right here; 0: none are, or that
 * is not what is wrong. A word must begin its line, no further in than the bracket's line does. */
static size_t missing_closers(struct wc_parser *p, const struct wc_token *token)
{
    int kinds[WC_DEPTH_MAX + 1];
    bool is_word = wc_token_is_keyword(token->kind);
    if (token->kind != 0 && !is_closer(token->kind) && !(is_word && token->first))
        return 0;
    for (size_t count = 1; count <= p->bracket_count; count++) {
        const struct wc_bracket *open = &p->brackets[p->bracket_count - count];
        if (is_word && open->open.kind == WC_TOK_LBRACE && p->indent > open->indent)
            return 0;
        kinds[count - 1] = closer_of(open->open.kind);
        kinds[count] = token->kind;
        if (wc_machine_accepts(p->machine, kinds, count + 1, true))
            return count;
    }
    return 0;
}

/* Closes brackets that the author left open before `token`, and says which. */
static void close_missing(struct wc_parser *p, const struct wc_token *token, size_t count)
{
    wc_report_unclosed(p, innermost(p), token);
    for (; count > 0; count--) {
        struct wc_token closer = {.kind = closer_of(innermost(p)->open.kind)};
        closer.span = (struct wc_span){p->source, p->end, p->end};
        feed(p, &closer);
        p->bracket_count--;
    }
    p->mismatch = (struct wc_span){0};
}

/* The innermost open block: an index into `brackets`, or SIZE_MAX for the file itself. */
static size_t innermost_block(const struct wc_parser *p)
{
    for (size_t i = p->bracket_count; i-- > 0;)
        if (p->brackets[i].height > 0)
            return i;
    return SIZE_MAX;
}

/* May reading go on with `token` in the list that the machine was popped to? */
static bool is_sync(struct wc_parser *p, const struct wc_token *token)
{
    bool is_word = wc_token_is_keyword(token->kind);
    if (token->first && wc_machine_accepts(p->machine, &token->kind, 1, false))
        return true;
    if (token->first && is_word && missing_closers(p, token) > 0)
        return true;
    return is_word && p->bracket_count > 0 && token->kind != WC_TOK_ON &&
           wc_machine_accepts(p->machine, &token->kind, 1, true);
}

/* Follows `token`, which is being dropped, through the brackets above `level`. False where it closes
 * the block itself, or where brackets nest too deep. */
static bool follow(struct wc_parser *p, const struct wc_token *token, size_t level)
{
    if (is_opener(token->kind))
        return track(p, token);
    if (!is_closer(token->kind))
        return true;
    for (size_t i = p->bracket_count; i-- > level;)
        if (closer_of(p->brackets[i].open.kind) == token->kind) {
            p->bracket_count = i;
            return true;
        }
    return token->kind != WC_TOK_RBRACE || level == 0;
}

/* Drops the clause that `token` broke and what follows of it; gives the token to go on with. */
static struct wc_token skip(struct wc_parser *p, struct wc_token token)
{
    size_t block = innermost_block(p);
    size_t level = block == SIZE_MAX ? 0 : block + 1;
    wc_machine_pop(p->machine, block == SIZE_MAX ? 2 : p->brackets[block].height + 1);
    for (;; token = next(p)) {
        /* A line that begins no further in than the one with the bracket is not inside it. */
        while (p->bracket_count > level && token.first && !is_closer(token.kind) &&
               p->indent <= innermost(p)->indent)
            p->bracket_count--;
        bool is_sure = p->bracket_count == level && is_sync(p, &token);
        if (token.kind != 0 && !is_sure && follow(p, &token, level))
            continue;
        if (is_opener(token.kind) && !is_sure) { /* too deep: nothing more is read */
            p->lexer.is_over = true;
            token.kind = 0;
        }
        p->bracket_count = level;
        return token;
    }
}

/* A declaration that begins on the left margin while a brace is open, in a block whose fields or members
 * may have the word for a name: the brace was meant to be closed. */
static bool begins_declaration(struct wc_parser *p, const struct wc_token *token)
{
    const char *after = p->lexer.cursor;
    if (!token->first || p->bracket_count == 0 || !wc_token_is_keyword(token->kind) ||
        p->indent > innermost(p)->indent || wc_machine_accepts(p->machine, &token->kind, 1, true) ||
        missing_closers(p, token) == 0)
        return false;
    after += strspn(after, " \t");
    return *after == '"' || *after == '_' || (*after >= 'a' && *after <= 'z') ||
           (*after >= 'A' && *after <= 'Z');
}

/* `token` was refused: reports it and gives the token to go on with. */
static struct wc_token recover(struct wc_parser *p, struct wc_token token)
{
    size_t missing = missing_closers(p, &token);
    if (missing > 0) {
        close_missing(p, &token, missing);
        return token;
    }
    if (is_closer(token.kind) && p->bracket_count == 0) {
        wc_report_unopened(p, &token);
        return next(p);
    }
    if (!p->previous.broken)
        wc_report_unexpected(p, &token);
    return skip(p, token);
}

static void start(struct wc_parser *p, struct wc_arena *arena, struct wc_interner *names,
                  const struct wc_source *source, struct wc_diags *diags)
{
    p->arena = arena;
    p->names = names;
    p->source = source;
    p->diags = diags;
    p->indent = 1;
    p->file = WC_NEW(arena, struct wc_file);
    p->file->source = source;
    p->machine = wc_machine_new(p);
    wc_lexer_start(&p->lexer, arena, names, source, diags);
}

/* Doc comments that nothing took; after a syntax error nobody knows what they stood before. */
static void report_lost_docs(struct wc_parser *p)
{
    WC_EACH(i, &p->lexer.docs)
    {
        const struct wc_doc *doc = p->lexer.docs.items[i];
        if (doc->used)
            continue;
        struct wc_diag *diag =
            wc_report(p->diags, WC_E0109, doc->span, "this doc comment describes nothing");
        wc_diag_note(p->diags, diag,
                     "`///` stands before a declaration, a field, a clause, a stage or a member");
        wc_diag_help(p->diags, diag, "write `//` for a comment that describes nothing");
    }
}

static void parse_file(struct wc_parser *p)
{
    struct wc_token first = {.kind = WC_TOK_FILE_START, .span = {p->source, 0, 0}};
    size_t errors = p->diags->errors;
    feed(p, &first);
    for (struct wc_token token = next(p);;) {
        if (begins_declaration(p, &token) || !feed(p, &token)) {
            if (token.kind == 0 && p->lexer.is_over)
                break; /* the rest is unknown, not wrong */
            token = recover(p, token);
            continue;
        }
        if (token.kind == 0 || !track(p, &token))
            break;
        token = next(p);
    }
    if (p->diags->errors == errors)
        report_lost_docs(p);
}

struct wc_file *wc_parse_units(struct wc_arena *arena, struct wc_interner *names,
                               const struct wc_source *source, struct wc_diags *diags,
                               struct wc_units *units)
{
    struct wc_parser *p = WC_NEW(arena, struct wc_parser);
    start(p, arena, names, source, diags);
    p->units = units;
    parse_file(p);
    wc_machine_free(p->machine);
    return p->file;
}

struct wc_file *wc_parse(struct wc_arena *arena, struct wc_interner *names,
                         const struct wc_source *source, struct wc_diags *diags)
{
    return wc_parse_units(arena, names, source, diags, NULL);
}

/* ---- prompts -------------------------------------------------------------------------------- */

/* A hole's expression was refused: an absent one takes its place, up to the text behind it. */
static struct wc_token skip_hole(struct wc_parser *p, struct wc_token token, size_t height)
{
    struct wc_token absent = {.kind = WC_TOK_NULL, .span = {p->source, p->end, p->end}};
    wc_report_unexpected(p, &token);
    wc_machine_pop(p->machine, height);
    p->bracket_count = 0;
    while (token.kind != 0 && !((token.kind == WC_TOK_TEXT_MID || token.kind == WC_TOK_TEXT_TAIL) &&
                                p->lexer.hole_count == (token.kind == WC_TOK_TEXT_MID ? 1u : 0u)))
        token = wc_lex(&p->lexer);
    feed(p, &absent);
    return token;
}

struct wc_ast_template *wc_parse_template(struct wc_arena *arena, struct wc_interner *names,
                                          const struct wc_source *source, struct wc_diags *diags)
{
    struct wc_parser *p = WC_NEW(arena, struct wc_parser);
    struct wc_token first = {.kind = WC_TOK_PROMPT_START, .span = {source, 0, 0}};
    size_t height = 0;
    start(p, arena, names, source, diags);
    p->lexer.is_prompt = p->lexer.in_text = true;
    feed(p, &first);
    for (struct wc_token token = wc_lex(&p->lexer);;) {
        bool is_text = token.kind == WC_TOK_TEXT_HEAD || token.kind == WC_TOK_TEXT_MID;
        if (!feed(p, &token)) {
            if (token.kind == 0 || height == 0)
                break;
            token = skip_hole(p, token, height);
            continue;
        }
        if (is_text && p->lexer.hole_count == 1)
            height = wc_machine_height(p->machine);
        if (token.kind == 0 || !track(p, &token))
            break;
        token = wc_lex(&p->lexer);
    }
    wc_machine_free(p->machine);
    if (!p->template)
        p->template = WC_NEW(arena, struct wc_ast_template);
    p->template->span = (struct wc_span){source, 0, (uint32_t)source->len};
    return p->template;
}
