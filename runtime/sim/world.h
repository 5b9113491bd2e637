/* The inside of the simulator: one world, which is a clock, upstreams, a store and their faults, and
 * what is known of each job in it. Only files of this folder include it. */
#ifndef WR_SIM_WORLD_H
#define WR_SIM_WORLD_H

#include "runtime/engine/engine.h"
#include "runtime/engine/fold.h"
#include "runtime/sim/sample.h"
#include "runtime/sim/sim.h"

/* ---- what is known of a job -------------------------------------------------------------------- */

struct wr_sim_key {
    struct wr_sim_key *next;
    struct wr_str key;
    bool good; /* a send under it was answered well */
};

/* What the world saw of the sends from one place of one job: a stage of one of its activities. */
struct wr_sim_sends {
    struct wr_sim_sends *next;
    struct wr_str path, stage;
    uint32_t sent, happened, good; /* how often; the upstream acted; it was answered well */
    bool cut;                      /* it was stopped while it was under way */
    bool acted;                    /* the upstream did what may not be done twice */
    bool answered;                 /* the newest one that came back was an answer */
    struct {
        size_t target;
        int64_t at_us;
        uint32_t life;
    } newest[4];             /* the newest first */
    struct wr_sim_key *keys; /* the newest first */
};

struct wr_sim_job {
    struct wr_arena arena;
    struct wr_id id;
    const struct wr_workflow *workflow;
    struct wr_str caller, contract;
    int64_t created_ms, deadline_ms, finished_ms;
    int64_t parked_ms, wake_ms; /* of the row */
    struct wr_key idempotency, body, dedupe;
    int64_t idempotency_until_ms, dedupe_until_ms;
    struct wr_entry *entries; /* durable */
    size_t entry_count, entry_room;
    size_t checkpoint;     /* index of the newest; 0: none */
    struct wr_state state; /* their fold */
    struct wr_str status;  /* of the row */
    struct wr_sim_sends *sends;
    int64_t accepted_us; /* of the world's time */
    uint32_t life;       /* of the process that accepted it */
    bool touched;
};

struct wr_sim_remembered {
    struct wr_sim_remembered *next;
    struct wr_key key;
    struct wr_str schema, value;
    int64_t at_ms;
};

/* ---- one client's request ---------------------------------------------------------------------- */

struct wr_sim_request {
    struct wr_sim_request *next, **at;
    struct wr_world *world;
    const struct wr_workflow *workflow; /* NULL: a look at a job */
    struct wr_waiter *waiter;           /* NULL: answered */
    struct wr_timer *leaves;
    int64_t received_us, due_us; /* due: the answer has come by then; 0: whenever */
    bool told;                   /* it brings a signal, or a decision ("") */
    struct wr_str signal;
    bool whole; /* it waits as the workflow says */
};

/* ---- the world --------------------------------------------------------------------------------- */

struct wr_sim_op;

struct wr_weather { /* of 1000 */
    uint32_t upstream_fails, upstream_slow, commit_fails, commit_torn, commit_slow, read_fails;
    uint32_t read_slow, dies, clock_jumps, clients_leave;
};

struct wr_world {
    const struct wr_program *program;
    const struct wr_samples *samples;
    struct wr_sim_report *report;
    struct wr_sim_coverage *coverage; /* NULL: nobody asks */
    uint64_t seed, chance, engine_random;
    struct wr_arena arena; /* as long as the world */
    struct wr_weather weather;
    bool crash;
    enum wr_sim_goal goal;
    uint64_t longest_ms; /* that any job may take */

    int64_t now_us, utc_us, mono_us; /* mono_us: of this life, when it began, less now_us */
    struct wr_timer **timers;        /* a heap */
    size_t timer_count, timer_room;
    uint64_t timer_seq, steps;

    struct wr_engine *engine;
    struct wr_str *inputs; /* by workflow: requests repeat themselves */
    int64_t pause_us;      /* between requests, about */
    uint32_t jobs_max, checkpoint_entries, rest_ms;
    uint32_t resting; /* jobs, after the newest step */
    uint32_t life;    /* how often it was started */
    bool dead;        /* the process has died; nothing it still does reaches the world */
    bool recovered;
    uint32_t *in_flight; /* by service, then model */
    uint32_t *probes;    /* of them, those sent while the breaker was half open */

    struct wr_sim_job *jobs[4 * WR_SIM_RUN_JOBS];
    size_t job_count, asked, wanted;
    struct wr_sim_job *touched[4 * WR_SIM_RUN_JOBS]; /* their journal grew in this step */
    size_t touched_count;
    struct wr_sim_request *requests;
    struct wr_sim_remembered *remembered;
    struct wr_sim_op *first, **end, *reads;
    struct wr_sim_op *batch; /* on its way to the disk */
    int64_t commit_us;       /* how long that takes */
    struct wr_timer *writing;
    bool calm; /* its store neither fails nor is slow */

    struct wr_clock clock;
    struct wr_effects effects;
    struct wr_store store;
};

/* ---- chance (world.c) -------------------------------------------------------------------------- */

uint64_t wr_chance(struct wr_world *world, uint64_t below); /* 0 to below - 1 */
bool wr_happens(struct wr_world *world, uint32_t per_mille);
int64_t wr_chance_us(struct wr_world *world, int64_t mean_us); /* most are short, some long */

/* ---- clock.c ----------------------------------------------------------------------------------- */

