/* `ask … tools`: a model's calls, between what it says and its answer. The journal has what it asked for (ENDED
 * with a turn) and how each call ended; the conversation is made of these alone, so that a restart goes on where it
 * was and no effect happens twice. Knows activities and the fold, no wire format. */
#include "runtime/engine/job.h"

#include "runtime/base/failpoint.h"
#include "runtime/base/str.h"
#include "runtime/engine/body.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <string.h>
#include <wright/limits.h>

#define FAULTS_TOLD 12

/* ---- a turn, as the journal has it ------------------------------------------------------------ */

static const struct wr_stage *row_of(const struct wr_stage *stage, struct wr_str name);

/* What could not fit its schema is not kept: nor is what was written for no tool. */
static struct wr_str kept_arguments(const struct wr_stage *stage, const struct wr_tool_call *call)
{
    const struct wr_stage *row = row_of(stage, call->name);
    size_t most = row ? (size_t)row->takes_bytes * WR_ARGUMENT_TIMES + WR_ARGUMENT_MORE : 0;
    return call->arguments.len <= most ? call->arguments : (struct wr_str){0};
}

static struct wr_str encode_calls(struct wr_arena *arena, const struct wr_stage *stage,
                                  const struct wr_outcome *outcome)
{
    struct wr_text text = {.arena = arena};
    wr_text_add(&text, WR_STR("["));
    for (size_t i = 0; i < outcome->call_count; i++) {
        wr_text_add(&text, i ? WR_STR(",{\"name\":") : WR_STR("{\"name\":"));
        wr_text_quote(&text, outcome->calls[i].name);
        wr_text_add(&text, WR_STR(",\"arguments\":"));
        wr_text_quote(&text, kept_arguments(stage, &outcome->calls[i]));
        wr_text_add(&text, WR_STR(",\"forms\":"));
        wr_text_int(&text, outcome->calls[i].forms);
        wr_text_add(&text, WR_STR("}"));
    }
    wr_text_add(&text, WR_STR("]"));
    return wr_text_done(&text);
}

static bool read_call(struct wr_arena *arena, struct wr_body *in, struct wr_call *call)
{
    return wr_body_word(in, "{\"name\":") && wr_body_text(in, arena, &call->name) &&
           wr_body_word(in, ",\"arguments\":") && wr_body_text(in, arena, &call->arguments) &&
           wr_body_word(in, ",\"forms\":") && wr_body_int(in, &call->forms) &&
           wr_body_word(in, "}");
}

bool wr_tools_turn(struct wr_activity *activity, struct wr_outcome *outcome)
{
    activity->calling = (struct wr_str){0};
    if (outcome->class != WR_OK || outcome->call_count == 0)
        return false;
    if (activity->turns >= activity->stage->turns) {
        outcome->class = WR_CLASS_limit_reached;
        outcome->detail = WR_STR("it still called tools when its turns were used up");
        return false;
    }
    activity->turns++;
    activity->calling = encode_calls(&activity->job->arena, activity->stage, outcome);
    return true;
}

enum wr_effect_kind wr_stage_effect(const struct wr_stage *stage)
{
    enum wr_effect_kind effect = stage->effect;
    for (size_t i = 0; stage->turns && i < stage->member_count; i++)
        if (stage->members[i].effect > effect)
            effect = stage->members[i].effect;
    return effect;
}

/* ---- what a call comes to --------------------------------------------------------------------- */

static const struct wr_stage *row_of(const struct wr_stage *stage, struct wr_str name)
{
    for (size_t i = 0; i < stage->member_count; i++)
        if (wr_str_equal(name, wr_str_of(stage->members[i].name)))
            return &stage->members[i];
    return NULL;
}

static struct wr_str no_such_tool(struct wr_arena *arena, const struct wr_stage *stage)
{
    struct wr_text text = {.arena = arena};
    wr_text_add(&text, WR_STR("This was not called: there is no tool of this name. There are:"));
    for (size_t i = 0; i < stage->member_count && text.len < WR_FAULT_BYTES; i++) {
        wr_text_add(&text, i ? WR_STR(", ") : WR_STR(" "));
        wr_text_add(&text, wr_str_of(stage->members[i].name));
    }
    return wr_text_done(&text);
}

