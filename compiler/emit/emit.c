/* The table of artefacts: what `wright compile` writes, in this order. */
#include "compiler/emit/emit.h"

/* A file of its own for each workflow where there are several: their names live apart then. */
static const char *machine_name(const struct wc_model *model, const struct wc_workflow *workflow)
{
    if (model->workflows.count == 1)
        return "machine.c";
    return wc_arena_printf(model->arena, "machine_%s.c", workflow->name);
}

static struct wc_buf *add(struct wc_model *model, struct wc_artefacts *out, const char *name)
{
    struct wc_artefact artefact = {.name = name};
    wc_push(model->arena, &out->list, artefact);
    return &out->list.items[out->list.count - 1].text;
}

static const struct {
    const char *name;                                               /* NULL: NAME + suffix */
    const char *suffix;                                             /* after the model's name */
    void (*emit)(struct wc_buf *out, const struct wc_model *model); /* of the model alone */
} files[] = {
    {NULL, ".h", wc_emit_header},     {"schemas.c", NULL, wc_emit_schemas},
    {"known.c", NULL, wc_emit_known}, {NULL, ".mmd", wc_emit_mermaid},
    {NULL, ".dot", wc_emit_dot},
};

void wc_emit_all(struct wc_model *model, struct wc_artefacts *out)
{
    struct wc_documents documents = {0};
    wc_model_hash(model);
    wc_emit_contract(&documents.contract, model);
    model->contract_hash = wc_hash(model->arena, documents.contract.data, documents.contract.len);
    wc_emit_openapi(&documents.openapi, model);

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *name = files[i].name;
        if (!name)
            name = wc_arena_printf(model->arena, "%s%s", model->name, files[i].suffix);
        files[i].emit(add(model, out, name), model);
    }
    if (model->functions.count)
        wc_emit_hooks_header(
            add(model, out, wc_arena_printf(model->arena, "%s_hooks.h", model->name)), model);
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *workflow = model->workflows.items[i];
        wc_emit_machine(add(model, out, machine_name(model, workflow)), model, workflow);
    }
    wc_emit_program(add(model, out, "program.c"), model, &documents);
    wc_emit_embedded(add(model, out, "embedded.c"), &documents);
    *add(model, out, "contract.json") = documents.contract;
    *add(model, out, "openapi.json") = documents.openapi;
    wc_emit_asyncapi(add(model, out, "asyncapi.json"), model);
    wc_emit_certificate(add(model, out, "certificate.json"), model);
    WC_EACH(i, &model->schemas)
    {
        const struct wc_schema *schema = model->schemas.items[i];
        wc_emit_json_schema(
            add(model, out, wc_arena_printf(model->arena, "schemas/%s.json", schema->name)), model,
            schema);
    }
}

void wc_artefacts_free(struct wc_artefacts *out)
{
    WC_EACH(i, &out->list)
    {
        wc_buf_free(&out->list.items[i].text);
    }
    out->list.count = 0;
}
