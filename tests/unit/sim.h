/* The engine's doors, simulated: virtual time, scripted effects, a store in memory that can fail,
 * be slow, or lose power. The same seed gives the same run, byte for byte. */
#ifndef TESTS_UNIT_SIM_H
#define TESTS_UNIT_SIM_H

#include "runtime/engine/engine.h"

#define SIM_TARGETS 4
#define SIM_STEPS 16
#define SIM_JOBS 256

/* How one attempt at a service (targets 0, 1) or a model (2, 3) goes. */
struct sim_step {
    enum wr_class class;
    const char *value;
    int64_t delay_us;
    bool silent; /* never answers: the timeouts decide */
    int64_t retry_after_ms;
    struct wr_usage usage;
};

struct sim_script {
    struct sim_step steps[SIM_STEPS];
    size_t count, next; /* the last step is repeated */
    uint32_t sends;
    int64_t sent_us[SIM_STEPS], timeout_us[SIM_STEPS];
    char key[SIM_STEPS][80];
    char said[SIM_STEPS][1024]; /* a model's messages: "role: text" a line */
};

struct sim_entry {
    struct sim_entry *next;
    struct wr_entry entry;
};

struct sim_job {
    struct wr_id id;
    char workflow[64], caller[64], contract[80], status[16], error[32];
    int64_t created_ms, deadline_ms, finished_ms;
    struct wr_key idempotency, body, dedupe;
    int64_t idempotency_until_ms, dedupe_until_ms;
    struct sim_entry *entries, **end;
    uint32_t seq;
    uint32_t finishes;
};

struct sim_remembered {
    struct sim_remembered *next;
    struct wr_key key;
    char schema[80];
    int64_t at_ms;
    char *value;
    size_t len;
};

struct sim {
    int64_t now_us, utc_us;
    uint64_t random, seed;
    struct wr_timer *timers;
    uint64_t timer_seq;
    struct sim_script scripts[SIM_TARGETS];
    uint32_t in_flight, in_flight_most;

    struct sim_job jobs[SIM_JOBS];
    size_t job_count;
    struct sim_remembered *remembered;
    struct sim_op *ops, **ops_end;
    int64_t commit_us;           /* how long a commit takes */
    uint32_t commits;            /* applied */
    uint32_t crash_at;           /* power is lost before the commit of this number; 0: never */
    uint32_t fail_from, fail_to; /* commits of these numbers fail */
    bool down, crashed;
    bool early; /* half way to an acceptance its engine hears that it is new */
    uint32_t seen_attempts, seen_stages, seen_jobs;
    bool seen_cut;

    struct wr_clock clock;
    struct wr_effects effects;
    struct wr_store store;
    struct wr_observer observer;
};

struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *sim);
void sim_say(struct sim *sim, size_t target, struct sim_step step); /* adds to its script */
void sim_run_for(struct sim *sim, int64_t us);
void sim_run(struct sim *sim); /* until nothing is left to happen */
/* After a crash: pending calls fail, timers are gone; then the power is back. */
void sim_stop(struct sim *sim);
void sim_restart(struct sim *sim);
/* All journals as text: malloc'd. */
char *sim_journal(const struct sim *sim);
const struct sim_job *sim_find(const struct sim *sim, const struct wr_id *id);

#endif
