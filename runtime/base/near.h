/* How near two words are, for "did you mean". The compiler uses it too. */
#ifndef WR_BASE_NEAR_H
#define WR_BASE_NEAR_H

#include <stddef.h>

#define WR_NEAR_MAX 64 /* bytes of a word that is compared */

/* Edits that make `a` of `b`: insert, delete or replace a byte, swap two neighbours. SIZE_MAX where one
 * of them is longer than WR_NEAR_MAX. */
size_t wr_edits(const char *a, size_t alen, const char *b, size_t blen);

#endif
