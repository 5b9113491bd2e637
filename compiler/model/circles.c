/* Schemas that hold each other: which they are, that a depth bounds each way around, that a value of
 * them can end, and which labels are in what they hold. */
#include "compiler/model/resolver.h"

/* ---- which hold each other: Tarjan's strongly connected components --------------------------- */

struct node {
    size_t index, low; /* from 1; 0: not visited */
    bool waiting;      /* on the stack */
    bool holds_itself;
};

struct walk {
    struct wc_resolver *r;
    struct node *nodes; /* by schema */
    size_t visited, circles;
    WC_VEC(struct wc_schema *) stack;
    struct wc_schema *from; /* whose fields are visited */
};

static void visit(struct walk *walk, struct wc_schema *schema);

static void follow(void *user, struct wc_schema *to)
{
    struct walk *walk = user;
    struct wc_schema *from = walk->from;
    struct node *node = &walk->nodes[from->id], *next = &walk->nodes[to->id];
    node->holds_itself = node->holds_itself || to == from;
    if (!next->index) {
        visit(walk, to);
        walk->from = from;
        node->low = next->low < node->low ? next->low : node->low;
    } else if (next->waiting) {
        node->low = next->index < node->low ? next->index : node->low;
    }
}

/* The schemas above `schema` on the stack, and itself, hold each other. */
static void close_circle(struct walk *walk, struct wc_schema *schema)
{
    struct node *node = &walk->nodes[schema->id];
    size_t first = walk->stack.count;
    uint64_t levels = 0;
    do {
        first--;
        walk->nodes[walk->stack.items[first]->id].waiting = false;
        levels += walk->stack.items[first]->depth;
    } while (walk->stack.items[first] != schema);
    if (walk->stack.count - first > 1 || node->holds_itself) {
        walk->circles++;
        for (size_t i = first; i < walk->stack.count; i++) {
            walk->stack.items[i]->circle = walk->circles;
            walk->stack.items[i]->levels = (uint32_t)levels;
        }
    }
    walk->stack.count = first;
}

static void visit(struct walk *walk, struct wc_schema *schema)
{
    struct node *node = &walk->nodes[schema->id];
    node->index = node->low = ++walk->visited;
    node->waiting = true;
    wc_push(walk->r->arena, &walk->stack, schema);
    WC_EACH(i, &schema->fields)
    {
        walk->from = schema;
        wc_each_schema(schema->fields.items[i].type, follow, walk);
    }
    if (node->low == node->index)
        close_circle(walk, schema);
}

static void find_circles(struct wc_resolver *r)
{
    struct walk walk = {.r = r,
                        .nodes = WC_NEW_ARRAY(r->arena, struct node, r->model->schemas.count + 1)};
    WC_EACH(i, &r->model->schemas)
    {
        struct wc_schema *schema = r->model->schemas.items[i];
        if (!walk.nodes[i].index)
            visit(&walk, schema);
    }
}

/* ---- every way around goes through a depth -------------------------------------------------- */

enum mark { FRESH, OPEN, DONE };

struct unbounded {
    struct wc_resolver *r;
    enum mark *marks; /* by schema */
    const struct wc_schema *from;
    struct wc_field *field;
};

static void refuse_endless(struct unbounded *walk, const struct wc_schema *inner)
{
    struct wc_diag *diag;
    if (inner == walk->from)
        diag = wc_report(walk->r->diags, WC_E0509, walk->field->type->span, "`%s` contains itself",
                         inner->name);
    else
        diag = wc_report(walk->r->diags, WC_E0509, walk->field->type->span,
                         "`%s` contains itself through `%s`", inner->name, walk->from->name);
    wc_diag_label(walk->r->diags, diag, "closes the circle");
    wc_diag_also(walk->r->diags, diag, inner->span, "the schema");
    wc_diag_note(walk->r->diags, diag, "a value of it could be nested without end");
    wc_diag_help(walk->r->diags, diag,
                 "say how deep it may be, for example `schema %s depth 5 { … }`", inner->name);
    walk->field->type = wc_type_new(walk->r->arena, WC_TYPE_UNKNOWN, walk->field->type->span);
}

static void seek_endless(struct unbounded *walk, struct wc_schema *schema);

static void step(void *user, struct wc_schema *inner)
{
    struct unbounded *walk = user;
    struct unbounded here = *walk;
    if (inner->depth || !inner->circle || inner->circle != walk->from->circle)
        return;
    if (walk->marks[inner->id] == OPEN)
        refuse_endless(walk, inner);
    else if (walk->marks[inner->id] == FRESH)
        seek_endless(walk, inner);
    *walk = here;
}

