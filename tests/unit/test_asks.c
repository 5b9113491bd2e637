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

/* ---- what it costs ----------------------------------------------------------------------------- */

/* "hello" and at most 100 tokens of the large model: 5 * 250000 + 100 * 2000000. */
#define BOUND 201250000

static void test_unknown_usage(void)
{
    struct run *run = run_new(7);
    struct sim_step silent = {.silent = true}, refused = good, cut = good;
    refused.class = WR_CLASS_connect_failed;
    refused.usage.known = false;
    cut.class = WR_CLASS_stream_truncated;
    cut.usage.known = false;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, silent);
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "usage.cost_usd"), "0.000211", "a silent model is charged its bound");
    char *journal = sim_journal(run->sim);
    tap_ok(has(journal, "\"cost\":201250000") && has(journal, "\"cost_bound\":true"),
           "and the journal says that it is one");
    free(journal);
    run_free(run);
    run = run_new(8);
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, refused);
    sim_say(run->sim, 2, cut);
    say_all(run, 3, WR_OK);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    journal = sim_journal(run->sim);
    tap_ok(strstr(journal, "201250000") && !strstr(strstr(journal, "201250000") + 9, "201250000"),
           "an answer that was cut is charged, a connection that was refused is not");
    free(journal);
    run_free(run);
}

static void test_cancelled_usage(void)
{
    struct run *run = run_new(9);
    struct sim_step slow = good;
    slow.delay_us = 2000000;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, slow);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 500000);
    struct wr_id job = run->sim->jobs[0].id;
    wr_engine_cancel(run->engine, job, wr_str_of("ann"), hear, &run->heard[run->used++]);
    sim_run(run->sim);
    tap_text(at(heard, "status"), "cancelled", "cancelled");
    tap_text(at(heard, "usage.cost_usd"), "0.000202", "what was under way is charged its bound");
    run_free(run);
}

static void enforce(int64_t ceiling)
{
    workflow.cost_enforced = ceiling > 0;
    workflow.cost_ceiling = ceiling;
}

static void test_enforced(void)
{
    struct run *run = run_new(10);
    enforce(BOUND + BOUND / 2);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_CLASS_stream_truncated);
    run->sim->scripts[2].steps[0].usage.known = false;
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 1, "what is left does not hold the retry");
    tap_text(at(heard, "versions.fallback_path"), "[\"draft: over_cost\",\"brief: ok\"]",
             "it is over_cost, and the smaller model still fits");
    char *journal = sim_journal(run->sim);
    tap_ok(has(journal, "\"reserved\":201250000"), "what it may cost is in the journal before");
    free(journal);
    run_free(run);
    run = good_run(11);
    enforce(BOUND);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "result_type"), "full", "exactly one call fits");
    tap_text(at(heard, "usage.cost_usd"), "0.000046", "and costs what it used");
    run_free(run);
    run = good_run(12);
    enforce(BOUND - 1);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 0, "one picodollar less, and it is not made");
    run_free(run);
    enforce(0);
}

/* The power goes while a call is under way: what was reserved for it is charged, and counts. */
static void test_enforced_restart(void)
{
    struct run *run = run_new(13);
    struct sim_step slow = good;
    enforce(BOUND + BOUND / 2);
    slow.delay_us = 500000;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, slow);
    say_all(run, 3, WR_OK);
    ask(run, (struct ask){0});
    sim_run_for(run->sim, 200000);
    tap_number(run->sim->scripts[2].sends, 1, "under way");
    wr_engine_free(run->engine);
    sim_stop(run->sim);
    sim_restart(run->sim);
    power_on(run);
    wr_engine_recover(run->engine, recovered, NULL);
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 1, "it is not made again: the ceiling would not hold");
    struct heard *after = view(run, run->sim->jobs[0].id, "ann", 0);
    sim_run(run->sim);
    tap_text(at(after, "versions.fallback_path"), "[\"draft: over_cost\",\"brief: ok\"]",
             "its way");
    tap_text(at(after, "usage.cost_usd"), "0.000211", "the lost call is charged as reserved");
    run_free(run);
    enforce(0);
}

/* ---- two models at once ------------------------------------------------------------------------ */

static struct sim_step after(enum wr_class class, const char *value, int64_t ms)
{
    struct sim_step step = good;
    step.class = class;
    step.value = value;
    step.delay_us = ms * 1000;
    return step;
}

/* The large model, and the small one where it has not finished after half a second. */
static struct heard *hedged(struct run *run, struct sim_step large, struct sim_step small)
{
    draft->hedge_after_ms = 500;
    draft->hedge_model = 1;
    draft->retry.times = 0;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, large);
    sim_say(run->sim, 3, small);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    draft->hedge_after_ms = 0;
    draft->retry.times = 1;
    return heard;
}

#define SMALL_NOTE "{\"text\":\"small\",\"number\":7}"

static void test_hedge_wins(void)
{
    struct run *run = run_new(20);
    struct heard *heard = hedged(run, after(WR_OK, GOOD_NOTE, 1900), after(WR_OK, SMALL_NOTE, 100));
    const struct sim_script *large = &run->sim->scripts[2], *small = &run->sim->scripts[3];
    tap_text(at(heard, "result_type"), "full", "a slow model: the second one's answer is served");
    tap_text(at(heard, "output"), SMALL_NOTE, "as it is");
    tap_text(at(heard, "versions.model"), "small-1", "and provenance says so");
    tap_number(small->sent_us[0] - large->sent_us[0], 500000, "asked after half a second");
    tap_number(small->timeout_us[0], 4500000, "within the attempt's own time");
    tap_text(small->said[0], large->said[0], "the same");
    tap_number(atoi(at(heard, "timing.elapsed_ms")), 632, "nobody waits for the first");
    tap_text(at(heard, "usage.attempts"), "2", "both are counted");
    tap_text(at(heard, "usage.cost_usd"), "0.000211", "and paid: the one that was cut, its bound");
    tap_number(run->sim->in_flight, 0, "it was cancelled at once");
    char *journal = sim_journal(run->sim);
    tap_ok(has(journal, "\"hedge\":\"large-1\"") && has(journal, "\"hedge_class\":\"cancelled\""),
           "the journal knows of both");
    free(journal);
    tap_number(run->sim->seen_attempts, 3, "so does the observer");
    run_free(run);
}

