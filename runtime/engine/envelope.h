/* The envelope: what every reply about a job says, and the HTTP status that goes with it. */
#ifndef WR_ENGINE_ENVELOPE_H
#define WR_ENGINE_ENVELOPE_H

#include "runtime/engine/fold.h"

struct wr_legal {
    enum wr_status status;
    enum wr_result result;
    bool final;
    int post, get; /* HTTP; post 0: the status of the job's error */
};

extern const struct wr_legal wr_legal_rows[];
extern const size_t wr_legal_count;

/* The row that a state is in; NULL would be a fault of the engine. */
const struct wr_legal *wr_legal_find(enum wr_status status, enum wr_result result);
int wr_envelope_post_status(const struct wr_state *state);

/* How long a client should wait before it looks or tries again; 0: nothing to say. */
uint32_t wr_envelope_retry_after_s(const struct wr_state *state, int64_t now_ms);

/* What is under review; empty: nothing is. */
struct wr_str wr_envelope_review(struct wr_arena *arena, const struct wr_state *state);

/* JSON, in `arena`; keys in the order of the documentation, every key always there, but
 * those that count what is left out. */
struct wr_str wr_envelope(struct wr_arena *arena, const struct wr_state *state, int64_t now_ms);

#endif
