/* Documents of a shape: the smallest one, and some at its ends. Each was tried with wc_accepts() by whoever
 * shows it; here nothing is promised of patterns beside lengths. */
#include "compiler/diff/contain.h"

#include <string.h>

#define NEST_MAX 40
#define LONGEST 100000 /* of a text that is made up */
#define ITEMS 24       /* of a list that is made up */
#define VARIED 6       /* nested values that are at their ends */

static json_t *example(struct wc_pool *pool, struct wc_shape *shape, bool reply, int nest);

json_t *wc_pool_take(struct wc_pool *pool, json_t *document_take)
{
    if (!document_take)
        return NULL;
    json_array_append_new(pool->documents, document_take);
    return document_take;
}

json_t *wc_made_text(struct wc_pool *pool, int64_t points, int bytes)
{
    static const char face[] = "\xf0\x9f\x99\x82";
    if (points < 0 || points > LONGEST)
        return NULL;
    size_t size = (size_t)bytes, len = (size_t)points * size;
    char *text = wc_arena_alloc(pool->arena, len + 1);
    for (size_t i = 0; i < (size_t)points; i++)
        memcpy(text + i * size, bytes == 4 ? face : "a", size);
    return wc_pool_take(pool, json_stringn(text, len));
}

static json_t *of_format(struct wc_pool *pool, const struct wc_shape *shape)
{
    static const char *const texts[] = {[WR_UUID] = "00000000-0000-4000-8000-000000000000",
                                        [WR_DATE] = "2026-01-01",
                                        [WR_DATETIME] = "2026-01-01T00:00:00Z",
                                        [WR_URI] = "a:b",
                                        [WR_EMAIL] = "a@b"};
    const char *text = texts[shape->format];
    size_t len = strlen(text), more = 0;
    if (shape->has_min && shape->min > (int64_t)len && shape->min < LONGEST)
        more = (size_t)shape->min - len;
    char *longer = wc_arena_alloc(pool->arena, len + more + 1);
    memcpy(longer, text, len);
    if (shape->format ==
        WR_EMAIL) { /* the local part is the shorter one: 64 at most, then labels */
        for (size_t i = len; i < len + more; i++)
            longer[i] = i % 60 == 0 && i + 1 < len + more ? '.' : 'b';
    } else {
        memset(longer + len, 'b', more);
    }
    return wc_pool_take(pool, json_stringn(longer, len + more));
}

static json_t *of_string(struct wc_pool *pool, const struct wc_shape *shape)
{
    if (shape->format >= 0)
        return of_format(pool, shape);
    if (shape->dfa) {
        size_t len = 0;
        const char *text = wc_dfa_example(pool->arena, shape->dfa, &len);
        return text ? wc_pool_take(pool, json_stringn(text, len)) : NULL;
    }
    int64_t points = shape->has_min ? shape->min : 0;
    if (shape->min_bytes > points && (!shape->has_max || shape->min_bytes <= shape->max))
        points = shape->min_bytes;
    return wc_made_text(pool, points, 1);
}

static json_t *of_number(struct wc_pool *pool, const struct wc_shape *shape)
{
    if (shape->kind == WC_SHAPE_INT) {
        int64_t number = shape->has_min && shape->min > 0 ? shape->min : 0;
        if (shape->has_max && shape->max < number)
            number = shape->max;
        return wc_pool_take(pool, json_integer(number));
    }
    double number = shape->has_min && shape->number_min > 0 ? shape->number_min : 0;
    if (shape->has_max && shape->number_max < number)
        number = shape->number_max;
    return wc_pool_take(pool, json_real(number));
}

static json_t *of_list(struct wc_pool *pool, struct wc_shape *shape, bool reply, int nest)
{
    json_t *list = wc_pool_take(pool, json_array());
    for (int64_t i = 0; shape->has_min && i < shape->min; i++) {
        json_t *item = i < LONGEST ? example(pool, shape->element, reply, nest + 1) : NULL;
        if (!item)
            return NULL;
        json_array_append(list, item);
    }
    return list;
}

