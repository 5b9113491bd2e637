/* One SQLite connection: how it is opened, its prepared statements, and what its errors mean. */
#include "runtime/base/log.h"
#include "runtime/store/sqlite.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
#define SQL(name, text) text,
#include "runtime/store/sql.def"
#undef SQL
};

char *wr_store_sentence(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    int length = vasprintf(&text, format, args);
    va_end(args);
    return length < 0 ? NULL : text;
}

bool wr_connection_get(sqlite3 *db, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW;
    if (good)
        *number = sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK && good;
}

/* WAL: readers never wait for the writer. FULL: a commit is on disk when it returns. The writer
 * never checkpoints by itself: that would be in somebody's commit. */
bool wr_connection_open(struct wr_connection *c, const char *path, bool writes, char **error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const char *setup =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;"
        "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;";
    bool good =
        sqlite3_open_v2(path, &c->db, flags, wr_store_disk()) == SQLITE_OK &&
        sqlite3_busy_timeout(c->db, 5000) == SQLITE_OK &&
        sqlite3_exec(c->db, setup, NULL, NULL, NULL) == SQLITE_OK &&
        (writes || sqlite3_exec(c->db, "PRAGMA query_only = ON", NULL, NULL, NULL) == SQLITE_OK);
    if (good)
        return true;
    int code = c->db ? sqlite3_extended_errcode(c->db) : SQLITE_NOMEM;
    int number = c->db ? sqlite3_system_errno(c->db) : ENOMEM;
    if ((code & 0xff) == SQLITE_NOTADB)
        *error = wr_store_sentence(
            "%s is not an SQLite database, or its beginning is damaged; if it was "
            "a store, restore a backup in its place",
            path);
    else
        *error = wr_store_sentence("cannot open the store %s: %s%s%s", path,
                                   c->db ? sqlite3_errmsg(c->db) : "out of memory",
                                   number ? ": " : "", number ? strerror(number) : "");
    return false;
}

void wr_connection_close(struct wr_connection *c)
{
    for (int i = 0; i < WR_SQL_COUNT; i++)
        sqlite3_finalize(c->statements[i]);
    sqlite3_close_v2(c->db);
    *c = (struct wr_connection){0};
}

/* Reset and without bindings. */
sqlite3_stmt *wr_connection_sql(struct wr_connection *c, enum wr_sql which)
{
    sqlite3_stmt **statement = &c->statements[which];
    if (!c->db)
        return NULL;
    if (*statement) {
        sqlite3_reset(*statement);
        sqlite3_clear_bindings(*statement);
    } else if (sqlite3_prepare_v3(c->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                                  NULL) != SQLITE_OK) {
        *statement = NULL;
    }
    return *statement;
}

/* sqlite3_system_errno() does not know why a COMMIT failed; errno does, directly after it. */
int wr_connection_step(struct wr_connection *c, enum wr_sql which)
{
    sqlite3_stmt *statement = wr_connection_sql(c, which);
    if (!statement)
        return sqlite3_errcode(c->db);
    errno = 0;
    int code = sqlite3_step(statement);
    c->error_number = code == SQLITE_DONE ? 0 : errno;
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* No space is something an operator can mend, and it is told apart: SQLITE_FULL, or a write that
 * met a quota or a limit on the size of files. */
enum wr_store_status wr_connection_status(struct wr_connection *c, int code)
{
    int primary = code & 0xff;
    if (primary == SQLITE_OK || primary == SQLITE_DONE || primary == SQLITE_ROW)
        return WR_STORE_OK;
    int number = c->error_number ? c->error_number : sqlite3_system_errno(c->db);
    bool space = number == ENOSPC || number == EDQUOT || number == EFBIG;
    if (primary == SQLITE_FULL || (primary == SQLITE_IOERR && space))
        return WR_STORE_FULL;
    return WR_STORE_FAILED;
}