static void test_hedge_not_needed(void)
{
    struct run *run = run_new(21);
    struct heard *heard = hedged(run, after(WR_OK, GOOD_NOTE, 499), after(WR_OK, SMALL_NOTE, 100));
    tap_number(run->sim->scripts[3].sends, 0, "in time: the second is not asked");
    tap_text(at(heard, "versions.model"), "large-1", "large");
    run_free(run);
    run = run_new(22);
    heard = hedged(run, after(WR_OK, GOOD_NOTE, 700), after(WR_OK, SMALL_NOTE, 400));
    tap_text(at(heard, "versions.model"), "large-1",
             "the first to finish wins, and it is the first");
    tap_text(at(heard, "usage.cost_usd"), "0.000086", "the second is paid its bound");
    tap_number(run->sim->in_flight, 0, "and cancelled");
    run_free(run);
}

static void test_hedge_invalid(void)
{
    struct run *run = run_new(23);
    struct heard *heard = hedged(run, after(WR_OK, GOOD_NOTE, 1200), after(WR_OK, BAD_NOTE, 100));
    tap_text(at(heard, "output"), GOOD_NOTE, "an answer that does not fit wins nothing");
    tap_text(at(heard, "usage.input_tokens"), "202", "what it used is counted");
    run_free(run);
    run = run_new(24);
    heard = hedged(run, after(WR_OK, OTHER_NOTE, 700), after(WR_OK, SMALL_NOTE, 400));
    tap_text(at(heard, "output"), SMALL_NOTE, "nor does one that a check refuses");
    run_free(run);
    run = run_new(25);
    heard = hedged(run, after(WR_CLASS_server_error, "", 700), after(WR_OK, SMALL_NOTE, 400));
    tap_text(at(heard, "versions.fallback_path"), "[\"draft: ok\"]",
             "a first that fails is not the end while the second is under way");
    run_free(run);
    run = run_new(26);
    heard =
        hedged(run, after(WR_CLASS_server_error, "", 700), after(WR_CLASS_connect_failed, "", 400));
    tap_ok(has(at(heard, "versions.fallback_path"), "draft: server_error"),
           "both fail: it ends as the first did");
    run_free(run);
}

/* Whenever it is cancelled, nothing is left under way. */
static void test_hedge_cancelled(void)
{
    bool clean = true;
    for (int64_t us = 10000; us < 1500000; us += 9000) {
        struct run *run = run_new(27);
        draft->hedge_after_ms = 500;
        draft->hedge_model = 1;
        say_all(run, 0, WR_OK);
        sim_say(run->sim, 2, after(WR_OK, OTHER_NOTE, 900));
        sim_say(run->sim, 3, after(WR_OK, SMALL_NOTE, 600));
        ask(run, (struct ask){0});
        sim_run_for(run->sim, us);
        struct heard *heard = &run->heard[run->used++];
        wr_engine_cancel(run->engine, run->sim->jobs[0].id, wr_str_of("ann"), hear, heard);
        sim_run(run->sim);
        clean = clean && run->sim->in_flight == 0 && heard->ended;
        run_free(run);
    }
    draft->hedge_after_ms = 0;
    tap_ok(clean, "cancelled at any time, neither call is left");
}

/* ---- arms -------------------------------------------------------------------------------------- */

static void test_split(void)
{
    struct run *run = good_run(30);
    int candidate = 0;
    bool sticky = true, known = true;
    char text[24];
    workflow.split = (struct wr_split){.key = write_key, .share = 3000, .from = 0, .to = 1};
    for (int i = 0; i < 25; i++) {
        snprintf(text, sizeof text, "user %d", i);
        struct heard *first = ask(run, (struct ask){.text = text});
        sim_run(run->sim);
        struct heard *again = ask(run, (struct ask){.text = text});
        sim_run(run->sim);
        const char *arm = at(first, "versions.arm");
        bool small = strcmp(arm, "small") == 0;
        candidate += small;
        sticky = sticky && strcmp(arm, at(again, "versions.arm")) == 0;
        known = known && (small || strcmp(arm, "primary") == 0) &&
                strcmp(at(first, "versions.model"), small ? "small-1" : "large-1") == 0;
    }
    tap_ok(candidate > 2 && candidate < 14, "some jobs ask the candidate (%d of 25)", candidate);
    tap_ok(sticky, "the same ones every time");
    tap_ok(known, "and the reply says which model that was");
    run_free(run);
    workflow.split = (struct wr_split){0};
    run = good_run(31);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "versions.arm"), "null", "without a split there is no arm");
    run_free(run);
}

int main(void)
{
    test_hedge_wins();
    test_hedge_not_needed();
    test_hedge_invalid();
    test_hedge_cancelled();
    test_split();
    test_unknown_usage();
    test_cancelled_usage();
    test_enforced();
    test_enforced_restart();
    test_repair();
    test_repair_then_retry();
    test_repair_in_slack();
    test_repair_and_restart();
    tap_ok(all_legal, "every reply is a row of the table of legal replies");
    return tap_done();
}
