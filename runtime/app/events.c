/* GET /jobs/{id}/events: the journal as others may see it, as JSON, or, where text/event-stream is
 * asked for (WHATWG HTML, 9.2), as it grows. Only what is durable is sent, read from the store: an
 * event that a client has seen is the same after any crash, and its seq is where to go on. */
#include "runtime/observe/events.h"
#include "runtime/app/app.h"
#include "runtime/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_MAX 99999999   /* no journal is as long */
#define SETTLE_US 8000     /* entries that nobody awaits are durable after about this long */
#define READ_WAIT_US 50000 /* between two reads of a journal that lags behind */
#define UNSENT_MAX                                                                                 \
    65536 /* bytes that a client has not taken, past which nothing more is read for it */
#define DRAIN_US 20000     /* between two looks at whether it has */
#define STALL_BEATS 2      /* times --heartbeat that it may take nothing, then it is cut */
#define PAGE_MAX 1000      /* events in one answer as JSON … */
#define PAGE_BYTES 1048576 /* … which ends behind so many bytes, too */

/* One reading of a journal: a single answer, or a stream until the job's end. */
struct wr_stream {
    struct wr_stream *next, **at;
    struct wr_call *call; /* NULL: the client is gone */
    struct wr_loop *loop;
    struct wr_id job;
    uint32_t sent;   /* seq of the newest entry that was read; the client has its event */
    uint32_t newest; /* of the newest that there is, durable or not, as far as is known */
    bool streams, started, owed, held, live;
    size_t unsent;         /* when it was last looked at … */
    int64_t stalled_us;    /* … and since when it has not become less; 0: it is not too much */
    uint32_t limit, shown; /* of one answer as JSON: how many events it may have, and has */
    struct wr_text page;   /* what it has of them; in the request's arena */
    struct wr_lookout *lookout;
    struct wr_timer *read_timer, *beat_timer;
};

static bool is_operator(const struct wr_call *call)
{
    return wr_str_equal(call->caller.name, WR_EVERY_CALLER);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void stop_timers(struct wr_stream *stream)
{
    const struct wr_clock *clock = &stream->loop->clock.port;
    if (stream->read_timer)
        clock->cancel(clock->self, stream->read_timer);
    if (stream->beat_timer)
        clock->cancel(clock->self, stream->beat_timer);
    stream->read_timer = stream->beat_timer = NULL;
}

/* The exchange has ended, or will be by whoever calls. Freed once the store owes nothing. */
static void leave(struct wr_stream *stream)
{
    stop_timers(stream);
    if (stream->lookout)
        wr_lookout_end(stream->lookout);
    stream->lookout = NULL;
    if (stream->call)
        stream->call->stream = NULL;
    stream->call = NULL;
    if (stream->owed)
        return;
    *stream->at = stream->next;
    if (stream->next)
        stream->next->at = stream->at;
    free(stream);
}

void wr_streams_leave(struct wr_loop *loop)
{
    for (struct wr_stream *stream = loop->streams, *next; stream; stream = next) {
        next = stream->next;
        leave(stream);
    }
}

void wr_stream_gone(struct wr_call *call)
{
    struct wr_exchange *exchange = call->exchange;
    leave(call->stream);
    wr_abandon(exchange);
}

static void end(struct wr_stream *stream)
{
    struct wr_exchange *exchange = stream->call->exchange;
    leave(stream);
    wr_stream_end(exchange);
}

/* False: the client is gone or was cut, and so is `stream`. */
static bool send_piece(struct wr_stream *stream, struct wr_str piece)
{
    if (wr_stream_send(stream->call->exchange, piece))
        return true;
    wr_stream_gone(stream->call);
    return false;
}

/* ---- reading -------------------------------------------------------------------------------- */

static void read_now(struct wr_stream *stream);
static void read_soon(struct wr_stream *stream, int64_t us);

static void cut(struct wr_stream *stream)
{
    struct wr_exchange *exchange = stream->call->exchange;
    leave(stream);
    wr_stream_cut(exchange);
    wr_abandon(exchange);
}

/* A client gets as much as it takes: the rest stays in the store until it has taken what it was sent.
 * True: there is more to wait for than to read. */
static bool is_behind(struct wr_stream *stream)
{
    const struct wr_clock *clock = &stream->loop->clock.port;
    int64_t now = clock->mono_us(clock->self);
    size_t unsent = stream->started ? wr_stream_unsent(stream->call->exchange) : 0;
    bool first = !stream->stalled_us;
    if (unsent <= UNSENT_MAX) {
        stream->stalled_us = 0;
        return false;
    }
    if (first || unsent < stream->unsent)
        stream->stalled_us = now;
    stream->unsent = unsent;
    if (now - stream->stalled_us > stream->loop->app->options.heartbeat_ms * 1000 * STALL_BEATS)
        cut(stream);
    else
        read_soon(stream, DRAIN_US);
    return true;
}

static void read_due(void *arg)
{
    struct wr_stream *stream = arg;
    stream->read_timer = NULL;
    if (!is_behind(stream))
        read_now(stream);
}

static void read_soon(struct wr_stream *stream, int64_t us)
{
    const struct wr_clock *clock = &stream->loop->clock.port;
    if (!stream->owed && !stream->read_timer)
        stream->read_timer = clock->after(clock->self, us, read_due, stream);
}

static void beat(void *arg)
{
    struct wr_stream *stream = arg;
    const struct wr_clock *clock = &stream->loop->clock.port;
    stream->beat_timer = NULL;
    if (!send_piece(stream, WR_STR(":\n\n")))
        return;
    stream->beat_timer =
        clock->after(clock->self, stream->loop->app->options.heartbeat_ms * 1000, beat, stream);
    if (stream->held)
        read_soon(stream, 0);
}

/* ---- what was read -------------------------------------------------------------------------- */

static void refuse(struct wr_stream *stream, enum wr_answer_kind kind)
{
    struct wr_call *call = stream->call;
    const struct wr_answer answer = {.kind = kind,
                                     .retry_after_s = kind == WR_ANSWER_STORE_DOWN ? 5 : 0};
    leave(stream);
    wr_call_refusal(call, &answer);
}

/* As events of a stream; true where the last one is the end. */
static bool show_all(struct wr_text *out, bool operator, const struct wr_entry * entries,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct wr_event event;
        if (!wr_event_decode(out->arena, &entries[i], &event))
            continue;
        WR_ADD(out, "id: ");
        wr_text_int(out, event.seq);
        WR_ADD(out, "\ndata: ");
        wr_event_show(out, &event, operator);
        WR_ADD(out, "\n\n");
    }
    return count && entries[count - 1].kind == WR_ENTRY_FINISHED;
}

