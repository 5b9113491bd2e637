/* Where an expression stands: what it may read, and what is known there. Only this folder. */
#ifndef WC_MODEL_SCOPE_H
#define WC_MODEL_SCOPE_H

#include "compiler/model/resolver.h"

/* ---- a workflow under construction -------------------------------------------------------- */

enum wc_progress { WC_TO_DO, WC_IN_PROGRESS, WC_RESOLVED };

/* A stage while its workflow is resolved. Sets are bits by stage id. */
struct wc_stage_work {
    const struct wc_ast_stage *ast; /* of a member: made of its action and policies */
    struct wc_stage *stage;
    const struct wc_local *item; /* the body of `each`: its variable */
    uint64_t *set;               /* stages whose value every path to its entry has set */
    uint64_t *may;               /* stages whose value some path has set */
    bool reached;                /* by some path */
    enum wc_progress typed;      /* of the type of its value */
};

struct wc_workflow_work {
    struct wc_resolver *r;
    struct wc_workflow *workflow;
    struct wc_table names; /* its stages */
    struct wc_table lets;  /* struct wc_let, by name */
    const struct wc_edges *edges;
    size_t let_nodes; /* expressions made for readers of a `let` */
    bool too_large;   /* they are too many, and it was said */
    struct wc_stage_work *stages;
    size_t count; /* of stages and members */
    size_t words; /* of a set */
};

/* `let name = expr`: resolved anew for each reader, in the reader's scope. */
struct wc_let {
    const struct wc_clause *clause;
    bool used, in_progress;
};

/* ---- scopes ------------------------------------------------------------------------------- */

/* The variable of a comprehension. */
struct wc_local {
    const char *name;
    struct wc_span span;
    const struct wc_type *type;
    bool maybe; /* the list's items may be null */
    unsigned labels;
    size_t depth;
    const struct wc_local *outer;
};

/* An expression that a condition has shown to be set, or to be other than zero. */
struct wc_fact {
    const struct wc_expr *present; /* NULL: it is the other */
    const struct wc_expr *nonzero;
    const struct wc_fact *older;
};

enum wc_own_value {
    WC_OWN_NONE, /* it has no value here */
    WC_OWN_IT,   /* `it`, before it is stored: in checks */
    WC_OWN_STAGE /* `it` is the stage's stored value: in the targets of `ok` */
};

struct wc_scope {
    struct wc_workflow_work *work;
    struct wc_stage_work *stage; /* NULL: the workflow's own clauses */
    enum wc_own_value own;
    const struct wc_local *locals;
    const struct wc_fact *facts;
    bool bare;     /* an object needs no schema: it is the body of a request */
    bool in_text;  /* operands of `??` and `if` may differ: each becomes text */
    bool checked;  /* arithmetic may have no result: `??` stands behind it */
    bool pairs;    /* what `zip` gives is gone through here */
    bool in_let;   /* `it` means nothing */
    bool of_test;  /* of what a test expects: of a job nothing but its end is known */
    bool anywhere; /* of a `let` that nothing reads: every stage may be read */
};

/* Never NULL; its type is never NULL. `into` says what its place needs, or NULL; it guides
 * literals and objects, and is not enforced. */
struct wc_expr *wc_resolve_expr(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into);
/* The same, and reports what is unset or does not fit; `place` names it: "the body". */
struct wc_expr *wc_resolve_into(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into, const char *place);
/* Holds a resolved value against its place: reports what does not fit. */
void wc_put(struct wc_scope *scope, struct wc_expr *expr, const struct wc_type *into,
            const char *place);
/* A condition: a bool that is set. */
struct wc_expr *wc_resolve_condition(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                     const char *place);
/* Reports E0502 or E0503 where `expr` may be unset. */
bool wc_need_set(struct wc_scope *scope, const struct wc_expr *expr, const char *place);
struct wc_expr *wc_resolve_template(struct wc_scope *scope, const struct wc_ast_template *ast,
                                    const char *place);

/* ---- parts of the above ------------------------------------------------------------------- */

struct wc_expr *wc_make_expr(struct wc_scope *scope, enum wc_expr_kind kind, struct wc_span span,
                             size_t kids);
