/* A document on one line, for people: keys in order, long texts and lists cut, and the whole as well. It is
 * written until there is enough of it, so that a large one costs no more than what is shown. */
#include "compiler/diff/render.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 640, LONG_TEXT = 40, HEAD = 12, ITEMS = 3 };

#define DOTS "\xe2\x80\xa6"

struct writer {
    struct wc_arena *arena;
    struct wc_buf out;
};

static void value(struct writer *writer, const json_t *json);

static bool is_full(const struct writer *writer)
{
    return writer->out.len > SHOWN;
}

/* The length of `text` up to `most` bytes, not within a code point. */
static size_t head_of(const char *text, size_t most)
{
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static void string(struct writer *writer, const json_t *json)
{
    const char *text = json_string_value(json);
    size_t len = json_string_length(json);
    if (len > LONG_TEXT)
        text = wc_arena_printf(writer->arena, "%.*s" DOTS " (%zu bytes)", (int)head_of(text, HEAD),
                               text, len);
    wc_buf_json(&writer->out, text, len > LONG_TEXT ? strlen(text) : len);
}

static void array(struct writer *writer, const json_t *json)
{
    size_t count = json_array_size(json);
    wc_buf_char(&writer->out, '[');
    for (size_t i = 0; i < count && !is_full(writer); i++) {
        if (i)
            wc_buf_char(&writer->out, ',');
        if (i == ITEMS && count > ITEMS + 1) {
            wc_buf_printf(&writer->out, "\"" DOTS " (%zu items)\"", count);
            break;
        }
        value(writer, json_array_get(json, i));
    }
    wc_buf_char(&writer->out, ']');
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void object(struct writer *writer, const json_t *json)
{
    size_t count = 0;
    const char **keys = WC_NEW_ARRAY(writer->arena, const char *, json_object_size(json) + 1), *key;
    json_t *member;
    json_object_foreach((json_t *)json, key, member)
    {
        keys[count++] = key;
    }
    qsort(keys, count, sizeof *keys, by_text);
    wc_buf_char(&writer->out, '{');
    for (size_t i = 0; i < count && !is_full(writer); i++) {
        if (i)
            wc_buf_char(&writer->out, ',');
        wc_buf_json(&writer->out, keys[i], strlen(keys[i]));
        wc_buf_char(&writer->out, ':');
        value(writer, json_object_get(json, keys[i]));
    }
    wc_buf_char(&writer->out, '}');
}

static void value(struct writer *writer, const json_t *json)
{
    char *dump;
    switch (json_typeof(json)) {
    case JSON_STRING:
        string(writer, json);
        return;
    case JSON_ARRAY:
        array(writer, json);
        return;
    case JSON_OBJECT:
        object(writer, json);
        return;
    default:
        dump = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        wc_buf_text(&writer->out, dump ? dump : "null");
        free(dump);
    }
}

const char *wc_diff_document(struct wc_arena *arena, const json_t *json)
{
    struct writer writer = {.arena = arena};
    const char *text;
    value(&writer, json);
    if (is_full(&writer))
        text = wc_arena_printf(arena, "%.*s" DOTS, (int)head_of(writer.out.data, SHOWN),
                               writer.out.data);
    else
        text = wc_arena_copy(arena, writer.out.data, writer.out.len);
    wc_buf_free(&writer.out);
    return text;
}
