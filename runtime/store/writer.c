/* The writer's thread: takes what is queued, commits it as one transaction, answers. And the
 * checkpointer's, which keeps the write-ahead log short, outside of anybody's commit. */
#include "runtime/base/clock.h"
#include "runtime/base/failpoint.h"
#include "runtime/base/log.h"
#include "runtime/store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* An answer must reach the loop: with no memory for the letter, wait for some. */
void wr_store_post(struct wr_inbox *to, void (*fn)(void *arg), void *arg)
{
    while (!wr_inbox_post(to, fn, arg))
        usleep(1000);
}

static bool is_trouble(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_PERM:
        return true;
    default:
        return false;
    }
}

static void refuse(struct wr_connection *c, struct wr_op *op, int code)
{
    char id[WR_ID_TEXT];
    wr_id_text(op->is_accept ? &op->accept.job : &op->append.job, id);
    wr_log(
        WR_LOG_ERROR, "store_write_refused", wr_f_text("job_id", id),
        wr_f_text("reason", code == SQLITE_RANGE ? "a gap in the journal" : sqlite3_errmsg(c->db)));
    op->status = WR_STORE_FAILED;
}

/* One call, in a savepoint of its own: what is wrong with it is not the others' fault. Gives
 * SQLITE_OK, or what makes the whole transaction fail. */
static int apply_apart(struct wr_connection *c, struct wr_op *op)
{
    int code = wr_connection_step(c, WR_SQL_savepoint);
    if (code != SQLITE_OK)
        return code;
    code = wr_op_apply(c, op);
    if (code == SQLITE_OK)
        return wr_connection_step(c, WR_SQL_release);
    if (is_trouble(code) || sqlite3_get_autocommit(c->db))
        return code;
    refuse(c, op, code);
    code = wr_connection_step(c, WR_SQL_rollback_to);
    return code == SQLITE_OK ? wr_connection_step(c, WR_SQL_release) : code;
}

/* Who was told that nothing was accepted must not find a job there. */
static int forget_doubtful(struct wr_sqlite *s)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < s->doubtful_count && code == SQLITE_OK; i++)
        code = wr_store_forget(&s->write, &s->doubtful[i]);
    return code;
}

/* A savepoint costs a copy of every page that is changed, and a call that is wrong is rare. So all
 * go in without; only where one was wrong they go in once more, each apart. */
static int apply_all(struct wr_sqlite *s, struct wr_op_list *batch)
{
    struct wr_connection *c = &s->write;
    int code = wr_connection_step(c, WR_SQL_begin);
    if (code == SQLITE_OK)
        code = forget_doubtful(s);
    for (struct wr_op *op = batch->first; op && code == SQLITE_OK; op = op->next)
        code = wr_op_apply(c, op);
    if (code == SQLITE_OK || is_trouble(code) || sqlite3_get_autocommit(c->db))
        return code;
    code = wr_connection_step(c, WR_SQL_rollback);
    if (code == SQLITE_OK)
        code = wr_connection_step(c, WR_SQL_begin);
    if (code == SQLITE_OK)
        code = forget_doubtful(s);
    for (struct wr_op *op = batch->first; op && code == SQLITE_OK; op = op->next)
        code = apply_apart(c, op);
    return code;
}

static int commit_batch(struct wr_sqlite *s, struct wr_op_list *batch)
{
    struct wr_connection *c = &s->write;
    int code = apply_all(s, batch);
    if (code == SQLITE_OK)
        wr_ops_send_decided(batch); /* they do something while the disk does */
    wr_failpoint("store.commit.before");
    if (code == SQLITE_OK)
        code = wr_connection_step(c, WR_SQL_commit);
    wr_failpoint("store.commit.after");
    return code;
}

static void set_trouble(struct wr_sqlite *s, int status, const char *reason)
{
    int before = atomic_exchange(&s->trouble, status);
    if (before == status)
        return;
    if (status == WR_STORE_OK)
        wr_log(WR_LOG_WARN, "store_recovered", wr_f_text("path", s->path));
    else
        wr_log(WR_LOG_ERROR, "store_failed", wr_f_text("path", s->path),
               wr_f_text("reason", reason), WR_F_BOOL("no_space", status == WR_STORE_FULL));
}

