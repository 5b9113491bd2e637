/* briefs 1.0.0: its errors, services and models, and the program they make.
 * Written by `wright compile` from briefs.flow: edit that. */
#include "briefs.h"

static const struct wr_error errors[] = {
    {
        .name = "ungrounded",
        .class = WR_CLASS_check_failed,
        .message = "A quote does not occur in the document.",
        .status = 502,
        .retryable = true,
    },
    {
        .name = "refused",
        .class = WR_CLASS_refusal,
        .message = "The model provider refused this document.",
        .status = 422,
    },
    {
        .name = "unavailable",
        .class = WR_CLASS_overloaded,
        .message = "No model and no earlier result could serve this.",
        .status = 503,
        .retryable = true,
        .retry_after_ms = 30000,
    },
};

static const struct wr_service services[] = {
    {
        .name = "glossary",
        .version = "sha256:2a4aeb11f9ff0307fe61738f8b10be2dde8deef024171ce4e652fa981b9f6057",
        .endpoint = {.url_env = "GLOSSARY_URL"},
        .limits = {.concurrent = 50},
    },
};

static const struct wr_model models[] = {
    {
        .name = "primary",
        .provider = "openai.chat",
        .model = "large-2026-08-07",
        .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
        .limits = {.concurrent = 64, .calls = 600, .calls_per_ms = 60000},
        .breaker = {.failures = 5, .in_ms = 30000, .open_ms = 10000},
        .max_input_tokens = 96000,
        .max_output_tokens = 1200,
        .input_price = 250000,
        .cached_price = 30000,
        .output_price = 2000000,
    },
    {
        .name = "small",
        .provider = "openai.chat",
        .model = "small-2026-08-07",
        .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
        .max_input_tokens = 96000,
        .max_output_tokens = 800,
        .input_price = 50000,
        .cached_price = 50000,
        .output_price = 400000,
    },
};

static const struct wr_workflow *const workflows[] = {
    &workflow_extract_key_points,
};

const struct wr_program wright_program = {
    .name = "briefs",
    .version = "1.0.0",
    .summary = "Turns long documents into points a reader can check.",
    .toolchain = "wright 0.1.0 (" WR_CC ")",
    .auth = WR_AUTH_BEARER,
    .keys_env = "BRIEFS_KEYS",
    .workflows = workflows,
    .workflow_count = WR_COUNT(workflows),
    .services = services,
    .service_count = WR_COUNT(services),
    .models = models,
    .model_count = WR_COUNT(models),
    .errors = errors,
    .error_count = WR_COUNT(errors),
    .contract_hash = "sha256:025766c1de57a51e2465e530c18c400f9d17b4052944d9188c80c6eef73d77e7",
    .contract = embedded_contract,
    .contract_len = 12259,
    .openapi = embedded_openapi,
    .openapi_len = 77420,
    .known = &embedded_known,
};
