/* What the grammar's rules do: nodes are made here, so that grammar.y stays a grammar. For grammar.y,
 * parse.c and recover.c alone. */
#ifndef WC_SYNTAX_BUILD_H
#define WC_SYNTAX_BUILD_H

#include "compiler/syntax/tokens.h"

/* A bracket that is open. A brace that begins a block of clauses is where reading goes on after an
 * error in the block: `height` is the parser's stack under the block's list, 0 for other brackets. */
struct wc_bracket {
    struct wc_token open;
    uint32_t indent; /* column of the first token of its line, from 1 */
    size_t height;
};

struct wc_units {
    WC_VEC(uint32_t) list;
};

struct wc_parser {
    struct wc_arena *arena;
    struct wc_interner *names;
    const struct wc_source *source;
    struct wc_diags *diags;
    struct wc_lexer lexer;
    struct wc_file *file;
    struct wc_ast_template *template;
    void *machine;   /* lemon's parser */
    uint32_t end;    /* of the last token shifted: where every rule being reduced ends */
    bool failed;     /* the last token was refused */
    bool too_deep;   /* was reported */
    uint32_t indent; /* column of the first token of the current line */
    struct wc_token previous;
    const char *near; /* the keyword that the token at hand was meant to be, or NULL */
    struct wc_bracket brackets[WC_DEPTH_MAX];
    size_t bracket_count;
    struct wc_span mismatch; /* the innermost brace whose closing one stands elsewhere indented */
    struct wc_units *units;  /* collects where clauses and the like start; NULL: does not */
};

/* What stands in a block, whichever block it is. */
struct wc_block {
    WC_VEC(struct wc_clause *) clauses;
    WC_VEC(struct wc_ast_stage *) stages;
    WC_VEC(struct wc_ast_on) ons;
    WC_VEC(struct wc_ast_field) fields;
    WC_VEC(struct wc_ast_member) members;
    WC_VEC(struct wc_ast_arm) arms;
    WC_VEC(struct wc_ast_step) steps;
    WC_VEC(struct wc_ast_union_member) union_members;
    struct wc_ast_action *action;
    bool many_actions;
    size_t errors; /* reported before it began */
};

struct wc_names {
    WC_VEC(struct wc_name) list;
};
struct wc_labels {
    WC_VEC(struct wc_ast_label) list;
};
struct wc_type_args {
    WC_VEC(struct wc_ast_type *) types;
    WC_VEC(struct wc_text) texts;
    WC_VEC(struct wc_range) ranges;
    struct wc_span span;
};
struct wc_entries {
    WC_VEC(struct wc_ast_entry) list;
};
struct wc_exprs {
    WC_VEC(struct wc_ast_expr *) list;
};
/* `file "f.json"` or an expression. */
struct wc_payload {
    struct wc_text file;
    struct wc_ast_expr *value;
};

/* Moves one vector into another of the same item type. */
#define WC_MOVE(to, from)                                                                          \
    ((to).items = (from).items, (to).count = (from).count, (to).room = (from).room)

/* ---- leaves --------------------------------------------------------------------------------- */

struct wc_span wc_from(const struct wc_parser *p, uint32_t start); /* to the last token shifted */
struct wc_name wc_name_of(const struct wc_token *token);
struct wc_text wc_text_of(const struct wc_token *token);
struct wc_number wc_number_of(const struct wc_token *token);
struct wc_name wc_key_of(struct wc_parser *p, const struct wc_token *token); /* of a quoted name */
struct wc_number wc_negated(const struct wc_token *minus, struct wc_number number);
const char *wc_take_doc(struct wc_token *token);
struct wc_names *wc_names_add(struct wc_parser *p, struct wc_names *names, struct wc_name name);
struct wc_labels *wc_labels_add(struct wc_parser *p, struct wc_labels *labels,
                                struct wc_name member, struct wc_name name);
/* Notes that a clause, field, member … begins at `start`. */
void wc_unit(struct wc_parser *p, uint32_t start);

/* ---- types ---------------------------------------------------------------------------------- */

struct wc_range wc_range_of(struct wc_number min, struct wc_number max, struct wc_span span);
struct wc_ast_type *wc_type_named(struct wc_parser *p, struct wc_name name,
                                  struct wc_type_args *args);
struct wc_ast_type *wc_type_schema(struct wc_parser *p, struct wc_name name);
struct wc_ast_type *wc_type_list(struct wc_parser *p, struct wc_ast_type *element,
                                 struct wc_range range);
struct wc_ast_type *wc_type_nullable(struct wc_parser *p, struct wc_ast_type *type);
struct wc_ast_type *wc_type_union(struct wc_parser *p, struct wc_token *keyword, struct wc_name tag,
                                  struct wc_block *members);

/* ---- expressions ---------------------------------------------------------------------------- */

struct wc_ast_expr *wc_expr_new(struct wc_parser *p, enum wc_ast_expr_kind kind, uint32_t start);
struct wc_ast_expr *wc_expr_token(struct wc_parser *p, const struct wc_token *token);
struct wc_ast_expr *wc_expr_kids(struct wc_parser *p, enum wc_ast_expr_kind kind, uint32_t start,
                                 struct wc_ast_expr *a, struct wc_ast_expr *b,
                                 struct wc_ast_expr *c);
