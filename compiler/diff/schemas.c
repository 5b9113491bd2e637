/* Requests and replies, field by field: each difference is a finding of its own, with a document that one
 * side takes and the other does not. At the end containment of the whole says whether all was found. */
#include "compiler/diff/rules.h"

#include <stdlib.h>
#include <string.h>

/* How a value lies in the one above it, so that a document of it becomes one of the whole. */
struct frame {
    const struct frame *up;
    struct wc_shape *old, *new; /* the one above; a REF's target */
    const char *field;          /* NULL: an item of a list or a map */
};

struct walk {
    struct wc_diff *diff;
    bool reply;
    struct wc_shape *old_root, *new_root;
    WC_VEC(struct wc_shape *) seen; /* pairs of objects */
    size_t grave;                   /* findings of review or above */
};

/* Where the walk is. */
struct spot {
    struct wc_shape *old, *new;
    const char *path;
    const struct frame *frame;
};

static void walk_types(struct walk *walk, struct spot spot);

/* ---- witnesses ---------------------------------------------------------------------------- */

static json_t *wrapped(struct walk *walk, const struct frame *frame, json_t *document, bool of_old)
{
    struct wc_pool *pool = &walk->diff->pool;
    for (; frame && document; frame = frame->up) {
        struct wc_shape *shape = of_old ? frame->old : frame->new;
        struct wc_shape sized = *shape;
        json_t *whole = NULL;
        if (shape->kind == WC_SHAPE_UNION)
            continue;
        if (!frame->field && !(sized.has_min && sized.min > 0)) {
            sized.has_min = true;
            sized.min = 1;
        }
        whole = wc_example(pool, frame->field ? shape : &sized, walk->reply);
        if (!whole)
            return NULL;
        whole = wc_pool_take(pool, json_copy(whole));
        if (frame->field)
            json_object_set(whole, frame->field, document);
        else if (json_is_array(whole))
            json_array_set(whole, 0, document);
        else if (json_object_size(whole))
            json_object_set(whole, json_object_iter_key(json_object_iter(whole)), document);
        document = whole;
    }
    return document;
}

/* Shown only if one whole side takes it and the other does not. */
static void show(struct walk *walk, struct wc_finding *finding, const struct frame *frame,
                 json_t *document, bool of_old)
{
    struct wc_accepting how = {.reply = walk->reply};
    json_t *whole = wrapped(walk, frame, document, of_old);
    if (!whole)
        return;
    bool old = wc_accepts(walk->old_root, whole, how), new = wc_accepts(walk->new_root, whole, how);
    if (old == of_old && new != of_old) {
        finding->witness = whole;
        finding->old_takes = of_old;
    }
}

/* A document of the side that takes more, where `narrower` says it is the old one. */
static void show_apart(struct walk *walk, struct wc_finding *finding, struct spot spot,
                       bool narrower)
{
    struct wc_accepting how = {.reply = walk->reply};
    struct wc_containment found = narrower
                                      ? wc_contains(&walk->diff->pool, spot.new, spot.old, how)
                                      : wc_contains(&walk->diff->pool, spot.old, spot.new, how);
    if (found.verdict == WC_REFUTED)
        show(walk, finding, spot.frame, found.witness, narrower);
}

/* ---- findings ----------------------------------------------------------------------------- */

struct rule_pair {
    enum wc_rule request, reply;
};
#define BOTH(one, other) ((struct rule_pair){WC_RULE_request_##one, WC_RULE_reply_##other})

static struct wc_finding *found(struct walk *walk, struct rule_pair rules, const char *path,
                                const struct wc_shape *old, const struct wc_shape *new)
{
    enum wc_rule rule = walk->reply ? rules.reply : rules.request;
    walk->grave += wc_rule_row(rule)->level >= WC_REVIEW;
    return wc_find(walk->diff, rule, path, old ? old->pointer : NULL, new ? new->pointer : NULL);
}

static const char *who(const struct walk *walk)
{
    return walk->reply ? "a client that reads it" : "a client that sends it";
}

