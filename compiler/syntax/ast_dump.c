/* A tree as text: one node a line, indented by depth, without places. Absent parts are left out, so that
 * the text says exactly what was written. For tests, and for the formatter to check itself. */
#include "compiler/syntax/ast.h"

#include <inttypes.h>
#include <string.h>

struct dump {
    struct wc_buf *buf;
    size_t depth;
};

static void dump_expr(struct dump *d, const char *what, const struct wc_ast_expr *expr);
static void dump_type(struct dump *d, const char *what, const struct wc_ast_type *type);

static void begin(struct dump *d, const char *what)
{
    wc_buf_repeat(d->buf, ' ', d->depth);
    wc_buf_text(d->buf, what);
}

static void end(struct dump *d)
{
    wc_buf_char(d->buf, '\n');
}

static void add_int(struct dump *d, const char *what, long long value)
{
    wc_buf_printf(d->buf, " %s=%lld", what, value);
}

static void add_name(struct dump *d, const char *what, struct wc_name name)
{
    if (name.text) {
        wc_buf_printf(d->buf, " %s=", what);
        wc_buf_json(d->buf, name.text, strlen(name.text));
    }
}

static void add_text(struct dump *d, const char *what, struct wc_text text)
{
    if (text.bytes) {
        wc_buf_printf(d->buf, " %s=%s", what, text.raw ? "raw" : "");
        wc_buf_json(d->buf, text.bytes, text.len);
    }
}

static void add_doc(struct dump *d, const char *doc)
{
    if (doc) {
        wc_buf_text(d->buf, " doc=");
        wc_buf_json(d->buf, doc, strlen(doc));
    }
}

static void add_number(struct dump *d, const char *what, struct wc_number number)
{
    if (number.kind != WC_NO_NUMBER)
        wc_buf_printf(d->buf, " %s=%d:%" PRId64 ":%.17g", what, (int)number.kind, number.integer,
                      number.decimal);
}

static void add_range(struct dump *d, struct wc_range range)
{
    if (!range.is_given)
        return;
    wc_buf_printf(d->buf, " range%s", range.bytes ? "(bytes)" : "");
    add_number(d, "min", range.min);
    add_number(d, "max", range.max);
}

static void add_label(struct dump *d, const char *what, const struct wc_ast_label *label)
{
    wc_buf_printf(d->buf, " %s", what);
    add_name(d, "member", label->member);
    add_name(d, "name", label->name);
}

/* ---- types and expressions -------------------------------------------------------------------- */

static void dump_type(struct dump *d, const char *what, const struct wc_ast_type *type)
{
    if (!type)
        return;
    begin(d, what);
    add_int(d, "type", type->kind);
    add_name(d, "name", type->name);
    if (type->nullable)
        wc_buf_text(d->buf, " nullable");
    add_range(d, type->range);
    add_text(d, "pattern", type->pattern);
    WC_EACH(i, &type->values)
    add_text(d, "value", type->values.items[i]);
    add_name(d, "tag", type->tag);
    WC_EACH(i, &type->members)
    {
        add_doc(d, type->members.items[i].doc);
        add_name(d, "member", type->members.items[i].name);
        add_name(d, "schema", type->members.items[i].schema);
    }
    end(d);
    d->depth++;
    dump_type(d, "key", type->key);
    dump_type(d, "element", type->element);
    d->depth--;
}

static void dump_template(struct dump *d, const char *what, const struct wc_ast_template *template)
{
    if (!template)
        return;
    begin(d, what);
    end(d);
    d->depth++;
    WC_EACH(i, &template->pieces)
    {
        const struct wc_ast_piece *piece = &template->pieces.items[i];
        if (piece->hole) {
            dump_expr(d, "hole", piece->hole);
            continue;
        }
        begin(d, "text");
        add_text(d, "is", piece->text);
        end(d);
    }
    d->depth--;
}

static void dump_expr(struct dump *d, const char *what, const struct wc_ast_expr *expr)
{
    if (!expr)
        return;
    begin(d, what);
    add_int(d, "expr", expr->kind);
    add_int(d, "op", expr->op);
    add_name(d, "name", expr->name);
    add_name(d, "local", expr->local);
    add_text(d, "text", expr->text);
    add_number(d, "number", expr->number);
    wc_buf_printf(d->buf, "%s%s", expr->truth ? " true" : "", expr->safe ? " safe" : "");
    end(d);
    d->depth++;
    dump_template(d, "template", expr->template);
    WC_EACH(i, &expr->kids)
    dump_expr(d, "kid", expr->kids.items[i]);
    WC_EACH(i, &expr->entries)
    {
        const struct wc_ast_entry *entry = &expr->entries.items[i];
        begin(d, entry->spread ? "spread" : "entry");
        add_name(d, "key", entry->key);
        end(d);
        dump_expr(d, "value", entry->value);
    }
    d->depth--;
}

/* ---- clauses, actions, stages ----------------------------------------------------------------- */

static void dump_action(struct dump *d, const struct wc_ast_action *action);

