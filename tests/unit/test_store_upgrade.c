/* Stores that earlier schemas made, opened by this one: stores/vN.sql is a real store of version N with
 * jobs in it. What was in them is read through the port afterwards. */
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/store/store.h"
#include "tests/unit/tap.h"

#include <event2/event.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

static struct event_base *loop;
static char folder[64], path[128], url[160];
static int answers;

struct seen {
    enum wr_store_status status;
    enum wr_accepted how;
    size_t rows, entries;
    char statuses[128], value[256];
    struct wr_id job;
    bool sound; /* each journal is whole, from its first entry on */
};

static void answered(void)
{
    int64_t until = wr_mono_us() + 5000000;
    while (answers == 0 && wr_mono_us() < until) {
        event_base_loop(loop, EVLOOP_NONBLOCK);
        usleep(200);
    }
    tap_number(answers, 1, "answered");
    answers = 0;
}

static void look(struct seen *seen, const struct wr_entry *entries, size_t count)
{
    seen->entries += count;
    for (size_t i = 0; i < count; i++)
        seen->sound = seen->sound && entries[i].seq == i + 1 && entries[i].body.len > 2 &&
                      entries[i].body.ptr[0] == '{' &&
                      (i == 0) == (entries[i].kind == WR_ENTRY_ACCEPTED);
}

static void on_read(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                    const struct wr_entry *entries, size_t count)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->rows += row != NULL;
    look(seen, entries, count);
    answers++;
}

static void on_each(void *arg, const struct wr_job_row *row, const struct wr_entry *entries,
                    size_t count)
{
    struct seen *seen = arg;
    seen->rows++;
    seen->job = row->job;
    look(seen, entries, count);
}

static void on_done(void *arg, enum wr_store_status status)
{
    ((struct seen *)arg)->status = status;
    answers++;
}

static struct wr_id listed[8];

static void on_list(void *arg, enum wr_store_status status, const struct wr_job_row *rows,
                    size_t count)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->rows = count;
    for (size_t i = 0; i < count && i < 8; i++) {
        size_t at = strlen(seen->statuses);
        listed[i] = rows[i].job;
        snprintf(seen->statuses + at, sizeof seen->statuses - at, "%.*s ", (int)rows[i].status.len,
                 rows[i].status.ptr);
    }
    answers++;
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

static void on_recall(void *arg, enum wr_store_status status, struct wr_str value, int64_t at_ms)
{
    struct seen *seen = arg;
    (void)at_ms;
    seen->status = status;
    snprintf(seen->value, sizeof seen->value, "%.*s", (int)value.len, value.ptr);
    answers++;
}

/* ---- by other means than the store ----------------------------------------------------------- */

static bool change(const char *sql)
{
    sqlite3 *db;
    sqlite3_open(path, &db);
    char *error = NULL;
    bool good = sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK;
    if (!good)
        printf("# %s\n", error);
    sqlite3_free(error);
    sqlite3_close(db);
    return good;
}

