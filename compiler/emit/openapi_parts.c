/* What the OpenAPI documents of all binaries have in common: the envelope (docs/contract.md), the
 * problem (RFC 9457), the parameters and headers, and the fixed paths. */
#include "compiler/emit/life.h"
#include "compiler/emit/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *wc_quoted_json(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; c && *c; c++)
        if (*c == '\'')
            *c = '"';
    json_t *json = copy ? json_loads(copy, JSON_DECODE_ANY, NULL) : NULL;
    free(copy);
    if (!json) {
        fprintf(stderr, "wright: not JSON: %s\n", text);
        abort();
    }
    return json;
}

json_t *wc_ref(const char *kind, const char *name)
{
    char text[300];
    snprintf(text, sizeof text, "#/components/%s/%s", kind, name);
    json_t *json = json_object();
    wc_set_text(json, "$ref", text);
    return json;
}

/* ---- the envelope ------------------------------------------------------------------------- */

struct part {
    const char *name;
    const char *json;
};

static const struct part envelope[] = {
    {"job_id", "{'type':'string','format':'uuid','description':'UUIDv7'}"},
    {"status",
     "{'type':'string','enum':['queued','processing','completed','degraded','failed',"
     "'cancelled']}"},
    {"result_type",
     "{'type':['string','null'],'enum':['full','draft','fallback',null],"
     "'description':'null while there is no result'}"},
    {"final", "{'type':'boolean','description':'false: this may still change; look again'}"},
    {"output", NULL},
    {"missing",
     "{'type':'array','items':{'$ref':'#/components/schemas/MissingContext'},"
     "'description':'what was done without'}"},
    {"age",
     "{'type':['integer','null'],'description':'seconds, when a remembered result is "
     "served'}"},
    {"waiting_for", "{'type':['string','null']}"},
    {"error_code", NULL},
    {"error", "{'anyOf':[{'$ref':'#/components/schemas/JobError'},{'type':'null'}]}"},
    {"retry_after",
     "{'type':['integer','null'],'description':'seconds; when to look or to try "
     "again'}"},
    {"retry_safe",
     "{'type':'boolean','description':'sending the same request again cannot repeat "
     "an effect'}"},
    {"stage", "{'anyOf':[{'$ref':'#/components/schemas/StageNow'},{'type':'null'}]}"},
    {"model_version",
     "{'type':['string','null'],'description':'as the provider reported it for "
     "the result served'}"},
    {"versions", "{'$ref':'#/components/schemas/Versions'}"},
    {"usage", "{'$ref':'#/components/schemas/Usage'}"},
    {"timing", "{'$ref':'#/components/schemas/Timing'}"},
};

