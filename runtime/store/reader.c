/* The readers' threads: questions on connections of their own, so that nobody who reads waits for
 * the disk of those who write. Answers cross to the loop in one block of memory each. */
#include "runtime/base/log.h"
#include "runtime/store/query.h"

#include <stdlib.h>
#include <string.h>

#define SOME_BYTES 65536 /* of bodies, after which read_after() stops */

/* NULL with the answer's status set: memory is out. */
void *wr_reader_get(struct wr_found *answer, size_t size)
{
    struct wr_chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk) {
        answer->status = WR_STORE_FAILED;
        return NULL;
    }
    chunk->next = answer->chunks;
    answer->chunks = chunk;
    return chunk->bytes;
}

void wr_reader_free(struct wr_found *answer)
{
    for (struct wr_chunk *chunk = answer->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    *answer = (struct wr_found){0};
}

static struct wr_str column(struct wr_found *answer, sqlite3_stmt *statement, int at)
{
    const void *bytes = sqlite3_column_blob(statement, at);
    size_t len = bytes ? (size_t)sqlite3_column_bytes(statement, at) : 0;
    char *copy = wr_reader_get(answer, len + 1);
    if (!copy)
        return (struct wr_str){"", 0};
    if (len)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return (struct wr_str){copy, len};
}

static void column_row(struct wr_found *answer, sqlite3_stmt *statement, struct wr_job_row *row)
{
    if (sqlite3_column_bytes(statement, 0) == (int)sizeof row->job.bytes)
        memcpy(row->job.bytes, sqlite3_column_blob(statement, 0), sizeof row->job.bytes);
    row->workflow = column(answer, statement, 1);
    row->contract_hash = column(answer, statement, 2);
    row->caller = column(answer, statement, 3);
    row->status = column(answer, statement, 4);
    row->result_type = column(answer, statement, 5);
    row->error_code = column(answer, statement, 6);
    row->created_ms = sqlite3_column_int64(statement, 7);
    row->deadline_ms = sqlite3_column_int64(statement, 8);
    row->finished_ms = sqlite3_column_int64(statement, 9);
    row->parked_ms = sqlite3_column_int64(statement, 12);
    row->wake_ms = sqlite3_column_int64(statement, 13);
}

/* The rest of a table of rows; `journal` is the last one's; the array doubles in new chunks, as old ones live as long. */
void wr_reader_rows(struct wr_found *answer, sqlite3_stmt *statement, int code,
                    struct wr_whereabouts *journal)
{
    size_t room = 0;
    for (; code == SQLITE_ROW && answer->status == WR_STORE_OK; code = sqlite3_step(statement)) {
        if (answer->row_count == room) {
            room = room ? room * 2 : 1;
            struct wr_job_row *rows = wr_reader_get(answer, room * sizeof *rows);
            if (!rows)
                break;
            if (answer->row_count)
                memcpy(rows, answer->rows, answer->row_count * sizeof *rows);
            answer->rows = rows;
        }
        column_row(answer, statement, &answer->rows[answer->row_count++]);
        journal->n = sqlite3_column_int64(statement, 10);
        journal->checkpoint = (uint32_t)sqlite3_column_int64(statement, 11);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        answer->status = WR_STORE_FAILED;
}

/* Up to the entry `upto`, from the newest checkpoint on or, where that is later, from the first one. */
static uint32_t begin_of(const struct wr_whereabouts *journal, uint32_t upto)
{
    return journal->checkpoint <= upto ? journal->checkpoint : 0;
}

/* From the one to the other; where not `all`, the first ones of them. */
void wr_reader_entries(struct wr_connection *c, struct wr_found *answer, int64_t n, bool all,
                       uint32_t from, uint32_t upto)
{
    sqlite3_stmt *statement = wr_connection_sql(c, all ? WR_SQL_read_entries : WR_SQL_read_some);
    int code = statement ? SQLITE_ROW : SQLITE_ERROR;
    size_t room = 0, bytes = 0;
    if (statement) {
        sqlite3_bind_int64(statement, 1, (n << 20) + from);
        sqlite3_bind_int64(statement, 2, (n << 20) + upto);
    }
    while (code == SQLITE_ROW && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!all && bytes > SOME_BYTES) {
            code = SQLITE_DONE;
            break;
        }
        if (answer->entry_count == room) {
            room = room ? room * 2 : 16;
            struct wr_entry *entries = wr_reader_get(answer, room * sizeof *entries);
            if (!entries)
                break;
            if (answer->entry_count)
                memcpy(entries, answer->entries, answer->entry_count * sizeof *entries);
            answer->entries = entries;
        }
        answer->entries[answer->entry_count++] = (struct wr_entry){
            .seq = (uint32_t)(sqlite3_column_int64(statement, 0) & ((1 << 20) - 1)),
            .kind = (enum wr_entry_kind)sqlite3_column_int(statement, 1),
            .at_ms = sqlite3_column_int64(statement, 2),
            .path = column(answer, statement, 3),
            .body = column(answer, statement, 4)};
        bytes += answer->entries[answer->entry_count - 1].body.len;
    }
    if (code != SQLITE_DONE)
        answer->status = WR_STORE_FAILED;
    if (statement)
        sqlite3_reset(statement);
}

static void do_read(struct wr_connection *c, struct wr_query *query)
{
    struct wr_found *answer = &query->answer;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_read_job);
    if (!statement) {
        answer->status = WR_STORE_FAILED;
        return;
    }
    struct wr_whereabouts journal = {0};
    sqlite3_bind_blob64(statement, 1, query->job.bytes, sizeof query->job.bytes, SQLITE_STATIC);
    wr_reader_rows(answer, statement, sqlite3_step(statement), &journal);
    sqlite3_reset(statement);
    if (answer->status == WR_STORE_OK && answer->row_count == 0)
        answer->status = WR_STORE_NOT_FOUND;
    if (answer->status == WR_STORE_OK && query->kind == WR_QUERY_READ)
        wr_reader_entries(c, answer, journal.n, true, begin_of(&journal, query->upto), query->upto);
    else if (answer->status == WR_STORE_OK)
        wr_reader_entries(c, answer, journal.n, false, query->after + 1, WR_SEQ_MAX);
}

