/* The lexer: each kind of token, what is refused, and what hostile bytes do. */
#include "compiler/syntax/tokens.h"

#include "tests/unit/tap.h"

#include <stdlib.h>

static struct wc_arena arena;
static struct wc_interner names = {.arena = &arena};
static struct wc_diags diags;

/* The tokens of `text`, one word each: its name, and for strings and numbers its value. */
static char *lex(const char *text, size_t len)
{
    struct wc_buf out = {0};
    struct wc_lexer lexer;
    diags = (struct wc_diags){.arena = &arena};
    wc_lexer_start(&lexer, &arena, &names, wc_source_from(&arena, "t", text, len), &diags);
    for (struct wc_token t = wc_lex(&lexer); t.kind != 0; t = wc_lex(&lexer)) {
        wc_buf_text(&out, out.len ? " " : "");
        if (t.kind == WC_TOK_IDENT || t.kind == WC_TOK_UPPER || t.kind == WC_TOK_LABEL)
            wc_buf_printf(&out, "%s:%s",
                          t.kind == WC_TOK_IDENT   ? "name"
                          : t.kind == WC_TOK_UPPER ? "upper"
                                                   : "label",
                          t.text);
        else if (t.kind == WC_TOK_STRING || t.kind == WC_TOK_RAW)
            wc_buf_json(&out, t.text, t.len);
        else if (t.kind == WC_TOK_TEXT_HEAD || t.kind == WC_TOK_TEXT_MID ||
                 t.kind == WC_TOK_TEXT_TAIL)
            wc_buf_printf(&out, "%s<%s>",
                          t.kind == WC_TOK_TEXT_HEAD  ? "head"
                          : t.kind == WC_TOK_TEXT_MID ? "mid"
                                                      : "tail",
                          t.text);
        else if (t.kind == WC_TOK_INTEGER || t.kind == WC_TOK_DURATION || t.kind == WC_TOK_MONEY)
            wc_buf_printf(&out, "%lld%s", (long long)t.integer,
                          t.kind == WC_TOK_INTEGER ? ""
                          : t.kind == WC_TOK_MONEY ? "$"
                                                   : "ms");
        else if (t.kind == WC_TOK_DECIMAL || t.kind == WC_TOK_PERCENTAGE)
            wc_buf_printf(&out, "%g%s", t.decimal, t.kind == WC_TOK_DECIMAL ? "" : "%");
        else
            wc_buf_text(&out, wc_token_text(t.kind));
    }
    wc_diags_sort(&diags);
    WC_EACH(i, &diags.list)
    wc_buf_printf(&out, " !%s", wc_code_name(diags.list.items[i]->code));
    char *copy = wc_arena_copy(&arena, out.data ? out.data : "", out.len);
    wc_buf_free(&out);
    return copy;
}

static void is(const char *text, const char *want)
{
    char name[64];
    size_t len = 0;
    for (; text[len] && len + 1 < sizeof name; len++)
        name[len] = text[len] < 0x20 || text[len] == '#' ? ' ' : text[len];
    name[len] = '\0';
    tap_text(lex(text, strlen(text)), want, name);
}

static void numbers(void)
{
    is("60_000 0 007 0.25 1_0.5", "60000 0 7 0.25 10.5");
    is("400ms 5s 1m 2h 7d 1.5s", "400ms 5000ms 60000ms 7200000ms 604800000ms 1500ms");
    is("$0.02 $1 $0.000000000001", "20000000000$ 1000000000000$ 1$");
    is("10% 0.5%", "10% 0.5%");
    is("0..1 1..20 ..5 50ms..200ms 0.5..1", "0 .. 1 1 .. 20 .. 5 50ms .. 200ms 0.5 .. 1");
    is("9223372036854775807", "9223372036854775807");
    is("9223372036854775808", "0 !E0106");
    is("1__0", "1 !E0105");
    is("12abc", "12 !E0105");
    is("1.2.3", "1.2 !E0105");
    is("5_s", "5000ms !E0105");
    is("1.0005s", "0ms !E0106");
    is("40000d", "3456000000000ms !E0106");
    is("$9223373", "0$ !E0106");
    is("$0.0000000000001", "0$ !E0105");
    is("99999999999999999999999999999999999999999999999999", "0 !E0106");
}

