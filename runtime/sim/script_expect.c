/* What a test expects, held against the job as a client would see it: its envelope, and what left for
 * the upstreams. */
#include "runtime/sim/script.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"

#include <stdlib.h>
#include <string.h>

#define DECODE_MAX (64u << 10) /* bytes of a text that is shown */

/* ---- what is seen ------------------------------------------------------------------------------ */

static struct wr_tally *tally_of(const struct wr_seen *seen, const char *stage)
{
    for (struct wr_tally *tally = seen->script->tallies; tally; tally = tally->next)
        if (wr_str_is(tally->place, stage))
            return tally;
    return NULL;
}

int64_t wr_seen_sends(const struct wr_seen *seen, const char *stage)
{
    const struct wr_tally *tally = tally_of(seen, stage);
    return tally ? tally->sends : 0;
}

int64_t wr_seen_keys(const struct wr_seen *seen, const char *stage)
{
    const struct wr_tally *tally = tally_of(seen, stage);
    return tally ? tally->keys : 0;
}

const void *wr_seen_output(const struct wr_seen *seen)
{
    return seen->output;
}

static const struct wr_sim_job *job_of(const struct wr_script *script)
{
    const struct wr_script_request *request = script->request;
    return request && request->accepted ? wr_sim_find(script->world, &request->job) : NULL;
}

int64_t wr_seen_cost(const struct wr_seen *seen)
{
    return job_of(seen->script)->state.cost;
}

/* ---- the job, as a client sees it -------------------------------------------------------------- */

struct look {
    struct wr_script *script;
    struct wr_answer answer;
    bool done;
};

static void looked(void *arg, const struct wr_answer *answer)
{
    struct look *look = arg;
    look->answer = *answer;
    look->answer.body = wr_arena_str(look->script->arena, answer->body);
    look->done = true;
}

static json_t *envelope_of(struct wr_script *script)
{
    struct wr_world *world = script->world;
    struct look look = {.script = script};
    wr_engine_view(world->engine, script->request->job, WR_EVERY_CALLER, 0, looked, &look);
    while (!look.done && wr_sim_step(world))
        ;
    return json_loadb(look.answer.body.ptr, look.answer.body.len, 0, NULL);
}

static const void *decode_output(struct wr_script *script, const json_t *envelope)
{
    json_t *output = json_object_get(envelope, "output");
    struct wr_reader in;
    if (!json_is_object(output))
        return NULL;
    char *text = json_dumps(output, JSON_COMPACT);
    struct wr_str kept = wr_arena_str(script->arena, wr_str_of(text));
    free(text);
    wr_reader_init(&in, script->arena, kept);
    return wr_decode(&in, script->request->workflow->output);
}

/* ---- one expectation --------------------------------------------------------------------------- */

static const char *member(const json_t *envelope, const char *name)
{
    const json_t *value = json_object_get(envelope, name);
    return json_is_string(value) ? json_string_value(value) : "none";
}

static void expect_member(struct wr_seen *seen, const struct wr_test_step *step,
                          const struct wr_expect *expect, const char *name, const char *what)
{
    const char *got = member(seen->envelope, name);
    if (strcmp(got, expect->text) != 0)
        wr_script_fail(seen->script, step->line, "expected %s %s, and it is %s", what, expect->text,
                       got);
}

static void expect_status(struct wr_seen *seen, const struct wr_test_step *step,
                          const struct wr_expect *expect)
{
    expect_member(seen, step, expect, "status", "status");
}

static void expect_result(struct wr_seen *seen, const struct wr_test_step *step,
                          const struct wr_expect *expect)
{
    expect_member(seen, step, expect, "result_type", "result");
}

static void expect_error(struct wr_seen *seen, const struct wr_test_step *step,
                         const struct wr_expect *expect)
{
    expect_member(seen, step, expect, "error_code", "error");
}

/* What was waited for: the job's end, or the reply where it goes on. */
static void expect_within(struct wr_seen *seen, const struct wr_test_step *step,
                          const struct wr_expect *expect)
{
    const struct wr_script *script = seen->script;
    const struct wr_script_request *request = script->request;
    const struct wr_state *state = &job_of(script)->state;
    int64_t took_ms = state->finished_ms - state->created_ms;
    if (!state->finished_ms)
        took_ms = ((request->answered_us >= 0 ? request->answered_us : script->world->now_us) -
                   request->sent_us) /
                  1000;
    if (took_ms > expect->ms)
        wr_script_fail(seen->script, step->line, "expected it within %lld ms, and it took %lld ms",
                       (long long)expect->ms, (long long)took_ms);
}

