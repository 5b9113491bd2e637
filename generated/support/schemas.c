/* From bytes to typed structs and back, one decoder and one encoder a schema of support.
 * Written by `wright compile` from support.flow: edit that. */
#include "support.h"

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

/* INC-[0-9]{3,6} */
static size_t class_2(unsigned char c)
{
    if (c == '-')
        return 1;
    if (c >= '0' && c <= '9')
        return 2;
    if (c == 'C')
        return 3;
    if (c == 'I')
        return 4;
    if (c == 'N')
        return 5;
    return 0;
}

static bool match_2(const char *text, size_t len)
{
    /* A row a state, a column a class of bytes; 0 refuses, 1 is the start. */
    /* clang-format off */
    static const uint8_t next[12][6] = {
        {0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 2, 0},
        {0, 0, 0, 0, 0, 3},
        {0, 0, 0, 4, 0, 0},
        {0, 5, 0, 0, 0, 0},
        {0, 0, 6, 0, 0, 0},
        {0, 0, 7, 0, 0, 0},
        {0, 0, 8, 0, 0, 0},
        {0, 0, 9, 0, 0, 0},
        {0, 0, 10, 0, 0, 0},
        {0, 0, 11, 0, 0, 0},
        {0, 0, 0, 0, 0, 0},
    };
    static const bool accepts[12] = {
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
    };
    /* clang-format on */
    size_t state = 1;
    for (size_t i = 0; i < len && state; i++)
        state = next[state][class_2((unsigned char)text[i])];
    return accepts[state];
}

static const struct wr_pattern pattern_2 = {
    .match = match_2,
    .text = "INC-[0-9]{3,6}",
};

/* ---- schema Ticket (support.flow:11) --------------------------------------------------------- */

static const struct wr_str enum_1[] = {
    {WR_TEXT("billing")},
    {WR_TEXT("login")},
    {WR_TEXT("reports")},
};

static const struct wr_field fields_Ticket[] = {
    {.name = {WR_TEXT("subject")}, .required = true},
    {.name = {WR_TEXT("body")}, .required = true},
    {.name = {WR_TEXT("product")}, .required = true},
    {.name = {WR_TEXT("locale")}},
};

static const struct wr_shape shape_Ticket = {.fields = fields_Ticket, .count = 4};

static bool decode_Ticket(struct wr_reader *in, void *value)
{
    struct Ticket *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(4)];
    if (!wr_read_object(in, &object, &shape_Ticket, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* subject */
            wr_read_string(in, &to->subject, 1, 200, WR_CODE_POINTS);
            break;
        case 1: /* body */
            wr_read_string(in, &to->body, 1, 6000, WR_BYTES);
            break;
        case 2: /* product */
            wr_read_enum(in, &to->product, enum_1, 3);
            break;
        case 3: /* locale */
            wr_read_matching(in, &to->locale, &pattern_1);
            break;
        }
    }
    if (!wr_was_read(&object, 3))
        to->locale = WR_STR("en");
    return wr_read_object_end(in, &object);
}

static void encode_Ticket(struct wr_writer *out, const void *value)
{
    const struct Ticket *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("subject"));
    wr_write_string(out, from->subject);
    wr_write_name(out, WR_STR("body"));
    wr_write_string(out, from->body);
    wr_write_name(out, WR_STR("product"));
    wr_write_string(out, from->product);
    wr_write_name(out, WR_STR("locale"));
    wr_write_string(out, from->locale);
    wr_write_object_end(out);
}

const struct wr_schema schema_Ticket = {
    .name = "Ticket",
    .hash = "sha256:664a7d44aea2bb6272a647b311231c7966daba9aaef5d6b9659e23b46b00700c",
    .size = sizeof(struct Ticket),
    .decode = decode_Ticket,
    .encode = encode_Ticket,
    .json_bytes = 37304,
};

/* ---- schema Answer (support.flow:18) --------------------------------------------------------- */

