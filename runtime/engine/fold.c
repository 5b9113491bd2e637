/* Folding events into a job's state. */
#include "runtime/engine/checkpoint.h"

#include <string.h>

void wr_state_init(struct wr_state *state, struct wr_arena *arena, struct wr_id job)
{
    memset(state, 0, sizeof *state);
    state->arena = arena;
    state->job = job;
    state->age_ms = -1;
}

bool wr_state_ended(const struct wr_state *state)
{
    return state->status >= WR_STATUS_COMPLETED;
}

/* ---- places ------------------------------------------------------------------------------------ */

static struct wr_place **slot_of(struct wr_state *state, struct wr_str path)
{
    struct wr_place **at = &state->places;
    while (*at && !wr_str_equal((*at)->path, path))
        at = &(*at)->next;
    if (!*at) {
        *at = WR_NEW(state->arena, struct wr_place);
        (*at)->path = path;
    }
    return at;
}

struct wr_place *wr_state_place(struct wr_state *state, struct wr_str path)
{
    return *slot_of(state, path);
}

const struct wr_place *wr_state_place_find(const struct wr_state *state, struct wr_str path)
{
    const struct wr_place *place = state->places;
    while (place && !wr_str_equal(place->path, path))
        place = place->next;
    return place;
}

/* The place of an event, in front: of a thousand items those under way are found at once. */
static struct wr_place *place_of(struct wr_state *state, struct wr_str path)
{
    struct wr_place **at = slot_of(state, path), *place = *at;
    *at = place->next;
    place->next = state->places;
    state->places = place;
    return place;
}

bool wr_path_below(struct wr_str path, struct wr_str above, struct wr_str *rest)
{
    size_t skip = above.len ? above.len + 1 : 0;
    if (path.len <= skip ||
        (above.len && (memcmp(path.ptr, above.ptr, above.len) != 0 || path.ptr[above.len] != '/')))
        return false;
    *rest = (struct wr_str){path.ptr + skip, path.len - skip};
    return true;
}

/* Is `path` that of a stage's members, items or child, or below them? */
static bool is_under(struct wr_str path, struct wr_str machine, struct wr_str stage)
{
    struct wr_str rest;
    return wr_path_below(path, machine, &rest) && rest.len >= stage.len &&
           memcmp(rest.ptr, stage.ptr, stage.len) == 0 &&
           (rest.len == stage.len || rest.ptr[stage.len] == '/');
}

static size_t segments_of(struct wr_str path)
{
    size_t count = path.len ? 1 : 0;
    for (size_t i = 0; i < path.len; i++)
        count += path.ptr[i] == '/';
    return count;
}

/* What was reserved for an attempt that nobody heard the end of is charged. */
static void charge_lost(struct wr_state *state, struct wr_place *place)
{
    state->cost += place->reserved;
    state->reserved -= place->reserved;
    place->reserved = 0;
}

/* A stage that is entered again begins its members anew: what they gave before is gone. */
static void forget_below(struct wr_state *state, const struct wr_event *event)
{
    size_t segments = segments_of(event->path);
    if (segments > state->depth)
        state->depth = segments;
    if (state->depth <= segments)
        return; /* nothing can be below */
    for (struct wr_place **at = &state->places; *at;)
        if (is_under((*at)->path, event->path, event->stage)) {
            charge_lost(state, *at);
            *at = (*at)->next;
        } else {
            at = &(*at)->next;
        }
    for (struct wr_kept_value **at = &state->values; *at;)
        if (is_under((*at)->path, event->path, event->stage))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    for (struct wr_round **at = &state->rounds; *at;)
        if (is_under((*at)->path, event->path, event->stage))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    for (struct wr_asked_for **at = &state->turns; *at;)
        if (is_under((*at)->path, event->path, event->stage))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    for (struct wr_passed **at = &state->steps; *at;)
        if (is_under((*at)->path, event->path, event->stage))
            *at = (*at)->next;
        else
            at = &(*at)->next;
}

