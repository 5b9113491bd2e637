/* Simulated models: OpenAI's chat completions, streamed or not, with documents of the specification's
 * schemas. */
#include "compiler/base/buf.h"
#include "compiler/tool/mock.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 48 }; /* bytes of content an event; a token or so would be 4 */

struct ask {
    struct wc_mock *mock;
    struct wc_mock_target *target;
    struct wc_mock_way way;
    json_t *request;
    const char *model, *prompt; /* the last user message */
    size_t prompt_len, input_len;
    bool stream;
};

static struct wc_mock_target *target_for(struct wc_mock *mock, const char *model)
{
    for (size_t i = 0; model && i < mock->targets.count; i++) {
        struct wc_mock_target *target = &mock->targets.items[i];
        if (target->model && strcmp(target->model->model, model) == 0)
            return target;
    }
    return NULL;
}

/* The text of a message: a string, or a list of parts with a text each (the first is taken). */
static const char *text_of(json_t *message, size_t *len)
{
    json_t *content = json_object_get(message, "content");
    if (json_is_array(content))
        content = json_object_get(json_array_get(content, 0), "text");
    *len = json_string_length(content);
    return json_string_value(content);
}

static bool read_messages(struct ask *ask)
{
    json_t *messages = json_object_get(ask->request, "messages");
    for (size_t i = 0; i < json_array_size(messages); i++) {
        size_t len = 0;
        json_t *message = json_array_get(messages, i);
        const char *role = json_string_value(json_object_get(message, "role"));
        const char *text = text_of(message, &len);
        if (!role || !text)
            return false;
        ask->input_len += len;
        if (strcmp(role, "user") == 0 || !ask->prompt) {
            ask->prompt = text;
            ask->prompt_len = len;
        }
    }
    return ask->prompt != NULL;
}

static const struct wc_schema *schema_for(const struct ask *ask)
{
    json_t *format =
        json_object_get(json_object_get(ask->request, "response_format"), "json_schema");
    const char *name = json_string_value(json_object_get(format, "name"));
    WC_EACH(i, &ask->mock->model->schemas)
    if (name && strcmp(ask->mock->model->schemas.items[i]->name, name) == 0)
        return ask->mock->model->schemas.items[i];
    return NULL;
}

static uint64_t hash(uint64_t seed, const char *text, size_t len)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ seed;
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* What the model says. */
static char *content_for(const struct ask *ask)
{
    const struct wc_schema *schema = schema_for(ask);
    struct wc_mock_text rendered = {ask->prompt, ask->prompt_len};
    struct wc_mock_source source = {{NULL, 0}, 0, 0};
    if (ask->way.kind == WC_MOCK_WRONG)
        return strdup("{\"simulated\":\"not of the schema\"}");
    if (!schema)
        return strdup("This answer is simulated.");
    source.material = wc_mock_material(ask->mock, ask->target->model, rendered);
    source.random = hash(ask->mock->seed, ask->prompt, ask->prompt_len);
    source.random = hash(source.random, ask->model, strlen(ask->model));
    source.sentence = (size_t)(wc_mock_random(&source) % 1000);
    json_t *document = wc_mock_document(ask->mock, &source, schema);
    char *text = json_dumps(document, WC_MOCK_JSON);
    json_decref(document);
    return text;
}

/* ---- the stream --------------------------------------------------------------------------- */

static void event(struct wc_buf *out, const struct ask *ask, const char *delta, const char *finish)
{
    wc_buf_text(out,
                "data: {\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion.chunk\","
                "\"created\":0,\"system_fingerprint\":\"wright-mock\",\"model\":");
    wc_buf_json(out, ask->model, strlen(ask->model));
    wc_buf_text(out, ",\"choices\":[{\"index\":0,\"delta\":");
    wc_buf_text(out, delta);
    wc_buf_printf(out, ",\"finish_reason\":%s%s%s}]}\n\n", finish ? "\"" : "",
                  finish ? finish : "null", finish ? "\"" : "");
}

static void delta(struct wc_buf *out, const struct ask *ask, const char *field, const char *text,
                  size_t len)
{
    struct wc_buf piece = {0};
    wc_buf_printf(&piece, "{\"%s\":", field);
    wc_buf_json(&piece, text, len);
    wc_buf_char(&piece, '}');
    event(out, ask, piece.data, NULL);
    wc_buf_free(&piece);
}

static void usage(struct wc_buf *out, const struct ask *ask, size_t output_len)
{
    size_t input = ask->input_len / 4 + 1, output = output_len / 4 + 1;
    wc_buf_printf(out,
                  "{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,\"total_tokens\":%zu,"
                  "\"prompt_tokens_details\":{\"cached_tokens\":0}}",
                  input, output, input + output);
}

static const char *finish_of(const struct ask *ask)
{
    return ask->way.kind == WC_MOCK_FILTER   ? "content_filter"
           : ask->way.kind == WC_MOCK_LENGTH ? "length"
                                             : "stop";
}

