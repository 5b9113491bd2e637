/* Numbers as text: what reading and writing share. */
#ifndef WR_JSON_NUMBER_H
#define WR_JSON_NUMBER_H

#include "runtime/base/str.h"

#include <locale.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any number as text. */
#define WR_NUMBER_TEXT 32

/* The shortest decimal that reads back as the same double, as RFC 8785 (ECMAScript) writes it: 1, 0.5,
 * 1e+21. Not NUL-terminated; gives its length. What is not finite has no JSON and becomes 0. */
size_t wr_number_text(char out[WR_NUMBER_TEXT], double number);
/* C's locale, whatever the program's is. */
locale_t wr_c_locale(void);

#endif
