/* Values of the program's schemas, made from its own contract, which holds each as JSON Schema. What
 * is made is tried against the program's decoder before the simulation begins. */
#ifndef WR_SIM_SAMPLE_H
#define WR_SIM_SAMPLE_H

#include "runtime/base/arena.h"
#include "runtime/sim/sim.h"

struct wr_samples;

/* The contract's schemas; NULL where it cannot be read. Where the latest reply is sought, lists are often as long as
 * they may be; where the dearest job is, every value is, in bytes of UTF-8 or of JSON. */
struct wr_samples *wr_samples_new(const struct wr_program *program, enum wr_sim_goal goal);
void wr_samples_free(struct wr_samples *samples);
/* A JSON text in `arena`, by the chances of `*random`, which goes on. Strings are often parts of
 * `near`, so that what refers to something does. Empty where no value is found that its decoder
 * takes. */
struct wr_str wr_sample(const struct wr_samples *samples, const struct wr_schema *schema,
                        struct wr_arena *arena, uint64_t *random, struct wr_str near);

/* A known document with some of its fields made anew; as it is where that would not be taken. */
struct wr_str wr_sample_beside(const struct wr_samples *samples, const struct wr_schema *schema,
                               struct wr_arena *arena, uint64_t *random, struct wr_str known);
/* The request of that number that the program's tests know, as a journal has it. */
struct wr_str wr_samples_request(const struct wr_samples *samples, size_t request);

/* The longest string in a JSON text. */
struct wr_str wr_sample_near(struct wr_str json);

uint64_t wr_random_next(uint64_t *random); /* splitmix64 */
/* Adds a text that the pattern (of JSON Schema, as the compiler writes it) matches. */
bool wr_sample_pattern(struct wr_text *out, const char *pattern, uint64_t *random);

#endif
