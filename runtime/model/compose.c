/* The parts of requests and answers that all formats share. */
#include "runtime/model/compose.h"

#include "runtime/base/quote.h"
#include "runtime/base/str.h"

#include <stdio.h>

bool wr_put(struct wr_bytes *body, const char *text)
{
    return wr_bytes_add(body, text, strlen(text));
}

static bool put_escaped(struct wr_bytes *body, struct wr_str text, bool quotes)
{
    if (text.len > SIZE_MAX / 16 || !wr_bytes_reserve(body, WR_QUOTE_ROOM(text.len)))
        return false;
    char *at = body->data + body->len;
    size_t len = wr_quote(at, text.ptr, text.len);
    if (!quotes) {
        len -= 2;
        memmove(at, at + 1, len);
    }
    body->len += len;
    return true;
}

bool wr_put_quoted(struct wr_bytes *body, struct wr_str text)
{
    return put_escaped(body, text, true);
}

bool wr_put_count(struct wr_bytes *body, const char *name, uint32_t number)
{
    char text[64];
    snprintf(text, sizeof text, ",\"%s\":%u", name, number);
    return wr_put(body, text);
}

bool wr_put_temperature(struct wr_bytes *body, const struct wr_model *model)
{
    return !model->temperature ||
           (wr_put(body, ",\"temperature\":") && wr_put(body, model->temperature));
}

struct wr_str wr_schema_name(const struct wr_schema *schema)
{
    size_t len = strlen(schema->name);
    return (struct wr_str){schema->name, len < 64 ? len : 64};
}

bool wr_has_schema(const struct wr_asked *request)
{
    return request->wire;
}

bool wr_wants_instruction(const struct wr_asked *request)
{
    return wr_has_schema(request) && (request->structured == WR_STRUCTURED_JSON ||
                                      request->structured == WR_STRUCTURED_PROMPT);
}

bool wr_put_instruction(struct wr_bytes *body, const struct wr_asked *request)
{
    const char *schema = request->wire;
    return wr_put(body,
                  "Answer with one JSON object and nothing else. It must be valid by this JSON "
                  "Schema: ") &&
           put_escaped(body, wr_str_of(schema), false);
}

static bool put_message(struct wr_bytes *body, const struct wr_asked *request,
                        const struct wr_message *message, bool first)
{
    if (message->call_count || strcmp(message->role, "tool") == 0)
        return (first || wr_put(body, ",")) && request->provider->format->turn(body, message);
    struct wr_str role = {message->role, strlen(message->role)};
    return wr_put(body, first ? "{\"role\":" : ",{\"role\":") && wr_put_quoted(body, role) &&
           wr_put(body, ",\"content\":") && wr_put_quoted(body, message->text) && wr_put(body, "}");
}

bool wr_put_messages(struct wr_bytes *body, const struct wr_asked *request)
{
    bool good = wr_put(body, "["), told = !wr_wants_instruction(request), first = true;
    for (size_t i = 0; good && i < request->message_count; i++) {
        const struct wr_message *message = &request->messages[i];
        if (!told && strcmp(message->role, "system") != 0) {
            good = wr_put(body, first ? "{\"role\":\"system\",\"content\":\""
                                      : ",{\"role\":\"system\",\"content\":\"") &&
                   wr_put_instruction(body, request) && wr_put(body, "\"}");
            told = true;
            first = false;
        }
        good = good && put_message(body, request, message, first);
        first = false;
    }
    return good && wr_put(body, "]");
}

void wr_keep(char *to, size_t size, struct wr_str text)
{
    if (!text.ptr)
        return;
    size_t len = strnlen(text.ptr, text.len < size ? text.len : size - 1);
    memcpy(to, text.ptr, len);
    to[len] = '\0';
}

void wr_answer_add(struct wr_answer *answer, struct wr_str text)
{
    if (text.len == 0)
        return;
    answer->signs++;
    if (text.len > answer->max - answer->content.len - answer->argued ||
        !wr_bytes_add(&answer->content, text.ptr, text.len))
        answer->overflow = true;
}

void wr_answer_tool(struct wr_answer *answer)
{
    answer->signs++;
    if (!answer->tool)
        answer->content.len = 0;
    answer->tool = true;
}
