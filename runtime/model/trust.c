/* Stores of certificates, by the file that they came from. libcurl would read the file for each loop, and
 * a bundle in memory for each connection: 140 certificates, some 10 ms. */
#include "runtime/model/trust.h"
#include "runtime/model/client.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wr_trust {
    char *file; /* as asked for; NULL: the system's or the bundle */
    X509_STORE *store;
    unsigned users;
    struct wr_trust *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wr_trust *all;
static unsigned reads;

static const char *const usual_places[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Alpine, Arch */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* older RHEL */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/etc/ssl/cert.pem",                                 /* Alpine, BSD */
};

static const char *usual_place(void)
{
    for (size_t i = 0; i < sizeof usual_places / sizeof *usual_places; i++)
        if (access(usual_places[i], R_OK) == 0)
            return usual_places[i];
    return NULL;
}

/* All certificates of a PEM text; false: there is none in it. */
static bool add_all(X509_STORE *store, BIO *from)
{
    STACK_OF(X509_INFO) *found = from ? PEM_X509_INFO_read_bio(from, NULL, NULL, NULL) : NULL;
    int added = 0;
    for (int i = 0; i < sk_X509_INFO_num(found); i++) {
        X509_INFO *info = sk_X509_INFO_value(found, i);
        if (info->x509)
            added += X509_STORE_add_cert(store, info->x509);
        if (info->crl)
            X509_STORE_add_crl(store, info->crl);
    }
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    BIO_free(from);
    return added > 0;
}

static X509_STORE *read_store(const char *file)
{
    const char *place = file ? file : usual_place();
    X509_STORE *store = X509_STORE_new();
    BIO *from = place           ? BIO_new_file(place, "r")
                : *wr_ca_bundle ? BIO_new_mem_buf(wr_ca_bundle, -1)
                                : NULL;
    reads++;
    if (store && add_all(store, from)) {
        /* What libcurl sets: an anchor need not be a root, and what is trusted comes first. */
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
        return store;
    }
    X509_STORE_free(store);
    return NULL;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct wr_trust *find_or_read(const char *file)
{
    for (struct wr_trust *it = all; it; it = it->next)
        if (same(it->file, file))
            return it;
    struct wr_trust *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->store = read_store(file);
    made->file = file ? strdup(file) : NULL;
    if (!made->store || (file && !made->file)) {
        X509_STORE_free(made->store);
        free(made->file);
        free(made);
        return NULL;
    }
    made->next = all;
    all = made;
    return made;
}

struct wr_trust *wr_trust_take(const char *file)
{
    pthread_mutex_lock(&lock);
    struct wr_trust *trust = find_or_read(file);
    if (trust)
        trust->users++;
    pthread_mutex_unlock(&lock);
    return trust;
}

void wr_trust_release(struct wr_trust *trust)
{
    struct wr_trust **link = &all;
    if (!trust)
        return;
    pthread_mutex_lock(&lock);
    if (--trust->users == 0) {
        while (*link != trust)
            link = &(*link)->next;
        *link = trust->next;
        X509_STORE_free(trust->store);
        free(trust->file);
        free(trust);
    }
    pthread_mutex_unlock(&lock);
}

CURLcode wr_trust_use(struct wr_trust *trust, void *ssl_ctx)
{
    if (!trust)
        return CURLE_SSL_CACERT_BADFILE;
    SSL_CTX_set1_cert_store(ssl_ctx, trust->store);
    return CURLE_OK;
}

unsigned wr_trust_reads(void)
{
    pthread_mutex_lock(&lock);
    unsigned count = reads;
    pthread_mutex_unlock(&lock);
    return count;
}
