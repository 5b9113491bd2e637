/* `notify on EVENTS to SERVICE`: which events of a workflow which services are told of. */
#include "compiler/model/resolver.h"
#include "compiler/model/scope.h"

#include <string.h>

static const char *const names[WC_NOTICES] = {"done", "fail", "draft"};

const char *wc_notice_name(enum wc_notice_event event)
{
    return names[event];
}

static struct wc_service *service_of(struct wc_resolver *r, struct wc_name name)
{
    struct wc_service *service = wc_need(r, &r->services, name);
    if (service)
        service->used = service->notified = true;
    return service;
}

static bool event_of(struct wc_resolver *r, struct wc_name name, enum wc_notice_event *event)
{
    for (*event = 0; *event < WC_NOTICES; (*event)++)
        if (name.text && strcmp(names[*event], name.text) == 0)
            return true;
    if (!name.text)
        return false;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, name.span, "nobody can be notified of `%s`", name.text);
    wc_diag_label(r->diags, diag, "not an event of a job");
    wc_diag_note(r->diags, diag,
                 "`done` is an end with a result, `fail` one without, `draft` a draft that is "
                 "published");
    wc_suggest_near(r, diag, name, names, WC_NOTICES);
    return false;
}

void wc_resolve_notices(struct wc_workflow_work *work, struct wc_clauses clauses)
{
    struct wc_resolver *r = work->r;
    for (size_t i = 0; i < clauses.count; i++) {
        const struct wc_clause *clause = clauses.items[i];
        if (clause->kind != WC_CLAUSE_NOTIFY)
            continue;
        struct wc_notice notice = {.service = service_of(r, clause->name),
                                   .service_span = clause->name.span};
        WC_EACH(k, &clause->names)
        {
            notice.span = clause->names.items[k].span;
            if (event_of(r, clause->names.items[k], &notice.event) && notice.service)
                wc_push(r->arena, &work->workflow->notices, notice);
        }
    }
}
