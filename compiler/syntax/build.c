/* Nodes for the grammar: leaves, clauses, stages, declarations, tests. */
#include "compiler/syntax/build.h"

#include <string.h>

/* ---- leaves --------------------------------------------------------------------------------- */

struct wc_span wc_from(const struct wc_parser *p, uint32_t start)
{
    return (struct wc_span){p->source, start, p->end > start ? p->end : start};
}

struct wc_name wc_name_of(const struct wc_token *token)
{
    return (struct wc_name){token->text, token->span};
}

struct wc_text wc_text_of(const struct wc_token *token)
{
    return (struct wc_text){token->text, token->len, token->span, token->kind == WC_TOK_RAW};
}

struct wc_name wc_key_of(struct wc_parser *p, const struct wc_token *token)
{
    return (struct wc_name){wc_intern(p->names, token->text, token->len), token->span};
}

struct wc_number wc_number_of(const struct wc_token *token)
{
    static const struct {
        int token;
        enum wc_number_kind kind;
    } kinds[] = {{WC_TOK_INTEGER, WC_INTEGER},
                 {WC_TOK_DECIMAL, WC_DECIMAL},
                 {WC_TOK_DURATION, WC_DURATION},
                 {WC_TOK_MONEY, WC_MONEY},
                 {WC_TOK_PERCENTAGE, WC_PERCENT}};
    struct wc_number number = {WC_NO_NUMBER, token->span, token->integer, token->decimal};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].token == token->kind)
            number.kind = kinds[i].kind;
    return number;
}

struct wc_number wc_negated(const struct wc_token *minus, struct wc_number number)
{
    number.integer = -number.integer;
    number.decimal = -number.decimal;
    number.span.start = minus->span.start;
    return number;
}

const char *wc_take_doc(struct wc_token *token)
{
    if (!token->doc)
        return NULL;
    token->doc->used = true;
    return token->doc->text;
}

struct wc_names *wc_names_add(struct wc_parser *p, struct wc_names *names, struct wc_name name)
{
    if (!names)
        names = WC_NEW(p->arena, struct wc_names);
    wc_push(p->arena, &names->list, name);
    return names;
}

struct wc_labels *wc_labels_add(struct wc_parser *p, struct wc_labels *labels,
                                struct wc_name member, struct wc_name name)
{
    uint32_t start = member.text ? member.span.start : name.span.start;
    struct wc_ast_label label = {wc_from(p, start), member, name};
    if (!labels)
        labels = WC_NEW(p->arena, struct wc_labels);
    wc_push(p->arena, &labels->list, label);
    return labels;
}

void wc_unit(struct wc_parser *p, uint32_t start)
{
    if (p->units)
        wc_push(p->arena, &p->units->list, start);
}

/* ---- clauses and actions -------------------------------------------------------------------- */

struct wc_block *wc_block_new(struct wc_parser *p)
{
    return WC_NEW(p->arena, struct wc_block);
}

struct wc_clause *wc_clause_new(struct wc_parser *p, enum wc_clause_kind kind,
                                struct wc_token *keyword)
{
    struct wc_clause *clause = WC_NEW(p->arena, struct wc_clause);
    clause->kind = kind;
    clause->span = wc_from(p, keyword->span.start);
    clause->keyword = keyword->span;
    clause->doc = wc_take_doc(keyword);
    wc_unit(p, keyword->span.start);
    return clause;
}

struct wc_ast_limit *wc_limit_new(struct wc_parser *p, enum wc_ast_limit_kind kind,
                                  const struct wc_token *amount, const struct wc_token *per)
{
    struct wc_ast_limit *limit = WC_NEW(p->arena, struct wc_ast_limit);
    limit->kind = kind;
    limit->span = wc_from(p, amount->span.start);
    limit->amount = wc_number_of(amount);
    if (per)
        limit->per = wc_number_of(per);
    return limit;
}

struct wc_ast_action *wc_action_new(struct wc_parser *p, enum wc_ast_action_kind kind,
                                    const struct wc_token *keyword)
{
    struct wc_ast_action *action = WC_NEW(p->arena, struct wc_ast_action);
    action->kind = kind;
    action->span = wc_from(p, keyword->span.start);
    action->keyword = keyword->span;
    wc_unit(p, keyword->span.start);
    return action;
}

void wc_action_prompt(struct wc_parser *p, struct wc_ast_action *ask, const struct wc_token *role,
                      struct wc_text file)
{
    struct wc_ast_prompt prompt = {.span = file.span, .file = file};
    if (role) {
        prompt.span = wc_span_join(role->span, file.span);
        prompt.role = wc_name_of(role);
    } else {
        prompt.role = (struct wc_name){wc_intern(p->names, "user", 4), file.span};
    }
    wc_push(p->arena, &ask->prompts, prompt);
    ask->span.end = p->end;
}

void wc_block_action(struct wc_parser *p, struct wc_block *block, struct wc_ast_action *action)
{
    if (!block->action) {
        block->action = action;
        return;
    }
    if (block->many_actions)
        return;
    block->many_actions = true;
    struct wc_diag *diag = wc_report(p->diags, WC_E0207, action->keyword,
                                     "a stage does one thing, and this is a second");
    wc_diag_also(p->diags, diag, block->action->keyword, "the first is here");
    wc_diag_help(p->diags, diag,
                 "write a stage of its own for it, or put both into an `all { … }` block");
}

void wc_each_body(struct wc_parser *p, struct wc_ast_action *each, struct wc_block *body)
{
    struct wc_ast_member member = {.action = body->action};
    each->span.end = p->end;
    if (!body->action && body->errors == p->lexer.errors)
        wc_report(p->diags, WC_E0207, each->keyword, "this `each` does nothing with its items");
    if (body->action)
        member.span = body->action->span;
    WC_MOVE(member.policies, body->clauses);
    wc_push(p->arena, &each->members, member);
}

