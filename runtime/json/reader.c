/* The document's structure: white space, objects by their shape, and values that are passed over. */
#include "runtime/json/reader.h"

#include "runtime/json/scan.h"

#include <string.h>

void wr_reader_init(struct wr_reader *in, struct wr_arena *arena, struct wr_str text)
{
    memset(in, 0, offsetof(struct wr_reader, path));
    in->start = in->at = in->mark = text.len ? text.ptr : "";
    in->end = in->start + text.len;
    in->arena = arena;
    in->memory_max = WR_DECODE_MEMORY;
}

void *wr_take_memory(struct wr_reader *in, size_t size)
{
    return wr_grow_memory(in, NULL, 0, size);
}

void *wr_grow_memory(struct wr_reader *in, void *old, size_t old_size, size_t new_size)
{
    size_t more = new_size - old_size;
    void *memory = NULL;
    if (more <= in->memory_max - in->memory_used)
        memory = wr_arena_grow(in->arena, old, old_size, new_size);
    if (!memory) {
        wr_fault_memory(in);
        return NULL;
    }
    in->memory_used += more;
    return memory;
}

int wr_next(struct wr_reader *in)
{
    const char *p = in->at;
    while (p < in->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    in->at = in->mark = p;
    return p < in->end ? (unsigned char)*p : -1;
}

bool wr_descend(struct wr_reader *in)
{
    if (in->depth == WR_DEPTH_MAX)
        return wr_fault_syntax(in, in->at, "more than 64 objects and lists are in one another");
    in->at++;
    in->depth++;
    in->shapes[in->depth] = NULL;
    wr_step_into(in, NULL, SIZE_MAX);
    return true;
}

void wr_ascend(struct wr_reader *in)
{
    in->at++;
    in->depth--;
}

bool wr_take_name(struct wr_reader *in, struct wr_str *name)
{
    if (wr_next(in) != '"')
        return wr_fault_syntax(in, in->at, "a name in quotes must come here");
    if (!wr_take_string(in, name, true))
        return false;
    if (wr_next(in) != ':')
        return wr_fault_syntax(in, in->at, "a colon must follow a name");
    in->at++;
    return true;
}

bool wr_take_comma(struct wr_reader *in, int next)
{
    in->at += next == ',';
    return next == ',';
}

/* ---- values that are passed over ----------------------------------------------------------- */

static bool skip_members(struct wr_reader *in)
{
    size_t before = in->key_count;
    if (!wr_descend(in))
        return false;
    for (int c = wr_next(in); c != '}'; c = wr_next(in)) {
        if (in->path[in->depth].key && !wr_take_comma(in, c))
            return wr_fault_syntax(in, in->at, "a comma or } must follow a member");
        struct wr_str name;
        wr_next(in);
        size_t offset = (size_t)(in->at - in->start);
        if (!wr_take_name(in, &name) || (!in->last_wins && !wr_members_add(in, name, offset)))
            return false;
        wr_step_into(in, name.ptr, name.len);
        if (!wr_skip_value(in))
            return false;
    }
    wr_members_check(in, before);
    wr_ascend(in);
    return !in->stopped;
}

static bool skip_items(struct wr_reader *in)
{
    size_t count = 0;
    if (!wr_descend(in))
        return false;
    while (wr_read_item(in, &count))
        if (!wr_skip_value(in))
            return false;
    return !in->stopped;
}

static bool skip_word(struct wr_reader *in, const char *word)
{
    const char *start = in->at;
    for (; *word; word++, in->at++)
        if (in->at == in->end || *in->at != *word)
            return wr_fault_syntax(in, in->at == in->end ? in->end : start, "this is no value");
    return true;
}

bool wr_skip_value(struct wr_reader *in)
{
    struct wr_str text;
    bool integral;
    int c = wr_next(in);
    switch (c) {
    case '{':
        return skip_members(in);
    case '[':
        return skip_items(in);
    case '"':
        return wr_take_string(in, &text, false);
    case 't':
        return skip_word(in, "true");
    case 'f':
        return skip_word(in, "false");
    case 'n':
        return skip_word(in, "null");
    case -1:
        return wr_fault_syntax(in, in->at, "it ends where a value must come");
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return wr_take_number(in, &text, &integral);
        return wr_fault_syntax(in, in->at,
                               c == 0xef ? "a byte order mark, or no value" : "this is no value");
    }
}

bool wr_read_null(struct wr_reader *in)
{
    return wr_next(in) == 'n' && skip_word(in, "null");
}

bool wr_read_bool(struct wr_reader *in, bool *to)
{
    int c = wr_next(in);
    if (c != 't' && c != 'f')
        return wr_fault_type(in, "true or false");
    *to = c == 't';
    return skip_word(in, *to ? "true" : "false");
}

bool wr_read_any(struct wr_reader *in, struct wr_str *to, size_t max)
{
    wr_next(in);
    const char *start = in->at;
    size_t before = in->fault_total;
    if (!wr_skip_value(in))
        return false;
    *to = (struct wr_str){start, (size_t)(in->at - start)};
    if (to->len <= max)
        return in->fault_total == before;
    in->mark = start;
    return wr_fault(in, "maxBytes", "must have at most %zu bytes, and has %zu", max, to->len);
}

/* ---- objects by their shape ----------------------------------------------------------------- */

bool wr_read_object(struct wr_reader *in, struct wr_object *object, const struct wr_shape *shape,
                    uint64_t *seen)
{
    if (wr_next(in) != '{')
        return wr_fault_type(in, "an object");
    *object = (struct wr_object){.shape = shape,
                                 .seen = seen,
                                 .start = (size_t)(in->at - in->start),
                                 .faults_before = in->fault_total,
                                 .keys_before = in->key_count,
                                 .tag = in->tag};
    in->tag = (struct wr_str){0};
    memset(seen, 0, WR_SEEN_WORDS(shape->count) * sizeof *seen);
    if (!wr_descend(in))
        return false;
    in->shapes[in->depth] = shape;
    return true;
}

bool wr_read_nested(struct wr_reader *in, struct wr_object *object, const struct wr_shape *shape,
                    uint64_t *seen, unsigned depth)
{
    size_t levels = 0;
    for (size_t i = 1; i <= in->depth; i++)
        levels += in->shapes[i] == shape;
    if (levels < depth || wr_next(in) != '{')
        return wr_read_object(in, object, shape, seen);
    wr_fault(in, "maxDepth", "must not be here: at most %u of its kind may be in one another",
             depth);
    wr_skip_value(in);
    return false;
}

static bool is_named(const struct wr_field *field, struct wr_str name)
{
    return field->name.len == name.len && memcmp(field->name.ptr, name.ptr, name.len) == 0;
}

/* The field of that name, looked for from the expected one on; `count` where there is none. */
static size_t find_field(const struct wr_object *object, struct wr_str name)
{
    const struct wr_shape *shape = object->shape;
    for (size_t n = 0, i = object->expected; n < shape->count; n++, i++) {
        if (i >= shape->count)
            i = 0;
        if (is_named(&shape->fields[i], name))
            return i;
    }
    return shape->count;
}

/* A member that is no field to read: passed over, and a fault unless the object is open. */
static bool pass_member(struct wr_reader *in, struct wr_object *object, struct wr_str name,
                        size_t offset, bool twice)
{
    bool is_tag = object->tag.ptr && wr_str_equal(object->tag, name);
    if (is_tag && !object->tag_seen)
        object->tag_seen = true;
    else if (twice || (is_tag && !in->last_wins))
        wr_fault_member(in, offset, name, "duplicate", "stands here a second time");
    else if (!object->shape->open && !is_tag)
        wr_fault_member(in, offset, name, "additionalProperties",
                        wr_unknown_field(in, object->shape, name));
    else if (!is_tag && !in->last_wins && !wr_members_add(in, name, offset))
        return false;
    if (!is_tag && !twice)
        wr_note_unknown(in, name);
    wr_step_into(in, name.ptr, name.len);
    return wr_skip_value(in);
}

/* null in the place of an optional field, where that is allowed: as if it were absent. */
static bool is_absent(struct wr_reader *in, const struct wr_field *field)
{
    return in->null_is_absent && !field->required && !field->nullable && wr_read_null(in);
}

bool wr_read_member(struct wr_reader *in, struct wr_object *object)
{
    for (;;) {
        int c = wr_next(in);
        if (c == '}' || in->stopped)
            return false;
        if (object->begun && !wr_take_comma(in, c))
            return wr_fault_syntax(in, in->at, "a comma or } must follow a member");
        object->begun = true;
        struct wr_str name;
        wr_next(in);
        size_t offset = (size_t)(in->at - in->start);
        wr_step_into(in, NULL, SIZE_MAX);
        if (!wr_take_name(in, &name))
            return false;
        size_t field = find_field(object, name);
        bool known = field < object->shape->count;
        bool twice = known && !in->last_wins && wr_was_read(object, field);
        if (known && !twice) {
            object->field = field;
            object->expected = field + 1;
            object->seen[field / 64] |= UINT64_C(1) << (field % 64);
            wr_step_into(in, name.ptr, name.len);
            if (!is_absent(in, &object->shape->fields[field]))
                return true;
            object->seen[field / 64] &= ~(UINT64_C(1) << (field % 64));
        } else if (!pass_member(in, object, name, offset, twice)) {
            return false;
        }
    }
}

bool wr_read_object_end(struct wr_reader *in, const struct wr_object *object)
{
    if (in->stopped)
        return false;
    const struct wr_shape *shape = object->shape;
    wr_step_into(in, NULL, SIZE_MAX);
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].required && !wr_was_read(object, i))
            wr_fault_member(in, object->start, shape->fields[i].name, "required", "is required");
    wr_members_check(in, object->keys_before);
    wr_ascend(in);
    return in->fault_total == object->faults_before && !in->stopped;
}

