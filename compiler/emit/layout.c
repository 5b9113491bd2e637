/* The shapes of generated C. What is too long for a line is broken where clang-format leaves it. */
#include "compiler/emit/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void wc_c_banner(struct wc_buf *out, const char *format, ...)
{
    struct wc_buf title = {0};
    va_list args;
    va_start(args, format);
    wc_buf_vprintf(&title, format, args);
    va_end(args);
    wc_buf_printf(out, "\n/* ---- %s ", title.data);
    size_t used = strlen("/* ----  ") + title.len + strlen(" */");
    wc_buf_repeat(out, '-', used < WC_WIDTH - 4 ? WC_WIDTH - used : 4);
    wc_buf_text(out, " */\n\n");
    wc_buf_free(&title);
}

/* How many columns `c`, after `before`, takes inside a C string literal. */
static size_t columns(char before, char c)
{
    unsigned char byte = (unsigned char)c;
    if (c == '"' || c == '\\' || c == '\n' || c == '\t' || c == '\r' || (c == '?' && before == '?'))
        return 2;
    return byte < 0x20 || byte >= 0x7f ? 4 : 1;
}

static size_t literal_columns(const char *text, size_t len)
{
    size_t sum = 2;
    for (size_t i = 0; i < len; i++)
        sum += columns(i ? text[i - 1] : 0, text[i]);
    return sum;
}

/* Is `c` a byte of a UTF-8 sequence other than its first? Pieces do not begin there. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The length of the first piece of `text` whose literal takes at most `room` columns: up to a line
 * break, else up to the last space that fits, else what fits. */
static size_t piece(const char *text, size_t len, size_t room)
{
    size_t used = 2, at = 0, space = 0;
    for (; at < len; at++) {
        used += columns(at ? text[at - 1] : 0, text[at]);
        if (used > room)
            break;
        if (text[at] == '\n' && (at + 1 == len || text[at + 1] != '\n'))
            return at + 1;
        if (text[at] == ' ')
            space = at + 1;
    }
    if (at == len)
        return len;
    if (space)
        return space;
    while (at > 1 && continues(text[at]))
        at--;
    return at > 0 ? at : 1;
}

void wc_c_assign_text(struct wc_buf *out, size_t indent, const char *left, const char *text,
                      size_t len, const char *end)
{
    wc_buf_repeat(out, ' ', indent);
    wc_buf_printf(out, "%s =", left);
    size_t need = literal_columns(text, len) + strlen(end);
    if (indent + strlen(left) + strlen(" = ") + need <= WC_WIDTH) {
        wc_buf_char(out, ' ');
        wc_buf_c_string(out, text, len);
    } else {
        size_t room = WC_WIDTH - indent - 4 - strlen(end);
        do {
            size_t part = need <= WC_WIDTH - indent - 4 ? len : piece(text, len, room);
            wc_buf_char(out, '\n');
            wc_buf_repeat(out, ' ', indent + 4);
            wc_buf_c_string(out, text, part);
            text += part;
            len -= part;
        } while (len > 0);
    }
    wc_buf_printf(out, "%s\n", end);
}

/* Where the last line adds text to `var` from the same column and the text goes on in that line, the
 * line is opened again. False: nothing was done. */
static bool reopen_add(struct wc_buf *out, size_t indent, const char *head, size_t more)
{
    static const char end[] = "\");\n";
    size_t len = out->len, tail = sizeof end - 1;
    if (len < tail || memcmp(out->data + len - tail, end, tail) != 0)
        return false;
    size_t start = len - 1;
    while (start > 0 && out->data[start - 1] != '\n')
        start--;
    size_t before = indent + strlen(head), whole = len - 1 - start;
    const char *line = out->data + start;
    if (whole < before + 1 + tail || strspn(line, " ") != indent ||
        strncmp(line + indent, head, strlen(head)) != 0 || line[before] != '"' ||
        whole + more > WC_WIDTH || strchr("n?", out->data[len - tail - 1]))
        return false; /* `n`: a line of a prompt ends there; `?`: two would be half a trigraph */
    out->len = len - tail;
    return true;
}

