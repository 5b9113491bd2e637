/* OpenAI's chat completions, streamed, as llama.cpp, vLLM, Ollama and others speak them too. It knows
 * JSON and classes, and nothing of connections or time.
 *
 * platform.openai.com/docs/api-reference/chat: `create` and `streaming`; a stream ends with a choice's
 * finish_reason, then the usage with no choices, then "[DONE]". Usage counts cached tokens within
 * prompt_tokens and reasoning within completion_tokens. Thoughts come as `reasoning_content` (DeepSeek,
 * llama.cpp, older vLLM) or `reasoning` (OpenRouter, Ollama, vLLM). */
#include "runtime/base/str.h"
#include "runtime/model/compose.h"
#include "runtime/model/pick.h"

/* ---- the request ---------------------------------------------------------------------------- */

/* OpenAI's newer models refuse `max_tokens`; the compatible servers know it, and several of them
 * leave `max_completion_tokens` unread, which would make the answer unbounded; and OpenAI refuses
 * both together. So the host decides. */
static const char *limit_name(const struct wr_asked *request)
{
    static const char *const newer[] = {"openai.com", "openai.azure.com"};
    const char *host = request->host;
    size_t len = strlen(host);
    if (*request->provider->limit)
        return request->provider->limit;
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++) {
        size_t end = strlen(newer[i]);
        if (len >= end && strcmp(host + len - end, newer[i]) == 0 &&
            (len == end || host[len - end - 1] == '.'))
            return "max_completion_tokens";
    }
    return "max_tokens";
}

static bool put_tool(struct wr_bytes *body, struct wr_str name, const char *about,
                     const char *schema, bool strict)
{
    return wr_put(body, "{\"type\":\"function\",\"function\":{\"name\":") &&
           wr_put_quoted(body, name) && wr_put_about(body, about) &&
           wr_put(body, strict ? ",\"strict\":true,\"parameters\":" : ",\"parameters\":") &&
           wr_put(body, schema) && wr_put(body, "}}");
}

/* It may call what it likes until its turns are over; an answer that comes as a call is one of the calls. */
static bool put_choice(struct wr_bytes *body, const struct wr_asked *request)
{
    bool by_tool = wr_answers_by_tool(request);
    if (request->tool_count && !request->tools_over)
        return !by_tool || wr_put(body, ",\"tool_choice\":\"required\"");
    if (!by_tool)
        return wr_put(body, ",\"tool_choice\":\"none\"");
    return wr_put(body, ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":") &&
           wr_put_quoted(body, wr_schema_name(request->as)) &&
           wr_put(body, "}},\"parallel_tool_calls\":false");
}

static bool put_tools(struct wr_bytes *body, const struct wr_asked *request)
{
    return wr_put(body, ",\"tools\":[") && wr_put_each_tool(body, request, put_tool) &&
           wr_put(body, "]") && put_choice(body, request);
}

static bool turn(struct wr_bytes *body, const struct wr_message *message)
{
    if (message->call_count == 0)
        return wr_put(body, "{\"role\":\"tool\",\"tool_call_id\":") &&
               wr_put_call_id(body, message->call) && wr_put(body, ",\"content\":") &&
               wr_put_quoted(body, message->text) && wr_put(body, "}");
    bool good = wr_put(body, "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[");
    for (size_t i = 0; good && i < message->call_count; i++)
        good = wr_put(body, i ? ",{\"id\":" : "{\"id\":") &&
               wr_put_call_id(body, message->call + i) &&
               wr_put(body, ",\"type\":\"function\",\"function\":{\"name\":") &&
               wr_put_quoted(body, message->calls[i].name) && wr_put(body, ",\"arguments\":") &&
               wr_put_quoted(body, message->calls[i].arguments) && wr_put(body, "}}");
    return good && wr_put(body, "]}");
}

static bool put_format(struct wr_bytes *body, const struct wr_asked *request)
{
    struct wr_str name = wr_schema_name(request->as);
    switch (request->structured) {
    case WR_STRUCTURED_TOOL:
        return true; /* with the tools */
    case WR_STRUCTURED_JSON:
        return wr_put(body, ",\"response_format\":{\"type\":\"json_object\"}");
    case WR_STRUCTURED_PROMPT:
        return true;
    default:
        return wr_put(body,
                      ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
                      "{\"name\":") &&
               wr_put_quoted(body, name) && wr_put(body, ",\"strict\":true,\"schema\":") &&
               wr_put(body, request->wire) && wr_put(body, "}}");
    }
}

static bool request_body(struct wr_bytes *body, const struct wr_asked *request)
{
    const struct wr_model *model = request->model;
    return wr_put(body, "{\"model\":") && wr_put_quoted(body, wr_str_of(model->model)) &&
           wr_put(body, ",\"messages\":") && wr_put_messages(body, request) &&
           wr_put_count(body, limit_name(request), model->max_output_tokens) &&
           wr_put_temperature(body, model) &&
           wr_put(body, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}") &&
           (!(request->tool_count || wr_answers_by_tool(request)) || put_tools(body, request)) &&
           (!wr_has_schema(request) || put_format(body, request)) && wr_put(body, "}");
}

