/* The certificate as a person reads it: `wright prove`. Made of the document alone, so that the two
 * never say different things. */
#include "compiler/emit/certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 14 };

static const char *text_at(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text ? text : "";
}

static int64_t number_at(const json_t *json, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(json, name));
}

/* "terms, draft", or `none` */
static void join(struct wc_buf *out, const json_t *list, const char *between, const char *none)
{
    size_t i;
    json_t *item;
    if (json_array_size(list) == 0)
        wc_buf_text(out, none);
    json_array_foreach((json_t *)list, i, item)
        wc_buf_printf(out, "%s%s", i ? between : "", json_string_value(item));
}

static void ms(struct wc_buf *out, const char *before, const json_t *json, const char *name)
{
    wc_buf_text(out, before);
    wc_buf_duration(out, (uint64_t)number_at(json, name));
}

/* ---- time ----------------------------------------------------------------------------------- */

static void stage_lines(struct wc_buf *out, const char *name, const json_t *stage, int indent)
{
    const char *member;
    json_t *row;
    wc_buf_printf(out, "%*s%-*s ", indent, "", NAME_WIDTH, name);
    if (number_at(stage, "attempt_ms")) {
        wc_buf_printf(out, "%" PRId64 " x", number_at(stage, "attempts"));
        ms(out, " ", stage, "attempt_ms");
    } else {
        wc_buf_text(out, "at once");
    }
    if (number_at(stage, "backoff_ms"))
        ms(out, ", backoff ", stage, "backoff_ms");
    if (number_at(stage, "within_ms"))
        ms(out, ", within ", stage, "within_ms");
    if (number_at(stage, "items_max"))
        wc_buf_printf(out, ", %" PRId64 " items", number_at(stage, "items_max"));
    if (number_at(stage, "rounds")) {
        wc_buf_printf(out, ", %" PRId64 " rounds of", number_at(stage, "rounds"));
        ms(out, " ", stage, "round_ms");
    }
    ms(out, "; floor ", stage, "floor_ms");
    if (json_array_size(json_object_get(stage, "waits_in_slack"))) {
        wc_buf_text(out, "; in slack: ");
        join(out, json_object_get(stage, "waits_in_slack"), ", ", "");
    }
    wc_buf_char(out, '\n');
    json_object_foreach(json_object_get(stage, "members"), member, row)
        stage_lines(out, member, row, indent + 2);
}

static void path_line(struct wc_buf *out, const json_t *path)
{
    size_t i;
    json_t *row;
    if (json_is_true(json_object_get(path, "more"))) {
        wc_buf_text(out, "    and more\n");
        return;
    }
    ms(out, "    by ", path, "worst_ms");
    json_array_foreach(json_object_get(path, "stages"), i, row)
    {
        wc_buf_printf(out, "%s%s", i ? ", " : "  ", text_at(row, "stage"));
        ms(out, " ", row, "ends_by_ms");
    }
    wc_buf_printf(out, " -> %s\n", text_at(path, "ends"));
}

static void latency(struct wc_buf *out, const json_t *json)
{
    const char *name;
    json_t *row;
    size_t i;
    wc_buf_printf(out, "  time  %s", text_at(json, "model"));
    ms(out, " ", json, "budget_ms");
    if (number_at(json, "background_ms"))
        ms(out, ", then background ", json, "background_ms");
    ms(out, ": one whole attempt of each stage and the commits take ", json,
       "floor_with_commits_ms");
    ms(out, ", and ", json, "slack_ms");
    ms(out, " are slack\n        no reply later than ", json, "worst_reply_ms");
    ms(out, ", no end later than ", json, "worst_ms");
    wc_buf_char(out, '\n');
    json_object_foreach(json_object_get(json, "stages"), name, row) stage_lines(out, name, row, 4);
    wc_buf_text(
        out,
        "    every path, any arm of a `match` being possible, and when each of its stages has "
        "ended at the latest\n");
    json_array_foreach(json_object_get(json, "paths"), i, row) path_line(out, row);
}

/* ---- cost ----------------------------------------------------------------------------------- */

