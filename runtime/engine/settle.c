/* An attempt has an outcome: what came is decoded by its schema, then checked by the stage; the
 * journal and the observer are told. */
#include "runtime/engine/job.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <string.h>
#include <wright/limits.h>

#define FAULTS_TOLD 3 /* to the journal; a repair is told of more of them */
#define FAULTS_FED 12

/* What was wrong, by pointer and rule; never what was in it. */
static struct wr_str tell_faults(struct wr_arena *arena, const struct wr_reader *in, size_t most)
{
    struct wr_text text = {.arena = arena};
    for (size_t i = 0; i < in->fault_count && i < most; i++) {
        const struct wr_fault *fault = &in->faults[i];
        wr_text_add(&text, i ? WR_STR("; ") : WR_STR(""));
        wr_text_add(&text, fault->pointer.len ? fault->pointer : WR_STR("the answer"));
        wr_text_add(&text, WR_STR(" "));
        wr_text_add(&text, fault->message);
    }
    if (in->fault_total > most) {
        wr_text_add(&text, WR_STR("; and "));
        wr_text_int(&text, (int64_t)(in->fault_total - most));
        wr_text_add(&text, WR_STR(" more"));
    }
    return wr_text_done(&text);
}

/* What a model says is mapped back from the form its schema was rewritten in. */
static void read_answer(struct wr_reader *in, struct wr_attempt *attempt,
                        const struct wr_outcome *outcome, const struct wr_action *action)
{
    wr_reader_init(in, &attempt->arena, outcome->value);
    in->null_is_absent = action->kind == WR_ACT_ASK;
    in->map_is_pairs = outcome->forms & WR_REWRITE_PAIRS;
    in->any_is_text = outcome->forms & WR_REWRITE_TEXTS;
}

static const void *decode(struct wr_attempt *attempt, const struct wr_action *action)
{
    if (attempt->value || action->kind == WR_ACT_RUN || !action->as)
        return attempt->value;
    struct wr_reader in;
    read_answer(&in, attempt, &attempt->outcome, action);
    struct wr_text unknown = {.arena = &attempt->arena};
    in.unknown = &unknown;
    const void *value = wr_decode(&in, action->as);
    attempt->outcome.unknown = wr_text_done(&unknown);
    if (!value) {
        /* A remembered value that does not fit any more is as good as none. */
        attempt->outcome.class =
            action->kind == WR_ACT_RECALL ? WR_CLASS_missing : WR_CLASS_schema_invalid;
        attempt->outcome.detail = tell_faults(&attempt->arena, &in, FAULTS_TOLD);
        attempt->faults = tell_faults(&attempt->arena, &in, FAULTS_FED);
        attempt->outcome.rule = in.fault_count > 0 ? in.faults[0].rule : "json";
    }
    return value;
}

/* Where the value of a stage, a member or an item stands in its frame; NULL: nowhere. An item that
 * gives none is only told from one that failed. */
static const void **slot_of(const struct wr_activity *activity)
{
    const struct wr_stage *stage = activity->stage;
    bool item = activity->member && activity->parent->stage->each;
    if (activity->call)
        return NULL; /* a tool's is the model's */
    char *at = (char *)activity->frame + stage->value_at;
    if (item)
        return *(const void ***)at + activity->index;
    return stage->value ? (const void **)at : NULL;
}

/* Puts the value into the frame and lets the stage look at it. */
void wr_activity_check(struct wr_activity *activity, struct wr_outcome *outcome, const void *value)
{
    struct wr_turn *turn = &activity->turn;
    const void **slot = slot_of(activity);
    turn->point = WR_CHECK;
    turn->value = value;
    turn->raised = WR_OK;
    turn->raised_error = WR_NO_ERROR;
    turn->raised_check = NULL;
    if (slot)
        *slot = value ? value : "";
    activity->stage->run(turn);
    if (turn->raised == WR_OK)
        return;
    if (slot)
        *slot = NULL;
    outcome->class = turn->raised;
    outcome->detail = wr_str_of(turn->raised_check);
    activity->error = turn->raised_error;
}

static void check(struct wr_activity *activity, struct wr_attempt *attempt, const void *value)
{
    struct wr_text text = {.arena = &attempt->arena};
    wr_activity_check(activity, &attempt->outcome, value);
    if (attempt->outcome.class == WR_OK)
        return;
    wr_text_add(&text, WR_STR("This must hold of it, and does not: "));
    wr_text_add(&text, wr_str_of(activity->turn.raised_check));
    attempt->faults = wr_text_done(&text);
}

