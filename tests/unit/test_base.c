/* Clock, ids, hex, quoting, the log and the loop's inbox. */
#include "runtime/base/clock.h"
#include "runtime/base/hex.h"
#include "runtime/base/id.h"
#include "runtime/base/log.h"
#include "runtime/base/loop.h"
#include "runtime/base/quote.h"
#include "tests/unit/tap.h"

#include <event2/event.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void test_clock(void)
{
    char text[WR_TIME_TEXT];
    wr_time_text(1786106096789, text);
    tap_text(text, "2026-08-07T12:34:56.789Z", "a time as text");
    wr_time_text(-1, text);
    tap_text(text, "1969-12-31T23:59:59.999Z", "a time before 1970");
    wr_time_text(INT64_MAX, text);
    tap_text(text, "9999-12-31T23:59:59.999Z", "a time too late keeps its form");
    int64_t a = wr_mono_us(), b = wr_mono_us();
    tap_ok(b >= a, "monotonic time does not go back");
    tap_ok(wr_utc_ms() > 1700000000000, "UTC is milliseconds");
}

static void test_id(void)
{
    char text[WR_ID_TEXT];
    struct wr_id id = wr_id_make(0x017F22E279B0, 0xCC3, 0x18C4DC0C0C07398F);
    wr_id_text(&id, text);
    tap_text(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "RFC 9562's example, appendix A.6");
    tap_number(wr_id_ms(&id), 0x017F22E279B0, "its time");
    struct wr_id back;
    tap_ok(wr_id_parse(text, 36, &back) && wr_id_compare(&id, &back) == 0, "reads back");
    tap_ok(wr_id_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", 36, &back), "upper case reads");
    static const char *const bad[] = {
        "",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
        "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c0739g8",
        "017f22e2-79b0-7cc398c4--dc0c0c07398f",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(!wr_id_parse(bad[i], strlen(bad[i]), &back), "refused: '%s'", bad[i]);
    bool grows = true;
    struct wr_id last = wr_id_new();
    for (int i = 0; i < 100000; i++) {
        struct wr_id next = wr_id_new();
        grows = grows && wr_id_compare(&last, &next) < 0;
        last = next;
    }
    tap_ok(grows, "100000 new ids only grow");
    wr_id_text(&last, text);
    tap_ok(wr_id_parse(text, 36, &back), "and are UUIDv7");
    tap_ok(llabs(wr_id_ms(&last) - wr_utc_ms()) < 2000, "of this moment");
    bool placed = true;
    for (uint32_t count = 1; count <= 64; count++)
        for (uint32_t share = 0; share < count; share++) {
            struct wr_id made = wr_id_make(1, count, share % 2 ? UINT64_MAX - share : share * 977u);
            struct wr_id moved = made;
            wr_id_place(&moved, share, count);
            wr_id_text(&moved, text);
            placed = placed && wr_id_share(&moved, count) == share &&
                     memcmp(made.bytes, moved.bytes, 14) == 0 && wr_id_parse(text, 36, &back);
        }
    tap_ok(placed, "an id can be placed on any loop of up to 64, by its last 16 bits alone");
    tap_ok(!wr_id_is_zero(&last) && wr_id_is_zero(&(struct wr_id){0}), "zero is told apart");
}

/* Whatever is not plain, at each place of a text of each length. */
static void test_quote_places(void)
{
    static const struct {
        const char *is, *as;
    } odd[] = {{"\"", "\\\""},           {"\\", "\\\\"},           {"\n", "\\n"},
               {"\x01", "\\u0001"},      {"\x7f", "\\u007f"},      {"\xc3\xa9", "\xc3\xa9"},
               {"\xff", "\xef\xbf\xbd"}, {"\xc3", "\xef\xbf\xbd"}, {"a", "a"}};
    int wrong = 0;
    for (int len = 0; len < 20; len++)
        for (int at = 0; at <= len; at++)
            for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
                char text[64], want[128], out[WR_QUOTE_ROOM(64)];
                snprintf(text, sizeof text, "%.*s%s%.*s", at, "0123456789abcdefghij", odd[i].is,
                         len - at, "0123456789abcdefghij");
                snprintf(want, sizeof want, "\"%.*s%s%.*s\"", at, "0123456789abcdefghij", odd[i].as,
                         len - at, "0123456789abcdefghij");
                size_t got = wr_quote(out, text, strlen(text));
                wrong += got != strlen(want) || memcmp(out, want, got) != 0;
            }
    tap_number(wrong, 0, "what is not plain is quoted wherever it stands");
}

static void test_hex_and_quote(void)
{
    char text[16];
    unsigned char bytes[4];
    wr_hex(text, "\x00\x9f\xff", 3);
    tap_text(text, "009fff", "hex");
    tap_ok(wr_unhex(bytes, 3, "009FfF", 6) && memcmp(bytes, "\x00\x9f\xff", 3) == 0, "unhex");
    tap_ok(!wr_unhex(bytes, 3, "009Ff", 5) && !wr_unhex(bytes, 3, "009FfX", 6), "strict");
    char out[WR_QUOTE_ROOM(64)];
    static const char hard[] =
        "a\"\\\n\r\t\x01\x7f\xc3\xa9\xff\xed\xa0\x80\xf0\x9f\x99\x82\xe2\x82";
    size_t len = wr_quote(out, hard, sizeof hard - 1);
    out[len] = '\0';
    tap_text(out,
             "\"a\\\"\\\\\\n\\r\\t\\u0001\\u007f\xc3\xa9"
             "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
             "\xf0\x9f\x99\x82\xef\xbf\xbd\xef\xbf\xbd\"",
             "quoting escapes and repairs");
}

static void test_log(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    wr_log_set_fd(ends[1]);
    char *big = malloc(5000);
    memset(big, '"', 5000);
    wr_log(WR_LOG_DEBUG, "hidden", WR_F_INT("n", 1));
    wr_log(WR_LOG_WARN, "it\nhappened", WR_F_INT("n", INT64_MIN), WR_F_BOOL("b", true),
           wr_f_text("t", "a\"b"), wr_f_text("none", NULL), WR_F_JSON("j", WR_STR("[1]")),
           WR_F_STR("big", ((struct wr_str){big, 5000})));
    wr_log_set_fd(STDERR_FILENO);
    close(ends[1]);
    static char line[16384];
    size_t len = 0;
    for (ssize_t got; (got = read(ends[0], line + len, sizeof line - 1 - len)) > 0;)
        len += (size_t)got;
    close(ends[0]);
    free(big);
    tap_ok(len > 0 && strchr(line, '\n') == line + len - 1, "one line, and debug is hidden");
    json_t *doc = json_loads(line, 0, NULL);
    tap_ok(doc != NULL, "it is JSON");
    tap_text(json_string_value(json_object_get(doc, "event")), "it\nhappened", "event");
    tap_text(json_string_value(json_object_get(doc, "level")), "warn", "level");
    tap_number(json_integer_value(json_object_get(doc, "n")), INT64_MIN, "a number");
    tap_ok(json_is_true(json_object_get(doc, "b")), "a bool");
    tap_ok(!json_object_get(doc, "none"), "a text that is not there is left out");
    tap_number((long long)json_array_size(json_object_get(doc, "j")), 1, "raw JSON");
    tap_number((long long)json_string_length(json_object_get(doc, "big")), 2048 + 3, "cut");
    json_decref(doc);
    enum wr_log_level level;
    tap_ok(wr_log_level_parse("error", &level) && level == WR_LOG_ERROR, "a level by name");
    tap_ok(!wr_log_level_parse("loud", &level), "no level");
}

/* What can be read from `end` now. */
static size_t readable(int end, char *out, size_t room)
{
    ssize_t got = read(end, out, room - 1);
    out[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

static size_t lines_in(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void test_gathered_log(void)
{
    static char out[1 << 17];
    int ends[2];
    if (pipe2(ends, O_NONBLOCK) != 0)
        abort();
    wr_log_set_fd(ends[1]);
    wr_log_gather();
    wr_log(WR_LOG_INFO, "first");
    tap_number((long long)readable(ends[0], out, sizeof out), 0, "a gathered line waits");
    wr_log_flush();
    tap_ok(readable(ends[0], out, sizeof out) && strstr(out, "first"), "until it is flushed");
    wr_log(WR_LOG_INFO, "second");
    wr_log(WR_LOG_WARN, "third");
    tap_ok(readable(ends[0], out, sizeof out) && lines_in(out) == 2 &&
               strstr(out, "second") < strstr(out, "third"),
           "a warning waits for nothing, and takes with it what was before it");
    static char text[2000];
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 20; i++)
        wr_log(WR_LOG_INFO, "long", WR_F_STR("x", ((struct wr_str){text, sizeof text})));
    size_t got = readable(ends[0], out, sizeof out);
    tap_ok(lines_in(out) == 15 && out[got - 1] == '\n',
           "more than fits is written, in whole lines");
    wr_log_gather_end();
    tap_ok(readable(ends[0], out, sizeof out) && lines_in(out) == 5, "the rest at the end");
    wr_log(WR_LOG_INFO, "last");
    tap_ok(readable(ends[0], out, sizeof out) > 0, "and then each at once");
    wr_log_set_fd(STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
}

static struct event_base *loop;
static int sum, in_order = 1, last_seen[4];

static void letter(void *arg)
{
    int who = *(int *)arg / 100000, number = *(int *)arg % 100000;
    in_order &= number == ++last_seen[who];
    free(arg);
    if (++sum == 4 * 5000)
        event_base_loopbreak(loop);
}

static void *poster(void *arg)
{
    static int next_who;
    int who = __atomic_fetch_add(&next_who, 1, __ATOMIC_SEQ_CST);
    for (int i = 1; i <= 5000; i++) {
        int *number = malloc(sizeof *number);
        *number = who * 100000 + i;
        if (!wr_inbox_post(arg, letter, number))
            abort();
    }
    return NULL;
}

static void test_inbox(void)
{
    loop = event_base_new();
    struct wr_inbox *inbox = wr_inbox_new(loop);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, poster, inbox);
    event_base_dispatch(loop);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    tap_number(sum, 20000, "every letter of four threads is run");
    tap_ok(in_order, "each thread's in its order");
    int *number = malloc(sizeof *number);
    *number = 5001;
    wr_inbox_post(inbox, letter, number);
    wr_inbox_free(inbox);
    tap_number(sum, 20001, "what is queued runs before the inbox is freed");
    event_base_free(loop);
}

/* Letters that take their time, and an event that is due meanwhile. */
static int slow_letters, read_before;
static bool slow_in_order = true;

static void slow_letter(void *arg)
{
    slow_in_order &= slow_letters++ == (int)(intptr_t)arg;
    for (int64_t until = wr_mono_us() + 1500; wr_mono_us() < until;)
        continue;
}

static void due(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
    read_before = slow_letters;
}

static void test_crowd(void)
{
    loop = event_base_new();
    struct wr_inbox *inbox = wr_inbox_new(loop);
    struct timeval soon = {0, 1000};
    event_base_once(loop, -1, EV_TIMEOUT, due, NULL, &soon);
    for (intptr_t i = 0; i < 20; i++)
        wr_inbox_post(inbox, slow_letter, (void *)i);
    while (slow_letters < 20)
        event_base_loop(loop, EVLOOP_ONCE);
    tap_ok(slow_in_order, "a crowd of letters is read in order");
    tap_ok(read_before > 0 && read_before < 20,
           "and another event comes in between: after %d of 20", read_before);
    wr_inbox_free(inbox);
    event_base_free(loop);
}

int main(void)
{
    test_clock();
    test_id();
    test_hex_and_quote();
    test_quote_places();
    test_log();
    test_gathered_log();
    test_inbox();
    test_crowd();
    return tap_done();
}
