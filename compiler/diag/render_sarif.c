/* Diagnostics as SARIF 2.1.0 (OASIS), for code scanning and editors; and as the workflow commands by which
 * GitHub shows them beside the lines of a change. Places are lines and columns, in code points. */
#include "compiler/base/version.h"
#include "compiler/diag/render.h"

#include <string.h>

/* ---- SARIF ---------------------------------------------------------------------------------- */

static void text(struct wc_buf *buf, const char *name, const char *value)
{
    wc_buf_printf(buf, "\"%s\": ", name);
    wc_buf_json(buf, value, strlen(value));
}

/* A path as a URI reference (RFC 3986): what is no part of one is percent-encoded. */
static void uri(struct wc_buf *buf, const char *path)
{
    static const char plain[] = "-._~!$&'()*+,;=@/";
    wc_buf_char(buf, '"');
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || strchr(plain, c))
            wc_buf_char(buf, *path);
        else
            wc_buf_printf(buf, "%%%02X", c);
    }
    wc_buf_char(buf, '"');
}

static void artifact(struct wc_buf *buf, const struct wc_source *source)
{
    wc_buf_text(buf, "\"artifactLocation\": {\"uri\": ");
    uri(buf, source->path);
    wc_buf_char(buf, '}');
}

static void region(struct wc_buf *buf, const char *name, const struct wc_span *span)
{
    struct wc_place from = wc_place_of(span->source, span->start);
    struct wc_place to = wc_place_of(span->source, span->end);
    wc_buf_printf(buf,
                  "\"%s\": {\"startLine\": %u, \"startColumn\": %u, \"endLine\": %u, "
                  "\"endColumn\": %u}",
                  name, from.line, from.column, to.line, to.column);
}

static void location(struct wc_buf *buf, const struct wc_diag_label *label)
{
    wc_buf_text(buf, "{\"physicalLocation\": {");
    artifact(buf, label->span.source);
    wc_buf_text(buf, ", ");
    region(buf, "region", &label->span);
    wc_buf_char(buf, '}');
    if (label->text && *label->text) {
        wc_buf_text(buf, ", \"message\": {");
        text(buf, "text", label->text);
        wc_buf_char(buf, '}');
    }
    wc_buf_char(buf, '}');
}

/* What is wrong, where, why, and a way out, for readers that show nothing else. */
static void message(struct wc_buf *buf, const struct wc_diag *diag)
{
    struct wc_buf all = {0};
    wc_buf_text(&all, diag->message);
    if (*diag->primary.text)
        wc_buf_printf(&all, ": %s", diag->primary.text);
    WC_EACH(i, &diag->notes)
    {
        wc_buf_printf(&all, "\n%s", diag->notes.items[i]);
    }
    if (diag->help)
        wc_buf_printf(&all, "\nhelp: %s", diag->help);
    wc_buf_text(buf, "\"message\": {");
    text(buf, "text", all.data);
    wc_buf_char(buf, '}');
    wc_buf_free(&all);
}

static void related(struct wc_buf *buf, const struct wc_diag *diag)
{
    bool first = true;
    wc_buf_text(buf, ", \"relatedLocations\": [");
    WC_EACH(i, &diag->others)
    {
        if (!diag->others.items[i].span.source)
            continue;
        wc_buf_text(buf, first ? "" : ", ");
        location(buf, &diag->others.items[i]);
        first = false;
    }
    wc_buf_char(buf, ']');
}

/* Only what a machine may apply is a fix. */
static void fix(struct wc_buf *buf, const struct wc_diag *diag)
{
    const struct wc_suggestion *edit = &diag->suggestion;
    if (!edit->replacement || edit->applies != WC_APPLIES || !edit->span.source)
        return;
    wc_buf_text(buf, ", \"fixes\": [{\"description\": {");
    text(buf, "text", diag->help ? diag->help : diag->message);
    wc_buf_text(buf, "}, \"artifactChanges\": [{");
    artifact(buf, edit->span.source);
    wc_buf_text(buf, ", \"replacements\": [{");
    region(buf, "deletedRegion", &edit->span);
    wc_buf_text(buf, ", \"insertedContent\": {");
    text(buf, "text", edit->replacement);
    wc_buf_text(buf, "}}]}]}]");
}

