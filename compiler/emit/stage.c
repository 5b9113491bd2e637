/* A stage as a function: a switch on the point at which it is called. WR_ENTER says what to do,
 * WR_CHECK looks at what came and keeps it. */
#include "compiler/emit/machine.h"

#include <string.h>

/* Text built in a `struct wr_text` of this name, or a literal; what stands for it as a wr_str. */
static const char *text_of(struct wc_function *fn, const char *var, const struct wc_expr *expr,
                           enum wc_text_as as)
{
    if (as != WC_AS_JSON && expr->kind == WC_EXPR_TEMPLATE && expr->kid_count == 1 &&
        expr->kids[0]->kind == WC_EXPR_LITERAL)
        return wc_c_literal(fn->arena, &expr->kids[0]->literal);
    if (as != WC_AS_JSON && expr->kind == WC_EXPR_LITERAL)
        return wc_c_literal(fn->arena, &expr->literal);
    wc_line(fn, "struct wr_text %s = {.arena = turn->arena};", var);
    wc_add_text(fn, var, expr, as);
    return wc_arena_printf(fn->arena, "wr_text_done(&%s)", var);
}

/* ---- what to do --------------------------------------------------------------------------- */

static void init_http(struct wc_function *fn, struct wc_init *init, const struct wc_action *action)
{
    static const char *const methods[] = {"WR_GET", "WR_HEAD",  "WR_POST",
                                          "WR_PUT", "WR_PATCH", "WR_DELETE"};
    const char *path = text_of(fn, "path", action->path, WC_AS_URL);
    const char *body = action->body ? text_of(fn, "body", action->body, WC_AS_JSON) : NULL;
    wc_init_field(init, "target", "SERVICE_%s", action->service->name);
    wc_init_field(init, "method", "%s", methods[action->method]);
    wc_init_field(init, "path", "%s", path);
    if (body)
        wc_init_field(init, "body", "%s", body);
}

static void init_call(struct wc_function *fn, struct wc_init *init, const struct wc_action *action)
{
    wc_init_field(init, "target", "FUNCTION_%s", action->function->name);
    if (action->value)
        wc_init_field(init, "value", "%s", wc_address(fn, wc_value_of(fn, action->value)));
}

static void add_message(struct wc_function *fn, size_t at, const char *role, const char *text)
{
    wc_line(fn, "messages[%zu].role = \"%s\";", at, role);
    wc_line(fn, "messages[%zu].text = %s;", at, text);
}

/* Turns of both sides that a model is shown before it is asked. */
static size_t add_examples(struct wc_function *fn, const struct wc_action *action, size_t at)
{
    WC_EACH(i, &action->examples)
    {
        const struct wc_example *example = &action->examples.items[i];
        struct wc_literal asked = {.kind = WC_LIT_STRING, .text = example->input},
                          said = {.kind = WC_LIT_STRING, .text = example->output};
        asked.len = strlen(asked.text);
        said.len = strlen(said.text);
        add_message(fn, at++, "user", wc_c_literal(fn->arena, &asked));
        add_message(fn, at++, "assistant", wc_c_literal(fn->arena, &said));
    }
    return at;
}

static void init_ask(struct wc_function *fn, struct wc_init *init, struct wc_machine *machine,
                     const struct wc_action *action)
{
    size_t count = action->prompts.count + 2 * action->examples.count, at = 0;
    const char *times = count == 1 ? "" : wc_arena_printf(fn->arena, "%zu * ", count);
    wc_line(fn, "struct wr_message *messages = wr_arena_alloc(turn->arena, %ssizeof *messages);",
            times);
    WC_EACH(i, &action->prompts)
    {
        const struct wc_prompt *prompt = &action->prompts.items[i];
        if (i + 1 == action->prompts.count)
            at = add_examples(fn, action, at);
        add_message(fn, at++, prompt->role,
                    wc_arena_printf(fn->arena, "%s(turn->arena, frame)",
                                    wc_prompt_function(machine, prompt)));
    }
    wc_init_field(init, "target", "MODEL_%s", action->model->name);
    wc_init_field(init, "messages", "messages");
    wc_init_field(init, "message_count", "%zu", count);
}

static void init_recall(struct wc_init *init, struct wc_machine *machine,
                        const struct wc_action *action)
{
    wc_init_field(init, "key", "wr_key_text(turn->arena, %s, frame)",
                  wc_key_function(machine, action->key));
    wc_init_number(init, "within_ms", action->within_ms);
    wc_init_flag(init, "shared", action->shared);
}

