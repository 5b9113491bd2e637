/* A program written by hand, in the shape of spec/briefs.flow: optional context, a primary model, a
 * smaller one, the last known good. Included by the tests that run it. */
#include <wright/json.h>

#include <wright/generated.h>

struct note { /* input and output alike */
    struct wr_str text;
    int64_t number;
};

static bool note_decode(struct wr_reader *in, void *value)
{
    static const struct wr_field fields[] = {
        {{"text", 4}, true, false},
        {{"number", 6}, true, false},
    };
    static const struct wr_shape shape = {fields, 2, false};
    struct note *note = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape, seen))
        return false;
    while (wr_read_member(in, &object))
        if (object.field == 0)
            wr_read_string(in, &note->text, 1, 100, WR_CODE_POINTS);
        else
            wr_read_int(in, &note->number, 0, 1000);
    return wr_read_object_end(in, &object);
}

static void note_encode(struct wr_writer *out, const void *value)
{
    const struct note *note = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("text"));
    wr_write_string(out, note->text);
    wr_write_name(out, WR_STR("number"));
    wr_write_int(out, note->number);
    wr_write_object_end(out);
}

static const struct wr_schema note_schema = {
    .name = "Note",
    .hash = "sha256:note",
    .size = sizeof(struct note),
    .decode = note_decode,
    .encode = note_encode,
};

enum { ERROR_UNGROUNDED, ERROR_REFUSED, ERROR_UNAVAILABLE };

static const struct wr_error errors[] = {
    {"ungrounded", WR_CLASS_check_failed, "A number is not what it was.", 502, true, 0},
    {"refused", WR_CLASS_refusal, "The model refused this.", 422, false, 0},
    {"unavailable", WR_CLASS_overloaded, "Nothing could serve this.", 503, true, 30000},
};

/* A limit of two at a time, or none; a breaker of two failures. */
static struct wr_service services[] = {{
    .name = "glossary",
    .version = "sha256:glossary",
}};

static struct wr_model models[] = {
    {
        .name = "primary",
        .model = "large-1",
        .max_input_tokens = 1000,
        .max_output_tokens = 100,
        .input_price = 250000,
        .cached_price = 30000,
        .output_price = 2000000,
    },
    {
        .name = "small",
        .model = "small-1",
        .max_input_tokens = 1000,
        .max_output_tokens = 100,
        .input_price = 50000,
        .output_price = 400000,
    },
};

struct frame {
    struct note input;
    const struct note *terms, *draft, *brief, *last_good;
};

static void write_key(struct wr_writer *out, const void *value)
{
    const struct frame *frame = value;
    note_encode(out, &frame->input);
}

static void run_terms(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    if (turn->point == WR_CHECK) {
        frame->terms = turn->value;
        return;
    }
    turn->action.kind = WR_ACT_HTTP;
    turn->action.as = &note_schema;
    turn->action.path = WR_STR("/terms");
}

static void run_ask(struct wr_turn *turn, uint16_t model, const struct note **slot)
{
    struct frame *frame = turn->frame;
    if (turn->point == WR_CHECK) {
        const struct note *it = turn->value;
        *slot = it;
        if (it->number != frame->input.number) {
            turn->raised = WR_CLASS_check_failed;
            turn->raised_error = ERROR_UNGROUNDED;
            turn->raised_check = "it.number == input.number";
        }
        return;
    }
    struct wr_message *message = wr_arena_alloc(turn->arena, sizeof *message);
    *message = (struct wr_message){.role = "user", .text = frame->input.text};
    turn->action.kind = WR_ACT_ASK;
    turn->action.as = &note_schema;
    turn->action.target = model;
    turn->action.messages = message;
    turn->action.message_count = 1;
}

static void run_draft(struct wr_turn *turn)
{
    run_ask(turn, 0, &((struct frame *)turn->frame)->draft);
}

static bool draft_was_left; /* a value that failed its check stayed in the frame */

static void run_brief(struct wr_turn *turn)
{
    if (turn->point == WR_ENTER && ((struct frame *)turn->frame)->draft)
        draft_was_left = true;
    run_ask(turn, 1, &((struct frame *)turn->frame)->brief);
}

static void run_last_good(struct wr_turn *turn)
{
    struct frame *frame = turn->frame;
    if (turn->point == WR_CHECK) {
        frame->last_good = turn->value;
        return;
    }
    turn->action.kind = WR_ACT_RECALL;
    turn->action.as = &note_schema;
    turn->action.key = wr_key_text(turn->arena, write_key, frame);
    turn->action.within_ms = INT64_C(7) * 24 * 3600 * 1000;
}

