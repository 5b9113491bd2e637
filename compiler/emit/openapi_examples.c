/* The examples of openapi.json: what each reply of a workflow looks like, around the documents of its tests, and
 * a problem for each status. tests/api/test_contracts.py holds them against their schemas and against a binary. */
#include "compiler/base/version.h"
#include "compiler/emit/machine.h"
#include "compiler/emit/openapi.h"
#include "compiler/model/classes.h"

#include <stdlib.h>
#include <string.h>

/* ---- problems ----------------------------------------------------------------------------- */

static const struct {
    const char *status, *title, *code, *detail;
    const char *field, *component; /* a header that goes with it */
} problems[] = {
    {"400", "Bad Request", "malformed_json", "The body is not JSON.", NULL, NULL},
    {"401", "Unauthorized", "key_missing", "Send the key in the field `Authorization: Bearer KEY`.",
     "WWW-Authenticate", "WwwAuthenticate"},
    {"403", "Forbidden", "scope_missing", "This key has no scope for this workflow.", NULL, NULL},
    {"404", "Not Found", "job_not_found", "There is no such job.", NULL, NULL},
    {"405", "Method Not Allowed", "method_not_allowed",
     "This path does not take this method; the Allow field lists those it takes.", "Allow",
     "Allow"},
    {"409", "Conflict", "not_waiting",
     "The job does not wait for this: it has ended, or is elsewhere.", NULL, NULL},
    {"413", "Content Too Large", "body_too_large",
     "The body is larger than this server takes. It takes at most 1048576 bytes.", NULL, NULL},
    {"415", "Unsupported Media Type", "unsupported_media_type",
     "The body must be sent as Content-Type: application/json.", NULL, NULL},
    {"422", "Unprocessable Content", "invalid_body",
     "The body is not what this route takes; `errors` lists every mistake.", NULL, NULL},
    {"429", "Too Many Requests", "limit_reached", "This caller has as many jobs as it may.", NULL,
     NULL},
    {"503", "Service Unavailable", "overloaded",
     "There are more jobs under way than this server takes.", NULL, NULL},
};

static json_t *problem_json(size_t i)
{
    struct wc_buf type = {0};
    json_t *json = json_object();
    wc_buf_printf(&type, "urn:problem-type:wright:%s", problems[i].code);
    wc_set_text(json, "type", type.data);
    wc_buf_free(&type);
    wc_set_text(json, "title", problems[i].title);
    wc_set(json, "status", json_integer(strtol(problems[i].status, NULL, 10)));
    wc_set_text(json, "code", problems[i].code);
    wc_set_text(json, "detail", problems[i].detail);
    if (strcmp(problems[i].code, "invalid_body") == 0)
        wc_set(json, "errors",
               wc_quoted_json("[{'pointer':'','rule':'type','message':'The body must be an "
                              "object.'}]"));
    return json;
}

static void show_problems(json_t *replies)
{
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        json_t *reply = json_object_get(replies, problems[i].status);
        json_t *media =
            json_object_get(json_object_get(reply, "content"), "application/problem+json");
        if (!media)
            continue;
        wc_set(media, "example", problem_json(i));
        if (problems[i].field)
            wc_set(json_object_get(reply, "headers"), problems[i].field,
                   wc_ref("headers", problems[i].component));
    }
}

/* What HTTP itself may be refused by: RFC 9110, 15. */
#define ANY_OTHER                                                                                  \
    "Any other refusal: a head that is too long, a request that takes too long, a fault here."

void wc_openapi_show_problems(json_t *paths)
{
    const char *name;
    json_t *path;
    json_object_foreach(paths, name, path)
    {
        const char *method;
        json_t *operation;
        json_object_foreach(path, method, operation)
        {
            json_t *replies = json_object_get(operation, "responses");
            show_problems(replies);
            wc_set(replies, "default", wc_problem_reply(ANY_OTHER, false));
        }
    }
}

/* ---- jobs --------------------------------------------------------------------------------- */

struct shown {
    const char *status, *result;       /* result NULL: none */
    const struct wc_user_error *error; /* NULL: none */
    bool ended;
};

static bool asks(const struct wc_workflow *flow)
{
    WC_EACH(i, &flow->stages)
    {
        if (flow->stages.items[i]->action.kind == WR_ACT_ASK)
            return true;
    }
    return false;
}

static bool may_be_null(const json_t *schema)
{
    const json_t *types = json_object_get(schema, "type"), *one;
    size_t i;
    json_array_foreach(types, i, one)
    {
        if (strcmp(json_string_value(one), "null") == 0)
            return true;
    }
    json_array_foreach(json_object_get(schema, "anyOf"), i, one)
    {
        const char *type = json_string_value(json_object_get(one, "type"));
        if (type && strcmp(type, "null") == 0)
            return true;
    }
    return false;
}

/* The emptiest value of a schema: what an example does not set is as a client may see it, too. */
static json_t *blank(const json_t *schemas, const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (ref)
        return blank(schemas, json_object_get(schemas, strrchr(ref, '/') + 1));
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (may_be_null(schema) || !type)
        return json_null();
    if (strcmp(type, "object") == 0) {
        json_t *json = json_object();
        const json_t *name;
        size_t i;
        json_array_foreach(json_object_get(schema, "required"), i, name)
        {
            const char *key = json_string_value(name);
            wc_set(json, key,
                   blank(schemas, json_object_get(json_object_get(schema, "properties"), key)));
        }
        return json;
    }
    if (strcmp(type, "array") == 0)
        return json_array();
    if (strcmp(type, "string") == 0)
        return json_string("");
    return strcmp(type, "boolean") == 0 ? json_false() : json_integer(0);
}

