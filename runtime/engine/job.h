/* The inside of the engine: jobs, their activities and attempts, and who waits for them. Only files
 * of this folder include it. */
#ifndef WR_ENGINE_JOB_H
#define WR_ENGINE_JOB_H

#include "runtime/engine/fold.h"
#include "runtime/engine/gate.h"
#include "runtime/engine/lot.h"
#include "runtime/engine/quota.h"

#include <stdatomic.h>
#include <wright/limits.h>

/* ---- the engine -------------------------------------------------------------------------------- */

#define WR_JOB_BUCKETS 4096

struct wr_shared {
    const struct wr_program *program;
    struct wr_upstream *upstreams; /* services, then models */
    size_t upstream_count;
    uint32_t jobs_max;
    struct wr_quotas *quotas; /* of callers; NULL: none are declared */
    const struct wr_peers *peers;
    struct wr_id *held; /* jobs that this program cannot go on with; under the lock of `peers` */
    size_t held_count, held_room;
    bool held_sorted;
    atomic_uint jobs;   /* live and not parked, of all engines */
    atomic_uint parked; /* live and parked */
};

struct wr_engine {
    const struct wr_program *program;
    const struct wr_clock *clock;
    const struct wr_effects *effects;
    const struct wr_store *store;
    const struct wr_observer *observer; /* NULL: nobody looks */
    struct wr_shared *shared;
    bool owns_shared;
    bool traces; /* somebody is told of spans */
    uint32_t loop, loops;
    uint32_t checkpoint_entries;
    struct wr_gate *gates; /* before each of shared->upstreams */
    struct wr_job *buckets[WR_JOB_BUCKETS];
    struct wr_lot lot; /* jobs that rest */
    uint32_t rest_ms;
    struct wr_waiter *waiters; /* those at no job: refused, or reading the store */
    uint64_t id_stamp;         /* of the newest job: milliseconds and twelve bits */
    uint32_t parked;           /* of job_count */
    atomic_uint job_count, waiter_count, unsaved; /* changed on its loop, read from any */
    atomic_bool store_down, draining;
    void (*drained)(void *arg);
    void *drained_arg;
    struct wr_timer *drain_timer;
    struct wr_recovery *recovery; /* under way */
};

int64_t wr_engine_us(const struct wr_engine *engine);     /* monotonic */
int64_t wr_engine_utc_ms(const struct wr_engine *engine); /* UTC */
/* Is there room for another job, in all engines? Then it is taken; wr_job_retire() gives it back. */
bool wr_engine_admit(struct wr_engine *engine);
bool wr_engine_owns(const struct wr_engine *engine, const struct wr_id *job);
/* Tells whoever drains, later, if nothing is left. */
void wr_engine_drain_check(struct wr_engine *engine);
void wr_engine_heard(struct wr_engine *engine, enum wr_store_status status);

/* ---- one attempt (attempt.c) ------------------------------------------------------------------- */

/* What an attempt of `all`, `each` or `run` has begun below its activity (members.c). */
struct wr_below {
    struct wr_member_end *ends; /* by index */
    size_t count, begun, running, over, failed;
    bool uncertain; /* an item may or may not have had its effect */
    bool busy;      /* being begun: who ends now is looked at afterwards */
};

struct wr_member_end {
    bool over;
    enum wr_class class;
    int error; /* the user's, or WR_NO_ERROR */
};

/* The second call of a hedged attempt (hedge.c). */
struct wr_hedge {
    struct wr_action action; /* the stage's, of the other model */
    struct wr_pass pass;
    struct wr_effect *effect;
    struct wr_timer *timer; /* before it begins */
    int64_t began_us;
    bool sent, ended, won;
    struct wr_outcome outcome;
    struct wr_outcome lost;              /* of whichever did not win, once that is known … */
    const struct wr_action *lost_action; /* … and what it was asked with */
};

