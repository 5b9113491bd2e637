/* Containment of texts and numbers: by lengths and automata, by ranges. What has no answer is tried. */
#include "compiler/diff/contain_parts.h"

#include <string.h>

#define UNROLLED 300 /* code points of a length that becomes an automaton */

static const struct wc_containment proved = {WC_PROVED, NULL};
static const struct wc_containment unknown = {WC_UNKNOWN, NULL};

/* Refuted by this document, if it does what it should. */
struct wc_containment wc_refuted_by(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner, json_t *witness)
{
    struct wc_accepting inside = {.reply = proof->full};
    if (witness && wc_accepts(inner, witness, inside) && !wc_accepts(outer, witness, proof->how))
        return (struct wc_containment){WC_REFUTED, witness};
    return unknown;
}

struct wc_containment wc_tried(struct wc_proof *proof, struct wc_shape *outer,
                               struct wc_shape *inner)
{
    struct wc_containment found =
        wc_refuted_by(proof, outer, inner, wc_example(proof->pool, inner, proof->full));
    for (size_t i = 0; found.verdict == WC_UNKNOWN && i < 24; i++)
        found =
            wc_refuted_by(proof, outer, inner, wc_variation(proof->pool, inner, i, proof->full));
    return found;
}

/* ---- strings ------------------------------------------------------------------------------ */

struct extent {
    int64_t min_points, max_points, min_bytes, max_bytes; /* max -1: no bound */
};

static int64_t least_of(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int64_t most_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static struct extent extent_of(struct wc_proof *proof, const struct wc_shape *shape)
{
    struct extent extent = {
        .min_points = shape->has_min ? shape->min : 0,
        .max_points = shape->has_max ? shape->max : -1,
        .min_bytes = shape->min_bytes,
        .max_bytes = shape->max_bytes,
    };
    const char *format = wc_format_pattern(shape->format);
    const struct wc_dfa *dfa = shape->dfa;
    if (!dfa && format)
        dfa = wc_language(proof->pool->languages, format);
    if (dfa) {
        struct wc_dfa_lengths lengths = wc_dfa_lengths(proof->pool->arena, dfa);
        extent.min_points = most_of(extent.min_points, lengths.min_points);
        extent.max_points = least_of(extent.max_points, lengths.max_points);
        extent.min_bytes = most_of(extent.min_bytes, lengths.min_bytes);
        extent.max_bytes = least_of(extent.max_bytes, lengths.max_bytes);
    }
    if (format) { /* all of them are ASCII */
        extent.max_bytes = least_of(extent.max_bytes, extent.max_points);
        extent.max_points = least_of(extent.max_bytes, extent.max_points);
    }
    extent.min_bytes = most_of(extent.min_bytes, extent.min_points);
    extent.min_points = most_of(extent.min_points, (extent.min_bytes + 3) / 4);
    extent.max_points = least_of(extent.max_points, extent.max_bytes);
    if (extent.max_points >= 0)
        extent.max_bytes = least_of(extent.max_bytes, 4 * extent.max_points);
    return extent;
}

/* The automaton of all texts that the shape may have, or of more. */
static const struct wc_dfa *language(struct wc_proof *proof, const struct wc_shape *shape)
{
    struct wc_arena *arena = proof->pool->arena;
    const char *format = wc_format_pattern(shape->format);
    if (shape->dfa)
        return shape->dfa;
    if (format)
        return wc_language(proof->pool->languages, format);
    const char *text = "[\\s\\S]*";
    int64_t min = shape->has_min ? shape->min : 0;
    if (shape->has_max && shape->max <= UNROLLED)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,%d}", (int)min, (int)shape->max);
    else if (min > 0 && min <= UNROLLED)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,}", (int)min);
    return wc_language(proof->pool->languages, text);
}

