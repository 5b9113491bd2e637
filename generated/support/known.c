/* What the tests of support 1.0.0 say of it: for the simulator and `wright test`.
 * Written by `wright compile` from support.flow: edit that. */
#include "support.h"

#include <wright/testing.h>

/* ---- transitions ----------------------------------------------------------------------------- */

static const struct wr_way ways[] = {
    {.stage = "triage", .on = WR_ON_OK, .arm = 1, .line = 55, .text = "ok -> reset"},
    {.stage = "triage", .on = WR_ON_OK, .arm = 2, .line = 56, .text = "ok -> invoice"},
    {.stage = "triage", .on = WR_ON_OK, .arm = 3, .line = 57, .text = "ok -> suggest"},
    {.stage = "reset", .on = WR_ON_OK, .line = 67, .text = "ok -> done full"},
    {.stage = "invoice", .on = WR_ON_OK, .line = 76, .text = "ok -> done full"},
    {.stage = "suggest", .on = WR_ON_OK, .line = 82, .text = "ok -> weigh"},
    {.stage = "suggest", .on = WR_ON_REJECTED, .line = 83, .text = "rejected -> hold"},
    {.stage = "suggest", .on = WR_ON_ERROR, .line = 84, .text = "error -> hold"},
    {.stage = "weigh", .on = WR_ON_OK, .arm = 1, .line = 89, .text = "ok -> done draft"},
    {.stage = "weigh", .on = WR_ON_OK, .arm = 2, .line = 90, .text = "ok -> hold"},
    {.stage = "hold", .on = WR_ON_OK, .line = 96, .text = "ok -> review"},
    {.stage = "review", .on = WR_ON_OK, .line = 101, .text = "ok -> done full"},
    {
        .stage = "review",
        .on = WR_BIT(WR_CLASS_declined),
        .line = 102,
        .text = "declined -> fail turned_down",
    },
    {
        .stage = "review",
        .on = WR_BIT(WR_CLASS_expired),
        .line = 103,
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

static const struct wr_known_request requests[] = {
    {.body = WR_STR(request_1)},
    {.body = WR_STR(request_2)},
    {.body = WR_STR(request_3)},
};

static const char answer_1[] = "{\"text\":\"Reports run at night.\",\"confidence\":0.93}";
static const char answer_2[] = "{\"text\":\"Perhaps at night.\",\"confidence\":0.4}";
static const char answer_3[] =
    "{\"text\":\"At two in the morning.\",\"by\":\"person\",\"confidence\":1}";
static const char answer_4[] = "{\"text\":\"Perhaps at night.\",\"confidence\":0.4}";

static const struct wr_known_answer answers[] = {
    {.stage = "suggest", .schema = &schema_Suggestion, .request = 2, .value = WR_STR(answer_1)},
    {.stage = "suggest", .schema = &schema_Suggestion, .request = 2, .value = WR_STR(answer_2)},
    {.stage = "review", .schema = &schema_Answer, .request = 2, .value = WR_STR(answer_3)},
    {.stage = "suggest", .schema = &schema_Suggestion, .request = 2, .value = WR_STR(answer_4)},
};

const struct wr_known embedded_known = {
    .ways = ways,
    .way_count = WR_COUNT(ways),
    .requests = requests,
    .request_count = WR_COUNT(requests),
    .answers = answers,
    .answer_count = WR_COUNT(answers),
};
