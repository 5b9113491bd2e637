/* The engine against simulated doors: keys, who waits, a store that fails, and a loss of power
 * before every commit. */
#include "tests/unit/sim_run.c"

/* ---- keys -------------------------------------------------------------------------------------- */

static void test_idempotency(void)
{
    struct run *run = good_run(15);
    struct heard *first = ask(run, (struct ask){.key = "k1"});
    sim_run_for(run->sim, 10000);
    struct heard *flight = ask(run, (struct ask){.key = "k1"});
    struct heard *misuse = ask(run, (struct ask){.key = "k1", .text = "other"});
    struct heard *bob = ask(run, (struct ask){.key = "k1", .caller = "bob"});
    sim_run(run->sim);
    tap_number(flight->status, 202, "in flight: 202");
    tap_ok(flight->replayed && wr_id_compare(&flight->job, &first->job) == 0, "with the job");
    tap_ok(flight->at_us < first->at_us, "as it stands");
    tap_number(misuse->kind, WR_ANSWER_MISUSE, "the same key with another body");
    tap_number(misuse->status, 422, "is 422");
    tap_ok(wr_id_compare(&bob->job, &first->job) != 0, "keys are the caller's own");
    struct heard *replay = ask(run, (struct ask){.key = "k1"});
    sim_run(run->sim);
    tap_ok(replay->replayed && replay->status == 200, "replayed");
    tap_text(replay->body, first->body, "the same reply, byte for byte");
    tap_number(run->sim->scripts[2].sends, 2, "nothing was sent again");
    tap_number((long long)run->sim->job_count, 2, "and no job was made");
    run_free(run);
}

static void test_dedupe(void)
{
    struct run *run = good_run(16);
    workflow.dedupe = (struct wr_dedupe){.key = write_key, .window_ms = 600000};
    struct heard *one = ask(run, (struct ask){0}), *two = ask(run, (struct ask){0});
    struct heard *other = ask(run, (struct ask){.text = "other"});
    sim_run(run->sim);
    tap_ok(two->joined && wr_id_compare(&one->job, &two->job) == 0, "twins share a job");
    tap_text(two->body, one->body, "and its result");
    tap_number(two->status, 200, "which the second waited for");
    tap_ok(wr_id_compare(&one->job, &other->job) != 0, "others do not");
    tap_number(run->sim->scripts[2].sends, 2, "one model call for both");
    struct heard *later = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_ok(later->joined && later->status == 200, "a completed job is joined, too");
    sim_run_for(run->sim, 601000000);
    later = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_ok(!later->joined, "until the window is over");
    run_free(run);
}

/* ---- who waits --------------------------------------------------------------------------------- */

static int drained;

static void count_drained(void *arg)
{
    (*(int *)arg)++;
}

static void test_waiters(void)
{
    struct run *run = good_run(17);
    struct heard *async = ask(run, (struct ask){.wait_ms = -2});
    struct heard *brief = ask(run, (struct ask){.wait_ms = 20});
    struct heard *gone = ask(run, (struct ask){0});
    wr_engine_forget(run->engine, gone->waiter);
    sim_run_for(run->sim, 30000);
    tap_ok(async->count == 1 && async->status == 202, "respond-async: 202 once it is durable");
    tap_ok(brief->count == 1 && brief->status == 202, "wait: 202 after as long as asked");
    tap_text(at(async, "output"), "null", "no output yet");
    struct heard *now = view(run, async->job, "ann", 0), *end = view(run, async->job, "ann", 5000);
    struct heard *bob = view(run, async->job, "bob", 5000);
    sim_run_for(run->sim, 1000);
    tap_ok(now->count == 1 && !now->ended && now->status == 200, "GET: as it stands");
    tap_number(bob->kind, WR_ANSWER_NOT_FOUND, "a live job is its caller's only");
    wr_engine_drain(run->engine, count_drained, &drained);
    struct heard *refused = ask(run, (struct ask){0});
    sim_run_for(run->sim, 1);
    tap_ok(refused->kind == WR_ANSWER_DRAINING && refused->status == 503, "draining: refused");
    tap_number(drained, 0, "not drained while jobs are live");
    sim_run(run->sim);
    tap_ok(end->count == 1 && end->ended, "a long poll hears the end");
    tap_number(gone->count, 0, "who left is not called");
    tap_number((long long)run->sim->seen_jobs, 3, "but the job went on");
    tap_number(drained, 1, "drained once all is done");
    run_free(run);
    run = good_run(18);
    wr_engine_free(run->engine);
    run->engine = wr_engine_new(&program, &run->sim->clock, &run->sim->effects, &run->sim->store,
                                NULL, &(struct wr_engine_options){.jobs_max = 2});
    ask(run, (struct ask){0});
    ask(run, (struct ask){0});
    refused = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_ok(refused->kind == WR_ANSWER_REFUSED && refused->retry_after_s > 0,
           "past the bound: refused, with Retry-After");
    run_free(run);
}

