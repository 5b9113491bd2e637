/* A comparison as Markdown: for a pull request (the verdict first, what matters, details folded), and as a
 * changelog for people, grouped by who notices. */
#include "compiler/diff/render.h"

#include <string.h>

static void place(struct wc_buf *out, struct wc_diff *diff, const struct wc_side *side,
                  const char *name, const char *pointer)
{
    struct wc_place at;
    if (pointer)
        wc_buf_printf(out, "%s `%s`", name, wc_diff_place(diff->arena, side, pointer, &at));
}

/* A document on a line of its own cannot end the code: its line breaks are escapes. */
static void code(struct wc_buf *out, const char *text)
{
    wc_buf_text(out, "```json\n");
    wc_buf_text(out, text);
    wc_buf_text(out, "\n```\n");
}

static void detail(struct wc_buf *out, struct wc_diff *diff, const struct wc_finding *finding)
{
    wc_buf_printf(out, "\n<details><summary><code>%s</code> %s</summary>\n\n",
                  wc_rule_row(finding->rule)->id, finding->path);
    wc_buf_printf(out, "%s.\n\n", wc_rule_row(finding->rule)->title);
    place(out, diff, &diff->old, "Was at", finding->old_at);
    place(out, diff, &diff->new, finding->old_at ? ", is at" : "Is at", finding->new_at);
    wc_buf_text(out, "\n");
    if (finding->witness) {
        wc_buf_printf(out, "\nThe %s side takes this, the %s side refuses it:\n\n",
                      finding->old_takes ? "old" : "new", finding->old_takes ? "new" : "old");
        code(out, wc_diff_document(diff->arena, finding->witness));
    }
    if (finding->help)
        wc_buf_printf(out, "\nA way out: %s.\n", finding->help);
    if (finding->level == WC_BREAKING && strcmp(wc_rule_row(finding->rule)->group, "life") != 0)
        wc_buf_printf(out, "\nIf it is meant: `%s`\n", wc_diff_accept_line(diff, finding));
    wc_buf_text(out, "\n</details>\n");
}

static void level(struct wc_buf *out, struct wc_diff *diff, enum wc_level level, const char *title,
                  bool folded)
{
    if (!diff->counts[level])
        return;
    if (folded)
        wc_buf_printf(out, "\n<details><summary>%s (%zu)</summary>\n\n", title,
                      diff->counts[level]);
    else
        wc_buf_printf(out, "\n### %s\n\n", title);
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        if (finding->level == level && !finding->because)
            wc_buf_printf(out, "- **%s**: %s\n", finding->path, finding->what);
    }
    for (size_t i = 0; i < diff->findings.count && !folded; i++)
        if (diff->findings.items[i].level == level && !diff->findings.items[i].because)
            detail(out, diff, &diff->findings.items[i]);
    if (folded)
        wc_buf_text(out, "\n</details>\n");
}

static void accepted(struct wc_buf *out, struct wc_diff *diff)
{
    if (!diff->accepted)
        return;
    wc_buf_text(out, "\n### Accepted\n\n");
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        if (finding->because)
            wc_buf_printf(out, "- **%s** (`%s`): %s\n", finding->path,
                          wc_rule_row(finding->rule)->id, finding->because);
    }
}

static void flights(struct wc_buf *out, const struct wc_diff *diff)
{
    bool any = false;
    WC_EACH(i, &diff->flights)
    {
        any = any || strcmp(diff->flights.items[i].verdict, "safe") != 0;
    }
    if (!any)
        return;
    wc_buf_text(out,
                "\n<details><summary>Jobs under way</summary>\n\n"
                "| workflow | a job that rests in | is | why |\n| --- | --- | --- | --- |\n");
    WC_EACH(i, &diff->flights)
    {
        const struct wc_flight *flight = &diff->flights.items[i];
        wc_buf_printf(out, "| %s | %s | %s | %s |\n", flight->workflow, flight->stage,
                      flight->becomes         ? flight->becomes
                      : flight->input_becomes ? flight->input_becomes
                                              : flight->verdict,
                      flight->why ? flight->why : "");
    }
    wc_buf_text(out, "\n</details>\n");
}

void wc_diff_markdown(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    bool bad = wc_diff_gravest(diff) >= (int)style->fail_on;
    wc_buf_printf(out, "## Contract: %s\n\n%s. ",
                  diff->counts[WC_BREAKING] ? "breaking"
                  : bad                     ? "not accepted as it is"
                                            : "fine",
                  wc_diff_verdict(diff));
    wc_buf_printf(out, "%s \xe2\x86\x92 %s. ", diff->old_version, diff->new_version);
    if (diff->bump)
        wc_buf_printf(out, "This change asks for a **%s** version: at least **%s**.\n",
                      wc_bump_name(diff->bump), diff->least_version);
    else
        wc_buf_text(out, "This change asks for no new version.\n");
    level(out, diff, WC_BREAKING, "Breaks clients", false);
    level(out, diff, WC_REVIEW, "To review", false);
    level(out, diff, WC_BEHAVIOUR, "Behaves otherwise, promises the same", true);
    level(out, diff, WC_COMPATIBLE, "Compatible", true);
    accepted(out, diff);
    flights(out, diff);
    wc_buf_printf(out, "\n<sub>%zu rules run; `wright explain RULE` tells more of each.</sub>\n",
                  diff->rules_run);
}

/* ---- a changelog -------------------------------------------------------------------------- */

static void group(struct wc_buf *out, const struct wc_diff *diff, const char *title,
                  const char *seen, bool breaking)
{
    bool begun = false;
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        const struct wc_rule_row *rule = wc_rule_row(finding->rule);
        if (finding->rule == WC_RULE_life_version_not_raised ||
            finding->rule == WC_RULE_life_version_lowered)
            continue;
        bool mine = strcmp(rule->seen, seen) == 0;
        if (breaking ? finding->level != WC_BREAKING : !mine || finding->level == WC_BREAKING)
            continue;
        if (!begun)
            wc_buf_printf(out, "\n### %s\n\n", title);
        begun = true;
        wc_buf_printf(out, "- `%s`: %s\n", finding->path, finding->what);
        if (breaking && finding->help)
            wc_buf_printf(out, "  (%s)\n", finding->help);
    }
}

void wc_changelog(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    (void)style;
    wc_buf_printf(out, "## %s\n", diff->new_version);
    if (!diff->findings.count)
        wc_buf_text(out, "\nNothing that anyone notices.\n");
    group(out, diff, "Breaking: clients must change", "", true);
    group(out, diff, "Who sends requests", "request", false);
    group(out, diff, "Who reads replies", "reply", false);
    group(out, diff, "Who compares results", "both", false);
    group(out, diff, "Who runs the binary", "operator", false);
}
