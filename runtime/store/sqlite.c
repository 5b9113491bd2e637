/* The SQLite store: opening and closing it, and the port's calls that write. */
#include "runtime/store/sqlite.h"

#include "runtime/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- writing -------------------------------------------------------------------------------- */

/* Only what begins something is refused by a full queue: what belongs to a job under way is bounded
 * by the jobs under way, and refusing it would lose what happened. */
static bool put(struct wr_side *side, struct wr_op *op)
{
    struct wr_sqlite *s = side->s;
    op->to = side->inbox;
    pthread_mutex_lock(&s->lock);
    bool busy = op->is_accept && s->queue.count >= s->options.queue;
    bool closing = s->closing, wake = false;
    if (!busy && !closing) {
        wr_op_list_add(&s->queue, op);
        atomic_fetch_add(&s->queued, 1);
        bool awaited = op->accepted || op->appended;
        wake = s->writer_waits == WR_WAITS_LONG || (awaited && s->writer_waits == WR_WAITS_SHORT);
        if (wake)
            s->writer_waits = WR_WAITS_NOT; /* once is enough */
    }
    pthread_mutex_unlock(&s->lock);
    if (wake)
        pthread_cond_signal(&s->work); /* outside of the lock, which it wants at once */
    if (!busy && !closing)
        return true;
    op->status = busy ? WR_STORE_BUSY : WR_STORE_FAILED;
    atomic_fetch_add(&s->refused, 1);
    wr_store_post(op->to, wr_ops_answer, op);
    return false;
}

static void port_accept(void *self, const struct wr_accept *accept,
                        void (*done)(void *arg, enum wr_store_status status, enum wr_accepted how,
                                     struct wr_id job),
                        void *arg)
{
    struct wr_op *op = wr_op_accept(accept);
    if (!op)
        abort(); /* no memory even for the refusal; the journal is what survives */
    op->accepted = done;
    op->arg = arg;
    put(self, op);
}

static void port_append(void *self, const struct wr_append *append,
                        void (*done)(void *arg, enum wr_store_status status), void *arg)
{
    struct wr_op *op = wr_op_append(append);
    if (!op)
        abort();
    op->appended = done;
    op->arg = arg;
    put(self, op);
}

void wr_store_on_due(struct wr_store *store, void (*due)(void *arg), void *arg)
{
    struct wr_sqlite *s = wr_sqlite_of(store->self);
    s->due_arg = arg;
    s->due = due;
}

void wr_store_deliver(struct wr_store *store, const struct wr_delivery *delivery,
                      void (*done)(void *arg, enum wr_store_status status), void *arg)
{
    struct wr_op *op = wr_op_delivery(delivery);
    if (!op)
        abort();
    op->appended = done;
    op->arg = arg;
    put(wr_side_of(store->self), op);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* Made by us, so that nobody else may read it; SQLite gives its side files the same mode. */
static bool make_file(struct wr_sqlite *s, char **error)
{
    int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        *error = wr_store_sentence("cannot open the store %s: %s", s->path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    close(fd); /* before SQLite takes its locks, which closing it later would drop */
    if (!S_ISREG(status.st_mode)) {
        *error = wr_store_sentence("the store %s is not a regular file", s->path);
        return false;
    }
    return true;
}

/* A lock on a file of its own: SQLite's own locks let two processes in, and two engines on one
 * journal would run each job twice. It is never unlinked, as that would be a race. */
static bool take_lock(struct wr_sqlite *s, char **error)
{
    char *path = wr_store_sentence("%s-lock", s->path);
    s->lock_fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (s->lock_fd < 0) {
        *error = wr_store_sentence("cannot open %s-lock: %s", s->path, strerror(errno));
        free(path);
        return false;
    }
    free(path);
    char text[32] = "";
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t got = pread(s->lock_fd, text, sizeof text - 1, 0);
        text[got > 0 ? strspn(text, "0123456789") : 0] = '\0';
        *error = wr_store_sentence(
            "the store %s is in use by another process%s%s; one store "
            "serves one process at a time",
            s->path, *text ? ", pid " : "", text);
        return false;
    }
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, text, (size_t)length, 0) != length)
        wr_log(WR_LOG_WARN, "store_lock_unmarked", wr_f_text("reason", strerror(errno)));
    return true;
}