static void test_drain(void)
{
    struct run *run = good_run(31);
    ask(run, (struct ask){.wait_ms = -2});
    sim_run_for(run->sim, 20000);
    drained = 0;
    wr_engine_drain(run->engine, count_drained, &drained);
    sim_run_for(run->sim, 20000);
    tap_number(drained, 0, "a job that nobody waits for holds the drain");
    sim_run(run->sim);
    tap_number(drained, 1, "until it has ended");
    run_free(run);
}

/* ---- the store fails --------------------------------------------------------------------------- */

/* A repeated request is answered from the store; a store that takes its time does not take the client's. */
static void test_slow_read(void)
{
    struct run *run = good_run(21);
    ask(run, (struct ask){.key = "k1"});
    sim_run(run->sim);
    int64_t began_us = run->sim->now_us;
    struct heard *again = ask(run, (struct ask){.key = "k1"});
    run->sim->commit_us = 60000000; /* the read, which follows the acceptance */
    sim_run_for(run->sim, 59000000);
    tap_ok(again->count == 1 && again->kind == WR_ANSWER_STORE_DOWN && again->status == 503,
           "a read that takes too long: 503");
    tap_ok(again->at_us - began_us <= 8000000, "by the end of the budget");
    sim_run_for(run->sim, 60000000);
    tap_number(again->count, 1, "and nothing after it");
    struct wr_engine_counts counts;
    wr_engine_counts(run->engine, &counts);
    tap_number(counts.waiters, 0, "nobody is owed an answer");
    run_free(run);
}

/* While its acceptance is on its way to the disk, a job already reads; what comes of that is nobody's if
 * the commit fails. */
static void test_early(void)
{
    struct run *run = good_run(23);
    run->sim->early = true;
    run->sim->commit_us = 10000;
    struct heard *heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 9000);
    tap_ok(run->sim->in_flight == 1 && run->sim->job_count == 0,
           "what is only read begins while the acceptance is on its way");
    tap_number(heard->count, 0, "and nothing is told");
    sim_run(run->sim);
    tap_ok(heard->count == 1 && heard->status == 200, "it ends as any other");
    heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 9000);
    tap_number(run->sim->in_flight, 1, "the next one begins as early");
    run->sim->down = true;
    sim_run_for(run->sim, 2000);
    struct wr_engine_counts counts;
    wr_engine_counts(run->engine, &counts);
    tap_ok(heard->count == 1 && heard->kind == WR_ANSWER_STORE_DOWN && heard->status == 503,
           "its commit fails: 503");
    tap_ok(run->sim->in_flight == 0 && counts.jobs == 0, "what it had begun is stopped");
    sim_run(run->sim);
    tap_number((long long)run->sim->job_count, 1, "and it was never there");
    run_free(run);
}

