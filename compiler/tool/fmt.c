/* `wright fmt`: lays out specifications in place, or says which would change. */
#include "compiler/syntax/format.h"

#include "compiler/diag/render.h"
#include "compiler/syntax/parse.h"
#include "compiler/tool/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All of standard input, as a source called "-"; NULL with errno set as wc_source_read() does. */
static struct wc_source *read_input(struct wc_arena *arena)
{
    struct wc_buf text = {0};
    char block[16 * 1024];
    size_t got;
    while ((got = fread(block, 1, sizeof block, stdin)) > 0 && text.len <= WC_SOURCE_MAX)
        wc_buf_add(&text, block, got);
    struct wc_source *source = NULL;
    if (text.len > WC_SOURCE_MAX)
        errno = EFBIG;
    else if (!ferror(stdin))
        source = wc_source_from(arena, "-", text.data ? text.data : "", text.len);
    wc_buf_free(&text);
    return source;
}

/* Does the text, laid out, still say the same? */
static bool means_the_same(struct wc_arena *arena, struct wc_interner *names,
                           const struct wc_source *source, const struct wc_buf *text)
{
    struct wc_diags unseen = {.arena = arena};
    struct wc_buf before = {0}, after = {0};
    struct wc_source *laid_out =
        wc_source_from(arena, source->path, text->data ? text->data : "", text->len);
    wc_ast_dump(&before, wc_parse(arena, names, source, &unseen));
    wc_ast_dump(&after, wc_parse(arena, names, laid_out, &unseen));
    bool same = before.len == after.len &&
                (before.len == 0 || memcmp(before.data, after.data, before.len) == 0);
    wc_buf_free(&before);
    wc_buf_free(&after);
    return same;
}

/* Replaces the file at once: a crash leaves the old text or the new one. */
static enum wc_exit replace(struct wc_arena *arena, const char *name, const struct wc_buf *text)
{
    struct stat info;
    char *real = realpath(name, NULL); /* a link stays a link */
    const char *path = wc_arena_printf(arena, "%s", real ? real : name);
    free(real);
    const char *beside = wc_arena_printf(arena, "%s.fmt-%ld", path, (long)getpid());
    FILE *file = stat(path, &info) == 0 ? fopen(beside, "wb") : NULL;
    if (!file)
        return wc_trouble("fmt", "%s cannot be written: %s", path, strerror(errno));
    bool written = fwrite(text->data ? text->data : "", 1, text->len, file) == text->len;
    written = fchmod(fileno(file), info.st_mode & 07777) == 0 && written;
    written = fclose(file) == 0 && written;
    if (written && rename(beside, path) == 0)
        return WC_EXIT_OK;
    int error = errno;
    unlink(beside);
    return wc_trouble("fmt", "%s cannot be written: %s", path, strerror(error));
}

static enum wc_exit settle(struct wc_arena *arena, const struct wc_source *source,
                           const struct wc_buf *text, bool is_check)
{
    bool is_input = strcmp(source->path, "-") == 0;
    bool same = text->len == source->len &&
                (text->len == 0 || memcmp(text->data, source->text, text->len) == 0);
    if (is_check && !same)
        printf("%s\n", source->path);
    if (is_check)
        return same ? WC_EXIT_OK : WC_EXIT_FINDINGS;
    if (is_input)
        return fwrite(text->data ? text->data : "", 1, text->len, stdout) == text->len
                   ? WC_EXIT_OK
                   : wc_trouble("fmt", "standard output cannot be written");
    return same ? WC_EXIT_OK : replace(arena, source->path, text);
}

static enum wc_exit format_file(const char *path, bool is_check)
{
    struct wc_arena arena = {0};
    struct wc_interner names = {.arena = &arena};
    struct wc_diags diags = {.arena = &arena};
    struct wc_buf text = {0};
    enum wc_exit exit;
    struct wc_source *source =
        strcmp(path, "-") == 0 ? read_input(&arena) : wc_source_read(&arena, path);
    if (!source) {
        exit = wc_trouble("fmt", "%s cannot be read: %s", path, strerror(errno));
    } else if (!wc_format(&text, &arena, &names, source, &diags)) {
        wc_diags_sort(&diags);
        wc_render_color(&text, &diags, wc_wants_color(NULL, STDERR_FILENO));
        fputs(text.data, stderr);
        exit = WC_EXIT_FINDINGS;
    } else if (!means_the_same(&arena, &names, source, &text)) {
        exit = wc_trouble("fmt",
                          "%s was left as it is: laid out, it would not mean the same; "
                          "this is a fault of wright",
                          path);
    } else {
        exit = settle(&arena, source, &text, is_check);
    }
    wc_buf_free(&text);
    wc_arena_free(&arena);
    return exit;
}

int wc_cmd_fmt(int argc, char **argv)
{
    int check = 0, files;
    const struct wc_flag flags[] = {{"--check", 0, NULL, &check}, {0}};
    enum wc_exit worst = wc_flags(argc, argv, flags, &files);
    if (worst != WC_EXIT_OK)
        return (int)worst;
    if (files == 0)
        return (int)wc_trouble("fmt", "which file? `wright fmt --help` tells more");
    for (int i = 1; i <= files; i++) {
        enum wc_exit exit = format_file(argv[i], check > 0);
        worst = exit > worst ? exit : worst;
    }
    return (int)worst;
}
