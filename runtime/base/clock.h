/* The time: UTC for what is kept, monotonic for what runs. */
#ifndef WR_BASE_CLOCK_H
#define WR_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t wr_utc_ms(void);  /* milliseconds since 1970 */
int64_t wr_mono_us(void); /* microseconds since some moment; never goes back */

/* "2026-08-07T12:34:56.789Z", RFC 3339, always 24 characters and a NUL. */
#define WR_TIME_TEXT 25
void wr_time_text(int64_t utc_ms, char text[WR_TIME_TEXT]);

#endif
