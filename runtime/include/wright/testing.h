/* What the `test` blocks of a specification become: tables, run in virtual time by the engine that a
 * binary has and on the C that it is made of (runtime/sim/script.c). Only generated code and the
 * runtime include this. Times are milliseconds; texts live for ever. */
#ifndef WRIGHT_TESTING_H
#define WRIGHT_TESTING_H

#include <wright/generated.h>

/* ---- given: what an upstream does ----------------------------------------------------------- */

enum wr_given_kind {
    WR_GIVEN_RETURNS, /* `value`, at once */
    WR_GIVEN_TAKES,   /* `value`, when `ms` have passed; without one it is not answered in time */
    WR_GIVEN_FAILS,   /* with `class`; `ms`: so long since it was first asked, 0: once */
    WR_GIVEN_SILENT,  /* connects, and says nothing */
    WR_GIVEN_CUT,     /* breaks off after `bytes` of an answer */
    WR_GIVEN_CALLS    /* of a model: calls tools; `value`: a list of {name, arguments} */
};

struct wr_given {
    enum wr_given_kind kind;
    enum wr_class class;
    struct wr_str value; /* JSON; empty: none */
    int64_t ms, bytes;
};

/* ---- expect ---------------------------------------------------------------------------------- */

struct wr_seen; /* what is known when an expectation is looked at */

/* The output, decoded by the workflow's schema; never NULL: without one the expectation fails. */
const void *wr_seen_output(const struct wr_seen *seen);
int64_t wr_seen_cost(const struct wr_seen *seen); /* picodollars */
/* How often a stage's call was sent, and under how many idempotency keys. */
int64_t wr_seen_sends(const struct wr_seen *seen, const char *stage);
int64_t wr_seen_keys(const struct wr_seen *seen, const char *stage);
/* How many notifications the newest job has left for a service to be sent. */
int64_t wr_seen_notices(const struct wr_seen *seen, const char *service);

enum wr_expect_kind {
    WR_EXPECT_STATUS, /* `text`, as in the envelope */
    WR_EXPECT_RESULT, /* "full", "draft", "fallback" or "none" */
    WR_EXPECT_ERROR,  /* the declared error's name */
    WR_EXPECT_WITHIN, /* the job ended, or was answered, within `ms` of its request */
    WR_EXPECT_PATH,   /* `text`: "terms: ok, draft: timeout_ttft" is the whole way it took */
    WR_EXPECT_THAT    /* `holds`, written as `text` */
};

struct wr_expect {
    enum wr_expect_kind kind;
    const char *text;
    int64_t ms;
    bool (*holds)(struct wr_arena *arena, const struct wr_seen *seen);
    bool of_output; /* `holds` reads the output */
};

/* ---- a test: its steps, in order ------------------------------------------------------------- */

enum wr_test_step_kind {
    WR_STEP_GIVEN,
    WR_STEP_SEND,
    WR_STEP_SIGNAL,
    WR_STEP_REVIEW,
    WR_STEP_CRASH, /* during `subject`: the process dies when its call has left */
    WR_STEP_EXPECT
};

struct wr_test_step {
    enum wr_test_step_kind kind;
    uint32_t line;
    int64_t at_ms;       /* of the first request; -1: when it is its turn */
    const char *subject; /* GIVEN, CRASH: "draft", "gather/news"; GIVEN: or a service or model */
    bool is_upstream;    /* `subject` is a service or a model: for all its stages */
    const struct wr_given *givens;
    size_t given_count;
    uint16_t workflow;   /* SEND: an index */
    const char *name;    /* SIGNAL: which; REVIEW: "approve", "edit" or "reject" */
    struct wr_str value; /* SEND, SIGNAL, REVIEW: JSON; empty: none */
    const char *key;     /* SEND: Idempotency-Key; NULL: none */
    const char *caller;  /* SEND, REVIEW: who; NULL: "test" */
    const struct wr_expect *expects;
    size_t expect_count;
};

struct wr_test {
    const char *title;
    uint32_t line;
    const struct wr_test_step *steps;
    size_t step_count;
};

/* One label of one `on` line; the most specific of a stage stand first. */
struct wr_way {
    uint16_t workflow;
    const char *stage;
    uint64_t on;
    const char *error;  /* the user's; NULL: by class alone */
    const char *member; /* of `all`; NULL: any's, or the stage's own */
    uint16_t arm;       /* of `match`, from 1; 0: it is none */
    uint32_t line;
    const char *text; /* "error -> brief" */
};

/* ---- what the tests know of the program, for the simulator, too -------------------------------- */

struct wr_known_request {
    uint16_t workflow; /* an index */
    struct wr_str body;
};

struct wr_known_answer {
    const char *stage; /* its own name: of a member, the member's */
    const struct wr_schema *schema;
    size_t request; /* that some test sends, where this is answered */
    struct wr_str value;
};

struct wr_known {
    const struct wr_way *ways;
    size_t way_count;
    const struct wr_known_request *requests;
    size_t request_count;
    const struct wr_known_answer *answers;
    size_t answer_count;
};

struct wr_suite {
    const char *file; /* of the specification, as it was named */
    const struct wr_test *tests;
    size_t test_count;
};

#define WR_TEST_NONE 64 /* no test has the title that was asked for */

/* Runs them: `argv` may be "--coverage" and "--only" TEXT. Prints what `wright test` shows and gives
 * its exit code: 0, 1 where a test failed, or WR_TEST_NONE. */
int wr_test_main(const struct wr_program *program, const struct wr_suite *suite, int argc,
                 char **argv);

#endif
