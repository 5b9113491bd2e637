/* Bytes as hex, and back. */
#ifndef WR_BASE_HEX_H
#define WR_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Writes 2 * len lower-case digits and a NUL. */
void wr_hex(char *text, const void *bytes, size_t len);
/* Reads exactly 2 * len digits, either case; false if `text` (of `text_len`) is anything else. */
bool wr_unhex(void *bytes, size_t len, const char *text, size_t text_len);
int wr_hex_digit(char c); /* 0 to 15, or -1 */

#endif
