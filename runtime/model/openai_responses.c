/* OpenAI's Responses API, streamed. It knows JSON and classes, and nothing of connections or time.
 *
 * platform.openai.com/docs/api-reference/responses-streaming: a stream ends with response.completed,
 * response.incomplete or response.failed, which carries the whole response with its usage; there is no
 * "[DONE]", though compatible servers send one. An error is an event `error`, its fields flat or in
 * `error`. Usage counts cached tokens within input_tokens and reasoning within output_tokens. */
#include "runtime/base/str.h"
#include "runtime/model/compose.h"
#include "runtime/model/pick.h"

/* ---- the request ---------------------------------------------------------------------------- */

static bool put_tool(struct wr_bytes *body, struct wr_str name, const char *about,
                     const char *schema, bool strict)
{
    return wr_put(body, "{\"type\":\"function\",\"name\":") && wr_put_quoted(body, name) &&
           wr_put_about(body, about) &&
           wr_put(body, strict ? ",\"strict\":true,\"parameters\":" : ",\"parameters\":") &&
           wr_put(body, schema) && wr_put(body, "}");
}

/* It may call what it likes until its turns are over; an answer that comes as a call is one of the calls. */
static bool put_choice(struct wr_bytes *body, const struct wr_asked *request)
{
    bool by_tool = wr_answers_by_tool(request);
    if (request->tool_count && !request->tools_over)
        return !by_tool || wr_put(body, ",\"tool_choice\":\"required\"");
    if (!by_tool)
        return wr_put(body, ",\"tool_choice\":\"none\"");
    return wr_put(body, ",\"tool_choice\":{\"type\":\"function\",\"name\":") &&
           wr_put_quoted(body, wr_schema_name(request->as)) &&
           wr_put(body, "},\"parallel_tool_calls\":false");
}

static bool put_tools(struct wr_bytes *body, const struct wr_asked *request)
{
    return wr_put(body, ",\"tools\":[") && wr_put_each_tool(body, request, put_tool) &&
           wr_put(body, "]") && put_choice(body, request);
}

/* Calls and what came of them are items beside the messages. */
static bool turn(struct wr_bytes *body, const struct wr_message *message)
{
    if (message->call_count == 0)
        return wr_put(body, "{\"type\":\"function_call_output\",\"call_id\":") &&
               wr_put_call_id(body, message->call) && wr_put(body, ",\"output\":") &&
               wr_put_quoted(body, message->text) && wr_put(body, "}");
    bool good = true;
    for (size_t i = 0; good && i < message->call_count; i++)
        good = wr_put(body, i ? ",{\"type\":\"function_call\",\"call_id\":"
                              : "{\"type\":\"function_call\",\"call_id\":") &&
               wr_put_call_id(body, message->call + i) && wr_put(body, ",\"name\":") &&
               wr_put_quoted(body, message->calls[i].name) && wr_put(body, ",\"arguments\":") &&
               wr_put_quoted(body, message->calls[i].arguments) && wr_put(body, "}");
    return good;
}

static bool put_format(struct wr_bytes *body, const struct wr_asked *request)
{
    struct wr_str name = wr_schema_name(request->as);
    switch (request->structured) {
    case WR_STRUCTURED_TOOL:
        return true; /* with the tools */
    case WR_STRUCTURED_JSON:
        return wr_put(body, ",\"text\":{\"format\":{\"type\":\"json_object\"}}");
    case WR_STRUCTURED_PROMPT:
        return true;
    default:
        return wr_put(body, ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":") &&
               wr_put_quoted(body, name) && wr_put(body, ",\"strict\":true,\"schema\":") &&
               wr_put(body, request->wire) && wr_put(body, "}}");
    }
}

