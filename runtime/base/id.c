/* Ids: UUIDv7, RFC 9562 section 5.7, with method 3 of section 6.2: twelve bits below the
 * millisecond in rand_a, so that ids of one process only grow. */
#include "runtime/base/id.h"

#include "runtime/base/clock.h"
#include "runtime/base/hex.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct wr_id wr_id_make(int64_t utc_ms, uint64_t random_a, uint64_t random_b)
{
    struct wr_id id;
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)((uint64_t)utc_ms >> (40 - 8 * i));
    id.bytes[6] = (uint8_t)(0x70 | ((random_a >> 8) & 0x0f));
    id.bytes[7] = (uint8_t)random_a;
    for (int i = 0; i < 8; i++)
        id.bytes[8 + i] = (uint8_t)(random_b >> (56 - 8 * i));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

struct wr_id wr_id_new(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint64_t last; /* milliseconds and 12 bits of fraction */
    uint64_t random_b;
    if (RAND_bytes((unsigned char *)&random_b, sizeof random_b) != 1) {
        fputs("no randomness is to be had from the system\n", stderr);
        exit(70);
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    uint64_t fraction = (uint64_t)(now.tv_nsec % 1000000) * 4096 / 1000000;
    uint64_t stamp = ms << 12 | fraction;
    pthread_mutex_lock(&lock);
    if (stamp <= last)
        stamp = last + 1;
    last = stamp;
    pthread_mutex_unlock(&lock);
    return wr_id_make((int64_t)(stamp >> 12), stamp & 0xfff, random_b);
}

int64_t wr_id_ms(const struct wr_id *id)
{
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id->bytes[i];
    return (int64_t)ms;
}

void wr_id_text(const struct wr_id *id, char text[WR_ID_TEXT])
{
    static const uint8_t sizes[] = {4, 2, 2, 2, 6};
    const uint8_t *from = id->bytes;
    for (size_t i = 0; i < sizeof sizes; i++) {
        if (i > 0)
            *text++ = '-';
        wr_hex(text, from, sizes[i]);
        text += 2 * sizes[i];
        from += sizes[i];
    }
}

bool wr_id_parse(const char *text, size_t len, struct wr_id *id)
{
    static const uint8_t starts[] = {0, 9, 14, 19, 24}, sizes[] = {4, 2, 2, 2, 6};
    if (len != WR_ID_TEXT - 1)
        return false;
    struct wr_id found;
    uint8_t *to = found.bytes;
    for (size_t i = 0; i < sizeof sizes; i++) {
        if (starts[i] > 0 && text[starts[i] - 1] != '-')
            return false;
        if (!wr_unhex(to, sizes[i], text + starts[i], 2u * sizes[i]))
            return false;
        to += sizes[i];
    }
    if (found.bytes[6] >> 4 != 7 || found.bytes[8] >> 6 != 2)
        return false;
    *id = found;
    return true;
}

uint32_t wr_id_share(const struct wr_id *id, uint32_t count)
{
    return ((uint32_t)id->bytes[14] << 8 | id->bytes[15]) % count;
}

void wr_id_place(struct wr_id *id, uint32_t share, uint32_t count)
{
    uint32_t random = (uint32_t)id->bytes[14] << 8 | id->bytes[15];
    uint32_t placed = random - random % count + share;
    if (placed > 0xffff)
        placed -= count;
    id->bytes[14] = (uint8_t)(placed >> 8);
    id->bytes[15] = (uint8_t)placed;
}

bool wr_id_is_zero(const struct wr_id *id)
{
    static const struct wr_id zero;
    return memcmp(id, &zero, sizeof zero) == 0;
}

int wr_id_compare(const struct wr_id *a, const struct wr_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}
