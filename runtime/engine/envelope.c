/* The envelope, from a job's state. It knows the state and nothing of how it came about. */
#include "runtime/engine/envelope.h"

#include "runtime/base/clock.h"
#include "runtime/base/member.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <string.h>

#define LOOKS 20           /* at a job, in its time */
#define LOOK_MAX_S 30      /* between two */
#define PATH_SHOWN 100     /* the newest steps */
#define MISSING_SHOWN 1000 /* the newest of what was done without */
#define PARK_MAX_S                                                                                 \
    60 /* at a job that is parked: until its end, but who is waited for may be early */

const struct wr_legal wr_legal_rows[] = {
#define LEGAL(status, result, final, post, get)                                                    \
    {WR_STATUS_##status, WR_RESULT_##result, final, post, get},
#include "runtime/engine/legal.def"
#undef LEGAL
};
const size_t wr_legal_count = sizeof wr_legal_rows / sizeof *wr_legal_rows;

const struct wr_legal *wr_legal_find(enum wr_status status, enum wr_result result)
{
    for (size_t i = 0; i < wr_legal_count; i++)
        if (wr_legal_rows[i].status == status && wr_legal_rows[i].result == result)
            return &wr_legal_rows[i];
    return NULL;
}

int wr_envelope_post_status(const struct wr_state *state)
{
    const struct wr_legal *row = wr_legal_find(state->status, state->result);
    if (row && row->post)
        return row->post;
    return state->http >= 400 && state->http <= 599 ? state->http : 500;
}

/* Where the workflow's own machine is; NULL: nowhere yet. */
static const struct wr_place *root_of(const struct wr_state *state)
{
    return wr_state_place_find(state, WR_STR(""));
}

static struct wr_str waiting_for(const struct wr_state *state)
{
    const struct wr_place *root = root_of(state);
    bool waits = root && !wr_state_ended(state) && !state->parking;
    return waits ? root->waiting_for : (struct wr_str){0};
}

/* A job under way: a twentieth of the time that it may still take, from one second to half a minute. */
uint32_t wr_envelope_retry_after_s(const struct wr_state *state, int64_t now_ms)
{
    if (wr_state_ended(state))
        return (uint32_t)((state->retry_after_ms + 999) / 1000);
    if (waiting_for(state).len) {
        int64_t park_s = (root_of(state)->until_ms - now_ms + 999) / 1000;
        return park_s < 1 ? 1 : park_s > PARK_MAX_S ? PARK_MAX_S : (uint32_t)park_s;
    }
    int64_t left_s = (state->deadline_ms - now_ms + 999) / 1000 / LOOKS;
    return left_s < 1 ? 1 : left_s > LOOK_MAX_S ? LOOK_MAX_S : (uint32_t)left_s;
}

/* ---- small pieces ------------------------------------------------------------------------------ */

static void put_word(struct wr_text *out, const char *key, const char *word)
{
    wr_text_member(out, key, wr_str_of(word));
}

static void put_int(struct wr_text *out, const char *key, int64_t number)
{
    wr_text_plain(out, key);
    wr_text_int(out, number);
}

static void put_bool(struct wr_text *out, const char *key, bool value)
{
    wr_text_plain(out, key);
    wr_text_bool(out, value);
}

/* ---- the parts --------------------------------------------------------------------------------- */

static bool is_missing(const struct wr_passed *step)
{
    return (step->optional || step->without || step->member) && step->class != WR_OK &&
           step->class != WR_CLASS_cancelled;
}

static bool is_tried(const struct wr_passed *step)
{
    return !step->optional && step->path.len == 0;
}

/* A circle may go round for months: how many of the oldest are not shown. */
static size_t left_out(const struct wr_state *state, bool (*is_shown)(const struct wr_passed *),
                       size_t most)
{
    size_t count = 0;
    for (const struct wr_passed *step = state->steps; step; step = step->next)
        count += is_shown(step);
    return count > most ? count - most : 0;
}

/* Optional context, stages, members and items that were done without; what was cut as it was not needed any
 * more is not missed. */
static void put_missing(struct wr_text *out, const struct wr_state *state)
{
    size_t older = left_out(state, is_missing, MISSING_SHOWN), at = 0;
    wr_text_plain(out, ",\"missing\":[");
    for (const struct wr_passed *step = state->steps; step; step = step->next)
        if (is_missing(step) && at++ >= older) {
            wr_text_member(out, at - 1 == older ? "{\"stage\":" : ",{\"stage\":",
                           step->member ? step->path : step->stage);
            put_word(out, ",\"class\":", wr_class_name(step->class));
            wr_text_plain(out, "}");
        }
    wr_text_plain(out, "]");
    if (older)
        put_int(out, ",\"missing_left_out\":", (int64_t)older);
}

static void put_error(struct wr_text *out, const struct wr_state *state)
{
    if (state->status != WR_STATUS_FAILED) {
        wr_text_plain(out, ",\"error_code\":null,\"error\":null");
        return;
    }
    struct wr_str code = state->error;
    if (code.len == 0) {
        const char *name = wr_class_name(state->class);
        code = wr_str_of(name);
    }
    wr_text_member(out, ",\"error_code\":", code);
    wr_text_member(out, ",\"error\":{\"code\":", code);
    put_word(out, ",\"class\":", wr_class_name(state->class));
    wr_text_member(out, ",\"message\":", state->message);
    put_bool(out, ",\"retryable\":", state->retryable);
    wr_text_member(out, ",\"stage\":", state->error_stage);
    wr_text_plain(out, "}");
}

/* Sending the same request again cannot repeat an effect: there is none, or a key guards it. */
static bool is_retry_safe(const struct wr_state *state)
{
    bool released = (state->status == WR_STATUS_FAILED && state->retryable) ||
                    state->status == WR_STATUS_CANCELLED; /* of dedupe at least */
    return !state->side_effect || state->harmless || (state->keyed && !released);
}

static void put_stage(struct wr_text *out, const struct wr_state *state)
{
    const struct wr_place *place = state->places;
    while (place && place->path.len)
        place = place->next;
    wr_text_plain(out, ",\"stage\":");
    if (!place || place->stage.len == 0) {
        wr_text_plain(out, "null");
        return;
    }
    wr_text_member(out, "{\"name\":", place->stage);
    if (place->total) {
        put_int(out, ",\"progress\":{\"done\":", place->done);
        put_int(out, ",\"total\":", place->total);
        wr_text_plain(out, "}}");
    } else {
        wr_text_plain(out, ",\"progress\":null}");
    }
}

/* The stages tried for the result, in order, with what came of each; optional context, and
 * what is below them, apart. */
static void put_path(struct wr_text *out, const struct wr_state *state)
{
    size_t older = left_out(state, is_tried, PATH_SHOWN), at = 0;
    wr_text_plain(out, ",\"fallback_path\":[");
    for (const struct wr_passed *step = state->steps; step; step = step->next)
        if (is_tried(step) && at++ >= older) {
            const char *text =
                wr_arena_printf(out->arena, "%.*s: %.*s", (int)step->stage.len, step->stage.ptr,
                                (int)step->label.len, step->label.ptr);
            put_word(out, at - 1 == older ? "" : ",", text);
        }
    wr_text_plain(out, "]");
    if (older)
        put_int(out, ",\"fallback_path_left_out\":", (int64_t)older);
}

/* What a person decided last: "approve", "edit". */
static struct wr_str review_of(const struct wr_state *state)
{
    const struct wr_signal *review = wr_state_signal(state, (struct wr_str){0});
    return review && review->taken ? review->decision : (struct wr_str){0};
}

static void put_versions(struct wr_text *out, const struct wr_state *state)
{
    bool served = state->result != WR_RESULT_NONE;
    wr_text_member(out, ",\"model_version\":", served ? state->model_version : (struct wr_str){0});
    wr_text_member(out, ",\"versions\":{\"api\":", state->api);
    wr_text_member(out, ",\"workflow\":", state->workflow);
    wr_text_member(out, ",\"contract\":", state->contract);
    wr_text_member(out, ",\"output_schema\":", state->output_schema);
    wr_text_member(out, ",\"model\":", served ? state->model : (struct wr_str){0});
    wr_text_member(out, ",\"prompt\":", served ? state->prompt : (struct wr_str){0});
    wr_text_member(out, ",\"arm\":", state->arm);
    wr_text_member(out, ",\"review\":", served ? review_of(state) : (struct wr_str){0});
    wr_text_plain(out, ",\"tools\":{");
    for (const struct wr_tool *tool = state->tools; tool; tool = tool->next) {
        wr_text_member(out, tool == state->tools ? "" : ",", tool->name);
        wr_text_member(out, ":", tool->version);
    }
    wr_text_member(out, "},\"toolchain\":", state->toolchain);
    put_path(out, state);
    wr_text_plain(out, "}");
}

static void put_usage(struct wr_text *out, const struct wr_state *state)
{
    char dollars[32];
    int64_t micros = (state->cost + 999999) / 1000000; /* rounded up */
    snprintf(dollars, sizeof dollars, "%lld.%06lld", (long long)(micros / 1000000),
             (long long)(micros % 1000000));
    put_int(out, ",\"usage\":{\"input_tokens\":", state->input_tokens);
    put_int(out, ",\"output_tokens\":", state->output_tokens);
    put_word(out, ",\"cost_usd\":", dollars);
    put_int(out, ",\"attempts\":", state->attempts);
    wr_text_plain(out, "}");
}

static void put_timing(struct wr_text *out, const struct wr_state *state, int64_t now_ms)
{
    int64_t until = state->finished_ms ? state->finished_ms : now_ms;
    wr_text_time(out, ",\"timing\":{\"created_at\":", state->created_ms);
    wr_text_time(out, ",\"finished_at\":", state->finished_ms);
    put_int(out, ",\"elapsed_ms\":", until > state->created_ms ? until - state->created_ms : 0);
    put_int(out, ",\"budget_ms\":", state->budget_ms);
    wr_text_plain(out, "}");
}

struct wr_str wr_envelope(struct wr_arena *arena, const struct wr_state *state, int64_t now_ms)
{
    char id[WR_ID_TEXT];
    struct wr_text out = {.arena = arena};
    uint32_t retry_after_s = wr_envelope_retry_after_s(state, now_ms);
    wr_id_text(&state->job, id);
    put_word(&out, "{\"job_id\":", id);
    put_word(&out, ",\"status\":", wr_status_name(state->status));
    put_word(&out, ",\"result_type\":", wr_result_name(state->result));
    put_bool(&out, ",\"final\":", wr_state_ended(state));
    wr_text_plain(&out, ",\"output\":");
    wr_text_add(&out, state->output.len ? state->output : WR_STR("null"));
    put_missing(&out, state);
    if (state->age_ms >= 0)
        put_int(&out, ",\"age\":", state->age_ms / 1000);
    else
        wr_text_plain(&out, ",\"age\":null");
    wr_text_member(&out, ",\"waiting_for\":", waiting_for(state));
    put_error(&out, state);
    if (retry_after_s)
        put_int(&out, ",\"retry_after\":", retry_after_s);
    else
        wr_text_plain(&out, ",\"retry_after\":null");
    put_bool(&out, ",\"retry_safe\":", is_retry_safe(state));
    put_stage(&out, state);
    put_versions(&out, state);
    put_usage(&out, state);
    put_timing(&out, state, now_ms);
    wr_text_plain(&out, "}");
    return wr_text_done(&out);
}

struct wr_str wr_envelope_review(struct wr_arena *arena, const struct wr_state *state)
{
    char id[WR_ID_TEXT];
    struct wr_text out = {.arena = arena};
    const struct wr_place *root = root_of(state);
    if (!wr_str_equal(waiting_for(state), WR_STR("review")))
        return (struct wr_str){0};
    wr_id_text(&state->job, id);
    put_word(&out, "{\"job_id\":", id);
    wr_text_member(&out, ",\"workflow\":", state->workflow);
    wr_text_member(&out, ",\"stage\":", root->stage);
    wr_text_plain(&out, ",\"value\":");
    wr_text_add(&out, root->reviewed.len ? root->reviewed : WR_STR("null"));
    wr_text_time(&out, ",\"until\":", root->until_ms);
    wr_text_plain(&out, "}");
    return wr_text_done(&out);
}
