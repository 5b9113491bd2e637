/* Spans in OTLP's JSON (opentelemetry-proto 1.x, trace.proto): ids in hex, 64-bit numbers as text. */
#include "runtime/observe/spans.h"

#include "runtime/base/arena.h"
#include "runtime/base/str.h"
#include "runtime/engine/event.h"

#include <stdio.h>
#include <string.h>

enum name {
#define NAME(id, name) N_##id,
#include "runtime/observe/names.def"
#undef NAME
};

static const char *const names[] = {
#define NAME(id, name) name,
#include "runtime/observe/names.def"
#undef NAME
};

enum kind { KIND_INTERNAL = 1, KIND_SERVER = 2, KIND_CLIENT = 3 };
enum { STATUS_ERROR = 2 };

struct attributes {
    struct wr_text *out;
    bool any;
};

/* ---- attributes -------------------------------------------------------------------------------- */

static void begin(struct attributes *to, enum name name, const char *type)
{
    wr_text_add(to->out, to->any ? WR_STR(",{\"key\":") : WR_STR("{\"key\":"));
    to->any = true;
    wr_text_quote(to->out, wr_str_of(names[name]));
    WR_ADD(to->out, ",\"value\":{\"");
    wr_text_add(to->out, wr_str_of(type));
    WR_ADD(to->out, "\":");
}

/* What is empty is left out. */
static void say(struct attributes *to, enum name name, struct wr_str value)
{
    if (value.len == 0)
        return;
    begin(to, name, "stringValue");
    wr_text_quote(to->out, value);
    WR_ADD(to->out, "}}");
}

static void count(struct attributes *to, enum name name, int64_t value)
{
    begin(to, name, "intValue");
    WR_ADD(to->out, "\"");
    wr_text_int(to->out, value);
    WR_ADD(to->out, "\"}}");
}

static void measure(struct attributes *to, enum name name, double value)
{
    begin(to, name, "doubleValue");
    wr_text_number(to->out, value);
    WR_ADD(to->out, "}}");
}

static void flag(struct attributes *to, enum name name)
{
    begin(to, name, "boolValue");
    WR_ADD(to->out, "true}}");
}

/* ---- a span ------------------------------------------------------------------------------------ */

static void put_hex(struct wr_text *out, const char *field, uint64_t id)
{
    char text[64];
    int len = snprintf(text, sizeof text, ",\"%s\":\"%016llx\"", field, (unsigned long long)id);
    wr_text_add(out, (struct wr_str){text, (size_t)len});
}

static void put_time(struct wr_text *out, const char *field, int64_t ns)
{
    char text[80];
    int len = snprintf(text, sizeof text, ",\"%s\":\"%lld\"", field, (long long)ns);
    wr_text_add(out, (struct wr_str){text, (size_t)len});
}

static void put_ids(struct wr_text *out, const struct wr_observation *seen)
{
    char trace[33];
    bool given = seen->trace.len == 55;
    if (given)
        memcpy(trace, seen->trace.ptr + 3, 32);
    else
        wr_trace_of_job(&seen->job, trace);
    WR_ADD(out, "{\"traceId\":\"");
    wr_text_add(out, (struct wr_str){trace, 32});
    WR_ADD(out, "\"");
    put_hex(out, "spanId", seen->span);
    if (seen->what != WR_SAW_JOB) {
        put_hex(out, "parentSpanId", seen->above);
    } else if (given) {
        WR_ADD(out, ",\"parentSpanId\":\"");
        wr_text_add(out, (struct wr_str){seen->trace.ptr + 36, 16});
        WR_ADD(out, "\"");
    }
    if (seen->tracestate.len) {
        WR_ADD(out, ",\"traceState\":");
        wr_text_quote(out, seen->tracestate);
    }
}

static const char *const methods[] = {
    [WR_GET] = "GET", [WR_HEAD] = "HEAD",   [WR_POST] = "POST",
    [WR_PUT] = "PUT", [WR_PATCH] = "PATCH", [WR_DELETE] = "DELETE"};

static void put_name(struct wr_text *out, const struct wr_program *program,
                     const struct wr_observation *seen)
{
    struct wr_arena *arena = out->arena;
    const char *name = seen->workflow->name;
    enum kind kind = KIND_SERVER;
    if (seen->what == WR_SAW_STAGE) {
        name = wr_arena_printf(arena, "%s %s", seen->workflow->name, seen->stage->name);
        kind = KIND_INTERNAL;
    } else if (seen->what == WR_SAW_ATTEMPT && seen->action->kind == WR_ACT_ASK) {
        name = wr_arena_printf(arena, "chat %s", program->models[seen->action->target].model);
        kind = KIND_CLIENT;
    } else if (seen->what == WR_SAW_ATTEMPT) {
        name = wr_arena_printf(arena, "%s %s", methods[seen->action->method],
                               program->services[seen->action->target].name);
        kind = KIND_CLIENT;
    }
    WR_ADD(out, ",\"name\":");
    wr_text_quote(out, wr_str_of(name));
    WR_ADD(out, ",\"kind\":");
    wr_text_int(out, (int64_t)kind);
}

static void tell_usage(struct attributes *to, const struct wr_usage *usage)
{
    if (!usage->known)
        return;
    count(to, N_input_tokens, usage->input_tokens);
    count(to, N_output_tokens, usage->output_tokens);
    if (usage->cached_tokens > 0)
        count(to, N_cached_tokens, usage->cached_tokens);
    if (usage->written_tokens > 0)
        count(to, N_written_tokens, usage->written_tokens);
    if (usage->reasoning_tokens > 0)
        count(to, N_reasoning_tokens, usage->reasoning_tokens);
}

