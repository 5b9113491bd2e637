/* openapi.json: the routes of a specification with every reply, and the fixed paths of a binary. */
#include "compiler/emit/openapi.h"
#include "compiler/check/check.h"
#include "compiler/emit/life.h"
#include "compiler/emit/machine.h"

#include <stdio.h>
#include <string.h>

/* ---- replies ------------------------------------------------------------------------------ */

static json_t *headers_json(const char *const *names, const char *const *components, size_t count)
{
    json_t *json = json_object();
    for (size_t i = 0; i < count; i++)
        wc_set(json, names[i], wc_ref("headers", components[i]));
    return json;
}

static json_t *content(const char *type, json_t *schema_take)
{
    json_t *json = json_object(), *media = json_object();
    wc_set(media, "schema", schema_take);
    wc_set(json, type, media);
    return json;
}

json_t *wc_problem_reply(const char *description, bool retry_after)
{
    static const char *const names[] = {"X-Request-Id", "Retry-After"};
    static const char *const components[] = {"RequestId", "RetryAfter"};
    json_t *json = json_object();
    wc_set_text(json, "description", description);
    wc_set(json, "headers", headers_json(names, components, retry_after ? 2 : 1));
    wc_set(json, "content", content("application/problem+json", wc_ref("schemas", "Problem")));
    return json;
}

static json_t *job_reply(const char *description, const char *component, bool elsewhere)
{
    static const char *const names[] = {"X-Request-Id", "Location", "Idempotency-Replayed",
                                        "Retry-After", "Preference-Applied"};
    static const char *const components[] = {"RequestId", "Location", "IdempotencyReplayed",
                                             "RetryAfter", "PreferenceApplied"};
    json_t *json = json_object();
    wc_set_text(json, "description", description);
    wc_set(json, "headers", headers_json(names, components, elsewhere ? 5 : 3));
    wc_set(json, "content", content("application/json", wc_ref("schemas", component)));
    return json;
}

bool wc_fails_with(const struct wc_workflow *flow, const struct wc_user_error *error)
{
    WC_EACH(i, &flow->stages)
    {
        WC_EACH(j, &flow->stages.items[i]->ons)
        {
            const struct wc_target *target = &flow->stages.items[i]->ons.items[j].target;
            if (target->kind == WR_TO_FAIL && target->error == error)
                return true;
        }
    }
    return false;
}

/* A declared error, added to the reply of its status: the same status may be a problem's, too. */
static void add_error(json_t *replies, const struct wc_user_error *error, const char *component)
{
    char status[8];
    snprintf(status, sizeof status, "%u", error->status);
    struct wc_buf text = {0};
    json_t *reply = json_object_get(replies, status);
    if (!reply) {
        wc_set(replies, status, job_reply("", component, error->retry_after_ms > 0));
        reply = json_object_get(replies, status);
    } else {
        json_t *types = json_object_get(reply, "content");
        json_t *more = content("application/json", wc_ref("schemas", component));
        json_object_update_missing(types, more);
        json_decref(more);
        wc_buf_printf(&text, "%s ", json_string_value(json_object_get(reply, "description")));
    }
    wc_buf_printf(&text, "Declared error %s: %s", error->name, error->message);
    wc_set_text(reply, "description", text.data);
    wc_buf_free(&text);
}

static const struct {
    const char *status, *description;
    bool retry_after, needs_auth;
} refusals[] = {
    {"400", "Not JSON, or a header that cannot be read.", false, false},
    {"401", "No key, or one that is not known.", false, true},
    {"403", "This key has no scope for this workflow.", false, true},
    {"413", "The body is too large.", false, false},
    {"415", "The body is not application/json.", false, false},
    {"422",
     "The body does not fit its schema (each error is listed), or the Idempotency-Key was "
     "used with another body.",
     false, false},
    {"429", "Too many requests.", true, false},
    {"503", "Overloaded, shutting down, or the store cannot be used.", true, false},
};

