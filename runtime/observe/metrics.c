/* Metrics: a hash table from family and label values to a series, and its text. */
#include "runtime/observe/metrics.h"
#include "runtime/base/member.h"
#include "runtime/base/str.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 8192 /* twice the series, a power of two */

static const double bounds[] = {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                0.25,    0.5,    1,     2.5,    5,     10,   30,    60,   180};
#define BOUNDS (sizeof bounds / sizeof *bounds)

struct family {
    const char *name, *labels, *help;
    bool histogram;
};

static const struct family families[] = {
#define COUNTER(id, name, labels, help) {name, labels, help, false},
#define HISTOGRAM(id, name, labels, help) {name, labels, help, true},
#include "runtime/observe/metrics.def"
#undef COUNTER
#undef HISTOGRAM
};

struct series {
    enum wr_family family;
    size_t label_count;
    struct wr_str labels[WR_LABELS_MAX];
    double sum;
    uint64_t count, *buckets; /* histograms */
};

struct wr_metrics {
    pthread_mutex_t lock;
    struct wr_arena arena;
    struct series *slots[SLOTS];
    struct series *all[WR_SERIES_MAX];
    size_t count;
    uint64_t dropped;
};

struct wr_metrics *wr_metrics_new(void)
{
    struct wr_metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics)
        pthread_mutex_init(&metrics->lock, NULL);
    return metrics;
}

void wr_metrics_free(struct wr_metrics *metrics)
{
    if (!metrics)
        return;
    pthread_mutex_destroy(&metrics->lock);
    wr_arena_free(&metrics->arena);
    free(metrics);
}

static size_t label_count(enum wr_family family)
{
    size_t count = 1;
    for (const char *at = families[family].labels; *at; at++)
        count += *at == ' ';
    return count;
}

/* FNV-1a. */
static uint32_t hash_of(enum wr_family family, const struct wr_str *labels, size_t count)
{
    uint32_t hash = 2166136261U ^ (uint32_t)family;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < labels[i].len; j++)
            hash = (hash ^ (uint8_t)labels[i].ptr[j]) * 16777619U;
        hash = (hash ^ 0xff) * 16777619U;
    }
    return hash;
}

static bool same(const struct series *series, enum wr_family family, const struct wr_str *labels)
{
    bool equal = series->family == family;
    for (size_t i = 0; equal && i < series->label_count; i++)
        equal = series->labels[i].len == labels[i].len &&
                (labels[i].len == 0 ||
                 memcmp(series->labels[i].ptr, labels[i].ptr, labels[i].len) == 0);
    return equal;
}

/* NULL: there are too many already. */
static struct series *find(struct wr_metrics *metrics, enum wr_family family,
                           const struct wr_str *labels)
{
    size_t count = label_count(family);
    uint32_t slot = hash_of(family, labels, count) % SLOTS;
    for (; metrics->slots[slot]; slot = (slot + 1) % SLOTS)
        if (same(metrics->slots[slot], family, labels))
            return metrics->slots[slot];
    if (metrics->count == WR_SERIES_MAX) {
        metrics->dropped++;
        return NULL;
    }
    struct series *series = WR_NEW(&metrics->arena, struct series);
    series->family = family;
    series->label_count = count;
    for (size_t i = 0; i < count; i++)
        series->labels[i] = wr_arena_str(&metrics->arena, labels[i]);
    if (families[family].histogram)
        series->buckets = wr_arena_alloc(&metrics->arena, BOUNDS * sizeof *series->buckets);
    metrics->slots[slot] = series;
    metrics->all[metrics->count++] = series;
    return series;
}

void wr_metrics_add(struct wr_metrics *metrics, enum wr_family family, const struct wr_str *labels,
                    double amount)
{
    pthread_mutex_lock(&metrics->lock);
    struct series *series = find(metrics, family, labels);
    if (series)
        series->sum += amount;
    pthread_mutex_unlock(&metrics->lock);
}

void wr_metrics_seconds(struct wr_metrics *metrics, enum wr_family family,
                        const struct wr_str *labels, double seconds)
{
    size_t bucket = 0;
    while (bucket < BOUNDS && seconds > bounds[bucket])
        bucket++;
    pthread_mutex_lock(&metrics->lock);
    struct series *series = find(metrics, family, labels);
    if (series) {
        series->sum += seconds;
        series->count++;
        if (bucket < BOUNDS)
            series->buckets[bucket]++;
    }
    pthread_mutex_unlock(&metrics->lock);
}

