/* Endpoints: what the environment says about them, and whether it can be used. */
#include "runtime/model/endpoint.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *wr_lookup_get(const struct wr_lookup *lookup, const char *name)
{
    return lookup ? lookup->get(lookup->arg, name) : getenv(name);
}

__attribute__((format(printf, 3, 4))) static bool say(char *error, size_t size, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error, size, format, args);
    va_end(args);
    return false;
}

/* One part of a URL into `to`; empty where there is none. False: too long. */
static bool part(CURLU *url, CURLUPart what, char *to, size_t size)
{
    char *text = NULL;
    *to = '\0';
    if (curl_url_get(url, what, &text, 0) != CURLUE_OK)
        return true;
    size_t len = strlen(text);
    if (len < size)
        memcpy(to, text, len + 1);
    curl_free(text);
    return len < size;
}

static bool has(CURLU *url, CURLUPart what)
{
    char *text = NULL;
    bool there = curl_url_get(url, what, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

/* What is wrong with a URL, or NULL. Never repeats it: it may hold a secret. */
static const char *judge(struct wr_place *place, CURLU *url, const char *text)
{
    char scheme[8];
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '\\')
            return "holds a space or a character that a URL may not have";
    if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0)
        return "must begin with http:// or https://";
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
        return "is not a URL";
    if (!part(url, CURLUPART_SCHEME, scheme, sizeof scheme) ||
        !part(url, CURLUPART_HOST, place->host, sizeof place->host))
        return "has a host that is too long";
    if (!*place->host)
        return "names no host";
    if (has(url, CURLUPART_USER) || has(url, CURLUPART_PASSWORD))
        return "holds a user name or a password; secrets go into a variable of their own";
    if (strpbrk(text, "?#"))
        return "has a query or a fragment; it must be the base that paths are appended to";
    place->tls = strcasecmp(scheme, "https") == 0;
    for (char *c = place->host; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    place->loopback = strcmp(place->host, "localhost") == 0 || strcmp(place->host, "[::1]") == 0 ||
                      strncmp(place->host, "127.", 4) == 0;
    return NULL;
}

static bool read_url(struct wr_place *place, const struct wr_endpoint *endpoint, const char *text,
                     char *error, size_t size)
{
    CURLU *url = curl_url();
    const char *wrong = url ? judge(place, url, text) : "cannot be read: memory is out";
    curl_url_cleanup(url);
    if (wrong && endpoint->url)
        return say(error, size, "the URL of %s %s", place->name, wrong);
    if (wrong)
        return say(error, size, "%s (the URL of %s) %s", endpoint->url_env, place->name, wrong);
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '/')
        len--;
    place->base = strndup(text, len);
    return place->base ? true : say(error, size, "memory is out");
}

static bool read_auth(struct wr_place *place, const struct wr_endpoint *endpoint,
                      const char *key_header, const struct wr_lookup *lookup, char *error,
                      size_t size)
{
    if (endpoint->auth == WR_AUTH_NONE)
        return true;
    const char *secret = wr_lookup_get(lookup, endpoint->auth_env);
    if (!secret || !*secret)
        return say(error, size, "%s is not set: it holds the key of %s", endpoint->auth_env,
                   place->name);
    for (const char *c = secret; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return say(error, size,
                       "%s (the key of %s) holds a space or a character that a header may not have",
                       endpoint->auth_env, place->name);
    bool bearer = endpoint->auth == WR_AUTH_BEARER && !*key_header;
    const char *name = bearer                             ? "Authorization"
                       : endpoint->auth == WR_AUTH_BEARER ? key_header
                                                          : endpoint->auth_header;
    int len = asprintf(&place->auth, "%s: %s%s", name, bearer ? "Bearer " : "", secret);
    if (len < 0) {
        place->auth = NULL;
        return say(error, size, "memory is out");
    }
    return true;
}

bool wr_place_read(struct wr_place *place, const char *name, const struct wr_endpoint *endpoint,
                   const char *key_header, const struct wr_lookup *lookup, char *error,
                   size_t error_size)
{
    memset(place, 0, sizeof *place);
    place->name = name;
    const char *text = endpoint->url ? endpoint->url : wr_lookup_get(lookup, endpoint->url_env);
    if (!text || !*text)
        return say(error, error_size, "%s is not set: it is the URL of %s", endpoint->url_env,
                   name);
    return read_url(place, endpoint, text, error, error_size) &&
           read_auth(place, endpoint, key_header, lookup, error, error_size);
}

void wr_place_free(struct wr_place *place)
{
    if (place->auth)
        explicit_bzero(place->auth, strlen(place->auth));
    free(place->auth);
    free(place->base);
    place->auth = place->base = NULL;
}

/* ---- the check ------------------------------------------------------------------------------ */

struct checking {
    const struct wr_program *program;
    const struct wr_lookup *lookup;
    void (*report)(void *arg, const char *sentence);
    void *arg;
    size_t found;
    bool tls; /* something is called by https */
};

static const struct wr_endpoint *endpoint_at(const struct wr_program *program, size_t i,
                                             const char **name)
{
    if (i < program->service_count) {
        *name = program->services[i].name;
        return &program->services[i].endpoint;
    }
    i -= program->service_count;
    *name = program->models[i].name;
    return &program->models[i].endpoint;
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Two models often share their variables: each is told of once. */
static bool seen_before(const struct wr_program *program, size_t i, bool auth)
{
    const char *name;
    const struct wr_endpoint *it = endpoint_at(program, i, &name);
    for (size_t j = 0; j < i; j++) {
        const struct wr_endpoint *other = endpoint_at(program, j, &name);
        if (auth ? other->auth != WR_AUTH_NONE && same(it->auth_env, other->auth_env)
                 : same(it->url_env, other->url_env))
            return true;
    }
    return false;
}

static void check_one(struct checking *run, size_t i)
{
    struct wr_place place = {0};
    char sentence[512];
    const struct wr_endpoint *endpoint = endpoint_at(run->program, i, &place.name);
    const char *text =
        endpoint->url ? endpoint->url : wr_lookup_get(run->lookup, endpoint->url_env);
    bool good = true;
    if (!seen_before(run->program, i, false)) {
        if (!text || !*text)
            good = say(sentence, sizeof sentence, "%s is not set: it is the URL of %s",
                       endpoint->url_env, place.name);
        else
            good = read_url(&place, endpoint, text, sentence, sizeof sentence);
    }
    run->tls = run->tls || place.tls;
    if (!good) {
        run->found++;
        run->report(run->arg, sentence);
    }
    if (!seen_before(run->program, i, true) &&
        !read_auth(&place, endpoint, "", run->lookup, sentence, sizeof sentence)) {
        run->found++;
        run->report(run->arg, sentence);
    }
    wr_place_free(&place);
}

size_t wr_client_check(const struct wr_program *program, const struct wr_lookup *lookup,
                       void (*report)(void *arg, const char *sentence), void *arg)
{
    struct checking run = {program, lookup, report, arg, 0, false};
    const char *certificates = wr_lookup_get(lookup, "SSL_CERT_FILE");
    for (size_t i = 0; i < program->service_count + program->model_count; i++)
        check_one(&run, i);
    if (run.tls && certificates && *certificates && access(certificates, R_OK) != 0) {
        run.found++;
        report(arg, "SSL_CERT_FILE names a file that cannot be read");
    }
    return run.found;
}
