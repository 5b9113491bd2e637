/* What must hold, whatever happens: each rule has a name, and the first one that is broken ends the
 * simulation. The journal as it is durable is folded here, apart from the engine's own fold. */
#include "runtime/sim/world.h"

#include "runtime/base/str.h"
#include "runtime/engine/envelope.h"

#include <wright/limits.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void wr_sim_broken(struct wr_world *world, const struct wr_id *job, const char *format, ...)
{
    struct wr_sim_report *report = world->report;
    if (report->broken)
        return;
    char id[WR_ID_TEXT] = "";
    char why[400];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    if (job)
        wr_id_text(job, id);
    report->broken = true;
    snprintf(report->what, sizeof report->what, "%s%s%s (step %llu, life %u)", why,
             job ? "; job " : "", id, (unsigned long long)world->steps, (unsigned)world->life);
}

#define SHOW(text) (int)(text).len, (text).ptr ? (text).ptr : ""

/* ---- entries, as they become durable ----------------------------------------------------------- */

/* A stage is entered where the last transition led to, or where a job begins. */
static void check_entered(struct wr_world *world, struct wr_sim_job *job,
                          const struct wr_sim_spot *spot, const struct wr_event *event)
{
    const struct wr_place *place = wr_state_place(&job->state, event->path);
    struct wr_str wanted =
        place->target.len ? place->target : wr_str_of(spot->workflow->stages[0].name);
    if (spot->above)
        wr_sim_check_member(world, job, spot, event);
    else if (place->stage.len || !wr_str_equal(event->stage, wanted))
        wr_sim_broken(world, &job->id, "table: stage %.*s was entered, %.*s was due",
                      SHOW(event->stage), SHOW(wanted));
}

/* What is reserved, and what was spent and reserved before, fit under the ceiling. */
static void check_reserved(struct wr_world *world, struct wr_sim_job *job,
                           const struct wr_event *event)
{
    const struct wr_place *place = wr_state_place(&job->state, event->path);
    int64_t before = job->state.cost + job->state.reserved;
    if (event->reserved && before + event->reserved > job->workflow->cost_ceiling)
        wr_sim_broken(world, &job->id, "cost: %lld are reserved after %lld, %lld are allowed",
                      (long long)event->reserved, (long long)before,
                      (long long)job->workflow->cost_ceiling);
    if (place->reserved && place->started && !event->reserved)
        wr_sim_broken(world, &job->id, "cost: a call was begun without a reservation");
}

/* One after the other, no more than the stage allows, and only of an answer that was refused. */
static void check_repair(struct wr_world *world, struct wr_sim_job *job,
                         const struct wr_event *event, const struct wr_stage *stage,
                         const struct wr_place *place)
{
    bool refused = place->error.len || (WR_BIT(place->class) & WR_ON_INVALID_OUTPUT);
    if (event->repair > stage->repairs || event->repair != place->repairs + 1)
        wr_sim_broken(world, &job->id, "repair: number %d of stage %s after %d, %u are allowed",
                      (int)event->repair, stage->name, (int)place->repairs,
                      (unsigned)stage->repairs);
    else if (!(place->ended || place->started) || !refused)
        wr_sim_broken(world, &job->id, "repair: stage %s was repaired after %s", stage->name,
                      place->ended ? wr_class_name(place->class) : "nothing");
}

/* Turns of tools that the stage has had. */
static int64_t turns_of(const struct wr_sim_job *job, const struct wr_event *event)
{
    int64_t count = 0;
    for (const struct wr_asked_for *turn = job->state.turns; turn; turn = turn->next)
        count += wr_str_equal(turn->path, event->path) && wr_str_equal(turn->stage, event->stage);
    return count;
}

