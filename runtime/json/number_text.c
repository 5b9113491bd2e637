/* Numbers to text: shortest that reads back the same, and in no locale but C's. */
#include "runtime/json/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MOST 17 /* tell any double */
#define PLAIN_MOST 21  /* from here on with an exponent */
#define PLAIN_LEAST (-7)

/* The fewest digits, without trailing zeros, such that 0.DIGITS times 10^point is the number. */
static size_t shortest(char digits[WR_NUMBER_TEXT], double number, int *point)
{
    char text[WR_NUMBER_TEXT];
    locale_t before = uselocale(wr_c_locale());
    /* Normal doubles tell any 15 digits apart, so fewer need not be tried: their zeros are cut. */
    for (int precision = number < DBL_MIN ? 1 : 15; precision <= DIGITS_MOST; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, number);
        if (strtod(text, NULL) == number)
            break;
    }
    uselocale(before);
    size_t count = 0;
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p != '.')
            digits[count++] = *p;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    *point = (*p ? atoi(p + 1) : 0) + 1;
    return count;
}

static size_t put(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return len;
}

static size_t put_zeros(char *out, int count)
{
    memset(out, '0', (size_t)count);
    return (size_t)count;
}

/* ECMAScript, Number::toString: n is `point`, k is `count`. */
static size_t layout(char *out, const char *digits, size_t count, int point)
{
    size_t len = 0;
    int k = (int)count;
    if (point > 0 && point <= PLAIN_MOST) {
        len += put(out, digits, (size_t)(k < point ? k : point));
        if (k <= point)
            return len + put_zeros(out + len, point - k);
        out[len++] = '.';
        return len + put(out + len, digits + point, count - (size_t)point);
    }
    if (point <= 0 && point > PLAIN_LEAST + 1) {
        len += put(out, "0.", 2);
        len += put_zeros(out + len, -point);
        return len + put(out + len, digits, count);
    }
    out[len++] = digits[0];
    if (count > 1) {
        out[len++] = '.';
        len += put(out + len, digits + 1, count - 1);
    }
    out[len++] = 'e';
    out[len++] = point - 1 < 0 ? '-' : '+';
    return len + wr_int_text(out + len, abs(point - 1));
}

size_t wr_number_text(char out[WR_NUMBER_TEXT], double number)
{
    char digits[WR_NUMBER_TEXT];
    size_t len = 0;
    int point;
    if (!isfinite(number))
        number = 0;
    if (fabs(number) < 1e15 && number == (double)(int64_t)number)
        return wr_int_text(out, (int64_t)number);
    if (number < 0) {
        out[len++] = '-';
        number = -number;
    }
    size_t count = shortest(digits, number, &point);
    return len + layout(out + len, digits, count, point);
}
