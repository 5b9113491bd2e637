/* After a failed write or fsync: what the kernel holds of a file can then not be told from what is on
 * the disk, as pages that it could not write count as written from then on. So all connections are
 * closed, what is cached of the files is dropped, and SQLite reads its log anew from the disk, checksum
 * by checksum; what was acknowledged last must be in it, and all of it is copied once more. */
#include "runtime/base/log.h"
#include "runtime/store/sqlite.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

bool wr_store_open_connections(struct wr_sqlite *s, char **error)
{
    int64_t newest = s->write.newest_n;
    if (!wr_connection_open(&s->write, s->path, true, error) ||
        !wr_connection_open(&s->check, s->path, true, error))
        return false;
    s->write.newest_n = newest;
    for (uint32_t i = 0; i < s->options.readers; i++)
        if (!wr_connection_open(&s->read[i], s->path, false, error))
            return false;
    return true;
}

static void close_without_checkpoint(struct wr_connection *c)
{
    int64_t newest = c->newest_n;
    if (c->db)
        sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    wr_connection_close(c);
    c->newest_n = newest;
}

/* Nobody may have it open: to close a file drops all locks that this process has on it. */
static void forget_cached(const char *path, const char *suffix)
{
    char *name = wr_store_sentence("%s%s", path, suffix);
    int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    free(name);
}

static bool is_there(struct wr_connection *c, int64_t place)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_find_entry);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, place);
    bool there = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_reset(statement);
    return there;
}

/* Is the newest of what was acknowledged there, and can the whole log be copied? */
static bool verify(struct wr_sqlite *s, char **error)
{
    for (size_t i = 0; i < WR_SURE_PLACES; i++)
        if (s->sure[i] && !is_there(&s->write, s->sure[i])) {
            atomic_store(&s->damaged, true);
            *error = wr_store_sentence("the store %s has lost what it had acknowledged", s->path);
            return false;
        }
    int code = sqlite3_wal_checkpoint_v2(s->write.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code == SQLITE_OK)
        return true;
    *error = wr_store_sentence("cannot copy the log of the store %s: %s", s->path,
                               sqlite3_errmsg(s->write.db));
    return false;
}

bool wr_store_reopen(struct wr_sqlite *s, char **error)
{
    pthread_rwlock_wrlock(&s->using);
    close_without_checkpoint(&s->write);
    close_without_checkpoint(&s->check);
    for (uint32_t i = 0; i < s->options.readers; i++)
        close_without_checkpoint(&s->read[i]);
    forget_cached(s->path, "");
    forget_cached(s->path, "-wal");
    bool good =
        wr_store_open_connections(s, error) && wr_store_prepare(s, error) && verify(s, error);
    pthread_rwlock_unlock(&s->using);
    if (good)
        wr_log(WR_LOG_WARN, "store_reopened", wr_f_text("path", s->path));
    return good;
}
