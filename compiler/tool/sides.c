/* Reading what is compared. Nothing of it is run: a binary's contract is read out of its file. */
#include "compiler/tool/sides.h"

#include "compiler/base/source.h"
#include "compiler/diag/render.h"
#include "compiler/emit/emit.h"
#include "compiler/tool/git.h"
#include "compiler/tool/link.h"
#include "compiler/tool/load.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTION ".wright.contract"

static enum wc_exit from_text(const char *command, const char *name, const char *text, size_t len,
                              struct wc_side *side)
{
    json_error_t error;
    side->contract = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (side->contract)
        return WC_EXIT_OK;
    return wc_trouble(command, "%s is no contract: line %d: %s", name, error.line, error.text);
}

/* ---- a binary ----------------------------------------------------------------------------- */

/* The bytes of the section, inside the file; NULL: it has none. */
static const char *section(const unsigned char *file, size_t size, size_t *len)
{
    Elf64_Ehdr head;
    Elf64_Shdr names, one;
    if (size < sizeof head)
        return NULL;
    memcpy(&head, file, sizeof head);
    size_t row = head.e_shentsize;
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || row != sizeof one || head.e_shoff > size ||
        head.e_shnum > (size - head.e_shoff) / sizeof one || head.e_shstrndx >= head.e_shnum)
        return NULL;
    memcpy(&names, file + head.e_shoff + row * head.e_shstrndx, sizeof names);
    if (names.sh_offset > size || names.sh_size > size - names.sh_offset)
        return NULL;
    for (size_t i = 0; i < head.e_shnum; i++) {
        memcpy(&one, file + head.e_shoff + row * i, sizeof one);
        if (one.sh_name > names.sh_size || names.sh_size - one.sh_name < sizeof SECTION ||
            memcmp(file + names.sh_offset + one.sh_name, SECTION, sizeof SECTION) != 0)
            continue;
        if (one.sh_type == SHT_NOBITS || one.sh_offset > size || one.sh_size > size - one.sh_offset)
            return NULL;
        *len = one.sh_size;
        return (const char *)file + one.sh_offset;
    }
    return NULL;
}

static enum wc_exit from_bytes(const char *command, const char *name, const unsigned char *bytes,
                               size_t size, struct wc_side *side)
{
    size_t len = 0;
    if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return from_text(command, name, (const char *)bytes, size, side);
    const char *text = section(bytes, size, &len);
    if (!text)
        return wc_trouble(command,
                          "%s is a program, but none that wright built: it has no section %s", name,
                          SECTION);
    return from_text(command, name, text, strnlen(text, len), side);
}

static enum wc_exit from_file(const char *command, const char *path, const char *name,
                              struct wc_side *side)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0) {
        const char *why = file < 0                 ? strerror(errno)
                          : S_ISREG(about.st_mode) ? "it is empty"
                                                   : "it is not a file";
        if (file >= 0)
            close(file);
        return wc_trouble(command, "cannot read %s: %s", name, why);
    }
    size_t size = (size_t)about.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        return wc_trouble(command, "cannot read %s: %s", name, strerror(errno));
    enum wc_exit exit = from_bytes(command, name, bytes, size, side);
    munmap(bytes, size);
    return exit;
}

/* ---- a specification ---------------------------------------------------------------------- */

static enum wc_exit from_flow(const char *command, struct wc_arena *arena, const char *path,
                              struct wc_side *side)
{
    struct wc_diags diags = {.arena = arena};
    struct wc_buf text = {0};
    struct wc_model *model = wc_load(path, arena, &diags);
    if (!model)
        return wc_trouble(command, "cannot read %s: %s", side->label, strerror(errno));
    struct wc_diags rest = {.arena = arena};
    if (diags.errors) { /* stale tests change no contract; warnings are no matter here */
        model = wc_load_untested(path, arena, &rest);
        if (model && rest.errors == 0)
            fprintf(stderr, "wright %s: the tests of %s have errors: compared without them\n",
                    command, side->label);
    }
    if (diags.errors && (!model || rest.errors)) {
        wc_render_color(&text, &diags, wc_wants_color(NULL, STDERR_FILENO));
        fwrite(text.data, 1, text.len, stderr);
        wc_buf_free(&text);
        return wc_trouble(command, "%s has errors: there is nothing to compare", side->label);
    }
    wc_model_hash(model);
    wc_emit_contract(&text, model);
    enum wc_exit exit = from_text(command, path, text.data, text.len, side);
    wc_buf_free(&text);
    side->model = model;
    return exit;
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), more = strlen(end);
    return len >= more && strcmp(text + len - more, end) == 0;
}

static enum wc_exit from_path(const char *command, struct wc_arena *arena, const char *path,
                              struct wc_side *side)
{
    return ends_in(path, ".flow") ? from_flow(command, arena, path, side)
                                  : from_file(command, path, side->label, side);
}

/* For a driver git writes a file of a revision alone into a folder of its own; its prompts are where it was. */
static enum wc_exit from_blob(const char *command, struct wc_arena *arena, const char *path,
                              struct wc_side *side)
{
    const char *folder = NULL, *there = NULL;
    enum wc_exit exit = wc_git_blob(command, arena, path, &folder, &there);
    if (exit == WC_EXIT_OK)
        exit = from_path(command, arena, there, side);
    if (folder)
        wc_scratch_remove(folder);
    return exit;
}

enum wc_exit wc_side_load(const char *command, struct wc_arena *arena, const char *name,
                          struct wc_side *side)
{
    const char *folder = NULL, *path = NULL;
    side->label = name;
    if (strncmp(name, "git:", 4) != 0) {
        side->file = ends_in(name, ".flow") ? name : NULL;
        return side->file && strstr(name, "/git-blob-") ? from_blob(command, arena, name, side)
                                                        : from_path(command, arena, name, side);
    }
    const char *colon = strchr(name + 4, ':');
    if (!colon || colon == name + 4 || !colon[1])
        return wc_trouble(command, "%s: write git:REF:PATH", name);
    const char *ref = wc_arena_copy(arena, name + 4, (size_t)(colon - name - 4));
    enum wc_exit exit = wc_git_unpack(command, arena, ref, colon + 1, &folder, &path);
    side->file = name;
    if (exit == WC_EXIT_OK)
        exit = from_path(command, arena, path, side);
    if (folder)
        wc_scratch_remove(folder);
    return exit;
}

enum wc_exit wc_side_against(const char *command, struct wc_arena *arena, const char *ref,
                             const char *file, const char **name)
{
    const char *base = NULL, *prefix = NULL;
    enum wc_exit exit = wc_git_line(
        command, arena, (const char *const[]){"merge-base", "--", ref, "HEAD", NULL}, &base);
    if (exit == WC_EXIT_OK)
        exit = wc_git_line(command, arena,
                           (const char *const[]){"rev-parse", "--show-prefix", NULL}, &prefix);
    if (exit == WC_EXIT_OK && (file[0] == '/' || strncmp(file, "../", 3) == 0))
        return wc_trouble(command, "%s: with --against, give a path below this folder", file);
    if (exit == WC_EXIT_OK)
        *name = wc_arena_printf(arena, "git:%.12s:%s%s", base, prefix,
                                strncmp(file, "./", 2) == 0 ? file + 2 : file);
    return exit;
}
