/* Bearer keys: the list, telling who calls, making a new key. The list holds only SHA-256 values of
 * keys: they are random and long, so that a plain hash is enough to keep them from being read back. */
#include "runtime/http/auth.h"
#include "runtime/base/str.h"
#include "runtime/http/problem.h"
#include "runtime/http/server.h"

#include "runtime/base/hex.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wright/limits.h>

#define NAME_MAX_BYTES WR_CALLER_BYTES
#define SCOPES_MAX_BYTES 256
#define LIST_MAX_BYTES (1u << 20)

struct key {
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char name[NAME_MAX_BYTES + 1];
    char scopes[SCOPES_MAX_BYTES + 1];
};

struct wr_keys {
    struct key *keys;
    size_t count, room;
};

__attribute__((format(printf, 3, 4))) static bool fail(char *error, size_t size, const char *format,
                                                       ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error, size, format, args);
    va_end(args);
    return false;
}

/* ---- reading the list ----------------------------------------------------------------------- */

static const char word_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

static bool is_word(const char *text, size_t len, const char *more)
{
    for (size_t i = 0; i < len; i++) {
        if (!text[i] || (!strchr(word_chars, text[i]) && !strchr(more, text[i])))
            return false;
    }
    return len > 0;
}

/* Scopes as they are kept: separated by one space. */
static bool read_scopes(char scopes[SCOPES_MAX_BYTES + 1], const char *text, size_t len)
{
    size_t out = 0;
    for (size_t i = 0; i < len;) {
        while (i < len && strchr("+ \t", text[i]))
            i++;
        size_t start = i;
        while (i < len && !strchr("+ \t", text[i]))
            i++;
        if (i == start)
            break;
        if (!is_word(text + start, i - start, ":/*") || out + (i - start) + 1 > SCOPES_MAX_BYTES)
            return false;
        if (out > 0)
            scopes[out++] = ' ';
        memcpy(scopes + out, text + start, i - start);
        out += i - start;
    }
    scopes[out] = '\0';
    return true;
}

/* One `name:sha256:scopes`; `line` is for the message, which never shows the hash. */
static bool read_key(struct key *key, const char *text, size_t len, size_t line, char *error,
                     size_t size)
{
    const char *colon = memchr(text, ':', len);
    if (!colon)
        return fail(error, size, "line %zu: a key is written name:sha256:scopes", line);
    size_t name_len = (size_t)(colon - text);
    if (name_len > NAME_MAX_BYTES || !is_word(text, name_len, ""))
        return fail(error, size,
                    "line %zu: a key's name is 1 to 64 letters, digits, '_', '.' or '-'", line);
    memcpy(key->name, text, name_len);
    key->name[name_len] = '\0';
    const char *hash = colon + 1, *end = text + len;
    const char *second = memchr(hash, ':', (size_t)(end - hash));
    const char *hash_end = second ? second : end;
    if (!wr_unhex(key->hash, sizeof key->hash, hash, (size_t)(hash_end - hash)))
        return fail(error, size,
                    "line %zu: the key '%s' needs the SHA-256 of the key as 64 hex digits, not the "
                    "key itself",
                    line, key->name);
    const char *scopes = second ? second + 1 : end;
    if (!read_scopes(key->scopes, scopes, (size_t)(end - scopes)))
        return fail(error, size,
                    "line %zu: the scopes of '%s' are words of letters, digits and _.-:/* that are "
                    "separated by '+' or spaces",
                    line, key->name);
    return true;
}

static bool add_key(struct wr_keys *keys, const struct key *key, size_t line, char *error,
                    size_t size)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->keys[i].hash, key->hash, sizeof key->hash) == 0)
            return fail(error, size, "line %zu: the key of '%s' is listed already, as '%s'", line,
                        key->name, keys->keys[i].name);
    }
    if (keys->count == keys->room) {
        size_t room = keys->room ? keys->room * 2 : 8;
        struct key *more = realloc(keys->keys, room * sizeof *more);
        if (!more)
            return fail(error, size, "out of memory");
        keys->keys = more;
        keys->room = room;
    }
    keys->keys[keys->count++] = *key;
    return true;
}