static void answer_json(struct wr_stream *stream, bool ended, bool more)
{
    struct wr_call *call = stream->call;
    struct wr_text *out = &stream->page;
    char tag[WR_ENTITY_TAG];
    WR_ADD(out, "],\"final\":");
    wr_text_bool(out, ended);
    WR_ADD(out, ",\"next\":");
    if (more)
        wr_text_int(out, stream->sent);
    else
        WR_ADD(out, "null");
    WR_ADD(out, "}");
    struct wr_str body = wr_text_done(out);
    wr_entity_tag(body, tag);
    bool same = wr_call_matches(call, tag);
    const struct wr_header headers[] = {{WR_STR("ETag"), {tag, strlen(tag)}},
                                        {WR_STR("Cache-Control"), WR_STR("private, no-cache")},
                                        {WR_STR("Vary"), WR_STR("Accept")}};
    const struct wr_reply reply = {.status = same ? 304 : 200,
                                   .content_type =
                                       same ? (struct wr_str){NULL, 0} : WR_STR("application/json"),
                                   .headers = headers,
                                   .header_count = 3,
                                   .body = same ? (struct wr_str){NULL, 0} : body};
    leave(stream);
    wr_call_reply(call, &reply);
}

static void begin_page(struct wr_stream *stream)
{
    struct wr_text *out = &stream->page;
    char id[WR_ID_TEXT];
    out->arena = stream->call->exchange->request.arena;
    wr_id_text(&stream->job, id);
    WR_ADD(out, "{\"job_id\":");
    wr_text_quote(out, wr_str_of(id));
    WR_ADD(out, ",\"events\":[");
}

