/* The turns of an event loop, and its inbox: other threads leave functions in it, the loop's thread runs them. */
#ifndef WR_BASE_LOOP_H
#define WR_BASE_LOOP_H

#include <stdbool.h>

struct event_base;
struct wr_inbox;

/* Until event_base_loopbreak, which only this thread may call. What is logged in a turn is written at its end. */
void wr_loop_turns(struct event_base *loop);

/* Made and freed on the loop's thread. NULL if the system gives no eventfd. While it stands, the
 * loop does not end by itself. */
struct wr_inbox *wr_inbox_new(struct event_base *loop);
/* On the loop's thread, or once that has ended: runs what is queued now; false: nothing was. */
bool wr_inbox_run(struct wr_inbox *inbox);
/* Runs what is still queued, then frees. No thread may post any more. */
void wr_inbox_free(struct wr_inbox *inbox);
/* From any thread, the loop's own included: `fn(arg)` is called on the loop, later, in the order
 * posted. False only when memory is out: then it is not called. */
bool wr_inbox_post(struct wr_inbox *inbox, void (*fn)(void *arg), void *arg);

#endif