/* `if (…) arm = 0; else if …`: the first whose condition holds. One that takes statements stands in
 * the `else` of those before it. */
static void emit_arms(struct wc_function *fn, const struct wc_action *action)
{
    size_t last = action->arms.count - 1, blocks = 0, marks[WC_ARMS_MAX];
    wc_line(fn, "uint16_t arm = %zu;", last);
    for (size_t i = 0; i < last; i++) {
        const struct wc_expr *condition = action->arms.items[i].condition;
        const char *joint = i > 0 ? "else " : "";
        if (i > 0 && wc_needs_statements(condition)) {
            wc_line(fn, "else {");
            marks[blocks++] = wc_begin_block(fn);
            joint = "";
        }
        wc_line(fn, "%sif (%s)", joint, wc_value_of(fn, condition).text);
        wc_line(fn, "    arm = %zu;", i);
    }
    while (blocks > 0) {
        wc_end_block(fn, marks[--blocks]);
        wc_line(fn, "}");
    }
}

/* The variable of `each`, for what stands in this function; what stands in others is told the index. */
static void declare_item(struct wc_function *fn, const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    bool elsewhere = action->kind == WR_ACT_ASK || action->kind == WR_ACT_RECALL;
    struct wc_expr *kids[] = {action->path, action->body, action->value};
    struct wc_expr here = {.kind = WC_EXPR_LIST, .kids = kids, .kid_count = 3};
    if (stage->above && stage->above->action.kind == WR_ACT_EACH && elsewhere)
        wc_line(fn, "frame->index_of_%s = turn->index;", stage->above->name);
    wc_declare_item(fn, stage, &here, "turn->index");
}

static void emit_enter(struct wc_function *fn, struct wc_machine *machine,
                       const struct wc_stage *stage)
{
    static const char *const kinds[] = {
        [WR_ACT_VALUE] = "WR_ACT_VALUE",   [WR_ACT_HTTP] = "WR_ACT_HTTP",
        [WR_ACT_ASK] = "WR_ACT_ASK",       [WR_ACT_RECALL] = "WR_ACT_RECALL",
        [WR_ACT_DRAFT] = "WR_ACT_DRAFT",   [WR_ACT_SLEEP] = "WR_ACT_SLEEP",
        [WR_ACT_SIGNAL] = "WR_ACT_SIGNAL", [WR_ACT_REVIEW] = "WR_ACT_REVIEW",
        [WR_ACT_MATCH] = "WR_ACT_MATCH",   [WR_ACT_ALL] = "WR_ACT_ALL",
        [WR_ACT_EACH] = "WR_ACT_EACH",     [WR_ACT_RUN] = "WR_ACT_RUN",
        [WR_ACT_CALL] = "WR_ACT_CALL",
    };
    const struct wc_action *action = &stage->action;
    struct wc_init init = {.arena = fn->arena, .indent = fn->indent + 4};
    if (action->kind == WR_ACT_MATCH)
        emit_arms(fn, action);
    wc_init_field(&init, "kind", "%s", kinds[action->kind]);
    declare_item(fn, stage);
    if (!wc_is_gathering(stage) && action->as && action->as->kind == WC_TYPE_SCHEMA)
        wc_init_field(&init, "as", "&schema_%s", wc_c_schema(fn->arena, action->as->schema));
    switch (action->kind) {
    case WR_ACT_VALUE:
        wc_init_field(&init, "value", "%s", wc_address(fn, wc_value_of(fn, action->value)));
        break;
    case WR_ACT_HTTP:
        init_http(fn, &init, action);
        break;
    case WR_ACT_CALL:
        init_call(fn, &init, action);
        break;
    case WR_ACT_ASK:
        init_ask(fn, &init, machine, action);
        break;
    case WR_ACT_RECALL:
        init_recall(&init, machine, action);
        break;
    case WR_ACT_DRAFT:
        wc_init_field(&init, "as", "&schema_%s", wc_c_schema(fn->arena, machine->workflow->output));
        wc_init_field(&init, "value", "%s",
                      wc_address_as(fn, action->value, machine->workflow->output));
        break;
    case WR_ACT_REVIEW:
        wc_init_field(&init, "value", "%s", wc_address(fn, wc_value_of(fn, action->value)));
        wc_init_number(&init, "within_ms", action->within_ms);
        break;
    case WR_ACT_SLEEP:
    case WR_ACT_SIGNAL:
        wc_init_number(&init, "within_ms", action->within_ms);
        break;
    case WR_ACT_MATCH:
        wc_init_field(&init, "arm", "arm");
        break;
    case WR_ACT_ALL:
    case WR_ACT_EACH:
        wc_enter_members(fn, &init, stage);
        break;
    case WR_ACT_RUN:
        wc_init_field(&init, "value", "%s", wc_address(fn, wc_value_of(fn, action->value)));
        break;
    }
    wc_init_write(fn->out, "turn->action = (struct wr_action)", &init, true, ";");
}