struct wc_ast_expr *wc_expr_binary(struct wc_parser *p, enum wc_ast_op op, struct wc_ast_expr *a,
                                   struct wc_ast_expr *b);
struct wc_ast_expr *wc_expr_unary(struct wc_parser *p, enum wc_ast_op op,
                                  const struct wc_token *token, struct wc_ast_expr *a);
struct wc_ast_expr *wc_expr_call(struct wc_parser *p, const struct wc_token *name,
                                 struct wc_exprs *args);
struct wc_ast_expr *wc_expr_entries(struct wc_parser *p, enum wc_ast_expr_kind kind,
                                    const struct wc_token *open, struct wc_entries *entries);
struct wc_entries *wc_entries_add(struct wc_parser *p, struct wc_entries *entries,
                                  struct wc_name key, struct wc_ast_expr *value, bool spread,
                                  uint32_t start);
struct wc_exprs *wc_exprs_add(struct wc_parser *p, struct wc_exprs *list, struct wc_ast_expr *expr);
struct wc_ast_template *wc_template_add(struct wc_parser *p, struct wc_ast_template *template,
                                        const struct wc_token *text, struct wc_ast_expr *hole);
struct wc_ast_expr *wc_expr_template(struct wc_parser *p, struct wc_ast_template *template);

/* ---- clauses, stages, declarations ---------------------------------------------------------- */

struct wc_block *wc_block_new(struct wc_parser *p);
struct wc_clause *wc_clause_new(struct wc_parser *p, enum wc_clause_kind kind,
                                struct wc_token *keyword);
struct wc_ast_limit *wc_limit_new(struct wc_parser *p, enum wc_ast_limit_kind kind,
                                  const struct wc_token *amount, const struct wc_token *per);
struct wc_ast_action *wc_action_new(struct wc_parser *p, enum wc_ast_action_kind kind,
                                    const struct wc_token *keyword);
void wc_block_action(struct wc_parser *p, struct wc_block *block, struct wc_ast_action *action);
struct wc_ast_target *wc_target_new(struct wc_parser *p, enum wc_ast_target_kind kind,
                                    uint32_t start);
void wc_block_on(struct wc_parser *p, struct wc_block *block, const struct wc_token *keyword,
                 struct wc_labels *labels, struct wc_ast_target *target);
void wc_block_stage(struct wc_parser *p, struct wc_block *block, struct wc_token *keyword,
                    struct wc_name name, struct wc_block *body);
void wc_block_member(struct wc_parser *p, struct wc_block *block, struct wc_token *first,
                     struct wc_name name, bool optional, struct wc_ast_action *action,
                     struct wc_block *policies);
void wc_block_arm(struct wc_parser *p, struct wc_block *block, const struct wc_token *first,
                  struct wc_ast_expr *condition, struct wc_ast_expr *value,
                  struct wc_ast_target *target);
void wc_action_prompt(struct wc_parser *p, struct wc_ast_action *ask, const struct wc_token *role,
                      struct wc_text file);
void wc_each_body(struct wc_parser *p, struct wc_ast_action *each, struct wc_block *body);

struct wc_ast_decl *wc_decl_new(struct wc_parser *p, enum wc_decl_kind kind, struct wc_token *first,
                                struct wc_name name);
struct wc_ast_field *wc_field_new(struct wc_parser *p, struct wc_token *first);
struct wc_ast_step *wc_step_new(struct wc_parser *p, enum wc_ast_step_kind kind,
                                const struct wc_token *first);
struct wc_ast_outcome *wc_outcome_new(struct wc_parser *p, enum wc_ast_outcome_kind kind,
                                      const struct wc_token *first);
struct wc_ast_expect *wc_expect_new(struct wc_parser *p, enum wc_ast_expect_kind kind,
                                    uint32_t start);
/* Appends; the hops of one line join its first path. */
void wc_step_expect(struct wc_parser *p, struct wc_ast_step *step, struct wc_ast_expect *expect);

/* ---- lemon's parser, as parse.c and recover.c see it (grammar.y) ------------------------------ */

/* wc_parse() that also collects where clauses, fields, stages and the like begin: for the formatter. */
struct wc_file *wc_parse_units(struct wc_arena *arena, struct wc_interner *names,
                               const struct wc_source *source, struct wc_diags *diags,
                               struct wc_units *units);

void *wc_machine_new(struct wc_parser *p);
void wc_machine_free(void *machine);
void wc_machine_feed(void *machine, int kind, struct wc_token token);
size_t wc_machine_height(const void *machine);
/* Pops the stack down to `height`. A block's list lies one above its brace, the file's at 2. */
void wc_machine_pop(void *machine, size_t height);
/* Would `kinds`, one after the other, be accepted? `exact`: keywords as keywords, not as names. */
bool wc_machine_accepts(const void *machine, const int *kinds, size_t count, bool exact);

#endif
