/* JSON strings for text that nobody has checked: logs and problem details. */
#ifndef WR_BASE_QUOTE_H
#define WR_BASE_QUOTE_H

#include <stddef.h>

/* The most bytes that wr_quote() writes for a text of `len` bytes. */
#define WR_QUOTE_ROOM(len) (6 * (len) + 2)
/* Writes `text` as a JSON string, quotes included and without a NUL; what is not UTF-8 becomes
 * U+FFFD. Gives the bytes written, at most WR_QUOTE_ROOM(len). */
size_t wr_quote(char *out, const char *text, size_t len);

/* The first byte from `p` on that is not plain in a JSON string, or `end`: a quote, a backslash, a control
 * character, or not ASCII. */
const char *wr_plain_end(const char *p, const char *end);

#endif
