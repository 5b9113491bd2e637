/* Tests of a specification, run: each in a world of its own, where time is virtual, upstreams do what
 * was given, and the store keeps its word. The engine and the generated code are the real ones. */
#include "runtime/sim/script.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"
#include "runtime/sim/run.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SEED 1
#define UTC_START_US INT64_C(1786106096000000)
#define STEPS_MAX 4000000

void wr_script_fail(struct wr_script *script, uint32_t line, const char *format, ...)
{
    va_list args;
    script->failed = true;
    fprintf(script->told, "        %s:%u: ", script->suite->file, (unsigned)line);
    va_start(args, format);
    vfprintf(script->told, format, args);
    va_end(args);
    fputc('\n', script->told);
}

/* ---- time -------------------------------------------------------------------------------------- */

/* Who waited at the process that died waits no more. */
static void die(struct wr_script *script)
{
    if (script->request)
        script->request->waiter = NULL;
    wr_sim_end_life(script->world);
    script->world->report->crashes++;
    wr_sim_begin_life(script->world);
}

bool wr_script_run_until(struct wr_script *script, bool (*done)(const struct wr_script *script),
                         int64_t limit_us)
{
    struct wr_world *world = script->world;
    while (!world->report->broken && !(done && done(script))) {
        int64_t at_us = wr_sim_next_us(world);
        if (at_us < 0 && limit_us == INT64_MAX)
            return false;
        if (at_us < 0 || at_us > limit_us) {
            world->now_us = limit_us;
            return true;
        }
        wr_sim_step(world);
        wr_sim_check_step(world);
        if (world->dead)
            die(script);
        if (world->steps > STEPS_MAX)
            wr_sim_broken(world, NULL, "end: it does not come to rest");
    }
    return true;
}

/* ---- steps ------------------------------------------------------------------------------------- */

static void give(struct wr_script *script, const struct wr_test_step *step)
{
    struct wr_script_given *given = WR_NEW(script->arena, struct wr_script_given);
    given->step = step;
    given->since_us = -1;
    given->next = script->givens;
    script->givens = given;
}

static void expect_crash(struct wr_script *script, const struct wr_test_step *step)
{
    script->crash = step;
}

static void answered(void *arg, const struct wr_answer *answer)
{
    struct wr_script_request *request = arg;
    struct wr_script *script = request->script;
    request->waiter = NULL;
    if (script->world->dead)
        return;
    request->answered_us = script->world->now_us;
    request->answer = *answer;
    request->answer.body = wr_arena_str(script->arena, answer->body);
    if (answer->kind == WR_ANSWER_JOB) {
        request->job = answer->job;
        request->accepted = true;
    }
}

/* Nothing that comes after it can be looked at. */
static void stop(struct wr_script *script)
{
    script->stuck = script->stuck || script->failed;
}

static const void *read_input(struct wr_script *script, const struct wr_test_step *step,
                              const struct wr_workflow *workflow, struct wr_arena *arena)
{
    struct wr_reader in;
    wr_reader_init(&in, arena, wr_arena_str(arena, step->value));
    const void *input = wr_decode(&in, workflow->input);
    for (size_t i = 0; !input && i < in.fault_count; i++)
        wr_script_fail(script, step->line, "the input is refused: %.*s %.*s",
                       (int)in.faults[i].pointer.len, in.faults[i].pointer.ptr,
                       (int)in.faults[i].message.len, in.faults[i].message.ptr);
    return input;
}

/* The store has taken it, or it was answered without. */
static bool is_accepted(const struct wr_script *script)
{
    const struct wr_script_request *request = script->request;
    return request->answered_us >= 0 || script->world->job_count > script->jobs_before;
}

