/* A call of a user's C function: JSON in, JSON out, so that what it holds is its own and what it gives is
 * read as a stranger's would be. */
#ifndef WR_JSON_FUNCTION_H
#define WR_JSON_FUNCTION_H

#include "runtime/base/arena.h"

struct wr_function_end {
    enum wr_class class;
    struct wr_str value;  /* WR_OK: JSON, not yet validated */
    struct wr_str detail; /* else: a sentence */
};

/* Any thread. What is made is in `arena`; `input` and `key` outlive it. */
void wr_function_run(const struct wr_function *function, struct wr_arena *arena,
                     struct wr_str input, struct wr_str key, struct wr_function_end *end);

#endif
