/* Questions about a job, asked of the engine that it lives in: on the loop that the client is on, or
 * by a letter to another one and its answer by a letter back. */
#include "runtime/app/app.h"

#include <stdlib.h>
#include <string.h>

struct wr_ask {
    struct wr_ask *next, **at; /* of the asking loop */
    struct wr_loop *from, *home;
    struct wr_call *call;
    struct wr_str caller; /* as long as the keys */
    struct wr_question question;
    wr_answer_fn *answered;
    struct wr_answer answer; /* its body copied */
};

static struct wr_waiter *put(struct wr_engine *engine, const struct wr_question *question,
                             struct wr_str caller, wr_answer_fn *answered, void *arg)
{
    switch (question->what) {
    case WR_QUESTION_VIEW:
        return wr_engine_view(engine, question->look.job, caller, question->wait_ms, answered, arg);
    case WR_QUESTION_CANCEL:
        return wr_engine_cancel(engine, question->look.job, caller, answered, arg);
    case WR_QUESTION_LOOK:
        return wr_engine_look(engine, &question->look, caller, answered, arg);
    case WR_QUESTION_TELL:
        return wr_engine_tell(engine, &question->telling, question->caller, question->by, answered,
                              arg);
    case WR_QUESTION_RETRY:
        return wr_engine_retry(engine, question->look.job, caller, question->force, answered, arg);
    case WR_QUESTION_REVIEW:
        return wr_engine_review(engine, question->look.job, question->caller, answered, arg);
    }
    return NULL;
}

static void let_go(struct wr_ask *ask)
{
    *ask->at = ask->next;
    if (ask->next)
        ask->next->at = ask->at;
    free((char *)(uintptr_t)ask->answer.body.ptr);
    free(ask);
}

/* Back on the client's loop. */
static void come_back(void *arg)
{
    struct wr_ask *ask = arg;
    ask->answered(ask->call, &ask->answer);
    let_go(ask);
}

/* On the job's loop. The answer's texts are borrowed for the call. */
static void was_answered(void *arg, const struct wr_answer *answer)
{
    struct wr_ask *ask = arg;
    ask->answer = *answer;
    ask->answer.body.ptr = malloc(answer->body.len + 1);
    if (!ask->answer.body.ptr)
        abort(); /* there is no memory to say so with */
    if (answer->body.len)
        memcpy((char *)(uintptr_t)ask->answer.body.ptr, answer->body.ptr, answer->body.len);
    wr_loop_post(ask->from, come_back, ask);
}

static void arrive(void *arg)
{
    struct wr_ask *ask = arg;
    put(ask->home->engine, &ask->question, ask->caller, was_answered, ask);
}

void wr_call_ask(struct wr_call *call, const struct wr_question *question, wr_answer_fn *answered)
{
    struct wr_loop *from = call->loop, *home = wr_loop_of(call->app, &question->look.job);
    if (home == from) {
        call->waiter = put(from->engine, question, call->caller.name, answered, call);
        return;
    }
    struct wr_ask *ask = calloc(1, sizeof *ask);
    if (!ask)
        abort();
    *ask = (struct wr_ask){.next = from->asks,
                           .at = &from->asks,
                           .from = from,
                           .home = home,
                           .call = call,
                           .caller = call->caller.name,
                           .question = *question,
                           .answered = answered};
    if (from->asks)
        from->asks->at = &ask->next;
    from->asks = ask;
    wr_loop_post(home, arrive, ask);
}

void wr_asks_free(struct wr_loop *loop)
{
    while (loop->asks)
        let_go(loop->asks);
}
