/* Idempotency keys that a simulated service has seen, with what was sent under them: a table of hashes
 * of a bounded size. Knows requests, not services. */
#include "compiler/tool/mock.h"

#include <stdlib.h>

enum { ROOM_MIN = 64, KEYS_MAX = 1 << 20 };

struct wc_mock_key {
    uint64_t key, body; /* hashes; key 0: empty */
};

static struct wc_mock_key *slot_of(struct wc_mock_key *slots, size_t room, uint64_t key)
{
    size_t at = (size_t)key & (room - 1);
    while (slots[at].key && slots[at].key != key)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

/* Twice the room; at the most, all are forgotten: what is simulated need not last. */
static void grow(struct wc_mock_keys *keys)
{
    struct wc_mock_key *old = keys->slots;
    size_t old_room = keys->room;
    bool forget = keys->count >= KEYS_MAX;
    keys->room = !old_room || forget ? ROOM_MIN : 2 * old_room;
    keys->slots = wc_realloc(NULL, keys->room * sizeof *keys->slots);
    for (size_t i = 0; i < keys->room; i++)
        keys->slots[i] = (struct wc_mock_key){0, 0};
    if (forget)
        keys->count = 0;
    for (size_t i = 0; i < old_room && !forget; i++)
        if (old[i].key)
            *slot_of(keys->slots, keys->room, old[i].key) = old[i];
    free(old);
}

bool wc_mock_keys_take(struct wc_mock_keys *keys, struct wr_str key, struct wr_str body)
{
    uint64_t key_hash = wc_mock_hash(1, key) | 1, body_hash = wc_mock_hash(2, body);
    if (2 * keys->count >= keys->room)
        grow(keys);
    struct wc_mock_key *slot = slot_of(keys->slots, keys->room, key_hash);
    if (slot->key)
        return slot->body == body_hash;
    *slot = (struct wc_mock_key){key_hash, body_hash};
    keys->count++;
    return true;
}
