/* A JSON document as text, numbers in their shortest form: 0.4 is not 0.40000000000000002. For the operator's
 * commands, which have read a reply; knows nothing of what it says. */
#include "runtime/app/operator.h"

#include "runtime/base/str.h"
#include "wright/generated.h"

#include <string.h>

#define STEP 2

struct page {
    struct wr_text out;
    bool wide; /* one thing a line */
    size_t depth;
};

static void line(struct page *page)
{
    if (!page->wide)
        return;
    WR_ADD(&page->out, "\n");
    for (size_t i = 0; i < page->depth * STEP; i++)
        WR_ADD(&page->out, " ");
}

static void put(struct page *page, const json_t *value);

static void put_list(struct page *page, const json_t *list)
{
    size_t at;
    json_t *item;
    WR_ADD(&page->out, "[");
    page->depth++;
    json_array_foreach(list, at, item)
    {
        if (at)
            WR_ADD(&page->out, ",");
        line(page);
        put(page, item);
    }
    page->depth--;
    if (json_array_size(list))
        line(page);
    WR_ADD(&page->out, "]");
}

static void put_object(struct page *page, json_t *object)
{
    const char *key;
    json_t *value;
    bool first = true;
    WR_ADD(&page->out, "{");
    page->depth++;
    json_object_foreach(object, key, value)
    {
        if (!first)
            WR_ADD(&page->out, ",");
        first = false;
        line(page);
        wr_text_quote(&page->out, wr_str_of(key));
        wr_text_add(&page->out, page->wide ? WR_STR(": ") : WR_STR(":"));
        put(page, value);
    }
    page->depth--;
    if (!first)
        line(page);
    WR_ADD(&page->out, "}");
}

static void put(struct page *page, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        put_object(page, (json_t *)value);
        break;
    case JSON_ARRAY:
        put_list(page, value);
        break;
    case JSON_STRING:
        wr_text_quote(&page->out,
                      (struct wr_str){json_string_value(value), json_string_length(value)});
        break;
    case JSON_INTEGER:
        wr_text_int(&page->out, json_integer_value(value));
        break;
    case JSON_REAL:
        wr_text_number(&page->out, json_real_value(value));
        break;
    case JSON_TRUE:
        WR_ADD(&page->out, "true");
        break;
    case JSON_FALSE:
        WR_ADD(&page->out, "false");
        break;
    case JSON_NULL:
        WR_ADD(&page->out, "null");
    }
}

struct wr_str wr_json_text(struct wr_arena *arena, const json_t *value, bool wide)
{
    struct page page = {.out = {.arena = arena}, .wide = wide};
    put(&page, value);
    return wr_text_done(&page.out);
}