#define says(walk, finding, help, ...) wc_find_says((walk)->diff, finding, help, __VA_ARGS__)

static const char *json_text(struct walk *walk, const json_t *json)
{
    char *dump =
        json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    const char *text = wc_print(walk->diff, "%s", dump ? dump : "nothing");
    free(dump);
    return text;
}

/* A bound that cannot be met any way breaks nobody: what has no witness and is contained is no finding. */
static void drop_if_contained(struct walk *walk, struct wc_finding *finding, struct spot spot)
{
    struct wc_accepting how = {.reply = walk->reply};
    struct wc_pool *pool = &walk->diff->pool;
    if (finding->witness || finding->level != WC_BREAKING)
        return;
    struct wc_containment held = walk->reply ? wc_contains(pool, spot.old, spot.new, how)
                                             : wc_contains(pool, spot.new, spot.old, how);
    if (held.verdict != WC_PROVED)
        return;
    walk->diff->findings.count--; /* it is the last */
    walk->grave--;
}

/* ---- bounds ------------------------------------------------------------------------------- */

static void bound(struct walk *walk, struct spot spot, const char *name, bool is_max,
                  const json_t *old, const json_t *new)
{
    double a = json_number_value(old), b = json_number_value(new);
    bool tighter = new && (!old || (is_max ? b < a : b > a));
    struct rule_pair rules = BOTH(bound_loosened, bound_loosened);
    if (wc_same(old, new) || (old && new && !(a < b) && !(b < a)))
        return;
    if (!new)
        rules = BOTH(bound_removed, bound_removed);
    else if (!old)
        rules = BOTH(bound_set, bound_set);
    else if (tighter)
        rules = BOTH(bound_tightened, bound_tightened);
    struct wc_finding *finding = found(walk, rules, spot.path, spot.old, spot.new);
    const char *from = json_text(walk, old), *to = json_text(walk, new);
    if (tighter)
        says(walk, finding, walk->reply ? NULL : "keep the old bound, or take both in a new route",
             walk->reply ? "%s sees less: %s was %s and is %s"
                         : "%s is refused where its value is beyond the bound: %s was %s and is %s",
             who(walk), name, from, to);
    else
        says(walk, finding, walk->reply ? "keep the old bound (`truncate` makes a text fit)" : NULL,
             walk->reply ? "%s may get more than it has room for: %s was %s and is %s"
                         : "%s may send more: %s was %s and is %s",
             who(walk), name, from, to);
    show_apart(walk, finding, spot, tighter);
    drop_if_contained(walk, finding, spot);
}

static void bounds(struct walk *walk, struct spot spot, const char *min, const char *max,
                   const char *least, const char *most)
{
    bound(walk, spot, least, false, json_object_get(spot.old->json, min),
          json_object_get(spot.new->json, min));
    bound(walk, spot, most, true, json_object_get(spot.old->json, max),
          json_object_get(spot.new->json, max));
}

/* ---- what a type takes -------------------------------------------------------------------- */

