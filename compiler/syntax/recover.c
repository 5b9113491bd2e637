/* Messages for syntax errors. What was expected comes from the parser's own tables, told short. */
#include "compiler/syntax/recover.h"

#include "compiler/base/buf.h"

#include <string.h>

#define FEW 6 /* tokens that a message names; more go into a note */

static const int all_kinds[] = {
#define KEYWORD(token, text) WC_TOK_##token,
#define RESERVED(token, text) WC_TOK_##token,
#define PUNCT(token, text) WC_TOK_##token,
#define KIND(token, text) WC_TOK_##token,
#include "compiler/syntax/tokens.def"
};

enum { KIND_COUNT = sizeof all_kinds / sizeof all_kinds[0] };

/* What the grammar would take here; `taken` by index into all_kinds. */
struct expected {
    bool taken[KIND_COUNT];
    const char *phrases[8]; /* "an expression" for many tokens */
    size_t phrase_count;
};

static bool *slot(struct expected *e, int kind)
{
    size_t i = 0;
    while (all_kinds[i] != kind)
        i++;
    return &e->taken[i];
}

static bool takes(const struct expected *e, int kind)
{
    return *slot((struct expected *)e, kind);
}

/* If all of `all` are taken, drops them and `more` for one phrase. Lists end with 0. */
static void fold(struct expected *e, const int *all, const int *more, const char *phrase)
{
    for (const int *kind = all; *kind; kind++)
        if (!takes(e, *kind))
            return;
    for (const int *kind = all; *kind; kind++)
        *slot(e, *kind) = false;
    for (const int *kind = more; *kind; kind++)
        *slot(e, *kind) = false;
    if (phrase)
        e->phrases[e->phrase_count++] = phrase;
}

#define T(name) WC_TOK_##name

static void fold_all(struct expected *e)
{
    static const int none[] = {0};
    static const int expression[] = {T(IF), T(NOT), T(MINUS), T(IDENT), T(LPAREN), 0};
    static const int expression_more[] = {T(STRING),     T(RAW),       T(INTEGER), T(DECIMAL),
                                          T(DURATION),   T(MONEY),     T(TRUE),    T(FALSE),
                                          T(PERCENTAGE), T(LBRACKET),  T(LBRACE),  T(UPPER),
                                          T(NULL),       T(TEXT_HEAD), 0};
    static const int operators[] = {T(PLUS), T(STAR), T(ORELSE), 0};
    static const int operators_more[] = {
        T(OR),      T(AND),      T(EQ),          T(NE),       T(LT), T(LE),    T(GT),
        T(GE),      T(CONTAINS), T(STARTS_WITH), T(MATCHES),  T(IS), T(MINUS), T(SLASH),
        T(PERCENT), T(DOT),      T(SAFE),        T(LBRACKET), 0};
    static const int type[] = {T(UNION), T(IDENT), T(UPPER), 0};
    static const int literal[] = {T(TRUE), T(NULL), T(MINUS), T(INTEGER), 0};
    static const int literal_more[] = {T(STRING),     T(RAW),      T(DECIMAL),
                                       T(DURATION),   T(MONEY),    T(FALSE),
                                       T(PERCENTAGE), T(LBRACKET), 0};
    static const int key[] = {T(IDENT), T(UPPER), T(STRING), 0};
    static const int text[] = {T(STRING), T(RAW), 0};
    static const int text_more[] = {T(TEXT_HEAD), 0};
    static const int hole_end[] = {T(TEXT_MID), T(TEXT_TAIL), 0};
    fold(e, expression, expression_more, "an expression");
    fold(e, operators, operators_more, "an operator");
    fold(e, type, none, "a type");
    fold(e, literal, literal_more, "a constant");
    fold(e, key, none, "a name");
    fold(e, text, text_more, "a string");
    fold(e, hole_end, none, "`}`");
}

static struct expected expected_here(struct wc_parser *p)
{
    struct expected e = {0};
    for (size_t i = 0; i < KIND_COUNT; i++)
        e.taken[i] = wc_machine_accepts(p->machine, &all_kinds[i], 1, true);
    return e;
}

