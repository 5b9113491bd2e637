/* Simulated models, the writing: OpenAI's chat completions and responses, and Anthropic's messages,
 * streamed or not, in the order and with the fields that the providers send. */
#include "compiler/tool/mock_ask.h"

#include <string.h>

enum { CHUNK = 48 }; /* bytes of content an event; a token or so would be 4 */

#define NO "I cannot help with that (simulated)."

/* What a model would have counted. */
static size_t input_tokens(const struct wc_mock_ask *ask)
{
    return ask->input_len / 4 + 1;
}

static size_t output_tokens(const char *content)
{
    return strlen(content) / 4 + 1;
}

/* How much of it is said. */
static size_t said(const struct wc_mock_ask *ask, const char *content)
{
    size_t len = strlen(content);
    return ask->way.kind == WC_MOCK_REFUSE ? 0 : ask->way.kind == WC_MOCK_LENGTH ? len / 2 : len;
}

/* The content in pieces, each through `piece`; whole characters only. Where it is malformed, an event is
 * broken and nothing follows. */
static bool pieces(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content,
                   size_t *half,
                   void (*piece)(struct wc_buf *out, const struct wc_mock_ask *ask,
                                 const char *text, size_t len))
{
    size_t len = strlen(content), end = said(ask, content);
    for (size_t at = 0; at < end;) {
        size_t part = end - at < CHUNK ? end - at : CHUNK;
        while (at + part < end && ((unsigned char)content[at + part] & 0xc0) == 0x80)
            part++;
        piece(out, ask, content + at, part);
        at += part;
        if (at <= len / 2 || *half == 0)
            *half = out->len;
        if (ask->way.kind == WC_MOCK_MALFORMED) {
            wc_buf_text(out, "data: {\"type\":\"bro\n\n");
            return false;
        }
    }
    return true;
}

static void quoted(struct wc_buf *out, const char *before, const char *text, size_t len)
{
    wc_buf_text(out, before);
    wc_buf_json(out, text, len);
}

static void model(struct wc_buf *out, const char *before, const struct wc_mock_ask *ask)
{
    quoted(out, before, ask->model, strlen(ask->model));
}

/* ---- chat completions ----------------------------------------------------------------------- */

static void chat_event(struct wc_buf *out, const struct wc_mock_ask *ask, const char *delta,
                       const char *finish)
{
    model(out,
          "data: {\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion.chunk\","
          "\"created\":0,\"system_fingerprint\":\"wright-mock\",\"model\":",
          ask);
    wc_buf_text(out, ",\"choices\":[{\"index\":0,\"delta\":");
    wc_buf_text(out, delta);
    wc_buf_printf(out, ",\"finish_reason\":%s%s%s}]}\n\n", finish ? "\"" : "",
                  finish ? finish : "null", finish ? "\"" : "");
}

