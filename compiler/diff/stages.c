/* Stages: what each does and where its outcomes lead, with the shortest trace that shows a difference. */
#include "compiler/diff/rules.h"
#include "compiler/model/classes.h"

#include <stdlib.h>
#include <string.h>

struct stage_pair {
    struct wc_diff *diff;
    const struct wc_flow_pair *flow;
    const char *name, *path, *old_at, *new_at;
    json_t *old, *new;
    const char *old_item, *new_item; /* in the body of `each`: its variable */
};

static struct wc_finding *about(const struct stage_pair *stage, enum wc_rule rule, const char *key)
{
    struct wc_diff *diff = stage->diff;
    const char *slash = strrchr(key, '/');
    return wc_find(diff, rule, wc_print(diff, "%s.%s", stage->path, slash ? slash + 1 : key),
                   wc_print(diff, "%s/%s", stage->old_at, key),
                   wc_print(diff, "%s/%s", stage->new_at, key));
}

static bool means_the_same_at(const struct stage_pair *stage, const json_t *old, const json_t *new,
                              const char *key)
{
    struct wc_meaning was = {true, stage->old_item}, is = {false, stage->new_item};
    return wc_means_the_same(stage->diff, &was, json_object_get(old, key), &is,
                             json_object_get(new, key));
}

/* ---- where outcomes lead ------------------------------------------------------------------ */

/* Of `on`: the leaf classes of a group, else the label itself. */
static void add_labels(struct wc_diff *diff, json_t *map, const char *label, json_t *row)
{
    const struct wc_group *group = wc_group_find(label);
    const char *dot = strchr(label, '.');
    if (!group && dot) /* "company.transient": of a member */
        group = wc_group_find(dot + 1);
    if (!group) {
        json_object_set(map, label, row);
        return;
    }
    for (int class = WR_OK + 1; class < WR_CLASS_COUNT; class ++)
        if (group->classes & WR_BIT(class))
            json_object_set(map,
                            wc_print(diff, "%.*s%s", dot ? (int)(dot - label) + 1 : 0, label,
                                     wc_class_name((enum wr_class) class)),
                            row);
}

/* From each outcome to its row; of a `match`, from each condition. Borrowed from the pool. */
static json_t *outcomes(const struct stage_pair *pair, bool of_old)
{
    struct wc_diff *diff = pair->diff;
    const json_t *stage = of_old ? pair->old : pair->new;
    struct wc_meaning side = {of_old, of_old ? pair->old_item : pair->new_item};
    json_t *map = wc_pool_take(&diff->pool, json_object()), *row, *label;
    size_t i, j;
    json_array_foreach(json_object_get(stage, "transitions"), i, row)
    {
        if (json_object_get(row, "when")) {
            json_object_set(
                map, wc_print(diff, "when %s", wc_meaning_of(diff, &side, wc_text_at(row, "when"))),
                row);
            continue;
        }
        json_array_foreach(json_object_get(row, "on"), j, label)
        {
            if (json_is_string(label))
                add_labels(diff, map, json_string_value(label), row);
        }
    }
    return map;
}

/* How a job comes to a stage, by the fewest steps: "terms: ok, draft: transient". */
static const char *trace_to(struct wc_diff *diff, const json_t *flow, const char *goal)
{
    json_t *ways = wc_pool_take(&diff->pool, json_object()), *row;
    json_t *order = wc_pool_take(&diff->pool, json_array());
    const char *first = wc_text_at(flow, "first");
    size_t i;
    json_object_set_new(ways, first, json_string(""));
    json_array_append_new(order, json_string(first));
    for (size_t at = 0; at < json_array_size(order); at++) {
        const char *name = json_string_value(json_array_get(order, at));
        const json_t *stage = json_object_get(json_object_get(flow, "stages"), name);
        const char *way = wc_text_at(ways, name);
        if (strcmp(name, goal) == 0)
            return way;
        json_array_foreach(json_object_get(stage, "transitions"), i, row)
        {
            const char *to = wc_text_at(row, "to");
            const char *label = wc_text_at(row, "when");
            if (!*label)
                label = json_string_value(json_array_get(json_object_get(row, "on"), 0));
            if (json_object_get(ways, to) || !label)
                continue;
            const char *next = wc_print(diff, "%s%s: %s, ", way, name, label);
            json_object_set_new(ways, to, json_string(next));
            json_array_append_new(order, json_string(to));
        }
    }
    return "";
}

