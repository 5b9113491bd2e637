/* The simulator: the same seed gives the same journals; nothing is broken in a program with keyed and
 * once effects; and what is broken on purpose is found. */
#include "tests/unit/sim_program.c"
#include "tests/unit/tap.h"

#include "runtime/sim/sample.h"
#include "runtime/sim/sim.h"

#include <regex.h>
#include <stdlib.h>

#define CONTRACT                                                                                   \
    "{\"schemas\":{\"Note\":{\"type\":\"object\",\"properties\":{"                                 \
    "\"text\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":100},"                            \
    "\"number\":{\"type\":\"integer\",\"minimum\":7,\"maximum\":8}},"                              \
    "\"required\":[\"text\",\"number\"],\"additionalProperties\":false}}}"

enum { LOOK, RESERVE, CHARGE, WRITE, SHORTEN, RECALL };

static void run_post(struct wr_turn *turn)
{
    if (turn->point == WR_CHECK)
        return;
    turn->action.kind = WR_ACT_HTTP;
    turn->action.method = WR_POST;
    turn->action.path = WR_STR("/orders");
    turn->action.body = WR_STR("{}");
}

static const struct wr_transition look_ways[] = {TO_STAGE(WR_ON_OK | WR_ON_ERROR, RESERVE)};
static const struct wr_transition reserve_ways[] = {
    TO_STAGE(WR_ON_OK, CHARGE),
    TO_FAIL(WR_ON_ERROR, ERROR_UNAVAILABLE),
};
static const struct wr_transition charge_ways[] = {
    TO_STAGE(WR_ON_OK, WRITE),
    TO_FAIL(WR_BIT(WR_CLASS_uncertain), ERROR_REFUSED),
    TO_FAIL(WR_ON_ERROR, ERROR_UNAVAILABLE),
};
static const struct wr_transition write_ways[] = {
    TO_DONE(WR_ON_OK, WR_RESULT_FULL, write_key),
    TO_FAIL(WR_ON_REJECTED, ERROR_REFUSED),
    TO_STAGE(WR_ON_ERROR, SHORTEN),
};
static const struct wr_transition shorten_ways[] = {
    TO_DONE(WR_ON_OK, WR_RESULT_FALLBACK, NULL),
    TO_FAIL(WR_ON_REJECTED, ERROR_REFUSED),
    TO_STAGE(WR_ON_ERROR, RECALL),
};

/* The floors as the compiler would have them; a once effect awaits a commit before and one after. */
static const struct wr_stage order_stages[] = {
    {
        .name = "look",
        .run = run_terms,
        .value = &note_schema,
        .value_at = offsetof(struct frame, terms),
        .effect = WR_READ,
        .timeout_ms = 400,
        .retry = {2, WR_ON_TRANSIENT, 50, 200},
        .floor_ms = 4050,
        .floor_after_ms = 3650,
        .transitions = look_ways,
        .transition_count = WR_COUNT(look_ways),
    },
    {
        .name = "reserve",
        .run = run_post,
        .effect = WR_KEYED,
        .timeout_ms = 500,
        .retry = {3, WR_ON_TRANSIENT | WR_ON_TIMEOUT, 20, 400},
        .floor_ms = 3650,
        .floor_after_ms = 3150,
        .transitions = reserve_ways,
        .transition_count = WR_COUNT(reserve_ways),
    },
    {
        .name = "charge",
        .run = run_post,
        .effect = WR_ONCE,
        .timeout_ms = 600,
        .floor_ms = 3150,
        .floor_after_ms = 2525,
        .transitions = charge_ways,
        .transition_count = WR_COUNT(charge_ways),
        .commit_before = true,
        .commit_after = true,
    },
    {
        .name = "write",
        .run = run_draft,
        .value = &note_schema,
        .value_at = offsetof(struct frame, draft),
        .effect = WR_REPEATABLE,
        .timeout_ms = 1500,
        .first_token_ms = 700,
        .idle_ms = 500,
        .retry = {1, WR_ON_TRANSIENT | WR_ON_INVALID_OUTPUT, 100, 1000},
        .floor_ms = 2500,
        .floor_after_ms = 1000,
        .transitions = write_ways,
        .transition_count = WR_COUNT(write_ways),
    },
    {
        .name = "shorten",
        .run = run_brief,
        .value = &note_schema,
        .value_at = offsetof(struct frame, brief),
        .effect = WR_REPEATABLE,
        .timeout_ms = 1000,
        .floor_ms = 1000,
        .transitions = shorten_ways,
        .transition_count = WR_COUNT(shorten_ways),
    },
    {
        .name = "recall",
        .run = run_last_good,
        .value = &note_schema,
        .value_at = offsetof(struct frame, last_good),
        .effect = WR_READ,
        .transitions = last_good_ways,
        .transition_count = WR_COUNT(last_good_ways),
    },
};

