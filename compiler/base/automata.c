/* What automata are asked: does it match, what would match, what does one take that another does not,
 * how long can it be. */
#include "compiler/base/automata.h"

#include "compiler/base/regex.h"

#include <string.h>

struct wc_dfa *wc_dfa_compile(struct wc_arena *arena, const char *pattern, size_t len,
                              struct wc_regex_error *error)
{
    struct wc_arena scratch = {0};
    struct wc_dfa *small = NULL;
    struct wc_nfa nfa = {0};
    struct wc_regex *regex = wc_regex_parse(&scratch, pattern, len, error);
    if (regex) {
        struct wc_dfa *large =
            wc_nfa_build(&scratch, regex, &nfa) ? wc_dfa_build(&scratch, &nfa) : NULL;
        if (large)
            small = wc_dfa_minimise(arena, large);
        if (!large)
            *error = (struct wc_regex_error){
                0, "its automaton would have more than 4096 states",
                "count fewer repetitions, or bound the string's length instead"};
        else if (!small)
            *error = (struct wc_regex_error){0, "no text matches it", NULL};
    }
    wc_arena_free(&scratch);
    return small;
}

static size_t next_of(const struct wc_dfa *dfa, size_t state, size_t byte)
{
    return dfa->next[state * dfa->class_count + dfa->class_of[byte]];
}

bool wc_dfa_matches(const struct wc_dfa *dfa, const char *text, size_t len)
{
    size_t state = 1;
    for (size_t i = 0; i < len && state; i++)
        state = next_of(dfa, state, (unsigned char)text[i]);
    return dfa->accepts[state];
}

/* ---- examples ------------------------------------------------------------------------------ */

/* The bytes in the order in which a person would try them. */
static void preferred(uint8_t order[256])
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool placed[256] = {false};
    size_t count = 0;
    for (const char *c = first; *c; c++) {
        order[count++] = (uint8_t)*c;
        placed[(unsigned char)*c] = true;
    }
    for (int pass = 0; pass < 2; pass++) /* what can be seen, then the rest */
        for (size_t byte = 0; byte < 256; byte++)
            if (!placed[byte] && (pass || (byte > ' ' && byte != 0x7f))) {
                order[count++] = (uint8_t)byte;
                placed[byte] = true;
            }
}

/* How a state of the product was first reached. */
struct step {
    uint32_t from;
    uint8_t byte;
    bool met;
};

static const char *spell(struct wc_arena *arena, const struct step *steps, size_t at, size_t *len)
{
    size_t count = 0;
    for (size_t i = at; steps[i].from != i; i = steps[i].from)
        count++;
    char *text = wc_arena_alloc(arena, count + 1);
    *len = count;
    for (size_t i = at; count; i = steps[i].from)
        text[--count] = (char)steps[i].byte;
    return text;
}

/* The shortest text that `in` takes and `out` (NULL: nothing) does not, or NULL: breadth first over
 * pairs of states. */
static const char *shortest(struct wc_arena *arena, const struct wc_dfa *in,
                            const struct wc_dfa *out, size_t *len)
{
    struct wc_arena scratch = {0};
    size_t width = out ? out->state_count : 1, start = width + (out ? 1 : 0), done = 0, count = 0;
    struct step *steps = WC_NEW_ARRAY(&scratch, struct step, in->state_count * width);
    uint32_t *queue = WC_NEW_ARRAY(&scratch, uint32_t, in->state_count * width);
    const char *found = NULL;
    uint8_t order[256];
    preferred(order);
    steps[start] = (struct step){(uint32_t)start, 0, true};
    queue[count++] = (uint32_t)start;
    while (done < count && !found) {
        size_t at = queue[done++], a = at / width, b = at % width;
        if (in->accepts[a] && !(out && out->accepts[b])) {
            found = spell(arena, steps, at, len);
            break;
        }
        for (size_t i = 0; i < 256; i++) {
            size_t next = next_of(in, a, order[i]) * width + (out ? next_of(out, b, order[i]) : 0);
            if (next < width || steps[next].met)
                continue;
            steps[next] = (struct step){(uint32_t)at, order[i], true};
            queue[count++] = (uint32_t)next;
        }
    }
    wc_arena_free(&scratch);
    return found;
}

