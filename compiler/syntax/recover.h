/* What to say of a token that the grammar refuses, and where to go on reading. For parse.c alone. */
#ifndef WC_SYNTAX_RECOVER_H
#define WC_SYNTAX_RECOVER_H

#include "compiler/syntax/build.h"

/* Before `token` is fed: notes in `p->near` the keyword that was meant, if it is nearly one and will be
 * refused. Once it is, the machine has closed the clause and no longer knows how it could go on. */
void wc_find_near(struct wc_parser *p, const struct wc_token *token);
/* Reports `found`, which the machine has just refused (E0201 or something more telling). */
void wc_report_unexpected(struct wc_parser *p, const struct wc_token *found);
/* Reports `bracket`, which is not closed before `found`. */
void wc_report_unclosed(struct wc_parser *p, const struct wc_bracket *bracket,
                        const struct wc_token *found);
/* Reports `found`, which closes nothing. */
void wc_report_unopened(struct wc_parser *p, const struct wc_token *found);

#endif
