/* Which jobs have not ended: what a process that starts takes up. On a reader's thread. */
#include "runtime/store/query.h"

#include <stdlib.h>

#define RESTING_PAGE 512 /* jobs that rest, in one letter */

/* Unfinished jobs on their way to the loop: many that rest, or one with its journal. */
struct handed {
    struct wr_found answer;
    wr_each_job *each;
    void *arg;
    uint32_t share, loops;
};

static void give_jobs(void *arg)
{
    struct handed *found = arg;
    const struct wr_found *answer = &found->answer;
    for (size_t i = 0; i < answer->row_count; i++)
        if (answer->entry_count || wr_id_share(&answer->rows[i].job, found->loops) == found->share)
            found->each(found->arg, &answer->rows[i], answer->entries, answer->entry_count);
    wr_reader_free(&found->answer);
    free(found);
}

static void bind_contract(sqlite3_stmt *statement, const struct wr_query *query)
{
    const struct wr_str *hash = &query->texts[0];
    sqlite3_bind_text64(statement, 2, hash->ptr, hash->len, SQLITE_STATIC, SQLITE_UTF8);
}

/* Those that rest, a page of them; one's journal is not read. */
static void read_resting(const struct wr_query *query, struct wr_connection *c,
                         struct wr_found *answer, struct wr_id *after)
{
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_resting_jobs);
    struct wr_whereabouts journal = {0};
    if (!statement) {
        answer->status = WR_STORE_FAILED;
        return;
    }
    sqlite3_bind_blob64(statement, 1, after->bytes, sizeof after->bytes, SQLITE_STATIC);
    bind_contract(statement, query);
    sqlite3_bind_int64(statement, 3, RESTING_PAGE);
    wr_reader_rows(answer, statement, sqlite3_step(statement), &journal);
    sqlite3_reset(statement);
    if (answer->row_count)
        *after = answer->rows[answer->row_count - 1].job;
}

/* The next other one of a loop; its journal is read only where it is that loop's. */
static void read_open_job(const struct wr_query *query, struct wr_connection *c,
                          struct wr_found *answer, struct wr_id *after)
{
    const struct wr_side *side = query->side;
    sqlite3_stmt *statement = wr_connection_sql(c, WR_SQL_open_jobs);
    struct wr_whereabouts journal = {0};
    if (!statement) {
        answer->status = WR_STORE_FAILED;
        return;
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
    (resting ? read_resting : read_open_job)(query, c, &found->answer, after);
    query->answer.status = found->answer.status;
    if (query->answer.status != WR_STORE_OK || found->answer.row_count == 0) {
        wr_reader_free(&found->answer);
        free(found);
        return false;
    }
    found->each = query->each;
    found->arg = query->arg;
    found->share = query->side->share;
    found->loops = query->side->s->options.loops;
    wr_store_post(query->side->inbox, give_jobs, found);
    return true;
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
