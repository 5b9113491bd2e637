/* A journal's events as others see them: what happened, when, how it ended and what it cost. Never
 * a value, a prompt's text or a caller; and what a dependency said about itself (its sentences, its
 * request ids) only for the operator. */
#ifndef WR_OBSERVE_EVENTS_H
#define WR_OBSERVE_EVENTS_H

#include "runtime/engine/event.h"

/* One JSON object, without line breaks; a client's Last-Event-ID is its `seq`. */
void wr_event_show(struct wr_text *out, const struct wr_event *event, bool operator);

#endif
