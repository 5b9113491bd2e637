/* Anthropic's Messages API, streamed. It knows JSON and classes, and nothing of connections or time.
 *
 * docs.claude.com/en/api/messages and "Streaming messages": message_start brings the id, the model and the
 * input's counts; content_block_start, _delta and _stop the blocks; message_delta the stop_reason and the
 * output's counts so far; message_stop ends it; ping and types that are not known may come at any time.
 * An error is an event `error` with HTTP 200. Usage counts what a cache gave and what was written to one
 * beside input_tokens; thoughts are within output_tokens. "Structured outputs": output_config.format. */
#include "runtime/base/str.h"
#include "runtime/model/compose.h"
#include "runtime/model/pick.h"

/* ---- the request ---------------------------------------------------------------------------- */

static bool is_system(const struct wr_message *message)
{
    return strcmp(message->role, "system") == 0;
}

/* System messages are a field of their own here; several are one text with an empty line between. */
static bool put_system(struct wr_bytes *body, const struct wr_asked *request)
{
    static const struct wr_str gap = {"\n\n", 2};
    struct wr_bytes text = {0};
    bool good = true, told = wr_wants_instruction(request);
    for (size_t i = 0; good && i < request->message_count; i++) {
        const struct wr_message *message = &request->messages[i];
        if (is_system(message))
            good = (text.len == 0 || wr_bytes_add(&text, gap.ptr, gap.len)) &&
                   wr_bytes_add(&text, message->text.ptr, message->text.len);
    }
    if (good && (text.len > 0 || told)) {
        good = wr_put(body, ",\"system\":") &&
               wr_put_quoted(body, (struct wr_str){text.data ? text.data : "", text.len});
        if (good && told) {
            body->len--; /* its quote */
            good = (text.len == 0 || wr_put(body, "\\n\\n")) && wr_put_instruction(body, request) &&
                   wr_put(body, "\"");
        }
    }
    wr_bytes_free(&text);
    return good;
}

/* Calls, or what came of one: blocks, of which several make a message. */
static bool turn(struct wr_bytes *body, const struct wr_message *message)
{
    if (message->call_count == 0)
        return wr_put(body, "{\"type\":\"tool_result\",\"tool_use_id\":") &&
               wr_put_call_id(body, message->call) && wr_put(body, ",\"content\":") &&
               wr_put_quoted(body, message->text) &&
               wr_put(body, message->failed ? ",\"is_error\":true}" : "}");
    bool good = true;
    for (size_t i = 0; good && i < message->call_count; i++)
        good =
            wr_put(body,
                   i ? ",{\"type\":\"tool_use\",\"id\":" : "{\"type\":\"tool_use\",\"id\":") &&
            wr_put_call_id(body, message->call + i) && wr_put(body, ",\"name\":") &&
            wr_put_quoted(body, message->calls[i].name) && wr_put(body, ",\"input\":") &&
            wr_bytes_add(body, message->calls[i].arguments.ptr, message->calls[i].arguments.len) &&
            wr_put(body, "}");
    return good;
}

static bool is_result(const struct wr_message *message)
{
    return strcmp(message->role, "tool") == 0;
}

/* All that came of a turn is one message of the user's. */
static bool put_turn(struct wr_bytes *body, const struct wr_asked *request, size_t *at)
{
    const struct wr_message *messages = request->messages;
    bool result = is_result(&messages[*at]);
    bool good = wr_put(body, result ? "{\"role\":\"user\",\"content\":["
                                    : "{\"role\":\"assistant\",\"content\":[") &&
                turn(body, &messages[*at]);
    while (good && result && *at + 1 < request->message_count && is_result(&messages[*at + 1]))
        good = wr_put(body, ",") && turn(body, &messages[++*at]);
    return good && wr_put(body, "]}");
}

static bool put_messages(struct wr_bytes *body, const struct wr_asked *request)
{
    bool good = wr_put(body, ",\"messages\":["), first = true;
    for (size_t i = 0; good && i < request->message_count; i++) {
        const struct wr_message *message = &request->messages[i];
        if (is_system(message))
            continue;
        if (message->call_count || is_result(message)) {
            good = (first || wr_put(body, ",")) && put_turn(body, request, &i);
            first = false;
            continue;
        }
        good = wr_put(body, first ? "{\"role\":" : ",{\"role\":") &&
               wr_put_quoted(body, wr_str_of(message->role)) && wr_put(body, ",\"content\":") &&
               wr_put_quoted(body, message->text) && wr_put(body, "}");
        first = false;
    }
    return good && wr_put(body, "]");
}

