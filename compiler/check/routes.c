/* Routes: no two alike, and none that the binary serves itself. */
#include "compiler/check/check.h"

#include <string.h>

static const char *const own[] = {"/jobs",  "/openapi.json", "/contract.json",
                                  "/livez", "/readyz",       "/metrics"};

static void check_own(struct wc_diags *diags, const struct wc_workflow *workflow)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        size_t len = strlen(own[i]);
        if (strncmp(workflow->path, own[i], len) != 0 ||
            (workflow->path[len] != '\0' && workflow->path[len] != '/'))
            continue;
        struct wc_diag *diag = wc_report(diags, WC_E0411, workflow->route_span,
                                         "every binary serves %s itself", own[i]);
        wc_diag_label(diags, diag, "this path is taken");
        wc_diag_help(diags, diag, "choose another path");
    }
}

void wc_check_routes(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        if (!workflow->path || workflow->path[0] != '/')
            continue;
        check_own(diags, workflow);
        for (size_t k = 0; k < i; k++) {
            const struct wc_workflow *other = model->workflows.items[k];
            if (strcmp(other->path, workflow->path) != 0 ||
                strcmp(other->method, workflow->method) != 0)
                continue;
            struct wc_diag *diag =
                wc_report(diags, WC_E0411, workflow->route_span, "%s and %s have the same route",
                          other->name, workflow->name);
            wc_diag_label(diags, diag, "the second");
            wc_diag_also(diags, diag, other->route_span, "the first");
            wc_diag_note(diags, diag, "a request could start either of them");
            wc_diag_help(diags, diag, "give one of them another path");
            break;
        }
    }
}