/* Two types of which no finer rule knows: containment both ways says which rule. */
static void whole_types(struct walk *walk, struct spot spot, struct rule_pair less,
                        struct rule_pair more, const char *noun)
{
    struct wc_accepting how = {.reply = walk->reply};
    struct wc_pool *pool = &walk->diff->pool;
    struct wc_containment narrower = wc_contains(pool, spot.new, spot.old, how);
    struct wc_containment wider = wc_contains(pool, spot.old, spot.new, how);
    struct wc_finding *finding;
    bool breaks = walk->reply ? wider.verdict == WC_REFUTED : narrower.verdict == WC_REFUTED;
    bool open = walk->reply ? wider.verdict == WC_UNKNOWN : narrower.verdict == WC_UNKNOWN;
    if (narrower.verdict == WC_PROVED && wider.verdict == WC_PROVED)
        return;
    if (open) {
        finding = found(walk, BOTH(unknown, unknown), spot.path, spot.old, spot.new);
        says(walk, finding, "compare both by hand; no document was found that tells them apart",
             "whether %s notices is not known: %s has changed, and containment is undecided",
             who(walk), noun);
        return;
    }
    if (breaks == walk->reply)
        finding = found(walk, more, spot.path, spot.old, spot.new);
    else
        finding = found(walk, less, spot.path, spot.old, spot.new);
    if (walk->reply)
        says(walk, finding, breaks ? "keep the type, and add a field beside it" : NULL,
             breaks ? "%s may find what it does not expect: %s has changed"
                    : "%s finds nothing new: %s lets less through",
             who(walk), noun);
    else
        says(walk, finding, breaks ? "keep the type, and add a field beside it" : NULL,
             breaks ? "%s is refused with values that were taken: %s has changed"
                    : "%s may send more than before: %s takes more",
             who(walk), noun);
    if (breaks != walk->reply && narrower.verdict == WC_REFUTED)
        show(walk, finding, spot.frame, narrower.witness, true);
    else if (wider.verdict == WC_REFUTED)
        show(walk, finding, spot.frame, wider.witness, false);
}

static bool has_value(const json_t *values, const json_t *wanted)
{
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
    {
        if (json_equal(value, (json_t *)wanted))
            return true;
    }
    return false;
}

static void enum_values(struct walk *walk, struct spot spot)
{
    json_t *old = json_object_get(spot.old->json, "enum");
    json_t *new = json_object_get(spot.new->json, "enum"), *value;
    size_t i;
    json_array_foreach(old, i, value)
    {
        if (has_value(new, value))
            continue;
        struct wc_finding *finding =
            found(walk, BOTH(value_removed, value_removed), spot.path, spot.old, spot.new);
        says(walk, finding, walk->reply ? NULL : "go on taking the value, and treat it as another",
             walk->reply ? "%s never gets %s any more" : "%s is refused with %s", who(walk),
             json_text(walk, value));
        show(walk, finding, spot.frame, value, true);
    }
    json_array_foreach(new, i, value)
    {
        if (has_value(old, value))
            continue;
        struct wc_finding *finding =
            found(walk, BOTH(value_added, value_added), spot.path, spot.old, spot.new);
        says(walk, finding,
             walk->reply ? "see that clients pass over values they do not know" : NULL,
             walk->reply ? "%s may get %s, which it does not know" : "%s may send %s", who(walk),
             json_text(walk, value));
        show(walk, finding, spot.frame, value, false);
    }
}

static void nulls(struct walk *walk, struct spot spot)
{
    struct wc_accepting how = {.reply = walk->reply};
    bool gone = wc_accepts(spot.old, json_null(), how);
    if (gone == wc_accepts(spot.new, json_null(), how))
        return;
    struct wc_finding *finding =
        found(walk, gone ? BOTH(null_removed, null_removed) : BOTH(null_added, null_added),
              spot.path, spot.old, spot.new);
    if (walk->reply)
        says(walk, finding, gone ? NULL : "give a value in place of null",
             gone ? "%s never gets null" : "%s may get null where there was always a value",
             who(walk));
    else
        says(walk, finding, gone ? "go on taking null, as if it were left out" : NULL,
             gone ? "%s is refused with null" : "%s may send null", who(walk));
    show(walk, finding, spot.frame, json_null(), gone);
}

static void currency(struct walk *walk, struct spot spot)
{
    const char *old = spot.old->currency, *new = spot.new->currency;
    if (old == new || (old && new &&strcmp(old, new) == 0))
        return;
    struct wc_finding *finding =
        found(walk, BOTH(currency, currency), spot.path, spot.old, spot.new);
    says(walk, finding, "add a field of the new currency beside it",
         "%s means %s where %s is meant; no validator sees it", who(walk),
         old ? old : "a plain number", new ? new : "a plain number");
}

/* ---- objects ------------------------------------------------------------------------------ */

static bool is_needed(const struct walk *walk, const struct wc_shape_part *part)
{
    return part->required || (walk->reply && part->fallback);
}

