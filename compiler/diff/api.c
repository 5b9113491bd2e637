/* What is said of the API as a whole: who may call it, and how much, its errors, its version. */
#include "compiler/diff/rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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
    struct wc_flow_pair all = {"api",
                               "api",
                               json_object_get(diff->old.contract, "api"),
                               json_object_get(diff->new.contract, "api"),
                               "/api",
                               "/api",
                               "any route"};
    wc_rules_quota(diff, &all);
    wc_rest(diff, all.old, all.new, " version name limits_of_a_caller ", "api", "/api", "/api");
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
            const char *was = wc_diff_text_of(diff, json_object_get(old, rows[i].key));
            const char *is = wc_diff_text_of(diff, json_object_get(new, rows[i].key));
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
