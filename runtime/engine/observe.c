/* Telling the observer. */
#include "runtime/engine/job.h"

#include <string.h>

void wr_job_saw(struct wr_job *job, struct wr_observation *seen)
{
    const struct wr_observer *observer = job->engine->observer;
    if (!observer)
        return;
    seen->job = job->state.job;
    seen->workflow = job->workflow;
    seen->caller = job->state.caller;
    if (seen->what == WR_SAW_JOB) {
        const char *status = wr_status_name(job->state.status);
        const char *result = wr_result_name(job->state.result);
        seen->status = (struct wr_str){status, strlen(status)};
        seen->result_type = result ? (struct wr_str){result, strlen(result)} : (struct wr_str){0};
        seen->error_code = job->state.error;
        seen->cost = job->state.cost;
        seen->elapsed_us = (job->state.finished_ms - job->state.created_ms) * 1000;
    }
    observer->saw(observer->self, seen);
}
