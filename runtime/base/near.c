/* Distances of words: rows of the table of all their beginnings, three at a time. */
#include "runtime/base/near.h"

#include <stdint.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t wr_edits(const char *a, size_t alen, const char *b, size_t blen)
{
    size_t rows[3][WR_NEAR_MAX + 1];
    if (alen > WR_NEAR_MAX || blen > WR_NEAR_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= blen; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= alen; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= blen; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], higher[j - 2] + 1);
        }
    }
    return rows[alen % 3][blen];
}
