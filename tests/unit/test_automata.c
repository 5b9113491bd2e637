/* Patterns as automata: matching against POSIX as an oracle, refusals, examples, containment. */
#include "compiler/base/automata.h"
#include "tests/unit/tap.h"

#include <regex.h>
#include <stdlib.h>

static struct wc_arena arena;

static struct wc_dfa *compile(const char *pattern)
{
    struct wc_regex_error error;
    return wc_dfa_compile(&arena, pattern, strlen(pattern), &error);
}

static bool matches(const char *pattern, const char *text)
{
    struct wc_dfa *dfa = compile(pattern);
    return dfa && wc_dfa_matches(dfa, text, strlen(text));
}

static void test_matching(void)
{
    static const struct {
        const char *pattern, *yes, *no;
    } cases[] = {
        {"[a-z]{2}", "en", "eng"},
        {"[A-Z0-9]{8,20}", "ACC0UNT1", "SHORT"},
        {"a|b|", "", "ab"},
        {"(?:ab)+c?", "ababc", "abcab"},
        {"\\d{3}-\\d{4}", "555-0123", "555-012x"},
        {"[^\\s]+", "word", "two words"},
        {".", "é", "éé"},
        {".", "😀", "\n"},
        {"[à-ÿ]+", "éé", "ete"},
        {"[\\u{1f600}-\\u{1f64f}]", "😀", "🚀"},
        {"\\u00e9\\x41", "éA", "eA"},
        {"[-a]", "-", "b"},
        {"[a\\-z]+", "a-z", "m"},
        {"\\w+@\\w+\\.(com|org)", "me@example.org", "me@example.net"},
        {"a{0}", "", "a"},
        {"a{2,}", "aaaa", "a"},
        {"(a|b)*abb", "ababb", "abab"},
        {"[^a]", "€", "a"},
        {"\\S\\D\\W", "xx€", "xxx"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tap_ok(matches(cases[i].pattern, cases[i].yes), "%s takes %s", cases[i].pattern,
               cases[i].yes);
        tap_ok(compile(cases[i].pattern) && !matches(cases[i].pattern, cases[i].no),
               "%s refuses another", cases[i].pattern);
    }
    tap_ok(!matches(".", "\xed\xa0\x80") && !matches(".", "\xc0\x80") &&
               !matches(".", "\xf4\x90\x80\x80"),
           "a dot takes no surrogate, overlong form or beyond U+10FFFF");
}

static void test_refusals(void)
{
    static const struct {
        const char *pattern;
        int offset;
        const char *reason;
    } cases[] = {
        {"ab(?=c)", 2, "lookaround"},
        {"(a)\\1", 3, "backreference"},
        {"^a$", 0, "anchor"},
        {"a$b", 1, "anchor"},
        {"a\\b", 1, "word boundary"},
        {"a**", 2, "follows a repetition"},
        {"*a", 0, "nothing to repeat"},
        {"a{3,1}", 1, "wrong way round"},
        {"[z-a]", 1, "wrong way round"},
        {"(a", 0, "no )"},
        {"a)", 1, "nothing was opened"},
        {"[ab", 0, "no ]"},
        {"[]", 0, "no character"},
        {"a{x}", 1, "malformed"},
        {"\\q", 0, "not known"},
        {"a\\", 1, "backslash ends"},
        {"\\p{L}", 0, "properties"},
        {"(?<n>a)", 0, "not known"},
        {"\\ud800", 0, "surrogate"},
        {"a{20000}", 1, "10000"},
        {".{4000}", 0, "4096 states"},
        {"((a{1000}){1000}){1000}", 0, "4096 states"},
        {"(a|b)*a(a|b){14}", 0, "4096 states"},
        {"\xff", 0, "UTF-8"},
        {"[\\d-z]", 1, "both sides"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wc_regex_error error = {0};
        struct wc_dfa *dfa =
            wc_dfa_compile(&arena, cases[i].pattern, strlen(cases[i].pattern), &error);
        bool good = !dfa && error.reason && strstr(error.reason, cases[i].reason) &&
                    (int)error.offset == cases[i].offset;
        tap_ok(good, "%s is refused: %s", cases[i].pattern, cases[i].reason);
        if (!good)
            printf("#   got: %zu %s\n", error.offset, error.reason ? error.reason : "(taken)");
    }
}

static const char *example(const char *pattern)
{
    size_t len;
    return wc_dfa_example(&arena, compile(pattern), &len);
}

static void test_questions(void)
{
    tap_text(example("[a-z]{2}"), "aa", "an example of two letters");
    tap_text(example("[^a-z]+"), "0", "a digit before a mark");
    tap_text(example("[A-Z]{2}-\\d{3}|x{9}"), "AA-000", "the shortest alternative");
    tap_text(example("[é€]"), "é", "an example beyond ASCII");
    size_t len;
    const char *witness;
    tap_ok(wc_dfa_contains(&arena, compile("[a-z]+"), compile("ab|cd"), &witness, &len),
           "letters contain ab and cd");
    tap_ok(!wc_dfa_contains(&arena, compile("[a-z]{2}"), compile("[a-z]{2,3}"), &witness, &len),
           "two letters do not contain three");
    tap_text(witness, "aaa", "and this shows it");
    struct wc_dfa_lengths of = wc_dfa_lengths(&arena, compile("[a-zé]{2,5}|."));
    tap_ok(of.min_bytes == 1 && of.max_bytes == 10 && of.min_points == 1 && of.max_points == 5,
           "lengths in bytes and code points");
    of = wc_dfa_lengths(&arena, compile("(\\u{1f600}|é){2}x?"));
    tap_ok(of.min_bytes == 4 && of.max_bytes == 9 && of.min_points == 2 && of.max_points == 3,
           "lengths of sequences");
    of = wc_dfa_lengths(&arena, compile("a+"));
    tap_ok(of.min_bytes == 1 && of.max_bytes == -1 && of.max_points == -1, "no bound is said");
    struct wc_dfa *one = compile("(ab|ac)*"), *other = compile("(a(b|c))*");
    tap_ok(one->state_count == other->state_count &&
               memcmp(one->class_of, other->class_of, 256) == 0 &&
               memcmp(one->next, other->next, one->state_count * one->class_count * 2) == 0,
           "one language, one automaton");
}

/* ---- the oracle ------------------------------------------------------------------------------ */

static uint64_t seed = 42;

static unsigned dice(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % sides;
}

static size_t random_pattern(char *out, int depth)
{
    size_t len = 0;
    unsigned parts = 1 + dice(3);
    for (unsigned i = 0; i < parts; i++) {
        unsigned kind = dice(depth > 0 ? 6 : 3);
        if (i && dice(4) == 0)
            out[len++] = '|';
        if (kind < 2) {
            out[len++] = (char)('a' + kind);
        } else if (kind == 2) {
            len += (size_t)sprintf(out + len, dice(2) ? "[ab]" : "[^a]");
        } else {
            out[len++] = '(';
            len += random_pattern(out + len, depth - 1);
            out[len++] = ')';
        }
        static const char *const repeats[] = {"", "", "*", "+", "?", "{2}", "{1,3}", "{2,}"};
        len += (size_t)sprintf(out + len, "%s", repeats[dice(8)]);
    }
    out[len] = '\0';
    return len;
}

static int too_large;

static int disagreements(const char *pattern)
{
    char anchored[4104];
    regex_t posix;
    struct wc_regex_error error = {0};
    struct wc_dfa *dfa = wc_dfa_compile(&arena, pattern, strlen(pattern), &error);
    snprintf(anchored, sizeof anchored, "^(%s)$", pattern);
    if (!dfa && strstr(error.reason, "4096 states")) {
        too_large++;
        return 0;
    }
    if (!dfa || regcomp(&posix, anchored, REG_EXTENDED | REG_NOSUB) != 0)
        return 1;
    int wrong = 0;
    for (int len = 0; len <= 6; len++)
        for (int bits = 0; bits < 1 << len; bits++) {
            char text[8] = {0};
            for (int i = 0; i < len; i++)
                text[i] = (char)('a' + (bits >> i & 1));
            wrong +=
                (regexec(&posix, text, 0, NULL, 0) == 0) != wc_dfa_matches(dfa, text, (size_t)len);
        }
    regfree(&posix);
    return wrong;
}

static void test_oracle(void)
{
    int wrong = 0;
    for (int i = 0; i < 400; i++) {
        char pattern[4096];
        random_pattern(pattern, 2);
        int now = disagreements(pattern);
        if (now)
            printf("#   %s: %d\n", pattern, now);
        wrong += now;
    }
    tap_number(wrong, 0, "400 random patterns match what POSIX says, over all short texts");
    tap_ok(too_large < 20, "few of them need too many states: %d", too_large);
}

static size_t utf8(char *out, unsigned point)
{
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(marks[len] | point);
    return len;
}

static bool is_surrogate(unsigned point)
{
    return point >= 0xd800 && point <= 0xdfff;
}

/* Ranges of code points against the code points themselves. */
static void test_ranges(void)
{
    static const unsigned sizes[] = {0x80, 0x800, 0x10000, 0x110000};
    int wrong = 0;
    for (int i = 0; i < 120; i++) {
        char pattern[64], text[4];
        unsigned a = dice(sizes[dice(4)]), b = dice(sizes[dice(4)]);
        unsigned first = a < b ? a : b, last = a < b ? b : a;
        if (is_surrogate(first) || is_surrogate(last))
            continue;
        snprintf(pattern, sizeof pattern, "[\\u{%x}-\\u{%x}]", first, last);
        struct wc_dfa *dfa = compile(pattern);
        for (unsigned k = 0; k < 400 && dfa; k++) {
            unsigned near = k % 2 ? first : last, point = dice(0x110000);
            if (k < 200)
                point = (near + dice(150) - 75) % 0x110000;
            if (is_surrogate(point))
                continue;
            bool in = point >= first && point <= last;
            wrong += wc_dfa_matches(dfa, text, utf8(text, point)) != in;
        }
        wrong += !dfa;
    }
    tap_number(wrong, 0, "ranges take their code points and no others");
}

int main(void)
{
    test_ranges();
    test_matching();
    test_refusals();
    test_questions();
    test_oracle();
    wc_arena_free(&arena);
    return tap_done();
}