/* ---- what came ---------------------------------------------------------------------------- */

/* Where the value is kept; an item's is kept by the engine, what members gave is there already. */
static const char *keeper_of(struct wc_arena *arena, const struct wc_stage *stage)
{
    const struct wc_stage *above = stage->above;
    if (above && (above->action.kind == WR_ACT_EACH || stage->operation))
        return NULL;
    if (above)
        return wc_arena_printf(arena, "members_of_%s.%s", above->name,
                               wc_c_name(arena, stage->name));
    return stage->action.kind == WR_ACT_ALL ? NULL : wc_c_stage(arena, stage);
}

static void emit_came(struct wc_function *fn, struct wc_machine *machine,
                      const struct wc_stage *stage)
{
    const char *keeper = keeper_of(fn->arena, stage);
    bool each = stage->action.kind == WR_ACT_EACH;
    if (stage->checks.count == 0 && !each) {
        if (stage->action.as && keeper)
            wc_line(fn, "frame->%s = turn->value;", keeper);
        return;
    }
    if (each)
        wc_collect_items(fn, stage);
    if (each && stage->checks.count)
        wc_line(fn, "turn->value = it;");
    else if (stage->action.kind == WR_ACT_ALL)
        wc_line(fn, "turn->value = &frame->members_of_%s;", stage->name);
    WC_EACH(i, &stage->checks)
    {
        wc_line(fn, "if (!%s(turn))", wc_check_function(machine, stage, &stage->checks.items[i]));
        wc_line(fn, "    return;");
    }
    if (keeper)
        wc_line(fn, "frame->%s = %s;", keeper, each ? "it" : "turn->value");
}

/* ---- the function ------------------------------------------------------------------------- */

/* Does a line at eight columns declare something? */
static bool declares(const struct wc_buf *body)
{
    static const char *const types[] = {"struct ", "const ",  "bool ",    "int64_t ",
                                        "double ", "size_t ", "uint16_t "};
    for (const char *line = body->data; line && *line; line = strchr(line, '\n') + 1)
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (strncmp(line, "        ", 8) == 0 &&
                strncmp(line + 8, types[i], strlen(types[i])) == 0)
                return true;
    return false;
}

/* A case and what stands under it, in braces where it declares something. */
static void emit_case(struct wc_buf *out, const char *label, const struct wc_buf *body)
{
    bool braces = declares(body);
    wc_buf_printf(out, "    case %s:%s\n", label, braces ? " {" : "");
    if (body->len)
        wc_buf_add(out, body->data, body->len);
    wc_buf_printf(out, "        return;\n%s", braces ? "    }\n" : "");
}

void wc_emit_stage(struct wc_buf *out, struct wc_machine *machine, const struct wc_stage *stage)
{
    struct wc_buf enter = {0}, came = {0};
    struct wc_function fn = {
        .arena = machine->arena,
        .out = &enter,
        .indent = 8,
        .memory = "turn->arena",
        .patterns = machine->patterns,
    };
    machine->current = stage;
    emit_enter(&fn, machine, stage);
    fn.out = &came;
    fn.temps = 0;
    fn.made.count = 0;
    emit_came(&fn, machine, stage);

    const struct wc_stage *above = stage->above;
    const char *what = !above                              ? "stage %s (%s)"
                       : above->action.kind == WR_ACT_EACH ? "an item of %s (%s)"
                       : stage->operation                  ? "tool %s (%s)"
                                                           : "member %s (%s)";
    wc_c_banner(out, what, stage->name, wc_source_place(machine->arena, stage->span));
    wc_buf_printf(out, "static void %s(struct wr_turn *turn)\n{\n",
                  wc_c_run(machine->arena, stage));
    if ((enter.len && strstr(enter.data, "frame")) || (came.len && strstr(came.data, "frame")))
        wc_buf_text(out, "    struct frame *frame = turn->frame;\n");
    wc_buf_text(out, "    switch (turn->point) {\n");
    emit_case(out, "WR_ENTER", &enter);
    emit_case(out, "WR_CHECK", &came);
    wc_buf_text(out, "    }\n}\n");
    wc_buf_free(&enter);
    wc_buf_free(&came);
}
