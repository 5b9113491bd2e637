/* The schemas in an order in which each comes after those it holds. */
#include "compiler/emit/schemas.h"

struct walk {
    struct wc_arena *arena;
    struct wc_schema_list *out;
    bool *met; /* by id */
};

static void visit_schema(struct walk *walk, struct wc_schema *schema);

static void visit_type(struct walk *walk, const struct wc_type *type)
{
    if (type->kind == WC_TYPE_SCHEMA)
        visit_schema(walk, type->schema);
    else if (type->element)
        visit_type(walk, type->element);
}

static void visit_schema(struct walk *walk, struct wc_schema *schema)
{
    if (walk->met[schema->id])
        return;
    walk->met[schema->id] = true;
    WC_EACH(i, &schema->fields)
    {
        visit_type(walk, schema->fields.items[i].type);
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
