/* Interned names: open addressing over FNV-1a, the names themselves in the arena. */
#include "compiler/base/intern.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LONGEST_COMPARED 64

static uint64_t hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return h;
}

static const char **find(const char **slots, size_t room, const char *text, size_t len)
{
    size_t i = hash(text, len) & (room - 1);
    while (slots[i] && (strncmp(slots[i], text, len) != 0 || slots[i][len] != '\0'))
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static void grow(struct wc_interner *names)
{
    size_t room = names->room ? names->room * 2 : 256;
    const char **slots = WC_NEW_ARRAY(names->arena, const char *, room);
    for (size_t i = 0; i < names->room; i++) {
        const char *name = names->slots[i];
        if (name)
            *find(slots, room, name, strlen(name)) = name;
    }
    names->slots = slots;
    names->room = room;
}

const char *wc_intern(struct wc_interner *names, const char *text, size_t len)
{
    if (names->count * 2 >= names->room)
        grow(names);
    const char **slot = find(names->slots, names->room, text, len);
    if (!*slot) {
        *slot = wc_arena_copy(names->arena, text, len);
        names->count++;
    }
    return *slot;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edits, two neighbours that changed places counting as one: rows of a table, three at a time. */
static size_t distance(const char *a, size_t alen, const char *b, size_t blen)
{
    size_t rows[3][LONGEST_COMPARED + 1];
    for (size_t j = 0; j <= blen; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= alen; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= blen; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, change);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && higher[j - 2] + 1 < row[j])
                row[j] = higher[j - 2] + 1;
        }
    }
    return rows[alen % 3][blen];
}

const char *wc_nearest(const char *text, const char *const *names, size_t count)
{
    size_t len = strlen(text);
    size_t limit = len / 3 ? len / 3 : 1;
    const char *best = NULL;
    if (len > LONGEST_COMPARED)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        if (other > LONGEST_COMPARED)
            continue;
        size_t d = distance(text, len, names[i], other);
        if (d < limit + (best == NULL)) {
            limit = d;
            best = names[i];
        }
    }
    return best;
}