const char *wc_dfa_example(struct wc_arena *arena, const struct wc_dfa *dfa, size_t *len)
{
    return shortest(arena, dfa, NULL, len);
}

bool wc_dfa_contains(struct wc_arena *arena, const struct wc_dfa *outer, const struct wc_dfa *inner,
                     const char **witness, size_t *len)
{
    *witness = shortest(arena, inner, outer, len);
    return !*witness;
}

/* ---- lengths ------------------------------------------------------------------------------- */

/* Steps of the automaton between states that can still accept; in a minimal one that is all but 0. */
struct steps {
    const struct wc_dfa *dfa;
    uint8_t weight[256]; /* of a step by the bytes of a class */
};

/* In code points, bytes that are tails of a sequence count nothing. No class has tails and others that
 * both lead somewhere. */
static struct steps steps_of(const struct wc_dfa *dfa, bool points)
{
    struct steps steps = {.dfa = dfa};
    for (size_t byte = 0; byte < 256; byte++)
        steps.weight[dfa->class_of[byte]] = !points || (byte & 0xc0) != 0x80;
    return steps;
}

static size_t step_to(const struct steps *steps, size_t state, size_t class)
{
    return steps->dfa->next[state * steps->dfa->class_count + class];
}

/* The least weight from the start to each state. States are numbered breadth first, so that a few
 * rounds do. */
static void nearest(const struct steps *steps, int64_t *best)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t state = 1; state < steps->dfa->state_count; state++)
            for (size_t class = 0; class < steps->dfa->class_count && best[state] >= 0; class ++) {
                size_t next = step_to(steps, state, class);
                int64_t sum = best[state] + steps->weight[class];
                if (next == 0 || (best[next] >= 0 && best[next] <= sum))
                    continue;
                best[next] = sum;
                changed = true;
            }
    }
}

/* The most weight from the start to each state, in topological order; false where there is a cycle, so
 * that nothing bounds it. */
static bool farthest(struct wc_arena *scratch, const struct steps *steps, int64_t *best)
{
    size_t count = steps->dfa->state_count, done = 0, ready = 0;
    size_t *before = WC_NEW_ARRAY(scratch, size_t, count),
           *order = WC_NEW_ARRAY(scratch, size_t, count);
    for (size_t state = 1; state < count; state++)
        for (size_t class = 0; class < steps->dfa->class_count; class ++)
            before[step_to(steps, state, class)]++;
    for (size_t state = 1; state < count; state++)
        if (before[state] == 0)
            order[ready++] = state;
    while (done < ready) {
        size_t state = order[done++];
        for (size_t class = 0; class < steps->dfa->class_count; class ++) {
            size_t next = step_to(steps, state, class);
            int64_t sum = best[state] + steps->weight[class];
            if (next && sum > best[next])
                best[next] = sum;
            if (next && --before[next] == 0)
                order[ready++] = next;
        }
    }
    return done == count - 1;
}

static int64_t length(struct wc_arena *scratch, const struct wc_dfa *dfa, bool most, bool points)
{
    int64_t *best = WC_NEW_ARRAY(scratch, int64_t, dfa->state_count), result = -1;
    struct steps steps = steps_of(dfa, points);
    for (size_t state = 0; state < dfa->state_count; state++)
        best[state] = state == 1 ? 0 : -1;
    if (!most)
        nearest(&steps, best);
    else if (!farthest(scratch, &steps, best))
        return -1;
    for (size_t state = 1; state < dfa->state_count; state++)
        if (dfa->accepts[state] &&
            (result < 0 || (most ? best[state] > result : best[state] < result)))
            result = best[state];
    return result;
}

struct wc_dfa_lengths wc_dfa_lengths(struct wc_arena *scratch, const struct wc_dfa *dfa)
{
    return (struct wc_dfa_lengths){.min_bytes = length(scratch, dfa, false, false),
                                   .max_bytes = length(scratch, dfa, true, false),
                                   .min_points = length(scratch, dfa, false, true),
                                   .max_points = length(scratch, dfa, true, true)};
}
