/* The latency models on the simulated doors: when the reply leaves, what it says, and which attempts
 * the slack before it and after it holds. */
#include "tests/unit/sim_run.c"

/* waiting 8 s then background 60 s; the floors of the whole job and of the reply. */
static struct run *two_run(uint64_t seed)
{
    struct run *run = run_new(seed);
    workflow.background_ms = 60000;
    stages[TERMS].reply_floor_after_ms = 7000;
    stages[DRAFT].reply_floor_after_ms = 2000;
    return run;
}

static void two_free(struct run *run)
{
    run_free(run);
    workflow.background_ms = 0;
    stages[TERMS].reply_floor_after_ms = stages[DRAFT].reply_floor_after_ms = 0;
    stages[DRAFT].timeout_ms = 5000;
}

static void test_background(void)
{
    struct run *run = good_run(1);
    workflow.latency = WR_BACKGROUND;
    struct heard *heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 10000);
    tap_number(heard->status, 202, "background is 202 as soon as it is durable");
    tap_text(at(heard, "result_type"), "null", "without a result");
    struct heard *later = view(run, heard->job, "ann", 20000);
    sim_run(run->sim);
    tap_text(at(later, "status"), "completed", "a look that waits hears the end");
    tap_ok(later->at_us - 1000000 < 200000, "as soon as it is there");
    run_free(run);
}

static void test_reply_then_job(void)
{
    struct run *run = two_run(2);
    struct sim_step slow = good;
    slow.delay_us = 20000000;
    stages[DRAFT].timeout_ms = 30000;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, slow);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 9000000);
    tap_number(heard->status, 202, "a job that goes on is 202 at the budget");
    tap_number(heard->at_us, 1000000 + 7995000, "five milliseconds before it is over");
    tap_text(at(heard, "status"), "processing", "processing");
    tap_number(heard->retry_after_s, 2, "a twentieth of what is left until the next look");
    struct heard *later = view(run, heard->job, "ann", 60000);
    sim_run(run->sim);
    tap_text(at(later, "status"), "completed", "and it is not cut for the reply");
    tap_number(run->sim->scripts[2].timeout_us[0], 30000000, "its attempt had its whole timeout");
    two_free(run);
}

/* The second attempt would leave the smaller model no time before the reply. */
static void test_retry_before_reply(void)
{
    struct run *run = two_run(3);
    struct sim_step late = good;
    late.class = WR_CLASS_server_error;
    late.delay_us = 2000000;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, late);
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 1,
               "a retry that the reply's slack cannot hold is not begun");
    tap_text(at(heard, "result_type"), "fallback", "so that the fallback is served in time");
    tap_number(heard->status, 200, "as the result");
    two_free(run);
    /* One whole attempt does not fit before the reply: then all the time of the job is there. */
    run = two_run(4);
    stages[DRAFT].timeout_ms = 7000;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, late);
    say_all(run, 2, WR_OK);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 2,
               "a stage that is too long for the reply retries in the background");
    two_free(run);
}

static void taken_up(void *arg, enum wr_store_status status, size_t resumed, size_t held)
{
    (void)arg;
    tap_ok(status == WR_STORE_OK && resumed == 1 && held == 0, "the job is taken up again");
}

static void test_restart(void)
{
    struct run *run = two_run(5);
    struct sim_step silent = {.silent = true};
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, silent);
    sim_say(run->sim, 3, silent);
    struct heard *heard = ask(run, (struct ask){.wait_ms = -2});
    sim_run_for(run->sim, 1000000);
    wr_engine_free(run->engine);
    sim_stop(run->sim);
    run->sim->now_us += 56000000;
    sim_restart(run->sim);
    power_on(run);
    wr_engine_recover(run->engine, taken_up, NULL);
    sim_run(run->sim);
    struct heard *later = view(run, heard->job, "ann", 0);
    sim_run(run->sim);
    tap_ok(run->sim->scripts[2].timeout_us[1] < 2000000,
           "after a restart the deadline stands, in UTC (%lld us)",
           (long long)run->sim->scripts[2].timeout_us[1]);
    tap_text(at(later, "status"), "failed", "and the job ends by it");
    two_free(run);
}

int main(void)
{
    test_background();
    test_reply_then_job();
    test_retry_before_reply();
    test_restart();
    tap_ok(all_legal, "every answer was one that docs/contract.md allows");
    return tap_done();
}
