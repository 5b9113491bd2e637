/* Two small tables under one lock. A peer that makes up versions or fields fills its share of them; what
 * comes past it is counted as "(others)". */
#include "runtime/observe/drift.h"

#include "runtime/base/clock.h"
#include "runtime/base/str.h"
#include "runtime/engine/event.h"
#include "runtime/observe/metrics.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define VERSIONS_MAX 16 /* of a target */
#define FIELDS_MAX 32   /* of a target */
#define NAME_MAX_BYTES 200
#define OTHERS "(others)"

struct row {
    struct row *next;
    const char *target; /* borrowed: the program's */
    struct row *rules;  /* of an answer's row: by which its refusals were */
    uint64_t count, refused;
    int64_t first_ms, last_ms;
    size_t len;
    char name[];
};

struct wr_drift {
    pthread_mutex_t lock;
    int64_t since_ms;
    struct row *versions, *fields;
};

struct wr_drift *wr_drift_new(void)
{
    struct wr_drift *drift = calloc(1, sizeof *drift);
    if (drift) {
        pthread_mutex_init(&drift->lock, NULL);
        drift->since_ms = wr_utc_ms();
    }
    return drift;
}

static void free_rows(struct row *row)
{
    for (struct row *next; row; row = next) {
        next = row->next;
        free_rows(row->rules);
        free(row);
    }
}

void wr_drift_free(struct wr_drift *drift)
{
    if (!drift)
        return;
    free_rows(drift->versions);
    free_rows(drift->fields);
    pthread_mutex_destroy(&drift->lock);
    free(drift);
}

/* ---- counting ---------------------------------------------------------------------------------- */

static struct row *add(struct row **end, const char *target, struct wr_str name)
{
    struct row *row = calloc(1, sizeof *row + name.len);
    if (!row)
        return NULL;
    row->target = target;
    row->len = name.len;
    if (name.len)
        memcpy(row->name, name.ptr, name.len);
    return *end = row;
}

/* In the order of their first use. NULL: memory is out. */
static struct row *find(struct row **rows, const char *target, struct wr_str name, size_t most)
{
    size_t count = 0;
    struct row **at = rows;
    if (name.len > NAME_MAX_BYTES)
        name = WR_STR(OTHERS);
    for (; *at; at = &(*at)->next) {
        if (strcmp((*at)->target, target) != 0)
            continue;
        if (wr_str_equal((struct wr_str){(*at)->name, (*at)->len}, name))
            return *at;
        count++;
    }
    bool room = count < most || wr_str_equal(name, WR_STR(OTHERS));
    return room ? add(at, target, name) : find(rows, target, WR_STR(OTHERS), most);
}

static void count_one(struct row *row, int64_t now_ms)
{
    if (!row)
        return;
    if (row->count++ == 0)
        row->first_ms = now_ms;
    row->last_ms = now_ms;
}

static struct wr_str rule_of(const struct wr_outcome *outcome)
{
    if (outcome->class == WR_CLASS_schema_invalid && outcome->rule)
        return wr_str_of(outcome->rule);
    return wr_str_of(outcome->class == WR_CLASS_check_failed ? "check"
                                                             : wr_class_name(outcome->class));
}

/* Only what answered says anything of what it answers. */
void wr_drift_saw(struct wr_drift *drift, const char *target, const struct wr_observation *seen,
                  int64_t now_ms)
{
    const struct wr_outcome *outcome = seen->outcome;
    bool refused = WR_BIT(outcome->class) & WR_ON_INVALID_OUTPUT;
    if (outcome->class != WR_OK && !refused)
        return;
    pthread_mutex_lock(&drift->lock);
    struct row *row = find(&drift->versions, target, outcome->model_version, VERSIONS_MAX);
    count_one(row, now_ms);
    if (row && refused) {
        row->refused++;
        count_one(find(&row->rules, target, rule_of(outcome), VERSIONS_MAX), now_ms);
    }
    struct wr_str left = outcome->unknown;
    while (left.len) {
        const char *line = memchr(left.ptr, '\n', left.len);
        size_t len = line ? (size_t)(line - left.ptr) : left.len;
        count_one(find(&drift->fields, target, (struct wr_str){left.ptr, len}, FIELDS_MAX), now_ms);
        left.ptr += line ? len + 1 : len;
        left.len -= line ? len + 1 : len;
    }
    pthread_mutex_unlock(&drift->lock);
}

/* ---- telling: JSON ----------------------------------------------------------------------------- */

