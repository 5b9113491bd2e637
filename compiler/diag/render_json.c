/* Diagnostics as JSON: one object each, members always in the same order, absent ones null. */
#include "compiler/diag/render.h"

#include <string.h>

static void text(struct wc_buf *buf, const char *name, const char *value)
{
    wc_buf_printf(buf, "\"%s\": ", name);
    if (value)
        wc_buf_json(buf, value, strlen(value));
    else
        wc_buf_text(buf, "null");
}

static void place(struct wc_buf *buf, const char *name, const struct wc_source *source,
                  uint32_t offset)
{
    struct wc_place at = wc_place_of(source, offset);
    wc_buf_printf(buf, "\"%s\": {\"line\": %u, \"column\": %u}", name, at.line, at.column);
}

static void span(struct wc_buf *buf, const struct wc_span *where)
{
    if (!where->source) {
        wc_buf_text(buf, "\"file\": null, \"start\": null, \"end\": null");
        return;
    }
    text(buf, "file", where->source->path);
    wc_buf_text(buf, ", ");
    place(buf, "start", where->source, where->start);
    wc_buf_text(buf, ", ");
    place(buf, "end", where->source, where->end);
}

static void label(struct wc_buf *buf, const struct wc_diag_label *at, bool primary)
{
    wc_buf_text(buf, primary ? "{" : ", {");
    span(buf, &at->span);
    wc_buf_text(buf, ", ");
    text(buf, "text", at->text);
    wc_buf_printf(buf, ", \"primary\": %s}", primary ? "true" : "false");
}

static void suggestion(struct wc_buf *buf, const struct wc_suggestion *edit)
{
    wc_buf_text(buf, "\"suggestion\": ");
    if (!edit->replacement) {
        wc_buf_text(buf, "null");
        return;
    }
    wc_buf_char(buf, '{');
    span(buf, &edit->span);
    wc_buf_text(buf, ", ");
    text(buf, "replacement", edit->replacement);
    wc_buf_printf(buf, ", \"applies\": %s}", edit->applies == WC_APPLIES ? "true" : "false");
}

static void object(struct wc_buf *buf, const struct wc_diag *diag)
{
    wc_buf_text(buf, "{");
    text(buf, "code", wc_code_name(diag->code));
    wc_buf_text(buf, ", ");
    text(buf, "severity", diag->severity == WC_ERROR ? "error" : "warning");
    wc_buf_text(buf, ", ");
    text(buf, "message", diag->message);
    wc_buf_text(buf, ", ");
    span(buf, &diag->primary.span);
    wc_buf_text(buf, ", \"labels\": [");
    label(buf, &diag->primary, true);
    WC_EACH(i, &diag->others)
    label(buf, &diag->others.items[i], false);
    wc_buf_text(buf, "], \"notes\": [");
    WC_EACH(i, &diag->notes)
    {
        wc_buf_text(buf, i ? ", " : "");
        wc_buf_json(buf, diag->notes.items[i], strlen(diag->notes.items[i]));
    }
    wc_buf_text(buf, "], ");
    text(buf, "help", diag->help);
    wc_buf_text(buf, ", ");
    suggestion(buf, &diag->suggestion);
    wc_buf_char(buf, '}');
}

void wc_render_json(struct wc_buf *buf, const struct wc_diags *diags)
{
    wc_buf_char(buf, '[');
    WC_EACH(i, &diags->list)
    {
        wc_buf_text(buf, i ? ",\n " : "");
        object(buf, diags->list.items[i]);
    }
    wc_buf_text(buf, "]\n");
}
