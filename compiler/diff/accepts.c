/* Is a document one of a shape's? What every witness is tried with before it is shown. */
#include "compiler/diff/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEST_MAX 128

struct trial {
    struct wc_accepting how;
    struct wc_shape *open[NEST_MAX]; /* the objects that hold this value */
    size_t depth;
};

static bool fits(struct trial *trial, struct wc_shape *shape, const json_t *json);

static int64_t points_of(const char *text, size_t len)
{
    int64_t points = 0;
    for (size_t i = 0; i < len; i++)
        points += ((unsigned char)text[i] & 0xc0) != 0x80;
    return points;
}

static bool in_range(const struct wc_shape *shape, int64_t number)
{
    return (!shape->has_min || number >= shape->min) && (!shape->has_max || number <= shape->max);
}

static bool in_bytes(const struct wc_shape *shape, int64_t bytes)
{
    return bytes >= shape->min_bytes && (shape->max_bytes < 0 || bytes <= shape->max_bytes);
}

static bool fits_string(const struct wc_shape *shape, const char *text, size_t len)
{
    if (!in_range(shape, points_of(text, len)) || !in_bytes(shape, (int64_t)len))
        return false;
    if (shape->dfa && !wc_dfa_matches(shape->dfa, text, len))
        return false;
    return shape->format < 0 ||
           wr_is_format((struct wr_str){text, len}, (enum wr_format)shape->format);
}

static bool fits_enum(const struct wc_shape *shape, const json_t *json)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(shape->json, "enum"), i, value)
    {
        if (json_equal(value, (json_t *)json))
            return true;
    }
    return false;
}

static bool fits_number(const struct wc_shape *shape, const json_t *json)
{
    double number = json_number_value(json);
    if (shape->kind == WC_SHAPE_NUMBER)
        return json_is_number(json) && (!shape->has_min || number >= shape->number_min) &&
               (!shape->has_max || number <= shape->number_max);
    if (json_is_integer(json))
        return in_range(shape, json_integer_value(json));
    return json_is_real(json) && floor(number) >= number && fabs(number) < 9e15 &&
           in_range(shape, (int64_t)number);
}

static bool fits_list(struct trial *trial, struct wc_shape *shape, const json_t *json)
{
    size_t i;
    json_t *value;
    if (!json_is_array(json) || !in_range(shape, (int64_t)json_array_size(json)))
        return false;
    json_array_foreach(json, i, value)
    {
        if (!fits(trial, shape->element, value))
            return false;
    }
    return true;
}

static bool fits_map(struct trial *trial, struct wc_shape *shape, const json_t *json)
{
    const char *key;
    json_t *value;
    if (!json_is_object(json) || !in_range(shape, (int64_t)json_object_size(json)))
        return false;
    json_object_foreach((json_t *)json, key, value)
    {
        json_t *name = json_string(key);
        bool good = !shape->key || fits(trial, shape->key, name);
        json_decref(name);
        if (!good || !fits(trial, shape->element, value))
            return false;
    }
    return true;
}

static bool is_named(const struct wc_shape *a, const struct wc_shape *b)
{
    return a->name && b->name && strcmp(a->name, b->name) == 0;
}

static bool fits_fields(struct trial *trial, struct wc_shape *shape, const json_t *json)
{
    const char *key;
    json_t *value;
    WC_EACH(i, &shape->parts)
    {
        const struct wc_shape_part *part = &shape->parts.items[i];
        bool needed = part->required || (trial->how.reply && part->fallback);
        if (needed && !json_object_get(json, part->name))
            return false;
    }
    json_object_foreach((json_t *)json, key, value)
    {
        const struct wc_shape_part *part = wc_shape_part(shape, key);
        if (!part && !shape->open && !trial->how.tolerant)
            return false;
        if (part && !fits(trial, part->shape, value))
            return false;
    }
    return true;
}

static bool fits_object(struct trial *trial, struct wc_shape *shape, const json_t *json)
{
    int64_t same = 0;
    if (!json_is_object(json) || trial->depth >= NEST_MAX)
        return false;
    for (size_t i = 0; shape->depth && i < trial->depth; i++)
        same += is_named(trial->open[i], shape);
    if (shape->depth && same >= shape->depth)
        return false;
    trial->open[trial->depth++] = shape;
    bool good = fits_fields(trial, shape, json);
    trial->depth--;
    return good;
}

static bool fits_union(struct trial *trial, struct wc_shape *shape, const json_t *json)
{
    const char *tag = json_string_value(json_object_get(json, shape->tag));
    const struct wc_shape_part *part = tag ? wc_shape_part(shape, tag) : NULL;
    return part && fits(trial, part->shape, json);
}

static int64_t nest_of(const json_t *json, int64_t least)
{
    int64_t most = 0, kid;
    const char *key;
    size_t i;
    json_t *value;
    if (least > NEST_MAX)
        return least;
    json_object_foreach((json_t *)json, key, value)
    {
        kid = nest_of(value, least + 1);
        most = kid > most ? kid : most;
    }
    json_array_foreach(json, i, value)
    {
        kid = nest_of(value, least + 1);
        most = kid > most ? kid : most;
    }
    return most + (json_is_object(json) || json_is_array(json));
}

static bool fits_any(const struct wc_shape *shape, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    bool good =
        text && in_bytes(shape, (int64_t)strlen(text)) && nest_of(json, 0) <= shape->max_depth;
    free(text);
    return good;
}

static bool fits(struct trial *trial, struct wc_shape *shape, const json_t *json)
{
    if (shape->nullable && json_is_null(json))
        return true;
    switch (shape->kind) {
    case WC_SHAPE_STRING:
        return json_is_string(json) &&
               fits_string(shape, json_string_value(json), json_string_length(json));
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        return fits_number(shape, json);
    case WC_SHAPE_BOOL:
        return json_is_boolean(json);
    case WC_SHAPE_ENUM:
        return fits_enum(shape, json);
    case WC_SHAPE_LIST:
        return fits_list(trial, shape, json);
    case WC_SHAPE_MAP:
        return fits_map(trial, shape, json);
    case WC_SHAPE_OBJECT:
        return fits_object(trial, shape, json);
    case WC_SHAPE_REF:
        return fits(trial, shape->target, json);
    case WC_SHAPE_UNION:
        return fits_union(trial, shape, json);
    case WC_SHAPE_ANY:
        return fits_any(shape, json);
    case WC_SHAPE_ODD:
        break;
    }
    return false;
}

bool wc_accepts(struct wc_shape *shape, const json_t *document, struct wc_accepting how)
{
    struct trial trial = {.how = how};
    return fits(&trial, shape, document);
}
