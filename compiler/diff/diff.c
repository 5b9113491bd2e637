/* The comparison as a whole: the table of rules, the pairs of workflows, findings in their order. */
#include "compiler/diff/rules.h"
#include "compiler/emit/emit.h"

#include <stdlib.h>
#include <string.h>

/* ---- rules and levels --------------------------------------------------------------------- */

static const struct wc_rule_row rules[] = {
#define RULE(group, name, level, seen, title) {#group "." #name, #group, WC_##level, seen, title},
#include "compiler/diff/rules.def"
#undef RULE
};

static const char *const levels[] = {[WC_COMPATIBLE] = "compatible",
                                     [WC_BEHAVIOUR] = "behaviour",
                                     [WC_REVIEW] = "review",
                                     [WC_BREAKING] = "breaking"};

const struct wc_rule_row *wc_rule_row(enum wc_rule rule)
{
    return &rules[rule];
}

enum wc_rule wc_rule_find(const char *id)
{
    enum wc_rule rule = 0;
    while (rule < WC_RULE_COUNT && strcmp(rules[rule].id, id) != 0)
        rule++;
    return rule;
}

const char *wc_level_name(enum wc_level level)
{
    return levels[level];
}

bool wc_level_find(const char *name, enum wc_level *level)
{
    for (enum wc_level i = 0; i < WC_LEVEL_COUNT; i++)
        if (strcmp(levels[i], name) == 0) {
            *level = i;
            return true;
        }
    return false;
}

void wc_ran(struct wc_diff *diff, const char *group)
{
    for (enum wc_rule rule = 0; rule < WC_RULE_COUNT; rule++)
        if (strcmp(rules[rule].group, group) == 0)
            diff->ran[rule] = true;
}

/* ---- findings ----------------------------------------------------------------------------- */

/* RFC 6901; NULL where it leads nowhere. */
static const json_t *at_pointer(struct wc_arena *arena, const json_t *json, const char *pointer)
{
    while (json && *pointer == '/') {
        size_t len = strcspn(++pointer, "/"), count = 0;
        char *step = wc_arena_alloc(arena, len + 1);
        for (size_t i = 0; i < len; i++)
            if (pointer[i] == '~' && i + 1 < len)
                step[count++] = pointer[++i] == '0' ? '~' : '/';
            else
                step[count++] = pointer[i];
        json = json_is_array(json) ? json_array_get(json, (size_t)atol(step))
                                   : json_object_get(json, step);
        pointer += len;
    }
    return json;
}

static void add_value(struct wc_diff *diff, struct wc_buf *text, const struct wc_side *side,
                      const char *pointer)
{
    const json_t *json = pointer ? at_pointer(diff->arena, side->contract, pointer) : NULL;
    char *dump = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
    wc_buf_text(text, dump ? dump : "absent");
    wc_buf_char(text, '\n');
    free(dump);
}

/* Of what stands on both sides: laid out anew it is the same, changed further it is another. */
static const char *print_of(struct wc_diff *diff, const struct wc_finding *finding)
{
    struct wc_buf text = {0};
    wc_buf_printf(&text, "%s\n", rules[finding->rule].id);
    add_value(diff, &text, &diff->old, finding->old_at);
    add_value(diff, &text, &diff->new, finding->new_at);
    const char *hash = wc_hash(diff->arena, text.data, text.len);
    wc_buf_free(&text);
    return wc_print(diff, "%.8s", hash + strlen("sha256:"));
}

struct wc_finding *wc_find(struct wc_diff *diff, enum wc_rule rule, const char *path,
                           const char *old_at, const char *new_at)
{
    struct wc_finding finding = {
        .rule = rule,
        .level = rules[rule].level,
        .path = wc_print(diff, "%s", path),
        .old_at = old_at ? wc_print(diff, "%s", old_at) : NULL,
        .new_at = new_at ? wc_print(diff, "%s", new_at) : NULL,
        .what = rules[rule].title,
        .order = diff->findings.count,
    };
    finding.print = print_of(diff, &finding);
    diff->ran[rule] = true;
    wc_push(diff->arena, &diff->findings, finding);
    return &diff->findings.items[diff->findings.count - 1];
}

