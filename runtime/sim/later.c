/* What must hold of jobs that outlive their reply: an answer before the end is one of the table and
 * shows no draft that is not durable; sleeps are counted; a job in the background keeps its time. */
#include "runtime/sim/world.h"

#include "runtime/base/str.h"
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

/* Did a park for this become durable? */
static bool was_parked(const struct wr_sim_job *job, const char *waiting_for)
{
    bool found = false;
    struct wr_arena arena = {0};
    for (size_t i = 0; i < job->entry_count && !found; i++) {
        struct wr_event event;
        found = job->entries[i].kind == WR_ENTRY_PARKED &&
                wr_event_decode(&arena, &job->entries[i], &event) &&
                wr_str_is(event.waiting_for, waiting_for);
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
    const json_t *waits = json_object_get(doc, "waiting_for");
    if (json_is_string(waits) && !was_parked(job, json_string_value(waits)))
        wr_sim_broken(world, &job->id, "commit: a park was shown that is not durable");
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

/* What has come for the job's own machine, and is not taken. */
static const struct wr_signal *came(const struct wr_state *state, const struct wr_place *root)
{
    struct wr_str name = wr_signal_waited(root->waiting_for);
    bool waits = name.len || wr_str_equal(root->waiting_for, WR_STR("review"));
    const struct wr_signal *signal = waits ? wr_state_signal(state, name) : NULL;
    return signal && !signal->taken ? signal : NULL;
}

/* UTC says when it ends, where nobody sets that. */
void wr_sim_check_left_park(struct wr_world *world, const struct wr_sim_job *job,
                            const struct wr_event *event)
{
    const struct wr_place *place = wr_state_place_find(&job->state, event->path);
    if (event->kind != WR_ENTRY_ENDED || !place || !place->waiting_for.len)
        return;
    bool slept = wr_str_equal(place->waiting_for, WR_STR("retry")) && event->class == WR_OK;
    if ((slept || event->class == WR_CLASS_expired) && !world->weather.clock_jumps &&
        event->at_ms < place->until_ms - 2)
        wr_sim_broken(world, &job->id, "park: stage %.*s was left %lld ms too early",
                      (int)event->stage.len, event->stage.ptr,
                      (long long)(place->until_ms - event->at_ms));
    if (event->class == WR_CLASS_expired && event->path.len == 0 && came(&job->state, place))
        wr_sim_broken(world, &job->id, "park: stage %.*s expired, and what it waits for had come",
                      (int)event->stage.len, event->stage.ptr);
}

void wr_sim_check_row(struct wr_world *world, const struct wr_sim_job *job,
                      const struct wr_event *event)
{
    const struct wr_place *root = wr_state_place_find(&job->state, WR_STR(""));
    bool parked = root && root->waiting_for.len > 0;
    bool queued = parked && !wr_str_equal(root->waiting_for, WR_STR("retry"));
    int64_t wake_ms = parked && !came(&job->state, root) ? root->until_ms : 0;
    if (wr_state_ended(&job->state) || event->kind == WR_ENTRY_CHECKPOINT)
        return;
    if (wr_str_equal(job->status, WR_STR("queued")) != queued || job->wake_ms != wake_ms)
        wr_sim_broken(world, &job->id,
                      "park: the row is %.*s until %lld, the journal says %s, %lld",
                      (int)job->status.len, job->status.ptr, (long long)job->wake_ms,
                      queued ? "queued" : "processing", (long long)wake_ms);
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

/* ---- what somebody tells a job ----------------------------------------------------------------- */

static bool waits_for_somebody(const struct wr_workflow *workflow)
{
    for (size_t i = 0; i < workflow->stage_count; i++)
        if (workflow->stages[i].signal)
            return true;
    return false;
}

static bool waits_for_review(const struct wr_sim_job *job)
{
    const struct wr_place *root = wr_state_place_find(&job->state, WR_STR(""));
    return job->state.status < WR_STATUS_COMPLETED && root &&
           wr_str_equal(root->waiting_for, WR_STR("review"));
}

bool wr_sim_parks(const struct wr_world *world)
{
    for (size_t i = 0; i < world->job_count; i++)
        if (waits_for_review(world->jobs[i]))
            return true;
    for (size_t i = 0; i < world->program->workflow_count; i++)
        if (waits_for_somebody(world->program->workflows[i]))
            return true;
    return false;
}

static struct wr_str value_for(struct wr_world *world, const struct wr_sim_job *job,
                               const struct wr_stage *stage, struct wr_arena *arena)
{
    struct wr_str known = wr_sim_known_answer(world, stage->name, stage->value, job);
    return known.len
               ? known
               : wr_sample(world->samples, stage->value, arena, &world->chance, (struct wr_str){0});
}

/* "approve", "edit" with a value, "reject"; sometimes what is none. */
static bool make_review(struct wr_world *world, const struct wr_sim_job *job,
                        const struct wr_stage *stage, struct wr_arena *arena,
                        struct wr_telling *telling)
{
    static const char *const decisions[] = {"approve", "edit", "reject", "perhaps"};
    size_t which = (size_t)wr_chance(world, 4);
    struct wr_text body = {.arena = arena};
    WR_ADD(&body, "{\"decision\":\"");
    wr_text_add(&body, wr_str_of(decisions[which]));
    WR_ADD(&body, "\"");
    if (which == 1) {
        WR_ADD(&body, ",\"output\":");
        wr_text_add(&body, value_for(world, job, stage, arena));
    }
    WR_ADD(&body, "}");
    telling->body = wr_text_done(&body);
    return true;
}

bool wr_sim_telling(struct wr_world *world, const struct wr_sim_job *job, struct wr_arena *arena,
                    struct wr_telling *telling)
{
    const struct wr_workflow *workflow = job->workflow;
    const struct wr_place *root = wr_state_place_find(&job->state, WR_STR(""));
    *telling = (struct wr_telling){.job = job->id};
    if (root && wr_str_equal(root->waiting_for, WR_STR("review")))
        for (size_t i = 0; i < workflow->stage_count; i++) {
            if (wr_str_is(root->stage, workflow->stages[i].name))
                return make_review(world, job, &workflow->stages[i], arena, telling);
        }
    for (size_t i = 0; i < workflow->stage_count; i++) {
        const struct wr_stage *stage = &workflow->stages[i];
        if (!stage->signal)
            continue;
        telling->signal = wr_str_of(stage->signal);
        telling->body = wr_chance(world, 10) ? value_for(world, job, stage, arena) : WR_STR("{}");
        return telling->body.len > 0;
    }
    return false;
}

void wr_sim_check_told(struct wr_world *world, const struct wr_sim_request *request,
                       const struct wr_answer *answer)
{
    const struct wr_sim_job *job = wr_sim_find(world, &answer->job);
    if (job && !wr_state_signal(&job->state, request->signal))
        wr_sim_broken(world, &job->id, "commit: a signal was taken that is not durable");
}
