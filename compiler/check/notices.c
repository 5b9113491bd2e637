/* Notifications: to whom a signature can be shown, of what happens, once, and with nothing in them that is
 * labelled. */
#include "compiler/check/check.h"
#include "compiler/model/type.h"

static void check_sign(struct wc_diags *diags, const struct wc_notice *notice)
{
    const struct wc_service *service = notice->service;
    if (service->sign_env)
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0780, notice->service_span,
                                     "notifications to `%s` are not signed", service->name);
    wc_diag_label(diags, diag, "cannot tell them from anybody else's");
    wc_diag_also(diags, diag, service->span, "has no `sign`");
    wc_diag_help(diags, diag, "add `sign env SOME_SECRET` to service %s", service->name);
}

static bool publishes(const struct wc_workflow *workflow)
{
    WC_EACH(i, &workflow->stages)
    {
        if (workflow->stages.items[i]->action.kind == WR_ACT_DRAFT)
            return true;
    }
    return false;
}

static void check_draft(struct wc_diags *diags, const struct wc_workflow *workflow,
                        const struct wc_notice *notice)
{
    if (notice->event != WC_NOTICE_DRAFT || workflow->partial || publishes(workflow))
        return;
    struct wc_diag *diag = wc_report(diags, WC_E0781, notice->span,
                                     "workflow %s never publishes a draft", workflow->name);
    wc_diag_label(diags, diag, "will not happen");
    wc_diag_help(diags, diag, "delete `draft` here, or publish one: `reply draft with …`");
}

static void check_twice(struct wc_diags *diags, const struct wc_workflow *workflow, size_t at)
{
    const struct wc_notice *notice = &workflow->notices.items[at];
    for (size_t i = 0; i < at; i++) {
        const struct wc_notice *other = &workflow->notices.items[i];
        if (other->service != notice->service || other->event != notice->event)
            continue;
        struct wc_diag *diag =
            wc_report(diags, WC_E0782, notice->span, "`%s` is notified of `%s` twice",
                      notice->service->name, wc_notice_name(notice->event));
        wc_diag_label(diags, diag, "the second time");
        wc_diag_also(diags, diag, other->span, "the first");
        wc_diag_help(diags, diag, "delete one of them");
        return;
    }
}

/* What is sent is the job as its caller sees it, output included. */
static void check_output(struct wc_diags *diags, const struct wc_workflow *workflow,
                         const struct wc_notice *notice)
{
    const struct wc_schema *output = workflow->output;
    for (size_t i = 0; output && i < output->fields.count; i++) {
        const struct wc_field *field = &output->fields.items[i];
        unsigned labels = field->labels | wc_labels_in(field->type);
        if (!labels)
            continue;
        struct wc_diag *diag = wc_report(diags, WC_E0783, notice->service_span,
                                         "a notification to `%s` would carry "
                                         "what is labelled",
                                         notice->service->name);
        wc_diag_label(diags, diag, "gets the output of %s", workflow->name);
        wc_diag_also(diags, diag, field->span, "this is %s",
                     labels & WC_LABEL_SECRET ? "@secret" : "@pii");
        wc_diag_note(diags, diag, "a notification has the job as its caller sees it in it");
        wc_diag_help(diags, diag,
                     "if it may leave, put it into a field without a label, by `reveal`; else "
                     "delete the `notify`");
        return;
    }
}

static void check_unused(struct wc_model *model, struct wc_diags *diags,
                         const struct wc_service *service)
{
    if (service->notified || diags->errors > 0 || service->span.source != model->source)
        return;
    const char *const names[] = {"sign", "allow private"};
    const bool there[] = {service->sign_env != NULL, service->allow_private};
    const struct wc_span spans[] = {service->sign_span, service->private_span};
    for (size_t i = 0; i < 2; i++) {
        if (!there[i])
            continue;
        struct wc_diag *diag = wc_report(diags, WC_E0408, spans[i], "nothing uses the `%s` of `%s`",
                                         names[i], service->name);
        wc_diag_label(diags, diag, "no workflow notifies it");
        wc_diag_help(diags, diag, "delete it, or notify it: `notify on done, fail to %s`",
                     service->name);
    }
}

void wc_check_notices(struct wc_model *model, struct wc_diags *diags)
{
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        WC_EACH(k, &workflow->notices)
        {
            const struct wc_notice *notice = &workflow->notices.items[k];
            bool first = k == 0 || workflow->notices.items[k - 1].service != notice->service;
            if (first) {
                check_sign(diags, notice);
                check_output(diags, workflow, notice);
            }
            check_draft(diags, workflow, notice);
            check_twice(diags, workflow, k);
        }
    }
    WC_EACH(i, &model->services)
    {
        check_unused(model, diags, model->services.items[i]);
    }
}
