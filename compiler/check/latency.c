/* The latency certificate: each stage's floor, and the first one's against the budget. A floor is one
 * whole attempt and the largest floor of what may follow it; retries live in the slack. Where a job
 * may go on in the background there are two: over every way, against the whole time of the job, and
 * over the ways of failures, against the budget of the reply. */
#include "compiler/check/check.h"

#include "compiler/base/buf.h"

#include <wright/limits.h>

enum { COMMITS = 2, INSTANT_MS = 1000 };

struct floors {
    struct wc_diags *diags;
    struct wc_workflow *workflow;
    struct wc_longest ways;
    uint64_t *floor; /* by stage */
};

static bool waits(const struct wc_stage *stage)
{
    return stage->action.kind == WR_ACT_HTTP || stage->action.kind == WR_ACT_ASK ||
           stage->action.kind == WR_ACT_CALL;
}

/* ---- the times of one stage --------------------------------------------------------------- */

static uint64_t takes_ms(const struct wc_stage *stage, bool reply);

/* Members run at once, so the slowest counts; items in rounds, so many at a time; a child as its own
 * floor says. */
static uint64_t below_ms(const struct wc_stage *stage)
{
    uint64_t most = 0;
    WC_EACH(i, &stage->members)
    {
        uint64_t takes = takes_ms(stage->members.items[i], false);
        most = takes > most ? takes : most;
    }
    if (stage->action.child)
        most =
            stage->action.child->stages.count ? stage->action.child->stages.items[0]->floor_ms : 0;
    if (stage->action.kind == WR_ACT_EACH) {
        uint64_t items = (uint64_t)wc_items_max(stage), at_a_time = stage->action.at_a_time;
        most *= at_a_time ? (items + at_a_time - 1) / at_a_time : 1;
    }
    return stage->within_ms && stage->within_ms < most ? stage->within_ms : most;
}

/* A model with tools: it is asked once more than there are turns, and the calls of a turn are made at once.
 * What is kept or may happen once is durable before it is called; so is a reservation. */
static uint64_t talk_ms(const struct wc_stage *stage)
{
    uint64_t tools = 0, turns = stage->turns, acts = 0;
    WC_EACH(i, &stage->members)
    {
        uint64_t takes = takes_ms(stage->members.items[i], false);
        tools = takes > tools ? takes : tools;
        acts = stage->members.items[i]->effect >= WR_KEYED ? 1 : acts;
    }
    tools += (acts + stage->commit_before) * WR_COMMIT_MS;
    uint64_t whole = (turns + 1) * stage->timeout_ms + turns * tools;
    if (stage->timeout_ms == 0)
        return stage->within_ms;
    return stage->within_ms && stage->within_ms < whole ? stage->within_ms : whole;
}

static uint64_t attempt_ms(const struct wc_stage *stage)
{
    if (stage->turns)
        return talk_ms(stage);
    if (stage->members.count > 0 || stage->action.child)
        return below_ms(stage);
    if (!waits(stage))
        return 0;
    if (stage->timeout_ms || stage->within_ms)
        return stage->timeout_ms ? stage->timeout_ms : stage->within_ms;
    return stage->above ? stage->above->within_ms : 0;
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
                          uint64_t shorter_ms, const char *longer, uint64_t longer_ms)
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
    uint64_t attempt = attempt_ms(stage);
    const struct wc_stage *above = stage->above;
    check_timeout(diags, stage);
    if (attempt == 0)
        return;
    if (stage->first_token_ms > attempt)
        contradiction(diags, stage, "first token", stage->first_token_ms, "timeout", attempt);
    if (stage->idle_ms > attempt)
        contradiction(diags, stage, "idle", stage->idle_ms, "timeout", attempt);
    if (stage->hedge && stage->hedge_ms >= attempt)
        contradiction(diags, stage, "hedge after", stage->hedge_ms, "timeout", attempt);
    if (stage->within_ms && stage->timeout_ms > stage->within_ms)
        contradiction(diags, stage, "timeout", stage->timeout_ms, "within", stage->within_ms);
    else if (above && above->within_ms && attempt > above->within_ms)
        contradiction(diags, stage, "timeout", attempt,
                      wc_arena_printf(diags->arena, "within` of `%s", above->name),
                      above->within_ms);
    const struct wc_workflow *child = stage->action.child;
    if (child && child->stages.count && stage->within_ms &&
        child->stages.items[0]->floor_ms > stage->within_ms)
        contradiction(diags, stage, child->name, child->stages.items[0]->floor_ms, "within",
                      stage->within_ms);
}

/* ---- floors ------------------------------------------------------------------------------- */

/* One whole attempt and the commits that are awaited around it. What parks is long enough for the
 * reply: it is given at once. */
