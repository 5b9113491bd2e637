/* What the operator is not shown: the fields of a result that the contract labels @pii or @secret. A result of a
 * schema that this binary's contract does not have, or has otherwise, is not shown at all. */
#include "runtime/app/operator.h"

#include <wright/generated.h>

#include <string.h>

static json_t *masked(const json_t *schemas, const json_t *schema, const json_t *value);

static const json_t *schema_at(const json_t *schemas, const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    const char *name = ref ? strrchr(ref, '/') : NULL;
    return name ? json_object_get(schemas, name + 1) : schema;
}

static json_t *mark(const json_t *labels)
{
    const char *first = json_string_value(json_array_get(labels, 0));
    return json_sprintf("(@%s)", first ? first : "secret");
}

static json_t *masked_object(const json_t *schemas, const json_t *schema, const json_t *value)
{
    json_t *made = json_object(), *part;
    const char *name;
    const json_t *others = json_object_get(schema, "additionalProperties");
    json_object_foreach((json_t *)(uintptr_t)value, name, part)
    {
        const json_t *field = json_object_get(json_object_get(schema, "properties"), name);
        const json_t *labels = json_object_get(field, "x-labels");
        if (json_array_size(labels) > 0)
            json_object_set_new(made, name, mark(labels));
        else
            json_object_set_new(made, name, masked(schemas, field ? field : others, part));
    }
    return made;
}

/* Has the value what the schema says that it is: the type, and the tag of a variant? */
static bool is_of(const json_t *schema, const json_t *value)
{
    const char *name, *type = json_string_value(json_object_get(schema, "type"));
    json_t *field;
    if (type && strcmp(type, "null") == 0)
        return json_is_null(value);
    json_object_foreach(json_object_get(schema, "properties"), name, field)
    {
        const json_t *values = json_object_get(field, "enum");
        const json_t *known = json_object_get(field, "const");
        if (!known && json_array_size(values) == 1)
            known = json_array_get(values, 0);
        if (known && !json_equal(known, json_object_get(value, name)))
            return false;
    }
    return true;
}

static const json_t *variant_of(const json_t *schemas, const json_t *choices, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(choices); i++)
        if (is_of(schema_at(schemas, json_array_get(choices, i)), value))
            return json_array_get(choices, i);
    return NULL;
}

static json_t *masked(const json_t *schemas, const json_t *schema, const json_t *value)
{
    schema = schema_at(schemas, schema);
    const json_t *choices = json_object_get(schema, "oneOf");
    choices = choices ? choices : json_object_get(schema, "anyOf");
    if (choices)
        return masked(schemas, variant_of(schemas, choices, value), value);
    if (json_is_object(value))
        return masked_object(schemas, schema, value);
    if (!json_is_array(value))
        return json_incref((json_t *)(uintptr_t)value);
    json_t *made = json_array(), *item;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)value, i, item)
        json_array_append_new(made, masked(schemas, json_object_get(schema, "items"), item));
    return made;
}

void wr_mask_output(const struct wr_program *program, json_t *job)
{
    const json_t *output = json_object_get(job, "output");
    const char *is =
        json_string_value(json_object_get(json_object_get(job, "versions"), "output_schema"));
    const char *at = is ? strchr(is, '@') : NULL;
    if (!output || json_is_null(output))
        return;
    json_t *contract = json_loadb(program->contract, program->contract_len, 0, NULL);
    json_t *schemas = json_object_get(contract, "schemas");
    json_t *schema = at ? json_object_getn(schemas, is, (size_t)(at - is)) : NULL;
    const char *hash = json_string_value(json_object_get(schema, "x-hash"));
    if (schema && hash && strcmp(hash, at + 1) == 0)
        json_object_set_new(job, "output", masked(schemas, schema, output));
    else
        json_object_set_new(job, "output", json_string("(of a schema that this binary has not)"));
    json_decref(contract);
}