static bool put_tool(struct wr_bytes *body, struct wr_str name, const char *about,
                     const char *schema, bool strict)
{
    (void)strict; /* it has no such mode for tools here */
    return wr_put(body, "{\"name\":") && wr_put_quoted(body, name) && wr_put_about(body, about) &&
           wr_put(body, ",\"input_schema\":") && wr_put(body, schema) && wr_put(body, "}");
}

/* It may call what it likes until its turns are over; an answer that comes as a call is one of the calls. */
static bool put_choice(struct wr_bytes *body, const struct wr_asked *request)
{
    bool by_tool = wr_answers_by_tool(request);
    if (request->tool_count && !request->tools_over)
        return !by_tool || wr_put(body, ",\"tool_choice\":{\"type\":\"any\"}");
    if (!by_tool)
        return wr_put(body, ",\"tool_choice\":{\"type\":\"none\"}");
    return wr_put(body, ",\"tool_choice\":{\"type\":\"tool\",\"name\":") &&
           wr_put_quoted(body, wr_schema_name(request->as)) &&
           wr_put(body, ",\"disable_parallel_tool_use\":true}");
}

static bool put_tools(struct wr_bytes *body, const struct wr_asked *request)
{
    return wr_put(body, ",\"tools\":[") && wr_put_each_tool(body, request, put_tool) &&
           wr_put(body, "]") && put_choice(body, request);
}

static bool put_format(struct wr_bytes *body, const struct wr_asked *request)
{
    switch (request->structured) {
    case WR_STRUCTURED_TOOL: /* with the tools */
    case WR_STRUCTURED_JSON: /* it has no mode for JSON without a schema */
    case WR_STRUCTURED_PROMPT:
        return true;
    default:
        return wr_put(body,
                      ",\"output_config\":{\"format\":{\"type\":\"json_schema\","
                      "\"schema\":") &&
               wr_put(body, request->wire) && wr_put(body, "}}");
    }
}

static bool request_body(struct wr_bytes *body, const struct wr_asked *request)
{
    const struct wr_model *model = request->model;
    return wr_put(body, "{\"model\":") && wr_put_quoted(body, wr_str_of(model->model)) &&
           wr_put_count(body, request->provider->limit, model->max_output_tokens) &&
           wr_put_temperature(body, model) && wr_put(body, ",\"stream\":true") &&
           put_system(body, request) && put_messages(body, request) &&
           (!(request->tool_count || wr_answers_by_tool(request)) || put_tools(body, request)) &&
           (!wr_has_schema(request) || put_format(body, request)) && wr_put(body, "}");
}

/* ---- one event, in one pass ------------------------------------------------------------------ */

struct block {
    struct wr_str type, text, id, name, input; /* input as JSON */
    struct block *next;
};

struct counts {
    int64_t input, cached, written, output; /* -1: it does not say */
    bool known;
};

struct message {
    struct wr_str id, model, stop;
    struct counts usage;
    struct block *first, **last; /* of an answer that was not streamed */
};

struct happening {
    bool object, huge;
    struct wr_str type, error; /* the error as JSON */
    struct wr_str text, json, thought;
    struct block block;
    int64_t index;
    struct message message; /* in `message` or `delta`, or the event itself */
};

static void read_usage(struct wr_reader *in, bool *huge, struct counts *counts)
{
    static const struct wr_field fields[] = {
        WR_PICK("input_tokens"), WR_PICK("cache_read_input_tokens"),
        WR_PICK("cache_creation_input_tokens"), WR_PICK("output_tokens")};
    static const struct wr_shape shape = {fields, 4, true};
    int64_t *const to[] = {&counts->input, &counts->cached, &counts->written, &counts->output};
    struct wr_picked it;
    *counts = (struct counts){-1, -1, -1, -1, false};
    if (!wr_pick_object(in, &it, &shape))
        return;
    counts->known = true;
    while (wr_pick_next(in, &it)) {
        int c = wr_next(in);
        int64_t count = wr_pick_count(in, huge);
        *to[it.object.field] = c == 'n' ? -1 : count; /* null says nothing */
    }
}

