/* Containment of shapes, by structure. What cannot be decided is tried with documents at the ends; where
 * none tells the two apart, nothing is known. A witness is one only after wc_accepts() agreed. */
#include "compiler/diff/contain_parts.h"

#include <string.h>

#define NEST_MAX 100
#define SIZED 100000 /* a length from which nothing is said of sizes */

static struct wc_containment prove(struct wc_proof *proof, struct wc_shape *outer,
                                   struct wc_shape *inner);

static const struct wc_containment proved = {WC_PROVED, NULL};
static const struct wc_containment unknown = {WC_UNKNOWN, NULL};

static bool needed(const struct wc_proof *proof, const struct wc_shape_part *part)
{
    return part->required || (proof->how.reply && part->fallback);
}

/* Of the inner one: every document of it has the field. */
static bool given(const struct wc_proof *proof, const struct wc_shape_part *part)
{
    return part->required || (proof->full && part->fallback);
}

/* Goes on with `next` where `so_far` is proved; a refutation counts more than not knowing. */
static struct wc_containment both(struct wc_containment so_far, struct wc_containment next)
{
    if (so_far.verdict == WC_REFUTED || next.verdict == WC_PROVED)
        return so_far;
    return next.verdict == WC_REFUTED || so_far.verdict == WC_PROVED ? next : so_far;
}

/* ---- lists and maps ----------------------------------------------------------------------- */

/* As many of the inner's as there may be and one more than the outer takes, or fewer. */
static struct wc_containment by_count(struct wc_proof *proof, struct wc_shape *outer,
                                      struct wc_shape *inner)
{
    int64_t count = outer->has_max && (!inner->has_max || inner->max > outer->max)
                        ? outer->max + 1
                        : (inner->has_min ? inner->min : 0);
    struct wc_shape sized = *inner;
    sized.has_min = true;
    if (!inner->has_min || count > inner->min)
        sized.min = count;
    return wc_refuted_by(proof, outer, inner, wc_example(proof->pool, &sized, proof->full));
}

static bool counts_fit(const struct wc_shape *outer, const struct wc_shape *inner)
{
    return (!outer->has_max || (inner->has_max && inner->max <= outer->max)) &&
           (!outer->has_min || (inner->has_min && inner->min >= outer->min) || outer->min <= 0);
}

static struct wc_containment lists(struct wc_proof *proof, struct wc_shape *outer,
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
    return wc_refuted_by(proof, outer, inner, list);
}

static struct wc_containment with_entry(struct wc_proof *proof, struct wc_shape *outer,
                                        struct wc_shape *inner, const char *key, json_t *value)
{
    json_t *map = wc_example(proof->pool, inner, proof->full);
    json_t *first = value ? NULL : wc_example(proof->pool, inner->element, proof->full);
    if (!map || (!value && !first))
        return unknown;
    map = wc_pool_take(proof->pool, json_copy(map));
    if (inner->has_min && (int64_t)json_object_size(map) >= inner->min && json_object_size(map) > 0)
        json_object_del(map, json_object_iter_key(json_object_iter(map)));
    json_object_set(map, key, value ? value : first);
    return wc_refuted_by(proof, outer, inner, map);
}

static struct wc_containment maps(struct wc_proof *proof, struct wc_shape *outer,
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
        json_t *map = wc_example(proof->pool, &one, proof->full);
        const char *key = map ? json_object_iter_key(json_object_iter(map)) : NULL;
        values = key ? with_entry(proof, outer, inner, key, values.witness) : unknown;
    }
    found = both(both(found, keys), values);
    return found.verdict == WC_UNKNOWN ? wc_tried(proof, outer, inner) : found;
}

/* ---- objects and unions ------------------------------------------------------------------- */

static struct wc_containment with_field(struct wc_proof *proof, struct wc_shape *outer,
                                        struct wc_shape *inner, const char *name, json_t *value)
{
    json_t *object = wc_example(proof->pool, inner, proof->full);
    if (!object || !value)
        return unknown;
    object = wc_pool_take(proof->pool, json_copy(object));
    json_object_set(object, name, value);
    return wc_refuted_by(proof, outer, inner, object);
}

