/* Containment of shapes, by structure. What cannot be decided is tried with documents at the ends; where
 * none tells the two apart, nothing is known. A witness is one only after wc_accepts() agreed. */
#include "compiler/diff/contain.h"

#include <string.h>

#define NEST_MAX 100
#define UNROLLED 300 /* code points of a length that becomes an automaton */

struct pair {
    struct wc_shape *outer, *inner;
};

struct proof {
    struct wc_pool *pool;
    struct wc_accepting how;     /* of the outer */
    WC_VEC(struct pair) assumed; /* objects under way or done: by coinduction they hold */
    WC_VEC(struct pair) deep;    /* outer objects with a depth, and what they are held against */
    int nest;
};

static struct wc_containment prove(struct proof *proof, struct wc_shape *outer,
                                   struct wc_shape *inner);

static const struct wc_containment proved = {WC_PROVED, NULL};
static const struct wc_containment unknown = {WC_UNKNOWN, NULL};

/* Refuted by this document, if it does what it should. */
static struct wc_containment by(struct proof *proof, struct wc_shape *outer, struct wc_shape *inner,
                                json_t *witness)
{
    struct wc_accepting inside = {.reply = proof->how.reply};
    if (witness && wc_accepts(inner, witness, inside) && !wc_accepts(outer, witness, proof->how))
        return (struct wc_containment){WC_REFUTED, witness};
    return unknown;
}

static struct wc_containment tried(struct proof *proof, struct wc_shape *outer,
                                   struct wc_shape *inner)
{
    struct wc_containment found =
        by(proof, outer, inner, wc_example(proof->pool, inner, proof->how.reply));
    for (size_t i = 0; found.verdict == WC_UNKNOWN && i < 24; i++)
        found = by(proof, outer, inner, wc_variation(proof->pool, inner, i, proof->how.reply));
    return found;
}

static bool needed(const struct proof *proof, const struct wc_shape_part *part)
{
    return part->required || (proof->how.reply && part->fallback);
}

/* Goes on with `next` where `so_far` is proved; a refutation counts more than not knowing. */
static struct wc_containment both(struct wc_containment so_far, struct wc_containment next)
{
    if (so_far.verdict == WC_REFUTED || next.verdict == WC_PROVED)
        return so_far;
    return next.verdict == WC_REFUTED || so_far.verdict == WC_PROVED ? next : so_far;
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

static struct extent extent_of(struct proof *proof, const struct wc_shape *shape)
{
    struct extent extent = {
        .min_points = shape->has_min ? shape->min : 0,
        .max_points = shape->has_max ? shape->max : -1,
        .min_bytes = shape->min_bytes,
        .max_bytes = shape->max_bytes,
    };
    const char *format = wc_format_pattern(shape->format);
    struct wc_regex_error error;
    const struct wc_dfa *dfa = shape->dfa;
    if (!dfa && format)
        dfa = wc_dfa_compile(proof->pool->arena, format, strlen(format), &error);
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

/* The automaton of all texts that the shape may have, or of more; `exact` says which. */
static const struct wc_dfa *language(struct proof *proof, const struct wc_shape *shape, bool *exact)
{
    struct wc_arena *arena = proof->pool->arena;
    const char *format = wc_format_pattern(shape->format);
    struct wc_regex_error error;
    *exact = false;
    if (shape->dfa)
        return shape->dfa;
    if (format)
        return wc_dfa_compile(arena, format, strlen(format), &error);
    const char *text = "[\\s\\S]*";
    int64_t min = shape->has_min ? shape->min : 0;
    if (shape->has_max && shape->max <= UNROLLED)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,%d}", (int)min, (int)shape->max);
    else if (min > 0 && min <= UNROLLED)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,}", (int)min);
    return wc_dfa_compile(arena, text, strlen(text), &error);
}

