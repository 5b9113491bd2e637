/* A comparison as programs of build servers read it: workflow commands of GitHub, SARIF 2.1.0, JUnit. */
#include "compiler/base/version.h"
#include "compiler/diff/render.h"
#include "compiler/emit/document.h"

#include <string.h>

/* ---- GitHub ------------------------------------------------------------------------------- */

/* "Workflow commands for GitHub Actions": in data %, CR and LF; in properties also : and ,. */
static void escaped(struct wc_buf *out, const char *text, bool property)
{
    for (; *text; text++) {
        bool special = *text == '%' || *text == '\r' || *text == '\n' ||
                       (property && (*text == ':' || *text == ','));
        if (special)
            wc_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            wc_buf_char(out, *text);
    }
}

/* The file alone, of "spec/a.flow:3:4" */
static const char *file_of(struct wc_arena *arena, const char *place)
{
    size_t len = strlen(place);
    for (int colons = 0; len > 0 && colons < 2; len--)
        colons += place[len - 1] == ':';
    return wc_arena_copy(arena, place, len);
}

static const char *new_place(struct wc_diff *diff, const struct wc_finding *finding,
                             struct wc_place *at)
{
    const char *place = NULL;
    *at = (struct wc_place){0, 0};
    if (finding->new_at)
        place = wc_diff_place(diff->arena, &diff->new, finding->new_at, at);
    if (!at->line && diff->new.model) /* what is gone is shown where the API begins */
        place = wc_diff_place(diff->arena, &diff->new, "/api", at);
    return at->line ? file_of(diff->arena, place) : NULL;
}

void wc_diff_github(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    static const char *const commands[] = {[WC_COMPATIBLE] = "notice",
                                           [WC_BEHAVIOUR] = "notice",
                                           [WC_REVIEW] = "warning",
                                           [WC_BREAKING] = "error"};
    (void)style;
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        struct wc_place at;
        const char *file = new_place(diff, finding, &at);
        wc_buf_printf(out, "::%s ", finding->because ? "notice" : commands[finding->level]);
        if (file) {
            wc_buf_text(out, "file=");
            escaped(out, file, true);
            wc_buf_printf(out, ",line=%u,col=%u,", at.line, at.column);
        }
        wc_buf_text(out, "title=");
        escaped(out, wc_rule_row(finding->rule)->id, true);
        wc_buf_text(out, "::");
        escaped(out, finding->path, false);
        wc_buf_text(out, ": ");
        escaped(out, finding->what, false);
        if (finding->witness) {
            wc_buf_printf(out, "%%0Awitness (%s takes it): ", finding->old_takes ? "old" : "new");
            escaped(out, wc_diff_document(diff->arena, finding->witness), false);
        }
        wc_buf_char(out, '\n');
    }
    wc_buf_printf(out, "::notice title=wright diff::");
    escaped(out, wc_diff_verdict(diff), false);
    wc_buf_printf(out, "; %zu rules run\n", diff->rules_run);
}

/* ---- SARIF -------------------------------------------------------------------------------- */

static json_t *text_json(const char *text)
{
    json_t *json = json_object();
    wc_set_text(json, "text", text);
    return json;
}

static json_t *rules_json(const struct wc_diff *diff)
{
    static const char *const levels[] = {"none", "note", "warning", "error"};
    json_t *rules = json_array();
    for (enum wc_rule rule = 0; rule < WC_RULE_COUNT; rule++) {
        const struct wc_rule_row *row = wc_rule_row(rule);
        json_t *json = json_object(), *how = json_object();
        if (!diff->ran[rule]) {
            json_decref(json);
            json_decref(how);
            continue;
        }
        wc_set_text(json, "id", row->id);
        wc_set(json, "shortDescription", text_json(row->title));
        wc_set_text(how, "level", levels[row->level]);
        wc_set(json, "defaultConfiguration", how);
        wc_append(rules, json);
    }
    return rules;
}

