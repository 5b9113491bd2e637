/* Documents of a schema for `wright mock`: within every bound, the same for the same random state. */
#include "compiler/base/automata.h"
#include "compiler/model/type.h"
#include "compiler/tool/mock.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 6, USUAL_ITEMS = 3 };

struct making {
    const struct wc_mock *mock;
    struct wc_mock_source *source;
    unsigned *levels; /* by schema: how many are open */
};

uint64_t wc_mock_random(struct wc_mock_source *source)
{
    /* splitmix64 */
    uint64_t z = (source->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static json_t *make(struct making *it, const struct wc_type *type, unsigned depth);

/* ---- strings ------------------------------------------------------------------------------ */

static json_t *simulated(struct making *it, const struct wc_type *type)
{
    static const char words[] = "simulated text of no meaning ";
    char text[4096];
    uint64_t random = wc_mock_random(it->source);
    int64_t max = type->has_max ? type->max : 40, min = type->has_min ? type->min : 0;
    int64_t want = min > 14 ? min : max < 14 ? max : 14;
    size_t len = want > (int64_t)sizeof text ? sizeof text : (size_t)want;
    for (size_t i = 0; i < len; i++)
        text[i] = words[i % (sizeof words - 1)];
    for (size_t i = 0; i < 4 && i < len && len > 12; i++, random >>= 8) /* told apart by its end */
        text[len - 1 - i] = (char)('a' + random % 26);
    if (want <= (int64_t)sizeof text)
        return json_stringn(text, len);
    char *longer = wc_arena_alloc(it->mock->arena, (size_t)want);
    memset(longer, 'x', (size_t)want);
    return json_stringn(longer, (size_t)want);
}

static json_t *make_string(struct making *it, const struct wc_type *type)
{
    size_t len = 0;
    if (type->pattern) {
        const struct wc_dfa *dfa = it->mock->model->patterns.items[type->pattern_id].dfa;
        const char *example = wc_dfa_example(it->mock->arena, dfa, &len);
        return json_stringn(example ? example : "", example ? len : 0);
    }
    const char *excerpt = wc_mock_excerpt(it->source, type, &len);
    return excerpt ? json_stringn(excerpt, len) : simulated(it, type);
}

/* ---- other scalars ------------------------------------------------------------------------ */

static json_t *make_int(struct making *it, const struct wc_type *type)
{
    int64_t min = type->has_min ? type->min : 0;
    int64_t max = type->has_max ? type->max : min > INT64_MAX - 100 ? INT64_MAX : min + 100;
    uint64_t width = (uint64_t)max - (uint64_t)min;
    uint64_t random = wc_mock_random(it->source);
    uint64_t step = width == UINT64_MAX ? random : random % (width + 1);
    return json_integer((json_int_t)((uint64_t)min + step));
}

/* In the upper quarter of the range: a confidence looks like one. */
static json_t *make_number(struct making *it, const struct wc_type *type)
{
    double min = type->has_min ? type->number_min : 0, max = type->has_max ? type->number_max : 1;
    double part = 0.75 + (double)(wc_mock_random(it->source) % 25) / 100;
    double value = min + (max - min) * part;
    return json_real(value < min ? min : value > max ? max : value);
}

/* The longest of the texts that is not too long, else the last, filled up to the least length. */
static json_t *make_within(const struct wc_type *type, const char *const *texts, size_t count)
{
    size_t i = 0;
    char text[256];
    while (i + 1 < count && (int64_t)strlen(texts[i]) > wc_format_most(type))
        i++;
    size_t len = strlen(texts[i]), least = (size_t)wc_format_least(type);
    memcpy(text, texts[i], len);
    while (len < least && len < sizeof text)
        text[len++] = 'x';
    return json_stringn(text, len);
}

static json_t *make_format(const struct wc_type *type)
{
    static const char *const uris[] = {"https://simulated.example/simulated", "urn:simulated:x",
                                       "x:x"};
    static const char *const emails[] = {"simulated@example.com", "x@x.example", "x@x"};
    switch (type->kind) {
    case WC_TYPE_UUID:
        return json_string("0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10");
    case WC_TYPE_DATE:
        return json_string("2026-01-31");
    case WC_TYPE_DATETIME:
        return json_string("2026-01-31T12:00:00Z");
    case WC_TYPE_URI:
        return make_within(type, uris, 3);
    default:
        return make_within(type, emails, 3);
    }
}

/* A text as long as the least, where that is more than what stands for anything. */
static json_t *make_anything(struct making *it, const struct wc_type *type)
{
    if (type->has_min && type->min > 2) {
        struct wc_type text = {.kind = WC_TYPE_STRING, .has_min = true, .has_max = true};
        text.min = text.max = type->min - 2;
        return simulated(it, &text);
    }
    return type->has_max && type->max < 2 ? json_integer(0) : json_object();
}

/* Within a string, where the profile carries it so. */
static json_t *make_any(struct making *it, const struct wc_type *type)
{
    json_t *json = make_anything(it, type), *quoted;
    if (!it->source->profile || it->source->profile->any)
        return json;
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(json);
    quoted = json_string(text);
    free(text);
    return quoted;
}

/* An everyday amount where the range has one. */
static json_t *make_money(struct making *it, const struct wc_type *type)
{
    struct wc_type usual = *type;
    usual.min = usual.min < 0 && usual.max >= 0 ? 0 : usual.min;
    usual.max = usual.min < 100000 && usual.max > 100000 ? 100000 : usual.max;
    return make_int(it, &usual);
}

/* ---- what holds others -------------------------------------------------------------------- */

static bool can_make_schema(const struct making *it, const struct wc_schema *schema);
static bool can_make_variant(const struct making *it, const struct wc_union *choice);
static json_t *make_schema(struct making *it, const struct wc_schema *schema, unsigned depth);

/* May a value of it be here, by the depths of the schemas in it? */
static bool can_make(const struct making *it, const struct wc_type *type)
{
    if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        return !type->has_min || type->min == 0 || type->element->nullable ||
               can_make(it, type->element);
    if (type->kind == WC_TYPE_UNION)
        return can_make_variant(it, type->choice);
    return type->kind != WC_TYPE_SCHEMA || can_make_schema(it, type->schema);
}

static bool can_make_variant(const struct making *it, const struct wc_union *choice)
{
    WC_EACH(i, &choice->variants)
    {
        if (can_make_schema(it, choice->variants.items[i].schema))
            return true;
    }
    return false;
}

static bool can_make_schema(const struct making *it, const struct wc_schema *schema)
{
    if (!schema->circle)
        return true;
    if (schema->depth && it->levels[schema->id] >= schema->depth)
        return false;
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        if (!field->optional && !field->fallback && !field->type->nullable &&
            !can_make(it, field->type))
            return false;
    }
    return true;
}

/* One of the variants that may be here; its tag stands first or last. */
static json_t *make_variant(struct making *it, const struct wc_union *choice, unsigned depth)
{
    size_t at = wc_mock_random(it->source) % choice->variants.count;
    for (size_t tries = 0; tries < choice->variants.count; tries++) {
        if (can_make_schema(it, choice->variants.items[at].schema))
            break;
        at = (at + 1) % choice->variants.count;
    }
    json_t *tag = json_string(choice->variants.items[at].name), *all = json_object();
    json_t *fields = make_schema(it, choice->variants.items[at].schema, depth);
    bool last = wc_mock_random(it->source) & 1;
    if (!last)
        json_object_set(all, choice->tag, tag);
    json_object_update(all, fields);
    json_object_set_new(all, choice->tag, tag);
    json_decref(fields);
    return all;
}

static size_t how_many(const struct making *it, const struct wc_type *type, unsigned depth)
{
    if (!type->element->nullable && !can_make(it, type->element))
        return 0;
    int64_t min = type->has_min ? type->min : 0, max = type->has_max ? type->max : USUAL_ITEMS;
    int64_t want = depth >= DEPTH_MAX ? 0 : USUAL_ITEMS;
    want = want < min ? min : want > max ? max : want;
    return want > 1000 ? 1000 : (size_t)want;
}

static json_t *make_list(struct making *it, const struct wc_type *type, unsigned depth)
{
    json_t *list = json_array();
    for (size_t i = how_many(it, type, depth); i > 0; i--) {
        json_array_append_new(list, make(it, type->element, depth + 1));
        it->source->sentence += type->element->kind == WC_TYPE_STRING;
    }
    return list;
}

/* The map as a list of its entries, where the profile carries it so. */
static json_t *pairs_of(json_t *map_take)
{
    const char *key;
    json_t *value, *list = json_array();
    json_object_foreach(map_take, key, value)
        json_array_append_new(list, json_pack("{sssO}", "key", key, "value", value));
    json_decref(map_take);
    return list;
}

/* Keys must differ: one that comes again is not added, and the count may stay below the usual. */
static json_t *make_map(struct making *it, const struct wc_type *type, unsigned depth)
{
    json_t *map = json_object();
    size_t want = how_many(it, type, depth);
    for (size_t tries = 0; json_object_size(map) < want && tries < 4 * want; tries++) {
        json_t *key = type->key->pattern ? make_string(it, type->key) : simulated(it, type->key);
        json_object_set_new(map, json_string_value(key), make(it, type->element, depth + 1));
        json_decref(key);
    }
    return it->source->profile && !it->source->profile->maps ? pairs_of(map) : map;
}

/* The texts of one object speak of one sentence. */
static json_t *make_schema(struct making *it, const struct wc_schema *schema, unsigned depth)
{
    json_t *object = json_object();
    it->source->sentence++;
    it->levels[schema->id]++;
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        bool must = !field->optional && !field->fallback;
        if (must || (depth < DEPTH_MAX && can_make(it, field->type)))
            json_object_set_new(object, field->name, make(it, field->type, depth + 1));
    }
    it->levels[schema->id]--;
    return object;
}

