/* Total error handling: every outcome of a stage has a transition, every label an outcome. */
#include "compiler/base/buf.h"
#include "compiler/check/check.h"
#include "compiler/model/classes.h"
#include "compiler/model/outcomes.h"

struct coverage {
    struct wc_model *model;
    struct wc_diags *diags;
    const struct wc_stage *stage;
    const struct wc_stage *member; /* whose outcomes; NULL: the stage's own */
    uint64_t needed;               /* classes that need a row */
    uint64_t carried;              /* the classes of user errors that it raises */
};

static uint64_t always_named(void)
{
    return wc_group_find("rejected")->classes | WR_BIT(WR_CLASS_uncertain);
}

/* Classes as text; a group stands for all that the stage can raise of it. */
static const char *classes_text(const struct coverage *cover, uint64_t classes)
{
    size_t count;
    const struct wc_group *groups = wc_groups(&count);
    for (size_t i = 0; i < count; i++) {
        uint64_t of_group = cover->needed & groups[i].classes;
        if (of_group && (classes & groups[i].classes) == of_group)
            classes |= groups[i].classes;
    }
    return wc_classes_text(cover->model->arena, classes);
}

/* ---- outcomes without a transition -------------------------------------------------------- */

/* "`transient` and `denied`", or with "of `company`" where they are a member's. */
static const char *open_text(const struct coverage *cover, uint64_t open)
{
    const char *text = classes_text(cover, open);
    return cover->member
               ? wc_arena_printf(cover->model->arena, "%s of `%s`", text, cover->member->name)
               : text;
}

/* "company." before a label that takes a member's outcome. */
static const char *prefix_of(const struct coverage *cover)
{
    return cover->member ? wc_arena_printf(cover->model->arena, "%s.", cover->member->name) : "";
}

static void report_uncovered(const struct coverage *cover, uint64_t open)
{
    const struct wc_stage *stage = cover->stage;
    const char *text = open_text(cover, open);
    struct wc_diag *diag = wc_report(cover->diags, WC_E0301, stage->span,
                                     "stage `%s` does not say what follows %s", stage->name, text);
    bool ok = open & WR_BIT(WR_OK), errors = open & ~WR_BIT(WR_OK);
    wc_diag_label(cover->diags, diag, "no transition for %s", text);
    wc_diag_note(cover->diags, diag,
                 "every outcome of a stage leads somewhere, so that no client "
                 "is left guessing");
    if (ok && errors)
        wc_diag_help(cover->diags, diag, "add `on ok -> …` and `on error -> …`");
    else if (ok)
        wc_diag_help(cover->diags, diag,
                     "add `on ok -> done full`, or name the stage that follows");
    else
        wc_diag_help(cover->diags, diag, "add `on %serror -> …`, or a line for each",
                     prefix_of(cover));
}

static void report_unnamed(const struct coverage *cover, uint64_t open)
{
    const struct wc_stage *stage = cover->stage;
    const char *text = open_text(cover, open);
    struct wc_diag *diag =
        wc_report(cover->diags, WC_E0305, stage->span,
                  "stage `%s` can end in %s, and no transition names it", stage->name, text);
    wc_diag_label(cover->diags, diag, "no transition for %s", text);
    WC_EACH(i, &stage->ons)
    {
        const struct wc_on *on = &stage->ons.items[i];
        WC_EACH(k, &on->labels)
        {
            if (on->labels.items[k].kind == WC_ON_ALL)
                wc_diag_also(cover->diags, diag, on->labels.items[k].span,
                             "`error` does not cover it");
        }
    }
    if (open & WR_BIT(WR_CLASS_uncertain))
        wc_diag_note(cover->diags, diag,
                     "`uncertain`: the effect may or may not have happened, and sending it again "
                     "could repeat it");
    if (open & wc_group_find("rejected")->classes)
        wc_diag_note(cover->diags, diag,
                     "a refusal or a content filter is never routed around by accident");
    wc_diag_help(cover->diags, diag, "add `on %s%s -> fail SOME_ERROR`, or the stage that decides",
                 prefix_of(cover), open & WR_BIT(WR_CLASS_uncertain) ? "uncertain" : "rejected");
}

