/* What a request says: its fields and its query. */
#include "runtime/http/conn.h"

#include "runtime/base/hex.h"

#include <string.h>
#include <strings.h>

size_t wr_field(const struct wr_request *request, const char *name, struct wr_str *value)
{
    const struct wr_head *head = request->head;
    size_t len = strlen(name), count = 0;
    *value = (struct wr_str){NULL, 0};
    for (uint32_t i = 0; i < head->field_count; i++) {
        const struct wr_field_span *field = &head->fields[i];
        if (field->name.len != len || strncasecmp(request->base + field->name.at, name, len) != 0)
            continue;
        if (count++ == 0)
            *value = (struct wr_str){request->base + field->value.at, field->value.len};
    }
    return count;
}

void wr_fields_each(const struct wr_request *request,
                    bool (*each)(void *arg, struct wr_str name, struct wr_str value), void *arg)
{
    const struct wr_head *head = request->head;
    for (uint32_t i = 0; i < head->field_count; i++) {
        const struct wr_field_span *field = &head->fields[i];
        struct wr_str name = {request->base + field->name.at, field->name.len};
        struct wr_str value = {request->base + field->value.at, field->value.len};
        if (!each(arg, name, value))
            return;
    }
}

static bool decode(struct wr_arena *arena, struct wr_str text, struct wr_str *decoded)
{
    char *out = wr_arena_alloc(arena, text.len + 1);
    size_t len = 0;
    *decoded = (struct wr_str){NULL, 0};
    if (!out)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? wr_hex_digit(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? wr_hex_digit(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        if (c == '\0')
            return false;
        out[len++] = c;
    }
    *decoded = (struct wr_str){out, len};
    return true;
}

size_t wr_query(const struct wr_request *request, const char *name, struct wr_str *value)
{
    const char *at = request->query.ptr, *end = at ? at + request->query.len : NULL;
    size_t count = 0, len = strlen(name);
    *value = (struct wr_str){NULL, 0};
    while (at && at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (!stop)
            stop = end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        const char *name_end = equals ? equals : stop;
        const char *from = equals ? equals + 1 : stop;
        if ((size_t)(name_end - at) == len && memcmp(at, name, len) == 0) {
            struct wr_str raw = {from, (size_t)(stop - from)};
            if (count++ == 0 && !decode(request->arena, raw, value))
                *value = (struct wr_str){"", 0};
        }
        at = stop < end ? stop + 1 : end;
    }
    return count;
}
