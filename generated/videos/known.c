/* What the tests of videos 1.0.0 say of it: for the simulator and `wright test`.
 * Written by `wright compile` from videos.flow: edit that. */
#include "videos.h"

#include <wright/testing.h>

/* ---- transitions ----------------------------------------------------------------------------- */

static const struct wr_way ways[] = {
    {.stage = "outline", .on = WR_ON_OK, .line = 84, .text = "ok -> sketch"},
    {.stage = "outline", .on = WR_ON_REJECTED, .line = 85, .text = "rejected -> fail refused"},
    {.stage = "outline", .on = WR_ON_ERROR, .line = 86, .text = "error -> fail unavailable"},
    {.stage = "sketch", .on = WR_ON_OK, .line = 95, .text = "ok -> refine"},
    {.stage = "refine", .on = WR_ON_OK, .line = 105, .text = "ok -> assemble"},
    {
        .stage = "refine",
        .on = WR_BIT(WR_CLASS_items_failed),
        .line = 106,
        .text = "items_failed -> rough",
    },
    {.stage = "assemble", .on = WR_ON_OK, .arm = 1, .line = 111, .text = "ok -> done full"},
    {.stage = "assemble", .on = WR_ON_OK, .arm = 2, .line = 112, .text = "ok -> done fallback"},
    {.stage = "rough", .on = WR_ON_OK, .line = 122, .text = "ok -> done fallback"},
};

/* ---- what the tests send and answer ---------------------------------------------------------- */

static const char request_1[] =
    "{\"title\":\"The Bridge\",\"text\":\"A ferry crosses a grey river. An engineer looks up at "
    "the wind. Years later the bridge opens, and the ferry stays in port.\",\"style\":\"photo\"}";

/* clang-format off */
static const struct wr_known_request requests[] = {
    {.body = WR_STR(request_1)},
};
/* clang-format on */

static const char answer_1[] =
    "{\"beats\":[{\"heading\":\"The ferry\",\"action\":\"A ferry crosses a grey river in the "
    "wind.\"},{\"heading\":\"The engineer\",\"action\":\"An engineer on the bank looks up and "
    "draws a wing.\"},{\"heading\":\"The bridge\",\"action\":\"The bridge opens; the ferry stays "
    "in port.\"}]}";
static const char answer_2[] =
    "{\"mood\":\"calm, expectant\",\"shots\":[{\"framing\":\"wide\",\"picture\":\"The river from "
    "above, the ferry small in it.\",\"seconds\":6},{\"framing\":\"close\",\"picture\":\"A hand "
    "on the wet rail.\",\"seconds\":3}]}";
static const char answer_3[] =
    "{\"beats\":[{\"heading\":\"The ferry\",\"action\":\"A ferry crosses a grey river in the "
    "wind.\"},{\"heading\":\"The engineer\",\"action\":\"An engineer on the bank looks up and "
    "draws a wing.\"},{\"heading\":\"The bridge\",\"action\":\"The bridge opens; the ferry stays "
    "in port.\"}]}";
static const char answer_4[] =
    "{\"mood\":\"calm, expectant\",\"shots\":[{\"framing\":\"wide\",\"picture\":\"The river from "
    "above, the ferry small in it.\",\"seconds\":6},{\"framing\":\"close\",\"picture\":\"A hand "
    "on the wet rail.\",\"seconds\":3}]}";
static const char answer_5[] =
    "{\"beats\":[{\"heading\":\"The ferry\",\"action\":\"A ferry crosses a grey river in the "
    "wind.\"},{\"heading\":\"The engineer\",\"action\":\"An engineer on the bank looks up and "
    "draws a wing.\"},{\"heading\":\"The bridge\",\"action\":\"The bridge opens; the ferry stays "
    "in port.\"}]}";
static const char answer_6[] =
    "{\"mood\":\"calm, expectant\",\"shots\":[{\"framing\":\"wide\",\"picture\":\"The river from "
    "above, the ferry small in it.\",\"seconds\":6},{\"framing\":\"close\",\"picture\":\"A hand "
    "on the wet rail.\",\"seconds\":3}]}";
static const char answer_7[] =
    "{\"beats\":[{\"heading\":\"The ferry\",\"action\":\"A ferry crosses a grey river in the "
    "wind.\"},{\"heading\":\"The engineer\",\"action\":\"An engineer on the bank looks up and "
    "draws a wing.\"},{\"heading\":\"The bridge\",\"action\":\"The bridge opens; the ferry stays "
    "in port.\"}]}";
static const char answer_8[] =
    "{\"beats\":[{\"heading\":\"1\",\"action\":\"a\"},{\"heading\":\"2\",\"action\":\"a\"},{\"head"
    "ing\":\"3\",\"action\":\"a\"},{\"heading\":\"4\",\"action\":\"a\"},{\"heading\":\"5\",\"actio"
    "n\":\"a\"},{\"heading\":\"6\",\"action\":\"a\"},{\"heading\":\"7\",\"action\":\"a\"},{\"headi"
    "ng\":\"8\",\"action\":\"a\"}]}";

static const struct wr_known_answer answers[] = {
    {.stage = "outline", .schema = &schema_Outline, .value = WR_STR(answer_1)},
    {.stage = "refine", .schema = &schema_Detail, .value = WR_STR(answer_2)},
    {.stage = "outline", .schema = &schema_Outline, .value = WR_STR(answer_3)},
    {.stage = "refine", .schema = &schema_Detail, .value = WR_STR(answer_4)},
    {.stage = "outline", .schema = &schema_Outline, .value = WR_STR(answer_5)},
    {.stage = "refine", .schema = &schema_Detail, .value = WR_STR(answer_6)},
    {.stage = "outline", .schema = &schema_Outline, .value = WR_STR(answer_7)},
    {.stage = "outline", .schema = &schema_Outline, .value = WR_STR(answer_8)},
};

const struct wr_known embedded_known = {
    .ways = ways,
    .way_count = WR_COUNT(ways),
    .requests = requests,
    .request_count = WR_COUNT(requests),
    .answers = answers,
    .answer_count = WR_COUNT(answers),
};