/* Texts of just one code point or byte more than the outer takes, or less. */
static struct wc_containment by_length(struct wc_proof *proof, struct wc_shape *outer,
                                       struct wc_shape *inner, struct extent in)
{
    int64_t points[] = {outer->has_max ? outer->max + 1 : -1,
                        in.min_points,
                        outer->max_bytes >= 0 ? outer->max_bytes + 1 : -1,
                        outer->max_bytes >= 0 ? outer->max_bytes / 4 + 1 : -1,
                        in.max_points,
                        in.max_points};
    static const int bytes[] = {1, 1, 1, 4, 1, 4};
    struct wc_containment found = unknown;
    for (size_t i = 0; found.verdict == WC_UNKNOWN && i < sizeof bytes / sizeof *bytes; i++)
        if (points[i] >= 0)
            found =
                wc_refuted_by(proof, outer, inner, wc_made_text(proof->pool, points[i], bytes[i]));
    return found.verdict == WC_UNKNOWN ? wc_tried(proof, outer, inner) : found;
}

/* Where the inner has a pattern, a text of it that is too long or too short for the outer. */
static struct wc_containment by_pattern_length(struct wc_proof *proof, struct wc_shape *outer,
                                               struct wc_shape *inner)
{
    struct wc_arena *arena = proof->pool->arena;
    const char *witness = NULL, *text = NULL;
    size_t len = 0;
    int min = outer->has_min && outer->min <= UNROLLED ? (int)outer->min : 0;
    if (outer->has_max && outer->max <= UNROLLED)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,%d}", min, (int)outer->max);
    else if (min)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,}", min);
    const struct wc_dfa *fits = text ? wc_language(proof->pool->languages, text) : NULL;
    if (!fits || wc_dfa_contains(arena, fits, inner->dfa, &witness, &len))
        return wc_tried(proof, outer, inner);
    return wc_refuted_by(proof, outer, inner,
                         wc_pool_take(proof->pool, json_stringn(witness, len)));
}

/* A text of the inner's form just too long for the outer. */
static struct wc_containment by_format_length(struct wc_proof *proof, struct wc_shape *outer,
                                              struct wc_shape *inner)
{
    struct wc_shape sized = *inner;
    int64_t most = outer->has_max ? outer->max : outer->max_bytes;
    sized.has_min = true;
    sized.min = most + 1;
    struct wc_containment found =
        wc_refuted_by(proof, outer, inner, wc_example(proof->pool, &sized, proof->full));
    return found.verdict == WC_UNKNOWN ? wc_tried(proof, outer, inner) : found;
}

static bool extent_fits(const struct wc_shape *outer, struct extent in)
{
    bool longer = outer->has_max && (in.max_points < 0 || in.max_points > outer->max);
    bool larger = outer->max_bytes >= 0 && (in.max_bytes < 0 || in.max_bytes > outer->max_bytes);
    return !longer && !larger && (!outer->has_min || in.min_points >= outer->min) &&
           in.min_bytes >= outer->min_bytes;
}

struct wc_containment wc_strings_contain(struct wc_proof *proof, struct wc_shape *outer,
                                         struct wc_shape *inner)
{
    struct extent in = extent_of(proof, inner);
    struct wc_arena *arena = proof->pool->arena;
    const char *witness = NULL;
    size_t len = 0;
    if (!extent_fits(outer, in) && inner->format >= 0)
        return by_format_length(proof, outer, inner);
    if (!extent_fits(outer, in))
        return inner->dfa ? by_pattern_length(proof, outer, inner)
                          : by_length(proof, outer, inner, in);
    if (outer->format >= 0 && outer->format != inner->format)
        return wc_tried(proof, outer, inner);
    if (!outer->dfa)
        return proved;
    const struct wc_dfa *all = language(proof, inner);
    if (all && wc_dfa_contains(arena, outer->dfa, all, &witness, &len))
        return proved;
    if (!all)
        return wc_tried(proof, outer, inner);
    struct wc_containment found =
        wc_refuted_by(proof, outer, inner, wc_pool_take(proof->pool, json_stringn(witness, len)));
    return found.verdict == WC_UNKNOWN ? by_length(proof, outer, inner, in) : found;
}

