/* The engine against simulated doors: every way through a workflow, time, limits, breakers. */
#include "runtime/engine/window.h"
#include "tests/unit/sim_run.c"

/* ---- ways through the workflow ----------------------------------------------------------------- */

static void test_happy(void)
{
    struct run *run = good_run(1);
    struct heard *first = ask(run, (struct ask){0});
    tap_ok(first->count == 0, "nobody is called from inside a call");
    sim_run(run->sim);
    tap_number(first->count, 1, "one answer");
    tap_number(first->status, 200, "200");
    tap_text(at(first, "status"), "completed", "completed");
    tap_text(at(first, "result_type"), "full", "full");
    tap_text(at(first, "output"), GOOD_NOTE, "the stage's value is served");
    tap_text(at(first, "versions.fallback_path"), "[\"draft: ok\"]",
             "path without optional context");
    tap_text(at(first, "missing"), "[]", "nothing is missing");
    tap_text(at(first, "model_version"), "as-reported-1", "version as reported");
    tap_text(at(first, "versions.model"), "large-1", "model asked");
    tap_text(at(first, "versions.tools"), "{\"glossary\":\"sha256:glossary\"}", "tools");
    tap_text(at(first, "versions.output_schema"), "Note@sha256:note", "output schema");
    tap_text(at(first, "usage"),
             "{\"input_tokens\":101,\"output_tokens\":10,\"cost_usd\":\"0.000046\",\"attempts\":1}",
             "usage, and cost rounded up");
    tap_text(at(first, "timing.elapsed_ms"), "62", "elapsed: accept, terms, draft");
    tap_text(at(first, "stage"), "null", "at no stage");
    tap_text(at(first, "retry_safe"), "true", "safe to send again");
    struct heard *again = view(run, first->job, "ann", 0);
    sim_run(run->sim);
    tap_text(again->body, first->body, "folded from the journal it is the same, byte for byte");
    struct heard *other = view(run, first->job, "bob", 0);
    sim_run(run->sim);
    tap_number(other->kind, WR_ANSWER_NOT_FOUND, "another caller's job is not found");
    struct wr_engine_counts counts;
    wr_engine_counts(run->engine, &counts);
    tap_ok(counts.jobs == 0 && counts.waiters == 0, "nothing is left in memory");
    tap_ok(run->sim->seen_attempts == 2 && run->sim->seen_stages == 2 && run->sim->seen_jobs == 1,
           "the observer saw each attempt, stage and job");
    run_free(run);
}

static void test_silent_primary(void)
{
    struct run *run = run_new(2);
    say_all(run, 0, WR_CLASS_not_found);
    sim_say(run->sim, 2, (struct sim_step){.silent = true});
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "status"), "degraded", "a silent primary: degraded");
    tap_text(at(heard, "result_type"), "fallback", "fallback");
    tap_text(at(heard, "versions.fallback_path"), "[\"draft: timeout_ttft\",\"brief: ok\"]",
             "its path");
    tap_text(at(heard, "missing"), "[{\"stage\":\"terms\",\"class\":\"not_found\"}]",
             "what was done without");
    tap_text(at(heard, "versions.model"), "small-1", "served by the small model");
    tap_text(at(heard, "usage.attempts"), "2", "attempts of models");
    tap_ok(heard->at_us - 1000000 < 8000000, "within the budget");
    tap_number(run->sim->scripts[2].sends, 1, "a timeout is not retried");
    run_free(run);
}

