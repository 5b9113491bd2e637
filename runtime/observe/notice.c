/* The body of a notification, made of a journal; its name; the schedule of its attempts; the variables that
 * notifications need. */
#include "runtime/observe/notice.h"
#include "runtime/base/clock.h"
#include "runtime/base/str.h"
#include "runtime/observe/sign.h"
#include "runtime/observe/webhooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- its name ---------------------------------------------------------------------------------- */

struct wr_str wr_delivery_id(struct wr_arena *arena, const struct wr_delivery *delivery)
{
    char job[WR_ID_TEXT];
    wr_id_text(&delivery->job, job);
    const char *text = wr_arena_printf(arena, "%s-%u-%.*s", job, delivery->seq,
                                       (int)delivery->service.len, delivery->service.ptr);
    return wr_str_of(text);
}

bool wr_delivery_parse(struct wr_str text, struct wr_delivery *delivery)
{
    size_t at = WR_ID_TEXT;
    *delivery = (struct wr_delivery){0};
    if (text.len <= at || text.ptr[at - 1] != '-' ||
        !wr_id_parse(text.ptr, WR_ID_TEXT - 1, &delivery->job))
        return false;
    for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
        delivery->seq = delivery->seq * 10 + (uint32_t)(text.ptr[at] - '0');
        if (delivery->seq >= 1 << 20)
            return false;
    }
    if (delivery->seq == 0 || at + 1 >= text.len || text.ptr[at] != '-')
        return false;
    delivery->service = (struct wr_str){text.ptr + at + 1, text.len - at - 1};
    return true;
}

/* ---- its body ---------------------------------------------------------------------------------- */

bool wr_notice_fold(struct wr_state *state, struct wr_arena *arena,
                    const struct wr_delivery *delivery, const struct wr_entry *entries,
                    size_t count)
{
    wr_state_init(state, arena, delivery->job);
    return wr_state_fold_all(state, entries, count) && state->seq == delivery->seq;
}

static void put(struct wr_text *out, const char *key, struct wr_str text)
{
    wr_text_add(out, wr_str_of(key));
    wr_text_quote(out, text);
}

struct wr_str wr_notice_body(struct wr_arena *arena, const struct wr_program *program,
                             const struct wr_state *state, const struct wr_delivery *delivery,
                             int64_t at_ms)
{
    struct wr_text out = {.arena = arena};
    char job[WR_ID_TEXT], time[WR_TIME_TEXT];
    wr_id_text(&delivery->job, job);
    wr_time_text(at_ms, time);
    const char *at =
        state->workflow.len ? memchr(state->workflow.ptr, '@', state->workflow.len) : NULL;
    size_t name = at ? (size_t)(at - state->workflow.ptr) : state->workflow.len;
    const char *type = wr_arena_printf(arena, "%.*s.%.*s", (int)name, state->workflow.ptr,
                                       (int)delivery->event.len, delivery->event.ptr);
    const char *source = wr_arena_printf(arena, "/%s", program->name);
    put(&out, "{\"specversion\":\"1.0\",\"id\":", wr_delivery_id(arena, delivery));
    put(&out, ",\"source\":", wr_str_of(source));
    put(&out, ",\"type\":", wr_str_of(type));
    put(&out, ",\"subject\":", wr_str_of(job));
    put(&out, ",\"time\":", wr_str_of(time));
    WR_ADD(&out, ",\"datacontenttype\":\"application/json\",\"data\":");
    wr_text_add(&out, wr_envelope(arena, state, at_ms));
    WR_ADD(&out, "}");
    return wr_text_done(&out);
}

/* ---- when -------------------------------------------------------------------------------------- */

bool wr_schedule_read(struct wr_schedule *schedule, const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    schedule->count = 0;
    while (*text && schedule->count < WR_TRIES_MAX) {
        char *end = NULL;
        long number = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : -1;
        size_t len = number >= 0 ? strcspn(end, ",") : 0, i = 0;
        while (i < 5 && (strlen(units[i].unit) != len || strncmp(end, units[i].unit, len) != 0))
            i++;
        if (number < 0 || number > 100000000 || i == 5 || number * units[i].ms > units[4].ms * 30)
            return false;
        schedule->wait_ms[schedule->count++] = number * units[i].ms;
        text = end + len;
        if (*text == ',' && !*++text)
            return false;
    }
    return !*text;
}

/* ---- with what --------------------------------------------------------------------------------- */

static bool seen_before(const struct wr_program *program, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (program->services[j].sign_env &&
            strcmp(program->services[j].sign_env, program->services[i].sign_env) == 0)
            return true;
    return false;
}

size_t wr_webhooks_check(const struct wr_program *program,
                         void (*report)(void *arg, const char *sentence), void *arg)
{
    size_t wrong = 0;
    for (size_t i = 0; i < program->service_count; i++) {
        const struct wr_service *service = &program->services[i];
        struct wr_secrets secrets;
        char sentence[512];
        if (!service->sign_env || seen_before(program, i))
            continue;
        const char *text = getenv(service->sign_env);
        const char *why = text && *text ? wr_secrets_read(&secrets, text) : NULL;
        if (!text || !*text)
            snprintf(sentence, sizeof sentence,
                     "%s is not set: it holds the secret that notifications to %s are signed with",
                     service->sign_env, service->name);
        else if (why)
            snprintf(sentence, sizeof sentence, "%s (secrets of notifications to %s) %s",
                     service->sign_env, service->name, why);
        else
            wr_secrets_wipe(&secrets);
        if (text && *text && !why)
            continue;
        report(arg, sentence);
        wrong++;
    }
    return wrong;
}