/* Keys that differ: the example, and longer ones. */
static const char *key_of(struct wc_pool *pool, struct wc_shape *shape, int64_t number)
{
    json_t *text = shape->key ? of_string(pool, shape->key) : NULL;
    if (number == 0 && text)
        return json_string_value(text);
    if (shape->key && shape->key->dfa) { /* the shortest that is none of those before it */
        char *pattern = wc_arena_copy(pool->arena, "", 0);
        for (int64_t i = 0; i < number; i++) {
            const char *key = key_of(pool, shape, i);
            for (const char *c = key; c && *c; c++)
                if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                      (*c >= '0' && *c <= '9')))
                    return NULL;
            if (!key)
                return NULL;
            pattern = wc_arena_printf(pool->arena, "%s%s%s", pattern, i ? "|" : "", key);
        }
        struct wc_regex_error error;
        struct wc_dfa *taken = wc_dfa_compile(pool->arena, pattern, strlen(pattern), &error);
        const char *next = NULL;
        size_t len = 0;
        if (!taken || wc_dfa_contains(pool->arena, taken, shape->key->dfa, &next, &len))
            return NULL;
        return next;
    }
    int64_t least = shape->key && shape->key->has_min ? shape->key->min : 0;
    int64_t width = least > 1 ? least : 1;
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    char *key = wc_arena_alloc(pool->arena, (size_t)(width < 64 ? width : 64) + 16);
    if (width >= 64 || number >= 26 + 26 * 26)
        return NULL;
    memset(key, 'a', (size_t)width);
    key[0] = letters[number % 26];
    if (number >= 26)
        key[width] = letters[number / 26 - 1];
    return key;
}

static json_t *of_map(struct wc_pool *pool, struct wc_shape *shape, int64_t count, bool reply,
                      int nest)
{
    json_t *map = wc_pool_take(pool, json_object());
    for (int64_t i = 0; i < count; i++) {
        const char *key = i < 64 ? key_of(pool, shape, i) : NULL;
        json_t *value = key ? example(pool, shape->element, reply, nest + 1) : NULL;
        if (!value)
            return NULL;
        json_object_set(map, key, value);
    }
    return map;
}

static json_t *of_object(struct wc_pool *pool, struct wc_shape *shape, bool all, bool reply,
                         int nest)
{
    json_t *object = wc_pool_take(pool, json_object());
    WC_EACH(i, &shape->parts)
    {
        const struct wc_shape_part *part = &shape->parts.items[i];
        bool needed = part->required || (reply && part->fallback);
        if (!needed && !all)
            continue;
        json_t *value = example(pool, part->shape, reply, nest + 1);
        if (!value && needed)
            return NULL;
        if (value)
            json_object_set(object, part->name, value);
    }
    return object;
}

static json_t *of_any(struct wc_pool *pool, const struct wc_shape *shape)
{
    if (shape->min_bytes <= 1)
        return wc_pool_take(pool, json_integer(0));
    if (shape->min_bytes == 2)
        return wc_pool_take(pool, json_object());
    return wc_made_text(pool, shape->min_bytes - 2, 1);
}

static json_t *example(struct wc_pool *pool, struct wc_shape *shape, bool reply, int nest)
{
    if (nest > NEST_MAX)
        return NULL;
    if (shape->nullable && nest > 0 && shape->kind == WC_SHAPE_REF)
        return wc_pool_take(pool, json_null());
    switch (shape->kind) {
    case WC_SHAPE_STRING:
        if (!shape->dfa)
            return of_string(pool, shape);
        if (!shape->smallest[0])
            shape->smallest[0] = of_string(pool, shape);
        return shape->smallest[0];
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        return of_number(pool, shape);
    case WC_SHAPE_BOOL:
        return wc_pool_take(pool, json_false());
    case WC_SHAPE_ENUM:
        return json_array_get(json_object_get(shape->json, "enum"), 0);
    case WC_SHAPE_LIST:
        return of_list(pool, shape, reply, nest);
    case WC_SHAPE_MAP:
        return of_map(pool, shape, shape->has_min ? shape->min : 0, reply, nest);
    case WC_SHAPE_OBJECT:
        if (!shape->smallest[reply])
            shape->smallest[reply] = of_object(pool, shape, false, reply, nest);
        return shape->smallest[reply];
    case WC_SHAPE_REF:
        return example(pool, shape->target, reply, nest + 1);
    case WC_SHAPE_UNION:
        WC_EACH(i, &shape->parts)
        {
            json_t *one = example(pool, shape->parts.items[i].shape, reply, nest + 1);
            if (one)
                return one;
        }
        return NULL;
    case WC_SHAPE_ANY:
        return of_any(pool, shape);
    case WC_SHAPE_ODD:
        break;
    }
    return NULL;
}

