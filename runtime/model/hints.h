/* What a peer's response headers say about sending again. Knows headers, and no connection. */
#ifndef WR_MODEL_HINTS_H
#define WR_MODEL_HINTS_H

#include <stdbool.h>
#include <stdint.h>

struct wr_hints {
    int64_t retry_after_ms; /* -1: no wish; a day at most */
    bool final;             /* it asks that the request is not sent again */
};

/* The first value of a response header, or NULL. */
typedef const char *wr_header_fn(void *arg, const char *name);

/* In this order: `retry-after-ms`; `retry-after` in seconds, with a fraction too, or as a date (RFC 9110,
 * 10.2.3); and where a 429 has neither, the reset of the limit that is used up: `x-ratelimit-reset-requests`
 * and `-tokens` as OpenAI writes them ("6m0s", "12ms", seconds), `anthropic-ratelimit-requests-reset`,
 * `-tokens-`, `-input-tokens-` and `-output-tokens-reset` as RFC 3339 dates. `x-should-retry: false` is what
 * the providers' own clients obey; `true` overrides nothing here, for the class decides. `now_ms` is UTC. */
struct wr_hints wr_hints_read(wr_header_fn *get, void *arg, int status, int64_t now_ms);

#endif
