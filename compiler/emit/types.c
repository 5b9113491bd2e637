/* The typed structs of the header: one a schema, and those of the lists and maps in them. */
#include "compiler/emit/machine.h"
#include "compiler/emit/schemas.h"

#include <string.h>

struct written {
    WC_VEC(const char *) words;
    bool *schemas;                          /* by id: is its struct there? */
    WC_VEC(const struct wc_type *) entries; /* of maps whose values' structs were not there */
};

static bool is_new(struct wc_arena *arena, struct written *written, const char *word)
{
    WC_EACH(i, &written->words)
    {
        if (strcmp(written->words.items[i], word) == 0)
            return false;
    }
    wc_push(arena, &written->words, word);
    return true;
}

static void emit_entry(struct wc_buf *out, struct wc_arena *arena, const struct wc_type *map)
{
    wc_buf_printf(out, "struct %s_entry {\n    struct wr_str key;\n    %s value;\n};\n\n",
                  wc_c_type_word(arena, map), wc_c_element(arena, map->element));
}

/* Those that waited for the struct of this schema. */
static void emit_entries(struct wc_buf *out, struct wc_arena *arena, struct written *written,
                         const struct wc_schema *schema)
{
    WC_EACH(i, &written->entries)
    {
        if (written->entries.items[i]->element->schema == schema)
            emit_entry(out, arena, written->entries.items[i]);
    }
}

/* What may be null, in a list or a map. */
static void emit_maybe(struct wc_buf *out, struct wc_arena *arena, struct written *written,
                       const struct wc_type *type)
{
    const char *word = wc_c_element_word(arena, type), *c_type = wc_c_type(arena, type);
    if (!is_new(arena, written, word))
        return;
    if (type->kind == WC_TYPE_SCHEMA)
        wc_buf_printf(out, "struct %s {\n    const %s *value; /* NULL: null */\n};\n\n", word,
                      c_type);
    else
        wc_buf_printf(out, "struct %s {\n    bool has;\n    %s value;\n};\n\n", word, c_type);
}

/* The structs of a list or a map, those of its elements first. */
static void emit_container(struct wc_buf *out, struct wc_arena *arena, struct written *written,
                           const struct wc_type *type)
{
    if (type->kind != WC_TYPE_LIST && type->kind != WC_TYPE_MAP)
        return;
    emit_container(out, arena, written, type->element);
    const char *word = wc_c_type_word(arena, type), *element = wc_c_element(arena, type->element);
    if (!is_new(arena, written, word))
        return;
    if (type->element->nullable)
        emit_maybe(out, arena, written, type->element);
    if (type->kind == WC_TYPE_MAP) {
        const struct wc_type *value = type->element;
        if (value->kind == WC_TYPE_SCHEMA && !value->nullable &&
            !written->schemas[value->schema->id])
            wc_push(arena, &written->entries, type);
        else
            emit_entry(out, arena, type);
        element = wc_arena_printf(arena, "struct %s_entry", word);
    }
    wc_buf_printf(out, "struct %s {\n    %s *items;\n    size_t count;\n};\n\n", word, element);
}

/* A doc comment's text, on one line and unable to close the comment. */
static void emit_doc(struct wc_buf *out, const char *doc)
{
    for (const char *c = doc; *c; c++) {
        bool closes = *c == '/' && c > doc && c[-1] == '*';
        wc_buf_text(out, closes ? " " : "");
        wc_buf_char(out, *c == '\n' ? ' ' : *c);
    }
}

static void emit_field(struct wc_buf *out, struct wc_arena *arena, const struct wc_schema *schema,
                       const struct wc_field *field)
{
    const char *has = wc_is_maybe(field) ? wc_c_has(arena, schema, field) : NULL;
    bool pointer = wc_is_maybe(field) && !has;
    if (has)
        wc_buf_printf(out, "    bool %s;\n", has);
    wc_buf_printf(out, "    %s%s %s%s;\n", pointer ? "const " : "", wc_c_type(arena, field->type),
                  pointer ? "*" : "", wc_c_name(arena, field->name));
}

static void emit_schema(struct wc_buf *out, struct wc_arena *arena, struct written *written,
                        const struct wc_schema *schema)
{
    WC_EACH(i, &schema->fields)
    {
        emit_container(out, arena, written, schema->fields.items[i].type);
    }
    wc_buf_printf(out, "/* %s", wc_source_place(arena, schema->span));
    if (schema->doc) {
        wc_buf_text(out, ": ");
        emit_doc(out, schema->doc);
    }
    wc_buf_printf(out, " */\nstruct %s {\n", wc_c_schema(arena, schema));
    WC_EACH(i, &schema->fields)
    {
        emit_field(out, arena, schema, &schema->fields.items[i]);
    }
    if (schema->fields.count == 0)
        wc_buf_text(out, "    char nothing; /* C knows no empty struct */\n");
    wc_buf_text(out, "};\n\n");
    written->schemas[schema->id] = true;
    emit_entries(out, arena, written, schema);
}

/* Is what it holds in the header? What stages give together is in their machine's file. */
static bool is_declared(const struct wc_model *model, const struct wc_type *list)
{
    const struct wc_schema *schema = list->element->schema;
    if (list->element->kind == WC_TYPE_LIST)
        return is_declared(model, list->element);
    return !schema ||
           (schema->id < model->schemas.count && model->schemas.items[schema->id] == schema);
}

void wc_emit_types(struct wc_buf *out, const struct wc_model *model)
{
    struct written written = {.schemas =
                                  WC_NEW_ARRAY(model->arena, bool, model->schemas.count + 1)};
    struct wc_schema_list schemas = wc_schemas_in_order(model);
    WC_EACH(i, &schemas)
    {
        emit_schema(out, model->arena, &written, schemas.items[i]);
    }
    WC_EACH(i, &model->lists)
    {
        if (is_declared(model, model->lists.items[i]))
            emit_container(out, model->arena, &written, model->lists.items[i]);
    }
    WC_EACH(i, &model->schemas)
    {
        wc_buf_printf(out, "extern const struct wr_schema schema_%s;\n",
                      wc_c_schema(model->arena, model->schemas.items[i]));
    }
    WC_EACH(i, &model->unions)
    {
        wc_buf_printf(out, "extern const struct wr_union %s;\n",
                      wc_c_union(model->arena, model->unions.items[i]));
    }
}
