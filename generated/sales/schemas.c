/* From bytes to typed structs and back, one decoder and one encoder a schema of sales.
 * Written by `wright compile` from sales.flow: edit that. */
#include "sales.h"

#include <wright/json.h>

/* ---- patterns -------------------------------------------------------------------------------- */

/* [A-Z0-9]{8,20} */
static size_t class_1(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return 1;
    if (c >= 'A' && c <= 'Z')
        return 1;
    return 0;
}

static bool match_1(const char *text, size_t len)
{
    /* A row a state, a column a class of bytes; 0 refuses, 1 is the start. */
    /* clang-format off */
    static const uint8_t next[22][2] = {
        {0, 0},
        {0, 2},
        {0, 3},
        {0, 4},
        {0, 5},
        {0, 6},
        {0, 7},
        {0, 8},
        {0, 9},
        {0, 10},
        {0, 11},
        {0, 12},
        {0, 13},
        {0, 14},
        {0, 15},
        {0, 16},
        {0, 17},
        {0, 18},
        {0, 19},
        {0, 20},
        {0, 21},
        {0, 0},
    };
    static const bool accepts[22] = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    };
    /* clang-format on */
    size_t state = 1;
    for (size_t i = 0; i < len && state; i++)
        state = next[state][class_1((unsigned char)text[i])];
    return accepts[state];
}

static const struct wr_pattern pattern_1 = {
    .match = match_1,
    .text = "[A-Z0-9]{8,20}",
};

/* [a-z0-9][a-z0-9.-]{2,99} */
static size_t class_2(unsigned char c)
{
    if (c >= '-' && c <= '.')
        return 1;
    if (c >= '0' && c <= '9')
        return 2;
    if (c >= 'a' && c <= 'z')
        return 2;
    return 0;
}

static bool match_2(const char *text, size_t len)
{
    /* A row a state, a column a class of bytes; 0 refuses, 1 is the start. */
    /* clang-format off */
    static const uint8_t next[102][3] = {
        {0, 0, 0},
        {0, 0, 2},
        {0, 3, 3},
        {0, 4, 4},
        {0, 5, 5},
        {0, 6, 6},
        {0, 7, 7},
        {0, 8, 8},
        {0, 9, 9},
        {0, 10, 10},
        {0, 11, 11},
        {0, 12, 12},
        {0, 13, 13},
        {0, 14, 14},
        {0, 15, 15},
        {0, 16, 16},
        {0, 17, 17},
        {0, 18, 18},
        {0, 19, 19},
        {0, 20, 20},
        {0, 21, 21},
        {0, 22, 22},
        {0, 23, 23},
        {0, 24, 24},
        {0, 25, 25},
        {0, 26, 26},
        {0, 27, 27},
        {0, 28, 28},
        {0, 29, 29},
        {0, 30, 30},
        {0, 31, 31},
        {0, 32, 32},
        {0, 33, 33},
        {0, 34, 34},
        {0, 35, 35},
        {0, 36, 36},
        {0, 37, 37},
        {0, 38, 38},
        {0, 39, 39},
        {0, 40, 40},
        {0, 41, 41},
        {0, 42, 42},
        {0, 43, 43},
        {0, 44, 44},
        {0, 45, 45},
        {0, 46, 46},
        {0, 47, 47},
        {0, 48, 48},
        {0, 49, 49},
        {0, 50, 50},
        {0, 51, 51},
        {0, 52, 52},
        {0, 53, 53},
        {0, 54, 54},
        {0, 55, 55},
        {0, 56, 56},
        {0, 57, 57},
        {0, 58, 58},
        {0, 59, 59},
        {0, 60, 60},
        {0, 61, 61},
        {0, 62, 62},
        {0, 63, 63},
        {0, 64, 64},
        {0, 65, 65},
        {0, 66, 66},
        {0, 67, 67},
        {0, 68, 68},
        {0, 69, 69},
        {0, 70, 70},
        {0, 71, 71},
        {0, 72, 72},
        {0, 73, 73},
        {0, 74, 74},
        {0, 75, 75},
        {0, 76, 76},
        {0, 77, 77},
        {0, 78, 78},
        {0, 79, 79},
        {0, 80, 80},
        {0, 81, 81},
        {0, 82, 82},
        {0, 83, 83},
        {0, 84, 84},
        {0, 85, 85},
        {0, 86, 86},
        {0, 87, 87},
        {0, 88, 88},
        {0, 89, 89},
        {0, 90, 90},
        {0, 91, 91},
        {0, 92, 92},
        {0, 93, 93},
        {0, 94, 94},
        {0, 95, 95},
        {0, 96, 96},
        {0, 97, 97},
        {0, 98, 98},
        {0, 99, 99},
        {0, 100, 100},
        {0, 101, 101},
        {0, 0, 0},
    };
    static const bool accepts[102] = {
        0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1,
    };
    /* clang-format on */
    size_t state = 1;
    for (size_t i = 0; i < len && state; i++)
        state = next[state][class_2((unsigned char)text[i])];
    return accepts[state];
}

