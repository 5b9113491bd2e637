/* The ways in which a simulated service or model may misbehave, and their spelling. */
#include "compiler/tool/mock.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    enum wc_mock_kind kind;
    bool number;
} ways[] = {
    {"ok", WC_MOCK_OK, false},         {"silent", WC_MOCK_SILENT, false},
    {"slow", WC_MOCK_SLOW, true},      {"cut", WC_MOCK_CUT, false},
    {"stall", WC_MOCK_STALL, false},   {"malformed", WC_MOCK_MALFORMED, false},
    {"wrong", WC_MOCK_WRONG, false},   {"refuse", WC_MOCK_REFUSE, false},
    {"filter", WC_MOCK_FILTER, false}, {"length", WC_MOCK_LENGTH, false},
    {"fail", WC_MOCK_FAIL, true},
};

enum { WAY_COUNT = sizeof ways / sizeof *ways };

const char *wc_mock_ways(void)
{
    return "ok, silent, slow=MS, cut, stall, malformed, wrong, refuse, filter, length, fail=STATUS "
           "or STATUS; each with *N for N requests only";
}

/* Digits up to a limit; gives how many bytes they take, 0 where there are none. */
static size_t number(const char *text, size_t len, uint32_t max, uint32_t *value)
{
    uint64_t sum = 0;
    size_t i = 0;
    for (; i < len && text[i] >= '0' && text[i] <= '9' && sum <= max; i++)
        sum = sum * 10 + (uint64_t)(text[i] - '0');
    *value = (uint32_t)sum;
    return sum > max ? 0 : i;
}

static bool take_word(const char *text, size_t len, struct wc_mock_way *way)
{
    size_t word = 0;
    while (word < len && text[word] != '=')
        word++;
    for (size_t i = 0; i < WAY_COUNT; i++) {
        if (strlen(ways[i].word) != word || memcmp(ways[i].word, text, word) != 0)
            continue;
        way->kind = ways[i].kind;
        if (!ways[i].number)
            return word == len;
        return word < len && number(text + word + 1, len - word - 1, 3600000, &way->number) > 0 &&
               number(text + word + 1, len - word - 1, 3600000, &way->number) == len - word - 1;
    }
    way->kind = WC_MOCK_FAIL;
    return len > 0 && number(text, len, 599, &way->number) == len;
}

bool wc_mock_way_parse(const char *text, size_t len, struct wc_mock_way *way)
{
    const char *star = memchr(text, '*', len);
    *way = (struct wc_mock_way){WC_MOCK_OK, 0, 0};
    if (star) {
        size_t left = (size_t)(text + len - star) - 1;
        if (left == 0 || number(star + 1, left, 1000000, &way->times) != left || way->times == 0)
            return false;
        len = (size_t)(star - text);
    }
    if (!take_word(text, len, way))
        return false;
    return way->kind != WC_MOCK_FAIL || (way->number >= 400 && way->number <= 599);
}

void wc_mock_way_text(const struct wc_mock_way *way, char text[32])
{
    int len = snprintf(text, 32, "%s", ways[way->kind].word);
    if (ways[way->kind].number)
        len += snprintf(text + len, (size_t)(32 - len), "=%u", way->number);
    if (way->times)
        snprintf(text + len, (size_t)(32 - len), "*%u", way->times);
}

struct wc_mock_target *wc_mock_find(struct wc_mock *mock, const char *name, size_t len)
{
    WC_EACH(i, &mock->targets)
    if (strlen(mock->targets.items[i].name) == len &&
        memcmp(mock->targets.items[i].name, name, len) == 0)
        return &mock->targets.items[i];
    return NULL;
}

bool wc_mock_way_for(struct wc_mock_target *target, struct wr_exchange *exchange,
                     struct wc_mock_way *way)
{
    struct wr_str header;
    target->calls++;
    *way = target->way;
    if (wr_field(&exchange->request, "X-Wright-Mock", &header) > 0) {
        if (wc_mock_way_parse(header.ptr, header.len, way))
            return true;
        char message[320];
        snprintf(message, sizeof message, "X-Wright-Mock is one of: %s.", wc_mock_ways());
        wc_mock_refuse(exchange, 400, "bad_mock_header", message);
        return false;
    }
    if (target->way.times > 0 && --target->way.times == 0)
        target->way = (struct wc_mock_way){WC_MOCK_OK, 0, 0};
    return true;
}
