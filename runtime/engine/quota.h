/* What one caller may ask of an api and of each workflow: requests in a span, jobs under way at a
 * time. Counted in one place for all loops, under the lock of `wr_peers`. It knows callers by name
 * and jobs by their number; how many callers it remembers is bounded. */
#ifndef WR_ENGINE_QUOTA_H
#define WR_ENGINE_QUOTA_H

#include "runtime/engine/ports.h"

#define WR_QUOTA_ROWS 8192 /* a row is a caller's at one limit: about 600 bytes */

struct wr_quotas;
struct wr_quota_row;

/* NULL where the program declares no limit of callers: every function below takes that. */
struct wr_quotas *wr_quotas_new(const struct wr_program *program, const struct wr_peers *peers);
void wr_quotas_free(struct wr_quotas *quotas);

/* One declared limit, as it stands for one caller. */
struct wr_quota_view {
    const char *workflow;           /* whose limit; NULL: the api's */
    const struct wr_limits *limits; /* as declared */
    uint64_t requests_left;         /* of limits->calls … */
    int64_t more_in_us;             /* … and when there is more; -1: none is used */
    uint32_t jobs_left;             /* of limits->concurrent */
};

/* The limits that a request to `workflow` counts for, the workflow's first; at most two. `caller` is
 * a key's name, or an address where there are no keys. */
size_t wr_quota_look(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                     struct wr_str caller, int64_t now_us, struct wr_quota_view views[2]);
/* Counts a request. False: a limit is reached, and nothing was counted; `views` (as many as
 * wr_quota_look() gives) say which. */
bool wr_quota_request(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                      struct wr_str caller, int64_t now_us);

/* A job's places among its caller's; zero it first. */
struct wr_quota_seats {
    struct wr_quota_row *rows[2];
};

/* Takes a place at each limit; false: one is full, and none was taken. `anyway`: however full they
 * are (a job that was accepted before). */
bool wr_quota_sit(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                  struct wr_str caller, bool anyway, struct wr_quota_seats *seats);
/* A job that parks gives its places to others, and has them back, however full, when it goes on. */
void wr_quota_lend(struct wr_quotas *quotas, const struct wr_quota_seats *seats);
void wr_quota_return(struct wr_quotas *quotas, const struct wr_quota_seats *seats);
/* For good; what has none is let be. */
void wr_quota_leave(struct wr_quotas *quotas, struct wr_quota_seats *seats);

#endif
