/* Parses a pattern by recursive descent: either, concat, repeat, atom. What is not regular, or would
 * read otherwise elsewhere, is refused with its offset, a reason and a way out. */
#include "compiler/base/regex.h"

#include <string.h>

#define DEPTH_MAX 64
#define REPEAT_MAX 10000
#define PATTERN_MAX 4096 /* bytes; bounds the depth of the tree */

struct parser {
    struct wc_arena *arena;
    const char *start, *at, *end;
    int depth;
    struct wc_regex_error *error;
};

static struct wc_regex *refuse(struct parser *p, const char *at, const char *reason,
                               const char *help)
{
    if (!p->error->reason)
        *p->error = (struct wc_regex_error){(size_t)(at - p->start), reason, help};
    return NULL;
}

static bool looking_at(const struct parser *p, const char *text)
{
    size_t len = strlen(text);
    return (size_t)(p->end - p->at) >= len && memcmp(p->at, text, len) == 0;
}

static struct wc_regex *node(struct parser *p, enum wc_regex_kind kind, struct wc_regex *left,
                             struct wc_regex *right)
{
    struct wc_regex *regex = WC_NEW(p->arena, struct wc_regex);
    regex->kind = kind;
    regex->left = left;
    regex->right = right;
    return regex;
}

/* ---- characters ---------------------------------------------------------------------------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* `count` hex digits at `at`, or -1. */
static int32_t hex_digits(struct parser *p, int count)
{
    int32_t value = 0;
    for (int i = 0; i < count; i++) {
        int digit = p->at < p->end ? hex_value(*p->at++) : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* After `\u`: four digits, or as many as it takes in braces; or -1. */
static int32_t unicode_escape(struct parser *p)
{
    if (!looking_at(p, "{"))
        return hex_digits(p, 4);
    int32_t value = 0;
    const char *first = ++p->at;
    for (; p->at < p->end && *p->at != '}'; p->at++) {
        int digit = hex_value(*p->at);
        if (digit < 0 || value > WC_CODE_POINT_MAX)
            return -1;
        value = value * 16 + digit;
    }
    return p->at < p->end && p->at++ > first ? value : -1;
}

/* The code point of an escape whose letter comes next, or -1 with the error set. */
static int32_t escaped(struct parser *p, const char *escape)
{
    static const char letters[] = "nrtfv0", values[] = "\n\r\t\f\v\0";
    static const char marks[] = "^$\\.*+?()[]{}|/-\"'";
    char c = *p->at++;
    const char *letter = strchr(letters, c);
    if (c && letter)
        return values[letter - letters];
    if (c && strchr(marks, c))
        return c;
    if (c >= '1' && c <= '9')
        refuse(p, escape, "a backreference is not regular", "write the group out a second time");
    else if (c == 'b' || c == 'B')
        refuse(p, escape, "a word boundary is not known here",
               "say which characters may stand on both sides");
    if (c != 'x' && c != 'u') {
        refuse(p, escape, "this escape is not known",
               "escape marks only, and n r t f v 0 x u d w s");
        return -1;
    }
    int32_t value = c == 'x' ? hex_digits(p, 2) : unicode_escape(p);
    if (value < 0 || value > WC_CODE_POINT_MAX)
        refuse(p, escape, "this is no code point", "write \\x41, \\u00e9 or \\u{1f600}");
    else if (value >= 0xd800 && value <= 0xdfff)
        refuse(p, escape, "half of a surrogate pair is no character", "write \\u{1f600}");
    return p->error->reason ? -1 : value;
}

/* One code point of UTF-8 as written, or -1. */
static int32_t literal(struct parser *p)
{
    unsigned char first = (unsigned char)*p->at;
    int tails = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    int32_t value = tails == 0 ? first : first & (0x3f >> tails);
    static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
    const char *at = p->at++;
    bool good = first < 0x80 || (first >= 0xc2 && first <= 0xf4);
    for (int i = 0; i < tails && good; i++) {
        good = p->at < p->end && ((unsigned char)*p->at & 0xc0) == 0x80;
        if (good)
            value = value << 6 | (*p->at++ & 0x3f);
    }
    if (good && value >= least[tails] && value <= WC_CODE_POINT_MAX &&
        (value < 0xd800 || value > 0xdfff))
        return value;
    refuse(p, at, "this is not valid UTF-8", NULL);
    return -1;
}

/* ---- classes ------------------------------------------------------------------------------- */

/* A named class, or one code point in `*point`, which is else -1. False with the error set. */
static bool class_member(struct parser *p, struct wc_ranges *ranges, int32_t *point)
{
    const char *at = p->at;
    *point = -1;
    if (*p->at != '\\') {
        *point = literal(p);
        return *point >= 0;
    }
    if (++p->at == p->end)
        return refuse(p, at, "a backslash ends the pattern", "write \\\\ for a backslash");
    if (strchr("dDwWsS", *p->at) && *p->at)
        return wc_ranges_named(p->arena, ranges, *p->at++);
    if (*p->at == 'p' || *p->at == 'P')
        return refuse(p, at, "Unicode properties are not built", "list the ranges that you mean");
    *point = escaped(p, at);
    return *point >= 0;
}

static bool class_range(struct parser *p, struct wc_ranges *ranges)
{
    const char *at = p->at;
    int32_t first, last;
    if (!class_member(p, ranges, &first))
        return false;
    last = first;
    if (looking_at(p, "-") && p->end - p->at > 1 && p->at[1] != ']') {
        p->at++;
        if (!class_member(p, ranges, &last))
            return false;
        if (first < 0 || last < 0)
            return refuse(p, at, "a range needs a character on both sides",
                          "put the `-` last, or write \\-");
        if (first > last)
            return refuse(p, at, "this range is the wrong way round", NULL);
    }
    if (first >= 0)
        wc_ranges_add(p->arena, ranges, first, last);
    return true;
}

static struct wc_regex *class_of(struct parser *p)
{
    const char *open = p->at++;
    bool inverted = looking_at(p, "^");
    struct wc_regex *regex = node(p, WC_REGEX_CLASS, NULL, NULL);
    p->at += inverted;
    while (p->at < p->end && *p->at != ']') {
        if (*p->at == '[')
            return refuse(p, p->at, "a [ within a class is read differently by other engines",
                          "write \\[");
        if (!class_range(p, &regex->ranges))
            return NULL;
    }
    if (p->at == p->end)
        return refuse(p, open, "this class has no ]", NULL);
    p->at++;
    wc_ranges_normalise(&regex->ranges);
    if (inverted)
        wc_ranges_invert(p->arena, &regex->ranges);
    if (regex->ranges.list.count == 0)
        return refuse(p, open, "this class has no character in it", NULL);
    return regex;
}

static struct wc_regex *one_of(struct parser *p)
{
    struct wc_regex *regex = node(p, WC_REGEX_CLASS, NULL, NULL);
    int32_t point;
    if (*p->at == '.') {
        wc_ranges_named(p->arena, &regex->ranges, *p->at++);
    } else {
        if (!class_member(p, &regex->ranges, &point))
            return NULL;
        if (point >= 0)
            wc_ranges_add(p->arena, &regex->ranges, point, point);
    }
    wc_ranges_normalise(&regex->ranges);
    return regex;
}

/* ---- groups, repeats, sequences ------------------------------------------------------------ */

static struct wc_regex *either(struct parser *p);

static struct wc_regex *group(struct parser *p)
{
    const char *open = p->at++;
    if (looking_at(p, "?=") || looking_at(p, "?!") || looking_at(p, "?<=") || looking_at(p, "?<!"))
        return refuse(p, open, "lookaround is not supported",
                      "write the strings that are allowed as alternatives");
    if (looking_at(p, "?:"))
        p->at += 2;
    else if (looking_at(p, "?"))
        return refuse(p, open, "this kind of group is not known", "write (…) or (?:…)");
    if (++p->depth > DEPTH_MAX)
        return refuse(p, open, "more than 64 groups are in one another", NULL);
    struct wc_regex *inner = either(p);
    if (!inner)
        return NULL;
    if (!looking_at(p, ")"))
        return refuse(p, open, "this group has no )", NULL);
    p->at++;
    p->depth--;
    return inner;
}

static struct wc_regex *atom(struct parser *p)
{
    switch (*p->at) {
    case '(':
        return group(p);
    case '[':
        return class_of(p);
    case '^':
    case '$':
        return refuse(p, p->at, "an anchor says nothing here: the whole string is matched",
                      "leave it out; write \\^ or \\$ for the character");
    case '*':
    case '+':
    case '?':
    case '{':
        return refuse(p, p->at, "there is nothing to repeat", "escape it to mean the character");
    case ']':
    case '}':
        return refuse(p, p->at, "nothing was opened that this could close",
                      "escape it to mean the character");
    default:
        return one_of(p);
    }
}

/* A decimal number, or -1 where none stands; what is over REPEAT_MAX stays over it. */
static int count_of(struct parser *p)
{
    int value = -1;
    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++)
        if (value <= REPEAT_MAX)
            value = (value < 0 ? 0 : value) * 10 + (*p->at - '0');
    return value;
}

static bool braces(struct parser *p, int *min, int *max)
{
    const char *open = p->at++;
    *min = *max = count_of(p);
    if (looking_at(p, ",")) {
        p->at++;
        *max = count_of(p);
        if (*max < 0)
            *max = WC_REPEAT_INF;
    }
    if (*min < 0 || !looking_at(p, "}"))
        return refuse(p, open, "this repetition is malformed", "write {3}, {1,5} or {2,}");
    p->at++;
    if (*max != WC_REPEAT_INF && *max < *min)
        return refuse(p, open, "this repetition is the wrong way round", NULL);
    if (*min > REPEAT_MAX || *max > REPEAT_MAX)
        return refuse(p, open, "more than 10000 repetitions are not counted here",
                      "bound the string's length instead");
    return true;
}

static struct wc_regex *repeat(struct parser *p)
{
    struct wc_regex *inner = atom(p);
    if (!inner || p->at == p->end || !strchr("*+?{", *p->at) || !*p->at)
        return inner;
    struct wc_regex *regex = node(p, WC_REGEX_REPEAT, inner, NULL);
    regex->min = *p->at == '+';
    regex->max = *p->at == '?' ? 1 : WC_REPEAT_INF;
    if (*p->at != '{')
        p->at++;
    else if (!braces(p, &regex->min, &regex->max))
        return NULL;
    if (p->at < p->end && *p->at && strchr("*+?{", *p->at))
        return refuse(p, p->at, "a repetition follows a repetition",
                      "lazy and possessive make no difference here; group it if you mean both");
    return regex;
}

static struct wc_regex *concat(struct parser *p)
{
    struct wc_regex *all = node(p, WC_REGEX_EMPTY, NULL, NULL);
    while (p->at < p->end && *p->at != '|' && *p->at != ')') {
        struct wc_regex *next = repeat(p);
        if (!next)
            return NULL;
        all = all->kind == WC_REGEX_EMPTY ? next : node(p, WC_REGEX_CONCAT, all, next);
    }
    return all;
}

static struct wc_regex *either(struct parser *p)
{
    struct wc_regex *all = concat(p);
    while (all && looking_at(p, "|")) {
        p->at++;
        struct wc_regex *next = concat(p);
        all = next ? node(p, WC_REGEX_EITHER, all, next) : NULL;
    }
    return all;
}

struct wc_regex *wc_regex_parse(struct wc_arena *arena, const char *pattern, size_t len,
                                struct wc_regex_error *error)
{
    struct parser p = {arena, pattern, pattern, pattern + len, 0, error};
    *error = (struct wc_regex_error){0};
    if (len > PATTERN_MAX)
        return refuse(&p, pattern + PATTERN_MAX, "a pattern has at most 4096 bytes", NULL);
    struct wc_regex *regex = either(&p);
    if (regex && p.at < p.end)
        return refuse(&p, p.at, "nothing was opened that this could close",
                      "escape it to mean the character");
    return regex;
}
