/* From the JSON Schema of a contract to shapes. Hostile documents make ODD shapes, never a crash. */
#include "compiler/diff/shape.h"

#include <string.h>

#define NEST_MAX 128

static struct wc_shape *parse(struct wc_shapes *shapes, const json_t *json, const char *pointer,
                              int nest);

const struct wc_dfa *wc_language(struct wc_languages *languages, const char *pattern)
{
    struct wc_arena *arena = languages->patterns.arena;
    struct wc_regex_error error;
    size_t len = strlen(pattern);
    pattern = wc_intern(&languages->patterns, pattern, len);
    WC_EACH(i, &languages->rows)
    {
        if (languages->rows.items[i].pattern == pattern)
            return languages->rows.items[i].dfa;
    }
    const struct wc_dfa *dfa = wc_dfa_compile(arena, pattern, len, &error);
    wc_push(arena, &languages->rows, ((struct wc_language){pattern, dfa}));
    return dfa;
}

static bool whole(const json_t *json, const char *key, int64_t *number)
{
    const json_t *value = json_object_get(json, key);
    if (json_is_integer(value))
        *number = json_integer_value(value);
    return json_is_integer(value);
}

/* RFC 6901: `~` is ~0 and `/` is ~1. */
static const char *below(struct wc_shapes *shapes, const char *pointer, const char *step)
{
    size_t len = strlen(pointer), at = len + 1;
    char *text = wc_arena_alloc(shapes->arena, len + 2 * strlen(step) + 2);
    memcpy(text, pointer, len);
    text[len] = '/';
    for (; *step; step++) {
        bool escaped = *step == '~' || *step == '/';
        if (escaped)
            text[at++] = '~';
        text[at++] = !escaped ? *step : *step == '~' ? '0' : '1';
    }
    return text;
}

/* Each shape knows the keys of its kind; another key may mean anything. */
static bool knows_all(const json_t *json, const char *known)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)json, key, value)
    {
        char word[64];
        if ((size_t)snprintf(word, sizeof word, " %s ", key) >= sizeof word || !strstr(known, word))
            return false;
    }
    return true;
}

static void read_range(struct wc_shape *shape, const char *min, const char *max)
{
    shape->has_min = whole(shape->json, min, &shape->min);
    shape->has_max = whole(shape->json, max, &shape->max);
}

/* `^…$` and `^(?:…)$`, as compiler/emit writes them. */
static void read_pattern(struct wc_shapes *shapes, struct wc_shape *shape)
{
    const char *text = json_string_value(json_object_get(shape->json, "pattern"));
    if (!text)
        return;
    size_t len = strlen(text);
    if (len < 2 || text[0] != '^' || text[len - 1] != '$') {
        shape->kind = WC_SHAPE_ODD;
        return;
    }
    shape->pattern = wc_arena_copy(shapes->arena, text + 1, len - 2);
    shape->dfa = wc_language(shapes->languages, shape->pattern);
    if (!shape->dfa)
        shape->kind = WC_SHAPE_ODD;
}

static void read_string(struct wc_shapes *shapes, struct wc_shape *shape)
{
    static const char *const names[] = {[WR_UUID] = "uuid",
                                        [WR_DATE] = "date",
                                        [WR_DATETIME] = "date-time",
                                        [WR_URI] = "uri",
                                        [WR_EMAIL] = "email"};
    const char *format = json_string_value(json_object_get(shape->json, "format"));
    shape->kind = WC_SHAPE_STRING;
    if (json_object_get(shape->json, "enum"))
        shape->kind = WC_SHAPE_ENUM;
    read_range(shape, "minLength", "maxLength");
    if (format) {
        for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
            if (names[i] && strcmp(names[i], format) == 0)
                shape->format = i;
        if (shape->format < 0)
            shape->kind = WC_SHAPE_ODD;
    }
    read_pattern(shapes, shape);
    if (!knows_all(shape->json,
                   " type minLength maxLength x-minBytes x-maxBytes pattern format enum "
                   "default x-labels description "))
        shape->kind = WC_SHAPE_ODD;
}

static bool is_required(const json_t *json, const char *name)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(json, "required"), i, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), name) == 0)
            return true;
    }
    return false;
}

