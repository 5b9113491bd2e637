/* What a workflow promises besides its schemas: its errors and results, time, retries, cost, statuses. */
#include "compiler/diff/rules.h"

#include <stdlib.h>
#include <string.h>

static const char *below(struct wc_diff *diff, const char *at, const char *key)
{
    return wc_print(diff, "%s/%s", at, key);
}

/* A finding about `part/key` of a workflow, on both sides. */
static struct wc_finding *about(struct wc_diff *diff, const struct wc_flow_pair *flow,
                                enum wc_rule rule, const char *part, const char *key)
{
    const char *step = wc_print(diff, "%s/%s", part, key);
    return wc_find(diff, rule, wc_print(diff, "%s.%s.%s", flow->name, part, key),
                   below(diff, flow->old_at, step), below(diff, flow->new_at, step));
}

/* ---- errors and results ------------------------------------------------------------------- */

static void one_end(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *end,
                    bool gone)
{
    bool fails = strncmp(end, "fail ", 5) == 0;
    const char *what = end + 5; /* "done " is as long */
    enum wc_rule rule = fails ? (gone ? WC_RULE_error_removed : WC_RULE_error_added)
                              : (gone ? WC_RULE_result_removed : WC_RULE_result_added);
    const char *step = wc_print(diff, "ends/%s", end);
    struct wc_finding *finding = wc_find(
        diff, rule, wc_print(diff, "%s.%s.%s", flow->name, fails ? "errors" : "results", what),
        gone ? below(diff, flow->old_at, step) : NULL,
        gone ? NULL : below(diff, flow->new_at, step));
    if (fails)
        wc_find_says(diff, finding,
                     gone ? NULL : "see that clients treat unknown codes by their class",
                     gone ? "a client of %s never gets the error_code `%s` any more"
                          : "a client of %s may get the error_code `%s`, which it does not know",
                     flow->route, what);
    else
        wc_find_says(diff, finding,
                     gone ? NULL : "see that clients tell results apart by result_type",
                     gone ? "a client of %s never gets a `%s` result any more"
                          : "a client of %s may get a `%s` result where there was none",
                     flow->route, what);
}

static bool has_text(const json_t *array, const char *text)
{
    size_t i;
    json_t *value;
    json_array_foreach(array, i, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), text) == 0)
            return true;
    }
    return false;
}

static void stages_of_end(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *end,
                          const json_t *here, const json_t *there, bool gone)
{
    size_t i;
    json_t *stage;
    json_array_foreach(here, i, stage)
    {
        const char *name = json_string_value(stage);
        if (!name || has_text(there, name))
            continue;
        const char *step = wc_print(diff, "ends/%s", end);
        struct wc_finding *finding =
            wc_find(diff, gone ? WC_RULE_result_fallback_removed : WC_RULE_result_fallback_added,
                    wc_print(diff, "%s.results.%s.%s", flow->name, end + 5, name),
                    below(diff, flow->old_at, step), below(diff, flow->new_at, step));
        wc_find_says(diff, finding, NULL,
                     gone ? "stage `%s` does not end a job with a `%s` result any more"
                          : "stage `%s` may end a job with a `%s` result, too",
                     name, end + 5);
    }
}

void wc_rules_errors(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    json_t *olds = json_object_get(flow->old, "ends"), *old;
    json_t *news = json_object_get(flow->new, "ends"), *new;
    const char *end;
    wc_ran(diff, "error");
    wc_ran(diff, "result");
    json_object_foreach(olds, end, old)
    {
        json_t *there = json_object_get(news, end);
        if (strlen(end) < 5)
            continue;
        if (!there)
            one_end(diff, flow, end, true);
        else if (strncmp(end, "done ", 5) == 0)
            stages_of_end(diff, flow, end, old, there, true);
    }
    json_object_foreach(news, end, new)
    {
        json_t *there = json_object_get(olds, end);
        if (strlen(end) < 5)
            continue;
        if (!there)
            one_end(diff, flow, end, false);
        else if (strncmp(end, "done ", 5) == 0)
            stages_of_end(diff, flow, end, new, there, false);
    }
}

