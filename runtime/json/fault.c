/* What is wrong with a document: each fault with its pointer (RFC 6901), its rule and a sentence that
 * repeats no value, as values may be secret. Text from the document is cut, so that a hostile one
 * cannot multiply itself. */
#include "runtime/base/near.h"
#include "runtime/base/str.h"
#include "runtime/json/scan.h"

#include <stdio.h>
#include <string.h>

#define KEY_SHOWN 200     /* bytes of a key in a pointer */
#define POINTER_MAX 4096  /* bytes */
#define SENTENCE_MAX 1024 /* bytes */

/* ---- pointers ------------------------------------------------------------------------------ */

/* At most `len`, and not in the middle of a character. */
static size_t cut(const char *text, size_t len, size_t most)
{
    if (len <= most)
        return len;
    while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static size_t put_key(char *out, const char *key, size_t len)
{
    size_t shown = cut(key, len, KEY_SHOWN), n = 0;
    out[n++] = '/';
    for (size_t i = 0; i < shown; i++) {
        char c = key[i];
        if (c == '~' || c == '/') {
            out[n++] = '~';
            c = c == '~' ? '0' : '1';
        }
        out[n++] = c;
    }
    if (shown < len) {
        memcpy(out + n, "…", sizeof "…" - 1);
        n += sizeof "…" - 1;
    }
    return n;
}

/* The pointer of the value under way, or of its member `name`. */
static struct wr_str pointer(struct wr_reader *in, const struct wr_str *name)
{
    char text[POINTER_MAX];
    const size_t step_max = 2 * KEY_SHOWN + 8;
    size_t len = 0;
    for (size_t i = 1; i <= in->depth && len + 2 * step_max < sizeof text; i++) {
        const struct wr_step *step = &in->path[i];
        if (step->key)
            len += put_key(text + len, step->key, step->len);
        else if (step->len != SIZE_MAX)
            len += (size_t)snprintf(text + len, step_max, "/%zu", step->len);
    }
    if (name)
        len += put_key(text + len, name->ptr, name->len);
    char *copy = wr_arena_copy(in->arena, text, len);
    return copy ? (struct wr_str){copy, len} : WR_STR("");
}

/* ---- faults -------------------------------------------------------------------------------- */

static void keep(struct wr_reader *in, size_t offset, struct wr_str where, const char *rule,
                 const char *sentence)
{
    size_t size = sizeof *in->faults;
    struct wr_fault *all =
        wr_arena_grow(in->arena, in->faults, in->fault_count * size, (in->fault_count + 1) * size);
    char *message = wr_arena_copy(in->arena, sentence, strlen(sentence));
    if (!all || !message) {
        wr_fault_memory(in);
        return;
    }
    in->faults = all;
    all[in->fault_count++] = (struct wr_fault){where, rule, wr_str_of(message), offset};
}

static bool is_listed(struct wr_reader *in)
{
    in->fault_total++;
    if (in->state == WR_READ_OK)
        in->state = WR_READ_INVALID;
    return in->fault_count < WR_FAULTS_MAX && !in->stopped;
}

bool wr_fault(struct wr_reader *in, const char *rule, const char *format, ...)
{
    if (!is_listed(in))
        return false;
    char sentence[SENTENCE_MAX];
    size_t len = 0;
    if (in->in_key) {
        memcpy(sentence, "its key ", 8);
        len = 8;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(sentence + len, sizeof sentence - len, format, args);
    va_end(args);
    keep(in, (size_t)(in->mark - in->start), pointer(in, NULL), rule, sentence);
    return false;
}

bool wr_fault_member(struct wr_reader *in, size_t offset, struct wr_str name, const char *rule,
                     const char *message)
{
    if (is_listed(in))
        keep(in, offset, pointer(in, &name), rule, message);
    return false;
}

/* One fault alone, and no more reading. */
static bool stop(struct wr_reader *in, enum wr_read_end state, struct wr_fault fault)
{
    in->stopped = true;
    in->state = state;
    in->last = fault;
    in->faults = &in->last;
    in->fault_count = in->fault_total = 1;
    in->at = in->end;
    return false;
}

bool wr_fault_memory(struct wr_reader *in)
{
    if (in->stopped)
        return false;
    struct wr_str sentence = WR_STR("takes more memory than one document may");
    return stop(in, WR_READ_MEMORY, (struct wr_fault){WR_STR(""), "memory", sentence, 0});
}

bool wr_fault_syntax(struct wr_reader *in, const char *at, const char *message)
{
    size_t line = 1, column = 1;
    if (in->stopped)
        return false;
    if (at == in->end)
        message = "it ends too early";
    for (const char *p = in->start; p < at; p++) {
        column += ((unsigned char)*p & 0xc0) != 0x80;
        if (*p == '\n') {
            line++;
            column = 1;
        }
    }
    char sentence[SENTENCE_MAX];
    snprintf(sentence, sizeof sentence, "is not JSON: %s, at line %zu, column %zu", message, line,
             column);
    struct wr_str text = wr_arena_str(in->arena, wr_str_of(sentence));
    return stop(in, WR_READ_SYNTAX,
                (struct wr_fault){pointer(in, NULL), "json", text, (size_t)(at - in->start)});
}

static const char *kind_at(const struct wr_reader *in)
{
    switch (in->at < in->end ? *in->at : 0) {
    case '{':
        return "an object";
    case '[':
        return "a list";
    case '"':
        return "a string";
    case 't':
    case 'f':
        return "a boolean";
    case 'n':
        return "null";
    default:
        return "a number";
    }
}

bool wr_fault_type(struct wr_reader *in, const char *wanted)
{
    if (in->stopped)
        return false;
    const char *kind = kind_at(in);
    wr_fault(in, "type", "must be %s, not %s", wanted, kind);
    wr_skip_value(in);
    return false;
}

/* ---- did you mean -------------------------------------------------------------------------- */

const char *wr_unknown_field(struct wr_reader *in, const struct wr_shape *shape, struct wr_str name)
{
    size_t best = (name.len < 6 ? 1 : name.len / 3) + 1;
    const struct wr_str *near = NULL;
    for (size_t i = 0; i < shape->count && name.len <= WR_NEAR_MAX; i++) {
        const struct wr_str *field = &shape->fields[i].name;
        size_t edits = wr_edits(field->ptr, field->len, name.ptr, name.len);
        if (edits < best) {
            best = edits;
            near = field;
        }
    }
    if (!near)
        return "is not a field here";
    const char *text = wr_arena_printf(in->arena, "is not a field here; did you mean \"%.*s\"?",
                                       (int)near->len, near->ptr);
    return text ? text : "is not a field here";
}
