/* `examples "file"`: pairs of what is asked and what is answered, read when the specification is compiled and
 * held against its schemas. A file is a JSON list of pairs, or one pair a line. */
#include "compiler/model/document.h"
#include "compiler/model/scope.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 64 };

struct reading {
    struct wc_resolver *r;
    const struct wc_text *file;
    size_t line; /* of a file of lines; 0: it is one JSON value */
    size_t pair; /* from 1 */
};

static void refuse(struct reading *reading, const char *where, const char *why)
{
    struct wc_resolver *r = reading->r;
    struct wc_diag *diag;
    if (reading->line)
        diag = wc_report(r->diags, WC_E0750, reading->file->span,
                         "the example in line %zu of `%s` does not fit", reading->line,
                         reading->file->bytes);
    else if (reading->pair)
        diag = wc_report(r->diags, WC_E0750, reading->file->span,
                         "example %zu of `%s` does not fit", reading->pair, reading->file->bytes);
    else
        diag = wc_report(r->diags, WC_E0750, reading->file->span, "`%s` has no examples",
                         reading->file->bytes);
    if (where[0])
        wc_diag_label(r->diags, diag, "`%s`: %s", where, why);
    else
        wc_diag_label(r->diags, diag, "%s", why);
    wc_diag_note(r->diags, diag,
                 "a model learns from its examples what it may answer, so they are held against "
                 "the schemas");
    wc_diag_help(r->diags, diag, "a pair is `{\"input\": …, \"output\": …}`");
}

/* ---- pairs ---------------------------------------------------------------------------------- */

/* A text is said as it is, anything else as its JSON. */
static const char *said(struct wc_arena *arena, const json_t *value)
{
    if (json_is_string(value))
        return wc_arena_copy(arena, json_string_value(value), json_string_length(value));
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *copy = wc_arena_copy(arena, text ? text : "", text ? strlen(text) : 0);
    free(text);
    return copy;
}

static void take_pair(struct reading *reading, const json_t *pair,
                      const struct wc_workflow *workflow, struct wc_action *action)
{
    struct wc_arena *arena = reading->r->arena;
    const json_t *input = json_object_get(pair, "input"), *output = json_object_get(pair, "output");
    struct wc_document_fault fault;
    reading->pair++;
    if (!input || !output || json_object_size(pair) != 2) {
        refuse(reading, "", "not an object of `input` and `output`");
        return;
    }
    struct wc_example example = {said(arena, input), said(arena, output)};
    const struct wc_type *as = action->as;
    if (!json_is_string(input) && workflow->input &&
        !wc_document_fits(arena, example.input, workflow->input, false, &fault))
        refuse(reading, wc_arena_printf(arena, "/input%s", fault.pointer), fault.why);
    else if (as->kind == WC_TYPE_SCHEMA &&
             !wc_document_fits(arena, example.output, as->schema, true, &fault))
        refuse(reading, wc_arena_printf(arena, "/output%s", fault.pointer), fault.why);
    else
        wc_push(arena, &action->examples, example);
}

static void read_lines(struct reading *reading, const struct wc_source *source,
                       const struct wc_workflow *workflow, struct wc_action *action)
{
    const char *at = source->text, *end = at + source->len;
    while (at < end && reading->pair < PAIRS_MAX + 1) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        reading->line++;
        if (strspn(at, " \t\r") < len) {
            json_error_t error;
            json_t *pair = json_loadb(at, len, JSON_REJECT_DUPLICATES, &error);
            if (pair)
                take_pair(reading, pair, workflow, action);
            else
                refuse(reading, "",
                       wc_arena_copy(reading->r->arena, error.text, strlen(error.text)));
            json_decref(pair);
        }
        at += len + 1;
    }
}

void wc_resolve_examples(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    struct wc_action *action = &one->stage->action;
    struct reading reading = {.r = r, .file = &one->ast->action->examples};
    if (!reading.file->bytes || !action->as)
        return;
    const struct wc_source *source = wc_read_beside(r, reading.file, "file of examples");
    if (!source)
        return;
    action->examples_label = wc_file_label(r->arena, reading.file->bytes);
    action->examples_hash = wc_sha256(r->arena, source->text, source->len);
    json_t *whole = json_loadb(source->text, source->len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_array(whole))
        for (size_t i = 0; i < json_array_size(whole) && i <= PAIRS_MAX; i++)
            take_pair(&reading, json_array_get(whole, i), work->workflow, action);
    else if (whole)
        take_pair(&reading, whole, work->workflow, action);
    else
        read_lines(&reading, source, work->workflow, action);
    json_decref(whole);
    if (reading.pair > PAIRS_MAX)
        refuse(&reading, "", "more than 64 examples: each is paid for with every call");
    reading.line = 0;
    if (reading.pair == 0)
        refuse(&reading, "", "nothing to learn from");
}