/* ---- time --------------------------------------------------------------------------------- */

static void budget(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *key,
                   int64_t was, int64_t is, enum wc_rule less, enum wc_rule more)
{
    if (was == is)
        return;
    struct wc_finding *finding = about(diff, flow, is < was ? less : more, "latency", key);
    wc_find_says(
        diff, finding, is < was ? NULL : "see that the timeouts of clients and proxies are longer",
        is < was ? "a client of %s waits for less long: %s, now %s"
                 : "a client of %s that gives up after %s does so before the answer: now %s",
        flow->route, wc_diff_ms(diff->arena, was), wc_diff_ms(diff->arena, is));
}

void wc_rules_latency(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    static const char *const floors[] = {"floor_ms", "slack_ms", "reply_floor_ms",
                                         "reply_slack_ms"};
    static const char *const called[] = {"the worst case, one attempt each",
                                         "the slack for retries", "the worst case of a reply",
                                         "the slack of a reply"};
    json_t *old = json_object_get(flow->old, "latency"),
           *new = json_object_get(flow->new, "latency");
    const char *was = wc_text_at(old, "model"), *is = wc_text_at(new, "model");
    int64_t before = wc_number_at(old, "background_ms"), after = wc_number_at(new, "background_ms");
    wc_ran(diff, "latency");
    if (strcmp(was, is) != 0) {
        struct wc_finding *finding = about(diff, flow, WC_RULE_latency_model, "latency", "model");
        wc_find_says(diff, finding, "serve the other way under another route",
                     "a client of %s is answered in another way: %s, now %s", flow->route, was, is);
    }
    budget(diff, flow, "budget_ms", wc_number_at(old, "budget_ms"), wc_number_at(new, "budget_ms"),
           WC_RULE_latency_budget_cut, WC_RULE_latency_budget_raised);
    if (before && after) {
        budget(diff, flow, "background_ms", before, after, WC_RULE_latency_background_cut,
               WC_RULE_latency_background_raised);
    } else if (before || after) {
        struct wc_finding *finding =
            about(diff, flow,
                  after ? WC_RULE_latency_background_added : WC_RULE_latency_background_removed,
                  "latency", "background_ms");
        wc_find_says(diff, finding, "serve the other way under another route",
                     after ? "a client of %s that expects the result may get 202 and must ask again"
                           : "a client of %s that relies on a job that goes on finds it ended",
                     flow->route);
    }
    for (size_t i = 0; i < sizeof floors / sizeof *floors; i++) {
        if (wc_same_at(old, new, floors[i]) || strcmp(was, is) != 0)
            continue;
        struct wc_finding *finding =
            about(diff, flow, WC_RULE_latency_floors, "latency", floors[i]);
        wc_find_says(diff, finding, NULL, "%s: was %s and is %s", called[i],
                     wc_diff_ms(diff->arena, wc_number_at(old, floors[i])),
                     wc_diff_ms(diff->arena, wc_number_at(new, floors[i])));
    }
    wc_rest(diff, old, new,
            " model budget_ms background_ms floor_ms slack_ms reply_floor_ms reply_slack_ms paths ",
            wc_print(diff, "%s.latency", flow->name), below(diff, flow->old_at, "latency"),
            below(diff, flow->new_at, "latency"));
}

/* ---- retries ------------------------------------------------------------------------------ */