/* ---- stages --------------------------------------------------------------------------------- */

struct wc_ast_target *wc_target_new(struct wc_parser *p, enum wc_ast_target_kind kind,
                                    uint32_t start)
{
    struct wc_ast_target *target = WC_NEW(p->arena, struct wc_ast_target);
    target->kind = kind;
    target->span = wc_from(p, start);
    return target;
}

void wc_block_on(struct wc_parser *p, struct wc_block *block, const struct wc_token *keyword,
                 struct wc_labels *labels, struct wc_ast_target *target)
{
    struct wc_ast_on on = {
        .span = wc_from(p, keyword->span.start), .keyword = keyword->span, .target = *target};
    wc_unit(p, keyword->span.start);
    WC_MOVE(on.labels, labels->list);
    wc_push(p->arena, &block->ons, on);
}

void wc_block_stage(struct wc_parser *p, struct wc_block *block, struct wc_token *keyword,
                    struct wc_name name, struct wc_block *body)
{
    struct wc_ast_stage *stage = WC_NEW(p->arena, struct wc_ast_stage);
    stage->span = wc_from(p, keyword->span.start);
    stage->doc = wc_take_doc(keyword);
    stage->name = name;
    stage->action = body->action;
    WC_MOVE(stage->policies, body->clauses);
    WC_MOVE(stage->ons, body->ons);
    wc_unit(p, keyword->span.start);
    wc_push(p->arena, &block->stages, stage);
    if (!body->action && body->errors == p->lexer.errors) {
        struct wc_diag *diag =
            wc_report(p->diags, WC_E0207, name.span, "the stage %s does nothing", name.text);
        wc_diag_help(p->diags, diag,
                     "begin it with an action: `get`, `ask`, `make`, `recall`, `match`, `all` …");
    }
}

void wc_block_member(struct wc_parser *p, struct wc_block *block, struct wc_token *first,
                     struct wc_name name, bool optional, struct wc_ast_action *action,
                     struct wc_block *policies)
{
    struct wc_ast_member member = {.span = wc_from(p, first->span.start),
                                   .doc = wc_take_doc(first),
                                   .name = name,
                                   .optional = optional,
                                   .action = action};
    if (policies)
        WC_MOVE(member.policies, policies->clauses);
    wc_unit(p, first->span.start);
    wc_push(p->arena, &block->members, member);
}

void wc_block_arm(struct wc_parser *p, struct wc_block *block, const struct wc_token *first,
                  struct wc_ast_expr *condition, struct wc_ast_expr *value,
                  struct wc_ast_target *target)
{
    struct wc_ast_arm arm = {
        .span = wc_from(p, first->span.start), .condition = condition, .value = value};
    if (target)
        arm.target = *target;
    wc_unit(p, first->span.start);
    wc_push(p->arena, &block->arms, arm);
}

/* ---- declarations and tests ----------------------------------------------------------------- */

struct wc_ast_decl *wc_decl_new(struct wc_parser *p, enum wc_decl_kind kind, struct wc_token *first,
                                struct wc_name name)
{
    struct wc_ast_decl *decl = WC_NEW(p->arena, struct wc_ast_decl);
    decl->kind = kind;
    decl->span = wc_from(p, first->span.start);
    decl->keyword = first->span;
    decl->doc = wc_take_doc(first);
    decl->name = name;
    wc_unit(p, first->span.start);
    wc_push(p->arena, &p->file->decls, decl);
    return decl;
}

struct wc_ast_field *wc_field_new(struct wc_parser *p, struct wc_token *first)
{
    struct wc_ast_field *field = WC_NEW(p->arena, struct wc_ast_field);
    field->span = wc_from(p, first->span.start);
    field->doc = wc_take_doc(first);
    wc_unit(p, first->span.start);
    return field;
}

struct wc_ast_step *wc_step_new(struct wc_parser *p, enum wc_ast_step_kind kind,
                                const struct wc_token *first)
{
    struct wc_ast_step *step = WC_NEW(p->arena, struct wc_ast_step);
    step->kind = kind;
    step->span = wc_from(p, first->span.start);
    wc_unit(p, first->span.start);
    return step;
}

struct wc_ast_outcome *wc_outcome_new(struct wc_parser *p, enum wc_ast_outcome_kind kind,
                                      const struct wc_token *first)
{
    struct wc_ast_outcome *outcome = WC_NEW(p->arena, struct wc_ast_outcome);
    outcome->kind = kind;
    outcome->span = wc_from(p, first->span.start);
    return outcome;
}

struct wc_ast_expect *wc_expect_new(struct wc_parser *p, enum wc_ast_expect_kind kind,
                                    uint32_t start)
{
    struct wc_ast_expect *expect = WC_NEW(p->arena, struct wc_ast_expect);
    expect->kind = kind;
    expect->span = wc_from(p, start);
    return expect;
}

void wc_step_expect(struct wc_parser *p, struct wc_ast_step *step, struct wc_ast_expect *expect)
{
    struct wc_ast_expect *last =
        step->expects.count ? &step->expects.items[step->expects.count - 1] : NULL;
    step->span.end = p->end;
    if (last && last->kind == WC_AST_EXPECT_PATH && expect->kind == WC_AST_EXPECT_PATH) {
        wc_push(p->arena, &last->hops, expect->hops.items[0]);
        last->span.end = p->end;
        return;
    }
    wc_push(p->arena, &step->expects, *expect);
}