/* `store` false: the provider keeps nothing for a later request, as there is none. */
static bool request_body(struct wr_bytes *body, const struct wr_asked *request)
{
    const struct wr_model *model = request->model;
    return wr_put(body, "{\"model\":") && wr_put_quoted(body, wr_str_of(model->model)) &&
           wr_put(body, ",\"input\":") && wr_put_messages(body, request) &&
           wr_put_count(body, request->provider->limit, model->max_output_tokens) &&
           wr_put_temperature(body, model) && wr_put(body, ",\"stream\":true,\"store\":false") &&
           (!(request->tool_count || wr_answers_by_tool(request)) || put_tools(body, request)) &&
           (!wr_has_schema(request) || put_format(body, request)) && wr_put(body, "}");
}

/* ---- one event, in one pass ------------------------------------------------------------------ */

/* What an output item says: the text of a message, or the arguments of a call. */
struct item {
    struct wr_str type, text, arguments, id, name; /* a call's: its id in the conversation */
    bool refused;
    struct item *next; /* of the calls in an output */
};

/* A response, whole or so far. */
struct response {
    bool here;
    struct wr_str id, model, status, reason, error; /* the error as JSON */
    struct item answer;                             /* the last message or call of its output */
    struct item *calls;
    struct wr_usage usage;
};

struct happening {
    bool object, huge;
    struct wr_str type, delta;
    int64_t index; /* of the item that it is about */
    struct item item;
    struct response response, top; /* in `response`, or the event itself: it was not streamed */
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
    static const struct wr_field fields[] = {WR_PICK("input_tokens"), WR_PICK("output_tokens"),
                                             WR_PICK("input_tokens_details"),
                                             WR_PICK("output_tokens_details")};
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

/* A part of a message; a second text goes on where the first ended, which only text may do. */
static void read_content(struct wr_reader *in, struct item *item)
{
    enum { TEXT, REFUSAL };
    static const struct wr_field fields[] = {WR_PICK("text"), WR_PICK("refusal")};
    static const struct wr_shape shape = {fields, 2, true};
    struct wr_picked it;
    if (!wr_pick_object(in, &it, &shape))
        return;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == REFUSAL) {
            item->refused = wr_pick_says(in) || item->refused;
            continue;
        }
        struct wr_str text = wr_pick_text(in);
        char *joined = wr_arena_alloc(in->arena, item->text.len + text.len + 1);
        if (item->text.len)
            memcpy(joined, item->text.ptr, item->text.len);
        if (text.len)
            memcpy(joined + item->text.len, text.ptr, text.len);
        item->text = (struct wr_str){joined, item->text.len + text.len};
    }
}

static struct item read_item(struct wr_reader *in)
{
    enum { TYPE, ARGUMENTS, ID, NAME, CONTENT };
    static const struct wr_field fields[] = {WR_PICK("type"), WR_PICK("arguments"),
                                             WR_PICK("call_id"), WR_PICK("name"),
                                             WR_PICK("content")};
    static const struct wr_shape shape = {fields, 5, true};
    struct item item = {0};
    struct wr_picked it;
    size_t count = 0;
    if (!wr_pick_object(in, &it, &shape))
        return item;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == TYPE)
            item.type = wr_pick_text(in);
        else if (it.object.field == ARGUMENTS)
            item.arguments = wr_pick_text(in);
        else if (it.object.field == ID)
            item.id = wr_pick_text(in);
        else if (it.object.field == NAME)
            item.name = wr_pick_text(in);
        else if (wr_next(in) != '[')
            wr_pick_skip(in);
        else if (wr_read_items(in))
            while (wr_read_item(in, &count))
                read_content(in, &item);
    }
    return item;
}

static void read_output(struct wr_reader *in, struct response *to)
{
    struct item **last = &to->calls;
    size_t count = 0;
    to->calls = NULL;
    if (wr_next(in) != '[') {
        wr_pick_skip(in);
        return;
    }
    if (!wr_read_items(in))
        return;
    while (wr_read_item(in, &count)) {
        struct item item = read_item(in);
        if (wr_str_is(item.type, "message") || wr_str_is(item.type, "function_call"))
            to->answer = item;
        if (!wr_str_is(item.type, "function_call"))
            continue;
        *last = WR_NEW(in->arena, struct item);
        **last = item;
        last = &(*last)->next;
    }
}

