/* What a reply says of its route's promises: how long it will be there (RFC 9745, RFC 8594), and what
 * is left of its caller's limits (draft-ietf-httpapi-ratelimit-headers). Refuses whoever is past one. */
#include "runtime/app/app.h"
#include "runtime/base/str.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct wr_quotas *quotas_of(const struct wr_call *call)
{
    return call->app->shared ? wr_shared_quotas(call->app->shared) : NULL;
}

/* Who has an IPv6 address has a whole network of them: the first half tells callers apart. */
static struct wr_str address_of(struct wr_call *call)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const char *peer = call->exchange->request.peer;
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN];
    if (!strchr(peer, ':') || inet_pton(AF_INET6, peer, &address) != 1 ||
        memcmp(&address, mapped, sizeof mapped) == 0)
        return wr_str_of(peer);
    memset((char *)&address + 8, 0, 8);
    inet_ntop(AF_INET6, &address, text, sizeof text);
    return wr_arena_str(call->exchange->request.arena, wr_str_of(text));
}

struct wr_str wr_call_counted_as(struct wr_call *call)
{
    if (call->counted_as.ptr || !quotas_of(call))
        return call->counted_as;
    call->counted_as = call->app->keys ? call->caller.name : address_of(call);
    return call->counted_as;
}

/* ---- limits ------------------------------------------------------------------------------------- */

static const char *name_of(struct wr_arena *arena, const struct wr_quota_view *view, bool jobs)
{
    return wr_arena_printf(arena, "%s%s%s", view->workflow ? "workflow." : "api",
                           view->workflow ? view->workflow : "", jobs ? ".jobs" : "");
}

static uint64_t seconds_of(int64_t us)
{
    return us <= 0 ? 0 : ((uint64_t)us + 999999) / 1000000;
}

/* `"api";q=100;w=60, "api.jobs";q=20;qu="concurrent-requests"`, and what is left of each. */
static size_t add_limits(struct wr_call *call, struct wr_header *headers)
{
    struct wr_quota_view views[2];
    struct wr_arena *arena = call->exchange->request.arena;
    const char *policy = "", *left = "";
    size_t count = wr_quota_look(quotas_of(call), call->route->workflow, wr_call_counted_as(call),
                                 wr_mono_us(), views);
    for (size_t i = 0; i < count; i++) {
        const struct wr_quota_view *view = &views[i];
        const struct wr_limits *limits = view->limits;
        if (limits->calls) {
            const char *name = name_of(arena, view, false);
            policy = wr_arena_printf(arena, "%s%s\"%s\";q=%" PRIu32 ";w=%" PRIu64, policy,
                                     *policy ? ", " : "", name, limits->calls,
                                     seconds_of((int64_t)limits->calls_per_ms * 1000));
            left = wr_arena_printf(arena, "%s%s\"%s\";r=%" PRIu64, left, *left ? ", " : "", name,
                                   view->requests_left);
            if (view->more_in_us >= 0)
                left = wr_arena_printf(arena, "%s;t=%" PRIu64, left, seconds_of(view->more_in_us));
        }
        if (limits->concurrent) {
            const char *name = name_of(arena, view, true);
            policy = wr_arena_printf(arena, "%s%s\"%s\";q=%" PRIu32 ";qu=\"concurrent-requests\"",
                                     policy, *policy ? ", " : "", name, limits->concurrent);
            left = wr_arena_printf(arena, "%s%s\"%s\";r=%" PRIu32, left, *left ? ", " : "", name,
                                   view->jobs_left);
        }
    }
    if (!*policy)
        return 0;
    headers[0] = (struct wr_header){WR_STR("RateLimit-Policy"), wr_str_of(policy)};
    headers[1] = (struct wr_header){WR_STR("RateLimit"), wr_str_of(left)};
    return 2;
}

size_t wr_call_promises(struct wr_call *call, struct wr_header *headers)
{
    const struct wr_route *route = call->route;
    size_t count = 0;
    if (!route || !route->needs_key)
        return 0;
    const struct wr_life *life =
        route->workflow ? &route->workflow->life : &call->app->program->life;
    if (life->deprecation)
        headers[count++] = (struct wr_header){WR_STR("Deprecation"), wr_str_of(life->deprecation)};
    if (life->sunset)
        headers[count++] = (struct wr_header){WR_STR("Sunset"), wr_str_of(life->sunset)};
    if (route->workflow)
        count += add_limits(call, headers + count);
    return count;
}

/* ---- refusals ----------------------------------------------------------------------------------- */

/* All that is used up, by name, and when the last of it is there again. */
static void refuse(struct wr_call *call, bool jobs, uint32_t retry_after_s)
{
    struct wr_arena *arena = call->exchange->request.arena;
    struct wr_quota_view views[2];
    struct wr_str *names = wr_arena_alloc(arena, 2 * sizeof *names);
    size_t violated = 0, count;
    const char *detail = jobs ? "This caller has as many jobs under way as it may."
                              : "This caller has sent as many requests as it may for now.";
    count = wr_quota_look(quotas_of(call), call->route->workflow, wr_call_counted_as(call),
                          wr_mono_us(), views);
    for (size_t i = 0; i < count; i++) {
        const struct wr_limits *limits = views[i].limits;
        if (jobs ? !limits->concurrent || views[i].jobs_left
                 : !limits->calls || views[i].requests_left)
            continue;
        names[violated++] = wr_str_of(name_of(arena, &views[i], jobs));
        const char *whose = views[i].workflow ? views[i].workflow : "this api";
        detail =
            jobs ? wr_arena_printf(arena,
                                   "A caller may have %" PRIu32 " jobs of %s under way at a time.",
                                   limits->concurrent, whose)
                 : wr_arena_printf(arena,
                                   "A caller may send %" PRIu32 " requests to %s in %g seconds.",
                                   limits->calls, whose, limits->calls_per_ms / 1000.0);
        uint64_t wait = seconds_of(jobs ? 0 : views[i].more_in_us);
        if (wait > retry_after_s)
            retry_after_s = (uint32_t)wait;
    }
    const struct wr_problem problem = {.status = 429,
                                       .code = "limit_reached",
                                       .detail = wr_str_of(detail),
                                       .violated = names,
                                       .violated_count = violated,
                                       .retry_after_s = retry_after_s ? retry_after_s : 1};
    wr_call_problem(call, &problem, NULL, 0);
}

bool wr_call_admit(struct wr_call *call)
{
    if (wr_quota_request(quotas_of(call), call->route->workflow, wr_call_counted_as(call),
                         wr_mono_us()))
        return true;
    refuse(call, false, 1);
    return false;
}

void wr_call_refuse_job(struct wr_call *call, uint32_t retry_after_s)
{
    refuse(call, true, retry_after_s);
}
