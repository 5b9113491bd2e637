/* The process in a world: it begins, takes up what an earlier one left, and ends or is killed. */
#include "runtime/sim/world.h"

static void recovered(void *arg, enum wr_store_status status, size_t resumed, size_t held)
{
    struct wr_world *world = arg;
    world->recovered = true;
    world->report->recovered += resumed;
    if (!world->dead && (status != WR_STORE_OK || held))
        wr_sim_broken(world, NULL, "end: %u jobs were not taken up again", (unsigned)held);
}

void wr_sim_begin_life(struct wr_world *world)
{
    struct wr_engine_options options = {.jobs_max = world->jobs_max,
                                        .checkpoint_entries = world->checkpoint_entries,
                                        .rest_ms = world->rest_ms};
    world->resting = 0;
    world->life++;
    world->mono_us = (int64_t)wr_chance(world, 1000000000) + 1000000;
    world->dead = world->recovered = false;
    world->engine = wr_engine_new(world->program, &world->clock, &world->effects, &world->store,
                                  NULL, &options);
    wr_engine_recover(world->engine, recovered, world);
}

void wr_sim_end_life(struct wr_world *world)
{
    world->dead = true;
    wr_engine_free(world->engine);
    world->engine = NULL;
    wr_sim_store_crash(world);
}