static void dump_clause(struct dump *d, const struct wc_clause *clause)
{
    begin(d, wc_clause_name(clause->kind));
    add_int(d, "word", clause->word);
    add_doc(d, clause->doc);
    add_name(d, "name", clause->name);
    WC_EACH(i, &clause->names)
    add_name(d, "item", clause->names.items[i]);
    add_text(d, "text", clause->text);
    add_text(d, "since", clause->since);
    for (size_t i = 0; i < 3; i++)
        add_number(d, "number", clause->numbers[i]);
    if (clause->flag)
        wc_buf_text(d->buf, " flag");
    WC_EACH(i, &clause->limits)
    {
        add_int(d, "limit", clause->limits.items[i].kind);
        add_number(d, "amount", clause->limits.items[i].amount);
        add_number(d, "per", clause->limits.items[i].per);
    }
    end(d);
    d->depth++;
    dump_expr(d, "expr", clause->expr);
    dump_type(d, "type", clause->type);
    dump_action(d, clause->action);
    WC_EACH(i, &clause->policies)
    dump_clause(d, clause->policies.items[i]);
    d->depth--;
}

static void dump_target(struct dump *d, const struct wc_ast_target *target)
{
    begin(d, "target");
    add_int(d, "kind", target->kind);
    add_int(d, "result", target->result);
    add_name(d, "name", target->name);
    if (target->remember_shared)
        wc_buf_text(d->buf, " shared");
    end(d);
    d->depth++;
    dump_expr(d, "with", target->with);
    dump_expr(d, "remember", target->remember);
    d->depth--;
}

static void dump_arm(struct dump *d, const struct wc_ast_arm *arm)
{
    begin(d, "arm");
    end(d);
    d->depth++;
    dump_expr(d, "when", arm->condition);
    dump_expr(d, "gives", arm->value);
    if (!arm->value)
        dump_target(d, &arm->target);
    d->depth--;
}

static void dump_member(struct dump *d, const struct wc_ast_member *member)
{
    begin(d, member->optional ? "optional member" : "member");
    add_doc(d, member->doc);
    add_name(d, "name", member->name);
    end(d);
    d->depth++;
    dump_action(d, member->action);
    WC_EACH(i, &member->policies)
    dump_clause(d, member->policies.items[i]);
    d->depth--;
}

static void dump_action(struct dump *d, const struct wc_ast_action *action)
{
    if (!action)
        return;
    begin(d, "action");
    add_int(d, "kind", action->kind);
    add_name(d, "service", action->service);
    add_name(d, "model", action->model);
    WC_EACH(i, &action->prompts)
    {
        add_name(d, "role", action->prompts.items[i].role);
        add_text(d, "prompt", action->prompts.items[i].file);
    }
    add_text(d, "examples", action->examples);
    WC_EACH(i, &action->tools)
    {
        add_name(d, "tool", action->tools.items[i].service);
        add_name(d, "operation", action->tools.items[i].operation);
    }
    add_name(d, "name", action->name);
    add_number(d, "within", action->within);
    add_number(d, "count", action->count);
    add_number(d, "may_fail", action->may_fail);
    if (action->shared)
        wc_buf_text(d->buf, " shared");
    end(d);
    d->depth++;
    dump_template(d, "path", action->path);
    dump_type(d, "as", action->as);
    dump_expr(d, "value", action->value);
    WC_EACH(i, &action->arms)
    dump_arm(d, &action->arms.items[i]);
    WC_EACH(i, &action->members)
    dump_member(d, &action->members.items[i]);
    d->depth--;
}

static void dump_stage(struct dump *d, const struct wc_ast_stage *stage)
{
    begin(d, "stage");
    add_doc(d, stage->doc);
    add_name(d, "name", stage->name);
    end(d);
    d->depth++;
    dump_action(d, stage->action);
    WC_EACH(i, &stage->policies)
    dump_clause(d, stage->policies.items[i]);
    WC_EACH(i, &stage->ons)
    {
        const struct wc_ast_on *on = &stage->ons.items[i];
        begin(d, "on");
        WC_EACH(j, &on->labels)
        add_label(d, "label", &on->labels.items[j]);
        end(d);
        dump_target(d, &on->target);
    }
    d->depth--;
}

/* ---- declarations ----------------------------------------------------------------------------- */

static void dump_field(struct dump *d, const struct wc_ast_field *field)
{
    begin(d, field->optional ? "optional field" : "field");
    add_doc(d, field->doc);
    add_name(d, "name", field->name);
    add_name(d, "spread", field->spread);
    WC_EACH(i, &field->labels)
    add_name(d, "label", field->labels.items[i]);
    end(d);
    d->depth++;
    dump_type(d, "type", field->type);
    dump_expr(d, "default", field->fallback);
    d->depth--;
}

static void dump_schema(struct dump *d, const struct wc_ast_schema *schema)
{
    begin(d, schema->open ? "open" : "closed");
    add_number(d, "depth", schema->depth);
    end(d);
    dump_type(d, "alias", schema->alias);
    WC_EACH(i, &schema->fields)
    dump_field(d, &schema->fields.items[i]);
}

