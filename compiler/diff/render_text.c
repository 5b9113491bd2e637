/* A comparison for people: the verdict first, then the findings, the gravest first. */
#include "compiler/diff/render.h"

#include <string.h>

const char *wc_bump_name(enum wc_bump bump)
{
    static const char *const names[] = {"none", "patch", "minor", "major"};
    return names[bump];
}

/* ---- parts that other formats show, too --------------------------------------------------- */

const char *wc_diff_accept_line(struct wc_diff *diff, const struct wc_finding *finding)
{
    return wc_arena_printf(diff->arena,
                           "accept %s \"%s#%s\" because \"\xe2\x80\xa6\" until \"\xe2\x80\xa6\"",
                           wc_rule_row(finding->rule)->id, finding->path, finding->print);
}

static void add_count(struct wc_buf *out, size_t count, const char *one, const char *many)
{
    if (count)
        wc_buf_printf(out, "%s%zu %s", out->len ? ", " : "", count, count == 1 ? one : many);
}

const char *wc_diff_verdict(struct wc_diff *diff)
{
    struct wc_buf text = {0};
    add_count(&text, diff->counts[WC_BREAKING], "breaking change", "breaking changes");
    add_count(&text, diff->counts[WC_REVIEW], "to review", "to review");
    add_count(&text, diff->counts[WC_BEHAVIOUR], "change of behaviour", "changes of behaviour");
    add_count(&text, diff->counts[WC_COMPATIBLE], "compatible change", "compatible changes");
    add_count(&text, diff->accepted, "accepted", "accepted");
    if (!text.len)
        wc_buf_text(&text, "no change that anyone notices");
    const char *verdict = wc_arena_printf(diff->arena, "%s", text.data);
    wc_buf_free(&text);
    return verdict;
}

/* ---- text --------------------------------------------------------------------------------- */

static const char *const colors[] = {[WC_COMPATIBLE] = "\x1b[32m",
                                     [WC_BEHAVIOUR] = "\x1b[36m",
                                     [WC_REVIEW] = "\x1b[33m",
                                     [WC_BREAKING] = "\x1b[1;31m"};

static void place(struct wc_buf *out, struct wc_diff *diff, const struct wc_side *side,
                  const char *name, const char *pointer)
{
    struct wc_place at;
    size_t len = 0;
    if (!pointer) {
        wc_buf_printf(out, "  %s not there\n", name);
        return;
    }
    wc_buf_printf(out, "  %s %s\n", name, wc_diff_place(diff->arena, side, pointer, &at));
    if (!at.line || side->model->source->line_count < at.line)
        return;
    const char *file = wc_diff_place(diff->arena, side, pointer, &at);
    const char *label = side->file ? side->file : side->model->source->path;
    if (strncmp(file, label, strlen(label)) != 0)
        return; /* imported: its text is not at hand here */
    const char *line = wc_source_line(side->model->source, at.line, &len);
    while (len && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    wc_buf_printf(out, "      | %.*s\n", (int)len, line);
}

static void witness(struct wc_buf *out, struct wc_diff *diff, const struct wc_finding *finding)
{
    if (!finding->witness)
        return;
    wc_buf_printf(out, "  witness: %s takes this, and %s refuses it:\n      %s\n",
                  finding->old_takes ? "old" : "new", finding->old_takes ? "new" : "old",
                  wc_diff_document(diff->arena, finding->witness));
}

static void one(struct wc_buf *out, struct wc_diff *diff, const struct wc_finding *finding,
                const struct wc_diff_style *style)
{
    const struct wc_rule_row *rule = wc_rule_row(finding->rule);
    const char *on = style->color ? colors[finding->level] : "";
    const char *off = style->color ? "\x1b[0m" : "";
    wc_buf_printf(out, "%s%s[%s]%s %s\n", on,
                  finding->because ? "accepted" : wc_level_name(finding->level), rule->id, off,
                  finding->path);
    wc_buf_printf(out, "  %s\n", finding->what);
    place(out, diff, &diff->old, "old:", finding->old_at);
    place(out, diff, &diff->new, "new:", finding->new_at);
    witness(out, diff, finding);
    if (finding->because)
        wc_buf_printf(out, "  accepted: %s\n", finding->because);
    else if (finding->help)
        wc_buf_printf(out, "  help: %s\n", finding->help);
    if (!finding->because && finding->level == WC_BREAKING && strcmp(rule->group, "life") != 0)
        wc_buf_printf(out, "  or, if it is meant: %s\n", wc_diff_accept_line(diff, finding));
    wc_buf_char(out, '\n');
}

static void flights(struct wc_buf *out, const struct wc_diff *diff)
{
    size_t safe = 0, migrate = 0, not = 0;
    WC_EACH(i, &diff->flights)
    {
        safe += strcmp(diff->flights.items[i].verdict, "safe") == 0;
        migrate += strcmp(diff->flights.items[i].verdict, "migrates") == 0;
        not += strcmp(diff->flights.items[i].verdict, "unsafe") == 0;
    }
    if (diff->flights.count)
        wc_buf_printf(
            out,
            "jobs under way, by the stage they rest in: %zu safe, %zu go on as the new binary "
            "says, %zu unsafe\n",
            safe, migrate, not );
}

void wc_diff_text(struct wc_buf *out, struct wc_diff *diff, const struct wc_diff_style *style)
{
    int gravest = wc_diff_gravest(diff);
    wc_buf_printf(out, "%s: %s\n",
                  gravest < 0 ? "compatible" : wc_level_name((enum wc_level)gravest),
                  wc_diff_verdict(diff));
    wc_buf_printf(out, "  old: %s (version %s)\n  new: %s (version %s)\n\n", diff->old.label,
                  diff->old_version, diff->new.label, diff->new_version);
    WC_EACH(i, &diff->findings)
    {
        one(out, diff, &diff->findings.items[i], style);
    }
    WC_EACH(i, &diff->notes)
    {
        wc_buf_printf(out, "note: %s\n", diff->notes.items[i]);
    }
    flights(out, diff);
    wc_buf_printf(out, "version: %s -> %s; this change asks for %s%s%s\n", diff->old_version,
                  diff->new_version, diff->bump ? wc_bump_name(diff->bump) : "nothing",
                  diff->bump ? ", at least " : "", diff->bump ? diff->least_version : "");
    wc_buf_printf(out, "%zu rules run\n", diff->rules_run);
}
