/* Circles of stages, and the longest way through a workflow that has them. A circle that a counted
 * `sleep` is on is gone round at most so often, so its longest way is bounded. */
#include "compiler/check/check.h"

/* ---- which stages are in a circle (Tarjan) ------------------------------------------------ */

struct finder {
    const struct wc_workflow *workflow;
    size_t *index, *low; /* by stage; index 0: not visited */
    bool *waiting;       /* by stage: on the stack */
    struct wc_stage **stack;
    size_t depth, next, loops;
};

static struct wc_stage *next_of(const struct wc_on *on)
{
    return on->target.kind == WR_TO_STAGE ? on->target.stage : NULL;
}

static bool leads_to_itself(const struct wc_stage *stage)
{
    WC_EACH(i, &stage->ons)
    {
        if (next_of(&stage->ons.items[i]) == stage)
            return true;
    }
    return false;
}

static void close_component(struct finder *finder, struct wc_stage *root)
{
    bool alone = finder->stack[finder->depth - 1] == root && !leads_to_itself(root);
    size_t loop = alone ? 0 : ++finder->loops;
    struct wc_stage *stage;
    do {
        stage = finder->stack[--finder->depth];
        finder->waiting[stage->id] = false;
        stage->loop = loop;
    } while (stage != root);
}

static void visit(struct finder *finder, struct wc_stage *stage)
{
    finder->index[stage->id] = finder->low[stage->id] = ++finder->next;
    finder->stack[finder->depth++] = stage;
    finder->waiting[stage->id] = true;
    WC_EACH(i, &stage->ons)
    {
        struct wc_stage *next = next_of(&stage->ons.items[i]);
        if (!next)
            continue;
        if (finder->index[next->id] == 0)
            visit(finder, next);
        size_t seen = finder->waiting[next->id] ? finder->low[next->id] : SIZE_MAX;
        if (seen < finder->low[stage->id])
            finder->low[stage->id] = seen;
    }
    if (finder->low[stage->id] == finder->index[stage->id])
        close_component(finder, stage);
}

void wc_find_loops(struct wc_arena *arena, struct wc_workflow *workflow)
{
    size_t count = workflow->stages.count;
    struct finder finder = {
        .workflow = workflow,
        .index = WC_NEW_ARRAY(arena, size_t, count + 1),
        .low = WC_NEW_ARRAY(arena, size_t, count + 1),
        .waiting = WC_NEW_ARRAY(arena, bool, count + 1),
        .stack = WC_NEW_ARRAY(arena, struct wc_stage *, count + 1),
    };
    for (size_t i = 0; i < count; i++)
        if (finder.index[i] == 0)
            visit(&finder, workflow->stages.items[i]);
}

/* ---- the longest way ---------------------------------------------------------------------- */

enum progress { TO_DO, IN_PROGRESS, DONE };

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return b && a > INT64_MAX / b ? INT64_MAX : a * b;
}

static bool counted(const struct wc_stage *stage)
{
    return stage->loop && stage->action.at_most;
}

static bool within(const struct wc_stage *stage, const struct wc_stage *next)
{
    return stage->loop && next->loop == stage->loop;
}

/* Where a row goes on, or NULL. Ways of failures end where the reply has something to say. */
static const struct wc_stage *way(const struct wc_longest *of, const struct wc_stage *stage,
                                  const struct wc_row *row)
{
    if (of->failures && (WR_PARKS(stage->action.kind) || stage->action.kind == WR_ACT_DRAFT ||
                         (row->classes & ~WR_BIT(WR_OK)) == 0))
        return NULL;
    return next_of(row->on);
}

