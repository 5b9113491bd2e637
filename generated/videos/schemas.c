/* From bytes to typed structs and back, one decoder and one encoder a schema of videos.
 * Written by `wright compile` from videos.flow: edit that. */
#include "videos.h"

#include <wright/json.h>

/* ---- schema Script (videos.flow:10) ---------------------------------------------------------- */

static const struct wr_str enum_1[] = {
    {WR_TEXT("sketch")},
    {WR_TEXT("photo")},
    {WR_TEXT("flat")},
};

static const struct wr_field fields_Script[] = {
    {.name = {WR_TEXT("title")}, .required = true},
    {.name = {WR_TEXT("text")}, .required = true},
    {.name = {WR_TEXT("style")}},
    {.name = {WR_TEXT("max_scenes")}},
};

static const struct wr_shape shape_Script = {.fields = fields_Script, .count = 4};

static bool decode_Script(struct wr_reader *in, void *value)
{
    struct Script *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(4)];
    if (!wr_read_object(in, &object, &shape_Script, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* title */
            wr_read_string(in, &to->title, 1, 200, WR_CODE_POINTS);
            break;
        case 1: /* text */
            wr_read_string(in, &to->text, 1, 40000, WR_BYTES);
            break;
        case 2: /* style */
            wr_read_enum(in, &to->style, enum_1, 3);
            break;
        case 3: /* max_scenes */
            wr_read_int(in, &to->max_scenes, 1, 24);
            break;
        }
    }
    if (!wr_was_read(&object, 2))
        to->style = WR_STR("sketch");
    if (!wr_was_read(&object, 3))
        to->max_scenes = 12;
    return wr_read_object_end(in, &object);
}

static void encode_Script(struct wr_writer *out, const void *value)
{
    const struct Script *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("title"));
    wr_write_string(out, from->title);
    wr_write_name(out, WR_STR("text"));
    wr_write_string(out, from->text);
    wr_write_name(out, WR_STR("style"));
    wr_write_string(out, from->style);
    wr_write_name(out, WR_STR("max_scenes"));
    wr_write_int(out, from->max_scenes);
    wr_write_object_end(out);
}

const struct wr_schema schema_Script = {
    .name = "Script",
    .hash = "sha256:e57fd7124f5cc0f6113beb96cefbb2fd04de531efd1de9dccff072ecde20319f",
    .size = sizeof(struct Script),
    .decode = decode_Script,
    .encode = encode_Script,
    .json_bytes = 241286,
};

/* ---- schema Beat (videos.flow:17) ------------------------------------------------------------ */

static const struct wr_field fields_Beat[] = {
    {.name = {WR_TEXT("heading")}, .required = true},
    {.name = {WR_TEXT("action")}, .required = true},
};

static const struct wr_shape shape_Beat = {.fields = fields_Beat, .count = 2};

