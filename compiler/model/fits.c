/* Containment of types, three steps: scalars by their bounds, collections by length and element,
 * objects field by field. Pairs of schemas already shown are not shown again. */
#include "compiler/model/fits.h"

#include "compiler/base/automata.h"

#include <string.h>

struct pair {
    const struct wc_schema *from, *into;
};

struct fitting {
    struct wc_arena *arena;
    struct wc_misfit *why;
    WC_VEC(struct pair) shown;
};

static bool misfit(struct fitting *fit, enum wc_misfit_kind kind, const struct wc_type *from,
                   const struct wc_type *into, const char *reason)
{
    *fit->why =
        (struct wc_misfit){.kind = kind, .path = "", .from = from, .into = into, .reason = reason};
    return false;
}

/* On the way out of a misfit: says in which part of the whole it is. */
static bool inside(struct fitting *fit, const char *dot, const char *part)
{
    fit->why->path = wc_arena_printf(fit->arena, "%s%s%s", dot, part, fit->why->path);
    return false;
}

static bool mismatch(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    const char *reason =
        wc_arena_printf(fit->arena, "%s where %s is needed", wc_type_text(fit->arena, from),
                        wc_type_text(fit->arena, into));
    return misfit(fit, WC_MISFIT_TYPE, from, into, reason);
}

/* Are its bounds a length, and not values? */
static bool is_counted(const struct wc_type *type)
{
    return type->kind != WC_TYPE_INT && type->kind != WC_TYPE_MONEY;
}

/* [from_min, from_max] in [min, max] of `into`; `what` is counted ("items", "bytes"). */
static bool in_range(struct fitting *fit, const struct wc_type *from, const struct wc_type *into,
                     const char *what)
{
    const char *reason;
    if (into->has_max && (!from->has_max || from->max > into->max)) {
        reason = from->has_max
                     ? wc_arena_printf(fit->arena, "up to %s%s where at most %s fit",
                                       wc_int_text(fit->arena, from->max), what,
                                       wc_int_text(fit->arena, into->max))
                     : wc_arena_printf(fit->arena, "no upper bound where at most %s%s fit",
                                       wc_int_text(fit->arena, into->max), what);
        return misfit(fit, WC_MISFIT_LENGTH, from, into, reason);
    }
    int64_t least = from->has_min ? from->min : is_counted(from) ? 0 : INT64_MIN;
    if (into->has_min && least < into->min) {
        reason = least == INT64_MIN
                     ? wc_arena_printf(fit->arena, "no lower bound where at least %s is needed",
                                       wc_int_text(fit->arena, into->min))
                     : wc_arena_printf(fit->arena, "as little as %s%s where at least %s is needed",
                                       wc_int_text(fit->arena, least), what,
                                       wc_int_text(fit->arena, into->min));
        return misfit(fit, WC_MISFIT_LENGTH, from, into, reason);
    }
    return true;
}

/* Both counted in the unit of `into`: a code point is one to four bytes. */
static bool string_length(struct fitting *fit, const struct wc_type *from,
                          const struct wc_type *into)
{
    struct wc_type *same = WC_NEW(fit->arena, struct wc_type);
    *same = *from;
    if (into->in_bytes && !from->in_bytes)
        same->max = wc_string_bytes(from);
    if (!into->in_bytes && from->in_bytes)
        same->min = (from->min + 3) / 4;
    bool good = in_range(fit, same, into, into->in_bytes ? " bytes" : " code points");
    if (!good)
        fit->why->from = from;
    return good;
}

static bool enum_in_string(struct fitting *fit, const struct wc_type *from,
                           const struct wc_type *into)
{
    for (size_t i = 0; i < from->value_count; i++) {
        struct wc_literal literal = {
            .kind = WC_LIT_STRING, .text = from->values[i], .len = strlen(from->values[i])};
        if (!wc_literal_fits(fit->arena, &literal, into, fit->why))
            return false;
    }
    return true;
}

