/* What a specification of another revision names is looked for where the file lies in the work tree today: git gives its
 * own bytes, and nothing else of that revision. */
#include "compiler/tool/blob.h"

#include "compiler/tool/git.h"
#include "compiler/tool/link.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "…/git-blob-AbC123/briefs.flow" */
static const char *base_of(const char *name)
{
    const char *slash = strrchr(name, '/'), *before = slash;
    if (!slash || !slash[1])
        return NULL;
    while (before > name && before[-1] != '/')
        before--;
    return strncmp(before, "git-blob-", 9) == 0 ? slash + 1 : NULL;
}

/* The one path in the index that ends so, from the top of the work tree; NULL: none, or several. */
static const char *path_in_index(struct wc_arena *arena, const char *base)
{
    const char *like = wc_arena_printf(arena, ":(top,glob)**/%s", base), *path = NULL, *more = NULL;
    const char *const find[] = {"ls-files", "--full-name", "--", like, NULL};
    if (wc_git_line("textconv", arena, find, &path) != WC_EXIT_OK || !*path)
        return NULL;
    const char *const again[] = {"ls-files", "--", like,
                                 wc_arena_printf(arena, ":(top,exclude,literal)%s", path), NULL};
    return wc_git_line("textconv", arena, again, &more) == WC_EXIT_OK && !*more ? path : NULL;
}

static bool link_all(struct wc_arena *arena, const char *from, const char *to, const char *but)
{
    DIR *it = opendir(from);
    bool good = it != NULL;
    for (struct dirent *entry; good && (entry = readdir(it));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, but) != 0)
            good = symlink(wc_arena_printf(arena, "%s/%s", from, name),
                           wc_arena_printf(arena, "%s/%s", to, name)) == 0;
    }
    if (it)
        closedir(it);
    return good;
}

const char *wc_blob_place(struct wc_arena *arena, const char *name, const char **there)
{
    const char *base = base_of(name), *top = NULL;
    const char *path = base ? path_in_index(arena, base) : NULL;
    const char *const where[] = {"rev-parse", "--show-toplevel", NULL};
    if (!path || wc_git_line("textconv", arena, where, &top) != WC_EXIT_OK)
        return NULL;
    char *real = realpath(name, NULL);
    const char *folder = real ? wc_scratch_make(arena) : NULL;
    const char *beside =
        wc_arena_printf(arena, "%s/%.*s", top, (int)(strlen(path) - strlen(base)), path);
    if (folder && (!link_all(arena, beside, folder, base) ||
                   symlink(real, wc_arena_printf(arena, "%s/%s", folder, base)) != 0)) {
        wc_scratch_remove(folder);
        folder = NULL;
    }
    free(real);
    *there = wc_arena_printf(arena, "%s/%s", folder ? folder : "", base);
    return folder;
}
