/* Layout by tokens: lines stay lines. A wide gap before a token is a column where the line above or
 * below has a token at the same place, and else a little space between clauses. */
#include "compiler/syntax/format.h"

#include "compiler/syntax/ast.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/spacing.h"

#include <stdlib.h>
#include <string.h>

enum { STEP = 2, FARTHEST = 60, WIDEST_LOOSE = 3, PASSES = 6 };

struct line {
    size_t first, count; /* pieces */
    size_t indent;       /* columns in the source */
    size_t arrow;        /* column of the `->` of an `on` line; 0: none */
    bool blank_before;
};

struct open {
    size_t indent; /* of the line with the bracket, as laid out */
};

struct format {
    struct wc_arena *arena;
    const struct wc_source *source;
    WC_VEC(struct wc_piece) pieces;
    WC_VEC(struct line) lines;
    struct wc_units units;
    struct open open[WC_DEPTH_MAX + 1];
    size_t open_count;
    size_t unit_indent, unit_source_indent; /* of the last line that begins something */
};

/* ---- reading -------------------------------------------------------------------------------- */

static int compare_offsets(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool is_unit(const struct format *f, uint32_t start)
{
    return f->units.list.count > 0 && bsearch(&start, f->units.list.items, f->units.list.count,
                                              sizeof start, compare_offsets) != NULL;
}

static void add_piece(struct format *f, struct wc_span span, int kind)
{
    struct wc_piece piece = {span.start, span.end, kind, 0, 0};
    wc_push(f->arena, &f->pieces, piece);
}

/* Pieces in the order of the text: tokens, a string with its holes as one, and comments. */
static void read_pieces(struct format *f, struct wc_interner *names)
{
    struct wc_lexer *lexer = WC_NEW(f->arena, struct wc_lexer);
    size_t comment = 0, depth = 0;
    struct wc_span string = {0};
    wc_lexer_start(lexer, f->arena, names, f->source, NULL);
    for (;;) {
        struct wc_token token = wc_lex(lexer);
        for (; comment < lexer->comments.count; comment++)
            add_piece(f, lexer->comments.items[comment], WC_PIECE_COMMENT);
        if (token.kind == 0)
            return;
        if (token.kind == WC_TOK_TEXT_HEAD && depth++ == 0)
            string = token.span;
        if (token.kind == WC_TOK_TEXT_TAIL && --depth == 0)
            add_piece(f, wc_span_join(string, token.span), WC_TOK_STRING);
        else if (depth == 0)
            add_piece(f, token.span, token.kind);
    }
}

static size_t columns(const char *text, size_t len)
{
    size_t total = 0;
    for (size_t i = 0; i < len; i++)
        total += ((unsigned char)text[i] & 0xc0) != 0x80;
    return total;
}

static void begin_line(struct format *f, size_t piece, bool blank_before)
{
    struct line line = {
        .first = piece, .indent = f->pieces.items[piece].column, .blank_before = blank_before};
    wc_push(f->arena, &f->lines, line);
}

/* Columns and gaps of the pieces, in one walk over the text. */
static void split_lines(struct format *f)
{
    const char *text = f->source->text;
    size_t column = 0, breaks = 0;
    uint32_t at = 0;
    bool has_tab = false;
    WC_EACH(i, &f->pieces)
    {
        struct wc_piece *piece = &f->pieces.items[i];
        for (breaks = 0, has_tab = false; at < piece->start; at++) {
            breaks += text[at] == '\n';
            has_tab = has_tab || text[at] == '\t';
            column = text[at] == '\n' ? 0 : column + 1;
        }
        piece->column = column;
        if (i == 0 || breaks > 0)
            begin_line(f, i, i > 0 && breaks > 1);
        else
            piece->gap = has_tab ? 1 : piece->start - piece[-1].end;
        f->lines.items[f->lines.count - 1].count++;
        column += columns(text + at, piece->end - at);
        at = piece->end;
    }
}

/* ---- where things go ------------------------------------------------------------------------ */

static bool is_opener(int kind)
{
    return kind == WC_TOK_LBRACE || kind == WC_TOK_LPAREN || kind == WC_TOK_LBRACKET;
}

static bool is_closer(int kind)
{
    return kind == WC_TOK_RBRACE || kind == WC_TOK_RPAREN || kind == WC_TOK_RBRACKET;
}

/* Does some token of the line begin at `column`? */
static bool has_column(const struct format *f, const struct line *line, size_t column)
{
    size_t low = line->first, high = line->first + line->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->pieces.items[middle].column == column)
            return true;
        if (f->pieces.items[middle].column < column)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Is `piece`, of the line numbered `at`, at a column that the line above or below has too? */
static bool is_aligned(const struct format *f, size_t at, const struct wc_piece *piece)
{
    const struct line *line = &f->lines.items[at];
    return (at > 0 && !line->blank_before && has_column(f, line - 1, piece->column)) ||
           (at + 1 < f->lines.count && !line[1].blank_before &&
            has_column(f, line + 1, piece->column));
}

static size_t indent_of(struct format *f, const struct line *line)
{
    const struct wc_piece *first = &f->pieces.items[line->first];
    size_t inner = f->open_count ? f->open[f->open_count - 1].indent + STEP : 0;
    if (is_closer(first->kind) && f->open_count > 0)
        return inner - STEP;
    if (first->kind == WC_PIECE_COMMENT)
        return inner;
    if (is_unit(f, first->start)) {
        f->unit_indent = inner;
        f->unit_source_indent = line->indent;
        return inner;
    }
    size_t offset = line->indent > f->unit_source_indent ? line->indent - f->unit_source_indent : 0;
    return f->unit_indent + (offset < STEP ? STEP : offset > FARTHEST ? FARTHEST : offset);
}

/* Follows the brackets of a line that was laid out at `indent`. */
static void follow(struct format *f, const struct line *line, size_t indent)
{
    for (size_t i = line->first; i < line->first + line->count; i++) {
        int kind = f->pieces.items[i].kind;
        if (is_opener(kind) && f->open_count <= WC_DEPTH_MAX)
            f->open[f->open_count++].indent = indent;
        else if (is_closer(kind) && f->open_count > 0)
            f->open_count--;
    }
}

/* The spaces before the piece `i` of the line `at`, which would begin at column `column`. */
static size_t gap_of(const struct format *f, size_t at, size_t i, size_t column, size_t indent)
{
    const struct line *line = &f->lines.items[at];
    const struct wc_piece *piece = &f->pieces.items[i];
    bool is_comment = piece->kind == WC_PIECE_COMMENT;
    size_t least = is_comment ? 2 : wc_spacing(i > 1 ? piece - 2 : NULL, piece);
    size_t target =
        piece->column + indent > line->indent ? piece->column + indent - line->indent : 0;
    if (least == 0 || piece->gap < 2)
        return least;
    if (is_comment || is_aligned(f, at, piece))
        return target > column + least ? target - column : least;
    if (!is_unit(f, piece->start) && piece->kind != WC_TOK_STATUS && piece->kind != WC_TOK_RETRY)
        return least;
    return piece->gap > WIDEST_LOOSE ? WIDEST_LOOSE : piece->gap;
}

/* Writes the line's pieces up to the piece `end`; returns the column it ends at. */
static size_t write_pieces(const struct format *f, struct wc_buf *out, size_t at, size_t indent,
                           size_t end)
{
    const struct line *line = &f->lines.items[at];
    size_t column = indent;
    bool is_arrow_set = false;
    for (size_t i = line->first; i < end; i++) {
        const struct wc_piece *piece = &f->pieces.items[i];
        size_t gap = i == line->first ? 0 : gap_of(f, at, i, column, indent);
        if (piece->kind == WC_TOK_ARROW && line->arrow > column && !is_arrow_set) {
            gap = line->arrow - column;
            is_arrow_set = true;
        }
        size_t len = piece->end - piece->start;
        wc_buf_repeat(out, ' ', gap);
        wc_buf_add(out, f->source->text + piece->start, len);
        column += gap + columns(f->source->text + piece->start, len);
    }
    return column;
}

/* ---- the arrows of `on` lines ----------------------------------------------------------------- */

/* The `->` of a line that begins with `on`; SIZE_MAX where it does not. */
static size_t arrow_of(const struct format *f, const struct line *line)
{
    const struct wc_piece *pieces = f->pieces.items;
    if (pieces[line->first].kind != WC_TOK_ON || !is_unit(f, pieces[line->first].start))
        return SIZE_MAX;
    for (size_t i = line->first; i < line->first + line->count; i++)
        if (pieces[i].kind == WC_TOK_ARROW)
            return i;
    return SIZE_MAX;
}

/* Gives the arrows of `on` lines that follow each other one column, each line being at `indent`. */
static void align_arrows(struct format *f, size_t at, size_t indent)
{
    size_t end = at, farthest = 0;
    struct wc_buf scratch = {0};
    if (f->lines.items[at].arrow > 0)
        return;
    for (; end < f->lines.count && (end == at || !f->lines.items[end].blank_before); end++) {
        size_t arrow = arrow_of(f, &f->lines.items[end]);
        if (arrow == SIZE_MAX)
            break;
        size_t column = write_pieces(f, &scratch, end, indent, arrow);
        farthest = column > farthest ? column : farthest;
    }
    for (size_t i = at; i < end; i++)
        f->lines.items[i].arrow = farthest + 1;
    wc_buf_free(&scratch);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool opens_line_before(const struct format *f, const struct line *line)
{
    return is_opener(f->pieces.items[line->first - 1].kind);
}

static void write_lines(struct format *f, struct wc_buf *out)
{
    WC_EACH(at, &f->lines)
    {
        struct line *line = &f->lines.items[at];
        size_t indent = indent_of(f, line);
        align_arrows(f, at, indent);
        if (line->blank_before && !opens_line_before(f, line) &&
            !is_closer(f->pieces.items[line->first].kind))
            wc_buf_char(out, '\n');
        wc_buf_repeat(out, ' ', indent);
        write_pieces(f, out, at, indent, line->first + line->count);
        wc_buf_char(out, '\n');
        follow(f, line, indent);
    }
}

static bool format_once(struct wc_buf *out, struct wc_arena *arena, struct wc_interner *names,
                        const struct wc_source *source, struct wc_diags *diags)
{
    struct format *f = WC_NEW(arena, struct format);
    size_t errors = diags->errors;
    f->arena = arena;
    f->source = source;
    wc_parse_units(arena, names, source, diags, &f->units);
    if (diags->errors > errors)
        return false;
    if (f->units.list.count)
        qsort(f->units.list.items, f->units.list.count, sizeof *f->units.list.items,
              compare_offsets);
    read_pieces(f, names);
    split_lines(f);
    write_lines(f, out);
    return true;
}

bool wc_format(struct wc_buf *out, struct wc_arena *arena, struct wc_interner *names,
               const struct wc_source *source, struct wc_diags *diags)
{
    struct wc_buf text = {0};
    if (!format_once(&text, arena, names, source, diags))
        return false;
    /* A column that gives way can change what the next line is aligned with: go on until nothing moves. */
    for (int pass = 1; pass < PASSES; pass++) {
        struct wc_diags unseen = {.arena = arena};
        struct wc_buf again = {0};
        const char *before = text.data ? text.data : "";
        struct wc_source *laid_out = wc_source_from(arena, source->path, before, text.len);
        format_once(&again, arena, names, laid_out, &unseen);
        bool is_stable = again.len == text.len &&
                         (text.len == 0 || memcmp(again.data, text.data, text.len) == 0);
        wc_buf_free(&text);
        text = again;
        if (is_stable)
            break;
    }
    wc_buf_add(out, text.data ? text.data : "", text.len);
    wc_buf_free(&text);
    return true;
}