/* What the store gave goes to the page, until that is full or the journal is at its end. */
static void fill_page(struct wr_stream *stream, const struct wr_job_row *row,
                      const struct wr_entry *entries, size_t count)
{
    bool to_operator = is_operator(stream->call), full = false;
    bool ended = count == 0 && row->finished_ms;
    if (!stream->page.arena)
        begin_page(stream);
    struct wr_arena arena = {0};
    for (size_t i = 0; i < count && !full; i++) {
        struct wr_event event;
        stream->sent = entries[i].seq;
        ended = entries[i].kind == WR_ENTRY_FINISHED;
        if (!wr_event_decode(&arena, &entries[i], &event))
            continue;
        if (stream->shown++)
            WR_ADD(&stream->page, ",");
        wr_event_show(&stream->page, &event, to_operator);
        full = stream->shown == stream->limit || stream->page.len > PAGE_BYTES;
    }
    wr_arena_free(&arena);
    if (count && !full && !ended)
        read_now(stream);
    else
        answer_json(stream, ended, full && !ended);
}

/* 204 tells an EventSource not to come back (WHATWG HTML, 9.2.3). */
static void answer_nothing_more(struct wr_stream *stream)
{
    struct wr_call *call = stream->call;
    const struct wr_reply reply = {.status = 204};
    leave(stream);
    wr_call_reply(call, &reply);
}

static void start(struct wr_stream *stream)
{
    const struct wr_header headers[] = {{WR_STR("Cache-Control"), WR_STR("no-store")},
                                        {WR_STR("Vary"), WR_STR("Accept")},
                                        {WR_STR("X-Accel-Buffering"), WR_STR("no")}};
    const struct wr_reply head = {.status = 200,
                                  .content_type = WR_STR("text/event-stream"),
                                  .headers = headers,
                                  .header_count = 3};
    const struct wr_clock *clock = &stream->loop->clock.port;
    stream->started = true;
    stream->beat_timer =
        clock->after(clock->self, stream->loop->app->options.heartbeat_ms * 1000, beat, stream);
    wr_call_stream(stream->call, &head);
}

/* A job that is not live and has not ended is one that this binary holds, or it has ended since: the
 * store knows. */
static void is_not_live(struct wr_stream *stream)
{
    bool again = stream->held;
    stream->held = true;
    if (stream->loop->app->draining)
        end(stream);
    else if (!again)
        read_soon(stream, READ_WAIT_US);
}

/* What the job's loop says: as it stands, then as the journal grows, then that it is over. */
static void heard(void *arg, bool live, uint32_t seq)
{
    struct wr_stream *stream = arg;
    bool was_live = stream->live;
    stream->live = live;
    stream->newest = seq;
    if (!live)
        stream->lookout = NULL;
    if (live)
        stream->held = false;
    if (was_live)
        read_soon(stream, live ? SETTLE_US : 0);
    else if (!live)
        is_not_live(stream);
    else if (seq > stream->sent)
        read_soon(stream, READ_WAIT_US);
}

/* After the newest durable event: wait for the next one. */
static void wait_for_more(struct wr_stream *stream)
{
    if (!stream->lookout)
        stream->lookout = wr_lookout_begin(stream->loop, stream->job, heard, stream);
    else if (stream->newest > stream->sent)
        read_soon(stream, READ_WAIT_US);
}

static void go_on(struct wr_stream *stream, const struct wr_job_row *row,
                  const struct wr_entry *entries, size_t count)
{
    struct wr_arena arena = {0};
    struct wr_text out = {.arena = &arena};
    if (!stream->started && count == 0 && row->finished_ms) {
        answer_nothing_more(stream);
        return;
    }
    if (!stream->started) {
        start(stream);
        WR_ADD(&out, "retry: 1000\n\n");
    }
    bool ended = show_all(&out, is_operator(stream->call), entries, count);
    if (count)
        stream->sent = entries[count - 1].seq;
    bool there = send_piece(stream, wr_text_done(&out));
    wr_arena_free(&arena);
    if (there && (ended || (count == 0 && row->finished_ms)))
        end(stream);
    else if (there && count)
        read_soon(stream, 0); /* until there is none */
    else if (there)
        wait_for_more(stream);
}