void wc_find_says(struct wc_diff *diff, struct wc_finding *finding, const char *help,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    finding->what = wc_arena_vprintf(diff->arena, format, args);
    va_end(args);
    finding->help = help;
}

static bool is_of_version(const struct wc_finding *finding)
{
    return finding->rule == WC_RULE_life_version_not_raised ||
           finding->rule == WC_RULE_life_version_lowered;
}

static int by_gravity(const void *a, const void *b)
{
    const struct wc_finding *one = a, *other = b;
    bool version = is_of_version(one), last = is_of_version(other);
    if (one->level != other->level)
        return one->level > other->level ? -1 : 1;
    if (version != last) /* it only follows from the others */
        return version ? 1 : -1;
    int order = strcmp(one->path, other->path);
    if (order == 0 && one->rule != other->rule)
        order = one->rule < other->rule ? -1 : 1;
    return order ? order : one->order < other->order ? -1 : 1;
}

/* The same said of the same place twice is said once: two routes may have one schema. */
static void sort(struct wc_diff *diff)
{
    struct wc_finding *items = diff->findings.items;
    size_t kept = 0;
    if (diff->findings.count)
        qsort(items, diff->findings.count, sizeof *items, by_gravity);
    WC_EACH(i, &diff->findings)
    {
        bool again = kept && items[kept - 1].rule == items[i].rule &&
                     strcmp(items[kept - 1].path, items[i].path) == 0 &&
                     strcmp(items[kept - 1].what, items[i].what) == 0;
        if (!again)
            items[kept++] = items[i];
    }
    diff->findings.count = kept;
}

int wc_diff_gravest(const struct wc_diff *diff)
{
    for (int level = WC_LEVEL_COUNT - 1; level >= 0; level--)
        if (diff->counts[level])
            return level;
    return -1;
}

/* ---- small things for the rules ----------------------------------------------------------- */

bool wc_same(const json_t *old, const json_t *new)
{
    return old && new ? json_equal((json_t *)old, (json_t *)new) : old == new;
}

bool wc_same_at(const json_t *old, const json_t *new, const char *key)
{
    return wc_same(json_object_get(old, key), json_object_get(new, key));
}

const char *wc_text_at(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text ? text : "";
}

int64_t wc_number_at(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

const char *wc_diff_text_of(struct wc_diff *diff, const json_t *json)
{
    char *dump = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
    const char *text = wc_print(diff, "%s", dump ? dump : "nothing");
    free(dump);
    return text;
}

const char *wc_diff_ms(struct wc_arena *arena, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}};
    const char *text = "";
    if (ms < 1000)
        return wc_arena_printf(arena, "%lld ms", (long long)ms);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ms >= units[i].ms)
            text = wc_arena_printf(arena, "%s%s%lld %s", text, *text ? " " : "",
                                   (long long)(ms / units[i].ms), units[i].name);
        ms %= units[i].ms;
    }
    if (ms)
        text = wc_arena_printf(arena, "%s%s%g s", text, *text ? " " : "", (double)ms / 1000);
    return text;
}

static void rest_of(struct wc_diff *diff, json_t *here, json_t *other, const char *known,
                    const char *path, const char *old_at, const char *new_at, bool twice)
{
    const char *key;
    json_t *value;
    json_object_foreach(here, key, value)
    {
        json_t *there = json_object_get(other, key);
        if (strstr(known, wc_print(diff, " %s ", key)) || (twice && there) || wc_same(value, there))
            continue;
        struct wc_finding *finding =
            wc_find(diff, WC_RULE_other_changed, wc_print(diff, "%s.%s", path, key),
                    wc_print(diff, "%s/%s", old_at, key), wc_print(diff, "%s/%s", new_at, key));
        wc_find_says(diff, finding, "read both sides: no rule knows what this means for a client",
                     "`%s` has changed, and no rule knows who notices", key);
    }
}

