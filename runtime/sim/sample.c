/* Values of schemas: the contract's JSON Schema, walked by chance. It knows the keywords that the
 * compiler writes. */
#include "runtime/sim/sample.h"

#include "runtime/base/str.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <wright/testing.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 30
#define DEPTH_MAX 12
#define MORE_ITEMS 3 /* beyond the least */
#define MORE_LETTERS 40

struct wr_samples {
    json_t *contract, *schemas;
    enum wr_sim_goal goal;
    struct wr_arena arena;
    struct wr_str *requests; /* that the tests send, as the journal has them */
};

struct maker {
    const struct wr_samples *samples;
    struct wr_text *out;
    uint64_t *random;
    struct wr_str near;
    int depth, texts;
    bool wrong, many;   /* lists as long as they may be */
    const char *letter; /* of which long texts are made; NULL: of words */
};

uint64_t wr_random_next(uint64_t *random)
{
    uint64_t z = (*random += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static int64_t between(struct maker *m, int64_t least, int64_t most)
{
    uint64_t span = (uint64_t)most - (uint64_t)least + 1;
    uint64_t random = wr_random_next(m->random);
    return (int64_t)((uint64_t)least + (span ? random % span : random));
}

static int64_t number_of(const json_t *schema, const char *keyword, int64_t otherwise)
{
    const json_t *value = json_object_get(schema, keyword);
    return json_is_number(value) ? (int64_t)json_number_value(value) : otherwise;
}

/* ---- strings ----------------------------------------------------------------------------------- */

static const char *const words[] = {"north", "a",    "ledger", "rain",   "four", "Leeds", "b7",
                                    "quiet", "plan", "x",      "copper", "late", "zero",  "tide"};

/* A part of what is near, whole code points; false where it is too short. */
static bool add_part(struct maker *m, struct wr_text *text, int64_t least, int64_t most)
{
    int64_t len = (int64_t)m->near.len;
    if (len < least || len == 0 || most < 1)
        return false;
    int64_t size = between(m, least > 0 ? least : 1, most < len ? most : len);
    size_t from = (size_t)between(m, 0, len - size);
    for (int64_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)m->near.ptr[from + (size_t)i];
        if (c >= 128 || c < ' ')
            return false;
    }
    wr_text_add(text, (struct wr_str){m->near.ptr + from, (size_t)size});
    return true;
}

struct wr_str wr_sample_near(struct wr_str json)
{
    struct wr_str longest = {json.ptr, 0};
    for (size_t i = 0, from = 0; i < json.len; i++)
        if (json.ptr[i] == '"' || json.ptr[i] == '\\') {
            if (i - from > longest.len)
                longest = (struct wr_str){json.ptr + from, i - from};
            from = i + 1;
        }
    return longest;
}

static void add_words(struct maker *m, struct wr_text *text, int64_t least, int64_t most)
{
    int64_t top = most - least > MORE_LETTERS ? least + MORE_LETTERS : most;
    int64_t size = between(m, least, top);
    while ((int64_t)text->len < size) {
        const char *word = words[between(m, 0, (int64_t)WR_COUNT(words) - 1)];
        wr_text_add(text, wr_str_of(word));
        wr_text_add(text, WR_STR(" "));
    }
    text->len = (size_t)size;
}

static void add_format(struct maker *m, struct wr_text *text, const char *format)
{
    unsigned long long a = wr_random_next(m->random), b = wr_random_next(m->random);
    char *made;
    unsigned year = 1990 + (unsigned)(a % 60), month = 1 + (unsigned)(a >> 8) % 12;
    unsigned day = 1 + (unsigned)(a >> 16) % 28, hour = (unsigned)(b % 24);
    unsigned minute = (unsigned)(b >> 8) % 60, second = (unsigned)(b >> 16) % 60;
    if (strcmp(format, "uuid") == 0)
        made = wr_arena_printf(text->arena, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)a,
                               (unsigned)(a >> 32) & 0xffff, (unsigned)(a >> 48) & 0xfff,
                               (unsigned)b & 0xfff, b >> 16);
    else if (strcmp(format, "date") == 0)
        made = wr_arena_printf(text->arena, "%04u-%02u-%02u", year, month, day);
    else if (strcmp(format, "date-time") == 0)
        made = wr_arena_printf(text->arena, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
                               hour, minute, second);
    else if (strcmp(format, "email") == 0)
        made = wr_arena_printf(text->arena, "u%u@example.org", (unsigned)(a % 1000));
    else
        made = wr_arena_printf(text->arena, "https://example.org/%u", (unsigned)(a % 1000));
    wr_text_add(text, wr_str_of(made));
}

/* As many letters as may be; the first ones tell the texts apart, for keys of a map. */
static void fill(struct maker *m, struct wr_text *text, const json_t *schema, int64_t most)
{
    const char *letter = json_object_get(schema, "x-maxBytes") ? "x" : m->letter;
    char number[24];
    int digits = snprintf(number, sizeof number, "%d", m->texts++);
    if (digits <= most)
        wr_text_add(text, (struct wr_str){number, (size_t)digits});
    for (int64_t i = digits <= most ? digits : 0; i < most; i++)
        wr_text_add(text, wr_str_of(letter));
}