static int on_wal(void *store, sqlite3 *db, const char *schema, int pages)
{
    (void)db, (void)schema;
    struct wr_sqlite *s = store;
    atomic_store(&s->wal_pages, (unsigned long long)pages);
    return SQLITE_OK;
}

static bool limit_size(struct wr_sqlite *s, char **error)
{
    int64_t page = 4096;
    if (!s->options.max_bytes)
        return true;
    char text[64];
    wr_connection_get(s->write.db, "PRAGMA page_size", &page);
    snprintf(text, sizeof text, "PRAGMA max_page_count = %lld",
             (long long)((int64_t)s->options.max_bytes / page));
    if (sqlite3_exec(s->write.db, text, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    *error =
        wr_store_sentence("cannot limit the store %s: %s", s->path, sqlite3_errmsg(s->write.db));
    return false;
}

static bool number_jobs(struct wr_sqlite *s, char **error)
{
    sqlite3_stmt *statement = wr_connection_sql(&s->write, WR_SQL_newest_n);
    if (statement && sqlite3_step(statement) == SQLITE_ROW) {
        s->write.newest_n = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
        return true;
    }
    *error =
        wr_store_sentence("cannot read the store %s: %s", s->path, sqlite3_errmsg(s->write.db));
    return false;
}

bool wr_store_prepare(struct wr_sqlite *s, char **error)
{
    sqlite3_wal_hook(s->write.db, on_wal, s);
    return limit_size(s, error);
}

static bool open_connections(struct wr_sqlite *s, char **error)
{
    return wr_store_open_connections(s, error) && wr_schema_update(s->write.db, s->path, error) &&
           wr_schema_check(s->write.db, s->path, error) && number_jobs(s, error) &&
           wr_store_prepare(s, error);
}

static bool start_threads(struct wr_sqlite *s, char **error)
{
    s->writer_runs = pthread_create(&s->writer, NULL, wr_writer_run, s) == 0;
    s->checkpointer_runs =
        s->writer_runs && pthread_create(&s->checkpointer, NULL, wr_checkpointer_run, s) == 0;
    bool good = s->checkpointer_runs;
    while (good && s->reader_count < s->options.readers) {
        good = wr_reader_start(s, &s->read[s->reader_count], &s->readers[s->reader_count]);
        s->reader_count += good;
    }
    if (!good)
        *error = wr_store_sentence("cannot start the store's threads: %s", strerror(errno));
    return good;
}

static void init(struct wr_sqlite *s, const struct wr_store_options *options)
{
    s->lock_fd = -1;
    if (options)
        s->options = *options;
    s->options.queue = s->options.queue ? s->options.queue : 8192;
    s->options.batch = s->options.batch ? s->options.batch : 1024;
    s->options.ride_ms = s->options.ride_ms ? s->options.ride_ms : 5;
    s->options.probe_ms = s->options.probe_ms ? s->options.probe_ms : 250;
    s->options.sweep_ms = s->options.sweep_ms ? s->options.sweep_ms : 60000;
    s->options.readers = s->options.readers ? s->options.readers : 2;
    s->options.loops = s->options.loops ? s->options.loops : 1;
    wr_op_list_init(&s->queue);
    s->queries.end = &s->queries.first;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&s->reading, NULL);
    pthread_cond_init(&s->checkpointing, NULL);
    pthread_rwlock_init(&s->using, NULL);
}

struct wr_store *wr_store_join(struct wr_store *store, struct event_base *loop)
{
    struct wr_sqlite *s = wr_sqlite_of(store->self);
    struct wr_side *side = &s->sides[s->side_count];
    side->inbox = wr_inbox_new(loop);
    if (!side->inbox)
        return NULL;
    side->s = s;
    side->share = s->side_count++;
    side->port.self = side;
    side->port.accept = port_accept;
    side->port.append = port_append;
    wr_reader_port(&side->port);
    return &side->port;
}

/* ---- closing -------------------------------------------------------------------------------- */

static void stop_threads(struct wr_sqlite *s)
{
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    s->closed = !s->writer_runs;
    pthread_cond_broadcast(&s->work);
    pthread_cond_broadcast(&s->reading);
    pthread_cond_broadcast(&s->checkpointing);
    pthread_mutex_unlock(&s->lock);
    if (s->writer_runs)
        pthread_join(s->writer, NULL);
    if (s->checkpointer_runs)
        pthread_join(s->checkpointer, NULL);
    for (uint32_t i = 0; i < s->reader_count; i++)
        pthread_join(s->readers[i], NULL);
}

static void close_all(struct wr_sqlite *s)
{
    stop_threads(s);
    while (s->side_count > 0)
        wr_inbox_free(s->sides[--s->side_count].inbox);
    for (uint32_t i = 0; s->read && i < s->options.readers; i++)
        wr_connection_close(&s->read[i]);
    wr_connection_close(&s->check);
    wr_connection_close(&s->write); /* the last one: leaves no write-ahead log behind */
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->work);
    pthread_cond_destroy(&s->reading);
    pthread_cond_destroy(&s->checkpointing);
    pthread_rwlock_destroy(&s->using);
    free(s->doubtful);
    free(s->readers);
    free(s->read);
    free(s->path);
    free(s->sides);
    free(s);
}

