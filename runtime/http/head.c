/* A request's head from its lines: what the fields that frame a message say, RFC 9112 sections 3, 6
 * and 9. A line is looked at once it is whole, so that cutting the bytes elsewhere changes nothing. */
#include "runtime/http/lines.h"

#include <string.h>
#include <strings.h>

struct wr_refusal_text wr_refusal_text(enum wr_refusal refusal)
{
    static const struct wr_refusal_text texts[] = {{0, "", ""},
#define ROW(name, status, detail) {status, #name, detail},
                                                   WR_REFUSALS(ROW)
#undef ROW
    };
    return texts[refusal];
}

void wr_head_start(struct wr_head *head, uint32_t max_bytes, uint32_t max_fields)
{
    memset(head, 0, offsetof(struct wr_head, fields));
    head->content_length = -1;
    head->max_bytes = max_bytes;
    head->max_fields = max_fields < WR_HEAD_FIELDS ? max_fields : WR_HEAD_FIELDS;
}

static bool same_nocase(const char *a, size_t len, const char *lower)
{
    return strlen(lower) == len && strncasecmp(a, lower, len) == 0;
}

/* Has a comma-separated field value this token, in any case? */
static bool has_token(struct wr_str value, const char *token)
{
    const char *at = value.ptr, *end = value.ptr + value.len;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        while (at < stop && (*at == ' ' || *at == '\t'))
            at++;
        const char *last = stop;
        while (last > at && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (same_nocase(at, (size_t)(last - at), token))
            return true;
        at = comma ? comma + 1 : end;
    }
    return false;
}

static enum wr_parsed refuse(struct wr_head *head, enum wr_refusal refusal)
{
    head->refusal = refusal;
    return WR_PARSE_REFUSED;
}

static enum wr_refusal take_host(struct wr_head *head, struct wr_span span, const char *value)
{
    const char *end;
    if (head->has_host)
        return WR_REFUSAL_duplicate_host;
    head->has_host = true;
    /* the lexer stops at the line's end at the latest */
    if (span.len == 0 || !wr_line_host(value, &end) || end != value + span.len)
        return WR_REFUSAL_bad_host;
    if (!head->absolute)
        head->host = span; /* RFC 9112, 3.2.2: a target's own host goes before the field's */
    return WR_REFUSAL_NONE;
}

static enum wr_refusal take_length(struct wr_head *head, struct wr_span span, const char *value)
{
    if (head->content_length >= 0)
        return WR_REFUSAL_duplicate_content_length;
    if (span.len == 0 || span.len > 18)
        return WR_REFUSAL_bad_content_length;
    int64_t length = 0;
    for (uint32_t i = 0; i < span.len; i++) {
        if (value[i] < '0' || value[i] > '9')
            return WR_REFUSAL_bad_content_length;
        length = length * 10 + (value[i] - '0');
    }
    head->content_length = length;
    return WR_REFUSAL_NONE;
}

static enum wr_refusal take_encoding(struct wr_head *head, struct wr_span span, const char *value)
{
    if (head->has_encoding)
        return WR_REFUSAL_duplicate_transfer_encoding;
    head->has_encoding = true;
    if (!same_nocase(value, span.len, "chunked"))
        return WR_REFUSAL_unknown_transfer_encoding;
    head->chunked = true;
    return WR_REFUSAL_NONE;
}

static enum wr_refusal take_expect(struct wr_head *head, struct wr_span span, const char *value)
{
    if (head->http10)
        return WR_REFUSAL_NONE; /* RFC 9110, 10.1.1 */
    if (!same_nocase(value, span.len, "100-continue"))
        return WR_REFUSAL_unknown_expectation;
    head->expect_continue = true;
    return WR_REFUSAL_NONE;
}

/* The fields that say how the message is framed and what becomes of the connection. */
static enum wr_refusal take_known(struct wr_head *head, const char *base,
                                  const struct wr_field_span *field)
{
    const char *name = base + field->name.at, *value = base + field->value.at;
    switch (field->name.len) {
    case 4:
        if (strncasecmp(name, "host", 4) == 0)
            return take_host(head, field->value, value);
        break;
    case 6:
        if (strncasecmp(name, "expect", 6) == 0)
            return take_expect(head, field->value, value);
        break;
    case 10:
        if (strncasecmp(name, "connection", 10) == 0) {
            struct wr_str text = {value, field->value.len};
            head->connection_close |= has_token(text, "close");
            head->connection_keep_alive |= has_token(text, "keep-alive");
        }
        break;
    case 14:
        if (strncasecmp(name, "content-length", 14) == 0)
            return take_length(head, field->value, value);
        break;
    case 17:
        if (strncasecmp(name, "transfer-encoding", 17) == 0)
            return take_encoding(head, field->value, value);
        break;
    default:
        break;
    }
    return WR_REFUSAL_NONE;
}