static void read_object(struct wc_shapes *shapes, struct wc_shape *shape, int nest)
{
    const json_t *others = json_object_get(shape->json, "additionalProperties");
    const char *name, *fields = below(shapes, shape->pointer, "properties");
    json_t *value;
    shape->kind = WC_SHAPE_OBJECT;
    shape->open = !json_is_false(others);
    whole(shape->json, "x-depth", &shape->depth);
    if (!knows_all(shape->json,
                   " type properties required additionalProperties x-depth x-hash "
                   "description "))
        shape->kind = WC_SHAPE_ODD;
    json_object_foreach(json_object_get(shape->json, "properties"), name, value)
    {
        struct wc_shape_part part = {
            .name = name,
            .shape = parse(shapes, value, below(shapes, fields, name), nest + 1),
            .required = is_required(shape->json, name),
            .fallback = json_object_get(value, "default"),
            .labels = json_object_get(value, "x-labels"),
        };
        wc_push(shapes->arena, &shape->parts, part);
    }
}

static void read_map(struct wc_shapes *shapes, struct wc_shape *shape, int nest)
{
    const json_t *keys = json_object_get(shape->json, "propertyNames");
    shape->kind = WC_SHAPE_MAP;
    read_range(shape, "minProperties", "maxProperties");
    shape->element = parse(shapes, json_object_get(shape->json, "additionalProperties"),
                           below(shapes, shape->pointer, "additionalProperties"), nest + 1);
    if (keys)
        shape->key = parse(shapes, keys, below(shapes, shape->pointer, "propertyNames"), nest + 1);
    if (!knows_all(shape->json,
                   " type additionalProperties propertyNames minProperties "
                   "maxProperties default x-labels description "))
        shape->kind = WC_SHAPE_ODD;
}

static void read_union(struct wc_shapes *shapes, struct wc_shape *shape, int nest)
{
    const json_t *how = json_object_get(shape->json, "discriminator");
    const char *name;
    json_t *value;
    shape->kind = WC_SHAPE_UNION;
    shape->tag = json_string_value(json_object_get(how, "propertyName"));
    if (!shape->tag)
        shape->kind = WC_SHAPE_ODD;
    json_object_foreach(json_object_get(how, "mapping"), name, value)
    {
        json_t *ref = json_object();
        json_object_set(ref, "$ref", value);
        struct wc_shape_part part = {.name = name};
        part.shape = parse(shapes, ref, below(shapes, shape->pointer, "oneOf"), nest + 1);
        part.shape->json = NULL;
        wc_push(shapes->arena, &shape->parts, part);
        json_decref(ref);
    }
}

static void read_numbers(struct wc_shape *shape, const char *type)
{
    const json_t *min = json_object_get(shape->json, "minimum");
    const json_t *max = json_object_get(shape->json, "maximum");
    shape->kind = strcmp(type, "integer") == 0 ? WC_SHAPE_INT : WC_SHAPE_NUMBER;
    if (shape->kind == WC_SHAPE_INT) {
        read_range(shape, "minimum", "maximum");
    } else {
        shape->has_min = min != NULL;
        shape->has_max = max != NULL;
        shape->number_min = json_number_value(min);
        shape->number_max = json_number_value(max);
    }
    shape->currency = json_string_value(json_object_get(shape->json, "x-currency"));
    if (!knows_all(shape->json, " type minimum maximum x-currency default x-labels description "))
        shape->kind = WC_SHAPE_ODD;
}

static void read_typed(struct wc_shapes *shapes, struct wc_shape *shape, const char *type, int nest)
{
    if (strcmp(type, "string") == 0) {
        read_string(shapes, shape);
    } else if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) {
        read_numbers(shape, type);
    } else if (strcmp(type, "boolean") == 0) {
        shape->kind = knows_all(shape->json, " type default x-labels description ") ? WC_SHAPE_BOOL
                                                                                    : WC_SHAPE_ODD;
    } else if (strcmp(type, "array") == 0) {
        shape->kind = WC_SHAPE_LIST;
        read_range(shape, "minItems", "maxItems");
        shape->element = parse(shapes, json_object_get(shape->json, "items"),
                               below(shapes, shape->pointer, "items"), nest + 1);
        if (!knows_all(shape->json, " type items minItems maxItems default x-labels description "))
            shape->kind = WC_SHAPE_ODD;
    } else if (strcmp(type, "object") == 0 && json_object_get(shape->json, "properties")) {
        read_object(shapes, shape, nest);
    } else if (strcmp(type, "object") == 0) {
        read_map(shapes, shape, nest);
    }
}

