/* Objects and lists that an expression builds: a struct in the job's memory, filled field by field.
 * A value of another schema of the same shape is copied field by field. */
#include "compiler/emit/expr.h"
#include "compiler/model/type.h"

#include <string.h>

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
    if (field->fallback->kind == WC_LIT_EMPTY)
        return; /* as the memory is */
    wc_line(fn, "%s->%s = %s;", object, wc_c_name(fn->arena, field->name),
            wc_c_literal(fn->arena, field->fallback));
}

static void set_field(struct wc_function *fn, const char *object, const struct wc_schema *schema,
                      const struct wc_field *field, const struct wc_expr *from)
{
    if (from->kind == WC_EXPR_LITERAL && from->literal.kind == WC_LIT_NULL)
        return; /* as the memory is */
    const char *set = wc_present(fn, from);
    size_t mark = 0;
    if (set) {
        wc_line(fn, "if (%s) {", set);
        mark = wc_begin_block(fn);
    }
    struct wc_value value = wc_value_of(fn, from);
    const char *name = wc_c_name(fn->arena, field->name);
    const char *text = NULL;
    if (field->type->kind == WC_TYPE_SCHEMA) {
        const char *address = wc_address(fn, value);
        if (from->type->schema != field->type->schema)
            address = wc_copy_as(fn, address, from->type->schema, field->type->schema);
        text = wc_arena_printf(fn->arena, "%s%s", wc_is_maybe(field) ? "" : "*", address);
    } else {
        text = wc_bare(fn, wc_convert(fn, value, from->type, wc_type_set(fn->arena, field->type)));
    }
    set_flag(fn, object, schema, field);
    wc_line(fn, "%s->%s = %s;", object, name, text);
    if (set) {
        wc_end_block(fn, mark);
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

/* `...list` among the items. */
static void add_spread(struct wc_function *fn, const char *name, const struct wc_expr *list,
                       const struct wc_type *element)
{
    const char *items = wc_named(fn, list, "list");
    size_t id = ++fn->temps;
    wc_line(fn, "for (size_t i_%zu = 0; i_%zu < %s.count; i_%zu++) {", id, id, items, id);
    size_t mark = wc_begin_block(fn);
    struct wc_value item = wc_plain(wc_arena_printf(fn->arena, "%s.items[i_%zu]", items, id));
    wc_line(fn, "%s.items[%s.count++] = %s;", name, name,
            wc_convert(fn, item, list->type->element, element));
    wc_end_block(fn, mark);
    wc_line(fn, "}");
}

/* A list that others are spread in: as long as they are together. */
static struct wc_value build_spread(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_type *element = expr->type->element;
    const char *name = wc_arena_printf(fn->arena, "items_%zu", ++fn->temps), *count = NULL;
    size_t written = 0;
    for (size_t i = 0; i < expr->kid_count; i++) {
        if (expr->kids[i]->kind != WC_EXPR_SPREAD) {
            written++;
            continue;
        }
        const char *list = wc_named(fn, expr->kids[i]->kids[0], "list");
        count = count ? wc_arena_printf(fn->arena, "%s + %s.count", count, list)
                      : wc_arena_printf(fn->arena, "%s.count", list);
    }
    if (written)
        count = wc_arena_printf(fn->arena, "%s + %zu", count, written);
    wc_line(fn, "%s %s = {0};", wc_c_type(fn->arena, expr->type), name);
    wc_line(fn, "%s.items = wr_arena_alloc(%s, (%s) * sizeof *%s.items);", name, fn->memory, count,
            name);
    for (size_t i = 0; i < expr->kid_count; i++) {
        const struct wc_expr *kid = expr->kids[i];
        if (kid->kind == WC_EXPR_SPREAD)
            add_spread(fn, name, kid->kids[0], element);
        else
            wc_line(fn, "%s.items[%s.count++] = %s;", name, name,
                    wc_convert(fn, wc_value_of(fn, kid), kid->type, element));
    }
    return wc_plain(name);
}

static struct wc_value build_list(struct wc_function *fn, const struct wc_expr *expr)
{
    const struct wc_type *element = expr->type->element;
    const char *type = wc_c_type(fn->arena, expr->type);
    if (expr->kid_count == 0)
        return wc_plain(wc_arena_printf(fn->arena, "(%s){0}", type));
    for (size_t i = 0; i < expr->kid_count; i++)
        if (expr->kids[i]->kind == WC_EXPR_SPREAD)
            return build_spread(fn, expr);
    size_t id = ++fn->temps;
    wc_line(fn, "%s *items_%zu = wr_arena_alloc(%s, %zu * sizeof *items_%zu);",
            wc_c_element(fn->arena, element), id, fn->memory, expr->kid_count, id);
    for (size_t i = 0; i < expr->kid_count; i++) {
        struct wc_value value = wc_value_of(fn, expr->kids[i]);
        wc_line(fn, "items_%zu[%zu] = %s;", id, i,
                wc_convert(fn, value, expr->kids[i]->type, element));
    }
    return wc_plain(wc_arena_printf(fn->arena, "(%s){items_%zu, %zu}", type, id, expr->kid_count));
}

/* ---- another type of the same values ------------------------------------------------------ */

static bool is_same_c(struct wc_arena *arena, const struct wc_type *a, const struct wc_type *b)
{
    return strcmp(wc_c_type_word(arena, a), wc_c_type_word(arena, b)) == 0;
}

/* A list whose items have another type in C is made anew, item by item. */
static const char *convert_list(struct wc_function *fn, struct wc_value value,
                                const struct wc_type *from, const struct wc_type *into)
{
    size_t id = ++fn->temps;
    const char *list = wc_arena_printf(fn->arena, "list_%zu", id);
    const char *name = wc_arena_printf(fn->arena, "as_%zu", id);
    wc_line(fn, "const %s %s = %s;", wc_c_type(fn->arena, from), list, value.text);
    wc_line(fn, "%s %s = {0};", wc_c_type(fn->arena, into), name);
    wc_line(fn, "%s.items = wr_arena_alloc(%s, %s.count * sizeof *%s.items);", name, fn->memory,
            list, name);
    wc_line(fn, "for (; %s.count < %s.count; %s.count++) {", name, list, name);
    size_t mark = wc_begin_block(fn);
    struct wc_value item = wc_plain(wc_arena_printf(fn->arena, "%s.items[%s.count]", list, name));
    wc_line(fn, "%s.items[%s.count] = %s;", name, name,
            wc_convert(fn, item, from->element, into->element));
    wc_end_block(fn, mark);
    wc_line(fn, "}");
    return name;
}

/* A map whose values have another type in C. */
static const char *convert_map(struct wc_function *fn, struct wc_value value,
                               const struct wc_type *from, const struct wc_type *into)
{
    size_t id = ++fn->temps;
    const char *map = wc_arena_printf(fn->arena, "map_%zu", id);
    const char *name = wc_arena_printf(fn->arena, "as_%zu", id);
    wc_line(fn, "const %s %s = %s;", wc_c_type(fn->arena, from), map, value.text);
    wc_line(fn, "%s %s = {0};", wc_c_type(fn->arena, into), name);
    wc_line(fn, "%s.items = wr_arena_alloc(%s, %s.count * sizeof *%s.items);", name, fn->memory,
            map, name);
    wc_line(fn, "for (; %s.count < %s.count; %s.count++) {", name, map, name);
    size_t mark = wc_begin_block(fn);
    struct wc_value item =
        wc_plain(wc_arena_printf(fn->arena, "%s.items[%s.count].value", map, name));
    wc_line(fn, "%s.items[%s.count].key = %s.items[%s.count].key;", name, name, map, name);
    wc_line(fn, "%s.items[%s.count].value = %s;", name, name,
            wc_convert(fn, item, from->element, into->element));
    wc_end_block(fn, mark);
    wc_line(fn, "}");
    return name;
}

/* A value as what may be null, in a list or a map: in a struct that says whether it is there. */
static const char *convert_maybe(struct wc_function *fn, struct wc_value value,
                                 const struct wc_type *from, const struct wc_type *into)
{
    const char *type = wc_c_element(fn->arena, into);
    const struct wc_type *inner = wc_type_set(fn->arena, into);
    if (from->kind == WC_TYPE_NULL)
        return wc_arena_printf(fn->arena, "(%s){0}", type);
    if (from->nullable && is_same_c(fn->arena, from, into))
        return value.text;
    bool pointer = into->kind == WC_TYPE_SCHEMA;
    if (!from->nullable && !pointer)
        return wc_arena_printf(fn->arena, "(%s){true, %s}", type,
                               wc_convert(fn, value, from, inner));
    if (!from->nullable) {
        const char *address = wc_address(fn, value);
        if (from->schema != into->schema)
            address = wc_copy_as(fn, address, from->schema, into->schema);
        return wc_arena_printf(fn->arena, "(%s){%s}", type, address);
    }
    const char *name = wc_arena_printf(fn->arena, "maybe_%zu", ++fn->temps);
    wc_line(fn, "%s %s = {0};", type, name);
    wc_line(fn, "if (%s.%s) {", value.text, pointer ? "value" : "has");
    size_t mark = wc_begin_block(fn);
    struct wc_value there = {wc_arena_printf(fn->arena, "%s.value", value.text), pointer,
                             WC_OP_NONE};
    wc_line(fn, "%s = %s;", name, convert_maybe(fn, there, wc_type_set(fn->arena, from), into));
    wc_end_block(fn, mark);
    wc_line(fn, "}");
    return name;
}

const char *wc_convert(struct wc_function *fn, struct wc_value value, const struct wc_type *from,
                       const struct wc_type *into)
{
    if (into->nullable)
        return convert_maybe(fn, value, from, into);
    if (from->kind == WC_TYPE_UNION && from->choice != into->choice)
        return wc_arena_printf(fn->arena, "wr_choice_as(%s, &%s, &%s)", value.text,
                               wc_c_union(fn->arena, from->choice),
                               wc_c_union(fn->arena, into->choice));
    if (from->kind == WC_TYPE_MAP && !is_same_c(fn->arena, from, into))
        return convert_map(fn, value, from, into);
    if (from->kind == WC_TYPE_INT && into->kind == WC_TYPE_NUMBER)
        return wc_arena_printf(fn->arena, "(double)%s", wc_operand(fn, value, WC_OP_MUL));
    if (from->kind == WC_TYPE_SCHEMA && into->kind == WC_TYPE_SCHEMA) {
        const char *address = wc_address(fn, value);
        if (from->schema == into->schema)
            return value.pointer ? wc_arena_printf(fn->arena, "*%s", address) : value.text;
        return wc_arena_printf(fn->arena, "*%s",
                               wc_copy_as(fn, address, from->schema, into->schema));
    }
    if (from->kind == WC_TYPE_LIST && into->kind == WC_TYPE_LIST &&
        from->element->kind != WC_TYPE_UNKNOWN && !is_same_c(fn->arena, from, into))
        return convert_list(fn, value, from, into);
    return value.text;
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
    size_t mark = 0;
    if (wc_is_maybe(there)) {
        wc_line(fn, "if (%s->%s) {", from, has ? has : name);
        mark = wc_begin_block(fn);
    }
    bool object_field = field->type->kind == WC_TYPE_SCHEMA;
    const char *address = wc_arena_printf(
        fn->arena, "%s%s->%s", object_field && !wc_is_maybe(there) ? "&" : "", from, name);
    if (object_field && there->type->schema != field->type->schema)
        address = wc_copy_as(fn, address, there->type->schema, field->type->schema);
    if (!object_field)
        address = wc_convert(fn, wc_plain(address), wc_type_set(fn->arena, there->type),
                             wc_type_set(fn->arena, field->type));
    set_flag(fn, object, target, field);
    wc_line(fn, "%s->%s = %s%s;", object, name, object_field && !wc_is_maybe(field) ? "*" : "",
            address);
    if (wc_is_maybe(there)) {
        wc_end_block(fn, mark);
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
    if (expr->kind == WC_EXPR_VARIANT)
        return wc_plain(wc_arena_printf(fn->arena, "(struct wr_choice){%zu, %s}", expr->field + 1,
                                        wc_address(fn, wc_value_of(fn, expr->kids[0]))));
    return (struct wc_value){.text = "wr_not_compiled", .joint = WC_OP_NONE};
}

const char *wc_address_as(struct wc_function *fn, const struct wc_expr *expr,
                          const struct wc_schema *schema)
{
    const char *address = wc_address(fn, wc_value_of(fn, expr));
    if (expr->type->kind != WC_TYPE_SCHEMA || expr->type->schema == schema)
        return address;
    return wc_copy_as(fn, address, expr->type->schema, schema);
}
