/* What a binary says about itself: its contract, its OpenAPI document, liveness, readiness, metrics. */
#include "runtime/app/app.h"
#include "runtime/base/pool.h"
#include "runtime/base/str.h"
#include "runtime/observe/webhooks.h"

#include <stdio.h>
#include <string.h>

static void document(struct wr_call *call, const char *type, const char *bytes, size_t len,
                     const char *tag)
{
    bool same = wr_call_matches(call, tag);
    const struct wr_header headers[] = {{WR_STR("ETag"), wr_str_of(tag)},
                                        {WR_STR("Cache-Control"), WR_STR("public, max-age=60")}};
    const struct wr_reply reply = {.status = same ? 304 : 200,
                                   .content_type = wr_str_of(same ? "" : type),
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = {bytes, same ? 0 : len}};
    wr_call_reply(call, &reply);
}

void wr_page_openapi(struct wr_call *call)
{
    const struct wr_program *program = call->app->program;
    char tag[WR_ENTITY_TAG];
    wr_entity_tag((struct wr_str){program->openapi, program->openapi_len}, tag);
    document(call, "application/vnd.oai.openapi+json;version=3.1", program->openapi,
             program->openapi_len, tag);
}

void wr_page_contract(struct wr_call *call)
{
    const struct wr_program *program = call->app->program;
    char tag[128];
    snprintf(tag, sizeof tag, "\"%.100s\"", program->contract_hash);
    document(call, "application/json", program->contract, program->contract_len, tag);
}

void wr_page_livez(struct wr_call *call)
{
    const struct wr_reply reply = {.status = 200,
                                   .content_type = WR_STR("application/json"),
                                   .body = WR_STR("{\"status\":\"alive\"}")};
    wr_call_reply(call, &reply);
}

/* Ready: would a new job be taken and kept? Dependencies have no say: their failures are answered
 * by the workflow's own fallbacks, and no restart or other replica would mend them. */
void wr_page_readyz(struct wr_call *call)
{
    struct wr_app *app = call->app;
    struct wr_problem_error reasons[2];
    const char *why = "";
    size_t count = 0;
    if (app->draining)
        reasons[count++] = (struct wr_problem_error){
            .rule = WR_STR("shutting_down"), .message = WR_STR("The server is shutting down.")};
    if (!wr_store_healthy(app->store, &why))
        reasons[count++] =
            (struct wr_problem_error){.rule = WR_STR("store"), .message = wr_str_of(why)};
    if (count == 0) {
        const struct wr_reply reply = {.status = 200,
                                       .content_type = WR_STR("application/json"),
                                       .body = WR_STR("{\"status\":\"ready\"}")};
        wr_call_reply(call, &reply);
        return;
    }
    const struct wr_problem problem = {.status = 503,
                                       .code = "not_ready",
                                       .detail = WR_STR("New jobs are not taken now."),
                                       .errors = reasons,
                                       .error_count = count,
                                       .retry_after_s = 1};
    wr_call_problem(call, &problem, NULL, 0);
}

/* ---- metrics -------------------------------------------------------------------------------- */

static void put_build(const struct wr_program *program, struct wr_arena *arena, struct wr_text *out)
{
    struct wr_text labels = {.arena = arena};
    const struct {
        const char *name, *value;
    } rows[] = {{"{api=\"", program->name},
                {"\",version=\"", program->version},
                {"\",contract=\"", program->contract_hash},
                {"\",toolchain=\"", program->toolchain}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wr_text_add(&labels, wr_str_of(rows[i].name));
        wr_metrics_label(&labels, wr_str_of(rows[i].value));
    }
    wr_text_add(&labels, WR_STR("\"}"));
    struct wr_str done = wr_text_done(&labels);
    wr_metrics_value(out, "wright_build_info", "gauge", "What is running.",
                     wr_arena_copy(arena, done.ptr, done.len), 1);
}