struct wr_attempt {
    struct wr_activity *activity; /* NULL: cancelled while the store still owes an answer */
    uint32_t epoch;               /* the activity's, when it began */
    struct wr_arena arena;        /* of what came */
    struct wr_pass pass;
    struct wr_effect *effect;
    struct wr_timer *timer; /* a recall's limit */
    bool sent;              /* it went out: it may be charged */
    int64_t reserved;       /* of the job's ceiling, for it */
    bool owed;              /* the store will call back */
    bool waits;             /* for somebody else: a call, its turn, a timer, a person */
    int64_t began_us;
    int64_t wake_us; /* monotonic: its park ends; 0: that is not known yet */
    bool parked;     /* the job is counted as parked while it is under way */
    bool resting;    /* it waits for its time or a person, and the job's journal has it */
    bool shortened;  /* it has less than its own timeout */
    struct wr_outcome outcome;
    struct wr_str faults; /* of a model's answer: what its schema or a check said */
    const void *value;    /* WR_ACT_VALUE, WR_ACT_RUN: made here */
    int error;            /* WR_ACT_RUN: what the child failed with, or WR_NO_ERROR */
    int64_t remembered_ms;
    struct wr_effect_call call; /* as it was sent */
    int64_t until_us;           /* monotonic: when it is cut */
    bool held;                  /* it has ended, and its hedge may still do better */
    struct wr_hedge hedge;
    const struct wr_action *used; /* once it is settled: whose outcome it is */
    struct wr_below below;
};

/* ---- one activity (activity.c): a machine that goes through stages, or one member of a stage ---- */

enum wr_phase {
    WR_PHASE_ENTER,   /* a stage begins */
    WR_PHASE_RUN,     /* ask the stage what to do */
    WR_PHASE_TOOLS,   /* make the calls that a model has asked for */
    WR_PHASE_ATTEMPT, /* begin an attempt */
    WR_PHASE_SETTLE,  /* an attempt has an outcome */
    WR_PHASE_DECIDE,  /* retry, or go on? */
    WR_PHASE_MOVE,    /* take a transition */
    WR_PHASE_PARK,    /* the park is durable: wait for its end */
    WR_PHASE_WAIT,    /* somebody will call */
    WR_PHASE_OVER
};

/* A call that a model has asked for (tools.c). */
struct wr_call {
    uint32_t turn;
    struct wr_str name, arguments;
    int64_t forms;              /* of the arguments: enum wr_form */
    struct wr_str shown;        /* the arguments, as the model is told of them */
    struct wr_str fault;        /* why it is not made; empty: it is */
    const struct wr_stage *row; /* NULL: there is no such tool */
    const void *taken;          /* the arguments, by their schema */
};

struct wr_activity {
    struct wr_job *job;
    struct wr_activity *parent, *children, *next;
    struct wr_str path; /* "" is the workflow's own machine */
    const struct wr_workflow *workflow;
    void *frame;
    bool member;  /* one row of `stage->members`, or an item: it takes no transition */
    size_t index; /* a member's or an item's */
    const struct wr_stage *stage;
    enum wr_phase phase;
    uint32_t epoch; /* grows with all that is begun; what carries an older one is late */
    int64_t entered_us;
    uint64_t span;      /* of the stage it is in */
    uint32_t attempts;  /* begun in this stage */
    int64_t sent_us[2]; /* when the newest two of them went out, the newer one last; 0: none did */
    struct wr_turn turn;
    size_t asked; /* messages that the stage itself asks with: what follows them is a repair's */
    /* Of a stage with tools: what it asks with by itself, and what its model has called so far. */
    const struct wr_message *own_messages;
    size_t own_count;
    struct wr_call *calls;
    size_t call_count;
    uint32_t turns;
    struct wr_str
        calling; /* the newest answer's calls, as the journal has them; empty: it has none */
    const struct wr_call *call; /* a tool's activity: which one it is */
    struct wr_str said,
        faults;         /* the answer that was refused, and why: the next repair's messages */
    int64_t reserved;   /* for the next attempt; durable once it begins */
    bool faulty;        /* the newest attempt's answer was refused by schema or check */
    uint32_t repairs;   /* begun in this stage */
    uint32_t repairing; /* which of them the newest attempt is; 0: none */
    struct wr_attempt *attempt; /* under way */
    struct wr_commit *commit;   /* the newest one awaited */
    struct wr_timer *timer;     /* backoff */
    /* How the newest attempt ended. */
    enum wr_class class;
    int error;      /* the user's, an index, or WR_NO_ERROR */
    uint16_t whose; /* the member whose outcome it is, from 1; 0: the stage's own */
    int64_t retry_after_ms;
    struct wr_outcome outcome; /* its texts live only while it is settled */
};

