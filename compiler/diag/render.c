/* Diagnostics as text, in the layout of rustc: message, place, source lines with carets. A line is
 * shown by display columns, cut to a window, with whatever could disturb a terminal replaced. */
#include "compiler/diag/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 120, BEFORE = 40, TAB = 4, MARKS_SHOWN = 16 };

static const char reset[] = "\033[0m", bold[] = "\033[1m", red[] = "\033[1;31m",
                  yellow[] = "\033[1;33m", blue[] = "\033[1;34m";

struct out {
    struct wc_buf *buf;
    bool color;
    int gutter; /* width of the line numbers */
};

struct mark {
    const struct wc_diag_label *label;
    bool primary;
    struct wc_place from;
    size_t start, end; /* display columns in its line, from 0; end > start */
};

static void paint(struct out *out, const char *style)
{
    if (out->color)
        wc_buf_text(out->buf, style);
}

/* ---- code points ---------------------------------------------------------------------------- */

/* Decodes one code point of `text[0 .. len)`, len > 0; U+FFFD for a byte that is not UTF-8. */
static uint32_t decode(const char *text, size_t len, size_t *used)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc2 ? 1 : 4;
    *used = 1;
    if (more == 0)
        return s[0];
    if (more == 4 || more >= len || s[0] > 0xf4)
        return 0xfffd;
    uint32_t point = s[0] & (0x3fu >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0xfffd;
        point = point << 6 | (s[i] & 0x3fu);
    }
    *used = more + 1;
    return point;
}

static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0xfeff || c == 0xfffd;
}

static size_t width_of(uint32_t c)
{
    static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff}, {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                       {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200d) || (c >= 0xfe00 && c <= 0xfe0f))
        return 0;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (c >= wide[i][0] && c <= wide[i][1])
            return 2;
    return 1;
}

/* Writes one code point of a source; returns how many columns it takes. `buf` may be NULL. */
static size_t put_point(struct wc_buf *buf, const char *text, size_t len, size_t *used)
{
    uint32_t point = decode(text, len, used);
    if (point == '\t') {
        if (buf)
            wc_buf_repeat(buf, ' ', TAB);
        return TAB;
    }
    if (is_harmful(point)) {
        if (buf)
            wc_buf_text(buf, "\xef\xbf\xbd");
        return 1;
    }
    if (buf)
        wc_buf_add(buf, text, *used);
    return width_of(point);
}

/* Text of a message: one line, made harmless. */
static void put_text(struct wc_buf *buf, const char *text)
{
    size_t used;
    for (size_t len = strlen(text); len > 0; text += used, len -= used)
        put_point(buf, text, len, &used);
}

static size_t columns(const char *text, size_t len)
{
    size_t total = 0, used;
    for (; len > 0; text += used, len -= used)
        total += put_point(NULL, text, len, &used);
    return total;
}

/* ---- marks ---------------------------------------------------------------------------------- */

static struct mark mark_of(const struct wc_diag_label *label, bool primary)
{
    struct mark mark = {label, primary, wc_place_of(label->span.source, label->span.start), 0, 0};
    size_t len;
    const char *line = wc_source_line(label->span.source, mark.from.line, &len);
    size_t first = label->span.start - label->span.source->line_starts[mark.from.line - 1];
    size_t last = first + (label->span.end - label->span.start);
    first = first < len ? first : len;
    last = last < len ? last : len;
    mark.start = columns(line, first);
    mark.end = last > first ? mark.start + columns(line + first, last - first) : mark.start;
    if (mark.end == mark.start)
        mark.end = mark.start + 1;
    return mark;
}

static int compare_marks(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->from.line != y->from.line)
        return x->from.line < y->from.line ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (int)y->primary - (int)x->primary;
}

/* The marks of `diag` that lie in `source`, sorted by place. */
static size_t collect(const struct wc_diag *diag, const struct wc_source *source,
                      struct mark marks[MARKS_SHOWN])
{
    size_t count = 0;
    if (diag->primary.span.source == source)
        marks[count++] = mark_of(&diag->primary, true);
    WC_EACH(i, &diag->others)
    if (diag->others.items[i].span.source == source && count < MARKS_SHOWN)
        marks[count++] = mark_of(&diag->others.items[i], false);
    qsort(marks, count, sizeof *marks, compare_marks);
    return count;
}

