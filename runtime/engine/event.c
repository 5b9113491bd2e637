/* Events to entry bodies and back, by the rows of event.def. A body is one flat JSON object in the
 * form that this file writes; a value inside it stays the very bytes that it was. */
#include "runtime/engine/event.h"
#include "runtime/engine/body.h"

#include "runtime/base/arena.h"

#include <stddef.h>
#include <string.h>

enum form { TEXT, JSON, INT, BOOL, CLASS, STATUS, RESULT };

struct field {
    struct wr_str name;
    enum form form;
    size_t at;
};

static const struct field fields[] = {
#define FIELD(name, member, form)                                                                  \
    {{#name, sizeof #name - 1}, form, offsetof(struct wr_event, member)},
#include "runtime/engine/event.def"
#undef FIELD
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

/* The name of an enum's value, or NULL where it is the one that is left out. */
static const char *name_of(const struct field *field, const void *member)
{
    if (field->form == CLASS) {
        enum wr_class class = *(const enum wr_class *)member;
        return class == WR_OK ? NULL : wr_class_name(class);
    }
    if (field->form == STATUS) {
        enum wr_status status = *(const enum wr_status *)member;
        return status == WR_STATUS_QUEUED ? NULL : wr_status_name(status);
    }
    return wr_result_name(*(const enum wr_result *)member);
}

static void add_name(struct wr_text *out, const struct field *field)
{
    wr_text_add(out, out->len > 1 ? WR_STR(",\"") : WR_STR("\""));
    wr_text_add(out, field->name);
    wr_text_add(out, WR_STR("\":"));
}

static void add_field(struct wr_text *out, const struct field *field, const struct wr_event *event)
{
    const void *member = (const char *)event + field->at;
    if (field->form == TEXT || field->form == JSON) {
        const struct wr_str *text = member;
        if (text->len == 0)
            return;
        add_name(out, field);
        if (field->form == TEXT)
            wr_text_quote(out, *text);
        else
            wr_text_add(out, *text);
    } else if (field->form == INT) {
        if (*(const int64_t *)member == 0)
            return;
        add_name(out, field);
        wr_text_int(out, *(const int64_t *)member);
    } else if (field->form == BOOL) {
        if (!*(const bool *)member)
            return;
        add_name(out, field);
        wr_text_bool(out, true);
    } else {
        const char *name = name_of(field, member);
        if (!name)
            return;
        add_name(out, field);
        wr_text_quote(out, (struct wr_str){name, strlen(name)});
    }
}

struct wr_entry wr_event_encode(struct wr_arena *arena, const struct wr_event *event)
{
    struct wr_text out = {.arena = arena};
    wr_text_add(&out, WR_STR("{"));
    for (size_t i = 0; i < FIELD_COUNT; i++)
        add_field(&out, &fields[i], event);
    wr_text_add(&out, WR_STR("}"));
    return (struct wr_entry){.seq = event->seq,
                             .kind = event->kind,
                             .at_ms = event->at_ms,
                             .path = event->path,
                             .body = wr_text_done(&out)};
}

static bool same_name(struct wr_str text, const char *name)
{
    return name && text.len == strlen(name) && memcmp(text.ptr, name, text.len) == 0;
}

static bool read_enum(enum form form, struct wr_str text, void *member)
{
    if (form == CLASS) {
        for (int i = 0; i < WR_CLASS_COUNT; i++)
            if (same_name(text, wr_class_name((enum wr_class)i))) {
                *(enum wr_class *)member = (enum wr_class)i;
                return true;
            }
    } else if (form == STATUS) {
        for (int i = 0; i < WR_STATUS_COUNT; i++)
            if (same_name(text, wr_status_name((enum wr_status)i))) {
                *(enum wr_status *)member = (enum wr_status)i;
                return true;
            }
    } else {
        for (int i = WR_RESULT_FULL; i <= WR_RESULT_FALLBACK; i++)
            if (same_name(text, wr_result_name((enum wr_result)i))) {
                *(enum wr_result *)member = (enum wr_result)i;
                return true;
            }
    }
    return false;
}

static bool read_field(struct wr_arena *arena, struct wr_body *in, enum form form, void *member)
{
    if (form == INT)
        return wr_body_int(in, member);
    if (form == JSON)
        return wr_body_value(in, member);
    if (form == TEXT)
        return wr_body_text(in, arena, member);
    if (form == BOOL) {
        *(bool *)member = wr_body_word(in, "true");
        return *(bool *)member;
    }
    struct wr_str text;
    return wr_body_text(in, arena, &text) && read_enum(form, text, member);
}

static bool read_named(struct wr_arena *arena, struct wr_body *in, struct wr_event *event)
{
    struct wr_str name, unknown;
    if (!wr_body_text(in, arena, &name) || !wr_body_word(in, ":"))
        return false;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (wr_str_equal(fields[i].name, name))
            return read_field(arena, in, fields[i].form, (char *)event + fields[i].at);
    return wr_body_value(in, &unknown); /* a newer binary's */
}

bool wr_event_decode(struct wr_arena *arena, const struct wr_entry *entry, struct wr_event *event)
{
    *event = (struct wr_event){
        .kind = entry->kind, .seq = entry->seq, .at_ms = entry->at_ms, .path = entry->path};
    struct wr_body in = {entry->body.ptr, entry->body.ptr + entry->body.len};
    if (!wr_body_word(&in, "{"))
        return false;
    if (wr_body_word(&in, "}"))
        return in.at == in.end;
    do
        if (!read_named(arena, &in, event))
            return false;
    while (wr_body_word(&in, ","));
    return wr_body_word(&in, "}") && in.at == in.end;
}
