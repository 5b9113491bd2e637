/* How a model is asked: repairs, in virtual time on simulated doors. */
#include "tests/unit/sim_run.c"

#define BAD_NOTE "{\"text\":\"fine\",\"number\":-1}"
#define OTHER_NOTE "{\"text\":\"fine\",\"number\":8}"

static struct wr_stage *const draft = &stages[DRAFT];

static void say(struct run *run, size_t target, const char *value)
{
    struct sim_step step = good;
    step.value = value;
    sim_say(run->sim, target, step);
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* ---- repair ------------------------------------------------------------------------------------ */

static void test_repair(void)
{
    struct run *run = run_new(1);
    const struct sim_script *script = &run->sim->scripts[2];
    draft->repairs = 2;
    say_all(run, 0, WR_OK);
    say(run, 2, BAD_NOTE);
    say(run, 2, OTHER_NOTE);
    say(run, 2, GOOD_NOTE);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "result_type"), "full", "repaired twice: full");
    tap_number(script->sends, 3, "three turns");
    tap_text(script->said[0], "user: hello\n", "the first is the prompt");
    tap_ok(has(script->said[1], "user: hello\nassistant: " BAD_NOTE "\nuser: This answer was") &&
               has(script->said[1], "/number "),
           "the second has the answer, and what was wrong by its pointer");
    tap_ok(has(script->said[2], "assistant: " OTHER_NOTE) && has(script->said[2], BAD_NOTE) &&
               has(script->said[2], "it.number == input.number"),
           "the third has all that was said before, and the check as it is written");
    tap_text(at(heard, "usage"),
             "{\"input_tokens\":303,\"output_tokens\":30,\"cost_usd\":\"0.000136\",\"attempts\":3}",
             "each is an attempt, and paid for");
    char *journal = sim_journal(run->sim);
    tap_ok(has(journal, "\"attempt\":2") && has(journal, "\"repair\":1") &&
               has(journal, "\"repair\":2") && !has(journal, "This answer was"),
           "the journal says which attempts were repairs, and not what was said");
    free(journal);
    tap_ok(script->sent_us[1] - script->sent_us[0] == 30000, "a repair waits for nothing");
    run_free(run);
}

static void test_repair_then_retry(void)
{
    struct run *run = run_new(2);
    const struct sim_script *script = &run->sim->scripts[2];
    struct sim_step cut = good;
    draft->repairs = 1;
    cut.class = WR_CLASS_stream_truncated;
    say_all(run, 0, WR_OK);
    say(run, 2, BAD_NOTE);
    sim_say(run->sim, 2, cut);
    say(run, 2, OTHER_NOTE);
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(script->sends, 3, "a repair that fails on its way is retried");
    tap_text(script->said[2], script->said[1], "with the same conversation");
    tap_text(at(heard, "result_type"), "fallback", "and then there is no more");
    run_free(run);
    run = run_new(3);
    script = &run->sim->scripts[2];
    say_all(run, 0, WR_OK);
    say(run, 2, BAD_NOTE);
    say(run, 2, BAD_NOTE);
    say(run, 2, GOOD_NOTE);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(script->sends, 3, "a repair is not counted as a retry");
    tap_text(script->said[2], "user: hello\n", "a retry after the last repair begins anew");
    tap_text(at(heard, "result_type"), "full", "full");
    run_free(run);
}

static void test_repair_in_slack(void)
{
    struct run *run = run_new(4);
    draft->repairs = 1;
    draft->retry.times = 0;
    say_all(run, 0, WR_OK);
    struct sim_step late = good;
    late.value = BAD_NOTE;
    late.delay_us = 1500000;
    sim_say(run->sim, 2, late);
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 1, "a repair that the slack cannot hold is not begun");
    tap_text(at(heard, "versions.fallback_path"), "[\"draft: schema_invalid\",\"brief: ok\"]",
             "the next stage is");
    run_free(run);
    draft->repairs = 0;
    run = run_new(5);
    say_all(run, 0, WR_OK);
    say(run, 2, BAD_NOTE);
    say_all(run, 3, WR_OK);
    ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 1, "and without `repair` there is none");
    run_free(run);
    draft->retry.times = 1;
}

static void recovered(void *arg, enum wr_store_status status, size_t resumed, size_t held)
{
    (void)arg;
    tap_ok(status == WR_STORE_OK && resumed + held <= 1 && held == 0, "recovered");
}

/* The power goes while the first repair is under way: what was told of it is gone, that it was begun is
 * not known. No attempt is lost and none made twice as often. */
static void test_repair_and_restart(void)
{
    struct run *run = run_new(6);
    const struct sim_script *script = &run->sim->scripts[2];
    struct sim_step late = good;
    draft->repairs = 1;
    draft->retry.times = 0;
    late.value = BAD_NOTE;
    late.delay_us = 200000;
    say_all(run, 0, WR_OK);
    say(run, 2, BAD_NOTE);
    sim_say(run->sim, 2, late);
    say_all(run, 3, WR_OK);
    ask(run, (struct ask){0});
    sim_run_for(run->sim, 150000);
    tap_number(script->sends, 2, "under way");
    wr_engine_free(run->engine);
    sim_stop(run->sim);
    sim_restart(run->sim);
    power_on(run);
    wr_engine_recover(run->engine, recovered, NULL);
    sim_run(run->sim);
    tap_number(script->sends, 3, "asked again after the restart");
    tap_text(script->said[2], "user: hello\n", "anew: the answer that was refused is gone");
    struct heard *after = view(run, run->sim->jobs[0].id, "ann", 0);
    sim_run(run->sim);
    tap_text(at(after, "versions.fallback_path"), "[\"draft: schema_invalid\",\"brief: ok\"]",
             "it counts as the repair that it is");
    run_free(run);
    draft->repairs = 0;
    draft->retry.times = 1;
}

int main(void)
{
    test_repair();
    test_repair_then_retry();
    test_repair_in_slack();
    test_repair_and_restart();
    tap_ok(all_legal, "every reply is a row of the table of legal replies");
    return tap_done();
}
