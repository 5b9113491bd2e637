/* Problem details, RFC 9457. */
#include "runtime/http/problem.h"
#include "runtime/base/str.h"
#include "runtime/http/server.h"

#include "runtime/base/arena.h"
#include "runtime/base/quote.h"

#include <stdio.h>
#include <string.h>

#define TYPE_START "urn:problem-type:wright:"

const char *wr_status_phrase(int status)
{
    switch (status) {
#define PHRASE(number, phrase)                                                                     \
    case number:                                                                                   \
        return phrase;
        PHRASE(200, "OK")
        PHRASE(201, "Created")
        PHRASE(202, "Accepted")
        PHRASE(204, "No Content")
        PHRASE(303, "See Other")
        PHRASE(304, "Not Modified")
        PHRASE(400, "Bad Request")
        PHRASE(401, "Unauthorized")
        PHRASE(402, "Payment Required")
        PHRASE(403, "Forbidden")
        PHRASE(404, "Not Found")
        PHRASE(405, "Method Not Allowed")
        PHRASE(406, "Not Acceptable")
        PHRASE(408, "Request Timeout")
        PHRASE(409, "Conflict")
        PHRASE(410, "Gone")
        PHRASE(411, "Length Required")
        PHRASE(412, "Precondition Failed")
        PHRASE(413, "Content Too Large")
        PHRASE(414, "URI Too Long")
        PHRASE(415, "Unsupported Media Type")
        PHRASE(417, "Expectation Failed")
        PHRASE(422, "Unprocessable Content")
        PHRASE(424, "Failed Dependency")
        PHRASE(425, "Too Early")
        PHRASE(428, "Precondition Required")
        PHRASE(429, "Too Many Requests")
        PHRASE(431, "Request Header Fields Too Large")
        PHRASE(451, "Unavailable For Legal Reasons")
        PHRASE(500, "Internal Server Error")
        PHRASE(501, "Not Implemented")
        PHRASE(502, "Bad Gateway")
        PHRASE(503, "Service Unavailable")
        PHRASE(504, "Gateway Timeout")
        PHRASE(505, "HTTP Version Not Supported")
        PHRASE(507, "Insufficient Storage")
#undef PHRASE
    default:
        return "Unknown";
    }
}

/* Text that is written once its room is known to be enough. */
struct text {
    char *out;
};

static void add(struct text *text, const char *plain)
{
    size_t len = strlen(plain);
    memcpy(text->out, plain, len);
    text->out += len;
}

static void add_quoted(struct text *text, const char *before, struct wr_str value)
{
    add(text, before);
    text->out += wr_quote(text->out, value.ptr, value.len);
}

static size_t room_for(const struct wr_problem *problem, const char *title)
{
    size_t room = 256 + sizeof TYPE_START + 2 * WR_QUOTE_ROOM(strlen(problem->code)) +
                  WR_QUOTE_ROOM(strlen(title)) + WR_QUOTE_ROOM(problem->detail.len) +
                  WR_QUOTE_ROOM(problem->instance.len);
    for (size_t i = 0; i < problem->error_count; i++) {
        const struct wr_problem_error *error = &problem->errors[i];
        room += 64 + WR_QUOTE_ROOM(error->pointer.len) + WR_QUOTE_ROOM(error->rule.len) +
                WR_QUOTE_ROOM(error->message.len);
    }
    for (size_t i = 0; i < problem->violated_count; i++)
        room += WR_QUOTE_ROOM(problem->violated[i].len) + 32;
    return room;
}

static void add_errors(struct text *text, const struct wr_problem *problem)
{
    add(text, ",\"errors\":[");
    for (size_t i = 0; i < problem->error_count; i++) {
        add_quoted(text, i > 0 ? ",{\"pointer\":" : "{\"pointer\":", problem->errors[i].pointer);
        add_quoted(text, ",\"rule\":", problem->errors[i].rule);
        add_quoted(text, ",\"message\":", problem->errors[i].message);
        add(text, "}");
    }
    add(text, "]");
}

struct wr_str wr_problem_body(struct wr_arena *arena, const struct wr_problem *problem)
{
    const char *title = problem->title ? problem->title : wr_status_phrase(problem->status);
    char *start = wr_arena_alloc(arena, room_for(problem, title));
    if (!start) /* the arena's limit: the status says what matters */
        return (struct wr_str){"", 0};
    struct text text = {start};
    add(&text, "{\"type\":\"" TYPE_START);
    add(&text, problem->code);
    add_quoted(&text, "\",\"title\":", wr_str_of(title));
    text.out += sprintf(text.out, ",\"status\":%d", problem->status);
    add_quoted(&text, ",\"code\":", wr_str_of(problem->code));
    if (problem->detail.len > 0)
        add_quoted(&text, ",\"detail\":", problem->detail);
    if (problem->instance.len > 0)
        add_quoted(&text, ",\"instance\":", problem->instance);
    if (problem->error_count > 0)
        add_errors(&text, problem);
    for (size_t i = 0; i < problem->violated_count; i++)
        add_quoted(&text, i > 0 ? "," : ",\"violated-policies\":[", problem->violated[i]);
    if (problem->violated_count > 0)
        add(&text, "]");
    if (problem->more_errors > 0)
        text.out += sprintf(text.out, ",\"more_errors\":%u", (unsigned)problem->more_errors);
    add(&text, "}");
    return (struct wr_str){start, (size_t)(text.out - start)};
}

void wr_reply_problem(struct wr_exchange *exchange, const struct wr_problem *problem,
                      const struct wr_header *headers, size_t header_count)
{
    struct wr_arena *arena = exchange->request.arena;
    struct wr_header *all = wr_arena_alloc(arena, (header_count + 1) * sizeof *all);
    size_t count = 0;
    for (size_t i = 0; all && i < header_count; i++)
        all[count++] = headers[i];
    char seconds[16];
    if (all && problem->retry_after_s > 0) {
        int len = snprintf(seconds, sizeof seconds, "%u", (unsigned)problem->retry_after_s);
        all[count++] = (struct wr_header){WR_STR("Retry-After"), {seconds, (size_t)len}};
    }
    struct wr_reply reply = {.status = problem->status,
                             .content_type = WR_PROBLEM_TYPE,
                             .headers = all,
                             .header_count = count,
                             .body = wr_problem_body(arena, problem)};
    wr_reply(exchange, &reply);
}
