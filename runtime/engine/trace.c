/* The trace that a job is part of: the ids of its spans, and what its calls pass on. They follow from the
 * job's id and from its journal, so that a restart goes on with the same trace. W3C Trace Context. */
#include "runtime/engine/job.h"

#include <string.h>

/* FNV-1a over what names a span, its bits spread at the end; a span's id is never 0. */
static uint64_t add(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t spread(uint64_t hash)
{
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
    hash ^= hash >> 31;
    return hash ? hash : 1;
}

static uint64_t of_job(const struct wr_id *job)
{
    return add(UINT64_C(14695981039346656037), job, sizeof *job);
}

uint64_t wr_span_job(const struct wr_id *job)
{
    return spread(of_job(job));
}

uint64_t wr_span_stage(const struct wr_activity *activity, int64_t entered_ms)
{
    uint64_t hash = of_job(&activity->job->state.job);
    hash = add(hash, activity->path.len ? activity->path.ptr : "", activity->path.len);
    hash = add(hash, activity->stage->name, strlen(activity->stage->name) + 1);
    return spread(add(hash, &entered_ms, sizeof entered_ms));
}

uint64_t wr_span_attempt(const struct wr_activity *activity, uint32_t attempt)
{
    return spread(add(activity->span, &attempt, sizeof attempt));
}

uint64_t wr_span_above(const struct wr_activity *activity)
{
    return activity->parent ? activity->parent->span : wr_span_job(&activity->job->state.job);
}

/* A client's trace goes on with its flags. Without one the job is a trace of its own, which is sampled
 * where anybody is told of it. */
struct wr_str wr_trace_parent(const struct wr_activity *activity, struct wr_arena *arena)
{
    const struct wr_state *state = &activity->job->state;
    uint64_t span = wr_span_attempt(activity, activity->attempts);
    char trace[33];
    if (state->trace.len == 55) {
        const char *made = wr_arena_printf(arena, "00-%.32s-%016llx-%.2s", state->trace.ptr + 3,
                                           (unsigned long long)span, state->trace.ptr + 53);
        return (struct wr_str){made, 55};
    }
    wr_trace_of_job(&state->job, trace);
    const char *made = wr_arena_printf(arena, "00-%s-%016llx-%s", trace, (unsigned long long)span,
                                       activity->job->engine->traces ? "01" : "00");
    return (struct wr_str){made, 55};
}

void wr_trace_of_job(const struct wr_id *job, char text[33])
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = (const unsigned char *)job;
    for (size_t i = 0; i < 16; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[32] = '\0';
}