static bool pattern_fits(struct fitting *fit, const struct wc_type *from,
                         const struct wc_type *into)
{
    const char *witness;
    size_t len;
    if (from->pattern_id == into->pattern_id ||
        wc_dfa_contains(fit->arena, into->dfa, from->dfa, &witness, &len))
        return true;
    return misfit(fit, WC_MISFIT_PATTERN, from, into,
                  wc_arena_printf(fit->arena, "\"%s\" matches r\"%s\" and not r\"%s\"", witness,
                                  from->pattern, into->pattern));
}

/* A text of that form may be put where any text of its length may be. */
static const struct wc_type *format_as_string(struct fitting *fit, const struct wc_type *from)
{
    return wc_type_text_of(fit->arena, from->span, wc_format_least(from), wc_format_most(from),
                           wc_format_most(from));
}

static bool string_fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    if (from->kind == WC_TYPE_ENUM)
        return enum_in_string(fit, from, into);
    if (wc_is_format(from->kind))
        from = format_as_string(fit, from);
    if (into->pattern && !from->pattern)
        return misfit(
            fit, WC_MISFIT_PATTERN, from, into,
            wc_arena_printf(fit->arena, "any text where it must match r\"%s\"", into->pattern));
    return (!into->pattern || pattern_fits(fit, from, into)) && string_length(fit, from, into);
}

static bool enum_fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    for (size_t i = 0; i < from->value_count; i++) {
        size_t k = 0;
        while (k < into->value_count && strcmp(into->values[k], from->values[i]) != 0)
            k++;
        if (k == into->value_count)
            return misfit(
                fit, WC_MISFIT_VALUE, from, into,
                wc_arena_printf(fit->arena, "\"%s\" is not one of its values", from->values[i]));
    }
    return true;
}

static double low_of(const struct wc_type *type)
{
    if (!type->has_min)
        return -__builtin_inf();
    return type->kind == WC_TYPE_INT ? (double)type->min : type->number_min;
}

static double high_of(const struct wc_type *type)
{
    if (!type->has_max)
        return __builtin_inf();
    return type->kind == WC_TYPE_INT ? (double)type->max : type->number_max;
}

static bool number_fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    if (low_of(from) >= low_of(into) && high_of(from) <= high_of(into))
        return true;
    return misfit(fit, WC_MISFIT_LENGTH, from, into,
                  wc_arena_printf(fit->arena, "%s may lie outside of %s",
                                  wc_type_text(fit->arena, from), wc_type_text(fit->arena, into)));
}

static bool fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into);

static const struct wc_field *field_of(const struct wc_schema *schema, const char *name)
{
    WC_EACH(i, &schema->fields)
    {
        if (strcmp(schema->fields.items[i].name, name) == 0)
            return &schema->fields.items[i];
    }
    return NULL;
}

static bool field_fits(struct fitting *fit, const struct wc_field *from,
                       const struct wc_field *into)
{
    if (!from) {
        if (into->optional)
            return true;
        misfit(fit, WC_MISFIT_FIELD, NULL, into->type, "it is needed, and it is not there");
        return inside(fit, ".", into->name);
    }
    if (from->optional && !into->optional) {
        misfit(fit, WC_MISFIT_UNSET, from->type, into->type, "it may be unset where it is needed");
        return inside(fit, ".", into->name);
    }
    return fits(fit, from->type, into->type) || inside(fit, ".", into->name);
}

static bool object_fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    struct pair pair = {from->schema, into->schema};
    if (pair.from == pair.into)
        return true;
    WC_EACH(i, &fit->shown)
    {
        if (fit->shown.items[i].from == pair.from && fit->shown.items[i].into == pair.into)
            return true;
    }
    wc_push(fit->arena, &fit->shown, pair);
    WC_EACH(i, &pair.into->fields)
    {
        const struct wc_field *field = &pair.into->fields.items[i];
        if (!field_fits(fit, field_of(pair.from, field->name), field))
            return false;
    }
    WC_EACH(i, &pair.from->fields)
    {
        const struct wc_field *field = &pair.from->fields.items[i];
        if (pair.into->open || field_of(pair.into, field->name))
            continue;
        misfit(fit, WC_MISFIT_FIELD, field->type, NULL,
               wc_arena_printf(fit->arena, "%s has no such field, and it is closed",
                               pair.into->name ? pair.into->name : "the other"));
        return inside(fit, ".", field->name);
    }
    return true;
}

