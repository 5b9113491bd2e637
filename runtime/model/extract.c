/* Finding the one JSON value in a text, and mending what can be read in one way only. */
#include "runtime/model/extract.h"

#include "runtime/json/reader.h"

#include <string.h>

static bool is_json(struct wr_arena *scratch, struct wr_str text)
{
    struct wr_reader in;
    wr_reader_init(&in, scratch, text);
    bool good = wr_json_check(&in);
    wr_arena_reset(scratch);
    return good;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct wr_str trimmed(struct wr_str text)
{
    while (text.len > 0 && is_space(*text.ptr))
        text = (struct wr_str){text.ptr + 1, text.len - 1};
    while (text.len > 0 && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Where `part` begins in `text` from `from` on, or the text's length. */
static size_t find(struct wr_str text, size_t from, const char *part)
{
    size_t len = strlen(part);
    if (from > text.len)
        return text.len;
    const char *at = memmem(text.ptr + from, text.len - from, part, len);
    return at ? (size_t)(at - text.ptr) : text.len;
}

static struct wr_str slice(struct wr_str text, size_t from, size_t to)
{
    return (struct wr_str){text.ptr + from, to - from};
}

/* Some servers leave a model's thoughts before its answer. */
static struct wr_str without_thoughts(struct wr_str text)
{
    static const char *const ends[] = {"</think>", "</thinking>", "</reasoning>"};
    static const char *const begins[] = {"<think>", "<thinking>", "<reasoning>"};
    for (size_t i = 0; i < 3; i++) {
        size_t at = find(text, 0, ends[i]);
        if (at < text.len && find(text, 0, begins[i]) == 0)
            return trimmed(slice(text, at + strlen(ends[i]), text.len));
    }
    return text;
}

/* ---- mending -------------------------------------------------------------------------------- */

/* Past white space; the byte that comes, or NUL at the end. */
static char next_byte(struct wr_str text, size_t at)
{
    while (at < text.len && is_space(text.ptr[at]))
        at++;
    return at < text.len ? text.ptr[at] : '\0';
}

/* A control character within a string, as JSON writes it. */
static size_t escape(char *to, char c)
{
    static const char hex[] = "0123456789abcdef";
    const char *names = "\bb\tt\nn\ff\rr";
    to[0] = '\\';
    for (size_t i = 0; i < 10; i += 2) {
        if (names[i] == c) {
            to[1] = names[i + 1];
            return 2;
        }
    }
    memcpy(to + 1, "u00", 3);
    to[4] = hex[(c >> 4) & 15];
    to[5] = hex[c & 15];
    return 6;
}

/* Without commas before a closing bracket, line breaks in strings escaped, and \' as '. Each can mean one
 * thing only. */
static struct wr_str mended(struct wr_arena *arena, struct wr_str text)
{
    char *made = wr_arena_alloc(arena, text.len * 6 + 1);
    size_t len = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        char next = in_string ? '\0' : next_byte(text, i + 1);
        if (in_string && c == '\\' && i + 1 < text.len) {
            if (text.ptr[i + 1] != '\'')
                made[len++] = c;
            c = text.ptr[++i];
        } else if (c == '"') {
            in_string = !in_string;
        } else if (in_string && (unsigned char)c < ' ') {
            len += escape(made + len, c);
            continue;
        } else if (!in_string && c == ',' && (next == '}' || next == ']')) {
            continue;
        }
        made[len++] = c;
    }
    return (struct wr_str){made, len};
}

/* Is `text` one JSON value, as it is or mended? */
static bool reads(struct wr_arena *arena, struct wr_arena *scratch, struct wr_str text,
                  struct wr_str *json, bool *mending)
{
    *mending = false;
    *json = text;
    if (text.len == 0 || (*text.ptr != '{' && *text.ptr != '['))
        return false;
    if (is_json(scratch, text))
        return true;
    struct wr_str other = mended(arena, text);
    if (!is_json(scratch, other))
        return false;
    *mending = true;
    *json = other;
    return true;
}

/* ---- finding -------------------------------------------------------------------------------- */

/* Just past the object or list that begins at `at`, or 0 where it does not end. */
static size_t balanced(struct wr_str text, size_t at)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = at; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

struct found {
    struct wr_str json;
    bool mending;
    size_t count;
};

static void found_one(struct wr_arena *arena, struct wr_arena *scratch, struct wr_str part,
                      struct found *found)
{
    struct wr_str json;
    bool mending;
    if (!reads(arena, scratch, part, &json, &mending))
        return;
    found->count++;
    found->json = json;
    found->mending = mending;
}

/* ```json … ```; a fence that is not closed is half an answer. */
static struct found in_fences(struct wr_arena *arena, struct wr_arena *scratch, struct wr_str text)
{
    struct found found = {0};
    size_t at = find(text, 0, "```");
    while (at < text.len) {
        size_t line = find(text, at, "\n");
        size_t end = find(text, at + 3, "\n```");
        if (line >= text.len || end >= text.len)
            break;
        found_one(arena, scratch, trimmed(slice(text, line < end ? line : end, end)), &found);
        at = find(text, end + 4, "```");
    }
    return found;
}

/* Objects among words. One that begins and does not end makes the text uncertain. */
static struct found in_prose(struct wr_arena *arena, struct wr_arena *scratch, struct wr_str text)
{
    struct found found = {0};
    for (size_t at = find(text, 0, "{"); at < text.len;) {
        size_t end = balanced(text, at);
        if (end == 0)
            return (struct found){.count = 2};
        found_one(arena, scratch, slice(text, at, end), &found);
        at = find(text, end, "{");
    }
    return found;
}

void wr_extract(struct wr_arena *arena, struct wr_arena *scratch, struct wr_str text,
                struct wr_str *json, const char **how)
{
    bool mending;
    *how = "";
    *json = text;
    if (is_json(scratch, text))
        return;
    struct wr_str rest = trimmed(text);
    if (rest.len >= 3 && memcmp(rest.ptr, "\xEF\xBB\xBF", 3) == 0)
        rest = trimmed(slice(rest, 3, rest.len));
    struct wr_str answer = without_thoughts(rest);
    bool thought = answer.len != rest.len;
    rest = answer;
    if (reads(arena, scratch, rest, json, &mending)) {
        *how = !thought  ? "mended"
               : mending ? "taken from after a thought and mended"
                         : "taken from after a thought";
        return;
    }
    struct found found = in_fences(arena, scratch, rest);
    const char *place = found.mending ? "taken from a fence and mended" : "taken from a fence";
    if (found.count == 0) {
        found = in_prose(arena, scratch, rest);
        place = found.mending ? "taken from among words and mended" : "taken from among words";
    }
    *json = found.count == 1 ? found.json : text;
    *how = found.count == 1 ? place : "";
}
