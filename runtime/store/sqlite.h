/* The inside of the SQLite store: one writer, some readers, one checkpointer, each a thread with its
 * own connection. Only files of this folder include it. */
#ifndef WR_STORE_SQLITE_H
#define WR_STORE_SQLITE_H

#include "runtime/base/loop.h"
#include "runtime/store/deliveries.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#define WR_APPLICATION_ID 0x57524754 /* "WRGT": tells a store from any other SQLite file */
/* Values longer than this are kept once, by their hash, in table `blob`. */
#define WR_BLOB_BYTES 4096
/* A checkpoint is asked for at this many pages of write-ahead log; the writer does one itself, and
 * waits for it, where the log has grown past the second. */
#define WR_WAL_PAGES 2000
#define WR_WAL_PAGES_MAX 32768
#define WR_DOUBTFUL(s) (4 * (size_t)(s)->options.batch)
/* So many of the newest entries that were acknowledged are looked for after trouble. */
#define WR_SURE_PLACES 64

struct wr_sqlite;

/* The store as one loop has it. */
struct wr_side {
    struct wr_store port; /* what the engine holds; its self is this */
    struct wr_sqlite *s;
    struct wr_inbox *inbox; /* of the loop */
    uint32_t share;         /* its number */
};

/* One call of accept() or append(), copied into one allocation, its texts behind it. */
struct wr_op {
    struct wr_op *next;
    struct wr_inbox *to; /* who asked */
    bool is_accept;
    bool is_delivery; /* `append` names the job */
    struct wr_delivery delivery;
    union {
        struct wr_accept accept;
        struct wr_append append;
    };
    struct wr_finish finish;
    void (*accepted)(void *arg, enum wr_store_status status, enum wr_accepted how,
                     struct wr_id job);
    void (*appended)(void *arg, enum wr_store_status status);
    void *arg;
    /* The answer. */
    enum wr_store_status status;
    enum wr_accepted how;
    struct wr_id job;
    int64_t place; /* of its last entry, where it wrote one */
    struct wr_op *next_decided;
    bool told_decided;
    bool notifies; /* there is a notification that may be due */
};

struct wr_op_list {
    struct wr_op *first, **end;
    uint32_t count, awaited; /* awaited: somebody was given a callback */
};

/* One call of read(), list(), recall() or unfinished(). */
struct wr_query;
struct wr_query_list {
    struct wr_query *first, **end;
};

enum wr_sql {
#define SQL(name, text) WR_SQL_##name,
#include "runtime/store/sql.def"
#undef SQL
    WR_SQL_COUNT
};

/* A connection and its prepared statements, made when first used. One thread's. */
struct wr_connection {
    sqlite3 *db;
    sqlite3_stmt *statements[WR_SQL_COUNT];
    int error_number; /* errno as the newest failed step left it */
    int64_t newest_n; /* the writer's: job numbers given out */
};

/* What wakes the writer: SHORT, something awaited, as it looks by itself within ride_ms; LONG, anything. */
enum wr_waits { WR_WAITS_NOT, WR_WAITS_SHORT, WR_WAITS_LONG };

struct wr_sqlite {
    struct wr_side *sides; /* options.loops of them, the first `side_count` in use */
    uint32_t side_count;
    struct wr_store_options options;
    char *path;
    int lock_fd;

    pthread_mutex_t lock; /* of the queues and `closing` */
    pthread_cond_t work, reading, checkpointing;
    struct wr_op_list queue;
    struct wr_query_list queries;
    bool closing, closed, want_checkpoint;
    enum wr_waits writer_waits; /* under `lock` */

    pthread_t writer, checkpointer, *readers;
    uint32_t reader_count;
    bool writer_runs, checkpointer_runs;
    struct wr_connection write, check;
    struct wr_connection *read; /* one a reader */
    pthread_rwlock_t using;     /* of the connections: to write is to close them and open others */
    /* The writer's: places of what was acknowledged; jobs that failed commits had accepted, and that may
     * be there all the same. */
    int64_t sure[WR_SURE_PLACES];
    size_t sure_at;
    struct wr_id *doubtful; /* WR_DOUBTFUL of them at most */
    size_t doubtful_count;
    atomic_bool suspect; /* a write or a sync failed: reopen, before anything is believed */
    atomic_bool damaged; /* found to be; nothing is written any more */