bool wr_attempt_would_do(struct wr_attempt *attempt, const struct wr_action *action,
                         const struct wr_outcome *outcome)
{
    struct wr_activity *activity = attempt->activity;
    struct wr_outcome tried = *outcome;
    struct wr_reader in;
    if (tried.class != WR_OK)
        return false;
    read_answer(&in, attempt, &tried, action);
    const void *value = wr_decode(&in, action->as);
    if (!value)
        return false;
    wr_activity_check(activity, &tried, value);
    activity->error = WR_NO_ERROR;
    const void **slot = slot_of(activity);
    if (slot)
        *slot = NULL; /* it is not settled */
    return tried.class == WR_OK;
}

static enum wr_verdict verdict_of(const struct wr_attempt *attempt)
{
    enum wr_class class = attempt->outcome.class;
    if (class == WR_CLASS_timeout_total && attempt->shortened)
        return WR_VERDICT_NONE; /* it had less than it was promised */
    return WR_BIT(class) & (WR_ON_TRANSIENT | WR_ON_TIMEOUT) ? WR_VERDICT_BAD : WR_VERDICT_GOOD;
}

/* Of a once effect: did the other side say what became of it? No answer says nothing, nor does a
 * part of one, nor a gateway that had no answer either. What was not sent is another class. */
static bool is_unknown(const struct wr_outcome *outcome)
{
    const uint64_t unanswered =
        (WR_ON_TIMEOUT | WR_BIT(WR_CLASS_stream_truncated)) & ~WR_BIT(WR_CLASS_timeout_connect);
    return (WR_BIT(outcome->class) & unanswered) || outcome->http_status == 502 ||
           outcome->http_status == 504;
}

static void doubt(const struct wr_activity *activity, struct wr_attempt *attempt)
{
    struct wr_outcome *outcome = &attempt->outcome;
    if (activity->stage->effect != WR_ONCE || !is_unknown(outcome))
        return;
    const char *text = wr_arena_printf(&attempt->arena, "it may have happened: %.*s",
                                       (int)outcome->detail.len, outcome->detail.ptr);
    outcome->class = WR_CLASS_uncertain;
    outcome->detail = wr_str_of(text);
}

static void tell_dependency(const struct wr_activity *activity, const struct wr_action *action,
                            const struct wr_outcome *outcome, bool sent, struct wr_event *event)
{
    const struct wr_program *program = activity->job->engine->program;
    event->cost = wr_cost_charged(program, action, outcome, sent, &event->cost_bound);
    if (action->kind == WR_ACT_HTTP) {
        const struct wr_service *service = &program->services[action->target];
        event->tool = wr_str_of(service->name);
        event->tool_version = wr_str_of(service->version);
    } else if (action->kind == WR_ACT_CALL) {
        event->tool = wr_str_of(program->functions[action->target].name);
    } else if (action->kind == WR_ACT_ASK) {
        const struct wr_model *model = &program->models[action->target];
        event->model = wr_str_of(model->model);
        event->model_version = wr_arena_str(&activity->job->arena, outcome->model_version);
        event->prompt = wr_str_of(activity->stage->prompt);
        event->input_tokens = outcome->usage.input_tokens;
        event->cached_tokens = outcome->usage.cached_tokens;
        event->written_tokens = outcome->usage.written_tokens;
        event->output_tokens = outcome->usage.output_tokens;
        event->reasoning_tokens = outcome->usage.reasoning_tokens;
        event->repaired = outcome->repaired;
    }
}

/* Who was not reached, who refused and who said to come later has done nothing. What a C function means by its
 * classes is its own. */
bool wr_attempt_acted(const struct wr_attempt *attempt, const struct wr_activity *activity,
                      enum wr_class class)
{
    const struct wr_stage *stage = activity->stage;
    uint64_t nothing = WR_BIT(WR_CLASS_limit_reached);
    if (stage->effect < WR_KEYED || stage->member_count || stage->child)
        return false; /* what is below it says so itself */
    if (activity->turn.action.kind != WR_ACT_CALL)
        nothing |= WR_ON_TRIPPED | WR_ON_DENIED | WR_BIT(WR_CLASS_connect_failed) |
                   WR_BIT(WR_CLASS_timeout_connect) | WR_BIT(WR_CLASS_rate_limited) |
                   WR_BIT(WR_CLASS_overloaded);
    return attempt->sent && !(WR_BIT(class) & nothing);
}

