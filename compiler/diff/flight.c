/* Jobs under way: whether one that rests in a stage goes on under the new binary, and what becomes of it where it
 * does not. The engine decides the same at a start (runtime/engine/recover.c, restore.c, upgrade.c): a job goes on
 * where its workflow has its version, its input is still one, its stage is there, and each value it has is of a
 * schema with the same hash. */
#include "compiler/diff/rules.h"

#include <string.h>

struct flights {
    struct wc_diff *diff;
    const struct wc_flow_pair *flow;
    json_t *olds, *news;    /* stages */
    const char *everywhere; /* why no job goes on; NULL: some do */
    bool input;             /* may a job's input be none any more? */
};

/* ---- values ------------------------------------------------------------------------------- */

static const char *hash_of(const struct wc_shapes *shapes, const char *name)
{
    return wc_text_at(json_object_get(shapes->schemas, name), "x-hash");
}

/* Could the new program read the value that this stage or member of before gave? */
static bool is_kept(struct wc_diff *diff, const json_t *old, const json_t *new)
{
    const char *was = wc_text_at(json_object_get(old, "action"), "as");
    const char *is = wc_text_at(json_object_get(new, "action"), "as");
    if (!*was)
        return true;
    const char *hash = hash_of(&diff->old_shapes, was);
    return *is && *hash && strcmp(hash, hash_of(&diff->new_shapes, is)) == 0;
}

static void lose(json_t *lost, const char *name)
{
    json_array_append_new(lost, json_string(name));
}

/* Adds what a job loses of a stage that it has done, or is in: values of its own, of members ("gather.news"), of
 * items. A member that is not there any more is passed over. */
static void add_lost(const struct flights *f, const char *stage, bool done, json_t *lost)
{
    const json_t *old = json_object_get(f->olds, stage), *new = json_object_get(f->news, stage);
    const json_t *items = json_object_get(old, "items"), *others = json_object_get(new, "items");
    const json_t *members = json_object_get(old, "members");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)members, name, value)
    {
        const json_t *there = json_object_get(json_object_get(new, "members"), name);
        if (there && !is_kept(f->diff, value, there))
            lose(lost, wc_print(f->diff, "%s.%s", stage, name));
    }
    bool given = items && others && *wc_text_at(json_object_get(items, "action"), "as");
    if (given &&
        !(is_kept(f->diff, items, others) &&
          wc_same_at(json_object_get(old, "action"), json_object_get(new, "action"), "each")))
        lose(lost, stage);
    if (done && !members && !items && !is_kept(f->diff, old, new))
        lose(lost, stage);
}

static bool is_ok(const json_t *row)
{
    size_t i;
    json_t *label;
    json_array_foreach(json_object_get(row, "on"), i, label)
    {
        if (json_is_string(label) && strcmp(json_string_value(label), "ok") == 0)
            return true;
    }
    return false;
}

/* Does an outcome of the stage lead on to the goal? `done`: one after which its value, or those of members, are
 * there. */
static bool leads_to(const json_t *stage, const char *goal, const json_t *ways, bool done)
{
    bool gathers = json_object_get(stage, "members") || json_object_get(stage, "items");
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(stage, "transitions"), i, row)
    {
        const char *to = wc_text_at(row, "to");
        if ((!done || gathers || is_ok(row)) &&
            (strcmp(to, goal) == 0 || json_object_get(ways, to)))
            return true;
    }
    return false;
}

/* The stages that a job may have done before it rests in `goal`, as keys. */
static json_t *before(const struct flights *f, const char *goal)
{
    json_t *ways = wc_pool_take(&f->diff->pool, json_object()), *stage;
    json_t *done = wc_pool_take(&f->diff->pool, json_object());
    const char *name;
    for (size_t count = SIZE_MAX; count != json_object_size(ways);) {
        count = json_object_size(ways);
        json_object_foreach(f->olds, name, stage)
        {
            if (leads_to(stage, goal, ways, false))
                json_object_set(ways, name, json_true());
        }
    }
    json_object_foreach(f->olds, name, stage)
    {
        if (leads_to(stage, goal, ways, true))
            json_object_set(done, name, json_true());
    }
    return done;
}