/* Texts of just one code point or byte more than the outer takes, or less. */
static struct wc_containment by_length(struct proof *proof, struct wc_shape *outer,
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
            found = by(proof, outer, inner, wc_made_text(proof->pool, points[i], bytes[i]));
    return found.verdict == WC_UNKNOWN ? tried(proof, outer, inner) : found;
}

/* Where the inner has a pattern, a text of it that is too long or too short for the outer. */
static struct wc_containment by_pattern_length(struct proof *proof, struct wc_shape *outer,
                                               struct wc_shape *inner)
{
    struct wc_arena *arena = proof->pool->arena;
    struct wc_regex_error error;
    const char *witness = NULL, *text = NULL;
    size_t len = 0;
    int min = outer->has_min && outer->min <= UNROLLED ? (int)outer->min : 0;
    if (outer->has_max && outer->max <= UNROLLED)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,%d}", min, (int)outer->max);
    else if (min)
        text = wc_arena_printf(arena, "[\\s\\S]{%d,}", min);
    struct wc_dfa *fits = text ? wc_dfa_compile(arena, text, strlen(text), &error) : NULL;
    if (!fits || wc_dfa_contains(arena, fits, inner->dfa, &witness, &len))
        return tried(proof, outer, inner);
    return by(proof, outer, inner, wc_pool_take(proof->pool, json_stringn(witness, len)));
}

/* A text of the inner's form just too long for the outer. */
static struct wc_containment by_format_length(struct proof *proof, struct wc_shape *outer,
                                              struct wc_shape *inner)
{
    struct wc_shape sized = *inner;
    int64_t most = outer->has_max ? outer->max : outer->max_bytes;
    sized.has_min = true;
    sized.min = most + 1;
    struct wc_containment found =
        by(proof, outer, inner, wc_example(proof->pool, &sized, proof->how.reply));
    return found.verdict == WC_UNKNOWN ? tried(proof, outer, inner) : found;
}

static bool extent_fits(const struct wc_shape *outer, struct extent in)
{
    bool longer = outer->has_max && (in.max_points < 0 || in.max_points > outer->max);
    bool larger = outer->max_bytes >= 0 && (in.max_bytes < 0 || in.max_bytes > outer->max_bytes);
    return !longer && !larger && (!outer->has_min || in.min_points >= outer->min) &&
           in.min_bytes >= outer->min_bytes;
}

static struct wc_containment strings(struct proof *proof, struct wc_shape *outer,
                                     struct wc_shape *inner)
{
    struct extent in = extent_of(proof, inner);
    struct wc_arena *arena = proof->pool->arena;
    const char *witness = NULL;
    size_t len = 0;
    bool exact;
    if (!extent_fits(outer, in) && inner->format >= 0)
        return by_format_length(proof, outer, inner);
    if (!extent_fits(outer, in))
        return inner->dfa ? by_pattern_length(proof, outer, inner)
                          : by_length(proof, outer, inner, in);
    if (outer->format >= 0 && outer->format != inner->format)
        return tried(proof, outer, inner);
    if (!outer->dfa)
        return proved;
    const struct wc_dfa *all = language(proof, inner, &exact);
    if (all && wc_dfa_contains(arena, outer->dfa, all, &witness, &len))
        return proved;
    if (!all)
        return tried(proof, outer, inner);
    struct wc_containment found =
        by(proof, outer, inner, wc_pool_take(proof->pool, json_stringn(witness, len)));
    return found.verdict == WC_UNKNOWN ? by_length(proof, outer, inner, in) : found;
}

