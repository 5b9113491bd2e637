/* The lot: jobs that are parked, durable and wanted by nobody are not in memory; only what is needed to
 * know them and to wake them stays. A table by id and a heap by time; when they go in and out is lot.c's. */
#ifndef WR_ENGINE_LOT_H
#define WR_ENGINE_LOT_H

#include "runtime/engine/quota.h"

#include <stdatomic.h>

struct wr_engine;
struct wr_waiter;
struct wr_watch;

#define WR_REST_DEPTH 3 /* a job with children and theirs rests; one that is deeper does not */

struct wr_resting {
    struct wr_resting *next;  /* in its bucket */
    struct wr_engine *engine; /* NULL: it has ended */
    struct wr_id job;
    size_t at;       /* in the heap, from 1; 0: it is not in there, as it is being read */
    int64_t wake_us; /* monotonic, as are those below */
    int64_t line_us, reply_us, began_us, waited_us;
    int64_t rested_us; /* when it came in … */
    int64_t
        entered_us[WR_REST_DEPTH]; /* … its machine its stage, its child, and so on; 0: not known */
    int64_t park_ms, park_us;      /* its park ends: the same moment in UTC and monotonic */
    int64_t wait_us;               /* after a read that failed, before the next one */
    struct wr_quota_seats seats;   /* lent */
    struct wr_waiter *waiters;     /* for it to be read */
    struct wr_watch *watches;
    uint32_t seq;  /* of its newest entry; 0: as the store has it */
    bool doubtful; /* as its job is (job.h) */
    bool owed;     /* the store will call back */
};

struct wr_lot {
    struct wr_resting **buckets, **heap;
    size_t bucket_count, heap_count, heap_room;
    atomic_uint count; /* those being read among them */
    uint32_t reading;
    struct wr_id *offers; /* jobs that may rest */
    size_t offer_count, offer_room;
    struct wr_timer *timer, *offer_timer;
};

/* lot_table.c */
struct wr_resting *wr_lot_find(const struct wr_lot *lot, const struct wr_id *job);
/* Into the table and the heap. */
void wr_lot_insert(struct wr_lot *lot, struct wr_resting *resting);
void wr_lot_remove(struct wr_lot *lot, struct wr_resting *resting); /* from both */
struct wr_resting *wr_lot_first(const struct wr_lot *lot);          /* who wakes first; or NULL */
void wr_lot_push(struct wr_lot *lot, struct wr_resting *resting);   /* into the heap */
void wr_lot_pull(struct wr_lot *lot, struct wr_resting *resting);   /* out of it, where it is in */
void wr_lot_free(struct wr_lot *lot);

#endif