enum { TERMS, DRAFT, BRIEF, LAST_GOOD };
#define TO_STAGE(on_, stage)                                                                       \
    {                                                                                              \
        .on = (on_), .to = WR_TO_STAGE, .target = (stage)                                          \
    }
#define TO_FAIL(on_, error_)                                                                       \
    {                                                                                              \
        .on = (on_), .to = WR_TO_FAIL, .target = (error_)                                          \
    }
#define TO_DONE(on_, result_, remember_)                                                           \
    {                                                                                              \
        .on = (on_), .to = WR_TO_DONE, .result = (result_), .remember = (remember_)                \
    }

static const struct wr_transition terms_ways[] = {TO_STAGE(WR_ON_OK | WR_ON_ERROR, DRAFT)};
static const struct wr_transition draft_ways[] = {
    TO_DONE(WR_ON_OK, WR_RESULT_FULL, write_key),
    TO_FAIL(WR_ON_REJECTED, ERROR_REFUSED),
    TO_STAGE(WR_ON_ERROR, BRIEF),
};
static const struct wr_transition brief_ways[] = {
    TO_DONE(WR_ON_OK, WR_RESULT_FALLBACK, NULL),
    TO_FAIL(WR_ON_REJECTED, ERROR_REFUSED),
    TO_STAGE(WR_ON_ERROR, LAST_GOOD),
};
static const struct wr_transition last_good_ways[] = {
    TO_DONE(WR_ON_OK, WR_RESULT_FALLBACK, NULL),
    TO_FAIL(WR_BIT(WR_CLASS_missing), ERROR_UNAVAILABLE),
};

static struct wr_stage stages[] = {
    {
        .name = "terms",
        .run = run_terms,
        .value = &note_schema,
        .value_at = offsetof(struct frame, terms),
        .effect = WR_READ,
        .timeout_ms = 400,
        .retry = {1, WR_ON_TRANSIENT, 50, 200},
        .floor_ms = 7400,
        .floor_after_ms = 7000,
        .transitions = terms_ways,
        .transition_count = WR_COUNT(terms_ways),
    },
    {
        .name = "draft",
        .run = run_draft,
        .value = &note_schema,
        .value_at = offsetof(struct frame, draft),
        .effect = WR_REPEATABLE,
        .timeout_ms = 5000,
        .first_token_ms = 2000,
        .idle_ms = 1000,
        .retry = {1, WR_ON_TRANSIENT | WR_ON_INVALID_OUTPUT, 100, 1000},
        .floor_ms = 7000,
        .floor_after_ms = 2000,
        .prompt = "key-points@sha256:prompt",
        .transitions = draft_ways,
        .transition_count = WR_COUNT(draft_ways),
    },
    {
        .name = "brief",
        .run = run_brief,
        .value = &note_schema,
        .value_at = offsetof(struct frame, brief),
        .effect = WR_REPEATABLE,
        .timeout_ms = 2000,
        .floor_ms = 2000,
        .prompt = "key-points@sha256:prompt",
        .transitions = brief_ways,
        .transition_count = WR_COUNT(brief_ways),
    },
    {
        .name = "last_good",
        .run = run_last_good,
        .value = &note_schema,
        .value_at = offsetof(struct frame, last_good),
        .effect = WR_READ,
        .transitions = last_good_ways,
        .transition_count = WR_COUNT(last_good_ways),
    },
};

static struct wr_workflow workflow = {
    .name = "extract",
    .version = 1,
    .method = "POST",
    .path = "/extract",
    .input = &note_schema,
    .output = &note_schema,
    .latency = WR_WAITING,
    .budget_ms = 8000,
    .frame_size = sizeof(struct frame),
    .input_at = offsetof(struct frame, input),
    .stages = stages,
    .stage_count = WR_COUNT(stages),
};

static const struct wr_workflow *const workflows[] = {&workflow};

static const struct wr_program program = {
    .name = "notes",
    .version = "1.0.0",
    .summary = "For tests.",
    .toolchain = "wright test",
    .workflows = workflows,
    .workflow_count = 1,
    .services = services,
    .service_count = 1,
    .models = models,
    .model_count = 2,
    .errors = errors,
    .error_count = WR_COUNT(errors),
    .contract_hash = "sha256:contract",
};
