/* What the language's expressions do with texts and lists: lengths and cuts by code points, parts,
 * sorting, and arithmetic that says whether it has a result. Knows UTF-8 and arenas. */
#include "runtime/base/arena.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* ---- code points -------------------------------------------------------------------------- */

static bool begins(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

int64_t wr_str_points(struct wr_str text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += begins(text.ptr[i]);
    return count;
}

struct wr_str wr_str_truncate(struct wr_str text, int64_t most)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        if (begins(text.ptr[i]) && count++ >= most)
            return (struct wr_str){text.ptr, i};
    return text;
}

/* ---- White_Space -------------------------------------------------------------------------- */

/* U+0009–000D, 0020, 0085, 00A0, 1680, 2000–200A, 2028, 2029, 202F, 205F, 3000: the length of the
 * one that stands at `at`, or 0. */
static size_t space_at(const char *at, size_t left)
{
    static const char *const wide[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                       "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                       "\xE2\x81\x9F", "\xE3\x80\x80"};
    if (left > 0 && (at[0] == ' ' || (at[0] >= '\t' && at[0] <= '\r')))
        return 1;
    for (size_t i = 0; i < WR_COUNT(wide); i++) {
        size_t len = strlen(wide[i]);
        if (left >= len && memcmp(at, wide[i], len) == 0)
            return len;
    }
    bool quad = left >= 3 && memcmp(at, "\xE2\x80", 2) == 0;
    return quad && (unsigned char)at[2] >= 0x80 && (unsigned char)at[2] <= 0x8A ? 3 : 0;
}

struct wr_str wr_str_trim(struct wr_str text)
{
    size_t len;
    while ((len = space_at(text.ptr, text.len)) > 0) {
        text.ptr += len;
        text.len -= len;
    }
    while (text.len > 0) {
        size_t last = text.len - 1;
        while (last > 0 && !begins(text.ptr[last]))
            last--;
        if (space_at(text.ptr + last, text.len - last) == 0)
            break;
        text.len = last;
    }
    return text;
}

/* ---- parts -------------------------------------------------------------------------------- */

struct wr_str wr_str_join(struct wr_arena *arena, const struct wr_str *items, size_t count,
                          struct wr_str between)
{
    struct wr_text text = {.arena = arena};
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            wr_text_add(&text, between);
        wr_text_add(&text, items[i]);
    }
    return wr_text_done(&text);
}

/* Where `part` begins at or after `from`; the text's length where it does not. */
static size_t find(struct wr_str text, size_t from, struct wr_str part)
{
    const char *at = part.len > 0 && part.len <= text.len - from
                         ? memmem(text.ptr + from, text.len - from, part.ptr, part.len)
                         : NULL;
    return at ? (size_t)(at - text.ptr) : text.len;
}

struct wr_str *wr_str_split(struct wr_arena *arena, struct wr_str text, struct wr_str at,
                            size_t *count)
{
    size_t parts = 1;
    for (size_t i = find(text, 0, at); i < text.len; i = find(text, i + at.len, at))
        parts++;
    struct wr_str *items = wr_arena_alloc(arena, parts * sizeof *items);
    size_t from = 0;
    for (size_t i = 0; i < parts; i++) {
        size_t end = find(text, from, at);
        items[i] = (struct wr_str){text.ptr + from, end - from};
        from = end + at.len;
    }
    *count = parts;
    return items;
}

/* ---- sorting ------------------------------------------------------------------------------ */

static int by_place(const struct wr_rank *a, const struct wr_rank *b)
{
    return (a->at > b->at) - (a->at < b->at);
}

static int by_text(const void *a, const void *b)
{
    const struct wr_rank *one = a, *other = b;
    int order = wr_str_compare(one->text, other->text);
    return order ? order : by_place(one, other);
}

static int by_integer(const void *a, const void *b)
{
    const struct wr_rank *one = a, *other = b;
    int order = (one->integer > other->integer) - (one->integer < other->integer);
    return order ? order : by_place(one, other);
}

static int by_number(const void *a, const void *b)
{
    const struct wr_rank *one = a, *other = b;
    int order = (one->number > other->number) - (one->number < other->number);
    return order ? order : by_place(one, other);
}

static void rank(struct wr_rank *ranks, size_t count, int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(ranks, count, sizeof *ranks, compare);
}

void wr_rank_by_text(struct wr_rank *ranks, size_t count)
{
    rank(ranks, count, by_text);
}

void wr_rank_by_integer(struct wr_rank *ranks, size_t count)
{
    rank(ranks, count, by_integer);
}

void wr_rank_by_number(struct wr_rank *ranks, size_t count)
{
    rank(ranks, count, by_number);
}

/* ---- arithmetic --------------------------------------------------------------------------- */

bool wr_int_add(int64_t a, int64_t b, int64_t *result)
{
    return !__builtin_add_overflow(a, b, result);
}

int64_t wr_int_abs(int64_t a)
{
    return a < 0 ? -a : a;
}

double wr_number_abs(double a)
{
    return __builtin_fabs(a);
}

bool wr_int_sub(int64_t a, int64_t b, int64_t *result)
{
    return !__builtin_sub_overflow(a, b, result);
}

bool wr_int_mul(int64_t a, int64_t b, int64_t *result)
{
    return !__builtin_mul_overflow(a, b, result);
}

static bool can_divide(int64_t a, int64_t b)
{
    return b != 0 && !(a == INT64_MIN && b == -1);
}

bool wr_int_div(int64_t a, int64_t b, int64_t *result)
{
    if (can_divide(a, b))
        *result = a / b;
    return can_divide(a, b);
}

/* INT64_MIN % -1 is 0, though C does not say so. */
bool wr_int_mod(int64_t a, int64_t b, int64_t *result)
{
    if (b != 0)
        *result = b == -1 ? 0 : a % b;
    return b != 0;
}

static bool finite_number(double value, double *result)
{
    if (!(value >= -DBL_MAX && value <= DBL_MAX))
        return false;
    *result = value;
    return true;
}

bool wr_number_add(double a, double b, double *result)
{
    return finite_number(a + b, result);
}

bool wr_number_sub(double a, double b, double *result)
{
    return finite_number(a - b, result);
}

bool wr_number_mul(double a, double b, double *result)
{
    return finite_number(a * b, result);
}

bool wr_number_div(double a, double b, double *result)
{
    return (b < 0 || b > 0) && finite_number(a / b, result);
}