static void bind_text(sqlite3_stmt *statement, int at, struct wr_str text)
{
    sqlite3_bind_text64(statement, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC,
                        SQLITE_UTF8);
}

static void do_list(struct wr_connection *c, struct wr_query *query)
{
    bool waiting = query->texts[3].len > 0, by_caller = query->texts[0].len > 0 || waiting;
    sqlite3_stmt *statement = wr_connection_sql(c, waiting     ? WR_SQL_list_waiting
                                                   : by_caller ? WR_SQL_list_caller
                                                               : WR_SQL_list_jobs);
    if (!statement) {
        query->answer.status = WR_STORE_FAILED;
        return;
    }
    struct wr_whereabouts journal = {0};
    static const uint8_t after_all[sizeof query->job.bytes + 1] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    if (wr_id_is_zero(&query->job))
        sqlite3_bind_blob64(statement, 1, after_all, sizeof after_all, SQLITE_STATIC);
    else
        sqlite3_bind_blob64(statement, 1, query->job.bytes, sizeof query->job.bytes, SQLITE_STATIC);
    bind_text(statement, 2, query->texts[1]);
    bind_text(statement, 3, query->texts[2]);
    sqlite3_bind_int64(statement, 4, query->limit);
    if (by_caller)
        bind_text(statement, 5, query->texts[0]);
    if (waiting)
        bind_text(statement, 6, query->texts[3]);
    wr_reader_rows(&query->answer, statement, sqlite3_step(statement), &journal);
    sqlite3_reset(statement);
}

