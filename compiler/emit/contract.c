/* contract.json: everything a reviewer must see and no OpenAPI document says, canonical, one change
 * a line. Its SHA-256 is the contract's identity, so descriptions and places are not in it. */
#include "compiler/emit/contract.h"
#include "compiler/emit/life.h"
#include "compiler/emit/machine.h"
#include "compiler/model/classes.h"

#include <inttypes.h>
#include <string.h>

#define CONTRACT_FORMAT 1 /* of this file; a change of meaning of a key raises it */

/* ---- dependencies ------------------------------------------------------------------------- */

/* Picodollars as dollars, exact and without needless zeros: "0.1", "0.00000025". */
json_t *wc_dollars_json(int64_t picodollars)
{
    char text[40];
    snprintf(text, sizeof text, "%" PRId64 ".%012" PRId64, picodollars / INT64_C(1000000000000),
             picodollars % INT64_C(1000000000000));
    size_t len = strlen(text);
    while (text[len - 1] == '0' && text[len - 2] != '.')
        text[--len] = '\0';
    return json_string(text);
}

static void set_price(json_t *json, const char *name, int64_t picodollars)
{
    if (picodollars)
        wc_set(json, name, wc_dollars_json(picodollars));
}

static json_t *endpoint_json(const struct wc_endpoint *endpoint)
{
    static const char *const kinds[] = {"none", "bearer", "header"};
    json_t *json = json_object();
    wc_set_text(json, "url", endpoint->url);
    wc_set_text(json, "url_env", endpoint->url_env);
    wc_set_text(json, "auth", kinds[endpoint->auth]);
    wc_set_text(json, "auth_env", endpoint->auth_env);
    wc_set_text(json, "auth_header", endpoint->auth_header);
    return json;
}

static void set_limits(json_t *json, const struct wr_limits *limits,
                       const struct wr_breaker *breaker)
{
    json_t *limit = json_object(), *trip = json_object();
    wc_set_number(limit, "concurrent", limits->concurrent);
    wc_set_number(limit, "calls", limits->calls);
    wc_set_number(limit, "calls_per_ms", limits->calls_per_ms);
    wc_set_number(limit, "tokens", limits->tokens);
    wc_set_number(limit, "tokens_per_ms", limits->tokens_per_ms);
    wc_set_number(trip, "failures", breaker->failures);
    wc_set_number(trip, "in_ms", breaker->in_ms);
    wc_set_number(trip, "open_ms", breaker->open_ms);
    wc_set(json, "limits", limit);
    wc_set(json, "breaker", trip);
}

static json_t *service_json(const struct wc_model *model, const struct wc_service *service)
{
    json_t *json = json_object(), *read_as = json_object(), *operations = json_object();
    wc_set(json, "endpoint", endpoint_json(&service->endpoint));
    set_limits(json, &service->limits, &service->breaker);
    wc_set_text(json, "idempotency_header", service->idempotency_header);
    set_price(json, "usd_per_call", service->price_per_call);
    wc_set_text(json, "sign_env", service->sign_env);
    if (service->allow_private)
        wc_set(json, "allow_private", json_true());
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        WC_EACH(j, &flow->activities)
        {
            const struct wc_action *action = &flow->activities.items[j]->action;
            if (action->kind == WR_ACT_HTTP && action->service == service && action->as &&
                action->as->kind == WC_TYPE_SCHEMA)
                wc_set_text(read_as, action->as->schema->name, action->as->schema->hash);
            const struct wc_stage *stage = flow->activities.items[j];
            if (stage->operation && action->service == service)
                wc_set(operations, stage->name, wc_operation_json(stage));
        }
    }
    wc_set(json, "read_as", read_as);
    if (json_object_size(operations))
        wc_set(json, "operations", operations);
    else
        json_decref(operations);
    return json;
}

const char *wc_service_version(const struct wc_model *model, const struct wc_service *service)
{
    struct wc_buf text = {0};
    wc_json_take(&text, service_json(model, service), WC_COMPACT_SORTED);
    const char *hash = wc_hash(model->arena, text.data, text.len);
    wc_buf_free(&text);
    return hash;
}

static json_t *services_json(const struct wc_model *model)
{
    json_t *json = json_object();
    WC_EACH(i, &model->services)
    {
        const struct wc_service *service = model->services.items[i];
        json_t *row = service_json(model, service);
        wc_set_text(row, "version", wc_service_version(model, service));
        wc_set(json, service->name, row);
    }
    return json;
}

