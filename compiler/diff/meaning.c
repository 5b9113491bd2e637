/* What expressions say, whatever their schemas and variables are called: the contract has them as text, in which a
 * schema's name that only one side has stands for what it is, and a variable for its number. What stands in quotes
 * is what it is. */
#include "compiler/diff/rules.h"

#include <string.h>

enum { NAMES_MAX = 32, NEST_MAX = 32 };

struct reader {
    struct wc_diff *diff;
    const struct wc_meaning *side;
    const char *at;
    struct wc_buf out;
    const char *names[NAMES_MAX]; /* variables, as they are met */
    size_t lengths[NAMES_MAX], count;
    int braces[NEST_MAX]; /* of the code inside of `${` that is open */
    size_t nest;
    bool quoted;
};

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* Of a schema that the other side does not have. */
static const char *hash_of(const struct reader *r, const char *name, size_t len)
{
    bool old = r->side->old;
    const json_t *here = old ? r->diff->old_shapes.schemas : r->diff->new_shapes.schemas;
    const json_t *there = old ? r->diff->new_shapes.schemas : r->diff->old_shapes.schemas;
    const char *text = wc_print(r->diff, "%.*s", (int)len, name);
    return json_object_get(there, text) ? "" : wc_text_at(json_object_get(here, text), "x-hash");
}

static size_t number_of(const struct reader *r, const char *name, size_t len)
{
    for (size_t i = r->count; i > 0; i--)
        if (r->lengths[i - 1] == len && strncmp(r->names[i - 1], name, len) == 0)
            return i;
    return 0;
}

static void word(struct reader *r, const char *start, const char *text, size_t len)
{
    char before = start < text ? text[-1] : ' ';
    if (before == '(' && strncmp(text + len, " in ", 4) == 0 && r->count < NAMES_MAX) {
        r->names[r->count] = text;
        r->lengths[r->count++] = len;
    }
    size_t number = before == '.' ? 0 : number_of(r, text, len);
    const char *hash = before == '.' ? "" : hash_of(r, text, len);
    if (number)
        wc_buf_printf(&r->out, "$%zu", number);
    else if (*hash)
        wc_buf_text(&r->out, hash);
    else
        wc_buf_add(&r->out, text, len);
}

/* A quote, a brace, or the beginning of a hole; false where holes are too deep. */
static bool mark(struct reader *r)
{
    char c = *r->at;
    if (r->quoted && c == '\\' && r->at[1]) {
        wc_buf_char(&r->out, *r->at++);
    } else if (c == '"') {
        r->quoted = !r->quoted;
    } else if (r->quoted && c == '$' && r->at[1] == '{') {
        if (r->nest == NEST_MAX)
            return false;
        r->braces[r->nest++] = 0;
        r->quoted = false;
        wc_buf_char(&r->out, *r->at++);
    } else if (!r->quoted && r->nest) {
        r->braces[r->nest - 1] += (c == '{') - (c == '}');
        if (r->braces[r->nest - 1] < 0) {
            r->nest--;
            r->quoted = true;
        }
    }
    wc_buf_char(&r->out, *r->at++);
    return true;
}

const char *wc_meaning_of(struct wc_diff *diff, const struct wc_meaning *side, const char *text)
{
    struct reader r = {.diff = diff, .side = side, .at = text};
    bool good = true;
    if (side->item && *side->item) {
        r.names[r.count] = side->item;
        r.lengths[r.count++] = strlen(side->item);
    }
    while (good && *r.at) {
        size_t len = r.quoted ? 0 : strspn(r.at, WORD);
        if (len)
            word(&r, text, r.at, len);
        else
            good = mark(&r);
        r.at += len;
    }
    const char *all = good && r.out.data ? wc_print(diff, "%s", r.out.data) : text;
    wc_buf_free(&r.out);
    return all;
}

static bool objects(struct wc_diff *diff, const struct wc_meaning *old_side, const json_t *old,
                    const struct wc_meaning *new_side, const json_t *new)
{
    const char *key;
    json_t *value;
    if (json_object_size(old) != json_object_size(new))
        return false;
    json_object_foreach((json_t *)old, key, value)
    {
        if (!wc_means_the_same(diff, old_side, value, new_side, json_object_get(new, key)))
            return false;
    }
    return true;
}

bool wc_means_the_same(struct wc_diff *diff, const struct wc_meaning *old_side, const json_t *old,
                       const struct wc_meaning *new_side, const json_t *new)
{
    if (!old || !new || json_typeof(old) != json_typeof(new))
        return old == new;
    if (json_is_object(old))
        return objects(diff, old_side, old, new_side, new);
    if (json_is_array(old)) {
        bool same = json_array_size(old) == json_array_size(new);
        for (size_t i = 0; same && i < json_array_size(old); i++)
            same = wc_means_the_same(diff, old_side, json_array_get(old, i), new_side,
                                     json_array_get(new, i));
        return same;
    }
    if (!json_is_string(old))
        return wc_same(old, new);
    return strcmp(wc_meaning_of(diff, old_side, json_string_value(old)),
                  wc_meaning_of(diff, new_side, json_string_value(new))) == 0;
}
