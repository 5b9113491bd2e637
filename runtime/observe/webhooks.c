/* Notifications on their way out: for each service what is due is fetched from the store, a few at a time,
 * made of its job's journal, signed and sent; how it went is kept before it is forgotten here. */
#include "runtime/observe/webhooks.h"
#include "runtime/base/clock.h"
#include "runtime/base/failpoint.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/observe/notice.h"
#include "runtime/observe/sign.h"

#include <event2/event.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 8           /* to one service */
#define ATTEMPT_US 15000000 /* for an answer */
#define AGAIN_MS 1000       /* where the store gave no answer */
#define LONGEST_MS 86400000 /* that a receiver may ask to wait */
#define GONE 410

/* One service that may be notified. */
struct target {
    struct wr_webhooks *hooks;
    uint16_t index; /* of the service */
    struct wr_str name;
    struct wr_secrets secrets;
    struct flight *flights;
    uint32_t flying;
    struct event *timer; /* when the next is due */
    bool looking, again;
    atomic_bool gone; /* it has answered 410: nothing is sent to it until a restart */
};

/* One notification that is under way: reading its job, being sent, or being noted. */
struct flight {
    struct target *target;
    struct flight *next, **link;
    struct wr_delivery delivery;
    struct wr_arena arena;
    struct wr_action action;
    struct wr_hook hook;
    struct wr_effect *effect; /* NULL: not being sent now */
    bool effect_ended;        /* what came of it is the receiver's word */
    struct event *timer;      /* to note it again */
    struct wr_state *state;
};

struct wr_webhooks {
    const struct wr_program *program;
    struct event_base *loop;
    struct wr_store *store;
    struct wr_metrics *metrics;
    struct wr_effects effects;
    bool client_open, stopped;
    struct wr_schedule schedule;
    struct target *targets;
    size_t target_count;
};

static struct timeval in_ms(int64_t ms)
{
    ms = ms > 0 ? ms : 0;
    return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

/* ---- how it went ------------------------------------------------------------------------------- */

static void look(struct target *target);

static void flight_free(struct flight *flight)
{
    *flight->link = flight->next;
    if (flight->next)
        flight->next->link = flight->link;
    flight->target->flying--;
    if (flight->timer)
        event_free(flight->timer);
    wr_arena_free(&flight->arena);
    free(flight);
}

static void land(struct flight *flight)
{
    struct target *target = flight->target;
    flight_free(flight);
    look(target);
}

static void note(struct flight *flight);

static void note_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    note(arg);
}

static void noted(void *arg, enum wr_store_status status)
{
    struct flight *flight = arg;
    const struct wr_webhooks *hooks = flight->target->hooks;
    if (hooks->stopped || status == WR_STORE_OK || status == WR_STORE_NOT_FOUND) {
        land(flight);
        return;
    }
    const struct timeval wait = in_ms(AGAIN_MS);
    evtimer_add(flight->timer, &wait);
}

static void note(struct flight *flight)
{
    wr_failpoint("webhook.note");
    wr_store_deliver(flight->target->hooks->store, &flight->delivery, noted, flight);
}

/* Up to a tenth more, so that what failed together does not come again together. */
static int64_t with_jitter(int64_t ms)
{
    uint32_t random = 0;
    if (RAND_bytes((unsigned char *)&random, sizeof random) != 1)
        random = 0;
    return ms + (int64_t)((double)ms * 0.1 * ((double)random / UINT32_MAX));
}

static int64_t wait_before_next(const struct wr_webhooks *hooks, const struct flight *flight,
                                int64_t asked_ms)
{
    int64_t wait_ms = with_jitter(hooks->schedule.wait_ms[flight->delivery.attempts - 1]);
    asked_ms = asked_ms > LONGEST_MS ? LONGEST_MS : asked_ms;
    return asked_ms > wait_ms ? asked_ms : wait_ms;
}

static void tell(const struct flight *flight, const char *outcome, enum wr_log_level level)
{
    const struct wr_delivery *delivery = &flight->delivery;
    const struct wr_str labels[] = {delivery->service, delivery->event, {outcome, strlen(outcome)}};
    char event[40], job[WR_ID_TEXT];
    snprintf(event, sizeof event, "notification_%s", outcome);
    wr_id_text(&delivery->job, job);
    wr_metrics_add(flight->target->hooks->metrics, WR_METRIC_notifications, labels, 1);
    wr_log(level, event, WR_F_STR("webhook_id", flight->hook.id), wr_f_text("job_id", job),
           WR_F_STR("service", delivery->service), WR_F_STR("notice", delivery->event),
           WR_F_INT("attempt", delivery->attempts), WR_F_INT("status", delivery->http),
           WR_F_STR("reason", delivery->detail));
}

/* Standard Webhooks: who answers 410 wants to hear of nothing any more. What is for it stays in the store. */
static void give_up(struct target *target)
{
    if (!atomic_exchange(&target->gone, true))
        wr_log(WR_LOG_WARN, "notifications_disabled", WR_F_STR("service", target->name),
               wr_f_text("reason", "it answered 410; nothing is sent to it until a restart"));
}

