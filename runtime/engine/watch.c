/* Who wants to know that a job's journal has grown. A watcher is told that something happened, never
 * what: what happened is read from the store, where it is durable. */
#include "runtime/engine/job.h"

#include <stdio.h>
#include <stdlib.h>

struct wr_watch {
    struct wr_watch *next, **at;
    struct wr_job *job;         /* NULL: it rests … */
    struct wr_resting *resting; /* … here */
    void (*grown)(void *arg, bool over);
    void *arg;
};

struct wr_watch *wr_engine_watch(struct wr_engine *engine, struct wr_id id,
                                 void (*grown)(void *arg, bool over), void *arg)
{
    struct wr_job *job = wr_job_find(engine, &id);
    struct wr_resting *resting = job ? NULL : wr_lot_find(&engine->lot, &id);
    if (!resting && (!job || !job->accepted))
        return NULL;
    struct wr_watch **list = job ? &job->watches : &resting->watches;
    struct wr_watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    *watch = (struct wr_watch){
        .next = *list, .at = list, .job = job, .resting = resting, .grown = grown, .arg = arg};
    if (*list)
        (*list)->at = &watch->next;
    *list = watch;
    return watch;
}

uint32_t wr_watch_seq(const struct wr_watch *watch)
{
    return watch->job ? watch->job->seq : watch->resting->seq;
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

void wr_watches_end(struct wr_watch **watches)
{
    while (*watches) {
        struct wr_watch watch = **watches;
        wr_engine_unwatch(*watches);
        watch.grown(watch.arg, true);
    }
}

void wr_watches_move(struct wr_watch **from, struct wr_watch **to, struct wr_job *job,
                     struct wr_resting *resting)
{
    *to = *from;
    *from = NULL;
    if (*to)
        (*to)->at = to;
    for (struct wr_watch *watch = *to; watch; watch = watch->next) {
        watch->job = job;
        watch->resting = resting;
    }
}
