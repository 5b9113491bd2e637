/* From text to tree. Reports every lexical and syntax error of a file in one run and goes on after
 * each; knows nothing of what names mean. */
#ifndef WC_SYNTAX_PARSE_H
#define WC_SYNTAX_PARSE_H

#include "compiler/base/intern.h"
#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

/* Never NULL: where errors were reported, what could be read. */
struct wc_file *wc_parse(struct wc_arena *arena, struct wc_interner *names,
                         const struct wc_source *source, struct wc_diags *diags);

/* A prompt file: text with `${expr}` holes, in which `$${` stands for `${`. Spans point into
 * `source`. Never NULL. */
struct wc_ast_template *wc_parse_template(struct wc_arena *arena, struct wc_interner *names,
                                          const struct wc_source *source, struct wc_diags *diags);

#endif
