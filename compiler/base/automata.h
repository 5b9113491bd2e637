/* Regular languages: a pattern becomes a minimal deterministic automaton over the bytes of UTF-8,
 * which matches, gives examples and proves containment. Knows nothing of the model. */
#ifndef WC_BASE_AUTOMATA_H
#define WC_BASE_AUTOMATA_H

#include "compiler/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WC_DFA_STATES_MAX 4096

/* State 0 refuses whatever follows; state 1 is the start. The same language always gives the same
 * automaton, numbers and all. */
struct wc_dfa {
    size_t state_count;
    size_t class_count;    /* bytes of one class are alike everywhere */
    uint8_t class_of[256]; /* class 0 has byte 0 in it */
    const uint16_t *next;  /* [state * class_count + class] */
    const bool *accepts;   /* [state] */
};

/* Why a pattern was refused. */
struct wc_regex_error {
    size_t offset;      /* bytes from the start of the pattern */
    const char *reason; /* a clause: "lookahead is not regular" */
    const char *help;   /* a way out, or NULL */
};

/* The automaton of a pattern, which matches whole strings: the syntax is that of ECMAScript's `u` mode
 * without anchors, lookaround and backreferences. NULL with `error` filled where it is refused. */
struct wc_dfa *wc_dfa_compile(struct wc_arena *arena, const char *pattern, size_t len,
                              struct wc_regex_error *error);

bool wc_dfa_matches(const struct wc_dfa *dfa, const char *text, size_t len);
/* The shortest text that matches, of those the one a person would write first: letters and digits
 * before marks before control characters. NUL-terminated; always the same. */
const char *wc_dfa_example(struct wc_arena *arena, const struct wc_dfa *dfa, size_t *len);
/* True where every text of `inner` is one of `outer`; else the shortest one that is not, as in
 * wc_dfa_example(). */
bool wc_dfa_contains(struct wc_arena *arena, const struct wc_dfa *outer, const struct wc_dfa *inner,
                     const char **witness, size_t *len);

struct wc_dfa_lengths {
    int64_t min_bytes, max_bytes; /* max: -1 where nothing bounds it */
    int64_t min_points, max_points;
};

/* How long texts that match are, in bytes and in code points. */
struct wc_dfa_lengths wc_dfa_lengths(struct wc_arena *scratch, const struct wc_dfa *dfa);

#endif
