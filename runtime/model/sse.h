/* Server-sent events as they arrive (WHATWG HTML, "9.2.6 Interpreting an event stream"): bytes in
 * pieces of any size, whole events out. It knows nothing of what the events mean. */
#ifndef WR_MODEL_SSE_H
#define WR_MODEL_SSE_H

#include <wright/generated.h>

struct wr_sse {
    /* One event: its type ("message" where none was given) and its data, alive for the call. */
    void (*event)(void *arg, struct wr_str type, struct wr_str data);
    void *arg;
    size_t max; /* bytes of one event, and of one line */
    /* Its own. */
    char *line, *data;
    size_t line_len, line_room, data_len, data_room;
    char type[64]; /* longer ones are cut */
    size_t type_len;
    bool has_data, after_cr, started, failed;
};

void wr_sse_init(struct wr_sse *sse, size_t max,
                 void (*event)(void *arg, struct wr_str type, struct wr_str data), void *arg);
/* False, now and from then on: an event or a line is longer than `max`, or memory is out. */
bool wr_sse_feed(struct wr_sse *sse, const char *bytes, size_t len);
/* The stream ended: an event without its blank line is dropped, as the standard says, but for one
 * whose data is complete to the end of its line; some servers leave the last blank line out. */
bool wr_sse_end(struct wr_sse *sse);
void wr_sse_free(struct wr_sse *sse);

#endif
