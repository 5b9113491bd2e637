/* Watching a job from the loop that a client is on, while the job lives on another. Two letters a
 * change at most: what is on its way is told once, as it is when it arrives. */
#include "runtime/app/app.h"

#include <stdlib.h>

struct wr_lookout {
    struct wr_loop *from, *home;
    struct wr_id job;
    struct wr_watch *watch;                            /* home's */
    void (*heard)(void *arg, bool live, uint32_t seq); /* from's; NULL: nobody listens any more */
    void *arg;
    atomic_bool live, told; /* told: a letter is on its way */
    atomic_uint seq;
};

/* ---- where the client is ---------------------------------------------------------------------- */

static void hear(void *arg)
{
    struct wr_lookout *lookout = arg;
    atomic_store(&lookout->told, false); /* before it is read: what comes now is told anew */
    bool live = atomic_load(&lookout->live);
    if (!lookout->heard)
        return; /* on its way out: `let_go` comes last */
    void (*heard)(void *, bool, uint32_t) = lookout->heard;
    void *heard_arg = lookout->arg;
    uint32_t seq = atomic_load(&lookout->seq);
    if (!live)
        free(lookout);
    heard(heard_arg, live, seq);
}

static void let_go(void *arg)
{
    free(arg);
}

/* ---- where the job is ------------------------------------------------------------------------- */

static void tell(struct wr_lookout *lookout)
{
    if (!atomic_exchange(&lookout->told, true))
        wr_loop_post(lookout->from, hear, lookout);
}

static void grown(void *arg, bool over)
{
    struct wr_lookout *lookout = arg;
    if (over) {
        lookout->watch = NULL; /* it is gone */
        atomic_store(&lookout->live, false);
    } else {
        atomic_store(&lookout->seq, wr_watch_seq(lookout->watch));
    }
    tell(lookout);
}

static void begin(void *arg)
{
    struct wr_lookout *lookout = arg;
    lookout->watch = wr_engine_watch(lookout->home->engine, lookout->job, grown, lookout);
    atomic_store(&lookout->live, lookout->watch != NULL);
    if (lookout->watch)
        atomic_store(&lookout->seq, wr_watch_seq(lookout->watch));
    tell(lookout);
}

static void end(void *arg)
{
    struct wr_lookout *lookout = arg;
    if (lookout->watch)
        wr_engine_unwatch(lookout->watch);
    wr_loop_post(lookout->from, let_go, lookout);
}

/* ---- where the client is, again --------------------------------------------------------------- */

struct wr_lookout *wr_lookout_begin(struct wr_loop *loop, struct wr_id job,
                                    void (*heard)(void *arg, bool live, uint32_t seq), void *arg)
{
    struct wr_lookout *lookout = calloc(1, sizeof *lookout);
    if (!lookout)
        abort(); /* as a timer's: a stream would wait for ever */
    lookout->from = loop;
    lookout->home = wr_loop_of(loop->app, &job);
    lookout->job = job;
    lookout->heard = heard;
    lookout->arg = arg;
    wr_loop_post(lookout->home, begin, lookout);
    return lookout;
}

void wr_lookout_end(struct wr_lookout *lookout)
{
    lookout->heard = NULL;
    wr_loop_post(lookout->home, end, lookout);
}
