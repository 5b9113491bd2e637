/* The inside of a scripted world, in which one test runs: what it was told, what it has seen. Only
 * files of this folder include it. */
#ifndef WR_SIM_SCRIPT_H
#define WR_SIM_SCRIPT_H

#include <wright/testing.h>

#include "runtime/sim/world.h"

#include <jansson.h>
#include <stdio.h>

#define WR_SCRIPT_CALLER "test"

/* A `given` that has been read, and how far it has come. */
struct wr_script_given {
    struct wr_script_given *next; /* the newest first: it wins */
    const struct wr_test_step *step;
    size_t at;        /* of its outcomes, the current one */
    int64_t since_us; /* virtual: when the current one was first asked; -1: not yet */
};

/* What left for one stage. */
struct wr_tally {
    struct wr_tally *next;
    struct wr_str place; /* "save", "gather/news" */
    int64_t sends, keys;
    struct wr_script_key {
        struct wr_script_key *next;
        struct wr_str key;
    } * seen;
};

/* One request of the test, and the job that came of it. */
struct wr_script_request {
    struct wr_script *script;
    const struct wr_workflow *workflow;
    struct wr_waiter *waiter; /* NULL: answered, or its process has died */
    int64_t sent_us;          /* virtual */
    int64_t answered_us;      /* -1: not yet */
    struct wr_answer answer;  /* its body kept */
    struct wr_id job;
    bool accepted;
};

struct wr_script {
    const struct wr_program *program;
    const struct wr_suite *suite;
    const struct wr_test *test;
    struct wr_world *world;
    struct wr_arena *arena; /* the world's */
    struct wr_script_given *givens;
    struct wr_tally *tallies;
    struct wr_script_request *request; /* the newest */
    const struct wr_test_step *crash;  /* to come */
    size_t jobs_before;                /* the newest request */
    int64_t first_us;                  /* when the first request was sent; -1: none yet */
    bool failed;
    bool stuck; /* what failed makes the rest mean nothing: no more steps */
    FILE *told; /* what went wrong */
    struct wr_sim_coverage *coverage;
};

struct wr_seen {
    struct wr_script *script;
    json_t *envelope;
    const void *output; /* NULL: none */
};

/* One line under the test's name; the test has failed. `line` of the specification. */
void wr_script_fail(struct wr_script *script, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* script_effects.c */
void wr_script_effects_open(struct wr_script *script);

/* script_expect.c */
void wr_script_expect(struct wr_script *script, const struct wr_test_step *step);

/* script_tell.c */
/* The newest job's journal, a line each. */
void wr_script_timeline(struct wr_script *script);

/* script.c: virtual time goes on until `done`, or `limit_us` (of the world); false: nothing is left to
 * happen. */
bool wr_script_run_until(struct wr_script *script, bool (*done)(const struct wr_script *script),
                         int64_t limit_us);

#endif
