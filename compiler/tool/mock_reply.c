/* Sending simulated answers, in time or late, whole or cut; services; the control endpoint. */
#include "compiler/base/buf.h"
#include "compiler/tool/mock.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1024 };

/* An exchange that has not ended: kept in its `user`. */
struct pending {
    struct wr_exchange *exchange;
    struct event *timer;
    struct wc_mock_answer answer;
};

static void drop(struct pending *it)
{
    if (it->timer)
        event_free(it->timer);
    free(it->answer.text);
    it->exchange->user = NULL;
    free(it);
}

void wc_mock_gone(struct wr_exchange *exchange)
{
    if (exchange->user)
        drop(exchange->user);
    wr_abandon(exchange);
}

static struct wr_reply reply_head(const struct wc_mock_answer *answer)
{
    static const struct wr_header headers[] = {
        {{"X-Wright-Mock", 13}, {"simulated", 9}},
        {{"Cache-Control", 13}, {"no-store", 8}},
    };
    return (struct wr_reply){.status = answer->status ? answer->status : 200,
                             .content_type = {answer->type, strlen(answer->type)},
                             .headers = headers,
                             .header_count = 2,
                             .body = {answer->text, answer->len}};
}

/* As a stream: in pieces, so that a client's reading of events in parts is exercised. */
static bool send_pieces(struct pending *it, size_t len)
{
    struct wr_reply head = reply_head(&it->answer);
    wr_stream_start(it->exchange, &head);
    for (size_t at = 0; at < len; at += PIECE) {
        struct wr_str piece = {it->answer.text + at, len - at < PIECE ? len - at : PIECE};
        if (!wr_stream_send(it->exchange, piece))
            return false;
    }
    return true;
}

static void send_now(struct pending *it)
{
    struct wr_exchange *exchange = it->exchange;
    enum wc_mock_kind kind = it->answer.way.kind;
    struct wr_reply reply = reply_head(&it->answer);
    if (kind == WC_MOCK_CUT || kind == WC_MOCK_STALL) {
        bool there = send_pieces(it, it->answer.half);
        if (there && kind == WC_MOCK_STALL)
            return; /* until the client leaves */
        drop(it);
        wr_abandon(exchange);
    } else if (strcmp(it->answer.type, "text/event-stream") == 0) {
        if (send_pieces(it, it->answer.len)) {
            drop(it);
            wr_stream_end(exchange);
        } else {
            drop(it);
            wr_abandon(exchange);
        }
    } else {
        wr_reply(exchange, &reply); /* copies */
        free(it->answer.text);
        if (it->timer)
            event_free(it->timer);
        free(it);
    }
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    send_now(arg);
}

void wc_mock_send(struct wc_mock *mock, struct wr_exchange *exchange,
                  const struct wc_mock_answer *answer)
{
    struct pending *it = wc_realloc(NULL, sizeof *it);
    *it = (struct pending){exchange, NULL, *answer};
    exchange->user = it;
    if (answer->way.kind == WC_MOCK_SILENT)
        return; /* until the client leaves */
    if (answer->way.kind != WC_MOCK_SLOW) {
        send_now(it);
        return;
    }
    struct timeval in = {answer->way.number / 1000, (answer->way.number % 1000) * 1000};
    it->timer = evtimer_new(mock->loop, on_time, it);
    if (it->timer)
        evtimer_add(it->timer, &in);
    else
        send_now(it);
}

/* ---- errors ------------------------------------------------------------------------------- */

static void refuse(struct wr_exchange *exchange, int status, json_t *root)
{
    static const struct wr_header headers[] = {
        {{"X-Wright-Mock", 13}, {"simulated", 9}},
        {{"Retry-After", 11}, {"1", 1}},
    };
    char *text = json_dumps(root, JSON_COMPACT);
    struct wr_reply reply = {.status = status,
                             .content_type = WR_STR("application/json"),
                             .headers = headers,
                             .header_count =
                                 status == 429 || status == 503 || status == 529 ? 2 : 1,
                             .body = {text, text ? strlen(text) : 0}};
    wr_reply(exchange, &reply);
    free(text);
    json_decref(root);
}

