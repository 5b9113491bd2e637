/* Calls of tools: what a model asks for, gathered from the pieces of its answer, and what all formats share in
 * telling it of tools. Bounded: what is beyond WR_TOOL_CALLS is counted and not kept. */
#include "runtime/model/compose.h"

#include "runtime/base/str.h"

#include <stdio.h>
#include <wright/limits.h>

#define KEPT (WR_TOOL_CALLS + 1) /* and the answer, where that comes as a call, too */

/* The newest of a number; one that names another id has begun anew, whatever its number. */
static struct wr_called *find(struct wr_answer *answer, int64_t number, struct wr_str id)
{
    for (size_t i = answer->called_count; i-- > 0;) {
        struct wr_called *called = &answer->called[i];
        size_t len = strlen(called->id);
        if (called->number != number)
            continue;
        bool other = id.len && len &&
                     (len != (id.len < 63 ? id.len : 63) || memcmp(called->id, id.ptr, len) != 0);
        return other ? NULL : called;
    }
    return NULL;
}

struct wr_called *wr_answer_called(struct wr_answer *answer, int64_t number, struct wr_str id,
                                   struct wr_str name)
{
    struct wr_called *called = find(answer, number, id);
    answer->signs++;
    if (!called && (answer->called_count == KEPT || name.len == 0)) {
        answer->dropped += name.len > 0;
        return NULL;
    }
    if (!answer->called)
        answer->called = calloc(KEPT, sizeof *answer->called);
    if (!answer->called) {
        answer->overflow = true;
        return NULL;
    }
    if (!called) {
        called = &answer->called[answer->called_count++];
        called->number = number;
    }
    if (id.len)
        wr_keep(called->id, sizeof called->id, id);
    if (name.len)
        wr_keep(called->name, sizeof called->name, name);
    return called;
}

void wr_answer_argue(struct wr_answer *answer, struct wr_called *called, struct wr_str text)
{
    if (!called || text.len == 0)
        return;
    answer->signs++;
    if (text.len > answer->max - answer->content.len - answer->argued ||
        !wr_bytes_add(&called->arguments, text.ptr, text.len))
        answer->overflow = true;
    else
        answer->argued += text.len;
}

struct wr_called *wr_answer_by_name(const struct wr_answer *answer, struct wr_str name)
{
    for (size_t i = 0; i < answer->called_count; i++)
        if (strlen(answer->called[i].name) == name.len &&
            memcmp(answer->called[i].name, name.ptr, name.len) == 0)
            return &answer->called[i];
    return NULL;
}

void wr_answer_free(struct wr_answer *answer)
{
    for (size_t i = 0; i < answer->called_count; i++)
        wr_bytes_free(&answer->called[i].arguments);
    free(answer->called);
    answer->called = NULL;
    answer->called_count = 0;
    wr_bytes_free(&answer->content);
}

/* ---- what it is told --------------------------------------------------------------------------- */

bool wr_put_call_id(struct wr_bytes *body, size_t number)
{
    char text[40];
    snprintf(text, sizeof text, "\"call%05zu\"",
             number); /* nine letters and digits, as some want it */
    return wr_put(body, text);
}

bool wr_answers_by_tool(const struct wr_asked *request)
{
    return wr_has_schema(request) && request->structured == WR_STRUCTURED_TOOL;
}

bool wr_put_each_tool(struct wr_bytes *body, const struct wr_asked *request, wr_put_tool_fn *put)
{
    bool good = true;
    for (size_t i = 0; good && i < request->tool_count; i++) {
        const struct wr_stage *tool = &request->tools[i];
        struct wr_str name = wr_str_of(tool->name);
        bool strict;
        unsigned rewritten;
        const char *schema = wr_fit_tool(request->provider, tool, &strict, &rewritten);
        good = (i == 0 || wr_put(body, ",")) && put(body, name, tool->about, schema, strict);
    }
    if (good && wr_answers_by_tool(request))
        good = (request->tool_count == 0 || wr_put(body, ",")) &&
               put(body, wr_schema_name(request->as), "Takes the answer.", request->wire, true);
    return good;
}

bool wr_put_about(struct wr_bytes *body, const char *about)
{
    return !about || (wr_put(body, ",\"description\":") && wr_put_quoted(body, wr_str_of(about)));
}
