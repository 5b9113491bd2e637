/* The minimal automaton (Moore's refinement), with its states and classes of bytes numbered in the
 * order in which they are met, so that a language has one automaton only. */
#include "compiler/base/regex.h"

#include <string.h>

struct groups {
    const struct wc_dfa *dfa;
    uint16_t *of;    /* the group of each state */
    uint16_t *finer; /* the next round's */
    uint16_t *slots; /* a state + 1 by hash of its row of groups */
    size_t room;     /* slots, a power of two of at least twice the states */
    size_t count;
};

static uint16_t group_after(const struct groups *g, size_t state, size_t class)
{
    return g->of[g->dfa->next[state * g->dfa->class_count + class]];
}

static bool are_alike(const struct groups *g, size_t a, size_t b)
{
    if (g->of[a] != g->of[b])
        return false;
    for (size_t class = 0; class < g->dfa->class_count; class ++)
        if (group_after(g, a, class) != group_after(g, b, class))
            return false;
    return true;
}

/* Splits groups whose states differ in where they lead. */
static void refine(struct groups *g)
{
    size_t count = 0;
    memset(g->slots, 0, g->room * sizeof *g->slots);
    for (size_t state = 0; state < g->dfa->state_count; state++) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ g->of[state];
        for (size_t class = 0; class < g->dfa->class_count; class ++)
            hash = (hash ^ group_after(g, state, class)) * UINT64_C(0x100000001b3);
        size_t slot = (hash ^ hash >> 32) & (g->room - 1);
        while (g->slots[slot] && !are_alike(g, g->slots[slot] - 1u, state))
            slot = (slot + 1) & (g->room - 1);
        if (g->slots[slot]) {
            g->finer[state] = g->finer[g->slots[slot] - 1];
        } else {
            g->slots[slot] = (uint16_t)(state + 1);
            g->finer[state] = (uint16_t)count++;
        }
    }
    uint16_t *coarse = g->of;
    g->of = g->finer;
    g->finer = coarse;
    g->count = count;
}

/* Merges classes of bytes that lead to the same group from every state. Gives, for each new class, an
 * old one that is like it. */
static size_t merge_classes(const struct groups *g, struct wc_dfa *out, size_t old_of[256])
{
    size_t count = 0;
    uint8_t merged[256];
    for (size_t class = 0; class < g->dfa->class_count; class ++) {
        size_t like = 0;
        for (bool same = false; like < count; like++) {
            same = true;
            for (size_t s = 0; s < g->dfa->state_count && same; s++)
                same = group_after(g, s, class) == group_after(g, s, old_of[like]);
            if (same)
                break;
        }
        if (like == count)
            old_of[count++] = class;
        merged[class] = (uint8_t)like;
    }
    for (size_t byte = 0; byte < 256; byte++)
        out->class_of[byte] = merged[g->dfa->class_of[byte]];
    return count;
}

/* Numbers the groups as they are met from the start; `state_of` gets a state of each. */
static void number_groups(const struct groups *g, struct wc_dfa *out, const size_t old_of[256],
                          uint16_t *number, size_t *state_of)
{
    memset(number, 0xff, g->count * sizeof *number);
    number[g->of[0]] = 0;
    number[g->of[1]] = 1;
    state_of[0] = 0;
    state_of[1] = 1;
    size_t met = 2;
    for (size_t at = 1; at < met; at++)
        for (size_t class = 0; class < out->class_count; class ++) {
            size_t old = state_of[at] * g->dfa->class_count + old_of[class];
            uint16_t group = g->of[g->dfa->next[old]];
            if (number[group] != UINT16_MAX)
                continue;
            state_of[met] = g->dfa->next[old];
            number[group] = (uint16_t)met++;
        }
    out->state_count = met;
}

struct wc_dfa *wc_dfa_minimise(struct wc_arena *arena, const struct wc_dfa *dfa)
{
    struct wc_arena scratch = {0};
    struct groups g = {.dfa = dfa, .count = 2, .room = 16};
    struct wc_dfa *out = WC_NEW(arena, struct wc_dfa);
    g.of = WC_NEW_ARRAY(&scratch, uint16_t, dfa->state_count);
    g.finer = WC_NEW_ARRAY(&scratch, uint16_t, dfa->state_count);
    while (g.room < 2 * dfa->state_count)
        g.room *= 2;
    g.slots = WC_NEW_ARRAY(&scratch, uint16_t, g.room);
    for (size_t state = 0; state < dfa->state_count; state++)
        g.of[state] = dfa->accepts[state];
    for (size_t before = 0; before != g.count;) {
        before = g.count;
        refine(&g);
    }
    size_t old_of[256];
    out->class_count = merge_classes(&g, out, old_of);
    uint16_t *number = WC_NEW_ARRAY(&scratch, uint16_t, g.count);
    size_t *state_of = WC_NEW_ARRAY(&scratch, size_t, g.count + 2);
    bool empty = g.of[0] == g.of[1];
    if (!empty)
        number_groups(&g, out, old_of, number, state_of);
    uint16_t *next = WC_NEW_ARRAY(arena, uint16_t, out->state_count * out->class_count);
    bool *accepts = WC_NEW_ARRAY(arena, bool, out->state_count);
    for (size_t state = 0; state < out->state_count; state++) {
        accepts[state] = dfa->accepts[state_of[state]];
        for (size_t class = 0; class < out->class_count; class ++) {
            size_t old = state_of[state] * dfa->class_count + old_of[class];
            next[state * out->class_count + class] = number[g.of[dfa->next[old]]];
        }
    }
    out->next = next;
    out->accepts = accepts;
    wc_arena_free(&scratch);
    return empty ? NULL : out;
}