static struct wr_str wrong_arguments(struct wr_arena *arena, const struct wr_reader *in)
{
    struct wr_text text = {.arena = arena};
    wr_text_add(&text, WR_STR("This was not called. What is wrong with its arguments:"));
    for (size_t i = 0; i < in->fault_count && i < FAULTS_TOLD; i++) {
        const struct wr_fault *fault = &in->faults[i];
        struct wr_str where = fault->pointer.len ? fault->pointer : WR_STR("the arguments");
        if (text.len + where.len + fault->message.len + 3 > WR_FAULT_BYTES)
            break;
        wr_text_add(&text, WR_STR("\n"));
        wr_text_add(&text, where);
        wr_text_add(&text, WR_STR(" "));
        wr_text_add(&text, fault->message);
    }
    return wr_text_done(&text);
}

/* Nothing leaves that its schema has not let through. */
static void check_arguments(const struct wr_activity *activity, struct wr_call *call)
{
    struct wr_arena *arena = &activity->job->arena;
    struct wr_reader in;
    call->row = row_of(activity->stage, call->name);
    call->shown = WR_STR("{}");
    if (!call->row) {
        call->fault = no_such_tool(arena, activity->stage);
        call->name = WR_STR("unknown");
        return;
    }
    if (!call->row->takes)
        return;
    wr_reader_init(&in, arena, call->arguments);
    in.null_is_absent = true;
    in.map_is_pairs = call->forms & WR_REWRITE_PAIRS;
    in.any_is_text = call->forms & WR_REWRITE_TEXTS;
    call->taken = wr_decode(&in, call->row->takes);
    if (call->taken)
        call->shown = wr_encode(arena, call->row->takes, call->taken);
    else
        call->fault = wrong_arguments(arena, &in);
}

/* All calls of all turns, in order; the journal's own are never damaged. */
static void read_calls(struct wr_activity *activity)
{
    struct wr_arena *arena = &activity->job->arena;
    struct wr_str stage = wr_str_of(activity->stage->name);
    size_t most = 0;
    activity->turns = 0;
    for (const struct wr_asked_for *turn = activity->job->state.turns; turn; turn = turn->next)
        most += WR_TOOL_CALLS;
    activity->calls = wr_arena_alloc(arena, (most + 1) * sizeof *activity->calls);
    activity->call_count = 0;
    for (const struct wr_asked_for *turn = activity->job->state.turns; turn; turn = turn->next) {
        if (!wr_str_equal(turn->path, activity->path) || !wr_str_equal(turn->stage, stage))
            continue;
        struct wr_body in = {turn->calls.ptr, turn->calls.ptr + turn->calls.len};
        activity->turns++;
        for (bool more = wr_body_word(&in, "["); more && activity->call_count < most;
             more = wr_body_word(&in, ",")) {
            struct wr_call *call = &activity->calls[activity->call_count];
            if (!read_call(arena, &in, call))
                break;
            call->turn = activity->turns;
            check_arguments(activity, call);
            activity->call_count++;
        }
    }
}

/* ---- the conversation ------------------------------------------------------------------------- */

static struct wr_str result_of(const struct wr_activity *activity, size_t index, bool *failed)
{
    const struct wr_state *state = &activity->job->state;
    const struct wr_call *call = &activity->calls[index];
    struct wr_str path = wr_tools_path(activity, index);
    const struct wr_place *place = wr_state_place_find(state, path);
    *failed = true;
    if (!place || !place->over)
        return call->fault.len ? call->fault : WR_STR("This was not called.");
    if (place->class != WR_OK)
        return wr_str_of(wr_arena_printf(&activity->job->arena,
                                         "The service has refused this call: %s.",
                                         wr_class_name(place->class)));
    const struct wr_kept_value *kept = wr_state_value(state, path, call->name);
    *failed = false;
    return kept ? kept->json : WR_STR("done");
}

/* What a turn asked for is one message, and each result another. */
static size_t add_turn(const struct wr_activity *activity, struct wr_message *messages,
                       size_t count, size_t first, size_t end)
{
    struct wr_tool_call *calls =
        wr_arena_alloc(&activity->job->arena, (end - first + 1) * sizeof *calls);
    for (size_t i = first; i < end; i++)
        calls[i - first] = (struct wr_tool_call){.name = activity->calls[i].name,
                                                 .arguments = activity->calls[i].shown};
    messages[count++] = (struct wr_message){
        .role = "assistant", .calls = calls, .call_count = end - first, .call = first};
    for (size_t i = first; i < end; i++) {
        struct wr_message *message = &messages[count++];
        *message = (struct wr_message){.role = "tool", .call = i};
        message->text = result_of(activity, i, &message->failed);
    }
    return count;
}

