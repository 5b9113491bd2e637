/* schemas.c: for each schema its fields, a decoder from bytes to the typed struct, an encoder and its
 * row; before them the patterns, tables and small functions that they share. */
#include "compiler/emit/expr.h"
#include "compiler/emit/machine.h"
#include "compiler/emit/schemas.h"
#include "compiler/model/profiles.h"
#include "compiler/model/type.h"

#include <string.h>

/* ---- calls on one line or more --------------------------------------------------------------- */

/* The arguments behind `(`, as many a line as fit, under the first one; gives the lines, and SIZE_MAX
 * where one is too long. `out` may be NULL: only to know. */
static size_t emit_filled(struct wc_buf *out, size_t column, const char *call)
{
    const char *open = strchr(call, '(') + 1;
    size_t under = column + (size_t)(open - call), at = under, lines = 1;
    bool fits = true;
    if (out)
        wc_buf_add(out, call, (size_t)(open - call));
    while (*open) {
        const char *end = strstr(open, ", ");
        size_t len = end ? (size_t)(end - open) + 1 : strlen(open) + 1;
        if (at > under && at + 1 + len > WC_WIDTH) {
            lines++;
            if (out)
                wc_buf_printf(out, "\n%*s", (int)under, "");
            at = under;
        } else if (at > under) {
            if (out)
                wc_buf_char(out, ' ');
            at++;
        }
        if (out)
            wc_buf_add(out, open, end ? len : len - 1);
        at += len;
        fits = fits && at <= WC_WIDTH;
        open += end ? len + 1 : len - 1;
    }
    if (out)
        wc_buf_text(out, ";\n");
    return fits ? lines : SIZE_MAX;
}

void wc_emit_call(struct wc_buf *out, size_t indent, const char *left, const char *call)
{
    size_t before = left ? strlen(left) + 1 : 0, len = strlen(call) + 1;
    bool assigned = left && strchr(left, '=');
    wc_buf_printf(out, "%*s%s", (int)indent, "", left ? left : "");
    if (indent + before + len <= WC_WIDTH) {
        wc_buf_printf(out, "%s%s;\n", left ? " " : "", call);
        return;
    }
    if (assigned && (indent + 4 + len <= WC_WIDTH || emit_filled(NULL, indent + before, call) >
                                                         1 + emit_filled(NULL, indent + 4, call))) {
        wc_buf_printf(out, "\n%*s", (int)indent + 4, "");
        emit_filled(out, indent + 4, call);
    } else {
        wc_buf_text(out, left ? " " : "");
        emit_filled(out, indent + before, call);
    }
}

/* ---- the shape ------------------------------------------------------------------------------- */

static bool is_required(const struct wc_field *field)
{
    return !field->optional && !field->fallback;
}

enum { PACKED = 6 }; /* rows from which clang-format may put more than one on a line */

/* Would two of the rows stand on one line? Then the layout is said to be ours. */
static bool would_be_packed(const struct wc_schema *schema)
{
    size_t widths[2] = {0}; /* of the rows on the left, and of those on the right */
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        size_t row = strlen("{.name = {WR_TEXT(\"\")}},") + strlen(field->name) +
                     (is_required(field) ? strlen(", .required = true") : 0) +
                     (field->type->nullable ? strlen(", .nullable = true") : 0);
        widths[i % 2] = row > widths[i % 2] ? row : widths[i % 2];
    }
    return schema->fields.count >= PACKED && 4 + widths[0] + 1 + widths[1] <= WC_WIDTH;
}

static void emit_shape(struct wc_buf *out, struct wc_arena *arena, const struct wc_schema *schema)
{
    const char *name = wc_c_schema(arena, schema), *open = schema->open ? ", .open = true" : "";
    if (schema->fields.count == 0) {
        wc_buf_printf(out, "static const struct wr_shape shape_%s = {.count = 0%s};\n\n", name,
                      open);
        return;
    }
    bool packed = would_be_packed(schema);
    wc_buf_printf(out, "%sstatic const struct wr_field fields_%s[] = {\n",
                  packed ? "/* clang-format off */\n" : "", name);
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        wc_buf_printf(out, "    {.name = {WR_TEXT(\"%s\")}%s%s},\n", field->name,
                      is_required(field) ? ", .required = true" : "",
                      field->type->nullable ? ", .nullable = true" : "");
    }
    const char *init = wc_arena_printf(arena, "{.fields = fields_%s, .count = %zu%s};", name,
                                       schema->fields.count, open);
    wc_buf_printf(out, "};\n%s\nstatic const struct wr_shape shape_%s = %s\n\n",
                  packed ? "/* clang-format on */\n" : "", name, init);
}

