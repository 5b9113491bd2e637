/* The lot's table by id and heap by time. Knows neither jobs nor clocks. */
#include "runtime/engine/lot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64

static void *grown(void *old, size_t count, size_t size)
{
    void *memory = realloc(old, count * size);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    return memory;
}

/* ---- by id -------------------------------------------------------------------------------------- */

/* An id's end is random, but for what names its loop: its last 16 bits. */
static struct wr_resting **bucket_of(const struct wr_lot *lot, const struct wr_id *job)
{
    uint32_t hash;
    memcpy(&hash, job->bytes + 10, sizeof hash);
    return &lot->buckets[hash & (lot->bucket_count - 1)];
}

static void spread(struct wr_lot *lot)
{
    struct wr_resting **old = lot->buckets;
    size_t count = lot->bucket_count;
    lot->bucket_count = count ? 2 * count : BUCKETS_MIN;
    lot->buckets = grown(NULL, lot->bucket_count, sizeof(struct wr_resting *));
    memset(lot->buckets, 0, lot->bucket_count * sizeof(struct wr_resting *));
    for (size_t i = 0; i < count; i++)
        for (struct wr_resting *resting = old[i], *next; resting; resting = next) {
            struct wr_resting **bucket = bucket_of(lot, &resting->job);
            next = resting->next;
            resting->next = *bucket;
            *bucket = resting;
        }
    free(old);
}

struct wr_resting *wr_lot_find(const struct wr_lot *lot, const struct wr_id *job)
{
    struct wr_resting *resting = lot->bucket_count ? *bucket_of(lot, job) : NULL;
    while (resting && wr_id_compare(&resting->job, job) != 0)
        resting = resting->next;
    return resting;
}

/* ---- by time ------------------------------------------------------------------------------------ */

static bool is_before(const struct wr_resting *a, const struct wr_resting *b)
{
    return a->wake_us != b->wake_us ? a->wake_us < b->wake_us : wr_id_compare(&a->job, &b->job) < 0;
}

static void put(struct wr_lot *lot, size_t at, struct wr_resting *resting)
{
    lot->heap[at - 1] = resting;
    resting->at = at;
}

static void rise(struct wr_lot *lot, size_t at)
{
    struct wr_resting *resting = lot->heap[at - 1];
    while (at > 1 && is_before(resting, lot->heap[at / 2 - 1])) {
        put(lot, at, lot->heap[at / 2 - 1]);
        at /= 2;
    }
    put(lot, at, resting);
}

static void sink(struct wr_lot *lot, size_t at)
{
    struct wr_resting *resting = lot->heap[at - 1];
    for (size_t below; (below = 2 * at) <= lot->heap_count; at = below) {
        if (below < lot->heap_count && is_before(lot->heap[below], lot->heap[below - 1]))
            below++;
        if (!is_before(lot->heap[below - 1], resting))
            break;
        put(lot, at, lot->heap[below - 1]);
    }
    put(lot, at, resting);
}

struct wr_resting *wr_lot_first(const struct wr_lot *lot)
{
    return lot->heap_count ? lot->heap[0] : NULL;
}

void wr_lot_push(struct wr_lot *lot, struct wr_resting *resting)
{
    if (lot->heap_count == lot->heap_room) {
        lot->heap_room = lot->heap_room ? 2 * lot->heap_room : BUCKETS_MIN;
        lot->heap = grown(lot->heap, lot->heap_room, sizeof(struct wr_resting *));
    }
    put(lot, ++lot->heap_count, resting);
    rise(lot, resting->at);
}

void wr_lot_pull(struct wr_lot *lot, struct wr_resting *resting)
{
    size_t at = resting->at;
    if (at == 0)
        return;
    struct wr_resting *last = lot->heap[--lot->heap_count];
    resting->at = 0;
    if (last == resting)
        return;
    put(lot, at, last);
    rise(lot, at);
    sink(lot, last->at);
}

/* ---- both --------------------------------------------------------------------------------------- */

void wr_lot_insert(struct wr_lot *lot, struct wr_resting *resting)
{
    if (lot->count >= lot->bucket_count)
        spread(lot);
    struct wr_resting **bucket = bucket_of(lot, &resting->job);
    resting->next = *bucket;
    *bucket = resting;
    lot->count++;
    wr_lot_push(lot, resting);
}

void wr_lot_remove(struct wr_lot *lot, struct wr_resting *resting)
{
    struct wr_resting **at = bucket_of(lot, &resting->job);
    while (*at != resting)
        at = &(*at)->next;
    *at = resting->next;
    lot->count--;
    wr_lot_pull(lot, resting);
}

void wr_lot_free(struct wr_lot *lot)
{
    free(lot->buckets);
    free(lot->heap);
    free(lot->offers);
}
