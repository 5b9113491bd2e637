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
        "{'tags':['jobs'],'operationId':'list_jobs','summary':'Your jobs, newest first.',"
        "'parameters':[{'name':'status','in':'query','schema':{'type':'string','enum':['queued',"
        "'processing','completed','degraded','failed','cancelled']}},"
        "{'name':'workflow','in':'query','schema':{'type':'string'}},"
        "{'name':'before','in':'query','description':'Older than this job: `next` of the page "
        "before.','schema':{'type':'string','format':'uuid'}},"
        "{'name':'limit','in':'query','schema':{'type':'integer','minimum':1,'maximum':100,"
        "'default':20}}],"
        "'responses':{'200':{'description':'A page.','headers':{'X-Request-Id':{'$ref':"
        "'#/components/headers/RequestId'}},'content':{'application/json':{'schema':{'$ref':"
        "'#/components/schemas/JobPage'}}}}}}");
    add_refusals(get, model, "A query that cannot be read.");
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
        "'integer','minimum':0}}],"
        "'responses':{'200':{'description':'The events, in order.','headers':{'X-Request-Id':"
        "{'$ref':'#/components/headers/RequestId'},'ETag':{'$ref':'#/components/headers/ETag'}},"
        "'content':{'application/json':{'schema':{'$ref':'#/components/schemas/JobEvents'}},"
        "'text/event-stream':{'schema':{'type':'string'}}}},"
        "'204':{'description':'The job has ended, and Last-Event-ID is its last event: there is "
        "nothing to come back for.'},"
        "'304':{'description':'As it was (If-None-Match).'}}}");
    add_refusals(get, model, "A Last-Event-ID that cannot be read.");
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

void wc_openapi_job_paths(json_t *paths, const struct wc_model *model)
{
    add_path(paths, "/jobs", "get", list_jobs(model));
    add_path(paths, "/jobs/{id}/events", "get", job_events(model));
    add_path(paths, "/jobs/{id}/cancel", "post", cancel_job(model));
}