static void check_ended(struct wr_world *world, struct wr_sim_job *job,
                        const struct wr_sim_spot *spot, const struct wr_event *event)
{
    const struct wr_stage *stage = spot->row;
    const struct wr_place *place = wr_state_place(&job->state, event->path);
    int64_t repairs = event->repair ? event->repair : place->repairs;
    int64_t turns = turns_of(job, event);
    if (event->turn && (event->turn != turns + 1 || event->turn > stage->turns))
        wr_sim_broken(world, &job->id, "turns: number %d of stage %s after %d, %u are allowed",
                      (int)event->turn, stage->name, (int)turns, (unsigned)stage->turns);
    if (event->repair)
        check_repair(world, job, event, stage, place);
    else if (event->attempt - repairs - turns > stage->retry.times + 1)
        wr_sim_broken(world, &job->id, "retry: attempt %d of stage %s, %u are allowed",
                      (int)event->attempt, stage->name, stage->retry.times + 1u);
    else if (place->ended && !(stage->retry.on & WR_BIT(place->class)))
        wr_sim_broken(world, &job->id, "retry: stage %s was tried again after %s", stage->name,
                      wr_class_name(place->class));
}

/* "company.not_found": of that member; else of the stage itself. */
static bool is_of(const struct wr_stage *stage, const struct wr_transition *way,
                  struct wr_str label)
{
    if (way->member == 0)
        return true;
    struct wr_str name = wr_str_of(stage->members[way->member - 1].name);
    return label.len > name.len && memcmp(label.ptr, name.ptr, name.len) == 0 &&
           label.ptr[name.len] == '.';
}

static void check_transition(struct wr_world *world, struct wr_sim_job *job,
                             const struct wr_sim_spot *spot, const struct wr_event *event)
{
    const struct wr_stage *stage = spot->row;
    const struct wr_workflow *workflow = spot->workflow;
    if (event->member != (spot->above != NULL))
        wr_sim_broken(world, &job->id, "tree: %.*s is taken for what it is not", SHOW(event->path));
    if (spot->above) {
        wr_sim_check_member(world, job, spot, event);
        return;
    }
    wr_sim_check_left(world, job, spot);
    for (size_t i = 0; i < stage->transition_count; i++) {
        const struct wr_transition *way = &stage->transitions[i];
        if (!is_of(stage, way, event->label))
            continue;
        bool ends = way->to != WR_TO_STAGE;
        if ((way->on & WR_BIT(event->class)) &&
            (ends ? event->target.len == 0
                  : wr_str_is(event->target, workflow->stages[way->target].name)))
            return;
    }
    wr_sim_broken(world, &job->id, "table: %.*s on %s does not lead to '%.*s'", SHOW(event->stage),
                  wr_class_name(event->class), SHOW(event->target));
}

/* Who is told to send it again does not do twice what was done. */
static void check_harmless(struct wr_world *world, const struct wr_sim_job *job,
                           const struct wr_event *event)
{
    if (!event->retryable && !event->harmless)
        return;
    for (const struct wr_sim_sends *seen = job->sends; seen; seen = seen->next)
        if (seen->acted)
            wr_sim_broken(world, &job->id, "retryable: a job that may be sent again has done %.*s",
                          SHOW(seen->stage));
}

/* The state was folded from all entries: the checkpoint alone must come to the same. */
static void check_checkpoint(struct wr_world *world, const struct wr_sim_job *job,
                             const struct wr_event *event)
{
    struct wr_arena arena = {0};
    struct wr_state state;
    wr_state_init(&state, &arena, job->id);
    if (!wr_state_fold(&state, event) || !wr_sim_same_state(&arena, &state, &job->state))
        wr_sim_broken(world, &job->id, "fold: checkpoint %u is not what the journal folds to",
                      event->seq);
    world->report->checkpoints++;
    wr_arena_free(&arena);
}

