/* What a file's bytes may be: UTF-8 without control characters and without characters that make a
 * line read otherwise than it is. Knows no tokens. */
#include "compiler/syntax/tokens.h"

#define REPORTED 10 /* places told of one file */

struct scan {
    const struct wc_source *source;
    struct wc_diags *diags;
    size_t reported;
};

static void refuse(struct scan *scan, size_t at, size_t len, const char *message, const char *help)
{
    if (scan->reported++ >= REPORTED)
        return;
    struct wc_span span = {scan->source, (uint32_t)at, (uint32_t)(at + len)};
    struct wc_diag *diag = wc_report(scan->diags, WC_E0102, span, "%s", message);
    wc_diag_help(scan->diags, diag, "%s", help);
}

/* The length of the well-formed sequence at `s` (Unicode 15, table 3-7), or 0. */
static size_t sequence(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return 1;
    size_t len = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if (len == 0 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return len;
}

/* U+202A..202E, U+2066..2069: they reorder what an editor shows (CVE-2021-42574). */
static bool is_bidirectional(const unsigned char *s, size_t len)
{
    return len == 3 && s[0] == 0xe2 &&
           ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) ||
            (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

void wc_check_text(const struct wc_source *source, struct wc_diags *diags)
{
    const unsigned char *text = (const unsigned char *)source->text;
    struct scan scan = {source, diags, 0};
    for (size_t i = 0, len; i < source->len; i += len) {
        len = sequence(text + i, source->len - i);
        if (len == 0) { /* one error a run: its bytes are one mistake */
            do
                len++;
            while (i + len < source->len && sequence(text + i + len, source->len - i - len) == 0);
            refuse(&scan, i, len, "this is not UTF-8", "save the file as UTF-8");
        } else if ((text[i] < 0x20 && text[i] != '\n' && text[i] != '\t' && text[i] != '\r') ||
                   text[i] == 0x7f) {
            refuse(&scan, i, 1, "this is a control character",
                   "delete it; in a string, write it as an escape: \\u{7f}");
        } else if (is_bidirectional(text + i, len)) {
            refuse(&scan, i, len, "this character makes the line read otherwise than it is",
                   "delete it; in a string, write it as an escape: \\u{202e}");
        }
    }
}
