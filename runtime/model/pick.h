/* Taking what one looks for out of JSON that others wrote, in one pass: a value that is not there or of
 * another type counts as absent, for servers differ; a name that comes again replaces what it said
 * before. Only broken syntax stops it. */
#ifndef WR_MODEL_PICK_H
#define WR_MODEL_PICK_H

#include "runtime/json/reader.h"

#define WR_PICK(text)                                                                              \
    {                                                                                              \
        .name = { WR_TEXT(text) }                                                                  \
    }

/* One object under way: `while (wr_pick_next(in, &it))` switch on it.object.field. */
struct wr_picked {
    struct wr_object object;
    uint64_t seen[1]; /* 64 fields at most */
};

/* Begins an object; anything else is gone past, and false. */
bool wr_pick_object(struct wr_reader *in, struct wr_picked *it, const struct wr_shape *shape);
/* The next field of the shape, whose value must be read then; false at the end, which it goes past. */
bool wr_pick_next(struct wr_reader *in, struct wr_picked *it);

void wr_pick_skip(struct wr_reader *in);
/* A string's text; `ptr` NULL where it is none. */
struct wr_str wr_pick_text(struct wr_reader *in);
/* Any value, as the JSON it is; `ptr` NULL for null. */
struct wr_str wr_pick_json(struct wr_reader *in);
/* Is it a string that is not empty? */
bool wr_pick_says(struct wr_reader *in);
/* An integer, 0 where it is none. `huge` becomes true where 64 bits do not hold it. */
int64_t wr_pick_int(struct wr_reader *in, bool *huge);
/* The same, at least 0 and at most WR_COUNT_MOST: sums and prices of it fit 64 bits. */
#define WR_COUNT_MOST INT64_C(1000000000)
int64_t wr_pick_count(struct wr_reader *in, bool *huge);

/* Decodes one event with `read`, which fills a zeroed struct of `size` bytes in `scratch`; NULL: it is
 * not JSON. */
const void *wr_pick_decode(struct wr_arena *scratch, struct wr_str data, size_t size,
                           wr_read_fn *read);
/* After an event: memory that one event in a thousand needs is given back. */
void wr_pick_done(struct wr_arena *scratch);

#endif