/* ---- decoders -------------------------------------------------------------------------------- */

/* What reads the field's value, and what its result is assigned to; NULL: nothing. */
static const char *field_call(struct wc_validators *v, const struct wc_schema *schema,
                              const struct wc_field *field, const char **left)
{
    const struct wc_type *type = wc_type_set(v->arena, field->type);
    const char *has = wc_is_maybe(field) ? wc_c_has(v->arena, schema, field) : NULL;
    const char *to = wc_arena_printf(v->arena, "to->%s", wc_c_name(v->arena, field->name));
    const char *at = wc_arena_printf(v->arena, "&%s", to);
    bool items = type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP;
    *left = NULL;
    if (wc_is_maybe(field) && !has) {
        *left = wc_arena_printf(v->arena, "%s =", to);
        return wc_arena_printf(v->arena, "wr_read_new(in, sizeof(%s), %s)",
                               wc_c_type(v->arena, type), wc_reader_of(v, type));
    }
    if (items)
        *left = wc_arena_printf(v->arena, "%s =", wc_member_of(v->arena, at, "items"));
    else if (has)
        *left = wc_arena_printf(v->arena, "to->%s =", has);
    return wc_read_call(v, type, at);
}

static void emit_case(struct wc_buf *out, struct wc_validators *v, const struct wc_schema *schema,
                      size_t i)
{
    const struct wc_field *field = &schema->fields.items[i];
    bool nullable = field->type->nullable;
    bool items = field->type->kind == WC_TYPE_LIST || field->type->kind == WC_TYPE_MAP;
    bool flagged = items && wc_is_maybe(field);
    size_t indent = nullable ? 16 : 12;
    const char *left, *call = field_call(v, schema, field, &left);
    wc_buf_printf(out, "        case %zu: /* %s */\n", i, field->name);
    if (nullable)
        wc_buf_printf(out, "            if (!wr_read_null(in))%s\n", flagged ? " {" : "");
    wc_emit_call(out, indent, left, call);
    if (flagged)
        wc_buf_printf(out, "%*sto->%s = true;\n", (int)indent, "",
                      wc_c_has(v->arena, schema, field));
    if (nullable && flagged)
        wc_buf_text(out, "            }\n");
    wc_buf_text(out, "            break;\n");
}

static void emit_defaults(struct wc_buf *out, struct wc_validators *v,
                          const struct wc_schema *schema)
{
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        if (field->optional || is_required(field) || field->fallback->kind == WC_LIT_NULL)
            continue;
        bool flagged = wc_is_maybe(field), empty = field->fallback->kind == WC_LIT_EMPTY;
        if (empty) { /* as the memory is */
            if (flagged)
                wc_buf_printf(out, "    if (!wr_was_read(&object, %zu))\n        to->%s = true;\n",
                              i, wc_c_has(v->arena, schema, field));
            continue;
        }
        wc_buf_printf(out, "    if (!wr_was_read(&object, %zu))%s\n", i, flagged ? " {" : "");
        if (flagged)
            wc_buf_printf(out, "        to->%s = true;\n", wc_c_has(v->arena, schema, field));
        wc_buf_printf(out, "        to->%s = %s;\n%s", wc_c_name(v->arena, field->name),
                      wc_c_literal(v->arena, field->fallback), flagged ? "    }\n" : "");
    }
}

static void emit_decoder(struct wc_buf *out, struct wc_validators *v,
                         const struct wc_schema *schema)
{
    const char *name = wc_c_schema(v->arena, schema);
    size_t count = schema->fields.count;
    wc_buf_printf(out, "static bool decode_%s(struct wr_reader *in, void *value)\n{\n", name);
    if (count)
        wc_buf_printf(out, "    struct %s *to = value;\n", name);
    else
        wc_buf_text(out, "    (void)value;\n");
    wc_buf_printf(out,
                  "    struct wr_object object;\n"
                  "    uint64_t seen[WR_SEEN_WORDS(%zu)];\n"
                  "    if (!wr_read_%s(in, &object, &shape_%s, seen",
                  count ? count : 1, schema->depth ? "nested" : "object", name);
    if (schema->depth)
        wc_buf_printf(out, ", %u", schema->depth);
    wc_buf_text(out, "))\n        return false;\n");
    if (count == 0) {
        wc_buf_text(out, "    wr_read_member(in, &object);\n");
    } else {
        wc_buf_text(out,
                    "    while (wr_read_member(in, &object)) {\n"
                    "        switch (object.field) {\n");
        WC_EACH(i, &schema->fields)
        {
            emit_case(out, v, schema, i);
        }
        wc_buf_text(out, "        }\n    }\n");
    }
    emit_defaults(out, v, schema);
    wc_buf_text(out, "    return wr_read_object_end(in, &object);\n}\n\n");
}

