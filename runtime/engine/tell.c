/* A job is told something from outside: a signal, or a person's decision. What it says is checked by
 * its schema, then it is durable, then the stage that waits for it goes on. */
#include "runtime/engine/job.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <wright/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wright/limits.h>

#define PATIENCE_US 10000000 /* for it to become durable; then it is the store's failure */

/* What was told, understood. */
struct said {
    struct wr_event event; /* without its activity */
    struct wr_str name;    /* of the signal; empty: a review */
};

/* ---- what it says ------------------------------------------------------------------------------ */

static void answer_faults(struct wr_waiter *waiter, const struct wr_reader *in)
{
    struct wr_arena arena = {0};
    struct wr_text out = {.arena = &arena};
    WR_ADD(&out, "[");
    for (size_t i = 0; i < in->fault_count; i++) {
        wr_text_add(&out, i ? WR_STR(",{\"pointer\":") : WR_STR("{\"pointer\":"));
        wr_text_quote(&out, in->faults[i].pointer);
        WR_ADD(&out, ",\"rule\":");
        wr_text_quote(&out, wr_str_of(in->faults[i].rule));
        WR_ADD(&out, ",\"message\":");
        wr_text_quote(&out, in->faults[i].message);
        WR_ADD(&out, "}");
    }
    WR_ADD(&out, "]");
    int status = in->state == WR_READ_INVALID ? 422 : in->state == WR_READ_MEMORY ? 413 : 400;
    wr_waiter_refuse_invalid(waiter, status, wr_text_done(&out));
    wr_arena_free(&arena);
}

static void answer_output(struct wr_waiter *waiter, bool edits)
{
    wr_waiter_refuse_invalid(
        waiter, 422,
        edits ? WR_STR("[{\"pointer\":\"/output\",\"rule\":\"required\","
                       "\"message\":\"is needed with the decision edit\"}]")
              : WR_STR("[{\"pointer\":\"/output\",\"rule\":\"additionalProperties\","
                       "\"message\":\"comes only with the decision edit\"}]"));
}

static bool read_signal(struct wr_reader *in, struct wr_arena *arena,
                        const struct wr_schema *schema, struct said *said)
{
    const void *value = wr_decode(in, schema);
    if (!value)
        return false;
    said->event.kind = WR_ENTRY_SIGNALLED;
    said->event.label = said->name;
    said->event.value = wr_encode(arena, schema, value);
    said->event.schema = wr_str_of(schema->hash);
    return true;
}

enum { DECISION, OUTPUT, REASON };

static void read_member(struct wr_reader *in, const struct wr_object *object,
                        struct wr_arena *arena, const struct wr_schema *schema, struct said *said)
{
    static const struct wr_str decisions[] = {{"approve", 7}, {"edit", 4}, {"reject", 6}};
    if (object->field == DECISION) {
        wr_read_enum(in, &said->event.label, decisions, 3);
    } else if (object->field == REASON) {
        wr_read_string(in, &said->event.reason, 0, WR_REASON_POINTS, WR_CODE_POINTS);
    } else {
        void *value = wr_arena_alloc(arena, schema->size);
        if (schema->decode(in, value))
            said->event.value = wr_encode(arena, schema, value);
    }
}

/* {"decision": "approve" | "edit" | "reject", "output": of the schema, where edited, "reason": text} */
static bool read_review(struct wr_reader *in, struct wr_arena *arena,
                        const struct wr_schema *schema, struct said *said)
{
    static const struct wr_field fields[] = {{{"decision", 8}, true, false},
                                             {{"output", 6}, false, false},
                                             {{"reason", 6}, false, false}};
    static const struct wr_shape shape = {fields, 3, false};
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    said->event.kind = WR_ENTRY_REVIEWED;
    said->event.schema = wr_str_of(schema->hash);
    if (!wr_read_object(in, &object, &shape, seen))
        return false;
    while (wr_read_member(in, &object))
        read_member(in, &object, arena, schema, said);
    wr_read_object_end(in, &object);
    return wr_read_finish(in);
}

