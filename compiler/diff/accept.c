/* Changes that are accepted on purpose: the new side's `accept` rows, matched by rule, path and the
 * fingerprint of both sides. */
#include "compiler/diff/rules.h"

#include <string.h>

static bool is_of(const json_t *row, const struct wc_finding *finding)
{
    return strcmp(wc_text_at(row, "rule"), wc_rule_row(finding->rule)->id) == 0 &&
           strcmp(wc_text_at(row, "path"), finding->path) == 0 &&
           strcmp(wc_text_at(row, "print"), finding->print) == 0;
}

void wc_accept_all(struct wc_diff *diff, const char *today)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(diff->new.contract, "accepted"), i, row)
    {
        WC_EACH(k, &diff->findings)
        {
            struct wc_finding *finding = &diff->findings.items[k];
            if (is_of(row, finding) && strcmp(wc_text_at(row, "until"), today) >= 0)
                finding->because = wc_text_at(row, "because");
        }
    }
}