static void test_store_fails(void)
{
    struct run *run = good_run(19);
    run->sim->down = true;
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_ok(heard->kind == WR_ANSWER_STORE_DOWN && heard->status == 503, "not accepted: 503");
    struct wr_engine_counts counts;
    wr_engine_counts(run->engine, &counts);
    tap_ok(counts.store_down && counts.jobs == 0, "which readiness sees");
    run->sim->down = false;
    heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 50000);
    run->sim->down = true;
    sim_run_for(run->sim, 1000000);
    wr_engine_counts(run->engine, &counts);
    tap_ok(heard->count == 0 && counts.unsaved == 1, "an end that cannot be saved is not told");
    run->sim->down = false;
    sim_run(run->sim);
    tap_text(at(heard, "status"), "completed", "it is, once it can");
    tap_number(sim_find(run->sim, &heard->job)->finishes, 1, "one end");
    run_free(run);
    /* Each commit in turn is lost. */
    bool whole = true;
    for (uint32_t lost = 2; lost < 12; lost++) {
        run = run_new(20);
        say_all(run, 0, WR_CLASS_server_error);
        say_all(run, 2, WR_CLASS_server_error);
        say_all(run, 3, WR_OK);
        run->sim->fail_from = lost;
        run->sim->fail_to = lost + 1;
        heard = ask(run, (struct ask){0});
        sim_run(run->sim);
        struct heard *after = view(run, heard->job, "ann", 0);
        sim_run(run->sim);
        whole = whole && heard->status == 200 && strcmp(heard->body, after->body) == 0;
        run_free(run);
    }
    tap_ok(whole, "a lost commit is sent again: no entry is missing");
}

/* ---- power is lost ----------------------------------------------------------------------------- */

static size_t resumed, held;
static int recoveries;

static void count_recovered(void *arg, enum wr_store_status status, size_t how_many, size_t how_not)
{
    (void)arg;
    recoveries += status == WR_STORE_OK;
    resumed = how_many;
    held = how_not;
}

/* One run with power lost before commit `n`: false once there is no such commit. */
static bool crash_at(uint32_t n, bool models_down, bool *sound)
{
    struct run *run = run_new(100 + n);
    say_all(run, 0, WR_CLASS_connect_failed);
    say_all(run, 0, WR_OK);
    say_all(run, 2, models_down ? WR_CLASS_server_error : WR_OK);
    say_all(run, 3, WR_CLASS_check_failed);
    struct heard *heard[3];
    for (int i = 0; i < 3; i++)
        heard[i] = ask(run, (struct ask){.number = 7, .key = i ? NULL : "key"});
    run->sim->crash_at = n;
    sim_run(run->sim);
    bool crashed = run->sim->crashed;
    int told[3];
    for (int i = 0; i < 3; i++)
        told[i] = heard[i]->count && heard[i]->kind == WR_ANSWER_JOB;
    wr_engine_free(run->engine);
    sim_stop(run->sim);
    sim_restart(run->sim);
    power_on(run);
    recoveries = 0;
    wr_engine_recover(run->engine, count_recovered, NULL);
    sim_run(run->sim);
    *sound = *sound && recoveries == 1 && held == 0;
    for (size_t i = 0; i < run->sim->job_count; i++) {
        const struct sim_job *job = &run->sim->jobs[i];
        struct heard *after = view(run, job->id, "ann", 0);
        sim_run(run->sim);
        *sound = *sound && job->finishes == 1 && after->ended &&
                 strcmp(at(after, "status"), models_down ? "failed" : "completed") == 0;
    }
    for (int i = 0; i < 3; i++)
        *sound = *sound && (!told[i] || sim_find(run->sim, &heard[i]->job));
    struct wr_engine_counts counts;
    wr_engine_counts(run->engine, &counts);
    *sound = *sound && counts.jobs == 0;
    run_free(run);
    return crashed;
}

