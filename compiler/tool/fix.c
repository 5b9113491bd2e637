/* `wright fix`: makes the edits that diagnostics suggest and a machine may make. Each round is kept only
 * where it leaves fewer errors than before, and the file is written once, at the end. */
#include "compiler/base/buf.h"
#include "compiler/diag/render.h"
#include "compiler/tool/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS_MAX 20 /* an edit may bring another to light */

struct edits {
    WC_VEC(const struct wc_diag *) list; /* from the last place to the first; none overlaps */
    const struct wc_source *source;
};

static int later_first(const void *a, const void *b)
{
    const struct wc_diag *const *x = a, *const *y = b;
    uint32_t at = (*x)->suggestion.span.start, other = (*y)->suggestion.span.start;
    return at < other ? 1 : at > other ? -1 : 0;
}

/* Of the file itself: what it imports is not this command's to write. */
static void collect(struct wc_arena *arena, const struct wc_diags *diags, const char *path,
                    struct edits *edits)
{
    WC_EACH(i, &diags->list)
    {
        const struct wc_diag *diag = diags->list.items[i];
        const struct wc_suggestion *edit = &diag->suggestion;
        if (edit->replacement && edit->applies == WC_APPLIES && edit->span.source &&
            strcmp(edit->span.source->path, path) == 0)
            wc_push(arena, &edits->list, diag);
    }
    if (edits->list.count == 0)
        return;
    qsort(edits->list.items, edits->list.count, sizeof *edits->list.items, later_first);
    size_t kept = 0;
    for (size_t i = 0; i < edits->list.count; i++) {
        const struct wc_suggestion *edit = &edits->list.items[i]->suggestion;
        if (kept > 0 && edit->span.end > edits->list.items[kept - 1]->suggestion.span.start)
            continue; /* in the next round, if it still stands */
        edits->list.items[kept++] = edits->list.items[i];
    }
    edits->list.count = kept;
    edits->source = edits->list.items[0]->suggestion.span.source;
}

static void apply(const struct edits *edits, struct wc_buf *out)
{
    const struct wc_source *source = edits->source;
    size_t at = 0;
    for (size_t i = edits->list.count; i-- > 0;) {
        const struct wc_suggestion *edit = &edits->list.items[i]->suggestion;
        wc_buf_add(out, source->text + at, edit->span.start - at);
        wc_buf_text(out, edit->replacement);
        at = edit->span.end;
    }
    wc_buf_add(out, source->text + at, source->len - at);
}

static bool write_whole(const char *path, const struct wc_buf *text)
{
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(text->data, 1, text->len, file) == text->len;
    if (file && fclose(file) != 0)
        good = false;
    return good;
}

static void tell(const char *path, const struct edits *edits)
{
    for (size_t i = edits->list.count; i-- > 0;) {
        const struct wc_diag *diag = edits->list.items[i];
        struct wc_place at = wc_place_of(edits->source, diag->suggestion.span.start);
        printf("%s:%u:%u: %s: %s\n", path, at.line, at.column, wc_code_name(diag->code),
               diag->help ? diag->help : diag->message);
    }
}

/* One round on the text in `beside`, a file in the same folder, so that prompts and imports are found.
 * True: it was changed, and is better than before. */
static bool round_of(const char *path, const char *beside, size_t *errors, size_t *made)
{
    struct wc_arena arena = {0};
    struct wc_diags before = {.arena = &arena}, after = {.arena = &arena};
    struct edits edits = {0};
    struct wc_buf text = {0}, old = {0};
    bool better = false;
    wc_load(beside, &arena, &before);
    collect(&arena, &before, beside, &edits);
    *errors = before.errors;
    if (edits.list.count > 0) {
        wc_buf_add(&old, edits.source->text, edits.source->len);
        apply(&edits, &text);
        better = write_whole(beside, &text) && wc_load(beside, &arena, &after) &&
                 after.errors + after.warnings < before.errors + before.warnings &&
                 after.errors <= before.errors;
        if (better) {
            tell(path, &edits);
            *made += edits.list.count;
            *errors = after.errors;
        } else {
            write_whole(beside, &old);
        }
    }
    wc_buf_free(&text);
    wc_buf_free(&old);
    wc_arena_free(&arena);
    return better;
}

static enum wc_exit copy(const char *from, const char *to)
{
    struct wc_arena arena = {0};
    struct wc_source *source = wc_source_read(&arena, from);
    struct wc_buf text = {0};
    enum wc_exit exit = WC_EXIT_OK;
    if (source)
        wc_buf_add(&text, source->text, source->len);
    struct stat mode;
    if (!source || !write_whole(to, &text) || stat(from, &mode) != 0 ||
        chmod(to, mode.st_mode) != 0)
        exit = wc_trouble("fix", "cannot copy %s to %s: %s", from, to, strerror(errno));
    wc_buf_free(&text);
    wc_arena_free(&arena);
    return exit;
}

/* What a person has to mend, as `wright check` shows it; by the file's own name. */
static void show_left(const char *path)
{
    struct wc_arena arena = {0};
    struct wc_model *model = NULL;
    wc_load_or_say("fix", path, &arena, &model);
    wc_arena_free(&arena);
}

static enum wc_exit fix(const char *path, bool dry)
{
    struct wc_arena arena = {0};
    const char *beside = wc_arena_printf(&arena, "%s.%ld.fix", path, (long)getpid());
    size_t errors = 0, made = 0;
    enum wc_exit exit = copy(path, beside);
    for (int i = 0; exit == WC_EXIT_OK && i < ROUNDS_MAX; i++)
        if (!round_of(path, beside, &errors, &made))
            break;
    if (exit == WC_EXIT_OK && made > 0 && !dry && rename(beside, path) != 0)
        exit = wc_trouble("fix", "cannot write %s: %s", path, strerror(errno));
    unlink(beside);
    if (exit == WC_EXIT_OK) {
        printf("%s: %zu edit%s%s, %zu error%s left\n", path, made, made == 1 ? "" : "s",
               dry ? " would be made" : " made", errors, errors == 1 ? "" : "s");
        fflush(stdout);
        if (errors && !(dry && made)) /* else they would be shown beside what is not there yet */
            show_left(path);
        exit = errors || (dry && made) ? WC_EXIT_FINDINGS : WC_EXIT_OK;
    }
    wc_arena_free(&arena);
    return exit;
}

int wc_cmd_fix(int argc, char **argv)
{
    int rest = 0, dry = 0;
    const struct wc_flag flags[] = {{"--dry-run", 0, NULL, &dry}, {NULL, 0, NULL, NULL}};
    enum wc_exit worst = wc_flags(argc, argv, flags, &rest);
    if (worst != WC_EXIT_OK)
        return (int)worst;
    if (rest == 0)
        return (int)wc_trouble("fix", "give at least one specification");
    for (int i = 1; i <= rest; i++) {
        enum wc_exit exit = fix(argv[i], dry);
        worst = exit > worst ? exit : worst;
    }
    return (int)worst;
}
