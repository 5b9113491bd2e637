/* What clients are promised of a route, in each artefact: how long it will be there, and how much one
 * caller may ask of it. */
#include "compiler/emit/life.h"
#include "compiler/check/check.h"
#include "compiler/emit/openapi.h"

#include <inttypes.h>
#include <string.h>

/* ---- C and contract.json ------------------------------------------------------------------ */

void wc_init_limits(struct wc_init *init, const struct wr_limits *limits)
{
    struct wc_init inner = {.arena = init->arena, .indent = init->indent + 8};
    wc_init_number(&inner, "concurrent", limits->concurrent);
    wc_init_number(&inner, "calls", limits->calls);
    wc_init_number(&inner, "calls_per_ms", limits->calls_per_ms);
    wc_init_number(&inner, "tokens", limits->tokens);
    wc_init_number(&inner, "tokens_per_ms", limits->tokens_per_ms);
    if (inner.fields.count)
        wc_init_nested(init, "limits", &inner);
}

void wc_init_life(struct wc_init *init, const struct wc_life *life)
{
    struct wc_init inner = {.arena = init->arena, .indent = init->indent + 8};
    wc_init_text(&inner, "deprecation", life->deprecation_field);
    wc_init_text(&inner, "sunset", life->sunset_field);
    if (inner.fields.count)
        wc_init_nested(init, "life", &inner);
}

void wc_set_life(json_t *json, const struct wc_life *life)
{
    wc_set_text(json, "deprecated", life->since);
    wc_set_text(json, "sunset", life->sunset);
}

void wc_set_quota(json_t *json, const struct wr_limits *limits)
{
    json_t *row = json_object();
    wc_set_number(row, "jobs_under_way", limits->concurrent);
    wc_set_number(row, "requests", limits->calls);
    wc_set_number(row, "requests_per_ms", limits->calls_per_ms);
    if (json_object_size(row) > 0)
        wc_set(json, "limits_of_a_caller", row);
    else
        json_decref(row);
}

/* ---- openapi.json ------------------------------------------------------------------------- */

static bool is_limited(const struct wr_limits *limits)
{
    return limits->calls || limits->concurrent;
}

static void add_words(struct wc_buf *text, struct wc_arena *arena, const char *of,
                      const struct wr_limits *limits)
{
    if (limits->calls)
        wc_buf_printf(text, " A caller may send %" PRIu32 " requests in %s%s.", limits->calls,
                      wc_ms_text(arena, limits->calls_per_ms), of);
    if (limits->concurrent)
        wc_buf_printf(text, " A caller may have %" PRIu32 " jobs under way%s.", limits->concurrent,
                      of);
}

void wc_openapi_life(json_t *operation, const struct wc_model *model,
                     const struct wc_workflow *flow)
{
    const struct wc_life *life = &flow->life;
    struct wc_buf text = {0};
    if (life->since)
        wc_buf_printf(&text, " Deprecated since %s: %s", life->since, life->deprecated);
    if (life->sunset)
        wc_buf_printf(&text, " Gone after %s.", life->sunset);
    add_words(&text, model->arena, "", &flow->limits);
    add_words(&text, model->arena, ", over all routes", &model->limits);
    wc_set_flag(operation, "deprecated", life->since != NULL);
    if (text.len)
        wc_set_text(operation, "description",
                    wc_arena_printf(model->arena, "%s%s",
                                    json_string_value(json_object_get(operation, "description")),
                                    text.data));
    wc_buf_free(&text);
    const char *status;
    json_t *reply;
    json_object_foreach(json_object_get(operation, "responses"), status, reply)
    {
        json_t *headers = json_object_get(reply, "headers");
        if (strcmp(status, "401") == 0) /* nobody knows whose request it was */
            continue;
        if (life->deprecation_field)
            wc_set(headers, "Deprecation", wc_ref("headers", "Deprecation"));
        if (life->sunset_field)
            wc_set(headers, "Sunset", wc_ref("headers", "Sunset"));
        if (is_limited(&flow->limits) || is_limited(&model->limits)) {
            wc_set(headers, "RateLimit", wc_ref("headers", "RateLimit"));
            wc_set(headers, "RateLimit-Policy", wc_ref("headers", "RateLimitPolicy"));
        }
    }
}

void wc_openapi_life_parts(json_t *headers, json_t *schemas, const struct wc_model *model)
{
    bool old = false, ends = false, limited = is_limited(&model->limits);
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        old = old || flow->life.since;
        ends = ends || flow->life.sunset;
        limited = limited || is_limited(&flow->limits);
    }
    if (old)
        wc_set(headers, "Deprecation",
               wc_quoted_json("{'description':'RFC 9745: since when, as @seconds of Unix time.',"
                              "'schema':{'type':'string'}}"));
    if (ends)
        wc_set(headers, "Sunset",
               wc_quoted_json("{'description':'RFC 8594: until when the route is there.',"
                              "'schema':{'type':'string'}}"));
    if (!limited)
        return;
    wc_set(headers, "RateLimit",
           wc_quoted_json("{'description':'What is left (r) of each limit of this caller, and in "
                          "how many seconds there is more (t).','schema':{'type':'string'}}"));
    wc_set(headers, "RateLimitPolicy",
           wc_quoted_json("{'description':'The limits of a caller: how much (q), and in how many "
                          "seconds (w).','schema':{'type':'string'}}"));
    json_t *problem = json_object_get(json_object_get(schemas, "Problem"), "properties");
    wc_set(problem, "violated-policies",
           wc_quoted_json("{'type':'array','items':{'type':'string'},'description':'The limits "
                          "that were reached, as RateLimit-Policy names them.'}"));
}
