/* Signatures of notifications, as Standard Webhooks 1.0 has them: v1, HMAC-SHA256 of "id.timestamp.body". */
#ifndef WR_OBSERVE_SIGN_H
#define WR_OBSERVE_SIGN_H

#include "runtime/base/arena.h"

#include <stdint.h>

#define WR_SECRETS_MAX 4   /* at once: while they are changed */
#define WR_SECRET_BYTES 64 /* at most; at least 24 */

struct wr_secret {
    uint8_t bytes[WR_SECRET_BYTES];
    size_t len;
};

struct wr_secrets {
    struct wr_secret list[WR_SECRETS_MAX];
    size_t count;
};

/* "whsec_BASE64", several separated by spaces. NULL, or what is wrong; never what was in it. */
const char *wr_secrets_read(struct wr_secrets *secrets, const char *text);
void wr_secrets_wipe(struct wr_secrets *secrets);
/* "v1,BASE64", one for each secret, separated by spaces; empty where libcrypto failed. */
struct wr_str wr_sign(struct wr_arena *arena, const struct wr_secrets *secrets, struct wr_str id,
                      struct wr_str timestamp, struct wr_str body);

#endif
