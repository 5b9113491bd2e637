/* A job's state as the body of one entry, so that a long journal is not folded from its first entry on.
 * Every checkpoint is whole: with what follows it, it says what the whole journal does. */
#ifndef WR_ENGINE_CHECKPOINT_H
#define WR_ENGINE_CHECKPOINT_H

#include "runtime/engine/fold.h"

/* Values and signals that newer ones have taken the place of are let go, here and wherever the journal is
 * folded over a checkpoint. */
void wr_state_compact(struct wr_state *state);
struct wr_str wr_state_save(struct wr_arena *arena, const struct wr_state *state); /* JSON */
/* Into a state that nothing was folded into; texts are borrowed. False: damage. */
bool wr_state_load(struct wr_state *state, struct wr_str json);

#endif
