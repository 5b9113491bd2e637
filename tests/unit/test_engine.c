/* The engine against simulated doors: every way through a workflow, time, limits, keys, failures of
 * the store, and a loss of power before every commit. */
#include "runtime/engine/engine.h"
#include "runtime/engine/envelope.h"
#include "runtime/engine/window.h"
#include "tests/unit/sim.c"
#include "tests/unit/sim_program.c"
#include "tests/unit/tap.h"

#include <jansson.h>

/* ---- one run ----------------------------------------------------------------------------------- */

#define HEARD_MAX 64

struct heard {
    int count;
    enum wr_answer_kind kind;
    int status;
    uint32_t retry_after_s;
    bool ended, replayed, joined;
    struct wr_id job;
    int64_t at_us;
    char body[4096];
    json_t *doc;
    struct wr_waiter *waiter;
};

struct run {
    struct sim *sim;
    struct wr_engine *engine;
    struct heard heard[HEARD_MAX];
    int used;
};

static struct sim *hearing; /* the run under way, for the callback's time */
static bool all_legal = true;

static bool is_legal(const struct wr_answer *answer, json_t *doc, bool view)
{
    const char *status = json_string_value(json_object_get(doc, "status"));
    const char *result = json_string_value(json_object_get(doc, "result_type"));
    for (size_t i = 0; i < wr_legal_count; i++) {
        const struct wr_legal *row = &wr_legal_rows[i];
        const char *name = wr_result_name(row->result);
        if (strcmp(wr_status_name(row->status), status) != 0 || !name != !result ||
            (name && strcmp(name, result) != 0))
            continue;
        int want = view ? row->get : row->post;
        return json_is_true(json_object_get(doc, "final")) == row->final &&
               json_is_null(json_object_get(doc, "output")) == !result &&
               (want ? answer->status == want : answer->status >= 400);
    }
    return false;
}

static void hear(void *arg, const struct wr_answer *answer)
{
    struct heard *heard = arg;
    heard->count++;
    heard->kind = answer->kind;
    heard->status = answer->status;
    heard->retry_after_s = answer->retry_after_s;
    heard->ended = answer->ended;
    heard->replayed = answer->replayed;
    heard->joined = answer->joined;
    heard->job = answer->job;
    heard->at_us = hearing->now_us;
    snprintf(heard->body, sizeof heard->body, "%.*s", (int)answer->body.len,
             answer->body.ptr ? answer->body.ptr : "");
    json_decref(heard->doc);
    heard->doc = json_loads(heard->body, 0, NULL);
    if (answer->kind == WR_ANSWER_JOB && !is_legal(answer, heard->doc, heard->waiter == NULL)) {
        all_legal = false;
        printf("# not legal: %d %s\n", answer->status, heard->body);
    }
}

static void power_on(struct run *run)
{
    run->engine = wr_engine_new(&program, &run->sim->clock, &run->sim->effects, &run->sim->store,
                                &run->sim->observer, NULL);
}

static struct run *run_new(uint64_t seed)
{
    struct run *run = calloc(1, sizeof *run);
    run->sim = hearing = sim_new(seed);
    memset(&services[0].limits, 0, sizeof services[0].limits);
    for (size_t i = 0; i < 2; i++) {
        memset(&models[i].limits, 0, sizeof models[i].limits);
        memset(&models[i].breaker, 0, sizeof models[i].breaker);
    }
    workflow.dedupe = (struct wr_dedupe){0};
    workflow.latency = WR_WAITING;
    power_on(run);
    return run;
}

static void run_free(struct run *run)
{
    wr_engine_free(run->engine);
    sim_free(run->sim);
    for (int i = 0; i < run->used; i++)
        json_decref(run->heard[i].doc);
    free(run);
}

struct ask {
    const char *text, *key, *caller;
    int64_t number;
    int64_t wait_ms; /* 0: the default, -2: not at all */
};

static struct wr_str str(const char *text)
{
    return text ? (struct wr_str){text, strlen(text)} : (struct wr_str){0};
}

static struct heard *ask(struct run *run, struct ask what)
{
    struct heard *heard = &run->heard[run->used++];
    struct wr_arena arena = {0};
    struct note *note = WR_NEW(&arena, struct note);
    note->text = wr_arena_str(&arena, str(what.text ? what.text : "hello"));
    note->number = what.number ? what.number : 7;
    struct wr_submission submission = {
        .workflow = &workflow,
        .caller = str(what.caller ? what.caller : "ann"),
        .arena = &arena,
        .input = note,
        .idempotency_key = str(what.key),
        .received_us = run->sim->now_us,
        .wait_ms = what.wait_ms == -2 ? 0
                   : what.wait_ms     ? what.wait_ms
                                      : WR_WAIT_DEFAULT,
    };
    heard->waiter = (struct wr_waiter *)1; /* a submission */
    heard->waiter = wr_engine_submit(run->engine, &submission, hear, heard);
    return heard;
}

static struct heard *view(struct run *run, struct wr_id job, const char *caller, int64_t wait_ms)
{
    struct heard *heard = &run->heard[run->used++];
    wr_engine_view(run->engine, job, str(caller), wait_ms, hear, heard);
    return heard;
}

/* "versions.fallback_path.0" as text; numbers and words, too. */
static const char *at(const struct heard *heard, const char *path)
{
    static char text[8][256];
    static int next;
    char part[64];
    json_t *value = heard->doc;
    while (value && *path) {
        size_t len = strcspn(path, ".");
        snprintf(part, sizeof part, "%.*s", (int)len, path);
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(part))
                                     : json_object_get(value, part);
        path += len + (path[len] == '.');
    }
    if (!value)
        return "(none)";
    if (json_is_string(value))
        return json_string_value(value);
    char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char *to = text[next++ % 8];
    snprintf(to, sizeof *text, "%s", dump);
    free(dump);
    return to;
}

#define GOOD_NOTE "{\"text\":\"fine\",\"number\":7}"
static const struct sim_step good = {
    .value = GOOD_NOTE,
    .delay_us = 30000,
    .usage = {.input_tokens = 101, .output_tokens = 10, .known = true},
};

static void say_all(struct run *run, size_t target, enum wr_class class)
{
    struct sim_step step = good;
    step.class = class;
    sim_say(run->sim, target, step);
}

/* Terms and both models answer well. */
static struct run *good_run(uint64_t seed)
{
    struct run *run = run_new(seed);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_OK);
    say_all(run, 3, WR_OK);
    return run;
}

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
    tap_text(at(heard, "status"), "processing", "and can be looked at");
    workflow.version = 1;
    run_free(run);
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
            struct wr_entry entry = {2, WR_ENTRY_ENDED, 5, {"", 0}, {copy, sizeof body - 1}};
            struct wr_event event;
            refused += !wr_event_decode(&arena, &entry, &event);
            entry.body.len = at_byte;
            refused += !wr_event_decode(&arena, &entry, &event);
            free(copy);
        }
    struct wr_entry entry = {2, WR_ENTRY_ENDED, 5, {"", 0}, {body, sizeof body - 1}};
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
    test_cut();
    test_slow_end();
    test_late_recall();
    test_limit();
    test_rate();
    test_breaker();
    test_window();
    test_idempotency();
    test_dedupe();
    test_waiters();
    test_drain();
    test_store_fails();
    test_crash();
    test_once();
    test_other_program();
    test_same_seed();
    test_free_at_any_time();
    test_damage();
    tap_ok(all_legal, "every reply is a row of the table of legal replies");
    return tap_done();
}
