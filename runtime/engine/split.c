/* `split 10% to MODEL by E`: some jobs ask another model. Which, is drawn once, by a hash of E, and journaled:
 * the same E always draws the same, and a job keeps what it drew. */
#include "runtime/base/str.h"
#include "runtime/engine/job.h"

#include <string.h>

#define PARTS 10000 /* of all jobs; a share is so many of them */

static struct wr_str name_of(const struct wr_job *job, uint16_t model)
{
    const char *name = job->engine->program->models[model].name;
    return wr_str_of(name);
}

struct wr_str wr_split_choose(struct wr_job *job)
{
    const struct wr_split *split = &job->workflow->split;
    uint32_t drawn = 0;
    if (!split->key)
        return (struct wr_str){0};
    wr_activity_tell_about(&job->root);
    struct wr_str text = wr_key_text(&job->arena, split->key, job->frame);
    struct wr_key key = wr_key_split(job->workflow, name_of(job, split->to), text);
    for (size_t i = 0; i < sizeof drawn; i++)
        drawn = drawn << 8 | key.bytes[i];
    return name_of(job, drawn % PARTS < split->share ? split->to : split->from);
}

void wr_split_apply(struct wr_activity *activity)
{
    const struct wr_job *job = activity->job;
    const struct wr_split *split = &job->workflow->split;
    struct wr_action *action = &activity->turn.action;
    if (split->key && activity->workflow == job->workflow && action->kind == WR_ACT_ASK &&
        action->target == split->from && wr_str_equal(job->state.arm, name_of(job, split->to)))
        action->target = split->to;
}
