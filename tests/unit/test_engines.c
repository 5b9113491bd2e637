/* Several engines with one store, as the loops of a process have them, in virtual time: what one has
 * begun another finds, what they share holds, and their number is in no journal. */
#include "runtime/engine/job.h"
#include "tests/unit/sim_run.c"

#define ENGINES_MAX 4

/* `run->engine` is the first one. */
struct loops {
    struct run *run;
    struct wr_engine *engines[ENGINES_MAX];
    uint32_t count;
    struct wr_shared *shared;
    struct wr_peers peers;
    int locked, elsewhere;
};

static struct loops *loops; /* the run under way */

static void lock(void *self)
{
    struct loops *all = self;
    if (all->locked++ > 0)
        abort(); /* a real one would wait for ever */
}

static void unlock(void *self)
{
    ((struct loops *)self)->locked--;
}

static void post(void *self, uint32_t loop, void (*fn)(void *arg), void *arg)
{
    struct sim *sim = ((struct loops *)self)->run->sim;
    (void)loop;
    sim->clock.after(sim->clock.self, 0, fn, arg);
}

static void power(struct loops *all, uint32_t count, uint32_t jobs_max)
{
    struct sim *sim = all->run->sim;
    all->count = count;
    all->peers = (struct wr_peers){all, lock, unlock, post};
    all->shared = wr_shared_new(&program, jobs_max, &all->peers);
    for (uint32_t i = 0; i < count; i++) {
        const struct wr_engine_options options = {.shared = all->shared, .loop = i, .loops = count};
        all->engines[i] = wr_engine_new(&program, &sim->clock, &sim->effects, &sim->store,
                                        &sim->observer, &options);
    }
    all->run->engine = all->engines[0];
}

static void power_off(struct loops *all)
{
    for (uint32_t i = 0; i < all->count; i++)
        wr_engine_free(all->engines[i]);
    wr_shared_free(all->shared);
    all->run->engine = NULL;
}

static struct loops *begin(uint64_t seed, uint32_t count, uint32_t jobs_max)
{
    loops = calloc(1, sizeof *loops);
    loops->run = good_run(seed);
    wr_engine_free(loops->run->engine);
    power(loops, count, jobs_max);
    return loops;
}

static void end(struct loops *all)
{
    power_off(all);
    run_free(all->run);
    free(all);
}

/* As the app does. */
static void hear_where(void *arg, const struct wr_answer *answer)
{
    if (answer->kind != WR_ANSWER_ELSEWHERE) {
        hear(arg, answer);
        return;
    }
    struct wr_engine *home = loops->engines[wr_id_share(&answer->job, loops->count)];
    loops->elsewhere++;
    wr_engine_look(home, &answer->look, WR_STR("ann"), hear, arg);
}

static struct heard *ask_at(struct loops *all, uint32_t loop, const char *text, const char *key)
{
    struct run *run = all->run;
    struct heard *heard = &run->heard[run->used++];
    struct wr_arena arena = {0};
    struct note *note = WR_NEW(&arena, struct note);
    note->text = wr_arena_str(&arena, wr_str_of(text));
    note->number = 7;
    const struct wr_submission submission = {.workflow = &workflow,
                                             .caller = WR_STR("ann"),
                                             .arena = &arena,
                                             .input = note,
                                             .idempotency_key = wr_str_of(key),
                                             .received_us = run->sim->now_us,
                                             .wait_ms = WR_WAIT_DEFAULT};
    heard->waiter = (struct wr_waiter *)1; /* a submission */
    wr_engine_submit(all->engines[loop % all->count], &submission, hear_where, heard);
    return heard;
}

/* ---- uniqueness -------------------------------------------------------------------------------- */

