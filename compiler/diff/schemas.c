/* Requests, signals and replies, field by field: each difference is a finding of its own, with a document that one
 * side takes and the other does not. At the end containment of the whole says whether all was found. */
#include "compiler/diff/walk.h"

#include <string.h>

static void walk_types(struct walk *walk, struct spot spot);

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
    struct wc_finding *finding = wc_walk_found(walk, rules, path, part->shape, NULL);
    if (walk->reply) {
        says(walk, finding, "keep it, and deprecate it",
             needed ? "%s fails: `%s` was always there and is gone"
                    : "%s does not find `%s` any more",
             wc_walk_who(walk), part->name);
        if (needed)
            wc_walk_show(walk, finding, spot.frame, wc_example(pool, spot.new, true), false);
        return;
    }
    says(walk, finding, "keep it as an optional field that nothing reads",
         spot.new->open ? "%s is taken, and `%s` is ignored" : "%s is refused: `%s` is unknown",
         wc_walk_who(walk), part->name);
    if (object && value) {
        object = wc_pool_take(pool, json_copy(object));
        json_object_set(object, part->name, value);
        wc_walk_show(walk, finding, spot.frame, object, true);
    }
}

static void field_new(struct walk *walk, struct spot spot, const struct wc_shape_part *part,
                      const char *path)
{
    bool needed = part->required;
    struct rule_pair rules = {needed ? WC_RULE_request_required_added : WC_RULE_request_field_added,
                              WC_RULE_reply_field_added};
    struct wc_finding *finding = wc_walk_found(walk, rules, path, NULL, part->shape);
    if (walk->reply)
        says(walk, finding, NULL, "%s finds `%s` besides", wc_walk_who(walk), part->name);
    else
        says(walk, finding, needed ? "make it optional, or give it a default" : NULL,
             needed ? "%s as before is refused: `%s` is missing" : "%s may send `%s` besides",
             wc_walk_who(walk), part->name);
    if (needed && !walk->reply)
        wc_walk_show(walk, finding, spot.frame, wc_example(&walk->diff->pool, spot.old, false),
                     true);
}

static void field_needed(struct walk *walk, struct spot spot, const struct wc_shape_part *old,
                         const struct wc_shape_part *new, const char *path)
{
    bool was = is_needed(walk, old), is = is_needed(walk, new);
    struct wc_pool *pool = &walk->diff->pool;
    struct wc_finding *finding;
    if (was == is)
        return;
    finding = wc_walk_found(
        walk, is ? BOTH(became_required, became_required) : BOTH(became_optional, became_optional),
        path, old->shape, new->shape);
    if (walk->reply)
        says(walk, finding, is ? NULL : "give a value in every reply",
             is ? "%s always finds `%s`" : "%s fails where `%s` is missing: it was always there",
             wc_walk_who(walk), old->name);
    else
        says(walk, finding, is ? "give it a default" : NULL,
             is ? "%s without `%s` is refused" : "%s may leave `%s` out", wc_walk_who(walk),
             old->name);
    /* The smallest document of the side that does without it. */
    wc_walk_show(walk, finding, spot.frame, wc_example(pool, is ? spot.old : spot.new, walk->reply),
                 is);
}

/* 5 and 5.0 are one number. */
static bool same_default(const json_t *old, const json_t *new)
{
    double a = json_number_value(old), b = json_number_value(new);
    return wc_same(old, new) ||
           (json_is_number(old) && json_is_number(new) && !(a < b) && !(b < a));
}

static void field_fallback(struct walk *walk, const struct wc_shape_part *old,
                           const struct wc_shape_part *new, const char *path)
{
    if (!same_default(old->fallback, new->fallback) && !(new->required || old->required)) {
        struct wc_finding *finding = wc_walk_found(walk, BOTH(default_changed, default_changed),
                                                   path, old->shape, new->shape);
        says(walk, finding, "say it in the request, or keep the default",
             "%s without `%s` means something else: the default was %s and is %s",
             wc_walk_who(walk), old->name, wc_walk_text(walk, old->fallback),
             wc_walk_text(walk, new->fallback));
    }
    if (!wc_same(old->labels, new->labels)) {
        struct wc_finding *finding =
            wc_walk_found(walk, BOTH(label, label), path, old->shape, new->shape);
        says(walk, finding, "see what logs and events show now",
             "an operator who reads logs and events: the labels of `%s` were %s and are %s",
             old->name, wc_walk_text(walk, old->labels), wc_walk_text(walk, new->labels));
    }
}

