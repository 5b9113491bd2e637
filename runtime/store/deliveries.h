/* Notifications, as the store keeps them: a row for each journal entry that a service is told of, written
 * in that entry's own transaction. Every call answers later, on the loop of the side it was asked of. */
#ifndef WR_STORE_DELIVERIES_H
#define WR_STORE_DELIVERIES_H

#include "runtime/store/store.h"

#define WR_DELIVERIES_MAX 1000 /* in one answer */

/* Durable numbers. */
enum wr_delivery_state { WR_DELIVERY_WAITING, WR_DELIVERY_DELIVERED, WR_DELIVERY_DEAD };

/* Which: job, seq of the entry, service. */
struct wr_delivery {
    struct wr_id job;
    uint32_t seq;
    struct wr_str service, event;
    enum wr_delivery_state state;
    uint32_t attempts;
    int64_t created_ms;
    int64_t due_ms; /* UTC: when it is sent next; 0: never */
    int http;       /* of the newest attempt; 0: no answer */
    struct wr_str detail;
};

typedef void wr_deliveries_done(void *arg, enum wr_store_status status,
                                const struct wr_delivery *rows, size_t count);

/* Before any call: `due(arg)` is called on the first loop, whenever a commit leaves something to send. */
void wr_store_on_due(struct wr_store *store, void (*due)(void *arg), void *arg);
/* Of a service, the soonest first. */
void wr_store_due(struct wr_store *store, struct wr_str service, uint32_t limit,
                  wr_deliveries_done *done, void *arg);
struct wr_deliveries_asked {
    int state; /* -1: any */
    uint32_t limit;
    const struct wr_id *job; /* only its; NULL: of all */
    const struct wr_delivery
        *before; /* those that come after this one in the list; NULL: from its begin */
};
/* The newest first. */
void wr_store_deliveries(struct wr_store *store, const struct wr_deliveries_asked *asked,
                         wr_deliveries_done *done, void *arg);
/* A job's journal up to this entry, as read() of the port gives it: from a checkpoint before it on, or whole. */
void wr_store_read_upto(struct wr_store *store, struct wr_id job, uint32_t seq,
                        void (*done)(void *arg, enum wr_store_status status,
                                     const struct wr_job_row *row, const struct wr_entry *entries,
                                     size_t entry_count),
                        void *arg);
/* Replaces state, attempts, due_ms, http and detail. WR_STORE_NOT_FOUND: there is no such row (any more). */
void wr_store_deliver(struct wr_store *store, const struct wr_delivery *delivery,
                      void (*done)(void *arg, enum wr_store_status status), void *arg);

#endif