static void do_recall(struct wr_connection *c, struct wr_query *query)
{
    struct wr_found *answer = &query->answer;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_recall);
    if (!statement) {
        answer->status = WR_STORE_FAILED;
        return;
    }
    sqlite3_bind_blob64(statement, 1, query->key.bytes, sizeof query->key.bytes, SQLITE_STATIC);
    bind_text(statement, 2, query->texts[0]);
    sqlite3_bind_int64(statement, 3, query->not_before_ms);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        answer->value = column(answer, statement, 0);
        answer->at_ms = sqlite3_column_int64(statement, 1);
    } else {
        answer->status = code == SQLITE_DONE ? WR_STORE_NOT_FOUND : WR_STORE_FAILED;
    }
    sqlite3_reset(statement);
}

static void bind_asked(sqlite3_stmt *statement, const struct wr_query *query)
{
    sqlite3_bind_int(statement, 1, query->state);
    if (query->of_job)
        sqlite3_bind_blob(statement, 3, query->job.bytes, sizeof query->job.bytes, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, 3);
    if (query->after)
        sqlite3_bind_blob(statement, 4, query->job.bytes, sizeof query->job.bytes, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, 4);
    sqlite3_bind_int64(statement, 5, query->after);
    bind_text(statement, 6, query->texts[0]);
}

static void do_deliveries(struct wr_connection *c, struct wr_query *query)
{
    struct wr_found *answer = &query->answer;
    bool due = query->kind == WR_QUERY_DUE;
    sqlite3_stmt *statement =
        wr_connection_sql(c, due ? WR_SQL_due_deliveries : WR_SQL_list_deliveries);
    struct wr_delivery *rows = wr_reader_get(answer, query->limit * sizeof *rows);
    int code = statement && rows ? SQLITE_ROW : SQLITE_ERROR;
    if (code == SQLITE_ROW && due)
        bind_text(statement, 1, query->texts[0]);
    else if (code == SQLITE_ROW)
        bind_asked(statement, query);
    if (code == SQLITE_ROW)
        sqlite3_bind_int64(statement, 2, query->limit);
    answer->deliveries = rows;
    while (code == SQLITE_ROW && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct wr_delivery *row = &rows[answer->delivery_count++];
        *row = (struct wr_delivery){
            .seq = (uint32_t)(sqlite3_column_int64(statement, 0) & ((1 << 20) - 1)),
            .service = column(answer, statement, 1),
            .event = column(answer, statement, 2),
            .state = (enum wr_delivery_state)sqlite3_column_int(statement, 4),
            .attempts = (uint32_t)sqlite3_column_int64(statement, 5),
            .created_ms = sqlite3_column_int64(statement, 6),
            .due_ms = sqlite3_column_int64(statement, 7),
            .http = sqlite3_column_int(statement, 8),
            .detail = column(answer, statement, 9)};
        if (sqlite3_column_bytes(statement, 3) == (int)sizeof row->job.bytes)
            memcpy(row->job.bytes, sqlite3_column_blob(statement, 3), sizeof row->job.bytes);
    }
    if (code != SQLITE_DONE)
        answer->status = WR_STORE_FAILED;
    if (statement)
        sqlite3_reset(statement);
}

/* ---- answers, on the loop ------------------------------------------------------------------- */

static void give_answer(void *arg)
{
    struct wr_query *query = arg;
    const struct wr_found *answer = &query->answer;
    bool good = answer->status == WR_STORE_OK;
    switch (query->kind) {
    case WR_QUERY_READ:
    case WR_QUERY_READ_AFTER:
        query->read(query->arg, answer->status, good ? answer->rows : NULL, answer->entries,
                    good ? answer->entry_count : 0);
        break;
    case WR_QUERY_LIST:
        query->list(query->arg, answer->status, answer->rows, good ? answer->row_count : 0);
        break;
    case WR_QUERY_RECALL:
        query->recall(query->arg, answer->status, answer->value, answer->at_ms);
        break;
    case WR_QUERY_UNFINISHED:
        query->all(query->arg, answer->status);
        break;
    case WR_QUERY_DUE:
    case WR_QUERY_DELIVERIES:
        query->deliveries(query->arg, answer->status, answer->deliveries,
                          good ? answer->delivery_count : 0);
        break;
    }
    wr_reader_free(&query->answer);
    free(query);
}

