/* An event loop's turns, and its inbox: a locked queue and an eventfd that wakes the loop. */
#include "runtime/base/loop.h"

#include "runtime/base/clock.h"

#include "runtime/base/log.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

void wr_loop_turns(struct event_base *loop)
{
    wr_log_gather();
    while (event_base_loop(loop, EVLOOP_ONCE) == 0 && !event_base_got_break(loop))
        wr_log_flush();
    wr_log_gather_end();
}

#define TURN_US 2000                   /* of one turn of the loop */
#define WHOLE_US (INT64_C(3600) << 20) /* an hour: all of it */

struct letter {
    struct letter *next;
    void (*fn)(void *arg);
    void *arg;
};

struct wr_inbox {
    struct event *wake;
    pthread_mutex_t lock;
    struct letter *first, **end;
    int fd;
};

static void wake(struct wr_inbox *inbox)
{
    uint64_t one = 1;
    ssize_t put = write(inbox->fd, &one, sizeof one);
    (void)put; /* fails only when the counter is full, and then the loop is awake anyway */
}

/* What was not read in time stays the first. */
static void put_back(struct wr_inbox *inbox, struct letter *first, struct letter **end)
{
    pthread_mutex_lock(&inbox->lock);
    *end = inbox->first;
    if (!inbox->first)
        inbox->end = end;
    inbox->first = first;
    pthread_mutex_unlock(&inbox->lock);
    wake(inbox);
}

/* Takes the whole queue, so that letters posted meanwhile wait for the next turn of the loop; and so do
 * those that are left after `most_us`: whoever else has something on the loop comes in between. */
static bool run(struct wr_inbox *inbox, int64_t most_us)
{
    pthread_mutex_lock(&inbox->lock);
    struct letter *letter = inbox->first, **end = inbox->end;
    inbox->first = NULL;
    inbox->end = &inbox->first;
    pthread_mutex_unlock(&inbox->lock);
    bool any = letter != NULL;
    int64_t until_us = any ? wr_mono_us() + most_us : 0;
    while (letter) {
        struct letter *next = letter->next;
        letter->fn(letter->arg);
        free(letter);
        letter = next;
        if (letter && wr_mono_us() >= until_us) {
            put_back(inbox, letter, end);
            break;
        }
    }
    return any;
}

bool wr_inbox_run(struct wr_inbox *inbox)
{
    return run(inbox, WHOLE_US);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    uint64_t count;
    ssize_t got = read(fd, &count, sizeof count);
    (void)got; /* EAGAIN: someone else has read it; the queue tells the truth */
    run(arg, TURN_US);
}

struct wr_inbox *wr_inbox_new(struct event_base *loop)
{
    struct wr_inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        return NULL;
    inbox->end = &inbox->first;
    inbox->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (inbox->fd >= 0)
        inbox->wake = event_new(loop, inbox->fd, EV_READ | EV_PERSIST, on_wake, inbox);
    if (!inbox->wake || event_add(inbox->wake, NULL) != 0) {
        if (inbox->wake)
            event_free(inbox->wake);
        if (inbox->fd >= 0)
            close(inbox->fd);
        free(inbox);
        return NULL;
    }
    pthread_mutex_init(&inbox->lock, NULL);
    return inbox;
}

void wr_inbox_free(struct wr_inbox *inbox)
{
    if (!inbox)
        return;
    while (wr_inbox_run(inbox))
        continue;
    event_free(inbox->wake);
    close(inbox->fd);
    pthread_mutex_destroy(&inbox->lock);
    free(inbox);
}

bool wr_inbox_post(struct wr_inbox *inbox, void (*fn)(void *arg), void *arg)
{
    struct letter *letter = malloc(sizeof *letter);
    if (!letter)
        return false;
    *letter = (struct letter){NULL, fn, arg};
    pthread_mutex_lock(&inbox->lock);
    bool was_empty = !inbox->first;
    *inbox->end = letter;
    inbox->end = &letter->next;
    pthread_mutex_unlock(&inbox->lock);
    if (was_empty)
        wake(inbox);
    return true;
}