void wr_sim_clock_open(struct wr_world *world);
struct wr_timer *wr_sim_after(struct wr_world *world, int64_t us, void (*fire)(void *), void *arg);
void wr_sim_cancel(struct wr_world *world, struct wr_timer *timer);
bool wr_sim_step(struct wr_world *world);             /* false: nothing is left to happen */
int64_t wr_sim_next_us(const struct wr_world *world); /* when; -1: nothing is left */

/* ---- life.c ------------------------------------------------------------------------------------ */

void wr_sim_begin_life(struct wr_world *world);
void wr_sim_end_life(struct wr_world *world);

/* ---- effects.c, store.c ------------------------------------------------------------------------ */

void wr_sim_effects_open(struct wr_world *world);
void wr_sim_store_open(struct wr_world *world);
/* The process died: what it awaited is gone, one commit may still have been done. */
void wr_sim_store_crash(struct wr_world *world);
/* Was the engine told that a job is new which is not durable yet? */
bool wr_sim_decided(const struct wr_world *world, const struct wr_id *job);
struct wr_sim_job *wr_sim_find(const struct wr_world *world, const struct wr_id *id);

/* ---- adversary.c ------------------------------------------------------------------------------- */

/* What an attempt comes to, and when. */
struct wr_sim_choice {
    enum wr_class class;
    int64_t takes_us, retry_after_ms;
    struct wr_usage usage;
};

void wr_sim_adversary_open(struct wr_world *world);
int64_t wr_sim_adversary_commit_us(struct wr_world *world);
struct wr_sim_choice wr_sim_choose(struct wr_world *world, const struct wr_effect_call *call);
void wr_sim_adversary_replied(struct wr_world *world, const struct wr_sim_request *request);
void wr_sim_adversary_ended(struct wr_world *world, const struct wr_sim_job *job);

/* ---- check.c: what must hold ------------------------------------------------------------------- */

/* The first one counts. */
void wr_sim_broken(struct wr_world *world, const struct wr_id *job, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void wr_sim_check_entry(struct wr_world *world, struct wr_sim_job *job,
                        const struct wr_entry *entry);
/* later.c: an answer's body against what is durable; a job that is parked, or has ended. */
void wr_sim_check_body(struct wr_world *world, const struct wr_sim_job *job,
                       const struct wr_answer *answer);
void wr_sim_check_park(struct wr_world *world, const struct wr_sim_job *job,
                       const struct wr_stage *stage, const struct wr_event *event);
/* What ends a park, before it is folded; and after any entry, the row against the journal. */
void wr_sim_check_left_park(struct wr_world *world, const struct wr_sim_job *job,
                            const struct wr_event *event);
void wr_sim_check_row(struct wr_world *world, const struct wr_sim_job *job,
                      const struct wr_event *event);
/* Does a job of the program wait for anybody? And what somebody might tell one; false: nothing. */
bool wr_sim_parks(const struct wr_world *world);
bool wr_sim_telling(struct wr_world *world, const struct wr_sim_job *job, struct wr_arena *arena,
                    struct wr_telling *telling);
void wr_sim_check_told(struct wr_world *world, const struct wr_sim_request *request,
                       const struct wr_answer *answer);
void wr_sim_check_deadline(struct wr_world *world, const struct wr_sim_job *job);
/* What a path and a stage's name are in the tree of a job (tree.c). */
struct wr_sim_spot {
    const struct wr_workflow *workflow; /* of the machine */
    struct wr_str path;                 /* the machine's, or the member's */
    const struct wr_stage *row;
    const struct wr_stage *above; /* a member's or an item's; NULL: it is a stage of the machine */
    struct wr_str above_path;
};
bool wr_sim_spot(const struct wr_sim_job *job, struct wr_str path, struct wr_str stage,
                 struct wr_sim_spot *spot);
/* known.c: marks the stage that was entered, the transition that was taken; `coverage` NULL: nowhere. */
void wr_sim_cover(struct wr_sim_coverage *coverage, const struct wr_program *program,
                  const struct wr_sim_spot *spot, const struct wr_event *event);
/* What a test answers a call of the stage with, where the job is of the request that the test sends, and a
 * request that a test sends; empty: nothing is known, or chance has it that it be invented. */
struct wr_str wr_sim_known_answer(struct wr_world *world, const char *stage,
                                  const struct wr_schema *schema, const struct wr_sim_job *job);
struct wr_str wr_sim_known_request(struct wr_world *world, size_t workflow);
void wr_sim_check_member(struct wr_world *world, const struct wr_sim_job *job,
                         const struct wr_sim_spot *spot, const struct wr_event *event);
void wr_sim_check_left(struct wr_world *world, const struct wr_sim_job *job,
                       const struct wr_sim_spot *spot);
void wr_sim_check_alive(struct wr_world *world, const struct wr_sim_job *job,
                        const struct wr_effect_call *call);
/* Whose attempt it is: the path of its activity; of a tool's call also what is asked for. */
struct wr_str wr_sim_sender(struct wr_arena *arena, const struct wr_effect_call *call);
void wr_sim_check_send(struct wr_world *world, const struct wr_effect_call *call, bool happens);
void wr_sim_check_sent(struct wr_world *world, const struct wr_effect_call *call, bool good);
void wr_sim_check_cut(struct wr_world *world, const struct wr_effect_call *call);
void wr_sim_check_answer(struct wr_world *world, const struct wr_sim_request *request,
                         const struct wr_answer *answer);
bool wr_sim_same_state(struct wr_arena *arena, const struct wr_state *a, const struct wr_state *b);
void wr_sim_check_step(struct wr_world *world); /* journals against memory */
void wr_sim_check_end(struct wr_world *world);

#endif
