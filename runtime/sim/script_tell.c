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

/* ---- coverage ---------------------------------------------------------------------------------- */

/* "company.not_found" as a way of the member `company` has it: "not_found"; its own label else. */
static bool is_whose(const struct wr_way *way, struct wr_str *label)
{
    size_t len = way->member ? strlen(way->member) : 0;
    if (way->member &&
        (label->len <= len || memcmp(label->ptr, way->member, len) != 0 || label->ptr[len] != '.'))
        return false;
    const char *dot = memchr(label->ptr, '.', label->len);
    size_t head = dot ? (size_t)(dot + 1 - label->ptr) : 0;
    *label = (struct wr_str){label->ptr + head, label->len - head};
    return true;
}

static bool is_way(const struct wr_script *script, const struct wr_sim_job *job,
                   const struct wr_event *event, const struct wr_way *way)
{
    struct wr_str label = event->label;
    bool own = script->program->workflows[way->workflow] == job->workflow;
    return own == (event->path.len == 0) && wr_str_is(event->stage, way->stage) &&
           (way->on & WR_BIT(event->class)) && is_whose(way, &label) &&
           (!way->error || wr_str_is(label, way->error)) && (!way->arm || way->arm == event->arm);
}

static void mark(struct wr_script *script, const struct wr_sim_job *job,
                 const struct wr_event *event)
{
    const struct wr_suite *suite = script->suite;
    for (size_t i = 0; i < suite->way_count; i++) {
        if (!is_way(script, job, event, &suite->ways[i]))
            continue;
        script->taken[i] = true;
        return;
    }
}

void wr_script_mark_ways(struct wr_script *script)
{
    const struct wr_world *world = script->world;
    struct wr_arena arena = {0};
    for (size_t i = 0; i < world->job_count; i++)
        for (size_t k = 0; k < world->jobs[i]->entry_count; k++) {
            struct wr_event event;
            const struct wr_entry *entry = &world->jobs[i]->entries[k];
            if (entry->kind == WR_ENTRY_TRANSITION && wr_event_decode(&arena, entry, &event))
                mark(script, world->jobs[i], &event);
        }
    wr_arena_free(&arena);
}