void wr_sim_check_entry(struct wr_world *world, struct wr_sim_job *job,
                        const struct wr_entry *entry)
{
    struct wr_event event;
    if (!wr_event_decode(&job->arena, entry, &event)) {
        wr_sim_broken(world, &job->id, "fold: entry %u cannot be read", entry->seq);
        return;
    }
    enum wr_status before = job->state.status;
    struct wr_sim_spot spot = {0};
    if (event.stage.len && !wr_sim_spot(job, event.path, event.stage, &spot)) {
        wr_sim_broken(world, &job->id, "table: there is no stage %.*s at '%.*s'", SHOW(event.stage),
                      SHOW(event.path));
        return;
    }
    if (event.kind == WR_ENTRY_PARKED)
        wr_sim_check_park(world, job, spot.row, &event);
    if (event.kind == WR_ENTRY_FINISHED)
        wr_sim_check_deadline(world, job);
    if (event.kind == WR_ENTRY_ENTERED)
        check_entered(world, job, &spot, &event);
    else if (event.kind == WR_ENTRY_STARTED)
        check_reserved(world, job, &event);
    else if (event.kind == WR_ENTRY_ENDED)
        check_ended(world, job, &spot, &event);
    else if (event.kind == WR_ENTRY_TRANSITION)
        check_transition(world, job, &spot, &event);
    wr_sim_check_left_park(world, job, &event);
    wr_sim_cover(world->coverage, world->program, &spot, &event);
    bool follows = wr_state_fold(&job->state, &event);
    wr_sim_check_row(world, job, &event);
    if (event.kind == WR_ENTRY_FINISHED)
        check_harmless(world, job, &event);
    if (follows && event.kind == WR_ENTRY_CHECKPOINT)
        check_checkpoint(world, job, &event);
    if (!follows)
        wr_sim_broken(world, &job->id, "fold: entry %u (%s) cannot follow", entry->seq,
                      wr_entry_kind_name(entry->kind));
    else if (!wr_legal_find(job->state.status, job->state.result))
        wr_sim_broken(world, &job->id, "legal: status %s with result %d",
                      wr_status_name(job->state.status), (int)job->state.result);
    else if ((job->state.status < before && event.kind != WR_ENTRY_PARKED) ||
             before >= WR_STATUS_COMPLETED)
        wr_sim_broken(world, &job->id, "legal: %s became %s", wr_status_name(before),
                      wr_status_name(job->state.status));
}

/* ---- sends ------------------------------------------------------------------------------------- */

/* Of a tool's call also what is asked for: a model that is asked anew may call something else from there. */
struct wr_str wr_sim_sender(struct wr_arena *arena, const struct wr_effect_call *call)
{
    const struct wr_action *action = call->action;
    if (!call->stage->tool)
        return call->path;
    return wr_str_of(wr_arena_printf(arena, "%.*s %.*s %.*s", SHOW(call->path), SHOW(action->path),
                                     SHOW(action->body)));
}

static struct wr_sim_sends *sends_of(struct wr_sim_job *job, const struct wr_effect_call *call)
{
    struct wr_str stage = wr_str_of(call->stage->name), path = wr_sim_sender(&job->arena, call);
    struct wr_sim_sends *seen = job->sends;
    while (seen && !(wr_str_equal(seen->path, path) && wr_str_equal(seen->stage, stage)))
        seen = seen->next;
    if (seen)
        return seen;
    seen = WR_NEW(&job->arena, struct wr_sim_sends);
    seen->path = wr_arena_str(&job->arena, path);
    seen->stage = stage;
    seen->next = job->sends;
    job->sends = seen;
    return seen;
}

/* A path may lead back to a once effect from where it went well, and from nowhere else. */
static void check_once(struct wr_world *world, struct wr_sim_job *job,
                       const struct wr_effect_call *call, const struct wr_sim_sends *seen)
{
    const struct wr_place *place = wr_state_place(&job->state, call->path);
    if (seen->sent > 1 + seen->good)
        wr_sim_broken(world, &job->id, "once: stage %s was sent twice", call->stage->name);
    if (!place->started || !wr_str_is(place->stage, call->stage->name))
        wr_sim_broken(world, &job->id, "once: stage %s was sent before the journal knew of it",
                      call->stage->name);
    if (seen->happened > 1 + seen->good)
        wr_sim_broken(world, &job->id, "once: the effect of stage %s happened twice",
                      call->stage->name);
}

