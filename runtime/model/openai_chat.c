/* OpenAI's chat completions, streamed, as llama.cpp, vLLM, Ollama and others speak them too. It knows
 * JSON and classes, and nothing of connections or time. */
#include "runtime/base/quote.h"
#include "runtime/model/provider.h"

#include <jansson.h>
#include <stdio.h>

/* ---- the request ---------------------------------------------------------------------------- */

static bool add(struct wr_bytes *body, const char *text)
{
    return wr_bytes_add(body, text, strlen(text));
}

static bool add_quoted(struct wr_bytes *body, const char *text, size_t len)
{
    if (len > SIZE_MAX / 16 || !wr_bytes_reserve(body, WR_QUOTE_ROOM(len)))
        return false;
    body->len += wr_quote(body->data + body->len, text, len);
    return true;
}

/* OpenAI's newer models refuse `max_tokens`; the compatible servers know it, and several of them
 * leave `max_completion_tokens` unread, which would make the answer unbounded; and OpenAI refuses
 * both together. So the host decides. */
static const char *limit_name(const char *host)
{
    static const char *const newer[] = {"openai.com", "openai.azure.com"};
    size_t len = strlen(host);
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++) {
        size_t end = strlen(newer[i]);
        if (len >= end && strcmp(host + len - end, newer[i]) == 0 &&
            (len == end || host[len - end - 1] == '.'))
            return "max_completion_tokens";
    }
    return "max_tokens";
}

/* The name may have letters, digits, '_' and '-' only, 64 at most: a schema's name has no others. */
static bool add_format(struct wr_bytes *body, const struct wr_schema *as)
{
    size_t len = strlen(as->name);
    return add(body, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":") &&
           add_quoted(body, as->name, len < 64 ? len : 64) &&
           add(body, ",\"strict\":true,\"schema\":") && add(body, as->json_schema) &&
           add(body, "}}");
}

static bool request(struct wr_bytes *body, const struct wr_model *model,
                    const struct wr_action *action, const char *host)
{
    char limit[64];
    bool good = add(body, "{\"model\":") && add_quoted(body, model->model, strlen(model->model)) &&
                add(body, ",\"messages\":[");
    for (size_t i = 0; good && i < action->message_count; i++) {
        const struct wr_message *message = &action->messages[i];
        good = add(body, i ? ",{\"role\":" : "{\"role\":") &&
               add_quoted(body, message->role, strlen(message->role)) &&
               add(body, ",\"content\":") &&
               add_quoted(body, message->text.ptr, message->text.len) && add(body, "}");
    }
    snprintf(limit, sizeof limit, "],\"%s\":%u", limit_name(host), model->max_output_tokens);
    good = good && add(body, limit) &&
           add(body, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    if (action->as && action->as->json_schema)
        good = good && add_format(body, action->as);
    return good && add(body, "}");
}

/* ---- what comes back ------------------------------------------------------------------------ */

static void copy(char *to, size_t size, const char *text)
{
    if (text)
        snprintf(to, size, "%s", text);
}

/* A provider's word for an error, cut to fit; nothing where it is not one word, as sentences may repeat
 * parts of a prompt or of a key. */
static void copy_word(char *to, size_t size, const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    *to = '\0';
    if (text && text[strspn(text, letters)] == '\0')
        copy(to, size, text);
}

static const struct {
    const char *word;
    enum wr_class class;
} words[] = {
    {"context_length_exceeded", WR_CLASS_context_length},
    {"exceed_context_size_error", WR_CLASS_context_length},
    {"string_above_max_length", WR_CLASS_context_length},
    {"content_filter", WR_CLASS_content_filter},
    {"content_policy_violation", WR_CLASS_content_filter},
    {"ResponsibleAIPolicyViolation", WR_CLASS_content_filter},
    {"insufficient_quota", WR_CLASS_quota_exhausted},
    {"quota_exceeded", WR_CLASS_quota_exhausted},
    {"billing_not_active", WR_CLASS_billing},
    {"billing_hard_limit_reached", WR_CLASS_billing},
    {"model_not_found", WR_CLASS_not_found},
    {"invalid_api_key", WR_CLASS_auth},
    {"authentication_error", WR_CLASS_auth},
    {"rate_limit_exceeded", WR_CLASS_rate_limited},
    {"rate_limit_error", WR_CLASS_rate_limited},
    {"overloaded_error", WR_CLASS_overloaded},
    {"server_overloaded", WR_CLASS_overloaded},
    {"invalid_request_error", WR_CLASS_bad_request},
    {"BadRequestError", WR_CLASS_bad_request},
};

static enum wr_class class_of_word(const char *word)
{
    for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].class;
    return WR_OK;
}

/* Servers without a code for a prompt that is too long say so in words. */
static bool speaks_of_context(const char *message)
{
    static const char *const phrases[] = {"maximum context length", "context window",
                                          "context size", "context length"};
    for (size_t i = 0; message && i < sizeof phrases / sizeof *phrases; i++)
        if (strcasestr(message, phrases[i]))
            return true;
    return false;
}