static void run_query(struct wr_sqlite *s, struct wr_connection *c, struct wr_query *query)
{
    pthread_rwlock_rdlock(&s->using);
    switch (query->kind) {
    case WR_QUERY_READ:
    case WR_QUERY_READ_AFTER:
        do_read(c, query);
        break;
    case WR_QUERY_LIST:
        do_list(c, query);
        break;
    case WR_QUERY_RECALL:
        do_recall(c, query);
        break;
    case WR_QUERY_UNFINISHED:
        wr_reader_unfinished(c, query);
        break;
    case WR_QUERY_DUE:
    case WR_QUERY_DELIVERIES:
        do_deliveries(c, query);
        break;
    }
    if (query->answer.status == WR_STORE_FAILED && c->db)
        wr_store_heard(s, sqlite3_extended_errcode(c->db));
    if (query->answer.status == WR_STORE_FAILED)
        wr_log(WR_LOG_ERROR, "store_read_failed", wr_f_text("path", s->path),
               wr_f_text("reason", sqlite3_errmsg(c->db)));
    pthread_rwlock_unlock(&s->using);
    atomic_fetch_add(&s->reads, 1);
    wr_store_post(query->side->inbox, give_answer, query);
}

struct reader_start {
    struct wr_sqlite *s;
    struct wr_connection *c;
};

