/* Patterns: compiled once a text, and measured, since a pattern bounds its strings. */
#include "compiler/base/automata.h"
#include "compiler/model/resolver.h"

#include <string.h>

static void refuse(struct wc_resolver *r, const struct wc_text *text,
                   const struct wc_regex_error *error)
{
    struct wc_span span = text->span;
    /* Only in a raw string is a byte of the pattern a byte of the source. */
    if (text->raw && span.start + 2 + error->offset < span.end) {
        span.start += 2 + (uint32_t)error->offset;
        span.end = span.start + 1;
    }
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0507, span, "this pattern is refused: %s", error->reason);
    wc_diag_label(r->diags, diag, "here");
    wc_diag_note(r->diags, diag,
                 "a pattern becomes an automaton, so that it matches in linear time and two "
                 "patterns can be compared");
    if (error->help)
        wc_diag_help(r->diags, diag, "%s", error->help);
}

static void measure(struct wc_resolver *r, struct wc_type *type, const struct wc_dfa *dfa)
{
    struct wc_dfa_lengths lengths = wc_dfa_lengths(r->arena, dfa);
    if (type->has_min || type->has_max)
        return; /* its own bounds stand */
    type->has_min = lengths.min_points > 0;
    type->min = lengths.min_points;
    type->has_max = lengths.max_points >= 0;
    type->max = lengths.max_points;
}

void wc_resolve_pattern(struct wc_resolver *r, struct wc_type *type, const struct wc_text *text)
{
    struct wc_regex_error error = {0};
    const char *interned = wc_intern(r->names, text->bytes, text->len);
    WC_EACH(i, &r->model->patterns)
    {
        const struct wc_pattern *known = &r->model->patterns.items[i];
        if (known->text != interned)
            continue;
        type->pattern = interned;
        type->pattern_id = i;
        type->dfa = known->dfa;
        measure(r, type, known->dfa);
        return;
    }
    struct wc_pattern pattern = {interned,
                                 wc_dfa_compile(r->arena, text->bytes, text->len, &error)};
    if (!pattern.dfa) {
        refuse(r, text, &error);
        type->kind = WC_TYPE_UNKNOWN;
        return;
    }
    type->pattern = interned;
    type->pattern_id = r->model->patterns.count;
    type->dfa = pattern.dfa;
    wc_push(r->arena, &r->model->patterns, pattern);
    measure(r, type, pattern.dfa);
}