void wc_rest(struct wc_diff *diff, json_t *old, json_t *new, const char *known, const char *path,
             const char *old_at, const char *new_at)
{
    wc_ran(diff, "other");
    rest_of(diff, old, new, known, path, old_at, new_at, false);
    rest_of(diff, new, old, known, path, old_at, new_at, true);
}

/* ---- pairs of workflows ------------------------------------------------------------------- */

static const char *route_of(struct wc_diff *diff, const json_t *flow)
{
    const json_t *route = json_object_get(flow, "route");
    return wc_print(diff, "%s %s", wc_text_at(route, "method"), wc_text_at(route, "path"));
}

/* Under its name; else one of another name that has its route, and whose name was not there before. */
static json_t *partner(struct wc_diff *diff, json_t *flows, json_t *others, const char *name,
                       json_t *flow, const char **found)
{
    const char *other;
    json_t *value, *same = json_object_get(others, name);
    *found = name;
    if (same)
        return same;
    json_object_foreach(others, other, value)
    {
        *found = other;
        if (!json_object_get(flows, other) &&
            strcmp(route_of(diff, value), route_of(diff, flow)) == 0)
            return value;
    }
    return NULL;
}

static void removed(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *today)
{
    const char *sunset = wc_text_at(flow->old, "sunset");
    bool over = *sunset && strcmp(sunset, today) < 0;
    struct wc_finding *finding =
        wc_find(diff, over ? WC_RULE_route_removed_after_sunset : WC_RULE_route_removed, flow->name,
                flow->old_at, NULL);
    wc_find_says(diff, finding,
                 over ? NULL : "keep it, deprecate it, and take it away after its sunset",
                 "a client that calls %s is answered 404", flow->route);
    wc_rules_flight(diff, flow);
}

static void added(struct wc_diff *diff, json_t *olds, json_t *news)
{
    const char *name, *found;
    json_t *flow;
    json_object_foreach(news, name, flow)
    {
        if (partner(diff, news, olds, name, flow, &found))
            continue;
        struct wc_finding *finding =
            wc_find(diff, WC_RULE_route_added, name, NULL, wc_print(diff, "/workflows/%s", name));
        wc_find_says(diff, finding, NULL, "%s can be called", route_of(diff, flow));
    }
}

static void route(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    const json_t *old = json_object_get(flow->old, "route");
    const json_t *new = json_object_get(flow->new, "route");
    const char *keys[] = {"method", "path"};
    enum wc_rule of[] = {WC_RULE_route_method, WC_RULE_route_path};
    wc_ran(diff, "route");
    for (size_t i = 0; i < 2; i++) {
        if (wc_same_at(old, new, keys[i]))
            continue;
        struct wc_finding *finding =
            wc_find(diff, of[i], wc_print(diff, "%s.route.%s", flow->name, keys[i]),
                    wc_print(diff, "%s/route/%s", flow->old_at, keys[i]),
                    wc_print(diff, "%s/route/%s", flow->new_at, keys[i]));
        wc_find_says(diff, finding, "add a workflow with the new route and keep this one",
                     "a client that calls %s is answered %s", flow->route,
                     i ? "404: the path is another one" : "405: the method is another one");
    }
    if (strcmp(flow->name, flow->new_name) == 0)
        return;
    struct wc_finding *finding =
        wc_find(diff, WC_RULE_version_workflow_renamed, flow->name, flow->old_at, flow->new_at);
    wc_find_says(diff, finding, "keep the name: it costs nothing",
                 "replies say `%s` in versions.workflow, and jobs under way belong to `%s`",
                 flow->new_name, flow->name);
}