static void test_all_down(void)
{
    struct run *run = run_new(3);
    say_all(run, 0, WR_CLASS_connect_failed);
    say_all(run, 2, WR_CLASS_server_error);
    say_all(run, 3, WR_CLASS_connect_failed);
    struct heard *heard = ask(run, (struct ask){.key = "k"});
    sim_run(run->sim);
    tap_number(heard->status, 503, "all down: the declared error's status");
    tap_number(heard->retry_after_s, 30, "and its Retry-After");
    tap_text(at(heard, "error_code"), "unavailable", "its code");
    tap_text(at(heard, "error.class"), "overloaded", "its class");
    tap_text(at(heard, "error.stage"), "last_good", "where it ended");
    tap_text(at(heard, "versions.fallback_path"),
             "[\"draft: server_error\",\"brief: connect_failed\",\"last_good: missing\"]", "path");
    tap_text(at(heard, "output"), "null", "no output");
    tap_number(run->sim->scripts[0].sends, 2, "terms was retried once");
    tap_number(run->sim->scripts[2].sends, 2, "draft too");
    struct heard *again = ask(run, (struct ask){.key = "k"});
    sim_run(run->sim);
    tap_ok(!again->replayed && wr_id_compare(&again->job, &heard->job) != 0,
           "a retryable failure frees the key");
    run_free(run);
}

static void test_recall(void)
{
    struct run *run = run_new(4);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_OK);
    say_all(run, 2, WR_CLASS_server_error);
    say_all(run, 3, WR_CLASS_server_error);
    ask(run, (struct ask){0});
    sim_run(run->sim);
    sim_run_for(run->sim, 90 * 1000000);
    struct heard *heard = ask(run, (struct ask){0});
    struct heard *other = ask(run, (struct ask){.caller = "bob"});
    sim_run(run->sim);
    tap_text(at(heard, "status"), "degraded", "the last known good result");
    tap_text(at(heard, "output"), GOOD_NOTE, "is served");
    tap_ok(atoi(at(heard, "age")) >= 90 && atoi(at(heard, "age")) < 95, "with its age");
    tap_text(at(heard, "model_version"), "null", "and no model is named for it");
    tap_text(at(heard, "versions.fallback_path.2"), "last_good: ok", "path");
    tap_text(at(other, "error_code"), "unavailable", "another caller's is not");
    struct heard *aged = ask(run, (struct ask){0});
    run->sim->now_us += INT64_C(8) * 24 * 3600 * 1000000;
    sim_run(run->sim);
    tap_number(aged->count, 1, "a leap of the clock ends in an answer");
    struct heard *old = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(old, "error_code"), "unavailable", "too old is missing");
    run_free(run);
}

static void test_bad_values(void)
{
    struct run *run = run_new(5);
    say_all(run, 0, WR_OK);
    struct sim_step bad = good;
    bad.value = "{\"text\":\"fine\",\"number\":-1,\"more\":0}";
    sim_say(run->sim, 2, bad);
    bad.value = "{\"text\":\"fine\",\"number\":8}";
    sim_say(run->sim, 2, bad);
    say_all(run, 3, WR_CLASS_content_filter);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    char *journal = sim_journal(run->sim);
    tap_ok(strstr(journal, "\"class\":\"schema_invalid\"") && strstr(journal, "/number") != NULL,
           "what the validator said is in the journal");
    tap_ok(strstr(journal, "\"error\":\"ungrounded\",\"detail\":\"it.number == input.number\"") !=
               NULL,
           "and which check failed");
    free(journal);
    tap_text(at(heard, "versions.fallback_path"),
             "[\"draft: ungrounded\",\"brief: content_filter\"]", "a user's error is the label");
    tap_number(heard->status, 422, "rejected goes its own way");
    tap_text(at(heard, "error_code"), "refused", "refused");
    tap_text(at(heard, "retry_after"), "null", "no use in trying again");
    tap_number(run->sim->scripts[2].sends, 2, "invalid output was retried");
    tap_ok(!draft_was_left, "a value that failed its check is in nobody's frame");
    struct heard *again = view(run, heard->job, "ann", 0);
    sim_run(run->sim);
    tap_text(again->body, heard->body, "the same when folded");
    tap_number(again->status, 200, "GET of a failed job is 200");
    run_free(run);
}