/* Words of a disk that cannot be believed, and of a file that must not be written to. No space is
 * neither: what could not be written is known. */
void wr_store_heard(struct wr_sqlite *s, int code)
{
    int primary = code & 0xff;
    if (primary == SQLITE_IOERR && !atomic_exchange(&s->suspect, true)) {
        pthread_mutex_lock(&s->lock);
        pthread_cond_signal(&s->work);
        pthread_mutex_unlock(&s->lock);
    }
    if ((primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) &&
        !atomic_exchange(&s->damaged, true))
        wr_log(WR_LOG_ERROR, "store_damaged", wr_f_text("path", s->path),
               wr_f_text("reason", sqlite3_errstr(code)));
}

/* Nothing of the batch was written. Who awaits is told; what rides along is kept for the next
 * transaction, in its place before whatever follows it. */
static void batch_failed(struct wr_sqlite *s, struct wr_op_list *batch, struct wr_op_list *kept,
                         enum wr_store_status status)
{
    struct wr_op_list told;
    wr_op_list_init(&told);
    wr_op_list_init(kept);
    for (struct wr_op *op = batch->first, *next; op; op = next) {
        next = op->next;
        op->status = status;
        wr_op_list_add(op->accepted || op->appended ? &told : kept, op);
    }
    wr_op_list_init(batch);
    atomic_fetch_sub(&s->queued, told.count);
    wr_ops_send_answers(&told);
}

static void copy_log(struct wr_sqlite *s, struct wr_connection *c, int mode)
{
    errno = 0;
    int code = sqlite3_wal_checkpoint_v2(c->db, NULL, mode, NULL, NULL);
    c->error_number = errno;
    atomic_fetch_add(&s->checkpoints, 1);
    if (wr_connection_status(c, code) == WR_STORE_FAILED)
        wr_store_heard(
            s, code); /* BUSY is nothing; without space the log grows until a commit fails */
}

/* The log begins anew only when all of it is in the database while nobody writes. So the other
 * thread copies most of it, during commits, and what came meanwhile is copied here, between two. */
static void keep_log_short(struct wr_sqlite *s)
{
    uint64_t pages = atomic_load(&s->wal_pages);
    if (pages < s->asked_pages)
        s->asked_pages = 0;
    if (pages > WR_WAL_PAGES_MAX) {
        copy_log(s, &s->write, SQLITE_CHECKPOINT_RESTART);
    } else if (atomic_exchange(&s->copied_most, false)) {
        copy_log(s, &s->write, SQLITE_CHECKPOINT_PASSIVE);
    } else if (pages - s->asked_pages > WR_WAL_PAGES) {
        s->asked_pages = pages;
        pthread_mutex_lock(&s->lock);
        s->want_checkpoint = true;
        pthread_cond_signal(&s->checkpointing);
        pthread_mutex_unlock(&s->lock);
    }
}

static void after_commit(struct wr_sqlite *s, struct wr_op_list *batch)
{
    bool notifies = false;
    for (const struct wr_op *op = batch->first; op; op = op->next) {
        if (op->place)
            s->sure[s->sure_at++ % WR_SURE_PLACES] = op->place;
        notifies = notifies || op->notifies;
    }
    s->doubtful_count = 0;
    atomic_fetch_add(&s->writes, batch->count);
    atomic_fetch_sub(&s->queued, batch->count);
    wr_failpoint("store.answer.before");
    wr_ops_send_answers(batch);
    if (notifies && s->due)
        wr_store_post(s->sides->inbox, s->due, s->due_arg);
    keep_log_short(s);
}

/* What a failed commit had accepted may be found there when the log is read anew. */
static void add_doubtful(struct wr_sqlite *s, const struct wr_op_list *batch)
{
    for (const struct wr_op *op = batch->first; op; op = op->next)
        if (op->is_accept)
            s->doubtful[s->doubtful_count++] = op->accept.job;
}

/* False: there is no more room to note what might be there, so nothing is tried but the probe. */
static bool may_fail(const struct wr_sqlite *s)
{
    return s->doubtful_count + s->options.batch <= WR_DOUBTFUL(s);
}