static struct wr_key blob_of(const char *sql)
{
    struct wr_key key = {{0}};
    sqlite3 *db;
    sqlite3_stmt *statement;
    sqlite3_open(path, &db);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_bytes(statement, 0) <= 32)
        memcpy(key.bytes, sqlite3_column_blob(statement, 0),
               (size_t)sqlite3_column_bytes(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return key;
}

static int64_t number_of(const char *sql)
{
    int64_t number = -1;
    sqlite3 *db;
    sqlite3_stmt *statement;
    sqlite3_open(path, &db);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static bool load(int version)
{
    char name[64];
    snprintf(name, sizeof name, "tests/unit/stores/v%d.sql", version);
    FILE *file = fopen(name, "r");
    if (!file)
        return false;
    static char text[1 << 20];
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    snprintf(path, sizeof path, "%s/v%d.db", folder, version);
    snprintf(url, sizeof url, "sqlite:%s", path);
    unlink(path);
    tap_ok(change(text), "a store of version %d", version);
    tap_number(number_of("PRAGMA user_version"), version, "is of that version");
    return true;
}

static struct wr_store *open_store(void)
{
    char *error = NULL;
    wr_log_set_level(WR_LOG_OFF); /* an upgrade is logged */
    struct wr_store *store = wr_store_open(url, loop, NULL, &error);
    wr_log_set_level(WR_LOG_INFO);
    if (!store)
        printf("# %s\n", error);
    free(error);
    return store;
}

/* ---- what every fixture holds: completed, completed (a large value), failed, under way --------- */

static void check_jobs(struct wr_store *s)
{
    struct seen seen = {.sound = true};
    const struct wr_list_query all = {.limit = 50};
    s->list(s->self, &all, on_list, &seen);
    answered();
    tap_text(seen.statuses, "processing failed completed completed ", "its jobs, newest first");
    const struct wr_list_query mine = {.caller = WR_STR("ann"), .limit = 50};
    s->list(s->self, &mine, on_list, &seen);
    answered();
    tap_number((long long)seen.rows, 4, "and by their caller");
    for (size_t i = 0; i < 4; i++) {
        s->read(s->self, listed[i], on_read, &seen);
        answered();
    }
    tap_ok(seen.sound && seen.entries == 42, "their journals are whole: %zu entries", seen.entries);
    struct seen open = {.sound = true};
    s->unfinished(s->self, WR_STR("sha256:c"), on_each, on_done, &open);
    answered();
    tap_ok(open.rows == 1 && open.entries == 6 && !wr_id_compare(&open.job, &listed[0]),
           "the one under way is found");
}

static void check_keys(struct wr_store *s, const struct wr_key keys[5], struct wr_str schema)
{
    struct seen seen = {0};
    const struct wr_entry first = {
        .seq = 1, .kind = WR_ENTRY_ACCEPTED, .at_ms = 1, .body = WR_STR("{}")};
    struct wr_accept accept = {.job = wr_id_new(),
                               .workflow = WR_STR("w"),
                               .caller = WR_STR("ann"),
                               .idempotency = keys[0],
                               .body = keys[1],
                               .idempotency_until_ms = 5000,
                               .dedupe_until_ms = 5000,
                               .created_ms = 1000,
                               .entries = &first,
                               .entry_count = 1};
    s->accept(s->self, &accept, on_accept, &seen);
    answered();
    tap_ok(seen.how == WR_ACCEPTED_REPLAY && !wr_id_compare(&seen.job, &listed[3]),
           "an idempotency key is that job's still");
    accept.body = keys[2];
    s->accept(s->self, &accept, on_accept, &seen);
    answered();
    tap_number(seen.how, WR_ACCEPTED_MISUSE, "and not for another body");
    accept.idempotency = (struct wr_key){{0}};
    accept.dedupe = keys[3];
    s->accept(s->self, &accept, on_accept, &seen);
    answered();
    tap_ok(seen.how == WR_ACCEPTED_JOINED && !wr_id_compare(&seen.job, &listed[0]),
           "the one under way is joined");
    s->recall(s->self, &keys[4], 0, schema, on_recall, &seen);
    answered();
    tap_ok(seen.status == WR_STORE_OK && strstr(seen.value, "Sales grew."),
           "what was remembered is recalled");
}

static void check_writes(struct wr_store *s)
{
    struct seen seen = {.sound = true};
    const struct wr_entry last = {
        .seq = 7, .kind = WR_ENTRY_FINISHED, .at_ms = 1, .body = WR_STR("{\"a\":1}")};
    const struct wr_finish finish = {
        .status = WR_STR("cancelled"), .finished_ms = 2000, .release_dedupe = true};
    const struct wr_append append = {listed[0], &last, 1, &finish};
    s->append(s->self, &append, on_done, &seen);
    answered();
    tap_number(seen.status, WR_STORE_OK, "the one under way goes on");
    const struct wr_entry first = {
        .seq = 1, .kind = WR_ENTRY_ACCEPTED, .at_ms = 1, .body = WR_STR("{\"b\":1}")};
    struct wr_accept accept = {
        .job = wr_id_new(), .caller = WR_STR("ann"), .entries = &first, .entry_count = 1};
    s->accept(s->self, &accept, on_accept, &seen);
    answered();
    tap_number(seen.how, WR_ACCEPTED_NEW, "a new job is accepted");
    s->read(s->self, listed[0], on_read, &seen);
    answered();
    tap_ok(seen.sound && seen.entries == 7, "and neither is in the other's journal");
}

static void test_version(int version, int64_t newest)
{
    const struct wr_key keys[5] = {
        blob_of(version > 1 ? "SELECT key FROM idempotency ORDER BY job_id LIMIT 1"
                            : "SELECT key FROM idempotency ORDER BY job LIMIT 1"),
        blob_of(version > 1 ? "SELECT body FROM idempotency ORDER BY job_id LIMIT 1"
                            : "SELECT body FROM idempotency ORDER BY job LIMIT 1"),
        blob_of(version > 1 ? "SELECT body FROM idempotency ORDER BY job_id DESC LIMIT 1"
                            : "SELECT body FROM idempotency ORDER BY job DESC LIMIT 1"),
        blob_of(version > 1 ? "SELECT key FROM dedupe ORDER BY job_id DESC LIMIT 1"
                            : "SELECT key FROM dedupe ORDER BY job DESC LIMIT 1"),
        blob_of("SELECT key FROM remembered"),
    };
    char schema[33] = "";
    struct wr_key hash = blob_of("SELECT substr(schema, 1, 32) FROM remembered");
    memcpy(schema, hash.bytes, 32);
    char whole[80];
    struct wr_key rest = blob_of("SELECT substr(schema, 33, 32) FROM remembered");
    struct wr_key tail = blob_of("SELECT substr(schema, 65, 32) FROM remembered");
    snprintf(whole, sizeof whole, "%s%.32s%.7s", schema, (char *)rest.bytes, (char *)tail.bytes);
    struct wr_store *s = open_store();
    if (!tap_ok(s != NULL, "version %d is brought up to date", version))
        return;
    tap_number(number_of("PRAGMA user_version"), newest, "and says so");
    check_jobs(s);
    check_keys(s, keys, wr_str_of(whole));
    check_writes(s);
    wr_store_close(s);
    tap_number(
        number_of("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1,
        "the file is sound");
    s = open_store();
    tap_ok(s != NULL, "and opens again");
    wr_store_close(s);
}

/* The upgrade meets a table that should not be there: nothing of it stays. */
#define PARK                                                                                       \
    "INSERT INTO entry SELECT (n << 20) + 7, 8, 5000, '', "                                        \
    "CAST('{\"stage\":\"wait\",\"waiting_for\":"                                                   \
    "\"review\",\"until_ms\":9000}' AS BLOB), NULL FROM job WHERE finished_ms = 0;"

/* The fourth schema did not say in a job's row what its journal ends with. */
static void test_parked(void)
{
    load(4);
    tap_ok(change(PARK), "its job under way waits for a person");
    wr_store_close(open_store());
    tap_number(number_of("SELECT parked_ms + wake_ms FROM job WHERE status = 'queued'"), 14000,
               "and its row says so");
    load(4);
    change(PARK
           "INSERT INTO entry SELECT (n << 20) + 8, 10, 5500, '', CAST('{}' AS BLOB), NULL"
           " FROM job WHERE finished_ms = 0");
    wr_store_close(open_store());
    tap_number(number_of("SELECT count(*) FROM job WHERE wake_ms > 0"), 0,
               "one for which something came does not rest");
}

static void test_half(int version)
{
    load(version);
    tap_ok(change("CREATE TABLE job_2(mine)"), "something in the way of the upgrade");
    char *error = NULL;
    wr_log_set_level(WR_LOG_OFF);
    struct wr_store *s = wr_store_open(url, loop, NULL, &error);
    wr_log_set_level(WR_LOG_INFO);
    tap_ok(!s && error && strstr(error, path) && strstr(error, "job_2"), "is refused: %s",
           error ? error : "opened");
    free(error);
    tap_number(number_of("PRAGMA user_version"), version, "the store is as it was");
    tap_number(number_of("SELECT count(*) FROM entry, job WHERE entry.place >> 20 = job.n"), 42,
               "with its jobs");
    tap_ok(change("DROP TABLE job_2"), "out of the way");
    s = open_store();
    tap_ok(s != NULL, "then it is upgraded");
    wr_store_close(s);
}

static void test_newer(int64_t newest)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version = %lld", (long long)newest + 1);
    tap_ok(change(sql), "a store of the next version");
    char *error = NULL, want[128];
    struct wr_store *s = wr_store_open(url, loop, NULL, &error);
    snprintf(want, sizeof want, "schema version %lld and this binary knows up to %lld",
             (long long)newest + 1, (long long)newest);
    tap_ok(!s && error && strstr(error, want) && strstr(error, path) && strstr(error, "backup"),
           "is refused with path, versions and a way out: %s", error ? error : "opened");
    free(error);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/wr-upgrade-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    loop = event_base_new();
    snprintf(path, sizeof path, "%s/new.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    wr_store_close(open_store());
    int64_t newest = number_of("PRAGMA user_version");
    int version = 1;
    for (; load(version); version++)
        test_version(version, newest);
    test_parked();
    tap_number(version, newest, "there is a store of every earlier version");
    test_half(1);
    test_newer(newest);
    event_base_free(loop);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        printf("# %s is left behind\n", folder);
    return tap_done();
}