#define ORDER(name_, latency_, budget_, background_, dedupe_key)                                   \
    {                                                                                              \
        .name = name_, .version = 1, .method = "POST", .path = "/" name_, .input = &note_schema,   \
        .output = &note_schema, .latency = latency_, .budget_ms = budget_,                         \
        .background_ms = background_, .dedupe = {.key = dedupe_key, .window_ms = 60000},           \
        .frame_size = sizeof(struct frame), .input_at = offsetof(struct frame, input),             \
        .stages = order_stages, .stage_count = WR_COUNT(order_stages)                              \
    }

static const struct wr_workflow order_now = ORDER("order_now", WR_WAITING, 4100, 0, NULL);
static const struct wr_workflow order_later = ORDER("order_later", WR_WAITING, 1000, 60000, NULL);
static const struct wr_workflow order_soon =
    ORDER("order_soon", WR_BACKGROUND, 60000, 0, write_key);
static const struct wr_workflow *const orders[] = {&order_now, &order_later, &order_soon,
                                                   &workflow};

static struct wr_program shop(void)
{
    struct wr_program made = program;
    made.name = "shop";
    made.workflows = orders;
    made.workflow_count = WR_COUNT(orders);
    made.contract = CONTRACT;
    made.contract_len = sizeof CONTRACT - 1;
    services[0].limits.concurrent = 3;
    models[0].limits = (struct wr_limits){.concurrent = 4, .calls = 40, .calls_per_ms = 10000};
    models[1].breaker = (struct wr_breaker){.failures = 4, .in_ms = 5000, .open_ms = 2000};
    return made;
}

/* ---- values ------------------------------------------------------------------------------------ */

static void test_patterns(void)
{
    static const char *const patterns[] = {
        "^[a-z]{2}$",       "^[A-Z0-9]{8,20}$",    "^(?:a|bc|d[0-9]+)$", "^x(?:y(?:z|w)?)*$",
        "^[^a-z]{3}\\.-?$", "^[a-z][a-z.-]{2,9}$", "^a?b+c{2,}$",
    };
    static const char *const same[] = {
        "^[a-z]{2}$",       "^[A-Z0-9]{8,20}$",    "^(a|bc|d[0-9]+)$", "^x(y(z|w)?)*$",
        "^[^a-z]{3}\\.-?$", "^[a-z][a-z.-]{2,9}$", "^a?b+c{2,}$",
    };
    for (size_t i = 0; i < WR_COUNT(patterns); i++) {
        regex_t regex;
        uint64_t random = i;
        bool good = regcomp(&regex, same[i], REG_EXTENDED | REG_NOSUB) == 0;
        for (int k = 0; k < 200 && good; k++) {
            struct wr_arena arena = {0};
            struct wr_text text = {.arena = &arena};
            good = wr_sample_pattern(&text, patterns[i], &random) &&
                   regexec(&regex, wr_text_done(&text).ptr, 0, NULL, 0) == 0;
            wr_arena_free(&arena);
        }
        regfree(&regex);
        tap_ok(good, "what is made for %s matches it", patterns[i]);
    }
    uint64_t random = 1;
    struct wr_arena arena = {0};
    struct wr_text text = {.arena = &arena};
    tap_ok(!wr_sample_pattern(&text, "^a(?!b)$", &random), "what is no pattern is said to be none");
    wr_arena_free(&arena);
}

/* ---- runs -------------------------------------------------------------------------------------- */