void wc_mock_refuse(struct wr_exchange *exchange, int status, const char *code, const char *message)
{
    refuse(exchange, status,
           json_pack("{s:{s:s, s:s, s:s}}", "error", "message", message, "type", "simulated_error",
                     "code", code));
}

void wc_mock_refuse_anthropic(struct wr_exchange *exchange, int status, const char *code,
                              const char *message)
{
    refuse(exchange, status,
           json_pack("{s:s, s:{s:s, s:s}, s:s}", "type", "error", "error", "type", code, "message",
                     message, "request_id", "req_simulated"));
}

/* ---- services ----------------------------------------------------------------------------- */

static bool method_of(struct wr_str text, enum wr_method *method)
{
    static const char *const names[] = {
        [WR_GET] = "GET", [WR_HEAD] = "HEAD",   [WR_POST] = "POST",
        [WR_PUT] = "PUT", [WR_PATCH] = "PATCH", [WR_DELETE] = "DELETE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == text.len && memcmp(names[i], text.ptr, text.len) == 0) {
            *method = (enum wr_method)i;
            return true;
        }
    return false;
}

uint64_t wc_mock_hash(uint64_t seed, struct wr_str text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ seed;
    for (size_t i = 0; i < text.len; i++)
        sum = (sum ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static bool gives_value(const struct wc_stage *stage)
{
    return stage->action.as && stage->action.as->kind == WC_TYPE_SCHEMA;
}

static json_t *service_document(struct wc_mock *mock, struct wr_exchange *exchange,
                                const struct wc_stage *stage, struct wr_str path)
{
    struct wc_mock_source source = {{NULL, 0}, wc_mock_hash(mock->seed, path), 0, NULL};
    source.random ^= wc_mock_hash(0, exchange->request.body);
    struct wr_str body = exchange->request.body;
    if (!gives_value(stage))
        return json_object();
    struct wc_buf told = {0};
    wc_buf_add(&told, path.ptr, path.len);
    wc_buf_char(&told, ' ');
    wc_buf_add(&told, body.ptr ? body.ptr : "", body.len);
    const char *given = wc_mock_given(mock, stage, stage->action.service->name,
                                      (struct wc_mock_text){told.data, told.len});
    wc_buf_free(&told);
    json_t *document = given ? json_loads(given, 0, NULL) : NULL;
    if (document)
        return document;
    return wc_mock_document(mock, &source, stage->action.as->schema);
}

/* What is made is 201; what has nothing to say is 204. */
static int good_status(const struct wc_stage *stage)
{
    enum wr_method method = stage->action.method;
    if (gives_value(stage))
        return method == WR_POST ? 201 : 200;
    return method == WR_GET || method == WR_HEAD ? 200 : 204;
}

static void answer_service(struct wc_mock *mock, struct wr_exchange *exchange,
                           const struct wc_stage *stage, struct wr_str path,
                           const struct wc_mock_way *way)
{
    struct wc_mock_answer answer = {
        .way = *way, .type = "application/json", .status = good_status(stage)};
    if (answer.status == 204)
        answer.type = "";
    json_t *document = service_document(mock, exchange, stage, path);
    if (answer.status == 204)
        answer.text = strdup("");
    else if (way->kind == WC_MOCK_WRONG)
        answer.text = strdup("{\"simulated\": \"not of the schema\"}");
    else
        answer.text = json_dumps(document, WC_MOCK_JSON);
    json_decref(document);
    answer.len = answer.text ? strlen(answer.text) : 0;
    answer.half = answer.len / 2;
    if (way->kind == WC_MOCK_MALFORMED || way->kind == WC_MOCK_LENGTH)
        answer.len = answer.half > 0 ? answer.half : answer.len;
    wc_mock_send(mock, exchange, &answer);
}

/* A key says which effect it is: under a known one nothing more happens, and the answer is the same. */
static bool take_key(struct wc_mock_target *target, struct wr_exchange *exchange)
{
    struct wr_str key;
    const char *header = target->service->idempotency_header;
    if (!header || wr_field(&exchange->request, header, &key) != 1)
        return true;
    return wc_mock_keys_take(&target->keys, key, exchange->request.body);
}

/* A notification goes to the URL itself. */
static bool is_notification(const struct wc_service *service, struct wr_str method,
                            struct wr_str path)
{
    return service->sign_env && wr_str_equal(method, WR_STR("POST")) && path.len == 0;
}

static void take_notification(struct wc_mock *mock, struct wr_exchange *exchange,
                              const struct wc_mock_way *way)
{
    struct wc_mock_answer answer = {.way = *way, .type = "", .status = 204, .text = strdup("")};
    wc_mock_send(mock, exchange, &answer);
}

void wc_mock_serve_service(struct wc_mock *mock, struct wr_exchange *exchange,
                           struct wc_mock_target *target, struct wr_str path)
{
    struct wc_mock_way way;
    enum wr_method method;
    const struct wc_stage *stage = NULL;
    bool told = is_notification(target->service, exchange->request.method, path);
    if (method_of(exchange->request.method, &method))
        stage = wc_mock_stage_for(mock, target->service, method, path);
    if (!wc_mock_way_for(target, exchange, &way))
        return;
    if (!stage && !told)
        wc_mock_refuse(exchange, 404, "not_found",
                       "No stage of the specification calls this service so.");
    else if (way.kind == WC_MOCK_FAIL)
        wc_mock_refuse(exchange, (int)way.number, "simulated", "Simulated failure.");
    else if (way.kind == WC_MOCK_REFUSE || way.kind == WC_MOCK_FILTER)
        wc_mock_refuse(exchange, 403, "forbidden", "Simulated refusal.");
    else if (!stage)
        take_notification(mock, exchange, &way);
    else if (!take_key(target, exchange))
        wc_mock_refuse(exchange, 422, "key_reused", "This key came with another body before.");
    else
        answer_service(mock, exchange, stage, path, &way);
}

/* ---- control: GET shows, POST {"primary": "silent"} changes -------------------------------- */

static bool change(struct wc_mock *mock, json_t *wanted, bool apply, const char **wrong)
{
    const char *name;
    json_t *value;
    json_object_foreach(wanted, name, value)
    {
        struct wc_mock_way way = {WC_MOCK_OK, 0, 0};
        const char *text = json_is_null(value) ? "ok" : json_string_value(value);
        struct wc_mock_target *target = wc_mock_find(mock, name, strlen(name));
        *wrong = name;
        if (!target || !text || !wc_mock_way_parse(text, strlen(text), &way))
            return false;
        if (apply)
            target->way = way;
    }
    return true;
}

static void show(struct wc_mock *mock, struct wr_exchange *exchange)
{
    json_t *root = json_object();
    WC_EACH(i, &mock->targets)
    {
        const struct wc_mock_target *target = &mock->targets.items[i];
        char way[32];
        wc_mock_way_text(&target->way, way);
        json_t *row = json_pack("{s:s, s:I}", "way", way, "calls", (json_int_t)target->calls);
        if (target->service && target->service->idempotency_header)
            json_object_set_new(row, "keys", json_integer((json_int_t)target->keys.count));
        json_object_set_new(root, target->name, row);
    }
    char *text = json_dumps(root, JSON_INDENT(2));
    struct wr_reply reply = {.status = 200,
                             .content_type = WR_STR("application/json"),
                             .body = {text, text ? strlen(text) : 0}};
    wr_reply(exchange, &reply);
    free(text);
    json_decref(root);
}

void wc_mock_serve_control(struct wc_mock *mock, struct wr_exchange *exchange)
{
    const struct wr_request *request = &exchange->request;
    const char *wrong = "";
    char message[512];
    if (request->method.len == 3 && memcmp(request->method.ptr, "GET", 3) == 0) {
        show(mock, exchange);
        return;
    }
    json_t *wanted =
        json_loadb(request->body.ptr ? request->body.ptr : "", request->body.len, 0, NULL);
    if (!json_is_object(wanted)) {
        wc_mock_refuse(exchange, 400, "bad_control",
                       "Send an object such as {\"primary\": \"silent\"}.");
    } else if (!change(mock, wanted, false, &wrong)) { /* all of it, or nothing */
        snprintf(message, sizeof message,
                 "\"%.64s\" is not a service or model of the specification, or its way is none of: "
                 "%s.",
                 wrong, wc_mock_ways());
        wc_mock_refuse(exchange, 422, "bad_control", message);
    } else {
        change(mock, wanted, true, &wrong);
        show(mock, exchange);
    }
    json_decref(wanted);
}