static void test_twins(void)
{
    struct loops *all = begin(1, ENGINES_MAX, 0);
    workflow.dedupe = (struct wr_dedupe){.key = write_key, .window_ms = 600000};
    struct heard *heard[20];
    for (uint32_t i = 0; i < 20; i++)
        heard[i] = ask_at(all, i, "twin", NULL);
    sim_run(all->run->sim);
    bool one = true;
    for (int i = 1; i < 20; i++)
        one = one && heard[i]->count == 1 && heard[i]->joined &&
              strcmp(heard[i]->body, heard[0]->body) == 0 && heard[i]->at_us == heard[0]->at_us;
    tap_ok(one, "twins of four loops hear the same result at the same time");
    tap_number(all->elsewhere, 15, "those of other loops heard it there");
    tap_number((long long)all->run->sim->job_count, 1, "one job");
    tap_number(all->run->sim->scripts[2].sends, 1, "one call");
    workflow.dedupe = (struct wr_dedupe){0};
    struct heard *first = ask_at(all, 0, "keyed", "k");
    sim_run_for(all->run->sim, 10000);
    struct heard *flight = ask_at(all, 1, "keyed", "k"), *misuse = ask_at(all, 2, "other", "k");
    sim_run(all->run->sim);
    tap_ok(flight->replayed && flight->status == 202 && flight->at_us < first->at_us,
           "in flight on another loop: 202 with the job as it stands");
    tap_number(misuse->kind, WR_ANSWER_MISUSE, "and misuse is found on any");
    struct heard *replay = ask_at(all, 3, "keyed", "k");
    sim_run(all->run->sim);
    tap_ok(replay->replayed && replay->status == 200, "later it is replayed");
    tap_text(replay->body, first->body, "byte for byte");
    end(all);
}

/* A twin may reach the job's loop before the news that it was accepted does. */
static void test_early_twin(void)
{
    struct loops *all = begin(2, 2, 0);
    struct heard *first = ask_at(all, 0, "early", NULL), *twin = &all->run->heard[all->run->used++];
    struct wr_job *job = NULL;
    for (size_t i = 0; i < WR_JOB_BUCKETS && !job; i++)
        job = all->engines[0]->buckets[i];
    const struct wr_look look = {.job = job->state.job, .joined = true, .until_us = job->line_us};
    tap_number(job->phase, WR_JOB_ACCEPTING, "a job that its loop does not know to be accepted");
    twin->waiter = (struct wr_waiter *)1;
    wr_engine_look(all->engines[0], &look, WR_STR("ann"), hear, twin);
    sim_run(all->run->sim);
    tap_ok(twin->count == 1 && twin->status == 200 && twin->at_us == first->at_us,
           "is waited for to its end");
    end(all);
}

/* ---- what is shared ---------------------------------------------------------------------------- */

static void test_bounds(void)
{
    struct loops *all = begin(3, ENGINES_MAX, 3);
    struct heard *heard[8];
    char text[16];
    for (uint32_t i = 0; i < 8; i++) {
        snprintf(text, sizeof text, "job %u", i);
        heard[i] = ask_at(all, i, text, NULL);
    }
    sim_run(all->run->sim);
    int taken = 0;
    for (int i = 0; i < 8; i++)
        taken += heard[i]->kind == WR_ANSWER_JOB;
    tap_number(taken, 3, "the bound of jobs is one for all loops");
    struct heard *later = ask_at(all, 3, "later", NULL);
    sim_run(all->run->sim);
    tap_number(later->kind, WR_ANSWER_JOB, "once they have ended there is room");
    end(all);
    all = begin(4, ENGINES_MAX, 0);
    power_off(all);
    models[0].limits.concurrent = 2;
    power(all, ENGINES_MAX, 0);
    for (uint32_t i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "job %u", i);
        ask_at(all, i, text, NULL);
    }
    sim_run(all->run->sim);
    tap_number(all->run->sim->scripts[2].sends, 12, "twelve jobs, a call each");
    const int64_t *sent = all->run->sim->scripts[2].sent_us;
    bool pairs = true;
    for (int i = 2; i < 12; i++)
        pairs = pairs && sent[i] >= sent[i - 2] + good.delay_us;
    tap_ok(pairs, "two at a time, of all loops together");
    struct wr_gate_counts gate;
    wr_engine_gate(all->engines[3], 2, &gate);
    tap_ok(gate.in_use == 0 && gate.queued == 0, "nothing is left over");
    end(all);
}

