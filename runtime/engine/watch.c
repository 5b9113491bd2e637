/* Who wants to know that a job's journal has grown. A watcher is told that something happened, never
 * what: what happened is read from the store, where it is durable. */
#include "runtime/engine/job.h"

#include <stdio.h>
#include <stdlib.h>

struct wr_watch {
    struct wr_watch *next, **at;
    struct wr_job *job;
    void (*grown)(void *arg, bool over);
    void *arg;
};

struct wr_watch *wr_engine_watch(struct wr_engine *engine, struct wr_id id,
                                 void (*grown)(void *arg, bool over), void *arg)
{
    struct wr_job *job = wr_job_find(engine, &id);
    if (!job || !job->accepted)
        return NULL;
    struct wr_watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    *watch = (struct wr_watch){
        .next = job->watches, .at = &job->watches, .job = job, .grown = grown, .arg = arg};
    if (job->watches)
        job->watches->at = &watch->next;
    job->watches = watch;
    return watch;
}

uint32_t wr_watch_seq(const struct wr_watch *watch)
{
    return watch->job->seq;
}

void wr_engine_unwatch(struct wr_watch *watch)
{
    *watch->at = watch->next;
    if (watch->next)
        watch->next->at = watch->at;
    free(watch);
}

void wr_job_tell_watches(struct wr_job *job)
{
    for (struct wr_watch *watch = job->watches; watch; watch = watch->next)
        watch->grown(watch->arg, false);
}

void wr_job_end_watches(struct wr_job *job)
{
    while (job->watches) {
        struct wr_watch watch = *job->watches;
        wr_engine_unwatch(job->watches);
        watch.grown(watch.arg, true);
    }
}
