/* Answers of a running binary, printed for a person. Knows their JSON and nothing of where it came
 * from. */
#include "runtime/app/operator.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INLINE_MAX 100 /* of a value within a line */

static const char *text_at(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text ? text : "";
}

static long long number_at(const json_t *json, const char *name)
{
    return (long long)json_integer_value(json_object_get(json, name));
}

/* ---- drift ----------------------------------------------------------------------------------- */

static void print_answers(const json_t *answers)
{
    size_t at;
    json_t *row, *count;
    const char *rule;
    printf("%-16s  %-32s  %8s  %8s  %s\n", "TARGET", "VERSION", "ANSWERS", "REFUSED", "BY RULE");
    json_array_foreach(answers, at, row)
    {
        long long all = number_at(row, "count"), refused = number_at(row, "refused");
        printf("%-16s  %-32s  %8lld  %7.1f%%", text_at(row, "target"), text_at(row, "version"), all,
               all ? 100.0 * (double)refused / (double)all : 0.0);
        json_object_foreach(json_object_get(row, "rules"), rule, count)
            printf("  %s %lld", rule, (long long)json_integer_value(count));
        putchar('\n');
    }
}

void wr_print_drift(const json_t *drift)
{
    const json_t *answers = json_object_get(drift, "answers");
    const json_t *fields = json_object_get(drift, "unknown_fields");
    size_t at;
    json_t *row;
    printf("since %s\n", text_at(drift, "since"));
    if (json_array_size(answers) > 0)
        print_answers(answers);
    if (json_array_size(fields) > 0)
        printf("%-16s  %-32s  %8s  %-24s  %s\n", "TARGET", "UNKNOWN FIELD", "COUNT", "FIRST",
               "LAST");
    json_array_foreach(fields, at, row)
        printf("%-16s  %-32s  %8lld  %-24s  %s\n", text_at(row, "target"), text_at(row, "field"),
               number_at(row, "count"), text_at(row, "first"), text_at(row, "last"));
}

/* ---- list, show ----------------------------------------------------------------------------- */

void wr_print_list(const json_t *list)
{
    size_t at;
    json_t *job;
    printf("%-36s  %-10s  %-8s  %-24s  %-24s  %s\n", "JOB", "STATUS", "RESULT", "CREATED",
           "WORKFLOW", "CALLER");
    json_array_foreach(json_object_get(list, "jobs"), at, job)
    {
        printf("%-36s  %-10s  %-8s  %-24s  %-24s  %s%s%s\n", text_at(job, "job_id"),
               json_is_true(json_object_get(job, "held")) ? "held" : text_at(job, "status"),
               text_at(job, "result_type"), text_at(job, "created_at"), text_at(job, "workflow"),
               text_at(job, "caller"), *text_at(job, "error_code") ? "  " : "",
               text_at(job, "error_code"));
    }
    if (*text_at(list, "next"))
        printf("older ones: --before %s\n", text_at(list, "next"));
}

void wr_print_webhooks(const json_t *webhooks)
{
    size_t at;
    json_t *one;
    printf("%-58s  %-9s  %-5s  %-8s  %-6s  %-24s  %s\n", "WEBHOOK", "STATE", "EVENT", "ATTEMPTS",
           "STATUS", "NEXT", "REASON");
    json_array_foreach(json_object_get(webhooks, "webhooks"), at, one)
    {
        printf("%-58s  %-9s  %-5s  %-8d  %-6d  %-24s  %s\n", text_at(one, "id"),
               text_at(one, "state"), text_at(one, "event"),
               (int)json_integer_value(json_object_get(one, "attempts")),
               (int)json_integer_value(json_object_get(one, "status")), text_at(one, "next_at"),
               text_at(one, "reason"));
    }
    if (*text_at(webhooks, "next"))
        printf("older ones: --before %s\n", text_at(webhooks, "next"));
}

