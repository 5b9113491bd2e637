/* asyncapi.json (AsyncAPI 3.0): what a binary sends by itself, as the events of a job that a client follows and the
 * webhooks that a receiver is notified with. The schemas are those of openapi.json. */
#include "compiler/emit/machine.h"
#include "compiler/emit/openapi.h"

#include <string.h>

/* What happens to a job; docs/contract.md, "Events". */
static const struct {
    const char *kind, *summary;
} kinds[] = {
    {"accepted", "The job is on the disk and will end."},
    {"entered", "A stage has begun."},
    {"started", "A once effect is about to be sent."},
    {"ended", "An attempt has ended: its class, time, tokens and cost."},
    {"value", "A stage has its value."},
    {"transition", "Which label led to which target."},
    {"published", "A draft can be seen."},
    {"parked", "The job waits for somebody, and until when."},
    {"signalled", "A signal has come."},
    {"reviewed", "Somebody has decided."},
    {"restarted", "A newer binary has begun the job anew."},
    {"checkpoint", "Nothing happened: from here on a long journal is read."},
    {"finished", "The job has ended: the last event."},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* A reference to "#/SECTION/NAME"; `/` in the name is written as RFC 6901 has it. */
static json_t *ref_to(const struct wc_model *model, const char *section, const char *name)
{
    json_t *json = json_object();
    wc_set_text(json, "$ref", wc_arena_printf(model->arena, "#/%s/%s", section, name));
    return json;
}

static json_t *event_message(const struct wc_model *model, size_t i)
{
    json_t *json = json_object(), *payload = json_object(), *all = json_array();
    json_t *kind = wc_quoted_json("{'properties':{'kind':{}}}");
    wc_set_text(json_object_get(json_object_get(kind, "properties"), "kind"), "const",
                kinds[i].kind);
    wc_append(all, ref_to(model, "components/schemas", "JobEvent"));
    wc_append(all, kind);
    wc_set(payload, "allOf", all);
    wc_set_text(json, "name", kinds[i].kind);
    wc_set_text(json, "title", kinds[i].kind);
    wc_set_text(json, "summary", kinds[i].summary);
    wc_set_text(json, "contentType", "application/json");
    wc_set(json, "payload", payload);
    return json;
}

/* The events of a job, one server-sent event each. */
static void add_events(json_t *document, json_t *messages, const struct wc_model *model)
{
    json_t *channel = wc_quoted_json(
        "{'address':'/jobs/{id}/events','title':'Events of a job','description':'Server-sent "
        "events (Accept: text/event-stream): the id of each is its seq, its data the payload. Who "
        "comes back with Last-Event-ID goes on behind it; the stream ends after finished.',"
        "'parameters':{'id':{'description':'The job: its UUID.'}},'messages':{}}");
    json_t *operation = wc_quoted_json(
        "{'action':'send','title':'Follow a job','summary':'What happens to a job, as it "
        "happens.','bindings':{'http':{'method':'GET','bindingVersion':'0.3.0'}}}");
    json_t *list = json_array(), *tags = wc_quoted_json("[{'name':'jobs'}]");
    for (size_t i = 0; i < KINDS; i++) {
        const char *name = wc_arena_printf(model->arena, "event.%s", kinds[i].kind);
        wc_set(messages, name, event_message(model, i));
        wc_set(json_object_get(channel, "messages"), kinds[i].kind,
               ref_to(model, "components/messages", name));
        wc_append(list, ref_to(model, "channels/job_events/messages", kinds[i].kind));
    }
    wc_set(operation, "channel", ref_to(model, "channels", "job_events"));
    wc_set(operation, "messages", list);
    wc_set(operation, "tags", tags);
    if (model->auth == WR_AUTH_BEARER) {
        json_t *security = json_array();
        wc_append(security, ref_to(model, "components/securitySchemes", "bearer"));
        wc_set(operation, "security", security);
    }
    wc_set(json_object_get(document, "channels"), "job_events", channel);
    wc_set(json_object_get(document, "operations"), "follow_job", operation);
}

static void add_hook(json_t *document, json_t *messages, const struct wc_model *model,
                     const struct wc_workflow *flow, enum wc_notice_event event)
{
    struct wc_arena *arena = model->arena;
    const char *name = wc_arena_printf(arena, "on_%s_%s", flow->name, wc_notice_name(event));
    json_t *channels = json_object_get(document, "channels"), *list = json_array();
    if (json_object_get(channels, name)) {
        json_decref(list);
        return;
    }
    json_t *message = json_object(), *channel = json_object(), *operation = json_object();
    json_t *uses = json_object();
    wc_set_text(message, "name", wc_notice_type(model, flow, event));
    wc_set_text(message, "title", wc_notice_type(model, flow, event));
    wc_set_text(message, "summary", wc_notice_summary(event));
    wc_set_text(message, "contentType", "application/cloudevents+json");
    wc_set(message, "headers", wc_notice_headers());
    wc_set(message, "payload", wc_notice_payload(model, flow, event));
    wc_set(messages, name, message);
    wc_set(channel, "address", json_null());
    wc_set_text(channel, "title", wc_notice_type(model, flow, event));
    wc_set_text(channel, "description",
                "A POST to the address that the binary is given. Signed as Standard Webhooks has "
                "it. It may come more than once, with the same webhook-id; 2xx says that it has "
                "arrived, 410 that nobody wants it.");
    wc_set(uses, "sent", ref_to(model, "components/messages", name));
    wc_set(channel, "messages", uses);
    wc_set(channels, name, channel);
    wc_set_text(operation, "action", "send");
    wc_set_text(operation, "title", wc_notice_type(model, flow, event));
    wc_set_text(operation, "summary", wc_notice_summary(event));
    wc_set(operation, "bindings",
           wc_quoted_json("{'http':{'method':'POST','bindingVersion':'0.3.0'}}"));
    wc_set(operation, "tags", wc_quoted_json("[{'name':'webhooks'}]"));
    wc_set(operation, "channel", ref_to(model, "channels", name));
    wc_append(list, ref_to(model, wc_arena_printf(arena, "channels/%s/messages", name), "sent"));
    wc_set(operation, "messages", list);
    wc_set(json_object_get(document, "operations"), name, operation);
}

/* AsyncAPI's `discriminator` is another than OpenAPI's, and says no more than `oneOf` with its tags does. */
static void drop_discriminators(json_t *node)
{
    const char *name;
    json_t *kid;
    size_t i;
    if (json_is_object(json_object_get(json_object_get(node, "discriminator"), "mapping")))
        json_object_del(node, "discriminator");
    json_object_foreach(node, name, kid)
    {
        drop_discriminators(kid);
    }
    json_array_foreach(node, i, kid)
    {
        drop_discriminators(kid);
    }
}

static json_t *info_json(const struct wc_model *model)
{
    json_t *info = wc_openapi_info(model);
    json_object_del(info, "summary");
    json_t *license = json_object_get(info, "license");
    json_object_del(license, "identifier"); /* which AsyncAPI does not have; it is the name, too */
    json_t *tags = json_array(), *own = json_object();
    wc_set_text(own, "name", model->name);
    wc_append(tags, own);
    wc_set(info, "tags", tags);
    return info;
}

void wc_emit_asyncapi(struct wc_buf *out, const struct wc_model *model)
{
    json_t *json = json_object(), *components = json_object(), *messages = json_object();
    json_t *shared = wc_openapi_components(model);
    wc_set_text(json, "asyncapi", "3.0.0");
    wc_set_text(json, "id", wc_arena_printf(model->arena, "urn:wright:%s", model->name));
    wc_set(json, "info", info_json(model));
    wc_set_text(json, "defaultContentType", "application/json");
    wc_set(json, "channels", json_object());
    wc_set(json, "operations", json_object());
    add_events(json, messages, model);
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        WC_EACH(k, &flow->notices)
        {
            add_hook(json, messages, model, flow, flow->notices.items[k].event);
        }
    }
    json_t *schemas = json_incref(json_object_get(shared, "schemas"));
    json_t *security = json_incref(json_object_get(shared, "securitySchemes"));
    json_decref(shared);
    drop_discriminators(schemas);
    wc_set(components, "schemas", schemas);
    wc_set(components, "messages", messages);
    if (security)
        wc_set(components, "securitySchemes", security);
    wc_set(json, "components", components);
    wc_json_take(out, json, WC_INDENTED);
}