/* ---- time -------------------------------------------------------------------------------------- */

static void test_backoff(void)
{
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct run *run = run_new(seed);
        struct sim_script *script = &run->sim->scripts[0];
        say_all(run, 0, WR_CLASS_connect_failed);
        say_all(run, 0, WR_OK);
        say_all(run, 2, WR_OK);
        ask(run, (struct ask){0});
        sim_run(run->sim);
        int64_t wait_us = script->sent_us[1] - script->sent_us[0] - 30000;
        least = wait_us < least ? wait_us : least;
        most = wait_us > most ? wait_us : most;
        run_free(run);
    }
    tap_ok(least >= 50000 && least < 55000, "full jitter begins at the least wait (%lld)",
           (long long)least);
    tap_ok(most <= 100000 && most > 95000, "and ends at its double at first (%lld)",
           (long long)most);
}

static void test_retry_after(void)
{
    struct run *run = run_new(6);
    struct sim_script *script = &run->sim->scripts[2];
    say_all(run, 0, WR_OK);
    struct sim_step busy = good;
    busy.class = WR_CLASS_rate_limited;
    busy.retry_after_ms = 800;
    sim_say(run->sim, 2, busy);
    say_all(run, 2, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "result_type"), "full", "a Retry-After that fits is waited for");
    tap_ok(script->sent_us[1] - script->sent_us[0] >= 830000, "at least as long as it asked");
    run_free(run);
    run = run_new(7);
    say_all(run, 0, WR_OK);
    busy.retry_after_ms = 3000;
    sim_say(run->sim, 2, busy);
    say_all(run, 3, WR_OK);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 1, "one that the slack cannot hold is not");
    tap_text(at(heard, "result_type"), "fallback", "but falls back at once");
    run_free(run);
}

/* On one way to a service or a model, no more than two attempts in any 1.5 s. */
static void test_route(void)
{
    struct wr_stage kept = stages[0];
    stages[0].retry = (struct wr_retry){3, WR_ON_TRANSIENT, 50, 200};
    workflow.budget_ms = 20000;
    struct run *run = run_new(11);
    const int64_t *sent_us = run->sim->scripts[0].sent_us;
    say_all(run, 0, WR_CLASS_connect_failed);
    say_all(run, 2, WR_OK);
    ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[0].sends, 4, "four attempts, as declared");
    tap_ok(sent_us[1] - sent_us[0] < 300000, "the second after its backoff");
    tap_ok(sent_us[2] - sent_us[0] >= 1500000 && sent_us[2] - sent_us[0] < 1510000,
           "the third once the first is 1.5 s ago (%lld us)", (long long)(sent_us[2] - sent_us[0]));
    tap_ok(sent_us[3] - sent_us[1] >= 1500000, "and so the fourth (%lld us)",
           (long long)(sent_us[3] - sent_us[1]));
    run_free(run);
    workflow.budget_ms = 8000;
    run = run_new(12);
    say_all(run, 0, WR_CLASS_connect_failed);
    say_all(run, 2, WR_OK);
    ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[0].sends, 2, "a third that the slack cannot hold so is not made");
    run_free(run);
    stages[0] = kept;
}

static uint32_t silent_sends(uint32_t budget_ms, uint64_t seed)
{
    struct wr_stage kept = stages[1];
    stages[1].retry = (struct wr_retry){1, WR_ON_TIMEOUT, 100, 100};
    workflow.budget_ms = budget_ms;
    struct run *run = run_new(seed);
    struct sim_step silence = good;
    silence.silent = true;
    say_all(run, 0, WR_OK);
    sim_say(run->sim, 2, silence);
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    uint32_t sends = run->sim->scripts[2].sends;
    tap_text(at(heard, "result_type"), "fallback", "the other model answers");
    run_free(run);
    workflow.budget_ms = 8000;
    stages[1] = kept;
    return sends;
}