static void record_end(struct wr_activity *activity, struct wr_attempt *attempt,
                       enum wr_class before)
{
    struct wr_job *job = activity->job;
    struct wr_outcome *outcome = &activity->outcome;
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_ENDED);
    event.attempt = activity->attempts;
    event.repair = activity->repairing;
    event.reserved = attempt->reserved;
    event.turn = activity->calling.len ? activity->turns : 0;
    event.value = activity->calling;
    event.class = outcome->class;
    if (activity->error != WR_NO_ERROR)
        event.error = wr_str_of(job->engine->program->errors[activity->error].name);
    event.detail = outcome->detail;
    event.cut = outcome->class == WR_CLASS_timeout_total && attempt->shortened;
    tell_dependency(activity, attempt->used, outcome, attempt->sent, &event);
    wr_hedge_tell(attempt, &event);
    event.request_id = outcome->request_id;
    event.elapsed_us = wr_engine_us(job->engine) - attempt->began_us;
    event.first_token_us = outcome->first_token_us > 0 ? outcome->first_token_us : 0;
    event.http = outcome->http_status;
    event.remembered_ms = attempt->remembered_ms;
    event.acted |= wr_attempt_acted(attempt, activity, outcome->class);
    wr_job_record(job, &event);
    struct wr_observation seen = {
        .what = WR_SAW_ATTEMPT,
        .stage = activity->stage,
        .action = attempt->used,
        .outcome = outcome,
        .path = activity->path,
        .label = wr_str_of(wr_class_name(outcome->class)),
        .attempt = activity->attempts,
        .elapsed_us = event.elapsed_us,
        .cost = event.cost - event.hedge_cost,
        .cut = event.cut,
        .span = wr_span_attempt(activity, activity->attempts),
        .above = activity->span,
        .again = activity->attempts > 1 && !activity->repairing ? before : WR_OK,
        .repair = activity->repairing,
        .hedged = attempt->hedge.sent ? WR_HEDGE_WON : WR_HEDGE_NONE,
    };
    wr_job_saw(job, &seen);
    wr_hedge_saw(attempt, &seen, event.hedge_cost);
}

static void record_value(struct wr_activity *activity, const void *value)
{
    struct wr_job *job = activity->job;
    struct wr_event event;
    wr_event_init(&event, activity, WR_ENTRY_VALUE);
    event.value = wr_encode(&job->arena, activity->stage->value, value);
    event.schema = wr_str_of(activity->stage->value->hash);
    wr_job_record(job, &event);
}

/* The value borrows from what came: it stays as long as the job. */
static void keep_arena(struct wr_job *job, struct wr_attempt *attempt)
{
    struct wr_kept_arena *kept = WR_NEW(&job->arena, struct wr_kept_arena);
    kept->arena = attempt->arena;
    kept->next = job->kept;
    job->kept = kept;
    attempt->arena = (struct wr_arena){0};
}

/* Not within a code point. */
static struct wr_str cut(struct wr_str text, size_t most)
{
    if (text.len <= most)
        return text;
    while (most > 0 && ((unsigned char)text.ptr[most] & 0xc0) == 0x80)
        most--;
    return (struct wr_str){text.ptr, most};
}

/* What the stage's end will tell of its newest attempt. */
static void keep_outcome(struct wr_activity *activity, const struct wr_outcome *outcome)
{
    struct wr_arena *arena = &activity->job->arena;
    activity->outcome = *outcome;
    activity->outcome.value = (struct wr_str){0};
    activity->outcome.detail = wr_arena_str(arena, cut(outcome->detail, WR_DETAIL_BYTES));
    activity->outcome.model_version = wr_arena_str(arena, cut(outcome->model_version, WR_ID_BYTES));
    activity->outcome.request_id = wr_arena_str(arena, cut(outcome->request_id, WR_ID_BYTES));
    activity->outcome.repaired = wr_arena_str(arena, outcome->repaired);
    activity->outcome.unknown = wr_arena_str(arena, outcome->unknown);
    activity->class = outcome->class;
    activity->retry_after_ms = outcome->retry_after_ms;
}

enum wr_phase wr_attempt_settle(struct wr_activity *activity)
{
    struct wr_attempt *attempt = activity->attempt;
    struct wr_outcome *outcome = &attempt->outcome;
    const void *value = NULL;
    wr_hedge_settle(attempt);
    wr_attempt_release(attempt, verdict_of(attempt));
    doubt(activity, attempt);
    activity->attempt = NULL;
    activity->error = attempt->error;
    bool calls = wr_tools_turn(activity, outcome);
    if (outcome->class == WR_OK && !calls)
        value = decode(attempt, &activity->turn.action);
    if (outcome->class == WR_OK && !calls)
        check(activity, attempt, value);
    wr_repair_note(activity, outcome->value, attempt->faults);
    enum wr_class before = activity->class;
    keep_outcome(activity, outcome);
    record_end(activity, attempt, before);
    if (outcome->class == WR_OK && !calls && activity->stage->value)
        record_value(activity, value);
    if (calls) {
        wr_attempt_free(attempt);
        return wr_tools_act(activity) ? wr_activity_commit(activity, WR_PHASE_TOOLS)
                                      : WR_PHASE_TOOLS;
    }
    bool good = outcome->class == WR_OK;
    if (good)
        keep_arena(activity->job, attempt);
    wr_attempt_free(attempt);
    enum wr_phase next = good ? WR_PHASE_MOVE : WR_PHASE_DECIDE;
    return activity->stage->commit_after ? wr_activity_commit(activity, next) : next;
}
