/* What SQLite itself does on this disk: rows of BYTES, GROUP in a transaction, each transaction durable
 * (WAL, synchronous=FULL), for SECONDS. `bench_sqlite FILE BYTES GROUP SECONDS` prints one line of JSON. */
#include "runtime/base/clock.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;

static void run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return;
    fprintf(stderr, "bench_sqlite: %s: %s\n", sql, sqlite3_errmsg(db));
    exit(2);
}

int main(int argc, char **argv)
{
    static char row[1 << 16];
    int bytes = argc == 5 ? atoi(argv[2]) : 0, group = argc == 5 ? atoi(argv[3]) : 0;
    if (bytes < 1 || bytes > (int)sizeof row || group < 1) {
        fputs("usage: bench_sqlite FILE BYTES GROUP SECONDS\n", stderr);
        return 2;
    }
    memset(row, 'x', sizeof row);
    sqlite3_stmt *insert;
    if (sqlite3_open(argv[1], &db) != SQLITE_OK)
        return 2;
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, b BLOB)");
    sqlite3_prepare_v2(db, "INSERT INTO t(b) VALUES(?1)", -1, &insert, NULL);
    int64_t began = wr_mono_us(), until = began + (int64_t)(atof(argv[4]) * 1e6);
    long rows = 0, commits = 0;
    for (; wr_mono_us() < until; commits++) {
        run("BEGIN");
        for (int i = 0; i < group; i++, rows++) {
            sqlite3_bind_blob(insert, 1, row, bytes, SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE)
                return 2;
            sqlite3_reset(insert);
        }
        run("COMMIT");
    }
    double seconds = (double)(wr_mono_us() - began) / 1e6;
    printf("{\"rows\": %.0f, \"commits\": %.0f}\n", (double)rows / seconds,
           (double)commits / seconds);
    sqlite3_finalize(insert);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 2;
}
