/* A growing text buffer on the heap, for what a pass writes: a file, a message, a page. */
#ifndef WC_BASE_BUF_H
#define WC_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise to start with. `data` is NUL-terminated once anything was added, else NULL. */
struct wc_buf {
    char *data;
    size_t len;
    size_t room;
};

void wc_buf_add(struct wc_buf *buf, const char *text, size_t len);
void wc_buf_text(struct wc_buf *buf, const char *text);
void wc_buf_char(struct wc_buf *buf, char c);
void wc_buf_repeat(struct wc_buf *buf, char c, size_t times);
void wc_buf_printf(struct wc_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void wc_buf_vprintf(struct wc_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* `text` as a JSON string with its quotes (RFC 8259, section 7), only what must be is escaped. */
void wc_buf_json(struct wc_buf *buf, const char *text, size_t len);
/* `text` as a C string literal with its quotes; no trigraph and no octal run-on can arise. */
void wc_buf_c_string(struct wc_buf *buf, const char *text, size_t len);
void wc_buf_free(struct wc_buf *buf);

/* A duration as people write one: "400ms", "7.4s", "10m", "3d"; a long one of several units, "2d 1h 31.2s". */
void wc_buf_duration(struct wc_buf *buf, uint64_t ms);

#endif
