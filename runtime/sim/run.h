/* One world from its beginning to its end; only the simulation's loop and the world know it. */
#ifndef WR_SIM_RUN_H
#define WR_SIM_RUN_H

#include "runtime/sim/world.h"

/* Zeroed, with program, samples, report, seed, wanted, crash and goal set. */
void wr_world_run(struct wr_world *world);
void wr_world_free(struct wr_world *world);

#endif
