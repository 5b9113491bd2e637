/* What the files of this folder share while a tree becomes a model. Only this folder includes it. */
#ifndef WC_MODEL_RESOLVER_H
#define WC_MODEL_RESOLVER_H

#include "compiler/base/intern.h"
#include "compiler/diag/diag.h"
#include "compiler/model/fits.h"
#include "compiler/model/model.h"
#include "compiler/model/type.h"
#include "compiler/syntax/ast.h"

/* Do both begin at one place of one file? */
static inline bool wc_is_at(struct wc_span a, struct wc_span b)
{
    return a.source == b.source && a.start == b.start;
}

/* ---- names (names.c) ---------------------------------------------------------------------- */

struct wc_entry {
    const char *name; /* interned */
    struct wc_span span;
    void *item;
};

/* The declared names of one kind, in the order of the source. */
struct wc_table {
    const char *what; /* "schema", for messages */
    bool full;        /* one more was refused, and it was said */
    WC_VEC(struct wc_entry) entries;
};

/* A prompt file is read and parsed once, and resolved once for each stage that asks with it. */
struct wc_prompt_file {
    const char *path;
    struct wc_source *source;
    struct wc_ast_template *text;
    const char *hash;
};

struct wc_resolver {
    struct wc_arena *arena;
    struct wc_interner *names;
    struct wc_diags *diags;
    const struct wc_file *file;
    struct wc_model *model;
    bool parsed; /* without a syntax error: what is not there was not written */
    WC_VEC(const struct wc_source *) sources; /* of the specification and what it imports */
    struct wc_table schemas, errors, services, models, workflows, functions;
    WC_VEC(struct wc_prompt_file) prompt_files;
};

/* Declares `name`; a second one of the same name is reported and not declared. */
bool wc_declare(struct wc_resolver *r, struct wc_table *table, struct wc_name name, void *item);
/* NULL where nothing is called so. */
void *wc_lookup(const struct wc_table *table, const char *name);
/* The same, and reports E0401 with the near name; nothing is reported for an absent name. */
void *wc_need(struct wc_resolver *r, const struct wc_table *table, struct wc_name name);
/* Adds "did you mean" for the nearest of the names, and says what there is where none is near. */
void wc_suggest_near(struct wc_resolver *r, struct wc_diag *diag, struct wc_name name,
                     const char *const *names, size_t count);
/* A change that is accepted on purpose. */
void wc_resolve_accept(struct wc_resolver *r, const struct wc_ast_decl *decl);
/* Reports E0403 for a name that means something else already. */
bool wc_refuse_reserved(struct wc_resolver *r, struct wc_name name, const char *what);

/* The clauses of one declaration. A clause that is not in `allowed` does not get past the parser. */
struct wc_clauses {
    struct wc_clause *const *items;
    size_t count;
    const char *owner; /* "service glossary", for messages */
};

/* The only clause of its kind, or NULL; a second one is reported (E0405). */
struct wc_clause *wc_clause_one(struct wc_resolver *r, struct wc_clauses clauses,
                                enum wc_clause_kind kind);
/* A number in `min..max` as uint32_t; what is outside is reported (E0506) and cut. */
uint32_t wc_uint(struct wc_resolver *r, const struct wc_number *number, int64_t min, int64_t max,
                 const char *what);

/* ---- declarations ------------------------------------------------------------------------- */

/* Makes `file` the declarations of all files that it imports, too. */
void wc_resolve_imports(struct wc_resolver *r);
struct wc_type *wc_resolve_type(struct wc_resolver *r, const struct wc_ast_type *ast);
/* The same where null is refused: of `what`. */
struct wc_type *wc_resolve_value_type(struct wc_resolver *r, const struct wc_ast_type *ast,
                                      const char *what);
/* The type that `schema` is another name of, resolved as far as it takes; NULL: it has fields. After
 * a mistake, which is reported, a type that fits everything. */
const struct wc_type *wc_alias_of(struct wc_resolver *r, struct wc_schema *schema,
                                  struct wc_span use);
/* False, and reported, where it has no variant that means anything. */
bool wc_resolve_union(struct wc_resolver *r, struct wc_type *type, const struct wc_ast_type *ast);
/* After the fields of all schemas. */
void wc_finish_unions(struct wc_resolver *r);
void wc_resolve_pattern(struct wc_resolver *r, struct wc_type *type, const struct wc_text *text);
void wc_begin_schema(struct wc_resolver *r, struct wc_schema *schema,
                     const struct wc_ast_decl *decl);
/* A schema with fields, also by another name; NULL, and reported, where there is none. */
struct wc_schema *wc_need_object(struct wc_resolver *r, struct wc_name name);
/* The workflow, unless it is resolved already. False: it is being resolved just now. */
bool wc_resolve_workflow_now(struct wc_resolver *r, struct wc_workflow *workflow);
void wc_resolve_schemas(struct wc_resolver *r);
/* What contains itself: depths, and the labels of all that a schema holds. */
void wc_resolve_circles(struct wc_resolver *r);
void wc_resolve_errors(struct wc_resolver *r);
void wc_resolve_hooks(struct wc_resolver *r);
void wc_resolve_services(struct wc_resolver *r);
/* tools.c: `operation` of a service */
void wc_resolve_operations(struct wc_resolver *r, struct wc_clauses clauses,
                           struct wc_service *service);
void wc_resolve_models(struct wc_resolver *r);
void wc_resolve_workflow(struct wc_resolver *r, const struct wc_ast_decl *decl,
                         struct wc_workflow *workflow);
void wc_resolve_limits(struct wc_resolver *r, struct wc_clauses clauses, struct wr_limits *limits,
                       struct wr_breaker *breaker);
void wc_resolve_life(struct wc_resolver *r, struct wc_clauses clauses, struct wc_life *life);
/* `limit` of what is served: of one caller. */
void wc_resolve_quota(struct wc_resolver *r, struct wc_clauses clauses, struct wr_limits *limits);

/* Names and fixtures of the tests; after the workflows. */
void wc_resolve_tests(struct wc_resolver *r);
/* A file beside the specification, or NULL with E0409: `what` is "prompt file" or "fixture". */
struct wc_source *wc_read_beside(struct wc_resolver *r, const struct wc_text *file,
                                 const char *what);

/* `expect E` of a test that has sent to this workflow: fills `that`, `counters` and `of_output`. */
void wc_resolve_expectation(struct wc_resolver *r, const struct wc_table *stages,
                            struct wc_workflow *sent, const struct wc_ast_expr *ast,
                            struct wc_expected *expected);

/* A literal of the tree, also with a minus sign; false where it is none. */
bool wc_literal_of(const struct wc_ast_expr *ast, struct wc_literal *literal);

#endif
