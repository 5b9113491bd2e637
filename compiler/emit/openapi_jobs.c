/* The paths of openapi.json that every binary has for its jobs, beside the job itself: the list, the
 * events, the cancel. */
#include "compiler/emit/openapi.h"

/* The refusals that all of them share. */
static void add_refusals(json_t *get, const struct wc_model *model, const char *unreadable)
{
    json_t *replies = json_object_get(get, "responses");
    if (unreadable)
        wc_set(replies, "400", wc_problem_reply(unreadable, false));
    if (model->auth != WR_AUTH_NONE)
        wc_set(replies, "401", wc_problem_reply("No key, or one that is not known.", false));
    wc_set(replies, "503", wc_problem_reply("The store cannot be used.", true));
}

static json_t *list_jobs(const struct wc_model *model)
{
    json_t *get = wc_quoted_json(
        "{'tags':['jobs'],'operationId':'list_jobs','summary':'Your jobs, newest "
        "first.','description':"
        "'A page of them; `next` of a page is `before` of the one after it.',"
        "'parameters':[{'name':'status','in':'query','schema':{'type':'string','enum':['queued',"
        "'processing','completed','degraded','failed','cancelled']}},"
        "{'name':'workflow','in':'query','schema':{'type':'string'}},"
        "{'name':'waiting_for','in':'query','description':'review, retry, or signal and its name; "
        "review lists every job that this key may review.','schema':{'type':'string','pattern':"
        "'^(review|retry|signal .+)$'}},"
        "{'name':'before','in':'query','description':'Older than this job: `next` of the page "
        "before.','schema':{'type':'string','format':'uuid'}},"
        "{'name':'limit','in':'query','schema':{'type':'integer','minimum':1,'maximum':100,"
        "'default':20}}],"
        "'responses':{'200':{'description':'A page.','headers':{'X-Request-Id':{'$ref':"
        "'#/components/headers/RequestId'}},'content':{'application/json':{'schema':{'$ref':"
        "'#/components/schemas/JobPage'}}}}}}");
    add_refusals(get, model, "A query that cannot be read.");
    if (model->auth != WR_AUTH_NONE)
        wc_set(json_object_get(get, "responses"), "403",
               wc_problem_reply("waiting_for=review: this key has no scope for reviews.", false));
    return get;
}

static json_t *job_events(const struct wc_model *model)
{
    json_t *get = wc_quoted_json(
        "{'tags':['jobs'],'operationId':'get_job_events','summary':'What has happened to a job.',"
        "'description':'JSON, or with Accept: text/event-stream the events as they happen, until "
        "the job ends: the id of each is its seq, its data is a JobEvent.',"
        "'parameters':[{'$ref':'#/components/parameters/JobId'},{'name':'Last-Event-ID','in':"
        "'header','description':'Of a stream: go on after this one.','schema':{'type':"
        "'integer','minimum':0}},{'name':'after','in':'query','description':'Of the JSON: events "
        "after this one, `next` of the page before.','schema':{'type':'integer','minimum':0}},"
        "{'name':'limit','in':'query','description':'Of the JSON.','schema':{'type':'integer',"
        "'minimum':1,'maximum':1000,'default':1000}}],"
        "'responses':{'200':{'description':'The events, in order.','headers':{'X-Request-Id':"
        "{'$ref':'#/components/headers/RequestId'},'ETag':{'$ref':'#/components/headers/ETag'}},"
        "'content':{'application/json':{'schema':{'$ref':'#/components/schemas/JobEvents'}},"
        "'text/event-stream':{'schema':{'type':'string'}}}},"
        "'204':{'description':'The job has ended, and Last-Event-ID is its last event: there is "
        "nothing to come back for.'},"
        "'304':{'description':'As it was (If-None-Match).'}}}");
    add_refusals(get, model, "A Last-Event-ID, or a query, that cannot be read.");
    wc_set(json_object_get(get, "responses"), "404",
           wc_problem_reply("There is no such job.", false));
    return get;
}

static json_t *cancel_job(const struct wc_model *model)
{
    json_t *post = wc_quoted_json(
        "{'tags':['jobs'],'operationId':'cancel_job','summary':'Ends a job.','description':"
        "'Outbound work stops at once. A job that has ended stays as it is: cancelling is "
        "idempotent.','parameters':[{'$ref':'#/components/parameters/JobId'}],"
        "'responses':{'200':{'description':'The job, cancelled, or as it had ended.','headers':{"
        "'X-Request-Id':{'$ref':'#/components/headers/RequestId'}},'content':{"
        "'application/json':{}}}}}");
    json_t *reply = json_object_get(json_object_get(post, "responses"), "200");
    json_t *media = json_object_get(json_object_get(reply, "content"), "application/json");
    wc_set(media, "schema", wc_any_job(model));
    add_refusals(post, model, NULL);
    wc_set(json_object_get(post, "responses"), "404",
           wc_problem_reply("There is no such job.", false));
    return post;
}

static void add_path(json_t *paths, const char *name, const char *method, json_t *operation_take)
{
    json_t *path = json_object();
    wc_set(path, method, operation_take);
    wc_set(paths, name, path);
}

/* ---- what is told to a job ---------------------------------------------------------------- */

static json_t *json_content(json_t *schema_take)
{
    json_t *json = json_object(), *media = json_object();
    wc_set(media, "schema", schema_take);
    wc_set(json, "application/json", media);
    return json;
}