static void make_string(struct maker *m, const json_t *schema)
{
    struct wr_text text = {.arena = m->out->arena};
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    const char *format = json_string_value(json_object_get(schema, "format"));
    int64_t least = number_of(schema, "minLength", 0), most = number_of(schema, "maxLength", 1000);
    least = number_of(schema, "x-minBytes", least);
    if (pattern && !wr_sample_pattern(&text, pattern, m->random))
        m->wrong = true;
    else if (!pattern && format)
        add_format(m, &text, format);
    else if (!pattern && m->letter)
        fill(m, &text, schema, most);
    else if (!pattern && (between(m, 0, 11) == 0 || !add_part(m, &text, least, most)))
        add_words(m, &text, least, most);
    wr_text_quote(m->out, wr_text_done(&text));
}

/* ---- the others -------------------------------------------------------------------------------- */

static void make(struct maker *m, const json_t *schema);

static void make_object(struct maker *m, const json_t *schema)
{
    const char *name;
    json_t *field;
    bool first = true;
    const json_t *required = json_object_get(schema, "required");
    wr_text_add(m->out, WR_STR("{"));
    json_object_foreach(json_object_get(schema, "properties"), name, field)
    {
        bool needed = false;
        for (size_t i = 0; i < json_array_size(required); i++)
            needed = needed || strcmp(json_string_value(json_array_get(required, i)), name) == 0;
        if (!needed && !m->letter && between(m, 0, 1))
            continue;
        wr_text_add(m->out, first ? WR_STR("") : WR_STR(","));
        wr_text_quote(m->out, wr_str_of(name));
        wr_text_add(m->out, WR_STR(":"));
        make(m, field);
        first = false;
    }
    wr_text_add(m->out, WR_STR("}"));
}

/* Keys may come twice by chance; then the decoder refuses it and another is made. */
static void make_map(struct maker *m, const json_t *schema)
{
    const json_t *names = json_object_get(schema, "propertyNames");
    int64_t least = number_of(schema, "minProperties", 0);
    int64_t most = number_of(schema, "maxProperties", least + MORE_ITEMS);
    int64_t count =
        m->letter ? most : between(m, least, most < least + MORE_ITEMS ? most : least + MORE_ITEMS);
    wr_text_add(m->out, WR_STR("{"));
    for (int64_t i = 0; i < count; i++) {
        wr_text_add(m->out, i ? WR_STR(",") : WR_STR(""));
        make_string(m, names);
        wr_text_add(m->out, WR_STR(":"));
        make(m, json_object_get(schema, "additionalProperties"));
    }
    wr_text_add(m->out, WR_STR("}"));
}

static void make_list(struct maker *m, const json_t *schema)
{
    int64_t least = number_of(schema, "minItems", 0);
    int64_t most = number_of(schema, "maxItems", least + MORE_ITEMS);
    int64_t count = m->letter || m->many
                        ? most
                        : between(m, least, most < least + MORE_ITEMS ? most : least + MORE_ITEMS);
    wr_text_add(m->out, WR_STR("["));
    for (int64_t i = 0; i < count; i++) {
        wr_text_add(m->out, i ? WR_STR(",") : WR_STR(""));
        make(m, json_object_get(schema, "items"));
    }
    wr_text_add(m->out, WR_STR("]"));
}

static void make_number(struct maker *m, const json_t *schema, bool whole)
{
    int64_t least = number_of(schema, "minimum", -1000);
    int64_t most = number_of(schema, "maximum", least > 0 ? least + 1000 : 1000);
    if (!json_object_get(schema, "minimum") && most < least)
        least = most - 1000;
    int64_t number = between(m, least, most);
    wr_text_int(m->out, number);
    if (!whole && number < most && number >= 0 && between(m, 0, 1)) {
        char part[4];
        snprintf(part, sizeof part, ".%d", (int)between(m, 1, 9));
        wr_text_add(m->out, (struct wr_str){part, 2});
    }
}

static void make_literal(struct maker *m, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text)
        wr_text_add(m->out, wr_str_of(text));
    free(text);
}

static void make_type(struct maker *m, const json_t *schema, const char *type)
{
    if (strcmp(type, "string") == 0)
        make_string(m, schema);
    else if (strcmp(type, "integer") == 0)
        make_number(m, schema, true);
    else if (strcmp(type, "number") == 0)
        make_number(m, schema, false);
    else if (strcmp(type, "boolean") == 0)
        wr_text_bool(m->out, between(m, 0, 1));
    else if (strcmp(type, "null") == 0)
        wr_text_add(m->out, WR_STR("null"));
    else if (strcmp(type, "array") == 0)
        make_list(m, schema);
    else if (json_is_object(json_object_get(schema, "additionalProperties")))
        make_map(m, schema);
    else
        make_object(m, schema);
}

