/* The gate that several loops share: one count, one line, one breaker; whose turn comes is told on its
 * own loop. Loops are played by hand here: a timer fires, or a letter is read, when the test says so. */
#include "runtime/engine/gate.h"
#include "tests/unit/tap.h"

#include <string.h>

#define LETTERS 16

struct wr_timer {
    int64_t at_us; /* 0: free */
    void (*fire)(void *arg);
    void *arg;
};

static int64_t now_us;
static struct wr_timer timers[32];
static int locked, double_locked;
static struct letter {
    uint32_t loop;
    void (*fn)(void *arg);
    void *arg;
} letters[LETTERS];
static size_t letter_count;

static int64_t get_now(void *self)
{
    (void)self;
    return now_us;
}

static struct wr_timer *after(void *self, int64_t us, void (*fire)(void *arg), void *arg)
{
    (void)self;
    struct wr_timer *timer = timers;
    while (timer->at_us)
        timer++;
    *timer = (struct wr_timer){now_us + us, fire, arg};
    return timer;
}

static void cancel(void *self, struct wr_timer *timer)
{
    (void)self;
    timer->at_us = 0;
}

static void lock(void *self)
{
    (void)self;
    double_locked += locked++ > 0;
}

static void unlock(void *self)
{
    (void)self;
    locked--;
}

static void post(void *self, uint32_t loop, void (*fn)(void *arg), void *arg)
{
    (void)self;
    letters[letter_count++] = (struct letter){loop, fn, arg};
}

static const struct wr_clock clock_port = {
    .utc_ms = get_now, .mono_us = get_now, .after = after, .cancel = cancel};
static const struct wr_peers peers = {.lock = lock, .unlock = unlock, .post = post};

/* Fires what is due by then, in order of time. */
static void pass_time(int64_t us)
{
    int64_t until_us = now_us + us;
    for (;;) {
        struct wr_timer *next = NULL;
        for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
            if (timers[i].at_us && timers[i].at_us <= until_us &&
                (!next || timers[i].at_us < next->at_us))
                next = &timers[i];
        if (!next)
            break;
        now_us = next->at_us > now_us ? next->at_us : now_us;
        next->at_us = 0;
        next->fire(next->arg);
    }
    now_us = until_us;
}

static size_t read_letters(uint32_t loop)
{
    size_t count = 0, left = 0;
    struct letter all[LETTERS];
    memcpy(all, letters, sizeof all);
    size_t had = letter_count;
    letter_count = 0;
    for (size_t i = 0; i < had; i++)
        if (all[i].loop != loop)
            letters[left++] = all[i];
    letter_count = left;
    for (size_t i = 0; i < had; i++)
        if (all[i].loop == loop) {
            all[i].fn(all[i].arg);
            count++;
        }
    return count;
}

/* ---- passes ------------------------------------------------------------------------------------ */

static char heard[64]; /* a letter a pass, in the order they heard; capital: it may go in */

struct guest {
    struct wr_pass pass;
    char name;
};

static void called(void *arg, enum wr_class class)
{
    const struct guest *guest = arg;
    char word[2] = {class == WR_OK ? (char)(guest->name - 'a' + 'A') : guest->name, '\0'};
    strcat(heard, word);
}

static struct wr_upstream upstream;
static struct wr_gate gates[2];

static void begin(uint32_t concurrent, uint32_t failures, uint32_t calls)
{
    const struct wr_limits limits = {
        .concurrent = concurrent, .calls = calls, .calls_per_ms = calls ? 6000 : 0};
    const struct wr_breaker breaker = {.failures = failures, .in_ms = 60000, .open_ms = 1000};
    now_us = 1000000;
    memset(timers, 0, sizeof timers);
    letter_count = 0;
    heard[0] = '\0';
    wr_upstream_init(&upstream, "m", true, &limits, &breaker, &peers);
    for (uint32_t i = 0; i < 2; i++)
        wr_gate_open(&gates[i], &upstream, &clock_port, i);
}

static enum wr_gate_answer come(struct guest *guest, char name, int loop, int64_t patience_us)
{
    enum wr_class class = WR_OK;
    *guest = (struct guest){.pass = {.until_us = now_us + patience_us, .called = called}};
    guest->name = name;
    guest->pass.arg = guest;
    return wr_gate_enter(&gates[loop], &guest->pass, &class);
}

static void end(void)
{
    for (int i = 0; i < 2; i++)
        wr_gate_close(&gates[i]);
    tap_ok(locked == 0 && double_locked == 0, "the lock is taken once at a time, and given back");
}

/* ---- the tests --------------------------------------------------------------------------------- */

static void one_line(void)
{
    struct guest a, b, c, d;
    begin(1, 0, 0);
    tap_ok(come(&a, 'a', 0, 1000000) == WR_GATE_PASS, "the first goes in");
    tap_ok(come(&b, 'b', 1, 1000000) == WR_GATE_WAIT, "the place is one for both loops");
    tap_ok(come(&c, 'c', 0, 1000000) == WR_GATE_WAIT && upstream.queued == 2, "so is the line");
    wr_gate_leave(&a.pass, WR_VERDICT_GOOD, -1);
    tap_ok(letter_count == 1 && letters[0].loop == 1 && !*heard,
           "the first in line is told by a letter to its loop");
    tap_ok(upstream.in_use == 1 && come(&d, 'd', 0, 1000000) == WR_GATE_WAIT,
           "the place is its own already: who comes meanwhile stands in line");
    read_letters(1);
    tap_text(heard, "B", "it hears on its own loop");
    wr_gate_leave(&b.pass, WR_VERDICT_GOOD, -1);
    tap_ok(letter_count == 1 && letters[0].loop == 0, "the next in line is the other loop's");
    read_letters(0);
    tap_text(heard, "BC", "first come, first served");
    wr_gate_leave(&c.pass, WR_VERDICT_GOOD, -1);
    pass_time(0);
    tap_text(heard, "BCD", "on its own loop a timer tells it, not a letter");
    wr_gate_leave(&d.pass, WR_VERDICT_GOOD, -1);
    tap_ok(upstream.in_use == 0 && upstream.queued == 0, "nothing is left over");
    end();
}