static void strings(void)
{
    is("\"a\\n\\t\\\"\\\\\\$\\u{e9}\\u{1F600}\"", "\"a\\n\\t\\\"\\\\$\xc3\xa9\xf0\x9f\x98\x80\"");
    is("\"a${b}c${d}e\"", "head<a> name:b mid<c> name:d tail<e>");
    is("\"${k ?? \"x${b}\"}\"", "head<> name:k ?? head<x> name:b tail<> tail<>");
    is("\"${ {k: {}} }\"", "head<> { name:k : { } } tail<>");
    is("\"$5 $\"", "\"$5 $\"");
    is("r\"\\d${x}\" r#\"a\"b\"# r\"\"", "\"\\\\d${x}\" \"a\\\"b\" \"\"");
    is("\"a\\q\"", "\"a\" !E0104");
    is("\"\\u{0}\" \"\\u{d800}\" \"\\u{110000}\" \"\\u\"",
       "\"\" \"\" \"\" \"\" !E0104 !E0104 !E0104 !E0104");
    is("\"open", "\"open\" !E0103");
    is("\"open\nnext", "\"open\" name:next !E0103");
    is("r\"open\nnext", "\"\" name:next !E0103");
    is("\"a${b\nnext", "head<a> name:b tail<> name:next !E0108");
    is("\"a${\"b\nnext", "head<a> tail<> name:next !E0108");
    is("\"a\\", "\"a\\\\\" !E0103");
}

static void words(void)
{
    is("stage Stage x_1 X_1 _a", "stage upper:Stage name:x_1 upper:X_1 name:_a");
    is("k?.b ?? c ? : -> => = == != <= >= ... ..",
       "name:k ?. name:b ?? name:c ? : -> => = == != <= >= ... ..");
    is("@pii @x", "label:pii label:x");
    is("starts_with contains matches", "starts_with contains matches");
    is("rx", "name:rx");
    is("k // b\n/// c\n//// d\ne", "name:k name:e");
    is("; & | # ' `", "| !E0101 !E0101 !E0101 !E0101 !E0101");
    is("k \xc3\xa9\xc3\xa9 b", "name:k name:b !E0101");
    is("$ @", " !E0101 !E0101");
}

static void bytes(void)
{
    is("\xef\xbb\xbf"
       "k",
       "name:k");
    is("k\r\nb\r\n", "name:k name:b");
    tap_text(lex("k\0b", 3), "name:k name:b !E0102", "a NUL is refused");
    tap_text(lex("\"a\0b\"", 5), "\"ab\" !E0102", "a NUL in a string is refused");
    is("k \x1b[31m b", "name:k [ 1860000ms name:b !E0102");
    is("\"\xff\"", "\"\xff\" !E0102");
    is("\"\xc0\x80\"", "\"\xc0\x80\" !E0102");
    is("\"\xed\xa0\x80\"", "\"\xed\xa0\x80\" !E0102");
    is("// \xe2\x80\xae", " !E0102");
    is("", "");
}

static void other_languages(void)
{
    is("k && b || c", "name:k and name:b or name:c !E0101 !E0101");
    is("k & b", "name:k name:b !E0101");
    is("'mail', 'chat'", "\"mail\" , \"chat\" !E0101 !E0101");
    is("it's\n'", "name:it name:s !E0101 !E0101");
    is("\"${'k'}\"", "head<> \"k\" tail<> !E0101");
}

static void docs(void)
{
    struct wc_lexer lexer;
    const char *text = "/// One.   // not this\n///  Two\nschema";
    diags = (struct wc_diags){.arena = &arena};
    wc_lexer_start(&lexer, &arena, &names, wc_source_from(&arena, "t", text, strlen(text)), &diags);
    struct wc_token token = wc_lex(&lexer);
    tap_text(token.doc ? token.doc->text : NULL, "One.\n Two",
             "a doc comment ends where `//` begins");
    tap_ok(token.first && token.span.start == 32, "a token knows its place");
}

static void bounds(void)
{
    size_t len = 4 * 1024 * 1024;
    char *many = malloc(len);
    memset(many, ';', len);
    lex(many, len);
    tap_ok(diags.list.count == WC_ERRORS_MAX, "many errors end the file");
    for (size_t i = 0; i < len; i++)
        many[i] = ",\n"[i % 2];
    lex(many, len);
    tap_ok(diags.errors == 1 && diags.list.items[0]->code == WC_E0107,
           "too many tokens are refused");
    for (size_t i = 0; i + 3 <= len; i += 3)
        memcpy(many + i, "\"${", 3);
    lex(many, len);
    tap_ok(diags.errors >= 1, "strings in holes nest only so deep");
    free(many);
}

static void keywords(void)
{
    static const char *const words[] = {
#define KEYWORD(token, text) text,
#define RESERVED(token, text) text,
#define PUNCT(token, text)
#define KIND(token, text)
#include "compiler/syntax/tokens.def"
    };
    bool good = true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        good = good && wc_token_find(words[i]) != WC_TOK_IDENT;
        good = good && (i == 0 || strcmp(words[i - 1], words[i]) < 0);
    }
    tap_ok(good, "the table of words is sorted and each is found");
}

int main(void)
{
    numbers();
    strings();
    words();
    bytes();
    other_languages();
    docs();
    keywords();
    bounds();
    wc_arena_free(&arena);
    return tap_done();
}