static void dedupe(struct wc_diff *diff, const struct wc_flow_pair *flow, const json_t *was,
                   const json_t *is)
{
    json_t *old = json_object_get(was, "dedupe"), *new = json_object_get(is, "dedupe");
    if (wc_same(old, new))
        return;
    enum wc_rule rule = !old   ? WC_RULE_retry_dedupe_added
                        : !new ? WC_RULE_retry_dedupe_removed
                               : WC_RULE_retry_dedupe_changed;
    struct wc_finding *finding = about(diff, flow, rule, "retry_safety", "dedupe");
    if (old && new)
        wc_find_says(diff, finding, NULL,
                     "which requests to %s join one job: by `%s` for %s, now by `%s` for %s",
                     flow->route, wc_text_at(old, "by"),
                     wc_diff_ms(diff->arena, wc_number_at(old, "window_ms")), wc_text_at(new, "by"),
                     wc_diff_ms(diff->arena, wc_number_at(new, "window_ms")));
    else
        wc_find_says(diff, finding, new ? NULL : "send an idempotency key",
                     new ? "a client that sends %s twice joins the job under way"
                         : "a client that sends %s twice makes two jobs",
                     flow->route);
}

static void kept(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    int64_t was = wc_number_at(flow->old, "keep_ms"), is = wc_number_at(flow->new, "keep_ms");
    if (was == is)
        return;
    struct wc_finding *finding =
        wc_find(diff, is < was ? WC_RULE_retry_kept_shorter : WC_RULE_retry_kept_longer,
                wc_print(diff, "%s.keep_ms", flow->name), below(diff, flow->old_at, "keep_ms"),
                below(diff, flow->new_at, "keep_ms"));
    wc_find_says(diff, finding, is < was ? "keep them as long as before" : NULL,
                 is < was
                     ? "a client that comes back to a job of %s, or sends its key again, finds "
                       "nothing after %s: it was %s"
                     : "a client of %s finds its job for %s: it was %s",
                 flow->route, wc_diff_ms(diff->arena, is), wc_diff_ms(diff->arena, was));
}

static void retries(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    json_t *old = json_object_get(flow->old, "retry_safety");
    json_t *new = json_object_get(flow->new, "retry_safety");
    wc_ran(diff, "retry");
    if (!wc_same_at(old, new, "without_key")) {
        bool safe = json_is_true(json_object_get(new, "without_key"));
        struct wc_finding *finding =
            about(diff, flow, safe ? WC_RULE_retry_safe : WC_RULE_retry_unsafe, "retry_safety",
                  "without_key");
        wc_find_says(diff, finding, safe ? NULL : "see that clients send an idempotency key",
                     safe ? "a client that sends %s again without a key repeats no effect"
                          : "a client that sends %s again without a key can repeat an effect",
                     flow->route);
    }
    if (!wc_same_at(old, new, "idempotency_key")) {
        bool needed = strcmp(wc_text_at(new, "idempotency_key"), "required") == 0;
        struct wc_finding *finding =
            about(diff, flow, needed ? WC_RULE_retry_key_required : WC_RULE_retry_key_optional,
                  "retry_safety", "idempotency_key");
        wc_find_says(diff, finding, needed ? "take requests without a key, too" : NULL,
                     needed ? "a client that sends %s without an idempotency key is refused"
                            : "a client may send %s without an idempotency key",
                     flow->route);
    }
    dedupe(diff, flow, old, new);
    kept(diff, flow);
    wc_rest(diff, old, new, " without_key idempotency_key dedupe split ",
            wc_print(diff, "%s.retry_safety", flow->name),
            below(diff, flow->old_at, "retry_safety"), below(diff, flow->new_at, "retry_safety"));
}

/* ---- cost and life ------------------------------------------------------------------------ */

