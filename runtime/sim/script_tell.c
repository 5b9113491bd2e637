/* What a test shows of its job: the journal as a timeline, and the ways through the machine it took. */
#include "runtime/base/str.h"
#include "runtime/sim/script.h"

#include <string.h>

#define SHOW(text) (int)(text).len, (text).ptr ? (text).ptr : ""

static const struct wr_sim_job *newest_job(const struct wr_script *script)
{
    const struct wr_script_request *request = script->request;
    return request && request->accepted ? wr_sim_find(script->world, &request->job) : NULL;
}

/* ---- the timeline ------------------------------------------------------------------------------ */

static void tell_entry(FILE *out, const struct wr_event *event)
{
    if (event->path.len)
        fprintf(out, "%.*s: ", SHOW(event->path));
    if (event->stage.len)
        fprintf(out, "%.*s ", SHOW(event->stage));
    fputs(wr_entry_kind_name(event->kind), out);
    if (event->kind == WR_ENTRY_ENDED)
        fprintf(out, " %s%s%.*s%s%.*s", wr_class_name(event->class), event->error.len ? " " : "",
                SHOW(event->error), event->detail.len ? ": " : "", SHOW(event->detail));
    else if (event->kind == WR_ENTRY_TRANSITION)
        fprintf(out, " %.*s%s%.*s", SHOW(event->label), event->target.len ? " -> " : "",
                SHOW(event->target));
    else if (event->kind == WR_ENTRY_FINISHED)
        fprintf(out, " %s %s%s%.*s", wr_status_name(event->status), wr_result_name(event->result),
                event->error.len ? " " : "", SHOW(event->error));
}

void wr_script_timeline(struct wr_script *script)
{
    const struct wr_sim_job *job = newest_job(script);
    struct wr_arena arena = {0};
    if (!job) {
        fputs("        no job was accepted\n", script->told);
        return;
    }
    fputs("        what the job did:\n", script->told);
    for (size_t i = 0; i < job->entry_count; i++) {
        struct wr_event event;
        if (!wr_event_decode(&arena, &job->entries[i], &event))
            continue;
        fprintf(script->told, "        %8lld ms  ",
                (long long)(job->entries[i].at_ms - job->created_ms));
        tell_entry(script->told, &event);
        fputc('\n', script->told);
    }
    wr_arena_free(&arena);
}