static void send(struct wr_script *script, const struct wr_test_step *step)
{
    struct wr_world *world = script->world;
    const struct wr_workflow *workflow = script->program->workflows[step->workflow];
    struct wr_script_request *request = WR_NEW(script->arena, struct wr_script_request);
    struct wr_arena arena = {0};
    struct wr_submission submission = {
        .workflow = workflow,
        .caller = wr_str_of(step->caller ? step->caller : WR_SCRIPT_CALLER),
        .arena = &arena,
        .idempotency_key = step->key ? wr_str_of(step->key) : (struct wr_str){0},
        .received_us = world->clock.mono_us(world),
        .wait_ms = WR_WAIT_DEFAULT,
    };
    submission.input = read_input(script, step, workflow, &arena);
    if (!submission.input) {
        stop(script);
        wr_arena_free(&arena);
        return;
    }
    if (script->first_us < 0)
        script->first_us = world->now_us;
    request->script = script;
    request->workflow = workflow;
    request->sent_us = world->now_us;
    request->answered_us = -1;
    script->request = request;
    script->jobs_before = world->job_count;
    request->waiter = wr_engine_submit(world->engine, &submission, answered, request);
    wr_script_run_until(script, is_accepted, INT64_MAX);
    if (world->job_count > script->jobs_before) {
        request->job = world->jobs[world->job_count - 1]->id;
        request->accepted = true;
    }
}

/* ---- signals and reviews ------------------------------------------------------------------------ */

struct telling {
    struct wr_script *script;
    const struct wr_test_step *step;
    bool done;
};

static void told(void *arg, const struct wr_answer *answer)
{
    struct telling *telling = arg;
    telling->done = true;
    if (answer->kind != WR_ANSWER_JOB)
        wr_script_fail(telling->script, telling->step->line, "it was refused with %d%s%.*s",
                       answer->status, answer->body.len ? ": " : "", (int)answer->body.len,
                       answer->body.ptr ? answer->body.ptr : "");
}

/* `{"decision":"edit","output":…}` */
static struct wr_str review_body(struct wr_script *script, const struct wr_test_step *step)
{
    struct wr_text body = {.arena = script->arena};
    WR_ADD(&body, "{\"decision\":");
    wr_text_quote(&body, wr_str_of(step->name));
    if (step->value.len) {
        WR_ADD(&body, ",\"output\":");
        wr_text_add(&body, step->value);
    }
    WR_ADD(&body, "}");
    return wr_text_done(&body);
}

static bool is_parked(const struct wr_script *script)
{
    const struct wr_sim_job *job =
        script->request ? wr_sim_find(script->world, &script->request->job) : NULL;
    if (!job)
        return false;
    const struct wr_place *root = wr_state_place_find(&job->state, WR_STR(""));
    return wr_state_ended(&job->state) || (root && root->waiting_for.len);
}

static void tell(struct wr_script *script, const struct wr_test_step *step)
{
    struct telling telling = {script, step, false};
    if (!script->request || !script->request->accepted) {
        wr_script_fail(script, step->line, "nothing was sent before this");
        stop(script);
        return;
    }
    if (step->at_ms < 0)
        wr_script_run_until(script, is_parked, INT64_MAX);
    bool review = step->kind == WR_STEP_REVIEW;
    struct wr_telling what = {
        .job = script->request->job,
        .signal = review ? (struct wr_str){0} : wr_str_of(step->name),
        .body = review ? review_body(script, step) : step->value,
    };
    wr_engine_tell(script->world->engine, &what, WR_EVERY_CALLER,
                   wr_str_of(step->caller ? step->caller : WR_SCRIPT_CALLER), told, &telling);
    while (!telling.done && !script->world->report->broken && wr_sim_step(script->world))
        wr_sim_check_step(script->world);
}

static void run_step(struct wr_script *script, const struct wr_test_step *step)
{
    static void (*const steps[])(struct wr_script *, const struct wr_test_step *) = {
        [WR_STEP_GIVEN] = give,         [WR_STEP_SEND] = send,
        [WR_STEP_SIGNAL] = tell,        [WR_STEP_REVIEW] = tell,
        [WR_STEP_CRASH] = expect_crash, [WR_STEP_EXPECT] = wr_script_expect,
    };
    if (step->at_ms >= 0) {
        int64_t from_us = script->first_us < 0 ? 0 : script->first_us;
        wr_script_run_until(script, NULL, from_us + step->at_ms * 1000);
    }
    steps[step->kind](script, step);
}

/* ---- one test ---------------------------------------------------------------------------------- */

static void open_world(struct wr_world *world, struct wr_script *script,
                       struct wr_sim_report *report)
{
    world->program = script->program;
    world->report = report;
    world->seed = world->chance = SEED;
    world->engine_random = SEED;
    world->utc_us = UTC_START_US;
    world->calm = true;
    world->coverage = script->coverage;
    script->world = world;
    script->arena = &world->arena;
    wr_sim_clock_open(world);
    wr_sim_store_open(world);
    wr_script_effects_open(script);
    wr_sim_begin_life(world);
}