static const struct part shared_schemas[] = {
    {"MissingContext",
     "{'type':'object','required':['stage','class'],'properties':{'stage':{'type'"
     ":'string'},'class':{'type':'string'}}}"},
    {"JobError",
     "{'type':'object','required':['code','class','message','retryable','stage'],'properties':{"
     "'code':{'type':'string'},'class':{'type':'string'},'message':{'type':['string','null']},"
     "'retryable':{'type':'boolean'},'stage':{'type':['string','null']}}}"},
    {"StageNow",
     "{'type':'object','required':['name','progress'],'properties':{'name':{'type':'string'},"
     "'progress':{'type':['object','null'],'properties':{'done':{'type':'integer'},"
     "'total':{'type':'integer'}}}}}"},
    {"Versions",
     "{'type':'object','required':['api','workflow','contract','output_schema','model','prompt',"
     "'arm','review','tools','toolchain','fallback_path'],'properties':{'api':{'type':'string'},'"
     "workflow':{"
     "'type':'string'},'contract':{'type':'string'},'output_schema':{'type':'string'},'model':{"
     "'type':['string','null']},'prompt':{'type':['string','null']},"
     "'arm':{'type':['string','null']},'review':{'type':['string','null'],'enum':['approve','edit',"
     "'reject',null],'description':'what a person decided last of the result "
     "served'},'tools':{'type':'object',"
     "'additionalProperties':{'type':'string'}},'toolchain':{'type':'string'},'fallback_path':{"
     "'type':'array','items':{'type':'string'},'description':'the newest "
     "100'},'fallback_path_left_out':{"
     "'type':'integer','description':'how many older steps there were, if any'}}}"},
    {"Usage",
     "{'type':'object','required':['input_tokens','output_tokens','cost_usd','attempts'],"
     "'properties':{'input_tokens':{'type':'integer'},'output_tokens':{'type':'integer'},"
     "'cost_usd':{'type':'string'},'attempts':{'type':'integer'}}}"},
    {"Timing",
     "{'type':'object','required':['created_at','finished_at','elapsed_ms','budget_ms'],"
     "'properties':{'created_at':{'type':'string','format':'date-time'},'finished_at':{'type':["
     "'string','null'],'format':'date-time'},'elapsed_ms':{'type':'integer'},'budget_ms':{"
     "'type':'integer'}}}"},
    {"JobPage",
     "{'type':'object','required':['jobs','next'],'properties':{'jobs':{'type':'array','items':{"
     "'$ref':'#/components/schemas/JobRow'}},'next':{'type':['string','null'],'description':"
     "'null: this is the last page'}}}"},
    {"JobRow",
     "{'type':'object','required':['job_id','status','workflow','result_type','error_code',"
     "'created_at','finished_at'],'properties':{'job_id':{'type':'string','format':'uuid'},"
     "'status':{'type':'string','enum':['queued','processing','completed','degraded','failed',"
     "'cancelled']},'workflow':{'type':'string'},'result_type':{'type':['string','null']},"
     "'error_code':{'type':['string','null']},'created_at':{'type':'string','format':'date-time'},"
     "'finished_at':{'type':['string','null'],'format':'date-time'},'held':{'type':'boolean',"
     "'description':'true: begun before an upgrade, and not to be gone on with'}}}"},
    {"JobEvents",
     "{'type':'object','required':['job_id','events','final','next'],'properties':{'job_id':{'type'"
     ":"
     "'string','format':'uuid'},'events':{'type':'array','items':{'$ref':'#/components/schemas/"
     "JobEvent'}},'final':{'type':'boolean','description':'true: no more will "
     "come'},'next':{'type':["
     "'integer','null'],'description':'The seq to ask for more after; null: this is all so "
     "far'}}}"},
    {"JobEvent",
     "{'type':'object','description':'Keys that say nothing are left out; more may be added.',"
     "'required':['seq','at','kind'],'properties':{'seq':{'type':'integer','description':'from 1, "
     "without gaps'},'at':{'type':'string','format':'date-time'},'kind':{'type':'string','enum':["
     "'accepted','entered','started','ended','value','transition','published','finished','parked','"
     "signalled','reviewed','restarted','checkpoint']}"
     ","
     "'stage':{'type':'string'},'attempt':{'type':'integer'},'class':{'type':'string'},'label':{"
     "'type':'string'},'target':{'type':'string'},'error':{'type':'string'},'status':{'type':"
     "'string'},'result_type':{'type':'string'},'model':{'type':'string'},'tool':{'type':"
     "'string'},'input_tokens':{'type':'integer'},'output_tokens':{'type':'integer'},'cost_usd':{"
     "'type':'string'},'elapsed_ms':{'type':'integer'}}}"},
    {"Problem",
     "{'type':'object','description':'RFC 9457: a refusal, before there is a job','required':["
     "'type','title','status'],'properties':{'type':{'type':'string'},'title':{'type':'string'},"
     "'status':{'type':'integer'},'code':{'type':'string'},'detail':{'type':'string'},'instance':{"
     "'type':'string'},'errors':{'type':'array','items':{'$ref':'#/components/schemas/"
     "ProblemError'}}}}"},
    {"ProblemError",
     "{'type':'object','required':['pointer','rule','message'],'properties':{'pointer':{'type':"
     "'string','description':'RFC 6901'},'rule':{'type':'string'},'message':{'type':'string'}}}"},
};

static const struct part parameters[] = {
    {"JobId",
     "{'name':'id','in':'path','required':true,'schema':{'type':'string','format':'uuid'}"
     "}"},
    {"IdempotencyKey",
     "{'name':'Idempotency-Key','in':'header','description':'Same key and body: the same job, and "
     "no second effect.','schema':{'type':'string','minLength':1,'maxLength':255}}"},
    {"Prefer",
     "{'name':'Prefer','in':'header','description':'RFC 7240: respond-async, or wait=N "
     "in seconds.','schema':{'type':'string'}}"},
    {"Traceparent",
     "{'name':'traceparent','in':'header','description':'W3C Trace Context; passed "
     "on.','schema':{'type':'string'}}"},
};

static const struct part headers[] = {
    {"Location", "{'description':'Where the job is.','schema':{'type':'string'}}"},
    {"RetryAfter", "{'description':'Seconds.','schema':{'type':'integer'}}"},
    {"IdempotencyReplayed",
     "{'description':'true: the reply of the first request with this key.',"
     "'schema':{'type':'string'}}"},
    {"PreferenceApplied",
     "{'description':'respond-async, where that was asked for.','schema':{'type':'string'}}"},
    {"ETag", "{'description':'RFC 9110.','schema':{'type':'string'}}"},
    {"RequestId", "{'description':'What to name in a report.','schema':{'type':'string'}}"},
    {"WwwAuthenticate",
     "{'description':'RFC 6750: how to send a key, and what is wrong with the one that was.',"
     "'schema':{'type':'string'}}"},
    {"Allow", "{'description':'The methods that the path takes.','schema':{'type':'string'}}"},
};

