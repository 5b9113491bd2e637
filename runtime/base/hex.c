/* Bytes as hex, and back. */
#include "runtime/base/hex.h"

void wr_hex(char *text, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    text[2 * len] = '\0';
}

int wr_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool wr_unhex(void *bytes, size_t len, const char *text, size_t text_len)
{
    unsigned char *to = bytes;
    if (text_len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = wr_hex_digit(text[2 * i]), low = wr_hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