/* What the stage asks with, then every turn so far. */
static void converse(struct wr_activity *activity)
{
    struct wr_action *action = &activity->turn.action;
    size_t most = activity->own_count + 2 * activity->call_count + 1, count = activity->own_count;
    struct wr_message *messages = wr_arena_alloc(&activity->job->arena, most * sizeof *messages);
    for (size_t i = 0; i < count; i++)
        messages[i] = activity->own_messages[i];
    for (size_t first = 0, end; first < activity->call_count; first = end) {
        for (end = first; end < activity->call_count &&
                          activity->calls[end].turn == activity->calls[first].turn;)
            end++;
        count = add_turn(activity, messages, count, first, end);
    }
    action->messages = messages;
    action->message_count = activity->asked = count;
    action->tools = activity->stage->members;
    action->tool_count = activity->stage->member_count;
    action->tools_over = activity->turns >= activity->stage->turns;
}

/* ---- calls, made ------------------------------------------------------------------------------ */

struct wr_str wr_tools_path(const struct wr_activity *activity, size_t index)
{
    return wr_str_of(wr_arena_printf(&activity->job->arena, "%.*s%s%s/%zu", (int)activity->path.len,
                                     activity->path.ptr, activity->path.len ? "/" : "",
                                     activity->stage->name, index));
}

bool wr_tools_act(const struct wr_activity *activity)
{
    struct wr_body in = {activity->calling.ptr, activity->calling.ptr + activity->calling.len};
    struct wr_arena scratch = {0};
    struct wr_call call;
    bool acts = false;
    for (bool more = wr_body_word(&in, "["); more; more = wr_body_word(&in, ",")) {
        if (!read_call(&scratch, &in, &call))
            break;
        const struct wr_stage *row = row_of(activity->stage, call.name);
        acts = acts || (row && row->effect >= WR_KEYED);
    }
    wr_arena_free(&scratch);
    return acts;
}

enum wr_phase wr_tools_begin(struct wr_activity *activity)
{
    if (!activity->own_messages) {
        activity->own_messages = activity->turn.action.messages;
        activity->own_count = activity->turn.action.message_count;
    }
    read_calls(activity);
    if (activity->call_count == 0) {
        converse(activity);
        return WR_PHASE_ATTEMPT;
    }
    return wr_members_start_tools(activity, activity->call_count);
}

/* All of a turn's calls come to their ends: an effect that went out is never left alone. */
bool wr_tools_decided(struct wr_activity *parent)
{
    const struct wr_below *below = &parent->attempt->below;
    if (below->over < below->count)
        return false;
    parent->class = WR_OK;
    parent->error = WR_NO_ERROR;
    for (size_t i = 0; i < below->count; i++) {
        const struct wr_member_end *end = &below->ends[i];
        bool told = end->error == WR_NO_ERROR && (WR_BIT(end->class) & (WR_ON_OK | WR_ON_TOLD));
        if (told || (parent->class != WR_OK && end->class != WR_CLASS_uncertain))
            continue;
        parent->class = end->class;
        parent->error = end->error;
    }
    return true;
}

/* A tool that has failed ends the stage; else the model is asked again. */
enum wr_phase wr_tools_concluded(struct wr_activity *parent)
{
    parent->outcome = (struct wr_outcome){.class = parent->class, .retry_after_ms = -1};
    parent->faulty = false;
    if (parent->class != WR_OK)
        return WR_PHASE_MOVE;
    converse(parent);
    return WR_PHASE_ATTEMPT;
}

/* ---- time ------------------------------------------------------------------------------------- */

/* What the turns to come are promised, where the stage has no `within` of its own: each call of the model its
 * timeout, each turn its slowest tool. While tools are called the next answer is still to come. */
int64_t wr_tools_rest_ms(const struct wr_activity *activity)
{
    const struct wr_stage *stage = activity->stage;
    int64_t tools = 0, acts = 0;
    if (wr_broken("floor"))
        return 0;
    if (activity->call) {
        const struct wr_stage *above = activity->parent->stage;
        return above->within_ms ? 0 : above->timeout_ms;
    }
    if (stage->within_ms || stage->turns <= activity->turns)
        return 0;
    for (size_t i = 0; i < stage->member_count; i++) {
        const struct wr_stage *tool = &stage->members[i];
        tools = (int64_t)tool->floor_ms > tools ? (int64_t)tool->floor_ms : tools;
        acts = tool->effect >= WR_KEYED ? 1 : acts;
    }
    tools += (acts + stage->commit_before) * WR_COMMIT_MS;
    return (stage->turns - activity->turns) * (tools + (int64_t)stage->timeout_ms);
}
