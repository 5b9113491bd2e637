/* JSON that is written member by member: `key` is as it stands, with its comma, quotes and colon. */
#ifndef WR_BASE_MEMBER_H
#define WR_BASE_MEMBER_H

#include <wright/generated.h>

#include <stdint.h>

void wr_text_plain(struct wr_text *out, const char *plain);
/* Quoted; null where it is empty. */
void wr_text_member(struct wr_text *out, const char *key, struct wr_str text);
/* Milliseconds since 1970 as RFC 3339; null for 0. */
void wr_text_time(struct wr_text *out, const char *key, int64_t utc_ms);

#endif
