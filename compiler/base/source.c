/* Source text with a line map. */
#include "compiler/base/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void map_lines(struct wc_arena *arena, struct wc_source *source)
{
    size_t lines = 1;
    for (size_t i = 0; i < source->len; i++)
        lines += source->text[i] == '\n';
    source->line_starts = WC_NEW_ARRAY(arena, uint32_t, lines);
    source->line_count = 1;
    for (size_t i = 0; i < source->len; i++)
        if (source->text[i] == '\n')
            source->line_starts[source->line_count++] = (uint32_t)(i + 1);
}

struct wc_source *wc_source_from(struct wc_arena *arena, const char *path, const char *text,
                                 size_t len)
{
    struct wc_source *source = WC_NEW(arena, struct wc_source);
    source->path = wc_arena_copy(arena, path, strlen(path));
    source->text = wc_arena_copy(arena, text, len);
    source->len = len;
    map_lines(arena, source);
    return source;
}

static struct wc_source *read_open(struct wc_arena *arena, const char *path, FILE *file)
{
    struct stat info;
    if (fstat(fileno(file), &info) != 0)
        return NULL;
    if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return NULL;
    }
    char *text = NULL;
    size_t len = 0;
    for (size_t room = 64 * 1024; room <= WC_SOURCE_MAX * 2; room *= 2) {
        char *grown = wc_arena_alloc(arena, room);
        if (len)
            memcpy(grown, text, len);
        text = grown;
        len += fread(text + len, 1, room - len, file);
        if (len < room)
            break;
    }
    if (ferror(file))
        return NULL;
    if (len > WC_SOURCE_MAX) {
        errno = EFBIG;
        return NULL;
    }
    return wc_source_from(arena, path, text, len);
}

struct wc_source *wc_source_read(struct wc_arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    struct wc_source *source = read_open(arena, path, file);
    int error = errno;
    fclose(file);
    errno = error;
    return source;
}

static size_t line_of(const struct wc_source *source, uint32_t offset)
{
    size_t low = 0;
    size_t high = source->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct wc_place wc_place_of(const struct wc_source *source, uint32_t offset)
{
    size_t line = line_of(source, offset);
    uint32_t column = 1;
    for (uint32_t i = source->line_starts[line]; i < offset && i < source->len; i++)
        column += ((unsigned char)source->text[i] & 0xc0) != 0x80;
    return (struct wc_place){(uint32_t)line + 1, column};
}

const char *wc_source_line(const struct wc_source *source, uint32_t line, size_t *len)
{
    uint32_t start = source->line_starts[line - 1];
    size_t end = line < source->line_count ? source->line_starts[line] - 1u : source->len;
    if (end > start && source->text[end - 1] == '\r')
        end--;
    *len = end - start;
    return source->text + start;
}

struct wc_span wc_span_join(struct wc_span first, struct wc_span last)
{
    return (struct wc_span){first.source, first.start, last.end};
}

const char *wc_path_beside(struct wc_arena *arena, const char *base, const char *relative)
{
    const char *slash = strrchr(base, '/');
    if (!slash || relative[0] == '/')
        return wc_arena_copy(arena, relative, strlen(relative));
    return wc_arena_printf(arena, "%.*s/%s", (int)(slash - base), base, relative);
}
