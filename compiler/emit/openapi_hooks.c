/* The section `webhooks` of openapi.json: what a receiver of notifications is sent, and what its answer
 * means. */
#include "compiler/emit/machine.h"
#include "compiler/emit/openapi.h"

static const char *const happened[WC_NOTICES] = {
    [WC_NOTICE_DONE] = "A job has ended with a result.",
    [WC_NOTICE_FAIL] = "A job has ended without a result: failed, or cancelled.",
    [WC_NOTICE_DRAFT] = "A job has published a draft.",
};

/* CloudEvents 1.0, structured mode. */
static json_t *event_json(const struct wc_model *model, const struct wc_workflow *flow,
                          const char *type)
{
    json_t *json = wc_quoted_json(
        "{'type':'object','required':['specversion','id','source','type','subject','time',"
        "'datacontenttype','data'],'properties':{'specversion':{'const':'1.0'},'id':{'type':"
        "'string','description':'The same each time it is sent: "
        "webhook-id.'},'source':{},'type':{},"
        "'subject':{'type':'string','format':'uuid','description':'The job.'},'time':{'type':"
        "'string','format':'date-time'},'datacontenttype':{'const':'application/json'}}}");
    json_t *fields = json_object_get(json, "properties");
    wc_set_text(json_object_get(fields, "source"), "const",
                wc_arena_printf(model->arena, "/%s", model->name));
    wc_set_text(json_object_get(fields, "type"), "const", type);
    wc_set(fields, "data", wc_ref("schemas", wc_job_component(model->arena, flow)));
    return json;
}

static json_t *hook_json(const struct wc_model *model, const struct wc_workflow *flow,
                         enum wc_notice_event event, const char *type)
{
    json_t *post = wc_quoted_json(
        "{'description':'Signed as Standard Webhooks has it. It may come more than once, with the "
        "same "
        "webhook-id.','security':[],'parameters':[{'name':'webhook-id','in':'header','required':"
        "true,"
        "'schema':{'type':'string'}},{'name':'webhook-timestamp','in':'header','required':true,"
        "'description':'Seconds since 1970, of this attempt.','schema':{'type':'string','pattern':"
        "'^[0-9]+$'}},{'name':'webhook-signature','in':'header','required':true,'description':"
        "'For each secret v1 and the HMAC-SHA256 of id, timestamp and body, in base64.','schema':"
        "{'type':'string'}}],'requestBody':{'required':true,'content':{'application/"
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
    wc_set(media, "schema", event_json(model, flow, type));
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
            const char *type =
                wc_arena_printf(model->arena, "%s.%s", flow->name, wc_notice_name(event));
            if (!json_object_get(hooks, type))
                wc_set(hooks, type, hook_json(model, flow, event, type));
        }
    }
    if (json_object_size(hooks))
        wc_set(document, "webhooks", hooks);
    else
        json_decref(hooks);
}
