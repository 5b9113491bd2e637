/* `wright compile`: generated C, the contract, OpenAPI and the state graph, into a folder. */
#include "compiler/tool/compile.h"

#include "compiler/emit/emit.h"
#include "compiler/tool/link.h"
#include "compiler/tool/load.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does the file hold these bytes already? */
static bool unchanged(const char *path, const struct wc_buf *text)
{
    FILE *file = fopen(path, "rb");
    char bytes[16 * 1024];
    size_t at = 0, got = 1;
    bool same = file != NULL;
    while (same && (got = fread(bytes, 1, sizeof bytes, file)) > 0) {
        same = got <= text->len - at && memcmp(bytes, text->data + at, got) == 0;
        at += got;
    }
    same = same && !ferror(file) && at == text->len;
    if (file)
        fclose(file);
    return same;
}

static bool write_all(const char *path, const struct wc_buf *text)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool good = fwrite(text->data, 1, text->len, file) == text->len;
    int why = errno;
    if (fclose(file) == 0)
        errno = why;
    else
        good = false;
    return good;
}

static bool make_folders(struct wc_arena *arena, const char *folder)
{
    char *path = wc_arena_copy(arena, folder, strlen(folder));
    for (char *slash = path + 1; *path && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* Beside its place first and then renamed, so that no reader ever sees half of it. */
static enum wc_exit write_one(struct wc_arena *arena, const char *command, const char *folder,
                              const struct wc_artefact *artefact)
{
    const char *path = wc_arena_printf(arena, "%s/%s", folder, artefact->name);
    const char *made = wc_arena_printf(arena, "%s.%ld.tmp", path, (long)getpid());
    if (unchanged(path, &artefact->text))
        return WC_EXIT_OK;
    const char *slash = strrchr(artefact->name, '/');
    if (slash &&
        !make_folders(arena, wc_arena_printf(arena, "%s/%.*s", folder,
                                             (int)(slash - artefact->name), artefact->name)))
        return wc_trouble(command, "cannot make the folder of %s: %s", path, strerror(errno));
    if (write_all(made, &artefact->text) && rename(made, path) == 0)
        return WC_EXIT_OK;
    int why = errno;
    unlink(made);
    return wc_trouble(command, "cannot write %s: %s", path, strerror(why));
}

static void add_source(struct wc_arena *arena, struct wc_sources *more, const char *file)
{
    WC_EACH(i, &more->files)
    {
        if (strcmp(more->files.items[i], file) == 0)
            return;
    }
    wc_push(arena, &more->files, file);
}

static void find_sources(struct wc_arena *arena, const struct wc_model *model,
                         struct wc_sources *more)
{
    WC_EACH(i, &model->functions)
    {
        const char *path = model->functions.items[i]->path;
        add_source(arena, more, wc_arena_copy(arena, path, strlen(path)));
    }
}

enum wc_exit wc_compile_with(struct wc_arena *keep, const char *command, const char *file,
                             const char *folder, bool tests, struct wc_sources *more,
                             struct wc_deps *deps)
{
    struct wc_arena arena = {0};
    struct wc_model *model = NULL;
    struct wc_artefacts made = {0};
    enum wc_exit exit = wc_load_or_say(command, file, &arena, &model);
    if (exit == WC_EXIT_OK && !make_folders(&arena, folder))
        exit = wc_trouble(command, "cannot make the folder %s: %s", folder, strerror(errno));
    if (exit == WC_EXIT_OK) {
        wc_emit_all(model, &made);
        if (tests) {
            struct wc_artefact artefact = {.name = "tests.c"};
            wc_emit_tests(&artefact.text, model);
            wc_push(model->arena, &made.list, artefact);
        }
        for (size_t i = 0; i < made.list.count && exit == WC_EXIT_OK; i++)
            exit = write_one(&arena, command, folder, &made.list.items[i]);
        wc_artefacts_free(&made);
        if (more)
            find_sources(keep, model, more);
        if (deps)
            wc_deps_model(keep, deps, file, model);
    }
    wc_arena_free(&arena);
    return exit;
}

int wc_cmd_compile(int argc, char **argv)
{
    const char *folder = NULL, *rule = NULL, *target = NULL;
    int rest = 0, follow = 0;
    const struct wc_flag flags[] = {{"--output", 'o', &folder, NULL},
                                    {"-MD", 0, NULL, &follow},
                                    {"-MF", 0, &rule, NULL},
                                    {"-MT", 0, &target, NULL},
                                    {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1 || !folder || !*folder)
        return (int)wc_trouble("compile", "give one specification and -o DIR");
    struct wc_arena arena = {0};
    struct wc_deps deps = {0};
    exit = wc_compile_with(&arena, "compile", argv[1], folder, false, NULL, &deps);
    if (exit == WC_EXIT_OK && (follow || rule)) {
        size_t len = strlen(folder);
        while (len > 1 && folder[len - 1] == '/')
            len--;
        if (!rule)
            rule = wc_arena_printf(&arena, "%.*s.d", (int)len, folder);
        if (!target)
            target = wc_arena_printf(&arena, "%.*s/contract.json", (int)len, folder);
        exit = wc_deps_write("compile", &deps, rule, target);
    }
    wc_arena_free(&arena);
    return (int)exit;
}
