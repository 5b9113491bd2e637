/* The pool of threads: order, bounds, what is taken back, and an end while something runs. */
#include "runtime/base/pool.h"
#include "tests/unit/tap.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held: tasks wait */
static atomic_int begun, over;
static int order[8];

struct work {
    struct wr_task task;
    int number;
};

static void run(struct wr_task *task)
{
    struct work *work = (struct work *)(void *)task;
    order[atomic_fetch_add(&begun, 1) % 8] = work->number;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
}

static void ended(struct wr_task *task)
{
    (void)task;
    atomic_fetch_add(&over, 1);
}

static bool reaches(atomic_int *counter, int count)
{
    for (int i = 0; i < 20000 && atomic_load(counter) < count; i++)
        usleep(1000);
    return atomic_load(counter) == count;
}

static void test_line(void)
{
    struct wr_pool *pool = wr_pool_new(1, 1, 3);
    struct work works[6];
    for (int i = 0; i < 6; i++)
        works[i] = (struct work){{.run = run, .ended = ended}, i};
    pthread_mutex_lock(&gate);
    tap_ok(wr_pool_put(pool, &works[0].task) && reaches(&begun, 1), "the first begins");
    for (int i = 1; i <= 3; i++)
        tap_ok(wr_pool_put(pool, &works[i].task), "%d waits", i);
    tap_ok(!wr_pool_put(pool, &works[4].task), "the line is full");
    tap_ok(!wr_pool_take_back(pool, &works[0].task), "what runs is not taken back");
    tap_ok(wr_pool_take_back(pool, &works[3].task), "the last in line is");
    tap_ok(!wr_pool_take_back(pool, &works[3].task), "once");
    tap_ok(wr_pool_put(pool, &works[4].task), "and leaves room");
    tap_ok(wr_pool_take_back(pool, &works[1].task), "so is the first in line");
    pthread_mutex_unlock(&gate);
    tap_ok(reaches(&over, 3), "the others end");
    tap_ok(order[0] == 0 && order[1] == 2 && order[2] == 4, "in their order");
    tap_ok(!wr_pool_take_back(pool, &works[2].task), "what is over is not taken back");
    wr_pool_stop(pool, 10000);
    wr_pool_free(pool);
}

static void test_many(void)
{
    enum { MANY = 500 };
    struct wr_pool *pool = wr_pool_new(8, 8, MANY);
    struct work *works = calloc(MANY, sizeof *works);
    atomic_store(&begun, 0);
    atomic_store(&over, 0);
    for (int i = 0; i < MANY; i++) {
        works[i] = (struct work){{.run = run, .ended = ended}, i};
        wr_pool_put(pool, &works[i].task);
    }
    tap_ok(reaches(&over, MANY), "all of %d end", MANY);
    wr_pool_stop(pool, 10000);
    wr_pool_free(pool);
    free(works);
}

/* What nobody waits for keeps its thread, and another takes its place, up to the bound. */
static void test_lost(void)
{
    struct wr_pool *pool = wr_pool_new(1, 2, 8);
    struct wr_pool_counts counts;
    struct work works[4];
    atomic_store(&begun, 0);
    atomic_store(&over, 0);
    for (int i = 0; i < 4; i++)
        works[i] = (struct work){{.run = run, .ended = ended}, i};
    pthread_mutex_lock(&gate);
    wr_pool_put(pool, &works[0].task);
    wr_pool_put(pool, &works[1].task);
    reaches(&begun, 1);
    wr_pool_leave(pool, &works[0].task);
    wr_pool_leave(pool, &works[0].task);
    tap_ok(reaches(&begun, 2), "another thread begins the next");
    wr_pool_count(pool, &counts);
    tap_ok(counts.lost == 1 && counts.busy == 1 && counts.idle == 0, "one is lost, one is busy");
    tap_ok(wr_pool_put(pool, &works[2].task), "what comes waits for the one that is not lost");
    wr_pool_leave(pool, &works[1].task);
    tap_ok(!wr_pool_put(pool, &works[3].task), "where all are lost, nothing more is taken");
    pthread_mutex_unlock(&gate);
    tap_ok(reaches(&over, 3), "they come back");
    wr_pool_leave(pool, &works[1].task);
    for (int i = 0; i < 20000; i++, usleep(1000)) {
        wr_pool_count(pool, &counts);
        if (counts.idle + counts.busy == 1)
            break;
    }
    tap_ok(counts.idle == 1 && counts.lost == 0, "and one thread is left, as it began");
    wr_pool_stop(pool, 10000);
    wr_pool_free(pool);
}

/* It stays, with its thread: what runs cannot be stopped. */
static void test_stop(void)
{
    struct wr_pool *pool = wr_pool_new(1, 1, 8);
    static struct work works[2];
    works[0] = works[1] = (struct work){{.run = run, .ended = ended}, 7};
    atomic_store(&begun, 0);
    atomic_store(&over, 0);
    pthread_mutex_lock(&gate);
    wr_pool_put(pool, &works[0].task);
    wr_pool_put(pool, &works[1].task);
    reaches(&begun, 1);
    wr_pool_stop(pool, 20);
    tap_ok(!wr_pool_put(pool, &works[1].task), "nothing begins once it is stopped");
    tap_ok(!wr_pool_take_back(pool, &works[0].task), "what still runs is the pool's");
    tap_ok(wr_pool_take_back(pool, &works[1].task), "what has not begun is not");
    pthread_mutex_unlock(&gate);
    usleep(50000);
    tap_ok(atomic_load(&over) == 0 && atomic_load(&begun) == 1, "and no end is told");
    wr_pool_stop(pool, 10000);
    tap_ok(wr_pool_take_back(pool, &works[0].task), "which is known then");
    wr_pool_free(pool);
}

int main(void)
{
    test_line();
    test_many();
    test_lost();
    test_stop();
    return tap_done();
}