static void cost(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    json_t *old = json_object_get(flow->old, "cost"), *new = json_object_get(flow->new, "cost");
    const char *was = wc_text_at(old, "ceiling_usd"), *is = wc_text_at(new, "ceiling_usd");
    wc_ran(diff, "cost");
    if (strcmp(was, is) != 0) {
        bool up = strtod(is, NULL) > strtod(was, NULL);
        enum wc_rule rule = !*was  ? WC_RULE_cost_ceiling_added
                            : !*is ? WC_RULE_cost_ceiling_removed
                            : up   ? WC_RULE_cost_ceiling_raised
                                   : WC_RULE_cost_ceiling_lowered;
        struct wc_finding *finding = about(diff, flow, rule, "cost", "ceiling_usd");
        wc_find_says(diff, finding,
                     wc_rule_row(rule)->level == WC_REVIEW ? "see that the bill may grow" : NULL,
                     "who pays for %s: at most $%s a job, now %s%s", flow->route,
                     *was ? was : "(no ceiling)", *is ? "$" : "no ceiling", is);
    }
    if (!wc_same_at(old, new, "enforced")) {
        bool ends = json_is_true(json_object_get(new, "enforced"));
        struct wc_finding *finding = about(
            diff, flow, ends ? WC_RULE_cost_enforced : WC_RULE_cost_proved, "cost", "enforced");
        wc_find_says(
            diff, finding, ends ? "see where `over_cost` leads" : NULL,
            ends ? "a job of %s may be stopped as `over_cost`, where that it stayed below its "
                   "ceiling was proved"
                 : "no job of %s is stopped for its cost: that it stays below its ceiling is "
                   "proved",
            flow->route);
    }
    wc_rest(diff, old, new, " ceiling_usd enforced ", wc_print(diff, "%s.cost", flow->name),
            below(diff, flow->old_at, "cost"), below(diff, flow->new_at, "cost"));
}

static void life(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    const char *was = wc_text_at(flow->old, "sunset"), *is = wc_text_at(flow->new, "sunset");
    const char *old_at = below(diff, flow->old_at, "sunset");
    const char *new_at = below(diff, flow->new_at, "sunset");
    wc_ran(diff, "life");
    if (!wc_same_at(flow->old, flow->new, "deprecated")) {
        const char *since = wc_text_at(flow->new, "deprecated");
        struct wc_finding *finding = wc_find(
            diff, *since ? WC_RULE_life_deprecated : WC_RULE_life_restored,
            wc_print(diff, "%s.deprecated", flow->name), below(diff, flow->old_at, "deprecated"),
            below(diff, flow->new_at, "deprecated"));
        wc_find_says(diff, finding, NULL,
                     *since ? "a client of %s is told that it is deprecated, since %s"
                            : "a client of %s is not told any more that it is deprecated%s",
                     flow->route, since);
    }
    if (strcmp(was, is) == 0)
        return;
    bool earlier = *was && *is && strcmp(is, was) < 0;
    enum wc_rule rule = !*was     ? WC_RULE_life_sunset_set
                        : earlier ? WC_RULE_life_sunset_earlier
                                  : WC_RULE_life_sunset_later;
    struct wc_finding *finding =
        wc_find(diff, rule, wc_print(diff, "%s.sunset", flow->name), old_at, new_at);
    if (!*was) {
        wc_find_says(diff, finding, "see that clients know where to go",
                     "a client of %s must be elsewhere by %s", flow->route, is);
        return;
    }
    wc_find_says(diff, finding, earlier ? "keep the day that was said" : NULL,
                 "a client of %s that planned for %s: now %s", flow->route, was,
                 *is ? is : "it stays");
}

