/* Limits of callers. Rows are found by a hash and kept in the order of their last use: where there is
 * no room, the one that was not used for longest and holds no job makes way. */
#include "runtime/engine/quota.h"

#include "runtime/engine/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096
#define TRIES 64 /* rows looked at for one that can make way */

struct wr_quota_row {
    struct wr_quota_row *next; /* in its bucket */
    struct wr_quota_row *older, *newer;
    const struct wr_limits *limits;
    struct wr_window requests;
    uint32_t jobs;  /* under way, not parked */
    uint32_t seats; /* jobs that name this row */
    uint64_t hash;
    size_t len;
    char caller[];
};

struct wr_quotas {
    const struct wr_program *program;
    const struct wr_peers *peers;
    struct wr_quota_row *buckets[BUCKETS], *oldest, *newest;
    size_t count;
};

static bool is_limited(const struct wr_limits *limits)
{
    return limits->calls || limits->concurrent;
}

struct wr_quotas *wr_quotas_new(const struct wr_program *program, const struct wr_peers *peers)
{
    bool any = is_limited(&program->limits);
    for (size_t i = 0; i < program->workflow_count; i++)
        any = any || is_limited(&program->workflows[i]->limits);
    if (!any)
        return NULL;
    struct wr_quotas *quotas = calloc(1, sizeof *quotas);
    if (!quotas) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    quotas->program = program;
    quotas->peers = peers;
    return quotas;
}

void wr_quotas_free(struct wr_quotas *quotas)
{
    while (quotas && quotas->oldest) {
        struct wr_quota_row *row = quotas->oldest;
        quotas->oldest = row->newer;
        free(row);
    }
    free(quotas);
}

static void lock(const struct wr_quotas *quotas)
{
    if (quotas->peers)
        quotas->peers->lock(quotas->peers->self);
}

