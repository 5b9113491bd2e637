/* The few things that every JSON document here is made with. */
#include "compiler/emit/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void out_of_memory(void)
{
    fputs("wright: out of memory\n", stderr);
    exit(70);
}

void wc_set(json_t *object, const char *name, json_t *value_take)
{
    if (json_object_set_new(object, name, value_take) != 0)
        out_of_memory();
}

void wc_append(json_t *array, json_t *value_take)
{
    if (json_array_append_new(array, value_take) != 0)
        out_of_memory();
}

void wc_set_text(json_t *object, const char *name, const char *text)
{
    if (text)
        wc_set(object, name, json_string(text));
}

void wc_set_number(json_t *object, const char *name, int64_t number)
{
    if (number != 0)
        wc_set(object, name, json_integer(number));
}

void wc_set_flag(json_t *object, const char *name, bool set)
{
    if (set)
        wc_set(object, name, json_true());
}

struct item {
    char *text;
    json_t *json; /* borrowed */
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->text, ((const struct item *)b)->text);
}

json_t *wc_sorted_take(json_t *array_take)
{
    size_t count = json_array_size(array_take);
    struct item *items = calloc(count + 1, sizeof *items);
    json_t *sorted = json_array();
    if (!items)
        out_of_memory();
    for (size_t i = 0; i < count; i++) {
        items[i].json = json_array_get(array_take, i);
        items[i].text = json_dumps(items[i].json, JSON_SORT_KEYS | JSON_ENCODE_ANY);
        if (!items[i].text)
            out_of_memory();
    }
    qsort(items, count, sizeof *items, compare);
    for (size_t i = 0; i < count; i++) {
        wc_append(sorted, json_incref(items[i].json));
        free(items[i].text);
    }
    free(items);
    json_decref(array_take);
    return sorted;
}

static int add(const char *text, size_t len, void *out)
{
    wc_buf_add(out, text, len);
    return 0;
}

void wc_json_take(struct wc_buf *out, json_t *json_take, enum wc_layout layout)
{
    static const size_t flags[] = {
        [WC_COMPACT_SORTED] = JSON_COMPACT | JSON_SORT_KEYS,
        [WC_COMPACT] = JSON_COMPACT,
        [WC_INDENTED_SORTED] = JSON_INDENT(2) | JSON_SORT_KEYS,
        [WC_INDENTED] = JSON_INDENT(2),
    };
    size_t all = flags[layout] | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15); /* 0.1, as written */
    if (json_dump_callback(json_take, add, out, all) != 0)
        out_of_memory();
    if (layout == WC_INDENTED_SORTED || layout == WC_INDENTED)
        wc_buf_char(out, '\n');
    json_decref(json_take);
}
