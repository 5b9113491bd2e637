/* Unions: objects of one of several schemas, told apart by a tag that may stand anywhere in them. The
 * tag is looked for first, usually no further than the first member, and then the object is read as
 * what it says. */
#include "runtime/json/scan.h"
#include "runtime/json/writer.h"

#include <string.h>

/* Looks for the tag in the object that begins at `at`, without going past it: its value, with `ptr`
 * NULL where there is none that is a string. False where reading would stop here, or where it is no
 * string; `at` is then where it stands. */
static bool find_tag(struct wr_reader *in, struct wr_str tag, struct wr_str *value,
                     const char **where)
{
    struct wr_reader probe = *in;
    bool first = true, found = false;
    probe.last_wins = true; /* no names are kept */
    *value = (struct wr_str){0};
    if (!wr_descend(&probe))
        return false;
    for (int c = wr_next(&probe); c != '}' && !found; c = wr_next(&probe), first = false) {
        struct wr_str name;
        if (!first && !wr_take_comma(&probe, c))
            break;
        if (!wr_take_name(&probe, &name))
            break;
        bool is_tag = wr_str_equal(name, tag);
        if (is_tag && wr_next(&probe) == '"') {
            *where = probe.at;
            if (!wr_take_string(&probe, value, true))
                break;
            found = !in->last_wins;
        } else if (is_tag) {
            *where = probe.at;
            *value = (struct wr_str){0};
            found = !in->last_wins;
        } else if (!wr_skip_value(&probe)) {
            break;
        }
    }
    in->memory_used = probe.memory_used;
    return !probe.stopped;
}

static const struct wr_variant *variant_of(const struct wr_union *choice, struct wr_str name)
{
    for (size_t i = 0; i < choice->count; i++)
        if (wr_str_equal(choice->variants[i].name, name))
            return &choice->variants[i];
    return NULL;
}

/* The names of the variants, as many as a sentence holds. */
static struct wr_str variant_names(struct wr_reader *in, const struct wr_union *choice)
{
    struct wr_text text = {.arena = in->arena};
    for (size_t i = 0; i < choice->count && text.len < 200; i++) {
        wr_text_add(&text, i ? WR_STR(", ") : WR_STR(""));
        wr_text_add(&text, choice->variants[i].name);
    }
    return wr_text_done(&text);
}

/* The object has no tag that means something: says so where it stands, and passes over it all. */
static bool refuse(struct wr_reader *in, const struct wr_union *choice, struct wr_str value,
                   const char *where)
{
    struct wr_str names = variant_names(in, choice);
    const char *start = in->at;
    size_t depth = in->depth;
    if (!where) {
        if (!wr_descend(in))
            return false;
        wr_fault_member(in, (size_t)(start - in->start), choice->tag, "required", "is required");
    } else {
        if (!wr_descend(in))
            return false;
        wr_step_into(in, choice->tag.ptr, choice->tag.len);
        in->mark = where;
        if (value.ptr)
            wr_fault(in, "enum", "must be one of %.*s", (int)names.len, names.ptr);
        else
            wr_fault(in, "type", "must be a string: one of %.*s", (int)names.len, names.ptr);
    }
    in->depth = depth;
    in->at = start;
    wr_skip_value(in);
    return false;
}

bool wr_read_choice(struct wr_reader *in, struct wr_choice *to, const struct wr_union *choice)
{
    struct wr_str value;
    const char *where = NULL;
    if (wr_next(in) != '{')
        return wr_fault_type(in, "an object");
    if (!find_tag(in, choice->tag, &value, &where))
        return wr_skip_value(in) && false; /* it says what is wrong, and stops there */
    const struct wr_variant *variant = value.ptr ? variant_of(choice, value) : NULL;
    if (!variant)
        return refuse(in, choice, value, where);
    void *memory = wr_take_memory(in, variant->schema->size);
    if (!memory)
        return false;
    in->tag = choice->tag;
    bool good = variant->schema->decode(in, memory);
    in->tag = (struct wr_str){0};
    *to = (struct wr_choice){(size_t)(variant - choice->variants) + 1, memory};
    return good;
}

struct wr_str wr_choice_tag(struct wr_choice value, const struct wr_union *choice)
{
    return value.which ? choice->variants[value.which - 1].name : WR_STR("");
}

struct wr_choice wr_choice_as(struct wr_choice value, const struct wr_union *from,
                              const struct wr_union *into)
{
    const struct wr_variant *variant = variant_of(into, wr_choice_tag(value, from));
    return (struct wr_choice){variant ? (size_t)(variant - into->variants) + 1 : 0, value.value};
}

void wr_write_choice(struct wr_writer *out, struct wr_choice value, const struct wr_union *choice)
{
    if (!value.which) {
        wr_write_null(out);
        return;
    }
    out->tag = choice->tag;
    out->tag_value = wr_choice_tag(value, choice);
    choice->variants[value.which - 1].schema->encode(out, value.value);
}