static bool read_list(struct wr_keys *keys, const char *text, char *error, size_t size)
{
    for (size_t line = 1; *text; line++) {
        const char *line_end = text + strcspn(text, "\n");
        const char *stop = memchr(text, '#', (size_t)(line_end - text));
        if (!stop)
            stop = line_end;
        while (text < stop) {
            const char *comma = memchr(text, ',', (size_t)(stop - text));
            const char *next = comma ? comma : stop, *end = next;
            while (text < end && strchr(" \t\r", *text))
                text++;
            while (end > text && strchr(" \t\r", end[-1]))
                end--;
            struct key key;
            if (text < end && (!read_key(&key, text, (size_t)(end - text), line, error, size) ||
                               !add_key(keys, &key, line, error, size)))
                return false;
            text = comma ? comma + 1 : stop;
        }
        text = *line_end ? line_end + 1 : line_end;
    }
    return keys->count > 0 || fail(error, size, "the list has no key");
}

/* The file's text, NUL-terminated, to be freed. */
static char *read_file(const char *name, char *error, size_t size)
{
    FILE *file = fopen(name, "re");
    if (!file) {
        fail(error, size, "%s: %s%s", name, strerror(errno),
             strchr(name, '/') ? "" : "; neither a file nor a list of name:sha256:scopes");
        return NULL;
    }
    char *text = malloc(LIST_MAX_BYTES + 1);
    size_t len = text ? fread(text, 1, LIST_MAX_BYTES + 1, file) : 0;
    bool bad = ferror(file) || !text;
    fclose(file);
    if (bad || len > LIST_MAX_BYTES || memchr(text, '\0', len)) {
        fail(error, size, "%s: %s", name,
             bad ? "cannot be read" : "a list of keys is text of at most 1 MiB");
        free(text);
        return NULL;
    }
    text[len] = '\0';
    return text;
}

struct wr_keys *wr_keys_read(const char *text, char *error, size_t error_size)
{
    bool is_file = *text == '/' || *text == '.' || (*text && !strchr(text, ':'));
    char *list = is_file ? read_file(text, error, error_size) : NULL;
    if (is_file && !list)
        return NULL;
    struct wr_keys *keys = calloc(1, sizeof *keys);
    char why[384];
    bool good = keys && read_list(keys, list ? list : text, why, sizeof why);
    if (!good) {
        fail(error, error_size, "%s%s%s", is_file ? text : "", is_file ? ": " : "",
             keys ? why : "out of memory");
        wr_keys_free(keys);
        keys = NULL;
    }
    free(list);
    return keys;
}

void wr_keys_free(struct wr_keys *keys)
{
    if (!keys)
        return;
    free(keys->keys);
    free(keys);
}

size_t wr_keys_count(const struct wr_keys *keys)
{
    return keys->count;
}

/* ---- telling who calls ---------------------------------------------------------------------- */

/* RFC 6750, 2.1: `Bearer` and one b64token. */
static bool bearer_token(struct wr_str value, struct wr_str *token)
{
    if (value.len < 8 || strncasecmp(value.ptr, "bearer ", 7) != 0)
        return false;
    size_t at = 7;
    while (at < value.len && value.ptr[at] == ' ')
        at++;
    *token = (struct wr_str){value.ptr + at, value.len - at};
    return token->len <= 4096 && is_word(token->ptr, token->len, "~+/=");
}

enum wr_auth_result wr_keys_check(const struct wr_keys *keys, const struct wr_request *request,
                                  struct wr_caller *caller)
{
    struct wr_str value, token;
    size_t count = wr_field(request, "authorization", &value);
    if (count == 0)
        return WR_AUTH_MISSING;
    if (count > 1 || !bearer_token(value, &token))
        return WR_AUTH_MALFORMED;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)token.ptr, token.len, hash);
    size_t found = keys->count;
    for (size_t i = 0; i < keys->count; i++) { /* all of them, whichever it is */
        size_t same = CRYPTO_memcmp(keys->keys[i].hash, hash, sizeof hash) == 0;
        size_t mask = (size_t)0 - same;
        found = (found & ~mask) | (i & mask);
    }
    if (found == keys->count)
        return WR_AUTH_UNKNOWN;
    const struct key *key = &keys->keys[found];
    caller->name = wr_str_of(key->name);
    caller->scopes = wr_str_of(key->scopes);
    return WR_AUTH_GOOD;
}

