/* The table of wire formats, and what an HTTP status means where nothing more is known. */
#include "runtime/model/provider.h"

static const struct wr_provider *const providers[] = {&wr_openai_chat};

const struct wr_provider *wr_provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strcmp(providers[i]->name, name) == 0)
            return providers[i];
    return NULL;
}

enum wr_class wr_class_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return WR_CLASS_auth;
    case 402:
        return WR_CLASS_billing;
    case 404:
    case 410:
        return WR_CLASS_not_found;
    case 408:
        return WR_CLASS_server_error;
    case 409:
        return WR_CLASS_conflict;
    case 429:
        return WR_CLASS_rate_limited;
    case 503:
    case 529: /* "overloaded", as some model providers say it */
        return WR_CLASS_overloaded;
    default:
        return status >= 500 ? WR_CLASS_server_error : WR_CLASS_bad_request;
    }
}
