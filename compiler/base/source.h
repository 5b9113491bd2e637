/* Source text with a line map: a span is two byte offsets in one file; a place is a line and a
 * column counted from 1 (columns in code points, as an editor shows them). */
#ifndef WC_BASE_SOURCE_H
#define WC_BASE_SOURCE_H

#include "compiler/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define WC_SOURCE_MAX ((size_t)4 * 1024 * 1024) /* bytes; a larger file is refused */

struct wc_source {
    const char *path; /* as the user gave it */
    const char *text; /* NUL-terminated; `len` bytes before it */
    size_t len;
    uint32_t *line_starts; /* byte offsets */
    size_t line_count;
};

/* A part of a source. `source` is borrowed and outlives the span. */
struct wc_span {
    const struct wc_source *source;
    uint32_t start; /* byte offset of the first byte */
    uint32_t end;   /* byte offset after the last byte */
};

struct wc_place {
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in code points */
};

/* Reads a file whole. NULL with errno set where it cannot be read (EFBIG: over WC_SOURCE_MAX;
 * EISDIR: a folder). */
struct wc_source *wc_source_read(struct wc_arena *arena, const char *path);
/* Wraps text that is already in memory (copied). */
struct wc_source *wc_source_from(struct wc_arena *arena, const char *path, const char *text,
                                 size_t len);
struct wc_place wc_place_of(const struct wc_source *source, uint32_t offset);
/* The text of a line without its line break; `line` counts from 1. */
const char *wc_source_line(const struct wc_source *source, uint32_t line, size_t *len);
/* From the start of `first` to the end of `last`, both of one source. */
struct wc_span wc_span_join(struct wc_span first, struct wc_span last);
/* `relative` beside the file `base`: "spec/a.flow" and "prompts/x.md" give "spec/prompts/x.md". */
const char *wc_path_beside(struct wc_arena *arena, const char *base, const char *relative);

#endif
