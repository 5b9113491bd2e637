/* The instant that a datetime names: RFC 3339 text, which its decoder has found to be one, whatever its zone and however
 * many digits its fraction has. A leap second is the second after it. */
#include "runtime/base/arena.h"

#include <stdio.h>

struct instant {
    int64_t seconds; /* of UTC, since 0000-03-01 */
    int64_t nanos;
};

static int64_t number(struct wr_str text, size_t at, size_t count)
{
    int64_t value = 0;
    for (size_t i = at; i < at + count && i < text.len; i++)
        value = value * 10 + (text.ptr[i] - '0');
    return value;
}

/* Days since 0000-03-01: a year that begins with March has its leap day at its end. */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
    int64_t of = month <= 2 ? year - 1 : year;
    int64_t era = (of >= 0 ? of : of - 399) / 400, in_era = of - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + of_year;
}

static struct instant instant_of(struct wr_str text)
{
    size_t at = 19;
    int64_t nanos = 0, scale = 1000000000;
    int64_t seconds = days(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2)) * 86400 +
                      number(text, 11, 2) * 3600 + number(text, 14, 2) * 60 + number(text, 17, 2);
    if (at < text.len && text.ptr[at] == '.')
        for (at++; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++)
            nanos += (text.ptr[at] - '0') * (scale /= 10);
    if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-')) {
        int64_t ahead = number(text, at + 1, 2) * 3600 + number(text, at + 4, 2) * 60;
        seconds += text.ptr[at] == '-' ? ahead : -ahead;
    }
    return (struct instant){seconds, nanos};
}

int wr_datetime_compare(struct wr_str a, struct wr_str b)
{
    struct instant one = instant_of(a), other = instant_of(b);
    if (one.seconds != other.seconds)
        return one.seconds < other.seconds ? -1 : 1;
    return (one.nanos > other.nanos) - (one.nanos < other.nanos);
}

/* The year before the first one is there, too, for zones: nothing is below 0. */
struct wr_str wr_datetime_rank(struct wr_arena *arena, struct wr_str text)
{
    struct instant at = instant_of(text);
    const char *rank = wr_arena_printf(
        arena, "%013lld%09lld", (long long)at.seconds + 366 * INT64_C(86400), (long long)at.nanos);
    return (struct wr_str){rank, 22};
}
