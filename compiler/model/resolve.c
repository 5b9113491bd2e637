/* From tree to model: declare every name, then resolve what the names stand for, kind by kind. */
#include "compiler/model/resolve.h"

#include "compiler/model/scope.h"

#include <string.h>

enum { SCHEMA_MAX = 4096, DEPENDENCY_MAX = 1000, WORKFLOW_MAX = 256 };

/* ---- names -------------------------------------------------------------------------------- */

static bool room(struct wc_resolver *r, const struct wc_ast_decl *decl, struct wc_table *table,
                 size_t max, const char *what)
{
    if (table->entries.count < max)
        return true;
    if (!table->full) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0414, decl->name.span,
                                         "a specification has at most %zu %s", max, what);
        wc_diag_label(r->diags, diag, "one too many");
        wc_diag_help(r->diags, diag, "split the specification");
    }
    table->full = true;
    return false;
}

/* A new item of `list`, declared under the declaration's name. */
#define DECLARE(r, decl, table, list, max, what, type, item)                                       \
    do {                                                                                           \
        struct type *item = WC_NEW((r)->arena, struct type);                                       \
        item->id = (list)->count;                                                                  \
        item->name = (decl)->name.text;                                                            \
        item->doc = (decl)->doc;                                                                   \
        item->span = (decl)->name.span;                                                            \
        if (room(r, decl, table, max, what) && wc_declare(r, table, (decl)->name, item))           \
            wc_push((r)->arena, list, item);                                                       \
    } while (0)

static void declare_schema(struct wc_resolver *r, const struct wc_ast_decl *decl)
{
    struct wc_model *model = r->model;
    struct wc_schema *schema = WC_NEW(r->arena, struct wc_schema);
    schema->id = model->schemas.count;
    schema->name = decl->name.text;
    schema->doc = decl->doc;
    schema->span = decl->name.span;
    if (!room(r, decl, &r->schemas, SCHEMA_MAX, "schemas") ||
        !wc_declare(r, &r->schemas, decl->name, schema))
        return;
    wc_begin_schema(r, schema, decl);
    if (decl->schema->alias)
        wc_push(r->arena, &model->aliases, schema);
    else
        wc_push(r->arena, &model->schemas, schema);
}

static void declare(struct wc_resolver *r, const struct wc_ast_decl *decl)
{
    struct wc_model *model = r->model;
    switch (decl->kind) {
    case WC_DECL_SCHEMA:
        declare_schema(r, decl);
        break;
    case WC_DECL_ERROR:
        DECLARE(r, decl, &r->errors, &model->errors, WC_USER_ERROR_MAX, "errors", wc_user_error,
                error);
        break;
    case WC_DECL_SERVICE:
        DECLARE(r, decl, &r->services, &model->services, DEPENDENCY_MAX, "services", wc_service,
                service);
        break;
    case WC_DECL_MODEL:
        DECLARE(r, decl, &r->models, &model->models, DEPENDENCY_MAX, "models", wc_ai_model, one);
        break;
    case WC_DECL_WORKFLOW:
        DECLARE(r, decl, &r->workflows, &model->workflows, WORKFLOW_MAX, "workflows", wc_workflow,
                workflow);
        break;
    case WC_DECL_FUNCTION:
        DECLARE(r, decl, &r->functions, &model->functions, DEPENDENCY_MAX, "functions", wc_hook,
                function);
        break;
    case WC_DECL_ACCEPT:
        wc_resolve_accept(r, decl);
        break;
    default:
        break;
    }
}

static void declare_all(struct wc_resolver *r)
{
    r->schemas.what = "schema";
    r->errors.what = "error";
    r->services.what = "service";
    r->models.what = "model";
    r->functions.what = "function";
    r->workflows.what = "workflow";
    WC_EACH(i, &r->file->decls)
    {
        declare(r, r->file->decls.items[i]);
    }
}

/* ---- the api ------------------------------------------------------------------------------ */

static void resolve_auth(struct wc_resolver *r, const struct wc_ast_decl *decl,
                         const struct wc_clause *auth)
{
    if (!auth && !r->parsed)
        return; /* it may be what a syntax error has hidden */
    if (!auth) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0406, decl->name.span,
                                         "api %s does not say who may call it", decl->name.text);
        wc_diag_label(r->diags, diag, "`auth` is missing");
        wc_diag_note(r->diags, diag, "an API that is open to all says so");
        wc_diag_help(r->diags, diag, "add `auth bearer keys env SOME_KEYS`, or `auth none`");
        return;
    }
    if (auth->word == WC_WORD_AUTH_NONE)
        return;
    r->model->auth = WR_AUTH_BEARER;
    r->model->keys_env = auth->name.text;
    r->model->keys_span = auth->name.span;
    if (auth->word == WC_WORD_BEARER_KEYS)
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0413, auth->span,
                                     "callers of an api are told apart by `bearer keys`");
    wc_diag_label(r->diags, diag, "this is for calling others");
    wc_diag_help(r->diags, diag, "write `auth bearer keys env SOME_KEYS`, or `auth none`");
}

