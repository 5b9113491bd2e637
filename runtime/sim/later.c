/* What must hold of jobs that outlive their reply: an answer before the end is one of the table and
 * shows no draft that is not durable; sleeps are counted; a job in the background keeps its time. */
#include "runtime/sim/world.h"

#include "runtime/engine/envelope.h"

#include <jansson.h>
#include <string.h>

static bool is_word(const json_t *doc, const char *key, const char *word)
{
    const json_t *value = json_object_get(doc, key);
    return word ? json_is_string(value) && strcmp(json_string_value(value), word) == 0
                : json_is_null(value);
}

static bool is_legal(const json_t *doc)
{
    for (size_t i = 0; i < wr_legal_count; i++) {
        const struct wr_legal *row = &wr_legal_rows[i];
        if (is_word(doc, "status", wr_status_name(row->status)) &&
            is_word(doc, "result_type", wr_result_name(row->result)))
            return json_is_boolean(json_object_get(doc, "final")) &&
                   json_is_true(json_object_get(doc, "final")) == row->final &&
                   json_is_null(json_object_get(doc, "output")) == (row->result == WR_RESULT_NONE);
    }
    return false;
}

/* Did a draft of this value become durable? */
static bool was_published(const struct wr_sim_job *job, const json_t *output)
{
    bool found = false;
    struct wr_arena arena = {0};
    for (size_t i = 0; i < job->entry_count && !found; i++) {
        struct wr_event event;
        if (job->entries[i].kind != WR_ENTRY_PUBLISHED ||
            !wr_event_decode(&arena, &job->entries[i], &event))
            continue;
        json_t *draft = json_loadb(event.value.ptr, event.value.len, JSON_DECODE_ANY, NULL);
        found = json_equal(draft, output);
        json_decref(draft);
    }
    wr_arena_free(&arena);
    return found;
}

void wr_sim_check_body(struct wr_world *world, const struct wr_sim_job *job,
                       const struct wr_answer *answer)
{
    json_t *doc = json_loadb(answer->body.ptr, answer->body.len, 0, NULL);
    const json_t *output = json_object_get(doc, "output");
    if (!doc || !is_legal(doc))
        wr_sim_broken(world, &job->id, "legal: an answer is not one of the table");
    if (!answer->ended && !json_is_null(output) && !was_published(job, output))
        wr_sim_broken(world, &job->id, "commit: a draft was shown that is not durable");
    if (!answer->ended && (answer->retry_after_s < 1 || answer->retry_after_s > 60))
        wr_sim_broken(world, &job->id, "legal: Retry-After is %u s", answer->retry_after_s);
    json_decref(doc);
}

void wr_sim_check_park(struct wr_world *world, const struct wr_sim_job *job,
                       const struct wr_stage *stage, const struct wr_event *event)
{
    uint32_t rounds = wr_state_rounds(&job->state, event->path, event->stage);
    if (stage && stage->at_most && rounds >= stage->at_most)
        wr_sim_broken(world, &job->id, "park: stage %s sleeps for the %uth time, %u are allowed",
                      stage->name, rounds + 1, stage->at_most);
}

void wr_sim_check_deadline(struct wr_world *world, const struct wr_sim_job *job)
{
    const struct wr_workflow *workflow = job->workflow;
    int64_t whole_ms =
        (int64_t)(workflow->background_ms ? workflow->background_ms : workflow->budget_ms);
    if (world->calm && job->life == world->life &&
        world->now_us > job->accepted_us + whole_ms * 1000)
        wr_sim_broken(world, &job->id, "deadline: the job ended %lld us late",
                      (long long)(world->now_us - job->accepted_us - whole_ms * 1000));
}
