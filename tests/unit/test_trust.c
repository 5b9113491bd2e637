/* The certificates that are trusted: read once, shared, and none where there are none. */
#include "runtime/model/trust.h"

#include "tests/unit/tap.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    char empty[] = "/tmp/wright-trust-XXXXXX";
    int fd = mkstemp(empty);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    tap_ok(!wr_trust_take("/no/such/file"), "a file that is not there");
    tap_ok(fd >= 0 && !wr_trust_take(empty), "a file without a certificate");
    tap_ok(wr_trust_use(NULL, context) == CURLE_SSL_CACERT_BADFILE, "nothing to trust is an error");
    unsigned before = wr_trust_reads();
    struct wr_trust *first = wr_trust_take(NULL), *second = wr_trust_take(NULL);
    if (first) {
        tap_ok(first == second && wr_trust_reads() == before + 1,
               "the system's: read once, shared");
        tap_ok(wr_trust_use(first, context) == CURLE_OK, "and used by a context");
    } else {
        printf("ok 4 - the system's certificates # SKIP there are none\nok 5 - used # SKIP\n");
        tap_count += 2;
    }
    wr_trust_release(first);
    wr_trust_release(second);
    wr_trust_release(NULL);
    SSL_CTX_free(context);
    close(fd);
    unlink(empty);
    return tap_done();
}
