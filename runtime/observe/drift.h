/* Drift: what services and models answer, against what the specification expects. For each version of a
 * target how many answers came and by which rule they were refused; and the fields that no schema knows.
 * Since the process began; bounded, whatever a peer sends. Any thread. */
#ifndef WR_OBSERVE_DRIFT_H
#define WR_OBSERVE_DRIFT_H

#include "runtime/base/arena.h"
#include "runtime/engine/ports.h"

struct wr_drift;

struct wr_drift *wr_drift_new(void);
void wr_drift_free(struct wr_drift *drift);

/* An attempt that ended; `target`: the service's or the model's name, borrowed for good. */
void wr_drift_saw(struct wr_drift *drift, const char *target, const struct wr_observation *seen,
                  int64_t now_ms);
/* {"since": …, "answers": [...], "unknown_fields": [...]} */
struct wr_str wr_drift_json(struct wr_drift *drift, struct wr_arena *arena);
void wr_drift_metrics(struct wr_drift *drift, struct wr_text *out);

#endif