/* When there is a result, and when the job as it stands, by the latency model. */
static const char *whole_text(struct wc_arena *arena, const struct wc_workflow *flow)
{
    const char *what = "The result: full, or degraded and said so.";
    if (flow->latency == WR_BACKGROUND)
        return wc_arena_printf(arena, "%s Only for a request that was sent before.", what);
    return wc_arena_printf(arena, "%s Within %s.", what, wc_ms_text(arena, flow->budget_ms));
}

static const char *later_text(struct wc_arena *arena, const struct wc_workflow *flow)
{
    const char *what = "Not ended yet: the job, with the newest draft if there is one.";
    if (flow->latency == WR_BACKGROUND)
        return wc_arena_printf(arena, "%s At once; the job ends within %s.", what,
                               wc_ms_text(arena, flow->budget_ms));
    if (flow->background_ms)
        return wc_arena_printf(arena, "%s After %s; the job ends within %s.", what,
                               wc_ms_text(arena, flow->budget_ms),
                               wc_ms_text(arena, flow->background_ms));
    return wc_arena_printf(arena, "%s Only where the client would not wait, or the store is slow.",
                           what);
}

static json_t *replies_json(const struct wc_model *model, const struct wc_workflow *flow)
{
    const char *component = wc_job_component(model->arena, flow);
    json_t *json = json_object();
    wc_set(json, "200", job_reply(whole_text(model->arena, flow), component, false));
    wc_set(json, "202", job_reply(later_text(model->arena, flow), component, true));
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (!refusals[i].needs_auth || model->auth != WR_AUTH_NONE)
            wc_set(json, refusals[i].status,
                   wc_problem_reply(refusals[i].description, refusals[i].retry_after));
    wc_set(json, "409", job_reply("The job was cancelled.", component, false));
    WC_EACH(i, &model->errors)
    {
        if (wc_fails_with(flow, model->errors.items[i]))
            add_error(json, model->errors.items[i], component);
    }
    wc_openapi_show_jobs(json, model, flow);
    return json;
}

/* ---- routes ------------------------------------------------------------------------------- */

/* What the latency model promises, in a sentence. */
static const char *promise_text(struct wc_arena *arena, const struct wc_workflow *flow)
{
    const char *budget = wc_ms_text(arena, flow->budget_ms);
    if (flow->latency == WR_BACKGROUND)
        return wc_arena_printf(arena,
                               "Answers 202 at once with the job, which ends within %s: look at it "
                               "again, follow its events, or be notified.",
                               budget);
    if (flow->background_ms)
        return wc_arena_printf(arena,
                               "Answers within %s: with the result, a declared error, or 202 and "
                               "the job, which ends within %s.",
                               budget, wc_ms_text(arena, flow->background_ms));
    return wc_arena_printf(arena, "Answers within %s with the result or a declared error.", budget);
}

static json_t *operation_json(const struct wc_model *model, const struct wc_workflow *flow)
{
    json_t *json = json_object(), *parameters = json_array(), *body = json_object();
    json_t *tags = json_array();
    wc_append(tags, json_string(model->name));
    wc_set(json, "tags", tags);
    wc_set_text(json, "operationId", flow->name);
    wc_set_text(json, "summary", flow->doc ? flow->doc : flow->name);
    wc_set_text(json, "description", promise_text(model->arena, flow));
    if (flow->key_required) {
        json_t *key = wc_quoted_json(
            "{'name':'Idempotency-Key','in':'header','required':true,"
            "'schema':{'type':'string','minLength':1,'maxLength':255}}");
        wc_append(parameters, key);
    } else {
        wc_append(parameters, wc_ref("parameters", "IdempotencyKey"));
    }
    wc_append(parameters, wc_ref("parameters", "Prefer"));
    wc_append(parameters, wc_ref("parameters", "Traceparent"));
    wc_set(json, "parameters", parameters);
    wc_set_flag(body, "required", true);
    json_t *request = content("application/json", wc_ref("schemas", flow->input->name));
    json_t *example = flow->example ? json_loads(flow->example, 0, NULL) : NULL;
    if (example)
        wc_set(json_object_get(request, "application/json"), "example", example);
    wc_set(body, "content", request);
    wc_set(json, "requestBody", body);
    wc_set(json, "responses", replies_json(model, flow));
    wc_openapi_life(json, model, flow);
    return json;
}

