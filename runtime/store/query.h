/* A question to the store, and its answer: what the readers' files share. */
#ifndef WR_STORE_QUERY_H
#define WR_STORE_QUERY_H

#include "runtime/store/sqlite.h"

#define WR_SEQ_MAX ((1u << 20) - 1)

enum wr_query_kind {
    WR_QUERY_READ,
    WR_QUERY_READ_AFTER,
    WR_QUERY_LIST,
    WR_QUERY_RECALL,
    WR_QUERY_UNFINISHED,
    WR_QUERY_DUE,
    WR_QUERY_DELIVERIES
};

/* Memory of one answer, freed at once. */
struct wr_chunk {
    struct wr_chunk *next;
    max_align_t bytes[];
};

struct wr_found {
    struct wr_chunk *chunks;
    enum wr_store_status status;
    struct wr_job_row *rows;
    struct wr_entry *entries;
    struct wr_delivery *deliveries;
    size_t row_count, entry_count, delivery_count;
    struct wr_str value;
    int64_t at_ms;
};

typedef void wr_read_done(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                          const struct wr_entry *entries, size_t entry_count);
typedef void wr_list_done(void *arg, enum wr_store_status status, const struct wr_job_row *rows,
                          size_t count);
typedef void wr_recall_done(void *arg, enum wr_store_status status, struct wr_str value,
                            int64_t remembered_ms);
typedef void wr_each_job(void *arg, const struct wr_job_row *row, const struct wr_entry *entries,
                         size_t entry_count);
typedef void wr_all_done(void *arg, enum wr_store_status status);

struct wr_query {
    struct wr_query *next;
    struct wr_side *side; /* who asks */
    enum wr_query_kind kind;
    struct wr_id job;
    bool of_job;    /* deliveries: only those of `job`; else those that come after one of it */
    uint32_t after; /* read_after; deliveries: the seq of that one, 0: from the begin */
    uint32_t upto;  /* read */
    struct wr_key key;
    int64_t not_before_ms;
    struct wr_str texts[4]; /* list: caller, status, workflow, waiting_for; recall: schema */
    uint32_t limit;
    int state; /* deliveries: -1: any */
    wr_deliveries_done *deliveries;
    wr_read_done *read;
    wr_list_done *list;
    wr_recall_done *recall;
    wr_each_job *each;
    wr_all_done *all;
    void *arg;
    struct wr_found answer;
    char bytes[];
};

/* Where a job's journal is. */
struct wr_whereabouts {
    int64_t n;
    uint32_t checkpoint; /* seq; 0: there is none */
};

/* The rest of a table of rows; `journal` is the last one's. */
void wr_reader_rows(struct wr_found *answer, sqlite3_stmt *statement, int code,
                    struct wr_whereabouts *journal);
/* From the one to the other; where not `all`, the first ones of them. */
void wr_reader_entries(struct wr_connection *c, struct wr_found *answer, int64_t n, bool all,
                       uint32_t from, uint32_t upto);
/* Memory as long as the answer; NULL with its status set: there is none. */
void *wr_reader_get(struct wr_found *answer, size_t size);
void wr_reader_free(struct wr_found *answer);
void wr_reader_unfinished(struct wr_connection *c, struct wr_query *query); /* unfinished.c */

#endif
