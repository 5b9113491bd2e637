/* The parser of server-sent events: lines first, then fields, then events. */
#include "runtime/model/sse.h"

#include <stdlib.h>
#include <string.h>

void wr_sse_init(struct wr_sse *sse, size_t max,
                 void (*event)(void *arg, struct wr_str type, struct wr_str data), void *arg)
{
    memset(sse, 0, sizeof *sse);
    sse->max = max;
    sse->event = event;
    sse->arg = arg;
}

void wr_sse_free(struct wr_sse *sse)
{
    free(sse->line);
    free(sse->data);
    sse->line = sse->data = NULL;
    sse->line_len = sse->line_room = sse->data_len = sse->data_room = 0;
}

/* Appends to one of the two buffers; the limit holds for each. */
static bool append(struct wr_sse *sse, char **buffer, size_t *len, size_t *room, const char *bytes,
                   size_t count)
{
    if (count > sse->max || *len > sse->max - count)
        return false;
    if (*len + count > *room) {
        size_t wanted = *room ? *room * 2 : 1024;
        while (wanted < *len + count)
            wanted *= 2;
        char *grown = realloc(*buffer, wanted);
        if (!grown)
            return false;
        *buffer = grown;
        *room = wanted;
    }
    if (count)
        memcpy(*buffer + *len, bytes, count);
    *len += count;
    return true;
}

static void dispatch(struct wr_sse *sse)
{
    if (sse->has_data) {
        struct wr_str type = {sse->type, sse->type_len};
        if (type.len == 0)
            type = WR_STR("message");
        sse->event(sse->arg, type, (struct wr_str){sse->data ? sse->data : "", sse->data_len});
    }
    sse->has_data = false;
    sse->data_len = 0;
    sse->type_len = 0;
}

static bool field(struct wr_sse *sse, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    size_t name = colon ? (size_t)(colon - line) : len;
    const char *value = colon ? colon + 1 : line + len;
    size_t value_len = (size_t)(line + len - value);
    if (value_len > 0 && *value == ' ') {
        value++;
        value_len--;
    }
    if (name == 4 && memcmp(line, "data", 4) == 0) {
        if (sse->has_data && !append(sse, &sse->data, &sse->data_len, &sse->data_room, "\n", 1))
            return false;
        sse->has_data = true;
        return append(sse, &sse->data, &sse->data_len, &sse->data_room, value, value_len);
    }
    if (name == 5 && memcmp(line, "event", 5) == 0) {
        sse->type_len = value_len < sizeof sse->type ? value_len : sizeof sse->type;
        memcpy(sse->type, value, sse->type_len);
    }
    return true; /* a comment, or id and retry: nothing here reconnects */
}

static bool end_of_line(struct wr_sse *sse, const char *line, size_t len)
{
    if (!sse->started && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        len -= 3;
    }
    sse->started = true;
    if (len > 0)
        return field(sse, line, len);
    dispatch(sse);
    return true;
}

/* The first CR or LF of `bytes`, or NULL. */
static const char *line_break(const char *bytes, size_t len)
{
    const char *lf = memchr(bytes, '\n', len);
    const char *cr = memchr(bytes, '\r', lf ? (size_t)(lf - bytes) : len);
    return cr ? cr : lf;
}

bool wr_sse_feed(struct wr_sse *sse, const char *bytes, size_t len)
{
    while (len > 0 && !sse->failed) {
        if (sse->after_cr && *bytes == '\n') { /* CR LF is one line break */
            sse->after_cr = false;
            bytes++;
            len--;
            continue;
        }
        sse->after_cr = false;
        const char *end = line_break(bytes, len);
        size_t part = end ? (size_t)(end - bytes) : len;
        bool whole = end && sse->line_len == 0; /* needs no copy */
        if (whole ? part > sse->max
                  : !append(sse, &sse->line, &sse->line_len, &sse->line_room, bytes, part))
            sse->failed = true;
        else if (end && !end_of_line(sse, whole ? bytes : sse->line, whole ? part : sse->line_len))
            sse->failed = true;
        if (!end)
            break;
        sse->after_cr = *end == '\r';
        sse->line_len = 0;
        bytes += part + 1;
        len -= part + 1;
    }
    return !sse->failed;
}

bool wr_sse_end(struct wr_sse *sse)
{
    if (!sse->failed && sse->line_len == 0)
        dispatch(sse);
    return !sse->failed;
}
