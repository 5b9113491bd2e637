/* Paths: which stages they reach, and whether each of them ends. */
#include "compiler/check/check.h"

#include "compiler/base/buf.h"

#include <string.h>

enum colour { WHITE, GREY, BLACK };

struct walk {
    struct wc_workflow *workflow;
    struct wc_diags *diags;
    enum colour *colours; /* by stage */
    struct wc_stage **path;
    size_t depth;
};

static struct wc_stage *next_of(const struct wc_on *on)
{
    return on->target.kind == WR_TO_STAGE ? on->target.stage : NULL;
}

/* ---- reachability ------------------------------------------------------------------------- */

/* Marks what `start` leads to; `marks` is by stage, `stack` has room for every stage. */
static void mark_from(const struct wc_workflow *workflow, struct wc_stage *start, bool *marks,
                      struct wc_stage **stack)
{
    size_t count = 0;
    (void)workflow;
    marks[start->id] = true;
    stack[count++] = start;
    while (count > 0) {
        const struct wc_stage *stage = stack[--count];
        WC_EACH(i, &stage->ons)
        {
            struct wc_stage *next = next_of(&stage->ons.items[i]);
            if (!next || marks[next->id])
                continue;
            marks[next->id] = true;
            stack[count++] = next;
        }
    }
}

static void report_unreachable(const struct walk *walk, const struct wc_stage *stage)
{
    const struct wc_stage *first = walk->workflow->stages.items[0];
    struct wc_diag *diag =
        wc_report(walk->diags, WC_E0601, stage->span, "no path reaches stage `%s`", stage->name);
    wc_diag_label(walk->diags, diag, "never entered");
    wc_diag_also(walk->diags, diag, first->span, "a job starts at the first stage");
    wc_diag_help(walk->diags, diag, "lead a transition to it: `on … -> %s`, or delete it",
                 stage->name);
}

/* Of stages that only lead to one another the first is reported. */
static void check_reachability(const struct walk *walk)
{
    const struct wc_workflow *workflow = walk->workflow;
    size_t count = workflow->stages.count;
    bool *marks = WC_NEW_ARRAY(walk->diags->arena, bool, count);
    bool *led_to = WC_NEW_ARRAY(walk->diags->arena, bool, count);
    mark_from(workflow, workflow->stages.items[0], marks, walk->path);
    for (size_t i = 0; i < count; i++) {
        struct wc_stage *stage = workflow->stages.items[i];
        stage->reachable = marks[i];
        for (size_t k = 0; !marks[i] && k < stage->ons.count; k++) {
            struct wc_stage *next = next_of(&stage->ons.items[k]);
            if (next && next != stage)
                led_to[next->id] = true;
        }
    }
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            struct wc_stage *stage = workflow->stages.items[i];
            if (marks[i] || (pass == 0 && led_to[i]))
                continue;
            report_unreachable(walk, stage);
            mark_from(workflow, stage, marks, walk->path);
        }
    }
}

/* ---- endings ------------------------------------------------------------------------------ */

static void report_endless(const struct walk *walk, const struct wc_on *on,
                           const struct wc_stage *back_to)
{
    struct wc_buf circle = {0};
    const struct wc_stage *sleeper = NULL, *counts = NULL;
    size_t start = walk->depth;
    while (start > 0 && walk->path[start - 1] != back_to)
        start--;
    for (size_t i = start > 0 ? start - 1 : 0; i < walk->depth; i++) {
        wc_buf_printf(&circle, "%s -> ", walk->path[i]->name);
        if (walk->path[i]->action.kind == WR_ACT_SLEEP)
            sleeper = walk->path[i];
        if (walk->path[i]->action.at_most)
            counts = walk->path[i];
    }
    wc_buf_text(&circle, back_to->name);
    struct wc_diag *diag = wc_report(walk->diags, WC_E0602, on->target.span,
                                     "a job could go round for ever: %s", circle.data);
    wc_diag_label(walk->diags, diag, "leads back to `%s`", back_to->name);
    wc_diag_also(walk->diags, diag, back_to->span, "entered again and again");
    wc_diag_note(walk->diags, diag,
                 "an endless path has no latency and no cost that could be "
                 "promised");
    if (counts)
        wc_diag_help(walk->diags, diag,
                     "once it has slept as often as it may, `%s` ends in `expired` at once: lead "
                     "that out of the circle",
                     counts->name);
    else if (sleeper)
        wc_diag_help(walk->diags, diag, "say how often: `sleep %s at most 20`",
                     wc_ms_text(walk->diags->arena, (uint64_t)sleeper->action.within_ms));
    else
        wc_diag_help(walk->diags, diag,
                     "to try the same again, `retry N on …`, or `sleep 60s at most 20` on the way; "
                     "else lead to a stage that goes on, to `done` or to `fail`");
    wc_buf_free(&circle);
}