/* Whom to ask about the api: a mail address or a page. */
static const char *whom_to_ask(struct wc_resolver *r, const struct wc_clause *contact)
{
    if (!contact)
        return NULL;
    const char *text = contact->text.bytes;
    struct wc_type mail = {.kind = WC_TYPE_EMAIL}, page = {.kind = WC_TYPE_URI};
    wc_usual_bounds(&mail);
    wc_usual_bounds(&page);
    bool web = strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
    if (wc_has_format(web ? &page : &mail, text, contact->text.len))
        return text;
    struct wc_diag *diag = wc_report(r->diags, WC_E0835, contact->text.span,
                                     "`%s` is neither a mail address nor a web page", text);
    wc_diag_label(r->diags, diag, "nobody can be asked there");
    wc_diag_help(r->diags, diag,
                 "write `contact \"name@example.com\"` or a page that begins with `https://`");
    return NULL;
}

/* An identifier or expression of SPDX, or the address of the licence's text. */
static const char *license_of(struct wc_resolver *r, const struct wc_clause *license)
{
    if (!license)
        return NULL;
    const char *text = license->text.bytes;
    struct wc_type page = {.kind = WC_TYPE_URI};
    wc_usual_bounds(&page);
    static const char spdx[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+:() ";
    bool web = strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
    if (web ? wc_has_format(&page, text, license->text.len)
            : *text && strspn(text, spdx) == license->text.len)
        return text;
    struct wc_diag *diag = wc_report(r->diags, WC_E0835, license->text.span,
                                     "`%s` is neither an SPDX identifier nor a web page", text);
    wc_diag_label(r->diags, diag, "no tool can tell the licence by it");
    wc_diag_help(r->diags, diag,
                 "write `license \"Apache-2.0\"`, `license \"LicenseRef-Terms\"`, or the address "
                 "of its text");
    return NULL;
}

static void resolve_api(struct wc_resolver *r, const struct wc_ast_decl *decl)
{
    struct wc_model *model = r->model;
    struct wc_clauses all = {decl->api->clauses.items, decl->api->clauses.count,
                             wc_arena_printf(r->arena, "api %s", decl->name.text)};
    model->name = decl->name.text;
    model->doc = decl->doc;
    model->span = decl->name.span;
    model->version = decl->api->version.bytes ? decl->api->version.bytes : "";
    struct wc_clause *summary = wc_clause_one(r, all, WC_CLAUSE_SUMMARY);
    model->summary = summary ? summary->text.bytes : "";
    model->contact = whom_to_ask(r, wc_clause_one(r, all, WC_CLAUSE_CONTACT));
    model->license = license_of(r, wc_clause_one(r, all, WC_CLAUSE_LICENSE));
    resolve_auth(r, decl, wc_clause_one(r, all, WC_CLAUSE_AUTH));
    wc_resolve_life(r, all, &model->life);
    wc_resolve_quota(r, all, &model->limits);
}

static void resolve_apis(struct wc_resolver *r)
{
    const struct wc_ast_decl *first = NULL;
    struct wc_diag *diag;
    r->model->name = r->model->version = r->model->summary = "";
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_API || !decl->name.text)
            continue;
        if (!first) {
            first = decl;
            resolve_api(r, decl);
            continue;
        }
        diag = wc_report(r->diags, WC_E0402, decl->name.span, "a specification is one api");
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, first->name.span, "the first");
        if (decl->name.span.source == first->name.span.source)
            wc_diag_help(r->diags, diag, "put it into a file of its own");
        else
            wc_diag_help(r->diags, diag,
                         "move what both need into a file without an api, and import that");
    }
    if (first || r->diags->errors > 0)
        return;
    struct wc_span start = {.source = r->file->source};
    diag = wc_report(r->diags, WC_E0406, start, "this specification declares no api");
    wc_diag_label(r->diags, diag, "`api` is missing");
    wc_diag_help(r->diags, diag, "begin with `api name version \"0.1.0\" { auth none }`");
}

bool wc_resolve_workflow_now(struct wc_resolver *r, struct wc_workflow *workflow)
{
    if (workflow->progress != WC_WORKFLOW_NEW)
        return workflow->progress == WC_WORKFLOW_CLOSED;
    workflow->progress = WC_WORKFLOW_OPEN;
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind == WC_DECL_WORKFLOW && wc_is_at(workflow->span, decl->name.span))
            wc_resolve_workflow(r, decl, workflow);
    }
    workflow->progress = WC_WORKFLOW_CLOSED;
    return true;
}

struct wc_model *wc_resolve(struct wc_arena *arena, struct wc_interner *names,
                            const struct wc_file *file, struct wc_diags *diags)
{
    struct wc_model *model = WC_NEW(arena, struct wc_model);
    struct wc_resolver r = {
        .arena = arena, .names = names, .diags = diags, .file = file, .model = model};
    model->arena = arena;
    model->source = file->source;
    wc_resolve_imports(&r);
    r.parsed = model->parsed = diags->errors == 0;
    declare_all(&r);
    resolve_apis(&r);
    wc_resolve_schemas(&r);
    wc_resolve_errors(&r);
    wc_resolve_services(&r);
    wc_resolve_hooks(&r);
    wc_resolve_models(&r);
    size_t before = diags->list.count;
    WC_EACH(i, &r.file->decls)
    {
        const struct wc_ast_decl *decl = r.file->decls.items[i];
        if (decl->kind != WC_DECL_WORKFLOW)
            continue;
        struct wc_workflow *workflow = wc_lookup(&r.workflows, decl->name.text);
        if (workflow)
            wc_resolve_workflow_now(&r, workflow);
    }
    wc_forget_repeated(diags, before); /* an operation that several stages use is wrong once */
    wc_resolve_tests(&r);
    return model;
}
