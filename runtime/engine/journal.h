/* The journal: what happened to a job, one entry for each thing that happened, in order. The
 * journal is the truth; a job's state is a fold of it (fold.h). Bodies are JSON objects. */
#ifndef WR_ENGINE_JOURNAL_H
#define WR_ENGINE_JOURNAL_H

#include <wright/generated.h>

#include "runtime/base/id.h"

#include <stddef.h>
#include <stdint.h>

/* Numbers and names are durable: rows are added at the end and never change. */
enum wr_entry_kind {
    WR_ENTRY_ACCEPTED,   /* workflow, contract, caller, input, deadline, trace */
    WR_ENTRY_ENTERED,    /* a stage, with the `now` it sees */
    WR_ENTRY_STARTED,    /* an attempt of an effect; only where it must be known beforehand */
    WR_ENTRY_ENDED,      /* an attempt: class, usage, model version, duration */
    WR_ENTRY_VALUE,      /* a stage's value and the hash of the schema that encoded it */
    WR_ENTRY_TRANSITION, /* label taken, target */
    WR_ENTRY_PUBLISHED,  /* a draft */
    WR_ENTRY_FINISHED,   /* status, result type, error, output */
    WR_ENTRY_PARKED,     /* what the job waits for, and until when */
    WR_ENTRY_SIGNALLED,  /* a signal that came: its value, and whose it is */
    WR_ENTRY_REVIEWED,   /* a person's decision, with an edited value, and why */
    WR_ENTRY_RESTARTED,  /* a newer program has begun it anew: workflow, contract */
    WR_ENTRY_CHECKPOINT, /* the state that all before it comes to: nothing happened */
    WR_ENTRY_KIND_COUNT
};

struct wr_entry {
    uint32_t seq; /* from 1, without gaps, within the job */
    enum wr_entry_kind kind;
    int64_t at_ms;      /* UTC, milliseconds since 1970 */
    struct wr_str path; /* the activity: "" is the workflow's machine, else "gather/news" */
    struct wr_str body; /* a JSON object */
    /* Who is told of it once it is durable; not read back. NULL: nobody. Both live as long as the program. */
    const char *notify; /* services, separated by spaces */
    const char *event;  /* "done", "fail", "draft" */
    /* What becomes of the job's row with it; not read back. `standing` NULL: nothing does. */
    const char *standing;       /* the row's status */
    int64_t parked_ms, wake_ms; /* UTC: it rests from and until then, with nothing to do; else 0 */
};

const char *wr_entry_kind_name(enum wr_entry_kind kind);

#endif
