/* The schema of the SQLite store, version by version. A step is never changed once released: what
 * comes later is a new row at the end. */
#include "runtime/base/clock.h"
#include "runtime/base/failpoint.h"
#include "runtime/base/log.h"
#include "runtime/store/sqlite.h"

#include <stdio.h>
#include <string.h>

/* An entry's place is job.n * 2^20 + seq, so that the journal is one b-tree that grows at its end,
 * without a second index. */
static const char *const steps[] = {
    /* 1 */
    "CREATE TABLE job("
    " n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workflow TEXT NOT NULL,"
    " contract TEXT NOT NULL, caller TEXT NOT NULL, status TEXT NOT NULL,"
    " result_type TEXT NOT NULL DEFAULT '', error_code TEXT NOT NULL DEFAULT '',"
    " created_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL,"
    " finished_ms INTEGER NOT NULL DEFAULT 0, keep_until_ms INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX job_open ON job(n) WHERE finished_ms = 0;"
    "CREATE INDEX job_keep ON job(keep_until_ms) WHERE finished_ms > 0;"
    "CREATE INDEX job_caller ON job(caller, n);"
    "CREATE TABLE entry("
    " place INTEGER PRIMARY KEY, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " path TEXT NOT NULL, body BLOB, blob BLOB);"
    "CREATE TABLE blob("
    " hash BLOB PRIMARY KEY, refs INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE idempotency("
    " key BLOB PRIMARY KEY, body BLOB NOT NULL, job INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX idempotency_job ON idempotency(job);"
    "CREATE TABLE dedupe("
    " key BLOB PRIMARY KEY, job INTEGER NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX dedupe_job ON dedupe(job);"
    "CREATE TABLE remembered("
    " key BLOB NOT NULL, schema TEXT NOT NULL, at_ms INTEGER NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY(key, schema)) WITHOUT ROWID;"
    "CREATE TABLE probe(one INTEGER PRIMARY KEY, data BLOB NOT NULL);",

    /* 2: fewer trees, as each one that a commit touches costs a page of the log. Jobs are kept by
     * their ids, which grow with time; keys name the job's id, and stand after its end until their
     * time or until job.released says that they are free; remembered values are apart from their
     * keys, which fall anywhere. */
    "CREATE TABLE job_2("
    " id BLOB NOT NULL PRIMARY KEY, n INTEGER NOT NULL, workflow TEXT NOT NULL,"
    " contract TEXT NOT NULL, caller TEXT NOT NULL, status TEXT NOT NULL,"
    " result_type TEXT NOT NULL DEFAULT '', error_code TEXT NOT NULL DEFAULT '',"
    " created_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL,"
    " finished_ms INTEGER NOT NULL DEFAULT 0, keep_until_ms INTEGER NOT NULL DEFAULT 0,"
    " released INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "INSERT INTO job_2(id, n, workflow, contract, caller, status, result_type, error_code,"
    " created_ms, deadline_ms, finished_ms, keep_until_ms)"
    " SELECT id, n, workflow, contract, caller, status, result_type, error_code,"
    " created_ms, deadline_ms, finished_ms, keep_until_ms FROM job ORDER BY id;"
    "CREATE TABLE idempotency_2("
    " key BLOB PRIMARY KEY, body BLOB NOT NULL, job_id BLOB NOT NULL,"
    " until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO idempotency_2(key, body, job_id, until_ms)"
    " SELECT i.key, i.body, j.id, i.until_ms FROM idempotency i JOIN job j ON j.n = i.job;"
    "CREATE TABLE dedupe_2("
    " key BLOB PRIMARY KEY, job_id BLOB NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO dedupe_2(key, job_id, until_ms)"
    " SELECT d.key, j.id, d.until_ms FROM dedupe d JOIN job j ON j.n = d.job;"
    "CREATE TABLE remembered_value("
    " n INTEGER PRIMARY KEY, key BLOB, schema TEXT, at_ms INTEGER NOT NULL, value BLOB NOT NULL);"
    "INSERT INTO remembered_value(key, schema, at_ms, value)"
    " SELECT key, schema, at_ms, value FROM remembered;"
    "DROP TABLE remembered;"
    "CREATE TABLE remembered("
    " key BLOB NOT NULL, schema TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(key, schema))"
    " WITHOUT ROWID;"
    "INSERT INTO remembered(key, schema, n) SELECT key, schema, n FROM remembered_value;"
    "ALTER TABLE remembered_value DROP COLUMN key; ALTER TABLE remembered_value DROP COLUMN schema;"
    "DROP TABLE job; DROP TABLE idempotency; DROP TABLE dedupe;"
    "ALTER TABLE job_2 RENAME TO job; ALTER TABLE idempotency_2 RENAME TO idempotency;"
    "ALTER TABLE dedupe_2 RENAME TO dedupe;"
    "CREATE INDEX job_open ON job(id) WHERE finished_ms = 0;"
    "CREATE INDEX job_keep ON job(keep_until_ms) WHERE finished_ms > 0;"
    "CREATE INDEX job_caller ON job(caller, id);",

    /* 3: notifications, each of one entry to one service. One that has no time is not to be sent any
     * more: it has arrived, or is dead. */
    "CREATE TABLE delivery("
    " place INTEGER NOT NULL, service TEXT NOT NULL, event TEXT NOT NULL, job_id BLOB NOT NULL,"
    " state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,"
    " created_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, http INTEGER NOT NULL DEFAULT 0,"
    " detail TEXT NOT NULL DEFAULT '', PRIMARY KEY(place, service)) WITHOUT ROWID;"
    "CREATE INDEX delivery_due ON delivery(service, due_ms) WHERE due_ms > 0;",

    /* 4: where a long journal is read from: the seq of its newest checkpoint. */
    "ALTER TABLE job ADD COLUMN checkpoint INTEGER NOT NULL DEFAULT 0;",

    /* 5: from when until when a job rests, with nothing to do, and its status as clients see it: one that
     * waits for somebody is queued. What a job that has not ended waits for stands in its newest entry
     * but checkpoints; where that is no park, something has come. */
    "ALTER TABLE job ADD COLUMN parked_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN wake_ms INTEGER NOT NULL DEFAULT 0;"
    "UPDATE job SET parked_ms = park.at_ms, wake_ms = json_extract(park.body, '$.until_ms'),"
    " status = iif(json_extract(park.body, '$.waiting_for') = 'retry', status, 'queued')"
    " FROM (SELECT j.id AS id, e.at_ms AS at_ms, e.kind AS kind, e.path AS path,"
    " CAST(coalesce(e.body, b.data) AS TEXT) AS body FROM job j"
    " JOIN entry e ON e.place = (SELECT max(place) FROM entry"
    " WHERE place BETWEEN j.n << 20 AND (j.n << 20) + 1048575 AND kind <> 12)"
    " LEFT JOIN blob b ON b.hash = e.blob WHERE j.finished_ms = 0) AS park"
    " WHERE job.id = park.id AND park.kind = 8 AND park.path = '';",
};