void *wr_read_new(struct wr_reader *in, size_t size, wr_read_fn *read)
{
    void *value = wr_take_memory(in, size);
    return value && read(in, value) ? value : NULL;
}

/* ---- whole documents ----------------------------------------------------------------------- */

/* Faults in the order of the document; those of one place stay in theirs (qsort need not). */
static void sort_faults(struct wr_fault *faults, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct wr_fault fault = faults[i];
        size_t at = i;
        for (; at > 0 && faults[at - 1].offset > fault.offset; at--)
            faults[at] = faults[at - 1];
        faults[at] = fault;
    }
}

/* Nothing may follow the value; and the faults in the order of the document. */
bool wr_read_finish(struct wr_reader *in)
{
    if (!in->stopped && wr_next(in) != -1)
        wr_fault_syntax(in, in->at, "something follows the document");
    sort_faults(in->faults, in->fault_count);
    return in->state == WR_READ_OK;
}

void *wr_decode(struct wr_reader *in, const struct wr_schema *schema)
{
    void *value = wr_take_memory(in, schema->size);
    if (value)
        schema->decode(in, value);
    return wr_read_finish(in) ? value : NULL;
}

bool wr_json_check(struct wr_reader *in)
{
    wr_skip_value(in);
    return wr_read_finish(in);
}
