/* Which jobs have not ended: what a process that starts takes up. On a reader's thread. */
#include "runtime/store/query.h"

#include <stdlib.h>
#include <string.h>

#define RESTING_PAGE 512 /* jobs that rest, in one letter */

/* Unfinished jobs on their way to the loop: many that rest, or one with its journal. */
struct handed {
    struct wr_found answer;
    wr_each_job *each;
    void *arg;
};

static void give_jobs(void *arg)
{
    struct handed *found = arg;
    const struct wr_found *answer = &found->answer;
    for (size_t i = 0; i < answer->row_count; i++)
        found->each(found->arg, &answer->rows[i], answer->entries, answer->entry_count);
    wr_reader_free(&found->answer);
    free(found);
}

static void bind_contract(sqlite3_stmt *statement, const struct wr_query *query)
{
    const struct wr_str *hash = &query->texts[0];
    sqlite3_bind_text64(statement, 2, hash->ptr, hash->len, SQLITE_STATIC, SQLITE_UTF8);
}

/* Most rows have the text of the one before. */
static struct wr_str column(struct wr_found *answer, sqlite3_stmt *statement, int at,
                            struct wr_str before)
{
    const void *bytes = sqlite3_column_blob(statement, at);
    size_t len = bytes ? (size_t)sqlite3_column_bytes(statement, at) : 0;
    if (len == before.len && (len == 0 || memcmp(bytes, before.ptr, len) == 0))
        return before;
    char *copy = wr_reader_get(answer, len);
    if (copy)
        memcpy(copy, bytes, len);
    return (struct wr_str){copy, copy ? len : 0};
}

/* A page of those that rest; one's journal is not read. What matters of a row is when it wakes. */
static bool read_resting(const struct wr_query *query, struct wr_connection *c,
                         struct wr_found *answer, struct wr_id *after)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_resting_jobs);
    const struct wr_side *side = query->side;
    struct wr_job_row *rows = wr_reader_get(answer, RESTING_PAGE * sizeof *rows);
    struct wr_job_row row = {.workflow = {"", 0}, .caller = {"", 0}};
    int code = statement && rows ? SQLITE_ROW : SQLITE_ERROR, count = 0;
    if (code == SQLITE_ROW) {
        sqlite3_bind_blob64(statement, 1, after->bytes, sizeof after->bytes, SQLITE_STATIC);
        bind_contract(statement, query);
        sqlite3_bind_int64(statement, 3, RESTING_PAGE);
    }
    answer->rows = rows;
    while (code == SQLITE_ROW && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        count++;
        if (sqlite3_column_bytes(statement, 0) == (int)sizeof row.job.bytes)
            memcpy(row.job.bytes, sqlite3_column_blob(statement, 0), sizeof row.job.bytes);
        *after = row.job;
        if (wr_id_share(&row.job, side->s->options.loops) != side->share)
            continue;
        row.workflow = column(answer, statement, 1, row.workflow);
        row.caller = column(answer, statement, 2, row.caller);
        row.contract_hash = query->texts[0];
        row.deadline_ms = sqlite3_column_int64(statement, 3);
        row.parked_ms = sqlite3_column_int64(statement, 4);
        row.wake_ms = sqlite3_column_int64(statement, 5);
        rows[answer->row_count++] = row;
    }
    if (code != SQLITE_DONE)
        answer->status = WR_STORE_FAILED;
    if (statement)
        sqlite3_reset(statement);
    return count == RESTING_PAGE;
}

/* The next other one of a loop; its journal is read only where it is that loop's. */
static bool read_open_job(const struct wr_query *query, struct wr_connection *c,
                          struct wr_found *answer, struct wr_id *after)
{
    const struct wr_side *side = query->side;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_open_jobs);
    struct wr_whereabouts journal = {0};
    if (!statement) {
        answer->status = WR_STORE_FAILED;
        return false;
    }
    do {
        wr_reader_free(answer);
        sqlite3_bind_blob64(statement, 1, after->bytes, sizeof after->bytes, SQLITE_STATIC);
        bind_contract(statement, query);
        wr_reader_rows(answer, statement, sqlite3_step(statement), &journal);
        sqlite3_reset(statement);
        if (answer->status == WR_STORE_OK && answer->row_count == 1)
            *after = answer->rows[0].job;
    } while (answer->status == WR_STORE_OK && answer->row_count == 1 &&
             wr_id_share(after, side->s->options.loops) != side->share);
    if (answer->status == WR_STORE_OK && answer->row_count == 1)
        wr_reader_entries(c, answer, journal.n, true, journal.checkpoint, WR_SEQ_MAX);
    return answer->row_count == 1;
}

/* True while there may be more of them. */
static bool give_some(struct wr_connection *c, struct wr_query *query, bool resting,
                      struct wr_id *after)
{
    struct handed *found = calloc(1, sizeof *found);
    if (!found) {
        query->answer.status = WR_STORE_FAILED;
        return false;
    }
    bool more = (resting ? read_resting : read_open_job)(query, c, &found->answer, after);
    query->answer.status = found->answer.status;
    if (query->answer.status != WR_STORE_OK) {
        wr_reader_free(&found->answer);
        free(found);
        return false;
    }
    found->each = query->each;
    found->arg = query->arg;
    wr_store_post(query->side->inbox, give_jobs, found);
    return more;
}

void wr_reader_unfinished(struct wr_connection *c, struct wr_query *query)
{
    struct wr_id after = {{0}};
    while (give_some(c, query, true, &after))
        ;
    after = (struct wr_id){{0}};
    while (query->answer.status == WR_STORE_OK && give_some(c, query, false, &after))
        ;
}
