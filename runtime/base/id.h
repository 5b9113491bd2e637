/* Ids: UUIDv7, RFC 9562 section 5.7. Within a process they only grow. */
#ifndef WR_BASE_ID_H
#define WR_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wr_id {
    uint8_t bytes[16]; /* UUIDv7, RFC 9562 section 5.7 */
};

/* A new id for this moment; any thread. Ends the process (70) if there is no randomness. */
struct wr_id wr_id_new(void);
/* The id for given time and random bits: the same ones give the same id. */
struct wr_id wr_id_make(int64_t utc_ms, uint64_t random_a, uint64_t random_b);
int64_t wr_id_ms(const struct wr_id *id);

#define WR_ID_TEXT 37
void wr_id_text(const struct wr_id *id, char text[WR_ID_TEXT]); /* lower case, NUL-terminated */
/* Strict: 36 characters, hyphens in place, version 7, variant 10; hex in either case. */
bool wr_id_parse(const char *text, size_t len, struct wr_id *id);
/* Which of `count` event loops an id belongs to: its last 16 bits, modulo. */
uint32_t wr_id_share(const struct wr_id *id, uint32_t count);
/* Changes random bits, so that the id belongs to loop `share` of `count` (1 to 65535). */
void wr_id_place(struct wr_id *id, uint32_t share, uint32_t count);
bool wr_id_is_zero(const struct wr_id *id);
int wr_id_compare(const struct wr_id *a, const struct wr_id *b); /* by age */

#endif
