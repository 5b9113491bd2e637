/* Numbers of a document: integers exact in 64 bits, others to the nearest double (ties to even), in
 * no locale but C's. */
#include "runtime/json/number.h"

#include "runtime/json/scan.h"

#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_KEPT 19  /* fit in 64 bits */
#define DIGITS_EXACT 15 /* a double holds every integer of so many digits */
#define POWER_EXACT 22  /* and every power of ten up to this one */

locale_t wr_c_locale(void)
{
    static locale_t locale; /* glibc gives one constant object for "C" */
    locale_t now = __atomic_load_n(&locale, __ATOMIC_ACQUIRE);
    if (!now) {
        now = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        __atomic_store_n(&locale, now, __ATOMIC_RELEASE);
    }
    return now;
}

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

static const char *digits_end(const char *p, const char *end)
{
    while (is_digit(p, end))
        p++;
    return p;
}

bool wr_take_number(struct wr_reader *in, struct wr_str *text, bool *integral)
{
    const char *start = in->at, *p = start, *end = in->end;
    *integral = true;
    p += p < end && *p == '-';
    if (!is_digit(p, end))
        return wr_fault_syntax(in, p, "a digit must come here");
    if (*p == '0' && is_digit(p + 1, end))
        return wr_fault_syntax(in, p, "a number does not begin with 0");
    p = digits_end(p, end);
    if (p < end && *p == '.') {
        *integral = false;
        if (!is_digit(++p, end))
            return wr_fault_syntax(in, p, "a digit must follow the decimal point");
        p = digits_end(p, end);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        *integral = false;
        p++;
        p += p < end && (*p == '+' || *p == '-');
        if (!is_digit(p, end))
            return wr_fault_syntax(in, p, "a digit must come in the exponent");
        p = digits_end(p, end);
    }
    in->at = p;
    *text = (struct wr_str){start, (size_t)(p - start)};
    return true;
}

/* A number as sign, significant digits and a power of ten: 1.50e3 is 15 and 2. */
struct decimal {
    bool negative;
    bool cut; /* more digits than `digits` holds */
    uint64_t digits;
    size_t count; /* of digits, without zeros before and behind; 0: the number is zero */
    int64_t power;
};

static int64_t exponent(const char *p, const char *end)
{
    bool negative = *p == '-';
    int64_t value = 0;
    for (p += *p == '-' || *p == '+'; p < end; p++)
        if (value < 1000000000)
            value = value * 10 + (*p - '0');
    return negative ? -value : value;
}

static void push(struct decimal *d, int digit)
{
    if (d->count++ < DIGITS_KEPT)
        d->digits = d->digits * 10 + (uint64_t)digit;
    else
        d->cut = true;
}

static struct decimal decimal(struct wr_str text)
{
    struct decimal d = {.negative = text.ptr[0] == '-'};
    const char *p = text.ptr + d.negative, *end = text.ptr + text.len;
    int64_t zeros = 0; /* since the last digit that was not zero */
    bool fraction = false;
    for (; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        d.power -= fraction;
        if (*p == '0') {
            zeros++;
            continue;
        }
        for (; zeros > 0; zeros--)
            if (d.count)
                push(&d, 0);
        push(&d, *p - '0');
    }
    d.power += zeros;
    if (p < end)
        d.power += exponent(p + 1, end);
    return d;
}

/* False: it has a fraction, or does not fit; then `*to` is the end of the range it passed, or 0. */
static bool to_int(struct wr_str text, int64_t *to)
{
    struct decimal d = decimal(text);
    *to = 0;
    if (d.count == 0)
        return true;
    if (d.power < 0)
        return false;
    uint64_t most = d.negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, value = d.digits;
    bool fits = !d.cut && value <= most;
    for (int64_t i = 0; i < d.power && fits; i++) {
        fits = value <= most / 10;
        value *= 10;
    }
    if (!fits)
        *to = d.negative ? INT64_MIN : INT64_MAX;
    else
        *to = d.negative ? (int64_t)(0 - value) : (int64_t)value;
    return fits;
}

/* Up to 18 digits and no fraction: most of the numbers that come. */
static int64_t short_int(struct wr_str text)
{
    bool negative = text.ptr[0] == '-';
    int64_t value = 0;
    for (size_t i = negative; i < text.len; i++)
        value = value * 10 + (text.ptr[i] - '0');
    return negative ? -value : value;
}

bool wr_read_int(struct wr_reader *in, int64_t *to, int64_t min, int64_t max)
{
    int c = wr_next(in);
    struct wr_str text;
    bool integral, fits = true;
    if (c != '-' && (c < '0' || c > '9'))
        return wr_fault_type(in, "a whole number");
    if (!wr_take_number(in, &text, &integral))
        return false;
    if (integral && text.len <= 18)
        *to = short_int(text);
    else
        fits = to_int(text, to);
    if (!fits && *to == 0)
        return wr_fault(in, "type", "must be a whole number");
    if (*to < min || (!fits && *to < 0))
        return wr_fault(in, "minimum", "must be at least %" PRId64, min);
    if (*to > max || !fits)
        return wr_fault(in, "maximum", "must be at most %" PRId64, max);
    return true;
}

/* The nearest double; infinite where none is. Exact for short numbers (Clinger 1990), else libc's. */
static bool to_double(struct wr_reader *in, struct wr_str text, double *to)
{
    static const double powers[POWER_EXACT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d = decimal(text);
    if (d.count <= DIGITS_EXACT && d.power >= -POWER_EXACT && d.power <= POWER_EXACT) {
        double value = (double)d.digits;
        value = d.power < 0 ? value / powers[-d.power] : value * powers[d.power];
        *to = d.negative ? -value : value;
        return true;
    }
    char small[128], *copy = small;
    if (text.len >= sizeof small && !(copy = wr_take_memory(in, text.len + 1)))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *to = strtod_l(copy, NULL, wr_c_locale());
    return true;
}

bool wr_read_number(struct wr_reader *in, double *to, double min, double max)
{
    int c = wr_next(in);
    struct wr_str text;
    bool integral;
    char bound[WR_NUMBER_TEXT];
    if (c != '-' && (c < '0' || c > '9'))
        return wr_fault_type(in, "a number");
    if (!wr_take_number(in, &text, &integral) || !to_double(in, text, to))
        return false;
    if (*to < min)
        return wr_fault(in, "minimum", "must be at least %.*s", (int)wr_number_text(bound, min),
                        bound);
    if (*to > max)
        return wr_fault(in, "maximum", "must be at most %.*s", (int)wr_number_text(bound, max),
                        bound);
    return true;
}
