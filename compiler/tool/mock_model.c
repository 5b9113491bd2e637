/* Simulated models: what a request asks for, in any wire format, and documents of the specification's
 * schemas to answer it with. */
#include "compiler/tool/mock_ask.h"

#include "compiler/emit/emit.h"

#include <stdlib.h>
#include <string.h>

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

static void take_message(struct wc_mock_ask *ask, const char *text, size_t len, bool user)
{
    ask->input_len += len;
    if (!user && ask->prompt)
        return;
    ask->prompt = text;
    ask->prompt_len = len;
}

/* What came of a tool's call, in each format. */
static bool is_result(const json_t *message)
{
    const char *role = json_string_value(json_object_get(message, "role"));
    const char *type = json_string_value(json_object_get(message, "type"));
    json_t *part = json_array_get(json_object_get(message, "content"), 0);
    const char *inner = json_string_value(json_object_get(part, "type"));
    return (role && strcmp(role, "tool") == 0) ||
           (type && strcmp(type, "function_call_output") == 0) ||
           (inner && strcmp(inner, "tool_result") == 0);
}

/* A call that it has made, or what came of one: no text of the user's. */
static bool is_turn(struct wc_mock_ask *ask, const json_t *message)
{
    const char *type = json_string_value(json_object_get(message, "type"));
    json_t *part = json_array_get(json_object_get(message, "content"), 0);
    const char *inner = json_string_value(json_object_get(part, "type"));
    ask->results += is_result(message);
    return is_result(message) || json_object_get(message, "tool_calls") ||
           (type && strcmp(type, "function_call") == 0) ||
           (inner && strcmp(inner, "tool_use") == 0);
}

/* A list of messages; a system text of its own, as Anthropic has it; Responses also take one text. */
static bool read_messages(struct wc_mock_ask *ask)
{
    json_t *messages = json_object_get(ask->request, ask->wire->field);
    json_t *system = json_object_get(ask->request, "system");
    if (json_is_string(system))
        ask->input_len += json_string_length(system);
    if (json_is_string(messages))
        take_message(ask, json_string_value(messages), json_string_length(messages), true);
    for (size_t i = 0; i < json_array_size(messages); i++) {
        size_t len = 0;
        json_t *message = json_array_get(messages, i);
        if (is_turn(ask, message))
            continue;
        const char *role = json_string_value(json_object_get(message, "role"));
        const char *text = text_of(message, &len);
        if (!role || !text)
            return false;
        take_message(ask, text, len, strcmp(role, "user") == 0);
    }
    return ask->prompt != NULL;
}

const struct wc_schema *wc_mock_schema_named(const struct wc_mock *mock, const char *name)
{
    WC_EACH(i, &mock->model->schemas)
    if (name && strcmp(mock->model->schemas.items[i]->name, name) == 0)
        return mock->model->schemas.items[i];
    return NULL;
}

const struct wc_schema *wc_mock_schema_like(const struct wc_mock *mock, const json_t *json)
{
    const struct wc_schema *found = NULL;
    size_t count = mock->model->schemas.count * WR_PROFILE_COUNT;
    for (size_t i = 0; json && !found && i < count; i++) {
        struct wc_buf text = {0};
        wc_json_schema_wire(&text, mock->model->schemas.items[i / WR_PROFILE_COUNT],
                            (enum wr_profile)(i % WR_PROFILE_COUNT));
        json_t *wire = json_loadb(text.data, text.len, 0, NULL);
        if (json_equal(wire, json))
            found = mock->model->schemas.items[i / WR_PROFILE_COUNT];
        json_decref(wire);
        wc_buf_free(&text);
    }
    return found;
}

