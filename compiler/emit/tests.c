/* The `test` blocks as tables for the runtime's test runner: one file, compiled only by
 * `wright test`. */
#include "compiler/emit/emit.h"
#include "compiler/emit/machine.h"
#include "compiler/model/classes.h"

#include <string.h>

static uint32_t line_of(struct wc_span span)
{
    return span.source ? wc_place_of(span.source, span.start).line : 0;
}

static void init_json(struct wc_init *init, const char *name, const char *json)
{
    struct wc_buf text = {0};
    if (!json)
        return;
    wc_buf_text(&text, "WR_STR(");
    wc_buf_c_string(&text, json, strlen(json));
    wc_buf_char(&text, ')');
    wc_init_field(init, name, "%s", wc_arena_copy(init->arena, text.data, text.len));
    wc_buf_free(&text);
}

/* ---- given, expect ------------------------------------------------------------------------ */

static void emit_givens(struct wc_buf *out, struct wc_arena *arena, const struct wc_test_step *step,
                        const char *id)
{
    static const char *const kinds[] = {"WR_GIVEN_RETURNS", "WR_GIVEN_TAKES", "WR_GIVEN_FAILS",
                                        "WR_GIVEN_SILENT",  "WR_GIVEN_CUT",   "WR_GIVEN_CALLS"};
    if (step->givens.count == 0)
        return;
    wc_buf_printf(out, "static const struct wr_given given_%s[] = {\n", id);
    WC_EACH(i, &step->givens)
    {
        const struct wc_given *given = &step->givens.items[i];
        struct wc_init init = {.arena = arena, .indent = 8};
        wc_init_field(&init, "kind", "%s", kinds[given->kind]);
        if (given->class)
            wc_init_field(&init, "class", "WR_CLASS_%s", wc_class_name(given->class));
        wc_init_number(&init, "ms", given->ms);
        wc_init_number(&init, "bytes", given->bytes);
        init_json(&init, "value", given->json);
        wc_init_write(out, "", &init, false, ",");
    }
    wc_buf_text(out, "};\n");
}

static void emit_expects(struct wc_buf *out, struct wc_arena *arena,
                         const struct wc_test_step *step, const char *id)
{
    static const char *const kinds[] = {"WR_EXPECT_STATUS", "WR_EXPECT_RESULT", "WR_EXPECT_ERROR",
                                        "WR_EXPECT_WITHIN", "WR_EXPECT_PATH",   "WR_EXPECT_THAT"};
    if (step->expects.count == 0)
        return;
    wc_buf_printf(out, "static const struct wr_expect expect_%s[] = {\n", id);
    WC_EACH(i, &step->expects)
    {
        const struct wc_expected *expected = &step->expects.items[i];
        struct wc_init init = {.arena = arena, .indent = 8};
        wc_init_field(&init, "kind", "%s", kinds[expected->kind]);
        wc_init_text(&init, "text", expected->text);
        wc_init_number(&init, "ms", expected->ms);
        if (expected->that)
            wc_init_field(&init, "holds", "holds_%s_%zu", id, i + 1);
        wc_init_flag(&init, "of_output", expected->of_output);
        wc_init_write(out, "", &init, false, ",");
    }
    wc_buf_text(out, "};\n");
}

/* A condition as a function: its variables, then the expression. */
static void emit_condition(struct wc_buf *out, struct wc_arena *arena, bool *patterns,
                           const struct wc_expected *expected, const char *name)
{
    struct wc_buf body = {0};
    struct wc_function fn = {
        .arena = arena, .out = &body, .indent = 4, .memory = "arena", .patterns = patterns};
    wc_line(&fn, "const struct %s *output = wr_seen_output(seen);",
            wc_c_schema(arena, expected->workflow->output));
    wc_line(&fn, "int64_t cost = wr_seen_cost(seen);");
    WC_EACH(i, &expected->counters)
    {
        const struct wc_counter *counter = &expected->counters.items[i];
        struct wc_expr local = {.kind = WC_EXPR_LOCAL, .name = counter->name};
        wc_line(&fn, "int64_t %s = wr_seen_%s(seen, \"%s\");", wc_local_name(&fn, &local),
                counter->notices ? "notices"
                : counter->keys  ? "keys"
                                 : "sends",
                counter->place);
    }
    wc_line(&fn, "(void)arena, (void)output, (void)cost;");
    struct wc_value value = wc_value_of(&fn, expected->that);
    wc_line(&fn, "return %s;", value.text);
    wc_buf_printf(out,
                  "static bool %s(struct wr_arena *arena, const struct wr_seen *seen)\n{\n%s}\n\n",
                  name, wc_arena_copy(arena, body.data, body.len));
    wc_buf_free(&body);
}