/* Goes only where no depth is. */
static void seek_endless(struct unbounded *walk, struct wc_schema *schema)
{
    walk->marks[schema->id] = OPEN;
    WC_EACH(i, &schema->fields)
    {
        walk->from = schema;
        walk->field = &schema->fields.items[i];
        wc_each_schema(walk->field->type, step, walk);
    }
    walk->marks[schema->id] = DONE;
}

static void need_depths(struct wc_resolver *r)
{
    struct unbounded walk = {r, WC_NEW_ARRAY(r->arena, enum mark, r->model->schemas.count + 1),
                             NULL, NULL};
    WC_EACH(i, &r->model->schemas)
    {
        struct wc_schema *schema = r->model->schemas.items[i];
        if (schema->depth && !schema->circle) {
            struct wc_diag *diag =
                wc_report(r->diags, WC_E0322, schema->depth_span,
                          "`%s` has a depth and does not contain itself", schema->name);
            wc_diag_label(r->diags, diag, "without effect");
            wc_diag_help(r->diags, diag, "delete it");
        }
        if (schema->circle && !schema->depth && walk.marks[i] == FRESH)
            seek_endless(&walk, schema);
    }
}

/* ---- a value of it can end ------------------------------------------------------------------ */

/* Is there a value of this type, as far as is known? */
static bool can_end(const struct wc_type *type, const bool *ends)
{
    if (type->nullable)
        return true;
    if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        return !type->has_min || type->min == 0 || can_end(type->element, ends);
    for (size_t i = 0; type->kind == WC_TYPE_UNION && i < type->choice->variants.count; i++)
        if (ends[type->choice->variants.items[i].schema->id])
            return true;
    return type->kind != WC_TYPE_UNION && (type->kind != WC_TYPE_SCHEMA || ends[type->schema->id]);
}

/* The field that each value must have and no value can, as far as is known; or NULL. */
static const struct wc_field *stuck_at(const struct wc_schema *schema, const bool *ends)
{
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        if (!field->optional && !field->fallback && !can_end(field->type, ends))
            return field;
    }
    return NULL;
}

static void refuse_bottomless(struct wc_resolver *r, const struct wc_schema *schema,
                              const struct wc_field *field)
{
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0323, field->span, "no value of `%s` can end", schema->name);
    wc_diag_label(r->diags, diag, "each must hold another here");
    wc_diag_also(r->diags, diag, schema->span, "the schema");
    wc_diag_help(r->diags, diag, "make the field optional with `?`, or a list that may be empty");
}

/* Of the schemas in circles; in rounds, for one may end by another. */
static void need_ends(struct wc_resolver *r)
{
    bool *ends = WC_NEW_ARRAY(r->arena, bool, r->model->schemas.count + 1);
    bool more = true;
    WC_EACH(i, &r->model->schemas)
    {
        ends[i] = !r->model->schemas.items[i]->circle;
    }
    while (more) {
        more = false;
        WC_EACH(i, &r->model->schemas)
        {
            if (ends[i] || stuck_at(r->model->schemas.items[i], ends))
                continue;
            ends[i] = more = true;
        }
    }
    WC_EACH(i, &r->model->schemas)
    {
        const struct wc_schema *schema = r->model->schemas.items[i];
        if (!ends[i])
            refuse_bottomless(r, schema, stuck_at(schema, ends));
    }
}

/* ---- labels --------------------------------------------------------------------------------- */

static void take_labels(void *user, struct wc_schema *inner)
{
    unsigned *labels = user;
    *labels |= inner->all_labels;
}

unsigned wc_labels_in(const struct wc_type *type)
{
    unsigned labels = 0;
    wc_each_schema(type, take_labels, &labels);
    return labels;
}

/* In rounds: around a circle a label comes back to where it was. */
static void spread_labels(struct wc_model *model)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = model->schemas.count; i-- > 0;) {
            struct wc_schema *schema = model->schemas.items[i];
            unsigned labels = schema->all_labels;
            WC_EACH(k, &schema->fields)
            {
                labels |= schema->fields.items[k].labels;
                wc_each_schema(schema->fields.items[k].type, take_labels, &labels);
            }
            more = more || labels != schema->all_labels;
            schema->all_labels = labels;
        }
    }
}

void wc_resolve_circles(struct wc_resolver *r)
{
    find_circles(r);
    need_depths(r);
    need_ends(r);
    spread_labels(r->model);
    WC_EACH(i, &r->model->schemas)
    {
        struct wc_schema *schema = r->model->schemas.items[i];
        schema->extents = WC_NEW_ARRAY(r->arena, struct wc_extent, schema->levels + 1);
    }
}