static const char *const structured[] = {[WR_STRUCTURED_STRICT] = "strict",
                                         [WR_STRUCTURED_TOOL] = "tool",
                                         [WR_STRUCTURED_JSON] = "json",
                                         [WR_STRUCTURED_PROMPT] = "prompt"};

static json_t *models_json(const struct wc_model *model)
{
    json_t *json = json_object();
    WC_EACH(i, &model->models)
    {
        const struct wc_ai_model *ai = model->models.items[i];
        json_t *row = json_object();
        wc_set_text(row, "provider", ai->provider);
        wc_set_text(row, "model", ai->model);
        wc_set(row, "endpoint", endpoint_json(&ai->endpoint));
        set_limits(row, &ai->limits, &ai->breaker);
        wc_set_number(row, "max_input_tokens", ai->max_input_tokens);
        wc_set_number(row, "max_output_tokens", ai->max_output_tokens);
        set_price(row, "usd_per_input_token", ai->input_price);
        set_price(row, "usd_per_cached_token", ai->cached_price);
        if (ai->written_price != ai->input_price)
            set_price(row, "usd_per_written_token", ai->written_price);
        set_price(row, "usd_per_output_token", ai->output_price);
        if (ai->temperature)
            wc_set_text(row, "temperature", ai->temperature);
        if (ai->structured != WR_STRUCTURED_DEFAULT)
            wc_set_text(row, "structured", structured[ai->structured]);
        wc_set(json, ai->name, row);
    }
    return json;
}

static json_t *functions_json(const struct wc_model *model)
{
    static const char *const effects[] = {"pure", "read", "repeatable", "keyed", "once"};
    json_t *json = json_object();
    WC_EACH(i, &model->functions)
    {
        const struct wc_hook *function = model->functions.items[i];
        json_t *row = json_object(), *raises = json_array();
        wc_set_text(row, "takes", function->takes ? function->takes->name : NULL);
        wc_set_text(row, "gives", function->gives->name);
        wc_set_text(row, "effect", effects[function->effect]);
        wc_set_text(row, "from", function->file);
        for (enum wr_class class = WR_OK; class < WR_CLASS_COUNT; class ++)
            if (function->raises & WR_BIT(class))
                wc_append(raises, json_string(wc_class_name(class)));
        wc_set(row, "raises", raises);
        wc_set(json, function->name, row);
    }
    return json;
}

/* ---- errors and schemas ------------------------------------------------------------------- */

static json_t *errors_json(const struct wc_model *model)
{
    json_t *json = json_object();
    WC_EACH(i, &model->errors)
    {
        const struct wc_user_error *error = model->errors.items[i];
        json_t *row = json_object();
        wc_set_text(row, "class", wc_class_name(error->class));
        wc_set_text(row, "message", error->message);
        wc_set(row, "status", json_integer(error->status));
        wc_set(row, "retryable", json_boolean(error->retryable));
        wc_set_number(row, "retry_after_ms", error->retry_after_ms);
        wc_set(json, error->name, row);
    }
    return json;
}

static json_t *schemas_json(const struct wc_model *model)
{
    struct wc_schema_style style = {.ref = "#/schemas/", .sorted = true};
    json_t *json = json_object();
    WC_EACH(i, &model->schemas)
    {
        const struct wc_schema *schema = model->schemas.items[i];
        json_t *row = wc_object_json(schema, &style);
        wc_set_text(row, "x-hash", schema->hash);
        wc_set(json, schema->name, row);
    }
    WC_EACH(i, &model->unions)
    {
        const struct wc_union *choice = model->unions.items[i];
        WC_EACH(k, &choice->variants)
        {
            const struct wc_schema *shown = choice->variants.items[k].shown;
            wc_set(json, shown->name, wc_object_json(shown, &style));
        }
    }
    return json;
}

/* ---- workflows ---------------------------------------------------------------------------- */