static void was_read(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                     const struct wr_entry *entries, size_t count)
{
    struct wr_stream *stream = arg;
    stream->owed = false;
    if (!stream->call) {
        leave(stream);
        return;
    }
    bool found = status == WR_STORE_OK && (is_operator(stream->call) ||
                                           wr_str_equal(row->caller, stream->call->caller.name));
    if (status != WR_STORE_OK && status != WR_STORE_NOT_FOUND && stream->started)
        read_soon(stream, 1000000);
    else if (!found && stream->started) /* retention has taken it */
        end(stream);
    else if (!found)
        refuse(stream, status == WR_STORE_OK || status == WR_STORE_NOT_FOUND
                           ? WR_ANSWER_NOT_FOUND
                           : WR_ANSWER_STORE_DOWN);
    else if (stream->streams)
        go_on(stream, row, entries, count);
    else
        fill_page(stream, row, entries, count);
}

static void read_now(struct wr_stream *stream)
{
    const struct wr_store *store = stream->loop->store;
    stream->owed = true;
    store->read_after(store->self, stream->job, stream->sent, was_read, stream);
}

/* ---- the request ---------------------------------------------------------------------------- */

static bool wants_stream(const struct wr_request *request)
{
    static const char type[] = "text/event-stream";
    struct wr_str accept;
    return wr_str_equal(request->method, WR_STR("GET")) &&
           wr_field(request, "Accept", &accept) > 0 &&
           memmem(accept.ptr, accept.len, type, sizeof type - 1) != NULL;
}

/* Absent or empty: from the beginning. False: no number, and the call has ended. */
static bool take_last_id(struct wr_call *call, uint32_t *seq)
{
    struct wr_str text;
    size_t count = wr_field(&call->exchange->request, "Last-Event-ID", &text);
    bool good = count <= 1 && (count == 0 || text.len <= 9);
    *seq = 0;
    for (size_t i = 0; good && count && i < text.len; i++) {
        good = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        *seq = *seq * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    if (!good)
        wr_call_refuse(call, 400, "bad_last_event_id",
                       "Last-Event-ID is the id of an event of this job.");
    return good;
}

static bool take_number(const struct wr_request *request, const char *name, uint32_t least,
                        uint32_t most, uint32_t *number)
{
    struct wr_str text;
    size_t count = wr_query(request, name, &text);
    if (count == 0)
        return true;
    uint32_t taken = 0;
    for (size_t i = 0; count == 1 && i < text.len && taken <= most; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        taken = taken * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    *number = taken;
    return count == 1 && text.len > 0 && taken >= least && taken <= most;
}

/* Which page of the JSON; false: none, and the call has ended. */
static bool take_page(struct wr_call *call, uint32_t *after, uint32_t *limit)
{
    const struct wr_request *request = &call->exchange->request;
    const char *wrong = NULL;
    *limit = PAGE_MAX;
    if (!take_number(request, "after", 0, SEQ_MAX, after))
        wrong = "`after` is the seq of an event: `next` of the page before.";
    else if (!take_number(request, "limit", 1, PAGE_MAX, limit))
        wrong = "`limit` is a number from 1 to 1000.";
    if (wrong)
        wr_call_refuse(call, 400, "bad_query", wrong);
    return !wrong;
}

void wr_events_handle(struct wr_call *call)
{
    struct wr_loop *loop = call->loop;
    struct wr_id id;
    uint32_t sent = 0, limit = 0;
    bool streams = wants_stream(&call->exchange->request);
    if (!wr_call_job(call, &id) ||
        !(streams ? take_last_id(call, &sent) : take_page(call, &sent, &limit)))
        return;
    struct wr_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        wr_call_refuse(call, 503, "overloaded", "There is no memory for this now.");
        return;
    }
    *stream = (struct wr_stream){.next = loop->streams,
                                 .at = &loop->streams,
                                 .call = call,
                                 .loop = loop,
                                 .job = id,
                                 .sent = sent,
                                 .limit = limit,
                                 .streams = streams};
    if (loop->streams)
        loop->streams->at = &stream->next;
    loop->streams = stream;
    call->stream =
        streams ? stream : NULL; /* who asks for one answer gets it, half closed or not */
    read_now(stream);
}

/* ---- the end of the process ------------------------------------------------------------------ */

void wr_streams_read(struct wr_loop *loop)
{
    for (struct wr_stream *stream = loop->streams; stream; stream = stream->next)
        if (stream->call)
            read_soon(stream, 0);
}

void wr_streams_free(struct wr_loop *loop)
{
    for (struct wr_stream *stream = loop->streams, *next; stream; stream = next) {
        next = stream->next;
        free(stream);
    }
}