static void test_silent_route(void)
{
    tap_number(silent_sends(13000, 13), 1,
               "who is silent is not asked again where the slack is short");
    tap_number(silent_sends(20000, 14), 2, "but is where it holds the wait twice");
}

static void test_cut(void)
{
    struct run *run = run_new(8);
    run->sim->commit_us = 900000; /* all of the slack, and more */
    struct sim_step slow = good;
    slow.delay_us = 10000000;
    sim_say(run->sim, 0, slow);
    sim_say(run->sim, 2, slow);
    say_all(run, 3, WR_OK);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[0].timeout_us[0], 75000, "an attempt has what is left to it");
    tap_text(at(heard, "missing.0.class"), "timeout_total", "and is cut there");
    char *journal = sim_journal(run->sim);
    tap_ok(strstr(journal, "\"cut\":true") && run->sim->seen_cut,
           "which the journal and the observer know");
    free(journal);
    tap_number(run->sim->scripts[2].timeout_us[0], 5000000, "the next stage has its whole attempt");
    tap_ok(run->sim->scripts[3].sent_us[0] - 1000000 <= 6000000, "the last one begins in time");
    run_free(run);
}

static void test_slow_end(void)
{
    struct run *run = good_run(9);
    struct heard *heard = ask(run, (struct ask){.key = "slow"});
    sim_run_for(run->sim, 50000);
    run->sim->commit_us = 9000000;
    sim_run_for(run->sim, 8000000);
    tap_number(heard->count, 1, "an end that is not durable in time");
    tap_number(heard->status, 202, "is answered at the budget with 202");
    tap_number(heard->at_us, 9000000, "to the microsecond");
    tap_text(at(heard, "status"), "processing", "and not told as done");
    tap_text(at(heard, "stage.name"), "draft", "where it is");
    tap_number(heard->retry_after_s, 1, "look again soon");
    sim_run(run->sim);
    run->sim->commit_us = 2000;
    struct heard *later = view(run, heard->job, "ann", 0);
    sim_run(run->sim);
    tap_text(at(later, "status"), "completed", "later it is");
    run_free(run);
}

static void test_late_recall(void)
{
    struct run *run = run_new(10);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_CLASS_auth);
    say_all(run, 3, WR_CLASS_auth);
    struct heard *heard = ask(run, (struct ask){0});
    sim_run_for(run->sim, 70000);
    run->sim->commit_us = 8500000;
    sim_run(run->sim);
    tap_number(heard->status, 202, "a store that hangs cannot hold the reply");
    run->sim->commit_us = 2000;
    heard = view(run, heard->job, "ann", 0);
    sim_run(run->sim);
    tap_text(at(heard, "error_code"), "unavailable", "a recall that comes too late is missing");
    run_free(run);
}

/* ---- limits and breakers ----------------------------------------------------------------------- */

static void test_limit(void)
{
    struct run *run = run_new(11);
    models[0].limits.concurrent = 1;
    wr_engine_free(run->engine);
    power_on(run);
    say_all(run, 0, WR_OK);
    struct sim_step slow = good;
    slow.delay_us = 400000;
    sim_say(run->sim, 2, slow);
    say_all(run, 3, WR_OK);
    struct heard *heard[4];
    for (int i = 0; i < 4; i++)
        heard[i] = ask(run, (struct ask){0});
    sim_run_for(run->sim, 300000);
    struct wr_gate_counts gate;
    tap_ok(wr_engine_gate(run->engine, 1, &gate) && strcmp(gate.name, "primary") == 0 &&
               gate.in_use == 1 && gate.queued == 3,
           "one is through, three stand in line");
    sim_run(run->sim);
    tap_text(at(heard[0], "result_type"), "full", "the first is served");
    tap_text(at(heard[1], "result_type"), "full", "the second, after waiting");
    tap_text(at(heard[2], "result_type"), "full", "the third");
    tap_text(at(heard[3], "versions.fallback_path.0"), "draft: limit_reached",
             "the fourth cannot wait that long");
    tap_ok(run->sim->scripts[2].sent_us[1] - run->sim->scripts[2].sent_us[0] >= 400000,
           "one at a time");
    run_free(run);
}

