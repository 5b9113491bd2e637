/* A bounded queue and the threads that take from it. Knows nothing of what it runs. A thread cannot be stopped:
 * one whose task nobody waits for any more is lost until it returns, and another takes its place, up to a bound. */
#include "runtime/base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct wr_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, idle;
    struct wr_task *first, **end;
    uint32_t queued, queue, threads, most, running, busy, lost;
    bool stopped;
};

static struct wr_task *take(struct wr_pool *pool)
{
    struct wr_task *task = pool->first;
    pool->first = task->next;
    if (!pool->first)
        pool->end = &pool->first;
    pool->queued--;
    task->begun = true;
    return task;
}

/* More than there should be, as those that were lost have come back. */
static bool is_surplus(const struct wr_pool *pool)
{
    return pool->running - pool->lost > pool->threads;
}

/* Ends are told under the lock, so that none is told once the pool is stopped. */
static void *run(void *arg)
{
    struct wr_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopped && !is_surplus(pool)) {
        if (!pool->first) {
            pthread_cond_wait(&pool->work, &pool->lock);
            continue;
        }
        struct wr_task *task = take(pool);
        pool->busy++;
        pthread_mutex_unlock(&pool->lock);
        task->run(task);
        pthread_mutex_lock(&pool->lock);
        pool->busy--;
        pool->lost -= task->left;
        task->over = true;
        task->untold = pool->stopped;
        if (!pool->stopped)
            task->ended(task);
    }
    pool->running--;
    pthread_cond_signal(&pool->idle);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals are for others, but those that a fault of its own raises. */
static bool start(struct wr_pool *pool)
{
    const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&thread, NULL, run, pool) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!good)
        return false;
    pthread_setname_np(thread, "function");
    pthread_detach(thread);
    pool->running++;
    return true;
}

struct wr_pool *wr_pool_new(uint32_t threads, uint32_t most, uint32_t queue)
{
    struct wr_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t monotonic;
    if (!pool)
        return NULL;
    pool->queue = queue;
    pool->threads = threads;
    pool->most = most;
    pool->end = &pool->first;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->idle, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_lock(&pool->lock);
    while (pool->running < threads && start(pool))
        continue;
    bool good = pool->running == threads;
    pthread_mutex_unlock(&pool->lock);
    if (good)
        return pool;
    wr_pool_stop(pool, 1000);
    wr_pool_free(pool);
    return NULL;
}

bool wr_pool_put(struct wr_pool *pool, struct wr_task *task)
{
    pthread_mutex_lock(&pool->lock);
    bool hangs = pool->running >= pool->most && pool->lost >= pool->running;
    bool fits = !pool->stopped && pool->queued < pool->queue && !hangs;
    if (fits) {
        task->next = NULL;
        task->begun = task->over = task->left = task->untold = false;
        *pool->end = task;
        pool->end = &task->next;
        pool->queued++;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

bool wr_pool_take_back(struct wr_pool *pool, struct wr_task *task)
{
    pthread_mutex_lock(&pool->lock);
    struct wr_task **at = &pool->first;
    while (!task->begun && *at && *at != task)
        at = &(*at)->next;
    bool there = !task->begun && *at;
    if (there) {
        *at = task->next;
        if (!*at)
            pool->end = at;
        pool->queued--;
    }
    there = there || task->untold;
    pthread_mutex_unlock(&pool->lock);
    return there;
}

void wr_pool_leave(struct wr_pool *pool, struct wr_task *task)
{
    pthread_mutex_lock(&pool->lock);
    if (task->begun && !task->over && !task->left && !pool->stopped) {
        task->left = true;
        pool->lost++;
        if (pool->running < pool->most && pool->running - pool->lost < pool->threads)
            start(pool); /* where there is no thread to be had, what waits goes on waiting */
    }
    pthread_mutex_unlock(&pool->lock);
}

void wr_pool_count(struct wr_pool *pool, struct wr_pool_counts *counts)
{
    pthread_mutex_lock(&pool->lock);
    *counts = (struct wr_pool_counts){
        .idle = pool->running - pool->busy,
        .busy = pool->busy - pool->lost,
        .lost = pool->lost,
        .queued = pool->queued,
    };
    pthread_mutex_unlock(&pool->lock);
}

void wr_pool_stop(struct wr_pool *pool, uint32_t ms)
{
    struct timespec until;
    if (!pool)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&pool->lock);
    pool->stopped = true;
    pthread_cond_broadcast(&pool->work);
    while (pool->running > 0 && pthread_cond_timedwait(&pool->idle, &pool->lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&pool->lock);
}

void wr_pool_free(struct wr_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    bool idle = pool->running == 0;
    pthread_mutex_unlock(&pool->lock);
    if (!idle)
        return; /* the process is about to end: its thread and its memory end with it */
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->idle);
    free(pool);
}