/* ---- one event, in one pass ------------------------------------------------------------------ */

struct call {
    struct wr_str id, name, arguments;
    int64_t index;
    struct call *next;
};

struct part {
    struct wr_str text;
    const struct call *call; /* of a tool's arguments */
    struct part *next;
};

/* What the choices with index 0 say. */
struct said {
    bool sign, refused, no_list;
    struct wr_str finish;
    struct part *first, **last;
};

struct chunk {
    bool object, huge;              /* huge: a number that no 64 bits hold */
    struct wr_str error, id, model; /* the error as JSON */
    struct said said;
    struct wr_usage usage;
};

struct delta {
    struct wr_str content;
    struct call *calls, **last;
    bool refused, thought[2]; /* thoughts are not part of the answer, but a sign of life */
};

static void read_details(struct wr_reader *in, bool *huge, struct wr_usage *usage)
{
    enum { CACHED, WRITTEN, REASONING };
    static const struct wr_field fields[] = {
        WR_PICK("cached_tokens"), WR_PICK("cache_write_tokens"), WR_PICK("reasoning_tokens")};
    static const struct wr_shape shape = {fields, 3, true};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return;
    while (wr_pick_next(in, &it)) {
        int64_t count = wr_pick_count(in, huge);
        if (it.object.field == CACHED)
            usage->cached_tokens = count;
        else if (it.object.field == WRITTEN)
            usage->written_tokens = count;
        else
            usage->reasoning_tokens = count;
    }
}

static struct wr_usage read_usage(struct wr_reader *in, bool *huge)
{
    enum { INPUT, OUTPUT };
    static const struct wr_field fields[] = {WR_PICK("prompt_tokens"), WR_PICK("completion_tokens"),
                                             WR_PICK("prompt_tokens_details"),
                                             WR_PICK("completion_tokens_details")};
    static const struct wr_shape shape = {fields, 4, true};
    struct wr_usage usage = {0};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return usage;
    usage.known = true;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == INPUT)
            usage.input_tokens = wr_pick_count(in, huge);
        else if (it.object.field == OUTPUT)
            usage.output_tokens = wr_pick_count(in, huge);
        else
            read_details(in, huge, &usage);
    }
    return usage;
}

static void read_function(struct wr_reader *in, struct call *call)
{
    enum { NAME };
    static const struct wr_field fields[] = {WR_PICK("name"), WR_PICK("arguments")};
    static const struct wr_shape shape = {fields, 2, true};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == NAME)
            call->name = wr_pick_text(in);
        else
            call->arguments = wr_pick_text(in);
    }
}

static void read_call(struct wr_reader *in, struct delta *delta, size_t at, bool *huge)
{
    enum { INDEX, ID };
    static const struct wr_field fields[] = {WR_PICK("index"), WR_PICK("id"), WR_PICK("function")};
    static const struct wr_shape shape = {fields, 3, true};
    struct call *call = WR_NEW(in->arena, struct call);
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return;
    call->index = (int64_t)at;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == INDEX)
            call->index = wr_pick_int(in, huge);
        else if (it.object.field == ID)
            call->id = wr_pick_text(in);
        else
            read_function(in, call);
    }
    *delta->last = call;
    delta->last = &call->next;
}

static void read_calls(struct wr_reader *in, struct delta *delta, bool *huge)
{
    size_t count = 0;
    delta->calls = NULL;
    delta->last = &delta->calls;
    if (wr_next(in) != '[')
        wr_pick_skip(in);
    else if (wr_read_items(in))
        while (wr_read_item(in, &count))
            read_call(in, delta, count - 1, huge);
}

/* A delta of a stream, or the message of an answer that was not streamed. */
static struct delta read_delta(struct wr_reader *in, bool *huge)
{
    enum { CONTENT, REFUSAL, CALLS, THOUGHT };
    static const struct wr_field fields[] = {WR_PICK("content"), WR_PICK("refusal"),
                                             WR_PICK("tool_calls"), WR_PICK("reasoning_content"),
                                             WR_PICK("reasoning")};
    static const struct wr_shape shape = {fields, 5, true};
    struct delta delta = {0};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return delta;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == CONTENT)
            delta.content = wr_pick_text(in);
        else if (it.object.field == REFUSAL)
            delta.refused = wr_pick_says(in);
        else if (it.object.field == CALLS)
            read_calls(in, &delta, huge);
        else
            delta.thought[it.object.field - THOUGHT] = wr_pick_says(in);
    }
    return delta;
}

static void add_part(struct wr_reader *in, struct said *said, struct wr_str text,
                     const struct call *call)
{
    struct part *part = WR_NEW(in->arena, struct part);
    part->text = text;
    part->call = call;
    *said->last = part;
    said->last = &part->next;
}

