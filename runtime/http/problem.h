/* Problem details, RFC 9457: the body of every refusal that is not a job's own reply. */
#ifndef WR_HTTP_PROBLEM_H
#define WR_HTTP_PROBLEM_H

#include <wright/generated.h>

struct wr_arena;
struct wr_exchange;
struct wr_header;

/* One mistake in a request's body. */
struct wr_problem_error {
    struct wr_str pointer; /* RFC 6901; "" is the whole body */
    struct wr_str rule;    /* a stable word: "required", "max_length" … */
    struct wr_str message; /* a sentence */
};

struct wr_problem {
    int status;
    const char
        *code; /* stable, [a-z_]+; `type` is "urn:problem-type:wright:" and this; never NULL */
    const char *title;      /* NULL: the status's own phrase */
    struct wr_str detail;   /* a sentence for a person; empty: left out */
    struct wr_str instance; /* a path; empty: left out */
    const struct wr_problem_error *errors;
    size_t error_count;
    uint32_t more_errors;          /* left out of `errors` */
    const struct wr_str *violated; /* names of limits, "violated-policies" */
    size_t violated_count;
    uint32_t retry_after_s; /* wr_reply_problem() sends Retry-After; 0: none */
};

#define WR_PROBLEM_TYPE WR_STR("application/problem+json")

/* The JSON text, in `arena`. What is not UTF-8 in a text becomes U+FFFD. */
struct wr_str wr_problem_body(struct wr_arena *arena, const struct wr_problem *problem);
/* Ends the exchange with it; `headers` are sent as well. */
void wr_reply_problem(struct wr_exchange *exchange, const struct wr_problem *problem,
                      const struct wr_header *headers, size_t header_count);
/* RFC 9110's phrase, "Not Found"; "Unknown" for a number it does not have. */
const char *wr_status_phrase(int status);

#endif
