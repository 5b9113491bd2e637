/* Events to entry bodies and back, by the rows of event.def. A body is one flat JSON object in the
 * form that this file writes; a value inside it stays the very bytes that it was. */
#include "runtime/engine/event.h"
#include "runtime/engine/fields.h"

static const struct wr_field fields[] = {
#define FIELD(name, member, form) WR_FIELD(wr_event, name, member, form),
#include "runtime/engine/event.def"
#undef FIELD
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

struct wr_entry wr_event_encode(struct wr_arena *arena, const struct wr_event *event)
{
    struct wr_text out = {.arena = arena};
    bool first = true;
    wr_text_add(&out, WR_STR("{"));
    wr_fields_add(&out, fields, FIELD_COUNT, event, &first);
    wr_text_add(&out, WR_STR("}"));
    return (struct wr_entry){.seq = event->seq,
                             .kind = event->kind,
                             .at_ms = event->at_ms,
                             .path = event->path,
                             .body = wr_text_done(&out)};
}

bool wr_event_decode(struct wr_arena *arena, const struct wr_entry *entry, struct wr_event *event)
{
    *event = (struct wr_event){
        .kind = entry->kind, .seq = entry->seq, .at_ms = entry->at_ms, .path = entry->path};
    struct wr_body in = {entry->body.ptr, entry->body.ptr + entry->body.len};
    return wr_fields_read_all(arena, &in, fields, FIELD_COUNT, event) && in.at == in.end;
}
