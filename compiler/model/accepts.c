/* `accept`: changes that are meant, for `wright diff`. Here it is only well-formed: whether there is such a rule
 * and such a change is known when two contracts are compared. */
#include "compiler/model/resolver.h"

#include <wright/json.h>

#include <string.h>

enum { PRINT = 8 }; /* digits of a fingerprint */

static void refuse(struct wc_resolver *r, struct wc_span span, const char *what, const char *help)
{
    struct wc_diag *diag = wc_report(r->diags, WC_E0790, span, "%s", what);
    wc_diag_label(r->diags, diag, "here");
    wc_diag_help(r->diags, diag, "%s", help);
}

static const char *joined(struct wc_resolver *r, const struct wc_ast_accept *accept)
{
    const char *text = "";
    WC_EACH(i, &accept->rule)
    {
        text = wc_arena_printf(r->arena, "%s%s%s", text, i ? "." : "", accept->rule.items[i].text);
    }
    return text;
}

void wc_resolve_accept(struct wc_resolver *r, const struct wc_ast_decl *decl)
{
    const struct wc_ast_accept *accept = decl->accept;
    const char *path = wc_arena_copy(r->arena, accept->path.bytes, accept->path.len);
    const char *print = strrchr(path, '#');
    struct wr_str until = {accept->until.bytes, accept->until.len};
    if (!print || strlen(print + 1) != PRINT || strspn(print + 1, "0123456789abcdef") != PRINT) {
        refuse(r, accept->path.span, "the accepted change has no fingerprint",
               "copy the whole line that `wright diff` prints under the change");
        return;
    }
    if (!wr_is_format(until, WR_DATE)) {
        refuse(r, accept->until.span, "this is no day until which the change is accepted",
               "write it like \"2027-01-31\"");
        return;
    }
    if (!accept->because.len) {
        refuse(r, accept->because.span, "the accepted change has no reason",
               "say why: a reviewer reads it beside the change");
        return;
    }
    struct wc_accepted one = {
        .rule = joined(r, accept),
        .path = wc_arena_copy(r->arena, path, (size_t)(print - path)),
        .print = print + 1,
        .because = wc_arena_copy(r->arena, accept->because.bytes, accept->because.len),
        .until = wc_arena_copy(r->arena, accept->until.bytes, accept->until.len),
    };
    wc_push(r->arena, &r->model->accepted, one);
}
