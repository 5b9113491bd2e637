/* A text that a pattern matches: the pattern is read and walked in one go, each choice by chance.
 * It knows the syntax that the language has (docs/language.md, "Patterns"), nothing else. */
#include "runtime/sim/sample.h"

#include <stdlib.h>
#include <string.h>

#define REPEAT_MORE 6 /* how often what has no bound is repeated at most, beyond its least */

struct walk {
    const char *at;
    struct wr_text *out; /* NULL: only go past it */
    uint64_t *random;
    int depth;
    bool wrong;
};

static uint64_t below(struct walk *w, uint64_t n)
{
    return n ? wr_random_next(w->random) % n : 0;
}

static void add(struct walk *w, unsigned char byte)
{
    if (w->out)
        wr_text_add(w->out, (struct wr_str){(const char *)&byte, 1});
}

/* The bytes that an escape stands for, as a set. */
static void set_escape(struct walk *w, bool set[128])
{
    char what = *w->at++;
    const char *digits = "0123456789",
               *more = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    if (what == 'd' || what == 'w')
        for (const char *c = digits; *c; c++)
            set[(unsigned char)*c] = true;
    if (what == 'w')
        for (const char *c = more; *c; c++)
            set[(unsigned char)*c] = true;
    if (what == 's' || what == 't')
        set[what == 's' ? ' ' : '\t'] = true;
    else if (what == 'n' || what == 'r')
        set[what == 'n' ? '\n' : '\r'] = true;
    else if (strchr("DWSbBpPux", what) && what)
        w->wrong = true;
    else if (what && what != 'd' && what != 'w' && (unsigned char)what < 128)
        set[(unsigned char)what] = true;
}

static void set_class(struct walk *w, bool set[128])
{
    bool negated = *w->at == '^', first = true;
    w->at += negated;
    while (*w->at && (*w->at != ']' || first)) {
        first = false;
        if (*w->at == '\\') {
            w->at++;
            set_escape(w, set);
            continue;
        }
        unsigned char from = (unsigned char)*w->at++, to = from;
        if (*w->at == '-' && w->at[1] && w->at[1] != ']') {
            to = (unsigned char)(w->at[1] == '\\' ? w->at[2] : w->at[1]);
            w->at += w->at[1] == '\\' ? 3 : 2;
        }
        for (unsigned c = from; c <= to && c < 128; c++)
            set[c] = true;
    }
    w->at += *w->at == ']';
    for (unsigned c = 0; c < 128 && negated; c++)
        set[c] = !set[c] && c >= ' ' && c < 127;
}

static void add_one_of(struct walk *w, const bool set[128])
{
    unsigned count = 0;
    for (unsigned c = 0; c < 128; c++)
        count += set[c];
    if (count == 0) {
        w->wrong = true;
        return;
    }
    uint64_t nth = below(w, count);
    for (unsigned c = 0; c < 128; c++)
        if (set[c] && nth-- == 0)
            add(w, (unsigned char)c);
}

static void walk_choice(struct walk *w);

static void walk_atom(struct walk *w)
{
    bool set[128] = {false};
    char c = *w->at++;
    if (c == '(') {
        if (strncmp(w->at, "?:", 2) == 0)
            w->at += 2;
        else if (*w->at == '?')
            w->wrong = true;
        walk_choice(w);
        w->at += *w->at == ')';
        return;
    }
    if (c == '^' || c == '$')
        return;
    if ((unsigned char)c >= 128) { /* a code point stays as it is */
        add(w, (unsigned char)c);
        while (((unsigned char)*w->at & 0xc0) == 0x80)
            add(w, (unsigned char)*w->at++);
        return;
    }
    if (c == '[')
        set_class(w, set);
    else if (c == '\\')
        set_escape(w, set);
    else if (c == '.')
        memset(set + 'a', true, 26);
    else
        set[(unsigned char)c] = true;
    add_one_of(w, set);
}

/* {2}, {2,}, {2,4}, ?, *, +: how often. */
static uint64_t read_times(struct walk *w)
{
    unsigned long least = 1, most = 1;
    char c = *w->at;
    if (c == '?' || c == '*' || c == '+') {
        w->at++;
        least = c == '+';
        most = c == '?' ? 1 : least + REPEAT_MORE;
    } else if (c == '{') {
        char *end;
        least = most = strtoul(w->at + 1, &end, 10);
        if (*end == ',' && end[1] == '}')
            most = least + REPEAT_MORE, end++;
        else if (*end == ',')
            most = strtoul(end + 1, &end, 10);
        w->at = *end == '}' ? end + 1 : end;
    } else {
        return 1;
    }
    w->at += *w->at == '?'; /* lazy: the same language */
    return most < least ? least : least + below(w, most - least + 1);
}

static void walk_piece(struct walk *w)
{
    const char *from = w->at;
    struct wr_text *out = w->out;
    w->out = NULL;
    walk_atom(w);
    uint64_t times = read_times(w);
    const char *after = w->at;
    w->out = out;
    for (uint64_t i = 0; i < times && out; i++) {
        w->at = from;
        walk_atom(w);
    }
    w->at = after;
}

/* Of a|b|c, one; the others are gone past. */
static void walk_choice(struct walk *w)
{
    const char *from = w->at;
    struct wr_text *out = w->out;
    uint64_t ways = 1;
    if (++w->depth > 20) {
        w->wrong = true;
        w->depth--;
        w->at += strlen(w->at);
        return;
    }
    w->out = NULL;
    for (; *w->at && *w->at != ')'; ways += *w->at == '|', w->at += *w->at == '|')
        while (*w->at && *w->at != '|' && *w->at != ')')
            walk_piece(w);
    w->at = from;
    uint64_t taken = below(w, ways);
    for (uint64_t way = 0; way < ways; way++) {
        w->out = way == taken ? out : NULL;
        while (*w->at && *w->at != '|' && *w->at != ')')
            walk_piece(w);
        w->at += *w->at == '|';
    }
    w->out = out;
    w->depth--;
}

bool wr_sample_pattern(struct wr_text *out, const char *pattern, uint64_t *random)
{
    struct walk walk = {.at = pattern, .out = out, .random = random};
    walk_choice(&walk);
    return !walk.wrong && *walk.at == '\0';
}
