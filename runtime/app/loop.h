/* One event loop of a running binary: a thread with its own timers, server, engine and calls. It is
 * reached from others through its inbox only. */
#ifndef WR_APP_LOOP_H
#define WR_APP_LOOP_H

#include "runtime/app/flags.h"
#include "runtime/base/clock.h"
#include "runtime/base/loop.h"
#include "runtime/engine/engine.h"
#include "runtime/http/server.h"
#include "runtime/observe/stages.h"

#include <pthread.h>
#include <stdatomic.h>

struct wr_app;
struct wr_ask;
struct wr_stream;

/* The clock port on an event loop. */
struct wr_loop_clock {
    struct event_base *loop;
    struct wr_clock port;
};
void wr_loop_clock_init(struct wr_loop_clock *clock, struct event_base *loop);

struct wr_loop {
    struct wr_app *app;
    uint32_t index;
    struct event_base *base;
    struct wr_inbox *inbox;
    pthread_t thread;
    bool runs; /* on a thread of its own; the first one has the process's */
    struct wr_loop_clock clock;
    struct wr_effects effects;
    bool client_open;
    struct wr_store *store; /* its side of the one store */
    struct wr_engine *engine;
    struct wr_server *server;
    struct wr_metrics *metrics;
    struct wr_stages stages;
    struct wr_observer observer;
    struct wr_stream *streams; /* readings of journals under way */
    struct wr_ask *asks;       /* its requests' questions to other loops */
    atomic_uint coming;        /* connections that were handed out to it and have not arrived */
};

/* In two halves, around the store, which needs every loop's base. False, or a sentence in `error`
 * (and why in `exit`): it cannot. Closed in any case. */
bool wr_loop_open(struct wr_loop *loop, struct wr_app *app, uint32_t index);
bool wr_loop_equip(struct wr_loop *loop, enum wr_exit *exit, char *error, size_t error_size);
bool wr_loop_start(struct wr_loop *loop); /* its thread */
void wr_loop_stop(struct wr_loop *loop);  /* and waits for it */
/* After all threads have ended. In this order, each for all loops: the engines go before the store,
 * the rest goes after it. */
void wr_loop_free_engine(struct wr_loop *loop);
void wr_loop_close(struct wr_loop *loop);

/* `fn(arg)` is called on that loop, later, in the order posted. Any thread. */
void wr_loop_post(struct wr_loop *loop, void (*fn)(void *arg), void *arg);
/* The loop that a job belongs to. */
struct wr_loop *wr_loop_of(struct wr_app *app, const struct wr_id *job);

/* ---- watching a job, wherever it lives (lookout.c) -------------------------------------------- */

struct wr_lookout;

/* `heard` is called on `loop`, later: the job's journal has `seq` entries (durable soon); the first time
 * as it stands, then as it grows. Not `live`: the job is not in memory (any more), what there is to know
 * is in the store, and the lookout is gone. */
struct wr_lookout *wr_lookout_begin(struct wr_loop *loop, struct wr_id job,
                                    void (*heard)(void *arg, bool live, uint32_t seq), void *arg);
void wr_lookout_end(struct wr_lookout *lookout);

#endif