static void add_said(struct wr_reader *in, struct said *said, const struct delta *delta,
                     struct wr_str finish)
{
    if (delta->content.len > 0)
        add_part(in, said, delta->content, NULL);
    for (const struct call *call = delta->calls; call; call = call->next)
        add_part(in, said, call->arguments, call);
    said->refused = said->refused || delta->refused;
    said->sign = said->sign || delta->refused || delta->thought[0] || delta->thought[1];
    if (finish.len > 0 && *finish.ptr)
        said->finish = finish;
}

static void read_choice(struct wr_reader *in, struct chunk *chunk)
{
    enum { INDEX, DELTA, FINISH, MESSAGE };
    static const struct wr_field fields[] = {WR_PICK("index"), WR_PICK("delta"),
                                             WR_PICK("finish_reason"), WR_PICK("message")};
    static const struct wr_shape shape = {fields, 4, true};
    struct delta delta = {0}, message = {0};
    struct wr_str finish = {0};
    struct wr_picked it;
    int64_t index = 0;
    if (!wr_pick_object(in, &it, &shape))
        return;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == INDEX)
            index = wr_pick_int(in, &chunk->huge);
        else if (it.object.field == DELTA)
            delta = read_delta(in, &chunk->huge);
        else if (it.object.field == FINISH)
            finish = wr_pick_text(in);
        else
            message = read_delta(in, &chunk->huge);
    }
    if (index == 0)
        add_said(in, &chunk->said, wr_was_read(&it.object, DELTA) ? &delta : &message, finish);
}

static void read_choices(struct wr_reader *in, struct chunk *chunk)
{
    int c = wr_next(in);
    size_t count = 0;
    chunk->said = (struct said){.no_list = c != '[' && c != 'n', .last = &chunk->said.first};
    if (c != '[') {
        wr_pick_skip(in);
        return;
    }
    if (wr_read_items(in))
        while (wr_read_item(in, &count))
            read_choice(in, chunk);
}

static bool read_chunk(struct wr_reader *in, void *value)
{
    enum { ID, MODEL, CHOICES, USAGE, ERROR };
    static const struct wr_field fields[] = {WR_PICK("id"), WR_PICK("model"), WR_PICK("choices"),
                                             WR_PICK("usage"), WR_PICK("error")};
    static const struct wr_shape shape = {fields, 5, true};
    struct chunk *chunk = value;
    struct wr_picked it;
    chunk->object = wr_pick_object(in, &it, &shape);
    if (!chunk->object)
        return true;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == ID)
            chunk->id = wr_pick_text(in);
        else if (it.object.field == MODEL)
            chunk->model = wr_pick_text(in);
        else if (it.object.field == CHOICES)
            read_choices(in, chunk);
        else if (it.object.field == USAGE)
            chunk->usage = read_usage(in, &chunk->huge);
        else
            chunk->error = wr_pick_json(in);
    }
    return true;
}

/* ---- what it means ------------------------------------------------------------------------- */

static bool take_chunk(struct wr_answer *answer, const struct chunk *chunk)
{
    const struct said *said = &chunk->said;
    if (!chunk->object || chunk->huge)
        return false;
    if (chunk->error.ptr) {
        answer->error =
            wr_fault_of_event(WR_OPENAI, chunk->error, answer->code, sizeof answer->code);
        return true;
    }
    if (said->no_list)
        return false;
    wr_keep(answer->version, sizeof answer->version, chunk->model);
    wr_keep(answer->id, sizeof answer->id, chunk->id);
    if (chunk->usage.known)
        answer->usage = chunk->usage;
    for (const struct part *part = said->first; part; part = part->next) {
        const struct call *call = part->call;
        if (call && answer->may_call) {
            struct wr_called *called = wr_answer_called(answer, call->index, call->id, call->name);
            wr_answer_argue(answer, called, call->arguments);
            continue;
        }
        if (call && call->index != 0)
            continue; /* the first one counts: others are none of ours */
        if (call)
            wr_answer_tool(answer);
        if (call || !answer->tool)
            wr_answer_add(answer, part->text);
    }
    answer->signs += said->sign;
    answer->refused = answer->refused || said->refused;
    answer->finished = answer->finished || said->finish.len > 0;
    wr_keep(answer->finish, sizeof answer->finish, said->finish);
    return true;
}

static bool event(struct wr_arena *scratch, struct wr_answer *answer, struct wr_str data)
{
    if (data.len == 6 && memcmp(data.ptr, "[DONE]", 6) == 0) {
        answer->done = true;
        return true;
    }
    if (data.len == 0)
        return true;
    const struct chunk *chunk = wr_pick_decode(scratch, data, sizeof *chunk, read_chunk);
    bool good = chunk && take_chunk(answer, chunk);
    wr_pick_done(scratch);
    return good;
}

const struct wr_wire wr_openai_chat = {
    .dialect = WR_OPENAI,
    .request = request_body,
    .turn = turn,
    .event = event,
};
