/* TAP for unit tests in C: tap_ok() and friends, one line a check, `return tap_done();` at the end. */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool tap_ok(bool good, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    printf("%sok %d - ", good ? "" : "not ", ++tap_count);
    vprintf(name, args);
    putchar('\n');
    va_end(args);
    tap_failed += !good;
    return good;
}

__attribute__((unused)) static bool tap_text(const char *got, const char *want, const char *name)
{
    bool same = got && want && strcmp(got, want) == 0;
    tap_ok(same, "%s", name);
    if (!same)
        printf("#   got:  %s\n#   want: %s\n", got ? got : "(null)", want ? want : "(null)");
    return same;
}

__attribute__((unused)) static bool tap_number(long long got, long long want, const char *name)
{
    tap_ok(got == want, "%s", name);
    if (got != want)
        printf("#   got:  %lld\n#   want: %lld\n", got, want);
    return got == want;
}

__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
