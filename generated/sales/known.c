/* What the tests of sales 1.0.0 say of it: for the simulator and `wright test`.
 * Written by `wright compile` from sales.flow: edit that. */
#include "sales.h"

#include <wright/testing.h>

/* ---- transitions ----------------------------------------------------------------------------- */

static const struct wr_way ways[] = {
    {
        .stage = "gather",
        .on = WR_BIT(WR_CLASS_not_found),
        .member = "account",
        .line = 82,
        .text = "account.not_found -> fail unknown_account",
    },
    {
        .stage = "gather",
        .on = WR_ON_ERROR,
        .member = "account",
        .line = 83,
        .text = "account.error -> last_good",
    },
    {
        .stage = "gather",
        .on = WR_ON_ERROR,
        .member = "company",
        .line = 84,
        .text = "company.error -> write",
    },
    {.stage = "gather", .on = WR_ON_OK, .line = 81, .text = "ok -> write"},
    {.stage = "write", .on = WR_ON_OK, .line = 93, .text = "ok -> publish"},
    {.stage = "write", .on = WR_ON_REJECTED, .line = 94, .text = "rejected -> fail refused"},
    {.stage = "write", .on = WR_ON_ERROR, .line = 95, .text = "error -> outline"},
    {.stage = "outline", .on = WR_ON_OK, .line = 101, .text = "ok -> publish"},
    {.stage = "outline", .on = WR_ON_REJECTED, .line = 102, .text = "rejected -> fail refused"},
    {.stage = "outline", .on = WR_ON_ERROR, .line = 103, .text = "error -> facts"},
    {.stage = "facts", .on = WR_ON_OK, .line = 112, .text = "ok -> publish"},
    {.stage = "publish", .on = WR_ON_OK, .line = 117, .text = "ok -> save"},
    {.stage = "save", .on = WR_ON_OK, .line = 125, .text = "ok -> finish"},
    {.stage = "save", .on = WR_ON_TRANSIENT, .line = 126, .text = "transient -> later"},
    {.stage = "save", .on = WR_ON_TIMEOUT, .line = 126, .text = "timeout -> later"},
    {.stage = "save", .on = WR_ON_TRIPPED, .line = 126, .text = "tripped -> later"},
    {.stage = "save", .on = WR_ON_ERROR, .line = 127, .text = "error -> done fallback"},
    {.stage = "later", .on = WR_ON_OK, .line = 132, .text = "ok -> save"},
    {
        .stage = "later",
        .on = WR_BIT(WR_CLASS_expired),
        .line = 133,
        .text = "expired -> done fallback",
    },
    {.stage = "finish", .on = WR_ON_OK, .arm = 1, .line = 138, .text = "ok -> done full"},
    {.stage = "finish", .on = WR_ON_OK, .arm = 2, .line = 140, .text = "ok -> done fallback"},
    {.stage = "last_good", .on = WR_ON_OK, .line = 147, .text = "ok -> done fallback"},
    {.stage = "last_good", .on = WR_ON_ERROR, .line = 148, .text = "error -> fail crm_down"},
};

/* ---- what the tests send and answer ---------------------------------------------------------- */

static const char request_1[] =
    "{\"account_id\":\"ACME00042\",\"domain\":\"acme.example\",\"goal\":\"renewal\"}";

/* clang-format off */
static const struct wr_known_request requests[] = {
    {.body = WR_STR(request_1)},
};
/* clang-format on */

static const char answer_1[] =
    "{\"name\":\"Acme "
    "Bearings\",\"segment\":\"manufacturing\",\"owner\":\"ines@vendor.example\",\"since\":2019}";
static const char answer_2[] =
    "{\"articles\":[{\"title\":\"Acme opens a plant in "
    "Porto\",\"url\":\"https://news.example/acme-porto\",\"source\":\"news.example\"},{\"title\":"
    "\"Bearings makers see orders rise\",\"url\":\"https://news.example/orders\"}]}";
static const char answer_3[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";
static const char answer_4[] = "{\"id\":\"n_1\"}";
static const char answer_5[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";
static const char answer_6[] = "{\"id\":\"n_1\"}";
static const char answer_7[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";
static const char answer_8[] = "{\"id\":\"n_1\"}";
static const char answer_9[] =
    "{\"articles\":[{\"title\":\"Acme opens a plant in "
    "Porto\",\"url\":\"https://news.example/acme-porto\",\"source\":\"news.example\"},{\"title\":"
    "\"Bearings makers see orders rise\",\"url\":\"https://news.example/orders\"}]}";
static const char answer_10[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";
static const char answer_11[] = "{\"id\":\"n_1\"}";
static const char answer_12[] = "{\"industry\":\"Machinery\",\"about\":\"Bearings.\"}";
static const char answer_13[] =
    "{\"articles\":[{\"title\":\"Acme opens a plant in "
    "Porto\",\"url\":\"https://news.example/acme-porto\",\"source\":\"news.example\"},{\"title\":"
    "\"Bearings makers see orders rise\",\"url\":\"https://news.example/orders\"}]}";
static const char answer_14[] =
    "{\"headline\":\"Acme grows\",\"summary\":\"So it is said.\",\"signals\":[{\"claim\":\"It was "
    "in no article.\",\"url\":\"https://invented.example\"}]}";
static const char answer_15[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";
static const char answer_16[] = "{\"id\":\"n_1\"}";
static const char answer_17[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";
static const char answer_18[] = "{\"id\":\"n_1\"}";
static const char answer_19[] =
    "{\"headline\":\"Acme grows and will need more of everything\",\"summary\":\"A new plant in "
    "Porto doubles Acme's output of turbine bearings.\",\"signals\":[{\"claim\":\"A plant in "
    "Porto opened this spring.\",\"url\":\"https://news.example/acme-porto\"},{\"claim\":\"Its "
    "renewal is due.\"}]}";

static const struct wr_known_answer answers[] = {
    {.stage = "account", .schema = &schema_Account, .value = WR_STR(answer_1)},
    {.stage = "news", .schema = &schema_News, .value = WR_STR(answer_2)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_3)},
    {.stage = "save", .schema = &schema_Note, .value = WR_STR(answer_4)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_5)},
    {.stage = "save", .schema = &schema_Note, .value = WR_STR(answer_6)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_7)},
    {.stage = "save", .schema = &schema_Note, .value = WR_STR(answer_8)},
    {.stage = "news", .schema = &schema_News, .value = WR_STR(answer_9)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_10)},
    {.stage = "save", .schema = &schema_Note, .value = WR_STR(answer_11)},
    {.stage = "company", .schema = &schema_Company, .value = WR_STR(answer_12)},
    {.stage = "news", .schema = &schema_News, .value = WR_STR(answer_13)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_14)},
    {.stage = "outline", .schema = &schema_Narrative, .value = WR_STR(answer_15)},
    {.stage = "save", .schema = &schema_Note, .value = WR_STR(answer_16)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_17)},
    {.stage = "save", .schema = &schema_Note, .value = WR_STR(answer_18)},
    {.stage = "write", .schema = &schema_Narrative, .value = WR_STR(answer_19)},
};

const struct wr_known embedded_known = {
    .ways = ways,
    .way_count = WR_COUNT(ways),
    .requests = requests,
    .request_count = WR_COUNT(requests),
    .answers = answers,
    .answer_count = WR_COUNT(answers),
};
