/* Numbers as written to numbers as meant: integers, decimals, durations, money, percentages; and the
 * check of a file's bytes. Exact: money and durations never pass through a double. */
#include "compiler/syntax/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICO_DIGITS 12                                    /* of a dollar */
#define LONGEST_MS (INT64_C(36525) * 24 * 60 * 60 * 1000) /* a century */

struct written {
    const char *at, *end;
    char digits[40]; /* without underscores and point */
    size_t count;
    size_t fraction; /* how many of them stand behind the point */
    bool malformed;
};

/* Reads `60_000` or `0.25`; leaves `at` behind it. */
static void read_digits(struct written *w)
{
    bool is_fraction = false, after_digit = false;
    for (; w->at < w->end; w->at++) {
        char c = *w->at;
        if (c >= '0' && c <= '9') {
            if (w->count + 1 < sizeof w->digits)
                w->digits[w->count] = c;
            w->count++;
            w->fraction += is_fraction;
            after_digit = true;
        } else if (c == '_' && after_digit) {
            after_digit = false;
        } else if (c == '.' && after_digit && !is_fraction) {
            is_fraction = true;
            after_digit = false;
        } else {
            break;
        }
    }
    w->malformed = !after_digit;
}

/* digits * 10^shift, exactly; false where it is no integer of 64 bits. */
static bool scaled(const struct written *w, size_t shift, int64_t *value)
{
    uint64_t total = 0;
    if (w->count >= sizeof w->digits || w->fraction > shift)
        return false;
    for (size_t i = 0; i < w->count + (shift - w->fraction); i++) {
        unsigned digit = i < w->count ? (unsigned)(w->digits[i] - '0') : 0;
        if (total > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        total = total * 10 + digit;
    }
    *value = (int64_t)total;
    return true;
}

static double decimal_of(const struct written *w)
{
    char text[48];
    size_t whole = w->count - w->fraction;
    if (w->count >= sizeof w->digits)
        return 0;
    snprintf(text, sizeof text, "%.*s.%.*s", (int)whole, w->digits, (int)w->fraction,
             w->digits + whole);
    return strtod(text, NULL);
}

static int64_t unit_ms(const char *unit, size_t len)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i].name) == len && strncmp(units[i].name, unit, len) == 0)
            return units[i].ms;
    return 0;
}

/* 1.5s to 1500; false where it is not whole milliseconds, or past a century. */
static bool duration(const struct written *w, int64_t unit, int64_t *ms)
{
    int64_t thousandths, product;
    if (!scaled(w, w->fraction > 3 ? w->fraction : 3, &thousandths) || w->fraction > 3 ||
        __builtin_mul_overflow(thousandths, unit, &product) || product % 1000 != 0)
        return false;
    *ms = product / 1000;
    return *ms <= LONGEST_MS;
}

static void refuse(struct wc_lexer *lexer, const char *from, enum wc_code code, const char *message)
{
    if (lexer->quiet)
        return;
    const char *text = lexer->source->text;
    struct wc_span span = {lexer->source, (uint32_t)(from - text),
                           (uint32_t)(lexer->cursor - text)};
    struct wc_diag *diag = wc_report(lexer->diags, code, span, "%s", message);
    lexer->errors++;
    if (code == WC_E0105)
        wc_diag_help(lexer->diags, diag,
                     "numbers are written 60_000, 0.5, 400ms, 5s, 1m, 12h, 7d, $0.02 and 10%%");
}

/* The kinds that have no unit. */
static bool plain(struct written *w, struct wc_token *token)
{
    token->kind = w->fraction ? WC_TOK_DECIMAL : WC_TOK_INTEGER;
    return w->count < sizeof w->digits && (w->fraction || scaled(w, 0, &token->integer));
}

void wc_lex_number(struct wc_lexer *lexer, struct wc_token *token)
{
    const char *from = lexer->source->text + token->span.start;
    struct written w = {.at = from + (*from == '$'), .end = lexer->cursor};
    bool fits = true;
    read_digits(&w);
    token->decimal = decimal_of(&w);
    size_t rest = (size_t)(w.end - w.at);
    int64_t unit = unit_ms(w.at, rest);
    if (*from == '$') {
        token->kind = WC_TOK_MONEY;
        w.malformed = w.malformed || rest > 0 || w.fraction > PICO_DIGITS;
        fits = w.malformed || scaled(&w, PICO_DIGITS, &token->integer);
    } else if (rest == 1 && *w.at == '%') {
        token->kind = WC_TOK_PERCENTAGE;
        fits = w.count < sizeof w.digits;
    } else if (unit > 0) {
        token->kind = WC_TOK_DURATION;
        fits = duration(&w, unit, &token->integer);
    } else {
        fits = plain(&w, token);
        w.malformed = w.malformed || rest > 0;
    }
    if (w.malformed)
        refuse(lexer, from, WC_E0105, "this number is malformed");
    else if (!fits && token->kind == WC_TOK_DURATION)
        refuse(lexer, from, WC_E0106,
               "a duration is a whole number of milliseconds, at most a century");
    else if (!fits)
        refuse(lexer, from, WC_E0106, "this number does not fit in 64 bits");
}
