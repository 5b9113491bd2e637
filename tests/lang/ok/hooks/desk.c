/* Functions for calls.flow that do as they are told, well or badly. */
#include "desk_hooks.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is(const struct Ask *in, const char *way)
{
    return in->way.len == strlen(way) && memcmp(in->way.ptr, way, in->way.len) == 0;
}

/* A line for each call, where a test can count them. */
static void note(const char *what, struct wr_str text)
{
    const char *path = getenv("DESK_NOTES");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    fprintf(file, "%s %.*s\n", what, (int)text.len, text.ptr);
    fclose(file);
}

static void fill(struct wright_call *call, const struct Ask *in, struct Verdict *out)
{
    out->text = in->text;
    out->score = 50;
    out->tags.count = 2;
    out->tags.items = wright_alloc(call, 2 * sizeof *out->tags.items);
    out->tags.items[0] = WR_STR("a");
    out->tags.items[1] = WR_STR("b");
}

/* The first process dies here, the next one goes on. */
static void die_once(void)
{
    const char *path = getenv("DESK_DIES");
    if (!path || access(path, F_OK) == 0)
        return;
    FILE *file = fopen(path, "w");
    if (file)
        fclose(file);
    raise(SIGSEGV);
}

bool call_judge(struct wright_call *call, const struct Ask *in, struct Verdict *out)
{
    static atomic_int busy;
    static const char bad[] = {'a', (char)0xff, 'b'};
    note("judge", in->way);
    fill(call, in, out);
    if (is(in, "denied"))
        return wright_raise(call, WR_CLASS_auth, "not this one");
    if (is(in, "busy"))
        return wright_raise(call, WR_CLASS_overloaded, NULL);
    if (is(in, "busy_once") && atomic_fetch_add(&busy, 1) == 0)
        return wright_raise(call, WR_CLASS_overloaded, "come \"again\"\n\xff");
    if (is(in, "undeclared"))
        return wright_raise(call, WR_CLASS_server_error, "it does not say that it may");
    if (is(in, "no_class"))
        return wright_raise(call, (enum wr_class)4711, "nonsense");
    if (is(in, "nothing"))
        return false;
    if (is(in, "raised_and_true")) {
        wright_raise(call, WR_CLASS_auth, "and says true");
        return true;
    }
    if (is(in, "range"))
        out->score = 101;
    if (is(in, "list"))
        out->tags.count = 0, out->tags.items = NULL;
    if (is(in, "long"))
        out->text = WR_STR("a text that is longer than the forty characters it may have");
    if (is(in, "utf8"))
        out->text = (struct wr_str){bad, sizeof bad};
    if (is(in, "slow"))
        sleep(2);
    if (is(in, "wait"))
        usleep(200000);
    if (is(in, "sleeps") && getenv("DESK_SLEEPS"))
        usleep((useconds_t)(atof(getenv("DESK_SLEEPS")) * 1e6));
    if (is(in, "dies"))
        die_once();
    return true;
}

bool call_stamp(struct wright_call *call, const struct Ask *in, struct Verdict *out)
{
    static atomic_int calls;
    struct wr_str key = wright_key(call);
    note("stamp", key);
    fill(call, in, out);
    if (is(in, "stamp_once") && atomic_fetch_add(&calls, 1) == 0)
        return wright_raise(call, WR_CLASS_server_error, "the ink was dry");
    if (is(in, "stamp_dies"))
        die_once();
    return true;
}

bool call_pay(struct wright_call *call, const struct Ask *in, struct Verdict *out)
{
    note("pay", wright_key(call));
    fill(call, in, out);
    if (is(in, "pay_slow"))
        sleep(3);
    if (is(in, "pay_dies"))
        die_once();
    if (is(in, "pay_idle"))
        return wright_raise(call, WR_CLASS_timeout_idle, "the line went dead");
    if (is(in, "pay_fails"))
        return wright_raise(call, WR_CLASS_server_error, "no money");
    return true;
}