static void read_block(struct wr_reader *in, struct block *block)
{
    enum { TYPE, TEXT, ID, NAME };
    static const struct wr_field fields[] = {WR_PICK("type"), WR_PICK("text"), WR_PICK("id"),
                                             WR_PICK("name"), WR_PICK("input")};
    static const struct wr_shape shape = {fields, 5, true};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == TYPE)
            block->type = wr_pick_text(in);
        else if (it.object.field == TEXT)
            block->text = wr_pick_text(in);
        else if (it.object.field == ID)
            block->id = wr_pick_text(in);
        else if (it.object.field == NAME)
            block->name = wr_pick_text(in);
        else
            block->input = wr_pick_json(in);
    }
}

static void read_blocks(struct wr_reader *in, struct message *message)
{
    size_t count = 0;
    message->first = NULL;
    message->last = &message->first;
    if (wr_next(in) != '[') {
        wr_pick_skip(in);
        return;
    }
    if (!wr_read_items(in))
        return;
    while (wr_read_item(in, &count)) {
        struct block *block = WR_NEW(in->arena, struct block);
        read_block(in, block);
        *message->last = block;
        message->last = &block->next;
    }
}

enum { ID, MODEL, STOP_REASON, USAGE, CONTENT, MESSAGE_FIELDS };

#define MESSAGE                                                                                    \
    WR_PICK("id"), WR_PICK("model"), WR_PICK("stop_reason"), WR_PICK("usage"), WR_PICK("content")

static void read_message_field(struct wr_reader *in, size_t field, struct happening *to)
{
    struct message *message = &to->message;
    if (field == ID)
        message->id = wr_pick_text(in);
    else if (field == MODEL)
        message->model = wr_pick_text(in);
    else if (field == STOP_REASON)
        message->stop = wr_pick_text(in);
    else if (field == USAGE)
        read_usage(in, &to->huge, &message->usage);
    else
        read_blocks(in, message);
}

static void read_message(struct wr_reader *in, struct happening *to)
{
    static const struct wr_field fields[] = {MESSAGE};
    static const struct wr_shape shape = {fields, MESSAGE_FIELDS, true};
    struct wr_picked it;
    if (wr_pick_object(in, &it, &shape))
        while (wr_pick_next(in, &it))
            read_message_field(in, it.object.field, to);
}

static void read_delta(struct wr_reader *in, struct happening *to)
{
    enum { TEXT, JSON, THOUGHT, STOP };
    static const struct wr_field fields[] = {WR_PICK("text"), WR_PICK("partial_json"),
                                             WR_PICK("thinking"), WR_PICK("stop_reason")};
    static const struct wr_shape shape = {fields, 4, true};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return;
    while (wr_pick_next(in, &it)) {
        struct wr_str text = wr_pick_text(in);
        if (it.object.field == TEXT)
            to->text = text;
        else if (it.object.field == JSON)
            to->json = text;
        else if (it.object.field == THOUGHT)
            to->thought = text;
        else
            to->message.stop = text;
    }
}

static bool read_happening(struct wr_reader *in, void *value)
{
    enum { TYPE = MESSAGE_FIELDS, INDEX, DELTA, BLOCK, NESTED, ERROR };
    static const struct wr_field fields[] = {
        MESSAGE,          WR_PICK("type"),          WR_PICK("index"),
        WR_PICK("delta"), WR_PICK("content_block"), WR_PICK("message"),
        WR_PICK("error")};
    static const struct wr_shape shape = {fields, ERROR + 1, true};
    struct happening *to = value;
    struct wr_picked it;
    to->object = wr_pick_object(in, &it, &shape);
    if (!to->object)
        return true;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == TYPE)
            to->type = wr_pick_text(in);
        else if (it.object.field == INDEX)
            to->index = wr_pick_int(in, &to->huge);
        else if (it.object.field == DELTA)
            read_delta(in, to);
        else if (it.object.field == BLOCK)
            read_block(in, &to->block);
        else if (it.object.field == NESTED)
            read_message(in, to);
        else if (it.object.field == ERROR)
            to->error = wr_pick_json(in);
        else
            read_message_field(in, it.object.field, to);
    }
    return true;
}