/* ---- another life ------------------------------------------------------------------------------ */

static size_t resumed_all;

static void count_resumed(void *arg, enum wr_store_status status, size_t resumed, size_t held)
{
    (void)arg;
    resumed_all += status == WR_STORE_OK && held == 0 ? resumed : 1000;
}

static void test_recovery(void)
{
    struct loops *all = begin(5, ENGINES_MAX, 0);
    char text[16];
    for (uint32_t i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "job %u", i);
        ask_at(all, i, text, NULL);
    }
    sim_run_for(all->run->sim, 20000);
    for (uint32_t count = 3; count >= 1; count--) {
        power_off(all);
        sim_stop(all->run->sim);
        sim_restart(all->run->sim);
        power(all, count, 2); /* what was accepted stays so, whatever the bound */
        resumed_all = 0;
        for (uint32_t i = 0; i < count; i++)
            wr_engine_recover(all->engines[i], count_resumed, NULL);
        sim_run_for(all->run->sim, 10000);
        tap_number((long long)resumed_all, 12, "each job is taken up once");
    }
    sim_run(all->run->sim);
    uint32_t ends = 0;
    for (size_t i = 0; i < all->run->sim->job_count; i++)
        ends += all->run->sim->jobs[i].finishes;
    tap_number(ends, 12, "and ends once");
    struct heard *later = ask_at(all, 0, "later", NULL);
    sim_run(all->run->sim);
    tap_number(later->kind, WR_ANSWER_JOB, "they gave their places back");
    end(all);
}

/* ---- the same journals -------------------------------------------------------------------------- */

/* The last 16 bits of each id name its loop. */
static void mask_loops(char *text)
{
    for (char *dash = text; (dash = strchr(dash, '-')); dash++)
        if (dash - text >= 23 && dash[-5] == '-' && dash[-10] == '-' && dash[-15] == '-' &&
            strspn(dash + 1, "0123456789abcdef") >= 12)
            memset(dash + 9, '_', 4);
}

static char *journals(uint32_t count)
{
    struct loops *all = begin(6, count, 0);
    power_off(all);
    models[0].limits.concurrent = 2;
    power(all, count, 0);
    struct sim *sim = all->run->sim;
    const struct sim_step cut = {.class = WR_CLASS_stream_truncated, .delay_us = 20000};
    sim->scripts[2].count = 0;
    for (int i = 0; i < 5; i++) {
        sim_say(sim, 2, i % 2 ? cut : good);
        sim_say(sim, 2, good);
    }
    char text[16];
    for (uint32_t i = 0; i < 30; i++) {
        snprintf(text, sizeof text, "job %u", i);
        ask_at(all, i % 7, text, NULL);
        sim_run_for(sim, 7000);
    }
    sim_run(sim);
    char *journal = sim_journal(sim);
    end(all);
    mask_loops(journal);
    return journal;
}

static void test_same_journals(void)
{
    char *one = journals(1), *four = journals(ENGINES_MAX), *again = journals(ENGINES_MAX);
    tap_ok(strlen(one) > 20000, "thirty jobs, retries and a line");
    tap_ok(strcmp(one, four) == 0, "one loop and four: the same journals, times included");
    tap_ok(strcmp(four, again) == 0, "the same seed, the same again");
    free(one);
    free(four);
    free(again);
}

int main(void)
{
    test_twins();
    test_early_twin();
    test_bounds();
    test_recovery();
    test_same_journals();
    tap_ok(all_legal, "every answer was legal");
    return tap_done();
}
