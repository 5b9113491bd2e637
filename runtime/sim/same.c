/* Are two states of a job the same, as far as anything can tell? Member by member, apart from how a
 * checkpoint writes them. */
#include "runtime/sim/world.h"

#include "runtime/engine/envelope.h"

static bool same_places(const struct wr_place *a, const struct wr_place *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!wr_str_equal(a->path, b->path) || !wr_str_equal(a->stage, b->stage) ||
            !wr_str_equal(a->target, b->target) || a->now_ms != b->now_ms ||
            a->attempts != b->attempts || a->started != b->started || a->ended != b->ended ||
            a->until_ms != b->until_ms || !wr_str_equal(a->waiting_for, b->waiting_for) ||
            a->published != b->published || a->class != b->class || a->over != b->over ||
            !wr_str_equal(a->reviewed, b->reviewed) || a->done != b->done || a->total != b->total ||
            !wr_str_equal(a->error, b->error))
            return false;
    return a == b;
}

static bool same_values(const struct wr_kept_value *a, const struct wr_kept_value *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!wr_str_equal(a->path, b->path) || !wr_str_equal(a->stage, b->stage) ||
            !wr_str_equal(a->json, b->json) || !wr_str_equal(a->schema, b->schema))
            return false;
    return a == b;
}

static bool same_steps(const struct wr_passed *a, const struct wr_passed *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!wr_str_equal(a->path, b->path) || !wr_str_equal(a->stage, b->stage) ||
            !wr_str_equal(a->label, b->label) || a->class != b->class ||
            a->optional != b->optional || a->member != b->member)
            return false;
    return a == b;
}

static bool same_rounds(const struct wr_round *a, const struct wr_round *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!wr_str_equal(a->path, b->path) || !wr_str_equal(a->stage, b->stage) ||
            a->count != b->count)
            return false;
    return a == b;
}

static bool same_signals(const struct wr_signal *a, const struct wr_signal *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!wr_str_equal(a->name, b->name) || !wr_str_equal(a->decision, b->decision) ||
            !wr_str_equal(a->stage, b->stage) || !wr_str_equal(a->json, b->json) ||
            !wr_str_equal(a->reason, b->reason) || a->seq != b->seq || a->taken != b->taken)
            return false;
    return a == b;
}

static bool same_turns(const struct wr_asked_for *a, const struct wr_asked_for *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!wr_str_equal(a->path, b->path) || !wr_str_equal(a->stage, b->stage) ||
            !wr_str_equal(a->calls, b->calls))
            return false;
    return a == b;
}

/* Tools, usage, models, status, error and output are in the envelope. */
bool wr_sim_same_state(struct wr_arena *arena, const struct wr_state *a, const struct wr_state *b)
{
    return a->seq == b->seq && wr_str_equal(wr_envelope(arena, a, 0), wr_envelope(arena, b, 0)) &&
           wr_str_equal(a->caller, b->caller) && wr_str_equal(a->trace, b->trace) &&
           wr_str_equal(a->tracestate, b->tracestate) && wr_str_equal(a->input, b->input) &&
           wr_str_equal(a->input_schema, b->input_schema) && a->deadline_ms == b->deadline_ms &&
           a->created_ms == b->created_ms && a->budget_ms == b->budget_ms && a->keyed == b->keyed &&
           a->remembered_ms == b->remembered_ms &&
           wr_str_equal(a->remembered_stage, b->remembered_stage) &&
           same_places(a->places, b->places) && same_values(a->values, b->values) &&
           same_steps(a->steps, b->steps) && same_rounds(a->rounds, b->rounds) &&
           same_signals(a->signals, b->signals) && same_turns(a->turns, b->turns);
}