/* "`a`, `b` or `c`"; returns how many there are. */
static size_t phrase(struct wc_parser *p, const struct expected *e, struct wc_buf *buf)
{
    const char *parts[KIND_COUNT + 8];
    size_t count = 0;
    for (size_t i = 0; i < e->phrase_count; i++)
        parts[count++] = e->phrases[i];
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (e->taken[i])
            parts[count++] = wc_token_name(p->arena, all_kinds[i]);
    for (size_t i = 0; i < count; i++) {
        wc_buf_text(buf, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        wc_buf_text(buf, parts[i]);
    }
    return count;
}

static const char *describe(struct wc_parser *p, const struct wc_token *token)
{
    if (token->kind == T(IDENT) || token->kind == T(UPPER))
        return wc_arena_printf(p->arena, "`%s`", token->text);
    if (token->kind == T(TEXT_MID) || token->kind == T(TEXT_TAIL))
        return "`}`";
    return wc_token_name(p->arena, token->kind);
}

/* The keyword that was meant by a word which is nearly one. */
static const char *near_keyword(const struct expected *e, const struct wc_token *found)
{
    const char *names[KIND_COUNT];
    size_t count = 0;
    bool is_word =
        found->kind == T(IDENT) || found->kind == T(UPPER) || wc_token_is_keyword(found->kind);
    for (size_t i = 0; i < KIND_COUNT && is_word; i++)
        if (e->taken[i] && wc_token_text(all_kinds[i]) &&
            found->text != wc_token_text(all_kinds[i]))
            names[count++] = wc_token_text(all_kinds[i]);
    const char *near = count ? wc_nearest(found->text, names, count) : NULL;
    return near && strlen(found->text) > 1 && near[1] ? near : NULL;
}

static bool is_comparison(int kind)
{
    return kind == T(EQ) || kind == T(NE) || kind == T(LT) || kind == T(LE) || kind == T(GT) ||
           kind == T(GE) || kind == T(CONTAINS) || kind == T(STARTS_WITH) || kind == T(MATCHES) ||
           kind == T(IS);
}

static bool is_sign(int kind)
{
    return kind == T(COLON) || kind == T(EQUALS) || kind == T(ARROW) || kind == T(GIVES);
}

void wc_find_near(struct wc_parser *p, const struct wc_token *token)
{
    bool is_word = token->kind == T(IDENT) || token->kind == T(UPPER);
    p->near = NULL;
    if (!is_word || wc_machine_accepts(p->machine, &token->kind, 1, false))
        return;
    struct expected e = expected_here(p);
    p->near = near_keyword(&e, token);
}

/* A way out for mistakes that are often made, or NULL. */
static const char *advice(struct wc_parser *p, const struct expected *e,
                          const struct wc_token *found)
{
    if (found->kind == T(IN) && !takes(e, T(IDENT)))
        return "whether a list has an item: `list contains item`; `in` stands in `all(x in list: "
               "…)`";
    if (p->previous.kind == T(TIMEOUT) && takes(e, T(DURATION)) && wc_token_is_keyword(found->kind))
        return "`timeout 2s` is a clause; as one of several classes it stands behind a comma: "
               "`transient, timeout`";
    bool other_sign =
        takes(e, T(COLON)) || takes(e, T(EQUALS)) || takes(e, T(ARROW)) || takes(e, T(GIVES));
    if (is_sign(found->kind) && other_sign)
        return "`:` has type, `=` has value, `->` goes to, `=>` gives";
    if (found->kind == T(EQUALS))
        return "`==` compares; `=` gives a field its default and a `let` its value";
    if (found->kind == T(COMMA))
        return "clauses and fields are not separated by commas: each begins with its own word";
    if (wc_token_is_reserved(found->kind) && takes(e, T(IDENT)))
        return takes(e, T(STRING))
                   ? wc_arena_printf(p->arena,
                                     "`%s` is a reserved word; as a name, write it \"%s\"",
                                     found->text, found->text)
                   : wc_arena_printf(p->arena, "`%s` is a reserved word and cannot be a name",
                                     found->text);
    if (found->kind == T(UPPER) && takes(e, T(IDENT)) && !takes(e, T(UPPER)))
        return "a name here begins with a small letter; only schemas, variables of the "
               "environment and HTTP methods begin with a capital";
    if (found->kind != T(UPPER) && found->text && takes(e, T(UPPER)) && !takes(e, T(IDENT)))
        return "schemas, variables of the environment and HTTP methods begin with a capital";
    if (found->kind == T(INTEGER) && takes(e, T(DURATION)))
        return "a duration has a unit: 400ms, 5s, 1m, 12h, 7d";
    if ((found->kind == T(INTEGER) || found->kind == T(DECIMAL)) && takes(e, T(MONEY)))
        return "an amount of money begins with `$`: $0.10";
    if (is_comparison(found->kind))
        return "comparisons do not chain: join them with `and`, or put one into parentheses";
    return NULL;
}

/* The bracket inside which the error lies, where that helps: not the block's own brace. */
static void point_at_bracket(struct wc_parser *p, struct wc_diag *diag)
{
    const struct wc_bracket *open = p->bracket_count ? &p->brackets[p->bracket_count - 1] : NULL;
    if (open && open->height == 0 && open->open.kind != T(LBRACE))
        wc_diag_also(p->diags, diag, open->open.span, "inside this %s",
                     open->open.kind == T(LPAREN) ? "parenthesis" : "bracket");
}

static struct wc_span span_of(struct wc_parser *p, const struct wc_token *found)
{
    if (found->kind != 0)
        return found->span;
    return (struct wc_span){p->source, p->end, p->end};
}

void wc_report_unexpected(struct wc_parser *p, const struct wc_token *found)
{
    struct expected exact = expected_here(p), short_list = exact;
    struct wc_buf list = {0};
    struct wc_span span = span_of(p, found);
    struct wc_diag *diag;
    fold_all(&short_list);
    size_t count = phrase(p, &short_list, &list);
    p->lexer.errors++;
    const char *near = p->near ? p->near : near_keyword(&exact, found);
    const char *help = advice(p, &exact, found);
    if (found->kind == T(TEXT_HEAD) && takes(&exact, T(STRING))) {
        diag = wc_report(p->diags, WC_E0209, span, "this string must be constant");
        help = "write it without `${…}`, or `\\${` for the two characters themselves";
    } else if (count == 0) {
        diag = wc_report(p->diags, WC_E0201, span, "%s cannot stand here", describe(p, found));
    } else if (count <= FEW) {
        diag = wc_report(p->diags, WC_E0201, span, "expected %s, found %s", list.data,
                         describe(p, found));
    } else {
        diag = wc_report(p->diags, WC_E0201, span, "%s cannot stand here", describe(p, found));
        if (!near)
            wc_diag_note(p->diags, diag, "here may stand: %s", list.data);
    }
    point_at_bracket(p, diag);
    if (near) {
        wc_diag_help(p->diags, diag, "did you mean `%s`?", near);
        wc_diag_suggest(p->diags, diag, span, WC_APPLIES, "%s", near);
    } else if (help) {
        wc_diag_help(p->diags, diag, "%s", help);
    }
    wc_buf_free(&list);
}

void wc_report_unclosed(struct wc_parser *p, const struct wc_bracket *bracket,
                        const struct wc_token *found)
{
    struct wc_span open = bracket->open.span;
    /* A brace inside this one whose closing brace stands elsewhere indented is the likelier one. */
    if (p->mismatch.source && p->mismatch.start > open.start)
        open = p->mismatch;
    p->lexer.errors++;
    struct wc_diag *diag = wc_report(p->diags, WC_E0202, open, "this `%c` is never closed",
                                     p->source->text[open.start]);
    if (found->kind == 0)
        wc_diag_also(p->diags, diag, span_of(p, found), "the file ends here");
    else
        wc_diag_also(p->diags, diag, found->span, "%s cannot stand inside it", describe(p, found));
    wc_diag_help(p->diags, diag, "write its `%c` before %s",
                 bracket->open.kind == T(LBRACE)   ? '}'
                 : bracket->open.kind == T(LPAREN) ? ')'
                                                   : ']',
                 found->kind == 0 ? "the file ends" : describe(p, found));
}

void wc_report_unopened(struct wc_parser *p, const struct wc_token *found)
{
    p->lexer.errors++;
    struct wc_diag *diag =
        wc_report(p->diags, WC_E0203, found->span, "%s closes nothing", describe(p, found));
    if (p->mismatch.source)
        wc_diag_also(p->diags, diag, p->mismatch, "what closes this stands elsewhere indented");
    wc_diag_help(p->diags, diag, "delete it, or write what it should close");
}
