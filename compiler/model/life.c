/* What clients are promised of a route: how long it will be there (`deprecated`, `sunset`), and how
 * much one caller may ask of it (`limit`). */
#include "compiler/model/resolver.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_S 86400

/* ---- dates -------------------------------------------------------------------------------- */

/* Days since 1970-01-01 of a date in the calendar of RFC 3339; false where there is no such day. */
static bool days_of(const char *text, int64_t *days)
{
    static const int months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, end = 0;
    if (!text || strlen(text) != 10 || strspn(text, "0123456789-") != 10 ||
        sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1970 || month < 1 || month > 12 || day < 1 ||
        day > months[month - 1] + (leap && month == 2))
        return false;
    int64_t passed = year - 1;
    *days = passed * 365 + passed / 4 - passed / 100 + passed / 400 - INT64_C(719162);
    for (int i = 1; i < month; i++)
        *days += months[i - 1] + (leap && i == 2);
    *days += day - 1;
    return true;
}

/* "Thu, 01 Jan 1970 00:00:00 GMT": RFC 9110, section 5.6.7. */
static const char *http_date(struct wc_arena *arena, const char *text, int64_t days)
{
    static const char names[] = "ThuFriSatSunMonTueWed";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int month = (text[5] - '0') * 10 + text[6] - '0';
    return wc_arena_printf(arena, "%.3s, %.2s %.3s %.4s 00:00:00 GMT", names + 3 * (days % 7),
                           text + 8, months + 3 * (month - 1), text);
}

static bool date_of(struct wc_resolver *r, const struct wc_text *text, const char *what,
                    int64_t *days)
{
    if (!text->bytes || days_of(text->bytes, days))
        return text->bytes != NULL;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0830, text->span, "%s is a day, not \"%s\"", what, text->bytes);
    wc_diag_label(r->diags, diag, "no day of the calendar");
    wc_diag_note(r->diags, diag, "replies tell it to clients, whose tools act on it");
    wc_diag_help(r->diags, diag, "write it as \"2027-06-30\"");
    return false;
}

static void need_since(struct wc_resolver *r, const struct wc_clause *clause)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0830, clause->span, "`deprecated` does not say from which day on");
    wc_diag_label(r->diags, diag, "`since` is missing");
    wc_diag_note(r->diags, diag, "the field `Deprecation` of a reply is a time (RFC 9745)");
    wc_diag_help(r->diags, diag, "add `since \"2027-01-31\"`");
}

void wc_resolve_life(struct wc_resolver *r, struct wc_clauses clauses, struct wc_life *life)
{
    const struct wc_clause *old = wc_clause_one(r, clauses, WC_CLAUSE_DEPRECATED);
    const struct wc_clause *end = wc_clause_one(r, clauses, WC_CLAUSE_SUNSET);
    int64_t since = 0, until = 0;
    bool dated = false;
    if (old && !old->since.bytes && old->text.bytes)
        need_since(r, old);
    else if (old && date_of(r, &old->since, "when a deprecation begins", &since)) {
        dated = true;
        life->deprecated = old->text.bytes;
        life->since = old->since.bytes;
        life->deprecation_field = wc_arena_printf(r->arena, "@%" PRId64, since * DAY_S);
    } else if (life->since) {
        dated = days_of(life->since, &since);
    }
    if (end && date_of(r, &end->text, "a sunset", &until)) {
        life->sunset = end->text.bytes;
        life->sunset_field = http_date(r->arena, end->text.bytes, until);
    }
    if (!dated || !life->sunset || !days_of(life->sunset, &until) || until >= since ||
        (!old && !end))
        return;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0830, end ? end->span : old->span,
                  "the sunset, %s, is before the deprecation, %s", life->sunset, life->since);
    wc_diag_label(r->diags, diag, "gone before it is deprecated");
    wc_diag_help(r->diags, diag, "let the sunset be the later day: RFC 9745 asks for that");
}

/* ---- limits of one caller ----------------------------------------------------------------- */

void wc_resolve_quota(struct wc_resolver *r, struct wc_clauses clauses, struct wr_limits *limits)
{
    struct wr_breaker none = {0};
    const struct wc_clause *limit = wc_clause_find(clauses.items, clauses.count, WC_CLAUSE_LIMIT);
    wc_resolve_limits(r, clauses, limits, &none);
    for (size_t i = 0; limit && i < limit->limits.count; i++) {
        if (limit->limits.items[i].kind != WC_LIMIT_TOKENS)
            continue;
        struct wc_diag *diag = wc_report(r->diags, WC_E0831, limit->limits.items[i].span,
                                         "callers are not limited by tokens");
        wc_diag_label(r->diags, diag, "counted before models only");
        wc_diag_note(r->diags, diag, "how many tokens a job takes is known when it has ended");
        wc_diag_help(r->diags, diag,
                     "limit its requests here, `100 per 1m`, and tokens at the `model`");
    }
}
