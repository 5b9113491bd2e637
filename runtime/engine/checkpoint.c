/* Checkpoints: a state to JSON and back, by the rows of state.def. */
#include "runtime/engine/checkpoint.h"

#include "runtime/base/failpoint.h"
#include "runtime/engine/fields.h"

#include <string.h>

static const struct wr_field state_fields[] = {
#define STATE(name, member, form) WR_FIELD(wr_state, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field place_fields[] = {
#define PLACE(name, member, form) WR_FIELD(wr_place, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field value_fields[] = {
#define VALUE(name, member, form) WR_FIELD(wr_kept_value, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field step_fields[] = {
#define STEP(name, member, form) WR_FIELD(wr_passed, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field round_fields[] = {
#define ROUND(name, member, form) WR_FIELD(wr_round, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field signal_fields[] = {
#define SIGNAL(name, member, form) WR_FIELD(wr_signal, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field turn_fields[] = {
#define TURN(name, member, form) WR_FIELD(wr_asked_for, name, member, form),
#include "runtime/engine/state.def"
};
static const struct wr_field tool_fields[] = {
#define TOOL(name, member, form) WR_FIELD(wr_tool, name, member, form),
#include "runtime/engine/state.def"
};

#define COUNT(table) (sizeof table / sizeof *table)
#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

/* A list of the state, in its order. Its nodes begin with the pointer to the next one. */
struct list {
    struct wr_str name;
    size_t at, size;
    const struct wr_field *fields;
    size_t count;
};

static const struct list lists[] = {
    {NAME("places"), offsetof(struct wr_state, places), sizeof(struct wr_place), place_fields,
     COUNT(place_fields)},
    {NAME("values"), offsetof(struct wr_state, values), sizeof(struct wr_kept_value), value_fields,
     COUNT(value_fields)},
    {NAME("steps"), offsetof(struct wr_state, steps), sizeof(struct wr_passed), step_fields,
     COUNT(step_fields)},
    {NAME("rounds"), offsetof(struct wr_state, rounds), sizeof(struct wr_round), round_fields,
     COUNT(round_fields)},
    {NAME("signals"), offsetof(struct wr_state, signals), sizeof(struct wr_signal), signal_fields,
     COUNT(signal_fields)},
    {NAME("tools"), offsetof(struct wr_state, tools), sizeof(struct wr_tool), tool_fields,
     COUNT(tool_fields)},
    {NAME("turns"), offsetof(struct wr_state, turns), sizeof(struct wr_asked_for), turn_fields,
     COUNT(turn_fields)},
};

static const void *next_of(const void *slot)
{
    const void *next;
    memcpy(&next, slot, sizeof next);
    return next;
}

/* ---- out --------------------------------------------------------------------------------------- */

static void save_list(struct wr_text *out, const struct list *list, const struct wr_state *state)
{
    const void *node = next_of((const char *)state + list->at);
    wr_text_add(out, WR_STR("["));
    for (bool first_node = true; node; node = next_of(node), first_node = false) {
        bool first = true;
        wr_text_add(out, first_node ? WR_STR("{") : WR_STR(",{"));
        wr_fields_add(out, list->fields, list->count, node, &first);
        wr_text_add(out, WR_STR("}"));
    }
    wr_text_add(out, WR_STR("]"));
}

struct wr_str wr_state_save(struct wr_arena *arena, const struct wr_state *state)
{
    struct wr_text out = {.arena = arena};
    bool first = true;
    wr_text_add(&out, WR_STR("{"));
    wr_fields_add(&out, state_fields, COUNT(state_fields), state, &first);
    for (size_t i = 0; i < COUNT(lists); i++) {
        if (!next_of((const char *)state + lists[i].at))
            continue;
        if (wr_broken("checkpoint") && wr_str_equal(lists[i].name, WR_STR("steps")))
            continue;
        wr_fields_name(&out, lists[i].name, &first);
        save_list(&out, &lists[i], state);
    }
    wr_text_add(&out, WR_STR("}"));
    return wr_text_done(&out);
}

/* ---- in ---------------------------------------------------------------------------------------- */

static bool load_list(struct wr_state *state, struct wr_body *in, const struct list *list)
{
    void *slot = (char *)state + list->at;
    if (!wr_body_word(in, "[") || next_of(slot))
        return false;
    do {
        void *node = wr_arena_alloc(state->arena, list->size);
        if (!wr_fields_read_all(state->arena, in, list->fields, list->count, node))
            return false;
        memcpy(slot, &node, sizeof node);
        slot = node;
    } while (wr_body_word(in, ","));
    return wr_body_word(in, "]");
}

static bool load_member(struct wr_state *state, struct wr_body *in)
{
    struct wr_str name;
    if (!wr_body_text(in, state->arena, &name) || !wr_body_word(in, ":"))
        return false;
    for (size_t i = 0; i < COUNT(lists); i++)
        if (wr_str_equal(lists[i].name, name))
            return load_list(state, in, &lists[i]);
    return wr_fields_read(state->arena, in, state_fields, COUNT(state_fields), name, state);
}

bool wr_state_load(struct wr_state *state, struct wr_str json)
{
    struct wr_body in = {json.ptr, json.ptr + json.len};
    if (!wr_body_word(&in, "{"))
        return false;
    do
        if (!load_member(state, &in))
            return false;
    while (wr_body_word(&in, ","));
    return wr_body_word(&in, "}") && in.at == in.end && state->workflow.len > 0 &&
           !wr_state_ended(state);
}

/* ---- what newer ones have taken the place of --------------------------------------------------- */

/* Names seen so far: open addressing, twice as many slots as names at least. */
struct seen {
    const struct wr_kept_value **slots;
    size_t mask;
};

static size_t hash_of(struct wr_str text, size_t hash)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

/* False: a newer one of the same stage was seen before. */
static bool is_newest(struct seen *seen, const struct wr_kept_value *value)
{
    size_t at = hash_of(value->stage, hash_of(value->path, 0xcbf29ce484222325u)) & seen->mask;
    for (; seen->slots[at]; at = (at + 1) & seen->mask)
        if (wr_str_equal(seen->slots[at]->path, value->path) &&
            wr_str_equal(seen->slots[at]->stage, value->stage))
            return false;
    seen->slots[at] = value;
    return true;
}

static void compact_values(struct wr_state *state)
{
    struct wr_arena scratch = {0};
    size_t count = 0, room = 8;
    for (const struct wr_kept_value *value = state->values; value; value = value->next)
        count++;
    while (room < 2 * count)
        room *= 2;
    struct seen seen = {wr_arena_alloc(&scratch, room * sizeof *seen.slots), room - 1};
    for (struct wr_kept_value **at = &state->values; *at;)
        if (is_newest(&seen, *at))
            at = &(*at)->next;
        else
            *at = (*at)->next;
    wr_arena_free(&scratch);
}

void wr_state_compact(struct wr_state *state)
{
    compact_values(state);
    for (struct wr_signal **at = &state->signals; *at;)
        if (wr_state_signal(state, (*at)->name) == *at)
            at = &(*at)->next;
        else
            *at = (*at)->next;
}
