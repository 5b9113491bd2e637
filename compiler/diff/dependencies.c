/* What the API is built of: services, models, functions of the author's; and the environment that an operator
 * must set for them. */
#include "compiler/diff/rules.h"

#include <ctype.h>
#include <string.h>

struct dependency {
    struct wc_diff *diff;
    const char *kind; /* "services" */
    const char *path, *old_at, *new_at;
    json_t *old, *new;
};

static void variables(const struct dependency *one)
{
    static const char *const keys[] = {"url_env", "auth_env", "sign_env"};
    struct wc_diff *diff = one->diff;
    for (size_t i = 0; i < 3; i++) {
        json_t *old = i < 2 ? json_object_get(one->old, "endpoint") : one->old;
        json_t *new = i < 2 ? json_object_get(one->new, "endpoint") : one->new;
        const char *was = wc_text_at(old, keys[i]), *is = wc_text_at(new, keys[i]);
        if (strcmp(was, is) == 0 || !*was || !*is)
            continue;
        struct wc_finding *finding =
            wc_find(diff, WC_RULE_deploy_variable, wc_print(diff, "%s.%s", one->path, keys[i]),
                    wc_print(diff, i < 2 ? "%s/endpoint/%s" : "%s/%s", one->old_at, keys[i]),
                    wc_print(diff, i < 2 ? "%s/endpoint/%s" : "%s/%s", one->new_at, keys[i]));
        wc_find_says(diff, finding, "set it before the new binary starts",
                     "an operator must set %s; it was %s", is, was);
    }
}

static void limits(const struct dependency *one)
{
    struct wc_diff *diff = one->diff;
    json_t *old = json_object_get(one->old, "limits"), *new = json_object_get(one->new, "limits");
    static const char *const keys[] = {"concurrent", "calls", "tokens"};
    static const char *const per[] = {"", "calls_per_ms", "tokens_per_ms"};
    for (size_t i = 0; i < 3; i++) {
        double was = (double)wc_number_at(old, keys[i]), is = (double)wc_number_at(new, keys[i]);
        if (*per[i]) { /* as a rate: 600 in a minute is 10 in a second */
            was /= wc_number_at(old, per[i]) ? (double)wc_number_at(old, per[i]) : 1;
            is /= wc_number_at(new, per[i]) ? (double)wc_number_at(new, per[i]) : 1;
        }
        if (!(was < is) && !(is < was))
            continue;
        bool less = is > 0 && (!(was > 0) || is < was);
        struct wc_finding *finding = wc_find(
            diff, less ? WC_RULE_limit_lowered : WC_RULE_limit_raised,
            wc_print(diff, "%s.limits.%s", one->path, keys[i]),
            wc_print(diff, "%s/limits", one->old_at), wc_print(diff, "%s/limits", one->new_at));
        wc_find_says(diff, finding, less ? "see that the load still fits" : NULL,
                     less ? "calls wait in line sooner: %s was %s and is %s"
                          : "more calls go out at a time: %s was %s and is %s",
                     keys[i], wc_diff_text_of(diff, old), wc_diff_text_of(diff, new));
    }
    if (!wc_same_at(one->old, one->new, "breaker")) {
        struct wc_finding *finding = wc_find(
            diff, WC_RULE_limit_breaker, wc_print(diff, "%s.breaker", one->path),
            wc_print(diff, "%s/breaker", one->old_at), wc_print(diff, "%s/breaker", one->new_at));
        wc_find_says(diff, finding, NULL, "calls are held back at another time: %s, now %s",
                     wc_diff_text_of(diff, json_object_get(one->old, "breaker")),
                     wc_diff_text_of(diff, json_object_get(one->new, "breaker")));
    }
}

static void changed(const struct dependency *one, enum wc_rule rule, const char *key,
                    const char *says)
{
    struct wc_diff *diff = one->diff;
    if (wc_same_at(one->old, one->new, key))
        return;
    struct wc_finding *finding = wc_find(diff, rule, wc_print(diff, "%s.%s", one->path, key),
                                         wc_print(diff, "%s/%s", one->old_at, key),
                                         wc_print(diff, "%s/%s", one->new_at, key));
    finding->what = wc_print(diff, "%s: `%s` was %s and is %s", says, key,
                             wc_diff_text_of(diff, json_object_get(one->old, key)),
                             wc_diff_text_of(diff, json_object_get(one->new, key)));
}