static void unlock(const struct wr_quotas *quotas)
{
    if (quotas->peers)
        quotas->peers->unlock(quotas->peers->self);
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* FNV-1a, over the limit's place and the caller. */
static uint64_t hash_of(const struct wr_limits *limits, struct wr_str caller)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)(uintptr_t)limits;
    for (size_t i = 0; i < caller.len; i++)
        hash = (hash ^ (unsigned char)caller.ptr[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 29;
}

static void take_out(struct wr_quotas *quotas, struct wr_quota_row *row)
{
    *(row->older ? &row->older->newer : &quotas->oldest) = row->newer;
    *(row->newer ? &row->newer->older : &quotas->newest) = row->older;
}

static void put_newest(struct wr_quotas *quotas, struct wr_quota_row *row)
{
    row->older = quotas->newest;
    row->newer = NULL;
    *(quotas->newest ? &quotas->newest->newer : &quotas->oldest) = row;
    quotas->newest = row;
}

static struct wr_quota_row *find(struct wr_quotas *quotas, const struct wr_limits *limits,
                                 struct wr_str caller)
{
    uint64_t hash = hash_of(limits, caller);
    struct wr_quota_row *row = quotas->buckets[hash % BUCKETS];
    while (row && (row->hash != hash || row->limits != limits || row->len != caller.len ||
                   memcmp(row->caller, caller.ptr, caller.len) != 0))
        row = row->next;
    return row;
}

static bool make_room(struct wr_quotas *quotas)
{
    struct wr_quota_row *row = quotas->oldest;
    for (int i = 0; row && row->seats && i < TRIES; i++)
        row = row->newer;
    if (!row || row->seats)
        return false;
    struct wr_quota_row **at = &quotas->buckets[row->hash % BUCKETS];
    while (*at != row)
        at = &(*at)->next;
    *at = row->next;
    take_out(quotas, row);
    free(row);
    quotas->count--;
    return true;
}

/* NULL: there is no room for another caller. */
static struct wr_quota_row *need(struct wr_quotas *quotas, const struct wr_limits *limits,
                                 struct wr_str caller)
{
    struct wr_quota_row *row = find(quotas, limits, caller);
    if (row) {
        take_out(quotas, row);
        put_newest(quotas, row);
        return row;
    }
    if (quotas->count == WR_QUOTA_ROWS && !make_room(quotas))
        return NULL;
    row = calloc(1, sizeof *row + caller.len);
    if (!row)
        return NULL;
    row->limits = limits;
    row->hash = hash_of(limits, caller);
    row->len = caller.len;
    if (caller.len)
        memcpy(row->caller, caller.ptr, caller.len);
    wr_window_init(&row->requests, limits->calls, limits->calls ? limits->calls_per_ms : 1);
    row->next = quotas->buckets[row->hash % BUCKETS];
    quotas->buckets[row->hash % BUCKETS] = row;
    put_newest(quotas, row);
    quotas->count++;
    return row;
}

/* The limits that a job of this workflow counts for. */
static size_t limits_of(const struct wr_quotas *quotas, const struct wr_workflow *workflow,
                        const struct wr_limits *limits[2])
{
    size_t count = 0;
    if (is_limited(&workflow->limits))
        limits[count++] = &workflow->limits;
    if (is_limited(&quotas->program->limits))
        limits[count++] = &quotas->program->limits;
    return count;
}

/* ---- requests ----------------------------------------------------------------------------------- */

static void look(struct wr_quota_row *row, int64_t now_us, struct wr_quota_view *view)
{
    const struct wr_limits *limits = view->limits;
    view->requests_left = limits->calls;
    view->jobs_left = limits->concurrent;
    view->more_in_us = -1;
    if (!row)
        return;
    view->jobs_left -= row->jobs < limits->concurrent ? row->jobs : limits->concurrent;
    if (!limits->calls)
        return;
    wr_window_opens(&row->requests, now_us, 1); /* lets go of what is too old */
    uint64_t used = row->requests.total;
    view->requests_left -= used < limits->calls ? used : limits->calls;
    if (used)
        view->more_in_us =
            wr_window_opens(&row->requests, now_us, view->requests_left + 1) - now_us;
}

size_t wr_quota_look(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                     struct wr_str caller, int64_t now_us, struct wr_quota_view views[2])
{
    const struct wr_limits *limits[2];
    size_t count = quotas ? limits_of(quotas, workflow, limits) : 0;
    if (count == 0)
        return 0;
    lock(quotas);
    for (size_t i = 0; i < count; i++) {
        views[i].limits = limits[i];
        views[i].workflow = limits[i] == &workflow->limits ? workflow->name : NULL;
        look(find(quotas, limits[i], caller), now_us, &views[i]);
    }
    unlock(quotas);
    return count;
}

bool wr_quota_request(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                      struct wr_str caller, int64_t now_us)
{
    const struct wr_limits *limits[2];
    struct wr_quota_row *rows[2] = {NULL, NULL};
    size_t count = quotas ? limits_of(quotas, workflow, limits) : 0;
    bool room = true;
    if (count == 0)
        return true;
    lock(quotas);
    for (size_t i = 0; i < count; i++) {
        rows[i] = need(quotas, limits[i], caller);
        room = room && rows[i] && wr_window_opens(&rows[i]->requests, now_us, 1) <= now_us;
    }
    for (size_t i = 0; room && i < count; i++)
        wr_window_add(&rows[i]->requests, now_us, 1);
    unlock(quotas);
    return room;
}

/* ---- jobs --------------------------------------------------------------------------------------- */

bool wr_quota_sit(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                  struct wr_str caller, bool anyway, struct wr_quota_seats *seats)
{
    const struct wr_limits *limits[2];
    struct wr_quota_row *rows[2] = {NULL, NULL};
    size_t count = quotas ? limits_of(quotas, workflow, limits) : 0;
    bool room = true;
    if (count == 0)
        return true;
    lock(quotas);
    for (size_t i = 0; i < count; i++) {
        if (!limits[i]->concurrent)
            continue;
        rows[i] = need(quotas, limits[i], caller);
        if (rows[i])
            rows[i]->seats++; /* it stays where it is while the other is looked for */
        room = room && (anyway || (rows[i] && rows[i]->jobs < limits[i]->concurrent));
    }
    for (size_t i = 0; i < 2; i++) {
        if (!rows[i])
            continue;
        if (room)
            rows[i]->jobs++;
        else
            rows[i]->seats--;
        seats->rows[i] = room ? rows[i] : NULL;
    }
    unlock(quotas);
    return room;
}

static void change(struct wr_quotas *quotas, const struct wr_quota_seats *seats, int by, bool ends)
{
    if (!quotas)
        return;
    lock(quotas);
    for (size_t i = 0; i < 2; i++) {
        if (!seats->rows[i])
            continue;
        seats->rows[i]->jobs += (uint32_t)by;
        seats->rows[i]->seats -= ends;
    }
    unlock(quotas);
}

void wr_quota_lend(struct wr_quotas *quotas, const struct wr_quota_seats *seats)
{
    change(quotas, seats, -1, false);
}

void wr_quota_return(struct wr_quotas *quotas, const struct wr_quota_seats *seats)
{
    change(quotas, seats, 1, false);
}

void wr_quota_leave(struct wr_quotas *quotas, struct wr_quota_seats *seats)
{
    change(quotas, seats, -1, true);
    *seats = (struct wr_quota_seats){{NULL, NULL}};
}
