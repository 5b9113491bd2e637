/* The texts that generated code builds and the comparisons of strings that it makes. */
#include "runtime/base/arena.h"
#include "runtime/base/str.h"
#include "tests/unit/tap.h"

#include <stdlib.h>

static struct wr_arena arena;

static const char *done(const struct wr_text *text)
{
    struct wr_str made = wr_text_done(text);
    return wr_arena_copy(&arena, made.ptr, made.len);
}

static void test_building(void)
{
    struct wr_text text = {.arena = &arena};
    tap_number((long long)wr_text_done(&text).len, 0, "nothing yet");
    tap_ok(wr_text_done(&text).ptr != NULL, "and that is a text, too");
    wr_text_add(&text, WR_STR("/terms?lang="));
    wr_text_add(&text, (struct wr_str){0});
    wr_text_url(&text, wr_str_of("a b/c?d=e&f\xc3\xa9~-._"));
    tap_text(done(&text), "/terms?lang=a%20b%2Fc%3Fd%3De%26f%C3%A9~-._", "percent-encoded");
    text = (struct wr_text){.arena = &arena};
    wr_text_url(&text, wr_str_of(".."));
    wr_text_url(&text, wr_str_of("."));
    wr_text_url(&text, wr_str_of(""));
    wr_text_url(&text, wr_str_of("..."));
    tap_text(done(&text), "%2E%2E%2E...", "a step up is no plain text");
    text = (struct wr_text){.arena = &arena};
    wr_text_int(&text, INT64_MIN);
    wr_text_bool(&text, false);
    wr_text_int(&text, 7);
    wr_text_bool(&text, true);
    tap_text(done(&text), "-9223372036854775808false7true", "integers and booleans");
    text = (struct wr_text){.arena = &arena};
    wr_text_quote(&text, wr_str_of("a\"b\n\xff"));
    tap_text(done(&text), "\"a\\\"b\\n\xef\xbf\xbd\"", "quoted");
}

static void test_growing(void)
{
    struct wr_text text = {.arena = &arena}, between = {.arena = &arena};
    for (int i = 0; i < 10000; i++) {
        wr_text_add(&text, WR_STR("0123456789"));
        wr_text_add(&between, WR_STR("x")); /* so that it cannot grow in place */
    }
    struct wr_str made = wr_text_done(&text);
    bool same = made.len == 100000;
    for (size_t i = 0; same && i < made.len; i++)
        same = made.ptr[i] == (char)('0' + i % 10);
    tap_ok(same, "a long text is whole");
}

static void test_numbers(void)
{
    static const double numbers[] = {0,
                                     1,
                                     -1,
                                     0.1,
                                     1.0 / 3,
                                     1e21,
                                     123456789.125,
                                     5e-324,
                                     1.7976931348623157e308,
                                     0.30000000000000004};
    bool same = true;
    for (size_t i = 0; i < WR_COUNT(numbers); i++) {
        struct wr_text text = {.arena = &arena};
        wr_text_number(&text, numbers[i]);
        same = same && strtod(done(&text), NULL) == numbers[i];
    }
    tap_ok(same, "numbers read back the same");
    struct wr_text text = {.arena = &arena};
    wr_text_number(&text, 0.1);
    tap_text(done(&text), "0.1", "and are short");
    text = (struct wr_text){.arena = &arena};
    wr_text_number(&text, 1e-7);
    tap_text(done(&text), "1e-7", "and are written as in canonical JSON");
}

static void test_comparing(void)
{
    struct wr_str none = {0};
    tap_ok(wr_str_is(none, ""), "no text and an empty one are equal");
    tap_ok(wr_str_equal(wr_str_of("ab"), wr_str_of("ab")) &&
               !wr_str_equal(wr_str_of("ab"), wr_str_of("ac")) &&
               !wr_str_equal(wr_str_of("ab"), wr_str_of("abc")),
           "equal");
    tap_ok(wr_str_compare(wr_str_of("ab"), wr_str_of("abc")) < 0 &&
               wr_str_compare(wr_str_of("b"), wr_str_of("abc")) > 0 &&
               wr_str_compare(none, wr_str_of("")) == 0,
           "ordered");
    tap_ok(wr_str_compare(wr_str_of("\xef\xbf\xbd"), wr_str_of("\xf0\x9f\x99\x82")) < 0,
           "by code points, which UTF-16 would not be");
    tap_ok(wr_str_contains(wr_str_of("a needle in it"), wr_str_of("needle")) &&
               !wr_str_contains(wr_str_of("a need"), wr_str_of("needle")) &&
               wr_str_contains(none, none),
           "contains");
    tap_ok(wr_str_starts_with(wr_str_of("abc"), wr_str_of("ab")) &&
               wr_str_starts_with(wr_str_of("a"), none) &&
               !wr_str_starts_with(wr_str_of("a"), wr_str_of("ab")),
           "starts with");
}

int main(void)
{
    test_building();
    test_growing();
    test_numbers();
    test_comparing();
    wr_arena_free(&arena);
    return tap_done();
}