static void print_value(const json_t *value, size_t max)
{
    struct wr_arena arena = {0};
    struct wr_str text = value ? wr_json_text(&arena, value, false) : WR_STR("");
    size_t cut = text.len;
    if (text.len > max)
        for (cut = max; cut > 0 && ((unsigned char)text.ptr[cut] & 0xc0) == 0x80;)
            cut--;
    printf("%.*s%s", (int)cut, text.ptr, cut < text.len ? "…" : "");
    wr_arena_free(&arena);
}

static void print_path(const json_t *versions)
{
    size_t at;
    json_t *step;
    if (json_array_size(json_object_get(versions, "fallback_path")) == 0)
        return;
    printf("path       ");
    json_array_foreach(json_object_get(versions, "fallback_path"), at, step)
    {
        printf("%s%s", at ? " -> " : "", json_string_value(step));
    }
    printf("\n");
}

static void print_stage(const json_t *stage)
{
    const json_t *progress = json_object_get(stage, "progress");
    printf("stage      %s", text_at(stage, "name"));
    if (json_is_object(progress))
        printf(", %lld of %lld done", number_at(progress, "done"), number_at(progress, "total"));
    printf("\n");
}

static void print_summary(const json_t *job)
{
    const json_t *error = json_object_get(job, "error");
    const json_t *stage = json_object_get(job, "stage");
    printf("job        %s\n", text_at(job, "job_id"));
    printf("status     %s%s%s%s\n", text_at(job, "status"),
           *text_at(job, "result_type") ? ", " : "", text_at(job, "result_type"),
           json_is_true(json_object_get(job, "final")) ? "" : ", not ended");
    if (json_is_object(error))
        printf("error      %s (%s): %s\n", text_at(error, "code"), text_at(error, "class"),
               text_at(error, "message"));
    if (json_is_object(stage))
        print_stage(stage);
}

static void print_dead(const json_t *notifications)
{
    size_t at;
    json_t *one;
    json_array_foreach(notifications, at, one)
    {
        printf(
            "not told   %s %s after %lld attempts, status %lld: %s\n           webhooks resend "
            "%s\n",
            text_at(one, "service"), text_at(one, "event"), number_at(one, "attempts"),
            number_at(one, "status"), text_at(one, "reason"), text_at(one, "id"));
    }
}

void wr_print_job(const json_t *job)
{
    const json_t *versions = json_object_get(job, "versions");
    const json_t *usage = json_object_get(job, "usage"), *timing = json_object_get(job, "timing");
    print_summary(job);
    print_path(versions);
    printf("workflow   %s of api %s, contract %s\n", text_at(versions, "workflow"),
           text_at(versions, "api"), text_at(versions, "contract"));
    if (*text_at(versions, "model"))
        printf("model      %s, prompt %s\n", text_at(versions, "model"),
               text_at(versions, "prompt"));
    if (*text_at(versions, "review"))
        printf("review     %s\n", text_at(versions, "review"));
    printf("usage      %lld calls of models, %lld tokens in, %lld out, $%s\n",
           number_at(usage, "attempts"), number_at(usage, "input_tokens"),
           number_at(usage, "output_tokens"), text_at(usage, "cost_usd"));
    printf("time       %s, %lld ms; its reply had %lld ms\n", text_at(timing, "created_at"),
           number_at(timing, "elapsed_ms"), number_at(timing, "budget_ms"));
    printf("output     ");
    print_value(json_object_get(job, "output"), 100000);
    printf("\n");
    print_dead(json_object_get(job, "dead_notifications"));
}

void wr_print_reviews(const json_t *reviews)
{
    size_t at;
    json_t *row;
    json_array_foreach(json_object_get(reviews, "reviews"), at, row)
    {
        printf("%s  %s  %s  until %s\n  ", text_at(row, "job_id"), text_at(row, "workflow"),
               text_at(row, "stage"), text_at(row, "until"));
        print_value(json_object_get(row, "value"), 1000);
        printf("\n");
    }
}