static struct wr_str read_reason(struct wr_reader *in)
{
    static const struct wr_field fields[] = {WR_PICK("reason")};
    static const struct wr_shape shape = {fields, 1, true};
    struct wr_str reason = {0};
    struct wr_picked it;
    if (wr_pick_object(in, &it, &shape))
        while (wr_pick_next(in, &it))
            reason = wr_pick_text(in);
    return reason;
}

enum { ID, MODEL, STATUS, ERROR, INCOMPLETE, OUTPUT, USAGE, RESPONSE_FIELDS };

#define RESPONSE                                                                                   \
    WR_PICK("id"), WR_PICK("model"), WR_PICK("status"), WR_PICK("error"),                          \
        WR_PICK("incomplete_details"), WR_PICK("output"), WR_PICK("usage")

static void read_response_field(struct wr_reader *in, size_t field, struct response *to, bool *huge)
{
    if (field == ID)
        to->id = wr_pick_text(in);
    else if (field == MODEL)
        to->model = wr_pick_text(in);
    else if (field == STATUS)
        to->status = wr_pick_text(in);
    else if (field == ERROR)
        to->error = wr_pick_json(in);
    else if (field == INCOMPLETE)
        to->reason = read_reason(in);
    else if (field == OUTPUT)
        read_output(in, to);
    else
        to->usage = read_usage(in, huge);
}

static struct response read_response(struct wr_reader *in, bool *huge)
{
    static const struct wr_field fields[] = {RESPONSE};
    static const struct wr_shape shape = {fields, RESPONSE_FIELDS, true};
    struct response response = {0};
    struct wr_picked it;
    response.here = wr_pick_object(in, &it, &shape);
    if (response.here)
        while (wr_pick_next(in, &it))
            read_response_field(in, it.object.field, &response, huge);
    return response;
}

static bool read_happening(struct wr_reader *in, void *value)
{
    enum { TYPE = RESPONSE_FIELDS, DELTA, NESTED, ITEM, INDEX };
    static const struct wr_field fields[] = {RESPONSE,         WR_PICK("type"),
                                             WR_PICK("delta"), WR_PICK("response"),
                                             WR_PICK("item"),  WR_PICK("output_index")};
    static const struct wr_shape shape = {fields, INDEX + 1, true};
    struct happening *to = value;
    struct wr_picked it;
    to->object = wr_pick_object(in, &it, &shape);
    if (!to->object)
        return true;
    while (wr_pick_next(in, &it)) {
        if (it.object.field == TYPE)
            to->type = wr_pick_text(in);
        else if (it.object.field == DELTA)
            to->delta = wr_pick_text(in);
        else if (it.object.field == NESTED)
            to->response = read_response(in, &to->huge);
        else if (it.object.field == ITEM)
            to->item = read_item(in);
        else if (it.object.field == INDEX)
            to->index = wr_pick_int(in, &to->huge);
        else
            read_response_field(in, it.object.field, &to->top, &to->huge);
    }
    return true;
}

/* ---- what it means ------------------------------------------------------------------------- */

static void take_error(struct wr_answer *answer, struct wr_str error)
{
    answer->error = wr_fault_of_event(WR_OPENAI, error, answer->code, sizeof answer->code);
}

/* Calls that did not come in pieces. */
static void take_calls(struct wr_answer *answer, const struct response *response)
{
    int64_t index = 0;
    if (answer->called_count > 0)
        return;
    for (const struct item *call = response->calls; call; call = call->next)
        wr_answer_argue(answer, wr_answer_called(answer, index++, call->id, call->name),
                        call->arguments);
}

/* A text that did not come in pieces: compatible servers send only the end. */
static void take_item(struct wr_answer *answer, const struct item *item)
{
    answer->refused = answer->refused || item->refused;
    answer->signs += item->refused;
    if (answer->content.len > 0 || (answer->may_call && wr_str_is(item->type, "function_call")))
        return;
    if (wr_str_is(item->type, "function_call"))
        wr_answer_tool(answer);
    wr_answer_add(answer, wr_str_is(item->type, "function_call") ? item->arguments : item->text);
}