static void set_parts(json_t *json, const struct part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wc_set(json, parts[i].name, wc_quoted_json(parts[i].json));
}

#define SET_PARTS(json, parts) set_parts((json), (parts), sizeof(parts) / sizeof(parts)[0])

/* ---- this API's schemas ------------------------------------------------------------------- */

const char *wc_job_component(struct wc_arena *arena, const struct wc_workflow *flow)
{
    return wc_arena_printf(arena, "job.%s", flow->name);
}

/* The codes a failed job can have: declared errors that a stage fails with. */
static json_t *error_codes(const struct wc_model *model, const struct wc_workflow *flow)
{
    struct wc_buf text = {0};
    WC_EACH(k, &model->errors)
    {
        if (wc_fails_with(flow, model->errors.items[k]))
            wc_buf_printf(&text, "%s%s", text.len ? ", " : "", model->errors.items[k]->name);
    }
    json_t *json = wc_quoted_json("{'type':['string','null']}");
    struct wc_buf description = {0};
    wc_buf_text(&description,
                "when status is failed: a declared error, or the class of one that "
                "is not.");
    if (text.len)
        wc_buf_printf(&description, " Declared: %s.", text.data);
    wc_set_text(json, "description", description.data);
    wc_buf_free(&text);
    wc_buf_free(&description);
    return json;
}

static json_t *job_schema(const struct wc_model *model, const struct wc_workflow *flow)
{
    json_t *json = json_object(), *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < sizeof envelope / sizeof envelope[0]; i++) {
        const char *name = envelope[i].name;
        wc_append(required, json_string(name));
        if (envelope[i].json) {
            wc_set(properties, name, wc_quoted_json(envelope[i].json));
        } else if (strcmp(name, "output") == 0) {
            json_t *output = wc_quoted_json("{'anyOf':[{'type':'null'}]}");
            json_array_insert_new(json_object_get(output, "anyOf"), 0,
                                  wc_ref("schemas", flow->output->name));
            wc_set(properties, name, output);
        } else {
            wc_set(properties, name, error_codes(model, flow));
        }
    }
    wc_set(properties, "missing_left_out",
           wc_quoted_json("{'type':'integer','description':'how many older ones there were, where "
                          "more than 1000 are missing'}"));
    wc_set_text(json, "type", "object");
    wc_set(json, "required", required);
    wc_set(json, "properties", properties);
    return json;
}

static json_t *schemas_json(const struct wc_model *model)
{
    struct wc_schema_style style = {.ref = "#/components/schemas/", .docs = true};
    json_t *json = json_object();
    struct wc_arena scratch = {0};
    struct wc_schemas seen = {0};
    WC_EACH(i, &model->workflows)
    {
        wc_schemas_reach(&scratch, &seen, model->workflows.items[i]->input);
        wc_schemas_reach(&scratch, &seen, model->workflows.items[i]->output);
    }
    WC_EACH(i, &seen.list)
    {
        wc_set(json, seen.list.items[i]->name, wc_object_json(seen.list.items[i], &style));
    }
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        wc_set(json, wc_job_component(&scratch, flow), job_schema(model, flow));
    }
    SET_PARTS(json, shared_schemas);
    wc_arena_free(&scratch);
    return json;
}

json_t *wc_openapi_components(const struct wc_model *model)
{
    json_t *json = json_object(), *list = json_object(), *fields = json_object();
    bool keys = false;
    SET_PARTS(list, parameters);
    SET_PARTS(fields, headers);
    WC_EACH(i, &model->workflows)
    {
        keys = keys || !model->workflows.items[i]->key_required;
    }
    if (!keys)
        json_object_del(list, "IdempotencyKey");
    if (model->auth == WR_AUTH_NONE)
        json_object_del(fields, "WwwAuthenticate");
    json_t *schemas = schemas_json(model);
    wc_openapi_life_parts(fields, schemas, model);
    wc_set(json, "schemas", schemas);
    wc_set(json, "parameters", list);
    wc_set(json, "headers", fields);
    if (model->auth == WR_AUTH_BEARER)
        wc_set(json, "securitySchemes",
               wc_quoted_json("{'bearer':{'type':'http','scheme':'bearer'}}"));
    return json;
}