static void chat_piece(struct wc_buf *out, const struct wc_mock_ask *ask, const char *text,
                       size_t len)
{
    struct wc_buf delta = {0};
    if (ask->tool) {
        quoted(&delta, "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":", text, len);
        wc_buf_text(&delta, "}}]}");
    } else {
        quoted(&delta, "{\"content\":", text, len);
        wc_buf_char(&delta, '}');
    }
    chat_event(out, ask, delta.data, NULL);
    wc_buf_free(&delta);
}

static void chat_usage(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content)
{
    size_t input = input_tokens(ask), output = output_tokens(content);
    wc_buf_printf(out,
                  "\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,\"total_tokens\":%zu,"
                  "\"prompt_tokens_details\":{\"cached_tokens\":0}}",
                  input, output, input + output);
}

static const char *chat_finish(const struct wc_mock_ask *ask)
{
    return ask->way.kind == WC_MOCK_FILTER   ? "content_filter"
           : ask->way.kind == WC_MOCK_LENGTH ? "length"
           : ask->tool                       ? "tool_calls"
                                             : "stop";
}

static void chat_stream(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content,
                        size_t *half)
{
    chat_event(out, ask, "{\"role\":\"assistant\",\"content\":\"\"}", NULL);
    if (ask->way.kind == WC_MOCK_REFUSE)
        chat_event(out, ask, "{\"refusal\":\"" NO "\"}", NULL);
    if (ask->tool) {
        struct wc_buf begins = {0};
        wc_buf_printf(
            &begins,
            "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{"
            "\"name\":\"%s\",\"arguments\":\"\"}}]}",
            ask->tool_name);
        chat_event(out, ask, begins.data, NULL);
        wc_buf_free(&begins);
    }
    pieces(out, ask, content, half, chat_piece);
    chat_event(out, ask, "{}", chat_finish(ask));
    if (json_is_true(
            json_object_get(json_object_get(ask->request, "stream_options"), "include_usage"))) {
        model(out,
              "data: {\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion.chunk\","
              "\"created\":0,\"model\":",
              ask);
        wc_buf_text(out, ",\"choices\":[],");
        chat_usage(out, ask, content);
        wc_buf_text(out, "}\n\n");
    }
    wc_buf_text(out, "data: [DONE]\n\n");
}

static void chat_whole(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content)
{
    model(out,
          "{\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion\",\"created\":0,"
          "\"system_fingerprint\":\"wright-mock\",\"model\":",
          ask);
    wc_buf_text(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    if (ask->way.kind == WC_MOCK_REFUSE) {
        wc_buf_text(out, "null,\"refusal\":\"" NO "\"");
    } else if (ask->tool) {
        wc_buf_printf(out,
                      "null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{"
                      "\"name\":\"%s\",",
                      ask->tool_name);
        quoted(out, "\"arguments\":", content, said(ask, content));
        wc_buf_text(out, "}}]");
    } else {
        quoted(out, "", content, said(ask, content));
    }
    wc_buf_printf(out, "},\"finish_reason\":\"%s\"}],", chat_finish(ask));
    chat_usage(out, ask, content);
    wc_buf_char(out, '}');
}

static const char *text_at(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static const struct wc_schema *chat_schema(struct wc_mock_ask *ask)
{
    json_t *format = json_object_get(ask->request, "response_format");
    json_t *tool = wc_mock_answer_tool(ask);
    return wc_mock_schema_named(
        ask->mock, text_at(tool ? tool : json_object_get(format, "json_schema"), "name"));
}

/* ---- responses ------------------------------------------------------------------------------ */

static void responses_event(struct wc_buf *out, const char *type)
{
    wc_buf_printf(out, "event: %s\ndata: {\"type\":\"%s\"", type, type);
}

static void responses_head(struct wc_buf *out, const struct wc_mock_ask *ask, const char *status)
{
    model(out,
          "{\"id\":\"resp_simulated\",\"object\":\"response\",\"created_at\":0,\"model\":", ask);
    wc_buf_printf(out, ",\"status\":\"%s\",\"error\":null", status);
}

static void responses_piece(struct wc_buf *out, const struct wc_mock_ask *ask, const char *text,
                            size_t len)
{
    responses_event(out, ask->tool ? "response.function_call_arguments.delta"
                                   : "response.output_text.delta");
    quoted(out, ",\"item_id\":\"item_1\",\"output_index\":0,\"content_index\":0,\"delta\":", text,
           len);
    wc_buf_text(out, "}\n\n");
}

static void responses_item(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content,
                           size_t len)
{
    if (ask->tool) {
        wc_buf_printf(
            out,
            "{\"id\":\"item_1\",\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"%s\",",
            ask->tool_name);
        quoted(out, "\"arguments\":", content, len);
        wc_buf_char(out, '}');
        return;
    }
    wc_buf_text(out,
                "{\"id\":\"item_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[");
    if (ask->way.kind == WC_MOCK_REFUSE && *content) {
        wc_buf_text(out, "{\"type\":\"refusal\",\"refusal\":\"" NO "\"}");
    } else if (len > 0) {
        quoted(out, "{\"type\":\"output_text\",\"annotations\":[],\"text\":", content, len);
        wc_buf_char(out, '}');
    }
    wc_buf_text(out, "]}");
}

static void responses_whole(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content)
{
    bool filter = ask->way.kind == WC_MOCK_FILTER, length = ask->way.kind == WC_MOCK_LENGTH;
    size_t input = input_tokens(ask), output = output_tokens(content);
    responses_head(out, ask, filter || length ? "incomplete" : "completed");
    if (filter || length)
        wc_buf_printf(out, ",\"incomplete_details\":{\"reason\":\"%s\"}",
                      filter ? "content_filter" : "max_output_tokens");
    wc_buf_text(out, ",\"output\":[");
    responses_item(out, ask, content, said(ask, content));
    wc_buf_printf(
        out,
        "],\"usage\":{\"input_tokens\":%zu,\"input_tokens_details\":{\"cached_tokens\":0},"
        "\"output_tokens\":%zu,\"output_tokens_details\":{\"reasoning_tokens\":0},"
        "\"total_tokens\":%zu}}",
        input, output, input + output);
}

/* Before and after the text of a message come its part and itself; a tool's arguments have no parts. */
static void responses_begin(struct wc_buf *out, const struct wc_mock_ask *ask)
{
    responses_event(out, "response.output_item.added");
    wc_buf_text(out, ",\"output_index\":0,\"item\":");
    responses_item(out, ask, "", 0);
    wc_buf_text(out, "}\n\n");
    if (ask->tool)
        return;
    responses_event(out, "response.content_part.added");
    wc_buf_text(out, ",\"item_id\":\"item_1\",\"output_index\":0,\"content_index\":0,\"part\":");
    wc_buf_text(out, ask->way.kind == WC_MOCK_REFUSE
                         ? "{\"type\":\"refusal\",\"refusal\":\"\"}}\n\n"
                         : "{\"type\":\"output_text\",\"annotations\":[],\"text\":\"\"}}\n\n");
}

static void responses_done(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content)
{
    size_t len = said(ask, content);
    bool refused = ask->way.kind == WC_MOCK_REFUSE;
    responses_event(out, ask->tool ? "response.function_call_arguments.done"
                         : refused ? "response.refusal.done"
                                   : "response.output_text.done");
    wc_buf_text(out, ",\"item_id\":\"item_1\",\"output_index\":0,\"content_index\":0,");
    if (refused)
        wc_buf_text(out, "\"refusal\":\"" NO "\"");
    else
        quoted(out, ask->tool ? "\"arguments\":" : "\"text\":", content, len);
    wc_buf_text(out, "}\n\n");
    responses_event(out, "response.output_item.done");
    wc_buf_text(out, ",\"output_index\":0,\"item\":");
    responses_item(out, ask, content, len);
    wc_buf_text(out, "}\n\n");
}

static void responses_stream(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content,
                             size_t *half)
{
    bool incomplete = ask->way.kind == WC_MOCK_FILTER || ask->way.kind == WC_MOCK_LENGTH;
    responses_event(out, "response.created");
    wc_buf_text(out, ",\"response\":");
    responses_head(out, ask, "in_progress");
    wc_buf_text(out, ",\"output\":[]}}\n\n");
    responses_begin(out, ask);
    if (ask->way.kind == WC_MOCK_REFUSE) {
        responses_event(out, "response.refusal.delta");
        wc_buf_text(out,
                    ",\"item_id\":\"item_1\",\"output_index\":0,\"content_index\":0,"
                    "\"delta\":\"" NO "\"}\n\n");
    }
    if (!pieces(out, ask, content, half, responses_piece))
        return;
    responses_done(out, ask, content);
    responses_event(out, incomplete ? "response.incomplete" : "response.completed");
    wc_buf_text(out, ",\"response\":");
    responses_whole(out, ask, content);
    wc_buf_text(out, "}\n\n");
}

static const struct wc_schema *responses_schema(struct wc_mock_ask *ask)
{
    json_t *format = json_object_get(json_object_get(ask->request, "text"), "format");
    json_t *tool = wc_mock_answer_tool(ask);
    return wc_mock_schema_named(ask->mock, text_at(tool ? tool : format, "name"));
}

/* ---- messages ------------------------------------------------------------------------------- */

static void messages_event(struct wc_buf *out, const char *type)
{
    wc_buf_printf(out, "event: %s\ndata: {\"type\":\"%s\"", type, type);
}

static void messages_piece(struct wc_buf *out, const struct wc_mock_ask *ask, const char *text,
                           size_t len)
{
    messages_event(out, "content_block_delta");
    quoted(out,
           ask->tool ? ",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
                     : ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":",
           text, len);
    wc_buf_text(out, "}}\n\n");
}

/* Anthropic has no filter of its own for an answer: it is a refusal, too. */
static const char *messages_stop(const struct wc_mock_ask *ask)
{
    return ask->way.kind == WC_MOCK_REFUSE || ask->way.kind == WC_MOCK_FILTER ? "refusal"
           : ask->way.kind == WC_MOCK_LENGTH                                  ? "max_tokens"
           : ask->tool                                                        ? "tool_use"
                                                                              : "end_turn";
}

static void messages_head(struct wc_buf *out, const struct wc_mock_ask *ask)
{
    model(out,
          "{\"id\":\"msg_simulated\",\"type\":\"message\",\"role\":\"assistant\",\"model\":", ask);
}

static void messages_stream(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content,
                            size_t *half)
{
    messages_event(out, "message_start");
    wc_buf_text(out, ",\"message\":");
    messages_head(out, ask);
    wc_buf_printf(out,
                  ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{"
                  "\"input_tokens\":%zu,\"cache_creation_input_tokens\":0,"
                  "\"cache_read_input_tokens\":0,\"output_tokens\":1}}}\n\n",
                  input_tokens(ask));
    messages_event(out, "content_block_start");
    if (ask->tool)
        wc_buf_printf(out,
                      ",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\","
                      "\"name\":\"%s\","
                      "\"input\":{}}}\n\n",
                      ask->tool_name);
    else
        wc_buf_text(out, ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
    wc_buf_text(out, "event: ping\ndata: {\"type\": \"ping\"}\n\n");
    if (!pieces(out, ask, content, half, messages_piece))
        return;
    messages_event(out, "content_block_stop");
    wc_buf_text(out, ",\"index\":0}\n\n");
    messages_event(out, "message_delta");
    wc_buf_printf(out,
                  ",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":{"
                  "\"output_tokens\":%zu}}\n\n",
                  messages_stop(ask), output_tokens(content));
    messages_event(out, "message_stop");
    wc_buf_text(out, "}\n\n");
}

static void messages_whole(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content)
{
    size_t len = said(ask, content);
    messages_head(out, ask);
    wc_buf_text(out, ",\"content\":[");
    if (ask->tool && len == strlen(content)) {
        wc_buf_printf(out,
                      "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"%s\",\"input\":%s}",
                      ask->tool_name, content);
    } else if (len > 0) {
        quoted(out, "{\"type\":\"text\",\"text\":", content, len);
        wc_buf_char(out, '}');
    }
    wc_buf_printf(out,
                  "],\"stop_reason\":\"%s\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":%zu,"
                  "\"output_tokens\":%zu}}",
                  messages_stop(ask), input_tokens(ask), output_tokens(content));
}

static const struct wc_schema *messages_schema(struct wc_mock_ask *ask)
{
    json_t *format = json_object_get(json_object_get(ask->request, "output_config"), "format");
    json_t *tool = wc_mock_answer_tool(ask);
    return tool ? wc_mock_schema_named(ask->mock, text_at(tool, "name"))
                : wc_mock_schema_like(ask->mock, json_object_get(format, "schema"));
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct wc_mock_wire wires[] = {
    {"/v1/chat/completions", "messages", chat_schema, "function", chat_stream, chat_whole, false},
    {"/v1/responses", "input", responses_schema, NULL, responses_stream, responses_whole, false},
    {"/v1/messages", "messages", messages_schema, NULL, messages_stream, messages_whole, true},
};

const struct wc_mock_wire *wc_mock_wire_at(struct wr_str path)
{
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
        if (strlen(wires[i].path) == path.len && memcmp(wires[i].path, path.ptr, path.len) == 0)
            return &wires[i];
    return NULL;
}
