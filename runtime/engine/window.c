/* Counting within a sliding span, by slots. It knows numbers only. */
#include "runtime/engine/window.h"

#include <string.h>

#define RING (WR_WINDOW_SLOTS + 1)

static uint64_t *slot_at(struct wr_window *window, int64_t slot)
{
    return &window->used[slot % RING];
}

void wr_window_init(struct wr_window *window, uint64_t limit, uint64_t span_ms)
{
    memset(window, 0, sizeof *window);
    window->limit = limit;
    window->slot_us = (int64_t)(span_ms * 1000 / WR_WINDOW_SLOTS);
    if (window->slot_us == 0)
        window->slot_us = 1;
}

void wr_window_clear(struct wr_window *window)
{
    memset(window->used, 0, sizeof window->used);
    window->total = 0;
}

/* Lets go of the slots that are now older than the span. */
static void move_on(struct wr_window *window, int64_t now_us)
{
    int64_t now = now_us / window->slot_us;
    if (now - window->newest >= RING)
        wr_window_clear(window);
    else
        for (int64_t slot = window->newest + 1; slot <= now; slot++) {
            window->total -= *slot_at(window, slot);
            *slot_at(window, slot) = 0;
        }
    if (now > window->newest)
        window->newest = now;
}

int64_t wr_window_add(struct wr_window *window, int64_t now_us, uint64_t amount)
{
    move_on(window, now_us);
    *slot_at(window, window->newest) += amount;
    window->total += amount;
    return window->newest;
}

void wr_window_correct(struct wr_window *window, int64_t slot, uint64_t was, uint64_t is)
{
    if (window->newest - slot >= RING)
        return;
    uint64_t *used = slot_at(window, slot);
    if (*used < was) /* cleared meanwhile */
        return;
    *used = *used - was + is;
    window->total = window->total - was + is;
}

int64_t wr_window_opens(struct wr_window *window, int64_t now_us, uint64_t amount)
{
    if (window->limit == 0)
        return now_us;
    move_on(window, now_us);
    if (amount > window->limit)
        return INT64_MAX;
    uint64_t left = window->total;
    if (left + amount <= window->limit)
        return now_us;
    for (int64_t slot = window->newest - WR_WINDOW_SLOTS; slot <= window->newest; slot++) {
        left -= slot >= 0 ? *slot_at(window, slot) : 0;
        if (left + amount <= window->limit)
            return (slot + RING) * window->slot_us;
    }
    return INT64_MAX;
}
