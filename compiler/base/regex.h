/* Inside base only: a pattern as a tree, and the tree as a Thompson automaton over bytes. */
#ifndef WC_BASE_REGEX_H
#define WC_BASE_REGEX_H

#include "compiler/base/automata.h"
#include "compiler/base/vec.h"

#define WC_CODE_POINT_MAX 0x10ffff
#define WC_REPEAT_INF (-1)

/* Code points, both ends in. */
struct wc_range {
    int32_t first, last;
};

struct wc_ranges {
    WC_VEC(struct wc_range) list; /* sorted and apart once wc_ranges_normalise() ran */
};

enum wc_regex_kind {
    WC_REGEX_EMPTY,
    WC_REGEX_CLASS,  /* one code point of `ranges` */
    WC_REGEX_CONCAT, /* left, right */
    WC_REGEX_EITHER, /* left, right */
    WC_REGEX_REPEAT  /* left, min to max times */
};

struct wc_regex {
    enum wc_regex_kind kind;
    struct wc_ranges ranges;
    struct wc_regex *left, *right;
    int min, max; /* WC_REPEAT_INF */
};

/* NULL with `error` filled where the pattern is refused. */
struct wc_regex *wc_regex_parse(struct wc_arena *arena, const char *pattern, size_t len,
                                struct wc_regex_error *error);

void wc_ranges_add(struct wc_arena *arena, struct wc_ranges *ranges, int32_t first, int32_t last);
void wc_ranges_normalise(struct wc_ranges *ranges);
/* All code points but these (which are normalised); surrogates are none. */
void wc_ranges_invert(struct wc_arena *arena, struct wc_ranges *ranges);
/* \d \w \s . and their opposites; false where `letter` names none. */
bool wc_ranges_named(struct wc_arena *arena, struct wc_ranges *ranges, char letter);

enum wc_nfa_kind { WC_NFA_BYTES, WC_NFA_SPLIT, WC_NFA_ACCEPT };

struct wc_nfa_state {
    enum wc_nfa_kind kind;
    uint8_t first, last; /* BYTES */
    uint32_t to, other;  /* other: SPLIT */
};

struct wc_nfa {
    WC_VEC(struct wc_nfa_state) states;
    uint32_t start;
};

/* False where it would have too many states. */
bool wc_nfa_build(struct wc_arena *arena, const struct wc_regex *regex, struct wc_nfa *nfa);
/* NULL where it would have too many states. */
struct wc_dfa *wc_dfa_build(struct wc_arena *arena, const struct wc_nfa *nfa);
/* The minimal automaton with states and classes in the order in which they are met. */
struct wc_dfa *wc_dfa_minimise(struct wc_arena *arena, const struct wc_dfa *dfa);

#endif
