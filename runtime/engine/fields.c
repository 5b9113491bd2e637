/* Structs to flat JSON objects and back, by tables. */
#include "runtime/engine/fields.h"

#include "runtime/base/str.h"
#include "runtime/engine/event.h"

#include <string.h>

/* ---- writing ----------------------------------------------------------------------------------- */

/* The name of an enum's value, or NULL where it is the one that is left out. */
static const char *name_of(enum wr_form form, const void *member)
{
    if (form == WR_FORM_CLASS) {
        enum wr_class class = *(const enum wr_class *)member;
        return class == WR_OK ? NULL : wr_class_name(class);
    }
    if (form == WR_FORM_STATUS) {
        enum wr_status status = *(const enum wr_status *)member;
        return status == WR_STATUS_QUEUED ? NULL : wr_status_name(status);
    }
    return wr_result_name(*(const enum wr_result *)member);
}

void wr_fields_name(struct wr_text *out, struct wr_str name, bool *first)
{
    wr_text_add(out, *first ? WR_STR("\"") : WR_STR(",\""));
    wr_text_add(out, name);
    wr_text_add(out, WR_STR("\":"));
    *first = false;
}

static void add_int(struct wr_text *out, const struct wr_field *field, int64_t number, bool *first)
{
    if (number == 0)
        return;
    wr_fields_name(out, field->name, first);
    wr_text_int(out, number);
}

static void add_field(struct wr_text *out, const struct wr_field *field, const void *member,
                      bool *first)
{
    if (field->form == WR_FORM_TEXT || field->form == WR_FORM_JSON) {
        const struct wr_str *text = member;
        if (text->len == 0)
            return;
        wr_fields_name(out, field->name, first);
        if (field->form == WR_FORM_TEXT)
            wr_text_quote(out, *text);
        else
            wr_text_add(out, *text);
    } else if (field->form == WR_FORM_INT) {
        add_int(out, field, *(const int64_t *)member, first);
    } else if (field->form == WR_FORM_U32) {
        add_int(out, field, *(const uint32_t *)member, first);
    } else if (field->form == WR_FORM_BOOL) {
        if (!*(const bool *)member)
            return;
        wr_fields_name(out, field->name, first);
        wr_text_bool(out, true);
    } else {
        const char *name = name_of(field->form, member);
        if (!name)
            return;
        wr_fields_name(out, field->name, first);
        wr_text_quote(out, wr_str_of(name));
    }
}

void wr_fields_add(struct wr_text *out, const struct wr_field *fields, size_t count,
                   const void *from, bool *first)
{
    for (size_t i = 0; i < count; i++)
        add_field(out, &fields[i], (const char *)from + fields[i].at, first);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static bool read_enum(enum wr_form form, struct wr_str text, void *member)
{
    if (form == WR_FORM_CLASS) {
        for (int i = 0; i < WR_CLASS_COUNT; i++)
            if (wr_str_is(text, wr_class_name((enum wr_class)i))) {
                *(enum wr_class *)member = (enum wr_class)i;
                return true;
            }
    } else if (form == WR_FORM_STATUS) {
        for (int i = 0; i < WR_STATUS_COUNT; i++)
            if (wr_str_is(text, wr_status_name((enum wr_status)i))) {
                *(enum wr_status *)member = (enum wr_status)i;
                return true;
            }
    } else {
        for (int i = WR_RESULT_FULL; i <= WR_RESULT_FALLBACK; i++)
            if (wr_str_is(text, wr_result_name((enum wr_result)i))) {
                *(enum wr_result *)member = (enum wr_result)i;
                return true;
            }
    }
    return false;
}

static bool read_u32(struct wr_body *in, uint32_t *number)
{
    int64_t wide;
    if (!wr_body_int(in, &wide) || wide < 0 || wide > UINT32_MAX)
        return false;
    *number = (uint32_t)wide;
    return true;
}

static bool read_field(struct wr_arena *arena, struct wr_body *in, enum wr_form form, void *member)
{
    if (form == WR_FORM_INT)
        return wr_body_int(in, member);
    if (form == WR_FORM_U32)
        return read_u32(in, member);
    if (form == WR_FORM_JSON)
        return wr_body_value(in, member);
    if (form == WR_FORM_TEXT)
        return wr_body_text(in, arena, member);
    if (form == WR_FORM_BOOL) {
        *(bool *)member = wr_body_word(in, "true");
        return *(bool *)member;
    }
    struct wr_str text;
    return wr_body_text(in, arena, &text) && read_enum(form, text, member);
}

bool wr_fields_read(struct wr_arena *arena, struct wr_body *in, const struct wr_field *fields,
                    size_t count, struct wr_str name, void *to)
{
    struct wr_str unknown;
    for (size_t i = 0; i < count; i++)
        if (wr_str_equal(fields[i].name, name))
            return read_field(arena, in, fields[i].form, (char *)to + fields[i].at);
    return wr_body_value(in, &unknown);
}

bool wr_fields_read_all(struct wr_arena *arena, struct wr_body *in, const struct wr_field *fields,
                        size_t count, void *to)
{
    if (!wr_body_word(in, "{"))
        return false;
    if (wr_body_word(in, "}"))
        return true;
    do {
        struct wr_str name;
        if (!wr_body_text(in, arena, &name) || !wr_body_word(in, ":") ||
            !wr_fields_read(arena, in, fields, count, name, to))
            return false;
    } while (wr_body_word(in, ","));
    return wr_body_word(in, "}");
}