static uint64_t takes_ms(const struct wc_stage *stage, bool reply)
{
    bool parks = WR_PARKS(stage->action.kind);
    uint64_t commits = (uint64_t)stage->commit_before + stage->commit_after;
    commits += parks || stage->action.kind == WR_ACT_DRAFT;
    uint64_t own = parks && !reply ? (uint64_t)stage->action.within_ms : attempt_ms(stage);
    return own + commits * WR_COMMIT_MS;
}

/* "terms 400ms -> draft 5s -> brief 2s -> last_good", and a label at each timeout. */
static void show_timeline(const struct floors *floors, struct wc_diag *diag)
{
    struct wc_buf line = {0};
    struct wc_arena *arena = floors->diags->arena;
    uint64_t at = 0;
    size_t steps = 0;
    for (const struct wc_stage *stage = floors->workflow->stages.items[0]; stage;
         stage = floors->ways.after[stage->id]) {
        uint64_t takes = takes_ms(stage, floors->ways.failures);
        if (++steps > floors->workflow->stages.count)
            break;
        wc_buf_printf(&line, "%s%s", line.len ? " -> " : "", stage->name);
        if (takes)
            wc_buf_printf(&line, " %s", wc_ms_text(arena, takes));
        at += takes;
        if (takes && steps <= 8)
            wc_diag_also(floors->diags, diag, waits(stage) ? stage->timeout_span : stage->span,
                         "until %s", wc_ms_text(arena, at));
    }
    wc_diag_note(floors->diags, diag, "the longest path: %s, then %s for %d commits", line.data,
                 wc_ms_text(arena, COMMITS * WR_COMMIT_MS), COMMITS);
    for (size_t k = 0; k < floors->workflow->stages.count && !floors->ways.failures; k++) {
        const struct wc_stage *stage = floors->workflow->stages.items[k];
        if (stage->round_ms)
            wc_diag_note(floors->diags, diag, "and %u rounds through %s, of %s each",
                         stage->action.at_most, stage->name, wc_ms_text(arena, stage->round_ms));
    }
    wc_buf_free(&line);
}

/* One number that would do by itself: the longest attempt on the path, where it is long enough. */
static const char *shorter(const struct floors *floors, uint64_t over)
{
    const struct wc_stage *longest = NULL;
    size_t steps = 0;
    for (const struct wc_stage *stage = floors->workflow->stages.items[0];
         stage && steps++ < floors->workflow->stages.count; stage = floors->ways.after[stage->id])
        if (waits(stage) && !stage->loop && stage->timeout_ms > over &&
            (!longest || stage->timeout_ms > longest->timeout_ms))
            longest = stage;
    if (!longest || longest->timeout_ms - over < longest->first_token_ms ||
        longest->timeout_ms - over < longest->idle_ms)
        return "";
    struct wc_longest ways; /* another path may be too long as well */
    wc_longest_init(&ways, floors->diags->arena, floors->workflow, floors->ways.failures);
    for (size_t k = 0; k < floors->workflow->stages.count; k++)
        ways.takes[k] = floors->ways.takes[k] - (k == longest->id ? over : 0);
    if (wc_length_from(&ways, floors->workflow->stages.items[0]) + over > floors->floor[0])
        return "";
    return wc_arena_printf(floors->diags->arena, ": `timeout %s` in `%s` alone",
                           wc_ms_text(floors->diags->arena, longest->timeout_ms - over),
                           longest->name);
}

static void report_over_budget(const struct floors *floors, uint64_t needed, uint64_t budget)
{
    const struct wc_workflow *workflow = floors->workflow;
    struct wc_arena *arena = floors->diags->arena;
    bool reply = floors->ways.failures, two = workflow->background_ms != 0;
    const char *over = wc_ms_text(arena, needed - budget);
    const char *whose = two && reply ? "its reply is due in" : two ? "it has" : "its budget is";
    struct wc_diag *diag =
        wc_report(floors->diags, WC_E0603, workflow->latency_span, "%s may need %s, and %s %s",
                  workflow->name, wc_ms_text(arena, needed), whose, wc_ms_text(arena, budget));
    wc_diag_label(floors->diags, diag, "%s too little", over);
    show_timeline(floors, diag);
    wc_diag_note(floors->diags, diag,
                 "on every path%s each stage is promised one whole "
                 "attempt; retries live in what is left",
                 two && !reply ? "" : " of failures");
    wc_diag_help(floors->diags, diag, "%s of %s would do, or timeouts that are %s shorter%s",
                 two && !reply ? "a time in the background" : "a budget", wc_ms_text(arena, needed),
                 over, shorter(floors, needed - budget));
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

static void check_background(struct wc_diags *diags, const struct wc_workflow *workflow)
{
    if (!workflow->background_ms || workflow->background_ms > workflow->budget_ms)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0430, workflow->latency_span,
                                     "the time in the background ends before the reply is due");
    wc_diag_label(diags, diag, "%s is not longer than %s",
                  wc_ms_text(diags->arena, workflow->background_ms),
                  wc_ms_text(diags->arena, workflow->budget_ms));
    wc_diag_note(
        diags, diag,
        "`waiting 8s then background 5m`: the reply within 8s, the job within 5m, both from "
        "the request on");
    wc_diag_help(diags, diag, "leave out `then background %s`, or make it longer",
                 wc_ms_text(diags->arena, workflow->background_ms));
}