static void openness(struct walk *walk, struct spot spot)
{
    if (spot.old->open == spot.new->open)
        return;
    bool closed = spot.old->open;
    struct wc_finding *finding = wc_walk_found(
        walk, closed ? BOTH(closed, closed) : BOTH(opened, opened), spot.path, spot.old, spot.new);
    struct wc_shape *larger = closed ? spot.old : spot.new;
    if (walk->reply)
        says(walk, finding, NULL,
             closed ? "%s finds only what is declared" : "%s may find fields that are not declared",
             wc_walk_who(walk));
    else
        says(walk, finding, closed ? "leave it an `open schema`" : NULL,
             closed ? "%s with a field that is not declared is refused"
                    : "%s may have fields that are not declared",
             wc_walk_who(walk));
    json_t *object = wc_example(&walk->diff->pool, larger, walk->reply);
    if (object) {
        object = wc_pool_take(&walk->diff->pool, json_copy(object));
        json_object_set(object, "another", json_null());
        wc_walk_show(walk, finding, spot.frame, object, closed);
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
    if (!deep || !wc_deepened(pool, less ? spot.new : spot.old, 1, walk->reply))
        return; /* it holds itself on one side alone: its fields say more */
    struct wc_finding *finding = wc_walk_found(
        walk, less ? BOTH(bound_tightened, bound_tightened) : BOTH(bound_loosened, bound_loosened),
        spot.path, spot.old, spot.new);
    says(walk, finding, "keep the depth",
         "%s: a value could hold itself %lld times deep, and now %lld", wc_walk_who(walk),
         (long long)spot.old->depth, (long long)spot.new->depth);
    wc_walk_show(walk, finding, spot.frame, deep, less);
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
    struct wc_finding *finding = wc_walk_found(
        walk, gone ? BOTH(variant_removed, variant_removed) : BOTH(variant_added, variant_added),
        wc_print(walk->diff, "%s(%s)", spot.path, part->name), spot.old, spot.new);
    if (walk->reply)
        says(walk, finding, gone ? NULL : "see that clients pass over variants they do not know",
             gone ? "%s never gets the variant `%s` any more"
                  : "%s may get the variant `%s`, which it does not know",
             wc_walk_who(walk), part->name);
    else
        says(walk, finding, gone ? "go on taking the variant" : NULL,
             gone ? "%s as the variant `%s` is refused" : "%s may send the variant `%s`",
             wc_walk_who(walk), part->name);
    wc_walk_show(walk, finding, spot.frame, wc_example(&walk->diff->pool, part->shape, walk->reply),
                 gone);
}

static void walk_union(struct walk *walk, struct spot spot)
{
    if (strcmp(spot.old->tag, spot.new->tag) != 0) {
        wc_walk_whole(walk, spot, BOTH(narrowed, narrowed), BOTH(widened, widened),
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

static void walk_inside(struct walk *walk, struct spot spot)
{
    struct frame frame = {spot.frame, spot.old, spot.new, NULL};
    if (spot.old->kind == WC_SHAPE_LIST)
        wc_walk_bounds(walk, spot, "minItems", "maxItems", "the least number of items",
                       "the number of items");
    else
        wc_walk_bounds(walk, spot, "minProperties", "maxProperties", "the least number of entries",
                       "the number of entries");
    if (spot.old->key && spot.new->key) {
        size_t before = walk->diff->findings.count;
        walk_types(walk, (struct spot){spot.old->key, spot.new->key,
                                       wc_print(walk->diff, "%s{key}", spot.path), NULL});
        /* A key is no document of its own: the map as a whole is. */
        for (size_t i = before; i < walk->diff->findings.count; i++) {
            struct wc_finding *finding = &walk->diff->findings.items[i];
            finding->witness = NULL;
            wc_walk_show_apart(walk, finding, spot, true);
            if (!finding->witness)
                wc_walk_show_apart(walk, finding, spot, false);
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
        wc_walk_string(walk, spot);
        return;
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        wc_walk_currency(walk, spot);
        wc_walk_bounds(walk, spot, "minimum", "maximum", "the least value", "the greatest value");
        return;
    case WC_SHAPE_ENUM:
        wc_walk_enum(walk, spot);
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
        wc_walk_bounds(walk, spot, "x-minBytes", "x-maxBytes", "the least size in bytes",
                       "the size in bytes");
        return;
    case WC_SHAPE_BOOL:
        return;
    default:
        if (!wc_same(spot.old->json, spot.new->json))
            wc_walk_whole(walk, spot, BOTH(narrowed, narrowed), BOTH(widened, widened), "the type");
    }
}

static void walk_types(struct walk *walk, struct spot spot)
{
    struct wc_shape *old = wc_shape_bare(spot.old), *new = wc_shape_bare(spot.new);
    struct wc_shape one = *old, other = *new;
    wc_walk_nulls(walk, spot);
    one.nullable = other.nullable = false; /* said once, and not again of what is inside */
    if (old->nullable)
        old = &one;
    if (new->nullable)
        new = &other;
    if (old->kind == new->kind)
        walk_kind(walk, (struct spot){old, new, spot.path, spot.frame});
    else
        wc_walk_whole(walk, spot, BOTH(narrowed, narrowed), BOTH(widened, widened), "the type");
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
    struct wc_finding *finding = wc_walk_found(walk, rules, path, walk->old_root, walk->new_root);
    says(walk, finding, "compare both by hand",
         refuted ? "%s notices: the whole has changed in a way that no finer rule names"
                 : "whether %s notices could not be decided",
         wc_walk_who(walk));
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

/* ---- signals ------------------------------------------------------------------------------ */

/* What is sent to a job while it waits, "signals.go" and "reviews.stage", and the stage that takes it. */
static json_t *sent_to(struct wc_diff *diff, const json_t *flow)
{
    json_t *found = wc_pool_take(&diff->pool, json_object()), *stage;
    const char *name;
    json_object_foreach(json_object_get(flow, "stages"), name, stage)
    {
        const json_t *action = json_object_get(stage, "action");
        const char *signal = wc_text_at(action, "wait_for_signal");
        if (*signal)
            json_object_set(found, wc_print(diff, "signals.%s", signal), stage);
        else if (json_object_get(action, "wait_for_review"))
            json_object_set(found, wc_print(diff, "reviews.%s", name), stage);
    }
    return found;
}

static void one_signal(struct wc_diff *diff, const struct wc_flow_pair *flow, const char *name,
                       const json_t *old, const json_t *new)
{
    const char *path = wc_print(diff, "%s.%s", flow->name, name);
    const char *dot = strchr(name, '.');
    if (old && new) {
        compare(diff, path, wc_text_at(json_object_get(old, "action"), "as"),
                wc_text_at(json_object_get(new, "action"), "as"), false);
        return;
    }
    if (*name == 'r') /* that a stage is gone or new says it */
        return;
    struct wc_finding *finding =
        wc_find(diff, old ? WC_RULE_signal_removed : WC_RULE_signal_added, path,
                old ? wc_print(diff, "%s/stages", flow->old_at) : NULL,
                new ? wc_print(diff, "%s/stages", flow->new_at) : NULL);
    wc_find_says(diff, finding, old ? "go on taking it" : NULL,
                 old ? "a client that sends the signal `%s` to a job of %s is answered 409"
                     : "a client may send the signal `%s` to a job of %s",
                 dot ? dot + 1 : name, flow->route);
}

static void signals(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    json_t *olds = sent_to(diff, flow->old), *news = sent_to(diff, flow->new), *stage;
    const char *name;
    wc_ran(diff, "signal");
    json_object_foreach(olds, name, stage)
    {
        one_signal(diff, flow, name, stage, json_object_get(news, name));
    }
    json_object_foreach(news, name, stage)
    {
        if (!json_object_get(olds, name))
            one_signal(diff, flow, name, NULL, stage);
    }
}

void wc_rules_schemas(struct wc_diff *diff, const struct wc_flow_pair *flow)
{
    compare(diff, wc_print(diff, "%s.input", flow->name), wc_text_at(flow->old, "input"),
            wc_text_at(flow->new, "input"), false);
    compare(diff, wc_print(diff, "%s.output", flow->name), wc_text_at(flow->old, "output"),
            wc_text_at(flow->new, "output"), true);
    signals(diff, flow);
}