static bool decode_Beat(struct wr_reader *in, void *value)
{
    struct Beat *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Beat, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* heading */
            wr_read_string(in, &to->heading, 1, 120, WR_CODE_POINTS);
            break;
        case 1: /* action */
            wr_read_string(in, &to->action, 1, 600, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Beat(struct wr_writer *out, const void *value)
{
    const struct Beat *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("heading"));
    wr_write_string(out, from->heading);
    wr_write_name(out, WR_STR("action"));
    wr_write_string(out, from->action);
    wr_write_object_end(out);
}

const struct wr_schema schema_Beat = {
    .name = "Beat",
    .hash = "sha256:871308a7972d4f88d15e631a5b813a9bcbe014e052595d2eea133af8b2c91392",
    .size = sizeof(struct Beat),
    .decode = decode_Beat,
    .encode = encode_Beat,
    .json_bytes = 4347,
};

/* ---- schema Outline (videos.flow:18) --------------------------------------------------------- */

static const struct wr_field fields_Outline[] = {
    {.name = {WR_TEXT("beats")}, .required = true},
};

static const struct wr_shape shape_Outline = {.fields = fields_Outline, .count = 1};

static bool decode_Outline(struct wr_reader *in, void *value)
{
    struct Outline *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(1)];
    if (!wr_read_object(in, &object, &shape_Outline, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* beats */
            to->beats.items =
                wr_read_list(in, &to->beats.count, sizeof(struct Beat), decode_Beat, 1, 24);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Outline(struct wr_writer *out, const void *value)
{
    const struct Outline *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("beats"));
    wr_write_list(out);
    for (size_t i = 0; i < from->beats.count; i++)
        encode_Beat(out, &from->beats.items[i]);
    wr_write_list_end(out);
    wr_write_object_end(out);
}

const struct wr_schema schema_Outline = {
    .name = "Outline",
    .hash = "sha256:ae30f962eacb87c8e56d4072d31c18a142fa2a416d004ebe0ad68e3232723923",
    .size = sizeof(struct Outline),
    .decode = decode_Outline,
    .encode = encode_Outline,
    .wires[WR_PROFILE_openai] =
        "{\"type\":\"object\",\"properties\":{\"beats\":{\"type\":\"array\",\"items\":{\"$ref\":\""
        "#/$defs/Beat\"},\"minItems\":1,\"maxItems\":24}},\"required\":[\"beats\"],\"additionalPro"
        "perties\":false,\"$defs\":{\"Beat\":{\"type\":\"object\",\"properties\":{\"heading\":{\"t"
        "ype\":\"string\",\"description\":\"Must fit "
        "string(1..120).\"},\"action\":{\"type\":\"string\",\"description\":\"Must fit "
        "string(1..600).\"}},\"required\":[\"heading\",\"action\"],\"additionalProperties\":false}"
        "}}",
    .json_bytes = 104365,
};

/* ---- schema Shot (videos.flow:19) ------------------------------------------------------------ */

static const struct wr_str enum_2[] = {
    {WR_TEXT("wide")},
    {WR_TEXT("medium")},
    {WR_TEXT("close")},
};

static const struct wr_field fields_Shot[] = {
    {.name = {WR_TEXT("framing")}, .required = true},
    {.name = {WR_TEXT("picture")}, .required = true},
    {.name = {WR_TEXT("seconds")}, .required = true},
};

static const struct wr_shape shape_Shot = {.fields = fields_Shot, .count = 3};

static bool decode_Shot(struct wr_reader *in, void *value)
{
    struct Shot *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_Shot, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* framing */
            wr_read_enum(in, &to->framing, enum_2, 3);
            break;
        case 1: /* picture */
            wr_read_string(in, &to->picture, 1, 400, WR_CODE_POINTS);
            break;
        case 2: /* seconds */
            wr_read_int(in, &to->seconds, 1, 60);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Shot(struct wr_writer *out, const void *value)
{
    const struct Shot *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("framing"));
    wr_write_string(out, from->framing);
    wr_write_name(out, WR_STR("picture"));
    wr_write_string(out, from->picture);
    wr_write_name(out, WR_STR("seconds"));
    wr_write_int(out, from->seconds);
    wr_write_object_end(out);
}

const struct wr_schema schema_Shot = {
    .name = "Shot",
    .hash = "sha256:0115ef29c56f6cf1d2e7783d4ac47d09aa2297ed06362368e48954725ed26a86",
    .size = sizeof(struct Shot),
    .decode = decode_Shot,
    .encode = encode_Shot,
    .json_bytes = 2477,
};

/* ---- schema Detail (videos.flow:20) ---------------------------------------------------------- */

static const struct wr_field fields_Detail[] = {
    {.name = {WR_TEXT("shots")}, .required = true},
    {.name = {WR_TEXT("mood")}, .required = true},
};

static const struct wr_shape shape_Detail = {.fields = fields_Detail, .count = 2};

static bool decode_Detail(struct wr_reader *in, void *value)
{
    struct Detail *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &shape_Detail, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* shots */
            to->shots.items =
                wr_read_list(in, &to->shots.count, sizeof(struct Shot), decode_Shot, 1, 6);
            break;
        case 1: /* mood */
            wr_read_string(in, &to->mood, 1, 80, WR_CODE_POINTS);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Detail(struct wr_writer *out, const void *value)
{
    const struct Detail *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("shots"));
    wr_write_list(out);
    for (size_t i = 0; i < from->shots.count; i++)
        encode_Shot(out, &from->shots.items[i]);
    wr_write_list_end(out);
    wr_write_name(out, WR_STR("mood"));
    wr_write_string(out, from->mood);
    wr_write_object_end(out);
}

const struct wr_schema schema_Detail = {
    .name = "Detail",
    .hash = "sha256:028607e2c4d63121ff356913ae62ac35634833f5b1eb35bd0d4e445d9b4bd530",
    .size = sizeof(struct Detail),
    .decode = decode_Detail,
    .encode = encode_Detail,
    .wires[WR_PROFILE_anthropic] =
        "{\"type\":\"object\",\"properties\":{\"shots\":{\"type\":\"array\",\"items\":{\"$ref\":\""
        "#/$defs/Shot\"},\"description\":\"Must fit "
        "Shot[1..6].\"},\"mood\":{\"type\":\"string\",\"description\":\"Must fit "
        "string(1..80).\"}},\"required\":[\"shots\",\"mood\"],\"additionalProperties\":false,\"$de"
        "fs\":{\"Shot\":{\"type\":\"object\",\"properties\":{\"framing\":{\"type\":\"string\",\"en"
        "um\":[\"wide\",\"medium\",\"close\"]},\"picture\":{\"type\":\"string\",\"description\":\""
        "Must fit string(1..400).\"},\"seconds\":{\"type\":\"integer\",\"description\":\"Must fit "
        "int(1..60).\"}},\"required\":[\"framing\",\"picture\",\"seconds\"],\"additionalProperties"
        "\":false}}}",
    .json_bytes = 15371,
};

/* ---- schema Scene (videos.flow:21) ----------------------------------------------------------- */

static const struct wr_field fields_Scene[] = {
    {.name = {WR_TEXT("heading")}, .required = true},
    {.name = {WR_TEXT("action")}, .required = true},
    {.name = {WR_TEXT("mood")}},
    {.name = {WR_TEXT("shots")}, .required = true},
};

static const struct wr_shape shape_Scene = {.fields = fields_Scene, .count = 4};

static bool decode_Scene(struct wr_reader *in, void *value)
{
    struct Scene *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(4)];
    if (!wr_read_object(in, &object, &shape_Scene, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* heading */
            wr_read_string(in, &to->heading, 1, 120, WR_CODE_POINTS);
            break;
        case 1: /* action */
            wr_read_string(in, &to->action, 1, 600, WR_CODE_POINTS);
            break;
        case 2: /* mood */
            to->has_mood = wr_read_string(in, &to->mood, 1, 80, WR_CODE_POINTS);
            break;
        case 3: /* shots */
            to->shots.items =
                wr_read_list(in, &to->shots.count, sizeof(struct Shot), decode_Shot, 0, 6);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Scene(struct wr_writer *out, const void *value)
{
    const struct Scene *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("heading"));
    wr_write_string(out, from->heading);
    wr_write_name(out, WR_STR("action"));
    wr_write_string(out, from->action);
    if (from->has_mood) {
        wr_write_name(out, WR_STR("mood"));
        wr_write_string(out, from->mood);
    }
    wr_write_name(out, WR_STR("shots"));
    wr_write_list(out);
    for (size_t i = 0; i < from->shots.count; i++)
        encode_Shot(out, &from->shots.items[i]);
    wr_write_list_end(out);
    wr_write_object_end(out);
}

const struct wr_schema schema_Scene = {
    .name = "Scene",
    .hash = "sha256:1d72aafa15c0f3be96b99b9094a065835e0fc7ebd877fcd6d26fba302e08412b",
    .size = sizeof(struct Scene),
    .decode = decode_Scene,
    .encode = encode_Scene,
    .json_bytes = 19716,
};

/* ---- schema Storyboard (videos.flow:27) ------------------------------------------------------ */

static const struct wr_field fields_Storyboard[] = {
    {.name = {WR_TEXT("title")}, .required = true},
    {.name = {WR_TEXT("scenes")}, .required = true},
    {.name = {WR_TEXT("unrefined")}, .required = true},
};

static const struct wr_shape shape_Storyboard = {.fields = fields_Storyboard, .count = 3};

static bool decode_Storyboard(struct wr_reader *in, void *value)
{
    struct Storyboard *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(3)];
    if (!wr_read_object(in, &object, &shape_Storyboard, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0: /* title */
            wr_read_string(in, &to->title, 1, 200, WR_CODE_POINTS);
            break;
        case 1: /* scenes */
            to->scenes.items =
                wr_read_list(in, &to->scenes.count, sizeof(struct Scene), decode_Scene, 1, 24);
            break;
        case 2: /* unrefined */
            wr_read_int(in, &to->unrefined, 0, 24);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static void encode_Storyboard(struct wr_writer *out, const void *value)
{
    const struct Storyboard *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("title"));
    wr_write_string(out, from->title);
    wr_write_name(out, WR_STR("scenes"));
    wr_write_list(out);
    for (size_t i = 0; i < from->scenes.count; i++)
        encode_Scene(out, &from->scenes.items[i]);
    wr_write_list_end(out);
    wr_write_name(out, WR_STR("unrefined"));
    wr_write_int(out, from->unrefined);
    wr_write_object_end(out);
}

const struct wr_schema schema_Storyboard = {
    .name = "Storyboard",
    .hash = "sha256:10adbb772ba516f8275dde2668d7915c03bcc8684c0c3e8c569f2f0971a8c90f",
    .size = sizeof(struct Storyboard),
    .decode = decode_Storyboard,
    .encode = encode_Storyboard,
    .json_bytes = 474448,
};
