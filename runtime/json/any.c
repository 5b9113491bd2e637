/* Values of the type `any`: JSON of no schema, kept as text. Its syntax is checked as everything's, a
 * name may not come twice in any of its objects, and how deep and how large it is has a bound. */
#include "runtime/json/scan.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* How a well-formed text is nested, and its bytes without the white space between its parts. */
struct measure {
    size_t depth, len;
};

/* Writes the text without white space to `to`, unless that is NULL. */
static struct measure without_space(struct wr_str text, char *to)
{
    struct measure measure = {0};
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!quoted && is_space(c))
            continue;
        if (to)
            to[measure.len] = c;
        measure.len++;
        if (quoted && c == '\\' && i + 1 < text.len) {
            if (to)
                to[measure.len] = text.ptr[i + 1];
            measure.len++;
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '{' || c == '[')) {
            depth++;
            measure.depth = depth > measure.depth ? depth : measure.depth;
        } else if (!quoted && (c == '}' || c == ']')) {
            depth--;
        }
    }
    return measure;
}

/* The value's text; false where it is none, or has a name twice. What others wrote is held to that,
 * too: the text is read again, by who knows nothing of where it came from. */
static bool take_text(struct wr_reader *in, struct wr_str *text)
{
    bool last_wins = in->last_wins;
    size_t before = in->fault_total;
    wr_next(in);
    const char *start = in->at;
    in->last_wins = false;
    bool good = wr_skip_value(in);
    in->last_wins = last_wins;
    in->mark = start;
    *text = (struct wr_str){start, (size_t)(in->at - start)};
    return good && in->fault_total == before;
}

/* The value that a string has within it. */
static bool take_quoted(struct wr_reader *in, struct wr_str *text)
{
    struct wr_reader within;
    wr_next(in);
    const char *start = in->at;
    if (!wr_read_string(in, text, 0, SIZE_MAX, WR_BYTES))
        return false;
    in->mark = start;
    wr_reader_init(&within, in->arena, *text);
    return wr_json_check(&within) || wr_fault(in, "json", "must be one JSON value, as text");
}

bool wr_read_json(struct wr_reader *in, struct wr_str *to, size_t min, size_t max)
{
    struct wr_str text;
    bool quoted = wr_next(in) == '"' && in->any_is_text;
    if (!(quoted ? take_quoted : take_text)(in, &text))
        return false;
    struct measure measure = without_space(text, NULL);
    if (measure.depth > WR_ANY_DEPTH)
        return wr_fault(in, "maxDepth", "must have at most %d objects and lists in one another",
                        WR_ANY_DEPTH);
    if (measure.len > max)
        return wr_fault(in, "maxBytes", "must have at most %zu bytes, and has %zu", max,
                        measure.len);
    if (measure.len < min)
        return wr_fault(in, "minBytes", "must have at least %zu bytes, and has %zu", min,
                        measure.len);
    if (measure.len < text.len) {
        char *copy = wr_take_memory(in, measure.len);
        if (!copy)
            return false;
        without_space(text, copy);
        text = (struct wr_str){copy, measure.len};
    }
    *to = text;
    return true;
}
