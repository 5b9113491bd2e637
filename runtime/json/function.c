/* Calling a user's C function: what it is given, what it may ask for, and what it is taken to have said. */
#include "runtime/json/function.h"
#include "runtime/base/str.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <string.h>
#include <wright/wright.h>

#define WHY_MAX 200

struct wright_call {
    struct wr_arena *arena;
    struct wr_str key, why;
    enum wr_class raised;
};

void *wright_alloc(struct wright_call *call, size_t size)
{
    return wr_arena_alloc(call->arena, size);
}

/* Whatever it is, it can be logged. */
bool wright_raise(struct wright_call *call, enum wr_class class, const char *why)
{
    size_t len = why ? strnlen(why, WHY_MAX) : 0;
    char *copy = wr_arena_copy(call->arena, why ? why : "", len);
    for (size_t i = 0; i < len; i++)
        if (copy[i] < ' ' || copy[i] > '~')
            copy[i] = '?';
    call->why = (struct wr_str){copy, len};
    call->raised = class;
    return false;
}

struct wr_str wright_key(const struct wright_call *call)
{
    return call->key;
}

static void fault(struct wr_arena *arena, const struct wr_function *function, const char *what,
                  struct wr_function_end *end)
{
    const char *text = wr_arena_printf(arena, "function %s %s", function->name, what);
    end->class = WR_CLASS_schema_invalid;
    end->detail = wr_str_of(text);
}

static void raise(const struct wr_function *function, const struct wright_call *call,
                  struct wr_function_end *end)
{
    bool known = call->raised > WR_OK && call->raised < WR_CLASS_COUNT;
    if (call->raised == WR_OK) {
        fault(call->arena, function, "gave nothing and raised nothing", end);
    } else if (!known || !(function->raises & WR_BIT(call->raised))) {
        fault(call->arena, function, "raised a class that it does not declare", end);
    } else {
        const char *text = wr_arena_printf(call->arena, "function %s: %.*s", function->name,
                                           (int)call->why.len, call->why.ptr);
        end->class = call->raised;
        end->detail = wr_str_of(text);
    }
}

void wr_function_run(const struct wr_function *function, struct wr_arena *arena,
                     struct wr_str input, struct wr_str key, struct wr_function_end *end)
{
    struct wright_call call = {.arena = arena, .key = key, .raised = WR_OK};
    struct wr_reader in;
    const void *taken = NULL;
    *end = (struct wr_function_end){.class = WR_OK};
    if (function->takes) {
        wr_reader_init(&in, arena, input);
        taken = wr_decode(&in, function->takes);
        if (!taken) {
            fault(arena, function, "was not given what it takes", end);
            return;
        }
    }
    void *out = wr_arena_alloc(arena, function->gives->size);
    if (function->run(&call, taken, out) && call.raised == WR_OK)
        end->value = wr_encode(arena, function->gives, out);
    else
        raise(function, &call, end);
}
