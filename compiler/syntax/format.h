/* One layout for specifications. The author's line breaks, comments and columns stay; indentation, the
 * space between tokens and blank lines are the formatter's. The tree does not change. */
#ifndef WC_SYNTAX_FORMAT_H
#define WC_SYNTAX_FORMAT_H

#include "compiler/base/buf.h"
#include "compiler/base/intern.h"
#include "compiler/diag/diag.h"

#include <stdbool.h>

/* Appends `source`, laid out, to `out`. False, with nothing appended, where it has errors, which are
 * then in `diags`. Formatting what was formatted changes nothing. */
bool wc_format(struct wc_buf *out, struct wc_arena *arena, struct wc_interner *names,
               const struct wc_source *source, struct wc_diags *diags);

#endif
