/* Standard Webhooks: secrets from text, and the signature of a body. Knows nothing of what is in it. */
#include "runtime/observe/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define PREFIX "whsec_"
#define SECRET_LEAST 24

static const char *read_one(struct wr_secret *secret, const char *text, size_t len)
{
    unsigned char decoded[WR_SECRET_BYTES * 2];
    char padded[WR_SECRET_BYTES * 2];
    size_t skip = strlen(PREFIX);
    if (len < skip || strncmp(text, PREFIX, skip) != 0)
        return "must begin with whsec_";
    text += skip;
    len -= skip;
    while (len > 0 && text[len - 1] == '=')
        len--;
    size_t whole = (len + 3) / 4 * 4;
    if (whole >= sizeof padded || len % 4 == 1)
        return "is not base64 of 24 to 64 bytes";
    memset(padded, '=', whole);
    memcpy(padded, text, len);
    int got = EVP_DecodeBlock(decoded, (const unsigned char *)padded, (int)whole);
    size_t bytes = got < 0 ? 0 : (size_t)got - (whole - len);
    bool good = bytes >= SECRET_LEAST && bytes <= WR_SECRET_BYTES;
    if (good)
        memcpy(secret->bytes, decoded, secret->len = bytes);
    explicit_bzero(decoded, sizeof decoded);
    explicit_bzero(padded, sizeof padded);
    return good ? NULL : "is not base64 of 24 to 64 bytes";
}

const char *wr_secrets_read(struct wr_secrets *secrets, const char *text)
{
    const char *wrong = NULL;
    secrets->count = 0;
    while (*(text += strspn(text, " ")) && !wrong) {
        size_t len = strcspn(text, " ");
        if (secrets->count == WR_SECRETS_MAX)
            return "holds more than four secrets";
        wrong = read_one(&secrets->list[secrets->count], text, len);
        secrets->count += wrong == NULL;
        text += len;
    }
    return wrong ? wrong : secrets->count == 0 ? "is empty" : NULL;
}

void wr_secrets_wipe(struct wr_secrets *secrets)
{
    explicit_bzero(secrets, sizeof *secrets);
}

struct wr_str wr_sign(struct wr_arena *arena, const struct wr_secrets *secrets, struct wr_str id,
                      struct wr_str timestamp, struct wr_str body)
{
    struct wr_text signed_text = {.arena = arena}, out = {.arena = arena};
    wr_text_add(&signed_text, id);
    WR_ADD(&signed_text, ".");
    wr_text_add(&signed_text, timestamp);
    WR_ADD(&signed_text, ".");
    wr_text_add(&signed_text, body);
    struct wr_str text = wr_text_done(&signed_text);
    for (size_t i = 0; i < secrets->count; i++) {
        const struct wr_secret *secret = &secrets->list[i];
        unsigned char mac[EVP_MAX_MD_SIZE], base64[2 * EVP_MAX_MD_SIZE];
        unsigned int len = 0;
        if (!HMAC(EVP_sha256(), secret->bytes, (int)secret->len, (const unsigned char *)text.ptr,
                  text.len, mac, &len))
            return (struct wr_str){0};
        int chars = EVP_EncodeBlock(base64, mac, (int)len);
        wr_text_add(&out, i ? WR_STR(" v1,") : WR_STR("v1,"));
        wr_text_add(&out, (struct wr_str){(const char *)base64, (size_t)chars});
    }
    return wr_text_done(&out);
}
