/* What the tests of support 1.0.0 say of it: for the simulator and `wright test`.
 * Written by `wright compile` from support.flow: edit that. */
#include "support.h"

#include <wright/testing.h>

/* ---- transitions ----------------------------------------------------------------------------- */

static const struct wr_way ways[] = {
    {.stage = "triage", .on = WR_ON_OK, .arm = 1, .line = 81, .text = "ok -> reset"},
    {.stage = "triage", .on = WR_ON_OK, .arm = 2, .line = 82, .text = "ok -> invoice"},
    {.stage = "triage", .on = WR_ON_OK, .arm = 3, .line = 83, .text = "ok -> acknowledge"},
    {.stage = "triage", .on = WR_ON_OK, .arm = 4, .line = 84, .text = "ok -> suggest"},
    {.stage = "reset", .on = WR_ON_OK, .line = 94, .text = "ok -> done full"},
    {.stage = "invoice", .on = WR_ON_OK, .line = 103, .text = "ok -> done full"},
    {.stage = "acknowledge", .on = WR_ON_OK, .line = 112, .text = "ok -> look_up"},
    {.stage = "look_up", .on = WR_ON_OK, .line = 121, .text = "ok -> done full"},
    {.stage = "look_up", .on = WR_ON_REJECTED, .line = 122, .text = "rejected -> review"},
    {.stage = "look_up", .on = WR_ON_ERROR, .line = 123, .text = "error -> review"},
    {.stage = "suggest", .on = WR_ON_OK, .line = 129, .text = "ok -> weigh"},
    {.stage = "suggest", .on = WR_ON_REJECTED, .line = 130, .text = "rejected -> hold"},
    {.stage = "suggest", .on = WR_ON_ERROR, .line = 131, .text = "error -> hold"},
    {.stage = "weigh", .on = WR_ON_OK, .arm = 1, .line = 136, .text = "ok -> done draft"},
    {.stage = "weigh", .on = WR_ON_OK, .arm = 2, .line = 137, .text = "ok -> hold"},
    {.stage = "hold", .on = WR_ON_OK, .line = 143, .text = "ok -> review"},
    {.stage = "review", .on = WR_ON_OK, .line = 148, .text = "ok -> done full"},
    {
        .stage = "review",
        .on = WR_BIT(WR_CLASS_declined),
        .line = 149,
        .text = "declined -> fail turned_down",
    },
    {
        .stage = "review",
        .on = WR_BIT(WR_CLASS_expired),
        .line = 150,
        .text = "expired -> done draft",
    },
};

/* ---- what the tests send and answer ---------------------------------------------------------- */

static const char request_1[] =
    "{\"subject\":\"Forgot my PASSWORD\",\"body\":\"Help\",\"product\":\"login\"}";
static const char request_2[] =
    "{\"subject\":\"Invoice 20260817?\",\"body\":\"Is it paid?\",\"product\":\"billing\"}";
static const char request_3[] =
    "{\"subject\":\"When do reports run?\",\"body\":\"Since when?\",\"product\":\"reports\"}";
static const char request_4[] =
    "{\"subject\":\"INC-1207\",\"body\":\"My reports are empty, too.\",\"product\":\"reports\"}";
static const char request_5[] =
    "{\"subject\":\"Is it INC-1207?\",\"body\":\"My reports are empty, "
    "too.\",\"product\":\"reports\"}";

/* clang-format off */
static const struct wr_known_request requests[] = {
    {.body = WR_STR(request_1)},
    {.body = WR_STR(request_2)},
    {.body = WR_STR(request_3)},
    {.body = WR_STR(request_4)},
    {.body = WR_STR(request_5)},
};
/* clang-format on */

static const char answer_1[] = "{\"text\":\"Reports run at night.\",\"confidence\":0.93}";
static const char answer_2[] = "{\"text\":\"Perhaps at night.\",\"confidence\":0.4}";
static const char answer_3[] =
    "{\"text\":\"At two in the morning.\",\"by\":\"person\",\"confidence\":1}";
static const char answer_4[] = "{\"text\":\"Perhaps at night.\",\"confidence\":0.4}";
static const char answer_5[] = "{\"text\":\"We know of it, and work on it.\",\"confidence\":0.9}";
static const char answer_6[] =
    "{\"state\":\"open\",\"what\":\"Reports are empty.\",\"owner\":\"of no concern\"}";
static const char answer_7[] = "{\"text\":\"We know of it.\",\"confidence\":0.9}";
static const char answer_8[] = "{\"text\":\"We are on it.\",\"by\":\"person\",\"confidence\":1}";
static const char answer_9[] = "{\"state\":\"solved\",\"what\":\"Reports were empty.\"}";

static const struct wr_known_answer answers[] = {
    {.stage = "suggest", .schema = &schema_Suggestion, .request = 2, .value = WR_STR(answer_1)},
    {.stage = "suggest", .schema = &schema_Suggestion, .request = 2, .value = WR_STR(answer_2)},
    {.stage = "review", .schema = &schema_Answer, .request = 2, .value = WR_STR(answer_3)},
    {.stage = "suggest", .schema = &schema_Suggestion, .request = 2, .value = WR_STR(answer_4)},
    {.stage = "look_up", .schema = &schema_Suggestion, .request = 3, .value = WR_STR(answer_5)},
    {.stage = "find_incident", .schema = &schema_Incident, .request = 3, .value = WR_STR(answer_6)},
    {.stage = "look_up", .schema = &schema_Suggestion, .request = 4, .value = WR_STR(answer_7)},
    {.stage = "review", .schema = &schema_Answer, .request = 3, .value = WR_STR(answer_8)},
    {.stage = "find_incident", .schema = &schema_Incident, .request = 3, .value = WR_STR(answer_9)},
};

const struct wr_known embedded_known = {
    .ways = ways,
    .way_count = WR_COUNT(ways),
    .requests = requests,
    .request_count = WR_COUNT(requests),
    .answers = answers,
    .answer_count = WR_COUNT(answers),
};
