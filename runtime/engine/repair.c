/* `repair at most N`: an answer that its schema or a check refused is told what was wrong with it, in a
 * further turn of the same conversation. Knows the turn's messages, and nothing of how they are sent. */
#include "runtime/engine/job.h"

#include <wright/limits.h>

#define FED_BYTES (1u << 20) /* of an answer that is shown again; a longer one is asked for anew */

static struct wr_str fault_text(struct wr_arena *arena, struct wr_str faults)
{
    struct wr_text text = {.arena = arena};
    if (faults.len > WR_FAULT_BYTES)
        faults.len = WR_FAULT_BYTES;
    while (faults.len > 0 && faults.len == WR_FAULT_BYTES &&
           ((unsigned char)faults.ptr[faults.len - 1] & 0x80))
        faults.len--; /* not in the middle of a character */
    wr_text_add(&text, WR_STR("This answer was refused. What is wrong with it:\n"));
    wr_text_add(&text, faults);
    wr_text_add(&text, WR_STR("\nAnswer again: the whole answer, with that put right."));
    return wr_text_done(&text);
}

/* What was said, and what was wrong with it, become two more messages of the turn. */
static void go_on_talking(struct wr_activity *activity)
{
    struct wr_arena *arena = &activity->job->arena;
    struct wr_action *action = &activity->turn.action;
    size_t count = action->message_count;
    struct wr_message *messages = wr_arena_alloc(arena, (count + 2) * sizeof *messages);
    for (size_t i = 0; i < count; i++)
        messages[i] = action->messages[i];
    messages[count] = (struct wr_message){.role = "assistant", .text = activity->said};
    messages[count + 1] = (struct wr_message){.role = "user", .text = activity->faults};
    action->messages = messages;
    action->message_count = count + 2;
}

void wr_repair_note(struct wr_activity *activity, struct wr_str said, struct wr_str faults)
{
    struct wr_arena *arena = &activity->job->arena;
    activity->said = activity->faults = (struct wr_str){0};
    activity->faulty = faults.len > 0 && activity->stage->repairs > 0;
    if (!activity->faulty || activity->repairs >= activity->stage->repairs || said.len > FED_BYTES)
        return;
    activity->said = wr_arena_str(arena, said);
    activity->faults = fault_text(arena, faults);
}

bool wr_repair_begin(struct wr_activity *activity, int64_t *wait_us)
{
    const struct wr_stage *stage = activity->stage;
    activity->repairing = 0;
    if (!activity->faulty)
        return false;
    if (activity->repairs >= stage->repairs) {
        /* What retries there are begin anew. */
        activity->turn.action.message_count = activity->asked;
        return false;
    }
    int64_t whole_us = (int64_t)stage->timeout_ms * 1000;
    if (wr_cost_enforced(activity))
        whole_us += WR_COMMIT_MS * 1000;
    int64_t now_us = wr_engine_us(activity->job->engine);
    *wait_us = wr_route_rest_us(activity, now_us);
    if (now_us + *wait_us + whole_us > wr_slack_line_us(activity))
        return false;
    activity->repairing = ++activity->repairs;
    if (activity->said.len)
        go_on_talking(activity);
    return true;
}