static const struct wr_str enum_2[] = {
    {WR_TEXT("rule")},
    {WR_TEXT("model")},
    {WR_TEXT("person")},
    {WR_TEXT("nobody_yet")},
};

static const struct wr_field fields_Answer[] = {
    {.name = {WR_TEXT("text")}, .required = true},
    {.name = {WR_TEXT("by")}, .required = true},
    {.name = {WR_TEXT("confidence")}, .required = true},
};

static const struct wr_shape shape_Answer = {.fields = fields_Answer, .count = 3};

static bool decode_Answer(struct wr_reader *in, void *value)
{
    struct Answer *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_Answer, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* text */
            wr_read_string(in, &to->text, 1, 2000, WR_CODE_POINTS);
            break;
        case 1: /* by */
            wr_read_enum(in, &to->by, enum_2, 4);
            break;
        case 2: /* confidence */
            wr_read_number(in, &to->confidence, 0, 1);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Answer(struct wr_writer *out, const void *value)
{
    const struct Answer *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("text"));
    wr_write_string(out, from->text);
    wr_write_name(out, WR_STR("by"));
    wr_write_string(out, from->by);
    wr_write_name(out, WR_STR("confidence"));
    wr_write_number(out, from->confidence);
    wr_write_object_end(out);
}

const struct wr_schema schema_Answer = {
    .name = "Answer",
    .hash = "sha256:03bb0c7fc0e62726dbf9f77166a8f5fe560ad5d6f781dd0e55079ec1f9c6d278",
    .size = sizeof(struct Answer),
    .decode = decode_Answer,
    .encode = encode_Answer,
    .json_bytes = 12118,
};

/* ---- schema Suggestion (support.flow:24) ----------------------------------------------------- */

static const struct wr_field fields_Suggestion[] = {
    {.name = {WR_TEXT("text")}, .required = true},
    {.name = {WR_TEXT("confidence")}, .required = true},
};

static const struct wr_shape shape_Suggestion = {.fields = fields_Suggestion, .count = 2};

static bool decode_Suggestion(struct wr_reader *in, void *value)
{
    struct Suggestion *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Suggestion, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* text */
            wr_read_string(in, &to->text, 1, 2000, WR_CODE_POINTS);
            break;
        case 1: /* confidence */
            wr_read_number(in, &to->confidence, 0, 1);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Suggestion(struct wr_writer *out, const void *value)
{
    const struct Suggestion *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("text"));
    wr_write_string(out, from->text);
    wr_write_name(out, WR_STR("confidence"));
    wr_write_number(out, from->confidence);
    wr_write_object_end(out);
}

const struct wr_schema schema_Suggestion = {
    .name = "Suggestion",
    .hash = "sha256:f56ec4be705dd3de39e2d7eacb2ed2d2ee81cef85b9967b69129b3af6f369f6b",
    .size = sizeof(struct Suggestion),
    .decode = decode_Suggestion,
    .encode = encode_Suggestion,
    .wires[WR_PROFILE_openai] =
        "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"description\":\"Must"
        " fit "
        "string(1..2000).\"},\"confidence\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1}},\"r"
        "equired\":[\"text\",\"confidence\"],\"additionalProperties\":false}",
    .json_bytes = 12050,
};

/* ---- schema IncidentId (support.flow:27) ----------------------------------------------------- */

static const struct wr_field fields_IncidentId[] = {
    {.name = {WR_TEXT("id")}, .required = true},
};

static const struct wr_shape shape_IncidentId = {.fields = fields_IncidentId, .count = 1};

