/* A growing text buffer on the heap. */
#include "compiler/base/buf.h"

#include <stdbool.h>

#include "compiler/base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct wc_buf *buf, size_t more)
{
    size_t need = buf->len + more + 1;
    if (need <= buf->room)
        return;
    size_t room = buf->room ? buf->room * 2 : 256;
    while (room < need)
        room *= 2;
    buf->data = wc_realloc(buf->data, room);
    buf->room = room;
}

void wc_buf_add(struct wc_buf *buf, const char *text, size_t len)
{
    reserve(buf, len);
    if (len)
        memcpy(buf->data + buf->len, text, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void wc_buf_text(struct wc_buf *buf, const char *text)
{
    wc_buf_add(buf, text, strlen(text));
}

void wc_buf_char(struct wc_buf *buf, char c)
{
    wc_buf_add(buf, &c, 1);
}

void wc_buf_repeat(struct wc_buf *buf, char c, size_t times)
{
    reserve(buf, times);
    memset(buf->data + buf->len, c, times);
    buf->len += times;
    buf->data[buf->len] = '\0';
}

void wc_buf_vprintf(struct wc_buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    reserve(buf, 0);
    size_t room = buf->room - buf->len; /* most of what is written fits at once */
    int len = vsnprintf(buf->data + buf->len, room, format, again);
    va_end(again);
    if (len < 0) {
        buf->data[buf->len] = '\0';
        return;
    }
    if ((size_t)len >= room) {
        reserve(buf, (size_t)len);
        vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    }
    buf->len += (size_t)len;
}

void wc_buf_printf(struct wc_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wc_buf_vprintf(buf, format, args);
    va_end(args);
}

static const char *short_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    case '\r':
        return "\\r";
    default:
        return NULL;
    }
}

void wc_buf_json(struct wc_buf *buf, const char *text, size_t len)
{
    size_t from = 0; /* what is not escaped is added run by run */
    wc_buf_char(buf, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        wc_buf_add(buf, text + from, i - from);
        from = i + 1;
        const char *escape = short_escape(c);
        if (escape)
            wc_buf_text(buf, escape);
        else
            wc_buf_printf(buf, "\\u%04x", c);
    }
    wc_buf_add(buf, text + from, len - from);
    wc_buf_char(buf, '"');
}

void wc_buf_c_string(struct wc_buf *buf, const char *text, size_t len)
{
    size_t from = 0;
    wc_buf_char(buf, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool trigraph = c == '?' && i > 0 && text[i - 1] == '?';
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && !trigraph)
            continue;
        wc_buf_add(buf, text + from, i - from);
        from = i + 1;
        const char *escape = short_escape(c);
        if (escape || trigraph)
            wc_buf_text(buf, trigraph ? "\\?" : escape);
        else
            wc_buf_printf(buf, "\\%03o", c);
    }
    wc_buf_add(buf, text + from, len - from);
    wc_buf_char(buf, '"');
}

void wc_buf_free(struct wc_buf *buf)
{
    free(buf->data);
    *buf = (struct wc_buf){0};
}

/* ---- durations ---------------------------------------------------------------------------- */

static const struct {
    uint64_t ms;
    char unit;
} units[] = {{86400000, 'd'}, {3600000, 'h'}, {60000, 'm'}};

enum { UNITS = sizeof units / sizeof units[0], LONG_MS = 600000 };

/* "31.2s": no more digits than there are. */
static void add_seconds(struct wc_buf *buf, uint64_t ms)
{
    unsigned part = (unsigned)(ms % 1000);
    wc_buf_printf(buf, "%llu", (unsigned long long)(ms / 1000));
    if (part)
        wc_buf_printf(buf, ".%0*u",
                      part % 100 == 0  ? 1
                      : part % 10 == 0 ? 2
                                       : 3,
                      part % 100 == 0  ? part / 100
                      : part % 10 == 0 ? part / 10
                                       : part);
    wc_buf_char(buf, 's');
}

void wc_buf_duration(struct wc_buf *buf, uint64_t ms)
{
    bool begun = false;
    for (size_t i = 0; i < UNITS; i++) {
        if (ms < units[i].ms || (!begun && ms % units[i].ms != 0 && ms < LONG_MS))
            continue;
        wc_buf_printf(buf, "%s%llu%c", begun ? " " : "", (unsigned long long)(ms / units[i].ms),
                      units[i].unit);
        begun = true;
        ms %= units[i].ms;
    }
    if (begun && ms == 0)
        return;
    if (begun)
        wc_buf_char(buf, ' ');
    if (!begun && (ms < 1000 || (ms < 10000 && ms % 100 != 0)))
        wc_buf_printf(buf, "%llums", (unsigned long long)ms);
    else
        add_seconds(buf, ms);
}
