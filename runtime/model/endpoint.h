/* Where a service or a model is reached: its URL and secret, read and checked once. */
#ifndef WR_MODEL_ENDPOINT_H
#define WR_MODEL_ENDPOINT_H

#include "runtime/model/client.h"

struct wr_place {
    const char *name; /* the service's or the model's, as in the specification */
    char *base;       /* URL without a slash at its end; paths are appended to it */
    char *auth;       /* a header line, "Authorization: Bearer …", "x-api-key: …"; NULL: none */
    char host[256];   /* in lower case */
    bool tls, loopback;
};

/* The value of variable `name`, or NULL. */
const char *wr_lookup_get(const struct wr_lookup *lookup, const char *name);
/* Fills `place`, whose texts wr_place_free() frees. A bearer key goes into `key_header` where that is not
 * "". False and a sentence where it cannot. */
bool wr_place_read(struct wr_place *place, const char *name, const struct wr_endpoint *endpoint,
                   const char *key_header, const struct wr_lookup *lookup, char *error,
                   size_t error_size);
void wr_place_free(struct wr_place *place);

#endif