static bool decode_IncidentId(struct wr_reader *in, void *value)
{
    struct IncidentId *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(1)];
    if (!wr_read_object(in, &object, &shape_IncidentId, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* id */
            wr_read_matching(in, &to->id, &pattern_2);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_IncidentId(struct wr_writer *out, const void *value)
{
    const struct IncidentId *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("id"));
    wr_write_string(out, from->id);
    wr_write_object_end(out);
}

const struct wr_schema schema_IncidentId = {
    .name = "IncidentId",
    .hash = "sha256:2f7a80e7b3fa1683ae4597a34e2cb751bca474b5b526f3e8cc6fd041d7bdff11",
    .size = sizeof(struct IncidentId),
    .decode = decode_IncidentId,
    .encode = encode_IncidentId,
    .wires[WR_PROFILE_openai] =
        "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"pattern\":\"^INC-[0-9]"
        "{3,6}$\",\"description\":\"Must fit "
        "string(r\\\"INC-[0-9]{3,6}\\\").\"}},\"required\":[\"id\"],\"additionalProperties\":false"
        "}",
    .json_bytes = 70,
};

/* ---- schema Report (support.flow:28) --------------------------------------------------------- */

static const struct wr_field fields_Report[] = {
    {.name = {WR_TEXT("incident")}, .required = true},
    {.name = {WR_TEXT("summary")}, .required = true},
};

static const struct wr_shape shape_Report = {.fields = fields_Report, .count = 2};

static bool decode_Report(struct wr_reader *in, void *value)
{
    struct Report *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Report, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* incident */
            wr_read_matching(in, &to->incident, &pattern_2);
            break;
        case 1: /* summary */
            wr_read_string(in, &to->summary, 1, 200, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Report(struct wr_writer *out, const void *value)
{
    const struct Report *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("incident"));
    wr_write_string(out, from->incident);
    wr_write_name(out, WR_STR("summary"));
    wr_write_string(out, from->summary);
    wr_write_object_end(out);
}

const struct wr_schema schema_Report = {
    .name = "Report",
    .hash = "sha256:8f1df192af0dff28be1fd7fd9c0323d34aab32548df4ef3ba0b467ebb8a9487e",
    .size = sizeof(struct Report),
    .decode = decode_Report,
    .encode = encode_Report,
    .wires[WR_PROFILE_openai] =
        "{\"type\":\"object\",\"properties\":{\"incident\":{\"type\":\"string\",\"pattern\":\"^INC"
        "-[0-9]{3,6}$\",\"description\":\"Must fit "
        "string(r\\\"INC-[0-9]{3,6}\\\").\"},\"summary\":{\"type\":\"string\",\"description\":\"Mu"
        "st fit "
        "string(1..200).\"}},\"required\":[\"incident\",\"summary\"],\"additionalProperties\":fals"
        "e}",
    .json_bytes = 1289,
};

/* ---- schema Incident (support.flow:29) ------------------------------------------------------- */

static const struct wr_str enum_3[] = {
    {WR_TEXT("open")},
    {WR_TEXT("watched")},
    {WR_TEXT("solved")},
};

static const struct wr_field fields_Incident[] = {
    {.name = {WR_TEXT("state")}, .required = true},
    {.name = {WR_TEXT("what")}, .required = true},
};

static const struct wr_shape shape_Incident = {.fields = fields_Incident, .count = 2, .open = true};

static bool decode_Incident(struct wr_reader *in, void *value)
{
    struct Incident *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Incident, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* state */
            wr_read_enum(in, &to->state, enum_3, 3);
            break;
        case 1: /* what */
            wr_read_string(in, &to->what, 0, 400, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Incident(struct wr_writer *out, const void *value)
{
    const struct Incident *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("state"));
    wr_write_string(out, from->state);
    wr_write_name(out, WR_STR("what"));
    wr_write_string(out, from->what);
    wr_write_object_end(out);
}

const struct wr_schema schema_Incident = {
    .name = "Incident",
    .hash = "sha256:e22ac0c3a85679901a8fed721781c6e6eb8ad064dd8ba828d3dae9a8b4dfeeb3",
    .size = sizeof(struct Incident),
    .decode = decode_Incident,
    .encode = encode_Incident,
    .json_bytes = 2465,
};