static void write_stream(struct wc_buf *out, const struct ask *ask, const char *content,
                         size_t *half)
{
    size_t len = strlen(content), end = ask->way.kind == WC_MOCK_LENGTH ? len / 2 : len;
    event(out, ask, "{\"role\":\"assistant\",\"content\":\"\"}", NULL);
    if (ask->way.kind == WC_MOCK_REFUSE) {
        delta(out, ask, "refusal", "I cannot help with that (simulated).", 36);
        end = 0;
    }
    for (size_t at = 0; at < end;) {
        size_t part = end - at < CHUNK ? end - at : CHUNK;
        while (at + part < end && ((unsigned char)content[at + part] & 0xc0) == 0x80)
            part++;
        delta(out, ask, "content", content + at, part);
        at += part;
        if (at <= len / 2 || *half == 0)
            *half = out->len;
        if (ask->way.kind == WC_MOCK_MALFORMED) {
            wc_buf_text(out, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"bro\n\n");
            break;
        }
    }
    event(out, ask, "{}", finish_of(ask));
    json_t *options = json_object_get(ask->request, "stream_options");
    if (json_is_true(json_object_get(options, "include_usage"))) {
        wc_buf_text(out,
                    "data: {\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion.chunk\","
                    "\"created\":0,\"model\":");
        wc_buf_json(out, ask->model, strlen(ask->model));
        wc_buf_text(out, ",\"choices\":[],\"usage\":");
        usage(out, ask, len);
        wc_buf_text(out, "}\n\n");
    }
    wc_buf_text(out, "data: [DONE]\n\n");
}

static void write_whole(struct wc_buf *out, const struct ask *ask, const char *content)
{
    bool refused = ask->way.kind == WC_MOCK_REFUSE;
    size_t len = strlen(content);
    wc_buf_text(out,
                "{\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion\",\"created\":0,"
                "\"system_fingerprint\":\"wright-mock\",\"model\":");
    wc_buf_json(out, ask->model, strlen(ask->model));
    wc_buf_text(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    if (refused)
        wc_buf_text(out, "null,\"refusal\":\"I cannot help with that (simulated).\"");
    else
        wc_buf_json(out, content, ask->way.kind == WC_MOCK_LENGTH ? len / 2 : len);
    wc_buf_printf(out, "},\"finish_reason\":\"%s\"}],\"usage\":", finish_of(ask));
    usage(out, ask, len);
    wc_buf_char(out, '}');
    if (ask->way.kind == WC_MOCK_MALFORMED)
        out->len /= 2;
}

static void answer(struct ask *ask, struct wr_exchange *exchange)
{
    struct wc_buf out = {0};
    struct wc_mock_answer made = {.way = ask->way};
    char *content = content_for(ask);
    if (ask->stream) {
        made.type = "text/event-stream";
        write_stream(&out, ask, content ? content : "", &made.half);
    } else {
        made.type = "application/json";
        write_whole(&out, ask, content ? content : "");
        made.half = out.len / 2;
    }
    free(content);
    made.text = out.data; /* from realloc; taken */
    made.len = out.len;
    wc_mock_send(ask->mock, exchange, &made);
}

static const char *code_of(uint32_t status)
{
    switch (status) {
    case 401:
        return "invalid_api_key";
    case 404:
        return "model_not_found";
    case 429:
        return "rate_limit_exceeded";
    default:
        return status >= 500 ? "server_error" : "invalid_request_error";
    }
}

static void serve(struct ask *ask, struct wr_exchange *exchange)
{
    struct wr_str auth;
    ask->model = json_string_value(json_object_get(ask->request, "model"));
    ask->stream = json_is_true(json_object_get(ask->request, "stream"));
    ask->target = target_for(ask->mock, ask->model);
    if (!json_is_object(ask->request) || !read_messages(ask))
        wc_mock_refuse(exchange, 400, "invalid_request_error",
                       "The body must be a chat completion request with messages.");
    else if (!ask->target)
        wc_mock_refuse(exchange, 404, "model_not_found",
                       "The specification names no model that its provider calls so.");
    else if (!wc_mock_way_for(ask->target, exchange, &ask->way))
        return;
    else if (ask->target->model->endpoint.auth == WR_AUTH_BEARER &&
             wr_field(&exchange->request, "Authorization", &auth) == 0)
        wc_mock_refuse(exchange, 401, "invalid_api_key", "There is no Authorization field.");
    else if (ask->way.kind == WC_MOCK_FAIL)
        wc_mock_refuse(exchange, (int)ask->way.number, code_of(ask->way.number),
                       "Simulated failure.");
    else
        answer(ask, exchange);
}

void wc_mock_serve_model(struct wc_mock *mock, struct wr_exchange *exchange)
{
    struct wr_str body = exchange->request.body;
    struct ask ask = {.mock = mock};
    ask.request = json_loadb(body.ptr ? body.ptr : "", body.len, JSON_ALLOW_NUL, NULL);
    serve(&ask, exchange);
    json_decref(ask.request);
}