static json_t *make(struct making *it, const struct wc_type *type, unsigned depth)
{
    if (depth > WC_LEVELS_MAX)
        return json_null();
    if (type->nullable && (!can_make(it, type) || wc_mock_random(it->source) % 4 == 0))
        return json_null();
    switch (type->kind) {
    case WC_TYPE_STRING:
        return make_string(it, type);
    case WC_TYPE_INT:
        return make_int(it, type);
    case WC_TYPE_MONEY:
        return make_money(it, type);
    case WC_TYPE_ANY:
        return make_any(it, type);
    case WC_TYPE_NUMBER:
        return make_number(it, type);
    case WC_TYPE_BOOL:
        return json_boolean(wc_mock_random(it->source) & 1);
    case WC_TYPE_ENUM:
        return json_string(type->values[wc_mock_random(it->source) % type->value_count]);
    case WC_TYPE_LIST:
        return make_list(it, type, depth);
    case WC_TYPE_MAP:
        return make_map(it, type, depth);
    case WC_TYPE_UNION:
        return make_variant(it, type->choice, depth);
    case WC_TYPE_SCHEMA:
        return make_schema(it, type->schema, depth);
    default:
        return make_format(type);
    }
}

json_t *wc_mock_document(const struct wc_mock *mock, struct wc_mock_source *source,
                         const struct wc_schema *schema)
{
    struct making it = {mock, source,
                        WC_NEW_ARRAY(mock->arena, unsigned, mock->model->schemas.count + 1)};
    return make_schema(&it, schema, 0);
}