json_t *wc_example(struct wc_pool *pool, struct wc_shape *shape, bool reply)
{
    return example(pool, shape, reply, 0);
}

/* ---- others ------------------------------------------------------------------------------- */

static json_t *string_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index)
{
    static const char *const odd[] = {
        "a", "A", "0", " ", "\n", "-", "\xc3\xa9", "aa", "", "~ ~", "\x01\x01\x01\x01\x01\x01\x01"};
    int64_t most = shape->has_max ? shape->max : 64;
    switch (index) {
    case 0:
        return wc_made_text(pool, most, 1);
    case 1:
        return wc_made_text(pool, shape->max_bytes >= 0 ? shape->max_bytes / 4 : most, 4);
    case 2:
        return wc_made_text(pool, shape->has_min ? shape->min : 0, 4);
    default:
        if (index - 3 >= sizeof odd / sizeof *odd)
            return NULL;
        return wc_pool_take(pool, json_string(odd[index - 3]));
    }
}

static json_t *any_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index)
{
    static const char *const texts[] = {"null", "true", "0",      "0.5",      "\"\"",
                                        "[]",   "{}",   "[null]", "{\"a\":0}"};
    if (index < sizeof texts / sizeof *texts)
        return wc_pool_take(pool, json_loads(texts[index], JSON_DECODE_ANY, NULL));
    if (index == sizeof texts / sizeof *texts && shape->max_bytes >= 2)
        return wc_made_text(pool, shape->max_bytes - 2, 1);
    return NULL;
}

static json_t *number_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index)
{
    bool integer = shape->kind == WC_SHAPE_INT;
    double low = shape->has_min ? shape->number_min : -1e18;
    double high = shape->has_max ? shape->number_max : 1e18;
    switch (index) {
    case 0:
        return wc_pool_take(pool, integer ? json_integer(shape->has_min ? shape->min : INT64_MIN)
                                          : json_real(low));
    case 1:
        return wc_pool_take(pool, integer ? json_integer(shape->has_max ? shape->max : INT64_MAX)
                                          : json_real(high));
    case 2: /* not whole, most likely */
        return wc_pool_take(pool, json_real(integer ? 0 : low / 2 + high / 2 + 0.0));
    case 3:
        return integer ? NULL : wc_pool_take(pool, json_real(low + (high - low) * 0.37));
    default:
        return NULL;
    }
}

static json_t *variation(struct wc_pool *pool, struct wc_shape *shape, size_t index, bool reply,
                         int nest);

/* As many items as there may be; then one more than none, at each of their ends. */
static json_t *list_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index,
                              bool reply, int nest)
{
    int64_t count = shape->has_min && shape->min > 1 ? shape->min : 1;
    if (index == 0 && shape->has_max)
        count = shape->max < ITEMS ? shape->max : ITEMS;
    json_t *item = index ? variation(pool, shape->element, index - 1, reply, nest + 1)
                         : example(pool, shape->element, reply, nest + 1);
    if (!item || count > LONGEST || (shape->has_max && shape->max < 1))
        return NULL;
    json_t *list = wc_pool_take(pool, json_array());
    for (int64_t i = 0; i < count; i++)
        json_array_append(list, item);
    return list;
}

/* With all fields, each of them at an end of its own. */
static json_t *object_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index,
                                bool reply, int nest)
{
    json_t *object = of_object(pool, shape, true, reply, nest);
    bool any = false;
    if (index == 0 || !object)
        return index ? NULL : object;
    WC_EACH(i, &shape->parts)
    {
        const struct wc_shape_part *part = &shape->parts.items[i];
        json_t *value = variation(pool, part->shape, index - 1, reply, nest + 1);
        any = any || value;
        if (value)
            json_object_set(object, part->name, value);
    }
    return any ? object : NULL;
}

json_t *wc_variation(struct wc_pool *pool, struct wc_shape *shape, size_t index, bool reply)
{
    return variation(pool, shape, index, reply, 0);
}