/* The class of an error object; `status` 0: it came within a stream. */
static enum wr_class class_of_error(json_t *error, int status, char *code, size_t code_size)
{
    const char *message = NULL;
    json_t *number = json_object_get(error, "code");
    const char *inner =
        json_string_value(json_object_get(json_object_get(error, "innererror"), "code"));
    const char *names[] = {inner, json_string_value(number),
                           json_string_value(json_object_get(error, "type"))};
    if (json_is_integer(number) && status == 0)
        status = (int)json_integer_value(number);
    message = json_is_string(error) ? json_string_value(error)
                                    : json_string_value(json_object_get(error, "message"));
    for (size_t i = 0; i < 3; i++) {
        enum wr_class class = class_of_word(names[i]);
        if (!*code && names[i])
            copy_word(code, code_size, names[i]);
        /* A general word says less than a status that means something by itself. */
        if (class != WR_OK && (class != WR_CLASS_bad_request || status == 0)) {
            copy_word(code, code_size, names[i]);
            return class;
        }
    }
    if ((status == 0 || status == 400 || status == 413) && speaks_of_context(message))
        return WR_CLASS_context_length;
    if (status == 413)
        return WR_CLASS_context_length;
    return status == 0 ? WR_CLASS_server_error : wr_class_of_status(status);
}

static enum wr_class refusal(int status, struct wr_str body, char *code, size_t code_size)
{
    json_t *root = json_loadb(body.ptr ? body.ptr : "", body.len, JSON_ALLOW_NUL, NULL);
    *code = '\0';
    json_t *error = json_object_get(root, "error");
    enum wr_class class = class_of_error(error ? error : root, status, code, code_size);
    json_decref(root);
    return class;
}

static int64_t count_of(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    return json_is_integer(value) && json_integer_value(value) > 0 ? json_integer_value(value) : 0;
}

static void take_usage(struct wr_answer *answer, json_t *usage)
{
    if (!json_is_object(usage))
        return;
    answer->usage.known = true;
    answer->usage.input_tokens = count_of(usage, "prompt_tokens");
    answer->usage.output_tokens = count_of(usage, "completion_tokens");
    answer->usage.cached_tokens =
        count_of(json_object_get(usage, "prompt_tokens_details"), "cached_tokens");
}

/* A delta of a stream, or the message of an answer that was not streamed. */
static void take_delta(struct wr_answer *answer, json_t *delta)
{
    static const char *const thoughts[] = {"reasoning_content", "reasoning"};
    json_t *content = json_object_get(delta, "content");
    size_t len = json_string_length(content);
    if (len > 0) {
        answer->token = true;
        if (len > answer->max - answer->content.len ||
            !wr_bytes_add(&answer->content, json_string_value(content), len))
            answer->overflow = true;
    }
    if (json_string_length(json_object_get(delta, "refusal")) > 0)
        answer->token = answer->refused = true;
    for (size_t i = 0; i < 2; i++) /* not part of the answer, but a sign of life */
        if (json_string_length(json_object_get(delta, thoughts[i])) > 0)
            answer->token = true;
}

static bool take_chunk(struct wr_answer *answer, json_t *root)
{
    json_t *error = json_object_get(root, "error");
    if (error && !json_is_null(error)) {
        answer->error = class_of_error(error, 0, answer->code, sizeof answer->code);
        return true;
    }
    json_t *choices = json_object_get(root, "choices");
    if (!json_is_object(root) || (choices && !json_is_array(choices) && !json_is_null(choices)))
        return false;
    copy(answer->version, sizeof answer->version,
         json_string_value(json_object_get(root, "model")));
    copy(answer->id, sizeof answer->id, json_string_value(json_object_get(root, "id")));
    take_usage(answer, json_object_get(root, "usage"));
    for (size_t i = 0; i < json_array_size(choices); i++) {
        json_t *choice = json_array_get(choices, i);
        json_t *delta = json_object_get(choice, "delta");
        const char *finish = json_string_value(json_object_get(choice, "finish_reason"));
        if (json_integer_value(json_object_get(choice, "index")) != 0)
            continue;
        take_delta(answer, delta ? delta : json_object_get(choice, "message"));
        if (finish && *finish) {
            copy(answer->finish, sizeof answer->finish, finish);
            answer->finished = true;
        }
    }
    return true;
}

static bool event(struct wr_answer *answer, struct wr_str data)
{
    if (data.len == 6 && memcmp(data.ptr, "[DONE]", 6) == 0) {
        answer->done = true;
        return true;
    }
    if (data.len == 0)
        return true;
    json_t *root = json_loadb(data.ptr, data.len, JSON_ALLOW_NUL, NULL);
    bool good = root && take_chunk(answer, root);
    json_decref(root);
    return good;
}

static enum wr_class end(const struct wr_answer *answer, const char **why)
{
    *why = "";
    if (answer->error != WR_OK) {
        *why = "reported an error within its stream";
        return answer->error;
    }
    if (strcmp(answer->finish, "content_filter") == 0) {
        *why = "stopped the answer with its content filter";
        return WR_CLASS_content_filter;
    }
    if (answer->refused) {
        *why = "refused to answer";
        return WR_CLASS_refusal;
    }
    if (!answer->finished && !answer->done) {
        *why = "closed the stream before its answer was whole";
        return WR_CLASS_stream_truncated;
    }
    if (strcmp(answer->finish, "length") == 0) {
        *why = "reached its output limit before the answer was whole";
        return WR_CLASS_output_truncated;
    }
    return WR_OK;
}

const struct wr_provider wr_openai_chat = {
    .name = "openai.chat",
    .path = "/chat/completions",
    .accept = "text/event-stream, application/json",
    .request = request,
    .event = event,
    .refusal = refusal,
    .end = end,
};