/* ---- what becomes of it ------------------------------------------------------------------- */

static bool has_effect(const json_t *stages)
{
    const char *name;
    json_t *stage;
    json_object_foreach((json_t *)stages, name, stage)
    {
        const char *effect = wc_text_at(stage, "effect");
        if (strcmp(effect, "keyed") == 0 || strcmp(effect, "once") == 0)
            return true;
    }
    return false;
}

/* Of one that does not go on; `read`: its input can be. */
static const char *becomes(const struct flights *f, bool read)
{
    const struct wc_flow_pair *flow = f->flow;
    const char *how = wc_text_at(flow->new, "on_upgrade");
    bool restarts = strcmp(how, "restart") == 0;
    if (!flow->new || strcmp(flow->name, flow->new_name) != 0)
        return "held";
    if (strcmp(how, "fail") == 0)
        return "failed";
    if (!*how)
        restarts = wc_same_at(flow->old, flow->new, "version") && !has_effect(f->olds) &&
                   !has_effect(f->news);
    return restarts && read ? "restarted" : "held";
}

/* A child that cannot go on ends as cancelled, and its parent goes on from there. */
static bool child_breaks(const struct flights *f, const json_t *stage)
{
    const char *text = wc_text_at(json_object_get(stage, "action"), "run");
    const char *name = wc_print(f->diff, "%.*s", (int)strcspn(text, "@"), text), *each;
    const json_t *olds = json_object_get(f->diff->old.contract, "workflows");
    const json_t *news = json_object_get(f->diff->new.contract, "workflows");
    struct flights child = {
        .diff = f->diff,
        .olds = json_object_get(json_object_get(olds, name), "stages"),
        .news = json_object_get(json_object_get(news, name), "stages"),
    };
    json_t *value, *lost = wc_pool_take(&f->diff->pool, json_array());
    json_object_foreach(child.olds, each, value)
    {
        if (!json_object_get(child.news, each))
            return true;
        add_lost(&child, each, true, lost);
    }
    return json_array_size(lost) > 0;
}

static bool breaks_below(const struct flights *f, const json_t *stage)
{
    const char *name;
    json_t *member;
    json_object_foreach(json_object_get(stage, "members"), name, member)
    {
        if (child_breaks(f, member))
            return true;
    }
    return child_breaks(f, stage) || child_breaks(f, json_object_get(stage, "items"));
}

/* ---- verdicts ----------------------------------------------------------------------------- */

static const char *why_nowhere(const struct flights *f)
{
    const struct wc_flow_pair *flow = f->flow;
    if (!flow->new || strcmp(flow->name, flow->new_name) != 0)
        return wc_print(f->diff, "its workflow `%s` is not there", flow->name);
    return wc_same_at(flow->old, flow->new, "version") ? NULL : "its workflow has another version";
}

static bool loses_input(const struct flights *f)
{
    struct wc_diff *diff = f->diff;
    const struct wc_flow_pair *flow = f->flow;
    struct wc_accepting how = {.kept = true};
    if (!flow->new)
        return false;
    struct wc_shape *was = wc_shape_named(&diff->old_shapes, wc_text_at(flow->old, "input"));
    struct wc_shape *is = wc_shape_named(&diff->new_shapes, wc_text_at(flow->new, "input"));
    return wc_contains(&diff->pool, is, was, how).verdict != WC_PROVED;
}

/* Does anything that was found of the stage change what the job goes on with? */
static bool is_changed(struct wc_diff *diff, const char *path)
{
    size_t len = strlen(path);
    WC_EACH(i, &diff->findings)
    {
        const char *found = diff->findings.items[i].path;
        if (strncmp(found, path, len) == 0 && (found[len] == '.' || found[len] == '\0'))
            return true;
    }
    return false;
}

/* The values that a job in `name` loses, by what gave them; NULL: none. */
static json_t *lost_in(const struct flights *f, const char *name)
{
    json_t *lost = wc_pool_take(&f->diff->pool, json_array()), *stage, *done = before(f, name);
    const char *step;
    json_object_foreach(f->olds, step, stage)
    {
        bool had = json_object_get(done, step) != NULL;
        if (had || strcmp(step, name) == 0)
            add_lost(f, step, had, lost);
    }
    return json_array_size(lost) ? lost : NULL;
}

