/* The time: UTC for what is kept, monotonic for what runs. */
#include "runtime/base/clock.h"

#include <time.h>

int64_t wr_utc_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t wr_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void wr_time_text(int64_t utc_ms, char text[WR_TIME_TEXT])
{
    const int64_t first = INT64_C(-62167219200000); /* year 0 and year 9999: four digits */
    const int64_t last = INT64_C(253402300799999);
    if (utc_ms < first)
        utc_ms = first;
    if (utc_ms > last)
        utc_ms = last;
    int64_t ms = utc_ms % 1000;
    time_t seconds = (time_t)(utc_ms / 1000);
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    struct tm tm;
    gmtime_r(&seconds, &tm);
    const struct {
        int number, digits;
        char after;
    } parts[] = {{tm.tm_year + 1900, 4, '-'},
                 {tm.tm_mon + 1, 2, '-'},
                 {tm.tm_mday, 2, 'T'},
                 {tm.tm_hour, 2, ':'},
                 {tm.tm_min, 2, ':'},
                 {tm.tm_sec, 2, '.'},
                 {(int)ms, 3, 'Z'}};
    char *to = text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int rest = parts[i].number;
        for (int at = parts[i].digits; at-- > 0; rest /= 10)
            to[at] = (char)('0' + rest % 10);
        to += parts[i].digits;
        *to++ = parts[i].after;
    }
    *to = '\0';
}