    void (*due)(void *arg); /* who delivers, on the first loop; NULL: nobody */
    void *due_arg;
    struct wr_key swept;     /* how far the look for old keys has come … */
    unsigned int sweeps;     /* … in idempotency, then dedupe, then remembered */
    int64_t probe_us;        /* monotonic: when to open it anew again; the writer's */
    int64_t sweep_us;        /* monotonic: when to look for old jobs again; the writer's */
    uint64_t asked_pages;    /* the log's length when a checkpoint was asked for; the writer's */
    atomic_bool copied_most; /* by the checkpointer; the writer does the rest */
    atomic_int trouble;      /* enum wr_store_status of the newest commit */
    atomic_ullong queued, commits, failed_commits, writes, refused, reads, commit_us, checkpoints,
        wal_pages;
};

static inline struct wr_side *wr_side_of(void *self)
{
    return self;
}

static inline struct wr_sqlite *wr_sqlite_of(void *self)
{
    return wr_side_of(self)->s;
}

/* connection.c */
bool wr_connection_open(struct wr_connection *c, const char *path, bool writes, char **error);
void wr_connection_close(struct wr_connection *c);
sqlite3_stmt *wr_connection_sql(struct wr_connection *c, enum wr_sql which); /* NULL: failed */
int wr_connection_step(struct wr_connection *c, enum wr_sql which); /* one without parameters */
enum wr_store_status wr_connection_status(struct wr_connection *c, int code);
char *wr_store_sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool wr_connection_get(sqlite3 *db, const char *sql, int64_t *number);

/* disk.c: the name of the file system to open files with; NULL: SQLite's own */
const char *wr_store_disk(void);

/* schema.c */
bool wr_schema_update(sqlite3 *db, const char *path, char **error);
/* False: it is damaged, as far as a short look tells. */
bool wr_schema_check(sqlite3 *db, const char *path, char **error);

/* reopen.c */
bool wr_store_open_connections(struct wr_sqlite *s, char **error);
bool wr_store_reopen(struct wr_sqlite *s, char **error); /* the writer's */

/* sqlite.c: what each connection that writes is told at first */
bool wr_store_prepare(struct wr_sqlite *s, char **error);

/* ops.c: the calls, copied */
struct wr_op *wr_op_accept(const struct wr_accept *accept);
struct wr_op *wr_op_append(const struct wr_append *append);
struct wr_op *wr_op_delivery(const struct wr_delivery *delivery);
void wr_op_list_init(struct wr_op_list *list);
void wr_op_list_add(struct wr_op_list *list, struct wr_op *op);
void wr_op_list_join(struct wr_op_list *list, struct wr_op_list *tail);
void wr_ops_answer(void *first); /* on the loop: calls back and frees a whole list */
/* Whoever wants to know that what they ask for is new is told so, on the loop. The calls stay as they are. */
void wr_ops_send_decided(const struct wr_op_list *list);
/* Each call's answer to the loop that it came from. `list` is empty afterwards. */
void wr_ops_send_answers(struct wr_op_list *list);

/* apply.c: one call within the writer's transaction */
int wr_op_find_job(struct wr_connection *c, const struct wr_id *id, int64_t *n, int64_t *last);
int wr_op_apply(struct wr_connection *c, struct wr_op *op); /* an SQLite result; fills the answer */

/* sweep.c: between the writer's transactions; true where there is more to delete */
bool wr_store_sweep(struct wr_sqlite *s);
/* Within a transaction: a job and all that only it needed, if it is there. */
int wr_store_forget(struct wr_connection *c, const struct wr_id *job);

/* writer.c, reader.c */
void *wr_writer_run(void *store);
void *wr_checkpointer_run(void *store);
/* Any thread: what an SQLite result says of the disk and the file. */
void wr_store_heard(struct wr_sqlite *s, int code);
void wr_store_post(struct wr_inbox *to, void (*fn)(void *arg), void *arg);
bool wr_reader_start(struct wr_sqlite *s, struct wr_connection *c, pthread_t *thread);
void wr_reader_port(struct wr_store *port);

#endif
