/* Which stages' values are set where: on every path to a stage's entry, and on some path. A value is
 * set by leaving its stage with `ok`; what members gave, by leaving their stage where they cannot have
 * failed. */
#include "compiler/model/scope.h"

#include <string.h>

struct edge {
    size_t from, to;
    bool sets;             /* taken with `ok` */
    const uint64_t *gives; /* of members: those that are set with it; NULL: it has none */
    const uint64_t *may_give;
};

struct wc_edges {
    WC_VEC(struct edge) list;
};

static void add_bit(uint64_t *set, size_t bit)
{
    set[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* Of a line of an `all` stage. Where a member's failure takes it, another is set if all its own
 * failures would take an earlier one: it cannot have failed, and it was waited for. */
static void members_of(struct wc_workflow_work *work, const struct wc_stage *stage,
                       const struct wc_row *row, struct edge *edge)
{
    struct wc_arena *arena = work->r->arena;
    size_t order = (size_t)(row->on - stage->ons.items);
    uint64_t *gives = WC_NEW_ARRAY(arena, uint64_t, work->words);
    uint64_t *may = WC_NEW_ARRAY(arena, uint64_t, work->words);
    add_bit(gives, stage->id);
    add_bit(may, stage->id);
    WC_EACH(i, &stage->members)
    {
        const struct wc_stage *member = stage->members.items[i];
        bool sure = !row->member || (member != row->member && member->most_order < order);
        add_bit(may, member->id);
        if (sure && !member->optional)
            add_bit(gives, member->id);
    }
    edge->gives = gives;
    edge->may_give = may;
}

static void edges_of(struct wc_workflow_work *work, struct wc_edges *edges,
                     const struct wc_stage *stage)
{
    struct wc_arena *arena = work->r->arena;
    WC_EACH(i, &stage->rows)
    {
        const struct wc_row *row = &stage->rows.items[i];
        if (row->on->target.kind != WR_TO_STAGE || !row->on->target.stage)
            continue;
        struct edge edge = {stage->id, row->on->target.stage->id, false, NULL, NULL};
        if (stage->action.kind == WR_ACT_ALL)
            members_of(work, stage, row, &edge);
        if (row->classes & WR_BIT(WR_OK)) {
            edge.sets = true;
            wc_push(arena, &edges->list, edge);
        }
        if (row->classes & ~WR_BIT(WR_OK)) {
            edge.sets = stage->action.kind == WR_ACT_ALL; /* what members gave is there */
            wc_push(arena, &edges->list, edge);
        }
    }
}

/* One edge's part: what it brings is met with what is there. True where something changed. */
static bool follow(struct wc_workflow_work *work, const struct edge *edge)
{
    const struct wc_stage_work *from = &work->stages[edge->from];
    struct wc_stage_work *to = &work->stages[edge->to];
    if (!from->reached)
        return false;
    bool changed = !to->reached;
    to->reached = true;
    for (size_t word = 0; word < work->words; word++) {
        uint64_t own = edge->sets && edge->from / 64 == word ? UINT64_C(1) << (edge->from % 64) : 0;
        uint64_t gives = edge->gives ? edge->gives[word] : own;
        uint64_t may_give = edge->gives ? edge->may_give[word] : own;
        uint64_t set = to->set[word] & (from->set[word] | gives);
        uint64_t may = to->may[word] | from->may[word] | may_give;
        changed |= set != to->set[word] || may != to->may[word];
        to->set[word] = set;
        to->may[word] = may;
    }
    return changed;
}

bool wc_some_is_set(const struct wc_workflow_work *work, const uint64_t *stages,
                    const struct wc_stage *stage)
{
    struct wc_arena *arena = work->r->arena;
    size_t count = work->workflow->stages.count;
    bool *met = WC_NEW_ARRAY(arena, bool, count + 1);
    met[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < work->edges->list.count; i++) {
            const struct edge *edge = &work->edges->list.items[i];
            if (!met[edge->from] || met[edge->to] || (edge->sets && wc_has_bit(stages, edge->from)))
                continue;
            met[edge->to] = true;
            changed = true;
        }
    }
    return !met[stage->above ? stage->above->id : stage->id];
}

/* From "everything is set everywhere" down to what holds. Each round is linear; going through the
 * edges forwards and backwards by turns keeps the rounds few, whichever way the stages are written. */
void wc_resolve_sets(struct wc_workflow_work *work)
{
    struct wc_arena *arena = work->r->arena;
    struct wc_edges *edges = WC_NEW(arena, struct wc_edges);
    work->edges = edges;
    size_t count = work->workflow->stages.count;
    for (size_t i = 0; i < count; i++) {
        work->stages[i].set = WC_NEW_ARRAY(arena, uint64_t, work->words);
        work->stages[i].may = WC_NEW_ARRAY(arena, uint64_t, work->words);
        work->stages[i].reached = i == 0;
        memset(work->stages[i].set, i == 0 ? 0 : 0xff, work->words * sizeof(uint64_t));
        edges_of(work, edges, work->stages[i].stage);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < edges->list.count; i++)
            changed |= follow(work, &edges->list.items[i]);
        for (size_t i = edges->list.count; i-- > 0;)
            changed |= follow(work, &edges->list.items[i]);
    }
    for (size_t i = count; i < work->count; i++) { /* a member begins where its stage does */
        const struct wc_stage_work *above = &work->stages[work->stages[i].stage->above->id];
        work->stages[i].set = above->set;
        work->stages[i].may = above->may;
        work->stages[i].reached = above->reached;
    }
}
