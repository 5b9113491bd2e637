/* Where spans go, as OpenTelemetry's environment variables say it (specification, "OpenTelemetry Protocol
 * Exporter"), and what of it cannot be used. */
#include "runtime/observe/otlp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 10000
#define HEADERS_MAX 32

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static bool is(const char *name, const char *word)
{
    const char *value = variable(name);
    return value && strcmp(value, word) == 0;
}

static bool complain(char *error, size_t error_size, const char *name, const char *what)
{
    snprintf(error, error_size, "%s %s", name, what);
    return false;
}

/* ---- the URL ----------------------------------------------------------------------------------- */

static bool judge(struct wr_otlp_settings *settings, const char *name, char *error, size_t size)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL;
    bool good = url && curl_url_set(url, CURLUPART_URL, settings->url, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    if (good)
        settings->loopback = strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
                             strncmp(host, "127.", 4) == 0;
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return good || complain(error, size, name, "is not an http or https URL");
}

/* That of traces is taken as it is; the common one has their path behind it. */
static bool read_url(struct wr_otlp_settings *settings, const char *given, char *error, size_t size)
{
    const char *traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", *all = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const char *name = given ? "--otlp" : variable(traces) ? traces : all;
    const char *base = given ? given : variable(name);
    if (!base)
        return true;
    size_t len = strlen(base);
    while (len > 0 && base[len - 1] == '/' && name != traces)
        len--;
    if (asprintf(&settings->url, "%.*s%s", (int)len, base, name == traces ? "" : "/v1/traces") <
        0) {
        settings->url = NULL;
        return complain(error, size, name, "does not fit into memory");
    }
    return judge(settings, name, error, size);
}

/* ---- headers: name=value,name=value, percent-encoded as W3C Baggage ------------------------------- */

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", text[i]))
            return false;
    return len > 0;
}

static bool add_header(struct wr_otlp_settings *settings, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    if (!equals || settings->header_count == HEADERS_MAX)
        return false;
    size_t name_len = (size_t)(equals - text), value_len = len - name_len - 1;
    while (name_len > 0 && text[name_len - 1] == ' ')
        name_len--;
    int decoded_len = 0;
    char *line = NULL;
    char *value = curl_easy_unescape(NULL, equals + 1, (int)value_len, &decoded_len);
    bool good = value && is_token(text, name_len);
    for (int i = 0; good && i < decoded_len; i++)
        good = (unsigned char)value[i] >= ' ' && value[i] != 0x7f;
    if (good && asprintf(&line, "%.*s: %s", (int)name_len, text, value) > 0)
        settings->headers[settings->header_count++] = line;
    curl_free(value);
    return good && line;
}

static bool read_headers(struct wr_otlp_settings *settings, char *error, size_t size)
{
    const char *traces = "OTEL_EXPORTER_OTLP_TRACES_HEADERS", *all = "OTEL_EXPORTER_OTLP_HEADERS";
    const char *name = variable(traces) ? traces : all, *at = variable(name);
    settings->headers = calloc(HEADERS_MAX + 1, sizeof *settings->headers);
    if (!settings->headers)
        return complain(error, size, name, "does not fit into memory");
    while (at && *at) {
        size_t len = strcspn(at, ",");
        const char *begin = at + strspn(at, " ");
        at += len + (at[len] == ',');
        if (begin >= at)
            continue;
        size_t one = strcspn(begin, ",");
        if (one > 0 && !add_header(settings, begin, one))
            return complain(error, size, name, "is not of the form name=value,name=value");
    }
    return true;
}

/* ---- all of it --------------------------------------------------------------------------------- */

bool wr_otlp_settings_read(struct wr_otlp_settings *settings, const char *given, char *error,
                           size_t error_size)
{
    const char *timeout = variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT");
    *settings = (struct wr_otlp_settings){.timeout_ms = TIMEOUT_MS};
    if (!given && (is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none")))
        return true;
    if (!read_url(settings, given, error, error_size))
        return false;
    if (!settings->url)
        return true;
    if (!timeout)
        timeout = variable("OTEL_EXPORTER_OTLP_TIMEOUT");
    if (timeout && atol(timeout) > 0 && atol(timeout) <= 600000)
        settings->timeout_ms = atol(timeout);
    if (variable("OTEL_SERVICE_NAME"))
        settings->service = strdup(variable("OTEL_SERVICE_NAME"));
    return read_headers(settings, error, error_size);
}

void wr_otlp_settings_free(struct wr_otlp_settings *settings)
{
    for (size_t i = 0; i < settings->header_count; i++)
        free(settings->headers[i]);
    free(settings->headers);
    free(settings->url);
    free(settings->service);
    *settings = (struct wr_otlp_settings){0};
}
