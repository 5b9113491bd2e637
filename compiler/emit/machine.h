/* The parts of a workflow's machine in C. Its functions besides the stages' (keys, prompts, served
 * values) are written once each, however many stages share them. */
#ifndef WC_EMIT_MACHINE_H
#define WC_EMIT_MACHINE_H

#include "compiler/emit/expr.h"

/* A static function of the generated file. */
struct wc_part {
    const char *name;
    const char *comment;
    const char *body; /* statements, at four columns */
};

struct wc_parts {
    WC_VEC(struct wc_part) list;
};

struct wc_machine {
    struct wc_arena *arena;
    const struct wc_model *model;
    const struct wc_workflow *workflow;
    struct wc_parts keys, prompts, served, checks;
    bool *patterns;                 /* by id: matched by some expression */
    const struct wc_stage *current; /* being written */
};

/* The name of the part with this body, which is added if it is new. `name` is what it would like to
 * be called; a number after it tells it from others. */
const char *wc_part(struct wc_machine *machine, struct wc_parts *parts, const char *name,
                    const char *comment, const char *body);

/* The function of a key (`dedupe by`, `remember by`, `recall by`). */
const char *wc_key_function(struct wc_machine *machine, const struct wc_expr *key);
/* The function of `done … with V` after a stage. */
const char *wc_served_function(struct wc_machine *machine, const struct wc_stage *stage,
                               const struct wc_expr *with);
/* The function of a prompt's text. */
const char *wc_prompt_function(struct wc_machine *machine, const struct wc_prompt *prompt);
/* The function of a check: false where it fails, which it has raised then. */
const char *wc_check_function(struct wc_machine *machine, const struct wc_stage *stage,
                              const struct wc_check *check);
/* "key-points@sha256:…" of what a stage asks with; NULL where it asks nothing. */
const char *wc_prompt_version(struct wc_arena *arena, const struct wc_stage *stage);

/* SHA-256 of a service's declaration and of the schemas it is read as. */
const char *wc_service_version(const struct wc_model *model, const struct wc_service *service);

/* How specific a label is, from 0; of two that match the lower one wins. */
int wc_label_rank(const struct wc_on_label *label);
#define WC_RANK_MAX 7

/* ---- members.c ---------------------------------------------------------------------------- */

/* `all`, `each`, or an `ask` with tools: it has members. */
bool wc_has_rows(const struct wc_stage *stage);
/* `all` or `each`. */
bool wc_is_gathering(const struct wc_stage *stage);
/* The name of the function of a stage, a member or an item. */
const char *wc_c_run(struct wc_arena *arena, const struct wc_stage *stage);
/* The structs of what members and items give, and where a frame keeps them meanwhile. */
void wc_emit_member_types(struct wc_buf *out, struct wc_machine *machine);
void wc_emit_member_fields(struct wc_buf *out, struct wc_machine *machine,
                           const struct wc_stage *stage);
/* The variable of `each`, where `expr` reads it; `index` says which item. */
void wc_declare_item(struct wc_function *fn, const struct wc_stage *stage,
                     const struct wc_expr *expr, const char *index);
void wc_enter_members(struct wc_function *fn, struct wc_init *init, const struct wc_stage *stage);
void wc_collect_items(struct wc_function *fn, const struct wc_stage *stage);

/* The automata of the patterns that the file matches. */
void wc_emit_patterns(struct wc_buf *out, const struct wc_machine *machine);
/* A stage's function, with its banner. */
void wc_emit_stage(struct wc_buf *out, struct wc_machine *machine, const struct wc_stage *stage);
/* Transitions, stages and the workflow's row. */
void wc_emit_tables(struct wc_buf *out, struct wc_machine *machine);

/* `WR_ON_OK | WR_ON_TRANSIENT`: the value of field `name`. */
void wc_init_mask(struct wc_init *init, const char *name, uint64_t classes);
/* "briefs.flow:52" */
const char *wc_source_place(struct wc_arena *arena, struct wc_span span);
/* The file name without its folders, so that output does not tell where it was made. */
const char *wc_base_name(const char *path);
/* The text of a span on one line, as written, fit for a comment. */
const char *wc_span_text(struct wc_arena *arena, struct wc_span span);

/* hooks.c: the table of C functions, in program.c. */
void wc_emit_functions(struct wc_buf *out, const struct wc_model *model);

#endif
