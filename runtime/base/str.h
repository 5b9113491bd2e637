/* C's text and the strings of generated code (struct wr_str), one to the other. */
#ifndef WR_BASE_STR_H
#define WR_BASE_STR_H

#include <wright/generated.h>

#include <stdbool.h>

/* Borrows; of NULL it is no text: `ptr` is NULL. */
struct wr_str wr_str_of(const char *text);
/* Its digits, without a NUL, at `out`, which has room for WR_INT_TEXT; gives how many. */
#define WR_INT_TEXT 24
size_t wr_int_text(char *out, int64_t number);
bool wr_str_is(struct wr_str text, const char *word); /* NULL is no word */

#endif
