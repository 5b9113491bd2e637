/* A growing run of bytes on the heap: request bodies and what comes back, up to a limit. */
#ifndef WR_MODEL_BYTES_H
#define WR_MODEL_BYTES_H

#include <wright/generated.h>

#include <stdlib.h>
#include <string.h>

struct wr_bytes {
    char *data;
    size_t len, room;
};

/* Room for `more` bytes after the last; false if memory is out. */
static inline bool wr_bytes_reserve(struct wr_bytes *bytes, size_t more)
{
    if (more > SIZE_MAX / 4 - bytes->len)
        return false;
    if (bytes->len + more <= bytes->room)
        return true;
    size_t room = bytes->room * 2 > bytes->len + more ? bytes->room * 2 : bytes->len + more;
    char *grown = realloc(bytes->data, room);
    if (!grown)
        return false;
    bytes->data = grown;
    bytes->room = room;
    return true;
}

static inline bool wr_bytes_add(struct wr_bytes *bytes, const char *text, size_t len)
{
    if (!wr_bytes_reserve(bytes, len))
        return false;
    if (len)
        memcpy(bytes->data + bytes->len, text, len);
    bytes->len += len;
    return true;
}

static inline void wr_bytes_free(struct wr_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct wr_bytes){NULL, 0, 0};
}

#endif
