/* Cancelling, against simulated doors: at every moment of a job's life, with a store that fails, and
 * with the power lost before any commit. */
#include "tests/unit/sim_run.c"

static struct heard *cancel(struct run *run, struct wr_id job, const char *caller)
{
    struct heard *heard = &run->heard[run->used++];
    wr_engine_cancel(run->engine, job, wr_str_of(caller), hear, heard);
    return heard;
}

static struct wr_id first_job(const struct run *run)
{
    return run->sim->jobs[0].id;
}

/* Nothing is held outside: no call, no place at a gate, no job in memory. */
static bool is_quiet(const struct run *run)
{
    struct wr_engine_counts counts;
    struct wr_gate_counts gate;
    bool quiet = run->sim->in_flight == 0;
    wr_engine_counts(run->engine, &counts);
    for (size_t i = 0; wr_engine_gate(run->engine, i, &gate); i++)
        quiet = quiet && gate.in_use == 0 && gate.queued == 0;
    return quiet && counts.jobs == 0 && counts.waiters == 0;
}

static void test_every_moment(void)
{
    int cancelled = 0, completed = 0, wrong = 0;
    for (int64_t us = 0; us < 100000; us += 500) {
        struct run *run = good_run((uint64_t)us + 1);
        run->sim->commit_us = 3000;
        struct heard *asked = ask(run, (struct ask){0});
        sim_run_for(run->sim, 4000 + us);
        struct heard *first = cancel(run, first_job(run), "ann");
        bool stopped = run->sim->in_flight == 0;
        struct heard *second = cancel(run, first_job(run), "ann");
        sim_run(run->sim);
        struct heard *third = cancel(run, first_job(run), "ann");
        sim_run(run->sim);
        bool is_cancelled = strcmp(at(first, "status"), "cancelled") == 0;
        cancelled += is_cancelled;
        completed += strcmp(at(first, "status"), "completed") == 0;
        bool good_end = first->count == 1 && second->count == 1 && first->status == 200 &&
                        strcmp(first->body, second->body) == 0 &&
                        strcmp(first->body, third->body) == 0 && asked->count == 1 &&
                        asked->status == (is_cancelled ? 409 : 200);
        if (!good_end || !is_quiet(run) || (is_cancelled && !stopped) ||
            run->sim->jobs[0].finishes != 1)
            wrong++;
        run_free(run);
    }
    tap_number(wrong, 0, "at every moment: stopped at once, one end, one answer for all");
    tap_ok(cancelled > 50 && completed > 20, "some were in time, some were not");
}

static void test_who(void)
{
    struct run *run = good_run(3);
    ask(run, (struct ask){.wait_ms = -2});
    sim_run_for(run->sim, 20000);
    struct heard *bob = cancel(run, first_job(run), "bob");
    struct heard *nobody = cancel(run, (struct wr_id){{1}}, "ann");
    sim_run_for(run->sim, 5000);
    tap_number(bob->status, 404, "another caller's job is not found");
    tap_number(nobody->status, 404, "nor is one that is none");
    struct heard *all = cancel(run, first_job(run), "*");
    sim_run(run->sim);
    tap_text(at(all, "status"), "cancelled", "who may see every job may cancel it");
    tap_number(run->sim->seen_jobs, 1, "the observer hears of the end");
    run_free(run);
}

static void test_once(void)
{
    struct wr_stage kept = stages[DRAFT];
    stages[DRAFT].effect = WR_ONCE;
    stages[DRAFT].commit_before = stages[DRAFT].commit_after = true;
    struct run *run = good_run(4);
    ask(run, (struct ask){0});
    sim_run_for(run->sim, 50000); /* under way */
    tap_number(run->sim->in_flight, 1, "a once effect is under way");
    cancel(run, first_job(run), "ann");
    sim_run(run->sim);
    char *journal = sim_journal(run->sim);
    tap_ok(strstr(journal, "\"class\":\"uncertain\"") != NULL, "cancelled, it is uncertain");
    free(journal);
    run_free(run);
    stages[DRAFT] = kept;
}

static void test_line(void)
{
    struct run *run = good_run(5);
    wr_engine_free(run->engine);
    models[0].limits.concurrent = 1;
    power_on(run);
    ask(run, (struct ask){0});
    ask(run, (struct ask){.text = "second"});
    sim_run_for(run->sim, 50000);
    struct wr_gate_counts gate;
    wr_engine_gate(run->engine, 1, &gate);
    tap_number(gate.queued, 1, "one waits in line");
    cancel(run, run->sim->jobs[1].id, "ann");
    wr_engine_gate(run->engine, 1, &gate);
    tap_ok(gate.queued == 0 && gate.in_use == 1, "cancelled, it leaves the line");
    sim_run(run->sim);
    tap_ok(is_quiet(run) && run->sim->scripts[2].sends == 1, "and nothing is sent for it");
    run_free(run);
}

static void test_failing_store(void)
{
    struct run *run = good_run(6);
    struct heard *asked = ask(run, (struct ask){.wait_ms = -2});
    sim_run_for(run->sim, 40000);
    run->sim->fail_from = run->sim->commits + 1;
    run->sim->fail_to = 1000000;
    struct heard *heard = cancel(run, first_job(run), "ann");
    sim_run_for(run->sim, 11000000);
    tap_ok(asked->status == 202 && heard->count == 1 && heard->status == 503,
           "what is not durable is not promised");
    run->sim->fail_to = 0;
    sim_run(run->sim);
    struct heard *end = view(run, first_job(run), "ann", 0);
    sim_run(run->sim);
    tap_text(at(end, "status"), "cancelled", "once the store is back, it is cancelled");
    run_free(run);
}

static void test_loss_of_power(void)
{
    int wrong = 0;
    for (uint32_t n = 1; n < 12; n++) {
        struct run *run = good_run(n);
        ask(run, (struct ask){.wait_ms = -2});
        run->sim->crash_at = n;
        sim_run_for(run->sim, 45000);
        struct heard *heard = run->sim->job_count ? cancel(run, first_job(run), "ann") : NULL;
        sim_run(run->sim);
        bool told = heard && heard->count && strcmp(at(heard, "status"), "cancelled") == 0;
        wr_engine_free(run->engine);
        sim_stop(run->sim);
        sim_restart(run->sim);
        power_on(run);
        sim_run(run->sim);
        if (run->sim->job_count) {
            struct heard *now = view(run, first_job(run), "ann", 0);
            sim_run(run->sim);
            wrong += told && strcmp(at(now, "status"), "cancelled") != 0;
        }
        run_free(run);
    }
    tap_number(wrong, 0, "who was told that it is cancelled finds it so after a loss of power");
}

int main(void)
{
    test_every_moment();
    test_who();
    test_once();
    test_line();
    test_failing_store();
    test_loss_of_power();
    tap_ok(all_legal, "every reply was legal");
    return tap_done();
}