/* ---- values ------------------------------------------------------------------------------------ */

const struct wr_kept_value *wr_state_value(const struct wr_state *state, struct wr_str path,
                                           struct wr_str stage)
{
    for (const struct wr_kept_value *kept = state->values; kept; kept = kept->next)
        if (wr_str_equal(kept->path, path) && wr_str_equal(kept->stage, stage))
            return kept;
    return NULL;
}

static bool fold_accepted(struct wr_state *state, const struct wr_event *event)
{
    state->workflow = event->workflow;
    state->api = event->api;
    state->contract = event->contract;
    state->toolchain = event->toolchain;
    state->output_schema = event->output_schema;
    state->caller = event->caller;
    state->arm = event->split;
    state->trace = event->trace;
    state->tracestate = event->tracestate;
    state->input = event->value;
    state->input_schema = event->schema;
    state->created_ms = event->created_ms;
    state->deadline_ms = event->deadline_ms;
    state->budget_ms = event->budget_ms;
    state->keyed = event->keyed;
    state->side_effect = event->side_effect;
    state->status = WR_STATUS_QUEUED;
    return event->seq == 1;
}

/* A stage that is entered again begins its conversation anew. */
static void forget_turns(struct wr_state *state, const struct wr_event *event)
{
    for (struct wr_asked_for **at = &state->turns; *at;)
        if (wr_str_equal((*at)->path, event->path) && wr_str_equal((*at)->stage, event->stage))
            *at = (*at)->next;
        else
            at = &(*at)->next;
}

static bool fold_entered(struct wr_state *state, const struct wr_event *event)
{
    forget_below(state, event);
    forget_turns(state, event);
    struct wr_place *place = place_of(state, event->path);
    charge_lost(state, place);
    place->stage = event->stage;
    place->target = (struct wr_str){0};
    place->now_ms = event->now_ms;
    place->attempts = place->repairs = place->repairing = 0;
    place->started = place->ended = false;
    place->class = WR_OK;
    place->error = (struct wr_str){0};
    place->done = place->total = 0;
    place->over = false;
    place->waiting_for = (struct wr_str){0};
    place->published = false;
    state->status = WR_STATUS_PROCESSING;
    return true;
}

static bool fold_started(struct wr_state *state, const struct wr_event *event)
{
    struct wr_place *place = place_of(state, event->path);
    charge_lost(state, place);
    place->reserved = event->reserved;
    state->reserved += event->reserved;
    place->repairing = event->repair;
    place->started = true;
    place->ended = false;
    place->total = event->total;
    return wr_str_equal(place->stage, event->stage);
}

static void fold_tool(struct wr_state *state, const struct wr_event *event)
{
    struct wr_tool **at = &state->tools;
    while (*at && !wr_str_equal((*at)->name, event->tool))
        at = &(*at)->next;
    if (*at)
        return;
    *at = WR_NEW(state->arena, struct wr_tool);
    (*at)->name = event->tool;
    (*at)->version = event->tool_version;
}

/* ---- parks ------------------------------------------------------------------------------------- */

uint32_t wr_state_rounds(const struct wr_state *state, struct wr_str path, struct wr_str stage)
{
    for (const struct wr_round *round = state->rounds; round; round = round->next)
        if (wr_str_equal(round->path, path) && wr_str_equal(round->stage, stage))
            return round->count;
    return 0;
}

static void count_round(struct wr_state *state, const struct wr_event *event)
{
    struct wr_round **at = &state->rounds;
    while (*at &&
           !(wr_str_equal((*at)->path, event->path) && wr_str_equal((*at)->stage, event->stage)))
        at = &(*at)->next;
    if (!*at) {
        *at = WR_NEW(state->arena, struct wr_round);
        (*at)->path = event->path;
        (*at)->stage = event->stage;
    }
    (*at)->count++;
}

/* A client sees the job's own machine: it is queued while that one waits for somebody. One that sleeps
 * goes on by itself. */