static void add_route(json_t *paths, const struct wc_model *model, const struct wc_workflow *flow)
{
    char method[16] = "";
    for (size_t i = 0; i + 1 < sizeof method && flow->method[i]; i++)
        method[i] = (char)(flow->method[i] | 0x20);
    json_t *path = json_object_get(paths, flow->path);
    if (!path) {
        wc_set(paths, flow->path, json_object());
        path = json_object_get(paths, flow->path);
    }
    wc_set(path, method, operation_json(model, flow));
}

/* ---- fixed paths -------------------------------------------------------------------------- */

json_t *wc_any_job(const struct wc_model *model)
{
    if (model->workflows.count == 1)
        return wc_ref("schemas", wc_job_component(model->arena, model->workflows.items[0]));
    json_t *json = json_object(), *choices = json_array();
    WC_EACH(i, &model->workflows)
    {
        wc_append(choices,
                  wc_ref("schemas", wc_job_component(model->arena, model->workflows.items[i])));
    }
    wc_set(json, "anyOf", choices);
    return json;
}

static json_t *get_job(const struct wc_model *model)
{
    static const char *const names[] = {"X-Request-Id", "ETag", "Retry-After"};
    static const char *const components[] = {"RequestId", "ETag", "RetryAfter"};
    json_t *get = wc_quoted_json(
        "{'tags':['jobs'],'operationId':'get_job','summary':'A job as it stands "
        "now.','description':"
        "'With wait=N the answer comes when the job ends, or after N seconds with the job as it "
        "stands then.',"
        "'parameters':[{'$ref':'#/components/parameters/JobId'},{'name':'wait','in':'query',"
        "'description':'Seconds to wait for the job to end.','schema':{'type':'integer',"
        "'minimum':0}}],'responses':{}}");
    json_t *replies = json_object_get(get, "responses"), *reply = json_object();
    wc_set_text(reply, "description", "The job: the same envelope as the reply to its request.");
    wc_set(reply, "headers", headers_json(names, components, 3));
    wc_set(reply, "content", content("application/json", wc_any_job(model)));
    wc_set(replies, "200", reply);
    wc_set(replies, "304", wc_quoted_json("{'description':'As it was (If-None-Match).'}"));
    wc_set(replies, "400", wc_problem_reply("A query that cannot be read.", false));
    if (model->auth != WR_AUTH_NONE)
        wc_set(replies, "401", wc_problem_reply("No key, or one that is not known.", false));
    wc_set(replies, "404", wc_problem_reply("There is no such job.", false));
    wc_set(replies, "503", wc_problem_reply("The store cannot be used.", true));
    json_t *path = json_object();
    wc_set(path, "get", get);
    return path;
}

static const struct {
    const char *path, *id, *tag, *summary, *description, *type, *unready;
} pages[] = {
    {"/openapi.json", "get_openapi", "documents", "This document.",
     "Clients are generated from it.", "application/json", NULL},
    {"/contract.json", "get_contract", "documents", "The contract this binary was built from.",
     "What `wright diff` compares.", "application/json", NULL},
    {"/livez", "livez", "health", "Is the process alive?", "200 as long as it can answer.",
     "text/plain", NULL},
    {"/readyz", "readyz", "health", "Does it take work?",
     "503 while it drains, and while its store cannot be written.", "text/plain", "Not ready."},
    {"/metrics", "metrics", "health", "Metrics for Prometheus.",
     "In the text format that Prometheus reads.", "text/plain", NULL},
};