static void put_store(const struct wr_app *app, struct wr_text *out)
{
    struct wr_store_stats stats;
    const char *why;
    wr_store_get_stats(app->store, &stats);
    const struct {
        const char *name, *type, *help;
        double value;
    } rows[] = {
        {"wright_store_up", "gauge", "1 where the newest commit was good.",
         wr_store_healthy(app->store, &why)},
        {"wright_store_queue", "gauge", "Writes that wait for the writer.", (double)stats.queued},
        {"wright_store_commits_total", "counter", "Transactions committed.", (double)stats.commits},
        {"wright_store_failed_commits_total", "counter", "Transactions that failed.",
         (double)stats.failed_commits},
        {"wright_store_writes_total", "counter", "Writes committed; many share a transaction.",
         (double)stats.writes},
        {"wright_store_refused_total", "counter", "Writes refused, as too many waited.",
         (double)stats.refused},
        {"wright_store_reads_total", "counter", "Reads.", (double)stats.reads},
        {"wright_store_commit_seconds_total", "counter", "Time spent in transactions.",
         (double)stats.commit_us / 1e6},
        {"wright_store_checkpoints_total", "counter", "Checkpoints.", (double)stats.checkpoints},
        {"wright_store_wal_pages", "gauge", "Pages in the write-ahead log.",
         (double)stats.wal_pages},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        wr_metrics_value(out, rows[i].name, rows[i].type, rows[i].help, "", rows[i].value);
}

static void put_gates(const struct wr_app *app, struct wr_arena *arena, struct wr_text *out)
{
    static const char *const names[] = {"wright_target_in_use", "wright_target_queued",
                                        "wright_target_breaker"};
    static const char *const helps[] = {
        "Calls under way to a service or model.", "Calls that wait for their turn.",
        "The breaker of a service or model: 0 closed, 1 open, 2 half open."};
    for (size_t row = 0; row < 3; row++) {
        struct wr_gate_counts gate;
        for (size_t i = 0; wr_engine_gate(app->loops->engine, i, &gate); i++) {
            const double values[] = {gate.in_use, gate.queued, (double)gate.breaker};
            char *labels = wr_arena_printf(arena, "{target=\"%s\",kind=\"%s\"}", gate.name,
                                           gate.is_model ? "model" : "service");
            wr_metrics_value(out, names[row], "gauge", i == 0 ? helps[row] : NULL, labels,
                             values[row]);
        }
    }
}

static void put_spans(const struct wr_app *app, struct wr_text *out)
{
    struct wr_otlp_counts counts;
    if (!app->otlp)
        return;
    wr_otlp_count(app->otlp, &counts);
    wr_metrics_value(out, "wright_otlp_queue", "gauge", "Spans that wait to be sent.", "",
                     (double)counts.queued);
    wr_metrics_value(out, "wright_otlp_exported_total", "counter", "Spans that the collector took.",
                     "", (double)counts.exported);
    const char *name = "wright_otlp_dropped_total", *help = "Spans that were dropped, by why.";
    wr_metrics_value(out, name, "counter", help, "{reason=\"full\"}", (double)counts.full);
    wr_metrics_value(out, name, "counter", NULL, "{reason=\"refused\"}", (double)counts.refused);
    wr_metrics_value(out, name, "counter", NULL, "{reason=\"unreachable\"}",
                     (double)counts.unreachable);
}

static void put_hooks(const struct wr_app *app, struct wr_arena *arena, struct wr_text *out)
{
    struct wr_str service;
    bool disabled;
    for (size_t i = 0; app->hooks && wr_webhooks_target(app->hooks, i, &service, &disabled); i++)
        wr_metrics_value(
            out, "wright_notifications_disabled", "gauge",
            i == 0 ? "1 for a service that answered 410: nothing is sent to it until a "
                     "restart."
                   : NULL,
            wr_arena_printf(arena, "{service=\"%.*s\"}", (int)service.len, service.ptr), disabled);
}

static void put_workers(const struct wr_app *app, struct wr_text *out)
{
    struct wr_pool_counts counts;
    if (!app->pool)
        return;
    wr_pool_count(app->pool, &counts);
    const char *name = "wright_workers";
    wr_metrics_value(out, name, "gauge",
                     "Threads of C functions: idle, busy, lost to calls that nobody waits for.",
                     "{state=\"idle\"}", counts.idle);
    wr_metrics_value(out, name, "gauge", NULL, "{state=\"busy\"}", counts.busy);
    wr_metrics_value(out, name, "gauge", NULL, "{state=\"lost\"}", counts.lost);
    wr_metrics_value(out, "wright_workers_queued", "gauge", "Calls that wait for a thread.", "",
                     counts.queued);
}

static void put_engine(const struct wr_app *app, struct wr_text *out)
{
    struct wr_engine_counts counts = {0};
    uint32_t connections = 0;
    for (uint32_t i = 0; i < app->loop_count; i++) {
        struct wr_engine_counts one;
        wr_engine_counts(app->loops[i].engine, &one);
        counts.jobs += one.jobs;
        counts.resting += one.resting;
        counts.waiters += one.waiters;
        counts.unsaved += one.unsaved;
        connections += wr_server_connections(app->loops[i].server);
    }
    wr_metrics_value(out, "wright_jobs_live", "gauge", "Jobs under way.", "", counts.jobs);
    wr_metrics_value(out, "wright_jobs_resting", "gauge",
                     "Of them, those that are parked and not in memory.", "", counts.resting);
    wr_metrics_value(out, "wright_jobs_held", "gauge",
                     "Jobs begun before an upgrade that this program does not go on with.", "",
                     (double)wr_shared_held(app->shared));
    wr_metrics_value(out, "wright_waiters", "gauge", "Requests that wait for a job.", "",
                     counts.waiters);
    wr_metrics_value(out, "wright_jobs_unsaved", "gauge",
                     "Jobs that ended, but whose end the store has not taken yet.", "",
                     counts.unsaved);
    wr_metrics_value(out, "wright_draining", "gauge", "1 while shutting down.", "", app->draining);
    wr_metrics_value(out, "wright_http_connections", "gauge", "Connections open.", "", connections);
    wr_metrics_value(out, "wright_loops", "gauge", "Event loops.", "", app->loop_count);
}

/* What the loops have counted, added up. */
static void put_counted(struct wr_app *app, struct wr_text *out)
{
    struct wr_metrics *sum = wr_metrics_new();
    if (!sum)
        return;
    for (uint32_t i = 0; i < app->loop_count; i++)
        wr_metrics_merge(sum, app->loops[i].metrics);
    wr_metrics_text(sum, out);
    wr_metrics_free(sum);
}

/* Of all callers' answers: for whoever owns the store. */
void wr_page_drift(struct wr_call *call)
{
    const struct wr_reply reply = {
        .status = 200,
        .content_type = WR_STR("application/json"),
        .body = wr_drift_json(call->app->drift, call->exchange->request.arena)};
    wr_call_reply(call, &reply);
}

void wr_page_metrics(struct wr_call *call)
{
    struct wr_arena *arena = call->exchange->request.arena;
    struct wr_text out = {.arena = arena};
    put_build(call->app->program, arena, &out);
    put_counted(call->app, &out);
    put_engine(call->app, &out);
    put_gates(call->app, arena, &out);
    put_workers(call->app, &out);
    put_hooks(call->app, arena, &out);
    put_spans(call->app, &out);
    wr_drift_metrics(call->app->drift, &out);
    put_store(call->app, &out);
    const struct wr_reply reply = {.status = 200,
                                   .content_type = WR_STR("text/plain; version=0.0.4; "
                                                          "charset=utf-8"),
                                   .body = wr_text_done(&out)};
    wr_call_reply(call, &reply);
}