/* What the outer says of a field that the inner, being open, may have with anything in it. */
static struct wc_containment anything(struct wc_proof *proof, struct wc_shape *outer,
                                      struct wc_shape *inner, const struct wc_shape_part *part)
{
    int64_t bytes = part->shape->kind == WC_SHAPE_ANY ? part->shape->max_bytes : 0;
    json_t *const values[] = {wc_made_text(proof->pool, bytes, 1),
                              json_null(),
                              json_true(),
                              wc_pool_take(proof->pool, json_integer(0)),
                              wc_made_text(proof->pool, 0, 1),
                              wc_pool_take(proof->pool, json_object()),
                              wc_pool_take(proof->pool, json_array())};
    struct wc_containment found = unknown;
    for (size_t i = 0; found.verdict == WC_UNKNOWN && i < sizeof values / sizeof *values; i++)
        found = with_field(proof, outer, inner, part->name, values[i]);
    return found;
}

static struct wc_containment one_field(struct wc_proof *proof, struct wc_shape *outer,
                                       struct wc_shape *inner, const struct wc_shape_part *part)
{
    const struct wc_shape_part *there = wc_shape_part(outer, part->name);
    if (!there && (outer->open || proof->how.tolerant))
        return proved;
    if (!there)
        return with_field(proof, outer, inner, part->name,
                          wc_example(proof->pool, part->shape, proof->full));
    struct wc_containment value = prove(proof, there->shape, part->shape);
    if (value.verdict != WC_REFUTED)
        return value;
    return with_field(proof, outer, inner, part->name, value.witness);
}

