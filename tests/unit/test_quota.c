/* Limits of callers: counted in a sliding span, places lent and given back, and a memory of callers
 * that is bounded. Time is a number here. */
#include "runtime/base/str.h"
#include "runtime/engine/quota.h"
#include "tests/unit/tap.h"

#define SECOND INT64_C(1000000)

static const struct wr_workflow quick = {.name = "quick",
                                         .limits = {.calls = 3, .calls_per_ms = 60000}};
static const struct wr_workflow slow = {.name = "slow", .limits = {.concurrent = 2}};
static const struct wr_workflow *const workflows[] = {&quick, &slow};
static const struct wr_program program = {
    .name = "demo",
    .workflows = workflows,
    .workflow_count = 2,
    .limits = {.calls = 5, .calls_per_ms = 60000, .concurrent = 3}};
static const struct wr_program plain = {.name = "plain"};

static bool request(struct wr_quotas *quotas, const struct wr_workflow *workflow,
                    const char *caller, int64_t now_us)
{
    return wr_quota_request(quotas, workflow, wr_str_of(caller), now_us);
}

static void test_requests(void)
{
    struct wr_quotas *quotas = wr_quotas_new(&program, NULL);
    struct wr_quota_view views[2];
    int64_t now = 1000 * SECOND;
    tap_ok(request(quotas, &quick, "ann", now) && request(quotas, &quick, "ann", now + SECOND) &&
               request(quotas, &quick, "ann", now + 30 * SECOND),
           "three requests in a minute");
    tap_ok(!request(quotas, &quick, "ann", now + 31 * SECOND), "a fourth is refused");
    tap_ok(request(quotas, &quick, "bob", now + 31 * SECOND), "another caller's is not");
    size_t count = wr_quota_look(quotas, &quick, WR_STR("ann"), now + 31 * SECOND, views);
    tap_number((long long)count, 2, "it counts for its workflow and for the api");
    tap_number((long long)views[0].requests_left, 0, "nothing is left of the one");
    tap_number((long long)views[1].requests_left, 2, "and of the other what no refusal has used");
    tap_ok(views[0].more_in_us > 28 * SECOND && views[0].more_in_us <= 31 * SECOND,
           "there is more when the oldest is a minute old");
    tap_ok(request(quotas, &quick, "ann", now + 31 * SECOND + views[0].more_in_us),
           "and then it is taken");
    wr_quota_look(quotas, &quick, WR_STR("ann"), now + 300 * SECOND, views);
    tap_ok(views[0].requests_left == 3 && views[0].more_in_us == -1, "long after, all is free");
    wr_quotas_free(quotas);
}

static bool sit(struct wr_quotas *quotas, const struct wr_workflow *workflow, bool anyway,
                struct wr_quota_seats *seats)
{
    return wr_quota_sit(quotas, workflow, WR_STR("ann"), anyway, seats);
}

static void test_jobs(void)
{
    struct wr_quotas *quotas = wr_quotas_new(&program, NULL);
    struct wr_quota_seats a = {{NULL}}, b = {{NULL}}, c = {{NULL}}, d = {{NULL}};
    struct wr_quota_view views[2];
    tap_ok(sit(quotas, &slow, false, &a) && sit(quotas, &slow, false, &b), "two jobs of two");
    tap_ok(!sit(quotas, &slow, false, &c), "not a third");
    tap_ok(sit(quotas, &quick, false, &c), "one of another workflow, which the api counts");
    tap_ok(!sit(quotas, &quick, false, &d), "until its three are there");
    wr_quota_lend(quotas, &a);
    tap_ok(sit(quotas, &slow, false, &d), "a job that parks lends its places");
    wr_quota_return(quotas, &a);
    wr_quota_look(quotas, &slow, WR_STR("ann"), 0, views);
    tap_ok(views[0].jobs_left == 0 && views[1].jobs_left == 0, "and has them back, however full");
    wr_quota_leave(quotas, &a);
    wr_quota_leave(quotas, &a);
    wr_quota_leave(quotas, &b);
    wr_quota_leave(quotas, &c);
    wr_quota_look(quotas, &slow, WR_STR("ann"), 0, views);
    tap_ok(views[0].jobs_left == 1 && views[1].jobs_left == 2, "who leaves twice leaves once");
    wr_quota_leave(quotas, &d);
    tap_ok(sit(quotas, &slow, true, &a) && sit(quotas, &slow, true, &b) &&
               sit(quotas, &slow, true, &c),
           "jobs of before a restart are let in, however many");
    wr_quota_look(quotas, &slow, WR_STR("ann"), 0, views);
    tap_number(views[0].jobs_left, 0, "and nothing is left then");
    wr_quotas_free(quotas);
}

static void test_many(void)
{
    struct wr_quotas *quotas = wr_quotas_new(&program, NULL);
    struct wr_quota_seats seats = {{NULL}};
    bool all = true;
    char name[32];
    sit(quotas, &slow, false, &seats);
    for (int i = 0; i < 3 * WR_QUOTA_ROWS; i++) {
        snprintf(name, sizeof name, "caller-%d", i);
        all = request(quotas, &quick, name, 0) && all;
    }
    tap_ok(all, "new callers are let in where the memory of callers is full");
    tap_ok(!request(quotas, &quick, name, 0) || !request(quotas, &quick, name, 0) ||
               !request(quotas, &quick, name, 0),
           "the newest are remembered");
    struct wr_quota_view views[2];
    wr_quota_look(quotas, &slow, WR_STR("ann"), 0, views);
    tap_number(views[0].jobs_left, 1, "and so is who has a job under way");
    wr_quota_leave(quotas, &seats);
    wr_quotas_free(quotas);
}

static void test_none(void)
{
    struct wr_quota_seats seats = {{NULL}};
    struct wr_quota_view views[2];
    tap_ok(!wr_quotas_new(&plain, NULL), "nothing is kept where nothing is declared");
    tap_ok(request(NULL, &quick, "ann", 0) && sit(NULL, &slow, false, &seats),
           "all is let through");
    wr_quota_lend(NULL, &seats);
    wr_quota_leave(NULL, &seats);
    tap_number((long long)wr_quota_look(NULL, &quick, WR_STR("ann"), 0, views), 0,
               "nothing is told");
}

int main(void)
{
    test_requests();
    test_jobs();
    test_many();
    test_none();
    return tap_done();
}