static void cost_line(struct wc_buf *out, const char *name, const json_t *row, int indent)
{
    const char *member;
    json_t *below;
    wc_buf_printf(out, "%*s%-*s at most $%s", indent, "", NAME_WIDTH, name,
                  text_at(row, "most_usd"));
    if (json_object_get(row, "attempts"))
        wc_buf_printf(out, " = %" PRId64 " x $%s", number_at(row, "attempts"),
                      text_at(row, "attempt_usd"));
    if (number_at(row, "turns"))
        wc_buf_printf(out,
                      " after %" PRId64 " turns of tools, each with %" PRId64
                      " bytes more to read, and %" PRId64 " calls of them",
                      number_at(row, "turns"), number_at(row, "turn_bytes"),
                      number_at(row, "tool_calls"));
    if (number_at(row, "repairs"))
        wc_buf_printf(out, " and %" PRId64 " repairs that read what was said",
                      number_at(row, "repairs"));
    if (json_object_get(row, "model"))
        wc_buf_printf(out, " of %s: %" PRId64 " tokens in (%s), %" PRId64 " out",
                      text_at(row, "model"), number_at(row, "input_tokens"),
                      text_at(row, "input_rests_on"), number_at(row, "output_tokens"));
    if (number_at(row, "items_max"))
        wc_buf_printf(out, ", %" PRId64 " items", number_at(row, "items_max"));
    wc_buf_char(out, '\n');
    json_object_foreach(json_object_get(row, "members"), member, below)
        cost_line(out, member, below, indent + 2);
}