static void field_gone(struct walk *walk, struct spot spot, const struct wc_shape_part *part,
                       const char *path)
{
    struct wc_pool *pool = &walk->diff->pool;
    bool needed = is_needed(walk, part);
    json_t *object = wc_example(pool, spot.old, walk->reply);
    json_t *value = wc_example(pool, part->shape, walk->reply);
    struct rule_pair rules = {
        spot.new->open ? WC_RULE_request_field_ignored : WC_RULE_request_field_removed,
        needed ? WC_RULE_reply_required_removed : WC_RULE_reply_optional_removed};
    struct wc_finding *finding = found(walk, rules, path, part->shape, NULL);
    if (walk->reply) {
        says(walk, finding, "keep it, and deprecate it",
             needed ? "%s fails: `%s` was always there and is gone"
                    : "%s does not find `%s` any more",
             who(walk), part->name);
        if (needed)
            show(walk, finding, spot.frame, wc_example(pool, spot.new, true), false);
        return;
    }
    says(walk, finding, "keep it as an optional field that nothing reads",
         spot.new->open ? "%s is taken, and `%s` is ignored" : "%s is refused: `%s` is unknown",
         who(walk), part->name);
    if (object && value) {
        object = wc_pool_take(pool, json_copy(object));
        json_object_set(object, part->name, value);
        show(walk, finding, spot.frame, object, true);
    }
}

static void field_new(struct walk *walk, struct spot spot, const struct wc_shape_part *part,
                      const char *path)
{
    bool needed = part->required;
    struct rule_pair rules = {needed ? WC_RULE_request_required_added : WC_RULE_request_field_added,
                              WC_RULE_reply_field_added};
    struct wc_finding *finding = found(walk, rules, path, NULL, part->shape);
    if (walk->reply)
        says(walk, finding, NULL, "%s finds `%s` besides", who(walk), part->name);
    else
        says(walk, finding, needed ? "make it optional, or give it a default" : NULL,
             needed ? "%s as before is refused: `%s` is missing" : "%s may send `%s` besides",
             who(walk), part->name);
    if (needed && !walk->reply)
        show(walk, finding, spot.frame, wc_example(&walk->diff->pool, spot.old, false), true);
}

static void field_needed(struct walk *walk, struct spot spot, const struct wc_shape_part *old,
                         const struct wc_shape_part *new, const char *path)
{
    bool was = is_needed(walk, old), is = is_needed(walk, new);
    struct wc_pool *pool = &walk->diff->pool;
    struct wc_finding *finding;
    if (was == is)
        return;
    finding = found(
        walk, is ? BOTH(became_required, became_required) : BOTH(became_optional, became_optional),
        path, old->shape, new->shape);
    if (walk->reply)
        says(walk, finding, is ? NULL : "give a value in every reply",
             is ? "%s always finds `%s`" : "%s fails where `%s` is missing: it was always there",
             who(walk), old->name);
    else
        says(walk, finding, is ? "give it a default" : NULL,
             is ? "%s without `%s` is refused" : "%s may leave `%s` out", who(walk), old->name);
    /* The smallest document of the side that does without it. */
    show(walk, finding, spot.frame, wc_example(pool, is ? spot.old : spot.new, walk->reply), is);
}

static void field_fallback(struct walk *walk, const struct wc_shape_part *old,
                           const struct wc_shape_part *new, const char *path)
{
    if (!wc_same(old->fallback, new->fallback) && !(new->required || old->required)) {
        struct wc_finding *finding =
            found(walk, BOTH(default_changed, default_changed), path, old->shape, new->shape);
        says(walk, finding, "say it in the request, or keep the default",
             "%s without `%s` means something else: the default was %s and is %s", who(walk),
             old->name, json_text(walk, old->fallback), json_text(walk, new->fallback));
    }
    if (!wc_same(old->labels, new->labels)) {
        struct wc_finding *finding = found(walk, BOTH(label, label), path, old->shape, new->shape);
        says(walk, finding, "see what logs and events show now",
             "an operator who reads logs and events: the labels of `%s` were %s and are %s",
             old->name, json_text(walk, old->labels), json_text(walk, new->labels));
    }
}

