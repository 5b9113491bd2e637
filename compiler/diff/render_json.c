/* A comparison as a document of its own. */
#include "compiler/diff/render.h"
#include "compiler/emit/document.h"

static json_t *place_json(struct wc_diff *diff, const struct wc_side *side, const char *pointer)
{
    struct wc_place place;
    json_t *json = json_object();
    if (!pointer) {
        json_decref(json);
        return json_null();
    }
    const char *file = wc_diff_place(diff->arena, side, pointer, &place);
    wc_set_text(json, "pointer", pointer);
    if (place.line) {
        wc_set_text(json, "place", file);
        wc_set(json, "line", json_integer(place.line));
    }
    return json;
}

static json_t *finding_json(struct wc_diff *diff, const struct wc_finding *finding)
{
    const struct wc_rule_row *rule = wc_rule_row(finding->rule);
    json_t *json = json_object();
    wc_set_text(json, "rule", rule->id);
    wc_set_text(json, "level", wc_level_name(finding->level));
    wc_set_text(json, "direction", rule->seen);
    wc_set_text(json, "title", rule->title);
    wc_set_text(json, "path", finding->path);
    wc_set(json, "old", place_json(diff, &diff->old, finding->old_at));
    wc_set(json, "new", place_json(diff, &diff->new, finding->new_at));
    wc_set_text(json, "what", finding->what);
    wc_set_text(json, "help", finding->help);
    wc_set_text(json, "fingerprint", finding->print);
    wc_set_text(json, "accepted", finding->because);
    if (finding->witness) {
        wc_set(json, "witness", json_incref(finding->witness));
        wc_set_text(json, "taken_by", finding->old_takes ? "old" : "new");
    }
    return json;
}

static json_t *side_json(const struct wc_side *side, const char *version)
{
    json_t *json = json_object();
    wc_set_text(json, "name", side->label);
    wc_set_text(json, "version", version);
    return json;
}

void wc_diff_json(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    json_t *json = json_object(), *findings = json_array(), *flights = json_array();
    json_t *counts = json_object(), *notes = json_array();
    (void)style;
    for (enum wc_level level = WC_LEVEL_COUNT; level-- > 0;)
        wc_set(counts, wc_level_name(level), json_integer((json_int_t)diff->counts[level]));
    wc_set(counts, "accepted", json_integer((json_int_t)diff->accepted));
    WC_EACH(i, &diff->findings)
    {
        wc_append(findings, finding_json(diff, &diff->findings.items[i]));
    }
    WC_EACH(i, &diff->flights)
    {
        json_t *row = json_object();
        wc_set_text(row, "workflow", diff->flights.items[i].workflow);
        wc_set_text(row, "stage", diff->flights.items[i].stage);
        wc_set_text(row, "verdict", diff->flights.items[i].verdict);
        wc_set_text(row, "becomes", diff->flights.items[i].becomes);
        wc_set_text(row, "if_input_is_none", diff->flights.items[i].input_becomes);
        wc_set_text(row, "why", diff->flights.items[i].why);
        if (diff->flights.items[i].lost)
            wc_set(row, "having_done", json_incref(diff->flights.items[i].lost));
        wc_append(flights, row);
    }
    WC_EACH(i, &diff->notes)
    {
        wc_append(notes, json_string(diff->notes.items[i]));
    }
    wc_set_text(json, "verdict", wc_diff_verdict(diff));
    wc_set(json, "old", side_json(&diff->old, diff->old_version));
    wc_set(json, "new", side_json(&diff->new, diff->new_version));
    wc_set_text(json, "requires", wc_bump_name(diff->bump));
    wc_set_text(json, "least_version", diff->least_version);
    wc_set(json, "counts", counts);
    wc_set(json, "rules_run", json_integer((json_int_t)diff->rules_run));
    wc_set(json, "notes", notes);
    wc_set(json, "in_flight", flights);
    wc_set(json, "findings", findings);
    wc_json_take(out, json, WC_INDENTED);
}