static json_t *latency_json(const struct wc_workflow *flow)
{
    static const char *const names[] = {"instant", "waiting", "background"};
    json_t *json = json_object();
    const struct wc_stage *first = flow->stages.count ? flow->stages.items[0] : NULL;
    int64_t floor = first ? (int64_t)first->floor_ms : 0, before = floor;
    int64_t most = (int64_t)(flow->background_ms ? flow->background_ms : flow->budget_ms);
    if (first && flow->background_ms)
        before = (int64_t)first->reply_floor_ms;
    wc_set_text(json, "model", names[flow->latency]);
    wc_set(json, "budget_ms", json_integer((json_int_t)flow->budget_ms));
    wc_set_number(json, "background_ms", (int64_t)flow->background_ms);
    wc_set(json, "floor_ms", json_integer(floor));
    wc_set(json, "slack_ms", json_integer(most - floor));
    if (flow->background_ms) { /* of the reply, over the ways of failures */
        wc_set(json, "reply_floor_ms", json_integer(before));
        wc_set(json, "reply_slack_ms", json_integer((json_int_t)flow->budget_ms - before));
    }
    wc_set(json, "paths", wc_paths_json(flow));
    return json;
}

/* May the same request be sent again without repeating an effect? It would be another job, with keys
 * of its own: only where there is no effect but those that may be repeated. */
static json_t *retry_safety_json(const struct wc_workflow *flow)
{
    json_t *json = json_object();
    bool effect = false;
    WC_EACH(i, &flow->activities)
    {
        effect = effect || flow->activities.items[i]->effect >= WR_KEYED;
    }
    wc_set(json, "without_key", json_boolean(!effect));
    wc_set_text(json, "idempotency_key", flow->key_required ? "required" : "accepted");
    if (flow->dedupe) {
        json_t *dedupe = json_object();
        wc_set(dedupe, "by", wc_expr_json(flow->dedupe));
        wc_set(dedupe, "window_ms", json_integer((json_int_t)flow->dedupe_ms));
        wc_set(dedupe, "shared", json_boolean(flow->dedupe_shared));
        wc_set(json, "dedupe", dedupe);
    }
    if (flow->split) {
        json_t *split = json_object();
        wc_set(split, "share_of_10000", json_integer(flow->split_share));
        wc_set_text(split, "from", flow->split_from->name);
        wc_set_text(split, "to", flow->split_to->name);
        wc_set(split, "by", wc_expr_json(flow->split));
        wc_set(json, "split", split);
    }
    return json;
}

static json_t *cost_json(const struct wc_workflow *flow)
{
    json_t *json = json_object();
    if (flow->cost_ceiling)
        wc_set(json, "ceiling_usd", wc_dollars_json(flow->cost_ceiling));
    wc_set(json, "enforced", json_boolean(flow->cost_enforced));
    return json;
}

/* Which results and declared errors a job can end in, and after which stages. */
static json_t *ends_json(const struct wc_workflow *flow)
{
    static const char *const results[] = {"none", "full", "draft", "fallback"};
    json_t *json = json_object();
    WC_EACH(i, &flow->stages)
    {
        const struct wc_stage *stage = flow->stages.items[i];
        WC_EACH(j, &stage->ons)
        {
            const struct wc_target *target = &stage->ons.items[j].target;
            if (target->kind == WR_TO_STAGE || !stage->reachable)
                continue;
            struct wc_buf name = {0};
            if (target->kind == WR_TO_DONE)
                wc_buf_printf(&name, "done %s", results[target->result]);
            else
                wc_buf_printf(&name, "fail %s", target->error->name);
            json_t *stages = json_object_get(json, name.data);
            if (!stages) {
                wc_set(json, name.data, json_array());
                stages = json_object_get(json, name.data);
            }
            wc_append(stages, json_string(stage->name));
            wc_buf_free(&name);
        }
    }
    const char *name;
    json_t *stages;
    void *next;
    json_object_foreach_safe(json, next, name, stages)
    {
        wc_set(json, name, wc_sorted_take(json_incref(stages)));
    }
    return json;
}

/* The states a client can see, and which may follow which. */
static json_t *lifecycle_json(const struct wc_workflow *flow)
{
    bool full = false, degraded = false, fails = false, parks = false;
    WC_EACH(i, &flow->stages)
    {
        parks = parks || WR_PARKS(flow->stages.items[i]->action.kind);
        WC_EACH(j, &flow->stages.items[i]->ons)
        {
            const struct wc_target *target = &flow->stages.items[i]->ons.items[j].target;
            bool done = target->kind == WR_TO_DONE;
            full = full || (done && target->result == WR_RESULT_FULL);
            degraded = degraded || (done && target->result != WR_RESULT_FULL);
            fails = fails || target->kind == WR_TO_FAIL;
        }
    }
    json_t *json = json_object(), *queued = json_array(), *ends = json_array();
    wc_append(queued, json_string("processing"));
    if (full)
        wc_append(ends, json_string("completed"));
    if (degraded)
        wc_append(ends, json_string("degraded"));
    if (fails)
        wc_append(ends, json_string("failed"));
    wc_append(ends, json_string("cancelled"));
    if (parks) {
        wc_append(queued, json_string("cancelled"));
        wc_append(ends, json_string("queued"));
    }
    wc_set(json, "queued", queued);
    wc_set(json, "processing", ends);
    return json;
}

