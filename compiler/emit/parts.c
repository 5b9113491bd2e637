/* Keys, served values, checks and prompts: the small functions that a machine's tables and stages share. */
#include "compiler/emit/machine.h"
#include "compiler/model/classes.h"

#include <ctype.h>
#include <string.h>

static const struct wc_part *find(const struct wc_parts *parts, const char *name)
{
    WC_EACH(i, &parts->list)
    {
        if (strcmp(parts->list.items[i].name, name) == 0)
            return &parts->list.items[i];
    }
    return NULL;
}

const char *wc_part(struct wc_machine *machine, struct wc_parts *parts, const char *name,
                    const char *comment, const char *body)
{
    WC_EACH(i, &parts->list)
    {
        if (strcmp(parts->list.items[i].body, body) == 0)
            return parts->list.items[i].name;
    }
    const char *called = name;
    for (size_t n = 2; find(parts, called); n++)
        called = wc_arena_printf(machine->arena, "%s_%zu", name, n);
    struct wc_part part = {.name = called, .comment = comment, .body = body};
    wc_push(machine->arena, &parts->list, part);
    return called;
}

/* Takes what was written to `text` and frees it. */
static const char *body_take(struct wc_machine *machine, struct wc_buf *text)
{
    const char *body = wc_arena_copy(machine->arena, text->len ? text->data : "", text->len);
    wc_buf_free(text);
    return body;
}

static struct wc_function function_in(struct wc_machine *machine, struct wc_buf *text,
                                      const char *memory)
{
    return (struct wc_function){.arena = machine->arena,
                                .out = text,
                                .indent = 4,
                                .memory = memory,
                                .patterns = machine->patterns};
}

/* In what is not the item's own function the frame says which item it is. */
static const char *item_index(const struct wc_machine *machine)
{
    const struct wc_stage *above = machine->current ? machine->current->above : NULL;
    return above ? wc_arena_printf(machine->arena, "frame->index_of_%s", above->name) : "";
}

/* ---- keys --------------------------------------------------------------------------------- */

/* "input", "input_account_id": what the key is of, where that has a name. */
static const char *key_name(struct wc_arena *arena, const struct wc_expr *key)
{
    switch (key->kind) {
    case WC_EXPR_INPUT:
        return "key_input";
    case WC_EXPR_STAGE:
        return wc_arena_printf(arena, "key_%s", key->stage->name);
    case WC_EXPR_FIELD:
        return wc_arena_printf(arena, "%s_%s", key_name(arena, key->kids[0]), key->name);
    default:
        return "key";
    }
}

const char *wc_key_function(struct wc_machine *machine, const struct wc_expr *key)
{
    struct wc_buf text = {0};
    struct wc_function fn = function_in(machine, &text, "wr_writer_arena(out)");
    wc_declare_item(&fn, machine->current, key, item_index(machine));
    wc_write_key(&fn, key);
    const char *comment =
        wc_arena_printf(machine->arena, "by %s", wc_span_text(machine->arena, key->span));
    return wc_part(machine, &machine->keys, key_name(machine->arena, key), comment,
                   body_take(machine, &text));
}

/* ---- served values ------------------------------------------------------------------------ */

const char *wc_served_function(struct wc_machine *machine, const struct wc_stage *stage,
                               const struct wc_expr *with)
{
    struct wc_buf text = {0};
    struct wc_function fn = function_in(machine, &text, "arena");
    const struct wc_schema *output = machine->workflow->output;
    const char *address = wc_address_as(&fn, with, output);
    wc_line(&fn, "return %s;", address);
    const char *comment =
        wc_arena_printf(machine->arena, "with %s", wc_span_text(machine->arena, with->span));
    return wc_part(machine, &machine->served,
                   wc_arena_printf(machine->arena, "serve_%s", stage->name), comment,
                   body_take(machine, &text));
}

/* ---- checks ------------------------------------------------------------------------------- */

static bool reads_it(const struct wc_expr *expr)
{
    bool reads = expr->kind == WC_EXPR_IT;
    for (size_t i = 0; i < expr->kid_count && !reads; i++)
        reads = expr->kids[i] && reads_it(expr->kids[i]);
    return reads;
}

const char *wc_check_function(struct wc_machine *machine, const struct wc_stage *stage,
                              const struct wc_check *check)
{
    struct wc_buf text = {0};
    struct wc_function fn = function_in(machine, &text, "turn->arena");
    const struct wc_user_error *otherwise = check->otherwise;
    if (reads_it(check->condition))
        wc_line(&fn, "const %s *it = turn->value;", wc_c_type(fn.arena, stage->action.as));
    wc_declare_item(&fn, stage, check->condition, "turn->index");
    wc_line(&fn, "if (%s)", wc_bare(&fn, wc_value_of(&fn, check->condition).text));
    wc_line(&fn, "    return true;");
    wc_line(&fn, "turn->raised = WR_CLASS_%s;",
            otherwise ? wc_class_name(otherwise->class) : "check_failed");
    if (otherwise)
        wc_line(&fn, "turn->raised_error = ERROR_%s;", otherwise->name);
    wc_c_assign_text(fn.out, fn.indent, "turn->raised_check", check->text, strlen(check->text),
                     ";");
    wc_line(&fn, "return false;");
    const char *name =
        wc_arena_printf(fn.arena, "check_%s", otherwise ? otherwise->name : stage->name);
    return wc_part(machine, &machine->checks, name,
                   otherwise ? otherwise->message
                             : wc_arena_printf(fn.arena, "of stage %s", stage->name),
                   body_take(machine, &text));
}

/* ---- prompts ------------------------------------------------------------------------------ */

static const char *prompt_name(struct wc_arena *arena, const struct wc_prompt *prompt)
{
    char *name = wc_arena_printf(arena, "prompt_%s", prompt->label ? prompt->label : "text");
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

const char *wc_prompt_function(struct wc_machine *machine, const struct wc_prompt *prompt)
{
    struct wc_buf text = {0};
    struct wc_function fn = function_in(machine, &text, "arena");
    wc_declare_item(&fn, machine->current, prompt->text, item_index(machine));
    wc_line(&fn, "struct wr_text text = {.arena = arena};");
    wc_add_text(&fn, "text", prompt->text, WC_AS_PLAIN);
    wc_line(&fn, "return wr_text_done(&text);");
    const char *comment = prompt->path ? prompt->path : "written in the specification";
    return wc_part(machine, &machine->prompts, prompt_name(machine->arena, prompt), comment,
                   body_take(machine, &text));
}

const char *wc_prompt_version(struct wc_arena *arena, const struct wc_stage *stage)
{
    const struct wc_action *action = &stage->action;
    if (action->kind != WR_ACT_ASK || action->prompts.count == 0)
        return NULL;
    const struct wc_prompt *last = &action->prompts.items[action->prompts.count - 1];
    const char *label = last->label ? last->label : stage->name;
    if (action->prompts.count == 1 && !action->examples_hash)
        return wc_arena_printf(arena, "%s@%s", label, last->hash);
    struct wc_buf all = {0};
    WC_EACH(i, &action->prompts)
    {
        const struct wc_prompt *prompt = &action->prompts.items[i];
        wc_buf_printf(&all, "%s %s\n", prompt->role, prompt->hash);
    }
    if (action->examples_hash)
        wc_buf_printf(&all, "examples %s\n", action->examples_hash);
    const char *hash = wc_hash(arena, all.data, all.len);
    wc_buf_free(&all);
    return wc_arena_printf(arena, "%s@%s", label, hash);
}