static void *run_reader(void *start)
{
    struct reader_start given = *(struct reader_start *)start;
    struct wr_sqlite *s = given.s;
    free(start);
    pthread_mutex_lock(&s->lock);
    while (s->queries.first || !s->closing) {
        struct wr_query *query = s->queries.first;
        if (!query) {
            pthread_cond_wait(&s->reading, &s->lock);
            continue;
        }
        s->queries.first = query->next;
        if (!s->queries.first)
            s->queries.end = &s->queries.first;
        pthread_mutex_unlock(&s->lock);
        run_query(s, given.c, query);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

bool wr_reader_start(struct wr_sqlite *s, struct wr_connection *c, pthread_t *thread)
{
    struct reader_start *start = malloc(sizeof *start);
    if (!start)
        return false;
    *start = (struct reader_start){s, c};
    if (pthread_create(thread, NULL, run_reader, start) == 0)
        return true;
    free(start);
    return false;
}

/* ---- the port ------------------------------------------------------------------------------- */

/* Without memory there is nothing to answer with; the process ends as it would on the next call. */
static struct wr_query *make(enum wr_query_kind kind, void *arg, size_t size)
{
    struct wr_query *query = malloc(sizeof *query + size);
    if (!query)
        abort();
    *query = (struct wr_query){.kind = kind, .arg = arg};
    return query;
}

static void put(struct wr_side *side, struct wr_query *query)
{
    struct wr_sqlite *s = side->s;
    query->side = side;
    pthread_mutex_lock(&s->lock);
    bool closing = s->closing;
    if (!closing) {
        *s->queries.end = query;
        s->queries.end = &query->next;
        pthread_cond_signal(&s->reading);
    }
    pthread_mutex_unlock(&s->lock);
    if (closing) {
        query->answer.status = WR_STORE_FAILED;
        wr_store_post(side->inbox, give_answer, query);
    }
}

static void read_upto(struct wr_side *side, struct wr_id job, uint32_t seq, wr_read_done *done,
                      void *arg)
{
    struct wr_query *query = make(WR_QUERY_READ, arg, 0);
    query->job = job;
    query->upto = seq;
    query->read = done;
    put(side, query);
}

static void port_read(void *self, struct wr_id job, wr_read_done *done, void *arg)
{
    read_upto(self, job, WR_SEQ_MAX, done, arg);
}

void wr_store_read_upto(struct wr_store *store, struct wr_id job, uint32_t seq, wr_read_done *done,
                        void *arg)
{
    read_upto(wr_side_of(store->self), job, seq, done, arg);
}

static void port_read_after(void *self, struct wr_id job, uint32_t after, wr_read_done *done,
                            void *arg)
{
    struct wr_query *query = make(WR_QUERY_READ_AFTER, arg, 0);
    query->job = job;
    query->after = after;
    query->read = done;
    put(self, query);
}

static void port_list(void *self, const struct wr_list_query *list, wr_list_done *done, void *arg)
{
    const struct wr_str texts[] = {list->caller, list->status, list->workflow, list->waiting_for};
    struct wr_query *query =
        make(WR_QUERY_LIST, arg, texts[0].len + texts[1].len + texts[2].len + texts[3].len);
    char *to = query->bytes;
    for (size_t i = 0; i < WR_COUNT(texts); i++) {
        if (texts[i].len)
            memcpy(to, texts[i].ptr, texts[i].len);
        query->texts[i] = (struct wr_str){to, texts[i].len};
        to += texts[i].len;
    }
    query->job = list->before;
    query->limit = list->limit < 1 ? 1 : list->limit > 200 ? 200 : list->limit;
    query->list = done;
    put(self, query);
}

static void port_recall(void *self, const struct wr_key *key, int64_t not_before_ms,
                        struct wr_str schema_hash, wr_recall_done *done, void *arg)
{
    struct wr_query *query = make(WR_QUERY_RECALL, arg, schema_hash.len);
    if (schema_hash.len)
        memcpy(query->bytes, schema_hash.ptr, schema_hash.len);
    query->texts[0] = (struct wr_str){query->bytes, schema_hash.len};
    query->key = *key;
    query->not_before_ms = not_before_ms;
    query->recall = done;
    put(self, query);
}

static void port_unfinished(void *self, struct wr_str contract_hash, wr_each_job *each,
                            wr_all_done *done, void *arg)
{
    struct wr_query *query = make(WR_QUERY_UNFINISHED, arg, contract_hash.len);
    if (contract_hash.len)
        memcpy(query->bytes, contract_hash.ptr, contract_hash.len);
    query->texts[0] = (struct wr_str){query->bytes, contract_hash.len};
    query->each = each;
    query->all = done;
    put(self, query);
}

static uint32_t few(uint32_t limit)
{
    return limit < 1 ? 1 : limit > WR_DELIVERIES_MAX ? WR_DELIVERIES_MAX : limit;
}

void wr_store_due(struct wr_store *store, struct wr_str service, uint32_t limit,
                  wr_deliveries_done *done, void *arg)
{
    struct wr_query *query = make(WR_QUERY_DUE, arg, service.len);
    memcpy(query->bytes, service.ptr, service.len);
    query->texts[0] = (struct wr_str){query->bytes, service.len};
    query->limit = few(limit);
    query->deliveries = done;
    put(wr_side_of(store->self), query);
}

void wr_store_deliveries(struct wr_store *store, const struct wr_deliveries_asked *asked,
                         wr_deliveries_done *done, void *arg)
{
    const struct wr_delivery *before = asked->before;
    size_t len = before ? before->service.len : 0;
    struct wr_query *query = make(WR_QUERY_DELIVERIES, arg, len);
    if (before)
        memcpy(query->bytes, before->service.ptr, len);
    query->texts[0] = (struct wr_str){query->bytes, len};
    query->after = before ? before->seq : 0;
    query->of_job = asked->job != NULL;
    if (asked->job || before)
        query->job = asked->job ? *asked->job : before->job;
    query->state = asked->state;
    query->limit = few(asked->limit);
    query->deliveries = done;
    put(wr_side_of(store->self), query);
}

void wr_reader_port(struct wr_store *port)
{
    port->read = port_read;
    port->read_after = port_read_after;
    port->list = port_list;
    port->recall = port_recall;
    port->unfinished = port_unfinished;
}