static struct wc_flight flight_of(const struct flights *f, const char *name, const json_t *old)
{
    struct wc_diff *diff = f->diff;
    struct wc_flight flight = {
        .workflow = f->flow->name, .stage = name, .verdict = "unsafe", .why = f->everywhere};
    flight.becomes = becomes(f, true);
    flight.input_becomes = f->input ? becomes(f, false) : NULL;
    if (f->everywhere)
        return flight;
    if (!json_object_get(f->news, name)) {
        flight.why = "there is no such stage any more";
    } else if ((flight.lost = lost_in(f, name))) {
        flight.why = wc_print(diff, "a value that `%s` gave is of another schema",
                              json_string_value(json_array_get(flight.lost, 0)));
    } else if (breaks_below(f, old)) {
        flight.becomes = "cancelled below";
        flight.why = "its child ends as `cancelled`, for what that has is not there any more";
    } else if (is_changed(diff, wc_print(diff, "%s.stages.%s", f->flow->name, name))) {
        flight.verdict = "migrates";
        flight.becomes = NULL;
        flight.why = wc_print(diff, "it goes on as stage `%s` is now", name);
    } else {
        flight.verdict = "safe";
        flight.becomes = NULL;
    }
    if (f->input && !flight.becomes) {
        flight.verdict = "unsafe";
        flight.why = "its input may not be one any more";
    }
    return flight;
}

static void rests(const struct flights *f, const char *stage, const struct wc_flight *flight)
{
    struct wc_diff *diff = f->diff;
    const char *old_at = f->flow->old_at, *new_at = f->flow->new ? f->flow->new_at : NULL;
    const char *path = f->flow->name;
    bool unsafe = strcmp(flight->verdict, "unsafe") == 0;
    if (stage) {
        old_at = wc_print(diff, "%s/stages/%s", old_at, stage);
        new_at =
            json_object_get(f->news, stage) ? wc_print(diff, "%s/stages/%s", new_at, stage) : NULL;
        path = wc_print(diff, "%s.stages.%s", path, stage);
    }
    struct wc_finding *finding = wc_find(
        diff, unsafe ? WC_RULE_flight_unsafe : WC_RULE_flight_migrates, path, old_at, new_at);
    if (!stage && !f->everywhere) {
        wc_find_says(diff, finding,
                     "keep what was taken, or let jobs end before the old binary is replaced",
                     "a job whose input the new binary does not read is %s, wherever it rests",
                     flight->becomes);
        return;
    }
    const char *where = stage ? wc_print(diff, "`%s`", stage) : "any stage";
    if (unsafe)
        wc_find_says(diff, finding,
                     "let jobs end before the old binary is replaced, or see `on upgrade`",
                     "a job that rests in %s while the binary is replaced is %s: %s", where,
                     flight->becomes, flight->why);
    else
        wc_find_says(diff, finding, NULL, "a job that rests in %s while the binary is replaced: %s",
                     where, flight->why);
}

void wc_rules_flight(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    struct flights f = {
        diff, flow, json_object_get(flow->old, "stages"), json_object_get(flow->new, "stages"),
        NULL, false};
    const char *name;
    json_t *old;
    wc_ran(diff, "flight");
    f.everywhere = why_nowhere(&f);
    f.input = loses_input(&f);
    const char *all = f.everywhere ? f.everywhere
                      : f.input    ? "its input may not be one any more"
                                   : NULL;
    json_object_foreach(f.olds, name, old)
    {
        struct wc_flight flight = flight_of(&f, name, old);
        bool first = all && json_object_iter(f.olds) == json_object_iter_at(f.olds, name);
        wc_push(diff->arena, &diff->flights, flight);
        if (first) {
            struct wc_flight any = flight;
            any.why = all;
            any.verdict = "unsafe";
            any.becomes = f.everywhere ? flight.becomes : flight.input_becomes;
            rests(&f, NULL, &any);
        }
        if (flight.why && !f.everywhere && (!all || strcmp(flight.why, all) != 0))
            rests(&f, name, &flight);
    }
}
