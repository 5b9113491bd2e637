/* Metrics and their text: counts, histograms, escapes, and a bound on how many there are. */
#include "runtime/observe/metrics.h"
#include "tests/unit/tap.h"

static struct wr_arena arena;

static const char *text_of(struct wr_metrics *metrics)
{
    struct wr_text out = {.arena = &arena};
    wr_metrics_text(metrics, &out);
    struct wr_str done = wr_text_done(&out);
    return wr_arena_copy(&arena, done.ptr, done.len);
}

static void has(struct wr_metrics *metrics, const char *line, const char *name)
{
    const char *text = text_of(metrics);
    bool found = strstr(text, line) != NULL;
    tap_ok(found, "%s", name);
    if (!found)
        printf("# no line %s", line);
}

static void test_counts(struct wr_metrics *metrics)
{
    const struct wr_str get[] = {WR_STR("/a"), WR_STR("GET"), WR_STR("200")};
    const struct wr_str post[] = {WR_STR("/a"), WR_STR("POST"), WR_STR("200")};
    wr_metrics_add(metrics, WR_METRIC_requests, get, 1);
    wr_metrics_add(metrics, WR_METRIC_requests, get, 2);
    wr_metrics_add(metrics, WR_METRIC_requests, post, 1);
    has(metrics, "\nwright_http_requests_total{route=\"/a\",method=\"GET\",code=\"200\"} 3\n",
        "what has the same labels is added up");
    has(metrics, "\nwright_http_requests_total{route=\"/a\",method=\"POST\",code=\"200\"} 1\n",
        "what has others is not");
    has(metrics, "# TYPE wright_http_requests_total counter\n", "a family says its type");
    const struct wr_str odd = WR_STR("a\"b\\c\nd");
    wr_metrics_add(metrics, WR_METRIC_refused, &odd, 0.5);
    has(metrics, "\nwright_http_refused_total{code=\"a\\\"b\\\\c\\nd\"} 0.5\n",
        "labels are escaped");
}

static void test_histogram(struct wr_metrics *metrics)
{
    const struct wr_str flow = WR_STR("flow");
    const double seconds[] = {0.0005, 0.02, 0.025, 4, 1000};
    for (size_t i = 0; i < WR_COUNT(seconds); i++)
        wr_metrics_seconds(metrics, WR_METRIC_job_seconds, &flow, seconds[i]);
    has(metrics, "_seconds_bucket{workflow=\"flow\",le=\"0.001\"} 1\n",
        "the least is in the first");
    has(metrics, "_seconds_bucket{workflow=\"flow\",le=\"0.01\"} 1\n", "buckets are cumulative");
    has(metrics, "_seconds_bucket{workflow=\"flow\",le=\"0.025\"} 3\n", "bounds are inclusive");
    has(metrics, "_seconds_bucket{workflow=\"flow\",le=\"180\"} 4\n", "what passes the last bound");
    has(metrics, "_seconds_bucket{workflow=\"flow\",le=\"+Inf\"} 5\n", "is in +Inf only");
    has(metrics, "_seconds_count{workflow=\"flow\"} 5\n", "all are counted");
}

static void test_bound(struct wr_metrics *metrics)
{
    char name[32];
    for (int i = 0; i < WR_SERIES_MAX + 100; i++) {
        snprintf(name, sizeof name, "code-%d", i);
        const struct wr_str label = {name, strlen(name)};
        wr_metrics_add(metrics, WR_METRIC_refused, &label, 1);
    }
    has(metrics, "\nwright_metrics_dropped_total 104\n", "there are only so many series");
    has(metrics, "{code=\"code-17\"} 1\n", "and those there are still count");
}

int main(void)
{
    struct wr_metrics *metrics = wr_metrics_new();
    test_counts(metrics);
    test_histogram(metrics);
    test_bound(metrics);
    wr_metrics_free(metrics);
    wr_arena_free(&arena);
    return tap_done();
}