static void set_versions(json_t *json, const struct wc_model *model, const struct wc_workflow *flow)
{
    struct wc_arena *arena = model->arena;
    wc_set_text(json, "api", model->version);
    wc_set_text(json, "workflow", wc_arena_printf(arena, "%s@%u", flow->name, flow->version));
    wc_set_text(json, "contract", model->contract_hash);
    wc_set_text(json, "output_schema",
                wc_arena_printf(arena, "%s@%s", flow->output->name, flow->output->hash));
    wc_set_text(json, "toolchain", "wright " WRIGHT_VERSION);
}

static json_t *error_json(const struct shown *shown)
{
    json_t *json = json_object();
    wc_set_text(json, "code", shown->error->name);
    wc_set_text(json, "class", wc_class_name(shown->error->class));
    wc_set_text(json, "message", shown->error->message);
    wc_set(json, "retryable", json_boolean(shown->error->retryable));
    wc_set(json, "stage", json_null());
    return json;
}

static json_t *job_json(const struct wc_model *model, const struct wc_workflow *flow,
                        const struct shown *shown, const json_t *schemas)
{
    const char *component = wc_job_component(model->arena, flow);
    json_t *json = blank(schemas, json_object_get(schemas, component));
    wc_set_text(json, "job_id", "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10");
    wc_set(json, "retry_safe", json_true());
    json_t *timing = json_object_get(json, "timing"), *usage = json_object_get(json, "usage");
    wc_set_text(json, "status", shown->status);
    wc_set_text(json, "result_type", shown->result);
    wc_set(json, "final", json_boolean(shown->ended));
    if (shown->result)
        wc_set(json, "output", json_loads(flow->answered, 0, NULL));
    set_versions(json_object_get(json, "versions"), model, flow);
    wc_set_text(timing, "created_at", "2026-08-07T12:00:00.000Z");
    wc_set(timing, "elapsed_ms", json_integer(840));
    wc_set_text(usage, "cost_usd", "0.000000");
    wc_set(usage, "attempts", json_integer(1));
    wc_set(timing, "budget_ms", json_integer((json_int_t)flow->budget_ms));
    if (shown->ended)
        wc_set_text(timing, "finished_at", "2026-08-07T12:00:00.840Z");
    if (asks(flow)) {
        wc_set(usage, "input_tokens", json_integer(1200));
        wc_set(usage, "output_tokens", json_integer(310));
        wc_set_text(usage, "cost_usd", "0.000184");
    }
    if (shown->error) {
        wc_set_text(json, "error_code", shown->error->name);
        wc_set(json, "error", error_json(shown));
        wc_set_number(json, "retry_after", (shown->error->retry_after_ms + 999) / 1000);
        if (!shown->error->retry_after_ms)
            wc_set(json, "retry_after", json_null());
    } else if (!shown->ended) {
        json_t *stage = wc_quoted_json("{'name':'','progress':null}");
        wc_set_text(stage, "name", flow->stages.items[0]->name);
        wc_set(json, "stage", stage);
        wc_set(json, "retry_after", json_integer(1));
    }
    return json;
}

static void show(json_t *replies, const char *status, const char *name, json_t *job_take)
{
    json_t *reply = json_object_get(replies, status), *example = json_object();
    json_t *media = json_object_get(json_object_get(reply, "content"), "application/json");
    if (media && !json_object_get(media, "examples"))
        wc_set(media, "examples", json_object());
    wc_set(example, "value", job_take);
    if (media)
        wc_set(json_object_get(media, "examples"), name, example);
    else
        json_decref(example);
}

/* Has the workflow an end with this result? */
static bool ends_with(const struct wc_workflow *flow, enum wr_result result)
{
    WC_EACH(i, &flow->stages)
    {
        WC_EACH(k, &flow->stages.items[i]->ons)
        {
            const struct wc_target *target = &flow->stages.items[i]->ons.items[k].target;
            if (target->kind == WR_TO_DONE && target->result == result)
                return true;
        }
    }
    return false;
}

void wc_openapi_show_jobs(json_t *replies, const struct wc_model *model,
                          const struct wc_workflow *flow)
{
    static const struct {
        enum wr_result result;
        const char *name, *status;
    } results[] = {{WR_RESULT_FULL, "full", "completed"},
                   {WR_RESULT_DRAFT, "draft", "degraded"},
                   {WR_RESULT_FALLBACK, "fallback", "degraded"}};
    json_t *components = wc_openapi_components(model);
    const json_t *schemas = json_object_get(components, "schemas");
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct shown shown = {
            .status = results[i].status, .result = results[i].name, .ended = true};
        if (flow->answered && ends_with(flow, results[i].result))
            show(replies, "200", results[i].name, job_json(model, flow, &shown, schemas));
    }
    struct shown under_way = {.status = "processing"};
    struct shown cancelled = {.status = "cancelled", .ended = true};
    show(replies, "202", "processing", job_json(model, flow, &under_way, schemas));
    show(replies, "409", "cancelled", job_json(model, flow, &cancelled, schemas));
    WC_EACH(i, &model->errors)
    {
        const struct wc_user_error *error = model->errors.items[i];
        struct shown failed = {.status = "failed", .error = error, .ended = true};
        if (wc_fails_with(flow, error))
            show(replies, wc_arena_printf(model->arena, "%u", error->status), error->name,
                 job_json(model, flow, &failed, schemas));
    }
    json_decref(components);
}