static void dump_function(struct dump *d, const struct wc_ast_function *function)
{
    begin(d, "function");
    add_name(d, "effect", function->effect);
    WC_EACH(i, &function->raises)
    add_name(d, "raises", function->raises.items[i]);
    add_text(d, "file", function->file);
    end(d);
    dump_type(d, "takes", function->takes);
    dump_type(d, "gives", function->gives);
}

static void dump_outcome(struct dump *d, const struct wc_ast_outcome *outcome)
{
    begin(d, "outcome");
    add_int(d, "kind", outcome->kind);
    add_text(d, "file", outcome->file);
    add_name(d, "class", outcome->class);
    add_number(d, "number", outcome->number);
    end(d);
    WC_EACH(i, &outcome->calls)
    {
        add_name(d, "tool", outcome->calls.items[i].tool);
        add_text(d, "file", outcome->calls.items[i].file);
        dump_expr(d, "arguments", outcome->calls.items[i].value);
    }
    dump_expr(d, "value", outcome->value);
}

static void dump_expect(struct dump *d, const struct wc_ast_expect *expect)
{
    begin(d, "expect");
    add_int(d, "kind", expect->kind);
    add_name(d, "name", expect->name);
    add_number(d, "number", expect->number);
    WC_EACH(i, &expect->hops)
    {
        add_name(d, "stage", expect->hops.items[i].stage);
        add_label(d, "label", &expect->hops.items[i].label);
    }
    end(d);
    dump_expr(d, "that", expect->value);
}

static void dump_step(struct dump *d, const struct wc_ast_step *step)
{
    begin(d, "step");
    add_int(d, "kind", step->kind);
    add_number(d, "at", step->at);
    add_label(d, "subject", &step->subject);
    add_name(d, "name", step->name);
    add_text(d, "file", step->file);
    add_text(d, "key", step->key);
    add_text(d, "caller", step->caller);
    end(d);
    d->depth++;
    dump_expr(d, "value", step->value);
    WC_EACH(i, &step->outcomes)
    dump_outcome(d, &step->outcomes.items[i]);
    WC_EACH(i, &step->expects)
    dump_expect(d, &step->expects.items[i]);
    d->depth--;
}

static void dump_clauses(struct dump *d, struct wc_clause *const *clauses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        dump_clause(d, clauses[i]);
}

static void dump_small(struct dump *d, const struct wc_ast_decl *decl)
{
    begin(d, "parts");
    if (decl->kind == WC_DECL_IMPORT) {
        add_text(d, "file", *decl->import);
    } else if (decl->kind == WC_DECL_ERROR) {
        add_name(d, "class", decl->error->class);
        add_text(d, "message", decl->error->message);
        add_number(d, "status", decl->error->status);
        add_number(d, "retry_after", decl->error->retry_after);
    } else if (decl->kind == WC_DECL_ACCEPT) {
        WC_EACH(i, &decl->accept->rule)
        add_name(d, "rule", decl->accept->rule.items[i]);
        add_text(d, "path", decl->accept->path);
        add_text(d, "because", decl->accept->because);
        add_text(d, "until", decl->accept->until);
    }
    end(d);
}

static void dump_workflow(struct dump *d, const struct wc_ast_workflow *workflow)
{
    begin(d, "parts");
    add_number(d, "version", workflow->version);
    end(d);
    dump_clauses(d, workflow->clauses.items, workflow->clauses.count);
    WC_EACH(i, &workflow->stages)
    dump_stage(d, workflow->stages.items[i]);
}

static void dump_parts(struct dump *d, const struct wc_ast_decl *decl)
{
    switch (decl->kind) {
    case WC_DECL_API:
        begin(d, "parts");
        add_text(d, "version", decl->api->version);
        end(d);
        dump_clauses(d, decl->api->clauses.items, decl->api->clauses.count);
        return;
    case WC_DECL_SCHEMA:
        dump_schema(d, decl->schema);
        return;
    case WC_DECL_SERVICE:
        dump_clauses(d, decl->service->clauses.items, decl->service->clauses.count);
        return;
    case WC_DECL_MODEL:
        dump_clauses(d, decl->model->clauses.items, decl->model->clauses.count);
        return;
    case WC_DECL_FUNCTION:
        dump_function(d, decl->function);
        return;
    case WC_DECL_WORKFLOW:
        dump_workflow(d, decl->workflow);
        return;
    case WC_DECL_TEST:
        begin(d, "parts");
        add_text(d, "title", decl->test->title);
        end(d);
        WC_EACH(i, &decl->test->steps)
        dump_step(d, &decl->test->steps.items[i]);
        return;
    default:
        dump_small(d, decl);
    }
}

void wc_ast_dump(struct wc_buf *buf, const struct wc_file *file)
{
    struct dump d = {buf, 0};
    WC_EACH(i, &file->decls)
    {
        const struct wc_ast_decl *decl = file->decls.items[i];
        begin(&d, "decl");
        add_int(&d, "kind", decl->kind);
        add_doc(&d, decl->doc);
        add_name(&d, "name", decl->name);
        end(&d);
        d.depth++;
        dump_parts(&d, decl);
        d.depth--;
    }
}
