/* The certificates that calls over https trust: read once a process, at the first call that needs them, and
 * shared by all loops and connections. */
#ifndef WR_MODEL_TRUST_H
#define WR_MODEL_TRUST_H

#include <curl/curl.h>

struct wr_trust; /* a store of certificates */

/* The store of `file` (PEM), or where that is NULL of the system's usual places, else of the bundle built
 * into the binary. NULL: there are none, or they cannot be read. Any thread; given back with
 * wr_trust_release(). */
struct wr_trust *wr_trust_take(const char *file);
void wr_trust_release(struct wr_trust *trust);
/* Puts it into a connection's context, as CURLOPT_SSL_CTX_FUNCTION hands it. */
CURLcode wr_trust_use(struct wr_trust *trust, void *ssl_ctx);
/* How many times certificates have been read in this process: for tests. */
unsigned wr_trust_reads(void);

#endif
