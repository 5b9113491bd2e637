/* From many states at once to one: the subset construction over classes of bytes, bounded in states
 * and in work, as a pattern may be made to explode. */
#include "compiler/base/regex.h"

#include <stdlib.h>
#include <string.h>

#define WORK_MAX ((size_t)4 * 1000 * 1000) /* members of sets, over all of them */
#define SLOTS 16384                        /* a power of two over twice WC_DFA_STATES_MAX */

struct set {
    const uint32_t *members; /* sorted states that read bytes or accept */
    size_t count;
};

struct subsets {
    struct wc_arena *arena; /* scratch */
    const struct wc_nfa *nfa;
    struct set *sets;
    size_t set_count;
    uint16_t *slots;                 /* set number + 1 by hash of the set */
    uint32_t *marked, *stack, *list; /* of the set under way; a state each */
    uint32_t stamp;
    size_t list_count, work;
    bool full;
};

/* Bytes that no state tells apart get one class; class numbers rise with the bytes. */
static size_t classify(const struct wc_nfa *nfa, uint8_t class_of[256])
{
    bool begins[257] = {false};
    WC_EACH(i, &nfa->states)
    {
        if (nfa->states.items[i].kind == WC_NFA_BYTES) {
            begins[nfa->states.items[i].first] = true;
            begins[nfa->states.items[i].last + 1] = true;
        }
    }
    size_t class = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        class += byte > 0 && begins[byte];
        class_of[byte] = (uint8_t) class;
    }
    return class + 1;
}

/* Puts the states that `state` reaches without a byte into the list. */
static void close_over(struct subsets *s, uint32_t state)
{
    size_t depth = 0;
    if (s->marked[state] != s->stamp)
        s->stack[depth++] = state;
    s->marked[state] = s->stamp;
    while (depth) {
        uint32_t at = s->stack[--depth];
        const struct wc_nfa_state *now = &s->nfa->states.items[at];
        if (now->kind != WC_NFA_SPLIT) {
            s->list[s->list_count++] = at;
            continue;
        }
        uint32_t both[2] = {now->other, now->to};
        for (int i = 0; i < 2; i++) {
            if (s->marked[both[i]] == s->stamp)
                continue;
            s->marked[both[i]] = s->stamp;
            s->stack[depth++] = both[i];
        }
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return one < other ? -1 : one > other;
}

/* The number of the set that the list holds, a new one if it was not met; 0 where the bounds end. */
static uint16_t number_of(struct subsets *s)
{
    size_t size = s->list_count * sizeof *s->list;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    qsort(s->list, s->list_count, sizeof *s->list, by_number);
    for (size_t i = 0; i < s->list_count; i++)
        hash = (hash ^ s->list[i]) * UINT64_C(0x100000001b3);
    size_t slot = (hash ^ hash >> 32) & (SLOTS - 1);
    for (; s->slots[slot]; slot = (slot + 1) & (SLOTS - 1)) {
        const struct set *set = &s->sets[s->slots[slot] - 1];
        if (set->count == s->list_count && (size == 0 || memcmp(set->members, s->list, size) == 0))
            return (uint16_t)(s->slots[slot] - 1);
    }
    s->work += s->list_count;
    if (s->set_count == WC_DFA_STATES_MAX || s->work > WORK_MAX) {
        s->full = true;
        return 0;
    }
    uint32_t *members = wc_arena_alloc(s->arena, size);
    if (size)
        memcpy(members, s->list, size);
    s->sets[s->set_count] = (struct set){members, s->list_count};
    s->slots[slot] = (uint16_t)++s->set_count;
    return (uint16_t)(s->set_count - 1);
}

static uint16_t step(struct subsets *s, const struct set *from, uint8_t byte)
{
    s->stamp++;
    s->list_count = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct wc_nfa_state *state = &s->nfa->states.items[from->members[i]];
        if (state->kind == WC_NFA_BYTES && byte >= state->first && byte <= state->last)
            close_over(s, state->to);
    }
    s->work += from->count / 8;
    return number_of(s);
}

static bool accepts(const struct subsets *s, const struct set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (s->nfa->states.items[set->members[i]].kind == WC_NFA_ACCEPT)
            return true;
    return false;
}

static void prepare(struct subsets *s)
{
    size_t states = s->nfa->states.count;
    s->sets = WC_NEW_ARRAY(s->arena, struct set, WC_DFA_STATES_MAX);
    s->slots = WC_NEW_ARRAY(s->arena, uint16_t, SLOTS);
    s->marked = WC_NEW_ARRAY(s->arena, uint32_t, states);
    s->stack = WC_NEW_ARRAY(s->arena, uint32_t, states);
    s->list = WC_NEW_ARRAY(s->arena, uint32_t, states);
    number_of(s); /* the empty set is state 0 */
    s->stamp = 1;
    close_over(s, s->nfa->start);
    number_of(s);
}

struct wc_dfa *wc_dfa_build(struct wc_arena *arena, const struct wc_nfa *nfa)
{
    struct wc_arena scratch = {0};
    struct subsets s = {.arena = &scratch, .nfa = nfa};
    struct wc_dfa *dfa = WC_NEW(arena, struct wc_dfa);
    uint8_t first[256]; /* a byte of each class */
    dfa->class_count = classify(nfa, dfa->class_of);
    for (size_t byte = 256; byte-- > 0;)
        first[dfa->class_of[byte]] = (uint8_t)byte;
    prepare(&s);
    WC_VEC(uint16_t) next = {0};
    for (size_t state = 0; state < s.set_count && !s.full; state++)
        for (size_t class = 0; class < dfa->class_count && !s.full; class ++)
            wc_push(&scratch, &next, step(&s, &s.sets[state], first[class]));
    if (!s.full) {
        bool *ends = WC_NEW_ARRAY(arena, bool, s.set_count);
        uint16_t *table = WC_NEW_ARRAY(arena, uint16_t, next.count);
        for (size_t i = 0; i < s.set_count; i++)
            ends[i] = accepts(&s, &s.sets[i]);
        memcpy(table, next.items, next.count * sizeof *table);
        dfa->state_count = s.set_count;
        dfa->accepts = ends;
        dfa->next = table;
    }
    wc_arena_free(&scratch);
    return s.full ? NULL : dfa;
}
