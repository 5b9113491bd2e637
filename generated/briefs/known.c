/* What the tests of briefs 1.0.0 say of it: for the simulator and `wright test`.
 * Written by `wright compile` from briefs.flow: edit that. */
#include "briefs.h"

#include <wright/testing.h>

/* ---- transitions ----------------------------------------------------------------------------- */

static const struct wr_way ways[] = {
    {.stage = "terms", .on = WR_ON_OK, .line = 54, .text = "ok -> draft"},
    {.stage = "terms", .on = WR_ON_ERROR, .line = 54, .text = "error -> draft"},
    {.stage = "draft", .on = WR_ON_OK, .line = 62, .text = "ok -> done full"},
    {.stage = "draft", .on = WR_ON_REJECTED, .line = 63, .text = "rejected -> fail refused"},
    {.stage = "draft", .on = WR_ON_ERROR, .line = 64, .text = "error -> brief"},
    {.stage = "brief", .on = WR_ON_OK, .line = 71, .text = "ok -> done fallback"},
    {.stage = "brief", .on = WR_ON_REJECTED, .line = 72, .text = "rejected -> fail refused"},
    {.stage = "brief", .on = WR_ON_ERROR, .line = 73, .text = "error -> last_good"},
    {.stage = "last_good", .on = WR_ON_OK, .line = 78, .text = "ok -> done fallback"},
    {
        .stage = "last_good",
        .on = WR_BIT(WR_CLASS_missing),
        .line = 79,
        .text = "missing -> fail unavailable",
    },
};

/* ---- what the tests send and answer ---------------------------------------------------------- */

static const char request_1[] =
    "{\"document\":\"The Severn Bridge carries the M48 motorway between England and Wales. It "
    "opened on 8 September 1966 and replaced the Aust ferry. The bridge is a gravity-anchored "
    "suspension bridge with a main span of 988 metres. Its deck is a welded steel box shaped like "
    "an aircraft wing, which resists wind with far less steel than a truss of the same span. The "
    "towers stand 136 metres above mean high water.\\n\\nBy 2006 inspections had found corrosion "
    "in the main cables. Engineers estimated a strength loss that would have forced weight limits "
    "within a decade. The owner installed a dehumidification system that blows dry air through "
    "the cables; since 2008 the measured humidity has stayed below 40 percent. Heavy goods "
    "vehicles were barred from the outside lanes during the work.\\n\\nTolls on both Severn "
    "crossings ended on 17 December 2018. Traffic rose by about 16 percent in the following year. "
    "The bridge has been a Grade I listed structure since "
    "1999.\",\"language\":\"en\",\"audience\":\"engineer\",\"max_points\":4}";

/* clang-format off */
static const struct wr_known_request requests[] = {
    {.body = WR_STR(request_1)},
};
/* clang-format on */

static const char answer_1[] = "{\"terms\":{}}";
static const char answer_2[] =
    "{\"points\":[{\"text\":\"The Severn Bridge opened in 1966 and replaced a "
    "ferry.\",\"quote\":\"It opened on 8 September 1966 and replaced the Aust "
    "ferry.\",\"confidence\":0.98},{\"text\":\"Its deck is a steel box shaped like a wing, which "
    "saves steel.\",\"quote\":\"Its deck is a welded steel box shaped like an aircraft "
    "wing\",\"confidence\":0.93},{\"text\":\"Dry air has kept the corroding cables below 40 "
    "percent humidity since 2008.\",\"quote\":\"since 2008 the measured humidity has stayed below "
    "40 percent\",\"confidence\":0.9},{\"text\":\"Tolls ended in December 2018 and traffic "
    "rose.\",\"quote\":\"Tolls on both Severn crossings ended on 17 December "
    "2018.\",\"confidence\":0.95}],\"summary\":\"A suspension bridge of 1966 whose cables were "
    "saved by dry air; toll-free since 2018.\"}";
static const char answer_3[] = "{\"terms\":{\"EBIT\":\"earnings before interest and taxes\"}}";
static const char answer_4[] =
    "{\"points\":[{\"text\":\"The Severn Bridge opened in 1966 and replaced a "
    "ferry.\",\"quote\":\"It opened on 8 September 1966 and replaced the Aust "
    "ferry.\",\"confidence\":0.98},{\"text\":\"Its deck is a steel box shaped like a wing, which "
    "saves steel.\",\"quote\":\"Its deck is a welded steel box shaped like an aircraft "
    "wing\",\"confidence\":0.93},{\"text\":\"Dry air has kept the corroding cables below 40 "
    "percent humidity since 2008.\",\"quote\":\"since 2008 the measured humidity has stayed below "
    "40 percent\",\"confidence\":0.9},{\"text\":\"Tolls ended in December 2018 and traffic "
    "rose.\",\"quote\":\"Tolls on both Severn crossings ended on 17 December "
    "2018.\",\"confidence\":0.95}],\"summary\":\"A suspension bridge of 1966 whose cables were "
    "saved by dry air; toll-free since 2018.\"}";
