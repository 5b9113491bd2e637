/* The SQLite store through its port: what it keeps, what it refuses, and what it says of a full
 * disk. Every wait is bounded. */
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/store/deliveries.h"
#include "runtime/store/store.h"
#include "tests/unit/tap.h"

#include <event2/event.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct event_base *loop;
static char folder[64], path[128], url[160];
static int answers;

struct seen {
    enum wr_store_status status;
    enum wr_accepted how;
    struct wr_id job;
    size_t rows, entries, body_len;
    char first[64], text[64];
    uint32_t seqs[16];
    int64_t wakes;
    bool answered;
};

static void run_until(int wanted)
{
    int64_t until = wr_mono_us() + 5000000;
    while (answers < wanted && wr_mono_us() < until) {
        event_base_loop(loop, EVLOOP_NONBLOCK);
        usleep(200);
    }
    if (answers != wanted)
        printf("# %d answers, wanted %d\n", answers, wanted);
    answers = 0;
}

static void copy(char *to, struct wr_str from)
{
    snprintf(to, 64, "%.*s", (int)from.len, from.ptr ? from.ptr : "");
}

static void on_accept(void *arg, enum wr_store_status status, enum wr_accepted how,
                      struct wr_id job)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->how = how;
    seen->job = job;
    answers++;
}

static void on_append(void *arg, enum wr_store_status status)
{
    struct seen *seen = arg;
    seen->status = status;
    answers++;
}

static void on_read(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                    const struct wr_entry *entries, size_t count)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->entries = count;
    seen->rows += row != NULL;
    if (row)
        copy(seen->first, row->status);
    for (size_t i = 0; i < count && i < 16; i++)
        seen->seqs[i] = entries[i].seq;
    if (count) {
        seen->body_len = entries[count - 1].body.len;
        copy(seen->text, entries[count - 1].body);
    }
    answers++;
}

static void on_each(void *arg, const struct wr_job_row *row, const struct wr_entry *entries,
                    size_t count)
{
    struct seen *seen = arg;
    seen->rows++;
    seen->job = row->job;
    seen->entries += count;
    seen->wakes += row->wake_ms;
    (void)entries;
}

static void on_list(void *arg, enum wr_store_status status, const struct wr_job_row *rows,
                    size_t count)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->rows = count;
    if (count) {
        seen->job = rows[count - 1].job;
        copy(seen->first, rows[0].error_code);
    }
    answers++;
}

static void on_recall(void *arg, enum wr_store_status status, struct wr_str value, int64_t at_ms)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->rows = (size_t)at_ms;
    copy(seen->text, value);
    answers++;
}

/* ---- making calls --------------------------------------------------------------------------- */

static struct wr_key key(int number)
{
    struct wr_key made = {{0}};
    made.bytes[0] = (uint8_t)number;
    return made;
}

static struct wr_entry entry(uint32_t seq, enum wr_entry_kind kind, const char *body)
{
    return (struct wr_entry){.seq = seq, .kind = kind, .at_ms = 1000, .body = {body, strlen(body)}};
}

#define FAR                                                                                        \
    INT64_C(9000000000000000) /* what is past its time by the real clock may go at any moment */

static struct wr_accept accept_of(const struct wr_entry *first)
{
    return (struct wr_accept){.job = wr_id_new(),
                              .workflow = WR_STR("points@1"),
                              .contract_hash = WR_STR("sha256:aa"),
                              .caller = WR_STR("ann"),
                              .created_ms = 1000,
                              .deadline_ms = 9000,
                              .idempotency_until_ms = FAR,
                              .dedupe_until_ms = FAR,
                              .entries = first,
                              .entry_count = 1};
}

static struct seen accept_one(struct wr_store *s, const struct wr_accept *accept)
{
    struct seen seen = {0};
    s->accept(s->self, accept, on_accept, &seen);
    run_until(1);
    return seen;
}

static struct seen append_one(struct wr_store *s, struct wr_id job, struct wr_entry e,
                              const struct wr_finish *finish)
{
    struct seen seen = {0};
    const struct wr_append append = {job, &e, 1, finish};
    s->append(s->self, &append, on_append, &seen);
    run_until(1);
    return seen;
}