/* `status` is the response's own, or what the name of the event says. */
static void take_end(struct wr_answer *answer, const struct response *response,
                     struct wr_str status)
{
    if (response->error.ptr) {
        take_error(answer, response->error);
        return;
    }
    if (wr_str_is(status, "in_progress") || wr_str_is(status, "queued") || status.len == 0 ||
        !*status.ptr)
        return; /* no end at all */
    if (answer->may_call)
        take_calls(answer, response);
    take_item(answer, &response->answer);
    answer->finished = answer->done = true;
    wr_keep(answer->finish, sizeof answer->finish,
            wr_str_is(status, "incomplete") && response->reason.len ? response->reason : status);
}

static void take_response(struct wr_answer *answer, const struct response *response)
{
    wr_keep(answer->version, sizeof answer->version, response->model);
    wr_keep(answer->id, sizeof answer->id, response->id);
    if (response->usage.known)
        answer->usage = response->usage;
}

/* A call begins, goes on, or is said as a whole at its end. */
static bool take_call(struct wr_answer *answer, const struct happening *it)
{
    const struct item *item = &it->item;
    bool piece = wr_str_is(it->type, "response.function_call_arguments.delta");
    bool item_of = wr_str_is(item->type, "function_call");
    if (!answer->may_call || !(piece || item_of))
        return false;
    struct wr_called *called = wr_answer_called(answer, it->index, item->id, item->name);
    if (piece)
        wr_answer_argue(answer, called, it->delta);
    else if (called && called->arguments.len == 0)
        wr_answer_argue(answer, called, item->arguments);
    return true;
}

static void take_delta(struct wr_answer *answer, const struct happening *it)
{
    if (take_call(answer, it))
        return;
    if (wr_str_is(it->type, "response.output_text.delta")) {
        if (!answer->tool)
            wr_answer_add(answer, it->delta);
    } else if (wr_str_is(it->type, "response.function_call_arguments.delta")) {
        wr_answer_tool(answer);
        wr_answer_add(answer, it->delta);
    } else if (wr_str_is(it->type, "response.refusal.delta")) {
        answer->refused = answer->refused || it->delta.len > 0;
        answer->signs++;
    } else if (it->delta.len > 0) {
        answer->signs++; /* a thought, or a summary of one */
    } else if (wr_str_is(it->type, "response.output_item.added") &&
               wr_str_is(it->item.type, "message") && !answer->tool) {
        answer->content.len = 0; /* what was said before the last message was a remark */
    }
}

static bool take(struct wr_answer *answer, const struct happening *it, struct wr_str data)
{
    const size_t before = strlen("response.");
    if (!it->object || it->huge)
        return false;
    if (wr_str_is(it->type, "error")) {
        take_error(answer, it->top.error.ptr ? it->top.error : data);
        return true;
    }
    if (it->type.len == 0) { /* it was not streamed, or it is an error of a proxy */
        take_response(answer, &it->top);
        take_end(answer, &it->top, it->top.status);
        return true;
    }
    take_response(answer, &it->response);
    if (wr_str_is(it->type, "response.completed") || wr_str_is(it->type, "response.incomplete") ||
        wr_str_is(it->type, "response.failed") || wr_str_is(it->type, "response.cancelled"))
        take_end(answer, &it->response,
                 it->response.status.len
                     ? it->response.status
                     : (struct wr_str){it->type.ptr + before, it->type.len - before});
    else
        take_delta(answer, it);
    return true;
}

static bool event(struct wr_arena *scratch, struct wr_answer *answer, struct wr_str data)
{
    if (data.len == 0)
        return true;
    if (data.len == 6 && memcmp(data.ptr, "[DONE]", 6) == 0)
        return true; /* no word of this format: only a terminal event makes an answer whole */
    const struct happening *it = wr_pick_decode(scratch, data, sizeof *it, read_happening);
    bool good = it && take(answer, it, data);
    wr_pick_done(scratch);
    return good;
}

const struct wr_wire wr_openai_responses = {
    .dialect = WR_OPENAI,
    .request = request_body,
    .turn = turn,
    .event = event,
};
