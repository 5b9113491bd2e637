/* When to come back: response headers of both dialects. */
#include "runtime/model/hints.h"

#include "tests/unit/tap.h"

#include <strings.h>

#define NOW INT64_C(1795438800000) /* 2026-11-23T13:00:00Z */

/* "name: value\n…" */
static const char *header(void *arg, const char *name)
{
    static char value[2][128];
    static int which;
    const char *line = arg;
    size_t len = strlen(name);
    which = !which;
    while (*line) {
        size_t end = strcspn(line, "\n");
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            snprintf(value[which], sizeof value[which], "%.*s", (int)(end - len - 2),
                     line + len + 2);
            return value[which];
        }
        line += end + (line[end] == '\n');
    }
    return NULL;
}

static void expect(int status, const char *headers, int64_t ms, const char *name)
{
    struct wr_hints hints = wr_hints_read(header, (void *)(uintptr_t)headers, status, NOW);
    tap_number(hints.retry_after_ms, ms, name);
}

static bool final(const char *headers)
{
    return wr_hints_read(header, (void *)(uintptr_t)headers, 500, NOW).final;
}

int main(void)
{
    expect(429, "", -1, "nothing");
    expect(503, "retry-after: 2", 2000, "seconds");
    expect(503, "Retry-After: 1.5", 1500, "seconds with a fraction");
    expect(503, "retry-after: 0", 0, "at once");
    expect(503, "retry-after: -5", -1, "a number below 0 is none");
    expect(503, "retry-after: soon", -1, "a word is none");
    expect(503, "retry-after: 2 weeks", -1, "neither is a number with a word");
    expect(503, "retry-after: 99999999999999999999", 86400000, "a day at most");
    expect(503, "retry-after: Mon, 23 Nov 2026 13:00:30 GMT", 30000, "a date");
    expect(503, "retry-after: Mon, 23 Nov 2026 12:00:00 GMT", 0, "a date that is over");
    expect(503, "retry-after: Monday, 23-Nov-26 13:00:05 GMT", 5000, "a date of RFC 850");
    expect(429, "retry-after: 9\nretry-after-ms: 250", 250, "milliseconds first");
    expect(429, "retry-after: 9\nretry-after-ms: x", 9000, "unless they are none");
    expect(429, "x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 6m0s", 360000,
           "OpenAI: no requests left");
    expect(429, "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 12ms", 12,
           "OpenAI: no tokens left");
    expect(429, "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 1h1m1.5s", 3661500,
           "in units of all kinds");
    expect(429, "x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 7", 7000,
           "Azure: seconds");
    expect(429, "x-ratelimit-remaining-requests: 4\nx-ratelimit-reset-requests: 6m0s", -1,
           "some left: its reset says nothing");
    expect(503, "x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 6m0s", -1,
           "nor does it for another status");
    expect(429, "x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 6 moons", -1,
           "a unit that nobody knows");
    expect(429,
           "anthropic-ratelimit-requests-remaining: 0\n"
           "anthropic-ratelimit-requests-reset: 2026-11-23T13:00:10Z",
           10000, "Anthropic: no requests left");
    expect(429,
           "anthropic-ratelimit-requests-remaining: 0\n"
           "anthropic-ratelimit-requests-reset: 2026-11-23T13:00:10Z\n"
           "anthropic-ratelimit-input-tokens-remaining: 0\n"
           "anthropic-ratelimit-input-tokens-reset: 2026-11-23T14:00:40.25+01:00",
           40000, "the longest of those used up, with an offset");
    expect(429,
           "anthropic-ratelimit-output-tokens-remaining: 0\n"
           "anthropic-ratelimit-output-tokens-reset: tomorrow",
           -1, "a date that is none");
    expect(429,
           "retry-after: 3\nanthropic-ratelimit-requests-remaining: 0\n"
           "anthropic-ratelimit-requests-reset: 2026-11-23T13:00:10Z",
           3000, "what it says outright comes first");
    tap_ok(final("x-should-retry: false"), "asked not to come again");
    tap_ok(!final("x-should-retry: true"), "asked to");
    tap_ok(!final(""), "not asked");
    return tap_done();
}
