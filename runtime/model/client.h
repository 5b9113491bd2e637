/* The real effects of the engine: calls to services and models over http and https, on libcurl's
 * multi interface and one libevent loop. Everything runs on the loop's thread. */
#ifndef WR_MODEL_CLIENT_H
#define WR_MODEL_CLIENT_H

#include "runtime/engine/ports.h"

struct event_base;

/* Where variables come from: getenv(), or a test's table. A missing one gives NULL. */
struct wr_lookup {
    const char *(*get)(void *arg, const char *name);
    void *arg;
};

/* One sentence for each variable that is missing or cannot be used, and for each literal URL that
 * cannot; never a value that may be secret. Gives their number. `lookup` NULL: the environment. */
size_t wr_client_check(const struct wr_program *program, const struct wr_lookup *lookup,
                       void (*report)(void *arg, const char *sentence), void *arg);

/* Fills `effects`. False and a sentence (the first of wr_client_check()'s, or of libcurl's) where it
 * cannot. Variables are read here, once. Ignores SIGPIPE for the process. Certificates are those of
 * SSL_CERT_FILE, else of the system's usual places, else the bundle built into the binary; they are
 * read at the first https call. `program` outlives the client. */
bool wr_client_open(struct wr_effects *effects, const struct wr_program *program,
                    struct event_base *loop, const struct wr_lookup *lookup, char *error,
                    size_t error_size);
/* Names once resolved and TLS sessions, for the clients of several loops. Made before their threads are,
 * freed after the last client is closed. NULL: memory is out, or libcurl cannot start. */
struct wr_client_share;
struct wr_client_share *wr_client_share_new(void);
void wr_client_share_free(struct wr_client_share *share);
void wr_client_use(struct wr_effects *effects,
                   struct wr_client_share *share); /* before its first call */
/* Where its functions run; false: no descriptor. Before its first call; stopped before it is closed. */
struct wr_pool;
bool wr_client_functions(struct wr_effects *effects, struct wr_pool *pool);
/* Cancels what is under way and frees. */
void wr_client_close(struct wr_effects *effects);

/* Certificates in PEM that `wright build` puts into a binary; NUL-terminated, empty: none. */
extern const char wr_ca_bundle[];

#endif
