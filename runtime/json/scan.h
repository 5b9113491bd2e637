/* Inside runtime/json only: how the files of the reader share a document. All of them leave the
 * reader past what they took, or stopped. */
#ifndef WR_JSON_SCAN_H
#define WR_JSON_SCAN_H

#include "runtime/json/reader.h"

/* ---- fault.c ------------------------------------------------------------------------------- */

/* Adds a fault of the value that begins at `mark`; always false. */
bool wr_fault(struct wr_reader *in, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of the member `name` of the object under way, at `offset`. */
bool wr_fault_member(struct wr_reader *in, size_t offset, struct wr_str name, const char *rule,
                     const char *message);
/* Not JSON: drops the faults so far, for one that says where; reading stops. Always false. */
bool wr_fault_syntax(struct wr_reader *in, const char *at, const char *message);
/* The budget is used up; reading stops. Always false. */
bool wr_fault_memory(struct wr_reader *in);
/* "must be a string, not a number"; goes past the value. Always false. */
bool wr_fault_type(struct wr_reader *in, const char *wanted);
/* The sentence for a field that is not one. */
const char *wr_unknown_field(struct wr_reader *in, const struct wr_shape *shape,
                             struct wr_str name);

/* unknown.c: notes it for whoever asked; nothing where nobody did. */
void wr_note_unknown(struct wr_reader *in, struct wr_str name);

/* ---- reader.c ------------------------------------------------------------------------------ */

bool wr_skip_value(struct wr_reader *in);
/* Goes into an object or a list: '{' or '['. False where that would be too deep. */
bool wr_descend(struct wr_reader *in);
void wr_ascend(struct wr_reader *in);
/* A member's name and its colon. */
bool wr_take_name(struct wr_reader *in, struct wr_str *name);
bool wr_take_comma(struct wr_reader *in, int next);
/* Memory from the arena within the budget; NULL and stopped where it is used up. */
void *wr_take_memory(struct wr_reader *in, size_t size);
void *wr_grow_memory(struct wr_reader *in, void *old, size_t old_size, size_t new_size);

static inline void wr_step_into(struct wr_reader *in, const char *key, size_t len)
{
    in->path[in->depth] = (struct wr_step){key, len};
}

/* ---- string.c ------------------------------------------------------------------------------ */

/* The string that begins at `at`, a quote; `keep` false: only its syntax, `text` is not set. */
bool wr_take_string(struct wr_reader *in, struct wr_str *text, bool keep);

/* ---- number.c ------------------------------------------------------------------------------ */

/* The number that begins at `at`; `integral` says that it has neither fraction nor exponent. */
bool wr_take_number(struct wr_reader *in, struct wr_str *text, bool *integral);

/* ---- keys.c: duplicates among names that are no fields --------------------------------------- */

bool wr_members_add(struct wr_reader *in, struct wr_str name, size_t offset);
/* Faults for what came twice since there were `before` keys, and forgets them. */
void wr_members_check(struct wr_reader *in, size_t before);

#endif