/* A version that cannot move under the same name has a date or a number of six digits in it. */
static bool is_pinned(const char *name)
{
    int digits = 0;
    for (; *name; name++)
        digits += isdigit((unsigned char)*name) != 0;
    return digits >= 6;
}

static void endpoint(const struct dependency *one)
{
    json_t *old = json_object_get(one->old, "endpoint"),
           *new = json_object_get(one->new, "endpoint");
    static const char *const keys[] = {"url", "auth", "auth_header"};
    for (size_t i = 0; i < 3; i++)
        if (!wc_same_at(old, new, keys[i])) {
            struct dependency part = *one;
            part.old = old;
            part.new = new;
            part.old_at = wc_print(one->diff, "%s/endpoint", one->old_at);
            part.new_at = wc_print(one->diff, "%s/endpoint", one->new_at);
            changed(&part, WC_RULE_version_tool, keys[i],
                    "results may differ: it is reached in another way");
        }
}

static void model(const struct dependency *one)
{
    const char *was = wc_text_at(one->old, "model"), *is = wc_text_at(one->new, "model");
    static const char *const prices[] = {"usd_per_input_token", "usd_per_cached_token",
                                         "usd_per_written_token", "usd_per_output_token"};
    static const char *const others[] = {"provider", "model", "structured", "max_input_tokens",
                                         "max_output_tokens"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        changed(one, WC_RULE_version_model, others[i], "results may differ");
    changed(one, WC_RULE_version_temperature, "temperature", "results may differ");
    for (size_t i = 0; i < 4; i++)
        changed(one, WC_RULE_cost_price, prices[i], "the bill differs");
    if (is_pinned(was) == is_pinned(is))
        return;
    struct wc_finding *finding = wc_find(
        one->diff, is_pinned(is) ? WC_RULE_version_pinned : WC_RULE_version_unpinned, one->path,
        wc_print(one->diff, "%s/model", one->old_at), wc_print(one->diff, "%s/model", one->new_at));
    wc_find_says(
        one->diff, finding, is_pinned(is) ? NULL : "name a version that the provider does not move",
        is_pinned(is) ? "`%s` stays the same model; `%s` did not have to"
                      : "`%s` may become another model without a change here; `%s` did not",
        is, was);
}

static void webhook(const struct dependency *one)
{
    bool was = json_object_get(one->old, "sign_env"), is = json_object_get(one->new, "sign_env");
    struct wc_diff *diff = one->diff;
    if (was != is) {
        struct wc_finding *finding = wc_find(
            diff, is ? WC_RULE_event_signed : WC_RULE_event_unsigned,
            wc_print(diff, "%s.sign", one->path), wc_print(diff, "%s/sign_env", one->old_at),
            wc_print(diff, "%s/sign_env", one->new_at));
        wc_find_says(diff, finding, is ? NULL : "go on signing",
                     is ? "a service that is told of jobs may check a signature"
                        : "a service that checks the signature refuses what it is told");
    }
    if (!wc_same_at(one->old, one->new, "allow_private")) {
        bool may = json_is_true(json_object_get(one->new, "allow_private"));
        struct wc_finding *finding =
            wc_find(diff, WC_RULE_deploy_private, wc_print(diff, "%s.allow_private", one->path),
                    wc_print(diff, "%s/allow_private", one->old_at),
                    wc_print(diff, "%s/allow_private", one->new_at));
        wc_find_says(diff, finding, "see where the service is",
                     may ? "an operator may send notices to private addresses"
                         : "an operator whose service is at a private address is refused");
    }
}

static void compare(const struct dependency *one)
{
    webhook(one);
    variables(one);
    endpoint(one);
    limits(one);
    if (strcmp(one->kind, "models") == 0) {
        model(one);
    } else {
        changed(one, WC_RULE_version_tool, "idempotency_header", "keys are sent in another header");
        changed(one, WC_RULE_cost_price, "usd_per_call", "the bill differs");
    }
    wc_rest(one->diff, one->old, one->new,
            " sign_env temperature allow_private endpoint limits breaker provider model structured "
            "max_input_tokens max_output_tokens "
            "usd_per_input_token usd_per_cached_token usd_per_written_token usd_per_output_token "
            "idempotency_header usd_per_call read_as operations version ",
            one->path, one->old_at, one->new_at);
}

/* ---- functions ---------------------------------------------------------------------------- */

static bool is_same_schema(struct wc_diff *diff, const char *was, const char *is)
{
    const json_t *old = json_object_get(diff->old_shapes.schemas, was);
    const json_t *new = json_object_get(diff->new_shapes.schemas, is);
    return old && new &&wc_same_at(old, new, "x-hash");
}

static void function(const struct dependency *one)
{
    static const char *const schemas[] = {"takes", "gives"}, *const others[] = {"effect", "raises",
                                                                                "from"};
    for (size_t i = 0; i < 2; i++)
        if (!is_same_schema(one->diff, wc_text_at(one->old, schemas[i]),
                            wc_text_at(one->new, schemas[i])))
            changed(one, WC_RULE_version_function, schemas[i], "results may differ");
    for (size_t i = 0; i < 3; i++)
        changed(one, WC_RULE_version_function, others[i], "results may differ");
    wc_rest(one->diff, one->old, one->new, " takes gives effect raises from ", one->path,
            one->old_at, one->new_at);
}

/* ---- the environment ---------------------------------------------------------------------- */

/* Each variable, and where it is read; borrowed from the pool. */
static json_t *variables_of(struct wc_diff *diff, const json_t *contract)
{
    static const char *const kinds[] = {"services", "models"};
    static const char *const keys[] = {"url_env", "auth_env", "sign_env"};
    json_t *found = wc_pool_take(&diff->pool, json_object()), *row;
    const char *name;
    for (size_t i = 0; i < 2; i++) {
        json_object_foreach(json_object_get(contract, kinds[i]), name, row)
        {
            for (size_t k = 0; k < 3; k++) {
                const json_t *at = k < 2 ? json_object_get(row, "endpoint") : row;
                const char *step = k < 2 ? "endpoint/" : "";
                if (*wc_text_at(at, keys[k]))
                    json_object_set_new(found, wc_text_at(at, keys[k]),
                                        json_sprintf("/%s/%s/%s%s", kinds[i], name, step, keys[k]));
            }
        }
    }
    const char *keys_env = wc_text_at(json_object_get(contract, "auth"), "keys_env");
    if (*keys_env)
        json_object_set_new(found, keys_env, json_string("/auth/keys_env"));
    return found;
}

/* Is there a place on the other side that reads another variable? Then it is called otherwise, and that is said
 * there. */
static bool is_elsewhere(const json_t *others, const char *at)
{
    const char *name;
    json_t *where;
    json_object_foreach((json_t *)others, name, where)
    {
        if (strcmp(json_string_value(where), at) == 0)
            return true;
    }
    return false;
}

static void environment(struct wc_diff *diff)
{
    json_t *olds = variables_of(diff, diff->old.contract), *at;
    json_t *news = variables_of(diff, diff->new.contract);
    const char *name;
    json_object_foreach(olds, name, at)
    {
        const char *where = json_string_value(at);
        if (json_object_get(news, name) || is_elsewhere(news, where))
            continue;
        struct wc_finding *finding = wc_find(diff, WC_RULE_deploy_variable_removed,
                                             wc_print(diff, "environment.%s", name), where, NULL);
        wc_find_says(diff, finding, NULL, "an operator may leave %s out", name);
    }
    json_object_foreach(news, name, at)
    {
        const char *where = json_string_value(at);
        if (json_object_get(olds, name) || is_elsewhere(olds, where))
            continue;
        struct wc_finding *finding = wc_find(diff, WC_RULE_deploy_variable_added,
                                             wc_print(diff, "environment.%s", name), NULL, where);
        wc_find_says(diff, finding, "set it before the new binary starts",
                     "an operator must set %s: the new binary does not start without it", name);
    }
}

void wc_rules_dependencies(struct wc_diff *diff)
{
    static const struct {
        const char *name;
        void (*compare)(const struct dependency *one);
    } kinds[] = {{"services", compare}, {"models", compare}, {"functions", function}};
    wc_ran(diff, "deploy");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        json_t *olds = json_object_get(diff->old.contract, kinds[i].name), *old;
        json_t *news = json_object_get(diff->new.contract, kinds[i].name);
        const char *name;
        json_object_foreach(olds, name, old)
        {
            const char *at = wc_print(diff, "/%s/%s", kinds[i].name, name);
            struct dependency one = {
                diff, kinds[i].name, wc_print(diff, "%s.%s", kinds[i].name, name), at, at,
                old,  NULL};
            one.new = json_object_get(news, name);
            wc_ran(diff, "version");
            wc_ran(diff, "limit");
            if (one.new) /* else the stages that call another one say so */
                kinds[i].compare(&one);
        }
    }
    environment(diff);
}
