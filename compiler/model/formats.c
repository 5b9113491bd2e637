/* What strings with a form of their own (uuid, date, uri …) and amounts of money are bounded by, which
 * currencies there are, and whether a text has a form. */
#include "compiler/model/resolver.h"

#include <wright/json.h>

#include <string.h>

/* ---- bounds ------------------------------------------------------------------------------- */

enum {
    URI_USUAL = 2048, /* bytes; what every client and proxy passes on (RFC 9110, 4.1: 8000) */
    EMAIL_MOST = 254  /* bytes; RFC 5321, 4.5.3.1.3 */
};

#define MONEY_MOST INT64_C(9007199254740991) /* 2^53 - 1: exact in every JSON parser */

void wc_usual_bounds(struct wc_type *type)
{
    if (type->kind == WC_TYPE_MONEY && !type->has_min) {
        type->has_min = true;
        type->min = -MONEY_MOST;
    }
    if (type->has_max || type->kind == WC_TYPE_ANY)
        return;
    type->has_max = true;
    type->max = type->kind == WC_TYPE_MONEY ? MONEY_MOST
                : type->kind == WC_TYPE_URI ? URI_USUAL
                                            : EMAIL_MOST;
}

int64_t wc_format_least(const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_UUID:
        return WR_UUID_LEN;
    case WC_TYPE_DATE:
        return WR_DATE_LEN;
    case WC_TYPE_DATETIME:
        return WR_DATETIME_LEAST;
    default:
        return type->has_min && type->min > 3 ? type->min : 3; /* "a@b", "a:b" */
    }
}

int64_t wc_format_most(const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_UUID:
        return WR_UUID_LEN;
    case WC_TYPE_DATE:
        return WR_DATE_LEN;
    case WC_TYPE_DATETIME:
        return WR_DATETIME_MOST;
    default:
        return type->max;
    }
}

/* ---- forms -------------------------------------------------------------------------------- */

bool wc_is_format(enum wc_type_kind kind)
{
    return kind == WC_TYPE_UUID || kind == WC_TYPE_DATE || kind == WC_TYPE_DATETIME ||
           kind == WC_TYPE_URI || kind == WC_TYPE_EMAIL;
}

enum wr_format wc_format_of(enum wc_type_kind kind)
{
    switch (kind) {
    case WC_TYPE_UUID:
        return WR_UUID;
    case WC_TYPE_DATE:
        return WR_DATE;
    case WC_TYPE_DATETIME:
        return WR_DATETIME;
    case WC_TYPE_URI:
        return WR_URI;
    default:
        return WR_EMAIL;
    }
}

bool wc_has_format(const struct wc_type *type, const char *text, size_t len)
{
    return wr_is_format((struct wr_str){text, len}, wc_format_of(type->kind)) &&
           (int64_t)len <= wc_format_most(type) && (!type->has_min || (int64_t)len >= type->min);
}

/* ---- currencies --------------------------------------------------------------------------- */

/* ISO 4217, sorted, by the digits behind the point. */
static const char two[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD "
    "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
    "GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
    "MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR "
    "RON "
    "RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD "
    "TWD "
    "TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
static const char four[] = "CLF UYW";

static const struct {
    const char *codes;
    int digits;
} currencies[] = {{two, 2}, {none, 0}, {three, 3}, {four, 4}};

enum { CODE = 4 }; /* three letters and a space */

int wc_currency_digits(const char *code)
{
    if (strlen(code) != CODE - 1)
        return -1;
    for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++)
        for (const char *at = currencies[i].codes; strlen(at) >= CODE - 1; at += CODE) {
            if (strncmp(at, code, CODE - 1) == 0)
                return currencies[i].digits;
            if (!at[CODE - 1])
                break;
        }
    return -1;
}

const char *wc_amount_text(struct wc_arena *arena, int64_t amount, const char *code)
{
    int digits = wc_currency_digits(code);
    int64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    if (digits <= 0)
        return wc_arena_printf(arena, "%s %lld", code, (long long)amount);
    return wc_arena_printf(arena, "%s %lld.%0*lld", code, (long long)(amount / unit), digits,
                           (long long)(amount < 0 ? -(amount % unit) : amount % unit));
}

const char *wc_nearest_currency(struct wc_arena *arena, const char *code)
{
    size_t count = 0;
    const char **names = WC_NEW_ARRAY(arena, const char *, sizeof two / CODE + 1);
    for (const char *at = two; strlen(at) >= CODE - 1; at += CODE) {
        names[count++] = wc_arena_copy(arena, at, CODE - 1);
        if (!at[CODE - 1])
            break;
    }
    return wc_nearest(code, names, count);
}