/* A schema that is told in words, at the end of a system text. */
static const struct wc_schema *schema_in(const struct wc_mock_ask *ask, const char *text)
{
    const char *at = text ? strstr(text, "JSON Schema: ") : NULL;
    json_t *json =
        at ? json_loads(at + strlen("JSON Schema: "), JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    const struct wc_schema *found = wc_mock_schema_like(ask->mock, json);
    json_decref(json);
    return found;
}

static const struct wc_schema *schema_in_words(const struct wc_mock_ask *ask)
{
    json_t *messages = json_object_get(ask->request, ask->wire->field);
    const struct wc_schema *found =
        schema_in(ask, json_string_value(json_object_get(ask->request, "system")));
    for (size_t i = 0; !found && i < json_array_size(messages); i++) {
        size_t len = 0;
        found = schema_in(ask, text_of(json_array_get(messages, i), &len));
    }
    return found;
}

static uint64_t hash(uint64_t seed, const char *text, size_t len)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ seed;
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* Who asks: the newest message that is some stage's prompt tells; what comes after it are an answer and what
 * was wrong with it. `told`: that message. */
static const struct wc_stage *asking(const struct wc_mock_ask *ask, struct wc_mock_text *told,
                                     struct wc_mock_text *material)
{
    json_t *messages = json_object_get(ask->request, ask->wire->field);
    const struct wc_ai_model *model = ask->target->model;
    for (size_t i = json_array_size(messages); i > 0; i--) {
        struct wc_mock_text text = {NULL, 0};
        text.ptr = text_of(json_array_get(messages, i - 1), &text.len);
        const struct wc_stage *stage =
            text.ptr ? wc_mock_stage_asking(ask->mock, model, text, material) : NULL;
        if (!stage)
            continue;
        *told = text;
        return stage;
    }
    *told = (struct wc_mock_text){ask->prompt, ask->prompt_len};
    return wc_mock_stage_asking(ask->mock, model, *told, material);
}

json_t *wc_mock_answer_tool(struct wc_mock_ask *ask)
{
    json_t *tools = json_object_get(ask->request, "tools"), *tool;
    size_t i;
    json_array_foreach(tools, i, tool)
    {
        json_t *of = ask->wire->within ? json_object_get(tool, ask->wire->within) : tool;
        const char *name = json_string_value(json_object_get(of, "name"));
        if (!wc_mock_schema_named(ask->mock, name))
            continue;
        ask->tool = true;
        ask->tool_name = name;
        return of;
    }
    return NULL;
}

static bool is_offered(const struct wc_mock_ask *ask, const char *name)
{
    json_t *tools = json_object_get(ask->request, "tools"), *tool;
    size_t i;
    json_array_foreach(tools, i, tool)
    {
        json_t *of = ask->wire->within ? json_object_get(tool, ask->wire->within) : tool;
        const char *its = json_string_value(json_object_get(of, "name"));
        if (its && strcmp(its, name) == 0)
            return true;
    }
    return false;
}

/* May it call? A choice that is a word says so, or an object whose `type` does. */
static bool may_call(const struct wc_mock_ask *ask)
{
    json_t *choice = json_object_get(ask->request, "tool_choice");
    const char *word =
        json_string_value(json_is_object(choice) ? json_object_get(choice, "type") : choice);
    return !word || strcmp(word, "auto") == 0 || strcmp(word, "required") == 0 ||
           strcmp(word, "any") == 0;
}

/* Of the tools that only read it calls each once, one in a turn, then it answers. */
static void choose_call(struct wc_mock_ask *ask)
{
    size_t at = 0;
    const struct wc_model *model = ask->mock->model;
    for (size_t i = 0; i < model->workflows.count && may_call(ask); i++) {
        const struct wc_workflow *flow = model->workflows.items[i];
        WC_EACH(k, &flow->activities)
        {
            const struct wc_stage *tool = flow->activities.items[k];
            const struct wc_action *asked = tool->above ? &tool->above->action : NULL;
            if (!tool->operation || tool->effect > WR_READ ||
                (asked->model != ask->target->model && asked->candidate != ask->target->model) ||
                !is_offered(ask, tool->name))
                continue;
            if (at++ == ask->results && !ask->calls)
                ask->calls = tool;
        }
    }
    if (!ask->calls)
        return;
    ask->tool = true;
    ask->tool_name = ask->calls->name;
}

/* What the model says. */
static char *content_for(const struct wc_mock_ask *ask)
{
    const struct wc_schema *schema = ask->calls ? ask->calls->operation->takes : ask->schema;
    struct wc_mock_text told;
    struct wc_mock_source source = {{NULL, 0}, 0, 0, NULL};
    if (ask->calls && !schema)
        return strdup("{}");
    if (ask->way.kind == WC_MOCK_WRONG)
        return strdup("{\"simulated\":\"not of the schema\"}");
    if (!schema)
        return strdup("This answer is simulated.");
    const struct wc_stage *stage = asking(ask, &told, &source.material);
    const char *given =
        ask->calls ? NULL : wc_mock_given(ask->mock, stage, ask->target->name, told);
    if (given)
        return strdup(given);
    source.profile = &wc_profiles[ask->calls ? wc_tool_profile_for(ask->target->model, schema)
                                             : wc_profile_for(ask->target->model, schema)];
    source.random = hash(ask->mock->seed, ask->prompt, ask->prompt_len);
    source.random = hash(source.random, ask->model, strlen(ask->model));
    source.sentence = (size_t)(wc_mock_random(&source) % 1000);
    json_t *document = wc_mock_document(ask->mock, &source, schema);
    char *text = json_dumps(document, WC_MOCK_JSON);
    json_decref(document);
    return text;
}

static void answer(struct wc_mock_ask *ask, struct wr_exchange *exchange)
{
    struct wc_buf out = {0};
    struct wc_mock_answer made = {.way = ask->way};
    char *content = content_for(ask);
    if (ask->stream) {
        made.type = "text/event-stream";
        ask->wire->stream(&out, ask, content ? content : "", &made.half);
    } else {
        made.type = "application/json";
        ask->wire->whole(&out, ask, content ? content : "");
        if (ask->way.kind == WC_MOCK_MALFORMED)
            out.len /= 2;
        made.half = out.len / 2;
    }
    free(content);
    made.text = out.data; /* from realloc; taken */
    made.len = out.len;
    wc_mock_send(ask->mock, exchange, &made);
}

/* The word of each dialect for a status. */
static const char *code_of(const struct wc_mock_ask *ask, uint32_t status)
{
    static const struct {
        uint32_t status;
        const char *openai, *anthropic;
    } rows[] = {{401, "invalid_api_key", "authentication_error"},
                {402, "billing_not_active", "billing_error"},
                {403, "permission_denied", "permission_error"},
                {404, "model_not_found", "not_found_error"},
                {413, "request_too_large", "request_too_large"},
                {429, "rate_limit_exceeded", "rate_limit_error"},
                {504, "server_error", "timeout_error"},
                {529, "overloaded_error", "overloaded_error"}};
    bool anthropic = ask->wire->anthropic;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return anthropic ? rows[i].anthropic : rows[i].openai;
    if (status < 500)
        return "invalid_request_error";
    return anthropic ? "api_error" : "server_error";
}

static void refuse(const struct wc_mock_ask *ask, struct wr_exchange *exchange, uint32_t status,
                   const char *message)
{
    if (ask->wire->anthropic)
        wc_mock_refuse_anthropic(exchange, (int)status, code_of(ask, status), message);
    else
        wc_mock_refuse(exchange, (int)status, code_of(ask, status), message);
}

static bool has_key(const struct wc_mock_ask *ask, const struct wr_exchange *exchange)
{
    struct wr_str key;
    const struct wr_request *request = &exchange->request;
    return wr_field(request, "Authorization", &key) > 0 ||
           (ask->wire->anthropic && wr_field(request, "x-api-key", &key) > 0);
}

static void serve(struct wc_mock_ask *ask, struct wr_exchange *exchange)
{
    struct wr_str version;
    ask->model = json_string_value(json_object_get(ask->request, "model"));
    ask->stream = json_is_true(json_object_get(ask->request, "stream"));
    ask->target = target_for(ask->mock, ask->model);
    if (!json_is_object(ask->request) || !read_messages(ask))
        refuse(ask, exchange, 400, "The body must be a request of this format, with messages.");
    else if (ask->wire->anthropic &&
             wr_field(&exchange->request, "anthropic-version", &version) == 0)
        refuse(ask, exchange, 400, "anthropic-version: header is required");
    else if (!ask->target)
        refuse(ask, exchange, 404, "The specification names no model that its provider calls so.");
    else if (!wc_mock_way_for(ask->target, exchange, &ask->way))
        return;
    else if (ask->target->model->endpoint.auth == WR_AUTH_BEARER && !has_key(ask, exchange))
        refuse(ask, exchange, 401, "There is no key.");
    else if (ask->way.kind == WC_MOCK_FAIL)
        refuse(ask, exchange, ask->way.number, "Simulated failure.");
    else {
        ask->schema = ask->wire->schema(ask);
        if (!ask->schema)
            ask->schema = schema_in_words(ask);
        choose_call(ask);
        answer(ask, exchange);
    }
}

bool wc_mock_serve_model(struct wc_mock *mock, struct wr_exchange *exchange)
{
    struct wr_str body = exchange->request.body;
    struct wc_mock_ask ask = {.mock = mock, .wire = wc_mock_wire_at(exchange->request.path)};
    if (!ask.wire)
        return false;
    ask.request = json_loadb(body.ptr ? body.ptr : "", body.len, JSON_ALLOW_NUL, NULL);
    serve(&ask, exchange);
    json_decref(ask.request);
    return true;
}