/* The first of `scopes`, which is then what follows it; false: there is none. */
static bool next_scope(struct wr_str *scopes, struct wr_str *scope)
{
    if (scopes->len == 0)
        return false;
    const char *end = scopes->ptr + scopes->len, *stop = memchr(scopes->ptr, ' ', scopes->len);
    *scope = (struct wr_str){scopes->ptr, (size_t)((stop ? stop : end) - scopes->ptr)};
    *scopes = stop ? (struct wr_str){stop + 1, (size_t)(end - stop - 1)} : (struct wr_str){end, 0};
    return true;
}

bool wr_caller_may(const struct wr_caller *caller, const char *scope)
{
    struct wr_str left = caller->scopes, one;
    while (next_scope(&left, &one))
        if (wr_str_is(one, scope))
            return true;
    return caller->scopes.len == 0;
}

void wr_keys_scopes(const struct wr_keys *keys, wr_scope_fn *fn, void *arg)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct wr_str left = wr_str_of(keys->keys[i].scopes), one;
        while (next_scope(&left, &one))
            fn(arg, keys->keys[i].name, one);
    }
}

void wr_reply_unauthorized(struct wr_exchange *exchange, enum wr_auth_result result,
                           const char *realm)
{
    static const struct {
        int status;
        const char *code, *detail, *rest;
    } texts[] = {
        [WR_AUTH_GOOD] = {500, "internal", "", ""},
        [WR_AUTH_MISSING] = {401, "key_missing",
                             "Send the key in the field `Authorization: Bearer KEY`.", ""},
        [WR_AUTH_MALFORMED] = {400, "key_malformed",
                               "The Authorization field is not one `Bearer KEY`.",
                               ", error=\"invalid_request\""},
        [WR_AUTH_UNKNOWN] = {401, "key_unknown", "The key is not known here.",
                             ", error=\"invalid_token\""},
    };
    char challenge[192];
    int len = snprintf(challenge, sizeof challenge, "Bearer realm=\"%.100s\"%s", realm,
                       texts[result].rest);
    struct wr_header header = {WR_STR("WWW-Authenticate"), {challenge, (size_t)len}};
    struct wr_problem problem = {.status = texts[result].status,
                                 .code = texts[result].code,
                                 .detail = {texts[result].detail, strlen(texts[result].detail)}};
    wr_reply_problem(exchange, &problem, &header, 1);
}

/* ---- a new key ------------------------------------------------------------------------------ */

bool wr_keys_new(struct wr_new_key *made, const char *name, const char *scopes, char *error,
                 size_t error_size)
{
    unsigned char secret[32], hash[SHA256_DIGEST_LENGTH];
    char kept[SCOPES_MAX_BYTES + 1], hex[2 * sizeof hash + 1], text[64];
    if (strlen(name) > NAME_MAX_BYTES || !is_word(name, strlen(name), ""))
        return fail(error, error_size,
                    "a key's name is 1 to 64 letters, digits, '_', '.' or '-', not '%s'", name);
    if (!read_scopes(kept, scopes ? scopes : "", scopes ? strlen(scopes) : 0))
        return fail(error, error_size,
                    "scopes are words of letters, digits and _.-:/* that are separated by '+' or "
                    "spaces, not '%s'",
                    scopes);
    if (RAND_bytes(secret, sizeof secret) != 1)
        return fail(error, error_size, "the system gives no randomness");
    EVP_EncodeBlock((unsigned char *)text, secret, sizeof secret); /* 43 characters and a '=' */
    text[43] = '\0';
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    int len = snprintf(made->key, sizeof made->key, "wrk_%s", text);
    SHA256((const unsigned char *)made->key, (size_t)len, hash);
    wr_hex(hex, hash, sizeof hash);
    for (char *c = kept; *c; c++)
        *c = *c == ' ' ? '+' : *c;
    snprintf(made->line, sizeof made->line, "%s:%s:%s", name, hex, kept);
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(text, sizeof text);
    return true;
}
