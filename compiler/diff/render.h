/* A comparison as text for people and as documents for programs. The same comparison gives the same bytes. */
#ifndef WC_DIFF_RENDER_H
#define WC_DIFF_RENDER_H

#include "compiler/diff/diff.h"

struct wc_diff_style {
    bool color;
    enum wc_level fail_on;
};

typedef void wc_diff_renderer(struct wc_buf *out, struct wc_diff *diff,
                              const struct wc_diff_style *style);

wc_diff_renderer wc_diff_text, wc_diff_json, wc_diff_markdown, wc_diff_github, wc_diff_sarif,
    wc_diff_junit, wc_changelog;

/* "2 breaking changes, 1 to review: this needs version 2.0.0" */
const char *wc_diff_verdict(struct wc_diff *diff);
const char *wc_bump_name(enum wc_bump bump);
/* A document on one line of some 640 bytes at most: long texts and lists are cut. */
const char *wc_diff_document(struct wc_arena *arena, const json_t *json);
/* The line that accepts a finding. */
const char *wc_diff_accept_line(struct wc_diff *diff, const struct wc_finding *finding);

#endif
