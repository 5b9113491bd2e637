/* The schemas in an order in which each comes after those it holds. */
#include "compiler/emit/schemas.h"

struct walk {
    struct wc_arena *arena;
    struct wc_schema_list *out;
    bool *met; /* by id */
};

static void visit_schema(struct walk *walk, struct wc_schema *schema);

/* Is it held by its address, so that its struct need not be known? */
static bool is_apart(const struct wc_field *field)
{
    return field->optional || field->type->kind != WC_TYPE_SCHEMA || field->type->nullable;
}

static void visit_type(struct walk *walk, const struct wc_schema *from,
                       const struct wc_field *field)
{
    const struct wc_type *type = field->type;
    while (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        type = type->element;
    if (type->kind != WC_TYPE_SCHEMA)
        return;
    bool around = from->circle && type->schema->circle == from->circle;
    if (!around || !is_apart(field))
        visit_schema(walk, type->schema);
}

static void visit_schema(struct walk *walk, struct wc_schema *schema)
{
    if (walk->met[schema->id])
        return;
    walk->met[schema->id] = true;
    WC_EACH(i, &schema->fields)
    {
        visit_type(walk, schema, &schema->fields.items[i]);
    }
    wc_push(walk->arena, walk->out, schema);
}

struct wc_schema_list wc_schemas_in_order(const struct wc_model *model)
{
    struct wc_schema_list list = {0};
    struct walk walk = {model->arena, &list,
                        WC_NEW_ARRAY(model->arena, bool, model->schemas.count)};
    WC_EACH(i, &model->schemas)
    {
        visit_schema(&walk, model->schemas.items[i]);
    }
    return list;
}