void wr_metrics_merge(struct wr_metrics *into, struct wr_metrics *from)
{
    pthread_mutex_lock(&from->lock);
    for (size_t i = 0; i < from->count; i++) {
        const struct series *one = from->all[i];
        struct series *sum = find(into, one->family, one->labels);
        if (!sum)
            continue;
        sum->sum += one->sum;
        sum->count += one->count;
        for (size_t k = 0; one->buckets && k < BOUNDS; k++)
            sum->buckets[k] += one->buckets[k];
    }
    into->dropped += from->dropped;
    pthread_mutex_unlock(&from->lock);
}

/* ---- the text ------------------------------------------------------------------------------- */

static void put_number(struct wr_text *out, double value)
{
    if (value == floor(value) && fabs(value) < 9e15)
        wr_text_int(out, (int64_t)value);
    else
        wr_text_number(out, value);
}

void wr_metrics_label(struct wr_text *out, struct wr_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '\n')
            wr_text_plain(out, "\\n");
        else if (c == '"' || c == '\\')
            wr_text_add(out, (struct wr_str){c == '"' ? "\\\"" : "\\\\", 2});
        else
            wr_text_add(out, (struct wr_str){&value.ptr[i], 1});
    }
}

static void put_heading(struct wr_text *out, const char *name, const char *type, const char *help)
{
    wr_text_plain(out, "# HELP ");
    wr_text_plain(out, name);
    wr_text_plain(out, " ");
    wr_text_plain(out, help);
    wr_text_plain(out, "\n# TYPE ");
    wr_text_plain(out, name);
    wr_text_plain(out, " ");
    wr_text_plain(out, type);
    wr_text_plain(out, "\n");
}

/* name{labels, le} value */
static void put_series(struct wr_text *out, const struct series *series, const char *suffix,
                       const char *le, double value)
{
    const struct family *family = &families[series->family];
    const char *name = family->labels;
    wr_text_plain(out, family->name);
    wr_text_plain(out, suffix);
    wr_text_plain(out, "{");
    for (size_t i = 0; i < series->label_count; i++) {
        size_t len = strcspn(name, " ");
        wr_text_plain(out, i ? "," : "");
        wr_text_add(out, (struct wr_str){name, len});
        wr_text_plain(out, "=\"");
        wr_metrics_label(out, series->labels[i]);
        wr_text_plain(out, "\"");
        name += len + (name[len] == ' ');
    }
    if (le) {
        wr_text_plain(out, ",le=\"");
        wr_text_plain(out, le);
        wr_text_plain(out, "\"");
    }
    wr_text_plain(out, "} ");
    put_number(out, value);
    wr_text_plain(out, "\n");
}

static void put_histogram(struct wr_text *out, const struct series *series)
{
    uint64_t upto = 0;
    for (size_t i = 0; i < BOUNDS; i++) {
        char le[32];
        snprintf(le, sizeof le, "%g", bounds[i]);
        upto += series->buckets[i];
        put_series(out, series, "_bucket", le, (double)upto);
    }
    put_series(out, series, "_bucket", "+Inf", (double)series->count);
    put_series(out, series, "_sum", NULL, series->sum);
    put_series(out, series, "_count", NULL, (double)series->count);
}

void wr_metrics_text(struct wr_metrics *metrics, struct wr_text *out)
{
    pthread_mutex_lock(&metrics->lock);
    for (int f = 0; f < WR_METRIC_COUNT; f++) {
        const struct family *family = &families[f];
        put_heading(out, family->name, family->histogram ? "histogram" : "counter", family->help);
        for (size_t i = 0; i < metrics->count; i++) {
            const struct series *series = metrics->all[i];
            if (series->family != (enum wr_family)f)
                continue;
            if (family->histogram)
                put_histogram(out, series);
            else
                put_series(out, series, "", NULL, series->sum);
        }
    }
    wr_metrics_value(out, "wright_metrics_dropped_total", "counter",
                     "Observations without a series, as there were too many.", "",
                     (double)metrics->dropped);
    pthread_mutex_unlock(&metrics->lock);
}

void wr_metrics_value(struct wr_text *out, const char *name, const char *type, const char *help,
                      const char *labels, double value)
{
    if (help)
        put_heading(out, name, type, help);
    wr_text_plain(out, name);
    wr_text_plain(out, labels);
    wr_text_plain(out, " ");
    put_number(out, value);
    wr_text_plain(out, "\n");
}
