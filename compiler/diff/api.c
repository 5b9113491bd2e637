/* What is said of the API as a whole: who may call it, its version; and of the errors, services and models
 * that are declared. */
#include "compiler/diff/rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(struct wc_diff *diff, const json_t *json)
{
    char *dump = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
    const char *text = wc_print(diff, "%s", dump ? dump : "nothing");
    free(dump);
    return text;
}

/* ---- who may call ------------------------------------------------------------------------- */

void wc_rules_api(struct wc_diff *diff)
{
    json_t *old = json_object_get(diff->old.contract, "auth");
    json_t *new = json_object_get(diff->new.contract, "auth");
    const char *was = wc_text_at(old, "kind"), *is = wc_text_at(new, "kind");
    wc_ran(diff, "auth");
    wc_ran(diff, "life");
    if (strcmp(was, is) != 0) {
        bool added = strcmp(was, "none") == 0, gone = strcmp(is, "none") == 0;
        enum wc_rule rule = added  ? WC_RULE_auth_added
                            : gone ? WC_RULE_auth_removed
                                   : WC_RULE_auth_changed;
        struct wc_finding *finding = wc_find(diff, rule, "api.auth", "/auth/kind", "/auth/kind");
        wc_find_says(diff, finding,
                     gone ? "see that this is meant"
                          : "give every client a key before this is served",
                     gone ? "anyone can call: %s was asked for, and %s is"
                          : "a client without a key is answered 401: auth was %s and is %s",
                     was, is);
    }
    if (!wc_same_at(old, new, "keys_env") && json_object_get(old, "keys_env") &&
        json_object_get(new, "keys_env")) {
        struct wc_finding *finding = wc_find(diff, WC_RULE_deploy_variable, "api.auth.keys_env",
                                             "/auth/keys_env", "/auth/keys_env");
        wc_find_says(diff, finding, "set it before the new binary starts",
                     "an operator must set %s in place of %s", wc_text_at(new, "keys_env"),
                     wc_text_at(old, "keys_env"));
    }
    wc_rest(diff, old, new, " kind keys_env ", "api.auth", "/auth", "/auth");
    wc_rest(diff, json_object_get(diff->old.contract, "api"),
            json_object_get(diff->new.contract, "api"), " version name ", "api", "/api", "/api");
    if (!wc_same_at(json_object_get(diff->old.contract, "api"),
                    json_object_get(diff->new.contract, "api"), "name")) {
        struct wc_finding *finding =
            wc_find(diff, WC_RULE_other_changed, "api.name", "/api/name", "/api/name");
        wc_find_says(diff, finding, "see that the two are of one API",
                     "the API has another name: these may be two APIs");
    }
}

/* ---- errors that are declared ------------------------------------------------------------- */

static bool ends_in(const json_t *contract, const char *name)
{
    const char *flow;
    json_t *value;
    char end[128];
    snprintf(end, sizeof end, "fail %s", name);
    json_object_foreach(json_object_get(contract, "workflows"), flow, value)
    {
        if (json_object_get(json_object_get(value, "ends"), end))
            return true;
    }
    return false;
}

void wc_rules_error_rows(struct wc_diff *diff)
{
    static const struct {
        const char *key, *says;
        enum wc_rule rule;
    } rows[] = {{"status", "a client that goes by the HTTP status notices", WC_RULE_error_status},
                {"class", "a client that goes by the class notices", WC_RULE_error_class},
                {"retryable", "a client that goes by `retryable` acts otherwise on",
                 WC_RULE_error_retryable},
                {"retry_after_ms", "a client tries again after another time, in ms, on",
                 WC_RULE_error_retry_after},
                {"message", "a person reads other words for", WC_RULE_error_message}};
    json_t *olds = json_object_get(diff->old.contract, "errors"), *old;
    json_t *news = json_object_get(diff->new.contract, "errors");
    const char *name;
    json_object_foreach(olds, name, old)
    {
        json_t *new = json_object_get(news, name);
        bool seen = ends_in(diff->old.contract, name) && ends_in(diff->new.contract, name);
        wc_ran(diff, "error");
        for (size_t i = 0; new &&seen &&i < sizeof rows / sizeof *rows; i++) {
            if (wc_same_at(old, new, rows[i].key))
                continue;
            const char *at = wc_print(diff, "/errors/%s/%s", name, rows[i].key);
            struct wc_finding *finding = wc_find(
                diff, rows[i].rule, wc_print(diff, "errors.%s.%s", name, rows[i].key), at, at);
            const char *was = text_of(diff, json_object_get(old, rows[i].key));
            const char *is = text_of(diff, json_object_get(new, rows[i].key));
            finding->what = wc_print(diff, "%s `%s`: %s, now %s", rows[i].says, name, was, is);
            if (finding->level == WC_BREAKING)
                finding->help = "declare another error, and end in that one";
        }
        if (new)
            wc_rest(diff, old, new, " status class retryable retry_after_ms message ",
                    wc_print(diff, "errors.%s", name), wc_print(diff, "/errors/%s", name),
                    wc_print(diff, "/errors/%s", name));
    }
}

