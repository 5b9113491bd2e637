/* Strings with a form of their own: UUIDs (RFC 9562), dates and times (RFC 3339), URIs (RFC 3986),
 * mail addresses (RFC 5321, without quoted parts, comments and address literals). */
#include "runtime/json/scan.h"

#include <string.h>

#define EMAIL_MAX 254 /* bytes; RFC 5321, 4.5.3.1.3, without the angle brackets */
#define LOCAL_MAX 64
#define LABEL_MAX 63 /* RFC 1035, 2.3.4 */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_uuid(struct wr_str text)
{
    if (text.len != WR_UUID_LEN)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.ptr[i] != '-' : !is_hex(text.ptr[i]))
            return false;
    }
    return true;
}

/* ---- dates and times ------------------------------------------------------------------------- */

/* Exactly `count` digits at `at`, or -1. */
static int digits(struct wr_str text, size_t at, size_t count)
{
    int value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= text.len || !is_digit(text.ptr[i]))
            return -1;
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

static bool has(struct wr_str text, size_t at, char c)
{
    return at < text.len && text.ptr[at] == c;
}

static bool begins_with_date(struct wr_str text)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 0 || month < 1 || month > 12 || !has(text, 4, '-') || !has(text, 7, '-'))
        return false;
    return day >= 1 && day <= lengths[month - 1] + (leap && month == 2);
}

static bool is_date(struct wr_str text)
{
    return text.len == WR_DATE_LEN && begins_with_date(text);
}

/* `Z` or `+hh:mm`, to the end. */
static bool is_zone(struct wr_str text, size_t at)
{
    if (has(text, at, 'Z') || has(text, at, 'z'))
        return at + 1 == text.len;
    int hour = digits(text, at + 1, 2), minute = digits(text, at + 4, 2);
    return (has(text, at, '+') || has(text, at, '-')) && has(text, at + 3, ':') && hour >= 0 &&
           hour < 24 && minute >= 0 && minute < 60 && at + 6 == text.len;
}

static bool is_datetime(struct wr_str text)
{
    int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (text.len > WR_DATETIME_MOST) /* nanoseconds, and a zone as an offset */
        return false;
    if (!begins_with_date(text) || !(has(text, 10, 'T') || has(text, 10, 't')))
        return false;
    if (!has(text, 13, ':') || !has(text, 16, ':') || hour < 0 || hour > 23)
        return false;
    if (minute < 0 || minute > 59 || second < 0 || second > 60) /* 60: a leap second */
        return false;
    size_t at = 19;
    if (has(text, at, '.')) {
        size_t first = ++at;
        while (at < text.len && is_digit(text.ptr[at]))
            at++;
        if (at == first)
            return false;
    }
    return is_zone(text, at);
}

/* ---- URIs and mail addresses ------------------------------------------------------------------- */

static bool is_among(char c, const char *marks)
{
    return c != '\0' && strchr(marks, c) != NULL;
}

/* A scheme, a colon, and characters that a URI may have: an absolute one, not a reference. */
static bool is_uri(struct wr_str text)
{
    size_t at = 0, hashes = 0;
    while (at < text.len && (is_letter(text.ptr[at]) ||
                             (at && (is_digit(text.ptr[at]) || is_among(text.ptr[at], "+-.")))))
        at++;
    if (at == 0 || !has(text, at, ':'))
        return false;
    for (at++; at < text.len; at++) {
        char c = text.ptr[at];
        hashes += c == '#';
        if (c == '%' &&
            (at + 2 >= text.len || !is_hex(text.ptr[at + 1]) || !is_hex(text.ptr[at + 2])))
            return false;
        if (!is_letter(c) && !is_digit(c) && !is_among(c, "-._~:/?#[]@!$&'()*+,;=%"))
            return false;
    }
    return hashes <= 1;
}

/* Labels of letters, digits and inner dashes, with dots between them. */
static bool is_host(const char *p, const char *end)
{
    while (p < end) {
        const char *dot = memchr(p, '.', (size_t)(end - p));
        const char *stop = dot ? dot : end;
        if (stop == p || stop - p > LABEL_MAX || *p == '-' || stop[-1] == '-')
            return false;
        for (; p < stop; p++)
            if (!is_letter(*p) && !is_digit(*p) && *p != '-')
                return false;
        if (!dot)
            return true;
        p = dot + 1;
    }
    return false;
}

static bool is_email(struct wr_str text)
{
    const char *at = text.len ? memrchr(text.ptr, '@', text.len) : NULL;
    if (!at || text.len > EMAIL_MAX || at == text.ptr || at - text.ptr > LOCAL_MAX)
        return false;
    if (text.ptr[0] == '.' || at[-1] == '.')
        return false;
    for (const char *p = text.ptr; p < at; p++)
        if ((!is_letter(*p) && !is_digit(*p) && !is_among(*p, "!#$%&'*+-/=?^_`{|}~.")) ||
            (*p == '.' && p[1] == '.'))
            return false;
    return is_host(at + 1, text.ptr + text.len);
}

static const struct {
    bool (*is)(struct wr_str text);
    const char *what;
} formats[] = {
    [WR_UUID] = {is_uuid, "a UUID, as 0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10"},
    [WR_DATE] = {is_date, "a date, as 2026-08-07"},
    [WR_DATETIME] = {is_datetime, "a date and time with its zone, as 2026-08-07T12:00:00Z"},
    [WR_URI] = {is_uri, "a URI with its scheme, as https://example.org/"},
    [WR_EMAIL] = {is_email, "a mail address, as someone@example.org"},
};

bool wr_is_format(struct wr_str text, enum wr_format format)
{
    return formats[format].is(text);
}

bool wr_read_format(struct wr_reader *in, struct wr_str *to, enum wr_format format, size_t min,
                    size_t max)
{
    if (!wr_read_string(in, to, min, max, WR_CODE_POINTS))
        return false;
    if (formats[format].is(*to))
        return true;
    return wr_fault(in, "format", "must be %s", formats[format].what);
}