static const struct wr_pattern pattern_2 = {
    .match = match_2,
    .text = "[a-z0-9][a-z0-9.-]{2,99}",
};

/* ---- schema ResearchRequest (sales.flow:10) -------------------------------------------------- */

static const struct wr_str enum_1[] = {
    {WR_TEXT("first_call")},
    {WR_TEXT("renewal")},
    {WR_TEXT("expansion")},
};

static const struct wr_field fields_ResearchRequest[] = {
    {.name = {WR_TEXT("account_id")}, .required = true},
    {.name = {WR_TEXT("domain")}, .required = true},
    {.name = {WR_TEXT("goal")}},
};

static const struct wr_shape shape_ResearchRequest = {.fields = fields_ResearchRequest, .count = 3};

static bool decode_ResearchRequest(struct wr_reader *in, void *value)
{
    struct ResearchRequest *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_ResearchRequest, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* account_id */
            wr_read_matching(in, &to->account_id, &pattern_1);
            break;
        case 1: /* domain */
            wr_read_matching(in, &to->domain, &pattern_2);
            break;
        case 2: /* goal */
            wr_read_enum(in, &to->goal, enum_1, 3);
            break;
        }
    }
    if (!wr_was_read(&object, 2))
        to->goal = WR_STR("first_call");
    return wr_read_object_end(in, &object);
}

static void encode_ResearchRequest(struct wr_writer *out, const void *value)
{
    const struct ResearchRequest *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("account_id"));
    wr_write_string(out, from->account_id);
    wr_write_name(out, WR_STR("domain"));
    wr_write_string(out, from->domain);
    wr_write_name(out, WR_STR("goal"));
    wr_write_string(out, from->goal);
    wr_write_object_end(out);
}

const struct wr_schema schema_ResearchRequest = {
    .name = "ResearchRequest",
    .hash = "sha256:3afb57fcd5fe13d1f43ea5e42a6f12930210a7bdcc50f4dd30ff9ae5c3dd23ce",
    .size = sizeof(struct ResearchRequest),
    .decode = decode_ResearchRequest,
    .encode = encode_ResearchRequest,
    .json_bytes = 820,
};

/* ---- schema Account (sales.flow:16) ---------------------------------------------------------- */

static const struct wr_field fields_Account[] = {
    {.name = {WR_TEXT("name")}, .required = true},
    {.name = {WR_TEXT("segment")}, .required = true},
    {.name = {WR_TEXT("owner")}},
};

static const struct wr_shape shape_Account = {.fields = fields_Account, .count = 3, .open = true};

static bool decode_Account(struct wr_reader *in, void *value)
{
    struct Account *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_Account, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* name */
            wr_read_string(in, &to->name, 1, 200, WR_CODE_POINTS);
            break;
        case 1: /* segment */
            wr_read_string(in, &to->segment, 0, 40, WR_CODE_POINTS);
            break;
        case 2: /* owner */
            to->has_owner = wr_read_format(in, &to->owner, WR_EMAIL, 0, 254);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Account(struct wr_writer *out, const void *value)
{
    const struct Account *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("name"));
    wr_write_string(out, from->name);
    wr_write_name(out, WR_STR("segment"));
    wr_write_string(out, from->segment);
    if (from->has_owner) {
        wr_write_name(out, WR_STR("owner"));
        wr_write_string(out, from->owner);
    }
    wr_write_object_end(out);
}