/* What a person feels as immediate has something to show before it waits for anybody. */
static void check_parks(struct wc_diags *diags, const struct wc_workflow *workflow,
                        const struct wc_stage *stage, bool *seen)
{
    if (seen[stage->id] || stage->action.kind == WR_ACT_DRAFT)
        return;
    seen[stage->id] = true;
    if (WR_PARKS(stage->action.kind)) {
        struct wc_diag *diag = wc_report(diags, WC_E0432, stage->span,
                                         "`%s` parks the job before its reply", stage->name);
        wc_diag_label(diags, diag, "nothing is published on a way to it");
        wc_diag_also(diags, diag, workflow->latency_span, "the reply is immediate");
        wc_diag_note(diags, diag,
                     "an instant reply is a result or a draft, not a job that has begun to wait");
        wc_diag_help(diags, diag, "lead to it through a stage that does `reply draft with …`");
        return;
    }
    WC_EACH(i, &stage->rows)
    {
        const struct wc_target *target = &stage->rows.items[i].on->target;
        if (target->kind == WR_TO_STAGE && target->stage)
            check_parks(diags, workflow, target->stage, seen);
    }
}

/* The floors of one kind; false where the budget is too little, and then it is said. */
static bool prove(struct floors *floors, bool reply, uint64_t budget)
{
    struct wc_arena *arena = floors->diags->arena;
    struct wc_workflow *workflow = floors->workflow;
    size_t count = workflow->stages.count;
    floors->floor = WC_NEW_ARRAY(arena, uint64_t, count + 1);
    wc_longest_init(&floors->ways, arena, workflow, reply);
    for (size_t k = 0; k < count; k++)
        floors->ways.takes[k] = takes_ms(workflow->stages.items[k], reply);
    for (size_t k = 0; k < count; k++) {
        struct wc_stage *stage = workflow->stages.items[k];
        floors->floor[k] = wc_length_from(&floors->ways, stage);
        if (!reply)
            stage->round_ms = wc_round_of(&floors->ways, stage);
    }
    if (count == 0 || workflow->partial || workflow->budget_ms == 0)
        return true;
    uint64_t needed = floors->floor[0] + COMMITS * WR_COMMIT_MS;
    if (needed > budget)
        report_over_budget(floors, needed, budget);
    return needed <= budget;
}

/* A stage that goes round counts in its circle: its floor may be less than what it takes itself. */
static uint64_t left(uint64_t floor_ms, uint64_t gone_ms)
{
    return floor_ms > gone_ms ? floor_ms - gone_ms : 0;
}

void wc_check_latency(struct wc_model *model, struct wc_diags *diags)
{
    struct wc_workflow **order = wc_children_first(model);
    WC_EACH(i, &model->workflows)
    {
        struct wc_workflow *workflow = order[i];
        struct floors whole = {.diags = diags, .workflow = workflow};
        struct floors reply = {.diags = diags, .workflow = workflow};
        check_instant(diags, workflow);
        check_background(diags, workflow);
        if (workflow->latency == WR_INSTANT && workflow->stages.count > 0 && !workflow->partial)
            check_parks(diags, workflow, workflow->stages.items[0],
                        WC_NEW_ARRAY(diags->arena, bool, workflow->stages.count));
        WC_EACH(k, &workflow->activities)
        {
            check_times(diags, workflow->activities.items[k]);
        }
        bool two = workflow->background_ms != 0;
        if (prove(&whole, false, two ? workflow->background_ms : workflow->budget_ms) && two)
            prove(&reply, true, workflow->budget_ms);
        WC_EACH(k, &workflow->stages)
        {
            struct wc_stage *stage = workflow->stages.items[k];
            stage->floor_ms = whole.floor[k];
            stage->floor_after_ms = left(whole.floor[k], whole.ways.takes[k]) +
                                    (stage->commit_after ? WR_COMMIT_MS : 0);
            stage->reply_floor_ms = reply.floor ? reply.floor[k] : 0;
            stage->reply_floor_after_ms =
                reply.floor ? left(reply.floor[k], reply.ways.takes[k]) : 0;
        }
        for (size_t k = workflow->stages.count; k < workflow->activities.count; k++) {
            struct wc_stage *member = workflow->activities.items[k];
            member->floor_ms = takes_ms(member, false);
            member->floor_after_ms = member->commit_after ? WR_COMMIT_MS : 0;
        }
    }
}