/* Of finitely many texts in the outer, one of the inner's that is not among them. */
static struct wc_containment in_enum(struct proof *proof, struct wc_shape *outer,
                                     struct wc_shape *inner)
{
    struct wc_containment found = tried(proof, outer, inner);
    if (found.verdict == WC_REFUTED)
        return found;
    for (int64_t i = 0; found.verdict == WC_UNKNOWN && i < 64; i++)
        found = by(proof, outer, inner, wc_made_text(proof->pool, i, 1));
    if (found.verdict == WC_REFUTED || !inner->dfa)
        return found;
    /* The enum as a pattern, each character escaped. */
    const char *pattern = "";
    size_t i, len;
    json_t *value;
    struct wc_regex_error error;
    json_array_foreach(json_object_get(outer->json, "enum"), i, value)
    {
        pattern = wc_arena_printf(proof->pool->arena, "%s%s", pattern, i ? "|" : "");
        for (const char *c = json_string_value(value); c && *c; c++)
            pattern =
                wc_arena_printf(proof->pool->arena,
                                strchr("\\^$.*+?()[]{}|/", *c) ? "%s\\%c" : "%s%c", pattern, *c);
    }
    struct wc_dfa *dfa = wc_dfa_compile(proof->pool->arena, pattern, strlen(pattern), &error);
    const char *witness = NULL;
    if (!dfa)
        return unknown;
    if (wc_dfa_contains(proof->pool->arena, dfa, inner->dfa, &witness, &len))
        return proved;
    return by(proof, outer, inner, wc_pool_take(proof->pool, json_stringn(witness, len)));
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

static struct wc_containment numbers(struct proof *proof, struct wc_shape *outer,
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
            found = by(proof, outer, inner, wc_pool_take(pool, json_integer(outer->max + 1)));
        if (found.verdict == WC_UNKNOWN && outer->has_min && outer->min > INT64_MIN)
            found = by(proof, outer, inner, wc_pool_take(pool, json_integer(outer->min - 1)));
    }
    return found.verdict == WC_UNKNOWN ? tried(proof, outer, inner) : found;
}

/* ---- lists and maps ----------------------------------------------------------------------- */

/* As many of the inner's as there may be and one more than the outer takes, or fewer. */
static struct wc_containment by_count(struct proof *proof, struct wc_shape *outer,
                                      struct wc_shape *inner)
{
    int64_t count = outer->has_max && (!inner->has_max || inner->max > outer->max)
                        ? outer->max + 1
                        : (inner->has_min ? inner->min : 0);
    struct wc_shape sized = *inner;
    sized.has_min = true;
    if (!inner->has_min || count > inner->min)
        sized.min = count;
    return by(proof, outer, inner, wc_example(proof->pool, &sized, proof->how.reply));
}

static bool counts_fit(const struct wc_shape *outer, const struct wc_shape *inner)
{
    return (!outer->has_max || (inner->has_max && inner->max <= outer->max)) &&
           (!outer->has_min || (inner->has_min && inner->min >= outer->min) || outer->min <= 0);
}

static struct wc_containment lists(struct proof *proof, struct wc_shape *outer,
                                   struct wc_shape *inner)
{
    if (!counts_fit(outer, inner))
        return by_count(proof, outer, inner);
    if (inner->has_max && inner->max == 0)
        return proved;
    struct wc_containment items = prove(proof, outer->element, inner->element);
    if (items.verdict != WC_REFUTED)
        return items;
    json_t *list = wc_pool_take(proof->pool, json_array());
    for (int64_t i = 0; i < (inner->has_min && inner->min > 1 ? inner->min : 1); i++)
        json_array_append(list, items.witness);
    return by(proof, outer, inner, list);
}

static struct wc_containment with_entry(struct proof *proof, struct wc_shape *outer,
                                        struct wc_shape *inner, const char *key, json_t *value)
{
    json_t *map = wc_example(proof->pool, inner, proof->how.reply);
    json_t *first = value ? NULL : wc_example(proof->pool, inner->element, proof->how.reply);
    if (!map || (!value && !first))
        return unknown;
    map = wc_pool_take(proof->pool, json_copy(map));
    if (inner->has_min && (int64_t)json_object_size(map) >= inner->min && json_object_size(map) > 0)
        json_object_del(map, json_object_iter_key(json_object_iter(map)));
    json_object_set(map, key, value ? value : first);
    return by(proof, outer, inner, map);
}

