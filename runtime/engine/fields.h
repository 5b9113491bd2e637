/* Flat JSON objects of structs, by tables of their fields: what the journal's bodies are made of. What is
 * empty, zero or false is left out; what is not in the table is skipped, as a newer binary's. */
#ifndef WR_ENGINE_FIELDS_H
#define WR_ENGINE_FIELDS_H

#include "runtime/engine/body.h"

#include "runtime/base/arena.h"

#include <stddef.h>

enum wr_form {
    WR_FORM_TEXT,   /* struct wr_str */
    WR_FORM_JSON,   /* struct wr_str: the bytes of one value */
    WR_FORM_INT,    /* int64_t */
    WR_FORM_U32,    /* uint32_t */
    WR_FORM_BOOL,   /* bool */
    WR_FORM_CLASS,  /* enum wr_class */
    WR_FORM_STATUS, /* enum wr_status */
    WR_FORM_RESULT  /* enum wr_result */
};

struct wr_field {
    struct wr_str name;
    enum wr_form form;
    size_t at;
};

#define WR_FIELD(type, name, member, form)                                                         \
    {                                                                                              \
        {#name, sizeof #name - 1}, WR_FORM_##form, offsetof(struct type, member)                   \
    }

/* Their members, without the braces; `first` says whether one is behind the brace already. */
void wr_fields_add(struct wr_text *out, const struct wr_field *fields, size_t count,
                   const void *from, bool *first);
void wr_fields_name(struct wr_text *out, struct wr_str name, bool *first); /* "name": */
/* The value of the member `name`, into its field, or past it where there is none. */
bool wr_fields_read(struct wr_arena *arena, struct wr_body *in, const struct wr_field *fields,
                    size_t count, struct wr_str name, void *to);
/* A whole object. */
bool wr_fields_read_all(struct wr_arena *arena, struct wr_body *in, const struct wr_field *fields,
                        size_t count, void *to);

#endif
