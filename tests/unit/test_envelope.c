/* What an envelope shows of a job that has come a long way: the newest, and how many are older. */
#include "runtime/base/str.h"
#include "runtime/engine/envelope.h"
#include "tests/unit/tap.h"

#include <jansson.h>

static struct wr_arena arena;
static struct wr_state state;

static void pass(const char *stage, bool member, enum wr_class class)
{
    struct wr_passed *step = WR_NEW(&arena, struct wr_passed), **at = &state.steps;
    while (*at)
        at = &(*at)->next;
    *at = step;
    step->stage = wr_str_of(stage);
    step->path = member ? step->stage : (struct wr_str){0};
    step->label = class == WR_OK ? WR_STR("ok") : WR_STR("overloaded");
    step->class = class;
    step->member = member;
}

static json_t *envelope(void)
{
    struct wr_str text = wr_envelope(&arena, &state, 0);
    return json_loadb(text.ptr, text.len, 0, NULL);
}

static long long number_at(const json_t *json, const char *name)
{
    const json_t *value = json_object_get(json, name);
    return value ? (long long)json_integer_value(value) : -1;
}

int main(void)
{
    wr_state_init(&state, &arena, (struct wr_id){{0}});
    for (int i = 0; i < 100; i++)
        pass(wr_arena_printf(&arena, "s%d", i), false, WR_OK);
    json_t *json = envelope();
    json_t *versions = json_object_get(json, "versions");
    json_t *path = json_object_get(versions, "fallback_path");
    tap_number((long long)json_array_size(path), 100, "a hundred steps are shown");
    tap_number(number_at(versions, "fallback_path_left_out"), -1, "and none is left out");
    tap_number(number_at(json, "missing_left_out"), -1, "nor of what is missing");
    json_decref(json);

    for (int i = 100; i < 350; i++)
        pass(wr_arena_printf(&arena, "s%d", i), false, WR_OK);
    for (int i = 0; i < 1003; i++)
        pass(wr_arena_printf(&arena, "scenes/%d", i), true, WR_CLASS_overloaded);
    json = envelope();
    versions = json_object_get(json, "versions");
    path = json_object_get(versions, "fallback_path");
    tap_number((long long)json_array_size(path), 100, "of more, the newest hundred");
    tap_text(json_string_value(json_array_get(path, 0)), "s250: ok", "from there");
    tap_text(json_string_value(json_array_get(path, 99)), "s349: ok", "to the last");
    tap_number(number_at(versions, "fallback_path_left_out"), 250, "and how many are older");
    const json_t *missing = json_object_get(json, "missing");
    tap_number((long long)json_array_size(missing), 1000, "a thousand of what is missing");
    tap_text(json_string_value(json_object_get(json_array_get(missing, 0), "stage")), "scenes/3",
             "the newest, too");
    tap_number(number_at(json, "missing_left_out"), 3, "and how many more");
    json_decref(json);
    wr_arena_free(&arena);
    return tap_done();
}
