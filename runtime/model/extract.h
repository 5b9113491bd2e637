/* The JSON in what a model said. A model that is not held to a schema by its server wraps it in prose and
 * fences; it is taken out, and mended, only where there is one way to read it. */
#ifndef WR_MODEL_EXTRACT_H
#define WR_MODEL_EXTRACT_H

#include "runtime/base/arena.h"

/* The one JSON value in `text`: `json` is it, in `text` or in `arena`, and `how` says what was done, "" for
 * nothing. Where it is not certain, `json` is `text` as it came, and `how` is "". Never closes what is
 * open: half an answer stays half. `scratch` is reset. */
void wr_extract(struct wr_arena *arena, struct wr_arena *scratch, struct wr_str text,
                struct wr_str *json, const char **how);

#endif
