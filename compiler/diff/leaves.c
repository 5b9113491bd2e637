/* Rules of single values: bounds, patterns, enums, null, currencies; and how a witness of a part becomes one of
 * the whole. */
#include "compiler/diff/walk.h"

#include <stdlib.h>
#include <string.h>

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

/* Shown only if one whole side takes it and the other does not, and only where anyone must look. */
void wc_walk_show(struct walk *walk, struct wc_finding *finding, const struct frame *frame,
                  json_t *document, bool of_old)
{
    struct wc_accepting how = {.reply = walk->reply};
    bool wanted = wc_rule_row(finding->rule)->level >= WC_REVIEW;
    json_t *whole = wanted ? wrapped(walk, frame, document, of_old) : NULL;
    if (!whole)
        return;
    bool old = wc_accepts(walk->old_root, whole, how), new = wc_accepts(walk->new_root, whole, how);
    if (old == of_old && new != of_old) {
        finding->witness = whole;
        finding->old_takes = of_old;
    }
}

/* A document of the side that takes more, where `narrower` says it is the old one. */
void wc_walk_show_apart(struct walk *walk, struct wc_finding *finding, struct spot spot,
                        bool narrower)
{
    struct wc_accepting how = {.reply = walk->reply};
    if (wc_rule_row(finding->rule)->level < WC_REVIEW)
        return;
    struct wc_containment found = narrower
                                      ? wc_contains(&walk->diff->pool, spot.new, spot.old, how)
                                      : wc_contains(&walk->diff->pool, spot.old, spot.new, how);
    if (found.verdict == WC_REFUTED)
        wc_walk_show(walk, finding, spot.frame, found.witness, narrower);
}

/* ---- findings ----------------------------------------------------------------------------- */

struct wc_finding *wc_walk_found(struct walk *walk, struct rule_pair rules, const char *path,
                                 const struct wc_shape *old, const struct wc_shape *new)
{
    enum wc_rule rule = walk->reply ? rules.reply : rules.request;
    walk->grave += wc_rule_row(rule)->level >= WC_REVIEW;
    return wc_find(walk->diff, rule, path, old ? old->pointer : NULL, new ? new->pointer : NULL);
}

const char *wc_walk_who(const struct walk *walk)
{
    return walk->reply ? "a client that reads it" : "a client that sends it";
}

const char *wc_walk_text(struct walk *walk, const json_t *json)
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
    struct wc_finding *finding = wc_walk_found(walk, rules, spot.path, spot.old, spot.new);
    const char *from = wc_walk_text(walk, old), *to = wc_walk_text(walk, new);
    if (tighter)
        says(walk, finding, walk->reply ? NULL : "keep the old bound, or take both in a new route",
             walk->reply ? "%s sees less: %s was %s and is %s"
                         : "%s is refused where its value is beyond the bound: %s was %s and is %s",
             wc_walk_who(walk), name, from, to);
    else
        says(walk, finding, walk->reply ? "keep the old bound (`truncate` makes a text fit)" : NULL,
             walk->reply ? "%s may get more than it has room for: %s was %s and is %s"
                         : "%s may send more: %s was %s and is %s",
             wc_walk_who(walk), name, from, to);
    wc_walk_show_apart(walk, finding, spot, tighter);
    drop_if_contained(walk, finding, spot);
}

void wc_walk_bounds(struct walk *walk, struct spot spot, const char *min, const char *max,
                    const char *least, const char *most)
{
    bound(walk, spot, least, false, json_object_get(spot.old->json, min),
          json_object_get(spot.new->json, min));
    bound(walk, spot, most, true, json_object_get(spot.old->json, max),
          json_object_get(spot.new->json, max));
}

/* ---- what a type takes -------------------------------------------------------------------- */

/* Two types of which no finer rule knows: containment both ways says which rule. */
void wc_walk_whole(struct walk *walk, struct spot spot, struct rule_pair less,
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
        finding = wc_walk_found(walk, BOTH(unknown, unknown), spot.path, spot.old, spot.new);
        says(walk, finding, "compare both by hand; no document was found that tells them apart",
             "whether %s notices is not known: %s has changed, and containment is undecided",
             wc_walk_who(walk), noun);
        return;
    }
    if (breaks == walk->reply)
        finding = wc_walk_found(walk, more, spot.path, spot.old, spot.new);
    else
        finding = wc_walk_found(walk, less, spot.path, spot.old, spot.new);
    if (walk->reply)
        says(walk, finding, breaks ? "keep the type, and add a field beside it" : NULL,
             breaks ? "%s may find what it does not expect: %s has changed"
                    : "%s finds nothing new: %s lets less through",
             wc_walk_who(walk), noun);
    else
        says(walk, finding, breaks ? "keep the type, and add a field beside it" : NULL,
             breaks ? "%s is refused with values that were taken: %s has changed"
                    : "%s may send more than before: %s takes more",
             wc_walk_who(walk), noun);
    if (breaks != walk->reply && narrower.verdict == WC_REFUTED)
        wc_walk_show(walk, finding, spot.frame, narrower.witness, true);
    else if (wider.verdict == WC_REFUTED)
        wc_walk_show(walk, finding, spot.frame, wider.witness, false);
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

