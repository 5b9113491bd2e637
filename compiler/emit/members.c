/* Members and items in C: the structs of what they give together, where a frame keeps them, and the
 * variable of `each`. */
#include "compiler/emit/machine.h"

#include <string.h>

const char *wc_c_run(struct wc_arena *arena, const struct wc_stage *stage)
{
    if (!stage->above)
        return wc_arena_printf(arena, "stage_%s", stage->name);
    if (stage->above->action.kind == WR_ACT_EACH)
        return wc_arena_printf(arena, "item_of_%s", stage->above->name);
    /* Two names with `_` in them could make one of two pairs: their number tells them apart. */
    bool plain = !strchr(stage->above->name, '_') && !strchr(stage->name, '_');
    const char *number = plain ? "" : wc_arena_printf(arena, "_%zu", stage->id);
    return wc_arena_printf(arena, "%s_%s_%s%s", stage->operation ? "tool" : "member",
                           stage->above->name, stage->name, number);
}

bool wc_has_rows(const struct wc_stage *stage)
{
    return stage->turns || wc_is_gathering(stage);
}

bool wc_is_gathering(const struct wc_stage *stage)
{
    return stage->action.kind == WR_ACT_ALL || stage->action.kind == WR_ACT_EACH;
}

/* ---- structs ------------------------------------------------------------------------------ */

static void emit_struct(struct wc_buf *out, struct wc_arena *arena, const struct wc_schema *schema,
                        const char *comment)
{
    wc_buf_printf(out, "\n/* %s */\nstruct %s {\n", comment, wc_c_schema(arena, schema));
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        wc_buf_printf(out, "    %s%s %s%s;\n", field->optional ? "const " : "",
                      wc_c_type(arena, field->type), field->optional ? "*" : "",
                      wc_c_name(arena, field->name));
    }
    if (schema->fields.count == 0)
        wc_buf_text(out, "    char nothing; /* C knows no empty struct */\n");
    wc_buf_text(out, "};\n");
}

void wc_emit_member_types(struct wc_buf *out, struct wc_machine *machine)
{
    struct wc_arena *arena = machine->arena;
    WC_EACH(i, &machine->workflow->stages)
    {
        const struct wc_stage *stage = machine->workflow->stages.items[i];
        if (!wc_is_gathering(stage))
            continue;
        const struct wc_schema *row = stage->action.item_schema;
        if (row) {
            const char *name = wc_c_schema(arena, row);
            emit_struct(out, arena, row, wc_arena_printf(arena, "One of %s.items.", stage->name));
            wc_buf_printf(out,
                          "\nstruct list_of_%s {\n    struct %s *items;\n    size_t count;\n};\n",
                          name, name);
        }
        emit_struct(out, arena, stage->action.as->schema,
                    wc_arena_printf(arena, "What %s gives%s.", stage->name,
                                    row ? "" : "; NULL where a member gave nothing"));
    }
}

void wc_emit_member_fields(struct wc_buf *out, struct wc_machine *machine,
                           const struct wc_stage *stage)
{
    struct wc_arena *arena = machine->arena;
    const char *name = stage->name;
    if (stage->action.kind == WR_ACT_ALL) {
        wc_buf_printf(out, "    %s members_of_%s;\n", wc_c_type(arena, stage->action.as), name);
        return;
    }
    wc_buf_printf(out, "    %s items_of_%s;\n", wc_c_type(arena, stage->action.value->type), name);
    wc_buf_printf(out, "    const void **values_of_%s;\n", name);
    wc_buf_printf(out, "    size_t index_of_%s;\n", name);
}

/* ---- the variable of each ----------------------------------------------------------------- */

static bool reads_item(const struct wc_expr *expr, const char *item)
{
    if (!expr)
        return false;
    if (expr->kind == WC_EXPR_LOCAL && expr->local == 0 && strcmp(expr->name, item) == 0)
        return true;
    for (size_t i = 0; i < expr->kid_count; i++)
        if (reads_item(expr->kids[i], item))
            return true;
    return false;
}

