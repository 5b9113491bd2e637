/* From bytes to typed structs and back, one decoder and one encoder a schema of briefs.
 * Written by `wright compile` from briefs.flow: edit that. */
#include "briefs.h"

#include <wright/json.h>

/* ---- patterns -------------------------------------------------------------------------------- */

/* [a-z]{2} */
static size_t class_1(unsigned char c)
{
    if (c >= 'a' && c <= 'z')
        return 1;
    return 0;
}

static bool match_1(const char *text, size_t len)
{
    /* A row a state, a column a class of bytes; 0 refuses, 1 is the start. */
    /* clang-format off */
    static const uint8_t next[4][2] = {
        {0, 0},
        {0, 2},
        {0, 3},
        {0, 0},
    };
    static const bool accepts[4] = {
        0, 0, 0, 1,
    };
    /* clang-format on */
    size_t state = 1;
    for (size_t i = 0; i < len && state; i++)
        state = next[state][class_1((unsigned char)text[i])];
    return accepts[state];
}

static const struct wr_pattern pattern_1 = {
    .match = match_1,
    .text = "[a-z]{2}",
};

/* ---- schema Brief (briefs.flow:10) ----------------------------------------------------------- */

static const struct wr_str enum_1[] = {
    {WR_TEXT("executive")},
    {WR_TEXT("engineer")},
    {WR_TEXT("customer")},
};

static const struct wr_field fields_Brief[] = {
    {.name = {WR_TEXT("document")}, .required = true},
    {.name = {WR_TEXT("language")}},
    {.name = {WR_TEXT("audience")}},
    {.name = {WR_TEXT("max_points")}},
};

static const struct wr_shape shape_Brief = {.fields = fields_Brief, .count = 4};

static bool decode_Brief(struct wr_reader *in, void *value)
{
    struct Brief *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(4)];
    if (!wr_read_object(in, &object, &shape_Brief, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* document */
            wr_read_string(in, &to->document, 1, 60000, WR_BYTES);
            break;
        case 1: /* language */
            wr_read_matching(in, &to->language, &pattern_1);
            break;
        case 2: /* audience */
            to->has_audience = wr_read_enum(in, &to->audience, enum_1, 3);
            break;
        case 3: /* max_points */
            wr_read_int(in, &to->max_points, 1, 20);
            break;
        }
    }
    if (!wr_was_read(&object, 1))
        to->language = WR_STR("en");
    if (!wr_was_read(&object, 3))
        to->max_points = 5;
    return wr_read_object_end(in, &object);
}

static void encode_Brief(struct wr_writer *out, const void *value)
{
    const struct Brief *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("document"));
    wr_write_string(out, from->document);
    wr_write_name(out, WR_STR("language"));
    wr_write_string(out, from->language);
    if (from->has_audience) {
        wr_write_name(out, WR_STR("audience"));
        wr_write_string(out, from->audience);
    }
    wr_write_name(out, WR_STR("max_points"));
    wr_write_int(out, from->max_points);
    wr_write_object_end(out);
}

const struct wr_schema schema_Brief = {
    .name = "Brief",
    .hash = "sha256:95ba3a4e62af4e40e8783096995002a92affb4ea151295745654eb0fed440ea5",
    .size = sizeof(struct Brief),
    .decode = decode_Brief,
    .encode = encode_Brief,
    .json_bytes = 360126,
};

/* ---- schema KeyPoint (briefs.flow:16) -------------------------------------------------------- */

static const struct wr_field fields_KeyPoint[] = {
    {.name = {WR_TEXT("text")}, .required = true},
    {.name = {WR_TEXT("quote")}, .required = true},
    {.name = {WR_TEXT("confidence")}, .required = true},
};

static const struct wr_shape shape_KeyPoint = {.fields = fields_KeyPoint, .count = 3};

static bool decode_KeyPoint(struct wr_reader *in, void *value)
{
    struct KeyPoint *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_KeyPoint, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* text */
            wr_read_string(in, &to->text, 1, 400, WR_CODE_POINTS);
            break;
        case 1: /* quote */
            wr_read_string(in, &to->quote, 1, 400, WR_CODE_POINTS);
            break;
        case 2: /* confidence */
            wr_read_number(in, &to->confidence, 0, 1);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_KeyPoint(struct wr_writer *out, const void *value)
{
    const struct KeyPoint *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("text"));
    wr_write_string(out, from->text);
    wr_write_name(out, WR_STR("quote"));
    wr_write_string(out, from->quote);
    wr_write_name(out, WR_STR("confidence"));
    wr_write_number(out, from->confidence);
    wr_write_object_end(out);
}

