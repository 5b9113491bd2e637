/* The machine of workflow one (kitchen.flow:30).
 * What a job holds, what follows what, and one function a stage. Written by `wright compile`
 * from kitchen.flow: edit that. */
#include "kitchen.h"

#include <wright/json.h>

enum { STAGE_find, STAGE_write, STAGE_plain, STAGES };

/* What a job holds: its input, and the value of each stage that has given one. */
struct frame {
    struct In input;
    const struct Found *find;
    const struct Out *write;
    const struct Out *plain;
};

static void stage_find(struct wr_turn *turn);
static void stage_write(struct wr_turn *turn);
static void stage_plain(struct wr_turn *turn);
static void key_input_name(struct wr_writer *out, const void *of);

/* ---- what follows a stage: the first row that matches is taken ------------------------------- */

static const struct wr_transition after_find[] = {
    {
        .on = WR_BIT(WR_CLASS_check_failed),
        .only = 1 + ERROR_empty,
        .to = WR_TO_STAGE,
        .target = STAGE_plain,
    },
    {.on = WR_ON_OK, .to = WR_TO_STAGE, .target = STAGE_write},
    {.on = WR_ON_ERROR, .to = WR_TO_STAGE, .target = STAGE_plain, .without = true},
};

static const struct wr_transition after_write[] = {
    {.on = WR_ON_OK, .to = WR_TO_DONE, .result = WR_RESULT_FULL, .remember = key_input_name},
    {.on = WR_ON_ERROR | WR_ON_REJECTED, .to = WR_TO_STAGE, .target = STAGE_plain},
};

static const struct wr_transition after_plain[] = {
    {.on = WR_ON_OK, .to = WR_TO_DONE, .result = WR_RESULT_FALLBACK},
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
        .floor_ms = 6000,
        .floor_after_ms = 5000,
        .transitions = after_find,
        .transition_count = WR_COUNT(after_find),
    },
    {
        .name = "write",
        .run = stage_write,
        .value = &schema_Out,
        .value_at = offsetof(struct frame, write),
        .effect = WR_REPEATABLE,
        .timeout_ms = 5000,
        .floor_ms = 5000,
        .prompt = "write@sha256:9f69608abe8025ae459e2d27e0f9f85294b32b5584b0d413b373dfbb04759122",
        .transitions = after_write,
        .transition_count = WR_COUNT(after_write),
    },
    {
        .name = "plain",
        .run = stage_plain,
        .value = &schema_Out,
        .value_at = offsetof(struct frame, plain),
        .effect = WR_PURE,
        .transitions = after_plain,
        .transition_count = WR_COUNT(after_plain),
    },
};

const struct wr_workflow workflow_one = {
    .name = "one",
    .version = 1,
    .method = "POST",
    .path = "/one",
    .input = &schema_In,
    .output = &schema_Out,
    .latency = WR_WAITING,
    .budget_ms = 20000,
    .cost_ceiling = 100000000000,
    .dedupe = {.key = key_input_name, .window_ms = 60000},
    .keep_ms = 2592000000,
    .frame_size = sizeof(struct frame),
    .input_at = offsetof(struct frame, input),
    .stages = stages,
    .stage_count = STAGES,
};

/* ---- keys ------------------------------------------------------------------------------------ */

