/* Retention: jobs past their time are deleted, in small batches between commits, with all that only
 * they needed. */
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/store/sqlite.h"

#include <string.h>

#define SWEEP_JOBS 64
#define SWEEP_KEYS 512

struct old_job {
    struct wr_id id;
    int64_t n;
};

static int finish_statement(struct wr_connection *c, sqlite3_stmt *statement)
{
    if (!statement)
        return sqlite3_errcode(c->db);
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Blobs first: what the entries refer to is known by the entries only. */
static int forget_job(struct wr_connection *c, const struct old_job *job)
{
    static const enum wr_sql steps[] = {WR_SQL_unref_blobs, WR_SQL_drop_blobs,
                                        WR_SQL_drop_deliveries, WR_SQL_drop_entries};
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && code == SQLITE_OK; i++) {
        sqlite3_stmt *statement = wr_connection_sql(c, steps[i]);
        if (statement)
            sqlite3_bind_int64(statement, 1, job->n);
        code = finish_statement(c, statement);
    }
    if (code != SQLITE_OK)
        return code;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_drop_job);
    if (statement)
        sqlite3_bind_blob64(statement, 1, job->id.bytes, sizeof job->id.bytes, SQLITE_STATIC);
    return finish_statement(c, statement);
}

int wr_store_forget(struct wr_connection *c, const struct wr_id *id)
{
    struct old_job job = {.id = *id};
    int64_t last;
    int code = wr_op_find_job(c, id, &job.n, &last);
    return code == SQLITE_ROW ? forget_job(c, &job) : code == SQLITE_DONE ? SQLITE_OK : code;
}

static size_t find_old(struct wr_connection *c, struct old_job jobs[SWEEP_JOBS])
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_old_jobs);
    size_t count = 0;
    if (!statement)
        return 0;
    sqlite3_bind_int64(statement, 1, wr_utc_ms());
    sqlite3_bind_int(statement, 2, SWEEP_JOBS);
    while (count < SWEEP_JOBS && sqlite3_step(statement) == SQLITE_ROW) {
        struct old_job *job = &jobs[count++];
        memset(job, 0, sizeof *job);
        if (sqlite3_column_bytes(statement, 0) == (int)sizeof job->id.bytes)
            memcpy(job->id.bytes, sqlite3_column_blob(statement, 0), sizeof job->id.bytes);
        job->n = sqlite3_column_int64(statement, 1);
    }
    sqlite3_reset(statement);
    return count;
}

/* The next `SWEEP_KEYS` of a table's keys after `from`: `*upto` is the last of them, and `*there`
 * says whether there are any. */
static int find_keys(struct wr_connection *c, enum wr_sql which, const struct wr_key *from,
                     struct wr_key *upto, bool *there)
{
    sqlite3_stmt *statement = wr_connection_sql(c, which);
    if (!statement)
        return sqlite3_errcode(c->db);
    sqlite3_bind_blob64(statement, 1, from->bytes, sizeof from->bytes, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, SWEEP_KEYS);
    int code = sqlite3_step(statement);
    *there = code == SQLITE_ROW && sqlite3_column_bytes(statement, 0) == (int)sizeof upto->bytes;
    if (*there)
        memcpy(upto->bytes, sqlite3_column_blob(statement, 0), sizeof upto->bytes);
    sqlite3_reset(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Those of the keys from the one to the other that are past `until_ms`. */
static int drop_keys(struct wr_connection *c, enum wr_sql which, const struct wr_key *from,
                     const struct wr_key *upto, int64_t until_ms)
{
    sqlite3_stmt *statement = wr_connection_sql(c, which);
    if (statement) {
        sqlite3_bind_blob64(statement, 1, from->bytes, sizeof from->bytes, SQLITE_STATIC);
        sqlite3_bind_blob64(statement, 2, upto->bytes, sizeof upto->bytes, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 3, until_ms);
    }
    return finish_statement(c, statement);
}

enum { KEYS, TWINS, REMEMBERED, TABLES };

/* One step through the keys: of one table, then of the next, and then it is over for now. */
static int forget_keys(struct wr_sqlite *s, bool *more)
{
    static const enum wr_sql find[] = {WR_SQL_keys_from, WR_SQL_twins_from, WR_SQL_remembered_from};
    static const enum wr_sql drop[] = {WR_SQL_drop_keys, WR_SQL_drop_twins, WR_SQL_drop_values};
    struct wr_connection *c = &s->write;
    struct wr_key upto, *from = &s->swept;
    bool there = false;
    unsigned int tables = s->options.remember_ms ? TABLES : REMEMBERED;
    int64_t until_ms = wr_utc_ms();
    int code = find_keys(c, find[s->sweeps], from, &upto, &there);
    if (code != SQLITE_OK || !there) {
        memset(from, 0, sizeof *from);
        s->sweeps = code == SQLITE_OK ? (s->sweeps + 1) % tables : 0;
        *more = s->sweeps > 0;
        return code;
    }
    *more = true;
    if (s->sweeps == REMEMBERED)
        until_ms -= (int64_t)s->options.remember_ms;
    code = drop_keys(c, drop[s->sweeps], from, &upto, until_ms);
    if (s->sweeps == REMEMBERED && code == SQLITE_OK)
        code = drop_keys(c, WR_SQL_drop_remembered, from, &upto, until_ms);
    *from = upto;
    return code;
}

static int sweep(struct wr_sqlite *s, const struct old_job *jobs, size_t count, bool *more)
{
    struct wr_connection *c = &s->write;
    int code = wr_connection_step(c, WR_SQL_begin);
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = forget_job(c, &jobs[i]);
    if (code == SQLITE_OK)
        code = forget_keys(s, more);
    return code == SQLITE_OK ? wr_connection_step(c, WR_SQL_commit) : code;
}

bool wr_store_sweep(struct wr_sqlite *s)
{
    struct wr_connection *c = &s->write;
    struct old_job jobs[SWEEP_JOBS];
    bool more = false;
    size_t count = find_old(c, jobs);
    int code = sweep(s, jobs, count, &more);
    if (code != SQLITE_OK)
        wr_log(WR_LOG_WARN, "store_sweep_failed", wr_f_text("reason", sqlite3_errmsg(c->db)));
    if (!sqlite3_get_autocommit(c->db))
        wr_connection_step(c, WR_SQL_rollback);
    wr_store_heard(s, code);
    if (count) /* one of them may be among those that must be there */
        memset(s->sure, 0, sizeof s->sure);
    if (code == SQLITE_OK && count)
        wr_log(WR_LOG_DEBUG, "store_swept", WR_F_INT("jobs", (int64_t)count));
    return code == SQLITE_OK && (more || count == SWEEP_JOBS);
}
