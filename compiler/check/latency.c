/* The latency certificate: each stage's floor, and the largest against the budget. A floor is one
 * whole attempt and the largest floor of what may follow it; retries live in the slack. */
#include "compiler/check/check.h"

#include "compiler/base/buf.h"

#include <wright/limits.h>

enum { COMMITS = 2, INSTANT_MS = 1000 };

enum progress { TO_DO, IN_PROGRESS, DONE };

struct floors {
    struct wc_model *model;
    struct wc_diags *diags;
    struct wc_workflow *workflow;
    enum progress *done;           /* by stage */
    const struct wc_stage **after; /* by stage: what the floor goes on to, or NULL */
};

static bool waits(const struct wc_stage *stage)
{
    return stage->action.kind == WR_ACT_HTTP || stage->action.kind == WR_ACT_ASK;
}

/* ---- the times of one stage --------------------------------------------------------------- */

static uint32_t attempt_ms(const struct wc_stage *stage)
{
    if (!waits(stage))
        return 0;
    return stage->timeout_ms ? stage->timeout_ms : stage->within_ms;
}

static void check_timeout(struct wc_diags *diags, const struct wc_stage *stage)
{
    if (!waits(stage) || attempt_ms(stage) > 0)
        return;
    struct wc_diag *diag =
        wc_report(diags, WC_E0604, stage->span, "stage `%s` has no timeout", stage->name);
    wc_diag_label(diags, diag, "it may wait for ever");
    wc_diag_also(diags, diag, stage->action.span, "this goes over a network");
    wc_diag_note(diags, diag, "the budget is proved from the timeouts of its stages");
    wc_diag_help(diags, diag, "add `timeout 2s`");
}

static void contradiction(struct wc_diags *diags, const struct wc_stage *stage, const char *shorter,
                          uint32_t shorter_ms, const char *longer, uint32_t longer_ms)
{
    struct wc_diag *diag = wc_report(diags, WC_E0605, stage->timeout_span,
                                     "`%s` is longer than `%s`", shorter, longer);
    wc_diag_label(diags, diag, "%s is %s, %s is %s", shorter, wc_ms_text(diags->arena, shorter_ms),
                  longer, wc_ms_text(diags->arena, longer_ms));
    wc_diag_note(diags, diag, "`%s` could never be reached", shorter);
    wc_diag_help(diags, diag, "make `%s` the shorter of the two", shorter);
}

static void check_times(struct wc_diags *diags, const struct wc_stage *stage)
{
    uint32_t attempt = attempt_ms(stage);
    check_timeout(diags, stage);
    if (attempt == 0)
        return;
    if (stage->first_token_ms > attempt)
        contradiction(diags, stage, "first token", stage->first_token_ms, "timeout", attempt);
    if (stage->idle_ms > attempt)
        contradiction(diags, stage, "idle", stage->idle_ms, "timeout", attempt);
    if (stage->within_ms && stage->timeout_ms > stage->within_ms)
        contradiction(diags, stage, "timeout", stage->timeout_ms, "within", stage->within_ms);
}

/* ---- floors ------------------------------------------------------------------------------- */

/* Where the reply may be given before the job ends, only failures have to fit; else every way on. */
static bool counts(const struct floors *floors, const struct wc_row *row)
{
    return floors->workflow->background_ms == 0 || (row->classes & ~WR_BIT(WR_OK)) != 0;
}

static uint32_t floor_of(struct floors *floors, struct wc_stage *stage)
{
    if (floors->done[stage->id] != TO_DO)
        return stage->floor_ms; /* of a circle 0, and that is refused elsewhere */
    floors->done[stage->id] = IN_PROGRESS;
    stage->floor_after_ms = 0;
    WC_EACH(i, &stage->rows)
    {
        const struct wc_row *row = &stage->rows.items[i];
        struct wc_stage *next = row->on->target.kind == WR_TO_STAGE ? row->on->target.stage : NULL;
        if (!next || !counts(floors, row))
            continue;
        uint32_t after = floor_of(floors, next);
        if (!floors->after[stage->id] || after > stage->floor_after_ms) {
            floors->after[stage->id] = next;
            stage->floor_after_ms = after;
        }
    }
    stage->floor_ms = attempt_ms(stage) + stage->floor_after_ms;
    floors->done[stage->id] = DONE;
    return stage->floor_ms;
}

