/* What a program's own tests know of it, and the simulator goes by: requests and answers that lead on where invented
 * ones would not, and the transitions, of which it is told which were taken. */
#include "runtime/base/str.h"
#include "runtime/sim/world.h"

#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <wright/testing.h>

#include <stdlib.h>
#include <string.h>

static void *room_for(size_t count, size_t size)
{
    void *room = calloc(count + 1, size);
    if (!room) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    return room;
}

/* ---- coverage ---------------------------------------------------------------------------------- */

static size_t stages_before(const struct wr_program *program, const struct wr_workflow *workflow)
{
    size_t count = 0;
    for (size_t i = 0; i < program->workflow_count && program->workflows[i] != workflow; i++)
        count += program->workflows[i]->stage_count;
    return count;
}

void wr_sim_coverage_open(struct wr_sim_coverage *coverage, const struct wr_program *program)
{
    coverage->taken = room_for(program->known ? program->known->way_count : 0, sizeof(bool));
    coverage->entered = room_for(stages_before(program, NULL), sizeof(bool));
}

void wr_sim_coverage_free(struct wr_sim_coverage *coverage)
{
    free(coverage->taken);
    free(coverage->entered);
    *coverage = (struct wr_sim_coverage){0};
}

/* "company.not_found" as a way of the member `company` has it: "not_found"; its own label else. */
static bool is_whose(const struct wr_way *way, struct wr_str *label)
{
    size_t len = way->member ? strlen(way->member) : 0;
    if (way->member &&
        (label->len <= len || memcmp(label->ptr, way->member, len) != 0 || label->ptr[len] != '.'))
        return false;
    const char *dot = memchr(label->ptr, '.', label->len);
    size_t head = dot ? (size_t)(dot + 1 - label->ptr) : 0;
    *label = (struct wr_str){label->ptr + head, label->len - head};
    return true;
}

static bool is_way(const struct wr_program *program, const struct wr_sim_spot *spot,
                   const struct wr_event *event, const struct wr_way *way)
{
    struct wr_str label = event->label;
    return program->workflows[way->workflow] == spot->workflow && !spot->above &&
           wr_str_is(event->stage, way->stage) && (way->on & WR_BIT(event->class)) &&
           is_whose(way, &label) && (!way->error || wr_str_is(label, way->error)) &&
           (!way->arm || way->arm == event->arm);
}

void wr_sim_cover(struct wr_sim_coverage *coverage, const struct wr_program *program,
                  const struct wr_sim_spot *spot, const struct wr_event *event)
{
    const struct wr_known *known = program->known;
    if (!coverage || !known || !spot->row || spot->above)
        return;
    if (event->kind == WR_ENTRY_ENTERED)
        coverage->entered[stages_before(program, spot->workflow) +
                          (size_t)(spot->row - spot->workflow->stages)] = true;
    for (size_t i = 0; event->kind == WR_ENTRY_TRANSITION && i < known->way_count; i++) {
        if (!is_way(program, spot, event, &known->ways[i]))
            continue;
        coverage->taken[i] = true;
        return;
    }
}

/* ---- requests and answers ---------------------------------------------------------------------- */

static struct wr_str some_answer(struct wr_world *world, const char *stage,
                                 const struct wr_schema *schema, const struct wr_sim_job *job)
{
    const struct wr_known *known = world->program->known;
    struct wr_str found = {0};
    uint64_t count = 0;
    for (size_t i = 0; i < known->answer_count; i++) {
        const struct wr_known_answer *answer = &known->answers[i];
        if (strcmp(answer->stage, stage) == 0 && answer->schema == schema &&
            wr_str_equal(wr_samples_request(world->samples, answer->request), job->state.input) &&
            wr_chance(world, ++count) == 0)
            found = answer->value;
    }
    return found;
}

struct wr_str wr_sim_known_answer(struct wr_world *world, const char *stage,
                                  const struct wr_schema *schema, const struct wr_sim_job *job)
{
    if (!world->program->known || !job || wr_chance(world, 8) == 0)
        return (struct wr_str){0};
    return some_answer(world, stage, schema, job);
}

struct wr_str wr_sim_known_request(struct wr_world *world, size_t workflow)
{
    const struct wr_known *known = world->program->known;
    struct wr_str found = {0};
    uint64_t count = 0;
    if (!known || !known->request_count || wr_chance(world, 3) == 0)
        return found;
    for (size_t i = 0; i < known->request_count; i++)
        if (known->requests[i].workflow == workflow && wr_chance(world, ++count) == 0)
            found = known->requests[i].body;
    return found;
}
