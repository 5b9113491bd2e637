/* What the engine sees, as spans of OTLP in JSON: one for a job, a stage, a call. Names, classes, numbers;
 * never bodies, values, callers or sentences. */
#ifndef WR_OBSERVE_SPANS_H
#define WR_OBSERVE_SPANS_H

#include "runtime/engine/ports.h"

/* One span's JSON object; empty: nothing is told of this (no call, or the client's trace is not sampled).
 * `now_ns`: UTC, when it ended. */
struct wr_str wr_span_json(struct wr_arena *arena, const struct wr_program *program,
                           const struct wr_observation *seen, int64_t now_ns);
/* {"attributes": …} of the program, `name` instead of its own where that is not NULL. */
struct wr_str wr_span_resource(struct wr_arena *arena, const struct wr_program *program,
                               const char *name);

#endif