/* ---- encoders -------------------------------------------------------------------------------- */

/* What is left out stays out; what must be there and is not is null. */
static void emit_write_field(struct wc_buf *out, struct wc_validators *v,
                             const struct wc_schema *schema, const struct wc_field *field)
{
    bool maybe = wc_is_maybe(field), left_out = field->optional;
    const char *has = maybe ? wc_c_has(v->arena, schema, field) : NULL;
    const char *member = wc_c_name(v->arena, field->name);
    const char *from = wc_arena_printf(v->arena, "%sfrom->%s", maybe && !has ? "*" : "", member);
    struct wc_buf value = {0};
    size_t indent = maybe ? 8 : 4;
    if (!left_out)
        wc_buf_printf(out, "    wr_write_name(out, WR_STR(\"%s\"));\n", field->name);
    wc_emit_write(&value, v->arena, wc_type_set(v->arena, field->type), from, indent, 0);
    const char *line_end = strchr(value.data, '\n');
    bool braces = left_out || line_end[1] != '\0';
    if (maybe)
        wc_buf_printf(out, "    if (from->%s)%s\n", has ? has : member, braces ? " {" : "");
    if (left_out)
        wc_buf_printf(out, "        wr_write_name(out, WR_STR(\"%s\"));\n", field->name);
    wc_buf_add(out, value.data, value.len);
    if (maybe && !left_out)
        wc_buf_printf(out, "    %selse%s\n        wr_write_null(out);\n", braces ? "} " : "",
                      braces ? " {" : "");
    if (maybe && braces)
        wc_buf_text(out, "    }\n");
    wc_buf_free(&value);
}

static void emit_encoder(struct wc_buf *out, struct wc_validators *v,
                         const struct wc_schema *schema)
{
    const char *name = wc_c_schema(v->arena, schema);
    wc_buf_printf(out, "static void encode_%s(struct wr_writer *out, const void *value)\n{\n",
                  name);
    if (schema->fields.count)
        wc_buf_printf(out, "    const struct %s *from = value;\n", name);
    else
        wc_buf_text(out, "    (void)value;\n");
    wc_buf_text(out, "    wr_write_object(out);\n");
    WC_EACH(i, &schema->fields)
    {
        const struct wc_field *field = &schema->fields.items[i];
        emit_write_field(out, v, schema, field);
    }
    wc_buf_text(out, "    wr_write_object_end(out);\n}\n\n");
}

static void emit_row(struct wc_buf *out, struct wc_arena *arena, const struct wc_schema *schema)
{
    const char *name = wc_c_schema(arena, schema);
    struct wc_init init = {.arena = arena, .indent = 4};
    struct wc_buf json = {0}, before = {0};
    wc_init_text(&init, "name", schema->name);
    wc_init_text(&init, "hash", schema->hash);
    wc_init_field(&init, "size", "sizeof(struct %s)", name);
    wc_init_field(&init, "decode", "decode_%s", name);
    wc_init_field(&init, "encode", "encode_%s", name);
    for (unsigned profile = 0; profile < WR_PROFILE_COUNT; profile++) {
        if (!(schema->asked >> profile & 1))
            continue;
        json.len = 0;
        wc_json_schema_wire(&json, schema, (enum wr_profile)profile);
        wc_init_text(&init,
                     wc_arena_printf(arena, "wires[WR_PROFILE_%s]", wc_profiles[profile].name),
                     wc_arena_copy(arena, json.data, json.len));
    }
    struct wc_type type = {.kind = WC_TYPE_SCHEMA, .schema = (struct wc_schema *)schema};
    wc_init_number(&init, "json_bytes", wc_json_bytes(&type));
    wc_buf_printf(&before, "const struct wr_schema schema_%s = ", name);
    wc_init_write(out, before.data, &init, true, ";");
    wc_buf_free(&json);
    wc_buf_free(&before);
}

/* ---- the file -------------------------------------------------------------------------------- */

static void emit_helpers(struct wc_buf *out, const struct wc_validators *v, size_t from)
{
    for (size_t i = from; i < v->helpers.count; i++) {
        const struct wc_helper *one = &v->helpers.items[i];
        wc_buf_printf(out, "%s%s%s", one->head, one->name, one->tail);
    }
}