/* A member's failure that leads to where others' values are read waits for these; else what is still
 * under way is of no use, and is cut. */
static void decide_waits(struct wc_diags *diags, const struct wc_workflow *workflow,
                         struct wc_stage *stage, struct wc_stage **stack)
{
    if (stage->action.kind != WR_ACT_ALL)
        return;
    WC_EACH(i, &stage->ons)
    {
        struct wc_on *on = &stage->ons.items[i];
        struct wc_stage *next = next_of(on);
        on->waits = on->target.with != NULL;
        if (!next)
            continue;
        bool *marks = WC_NEW_ARRAY(diags->arena, bool, workflow->stages.count);
        mark_from(workflow, next, marks, stack);
        WC_EACH(k, &stage->readers)
        {
            const struct wc_stage *reader = stage->readers.items[k];
            reader = reader->above ? reader->above : reader;
            on->waits |= reader != stage && marks[reader->id];
        }
    }
}

static uint64_t classes_of(const struct wc_on *on)
{
    uint64_t classes = 0;
    WC_EACH(i, &on->labels)
    {
        classes |= on->labels.items[i].classes;
    }
    return classes;
}

/* A failure that leads to where success comes by, too, without this stage again, is gone on without; one
 * that leads to another way of doing the same is not. */
static void decide_without(struct wc_diags *diags, const struct wc_workflow *workflow,
                           struct wc_stage *stage, struct wc_stage **stack)
{
    bool *marks = WC_NEW_ARRAY(diags->arena, bool, workflow->stages.count);
    marks[stage->id] = true;
    WC_EACH(i, &stage->ons)
    {
        struct wc_stage *next = next_of(&stage->ons.items[i]);
        if (next && !marks[next->id] && (classes_of(&stage->ons.items[i]) & WR_ON_OK))
            mark_from(workflow, next, marks, stack);
    }
    WC_EACH(i, &stage->ons)
    {
        struct wc_on *on = &stage->ons.items[i];
        struct wc_stage *next = next_of(on);
        on->without = next && next != stage && marks[next->id] && (classes_of(on) & ~WR_ON_OK);
    }
}

static void visit(struct walk *walk, struct wc_stage *stage)
{
    walk->colours[stage->id] = GREY;
    walk->path[walk->depth++] = stage;
    WC_EACH(i, &stage->ons)
    {
        const struct wc_on *on = &stage->ons.items[i];
        struct wc_stage *next = next_of(on);
        if (!next || (stage->action.at_most && !(classes_of(on) & ~WR_ON_OK)))
            continue; /* a `sleep` that counts ends every circle that goes on after it has slept */
        if (walk->colours[next->id] == GREY)
            report_endless(walk, on, next);
        else if (walk->colours[next->id] == WHITE)
            visit(walk, next);
    }
    walk->depth--;
    walk->colours[stage->id] = BLACK;
}

void wc_check_flow(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        struct wc_workflow *workflow = model->workflows.items[i];
        size_t count = workflow->stages.count;
        struct walk walk = {.workflow = workflow, .diags = diags};
        if (count == 0 || workflow->partial)
            continue;
        wc_find_loops(diags->arena, workflow);
        walk.colours = WC_NEW_ARRAY(diags->arena, enum colour, count);
        walk.path = WC_NEW_ARRAY(diags->arena, struct wc_stage *, count + 1);
        check_reachability(&walk);
        for (size_t k = 0; k < count; k++)
            decide_waits(diags, workflow, workflow->stages.items[k], walk.path);
        for (size_t k = 0; k < count; k++)
            decide_without(diags, workflow, workflow->stages.items[k], walk.path);
        for (size_t k = 0; k < count; k++)
            if (walk.colours[k] == WHITE)
                visit(&walk, workflow->stages.items[k]);
    }
}
