/* Retention: jobs past their time are deleted, in small batches between commits, with all that only
 * they needed. */
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/store/sqlite.h"

#define SWEEP_JOBS 64

static int run_range(struct wr_connection *c, enum wr_sql which, int64_t n)
{
    sqlite3_stmt *statement = wr_connection_sql(c, which);
    if (!statement)
        return sqlite3_errcode(c->db);
    sqlite3_bind_int64(statement, 1, n);
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Blobs first: what the entries refer to is known by the entries only. */
static int forget_job(struct wr_connection *c, int64_t n)
{
    static const enum wr_sql steps[] = {WR_SQL_unref_blobs,  WR_SQL_drop_blobs,
                                        WR_SQL_drop_entries, WR_SQL_drop_idempotency,
                                        WR_SQL_drop_dedupe,  WR_SQL_drop_job};
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && code == SQLITE_OK; i++)
        code = run_range(c, steps[i], n);
    return code;
}

static size_t find_old(struct wr_connection *c, int64_t jobs[SWEEP_JOBS])
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_old_jobs);
    size_t count = 0;
    if (!statement)
        return 0;
    sqlite3_bind_int64(statement, 1, wr_utc_ms());
    sqlite3_bind_int(statement, 2, SWEEP_JOBS);
    while (count < SWEEP_JOBS && sqlite3_step(statement) == SQLITE_ROW)
        jobs[count++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return count;
}

bool wr_store_sweep(struct wr_sqlite *s)
{
    struct wr_connection *c = &s->write;
    int64_t jobs[SWEEP_JOBS];
    size_t count = find_old(c, jobs);
    if (count == 0)
        return false;
    int code = wr_connection_step(c, WR_SQL_begin);
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = forget_job(c, jobs[i]);
    if (code == SQLITE_OK)
        code = wr_connection_step(c, WR_SQL_commit);
    if (code != SQLITE_OK)
        wr_log(WR_LOG_WARN, "store_sweep_failed", wr_f_text("reason", sqlite3_errmsg(c->db)));
    if (!sqlite3_get_autocommit(c->db))
        wr_connection_step(c, WR_SQL_rollback);
    if (code == SQLITE_OK)
        wr_log(WR_LOG_DEBUG, "store_swept", WR_F_INT("jobs", (int64_t)count));
    return code == SQLITE_OK && count == SWEEP_JOBS;
}
