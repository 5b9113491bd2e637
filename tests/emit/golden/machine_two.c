/* The machine of workflow two (kitchen.flow:57).
 * What a job holds, what follows what, and one function a stage. Written by `wright compile`
 * from kitchen.flow: edit that. */
#include "kitchen.h"

enum { STAGE_find, STAGE_made, STAGES };

/* What a job holds: its input, and the value of each stage that has given one. */
struct frame {
    struct In input;
    const struct Found *find;
    const struct Out *made;
};

static void stage_find(struct wr_turn *turn);
static void stage_made(struct wr_turn *turn);

/* ---- what follows a stage: the first row that matches is taken ------------------------------- */

static const struct wr_transition after_find[] = {
    {.on = WR_ON_OK, .to = WR_TO_STAGE, .target = STAGE_made},
    {.on = WR_ON_ERROR, .to = WR_TO_FAIL, .target = ERROR_down},
};

static const struct wr_transition after_made[] = {
    {.on = WR_ON_OK, .to = WR_TO_DONE, .result = WR_RESULT_FULL},
};

/* ---- stages and workflow --------------------------------------------------------------------- */

static const struct wr_stage stages[STAGES] = {
    {
        .name = "find",
        .run = stage_find,
        .value = &schema_Found,
        .value_at = offsetof(struct frame, find),
        .effect = WR_READ,
        .timeout_ms = 1000,
        .floor_ms = 1000,
        .transitions = after_find,
        .transition_count = WR_COUNT(after_find),
    },
    {
        .name = "made",
        .run = stage_made,
        .value = &schema_Out,
        .value_at = offsetof(struct frame, made),
        .effect = WR_PURE,
        .transitions = after_made,
        .transition_count = WR_COUNT(after_made),
    },
};

const struct wr_workflow workflow_two = {
    .name = "two",
    .version = 3,
    .method = "POST",
    .path = "/two",
    .input = &schema_In,
    .output = &schema_Out,
    .latency = WR_WAITING,
    .budget_ms = 5000,
    .keep_ms = 2592000000,
    .frame_size = sizeof(struct frame),
    .input_at = offsetof(struct frame, input),
    .stages = stages,
    .stage_count = STAGES,
};

/* ---- stage find (kitchen.flow:62) ------------------------------------------------------------ */

static void stage_find(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    switch (turn->point) {
    case WR_ENTER:
        turn->action = (struct wr_action){
            .kind = WR_ACT_HTTP,
            .as = &schema_Found,
            .target = SERVICE_store,
            .method = WR_GET,
            .path = WR_STR("/all"),
        };
        return;
    case WR_CHECK:
        frame->find = turn->value;
        return;
    }
}

/* ---- stage made (kitchen.flow:68) ------------------------------------------------------------ */

static void stage_made(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    switch (turn->point) {
    case WR_ENTER: {
        struct Out *made_1 = wr_arena_alloc(turn->arena, sizeof *made_1);
        made_1->title = frame->input.name;
        made_1->items = frame->input.items;
        made_1->n = frame->find->total > 3 && frame->input.weight < 2.0 ? 1 + 2 : 7;
        turn->action = (struct wr_action){
            .kind = WR_ACT_VALUE,
            .as = &schema_Out,
            .value = made_1,
        };
        return;
    }
    case WR_CHECK:
        frame->made = turn->value;
        return;
    }
}