static const char *target_of(struct wc_diff *diff, const json_t *row)
{
    const char *with = wc_text_at(row, "with"), *key = wc_text_at(row, "remember_by");
    if (!row)
        return "(nothing)";
    return wc_print(diff, "%s%s%s%s%s", wc_text_at(row, "to"), *with ? " with " : "", with,
                    *key ? " remember by " : "", key);
}

static bool leads_alike(const struct stage_pair *stage, const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"to", "with", "remember_by", "remember_shared"};
    for (size_t i = 0; a && b && i < sizeof keys / sizeof *keys; i++)
        if (!means_the_same_at(stage, a, b, keys[i]))
            return false;
    return a && b;
}

static void outcome(const struct stage_pair *stage, const char *label, const json_t *old,
                    const json_t *new)
{
    struct wc_diff *diff = stage->diff;
    bool fails = old && new &&strncmp(wc_text_at(old, "to"), "fail ", 5) == 0 &&
                 strncmp(wc_text_at(new, "to"), "fail ", 5) == 0;
    const char *at = wc_print(diff, "%s/transitions", stage->old_at);
    struct wc_finding *finding =
        wc_find(diff, fails ? WC_RULE_error_mapping : WC_RULE_lifecycle_transition,
                wc_print(diff, "%s.on.%s", stage->path, label), at,
                wc_print(diff, "%s/transitions", stage->new_at));
    const char *way = trace_to(diff, stage->flow->old, stage->name);
    wc_find_says(diff, finding, NULL, "%s%s: %s leads to %s, and led to %s", way, stage->name,
                 label, target_of(diff, new), target_of(diff, old));
}

/* Of two conditions the first that holds counts: are those of both sides in one order? */
static bool is_reordered(const json_t *olds, const json_t *news)
{
    const char *one, *other;
    json_t *a, *b;
    json_object_foreach((json_t *)olds, one, a)
    {
        json_object_foreach((json_t *)olds, other, b)
        {
            const json_t *c = json_object_get(news, one), *d = json_object_get(news, other);
            bool before = wc_number_at(a, "nth") < wc_number_at(b, "nth");
            if (c && d && before != (wc_number_at(c, "nth") < wc_number_at(d, "nth")))
                return true;
        }
    }
    return false;
}

static void transitions(const struct stage_pair *stage)
{
    json_t *olds = outcomes(stage, true), *old;
    json_t *news = outcomes(stage, false), *new;
    const char *label;
    json_object_foreach(olds, label, old)
    {
        if (!leads_alike(stage, old, json_object_get(news, label)))
            outcome(stage, label, old, json_object_get(news, label));
    }
    json_object_foreach(news, label, new)
    {
        if (!json_object_get(olds, label))
            outcome(stage, label, NULL, new);
    }
    if (is_reordered(olds, news)) {
        struct wc_finding *finding = about(stage, WC_RULE_lifecycle_order, "transitions");
        wc_find_says(stage->diff, finding, NULL,
                     "results may differ where two conditions of `%s` hold: the first one counts",
                     stage->name);
    }
}

/* ---- what it does ------------------------------------------------------------------------- */

static const char *const methods[] = {"get",   "head",   "post", "put",
                                      "patch", "delete", "ask",  "call"};

/* Is it called otherwise, and the same but for that? */
static bool only_renamed(struct wc_diff *diff, const char *kind, const char *was, const char *is)
{
    json_t *olds = json_object_get(diff->old.contract, kind);
    json_t *news = json_object_get(diff->new.contract, kind);
    return !json_object_get(news, was) && !json_object_get(olds, is) &&
           wc_same(json_object_get(olds, was), json_object_get(news, is)) &&
           json_object_get(olds, was);
}

