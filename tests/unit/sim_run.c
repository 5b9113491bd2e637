/* One engine on simulated doors, its clients, and what they hear. Included by its tests. */
#include "runtime/base/str.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/envelope.h"
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

__attribute__((unused)) static struct heard *ask(struct run *run, struct ask what)
{
    struct heard *heard = &run->heard[run->used++];
    struct wr_arena arena = {0};
    struct note *note = WR_NEW(&arena, struct note);
    note->text = wr_arena_str(&arena, wr_str_of(what.text ? what.text : "hello"));
    note->number = what.number ? what.number : 7;
    struct wr_submission submission = {
        .workflow = &workflow,
        .caller = wr_str_of(what.caller ? what.caller : "ann"),
        .arena = &arena,
        .input = note,
        .idempotency_key = wr_str_of(what.key),
        .received_us = run->sim->now_us,
        .wait_ms = what.wait_ms == -2 ? 0
                   : what.wait_ms     ? what.wait_ms
                                      : WR_WAIT_DEFAULT,
    };
    heard->waiter = (struct wr_waiter *)1; /* a submission */
    heard->waiter = wr_engine_submit(run->engine, &submission, hear, heard);
    return heard;
}

__attribute__((unused)) static struct heard *view(struct run *run, struct wr_id job,
                                                  const char *caller, int64_t wait_ms)
{
    struct heard *heard = &run->heard[run->used++];
    wr_engine_view(run->engine, job, wr_str_of(caller), wait_ms, hear, heard);
    return heard;
}

/* "versions.fallback_path.0" as text; numbers and words, too. */
__attribute__((unused)) static const char *at(const struct heard *heard, const char *path)
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
__attribute__((unused)) static struct run *good_run(uint64_t seed)
{
    struct run *run = run_new(seed);
    say_all(run, 0, WR_OK);
    say_all(run, 2, WR_OK);
    say_all(run, 3, WR_OK);
    return run;
}