static json_t *location_json(struct wc_diff *diff, const struct wc_finding *finding)
{
    struct wc_place at;
    const char *file = new_place(diff, finding, &at);
    json_t *location = json_object(), *physical = json_object(), *artifact = json_object();
    json_t *region = json_object(), *logical = json_object(), *names = json_array();
    if (file) {
        wc_set_text(artifact, "uri", file);
        wc_set(region, "startLine", json_integer(at.line));
        wc_set(region, "startColumn", json_integer(at.column));
        wc_set(physical, "artifactLocation", artifact);
        wc_set(physical, "region", region);
        wc_set(location, "physicalLocation", physical);
    } else {
        json_decref(artifact);
        json_decref(region);
        json_decref(physical);
    }
    wc_set_text(logical, "fullyQualifiedName", finding->path);
    wc_append(names, logical);
    wc_set(location, "logicalLocations", names);
    return location;
}

static json_t *result_json(struct wc_diff *diff, const struct wc_finding *finding)
{
    static const char *const levels[] = {"none", "note", "warning", "error"};
    json_t *json = json_object(), *locations = json_array(), *prints = json_object();
    wc_set_text(json, "ruleId", wc_rule_row(finding->rule)->id);
    wc_set_text(json, "level", levels[finding->level]);
    wc_set(json, "message",
           text_json(wc_arena_printf(diff->arena, "%s: %s", finding->path, finding->what)));
    wc_append(locations, location_json(diff, finding));
    wc_set(json, "locations", locations);
    wc_set_text(prints, "wright/v1", finding->print);
    wc_set(json, "partialFingerprints", prints);
    if (finding->because) {
        json_t *all = json_array(), *one = json_object();
        wc_set_text(one, "kind", "inSource");
        wc_set_text(one, "justification", finding->because);
        wc_append(all, one);
        wc_set(json, "suppressions", all);
    }
    return json;
}

void wc_diff_sarif(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    json_t *json = json_object(), *runs = json_array(), *run = json_object();
    json_t *tool = json_object(), *driver = json_object(), *results = json_array();
    (void)style;
    wc_set_text(driver, "name", "wright diff");
    wc_set_text(driver, "version", WRIGHT_VERSION);
    wc_set(driver, "rules", rules_json(diff));
    wc_set(tool, "driver", driver);
    wc_set(run, "tool", tool);
    WC_EACH(i, &diff->findings)
    {
        wc_append(results, result_json(diff, &diff->findings.items[i]));
    }
    wc_set(run, "results", results);
    wc_append(runs, run);
    wc_set_text(json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    wc_set_text(json, "version", "2.1.0");
    wc_set(json, "runs", runs);
    wc_json_take(out, json, WC_INDENTED);
}

/* ---- JUnit -------------------------------------------------------------------------------- */

static void xml(struct wc_buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            wc_buf_text(out, "&lt;");
            break;
        case '>':
            wc_buf_text(out, "&gt;");
            break;
        case '&':
            wc_buf_text(out, "&amp;");
            break;
        case '"':
            wc_buf_text(out, "&quot;");
            break;
        default: /* XML 1.0 has no other control characters */
            wc_buf_char(out,
                        (unsigned char)*text < ' ' && *text != '\n' && *text != '\t' ? '?' : *text);
        }
    }
}

/* A case each rule that ran; it fails by what is at or above the level that fails. */
static void rule_case(struct wc_buf *out, const struct wc_diff *diff, enum wc_rule rule,
                      enum wc_level fail_on)
{
    const struct wc_rule_row *row = wc_rule_row(rule);
    wc_buf_printf(out, "  <testcase classname=\"%s\" name=\"%s\">\n", row->group, row->id);
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        if (finding->rule != rule || finding->because || finding->level < fail_on)
            continue;
        wc_buf_text(out, "    <failure message=\"");
        xml(out, finding->path);
        wc_buf_text(out, "\">");
        xml(out, finding->what);
        wc_buf_text(out, "</failure>\n");
    }
    wc_buf_text(out, "  </testcase>\n");
}

void wc_diff_junit(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    bool failed[WC_RULE_COUNT] = {false};
    size_t failures = 0;
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        if (!finding->because && finding->level >= style->fail_on)
            failed[finding->rule] = true;
    }
    for (enum wc_rule rule = 0; rule < WC_RULE_COUNT; rule++)
        failures += failed[rule];
    wc_buf_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuite name=\"wright diff\" tests=\"%zu\" failures=\"%zu\">\n",
                  diff->rules_run, failures);
    for (enum wc_rule rule = 0; rule < WC_RULE_COUNT; rule++)
        if (diff->ran[rule])
            rule_case(out, diff, rule, style->fail_on);
    wc_buf_text(out, "</testsuite>\n");
}