static void put_text(struct wr_text *out, const char *name, struct wr_str value)
{
    wr_text_quote(out, wr_str_of(name));
    WR_ADD(out, ":");
    wr_text_quote(out, value);
    WR_ADD(out, ",");
}

static void put_count(struct wr_text *out, const char *name, uint64_t value)
{
    wr_text_quote(out, wr_str_of(name));
    WR_ADD(out, ":");
    wr_text_int(out, (int64_t)value);
    WR_ADD(out, ",");
}

static void put_time(struct wr_text *out, const char *name, int64_t ms)
{
    char text[WR_TIME_TEXT];
    wr_time_text(ms, text);
    wr_text_quote(out, wr_str_of(name));
    WR_ADD(out, ":");
    wr_text_quote(out, wr_str_of(text));
}

static void put_rows(struct wr_text *out, const struct row *rows, const char *what, bool answers)
{
    for (const struct row *row = rows; row; row = row->next) {
        wr_text_add(out, row == rows ? WR_STR("{") : WR_STR(",{"));
        put_text(out, "target", wr_str_of(row->target));
        put_text(out, what, (struct wr_str){row->name, row->len});
        put_count(out, "count", row->count);
        if (answers) {
            put_count(out, "refused", row->refused);
            WR_ADD(out, "\"rules\":{");
            for (const struct row *rule = row->rules; rule; rule = rule->next) {
                wr_text_quote(out, (struct wr_str){rule->name, rule->len});
                WR_ADD(out, ":");
                wr_text_int(out, (int64_t)rule->count);
                wr_text_add(out, rule->next ? WR_STR(",") : WR_STR(""));
            }
            WR_ADD(out, "},");
        }
        put_time(out, "first", row->first_ms);
        WR_ADD(out, ",");
        put_time(out, "last", row->last_ms);
        WR_ADD(out, "}");
    }
}

struct wr_str wr_drift_json(struct wr_drift *drift, struct wr_arena *arena)
{
    struct wr_text out = {.arena = arena};
    pthread_mutex_lock(&drift->lock);
    WR_ADD(&out, "{");
    put_time(&out, "since", drift->since_ms);
    WR_ADD(&out, ",\"answers\":[");
    put_rows(&out, drift->versions, "version", true);
    WR_ADD(&out, "],\"unknown_fields\":[");
    put_rows(&out, drift->fields, "field", false);
    WR_ADD(&out, "]}");
    pthread_mutex_unlock(&drift->lock);
    return wr_text_done(&out);
}

/* ---- telling: metrics -------------------------------------------------------------------------- */

static void put_label(struct wr_text *labels, const char *name, struct wr_str value)
{
    wr_text_add(labels, labels->len ? WR_STR(",") : WR_STR("{"));
    wr_text_add(labels, wr_str_of(name));
    WR_ADD(labels, "=\"");
    wr_metrics_label(labels, value);
    WR_ADD(labels, "\"");
}

/* `help` NULL: a further series of the family before it. */
static void put_sample(struct wr_text *out, const char *family, const char *help,
                       const struct row *row, const char *what, const struct row *rule)
{
    struct wr_text labels = {.arena = out->arena};
    put_label(&labels, "target", wr_str_of(row->target));
    put_label(&labels, what, (struct wr_str){row->name, row->len});
    if (rule)
        put_label(&labels, "rule", (struct wr_str){rule->name, rule->len});
    WR_ADD(&labels, "}");
    wr_text_add(&labels, (struct wr_str){"", 1});
    wr_metrics_value(out, family, "counter", help, wr_text_done(&labels).ptr,
                     (double)(rule ? rule->count : row->count));
}

void wr_drift_metrics(struct wr_drift *drift, struct wr_text *out)
{
    pthread_mutex_lock(&drift->lock);
    for (const struct row *row = drift->versions; row; row = row->next)
        put_sample(out, "wright_drift_answers_total",
                   row == drift->versions ? "Answers that came, by the version that gave them."
                                          : NULL,
                   row, "version", NULL);
    bool any = false;
    for (const struct row *row = drift->versions; row; row = row->next)
        for (const struct row *rule = row->rules; rule; rule = rule->next, any = true)
            put_sample(out, "wright_drift_refused_total",
                       any ? NULL : "Answers that were refused, by version and first rule.", row,
                       "version", rule);
    for (const struct row *row = drift->fields; row; row = row->next)
        put_sample(out, "wright_drift_unknown_fields_total",
                   row == drift->fields ? "Fields that came and that no schema knows." : NULL, row,
                   "field", NULL);
    pthread_mutex_unlock(&drift->lock);
}