static struct seen read_one(struct wr_store *s, struct wr_id job)
{
    struct seen seen = {0};
    s->read(s->self, job, on_read, &seen);
    run_until(1);
    return seen;
}

static struct wr_store *open_store(const struct wr_store_options *options)
{
    char *error = NULL;
    struct wr_store *store = wr_store_open(url, loop, options, &error);
    if (!store)
        printf("# %s\n", error);
    free(error);
    return store;
}

static void refused(const char *what, const char *with, const char *expected)
{
    char *error = NULL;
    struct wr_store *store = wr_store_open(with, loop, NULL, &error);
    bool good = !store && error && strstr(error, expected);
    tap_ok(good, "%s is refused", what);
    if (!good)
        printf("# %s\n", error ? error : "opened");
    wr_store_close(store);
    free(error);
}

static void new_path(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(url, sizeof url, "sqlite:%s", path);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void write_file(const char *text, size_t len)
{
    FILE *file = fopen(path, "w");
    if (!file || fwrite(text, 1, len, file) != len)
        tap_ok(false, "a file for the test");
    if (file)
        fclose(file);
}

static void change(const char *sql)
{
    sqlite3 *db;
    sqlite3_open(path, &db);
    tap_number(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "a change for the test");
    sqlite3_close(db);
}

static void test_opening(void)
{
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    refused("another kind of URL", "mysql:x", "not of the form sqlite:PATH");
    refused("a store in memory", "sqlite::memory:", "not of the form");
    refused("a missing folder", "sqlite:/nonexistent/x.db", "/nonexistent/x.db: No such file");
    refused("a folder", "sqlite:/tmp", "/tmp");
    new_path("junk.db");
    write_file(junk, sizeof junk);
    refused("a file that is no database", url, "is not an SQLite database");
    new_path("other.db");
    change("CREATE TABLE mine(x)");
    refused("another program's database", url, "not a store of Wright's");
    new_path("mode.db");
    struct wr_store *store = open_store(NULL);
    struct stat status;
    stat(path, &status);
    tap_number(status.st_mode & 0777, 0600, "only its owner reads the store");
    refused("a second process on the store", url, "in use by another process, pid ");
    wr_store_close(store);
    store = open_store(NULL);
    tap_ok(store != NULL, "a closed store opens again");
    wr_store_close(store);
    change("PRAGMA user_version = 99");
    refused("a newer schema", url, "used by a newer binary");
}

static void test_journal(void)
{
    new_path("journal.db");
    struct wr_store *s = open_store(NULL);
    char large[20000];
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{\"a\":1}");
    struct wr_accept accept = accept_of(&first);
    struct seen seen = accept_one(s, &accept);
    tap_ok(seen.status == WR_STORE_OK && seen.how == WR_ACCEPTED_NEW, "a job is accepted");
    seen = append_one(s, accept.job, entry(2, WR_ENTRY_VALUE, large), NULL);
    tap_number(seen.status, WR_STORE_OK, "a large entry is appended");
    seen = read_one(s, accept.job);
    tap_ok(seen.entries == 2 && seen.body_len == sizeof large - 1, "and read back whole");
    tap_text(seen.first, "processing", "an unfinished job is processing");
    tap_number(append_one(s, accept.job, entry(2, WR_ENTRY_VALUE, "{}"), NULL).status, WR_STORE_OK,
               "an entry that is there may be sent again");
    tap_number((long long)read_one(s, accept.job).body_len, sizeof large - 1,
               "and stays as it was");
    wr_log_set_level(WR_LOG_OFF);
    tap_number(append_one(s, accept.job, entry(9, WR_ENTRY_VALUE, "{}"), NULL).status,
               WR_STORE_FAILED, "a gap is refused");
    wr_log_set_level(WR_LOG_INFO);
    tap_number(append_one(s, wr_id_new(), entry(1, WR_ENTRY_VALUE, "{}"), NULL).status,
               WR_STORE_NOT_FOUND, "an append to no job is not found");
    tap_number(read_one(s, wr_id_new()).status, WR_STORE_NOT_FOUND, "no job is not found");
    wr_store_close(s);
    s = open_store(NULL);
    tap_number((long long)read_one(s, accept.job).entries, 2, "the journal survives a restart");
    wr_store_close(s);
}

/* All calls of a batch go in before the writer can have answered one. */
static void test_uniqueness(void)
{
    new_path("unique.db");
    struct wr_store *s = open_store(NULL);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accepts[5];
    struct seen seen[5] = {{0}};
    for (int i = 0; i < 5; i++) {
        accepts[i] = accept_of(&first);
        accepts[i].body = key(i == 2 ? 8 : 7);
        if (i < 3)
            accepts[i].idempotency = key(1);
        else
            accepts[i].dedupe = key(2);
        s->accept(s->self, &accepts[i], on_accept, &seen[i]);
    }
    run_until(5);
    tap_ok(seen[0].how == WR_ACCEPTED_NEW && seen[3].how == WR_ACCEPTED_NEW, "first come are new");
    tap_ok(seen[1].how == WR_ACCEPTED_REPLAY && !wr_id_compare(&seen[1].job, &accepts[0].job),
           "same key, same body, same batch: the earlier job");
    tap_number(seen[2].how, WR_ACCEPTED_MISUSE, "same key, other body: misuse");
    tap_ok(seen[4].how == WR_ACCEPTED_JOINED && !wr_id_compare(&seen[4].job, &accepts[3].job),
           "dedupe twins of a batch are one job");
    struct wr_accept again = accepts[0];
    again.job = wr_id_new();
    again.created_ms = FAR;
    tap_number(accept_one(s, &again).how, WR_ACCEPTED_NEW, "a key past its time is free");
    again = accepts[4];
    again.job = wr_id_new();
    again.idempotency = key(3);
    tap_number(accept_one(s, &again).how, WR_ACCEPTED_JOINED, "a new key may join");
    again.job = wr_id_new();
    struct seen joined = accept_one(s, &again);
    tap_ok(joined.how == WR_ACCEPTED_REPLAY && !wr_id_compare(&joined.job, &accepts[3].job),
           "and is then that job's key");
    const struct wr_finish release = {.status = WR_STR("failed"),
                                      .error_code = WR_STR("down"),
                                      .finished_ms = 1500,
                                      .release_keys = true};
    append_one(s, accepts[3].job, entry(2, WR_ENTRY_FINISHED, "{}"), &release);
    again.job = wr_id_new();
    tap_number(accept_one(s, &again).how, WR_ACCEPTED_NEW, "a retryable failure frees both keys");
    wr_store_close(s);
}

static void test_finish(void)
{
    new_path("finish.db");
    struct wr_store *s = open_store(NULL);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accepts[3];
    struct seen seen = {0};
    for (int i = 0; i < 3; i++) {
        accepts[i] = accept_of(&first);
        accept_one(s, &accepts[i]);
    }
    const struct wr_finish finish = {.status = WR_STR("completed"),
                                     .result_type = WR_STR("full"),
                                     .finished_ms = 1500,
                                     .remember = key(9),
                                     .remember_value = WR_STR("{\"v\":1}"),
                                     .remember_schema = WR_STR("sha256:s")};
    append_one(s, accepts[1].job, entry(2, WR_ENTRY_FINISHED, "{}"), &finish);
    tap_text(read_one(s, accepts[1].job).first, "completed", "a finished job has its status");
    s->unfinished(s->self, WR_STR("sha256:c"), on_each, on_append, &seen);
    run_until(1);
    tap_ok(seen.rows == 2 && seen.entries == 2 && !wr_id_compare(&seen.job, &accepts[2].job),
           "unfinished jobs come oldest first, with their journals");
    struct wr_entry parked = entry(2, WR_ENTRY_PARKED, "{}");
    parked.standing = "queued";
    parked.parked_ms = 5000;
    parked.wake_ms = 9000;
    append_one(s, accepts[0].job, parked, NULL);
    tap_text(read_one(s, accepts[0].job).first, "queued",
             "a parked job has the status it was given");
    seen = (struct seen){0};
    s->unfinished(s->self, WR_STR("sha256:aa"), on_each, on_append, &seen);
    run_until(1);
    tap_ok(seen.rows == 2 && seen.entries == 1 && seen.wakes == 9000,
           "one that rests comes without its journal");
    seen = (struct seen){0};
    s->unfinished(s->self, WR_STR("sha256:bb"), on_each, on_append, &seen);
    run_until(1);
    tap_ok(seen.rows == 2 && seen.entries == 3, "and with it to another program");
    struct wr_entry came = entry(3, WR_ENTRY_REVIEWED, "{}");
    came.standing = "queued";
    append_one(s, accepts[0].job, came, NULL);
    seen = (struct seen){0};
    s->unfinished(s->self, WR_STR("sha256:aa"), on_each, on_append, &seen);
    run_until(1);
    tap_ok(seen.rows == 2 && seen.entries == 4 && seen.wakes == 0,
           "also to its own, once there is something to do");
    const struct wr_list_query all = {.caller = WR_STR("ann"), .limit = 2};
    s->list(s->self, &all, on_list, &seen);
    run_until(1);
    tap_ok(seen.rows == 2 && !wr_id_compare(&seen.job, &accepts[1].job), "newest first, limited");
    const struct wr_list_query rest = {.before = accepts[1].job, .limit = 50};
    s->list(s->self, &rest, on_list, &seen);
    run_until(1);
    tap_ok(seen.rows == 1 && !wr_id_compare(&seen.job, &accepts[0].job), "and the next page");
    const struct wr_list_query none = {.caller = WR_STR("bob"), .limit = 50};
    s->list(s->self, &none, on_list, &seen);
    run_until(1);
    tap_number((long long)seen.rows, 0, "others' jobs are not listed");
    const struct wr_key remembered = key(9), unknown = key(10);
    s->recall(s->self, &remembered, 1500, WR_STR("sha256:s"), on_recall, &seen);
    run_until(1);
    tap_ok(seen.status == WR_STORE_OK && !strcmp(seen.text, "{\"v\":1}") && seen.rows == 1500,
           "what was remembered is recalled");
    s->recall(s->self, &remembered, 1501, WR_STR("sha256:s"), on_recall, &seen);
    run_until(1);
    tap_number(seen.status, WR_STORE_NOT_FOUND, "not where it is too old");
    s->recall(s->self, &remembered, 0, WR_STR("sha256:t"), on_recall, &seen);
    run_until(1);
    tap_number(seen.status, WR_STORE_NOT_FOUND, "nor of another schema");
    s->recall(s->self, &unknown, 0, WR_STR("sha256:s"), on_recall, &seen);
    run_until(1);
    tap_number(seen.status, WR_STORE_NOT_FOUND, "nor under another key");
    wr_store_close(s);
}

static void test_riding(void)
{
    new_path("ride.db");
    struct wr_store *s = open_store(NULL);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accept = accept_of(&first);
    accept_one(s, &accept);
    struct wr_entry e = entry(2, WR_ENTRY_ENTERED, "{}");
    const struct wr_append append = {accept.job, &e, 1, NULL};
    s->append(s->self, &append, NULL, NULL);
    int64_t until = wr_mono_us() + 2000000;
    size_t count = 1;
    while (count == 1 && wr_mono_us() < until)
        count = read_one(s, accept.job).entries;
    tap_number((long long)count, 2, "what nobody awaits is committed soon");
    for (uint32_t i = 3; i < 12; i++) {
        e = entry(i, WR_ENTRY_ENTERED, "{}");
        s->append(s->self, &append, NULL, NULL);
    }
    wr_store_close(s);
    s = open_store(NULL);
    struct seen seen = read_one(s, accept.job);
    bool ordered = seen.entries == 11;
    for (uint32_t i = 0; ordered && i < 11; i++)
        ordered = seen.seqs[i] == i + 1;
    tap_ok(ordered, "closing writes what is queued, in order");
    wr_store_close(s);
}

static void test_bounds(void)
{
    new_path("bounds.db");
    const struct wr_store_options options = {.queue = 2};
    struct wr_store *s = open_store(&options);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    static struct seen seen[2000];
    int busy = 0, good = 0;
    for (int i = 0; i < 2000; i++) {
        struct wr_accept accept = accept_of(&first);
        s->accept(s->self, &accept, on_accept, &seen[i]);
    }
    run_until(2000);
    for (int i = 0; i < 2000; i++) {
        busy += seen[i].status == WR_STORE_BUSY;
        good += seen[i].status == WR_STORE_OK;
    }
    tap_ok(busy > 0 && good > 0 && busy + good == 2000, "a full queue refuses, and says so");
    struct wr_store_stats stats;
    wr_store_get_stats(s, &stats);
    tap_ok(stats.writes == (uint64_t)good && stats.refused == (uint64_t)busy && stats.queued == 0,
           "the counts agree");
    wr_store_close(s);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void test_full(void)
{
    new_path("full.db");
    const struct wr_store_options options = {.probe_ms = 20};
    struct wr_store *s = open_store(&options);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accept = accept_of(&first), more = accept_of(&first);
    const char *why;
    accept_one(s, &accept);
    signal(SIGXFSZ, SIG_IGN);
    wr_log_set_level(WR_LOG_OFF);
    fflush(stdout);
    limit_files(4096);
    struct wr_entry e = entry(2, WR_ENTRY_ENTERED, "{}");
    const struct wr_append ride = {accept.job, &e, 1, NULL};
    s->append(s->self, &ride, NULL, NULL);
    struct seen seen = accept_one(s, &more);
    bool healthy = wr_store_healthy(s, &why);
    limit_files(RLIM_INFINITY);
    tap_number(seen.status, WR_STORE_FULL, "no space is told apart");
    tap_ok(!healthy && strstr(why, "no space"), "and the store is not healthy");
    int64_t until = wr_mono_us() + 3000000;
    while (!wr_store_healthy(s, &why) && wr_mono_us() < until)
        usleep(1000);
    tap_ok(wr_store_healthy(s, &why), "with space again it recovers by itself");
    wr_log_set_level(WR_LOG_INFO);
    tap_number(accept_one(s, &more).how, WR_ACCEPTED_NEW, "what was refused may be sent again");
    tap_number((long long)read_one(s, accept.job).entries, 2, "what rode along was kept");
    wr_store_close(s);
}

static int64_t count_rows(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    sqlite3_open(path, &db);
    sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    int64_t count = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return count;
}

/* Two jobs share a large value; one is past its time. */
static void test_retention(void)
{
    new_path("sweep.db");
    const struct wr_store_options options = {.sweep_ms = 20};
    struct wr_store *s = open_store(&options);
    char large[9000];
    memset(large, 'b', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, large);
    struct wr_accept old = accept_of(&first), kept = accept_of(&first);
    old.idempotency = key(1);
    old.dedupe = key(2);
    old.idempotency_until_ms = old.dedupe_until_ms = 2000;
    accept_one(s, &old);
    accept_one(s, &kept);
    append_one(s, old.job, entry(2, WR_ENTRY_VALUE, "x"), NULL);
    const struct wr_finish past = {
        .status = WR_STR("completed"), .finished_ms = 1500, .keep_until_ms = 1600};
    append_one(s, old.job, entry(3, WR_ENTRY_FINISHED, "{}"), &past);
    int64_t until = wr_mono_us() + 3000000;
    enum wr_store_status status = WR_STORE_OK;
    while (status == WR_STORE_OK && wr_mono_us() < until)
        status = read_one(s, old.job).status;
    tap_number(status, WR_STORE_NOT_FOUND, "a job past its time is deleted");
    tap_number((long long)read_one(s, kept.job).body_len, sizeof large - 1,
               "what it shared with another is kept");
    const struct wr_finish later = {
        .status = WR_STR("completed"), .finished_ms = 1500, .keep_until_ms = 1700};
    append_one(s, kept.job, entry(2, WR_ENTRY_FINISHED, "{}"), &later);
    static const char all[] =
        "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM entry) +"
        " (SELECT count(*) FROM blob) + (SELECT count(*) FROM dedupe) +"
        " (SELECT count(*) FROM idempotency)";
    while (count_rows(all) > 0 && wr_mono_us() < until)
        usleep(2000);
    tap_number(count_rows(all), 0, "and goes with the last one, as keys past their time do");
    wr_store_close(s);
}

static int decisions, answers_then;

static void on_decided(void *arg)
{
    (void)arg;
    decisions++;
    answers_then = answers;
}

/* Who asks hears that it is new before it is durable, and of a twin nothing. */
static void test_decided(void)
{
    new_path("decided.db");
    struct wr_store *s = open_store(NULL);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accept = accept_of(&first), twin = accept_of(&first);
    accept.idempotency = twin.idempotency = key(1);
    accept.idempotency_until_ms = twin.idempotency_until_ms = FAR;
    accept.decided = twin.decided = on_decided;
    accept_one(s, &accept);
    tap_ok(decisions == 1 && answers_then == 0, "who is new hears so, before the answer");
    accept_one(s, &twin);
    tap_number(decisions, 1, "a twin does not");
    struct wr_accept many[20];
    struct seen seen = {0};
    for (int i = 0; i < 20; i++) {
        many[i] = accept_of(&first);
        many[i].decided = i % 2 ? on_decided : NULL;
        s->accept(s->self, &many[i], on_accept, &seen);
    }
    run_until(20);
    tap_number(decisions, 11, "of many in one transaction, whoever asked");
    wr_store_close(s);
}

/* What is read of a journal with a checkpoint, which is its third entry of four. */
static void test_checkpoint(void)
{
    new_path("checkpoint.db");
    struct wr_store *s = open_store(NULL);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accept = accept_of(&first);
    accept_one(s, &accept);
    append_one(s, accept.job, entry(2, WR_ENTRY_PUBLISHED, "{}"), NULL);
    struct seen seen = read_one(s, accept.job);
    tap_ok(seen.entries == 2 && seen.seqs[0] == 1, "without a checkpoint a journal is read whole");
    append_one(s, accept.job, entry(3, WR_ENTRY_CHECKPOINT, "{}"), NULL);
    append_one(s, accept.job, entry(4, WR_ENTRY_ENTERED, "{}"), NULL);
    seen = read_one(s, accept.job);
    tap_ok(seen.entries == 2 && seen.seqs[0] == 3 && seen.seqs[1] == 4, "with one, from it on");
    seen = (struct seen){0};
    s->unfinished(s->self, WR_STR("sha256:c"), on_each, on_append, &seen);
    run_until(1);
    tap_ok(seen.entries == 2, "so is one that has not ended, at a start");
    seen = (struct seen){0};
    s->read_after(s->self, accept.job, 0, on_read, &seen);
    run_until(1);
    tap_ok(seen.entries == 4 && seen.seqs[0] == 1, "in pages all of it is read");
    seen = (struct seen){0};
    wr_store_read_upto(s, accept.job, 2, on_read, &seen);
    run_until(1);
    tap_ok(seen.entries == 2 && seen.seqs[0] == 1 && seen.seqs[1] == 2,
           "up to an entry before it, from the first one");
    seen = (struct seen){0};
    wr_store_read_upto(s, accept.job, 3, on_read, &seen);
    run_until(1);
    tap_ok(seen.entries == 1 && seen.seqs[0] == 3, "up to itself, it alone");
    wr_store_close(s);
}

/* More than one look takes, and one that is new. */
static void test_remembered_go(void)
{
    new_path("remembered.db");
    const struct wr_store_options options = {.sweep_ms = 20, .remember_ms = 3600000};
    struct wr_store *s = open_store(&options);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accept = accept_of(&first);
    accept_one(s, &accept);
    struct wr_finish finish = {.status = WR_STR("completed"),
                               .remember_value = WR_STR("{}"),
                               .remember_schema = WR_STR("sha256:s")};
    struct seen seen = {0};
    for (unsigned int i = 0; i <= 700; i++) {
        const struct wr_append append = {accept.job, NULL, 0, &finish};
        finish.remember = key(1);
        finish.remember.bytes[1] = (uint8_t)(i % 256);
        finish.remember.bytes[2] = (uint8_t)(i / 256);
        finish.finished_ms = i == 600 ? wr_utc_ms() : 1500;
        s->append(s->self, &append, i == 700 ? on_append : NULL, &seen);
    }
    run_until(1);
    tap_number(seen.status, WR_STORE_OK, "701 values are remembered");
    static const char all[] =
        "SELECT (SELECT count(*) FROM remembered) * 1000 +"
        " (SELECT count(*) FROM remembered_value)";
    int64_t until = wr_mono_us() + 5000000, count;
    while ((count = count_rows(all)) != 1001 && wr_mono_us() < until)
        usleep(1000);
    tap_number(count, 1001, "what nobody can recall any more goes, key and value");
    struct wr_key kept = key(1);
    kept.bytes[1] = 600 % 256;
    kept.bytes[2] = 600 / 256;
    s->recall(s->self, &kept, 0, WR_STR("sha256:s"), on_recall, &seen);
    run_until(1);
    tap_number(seen.status, WR_STORE_OK, "what is newer stays");
    wr_store_close(s);
}

static void on_accept_read(void *arg, enum wr_store_status status, enum wr_accepted how,
                           struct wr_id job)
{
    struct wr_store *s = arg;
    static struct seen seen;
    (void)status, (void)how;
    s->read(s->self, job, on_read, &seen);
}

static void test_closing(void)
{
    new_path("closing.db");
    struct wr_store *s = open_store(NULL);
    const struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    struct wr_accept accept = accept_of(&first);
    s->accept(s->self, &accept, on_accept_read, s);
    answers = 0;
    wr_store_close(s);
    tap_number(answers, 1, "closing answers all, and what answers ask meanwhile");
    answers = 0;
}

/* ---- several loops ---------------------------------------------------------------------------- */

static void test_loops(void)
{
    const struct wr_store_options options = {.loops = 2};
    struct event_base *bases[2] = {loop, event_base_new()};
    struct seen seen[2] = {{0}};
    new_path("loops.db");
    struct wr_store *store = open_store(&options);
    struct wr_store *sides[2] = {store, wr_store_join(store, bases[1])};
    struct wr_entry first = entry(1, WR_ENTRY_ACCEPTED, "{}");
    for (uint32_t i = 0; i < 2; i++) {
        struct wr_accept accept = accept_of(&first);
        wr_id_place(&accept.job, i, 2);
        sides[i]->accept(sides[i]->self, &accept, on_accept, &seen[i]);
    }
    for (int i = 1; i >= 0; i--) {
        loop = bases[i];
        run_until(1);
        tap_ok(seen[i].status == WR_STORE_OK && (i == 0 || wr_id_is_zero(&seen[0].job)),
               "loop %d is answered on its own", i);
    }
    for (uint32_t i = 0; i < 2; i++) {
        struct wr_id own = seen[i].job;
        seen[i] = (struct seen){0};
        loop = bases[i];
        sides[i]->unfinished(sides[i]->self, WR_STR("sha256:c"), on_each, on_append, &seen[i]);
        run_until(1);
        tap_ok(seen[i].rows == 1 && wr_id_compare(&seen[i].job, &own) == 0,
               "loop %d is given its own unfinished job", i);
    }
    loop = bases[0];
    wr_store_close(store);
    event_base_free(bases[1]);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/wr-store-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    loop = event_base_new();
    test_opening();
    test_journal();
    test_uniqueness();
    test_finish();
    test_riding();
    test_bounds();
    test_full();
    test_retention();
    test_checkpoint();
    test_decided();
    test_remembered_go();
    test_closing();
    test_loops();
    event_base_free(loop);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        printf("# %s is left behind\n", folder);
    return tap_done();
}
