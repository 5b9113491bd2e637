/* The clock port on libevent's timers. */
#include "runtime/app/app.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/rand.h>
#include <stdlib.h>

struct wr_timer {
    struct event event;
    void (*fire)(void *arg);
    void *arg;
};

static int64_t utc_ms(void *self)
{
    (void)self;
    return wr_utc_ms();
}

static int64_t mono_us(void *self)
{
    (void)self;
    return wr_mono_us();
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct wr_timer *timer = arg;
    void (*fire)(void *) = timer->fire;
    void *fire_arg = timer->arg;
    free(timer);
    fire(fire_arg);
}

static struct wr_timer *after(void *self, int64_t us, void (*fire)(void *arg), void *arg)
{
    struct wr_loop_clock *clock = self;
    struct wr_timer *timer = malloc(sizeof *timer);
    if (!timer)
        abort(); /* a job without its timers would never end; the journal is what survives */
    if (us < 0)
        us = 0;
    timer->fire = fire;
    timer->arg = arg;
    const struct timeval span = {us / 1000000, us % 1000000};
    evtimer_assign(&timer->event, clock->loop, on_timer, timer);
    evtimer_add(&timer->event, &span);
    return timer;
}

static void cancel(void *self, struct wr_timer *timer)
{
    (void)self;
    evtimer_del(&timer->event);
    free(timer);
}

static uint64_t random_bits(void *self)
{
    (void)self;
    uint64_t bits;
    if (RAND_bytes((unsigned char *)&bits, (int)sizeof bits) != 1)
        abort(); /* ids without randomness would be guessable */
    return bits;
}

void wr_loop_clock_init(struct wr_loop_clock *clock, struct event_base *loop)
{
    clock->loop = loop;
    clock->port = (struct wr_clock){.self = clock,
                                    .utc_ms = utc_ms,
                                    .mono_us = mono_us,
                                    .after = after,
                                    .cancel = cancel,
                                    .random = random_bits};
}