static const char answer_5[] =
    "{\"points\":[{\"text\":\"The Severn Bridge opened in 1966 and replaced a "
    "ferry.\",\"quote\":\"It opened on 8 September 1966 and replaced the Aust "
    "ferry.\",\"confidence\":0.98},{\"text\":\"Its deck is a steel box shaped like a wing, which "
    "saves steel.\",\"quote\":\"Its deck is a welded steel box shaped like an aircraft "
    "wing\",\"confidence\":0.93},{\"text\":\"Dry air has kept the corroding cables below 40 "
    "percent humidity since 2008.\",\"quote\":\"since 2008 the measured humidity has stayed below "
    "40 percent\",\"confidence\":0.9},{\"text\":\"Tolls ended in December 2018 and traffic "
    "rose.\",\"quote\":\"Tolls on both Severn crossings ended on 17 December "
    "2018.\",\"confidence\":0.95}],\"summary\":\"A suspension bridge of 1966 whose cables were "
    "saved by dry air; toll-free since 2018.\"}";
static const char answer_6[] =
    "{\"points\":[{\"text\":\"It fell.\",\"quote\":\"nobody said so\",\"confidence\":1}]}";
static const char answer_7[] =
    "{\"points\":[{\"text\":\"The Severn Bridge opened in 1966 and replaced a "
    "ferry.\",\"quote\":\"It opened on 8 September 1966 and replaced the Aust "
    "ferry.\",\"confidence\":0.98},{\"text\":\"Its deck is a steel box shaped like a wing, which "
    "saves steel.\",\"quote\":\"Its deck is a welded steel box shaped like an aircraft "
    "wing\",\"confidence\":0.93},{\"text\":\"Dry air has kept the corroding cables below 40 "
    "percent humidity since 2008.\",\"quote\":\"since 2008 the measured humidity has stayed below "
    "40 percent\",\"confidence\":0.9},{\"text\":\"Tolls ended in December 2018 and traffic "
    "rose.\",\"quote\":\"Tolls on both Severn crossings ended on 17 December "
    "2018.\",\"confidence\":0.95}],\"summary\":\"A suspension bridge of 1966 whose cables were "
    "saved by dry air; toll-free since 2018.\"}";
static const char answer_8[] = "{\"terms\":{}}";
static const char answer_9[] = "{\"terms\":{}}";
static const char answer_10[] = "{\"terms\":{}}";
static const char answer_11[] =
    "{\"points\":[{\"text\":\"The Severn Bridge opened in 1966 and replaced a "
    "ferry.\",\"quote\":\"It opened on 8 September 1966 and replaced the Aust "
    "ferry.\",\"confidence\":0.98},{\"text\":\"Its deck is a steel box shaped like a wing, which "
    "saves steel.\",\"quote\":\"Its deck is a welded steel box shaped like an aircraft "
    "wing\",\"confidence\":0.93},{\"text\":\"Dry air has kept the corroding cables below 40 "
    "percent humidity since 2008.\",\"quote\":\"since 2008 the measured humidity has stayed below "
    "40 percent\",\"confidence\":0.9},{\"text\":\"Tolls ended in December 2018 and traffic "
    "rose.\",\"quote\":\"Tolls on both Severn crossings ended on 17 December "
    "2018.\",\"confidence\":0.95}],\"summary\":\"A suspension bridge of 1966 whose cables were "
    "saved by dry air; toll-free since 2018.\"}";
static const char answer_12[] = "{\"terms\":{}}";
static const char answer_13[] = "{\"terms\":{}}";
static const char answer_14[] =
    "{\"points\":[{\"text\":\"The Severn Bridge opened in 1966 and replaced a "
    "ferry.\",\"quote\":\"It opened on 8 September 1966 and replaced the Aust "
    "ferry.\",\"confidence\":0.98},{\"text\":\"Its deck is a steel box shaped like a wing, which "
    "saves steel.\",\"quote\":\"Its deck is a welded steel box shaped like an aircraft "
    "wing\",\"confidence\":0.93},{\"text\":\"Dry air has kept the corroding cables below 40 "
    "percent humidity since 2008.\",\"quote\":\"since 2008 the measured humidity has stayed below "
    "40 percent\",\"confidence\":0.9},{\"text\":\"Tolls ended in December 2018 and traffic "
    "rose.\",\"quote\":\"Tolls on both Severn crossings ended on 17 December "
    "2018.\",\"confidence\":0.95}],\"summary\":\"A suspension bridge of 1966 whose cables were "
    "saved by dry air; toll-free since 2018.\"}";

static const struct wr_known_answer answers[] = {
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_1)},
    {.stage = "brief", .schema = &schema_KeyPoints, .value = WR_STR(answer_2)},
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_3)},
    {.stage = "draft", .schema = &schema_KeyPoints, .value = WR_STR(answer_4)},
    {.stage = "draft", .schema = &schema_KeyPoints, .value = WR_STR(answer_5)},
    {.stage = "draft", .schema = &schema_KeyPoints, .value = WR_STR(answer_6)},
    {.stage = "brief", .schema = &schema_KeyPoints, .value = WR_STR(answer_7)},
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_8)},
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_9)},
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_10)},
    {.stage = "draft", .schema = &schema_KeyPoints, .value = WR_STR(answer_11)},
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_12)},
    {.stage = "terms", .schema = &schema_Glossary, .value = WR_STR(answer_13)},
    {.stage = "draft", .schema = &schema_KeyPoints, .value = WR_STR(answer_14)},
};

const struct wr_known embedded_known = {
    .ways = ways,
    .way_count = WR_COUNT(ways),
    .requests = requests,
    .request_count = WR_COUNT(requests),
    .answers = answers,
    .answer_count = WR_COUNT(answers),
};
