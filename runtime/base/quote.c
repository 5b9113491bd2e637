/* JSON strings for text that nobody has checked: logs and problem details. */
#include "runtime/base/quote.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* A bit in the top of each byte that needs a look: a quote, a backslash, a control character, or not
 * ASCII. Bytes above the lowest such one may be marked wrongly. */
static inline uint64_t marks(uint64_t word)
{
    uint64_t quote = word ^ ONES * '"', slash = word ^ ONES * '\\';
    return ((quote - ONES) | (slash - ONES) | (word - ONES * 0x20) | word) & HIGHS;
}

static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

const char *wr_plain_end(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        uint64_t found = marks(word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (found)
            return p + __builtin_ctzll(found) / 8;
#else
        if (found)
            break;
#endif
        p += 8;
    }
    while (p < end && is_plain((unsigned char)*p))
        p++;
    return p;
}

/* The length of the UTF-8 sequence that `text` begins with, or 0 where it begins with none. */
static size_t utf8_len(const char *text, size_t len)
{
    const uint8_t *s = (const uint8_t *)text;
    if (len == 0 || (s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4)
        return 0;
    if (s[0] < 0x80)
        return 1;
    size_t size = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (len < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    /* overlong forms, surrogates, and beyond U+10FFFF */
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return size;
}

static char *put_escape(char *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    *out++ = '\\';
    switch (c) {
    case '\n':
        *out++ = 'n';
        return out;
    case '\r':
        *out++ = 'r';
        return out;
    case '\t':
        *out++ = 't';
        return out;
    case '"':
    case '\\':
        *out++ = (char)c;
        return out;
    default:
        memcpy(out, "u00", 3);
        out[3] = digits[c >> 4];
        out[4] = digits[c & 15];
        return out + 5;
    }
}

/* A byte that is not plain, or is DEL; gives what follows it. */
static const char *quote_one(char **out, const char *at, const char *end)
{
    size_t size = utf8_len(at, (size_t)(end - at));
    if (size == 0) {
        memcpy(*out, "\xef\xbf\xbd", 3);
        *out += 3;
        return at + 1;
    }
    if (size > 1) {
        memcpy(*out, at, size);
        *out += size;
        return at + size;
    }
    *out = put_escape(*out, (unsigned char)*at);
    return at + 1;
}

size_t wr_quote(char *out, const char *text, size_t len)
{
    char *start = out;
    const char *end = len ? text + len : text;
    *out++ = '"';
    for (const char *at = text; at < end;) {
        const char *stop = wr_plain_end(at, end);
        const char *del = memchr(at, 0x7f, (size_t)(stop - at));
        if (del)
            stop = del;
        memcpy(out, at, (size_t)(stop - at));
        out += stop - at;
        at = stop < end ? quote_one(&out, stop, end) : end;
    }
    *out++ = '"';
    return (size_t)(out - start);
}