/* by input.name */
static void key_input_name(struct wr_writer *out, const void *of)
{
    const struct frame *frame = of;
    wr_write_string(out, frame->input.name);
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* Nothing was found. */
static bool check_empty(struct wr_turn *turn)
{
    const struct frame *frame = turn->frame;
    const struct Found *it = turn->value;
    bool holds_1 = it->total > 0;
    if (holds_1) {
        bool any_2 = false;
        for (size_t i_3 = 0; !any_2 && i_3 < it->hits.count; i_3++) {
            const struct Item *h = &it->hits.items[i_3];
            any_2 =
                wr_str_equal(h->name, frame->input.name) && (h->has_default ? h->default_ : false);
        }
        holds_1 = any_2;
    }
    if (holds_1)
        return true;
    turn->raised = WR_CLASS_check_failed;
    turn->raised_error = ERROR_empty;
    turn->raised_check =
        "it.total > 0 and any(h in it.hits: h.name == input.name and h.default ?\? false)";
    return false;
}

/* of stage find */
static bool check_find(struct wr_turn *turn)
{
    const struct frame *frame = turn->frame;
    const struct Found *it = turn->value;
    bool all_1 = true;
    for (size_t i_2 = 0; all_1 && i_2 < it->hits.count; i_2++) {
        const struct Item *h = &it->hits.items[i_2];
        bool any_3 = false;
        for (size_t i_4 = 0; !any_3 && i_4 < frame->input.tags.count; i_4++) {
            const struct wr_str t_2 = frame->input.tags.items[i_4];
            any_3 = wr_str_equal(t_2, h->name);
        }
        all_1 = any_3;
    }
    if (!all_1)
        return true;
    turn->raised = WR_CLASS_check_failed;
    turn->raised_check = "not all(h in it.hits: any(t in input.tags: t == h.name))";
    return false;
}

/* ---- prompts --------------------------------------------------------------------------------- */

/* prompts/write.md */
static struct wr_str prompt_write(struct wr_arena *arena, const struct frame *frame)
{
    struct wr_text text = {.arena = arena};
    WR_ADD(&text, "Write about ");
    wr_text_add(&text, frame->input.name);
    WR_ADD(&text, " ");
    if (frame->input.rush)
        WR_ADD(&text, "quickly");
    else
        WR_ADD(&text, "slowly");
    WR_ADD(&text, " with [");
    for (size_t i_1 = 0; i_1 < frame->input.tags.count; i_1++) {
        if (i_1 > 0)
            WR_ADD(&text, ",");
        wr_text_quote(&text, frame->input.tags.items[i_1]);
    }
    WR_ADD(&text, "] and ");
    wr_text_number(&text, frame->input.weight);
    WR_ADD(&text, ".\n");
    wr_text_json(&text, &schema_Found, frame->find);
    WR_ADD(&text, "  Note: ");
    if (frame->input.has_note)
        wr_text_add(&text, frame->input.note);
    else
        WR_ADD(&text, "none");
    WR_ADD(&text, "\n");
    return wr_text_done(&text);
}

/* ---- stage find (kitchen.flow:37) ------------------------------------------------------------ */

static void stage_find(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    switch (turn->point) {
    case WR_ENTER: {
        struct wr_text path = {.arena = turn->arena};
        WR_ADD(&path, "/find/");
        wr_text_url(&path, frame->input.name);
        WR_ADD(&path, "?rush=");
        wr_text_bool(&path, frame->input.rush);
        WR_ADD(&path, "&w=");
        wr_text_number(&path, frame->input.weight);
        turn->action = (struct wr_action){
            .kind = WR_ACT_HTTP,
            .as = &schema_Found,
            .target = SERVICE_store,
            .method = WR_GET,
            .path = wr_text_done(&path),
        };
        return;
    }
    case WR_CHECK:
        if (!check_empty(turn))
            return;
        if (!check_find(turn))
            return;
        frame->find = turn->value;
        return;
    }
}

/* ---- stage write (kitchen.flow:46) ----------------------------------------------------------- */

static void stage_write(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    switch (turn->point) {
    case WR_ENTER: {
        struct wr_message *messages = wr_arena_alloc(turn->arena, sizeof *messages);
        messages[0].role = "user";
        messages[0].text = prompt_write(turn->arena, frame);
        turn->action = (struct wr_action){
            .kind = WR_ACT_ASK,
            .as = &schema_Out,
            .target = MODEL_m,
            .messages = messages,
            .message_count = 1,
        };
        return;
    }
    case WR_CHECK:
        frame->write = turn->value;
        return;
    }
}

/* ---- stage plain (kitchen.flow:52) ----------------------------------------------------------- */

static void stage_plain(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    switch (turn->point) {
    case WR_ENTER: {
        struct Out *made_1 = wr_arena_alloc(turn->arena, sizeof *made_1);
        made_1->title = frame->input.rush ? frame->input.name : WR_STR("About it");
        made_1->items = frame->input.items;
        const struct Item *chosen_2;
        if (frame->input.item) {
            chosen_2 = frame->input.item;
        } else {
            struct Item *made_3 = wr_arena_alloc(turn->arena, sizeof *made_3);
            made_3->name = WR_STR("x");
            made_3->count = 3;
            chosen_2 = made_3;
        }
        made_1->extra = chosen_2;
        made_1->n = (int64_t)frame->input.items.count + 7;
        turn->action = (struct wr_action){
            .kind = WR_ACT_VALUE,
            .as = &schema_Out,
            .value = made_1,
        };
        return;
    }
    case WR_CHECK:
        frame->plain = turn->value;
        return;
    }
}
