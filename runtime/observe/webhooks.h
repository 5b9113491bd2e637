/* Notifications, on their way out: what the store has due is sent, tried again in its time, and at last
 * dead. One sender for the process, on the first loop; it waits for nobody and nobody waits for it. */
#ifndef WR_OBSERVE_WEBHOOKS_H
#define WR_OBSERVE_WEBHOOKS_H

#include "runtime/model/client.h"
#include "runtime/observe/metrics.h"
#include "runtime/store/deliveries.h"

#define WR_TRIES_MAX 32
/* As Standard Webhooks suggests: ten attempts over about three days. */
#define WR_WEBHOOK_SCHEDULE "5s,5m,30m,2h,5h,10h,14h,20h,24h"

/* The waits between attempts. */
struct wr_schedule {
    int64_t wait_ms[WR_TRIES_MAX];
    size_t count;
};

/* "5s,5m,2h"; false: it is not that, or has too many. */
bool wr_schedule_read(struct wr_schedule *schedule, const char *text);

/* One sentence for each variable of a secret that is missing or cannot be used. Gives their number. */
size_t wr_webhooks_check(const struct wr_program *program,
                         void (*report)(void *arg, const char *sentence), void *arg);

struct wr_webhooks;

/* NULL and a sentence where it cannot. `store` is the first loop's side; the variables have been checked. */
struct wr_webhooks *wr_webhooks_new(const struct wr_program *program, struct event_base *loop,
                                    struct wr_store *store, struct wr_client_share *share,
                                    struct wr_metrics *metrics, const struct wr_schedule *schedule,
                                    char *error, size_t error_size);
/* Looks for what is due, now and from then on. */
void wr_webhooks_start(struct wr_webhooks *hooks);
/* The services that are notified, from 0; `disabled`: it has answered 410. False: there is no such one. Any thread. */
bool wr_webhooks_target(const struct wr_webhooks *hooks, size_t i, struct wr_str *service,
                        bool *disabled);
/* Cuts what is under way, which is sent again after the next start; before the store is closed. */
void wr_webhooks_stop(struct wr_webhooks *hooks);
/* After the store is closed. NULL is nothing. */
void wr_webhooks_free(struct wr_webhooks *hooks);

/* "JOB-SEQ-SERVICE": names a notification, to its receiver and to the operator. */
struct wr_str wr_delivery_id(struct wr_arena *arena, const struct wr_delivery *delivery);
/* The service borrows from `text`. False: it is none. */
bool wr_delivery_parse(struct wr_str text, struct wr_delivery *delivery);

#endif