static void write_batch(struct wr_sqlite *s, struct wr_op_list *batch, struct wr_op_list *kept)
{
    int64_t began = wr_mono_us();
    wr_op_list_init(kept);
    int code = commit_batch(s, batch);
    atomic_fetch_add(&s->commit_us, (unsigned long long)(wr_mono_us() - began));
    if (code == SQLITE_OK) {
        atomic_fetch_add(&s->commits, 1);
        set_trouble(s, WR_STORE_OK, NULL);
        after_commit(s, batch);
        return;
    }
    enum wr_store_status status = wr_connection_status(&s->write, code);
    char reason[256];
    snprintf(reason, sizeof reason, "%s (%d)", sqlite3_errmsg(s->write.db), code);
    if (!sqlite3_get_autocommit(s->write.db))
        wr_connection_step(&s->write, WR_SQL_rollback);
    atomic_fetch_add(&s->failed_commits, 1);
    add_doubtful(s, batch);
    if (status != WR_STORE_FULL)
        wr_store_heard(s, code);
    set_trouble(s, (int)status, reason);
    batch_failed(s, batch, kept, status);
}

/* Some pages, as an update in place would succeed on a full disk. */
static int write_probe(struct wr_sqlite *s)
{
    int code = wr_connection_step(&s->write, WR_SQL_begin);
    if (code == SQLITE_OK)
        code = forget_doubtful(s);
    if (code == SQLITE_OK)
        code = wr_connection_step(&s->write, WR_SQL_probe_fill);
    if (code == SQLITE_OK)
        code = wr_connection_step(&s->write, WR_SQL_commit);
    return code == SQLITE_OK ? wr_connection_step(&s->write, WR_SQL_probe_clear) : code;
}

/* A store in trouble is tried now and then, so that it is known when it works again. */
static void probe(struct wr_sqlite *s)
{
    char *error = NULL;
    if (atomic_load(&s->damaged))
        return;
    if (atomic_load(&s->suspect) && !wr_store_reopen(s, &error)) {
        set_trouble(s, WR_STORE_FAILED, error ? error : "out of memory");
        free(error);
        return;
    }
    atomic_store(&s->suspect, false);
    int code = write_probe(s);
    enum wr_store_status status = wr_connection_status(&s->write, code);
    if (status == WR_STORE_FAILED)
        wr_store_heard(s, code);
    if (status == WR_STORE_OK)
        s->doubtful_count = 0;
    set_trouble(s, (int)status, sqlite3_errmsg(s->write.db));
    if (!sqlite3_get_autocommit(s->write.db))
        wr_connection_step(&s->write, WR_SQL_rollback);
}

/* Not to be written to before it was opened anew, or at all. */
static bool is_unsure(const struct wr_sqlite *s)
{
    return atomic_load(&s->suspect) || atomic_load(&s->damaged);
}

static bool is_sure_again(struct wr_sqlite *s, bool closing)
{
    int64_t now = wr_mono_us();
    set_trouble(s, WR_STORE_FAILED, "a read, a write or a sync has failed");
    if (now < s->probe_us && !closing)
        return false;
    s->probe_us = now + (int64_t)s->options.probe_ms * 1000;
    probe(s);
    return !is_unsure(s) && atomic_load(&s->trouble) == WR_STORE_OK;
}

