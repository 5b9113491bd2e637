/* Taking fields out of JSON that others wrote. It knows the reader, and no provider. */
#include "runtime/model/pick.h"

#define SCRATCH_KEPT ((size_t)64 * 1024) /* from event to event */

void wr_pick_skip(struct wr_reader *in)
{
    struct wr_str text;
    wr_read_any(in, &text, SIZE_MAX);
}

bool wr_pick_object(struct wr_reader *in, struct wr_picked *it, const struct wr_shape *shape)
{
    if (wr_next(in) == '{')
        return wr_read_object(in, &it->object, shape, it->seen);
    wr_pick_skip(in);
    return false;
}

bool wr_pick_next(struct wr_reader *in, struct wr_picked *it)
{
    if (wr_read_member(in, &it->object))
        return true;
    wr_read_object_end(in, &it->object);
    return false;
}

struct wr_str wr_pick_text(struct wr_reader *in)
{
    struct wr_str text = {0};
    if (wr_next(in) == '"')
        wr_read_string(in, &text, 0, SIZE_MAX, WR_BYTES);
    else
        wr_pick_skip(in);
    return text;
}

struct wr_str wr_pick_json(struct wr_reader *in)
{
    struct wr_str text = {0};
    bool null = wr_next(in) == 'n';
    bool good = wr_read_any(in, &text, SIZE_MAX);
    return good && !null ? text : (struct wr_str){NULL, 0};
}

bool wr_pick_says(struct wr_reader *in)
{
    struct wr_str text;
    bool string = wr_next(in) == '"';
    return wr_read_any(in, &text, SIZE_MAX) && string && text.len > 2;
}

int64_t wr_pick_int(struct wr_reader *in, bool *huge)
{
    struct wr_str text;
    int64_t value = 0;
    bool over = false;
    int c = wr_next(in);
    if (!wr_read_any(in, &text, SIZE_MAX) || (c != '-' && (c < '0' || c > '9')))
        return 0;
    for (size_t i = c == '-'; i < text.len; i++) {
        int digit = text.ptr[i] - '0';
        if (digit < 0 || digit > 9)
            return 0; /* a fraction or an exponent */
        over = over || __builtin_mul_overflow(value, 10, &value) ||
               __builtin_add_overflow(value, c == '-' ? -digit : digit, &value);
    }
    *huge = *huge || over;
    return over ? 0 : value;
}

int64_t wr_pick_count(struct wr_reader *in, bool *huge)
{
    int64_t count = wr_pick_int(in, huge);
    return count < 0 ? 0 : count > WR_COUNT_MOST ? WR_COUNT_MOST : count;
}

const void *wr_pick_decode(struct wr_arena *scratch, struct wr_str data, size_t size,
                           wr_read_fn *read)
{
    const struct wr_schema schema = {.name = "event", .size = size, .decode = read};
    struct wr_reader in;
    wr_reader_init(&in, scratch, data);
    in.memory_max = SIZE_MAX; /* what it takes is in proportion to the event, which is bounded */
    in.last_wins = true;
    return wr_decode(&in, &schema);
}

void wr_pick_done(struct wr_arena *scratch)
{
    if (scratch->used > SCRATCH_KEPT)
        wr_arena_free(scratch);
    else
        wr_arena_reset(scratch);
}
