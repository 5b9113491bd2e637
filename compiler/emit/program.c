/* What a program is made of besides its machines: errors, services, models, and wright_program,
 * which ties them together; and the header that its files share. */
#include "compiler/base/version.h"
#include "compiler/emit/life.h"
#include "compiler/emit/machine.h"
#include "compiler/model/classes.h"

#include <ctype.h>
#include <string.h>

/* ---- the header --------------------------------------------------------------------------- */

static void emit_number(struct wc_buf *out, const char *prefix, const char *name, size_t at)
{
    wc_buf_printf(out, "%s%s_%s", at ? ", " : "", prefix, name);
}

/* `enum { ERROR_a, ERROR_b };`, a name a line where they are too long for one. */
static void emit_numbers(struct wc_buf *out, const char *prefix, const char *const *names,
                         size_t count)
{
    if (count == 0)
        return;
    struct wc_buf line = {0};
    for (size_t i = 0; i < count; i++)
        emit_number(&line, prefix, names[i], i);
    if (line.len + strlen("enum {  };") <= WC_WIDTH) {
        wc_buf_printf(out, "enum { %s };\n", line.data);
    } else {
        wc_buf_text(out, "enum {\n");
        for (size_t i = 0; i < count; i++)
            wc_buf_printf(out, "    %s_%s,\n", prefix, names[i]);
        wc_buf_text(out, "};\n");
    }
    wc_buf_free(&line);
}

#define EMIT_NUMBERS(out, model, prefix, list)                                                     \
    do {                                                                                           \
        const char **names = WC_NEW_ARRAY((model)->arena, const char *, (list)->count + 1);        \
        WC_EACH(i, (list))                                                                         \
        {                                                                                          \
            names[i] = (list)->items[i]->name;                                                     \
        }                                                                                          \
        emit_numbers((out), (prefix), names, (list)->count);                                       \
    } while (0)

