/* Depfiles: a rule for make that says which files a result was made of. */
#include "compiler/tool/deps.h"

#include "compiler/base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void wc_deps_add(struct wc_arena *arena, struct wc_deps *deps, const char *file)
{
    WC_EACH(i, &deps->files)
    {
        if (strcmp(deps->files.items[i], file) == 0)
            return;
    }
    wc_push(arena, &deps->files, wc_arena_copy(arena, file, strlen(file)));
}

void wc_deps_model(struct wc_arena *arena, struct wc_deps *deps, const char *file,
                   const struct wc_model *model)
{
    wc_deps_add(arena, deps, file);
    WC_EACH(i, &model->files)
    {
        wc_deps_add(arena, deps, model->files.items[i]);
    }
    WC_EACH(i, &model->functions)
    {
        wc_deps_add(arena, deps, model->functions.items[i]->path);
    }
}

/* As GCC writes names, which make and Ninja read alike. */
static void put_name(struct wc_buf *out, const char *name)
{
    for (; *name; name++) {
        if (*name == ' ' || *name == '#')
            wc_buf_char(out, '\\');
        else if (*name == '$')
            wc_buf_char(out, '$');
        wc_buf_char(out, *name);
    }
}

enum wc_exit wc_deps_write(const char *command, const struct wc_deps *deps, const char *path,
                           const char *target)
{
    struct wc_buf out = {0};
    put_name(&out, target);
    wc_buf_char(&out, ':');
    WC_EACH(i, &deps->files)
    {
        wc_buf_text(&out, " \\\n  ");
        put_name(&out, deps->files.items[i]);
    }
    wc_buf_char(&out, '\n');
    WC_EACH(i, &deps->files) /* a file that is gone is no reason to stop: it is looked for anew */
    {
        wc_buf_char(&out, '\n');
        put_name(&out, deps->files.items[i]);
        wc_buf_text(&out, ":\n");
    }
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(out.data, 1, out.len, file) == out.len;
    if (file && fclose(file) != 0)
        good = false;
    wc_buf_free(&out);
    return good ? WC_EXIT_OK : wc_trouble(command, "cannot write %s: %s", path, strerror(errno));
}
