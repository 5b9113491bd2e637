/* The space that stands between two tokens. For format.c. */
#ifndef WC_SYNTAX_SPACING_H
#define WC_SYNTAX_SPACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WC_PIECE_COMMENT (-1)

/* A token, a whole string with its holes, or a comment. */
struct wc_piece {
    uint32_t start, end;
    int kind;      /* WC_TOK_… or WC_PIECE_COMMENT */
    size_t column; /* in the source, from 0 */
    size_t gap;    /* spaces before it in the source; 0 at the start of a line */
};

/* 0 or 1: between `piece` and the one before it, at `piece[-1]`; `before` is the one before that, or
 * NULL at the start of the file. */
size_t wc_spacing(const struct wc_piece *before, const struct wc_piece *piece);

#endif