static struct timespec in_ms(uint32_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

/* At most `options.batch` calls off the queue's front. */
static void take(struct wr_sqlite *s, struct wr_op_list *batch)
{
    for (uint32_t taken = 0; s->queue.first && taken < s->options.batch; taken++) {
        struct wr_op *op = s->queue.first;
        s->queue.first = op->next;
        s->queue.count--;
        s->queue.awaited -= op->accepted || op->appended;
        wr_op_list_add(batch, op);
    }
    if (!s->queue.first)
        wr_op_list_init(&s->queue);
}

static uint32_t until_sweep(const struct wr_sqlite *s)
{
    int64_t left_us = s->sweep_us - wr_mono_us();
    return left_us > 0 ? (uint32_t)(left_us / 1000) + 1 : 0;
}

/* False: the time is over. */
static bool doze(struct wr_sqlite *s, enum wr_waits how, const struct timespec *until)
{
    s->writer_waits = how;
    int code = pthread_cond_timedwait(&s->work, &s->lock, until);
    s->writer_waits = WR_WAITS_NOT;
    return code != ETIMEDOUT;
}

/* Waits for work, the lock held: for something awaited, or until what nobody awaits has waited
 * `ride_ms` for others to come along, or until a store in trouble is to be tried again. After work it
 * looks once more before it sleeps for long: who puts what nobody awaits need not wake it then, which
 * costs more than the putting. False: it is time to end. */
static bool wait_for_work(struct wr_sqlite *s, bool kept)
{
    bool trouble = atomic_load(&s->trouble) != WR_STORE_OK || is_unsure(s);
    struct timespec sweep = in_ms(until_sweep(s));
    struct timespec until = in_ms(trouble ? s->options.probe_ms : s->options.ride_ms);
    while (!s->closing && s->queue.awaited == 0)
        if (!doze(s, WR_WAITS_SHORT, &until))
            break;
    if (trouble || s->queue.first || s->closing)
        return s->queue.first || kept || !s->closing;
    while (!s->closing && !s->queue.first && !is_unsure(s))
        if (!doze(s, WR_WAITS_LONG, &sweep))
            return true;
    until = in_ms(s->options.ride_ms);
    while (!s->closing && s->queue.awaited == 0)
        if (!doze(s, WR_WAITS_SHORT, &until))
            break;
    return s->queue.first || !s->closing;
}

/* The store failed to the end: what nobody awaits is lost as in a crash, which leaves each job's
 * journal consistent; the others are told. */
static void give_up(struct wr_sqlite *s, struct wr_op_list *kept)
{
    pthread_mutex_lock(&s->lock);
    s->closed = true;
    wr_op_list_join(kept, &s->queue);
    pthread_cond_broadcast(&s->checkpointing);
    pthread_mutex_unlock(&s->lock);
    for (struct wr_op *op = kept->first; op; op = op->next)
        op->status = WR_STORE_FAILED;
    wr_ops_send_answers(kept);
}

static void sweep_in_time(struct wr_sqlite *s)
{
    int64_t now = wr_mono_us();
    if (now < s->sweep_us || atomic_load(&s->trouble) != WR_STORE_OK || is_unsure(s))
        return;
    bool more = wr_store_sweep(s);
    s->sweep_us = now + (more ? 10000 : (int64_t)s->options.sweep_ms * 1000);
}

void *wr_writer_run(void *store)
{
    struct wr_sqlite *s = store;
    struct wr_op_list kept, batch;
    wr_op_list_init(&kept);
    for (;;) {
        pthread_mutex_lock(&s->lock);
        bool work = wait_for_work(s, kept.first != NULL), closing = s->closing;
        wr_op_list_init(&batch);
        wr_op_list_join(&batch, &kept);
        take(s, &batch);
        pthread_mutex_unlock(&s->lock);
        if (!work)
            break;
        if ((is_unsure(s) || !may_fail(s)) && !is_sure_again(s, closing))
            batch_failed(s, &batch, &kept, WR_STORE_FAILED);
        else if (batch.first)
            write_batch(s, &batch, &kept);
        else if (atomic_load(&s->trouble) != WR_STORE_OK)
            probe(s);
        sweep_in_time(s);
        if (closing && kept.first)
            break;
    }
    give_up(s, &kept);
    return NULL;
}

/* PASSIVE: waits for nobody and nobody waits for it. */
void *wr_checkpointer_run(void *store)
{
    struct wr_sqlite *s = store;
    pthread_mutex_lock(&s->lock);
    while (!s->closed) {
        if (!s->want_checkpoint) {
            pthread_cond_wait(&s->checkpointing, &s->lock);
            continue;
        }
        s->want_checkpoint = false;
        pthread_mutex_unlock(&s->lock);
        pthread_rwlock_rdlock(&s->using);
        copy_log(s, &s->check, SQLITE_CHECKPOINT_PASSIVE);
        pthread_rwlock_unlock(&s->using);
        atomic_store(&s->copied_most, true);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}
