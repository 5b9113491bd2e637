/* Text that generated code builds (paths, prompts, bodies) and the comparisons of strings it makes.
 * It knows UTF-8 and arenas; what needs JSON's writer is in json/keytext.c. */
#include "runtime/base/arena.h"
#include "runtime/base/quote.h"
#include "runtime/base/str.h"

#include <stdlib.h>
#include <string.h>

static char *room_for(struct wr_text *text, size_t more)
{
    if (text->room - text->len < more) {
        size_t room = text->room ? 2 * text->room : 64;
        while (room - text->len < more)
            room *= 2;
        text->data = wr_arena_grow(text->arena, text->data, text->room, room);
        text->room = room;
    }
    return text->data + text->len;
}

void wr_text_add(struct wr_text *text, struct wr_str plain)
{
    if (plain.len == 0)
        return;
    memcpy(room_for(text, plain.len), plain.ptr, plain.len);
    text->len += plain.len;
}

/* RFC 3986, section 2.3. */
static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void wr_text_url(struct wr_text *text, struct wr_str plain)
{
    static const char digits[] = "0123456789ABCDEF";
    /* "." and ".." alone would be a step in the path, and a server may undo %2E: no such hole. */
    bool dots = (plain.len == 1 && plain.ptr[0] == '.') ||
                (plain.len == 2 && plain.ptr[0] == '.' && plain.ptr[1] == '.');
    char *to = room_for(text, 3 * plain.len + 1);
    for (size_t i = 0; i < plain.len; i++) {
        unsigned char c = (unsigned char)plain.ptr[i];
        if (is_unreserved((char)c) && !dots) {
            *to++ = (char)c;
        } else {
            *to++ = '%';
            *to++ = dots ? '2' : digits[c >> 4];
            *to++ = dots ? 'E' : digits[c & 15];
        }
    }
    text->len = (size_t)(to - text->data);
}

size_t wr_int_text(char *out, int64_t number)
{
    char reversed[WR_INT_TEXT];
    size_t count = 0, len = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        out[len++] = '-';
    while (count)
        out[len++] = reversed[--count];
    return len;
}

void wr_text_int(struct wr_text *text, int64_t number)
{
    char digits[WR_INT_TEXT];
    wr_text_add(text, (struct wr_str){digits, wr_int_text(digits, number)});
}

void wr_text_bool(struct wr_text *text, bool value)
{
    wr_text_add(text, value ? WR_STR("true") : WR_STR("false"));
}

void wr_text_quote(struct wr_text *text, struct wr_str plain)
{
    text->len += wr_quote(room_for(text, WR_QUOTE_ROOM(plain.len)), plain.ptr, plain.len);
}

struct wr_str wr_text_done(const struct wr_text *text)
{
    return (struct wr_str){text->len ? text->data : "", text->len};
}

struct wr_str wr_str_of(const char *text)
{
    return text ? (struct wr_str){text, strlen(text)} : (struct wr_str){0};
}

bool wr_str_is(struct wr_str text, const char *word)
{
    return word && wr_str_equal(text, wr_str_of(word));
}

bool wr_str_equal(struct wr_str a, struct wr_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* In UTF-8 the order of bytes is the order of code points. */
int wr_str_compare(struct wr_str a, struct wr_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
    if (order == 0)
        return (a.len > b.len) - (a.len < b.len);
    return order < 0 ? -1 : 1;
}

bool wr_str_contains(struct wr_str text, struct wr_str part)
{
    return part.len == 0 ||
           (part.len <= text.len && memmem(text.ptr, text.len, part.ptr, part.len) != NULL);
}

bool wr_str_starts_with(struct wr_str text, struct wr_str start)
{
    return start.len == 0 || (start.len <= text.len && memcmp(text.ptr, start.ptr, start.len) == 0);
}