static bool fold_parked(struct wr_state *state, const struct wr_event *event)
{
    struct wr_place *place = place_of(state, event->path);
    place->waiting_for = event->waiting_for;
    place->until_ms = event->until_ms;
    place->reviewed = event->value;
    if (event->path.len == 0 && !wr_str_equal(event->waiting_for, WR_STR("retry")))
        state->status = WR_STATUS_QUEUED;
    return wr_str_equal(place->stage, event->stage) && event->waiting_for.len > 0;
}

struct wr_str wr_signal_waited(struct wr_str waiting_for)
{
    const struct wr_str prefix = WR_STR("signal ");
    if (!wr_str_starts_with(waiting_for, prefix))
        return (struct wr_str){0};
    return (struct wr_str){waiting_for.ptr + prefix.len, waiting_for.len - prefix.len};
}

struct wr_signal *wr_state_signal(const struct wr_state *state, struct wr_str name)
{
    struct wr_signal *signal = state->signals;
    while (signal && !wr_str_equal(signal->name, name))
        signal = signal->next;
    return signal;
}

static bool fold_signal(struct wr_state *state, const struct wr_event *event)
{
    struct wr_signal *signal = WR_NEW(state->arena, struct wr_signal);
    bool review = event->kind == WR_ENTRY_REVIEWED;
    signal->name = review ? (struct wr_str){0} : event->label;
    signal->decision = review ? event->label : (struct wr_str){0};
    signal->stage = event->stage;
    signal->json = event->value;
    signal->reason = event->reason;
    signal->seq = event->seq;
    signal->next = state->signals;
    state->signals = signal;
    return true;
}

/* What came is taken by the end of the stage that waited for it. */
static void fold_unparked(struct wr_state *state, struct wr_place *place,
                          const struct wr_event *event)
{
    struct wr_str name = wr_signal_waited(place->waiting_for);
    bool review = wr_str_equal(place->waiting_for, WR_STR("review"));
    struct wr_signal *came = name.len || review ? wr_state_signal(state, name) : NULL;
    if (came && (event->class == WR_OK || event->class == WR_CLASS_declined))
        came->taken = true;
    if (event->class == WR_OK)
        count_round(state, event);
    place->waiting_for = (struct wr_str){0};
    if (event->path.len == 0)
        state->status = WR_STATUS_PROCESSING;
}

/* Its attempt has ended, and the stage goes on. */
static void fold_turn(struct wr_state *state, struct wr_place *place, const struct wr_event *event)
{
    struct wr_asked_for **at = &state->turns;
    while (*at)
        at = &(*at)->next;
    *at = WR_NEW(state->arena, struct wr_asked_for);
    (*at)->path = event->path;
    (*at)->stage = event->stage;
    (*at)->calls = event->value;
    place->ended = false;
}

static bool fold_ended(struct wr_state *state, const struct wr_event *event)
{
    struct wr_place *place = place_of(state, event->path);
    if (place->waiting_for.len)
        fold_unparked(state, place, event);
    place->attempts = event->attempt;
    if (event->repair > place->repairs)
        place->repairs = event->repair;
    place->started = false;
    place->ended = true;
    place->class = event->class;
    place->error = event->error;
    if (event->turn)
        fold_turn(state, place, event);
    if (event->tool.len)
        fold_tool(state, event);
    if (event->model.len) {
        state->attempts++;
        state->input_tokens += event->input_tokens;
        state->output_tokens += event->output_tokens;
    }
    state->cost += event->cost;
    if (event->reserved) { /* given back, for what it has cost */
        state->reserved -= place->reserved;
        place->reserved = 0;
    }
    charge_lost(state, place);
    if (event->hedge.len) {
        state->attempts++;
        state->input_tokens += event->hedge_input_tokens;
        state->output_tokens += event->hedge_output_tokens;
    }
    if (event->class == WR_OK && event->model.len) {
        state->model = event->model;
        state->model_version = event->model_version;
        state->prompt = event->prompt;
    }
    if (event->class == WR_OK && event->remembered_ms) {
        state->remembered_ms = event->remembered_ms;
        state->remembered_stage = event->stage;
    }
    return wr_str_equal(place->stage, event->stage);
}

