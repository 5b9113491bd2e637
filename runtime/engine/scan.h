/* Reading the JSON that event.c writes: no white space between tokens, strings as wr_quote() makes
 * them. It trusts nothing: damaged bytes end in false, never out of bounds. */
#ifndef WR_ENGINE_SCAN_H
#define WR_ENGINE_SCAN_H

#include <wright/generated.h>

struct wr_scan {
    const char *at, *end;
};

/* Each takes what it names and is true, or is false; then nothing can be said of `at`. */
bool wr_scan_word(struct wr_scan *in, const char *word); /* false leaves `at` where it was */
bool wr_scan_int(struct wr_scan *in, int64_t *number);
bool wr_scan_text(struct wr_scan *in, struct wr_arena *arena, struct wr_str *text);
/* The bytes of one value of any kind, well nested; borrowed. */
bool wr_scan_value(struct wr_scan *in, struct wr_str *bytes);

#endif
