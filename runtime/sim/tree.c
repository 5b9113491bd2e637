/* What must hold of a job's tree: whose row a path names, members that end before their stage is left,
 * no more items at a time than allowed, and nothing sent for what is over. */
#include "runtime/base/str.h"
#include "runtime/sim/world.h"

#include <string.h>

#define SHOW(text) (int)(text).len, (text).ptr ? (text).ptr : ""

static const struct wr_stage *row_of(const struct wr_stage *rows, size_t count, struct wr_str name)
{
    for (size_t i = 0; i < count; i++)
        if (wr_str_is(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* The first segment of a path, which is left with what follows. */
static struct wr_str take_segment(struct wr_str *path)
{
    struct wr_str segment = {path->ptr, 0};
    while (segment.len < path->len && path->ptr[segment.len] != '/')
        segment.len++;
    size_t skip = segment.len + (segment.len < path->len ? 1 : 0);
    *path = (struct wr_str){path->ptr + skip, path->len - skip};
    return segment;
}

/* One step down from a machine, `last` is the stage at its end: into a member, an item or a child. False: the path leads nowhere. */
static bool step_down(struct wr_sim_spot *spot, struct wr_str *rest, struct wr_str whole,
                      struct wr_str last)
{
    struct wr_str name = take_segment(rest);
    const struct wr_workflow *workflow = spot->workflow;
    const struct wr_stage *stage = row_of(workflow->stages, workflow->stage_count, name);
    if (!stage)
        return false;
    if (stage->member_count) {
        struct wr_str member = take_segment(rest);
        spot->above = stage;
        spot->above_path = spot->path;
        spot->row = stage->each
                        ? stage->members
                        : row_of(stage->members, stage->member_count, stage->turns ? last : member);
        spot->path = (struct wr_str){whole.ptr, whole.len - (rest->len ? rest->len + 1 : 0)};
        if (!spot->row || rest->len == 0)
            return spot->row != NULL;
        if (!wr_str_equal(take_segment(rest), wr_str_of(spot->row->name)))
            return false;
        stage = spot->row;
    }
    spot->above = spot->row = NULL;
    spot->path = (struct wr_str){whole.ptr, whole.len - (rest->len ? rest->len + 1 : 0)};
    spot->workflow = stage->child;
    return stage->child != NULL;
}

bool wr_sim_spot(const struct wr_sim_job *job, struct wr_str path, struct wr_str stage,
                 struct wr_sim_spot *spot)
{
    struct wr_str rest = path;
    *spot = (struct wr_sim_spot){.workflow = job->workflow, .path = {path.ptr, 0}};
    while (rest.len)
        if (!step_down(spot, &rest, path, stage))
            return false;
    if (spot->above)
        return wr_str_is(stage, spot->row->name);
    spot->row = row_of(spot->workflow->stages, spot->workflow->stage_count, stage);
    return spot->row != NULL;
}

/* ---- entries ----------------------------------------------------------------------------------- */

/* "gather/news" under path "" and stage "gather": a member, and nothing further down. */
static bool is_member_of(struct wr_str path, struct wr_str machine, const char *stage)
{
    struct wr_str rest;
    size_t len = strlen(stage);
    return wr_path_below(path, machine, &rest) && rest.len > len + 1 &&
           memcmp(rest.ptr, stage, len) == 0 && rest.ptr[len] == '/' &&
           !memchr(rest.ptr + len + 1, '/', rest.len - len - 1);
}

static size_t under_way(const struct wr_state *state, struct wr_str machine, const char *stage)
{
    size_t count = 0;
    for (const struct wr_place *place = state->places; place; place = place->next)
        count += !place->over && is_member_of(place->path, machine, stage);
    return count;
}

void wr_sim_check_member(struct wr_world *world, const struct wr_sim_job *job,
                         const struct wr_sim_spot *spot, const struct wr_event *event)
{
    const struct wr_stage *above = spot->above;
    const struct wr_place *place = wr_state_place_find(&job->state, spot->above_path);
    if (!place || !wr_str_is(place->stage, above->name))
        wr_sim_broken(world, &job->id, "tree: %.*s of a stage that is not under way",
                      SHOW(event->path));
    else if (event->kind == WR_ENTRY_ENTERED && above->at_a_time &&
             under_way(&job->state, spot->above_path, above->name) >
                 above->at_a_time) /* itself, too */
        wr_sim_broken(world, &job->id, "tree: more than %u items of %s at a time", above->at_a_time,
                      above->name);
    const struct wr_place *own = wr_state_place_find(&job->state, event->path);
    if (own && own->over)
        wr_sim_broken(world, &job->id, "tree: %.*s went on after its end", SHOW(event->path));
}

void wr_sim_check_left(struct wr_world *world, const struct wr_sim_job *job,
                       const struct wr_sim_spot *spot)
{
    if (spot->row->member_count && under_way(&job->state, spot->path, spot->row->name))
        wr_sim_broken(world, &job->id, "tree: stage %s was left while members are under way",
                      spot->row->name);
}

/* ---- sends ------------------------------------------------------------------------------------- */

/* What is sent is of a stage that the job is at, in memory, at every level of its tree. */
void wr_sim_check_alive(struct wr_world *world, const struct wr_sim_job *job,
                        const struct wr_effect_call *call)
{
    const struct wr_state *live = wr_engine_state(world->engine, job->id);
    struct wr_sim_spot spot;
    const struct wr_place *place = live ? wr_state_place_find(live, call->path) : NULL;
    if (!place || place->over || !wr_str_is(place->stage, call->stage->name)) {
        wr_sim_broken(world, &job->id, "late: %s was sent, which is not under way",
                      call->stage->name);
        return;
    }
    if (!wr_sim_spot(job, call->path, place->stage, &spot) || !spot.above)
        return;
    place = wr_state_place_find(live, spot.above_path);
    if (!place || !wr_str_is(place->stage, spot.above->name))
        wr_sim_broken(world, &job->id, "late: %.*s was sent, and its stage is over",
                      SHOW(call->path));
}