const struct wr_schema schema_KeyPoint = {
    .name = "KeyPoint",
    .hash = "sha256:6325fd5a2b37f08f162e99fa5c4d0c6de060dc55b4ae24227a22813c053db9f1",
    .size = sizeof(struct KeyPoint),
    .decode = decode_KeyPoint,
    .encode = encode_KeyPoint,
    .json_bytes = 4861,
};

/* ---- schema KeyPoints (briefs.flow:17) ------------------------------------------------------- */

static const struct wr_field fields_KeyPoints[] = {
    {.name = {WR_TEXT("points")}, .required = true},
    {.name = {WR_TEXT("summary")}},
};

static const struct wr_shape shape_KeyPoints = {.fields = fields_KeyPoints, .count = 2};

static bool decode_KeyPoints(struct wr_reader *in, void *value)
{
    struct KeyPoints *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_KeyPoints, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* points */
            to->points.items = wr_read_list(in, &to->points.count, sizeof(struct KeyPoint),
                                            decode_KeyPoint, 0, 20);
            break;
        case 1: /* summary */
            to->has_summary = wr_read_string(in, &to->summary, 0, 2000, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_KeyPoints(struct wr_writer *out, const void *value)
{
    const struct KeyPoints *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("points"));
    wr_write_list(out);
    for (size_t i = 0; i < from->points.count; i++)
        encode_KeyPoint(out, &from->points.items[i]);
    wr_write_list_end(out);
    if (from->has_summary) {
        wr_write_name(out, WR_STR("summary"));
        wr_write_string(out, from->summary);
    }
    wr_write_object_end(out);
}

const struct wr_schema schema_KeyPoints = {
    .name = "KeyPoints",
    .hash = "sha256:ec85513b8a99262dd279aebf326fb0cf0172d1dd84292cc5a8b704c0cf59e845",
    .size = sizeof(struct KeyPoints),
    .decode = decode_KeyPoints,
    .encode = encode_KeyPoints,
    .wires[WR_PROFILE_openai] =
        "{\"type\":\"object\",\"properties\":{\"points\":{\"type\":\"array\",\"items\":{\"$ref\":"
        "\"#/$defs/KeyPoint\"},\"maxItems\":20},\"summary\":{\"anyOf\":[{\"type\":\"string\"},{\"t"
        "ype\":\"null\"}],\"description\":\"Must fit "
        "string(..2000).\"}},\"required\":[\"points\",\"summary\"],\"additionalProperties\":false,"
        "\"$defs\":{\"KeyPoint\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string"
        "\",\"description\":\"Must fit "
        "string(1..400).\"},\"quote\":{\"type\":\"string\",\"description\":\"Must fit "
        "string(1..400).\"},\"confidence\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1}},\"re"
        "quired\":[\"text\",\"quote\",\"confidence\"],\"additionalProperties\":false}}}",
    .json_bytes = 109267,
};

/* ---- schema Glossary (briefs.flow:18) -------------------------------------------------------- */

/* string(1..60) */
static bool key_1(struct wr_reader *in, struct wr_str text)
{
    return wr_check_string(in, text, 1, 60, WR_CODE_POINTS);
}

/* string(..200) */
static bool read_1(struct wr_reader *in, void *value)
{
    struct wr_str *to = value;
    return wr_read_string(in, to, 0, 200, WR_CODE_POINTS);
}

static const struct wr_entries entries_1 = {
    .size = sizeof(struct map_of_str_entry),
    .value_at = offsetof(struct map_of_str_entry, value),
    .key = key_1,
    .value = read_1,
};

static const struct wr_field fields_Glossary[] = {
    {.name = {WR_TEXT("terms")}, .required = true},
};

static const struct wr_shape shape_Glossary = {.fields = fields_Glossary, .count = 1};

static bool decode_Glossary(struct wr_reader *in, void *value)
{
    struct Glossary *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(1)];
    if (!wr_read_object(in, &object, &shape_Glossary, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* terms */
            to->terms.items = wr_read_map(in, &to->terms.count, &entries_1, 0, 200);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Glossary(struct wr_writer *out, const void *value)
{
    const struct Glossary *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("terms"));
    wr_write_object(out);
    for (size_t i = 0; i < from->terms.count; i++) {
        wr_write_name(out, from->terms.items[i].key);
        wr_write_string(out, from->terms.items[i].value);
    }
    wr_write_object_end(out);
    wr_write_object_end(out);
}

const struct wr_schema schema_Glossary = {
    .name = "Glossary",
    .hash = "sha256:a13ed97b7299342ec94594dd4a0a004b708aa703533a22623afb31a08435b0ca",
    .size = sizeof(struct Glossary),
    .decode = decode_Glossary,
    .encode = encode_Glossary,
    .json_bytes = 313213,
};