static void check_outcomes(const struct coverage *cover)
{
    uint64_t open = 0;
    for (enum wr_class i = WR_OK; i < WR_CLASS_COUNT; i++)
        if ((cover->needed & WR_BIT(i)) && !wc_label_of(cover->stage, cover->member, i, NULL, NULL))
            open |= WR_BIT(i);
    if (open & ~always_named())
        report_uncovered(cover, open & ~always_named());
    if (open & always_named())
        report_unnamed(cover, open & always_named());
}

/* ---- labels without an outcome ------------------------------------------------------------ */

/* Every outcome as a person would list it. */
static const char *all_outcomes(const struct coverage *cover)
{
    struct wc_buf buf = {0};
    const struct wc_stage *raiser = cover->member ? cover->member : cover->stage;
    wc_buf_text(&buf, classes_text(cover, raiser->raises.classes));
    WC_EACH(i, &cover->model->errors)
    {
        if (wc_raises_error(raiser, cover->model->errors.items[i]))
            wc_buf_printf(&buf, ", `%s`", cover->model->errors.items[i]->name);
    }
    const char *text = wc_arena_copy(cover->model->arena, buf.data, buf.len);
    wc_buf_free(&buf);
    return text;
}

/* Why a class that others can raise is none of this stage's. */
static const char *reason(const struct wc_stage *stage, const struct wc_on_label *label)
{
    if (stage->effect == WR_ONCE && (label->classes == WR_BIT(WR_CLASS_timeout_total) ||
                                     label->classes == WR_BIT(WR_CLASS_stream_truncated)))
        return "it may have happened all the same: that is `uncertain`";
    if (label->classes == WR_BIT(WR_CLASS_uncertain))
        return "only an effect that may be sent once is uncertain";
    if (label->classes == WR_BIT(WR_CLASS_schema_invalid))
        return "it has no `as`";
    if (label->member && label->member->optional)
        return "this member is optional: the stage goes on without it";
    if (label->classes == WR_BIT(WR_OK) && label->member)
        return "a member that went well takes no transition of its own";
    if (label->classes == WR_BIT(WR_CLASS_timeout_ttft))
        return "it has no `first token`";
    if (label->classes == WR_BIT(WR_CLASS_timeout_idle))
        return "it has no `idle`";
    if (label->classes == WR_BIT(WR_CLASS_check_failed))
        return "it has no `check`";
    if (label->classes == WR_BIT(WR_CLASS_breaker_open))
        return "what it calls has no `breaker`";
    if (label->classes == WR_BIT(WR_CLASS_limit_reached))
        return "what it calls has no `limit`";
    if (label->classes == WR_BIT(WR_CLASS_over_cost))
        return "only `cost … enforced` can stop a call";
    if (label->kind == WC_ON_USER_ERROR)
        return "none of its checks raises it";
    return "its action has no such outcome";
}

/* Of a line with several labels only this one. Nothing ever takes it, so nothing changes. */
static void suggest_deletion(const struct coverage *cover, struct wc_diag *diag,
                             const struct wc_on *on, const struct wc_on_label *label)
{
    struct wc_span span = label->span;
    size_t at = (size_t)(label - on->labels.items);
    if (on->labels.count == 1) {
        wc_diag_delete(cover->diags, diag, on->span);
        return;
    }
    if (at > 0)
        span.start = on->labels.items[at - 1].span.end;
    else
        span.end = on->labels.items[1].span.start;
    wc_diag_suggest(cover->diags, diag, span, WC_APPLIES, "%s", "");
}

static void report_impossible(const struct coverage *cover, const struct wc_on *on,
                              const struct wc_on_label *label)
{
    struct wc_diag *diag =
        wc_report(cover->diags, WC_E0302, label->span, "stage `%s` can never end in `%s`",
                  cover->stage->name, label->name);
    const struct wc_stage *raiser = cover->member ? cover->member : cover->stage;
    wc_diag_label(cover->diags, diag, "%s", reason(raiser, label));
    wc_diag_also(cover->diags, diag, raiser->span, "this %s", cover->member ? "member" : "stage");
    wc_diag_note(cover->diags, diag, "it can end in %s", all_outcomes(cover));
    wc_diag_help(cover->diags, diag, "delete the label");
    suggest_deletion(cover, diag, on, label);
}

