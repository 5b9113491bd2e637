/* `wright build`: a specification to C, and the C to one static executable. */
#include "compiler/tool/compile.h"
#include "compiler/tool/link.h"

#include <errno.h>
#include <string.h>

static enum wc_exit build(struct wc_arena *arena, const char *file, const char *keep,
                          const char *with, const char *rule, const char *target,
                          struct wc_link *link)
{
    char *scratch = keep ? NULL : wc_scratch_make(arena);
    link->folder = keep ? keep : scratch;
    if (!link->folder)
        return wc_trouble("build", "cannot make a folder for the generated C: %s", strerror(errno));
    struct wc_sources more = {0};
    struct wc_deps deps = {0};
    link->more = &more;
    enum wc_exit exit = wc_compile_with(arena, "build", file, link->folder, false, &more, &deps);
    if (with) {
        wc_push(arena, &more.files, with);
        wc_deps_add(arena, &deps, with);
    }
    if (exit == WC_EXIT_OK)
        exit = wc_link(arena, link);
    if (exit == WC_EXIT_OK && rule)
        exit = wc_deps_write("build", &deps, rule, target ? target : link->output);
    if (scratch)
        wc_scratch_remove(scratch);
    return exit;
}

int wc_cmd_build(int argc, char **argv)
{
    const char *output = NULL, *keep = NULL, *with = NULL, *rule = NULL, *target = NULL;
    int dynamic = 0, rest = 0, follow = 0;
    const struct wc_flag flags[] = {
        {"--output", 'o', &output, NULL}, {"--keep", 'k', &keep, NULL}, {"--with", 0, &with, NULL},
        {"--dynamic", 0, NULL, &dynamic}, {"-MD", 0, NULL, &follow},    {"-MF", 0, &rule, NULL},
        {"-MT", 0, &target, NULL},        {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1 || !output)
        return (int)wc_trouble("build", "give one specification and -o BINARY");
    struct wc_arena arena = {0};
    struct wc_link link = {.output = output, .dynamic = dynamic > 0};
    if (follow && !rule)
        rule = wc_arena_printf(&arena, "%s.d", output);
    exit = build(&arena, argv[1], keep, with, rule, target, &link);
    wc_arena_free(&arena);
    return (int)exit;
}
