/* The log: one JSON object a line on stderr, never a part of one. Callers give no secrets; the log
 * itself knows none. Any thread. */
#ifndef WR_BASE_LOG_H
#define WR_BASE_LOG_H

#include <wright/generated.h>

enum wr_log_level { WR_LOG_DEBUG, WR_LOG_INFO, WR_LOG_WARN, WR_LOG_ERROR, WR_LOG_OFF };

/* What is below it is not written. WR_LOG_INFO at first. */
void wr_log_set_level(enum wr_log_level level);
bool wr_log_level_parse(const char *word, enum wr_log_level *level); /* "debug" … "off" */
bool wr_log_on(enum wr_log_level level);
void wr_log_set_fd(int fd); /* 2 at first */

/* From here on this thread keeps its lines, up to 32 KiB, until it flushes, warns or ends gathering; without
 * memory it does not. A process that is killed loses them: what must last is in the journal. */
void wr_log_gather(void);
void wr_log_flush(void);
void wr_log_gather_end(void);

struct wr_log_field {
    const char *name;
    enum { WR_LOG_TEXT, WR_LOG_INT, WR_LOG_BOOL, WR_LOG_JSON } kind;
    struct wr_str text; /* WR_LOG_TEXT; WR_LOG_JSON: a JSON value, written as it is */
    int64_t number;     /* WR_LOG_INT, WR_LOG_BOOL */
};

/* {"ts":…,"level":…,"event":…, then the fields in order}. A text longer than 2 KiB is cut, with
 * an ellipsis; what is not UTF-8 becomes U+FFFD. Fields with a NULL text.ptr are left out. */
void wr_log_write(enum wr_log_level level, const char *event, const struct wr_log_field *fields,
                  size_t count);

#define WR_F_STR(name, str) ((struct wr_log_field){(name), WR_LOG_TEXT, (str), 0})
#define WR_F_INT(name, value) ((struct wr_log_field){(name), WR_LOG_INT, {0, 0}, (value)})
#define WR_F_BOOL(name, value) ((struct wr_log_field){(name), WR_LOG_BOOL, {0, 0}, (value)})
#define WR_F_JSON(name, str) ((struct wr_log_field){(name), WR_LOG_JSON, (str), 0})
struct wr_log_field wr_f_text(const char *name, const char *text); /* NUL-terminated, or NULL */

/* wr_log(WR_LOG_INFO, "listening", wr_f_text("address", address), WR_F_INT("port", port)); */
#define wr_log(level, event, ...)                                                                  \
    do {                                                                                           \
        if (wr_log_on(level)) {                                                                    \
            const struct wr_log_field wr_log_fields_[] = {__VA_ARGS__};                            \
            wr_log_write((level), (event), wr_log_fields_,                                         \
                         sizeof wr_log_fields_ / sizeof *wr_log_fields_);                          \
        }                                                                                          \
    } while (0)

#endif