static void compare_flow(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    route(diff, flow);
    wc_rules_schemas(diff, flow);
    wc_rules_errors(diff, flow);
    wc_rules_latency(diff, flow);
    wc_rules_promises(diff, flow);
    wc_rules_lifecycle(diff, flow);
    wc_rules_stages(diff, flow);
    wc_rules_flight(diff, flow);
    wc_rest(diff, flow->old, flow->new,
            " cost ends first input keep_ms latency lifecycle output retry_safety route stages "
            "version deprecated sunset limits_of_a_caller on_upgrade notify on_disconnect ",
            flow->name, flow->old_at, flow->new_at);
}

static void compare_flows(struct wc_diff *diff, const char *today)
{
    json_t *olds = json_object_get(diff->old.contract, "workflows");
    json_t *news = json_object_get(diff->new.contract, "workflows");
    const char *name, *found;
    json_t *flow;
    json_object_foreach(olds, name, flow)
    {
        json_t *there = partner(diff, olds, news, name, flow, &found);
        struct wc_flow_pair pair = {
            .name = name,
            .new_name = found,
            .old = flow,
            .new = there,
            .old_at = wc_print(diff, "/workflows/%s", name),
            .new_at = wc_print(diff, "/workflows/%s", found),
            .route = route_of(diff, flow),
        };
        wc_ran(diff, "route");
        if (there)
            compare_flow(diff, &pair);
        else
            removed(diff, &pair, today);
    }
    if (json_object_size(news))
        wc_ran(diff, "route");
    added(diff, olds, news);
}

/* ---- the whole ---------------------------------------------------------------------------- */

static const char *unfit(const struct wc_side *side)
{
    const json_t *format = json_object_get(side->contract, "contract");
    static const char *const objects[] = {"api", "workflows", "schemas", "errors"};
    if (!json_is_integer(format))
        return "it is no contract: it has no number of a format under \"contract\"";
    if (json_integer_value(format) != 1)
        return "its format is not 1: it is of another version of wright";
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (!json_is_object(json_object_get(side->contract, objects[i])))
            return "it is no contract: \"api\", \"workflows\", \"schemas\" or \"errors\" is "
                   "missing";
    return NULL;
}

static void count(struct wc_diff *diff)
{
    for (enum wc_rule rule = 0; rule < WC_RULE_COUNT; rule++)
        diff->rules_run += diff->ran[rule];
    memset(diff->counts, 0, sizeof diff->counts);
    diff->accepted = 0;
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        diff->counts[finding->level] += !finding->because;
        diff->accepted += finding->because != NULL;
    }
}

static struct wc_shapes shapes_of(struct wc_diff *diff, const struct wc_side *side)
{
    return (struct wc_shapes){.arena = diff->arena,
                              .schemas = json_object_get(side->contract, "schemas"),
                              .languages = &diff->languages,
                              .names = {.arena = diff->arena}};
}

bool wc_diff_run(struct wc_diff *diff, const char *today, const char **why)
{
    const struct wc_side *sides[] = {&diff->old, &diff->new};
    for (size_t i = 0; i < 2; i++) {
        const char *reason = unfit(sides[i]);
        if (reason) {
            *why = wc_print(diff, "%s: %s", sides[i]->label, reason);
            return false;
        }
    }
    diff->languages.patterns.arena = diff->arena;
    diff->pool = (struct wc_pool){diff->arena, &diff->languages, json_array()};
    diff->old_shapes = shapes_of(diff, &diff->old);
    diff->new_shapes = shapes_of(diff, &diff->new);
    compare_flows(diff, today);
    if (!diff->ran[WC_RULE_route_added]) {
        *why = "neither side has a workflow: there is nothing to compare";
        return false;
    }
    wc_rules_api(diff);
    wc_rules_error_rows(diff);
    wc_rules_dependencies(diff);
    wc_rest(diff, diff->old.contract, diff->new.contract,
            " api auth contract errors functions models schemas services workflows accepted ",
            "contract", "", "");
    wc_accept_all(diff, today);
    wc_rules_version(diff);
    sort(diff);
    count(diff);
    return true;
}

void wc_diff_free(struct wc_diff *diff)
{
    json_decref(diff->pool.documents);
}
