/* Metrics: counters and histograms with labels, and their Prometheus text (format 0.0.4). One table a
 * loop, which no other waits for but the page that adds them up. Any thread. Knows nothing of what is counted; rows of metrics.def say that. */
#ifndef WR_OBSERVE_METRICS_H
#define WR_OBSERVE_METRICS_H

#include "runtime/base/arena.h"

#define WR_LABELS_MAX 4
#define WR_SERIES_MAX 4096 /* of all families; what comes past it is counted as dropped */

enum wr_family {
#define COUNTER(id, name, labels, help) WR_METRIC_##id,
#define HISTOGRAM(id, name, labels, help) WR_METRIC_##id,
#include "runtime/observe/metrics.def"
#undef COUNTER
#undef HISTOGRAM
    WR_METRIC_COUNT
};

struct wr_metrics;

struct wr_metrics *wr_metrics_new(void);
void wr_metrics_free(struct wr_metrics *metrics);

/* As many label values as the family's row has names; copied. */
void wr_metrics_add(struct wr_metrics *metrics, enum wr_family family, const struct wr_str *labels,
                    double amount);
void wr_metrics_seconds(struct wr_metrics *metrics, enum wr_family family,
                        const struct wr_str *labels, double seconds);

/* Adds all of `from` to `into`, which nobody else uses. */
void wr_metrics_merge(struct wr_metrics *into, struct wr_metrics *from);
/* All families, in the order of their rows; series in the order of their first use. */
void wr_metrics_text(struct wr_metrics *metrics, struct wr_text *out);
/* One value that is read when asked for: `labels` is ready text, `{a="b"}`, or "". `type` is
 * "gauge" or "counter"; `help` NULL: a further series of the family before it. */
void wr_metrics_value(struct wr_text *out, const char *name, const char *type, const char *help,
                      const char *labels, double value);
/* A label's value with `\`, `"` and line feeds escaped, as the format wants. */
void wr_metrics_label(struct wr_text *out, struct wr_str value);

#endif