/* `end` is one past the line's LF. */
static enum wr_refusal take_field(struct wr_head *head, const char *base, uint32_t end,
                                  const char *colon)
{
    if (head->field_count == head->max_fields)
        return WR_REFUSAL_too_many_fields;
    struct wr_field_span *field = &head->fields[head->field_count++];
    uint32_t at = (uint32_t)(colon - base);
    field->name = (struct wr_span){head->line, at - head->line};
    uint32_t from = at + 1, to = end - 2;
    while (from < to && (base[from] == ' ' || base[from] == '\t'))
        from++;
    while (to > from && (base[to - 1] == ' ' || base[to - 1] == '\t'))
        to--;
    field->value = (struct wr_span){from, to - from};
    return take_known(head, base, field);
}

static struct wr_span moved(struct wr_span span, uint32_t by)
{
    return (struct wr_span){span.at + by, span.len};
}

static enum wr_refusal take_request_line(struct wr_head *head, const char *base)
{
    struct wr_request_line line;
    enum wr_refusal refusal = wr_line_request(base + head->line, &line);
    if (refusal != WR_REFUSAL_NONE)
        return refusal;
    head->has_line = true;
    head->http10 = line.http10;
    head->method = moved(line.method, head->line);
    head->target = moved(line.target, head->line);
    head->path = moved(line.path, head->line);
    head->has_query = line.has_query;
    head->query = moved(line.query, head->line);
    head->absolute = line.has_host;
    if (line.has_host)
        head->host = moved(line.host, head->line);
    return WR_REFUSAL_NONE;
}

/* The whole head is there: what the fields say together. */
static enum wr_parsed finish(struct wr_head *head, uint32_t end)
{
    head->size = end;
    if (!head->has_host && !head->http10)
        return refuse(head, WR_REFUSAL_missing_host);
    if (head->has_encoding && head->http10)
        return refuse(head, WR_REFUSAL_encoding_in_http10);
    if (head->has_encoding && head->content_length >= 0)
        return refuse(head, WR_REFUSAL_length_and_encoding);
    head->keep_alive = !head->connection_close && (!head->http10 || head->connection_keep_alive);
    return WR_PARSE_DONE;
}

static enum wr_refusal too_large(const struct wr_head *head)
{
    return head->has_line ? WR_REFUSAL_header_too_large : WR_REFUSAL_target_too_long;
}

/* A line from head->line to `end`, one past its LF. MORE: go on with the next. */
static enum wr_parsed take_line(struct wr_head *head, const char *base, uint32_t end)
{
    const char *line = base + head->line;
    if (end - head->line < 2 || base[end - 2] != '\r')
        return refuse(head, WR_REFUSAL_bare_line_feed);
    enum wr_refusal refusal = WR_REFUSAL_NONE;
    if (!head->has_line) {
        if (end - head->line > 2) /* else an empty line before the request */
            refusal = take_request_line(head, base);
    } else {
        const char *colon = NULL;
        switch (wr_line_field(line, &colon)) {
        case WR_LINE_FIELD:
            refusal = take_field(head, base, end, colon);
            break;
        case WR_LINE_EMPTY:
            return finish(head, end);
        case WR_LINE_FOLDED:
            refusal = WR_REFUSAL_folded_line;
            break;
        case WR_LINE_SPACE:
            refusal = WR_REFUSAL_space_before_colon;
            break;
        case WR_LINE_BAD:
            refusal = WR_REFUSAL_bad_field;
            break;
        }
    }
    if (refusal != WR_REFUSAL_NONE)
        return refuse(head, refusal);
    head->line = end;
    return WR_PARSE_MORE;
}

/* Garbage is told by its first byte, without waiting for a line's end that may never come. */
static bool may_begin(char c)
{
    return c == '\r' || (c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", c));
}

enum wr_parsed wr_head_parse(struct wr_head *head, const char *base, size_t len)
{
    for (;;) {
        if (!head->has_line && head->line < len && !may_begin(base[head->line]))
            return refuse(head, WR_REFUSAL_bad_request_line);
        const char *feed =
            head->scanned < len ? memchr(base + head->scanned, '\n', len - head->scanned) : NULL;
        size_t end = feed ? (size_t)(feed - base) + 1 : len;
        if (end > head->max_bytes)
            return refuse(head, too_large(head));
        head->scanned = (uint32_t)end;
        if (!feed)
            return WR_PARSE_MORE;
        enum wr_parsed parsed = take_line(head, base, (uint32_t)end);
        if (parsed != WR_PARSE_MORE)
            return parsed;
    }
}