/* The newest first: a stage that is entered again has a new value. */
static bool fold_value(struct wr_state *state, const struct wr_event *event)
{
    struct wr_kept_value *kept = WR_NEW(state->arena, struct wr_kept_value);
    kept->path = event->path;
    kept->stage = event->stage;
    kept->json = event->value;
    kept->schema = event->schema;
    kept->next = state->values;
    state->values = kept;
    return true;
}

/* "gather/news": "gather" is a stage of the machine at "". */
static void fold_progress(struct wr_state *state, const struct wr_event *event)
{
    struct wr_str path = event->path;
    for (int level = 0; level < 2; level++) {
        while (path.len && path.ptr[path.len - 1] != '/')
            path.len--;
        path.len -= path.len ? 1 : 0;
    }
    struct wr_place *parent = wr_state_place(state, path);
    if (event->done)
        parent->done = event->done;
}

/* A member that came to its end. What went well is a value, and no step. */
static void fold_member(struct wr_state *state, const struct wr_event *event)
{
    struct wr_place *place = place_of(state, event->path);
    place->over = true;
    place->class = event->class;
    place->error = event->error;
    fold_progress(state, event);
}

static struct wr_passed *new_step(struct wr_state *state, struct wr_str path, struct wr_str stage)
{
    struct wr_passed **at = &state->steps;
    while (*at)
        at = &(*at)->next;
    *at = WR_NEW(state->arena, struct wr_passed);
    (*at)->path = path;
    (*at)->stage = stage;
    return *at;
}

static bool fold_transition(struct wr_state *state, const struct wr_event *event)
{
    if (event->member)
        fold_member(state, event);
    if (event->member && event->class == WR_OK)
        return true;
    struct wr_passed *step = new_step(state, event->path, event->stage);
    step->label = event->label;
    step->class = event->class;
    step->optional = event->optional;
    step->without = event->without;
    step->member = event->member;
    if (event->member)
        return true;
    struct wr_place *place = place_of(state, event->path);
    if (event->target.len) {
        place->target = event->target;
        place->stage = (struct wr_str){0};
    }
    return true;
}

static bool fold_published(struct wr_state *state, const struct wr_event *event)
{
    struct wr_place *place = place_of(state, event->path);
    state->result = WR_RESULT_DRAFT;
    state->output = event->value;
    place->published = true;
    return wr_str_equal(place->stage, event->stage);
}

/* Cancelled while a once effect was under way: its client is told of it as of a stage passed. */
static void fold_doubt(struct wr_state *state, const struct wr_place *place)
{
    if (!place->stage.len || !place->ended || place->over || place->class != WR_CLASS_uncertain)
        return;
    struct wr_str where = place->path.len ? place->path : place->stage; /* "gather/news" */
    struct wr_passed *step = new_step(state, (struct wr_str){0}, where);
    step->class = WR_CLASS_uncertain;
    step->label = WR_STR("uncertain");
}

static bool fold_finished(struct wr_state *state, const struct wr_event *event)
{
    state->status = event->status;
    state->finished_ms = event->at_ms;
    state->http = (int)event->http;
    state->result = event->result;
    state->output = event->value;
    for (struct wr_place *place = state->places; place; place = place->next) {
        if (event->status == WR_STATUS_CANCELLED)
            fold_doubt(state, place);
        charge_lost(state, place);
        place->stage = place->target = (struct wr_str){0};
    }
    if (event->served.len) {
        const struct wr_kept_value *kept = wr_state_value(state, event->path, event->served);
        if (!kept)
            return false;
        state->output = kept->json;
        if (wr_str_equal(event->served, state->remembered_stage)) {
            state->age_ms = event->at_ms - state->remembered_ms;
            state->model = state->model_version = state->prompt = (struct wr_str){0};
        }
    }
    state->class = event->class;
    state->error = event->error;
    state->message = event->message;
    state->error_stage = event->class == WR_OK ? (struct wr_str){0} : event->stage;
    state->retryable = event->retryable;
    state->harmless = event->harmless;
    state->retry_after_ms = event->retry_after_ms;
    return event->status >= WR_STATUS_COMPLETED;
}