#define NEWEST ((int64_t)(sizeof steps / sizeof *steps))

static bool run(sqlite3 *db, const char *sql, const char *path, char **error)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    *error = wr_store_sentence("cannot prepare the store %s: %s", path, sqlite3_errmsg(db));
    return false;
}

/* Whose file is it, and how old? */
static bool look(sqlite3 *db, const char *path, int64_t *version, char **error)
{
    int64_t application = 0, tables = 0;
    if (!wr_connection_get(db, "PRAGMA application_id", &application) ||
        !wr_connection_get(db, "PRAGMA user_version", version) ||
        !wr_connection_get(db, "SELECT count(*) FROM sqlite_schema", &tables)) {
        *error = wr_store_sentence("cannot read the store %s: %s", path, sqlite3_errmsg(db));
        return false;
    }
    if (application != WR_APPLICATION_ID && (application != 0 || tables != 0)) {
        *error = wr_store_sentence("%s is an SQLite database, but not a store of Wright's", path);
        return false;
    }
    if (*version > NEWEST) {
        *error = wr_store_sentence(
            "the store %s has schema version %lld and this binary knows up "
            "to %lld: it was used by a newer binary; run that one, or "
            "restore a backup made before the upgrade",
            path, (long long)*version, (long long)NEWEST);
        return false;
    }
    return true;
}

bool wr_schema_update(sqlite3 *db, const char *path, char **error)
{
    int64_t version;
    if (!look(db, path, &version, error))
        return false;
    if (version == NEWEST)
        return true;
    if (!run(db, "BEGIN IMMEDIATE", path, error))
        return false;
    bool good = true;
    if (version > 0) /* a large store takes a while */
        wr_log(WR_LOG_WARN, "store_upgrading", wr_f_text("path", path),
               WR_F_INT("from_version", version), WR_F_INT("to_version", NEWEST));
    for (int64_t i = version; good && i < NEWEST; i++)
        good = run(db, steps[i], path, error);
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             WR_APPLICATION_ID, (int)NEWEST);
    good = good && run(db, mark, path, error);
    wr_failpoint("store.upgrade.commit");
    if (good && run(db, "COMMIT", path, error)) {
        if (version > 0)
            wr_log(WR_LOG_WARN, "store_upgraded", wr_f_text("path", path),
                   WR_F_INT("from_version", version), WR_F_INT("to_version", NEWEST));
        return true;
    }
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

/* So that a large store does not keep its binary from starting: what can be looked at meanwhile. */
#define CHECK_US 50000

static int is_late(void *until)
{
    return wr_mono_us() > *(int64_t *)until;
}

bool wr_schema_check(sqlite3 *db, const char *path, char **error)
{
    int64_t until = wr_mono_us() + CHECK_US;
    sqlite3_stmt *statement = NULL;
    char found[200] = "";
    sqlite3_progress_handler(db, 1000, is_late, &until);
    int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        snprintf(found, sizeof found, "%s", (const char *)sqlite3_column_text(statement, 0));
    else if ((code & 0xff) != SQLITE_INTERRUPT)
        snprintf(found, sizeof found, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    if (strcmp(found, "ok") == 0 || (code & 0xff) == SQLITE_INTERRUPT)
        return true;
    char *line = strchr(found, '\n');
    if (line)
        *line = '\0';
    *error = wr_store_sentence(
        "the store %s is damaged (%s); restore a backup in its place, or start "
        "with another file",
        path, found);
    return false;
}