static void test_rate(void)
{
    struct run *run = run_new(12);
    models[0].limits = (struct wr_limits){.calls = 2, .calls_per_ms = 60000};
    wr_engine_free(run->engine);
    power_on(run);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_OK);
    say_all(run, 3, WR_OK);
    struct heard *heard[3];
    for (int i = 0; i < 3; i++)
        heard[i] = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard[2], "versions.fallback_path.0"), "draft: limit_reached",
             "more calls than the rate allows");
    sim_run_for(run->sim, 62000000);
    struct heard *later = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(later, "result_type"), "full", "a minute later it is open");
    run_free(run);
    run = run_new(13);
    models[0].limits = (struct wr_limits){.tokens = 130, .tokens_per_ms = 60000};
    wr_engine_free(run->engine);
    power_on(run);
    say_all(run, 0, WR_OK);
    struct sim_step little = good;
    little.usage.input_tokens = 5;
    sim_say(run->sim, 2, little);
    say_all(run, 3, WR_OK);
    for (int i = 0; i < 3; i++) {
        heard[i] = ask(run, (struct ask){0});
        sim_run(run->sim);
    }
    tap_text(at(heard[1], "result_type"), "full", "tokens: what a call used counts, not its bound");
    tap_text(at(heard[2], "versions.fallback_path.0"), "draft: limit_reached",
             "until they are spent");
    run_free(run);
}

static void test_breaker(void)
{
    struct run *run = run_new(14);
    models[0].breaker = (struct wr_breaker){.failures = 2, .in_ms = 30000, .open_ms = 10000};
    wr_engine_free(run->engine);
    power_on(run);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_CLASS_server_error);
    say_all(run, 2, WR_CLASS_server_error);
    say_all(run, 2, WR_CLASS_server_error);
    say_all(run, 2, WR_OK);
    say_all(run, 3, WR_OK);
    ask(run, (struct ask){0}); /* two failures */
    sim_run(run->sim);
    struct wr_gate_counts gate;
    wr_engine_gate(run->engine, 1, &gate);
    tap_number(gate.breaker, WR_BREAKER_OPEN, "two failures open the breaker");
    struct heard *heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "versions.fallback_path"), "[\"draft: breaker_open\",\"brief: ok\"]",
             "an open breaker falls back at once");
    tap_number(run->sim->scripts[2].sends, 2, "and sends nothing");
    sim_run_for(run->sim, 10000000);
    struct heard *one = ask(run, (struct ask){0}), *two = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_number(run->sim->scripts[2].sends, 3, "half open: one probe");
    tap_text(at(one, "versions.fallback_path.0"), "draft: breaker_open", "that fails: open again");
    tap_text(at(two, "versions.fallback_path.0"), "draft: breaker_open", "others are not let in");
    sim_run_for(run->sim, 11000000);
    heard = ask(run, (struct ask){0});
    sim_run(run->sim);
    tap_text(at(heard, "result_type"), "full", "a probe that is answered");
    wr_engine_gate(run->engine, 1, &gate);
    tap_number(gate.breaker, WR_BREAKER_CLOSED, "closes it");
    run_free(run);
}

