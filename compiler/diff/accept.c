/* Changes that are accepted on purpose: the new side's `accept` rows, matched by rule, path and the
 * fingerprint of both sides. One that accepts nothing is said, never passed over. */
#include "compiler/diff/rules.h"

#include <string.h>

static bool is_of(const json_t *row, const struct wc_finding *finding)
{
    return strcmp(wc_text_at(row, "rule"), wc_rule_row(finding->rule)->id) == 0 &&
           strcmp(wc_text_at(row, "path"), finding->path) == 0 &&
           strcmp(wc_text_at(row, "print"), finding->print) == 0;
}

/* Why this row accepts nothing. */
static const char *reason(struct wc_diff *diff, const json_t *row, bool over)
{
    if (wc_rule_find(wc_text_at(row, "rule")) == WC_RULE_COUNT)
        return "there is no such rule";
    if (over)
        return wc_print(diff, "it was accepted until %s", wc_text_at(row, "until"));
    WC_EACH(i, &diff->findings)
    {
        const struct wc_finding *finding = &diff->findings.items[i];
        if (strcmp(wc_text_at(row, "path"), finding->path) == 0 &&
            strcmp(wc_text_at(row, "rule"), wc_rule_row(finding->rule)->id) == 0)
            return wc_print(diff, "it is another change by now, #%s", finding->print);
    }
    return NULL; /* in a later version than the one that changed it: that is as it should be */
}

void wc_accept_all(struct wc_diff *diff, const char *today)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(diff->new.contract, "accepted"), i, row)
    {
        bool over = strcmp(wc_text_at(row, "until"), today) < 0, used = false, matched = false;
        WC_EACH(k, &diff->findings)
        {
            struct wc_finding *finding = &diff->findings.items[k];
            if (!is_of(row, finding))
                continue;
            matched = true;
            if (!over)
                finding->because = wc_text_at(row, "because");
            used = used || !over;
        }
        const char *why = used || (over && !matched) ? NULL : reason(diff, row, over);
        if (why)
            wc_push(diff->arena, &diff->notes,
                    wc_print(diff, "accept %s \"%s#%s\": %s", wc_text_at(row, "rule"),
                             wc_text_at(row, "path"), wc_text_at(row, "print"), why));
    }
}