static bool is_ready(const struct wr_script *script)
{
    return script->world->recovered;
}

/* True: it held. What was wrong goes to `told`. */
static bool run_test(struct wr_script *script, int64_t *virtual_us)
{
    struct wr_sim_report report = {0};
    struct wr_world *world = calloc(1, sizeof *world);
    if (!world) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    open_world(world, script, &report);
    wr_script_run_until(script, is_ready, INT64_MAX);
    for (size_t i = 0; i < script->test->step_count && !script->stuck && !report.broken; i++)
        run_step(script, &script->test->steps[i]);
    if (report.broken)
        wr_script_fail(script, script->test->line, "%s", report.what);
    if (script->failed)
        wr_script_timeline(script);
    *virtual_us += world->now_us;
    wr_sim_end_life(world);
    wr_world_free(world);
    return !script->failed;
}

/* ---- all of them ------------------------------------------------------------------------------- */

static void tell_coverage(const struct wr_suite *suite, const struct wr_known *known,
                          const bool *taken)
{
    size_t count = 0;
    for (size_t i = 0; i < known->way_count; i++)
        count += taken[i];
    printf("coverage: %zu of %zu transitions taken\n", count, known->way_count);
    for (size_t i = 0; i < known->way_count; i++)
        if (!taken[i])
            printf("  not taken: %s:%u: %s: on %s\n", suite->file, (unsigned)known->ways[i].line,
                   known->ways[i].stage, known->ways[i].text);
}

/* How many letters two titles have in common from somewhere on: the longest such part. */
static size_t in_common(const char *a, const char *b)
{
    size_t most = 0;
    for (const char *from = a; *from; from++)
        for (const char *at = b; *at; at++) {
            size_t len = 0;
            while (from[len] && at[len] && (from[len] | 0x20) == (at[len] | 0x20))
                len++;
            most = len > most ? len : most;
        }
    return most;
}

/* Not a pass: whoever misspells a title has run nothing. */
static int none_called(const struct wr_suite *suite, const char *only)
{
    enum { NEAR = 3 }; /* letters */
    const char *near = NULL;
    size_t most = NEAR - 1;
    for (size_t i = 0; i < suite->test_count; i++) {
        size_t len = in_common(only, suite->tests[i].title);
        if (len > most) {
            near = suite->tests[i].title;
            most = len;
        }
    }
    fflush(stdout);
    fprintf(stderr, "no test of %s has \"%s\" in its title", suite->file, only);
    if (near)
        fprintf(stderr, "; the nearest is \"%s\"", near);
    fputc('\n', stderr);
    return WR_TEST_NONE;
}

int wr_test_main(const struct wr_program *program, const struct wr_suite *suite, int argc,
                 char **argv)
{
    const char *only = NULL;
    bool coverage = false;
    size_t passed = 0, failed = 0;
    int64_t virtual_us = 0;
    for (int i = 1; i < argc; i++) {
        coverage |= strcmp(argv[i], "--coverage") == 0;
        if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            only = argv[++i];
    }
    struct wr_sim_coverage seen;
    wr_sim_coverage_open(&seen, program);
    printf("%s\n", suite->file);
    for (size_t i = 0; i < suite->test_count; i++) {
        const struct wr_test *test = &suite->tests[i];
        if (only && !strstr(test->title, only))
            continue;
        char *told = NULL;
        size_t told_len = 0;
        struct wr_script script = {.program = program,
                                   .suite = suite,
                                   .test = test,
                                   .first_us = -1,
                                   .told = open_memstream(&told, &told_len),
                                   .coverage = &seen};
        if (!script.told) {
            fputs("out of memory\n", stderr);
            return 70;
        }
        bool held = run_test(&script, &virtual_us);
        fclose(script.told);
        printf("  %s  %s\n%s", held ? "ok  " : "FAIL", test->title, told);
        free(told);
        passed += held;
        failed += !held;
    }
    if (only && passed + failed == 0) {
        wr_sim_coverage_free(&seen);
        return none_called(suite, only);
    }
    printf("%zu passed, %zu failed; %.1f s of virtual time\n", passed, failed,
           (double)virtual_us / 1e6);
    if (coverage)
        tell_coverage(suite, program->known, seen.taken);
    wr_sim_coverage_free(&seen);
    return failed ? 1 : 0;
}