static struct wc_containment maps(struct proof *proof, struct wc_shape *outer,
                                  struct wc_shape *inner)
{
    struct wc_containment found = proved, keys = proved;
    if (!counts_fit(outer, inner))
        return by_count(proof, outer, inner);
    if (inner->has_max && inner->max == 0)
        return proved;
    if (outer->key && inner->key)
        keys = prove(proof, outer->key, inner->key);
    else if (outer->key)
        keys = unknown;
    if (keys.verdict == WC_REFUTED)
        keys = with_entry(proof, outer, inner, json_string_value(keys.witness), NULL);
    struct wc_containment values = prove(proof, outer->element, inner->element);
    if (values.verdict == WC_REFUTED) {
        struct wc_shape one = *inner;
        one.has_min = true;
        one.min = inner->has_min && inner->min > 1 ? inner->min : 1;
        json_t *map = wc_example(proof->pool, &one, proof->how.reply);
        const char *key = map ? json_object_iter_key(json_object_iter(map)) : NULL;
        values = key ? with_entry(proof, outer, inner, key, values.witness) : unknown;
    }
    found = both(both(found, keys), values);
    return found.verdict == WC_UNKNOWN ? tried(proof, outer, inner) : found;
}

/* ---- objects and unions ------------------------------------------------------------------- */

static struct wc_containment with_field(struct proof *proof, struct wc_shape *outer,
                                        struct wc_shape *inner, const char *name, json_t *value)
{
    json_t *object = wc_example(proof->pool, inner, proof->how.reply);
    if (!object || !value)
        return unknown;
    object = wc_pool_take(proof->pool, json_copy(object));
    json_object_set(object, name, value);
    return by(proof, outer, inner, object);
}

/* What the outer says of a field that the inner, being open, may have with anything in it. */
static struct wc_containment anything(struct proof *proof, struct wc_shape *outer,
                                      struct wc_shape *inner, const char *name)
{
    json_t *const values[] = {json_null(),
                              json_true(),
                              wc_pool_take(proof->pool, json_integer(0)),
                              wc_made_text(proof->pool, 0, 1),
                              wc_pool_take(proof->pool, json_object()),
                              wc_pool_take(proof->pool, json_array())};
    struct wc_containment found = unknown;
    for (size_t i = 0; found.verdict == WC_UNKNOWN && i < sizeof values / sizeof *values; i++)
        found = with_field(proof, outer, inner, name, values[i]);
    return found;
}

static struct wc_containment one_field(struct proof *proof, struct wc_shape *outer,
                                       struct wc_shape *inner, const struct wc_shape_part *part)
{
    const struct wc_shape_part *there = wc_shape_part(outer, part->name);
    if (!there && (outer->open || proof->how.tolerant))
        return proved;
    if (!there)
        return with_field(proof, outer, inner, part->name,
                          wc_example(proof->pool, part->shape, proof->how.reply));
    struct wc_containment value = prove(proof, there->shape, part->shape);
    if (value.verdict != WC_REFUTED)
        return value;
    return with_field(proof, outer, inner, part->name, value.witness);
}

static struct wc_containment fields(struct proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    struct wc_containment found = proved;
    json_t *least = wc_example(proof->pool, inner, proof->how.reply);
    WC_EACH(i, &outer->parts)
    {
        const struct wc_shape_part *part = &outer->parts.items[i];
        const struct wc_shape_part *there = wc_shape_part(inner, part->name);
        if (needed(proof, part) && (!there || !needed(proof, there)))
            found = both(found, by(proof, outer, inner, least));
        if (!there && inner->open)
            found = both(found, anything(proof, outer, inner, part->name));
        if (found.verdict == WC_REFUTED)
            return found;
    }
    if (inner->open && !outer->open && !proof->how.tolerant)
        found = both(found, with_field(proof, outer, inner, "another", json_null()));
    for (size_t i = 0; found.verdict != WC_REFUTED && i < inner->parts.count; i++)
        found = both(found, one_field(proof, outer, inner, &inner->parts.items[i]));
    return found;
}