/* ---- events, why ---------------------------------------------------------------------------- */

static void print_attempt(const json_t *event)
{
    printf("attempt %lld: %s", number_at(event, "attempt"), text_at(event, "class"));
    if (*text_at(event, "error"))
        printf(" (%s)", text_at(event, "error"));
    printf(" after %lld ms", number_at(event, "elapsed_ms"));
    if (*text_at(event, "model"))
        printf(", %s", text_at(event, "model"));
    if (*text_at(event, "tool"))
        printf(", %s", text_at(event, "tool"));
    if (*text_at(event, "detail"))
        printf(": %s", text_at(event, "detail"));
}

static void print_transition(const json_t *event)
{
    const char *target = text_at(event, "target");
    printf("%s -> %s", text_at(event, "label"), *target ? target : "the end");
}

static void print_finished(const json_t *event)
{
    const char *more = text_at(event, *text_at(event, "error") ? "error" : "result_type");
    printf("%s%s%s", text_at(event, "status"), *more ? ", " : "", more);
}

static void print_accepted(const json_t *event)
{
    printf("%s", text_at(event, "workflow"));
}

static void print_parked(const json_t *event)
{
    printf("waits for %s until %s", text_at(event, "waiting_for"), text_at(event, "until"));
}

/* A signal's name or a person's decision, and who gave it. */
static void print_told(const json_t *event)
{
    printf("%s by %s", text_at(event, "label"), text_at(event, "caller"));
    if (*text_at(event, "reason"))
        printf(": %s", text_at(event, "reason"));
}

/* What there is to say of an entry; `course`: it is a step on the job's way. */
static const struct saying {
    const char *kind;
    void (*print)(const json_t *event);
    bool course;
} sayings[] = {
    {"accepted", print_accepted, false},    {"ended", print_attempt, true},
    {"transition", print_transition, true}, {"parked", print_parked, true},
    {"signalled", print_told, true},        {"reviewed", print_told, true},
    {"finished", print_finished, false},
};

static const struct saying *saying_of(const json_t *event)
{
    for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
        if (strcmp(text_at(event, "kind"), sayings[i].kind) == 0)
            return &sayings[i];
    return NULL;
}

/* The stage; of a member or an item its path: "scenes/3". */
static const char *place_of(const json_t *event)
{
    const char *path = text_at(event, "path");
    return *path ? path : text_at(event, "stage");
}

static void print_said(const json_t *event, const struct saying *saying)
{
    if (saying) {
        printf("%-16s  ", place_of(event));
        saying->print(event);
    } else {
        printf("%s", place_of(event));
    }
    printf("\n");
}

void wr_print_events(const json_t *events)
{
    size_t at;
    json_t *event;
    json_array_foreach(json_object_get(events, "events"), at, event)
    {
        printf("%4lld  %s  %-10s  ", number_at(event, "seq"), text_at(event, "at"),
               text_at(event, "kind"));
        print_said(event, saying_of(event));
    }
}

void wr_print_course(const json_t *job, const json_t *events)
{
    size_t at;
    json_t *event;
    print_summary(job);
    json_array_foreach(json_object_get(events, "events"), at, event)
    {
        const struct saying *saying = saying_of(event);
        if (saying && saying->course)
            print_said(event, saying);
    }
}

/* ---- what differs --------------------------------------------------------------------------- */

void wr_print_differences(const json_t *differences)
{
    size_t at;
    json_t *row;
    if (json_array_size(differences) == 0)
        printf("Nothing differs but ids, times and usage.\n");
    json_array_foreach(differences, at, row)
    {
        printf("%s\n  ", text_at(row, "at"));
        print_value(json_object_get(row, "first"), INLINE_MAX);
        printf("\n  ");
        print_value(json_object_get(row, "second"), INLINE_MAX);
        printf("\n");
    }
}