/* Paths that every binary serves: jobs, documents, health. */
static void fixed_paths(json_t *paths, const struct wc_model *model)
{
    wc_set(paths, "/jobs/{id}", get_job(model));
    wc_openapi_job_paths(paths, model);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        json_t *path = json_object(), *get = json_object(), *tags = json_array();
        json_t *replies = json_object(), *reply = json_object();
        bool text = strcmp(pages[i].type, "text/plain") == 0;
        wc_append(tags, json_string(pages[i].tag));
        wc_set(get, "tags", tags);
        wc_set_text(get, "operationId", pages[i].id);
        wc_set_text(get, "summary", pages[i].summary);
        wc_set_text(get, "description", pages[i].description);
        wc_set(get, "security", json_array());
        wc_set_text(reply, "description", pages[i].summary);
        wc_set(reply, "content",
               content(pages[i].type,
                       wc_quoted_json(text ? "{'type':'string'}" : "{'type':'object'}")));
        wc_set(replies, "200", reply);
        wc_set(replies, "405", wc_problem_reply("This path takes GET and HEAD only.", false));
        if (pages[i].unready)
            wc_set(replies, "503", wc_problem_reply(pages[i].unready, true));
        wc_set(get, "responses", replies);
        wc_set(path, "get", get);
        wc_set(paths, pages[i].path, path);
    }
}

/* ---- the document ------------------------------------------------------------------------- */

static bool is_page(const char *text)
{
    return strncmp(text, "http", 4) == 0 && strchr(text, ':');
}

/* Whom to ask, and under which terms. */
static void set_people(json_t *info, const struct wc_model *model)
{
    if (model->contact) {
        json_t *contact = json_object();
        wc_set_text(contact, "name", model->name);
        wc_set_text(contact, is_page(model->contact) ? "url" : "email", model->contact);
        wc_set(info, "contact", contact);
    }
    if (model->license) {
        json_t *license = json_object();
        wc_set_text(license, "name", model->license);
        wc_set_text(license, is_page(model->license) ? "url" : "identifier", model->license);
        wc_set(info, "license", license);
    }
}

json_t *wc_openapi_info(const struct wc_model *model)
{
    json_t *info = json_object();
    wc_set_text(info, "title", model->name);
    wc_set_text(info, "version", model->version);
    wc_set_text(info, "summary", model->summary);
    const char *about = model->doc ? model->doc : model->summary;
    wc_set_text(info, "description", about[0] ? about : NULL);
    set_people(info, model);
    wc_set_text(info, "x-contract", model->contract_hash);
    return info;
}

void wc_emit_openapi(struct wc_buf *out, const struct wc_model *model)
{
    json_t *json = json_object(), *paths = json_object();
    wc_set_text(json, "openapi", "3.1.0");
    wc_set(json, "info", wc_openapi_info(model));
    wc_set(json, "servers", wc_quoted_json("[{'url':'/'}]"));
    wc_set(json, "security",
           wc_quoted_json(model->auth == WR_AUTH_BEARER ? "[{'bearer':[]}]" : "[]"));
    json_t *tags = wc_quoted_json(
        "[{'name':'jobs','description':'Jobs under way and ended.'},{'name':'documents',"
        "'description':'What this API is.'},{'name':'health','description':'For operators.'}]");
    json_t *own = json_object();
    wc_set_text(own, "name", model->name);
    wc_set_text(own, "description", model->summary ? model->summary : model->name);
    json_array_insert_new(tags, 0, own);
    wc_set(json, "tags", tags);
    WC_EACH(i, &model->workflows)
    {
        add_route(paths, model, model->workflows.items[i]);
    }
    fixed_paths(paths, model);
    wc_openapi_show_problems(paths);
    wc_set(json, "paths", paths);
    wc_openapi_hooks(json, model);
    wc_set(json, "components", wc_openapi_components(model));
    wc_json_take(out, json, WC_INDENTED);
}