/* ---- source lines --------------------------------------------------------------------------- */

static void gutter(struct out *out, const char *number)
{
    paint(out, blue);
    wc_buf_printf(out->buf, "%*s |", out->gutter, number);
    paint(out, reset);
}

static void empty_line(struct out *out)
{
    gutter(out, "");
    wc_buf_char(out->buf, '\n');
}

/* The part of a line that stands in columns `from .. from + WINDOW`, "..." where it is cut. */
static void source_line(struct out *out, const struct mark *mark, size_t from)
{
    char number[16];
    size_t len, used, column = 0;
    const char *line = wc_source_line(mark->label->span.source, mark->from.line, &len);
    snprintf(number, sizeof number, "%u", mark->from.line);
    gutter(out, number);
    if (len > 0 || from > 0)
        wc_buf_text(out->buf, from ? " ..." : " ");
    size_t kept = out->buf->len;
    for (; len > 0 && column < from + WINDOW; line += used, len -= used)
        column += put_point(column < from ? NULL : out->buf, line, len, &used);
    while (out->buf->len > kept && out->buf->data[out->buf->len - 1] == ' ')
        out->buf->data[--out->buf->len] = '\0';
    wc_buf_text(out->buf, len > 0 ? "...\n" : "\n");
}

static void mark_style(struct out *out, const struct wc_diag *diag, const struct mark *mark)
{
    paint(out, !mark->primary ? blue : diag->severity == WC_ERROR ? red : yellow);
}

/* Carets under the marks of one line, the last one's text beside them and the others' below. */
static void marks_line(struct out *out, const struct wc_diag *diag, const struct mark *marks,
                       size_t count, size_t from)
{
    size_t shift = from ? 4 : 1, column = 0, below = count;
    gutter(out, "");
    for (size_t i = 0; i < count; i++) {
        size_t start = marks[i].start - from + shift, end = marks[i].end - from + shift;
        end = end < WINDOW + shift ? end : WINDOW + shift;
        if (start < column)
            continue;
        wc_buf_repeat(out->buf, ' ', start - column);
        mark_style(out, diag, &marks[i]);
        wc_buf_repeat(out->buf, marks[i].primary ? '^' : '-', end > start ? end - start : 1);
        column = end > start ? end : start + 1;
        if (i + 1 == count && marks[i].label->text[0]) {
            wc_buf_char(out->buf, ' ');
            put_text(out->buf, marks[i].label->text);
            below = i;
        }
        paint(out, reset);
    }
    wc_buf_char(out->buf, '\n');
    for (size_t i = below; i-- > 0;) {
        if (!marks[i].label->text[0])
            continue;
        gutter(out, "");
        wc_buf_repeat(out->buf, ' ', marks[i].start - from + shift);
        mark_style(out, diag, &marks[i]);
        put_text(out->buf, marks[i].label->text);
        paint(out, reset);
        wc_buf_char(out->buf, '\n');
    }
}

/* All marks of one line. A mark outside the window gets a line of its own. */
static void marked_line(struct out *out, const struct wc_diag *diag, const struct mark *marks,
                        size_t count)
{
    while (count > 0) {
        size_t from = marks[0].start + 8 > WINDOW ? marks[0].start - BEFORE : 0, shown = 1;
        while (shown < count && marks[shown].start < from + WINDOW)
            shown++;
        source_line(out, &marks[0], from);
        marks_line(out, diag, marks, shown, from);
        marks += shown;
        count -= shown;
    }
}

