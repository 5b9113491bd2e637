/* The store: the journal, kept durably, behind the table of ports.h. The only door to it: what is
 * behind may be SQLite or, later, PostgreSQL. Every call through the table is asynchronous. */
#ifndef WR_STORE_STORE_H
#define WR_STORE_STORE_H

#include "runtime/engine/ports.h"

struct event_base;

/* 0 takes the default. */
struct wr_store_options {
    uint32_t queue;       /* 8192: calls that wait for the writer at most; past it WR_STORE_BUSY */
    uint32_t batch;       /* 1024: calls in one transaction at most */
    uint32_t ride_ms;     /* 5: what nobody awaits is committed after this long */
    uint32_t probe_ms;    /* 250: how often a store that failed is tried again */
    uint32_t sweep_ms;    /* 60000: how often jobs past their time are looked for */
    uint32_t readers;     /* 2: threads that read */
    uint64_t remember_ms; /* forever: after so long what is remembered may go */
    uint64_t max_bytes;   /* no limit: of the database file; past it WR_STORE_FULL */
    uint32_t loops;       /* 1: that share it */
};

/* `url`: "sqlite:PATH". Opens or makes it, brings its schema up to date, takes its lock, starts its
 * threads. Answers are given on `loop`. NULL and one sentence in `*error` (malloc'd) if it cannot. */
struct wr_store *wr_store_open(const char *url, struct event_base *loop,
                               const struct wr_store_options *options, char **error);
/* The same store for the next of `loops`: what is asked through it is answered on `loop`. Each gives of
 * the unfinished jobs those of its own loop (wr_id_share), the store that was opened being the first.
 * Before any call. Closed with the first. NULL: no memory or descriptors. */
struct wr_store *wr_store_join(struct wr_store *store, struct event_base *loop);
/* Of what was opened, for all loops, the only thread that still runs one. Writes and answers all that is
 * queued, then closes. Calls that answers make meanwhile end with WR_STORE_FAILED. NULL is nothing. */
void wr_store_close(struct wr_store *store);

/* A copy of the store at `url` as it is at one moment, in the new file `to`, whether a process uses it
 * or not. Takes its time. False and one sentence in `*error` (malloc'd); then there is no file. */
bool wr_store_backup(const char *url, const char *to, char **error);

/* False from a failed commit to the next good one; any thread. `*why` becomes a sentence. */
bool wr_store_healthy(const struct wr_store *store, const char **why);

struct wr_store_stats {
    uint64_t queued;                  /* waiting now */
    uint64_t commits, failed_commits; /* transactions */
    uint64_t writes, refused;         /* calls committed; calls refused as the queue was full */
    uint64_t reads;
    uint64_t commit_us; /* sum over commits */
    uint64_t checkpoints;
    uint64_t wal_pages; /* after the newest commit */
};
void wr_store_get_stats(const struct wr_store *store, struct wr_store_stats *stats);

#endif