/* How much one caller may ask: where there was no limit there was no 429. */
void wc_rules_quota(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    static const char *const keys[] = {"jobs_under_way", "requests"};
    const json_t *old = json_object_get(flow->old, "limits_of_a_caller");
    const json_t *new = json_object_get(flow->new, "limits_of_a_caller");
    wc_ran(diff, "limit");
    for (size_t i = 0; i < 2; i++) {
        double was = (double)wc_number_at(old, keys[i]), is = (double)wc_number_at(new, keys[i]);
        if (i == 1) { /* as a rate */
            int64_t per_old = wc_number_at(old, "requests_per_ms");
            int64_t per_new = wc_number_at(new, "requests_per_ms");
            was /= per_old > 0 ? (double)per_old : 1;
            is /= per_new > 0 ? (double)per_new : 1;
        }
        if (!(was < is) && !(is < was))
            continue;
        enum wc_rule rule = !(was > 0)  ? WC_RULE_limit_caller_added
                            : !(is > 0) ? WC_RULE_limit_caller_removed
                            : is < was  ? WC_RULE_limit_lowered
                                        : WC_RULE_limit_raised;
        struct wc_finding *finding = about(diff, flow, rule, "limits_of_a_caller", keys[i]);
        bool less = wc_rule_row(rule)->level == WC_REVIEW;
        wc_find_says(diff, finding, less ? "see that clients wait as Retry-After says" : NULL,
                     less ? "a client of %s is answered 429 where it was not: %s %lld, now %lld"
                          : "a client of %s may ask for more: %s %lld, now %lld",
                     flow->route, keys[i], (long long)wc_number_at(old, keys[i]),
                     (long long)wc_number_at(new, keys[i]));
    }
}

static void split(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    const json_t *old = json_object_get(json_object_get(flow->old, "retry_safety"), "split");
    const json_t *new = json_object_get(json_object_get(flow->new, "retry_safety"), "split");
    const char *from = wc_text_at(old ? old : new, "from");
    const char *to = wc_text_at(new ? new : old, "to");
    if (wc_same(old, new))
        return;
    struct wc_finding *finding = about(diff, flow, WC_RULE_version_split, "retry_safety", "split");
    wc_find_says(
        diff, finding, NULL,
        "results may differ: of what `%s` is asked, %g %% goes to `%s` by %s; it was %g %%", from,
        (double)wc_number_at(new, "share_of_10000") / 100, to, wc_text_at(new ? new : old, "by"),
        (double)wc_number_at(old, "share_of_10000") / 100);
}

static void upgrade(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    if (wc_same_at(flow->old, flow->new, "on_upgrade"))
        return;
    struct wc_finding *finding =
        wc_find(diff, WC_RULE_flight_policy, wc_print(diff, "%s.on_upgrade", flow->name),
                below(diff, flow->old_at, "on_upgrade"), below(diff, flow->new_at, "on_upgrade"));
    wc_find_says(diff, finding, "see what becomes of the jobs that are under way",
                 "jobs of %s that cannot go on under a new binary: `%s`, and it was `%s`",
                 flow->route, wc_text_at(flow->new, "on_upgrade"),
                 wc_text_at(flow->old, "on_upgrade"));
}

static void version(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    int64_t was = wc_number_at(flow->old, "version"), is = wc_number_at(flow->new, "version");
    if (was == is)
        return;
    struct wc_finding *finding =
        wc_find(diff, is < was ? WC_RULE_version_workflow_lowered : WC_RULE_version_workflow,
                wc_print(diff, "%s.version", flow->name), below(diff, flow->old_at, "version"),
                below(diff, flow->new_at, "version"));
    wc_find_says(diff, finding, is < was ? "versions only go up" : NULL,
                 "replies say `%s@%lld` in versions.workflow: it was %lld", flow->new_name,
                 (long long)is, (long long)was);
}

void wc_rules_promises(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    retries(diff, flow);
    cost(diff, flow);
    life(diff, flow);
    split(diff, flow);
    wc_rules_quota(diff, flow);
    upgrade(diff, flow);
    version(diff, flow);
}

/* ---- statuses ----------------------------------------------------------------------------- */

static bool is_status(const char *name)
{
    static const char *const known[] = {"queued",   "processing", "completed",
                                        "degraded", "failed",     "cancelled"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0)
            return true;
    return false;
}

static bool is_met(const json_t *lifecycle, const char *status)
{
    const char *from;
    json_t *to;
    json_object_foreach((json_t *)lifecycle, from, to)
    {
        if (has_text(to, status))
            return true;
    }
    return json_object_get(lifecycle, status) != NULL;
}