/* Only 2xx is success. */
static void settle(struct flight *flight, const struct wr_outcome *outcome)
{
    const struct wr_webhooks *hooks = flight->target->hooks;
    struct wr_delivery *delivery = &flight->delivery;
    delivery->attempts++;
    delivery->http = outcome->http_status;
    delivery->detail = outcome->detail;
    delivery->due_ms = 0;
    delivery->state = WR_DELIVERY_DEAD;
    if (outcome->http_status >= 200 && outcome->http_status <= 299) {
        delivery->state = WR_DELIVERY_DELIVERED;
        delivery->detail = WR_STR("");
    } else if (outcome->http_status != GONE && delivery->attempts <= hooks->schedule.count) {
        delivery->state = WR_DELIVERY_WAITING;
        delivery->due_ms = wr_utc_ms() + wait_before_next(hooks, flight, outcome->retry_after_ms);
    }
    if (outcome->http_status == GONE && flight->effect_ended)
        give_up(flight->target);
    if (delivery->state == WR_DELIVERY_DELIVERED)
        tell(flight, "delivered", WR_LOG_INFO);
    else if (delivery->state == WR_DELIVERY_WAITING)
        tell(flight, "failed", WR_LOG_INFO);
    else
        tell(flight, "dead", WR_LOG_WARN);
    note(flight);
}

/* ---- sending ----------------------------------------------------------------------------------- */

static void ended(void *arg, const struct wr_outcome *outcome)
{
    struct flight *flight = arg;
    flight->effect = NULL;
    flight->effect_ended = true;
    settle(flight, outcome);
}

static void post(struct flight *flight, struct wr_str body)
{
    const struct target *target = flight->target;
    struct wr_webhooks *hooks = target->hooks;
    const char *now = wr_arena_printf(&flight->arena, "%" PRId64, wr_utc_ms() / 1000);
    struct wr_hook *hook = &flight->hook;
    hook->timestamp = wr_str_of(now);
    hook->body = body;
    hook->type = WR_NOTICE_TYPE;
    hook->signature = wr_sign(&flight->arena, &target->secrets, hook->id, hook->timestamp, body);
    hook->allow_private = hooks->program->services[target->index].allow_private;
    flight->action =
        (struct wr_action){.kind = WR_ACT_HTTP, .method = WR_POST, .target = target->index};
    const struct wr_effect_call call = {.action = &flight->action,
                                        .arena = &flight->arena,
                                        .timeout_us = ATTEMPT_US,
                                        .traceparent = flight->state->trace,
                                        .hook = hook,
                                        .ended = ended,
                                        .arg = flight};
    wr_failpoint("webhook.send");
    flight->effect = hooks->effects.start(hooks->effects.self, &call);
}

/* The job as it was when this happened: its journal up to there. */
static void have_job(void *arg, enum wr_store_status status, const struct wr_job_row *row,
                     const struct wr_entry *entries, size_t count)
{
    struct flight *flight = arg;
    const struct wr_delivery *delivery = &flight->delivery;
    (void)row;
    if (flight->target->hooks->stopped || status == WR_STORE_NOT_FOUND) {
        land(flight); /* a job that is deleted takes its notifications with it */
        return;
    }
    if (status != WR_STORE_OK) {
        const struct timeval wait = in_ms(AGAIN_MS);
        struct target *target = flight->target;
        flight_free(flight);
        evtimer_add(target->timer, &wait);
        return;
    }
    flight->state = WR_NEW(&flight->arena, struct wr_state);
    struct wr_str body = {0};
    if (wr_notice_fold(flight->state, &flight->arena, delivery, entries, count))
        body = wr_notice_body(&flight->arena, flight->target->hooks->program, flight->state,
                              delivery, entries[count - 1].at_ms);
    if (body.len)
        post(flight, body);
    else
        settle(flight, &(struct wr_outcome){.http_status = GONE,
                                            .detail = WR_STR("the job's journal is damaged")});
}

static bool is_flying(const struct target *target, const struct wr_delivery *row)
{
    for (const struct flight *flight = target->flights; flight; flight = flight->next)
        if (flight->delivery.seq == row->seq &&
            wr_id_compare(&flight->delivery.job, &row->job) == 0)
            return true;
    return false;
}

static void start_flight(struct target *target, const struct wr_delivery *row)
{
    struct wr_webhooks *hooks = target->hooks;
    struct flight *flight = calloc(1, sizeof *flight);
    if (!flight || !(flight->timer = evtimer_new(hooks->loop, note_again, flight)))
        abort();
    flight->target = target;
    flight->delivery = *row;
    flight->delivery.service = target->name;
    flight->delivery.event = wr_arena_str(&flight->arena, row->event);
    flight->delivery.detail = WR_STR("");
    flight->hook.id = wr_delivery_id(&flight->arena, row);
    flight->next = target->flights;
    flight->link = &target->flights;
    if (flight->next)
        flight->next->link = &flight->next;
    target->flights = flight;
    target->flying++;
    wr_store_read_upto(hooks->store, row->job, row->seq, have_job, flight);
}