/* The schema that it is checked by; NULL: the job has no such thing. */
static const struct wr_schema *schema_of(const struct wr_workflow *workflow,
                                         const struct wr_state *state, struct wr_str signal)
{
    for (size_t i = 0; signal.len && i < workflow->stage_count; i++) {
        const struct wr_stage *stage = &workflow->stages[i];
        if (stage->signal && wr_str_is(signal, stage->signal))
            return stage->value;
    }
    if (signal.len)
        return NULL;
    const struct wr_place *root = wr_state_place_find(state, WR_STR(""));
    const struct wr_signal *last = wr_state_signal(state, signal);
    bool waits = root && wr_str_equal(root->waiting_for, WR_STR("review"));
    if (!waits && !last)
        return NULL;
    const struct wr_stage *stage = wr_workflow_stage(workflow, waits ? root->stage : last->stage);
    return stage ? stage->value : NULL;
}

/* ---- what it means now ------------------------------------------------------------------------- */

static bool is_waited_for(const struct wr_state *state, struct wr_str signal)
{
    const struct wr_place *root = wr_state_place_find(state, WR_STR(""));
    if (!root || wr_state_ended(state))
        return false;
    return signal.len ? wr_str_equal(wr_signal_waited(root->waiting_for), signal)
                      : wr_str_equal(root->waiting_for, WR_STR("review"));
}

static bool is_same(const struct wr_signal *last, const struct said *said)
{
    return wr_str_equal(last->json, said->event.value) &&
           (said->name.len || (wr_str_equal(last->decision, said->event.label) &&
                               wr_str_equal(last->reason, said->event.reason)));
}

/* May the machine still come to a stage that waits for it? */
static bool may_come(const struct wr_activity *root, struct wr_str signal, bool *seen,
                     const struct wr_stage *stage)
{
    const struct wr_workflow *workflow = root->workflow;
    size_t at = (size_t)(stage - workflow->stages);
    if (seen[at])
        return false;
    seen[at] = true;
    for (size_t i = 0; i < stage->transition_count; i++) {
        const struct wr_transition *way = &stage->transitions[i];
        if (way->to != WR_TO_STAGE)
            continue;
        const struct wr_stage *next = &workflow->stages[way->target];
        if ((next->signal && wr_str_is(signal, next->signal)) || may_come(root, signal, seen, next))
            return true;
    }
    return false;
}

static bool is_due(struct wr_job *job, struct wr_str signal)
{
    const struct wr_stage *stage = job->root.stage;
    if (stage->signal && wr_str_is(signal, stage->signal) && !is_waited_for(&job->state, signal) &&
        !wr_state_signal(&job->state, signal))
        return true; /* it is about to park */
    bool *seen = calloc(job->workflow->stage_count, sizeof *seen);
    bool due = seen && may_come(&job->root, signal, seen, stage);
    free(seen);
    return due;
}

static void accept(struct wr_job *job, struct wr_waiter *waiter, struct said *said)
{
    struct wr_event event = said->event;
    struct wr_arena *arena = &job->arena;
    event.path = WR_STR("");
    event.stage = wr_str_of(job->root.stage->name);
    event.at_ms = wr_engine_utc_ms(job->engine);
    event.label = wr_arena_str(arena, event.label);
    event.value = wr_arena_str(arena, event.value);
    event.reason = wr_arena_str(arena, event.reason);
    event.caller = wr_arena_str(arena, wr_str_of(waiter->telling->by));
    wr_job_record(job, &event);
    waiter->durable_seq = event.seq;
    wr_job_commit_notice(job);
}

/* An ended job's state is gone when this returns. A live one's is answered as it is then: later, as
 * every answer. */
static void answer_soon(struct wr_waiter *waiter, const struct wr_state *state)
{
    if (!waiter->job) {
        wr_waiter_answer_state(waiter, state);
        return;
    }
    free(waiter->telling); /* from here on it is a view */
    waiter->telling = NULL;
    waiter->until_us = 0;
    wr_waiter_attach(waiter, waiter->job);
}