static void edge(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *from,
                 const char *to, const json_t *other, bool gone)
{
    bool met = is_met(other, to);
    enum wc_rule rule =
        gone ? (met ? WC_RULE_lifecycle_edge_removed : WC_RULE_lifecycle_terminal_removed)
             : (met ? WC_RULE_lifecycle_edge_added : WC_RULE_lifecycle_state_added);
    if (!gone && !met && !is_status(to))
        rule = WC_RULE_lifecycle_status_unknown;
    const char *step = wc_print(diff, "lifecycle/%s", from);
    struct wc_finding *finding =
        wc_find(diff, rule,
                met ? wc_print(diff, "%s.lifecycle.%s.%s", flow->name, from, to)
                    : wc_print(diff, "%s.lifecycle.%s", flow->name, to),
                below(diff, flow->old_at, step), below(diff, flow->new_at, step));
    if (gone)
        wc_find_says(diff, finding, met ? NULL : "see that no client waits for it",
                     "a client of %s that waits for `%s` after `%s` does so in vain", flow->route,
                     to, from);
    else
        wc_find_says(diff, finding, "see that clients take it",
                     "a client of %s may see `%s` after `%s`, which it did not", flow->route, to,
                     from);
}

static void notices(struct wc_diff *diff, const struct wc_flow_pair *flow, const json_t *here,
                    const json_t *there, bool gone)
{
    const char *event;
    json_t *services, *service;
    size_t i;
    json_object_foreach((json_t *)here, event, services)
    {
        json_array_foreach(services, i, service)
        {
            const char *name = json_string_value(service);
            if (!name || has_text(json_object_get(there, event), name))
                continue;
            const char *step = wc_print(diff, "notify/%s", event);
            struct wc_finding *finding =
                wc_find(diff, gone ? WC_RULE_event_removed : WC_RULE_event_added,
                        wc_print(diff, "%s.notify.%s.%s", flow->name, event, name),
                        below(diff, flow->old_at, step), below(diff, flow->new_at, step));
            wc_find_says(diff, finding, gone ? "go on telling it" : NULL,
                         gone ? "`%s` waits in vain to be told of `%s` of %s"
                              : "`%s` is told of `%s` of %s",
                         name, event, flow->route);
        }
    }
}

static void told(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    const json_t *old = json_object_get(flow->old, "notify");
    const json_t *new = json_object_get(flow->new, "notify");
    wc_ran(diff, "event");
    notices(diff, flow, old, new, true);
    notices(diff, flow, new, old, false);
    if (wc_same_at(flow->old, flow->new, "on_disconnect"))
        return;
    struct wc_finding *finding = wc_find(
        diff, WC_RULE_lifecycle_on_disconnect, wc_print(diff, "%s.on_disconnect", flow->name),
        below(diff, flow->old_at, "on_disconnect"), below(diff, flow->new_at, "on_disconnect"));
    bool ends = json_object_get(flow->new, "on_disconnect") != NULL;
    wc_find_says(diff, finding, ends ? "keep `on disconnect continue`" : NULL,
                 ends ? "a client of %s that leaves ends its job"
                      : "a client of %s may leave: its job goes on",
                 flow->route);
}

void wc_rules_lifecycle(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    json_t *old = json_object_get(flow->old, "lifecycle"), *tos, *to;
    json_t *new = json_object_get(flow->new, "lifecycle");
    const char *from;
    size_t i;
    wc_ran(diff, "lifecycle");
    told(diff, flow);
    json_object_foreach(old, from, tos)
    {
        json_array_foreach(tos, i, to)
        {
            if (json_is_string(to) && !has_text(json_object_get(new, from), json_string_value(to)))
                edge(diff, flow, from, json_string_value(to), new, true);
        }
    }
    json_object_foreach(new, from, tos)
    {
        json_array_foreach(tos, i, to)
        {
            if (json_is_string(to) && !has_text(json_object_get(old, from), json_string_value(to)))
                edge(diff, flow, from, json_string_value(to), old, false);
        }
    }
}