/* `{"anyOf": [T, {"type": "null"}]}`; NULL where it is not that. */
static const json_t *or_null(const json_t *json)
{
    const json_t *choices = json_object_get(json, "anyOf");
    const char *type = json_string_value(json_object_get(json_array_get(choices, 1), "type"));
    bool two = json_array_size(choices) == 2 && type && strcmp(type, "null") == 0;
    return two ? json_array_get(choices, 0) : NULL;
}

static struct wc_shape *parse(struct wc_shapes *shapes, const json_t *json, const char *pointer,
                              int nest)
{
    struct wc_shape *shape = WC_NEW(shapes->arena, struct wc_shape);
    *shape = (struct wc_shape){
        .kind = WC_SHAPE_ODD, .json = json, .pointer = pointer, .format = -1, .max_bytes = -1};
    const json_t *bare = or_null(json);
    const char *ref = json_string_value(json_object_get(json, "$ref"));
    const char *type = json_string_value(json_object_get(json, "type"));
    if (!json_is_object(json) || nest > NEST_MAX)
        return shape;
    if (bare) {
        shape = parse(shapes, bare, pointer, nest + 1);
        shape->nullable = true;
        return shape;
    }
    whole(json, "x-minBytes", &shape->min_bytes);
    whole(json, "x-maxBytes", &shape->max_bytes);
    if (ref && strncmp(ref, "#/schemas/", 10) == 0) {
        shape->target = wc_shape_named(shapes, ref + 10);
        shape->kind = WC_SHAPE_REF;
        shape->name = shape->target->name;
    } else if (json_object_get(json, "oneOf")) {
        read_union(shapes, shape, nest);
    } else if (type) {
        read_typed(shapes, shape, type, nest);
    } else if (whole(json, "x-maxDepth", &shape->max_depth) && shape->max_bytes >= 0) {
        shape->kind = WC_SHAPE_ANY;
    }
    return shape;
}

struct wc_shape *wc_shape_named(struct wc_shapes *shapes, const char *name)
{
    name = wc_intern(&shapes->names, name, strlen(name));
    WC_EACH(i, &shapes->named)
    {
        if (shapes->named.items[i].name == name)
            return shapes->named.items[i].shape;
    }
    const char *pointer = below(shapes, "/schemas", name);
    /* Its place is taken before its fields are read: they may refer to it. */
    struct wc_shape *shape = WC_NEW(shapes->arena, struct wc_shape);
    *shape = (struct wc_shape){.kind = WC_SHAPE_ODD, .pointer = pointer, .format = -1};
    shape->name = wc_arena_copy(shapes->arena, name, strcspn(name, "."));
    wc_push(shapes->arena, &shapes->named, ((struct wc_named_shape){name, shape}));
    shape->json = json_object_get(shapes->schemas, name);
    if (json_is_object(shape->json))
        read_object(shapes, shape, 0);
    return shape;
}

struct wc_shape *wc_shape_bare(struct wc_shape *shape)
{
    return shape->kind == WC_SHAPE_REF ? shape->target : shape;
}

const struct wc_shape_part *wc_shape_part(const struct wc_shape *shape, const char *name)
{
    WC_EACH(i, &shape->parts)
    {
        if (strcmp(shape->parts.items[i].name, name) == 0)
            return &shape->parts.items[i];
    }
    return NULL;
}

#define ATOM "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-]+"
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?"
#define URI_CHAR "(?:[A-Za-z0-9\\-._~:/?@!$&'()*+,;=\\[\\]]|%[0-9A-Fa-f]{2})*"
#define DAY "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"

const char *wc_format_pattern(int format)
{
    switch (format) {
    case WR_UUID:
        return "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
    case WR_DATE:
        return DAY;
    case WR_DATETIME:
        return DAY
            "[Tt][0-2][0-9]:[0-5][0-9]:[0-6][0-9](?:\\.[0-9]+)?(?:[Zz]|[+\\-][0-2][0-9]:[0-5]"
            "[0-9])";
    case WR_URI:
        return "[A-Za-z][A-Za-z0-9+.\\-]*:" URI_CHAR "(?:#" URI_CHAR ")?";
    case WR_EMAIL:
        return ATOM "(?:\\." ATOM ")*@" LABEL "(?:\\." LABEL ")*";
    default:
        return NULL;
    }
}