/* ---- looking for what is due ------------------------------------------------------------------- */

static void found(void *arg, enum wr_store_status status, const struct wr_delivery *rows,
                  size_t count)
{
    struct target *target = arg;
    int64_t now = wr_utc_ms(), next = status == WR_STORE_OK ? 0 : now + AGAIN_MS;
    target->looking = false;
    if (target->hooks->stopped)
        return;
    for (size_t i = 0; i < count && target->flying < AT_ONCE && !target->gone; i++) {
        if (is_flying(target, &rows[i]))
            continue;
        if (rows[i].due_ms > now) {
            next = rows[i].due_ms;
            break;
        }
        start_flight(target, &rows[i]);
    }
    if (next) {
        const struct timeval wait = in_ms(next - now);
        evtimer_add(target->timer, &wait);
    }
    if (target->again)
        look(target);
}

/* Those under way are still due in the store, so there may be as many of them before the next. */
static void look(struct target *target)
{
    struct wr_webhooks *hooks = target->hooks;
    if (hooks->stopped || atomic_load(&target->gone))
        return;
    target->again = target->looking;
    if (target->looking)
        return;
    target->looking = true;
    evtimer_del(target->timer);
    wr_store_due(hooks->store, target->name, 2 * AT_ONCE + 1, found, target);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    look(arg);
}

static void look_at_all(void *arg)
{
    struct wr_webhooks *hooks = arg;
    for (size_t i = 0; i < hooks->target_count; i++)
        look(&hooks->targets[i]);
}

/* ---- its life ---------------------------------------------------------------------------------- */

static bool open_targets(struct wr_webhooks *hooks)
{
    const struct wr_program *program = hooks->program;
    hooks->targets = calloc(program->service_count + 1, sizeof *hooks->targets);
    for (size_t i = 0; hooks->targets && i < program->service_count; i++) {
        const struct wr_service *service = &program->services[i];
        if (!service->sign_env)
            continue;
        struct target *target = &hooks->targets[hooks->target_count++];
        const char *secret = getenv(service->sign_env);
        target->hooks = hooks;
        target->index = (uint16_t)i;
        target->name = wr_str_of(service->name);
        target->timer = evtimer_new(hooks->loop, on_timer, target);
        if (!target->timer || wr_secrets_read(&target->secrets, secret ? secret : ""))
            return false;
    }
    return hooks->targets != NULL;
}

struct wr_webhooks *wr_webhooks_new(const struct wr_program *program, struct event_base *loop,
                                    struct wr_store *store, struct wr_client_share *share,
                                    struct wr_metrics *metrics, const struct wr_schedule *schedule,
                                    char *error, size_t error_size)
{
    struct wr_webhooks *hooks = calloc(1, sizeof *hooks);
    if (!hooks)
        abort();
    hooks->program = program;
    hooks->loop = loop;
    hooks->store = store;
    hooks->metrics = metrics;
    hooks->schedule = *schedule;
    hooks->client_open = wr_client_open(&hooks->effects, program, loop, NULL, error, error_size);
    bool good = hooks->client_open && open_targets(hooks);
    if (good) {
        wr_client_use(&hooks->effects, share);
        wr_store_on_due(store, look_at_all, hooks);
        return hooks;
    }
    if (hooks->client_open)
        snprintf(error, error_size, "cannot set up notifications");
    wr_webhooks_stop(hooks);
    wr_webhooks_free(hooks);
    return NULL;
}

void wr_webhooks_start(struct wr_webhooks *hooks)
{
    look_at_all(hooks);
}

bool wr_webhooks_target(const struct wr_webhooks *hooks, size_t i, struct wr_str *service,
                        bool *disabled)
{
    if (i >= hooks->target_count)
        return false;
    *service = hooks->targets[i].name;
    *disabled = atomic_load(&hooks->targets[i].gone);
    return true;
}

void wr_webhooks_stop(struct wr_webhooks *hooks)
{
    if (!hooks || hooks->stopped)
        return;
    hooks->stopped = true;
    for (size_t i = 0; i < hooks->target_count; i++) {
        struct target *target = &hooks->targets[i];
        if (target->timer)
            evtimer_del(target->timer);
        for (struct flight *flight = target->flights, *next; flight; flight = next) {
            next = flight->next;
            bool waits = evtimer_pending(flight->timer, NULL);
            if (flight->effect)
                hooks->effects.cancel(hooks->effects.self, flight->effect);
            if (flight->effect || waits)
                flight_free(flight); /* the store owes the others an answer */
        }
    }
}

void wr_webhooks_free(struct wr_webhooks *hooks)
{
    if (!hooks)
        return;
    for (size_t i = 0; i < hooks->target_count; i++) {
        struct target *target = &hooks->targets[i];
        while (target->flights)
            flight_free(target->flights);
        if (target->timer)
            event_free(target->timer);
        wr_secrets_wipe(&target->secrets);
    }
    if (hooks->client_open)
        wr_client_close(&hooks->effects);
    free(hooks->targets);
    free(hooks);
}