static const json_t *one_of(struct maker *m, const json_t *list)
{
    size_t count = json_array_size(list);
    return count ? json_array_get(list, (size_t)between(m, 0, (int64_t)count - 1)) : NULL;
}

static void make(struct maker *m, const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    const json_t *type = json_object_get(schema, "type"), *way;
    if (++m->depth > DEPTH_MAX) {
        m->wrong = true;
    } else if (ref) {
        const char *name = strrchr(ref, '/');
        make(m, json_object_get(m->samples->schemas, name ? name + 1 : ref));
    } else if ((way = json_object_get(schema, "const"))) {
        make_literal(m, way);
    } else if ((way = one_of(m, json_object_get(schema, "enum")))) {
        make_literal(m, way);
    } else if ((way = one_of(m, json_object_get(schema, "anyOf"))) ||
               (way = one_of(m, json_object_get(schema, "oneOf")))) {
        make(m, way);
    } else if (json_is_array(type)) {
        way = one_of(m, type);
        make_type(m, schema, json_string_value(way) ? json_string_value(way) : "null");
    } else if (json_is_string(type)) {
        make_type(m, schema, json_string_value(type));
    } else { /* any value */
        wr_text_add(m->out, WR_STR("{\"any\":true}"));
    }
    m->depth--;
}

/* ---- all of them ------------------------------------------------------------------------------- */

static bool decodes(const struct wr_schema *schema, struct wr_arena *arena, struct wr_str json)
{
    struct wr_reader in;
    wr_reader_init(&in, arena, json);
    return wr_decode(&in, schema) != NULL;
}

struct wr_str wr_sample(const struct wr_samples *samples, const struct wr_schema *schema,
                        struct wr_arena *arena, uint64_t *random, struct wr_str near)
{
    const json_t *json = json_object_get(samples->schemas, schema->name);
    for (int i = 0; i < TRIES && json; i++) {
        struct wr_text text = {.arena = arena};
        struct maker maker = {.samples = samples, .out = &text, .random = random, .near = near};
        maker.many = samples->goal && between(&maker, 0, 3);
        if (samples->goal == WR_SIM_DEAREST &&
            i < TRIES / 2) /* four bytes of UTF-8; or one, that is six of JSON */
            maker.letter = between(&maker, 0, 1) ? "\xf0\x9d\x84\x9e" : "\x01";
        make(&maker, json);
        struct wr_str made = wr_text_done(&text);
        if (!maker.wrong && decodes(schema, arena, made))
            return made;
    }
    return (struct wr_str){0};
}

struct wr_str wr_sample_beside(const struct wr_samples *samples, const struct wr_schema *schema,
                               struct wr_arena *arena, uint64_t *random, struct wr_str known)
{
    struct wr_str made = wr_sample(samples, schema, arena, random, known);
    struct maker chance = {.random = random};
    json_t *mixed = json_loadb(known.ptr, known.len, JSON_DECODE_ANY, NULL), *value;
    json_t *other = json_loadb(made.ptr, made.len, JSON_DECODE_ANY, NULL);
    const char *key;
    json_object_foreach(other, key, value)
    {
        if (between(&chance, 0, 1))
            json_object_set(mixed, key, value);
    }
    char *text = json_dumps(mixed, JSON_COMPACT | JSON_ENCODE_ANY);
    struct wr_str json = text ? wr_arena_str(arena, wr_str_of(text)) : known;
    free(text);
    json_decref(mixed);
    json_decref(other);
    return decodes(schema, arena, json) ? json : known;
}

/* As they are once they were decoded and encoded; empty where the decoder does not take one. */
static void take_requests(struct wr_samples *samples, const struct wr_program *program)
{
    const struct wr_known *known = program->known;
    size_t count = known ? known->request_count : 0;
    samples->requests = wr_arena_alloc(&samples->arena, (count + 1) * sizeof *samples->requests);
    for (size_t i = 0; i < count; i++) {
        const struct wr_schema *schema = program->workflows[known->requests[i].workflow]->input;
        struct wr_reader in;
        wr_reader_init(&in, &samples->arena, known->requests[i].body);
        const void *value = wr_decode(&in, schema);
        samples->requests[i] =
            value ? wr_encode(&samples->arena, schema, value) : (struct wr_str){0};
    }
}

struct wr_str wr_samples_request(const struct wr_samples *samples, size_t request)
{
    return samples->requests[request];
}

struct wr_samples *wr_samples_new(const struct wr_program *program, enum wr_sim_goal goal)
{
    struct wr_samples *samples = calloc(1, sizeof *samples);
    if (!samples) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    samples->goal = goal;
    take_requests(samples, program);
    samples->contract = json_loadb(program->contract, program->contract_len, 0, NULL);
    samples->schemas = json_object_get(samples->contract, "schemas");
    if (json_is_object(samples->schemas))
        return samples;
    wr_samples_free(samples);
    return NULL;
}

void wr_samples_free(struct wr_samples *samples)
{
    if (!samples)
        return;
    json_decref(samples->contract);
    wr_arena_free(&samples->arena);
    free(samples);
}