static void test_window(void)
{
    struct wr_window window;
    bool held = true;
    uint64_t state = 1, kept[4000];
    int64_t times[4000], now_us = 0;
    size_t count = 0;
    wr_window_init(&window, 50, 1000);
    for (int i = 0; i < 4000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        now_us += (int64_t)(state >> 40) % 20000;
        uint64_t amount = (state >> 33) % 10;
        int64_t opens_us = wr_window_opens(&window, now_us, amount);
        if (opens_us > now_us)
            continue;
        wr_window_add(&window, now_us, amount);
        times[count] = now_us;
        kept[count++] = amount;
        uint64_t sum = 0;
        for (size_t j = count; j-- > 0 && times[j] > now_us - 1000000;)
            sum += kept[j];
        held = held && sum <= 50;
    }
    tap_ok(held && count > 1000, "no span ever holds more than the limit (%zu let in)", count);
    tap_ok(wr_window_opens(&window, now_us, 51) == INT64_MAX, "what never fits is told");
    int64_t opens_us = wr_window_opens(&window, now_us, 50);
    tap_ok(opens_us > now_us && wr_window_opens(&window, opens_us, 50) == opens_us,
           "and when the rest will");
}

/* ---- the same seed, the same run --------------------------------------------------------------- */

static char *journal_of(uint64_t seed)
{
    struct run *run = run_new(seed);
    say_all(run, 0, WR_CLASS_connect_failed);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_CLASS_overloaded);
    say_all(run, 3, WR_OK);
    for (int i = 0; i < 5; i++)
        ask(run, (struct ask){.text = "a \"quoted\"\n text \xc3\xa9"});
    sim_run(run->sim);
    char *journal = sim_journal(run->sim);
    run_free(run);
    return journal;
}

static void test_same_seed(void)
{
    char *one = journal_of(42), *two = journal_of(42), *other = journal_of(43);
    tap_ok(strcmp(one, two) == 0, "the same seed gives the same journal, byte for byte");
    tap_ok(strcmp(one, other) != 0, "another seed another one");
    free(one);
    free(two);
    free(other);
}

/* An entry, cut and damaged anywhere, is refused or read, never misread out of bounds. */
static void test_damage(void)
{
    static const char body[] =
        "{\"stage\":\"a\\u001f\\\"b\",\"attempt\":3,\"class\":\"auth\",\"cut\":true,"
        "\"later\":[{\"x\":\"]\"},1],\"value\":{\"text\":\"}\",\"number\":7}}";
    size_t refused = 0;
    struct wr_arena arena = {0};
    for (size_t at_byte = 0; at_byte < sizeof body - 1; at_byte++)
        for (int byte = 0; byte < 256; byte += 3) {
            char *copy = malloc(sizeof body - 1);
            memcpy(copy, body, sizeof body - 1);
            copy[at_byte] = (char)byte;
            struct wr_entry entry = {
                .seq = 2, .kind = WR_ENTRY_ENDED, .at_ms = 5, .body = {copy, sizeof body - 1}};
            struct wr_event event;
            refused += !wr_event_decode(&arena, &entry, &event);
            entry.body.len = at_byte;
            refused += !wr_event_decode(&arena, &entry, &event);
            free(copy);
        }
    struct wr_entry entry = {
        .seq = 2, .kind = WR_ENTRY_ENDED, .at_ms = 5, .body = {body, sizeof body - 1}};
    struct wr_event event;
    tap_ok(wr_event_decode(&arena, &entry, &event) && event.attempt == 3 && event.cut &&
               event.class == WR_CLASS_auth && event.stage.len == 4 &&
               wr_str_equal(event.value, WR_STR("{\"text\":\"}\",\"number\":7}")),
           "an entry is read, unknown fields are passed over");
    tap_ok(refused > 5000, "damage is refused (%zu)", refused);
    wr_arena_free(&arena);
}

int main(void)
{
    test_happy();
    test_silent_primary();
    test_all_down();
    test_recall();
    test_bad_values();
    test_backoff();
    test_retry_after();
    test_route();
    test_silent_route();
    test_cut();
    test_slow_end();
    test_late_recall();
    test_limit();
    test_rate();
    test_breaker();
    test_window();
    test_same_seed();
    test_damage();
    tap_ok(all_legal, "every reply is a row of the table of legal replies");
    return tap_done();
}
