/* `wright graph`: the stages and transitions of a specification, as text for a drawing program. */
#include "compiler/emit/emit.h"
#include "compiler/tool/load.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    void (*emit)(struct wc_buf *out, const struct wc_model *model);
} formats[] = {{"mermaid", wc_emit_mermaid}, {"dot", wc_emit_dot}};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

static enum wc_exit draw(const char *file, size_t format)
{
    struct wc_arena arena = {0};
    struct wc_model *model = NULL;
    struct wc_buf out = {0};
    enum wc_exit exit = wc_load_or_say("graph", file, &arena, &model);
    if (exit == WC_EXIT_OK) {
        formats[format].emit(&out, model);
        if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
            exit = wc_trouble("graph", "cannot write to standard output");
        wc_buf_free(&out);
    }
    wc_arena_free(&arena);
    return exit;
}

int wc_cmd_graph(int argc, char **argv)
{
    const char *format = formats[0].name;
    int rest = 0;
    const struct wc_flag flags[] = {{"--format", 0, &format, NULL}, {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1)
        return (int)wc_trouble("graph", "give one specification");
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, format) == 0)
            return (int)draw(argv[1], i);
    return (int)wc_trouble("graph", "--format takes mermaid or dot, not \"%s\"", format);
}