/* What a model fills in for the call of a tool. */
static void declare_taken(struct wc_function *fn, const struct wc_stage *stage,
                          const struct wc_expr *expr)
{
    if (!stage->operation->takes || !reads_item(expr, "input"))
        return;
    struct wc_type type = {.kind = WC_TYPE_SCHEMA, .schema = stage->operation->takes};
    struct wc_expr input = {.kind = WC_EXPR_LOCAL, .name = "input", .type = &type};
    wc_line(fn, "const %s *%s = turn->taken;", wc_c_type(fn->arena, &type),
            wc_value_of(fn, &input).text);
}

void wc_declare_item(struct wc_function *fn, const struct wc_stage *stage,
                     const struct wc_expr *expr, const char *index)
{
    const struct wc_stage *above = stage ? stage->above : NULL;
    if (stage && stage->operation) {
        declare_taken(fn, stage, expr);
        return;
    }
    if (!above || above->action.kind != WR_ACT_EACH || !reads_item(expr, above->action.item))
        return;
    const struct wc_type *type = above->action.item_type;
    struct wc_expr item = {.kind = WC_EXPR_LOCAL, .name = above->action.item, .type = type};
    struct wc_value name = wc_value_of(fn, &item);
    wc_line(fn, "const %s %s%s = %sframe->items_of_%s.items[%s];", wc_c_type(fn->arena, type),
            name.pointer ? "*" : "", name.text, name.pointer ? "&" : "", above->name, index);
}

/* ---- what a stage with members does ------------------------------------------------------- */

void wc_enter_members(struct wc_function *fn, struct wc_init *init, const struct wc_stage *stage)
{
    const char *name = stage->name;
    if (stage->action.kind == WR_ACT_ALL) {
        wc_line(fn, "frame->%s = &frame->members_of_%s;", wc_c_stage(fn->arena, stage), name);
        return;
    }
    const char *list = wc_value_of(fn, stage->action.value).text;
    wc_line(fn, "frame->items_of_%s = %s;", name, list);
    wc_line(fn, "size_t count = frame->items_of_%s.count;", name);
    wc_line(fn, "frame->values_of_%s = wr_arena_alloc(turn->arena, (count + 1) * sizeof(void *));",
            name);
    wc_init_field(init, "count", "count");
}

/* Those that went well, in their order. */
void wc_collect_items(struct wc_function *fn, const struct wc_stage *stage)
{
    struct wc_arena *arena = fn->arena;
    const struct wc_stage *body = stage->members.items[0];
    const char *name = stage->name, *item = wc_c_schema(arena, stage->action.item_schema);
    wc_line(fn, "struct %s *it = wr_arena_alloc(turn->arena, sizeof *it);",
            wc_c_schema(arena, stage->action.as->schema));
    wc_line(fn, "size_t count = frame->items_of_%s.count;", name);
    wc_line(fn, "it->items.items = wr_arena_alloc(turn->arena, (count + 1) * sizeof(struct %s));",
            item);
    wc_line(fn, "for (size_t i = 0; i < count; i++) {");
    fn->indent += 4;
    if (body->action.as)
        wc_line(fn, "const %s *value = frame->values_of_%s[i];", wc_c_type(arena, body->action.as),
                name);
    wc_line(fn, "if (!%s) {",
            body->action.as ? "value" : wc_arena_printf(arena, "frame->values_of_%s[i]", name));
    wc_line(fn, "    it->failed++;");
    wc_line(fn, "    continue;");
    wc_line(fn, "}");
    wc_line(fn, "struct %s *row = &it->items.items[it->items.count++];", item);
    wc_line(fn, "row->index = (int64_t)i;");
    wc_line(fn, "row->item = frame->items_of_%s.items[i];", name);
    if (body->action.as)
        wc_line(fn, "row->value = *value;");
    fn->indent -= 4;
    wc_line(fn, "}");
}
