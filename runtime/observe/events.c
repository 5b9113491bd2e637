/* Events for clients and operators, by a table of what is shown of each. */
#include "runtime/observe/events.h"

#include "runtime/base/clock.h"
#include "runtime/base/member.h"
#include "runtime/base/str.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum form { TEXT, INT, MICROSECONDS, MONEY, YES, TIME, RESULT };

struct shown {
    const char *name;
    enum form form;
    bool operator_only;
    size_t at;
};

#define SHOW(name, form, operator_only, member)                                                    \
    {                                                                                              \
        name, form, operator_only, offsetof(struct wr_event, member)                               \
    }

static const struct shown table[] = {
    SHOW("stage", TEXT, false, stage),
    SHOW("workflow", TEXT, false, workflow),
    SHOW("api", TEXT, false, api),
    SHOW("contract", TEXT, false, contract),
    SHOW("caller", TEXT, true, caller),
    SHOW("retried_of", TEXT, false, retried_of),
    SHOW("deadline", TIME, false, deadline_ms),
    SHOW("budget_ms", INT, false, budget_ms),
    SHOW("attempt", INT, false, attempt),
    SHOW("error", TEXT, false, error),
    SHOW("detail", TEXT, true, detail),
    SHOW("cut", YES, false, cut),
    SHOW("model", TEXT, false, model),
    SHOW("model_version", TEXT, false, model_version),
    SHOW("prompt", TEXT, false, prompt),
    SHOW("tool", TEXT, false, tool),
    SHOW("tool_version", TEXT, false, tool_version),
    SHOW("request_id", TEXT, true, request_id),
    SHOW("input_tokens", INT, false, input_tokens),
    SHOW("cached_tokens", INT, false, cached_tokens),
    SHOW("written_tokens", INT, false, written_tokens),
    SHOW("output_tokens", INT, false, output_tokens),
    SHOW("reasoning_tokens", INT, false, reasoning_tokens),
    SHOW("repaired", TEXT, false, repaired),
    SHOW("cost_usd", MONEY, false, cost),
    SHOW("elapsed_ms", MICROSECONDS, false, elapsed_us),
    SHOW("first_token_ms", MICROSECONDS, false, first_token_us),
    SHOW("remembered_at", TIME, false, remembered_ms),
    SHOW("schema", TEXT, false, schema),
    SHOW("label", TEXT, false, label),
    SHOW("target", TEXT, false, target),
    SHOW("optional", YES, false, optional),
    SHOW("done", INT, false, done),
    SHOW("total", INT, false, total),
    SHOW("reason", TEXT, true, reason),
    SHOW("waiting_for", TEXT, false, waiting_for),
    SHOW("until", TIME, false, until_ms),
    SHOW("result_type", RESULT, false, result),
    SHOW("message", TEXT, false, message),
    SHOW("retryable", YES, false, retryable),
};

static void put_name(struct wr_text *out, const char *name)
{
    wr_text_plain(out, ",\"");
    wr_text_plain(out, name);
    wr_text_plain(out, "\":");
}

static void put_word(struct wr_text *out, const char *name, const char *word)
{
    put_name(out, name);
    wr_text_quote(out, wr_str_of(word));
}

static void put_number(struct wr_text *out, const struct shown *row, int64_t number)
{
    char text[WR_TIME_TEXT > 40 ? WR_TIME_TEXT : 40];
    if (row->form == TIME) {
        wr_time_text(number, text);
        put_word(out, row->name, text);
    } else if (row->form == MONEY) {
        int64_t micros = (number + 999999) / 1000000; /* rounded up */
        snprintf(text, sizeof text, "%lld.%06lld", (long long)(micros / 1000000),
                 (long long)(micros % 1000000));
        put_word(out, row->name, text);
    } else {
        put_name(out, row->name);
        wr_text_int(out, row->form == MICROSECONDS ? number / 1000 : number);
    }
}

/* What is empty, zero or false is not shown. */
static void show(struct wr_text *out, const struct shown *row, const struct wr_event *event)
{
    const void *member = (const char *)event + row->at;
    if (row->form == TEXT) {
        const struct wr_str *text = member;
        if (text->len) {
            put_name(out, row->name);
            wr_text_quote(out, *text);
        }
    } else if (row->form == YES) {
        if (*(const bool *)member) {
            put_name(out, row->name);
            wr_text_bool(out, true);
        }
    } else if (row->form == RESULT) {
        const char *name = wr_result_name(*(const enum wr_result *)member);
        if (name)
            put_word(out, row->name, name);
    } else if (*(const int64_t *)member) {
        put_number(out, row, *(const int64_t *)member);
    }
}

/* Of a value nobody is shown more than whether it is another's. */
static void put_hash(struct wr_text *out, struct wr_str value)
{
    unsigned char hash[32];
    char text[sizeof hash * 2 + 1];
    if (EVP_Digest(value.ptr, value.len, hash, NULL, EVP_sha256(), NULL) != 1)
        return;
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    put_word(out, "value_sha256", text);
}

void wr_event_show(struct wr_text *out, const struct wr_event *event, bool operator)
{
    char at[WR_TIME_TEXT];
    wr_time_text(event->at_ms, at);
    wr_text_plain(out, "{\"seq\":");
    wr_text_int(out, event->seq);
    put_word(out, "at", at);
    put_word(out, "kind", wr_entry_kind_name(event->kind));
    if (event->path.len) {
        put_name(out, "path");
        wr_text_quote(out, event->path);
    }
    if (event->kind == WR_ENTRY_FINISHED)
        put_word(out, "status", wr_status_name(event->status));
    bool classed = event->kind == WR_ENTRY_ENDED ||
                   (event->kind == WR_ENTRY_FINISHED && event->class != WR_OK);
    if (classed)
        put_word(out, "class", wr_class_name(event->class));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (operator|| !table[i].operator_only)
            show(out, &table[i], event);
    if (operator&& event->value.len)
        put_hash(out, event->value);
    wr_text_plain(out, "}");
}
