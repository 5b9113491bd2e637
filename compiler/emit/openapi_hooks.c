/* The section `webhooks` of openapi.json: what a receiver of notifications is sent, and what its answer
 * means. */
#include "compiler/emit/machine.h"
#include "compiler/emit/openapi.h"

static const char *const happened[WC_NOTICES] = {
    [WC_NOTICE_DONE] = "A job has ended with a result.",
    [WC_NOTICE_FAIL] = "A job has ended without a result: failed, or cancelled.",
    [WC_NOTICE_DRAFT] = "A job has published a draft.",
};

const char *wc_notice_summary(enum wc_notice_event event)
{
    return happened[event];
}

const char *wc_notice_type(const struct wc_model *model, const struct wc_workflow *flow,
                           enum wc_notice_event event)
{
    return wc_arena_printf(model->arena, "%s.%s", flow->name, wc_notice_name(event));
}

/* Of Standard Webhooks. */
static const struct {
    const char *name, *schema;
} fields[] = {
    {"webhook-id", "{'type':'string','description':'The same each time it is sent.'}"},
    {"webhook-timestamp",
     "{'type':'string','pattern':'^[0-9]+$','description':'Seconds since 1970, of this attempt.'}"},
    {"webhook-signature",
     "{'type':'string','description':'For each secret v1 and the HMAC-SHA256 of id, timestamp and "
     "body, in base64.'}"},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

json_t *wc_notice_headers(void)
{
    json_t *json = wc_quoted_json("{'type':'object','required':[],'properties':{}}");
    for (size_t i = 0; i < FIELDS; i++) {
        wc_append(json_object_get(json, "required"), json_string(fields[i].name));
        wc_set(json_object_get(json, "properties"), fields[i].name,
               wc_quoted_json(fields[i].schema));
    }
    return json;
}

static json_t *parameters_json(void)
{
    json_t *json = json_array();
    for (size_t i = 0; i < FIELDS; i++) {
        json_t *one = wc_quoted_json("{'name':'','in':'header','required':true}");
        json_t *schema = wc_quoted_json(fields[i].schema);
        wc_set_text(one, "name", fields[i].name);
        wc_set(one, "description", json_incref(json_object_get(schema, "description")));
        json_object_del(schema, "description");
        wc_set(one, "schema", schema);
        wc_append(json, one);
    }
    return json;
}

/* CloudEvents 1.0, structured mode. */
json_t *wc_notice_payload(const struct wc_model *model, const struct wc_workflow *flow,
                          enum wc_notice_event event)
{
    json_t *json = wc_quoted_json(
        "{'type':'object','required':['specversion','id','source','type','subject','time',"
        "'datacontenttype','data'],'properties':{'specversion':{'const':'1.0'},'id':{'type':"
        "'string','description':'The same each time it is sent: "
        "webhook-id.'},'source':{},'type':{},"
        "'subject':{'type':'string','format':'uuid','description':'The job.'},'time':{'type':"
        "'string','format':'date-time'},'datacontenttype':{'const':'application/json'}}}");
    json_t *parts = json_object_get(json, "properties");
    wc_set_text(json_object_get(parts, "source"), "const",
                wc_arena_printf(model->arena, "/%s", model->name));
    wc_set_text(json_object_get(parts, "type"), "const", wc_notice_type(model, flow, event));
    wc_set(parts, "data", wc_ref("schemas", wc_job_component(model->arena, flow)));
    return json;
}

static json_t *hook_json(const struct wc_model *model, const struct wc_workflow *flow,
                         enum wc_notice_event event)
{
    json_t *post = wc_quoted_json(
        "{'description':'Signed as Standard Webhooks has it. It may come more than once, with the "
        "same "
        "webhook-id.','security':[],"
        "'requestBody':{'required':true,'content':{'application/"
        "cloudevents+json':"
        "{}}},'responses':{'2XX':{'description':'It has arrived.'},'410':{'description':'Nobody "
        "wants "
        "it: it is not sent again.'},'default':{'description':'It is sent again, later.'}}}");
    json_t *tags = json_array(), *body = json_object_get(post, "requestBody"),
           *path = json_object();
    json_t *media =
        json_object_get(json_object_get(body, "content"), "application/cloudevents+json");
    wc_append(tags, json_string(model->name));
    wc_set(post, "tags", tags);
    wc_set_text(post, "operationId",
                wc_arena_printf(model->arena, "on_%s_%s", flow->name, wc_notice_name(event)));
    wc_set_text(post, "summary", happened[event]);
    wc_set(post, "parameters", parameters_json());
    wc_set(media, "schema", wc_notice_payload(model, flow, event));
    wc_set(path, "post", post);
    return path;
}

void wc_openapi_hooks(json_t *document, const struct wc_model *model)
{
    json_t *hooks = json_object();
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        WC_EACH(k, &flow->notices)
        {
            enum wc_notice_event event = flow->notices.items[k].event;
            const char *type = wc_notice_type(model, flow, event);
            if (!json_object_get(hooks, type))
                wc_set(hooks, type, hook_json(model, flow, event));
        }
    }
    if (json_object_size(hooks))
        wc_set(document, "webhooks", hooks);
    else
        json_decref(hooks);
}
