/* `wright diff`: what changes for clients between two contracts. */
#include "compiler/diag/render.h"
#include "compiler/diff/render.h"
#include "compiler/tool/blob.h"
#include "compiler/tool/link.h"
#include "compiler/tool/sides.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    wc_diff_renderer *render;
} formats[] = {{"text", wc_diff_text},     {"json", wc_diff_json},   {"markdown", wc_diff_markdown},
               {"github", wc_diff_github}, {"sarif", wc_diff_sarif}, {"junit", wc_diff_junit}};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

struct asked {
    const char *old, *new, *today;
    wc_diff_renderer *render;
    struct wc_diff_style style;
};

static enum wc_exit compare(struct wc_diff *diff, const struct asked *asked)
{
    struct wc_buf out = {0};
    const char *why = NULL;
    if (!wc_diff_run(diff, asked->today, &why))
        return wc_trouble("diff", "%s", why);
    asked->render(&out, diff, &asked->style);
    bool written = fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    wc_buf_free(&out);
    if (!written)
        return wc_trouble("diff", "cannot write to standard output");
    return wc_diff_gravest(diff) >= (int)asked->style.fail_on ? WC_EXIT_FINDINGS : WC_EXIT_OK;
}

static enum wc_exit run(struct wc_arena *arena, const struct asked *asked)
{
    struct wc_diff diff = {.arena = arena};
    enum wc_exit exit = wc_side_load("diff", arena, asked->old, &diff.old);
    if (exit == WC_EXIT_OK)
        exit = wc_side_load("diff", arena, asked->new, &diff.new);
    if (exit == WC_EXIT_OK)
        exit = compare(&diff, asked);
    wc_diff_free(&diff);
    json_decref(diff.old.contract);
    json_decref(diff.new.contract);
    return exit == WC_EXIT_OK || exit == WC_EXIT_FINDINGS ? exit : WC_EXIT_TROUBLE;
}

static enum wc_exit find_format(const char *name, wc_diff_renderer **render)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, name) == 0) {
            *render = formats[i].render;
            return WC_EXIT_OK;
        }
    return wc_trouble(
        "diff", "--format takes text, json, markdown, github, sarif or junit, not \"%s\"", name);
}

/* Today, as accepted changes expire by it; `--today` is for tests and for looking ahead. */
static const char *today(struct wc_arena *arena)
{
    time_t now = time(NULL);
    struct tm day;
    char *text = wc_arena_alloc(arena, 16);
    gmtime_r(&now, &day);
    strftime(text, 16, "%Y-%m-%d", &day);
    return text;
}

static enum wc_exit asked_for(struct wc_arena *arena, int rest, char **argv, const char *against,
                              struct asked *asked)
{
    if (against && rest == 1) {
        asked->new = argv[1];
        return wc_side_against("diff", arena, against, argv[1], &asked->old);
    }
    if (against || rest != 2)
        return wc_trouble("diff", "give OLD and NEW, or --against REF and one FILE");
    asked->old = argv[1];
    asked->new = argv[2];
    return WC_EXIT_OK;
}

/* The file as it is: what does not compile is still to be read in a `git diff`, which a failure would end. */
static enum wc_exit show_source(const char *name)
{
    char bytes[4096];
    size_t got;
    FILE *file = fopen(name, "rb");
    if (!file)
        return WC_EXIT_TROUBLE;
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        fwrite(bytes, 1, got, stdout);
    bool good = !ferror(file) && fflush(stdout) == 0;
    fclose(file);
    return good ? WC_EXIT_OK : WC_EXIT_TROUBLE;
}

/* The contract as text, for `git diff`: a driver in .gitattributes gives it one file. */
int wc_cmd_textconv(int argc, char **argv)
{
    struct wc_arena arena = {0};
    struct wc_side side = {0};
    int rest = 0;
    const struct wc_flag flags[] = {{NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit == WC_EXIT_OK && rest != 1)
        exit = wc_trouble("textconv", "give one specification, contract or binary");
    const char *name = argv[1];
    const char *folder = exit == WC_EXIT_OK ? wc_blob_place(&arena, argv[1], &name) : NULL;
    if (!folder)
        name = argv[1];
    if (exit == WC_EXIT_OK)
        exit = wc_side_load("textconv", &arena, name, &side);
    if (folder)
        wc_scratch_remove(folder);
    if (exit == WC_EXIT_FINDINGS || (folder && exit != WC_EXIT_OK))
        exit = show_source(argv[1]);
    else if (exit == WC_EXIT_OK &&
             (json_dumpf(side.contract, stdout, JSON_INDENT(2) | JSON_SORT_KEYS) ||
              putchar('\n') == EOF || fflush(stdout) != 0))
        exit = wc_trouble("textconv", "cannot write to standard output");
    json_decref(side.contract);
    wc_arena_free(&arena);
    return (int)exit;
}

/* What is new, for people; findings are no failure here. */
int wc_cmd_changelog(int argc, char **argv)
{
    const char *against = NULL;
    struct wc_arena arena = {0};
    struct asked asked = {.render = wc_changelog, .style = {.fail_on = WC_LEVEL_COUNT}};
    int rest = 0;
    const struct wc_flag flags[] = {{"--against", 0, &against, NULL}, {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit == WC_EXIT_OK)
        exit = asked_for(&arena, rest, argv, against, &asked);
    if (exit == WC_EXIT_OK) {
        asked.today = today(&arena);
        exit = run(&arena, &asked);
    }
    wc_arena_free(&arena);
    return (int)exit;
}

int wc_cmd_diff(int argc, char **argv)
{
    const char *format = "text", *fail_on = "breaking", *against = NULL, *color = NULL, *day = NULL;
    struct wc_arena arena = {0};
    struct asked asked = {0};
    int rest = 0;
    const struct wc_flag flags[] = {
        {"--format", 0, &format, NULL},   {"--fail-on", 0, &fail_on, NULL},
        {"--against", 0, &against, NULL}, {"--color", 0, &color, NULL},
        {"--today", 0, &day, NULL},       {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit == WC_EXIT_OK)
        exit = find_format(format, &asked.render);
    if (exit == WC_EXIT_OK && !wc_level_find(fail_on, &asked.style.fail_on))
        exit = wc_trouble("diff",
                          "--fail-on takes breaking, review, behaviour or compatible, not \"%s\"",
                          fail_on);
    if (exit == WC_EXIT_OK)
        exit = asked_for(&arena, rest, argv, against, &asked);
    if (exit == WC_EXIT_OK) {
        asked.today = day ? day : today(&arena);
        asked.style.color = wc_wants_color(color, STDOUT_FILENO);
        exit = run(&arena, &asked);
    }
    wc_arena_free(&arena);
    return (int)exit;
}
