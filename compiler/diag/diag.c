/* Collecting diagnostics: texts are copied into the collection's arena, order is decided at the end. */
#include "compiler/diag/diag.h"

#include <string.h>
#include <strings.h>

struct code_row {
    const char *name;
    const char *title;
    enum wc_severity severity;
};

enum { SEVERITY_error = WC_ERROR, SEVERITY_warning = WC_WARNING };

static const struct code_row codes[] = {
#define CODE(number, severity, title, summary)                                                     \
    {#number, title, (enum wc_severity)SEVERITY_##severity},
#include "compiler/diag/codes.def"
#undef CODE
};

/* Copies a printf-style text into the arena; `format` is the last named parameter. */
#define COPY(diags, format, text)                                                                  \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        (text) = wc_arena_vprintf((diags)->arena, (format), args);                                 \
        va_end(args);                                                                              \
    } while (0)

struct wc_diag *wc_report(struct wc_diags *diags, enum wc_code code, struct wc_span span,
                          const char *message, ...)
{
    struct wc_diag *diag = WC_NEW(diags->arena, struct wc_diag);
    diag->code = code;
    diag->severity = codes[code].severity;
    diag->primary.span = span;
    diag->primary.text = "";
    COPY(diags, message, diag->message);
    wc_push(diags->arena, &diags->list, diag);
    if (diag->severity == WC_ERROR)
        diags->errors++;
    else
        diags->warnings++;
    return diag;
}

void wc_diag_label(struct wc_diags *diags, struct wc_diag *diag, const char *text, ...)
{
    COPY(diags, text, diag->primary.text);
}

void wc_diag_also(struct wc_diags *diags, struct wc_diag *diag, struct wc_span span,
                  const char *text, ...)
{
    struct wc_diag_label label = {span, ""};
    COPY(diags, text, label.text);
    wc_push(diags->arena, &diag->others, label);
}

void wc_diag_note(struct wc_diags *diags, struct wc_diag *diag, const char *text, ...)
{
    const char *note;
    COPY(diags, text, note);
    wc_push(diags->arena, &diag->notes, note);
}

void wc_diag_help(struct wc_diags *diags, struct wc_diag *diag, const char *text, ...)
{
    COPY(diags, text, diag->help);
}

void wc_diag_suggest(struct wc_diags *diags, struct wc_diag *diag, struct wc_span span,
                     enum wc_applies applies, const char *replacement, ...)
{
    diag->suggestion.span = span;
    diag->suggestion.applies = applies;
    COPY(diags, replacement, diag->suggestion.replacement);
}

void wc_diag_delete(struct wc_diags *diags, struct wc_diag *diag, struct wc_span span)
{
    const char *text = span.source->text;
    size_t from = span.start, to = span.end;
    while (from > 0 && (text[from - 1] == ' ' || text[from - 1] == '\t'))
        from--;
    while (text[to] == ' ' || text[to] == '\t')
        to++;
    bool alone = (from == 0 || text[from - 1] == '\n') && text[to] == '\n';
    span.start = (uint32_t)from;
    span.end = alone ? (uint32_t)to + 1 : span.end;
    wc_diag_suggest(diags, diag, span, WC_APPLIES, "%s", "");
}

static const char *path_of(const struct wc_diag *diag)
{
    return diag->primary.span.source ? diag->primary.span.source->path : "";
}

static int compare(const struct wc_diag *a, const struct wc_diag *b)
{
    int by_path = strcmp(path_of(a), path_of(b));
    if (by_path != 0)
        return by_path;
    if (a->primary.span.start != b->primary.span.start)
        return a->primary.span.start < b->primary.span.start ? -1 : 1;
    return (int)a->code - (int)b->code;
}

/* A merge sort: stable, and n log n whatever a hostile file makes of it. */
static void sort(struct wc_diag **items, struct wc_diag **spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    sort(items, spare, half);
    sort(items + half, spare + half, count - half);
    size_t left = 0, right = half;
    for (size_t i = 0; i < count; i++) {
        bool take_left = right == count || (left < half && compare(items[left], items[right]) <= 0);
        spare[i] = take_left ? items[left++] : items[right++];
    }
    memcpy(items, spare, count * sizeof *items);
}

#define LOOKED_BACK 8 /* diagnostics of one place, before a repeated one is no longer found */

/* Is `diag` among the last of the `count` before it? */
static bool is_repeated(struct wc_diag *const *items, size_t count, const struct wc_diag *diag)
{
    const struct wc_span *span = &diag->primary.span;
    for (size_t i = count; i-- > 0 && count - i <= LOOKED_BACK;) {
        const struct wc_span *other = &items[i]->primary.span;
        if (items[i]->code == diag->code && other->source == span->source &&
            other->start == span->start && other->end == span->end &&
            strcmp(items[i]->message, diag->message) == 0)
            return true;
    }
    return false;
}

void wc_diags_sort(struct wc_diags *diags)
{
    struct wc_diag **items = diags->list.items;
    size_t kept = 0;
    if (diags->list.count > 1)
        sort(items, WC_NEW_ARRAY(diags->arena, struct wc_diag *, diags->list.count),
             diags->list.count);
    for (size_t i = 0; i < diags->list.count; i++) {
        if (is_repeated(items, kept, items[i])) {
            diags->errors -= items[i]->severity == WC_ERROR;
            diags->warnings -= items[i]->severity == WC_WARNING;
        } else {
            items[kept++] = items[i];
        }
    }
    diags->list.count = kept;
}

const char *wc_code_name(enum wc_code code)
{
    return codes[code].name;
}

const char *wc_code_title(enum wc_code code)
{
    return codes[code].title;
}

enum wc_code wc_code_find(const char *text)
{
    enum wc_code code = (enum wc_code)0;
    while (code < WC_CODE_COUNT && strcasecmp(codes[code].name, text) != 0)
        code = (enum wc_code)(code + 1);
    return code;
}
