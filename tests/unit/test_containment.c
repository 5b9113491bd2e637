/* Containment of the schemas of two contracts, held against documents by chance: what is proved is refuted by none
 * of them, each witness is of one side and not of the other. With OLD NEW DOCUMENTS SEED it reads two contracts and
 * prints what it counted, for tests/diff/test_containment.py; without, some laws on contracts of its own. */
#include "compiler/diff/contain.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

enum { NEST = 8 };

/* ---- documents by chance -------------------------------------------------------------------- */

static uint64_t state = 88172645463325252u;

static uint64_t chance(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

static json_t *any_of(struct wc_pool *pool, struct wc_shape *shape, bool full, int nest);

static json_t *text_of(struct wc_pool *pool, struct wc_shape *shape)
{
    static const char *const bits[] = {"a", "b", "Z", " ", "\xc3\xa9", "\xf0\x9f\x99\x82",
                                       "0", "x", "y"};
    char text[512] = "";
    size_t len = 0;
    if (shape->dfa) { /* a walk through the automaton */
        const struct wc_dfa *dfa = shape->dfa;
        size_t at = 1, next = 1;
        for (int i = 0; i < 60 && next && !(dfa->accepts[at] && chance(3) == 0); i++) {
            size_t start = (size_t)chance(256), byte = 0;
            next = 0;
            for (size_t k = 0; k < 256 && !next; k++) {
                byte = (start + k) % 256;
                next = byte ? dfa->next[at * dfa->class_count + dfa->class_of[byte]] : 0;
            }
            if (next)
                text[len++] = (char)byte;
            at = next ? next : at;
        }
        return dfa->accepts[at] ? json_stringn(text, len)
                                : json_incref(wc_example(pool, shape, false));
    }
    if (shape->format >= 0)
        return json_incref(wc_example(pool, shape, false));
    int64_t least = shape->has_min ? shape->min : 0, most = shape->has_max ? shape->max : least + 8;
    int64_t count = least + (int64_t)chance((uint64_t)(most - least + 1));
    for (int64_t i = 0; i < count && len < sizeof text - 8; i++) {
        const char *bit = bits[chance(sizeof bits / sizeof *bits)];
        memcpy(text + len, bit, strlen(bit));
        len += strlen(bit);
    }
    return json_stringn(text, len);
}

static json_t *number_of(struct wc_shape *shape)
{
    if (shape->kind == WC_SHAPE_INT) {
        int64_t low = shape->has_min ? shape->min : -100, high = shape->has_max ? shape->max : 100;
        if (chance(3) == 0)
            return json_integer(chance(2) ? low : high);
        uint64_t wide = (uint64_t)high - (uint64_t)low;
        return json_integer(
            (json_int_t)((uint64_t)low + chance(wide < UINT64_MAX ? wide + 1 : wide)));
    }
    double low = shape->has_min ? shape->number_min : -9,
           high = shape->has_max ? shape->number_max : 9;
    return json_real(low + (high - low) * ((double)chance(5) / 4));
}

static json_t *object_of(struct wc_pool *pool, struct wc_shape *shape, bool full, int nest)
{
    static const char *const others[] = {"p", "q", "t", "zz"};
    json_t *object = json_object();
    WC_EACH(i, &shape->parts)
    {
        const struct wc_shape_part *part = &shape->parts.items[i];
        if (part->required || (full && part->fallback) || (nest < NEST && chance(2)))
            json_object_set_new(object, part->name, any_of(pool, part->shape, full, nest + 1));
    }
    if (shape->open && chance(3) == 0) {
        const char *name = others[chance(4)];
        if (!wc_shape_part(shape, name))
            json_object_set_new(object, name, chance(2) ? json_null() : json_string("a"));
    }
    return object;
}

static json_t *list_of(struct wc_pool *pool, struct wc_shape *shape, bool full, int nest)
{
    static const char *const keys[] = {"a", "b", "ab", "xyz", "q"};
    bool map = shape->kind == WC_SHAPE_MAP;
    int64_t least = shape->has_min ? shape->min : 0, most = shape->has_max ? shape->max : least + 3;
    int64_t count = least + (int64_t)chance((uint64_t)((most > 6 ? 6 : most) - least + 1));
    json_t *list = map ? json_object() : json_array();
    for (int64_t i = 0; i < count; i++) {
        json_t *value = any_of(pool, shape->element, full, nest + 1);
        if (map)
            json_object_set_new(list, keys[(size_t)i % 5], value);
        else
            json_array_append_new(list, value);
    }
    return list;
}

static json_t *any_of(struct wc_pool *pool, struct wc_shape *shape, bool full, int nest)
{
    static const char *const texts[] = {"null", "true", "0",         "\"ab\"", "[]",
                                        "{}",   "[1]",  "{\"a\":1}", "12.5"};
    if (shape->nullable && chance(4) == 0)
        return json_null();
    switch (shape->kind) {
    case WC_SHAPE_STRING:
        return text_of(pool, shape);
    case WC_SHAPE_INT:
    case WC_SHAPE_NUMBER:
        return number_of(shape);
    case WC_SHAPE_BOOL:
        return json_boolean(chance(2));
    case WC_SHAPE_ENUM: {
        json_t *values = json_object_get(shape->json, "enum");
        return json_incref(json_array_get(values, (size_t)chance(json_array_size(values))));
    }
    case WC_SHAPE_LIST:
    case WC_SHAPE_MAP:
        return list_of(pool, shape, full, nest);
    case WC_SHAPE_OBJECT:
        return object_of(pool, shape, full, nest);
    case WC_SHAPE_REF:
        return any_of(pool, shape->target, full, nest);
    case WC_SHAPE_UNION:
        return any_of(pool, shape->parts.items[chance(shape->parts.count)].shape, full, nest);
    default:
        return json_loads(texts[chance(sizeof texts / sizeof *texts)], JSON_DECODE_ANY, NULL);
    }
}

/* ---- pairs ---------------------------------------------------------------------------------- */

struct tally {
    long pairs, proved, refuted, unknown, documents, wrong, laws;
};

struct sides {
    struct wc_arena arena;
    struct wc_languages languages;
    struct wc_pool pool;
    struct wc_shapes shapes[2];
};

static void begin(struct sides *sides, json_t *const contracts[2])
{
    *sides = (struct sides){.pool = {.documents = NULL}};
    sides->languages.patterns.arena = &sides->arena;
    sides->pool = (struct wc_pool){&sides->arena, &sides->languages, json_array()};
    for (int i = 0; i < 2; i++)
        sides->shapes[i] = (struct wc_shapes){.arena = &sides->arena,
                                              .schemas = json_object_get(contracts[i], "schemas"),
                                              .languages = &sides->languages,
                                              .names = {.arena = &sides->arena}};
}

static void say(const char *what, struct wc_shape *outer, struct wc_shape *inner,
                const json_t *document)
{
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    printf("# %s: outer %s, inner %s, document %s\n", what, outer->pointer, inner->pointer,
           text ? text : "-");
    free(text);
}

/* Every document of the inner that was made by chance is one of the outer. */
static void try_proved(struct sides *sides, struct wc_shape *outer, struct wc_shape *inner,
                       struct wc_accepting how, long documents, struct tally *tally)
{
    struct wc_accepting inside = {.reply = how.reply};
    for (long i = 0; i < documents; i++) {
        json_t *document = any_of(&sides->pool, inner, how.reply, 0);
        if (wc_accepts(inner, document, inside)) {
            tally->documents++;
            if (!wc_accepts(outer, document, how)) {
                tally->wrong++;
                say("proved, and refuted", outer, inner, document);
                i = documents;
            }
        }
        json_decref(document);
    }
}

static void try_pair(struct sides *sides, struct wc_shape *outer, struct wc_shape *inner,
                     struct wc_accepting how, long documents, struct tally *tally)
{
    struct wc_containment found = wc_contains(&sides->pool, outer, inner, how);
    struct wc_accepting inside = {.reply = how.reply};
    tally->pairs++;
    if (found.verdict == WC_PROVED) {
        tally->proved++;
        try_proved(sides, outer, inner, how, documents, tally);
    } else if (found.verdict == WC_REFUTED) {
        tally->refuted++;
        if (!wc_accepts(inner, found.witness, inside) || wc_accepts(outer, found.witness, how)) {
            tally->wrong++;
            say("a witness of nothing", outer, inner, found.witness);
        }
    } else {
        tally->unknown++;
        say("unknown", outer, inner, NULL);
    }
    if (wc_contains(&sides->pool, inner, inner, inside).verdict != WC_PROVED) {
        tally->laws++;
        say("not in itself", inner, inner, NULL);
    }
}

/* Requests: the new takes what the old took; replies: the old reads what the new writes. */
static void try_contracts(json_t *const contracts[2], long documents, struct tally *tally)
{
    const char *name;
    json_t *flow;
    struct sides sides;
    begin(&sides, contracts);
    json_object_foreach(json_object_get(contracts[0], "workflows"), name, flow)
    {
        json_t *other = json_object_get(json_object_get(contracts[1], "workflows"), name);
        for (int reply = 0; reply < 2; reply++) {
            const char *key = reply ? "output" : "input";
            struct wc_shape *old =
                wc_shape_named(&sides.shapes[0], json_string_value(json_object_get(flow, key)));
            struct wc_shape *new =
                wc_shape_named(&sides.shapes[1], json_string_value(json_object_get(other, key)));
            struct wc_accepting how = {.reply = reply, .tolerant = reply};
            try_pair(&sides, reply ? old : new, reply ? new : old, how, documents, tally);
        }
    }
    json_decref(sides.pool.documents);
    wc_arena_free(&sides.arena);
}

/* ---- laws ----------------------------------------------------------------------------------- */

/* Of three that follow from each other: where the first holds the second and that the third, the first holds the
 * third. */
static void chains(json_t *contract, struct tally *tally)
{
    json_t *const both[2] = {contract, contract};
    struct wc_shape *all[64];
    size_t count = 0;
    const char *name;
    json_t *schema;
    struct sides sides;
    begin(&sides, both);
    json_object_foreach(json_object_get(contract, "schemas"), name, schema)
    {
        if (count < 64 && !strchr(name, '.'))
            all[count++] = wc_shape_named(&sides.shapes[0], name);
    }
    struct wc_accepting how = {0};
    static enum wc_verdict in[64][64];
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            in[i][k] = wc_contains(&sides.pool, all[i], all[k], how).verdict;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            for (size_t j = 0; j < count; j++)
                if (in[i][k] == WC_PROVED && in[k][j] == WC_PROVED) {
                    tally->pairs++;
                    if (in[i][j] != WC_PROVED) {
                        tally->laws++;
                        say("not transitive", all[i], all[j], NULL);
                    }
                }
    json_decref(sides.pool.documents);
    wc_arena_free(&sides.arena);
}

/* A chain by hand: each has the one before it in it. */
static const char *const CHAIN =
    "{\"schemas\": {"
    "\"A\": "
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":5}}"
    ","
    "\"required\":[\"a\"],\"additionalProperties\":false},"
    "\"B\": "
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}}"
    ","
    "\"required\":[\"a\"],\"additionalProperties\":false},"
    "\"C\": "
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"minimum\":0,\"maximum\":9},"
    "\"b\":{\"type\":\"boolean\"}},\"required\":[],\"additionalProperties\":false},"
    "\"D\": "
    "{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"number\",\"minimum\":0,"
    "\"maximum\":9},{\"type\":\"null\"}]}},\"required\":[]}}}";

int main(int argc, char **argv)
{
    struct tally tally = {0};
    if (argc == 5) {
        json_t *const contracts[2] = {json_load_file(argv[1], 0, NULL),
                                      json_load_file(argv[2], 0, NULL)};
        state ^= strtoull(argv[4], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15);
        try_contracts(contracts, atol(argv[3]), &tally);
        struct tally chained = {0};
        chains(contracts[0], &chained);
        printf(
            "pairs %ld proved %ld refuted %ld unknown %ld documents %ld wrong %ld laws %ld chains "
            "%ld\n",
            tally.pairs, tally.proved, tally.refuted, tally.unknown, tally.documents, tally.wrong,
            tally.laws + chained.laws, chained.pairs);
        json_decref(contracts[0]);
        json_decref(contracts[1]);
        return 0;
    }
    json_t *chain = json_loads(CHAIN, 0, NULL);
    chains(chain, &tally);
    tap_ok(tally.pairs >= 10, "a chain of schemas, each in the next");
    tap_number((int)tally.laws, 0, "containment is reflexive and transitive on it");
    json_decref(chain);
    return tap_done();
}