struct wc_expr *wc_expr_error(struct wc_scope *scope, struct wc_span span);
const struct wc_type *wc_unknown_type(struct wc_scope *scope, struct wc_span span);
struct wc_expr *wc_resolve_binary(struct wc_scope *scope, const struct wc_ast_expr *ast);
struct wc_expr *wc_resolve_unary(struct wc_scope *scope, const struct wc_ast_expr *ast);
struct wc_expr *wc_resolve_choice(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                  const struct wc_type *into);
struct wc_expr *wc_resolve_call(struct wc_scope *scope, const struct wc_ast_expr *ast);
struct wc_expr *wc_resolve_function(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                    enum wc_fn fn);
enum wc_fn wc_fn_find(const char *name); /* WC_FN_COUNT where none is called so */
const char *const *wc_fn_names(void);    /* WC_FN_COUNT of them */
struct wc_expr *wc_resolve_comprehension(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                         const struct wc_type *into);
/* `sum(list)` as a loop whose body is the item itself. */
struct wc_expr *wc_loop_over_itself(struct wc_scope *scope, enum wc_loop loop,
                                    const struct wc_expr *call);
/* `of[at]`, both resolved: the item of a list, or the value of a map. */
struct wc_expr *wc_index(struct wc_scope *scope, struct wc_span span, struct wc_expr *of,
                         struct wc_expr *at);
/* A part of an object: the field of this index in its type's schema. */
struct wc_expr *wc_field_of(struct wc_scope *scope, struct wc_span span, struct wc_expr *base,
                            size_t index);
/* What a name of `let` stands for, in this scope. */
struct wc_expr *wc_resolve_let(struct wc_scope *scope, struct wc_name name, struct wc_let *let,
                               const struct wc_type *into);
/* Those of a `let` that nothing reads are looked at, too. */
void wc_resolve_unread_lets(struct wc_workflow_work *work);
/* The program gets a C type for such lists. Gives the type. */
const struct wc_type *wc_use_list(struct wc_scope *scope, const struct wc_type *list);

/* ---- arithmetic (arithmetic.c) ------------------------------------------------------------ */

/* Operator and operands are set; gives the expression, or an error that was reported. */
void wc_name_currency(struct wc_scope *scope, struct wc_expr *expr);
struct wc_expr *wc_type_arithmetic(struct wc_scope *scope, struct wc_expr *expr);
struct wc_expr *wc_type_negative(struct wc_scope *scope, struct wc_expr *expr);
const struct wc_type *wc_sum_type(struct wc_scope *scope, const struct wc_expr *loop);
bool wc_is_amount(const struct wc_type *type); /* int, number, duration, money */
int64_t wc_int_low(const struct wc_type *type);
int64_t wc_int_high(const struct wc_type *type);
double wc_number_low(const struct wc_type *type);
double wc_number_high(const struct wc_type *type);

/* ---- paths (sets.c) ----------------------------------------------------------------------- */

/* Is one of these stages left with `ok` on every path to the entry of `stage`? A set is bits by
 * stage id. */
bool wc_some_is_set(const struct wc_workflow_work *work, const uint64_t *stages,
                    const struct wc_stage *stage);
/* A diagnostic that a second reader of the same text brings is said once. */
void wc_forget_repeated(struct wc_diags *diags, size_t before);
struct wc_expr *wc_resolve_list(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                const struct wc_type *into);
struct wc_expr *wc_resolve_object(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                  const struct wc_type *into);
/* Its number among the schema's fields, or their count. `name` is interned. */
size_t wc_field_index(const struct wc_schema *schema, const char *name);
/* The parts that `...E` brings to an object whose written ones are there; marked `spread`. False
 * where one of them is unknown, which was reported. */
bool wc_resolve_spreads(struct wc_scope *scope, struct wc_expr *expr,
                        const struct wc_ast_expr *ast);
struct wc_expr *wc_bare_object(struct wc_scope *scope, const struct wc_ast_expr *ast);
/* Of a union: its tag, or the value of a variant; and an object that names its tag, made into one. */
struct wc_expr *wc_variant_of(struct wc_scope *scope, const struct wc_ast_expr *ast,
                              struct wc_expr *base);
struct wc_expr *wc_resolve_variant(struct wc_scope *scope, const struct wc_ast_expr *ast,
                                   const struct wc_type *into);
/* A type that holds both, or NULL. */
const struct wc_type *wc_join_types(struct wc_scope *scope, const struct wc_expr *a,
                                    const struct wc_expr *b);
/* An empty list takes the items' type of the other. */
void wc_name_items(struct wc_scope *scope, struct wc_expr *a, struct wc_expr *b);
/* What is known to be present where `condition` is `truth`, added to `facts`. */
const struct wc_fact *wc_facts(struct wc_arena *arena, const struct wc_expr *condition, bool truth,
                               const struct wc_fact *facts);