/* Who is told of what: events, each with its services. */
static json_t *notices_json(const struct wc_workflow *flow)
{
    json_t *json = json_object();
    WC_EACH(i, &flow->notices)
    {
        const struct wc_notice *notice = &flow->notices.items[i];
        const char *event = wc_notice_name(notice->event);
        if (!json_object_get(json, event))
            wc_set(json, event, json_array());
        wc_append(json_object_get(json, event), json_string(notice->service->name));
    }
    return json;
}

static json_t *workflow_json(const struct wc_model *model, const struct wc_workflow *flow)
{
    static const char *const upgrades[] = {NULL, "hold", "restart", "fail"};
    json_t *json = json_object(), *route = json_object();
    wc_set_text(route, "method", flow->method);
    wc_set_text(route, "path", flow->path);
    wc_set(json, "version", json_integer(flow->version));
    wc_set(json, "route", route);
    wc_set_text(json, "input", flow->input->name);
    wc_set_text(json, "output", flow->output->name);
    wc_set(json, "latency", latency_json(flow));
    wc_set(json, "cost", cost_json(flow));
    wc_set(json, "retry_safety", retry_safety_json(flow));
    wc_set_number(json, "keep_ms", (int64_t)flow->keep_ms);
    wc_set_text(json, "on_upgrade", upgrades[flow->on_upgrade]);
    wc_set_life(json, &flow->life);
    wc_set_quota(json, &flow->limits);
    if (flow->cancel_on_leave)
        wc_set_text(json, "on_disconnect", "cancel");
    if (flow->notices.count)
        wc_set(json, "notify", notices_json(flow));
    wc_set_text(json, "first", flow->stages.count ? flow->stages.items[0]->name : NULL);
    wc_set(json, "stages", wc_stages_json(model, flow));
    wc_set(json, "ends", ends_json(flow));
    wc_set(json, "lifecycle", lifecycle_json(flow));
    return json;
}

/* Changes that are meant: a reviewer must see them. */
static json_t *accepted_json(const struct wc_model *model)
{
    json_t *json = json_array();
    WC_EACH(i, &model->accepted)
    {
        const struct wc_accepted *one = &model->accepted.items[i];
        json_t *row = json_object();
        wc_set_text(row, "rule", one->rule);
        wc_set_text(row, "path", one->path);
        wc_set_text(row, "print", one->print);
        wc_set_text(row, "because", one->because);
        wc_set_text(row, "until", one->until);
        wc_append(json, row);
    }
    return wc_sorted_take(json);
}

/* ---- the document ------------------------------------------------------------------------- */

void wc_emit_contract(struct wc_buf *out, const struct wc_model *model)
{
    static const char *const auths[] = {"none", "bearer", "header"};
    json_t *json = json_object(), *api = json_object(), *auth = json_object();
    json_t *workflows = json_object();
    wc_set_text(api, "name", model->name);
    wc_set_text(api, "version", model->version);
    wc_set_quota(api, &model->limits);
    wc_set_text(auth, "kind", auths[model->auth]);
    wc_set_text(auth, "keys_env", model->keys_env);
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        wc_set(workflows, flow->name, workflow_json(model, flow));
    }
    wc_set(json, "contract", json_integer(CONTRACT_FORMAT));
    wc_set(json, "api", api);
    if (model->accepted.count)
        wc_set(json, "accepted", accepted_json(model));
    wc_set(json, "auth", auth);
    wc_set(json, "errors", errors_json(model));
    if (model->functions.count)
        wc_set(json, "functions", functions_json(model));
    wc_set(json, "models", models_json(model));
    wc_set(json, "schemas", schemas_json(model));
    wc_set(json, "services", services_json(model));
    wc_set(json, "workflows", workflows);
    wc_json_take(out, json, WC_INDENTED_SORTED);
}
