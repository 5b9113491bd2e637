/* A few threads that run what takes time or waits: tasks, in the order put, at most so many in line. */
#ifndef WR_BASE_POOL_H
#define WR_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of the caller's struct; the pool's until it has `ended`, or was taken back. */
struct wr_task {
    struct wr_task *next;
    bool begun, untold; /* untold: it has come to its end, and the pool was stopped by then */
    void (*run)(struct wr_task *task); /* on a thread of the pool */
    void (*ended)(
        struct wr_task *task); /* after it, on that thread; not once the pool is stopped */
};

struct wr_pool;

/* NULL: no memory or no thread. */
struct wr_pool *wr_pool_new(uint32_t threads, uint32_t queue);
/* False: the line is full, or the pool is stopped. Any thread. */
bool wr_pool_put(struct wr_pool *pool, struct wr_task *task);
/* True: the pool has nothing to do with it any more, and will not tell of its end: it had not begun, or
 * came to its end once the pool was stopped. Any thread. */
bool wr_pool_take_back(struct wr_pool *pool, struct wr_task *task);
/* Nothing begins and no end is told any more. What runs is waited for, at most `ms`. NULL is nothing. */
void wr_pool_stop(struct wr_pool *pool, uint32_t ms);
/* After it. Where something still runs it is left alone, and the pool with it. NULL is nothing. */
void wr_pool_free(struct wr_pool *pool);

#endif