/* As if it had just been accepted by the program that restarts it; what it has cost stays. */
static bool fold_restarted(struct wr_state *state, const struct wr_event *event)
{
    state->workflow = event->workflow;
    state->api = event->api;
    state->contract = event->contract;
    state->toolchain = event->toolchain;
    state->output_schema = event->output_schema;
    state->status = WR_STATUS_PROCESSING;
    state->result = WR_RESULT_NONE;
    state->output = (struct wr_str){0};
    state->places = NULL;
    state->depth = 0;
    state->values = NULL;
    state->steps = NULL;
    state->rounds = NULL;
    state->signals = NULL;
    state->turns = NULL;
    state->model = state->model_version = state->prompt = (struct wr_str){0};
    state->remembered_ms = 0;
    state->remembered_stage = (struct wr_str){0};
    return event->workflow.len > 0;
}

/* The first entry that is read, or one on the way: the state is the same. */
static bool fold_checkpoint(struct wr_state *state, const struct wr_event *event)
{
    if (state->workflow.len) {
        wr_state_compact(state);
        return true;
    }
    if (!wr_state_load(state, event->value))
        return false;
    for (const struct wr_place *place = state->places; place; place = place->next)
        if (segments_of(place->path) > state->depth)
            state->depth = segments_of(place->path);
    return true;
}

bool wr_state_fold(struct wr_state *state, const struct wr_event *event)
{
    static bool (*const folds[WR_ENTRY_KIND_COUNT])(struct wr_state *, const struct wr_event *) = {
        [WR_ENTRY_ACCEPTED] = fold_accepted,     [WR_ENTRY_ENTERED] = fold_entered,
        [WR_ENTRY_STARTED] = fold_started,       [WR_ENTRY_ENDED] = fold_ended,
        [WR_ENTRY_VALUE] = fold_value,           [WR_ENTRY_TRANSITION] = fold_transition,
        [WR_ENTRY_PUBLISHED] = fold_published,   [WR_ENTRY_FINISHED] = fold_finished,
        [WR_ENTRY_PARKED] = fold_parked,         [WR_ENTRY_SIGNALLED] = fold_signal,
        [WR_ENTRY_REVIEWED] = fold_signal,       [WR_ENTRY_RESTARTED] = fold_restarted,
        [WR_ENTRY_CHECKPOINT] = fold_checkpoint,
    };
    bool begins = state->seq == 0 && event->kind == WR_ENTRY_CHECKPOINT && event->seq > 1;
    bool in_order = (begins || event->seq == state->seq + 1) && !wr_state_ended(state) &&
                    (event->seq == 1) == (event->kind == WR_ENTRY_ACCEPTED);
    if (!in_order || event->kind >= WR_ENTRY_KIND_COUNT)
        return false;
    state->seq = event->seq;
    state->acted = state->acted || event->acted ||
                   (event->kind == WR_ENTRY_ENDED && event->class == WR_CLASS_uncertain);
    return folds[event->kind](state, event);
}

bool wr_state_fold_all(struct wr_state *state, const struct wr_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct wr_entry entry = entries[i];
        struct wr_event event;
        entry.path = wr_arena_str(state->arena, entry.path);
        entry.body = wr_arena_str(state->arena, entry.body);
        if (!wr_event_decode(state->arena, &entry, &event) || !wr_state_fold(state, &event))
            return false;
    }
    return count > 0;
}
