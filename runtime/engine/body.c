/* Reading the JSON that event.c writes. */
#include "runtime/engine/body.h"

#include "runtime/base/arena.h"
#include "runtime/base/hex.h"

#include <string.h>

bool wr_body_word(struct wr_body *in, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
        return false;
    in->at += len;
    return true;
}

bool wr_body_int(struct wr_body *in, int64_t *number)
{
    bool negative = wr_body_word(in, "-");
    const char *start = in->at;
    uint64_t magnitude = 0;
    for (; in->at < in->end && *in->at >= '0' && *in->at <= '9'; in->at++) {
        if (in->at - start >= 19)
            return false;
        magnitude = magnitude * 10 + (uint64_t)(*in->at - '0');
    }
    if (in->at == start || magnitude > (uint64_t)INT64_MAX)
        return false;
    *number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

/* Past the closing quote; `in` stands behind the opening one. */
static bool skip_string(struct wr_body *in)
{
    while (in->at < in->end && *in->at != '"')
        in->at += *in->at == '\\' && in->end - in->at > 1 ? 2 : 1;
    return wr_body_word(in, "\"");
}

/* The character of the escape at `from`, behind the backslash; wr_quote() writes \u00xx only. */
static size_t unescape(const char *from, const char *end, char *to)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *found = from < end ? memchr(letters, *from, sizeof letters - 1) : NULL;
    if (found) {
        *to = meant[found - letters];
        return 1;
    }
    unsigned char byte;
    if (end - from < 5 || memcmp(from, "u00", 3) != 0 || !wr_unhex(&byte, 1, from + 3, 2) ||
        byte > 0x7f)
        return 0;
    *to = (char)byte;
    return 5;
}

bool wr_body_text(struct wr_body *in, struct wr_arena *arena, struct wr_str *text)
{
    if (!wr_body_word(in, "\""))
        return false;
    const char *from = in->at;
    if (!skip_string(in))
        return false;
    const char *end = in->at - 1;
    *text = (struct wr_str){from, (size_t)(end - from)};
    if (!memchr(from, '\\', text->len))
        return true;
    char *to = wr_arena_alloc(arena, text->len);
    text->ptr = to;
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        size_t taken = unescape(from + 1, end, to++);
        if (taken == 0)
            return false;
        from += taken + 1;
    }
    text->len = (size_t)(to - text->ptr);
    return true;
}

bool wr_body_value(struct wr_body *in, struct wr_str *bytes)
{
    const char *start = in->at;
    uint32_t depth = 0;
    while (in->at < in->end) {
        char c = *in->at;
        if (depth == 0 && in->at > start && (c == ',' || c == '}' || c == ']'))
            break;
        in->at++;
        if (c == '"' && !skip_string(in))
            return false;
        depth += c == '{' || c == '[';
        if (c == '}' || c == ']') {
            if (depth == 0)
                return false;
            depth--;
        }
    }
    *bytes = (struct wr_str){start, (size_t)(in->at - start)};
    return depth == 0 && bytes->len > 0 && *start != ',' && *start != ':';
}