/* ---- what it means ------------------------------------------------------------------------- */

/* Later counts replace earlier ones, each by itself; the input becomes the whole of what was read. */
static void take_usage(struct wr_usage *usage, const struct counts *counts)
{
    if (!counts->known)
        return;
    int64_t fresh = usage->input_tokens - usage->cached_tokens - usage->written_tokens;
    usage->known = true;
    if (counts->input >= 0)
        fresh = counts->input;
    if (counts->cached >= 0)
        usage->cached_tokens = counts->cached;
    if (counts->written >= 0)
        usage->written_tokens = counts->written;
    if (counts->output >= 0)
        usage->output_tokens = counts->output;
    usage->input_tokens = fresh + usage->cached_tokens + usage->written_tokens;
}

static void take_message(struct wr_answer *answer, const struct message *message)
{
    wr_keep(answer->id, sizeof answer->id, message->id);
    wr_keep(answer->version, sizeof answer->version, message->model);
    take_usage(&answer->usage, &message->usage);
    if (message->stop.len == 0 || !*message->stop.ptr)
        return;
    answer->finished = true;
    wr_keep(answer->finish, sizeof answer->finish, message->stop);
}

/* A block begins. The first call of a tool is the answer; what was said before it is none of it. */
static void take_block(struct wr_answer *answer, const struct block *block, int64_t index)
{
    if (answer->may_call && wr_str_is(block->type, "tool_use")) {
        wr_answer_called(answer, index, block->id, block->name);
        return;
    }
    if (wr_str_is(block->type, "tool_use")) {
        if (!answer->tool)
            answer->call = index;
        wr_answer_tool(answer);
    } else if (wr_str_is(block->type, "text") && !answer->tool) {
        wr_answer_add(answer, block->text);
    } else if (block->type.len > 0) {
        answer->signs++;
    }
}

static void take_whole(struct wr_answer *answer, const struct message *message)
{
    int64_t index = 0;
    for (const struct block *block = message->first; block; block = block->next, index++) {
        take_block(answer, block, index);
        if (answer->may_call && wr_str_is(block->type, "tool_use"))
            wr_answer_argue(answer, wr_answer_called(answer, index, block->id, block->name),
                            block->input);
        else if (wr_str_is(block->type, "tool_use") && answer->call == index)
            wr_answer_add(answer, block->input);
    }
    answer->done = true;
}

static void take_delta(struct wr_answer *answer, const struct happening *it)
{
    answer->signs += it->thought.len > 0;
    if (it->json.len > 0 && answer->may_call)
        wr_answer_argue(answer,
                        wr_answer_called(answer, it->index, (struct wr_str){0}, (struct wr_str){0}),
                        it->json);
    else if (it->json.len > 0 && answer->tool && it->index == answer->call)
        wr_answer_add(answer, it->json);
    if (!answer->tool)
        wr_answer_add(answer, it->text);
}

static bool take(struct wr_answer *answer, const struct happening *it)
{
    if (!it->object || it->huge)
        return false;
    if (wr_str_is(it->type, "error") || it->error.ptr) {
        answer->error =
            wr_fault_of_event(WR_ANTHROPIC, it->error, answer->code, sizeof answer->code);
        return true;
    }
    take_message(answer, &it->message);
    if (wr_str_is(it->type, "content_block_start"))
        take_block(answer, &it->block, it->index);
    else if (wr_str_is(it->type, "content_block_delta"))
        take_delta(answer, it);
    else if (wr_str_is(it->type, "message_stop"))
        answer->done = true;
    else if (wr_str_is(it->type, "message"))
        take_whole(answer, &it->message);
    return true;
}

static bool event(struct wr_arena *scratch, struct wr_answer *answer, struct wr_str data)
{
    if (data.len == 0)
        return true;
    const struct happening *it = wr_pick_decode(scratch, data, sizeof *it, read_happening);
    bool good = it && take(answer, it);
    wr_pick_done(scratch);
    return good;
}

const struct wr_wire wr_anthropic_messages = {
    .dialect = WR_ANTHROPIC,
    .headers = {"anthropic-version: 2023-06-01"},
    .request = request_body,
    .turn = turn,
    .event = event,
};
