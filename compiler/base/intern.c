/* Interned names: open addressing over FNV-1a, the names themselves in the arena. */
#include "compiler/base/intern.h"

#include "runtime/base/near.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

const char *wc_nearest(const char *text, const char *const *names, size_t count)
{
    size_t len = strlen(text);
    size_t limit = len / 3 ? len / 3 : 1;
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d = wr_edits(text, len, names[i], strlen(names[i]));
        if (d < limit + (best == NULL)) {
            limit = d;
            best = names[i];
        }
    }
    return best;
}