static void called(const struct stage_pair *stage, const json_t *old, const json_t *new)
{
    struct wc_diff *diff = stage->diff;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const char *key = methods[i], *was = wc_text_at(old, key), *is = wc_text_at(new, key);
        const char *kind = strcmp(key, "ask") == 0    ? "models"
                           : strcmp(key, "call") == 0 ? "functions"
                                                      : "services";
        if (strcmp(was, is) == 0 || (*was && *is && only_renamed(diff, kind, was, is)))
            continue;
        bool both = *was && *is;
        struct wc_finding *finding = about(stage,
                                           both && *kind == 'm'   ? WC_RULE_version_model
                                           : both && *kind == 'f' ? WC_RULE_version_function
                                           : both                 ? WC_RULE_version_tool
                                                                  : WC_RULE_stage_action,
                                           wc_print(diff, "action/%s", key));
        wc_find_says(diff, finding, NULL,
                     "results may differ: stage `%s` has `%s %s`, and had `%s %s`", stage->name,
                     key, *is ? is : "(nothing)", key, *was ? was : "(nothing)");
    }
}

/* `as`: what the stage takes from a model or service, whatever the schema is called. */
static void reads(const struct stage_pair *stage, const json_t *old, const json_t *new)
{
    struct wc_diff *diff = stage->diff;
    const char *was = wc_text_at(old, "as"), *is = wc_text_at(new, "as");
    struct wc_accepting how = {0};
    bool answered = false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        answered = answered || json_object_get(old, methods[i]);
    if (!answered)
        return; /* it makes its value; a signal is a request */
    if (!*was || !*is) {
        if (*was || *is)
            about(stage, WC_RULE_stage_reads, "action/as");
        return;
    }
    struct wc_shape *a = wc_shape_named(&diff->old_shapes, was);
    struct wc_shape *b = wc_shape_named(&diff->new_shapes, is);
    struct wc_containment there = wc_contains(&diff->pool, b, a, how);
    struct wc_containment back = wc_contains(&diff->pool, a, b, how);
    if (there.verdict == WC_PROVED && back.verdict == WC_PROVED)
        return;
    struct wc_finding *finding = about(stage, WC_RULE_stage_reads, "action/as");
    wc_find_says(diff, finding, NULL,
                 there.verdict == WC_PROVED
                     ? "stage `%s` takes more than it did of what it is answered"
                     : "stage `%s` may refuse an answer that it took",
                 stage->name);
    if (there.verdict == WC_REFUTED) {
        finding->witness = there.witness;
        finding->old_takes = true;
    } else if (back.verdict == WC_REFUTED) {
        finding->witness = back.witness;
    }
}

static void prompts(const struct stage_pair *stage, const json_t *old, const json_t *new)
{
    if (wc_same_at(old, new, "prompts"))
        return;
    const json_t *was = json_array_get(json_object_get(old, "prompts"), 0);
    const json_t *is = json_array_get(json_object_get(new, "prompts"), 0);
    struct wc_finding *finding = about(stage, WC_RULE_version_prompt, "action/prompts");
    wc_find_says(stage->diff, finding, NULL,
                 "results may differ: stage `%s` asks with `%s@%.15s`, and asked with `%s@%.15s`",
                 stage->name, wc_text_at(is, "label"), wc_text_at(is, "hash"),
                 wc_text_at(was, "label"), wc_text_at(was, "hash"));
}

static void examples(const struct stage_pair *stage, const json_t *old, const json_t *new)
{
    const json_t *was = json_object_get(old, "examples"), *is = json_object_get(new, "examples");
    if (wc_same_at(was, is, "hash"))
        return;
    struct wc_finding *finding = about(stage, WC_RULE_version_examples, "action/examples");
    wc_find_says(stage->diff, finding, NULL,
                 "results may differ: stage `%s` shows %lld examples, and showed %lld", stage->name,
                 (long long)wc_number_at(is, "pairs"), (long long)wc_number_at(was, "pairs"));
}