static struct wr_sim_report simulate(uint64_t seed, uint64_t jobs)
{
    struct wr_program made = shop();
    struct wr_sim_options options = {.seed = seed, .jobs = jobs, .crash = true};
    struct wr_sim_report report;
    wr_simulate(&made, &options, &report);
    return report;
}

static void test_whole(void)
{
    const char *wanted = getenv("WRIGHT_SIM_JOBS");
#ifdef WRIGHT_FAILPOINTS
    uint64_t jobs = 5000; /* under the sanitizers */
#else
    uint64_t jobs = 50000;
#endif
    if (wanted)
        jobs = strtoull(wanted, NULL, 10);
    struct wr_sim_report report = simulate(1, jobs);
    tap_ok(!report.broken, "%llu jobs, %llu crashes, %llu lost commits: nothing is broken%s%s",
           (unsigned long long)report.jobs, (unsigned long long)report.crashes,
           (unsigned long long)report.failed_commits, report.broken ? ": " : "", report.what);
    if (report.broken)
        printf("#   seed %llu, jobs %llu\n", (unsigned long long)report.seed,
               (unsigned long long)report.run_jobs);
    tap_ok(report.ended[0] && report.ended[1] && report.ended[2], "they end in every way");
    tap_ok(report.crashes > jobs / 100 && report.recovered > report.crashes,
           "crashes find jobs under way");
}

static void test_seed(void)
{
    struct wr_sim_report one = simulate(7, 600), two = simulate(7, 600), other = simulate(8, 600);
    tap_text(two.digest, one.digest, "one seed, one journal, byte for byte");
    tap_ok(strcmp(one.digest, other.digest) != 0, "another seed, another journal");
    tap_ok(one.steps == two.steps && one.steps > 0, "and the same steps");
}

/* ---- broken on purpose ------------------------------------------------------------------------- */

static void test_broken(void)
{
#ifdef WRIGHT_FAILPOINTS
    static const struct {
        const char *name, *rule, *what;
    } breaks[] = {
        {"floor", "floor:", "no time is set aside for what comes after a stage"},
        {"commit", "commit:", "an end is told before it is durable"},
        {"fold", "fold:", "the state in memory skips an entry"},
        {"retry", "retry:", "a stage is tried once more than it may"},
        {"once", "once:", "a restart sends a once effect again"},
        {"before", "once:", "a once effect does not wait for its commit"},
        {"uncertain", "once:", "what is uncertain is sent again"},
        {"doubt", "once:", "a cancel hides what was under way"},
        {"key", "keyed:", "each attempt has a key of its own"},
        {"resend", "", /* which rule notices is chance */
         "what a failed commit lost is not sent again"},
        {"limit", "limit:", "nobody waits in line"},
        {"route", "route:", "a third attempt follows at once"},
        {"probe", "breaker:", "a breaker that is half open lets all through"},
        {"open", "breaker:", "a breaker that is open lets all through"},
        {"acted", "retryable:", "a job that has done something may be sent again"},
        {"early", "commit:", "a keyed effect does not wait for the job's acceptance"},
        {"checkpoint", "fold:", "a checkpoint leaves out what was passed"},
    };
    for (size_t i = 0; i < WR_COUNT(breaks); i++) {
        setenv("WRIGHT_BREAK", breaks[i].name, 1);
        struct wr_sim_report found = simulate(1, 10000);
        struct wr_sim_report again = simulate(found.seed, found.run_jobs);
        unsetenv("WRIGHT_BREAK");
        tap_ok(found.broken && strncmp(found.what, breaks[i].rule, strlen(breaks[i].rule)) == 0,
               "%s: found after %llu jobs: %s", breaks[i].what, (unsigned long long)found.jobs,
               found.what);
        tap_text(again.what, found.what, "and again, with the seed that was told");
    }
#else
    setenv("WRIGHT_BREAK", "floor", 1);
    struct wr_sim_report found = simulate(1, 1000);
    unsetenv("WRIGHT_BREAK");
    tap_ok(!found.broken, "what is shipped cannot be broken on purpose");
#endif
}

int main(void)
{
    test_patterns();
    test_seed();
    test_whole();
    test_broken();
    return tap_done();
}