/* Has any other place sent under this key? */
static bool is_taken(const struct wr_world *world, const struct wr_sim_sends *but,
                     struct wr_str key)
{
    for (size_t i = 0; i < world->job_count; i++)
        for (const struct wr_sim_sends *seen = world->jobs[i]->sends; seen; seen = seen->next)
            for (const struct wr_sim_key *one = seen->keys; one; one = one->next)
                if (seen != but && wr_str_equal(one->key, key))
                    return true;
    return false;
}

/* One key until a send under it was answered well; from then on a send may be another effect's. */
static void check_key(struct wr_world *world, struct wr_sim_job *job,
                      const struct wr_effect_call *call, struct wr_sim_sends *seen)
{
    struct wr_str key = call->idempotency_key;
    if (key.len == 0)
        wr_sim_broken(world, &job->id, "keyed: stage %s was sent without a key", call->stage->name);
    for (const struct wr_sim_key *one = seen->keys; one; one = one->next)
        if (wr_str_equal(one->key, key))
            return;
    if (seen->keys && !seen->keys->good)
        wr_sim_broken(world, &job->id, "keyed: stage %s under two keys, %.*s and %.*s",
                      call->stage->name, SHOW(seen->keys->key), SHOW(key));
    if (is_taken(world, seen, key))
        wr_sim_broken(world, &job->id, "keyed: two effects under the key %.*s", SHOW(key));
    struct wr_sim_key *one = WR_NEW(&job->arena, struct wr_sim_key);
    one->key = wr_arena_str(&job->arena, key);
    one->next = seen->keys;
    seen->keys = one;
}

/* With a store that keeps its time, floors and slack leave every attempt the whole of its own. */
static void check_time(struct wr_world *world, struct wr_sim_job *job,
                       const struct wr_effect_call *call)
{
    const struct wr_stage *stage = call->stage;
    struct wr_sim_spot spot;
    if (stage->turns && stage->within_ms)
        return; /* one whole attempt is promised, and not the turns after it */
    if (stage->tool && wr_sim_spot(job, call->path, wr_str_of(stage->name), &spot) &&
        spot.above->within_ms)
        return;
    bool own = stage->timeout_ms && (!stage->within_ms || stage->within_ms >= stage->timeout_ms);
    if (world->calm && own && job->life == world->life &&
        call->timeout_us < (int64_t)stage->timeout_ms * 1000)
        wr_sim_broken(world, &job->id, "floor: stage %s was given %lld us of its %u ms",
                      stage->name, (long long)call->timeout_us, stage->timeout_ms);
}

/* A stage that is entered again, through a circle, is another way: its author chose the pause. */
static bool begins_anew(const struct wr_world *world, const struct wr_sim_job *job,
                        const struct wr_effect_call *call)
{
    const struct wr_state *live = wr_engine_state(world->engine, job->id);
    const struct wr_place *place = live ? wr_state_place_find(live, call->path) : NULL;
    return place && place->attempts == 0;
}

/* No more than two attempts in any 1.5 s on a job's way to one service or model. What follows an answer
 * that was refused is a conversation and not counted; and a process knows nothing of the attempts of the one before. */
static void check_route(struct wr_world *world, struct wr_sim_job *job,
                        const struct wr_effect_call *call, struct wr_sim_sends *seen)
{
    size_t target = call->action->target, same = 0, last = WR_COUNT(seen->newest) - 1;
    int64_t first_us = 0;
    bool goes_on = seen->answered;
    seen->answered = false;
    if (begins_anew(world, job, call))
        memset(seen->newest, 0, sizeof seen->newest);
    if (goes_on)
        return;
    for (size_t i = 0; i <= last && same < 2; i++)
        if (seen->newest[i].life == world->life + 1 && seen->newest[i].target == target) {
            first_us = seen->newest[i].at_us;
            same++;
        }
    if (same == 2 && world->now_us - first_us < WR_ROUTE_MS * 1000)
        wr_sim_broken(world, &job->id, "route: three attempts of stage %s in %lld us",
                      call->stage->name, (long long)(world->now_us - first_us));
    memmove(&seen->newest[1], &seen->newest[0], last * sizeof seen->newest[0]);
    seen->newest[0].target = target;
    seen->newest[0].at_us = world->now_us;
    seen->newest[0].life = world->life + 1;
}

