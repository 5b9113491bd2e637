/* The tree of a pattern as a Thompson automaton. It is built from its end: each part is told the state
 * that comes after it and gives the state that it starts in. A range of code points becomes sequences
 * of byte ranges in UTF-8. */
#include "compiler/base/regex.h"

#define STATES_MAX 200000

struct builder {
    struct wc_arena *arena;
    struct wc_nfa *nfa;
    bool full;
};

static uint32_t add(struct builder *b, struct wc_nfa_state state)
{
    if (b->nfa->states.count >= STATES_MAX) {
        b->full = true;
        return 0;
    }
    wc_push(b->arena, &b->nfa->states, state);
    return (uint32_t)b->nfa->states.count - 1;
}

static uint32_t split(struct builder *b, uint32_t to, uint32_t other)
{
    return add(b, (struct wc_nfa_state){.kind = WC_NFA_SPLIT, .to = to, .other = other});
}

/* ---- code points as bytes ------------------------------------------------------------------ */

static int encode(int32_t point, uint8_t bytes[4])
{
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (int i = len - 1; i > 0; i--, point >>= 6)
        bytes[i] = (uint8_t)(0x80 | (point & 0x3f));
    bytes[0] = (uint8_t)(marks[len] | point);
    return len;
}

/* Where [first, last] must be cut, as its code points are not one range a byte: the last one of the
 * first part, which may need another cut; or -1. */
static int32_t cut_after(int32_t first, int32_t last)
{
    static const int32_t longest[] = {0x7f, 0x7ff, 0xffff};
    for (int i = 0; i < 3; i++)
        if (first <= longest[i] && last > longest[i])
            return longest[i];
    for (int32_t mask = 0x3f; first > 0x7f && mask < last; mask = mask << 6 | 0x3f) {
        if ((first & ~mask) == (last & ~mask))
            break;
        if (first & mask)
            return first | mask;
        if ((last & mask) != mask)
            return (last & ~mask) - 1;
    }
    return -1;
}

/* The state before [first, last], which is one range a byte. */
static uint32_t sequence(struct builder *b, int32_t first, int32_t last, uint32_t to)
{
    uint8_t low[4], high[4];
    int len = encode(first, low);
    encode(last, high);
    for (int i = len - 1; i >= 0; i--)
        to = add(b, (struct wc_nfa_state){WC_NFA_BYTES, low[i], high[i], to, 0});
    return to;
}

static uint32_t class(struct builder *b, const struct wc_ranges *ranges, uint32_t to)
{
    uint32_t start = 0;
    bool begun = false;
    WC_EACH(i, &ranges->list)
    {
        int32_t first = ranges->list.items[i].first, last = ranges->list.items[i].last;
        while (first <= last) {
            int32_t end = last;
            for (int32_t cut; (cut = cut_after(first, end)) >= 0;)
                end = cut;
            uint32_t one = sequence(b, first, end, to);
            start = begun ? split(b, one, start) : one;
            begun = true;
            first = end + 1;
        }
    }
    return start;
}

/* ---- the tree ------------------------------------------------------------------------------ */

static uint32_t build(struct builder *b, const struct wc_regex *regex, uint32_t to);

static uint32_t repeat(struct builder *b, const struct wc_regex *regex, uint32_t to)
{
    const struct wc_regex *inner = regex->left;
    uint32_t end = to;
    if (regex->max == WC_REPEAT_INF) {
        uint32_t loop = split(b, 0, to);
        uint32_t body = build(b, inner, loop);
        b->nfa->states.items[loop].to = body;
        to = loop;
    }
    for (int i = regex->min; i < regex->max && !b->full; i++)
        to = split(b, build(b, inner, to), end);
    for (int i = 0; i < regex->min && !b->full; i++)
        to = build(b, inner, to);
    return to;
}

static uint32_t build(struct builder *b, const struct wc_regex *regex, uint32_t to)
{
    if (b->full)
        return 0;
    switch (regex->kind) {
    case WC_REGEX_CLASS:
        return class(b, &regex->ranges, to);
    case WC_REGEX_CONCAT:
        return build(b, regex->left, build(b, regex->right, to));
    case WC_REGEX_EITHER:
        return split(b, build(b, regex->left, to), build(b, regex->right, to));
    case WC_REGEX_REPEAT:
        return repeat(b, regex, to);
    default:
        return to;
    }
}

bool wc_nfa_build(struct wc_arena *arena, const struct wc_regex *regex, struct wc_nfa *nfa)
{
    struct builder b = {arena, nfa, false};
    uint32_t accept = add(&b, (struct wc_nfa_state){.kind = WC_NFA_ACCEPT});
    nfa->start = build(&b, regex, accept);
    return !b.full;
}