static void report_shadowed(const struct coverage *cover, const struct wc_on *on,
                            const struct wc_on_label *label)
{
    struct wc_diag *diag =
        wc_report(cover->diags, WC_E0306, label->span, "`%s` has no effect here", label->name);
    wc_diag_label(cover->diags, diag, "narrower labels take all that it covers");
    wc_diag_help(cover->diags, diag, "delete it, or a narrower one");
    suggest_deletion(cover, diag, on, label);
}

/* Does the label take any outcome, after narrower ones took theirs? */
static bool takes_some(const struct coverage *cover, const struct wc_on_label *label)
{
    const struct wc_stage *stage = cover->stage;
    for (enum wr_class i = WR_OK; i < WR_CLASS_COUNT; i++)
        if ((cover->needed & label->classes & WR_BIT(i)) &&
            wc_label_of(stage, cover->member, i, NULL, NULL) == label)
            return true;
    return label->kind == WC_ON_USER_ERROR;
}

static bool can_take(const struct coverage *cover, const struct wc_on_label *label)
{
    const struct wc_stage *raiser = cover->member ? cover->member : cover->stage;
    uint64_t possible = raiser->raises.classes | cover->carried;
    if (cover->member)
        possible &= ~WR_BIT(WR_OK);
    return label->kind == WC_ON_USER_ERROR ? wc_raises_error(raiser, label->error)
                                           : (label->classes & possible) != 0;
}

/* A label that names a member is about that one; another is about the stage and all its members. */
static void check_label(const struct coverage *covers, size_t count, const struct wc_on *on,
                        const struct wc_on_label *label)
{
    const struct coverage *about = &covers[0];
    bool can = false, takes = false;
    for (size_t i = 0; i < count; i++) {
        if (label->member && covers[i].member != label->member)
            continue;
        about = label->member ? &covers[i] : about;
        can = can || can_take(&covers[i], label);
        takes = takes || takes_some(&covers[i], label);
    }
    if (label->member && about == &covers[0])
        can = false; /* an optional member's */
    if (!can)
        report_impossible(about, on, label);
    else if (!takes)
        report_shadowed(about, on, label);
}

static struct coverage coverage_of(struct wc_model *model, struct wc_diags *diags,
                                   const struct wc_stage *stage, const struct wc_stage *member)
{
    struct coverage cover = {.model = model,
                             .diags = diags,
                             .stage = stage,
                             .member = member,
                             .needed = wc_needed_of(model, stage, member)};
    WC_EACH(i, &model->errors)
    {
        if (wc_raises_error(member ? member : stage, model->errors.items[i]))
            cover.carried |= WR_BIT(model->errors.items[i]->class);
    }
    return cover;
}

static void check_stage(struct wc_model *model, struct wc_diags *diags,
                        const struct wc_stage *stage)
{
    size_t count = 1;
    struct coverage *covers = WC_NEW_ARRAY(model->arena, struct coverage, stage->members.count + 1);
    covers[0] = coverage_of(model, diags, stage, NULL);
    for (size_t i = 0; stage->action.kind == WR_ACT_ALL && i < stage->members.count; i++)
        if (!stage->members.items[i]->optional)
            covers[count++] = coverage_of(model, diags, stage, stage->members.items[i]);
    for (size_t i = 0; !stage->mislabelled && i < count; i++)
        check_outcomes(&covers[i]);
    WC_EACH(i, &stage->ons)
    {
        WC_EACH(k, &stage->ons.items[i].labels)
        {
            check_label(covers, count, &stage->ons.items[i], &stage->ons.items[i].labels.items[k]);
        }
    }
}

void wc_check_errors(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        WC_EACH(k, &workflow->stages)
        {
            const struct wc_stage *stage = workflow->stages.items[k];
            if (!stage->unbuilt && stage->action.kind != WR_ACT_MATCH)
                check_stage(model, diags, workflow->stages.items[k]);
        }
    }
}