static void add_told(json_t *post, const struct wc_model *model, json_t *body_take)
{
    json_t *body = json_object(), *replies = json_object_get(post, "responses");
    json_t *reply = json_object();
    wc_set_flag(body, "required", true);
    wc_set(body, "content", json_content(body_take));
    wc_set(post, "requestBody", body);
    wc_set_text(reply, "description",
                "It is kept. The same again is answered alike and changes nothing.");
    wc_set(reply, "headers",
           wc_quoted_json("{'X-Request-Id':{'$ref':'#/components/headers/RequestId'}}"));
    wc_set(reply, "content", json_content(wc_any_job(model)));
    wc_set(replies, "200", reply);
    add_refusals(post, model, "Not JSON.");
    wc_set(replies, "404", wc_problem_reply("There is no such job.", false));
    wc_set(replies, "409",
           wc_problem_reply("The job does not wait for this, or another one was "
                            "sent and is not yet taken.",
                            false));
    wc_set(replies, "415", wc_problem_reply("The body is not application/json.", false));
    wc_set(replies, "422", wc_problem_reply("The body does not fit: each error is listed.", false));
}

static void add_signal(json_t *paths, const struct wc_model *model, const struct wc_action *action)
{
    const char *path = wc_arena_printf(model->arena, "/jobs/{id}/signals/%s", action->signal);
    if (json_object_get(paths, path))
        return;
    json_t *post = wc_quoted_json(
        "{'tags':['jobs'],'parameters':[{'$ref':"
        "'#/components/parameters/JobId'}],'responses':{}}");
    wc_set_text(post, "operationId", wc_arena_printf(model->arena, "signal_%s", action->signal));
    wc_set_text(
        post, "summary",
        wc_arena_printf(model->arena, "The signal `%s` that a job waits for.", action->signal));
    wc_set_text(post, "description", "The job goes on once the signal is kept.");
    add_told(post, model, wc_ref("schemas", action->as->schema->name));
    add_path(paths, path, "post", post);
}

/* Of every type that is reviewed, the value as it may be edited. */
static void add_reviews(json_t *paths, const struct wc_model *model, json_t *values_take)
{
    json_t *get = wc_quoted_json(
        "{'tags':['jobs'],'operationId':'get_review','summary':'What is under "
        "review.','description':"
        "'The value as it would be served, for whoever decides.',"
        "'parameters':[{'$ref':'#/components/parameters/JobId'}],'responses':{'200':{"
        "'description':'The value, and until when somebody may decide.','content':{"
        "'application/json':{'schema':{'type':'object','required':['job_id','workflow','stage',"
        "'value','until'],'properties':{'job_id':{'type':'string','format':'uuid'},'workflow':{"
        "'type':'string'},'stage':{'type':'string'},'value':{},'until':{'type':'string','format':"
        "'date-time'}}}}}}}}");
    json_t *post = wc_quoted_json(
        "{'tags':['jobs'],'operationId':'review_job','summary':'A decision about what is under "
        "review.','description':'approve serves the value, edit another one, reject "
        "neither.','parameters':[{'$ref':'#/components/parameters/JobId'}],'responses':{}}");
    json_t *body = wc_quoted_json(
        "{'type':'object','required':['decision'],'properties':{'decision':{'type':'string','enum':"
        "['approve','edit','reject']},'reason':{'type':'string','maxLength':2000}},"
        "'additionalProperties':false}");
    json_t *output = json_object();
    if (json_array_size(values_take) == 1) {
        json_object_update(output, json_array_get(values_take, 0));
        json_decref(values_take);
    } else {
        wc_set(output, "anyOf", values_take);
    }
    wc_set_text(output, "description", "With `edit`: what is served instead.");
    wc_set(json_object_get(body, "properties"), "output", output);
    add_refusals(get, model, NULL);
    json_t *replies = json_object_get(get, "responses");
    wc_set(replies, "404", wc_problem_reply("There is no such job.", false));
    wc_set(replies, "409", wc_problem_reply("Nothing of it is under review.", false));
    if (model->auth != WR_AUTH_NONE)
        wc_set(replies, "403", wc_problem_reply("This key has no scope for reviews.", false));
    add_told(post, model, body);
    if (model->auth != WR_AUTH_NONE)
        wc_set(json_object_get(post, "responses"), "403",
               wc_problem_reply("This key has no scope for reviews.", false));
    add_path(paths, "/jobs/{id}/review", "get", get);
    wc_set(json_object_get(paths, "/jobs/{id}/review"), "post", post);
}

static void add_value(json_t *values, const struct wc_schema *schema)
{
    json_t *ref = wc_ref("schemas", schema->name);
    size_t i;
    json_t *old;
    json_array_foreach(values, i, old)
    {
        if (json_equal(old, ref)) {
            json_decref(ref);
            return;
        }
    }
    wc_append(values, ref);
}

static void add_parks(json_t *paths, const struct wc_model *model)
{
    json_t *values = json_array();
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        WC_EACH(k, &flow->stages)
        {
            const struct wc_action *action = &flow->stages.items[k]->action;
            if (action->signal)
                add_signal(paths, model, action);
            if (action->kind == WR_ACT_REVIEW)
                add_value(values, action->as->schema);
        }
    }
    if (json_array_size(values) > 0)
        add_reviews(paths, model, values);
    else
        json_decref(values);
}

void wc_openapi_job_paths(json_t *paths, const struct wc_model *model)
{
    add_path(paths, "/jobs", "get", list_jobs(model));
    add_path(paths, "/jobs/{id}/events", "get", job_events(model));
    add_path(paths, "/jobs/{id}/cancel", "post", cancel_job(model));
    add_parks(paths, model);
}