/* "terms 400ms -> draft 5s -> brief 2s -> last_good", and a label at each timeout. */
static void show_timeline(const struct floors *floors, struct wc_diag *diag)
{
    struct wc_buf line = {0};
    struct wc_arena *arena = floors->diags->arena;
    uint64_t at = 0;
    size_t steps = 0;
    for (const struct wc_stage *stage = floors->workflow->stages.items[0]; stage;
         stage = floors->after[stage->id]) {
        uint32_t takes = attempt_ms(stage);
        if (++steps > floors->workflow->stages.count)
            break;
        wc_buf_printf(&line, "%s%s", line.len ? " -> " : "", stage->name);
        if (takes)
            wc_buf_printf(&line, " %s", wc_ms_text(arena, takes));
        at += takes;
        if (takes && steps <= 8)
            wc_diag_also(floors->diags, diag, stage->timeout_span, "until %s",
                         wc_ms_text(arena, at));
    }
    wc_diag_note(floors->diags, diag, "the longest path: %s, then %s for %d commits", line.data,
                 wc_ms_text(arena, COMMITS * WR_COMMIT_MS), COMMITS);
    wc_buf_free(&line);
}

static void report_over_budget(const struct floors *floors, uint64_t needed)
{
    const struct wc_workflow *workflow = floors->workflow;
    struct wc_arena *arena = floors->diags->arena;
    const char *over = wc_ms_text(arena, needed - workflow->budget_ms);
    struct wc_diag *diag = wc_report(
        floors->diags, WC_E0603, workflow->latency_span, "%s may need %s, and its budget is %s",
        workflow->name, wc_ms_text(arena, needed), wc_ms_text(arena, workflow->budget_ms));
    wc_diag_label(floors->diags, diag, "%s too little", over);
    show_timeline(floors, diag);
    wc_diag_note(floors->diags, diag,
                 "on every path of failures each stage is promised one whole "
                 "attempt; retries live in what is left");
    wc_diag_help(floors->diags, diag, "a budget of %s would do, or timeouts that are %s shorter",
                 wc_ms_text(arena, needed), over);
}

static void check_instant(struct wc_diags *diags, const struct wc_workflow *workflow)
{
    if (workflow->latency != WR_INSTANT || workflow->budget_ms <= INSTANT_MS)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0606, workflow->latency_span,
                                     "`latency instant` is at most one second");
    wc_diag_label(diags, diag, "%s", wc_ms_text(diags->arena, workflow->budget_ms));
    wc_diag_note(diags, diag, "instant is what a person feels as immediate");
    wc_diag_help(diags, diag, "write `latency waiting %s`",
                 wc_ms_text(diags->arena, workflow->budget_ms));
}

void wc_check_latency(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        struct wc_workflow *workflow = model->workflows.items[i];
        size_t count = workflow->stages.count;
        struct floors floors = {.model = model, .diags = diags, .workflow = workflow};
        floors.done = WC_NEW_ARRAY(diags->arena, enum progress, count + 1);
        floors.after = WC_NEW_ARRAY(diags->arena, const struct wc_stage *, count + 1);
        check_instant(diags, workflow);
        for (size_t k = 0; k < count; k++)
            check_times(diags, workflow->stages.items[k]);
        for (size_t k = 0; k < count; k++)
            floor_of(&floors, workflow->stages.items[k]);
        if (count == 0 || workflow->partial || workflow->budget_ms == 0)
            continue;
        uint64_t needed = (uint64_t)workflow->stages.items[0]->floor_ms + COMMITS * WR_COMMIT_MS;
        if (needed > workflow->budget_ms && workflow->latency != WR_BACKGROUND)
            report_over_budget(&floors, needed);
    }
}