/* How long a person or a signal has, and how old a remembered result may be. False: it is neither. */
static bool windows(const struct stage_pair *stage, const json_t *old, const json_t *new,
                    const char *key)
{
    struct wc_diff *diff = stage->diff;
    int64_t was = wc_number_at(old, key), is = wc_number_at(new, key);
    bool recalls = json_object_get(old, "recall") && json_object_get(new, "recall");
    bool waits =
        (json_object_get(old, "wait_for_signal") && json_object_get(new, "wait_for_signal")) ||
        (json_object_get(old, "wait_for_review") && json_object_get(new, "wait_for_review"));
    if (strcmp(key, "within_ms") != 0 || (!recalls && !waits) || was == is)
        return false;
    bool more = is > was;
    struct wc_finding *finding =
        about(stage,
              recalls ? (more ? WC_RULE_result_older : WC_RULE_result_newer)
                      : (more ? WC_RULE_stage_window_raised : WC_RULE_stage_window_cut),
              "action/within_ms");
    const char *from = wc_diff_ms(diff->arena, was), *to = wc_diff_ms(diff->arena, is);
    if (recalls)
        wc_find_says(diff, finding, more ? "see that `age` is looked at" : NULL,
                     "a client may get a result of %s before, and it was %s", to, from);
    else
        wc_find_says(diff, finding, more ? NULL : "see that this is time enough",
                     "who answers `%s` has %s, and had %s", stage->name, to, from);
    return true;
}

static void action(const struct stage_pair *stage)
{
    struct wc_diff *diff = stage->diff;
    json_t *old = json_object_get(stage->old, "action"),
           *new = json_object_get(stage->new, "action");
    const char *key;
    json_t *value;
    called(stage, old, new);
    reads(stage, old, new);
    prompts(stage, old, new);
    examples(stage, old, new);
    json_t *all = wc_pool_take(&diff->pool, json_copy(old));
    json_object_update_missing(all, new);
    json_object_foreach(all, key, value)
    {
        bool known = strcmp(key, "as") == 0 || strcmp(key, "prompts") == 0 ||
                     strcmp(key, "examples") == 0 || strcmp(key, "item") == 0 ||
                     windows(stage, old, new, key);
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
            known = known || strcmp(key, methods[i]) == 0;
        if (known || means_the_same_at(stage, old, new, key))
            continue;
        struct wc_finding *finding =
            about(stage, WC_RULE_stage_action, wc_print(diff, "action/%s", key));
        wc_find_says(diff, finding, NULL, "results may differ: `%s` of stage `%s` was %s and is %s",
                     key, stage->name, wc_diff_text_of(diff, json_object_get(old, key)),
                     wc_diff_text_of(diff, json_object_get(new, key)));
    }
}

static int effect_of(const json_t *stage)
{
    static const char *const names[] = {"pure", "read", "repeatable", "keyed", "once"};
    for (int i = 0; i < 5; i++)
        if (strcmp(names[i], wc_text_at(stage, "effect")) == 0)
            return i;
    return 0;
}

static void effects(const struct stage_pair *stage)
{
    int was = effect_of(stage->old), is = effect_of(stage->new);
    bool weaker = is > was && is >= 3, stronger = is < was && was >= 3;
    if (!weaker && !stronger)
        return;
    struct wc_finding *finding = about(
        stage, weaker ? WC_RULE_retry_effect_weaker : WC_RULE_retry_effect_stronger, "effect");
    wc_find_says(
        stage->diff, finding,
        weaker ? "give the service an `idempotency key` header, so that the effect is keyed" : NULL,
        weaker ? "a client that sends again may repeat what `%s` does: it was %s and is %s"
               : "what `%s` does can be sent again more safely: it was %s and is %s",
        stage->name, wc_text_at(stage->old, "effect"), wc_text_at(stage->new, "effect"));
}

