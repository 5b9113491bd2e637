/* One call within the writer's transaction: what an accepted job and an append are in SQL. Decides
 * uniqueness, as only the writer can. */
#include "runtime/base/failpoint.h"
#include "runtime/base/str.h"
#include "runtime/store/sqlite.h"

#include <openssl/evp.h>
#include <string.h>

static void bind_text(sqlite3_stmt *statement, int at, struct wr_str text)
{
    sqlite3_bind_text64(statement, at, text.len ? text.ptr : "", text.len, SQLITE_STATIC,
                        SQLITE_UTF8);
}

static void bind_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t len)
{
    sqlite3_bind_blob64(statement, at, len ? bytes : "", len, SQLITE_STATIC);
}

static void bind_key(sqlite3_stmt *statement, int at, const struct wr_key *key)
{
    bind_blob(statement, at, key->bytes, sizeof key->bytes);
}

static bool is_set(const struct wr_key *key)
{
    static const struct wr_key none;
    return memcmp(key, &none, sizeof none) != 0;
}

/* Of a statement that gives no rows. */
static int finish_statement(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int column_id(sqlite3_stmt *statement, int at, struct wr_id *id)
{
    if (sqlite3_column_bytes(statement, at) != (int)sizeof id->bytes)
        return SQLITE_CORRUPT;
    memcpy(id->bytes, sqlite3_column_blob(statement, at), sizeof id->bytes);
    return SQLITE_OK;
}

static int add_blob(struct wr_connection *c, struct wr_str data, uint8_t hash[32])
{
    unsigned int length = 0;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_add_blob);
    if (!statement)
        return sqlite3_errcode(c->db);
    if (!EVP_Digest(data.ptr, data.len, hash, &length, EVP_sha256(), NULL))
        return SQLITE_NOMEM;
    bind_blob(statement, 1, hash, 32);
    bind_blob(statement, 2, data.ptr, data.len);
    return finish_statement(statement);
}

static int add_entry(struct wr_connection *c, int64_t n, const struct wr_entry *entry)
{
    uint8_t hash[32];
    bool large = entry->body.len > WR_BLOB_BYTES;
    if (large) {
        int code = add_blob(c, entry->body, hash);
        if (code != SQLITE_OK)
            return code;
    }
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_add_entry);
    if (!statement)
        return sqlite3_errcode(c->db);
    sqlite3_bind_int64(statement, 1, n * (1 << 20) + entry->seq);
    sqlite3_bind_int(statement, 2, (int)entry->kind);
    sqlite3_bind_int64(statement, 3, entry->at_ms);
    bind_text(statement, 4, entry->path);
    if (large)
        bind_blob(statement, 6, hash, sizeof hash);
    else
        bind_blob(statement, 5, entry->body.ptr, entry->body.len);
    return finish_statement(statement);
}

/* A row for each service that is told of the entry, in the entry's own transaction. */
static int add_deliveries(struct wr_connection *c, const struct wr_id *job, int64_t place,
                          const struct wr_entry *entry)
{
    int code = SQLITE_OK;
    for (const char *at = entry->notify; at && *at && code == SQLITE_OK;) {
        size_t len = strcspn(at, " ");
        sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_add_delivery);
        if (!statement)
            return sqlite3_errcode(c->db);
        sqlite3_bind_int64(statement, 1, place);
        bind_text(statement, 2, (struct wr_str){at, len});
        bind_text(statement, 3, wr_str_of(entry->event));
        bind_blob(statement, 4, job->bytes, sizeof job->bytes);
        sqlite3_bind_int64(statement, 5, entry->at_ms);
        code = finish_statement(statement);
        at += len + (at[len] == ' ');
    }
    return code;
}

static int note_checkpoint(struct wr_connection *c, const struct wr_id *job, uint32_t seq)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_checkpoint);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_blob(statement, 1, job->bytes, sizeof job->bytes);
    sqlite3_bind_int64(statement, 2, seq);
    return finish_statement(statement);
}

static int stand(struct wr_connection *c, const struct wr_id *job, const struct wr_entry *entry)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_stand);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_blob(statement, 1, job->bytes, sizeof job->bytes);
    bind_text(statement, 2, wr_str_of(entry->standing));
    sqlite3_bind_int64(statement, 3, entry->parked_ms);
    sqlite3_bind_int64(statement, 4, entry->wake_ms);
    return finish_statement(statement);
}

