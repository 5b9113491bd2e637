/* Strings of a document: one pass that checks UTF-8 (RFC 3629) and escapes, a word at a time where
 * the text is plain. A string without escapes is borrowed, else it is unescaped into the arena. */
#include "runtime/base/quote.h"
#include "runtime/json/scan.h"

#include <stdio.h>
#include <string.h>

#define HIGHS UINT64_C(0x8080808080808080)

static bool is_tail(const char *p)
{
    return ((unsigned char)*p & 0xc0) == 0x80;
}

/* The length of the UTF-8 sequence at `p`, whose first byte is not ASCII, or 0. */
static size_t sequence(const char *p, const char *end)
{
    unsigned char first = (unsigned char)*p;
    size_t left = (size_t)(end - p);
    if (first < 0xc2 || first > 0xf4)
        return 0;
    if (first < 0xe0)
        return left >= 2 && is_tail(p + 1) ? 2 : 0;
    if (left < 3 || !is_tail(p + 1) || !is_tail(p + 2))
        return 0;
    unsigned char second = (unsigned char)p[1];
    if (first < 0xf0) {
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f))
            return 0; /* overlong, or a surrogate */
        return 3;
    }
    if (left < 4 || !is_tail(p + 3) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
        return 0; /* overlong, or above U+10FFFF */
    return 4;
}

/* Four hex digits, or -1. */
static int32_t hex4(const char *p, const char *end)
{
    int32_t value = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int32_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The escape at `*p`, a backslash: goes past it and gives its code point, or -1 and why. */
static int32_t take_escape(const char **p, const char *end, const char **why)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *at = *p + 1;
    *why = "a backslash is followed by none of \" \\ / b f n r t u";
    if (at == end)
        return -1;
    if (*at != 'u') {
        const char *letter = *at ? strchr(letters, *at) : NULL;
        *p = at + 1;
        return letter ? values[letter - letters] : -1;
    }
    int32_t unit = hex4(at + 1, end);
    *why = "\\u is not followed by four hexadecimal digits";
    if (unit < 0)
        return -1;
    *p = at + 5;
    *why = "half of a surrogate pair stands alone";
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    if (unit > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
        return -1;
    int32_t low = hex4(*p + 2, end);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *p += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static char *put_utf8(char *out, int32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
        return out;
    }
    if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *out++ = (char)(0xe0 | code >> 12);
        } else {
            *out++ = (char)(0xf0 | code >> 18);
            *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (code & 0x3f));
    return out;
}

/* The text between `p` and `end`, which was checked, without its escapes. No escape is shorter than
 * what it stands for. */
static bool unescape(struct wr_reader *in, const char *p, const char *end, struct wr_str *text)
{
    char *out = wr_take_memory(in, (size_t)(end - p));
    if (!out)
        return false;
    text->ptr = out;
    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        size_t run = (size_t)((slash ? slash : end) - p);
        memcpy(out, p, run);
        out += run;
        p += run;
        const char *why;
        if (slash)
            out = put_utf8(out, take_escape(&p, end, &why));
    }
    text->len = (size_t)(out - text->ptr);
    return true;
}

bool wr_take_string(struct wr_reader *in, struct wr_str *text, bool keep)
{
    const char *start = in->at + 1, *p = start;
    bool escaped = false;
    for (;;) {
        p = wr_plain_end(p, in->end);
        if (p == in->end)
            return wr_fault_syntax(in, in->at, "this string has no end");
        if (*p == '"')
            break;
        if (*p == '\\') {
            const char *why, *escape = p;
            if (take_escape(&p, in->end, &why) < 0)
                return wr_fault_syntax(in, escape, why);
            escaped = true;
        } else if ((unsigned char)*p < 0x20) {
            return wr_fault_syntax(in, p, "a control character in a string must be escaped");
        } else {
            size_t len = sequence(p, in->end);
            if (!len)
                return wr_fault_syntax(in, p, "this is not valid UTF-8");
            p += len;
        }
    }
    in->at = p + 1;
    if (!keep)
        return true;
    *text = (struct wr_str){start, (size_t)(p - start)};
    return !escaped || unescape(in, start, p, text);
}

static size_t code_points(struct wr_str text)
{
    size_t count = 0, i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + i, 8);
        uint64_t tails = word & ~(word << 1) & HIGHS; /* 10xxxxxx */
        count += 8 - (size_t)__builtin_popcountll(tails);
    }
    for (; i < text.len; i++)
        count += !is_tail(text.ptr + i);
    return count;
}

bool wr_check_string(struct wr_reader *in, struct wr_str text, size_t min, size_t max,
                     enum wr_unit unit)
{
    bool points = unit == WR_CODE_POINTS;
    if (text.len >= min && text.len <= max && (!points || text.len / 4 >= min))
        return true; /* whatever its code points are, at least a quarter of its bytes and at most all */
    size_t len = points ? code_points(text) : text.len;
    const char *what = points ? "character" : "byte";
    if (len < min && min == 1)
        return wr_fault(in, points ? "minLength" : "minBytes", "must not be empty");
    if (len < min)
        return wr_fault(in, points ? "minLength" : "minBytes",
                        "must have at least %zu %ss, and has %zu", min, what, len);
    if (len > max)
        return wr_fault(in, points ? "maxLength" : "maxBytes",
                        "must have at most %zu %s%s, and has %zu", max, what, max == 1 ? "" : "s",
                        len);
    return true;
}

bool wr_check_matching(struct wr_reader *in, struct wr_str text, const struct wr_pattern *pattern)
{
    if (pattern->match(text.ptr, text.len))
        return true;
    return wr_fault(in, "pattern", "must match the pattern %.200s", pattern->text);
}

/* The string that comes next, or a fault of type. */
static bool next_string(struct wr_reader *in, struct wr_str *to)
{
    if (wr_next(in) != '"')
        return wr_fault_type(in, "a string");
    return wr_take_string(in, to, true);
}

bool wr_read_string(struct wr_reader *in, struct wr_str *to, size_t min, size_t max,
                    enum wr_unit unit)
{
    return next_string(in, to) && wr_check_string(in, *to, min, max, unit);
}

bool wr_read_matching(struct wr_reader *in, struct wr_str *to, const struct wr_pattern *pattern)
{
    return next_string(in, to) && wr_check_matching(in, *to, pattern);
}

/* The values as `"a", "b", "c"`, as many as a sentence bears. */
static const char *listed(char *out, size_t room, const struct wr_str *values, size_t count)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        int added = snprintf(out + len, room - len, "%s\"%.*s\"", i ? ", " : "", (int)values[i].len,
                             values[i].ptr);
        if (added < 0 || (size_t)added + 8 >= room - len) {
            memcpy(out + len, ", …", sizeof ", …");
            break;
        }
        len += (size_t)added;
    }
    return out;
}

bool wr_read_enum(struct wr_reader *in, struct wr_str *to, const struct wr_str *values,
                  size_t count)
{
    struct wr_str text;
    if (!next_string(in, &text))
        return false;
    for (size_t i = 0; i < count; i++)
        if (values[i].len == text.len && memcmp(values[i].ptr, text.ptr, text.len) == 0) {
            *to = values[i];
            return true;
        }
    char names[400];
    return wr_fault(in, "enum", "must be %s%s", count == 1 ? "" : "one of ",
                    listed(names, sizeof names, values, count));
}