static void test_crash(void)
{
    bool sound = true;
    uint32_t n = 1;
    while (crash_at(n, false, &sound) && n < 200)
        n++;
    tap_ok(sound && n > 8, "power lost before each of %u commits: every job ends once", n - 1);
    sound = true;
    for (n = 1; crash_at(n, true, &sound) && n < 200;)
        n++;
    tap_ok(sound && n > 14, "the same with the models down, %u commits", n - 1);
}

/* A once effect: committed before it is sent, uncertain after a crash, sent at most once. */
static void test_once(void)
{
    struct wr_stage kept = stages[DRAFT];
    bool at_most_once = true, uncertain = false;
    stages[DRAFT].effect = WR_ONCE;
    stages[DRAFT].commit_before = stages[DRAFT].commit_after = true;
    stages[DRAFT].retry = (struct wr_retry){0};
    for (uint32_t n = 2; n < 10; n++) {
        struct run *run = good_run(n);
        struct heard *heard = ask(run, (struct ask){0});
        run->sim->crash_at = n;
        sim_run(run->sim);
        bool crashed = run->sim->crashed;
        wr_engine_free(run->engine);
        sim_stop(run->sim);
        sim_restart(run->sim);
        power_on(run);
        wr_engine_recover(run->engine, count_recovered, NULL);
        sim_run(run->sim);
        at_most_once = at_most_once && run->sim->scripts[2].sends <= 1;
        struct heard *after = view(run, run->sim->jobs[0].id, "ann", 0);
        sim_run(run->sim);
        at_most_once = at_most_once && after->ended && (crashed || heard->count == 1);
        uncertain = uncertain || strcmp(at(after, "error.class"), "uncertain") == 0;
        run_free(run);
    }
    struct run *run = run_new(32);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_CLASS_auth);
    say_all(run, 3, WR_OK);
    ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[3].sent_us[0] - run->sim->scripts[2].sent_us[0],
               30000 + run->sim->commit_us, "and its end is durable before anything follows");
    run_free(run);
    stages[DRAFT] = kept;
    tap_ok(at_most_once, "a once effect is sent at most once, whatever happens");
    tap_ok(uncertain, "where it may have happened, the job takes the way of uncertain");
}

static void test_other_program(void)
{
    struct run *run = good_run(30);
    ask(run, (struct ask){0});
    sim_run_for(run->sim, 50000);
    wr_engine_free(run->engine);
    sim_stop(run->sim);
    sim_restart(run->sim);
    workflow.version = 2;
    power_on(run);
    wr_engine_recover(run->engine, count_recovered, NULL);
    sim_run(run->sim);
    tap_ok(held == 1 && resumed == 0, "a job whose workflow is gone is held");
    struct heard *heard = view(run, run->sim->jobs[0].id, "ann", 0);
    sim_run(run->sim);
    tap_text(at(heard, "status"), "queued", "and is shown as such");
    workflow.version = 1;
    run_free(run);
}

static void test_free_at_any_time(void)
{
    for (int64_t us = 0; us < 200000; us += 1500) {
        struct run *run = good_run((uint64_t)us);
        wr_engine_recover(run->engine, count_recovered, NULL);
        struct heard *heard = ask(run, (struct ask){0});
        ask(run, (struct ask){.key = "k"});
        sim_run_for(run->sim, us);
        ask(run, (struct ask){.key = "k"});
        view(run, heard->job, "ann", 100);
        sim_run_for(run->sim, us % 7000);
        run_free(run); /* the sanitizers look */
    }
    tap_ok(true, "an engine can be freed at any time");
}

int main(void)
{
    test_idempotency();
    test_dedupe();
    test_waiters();
    test_drain();
    test_slow_read();
    test_early();
    test_store_fails();
    test_crash();
    test_once();
    test_other_program();
    test_free_at_any_time();
    tap_ok(all_legal, "every reply is a row of the table of legal replies");
    return tap_done();
}
