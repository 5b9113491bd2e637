/* Imports: the declarations of other files, as if they stood where the import does. A file is read
 * once, however many import it; one that imports itself is refused, wherever the circle begins. */
#include "compiler/model/resolver.h"
#include "compiler/syntax/parse.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 256 };

/* A file that was read, and the import that brought it. */
struct import {
    const char *path; /* as the system calls it: two ways to write it are one file */
    const struct wc_source *source;
    struct wc_span from;  /* of the import; `source` NULL: the specification itself */
    bool open;            /* its own imports are being read */
    struct import *outer; /* whose import it is */
};

struct importing {
    struct wc_resolver *r;
    struct wc_file *whole;
    WC_VEC(struct import *) files;
};

static const char *name_of(struct wc_arena *arena, const char *path)
{
    char *full = realpath(path, NULL);
    const char *name = wc_arena_copy(arena, full ? full : path, strlen(full ? full : path));
    free(full);
    return name;
}

static struct import *file_of(const struct importing *it, const char *path)
{
    WC_EACH(i, &it->files)
    {
        if (strcmp(it->files.items[i]->path, path) == 0)
            return it->files.items[i];
    }
    return NULL;
}

/* `again` is open, and imported by `from`, through those between. */
static void refuse_circle(struct importing *it, const struct wc_ast_decl *decl,
                          const struct import *from, const struct import *again)
{
    struct wc_diags *diags = it->r->diags;
    const char *path = again->source->path, *slash = strrchr(path, '/');
    struct wc_diag *diag = wc_report(diags, WC_E0330, decl->import->span, "`%s` imports itself",
                                     slash ? slash + 1 : path);
    wc_diag_label(diags, diag, "closes the circle");
    for (; from != again; from = from->outer)
        wc_diag_also(diags, diag, from->from, "imported here");
    if (again->from.source)
        wc_diag_also(diags, diag, again->from, "imported here first");
    wc_diag_help(diags, diag, "move what both need into a file of its own, and import that");
}

static void gather(struct importing *it, const struct wc_file *file, struct import *import);

static void bring(struct importing *it, const struct wc_ast_decl *decl, struct import *outer)
{
    struct wc_resolver *r = it->r;
    if (!decl->import->bytes)
        return;
    const char *path = name_of(
        r->arena, wc_path_beside(r->arena, decl->import->span.source->path, decl->import->bytes));
    struct import *known = file_of(it, path);
    if (known && known->open)
        refuse_circle(it, decl, outer, known);
    if (known)
        return;
    if (it->files.count == FILES_MAX) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0414, decl->import->span,
                                         "a specification has at most %d files", FILES_MAX);
        wc_diag_label(r->diags, diag, "one too many");
        return;
    }
    struct wc_source *source = wc_read_beside(r, decl->import, "imported file");
    if (!source)
        return;
    struct import *import = WC_NEW(r->arena, struct import);
    *import = (struct import){path, source, decl->import->span, true, outer};
    wc_push(r->arena, &it->files, import);
    gather(it, wc_parse(r->arena, r->names, source, r->diags), import);
}

static void gather(struct importing *it, const struct wc_file *file, struct import *import)
{
    wc_push(it->r->arena, &it->r->sources, file->source);
    import->open = true;
    WC_EACH(i, &file->decls)
    {
        struct wc_ast_decl *decl = file->decls.items[i];
        if (decl->kind == WC_DECL_IMPORT)
            bring(it, decl, import);
        else
            wc_push(it->r->arena, &it->whole->decls, decl);
    }
    import->open = false;
}

void wc_resolve_imports(struct wc_resolver *r)
{
    struct importing it = {.r = r, .whole = WC_NEW(r->arena, struct wc_file)};
    struct import *itself = WC_NEW(r->arena, struct import);
    it.whole->source = r->file->source;
    itself->path = name_of(r->arena, r->file->source->path);
    itself->source = r->file->source;
    wc_push(r->arena, &it.files, itself);
    gather(&it, r->file, itself);
    r->file = it.whole;
}