/* ---- services and models ------------------------------------------------------------------ */

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
        if (strcmp(was, is) == 0 || (i == 2 && (!*was || !*is)))
            continue;
        struct wc_finding *finding =
            wc_find(diff, WC_RULE_deploy_variable, wc_print(diff, "%s.%s", one->path, keys[i]),
                    wc_print(diff, i < 2 ? "%s/endpoint/%s" : "%s/%s", one->old_at, keys[i]),
                    wc_print(diff, i < 2 ? "%s/endpoint/%s" : "%s/%s", one->new_at, keys[i]));
        wc_find_says(diff, finding, "set it before the new binary starts",
                     "an operator must set %s; it was %s", *is ? is : "nothing",
                     *was ? was : "nothing");
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
                     keys[i], text_of(diff, old), text_of(diff, new));
    }
    if (!wc_same_at(one->old, one->new, "breaker")) {
        struct wc_finding *finding = wc_find(
            diff, WC_RULE_limit_breaker, wc_print(diff, "%s.breaker", one->path),
            wc_print(diff, "%s/breaker", one->old_at), wc_print(diff, "%s/breaker", one->new_at));
        wc_find_says(diff, finding, NULL, "calls are held back at another time: %s, now %s",
                     text_of(diff, json_object_get(one->old, "breaker")),
                     text_of(diff, json_object_get(one->new, "breaker")));
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
                             text_of(diff, json_object_get(one->old, key)),
                             text_of(diff, json_object_get(one->new, key)));
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
    static const char *const others[] = {
        "provider", "model", "temperature", "structured", "max_input_tokens", "max_output_tokens"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        changed(one, WC_RULE_version_model, others[i], "results may differ");
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
            "idempotency_header usd_per_call read_as version ",
            one->path, one->old_at, one->new_at);
}

void wc_rules_dependencies(struct wc_diff *diff)
{
    static const char *const kinds[] = {"services", "models"};
    for (size_t i = 0; i < 2; i++) {
        json_t *olds = json_object_get(diff->old.contract, kinds[i]), *old;
        json_t *news = json_object_get(diff->new.contract, kinds[i]);
        const char *name;
        json_object_foreach(olds, name, old)
        {
            const char *at = wc_print(diff, "/%s/%s", kinds[i], name);
            struct dependency one = {
                diff, kinds[i], wc_print(diff, "%s.%s", kinds[i], name), at, at, old, NULL};
            one.new = json_object_get(news, name);
            wc_ran(diff, "version");
            wc_ran(diff, "limit");
            wc_ran(diff, "deploy");
            if (one.new) /* else the stages that call another one say so */
                compare(&one);
        }
    }
}

/* ---- the version -------------------------------------------------------------------------- */

static bool parse_version(const char *text, long number[3])
{
    char *end = NULL;
    for (int i = 0; i < 3; i++) {
        if (!isdigit((unsigned char)*text))
            return false;
        number[i] = strtol(text, &end, 10);
        if (number[i] < 0 || number[i] > 1000000000 || *end != (i < 2 ? '.' : *end))
            return false;
        text = end + (i < 2);
    }
    return *text == '\0' || *text == '-' || *text == '+';
}

static int compare_versions(const long a[3], const long b[3])
{
    for (int i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static enum wc_bump bump_of(const struct wc_diff *diff)
{
    static const enum wc_bump of[] = {[WC_COMPATIBLE] = WC_BUMP_MINOR,
                                      [WC_BEHAVIOUR] = WC_BUMP_PATCH,
                                      [WC_REVIEW] = WC_BUMP_MINOR,
                                      [WC_BREAKING] = WC_BUMP_MAJOR};
    enum wc_bump bump = WC_BUMP_NONE;
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        bool own = strcmp(wc_rule_row(finding->rule)->group, "life") == 0;
        if (!finding->because && !own && of[finding->level] > bump)
            bump = of[finding->level];
    }
    return bump;
}

void wc_rules_version(struct wc_diff *diff)
{
    static const char *const names[] = {"none", "patch", "minor", "major"};
    long old[3], new[3], least[3];
    const char *path = "api.version", *at = "/api/version";
    diff->old_version = wc_text_at(json_object_get(diff->old.contract, "api"), "version");
    diff->new_version = wc_text_at(json_object_get(diff->new.contract, "api"), "version");
    diff->bump = bump_of(diff);
    diff->least_version = diff->old_version;
    if (!parse_version(diff->old_version, old) || !parse_version(diff->new_version, new)) {
        struct wc_finding *finding = wc_find(diff, WC_RULE_other_changed, path, at, at);
        wc_find_says(diff, finding, "write three numbers: \"1.4.0\"",
                     "whether the version is raised enough is not known: %s and %s",
                     diff->old_version, diff->new_version);
        return;
    }
    memcpy(least, old, sizeof least);
    /* Before 1.0 the second number is the one that breaks. */
    int level = diff->bump == WC_BUMP_NONE ? -1 : 3 - (int)diff->bump;
    if (level >= 0 && old[0] == 0 && level < 2)
        level++;
    for (int i = 0; level >= 0 && i < 3; i++)
        least[i] = i < level ? old[i] : i == level ? old[i] + 1 : 0;
    diff->least_version = wc_print(diff, "%ld.%ld.%ld", least[0], least[1], least[2]);
    if (compare_versions(new, old) < 0) {
        struct wc_finding *finding = wc_find(diff, WC_RULE_life_version_lowered, path, at, at);
        wc_find_says(
            diff, finding, "compare in the other order, or raise it",
            "a client that goes by the version takes the new API for an older one: %s, now %s",
            diff->old_version, diff->new_version);
    } else if (compare_versions(new, least) < 0) {
        struct wc_finding *finding = wc_find(diff, WC_RULE_life_version_not_raised, path, at, at);
        wc_find_says(diff, finding, wc_print(diff, "version \"%s\"", diff->least_version),
                     "a client that goes by the version does not see the change: it asks for a %s "
                     "version, %s, and this is %s",
                     names[diff->bump], diff->least_version, diff->new_version);
    }
}