static const char *guard_name(struct wc_arena *arena, const char *name)
{
    char *guard = wc_arena_printf(arena, "%s_H", name);
    for (char *c = guard; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return guard;
}

void wc_emit_header(struct wc_buf *out, const struct wc_model *model)
{
    const char *guard = guard_name(model->arena, model->name);
    wc_buf_printf(out,
                  "/* The types of %s %s, and the numbers of its errors, services and models.\n"
                  " * Written by `wright compile` from %s: edit that. */\n"
                  "#ifndef %s\n#define %s\n\n#include <wright/generated.h>\n\n",
                  model->name, model->version, wc_base_name(model->source->path), guard, guard);
    wc_emit_types(out, model);
    if (model->errors.count || model->services.count || model->models.count ||
        model->functions.count)
        wc_c_banner(out, "numbers of errors, services and models");
    EMIT_NUMBERS(out, model, "ERROR", &model->errors);
    EMIT_NUMBERS(out, model, "SERVICE", &model->services);
    EMIT_NUMBERS(out, model, "MODEL", &model->models);
    EMIT_NUMBERS(out, model, "FUNCTION", &model->functions);
    wc_c_banner(out, "machines and documents");
    WC_EACH(i, &model->workflows)
    {
        wc_buf_printf(out, "extern const struct wr_workflow workflow_%s;\n",
                      model->workflows.items[i]->name);
    }
    wc_buf_text(out,
                "extern const char embedded_contract[], embedded_openapi[];\n"
                "extern const struct wr_known embedded_known;\n\n#endif\n");
}

void wc_emit_schemas(struct wc_buf *out, const struct wc_model *model)
{
    wc_buf_printf(
        out,
        "/* From bytes to typed structs and back, one decoder and one encoder a schema of "
        "%s.\n"
        " * Written by `wright compile` from %s: edit that. */\n"
        "#include \"%s.h\"\n\n",
        model->name, wc_base_name(model->source->path), model->name);
    wc_emit_validators(out, model);
}

/* ---- rows --------------------------------------------------------------------------------- */

static void emit_errors(struct wc_buf *out, const struct wc_model *model)
{
    if (model->errors.count == 0)
        return;
    wc_buf_text(out, "static const struct wr_error errors[] = {\n");
    WC_EACH(i, &model->errors)
    {
        const struct wc_user_error *error = model->errors.items[i];
        struct wc_init init = {.arena = model->arena, .indent = 8};
        wc_init_text(&init, "name", error->name);
        wc_init_field(&init, "class", "WR_CLASS_%s", wc_class_name(error->class));
        wc_init_text(&init, "message", error->message);
        wc_init_number(&init, "status", error->status);
        wc_init_flag(&init, "retryable", error->retryable);
        wc_init_number(&init, "retry_after_ms", error->retry_after_ms);
        wc_init_write(out, "", &init, true, ",");
    }
    wc_buf_text(out, "};\n\n");
}

static void init_endpoint(struct wc_init *init, const struct wc_endpoint *endpoint)
{
    static const char *const kinds[] = {NULL, "WR_AUTH_BEARER", "WR_AUTH_HEADER"};
    struct wc_init inner = {.arena = init->arena, .indent = init->indent + 8};
    wc_init_text(&inner, "url", endpoint->url);
    wc_init_text(&inner, "url_env", endpoint->url_env);
    if (kinds[endpoint->auth])
        wc_init_field(&inner, "auth", "%s", kinds[endpoint->auth]);
    wc_init_text(&inner, "auth_env", endpoint->auth_env);
    wc_init_text(&inner, "auth_header", endpoint->auth_header);
    wc_init_nested(init, "endpoint", &inner);
}

static void init_breaker(struct wc_init *init, const struct wr_breaker *breaker)
{
    struct wc_init inner = {.arena = init->arena, .indent = init->indent + 8};
    wc_init_number(&inner, "failures", breaker->failures);
    wc_init_number(&inner, "in_ms", breaker->in_ms);
    wc_init_number(&inner, "open_ms", breaker->open_ms);
    if (inner.fields.count)
        wc_init_nested(init, "breaker", &inner);
}

static void emit_services(struct wc_buf *out, const struct wc_model *model)
{
    if (model->services.count == 0)
        return;
    wc_buf_text(out, "static const struct wr_service services[] = {\n");
    WC_EACH(i, &model->services)
    {
        const struct wc_service *service = model->services.items[i];
        struct wc_init init = {.arena = model->arena, .indent = 8};
        wc_init_text(&init, "name", service->name);
        wc_init_text(&init, "version", wc_service_version(model, service));
        init_endpoint(&init, &service->endpoint);
        wc_init_limits(&init, &service->limits);
        init_breaker(&init, &service->breaker);
        wc_init_text(&init, "idempotency_header", service->idempotency_header);
        wc_init_number(&init, "price_per_call", service->price_per_call);
        wc_init_text(&init, "sign_env", service->sign_env);
        wc_init_flag(&init, "allow_private", service->allow_private);
        wc_init_write(out, "", &init, true, ",");
    }
    wc_buf_text(out, "};\n\n");
}

static const char *const structured[] = {[WR_STRUCTURED_STRICT] = "WR_STRUCTURED_STRICT",
                                         [WR_STRUCTURED_TOOL] = "WR_STRUCTURED_TOOL",
                                         [WR_STRUCTURED_JSON] = "WR_STRUCTURED_JSON",
                                         [WR_STRUCTURED_PROMPT] = "WR_STRUCTURED_PROMPT"};

static void emit_models(struct wc_buf *out, const struct wc_model *model)
{
    if (model->models.count == 0)
        return;
    wc_buf_text(out, "static const struct wr_model models[] = {\n");
    WC_EACH(i, &model->models)
    {
        const struct wc_ai_model *ai = model->models.items[i];
        struct wc_init init = {.arena = model->arena, .indent = 8};
        wc_init_text(&init, "name", ai->name);
        wc_init_text(&init, "provider", ai->provider);
        wc_init_text(&init, "model", ai->model);
        init_endpoint(&init, &ai->endpoint);
        wc_init_limits(&init, &ai->limits);
        init_breaker(&init, &ai->breaker);
        wc_init_number(&init, "max_input_tokens", ai->max_input_tokens);
        wc_init_number(&init, "max_output_tokens", ai->max_output_tokens);
        wc_init_number(&init, "input_price", ai->input_price);
        wc_init_number(&init, "cached_price", ai->cached_price);
        wc_init_number(&init, "output_price", ai->output_price);
        if (ai->written_price != ai->input_price)
            wc_init_number(&init, "written_price", ai->written_price);
        wc_init_text(&init, "temperature", ai->temperature);
        if (ai->structured != WR_STRUCTURED_DEFAULT)
            wc_init_field(&init, "structured", "%s", structured[ai->structured]);
        wc_init_write(out, "", &init, true, ",");
    }
    wc_buf_text(out, "};\n\n");
}

/* ---- the program -------------------------------------------------------------------------- */

static void emit_workflows(struct wc_buf *out, const struct wc_model *model)
{
    if (model->workflows.count == 0)
        return;
    wc_buf_text(out, "static const struct wr_workflow *const workflows[] = {\n");
    WC_EACH(i, &model->workflows)
    {
        wc_buf_printf(out, "    &workflow_%s,\n", model->workflows.items[i]->name);
    }
    wc_buf_text(out, "};\n\n");
}

static void init_table(struct wc_init *init, const char *name, const char *one, size_t count)
{
    if (count == 0)
        return;
    wc_init_field(init, name, "%s", name);
    wc_init_field(init, wc_arena_printf(init->arena, "%s_count", one), "WR_COUNT(%s)", name);
}

static void init_documents(struct wc_init *init, const struct wc_model *model,
                           const struct wc_documents *documents)
{
    wc_init_text(init, "contract_hash", model->contract_hash);
    wc_init_field(init, "contract", "embedded_contract");
    wc_init_number(init, "contract_len", (int64_t)documents->contract.len);
    wc_init_field(init, "openapi", "embedded_openapi");
    wc_init_number(init, "openapi_len", (int64_t)documents->openapi.len);
}

void wc_emit_program(struct wc_buf *out, const struct wc_model *model,
                     const struct wc_documents *documents)
{
    static const char *const auths[] = {"WR_AUTH_NONE", "WR_AUTH_BEARER", "WR_AUTH_HEADER"};
    wc_buf_printf(out,
                  "/* %s %s: its errors, services and models, and the program they make.\n"
                  " * Written by `wright compile` from %s: edit that. */\n"
                  "#include \"%s%s.h\"\n\n",
                  model->name, model->version, wc_base_name(model->source->path), model->name,
                  model->functions.count ? "_hooks" : "");
    emit_errors(out, model);
    emit_services(out, model);
    emit_models(out, model);
    wc_emit_functions(out, model);
    emit_workflows(out, model);
    struct wc_init init = {.arena = model->arena, .indent = 4};
    wc_init_text(&init, "name", model->name);
    wc_init_text(&init, "version", model->version);
    wc_init_text(&init, "summary", model->summary);
    wc_init_field(&init, "toolchain", "\"wright %s (\" WR_CC \")\"", WRIGHT_VERSION);
    wc_init_field(&init, "auth", "%s", auths[model->auth]);
    wc_init_text(&init, "keys_env", model->keys_env);
    wc_init_life(&init, &model->life);
    wc_init_limits(&init, &model->limits);
    init_table(&init, "workflows", "workflow", model->workflows.count);
    init_table(&init, "services", "service", model->services.count);
    init_table(&init, "models", "model", model->models.count);
    init_table(&init, "functions", "function", model->functions.count);
    init_table(&init, "errors", "error", model->errors.count);
    init_documents(&init, model, documents);
    wc_init_field(&init, "known", "&embedded_known");
    wc_buf_text(out, "const struct wr_program wright_program = ");
    wc_init_write(out, "", &init, true, ";");
}

/* ---- documents inside the binary ---------------------------------------------------------- */

void wc_emit_embedded(struct wc_buf *out, const struct wc_documents *documents)
{
    const struct wc_buf *contract = &documents->contract, *openapi = &documents->openapi;
    wc_buf_text(out,
                "/* contract.json and openapi.json, as the binary serves them. */\n"
                "extern const char embedded_contract[], embedded_openapi[];\n\n");
    wc_buf_text(out, "/* In a section of its own: `wright diff` reads it out of the file. */\n");
    wc_c_assign_text(
        out, 0, "__attribute__((section(\".wright.contract\"))) const char embedded_contract[]",
        contract->data, contract->len, ";");
    wc_buf_char(out, '\n');
    wc_c_assign_text(out, 0, "const char embedded_openapi[]", openapi->data, openapi->len, ";");
}