static bool same_name(const struct wc_shape *a, const struct wc_shape *b)
{
    return a->name && b->name && strcmp(a->name, b->name) == 0;
}

/* Along a way into the document the outer object is met no more often than the inner one it is always held
 * against; with two inner ones nothing is known. */
static struct wc_containment depths(struct proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    if (!outer->depth)
        return proved;
    if (!inner->depth || inner->depth > outer->depth) {
        json_t *deep = wc_deepened(proof->pool, inner, outer->depth, proof->how.reply);
        return by(proof, outer, inner, deep);
    }
    WC_EACH(i, &proof->deep)
    {
        if (same_name(proof->deep.items[i].outer, outer) &&
            !same_name(proof->deep.items[i].inner, inner))
            return unknown;
    }
    wc_push(proof->pool->arena, &proof->deep, ((struct pair){outer, inner}));
    return proved;
}

static struct wc_containment objects(struct proof *proof, struct wc_shape *outer,
                                     struct wc_shape *inner)
{
    WC_EACH(i, &proof->assumed)
    {
        if (proof->assumed.items[i].outer == outer && proof->assumed.items[i].inner == inner)
            return proved;
    }
    wc_push(proof->pool->arena, &proof->assumed, ((struct pair){outer, inner}));
    struct wc_containment found = fields(proof, outer, inner);
    if (found.verdict != WC_REFUTED)
        found = both(found, depths(proof, outer, inner));
    return found;
}

static struct wc_containment in_map(struct proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    struct wc_containment found = proved;
    int64_t least = 0;
    if (inner->open)
        return tried(proof, outer, inner);
    WC_EACH(i, &inner->parts)
    {
        const struct wc_shape_part *part = &inner->parts.items[i];
        least += needed(proof, part);
        json_t *name = wc_pool_take(proof->pool, json_string(part->name));
        struct wc_containment value = prove(proof, outer->element, part->shape);
        if (value.verdict == WC_REFUTED)
            value = with_field(proof, outer, inner, part->name, value.witness);
        if (outer->key && !wc_accepts(outer->key, name, proof->how))
            value = with_field(proof, outer, inner, part->name,
                               wc_example(proof->pool, part->shape, proof->how.reply));
        found = both(found, value);
    }
    bool counted = (!outer->has_min || least >= outer->min) &&
                   (!outer->has_max || (int64_t)inner->parts.count <= outer->max);
    if (!counted)
        found = both(found, tried(proof, outer, inner));
    return found;
}

static struct wc_containment one_variant(struct proof *proof, struct wc_shape *outer,
                                         const struct wc_shape_part *variant, const char *tag)
{
    const struct wc_shape_part *there = NULL;
    if (outer->kind != WC_SHAPE_UNION)
        return prove(proof, outer, variant->shape);
    if (strcmp(outer->tag, tag) == 0)
        there = wc_shape_part(outer, variant->name);
    if (there)
        return prove(proof, there->shape, variant->shape);
    return tried(proof, outer, variant->shape);
}

static struct wc_containment unions(struct proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    struct wc_containment found = proved;
    for (size_t i = 0; found.verdict != WC_REFUTED && i < inner->parts.count; i++)
        found = both(found, one_variant(proof, outer, &inner->parts.items[i], inner->tag));
    if (found.verdict == WC_REFUTED)
        return by(proof, outer, inner, found.witness);
    return found;
}

