/* Duplicates among the keys of an object that no shape lists. They are collected and sorted when the
 * object ends: no hash that a hostile document could collide, and n log n at worst. */
#include "runtime/json/scan.h"

#include <stdlib.h>
#include <string.h>

bool wr_members_add(struct wr_reader *in, struct wr_str name, size_t offset)
{
    if (in->key_count == in->key_room) {
        size_t room = in->key_room ? in->key_room * 2 : 16, size = sizeof *in->keys;
        void *keys = wr_grow_memory(in, in->keys, in->key_room * size, room * size);
        if (!keys)
            return false;
        in->keys = keys;
        in->key_room = room;
    }
    in->keys[in->key_count++] = (struct wr_key_seen){name, offset};
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct wr_key_seen *one = a, *other = b;
    size_t len = one->name.len < other->name.len ? one->name.len : other->name.len;
    int order = memcmp(one->name.ptr, other->name.ptr, len);
    if (order)
        return order;
    if (one->name.len != other->name.len)
        return one->name.len < other->name.len ? -1 : 1;
    return one->offset < other->offset ? -1 : one->offset > other->offset;
}

void wr_members_check(struct wr_reader *in, size_t before)
{
    if (in->stopped)
        return;
    size_t count = in->key_count - before;
    in->key_count = before;
    if (count < 2)
        return;
    struct wr_key_seen *keys = in->keys + before;
    qsort(keys, count, sizeof *keys, by_name);
    wr_step_into(in, NULL, SIZE_MAX);
    for (size_t i = 1; i < count; i++)
        if (wr_str_equal(keys[i - 1].name, keys[i].name))
            wr_fault_member(in, keys[i].offset, keys[i].name, "duplicate",
                            "stands here a second time");
}
