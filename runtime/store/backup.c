/* A copy of a store while it is in use: one consistent moment of it, by SQLite's own VACUUM INTO, on
 * a connection of its own. Readers never wait for the writer, nor it for them. */
#include "runtime/store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool copy(const char *path, const char *to, char **error)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE,
                                wr_store_disk()) == SQLITE_OK &&
                sqlite3_busy_timeout(db, 5000) == SQLITE_OK;
    int64_t application = 0;
    if (good && wr_connection_get(db, "PRAGMA application_id", &application) &&
        application != WR_APPLICATION_ID) {
        *error = wr_store_sentence("%s is not a store of Wright's", path);
        sqlite3_close(db);
        return false;
    }
    good = good && sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &statement, NULL) == SQLITE_OK &&
           sqlite3_bind_text(statement, 1, to, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_step(statement) == SQLITE_DONE;
    if (!good)
        *error = wr_store_sentence("cannot copy the store %s to %s: %s", path, to,
                                   db ? sqlite3_errmsg(db) : "out of memory");
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return good;
}

/* Made by us and empty, which VACUUM INTO takes: nobody else can read it at any time. */
static bool make_target(const char *to, char **error)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        *error = wr_store_sentence("cannot make %s: %s", to, strerror(errno));
        return false;
    }
    close(fd);
    return true;
}

static bool sync_file(const char *to, char **error)
{
    int fd = open(to, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        *error =
            wr_store_sentence("cannot be sure that %s is on the disk: %s", to, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

bool wr_store_backup(const char *url, const char *to, char **error)
{
    *error = NULL;
    if (strncmp(url, "sqlite:", 7) != 0 || !url[7]) {
        *error = wr_store_sentence("the store '%s' is not of the form sqlite:PATH", url);
        return false;
    }
    if (access(url + 7, F_OK) != 0) {
        *error = wr_store_sentence("there is no store %s: %s", url + 7, strerror(errno));
        return false;
    }
    if (!make_target(to, error))
        return false;
    if (copy(url + 7, to, error) && sync_file(to, error))
        return true;
    unlink(to);
    return false;
}
