/* Telling the observer. */
#include "runtime/base/str.h"
#include "runtime/engine/job.h"

#include <string.h>

void wr_job_waits(struct wr_job *job)
{
    if (job->waits++ == 0)
        job->waits_since_us = wr_engine_us(job->engine);
}

void wr_job_waits_no_more(struct wr_job *job)
{
    if (--job->waits == 0)
        job->waited_us += wr_engine_us(job->engine) - job->waits_since_us;
}

void wr_job_saw(struct wr_job *job, struct wr_observation *seen)
{
    const struct wr_observer *observer = job->engine->observer;
    if (!observer)
        return;
    seen->job = job->state.job;
    seen->workflow = job->workflow;
    seen->caller = job->state.caller;
    seen->trace = job->state.trace;
    seen->tracestate = job->state.tracestate;
    seen->arm = job->state.arm;
    if (seen->what == WR_SAW_JOB) {
        seen->span = wr_span_job(&job->state.job);
        const char *status = wr_status_name(job->state.status);
        const char *result = wr_result_name(job->state.result);
        seen->status = wr_str_of(status);
        seen->result_type = wr_str_of(result);
        seen->error_code = job->state.error;
        seen->cost = job->state.cost;
        seen->created_ms = job->state.created_ms;
        seen->own_us = -1;
        if (job->began_us)
            seen->own_us = wr_engine_us(job->engine) - job->began_us - job->waited_us;
        seen->elapsed_us = (job->state.finished_ms - job->state.created_ms) * 1000;
    }
    observer->saw(observer->self, seen);
}