static void openness(struct walk *walk, struct spot spot)
{
    if (spot.old->open == spot.new->open)
        return;
    bool closed = spot.old->open;
    struct wc_finding *finding = found(walk, closed ? BOTH(closed, closed) : BOTH(opened, opened),
                                       spot.path, spot.old, spot.new);
    struct wc_shape *larger = closed ? spot.old : spot.new;
    if (walk->reply)
        says(walk, finding, NULL,
             closed ? "%s finds only what is declared" : "%s may find fields that are not declared",
             who(walk));
    else
        says(walk, finding, closed ? "leave it an `open schema`" : NULL,
             closed ? "%s with a field that is not declared is refused"
                    : "%s may have fields that are not declared",
             who(walk));
    json_t *object = wc_example(&walk->diff->pool, larger, walk->reply);
    if (object) {
        object = wc_pool_take(&walk->diff->pool, json_copy(object));
        json_object_set(object, "another", json_null());
        show(walk, finding, spot.frame, object, closed);
    }
}

static void depth(struct walk *walk, struct spot spot)
{
    if (spot.old->depth == spot.new->depth)
        return;
    struct wc_pool *pool = &walk->diff->pool;
    bool less = spot.new->depth && (!spot.old->depth || spot.new->depth < spot.old->depth);
    int64_t least = less ? spot.new->depth : spot.old->depth;
    json_t *deep = wc_deepened(pool, less ? spot.old : spot.new, least, walk->reply);
    if (!deep)
        return; /* it holds itself on one side alone: its fields say more */
    struct wc_finding *finding = found(
        walk, less ? BOTH(bound_tightened, bound_tightened) : BOTH(bound_loosened, bound_loosened),
        spot.path, spot.old, spot.new);
    says(walk, finding, "keep the depth",
         "%s: a value could hold itself %lld times deep, and now %lld", who(walk),
         (long long)spot.old->depth, (long long)spot.new->depth);
    show(walk, finding, spot.frame, deep, less);
}

static bool seen_before(struct walk *walk, struct spot spot)
{
    for (size_t i = 0; i + 1 < walk->seen.count; i += 2)
        if (walk->seen.items[i] == spot.old && walk->seen.items[i + 1] == spot.new)
            return true;
    wc_push(walk->diff->arena, &walk->seen, spot.old);
    wc_push(walk->diff->arena, &walk->seen, spot.new);
    return false;
}

static void walk_object(struct walk *walk, struct spot spot)
{
    if (seen_before(walk, spot))
        return;
    openness(walk, spot);
    depth(walk, spot);
    WC_EACH(i, &spot.old->parts)
    {
        const struct wc_shape_part *old = &spot.old->parts.items[i];
        const struct wc_shape_part *new = wc_shape_part(spot.new, old->name);
        const char *path = wc_print(walk->diff, "%s.%s", spot.path, old->name);
        struct frame frame = {spot.frame, spot.old, spot.new, old->name};
        if (!new) {
            field_gone(walk, spot, old, path);
            continue;
        }
        field_needed(walk, spot, old, new, path);
        field_fallback(walk, old, new, path);
        walk_types(walk, (struct spot){old->shape, new->shape, path, &frame});
    }
    WC_EACH(i, &spot.new->parts)
    {
        const struct wc_shape_part *new = &spot.new->parts.items[i];
        if (!wc_shape_part(spot.old, new->name))
            field_new(walk, spot, new, wc_print(walk->diff, "%s.%s", spot.path, new->name));
    }
}

