/* The parser of server-sent events, fed whole, byte by byte and in every split in two. */
#include "runtime/model/sse.h"

#include "tests/unit/tap.h"

#include <stdlib.h>

struct seen {
    char text[4096];
    size_t len;
};

static void event(void *arg, struct wr_str type, struct wr_str data)
{
    struct seen *seen = arg;
    seen->len += (size_t)snprintf(seen->text + seen->len, sizeof seen->text - seen->len,
                                  "[%.*s|%.*s]", (int)type.len, type.ptr, (int)data.len, data.ptr);
}

static bool feed_in(const char *text, size_t first, size_t step, size_t max, struct seen *seen)
{
    struct wr_sse sse;
    memset(seen, 0, sizeof *seen);
    wr_sse_init(&sse, max, event, seen);
    size_t len = strlen(text);
    bool good = true;
    for (size_t at = 0; at < len;) {
        size_t part = at == 0 && first ? first : step;
        if (part > len - at)
            part = len - at;
        char *copy = malloc(part); /* so that a read past the piece is seen */
        memcpy(copy, text + at, part);
        good = wr_sse_feed(&sse, copy, part);
        free(copy);
        at += part;
    }
    good = wr_sse_end(&sse) && good;
    wr_sse_free(&sse);
    return good;
}

static void expect(const char *text, const char *want, const char *name)
{
    struct seen seen;
    feed_in(text, 0, 4096, 1000, &seen);
    tap_text(seen.text, want, name);
    bool same = true;
    for (size_t first = 1; first < strlen(text); first++) {
        feed_in(text, first, 4096, 1000, &seen);
        same = same && strcmp(seen.text, want) == 0;
    }
    feed_in(text, 0, 1, 1000, &seen);
    same = same && strcmp(seen.text, want) == 0;
    tap_ok(same, "%s, however it is cut", name);
}

/* Whatever the bytes are: whole or cut, the same events come out. */
static void test_random(void)
{
    static const char *const pieces[] = {"data",  ":",  " ",  "\r",   "\n",        "\n\n",
                                         "event", "id", "ab", "\r\n", "data: x\n", "\xEF\xBB\xBF"};
    uint64_t random = 1;
    bool same = true;
    for (int round = 0; round < 20000 && same; round++) {
        char text[256] = "";
        struct seen whole, cut;
        for (int i = 0; i < 20; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            strcat(text, pieces[(random >> 33) % (sizeof pieces / sizeof *pieces)]);
        }
        bool good = feed_in(text, 0, sizeof text, 24, &whole);
        same = feed_in(text, 0, 1 + (random >> 60), 24, &cut) == good;
        same = same && strcmp(whole.text, cut.text) == 0;
        if (!same)
            printf("#   round %d: %s and %s\n", round, whole.text, cut.text);
    }
    tap_ok(same, "20000 random streams give the same events, however they are cut");
}

int main(void)
{
    expect("data: a\n\ndata: b\n\n", "[message|a][message|b]", "two events");
    expect("data: a\r\n\r\ndata: b\r\n\r\n", "[message|a][message|b]", "lines that end in CR LF");
    expect("data: a\r\rdata: b\r\r", "[message|a][message|b]", "lines that end in CR");
    expect("data: a\ndata: b\n\n", "[message|a\nb]", "data over two lines");
    expect("data: a\r\ndata: b\r\n\r\n", "[message|a\nb]", "the same, with CR LF");
    expect("event: delta\ndata: x\n\ndata: y\n\n", "[delta|x][message|y]",
           "a type lasts one event");
    expect(": ping\n\n: ping\n\ndata:z\n\n", "[message|z]", "comments; no space after the colon");
    expect("data:  two\n\n", "[message| two]", "one space is taken off, not two");
    expect("id: 7\nretry: 10\ndatas: no\n\n", "", "fields that do not matter");
    expect("data\n\n", "[message|]", "a field without a colon has empty data");
    expect(
        "\xEF\xBB\xBF"
        "data: a\n\n",
        "[message|a]", "a byte order mark");
    expect("data: a\n\ndata: b\n", "[message|a][message|b]", "the last blank line left out");
    expect("data: a\n\ndata: b", "[message|a]", "a line cut off is no event");

    struct seen seen;
    tap_ok(feed_in("data: 0123456789\n\n", 0, 1, 16, &seen), "a line at the limit");
    tap_ok(!feed_in("data: 01234567890\n\n", 0, 1, 16, &seen), "a line past the limit");
    tap_ok(!feed_in("data: 0123456789\ndata: 0123456\n\n", 0, 1, 17, &seen) && !seen.len,
           "data past the limit in two lines");
    test_random();
    return tap_done();
}