/* ---- one job ----------------------------------------------------------------------------------- */

enum wr_job_phase { WR_JOB_ACCEPTING, WR_JOB_RUNNING, WR_JOB_ENDING, WR_JOB_HELD, WR_JOB_RETIRED };

/* An awaited commit; tried again until the store takes it. */
struct wr_commit {
    struct wr_job *job;
    struct wr_activity *activity; /* who waits; NULL: the job's end */
    uint32_t epoch;
    enum wr_phase then; /* the activity's next phase */
    uint32_t upto;      /* all entries up to this one are durable once it is done */
    int64_t wait_us;    /* before the next try */
    struct wr_timer *timer;
};

/* Memory of a value that came from outside, kept as long as the job. */
struct wr_kept_arena {
    struct wr_kept_arena *next;
    struct wr_arena arena;
};

/* The journal since its newest checkpoint, and how long that one is. */
struct wr_since {
    uint32_t entries;
    size_t bytes, checkpoint_bytes;
};

struct wr_job {
    struct wr_engine *engine;
    struct wr_job *next; /* in its bucket */
    struct wr_arena arena;
    struct wr_kept_arena *kept;
    struct wr_state state; /* all but an end that is not durable */
    const struct wr_workflow *workflow;
    void *frame; /* the root's */
    struct wr_activity root;
    struct wr_quota_seats seats; /* among its caller's jobs */
    struct wr_activity *idle;    /* members that are over: the next one takes the memory */
    enum wr_job_phase phase;
    /* Durably: before, nothing is told, and nothing sent that must be known of. */
    bool accepted;
    bool doubtful; /* taken up again: a keyed effect may have been sent that no entry tells of */
    bool other_version;       /* it began under another version of its workflow */
    bool held_started;        /* phase WR_JOB_HELD: an effect was under way … */
    struct wr_str held_stage; /* … of this stage */
    int64_t line_us;          /* monotonic: its result is there by then */
    int64_t reply_us; /* monotonic: the reply is due while the job may go on; 0: there is none */
    bool joinable;
    struct wr_waiter *waiters;
    struct wr_watch *watches;
    /* Entries that no awaited commit has covered yet, the first `sent` of them handed over. */
    struct wr_entry *entries;
    size_t entry_count, entry_room, sent;
    uint32_t seq; /* of the newest entry */
    struct wr_since since;
    uint32_t durable; /* of the newest that an awaited commit has covered */
    /* It has rested: when each machine entered its stage, and the moment in UTC and monotonic at which
     * its park ends. 0: it has not. */
    int64_t entered_us[WR_REST_DEPTH], park_ms, park_us;
    bool stands_parked;         /* so its row has it */
    bool offered;               /* to the lot */
    uint32_t resting;           /* of its attempts */
    uint32_t park_seq;          /* of its own machine's newest park */
    uint32_t draft_seq;         /* of the newest draft … */
    enum wr_result told_result; /* … and what is told while it is not durable */
    struct wr_str told_output;
    uint32_t owed; /* callbacks that the store owes */
    /* What is not this program's own time: how much of it was spent waiting for others, and since when it
     * does so now, for how many things. `began_us` 0: it began in another process. */
    int64_t began_us, waited_us, waits_since_us;
    uint32_t waits;
    bool unsaved;            /* its end was not taken at the first try */
    struct wr_commit notice; /* of what came from outside; awaited by waiters, not by an activity */
    bool noticing, notice_again;
    struct wr_event end; /* phase WR_JOB_ENDING */
    struct wr_finish finish;
    struct wr_commit end_commit;
};

