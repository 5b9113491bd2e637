/* Sets of code points as sorted ranges, and the classes that patterns name (ECMA-262, 22.2.2.9). */
#include "compiler/base/regex.h"

#include <stdlib.h>

#define SURROGATE_FIRST 0xd800
#define SURROGATE_LAST 0xdfff

void wc_ranges_add(struct wc_arena *arena, struct wc_ranges *ranges, int32_t first, int32_t last)
{
    wc_push(arena, &ranges->list, ((struct wc_range){first, last}));
}

static int by_first(const void *a, const void *b)
{
    const struct wc_range *one = a, *other = b;
    if (one->first != other->first)
        return one->first < other->first ? -1 : 1;
    return one->last < other->last ? -1 : one->last > other->last;
}

void wc_ranges_normalise(struct wc_ranges *ranges)
{
    struct wc_range *items = ranges->list.items;
    size_t kept = 0;
    if (ranges->list.count)
        qsort(items, ranges->list.count, sizeof *items, by_first);
    WC_EACH(i, &ranges->list)
    {
        if (kept && items[i].first <= items[kept - 1].last + 1) {
            if (items[i].last > items[kept - 1].last)
                items[kept - 1].last = items[i].last;
        } else {
            items[kept++] = items[i];
        }
    }
    ranges->list.count = kept;
}

/* Adds a range without the surrogates, which no UTF-8 has. */
static void add_scalars(struct wc_arena *arena, struct wc_ranges *ranges, int32_t first,
                        int32_t last)
{
    if (first < SURROGATE_FIRST && last >= SURROGATE_FIRST) {
        wc_ranges_add(arena, ranges, first, SURROGATE_FIRST - 1);
        first = SURROGATE_LAST + 1;
    }
    if (first >= SURROGATE_FIRST && first <= SURROGATE_LAST)
        first = SURROGATE_LAST + 1;
    if (first <= last)
        wc_ranges_add(arena, ranges, first, last);
}

void wc_ranges_invert(struct wc_arena *arena, struct wc_ranges *ranges)
{
    struct wc_ranges others = {0};
    int32_t next = 0;
    WC_EACH(i, &ranges->list)
    {
        if (ranges->list.items[i].first > next)
            add_scalars(arena, &others, next, ranges->list.items[i].first - 1);
        next = ranges->list.items[i].last + 1;
    }
    if (next <= WC_CODE_POINT_MAX)
        add_scalars(arena, &others, next, WC_CODE_POINT_MAX);
    *ranges = others;
}

bool wc_ranges_named(struct wc_arena *arena, struct wc_ranges *ranges, char letter)
{
    static const struct wc_range digits[] = {{'0', '9'}};
    static const struct wc_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    static const struct wc_range spaces[] = {
        {'\t', '\r'},     {' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
        {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
    static const struct wc_range ends[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};
    static const struct {
        char letter, opposite;
        size_t count;
        const struct wc_range *list;
    } named[] = {{'d', 'D', sizeof digits / sizeof *digits, digits},
                 {'w', 'W', sizeof words / sizeof *words, words},
                 {'s', 'S', sizeof spaces / sizeof *spaces, spaces},
                 {'\n', '.', sizeof ends / sizeof *ends, ends}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (letter != named[i].letter && letter != named[i].opposite)
            continue;
        struct wc_ranges set = {0};
        for (size_t k = 0; k < named[i].count; k++)
            wc_ranges_add(arena, &set, named[i].list[k].first, named[i].list[k].last);
        if (letter == named[i].opposite)
            wc_ranges_invert(arena, &set);
        WC_EACH(k, &set.list)
        {
            wc_push(arena, &ranges->list, set.list.items[k]);
        }
        return true;
    }
    return false;
}
