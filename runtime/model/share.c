/* What clients of several loops have in common: names once resolved, and TLS sessions, so that a new
 * connection need not begin from nothing. Connections are each loop's own: libcurl cannot share them
 * between threads. */
#include "runtime/model/attempt.h"
#include "runtime/model/client.h"

#include <pthread.h>
#include <stdlib.h>

struct wr_client_share {
    CURLSH *curl;
    pthread_mutex_t locks[CURL_LOCK_DATA_LAST];
};

static void lock(CURL *easy, curl_lock_data data, curl_lock_access access, void *arg)
{
    struct wr_client_share *share = arg;
    (void)easy, (void)access;
    pthread_mutex_lock(&share->locks[data]);
}

static void unlock(CURL *easy, curl_lock_data data, void *arg)
{
    struct wr_client_share *share = arg;
    (void)easy;
    pthread_mutex_unlock(&share->locks[data]);
}

struct wr_client_share *wr_client_share_new(void)
{
    struct wr_client_share *share = calloc(1, sizeof *share);
    if (!share)
        return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(share);
        return NULL;
    }
    share->curl = curl_share_init();
    for (int i = 0; i < CURL_LOCK_DATA_LAST; i++)
        pthread_mutex_init(&share->locks[i], NULL);
    curl_share_setopt(share->curl, CURLSHOPT_LOCKFUNC, lock);
    curl_share_setopt(share->curl, CURLSHOPT_UNLOCKFUNC, unlock);
    curl_share_setopt(share->curl, CURLSHOPT_USERDATA, share);
    curl_share_setopt(share->curl, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(share->curl, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    return share;
}

void wr_client_share_free(struct wr_client_share *share)
{
    if (!share)
        return;
    curl_share_cleanup(share->curl);
    for (int i = 0; i < CURL_LOCK_DATA_LAST; i++)
        pthread_mutex_destroy(&share->locks[i]);
    free(share);
    curl_global_cleanup();
}

void wr_client_use(struct wr_effects *effects, struct wr_client_share *share)
{
    struct wr_client *client = effects->self;
    client->share = share ? share->curl : NULL;
}
