/* Upstreams that do what a test's `given` lines say, and the count of what reached them. */
#include "runtime/base/str.h"
#include "runtime/json/function.h"
#include "runtime/json/writer.h"
#include "runtime/sim/script.h"

#include <stdlib.h>
#include <string.h>
#include <wright/limits.h>

#define AT_ONCE_US 1000 /* of virtual time: what an answer takes that nobody gave a time */
#define BYTES_A_TOKEN 4 /* roughly; what a test's costs are counted with */

struct wr_effect {
    struct wr_script *script;
    struct wr_effect_call call;
    struct wr_outcome outcome;
    struct wr_timer *timer;
};

/* ---- where a call stands ----------------------------------------------------------------------- */

static bool is_index(const char *ptr, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ptr[i] < '0' || ptr[i] > '9')
            return false;
    return len > 0;
}

/* A tool's call: below the stage that asks, by its name. */
static bool is_tool(struct wr_str path, struct wr_str stage)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    if (end == 0 || !is_index(path.ptr + end, path.len - end))
        return false;
    size_t start = --end;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    return !wr_str_equal((struct wr_str){path.ptr + start, end - start}, stage);
}

/* Where a call stands: "save", "gather/news", without the indexes of items. */
static struct wr_str place_of(struct wr_arena *arena, struct wr_str path, struct wr_str stage)
{
    struct wr_text place = {.arena = arena};
    for (size_t from = 0; from < path.len;) {
        size_t to = from;
        while (to < path.len && path.ptr[to] != '/')
            to++;
        if (!is_index(path.ptr + from, to - from)) {
            wr_text_add(&place, place.len ? WR_STR("/") : WR_STR(""));
            wr_text_add(&place, (struct wr_str){path.ptr + from, to - from});
        }
        from = to + 1;
    }
    if (is_tool(path, stage))
        wr_text_add(&place, WR_STR("/"));
    if (!place.len || is_tool(path, stage))
        wr_text_add(&place, stage);
    return wr_text_done(&place);
}

/* "gather" covers "gather/news"; what is left of the place is in `rest`. */
static bool covers(const char *subject, struct wr_str place, struct wr_str *rest)
{
    size_t len = strlen(subject);
    if (len > place.len || memcmp(subject, place.ptr, len) != 0)
        return false;
    *rest = (struct wr_str){place.ptr + len, place.len - len};
    if (rest->len == 0)
        return true;
    if (*rest->ptr != '/')
        return false;
    rest->ptr++;
    rest->len--;
    return true;
}

/* ---- what is given ----------------------------------------------------------------------------- */

static bool names_upstream(const struct wr_script *script, const char *subject,
                           const struct wr_action *action)
{
    const struct wr_program *program = script->program;
    const char *name = action->kind == WR_ACT_ASK    ? program->models[action->target].name
                       : action->kind == WR_ACT_CALL ? program->functions[action->target].name
                                                     : program->services[action->target].name;
    return strcmp(subject, name) == 0;
}

/* The closest one: of its own place, of the stage around it, of the upstream. */
static struct wr_script_given *find_given(struct wr_script *script, struct wr_str place, bool tool,
                                          const struct wr_action *action, struct wr_str *rest)
{
    struct wr_script_given *best = NULL;
    size_t best_len = 0;
    for (struct wr_script_given *given = script->givens; given; given = given->next) {
        const struct wr_test_step *step = given->step;
        struct wr_str left = {0};
        size_t len = strlen(step->subject);
        if (step->is_upstream) {
            if (!best && names_upstream(script, step->subject, action))
                best = given;
        } else if (covers(step->subject, place, &left) && (!tool || !left.len) &&
                   (!best || len > best_len)) {
            best = given;
            best_len = len;
            *rest = left;
        }
    }
    return best;
}

/* The outcome whose turn it is; the last one stays. */
static const struct wr_given *next_outcome(struct wr_script *script, struct wr_script_given *given)
{
    const struct wr_test_step *step = given->step;
    int64_t now_us = script->world->now_us;
    for (;;) {
        const struct wr_given *outcome = &step->givens[given->at];
        bool last = given->at + 1 == step->given_count;
        if (given->since_us < 0)
            given->since_us = now_us;
        bool lasting = outcome->kind == WR_GIVEN_FAILS && outcome->ms > 0;
        if (lasting && !last && now_us - given->since_us >= outcome->ms * 1000) {
            given->at++;
            given->since_us = -1;
            continue;
        }
        if (!lasting && !last) {
            given->at++;
            given->since_us = -1;
        }
        return outcome;
    }
}