/* job.c */
struct wr_job *wr_job_new(struct wr_engine *engine, const struct wr_workflow *workflow,
                          struct wr_id id, struct wr_arena *arena);
struct wr_job *wr_job_find(const struct wr_engine *engine, const struct wr_id *id);
void wr_job_set_input(struct wr_job *job, const void *input);
/* Ends its life in memory: out of the table, its waiters must be gone. Freed when nobody owes it. */
void wr_job_retire(struct wr_job *job);
void wr_job_free(struct wr_job *job);
int64_t wr_workflow_job_ms(const struct wr_workflow *workflow);  /* by when a job has its result */
int64_t wr_workflow_keep_ms(const struct wr_workflow *workflow); /* once it has ended */
/* "name@version"; NULL: the program has it no more. */
const struct wr_workflow *wr_program_workflow(const struct wr_program *program, struct wr_str name);
const struct wr_workflow *wr_program_named(const struct wr_program *program, struct wr_str name);
enum wr_effect_kind wr_stage_effect(const struct wr_stage *stage); /* with its tools' */
const struct wr_stage *wr_workflow_stage(const struct wr_workflow *workflow, struct wr_str name);

/* record.c: the journal of a job, going out */
struct wr_event *wr_event_init(struct wr_event *event, const struct wr_activity *activity,
                               enum wr_entry_kind kind);
/* What made the job: workflow, API, contract, toolchain, the schema of its output. */
void wr_event_versions(struct wr_event *event, struct wr_job *job);
void wr_job_record(struct wr_job *job, struct wr_event *event); /* and folds it */
/* What is known of the newest checkpoint, from a journal that was read. */
void wr_job_count(struct wr_job *job, const struct wr_entry *entries, size_t count);
void wr_job_flush(struct wr_job *job); /* rides along */
/* The activity goes on at `then` once all so far is durable. */
enum wr_phase wr_activity_commit(struct wr_activity *activity, enum wr_phase then);
void wr_job_commit_end(struct wr_job *job);
/* Makes what came from outside durable; then its waiters are answered and wr_job_deliver() is called. */
void wr_job_commit_notice(struct wr_job *job);

/* activity.c */
void wr_activity_advance(struct wr_activity *activity, enum wr_phase phase);
void wr_activity_run_stage(struct wr_activity *activity); /* WR_ENTER: fills turn.action */
void wr_activity_cancel(struct wr_activity *activity);    /* and all below it */

/* attempt.c */
struct wr_attempt *wr_attempt_new(struct wr_activity *activity); /* under way, and nothing begun */
enum wr_phase wr_attempt_begin(struct wr_activity *activity);
/* Lets go of what the attempt holds outside; `verdict` for the gate. */
void wr_attempt_release(struct wr_attempt *attempt, enum wr_verdict verdict);
void wr_attempt_free(struct wr_attempt *attempt);

/* hedge.c */
void wr_hedge_arm(struct wr_attempt *attempt);
bool wr_hedge_holds(struct wr_attempt *attempt);
/* `verdict` is of the one that counts; gives the first one's. */
enum wr_verdict wr_hedge_release(struct wr_attempt *attempt, enum wr_verdict verdict);
void wr_hedge_settle(struct wr_attempt *attempt);
void wr_hedge_tell(struct wr_attempt *attempt, struct wr_event *event);
void wr_hedge_saw(struct wr_attempt *attempt, const struct wr_observation *seen, int64_t cost);

/* split.c: which arm a new job is in, empty where there is none; and its model in the stage's action */
struct wr_str wr_split_choose(struct wr_job *job);
void wr_split_apply(struct wr_activity *activity);

/* tools.c */
/* Does the newest answer call tools? Then it is a turn; past the last one it is no answer. */
bool wr_tools_turn(struct wr_activity *activity, struct wr_outcome *outcome);
/* Must its calls be durable before they are made? */
bool wr_tools_act(const struct wr_activity *activity);
enum wr_phase wr_tools_begin(struct wr_activity *activity);
bool wr_tools_decided(struct wr_activity *parent);
enum wr_phase wr_tools_concluded(struct wr_activity *parent);
struct wr_str wr_tools_path(const struct wr_activity *activity, size_t index);
int64_t
wr_tools_rest_ms(const struct wr_activity *activity); /* what the turns to come are promised */

