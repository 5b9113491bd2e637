/* Objects and lists that an expression builds: a struct in the job's memory, filled field by field.
 * A value of another schema of the same shape is copied field by field. */
#include "compiler/emit/expr.h"

#include <string.h>

/* Without the parentheses around all of it. */
static const char *bare(struct wc_function *fn, const char *text)
{
    size_t len = strlen(text);
    int depth = 0;
    for (size_t i = 0; i < len; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (depth == 0 && i + 1 < len)
            return text;
    }
    return text[0] == '(' ? wc_arena_copy(fn->arena, text + 1, len - 2) : text;
}

/* Sets an optional field's flag; a pointer needs none. */
static void set_flag(struct wc_function *fn, const char *object, const struct wc_schema *schema,
                     const struct wc_field *field)
{
    const char *has = wc_is_maybe(field) ? wc_c_has(fn->arena, schema, field) : NULL;
    if (has)
        wc_line(fn, "%s->%s = true;", object, has);
}

/* A field that is given no value: its default, or nothing. */
static void leave_unset(struct wc_function *fn, const char *object, const struct wc_schema *schema,
                        const struct wc_field *field)
{
    if (!field->fallback || field->fallback->kind == WC_LIT_NULL)
        return;
    set_flag(fn, object, schema, field);
    wc_line(fn, "%s->%s = %s;", object, wc_c_name(fn->arena, field->name),
            wc_c_literal(fn->arena, field->fallback));
}

static void set_field(struct wc_function *fn, const char *object, const struct wc_schema *schema,
                      const struct wc_field *field, const struct wc_expr *from)
{
    if (from->kind == WC_EXPR_LITERAL && from->literal.kind == WC_LIT_NULL)
        return; /* as the memory is */
    const char *set = wc_present(fn, from);
    if (set) {
        wc_line(fn, "if (%s) {", set);
        fn->indent += 4;
    }
    struct wc_value value = wc_value_of(fn, from);
    const char *name = wc_c_name(fn->arena, field->name);
    const char *text = bare(fn, value.text);
    if (field->type->kind == WC_TYPE_SCHEMA) {
        const char *address = wc_address(fn, value);
        if (from->type->schema != field->type->schema)
            address = wc_copy_as(fn, address, from->type->schema, field->type->schema);
        text = wc_arena_printf(fn->arena, "%s%s", wc_is_maybe(field) ? "" : "*", address);
    }
    set_flag(fn, object, schema, field);
    wc_line(fn, "%s->%s = %s;", object, name, text);
    if (set) {
        fn->indent -= 4;
        wc_line(fn, "}");
    }
}

static const char *new_object(struct wc_function *fn, const struct wc_schema *schema)
{
    const char *object = wc_arena_printf(fn->arena, "made_%zu", ++fn->temps);
    wc_line(fn, "struct %s *%s = wr_arena_alloc(%s, sizeof *%s);", wc_c_schema(fn->arena, schema),
            object, fn->memory, object);
    return object;
}

static struct wc_value build_object(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_schema *schema = expr->type->schema;
    const char *object = new_object(fn, schema);
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        const struct wc_expr *kid = i < expr->kid_count ? expr->kids[i] : NULL;
        if (kid)
            set_field(fn, object, schema, field, kid);
        else
            leave_unset(fn, object, schema, field);
    }
    return (struct wc_value){object, true, WC_OP_NONE};
}

static struct wc_value build_list(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_type *element = expr->type->element;
    const char *type = wc_c_type(fn->arena, expr->type);
    if (expr->kid_count == 0)
        return (struct wc_value){wc_arena_printf(fn->arena, "(%s){0}", type), false, WC_OP_NONE};
    size_t id = ++fn->temps;
    wc_line(fn, "%s *items_%zu = wr_arena_alloc(%s, %zu * sizeof *items_%zu);",
            wc_c_element(fn->arena, element), id, fn->memory, expr->kid_count, id);
    for (size_t i = 0; i < expr->kid_count; i++) {
        struct wc_value value = wc_value_of(fn, expr->kids[i]);
        const char *deref = value.pointer && element->kind == WC_TYPE_SCHEMA ? "*" : "";
        wc_line(fn, "items_%zu[%zu] = %s%s;", id, i, deref, value.text);
    }
    return (struct wc_value){
        wc_arena_printf(fn->arena, "(%s){items_%zu, %zu}", type, id, expr->kid_count), false,
        WC_OP_NONE};
}

static const struct wc_field *find_field(const struct wc_schema *schema, const char *name)
{
    WC_EACH(i, &schema->fields)
    {
        if (schema->fields.items[i].name == name)
            return &schema->fields.items[i];
    }
    return NULL;
}

/* One field that both schemas have. */
static void copy_field(struct wc_function *fn, const char *object, const char *from,
                       const struct wc_schema *source, const struct wc_schema *target,
                       const struct wc_field *field)
{
    const struct wc_field *there = find_field(source, field->name);
    if (!there) {
        leave_unset(fn, object, target, field);
        return;
    }
    const char *name = wc_c_name(fn->arena, field->name);
    const char *has = wc_is_maybe(there) ? wc_c_has(fn->arena, source, there) : NULL;
    if (wc_is_maybe(there)) {
        wc_line(fn, "if (%s->%s) {", from, has ? has : name);
        fn->indent += 4;
    }
    bool object_field = field->type->kind == WC_TYPE_SCHEMA;
    const char *address = wc_arena_printf(
        fn->arena, "%s%s->%s", object_field && !wc_is_maybe(there) ? "&" : "", from, name);
    if (object_field && there->type->schema != field->type->schema)
        address = wc_copy_as(fn, address, there->type->schema, field->type->schema);
    set_flag(fn, object, target, field);
    wc_line(fn, "%s->%s = %s%s;", object, name, object_field && !wc_is_maybe(field) ? "*" : "",
            address);
    if (wc_is_maybe(there)) {
        fn->indent -= 4;
        wc_line(fn, "}");
    }
}

const char *wc_copy_as(struct wc_function *fn, const char *from, const struct wc_schema *source,
                       const struct wc_schema *target)
{
    const char *object = new_object(fn, target);
    WC_EACH(i, &target->fields)
    {
        copy_field(fn, object, from, source, target, &target->fields.items[i]);
    }
    return object;
}

struct wc_value wc_build(struct wc_function *fn, const struct wc_expr *expr)
{
    if (expr->kind == WC_EXPR_OBJECT && expr->type->schema)
        return build_object(fn, expr);
    if (expr->kind == WC_EXPR_LIST)
        return build_list(fn, expr);
    return (struct wc_value){.text = "wr_not_compiled", .joint = WC_OP_NONE};
}