static void variant(struct walk *walk, struct spot spot, const struct wc_shape_part *part,
                    bool gone)
{
    struct wc_finding *finding = found(
        walk, gone ? BOTH(variant_removed, variant_removed) : BOTH(variant_added, variant_added),
        wc_print(walk->diff, "%s(%s)", spot.path, part->name), spot.old, spot.new);
    if (walk->reply)
        says(walk, finding, gone ? NULL : "see that clients pass over variants they do not know",
             gone ? "%s never gets the variant `%s` any more"
                  : "%s may get the variant `%s`, which it does not know",
             who(walk), part->name);
    else
        says(walk, finding, gone ? "go on taking the variant" : NULL,
             gone ? "%s as the variant `%s` is refused" : "%s may send the variant `%s`", who(walk),
             part->name);
    show(walk, finding, spot.frame, wc_example(&walk->diff->pool, part->shape, walk->reply), gone);
}

static void walk_union(struct walk *walk, struct spot spot)
{
    if (strcmp(spot.old->tag, spot.new->tag) != 0) {
        whole_types(walk, spot, BOTH(narrowed, narrowed), BOTH(widened, widened),
                    "the union's tag");
        return;
    }
    WC_EACH(i, &spot.old->parts)
    {
        const struct wc_shape_part *old = &spot.old->parts.items[i];
        const struct wc_shape_part *new = wc_shape_part(spot.new, old->name);
        struct frame frame = {spot.frame, spot.old, spot.new, NULL};
        const char *path = wc_print(walk->diff, "%s(%s)", spot.path, old->name);
        if (new)
            walk_types(walk, (struct spot){old->shape, new->shape, path, &frame});
        else
            variant(walk, spot, old, true);
    }
    WC_EACH(i, &spot.new->parts)
    {
        if (!wc_shape_part(spot.old, spot.new->parts.items[i].name))
            variant(walk, spot, &spot.new->parts.items[i], false);
    }
}

/* ---- types -------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void walk_string(struct walk *walk, struct spot spot)
{
    if (!same_text(spot.old->pattern, spot.new->pattern) || spot.old->format != spot.new->format) {
        whole_types(walk, spot, BOTH(pattern_narrowed, pattern_narrowed),
                    BOTH(pattern_widened, pattern_widened), "the pattern or format");
        return;
    }
    if (spot.old->max_bytes >= 0 && spot.new->max_bytes >= 0) {
        bounds(walk, spot, "x-minBytes", "x-maxBytes", "the least length in bytes",
               "the length in bytes");
        return;
    }
    if ((spot.old->max_bytes < 0) != (spot.new->max_bytes < 0)) {
        whole_types(walk, spot, BOTH(bound_tightened, bound_tightened),
                    BOTH(bound_loosened, bound_loosened), "what the length counts");
        return;
    }
    bounds(walk, spot, "minLength", "maxLength", "the least length", "the length");
}

static void walk_inside(struct walk *walk, struct spot spot)
{
    struct frame frame = {spot.frame, spot.old, spot.new, NULL};
    if (spot.old->kind == WC_SHAPE_LIST)
        bounds(walk, spot, "minItems", "maxItems", "the least number of items",
               "the number of items");
    else
        bounds(walk, spot, "minProperties", "maxProperties", "the least number of entries",
               "the number of entries");
    if (spot.old->key && spot.new->key) {
        size_t before = walk->diff->findings.count;
        walk_types(walk, (struct spot){spot.old->key, spot.new->key,
                                       wc_print(walk->diff, "%s{key}", spot.path), NULL});
        /* A key is no document of its own: the map as a whole is. */
        for (size_t i = before; i < walk->diff->findings.count; i++) {
            struct wc_finding *finding = &walk->diff->findings.items[i];
            finding->witness = NULL;
            show_apart(walk, finding, spot, true);
            if (!finding->witness)
                show_apart(walk, finding, spot, false);
        }
    }
    if ((spot.old->has_max && spot.old->max == 0) || (spot.new->has_max &&spot.new->max == 0))
        return; /* nothing is ever in it */
    walk_types(walk, (struct spot){spot.old->element, spot.new->element,
                                   wc_print(walk->diff, "%s%s", spot.path,
                                            spot.old->kind == WC_SHAPE_LIST ? "[]" : "{}"),
                                   &frame});
}

