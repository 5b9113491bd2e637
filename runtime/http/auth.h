/* Bearer keys (RFC 6750): reading the list of keys, telling who calls, making a new key. Keys are
 * known by their SHA-256 only. */
#ifndef WR_HTTP_AUTH_H
#define WR_HTTP_AUTH_H

#include <wright/generated.h>

struct wr_exchange;
struct wr_keys;
struct wr_request;

/* `text` is the list itself, or the name of a file that holds it (a text with no ':' in it, or one
 * that begins with '/' or '.'). A key is `name:sha256:scopes`: name [A-Za-z0-9_.-]{1,64}, the
 * SHA-256 of the key in hex, scopes separated by '+' or spaces (none: every scope). Keys are
 * separated by newlines or commas; '#' begins a comment that ends with its line.
 * NULL and a sentence with the line where it is malformed or empty. */
struct wr_keys *wr_keys_read(const char *text, char *error, size_t error_size);
void wr_keys_free(struct wr_keys *keys);
size_t wr_keys_count(const struct wr_keys *keys);

/* Each scope of each key, in the order of the list. */
typedef void wr_scope_fn(void *arg, const char *key, struct wr_str scope);
void wr_keys_scopes(const struct wr_keys *keys, wr_scope_fn *fn, void *arg);

struct wr_caller {
    struct wr_str name;   /* lives as long as the keys */
    struct wr_str scopes; /* separated by one space; empty: every scope */
};

enum wr_auth_result {
    WR_AUTH_GOOD,
    WR_AUTH_MISSING,   /* no Authorization field */
    WR_AUTH_MALFORMED, /* not one `Bearer TOKEN` */
    WR_AUTH_UNKNOWN    /* no such key */
};

/* Compares with every key in constant time. */
enum wr_auth_result wr_keys_check(const struct wr_keys *keys, const struct wr_request *request,
                                  struct wr_caller *caller);
bool wr_caller_may(const struct wr_caller *caller, const char *scope);
/* Ends the exchange: 401 (or 400 where malformed) problem+json with WWW-Authenticate. */
void wr_reply_unauthorized(struct wr_exchange *exchange, enum wr_auth_result result,
                           const char *realm);

/* A random key: "wrk_" and base64url of 32 bytes, and its line for the list. False and a sentence
 * where name or scopes are not usable or no randomness is to be had. */
struct wr_new_key {
    char key[64];
    char line[512];
};
bool wr_keys_new(struct wr_new_key *made, const char *name, const char *scopes, char *error,
                 size_t error_size);

#endif
