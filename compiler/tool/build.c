/* `wright build`: a specification to C, and the C to one static executable. */
#include "compiler/tool/compile.h"
#include "compiler/tool/link.h"

#include <errno.h>
#include <string.h>

static enum wc_exit build(struct wc_arena *arena, const char *file, const char *keep,
                          const char *with, struct wc_link *link)
{
    char *scratch = keep ? NULL : wc_scratch_make(arena);
    link->folder = keep ? keep : scratch;
    if (!link->folder)
        return wc_trouble("build", "cannot make a folder for the generated C: %s", strerror(errno));
    struct wc_sources more = {0};
    link->more = &more;
    enum wc_exit exit = wc_compile_with(arena, "build", file, link->folder, false, &more);
    if (with)
        wc_push(arena, &more.files, with);
    if (exit == WC_EXIT_OK)
        exit = wc_link(arena, link);
    if (scratch)
        wc_scratch_remove(scratch);
    return exit;
}

int wc_cmd_build(int argc, char **argv)
{
    const char *output = NULL, *keep = NULL, *with = NULL;
    int dynamic = 0, rest = 0;
    const struct wc_flag flags[] = {{"--output", 'o', &output, NULL},
                                    {"--keep", 'k', &keep, NULL},
                                    {"--with", 0, &with, NULL},
                                    {"--dynamic", 0, NULL, &dynamic},
                                    {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1 || !output)
        return (int)wc_trouble("build", "give one specification and -o BINARY");
    struct wc_arena arena = {0};
    struct wc_link link = {.output = output, .dynamic = dynamic > 0};
    exit = build(&arena, argv[1], keep, with, &link);
    wc_arena_free(&arena);
    return (int)exit;
}