void wr_store_close(struct wr_store *store)
{
    if (store)
        close_all(wr_sqlite_of(store->self));
}

struct wr_store *wr_store_open(const char *url, struct event_base *loop,
                               const struct wr_store_options *options, char **error)
{
    *error = NULL;
    if (strncmp(url, "sqlite:", 7) != 0 || !url[7] || strcmp(url + 7, ":memory:") == 0) {
        *error = wr_store_sentence("the store '%s' is not of the form sqlite:PATH", url);
        return NULL;
    }
    struct wr_sqlite *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    init(s, options);
    s->path = strdup(url + 7);
    s->readers = calloc(s->options.readers, sizeof *s->readers);
    s->read = calloc(s->options.readers, sizeof *s->read);
    s->sides = calloc(s->options.loops, sizeof *s->sides);
    s->doubtful = calloc(WR_DOUBTFUL(s), sizeof *s->doubtful);
    if (s->sides)
        s->sides[0] = (struct wr_side){.port.self = &s->sides[0], .s = s};
    if (!s->path || !s->readers || !s->read || !s->sides || !s->doubtful ||
        !wr_store_join(&s->sides[0].port, loop))
        *error = wr_store_sentence("cannot open the store %s: out of memory or descriptors", url);
    else if (make_file(s, error) && take_lock(s, error) && open_connections(s, error) &&
             start_threads(s, error))
        return &s->sides[0].port;
    close_all(s);
    return NULL;
}

/* ---- what it tells -------------------------------------------------------------------------- */

bool wr_store_healthy(const struct wr_store *store, const char **why)
{
    struct wr_sqlite *s = wr_sqlite_of(store->self);
    int trouble = atomic_load(&s->trouble);
    *why = atomic_load(&s->damaged)   ? "The store is damaged: a backup has to be restored."
           : atomic_load(&s->suspect) ? "The store cannot be written to."
           : trouble == WR_STORE_OK   ? ""
           : trouble == WR_STORE_FULL ? "The store has no space left."
                                      : "The store cannot be written to.";
    return trouble == WR_STORE_OK && !atomic_load(&s->damaged) && !atomic_load(&s->suspect);
}

void wr_store_get_stats(const struct wr_store *store, struct wr_store_stats *stats)
{
    struct wr_sqlite *s = wr_sqlite_of(store->self);
    *stats = (struct wr_store_stats){.queued = atomic_load(&s->queued),
                                     .commits = atomic_load(&s->commits),
                                     .failed_commits = atomic_load(&s->failed_commits),
                                     .writes = atomic_load(&s->writes),
                                     .refused = atomic_load(&s->refused),
                                     .reads = atomic_load(&s->reads),
                                     .commit_us = atomic_load(&s->commit_us),
                                     .checkpoints = atomic_load(&s->checkpoints),
                                     .wal_pages = atomic_load(&s->wal_pages)};
}