/* Of what is given for a whole stage, the part of one of its members. */
static struct wr_str part_of(struct wr_arena *arena, struct wr_str value, struct wr_str rest)
{
    json_t *whole = rest.len ? json_loadb(value.ptr, value.len, JSON_DECODE_ANY, NULL) : NULL;
    if (!whole)
        return value;
    struct wr_str part = {0};
    json_t *member = json_object_getn(whole, rest.ptr, rest.len);
    char *text = member ? json_dumps(member, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (text)
        part = wr_arena_str(arena, wr_str_of(text));
    free(text);
    json_decref(whole);
    return part;
}

/* ---- how it goes ------------------------------------------------------------------------------- */

static void fail_with(struct wr_effect *effect, enum wr_class class)
{
    const uint64_t told = (WR_ON_INVALID_OUTPUT | WR_ON_REJECTED) &
                          ~WR_BIT(WR_CLASS_stream_malformed); /* a whole answer, with its usage */
    bool nothing_came = WR_BIT(class) & (WR_ON_TIMEOUT | WR_BIT(WR_CLASS_connect_failed));
    bool came = WR_BIT(class) & told;
    effect->outcome.class = class;
    effect->outcome.value = (struct wr_str){0};
    if (!came)
        effect->outcome.usage = (struct wr_usage){0}; /* nobody says */
    effect->outcome.http_status = came || class == WR_CLASS_stream_truncated ? 200
                                  : nothing_came                             ? 0
                                  : class == WR_CLASS_not_found              ? 404
                                                                             : 500;
    effect->outcome.detail = WR_STR("as the test gives it");
}

/* Nothing comes: whichever limit is reached first. */
static int64_t stay_silent(struct wr_effect *effect)
{
    const struct wr_effect_call *call = &effect->call;
    if (call->first_token_us && call->first_token_us < call->timeout_us) {
        fail_with(effect, WR_CLASS_timeout_ttft);
        return call->first_token_us;
    }
    fail_with(effect, WR_CLASS_timeout_total);
    return call->timeout_us;
}

static int64_t answer_after(struct wr_effect *effect, struct wr_str value, int64_t us)
{
    if (us >= effect->call.timeout_us || value.len == 0) {
        fail_with(effect, WR_CLASS_timeout_total);
        return effect->call.timeout_us;
    }
    effect->outcome.value = value;
    effect->outcome.http_status = 200;
    if (effect->call.action->kind == WR_ACT_ASK) {
        effect->outcome.first_token_us = AT_ONCE_US;
        effect->outcome.usage.output_tokens =
            (int64_t)((value.len + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN);
    }
    return us;
}

/* `[{"name": …, "arguments": …}]`, as the compiler writes it. */
static int64_t call_tools(struct wr_effect *effect, struct wr_str value)
{
    struct wr_arena *arena = effect->call.arena;
    json_t *list = json_loadb(value.ptr, value.len, 0, NULL), *one;
    struct wr_tool_call *calls = wr_arena_alloc(arena, (json_array_size(list) + 1) * sizeof *calls);
    size_t i;
    json_array_foreach(list, i, one)
    {
        char *arguments =
            json_dumps(json_object_get(one, "arguments"), JSON_COMPACT | JSON_ENCODE_ANY);
        calls[i].name =
            wr_arena_str(arena, wr_str_of(json_string_value(json_object_get(one, "name"))));
        calls[i].arguments = wr_arena_str(arena, wr_str_of(arguments));
        free(arguments);
    }
    answer_after(effect, WR_STR("{}"), AT_ONCE_US);
    effect->outcome.calls = calls;
    effect->outcome.call_count = i < WR_TOOL_CALLS ? i : WR_TOOL_CALLS;
    json_decref(list);
    return AT_ONCE_US;
}

static int64_t play(struct wr_effect *effect, const struct wr_given *given, struct wr_str rest)
{
    struct wr_str value = part_of(effect->script->arena, given->value, rest);
    switch (given->kind) {
    case WR_GIVEN_RETURNS:
        return answer_after(effect, value.len ? value : WR_STR("null"), AT_ONCE_US);
    case WR_GIVEN_TAKES:
        return answer_after(effect, value, given->ms * 1000);
    case WR_GIVEN_SILENT:
        return stay_silent(effect);
    case WR_GIVEN_FAILS:
        if (WR_BIT(given->class) & WR_ON_TIMEOUT && given->class != WR_CLASS_timeout_connect) {
            int64_t us = stay_silent(effect);
            fail_with(effect, given->class);
            return us;
        }
        fail_with(effect, given->class);
        return AT_ONCE_US;
    case WR_GIVEN_CALLS:
        return call_tools(effect, given->value);
    case WR_GIVEN_CUT:
        break;
    }
    fail_with(effect, WR_CLASS_stream_truncated);
    return AT_ONCE_US;
}

static void count_input(struct wr_effect *effect)
{
    const struct wr_action *action = effect->call.action;
    size_t bytes = 0;
    if (action->kind != WR_ACT_ASK)
        return;
    for (size_t i = 0; i < action->message_count; i++) {
        const struct wr_message *message = &action->messages[i];
        bytes += message->text.len;
        for (size_t k = 0; k < message->call_count; k++)
            bytes += message->calls[k].name.len + message->calls[k].arguments.len;
    }
    effect->outcome.usage.known = true;
    effect->outcome.usage.input_tokens = (int64_t)((bytes + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN);
    effect->outcome.model_version =
        wr_str_of(effect->script->program->models[action->target].model);
}

/* ---- what is counted --------------------------------------------------------------------------- */

static void count(struct wr_script *script, struct wr_str place, struct wr_str key)
{
    struct wr_tally *tally = script->tallies;
    while (tally && !wr_str_equal(tally->place, place))
        tally = tally->next;
    if (!tally) {
        tally = WR_NEW(script->arena, struct wr_tally);
        tally->place = place;
        tally->next = script->tallies;
        script->tallies = tally;
    }
    tally->sends++;
    for (struct wr_script_key *seen = tally->seen; seen; seen = seen->next)
        if (wr_str_equal(seen->key, key))
            return;
    if (key.len == 0)
        return;
    struct wr_script_key *seen = WR_NEW(script->arena, struct wr_script_key);
    seen->key = wr_arena_str(script->arena, key);
    seen->next = tally->seen;
    tally->seen = seen;
    tally->keys++;
}

/* What nobody gave: the function itself says. It takes no time, as far as the test is concerned. */
static void call_function(struct wr_effect *effect)
{
    const struct wr_action *action = effect->call.action;
    const struct wr_function *function = &effect->script->program->functions[action->target];
    struct wr_arena *arena = effect->call.arena;
    struct wr_str input = {0};
    struct wr_function_end end;
    if (function->takes)
        input = wr_encode(arena, function->takes, action->value);
    wr_function_run(function, arena, input, effect->call.idempotency_key, &end);
    effect->outcome.class = end.class;
    effect->outcome.value = end.value;
    effect->outcome.detail = end.detail;
}

/* ---- the door ---------------------------------------------------------------------------------- */

static void ended(void *arg)
{
    struct wr_effect *effect = arg;
    struct wr_effect_call call = effect->call;
    struct wr_outcome outcome = effect->outcome;
    free(effect);
    call.ended(call.arg, &outcome);
}

static struct wr_effect *start(void *self, const struct wr_effect_call *call)
{
    struct wr_script *script = self;
    struct wr_effect *effect = calloc(1, sizeof *effect);
    if (!effect) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    effect->script = script;
    effect->call = *call;
    effect->outcome = (struct wr_outcome){
        .class = WR_OK, .retry_after_ms = -1, .first_token_us = -1, .request_id = WR_STR("test")};
    struct wr_str place = place_of(script->arena, call->path, wr_str_of(call->stage->name));
    struct wr_str rest = {0};
    struct wr_script_given *given =
        find_given(script, place, call->stage->tool, call->action, &rest);
    int64_t takes_us = AT_ONCE_US;
    count_input(effect);
    if (!given && call->action->kind == WR_ACT_CALL) {
        call_function(effect);
    } else if (given) {
        takes_us = play(effect, next_outcome(script, given), rest);
    } else {
        fail_with(effect, WR_CLASS_connect_failed);
        wr_script_fail(script, script->test->line,
                       "stage %.*s calls out, and no `given` says what it gets", (int)place.len,
                       place.ptr);
    }
    count(script, place, call->idempotency_key);
    struct wr_str inside = {0};
    if (script->crash && covers(script->crash->subject, place, &inside)) {
        script->crash = NULL;
        script->world->dead = true; /* the call has left, and nobody will hear what came of it */
    }
    effect->timer = wr_sim_after(script->world, takes_us, ended, effect);
    return effect;
}

static void cancel(void *self, struct wr_effect *effect)
{
    struct wr_script *script = self;
    wr_sim_cancel(script->world, effect->timer);
    free(effect);
}

void wr_script_effects_open(struct wr_script *script)
{
    script->world->effects = (struct wr_effects){script, start, cancel};
}
