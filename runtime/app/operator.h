/* What the operator's commands share: `jobs` asks the binary that serves, over the Unix socket beside
 * its store, and prints what it says for a person. */
#ifndef WR_APP_OPERATOR_H
#define WR_APP_OPERATOR_H

#include "runtime/base/arena.h"

#include <jansson.h>

/* Each prints one answer on stdout. */
void wr_print_list(const json_t *list);
void wr_print_webhooks(const json_t *webhooks);
void wr_print_drift(const json_t *drift);
void wr_print_reviews(const json_t *reviews);
void wr_print_job(const json_t *job);
void wr_print_events(const json_t *events);
/* Why a job ended as it did: every attempt and every way taken. */
void wr_print_course(const json_t *job, const json_t *events);
/* operator_why.c: [{"at": pointer, "first": value, "second": value}]: where two results differ and, below
 * "/way", what they were given, their attempts and their values (by hash); ids, times and usage apart. A
 * new reference. */
json_t *wr_job_differences(const json_t *first, const json_t *second, const json_t *first_events,
                           const json_t *second_events);
void wr_print_differences(const json_t *differences);

/* mask.c: what is labelled in the job's output is not shown; the fields stay. */
struct wr_program;
void wr_mask_output(const struct wr_program *program, json_t *job);

/* A document as text, its numbers in their shortest form; `wide`: one thing a line. */
struct wr_str wr_json_text(struct wr_arena *arena, const json_t *value, bool wide);

#endif
