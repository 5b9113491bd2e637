/* Virtual time: a heap of timers; the next one is always now. Monotonic time begins anew with each
 * life of the process, UTC can be set by somebody at any moment. */
#include "runtime/sim/world.h"

#include <stdio.h>
#include <stdlib.h>

struct wr_timer {
    int64_t at_us;
    uint64_t seq; /* who was set first fires first */
    size_t at;    /* in the heap */
    void (*fire)(void *arg);
    void *arg;
};

static bool before(const struct wr_timer *a, const struct wr_timer *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->seq < b->seq;
}

static void put(struct wr_world *world, size_t at, struct wr_timer *timer)
{
    world->timers[at] = timer;
    timer->at = at;
}

static void rise(struct wr_world *world, size_t at)
{
    struct wr_timer *timer = world->timers[at];
    while (at > 0 && before(timer, world->timers[(at - 1) / 2])) {
        put(world, at, world->timers[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(world, at, timer);
}

static void sink(struct wr_world *world, size_t at)
{
    struct wr_timer *timer = world->timers[at];
    for (size_t child; (child = 2 * at + 1) < world->timer_count; at = child) {
        if (child + 1 < world->timer_count &&
            before(world->timers[child + 1], world->timers[child]))
            child++;
        if (!before(world->timers[child], timer))
            break;
        put(world, at, world->timers[child]);
    }
    put(world, at, timer);
}

struct wr_timer *wr_sim_after(struct wr_world *world, int64_t us, void (*fire)(void *), void *arg)
{
    if (world->timer_count == world->timer_room) {
        world->timer_room = world->timer_room ? 2 * world->timer_room : 64;
        world->timers = realloc(world->timers, world->timer_room * sizeof(struct wr_timer *));
    }
    struct wr_timer *timer = malloc(sizeof *timer);
    if (!timer || !world->timers) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    *timer = (struct wr_timer){world->now_us + (us > 0 ? us : 0), ++world->timer_seq, 0, fire, arg};
    world->timers[world->timer_count++] = timer;
    rise(world, world->timer_count - 1);
    return timer;
}

static void take_out(struct wr_world *world, size_t at)
{
    struct wr_timer *last = world->timers[--world->timer_count];
    if (at == world->timer_count)
        return;
    put(world, at, last);
    rise(world, at);
    sink(world, last->at);
}

void wr_sim_cancel(struct wr_world *world, struct wr_timer *timer)
{
    take_out(world, timer->at);
    free(timer);
}

int64_t wr_sim_next_us(const struct wr_world *world)
{
    if (world->timer_count == 0)
        return -1;
    return world->timers[0]->at_us > world->now_us ? world->timers[0]->at_us : world->now_us;
}

bool wr_sim_step(struct wr_world *world)
{
    if (world->timer_count == 0)
        return false;
    struct wr_timer *timer = world->timers[0];
    take_out(world, 0);
    if (timer->at_us > world->now_us)
        world->now_us = timer->at_us;
    void (*fire)(void *) = timer->fire;
    void *arg = timer->arg;
    free(timer);
    world->steps++;
    fire(arg);
    return true;
}

static int64_t utc_ms(void *self)
{
    const struct wr_world *world = self;
    return (world->utc_us + world->now_us) / 1000;
}

static int64_t mono_us(void *self)
{
    const struct wr_world *world = self;
    return world->mono_us + world->now_us;
}

static struct wr_timer *after(void *self, int64_t us, void (*fire)(void *), void *arg)
{
    return wr_sim_after(self, us, fire, arg);
}

static void cancel(void *self, struct wr_timer *timer)
{
    wr_sim_cancel(self, timer);
}

static uint64_t engine_random(void *self)
{
    struct wr_world *world = self;
    return wr_random_next(&world->engine_random);
}

void wr_sim_clock_open(struct wr_world *world)
{
    world->clock = (struct wr_clock){world, utc_ms, mono_us, after, cancel, engine_random};
}
