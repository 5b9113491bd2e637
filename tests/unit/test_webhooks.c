/* Signatures against the vector of Standard Webhooks, secrets, addresses that are not public, schedules, and
 * names of notifications. */
#include "runtime/base/str.h"
#include "runtime/model/attempt.h"
#include "runtime/observe/sign.h"
#include "runtime/observe/webhooks.h"
#include "tests/unit/tap.h"

#include <arpa/inet.h>

static void test_sign(void)
{
    struct wr_arena arena = {0};
    struct wr_secrets secrets;
    tap_ok(!wr_secrets_read(&secrets, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "a secret");
    struct wr_str made = wr_sign(&arena, &secrets, WR_STR("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                 WR_STR("1614265330"), WR_STR("{\"test\": 2432232314}"));
    tap_text(made.ptr, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
             "the vector of the reference libraries");
    tap_ok(!wr_secrets_read(&secrets,
                            " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw  "
                            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "),
           "two of them");
    tap_number((long long)secrets.count, 2, "are two");
    made = wr_sign(&arena, &secrets, WR_STR("a"), WR_STR("1"), WR_STR("{}"));
    tap_ok(made.len == 2 * 47 + 1 && made.ptr[47] == ' ', "two signatures");
    wr_arena_free(&arena);
}

static void test_secrets(void)
{
    static const char *const wrong[] = {
        "",
        " ",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_AAAA",
        "whsec_*fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct wr_secrets secrets;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        tap_ok(wr_secrets_read(&secrets, wrong[i]) != NULL, "'%s' is refused", wrong[i]);
    char longest[200] = "whsec_";
    memset(longest + 6, 'A', 86);
    tap_ok(!wr_secrets_read(&secrets, longest), "64 bytes, unpadded");
    tap_number((long long)secrets.list[0].len, 64, "are 64");
    memset(longest + 6, 'A', 87);
    tap_ok(wr_secrets_read(&secrets, longest) != NULL, "65 are too many");
    memset(longest + 6, 'A', 190);
    tap_ok(wr_secrets_read(&secrets, longest) != NULL, "and many more, too");
}

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return wr_address_is_public((struct sockaddr *)&v4);
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        return wr_address_is_public((struct sockaddr *)&v6);
    tap_ok(false, "%s is an address", text);
    return false;
}

static void test_addresses(void)
{
    static const char *const private[] = {"0.0.0.0",
                                          "0.1.2.3",
                                          "10.0.0.1",
                                          "10.255.255.255",
                                          "100.64.0.1",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.255.254",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.8",
                                          "192.0.2.1",
                                          "192.88.99.1",
                                          "192.168.1.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.7",
                                          "203.0.113.9",
                                          "224.0.0.1",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:127.0.0.1",
                                          "::ffff:10.0.0.1",
                                          "::127.0.0.1",
                                          "64:ff9b::10.0.0.1",
                                          "64:ff9b:1::1",
                                          "fe80::1",
                                          "fc00::1",
                                          "fd12:3456::1",
                                          "ff02::1",
                                          "fec0::1",
                                          "2001:db8::1",
                                          "2001::1",
                                          "2001:20::1",
                                          "2002:7f00:1::1",
                                          "2002:a00:1::1",
                                          "100::1",
                                          "3fff::1"};
    static const char *const open[] = {
        "1.1.1.1",          "8.8.8.8",        "9.255.255.255",        "11.0.0.1",
        "100.63.255.255",   "100.128.0.1",    "126.255.255.255",      "128.0.0.1",
        "169.253.0.1",      "172.15.255.255", "172.32.0.1",           "192.167.255.255",
        "192.169.0.1",      "198.17.0.1",     "198.20.0.1",           "223.255.255.255",
        "2606:4700::1111",  "2a00::1",        "2001:4860:4860::8888", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1"};
    struct sockaddr_storage other = {.ss_family = AF_UNIX};
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        tap_ok(!is_public(private[i]), "%s is not public", private[i]);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        tap_ok(is_public(open[i]), "%s is", open[i]);
    tap_ok(!wr_address_is_public((struct sockaddr *)&other), "nor is a socket of the host");
}

static void test_schedule(void)
{
    struct wr_schedule schedule;
    tap_ok(wr_schedule_read(&schedule, WR_WEBHOOK_SCHEDULE), "the schedule");
    int64_t sum = 0;
    for (size_t i = 0; i < schedule.count; i++)
        sum += schedule.wait_ms[i];
    tap_number((long long)schedule.count, 9, "has ten attempts");
    tap_number((long long)sum / 3600000, 75, "over three days");
    tap_ok(wr_schedule_read(&schedule, "") && schedule.count == 0, "none: one attempt");
    tap_ok(wr_schedule_read(&schedule, "5ms,0s,1d") && schedule.wait_ms[2] == 86400000, "units");
    static const char *const wrong[] = {
        "5", "s", "5s,", ",5s", "5s 5m", "-5s", "5w", "40d", "99999999999999999999h"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        tap_ok(!wr_schedule_read(&schedule, wrong[i]), "'%s' is none", wrong[i]);
    char many[256] = "1s";
    for (int i = 0; i < WR_TRIES_MAX; i++)
        strcat(many, ",1s");
    tap_ok(!wr_schedule_read(&schedule, many), "nor are too many");
}

static void test_names(void)
{
    struct wr_arena arena = {0};
    struct wr_delivery row = {.job = wr_id_new(), .seq = 17, .service = WR_STR("crm_2")}, back;
    struct wr_str name = wr_delivery_id(&arena, &row);
    tap_ok(wr_delivery_parse(name, &back) && back.seq == 17 &&
               !wr_id_compare(&row.job, &back.job) && wr_str_equal(back.service, row.service),
           "%s is read back", name.ptr);
    tap_ok(!memchr(name.ptr, '.', name.len), "without a dot, which would end it in what is signed");
    for (size_t len = 0; len < name.len - 4; len++)
        tap_ok(!wr_delivery_parse((struct wr_str){name.ptr, len}, &back),
               "%zu bytes of it are none", len);
    const char *large = wr_arena_printf(&arena, "%.36s-99999999999-a", name.ptr);
    tap_ok(!wr_delivery_parse(wr_str_of(large), &back), "nor is %s", large);
    wr_arena_free(&arena);
}

int main(void)
{
    test_sign();
    test_secrets();
    test_addresses();
    test_schedule();
    test_names();
    return tap_done();
}