static void policies(const struct stage_pair *stage)
{
    static const char *const times[] = {"timeout_ms", "first_token_ms", "idle_ms", "within_ms"};
    struct wc_diff *diff = stage->diff;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (wc_same_at(stage->old, stage->new, times[i]))
            continue;
        struct wc_finding *finding = about(stage, WC_RULE_latency_timeouts, times[i]);
        wc_find_says(diff, finding, NULL, "stage `%s` waits for another time: %s was %s and is %s",
                     stage->name, times[i],
                     wc_diff_ms(diff->arena, wc_number_at(stage->old, times[i])),
                     wc_diff_ms(diff->arena, wc_number_at(stage->new, times[i])));
    }
    if (!wc_same_at(stage->old, stage->new, "repairs")) {
        struct wc_finding *finding = about(stage, WC_RULE_retry_repair, "repairs");
        wc_find_says(diff, finding, NULL,
                     "stage `%s` asks for repairs %lld times, and did %lld times", stage->name,
                     (long long)wc_number_at(stage->new, "repairs"),
                     (long long)wc_number_at(stage->old, "repairs"));
    }
    if (!wc_same_at(stage->old, stage->new, "hedge")) {
        struct wc_finding *finding = about(stage, WC_RULE_retry_hedge, "hedge");
        wc_find_says(diff, finding, NULL, "stage `%s` calls a second time: %s, now %s", stage->name,
                     wc_diff_text_of(diff, json_object_get(stage->old, "hedge")),
                     wc_diff_text_of(diff, json_object_get(stage->new, "hedge")));
    }
    if (!wc_same_at(stage->old, stage->new, "retry")) {
        struct wc_finding *finding = about(stage, WC_RULE_retry_policy, "retry");
        wc_find_says(diff, finding, NULL, "stage `%s` tries again otherwise: %s, now %s",
                     stage->name, wc_diff_text_of(diff, json_object_get(stage->old, "retry")),
                     wc_diff_text_of(diff, json_object_get(stage->new, "retry")));
    }
    if (!means_the_same_at(stage, stage->old, stage->new, "checks")) {
        struct wc_finding *finding = about(stage, WC_RULE_stage_check, "checks");
        wc_find_says(diff, finding, NULL,
                     "stage `%s` lets other results through: it checks %s, and checked %s",
                     stage->name, wc_diff_text_of(diff, json_object_get(stage->new, "checks")),
                     wc_diff_text_of(diff, json_object_get(stage->old, "checks")));
    }
}

static void compare_stage(const struct stage_pair *stage);

static void member(const struct stage_pair *stage, const char *step, const char *name)
{
    struct wc_diff *diff = stage->diff;
    struct stage_pair one = *stage;
    const char *at = *name ? wc_print(diff, "%s/%s", step, name) : step;
    one.old = json_object_get(stage->old, step);
    one.new = json_object_get(stage->new, step);
    one.name = wc_print(diff, "%s.%s", stage->name, *name ? name : step);
    one.path = wc_print(diff, "%s.%s", stage->path, *name ? name : step);
    one.old_at = wc_print(diff, "%s/%s", stage->old_at, at);
    one.new_at = wc_print(diff, "%s/%s", stage->new_at, at);
    if (!*name) {
        one.old_item = wc_text_at(json_object_get(stage->old, "action"), "item");
        one.new_item = wc_text_at(json_object_get(stage->new, "action"), "item");
    }
    if (*name) {
        one.old = json_object_get(one.old, name);
        one.new = json_object_get(one.new, name);
    }
    if (one.old && one.new) {
        compare_stage(&one);
        return;
    }
    bool tool = strcmp(step, "tools") == 0;
    struct wc_finding *finding =
        wc_find(diff,
                one.old ? tool ? WC_RULE_stage_tool_removed : WC_RULE_stage_removed
                : tool  ? WC_RULE_stage_tool_added
                        : WC_RULE_stage_added,
                one.path, one.old ? one.old_at : NULL, one.new ? one.new_at : NULL);
    wc_find_says(diff, finding, NULL, "results may differ: stage `%s` does %s `%s`", stage->name,
                 one.old ? "without" : "besides", one.name);
}

static void rows(const struct stage_pair *stage, const char *step)
{
    json_t *olds = json_object_get(stage->old, step), *value;
    json_t *news = json_object_get(stage->new, step);
    const char *name;
    json_object_foreach(olds, name, value)
    {
        member(stage, step, name);
    }
    json_object_foreach(news, name, value)
    {
        if (!json_object_get(olds, name))
            member(stage, step, name);
    }
}

/* What a tool takes, whatever its schema is called. */
static void takes(const struct stage_pair *stage)
{
    struct wc_diff *diff = stage->diff;
    const char *was = wc_text_at(stage->old, "takes"), *is = wc_text_at(stage->new, "takes");
    struct wc_accepting how = {0};
    if (*was && *is) {
        struct wc_shape *a = wc_shape_named(&diff->old_shapes, was);
        struct wc_shape *b = wc_shape_named(&diff->new_shapes, is);
        if (wc_contains(&diff->pool, b, a, how).verdict == WC_PROVED &&
            wc_contains(&diff->pool, a, b, how).verdict == WC_PROVED)
            return;
    } else if (!*was && !*is) {
        return;
    }
    struct wc_finding *finding = about(stage, WC_RULE_stage_tool_takes, "takes");
    wc_find_says(diff, finding, NULL,
                 "results may differ: to call `%s` a model fills in %s, and filled in %s",
                 stage->name, *is ? is : "nothing", *was ? was : "nothing");
}