static bool collection_fits(struct fitting *fit, const struct wc_type *from,
                            const struct wc_type *into)
{
    if (from->kind == WC_TYPE_MAP && !fits(fit, from->key, into->key))
        return inside(fit, "[key]", "");
    if (from->element && !fits(fit, from->element, into->element))
        return inside(fit, "[]", "");
    return in_range(fit, from, into, from->kind == WC_TYPE_MAP ? " entries" : " items");
}

static bool variant_fits(struct fitting *fit, const struct wc_variant *from,
                         const struct wc_union *into)
{
    WC_EACH(i, &into->variants)
    {
        const struct wc_variant *variant = &into->variants.items[i];
        if (strcmp(variant->name, from->name) != 0)
            continue;
        if (variant->schema == from->schema)
            return true;
        return misfit(fit, WC_MISFIT_TYPE, NULL, NULL,
                      wc_arena_printf(fit->arena, "its `%s` is %s where %s is needed", from->name,
                                      from->schema->name, variant->schema->name));
    }
    return misfit(fit, WC_MISFIT_VALUE, NULL, NULL,
                  wc_arena_printf(fit->arena, "`%s` is not one of its variants", from->name));
}

static bool union_fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    if (from->choice == into->choice)
        return true;
    if (strcmp(from->choice->tag, into->choice->tag) != 0)
        return mismatch(fit, from, into);
    WC_EACH(i, &from->choice->variants)
    {
        if (!variant_fits(fit, &from->choice->variants.items[i], into->choice)) {
            fit->why->from = fit->why->from ? fit->why->from : from;
            fit->why->into = fit->why->into ? fit->why->into : into;
            return false;
        }
    }
    return true;
}

static bool is_object(const struct wc_type *type)
{
    return type->kind == WC_TYPE_SCHEMA || type->kind == WC_TYPE_OBJECT;
}

static bool fits(struct fitting *fit, const struct wc_type *from, const struct wc_type *into)
{
    if (from == into || from->kind == WC_TYPE_UNKNOWN || into->kind == WC_TYPE_UNKNOWN)
        return true;
    if (from->kind == WC_TYPE_NULL && into->nullable)
        return true;
    if (from->nullable && !into->nullable)
        return misfit(fit, WC_MISFIT_UNSET, from, into, "it may be null where a value is needed");
    if (is_object(from) && is_object(into))
        return object_fits(fit, from, into);
    if (wc_is_text(from) && into->kind == WC_TYPE_STRING)
        return string_fits(fit, from, into);
    if (from->kind == WC_TYPE_INT && into->kind == WC_TYPE_NUMBER)
        return number_fits(fit, from, into);
    if (from->kind != into->kind)
        return mismatch(fit, from, into);
    if (from->kind == WC_TYPE_UNION)
        return union_fits(fit, from, into);
    if (from->currency != into->currency)
        return mismatch(fit, from, into);
    switch (from->kind) {
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
        return in_range(fit, from, into, "");
    case WC_TYPE_URI:
    case WC_TYPE_EMAIL:
    case WC_TYPE_ANY:
        return in_range(fit, from, into, " bytes");
    case WC_TYPE_NUMBER:
        return number_fits(fit, from, into);
    case WC_TYPE_ENUM:
        return enum_fits(fit, from, into);
    case WC_TYPE_LIST:
    case WC_TYPE_MAP:
        return collection_fits(fit, from, into);
    default:
        return true;
    }
}

bool wc_fits(struct wc_arena *arena, const struct wc_type *from, const struct wc_type *into,
             struct wc_misfit *why)
{
    struct fitting fit = {.arena = arena, .why = why};
    return fits(&fit, from, into);
}