/* `job` NULL: it is not live. */
static void decide(struct wr_waiter *waiter, const struct wr_state *state, struct wr_job *job,
                   struct said *said)
{
    const struct wr_signal *last = wr_state_signal(state, said->name);
    bool pending = last && !last->taken, waited = is_waited_for(state, said->name);
    bool runs = job && job->phase == WR_JOB_RUNNING;
    if (last && is_same(last, said) && (pending || !waited)) {
        waiter->durable_seq = last->seq;
        if (!job || last->seq <= job->durable)
            answer_soon(waiter, state);
    } else if (runs && pending) {
        wr_waiter_refuse(waiter, WR_ANSWER_PENDING);
    } else if (runs && (waited || (said->name.len && is_due(job, said->name)))) {
        accept(job, waiter, said);
    } else {
        wr_waiter_refuse(waiter, WR_ANSWER_NOT_WAITING);
    }
}

static void understand(struct wr_waiter *waiter, const struct wr_workflow *workflow,
                       const struct wr_state *state, struct wr_job *job)
{
    struct wr_arena arena = {0};
    struct wr_reader in;
    struct said said = {.name = wr_str_of(waiter->telling->signal)};
    const struct wr_schema *schema = workflow ? schema_of(workflow, state, said.name) : NULL;
    if (!schema) {
        wr_waiter_refuse(waiter, said.name.len ? WR_ANSWER_NO_SIGNAL : WR_ANSWER_NOT_WAITING);
        return;
    }
    struct wr_str body = {waiter->telling->body, waiter->telling->len};
    wr_reader_init(&in, &arena, body);
    bool edits = false, good = said.name.len ? read_signal(&in, &arena, schema, &said)
                                             : read_review(&in, &arena, schema, &said);
    edits = wr_str_equal(said.event.label, WR_STR("edit"));
    if (!good)
        answer_faults(waiter, &in);
    else if (said.name.len == 0 && edits != (said.event.value.len > 0))
        answer_output(waiter, edits);
    else
        decide(waiter, state, job, &said);
    wr_arena_free(&arena);
}

/* ---- coming in --------------------------------------------------------------------------------- */

static char *copy_to(char **at, struct wr_str text)
{
    char *copy = *at;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *at += text.len + 1;
    return copy;
}

static struct wr_told *copy_telling(const struct wr_telling *telling, struct wr_str by)
{
    struct wr_told *told =
        malloc(sizeof *told + telling->signal.len + telling->body.len + by.len + 3);
    if (!told) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    char *at = (char *)(told + 1);
    told->signal = copy_to(&at, telling->signal);
    told->by = copy_to(&at, by);
    told->body = copy_to(&at, telling->body);
    told->len = telling->body.len;
    return told;
}

void wr_waiter_tell_state(struct wr_waiter *waiter, struct wr_state *state)
{
    understand(waiter, wr_program_workflow(waiter->engine->program, state->workflow), state, NULL);
}

void wr_waiter_tell_job(struct wr_waiter *waiter)
{
    struct wr_job *job = waiter->job;
    understand(waiter, job->workflow, &job->state, job);
}

struct wr_waiter *wr_engine_tell(struct wr_engine *engine, const struct wr_telling *telling,
                                 struct wr_str caller, struct wr_str by, wr_answer_fn *answered,
                                 void *arg)
{
    struct wr_waiter *waiter = wr_waiter_new(engine, caller, answered, arg);
    waiter->view = true;
    waiter->id = telling->job;
    waiter->telling = copy_telling(telling, by);
    waiter->until_us = wr_engine_us(engine) + PATIENCE_US;
    wr_waiter_look(waiter);
    struct wr_job *job = waiter->job;
    if (job && job->accepted)
        wr_waiter_tell_job(waiter);
    return waiter;
}

struct wr_waiter *wr_engine_review(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                   wr_answer_fn *answered, void *arg)
{
    struct wr_waiter *waiter = wr_waiter_new(engine, caller, answered, arg);
    waiter->view = waiter->reviews = true;
    waiter->id = job;
    waiter->until_us = wr_engine_us(engine);
    wr_waiter_look(waiter);
    return waiter;
}