/* Within its circle, up to and with the next `sleep` that counts. */
static uint64_t inner_of(struct wc_longest *of, const struct wc_stage *stage)
{
    if (of->inner_done[stage->id] != TO_DO)
        return of->inner[stage->id]; /* of an endless circle 0, and that is refused elsewhere */
    of->inner_done[stage->id] = IN_PROGRESS;
    uint64_t most = 0;
    for (size_t i = 0; !counted(stage) && i < stage->rows.count; i++) {
        const struct wc_stage *next = way(of, stage, &stage->rows.items[i]);
        uint64_t length = next && within(stage, next) ? inner_of(of, next) : 0;
        most = length > most ? length : most;
    }
    of->inner[stage->id] = add(of->takes[stage->id], most);
    of->inner_done[stage->id] = DONE;
    return of->inner[stage->id];
}

/* Does every whole sleep lead on within its circle? Then it is left only at once, as `expired`. */
static bool goes_round(const struct wc_stage *stage)
{
    WC_EACH(i, &stage->rows)
    {
        const struct wc_row *row = &stage->rows.items[i];
        const struct wc_stage *next = next_of(row->on);
        if ((row->classes & WR_BIT(WR_OK)) && !(next && within(stage, next)))
            return false;
    }
    return counted(stage);
}

/* To an end, without another round. */
static uint64_t base_of(struct wc_longest *of, const struct wc_stage *stage)
{
    if (of->base_done[stage->id] != TO_DO)
        return of->base[stage->id];
    of->base_done[stage->id] = IN_PROGRESS;
    uint64_t most = 0;
    WC_EACH(i, &stage->rows)
    {
        const struct wc_stage *next = way(of, stage, &stage->rows.items[i]);
        if (!next || (counted(stage) && within(stage, next)))
            continue;
        uint64_t length = within(stage, next) ? base_of(of, next) : wc_length_from(of, next);
        if (!of->after[stage->id] || length > most) {
            of->after[stage->id] = next;
            most = length;
        }
    }
    of->base[stage->id] = add(goes_round(stage) ? 0 : of->takes[stage->id], most);
    of->base_done[stage->id] = DONE;
    return of->base[stage->id];
}

uint64_t wc_round_of(struct wc_longest *of, const struct wc_stage *stage)
{
    uint64_t most = 0;
    for (size_t i = 0; counted(stage) && i < stage->rows.count; i++) {
        const struct wc_stage *next = way(of, stage, &stage->rows.items[i]);
        uint64_t length = next && within(stage, next) ? inner_of(of, next) : 0;
        most = length > most ? length : most;
    }
    return most;
}

/* In a circle: to a counted `sleep`, a round after each time it is slept but the last, and the longest
 * way out. */
uint64_t wc_length_from(struct wc_longest *of, const struct wc_stage *stage)
{
    if (!stage->loop || of->failures)
        return base_of(of, stage);
    uint64_t rounds = 0, out = 0, least = UINT64_MAX;
    WC_EACH(i, &of->workflow->stages)
    {
        const struct wc_stage *one = of->workflow->stages.items[i];
        if (one->loop != stage->loop)
            continue;
        uint64_t base = base_of(of, one);
        out = base > out ? base : out;
        uint64_t round = wc_round_of(of, one);
        rounds = add(rounds, times(one->action.at_most, round));
        least = round && round < least ? round : least;
    }
    return rounds ? add(inner_of(of, stage), add(rounds - least, out)) : base_of(of, stage);
}

void wc_longest_init(struct wc_longest *of, struct wc_arena *arena,
                     const struct wc_workflow *workflow, bool failures)
{
    size_t count = workflow->stages.count + 1;
    *of = (struct wc_longest){.workflow = workflow, .failures = failures};
    of->takes = WC_NEW_ARRAY(arena, uint64_t, count);
    of->base = WC_NEW_ARRAY(arena, uint64_t, count);
    of->inner = WC_NEW_ARRAY(arena, uint64_t, count);
    of->base_done = WC_NEW_ARRAY(arena, unsigned char, count);
    of->inner_done = WC_NEW_ARRAY(arena, unsigned char, count);
    of->after = WC_NEW_ARRAY(arena, const struct wc_stage *, count);
}
