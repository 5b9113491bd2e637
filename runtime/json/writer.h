/* Canonical JSON into text that grows in an arena: what generated encoders write, and what the
 * envelope is written with. Knows arenas. */
#ifndef WR_JSON_WRITER_H
#define WR_JSON_WRITER_H

#include "runtime/base/arena.h"

#include <wright/json.h>

struct wr_writer {
    struct wr_text text;
    struct wr_str tag, tag_value; /* stand first in the object that begins next; `ptr` NULL: none */
    bool comma;                   /* a value stands before, in the same object or list */
};

/* `struct wr_writer out = wr_writer(arena);` */
static inline struct wr_writer wr_writer(struct wr_arena *arena)
{
    return (struct wr_writer){.text = {.arena = arena}};
}

/* What was written so far; NUL-terminated behind. In the arena. */
struct wr_str wr_written(struct wr_writer *out);
/* One value as canonical JSON. */
struct wr_str wr_encode(struct wr_arena *arena, const struct wr_schema *schema, const void *value);

#endif
