/* A disk that fails on purpose, for test builds: SQLite's own file system, with failures put before
 * its writes and syncs. Not in shipped builds. */
#include "runtime/store/sqlite.h"

#ifdef WRIGHT_FAILPOINTS
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS 4 /* of files that SQLite's own file system tells apart */

/* A kind of file: its functions as they are, and with ours before them. */
static struct kind {
    const sqlite3_io_methods *real;
    sqlite3_io_methods ours;
} kinds[KINDS];
static size_t kind_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *real, ours;

/* The file that WRIGHT_DISK names says what fails from now on: words of sync, write, full. No file:
 * nothing. */
static bool fails(const char *what)
{
    const char *path = getenv("WRIGHT_DISK");
    char text[64] = "";
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return false;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return strstr(text, what) != NULL;
}

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
    for (size_t i = 0; i < kind_count; i++)
        if (file->pMethods == &kinds[i].ours)
            return kinds[i].real;
    abort();
}

static int sync_file(sqlite3_file *file, int flags)
{
    if (!fails("sync"))
        return real_of(file)->xSync(file, flags);
    errno = EIO;
    return SQLITE_IOERR_FSYNC;
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
    if (fails("full")) {
        errno = ENOSPC;
        return SQLITE_FULL;
    }
    if (!fails("write"))
        return real_of(file)->xWrite(file, bytes, count, at);
    errno = EROFS;
    return SQLITE_IOERR_WRITE;
}

static void put_ours(sqlite3_file *file)
{
    pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < kind_count && kinds[i].real != file->pMethods)
        i++;
    if (i == KINDS)
        abort();
    if (i == kind_count) {
        kinds[i] = (struct kind){file->pMethods, *file->pMethods};
        kinds[i].ours.xSync = sync_file;
        kinds[i].ours.xWrite = write_file;
        kind_count++;
    }
    file->pMethods = &kinds[i].ours;
    pthread_mutex_unlock(&lock);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    int code = real->xOpen(real, name, file, flags, out);
    if (code == SQLITE_OK && name && file->pMethods)
        put_ours(file);
    return code;
}

static void make(void)
{
    real = sqlite3_vfs_find(NULL);
    ours = *real;
    ours.zName = "failing";
    ours.xOpen = open_file;
    sqlite3_vfs_register(&ours, 0);
}

const char *wr_store_disk(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make);
    return ours.zName;
}
#else
const char *wr_store_disk(void)
{
    return NULL; /* SQLite's own */
}
#endif