/* repair.c */
/* The newest attempt's answer; `faults` empty: there was nothing wrong with it. */
void wr_repair_note(struct wr_activity *activity, struct wr_str said, struct wr_str faults);
/* Another turn of the conversation, where one is left and the slack holds it. */
bool wr_repair_begin(struct wr_activity *activity, int64_t *wait_us);

/* cost.c: picodollars */
int64_t wr_token_bound(const struct wr_program *program, const struct wr_action *action);
/* What it has cost; where its usage is not known and it may have been billed, the bound. */
int64_t wr_cost_charged(const struct wr_program *program, const struct wr_action *action,
                        const struct wr_outcome *outcome, bool sent, bool *bound);
/* Must the activity's call be reserved, under the job's ceiling? */
bool wr_cost_enforced(const struct wr_activity *activity);
/* Journals what its next attempt may cost; false where that need not be or does not fit. */
bool wr_cost_reserve(struct wr_activity *activity);

/* park.c */
enum wr_phase wr_draft_start(struct wr_attempt *attempt);
enum wr_phase wr_sleep_start(struct wr_attempt *attempt);
enum wr_phase wr_activity_park(struct wr_activity *activity);
void wr_attempt_unpark(struct wr_attempt *attempt); /* where it is parked */
enum wr_phase wr_signal_start(struct wr_attempt *attempt);
enum wr_phase wr_review_start(struct wr_attempt *attempt);
/* What has come and is durable reaches the stage that waits for it. */
void wr_job_deliver(struct wr_job *job);

/* again.c: a job that has ended is run again */
void wr_waiter_retry_state(struct wr_waiter *waiter, const struct wr_state *state);

/* tell.c: a job that is not live is told; `waiter->telling` */
void wr_waiter_tell_state(struct wr_waiter *waiter, struct wr_state *state);

/* Has something come, durable or not, for the park that the activity is in? NULL: nothing. */
const struct wr_signal *wr_activity_came(const struct wr_activity *activity);

/* The state as it may be told: without a draft or a park that is not durable. Borrows the job's. */
void wr_job_told(const struct wr_job *job, struct wr_state *told);

/* settle.c */
enum wr_phase wr_attempt_settle(struct wr_activity *activity);

/* retry.c */
/* When this stage must be left, so that what comes after it has its floor. Monotonic. */
int64_t wr_stage_line_us(const struct wr_activity *activity);
/* When its last attempt must be over: the same, but while a reply is due that the job may outlive, and
 * nothing is published that it could show, what comes after keeps its floor before the reply. No attempt
 * is cut for it; a stage entered too late to have its own before the reply has all the job's time. */
int64_t wr_slack_line_us(const struct wr_activity *activity);
/* How long to wait before another attempt; -1: there is none. */
/* How long until the activity's route may be gone again. */
int64_t wr_route_rest_us(const struct wr_activity *activity, int64_t now_us);
int64_t wr_retry_wait_us(const struct wr_activity *activity);

/* cancel.c: it ends as cancelled, where it runs */
void wr_job_cancel(struct wr_job *job);
/* The same where its client has left, its workflow says so and nobody else waits. True: cancelled. */
bool wr_job_leave(struct wr_job *job);
/* cancel.c: an attempt under way ends as `class`, or as uncertain; and all below it. */
void wr_activity_record_cuts(struct wr_activity *activity, enum wr_class class,
                             struct wr_str detail);

/* members.c */
enum wr_phase wr_members_start_all(struct wr_attempt *attempt);
enum wr_phase wr_members_start_each(struct wr_attempt *attempt);
/* As many calls as a model has asked for so far; those that are over are known. */
enum wr_phase wr_members_start_tools(struct wr_activity *parent, size_t count);
enum wr_phase wr_members_start_run(struct wr_attempt *attempt);
enum wr_phase wr_member_end(struct wr_activity *member);
/* The last thing that an activity with a parent does. */
void wr_member_over(struct wr_activity *member);
/* A child's machine has come to its end. */
enum wr_phase wr_child_end(struct wr_activity *child, const struct wr_transition *way);

