/* Members of an object, appended to a text. Knows strings and times. */
#include "runtime/base/member.h"

#include "runtime/base/clock.h"
#include "runtime/base/str.h"

void wr_text_plain(struct wr_text *out, const char *plain)
{
    wr_text_add(out, wr_str_of(plain));
}

void wr_text_member(struct wr_text *out, const char *key, struct wr_str text)
{
    wr_text_plain(out, key);
    if (text.len)
        wr_text_quote(out, text);
    else
        wr_text_plain(out, "null");
}

void wr_text_time(struct wr_text *out, const char *key, int64_t utc_ms)
{
    char text[WR_TIME_TEXT] = "";
    if (utc_ms)
        wr_time_text(utc_ms, text);
    wr_text_member(out, key, wr_str_of(text));
}
