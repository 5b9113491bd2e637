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

/* `"name":` and a value at once, for what is written by hand. */
void wr_write_string_member(struct wr_writer *out, const char *name, struct wr_str text);
void wr_write_text_member(struct wr_writer *out, const char *name,
                          const char *text); /* NULL: null */
void wr_write_int_member(struct wr_writer *out, const char *name, int64_t number);
void wr_write_bool_member(struct wr_writer *out, const char *name, bool value);
void wr_write_null_member(struct wr_writer *out, const char *name);
void wr_write_json_member(struct wr_writer *out, const char *name, struct wr_str json);

#endif