static struct wc_containment fields(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    struct wc_containment found = proved;
    json_t *least = wc_example(proof->pool, inner, proof->full);
    WC_EACH(i, &outer->parts)
    {
        const struct wc_shape_part *part = &outer->parts.items[i];
        const struct wc_shape_part *there = wc_shape_part(inner, part->name);
        if (needed(proof, part) && (!there || !given(proof, there)))
            found = both(found, wc_refuted_by(proof, outer, inner, least));
        if (!there && inner->open)
            found = both(found, anything(proof, outer, inner, part));
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

/* How often an object of the shape may be met along a way into a document. */
static int64_t times_of(struct wc_proof *proof, struct wc_shape *shape)
{
    bool holds_itself = shape->depth && wc_deepened(proof->pool, shape, 1, proof->full);
    return holds_itself ? shape->depth : 1;
}

/* Along a way into the document the outer object is met no more often than all inner ones together that it is held
 * against. */
static struct wc_containment depths(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    int64_t times = times_of(proof, inner);
    bool known = false;
    if (!outer->depth)
        return proved;
    if (times > outer->depth) {
        json_t *deep = wc_deepened(proof->pool, inner, outer->depth, proof->full);
        return wc_refuted_by(proof, outer, inner, deep);
    }
    WC_EACH(i, &proof->deep)
    {
        if (!same_name(proof->deep.items[i].outer, outer))
            continue;
        if (same_name(proof->deep.items[i].inner, inner))
            known = true;
        else
            times += times_of(proof, proof->deep.items[i].inner);
    }
    if (!known)
        wc_push(proof->pool->arena, &proof->deep, ((struct wc_shape_pair){outer, inner}));
    return known || times <= outer->depth ? proved : unknown;
}

static struct wc_containment objects(struct wc_proof *proof, struct wc_shape *outer,
                                     struct wc_shape *inner)
{
    WC_EACH(i, &proof->assumed)
    {
        if (proof->assumed.items[i].outer == outer && proof->assumed.items[i].inner == inner)
            return proved;
    }
    wc_push(proof->pool->arena, &proof->assumed, ((struct wc_shape_pair){outer, inner}));
    struct wc_containment found = fields(proof, outer, inner);
    if (found.verdict != WC_REFUTED)
        found = both(found, depths(proof, outer, inner));
    return found;
}

static struct wc_containment in_map(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    struct wc_containment found = proved;
    int64_t least = 0;
    if (inner->open)
        return wc_tried(proof, outer, inner);
    WC_EACH(i, &inner->parts)
    {
        const struct wc_shape_part *part = &inner->parts.items[i];
        least += given(proof, part);
        json_t *name = wc_pool_take(proof->pool, json_string(part->name));
        struct wc_containment value = prove(proof, outer->element, part->shape);
        if (value.verdict == WC_REFUTED)
            value = with_field(proof, outer, inner, part->name, value.witness);
        if (outer->key && !wc_accepts(outer->key, name, proof->how))
            value = with_field(proof, outer, inner, part->name,
                               wc_example(proof->pool, part->shape, proof->full));
        found = both(found, value);
    }
    bool counted = (!outer->has_min || least >= outer->min) &&
                   (!outer->has_max || (int64_t)inner->parts.count <= outer->max);
    if (!counted)
        found = both(found, wc_tried(proof, outer, inner));
    return found;
}

static struct wc_containment one_variant(struct wc_proof *proof, struct wc_shape *outer,
                                         const struct wc_shape_part *variant, const char *tag)
{
    const struct wc_shape_part *there = NULL;
    if (outer->kind != WC_SHAPE_UNION)
        return prove(proof, outer, variant->shape);
    if (strcmp(outer->tag, tag) == 0)
        there = wc_shape_part(outer, variant->name);
    if (there)
        return prove(proof, there->shape, variant->shape);
    return wc_tried(proof, outer, variant->shape);
}

static struct wc_containment unions(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    struct wc_containment found = proved;
    for (size_t i = 0; found.verdict != WC_REFUTED && i < inner->parts.count; i++)
        found = both(found, one_variant(proof, outer, &inner->parts.items[i], inner->tag));
    if (found.verdict == WC_REFUTED)
        return wc_refuted_by(proof, outer, inner, found.witness);
    return found;
}

/* An object whose tag is a field with one value, in a union. */
static struct wc_containment in_union(struct wc_proof *proof, struct wc_shape *outer,
                                      struct wc_shape *inner)
{
    const struct wc_shape_part *tag = wc_shape_part(inner, outer->tag);
    const json_t *values =
        tag && given(proof, tag) ? json_object_get(tag->shape->json, "enum") : NULL;
    const char *value = json_string_value(json_array_get(values, 0));
    const struct wc_shape_part *there =
        value && json_array_size(values) == 1 ? wc_shape_part(outer, value) : NULL;
    if (there && !tag->shape->nullable)
        return prove(proof, there->shape, inner);
    return wc_tried(proof, outer, inner);
}

/* ---- all ---------------------------------------------------------------------------------- */

static struct wc_containment anys(struct wc_proof *proof, struct wc_shape *outer,
                                  struct wc_shape *inner)
{
    if (outer->min_bytes <= inner->min_bytes && outer->max_bytes >= inner->max_bytes &&
        outer->max_depth >= inner->max_depth)
        return proved;
    json_t *text =
        outer->max_bytes >= 1 ? wc_made_text(proof->pool, outer->max_bytes - 1, 1) : NULL;
    struct wc_containment found = wc_refuted_by(proof, outer, inner, text);
    return found.verdict == WC_UNKNOWN ? wc_tried(proof, outer, inner) : found;
}

/* ---- the size of what any value may be ---------------------------------------------------- */

/* Bytes of a text's code points as JSON, each of them escaped. */
static int64_t escaped(const char *text)
{
    int64_t bytes = 2;
    for (; *text; text++)
        bytes += (unsigned char)*text >= 0xf0 ? 12 : ((unsigned char)*text & 0xc0) != 0x80 ? 6 : 0;
    return bytes;
}

static int64_t size_of(struct wc_shape *shape, int nest);

static int64_t size_of_fields(struct wc_shape *shape, int nest)
{
    int64_t size = 2;
    WC_EACH(i, &shape->parts)
    {
        int64_t value = size_of(shape->parts.items[i].shape, nest + 1);
        if (value < 0 || shape->open)
            return -1;
        size += escaped(shape->parts.items[i].name) + value + 2;
    }
    return size;
}

static int64_t largest_of(struct wc_shape *shape, int nest)
{
    int64_t size = 0;
    const json_t *values = json_object_get(shape->json, "enum");
    for (size_t i = 0; shape->kind == WC_SHAPE_ENUM && i < json_array_size(values); i++) {
        const char *text = json_string_value(json_array_get(values, i));
        int64_t one = text ? escaped(text) : -1;
        if (one < 0)
            return -1;
        size = one > size ? one : size;
    }
    for (size_t i = 0; shape->kind == WC_SHAPE_UNION && i < shape->parts.count; i++) {
        int64_t one = size_of(shape->parts.items[i].shape, nest + 1);
        if (one < 0)
            return -1;
        size = one > size ? one : size;
    }
    return size;
}

/* The most bytes that a document of the shape has as text, however it is written, but for white space; -1:
 * there is no such bound, as for numbers, which may have any number of zeros. */
static int64_t size_of(struct wc_shape *shape, int nest)
{
    int64_t element, size = -1, null = 4 * shape->nullable;
    if (nest > NEST_MAX / 4)
        return -1;
    switch (shape->kind) {
    case WC_SHAPE_BOOL:
        return 5;
    case WC_SHAPE_STRING:
        if (shape->has_max && shape->max < SIZED)
            size = 2 + 12 * shape->max;
        break;
    case WC_SHAPE_LIST:
        element = size_of(shape->element, nest + 1);
        if (element >= 0 && shape->has_max && shape->max < SIZED)
            size = 2 + shape->max * (element + 1);
        break;
    case WC_SHAPE_OBJECT:
        size = size_of_fields(shape, nest);
        break;
    case WC_SHAPE_REF:
        size = size_of(shape->target, nest + 1);
        break;
    case WC_SHAPE_ENUM:
    case WC_SHAPE_UNION:
        size = largest_of(shape, nest);
        break;
    default:
        break;
    }
    return size < 0 || size >= null ? size : null;
}

/* What is small enough, and not deep, is any value. */
static struct wc_containment in_any(struct wc_proof *proof, struct wc_shape *outer,
                                    struct wc_shape *inner)
{
    int64_t size = size_of(inner, 0);
    if (size >= 0 && size <= outer->max_bytes && outer->min_bytes <= 1 &&
        size / 2 <= outer->max_depth)
        return proved;
    return wc_tried(proof, outer, inner);
}

static struct wc_containment bare(struct wc_proof *proof, struct wc_shape *outer,
                                  struct wc_shape *inner)
{
    bool same = outer->kind == inner->kind;
    if (outer->kind == WC_SHAPE_ANY && !same)
        return in_any(proof, outer, inner);
    switch (inner->kind) {
    case WC_SHAPE_STRING:
        if (outer->kind == WC_SHAPE_ENUM)
            return wc_enum_contains(proof, outer, inner);
        return same ? wc_strings_contain(proof, outer, inner) : wc_tried(proof, outer, inner);
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        if (outer->kind == WC_SHAPE_INT || outer->kind == WC_SHAPE_NUMBER)
            return wc_numbers_contain(proof, outer, inner);
        return wc_tried(proof, outer, inner);
    case WC_SHAPE_BOOL:
    case WC_SHAPE_ENUM: { /* all of them are tried */
        struct wc_containment found = wc_tried(proof, outer, inner);
        size_t count = json_array_size(json_object_get(inner->json, "enum"));
        for (size_t i = 24; found.verdict == WC_UNKNOWN && i < count; i++)
            found = wc_refuted_by(proof, outer, inner, wc_variation(proof->pool, inner, i, false));
        return found.verdict == WC_UNKNOWN ? proved : found;
    }
    case WC_SHAPE_LIST:
        return same ? lists(proof, outer, inner) : wc_tried(proof, outer, inner);
    case WC_SHAPE_MAP:
        return same ? maps(proof, outer, inner) : wc_tried(proof, outer, inner);
    case WC_SHAPE_OBJECT:
        if (outer->kind == WC_SHAPE_MAP)
            return in_map(proof, outer, inner);
        if (outer->kind == WC_SHAPE_UNION)
            return in_union(proof, outer, inner);
        return same ? objects(proof, outer, inner) : wc_tried(proof, outer, inner);
    case WC_SHAPE_UNION:
        return unions(proof, outer, inner);
    case WC_SHAPE_ANY:
        return same ? anys(proof, outer, inner) : wc_tried(proof, outer, inner);
    default:
        return unknown;
    }
}

static struct wc_containment prove(struct wc_proof *proof, struct wc_shape *outer,
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
    struct wc_proof proof = {.pool = pool, .how = how, .full = how.reply || how.kept};
    struct wc_containment found = prove(&proof, outer, inner);
    return found.verdict == WC_REFUTED ? wc_refuted_by(&proof, outer, inner, found.witness) : found;
}
