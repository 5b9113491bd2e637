/* The log: one JSON object a line, built in one buffer. A thread that gathers writes the lines of a turn at
 * once; a warning takes what was gathered with it. */
#include "runtime/base/log.h"

#include "runtime/base/clock.h"
#include "runtime/base/quote.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 2048
#define GATHERED_MAX (32 << 10)

static const char *const level_names[] = {"debug", "info", "warn", "error", "off"};
static atomic_int lowest = WR_LOG_INFO;
static atomic_int log_fd = STDERR_FILENO;
static _Thread_local char *gathered; /* NULL: every line is written at once */
static _Thread_local size_t gathered_len;

void wr_log_set_level(enum wr_log_level level)
{
    atomic_store(&lowest, (int)level);
}

void wr_log_set_fd(int fd)
{
    atomic_store(&log_fd, fd);
}

bool wr_log_on(enum wr_log_level level)
{
    return level < WR_LOG_OFF && (int)level >= atomic_load_explicit(&lowest, memory_order_relaxed);
}

bool wr_log_level_parse(const char *word, enum wr_log_level *level)
{
    for (int i = 0; i <= WR_LOG_OFF; i++) {
        if (strcmp(word, level_names[i]) == 0) {
            *level = (enum wr_log_level)i;
            return true;
        }
    }
    return false;
}

struct wr_log_field wr_f_text(const char *name, const char *text)
{
    return WR_F_STR(name, ((struct wr_str){text, text ? strlen(text) : 0}));
}

static char *put(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

static char *put_text(char *out, struct wr_str text)
{
    size_t len = text.len;
    if (len > TEXT_MAX) {
        len = TEXT_MAX;
        while (len > TEXT_MAX - 4 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
            len--;
    }
    out += wr_quote(out, text.ptr, len);
    if (len < text.len) {
        out = put(out - 1, "\xe2\x80\xa6\"", 4);
    }
    return out;
}

static char *put_field(char *out, const struct wr_log_field *field)
{
    if ((field->kind == WR_LOG_TEXT || field->kind == WR_LOG_JSON) && !field->text.ptr)
        return out;
    *out++ = ',';
    out += wr_quote(out, field->name, strlen(field->name));
    *out++ = ':';
    switch (field->kind) {
    case WR_LOG_TEXT:
        return put_text(out, field->text);
    case WR_LOG_JSON:
        return put(out, field->text.ptr, field->text.len);
    case WR_LOG_INT:
        return out + sprintf(out, "%" PRId64, field->number);
    case WR_LOG_BOOL:
        return field->number ? put(out, "true", 4) : put(out, "false", 5);
    }
    return out;
}

/* The most that a line can take. */
static size_t room_for(const char *event, const struct wr_log_field *fields, size_t count)
{
    size_t room = 128 + WR_QUOTE_ROOM(strlen(event));
    for (size_t i = 0; i < count; i++) {
        size_t len = fields[i].text.len;
        if (fields[i].kind == WR_LOG_TEXT)
            len = WR_QUOTE_ROOM(len < TEXT_MAX ? len : TEXT_MAX) + 4;
        room += len + WR_QUOTE_ROOM(strlen(fields[i].name)) + 32;
    }
    return room;
}

/* A log that cannot be written is lost: there is no better place to say so. */
static void write_out(const char *line, size_t len)
{
    int fd = atomic_load(&log_fd);
    while (len > 0) {
        ssize_t put_bytes = write(fd, line, len);
        if (put_bytes < 0 && errno == EINTR)
            continue;
        if (put_bytes <= 0)
            return;
        line += put_bytes;
        len -= (size_t)put_bytes;
    }
}

void wr_log_gather(void)
{
    if (!gathered)
        gathered = malloc(GATHERED_MAX);
}

void wr_log_flush(void)
{
    write_out(gathered, gathered_len);
    gathered_len = 0;
}

void wr_log_gather_end(void)
{
    wr_log_flush();
    free(gathered);
    gathered = NULL;
}

static void write_line(enum wr_log_level level, const char *line, size_t len)
{
    if (len > GATHERED_MAX - gathered_len)
        wr_log_flush();
    if (!gathered || len > GATHERED_MAX) {
        write_out(line, len);
        return;
    }
    memcpy(gathered + gathered_len, line, len);
    gathered_len += len;
    if (level >= WR_LOG_WARN)
        wr_log_flush();
}

void wr_log_write(enum wr_log_level level, const char *event, const struct wr_log_field *fields,
                  size_t count)
{
    if (!wr_log_on(level))
        return;
    char small[4096];
    size_t room = room_for(event, fields, count);
    char *line = room <= sizeof small ? small : malloc(room);
    if (!line)
        return;
    char time[WR_TIME_TEXT];
    wr_time_text(wr_utc_ms(), time);
    char *out = line;
    out += sprintf(out, "{\"ts\":\"%s\",\"level\":\"%s\",\"event\":", time, level_names[level]);
    out += wr_quote(out, event, strlen(event));
    for (size_t i = 0; i < count; i++)
        out = put_field(out, &fields[i]);
    out = put(out, "}\n", 2);
    write_line(level, line, (size_t)(out - line));
    if (line != small)
        free(line);
}