static void late_letters(void)
{
    struct guest a, b, c;
    begin(1, 0, 0);
    come(&a, 'a', 0, 1000000);
    come(&b, 'b', 1, 1000000);
    come(&c, 'c', 1, 2000000);
    wr_gate_leave(&a.pass, WR_VERDICT_GOOD, -1);
    wr_gate_leave(&b.pass, WR_VERDICT_NONE, -1); /* cancelled before it heard */
    tap_ok(upstream.in_use == 1, "a place that its owner never used goes to the next");
    read_letters(1);
    tap_text(heard, "C", "who has left hears nothing");
    come(&b, 'b', 1, 500000);
    wr_gate_leave(&c.pass, WR_VERDICT_GOOD, -1);
    pass_time(600000);
    tap_text(heard, "CB", "patience that ends after its turn has come does not refuse it");
    wr_gate_leave(&b.pass, WR_VERDICT_GOOD, -1);
    come(&a, 'a', 0, 1000000);
    come(&b, 'b', 1, 500000);
    pass_time(600000);
    tap_text(heard, "CBb", "who waits too long is refused, on its own clock");
    tap_ok(upstream.queued == 0 && upstream.in_use == 1, "and stands in line no more");
    wr_gate_leave(&a.pass, WR_VERDICT_GOOD, -1);
    end();
}

static void one_breaker(void)
{
    struct guest a, b, c, d;
    begin(2, 2, 0);
    come(&a, 'a', 0, 1000000);
    come(&b, 'b', 1, 1000000);
    tap_ok(come(&c, 'c', 1, 9000000) == WR_GATE_WAIT, "one waits");
    wr_gate_leave(&a.pass, WR_VERDICT_BAD, -1);
    read_letters(1);
    tap_text(heard, "C", "one failure does not open it");
    come(&d, 'd', 0, 9000000);
    wr_gate_leave(&b.pass, WR_VERDICT_BAD, -1);
    read_letters(0);
    tap_text(heard, "Cd", "failures of both loops open it, and refuse who waits on either");
    tap_ok(come(&a, 'a', 0, 1000000) == WR_GATE_REFUSED &&
               come(&b, 'b', 1, 1000000) == WR_GATE_REFUSED,
           "it is open for both");
    pass_time(1000000);
    tap_ok(come(&a, 'a', 1, 1000000) == WR_GATE_PASS &&
               come(&b, 'b', 0, 1000000) == WR_GATE_REFUSED,
           "one probe goes out, from either");
    wr_gate_leave(&a.pass, WR_VERDICT_GOOD, -1);
    tap_ok(come(&b, 'b', 0, 1000000) == WR_GATE_WAIT || upstream.in_use == 2,
           "and closes it for both");
    wr_gate_leave(&b.pass, WR_VERDICT_NONE, -1);
    wr_gate_leave(&c.pass, WR_VERDICT_NONE, -1);
    end();
}

/* Let in while one failure was known, told after the second. */
static void opened_meanwhile(void)
{
    struct guest a, b, c, d;
    begin(2, 2, 0);
    come(&a, 'a', 0, 1000000);
    come(&b, 'b', 0, 1000000);
    come(&c, 'c', 1, 9000000);
    wr_gate_leave(&a.pass, WR_VERDICT_BAD, -1);
    wr_gate_leave(&b.pass, WR_VERDICT_BAD, -1);
    tap_ok(letter_count == 1 && upstream.in_use == 1, "one is let in, and has not heard of it");
    read_letters(1);
    tap_text(heard, "c", "the breaker has opened meanwhile: it is refused");
    tap_ok(upstream.in_use == 0, "and gives its place back");
    pass_time(1000000);
    tap_ok(come(&d, 'd', 0, 1000000) == WR_GATE_PASS, "later one probe goes out, as ever");
    wr_gate_leave(&d.pass, WR_VERDICT_GOOD, -1);
    end();
}

static void one_rate(void)
{
    struct guest a, b, c;
    begin(0, 0, 1);
    tap_ok(come(&a, 'a', 0, 1000000) == WR_GATE_PASS, "one call in six seconds");
    tap_ok(come(&b, 'b', 1, 1000000) == WR_GATE_REFUSED, "the other loop's is counted with it");
    tap_ok(come(&b, 'b', 1, 20000000) == WR_GATE_WAIT && come(&c, 'c', 0, 20000000) == WR_GATE_WAIT,
           "those with patience wait");
    pass_time(6100000);
    read_letters(1);
    tap_text(heard, "B", "the first, when the rate allows");
    pass_time(6100000);
    read_letters(0);
    tap_text(heard, "BC", "the second, on its own loop, though the other one set the clock");
    end();
}

int main(void)
{
    one_line();
    late_letters();
    one_breaker();
    opened_meanwhile();
    one_rate();
    return tap_done();
}
