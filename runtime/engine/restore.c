/* Values from the journal, back into frames: those of a machine's stages, of their members and of
 * their items. What is further down belongs to a child's machine, which restores its own. */
#include "runtime/engine/job.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"

#include <string.h>

/* A value's place: the stage of the machine, and the row and index of a member or an item in it. */
struct spot {
    const struct wr_stage *stage, *row;
    size_t index;
};

static bool read_index(struct wr_str text, size_t *index)
{
    *index = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || *index > 1000000)
            return false;
        *index = *index * 10 + (size_t)(text.ptr[i] - '0');
    }
    return text.len > 0;
}

/* "gather/news", "scenes/3": false where it is not a member's or an item's. */
static bool find_member(const struct wr_workflow *workflow, struct wr_str rest, struct spot *spot)
{
    const char *slash = memchr(rest.ptr, '/', rest.len);
    if (!slash)
        return false;
    struct wr_str stage = {rest.ptr, (size_t)(slash - rest.ptr)};
    struct wr_str name = {slash + 1, rest.len - stage.len - 1};
    spot->stage = wr_workflow_stage(workflow, stage);
    if (!spot->stage || !spot->stage->member_count || spot->stage->turns)
        return false;
    spot->row = spot->stage->members;
    if (spot->stage->each)
        return read_index(name, &spot->index);
    for (spot->index = 0; spot->index < spot->stage->member_count; spot->index++, spot->row++)
        if (wr_str_is(name, spot->row->name))
            return true;
    return false;
}

enum found { NOT_OURS, FOUND, UNKNOWN };

static enum found find(const struct wr_activity *machine, const struct wr_kept_value *kept,
                       struct spot *spot)
{
    struct wr_str rest;
    *spot = (struct spot){0};
    if (wr_str_equal(kept->path, machine->path)) {
        spot->stage = spot->row = wr_workflow_stage(machine->workflow, kept->stage);
        return spot->stage ? FOUND : UNKNOWN;
    }
    if (!wr_path_below(kept->path, machine->path, &rest))
        return NOT_OURS;
    return find_member(machine->workflow, rest, spot) ? FOUND : NOT_OURS;
}

/* ---- items ------------------------------------------------------------------------------------- */

struct restoring {
    const struct wr_activity *machine;
    const struct wr_stage *only; /* its members alone, set out already; NULL: everything */
    size_t *items; /* by stage: how many items are set out, and one; 0: they are not */
};

static size_t call_stage(const struct wr_activity *machine, const struct wr_stage *stage,
                         enum wr_point point)
{
    struct wr_turn turn = {.point = point,
                           .arena = &machine->job->arena,
                           .frame = machine->frame,
                           .value = "",
                           .raised_error = WR_NO_ERROR};
    stage->run(&turn);
    return turn.action.count;
}

/* An `each` sets out its items anew, from the values that are in the frame by now. */
static size_t items_of(struct restoring *r, const struct wr_stage *stage)
{
    size_t *items = &r->items[stage - r->machine->workflow->stages];
    if (*items == 0)
        *items = call_stage(r->machine, stage, WR_ENTER) + 1;
    return *items - 1;
}

/* The items of a body without a value: the journal only says that they went well. */
static void mark_items(struct restoring *r, const struct wr_place *place)
{
    struct spot spot;
    struct wr_str rest;
    if (!place->over || place->class != WR_OK ||
        !wr_path_below(place->path, r->machine->path, &rest) ||
        !find_member(r->machine->workflow, rest, &spot) || !spot.stage->each || spot.row->value ||
        (r->only && spot.stage != r->only) || spot.index >= items_of(r, spot.stage))
        return;
    const void **slots = *(const void ***)((char *)r->machine->frame + spot.row->value_at);
    slots[spot.index] = "";
}

/* An `each` that went well without items. */
static void mark_passed(struct restoring *r)
{
    const struct wr_activity *machine = r->machine;
    for (const struct wr_passed *step = machine->job->state.steps; step; step = step->next) {
        if (step->member || step->class != WR_OK || !wr_str_equal(step->path, machine->path))
            continue;
        const struct wr_stage *stage = wr_workflow_stage(machine->workflow, step->stage);
        if (stage && stage->each)
            items_of(r, stage);
    }
}

/* ---- values ------------------------------------------------------------------------------------ */

static bool put_value(struct restoring *r, const struct wr_kept_value *kept,
                      const struct spot *spot)
{
    const struct wr_activity *machine = r->machine;
    const struct wr_schema *schema = spot->row->value;
    bool item = spot->stage->each && spot->row != spot->stage;
    struct wr_reader in;
    if (!schema || !wr_str_is(kept->schema, schema->hash))
        return false;
    wr_reader_init(&in, &machine->job->arena, kept->json);
    const void *value = wr_decode(&in, schema);
    const void **slot = (const void **)((char *)machine->frame + spot->row->value_at);
    if (item && spot->index >= items_of(r, spot->stage))
        return false;
    if (item)
        slot = *(const void ***)slot + spot->index;
    *slot = value;
    return value != NULL;
}

/* In the order of the journal: the list has the newest first. */
static bool put_values(struct restoring *r)
{
    const struct wr_state *state = &r->machine->job->state;
    size_t count = 0;
    for (const struct wr_kept_value *kept = state->values; kept; kept = kept->next)
        count++;
    struct wr_arena scratch = {0};
    const struct wr_kept_value **order = wr_arena_alloc(&scratch, (count + 1) * sizeof *order);
    for (const struct wr_kept_value *kept = state->values; kept; kept = kept->next)
        order[--count] = kept;
    bool sound = true;
    for (size_t i = 0; sound && order[i]; i++) {
        struct spot spot;
        enum found found = find(r->machine, order[i], &spot);
        if (r->only && (found != FOUND || spot.stage != r->only || spot.row == spot.stage))
            continue;
        sound = found == NOT_OURS || (found == FOUND && put_value(r, order[i], &spot));
    }
    wr_arena_free(&scratch);
    for (const struct wr_place *place = state->places; sound && place; place = place->next)
        mark_items(r, place);
    return sound;
}

bool wr_restore_machine(const struct wr_activity *machine)
{
    const struct wr_workflow *workflow = machine->workflow;
    struct wr_arena scratch = {0};
    struct restoring r = {.machine = machine};
    r.items = wr_arena_alloc(&scratch, (workflow->stage_count + 1) * sizeof *r.items);
    for (size_t i = 0; i < workflow->stage_count; i++)
        if (workflow->stages[i].member_count && !workflow->stages[i].each &&
            !workflow->stages[i].turns)
            call_stage(machine, &workflow->stages[i], WR_ENTER);
    bool sound = put_values(&r);
    if (sound)
        mark_passed(&r);
    for (size_t i = 0; sound && i < workflow->stage_count; i++)
        if (r.items[i])
            call_stage(machine, &workflow->stages[i], WR_CHECK);
    wr_arena_free(&scratch);
    return sound;
}

bool wr_restore_members(const struct wr_activity *machine)
{
    const struct wr_workflow *workflow = machine->workflow;
    struct wr_arena scratch = {0};
    struct restoring r = {.machine = machine, .only = machine->stage};
    r.items = wr_arena_alloc(&scratch, (workflow->stage_count + 1) * sizeof *r.items);
    r.items[machine->stage - workflow->stages] = machine->attempt->below.count + 1;
    bool sound = put_values(&r);
    wr_arena_free(&scratch);
    return sound;
}