/* What is there already (up to `last`) stays as it is; a gap is refused. */
static int add_entries(struct wr_connection *c, struct wr_op *op, int64_t n, int64_t last,
                       const struct wr_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wr_failpoint_number("store.append", (int)entries[i].kind);
        if (entries[i].seq <= last)
            continue;
        if (entries[i].seq != last + 1 || entries[i].seq >= 1 << 20)
            return SQLITE_RANGE;
        int code = add_entry(c, n, &entries[i]);
        if (code == SQLITE_OK && entries[i].kind == WR_ENTRY_CHECKPOINT)
            code = note_checkpoint(c, &op->append.job, entries[i].seq);
        if (code == SQLITE_OK && entries[i].standing)
            code = stand(c, &op->append.job, &entries[i]);
        if (code != SQLITE_OK)
            return code;
        last = entries[i].seq;
        op->place = n * (1 << 20) + last;
        if (!entries[i].notify)
            continue;
        code = add_deliveries(c, op->is_accept ? &op->accept.job : &op->append.job, op->place,
                              &entries[i]);
        if (code != SQLITE_OK)
            return code;
        op->notifies = true;
    }
    return SQLITE_OK;
}

/* SQLITE_ROW: this key is taken and `op` says how. SQLITE_OK: it is free. */
static int find_idempotency(struct wr_connection *c, struct wr_op *op)
{
    const struct wr_accept *accept = &op->accept;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_find_idempotency);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_key(statement, 1, &accept->idempotency);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_int64(statement, 2) > accept->created_ms) {
        bool same = sqlite3_column_bytes(statement, 0) == (int)sizeof accept->body.bytes &&
                    memcmp(sqlite3_column_blob(statement, 0), accept->body.bytes,
                           sizeof accept->body.bytes) == 0;
        op->how = same ? WR_ACCEPTED_REPLAY : WR_ACCEPTED_MISUSE;
        if (column_id(statement, 1, &op->job) != SQLITE_OK)
            code = SQLITE_CORRUPT;
    } else if (code == SQLITE_ROW || code == SQLITE_DONE) {
        code = SQLITE_OK;
    }
    sqlite3_reset(statement);
    return code;
}

static int find_dedupe(struct wr_connection *c, struct wr_op *op)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_find_dedupe);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_key(statement, 1, &op->accept.dedupe);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_int64(statement, 1) > op->accept.created_ms) {
        op->how = WR_ACCEPTED_JOINED;
        if (column_id(statement, 0, &op->job) != SQLITE_OK)
            code = SQLITE_CORRUPT;
    } else if (code == SQLITE_ROW || code == SQLITE_DONE) {
        code = SQLITE_OK;
    }
    sqlite3_reset(statement);
    return code;
}

static int add_idempotency(struct wr_connection *c, const struct wr_accept *accept,
                           const struct wr_id *job)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_add_idempotency);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_key(statement, 1, &accept->idempotency);
    bind_key(statement, 2, &accept->body);
    bind_blob(statement, 3, job->bytes, sizeof job->bytes);
    sqlite3_bind_int64(statement, 4, accept->idempotency_until_ms);
    return finish_statement(statement);
}

static int add_dedupe(struct wr_connection *c, const struct wr_accept *accept)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_add_dedupe);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_key(statement, 1, &accept->dedupe);
    bind_blob(statement, 2, accept->job.bytes, sizeof accept->job.bytes);
    sqlite3_bind_int64(statement, 3, accept->dedupe_until_ms);
    return finish_statement(statement);
}

static int add_job(struct wr_connection *c, const struct wr_accept *accept, int64_t n)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_add_job);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_blob(statement, 1, accept->job.bytes, sizeof accept->job.bytes);
    bind_text(statement, 2, accept->workflow);
    bind_text(statement, 3, accept->contract_hash);
    bind_text(statement, 4, accept->caller);
    sqlite3_bind_int64(statement, 5, accept->created_ms);
    sqlite3_bind_int64(statement, 6, accept->deadline_ms);
    sqlite3_bind_int64(statement, 7, n);
    return finish_statement(statement);
}

/* Numbers that a rollback leaves unused are not used again. A job is there by its first entry: the
 * newest entry tells the newest number. */
static int new_job(struct wr_connection *c, struct wr_op *op)
{
    const struct wr_accept *accept = &op->accept;
    int64_t n = ++c->newest_n;
    if (accept->entry_count == 0)
        return SQLITE_RANGE;
    int code = add_job(c, accept, n);
    return code == SQLITE_OK ? add_entries(c, op, n, 0, accept->entries, accept->entry_count)
                             : code;
}

/* The idempotency key decides first: who repeats a request gets that request's job. A key that is
 * new but joins an earlier job is bound to that job, so that its own repetition finds it too. */
static int apply_accept(struct wr_connection *c, struct wr_op *op)
{
    const struct wr_accept *accept = &op->accept;
    bool keyed = is_set(&accept->idempotency), deduped = is_set(&accept->dedupe);
    op->job = accept->job;
    op->how = WR_ACCEPTED_NEW;
    int code = keyed ? find_idempotency(c, op) : SQLITE_OK;
    if (code != SQLITE_OK)
        return code == SQLITE_ROW ? SQLITE_OK : code;
    code = deduped ? find_dedupe(c, op) : SQLITE_OK;
    if (code == SQLITE_ROW)
        return keyed ? add_idempotency(c, accept, &op->job) : SQLITE_OK;
    if (code == SQLITE_OK)
        code = new_job(c, op);
    if (code == SQLITE_OK && keyed)
        code = add_idempotency(c, accept, &op->job);
    if (code == SQLITE_OK && deduped)
        code = add_dedupe(c, accept);
    return code;
}

