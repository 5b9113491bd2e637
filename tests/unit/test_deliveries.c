/* Notifications in the store: there with the entry that they tell of, once, until their job goes. */
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/store/deliveries.h"
#include "tests/unit/tap.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

static struct event_base *loop;
static struct wr_store *store;
static int answers, dues;

struct seen {
    enum wr_store_status status;
    size_t count;
    struct wr_delivery rows[8];
    char text[256]; /* "seq service event state attempts," */
};

static void until(int wanted)
{
    int64_t end = wr_mono_us() + 10000000;
    while (answers < wanted && wr_mono_us() < end) {
        event_base_loop(loop, EVLOOP_NONBLOCK);
        usleep(200);
    }
    tap_number(answers, wanted, "answered");
    answers = 0;
}

static void on_due(void *arg)
{
    (void)arg;
    dues++;
}

static void on_status(void *arg, enum wr_store_status status)
{
    *(enum wr_store_status *)arg = status;
    answers++;
}

static void on_accept(void *arg, enum wr_store_status status, enum wr_accepted how,
                      struct wr_id job)
{
    (void)how, (void)job;
    on_status(arg, status);
}

static void on_rows(void *arg, enum wr_store_status status, const struct wr_delivery *rows,
                    size_t count)
{
    struct seen *seen = arg;
    seen->status = status;
    seen->count = count;
    seen->text[0] = '\0';
    for (size_t i = 0; i < count && i < 8; i++) {
        size_t used = strlen(seen->text);
        seen->rows[i] = rows[i];
        snprintf(seen->text + used, sizeof seen->text - used, "%u %.*s %.*s %d %u,", rows[i].seq,
                 (int)rows[i].service.len, rows[i].service.ptr, (int)rows[i].event.len,
                 rows[i].event.ptr, (int)rows[i].state, rows[i].attempts);
    }
    answers++;
}

static const char *due(const char *service)
{
    static struct seen seen;
    wr_store_due(store, wr_str_of(service), 8, on_rows, &seen);
    until(1);
    return seen.text;
}

static const char *all(int state)
{
    static struct seen seen;
    wr_store_deliveries(store, &(struct wr_deliveries_asked){.state = state, .limit = 8}, on_rows,
                        &seen);
    until(1);
    return seen.text;
}

static struct wr_entry entry(uint32_t seq, const char *notify, const char *event, int64_t at_ms)
{
    return (struct wr_entry){.seq = seq,
                             .kind = seq == 1 ? WR_ENTRY_ACCEPTED : WR_ENTRY_PUBLISHED,
                             .at_ms = at_ms,
                             .path = WR_STR(""),
                             .body = WR_STR("{}"),
                             .notify = notify,
                             .event = event};
}

static struct wr_id new_job(void)
{
    enum wr_store_status status = WR_STORE_FAILED;
    const struct wr_entry first = entry(1, NULL, NULL, 1);
    const struct wr_accept accept = {.job = wr_id_new(), .entries = &first, .entry_count = 1};
    store->accept(store->self, &accept, on_accept, &status);
    until(1);
    tap_number(status, WR_STORE_OK, "a job");
    return accept.job;
}

static enum wr_store_status append(struct wr_id job, const struct wr_entry *entries, size_t count,
                                   const struct wr_finish *finish)
{
    enum wr_store_status status = WR_STORE_FULL;
    const struct wr_append append = {job, entries, count, finish};
    store->append(store->self, &append, on_status, &status);
    until(1);
    return status;
}

static enum wr_store_status deliver(const struct wr_delivery *delivery)
{
    enum wr_store_status status = WR_STORE_FULL;
    wr_store_deliver(store, delivery, on_status, &status);
    until(1);
    return status;
}

static void test_rows(struct wr_id job)
{
    const struct wr_entry entries[] = {entry(2, "crm", "draft", 20), entry(3, NULL, NULL, 30),
                                       entry(4, "log crm", "done", 10), entry(9, "crm", "done", 5)};
    dues = 0;
    append(job, entries, 2, NULL);
    tap_text(due("crm"), "2 crm draft 0 0,", "with the entry");
    tap_ok(dues == 1, "and somebody is told");
    append(job, entries, 3, NULL);
    tap_text(due("crm"), "4 crm done 0 0,2 crm draft 0 0,",
             "sent again it is not there twice; the soonest is first");
    tap_text(due("log"), "4 log done 0 0,", "each service has its own");
    tap_text(due("far"), "", "others have none");
    wr_log_set_level(WR_LOG_OFF);
    tap_number(append(job, &entries[3], 1, NULL), WR_STORE_FAILED, "a gap in the journal");
    wr_log_set_level(WR_LOG_INFO);
    tap_text(due("crm"), "4 crm done 0 0,2 crm draft 0 0,", "leaves nothing to tell");
}

static void test_changes(struct wr_id job)
{
    struct wr_delivery row = {.job = job,
                              .seq = 2,
                              .service = WR_STR("crm"),
                              .state = WR_DELIVERY_DELIVERED,
                              .attempts = 3,
                              .http = 204};
    dues = 0;
    tap_number(deliver(&row), WR_STORE_OK, "it has arrived");
    tap_text(due("crm"), "4 crm done 0 0,", "and is not due any more");
    tap_ok(dues == 0, "nobody is told of that");
    row.seq = 4;
    row.state = WR_DELIVERY_DEAD;
    row.detail = WR_STR("no");
    deliver(&row);
    tap_text(all(-1), "4 crm done 2 3,4 log done 0 0,2 crm draft 1 3,", "all, the newest first");
    tap_text(all(WR_DELIVERY_DEAD), "4 crm done 2 3,", "the dead ones");
    row.due_ms = 7;
    row.state = WR_DELIVERY_WAITING;
    row.attempts = 0;
    deliver(&row);
    tap_ok(dues == 1, "one that is to be sent again is told of");
    tap_text(due("crm"), "4 crm done 0 0,", "and due");
    row.service = WR_STR("nobody");
    tap_number(deliver(&row), WR_STORE_NOT_FOUND, "another service's is not there");
    row.job = wr_id_new();
    tap_number(deliver(&row), WR_STORE_NOT_FOUND, "nor is another job's");
}

/* Retention deletes the job in its own time; here that is at once. */
static void test_gone(struct wr_id job)
{
    const struct wr_entry last = entry(5, "crm", "done", 40);
    const struct wr_finish finish = {
        .status = WR_STR("completed"), .finished_ms = 1, .keep_until_ms = 2};
    append(job, &last, 1, &finish);
    int64_t end = wr_mono_us() + 10000000;
    while (*all(-1) && wr_mono_us() < end)
        usleep(5000);
    tap_text(all(-1), "", "a job that is deleted takes them with it");
}

int main(void)
{
    char folder[] = "/tmp/wr-deliveries-XXXXXX", url[128], command[64], *error = NULL;
    const struct wr_store_options options = {.sweep_ms = 20};
    if (!mkdtemp(folder))
        return 1;
    snprintf(url, sizeof url, "sqlite:%s/a.db", folder);
    loop = event_base_new();
    store = wr_store_open(url, loop, &options, &error);
    if (!tap_ok(store != NULL, "a store: %s", error ? error : ""))
        return tap_done();
    wr_store_on_due(store, on_due, NULL);
    struct wr_id job = new_job();
    test_rows(job);
    test_changes(job);
    test_gone(job);
    wr_store_close(store);
    event_base_free(loop);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        printf("# %s is left behind\n", folder);
    return tap_done();
}