bool wc_is_known(const struct wc_fact *facts, const struct wc_expr *expr);
bool wc_is_nonzero(const struct wc_fact *facts, const struct wc_expr *expr);

/* ---- match (match.c) ---------------------------------------------------------------------- */

/* Do its arms lead somewhere (`->`), or give values (`=>`)? */
bool wc_match_leads(const struct wc_ast_action *ast);
/* The arms as the stage's transitions; conditions and what is served come later. */
void wc_resolve_arms(struct wc_workflow_work *work, struct wc_stage_work *stage,
                     struct wc_target (*target)(struct wc_workflow_work *work,
                                                const struct wc_ast_target *ast));
/* The conditions of arms that lead on; `facts[i]` is what is known where arm i is taken. */
void wc_resolve_arm_conditions(struct wc_scope *scope, struct wc_stage_work *stage,
                               const struct wc_fact **facts);
/* The value of a `match` whose arms give one: a chain of `if`. */
struct wc_expr *wc_resolve_match_value(struct wc_scope *scope, const struct wc_ast_action *ast);
/* Do both read the same place? */
bool wc_is_same(const struct wc_expr *a, const struct wc_expr *b);
/* Reports that two values are of no common type, or sets the type of `expr` to it. */
void wc_join(struct wc_scope *scope, struct wc_expr *expr, struct wc_expr *a, struct wc_expr *b);

/* ---- workflows ---------------------------------------------------------------------------- */

struct wc_stage_work *wc_stage_work(struct wc_workflow_work *work, const struct wc_stage *stage);
/* The type of a stage's value, resolving `make` as far as it takes; NULL: it gives none. */
const struct wc_type *wc_stage_type(struct wc_workflow_work *work, struct wc_stage_work *stage);
/* Action, policies, checks and labels: all but the expressions. */
void wc_resolve_stage(struct wc_workflow_work *work, struct wc_stage_work *stage);
/* Members, items and children (members.c): the action, but its expressions. */
void wc_resolve_all(struct wc_workflow_work *work, struct wc_stage_work *one);
void wc_resolve_each(struct wc_workflow_work *work, struct wc_stage_work *one);
void wc_resolve_run(struct wc_workflow_work *work, struct wc_stage_work *one);
/* tools.c: the members of an `ask … tools`; and of a name that an operation does not know. */
void wc_resolve_tools(struct wc_workflow_work *work, struct wc_stage_work *one);
struct wc_expr *wc_refuse_outside(struct wc_scope *scope, struct wc_name name);
size_t wc_count_members(const struct wc_ast_workflow *ast);
/* The type of what `all` or `each` gives. */
const struct wc_type *wc_members_type(struct wc_workflow_work *work, struct wc_stage_work *one);
/* Is it set where `one` begins, of the `all` stage `above`? */
void wc_resolve_run_input(struct wc_workflow_work *work, struct wc_stage_work *one);
/* hooks.c: `call`; false where the action is another one. Then the value that it is given. */
bool wc_resolve_hook(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                     struct wc_stage *stage);
void wc_resolve_hook_value(struct wc_scope *scope, const struct wc_ast_action *ast);
/* notices.c: `notify` */
void wc_resolve_notices(struct wc_workflow_work *work, struct wc_clauses clauses);
void wc_resolve_transitions(struct wc_workflow_work *work, struct wc_stage_work *stage);
void wc_resolve_sets(struct wc_workflow_work *work);
void wc_resolve_stage_expressions(struct wc_workflow_work *work, struct wc_stage_work *stage);
/* parks.c: false where the action is another one; then the values that it reads. */
bool wc_resolve_park(struct wc_workflow_work *work, const struct wc_ast_action *ast,
                     struct wc_stage *stage);
void wc_resolve_park_value(struct wc_scope *scope, const struct wc_ast_action *ast);
/* Reports what cannot be served as the workflow's output; `span` is where it is written. */
void wc_check_served(struct wc_workflow_work *work, const struct wc_stage *stage,
                     struct wc_span span, const struct wc_type *type);
/* "prompts/key-points.md" is called key-points; "sha256:…" of bytes. */
const char *wc_file_label(struct wc_arena *arena, const char *path);
const char *wc_sha256(struct wc_arena *arena, const char *bytes, size_t len);
/* After the type of the stage's value is known. */
void wc_resolve_examples(struct wc_workflow_work *work, struct wc_stage_work *stage);
void wc_resolve_prompts(struct wc_workflow_work *work, struct wc_stage_work *stage);

static inline bool wc_has_bit(const uint64_t *set, size_t bit)
{
    return set[bit / 64] >> (bit % 64) & 1;
}

#endif