static void snippet(struct out *out, const struct wc_diag *diag, const struct wc_source *source,
                    struct wc_place place, const char *arrow)
{
    struct mark marks[MARKS_SHOWN];
    size_t count = collect(diag, source, marks);
    paint(out, blue);
    wc_buf_printf(out->buf, "%*s%s ", out->gutter, "", arrow);
    paint(out, reset);
    put_text(out->buf, source->path);
    wc_buf_printf(out->buf, ":%u:%u\n", place.line, place.column);
    empty_line(out);
    for (size_t i = 0, next; i < count; i = next) {
        uint32_t line = marks[i].from.line;
        for (next = i + 1; next < count && marks[next].from.line == line;)
            next++;
        if (i > 0 && line > marks[i - 1].from.line + 1) {
            paint(out, blue);
            wc_buf_text(out->buf, "...\n");
            paint(out, reset);
        }
        marked_line(out, diag, marks + i, next - i);
    }
}

/* ---- a whole diagnostic --------------------------------------------------------------------- */

static int gutter_of(const struct wc_diag *diag)
{
    uint32_t most = diag->primary.span.source
                        ? wc_place_of(diag->primary.span.source, diag->primary.span.start).line
                        : 0;
    WC_EACH(i, &diag->others)
    {
        const struct wc_span *span = &diag->others.items[i].span;
        uint32_t line = wc_place_of(span->source, span->start).line;
        most = line > most ? line : most;
    }
    int digits = 1;
    for (; most >= 10; most /= 10)
        digits++;
    return digits;
}

static void remark(struct out *out, const char *kind, const char *text)
{
    paint(out, blue);
    wc_buf_printf(out->buf, "%*s = ", out->gutter, "");
    paint(out, reset);
    paint(out, bold);
    wc_buf_text(out->buf, kind);
    paint(out, reset);
    wc_buf_text(out->buf, ": ");
    put_text(out->buf, text);
    wc_buf_char(out->buf, '\n');
}

static void other_files(struct out *out, const struct wc_diag *diag)
{
    WC_EACH(i, &diag->others)
    {
        const struct wc_source *source = diag->others.items[i].span.source;
        bool shown = source == diag->primary.span.source;
        for (size_t j = 0; j < i; j++)
            shown = shown || diag->others.items[j].span.source == source;
        if (!shown)
            snippet(out, diag, source, wc_place_of(source, diag->others.items[i].span.start),
                    ":::");
    }
}

static void render(struct out *out, const struct wc_diag *diag)
{
    const struct wc_span *span = &diag->primary.span;
    out->gutter = gutter_of(diag);
    paint(out, diag->severity == WC_ERROR ? red : yellow);
    wc_buf_printf(out->buf, "%s[%s]", diag->severity == WC_ERROR ? "error" : "warning",
                  wc_code_name(diag->code));
    paint(out, reset);
    paint(out, bold);
    wc_buf_text(out->buf, ": ");
    put_text(out->buf, diag->message);
    paint(out, reset);
    wc_buf_char(out->buf, '\n');
    if (span->source) {
        snippet(out, diag, span->source, wc_place_of(span->source, span->start), "-->");
        other_files(out, diag);
    }
    if (span->source && (diag->notes.count || diag->help))
        empty_line(out);
    WC_EACH(i, &diag->notes)
    remark(out, "note", diag->notes.items[i]);
    if (diag->help)
        remark(out, "help", diag->help);
    wc_buf_char(out->buf, '\n');
}

void wc_render_color(struct wc_buf *buf, const struct wc_diags *diags, bool color)
{
    struct out out = {buf, color, 1};
    for (size_t i = 0; i < diags->list.count && i < WC_SHOWN_MAX; i++)
        render(&out, diags->list.items[i]);
    if (diags->list.count > WC_SHOWN_MAX)
        wc_buf_printf(buf, "… and %zu more; --format json has all\n\n",
                      diags->list.count - WC_SHOWN_MAX);
    if (diags->list.count > 0)
        wc_buf_printf(buf, "%zu error%s, %zu warning%s\n", diags->errors,
                      diags->errors == 1 ? "" : "s", diags->warnings,
                      diags->warnings == 1 ? "" : "s");
}

void wc_render_text(struct wc_buf *buf, const struct wc_diags *diags)
{
    wc_render_color(buf, diags, false);
}

bool wc_wants_color(const char *when, int fd)
{
    if (when && strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    const char *no_color = getenv("NO_COLOR");
    return isatty(fd) && (!no_color || !no_color[0]);
}