/* upgrade.c: a job that cannot go on as it is, under this program. `input` NULL: it does not fit any
 * more. */
void wr_job_upgrade(struct wr_job *job, const void *input);
/* A held job is let go (to be cancelled, or with its engine); others are let be. */
void wr_job_unhold(struct wr_job *job);
void wr_job_record_held(struct wr_job *job); /* before: what was under way is uncertain */
void wr_shared_hold(struct wr_shared *shared, struct wr_id job);
void wr_state_show_held(struct wr_state *state);

/* restore.c: values from the journal, back into frames */
bool wr_restore_machine(const struct wr_activity *machine);
/* Those of the members or items of its stage alone. */
bool wr_restore_members(const struct wr_activity *machine);
/* Where an activity that the journal knows goes on. */
enum wr_phase wr_activity_resume(struct wr_activity *activity, const struct wr_place *place);

/* settle.c: is this a whole valid value? Leaves the stage's slot as it was. */
bool wr_attempt_would_do(struct wr_attempt *attempt, const struct wr_action *action,
                         const struct wr_outcome *outcome);
/* The stage looks at its value; what it raises is in `outcome` and in the activity. */
void wr_activity_check(struct wr_activity *activity, struct wr_outcome *outcome, const void *value);

/* move.c */
enum wr_phase wr_activity_move(struct wr_activity *activity);
/* Job, caller and time into the activity's frame, where that has a place for them. */
void wr_activity_tell_about(struct wr_activity *activity);
const struct wr_transition *wr_way_of(const struct wr_stage *stage, uint16_t whose,
                                      enum wr_class class, int error);
/* settle.c: ended so, it has done, or may have done, what another job would do again. */
bool wr_attempt_acted(const struct wr_attempt *attempt, const struct wr_activity *activity,
                      enum wr_class class);

/* trace.c: ids of spans, and what a call passes on */
uint64_t wr_span_job(const struct wr_id *job);
uint64_t wr_span_stage(const struct wr_activity *activity, int64_t entered_ms);
uint64_t wr_span_attempt(const struct wr_activity *activity, uint32_t attempt);
uint64_t wr_span_above(const struct wr_activity *activity);
struct wr_str wr_trace_parent(const struct wr_activity *activity, struct wr_arena *arena);

/* observe.c */
/* From here to there somebody else's time passes. */
void wr_job_waits(struct wr_job *job);
void wr_job_waits_no_more(struct wr_job *job);
void wr_job_saw(struct wr_job *job, struct wr_observation *seen);

/* ---- who waits (waiter.c) ---------------------------------------------------------------------- */

/* What somebody brings to a job: NUL-terminated copies behind it, the body with its length. */
struct wr_told {
    const char *signal, *by, *body; /* signal "": a review */
    size_t len;
};

struct wr_waiter {
    struct wr_engine *engine; /* NULL: it has ended */
    struct wr_waiter *next, **at;
    struct wr_job *job; /* NULL: at none */
    struct wr_timer *timer;
    wr_answer_fn *answered; /* NULL: forgotten */
    void *arg;
    struct wr_id id; /* the job asked for */
    char *caller;
    size_t caller_len;
    bool view;    /* GET: else a submission */
    bool cancels; /* it waits for an end that it asked for */
    bool replayed, joined;
    bool owed;               /* the store will call back */
    bool left;               /* a submission whose client has closed its side */
    bool retries, forces;    /* it wants the job run again */
    bool reviews;            /* a view of what is under review */
    struct wr_told *telling; /* a signal or a review that it brings; freed with it */
    char *errors;            /* of a refusal that is WR_ANSWER_INVALID; freed with it */
    int invalid_status;
    uint32_t durable_seq; /* it is answered once this entry is durable; 0: not by that */
    int64_t until_us;     /* monotonic */
    int64_t budget_us;    /* monotonic: the end of a submission's budget; else 0 */
    enum wr_answer_kind refusal;
};

