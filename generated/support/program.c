/* support 1.0.0: its errors, services and models, and the program they make.
 * Written by `wright compile` from support.flow: edit that. */
#include "support.h"

static const struct wr_error errors[] = {
    {
        .name = "turned_down",
        .class = WR_CLASS_declined,
        .message = "A person rejected the draft.",
        .status = 422,
    },
};

static const struct wr_service services[] = {
    {
        .name = "status",
        .version = "sha256:5f297cfb8525374086648c6930fd33860bc9120a9921e4988f5a818cddd370c6",
        .endpoint = {.url_env = "STATUS_URL", .auth = WR_AUTH_BEARER, .auth_env = "STATUS_TOKEN"},
        .limits = {.concurrent = 20},
        .idempotency_header = "Idempotency-Key",
    },
};

static const struct wr_model models[] = {
    {
        .name = "small",
        .provider = "openai.chat",
        .model = "small-2026-08-07",
        .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
        .limits = {.concurrent = 32},
        .breaker = {.failures = 5, .in_ms = 30000, .open_ms = 10000},
        .max_input_tokens = 8000,
        .max_output_tokens = 600,
        .input_price = 50000,
        .cached_price = 50000,
        .output_price = 400000,
    },
};

static const struct wr_workflow *const workflows[] = {
    &workflow_draft_response,
};

const struct wr_program wright_program = {
    .name = "support",
    .version = "1.0.0",
    .summary = "Drafts the answer to a support ticket.",
    .toolchain = "wright 0.1.0 (" WR_CC ")",
    .auth = WR_AUTH_BEARER,
    .keys_env = "SUPPORT_KEYS",
    .workflows = workflows,
    .workflow_count = WR_COUNT(workflows),
    .services = services,
    .service_count = WR_COUNT(services),
    .models = models,
    .model_count = WR_COUNT(models),
    .errors = errors,
    .error_count = WR_COUNT(errors),
    .contract_hash = "sha256:4145921729bb4af9e42ff223f5e46bfebd910c8e1e55060343b70b2bd7b6d2d2",
    .contract = embedded_contract,
    .contract_len = 21227,
    .openapi = embedded_openapi,
    .openapi_len = 81699,
    .known = &embedded_known,
};
