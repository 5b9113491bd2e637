/* `wright check`: what is wrong with specifications, for people and for programs. */
#include "compiler/diag/render.h"
#include "compiler/tool/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    void (*render)(struct wc_buf *buf, const struct wc_diags *diags); /* NULL: as text */
} formats[] = {{"text", NULL},
               {"json", wc_render_json},
               {"sarif", wc_render_sarif},
               {"github", wc_render_github}};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

static size_t format_of(const char *name)
{
    size_t i = 0;
    while (i < FORMAT_COUNT && strcmp(formats[i].name, name) != 0)
        i++;
    return i;
}

/* A person reads the text beside other output; a program reads its format from standard output. */
static void print(const struct wc_diags *diags, size_t format, const char *color)
{
    struct wc_buf out = {0};
    FILE *to = formats[format].render ? stdout : stderr;
    if (formats[format].render)
        formats[format].render(&out, diags);
    else
        wc_render_color(&out, diags, wc_wants_color(color, STDERR_FILENO));
    if (out.len)
        fwrite(out.data, 1, out.len, to);
    wc_buf_free(&out);
}

static enum wc_exit check_one(const char *path, struct wc_arena *arena, struct wc_diags *diags)
{
    size_t before = diags->errors;
    if (!wc_load(path, arena, diags))
        return wc_trouble("check", "cannot read %s: %s", path, strerror(errno));
    return diags->errors > before ? WC_EXIT_FINDINGS : WC_EXIT_OK;
}

static enum wc_exit wrong_choice(const char *flag, const char *value, const char *choices)
{
    return wc_trouble("check", "%s takes %s, not \"%s\"", flag, choices, value);
}

int wc_cmd_check(int argc, char **argv)
{
    const char *format = "text", *color = "auto";
    int rest = 0;
    const struct wc_flag flags[] = {
        {"--format", 0, &format, NULL}, {"--color", 0, &color, NULL}, {NULL, 0, NULL, NULL}};
    enum wc_exit worst = wc_flags(argc, argv, flags, &rest);
    if (worst != WC_EXIT_OK)
        return (int)worst;
    if (format_of(format) == FORMAT_COUNT)
        return (int)wrong_choice("--format", format, "text, json, sarif or github");
    if (strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 && strcmp(color, "never") != 0)
        return (int)wrong_choice("--color", color, "auto, always or never");
    if (rest == 0)
        return (int)wc_trouble("check", "give at least one specification");
    struct wc_arena arena = {0};
    struct wc_diags diags = {.arena = &arena};
    for (int i = 1; i <= rest; i++) {
        enum wc_exit exit = check_one(argv[i], &arena, &diags);
        worst = exit > worst ? exit : worst;
    }
    wc_diags_sort(&diags);
    print(&diags, format_of(format), color);
    wc_arena_free(&arena);
    return (int)worst;
}
