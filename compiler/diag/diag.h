/* Diagnostics: what a check has to say. Checks append, nothing prints; rendering is apart (render.h).
 * A message has a code, a primary span with a label, other spans with theirs, notes and a help. */
#ifndef WC_DIAG_DIAG_H
#define WC_DIAG_DIAG_H

#include "compiler/base/source.h"
#include "compiler/base/vec.h"

/* Every code, from codes.def: WC_E0301 … In codes.def a row is
 *     CODE(E0301, error, "uncovered class", "one line for the index of docs/errors") */
enum wc_code {
#define CODE(number, severity, name, summary) WC_##number,
#include "compiler/diag/codes.def"
#undef CODE
    WC_CODE_COUNT
};

enum wc_severity { WC_ERROR, WC_WARNING };

struct wc_diag_label {
    struct wc_span span;
    const char *text; /* shown beside the carets; may be empty */
};

/* May the edit be applied by a machine (`wright fix`), or does a person have to choose? */
enum wc_applies { WC_MAYBE_APPLIES, WC_APPLIES };

struct wc_suggestion {
    struct wc_span span;     /* replaced; empty to insert */
    const char *replacement; /* NULL: no suggestion */
    enum wc_applies applies;
};

struct wc_diag {
    enum wc_code code;
    enum wc_severity severity;
    const char *message;          /* primary: what is wrong, one sentence without a full stop */
    struct wc_diag_label primary; /* where */
    WC_VEC(struct wc_diag_label) others;
    WC_VEC(const char *) notes; /* why */
    const char *help;           /* a way out; NULL where there is none to give */
    struct wc_suggestion suggestion;
};

/* All diagnostics of one run. */
struct wc_diags {
    struct wc_arena *arena; /* borrowed; owns every text */
    WC_VEC(struct wc_diag *) list;
    size_t errors;
    size_t warnings;
};

/* Appends one; the returned diagnostic may be added to with the functions below, each of which
 * copies its text into the collection's arena. */
struct wc_diag *wc_report(struct wc_diags *diags, enum wc_code code, struct wc_span span,
                          const char *message, ...) __attribute__((format(printf, 4, 5)));
void wc_diag_label(struct wc_diags *diags, struct wc_diag *diag, const char *text, ...)
    __attribute__((format(printf, 3, 4))); /* the text beside the primary span's carets */
void wc_diag_also(struct wc_diags *diags, struct wc_diag *diag, struct wc_span span,
                  const char *text, ...) __attribute__((format(printf, 4, 5)));
void wc_diag_note(struct wc_diags *diags, struct wc_diag *diag, const char *text, ...)
    __attribute__((format(printf, 3, 4)));
void wc_diag_help(struct wc_diags *diags, struct wc_diag *diag, const char *text, ...)
    __attribute__((format(printf, 3, 4)));
void wc_diag_suggest(struct wc_diags *diags, struct wc_diag *diag, struct wc_span span,
                     enum wc_applies applies, const char *replacement, ...)
    __attribute__((format(printf, 5, 6)));

/* By file, place, then code; stable. What two checks said alike is kept once. */
void wc_diags_sort(struct wc_diags *diags);

/* Suggests to delete `span`, with the blanks before it, and its line where nothing else is on it. */
void wc_diag_delete(struct wc_diags *diags, struct wc_diag *diag, struct wc_span span);

const char *wc_code_name(enum wc_code code);  /* "E0301" */
const char *wc_code_title(enum wc_code code); /* "uncovered class" */
/* The code called `text` ("E0301", in any case), or WC_CODE_COUNT. */
enum wc_code wc_code_find(const char *text);

#endif