void wc_walk_enum(struct walk *walk, struct spot spot)
{
    json_t *old = json_object_get(spot.old->json, "enum");
    json_t *new = json_object_get(spot.new->json, "enum"), *value;
    size_t i;
    json_array_foreach(old, i, value)
    {
        if (has_value(new, value))
            continue;
        struct wc_finding *finding =
            wc_walk_found(walk, BOTH(value_removed, value_removed), spot.path, spot.old, spot.new);
        says(walk, finding, walk->reply ? NULL : "go on taking the value, and treat it as another",
             walk->reply ? "%s never gets %s any more" : "%s is refused with %s", wc_walk_who(walk),
             wc_walk_text(walk, value));
        wc_walk_show(walk, finding, spot.frame, value, true);
    }
    json_array_foreach(new, i, value)
    {
        if (has_value(old, value))
            continue;
        struct wc_finding *finding =
            wc_walk_found(walk, BOTH(value_added, value_added), spot.path, spot.old, spot.new);
        says(walk, finding,
             walk->reply ? "see that clients pass over values they do not know" : NULL,
             walk->reply ? "%s may get %s, which it does not know" : "%s may send %s",
             wc_walk_who(walk), wc_walk_text(walk, value));
        wc_walk_show(walk, finding, spot.frame, value, false);
    }
}

void wc_walk_nulls(struct walk *walk, struct spot spot)
{
    struct wc_accepting how = {.reply = walk->reply};
    bool gone = wc_accepts(spot.old, json_null(), how);
    if (gone == wc_accepts(spot.new, json_null(), how))
        return;
    struct wc_finding *finding =
        wc_walk_found(walk, gone ? BOTH(null_removed, null_removed) : BOTH(null_added, null_added),
                      spot.path, spot.old, spot.new);
    if (walk->reply)
        says(walk, finding, gone ? NULL : "give a value in place of null",
             gone ? "%s never gets null" : "%s may get null where there was always a value",
             wc_walk_who(walk));
    else
        says(walk, finding, gone ? "go on taking null, as if it were left out" : NULL,
             gone ? "%s is refused with null" : "%s may send null", wc_walk_who(walk));
    wc_walk_show(walk, finding, spot.frame, json_null(), gone);
}

void wc_walk_currency(struct walk *walk, struct spot spot)
{
    const char *old = spot.old->currency, *new = spot.new->currency;
    if (old == new || (old && new &&strcmp(old, new) == 0))
        return;
    struct wc_finding *finding =
        wc_walk_found(walk, BOTH(currency, currency), spot.path, spot.old, spot.new);
    says(walk, finding, "add a field of the new currency beside it",
         "%s means %s where %s is meant; no validator sees it", wc_walk_who(walk),
         old ? old : "a plain number", new ? new : "a plain number");
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

void wc_walk_string(struct walk *walk, struct spot spot)
{
    if (!same_text(spot.old->pattern, spot.new->pattern) || spot.old->format != spot.new->format) {
        wc_walk_whole(walk, spot, BOTH(pattern_narrowed, pattern_narrowed),
                      BOTH(pattern_widened, pattern_widened), "the pattern or format");
        return;
    }
    if (spot.old->max_bytes >= 0 && spot.new->max_bytes >= 0) {
        wc_walk_bounds(walk, spot, "x-minBytes", "x-maxBytes", "the least length in bytes",
                       "the length in bytes");
        return;
    }
    if ((spot.old->max_bytes < 0) != (spot.new->max_bytes < 0)) {
        wc_walk_whole(walk, spot, BOTH(bound_tightened, bound_tightened),
                      BOTH(bound_loosened, bound_loosened), "what the length counts");
        return;
    }
    wc_walk_bounds(walk, spot, "minLength", "maxLength", "the least length", "the length");
}
