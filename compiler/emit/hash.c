/* Content hashes: "sha256:" and 64 hexadecimal digits. */
#include "compiler/emit/emit.h"

#include <openssl/sha.h>

const char *wc_hash(struct wc_arena *arena, const char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)bytes, len, sum);
    char text[2 * sizeof sum + 1] = "";
    for (size_t i = 0; i < sizeof sum; i++) {
        text[2 * i] = digits[sum[i] >> 4];
        text[2 * i + 1] = digits[sum[i] & 15];
    }
    return wc_arena_printf(arena, "sha256:%s", text);
}
