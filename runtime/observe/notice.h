/* What a notification says: a CloudEvent (1.0, structured JSON) with the job's envelope in it. */
#ifndef WR_OBSERVE_NOTICE_H
#define WR_OBSERVE_NOTICE_H

#include "runtime/engine/envelope.h"
#include "runtime/store/deliveries.h"

#define WR_NOTICE_TYPE "application/cloudevents+json"

/* The job's state as of the delivery's entry, the last of `entries`, which are its journal up to there.
 * False: damage. */
bool wr_notice_fold(struct wr_state *state, struct wr_arena *arena,
                    const struct wr_delivery *delivery, const struct wr_entry *entries,
                    size_t count);
/* The same text each time it is made. */
struct wr_str wr_notice_body(struct wr_arena *arena, const struct wr_program *program,
                             const struct wr_state *state, const struct wr_delivery *delivery,
                             int64_t at_ms);

#endif
