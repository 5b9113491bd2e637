/* A few threads that run what takes time or waits: tasks, in the order put, at most so many in line. A task that
 * nobody waits for any more keeps its thread; another is started for it, as long as there are fewer than `most`. */
#ifndef WR_BASE_POOL_H
#define WR_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of the caller's struct; the pool's until it has `ended`, or was taken back. */
struct wr_task {
    struct wr_task *next;
    bool begun, over;
    bool left;   /* nobody waits for it any more */
    bool untold; /* it has come to its end, and the pool was stopped by then */
    void (*run)(struct wr_task *task); /* on a thread of the pool */
    void (*ended)(
        struct wr_task *task); /* after it, on that thread; not once the pool is stopped */
};

struct wr_pool;

/* NULL: no memory or no thread. */
struct wr_pool *wr_pool_new(uint32_t threads, uint32_t most, uint32_t queue);
/* False: the line is full, the pool is stopped, or all of its threads are lost. Any thread. */
bool wr_pool_put(struct wr_pool *pool, struct wr_task *task);
/* True: the pool has nothing to do with it any more, and will not tell of its end: it had not begun, or
 * came to its end once the pool was stopped. Any thread. */
bool wr_pool_take_back(struct wr_pool *pool, struct wr_task *task);
/* Nobody waits for it any more: where it runs, its thread is lost until it returns. Not after its end was heard of. */
void wr_pool_leave(struct wr_pool *pool, struct wr_task *task);
struct wr_pool_counts {
    uint32_t idle, busy, lost, queued; /* threads; tasks in line */
};
void wr_pool_count(struct wr_pool *pool, struct wr_pool_counts *counts);
/* Nothing begins and no end is told any more. What runs is waited for, at most `ms`. NULL is nothing. */
void wr_pool_stop(struct wr_pool *pool, uint32_t ms);
/* After it. Where something still runs it is left alone, and the pool with it. NULL is nothing. */
void wr_pool_free(struct wr_pool *pool);

#endif
