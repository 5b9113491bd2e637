/* The parts of openapi.json (OpenAPI 3.1). */
#ifndef WC_EMIT_OPENAPI_H
#define WC_EMIT_OPENAPI_H

#include "compiler/emit/document.h"

/* JSON written with single quotes, which C reads more easily; no apostrophes inside. */
json_t *wc_quoted_json(const char *text);
/* Schemas, parameters and headers that every API has, and the schemas of this one. */
json_t *wc_openapi_components(const struct wc_model *model);
/* openapi_jobs.c: /jobs, and what there is below a job. */
void wc_openapi_job_paths(json_t *paths, const struct wc_model *model);
/* The schema of a job of any workflow. */
json_t *wc_any_job(const struct wc_model *model);
/* A reply of problem+json. */
json_t *wc_problem_reply(const char *description, bool retry_after);
/* The name of the component for the envelope of a workflow's jobs. */
const char *wc_job_component(struct wc_arena *arena, const struct wc_workflow *flow);
json_t *wc_ref(const char *kind, const char *name);

/* Some stage of it fails with the error. */
bool wc_fails_with(const struct wc_workflow *flow, const struct wc_user_error *error);

/* openapi_examples.c: jobs in the replies of a workflow; then a problem for every status of every path, with
 * the fields that go with it. */
void wc_openapi_show_jobs(json_t *replies, const struct wc_model *model,
                          const struct wc_workflow *flow);
void wc_openapi_show_problems(json_t *paths);

json_t *wc_openapi_info(const struct wc_model *model);

/* openapi_hooks.c: the section `webhooks`, where anybody is notified. */
void wc_openapi_hooks(json_t *document, const struct wc_model *model);
/* What a receiver is sent: the type of the event, what has happened, the schemas of the body and of the fields. */
const char *wc_notice_type(const struct wc_model *model, const struct wc_workflow *flow,
                           enum wc_notice_event event);
const char *wc_notice_summary(enum wc_notice_event event);
json_t *wc_notice_payload(const struct wc_model *model, const struct wc_workflow *flow,
                          enum wc_notice_event event);
json_t *wc_notice_headers(void);

#endif