static void tell_model(struct attributes *to, const struct wr_model *model,
                       const struct wr_outcome *outcome)
{
    size_t len = strcspn(model->provider, ".");
    say(to, N_operation, WR_STR("chat"));
    say(to, N_provider, (struct wr_str){model->provider, len});
    say(to, N_target, wr_str_of(model->name));
    say(to, N_request_model, wr_str_of(model->model));
    count(to, N_request_max_tokens, model->max_output_tokens);
    say(to, N_output_type, WR_STR("json"));
    say(to, N_response_model, outcome->model_version);
    say(to, N_response_id, outcome->request_id);
    tell_usage(to, &outcome->usage);
    say(to, N_repaired, outcome->repaired);
    if (outcome->first_token_us >= 0)
        measure(to, N_first_token, (double)outcome->first_token_us / 1e6);
}

static void tell_call(struct attributes *to, const struct wr_program *program,
                      const struct wr_observation *seen)
{
    const struct wr_outcome *outcome = seen->outcome;
    if (seen->action->kind == WR_ACT_ASK) {
        tell_model(to, &program->models[seen->action->target], outcome);
    } else {
        say(to, N_http_method, wr_str_of(methods[seen->action->method]));
        say(to, N_target, wr_str_of(program->services[seen->action->target].name));
    }
    if (outcome->http_status)
        count(to, N_http_status, outcome->http_status);
    if (seen->attempt > 1)
        count(to, N_http_resend, (int64_t)seen->attempt - 1);
    count(to, N_attempt, seen->attempt);
    if (outcome->class == WR_CLASS_schema_invalid)
        say(to, N_rule, wr_str_of(outcome->rule));
    if (seen->cut)
        flag(to, N_cut);
}

/* Its class, where it did not end well; else NULL. */
static const char *error_of(const struct wr_observation *seen)
{
    if (seen->what == WR_SAW_JOB)
        return seen->error_code.len ? seen->error_code.ptr : NULL;
    bool bad = seen->outcome && seen->outcome->class != WR_OK;
    return bad ? wr_class_name(seen->outcome->class) : NULL;
}

static void put_attributes(struct wr_text *out, const struct wr_program *program,
                           const struct wr_observation *seen)
{
    struct attributes to = {out, false};
    char job[WR_ID_TEXT];
    wr_id_text(&seen->job, job);
    WR_ADD(out, ",\"attributes\":[");
    say(&to, N_job, wr_str_of(job));
    say(&to, N_workflow, wr_str_of(seen->workflow->name));
    if (seen->stage)
        say(&to, N_stage, wr_str_of(seen->stage->name));
    say(&to, N_path, seen->path);
    if (seen->what == WR_SAW_ATTEMPT)
        tell_call(&to, program, seen);
    if (seen->what == WR_SAW_STAGE) {
        say(&to, N_outcome, seen->label);
        say(&to, N_next, seen->target);
    }
    say(&to, N_status, seen->status);
    say(&to, N_result_type, seen->result_type);
    say(&to, N_error_code, seen->error_code);
    if (seen->cost)
        measure(&to, N_cost, (double)seen->cost / 1e12);
    say(&to, N_error_type, wr_str_of(error_of(seen)));
    WR_ADD(out, "]");
}

/* Only calls are attempts to anybody else; and a client that does not sample wants none of it. */
static bool is_told(const struct wr_observation *seen)
{
    char flags = seen->trace.len == 55 ? seen->trace.ptr[54] : '1';
    if (strchr("13579bdf", flags) == NULL)
        return false;
    return seen->what != WR_SAW_ATTEMPT || (seen->action && (seen->action->kind == WR_ACT_ASK ||
                                                             seen->action->kind == WR_ACT_HTTP));
}

struct wr_str wr_span_json(struct wr_arena *arena, const struct wr_program *program,
                           const struct wr_observation *seen, int64_t now_ns)
{
    struct wr_text out = {.arena = arena};
    if (!is_told(seen))
        return (struct wr_str){0};
    put_ids(&out, seen);
    put_name(&out, program, seen);
    int64_t start_ns = now_ns - seen->elapsed_us * 1000;
    if (seen->what == WR_SAW_JOB) /* it is told of a while after its end: once that is durable */
        start_ns = seen->created_ms * 1000000;
    put_time(&out, "startTimeUnixNano", start_ns);
    put_time(&out, "endTimeUnixNano", now_ns);
    put_attributes(&out, program, seen);
    if (error_of(seen)) {
        WR_ADD(&out, ",\"status\":{\"code\":");
        wr_text_int(&out, STATUS_ERROR);
        WR_ADD(&out, "}");
    }
    WR_ADD(&out, "}");
    return wr_text_done(&out);
}

struct wr_str wr_span_resource(struct wr_arena *arena, const struct wr_program *program,
                               const char *name)
{
    struct wr_text out = {.arena = arena};
    struct attributes to = {&out, false};
    WR_ADD(&out, "{\"attributes\":[");
    say(&to, N_service_name, wr_str_of(name ? name : program->name));
    say(&to, N_service_version, wr_str_of(program->version));
    say(&to, N_contract, wr_str_of(program->contract_hash));
    WR_ADD(&out, "]}");
    return wr_text_done(&out);
}
