/* The tests of a specification: every name in them means something, and what they give is JSON. Only
 * `wright test` runs them, but a test that names what is gone is found by every command. */
#include "compiler/model/classes.h"
#include "compiler/model/fixtures.h"
#include "compiler/model/resolver.h"
#include "compiler/model/vain.h"

#include <inttypes.h>
#include <string.h>

struct testing {
    struct wc_resolver *r;
    struct wc_table stages;         /* of every workflow */
    struct wc_table targets;        /* what a `given` may name: stages, services, models */
    struct wc_table signals;        /* that some stage waits for */
    const struct wc_ast_test *test; /* the one at hand */
    struct wc_workflow *sent;       /* of the newest `send` of the test */
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
    testing->signals.what = "signal";
    testing->targets.what = "stage, service or model";
    WC_EACH(i, &r->model->workflows)
    {
        const struct wc_workflow *workflow = r->model->workflows.items[i];
        WC_EACH(k, &workflow->stages)
        {
            struct wc_stage *stage = workflow->stages.items[k];
            add(r, &testing->stages, stage->name, stage);
            if (stage->action.signal)
                add(r, &testing->signals, stage->action.signal, stage);
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

/* ---- values ------------------------------------------------------------------------------- */

/* A value that is written out, as JSON; false where it is not. */
static bool add_json(struct wc_buf *out, const struct wc_ast_expr *ast)
{
    struct wc_literal literal;
    if (wc_literal_of(ast, &literal)) {
        if (literal.kind == WC_LIT_STRING)
            wc_buf_json(out, literal.text, literal.len);
        else if (literal.kind == WC_LIT_INT)
            wc_buf_printf(out, "%" PRId64, literal.integer);
        else if (literal.kind == WC_LIT_NUMBER)
            wc_buf_printf(out, "%.17g", literal.number);
        else
            wc_buf_text(out, literal.kind == WC_LIT_NULL ? "null"
                             : literal.integer           ? "true"
                                                         : "false");
        return true;
    }
    bool object = ast->kind == WC_AST_OBJECT;
    if (!object && ast->kind != WC_AST_LIST)
        return false;
    wc_buf_char(out, object ? '{' : '[');
    WC_EACH(i, &ast->entries)
    {
        const struct wc_ast_entry *entry = &ast->entries.items[i];
        if (entry->spread)
            return false;
        if (i > 0)
            wc_buf_char(out, ',');
        if (object) {
            wc_buf_json(out, entry->key.text, strlen(entry->key.text));
            wc_buf_char(out, ':');
        }
        if (!add_json(out, entry->value))
            return false;
    }
    wc_buf_char(out, object ? '}' : ']');
    return true;
}

/* A payload as JSON: a file's text, or a value that is written out. NULL: none, or it was reported. */
static const char *json_of(struct wc_resolver *r, const struct wc_text *file,
                           const struct wc_ast_expr *value)
{
    struct wc_buf out = {0};
    const char *json = NULL;
    if (file->bytes) {
        const struct wc_source *read = wc_read_beside(r, file, "fixture");
        return read ? read->text : NULL;
    }
    if (!value)
        return NULL;
    if (add_json(&out, value)) {
        json = wc_arena_copy(r->arena, out.data, out.len);
    } else {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0516, value->span, "a test's value is written out");
        wc_diag_label(r->diags, diag, "this would have to be computed");
        wc_diag_help(r->diags, diag, "write the literal, or take it from a file: `file \"…\"`");
    }
    wc_buf_free(&out);
    return json;
}

/* ---- names -------------------------------------------------------------------------------- */

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

/* What a call can fail with: one class. */
static enum wr_class need_class(struct wc_resolver *r, struct wc_name name)
{
    enum wr_class class = name.text ? wc_class_find(name.text) : WR_CLASS_COUNT;
    if (class != WR_CLASS_COUNT)
        return class;
    need_outcome(r, name);
    if (!name.text || (!wc_group_find(name.text) && !wc_lookup(&r->errors, name.text)))
        return WR_CLASS_connect_failed;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0413, name.span, "`%s` is not one error class", name.text);
    wc_diag_label(r->diags, diag, "a call fails with one class");
    if (wc_group_find(name.text))
        wc_diag_help(r->diags, diag, "name one of its classes: `wright explain E0304` lists them");
    else
        wc_diag_help(r->diags, diag,
                     "to see a check fail, let the stage return a value that does not pass it");
    return WR_CLASS_connect_failed;
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

/* ---- steps -------------------------------------------------------------------------------- */

/* "terms: ok, gather: company.connect_failed" */
static const char *path_text(struct testing *testing, const struct wc_ast_expect *expect)
{
    struct wc_resolver *r = testing->r;
    struct wc_buf out = {0};
    WC_EACH(i, &expect->hops)
    {
        const struct wc_ast_hop *hop = &expect->hops.items[i];
        wc_need(r, &testing->stages, hop->stage);
        need_outcome(r, hop->label.name);
        wc_buf_printf(&out, "%s%s: %s%s%s", i ? ", " : "", hop->stage.text,
                      hop->label.member.text ? hop->label.member.text : "",
                      hop->label.member.text ? "." : "",
                      hop->label.name.text ? hop->label.name.text : "");
    }
    const char *text = wc_arena_copy(r->arena, out.data, out.len);
    wc_buf_free(&out);
    return text;
}

static void resolve_that(struct testing *testing, const struct wc_ast_expect *expect,
                         struct wc_expected *expected)
{
    struct wc_resolver *r = testing->r;
    struct wc_span span = expect->value->span;
    expected->text = wc_arena_copy(r->arena, span.source->text + span.start, span.end - span.start);
    expected->workflow = testing->sent;
    if (testing->sent && testing->sent->output)
        wc_resolve_expectation(r, &testing->stages, testing->sent, expect->value, expected);
    else if (!testing->sent && r->parsed)
        wc_diag_help(
            r->diags,
            wc_report(r->diags, WC_E0517, span, "nothing was sent before this is expected"),
            "say what is sent first: `send WORKFLOW …`");
}

static struct wc_expected resolve_expect(struct testing *testing,
                                         const struct wc_ast_expect *expect)
{
    static const char *const statuses[] = {"queued", "processing", "completed", "degraded",
                                           "failed", "cancelled",  NULL};
    static const char *const results[] = {"full", "draft", "fallback", "none", NULL};
    static const enum wr_expect_kind kinds[] = {
        [WC_AST_EXPECT_STATUS] = WR_EXPECT_STATUS, [WC_AST_EXPECT_RESULT] = WR_EXPECT_RESULT,
        [WC_AST_EXPECT_ERROR] = WR_EXPECT_ERROR,   [WC_AST_EXPECT_WITHIN] = WR_EXPECT_WITHIN,
        [WC_AST_EXPECT_PATH] = WR_EXPECT_PATH,     [WC_AST_EXPECT_THAT] = WR_EXPECT_THAT,
    };
    struct wc_resolver *r = testing->r;
    struct wc_expected expected = {.kind = kinds[expect->kind],
                                   .span = expect->span,
                                   .text = expect->name.text,
                                   .ms = expect->number.integer};
    if (expect->kind == WC_AST_EXPECT_STATUS)
        need_choice(r, expect->name, "a status", statuses);
    else if (expect->kind == WC_AST_EXPECT_RESULT)
        need_choice(r, expect->name, "a result", results);
    else if (expect->kind == WC_AST_EXPECT_ERROR)
        wc_need(r, &r->errors, expect->name);
    else if (expect->kind == WC_AST_EXPECT_PATH)
        expected.text = path_text(testing, expect);
    else if (expect->kind == WC_AST_EXPECT_THAT)
        resolve_that(testing, expect, &expected);
    return expected;
}

static struct wc_stage *tool_of(struct wc_resolver *r, const struct wc_stage *stage,
                                struct wc_name name)
{
    const char **names = WC_NEW_ARRAY(r->arena, const char *, stage->members.count + 1);
    for (size_t i = 0; i < stage->members.count; i++) {
        names[i] = stage->members.items[i]->name;
        if (names[i] == name.text)
            return stage->members.items[i];
    }
    if (!name.text || !r->parsed)
        return NULL;
    struct wc_diag *diag = wc_report(r->diags, WC_E0401, name.span,
                                     "stage `%s` has no tool called `%s`", stage->name, name.text);
    wc_diag_label(r->diags, diag, "nothing that its model could call");
    wc_diag_also(r->diags, diag, stage->span, "the stage");
    wc_suggest_near(r, diag, name, names, stage->turns ? stage->members.count : 0);
    return NULL;
}

/* What a model calls, as JSON: the tools of its stage, each with its arguments. */
static const char *calls_of(struct wc_resolver *r, const struct wc_ast_outcome *outcome,
                            const struct wc_stage *stage)
{
    struct wc_buf out = {0};
    wc_buf_char(&out, '[');
    WC_EACH(i, &outcome->calls)
    {
        const struct wc_ast_called *call = &outcome->calls.items[i];
        const char *json = json_of(r, &call->file, call->value);
        if (stage)
            tool_of(r, stage, call->tool);
        wc_buf_printf(&out, "%s{\"name\":\"%s\",\"arguments\":%s}", i ? "," : "",
                      call->tool.text ? call->tool.text : "", json ? json : "{}");
    }
    wc_buf_char(&out, ']');
    const char *text = wc_arena_copy(r->arena, out.data, out.len);
    wc_buf_free(&out);
    return text;
}

static struct wc_given resolve_given(struct wc_resolver *r, const struct wc_ast_outcome *outcome)
{
    static const enum wr_given_kind kinds[] = {
        [WC_AST_RETURNS] = WR_GIVEN_RETURNS, [WC_AST_TAKES] = WR_GIVEN_TAKES,
        [WC_AST_FAILS] = WR_GIVEN_FAILS,     [WC_AST_SILENT] = WR_GIVEN_SILENT,
        [WC_AST_CUT] = WR_GIVEN_CUT,         [WC_AST_CALLS] = WR_GIVEN_CALLS,
    };
    struct wc_given given = {.kind = kinds[outcome->kind]};
    given.json = json_of(r, &outcome->file, outcome->value);
    if (outcome->kind == WC_AST_CUT)
        given.bytes = outcome->number.integer;
    else
        given.ms = outcome->number.integer;
    if (outcome->kind == WC_AST_FAILS)
        given.class = need_class(r, outcome->class);
    return given;
}

/* Of `gather.news` the stage must be known, and the member one of its. */
static void resolve_subject(struct testing *testing, const struct wc_ast_label *subject,
                            struct wc_test_step *step)
{
    struct wc_resolver *r = testing->r;
    struct wc_name first = subject->member.text ? subject->member : subject->name;
    wc_need(r, step->kind == WR_STEP_CRASH ? &testing->stages : &testing->targets, first);
    step->is_upstream = first.text && !wc_lookup(&testing->stages, first.text);
    step->subject = first.text;
    struct wc_stage *stage = first.text ? wc_lookup(&testing->stages, first.text) : NULL;
    if (stage && r->parsed && subject->member.text && subject->name.text &&
        !wc_has_member(r, first.text, subject->name.text))
        wc_need_member(r, stage, subject->name);
    if (subject->member.text && subject->name.text)
        step->subject = wc_arena_printf(r->arena, "%s/%s", first.text, subject->name.text);
}

/* ---- sending ------------------------------------------------------------------------------- */

static void resolve_send(struct testing *testing, const struct wc_ast_step *ast,
                         struct wc_test_step *step)
{
    struct wc_workflow *sent = wc_need(testing->r, &testing->r->workflows, ast->name);
    step->workflow = testing->sent = sent;
    step->json = json_of(testing->r, &ast->file, ast->value);
    if (sent)
        wc_check_sent(testing->r, step->json, ast->value ? ast->value->span : ast->file.span,
                      sent->input);
    if (sent && !step->json && !ast->file.bytes && !ast->value)
        step->json = "{}";
    if (sent)
        wc_show_sent(testing->r, step->json, sent);
}

/* A signal that some stage waits for, or a decision. */
static void resolve_telling(struct testing *testing, const struct wc_ast_step *ast,
                            struct wc_test_step *step)
{
    static const char *const decisions[] = {"approve", "edit", "reject", NULL};
    struct wc_resolver *r = testing->r;
    step->json = json_of(r, &ast->file, ast->value);
    if (ast->kind == WC_AST_STEP_REVIEW)
        need_choice(r, ast->name, "a decision", decisions);
    else if (ast->kind == WC_AST_STEP_SIGNAL)
        wc_need(r, &testing->signals, ast->name);
}

static void resolve_step(struct testing *testing, const struct wc_ast_step *ast,
                         struct wc_test *test)
{
    static const enum wr_test_step_kind kinds[] = {
        [WC_AST_STEP_GIVEN] = WR_STEP_GIVEN,   [WC_AST_STEP_SEND] = WR_STEP_SEND,
        [WC_AST_STEP_SIGNAL] = WR_STEP_SIGNAL, [WC_AST_STEP_REVIEW] = WR_STEP_REVIEW,
        [WC_AST_STEP_CRASH] = WR_STEP_CRASH,   [WC_AST_STEP_EXPECT] = WR_STEP_EXPECT,
    };
    struct wc_resolver *r = testing->r;
    struct wc_test_step step = {.kind = kinds[ast->kind], .span = ast->span, .at_ms = -1};
    if (ast->at.span.source)
        step.at_ms = ast->at.integer;
    step.name = ast->name.text;
    step.key = ast->key.bytes;
    step.caller = ast->caller.bytes;
    if (ast->kind == WC_AST_STEP_GIVEN || ast->kind == WC_AST_STEP_CRASH)
        resolve_subject(testing, &ast->subject, &step);
    else if (ast->kind == WC_AST_STEP_SEND)
        resolve_send(testing, ast, &step);
    else
        resolve_telling(testing, ast, &step);
    WC_EACH(i, &ast->outcomes)
    {
        const struct wc_ast_outcome *outcome = &ast->outcomes.items[i];
        struct wc_given given = resolve_given(r, outcome);
        if (given.kind == WR_GIVEN_FAILS)
            wc_refuse_class(r, &step, outcome, given.class);
        const struct wc_stage *stage =
            step.subject ? wc_lookup(&testing->stages, step.subject) : NULL;
        if (outcome->kind == WC_AST_CALLS)
            given.json = calls_of(r, outcome, stage);
        else if (stage) {
            wc_check_given(r, given.json,
                           outcome->value ? outcome->value->span : outcome->file.span, stage,
                           testing->test);
            wc_show_given(r, given.json, stage);
        }
        wc_push(r->arena, &step.givens, given);
    }
    WC_EACH(i, &ast->expects)
    {
        struct wc_expected expected = resolve_expect(testing, &ast->expects.items[i]);
        wc_push(r->arena, &step.expects, expected);
    }
    if (step.kind == WR_STEP_GIVEN)
        wc_refuse_twice(r, test, &step);
    wc_push(r->arena, &test->steps, step);
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
        testing.sent = NULL;
        struct wc_test test = {.title = decl->test->title.bytes, .span = decl->span};
        testing.test = decl->test;
        WC_EACH(k, &decl->test->steps)
        {
            resolve_step(&testing, &decl->test->steps.items[k], &test);
        }
        wc_need_expect(r, &test);
        wc_push(r->arena, &r->model->tests, test);
    }
}