void wc_c_add_text(struct wc_buf *out, size_t indent, const char *var, const char *text, size_t len)
{
    char head[100];
    struct wc_buf quoted = {0};
    snprintf(head, sizeof head, "WR_ADD(&%s, ", var);
    wc_buf_c_string(&quoted, text, len);
    if (reopen_add(out, indent, head, quoted.len - 2)) {
        wc_buf_printf(out, "%s);\n", quoted.data + 1);
        len = 0;
    }
    wc_buf_free(&quoted);
    size_t room = WC_WIDTH - indent - strlen("WR_ADD(&, );") - strlen(var);
    while (len > 0) {
        size_t part = piece(text, len, room);
        wc_buf_repeat(out, ' ', indent);
        wc_buf_printf(out, "WR_ADD(&%s, ", var);
        wc_buf_c_string(out, text, part);
        wc_buf_text(out, ");\n");
        text += part;
        len -= part;
    }
}

/* ---- initialisers ------------------------------------------------------------------------- */

void wc_init_field(struct wc_init *init, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *value = wc_arena_vprintf(init->arena, format, args);
    va_end(args);
    wc_push(init->arena, &init->fields, wc_arena_printf(init->arena, ".%s = %s", name, value));
}

void wc_init_text(struct wc_init *init, const char *name, const char *text)
{
    if (!text)
        return;
    struct wc_buf line = {0};
    const char *left = wc_arena_printf(init->arena, ".%s", name);
    wc_c_assign_text(&line, init->indent, left, text, strlen(text), ",");
    wc_push(init->arena, &init->fields,
            wc_arena_copy(init->arena, line.data + init->indent,
                          line.len - init->indent - strlen(",\n")));
    wc_buf_free(&line);
}

void wc_init_number(struct wc_init *init, const char *name, int64_t number)
{
    if (number != 0)
        wc_init_field(init, name, "%" PRId64, number);
}

void wc_init_flag(struct wc_init *init, const char *name, bool set)
{
    if (set)
        wc_init_field(init, name, "true");
}

/* `{.a = 1, .b = 2}` on one line. */
static const char *init_inline(struct wc_init *init)
{
    struct wc_buf line = {0};
    wc_buf_char(&line, '{');
    WC_EACH(i, &init->fields)
    {
        wc_buf_printf(&line, "%s%s", i ? ", " : "", init->fields.items[i]);
    }
    wc_buf_char(&line, '}');
    const char *text = wc_arena_copy(init->arena, line.data, line.len);
    wc_buf_free(&line);
    return text;
}

void wc_init_nested(struct wc_init *init, const char *name, struct wc_init *inner)
{
    const char *line = init_inline(inner);
    size_t used = init->indent + strlen(". = ,") + strlen(name) + strlen(line);
    if (used <= WC_WIDTH && !strchr(line, '\n')) {
        wc_init_field(init, name, "%s", line);
        return;
    }
    struct wc_buf text = {0};
    wc_init_write(&text, "", inner, true, "");
    wc_push(init->arena, &init->fields,
            wc_arena_printf(init->arena, ".%s =\n%.*s", name, (int)text.len - 1, text.data));
    wc_buf_free(&text);
}

void wc_init_write(struct wc_buf *out, const char *before, struct wc_init *init, bool wide,
                   const char *end)
{
    size_t indent = init->indent - 4;
    const char *line = init_inline(init);
    wc_buf_repeat(out, ' ', indent);
    wc_buf_text(out, before);
    size_t used = indent + strlen(before) + strlen(line) + strlen(end);
    if (!wide && used <= WC_WIDTH && !strchr(line, '\n')) {
        wc_buf_printf(out, "%s%s\n", line, end);
        return;
    }
    wc_buf_text(out, "{\n");
    WC_EACH(i, &init->fields)
    {
        wc_buf_repeat(out, ' ', init->indent);
        wc_buf_printf(out, "%s,\n", init->fields.items[i]);
    }
    wc_buf_repeat(out, ' ', indent);
    wc_buf_printf(out, "}%s\n", end);
}
