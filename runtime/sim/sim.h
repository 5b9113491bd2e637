/* The simulator: a program's own workflows, on the real engine, behind simulated doors, in virtual
 * time. Faults are injected and what must always hold is checked after each step. Everything follows
 * from the seed: the same seed gives the same journals, byte for byte. */
#ifndef WR_SIM_SIM_H
#define WR_SIM_SIM_H

#include <wright/generated.h>

#include <stdio.h>

/* What is sought: anything that breaks a rule; or, within what the proofs assume, the latest reply, or
 * the dearest job (adversary.c). */
enum wr_sim_goal { WR_SIM_ANYTHING, WR_SIM_LATEST, WR_SIM_DEAREST };

/* The worst that was seen of one workflow, and the seed that shows it again. */
struct wr_sim_worst {
    int64_t reply_us, end_us, cost; /* cost: picodollars */
    uint64_t reply_seed, end_seed, cost_seed;
};

#define WR_SIM_WORST_MAX 64

/* Which stages were entered, in the order of workflows and their stages, and which ways (testing.h) were taken, in
 * the order of the program's. */
struct wr_sim_coverage {
    bool *entered, *taken;
};

void wr_sim_coverage_open(struct wr_sim_coverage *coverage, const struct wr_program *program);
void wr_sim_coverage_free(struct wr_sim_coverage *coverage);

struct wr_sim_options {
    uint64_t seed;
    uint64_t jobs; /* to be accepted, all in all */
    enum wr_sim_goal goal;
    bool crash;    /* the process dies, too: at any append, commit, send or answer */
    FILE *journal; /* every journal, as text; NULL: nowhere */
    struct wr_sim_coverage *coverage; /* is marked; NULL: nobody asks */
};

#define WR_SIM_RUN_JOBS 100 /* of one world; the next one has the next seed */

struct wr_sim_report {
    uint64_t jobs, runs, crashes, recovered, effects, commits, failed_commits, checkpoints, early;
    uint64_t rests; /* jobs that left memory while they were parked */
    uint64_t answers, refused, steps;
    uint64_t ended[4];                           /* completed, degraded, failed, cancelled */
    char digest[65];                             /* SHA-256 over every journal, hex */
    struct wr_sim_worst worst[WR_SIM_WORST_MAX]; /* by workflow; only where one is sought */
    bool broken;
    /* When broken: */
    uint64_t seed, run_jobs; /* replay with these */
    char what[512];          /* the invariant and how it was broken */
};

/* False: an invariant was broken, and `report` says which; it stops at the first one. */
bool wr_simulate(const struct wr_program *program, const struct wr_sim_options *options,
                 struct wr_sim_report *report);

#endif