const struct wr_schema schema_Account = {
    .name = "Account",
    .hash = "sha256:4728aa6814c24083098bfd92cc93a54480a7f61baf41aa9087ce4d83861af729",
    .size = sizeof(struct Account),
    .decode = decode_Account,
    .encode = encode_Account,
    .json_bytes = 1730,
};

/* ---- schema Company (sales.flow:17) ---------------------------------------------------------- */

static const struct wr_field fields_Company[] = {
    {.name = {WR_TEXT("industry")}, .required = true},
    {.name = {WR_TEXT("about")}, .required = true},
};

static const struct wr_shape shape_Company = {.fields = fields_Company, .count = 2, .open = true};

static bool decode_Company(struct wr_reader *in, void *value)
{
    struct Company *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Company, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* industry */
            wr_read_string(in, &to->industry, 0, 80, WR_CODE_POINTS);
            break;
        case 1: /* about */
            wr_read_string(in, &to->about, 1, 1500, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Company(struct wr_writer *out, const void *value)
{
    const struct Company *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("industry"));
    wr_write_string(out, from->industry);
    wr_write_name(out, WR_STR("about"));
    wr_write_string(out, from->about);
    wr_write_object_end(out);
}

const struct wr_schema schema_Company = {
    .name = "Company",
    .hash = "sha256:97751e0c3e5f61b12becce6d8821e4e873fbbd373920f81baf8cfaf06be9fa39",
    .size = sizeof(struct Company),
    .decode = decode_Company,
    .encode = encode_Company,
    .json_bytes = 9507,
};

/* ---- schema Article (sales.flow:18) ---------------------------------------------------------- */

static const struct wr_field fields_Article[] = {
    {.name = {WR_TEXT("title")}, .required = true},
    {.name = {WR_TEXT("url")}, .required = true},
};

static const struct wr_shape shape_Article = {.fields = fields_Article, .count = 2, .open = true};

static bool decode_Article(struct wr_reader *in, void *value)
{
    struct Article *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Article, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* title */
            wr_read_string(in, &to->title, 1, 300, WR_CODE_POINTS);
            break;
        case 1: /* url */
            wr_read_string(in, &to->url, 1, 500, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Article(struct wr_writer *out, const void *value)
{
    const struct Article *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("title"));
    wr_write_string(out, from->title);
    wr_write_name(out, WR_STR("url"));
    wr_write_string(out, from->url);
    wr_write_object_end(out);
}

const struct wr_schema schema_Article = {
    .name = "Article",
    .hash = "sha256:d1119c7e2eb4f586dc08cdc4452900eda80d4f43b43c4f98327631674f2c939f",
    .size = sizeof(struct Article),
    .decode = decode_Article,
    .encode = encode_Article,
    .json_bytes = 4822,
};

/* ---- schema News (sales.flow:19) ------------------------------------------------------------- */

static const struct wr_field fields_News[] = {
    {.name = {WR_TEXT("articles")}, .required = true},
};

static const struct wr_shape shape_News = {.fields = fields_News, .count = 1, .open = true};

static bool decode_News(struct wr_reader *in, void *value)
{
    struct News *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(1)];
    if (!wr_read_object(in, &object, &shape_News, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* articles */
            to->articles.items = wr_read_list(in, &to->articles.count, sizeof(struct Article),
                                              decode_Article, 0, 10);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_News(struct wr_writer *out, const void *value)
{
    const struct News *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("articles"));
    wr_write_list(out);
    for (size_t i = 0; i < from->articles.count; i++)
        encode_Article(out, &from->articles.items[i]);
    wr_write_list_end(out);
    wr_write_object_end(out);
}

const struct wr_schema schema_News = {
    .name = "News",
    .hash = "sha256:b21efd31c575228e62ed1258fb20c705aa100e4a7b156c83690121c1f1ead241",
    .size = sizeof(struct News),
    .decode = decode_News,
    .encode = encode_News,
    .json_bytes = 48246,
};

/* ---- schema Note (sales.flow:20) ------------------------------------------------------------- */

static const struct wr_field fields_Note[] = {
    {.name = {WR_TEXT("id")}, .required = true},
};

static const struct wr_shape shape_Note = {.fields = fields_Note, .count = 1, .open = true};

static bool decode_Note(struct wr_reader *in, void *value)
{
    struct Note *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(1)];
    if (!wr_read_object(in, &object, &shape_Note, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* id */
            wr_read_string(in, &to->id, 1, 64, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Note(struct wr_writer *out, const void *value)
{
    const struct Note *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("id"));
    wr_write_string(out, from->id);
    wr_write_object_end(out);
}

const struct wr_schema schema_Note = {
    .name = "Note",
    .hash = "sha256:3d6433c814d587ca060a7fe5ca4dbf669e05175fcb416c2878419d2e0a801605",
    .size = sizeof(struct Note),
    .decode = decode_Note,
    .encode = encode_Note,
    .json_bytes = 394,
};

/* ---- schema Signal (sales.flow:22) ----------------------------------------------------------- */

static const struct wr_field fields_Signal[] = {
    {.name = {WR_TEXT("claim")}, .required = true},
    {.name = {WR_TEXT("url")}},
};

static const struct wr_shape shape_Signal = {.fields = fields_Signal, .count = 2};

static bool decode_Signal(struct wr_reader *in, void *value)
{
    struct Signal *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Signal, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* claim */
            wr_read_string(in, &to->claim, 1, 300, WR_CODE_POINTS);
            break;
        case 1: /* url */
            to->has_url = wr_read_string(in, &to->url, 1, 500, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Signal(struct wr_writer *out, const void *value)
{
    const struct Signal *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("claim"));
    wr_write_string(out, from->claim);
    if (from->has_url) {
        wr_write_name(out, WR_STR("url"));
        wr_write_string(out, from->url);
    }
    wr_write_object_end(out);
}

const struct wr_schema schema_Signal = {
    .name = "Signal",
    .hash = "sha256:1c5b638ffbd7f3c4711c948f343638aa952f61e754087c6715d0c03bb98ad91f",
    .size = sizeof(struct Signal),
    .decode = decode_Signal,
    .encode = encode_Signal,
    .json_bytes = 4822,
};

/* ---- schema Narrative (sales.flow:23) -------------------------------------------------------- */

static const struct wr_field fields_Narrative[] = {
    {.name = {WR_TEXT("headline")}, .required = true},
    {.name = {WR_TEXT("summary")}, .required = true},
    {.name = {WR_TEXT("signals")}, .required = true},
};

static const struct wr_shape shape_Narrative = {.fields = fields_Narrative, .count = 3};

static bool decode_Narrative(struct wr_reader *in, void *value)
{
    struct Narrative *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_Narrative, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* headline */
            wr_read_string(in, &to->headline, 1, 160, WR_CODE_POINTS);
            break;
        case 1: /* summary */
            wr_read_string(in, &to->summary, 1, 1500, WR_CODE_POINTS);
            break;
        case 2: /* signals */
            to->signals.items =
                wr_read_list(in, &to->signals.count, sizeof(struct Signal), decode_Signal, 0, 8);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Narrative(struct wr_writer *out, const void *value)
{
    const struct Narrative *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("headline"));
    wr_write_string(out, from->headline);
    wr_write_name(out, WR_STR("summary"));
    wr_write_string(out, from->summary);
    wr_write_name(out, WR_STR("signals"));
    wr_write_list(out);
    for (size_t i = 0; i < from->signals.count; i++)
        encode_Signal(out, &from->signals.items[i]);
    wr_write_list_end(out);
    wr_write_object_end(out);
}

const struct wr_schema schema_Narrative = {
    .name = "Narrative",
    .hash = "sha256:46238afd8e0c124f41e56e994f9f0bab956409418782c90989e42f4dd6b11575",
    .size = sizeof(struct Narrative),
    .decode = decode_Narrative,
    .encode = encode_Narrative,
    .wires[WR_PROFILE_openai] =
        "{\"type\":\"object\",\"properties\":{\"headline\":{\"type\":\"string\",\"description\":\""
        "Must fit string(1..160).\"},\"summary\":{\"type\":\"string\",\"description\":\"Must fit "
        "string(1..1500).\"},\"signals\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/Signal"
        "\"},\"maxItems\":8}},\"required\":[\"headline\",\"summary\",\"signals\"],\"additionalProp"
        "erties\":false,\"$defs\":{\"Signal\":{\"type\":\"object\",\"properties\":{\"claim\":{\"ty"
        "pe\":\"string\",\"description\":\"Must fit "
        "string(1..300).\"},\"url\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"descr"
        "iption\":\"Must fit "
        "string(1..500).\"}},\"required\":[\"claim\",\"url\"],\"additionalProperties\":false}}}",
    .json_bytes = 48586,
};

/* ---- schema Sources (sales.flow:24) ---------------------------------------------------------- */

static const struct wr_field fields_Sources[] = {
    {.name = {WR_TEXT("company")}, .required = true},
    {.name = {WR_TEXT("news")}, .required = true},
};

static const struct wr_shape shape_Sources = {.fields = fields_Sources, .count = 2};

static bool decode_Sources(struct wr_reader *in, void *value)
{
    struct Sources *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Sources, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* company */
            wr_read_bool(in, &to->company);
            break;
        case 1: /* news */
            wr_read_bool(in, &to->news);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Sources(struct wr_writer *out, const void *value)
{
    const struct Sources *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("company"));
    wr_write_bool(out, from->company);
    wr_write_name(out, WR_STR("news"));
    wr_write_bool(out, from->news);
    wr_write_object_end(out);
}

const struct wr_schema schema_Sources = {
    .name = "Sources",
    .hash = "sha256:b8e0c1645a66fe91d4c1636dbf78ca318c95952c183f527ec9be8a2374d59f43",
    .size = sizeof(struct Sources),
    .decode = decode_Sources,
    .encode = encode_Sources,
    .json_bytes = 31,
};

/* ---- schema AccountBrief (sales.flow:25) ----------------------------------------------------- */

static const struct wr_field fields_AccountBrief[] = {
    {.name = {WR_TEXT("headline")}, .required = true},
    {.name = {WR_TEXT("summary")}, .required = true},
    {.name = {WR_TEXT("signals")}, .required = true},
    {.name = {WR_TEXT("sources")}, .required = true},
    {.name = {WR_TEXT("note_id")}},
};

static const struct wr_shape shape_AccountBrief = {.fields = fields_AccountBrief, .count = 5};

static bool decode_AccountBrief(struct wr_reader *in, void *value)
{
    struct AccountBrief *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(5)];
    if (!wr_read_object(in, &object, &shape_AccountBrief, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* headline */
            wr_read_string(in, &to->headline, 1, 160, WR_CODE_POINTS);
            break;
        case 1: /* summary */
            wr_read_string(in, &to->summary, 1, 1500, WR_CODE_POINTS);
            break;
        case 2: /* signals */
            to->signals.items =
                wr_read_list(in, &to->signals.count, sizeof(struct Signal), decode_Signal, 0, 8);
            break;
        case 3: /* sources */
            decode_Sources(in, &to->sources);
            break;
        case 4: /* note_id */
            to->has_note_id = wr_read_string(in, &to->note_id, 1, 64, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_AccountBrief(struct wr_writer *out, const void *value)
{
    const struct AccountBrief *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("headline"));
    wr_write_string(out, from->headline);
    wr_write_name(out, WR_STR("summary"));
    wr_write_string(out, from->summary);
    wr_write_name(out, WR_STR("signals"));
    wr_write_list(out);
    for (size_t i = 0; i < from->signals.count; i++)
        encode_Signal(out, &from->signals.items[i]);
    wr_write_list_end(out);
    wr_write_name(out, WR_STR("sources"));
    encode_Sources(out, &from->sources);
    if (from->has_note_id) {
        wr_write_name(out, WR_STR("note_id"));
        wr_write_string(out, from->note_id);
    }
    wr_write_object_end(out);
}

const struct wr_schema schema_AccountBrief = {
    .name = "AccountBrief",
    .hash = "sha256:8beaca91ca02dff3433a6b07269dbf39d5d9cf7a3936f46a314982c52a1495af",
    .size = sizeof(struct AccountBrief),
    .decode = decode_AccountBrief,
    .encode = encode_AccountBrief,
    .json_bytes = 49025,
};
