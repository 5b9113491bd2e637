/* Where spans leave: OTLP over HTTP in JSON, to a collector. Spans are handed over by any loop and wait in a
 * bounded queue; one thread sends them in batches. What cannot be sent or has no room is dropped and
 * counted: whoever serves never waits for who watches. */
#ifndef WR_OBSERVE_OTLP_H
#define WR_OBSERVE_OTLP_H

#include "runtime/engine/ports.h"

struct wr_otlp;

/* `given`: --otlp, or NULL. The rest is OpenTelemetry's environment: OTEL_EXPORTER_OTLP_ENDPOINT and
 * _HEADERS, their _TRACES_ forms (which win), OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_SERVICE_NAME,
 * OTEL_TRACES_EXPORTER and OTEL_SDK_DISABLED. False and a sentence without secrets: something there cannot
 * be used. `*otlp` NULL: nobody is told. libcurl has been started; `program` outlives it. */
bool wr_otlp_open(struct wr_otlp **otlp, const struct wr_program *program, const char *given,
                  char *error, size_t error_size);
/* Sends what waits, for a short time; what is left is dropped. NULL is nothing. */
void wr_otlp_close(struct wr_otlp *otlp);

void wr_otlp_saw(struct wr_otlp *otlp, const struct wr_observation *seen); /* any thread */

struct wr_otlp_counts {
    uint64_t exported, full, refused, unreachable; /* spans: sent, and dropped for three reasons */
    uint64_t queued;
};
void wr_otlp_count(struct wr_otlp *otlp, struct wr_otlp_counts *counts);

/* otlp_settings.c: what the environment says. */
struct wr_otlp_settings {
    char *url;      /* of the traces; NULL: nobody is told */
    char **headers; /* "name: value" lines, NULL after the last */
    size_t header_count;
    char *service; /* NULL: the program's name */
    long timeout_ms;
    bool loopback; /* proxies are passed by */
};
bool wr_otlp_settings_read(struct wr_otlp_settings *settings, const char *given, char *error,
                           size_t error_size);
void wr_otlp_settings_free(struct wr_otlp_settings *settings);

#endif