static json_t *variation(struct wc_pool *pool, struct wc_shape *shape, size_t index, bool reply,
                         int nest)
{
    if (nest > VARIED)
        return NULL;
    if (index == 0 && shape->nullable)
        return wc_pool_take(pool, json_null());
    index -= shape->nullable;
    switch (shape->kind) {
    case WC_SHAPE_STRING:
        return string_variation(pool, shape, index);
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        return number_variation(pool, shape, index);
    case WC_SHAPE_BOOL:
        return index == 0 ? wc_pool_take(pool, json_true()) : NULL;
    case WC_SHAPE_ENUM:
        return json_array_get(json_object_get(shape->json, "enum"), index);
    case WC_SHAPE_ANY:
        return any_variation(pool, shape, index);
    case WC_SHAPE_MAP:
        return index < 3 ? of_map(pool, shape, (int64_t)index + 1, reply, 0) : NULL;
    case WC_SHAPE_OBJECT:
        return object_variation(pool, shape, index, reply, nest);
    case WC_SHAPE_LIST:
        return list_variation(pool, shape, index, reply, nest);
    case WC_SHAPE_REF:
        return variation(pool, shape->target, index, reply, nest);
    case WC_SHAPE_UNION: /* each, and then each with all it may have */
        if (index < shape->parts.count)
            return wc_example(pool, shape->parts.items[index].shape, reply);
        return variation(pool, shape->parts.items[index % shape->parts.count].shape,
                         index / shape->parts.count - 1, reply, nest);
    default:
        return NULL;
    }
}

/* ---- depth -------------------------------------------------------------------------------- */

struct way {
    struct wc_pool *pool;
    const struct wc_shape *goal;
    WC_VEC(struct wc_shape *) seen;
    bool reply;
};

/* A document of `shape` with `core` in place of the goal; NULL: there is no way to it. */
static json_t *around(struct way *way, struct wc_shape *shape, json_t *core, int nest);

static json_t *around_fields(struct way *way, struct wc_shape *shape, json_t *core, int nest)
{
    WC_EACH(i, &shape->parts)
    {
        json_t *value = around(way, shape->parts.items[i].shape, core, nest + 1);
        json_t *object = value ? wc_example(way->pool, shape, way->reply) : NULL;
        if (!object)
            continue;
        object = wc_pool_take(way->pool, json_copy(object));
        json_object_set(object, shape->parts.items[i].name, value);
        return object;
    }
    return NULL;
}

static json_t *around(struct way *way, struct wc_shape *shape, json_t *core, int nest)
{
    json_t *value = NULL, *whole = NULL;
    shape = wc_shape_bare(shape);
    if (nest > 0 && shape->name && strcmp(shape->name, way->goal->name) == 0 &&
        shape->parts.count == way->goal->parts.count)
        return core;
    WC_EACH(i, &way->seen)
    {
        if (way->seen.items[i] == shape)
            return NULL;
    }
    wc_push(way->pool->arena, &way->seen, shape);
    switch (shape->kind) {
    case WC_SHAPE_OBJECT:
        return around_fields(way, shape, core, nest);
    case WC_SHAPE_LIST:
        value = around(way, shape->element, core, nest + 1);
        whole = value ? wc_pool_take(way->pool, json_array()) : NULL;
        for (int64_t i = 0; whole && i < (shape->has_min && shape->min > 1 ? shape->min : 1); i++)
            json_array_append(whole, value);
        return whole;
    case WC_SHAPE_MAP:
        value = around(way, shape->element, core, nest + 1);
        whole =
            value ? of_map(way->pool, shape, shape->has_min ? shape->min : 0, way->reply, 0) : NULL;
        if (whole && key_of(way->pool, shape, 0))
            json_object_set(whole, key_of(way->pool, shape, 0), value);
        return whole;
    case WC_SHAPE_UNION:
        for (size_t i = 0; !whole && i < shape->parts.count; i++)
            whole = around(way, shape->parts.items[i].shape, core, nest + 1);
        return whole;
    default:
        return NULL;
    }
}

json_t *wc_deepened(struct wc_pool *pool, struct wc_shape *shape, int64_t times, bool reply)
{
    json_t *document = wc_example(pool, shape, reply);
    for (int64_t i = 0; document && i < times && times < NEST_MAX; i++) {
        struct way way = {.pool = pool, .goal = shape, .reply = reply};
        document = around(&way, shape, document, 0);
    }
    return document;
}