/* Every transition of the workflow's own machine: `terms: ok, draft: timeout_ttft`. */
static struct wr_str path_of(struct wr_script *script, const struct wr_sim_job *job)
{
    struct wr_text path = {.arena = script->arena};
    for (size_t i = 0; i < job->entry_count; i++) {
        struct wr_event event;
        if (job->entries[i].kind != WR_ENTRY_TRANSITION || job->entries[i].path.len ||
            !wr_event_decode(script->arena, &job->entries[i], &event))
            continue;
        wr_text_add(&path, path.len ? WR_STR(", ") : WR_STR(""));
        wr_text_add(&path, event.stage);
        wr_text_add(&path, WR_STR(": "));
        wr_text_add(&path, event.label);
    }
    return wr_text_done(&path);
}

static void expect_path(struct wr_seen *seen, const struct wr_test_step *step,
                        const struct wr_expect *expect)
{
    struct wr_str text = path_of(seen->script, job_of(seen->script));
    if (!wr_str_is(text, expect->text))
        wr_script_fail(seen->script, step->line, "expected the path %s, and it is %.*s",
                       expect->text, (int)text.len, text.ptr);
}

static void tell_output(struct wr_script *script, const json_t *envelope)
{
    char *text = json_dumps(json_object_get(envelope, "output"), JSON_ENCODE_ANY | JSON_COMPACT);
    if (text)
        fprintf(script->told, "        output: %.*s%s\n", (int)DECODE_MAX, text,
                strlen(text) > DECODE_MAX ? "…" : "");
    free(text);
}

static void expect_that(struct wr_seen *seen, const struct wr_test_step *step,
                        const struct wr_expect *expect)
{
    if (expect->of_output && !seen->output) {
        wr_script_fail(seen->script, step->line, "expected %s, and there is no output",
                       expect->text);
        return;
    }
    if (expect->holds(seen->script->arena, seen))
        return;
    wr_script_fail(seen->script, step->line, "expected %s, and it does not hold", expect->text);
    for (const struct wr_tally *tally = seen->script->tallies; tally; tally = tally->next)
        fprintf(seen->script->told, "        %.*s.sends == %lld, .keys == %lld\n",
                (int)tally->place.len, tally->place.ptr, (long long)tally->sends,
                (long long)tally->keys);
    fprintf(seen->script->told, "        cost: $%.9f\n", (double)wr_seen_cost(seen) / 1e12);
    tell_output(seen->script, seen->envelope);
}

static bool has_ended(const struct wr_script *script)
{
    const struct wr_sim_job *job = job_of(script);
    return script->stuck || (job && wr_state_ended(&job->state));
}

static void refused(struct wr_script *script, const struct wr_test_step *step)
{
    const struct wr_script_request *request = script->request;
    script->stuck = true;
    if (!request)
        wr_script_fail(script, step->line, "nothing was sent before this");
    else
        wr_script_fail(script, step->line, "the request was refused with %d",
                       request->answer.status);
}

int64_t wr_seen_notices(const struct wr_seen *seen, const char *service)
{
    const struct wr_sim_job *job = job_of(seen->script);
    size_t len = strlen(service);
    int64_t count = 0;
    for (size_t i = 0; job && i < job->entry_count; i++)
        for (const char *at = job->entries[i].notify; at && *at;) {
            size_t word = strcspn(at, " ");
            count += word == len && memcmp(at, service, len) == 0;
            at += word + (at[word] == ' ');
        }
    return count;
}

void wr_script_expect(struct wr_script *script, const struct wr_test_step *step)
{
    static void (*const kinds[])(struct wr_seen *, const struct wr_test_step *,
                                 const struct wr_expect *) = {
        [WR_EXPECT_STATUS] = expect_status, [WR_EXPECT_RESULT] = expect_result,
        [WR_EXPECT_ERROR] = expect_error,   [WR_EXPECT_WITHIN] = expect_within,
        [WR_EXPECT_PATH] = expect_path,     [WR_EXPECT_THAT] = expect_that,
    };
    if (step->at_ms < 0)
        wr_script_run_until(script, has_ended, INT64_MAX);
    if (script->stuck)
        return;
    if (!job_of(script)) {
        refused(script, step);
        return;
    }
    struct wr_seen seen = {.script = script, .envelope = envelope_of(script)};
    seen.output = decode_output(script, seen.envelope);
    for (size_t i = 0; i < step->expect_count; i++)
        kinds[step->expects[i].kind](&seen, step, &step->expects[i]);
    json_decref(seen.envelope);
}
