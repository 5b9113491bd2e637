/* How much happened within the last so many milliseconds: what rate limits and breakers count.
 * It knows numbers only; the caller brings the time. */
#ifndef WR_ENGINE_WINDOW_H
#define WR_ENGINE_WINDOW_H

#include <stdint.h>

#define WR_WINDOW_SLOTS 60

/* Counts by slots of a sixtieth of the span. A slot counts until all of it is older than the span,
 * so the limit is never passed in any span, at the price of a sixtieth of patience. */
struct wr_window {
    uint64_t limit; /* 0: none */
    int64_t slot_us;
    int64_t newest; /* number of the newest slot: time divided by slot_us */
    uint64_t total;
    uint64_t used[WR_WINDOW_SLOTS + 1];
};

void wr_window_init(struct wr_window *window, uint64_t limit, uint64_t span_ms);
/* Counts `amount` now; gives the slot, for wr_window_correct(). */
int64_t wr_window_add(struct wr_window *window, int64_t now_us, uint64_t amount);
/* What was counted as `was` turned out to be `is`. */
void wr_window_correct(struct wr_window *window, int64_t slot, uint64_t was, uint64_t is);
/* When `amount` more will fit: `now_us` if it does now, INT64_MAX if it never can. */
int64_t wr_window_opens(struct wr_window *window, int64_t now_us, uint64_t amount);
void wr_window_clear(struct wr_window *window);

#endif
