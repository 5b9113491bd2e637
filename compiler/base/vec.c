/* Growing arrays in an arena: doubling, the old items left to the arena. */
#include "compiler/base/vec.h"

#include <string.h>

size_t wc_vec_grow(struct wc_arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return count;
    size_t more = *room ? *room * 2 : 4;
    void *grown = wc_arena_alloc(arena, more * size);
    void *old;
    memcpy(&old, items, sizeof old);
    if (count)
        memcpy(grown, old, count * size);
    memcpy(items, &grown, sizeof grown);
    *room = more;
    return count;
}
