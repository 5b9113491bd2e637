/* The tests of a specification: that every name in them means something. Running them is a command of
 * its own, which this version has not; a test that names what is gone would only be found then. */
#include "compiler/model/classes.h"
#include "compiler/model/resolver.h"

#include <string.h>

struct testing {
    struct wc_resolver *r;
    struct wc_table stages;  /* of every workflow */
    struct wc_table targets; /* what a `given` may name: stages, services, models */
};

static void add(struct wc_resolver *r, struct wc_table *table, const char *name, void *item)
{
    struct wc_entry entry = {name, {0}, item};
    if (!wc_lookup(table, name))
        wc_push(r->arena, &table->entries, entry);
}

static void collect(struct testing *testing)
{
    struct wc_resolver *r = testing->r;
    testing->stages.what = "stage";
    testing->targets.what = "stage, service or model";
    WC_EACH(i, &r->model->workflows)
    {
        const struct wc_workflow *workflow = r->model->workflows.items[i];
        WC_EACH(k, &workflow->stages)
        {
            add(r, &testing->stages, workflow->stages.items[k]->name, workflow->stages.items[k]);
        }
    }
    WC_EACH(i, &testing->stages.entries)
    {
        const struct wc_entry *stage = &testing->stages.entries.items[i];
        add(r, &testing->targets, stage->name, stage->item);
    }
    WC_EACH(i, &r->model->services)
    {
        add(r, &testing->targets, r->model->services.items[i]->name, r->model->services.items[i]);
    }
    WC_EACH(i, &r->model->models)
    {
        add(r, &testing->targets, r->model->models.items[i]->name, r->model->models.items[i]);
    }
}

/* The file's text, or NULL where there is none. */
static const struct wc_source *need_file(struct wc_resolver *r, const struct wc_text *file)
{
    return file->bytes ? wc_read_beside(r, file, "fixture") : NULL;
}

/* An outcome: `ok`, a class, a group or a declared error. */
static void need_outcome(struct wc_resolver *r, struct wc_name name)
{
    if (!name.text || strcmp(name.text, "ok") == 0 || wc_group_find(name.text) ||
        wc_class_find(name.text) != WR_CLASS_COUNT || wc_lookup(&r->errors, name.text))
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0304, name.span, "there is no outcome called `%s`", name.text);
    wc_diag_label(r->diags, diag, "neither a class, a group nor a declared error");
    const char *names[WR_CLASS_COUNT];
    for (enum wr_class i = WR_OK; i < WR_CLASS_COUNT; i++)
        names[i] = wc_class_name(i);
    const char *near = wc_nearest(name.text, names, WR_CLASS_COUNT);
    if (near)
        wc_diag_help(r->diags, diag, "did you mean `%s`?", near);
    else
        wc_diag_help(r->diags, diag, "`wright explain E0304` lists the classes and their groups");
}

static void need_choice(struct wc_resolver *r, struct wc_name name, const char *what,
                        const char *const *choices)
{
    size_t count = 0;
    for (; choices[count]; count++)
        if (name.text && strcmp(choices[count], name.text) == 0)
            return;
    if (!name.text)
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, name.span, "`%s` is not %s", name.text, what);
    wc_diag_label(r->diags, diag, "never so");
    wc_suggest_near(r, diag, name, choices, count);
}

static void resolve_expect(struct testing *testing, const struct wc_ast_expect *expect)
{
    static const char *const statuses[] = {"queued", "processing", "completed", "degraded",
                                           "failed", "cancelled",  NULL};
    static const char *const results[] = {"full", "draft", "fallback", "none", NULL};
    struct wc_resolver *r = testing->r;
    if (expect->kind == WC_AST_EXPECT_STATUS)
        need_choice(r, expect->name, "a status", statuses);
    else if (expect->kind == WC_AST_EXPECT_RESULT)
        need_choice(r, expect->name, "a result", results);
    else if (expect->kind == WC_AST_EXPECT_ERROR)
        wc_need(r, &r->errors, expect->name);
    WC_EACH(i, &expect->hops)
    {
        wc_need(r, &testing->stages, expect->hops.items[i].stage);
        need_outcome(r, expect->hops.items[i].label.name);
    }
}

static void resolve_step(struct testing *testing, const struct wc_ast_step *step)
{
    struct wc_resolver *r = testing->r;
    struct wc_workflow *sent = NULL;
    if (step->kind == WC_AST_STEP_GIVEN)
        wc_need(r, &testing->targets,
                step->subject.member.text ? step->subject.member : step->subject.name);
    else if (step->kind == WC_AST_STEP_SEND)
        sent = wc_need(r, &r->workflows, step->name);
    else if (step->kind == WC_AST_STEP_CRASH)
        wc_need(r, &testing->stages, step->name);
    const struct wc_source *file = need_file(r, &step->file);
    if (sent && !sent->example)
        sent->example = file;
    WC_EACH(i, &step->outcomes)
    {
        need_outcome(r, step->outcomes.items[i].class);
        need_file(r, &step->outcomes.items[i].file);
    }
    WC_EACH(i, &step->expects)
    {
        resolve_expect(testing, &step->expects.items[i]);
    }
}

void wc_resolve_tests(struct wc_resolver *r)
{
    struct testing testing = {.r = r};
    collect(&testing);
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_TEST)
            continue;
        WC_EACH(k, &decl->test->steps)
        {
            resolve_step(&testing, &decl->test->steps.items[k]);
        }
    }
}
