/* The writer. Strings are valid UTF-8 already, so only quotes, backslashes and control characters are
 * escaped, in the form of RFC 8785. */
#include "runtime/json/writer.h"

#include "runtime/base/quote.h"

#include "runtime/json/number.h"

#include <string.h>

static void add(struct wr_writer *out, const char *text, size_t len)
{
    wr_text_add(&out->text, (struct wr_str){text, len});
}

/* The comma before a value or a name, where one is due. */
static void begin(struct wr_writer *out)
{
    if (out->comma)
        add(out, ",", 1);
    out->comma = true;
}

static void open_with(struct wr_writer *out, const char *mark)
{
    begin(out);
    add(out, mark, 1);
    out->comma = false;
}

static void close_with(struct wr_writer *out, const char *mark)
{
    add(out, mark, 1);
    out->comma = true;
}

void wr_write_object(struct wr_writer *out)
{
    open_with(out, "{");
    if (!out->tag.ptr)
        return;
    wr_write_name(out, out->tag);
    out->tag = (struct wr_str){0};
    wr_write_string(out, out->tag_value);
}
void wr_write_object_end(struct wr_writer *out)
{
    close_with(out, "}");
}
void wr_write_list(struct wr_writer *out)
{
    open_with(out, "[");
}
void wr_write_list_end(struct wr_writer *out)
{
    close_with(out, "]");
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void add_escape(struct wr_writer *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char values[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = c ? strchr(values, c) : NULL;
    char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (found)
        escape[1] = letters[found - values];
    add(out, escape, found ? 2 : 6);
}

static void add_quoted(struct wr_writer *out, struct wr_str text)
{
    const char *start = text.ptr, *end = text.len ? text.ptr + text.len : text.ptr;
    add(out, "\"", 1);
    for (const char *at = start; (at = wr_plain_end(at, end)) < end; at++) {
        if (is_plain((unsigned char)*at))
            continue;
        add(out, start, (size_t)(at - start));
        add_escape(out, (unsigned char)*at);
        start = at + 1;
    }
    add(out, start, (size_t)(end - start));
    add(out, "\"", 1);
}

void wr_write_name(struct wr_writer *out, struct wr_str name)
{
    begin(out);
    add_quoted(out, name);
    add(out, ":", 1);
    out->comma = false;
}

void wr_write_string(struct wr_writer *out, struct wr_str text)
{
    begin(out);
    add_quoted(out, text);
}

void wr_write_int(struct wr_writer *out, int64_t number)
{
    char text[WR_NUMBER_TEXT];
    wr_write_json(out, (struct wr_str){text, wr_int_text(text, number)});
}

void wr_write_number(struct wr_writer *out, double number)
{
    char text[WR_NUMBER_TEXT];
    wr_write_json(out, (struct wr_str){text, wr_number_text(text, number)});
}

void wr_write_bool(struct wr_writer *out, bool value)
{
    wr_write_json(out, value ? WR_STR("true") : WR_STR("false"));
}

void wr_write_null(struct wr_writer *out)
{
    wr_write_json(out, WR_STR("null"));
}

void wr_write_json(struct wr_writer *out, struct wr_str json)
{
    begin(out);
    add(out, json.ptr, json.len);
}

struct wr_str wr_written(struct wr_writer *out)
{
    return wr_text_done(&out->text);
}

struct wr_str wr_encode(struct wr_arena *arena, const struct wr_schema *schema, const void *value)
{
    struct wr_writer out = wr_writer(arena);
    schema->encode(&out, value);
    return wr_written(&out);
}
