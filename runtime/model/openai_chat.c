/* OpenAI's chat completions, streamed, as llama.cpp, vLLM, Ollama and others speak them too. It knows
 * JSON and classes, and nothing of connections or time. */
#include "runtime/base/quote.h"
#include "runtime/json/reader.h"
#include "runtime/model/provider.h"

#include <jansson.h>
#include <stdio.h>

#define SCRATCH_KEPT ((size_t)64 * 1024) /* from event to event */

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

/* ---- one event, in one pass ------------------------------------------------------------------ */

/* What is here without a value, or with one of another type, counts as absent: servers differ. A name
 * that comes again replaces what it said before. */

#define FIELD(text)                                                                                \
    {                                                                                              \
        .name = { WR_TEXT(text) }                                                                  \
    }

struct part {
    struct wr_str text;
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
    bool refused, thought[2]; /* thoughts are not part of the answer, but a sign of life */
};

static void skip(struct wr_reader *in)
{
    struct wr_str text;
    wr_read_any(in, &text, SIZE_MAX);
}

static struct wr_str text_of(struct wr_reader *in)
{
    struct wr_str text = {0};
    if (wr_next(in) == '"')
        wr_read_string(in, &text, 0, SIZE_MAX, WR_BYTES);
    else
        skip(in);
    return text;
}

/* Is it a string that is not empty? */
static bool says_something(struct wr_reader *in)
{
    struct wr_str text;
    bool string = wr_next(in) == '"';
    return wr_read_any(in, &text, SIZE_MAX) && string && text.len > 2;
}

static int64_t integer_of(struct wr_reader *in, bool *huge)
{
    struct wr_str text;
    int64_t value = 0;
    bool over = false;
    int c = wr_next(in);
    if (!wr_read_any(in, &text, SIZE_MAX) || (c != '-' && (c < '0' || c > '9')))
        return 0;
    for (size_t i = c == '-'; i < text.len; i++) {
        int digit = text.ptr[i] - '0';
        if (digit < 0 || digit > 9)
            return 0; /* a fraction or an exponent */
        over = over || __builtin_mul_overflow(value, 10, &value) ||
               __builtin_add_overflow(value, c == '-' ? -digit : digit, &value);
    }
    *huge = *huge || over;
    return over ? 0 : value;
}

static int64_t count_of(struct wr_reader *in, bool *huge)
{
    int64_t count = integer_of(in, huge);
    return count > 0 ? count : 0;
}

static bool begin(struct wr_reader *in, struct wr_object *object, const struct wr_shape *shape,
                  uint64_t *seen)
{
    if (wr_next(in) == '{')
        return wr_read_object(in, object, shape, seen);
    skip(in);
    return false;
}

static int64_t read_cached(struct wr_reader *in, bool *huge)
{
    static const struct wr_field fields[] = {FIELD("cached_tokens")};
    static const struct wr_shape shape = {fields, 1, true};
    struct wr_object object;
    uint64_t seen[1];
    int64_t count = 0;
    if (!begin(in, &object, &shape, seen))
        return 0;
    while (wr_read_member(in, &object))
        count = count_of(in, huge);
    wr_read_object_end(in, &object);
    return count;
}

static struct wr_usage read_usage(struct wr_reader *in, bool *huge)
{
    static const struct wr_field fields[] = {FIELD("prompt_tokens"), FIELD("completion_tokens"),
                                             FIELD("prompt_tokens_details")};
    static const struct wr_shape shape = {fields, 3, true};
    struct wr_usage usage = {0};
    struct wr_object object;
    uint64_t seen[1];
    if (!begin(in, &object, &shape, seen))
        return usage;
    usage.known = true;
    while (wr_read_member(in, &object)) {
        if (object.field == 0)
            usage.input_tokens = count_of(in, huge);
        else if (object.field == 1)
            usage.output_tokens = count_of(in, huge);
        else
            usage.cached_tokens = read_cached(in, huge);
    }
    wr_read_object_end(in, &object);
    return usage;
}

/* A delta of a stream, or the message of an answer that was not streamed. */
static struct delta read_delta(struct wr_reader *in)
{
    static const struct wr_field fields[] = {FIELD("content"), FIELD("refusal"),
                                             FIELD("reasoning_content"), FIELD("reasoning")};
    static const struct wr_shape shape = {fields, 4, true};
    struct delta delta = {0};
    struct wr_object object;
    uint64_t seen[1];
    if (!begin(in, &object, &shape, seen))
        return delta;
    while (wr_read_member(in, &object)) {
        if (object.field == 0)
            delta.content = text_of(in);
        else if (object.field == 1)
            delta.refused = says_something(in);
        else
            delta.thought[object.field - 2] = says_something(in);
    }
    wr_read_object_end(in, &object);
    return delta;
}

static void add_said(struct wr_reader *in, struct said *said, const struct delta *delta,
                     struct wr_str finish)
{
    if (delta->content.len > 0) {
        struct part *part = WR_NEW(in->arena, struct part);
        part->text = delta->content;
        *said->last = part;
        said->last = &part->next;
    }
    said->refused = said->refused || delta->refused;
    said->sign = said->sign || delta->content.len > 0 || delta->refused || delta->thought[0] ||
                 delta->thought[1];
    if (finish.len > 0 && *finish.ptr)
        said->finish = finish;
}