static void walk_kind(struct walk *walk, struct spot spot)
{
    switch (spot.old->kind) {
    case WC_SHAPE_STRING:
        walk_string(walk, spot);
        return;
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        currency(walk, spot);
        bounds(walk, spot, "minimum", "maximum", "the least value", "the greatest value");
        return;
    case WC_SHAPE_ENUM:
        enum_values(walk, spot);
        return;
    case WC_SHAPE_LIST:
    case WC_SHAPE_MAP:
        walk_inside(walk, spot);
        return;
    case WC_SHAPE_OBJECT:
        walk_object(walk, spot);
        return;
    case WC_SHAPE_UNION:
        walk_union(walk, spot);
        return;
    case WC_SHAPE_ANY:
        bounds(walk, spot, "x-minBytes", "x-maxBytes", "the least size in bytes",
               "the size in bytes");
        return;
    case WC_SHAPE_BOOL:
        return;
    default:
        if (!wc_same(spot.old->json, spot.new->json))
            whole_types(walk, spot, BOTH(narrowed, narrowed), BOTH(widened, widened), "the type");
    }
}

static void walk_types(struct walk *walk, struct spot spot)
{
    struct wc_shape *old = wc_shape_bare(spot.old), *new = wc_shape_bare(spot.new);
    struct wc_shape one = *old, other = *new;
    nulls(walk, spot);
    one.nullable = other.nullable = false; /* said once, and not again of what is inside */
    if (old->nullable)
        old = &one;
    if (new->nullable)
        new = &other;
    if (old->kind == new->kind)
        walk_kind(walk, (struct spot){old, new, spot.path, spot.frame});
    else
        whole_types(walk, (struct spot){old, new, spot.path, spot.frame}, BOTH(narrowed, narrowed),
                    BOTH(widened, widened), "the type");
}

/* ---- the whole of a request or reply ------------------------------------------------------ */

/* What the walk did not see is no less breaking for it. */
static void net(struct walk *walk, const char *path)
{
    struct wc_accepting how = {.reply = walk->reply, .tolerant = walk->reply};
    struct wc_shape *outer = walk->reply ? walk->old_root : walk->new_root;
    struct wc_shape *inner = walk->reply ? walk->new_root : walk->old_root;
    struct wc_containment found_it = wc_contains(&walk->diff->pool, outer, inner, how);
    if (found_it.verdict == WC_PROVED || walk->grave)
        return;
    bool refuted = found_it.verdict == WC_REFUTED;
    struct rule_pair rules =
        refuted ? (struct rule_pair){WC_RULE_request_narrowed, WC_RULE_reply_widened}
                : BOTH(unknown, unknown);
    struct wc_finding *finding = found(walk, rules, path, walk->old_root, walk->new_root);
    says(walk, finding, "compare both by hand",
         refuted ? "%s notices: the whole has changed in a way that no finer rule names"
                 : "whether %s notices could not be decided",
         who(walk));
    finding->witness = found_it.witness;
    finding->old_takes = !walk->reply;
}

static void compare(struct wc_diff *diff, const char *path, const char *old, const char *new,
                    bool reply)
{
    struct walk walk = {.diff = diff, .reply = reply};
    walk.old_root = wc_shape_named(&diff->old_shapes, old);
    walk.new_root = wc_shape_named(&diff->new_shapes, new);
    wc_ran(diff, reply ? "reply" : "request");
    walk_types(&walk, (struct spot){walk.old_root, walk.new_root, path, NULL});
    net(&walk, path);
}

void wc_rules_schemas(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    compare(diff, wc_print(diff, "%s.input", flow->name), wc_text_at(flow->old, "input"),
            wc_text_at(flow->new, "input"), false);
    compare(diff, wc_print(diff, "%s.output", flow->name), wc_text_at(flow->old, "output"),
            wc_text_at(flow->new, "output"), true);
}
