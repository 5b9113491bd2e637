/* Where two jobs differ: in their envelopes, in what they were given, and in each attempt and value on their
 * ways. Inputs and values are told apart by hash. Knows their JSON and nothing of where it came from. */
#include "runtime/app/operator.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text_at(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text ? text : "";
}

/* What is never the same, or says nothing of the result. */
static bool is_apart(const char *name)
{
    static const char *const names[] = {"job_id", "timing", "usage", "stage", "retry_after"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void add(json_t *found, const char *pointer, const json_t *first, const json_t *second)
{
    json_t *row = json_object();
    json_object_set_new(row, "at", json_string(pointer));
    json_object_set(row, "first", first ? (json_t *)(size_t)first : json_null());
    json_object_set(row, "second", second ? (json_t *)(size_t)second : json_null());
    json_array_append_new(found, row);
}

/* Objects member by member, all else as a whole. */
static void compare(json_t *found, const char *pointer, const json_t *first, const json_t *second)
{
    if (json_equal(first, second))
        return;
    if (!json_is_object(first) || !json_is_object(second)) {
        add(found, pointer, first, second);
        return;
    }
    const char *name;
    json_t *value;
    char inner[512];
    json_object_foreach((json_t *)(size_t)first, name, value)
    {
        snprintf(inner, sizeof inner, "%s/%s", pointer, name);
        if (*pointer || !is_apart(name))
            compare(found, inner, value, json_object_get(second, name));
    }
    json_object_foreach((json_t *)(size_t)second, name, value)
    {
        snprintf(inner, sizeof inner, "%s/%s", pointer, name);
        if (!json_object_get(first, name) && (*pointer || !is_apart(name)))
            add(found, inner, NULL, value);
    }
}

/* ---- the way of a job, from its journal ---------------------------------------------------------- */

/* Of an attempt: what says how it was made and how it went, and not when or how much. */
static json_t *attempt_of(const json_t *event)
{
    static const char *const names[] = {
        "class", "error",         "model",    "model_version", "prompt", "tool",  "tool_version",
        "arm",   "remembered_at", "repaired", "repair",        "cut",    "hedge", "target"};
    json_t *attempt = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(event, names[i]))
            json_object_set(attempt, names[i], json_object_get(event, names[i]));
    return attempt;
}

/* "draft", "scenes/3", and which time it was: "draft 2". */
static void name_of(char *name, size_t size, const json_t *event, long long number)
{
    const char *path = text_at(event, "path"), *stage = text_at(event, "stage");
    snprintf(name, size, "%s%s%s", path, *path ? ":" : "", stage);
    size_t len = strlen(name);
    if (number > 0)
        snprintf(name + len, size - len, " %lld", number);
}

/* Under a name that is free: a circle comes by the same stage again. */
static void put(json_t *to, const char *name, json_t *value_take)
{
    char free_name[600];
    snprintf(free_name, sizeof free_name, "%s", name);
    for (int again = 2; json_object_get(to, free_name); again++)
        snprintf(free_name, sizeof free_name, "%s, time %d", name, again);
    json_object_set_new(to, free_name, value_take);
}

/* {"input": hash, "attempts": {"draft 1": {…}}, "values": {"draft": hash}} */
static json_t *way_of(const json_t *events)
{
    json_t *attempts = json_object(), *values = json_object(), *input = json_null();
    size_t at;
    json_t *event;
    json_array_foreach(json_object_get(events, "events"), at, event)
    {
        const char *kind = text_at(event, "kind");
        json_t *hash = json_object_get(event, "value_sha256");
        char name[512];
        if (strcmp(kind, "accepted") == 0 && hash) {
            input = json_incref(hash);
        } else if (strcmp(kind, "ended") == 0) {
            name_of(name, sizeof name, event,
                    (long long)json_integer_value(json_object_get(event, "attempt")));
            put(attempts, name, attempt_of(event));
        } else if (hash) {
            name_of(name, sizeof name, event, 0);
            put(values, name, json_incref(hash));
        }
    }
    return json_pack("{s:o,s:o,s:o}", "input_sha256", input, "attempts", attempts, "values_sha256",
                     values);
}

json_t *wr_job_differences(const json_t *first, const json_t *second, const json_t *first_events,
                           const json_t *second_events)
{
    json_t *found = json_array();
    json_t *one = way_of(first_events), *other = way_of(second_events);
    compare(found, "", first, second);
    compare(found, "/way", one, other);
    json_decref(one);
    json_decref(other);
    return found;
}