static bool has_long_line(const struct wc_buf *text)
{
    size_t column = 0;
    for (size_t i = 0; i < text->len; i++) {
        column = text->data[i] == '\n' ? 0 : column + 1;
        if (column > WC_WIDTH)
            return true;
    }
    return false;
}

/* The functions of a schema. Where a name is too long for a line, the layout is said to be ours. */
static void emit_schema(struct wc_buf *out, struct wc_validators *v, const struct wc_schema *schema)
{
    struct wc_buf decoder = {0}, text = {0};
    size_t helpers = v->helpers.count;
    emit_decoder(&decoder, v, schema);
    wc_c_banner(out, "schema %s (%s)", schema->name, wc_source_place(v->arena, schema->span));
    emit_helpers(&text, v, helpers);
    emit_shape(&text, v->arena, schema);
    wc_buf_add(&text, decoder.data, decoder.len);
    emit_encoder(&text, v, schema);
    bool too_long = has_long_line(&text);
    wc_buf_text(out, too_long ? "/* clang-format off */\n\n" : "");
    wc_buf_add(out, text.data, text.len);
    wc_buf_text(out, too_long ? "/* clang-format on */\n\n" : "");
    emit_row(out, v->arena, schema);
    wc_buf_free(&decoder);
    wc_buf_free(&text);
}

static void emit_patterns(struct wc_buf *out, const struct wc_validators *v)
{
    bool begun = false;
    WC_EACH(i, &v->model->patterns)
    {
        if (!v->patterns[i])
            continue;
        if (!begun)
            wc_c_banner(out, "patterns");
        begun = true;
        wc_emit_pattern(out, v->arena, i + 1, &v->model->patterns.items[i]);
    }
    while (begun && out->len > 1 && out->data[out->len - 1] == '\n' &&
           out->data[out->len - 2] == '\n')
        out->data[--out->len] = '\0'; /* the next banner brings its own empty line */
}

/* Schemas that hold each other call each other. */
static void emit_prototypes(struct wc_buf *out, const struct wc_model *model)
{
    bool begun = false;
    WC_EACH(i, &model->schemas)
    {
        const struct wc_schema *schema = model->schemas.items[i];
        const char *name = wc_c_schema(model->arena, schema);
        if (!schema->circle)
            continue;
        if (!begun)
            wc_c_banner(out, "schemas that hold each other");
        begun = true;
        wc_buf_printf(out, "static bool decode_%s(struct wr_reader *in, void *value);\n", name);
        wc_buf_printf(out, "static void encode_%s(struct wr_writer *out, const void *value);\n",
                      name);
    }
}

/* In braces, a variant a line; the last comma keeps them so. */
static void emit_unions(struct wc_buf *out, const struct wc_model *model)
{
    if (model->unions.count)
        wc_c_banner(out, "unions");
    WC_EACH(i, &model->unions)
    {
        const struct wc_union *choice = model->unions.items[i];
        const char *name = wc_c_union(model->arena, choice);
        wc_buf_printf(
            out, "/* clang-format off */\nstatic const struct wr_variant variants_of_%s[] = {\n",
            name);
        WC_EACH(k, &choice->variants)
        {
            const struct wc_variant *variant = &choice->variants.items[k];
            wc_buf_printf(out, "    {{WR_TEXT(\"%s\")}, &schema_%s},\n", variant->name,
                          wc_c_schema(model->arena, variant->schema));
        }
        wc_buf_printf(out, "};\n\nconst struct wr_union %s = {\n    .tag = {WR_TEXT(\"%s\")},\n",
                      name, choice->tag);
        wc_buf_printf(
            out,
            "    .variants = variants_of_%s,\n    .count = %zu,\n};\n/* clang-format on */\n%s",
            name, choice->variants.count, i + 1 < model->unions.count ? "\n" : "");
    }
}

void wc_emit_validators(struct wc_buf *out, const struct wc_model *model)
{
    struct wc_buf schemas = {0};
    struct wc_validators v = {.arena = model->arena, .model = model};
    struct wc_schema_list list = wc_schemas_in_order(model);
    v.patterns = WC_NEW_ARRAY(model->arena, bool, model->patterns.count + 1);
    WC_EACH(i, &list)
    {
        emit_schema(&schemas, &v, list.items[i]);
    }
    wc_buf_text(out, "#include <wright/json.h>\n");
    emit_patterns(out, &v);
    emit_unions(out, model);
    emit_prototypes(out, model);
    wc_buf_add(out, schemas.data ? schemas.data : "", schemas.len);
    wc_buf_free(&schemas);
}