static void tools(const struct stage_pair *stage)
{
    struct wc_diff *diff = stage->diff;
    rows(stage, "tools");
    takes(stage);
    if (!wc_same_at(stage->old, stage->new, "about")) {
        struct wc_finding *finding = about(stage, WC_RULE_stage_tool_about, "about");
        wc_find_says(diff, finding, NULL,
                     "results may differ: of `%s` a model is told \"%s\", and was told \"%s\"",
                     stage->name, wc_text_at(stage->new, "about"), wc_text_at(stage->old, "about"));
    }
    if (!wc_same_at(stage->old, stage->new, "turns")) {
        struct wc_finding *finding = about(stage, WC_RULE_stage_turns, "turns");
        wc_find_says(
            diff, finding, NULL,
            "results may differ: in `%s` a model may call tools in %lld turns, and might in %lld",
            stage->name, (long long)wc_number_at(stage->new, "turns"),
            (long long)wc_number_at(stage->old, "turns"));
    }
}

/* Members of `all`, tools, and what `each` does with an item. */
static void below(const struct stage_pair *stage)
{
    rows(stage, "members");
    tools(stage);
    if (json_object_get(stage->old, "items") || json_object_get(stage->new, "items"))
        member(stage, "items", "");
    if (!wc_same_at(stage->old, stage->new, "optional")) {
        struct wc_finding *finding = about(stage, WC_RULE_stage_action, "optional");
        wc_find_says(stage->diff, finding, NULL,
                     "whether `%s` may fail and the rest goes on has changed", stage->name);
    }
}

static void compare_stage(const struct stage_pair *stage)
{
    below(stage);
    action(stage);
    effects(stage);
    policies(stage);
    transitions(stage);
    wc_rest(stage->diff, stage->old, stage->new,
            " action checks effect timeout_ms first_token_ms idle_ms within_ms retry floor_ms "
            "floor_after_ms reply_floor_ms raises transitions members items optional repairs hedge "
            "tools "
            "turns takes about ",
            stage->path, stage->old_at, stage->new_at);
}

static void alone(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *name,
                  bool gone)
{
    const char *at = wc_print(diff, "%s/stages/%s", gone ? flow->old_at : flow->new_at, name);
    struct wc_finding *finding = wc_find(diff, gone ? WC_RULE_stage_removed : WC_RULE_stage_added,
                                         wc_print(diff, "%s.stages.%s", flow->name, name),
                                         gone ? at : NULL, gone ? NULL : at);
    wc_find_says(diff, finding, NULL,
                 gone ? "jobs of %s do not go through `%s` any more"
                      : "jobs of %s may go through `%s`",
                 flow->route, name);
}

void wc_rules_stages(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    json_t *olds = json_object_get(flow->old, "stages"), *old;
    json_t *news = json_object_get(flow->new, "stages"), *new;
    const char *name;
    wc_ran(diff, "stage");
    json_object_foreach(olds, name, old)
    {
        struct stage_pair stage = {diff,
                                   flow,
                                   name,
                                   wc_print(diff, "%s.stages.%s", flow->name, name),
                                   wc_print(diff, "%s/stages/%s", flow->old_at, name),
                                   wc_print(diff, "%s/stages/%s", flow->new_at, name),
                                   old,
                                   json_object_get(news, name),
                                   NULL,
                                   NULL};
        if (stage.new)
            compare_stage(&stage);
        else
            alone(diff, flow, name, true);
    }
    json_object_foreach(news, name, new)
    {
        if (!json_object_get(olds, name))
            alone(diff, flow, name, false);
    }
    if (!wc_same_at(flow->old, flow->new, "first")) {
        struct wc_finding *finding = wc_find(
            diff, WC_RULE_lifecycle_first, wc_print(diff, "%s.first", flow->name),
            wc_print(diff, "%s/first", flow->old_at), wc_print(diff, "%s/first", flow->new_at));
        wc_find_says(diff, finding, NULL, "jobs of %s begin at `%s`, and began at `%s`",
                     flow->route, wc_text_at(flow->new, "first"), wc_text_at(flow->old, "first"));
    }
}
