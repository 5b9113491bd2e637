/* A job that has failed or was cancelled is run again, on an operator's word: a new job of the same
 * input and the same caller, which names the old one. */
#include "runtime/engine/job.h"

#include "runtime/json/reader.h"

#include <string.h>

#define PATIENCE_US 10000000 /* for the store to say what the old one was */

/* Did an effect that may happen once a job happen, or may it have? */
static bool had_effect(const struct wr_workflow *workflow, const struct wr_state *state)
{
    for (const struct wr_passed *step = state->steps; step; step = step->next) {
        const struct wr_stage *stage = wr_workflow_stage(workflow, step->stage);
        if (step->class == WR_CLASS_uncertain ||
            (step->class == WR_OK && (!stage || stage->effect == WR_ONCE)))
            return true;
    }
    return false;
}

void wr_waiter_retry_state(struct wr_waiter *waiter, const struct wr_state *state)
{
    struct wr_engine *engine = waiter->engine;
    struct wr_arena arena = {0};
    struct wr_reader in;
    char id[WR_ID_TEXT];
    const struct wr_workflow *workflow = wr_program_workflow(engine->program, state->workflow);
    bool over = state->status == WR_STATUS_FAILED || state->status == WR_STATUS_CANCELLED;
    wr_reader_init(&in, &arena, wr_arena_str(&arena, state->input));
    const void *input = over && workflow ? wr_decode(&in, workflow->input) : NULL;
    if (!input || (!waiter->forces && had_effect(workflow, state))) {
        wr_arena_free(&arena);
        wr_waiter_refuse(waiter, input ? WR_ANSWER_HAD_EFFECT : WR_ANSWER_NOT_RETRIED);
        return;
    }
    wr_id_text(&state->job, id);
    const struct wr_submission submission = {.workflow = workflow,
                                             .caller = state->caller,
                                             .arena = &arena,
                                             .input = input,
                                             .received_us = wr_engine_us(engine),
                                             .wait_ms = 0,
                                             .retried_of = {id, sizeof id - 1}};
    wr_answer_fn *answered = waiter->answered;
    void *arg = waiter->arg;
    waiter->answered = NULL;
    wr_waiter_free(waiter);
    wr_engine_submit(engine, &submission, answered, arg);
}

struct wr_waiter *wr_engine_retry(struct wr_engine *engine, struct wr_id job, struct wr_str caller,
                                  bool force, wr_answer_fn *answered, void *arg)
{
    struct wr_waiter *waiter = wr_waiter_new(engine, caller, answered, arg);
    waiter->view = waiter->retries = true;
    waiter->forces = force;
    waiter->id = job;
    waiter->until_us = wr_engine_us(engine) + PATIENCE_US;
    wr_waiter_look(waiter);
    if (waiter->job)
        wr_waiter_refuse(waiter, WR_ANSWER_NOT_RETRIED); /* it is under way */
    return waiter;
}
