/* User errors: each extends one leaf of the class tree. */
#include "compiler/model/classes.h"
#include "compiler/model/resolver.h"

#include <string.h>

static enum wr_class class_of(struct wc_resolver *r, struct wc_name name)
{
    enum wr_class class = wc_class_find(name.text);
    if (class != WR_CLASS_COUNT)
        return class;
    struct wc_diag *diag;
    const struct wc_group *group = wc_group_find(name.text);
    if (group) {
        diag = wc_report(r->diags, WC_E0304, name.span,
                         "an error extends one class, and `%s` is a group of them", name.text);
        wc_diag_label(r->diags, diag, "a group");
        wc_diag_help(r->diags, diag, "choose one of %s", wc_classes_text(r->arena, group->classes));
        return WR_CLASS_server_error;
    }
    diag = wc_report(r->diags, WC_E0304, name.span, "there is no error class `%s`", name.text);
    wc_diag_label(r->diags, diag, "not a class");
    const char *names[WR_CLASS_COUNT];
    size_t count = 0;
    for (enum wr_class i = WR_OK + 1; i < WR_CLASS_COUNT; i++)
        names[count++] = wc_class_name(i);
    wc_suggest_near(r, diag, name, names, count);
    return WR_CLASS_server_error;
}

static void refuse_class_name(struct wc_resolver *r, struct wc_name name)
{
    bool is_class = wc_class_find(name.text) != WR_CLASS_COUNT;
    if (!is_class && !wc_group_find(name.text))
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0403, name.span,
                                     "an error cannot be called `%s`: it is %s of the language",
                                     name.text, is_class ? "an error class" : "a group of classes");
    wc_diag_label(r->diags, diag, "this name is taken");
    wc_diag_note(r->diags, diag, "a label of a transition could mean either");
    wc_diag_help(r->diags, diag, "choose a name that says what went wrong for the client");
}

void wc_resolve_errors(struct wc_resolver *r)
{
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_ERROR)
            continue;
        struct wc_user_error *error = wc_lookup(&r->errors, decl->name.text);
        if (!error || !wc_is_at(error->span, decl->name.span))
            continue;
        const struct wc_ast_user_error *ast = decl->error;
        if (!wc_refuse_reserved(r, decl->name, "error"))
            refuse_class_name(r, decl->name);
        if (ast->class.text)
            error->class = class_of(r, ast->class);
        error->message = ast->message.bytes ? ast->message.bytes : "";
        error->status = (uint16_t)wc_uint(r, &ast->status, 400, 599, "the status of an error");
        if (error->status == 0)
            error->status = wc_class_status(error->class);
        error->retryable = wc_class_retryable(error->class);
        error->retry_after_ms =
            wc_uint(r, &ast->retry_after, 0, INT64_C(86400000), "`retry after`, in milliseconds,");
        if (error->retry_after_ms)
            error->retryable = true;
    }
}
