/* Diagnostics as a person reads them and as a program does. Knows sources and diagnostics, nothing
 * of the language. Both render in the collection's order: sort it first. */
#ifndef WC_DIAG_RENDER_H
#define WC_DIAG_RENDER_H

#include "compiler/base/buf.h"
#include "compiler/diag/diag.h"

/* How many diagnostics are shown as text; the rest is counted. JSON has all. */
#define WC_SHOWN_MAX 100

/* Source lines with carets, labels, notes and help; ends with a line such as "1 error, 0 warnings",
 * and is empty where there is nothing to say. Control characters of a source never reach the text. */
void wc_render_text(struct wc_buf *buf, const struct wc_diags *diags);
/* The same in colour (ANSI) where `color` is true. */
void wc_render_color(struct wc_buf *buf, const struct wc_diags *diags, bool color);
/* An array of one object a diagnostic; ends with a line break. docs/language.md has its fields. */
void wc_render_json(struct wc_buf *buf, const struct wc_diags *diags);
/* SARIF 2.1.0, one run, with what a machine may apply as fixes. */
void wc_render_sarif(struct wc_buf *buf, const struct wc_diags *diags);
/* GitHub's workflow commands: a line a diagnostic. */
void wc_render_github(struct wc_buf *buf, const struct wc_diags *diags);

/* What `--color WHEN` asks for on the file descriptor `fd`: "always", "never", or "auto" (also NULL)
 * for a terminal without NO_COLOR. */
bool wc_wants_color(const char *when, int fd);

#endif
