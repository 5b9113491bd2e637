/* JSON strings for text that nobody has checked: logs and problem details. */
#include "runtime/base/quote.h"

#include <stdint.h>
#include <string.h>

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

size_t wr_quote(char *out, const char *text, size_t len)
{
    char *start = out;
    *out++ = '"';
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)text[i];
        size_t size = utf8_len(text + i, len - i);
        if (size == 0) {
            memcpy(out, "\xef\xbf\xbd", 3);
            out += 3;
            i++;
        } else if (size > 1) {
            memcpy(out, text + i, size);
            out += size;
            i += size;
        } else {
            if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
                out = put_escape(out, c);
            else
                *out++ = (char)c;
            i++;
        }
    }
    *out++ = '"';
    return (size_t)(out - start);
}