static struct wr_sim_job *job_of(const struct wr_world *world, const struct wr_effect_call *call,
                                 struct wr_id *id)
{
    return wr_id_parse(call->job.ptr, call->job.len, id) ? wr_sim_find(world, id) : NULL;
}

void wr_sim_check_send(struct wr_world *world, const struct wr_effect_call *call, bool happens)
{
    struct wr_id id = {{0}};
    struct wr_sim_job *job = job_of(world, call, &id);
    if (!job && call->stage->effect < WR_KEYED && wr_sim_decided(world, &id)) {
        world->report->early++; /* it may be done twice, and for nobody */
        return;
    }
    if (!job) {
        wr_sim_broken(world, &id, "commit: an effect of a job that the store does not have");
        return;
    }
    struct wr_sim_sends *seen = sends_of(job, call);
    wr_sim_check_alive(world, job, call);
    seen->sent++;
    seen->happened += happens;
    seen->acted = seen->acted || (happens && call->stage->effect >= WR_KEYED);
    if (call->stage->effect == WR_ONCE)
        check_once(world, job, call, seen);
    if (call->stage->effect == WR_KEYED)
        check_key(world, job, call, seen);
    if (!call->second)
        check_time(world, job, call);
    check_route(world, job, call, seen);
}

void wr_sim_check_sent(struct wr_world *world, const struct wr_effect_call *call, bool good)
{
    struct wr_id id = {{0}};
    struct wr_sim_job *job = job_of(world, call, &id);
    if (job)
        sends_of(job, call)->answered = good;
    if (!job || !good)
        return;
    struct wr_sim_sends *seen = sends_of(job, call);
    struct wr_sim_key *one = seen->keys;
    seen->good++;
    while (one && !wr_str_equal(one->key, call->idempotency_key))
        one = one->next;
    if (one)
        one->good = true;
}

void wr_sim_check_cut(struct wr_world *world, const struct wr_effect_call *call)
{
    struct wr_id id = {{0}};
    struct wr_sim_job *job = job_of(world, call, &id);
    if (job && call->stage->effect == WR_ONCE && sends_of(job, call)->sent)
        sends_of(job, call)->cut = true;
}

/* By a cancel, by a death: nobody knows what became of it, and the job says so. */
static void check_doubt(struct wr_world *world, const struct wr_sim_job *job)
{
    const struct wr_sim_sends *seen = job->sends;
    const struct wr_passed *step = job->state.steps;
    while (seen && !seen->cut)
        seen = seen->next;
    while (step && step->class != WR_CLASS_uncertain)
        step = step->next;
    if (seen && !step)
        wr_sim_broken(world, &job->id, "once: stage %.*s was cut off, and nothing says so",
                      SHOW(seen->stage));
}

/* ---- answers ----------------------------------------------------------------------------------- */

