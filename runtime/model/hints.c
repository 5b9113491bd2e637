/* Reading when to come back: the wishes of both dialects. */
#include "runtime/model/hints.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)

static int64_t bounded(double ms)
{
    if (!(ms > 0))
        return 0;
    return ms >= (double)DAY_MS ? DAY_MS : (int64_t)ms + (ms > (double)(int64_t)ms); /* up */
}

/* A number of `unit` ms, to the end of the text; -1: it is none. */
static int64_t number(const char *text, double unit)
{
    char *end;
    if ((*text < '0' || *text > '9') && *text != '.')
        return -1;
    double value = strtod(text, &end);
    while (*end == ' ' || *end == '\t')
        end++;
    return *end ? -1 : bounded(value * unit);
}

static int64_t until(int64_t at_ms, int64_t now_ms)
{
    return bounded((double)(at_ms - now_ms));
}

static int64_t http_date(const char *text, int64_t now_ms)
{
    time_t at = curl_getdate(text, NULL);
    return at == (time_t)-1 ? -1 : until((int64_t)at * 1000, now_ms);
}

/* 2026-11-23T13:00:00Z, with a fraction or an offset (RFC 3339). */
static int64_t rfc3339(const char *text, int64_t now_ms)
{
    struct tm tm = {0};
    int used = 0, hours = 0, minutes = 0;
    char sign = 'Z';
    if (sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6 ||
        used == 0)
        return -1;
    text += used;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) < 1)
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int64_t offset = (int64_t)(hours * 60 + minutes) * 60;
    int64_t at = (int64_t)timegm(&tm) - (sign == '-' ? -offset : sign == '+' ? offset : 0);
    return until(at * 1000, now_ms);
}

/* "1h2m3.5s", "12ms" as Go writes them, or seconds. */
static int64_t duration(const char *text)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1},      {"us", 0.001}, {"ns", 0.000001},
                 {"h", 3600000}, {"m", 60000},  {"s", 1000}};
    int64_t plain = number(text, 1000);
    double sum = 0;
    if (plain >= 0)
        return plain;
    while (*text) {
        char *end;
        double value = strtod(text, &end);
        size_t i = 0;
        if (end == text || value < 0)
            return -1;
        while (i < 6 && strncmp(end, units[i].unit, strlen(units[i].unit)) != 0)
            i++;
        if (i == 6)
            return -1;
        sum += value * units[i].ms;
        text = end + strlen(units[i].unit);
    }
    return bounded(sum);
}

/* The longest reset among the limits of which nothing remains; -1: none. */
static int64_t used_up(wr_header_fn *get, void *arg, int64_t now_ms)
{
    static const struct {
        const char *remaining, *reset;
    } limits[] = {
        {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
        {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
        {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
        {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
        {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
        {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
    };
    int64_t longest = -1;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const char *left = get(arg, limits[i].remaining);
        if (!left || number(left, 1) != 0)
            continue;
        const char *reset = get(arg, limits[i].reset);
        int64_t ms = !reset                      ? -1
                     : limits[i].reset[0] == 'x' ? duration(reset)
                                                 : rfc3339(reset, now_ms);
        longest = ms > longest ? ms : longest;
    }
    return longest;
}

static int64_t retry_after(wr_header_fn *get, void *arg, int status, int64_t now_ms)
{
    const char *text = get(arg, "retry-after-ms");
    int64_t ms = text ? number(text, 1) : -1;
    if (ms >= 0)
        return ms;
    text = get(arg, "retry-after");
    ms = text ? number(text, 1000) : -1;
    if (ms < 0 && text)
        ms = http_date(text, now_ms);
    return ms < 0 && status == 429 ? used_up(get, arg, now_ms) : ms;
}

struct wr_hints wr_hints_read(wr_header_fn *get, void *arg, int status, int64_t now_ms)
{
    const char *again = get(arg, "x-should-retry");
    return (struct wr_hints){.retry_after_ms = retry_after(get, arg, status, now_ms),
                             .final = again && strcasecmp(again, "false") == 0};
}