/* Of finitely many texts in the outer, one of the inner's that is not among them. */
struct wc_containment wc_enum_contains(struct wc_proof *proof, struct wc_shape *outer,
                                       struct wc_shape *inner)
{
    struct wc_containment found = wc_tried(proof, outer, inner);
    if (found.verdict == WC_REFUTED)
        return found;
    for (int64_t i = 0; found.verdict == WC_UNKNOWN && i < 64; i++)
        found = wc_refuted_by(proof, outer, inner, wc_made_text(proof->pool, i, 1));
    if (found.verdict == WC_REFUTED || !inner->dfa)
        return found;
    /* The enum as a pattern, each character escaped. */
    const char *pattern = "";
    size_t i, len;
    json_t *value;
    json_array_foreach(json_object_get(outer->json, "enum"), i, value)
    {
        pattern = wc_arena_printf(proof->pool->arena, "%s%s", pattern, i ? "|" : "");
        for (const char *c = json_string_value(value); c && *c; c++)
            pattern =
                wc_arena_printf(proof->pool->arena,
                                strchr("\\^$.*+?()[]{}|/", *c) ? "%s\\%c" : "%s%c", pattern, *c);
    }
    const struct wc_dfa *dfa = wc_language(proof->pool->languages, pattern);
    const char *witness = NULL;
    if (!dfa)
        return unknown;
    if (wc_dfa_contains(proof->pool->arena, dfa, inner->dfa, &witness, &len))
        return proved;
    return wc_refuted_by(proof, outer, inner,
                         wc_pool_take(proof->pool, json_stringn(witness, len)));
}

/* ---- numbers ------------------------------------------------------------------------------ */

static bool integers_fit(const struct wc_shape *outer, const struct wc_shape *inner)
{
    if (outer->kind == WC_SHAPE_NUMBER) {
        /* To a double there and back: only between whole numbers it holds. */
        bool low = !outer->has_min || (inner->has_min && (double)inner->min >= outer->number_min);
        bool high = !outer->has_max || (inner->has_max && (double)inner->max <= outer->number_max);
        return low && high;
    }
    return (!outer->has_min || (inner->has_min && inner->min >= outer->min)) &&
           (!outer->has_max || (inner->has_max && inner->max <= outer->max));
}

static bool numbers_fit(const struct wc_shape *outer, const struct wc_shape *inner)
{
    return (!outer->has_min || (inner->has_min && inner->number_min >= outer->number_min)) &&
           (!outer->has_max || (inner->has_max && inner->number_max <= outer->number_max));
}

struct wc_containment wc_numbers_contain(struct wc_proof *proof, struct wc_shape *outer,
                                         struct wc_shape *inner)
{
    bool fits = false;
    struct wc_pool *pool = proof->pool;
    if (inner->kind == WC_SHAPE_INT)
        fits = integers_fit(outer, inner);
    else if (outer->kind == WC_SHAPE_NUMBER)
        fits = numbers_fit(outer, inner);
    if (fits)
        return proved;
    /* The nearest that is out of the outer's range. */
    struct wc_containment found = unknown;
    if (inner->kind == WC_SHAPE_INT && outer->kind == WC_SHAPE_INT) {
        if (outer->has_max && outer->max < INT64_MAX)
            found = wc_refuted_by(proof, outer, inner,
                                  wc_pool_take(pool, json_integer(outer->max + 1)));
        if (found.verdict == WC_UNKNOWN && outer->has_min && outer->min > INT64_MIN)
            found = wc_refuted_by(proof, outer, inner,
                                  wc_pool_take(pool, json_integer(outer->min - 1)));
    }
    return found.verdict == WC_UNKNOWN ? wc_tried(proof, outer, inner) : found;
}