/* SQLITE_ROW: there is a value under this key, number `*n`. SQLITE_OK: there is none. */
static int find_remembered(struct wr_connection *c, const struct wr_finish *finish, int64_t *n)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_find_remembered);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_key(statement, 1, &finish->remember);
    bind_text(statement, 2, finish->remember_schema);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *n = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int remember_key(struct wr_connection *c, const struct wr_finish *finish, int64_t n)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_remember_key);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_key(statement, 1, &finish->remember);
    bind_text(statement, 2, finish->remember_schema);
    sqlite3_bind_int64(statement, 3, n);
    return finish_statement(statement);
}

static int remember(struct wr_connection *c, const struct wr_finish *finish)
{
    int64_t n = 0;
    int found = find_remembered(c, finish, &n);
    if (found != SQLITE_ROW && found != SQLITE_OK)
        return found;
    bool again = found == SQLITE_ROW;
    sqlite3_stmt *statement = wr_connection_sql(c, again ? WR_SQL_remember_again : WR_SQL_remember);
    if (!statement)
        return sqlite3_errcode(c->db);
    sqlite3_bind_int64(statement, 1, finish->finished_ms);
    bind_blob(statement, 2, finish->remember_value.ptr, finish->remember_value.len);
    if (again)
        sqlite3_bind_int64(statement, 3, n);
    int code = finish_statement(statement);
    return code == SQLITE_OK && !again ? remember_key(c, finish, sqlite3_last_insert_rowid(c->db))
                                       : code;
}

static int apply_finish(struct wr_connection *c, const struct wr_finish *finish,
                        const struct wr_id *job)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_finish_job);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_blob(statement, 1, job->bytes, sizeof job->bytes);
    bind_text(statement, 2, finish->status);
    bind_text(statement, 3, finish->result_type);
    bind_text(statement, 4, finish->error_code);
    sqlite3_bind_int64(statement, 5, finish->finished_ms);
    sqlite3_bind_int64(statement, 6, finish->keep_until_ms);
    sqlite3_bind_int(statement, 7, finish->release_keys ? 2 : finish->release_dedupe ? 1 : 0);
    int code = finish_statement(statement);
    return code == SQLITE_OK && is_set(&finish->remember) ? remember(c, finish) : code;
}

int wr_op_find_job(struct wr_connection *c, const struct wr_id *id, int64_t *n, int64_t *last)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_find_job);
    if (!statement)
        return sqlite3_errcode(c->db);
    bind_blob(statement, 1, id->bytes, sizeof id->bytes);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *n = sqlite3_column_int64(statement, 0);
        *last = sqlite3_column_int64(statement, 1) & ((1 << 20) - 1);
    }
    sqlite3_reset(statement);
    return code;
}

static int apply_delivery(struct wr_connection *c, struct wr_op *op, int64_t n)
{
    const struct wr_delivery *delivery = &op->delivery;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_set_delivery);
    if (!statement)
        return sqlite3_errcode(c->db);
    sqlite3_bind_int64(statement, 1, n * (1 << 20) + delivery->seq);
    bind_text(statement, 2, delivery->service);
    sqlite3_bind_int(statement, 3, (int)delivery->state);
    sqlite3_bind_int64(statement, 4, delivery->attempts);
    sqlite3_bind_int64(statement, 5, delivery->due_ms);
    sqlite3_bind_int(statement, 6, delivery->http);
    bind_text(statement, 7, delivery->detail);
    int code = finish_statement(statement);
    if (code == SQLITE_OK && sqlite3_changes(c->db) == 0)
        op->status = WR_STORE_NOT_FOUND;
    op->notifies = code == SQLITE_OK && delivery->due_ms > 0;
    return code;
}

int wr_op_apply(struct wr_connection *c, struct wr_op *op)
{
    op->status = WR_STORE_OK;
    op->place = 0;
    op->notifies = false;
    if (op->is_accept)
        return apply_accept(c, op);
    int64_t n = 0, last = 0;
    int code = wr_op_find_job(c, &op->append.job, &n, &last);
    if (code == SQLITE_DONE) {
        op->status = WR_STORE_NOT_FOUND;
        return SQLITE_OK;
    }
    if (code != SQLITE_ROW)
        return code;
    if (op->is_delivery)
        return apply_delivery(c, op, n);
    code = add_entries(c, op, n, last, op->append.entries, op->append.entry_count);
    if (code == SQLITE_OK && op->append.finish)
        code = apply_finish(c, op->append.finish, &op->append.job);
    return code;
}
