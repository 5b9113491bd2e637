/* Sizes: schemas whose values no program could hold, each bounded by itself and beyond all measure
 * together: by bytes of JSON, by bytes of the struct, and by how deep they nest. */
#include "compiler/check/check.h"
#include "compiler/model/type.h"

#define JSON_MOST (INT64_C(1) << 40)   /* bytes; far above what any machine is sent */
#define STRUCT_MOST (INT64_C(1) << 20) /* bytes that every value takes, however little is in it */
#define MEMBER 24 /* bytes of the largest member that is no struct of its own */

struct sizing {
    const struct wc_model *model;
    struct wc_diags *diags;
    int64_t *structs; /* by schema: bytes, 0: not counted yet */
    int64_t (*of)(struct sizing *sizing, struct wc_schema *schema);
    int64_t most;
    bool part_exceeds;
};

static int64_t json_bytes(struct sizing *sizing, struct wc_schema *schema)
{
    struct wc_type type = {.kind = WC_TYPE_SCHEMA, .schema = schema};
    (void)sizing;
    return wc_json_bytes(&type);
}

static int64_t nest(struct sizing *sizing, struct wc_schema *schema)
{
    struct wc_type type = {.kind = WC_TYPE_SCHEMA, .schema = schema};
    (void)sizing;
    return wc_json_nest(&type);
}

static int64_t struct_bytes(struct sizing *sizing, struct wc_schema *schema)
{
    int64_t sum = 8;
    if (sizing->structs[schema->id])
        return sizing->structs[schema->id];
    sizing->structs[schema->id] = 1; /* what no value could end in is refused elsewhere */
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        bool held =
            field->type->kind == WC_TYPE_SCHEMA && !field->optional && !field->type->nullable;
        sum = wc_add_sat(sum, held ? struct_bytes(sizing, field->type->schema) : MEMBER);
    }
    return sizing->structs[schema->id] = sum;
}

static void look_at_part(void *user, struct wc_schema *part)
{
    struct sizing *sizing = user;
    sizing->part_exceeds = sizing->part_exceeds || sizing->of(sizing, part) > sizing->most;
}

/* Is it this schema that goes beyond, and not already one that it holds? */
static bool exceeds(struct sizing *sizing, struct wc_schema *schema)
{
    if (sizing->of(sizing, schema) <= sizing->most)
        return false;
    sizing->part_exceeds = false;
    WC_EACH(i, &schema->fields)
    {
        const struct wc_type *type = schema->fields.items[i].type;
        if (!(type->kind == WC_TYPE_SCHEMA && type->schema == schema))
            wc_each_schema(type, look_at_part, sizing);
    }
    return schema->circle || !sizing->part_exceeds;
}

/* The field that counts most. */
static const struct wc_field *largest(const struct wc_schema *schema)
{
    const struct wc_field *most = NULL;
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        if (!most || wc_json_bytes(field->type) > wc_json_bytes(most->type))
            most = field;
    }
    return most;
}

static void report(struct sizing *sizing, const struct wc_schema *schema, const char *what,
                   const char *help)
{
    const struct wc_field *field = largest(schema);
    struct wc_diag *diag = wc_report(sizing->diags, WC_E0324, schema->span, "`%s` is too large: %s",
                                     schema->name, what);
    wc_diag_label(sizing->diags, diag, "each part is bounded, and they multiply");
    if (field)
        wc_diag_also(sizing->diags, diag, field->span, "the largest of its fields");
    wc_diag_note(sizing->diags, diag,
                 "a bound that no program could hold is none: what reads such values would run out "
                 "of memory");
    wc_diag_help(sizing->diags, diag, "%s", help);
}

static bool check_one(struct sizing *sizing, struct wc_schema *schema)
{
    struct wc_arena *arena = sizing->diags->arena;
    sizing->of = nest;
    sizing->most = WC_LEVELS_MAX;
    if (exceeds(sizing, schema)) {
        report(sizing, schema,
               wc_arena_printf(arena, "its values may be nested more than %d deep", WC_LEVELS_MAX),
               schema->circle ? "give a smaller depth" : "put fewer schemas into one another");
        return true;
    }
    sizing->of = struct_bytes;
    sizing->most = STRUCT_MOST;
    if (exceeds(sizing, schema)) {
        report(sizing, schema, "each of its values takes more than 1 MiB, even an empty one",
               "make some of its fields optional with `?`, or lists");
        return true;
    }
    sizing->of = json_bytes;
    sizing->most = JSON_MOST;
    if (!exceeds(sizing, schema))
        return false;
    report(sizing, schema, "its largest value has more than 1 TiB as JSON",
           schema->circle ? "give it a smaller depth, or shorter lists"
                          : "give its lists and texts smaller bounds");
    return true;
}

void wc_check_sizes(struct wc_model *model, struct wc_diags *diags)
{
    struct sizing sizing = {.model = model,
                            .diags = diags,
                            .structs =
                                WC_NEW_ARRAY(diags->arena, int64_t, model->schemas.count + 1)};
    size_t circle = 0;
    if (diags->errors)
        return; /* an unbounded part is said, and is no number */
    WC_EACH(i, &model->schemas)
    {
        struct wc_schema *schema = model->schemas.items[i];
        if (schema->circle && schema->circle == circle)
            continue; /* one of them stands for all */
        if (check_one(&sizing, schema))
            circle = schema->circle;
    }
}