static void check_promise(struct wr_world *world, const struct wr_sim_request *request,
                          const struct wr_answer *answer)
{
    struct wr_sim_job *job = wr_sim_find(world, &answer->job);
    struct wr_arena arena = {0};
    if (!job) {
        wr_sim_broken(world, &answer->job,
                      "commit: an answer of a job that the store does not have");
        return;
    }
    if (answer->ended && !wr_state_ended(&job->state)) {
        wr_sim_broken(world, &job->id, "commit: an answer told an end that is not durable");
        return;
    }
    wr_sim_check_body(world, job, answer);
    struct wr_str want = wr_envelope(&arena, &job->state, world->clock.utc_ms(world->clock.self));
    if (answer->ended && !wr_str_equal(want, answer->body))
        wr_sim_broken(world, &job->id, "fold: the answer is not what the journal says");
    int status = wr_envelope_post_status(&job->state);
    if (answer->ended && answer->status != (request->workflow ? status : 200))
        wr_sim_broken(world, &job->id, "legal: HTTP %d where it is %d", answer->status, status);
    if (!answer->ended && answer->status != (request->workflow ? 202 : 200))
        wr_sim_broken(world, &job->id, "legal: HTTP %d of a job that goes on", answer->status);
    if (world->calm && request->whole && !answer->ended && !answer->replayed && !answer->joined)
        wr_sim_broken(world, &job->id, "budget: no result by the end of the budget");
    wr_arena_free(&arena);
}

void wr_sim_check_answer(struct wr_world *world, const struct wr_sim_request *request,
                         const struct wr_answer *answer)
{
    world->report->answers++;
    if (request->due_us && world->now_us > request->due_us)
        wr_sim_broken(world, &answer->job, "budget: an answer came %lld us late",
                      (long long)(world->now_us - request->due_us));
    if (world->goal != WR_SIM_ANYTHING && answer->kind == WR_ANSWER_JOB)
        wr_sim_adversary_replied(world, request);
    if (answer->kind == WR_ANSWER_JOB && request->told)
        wr_sim_check_told(world, request, answer);
    if (answer->kind == WR_ANSWER_JOB)
        check_promise(world, request, answer);
    else
        world->report->refused++;
    if (answer->kind == WR_ANSWER_NOT_FOUND && !request->workflow)
        wr_sim_broken(world, &answer->job, "commit: a job that was promised is not found");
}

/* ---- after each step --------------------------------------------------------------------------- */

static void check_memory(struct wr_world *world, const struct wr_sim_job *job)
{
    const struct wr_state *live = wr_engine_state(world->engine, job->id);
    if (!live)
        return;
    if (live->seq < job->state.seq && !wr_state_ended(&job->state))
        wr_sim_broken(world, &job->id, "fold: memory is behind the journal");
    if (live->seq != job->state.seq)
        return; /* what is on its way to the store */
    struct wr_arena arena = {0};
    if (!wr_sim_same_state(&arena, live, &job->state))
        wr_sim_broken(world, &job->id, "fold: memory is not what the journal folds to");
    wr_arena_free(&arena);
}

void wr_sim_check_step(struct wr_world *world)
{
    struct wr_engine_counts counts = {0};
    if (world->engine)
        wr_engine_counts(world->engine, &counts);
    if (counts.resting > world->resting)
        world->report->rests += counts.resting - world->resting;
    world->resting = counts.resting;
    for (size_t i = 0; i < world->touched_count; i++) {
        world->touched[i]->touched = false;
        if (world->engine && !world->dead)
            check_memory(world, world->touched[i]);
    }
    world->touched_count = 0;
}

void wr_sim_check_end(struct wr_world *world)
{
    struct wr_engine_counts counts;
    wr_engine_counts(world->engine, &counts);
    for (size_t i = 0; i < world->job_count; i++) {
        struct wr_sim_job *job = world->jobs[i];
        if (!wr_state_ended(&job->state) || !job->finished_ms)
            wr_sim_broken(world, &job->id, "end: a job that was accepted never ended");
        else
            world->report->ended[job->state.status - WR_STATUS_COMPLETED]++;
        check_doubt(world, job);
    }
    if (counts.jobs || counts.unsaved)
        wr_sim_broken(world, NULL, "end: %u jobs are live and nothing will happen", counts.jobs);
    if (world->requests)
        wr_sim_broken(world, NULL, "end: a request is never answered");
    for (size_t i = 0; i < world->program->service_count + world->program->model_count; i++)
        if (world->in_flight[i])
            wr_sim_broken(world, NULL, "end: a call is under way for nobody");
}
