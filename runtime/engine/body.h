/* Reading the JSON that event.c writes: no white space between tokens, strings as wr_quote() makes
 * them. It trusts nothing: damaged bytes end in false, never out of bounds. */
#ifndef WR_ENGINE_BODY_H
#define WR_ENGINE_BODY_H

#include <wright/generated.h>

struct wr_body {
    const char *at, *end;
};

/* Each takes what it names and is true, or is false; then nothing can be said of `at`. */
bool wr_body_word(struct wr_body *in, const char *word); /* false leaves `at` where it was */
bool wr_body_int(struct wr_body *in, int64_t *number);
bool wr_body_text(struct wr_body *in, struct wr_arena *arena, struct wr_str *text);
/* The bytes of one value of any kind, well nested; borrowed. */
bool wr_body_value(struct wr_body *in, struct wr_str *bytes);

#endif