static void result(struct wc_buf *buf, const struct wc_diag *diag)
{
    wc_buf_char(buf, '{');
    text(buf, "ruleId", wc_code_name(diag->code));
    wc_buf_text(buf, ", ");
    text(buf, "level", diag->severity == WC_ERROR ? "error" : "warning");
    wc_buf_text(buf, ", ");
    message(buf, diag);
    wc_buf_text(buf, ", \"locations\": [");
    if (diag->primary.span.source)
        location(buf, &diag->primary);
    wc_buf_char(buf, ']');
    related(buf, diag);
    fix(buf, diag);
    wc_buf_char(buf, '}');
}

/* The rules that have a result, each once. */
static void rules(struct wc_buf *buf, const struct wc_diags *diags)
{
    bool told[WC_CODE_COUNT] = {false}, first = true;
    WC_EACH(i, &diags->list)
    {
        enum wc_code code = diags->list.items[i]->code;
        if (told[code])
            continue;
        wc_buf_text(buf, first ? "" : ", ");
        wc_buf_char(buf, '{');
        text(buf, "id", wc_code_name(code));
        wc_buf_text(buf, ", \"shortDescription\": {");
        text(buf, "text", wc_code_title(code));
        wc_buf_text(buf, "}}");
        told[code] = true;
        first = false;
    }
}

void wc_render_sarif(struct wc_buf *buf, const struct wc_diags *diags)
{
    wc_buf_text(buf,
                "{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"version\": "
                "\"2.1.0\",\n \"runs\": [{\"tool\": {\"driver\": {\"name\": \"wright\", ");
    text(buf, "version", WRIGHT_VERSION);
    wc_buf_text(buf, ", \"rules\": [");
    rules(buf, diags);
    wc_buf_text(buf, "]}},\n \"columnKind\": \"unicodeCodePoints\",\n \"results\": [");
    WC_EACH(i, &diags->list)
    {
        wc_buf_text(buf, i ? ",\n  " : "");
        result(buf, diags->list.items[i]);
    }
    wc_buf_text(buf, "]}]}\n");
}

/* ---- GitHub --------------------------------------------------------------------------------- */

/* `%`, line breaks and, in a property, what ends one are written as a workflow command wants them. */
static void escaped(struct wc_buf *buf, const char *from, bool property)
{
    for (; *from; from++) {
        bool harmful = *from == '%' || *from == '\r' || *from == '\n' ||
                       (property && (*from == ':' || *from == ','));
        if (harmful)
            wc_buf_printf(buf, "%%%02X", (unsigned char)*from);
        else
            wc_buf_char(buf, *from);
    }
}

static void command(struct wc_buf *buf, const struct wc_diag *diag)
{
    const struct wc_span *span = &diag->primary.span;
    wc_buf_text(buf, diag->severity == WC_ERROR ? "::error " : "::warning ");
    if (span->source) {
        struct wc_place from = wc_place_of(span->source, span->start);
        struct wc_place to = wc_place_of(span->source, span->end);
        wc_buf_text(buf, "file=");
        escaped(buf, span->source->path, true);
        wc_buf_printf(buf, ",line=%u,endLine=%u", from.line, to.line);
        if (from.line == to.line) /* columns count only within one line */
            wc_buf_printf(buf, ",col=%u,endColumn=%u", from.column, to.column);
        wc_buf_char(buf, ',');
    }
    wc_buf_printf(buf, "title=%s ", wc_code_name(diag->code));
    escaped(buf, wc_code_title(diag->code), true);
    wc_buf_text(buf, "::");
    escaped(buf, diag->message, false);
    WC_EACH(i, &diag->notes)
    {
        wc_buf_text(buf, "%0A");
        escaped(buf, diag->notes.items[i], false);
    }
    if (diag->help) {
        wc_buf_text(buf, "%0Ahelp: ");
        escaped(buf, diag->help, false);
    }
    wc_buf_char(buf, '\n');
}

void wc_render_github(struct wc_buf *buf, const struct wc_diags *diags)
{
    WC_EACH(i, &diags->list)
    {
        command(buf, diags->list.items[i]);
    }
}
