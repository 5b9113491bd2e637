/* Read, parse, resolve, check: in this order, and each pass whatever the one before found. */
#include "compiler/tool/load.h"

#include "compiler/check/check.h"
#include "compiler/diag/render.h"
#include "compiler/model/resolve.h"
#include "compiler/syntax/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void drop_tests(struct wc_file *file)
{
    size_t kept = 0;
    WC_EACH(i, &file->decls)
    {
        if (file->decls.items[i]->kind != WC_DECL_TEST)
            file->decls.items[kept++] = file->decls.items[i];
    }
    file->decls.count = kept;
}

static struct wc_model *load(const char *path, struct wc_arena *arena, struct wc_diags *diags,
                             bool tests)
{
    struct wc_interner names = {.arena = arena};
    struct wc_source *source = wc_source_read(arena, path);
    if (!source)
        return NULL;
    struct wc_file *file = wc_parse(arena, &names, source, diags);
    if (!tests)
        drop_tests(file);
    struct wc_model *model = wc_resolve(arena, &names, file, diags);
    wc_check(model, diags, model->parsed);
    wc_diags_sort(diags);
    return model;
}

struct wc_model *wc_load(const char *path, struct wc_arena *arena, struct wc_diags *diags)
{
    return load(path, arena, diags, true);
}

struct wc_model *wc_load_untested(const char *path, struct wc_arena *arena, struct wc_diags *diags)
{
    return load(path, arena, diags, false);
}

enum wc_exit wc_load_or_say(const char *command, const char *path, struct wc_arena *arena,
                            struct wc_model **model)
{
    struct wc_diags diags = {.arena = arena};
    struct wc_buf text = {0};
    *model = wc_load(path, arena, &diags);
    if (!*model)
        return wc_trouble(command, "cannot read %s: %s", path, strerror(errno));
    wc_render_color(&text, &diags, wc_wants_color(NULL, STDERR_FILENO));
    if (text.len)
        fwrite(text.data, 1, text.len, stderr);
    wc_buf_free(&text);
    return diags.errors ? WC_EXIT_FINDINGS : WC_EXIT_OK;
}