/* An object whose tag is a field with one value, in a union. */
static struct wc_containment in_union(struct proof *proof, struct wc_shape *outer,
                                      struct wc_shape *inner)
{
    const struct wc_shape_part *tag = wc_shape_part(inner, outer->tag);
    const json_t *values =
        tag && needed(proof, tag) ? json_object_get(tag->shape->json, "enum") : NULL;
    const char *value = json_string_value(json_array_get(values, 0));
    const struct wc_shape_part *there =
        value && json_array_size(values) == 1 ? wc_shape_part(outer, value) : NULL;
    if (there && !tag->shape->nullable)
        return prove(proof, there->shape, inner);
    return tried(proof, outer, inner);
}

/* ---- all ---------------------------------------------------------------------------------- */

static struct wc_containment anys(struct proof *proof, struct wc_shape *outer,
                                  struct wc_shape *inner)
{
    if (outer->min_bytes <= inner->min_bytes && outer->max_bytes >= inner->max_bytes &&
        outer->max_depth >= inner->max_depth)
        return proved;
    json_t *text =
        outer->max_bytes >= 1 ? wc_made_text(proof->pool, outer->max_bytes - 1, 1) : NULL;
    struct wc_containment found = by(proof, outer, inner, text);
    return found.verdict == WC_UNKNOWN ? tried(proof, outer, inner) : found;
}

static struct wc_containment bare(struct proof *proof, struct wc_shape *outer,
                                  struct wc_shape *inner)
{
    bool same = outer->kind == inner->kind;
    switch (inner->kind) {
    case WC_SHAPE_STRING:
        if (outer->kind == WC_SHAPE_ENUM)
            return in_enum(proof, outer, inner);
        return same ? strings(proof, outer, inner) : tried(proof, outer, inner);
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        if (outer->kind == WC_SHAPE_INT || outer->kind == WC_SHAPE_NUMBER)
            return numbers(proof, outer, inner);
        return tried(proof, outer, inner);
    case WC_SHAPE_BOOL:
    case WC_SHAPE_ENUM: { /* all of them are tried */
        struct wc_containment found = tried(proof, outer, inner);
        size_t count = json_array_size(json_object_get(inner->json, "enum"));
        for (size_t i = 24; found.verdict == WC_UNKNOWN && i < count; i++)
            found = by(proof, outer, inner, wc_variation(proof->pool, inner, i, false));
        return found.verdict == WC_UNKNOWN ? proved : found;
    }
    case WC_SHAPE_LIST:
        return same ? lists(proof, outer, inner) : tried(proof, outer, inner);
    case WC_SHAPE_MAP:
        return same ? maps(proof, outer, inner) : tried(proof, outer, inner);
    case WC_SHAPE_OBJECT:
        if (outer->kind == WC_SHAPE_MAP)
            return in_map(proof, outer, inner);
        if (outer->kind == WC_SHAPE_UNION)
            return in_union(proof, outer, inner);
        return same ? objects(proof, outer, inner) : tried(proof, outer, inner);
    case WC_SHAPE_UNION:
        return unions(proof, outer, inner);
    case WC_SHAPE_ANY:
        return same ? anys(proof, outer, inner) : tried(proof, outer, inner);
    default:
        return unknown;
    }
}

static struct wc_containment prove(struct proof *proof, struct wc_shape *outer,
                                   struct wc_shape *inner)
{
    if (inner->nullable && !wc_accepts(outer, json_null(), proof->how))
        return (struct wc_containment){WC_REFUTED, json_null()};
    if (outer->kind == WC_SHAPE_ODD || inner->kind == WC_SHAPE_ODD)
        return unknown;
    if (proof->nest >= NEST_MAX)
        return unknown;
    proof->nest++;
    struct wc_containment found = bare(proof, wc_shape_bare(outer), wc_shape_bare(inner));
    proof->nest--;
    return found;
}

struct wc_containment wc_contains(struct wc_pool *pool, struct wc_shape *outer,
                                  struct wc_shape *inner, struct wc_accepting how)
{
    struct proof proof = {.pool = pool, .how = how};
    struct wc_containment found = prove(&proof, outer, inner);
    return found.verdict == WC_REFUTED ? by(&proof, outer, inner, found.witness) : found;
}