static void read_choice(struct wr_reader *in, struct chunk *chunk)
{
    enum { INDEX, DELTA, FINISH, MESSAGE };
    static const struct wr_field fields[] = {FIELD("index"), FIELD("delta"), FIELD("finish_reason"),
                                             FIELD("message")};
    static const struct wr_shape shape = {fields, 4, true};
    struct delta delta = {0}, message = {0};
    struct wr_str finish = {0};
    struct wr_object object;
    uint64_t seen[1];
    int64_t index = 0;
    if (!begin(in, &object, &shape, seen))
        return;
    while (wr_read_member(in, &object)) {
        if (object.field == INDEX)
            index = integer_of(in, &chunk->huge);
        else if (object.field == DELTA)
            delta = read_delta(in);
        else if (object.field == FINISH)
            finish = text_of(in);
        else
            message = read_delta(in);
    }
    if (wr_read_object_end(in, &object) && index == 0)
        add_said(in, &chunk->said, wr_was_read(&object, DELTA) ? &delta : &message, finish);
}

static void read_choices(struct wr_reader *in, struct chunk *chunk)
{
    int c = wr_next(in);
    size_t count = 0;
    chunk->said = (struct said){.no_list = c != '[' && c != 'n', .last = &chunk->said.first};
    if (c != '[') {
        skip(in);
        return;
    }
    if (wr_read_items(in))
        while (wr_read_item(in, &count))
            read_choice(in, chunk);
}

static bool read_chunk(struct wr_reader *in, void *value)
{
    enum { ID, MODEL, CHOICES, USAGE, ERROR };
    static const struct wr_field fields[] = {FIELD("id"), FIELD("model"), FIELD("choices"),
                                             FIELD("usage"), FIELD("error")};
    static const struct wr_shape shape = {fields, 5, true};
    struct chunk *chunk = value;
    struct wr_object object;
    uint64_t seen[1];
    chunk->object = begin(in, &object, &shape, seen);
    if (!chunk->object)
        return true;
    while (wr_read_member(in, &object)) {
        if (object.field == ID)
            chunk->id = text_of(in);
        else if (object.field == MODEL)
            chunk->model = text_of(in);
        else if (object.field == CHOICES)
            read_choices(in, chunk);
        else if (object.field == USAGE)
            chunk->usage = read_usage(in, &chunk->huge);
        else
            wr_read_any(in, &chunk->error, SIZE_MAX);
    }
    return wr_read_object_end(in, &object);
}

/* ---- what it means ------------------------------------------------------------------------- */

static void keep(char *to, size_t size, struct wr_str text)
{
    if (!text.ptr)
        return;
    size_t len = strnlen(text.ptr, text.len < size ? text.len : size - 1);
    memcpy(to, text.ptr, len);
    to[len] = '\0';
}

static bool take_error(struct wr_answer *answer, struct wr_str text)
{
    json_t *error = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
    if (!error)
        return false;
    answer->error = class_of_error(error, 0, answer->code, sizeof answer->code);
    json_decref(error);
    return true;
}

static bool take_chunk(struct wr_answer *answer, const struct chunk *chunk)
{
    const struct said *said = &chunk->said;
    if (!chunk->object || chunk->huge)
        return false;
    if (chunk->error.len > 0 && *chunk->error.ptr != 'n')
        return take_error(answer, chunk->error);
    if (said->no_list)
        return false;
    keep(answer->version, sizeof answer->version, chunk->model);
    keep(answer->id, sizeof answer->id, chunk->id);
    if (chunk->usage.known)
        answer->usage = chunk->usage;
    for (const struct part *part = said->first; part; part = part->next)
        if (part->text.len > answer->max - answer->content.len ||
            !wr_bytes_add(&answer->content, part->text.ptr, part->text.len))
            answer->overflow = true;
    answer->token = answer->token || said->sign;
    answer->refused = answer->refused || said->refused;
    answer->finished = answer->finished || said->finish.len > 0;
    keep(answer->finish, sizeof answer->finish, said->finish);
    return true;
}

static bool event(struct wr_arena *scratch, struct wr_answer *answer, struct wr_str data)
{
    static const struct wr_schema schema = {
        .name = "chunk", .size = sizeof(struct chunk), .decode = read_chunk};
    struct wr_reader in;
    if (data.len == 6 && memcmp(data.ptr, "[DONE]", 6) == 0) {
        answer->done = true;
        return true;
    }
    if (data.len == 0)
        return true;
    wr_reader_init(&in, scratch, data);
    in.memory_max = SIZE_MAX; /* what it takes is in proportion to the event, which is bounded */
    in.last_wins = true;
    const struct chunk *chunk = wr_decode(&in, &schema);
    bool good = chunk && take_chunk(answer, chunk);
    if (scratch->used > SCRATCH_KEPT)
        wr_arena_free(scratch);
    else
        wr_arena_reset(scratch);
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
