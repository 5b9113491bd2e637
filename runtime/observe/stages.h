/* What the engine sees, told to the log (a line an attempt, a stage and a job) and to the metrics.
 * Never bodies, values or secrets: names, classes, numbers. */
#ifndef WR_OBSERVE_STAGES_H
#define WR_OBSERVE_STAGES_H

#include "runtime/engine/ports.h"
#include "runtime/observe/drift.h"
#include "runtime/observe/metrics.h"
#include "runtime/observe/otlp.h"

struct wr_stages {
    const struct wr_program *program;
    struct wr_metrics *metrics;
    struct wr_otlp *otlp; /* NULL: nobody is told of spans */
    struct wr_drift *drift;
};

/* The engine's observer; `stages` outlives it. */
struct wr_observer wr_stages_observer(struct wr_stages *stages);

#endif