struct wr_waiter *wr_waiter_new(struct wr_engine *engine, struct wr_str caller,
                                wr_answer_fn *answered, void *arg);
/* Waits at the job until `until_us`, or its end. */
void wr_waiter_attach(struct wr_waiter *waiter, struct wr_job *job);
void wr_waiter_refuse(struct wr_waiter *waiter, enum wr_answer_kind why); /* later */
void wr_waiter_answer_refusal(struct wr_waiter *waiter, enum wr_answer_kind why);
void wr_waiter_answer_elsewhere(struct wr_waiter *waiter); /* as it waits for its `id` */
void wr_waiter_refuse_invalid(struct wr_waiter *waiter, int status, struct wr_str errors);
void wr_waiter_answer_state(struct wr_waiter *waiter, const struct wr_state *state);
/* The job `waiter->id`, live or from the store. */
void wr_waiter_look(struct wr_waiter *waiter);
/* It waits in `list`, at no job, and no longer than the store may take; `owed`: for a read of its own. */
void wr_waiter_await_store(struct wr_waiter *waiter, struct wr_waiter **list, bool owed);
void wr_waiter_free(struct wr_waiter *waiter);
/* The engine ends: freed now, or when the store has answered. */
void wr_waiter_orphan(struct wr_waiter *waiter);

/* watch.c */
void wr_watches_move(struct wr_watch **from, struct wr_watch **to, struct wr_job *job,
                     struct wr_resting *resting);
void wr_job_tell_watches(struct wr_job *job);   /* the journal has grown */
void wr_watches_end(struct wr_watch **watches); /* and will not any more, here */

/* recover.c: the same. NULL is nothing. */
void wr_recovery_orphan(struct wr_recovery *recovery);
/* A job as the store gave it goes on; `rested` NULL: a process of before had it. NULL: it is held, as
 * there is no workflow for it, or its journal is damaged. */
struct wr_job *wr_job_take_up(struct wr_engine *engine, const struct wr_job_row *row,
                              const struct wr_entry *entries, size_t entry_count,
                              const struct wr_resting *rested);
/* When a job that an earlier process began has its result. */
int64_t wr_recovered_line_us(const struct wr_engine *engine, const struct wr_workflow *workflow,
                             int64_t deadline_ms);

/* tell.c: understands what the waiter brings, at its job */
void wr_waiter_tell_job(struct wr_waiter *waiter);

/* ---- jobs that rest (lot.c) --------------------------------------------------------------------- */

/* Perhaps it can leave memory: that is looked at later. */
void wr_lot_offer(struct wr_job *job);
/* One that the store has, without its journal. False: this program does not know its workflow. */
bool wr_lot_add(struct wr_engine *engine, const struct wr_job_row *row);
/* The waiter needs the job in memory: it is read, then the waiter goes on there. */
void wr_lot_wait(struct wr_resting *resting, struct wr_waiter *waiter);
/* Sets when the next one wakes. */
void wr_lot_schedule(struct wr_engine *engine);
/* Nobody wakes any more, of those that it ends with. */
void wr_lot_close(struct wr_engine *engine);

/* ---- keys (keys.c): SHA-256 over parts, each with its length ---------------------------------- */

struct wr_key wr_key_idempotency(const struct wr_workflow *workflow, struct wr_str caller,
                                 struct wr_str key);
struct wr_key wr_key_body(struct wr_str canonical);
/* dedupe, remember and recall: of the canonical JSON of the key's value. */
struct wr_key wr_key_dedupe(const struct wr_workflow *workflow, struct wr_str caller, bool shared,
                            struct wr_str key);
struct wr_key wr_key_remember(const struct wr_workflow *workflow, struct wr_str caller, bool shared,
                              struct wr_str key);
/* Of what a job's arm is drawn by: another one for each candidate. */
struct wr_key wr_key_split(const struct wr_workflow *workflow, struct wr_str model,
                           struct wr_str key);
/* The idempotency key of the keyed effect that the activity's stage is. */
void wr_key_effect(const struct wr_activity *activity, char text[WR_ID_TEXT]);

#endif
