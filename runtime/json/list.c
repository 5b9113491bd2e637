/* Lists and maps of a document. No more items than the schema allows are kept, so that a schema's
 * bounds bound the memory; those that are too many are counted and passed over. */
#include "runtime/json/scan.h"

#include <string.h>

/* A growing array of items in the arena. */
struct items {
    char *data;
    size_t size, count, room;
};

/* The next item's place, zeroed; NULL where memory is used up. */
static void *add(struct wr_reader *in, struct items *items, size_t max)
{
    if (items->count == items->room) {
        size_t room = items->room ? items->room * 2 : 4;
        if (room > max)
            room = max;
        if (room > SIZE_MAX / 2 / items->size) {
            wr_fault_memory(in);
            return NULL;
        }
        char *data = wr_grow_memory(in, items->data, items->room * items->size, room * items->size);
        if (!data)
            return NULL;
        items->data = data;
        items->room = room;
    }
    return items->data + items->count++ * items->size;
}

static const char *noun(bool items, size_t count)
{
    if (items)
        return count == 1 ? "item" : "items";
    return count == 1 ? "entry" : "entries";
}

/* The sentence where there are too few or too many. */
static bool check_count(struct wr_reader *in, const char *start, size_t count, size_t min,
                        size_t max, bool items)
{
    in->mark = start;
    if (count < min)
        return wr_fault(in, items ? "minItems" : "minProperties",
                        "must have at least %zu %s, and has %zu", min, noun(items, min), count);
    if (count > max)
        return wr_fault(in, items ? "maxItems" : "maxProperties",
                        "must have at most %zu %s, and has %zu", max, noun(items, max), count);
    return true;
}

bool wr_read_items(struct wr_reader *in)
{
    return wr_next(in) == '[' ? wr_descend(in) : wr_fault_type(in, "a list");
}

bool wr_read_item(struct wr_reader *in, size_t *count)
{
    int c = wr_next(in);
    if (c == ']') {
        wr_ascend(in);
        return false;
    }
    if (*count && !wr_take_comma(in, c))
        return wr_fault_syntax(in, in->at, "a comma or ] must follow an item");
    wr_step_into(in, NULL, (*count)++);
    return true;
}

void *wr_read_list(struct wr_reader *in, size_t *count, size_t size, wr_read_fn *item, size_t min,
                   size_t max)
{
    wr_next(in);
    const char *start = in->at;
    struct items items = {.size = size};
    size_t seen = 0;
    if (!wr_read_items(in))
        return NULL;
    while (wr_read_item(in, &seen)) {
        void *place = seen <= max ? add(in, &items, max) : NULL;
        if (place)
            item(in, place);
        else
            wr_skip_value(in);
    }
    if (in->stopped)
        return NULL;
    check_count(in, start, seen, min, max, true);
    *count = items.count;
    return items.data;
}

/* The key of an entry, checked and counted. False where reading stopped. */
static bool take_key(struct wr_reader *in, const struct wr_entries *entries, struct wr_str *key)
{
    wr_step_into(in, NULL, SIZE_MAX);
    wr_next(in);
    const char *start = in->at;
    if (!wr_take_name(in, key) || !wr_members_add(in, *key, (size_t)(start - in->start)))
        return false;
    wr_step_into(in, key->ptr, key->len);
    in->mark = start;
    in->in_key = true;
    entries->key(in, *key);
    in->in_key = false;
    return !in->stopped;
}

/* {"key": …, "value": …} into an entry, NULL where there are too many; false where reading stopped. Keys are added
 * when their object has ended: what it holds has keys of its own. */
static bool read_pair(struct wr_reader *in, const struct wr_entries *entries, char *place)
{
    static const struct wr_field fields[] = {{.name = {WR_TEXT("key")}, .required = true},
                                             {.name = {WR_TEXT("value")}, .required = true}};
    static const struct wr_shape shape = {.fields = fields, .count = 2};
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    struct wr_str key = {0};
    size_t offset = 0;
    if (!wr_read_object(in, &object, &shape, seen))
        return !in->stopped;
    while (wr_read_member(in, &object)) {
        if (!place) {
            wr_skip_value(in);
        } else if (object.field == 1) {
            entries->value(in, place + entries->value_at);
        } else {
            wr_next(in);
            offset = (size_t)(in->at - in->start);
            if (wr_read_string(in, &key, 0, SIZE_MAX, WR_BYTES))
                entries->key(in, key);
        }
    }
    if (place)
        memcpy(place, &key, sizeof key);
    bool good = wr_read_object_end(in, &object);
    return good && place ? wr_members_add(in, key, offset) : !in->stopped;
}

static void *read_pairs(struct wr_reader *in, size_t *count, const struct wr_entries *entries,
                        size_t min, size_t max)
{
    const char *start = in->at;
    struct items items = {.size = entries->size};
    size_t seen = 0, keys_before = in->key_count;
    if (!wr_read_items(in))
        return NULL;
    while (wr_read_item(in, &seen))
        if (!read_pair(in, entries, seen <= max ? add(in, &items, max) : NULL))
            return NULL;
    if (in->stopped)
        return NULL;
    in->depth++; /* of the entries: what comes twice is said there */
    wr_members_check(in, keys_before);
    in->depth--;
    check_count(in, start, seen, min, max, false);
    *count = items.count;
    return items.data;
}

void *wr_read_map(struct wr_reader *in, size_t *count, const struct wr_entries *entries, size_t min,
                  size_t max)
{
    int first = wr_next(in);
    if (first == '[' && in->map_is_pairs)
        return read_pairs(in, count, entries, min, max);
    if (first != '{') {
        wr_fault_type(in, "an object");
        return NULL;
    }
    const char *start = in->at;
    struct items items = {.size = entries->size};
    size_t seen = 0, keys_before = in->key_count;
    if (!wr_descend(in))
        return NULL;
    for (int c = wr_next(in); c != '}'; c = wr_next(in)) {
        struct wr_str key;
        if (seen++ && !wr_take_comma(in, c)) {
            wr_fault_syntax(in, in->at, "a comma or } must follow a member");
            return NULL;
        }
        if (!take_key(in, entries, &key))
            return NULL;
        char *place = seen <= max ? add(in, &items, max) : NULL;
        if (place) {
            memcpy(place, &key, sizeof key);
            entries->value(in, place + entries->value_at);
        } else {
            wr_skip_value(in);
        }
        if (in->stopped)
            return NULL;
    }
    wr_members_check(in, keys_before);
    wr_ascend(in);
    check_count(in, start, seen, min, max, false);
    *count = items.count;
    return items.data;
}