static void cost(struct wc_buf *out, const json_t *json)
{
    const char *name;
    json_t *row;
    wc_buf_printf(out, "  cost  at most $%s a job", text_at(json, "most_usd"));
    if (json_object_get(json, "ceiling_usd"))
        wc_buf_printf(out, ", and $%s is promised", text_at(json, "ceiling_usd"));
    wc_buf_printf(out, "; kept by %s\n", text_at(json, "kept_by"));
    json_object_foreach(json_object_get(json, "stages"), name, row) cost_line(out, name, row, 4);
    if (json_object_size(json_object_get(json, "stages"))) {
        wc_buf_text(out, "    the dearest path: ");
        join(out, json_object_get(json, "dearest_path"), ", ", "none");
        wc_buf_char(out, '\n');
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void errors(struct wc_buf *out, const json_t *json)
{
    const char *name;
    json_t *to;
    size_t outcomes = 0;
    json_object_foreach((json_t *)json, name, to) outcomes += json_object_size(to);
    wc_buf_printf(out, "  errors  %zu outcomes of %zu stages, and each has its transition\n",
                  outcomes, json_object_size(json));
}

/* The body of `each` has its stage's name: "read/read" is "read, each". */
static const char *plain_name(const char *name, char text[160])
{
    const char *slash = strchr(name, '/');
    size_t len = slash ? (size_t)(slash - name) : 0;
    bool doubled = slash && strlen(slash + 1) == len && memcmp(name, slash + 1, len) == 0;
    snprintf(text, 160, "%s%s", doubled ? slash + 1 : name, doubled ? ", each" : "");
    return text;
}

static void effects(struct wc_buf *out, const json_t *json)
{
    char plain[160];
    const char *name;
    json_t *row;
    wc_buf_printf(out, "  effects  sending the same request again, without a key, ");
    if (number_at(json, "dedupe_joins_within_ms"))
        ms(out, "joins its job for ", json, "dedupe_joins_within_ms");
    if (number_at(json, "dedupe_joins_within_ms"))
        wc_buf_text(out, ", if it has the same `dedupe` key; after that it ");
    wc_buf_text(out, json_is_true(json_object_get(json, "same_request_again_is_safe_without_a_key"))
                         ? "repeats none\n"
                         : "is another job, with effects of its own\n");
    json_object_foreach(json_object_get(json, "stages"), name, row)
    {
        if (strcmp(text_at(row, "effect"), "pure") == 0)
            continue;
        int64_t most = number_at(row, "sends_at_most");
        bool each = json_is_true(json_object_get(row, "each_call"));
        wc_buf_printf(out, "    %-*s %s, %ssent ", NAME_WIDTH, plain_name(name, plain),
                      text_at(row, "effect"), each ? "each call " : "");
        if (most == 1)
            wc_buf_text(out, "once");
        else
            wc_buf_printf(out, "%" PRId64 " times", most);
        wc_buf_printf(out, " at most: %s\n", text_at(row, "because"));
    }
}

static void degradation(struct wc_buf *out, const json_t *json)
{
    size_t i, k;
    json_t *row, *end;
    wc_buf_printf(out, "  outages  %s subsets of what it calls\n", text_at(json, "subsets"));
    json_array_foreach(json_object_get(json, "table"), i, row)
    {
        struct wc_buf down = {0};
        join(&down, json_object_get(row, "down"), " + ", "nothing");
        json_array_foreach(json_object_get(row, "ends"), k, end)
        {
            wc_buf_printf(out, "    %-32s %s %s", k ? "" : down.data, text_at(end, "status"),
                          *text_at(end, "error") ? text_at(end, "error")
                                                 : text_at(end, "result_type"));
            if (json_object_get(end, "when")) {
                wc_buf_text(out, "   (");
                join(out, json_object_get(end, "when"), ", ", "");
                wc_buf_char(out, ')');
            }
            wc_buf_char(out, '\n');
        }
        if (json_is_true(json_object_get(row, "more")))
            wc_buf_text(out, "    …and more paths than are walked\n");
        wc_buf_free(&down);
    }
}

static void bounds(struct wc_buf *out, const json_t *json)
{
    char plain[160];
    const char *name;
    json_t *bytes;
    wc_buf_printf(out,
                  "  bytes  a request %" PRId64 ", its result %" PRId64 ", a job's journal %" PRId64
                  ", at most\n",
                  number_at(json, "request_bytes"), number_at(json, "output_bytes"),
                  number_at(json, "journal_bytes"));
    json_object_foreach(json_object_get(json, "stage_value_bytes"), name, bytes)
        wc_buf_printf(out, "    %-*s %" PRId64 "\n", NAME_WIDTH, plain_name(name, plain),
                      (int64_t)json_integer_value(bytes));
}

static void labels(struct wc_buf *out, const json_t *json)
{
    const char *name;
    json_t *label;
    if (json_object_size(json_object_get(json, "fields")) == 0)
        return;
    wc_buf_text(out, "labels  no value of these fields reaches a prompt or a request");
    if (json_array_size(json_object_get(json, "revealed_in"))) {
        wc_buf_text(out, ", but what `reveal` lets out in ");
        join(out, json_object_get(json, "revealed_in"), ", ", "");
    }
    wc_buf_char(out, '\n');
    json_object_foreach(json_object_get(json, "fields"), name, label)
        wc_buf_printf(out, "    %s %s\n", name, json_string_value(label));
    wc_buf_char(out, '\n');
}

static void asked(struct wc_buf *out, const json_t *json)
{
    const char *place;
    size_t i;
    json_t *row, *what;
    if (json_array_size(json) == 0)
        return;
    wc_buf_text(out, "asked  what a provider enforces, and what is left to the validator alone\n");
    json_array_foreach(json, i, row)
    {
        wc_buf_printf(out, "    %s by profile %s: ", text_at(row, "schema"),
                      text_at(row, "profile"));
        join(out, json_object_get(row, "asked_of"), ", ", "nobody");
        wc_buf_char(out, '\n');
        json_object_foreach(json_object_get(row, "rewritten"), place, what)
            wc_buf_printf(out, "      %-*s %s\n", NAME_WIDTH, place, json_string_value(what));
        json_object_foreach(json_object_get(row, "residue"), place, what)
        {
            wc_buf_printf(out, "      %-*s left: ", NAME_WIDTH, place);
            join(out, what, ", ", "");
            wc_buf_char(out, '\n');
        }
    }
    wc_buf_char(out, '\n');
}

void wc_emit_prove(struct wc_buf *out, const struct wc_model *model)
{
    json_t *json = wc_certificate_json(model), *flow, *text;
    const json_t *assumed = json_object_get(json, "assumptions");
    const char *name;
    size_t i;
    wc_buf_printf(out, "%s: what is proved of it\n\n", text_at(json, "api"));
    json_object_foreach(json_object_get(json, "workflows"), name, flow)
    {
        wc_buf_printf(out, "%s\n", name);
        latency(out, json_object_get(flow, "latency"));
        cost(out, json_object_get(flow, "cost"));
        errors(out, json_object_get(flow, "errors"));
        effects(out, json_object_get(flow, "effects"));
        degradation(out, json_object_get(flow, "degradation"));
        bounds(out, json_object_get(flow, "bounds"));
        wc_buf_char(out, '\n');
    }
    asked(out, json_object_get(json, "asked"));
    labels(out, json_object_get(json, "labels"));
    wc_buf_printf(out, "assumed\n    a commit or a read of the store takes %" PRId64 "ms at most\n",
                  number_at(assumed, "commit_ms"));
    json_array_foreach(json_object_get(assumed, "also"), i, text)
        wc_buf_printf(out, "    %s\n", json_string_value(text));
    wc_buf_text(out, "    the prices of models and services are those of the specification\n");
    json_decref(json);
}