static void emit_conditions(struct wc_buf *out, struct wc_arena *arena, bool *patterns,
                            const struct wc_test_step *step, const char *id)
{
    WC_EACH(i, &step->expects)
    {
        const struct wc_expected *expected = &step->expects.items[i];
        if (expected->that)
            emit_condition(out, arena, patterns, expected,
                           wc_arena_printf(arena, "holds_%s_%zu", id, i + 1));
    }
}

/* ---- steps -------------------------------------------------------------------------------- */

static void emit_step(struct wc_buf *out, struct wc_arena *arena, const struct wc_test_step *step,
                      const char *id)
{
    static const char *const kinds[] = {"WR_STEP_GIVEN",  "WR_STEP_SEND",  "WR_STEP_SIGNAL",
                                        "WR_STEP_REVIEW", "WR_STEP_CRASH", "WR_STEP_EXPECT"};
    struct wc_init init = {.arena = arena, .indent = 8};
    wc_init_field(&init, "kind", "%s", kinds[step->kind]);
    wc_init_number(&init, "line", line_of(step->span));
    wc_init_field(&init, "at_ms", "%lld", (long long)step->at_ms);
    wc_init_text(&init, "subject", step->subject);
    wc_init_flag(&init, "is_upstream", step->is_upstream);
    if (step->givens.count) {
        wc_init_field(&init, "givens", "given_%s", id);
        wc_init_field(&init, "given_count", "WR_COUNT(given_%s)", id);
    }
    if (step->workflow)
        wc_init_number(&init, "workflow", (int64_t)step->workflow->id);
    else
        wc_init_text(&init, "name", step->name);
    init_json(&init, "value", step->json);
    wc_init_text(&init, "key", step->key);
    wc_init_text(&init, "caller", step->caller);
    if (step->expects.count) {
        wc_init_field(&init, "expects", "expect_%s", id);
        wc_init_field(&init, "expect_count", "WR_COUNT(expect_%s)", id);
    }
    wc_init_write(out, "", &init, false, ",");
}

static void emit_test(struct wc_buf *out, struct wc_arena *arena, bool *patterns,
                      const struct wc_test *test, size_t number)
{
    wc_c_banner(out, "test %zu: %s", number, wc_source_place(arena, test->span));
    WC_EACH(i, &test->steps)
    {
        const char *id = wc_arena_printf(arena, "%zu_%zu", number, i + 1);
        emit_givens(out, arena, &test->steps.items[i], id);
        emit_conditions(out, arena, patterns, &test->steps.items[i], id);
        emit_expects(out, arena, &test->steps.items[i], id);
    }
    wc_buf_printf(out, "static const struct wr_test_step steps_%zu[] = {\n", number);
    WC_EACH(i, &test->steps)
    {
        emit_step(out, arena, &test->steps.items[i],
                  wc_arena_printf(arena, "%zu_%zu", number, i + 1));
    }
    wc_buf_text(out, "};\n");
}

/* ---- the file ----------------------------------------------------------------------------- */

static void emit_suite(struct wc_buf *out, const struct wc_model *model)
{
    struct wc_init suite = {.arena = model->arena, .indent = 4};
    if (model->tests.count) {
        wc_buf_text(out, "static const struct wr_test tests[] = {\n");
        WC_EACH(i, &model->tests)
        {
            struct wc_init init = {.arena = model->arena, .indent = 8};
            wc_init_text(&init, "title", model->tests.items[i].title);
            wc_init_number(&init, "line", line_of(model->tests.items[i].span));
            wc_init_field(&init, "steps", "steps_%zu", i + 1);
            wc_init_field(&init, "step_count", "WR_COUNT(steps_%zu)", i + 1);
            wc_init_write(out, "", &init, false, ",");
        }
        wc_buf_text(out, "};\n\n");
    }
    wc_init_text(&suite, "file", model->source->path);
    if (model->tests.count) {
        wc_init_field(&suite, "tests", "tests");
        wc_init_field(&suite, "test_count", "WR_COUNT(tests)");
    }
    wc_init_write(out, "static const struct wr_suite suite = ", &suite, true, ";");
}

void wc_emit_tests(struct wc_buf *out, const struct wc_model *model)
{
    struct wc_buf tests = {0};
    struct wc_machine machine = {.arena = model->arena, .model = model};
    machine.patterns = WC_NEW_ARRAY(model->arena, bool, model->patterns.count + 1);
    WC_EACH(i, &model->tests)
    {
        emit_test(&tests, model->arena, machine.patterns, &model->tests.items[i], i + 1);
    }
    wc_buf_printf(out, "/* The tests of %s, as tables. */\n", wc_base_name(model->source->path));
    wc_buf_printf(out, "#include \"%s.h\"\n\n#include <wright/testing.h>\n", model->name);
    wc_emit_patterns(out, &machine);
    wc_buf_add(out, tests.data, tests.len);
    wc_buf_free(&tests);
    emit_suite(out, model);
    wc_buf_text(out,
                "\nint main(int argc, char **argv)\n{\n"
                "    return wr_test_main(&wright_program, &suite, argc, argv);\n}\n");
}
